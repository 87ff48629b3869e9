/* Row net1, identities of normalised layers. A loss that does not depend on the length of any W_k
 * has W_k . g_k = 0 for every batch (fm Lemma 2.5 in each layer), so that a step x+ = a x - eta g
 * makes R_k+ = a^2 R_k + eta^2 |g_k|^2, a = 1 - el, in each layer by itself (fm, proof of Theorem
 * 4.1; il, (7)). With eps > 0 beside the variances, as frameworks have it, and without a
 * normalisation neither holds. */
#include "checks/net/walk.h"

static const net_path net_first_steps = {100, 0.16, 0.025, 0.1};

/* Every number of g_k is a sum of 32 terms of numbers that are 64 + 32 + 16 roundings off, and the
 * product with W_k adds up to 1024 of them, of both signs: 512 roundings of 2^-53 are ample, and a
 * thousandth of what any eps would give. */
static void net_tangential(vf_context *context) {
  for (int32_t norm = SID_NORM_BN; norm <= SID_NORM_WN; norm++) {
    static net_case made;
    char name[VF_TEXT_SIZE];
    net_make(&made, norm, NET_LAYERS);
    const net_deviations worst = net_walk(context, net_norm_name(norm), &made, &net_first_steps);
    vf_text(name, "W.g/(|W||g|), %s, 100 steps", net_norm_name(norm));
    vf_within(context, name, worst.cosine, 0.0, 512.0 * NET_ULP, "512 roundings");
    vf_text(name, "R+ against a^2 R + eta^2 |g|^2, %s", net_norm_name(norm));
    vf_within(context, name, worst.recursion, 0.0, 512.0 * NET_ULP, "512 roundings");
  }
}

/* eps = 1e-5 gives a radial part of the order eps/variance; without normalisation it is of order
 * one. Both far above rounding. */
static void net_contrasts(vf_context *context) {
  static net_case made;
  net_make(&made, SID_NORM_BN, NET_LAYERS);
  made.network.eps = 1e-5;
  const net_deviations eps = net_walk(context, "bn, eps = 1e-5", &made, &net_first_steps);
  vf_at_least(context, "W.g/(|W||g|), bn, eps = 1e-5", eps.cosine, 1e-7, "far above rounding");
  vf_at_most(context, "W.g/(|W||g|), bn, eps = 1e-5", eps.cosine, 1e-2,
             "variances above 1e-3 of the weights that the steps see");
  net_make(&made, SID_NORM_NONE, NET_LAYERS);
  const net_deviations none = net_walk(context, "none", &made, &net_first_steps);
  vf_at_least(context, "W.g/(|W||g|), none", none.cosine, 0.1, "of order one");
}

static const vf_check table[] = {
    {"net1.tangential", "fm, Lemma 2.5", "each layer's gradient is perpendicular to its weights",
     VF_QUICK, net_tangential},
    {"net1.contrasts", "il, Section 2", "with eps in the variance, or no norm, it is not", VF_QUICK,
     net_contrasts},
};

VF_ROW(net1, table, "batches of 32 at each of 100 steps of SGD, two layers, four norms",
       "a term of the backward pass of a norm that is missing or has another mean");

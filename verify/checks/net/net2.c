/* Row net2, scalings of networks. Weights c times as long, with eta c^2 and lam/c^2, take the same
 * path: the direction, the loss and the effective rate eta/R are the same (il, Section 2; X7). For
 * c a power of two every intermediate scales exactly, so the bits are the same. And weight decay is
 * an exponential rate without decay (il, Section 2; X8): y_t = x_t/a^t takes
 * eta_t = (eta/a) a^(-2t). */
#include <math.h>
#include <stdlib.h>
#include "checks/net/net.h"
#include "harness/algebra.h"

static const int32_t net_states[] = {SID_X, SID_LOSS};
enum { NET_STEPS = 200 };

/* The last state and loss of an experiment; NULL after an error. */
static double *net_end(vf_context *context, const char *name, sid_experiment *experiment) {
  static const uint64_t last[1] = {NET_STEPS};
  experiment->steps = NET_STEPS;
  experiment->checkpoints = last, experiment->checkpoint_count = 1;
  experiment->observables = net_states, experiment->observable_count = 2;
  return vf_observe(context, name, experiment, 1);
}

static void net_powers(vf_context *context) {
  for (int32_t norm = SID_NORM_BN; norm <= SID_NORM_WN; norm++) {
    static net_case made;
    sid_segment one, four;
    net_make(&made, norm, NET_LAYERS);
    sid_experiment here = net_experiment(&made, &one, 0.16, 0.025, 0.125);
    sid_experiment there = net_experiment(&made, &four, 0.16 * 16.0, 0.025 / 16.0, 0.5);
    double *a = net_end(context, net_norm_name(norm), &here),
           *b = net_end(context, net_norm_name(norm), &there);
    char name[VF_TEXT_SIZE];
    vf_text(name, "c = 4, %s, 200 steps", net_norm_name(norm));
    for (uint32_t j = 0; a && b && j < made.problem.dim; j++) a[j] *= 4.0;
    if (a && b) vf_same_bits(context, name, a, b, made.problem.dim + 1);
    free(a), free(b);
  }
}

/* Angle of two states, of which rounding is all that parts them. */
static double net_apart(const double *a, const double *b, uint32_t p) {
  double na = vf_norm(a, p), nb = vf_norm(b, p), total = 0.0;
  for (uint32_t j = 0; j < p; j++) total += (a[j] / na - b[j] / nb) * (a[j] / na - b[j] / nb);
  return sqrt(total);
}

/* How far rounding goes is seen from a start that is 2^-33 longer, which moves eta/R by 2^-32: the
 * path goes 2^-32 times some factor away. Each step of either path has at most 64 roundings of
 * 2^-53 that act like that. */
static void net_exponential(vf_context *context) {
  static net_case made;
  const double eta = 0.16, lam = 0.025, a = 1.0 - eta * lam, size = 0.125;
  sid_segment segment, other;
  net_make(&made, SID_NORM_BN, NET_LAYERS);
  sid_experiment decay = net_experiment(&made, &segment, eta, lam, size);
  sid_experiment moved = net_experiment(&made, &other, eta, lam, size * (1.0 + 0x1p-33));
  sid_experiment grows = net_experiment(&made, &other, eta, lam, size);
  grows.schedule = (sid_schedule){.kind = SID_EXPONENTIAL, .lr = eta / a, .factor = 1.0 / (a * a)};
  double *x = net_end(context, "decay", &decay), *y = net_end(context, "exponential", &grows);
  other = segment;
  double *z = net_end(context, "moved", &moved);
  if (x && y && z) {
    const double spread = net_apart(x, z, made.problem.dim) * 0x1p32;
    vf_within(context, "direction after 200 steps, bn", net_apart(x, y, made.problem.dim), 0.0,
              fmax(spread, 1.0) * 64.0 * NET_STEPS * NET_ULP,
              "64 roundings a step, spread as a change of the start is");
  }
  free(x), free(y), free(z);
}

static const vf_check table[] = {
    {"net2.powers-of-two", "il, Section 2", "c W, c^2 eta, lam/c^2: the same path, c = 4: bits",
     VF_QUICK, net_powers},
    {"net2.exponential", "il, Section 2", "weight decay is an exponentially growing rate", VF_QUICK,
     net_exponential},
};

VF_ROW(net2, table, "the last states of two runs of 200 steps with the same batches",
       "a decay that is not 1 - eta lam, or anything in the network that has a scale");

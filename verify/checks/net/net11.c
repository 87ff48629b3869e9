/* Row net11, the critical batch size. At equilibrium (2 - el) lam R = eta (G + N) with G = |grad
 * L|^2 and N the trace of a batch's covariance (svag, (14)). When batch and rate grow together by
 * kappa, N falls with the batch: as long as it is above G the norm stays (linear scaling), and
 * beyond it rises. Where R, kappa N and G stay within [1/C, C] of what they were, kappa <= C^2 +
 * (C^2 - 1) N/G (svag, Theorem 6.6 in its sharp form, Figure 6). */
#include <math.h>
#include <stdlib.h>
#include "checks/net/net.h"
#include "formats/memory.h"
#include "harness/estimators.h"

enum { NET_COUNT = 16, NET_TIMES = 16, NET_OBSERVED = 3 };

static const double net_lam = 0.125, net_rate = 0.02; /* eta over the batch */

/* Means along a trajectory, and their moments: R, G, N, and (2-el) lam R/(eta (G+N)) as a ratio of
 * means. */
typedef struct {
  double r[NET_COUNT], g[NET_COUNT], n[NET_COUNT];
  vf_moments of_r, of_g, of_n;
  vf_estimate balance, n_over_g;
} net_sizes;

static void net_average(const double *rows, double eta, net_sizes *sizes) {
  double gain[NET_COUNT], loss[NET_COUNT];
  for (size_t i = 0; i < NET_COUNT; i++) {
    double sums[NET_OBSERVED] = {0.0};
    for (size_t k = 0; k < (size_t)NET_TIMES * NET_OBSERVED; k++)
      sums[k % NET_OBSERVED] += rows[i * NET_TIMES * NET_OBSERVED + k] / NET_TIMES;
    sizes->r[i] = sums[0], sizes->g[i] = sums[1], sizes->n[i] = sums[2];
    loss[i] = (2.0 - eta * net_lam) * net_lam * sums[0], gain[i] = eta * (sums[1] + sums[2]);
  }
  sizes->of_r = vf_moments_of(sizes->r, NET_COUNT);
  sizes->of_g = vf_moments_of(sizes->g, NET_COUNT);
  sizes->of_n = vf_moments_of(sizes->n, NET_COUNT);
  sizes->balance = vf_ratio_of(loss, gain, NET_COUNT);
  sizes->n_over_g = vf_ratio_of(sizes->n, sizes->g, NET_COUNT);
}

/* From 3/el steps on, for 4/el steps. Layer normalisation, so that a sample has a gradient. -1
 * after an error. */
static int net_at_batch(vf_context *context, const net_case *made, uint32_t batch,
                        net_sizes *sizes) {
  static const int32_t observed[] = {SID_NORM2, SID_GRAD_NORM2, SID_NOISE_TRACE};
  const double eta = net_rate * batch, time = 1.0 / (eta * net_lam);
  char name[VF_TEXT_SIZE];
  sid_segment segment;
  sid_experiment experiment = net_experiment(made, &segment, eta, net_lam, 0.1);
  uint64_t *steps = vf_steps((uint64_t)ceil(3.0 * time), (uint64_t)ceil(0.25 * time), NET_TIMES);
  experiment.dynamics.batch = batch;
  experiment.steps = steps[NET_TIMES - 1];
  experiment.checkpoints = steps, experiment.checkpoint_count = NET_TIMES;
  experiment.observables = observed, experiment.observable_count = NET_OBSERVED;
  vf_text(name, "batch %u", (unsigned)batch);
  double *rows = vf_observe(context, name, &experiment, NET_COUNT);
  if (rows) net_average(rows, eta, sizes);
  free(rows), free(steps);
  return rows ? 0 : -1;
}

/* C^2 of the step from one batch to kappa times it. */
static double net_closeness(const net_sizes *from, const net_sizes *to, double kappa) {
  const double ratios[] = {to->of_r.mean / from->of_r.mean, kappa * to->of_n.mean / from->of_n.mean,
                           to->of_g.mean / from->of_g.mean};
  double c = 1.0;
  for (int k = 0; k < 3; k++) c = fmax(c, fmax(ratios[k], 1.0 / ratios[k]));
  return c * c;
}

static void net_scaling(vf_context *context, const net_sizes *from, const net_sizes *to,
                        const char *name, double kappa) {
  const double c2 = net_closeness(from, to, kappa);
  const vf_critical_batch bound = vf_critical_batch_of(from->n_over_g, c2, 0.0);
  vf_at_least(context, name, bound.tight.value, kappa, "Theorem 6.6, C as measured");
}

/* With N/kappa and G as they were the balance makes R (1 + kappa G/N)/(1 + G/N) times as large. */
static void net_norms(vf_context *context, const net_sizes *from, const net_sizes *twice,
                      const net_sizes *far) {
  const double g_over_n = 1.0 / from->n_over_g.value,
               law = (1.0 + 2.0 * g_over_n) / (1.0 + g_over_n);
  const double near_by = twice->of_r.mean / from->of_r.mean,
               rise = far->of_r.mean / from->of_r.mean;
  vf_monte_carlo(context, "R at batch 8 over batch 4", near_by,
                 hypot(twice->of_r.standard_error, near_by * from->of_r.standard_error) /
                     from->of_r.mean,
                 law, rise - 1.0, "effect: R at batch 64 over batch 4, less 1");
  vf_at_least(context, "R at batch 64 over batch 4, less 3 s.e.",
              rise - 3.0 * hypot(far->of_r.standard_error, rise * from->of_r.standard_error) /
                         from->of_r.mean,
              1.25, "beyond N = G linear scaling fails");
}

static void net_critical(vf_context *context) {
  static const uint32_t batches[] = {4, 8, 16, 64};
  static net_case made;
  net_shape shape = net_small;
  net_sizes at[4];
  char name[VF_TEXT_SIZE];
  shape.norm = SID_NORM_LN, shape.activation = SID_ACTIVATION_SWISH, shape.temperature = 1.0;
  net_make_of(&made, &shape);
  for (int b = 0; b < 4; b++) {
    if (net_at_batch(context, &made, batches[b], at + b)) return;
    vf_text(name, "(2-el) lam R/(eta (G+N)), ln, batch %u", (unsigned)batches[b]);
    vf_monte_carlo(context, name, at[b].balance.value, at[b].balance.standard_error, 1.0, 0.5,
                   "effect: half of G + N, which is G at batch 64");
  }
  vf_at_least(context, "N/G at batch 4", at[0].n_over_g.value, 8.0, "noise rules");
  vf_at_most(context, "N/G at batch 64", at[3].n_over_g.value, 1.25, "the gradient does as much");
  net_norms(context, at, at + 1, at + 3);
  net_scaling(context, at, at + 3, "bound of kappa = 16 from batch 4", 16.0);
  net_scaling(context, at + 2, at + 3, "bound of kappa = 4 from batch 16", 4.0);
}

static const vf_check table[] = {
    {"net11.critical-batch", "svag, (14), Theorem 6.6, Figure 6",
     "linear scaling keeps the norm of a network while N is above G, and fails beyond", VF_QUICK,
     net_critical},
};

VF_ROW(net11, table, "R, |grad L|^2 and the exact noise trace at equilibrium, batches 4 to 64",
       "a noise trace that is not divided by the batch; G left out of the balance");

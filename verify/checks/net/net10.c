/* Row net10, whether the noise of SGD has to be that of batches. Gradient descent with Gaussian
 * noise of the same covariance, redrawn at every step, has the norm of SGD on its way to
 * equilibrium; gradient descent without noise falls far below it (svag, Section 4.2, Figure 5). */
#include <math.h>
#include <stdlib.h>
#include "checks/net/digits.h"

enum { NET_MOST = 48 };
enum { NET_SGD, NET_NOISY_GD, NET_GD, NET_KINDS };

static const char *const net_kinds[] = {"SGD", "noisy GD", "GD"};

typedef struct {
  double eta, lam, start;
  uint32_t batch;
  uint64_t steps[1];
} net_noise;

/* made->problem gets the noise of the kind. */
static sid_experiment net_run_of(net_case *made, const net_noise *run, int kind,
                                 sid_segment *segment) {
  static const int32_t dynamics[] = {SID_SGD, SID_NOISY_GD, SID_GD}, observed[] = {SID_NORM2};
  made->problem.noise = kind == NET_GD ? SID_NOISE_NONE : SID_NOISE_SAMPLES;
  sid_experiment experiment = net_experiment(made, segment, run->eta, run->lam, run->start);
  experiment.dynamics.kind = dynamics[kind];
  experiment.dynamics.batch = kind == NET_GD ? 1 : run->batch;
  experiment.seed = 60 + (uint64_t)kind;
  experiment.steps = run->steps[0];
  experiment.checkpoints = run->steps, experiment.checkpoint_count = 1;
  experiment.observables = observed, experiment.observable_count = 1;
  return experiment;
}

/* Layer normalisation: with bn a sample has no gradient of its own. The two noises differ in their
 * third moments, which moves R at equilibrium by a few per cent; half way there R knows that
 * little. Effect: what GD shows. */
static void net_noises(vf_context *context) {
  static const net_noise run = {0.16, 0.125, 0.15, 16, {50}};
  static net_case made;
  net_shape shape = net_small;
  vf_moments ends[NET_KINDS];
  shape.norm = SID_NORM_LN, shape.activation = SID_ACTIVATION_SWISH, shape.temperature = 0.5;
  net_make_of(&made, &shape);
  for (int kind = 0; kind < NET_KINDS; kind++) {
    sid_segment segment;
    sid_experiment experiment = net_run_of(&made, &run, kind, &segment);
    double *rows = vf_observe(context, net_kinds[kind], &experiment, NET_MOST);
    if (!rows) return;
    ends[kind] = vf_moments_of(rows, NET_MOST);
    free(rows);
  }
  const vf_moments *sgd = ends + NET_SGD, *noisy = ends + NET_NOISY_GD, *gd = ends + NET_GD;
  const double ratio = noisy->mean / sgd->mean, bare = gd->mean / sgd->mean;
  vf_monte_carlo(context, "R of noisy GD over SGD, ln, 50 steps", ratio,
                 hypot(noisy->standard_error, ratio * sgd->standard_error) / sgd->mean, 1.0,
                 1.0 - bare, "effect: GD without noise");
  vf_at_most(context, "R of GD over SGD, ln, 50 steps, and 3 s.e.",
             bare + 3.0 * hypot(gd->standard_error, bare * sgd->standard_error) / sgd->mean, 0.75,
             "the noise holds the norm up");
}

/* Two layers of width 32, 512 of the digits, R after 2000 steps. Another implementation measured
 * these with random numbers of its own. */
static void net_digits_noises(vf_context *context) {
  static const double others[] = {8.52, 8.52, 5.13};
  static const size_t counts[] = {12, 8, 4};
  static const net_noise run = {0.08, 0.0125, 1.0, 16, {2000}};
  static net_case made;
  net_shape shape = net_digits_large;
  shape.images = 512;
  shape.norm = SID_NORM_LN, shape.activation = SID_ACTIVATION_SWISH, shape.temperature = 1.0;
  if (net_digits(context, &made, &shape)) return;
  for (int kind = 0; kind < NET_KINDS; kind++) {
    sid_segment segment;
    char name[VF_TEXT_SIZE];
    const sid_experiment experiment = net_run_of(&made, &run, kind, &segment);
    vf_text(name, "R of %s, digits, ln, 2000 steps", net_kinds[kind]);
    double *rows = net_digits_observe(context, name, &experiment, counts[kind]);
    if (!rows) return;
    const vf_moments end = vf_moments_of(rows, counts[kind]);
    net_digits_agree(context, name, end.mean, end.standard_error, others[kind], 0.09, 3.4,
                     "effect: what GD and SGD differ by");
    free(rows);
  }
}

static const vf_check table[] = {
    {"net10.noisy-gd", "svag, Section 4.2, Figure 5",
     "Gaussian noise of the same covariance does what batches do; without noise R falls", VF_QUICK,
     net_noises},
    {"net10.digits", "svag, Figure 5", "the norms of SGD, noisy GD and GD on the digits", VF_FULL,
     net_digits_noises},
};

VF_ROW(net10, table, "R of ensembles of SGD, of GD with Gaussian noise and of GD",
       "a noise whose covariance is not that of a batch, or is not centred");

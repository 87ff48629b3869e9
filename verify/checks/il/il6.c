/* Section 5.3 of il: the linear scaling rule. In the SDE W with batch B and rate eta has at time t
 * the law of W with batch 1 and rate eta/B at time B t; for SGD drift and covariance agree to
 * leading order in eta. The equilibrium is set by eta lam/B: the ratio of noise to drift in the
 * direction is sqrt(2 eta lam/B) (print: lam/B). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "checks/il/regression.h"
#include "harness/limit.h"
#include "harness/outcomes.h"
#include "formats/memory.h"

enum { IL_TIME = 20 };

/* States after t = 1..20 units of time: batch B, rate eta, m B substeps, or B steps of batch 1,
 * rate eta/B, m substeps. 0 if a step fails. */
static int il_scaled_states(uint32_t batch, uint32_t m, double eta, double lam, int split,
                            double *states) {
  const sid_dynamics whole = il_dynamics(SID_SDE, m * batch, batch),
                     part = il_dynamics(SID_SDE, m, 1);
  double x[4] = {.7, -.4, 1.1, .3}, work[IL_WORK];
  sid_stream stream = vf_stream(4001, SID_KEY_NOISE, batch);
  for (int t = 0; t < IL_TIME; t++) {
    for (uint32_t b = 0; b < (split ? batch : 1); b++)
      if (sid_step(&il_regression, split ? &part : &whole, split ? eta / batch : eta, lam, x,
                   &stream, work))
        return 0;
    memcpy(states, x, sizeof x);
    states += 4;
  }
  return 1;
}

/* W^{B,eta}_t has the law of W^{1,eta/B}_{Bt}: in the SDE the two are one path. A substep of either
 * has the length eta/(B m) and the noise eta/(B sqrt(m)): for powers of two the same bits, else
 * apart by 100 roundings a substep. */
static void il_scaling_of_paths(vf_context *context) {
  static const uint32_t batches[] = {2, 4, 16, 3, 7}, substeps[] = {2, 1, 4, 4, 2};
  for (size_t k = 0; k < 5; k++) {
    double one[4 * IL_TIME], other[4 * IL_TIME], worst = 0.0;
    char name[VF_TEXT_SIZE];
    vf_text(name, "B=%u eta=0.2 lam=0.5, %u substeps per B=1 step, t=1..20", (unsigned)batches[k],
            (unsigned)substeps[k]);
    if (!il_scaled_states(batches[k], substeps[k], .2, .5, 0, one) ||
        !il_scaled_states(batches[k], substeps[k], .2, .5, 1, other)) {
      vf_error(context, name, "a step failed");
      continue;
    }
    for (int j = 0; j < 4 * IL_TIME; j++) vf_raise(&worst, fabs(one[j] - other[j]));
    if (k < 3)
      vf_same_bits(context, name, one, other, VF_COUNT(one));
    else
      vf_within(context, name, worst, 0.0, 100.0 * IL_TIME * batches[k] * substeps[k] * IL_ULP,
                "100 roundings a substep of numbers below 1, contracting");
  }
}

enum { IL_B = 3, IL_TRIPLES = 27 };

static const double il_three_features[9] = {1.2, -.3, .5, -.6, 1.1, .4, .3, .8, -.9},
                    il_three_labels[3] = {.5, -.4, .7};

static const sid_problem il_three = {.kind = SID_NORMALISED_LINEAR,
                                     .noise = SID_NOISE_SAMPLES,
                                     .dim = 3,
                                     .samples = 3,
                                     .features = il_three_features,
                                     .labels = il_three_labels};

/* Mean (3 numbers) and covariance (9) after a unit of time, over all 27 triples of samples: one
 * step of batch 3, or 3 steps of batch 1 with a third of the rate. */
static void il_enumerated(const sid_stream streams[IL_TRIPLES], double eta, double lam, int split,
                          double mean[12]) {
  const sid_dynamics sgd = il_dynamics(SID_SGD, 0, split ? 1 : IL_B);
  double x[IL_TRIPLES][3], work[IL_WORK];
  for (int k = 0; k < 12; k++) mean[k] = 0.0;
  for (int s = 0; s < IL_TRIPLES; s++) {
    sid_stream stream = streams[s];
    x[s][0] = .5, x[s][1] = -.3, x[s][2] = .6;
    for (int b = 0; b < (split ? IL_B : 1); b++)
      if (sid_step(&il_three, &sgd, split ? eta / IL_B : eta, lam, x[s], &stream, work))
        x[s][0] = (double)NAN;
    for (int j = 0; j < 3; j++) mean[j] += x[s][j] / IL_TRIPLES;
  }
  for (int s = 0; s < IL_TRIPLES; s++)
    for (int k = 0; k < 9; k++)
      mean[3 + k] += (x[s][k / 3] - mean[k / 3]) * (x[s][k % 3] - mean[k % 3]) / IL_TRIPLES;
}

/* -(grad L + lam x) and Sigma/3 at the start, from the gradients of the samples. */
static void il_scaling_law(double lam, double law[12]) {
  static const double x[3] = {.5, -.3, .6};
  double g[3][3];
  for (int j = 0; j < 12; j++) law[j] = j < 3 ? -lam * x[j] : 0.0;
  for (uint32_t i = 0; i < 3; i++) {
    sid_problem_sample_gradient(&il_three, i, x, g[i], NULL);
    for (int j = 0; j < 3; j++) law[j] -= g[i][j] / 3.0;
  }
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 9; k++)
      law[3 + k] += (g[i][k / 3] + law[k / 3] + lam * x[k / 3]) *
                    (g[i][k % 3] + law[k % 3] + lam * x[k % 3]) / (3.0 * IL_B);
}

/* SGD itself: one step of batch B, and B steps of batch 1 with eta/B, have the same drift and the
 * same covariance Sigma/B to leading order in eta, so over 1/eta steps their laws agree to first
 * order. A covariance of numbers below eta errs by eta 2^-53 for each of 40 roundings; divided by
 * eta^2. */
static void il_scaling_of_samples(vf_context *context) {
  static const double lams[] = {.5, 0.0};
  sid_stream streams[IL_TRIPLES];
  if (vf_index_streams(3, IL_B, streams)) {
    vf_error(context, "enumeration", "a triple of samples does not turn up");
    return;
  }
  for (int c = 0; c < 4; c++) {
    double law[12], mean[IL_LEVELS][12];
    il_scaling_law(lams[c / 2], law);
    for (int k = 0; k < IL_LEVELS; k++)
      il_enumerated(streams, ldexp(.1, -k), lams[c / 2], c % 2, mean[k]);
    for (int j = 0; j < 12; j++) {
      static const double start[3] = {.5, -.3, .6};
      double value[IL_LEVELS];
      char name[VF_TEXT_SIZE];
      for (int k = 0; k < IL_LEVELS; k++) {
        const double eta = ldexp(.1, -k);
        value[k] = j < 3 ? (mean[k][j] - start[j]) / eta : mean[k][j] / (eta * eta);
      }
      vf_text(name, "%s %d of %s, lam=%g, p=3 n=3 B=3", j < 3 ? "drift" : "covariance",
              j < 3 ? j : j - 3, c % 2 ? "3 steps" : "a batch", lams[c / 2]);
      vf_limit(context, name, value, IL_LEVELS, 1, law[j], 40.0 * IL_ULP / ldexp(.1, 1 - IL_LEVELS),
               1e-6);
    }
  }
}

/* z_k = 8^(1/4) (cos k pi/3, sin k pi/3), no labels: the loss is constant and the noise of one
 * sample has trace 1 on the unit circle, everywhere. */
static const double il_frame_features[6] = {1.6817928305074290, 0.0,
                                            .8408964152537145,  1.4564753151219703,
                                            -.8408964152537145, 1.4564753151219703};
static const double il_frame_labels[3] = {0.0, 0.0, 0.0};

typedef struct {
  double eta, lam;
  uint32_t batch, substeps; /* 0 substeps for sgd */
  uint64_t steps, count;
} il_batch_case;

/* Mean over a stretch at equilibrium, from 10/el on, of (eta/R) (R tr Sigma_B): the ratio of noise
 * to drift in the direction, a mean for each trajectory. */
static vf_moments il_noise_to_drift(vf_context *context, const char *name,
                                    const il_batch_case *one) {
  static const int32_t observables[] = {SID_EFFECTIVE_LR, SID_NORM2, SID_NOISE_TRACE};
  const sid_segment segment = {0, one->eta, one->lam, 1.0};
  const double start[2] = {.6, .8};
  sid_experiment experiment = {
      .problem = {.kind = SID_NORMALISED_LINEAR,
                  .noise = SID_NOISE_SAMPLES,
                  .dim = 2,
                  .samples = 3,
                  .features = il_frame_features,
                  .labels = il_frame_labels},
      .dynamics = il_dynamics(one->substeps ? SID_SDE : SID_SGD, one->substeps, one->batch),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, start, 0.0},
      .seed = 61,
      .steps = one->steps,
      .observable_count = 3,
      .observables = observables};
  const uint64_t every = 5;
  size_t rows = 0, first = (size_t)(10.0 / (one->eta * one->lam) / (double)every);
  double *values = il_rows(context, name, &experiment, one->count, every, &rows);
  double *means = vf_allocate(one->count, sizeof *means);
  vf_moments moments = {(double)NAN, (double)NAN, (double)NAN};
  for (size_t i = 0; values && i < one->count; i++) {
    means[i] = 0.0;
    for (size_t k = first; k < rows; k++) {
      const double *row = values + 3 * (i * rows + k);
      means[i] += row[0] * row[1] * row[2] / (double)(rows - first);
    }
  }
  if (values) moments = vf_moments_of(means, one->count);
  free(values);
  free(means);
  return moments;
}

/* E17: the equilibrium is set by eta lam/B: in the SDE the ratio of noise to drift is sqrt(2 eta
 * lam/B). Printed: lam/B alone, so the value with eta = .1. m substeps err by el/(4m) of the value
 * and less. */
static void il_erratum_batch(vf_context *context) {
  static const il_batch_case cases[] = {
      {.2, .5, 1, 8, 500, 64}, {.2, .5, 2, 8, 500, 64}, {.4, .01, 4, 1, 20000, 8}};
  for (int k = 0; k < 3; k++) {
    const il_batch_case *one = cases + k;
    char name[VF_TEXT_SIZE], key[VF_TEXT_SIZE];
    vf_text(name, "eta=%g lam=%g B=%u", one->eta, one->lam, (unsigned)one->batch);
    vf_text(key, "il6.noise-to-drift.eta-%g.lam-%g.b-%u", one->eta, one->lam, (unsigned)one->batch);
    const vf_moments ratio = il_noise_to_drift(context, name, one);
    const double el = one->eta * one->lam, right = vf_expected(context, key);
    vf_erratum(context, name, ratio.mean, right, vf_expected_of(context, "%s.printed", key),
               3.0 * ratio.standard_error + el / one->substeps * right,
               "3 standard errors and el/m, m substeps");
  }
}

/* The same for sampled noise, in units of sqrt(2 eta lam/B): 1 + O(el), extrapolated from el and
 * el/2. */
static void il_batch_equilibrium(vf_context *context) {
  static const il_batch_case cases[] = {
      {.2, .1, 2, 0, 2000, 64}, {.4, .1, 4, 0, 2000, 64}, {.1, .3, 3, 0, 2000, 64}};
  for (int k = 0; k < 3; k++) {
    il_batch_case one = cases[k];
    char name[VF_TEXT_SIZE];
    vf_text(name, "eta=%g lam=%g and half of that, B=%u", one.eta, one.lam, (unsigned)one.batch);
    const vf_moments coarse = il_noise_to_drift(context, name, &one);
    const double unit = sqrt(2.0 * one.eta * one.lam / one.batch), finer = unit * sqrt(.5);
    one.lam *= .5, one.steps *= 2;
    const vf_moments fine = il_noise_to_drift(context, name, &one);
    const double error = hypot(2.0 * fine.standard_error / finer, coarse.standard_error / unit);
    vf_monte_carlo(context, name, 2.0 * fine.mean / finer - coarse.mean / unit, error, 1.0,
                   sqrt((double)one.batch) - 1.0, "effect: B not divided by");
  }
}

static const vf_check table[] = {
    {"il6.paths", "il, Section 5.3, linear scaling rule",
     "W^{B,eta}_t is W^{1,eta/B}_{Bt}, path by path of the SDE", VF_QUICK, il_scaling_of_paths},
    {"il6.samples", "il, Section 5.3, linear scaling rule",
     "batch B and eta, or B batches and eta/B: one drift, one covariance, by enumeration", VF_QUICK,
     il_scaling_of_samples},
    {"il6.equilibrium", "il, Section 5.3, linear scaling rule",
     "noise over drift is sqrt(2 eta lam/B)", VF_QUICK, il_batch_equilibrium},
    {"errata.il6-batch-equilibrium", "il, Section 5.3, linear scaling rule",
     "eta lam/B sets the equilibrium, not lam/B", VF_QUICK, il_erratum_batch},
};

VF_ROW(il6, table,
       "paired paths of the SDE, enumerated batches, and the equilibrium under both batch sizes",
       "a covariance that is not divided by the batch, lam/B for eta lam/B");

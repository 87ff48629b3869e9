/* il (001), "Reconciling Modern Deep Learning with Traditional Optimization Analyses": the
 * equilibrium and the way there. Rows il4 (decay of the LR), il5 (early large LR), il6 (linear
 * scaling), il7 (momentum), il8 (fast equilibrium in function space), il10 (averages of weights),
 * and X7 for the dynamics with memory.
 *
 * Noise of fixed length and no loss make the norm deterministic; m steps with rate eta/m and noise
 * sqrt(m) times as large are m substeps of the SDE (il1.substeps). Laws of the SDE are limits m ->
 * infinity of such runs. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/check.h"
#include "harness/estimators.h"
#include "harness/limit.h"

#define EQ_ULP 0x1p-53

enum {
  EQ_DIM = 11,    /* largest dimension here */
  EQ_WORK = 256,  /* >= sid_step_workspace() of every problem here */
  EQ_SEGMENTS = 8 /* of a schedule */
};

static double eq_dot(const double *a, const double *b, size_t n) {
  double sum = 0.0;
  for (size_t j = 0; j < n; j++) sum += a[j] * b[j];
  return sum;
}

/* The larger of worst and |gap|; NaN if either is. */
static double eq_worse(double worst, double gap) {
  return fabs(gap) > worst || isnan(gap) ? fabs(gap) : worst;
}

/* vf_expected() of a key put together like printf does. */
static double eq_key(vf_context *context, const char *form, ...) {
  char key[160];
  va_list arguments;
  va_start(arguments, form);
  (void)vsnprintf(key, sizeof key, form, arguments);
  va_end(arguments);
  return vf_expected(context, key);
}

static sid_stream eq_stream(uint64_t number) {
  const uint64_t key[2] = {SID_KEY_NOISE, number};
  sid_stream stream = {0, 0, 0, 0};
  (void)sid_stream_init(&stream, 4001, key, 2); /* a fixed, valid key */
  return stream;
}

static sid_dynamics eq_dynamics(int32_t kind, uint32_t substeps, uint32_t batch) {
  const sid_dynamics dynamics = {.kind = kind, .substeps = substeps, .batch = batch};
  return dynamics;
}

/* Rows of `count` trajectories from `first` on, at steps 0, every, 2 every, ...; *rows of them
 * each. NULL after an error in the report. */
static double *eq_rows(vf_context *context, const char *name, sid_experiment *experiment,
                       uint64_t first, uint64_t count, uint64_t every, size_t *rows) {
  const size_t width = sid_row_width(experiment);
  *rows = (size_t)(experiment->steps / every + 1);
  uint64_t *checkpoints = malloc(*rows * sizeof *checkpoints);
  double *values = malloc(*rows * (size_t)count * width * sizeof *values);
  for (size_t k = 0; checkpoints && k < *rows; k++) checkpoints[k] = k * every;
  experiment->checkpoints = checkpoints;
  experiment->checkpoint_count = (uint32_t)*rows;
  const int ready = checkpoints && values && !sid_experiment_validate(experiment);
  const int good = ready && !vf_ensemble(experiment, first, count, vf_jobs(context), values, NULL);
  if (!good) vf_error(context, name, "the experiment is refused, or out of memory");
  free(checkpoints);
  experiment->checkpoints = NULL;
  if (good) return values;
  free(values);
  return NULL;
}

/* ---- the norm under noise of fixed length ---- */

typedef struct {
  double eta, lam, time;
} eq_phase;

typedef struct {
  double tr, g0; /* tr Sigma at |W| = 1, |W_0|^2 */
  const eq_phase *phases;
  uint32_t phase_count;
  uint32_t m; /* steps per unit of time */
} eq_norm_case;

/* In the paper's units, where the rate is eta and not eta/m. */
typedef struct {
  double norm2, gamma, effective_lr, angle;
} eq_norm;

static uint64_t eq_segments(const eq_phase *phases, uint32_t count, uint32_t m,
                            sid_segment *segments) {
  double now = 0.0;
  for (uint32_t k = 0; k < count; k++) {
    segments[k] = (sid_segment){(uint64_t)llround(now * m), phases[k].eta / m, phases[k].lam, 1.0};
    now += phases[k].time;
  }
  return (uint64_t)llround(now * m);
}

static const int32_t eq_norm_observables[] = {SID_NORM2, SID_GAMMA, SID_EFFECTIVE_LR,
                                              SID_STEP_ANGLE};

/* sgd with sphere noise in dimension 3, without loss: a row every `every` steps. NULL after an
 * error. */
static eq_norm *eq_norm_run(vf_context *context, const char *name, const eq_norm_case *one,
                            uint64_t every, size_t *rows) {
  sid_segment segments[EQ_SEGMENTS];
  const uint64_t steps = eq_segments(one->phases, one->phase_count, one->m, segments);
  const double length = sqrt(one->g0), x[3] = {.48 * length, .6 * length, .64 * length};
  sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY,
                  .noise = SID_NOISE_SPHERE,
                  .dim = 3,
                  .sigma = sqrt(one->tr * one->m)},
      .dynamics = eq_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = one->phase_count, .segments = segments},
      .start = {SID_START_POINT, x, 0.0},
      .steps = steps,
      .observable_count = 4,
      .observables = eq_norm_observables};
  double *values = eq_rows(context, name, &experiment, 0, 1, every, rows);
  eq_norm *norms = values ? malloc(*rows * sizeof *norms) : NULL;
  if (values && !norms) vf_error(context, name, "out of memory");
  for (size_t k = 0; norms && k < *rows; k++)
    norms[k] = (eq_norm){values[4 * k], values[4 * k + 1] / ((double)one->m * one->m),
                         values[4 * k + 2] * one->m, values[4 * k + 3]};
  free(values);
  return norms;
}

/* The last row; NaN after an error. */
static eq_norm eq_norm_end(vf_context *context, const char *name, const eq_norm_case *one) {
  double time = 0.0;
  size_t rows;
  for (uint32_t k = 0; k < one->phase_count; k++) time += one->phases[k].time;
  eq_norm end = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
  eq_norm *norms = eq_norm_run(context, name, one, (uint64_t)llround(time * one->m), &rows);
  if (norms) end = norms[rows - 1];
  free(norms);
  return end;
}

/* At the fixed point of R+ = (1-el)^2 R + eta^2 tr/R the 40 roundings of a step are damped by 4
 * el. */
static double eq_fixed_tolerance(double el) { return 40.0 * EQ_ULP / (4.0 * el) + 10.0 * EQ_ULP; }

static const char eq_fixed_basis[] = "40 roundings of 2^-53 in each step, damped by 4 el";

/* Effective LR at the fixed point R^2 = eta tr/(lam (2-el)). */
static double eq_fixed_rate(double el, double tr) { return sqrt(el * (2.0 - el) / tr); }

/* ---- il4: decay of the learning rate ---- */

typedef struct {
  double eta, lam, k, tr;
} eq_decay_case;

static const eq_decay_case eq_decay_cases[] = {{.1, .5, 10.0, 2.0}, {.4, .025, 4.0, .81}};

static void eq_decay_of(vf_context *context, const eq_decay_case *one) {
  static const char *const columns[] = {"step", "effective_lr"};
  const double el = one->eta * one->lam, late = el / one->k;
  const eq_phase phases[2] = {{one->eta, one->lam, ceil(12.0 / el)},
                              {one->eta / one->k, one->lam, ceil(12.0 / late)}};
  const eq_norm_case run = {one->tr, .3, phases, 2, 1};
  const size_t t = (size_t)phases[0].time;
  char name[120];
  size_t rows, falls = 0;
  (void)snprintf(name, sizeof name, "eta=%g lam=%g tr=%g, eta/%g at t=%zu", one->eta, one->lam,
                 one->tr, one->k, t);
  eq_norm *norms = eq_norm_run(context, name, &run, 1, &rows);
  double *series = malloc(2 * sizeof *series * (norms ? rows : 1));
  if (!series) vf_error(context, name, "out of memory");
  if (norms && series) {
    const double tolerance = eq_fixed_tolerance(late);
    vf_within_relative(context, name, norms[t].effective_lr / norms[t - 1].effective_lr,
                       1.0 / one->k, tolerance, eq_fixed_basis);
    vf_within_relative(context, name, norms[t - 1].effective_lr, eq_fixed_rate(el, one->tr),
                       tolerance, eq_fixed_basis);
    vf_within_relative(context, name, norms[rows - 1].effective_lr, eq_fixed_rate(late, one->tr),
                       tolerance, eq_fixed_basis);
    for (size_t j = t + 1; j < rows; j++)
      falls += norms[j].effective_lr < norms[j - 1].effective_lr * (1.0 - 2.0 * tolerance);
    vf_within(context, name, (double)falls, 0.0, 0.0,
              "the effective LR never falls while it recovers");
    for (size_t j = 0; j < rows; j++)
      series[2 * j] = (double)j, series[2 * j + 1] = norms[j].effective_lr;
    vf_series(context, name, columns, 2, series, rows);
  }
  free(series);
  free(norms);
}

/* Section 5.3: dividing eta by k divides the effective LR by k at once. Then it climbs to its
 * equilibrium, which depends on el alone: sqrt(el (2-el)/tr), a factor sqrt(k) (1 + O(el)) below
 * the old one. */
static void eq_decay(vf_context *context) {
  for (size_t k = 0; k < 2; k++) eq_decay_of(context, eq_decay_cases + k);
}

/* E16: el divided by 10 (by eta, by lam): the effective LR falls by sqrt(10) up to a factor
 * (1-el/2)^(1/2), printed el^(-1/2): it rises. */
static void eq_erratum_equilibrium(vf_context *context) {
  static const double lates[2][2] = {{.01, .5}, {.1, .05}};
  for (int k = 0; k < 2; k++) {
    const eq_phase phases[2] = {{.1, .5, 400.0}, {lates[k][0], lates[k][1], 4000.0}};
    const eq_norm_case early = {2.0, .3, phases, 1, 1}, late = {2.0, .3, phases, 2, 1};
    const char *name = k ? "el .05 -> .005 by lam, tr=2" : "el .05 -> .005 by eta, tr=2";
    const double ratio = eq_norm_end(context, name, &late).effective_lr /
                         eq_norm_end(context, name, &early).effective_lr;
    const double right = vf_expected(context, "il4.final-rate-ratio.k-10");
    vf_erratum(context, name, ratio, right,
               vf_expected(context, "il4.final-rate-ratio.k-10.printed"), .05 / 3.0 * right,
               "finite el: a factor 1 + el/4");
  }
}

enum { EQ_LEVELS = 6 };

/* The effective LR a time c/el after eta and lam were divided by `rate` and `decay`, over the one
 * before, for el (after the decay) -> 0: el = 2^-first, 2^-first-1, ... */
typedef struct {
  double rate, decay, c;
  int first;
} eq_recovery_case;

static double eq_recovery_at(vf_context *context, const eq_recovery_case *one, double el) {
  const double eta = .25, lam = el / eta, before = el * one->rate * one->decay;
  const eq_phase phases[2] = {{eta * one->rate, lam * one->decay, ceil(12.0 / before)},
                              {eta, lam, one->c / el}};
  const eq_norm_case early = {2.0, .3, phases, 1, 1}, late = {2.0, .3, phases, 2, 1};
  return eq_norm_end(context, "recovery", &late).effective_lr /
         eq_norm_end(context, "recovery", &early).effective_lr;
}

/* (10), (12): gamma relaxes like e^(-4 el t), so the recovery takes a time O(1/el), whatever el: at
 * t = c/el the effective LR depends on c alone, up to a power series in el. Section 6.2: LR/10 and
 * WD*10 leave el alone and make gamma 100 equilibria, so the rate is (1 + 99 e^(-4c))^(-1/2) of the
 * old and new one. */
static void eq_recovery(vf_context *context) {
  static const eq_recovery_case cases[] = {
      {10.0, 1.0, .5, 6}, {10.0, 1.0, 2.0, 6}, {4.0, 1.0, .5, 5}, {4.0, 1.0, 2.0, 5},
      {2.0, 1.0, .5, 5},  {2.0, 1.0, 2.0, 5},  {10.0, .1, 1.0, 5}};
  for (size_t k = 0; k < 7; k++) {
    const eq_recovery_case *one = cases + k;
    const double expected = one->decay == 1.0
                                ? eq_key(context, "il4.rate-ratio.k-%g.el-t-%g", one->rate, one->c)
                                : 1.0 / sqrt(1.0 + 99.0 * exp(-4.0 * one->c));
    double value[EQ_LEVELS];
    char name[120];
    (void)snprintf(name, sizeof name, "eta/%g lam/%g, t=%g/el, el=2^-%d, ...", one->rate,
                   one->decay, one->c, one->first);
    for (int i = 0; i < EQ_LEVELS; i++)
      value[i] = eq_recovery_at(context, one, ldexp(1.0, -one->first - i));
    vf_limit(context, name, value, EQ_LEVELS, 1, expected,
             4.0 * eq_fixed_tolerance(ldexp(1.0, -one->first - EQ_LEVELS)), 1e-5);
  }
}

/* Time at which gamma over its equilibrium first is 1 + eps: between two rows by a straight line in
 * the logarithm of the excess, which is one up to the error of a step. NaN if it does not
 * happen. */
static double eq_crossing(vf_context *context, const char *name, const eq_norm_case *run,
                          double equilibrium, double eps) {
  size_t rows;
  eq_norm *norms = eq_norm_run(context, name, run, 1, &rows);
  double time = (double)NAN, before = 0.0;
  for (size_t k = 0; norms && k < rows; k++) {
    const double excess = norms[k].gamma / equilibrium - 1.0;
    if (excess <= eps) {
      if (k > 0 && excess > 0.0)
        time = ((double)k - log(eps / excess) / log(before / excess)) / run->m;
      break;
    }
    before = excess;
  }
  free(norms);
  return time;
}

/* Time for gamma to come from `ratio` times its equilibrium to 1 + eps times, at rates eta and lam:
 * the limit m -> infinity of runs with first, 2 first, ... substeps, against `expected`. Returns
 * the limit. tr = 2 el makes the equilibrium of the SDE 1; that of m substeps is 1/(1 -
 * el/(2m)). */
static double eq_norm_time(vf_context *context, const char *name, double eta, double lam,
                           double ratio, double eps, int first, double expected) {
  const double el = eta * lam;
  double value[EQ_LEVELS];
  for (int k = 0; k < EQ_LEVELS; k++) {
    const uint32_t m = (uint32_t)first << k;
    const eq_phase phase = {eta, lam, ceil(1.3 * expected) + 2.0};
    const eq_norm_case run = {2.0 * el, eta * sqrt(ratio), &phase, 1, m};
    value[k] = eq_crossing(context, name, &run, 1.0 / (1.0 - el / (2.0 * m)), eps);
  }
  vf_limit(context, name, value, EQ_LEVELS, 1, expected,
           eq_fixed_tolerance(el / (first << EQ_LEVELS)) / (4.0 * el * eps), 1e-4 * expected);
  return value[EQ_LEVELS - 1];
}

/* Steps until gamma is within a factor 1 + delta of its equilibrium, after eta was divided by k:
 * ln((k-1)/delta)/(4 el). */
static void eq_recovery_steps(vf_context *context) {
  static const double ks[] = {2, 2, 4, 4}, els[] = {.01, .01, .002, .002},
                      deltas[] = {.1, .01, .1, .01};
  for (int c = 0; c < 4; c++) {
    char name[120];
    (void)snprintf(name, sizeof name, "steps until gamma is within %g, el=%g, eta/%g", deltas[c],
                   els[c], ks[c]);
    (void)eq_norm_time(
        context, name, .1, els[c] / .1, ks[c], deltas[c], 1,
        eq_key(context, "il4.recovery-time.k-%g.el-%g.delta-%g", ks[c], els[c], deltas[c]));
  }
}

static void eq_recovery_all(vf_context *context) {
  eq_recovery(context);
  eq_recovery_steps(context);
}

/* ---- il4: the five schedules of Table 1 ---- */

enum { EQ_SCHEDULES = 5, EQ_BLOCKS = 6 };

/* What Table 1 prints at epochs 0, 100, ..., 500: the LR is multiplied by this; in the fourth the
 * WD too. */
static const double eq_table1[EQ_SCHEDULES][EQ_BLOCKS] = {{1, .25, 4, .25, 2, 2},
                                                          {1, 1, 1, 1, 1, 1},
                                                          {1, 4, .5, .5, .25, 4},
                                                          {1, 4, .5, .5, .25, 4},
                                                          {32, .5, .5, .5, .5, .5}};

/* Phases of schedule s with 100 epochs of `block` units of time: 0..500 as printed, 500..1000 as it
 * ends, then LR/10 and no WD for 100 epochs. */
static void eq_table1_phases(int s, double eta, double lam, double block,
                             eq_phase phases[EQ_BLOCKS + 1]) {
  for (int b = 0; b < EQ_BLOCKS; b++) {
    eta *= eq_table1[s][b];
    lam *= s == 3 ? eq_table1[s][b] : 1.0;
    phases[b] = (eq_phase){eta, lam, b == EQ_BLOCKS - 1 ? 5.0 * block : block};
  }
  phases[EQ_BLOCKS] = (eq_phase){eta / 10.0, 0.0, block};
}

static void eq_five_norms_of(vf_context *context, double eta, double lam, double block) {
  const double el = eta * lam, tr = 2.0, fixed = sqrt(eta * tr / (lam * (2.0 - el))),
               tolerance = eq_fixed_tolerance(el);
  double least = (double)INFINITY, most = 0.0, tuned[EQ_SCHEDULES];
  char name[120];
  for (int s = 0; s < EQ_SCHEDULES; s++) {
    eq_phase phases[EQ_BLOCKS + 1];
    const eq_norm_case run = {tr, .3, phases, EQ_BLOCKS + 1, 1};
    size_t rows;
    eq_table1_phases(s, eta, lam, block, phases);
    (void)snprintf(name, sizeof name, "schedule %d, eta=%g lam=%g tr=2", s + 1, eta, lam);
    eq_norm *norms = eq_norm_run(context, name, &run, (uint64_t)block, &rows);
    if (!norms) return;
    least = fmin(least, norms[5].norm2), most = fmax(most, norms[5].norm2);
    tuned[s] = norms[11].norm2;
    vf_within_relative(context, name, norms[10].norm2, fixed, tolerance, eq_fixed_basis);
    free(norms);
  }
  vf_at_least(context, "largest over smallest |W|^2 at epoch 500", most / least, 2.0,
              "the histories must differ");
  for (int s = 0; s < EQ_SCHEDULES; s++)
    vf_within_relative(context, "|W|^2 after fine-tuning over that of schedule 2",
                       tuned[s] / tuned[1], 1.0, 2.0 * tolerance + 40.0 * block * EQ_ULP,
                       "both fixed points, and 40 roundings a step");
}

/* Figure 1, Table 1: different histories until epoch 500, the same eta and lam until 1000: the same
 * norm, and it stays the same through fine-tuning without WD. 100 epochs are 8/el steps, as 391
 * steps an epoch make it in the paper. */
static void eq_five_norms(vf_context *context) {
  eq_five_norms_of(context, .4, .05, 400.0);
  eq_five_norms_of(context, .05, .25, 640.0);
}

/* Table 1 with its own eta = .4 and lam = .0005: the norm at epoch 500, and 510 epochs later if
 * nothing is changed at 1000; limit of 1, 2, ... substeps. 40 roundings a step, and the steps of
 * the finest run. */
static void eq_table1_norms(vf_context *context, int per_epoch, double tr, int levels) {
  for (int s = 0; s < EQ_SCHEDULES; s++) {
    double value[2][EQ_LEVELS];
    eq_phase phases[EQ_BLOCKS + 1];
    eq_table1_phases(s, .4, .0005, 100.0 * per_epoch, phases);
    phases[EQ_BLOCKS - 1].time = 510.0 * per_epoch;
    for (int k = 0; k < levels; k++) {
      const eq_norm_case run = {tr, 1.0, phases, EQ_BLOCKS, 1u << k};
      size_t rows;
      eq_norm *norms = eq_norm_run(context, "table 1", &run, 10u * (uint64_t)per_epoch << k, &rows);
      for (int e = 0; e < 2; e++) value[e][k] = norms ? norms[e ? 101 : 50].norm2 : (double)NAN;
      free(norms);
    }
    for (int e = 0; e < 2; e++) {
      char name[120];
      (void)snprintf(name, sizeof name,
                     "schedule %d, eta=0.4 lam=0.0005 tr=%g, %d steps an epoch, epoch %d", s + 1,
                     tr, per_epoch, e ? 1010 : 500);
      const double expected =
          eq_key(context, "il4.table1.norm2.schedule-%d.steps-per-epoch-%d.tr-%g.epoch-%d", s + 1,
                 per_epoch, tr, e ? 1010 : 500);
      vf_limit(context, name, value[e], levels, 1, expected,
               40.0 * EQ_ULP * expected *
                   fmin(1010.0 * per_epoch * (1 << levels), 1.0 / (4.0 * .0002) * (1 << levels)),
               1e-6 * expected);
    }
  }
}

static void eq_table1_twenty(vf_context *context) { eq_table1_norms(context, 20, 1.0, 4); }

static void eq_table1_whole(vf_context *context) {
  eq_table1_norms(context, 20, .3, 4);
  eq_table1_norms(context, 390, 1.0, 3);
}

/* ---- a regression with sampled noise that no direction fits ---- */

/* Each row of a Hadamard matrix twice, with two labels: sum z z^T is a multiple of 1, so the loss
 * is a linear function on the sphere, with one minimum and one maximum; and the noise vanishes
 * nowhere. */
static const double eq_features[8 * 4] = {1, 1, 1,  1,  1, 1, 1,  1,  1, -1, 1,  -1, 1, -1, 1,  -1,
                                          1, 1, -1, -1, 1, 1, -1, -1, 1, -1, -1, 1,  1, -1, -1, 1};
static const double eq_labels[8] = {2.5, 1.5, -1.2, -1.8, .9, .3, .2, -.4};

static const sid_problem eq_regression = {.kind = SID_NORMALISED_LINEAR,
                                          .noise = SID_NOISE_SAMPLES,
                                          .dim = 4,
                                          .samples = 8,
                                          .features = eq_features,
                                          .labels = eq_labels};

static const int32_t eq_state[] = {SID_X};

enum { EQ_RUNS = 64 };

/* States of trajectories of schedule s at epochs 0, 100, ..., 1100. */
static double *eq_five_states(vf_context *context, const char *name, const sid_dynamics *dynamics,
                              int s, double eta, double lam, double block) {
  eq_phase phases[EQ_BLOCKS + 1];
  sid_segment segments[EQ_SEGMENTS];
  size_t rows;
  eq_table1_phases(s, eta, lam, block, phases);
  sid_experiment experiment = {
      .problem = eq_regression,
      .dynamics = *dynamics,
      .schedule = {.kind = SID_PIECEWISE, .segment_count = EQ_BLOCKS + 1, .segments = segments},
      .start = {SID_START_GAUSSIAN, NULL, .5},
      .seed = 77,
      .steps = eq_segments(phases, EQ_BLOCKS + 1, 1, segments),
      .observable_count = 1,
      .observables = eq_state};
  return eq_rows(context, name, &experiment, 0, EQ_RUNS, (uint64_t)block, &rows);
}

/* Largest distance at row r between the states x of one and y*factor of the other, relative to the
 * norm. */
static double eq_largest_gap(const double *one, const double *other, double factor, size_t r) {
  double worst = 0.0;
  for (size_t i = 0; i < EQ_RUNS; i++) {
    const double *x = one + (i * 12 + r) * 4, *y = other + (i * 12 + r) * 4;
    double d[4];
    for (int j = 0; j < 4; j++) d[j] = x[j] - factor * y[j];
    worst = eq_worse(worst, sqrt(eq_dot(d, d, 4) / eq_dot(x, x, 4)));
  }
  return worst;
}

/* Roundings of a step: 5 p + 2 n + 20 of them. */
static const double eq_regression_step = (5.0 * 4.0 + 2.0 * 8.0 + 20.0) * EQ_ULP;

static void eq_five_gaps(vf_context *context, const char *what, const double *one,
                         const double *other, double factor, double el, double block) {
  static const char *const places[] = {"epoch 500", "epoch 1000", "epoch 1100, fine-tuned"};
  const double bounds[] = {.05, eq_regression_step / (4.0 * el),
                           eq_regression_step * (.25 / el + block)};
  for (size_t k = 0; k < 3; k++) {
    char name[120];
    const double gap = eq_largest_gap(one, other, factor, k == 2 ? 11 : 5 * (k + 1));
    (void)snprintf(name, sizeof name, "%.70s, %.40s", what, places[k]);
    if (k == 0)
      vf_at_least(context, name, gap, bounds[k], "the histories must differ");
    else
      vf_within(
          context, name, gap, 0.0, bounds[k],
          "5 p + 2 n + 20 roundings of 2^-53 a step, damped by 4 el, and those of fine-tuning");
  }
}

static void eq_five_laws_of(vf_context *context, const sid_dynamics *dynamics, double eta,
                            double lam, double block) {
  double *states[EQ_SCHEDULES] = {NULL};
  int good = 1;
  for (int s = 0; s < EQ_SCHEDULES; s++) {
    states[s] = eq_five_states(context, "regression", dynamics, s, eta, lam, block);
    good = good && states[s];
  }
  for (int s = 0; good && s < EQ_SCHEDULES; s++) {
    char name[100];
    (void)snprintf(name, sizeof name, "schedules %d and 2, eta=%g lam=%g beta=%g, 64 runs", s + 1,
                   eta, lam, dynamics->beta);
    if (s != 1) eq_five_gaps(context, name, states[s], states[1], 1.0, eta * lam, block);
  }
  for (int s = 0; s < EQ_SCHEDULES; s++) free(states[s]);
}

/* The same with a loss, sampled noise and weights that start at random: trajectory i of every
 * schedule draws the same samples, so the distance of two schedules bounds the distance of their
 * laws from above (a coupling). It falls to the rounding of a step, damped by the contraction,
 * which is no slower than that of the norm, 4 el. So laws after 40/el steps of the same eta and lam
 * do not know their history; nor do they after fine-tuning, whose 8/el steps without WD add their
 * own roundings. */
static void eq_five_laws(vf_context *context) {
  const sid_dynamics sgd = eq_dynamics(SID_SGD, 0, 1);
  eq_five_laws_of(context, &sgd, .4, .05, 400.0);
  eq_five_laws_of(context, &sgd, .05, .25, 640.0);
}

/* Conjecture C.1: the same for momentum, whose norm relaxes faster by 1/(1-beta). */
static void eq_five_laws_of_momentum(vf_context *context) {
  const sid_dynamics half = {.kind = SID_MOMENTUM, .batch = 1, .beta = .5},
                     strong = {.kind = SID_MOMENTUM, .batch = 1, .beta = .75};
  eq_five_laws_of(context, &half, .2, .05, 400.0);
  eq_five_laws_of(context, &strong, .1, .1, 400.0);
}

/* The equilibrium depends on el alone: constant eta and lam with el = .02, from the same starts,
 * with the same samples. By X7 the weights are compared in units of sqrt(eta). */
static void eq_same_product(vf_context *context) {
  static const double etas[] = {.4, .05, .3}, lams[] = {.05, .4, .0666666666666666667};
  const sid_dynamics sgd = eq_dynamics(SID_SGD, 0, 1);
  double *first = eq_five_states(context, "regression", &sgd, 1, etas[0], lams[0], 400.0);
  for (int k = 1; first && k < 3; k++) {
    double *other = eq_five_states(context, "regression", &sgd, 1, etas[k], lams[k], 400.0);
    char name[120];
    (void)snprintf(name, sizeof name, "eta=0.4 lam=0.05 and eta=%g lam=%g, 64 runs", etas[k],
                   lams[k]);
    for (size_t r = 0; other && r < 11; r += 10) {
      const double gap = eq_largest_gap(first, other, sqrt(etas[0] / etas[k]), r);
      if (r == 0)
        vf_at_least(context, name, gap, .1, "the starts must differ");
      else
        vf_within(context, name, gap, 0.0, eq_regression_step * .25 / .02,
                  "5 p + 2 n + 20 roundings of 2^-53 a step, damped by 4 el");
    }
    free(other);
  }
  free(first);
}

/* ---- il5: two phases, early large LR ---- */

typedef struct {
  double g0, eta, lam, k, delta;
  int first; /* coarsest m at eta alone */
} eq_two_phase_case;

static const eq_two_phase_case eq_two_phase_cases[] = {
    {30.0, .1, .5, 2.0, .01, 8}, {20.0, .05, .2, 5.0, .1, 2}, {3.0, .02, .5, 4.0, .01, 2}};

static double eq_two_phase_key(vf_context *context, const eq_two_phase_case *one, const char *what,
                               const char *end) {
  return eq_key(context, "il5.%s.eta-%g.lam-%g.k-%g.g0-%g.delta-%g%s", what, one->eta, one->lam,
                one->k, one->g0, one->delta, end);
}

/* One of the times of Appendix E; print, with gamma_0 = G_0/eta^2, must be wrong where there is a
 * printed value. */
static double eq_two_phase_time(vf_context *context, const eq_two_phase_case *one, const char *what,
                                double factor, double ratio, int printed) {
  char name[120];
  (void)snprintf(name, sizeof name, "%s, |W_0|^2=%g eta=%g lam=%g K=%g delta=%g", what, one->g0,
                 one->eta, one->lam, one->k, one->delta);
  const double time =
      eq_norm_time(context, name, factor * one->eta, one->lam, ratio, one->delta,
                   (int)(one->first * factor), eq_two_phase_key(context, one, what, ""));
  if (printed)
    vf_rejected(context, name, time, eq_two_phase_key(context, one, what, ".printed"), 1e-3 * time,
                "print has gamma_0 = G_0/eta^2; the limit is known to far better than 1/1000");
  return time;
}

/* Appendix E, from weights that are too large, gamma_0 = G_0^2/eta^2: with eta alone the norm takes
 * ln((gamma_0 - 1)/delta)/(4 el). With K eta first gamma_0/K^2 is G_0^2/(K eta^2) equilibria, and
 * then, after the norm has come to 1 + delta of it, gamma = K (1 + delta) under eta: the two
 * logarithms of (15) in its right form. */
static void eq_two_phases(vf_context *context) {
  for (size_t c = 0; c < 3; c++) {
    const eq_two_phase_case *one = eq_two_phase_cases + c;
    const double gamma0 = one->g0 * one->g0 / (one->eta * one->eta), k = one->k;
    const double alone = eq_two_phase_time(context, one, "one-phase", 1.0, gamma0, 1);
    const double first = eq_two_phase_time(context, one, "first-phase", k, gamma0 / k, 1);
    const double second =
        eq_two_phase_time(context, one, "second-phase", 1.0, k * (1.0 + one->delta), 0);
    const double both = eq_two_phase_key(context, one, "two-phase", "");
    vf_within_relative(context, "two-phase, first and second together", first + second, both, 1e-7,
                       "the limits converge to 1e-7 and better");
    vf_at_most(context, "two-phase against one-phase", first + second, alone,
               "a large initial norm: the early large LR is faster");
  }
}

/* The first process needs 1/(2 el) for each factor e of G_0, the early large LR only a K-th of
 * that: gamma_0 100^2 times as large. 256 substeps: the rate is 4 el (1 + el/512). */
static void eq_initial_norm(vf_context *context) {
  for (size_t c = 0; c < 2; c++) {
    const eq_two_phase_case *one = eq_two_phase_cases + c;
    const double eta = one->k * one->eta, el = eta * one->lam;
    double more[2];
    char name[120];
    (void)snprintf(name, sizeof name, "100 |W_0|^2 against |W_0|^2=%g, eta=%g lam=%g K=%g", one->g0,
                   one->eta, one->lam, one->k);
    for (int k = 0; k < 2; k++) {
      const double ratio = (k ? 1e4 : 1.0) * one->g0 * one->g0 / (eta * one->eta);
      const eq_phase phase = {eta, one->lam, ceil(log(ratio / one->delta) / (4.0 * el)) + 2.0};
      const eq_norm_case run = {2.0 * el, eta * sqrt(ratio), &phase, 1, 256};
      more[k] = eq_crossing(context, name, &run, 1.0 / (1.0 - el / (2.0 * 256)), one->delta);
    }
    vf_within_relative(context, name, more[1] - more[0], 2.0 * log(100.0) / (4.0 * el),
                       el / 256.0 + one->eta * eta / (one->g0 * one->g0),
                       "el/512 of the rate with 256 substeps, and -1 in ln(ratio - 1)");
  }
}

/* The second phase of two-phase training: LR/10, no WD. gamma grows by 2 tr a step, (10) with el =
 * 0; the direction moves ever less, <W_t, W_0> = (1 + 2 tr t/gamma_0)^(-1/4), (6). From the
 * equilibrium gamma_0 = 100 tr/(2 el). */
static void eq_without_decay(vf_context *context) {
  static const double els[] = {.05, .02}, trs[] = {2.0, .81}, times[] = {400.0, 3000.0};
  for (int c = 0; c < 2; c++) {
    const eq_phase phases[2] = {{.1, 10.0 * els[c], ceil(10.0 / els[c])}, {.01, 0.0, times[c]}};
    const double gamma0 = 50.0 * trs[c] / els[c], grown = 1.0 + 2.0 * trs[c] * times[c] / gamma0;
    double gamma[EQ_LEVELS], overlap[EQ_LEVELS];
    for (int k = 0; k < EQ_LEVELS; k++) {
      const uint32_t m = 1u << k;
      const eq_norm_case run = {trs[c], .3, phases, 2, m};
      size_t rows;
      eq_norm *norms = eq_norm_run(context, "no decay", &run, 1, &rows);
      gamma[k] = norms ? norms[rows - 1].gamma / gamma0 : (double)NAN;
      overlap[k] = 1.0;
      for (size_t j = (size_t)phases[0].time * m + 1; norms && j < rows; j++)
        overlap[k] *= cos(norms[j].angle);
      free(norms);
    }
    char name[120];
    const double rounding = 40.0 * times[c] * (1 << (EQ_LEVELS - 1)) * EQ_ULP;
    (void)snprintf(name, sizeof name, "gamma/gamma_0, el=%g tr=%g, LR/10 and no WD for t=%g",
                   els[c], trs[c], times[c]);
    vf_limit(context, name, gamma, EQ_LEVELS, 1, grown, rounding * grown, 1e-6);
    (void)snprintf(name, sizeof name, "overlap, same, el=%g", els[c]);
    vf_limit(context, name, overlap, EQ_LEVELS, 1, pow(grown, -.25), rounding, 1e-6);
  }
}

/* ---- il6: linear scaling ---- */

enum { EQ_TIME = 20 };

/* States after t = 1..20 units of time: batch B, rate eta, m B substeps, or B steps of batch 1,
 * rate eta/B, m substeps. 0 if a step fails. */
static int eq_scaled_states(uint32_t batch, uint32_t m, double eta, double lam, int split,
                            double *states) {
  const sid_dynamics whole = eq_dynamics(SID_SDE, m * batch, batch),
                     part = eq_dynamics(SID_SDE, m, 1);
  double x[4] = {.7, -.4, 1.1, .3}, work[EQ_WORK];
  sid_stream stream = eq_stream(batch);
  for (int t = 0; t < EQ_TIME; t++) {
    for (uint32_t b = 0; b < (split ? batch : 1); b++)
      if (sid_step(&eq_regression, split ? &part : &whole, split ? eta / batch : eta, lam, x,
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
static void eq_scaling_of_paths(vf_context *context) {
  static const uint32_t batches[] = {2, 4, 16, 3, 7}, substeps[] = {2, 1, 4, 4, 2};
  for (size_t k = 0; k < 5; k++) {
    double one[4 * EQ_TIME], other[4 * EQ_TIME], worst = 0.0;
    char name[120];
    (void)snprintf(name, sizeof name, "B=%u eta=0.2 lam=0.5, %u substeps per B=1 step, t=1..20",
                   (unsigned)batches[k], (unsigned)substeps[k]);
    if (!eq_scaled_states(batches[k], substeps[k], .2, .5, 0, one) ||
        !eq_scaled_states(batches[k], substeps[k], .2, .5, 1, other)) {
      vf_error(context, name, "a step failed");
      continue;
    }
    for (int j = 0; j < 4 * EQ_TIME; j++) worst = eq_worse(worst, one[j] - other[j]);
    if (k < 3)
      vf_same_bits(context, name, one, other, sizeof one / sizeof one[0]);
    else
      vf_within(context, name, worst, 0.0, 100.0 * EQ_TIME * batches[k] * substeps[k] * EQ_ULP,
                "100 roundings a substep of numbers below 1, contracting");
  }
}

enum { EQ_B = 3, EQ_PATTERNS = 27 };

/* A stream about to draw each of the 27 triples of indices below 3; 0 if one does not turn up. */
static int eq_patterns(sid_stream streams[EQ_PATTERNS]) {
  sid_stream stream = eq_stream(1);
  int seen[EQ_PATTERNS] = {0}, missing = EQ_PATTERNS;
  for (long tries = 0; missing > 0 && tries < 100000; tries++) {
    sid_stream copy = stream;
    uint64_t pattern = 0;
    for (int j = 0; j < EQ_B; j++) pattern = 3 * pattern + sid_stream_index(&copy, 3);
    if (!seen[pattern]) {
      seen[pattern] = 1;
      streams[pattern] = stream;
      missing--;
    }
    (void)sid_stream_raw(&stream);
  }
  return missing == 0;
}

static const double eq_three_features[9] = {1.2, -.3, .5, -.6, 1.1, .4, .3, .8, -.9},
                    eq_three_labels[3] = {.5, -.4, .7};

static const sid_problem eq_three = {.kind = SID_NORMALISED_LINEAR,
                                     .noise = SID_NOISE_SAMPLES,
                                     .dim = 3,
                                     .samples = 3,
                                     .features = eq_three_features,
                                     .labels = eq_three_labels};

/* Mean (3 numbers) and covariance (9) after a unit of time, over all 27 triples of samples: one
 * step of batch 3, or 3 steps of batch 1 with a third of the rate. */
static void eq_enumerated(const sid_stream streams[EQ_PATTERNS], double eta, double lam, int split,
                          double mean[12]) {
  const sid_dynamics sgd = eq_dynamics(SID_SGD, 0, split ? 1 : EQ_B);
  double x[EQ_PATTERNS][3], work[EQ_WORK];
  for (int k = 0; k < 12; k++) mean[k] = 0.0;
  for (int s = 0; s < EQ_PATTERNS; s++) {
    sid_stream stream = streams[s];
    x[s][0] = .5, x[s][1] = -.3, x[s][2] = .6;
    for (int b = 0; b < (split ? EQ_B : 1); b++)
      if (sid_step(&eq_three, &sgd, split ? eta / EQ_B : eta, lam, x[s], &stream, work))
        x[s][0] = (double)NAN;
    for (int j = 0; j < 3; j++) mean[j] += x[s][j] / EQ_PATTERNS;
  }
  for (int s = 0; s < EQ_PATTERNS; s++)
    for (int k = 0; k < 9; k++)
      mean[3 + k] += (x[s][k / 3] - mean[k / 3]) * (x[s][k % 3] - mean[k % 3]) / EQ_PATTERNS;
}

/* -(grad L + lam x) and Sigma/3 at the start, from the gradients of the samples. */
static void eq_scaling_law(double lam, double law[12]) {
  static const double x[3] = {.5, -.3, .6};
  double g[3][3];
  for (int j = 0; j < 12; j++) law[j] = j < 3 ? -lam * x[j] : 0.0;
  for (uint32_t i = 0; i < 3; i++) {
    sid_problem_sample_gradient(&eq_three, i, x, g[i]);
    for (int j = 0; j < 3; j++) law[j] -= g[i][j] / 3.0;
  }
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 9; k++)
      law[3 + k] += (g[i][k / 3] + law[k / 3] + lam * x[k / 3]) *
                    (g[i][k % 3] + law[k % 3] + lam * x[k % 3]) / (3.0 * EQ_B);
}

/* SGD itself: one step of batch B, and B steps of batch 1 with eta/B, have the same drift and the
 * same covariance Sigma/B to leading order in eta, so over 1/eta steps their laws agree to first
 * order. A covariance of numbers below eta errs by eta 2^-53 for each of 40 roundings; divided by
 * eta^2. */
static void eq_scaling_of_samples(vf_context *context) {
  static const double lams[] = {.5, 0.0};
  sid_stream streams[EQ_PATTERNS];
  if (!eq_patterns(streams))
    vf_error(context, "enumeration", "a triple of samples does not turn up");
  for (int c = 0; c < 4; c++) {
    double law[12], mean[EQ_LEVELS][12];
    eq_scaling_law(lams[c / 2], law);
    for (int k = 0; k < EQ_LEVELS; k++)
      eq_enumerated(streams, ldexp(.1, -k), lams[c / 2], c % 2, mean[k]);
    for (int j = 0; j < 12; j++) {
      static const double start[3] = {.5, -.3, .6};
      double value[EQ_LEVELS];
      char name[120];
      for (int k = 0; k < EQ_LEVELS; k++) {
        const double eta = ldexp(.1, -k);
        value[k] = j < 3 ? (mean[k][j] - start[j]) / eta : mean[k][j] / (eta * eta);
      }
      (void)snprintf(name, sizeof name, "%s %d of %s, lam=%g, p=3 n=3 B=3",
                     j < 3 ? "drift" : "covariance", j < 3 ? j : j - 3,
                     c % 2 ? "3 steps" : "a batch", lams[c / 2]);
      vf_limit(context, name, value, EQ_LEVELS, 1, law[j], 40.0 * EQ_ULP / ldexp(.1, 1 - EQ_LEVELS),
               1e-6);
    }
  }
}

/* z_k = 8^(1/4) (cos k pi/3, sin k pi/3), no labels: the loss is constant and the noise of one
 * sample has trace 1 on the unit circle, everywhere. */
static const double eq_frame_features[6] = {1.6817928305074290, 0.0,
                                            .8408964152537145,  1.4564753151219703,
                                            -.8408964152537145, 1.4564753151219703};
static const double eq_frame_labels[3] = {0.0, 0.0, 0.0};

typedef struct {
  double eta, lam;
  uint32_t batch, substeps; /* 0 substeps for sgd */
  uint64_t steps, count;
} eq_batch_case;

/* Mean over a stretch at equilibrium, from 10/el on, of (eta/R) (R tr Sigma_B): the ratio of noise
 * to drift in the direction, a mean for each trajectory. */
static vf_moments eq_noise_to_drift(vf_context *context, const char *name,
                                    const eq_batch_case *one) {
  static const int32_t observables[] = {SID_EFFECTIVE_LR, SID_NORM2, SID_NOISE_TRACE};
  const sid_segment segment = {0, one->eta, one->lam, 1.0};
  const double start[2] = {.6, .8};
  sid_experiment experiment = {
      .problem = {.kind = SID_NORMALISED_LINEAR,
                  .noise = SID_NOISE_SAMPLES,
                  .dim = 2,
                  .samples = 3,
                  .features = eq_frame_features,
                  .labels = eq_frame_labels},
      .dynamics = eq_dynamics(one->substeps ? SID_SDE : SID_SGD, one->substeps, one->batch),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, start, 0.0},
      .seed = 61,
      .steps = one->steps,
      .observable_count = 3,
      .observables = observables};
  const uint64_t every = 5;
  size_t rows = 0, first = (size_t)(10.0 / (one->eta * one->lam) / (double)every);
  double *values = eq_rows(context, name, &experiment, 0, one->count, every, &rows);
  double *means = malloc(one->count * sizeof *means);
  vf_moments moments = {(double)NAN, (double)NAN, (double)NAN};
  for (size_t i = 0; values && means && i < one->count; i++) {
    means[i] = 0.0;
    for (size_t k = first; k < rows; k++) {
      const double *row = values + 3 * (i * rows + k);
      means[i] += row[0] * row[1] * row[2] / (double)(rows - first);
    }
  }
  if (!means) vf_error(context, name, "out of memory");
  if (values && means) moments = vf_moments_of(means, one->count);
  free(values);
  free(means);
  return moments;
}

/* E17: the equilibrium is set by eta lam/B: in the SDE the ratio of noise to drift is sqrt(2 eta
 * lam/B). Printed: lam/B alone, so the value with eta = .1. m substeps err by el/(4m) of the value
 * and less. */
static void eq_erratum_batch(vf_context *context) {
  static const eq_batch_case cases[] = {
      {.2, .5, 1, 8, 500, 64}, {.2, .5, 2, 8, 500, 64}, {.4, .01, 4, 1, 20000, 8}};
  for (int k = 0; k < 3; k++) {
    const eq_batch_case *one = cases + k;
    char name[120], key[120];
    (void)snprintf(name, sizeof name, "eta=%g lam=%g B=%u", one->eta, one->lam,
                   (unsigned)one->batch);
    (void)snprintf(key, sizeof key, "il6.noise-to-drift.eta-%g.lam-%g.b-%u", one->eta, one->lam,
                   (unsigned)one->batch);
    const vf_moments ratio = eq_noise_to_drift(context, name, one);
    const double el = one->eta * one->lam, right = vf_expected(context, key);
    vf_erratum(context, name, ratio.mean, right, eq_key(context, "%s.printed", key),
               3.0 * ratio.standard_error + el / one->substeps * right,
               "3 standard errors and el/m, m substeps");
  }
}

/* The same for sampled noise, in units of sqrt(2 eta lam/B): 1 + O(el), extrapolated from el and
 * el/2. */
static void eq_batch_equilibrium(vf_context *context) {
  static const eq_batch_case cases[] = {
      {.2, .1, 2, 0, 2000, 64}, {.4, .1, 4, 0, 2000, 64}, {.1, .3, 3, 0, 2000, 64}};
  for (int k = 0; k < 3; k++) {
    eq_batch_case one = cases[k];
    char name[120];
    (void)snprintf(name, sizeof name, "eta=%g lam=%g and half of that, B=%u", one.eta, one.lam,
                   (unsigned)one.batch);
    const vf_moments coarse = eq_noise_to_drift(context, name, &one);
    const double unit = sqrt(2.0 * one.eta * one.lam / one.batch), finer = unit * sqrt(.5);
    one.lam *= .5, one.steps *= 2;
    const vf_moments fine = eq_noise_to_drift(context, name, &one);
    const double error = hypot(2.0 * fine.standard_error / finer, coarse.standard_error / unit);
    vf_monte_carlo(context, name, 2.0 * fine.mean / finer - coarse.mean / unit, error, 1.0,
                   sqrt((double)one.batch) - 1.0, "effect: B not divided by");
  }
}

/* ---- il8: fast equilibrium in function space ---- */

enum { EQ_MODES = 400, EQ_INPUTS = 3 };

/* P_0..P_EQ_MODES of z by Bonnet's recursion. */
static void eq_legendre(double z, double p[EQ_MODES + 1]) {
  p[0] = 1.0, p[1] = z;
  for (int n = 1; n < EQ_MODES; n++) p[n + 1] = ((2 * n + 1) * z * p[n] - n * p[n - 1]) / (n + 1);
}

/* The steps of noise of fixed length in dimension 3 are uniform on a circle of angle D about the
 * old direction: such a walk multiplies the n-th Legendre mode by P_n(cos D). With modes[n] the
 * product over its steps and c = <W_0, u>, the probability of the class <W_t, u> > 0 is 1/2 + sum
 * over odd n of (P_(n-1)(0) - P_(n+1)(0))/2 P_n(c) modes[n]. */
static double eq_class_probability(double c, const double modes[EQ_MODES + 1]) {
  double at_zero[EQ_MODES + 1], at_c[EQ_MODES + 1], sum = .5;
  eq_legendre(0.0, at_zero);
  eq_legendre(c, at_c);
  for (int n = 1; n < EQ_MODES; n += 2)
    sum += (at_zero[n - 1] - at_zero[n + 1]) / 2.0 * at_c[n] * modes[n];
  return sum;
}

/* Products over the angles of norms[first + 1 .. last]. */
static void eq_class_modes(const eq_norm *norms, size_t first, size_t last,
                           double modes[EQ_MODES + 1]) {
  double factor[EQ_MODES + 1];
  for (int n = 0; n <= EQ_MODES; n++) modes[n] = 1.0;
  for (size_t k = first + 1; k <= last; k++) {
    eq_legendre(cos(norms[k].angle), factor);
    for (int n = 0; n <= EQ_MODES; n++) modes[n] *= factor[n];
  }
}

typedef struct {
  double eta, lam, g0;
  uint64_t steps;
} eq_class_case;

/* Inputs of the classifier and two starts on the unit sphere. */
static const double eq_inputs[EQ_INPUTS][3] = {{0.0, 0.0, 1.0}, {0.0, .6, .8}, {-.48, .64, .6}};
static const double eq_starts[2][3] = {{.48, .6, .64}, {.6, -.64, -.48}};

static double eq_class_overlap(int start, int input) {
  return eq_dot(eq_starts[start], eq_inputs[input], 3);
}

/* Fractions of 8000 runs in the class of each input, against the exact law. Effect: angles taken as
 * tan D = eta |g|/|x|, without the covariance halved on a sphere (P_1 = cos D = 1 - D^2/2 taken as
 * 1 - D^2): modes squared. */
static void eq_class_law_of(vf_context *context, const eq_class_case *one, int start) {
  enum { COUNT = 8000 };
  const eq_phase phase = {one->eta, one->lam, (double)one->steps};
  const eq_norm_case run = {1.0, one->g0, &phase, 1, 1};
  const sid_segment segment = {0, one->eta, one->lam, 1.0};
  const double length = sqrt(one->g0);
  double x[3], modes[EQ_MODES + 1], squared[EQ_MODES + 1], *ones = malloc(COUNT * sizeof *ones);
  for (int j = 0; j < 3; j++) x[j] = length * eq_starts[start][j];
  sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = 3, .sigma = 1.0},
      .dynamics = eq_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 83,
      .steps = one->steps,
      .observable_count = 1,
      .observables = eq_state};
  size_t rows, states;
  eq_norm *norms = eq_norm_run(context, "class", &run, 1, &rows);
  double *values = eq_rows(context, "class", &experiment, 0, COUNT, one->steps, &states);
  if (!ones) vf_error(context, "class", "out of memory");
  if (norms && values && ones) {
    eq_class_modes(norms, 0, rows - 1, modes);
    for (int n = 0; n <= EQ_MODES; n++) squared[n] = modes[n] * modes[n];
    for (int input = 0; input < EQ_INPUTS; input++) {
      char name[120];
      const double c = eq_class_overlap(start, input), expected = eq_class_probability(c, modes);
      for (size_t i = 0; i < COUNT; i++)
        ones[i] = eq_dot(values + 6 * i + 3, eq_inputs[input], 3) > 0.0;
      const vf_moments moments = vf_moments_of(ones, COUNT);
      (void)snprintf(name, sizeof name, "eta=%g lam=%g R_0=%g t=%d, <W_0,u>=%.3f, 8000 runs",
                     one->eta, one->lam, one->g0, (int)one->steps, c);
      vf_monte_carlo(context, name, moments.mean, moments.standard_error, expected,
                     expected - eq_class_probability(c, squared),
                     "effect: the variance of the direction doubled");
    }
  }
  free(ones);
  free(values);
  free(norms);
}

static void eq_class_law(vf_context *context) {
  static const eq_class_case cases[] = {{.1, .5, .3, 12}, {.2, .1, .8, 30}};
  for (int k = 0; k < 2; k++)
    for (int start = 0; start < 2; start++) eq_class_law_of(context, cases + k, start);
}

/* Total variation between the class predictions of ensembles from the two starts, averaged over the
 * inputs. */
static double eq_class_distance(const double modes[EQ_MODES + 1]) {
  double sum = 0.0;
  for (int input = 0; input < EQ_INPUTS; input++)
    sum += fabs(eq_class_probability(eq_class_overlap(0, input), modes) -
                eq_class_probability(eq_class_overlap(1, input), modes));
  return sum / EQ_INPUTS;
}

/* Modes of the SDE after the quadratic variation V of the direction: e^(-n (n+1) V/4). */
static void eq_class_modes_of(double v, double modes[EQ_MODES + 1]) {
  for (int n = 0; n <= EQ_MODES; n++) modes[n] = exp(-n * (n + 1) * v / 4.0);
}

typedef struct {
  double tau, ratio; /* el t, gamma_0 in units of its equilibrium */
  int first;
} eq_mixing_case;

/* Conjecture 5.3, exact: the total variation at t = tau/el tends to a function of tau alone as el
 * -> 0, so the time to come near is O(1/el). V = int tr/gamma dt = (1/2) ln(1 + (e^(4 tau) -
 * 1)/ratio), which is 2 tau from the equilibrium norm; a large norm costs ln(ratio)/4 more
 * (footnote 3). The angles are those of real runs, el = 2^-first, ... */
static void eq_mixing_time(vf_context *context) {
  static const eq_mixing_case cases[] = {
      {1.0, 1.0, 4}, {2.0, 1.0, 4}, {1.0, 100.0, 4}, {2.0, 100.0, 4}};
  for (size_t c = 0; c < 4; c++) {
    const eq_mixing_case *one = cases + c;
    double value[EQ_LEVELS], modes[EQ_MODES + 1];
    char name[120];
    (void)snprintf(name, sizeof name,
                   "total variation at t=%g/el, gamma_0=%g equilibria, el=2^-4..2^-9", one->tau,
                   one->ratio);
    for (int k = 0; k < EQ_LEVELS; k++) {
      const double eta = .25, el = ldexp(1.0, -one->first - k),
                   fixed = eta * eta / (el * (2.0 - el));
      const eq_phase phase = {eta, el / eta, one->tau / el};
      const eq_norm_case run = {1.0, sqrt(fixed * one->ratio), &phase, 1, 1};
      size_t rows;
      eq_norm *norms = eq_norm_run(context, name, &run, 1, &rows);
      if (norms) eq_class_modes(norms, 0, rows - 1, modes);
      value[k] = norms ? eq_class_distance(modes) : (double)NAN;
      free(norms);
    }
    eq_class_modes_of(.5 * log1p(expm1(4.0 * one->tau) / one->ratio), modes);
    vf_limit(context, name, value, EQ_LEVELS, 1, eq_class_distance(modes),
             40.0 * one->tau * ldexp(1.0, one->first + EQ_LEVELS) * EQ_ULP, 1e-5);
  }
}

/* In the plane noise of fixed length turns the direction by +-D with even odds: mode n is the
 * product of cos(n D). Total variation between the predictions sign(cos th) of starts at 0 and pi,
 * which is that of their angles; modes above 31 are below e^(-480 V). */
static double eq_plane_distance(const eq_norm *norms, size_t last, double *v) {
  double sum = 0.0;
  *v = 0.0;
  for (size_t k = 1; k <= last; k++) *v += norms[k].angle * norms[k].angle;
  for (int n = 1, sign = 1; n <= 31; n += 2, sign = -sign) {
    double mode = 1.0;
    for (size_t k = 1; k <= last; k++) mode *= cos(n * norms[k].angle);
    sum += sign * 4.0 / (n * acos(-1.0)) * mode;
  }
  return sum;
}

typedef struct {
  double eta, lam, tr, g0;
  int first;
} eq_plane_case;

/* The same for the SDE in the plane: variance of the angle and total variation at el t = .5, 1, 2,
 * limits m -> infinity of runs. 60 roundings a step and mode. */
static void eq_plane_law(vf_context *context) {
  static const eq_plane_case cases[] = {
      {.1, .5, 2.0, 1.0, 16}, {.02, .1, 1.0, .25, 2}, {.01, .05, 1.0, 1.0, 1}};
  static const double taus[] = {.5, 1.0, 2.0};
  enum { LEVELS = 5 };
  for (int c = 0; c < 9; c++) {
    const eq_plane_case *one = cases + c / 3;
    const double tau = taus[c % 3], el = one->eta * one->lam, time = tau / el;
    double tv[LEVELS], v[LEVELS];
    char place[100], name[160];
    for (int k = 0; k < LEVELS; k++) {
      const eq_phase phase = {one->eta, one->lam, time};
      const eq_norm_case run = {one->tr, one->g0, &phase, 1, (uint32_t)one->first << k};
      size_t rows;
      eq_norm *norms = eq_norm_run(context, "plane", &run, 1, &rows);
      tv[k] = norms ? eq_plane_distance(norms, rows - 1, v + k) : (double)NAN;
      if (!norms) v[k] = (double)NAN;
      free(norms);
    }
    const double rounding = 60.0 * time * (one->first << (LEVELS - 1)) * EQ_ULP;
    (void)snprintf(place, sizeof place, "eta-%g.lam-%g.tr-%g.g0-%g.el-t-%g", one->eta, one->lam,
                   one->tr, one->g0, tau);
    (void)snprintf(name, sizeof name, "variance of the angle, %s", place);
    vf_limit(context, name, v, LEVELS, 1, eq_key(context, "il8.v.%s", place), 4.0 * rounding, 1e-5);
    (void)snprintf(name, sizeof name, "total variation, %s", place);
    vf_limit(context, name, tv, LEVELS, 1, eq_key(context, "il8.tv.%s", place), 32.0 * rounding,
             1e-5);
  }
}

/* el t at which the total variation has fallen to `level` <= .1, at the fixed point of the norm,
 * where every angle is D with cos D = 1-el: between two steps along a straight line in the
 * logarithm. Modes above 5 are below e^(-120). */
static double eq_plane_time(vf_context *context, double el, double level) {
  const double eta = .25, g0 = sqrt(eta * eta / (el * (2.0 - el)));
  const eq_phase phase = {eta, el / eta, ceil(6.0 / el)};
  const eq_norm_case run = {1.0, g0, &phase, 1, 1};
  size_t rows;
  eq_norm *norms = eq_norm_run(context, "plane", &run, 1, &rows);
  double modes[6] = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0}, before = 1.0, time = (double)NAN;
  for (size_t k = 1; norms && k < rows; k++) {
    double tv = 0.0;
    for (int n = 1, sign = 1; n <= 5; n += 2, sign = -sign) {
      modes[n] *= cos(n * norms[k].angle);
      tv += sign * 4.0 / (n * acos(-1.0)) * modes[n];
    }
    if (tv <= level) {
      time = ((double)k - log(level / tv) / log(before / tv)) * el;
      break;
    }
    before = tv;
  }
  free(norms);
  return time;
}

/* Conjecture 5.3 as a time: el t at which the total variation is .1, .01, as el = 2^-6..2^-11 -> 0.
 * Interpolation errs by el^2 and less. */
static void eq_plane_times(vf_context *context) {
  static const char *const columns[] = {"el", "el t at total variation 0.1", "el t at 0.01"};
  static const double levels[] = {.1, .01};
  double value[2][EQ_LEVELS], series[EQ_LEVELS][3];
  for (int i = 0; i < 2; i++)
    for (int k = 0; k < EQ_LEVELS; k++) {
      const double el = ldexp(1.0, -6 - k);
      value[i][k] = eq_plane_time(context, el, levels[i]);
      series[k][0] = el, series[k][1 + i] = value[i][k];
    }
  vf_series(context, "time to equilibrium", columns, 3, series[0], EQ_LEVELS);
  for (int i = 0; i < 2; i++) {
    char name[80];
    (void)snprintf(name, sizeof name, "el t at total variation %g, el=2^-6..2^-11", levels[i]);
    vf_limit(context, name, value[i], EQ_LEVELS, 1, eq_key(context, "il8.time.tv-%g", levels[i]),
             60.0 * 6.0 * 2048.0 * EQ_ULP / levels[i], 1e-4);
  }
}

typedef struct {
  double t, tau, m;
} eq_strong_case;

/* E19: law of the second phase, by the norm. After t with (eta, lam) a schedule (eta/4, lam/2) runs
 * for tau: gamma relaxes from where the first phase left it for a time tau, (12); the printed law
 * has t in its place. 1.5 times the change from m to 2m substeps is more than what is left at
 * 2m. */
static void eq_erratum_time(vf_context *context) {
  static const eq_strong_case cases[] = {{10.0, 40.0, 64}, {25.0, 5.0, 64}};
  const double tr = 2.0, el = .05, late = el / 8.0;
  for (int c = 0; c < 2; c++) {
    const eq_strong_case *one = cases + c;
    const eq_phase phases[2] = {{.1, .5, one->t}, {.025, .25, one->tau}};
    const double gamma0 = 9.0, between = 16.0 * (tr / (2.0 * el) + exp(-4.0 * el * one->t) *
                                                                       (gamma0 - tr / (2.0 * el)));
    double gamma[2];
    for (int k = 0; k < 2; k++) {
      const eq_norm_case run = {tr, .3, phases, 2, (uint32_t)one->m << k};
      gamma[k] = eq_norm_end(context, "two phases", &run).gamma;
    }
    char name[120];
    (void)snprintf(name, sizeof name, "gamma, t=%g el=0.05, tau=%g el=0.00625, gamma_0=9 tr=2",
                   one->t, one->tau);
    const double limit = tr / (2.0 * late);
    vf_erratum(context, name, gamma[1], limit + exp(-4.0 * late * one->tau) * (between - limit),
               limit + exp(-4.0 * late * one->t) * (between - limit),
               1.5 * fabs(gamma[1] - gamma[0]), "1.5 times the change from 64 to 128 substeps");
  }
}

/* Inputs on which the minimiser of the regression is undecided, so that the class is random. */
static const double eq_hard_inputs[EQ_INPUTS][4] = {
    {.05, .02, 1, 0}, {4.2, -1.1, .3, 0}, {2.8, 0, .5, -.95}};

typedef struct {
  double eta, lam;
  uint64_t trained, tuned; /* steps with (eta, lam) and then with (eta/10, 0) */
} eq_ensemble_case;

/* Outputs <x, u>/|x| for `count` runs of the regression, at the start, after `trained` and after
 * all steps, one row of runs for each of these and each input. NULL after an error. */
static double *eq_regression_outputs(vf_context *context, const char *name,
                                     const eq_ensemble_case *one, int other, size_t count) {
  static const double far[4] = {-.3, 2.5, .4, -2.0};
  const sid_segment segments[2] = {{0, one->eta, one->lam, 1.0},
                                   {one->trained, one->eta / 10.0, 0.0, 1.0}};
  const uint64_t checkpoints[3] = {0, one->trained, one->trained + one->tuned};
  sid_experiment experiment = {
      .problem = eq_regression,
      .dynamics = eq_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 2, .segments = segments},
      .start = {other ? SID_START_POINT : SID_START_SPHERE, far, .3},
      .seed = other ? 97 : 89,
      .steps = checkpoints[2],
      .checkpoints = checkpoints,
      .checkpoint_count = 3,
      .observable_count = 1,
      .observables = eq_state};
  double *rows = malloc(12 * count * sizeof *rows), *outputs = malloc(9 * count * sizeof *outputs);
  const int good = rows && outputs && !sid_experiment_validate(&experiment) &&
                   !vf_ensemble(&experiment, 0, count, vf_jobs(context), rows, NULL);
  if (!good) vf_error(context, name, "the experiment is refused, or out of memory");
  for (size_t i = 0; good && i < count; i++)
    for (size_t c = 0; c < 3; c++)
      for (size_t u = 0; u < EQ_INPUTS; u++) {
        const double *x = rows + 12 * i + 4 * c;
        outputs[(c * EQ_INPUTS + u) * count + i] =
            eq_dot(x, eq_hard_inputs[u], 4) / sqrt(eq_dot(x, x, 4));
      }
  free(rows);
  if (good) return outputs;
  free(outputs);
  return NULL;
}

enum { EQ_MEMBERS = 3000 };

/* Mean and error of the class, the sign of the output. */
static vf_moments eq_class_of(const double outputs[EQ_MEMBERS]) {
  double classes[EQ_MEMBERS];
  for (size_t i = 0; i < EQ_MEMBERS; i++) classes[i] = outputs[i] > 0.0;
  return vf_moments_of(classes, EQ_MEMBERS);
}

static void eq_compare_ensembles(vf_context *context, const char *name, const double *a,
                                 const double *b, double effect) {
  const vf_moments one = eq_class_of(a), other = eq_class_of(b);
  char text[160];
  (void)snprintf(text, sizeof text, "class, %.120s", name);
  vf_monte_carlo(context, text, one.mean - other.mean,
                 hypot(one.standard_error, other.standard_error), 0.0, effect,
                 "effect: difference at the start");
  const vf_distance distance =
      vf_total_variation(a, EQ_MEMBERS, b, EQ_MEMBERS, (vf_bins){-5.0, 5.0, 60});
  (void)snprintf(text, sizeof text, "total variation of the output, %.120s", name);
  vf_at_most(context, text, distance.value, distance.floor + 3.0 * distance.floor_error,
             "what two samples of one law show, and 3 standard deviations");
}

/* Conjectures 5.3 and 5.4 with a loss and sampled noise: independent ensembles, one from a small
 * random start, the other from a fixed large one. Their predictions differ at the start, and in
 * nothing after 10/el steps; nor after a further 2/el steps of fine-tuning. */
static void eq_regression_mixing(vf_context *context) {
  static const eq_ensemble_case cases[] = {{.2, .2, 250, 50}, {.5, .02, 1000, 200}};
  for (int k = 0; k < 2; k++) {
    const eq_ensemble_case *one = cases + k;
    double *a = eq_regression_outputs(context, "ensemble", one, 0, EQ_MEMBERS);
    double *b = eq_regression_outputs(context, "ensemble", one, 1, EQ_MEMBERS);
    for (size_t u = 0; a && b && u < EQ_INPUTS; u++) {
      const vf_distance start = vf_total_variation(
          a + u * EQ_MEMBERS, EQ_MEMBERS, b + u * EQ_MEMBERS, EQ_MEMBERS, (vf_bins){-5.0, 5.0, 60});
      vf_at_least(context, "total variation of the output at the start", start.value, .5,
                  "the starts must differ");
      const double effect =
          eq_class_of(a + u * EQ_MEMBERS).mean - eq_class_of(b + u * EQ_MEMBERS).mean;
      for (size_t c = 1; c < 3; c++) {
        const size_t place = (c * EQ_INPUTS + u) * EQ_MEMBERS;
        char name[120];
        (void)snprintf(name, sizeof name, "input %zu, eta=%g lam=%g, %s", u + 1, one->eta, one->lam,
                       c == 1 ? "t=10/el" : "after fine-tuning");
        eq_compare_ensembles(context, name, a + place, b + place, effect);
      }
    }
    free(a);
    free(b);
  }
}

/* ---- il7: momentum ---- */

static sid_dynamics eq_momentum(double beta) {
  const sid_dynamics dynamics = {.kind = SID_MOMENTUM, .batch = 1, .beta = beta};
  return dynamics;
}

static const double eq_matrix[9] = {2, .5, -.25, .5, 1, .75, -.25, .75, 3};

/* Appendix C.1, second display: w_(t+1) - w_t = beta (w_t - w_(t-1)) - eta (g_t + lam w_t), g_t the
 * stochastic gradient at w_t: here from a copy of the stream. Numbers below 2, 20 roundings and
 * those of the gradient. */
static void eq_two_step_form(vf_context *context) {
  static const double scale[3] = {.3, .1, .2};
  const sid_problem problem = {.kind = SID_RAYLEIGH,
                               .noise = SID_NOISE_GAUSSIAN,
                               .dim = 3,
                               .matrix = eq_matrix,
                               .scale = scale};
  static const double betas[] = {.9, .5}, etas[] = {.05, .2}, lams[] = {.4, .05};
  for (int k = 0; k < 2; k++) {
    const sid_dynamics momentum = eq_momentum(betas[k]);
    double x[6] = {.7, -.4, 1.1}, before[3] = {.7, -.4, 1.1}, g[3], worst = 0.0, work[EQ_WORK];
    sid_stream stream = eq_stream(7);
    char name[120];
    sid_state_begin(&problem, &momentum, etas[k], x);
    for (int t = 0; t < 50; t++) {
      double now[3];
      sid_stream copy = stream;
      memcpy(now, x, sizeof now);
      sid_problem_noisy_gradient(&problem, x, 1, &copy, g, work);
      if (sid_step(&problem, &momentum, etas[k], lams[k], x, &stream, work))
        vf_error(context, "step", "it failed");
      for (int j = 0; j < 3; j++) {
        const double expected =
            betas[k] * (now[j] - before[j]) - etas[k] * (g[j] + lams[k] * now[j]);
        worst = eq_worse(worst, x[j] - now[j] - expected);
      }
      memcpy(before, now, sizeof before);
    }
    (void)snprintf(name, sizeof name, "beta=%g eta=%g lam=%g, rayleigh p=3, 50 steps", betas[k],
                   etas[k], lams[k]);
    vf_within(context, name, worst, 0.0, 20.0 * 2.0 * EQ_ULP / (1.0 - betas[k]),
              "20 roundings of numbers below 2, and the memory of them");
  }
}

/* L = -x_0 - 2 x_1: the gradient is constant. */
static const double eq_slope_a[2] = {0.0, 0.0}, eq_slope_b[2] = {1.0, 2.0};
static const sid_problem eq_slope = {.kind = SID_QUADRATIC_SAMPLES,
                                     .noise = SID_NOISE_NONE,
                                     .dim = 2,
                                     .samples = 1,
                                     .a = eq_slope_a,
                                     .b = eq_slope_b};

/* E18: the LR with which momentum acts, by the late steps under a constant gradient 1:
 * eta/(1-beta). Printed eta lam/(1-gamma), at lam = .5 and .1; a WD would spoil the constant
 * gradient, so none is applied. The start is forgotten like beta^t. A step is a difference of
 * numbers below 1000. */
static void eq_erratum_momentum_steps(vf_context *context) {
  static const double betas[] = {.9, .5}, etas[] = {.1, .02};
  for (int k = 0; k < 2; k++) {
    const sid_dynamics momentum = eq_momentum(betas[k]);
    double x[4] = {0.0, 0.0}, before = 0.0, work[EQ_WORK];
    char name[120], key[120];
    sid_state_begin(&eq_slope, &momentum, etas[k], x);
    for (int t = 0; t < 400; t++) {
      before = x[0];
      if (sid_step(&eq_slope, &momentum, etas[k], 0.0, x, NULL, work))
        vf_error(context, "step", "it failed");
    }
    (void)snprintf(name, sizeof name, "beta=%g eta=%g, gradient 1", betas[k], etas[k]);
    (void)snprintf(key, sizeof key, "il7.constant-step.eta-%g.beta-%g", etas[k], betas[k]);
    vf_erratum(context, name, x[0] - before, vf_expected(context, key),
               eq_key(context, "%s.printed", key), 1000.0 * EQ_ULP * 4.0 + 1e-15,
               "4 roundings of numbers below 1000, and beta^400");
  }
}

/* The same by the decay of x along L = x^2/2 with WD: per step LR (1 + lam) at a rate so small that
 * the gradient hardly changes over the memory 1/(1-beta): the next order is eta (1+lam)/(1-beta)^2
 * of it. */
static void eq_erratum_momentum_decay(vf_context *context) {
  static const double one[1] = {1.0}, betas[] = {.9, .8}, lams[] = {.5, 3.0};
  const sid_problem problem = {.kind = SID_QUADRATIC_NOISY, .dim = 1, .spectrum = one};
  const double eta = 1e-5;
  for (int k = 0; k < 2; k++) {
    const sid_dynamics momentum = eq_momentum(betas[k]);
    const double rate = 1.0 + lams[k], right = eta / (1.0 - betas[k]);
    double x[2] = {1.0, 0.0}, middle = 1.0, work[EQ_WORK];
    char name[120];
    sid_state_begin(&problem, &momentum, eta, x);
    for (int t = 0; t < 2000; t++) {
      if (t == 1000) middle = x[0];
      if (sid_step(&problem, &momentum, eta, lams[k], x, NULL, work))
        vf_error(context, "step", "it failed");
    }
    (void)snprintf(name, sizeof name, "beta=%g eta=1e-05 lam=%g, decay along x^2/2", betas[k],
                   lams[k]);
    vf_erratum(context, name, log(middle / x[0]) / (1000.0 * rate), right, right * lams[k],
               right * eta * rate / ((1.0 - betas[k]) * (1.0 - betas[k])) * 1.5,
               "eta (1+lam)/(1-beta)^2, 1.5 times");
  }
}

static void eq_erratum_momentum(vf_context *context) {
  eq_erratum_momentum_steps(context);
  eq_erratum_momentum_decay(context);
}

/* All steps under a constant gradient: x_t = (eta/(1-beta)) (t - beta (1 - beta^t)/(1-beta)). */
static void eq_constant_gradient(vf_context *context) {
  static const double betas[] = {.9, .5}, etas[] = {.1, .02};
  for (int k = 0; k < 2; k++) {
    const sid_dynamics momentum = eq_momentum(betas[k]);
    double x[4] = {0.0, 0.0}, work[EQ_WORK];
    sid_state_begin(&eq_slope, &momentum, etas[k], x);
    for (int t = 1; t <= 100; t++) {
      char key[120];
      if (sid_step(&eq_slope, &momentum, etas[k], 0.0, x, NULL, work))
        vf_error(context, "step", "it failed");
      if (t != 1 && t != 10 && t != 100) continue;
      (void)snprintf(key, sizeof key, "il7.position.eta-%g.beta-%g.steps-%d", etas[k], betas[k], t);
      const double path = -vf_expected(context, key),
                   rounding = 4.0 * t * EQ_ULP * path / (1.0 - betas[k]);
      vf_within(context, key, x[0], path, rounding, "4 roundings a step, and the memory of them");
      vf_within(context, key, x[1], 2.0 * path, 2.0 * rounding, "twice the gradient: the same");
    }
  }
}

/* L = h x^2/2 from x = 1: the states after 10 and 100 steps, and the decay per step and curvature
 * once the fast mode has died out, which tends to eta/(1-beta) as h -> 0. By WD instead of the
 * curvature it is the same. */
static void eq_quadratic_of(vf_context *context, double eta, double beta, double h, int by_decay) {
  const double spectrum[1] = {by_decay ? 0.0 : h};
  const sid_problem problem = {.kind = SID_QUADRATIC_NOISY, .dim = 1, .spectrum = spectrum};
  const sid_dynamics momentum = eq_momentum(beta);
  double x[2] = {1.0, 0.0}, middle = 1.0, work[EQ_WORK];
  char place[100], name[160];
  (void)snprintf(place, sizeof place, "eta-%g.beta-%g.h-%g", eta, beta, h);
  sid_state_begin(&problem, &momentum, eta, x);
  for (int t = 1; t <= 600; t++) {
    if (sid_step(&problem, &momentum, eta, by_decay ? h : 0.0, x, NULL, work))
      vf_error(context, "step", "it failed");
    if (t == 500) middle = x[0];
    if (t != 10 && t != 100) continue;
    (void)snprintf(name, sizeof name, "x after %d steps, %s, %s", t, place,
                   by_decay ? "by WD" : "by curvature");
    vf_within(context, name, x[0], eq_key(context, "il7.x.%s.steps-%d", place, t),
              6.0 * t * EQ_ULP / (1.0 - beta),
              "6 roundings a step of numbers below 1, and the memory of them");
  }
  (void)snprintf(name, sizeof name, "decay per step, %s, %s", place,
                 by_decay ? "by WD" : "by curvature");
  vf_within(context, name, log(middle / x[0]) / 100.0 / h,
            eq_key(context, "il7.slow-rate-over-h.%s", place),
            6.0 * 600.0 * EQ_ULP / (1.0 - beta) / 100.0 / h + 1e-12 / h,
            "roundings of 600 steps; the fast mode after 500 of them is below 1e-12");
}

static void eq_quadratic(vf_context *context) {
  for (int by_decay = 0; by_decay < 2; by_decay++) {
    eq_quadratic_of(context, .01, .5, .01, by_decay);
    eq_quadratic_of(context, .01, .5, .1, by_decay);
    eq_quadratic_of(context, .01, .9, .01, by_decay);
    eq_quadratic_of(context, .01, .9, .1, by_decay);
    eq_quadratic_of(context, .1, .5, .1, by_decay);
    eq_quadratic_of(context, .1, .9, .01, by_decay);
  }
}

typedef struct {
  double beta, lam, time;
  const char *name;
} eq_flow_case;

/* State of momentum gd with rate eta (1-beta) after `time`/eta steps. */
static void eq_momentum_state(vf_context *context, const sid_problem *problem,
                              const eq_flow_case *one, int steps, double x[6]) {
  const sid_dynamics momentum = eq_momentum(one->beta);
  const double lr = one->time / steps * (1.0 - one->beta);
  double work[EQ_WORK];
  x[0] = .7, x[1] = -.4, x[2] = 1.1;
  sid_state_begin(problem, &momentum, lr, x);
  for (int t = 0; t < steps; t++)
    if (sid_step(problem, &momentum, lr, one->lam, x, NULL, work))
      vf_error(context, one->name, "a step failed");
}

/* Where the gradient changes slowly, that is eta -> 0 at fixed eta t, momentum with rate eta
 * (1-beta) follows the flow of SGD with rate eta: x' = -(grad L + lam x), by Runge and Kutta. The
 * error of x_(T/eta) is a power series in eta once beta^t has died out (128 steps). */
static void eq_slow_gradient(vf_context *context) {
  static const eq_flow_case cases[] = {{.75, .3, 2.0, "beta=0.75 lam=0.3 T=2"},
                                       {.5, 0.0, 4.0, "beta=0.5 lam=0 T=4"}};
  const sid_problem problem = {.kind = SID_RAYLEIGH, .dim = 3, .matrix = eq_matrix};
  for (int c = 0; c < 2; c++) {
    const eq_flow_case *one = cases + c;
    const sid_flow flow = {.kind = SID_FLOW_GRADIENT, .problem = &problem, .wd = one->lam};
    double end[3] = {.7, -.4, 1.1}, error, work[EQ_WORK], states[EQ_LEVELS][6];
    if (sid_flow_run(&flow, one->time / 4096.0, 4096, end, &error, work))
      vf_error(context, one->name, "flow failed");
    for (int k = 0; k < EQ_LEVELS; k++)
      eq_momentum_state(context, &problem, one, 128 << k, states[k]);
    for (int j = 0; j < 3; j++) {
      double value[EQ_LEVELS];
      char name[120];
      for (int k = 0; k < EQ_LEVELS; k++) value[k] = states[k][j];
      (void)snprintf(name, sizeof name, "coordinate %d, rayleigh p=3, %.60s", j, one->name);
      vf_limit(context, name, value, EQ_LEVELS, 1, end[j], error + 20.0 * 128 * 32 * EQ_ULP, 1e-7);
    }
  }
}

typedef struct {
  double beta, eta, lam, sigma;
  uint32_t p;
} eq_balance_case;

/* Norm of momentum under noise of fixed length s, no loss. With R = |x|^2, C = <x, v>, V = |v|^2 in
 * the mean of the stationary law: from <x, g> = 0 and E<v, g> = 0, (2 - el/(1+beta)) (1-beta) lam E
 * R = eta s^2 E 1/R, exactly. To leading order in el/(1-beta) this is the balance of SGD with LR
 * eta/(1-beta), 2 lam E R = eta/(1-beta) s^2 E 1/R. Effect: el for el/(1+beta), which also sees a
 * lost 1-beta. */
static void eq_momentum_balance_of(vf_context *context, const eq_balance_case *one) {
  enum { COUNT = 64, STEPS = 6000 };
  static const int32_t observable[] = {SID_NORM2};
  const double el = one->eta * one->lam, x[EQ_DIM] = {.6, 0.0, .8}, s2 = one->sigma * one->sigma;
  const sid_segment segment = {0, one->eta, one->lam, 1.0};
  double left[COUNT], factor = (2.0 - el / (1.0 + one->beta)) * (1.0 - one->beta) * one->lam,
                      right = 0.0;
  char name[120];
  sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY,
                  .noise = SID_NOISE_SPHERE,
                  .dim = one->p,
                  .sigma = one->sigma},
      .dynamics = eq_momentum(one->beta),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 67,
      .steps = STEPS,
      .observable_count = 1,
      .observables = observable};
  size_t rows, first = 500;
  (void)snprintf(name, sizeof name, "beta=%g eta=%g lam=%g s=%g p=%u, 64 runs", one->beta, one->eta,
                 one->lam, one->sigma, (unsigned)one->p);
  double *values = eq_rows(context, name, &experiment, 0, COUNT, 1, &rows);
  for (size_t i = 0; values && i < COUNT; i++) {
    double r = 0.0, inverse = 0.0;
    for (size_t k = first; k < rows; k++)
      r += values[i * rows + k], inverse += 1.0 / values[i * rows + k];
    left[i] = (factor * r - one->eta * s2 * inverse) / (double)(rows - first);
    right += one->eta * s2 * inverse / (double)(rows - first) / COUNT;
  }
  if (values) {
    const vf_moments moments = vf_moments_of(left, COUNT);
    vf_monte_carlo(context, name, moments.mean / right, moments.standard_error / right, 0.0,
                   el * one->beta / (1.0 + one->beta) / 2.0, "effect: el for el/(1+beta)");
  }
  free(values);
}

static void eq_momentum_balance(vf_context *context) {
  static const eq_balance_case cases[] = {{.5, .2, 1.0, 1.0, 3}, {.6, .4, .75, .7, 6}};
  for (int k = 0; k < 2; k++) eq_momentum_balance_of(context, cases + k);
}

/* ---- il10: distances between iterates, averages of weights ---- */

static double eq_squared_distance(const double *x, const double *y, uint32_t p) {
  double sum = 0.0;
  for (uint32_t j = 0; j < p; j++) sum += (y[j] - x[j]) * (y[j] - x[j]);
  return sum;
}

/* Squared distances |x_(T+lag) - x_T|^2, T = `from`, of `count` trajectories, one row of them for
 * each lag: lags * count numbers. With `unit` each x is divided by its length first. NULL after an
 * error. */
static double *eq_distances(vf_context *context, const char *name, sid_experiment *experiment,
                            uint64_t from, const uint64_t *lags, size_t lag_count, size_t count,
                            int unit) {
  const uint32_t p = experiment->problem.dim;
  uint64_t checkpoints[8];
  double *rows = malloc((lag_count + 1) * count * p * sizeof *rows),
         *values = malloc(lag_count * count * sizeof *values);
  checkpoints[0] = from;
  for (size_t k = 0; k < lag_count; k++) checkpoints[k + 1] = from + lags[k];
  experiment->steps = checkpoints[lag_count];
  experiment->checkpoints = checkpoints;
  experiment->checkpoint_count = (uint32_t)lag_count + 1;
  experiment->observables = eq_state;
  experiment->observable_count = 1;
  const int good = rows && values && !sid_experiment_validate(experiment) &&
                   !vf_ensemble(experiment, 0, count, vf_jobs(context), rows, NULL);
  if (!good) vf_error(context, name, "the experiment is refused, or out of memory");
  for (size_t i = 0; good && i < count; i++)
    for (size_t k = 0; k < lag_count; k++) {
      const double *x = rows + i * (lag_count + 1) * p, *y = x + (k + 1) * p;
      const double lengths = sqrt(eq_dot(x, x, p) * eq_dot(y, y, p));
      values[k * count + i] =
          unit ? 2.0 - 2.0 * eq_dot(x, y, p) / lengths : eq_squared_distance(x, y, p);
    }
  free(rows);
  experiment->checkpoints = NULL;
  if (good) return values;
  free(values);
  return NULL;
}

enum { EQ_LAGS = 5, EQ_PAIRS = 3000 };

/* Scale-invariant: mean 2 R (1 - (1-el)^lag) at the equilibrium norm R, because E[x+ | x] = (1-el)
 * x. */
static void eq_growing_distance(vf_context *context, double eta, double lam, uint32_t p,
                                const uint64_t *lags) {
  static const char *const columns[] = {"lag", "squared distance over 2 |W|^2", "standard error",
                                        "law"};
  const double el = eta * lam, s = .8, r = sqrt(eta * s * s / (lam * (2.0 - el)));
  double x[EQ_DIM] = {.6 * sqrt(r), .8 * sqrt(r)}, series[4 * EQ_LAGS];
  const sid_segment segment = {0, eta, lam, 1.0};
  sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = p, .sigma = s},
      .dynamics = eq_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 71};
  double *values = eq_distances(context, "distance", &experiment, 40, lags, EQ_LAGS, EQ_PAIRS, 0);
  for (size_t k = 0; values && k < EQ_LAGS; k++) {
    char name[120];
    const double decay = pow(1.0 - el, (double)lags[k]);
    const vf_moments moments = vf_moments_of(values + k * EQ_PAIRS, EQ_PAIRS);
    (void)snprintf(name, sizeof name, "eta=%g lam=%g p=%u, lag %d, 3000 runs", eta, lam,
                   (unsigned)p, (int)lags[k]);
    vf_monte_carlo(context, name, moments.mean / (2.0 * r), moments.standard_error / (2.0 * r),
                   1.0 - decay, decay * (1.0 - decay), "effect: e^(-2 el lag) for e^(-el lag)");
    const double row[4] = {(double)lags[k], moments.mean / (2.0 * r),
                           moments.standard_error / (2.0 * r), 1.0 - decay};
    memcpy(series + 4 * k, row, sizeof row);
  }
  if (values)
    vf_series(context, p == 2 ? "scale-invariant p=2" : "scale-invariant p=5", columns, 4, series,
              EQ_LAGS);
  free(values);
}

/* Norm-matched: an Ornstein-Uhlenbeck process (noisy quadratic, no norm dynamics) with the same
 * mean |x|^2. Its distances stop growing at 2 tr Sigma after 1/(eta a) steps, Sigma = eta
 * sigma^2/(a (2 - eta a)): at all lags here. */
static void eq_plateau(vf_context *context, double eta, uint32_t p, double r,
                       const uint64_t *lags) {
  static const double spectrum[EQ_DIM] = {1, 1, 1, 1, 1};
  static const double origin[EQ_DIM] = {0.0};
  const sid_segment segment = {0, eta, 0.0, 1.0};
  sid_experiment experiment = {
      .problem = {.kind = SID_QUADRATIC_NOISY,
                  .noise = SID_NOISE_GAUSSIAN,
                  .dim = p,
                  .sigma = sqrt(r / p * (2.0 - eta) / eta),
                  .spectrum = spectrum},
      .dynamics = eq_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, origin, 0.0},
      .seed = 73};
  double *values = eq_distances(context, "plateau", &experiment, 60, lags, EQ_LAGS, EQ_PAIRS, 0);
  for (size_t k = 0; values && k < EQ_LAGS; k++) {
    char name[120];
    const double decay = pow(1.0 - eta, (double)lags[k]);
    const vf_moments moments = vf_moments_of(values + k * EQ_PAIRS, EQ_PAIRS);
    (void)snprintf(name, sizeof name, "plateau of the quadratic, eta=%g p=%u, lag %d", eta,
                   (unsigned)p, (int)lags[k]);
    vf_monte_carlo(context, name, moments.mean / (2.0 * r), moments.standard_error / (2.0 * r),
                   1.0 - decay, .5, "effect: the variance halved");
  }
  free(values);
}

/* Section 4 and Figure 6b: distances along a run keep growing until they are as large as the norm,
 * on the time scale 1/el; no plateau like that of the process which the same norm would have around
 * a minimum. */
static void eq_distance(vf_context *context) {
  static const uint64_t slow[EQ_LAGS] = {20, 40, 80, 160, 240},
                        quick[EQ_LAGS] = {5, 10, 20, 40, 60};
  eq_growing_distance(context, .1, .05, 2, slow);
  eq_growing_distance(context, .4, .05, 5, quick);
  eq_plateau(context, .5, 2, .8 * sqrt(.1 / (.05 * 1.995)), slow);
  eq_plateau(context, .5, 5, .8 * sqrt(.4 / (.05 * 1.98)), slow);
}

/* Mean squared distance of the directions at T and T + 1/el for the normalised regression whose
 * minimisers are a circle of radius rho = .8, at the equilibrium norm. */
static vf_moments eq_circle_distance(vf_context *context, const char *name, double eta, double lam,
                                     size_t count) {
  static const double features[8] = {1.4142135623730951, 0, 0, 0, 0, 1.4142135623730951, 0, 0};
  static const double labels[2] = {.8485281374238570, 0.0};
  const double el = eta * lam, sigma = .3,
               norm = sqrt(sqrt(3.0 * sigma * sigma * eta / (2.0 * lam)));
  const double x[4] = {.6 * norm, 0.0, .8 * norm, 0.0};
  const uint64_t lag = (uint64_t)llround(1.0 / el);
  const sid_segment segment = {0, eta, lam, 1.0};
  sid_experiment experiment = {
      .problem = {.kind = SID_NORMALISED_LINEAR,
                  .noise = SID_NOISE_GAUSSIAN,
                  .dim = 4,
                  .samples = 2,
                  .sigma = sigma,
                  .features = features,
                  .labels = labels},
      .dynamics = eq_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 103};
  double *values = eq_distances(context, name, &experiment, lag, &lag, 1, count, 1);
  vf_moments moments = {(double)NAN, (double)NAN, (double)NAN};
  if (values) moments = vf_moments_of(values, count);
  free(values);
  return moments;
}

/* With a loss, in the limit el -> 0 (fm5): the direction diffuses along the circle, the variance of
 * the angle over a time t is V = 2 el t/((D-1) rho^2), so the mean squared distance at t = 1/el is
 * 2 rho^2 (1 - e^(-V/2)), D = 4, rho^2 = .64, while the other two coordinates relax in 1/sqrt(el).
 * The correction is a power series in sqrt(el): the first term goes by el and el/4. Effect: rho
 * lost in V. */
static void eq_distance_on_circle(vf_context *context) {
  static const double etas[] = {.2, .3}, lams[] = {.02, .01};
  for (int k = 0; k < 2; k++) {
    enum { COUNT = 24000 };
    char name[120];
    (void)snprintf(name, sizeof name, "eta=%g lam=%g and a half of each, t=1/el, 24000 runs",
                   etas[k], lams[k]);
    const vf_moments coarse = eq_circle_distance(context, name, etas[k], lams[k], COUNT);
    const vf_moments fine = eq_circle_distance(context, name, etas[k] / 2.0, lams[k] / 2.0, COUNT);
    const double v = 2.0 / (3.0 * .64), law = 1.28 * (1.0 - exp(-v / 2.0));
    vf_monte_carlo(context, name, 2.0 * fine.mean - coarse.mean,
                   hypot(2.0 * fine.standard_error, coarse.standard_error), law,
                   law - 1.28 * (1.0 - exp(-v * .64 / 2.0)),
                   "effect: rho lost in the variance of the angle");
  }
}

/* Averages of K iterates of noise alone, from the fixed point R of the norm: E|mean|^2/R, and E|x_t
 * - x_0|^2/R, by sid_average() on 2000 runs. A step has a fixed length and the first two iterates a
 * fixed angle: t = 1 and K = 2 hold for every run. Effect: for the average a lost cross term, that
 * of independent vectors (1/K); for the distance half of it. */
static void eq_average_law_of(vf_context *context, double eta, double lam, size_t iterates,
                              const char *unit) {
  enum { RUNS = 2000 };
  const double el = eta * lam, s = .9, r = sqrt(eta * s * s / (lam * (2.0 - el)));
  const double x[4] = {.6 * sqrt(r), 0.0, .64 * sqrt(r), .48 * sqrt(r)};
  const sid_segment segment = {0, eta, lam, 1.0};
  sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = 4, .sigma = s},
      .dynamics = eq_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 107,
      .steps = iterates,
      .observable_count = 1,
      .observables = eq_state};
  size_t rows;
  double squares[RUNS], distances[RUNS],
      *values = eq_rows(context, unit, &experiment, 0, RUNS, 1, &rows);
  for (size_t i = 0; values && i < RUNS; i++) {
    double mean[4] = {0.0};
    for (size_t k = 0; k < iterates; k++) sid_average(mean, values + 4 * (i * rows + k), k + 1, 4);
    squares[i] = eq_dot(mean, mean, 4) / r;
    distances[i] = eq_squared_distance(x, values + 4 * (i * rows + iterates), 4) / r;
  }
  if (values) {
    char name[120];
    const vf_moments average = vf_moments_of(squares, RUNS),
                     distance = vf_moments_of(distances, RUNS);
    const double law = eq_key(context, "il10.average2.%s.k-%d", unit, (int)iterates);
    (void)snprintf(name, sizeof name, "average of %d iterates, eta=%g lam=%g p=4", (int)iterates,
                   eta, lam);
    if (iterates == 2)
      vf_within(context, name, average.mean, law, eq_fixed_tolerance(el), eq_fixed_basis);
    else {
      vf_monte_carlo(context, name, average.mean, average.standard_error, law,
                     law - 1.0 / (double)iterates, "effect: independent iterates");
      (void)snprintf(name, sizeof name, "distance after %d steps, eta=%g lam=%g p=4", (int)iterates,
                     eta, lam);
      vf_monte_carlo(context, name, distance.mean, distance.standard_error,
                     eq_key(context, "il10.distance2.%s.t-%d", unit, (int)iterates),
                     distance.mean / 2.0, "effect: half of it");
    }
  }
  free(values);
}

static void eq_average_law(vf_context *context) {
  static const size_t iterates[] = {2, 10, 100};
  for (int k = 0; k < 3; k++) {
    eq_average_law_of(context, .1, .5, iterates[k], "el-0.05");
    eq_average_law_of(context, .2, .01, iterates[k], "el-0.002");
  }
}

/* Minimisers form a great sphere (eigenvalue 0, three times); the rest relaxes fast. */
static const double eq_flat[5] = {0, 0, 0, 1, 2};

enum { EQ_ITERATES = 16 };

/* Mean loss of single iterates, of averages of two iterates (the first and each other) and of all
 * 16, for a trajectory. */
typedef struct {
  double single, pair, all;
} eq_average_losses;

static eq_average_losses eq_losses_of(const sid_problem *problem, const double *states) {
  eq_average_losses losses = {0.0, 0.0, 0.0};
  double all[EQ_DIM], pair[EQ_DIM], work[EQ_WORK];
  for (uint64_t k = 0; k < EQ_ITERATES; k++) {
    const double *x = states + k * problem->dim;
    sid_average(all, x, k + 1, problem->dim);
    losses.single += sid_problem_loss(problem, x, work) / EQ_ITERATES;
    if (k == 0) continue;
    sid_average(pair, states, 1, problem->dim);
    sid_average(pair, x, 2, problem->dim);
    losses.pair += sid_problem_loss(problem, pair, work) / (EQ_ITERATES - 1);
  }
  losses.all = sid_problem_loss(problem, all, work);
  return losses;
}

/* Figure 6: stochastic weight averaging. Along one run averages have a lower loss: two iterates,
 * once the fast coordinates have forgotten each other, average to half of it (up to the angle
 * between them along the flat directions), many to far less; while the iterates themselves move
 * apart. Bounds with 3 standard errors to spare. */
static void eq_swa(vf_context *context) {
  enum { COUNT = 200 };
  const double eta = .1, lam = .02, x[5] = {.5, .3, -.4, .05, .1};
  const uint64_t every = 30;
  const sid_segment segment = {0, eta, lam, 1.0};
  sid_experiment experiment = {
      .problem = {.kind = SID_RAYLEIGH,
                  .noise = SID_NOISE_GAUSSIAN,
                  .dim = 5,
                  .sigma = .3,
                  .spectrum = eq_flat},
      .dynamics = eq_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 79,
      .steps = (80 + EQ_ITERATES) * every,
      .observable_count = 1,
      .observables = eq_state};
  size_t rows;
  double *values = eq_rows(context, "swa", &experiment, 0, COUNT, every, &rows);
  double single[COUNT], pair[COUNT], all[COUNT], moved[COUNT];
  for (size_t i = 0; values && i < COUNT; i++) {
    const double *states = values + (i * rows + rows - EQ_ITERATES) * 5,
                 *last = states + (size_t)(EQ_ITERATES - 1) * 5;
    const eq_average_losses losses = eq_losses_of(&experiment.problem, states);
    single[i] = losses.single, pair[i] = losses.pair - .75 * losses.single,
    all[i] = losses.all - .25 * losses.single;
    moved[i] = eq_squared_distance(states, last, 5) / eq_dot(states, states, 5) - .5;
  }
  if (values) {
    const vf_moments two = vf_moments_of(pair, COUNT), many = vf_moments_of(all, COUNT),
                     apart = vf_moments_of(moved, COUNT);
    vf_at_least(context,
                "mean loss of the iterates, rayleigh (0,0,0,1,2), eta=0.1 lam=0.02 sigma=0.3",
                vf_moments_of(single, COUNT).mean, 1e-3, "there is something to gain");
    vf_at_most(context, "loss of two averaged - 3/4 of that of one, + 3 s.e.",
               two.mean + 3.0 * two.standard_error, 0.0, "averages of two along a run are better");
    vf_at_most(context, "loss of 16 averaged - 1/4 of that of one, + 3 s.e.",
               many.mean + 3.0 * many.standard_error, 0.0, "averages of many are far better");
    vf_at_least(context, "squared distance of first and last over |W|^2, - 1/2 - 3 s.e.",
                apart.mean - 3.0 * apart.standard_error, 0.0,
                "meanwhile the iterates move as far as the norm");
  }
  free(values);
}

/* sid_average() of n vectors is their mean, whatever stood there before the first. */
static void eq_average_is_mean(vf_context *context) {
  enum { COUNT = 100 };
  double mean[3] = {(double)NAN, 1e9, -1e9}, sum[3] = {0.0, 0.0, 0.0};
  sid_stream stream = eq_stream(11);
  for (int k = 1; k <= COUNT; k++) {
    double x[3], worst = 0.0;
    sid_stream_normals(&stream, x, 3);
    sid_average(mean, x, (uint64_t)k, 3);
    for (int j = 0; j < 3; j++) {
      sum[j] += x[j];
      worst = eq_worse(worst, mean[j] - sum[j] / k);
    }
    if (k == 1 || k == 2 || k == 7 || k == COUNT) {
      char name[80];
      (void)snprintf(name, sizeof name, "n=%d normal vectors, p=3", k);
      vf_within(context, name, worst, 0.0, 6.0 * k * 8.6 * EQ_ULP,
                "6 n roundings of numbers below 8.6");
    }
  }
}

/* Averages help only nearby: minimisers of a normalised regression on a circle of radius rho about
 * w0, at an angle phi to each other, average to a point off the circle. Its loss is (1/2)|w0|^2
 * (1/m - 1)^2, m^2 = |w0|^2 + rho^2 cos(phi/2)^2. For z_i = sqrt(2) e_i, i < 2, labels sqrt(2)
 * w0_i. */
static void eq_average_across(vf_context *context) {
  const double features[8] = {sqrt(2.0), 0, 0, 0, 0, sqrt(2.0), 0, 0},
               labels[2] = {.6 * sqrt(2.0), 0.0};
  static const double angles[] = {.1, .5, 1.5, 3.0};
  const sid_problem problem = {.kind = SID_NORMALISED_LINEAR,
                               .dim = 4,
                               .samples = 2,
                               .features = features,
                               .labels = labels};
  for (int k = 0; k < 4; k++) {
    const double phi = angles[k], one[4] = {.6, 0.0, .8, 0.0},
                 other[4] = {.6, 0.0, .8 * cos(phi), .8 * sin(phi)};
    double mean[4], work[EQ_WORK];
    char name[80];
    sid_average(mean, one, 1, 4);
    sid_average(mean, other, 2, 4);
    const double m = sqrt(.36 + .64 * cos(phi / 2.0) * cos(phi / 2.0)), excess = 1.0 / m - 1.0;
    (void)snprintf(name, sizeof name, "rho=0.8, minimisers %g apart", phi);
    vf_within(context, name, sid_problem_loss(&problem, mean, work), .5 * .36 * excess * excess,
              20.0 * EQ_ULP * fmax(excess, 20.0 * EQ_ULP), "20 roundings of the residual, squared");
  }
}

/* ---- X7: the dynamics with memory ---- */

static const double eq_point[EQ_DIM] = {.7, -.4, 1.1, .3, -.9, .55, -.2, .8, -.35, .6, .15};
static const double eq_spectrum[EQ_DIM] = {1, 2, .5, 3, 1.5, 2.5, .25, 4, 1.25, 2.25, 3.5};
static const double eq_scale[EQ_DIM] = {.3, .1, .5, .2, .4, .25, .35, .15, .45, .05, .6};
static const uint32_t eq_entries[12] = {0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 2, 2};

/* Every scale-invariant problem. */
static const struct {
  const char *name;
  sid_problem problem;
} eq_bases[] = {
    {"rayleigh p=11", {.kind = SID_RAYLEIGH, .dim = 11, .spectrum = eq_spectrum}},
    {"rayleigh dense p=3", {.kind = SID_RAYLEIGH, .dim = 3, .matrix = eq_matrix}},
    {"normalised_linear p=4 n=8",
     {.kind = SID_NORMALISED_LINEAR,
      .dim = 4,
      .samples = 8,
      .features = eq_features,
      .labels = eq_labels}},
    {"ratio2", {.kind = SID_RATIO2, .dim = 2}},
    {"noise_only p=7", {.kind = SID_NOISE_ONLY, .dim = 7}},
    {"trough3", {.kind = SID_TROUGH3, .dim = 3}},
    {"ridge3", {.kind = SID_RIDGE3, .dim = 3}},
    {"bn_regression p=4 n=8",
     {.kind = SID_BN_REGRESSION,
      .dim = 4,
      .samples = 8,
      .features = eq_features,
      .labels = eq_labels}},
    {"bn_completion 3x3 n=6",
     {.kind = SID_BN_COMPLETION,
      .dim = 6,
      .samples = 6,
      .labels = eq_labels,
      .rows = 3,
      .cols = 3,
      .inner = 1,
      .entries = eq_entries}},
};

static const struct {
  const char *name;
  double sigma;
  int32_t kind;
  int diagonal;
} eq_noises[] = {{"no noise", 0.0, SID_NOISE_NONE, 0},
                 {"gaussian", .3, SID_NOISE_GAUSSIAN, 0},
                 {"diagonal gaussian", 0.0, SID_NOISE_GAUSSIAN, 1},
                 {"rademacher", .3, SID_NOISE_RADEMACHER, 0},
                 {"sphere", .5, SID_NOISE_SPHERE, 0},
                 {"samples", 0.0, SID_NOISE_SAMPLES, 0}};

enum {
  EQ_BASES = sizeof eq_bases / sizeof eq_bases[0],
  EQ_NOISES = sizeof eq_noises / sizeof eq_noises[0]
};

/* Two histories: {x, lr, wd, dynamics} and its twin, whose x is `c` times as large. */
typedef struct {
  const char *name;
  double c, lr[2], wd[2];
  sid_dynamics dynamics[2];
} eq_twin_case;

enum { EQ_TWIN_STEPS = 48, EQ_TWIN_STATE = 3 * EQ_DIM + 2 };

/* States after each step, weights divided by c, first moments (momentum's v, Adam's m) multiplied
 * by it, second by c^2. Momentum starts with a velocity. 0 if a step fails. */
static int eq_history(const sid_problem *problem, const eq_twin_case *one, int twin, double *out) {
  const sid_dynamics *dynamics = &one->dynamics[twin];
  const size_t p = problem->dim, total = sid_state_doubles(problem, dynamics);
  const double c = twin ? one->c : 1.0;
  double state[EQ_TWIN_STATE], work[EQ_WORK];
  sid_stream stream = eq_stream(13);
  for (size_t j = 0; j < p; j++) state[j] = c * eq_point[j];
  sid_state_begin(problem, dynamics, one->lr[twin], state);
  for (size_t j = 0; dynamics->kind == SID_MOMENTUM && j < p; j++) state[p + j] = eq_scale[j] / c;
  for (int t = 0; t < EQ_TWIN_STEPS; t++) {
    if (sid_step(problem, dynamics, one->lr[twin], one->wd[twin], state, &stream, work)) return 0;
    for (size_t j = 0; j < total; j++)
      *out++ = state[j] * (j < p ? 1.0 / c : j < 2 * p ? c : j < 3 * p ? c * c : 1.0);
  }
  return 1;
}

static void eq_twins(vf_context *context, const eq_twin_case *one) {
  static double plain[EQ_TWIN_STEPS * EQ_TWIN_STATE], scaled[EQ_TWIN_STEPS * EQ_TWIN_STATE];
  size_t subjects = 0;
  for (size_t b = 0; b < EQ_BASES; b++)
    for (size_t n = 0; n < EQ_NOISES; n++) {
      sid_problem problem = eq_bases[b].problem;
      char name[160];
      problem.noise = eq_noises[n].kind;
      problem.sigma = eq_noises[n].sigma;
      problem.scale = eq_noises[n].diagonal ? eq_scale : NULL;
      if (sid_problem_validate(&problem)) continue;
      subjects++;
      (void)snprintf(name, sizeof name, "%.60s, %.40s, %.40s", one->name, eq_bases[b].name,
                     eq_noises[n].name);
      if (eq_history(&problem, one, 0, plain) && eq_history(&problem, one, 1, scaled))
        vf_same_bits(context, name, scaled, plain,
                     EQ_TWIN_STEPS * sid_state_doubles(&problem, &one->dynamics[0]));
      else
        vf_error(context, name, "a step failed");
    }
  vf_within(context, one->name, (double)subjects, 45.0, 0.0,
            "problems with the noises that each takes");
}

/* Appendix C.1: w -> c w, v -> v/c, eta -> c^2 eta, lam -> lam/c^2; with c = 1/sqrt(eta) this is w'
 * = w/sqrt(eta), v' = sqrt(eta) v, which takes eta out. Powers of two: bit for bit. */
static void eq_momentum_twins(vf_context *context) {
  static const struct {
    const char *name;
    double c, lr, wd, beta;
  } cases[] = {{"c=2 eta=0.05 lam=0.3 beta=0.9", 2.0, .05, .3, .9},
               {"c=1/4 eta=0.4 lam=0.03 beta=0.5", .25, .4, .03, .5},
               {"c=1/sqrt(eta), eta=1/64 lam=0.8 beta=0.8", 8.0, .015625, .8, .8}};
  for (int k = 0; k < 3; k++) {
    const double c2 = cases[k].c * cases[k].c;
    const sid_dynamics momentum = eq_momentum(cases[k].beta);
    const eq_twin_case one = {cases[k].name,
                              cases[k].c,
                              {cases[k].lr, cases[k].lr * c2},
                              {cases[k].wd, cases[k].wd / c2},
                              {momentum, momentum}};
    eq_twins(context, &one);
  }
}

static sid_dynamics eq_adam(int32_t kind, double alpha, double beta, double beta2, double eps) {
  const sid_dynamics dynamics = {
      .kind = kind, .batch = 1, .beta = beta, .beta2 = beta2, .alpha = alpha, .eps = eps};
  return dynamics;
}

/* Theorem C.2: W_0 -> C W_0, alpha -> C alpha with eps = 0, or with eps -> eps/C. AdamW keeps its
 * lam; Adam with L2 needs lam/C^2. Powers of two: bit for bit. */
static void eq_adam_twins(vf_context *context, int32_t kind) {
  static const struct {
    const char *name;
    double c, lr, wd, alpha, beta, beta2, eps;
  } cases[] = {{"C=2 eta=1 lam=0.01 alpha=0.02 eps=0", 2.0, 1.0, .01, .02, .9, .999, 0.0},
               {"C=1/8 eta=0.5 lam=0.02 alpha=0.003 eps=0", .125, .5, .02, .003, .8, .99, 0.0},
               {"C=4 eta=0.7 lam=0.1 alpha=0.01 eps=0.001", 4.0, .7, .1, .01, .9, .95, .001}};
  for (int k = 0; k < 3; k++) {
    const double c = cases[k].c;
    const eq_twin_case one = {
        cases[k].name,
        c,
        {cases[k].lr, cases[k].lr},
        {cases[k].wd, kind == SID_ADAM_L2 ? cases[k].wd / (c * c) : cases[k].wd},
        {eq_adam(kind, cases[k].alpha, cases[k].beta, cases[k].beta2, cases[k].eps),
         eq_adam(kind, c * cases[k].alpha, cases[k].beta, cases[k].beta2, cases[k].eps / c)}};
    eq_twins(context, &one);
  }
}

static void eq_adamw_twins(vf_context *context) { eq_adam_twins(context, SID_ADAMW); }

static void eq_adam_l2_twins(vf_context *context) { eq_adam_twins(context, SID_ADAM_L2); }

enum { EQ_ADAM_STEPS = 30 };

/* Moments of Algorithm 1 as weighted means of all gradients so far: (1-beta) sum_s beta^(t-s)
 * g_s/(1 - beta^t). */
static double eq_adam_moment(double g[EQ_ADAM_STEPS][3], int t, int j, double beta, int power) {
  double sum = 0.0;
  for (int s = 0; s <= t; s++) sum += pow(beta, t - s) * (power == 2 ? g[s][j] * g[s][j] : g[s][j]);
  return (1.0 - beta) * sum / (1.0 - pow(beta, t + 1));
}

/* Algorithm 1, lines 6 to 12: the step of every t against the moments written out as weighted means
 * of the gradients drawn from a copy of the stream. In units of alpha the direction is below
 * 1/sqrt(1-beta2) and |x| is |x|/(lr alpha); 10 t + 60 roundings of those. */
static void eq_adam_steps_of(vf_context *context, int32_t kind, double alpha, double beta,
                             double beta2, double eps) {
  const sid_problem problem = {.kind = SID_RAYLEIGH,
                               .noise = SID_NOISE_GAUSSIAN,
                               .dim = 3,
                               .sigma = .3,
                               .matrix = eq_matrix};
  const sid_dynamics adam = eq_adam(kind, alpha, beta, beta2, eps);
  const double lr = .5, wd = .1;
  double x[11] = {.7, -.4, 1.1}, g[EQ_ADAM_STEPS][3], worst = 0.0, work[EQ_WORK];
  sid_stream stream = eq_stream(17);
  char name[120];
  sid_state_begin(&problem, &adam, lr, x);
  for (int t = 0; t < EQ_ADAM_STEPS; t++) {
    double before[3];
    sid_stream copy = stream;
    memcpy(before, x, sizeof before);
    sid_problem_noisy_gradient(&problem, x, 1, &copy, g[t], work);
    for (int j = 0; j < 3; j++) g[t][j] += kind == SID_ADAM_L2 ? wd * before[j] : 0.0;
    if (sid_step(&problem, &adam, lr, wd, x, &stream, work)) vf_error(context, "step", "it failed");
    for (int j = 0; j < 3; j++) {
      const double move = alpha * eq_adam_moment(g, t, j, beta, 1) /
                          (sqrt(eq_adam_moment(g, t, j, beta2, 2)) + eps);
      const double expected = before[j] - lr * (move + (kind == SID_ADAMW ? wd * before[j] : 0.0));
      worst = eq_worse(worst, x[j] - expected);
    }
  }
  (void)snprintf(name, sizeof name, "%s alpha=%g beta=%g beta2=%g eps=%g, 30 steps",
                 kind == SID_ADAMW ? "adamw" : "adam_l2", alpha, beta, beta2, eps);
  vf_within(context, name, worst, 0.0,
            (10.0 * EQ_ADAM_STEPS + 60.0) * EQ_ULP * (lr * alpha / sqrt(1.0 - beta2) + 2.0),
            "10 t + 60 roundings of |x| below 2 and of steps below lr alpha/sqrt(1-beta2)");
}

static void eq_adam_steps(vf_context *context) {
  eq_adam_steps_of(context, SID_ADAMW, .05, .9, .99, 0.0);
  eq_adam_steps_of(context, SID_ADAMW, .1, .5, .9, .01);
  eq_adam_steps_of(context, SID_ADAM_L2, .05, .9, .99, 0.0);
  eq_adam_steps_of(context, SID_ADAM_L2, .1, .5, .9, .01);
}

/* Step of x_0 in the t-th step of AdamW without WD and eps on the toy, from c times a point with c
 * alpha. */
static double eq_adamw_move(vf_context *context, double c, int t) {
  const sid_problem toy = {.kind = SID_RATIO2, .dim = 2};
  const sid_dynamics adamw = eq_adam(SID_ADAMW, c * .01, .9, .999, 0.0);
  double x[8] = {c * .3, c * .7}, before = 0.0, work[EQ_WORK];
  sid_state_begin(&toy, &adamw, 1.0, x);
  for (int k = 0; k < t; k++) {
    before = x[0];
    if (sid_step(&toy, &adamw, 1.0, 0.0, x, NULL, work)) vf_error(context, "step", "it failed");
  }
  return before - x[0];
}

/* E21: alpha' m'/sqrt(v') is C times alpha m/sqrt(v); printed the same. C a power of two: exact. */
static void eq_erratum_adamw_scale(vf_context *context) {
  static const double factors[] = {2.0, 16.0};
  for (int k = 0; k < 2; k++) {
    char name[80];
    const int t = k ? 20 : 1;
    (void)snprintf(name, sizeof name, "C=%g, step %d of AdamW on the toy", factors[k], t);
    vf_erratum(context, name,
               eq_adamw_move(context, factors[k], t) / eq_adamw_move(context, 1.0, t), factors[k],
               1.0, 0.0, "powers of two: exact");
  }
}

/* E22: the decay of one step of AdamW with alpha = 0 is 1 - eta lam; printed 1 - eta. */
static void eq_erratum_adamw_decay(vf_context *context) {
  static const double etas[] = {1.0, .5}, lams[] = {.1, .3};
  const sid_problem toy = {.kind = SID_RATIO2, .dim = 2};
  const sid_dynamics adamw = eq_adam(SID_ADAMW, 0.0, .9, .999, 1e-8);
  for (int k = 0; k < 2; k++) {
    double x[8] = {.3, .7}, work[EQ_WORK];
    char name[80];
    sid_state_begin(&toy, &adamw, etas[k], x);
    if (sid_step(&toy, &adamw, etas[k], lams[k], x, NULL, work))
      vf_error(context, "step", "it failed");
    (void)snprintf(name, sizeof name, "eta=%g lam=%g alpha=0", etas[k], lams[k]);
    vf_erratum(context, name, x[1] / .7, 1.0 - etas[k] * lams[k], 1.0 - etas[k], 4.0 * EQ_ULP,
               "4 roundings");
  }
}

static const vf_check table[] = {
    {"il4.step-decay", "il, Section 5.3, \"Sudden increase of test error\"",
     "eta/k divides the effective LR by k at once; then it climbs to the equilibrium of the new el",
     VF_QUICK, eq_decay},
    {"errata.il4-equilibrium-value", "il, Section 5.3, \"Sudden increase of test error\"",
     "the effective LR equilibrates to a multiple of el^(1/2)", VF_QUICK, eq_erratum_equilibrium},
    {"il4.recovery-time", "il, (10), (12), Sections 5.3, 6.2, F.2",
     "recovery takes O(1/el): e^(-4 el t)", VF_QUICK, eq_recovery_all},
    {"il4.five-schedules", "il, Figure 1, Table 1", "five histories, one norm", VF_QUICK,
     eq_five_norms},
    {"il4.table1", "il, Figure 1, Table 1",
     "norms under the five schedules of Table 1, 20 steps an epoch", VF_QUICK, eq_table1_twenty},
    {"il4.table1-whole", "il, Figure 1, Table 1",
     "the same with 390 steps an epoch, and with another noise", VF_FULL, eq_table1_whole},
    {"il4.five-schedules-regression", "il, Figure 1, Table 1",
     "five histories, one law of the weights, with a loss, and after fine-tuning", VF_QUICK,
     eq_five_laws},
    {"il4.intrinsic-lr", "il, Observation 1.1, Section 6.1",
     "the equilibrium depends on eta lam alone", VF_QUICK, eq_same_product},
    {"il5.norm-times", "il, Appendix E, (15)",
     "times of norm convergence with and without an early large LR", VF_QUICK, eq_two_phases},
    {"il5.initial-norm", "il, Appendix E, (15)",
     "the time grows by 1/(2 K el) per factor e of |W_0|^2", VF_QUICK, eq_initial_norm},
    {"il5.without-decay", "il, Section 5.3, gradient flow phase",
     "LR/10 without WD: gamma grows by 2 tr a step and the direction freezes", VF_QUICK,
     eq_without_decay},
    {"il6.paths", "il, Section 5.3, linear scaling rule",
     "W^{B,eta}_t is W^{1,eta/B}_{Bt}, path by path of the SDE", VF_QUICK, eq_scaling_of_paths},
    {"il6.samples", "il, Section 5.3, linear scaling rule",
     "batch B and eta, or B batches and eta/B: one drift, one covariance, by enumeration", VF_QUICK,
     eq_scaling_of_samples},
    {"il6.equilibrium", "il, Section 5.3, linear scaling rule",
     "noise over drift is sqrt(2 eta lam/B)", VF_QUICK, eq_batch_equilibrium},
    {"errata.il6-batch-equilibrium", "il, Section 5.3, linear scaling rule",
     "eta lam/B sets the equilibrium, not lam/B", VF_QUICK, eq_erratum_batch},
    {"il7.two-step-form", "il, Appendix C.1",
     "momentum is w+ - w = beta (w - w-) - eta (g + lam w)", VF_QUICK, eq_two_step_form},
    {"il7.constant-gradient", "il, Appendix C.1",
     "steps under a constant gradient grow to LR eta/(1-beta)", VF_QUICK, eq_constant_gradient},
    {"il7.quadratic", "il, Appendix C.1", "states and decay rates of momentum on a quadratic",
     VF_QUICK, eq_quadratic},
    {"il7.slow-gradient", "il, Appendix C.1",
     "momentum with rate eta (1-beta) follows the flow of rate eta", VF_QUICK, eq_slow_gradient},
    {"il7.norm-balance", "il, Appendix C.1",
     "stationary norm: (2 - el/(1+beta)) (1-beta) lam E R = eta s^2 E 1/R, LR eta/(1-beta)",
     VF_QUICK, eq_momentum_balance},
    {"errata.il7-momentum-lr", "il, Appendix C.1", "the LR of momentum is eta/(1-beta)", VF_QUICK,
     eq_erratum_momentum},
    {"il8.momentum", "il, Conjecture C.1", "five histories, one law of the weights, with momentum",
     VF_QUICK, eq_five_laws_of_momentum},
    {"il8.class-law", "il, Conjecture 5.3",
     "law of the class predicted by runs of noise alone, against the exact law", VF_QUICK,
     eq_class_law},
    {"il8.mixing-time", "il, Conjecture 5.3, footnote 3",
     "total variation of predictions at t = tau/el depends on tau alone, noise-free", VF_QUICK,
     eq_mixing_time},
    {"il8.plane-law", "il, Conjecture 5.3, (6)",
     "variance of the angle and total variation in the plane, noise-free", VF_QUICK, eq_plane_law},
    {"il8.plane-time", "il, Conjecture 5.3",
     "el times the steps to equilibrium is a constant as el -> 0", VF_QUICK, eq_plane_times},
    {"il8.regression", "il, Conjectures 5.3, 5.4, Figure 3",
     "two ensembles with a loss predict alike after O(1/el)", VF_QUICK, eq_regression_mixing},
    {"errata.il8-conjecture-time", "il, Conjecture 5.4, Conjecture C.1",
     "the second phase lasts tau, not t", VF_QUICK, eq_erratum_time},
    {"il10.distance", "il, Section 4, Figure 6b",
     "distances along a run grow to the norm's size; no plateau", VF_QUICK, eq_distance},
    {"il10.distance-on-circle", "il, Section 4, Figure 6b; fm, (13)",
     "with a loss: distances grow along the minimisers on the time scale 1/el", VF_FULL,
     eq_distance_on_circle},
    {"il10.averages", "il, Section 4, Figure 6",
     "averages along a run have a lower loss while iterates move apart", VF_QUICK, eq_swa},
    {"il10.average-law", "il, Section 4", "averages and distances of iterates of noise alone",
     VF_QUICK, eq_average_law},
    {"il10.mean", "il, Section 4", "the running average is the mean", VF_QUICK, eq_average_is_mean},
    {"il10.averages-across", "il, Section 4", "the average of distant minimisers is none", VF_QUICK,
     eq_average_across},
    {"X7.momentum", "il, Appendix C.1",
     "c w, v/c, c^2 eta, lam/c^2, and eta taken out: bit for bit", VF_QUICK, eq_momentum_twins},
    {"X7.adamw", "il, Theorem C.2", "C w_0, C alpha, eps/C: bit for bit", VF_QUICK, eq_adamw_twins},
    {"X7.adam-l2", "il, Appendix C.2", "C w_0, C alpha, eps/C, lam/C^2: bit for bit", VF_QUICK,
     eq_adam_l2_twins},
    {"X7.adam-steps", "il, Algorithm 1",
     "Adam's steps from its gradients written out as weighted means", VF_QUICK, eq_adam_steps},
    {"errata.x7-adamw-proof-scale", "il, Appendix C.2, proof of Theorem C.2",
     "the step scales with C", VF_QUICK, eq_erratum_adamw_scale},
    {"errata.x7-adamw-proof-decay", "il, Appendix C.2, proof of Theorem C.2",
     "the decay is eta lam th", VF_QUICK, eq_erratum_adamw_decay},
};

VF_ROW(il_equilibrium, table);

/* fm (000), Fast Mixing of SGD with Normalization and Weight Decay: rows fm1 (norm law), fm2 (time
 * scale), fm5 (normalised linear model and its limiting diffusion), fm6 (time scaling, figure 2;
 * the order of its corrections), fm8 (dimension two), fm9 (mixing of ensembles of the model; the
 * rest of fm9 is in fm_limit.c). el = lr*wd, R = |x|^2, y = R^2 = |x|^4, c = (D-1) sigma^2, T =
 * rescaled time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/check.h"
#include "harness/estimators.h"

enum { TEXT = 192, DIM = 10 };

static const double PI = 3.14159265358979323846;
static const double ULP = 0x1p-53; /* half an ulp of 1: one rounding */

/* ---- experiments: SGD with constant lr and wd from a point ---- */

/* An experiment and what it points to; not to be copied once set. */
typedef struct {
  sid_experiment experiment;
  sid_segment segment;
  int32_t observables[2];
  double x0[DIM];
} fm_setup;

static void fm_set(fm_setup *setup, const sid_problem *problem, double lr, double wd) {
  memset(setup, 0, sizeof *setup);
  setup->segment = (sid_segment){0, lr, wd, 1.0};
  sid_experiment *experiment = &setup->experiment;
  experiment->problem = *problem;
  experiment->dynamics = (sid_dynamics){.kind = SID_SGD, .batch = 1};
  experiment->schedule.kind = SID_PIECEWISE;
  experiment->schedule.segment_count = 1;
  experiment->schedule.segments = &setup->segment;
  experiment->start = (sid_start){SID_START_POINT, setup->x0, 0.0};
  experiment->seed = 20211;
  setup->observables[0] = SID_NORM2;
  experiment->observable_count = 1;
  experiment->observables = setup->observables;
}

/* One or two observables; 0 for no second one. */
static void fm_observe(fm_setup *setup, int32_t first, int32_t second) {
  setup->observables[0] = first;
  setup->observables[1] = second;
  setup->experiment.observable_count = second ? 2 : 1;
}

/* A start of squared length r in a direction without zeros. */
static void fm_start(fm_setup *setup, double r) {
  const uint32_t p = setup->experiment.problem.dim;
  for (uint32_t j = 0; j < p; j++) setup->x0[j] = 1.0 / (double)(j + 1);
  const double k = sqrt(r / sid_dot(setup->x0, setup->x0, p));
  for (uint32_t j = 0; j < p; j++) setup->x0[j] *= k;
}

static sid_problem fm_noise_only(int32_t noise, uint32_t dim, double sigma) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_NOISE_ONLY;
  problem.noise = noise;
  problem.dim = dim;
  problem.sigma = sigma;
  return problem;
}

/* 1 if the experiment is valid with these checkpoints, the last of which is its end. */
static int fm_ready(vf_context *context, fm_setup *setup, const uint64_t *checkpoints,
                    size_t count) {
  setup->experiment.checkpoints = checkpoints;
  setup->experiment.checkpoint_count = (uint32_t)count;
  setup->experiment.steps = checkpoints[count - 1];
  const sid_status status = sid_experiment_validate(&setup->experiment);
  if (status) vf_error(context, "experiment", sid_status_text(status));
  return status == SID_OK;
}

/* Rows of trajectories 0..runs-1 at the checkpoints, or NULL with an error in the report. To be
 * freed. */
static double *fm_rows(vf_context *context, fm_setup *setup, const uint64_t *checkpoints,
                       size_t count, size_t runs) {
  if (!fm_ready(context, setup, checkpoints, count)) return NULL;
  double *rows = malloc(runs * count * sid_row_width(&setup->experiment) * sizeof *rows);
  if (rows && vf_ensemble(&setup->experiment, 0, runs, vf_jobs(context), rows, NULL) == 0)
    return rows;
  vf_error(context, "ensemble", "out of memory");
  free(rows);
  return NULL;
}

/* 0, 1, ..., steps; to be freed. */
static uint64_t *fm_every_step(vf_context *context, uint64_t steps) {
  uint64_t *list = malloc((size_t)(steps + 1) * sizeof *list);
  if (!list) vf_error(context, "checkpoints", "out of memory");
  for (uint64_t t = 0; list && t <= steps; t++) list[t] = t;
  return list;
}

/* ---- fm1: norm law ---- */

/* |x|^4 after time t of SGD with lr/m, weight decay and noise of fixed length sqrt(s2 m)/|x|: m
 * substeps of a weak Euler method for the canonical SDE. The noise has no say in the norm, so this
 * has no statistics. */
static double fm_norm4_after(vf_context *context, uint32_t dim, double eta, double lam, double s2,
                             double norm4, double t, uint32_t m) {
  const sid_problem problem = fm_noise_only(SID_NOISE_SPHERE, dim, sqrt(s2 * m));
  const uint64_t end = (uint64_t)(t * m);
  fm_setup setup;
  fm_set(&setup, &problem, eta / m, lam);
  fm_start(&setup, sqrt(norm4));
  double *rows = fm_rows(context, &setup, &end, 1, 1);
  const double r = rows ? rows[0] : (double)NAN;
  free(rows);
  return r * r;
}

/* (10): |X_t|^4 = eta s2/(2 lam) + e^(-4 el t) (|X_0|^4 - eta s2/(2 lam)) where tr Sigma =
 * s2/|x|^2. The distance of the real steps from it must fall like 1/m; any wrong factor leaves a
 * distance that does not. */
static void fm1_norm_law(vf_context *context) {
  static const struct {
    const char *eta, *lam, *s2, *norm4, *t;
    uint32_t dim;
  } cases[] = {{"0.01", "0.05", "0.81", "1", "1", 10},  {"0.01", "0.05", "0.81", "1", "10", 3},
               {"0.01", "0.05", "0.81", "1", "100", 2}, {"0.01", "0.05", "0.81", "1", "1000", 7},
               {"0.1", "0.5", "2", "3", "1", 4},        {"0.1", "0.5", "2", "3", "10", 2},
               {"0.1", "0.5", "2", "3", "100", 5}};
  enum { LEVELS = 6 };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char key[TEXT], name[TEXT];
    double h[LEVELS], error[LEVELS];
    snprintf(key, sizeof key, "fm1.norm4.eta-%s.lam-%s.s2-%s.norm4-%s.t-%s", cases[i].eta,
             cases[i].lam, cases[i].s2, cases[i].norm4, cases[i].t);
    snprintf(name, sizeof name, "order in 1/m, eta=%s lam=%s s2=%s |X0|^4=%s t=%s", cases[i].eta,
             cases[i].lam, cases[i].s2, cases[i].norm4, cases[i].t);
    const double expected = vf_expected(context, key);
    for (uint32_t k = 0; k < LEVELS; k++) {
      h[k] = 1.0 / (double)(1u << (k + 1));
      error[k] =
          fm_norm4_after(context, cases[i].dim, atof(cases[i].eta), atof(cases[i].lam),
                         atof(cases[i].s2), atof(cases[i].norm4), atof(cases[i].t), 1u << (k + 1)) -
          expected;
    }
    vf_order(context, name, h, error, LEVELS, 1.0);
  }
}

/* Mean of |x|^4 over an ensemble of the SDE's Euler-Maruyama paths. */
static vf_moments fm_sde_norm4(vf_context *context, uint32_t dim, double sigma, double eta,
                               double lam, double norm4, uint64_t t, uint32_t substeps,
                               size_t runs) {
  const sid_problem problem = fm_noise_only(SID_NOISE_GAUSSIAN, dim, sigma);
  vf_moments moments = {(double)NAN, (double)NAN, (double)NAN};
  fm_setup setup;
  fm_set(&setup, &problem, eta, lam);
  setup.experiment.dynamics = (sid_dynamics){.kind = SID_SDE, .substeps = substeps, .batch = 1};
  fm_start(&setup, sqrt(norm4));
  double *rows = fm_rows(context, &setup, &t, 1, runs);
  if (!rows) return moments;
  for (size_t i = 0; i < runs; i++) rows[i] *= rows[i];
  moments = vf_moments_of(rows, runs);
  free(rows);
  return moments;
}

/* (10) with s2 = (D-1) sigma^2, the noise of Section 6.1, through the SDE's own steps. Effect: s2 =
 * D sigma^2, noise that is not projected on the tangent space. The Euler-Maruyama bias, el/m
 * ((D+1)/(D-1) - 1/2) of |x|^4 at most, is a tenth of a standard error. */
static void fm1_norm_law_gaussian(vf_context *context) {
  static const struct {
    const char *key;
    uint32_t dim, substeps;
    double sigma2, eta, lam, norm4;
    uint64_t t;
    size_t runs;
  } cases[] = {
      {"fm1.norm4.eta-0.01.lam-0.05.s2-0.81.norm4-1.t-1000", 10, 4, 0.09, 0.01, 0.05, 1.0, 1000,
       64},
      {"fm1.norm4.eta-0.1.lam-0.5.s2-2.norm4-3.t-10", 3, 128, 1.0, 0.1, 0.5, 3.0, 10, 256}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char name[TEXT];
    const double el = cases[i].eta * cases[i].lam;
    const double extra = cases[i].eta * cases[i].sigma2 / (2.0 * cases[i].lam) *
                         -expm1(-4.0 * el * (double)cases[i].t);
    const vf_moments got =
        fm_sde_norm4(context, cases[i].dim, sqrt(cases[i].sigma2), cases[i].eta, cases[i].lam,
                     cases[i].norm4, cases[i].t, cases[i].substeps, cases[i].runs);
    snprintf(name, sizeof name, "E|X_t|^4, D=%u eta=%g lam=%g t=%g", (unsigned)cases[i].dim,
             cases[i].eta, cases[i].lam, (double)cases[i].t);
    vf_monte_carlo(context, name, got.mean, got.standard_error, vf_expected(context, cases[i].key),
                   extra, "ensemble of sde paths; effect: s2 = D sigma^2");
  }
}

/* Section 7 says that the norm converges to (lam/eta)^(1/4); (10) gives (eta/lam)^(1/4)
 * (s2/2)^(1/4). Real steps stand at |x|^4 = eta s2/(lam (2-el)), i.e. el/8 of |x| above the
 * continuous value: the tolerance is that and its next order. */
static void fm1_equilibrium_norm(vf_context *context) {
  static const struct {
    const char *id;
    double eta, lam, s2;
  } cases[] = {{"eta-0.01.lam-0.05.s2-0.81", 0.01, 0.05, 0.81},
               {"eta-0.1.lam-0.5.s2-2", 0.1, 0.5, 2.0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char right[TEXT], printed[TEXT];
    const double el = cases[i].eta * cases[i].lam;
    snprintf(right, sizeof right, "fm1.limit-norm.%s", cases[i].id);
    snprintf(printed, sizeof printed, "fm1.limit-norm.%s.printed", cases[i].id);
    const double norm4 = fm_norm4_after(context, 3, cases[i].eta, cases[i].lam, cases[i].s2, 1.0,
                                        ceil(10.0 / el), 1);
    const double expected = vf_expected(context, right);
    vf_erratum(context, cases[i].id, pow(norm4, 0.25), expected, vf_expected(context, printed),
               expected * el / 8.0 * (1.0 + el),
               "finite el: |x| is (1-el/2)^(-1/4) of the continuous value");
  }
}

/* Trace by the draws themselves: the mean of |noise|^2 |x|^2 over many draws at one point, as a
 * moment with its error. */
static vf_moments fm_trace_by_draws(vf_context *context, const sid_problem *problem,
                                    const double *x, size_t draws) {
  vf_moments moments = {(double)NAN, (double)NAN, (double)NAN};
  const uint64_t key[2] = {SID_KEY_NOISE, 0};
  double noise[DIM], work[2 * DIM], *values = malloc(draws * sizeof *values);
  sid_stream stream;
  if (!values || sid_stream_init(&stream, 1, key, 2)) {
    vf_error(context, "draws", "no memory or no stream");
    free(values);
    return moments;
  }
  for (size_t i = 0; i < draws; i++) {
    sid_problem_noisy_gradient(problem, x, 1, &stream, noise,
                               work); /* without a loss this is the noise */
    values[i] = sid_dot(noise, noise, problem->dim) * sid_dot(x, x, problem->dim);
  }
  moments = vf_moments_of(values, draws);
  free(values);
  return moments;
}

/* (10) writes tr Sigma = sigma^2/|x|^2; the noise of Section 6.1 has (D-1) sigma^2/|x|^2.
 * Noise-free for the noise trace of ref/ (eight roundings), and by 20000 draws of the noise
 * itself. */
static void fm1_trace_symbol(vf_context *context) {
  static const struct {
    uint32_t dim;
    double sigma, r;
  } cases[] = {{10, 0.3, 0.9}, {4, 1.5, 7.0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const sid_problem problem = fm_noise_only(SID_NOISE_GAUSSIAN, cases[i].dim, cases[i].sigma);
    const double printed = cases[i].sigma * cases[i].sigma,
                 right = (double)(cases[i].dim - 1) * printed;
    double work[2 * DIM];
    char name[TEXT];
    fm_setup setup;
    fm_set(&setup, &problem, 0.01, 0.05);
    fm_start(&setup, cases[i].r);
    const double r = sid_dot(setup.x0, setup.x0, cases[i].dim);
    snprintf(name, sizeof name, "|x|^2 tr Sigma, D=%u sigma=%g", (unsigned)cases[i].dim,
             cases[i].sigma);
    vf_erratum(context, name, r * sid_problem_noise_trace(&problem, setup.x0, work), right, printed,
               8.0 * ULP * right, "8 roundings");
    const vf_moments drawn = fm_trace_by_draws(context, &problem, setup.x0, 20000);
    snprintf(name, sizeof name, "E |x|^2 |noise|^2, D=%u sigma=%g", (unsigned)cases[i].dim,
             cases[i].sigma);
    vf_erratum(context, name, drawn.mean, right, printed, 3.0 * drawn.standard_error,
               "3 standard errors of 20000 draws");
  }
}

/* ---- fm2: R(t), tau(t) and its inverse ---- */

typedef struct {
  double low, high;
} fm_interval;

/* |x_k|^4 of SGD with noise of length 1/|x| from |x| = 1: y+ = (1-el)^4 y + 2 (1-el)^2 eta^2 +
 * eta^4/y. Without the last term it is linear; the last term is positive and at most eta^4/min y,
 * min y being at the end of the linear part. For eta < 2 lam. */
static fm_interval fm_norm4_interval(double eta, double lam, double k) {
  const double log_a = log1p(-eta * lam), a2 = exp(2.0 * log_a);
  const double decay = exp(4.0 * k * log_a), sum = (1.0 - decay) / -expm1(4.0 * log_a);
  const double linear = decay + 2.0 * a2 * eta * eta * sum;
  const fm_interval y = {linear, linear + eta * eta * eta * eta / linear * sum};
  return y;
}

/* T as the steps make it: ln R_k + 2 k (-ln(1-el)), the discrete form of tau/2 = ln R + el t for
 * the norm R of the paper, R_0 = 1. */
static double fm_discrete_tau(double r, double eta, double lam, double k) {
  return log(r) - 2.0 * k * log1p(-eta * lam);
}

/* Largest distance between `value` and the interval of discrete_tau at k. */
static double fm_tau_reach(double eta, double lam, double k, double value) {
  const fm_interval y = fm_norm4_interval(eta, lam, k);
  return fmax(fabs(fm_discrete_tau(sqrt(y.low), eta, lam, k) - value),
              fabs(fm_discrete_tau(sqrt(y.high), eta, lam, k) - value));
}

/* R at the given steps of the run with noise of length 1/|x| from |x| = 1. */
static double *fm_unit_run(vf_context *context, double eta, double lam, const uint64_t *steps,
                           size_t count) {
  const sid_problem problem = fm_noise_only(SID_NOISE_SPHERE, 2, 1.0);
  fm_setup setup;
  fm_set(&setup, &problem, eta, lam);
  fm_start(&setup, 1.0);
  return fm_rows(context, &setup, steps, count, 1);
}

/* After tau^-1(T) = ln((2 lam/eta)(e^(2T)-1)+1)/(4 el) real steps the rescaled time is T (below
 * (12)), up to what the exact bounds on the discrete norm allow: O(el ln(lam/eta)). Between two
 * steps tau is taken as linear, an error below el^2. */
static void fm2_time_scale(vf_context *context) {
  static const char *const etas[] = {"0.0001", "0.001", "0.01", "0.02"}, *const lams[] = {"0.05",
                                                                                          "0.2"};
  for (size_t i = 0; i < 8; i++) {
    const char *eta_text = etas[i / 2], *lam_text = lams[i % 2];
    const double eta = atof(eta_text), lam = atof(lam_text), el = eta * lam;
    double t[2];
    uint64_t steps[4];
    for (size_t j = 0; j < 2; j++) {
      char key[TEXT];
      snprintf(key, sizeof key, "fm2.tau-inverse.eta-%s.lam-%s.tau-%d", eta_text, lam_text,
               j ? 3 : 1);
      t[j] = vf_expected(context, key);
      steps[2 * j] = (uint64_t)t[j];
      steps[2 * j + 1] = steps[2 * j] + 1;
    }
    double *r = fm_unit_run(context, eta, lam, steps, 4);
    for (size_t j = 0; r && j < 2; j++) {
      char name[TEXT];
      const double k = (double)steps[2 * j], part = t[j] - k, big = j ? 3.0 : 1.0;
      const double tau = (1.0 - part) * fm_discrete_tau(r[2 * j], eta, lam, k) +
                         part * fm_discrete_tau(r[2 * j + 1], eta, lam, k + 1.0);
      const double tolerance = fm_tau_reach(eta, lam, t[j], big) + el * el;
      snprintf(name, sizeof name, "rescaled time after %.10g steps, eta=%s lam=%s", t[j], eta_text,
               lam_text);
      vf_within(context, name, tau, big, tolerance,
                "exact bounds on the discrete norm, O(el ln(lam/eta))");
    }
    free(r);
  }
}

/* (11): |x_t| against R(t) = (eta/(2 lam) + e^(-4 el t)(1 - eta/(2 lam)))^(1/4), within the exact
 * bounds on the discrete norm. */
static void fm2_scale_function(vf_context *context) {
  static const struct {
    const char *id;
    double eta, lam;
    uint64_t t;
  } cases[] = {{"eta-0.01.lam-0.05.t-100", 0.01, 0.05, 100},
               {"eta-0.01.lam-0.05.t-2000", 0.01, 0.05, 2000},
               {"eta-0.1.lam-0.2.t-50", 0.1, 0.2, 50}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char key[TEXT];
    snprintf(key, sizeof key, "fm2.r.%s", cases[i].id);
    const double expected = vf_expected(context, key);
    const fm_interval y = fm_norm4_interval(cases[i].eta, cases[i].lam, (double)cases[i].t);
    const double tolerance =
        fmax(fabs(pow(y.low, 0.25) - expected), fabs(pow(y.high, 0.25) - expected));
    double *r = fm_unit_run(context, cases[i].eta, cases[i].lam, &cases[i].t, 1);
    if (r)
      vf_within(context, key, sqrt(r[0]), expected, tolerance,
                "exact bounds on the discrete norm, O(el)");
    free(r);
  }
}

/* tau(t) of (12). */
static double fm_tau(double eta, double lam, double t) {
  return 0.5 * log1p(expm1(4.0 * eta * lam * t) * eta / (2.0 * lam));
}

/* tau^-1(T). */
static double fm_tau_inverse(double eta, double lam, double big) {
  return log1p(2.0 * lam / eta * expm1(2.0 * big)) / (4.0 * eta * lam);
}

typedef struct {
  double by_norm, by_rate; /* T from the last norm; T as the sum of eta^2/R^2 */
} fm_times;

/* Rescaled times of `steps` real steps: (12) as the sum of the squared effective learning rates,
 * and by the norm. */
static fm_times fm_run_times(vf_context *context, double eta, double lam, uint64_t steps) {
  const sid_problem problem = fm_noise_only(SID_NOISE_SPHERE, 2, 1.0);
  fm_times times = {(double)NAN, (double)NAN};
  fm_setup setup;
  fm_set(&setup, &problem, eta, lam);
  fm_start(&setup, 1.0);
  fm_observe(&setup, SID_EFFECTIVE_LR, SID_NORM2);
  uint64_t *every = fm_every_step(context, steps);
  double *rows = every ? fm_rows(context, &setup, every, (size_t)steps + 1, 1) : NULL;
  if (rows) {
    times.by_norm = fm_discrete_tau(rows[2 * steps + 1], eta, lam, (double)steps);
    for (uint64_t t = 0; t < steps; t++) rows[t] = rows[2 * t] * rows[2 * t];
    times.by_rate = sid_sum(rows, (size_t)steps);
  }
  free(rows);
  free(every);
  return times;
}

/* At a fixed ratio eta/lam both discrete forms of T approach tau with order el: the steps are
 * chosen so that tau = T after exactly K of them. A wrong exponent, a dropped 2 or weight decay
 * taken twice leaves a distance of order one. */
static void fm2_time_order(vf_context *context) {
  static const struct { double ratio, big; } cases[] = {{0.2, 1.0}, {0.2, 3.0}, {0.5, 0.5}};
  enum { LEVELS = 6 };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double h[LEVELS], by_norm[LEVELS], by_rate[LEVELS];
    char name[TEXT];
    for (size_t k = 0; k < LEVELS; k++) {
      const uint64_t steps = (uint64_t)100 << (2 * k);
      h[k] =
          log1p(2.0 / cases[i].ratio * expm1(2.0 * cases[i].big)) / (4.0 * (double)steps); /* el */
      const fm_times times =
          fm_run_times(context, sqrt(h[k] * cases[i].ratio), sqrt(h[k] / cases[i].ratio), steps);
      by_norm[k] = times.by_norm - cases[i].big;
      by_rate[k] = times.by_rate - cases[i].big;
    }
    snprintf(name, sizeof name, "by the norm, order in el, eta/lam=%g T=%g", cases[i].ratio,
             cases[i].big);
    vf_order(context, name, h, by_norm, LEVELS, 1.0);
    snprintf(name, sizeof name, "sum of eta^2/|x|^4, order in el, eta/lam=%g T=%g", cases[i].ratio,
             cases[i].big);
    vf_order(context, name, h, by_rate, LEVELS, 1.0);
  }
}

/* ---- fm5, fm6: the normalised linear model of Section 6.1 ---- */

/* z_i = sqrt(D-2) e_i (i <= D-2), x* = along e_1 + across e_(D-1): the loss is |h - along e_1|^2/2,
 * h the first D-2 coordinates of x/|x|. The minimisers of unit norm are the circle of radius across
 * in the plane of the last two coordinates. */
typedef struct {
  uint32_t dim;
  double sigma, along, across;
  double features[DIM * DIM], labels[DIM], plane[2 * DIM];
  sid_problem problem;
} fm_model;

static void fm_model_set(fm_model *model, uint32_t dim, double sigma, double along, double across) {
  memset(model, 0, sizeof *model);
  model->dim = dim;
  model->sigma = sigma;
  model->along = along;
  model->across = across;
  const double length = sqrt((double)(dim - 2));
  for (uint32_t i = 0; i < dim - 2; i++) model->features[i * dim + i] = length;
  model->labels[0] = length * along;
  model->plane[dim - 2] = 1.0;
  model->plane[dim + dim - 1] = 1.0;
  model->problem = fm_noise_only(SID_NOISE_GAUSSIAN, dim, sigma);
  model->problem.kind = SID_NORMALISED_LINEAR;
  model->problem.samples = dim - 2;
  model->problem.features = model->features;
  model->problem.labels = model->labels;
}

/* SGD from angle 0 of the circle of minimisers with |x|^4 = y0. */
static void fm_model_run(fm_setup *setup, const fm_model *model, double eta, double lam,
                         double y0) {
  fm_set(setup, &model->problem, eta, lam);
  const double length = pow(y0, 0.25);
  setup->x0[0] = length * model->along;
  setup->x0[model->dim - 2] = length * model->across;
  setup->experiment.plane = model->plane;
  fm_observe(setup, SID_PLANE_ANGLE, SID_NORM2);
}

static double fm_model_c(const fm_model *model) {
  return (double)(model->dim - 1) * model->sigma * model->sigma;
}

/* V(T) = ln(1 + (e^(2T)-1) c/y0)/(2 (D-1) rho^2): variance of the angle of the limiting diffusion
 * (13). */
static double fm_model_variance(const fm_model *model, double y0, double big) {
  return log1p(expm1(2.0 * big) * fm_model_c(model) / y0) /
         (2.0 * (double)(model->dim - 1) * model->across * model->across);
}

/* Means of the real steps to first order in e = eta/|x|^2, which is of the order of sqrt(el). */
typedef struct {
  double y;      /* |x|^4 */
  double spread; /* variance of each normal coordinate of x/|x| */
  double angle;  /* sum of the variances of the angle's increments */
  double noise;  /* variance of the quadratic variation: twice the sum of their squares */
} fm_means;

/* Mean of 1/(1-|h|^2) for h = along e_1 + z, z normal with variance s in each of n = D-2
 * coordinates: the series (1 + X/rho^2 + X^2/rho^4 + ..)/rho^2 in X = 2 along z_1 + |z|^2 to second
 * order in s. (In the limit of small e z is exactly normal: the sphere's measure is uniform in
 * h.) */
static double fm_mean_inverse(const fm_model *model, double s) {
  const double n = (double)model->dim - 2.0, b2 = model->along * model->along,
               k = 1.0 / (model->across * model->across);
  const double first = n * s * k + 4.0 * b2 * s * k * k;
  const double second = (n * n + 2.0 * n) * k * k + 12.0 * b2 * (n + 2.0) * k * k * k +
                        48.0 * b2 * b2 * k * k * k * k;
  return k * (1.0 + first + s * s * second);
}

/* One step. The normal coordinates z = h - along e_1 follow z+ = (1-e) z + noise of variance e^2
 * sigma^2. They give the norm the gradient |x|^2 G = |z|^2 - <h,z>^2, mean (D-2 - along^2) spread,
 * and the angle the mean of 1/(1-|h|^2). `loss` 0 leaves the loss out: the limiting law in finite
 * steps. */
static void fm_means_step(const fm_model *model, double eta, double lam, int loss,
                          fm_means *means) {
  const double d = (double)model->dim, sigma2 = model->sigma * model->sigma, c = fm_model_c(model);
  const double a = 1.0 - eta * lam, e = eta / sqrt(means->y), b2 = model->along * model->along;
  const double spread = loss ? means->spread : 0.0;
  const double variance = e * e * sigma2 / (a * a) * fm_mean_inverse(model, spread);
  means->angle += variance;
  means->noise += 2.0 * variance * variance;
  means->y = a * a * a * a * means->y + 2.0 * a * a * eta * eta * (c + (d - 2.0 - b2) * spread) +
             eta * eta * eta * eta * c * c * (d + 1.0) / (d - 1.0) / means->y;
  means->spread = (1.0 - e) * (1.0 - e) * means->spread + e * e * sigma2;
}

/* After `steps` steps: factors by which the loss raises |x|^4 and the variance of the angle, and
 * spread and noise with it. */
static fm_means fm_loss_factors(const fm_model *model, double eta, double lam, double y0,
                                uint64_t steps) {
  fm_means with = {y0, 0.0, 0.0, 0.0}, without = with;
  for (uint64_t t = 0; t < steps; t++) {
    fm_means_step(model, eta, lam, 1, &with);
    fm_means_step(model, eta, lam, 0, &without);
  }
  const fm_means factors = {with.y / without.y, with.spread, with.angle / without.angle,
                            with.noise};
  return factors;
}

enum { MARKS = 8 };

/* Quadratic variation of the angle along trajectories, read at the marks (steps). */
typedef struct {
  const fm_setup *setup;
  uint64_t marks[MARKS];
  size_t count;
} fm_variation;

typedef struct {
  const fm_variation *job;
  double last, sum, *out;
  size_t next;
} fm_walker;

/* A row of trajectory i goes to walker i. */
static void fm_walk(void *user, uint64_t trajectory, uint64_t step, const double *row) {
  fm_walker *walker = (fm_walker *)user + trajectory;
  const double turn = remainder(row[0] - walker->last, 2.0 * PI);
  if (step > 0) walker->sum += turn * turn;
  walker->last = row[0];
  if (walker->next < walker->job->count && walker->job->marks[walker->next] == step) {
    walker->out[2 * walker->next] = walker->sum;
    walker->out[2 * walker->next + 1] = row[1];
    walker->next++;
  }
}

/* values[2j], values[2j+1] of each trajectory: quadratic variation and R at mark j; NaN where it
 * did not come. 0, or -1 without memory. */
static int fm_walk_all(const fm_variation *job, size_t runs, int jobs, double *values) {
  const size_t width = 2 * job->count;
  fm_walker *walkers = malloc(runs * sizeof *walkers);
  for (size_t k = 0; k < runs * width; k++) values[k] = (double)NAN;
  for (size_t i = 0; walkers && i < runs; i++)
    walkers[i] = (fm_walker){job, 0.0, 0.0, values + i * width, 0};
  const int status =
      walkers ? vf_ensemble_visit(&job->setup->experiment, 0, runs, jobs, fm_walk, walkers, NULL)
              : -1;
  free(walkers);
  return status;
}

/* Values of `runs` trajectories, mark by mark: [j] variation and [count + j] R, each `runs`
 * numbers. NULL with an error in the report. */
static double *fm_variations(vf_context *context, fm_setup *setup, fm_variation *job, size_t runs) {
  const size_t width = 2 * job->count;
  uint64_t *every = fm_every_step(context, job->marks[job->count - 1]);
  double *values = malloc(runs * width * sizeof *values),
         *sorted = malloc(runs * width * sizeof *sorted);
  job->setup = setup;
  int done = 0;
  if (!values || !sorted)
    vf_error(context, "variation", "out of memory");
  else if (every && fm_ready(context, setup, every, (size_t)job->marks[job->count - 1] + 1)) {
    if (fm_walk_all(job, runs, vf_jobs(context), values))
      vf_error(context, "variation", "out of memory");
    for (size_t i = 0; i < runs; i++)
      for (size_t j = 0; j < width; j++)
        sorted[((j % 2) * job->count + j / 2) * runs + i] = values[i * width + j];
    done = 1;
  }
  job->setup = NULL;
  free(every);
  free(values);
  if (done) return sorted;
  free(sorted);
  return NULL;
}

/* Gradient descent from a start far from the minimisers until it stands; the squared distance of
 * x/|x| from `base` (p numbers). */
static double fm_descend_radius2(vf_context *context, const sid_problem *problem,
                                 const double *base, double lr, uint64_t steps, double *direction) {
  sid_problem exact = *problem;
  exact.noise = SID_NOISE_NONE;
  fm_setup setup;
  fm_set(&setup, &exact, lr, 0.0);
  fm_start(&setup, 1.0);
  setup.experiment.dynamics.kind = SID_GD;
  fm_observe(&setup, SID_X, 0);
  double *x = fm_rows(context, &setup, &steps, 1, 1), d[DIM];
  for (uint32_t j = 0; j < problem->dim; j++) direction[j] = (double)NAN;
  if (!x) return (double)NAN;
  const double m = sqrt(sid_dot(x, x, problem->dim));
  for (uint32_t j = 0; j < problem->dim; j++) {
    direction[j] = x[j] / m;
    d[j] = direction[j] - base[j];
  }
  free(x);
  return sid_dot(d, d, problem->dim);
}

/* Section 6.1 calls the solution set a linear space; it is affine, and the unit-norm minimisers are
 * a circle of radius rho < 1 about the projection of x* on span(z). Gradient descent stops on it:
 * rho^2 is read off its end. Rounding of x/|x| there is a few ulp (the curvature is 1), 32
 * roundings of numbers below 1 in the distance. */
static void fm5_affine_solution_space(vf_context *context) {
  static const struct {
    const char *key;
    double along, across;
  } cases[] = {{"fm5.rho2.along-0.6.across-0.8", 0.6, 0.8},
               {"fm5.rho2.along-0.28.across-0.96", 0.28, 0.96}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    fm_model model;
    double base[DIM] = {0.0}, direction[DIM];
    fm_model_set(&model, 10, 0.3, cases[i].along, cases[i].across);
    base[0] = cases[i].along;
    const double got = fm_descend_radius2(context, &model.problem, base, 0.5, 400, direction);
    vf_erratum(context, cases[i].key, got, vf_expected(context, cases[i].key), 1.0, 32.0 * ULP,
               "32 roundings");
  }
}

/* Gaussian features and target of a random instance, and the projection of the unit vector x* on
 * span(z) by Gram-Schmidt. Returns 0 or -1. */
static int fm_random_model(fm_model *model, double *base, double *xs) {
  const uint64_t key[2] = {SID_KEY_DATA, 8};
  const size_t p = model->dim, n = p - 2;
  double basis[DIM * DIM];
  sid_stream stream;
  if (sid_stream_init(&stream, 5, key, 2)) return -1;
  sid_stream_normals(&stream, model->features, n * p);
  sid_stream_normals(&stream, xs, p);
  const double length = sqrt(sid_dot(xs, xs, p));
  for (size_t j = 0; j < p; j++) xs[j] /= length;
  for (size_t j = 0; j < p; j++) base[j] = 0.0;
  for (size_t i = 0; i < n; i++) {
    double *b = basis + i * p;
    model->labels[i] = sid_dot(model->features + i * p, xs, p);
    memcpy(b, model->features + i * p, p * sizeof *b);
    for (size_t k = 0; k < 2 * i; k++) { /* twice, so that the basis is orthogonal to rounding */
      const double t = sid_dot(b, basis + (k % i) * p, p);
      for (size_t j = 0; j < p; j++) b[j] -= t * basis[(k % i) * p + j];
    }
    const double norm = sqrt(sid_dot(b, b, p)), t = sid_dot(b, xs, p) / norm;
    for (size_t j = 0; j < p; j++) {
      b[j] /= norm;
      base[j] += t * b[j];
    }
  }
  return 0;
}

/* Random features (Section 6.1): the minimisers of unit norm form a circle of radius rho, rho^2 = 1
 * - |proj_span(z) x*|^2, on which the loss is 0 and the Hessian is (1/n) sum z_i z_i' on the
 * tangent space: rank D-2, and 0 along the circle. */
static void fm5_solution_circle(vf_context *context) {
  fm_model model;
  double base[DIM] = {0.0}, xs[DIM], x[DIM] = {0.0}, v[DIM], unit[DIM], hv[DIM], work[64];
  fm_model_set(&model, 10, 0.3, 0.6, 0.8);
  if (fm_random_model(&model, base, xs)) {
    vf_error(context, "random features", "no stream");
    return;
  }
  const size_t p = model.dim, n = p - 2;
  const double rho2 = 1.0 - sid_dot(base, base, p);
  const double got = fm_descend_radius2(context, &model.problem, base, 0.2, 8000, x);
  double trace = 0.0, worst = 0.0;
  for (size_t i = 0; i < n; i++)
    trace += sid_dot(model.features + i * p, model.features + i * p, p) / (double)n;
  vf_within(context, "rho^2 by descent, random z", got, rho2, 64.0 * ULP * 20.0,
            "64 roundings, amplified by the inverse of the smallest curvature, above .05");
  /* an error of 8 roundings of |z_i| in each residual */
  vf_at_most(context, "loss on the circle, random z", sid_problem_loss(&model.problem, x, work),
             0.5 * trace * 64.0 * ULP * ULP, "squares of residuals of 8 roundings of |z|");
  for (size_t j = 0; j < p; j++) v[j] = 2.5 * x[j];
  for (size_t k = 0; k < p; k++) {
    double expected = 0.0;
    for (size_t j = 0; j < p; j++) unit[j] = j == k ? 1.0 : 0.0;
    sid_problem_hessian_vector(&model.problem, v, unit, hv, work);
    for (size_t i = 0; i < n; i++) { /* <z_i, P e_k> */
      const double *z = model.features + i * p, t = z[k] - x[k] * sid_dot(z, x, p);
      expected += t * t / (6.25 * (double)n);
    }
    worst = fmax(worst, fabs(hv[k] - expected));
  }
  vf_at_most(context, "H - P Z'ZP/(n |x|^2), diagonal, random z, |x|=2.5", worst,
             128.0 * ULP * trace, "128 roundings of the trace of Z'Z/n");
}

/* (13) for the normalised linear model: |Y|^4 = c + e^(-2T)(y0 - c), the angle on the circle
 * without drift and of variance V. Real SGD at lr .01 against both, the first correction by the
 * loss (of order sqrt(el)) taken from the recursion of the means; the rest, O(el), is below a
 * standard error. |Y| = |x|/R(t). Effects: noise trace D sigma^2 for the norm; an angle that is not
 * divided by rho for the variance. */
static void fm5_limit_law(vf_context *context) {
  static const struct {
    const char *id;
    uint32_t dim;
    double sigma, rho2, y0;
    size_t runs;
  } cases[] = {{"d-10.sigma-0.3.rho2-0.5.y04-1", 10, 0.3, 0.5, 1.0, 96},
               {"d-10.sigma-0.3.rho2-0.64.y04-1", 10, 0.3, 0.64, 1.0, 64},
               {"d-5.sigma-0.4.rho2-0.75.y04-2", 5, 0.4, 0.75, 2.0, 96}};
  const double eta = 0.01, lam = 0.05;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    fm_model model;
    fm_setup setup;
    fm_variation job = {NULL, {0}, 2};
    fm_model_set(&model, cases[i].dim, cases[i].sigma, sqrt(1.0 - cases[i].rho2),
                 sqrt(cases[i].rho2));
    fm_model_run(&setup, &model, eta, lam, cases[i].y0);
    for (size_t j = 0; j < 2; j++)
      job.marks[j] = (uint64_t)(fm_tau_inverse(eta, lam, j ? 3.0 : 1.0) + 0.5);
    double *values = fm_variations(context, &setup, &job, cases[i].runs);
    for (size_t j = 0; values && j < 2; j++) {
      char key[TEXT];
      const size_t runs = cases[i].runs;
      const double big = j ? 3.0 : 1.0, t = (double)job.marks[j];
      const double scale =
          eta / (2.0 * lam) + exp(-4.0 * eta * lam * t) * (1.0 - eta / (2.0 * lam)); /* R(t)^4 */
      const fm_means factors = fm_loss_factors(&model, eta, lam, cases[i].y0, job.marks[j]);
      double *variation = values + j * runs, *r = values + (2 + j) * runs;
      for (size_t k = 0; k < runs; k++) r[k] *= r[k] / scale;
      const vf_moments norm = vf_moments_of(r, runs), turned = vf_moments_of(variation, runs);
      snprintf(key, sizeof key, "fm5.norm4.%s.tau-%g", cases[i].id, big);
      vf_monte_carlo(context, key, norm.mean, norm.standard_error,
                     vf_expected(context, key) * factors.y,
                     cases[i].sigma * cases[i].sigma * -expm1(-2.0 * big),
                     "first correction by the loss included");
      snprintf(key, sizeof key, "fm5.variance.%s.tau-%g", cases[i].id, big);
      const double variance = vf_expected(context, key);
      vf_monte_carlo(context, key, turned.mean, turned.standard_error, variance * factors.angle,
                     variance * (1.0 - cases[i].rho2), "first correction by the loss included");
    }
    free(values);
  }
}

/* Theorem 5.4 says that the law of Y converges to one on the unit sphere; |Y| converges to c^(1/4).
 * Real SGD at el = 5e-4 from |Y| = |x|/R = 1, read after 2/el steps and later, where e^(-8) of the
 * start is left. The loss raises |x|^4 by a factor known to first order, whose square the tolerance
 * allows for. */
static void fm5_limit_on_directions(vf_context *context) {
  static const struct {
    const char *id;
    uint32_t dim;
    double sigma;
  } cases[] = {{"fm5.limit-norm.d-10.sigma-0.3", 10, 0.3},
               {"fm5.limit-norm.d-5.sigma-0.4", 5, 0.4}};
  const double eta = 1e-3, lam = 0.5;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    enum { COUNT = 8, RUNS = 8 };
    fm_model model;
    fm_setup setup;
    uint64_t steps[COUNT];
    char printed[TEXT];
    fm_model_set(&model, cases[i].dim, cases[i].sigma, 0.6, 0.8);
    fm_model_run(&setup, &model, eta, lam, eta / (2.0 * lam)); /* |Y| = 1 */
    for (size_t j = 0; j < COUNT; j++) steps[j] = 4000 + 1000 * j;
    double *rows = fm_rows(context, &setup, steps, COUNT, RUNS), norm[RUNS];
    if (!rows) return;
    for (size_t k = 0; k < RUNS; k++) {
      norm[k] = 0.0;
      for (size_t j = 0; j < COUNT; j++)
        norm[k] += sqrt(rows[2 * (k * COUNT + j) + 1]) / pow(eta / (2.0 * lam), 0.25) / COUNT;
    }
    free(rows);
    const vf_moments got = vf_moments_of(norm, RUNS);
    const double rise = pow(fm_loss_factors(&model, eta, lam, eta / (2.0 * lam), 4000).y, 0.25);
    const double right = vf_expected(context, cases[i].id);
    snprintf(printed, sizeof printed, "%s.printed", cases[i].id);
    vf_erratum(context, cases[i].id, got.mean / rise, right, vf_expected(context, printed),
               3.0 * got.standard_error + right * (rise - 1.0) * (rise - 1.0),
               "3 standard errors and the square of the loss's part");
  }
}

/* Steps of the given rescaled times, rounded. */
static void fm_marks(fm_variation *job, double eta, double lam, const double *big, size_t count) {
  job->count = count;
  for (size_t j = 0; j < count; j++)
    job->marks[j] = (uint64_t)(fm_tau_inverse(eta, lam, big[j]) + 0.5);
}

enum { VARIATION_COLUMNS = 8 };

/* A line of figure 2: spread of the angle against time for one learning rate. */
static void fm_variation_series(vf_context *context, const fm_model *model, double eta, double lam,
                                const double *values, size_t rows) {
  static const char *const columns[VARIATION_COLUMNS] = {
      "lr",        "steps",          "lr*steps", "T",
      "variation", "standard error", "V(T)",     "V(T) with the loss's part"};
  char name[TEXT];
  snprintf(name, sizeof name, "spread of the angle, lr=%g wd=%g D=%u", eta, lam,
           (unsigned)model->dim);
  vf_series(context, name, columns, VARIATION_COLUMNS, values, rows);
}

/* Mean quadratic variation of `runs` trajectories at the marks against V(tau(mark)) with the loss's
 * factor. With collapse 0 the effect is an angle not divided by rho; otherwise the distance to the
 * variance `collapse`. */
static void fm_compare_variation(vf_context *context, const fm_model *model, double eta, double lam,
                                 double y0, fm_variation *job, size_t runs, double collapse) {
  fm_setup setup;
  fm_model_run(&setup, model, eta, lam, y0);
  double *values = fm_variations(context, &setup, job, runs), series[VARIATION_COLUMNS * MARKS];
  for (size_t j = 0; values && j < job->count; j++) {
    char name[TEXT];
    const double t = (double)job->marks[j], big = fm_tau(eta, lam, t);
    const double law = fm_model_variance(model, y0, big);
    const vf_moments got = vf_moments_of(values + j * runs, runs);
    const fm_means factors = fm_loss_factors(model, eta, lam, y0, job->marks[j]);
    const double error =
        sqrt(factors.noise / (double)runs); /* the increments are Gaussian and independent */
    const double effect =
        collapse > 0.0 ? law - collapse : law * (1.0 - model->across * model->across);
    snprintf(name, sizeof name,
             "variation of the angle, eta=%g lam=%g D=%u rho2=%g T=%.4g (%g steps, %zu runs)", eta,
             lam, (unsigned)model->dim, model->across * model->across, big, t, runs);
    vf_monte_carlo(context, name, got.mean, error, law * factors.angle, effect,
                   "V(T) with the loss's part of order sqrt(el)");
    const double row[VARIATION_COLUMNS] = {eta,      t,     eta * t, big,
                                           got.mean, error, law,     law * factors.angle};
    memcpy(series + VARIATION_COLUMNS * j, row, sizeof row);
  }
  if (values) fm_variation_series(context, model, eta, lam, series, job->count);
  free(values);
}

static const double fm_figure_times[] = {0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 15.58};

static void fm_figure_line(vf_context *context, double eta, size_t runs) {
  fm_model model;
  fm_variation job;
  fm_model_set(&model, 10, 0.3, 0.6, 0.8);
  fm_marks(&job, eta, 0.05, fm_figure_times, 8);
  fm_compare_variation(context, &model, eta, 0.05, 0.81, &job, runs, 0.0);
}

/* Figure 2: the spread of the angle at rescaled times T from .1 to 15.58 is the same for every lr.
 * The quadratic variation of the angle measures it along single trajectories (one at lr 1e-3; at
 * 1e-2 sixteen, as 584 steps to T = .1 alone say too little). */
static void fm6_quadratic_variation(vf_context *context) {
  fm_model other;
  fm_variation job;
  const double times[] = {0.3, 2.5};
  fm_figure_line(context, 1e-2, 16);
  fm_figure_line(context, 1e-3, 1);
  fm_model_set(&other, 3, 0.6, 0.28, 0.96);
  fm_marks(&job, 4e-3, 0.2, times, 2);
  fm_compare_variation(context, &other, 4e-3, 0.2, 2.0, &job, 160, 0.0);
}

/* The same at lr 1e-4: 1.9 million steps. */
static void fm6_small_learning_rate(vf_context *context) { fm_figure_line(context, 1e-4, 2); }

/* The contrast of figure 2: after the same eta t = 30 the rescaled times, and so the spreads, are
 * far apart. */
static void fm6_no_collapse(vf_context *context) {
  static const struct {
    const char *key;
    double eta;
    size_t runs;
  } cases[] = {{"fm6.tau-at-fixed-eta-t.eta-0.01.lam-0.05.eta-t-30", 1e-2, 16},
               {"fm6.tau-at-fixed-eta-t.eta-0.001.lam-0.05.eta-t-30", 1e-3, 4},
               {"fm6.tau-at-fixed-eta-t.eta-0.0001.lam-0.05.eta-t-30", 1e-4, 2}};
  fm_model model;
  fm_model_set(&model, 10, 0.3, 0.6, 0.8);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    fm_variation job = {NULL, {(uint64_t)(30.0 / cases[i].eta + 0.5)}, 1};
    const double other = vf_expected(context, cases[i == 0 ? 1 : 0].key);
    vf_within_relative(context, cases[i].key, fm_tau(cases[i].eta, 0.05, (double)job.marks[0]),
                       vf_expected(context, cases[i].key), 64.0 * ULP, "64 roundings");
    fm_compare_variation(context, &model, cases[i].eta, 0.05, 0.81, &job, cases[i].runs,
                         fm_model_variance(&model, 0.81, other));
  }
}

/* The scatter of figure 2: angles of the first 60 models at each time. */
static void fm_scatter_series(vf_context *context, double eta, double lam, const double *big,
                              const uint64_t *marks, const double *rows, size_t count) {
  static const char *const columns[] = {"model", "steps", "T", "angle"};
  enum { MODELS = 60, WIDTH = 4 };
  double *values = malloc(MODELS * count * WIDTH * sizeof *values);
  char name[TEXT];
  if (!values) {
    vf_error(context, "scatter", "out of memory");
    return;
  }
  for (size_t k = 0; k < MODELS * count; k++) {
    const size_t run = k / count;
    const double row[WIDTH] = {(double)run, (double)marks[k % count], big[k % count], rows[2 * k]};
    memcpy(values + WIDTH * k, row, sizeof row);
  }
  snprintf(name, sizeof name, "angles of 60 models, lr=%g wd=%g", eta, lam);
  vf_series(context, name, columns, WIDTH, values, MODELS * count);
  free(values);
}

/* Ensemble means of cos(n theta) at rescaled times against e^(-n^2 V/2), V with the loss's factor.
 * Effect: the same mean if the rescaled time were 2 el t, without the logarithm (linear), or with
 * an angle not divided by rho. */
static void fm_compare_cosine(vf_context *context, const fm_model *model, double eta, double lam,
                              double y0, const double *big, const char *const *keys, size_t count,
                              size_t runs, int linear) {
  fm_variation job;
  fm_setup setup;
  fm_marks(&job, eta, lam, big, count);
  fm_model_run(&setup, model, eta, lam, y0);
  double *rows = fm_rows(context, &setup, job.marks, count, runs),
         *cosine = malloc(runs * sizeof *cosine);
  if (!cosine) vf_error(context, "cosine", "out of memory");
  for (size_t j = 0; rows && cosine && j < count; j++) {
    char name[TEXT];
    for (size_t i = 0; i < runs; i++) cosine[i] = cos(rows[2 * (i * count + j)]);
    const vf_moments got = vf_moments_of(cosine, runs);
    const double law =
        keys ? -2.0 * log(vf_expected(context, keys[j])) : fm_model_variance(model, y0, big[j]);
    const double variance = law * fm_loss_factors(model, eta, lam, y0, job.marks[j]).angle;
    const double wrong = linear
                             ? fm_model_variance(model, y0, 2.0 * eta * lam * (double)job.marks[j])
                             : law * model->across * model->across;
    snprintf(name, sizeof name, "E cos theta, eta=%g lam=%g D=%u T=%g (%zu runs)", eta, lam,
             (unsigned)model->dim, big[j], runs);
    vf_monte_carlo(context, name, got.mean, got.standard_error, exp(-variance / 2.0),
                   exp(-law / 2.0) - exp(-wrong / 2.0),
                   linear ? "effect: rescaled time 2 el t" : "effect: an angle not divided by rho");
  }
  if (rows) fm_scatter_series(context, eta, lam, big, job.marks, rows, count);
  free(rows);
  free(cosine);
}

/* Figure 2 across runs: E cos theta at T = 1. */
static void fm6_ensemble_cosine(vf_context *context) {
  static const char *const keys[] = {"fm6.cos-law.rho2-0.64.y04-0.81.tau-1"};
  const double one = 1.0;
  fm_model model, other;
  fm_model_set(&model, 10, 0.3, 0.6, 0.8);
  fm_compare_cosine(context, &model, 1e-2, 0.05, 0.81, &one, keys, 1, 500, 1);
  fm_model_set(&other, 3, sqrt(0.405), 0.6, 0.8);
  fm_compare_cosine(context, &other, 1e-2, 0.05, 0.81, &one, NULL, 1, 1000, 1);
}

/* The same up to T = 15.58, with enough runs to see rho. */
static void fm6_ensemble_late(vf_context *context) {
  static const char *const keys[] = {
      "fm6.cos-law.rho2-0.64.y04-0.81.tau-1", "fm6.cos-law.rho2-0.64.y04-0.81.tau-4",
      "fm6.cos-law.rho2-0.64.y04-0.81.tau-8", "fm6.cos-law.rho2-0.64.y04-0.81.tau-15.58"};
  static const double big[] = {1.0, 4.0, 8.0, 15.58};
  fm_model model;
  fm_model_set(&model, 10, 0.3, 0.6, 0.8);
  fm_compare_cosine(context, &model, 1e-2, 0.05, 0.81, big, keys, 4, 4000, 0);
}

/* ---- fm6, section 7 of the science: corrections of order sqrt(el) ---- */

/* Sums along a trajectory after `burn` steps: |x|^4, and eta^2 sigma^2/((1-el)^2 |x|^4 (1-|h|^2)),
 * the variance that the next step gives to the angle (without a loss there is no circle: 1-|h|^2 is
 * left out). */
typedef struct {
  uint64_t burn;
  uint32_t dim, normal; /* number of the coordinates in h */
  double size, norm4, variance, count;
} fm_average;

static void fm_average_row(void *user, uint64_t trajectory, uint64_t step, const double *x) {
  fm_average *average = (fm_average *)user + trajectory;
  if (step < average->burn) return;
  double r = 0.0, h2 = 0.0;
  for (uint32_t j = 0; j < average->dim; j++) r += x[j] * x[j];
  for (uint32_t j = 0; j < average->normal; j++) h2 += x[j] * x[j] / r;
  average->norm4 += r * r;
  average->variance += average->size / (r * r * (1.0 - h2));
  average->count += 1.0;
}

/* Relative excess of the stationary means over the limits: |x|^4 over eta c/(2 lam), the angle's
 * variance per step over 2 el/((D-1) rho^2) (in units in which T = 2 el t). Noise of fixed length,
 * so that without a loss nothing is random. 0 with an error in the report if it fails. */
static int fm_excess(vf_context *context, const fm_model *model, int loss, double el, size_t runs,
                     uint64_t steps, double excess[2]) {
  enum { RUNS_MAX = 16 };
  const double eta = el / 0.5, lam = 0.5, c = fm_model_c(model), limit = eta * c / (2.0 * lam);
  const uint64_t burn = (uint64_t)(loss ? 2.0 / el : 5.0 / el);
  const double d = (double)model->dim, rho2 = loss ? model->across * model->across : 1.0;
  fm_average averages[RUNS_MAX];
  fm_setup setup;
  fm_model_run(&setup, model, eta, lam, limit);
  if (!loss) setup.experiment.problem = fm_noise_only(SID_NOISE_SPHERE, model->dim, 0.0);
  setup.experiment.problem.noise = SID_NOISE_SPHERE;
  setup.experiment.problem.sigma = sqrt(c);
  setup.experiment.plane = NULL;
  fm_observe(&setup, SID_X, 0);
  for (size_t i = 0; i < runs; i++)
    averages[i] = (fm_average){burn,
                               model->dim,
                               loss ? model->dim - 2 : 0,
                               eta * eta * model->sigma * model->sigma / ((1.0 - el) * (1.0 - el)),
                               0.0,
                               0.0,
                               0.0};
  uint64_t *every = fm_every_step(context, burn + steps);
  int status = -1;
  if (every && fm_ready(context, &setup, every, (size_t)(burn + steps) + 1)) {
    status = vf_ensemble_visit(&setup.experiment, 0, runs, vf_jobs(context), fm_average_row,
                               averages, NULL);
    if (status) vf_error(context, "averages", "out of memory");
  }
  free(every);
  double sums[3] = {0.0, 0.0, 0.0};
  for (size_t i = 0; i < runs; i++) {
    sums[0] += averages[i].norm4;
    sums[1] += averages[i].variance;
    sums[2] += averages[i].count;
  }
  excess[0] = sums[0] / sums[2] / limit - 1.0;
  excess[1] = sums[1] / sums[2] / (2.0 * el / ((d - 1.0) * rho2)) - 1.0;
  return status == 0;
}

/* With a loss the corrections of |x|^4 and of the angle's variance are of order sqrt(el), the
 * effective learning rate, not el as for pure noise. The orders in sqrt(el) are 1 and 2; an order
 * of 2 with a loss must be rejected, within the widest interval that vf_order() accepts. */
static void fm6_half_order(vf_context *context) {
  static const char *const what[] = {"|x|^4", "variance of the angle"};
  enum { LEVELS = 8 };
  fm_model model;
  fm_model_set(&model, 5, 0.25, 0.28, 0.96);
  for (int loss = 0; loss < 2; loss++) {
    static const char *const columns[] = {"wd*lr", "excess of |x|^4", "excess of the variance"};
    double h[LEVELS], error[2][LEVELS], series[3 * LEVELS];
    for (size_t k = 0; k < LEVELS; k++) {
      double excess[2];
      const double root = 0.12 * pow(2.0, -0.5 * (double)k);
      const uint64_t steps = loss ? (uint64_t)(2000.0 / root) : 2;
      if (!fm_excess(context, &model, loss, root * root, loss ? 8 : 1, steps, excess)) return;
      h[k] = loss ? root : root * root;
      series[3 * k] = root * root;
      for (size_t j = 0; j < 2; j++) series[3 * k + 1 + j] = error[j][k] = excess[j];
    }
    vf_series(context, loss ? "corrections with a loss" : "corrections without a loss", columns, 3,
              series, LEVELS);
    for (size_t j = 0; j < 2; j++) {
      char name[TEXT];
      snprintf(name, sizeof name, "correction of the %s, order in %s loss", what[j],
               loss ? "sqrt(el), with a" : "el, without a");
      const double order = vf_order(context, name, h, error[j], LEVELS, 1.0);
      snprintf(name, sizeof name, "correction of the %s taken as O(el), with a loss", what[j]);
      if (loss)
        vf_rejected(context, name, order, 2.0, 0.25, "the widest interval that is accepted");
    }
  }
}

/* ---- fm9: mixing of ensembles of the model ---- */

/* P(cos theta > 0) - 1/2 of a normal angle of variance v about 0: (2/pi) sum over odd n of
 * +-e^(-n^2 v/2)/n. */
static double fm_half(double v) {
  double sum = 0.0, sign = 1.0;
  for (int n = 1; n < 40; n += 2, sign = -sign) sum += sign * exp(-0.5 * n * n * v) / n;
  return 2.0 / PI * sum;
}

/* Angles of `runs` models after `steps` steps from the angle 0, or pi where `turned`; to be
 * freed. */
static double *fm_angles(vf_context *context, const fm_model *model, double eta, double lam,
                         double y0, int turned, uint64_t steps, size_t runs) {
  fm_setup setup;
  fm_model_run(&setup, model, eta, lam, y0);
  setup.experiment.seed += (uint64_t)turned;
  if (turned) setup.x0[model->dim - 2] = -setup.x0[model->dim - 2];
  double *rows = fm_rows(context, &setup, &steps, 1, runs);
  /* from the edge of the half circle, so that the two halves are two bins */
  for (size_t i = 0; rows && i < runs; i++) rows[i] = remainder(rows[2 * i] + 0.5 * PI, 2.0 * PI);
  return rows;
}

/* Ensembles of SGD from opposite angles and different norms: the total variation of their angles,
 * which the half circles cos > 0 and cos < 0 show as a whole, is the sum of the two fm_half(V),
 * about (4/pi) e^(-V/2), V with the loss's part. As T grows nothing is left of the start. Effect: a
 * rescaled time 2 el t, without the logarithm. */
static void fm9_ensemble(vf_context *context) {
  static const struct {
    double eta, lam, sigma, along, across, y0, y1, big;
  } cases[] = {{0.02, 0.25, 0.5, 0.5, 0.8660254037844386, 1.0, 0.2, 2.0},
               {0.02, 0.5, 0.5, 0.28, 0.96, 1.0, 0.1, 2.0},
               {0.02, 0.5, 0.5, 0.28, 0.96, 1.0, 0.1, 4.0}};
  enum { RUNS = 4000 };
  const vf_bins halves = {-PI, PI, 2};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double eta = cases[i].eta, lam = cases[i].lam, start[2] = {cases[i].y0, cases[i].y1};
    const uint64_t steps = (uint64_t)(fm_tau_inverse(eta, lam, cases[i].big) + 0.5);
    const double big = fm_tau(eta, lam, (double)steps);
    double *angles[2], expected = 0.0, wrong = 0.0;
    char name[TEXT];
    fm_model model;
    fm_model_set(&model, 3, cases[i].sigma, cases[i].along, cases[i].across);
    for (int a = 0; a < 2; a++) {
      const double v = fm_model_variance(&model, start[a], big) *
                       fm_loss_factors(&model, eta, lam, start[a], steps).angle;
      expected += fm_half(v);
      wrong += fm_half(fm_model_variance(&model, start[a], 2.0 * eta * lam * (double)steps));
      angles[a] = fm_angles(context, &model, eta, lam, start[a], a, steps, RUNS);
    }
    if (angles[0] && angles[1]) {
      const vf_distance got = vf_total_variation(angles[0], RUNS, angles[1], RUNS, halves);
      snprintf(name, sizeof name,
               "total variation, D=3 sigma=%g rho2=%g eta=%g lam=%g |x0|^4=%g and %g T=%.4g",
               cases[i].sigma, cases[i].across * cases[i].across, eta, lam, start[0], start[1],
               big);
      vf_monte_carlo(context, name, got.value, got.standard_error, expected, wrong - expected,
                     "effect: rescaled time 2 el t");
    }
    free(angles[0]);
    free(angles[1]);
  }
}

/* ---- fm8: dimension two, where every step turns by +-d_k ---- */

typedef struct {
  double variance, cosine[2]; /* sum of d_k^2; product of cos(n d_k), n = 1, 2 */
  double mismatch;            /* largest | |change of the plane angle| - d_k | */
  double balance;             /* mean of the signs of the turns, over its standard deviation */
} fm_turns;

/* Steps of a run with noise of fixed length s/|x| in the plane from R = r0. */
static fm_turns fm_plane_run(vf_context *context, double eta, double lam, double s, double r0,
                             uint64_t steps) {
  static const double plane[] = {1.0, 0.0, 0.0, 1.0};
  const sid_problem problem = fm_noise_only(SID_NOISE_SPHERE, 2, s);
  fm_turns turns = {(double)NAN, {1.0, 1.0}, 0.0, 0.0};
  fm_setup setup;
  fm_set(&setup, &problem, eta, lam);
  fm_start(&setup, r0);
  setup.experiment.plane = plane;
  fm_observe(&setup, SID_STEP_ANGLE, SID_PLANE_ANGLE);
  uint64_t *every = fm_every_step(context, steps);
  double *rows = every ? fm_rows(context, &setup, every, (size_t)steps + 1, 1) : NULL;
  for (uint64_t t = 1; rows && t <= steps; t++) {
    const double d = rows[2 * t], turn = remainder(rows[2 * t + 1] - rows[2 * t - 1], 2.0 * PI);
    for (int n = 0; n < 2; n++) turns.cosine[n] *= cos((n + 1) * d);
    turns.mismatch = fmax(turns.mismatch, fabs(fabs(turn) - d));
    turns.balance += (turn > 0.0 ? 1.0 : -1.0) / sqrt((double)steps);
  }
  if (rows) {
    for (uint64_t t = 1; t <= steps; t++)
      rows[t - 1] = rows[2 * t] * rows[2 * t]; /* reads ahead of what it writes */
    turns.variance = sid_sum(rows, (size_t)steps);
  }
  free(rows);
  free(every);
  return turns;
}

/* R is deterministic, so Var theta = sum d_k^2 and E e^(i n theta) = prod cos(n d_k), d_k =
 * atan(eta s/((1-el) R_k)), exactly. Read off the steps of a real run: 16 roundings in each of K
 * steps. The turn in the plane has the size of the step angle: 2 ulp of atan2 each, of numbers up
 * to pi. */
static void fm8_exact_law(vf_context *context) {
  static const struct {
    const char *id;
    double eta, lam, s, r0;
    uint64_t steps;
  } cases[] = {{"eta-0.01.lam-0.05.s-1.r0-1.steps-2086", 0.01, 0.05, 1.0, 1.0, 2086},
               {"eta-0.02.lam-0.5.s-0.5.r0-0.25.steps-120", 0.02, 0.5, 0.5, 0.25, 120}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    static const char *const what[] = {"variance", "cos-1", "cos-2"};
    const fm_turns turns =
        fm_plane_run(context, cases[i].eta, cases[i].lam, cases[i].s, cases[i].r0, cases[i].steps);
    const double values[] = {turns.variance, turns.cosine[0], turns.cosine[1]};
    for (size_t j = 0; j < 3; j++) {
      char key[TEXT];
      snprintf(key, sizeof key, "fm8.%s.%s", what[j], cases[i].id);
      vf_within(context, key, values[j], vf_expected(context, key),
                16.0 * ULP * (double)cases[i].steps, "16 K roundings");
    }
    vf_at_most(context, "turn in the plane against step angle", turns.mismatch, 16.0 * PI * ULP,
               "2 ulp of each atan2");
    vf_at_most(context, "turns to both sides, in standard deviations", fabs(turns.balance), 3.0,
               "signs of K steps");
  }
}

/* Var theta against tau: order el at a fixed ratio lam/eta. (The steps are chosen so that tau = T
 * after exactly K of them.) */
static void fm8_order(vf_context *context) {
  enum { LEVELS = 6 };
  double h[LEVELS], error[LEVELS];
  for (size_t k = 0; k < LEVELS; k++) {
    const uint64_t steps = (uint64_t)100 << (2 * k);
    h[k] = log1p(10.0 * expm1(2.0)) / (4.0 * (double)steps);
    error[k] =
        fm_plane_run(context, sqrt(0.2 * h[k]), sqrt(5.0 * h[k]), 1.0, 1.0, steps).variance - 1.0;
  }
  vf_order(context, "order in el, eta/lam=0.2 T=1", h, error, LEVELS, 1.0);
}

/* How Var theta - tau depends on lam/eta. The identity tau/2 = ln R + el t, R now the norm, gets
 * el^2 more per step, and y = |x|^4 changes by d with d' = -4 el d - 2 el^2 y + eta^4/y; both
 * contain el^2 t, t = ln(2 lam/eta)/(4 el) + O(1/el), and together Var - T = (el/4)(1 - e^(-2T))
 * ln(2 lam/eta) + O(el). So (Var - T)/el has the slope (1 - e^(-2T))/4 in ln(1/eta); the rest of it
 * is O(eta ln(1/eta)) for lam = 1. */
static void fm8_logarithm(vf_context *context) {
  enum { LEVELS = 4 };
  static const double times[] = {0.3, 1.0};
  const double lam = 1.0;
  for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
    double before = 0.0;
    for (int k = 0; k < LEVELS; k++) {
      char name[TEXT];
      const double eta = pow(10.0, -2.0 - k);
      const uint64_t steps = (uint64_t)(fm_tau_inverse(eta, lam, times[i]) + 0.5);
      const fm_turns turns = fm_plane_run(context, eta, lam, 1.0, 1.0, steps);
      const double scaled = (turns.variance - fm_tau(eta, lam, (double)steps)) / (eta * lam);
      snprintf(name, sizeof name, "slope of (Var - T)/el to eta=%g, lam=1 T=%g", eta, times[i]);
      if (k > 0)
        vf_within(context, name, (scaled - before) / log(10.0), -expm1(-2.0 * times[i]) / 4.0,
                  10.0 * eta * log(0.1 / eta), "next term: eta ln(1/eta) at the larger eta");
      before = scaled;
    }
  }
}

/* The same law across runs: E cos theta over an ensemble. Effect: the mean if the rescaled time
 * were 2 el t, without the logarithm. */
static void fm8_ensemble(vf_context *context) {
  static const double plane[] = {1.0, 0.0, 0.0, 1.0};
  enum { RUNS = 1200 };
  const sid_problem problem = fm_noise_only(SID_NOISE_SPHERE, 2, 1.0);
  const uint64_t ends[] = {0, 2086};
  double *cosine = malloc(RUNS * sizeof *cosine);
  fm_setup setup;
  fm_set(&setup, &problem, 0.01, 0.05);
  fm_start(&setup, 1.0);
  setup.experiment.plane = plane;
  fm_observe(&setup, SID_PLANE_ANGLE, 0);
  double *rows = cosine ? fm_rows(context, &setup, ends, 2, RUNS) : NULL;
  if (!cosine) vf_error(context, "cosine", "out of memory");
  for (size_t i = 0; rows && i < RUNS; i++) cosine[i] = cos(rows[2 * i + 1] - rows[2 * i]);
  if (rows) {
    const vf_moments got = vf_moments_of(cosine, RUNS);
    const double law = vf_expected(context, "fm8.cos-1.eta-0.01.lam-0.05.s-1.r0-1.steps-2086");
    vf_monte_carlo(context, "E cos theta, eta=0.01 lam=0.05 s=1 R0=1 K=2086", got.mean,
                   got.standard_error, law, law - exp(-2086.0 * 0.0005),
                   "effect: rescaled time 2 el t");
  }
  free(rows);
  free(cosine);
}

static const vf_check table[] = {
    {"fm1.norm-law", "fm, eq. (10)", "|X_t|^4 relaxes to eta s2/(2 lam) at rate 4 el", VF_QUICK,
     fm1_norm_law},
    {"fm1.norm-law-gaussian", "fm, eq. (10) with (19)",
     "for isotropic tangential noise s2 = (D-1) sigma^2", VF_QUICK, fm1_norm_law_gaussian},
    {"errata.fm1-equilibrium-norm", "fm, Section 7",
     "the norm goes to (eta s2/(2 lam))^(1/4), not (lam/eta)^(1/4)", VF_QUICK,
     fm1_equilibrium_norm},
    {"errata.fm1-trace-symbol", "fm, eq. (10), Section 6.1",
     "tr Sigma = (D-1) sigma^2/|x|^2, not sigma^2/|x|^2", VF_QUICK, fm1_trace_symbol},
    {"fm2.scale-function", "fm, eq. (11)", "|x_t| follows R(t)", VF_QUICK, fm2_scale_function},
    {"fm2.time-scale", "fm, eq. (12)", "tau^-1(T) steps make the rescaled time T", VF_QUICK,
     fm2_time_scale},
    {"fm2.time-order", "fm, eq. (12)", "the rescaled time of real steps is tau up to O(el)",
     VF_QUICK, fm2_time_order},
    {"fm5.solution-circle", "fm, Section 6.1",
     "the unit-norm minimisers are a circle, the Hessian has rank D-2", VF_QUICK,
     fm5_solution_circle},
    {"fm5.limit-law", "fm, eq. (13), Section 6.1",
     "norm and angle variance of the limiting diffusion in closed form", VF_QUICK, fm5_limit_law},
    {"errata.fm5-affine-solution-space", "fm, Section 6.1",
     "the solution set is affine, the circle's radius is below 1", VF_QUICK,
     fm5_affine_solution_space},
    {"errata.fm5-limit-on-directions", "fm, Theorem 5.4",
     "|Y| goes to c^(1/4): only directions converge to the unit sphere", VF_QUICK,
     fm5_limit_on_directions},
    {"fm6.quadratic-variation", "fm, Figure 2",
     "the angle's spread is V(T) for every learning rate", VF_QUICK, fm6_quadratic_variation},
    {"fm6.no-collapse", "fm, Figure 2",
     "at equal eta t the spreads of different learning rates differ", VF_QUICK, fm6_no_collapse},
    {"fm6.ensemble-cosine", "fm, Figure 2", "E cos theta = e^(-V/2) across runs", VF_QUICK,
     fm6_ensemble_cosine},
    {"fm6.small-learning-rate", "fm, Figure 2", "the angle's spread is V(T) at lr 1e-4", VF_FULL,
     fm6_small_learning_rate},
    {"fm6.ensemble-late", "fm, Figure 2", "E cos theta = e^(-V/2) across runs up to T = 15.58",
     VF_FULL, fm6_ensemble_late},
    {"fm6.half-order", "fm, Theorem 4.4",
     "with a loss the corrections are O(sqrt(el)), for pure noise O(el)", VF_QUICK, fm6_half_order},
    {"fm9.ensemble", "fm, Theorem 5.5",
     "ensembles started differently: total variation as e^(-V/2)", VF_QUICK, fm9_ensemble},
    {"fm8.exact-law", "fm, Theorem 4.4 for D = 2",
     "Var theta = sum d_k^2, E cos(n theta) = prod cos(n d_k)", VF_QUICK, fm8_exact_law},
    {"fm8.order", "fm, Theorem 4.4 for D = 2", "Var theta = tau + O(el) at fixed lam/eta", VF_QUICK,
     fm8_order},
    {"fm8.logarithm", "fm, Theorem 4.4 for D = 2",
     "Var theta - tau = (el/4) ((1 - e^(-2T)) ln(2 lam/eta) + O(1))", VF_QUICK, fm8_logarithm},
    {"fm8.ensemble", "fm, Theorem 4.4 for D = 2", "E cos theta across runs", VF_QUICK,
     fm8_ensemble},
};

VF_ROW(fm, table);

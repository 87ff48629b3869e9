/* nrq (002), How Normalization and Weight Decay Can Affect SGD: rows nrq1 (dynamics of f), nrq2
 * (stationary law), nrq4 (angular update), nrq6 (initial norm) of the noisy Rayleigh quotient L =
 * x'Ax/(2 x'x) with noise (sigma/|x|) P eps. f = (x_1/|x|)^2, M = |x|^2, q = 2L, el = lr*wd, e =
 * eta/M, and at the equilibrium norm e = sqrt(2 el)/(sigma sqrt(p-1)). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "checks/nrq/nrq.h"

enum { TEXT = 192, DIM = 100 };

static const double PI = 3.14159265358979323846;
static const double ULP = 0x1p-53; /* one rounding */

/* Rayleigh quotient of a diagonal matrix, or noise alone where there is no spectrum. */
sid_problem nrq_problem(uint32_t dim, const double *spectrum, int32_t noise, double sigma) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = spectrum ? SID_RAYLEIGH : SID_NOISE_ONLY;
  problem.noise = noise;
  problem.dim = dim;
  problem.sigma = sigma;
  problem.spectrum = spectrum;
  return problem;
}

/* 1, 1+a, ..., 1+a. */
void nrq_two_values(double *spectrum, uint32_t dim, double a) {
  for (uint32_t j = 0; j < dim; j++) spectrum[j] = j ? 1.0 + a : 1.0;
}

/* M at equilibrium: M^2 = (p-1) sigma^2 eta/(2 lam). */
double nrq_equilibrium(uint32_t dim, double sigma, double eta, double lam) {
  return sigma * sqrt((double)(dim - 1) * eta / (2.0 * lam));
}

/* x with |x|^2 = m, its direction sqrt(f) e_1 + sqrt(1-f) e_2. */
void nrq_point(double *x, uint32_t dim, double f, double m) {
  for (uint32_t j = 0; j < dim; j++) x[j] = 0.0;
  x[0] = sqrt(f * m);
  x[1] = sqrt((1.0 - f) * m);
}

double nrq_f(const double *x, uint32_t dim) { return x[0] * x[0] / sid_dot(x, x, dim); }

const sid_dynamics nrq_sgd = {.kind = SID_SGD, .batch = 1};

/* ---- exact means of one step: all 2^p sign patterns of rademacher noise ---- */

static size_t nrq_pattern(sid_stream stream, uint32_t dim) {
  size_t pattern = 0;
  for (uint32_t j = 0; j < dim; j++) pattern = 2 * pattern + (sid_stream_rademacher(&stream) > 0.0);
  return pattern;
}

nrq_signs nrq_find_signs(vf_context *context, uint32_t dim) {
  const uint64_t key[2] = {SID_KEY_NOISE, 0};
  const size_t count = (size_t)1 << dim;
  nrq_signs signs = {0, malloc(count * sizeof *signs.at)};
  char *seen = calloc(count, 1);
  size_t found = 0;
  sid_stream stream;
  if (signs.at && seen && sid_stream_init(&stream, 1, key, 2) == SID_OK)
    for (size_t i = 0; i < 100 * count && found < count; i++) {
      const size_t pattern = nrq_pattern(stream, dim);
      if (!seen[pattern]) signs.at[found++] = stream;
      seen[pattern] = 1;
      sid_stream_advance(&stream, 0, dim);
    }
  free(seen);
  if (found == count)
    signs.count = count;
  else
    vf_error(context, "sign patterns", "no memory, or a pattern did not come");
  return signs;
}

enum { F_DRIFT, F_SQUARE, M_DRIFT, UPDATE_SQUARE, TANGENT_SQUARE, FUNCTIONALS };

/* What one step from x to y changes: f, its square, M, the squared distance of the directions,
 * tan^2 of the angle. */
static void nrq_functionals(const double *x, const double *y, uint32_t dim, double *out,
                            size_t stride) {
  double work[DIM];
  const double m = sid_dot(x, x, dim), n = sid_dot(y, y, dim),
               change = nrq_f(y, dim) - nrq_f(x, dim);
  const double tangent = tan(sid_angle(x, y, dim, work));
  for (uint32_t j = 0; j < dim; j++) work[j] = y[j] / sqrt(n) - x[j] / sqrt(m);
  out[F_DRIFT * stride] = change;
  out[F_SQUARE * stride] = change * change;
  out[M_DRIFT * stride] = n - m;
  out[UPDATE_SQUARE * stride] = sid_dot(work, work, dim);
  out[TANGENT_SQUARE * stride] = tangent * tangent;
}

/* Their means over all sign patterns, through the real step of SGD. The covariance of the signs is
 * that of the Gaussian noise. */
static int nrq_exact_means(vf_context *context, const nrq_signs *signs, const sid_problem *problem,
                           double lr, double wd, const double *x, double *means) {
  double y[DIM], work[8 * DIM], *values = malloc(FUNCTIONALS * signs->count * sizeof *values);
  sid_status status = SID_OK;
  for (size_t i = 0; values && i < signs->count && !status; i++) {
    sid_stream stream = signs->at[i];
    memcpy(y, x, problem->dim * sizeof *y);
    status = sid_step(problem, &nrq_sgd, lr, wd, y, &stream, work);
    nrq_functionals(x, y, problem->dim, values + i, signs->count);
  }
  for (size_t k = 0; values && k < FUNCTIONALS; k++)
    means[k] = sid_sum(values + k * signs->count, signs->count) / (double)signs->count;
  if (!values || status)
    vf_error(context, "one step", values ? sid_status_text(status) : "out of memory");
  free(values);
  return values && !status ? 0 : -1;
}

/* ---- nrq1: dynamics of f ---- */

/* Coefficients of (10), (11) and (16), the drift of f with its factor 2. */
static void nrq_generator(const double *spectrum, uint32_t dim, double sigma, double eta,
                          double lam, const double *x, double *coefficients) {
  const double m = sid_dot(x, x, dim), f = nrq_f(x, dim), e = eta / m, s2 = sigma * sigma,
               p = (double)dim;
  double q = 0.0;
  for (uint32_t j = 0; j < dim; j++) q += spectrum[j] * x[j] * x[j] / m;
  coefficients[F_DRIFT] = 2.0 * e * (q - spectrum[0]) * f + e * e * s2 * (1.0 - p * f);
  coefficients[F_SQUARE] = 4.0 * e * e * s2 * f * (1.0 - f);
  coefficients[M_DRIFT] = -2.0 * eta * lam * m + eta * eta * (p - 1.0) * s2 / m;
  coefficients[UPDATE_SQUARE] = (p - 1.0) * s2 * e * e;
}

/* Order 1 in 1/m of m E[change in one step with lr/m and noise sigma sqrt(m)], the weak Euler step
 * of 1/m of a unit of time. */
static void nrq_generator_order(vf_context *context, const nrq_signs *signs, const double *spectrum,
                                uint32_t dim, double sigma, double eta, double lam, const double *x,
                                const char *instance) {
  static const char *const what[] = {"drift of f", "square of df", "drift of M",
                                     "square of the angular update"};
  enum { LEVELS = 6 };
  double h[LEVELS], error[TANGENT_SQUARE][LEVELS], right[FUNCTIONALS], means[FUNCTIONALS];
  nrq_generator(spectrum, dim, sigma, eta, lam, x, right);
  for (int k = 0; k < LEVELS; k++) {
    const double m = ldexp(1.0, k + 1);
    const sid_problem problem = nrq_problem(dim, spectrum, SID_NOISE_RADEMACHER, sigma * sqrt(m));
    if (nrq_exact_means(context, signs, &problem, eta / m, lam, x, means)) return;
    h[k] = 1.0 / m;
    for (int i = 0; i < TANGENT_SQUARE; i++) error[i][k] = m * means[i] - right[i];
  }
  for (int i = 0; i < TANGENT_SQUARE; i++) {
    char name[2 * TEXT];
    snprintf(name, sizeof name, "%s, order in 1/m, %s", what[i], instance);
    vf_order(context, name, h, error[i], LEVELS, 1.0);
  }
}

/* (10), (11), (16) and Lemma 1 against the exact mean change of the real step. A wrong factor in a
 * coefficient leaves an error that does not fall with 1/m. */
static void nrq1_generator(vf_context *context) {
  static const double shares[] = {0.1, 0.5, 0.9};
  static const double general[] = {0.5, 1.25, 2.0, 2.5, 3.0, 4.0},
                      start[] = {0.7, -0.4, 0.3, 0.5, -0.2, 0.1};
  double spectrum[10], x[10];
  nrq_signs signs = nrq_find_signs(context, 10);
  nrq_two_values(spectrum, 10, 1.0);
  for (size_t i = 0; signs.count && i < 3; i++) {
    char instance[TEXT];
    nrq_point(x, 10, shares[i], sqrt(40.5));
    snprintf(instance, sizeof instance,
             "p=10 A=diag(1,2,..) sigma=0.3 eta=0.1 lam=0.001 M=6.364 f=%g", shares[i]);
    nrq_generator_order(context, &signs, spectrum, 10, 0.3, 0.1, 0.001, x, instance);
  }
  free(signs.at);
  signs = nrq_find_signs(context, 6);
  if (signs.count)
    nrq_generator_order(context, &signs, general, 6, 0.4, 0.05, 0.2, start,
                        "p=6 A=diag(.5,1.25,2,2.5,3,4) sigma=0.4 eta=0.05 lam=0.2 |x|^2=1.04");
  free(signs.at);
}

/* An instance of the one-step mean of f. */
typedef struct {
  const char *id; /* part of the keys */
  uint32_t dim;
  double a, sigma, eta, lam, m2;
} nrq_case;

static const nrq_case nrq_cases[] = {
    {"p-10.a-1.sigma-0.3.eta-0.1.lam-0.001.m2-40.5", 10, 1.0, 0.3, 0.1, 0.001, 40.5},
    {"p-5.a-2.sigma-1.eta-0.05.lam-0.2.m2-0.64", 5, 2.0, 1.0, 0.05, 0.2, 0.64}};
static const char *const nrq_shares[] = {"0.1", "0.5", "0.9"};

/* Mean of f+ - f over draws of the real step from one point, Gaussian noise. The means of the
 * tangential move c, of its square and of the new squared norm are known exactly, so what f+ owes
 * to them to first order is taken off each draw. */
static vf_moments nrq_one_step_drift(vf_context *context, const nrq_case *one, double f,
                                     size_t draws) {
  const uint64_t key[2] = {SID_KEY_NOISE, 1};
  const uint32_t p = one->dim;
  vf_moments moments = {(double)NAN, (double)NAN, (double)NAN};
  double spectrum[10], x[10], y[10], work[80], *values = malloc(draws * sizeof *values);
  sid_stream stream;
  if (!values || sid_stream_init(&stream, 2, key, 2)) {
    vf_error(context, "draws", "no memory or no stream");
    free(values);
    return moments;
  }
  nrq_two_values(spectrum, p, one->a);
  nrq_point(x, p, f, sqrt(one->m2));
  const sid_problem problem = nrq_problem(p, spectrum, SID_NOISE_GAUSSIAN, one->sigma);
  const double m = sqrt(one->m2), keep = 1.0 - one->eta * one->lam, s2 = one->sigma * one->sigma;
  const double t0 = sqrt(1.0 - f), t1 = -sqrt(f),
               pull = -one->a * sqrt(f * (1.0 - f)) / sqrt(m); /* gradient along t */
  const double middle = keep * x[0] - one->eta * pull * t0;    /* mean of x_1 */
  const double norm = keep * keep * m +
                      one->eta * one->eta * (pull * pull + (p - 1.0) * s2 / m); /* mean of |x|^2 */
  for (size_t i = 0; i < draws; i++) {
    memcpy(y, x, p * sizeof *y);
    if (sid_step(&problem, &nrq_sgd, one->eta, one->lam, y, &stream, work))
      vf_error(context, "step", "left the domain");
    const double c = t0 * y[0] + t1 * y[1] + one->eta * pull, r = sid_dot(y, y, p);
    values[i] = nrq_f(y, p) - f - 2.0 * middle * t0 / norm * c -
                t0 * t0 / norm * (c * c - one->eta * one->eta * s2 / m) +
                middle * middle / (norm * norm) * (r - norm);
  }
  moments = vf_moments_of(values, draws);
  free(values);
  return moments;
}

static double nrq_keyed(vf_context *context, const char *topic, const char *id, const char *tail) {
  char key[2 * TEXT];
  snprintf(key, sizeof key, "%s.%s%s", topic, id, tail);
  return vf_expected(context, key);
}

/* E[f+ - f] of one real step of SGD with Gaussian noise against its exact value by quadrature.
 * Effect: the difference between that and the drift of the SDE, i.e. the terms of order e^2 of a
 * finite step. */
static void nrq1_one_step_drift(vf_context *context) {
  for (size_t i = 0; i < 6; i++) {
    const nrq_case *one = nrq_cases + i / 3;
    char id[TEXT];
    snprintf(id, sizeof id, "%s.f-%s", one->id, nrq_shares[i % 3]);
    const vf_moments got = nrq_one_step_drift(context, one, atof(nrq_shares[i % 3]), 20000);
    const double right = nrq_keyed(context, "nrq1.drift-discrete", id, "");
    vf_monte_carlo(context, id, got.mean, got.standard_error, right,
                   right - nrq_keyed(context, "nrq1.drift-formula", id, ""),
                   "effect: a finite step against the SDE");
  }
}

/* -<grad L, grad f> through the gradient of ref/. */
static double nrq_pull(const sid_problem *problem, const double *x) {
  const uint32_t p = problem->dim;
  double g[10], work[40], total = 0.0;
  const double r = sid_dot(x, x, p), f = nrq_f(x, p);
  sid_problem_gradient(problem, x, g, work);
  for (uint32_t j = 0; j < p; j++) total -= g[j] * 2.0 * ((j ? 0.0 : x[0]) - f * x[j]) / r;
  return total;
}

/* (16) lacks the factor 2 of the drift 2 eta (q - a_1) f/M. Noise-free: A = diag(1,2), |x| = 1, f =
 * .5 by the gradient (16 roundings; printed .25 with L read as q, -.125 with L as defined). With
 * noise: the exact one-step mean against both readings of the printed formula. */
static void nrq1_drift_factor_two(vf_context *context) {
  static const double spectrum[] = {1.0, 2.0};
  const sid_problem problem = nrq_problem(2, spectrum, SID_NOISE_NONE, 0.0);
  double x[2];
  nrq_point(x, 2, 0.5, 1.0);
  vf_erratum(context, "no noise, A=diag(1,2) |x|=1 f=0.5, L read as q", nrq_pull(&problem, x), 0.5,
             0.25, 16.0 * ULP, "16 roundings");
  vf_erratum(context, "no noise, A=diag(1,2) |x|=1 f=0.5, L as defined", nrq_pull(&problem, x), 0.5,
             -0.125, 16.0 * ULP, "16 roundings");
  for (size_t i = 0; i < 6; i++) {
    const nrq_case *one = nrq_cases + i / 3;
    char id[TEXT];
    snprintf(id, sizeof id, "%s.f-%s", one->id, nrq_shares[i % 3]);
    const vf_moments got = nrq_one_step_drift(context, one, atof(nrq_shares[i % 3]), 5000);
    const double right = nrq_keyed(context, "nrq1.drift-discrete", id, "");
    vf_erratum(context, id, got.mean, right,
               nrq_keyed(context, "nrq1.drift-formula", id, ".printed"), 3.0 * got.standard_error,
               "L read as q; 3 standard errors");
    vf_erratum(context, id, got.mean, right,
               nrq_keyed(context, "nrq1.drift-own-loss", id, ".a1-1.printed"),
               3.0 * got.standard_error, "L as defined; 3 standard errors");
  }
}

/* Section 3 bounds L by a_1 + (a_2 - a_1)(1-f) and a_1 + (a_p - a_1)(1-f); they bound q = 2L. With
 * two eigenvalues both bounds coincide: q is the bound itself (8 roundings). With several, 1000
 * random points stay between them up to 16 roundings of q. */
static void nrq1_loss_bounds(vf_context *context) {
  static const double several[] = {0.5, 1.25, 2.0, 2.5, 3.0, 4.0};
  const uint64_t key[2] = {SID_KEY_DATA, 0};
  double spectrum[10], x[10], work[40], low = 0.0, high = 0.0;
  size_t outside = 0;
  sid_stream stream;
  nrq_two_values(spectrum, 10, 1.0);
  nrq_point(x, 10, 0.5, 2.0);
  const sid_problem two = nrq_problem(10, spectrum, SID_NOISE_NONE, 0.0),
                    more = nrq_problem(6, several, SID_NOISE_NONE, 0.0);
  vf_erratum(context, "L at A=diag(1,2,..,2) f=0.5", sid_problem_loss(&two, x, work), 0.75, 1.5,
             8.0 * ULP * 1.5, "8 roundings");
  if (sid_stream_init(&stream, 3, key, 2)) {
    vf_error(context, "random points", "no stream");
    return;
  }
  for (int i = 0; i < 1000; i++) {
    sid_stream_normals(&stream, x, 6);
    const double loss = sid_problem_loss(&more, x, work), rest = 1.0 - nrq_f(x, 6);
    const double lower = several[0] + (several[1] - several[0]) * rest,
                 upper = several[0] + (several[5] - several[0]) * rest;
    low = fmax(low, lower - 2.0 * loss);
    high = fmax(high, 2.0 * loss - upper);
    outside += loss < lower - 16.0 * ULP * 4.0;
  }
  vf_at_most(context, "lower bound - q, 1000 random points", low, 16.0 * ULP * 4.0, "16 roundings");
  vf_at_most(context, "q - upper bound, 1000 random points", high, 16.0 * ULP * 4.0,
             "16 roundings");
  vf_at_least(context, "points where L is below the printed lower bound", (double)outside, 1.0,
              "the printed bound fails");
}

/* ---- long runs ---- */

enum {
  RISK,
  RISK_SQUARE,
  NORM2,
  NORM,
  EXCESS,
  ANGLE,
  ANGLE_SQUARE,
  ANGLE_FOURTH,
  LOG_GROWTH,
  STATISTICS
};

/* Time averages of a stationary run. */
typedef struct {
  sid_problem problem;
  double eta, lam, start; /* |x|^2 at the start */
  uint64_t burn, steps;
} nrq_long_run;

typedef struct {
  const nrq_long_run *run;
  double first, last, sums[STATISTICS];
} nrq_recorder;

/* A row of trajectory i goes to recorder i. */
static void nrq_record(void *user, uint64_t trajectory, uint64_t step, const double *row) {
  nrq_recorder *recorder = (nrq_recorder *)user + trajectory;
  const double rest = 1.0 - row[0], d2 = row[3] * row[3],
               lowest = recorder->run->problem.spectrum ? recorder->run->problem.spectrum[0] : 0.0;
  recorder->last = row[1];
  if (step <= recorder->run->burn) {
    recorder->first = row[1];
    return;
  }
  const double terms[] = {rest,   rest * rest, row[1], sqrt(row[1]), 2.0 * row[2] - lowest,
                          row[3], d2,          d2 * d2};
  for (size_t k = 0; k < LOG_GROWTH; k++) recorder->sums[k] += terms[k];
}

/* values[i*STATISTICS + k]: averages over trajectory i; NaN if it ended early. 0, or -1 without
 * memory. */
static int nrq_run_all(const nrq_long_run *run, size_t runs, int jobs, double *values) {
  static const int32_t observables[] = {SID_F, SID_NORM2, SID_LOSS, SID_STEP_ANGLE};
  const uint64_t end = run->burn + run->steps;
  const sid_segment segment = {0, run->eta, run->lam, 1.0};
  double x0[DIM];
  uint64_t *every = malloc((size_t)(end + 1) * sizeof *every);
  nrq_recorder *recorders = calloc(runs, sizeof *recorders);
  vf_end *ends = calloc(runs, sizeof *ends);
  int status = every && recorders && ends ? 0 : -1;
  sid_experiment experiment;
  memset(&experiment, 0, sizeof experiment);
  experiment.problem = run->problem;
  experiment.dynamics = nrq_sgd;
  experiment.schedule.kind = SID_PIECEWISE;
  experiment.schedule.segment_count = 1;
  experiment.schedule.segments = &segment;
  experiment.start = (sid_start){SID_START_POINT, x0, 0.0};
  experiment.seed = 20223;
  experiment.steps = end;
  experiment.checkpoints = every;
  experiment.checkpoint_count = (uint32_t)(end + 1);
  experiment.observables = observables;
  experiment.observable_count = 4;
  nrq_point(x0, run->problem.dim, 0.95, run->start);
  for (uint64_t t = 0; !status && t <= end; t++) every[t] = t;
  for (size_t i = 0; !status && i < runs; i++) recorders[i].run = run;
  if (!status && sid_experiment_validate(&experiment) == SID_OK)
    status = vf_ensemble_visit(&experiment, 0, runs, jobs, nrq_record, recorders, ends);
  for (size_t i = 0; !status && i < runs; i++) {
    nrq_recorder *one = recorders + i;
    one->sums[LOG_GROWTH] = log(one->last / one->first);
    for (size_t k = 0; k < STATISTICS; k++)
      values[i * STATISTICS + k] =
          ends[i].step == end && end > 0 ? one->sums[k] / (double)run->steps : (double)NAN;
  }
  free(every);
  free(recorders);
  free(ends);
  return status;
}

/* Moments over `runs` trajectories of their time averages. */
static int nrq_stationary(vf_context *context, const nrq_long_run *run, size_t runs,
                          vf_moments *moments) {
  double *values = malloc(runs * STATISTICS * sizeof *values),
         *column = malloc(runs * sizeof *column);
  const int done = values && column && nrq_run_all(run, runs, vf_jobs(context), values) == 0;
  if (done) {
    for (size_t k = 0; k < STATISTICS; k++) {
      for (size_t i = 0; i < runs; i++) column[i] = values[i * STATISTICS + k];
      moments[k] = vf_moments_of(column, runs);
    }
  } else {
    vf_error(context, "runs", "out of memory");
  }
  free(values);
  free(column);
  return done ? 0 : -1;
}

/* The paper calls M = |X|, but (10)-(12) hold for M = |X|^2. At equilibrium |X|^2 = sigma
 * sqrt((p-1) eta/(2 lam)). The loss raises it by a e/4 of |X|^2, half of that of |X|: the tolerance
 * is that, its next order, and 3 standard errors. */
static void nrq1_m_definition(vf_context *context) {
  static const struct {
    uint32_t dim;
    double sigma, eta, lam;
  } cases[] = {{10, 0.3, 0.1, 1e-3}, {4, 2.0, 0.02, 0.02}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double spectrum[10];
    char name[TEXT];
    vf_moments got[STATISTICS];
    nrq_two_values(spectrum, cases[i].dim, 1.0);
    const double m = nrq_equilibrium(cases[i].dim, cases[i].sigma, cases[i].eta, cases[i].lam),
                 e = cases[i].eta / m;
    const nrq_long_run run = {
        nrq_problem(cases[i].dim, spectrum, SID_NOISE_GAUSSIAN, cases[i].sigma),
        cases[i].eta,
        cases[i].lam,
        m,
        5000,
        20000};
    if (nrq_stationary(context, &run, 8, got)) return;
    snprintf(name, sizeof name, "mean |X| at equilibrium, p=%u sigma=%g eta=%g lam=%g",
             (unsigned)cases[i].dim, cases[i].sigma, cases[i].eta, cases[i].lam);
    vf_erratum(context, name, got[NORM].mean, sqrt(m), m,
               3.0 * got[NORM].standard_error + sqrt(m) * (e / 8.0 + e * e),
               "3 standard errors and the loss's part e/8");
  }
}

/* ---- nrq2: stationary law ---- */

/* Stationary means of the real step at p = 2, A = diag(0, a), noise +-sigma/|x| along the tangent
 * (sphere noise), by the expectation operator U g(state) = (g(state+) + g(state-))/2 on Chebyshev
 * polynomials in u = cos 2 angle and R over an interval of R that the map keeps. */

int nrq_map_set(nrq_map *map, const nrq_transfer *job, const double *spectrum) {
  const uint64_t key[2] = {SID_KEY_NOISE, 2};
  const double el = job->eta * job->lam,
               middle = job->sigma * sqrt(job->eta / (job->lam * (2.0 - el)));
  map->job = job;
  map->problem = nrq_problem(2, spectrum, SID_NOISE_SPHERE, job->sigma);
  map->low = middle * (1.0 - 0.5 * job->a / job->sigma);
  map->high = middle * (1.0 + 0.5 * job->a / job->sigma);
  sid_stream stream;
  if (sid_stream_init(&stream, 4, key, 2)) return -1;
  for (size_t i = 0; i < 64; i++) {
    map->at[i] = stream;
    sid_stream_advance(&stream, 0, 2);
  }
  return 0;
}

/* The two states that follow (u, R): after[s] = (u, R), s = 0 for a turn to the left of the
 * gradient's, 1 to the right. 0, or -1. */
int nrq_map_both(const nrq_map *map, double u, double r, double after[2][2]) {
  const double x[2] = {sqrt(r * (1.0 + u) / 2.0), sqrt(r * (1.0 - u) / 2.0)};
  const double keep = 1.0 - map->job->eta * map->job->lam;
  double g[2], y[2], work[16];
  int found[2] = {0, 0};
  sid_problem_gradient(&map->problem, x, g, work);
  for (size_t i = 0; i < 64 && !(found[0] && found[1]); i++) {
    sid_stream stream = map->at[i];
    y[0] = x[0], y[1] = x[1];
    if (sid_step(&map->problem, &nrq_sgd, map->job->eta, map->job->lam, y, &stream, work))
      return -1;
    const double d[2] = {y[0] - keep * x[0] + map->job->eta * g[0],
                         y[1] - keep * x[1] + map->job->eta * g[1]};
    const int side = x[0] * d[1] - x[1] * d[0] > 0.0;
    found[side] = 1;
    after[side][1] = sid_dot(y, y, 2);
    after[side][0] = (y[0] * y[0] - y[1] * y[1]) / after[side][1];
  }
  return found[0] && found[1] ? 0 : -1;
}

/* row += weight T_j(u) T_k(v), j < many, k < few, v the place of R in its interval. */
static void nrq_add_products(const nrq_map *map, double u, double r, double weight, double *row) {
  const size_t many = map->job->many, few = map->job->few;
  const double v = 2.0 * (r - map->low) / (map->high - map->low) - 1.0;
  double tu = weight, before = weight * u; /* T_0 and T_-1 = T_1 */
  for (size_t j = 0; j < many; j++) {
    double tv = 1.0, last = v;
    for (size_t k = 0; k < few; k++) {
      row[j * few + k] += tu * tv;
      const double next = 2.0 * v * tv - last;
      last = tv;
      tv = next;
    }
    const double next = 2.0 * u * tu - before;
    before = tu;
    tu = next;
  }
}

/* One row, all 0 before, of (1 - U) g + mean = right side at the node (u, R). */
static int nrq_transfer_row(const nrq_map *map, double u, double r, double *row) {
  double after[2][2];
  const size_t n = map->job->many * map->job->few;
  if (nrq_map_both(map, u, r, after)) return -1;
  nrq_add_products(map, u, r, 1.0, row);
  nrq_add_products(map, after[0][0], after[0][1], -0.5, row);
  nrq_add_products(map, after[1][0], after[1][1], -0.5, row);
  row[0] = 1.0;
  row[n + T_RISK] = (1.0 - u) / 2.0;
  row[n + T_NORM2] = r;
  row[n + T_RISK_SQUARE] = (1.0 - u) * (1.0 - u) / 4.0;
  return 0;
}

static void nrq_swap_rows(double *a, double *b, size_t width) {
  for (size_t k = 0; a != b && k < width; k++) {
    const double t = a[k];
    a[k] = b[k];
    b[k] = t;
  }
}

/* First unknown of the system for each right side: elimination from the last unknown upwards, with
 * pivoting. */
static void nrq_first_unknown(double *a, size_t n, size_t rights, double *out) {
  const size_t width = n + rights;
  for (size_t j = n; j-- > 1;) {
    size_t pivot = j;
    for (size_t i = 0; i < j; i++)
      if (fabs(a[i * width + j]) > fabs(a[pivot * width + j])) pivot = i;
    nrq_swap_rows(a + pivot * width, a + j * width, width);
    const double *row = a + j * width;
    for (size_t i = 0; i < j; i++) {
      const double factor = a[i * width + j] / row[j];
      for (size_t k = 0; k < j; k++) a[i * width + k] -= factor * row[k];
      for (size_t k = n; k < width; k++) a[i * width + k] -= factor * row[k];
    }
  }
  for (size_t k = 0; k < rights; k++) out[k] = a[n + k] / a[0];
}

/* means[T_MEANS] of job i; NaN if it failed. */
void nrq_transfer_one(void *user, size_t i, double *means) {
  const nrq_transfer *job = (const nrq_transfer *)user + i;
  const size_t n = job->many * job->few, width = n + T_MEANS;
  const double spectrum[] = {0.0, job->a};
  double *rows = calloc(n * width, sizeof *rows);
  nrq_map map;
  int failed = !rows || nrq_map_set(&map, job, spectrum);
  for (size_t j = 0; j < n && !failed; j++) {
    const size_t at = j / job->few; /* node in u */
    const double u = cos((2.0 * (double)at + 1.0) * PI / (2.0 * (double)job->many));
    const double v = cos((2.0 * (double)(j % job->few) + 1.0) * PI / (2.0 * (double)job->few));
    failed = nrq_transfer_row(&map, u, map.low + (map.high - map.low) * (v + 1.0) / 2.0,
                              rows + j * width);
  }
  for (size_t k = 0; k < T_MEANS; k++) means[k] = (double)NAN;
  if (!failed) nrq_first_unknown(rows, n, T_MEANS, means);
  free(rows);
}

/* The exact stationary means of the discrete dynamics at p = 2. Tolerance: the change from a
 * coarser basis (24 x 18 polynomials to 28 x 22) and the rounding of a system whose condition is
 * the number of steps to equilibrium: 1/el times 16 roundings. */
static void nrq2_transfer_operator(vf_context *context) {
  static const struct {
    const char *id;
    double eta, lam, sigma;
  } cases[] = {{"eta-0.04.lam-0.1.sigma-1", 0.04, 0.1, 1.0},
               {"eta-0.01.lam-0.1.sigma-1", 0.01, 0.1, 1.0},
               {"eta-0.0025.lam-0.1.sigma-1", 0.0025, 0.1, 1.0},
               {"eta-0.02.lam-0.2.sigma-1.25", 0.02, 0.2, 1.25}};
  static const char *const topics[] = {"nrq2.transfer.risk", "nrq2.transfer.norm2",
                                       "nrq2.transfer.risk-second-moment"};
  enum { CASES = sizeof cases / sizeof cases[0] };
  nrq_transfer jobs[2 * CASES];
  double means[2 * CASES][T_MEANS];
  for (size_t i = 0; i < CASES; i++) {
    jobs[2 * i] = (nrq_transfer){cases[i].eta, cases[i].lam, cases[i].sigma, 1.0, 28, 22};
    jobs[2 * i + 1] = (nrq_transfer){cases[i].eta, cases[i].lam, cases[i].sigma, 1.0, 24, 18};
  }
  vf_map((size_t)2 * CASES, vf_jobs(context), means[0], T_MEANS, nrq_transfer_one, jobs);
  for (size_t i = 0; i < CASES; i++)
    for (size_t k = 0; k < T_MEANS; k++) {
      char name[TEXT];
      const double fine = means[2 * i][k], change = fabs(fine - means[2 * i + 1][k]);
      snprintf(name, sizeof name, "%s.%s", topics[k], cases[i].id);
      vf_within(context, name, fine, nrq_keyed(context, topics[k], cases[i].id, ""),
                change + fine * (16.0 * ULP / (cases[i].eta * cases[i].lam) + 1e-11),
                "change from a coarser basis, 16/el roundings, 1e-11 of the fixture");
    }
}

/* Risk of the stationary density at p = 2, where it is e^(-2 kappa sin^2) on the circle:
 * trapezoidal sums, exact to rounding for kappa below 1000. */
static double nrq_circle_risk(double two_kappa) {
  enum { NODES = 4096 };
  double top[NODES], bottom[NODES];
  for (int i = 0; i < NODES; i++) {
    const double s = sin(2.0 * PI * i / NODES);
    bottom[i] = exp(-two_kappa * s * s);
    top[i] = s * s * bottom[i];
  }
  return sid_sum(top, NODES) / sid_sum(bottom, NODES);
}

/* The real risk at p = 2 is that of Theorem 2's density times 1 + (a e/4) + O(e^2), e = sqrt(2
 * el)/sigma: the variance of a discrete step is larger by a e/2, and the loss raises |x|^2, which
 * lowers e, by a e/4. Order 1 in sqrt(2 el); and without the first correction, order 2. */
static void nrq2_risk_order(vf_context *context) {
  static const struct { double sigma, a; } cases[] = {{1.0, 1.0}, {1.5, 1.0}};
  enum { LEVELS = 6 };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    nrq_transfer jobs[LEVELS];
    double h[LEVELS], ratio[LEVELS], rest[LEVELS], means[LEVELS][T_MEANS];
    char name[TEXT];
    for (int k = 0; k < LEVELS; k++) {
      h[k] = 0.05 * pow(0.7, k); /* sqrt(2 el) */
      jobs[k] = (nrq_transfer){0.1 * h[k] * h[k] / 2.0, 10.0, cases[i].sigma, cases[i].a, 48, 12};
    }
    vf_map(LEVELS, vf_jobs(context), means[0], T_MEANS, nrq_transfer_one, jobs);
    for (int k = 0; k < LEVELS; k++) {
      ratio[k] = means[k][T_RISK] / nrq_circle_risk(cases[i].a / (cases[i].sigma * h[k])) - 1.0;
      rest[k] = ratio[k] - cases[i].a * h[k] / (4.0 * cases[i].sigma);
    }
    snprintf(name, sizeof name, "risk/r* - 1, order in sqrt(2 el), p=2 a=%g sigma=%g", cases[i].a,
             cases[i].sigma);
    vf_order(context, name, h, ratio, LEVELS, 1.0);
    snprintf(name, sizeof name, "the rest after a e/4, order in sqrt(2 el), p=2 a=%g sigma=%g",
             cases[i].a, cases[i].sigma);
    vf_order(context, name, h, rest, LEVELS, 2.0);
  }
}

typedef struct {
  const char *id;
  uint32_t dim;
  double a, sigma, eta, lam;
  size_t runs;
  uint64_t steps;
} nrq_law;

/* Long runs of the real dynamics at the equilibrium norm; means over the runs. */
static int nrq_law_run(vf_context *context, const nrq_law *law, vf_moments *got) {
  double spectrum[10];
  const double m = nrq_equilibrium(law->dim, law->sigma, law->eta, law->lam),
               rate = law->a * law->eta / m;
  nrq_two_values(spectrum, law->dim, law->a);
  const nrq_long_run run = {
      nrq_problem(law->dim, spectrum, SID_NOISE_GAUSSIAN, law->sigma), law->eta,  law->lam, m,
      (uint64_t)(20.0 / rate + 0.5 / (law->eta * law->lam)),           law->steps};
  return nrq_stationary(context, &run, law->runs, got);
}

/* e at the equilibrium norm. */
static double nrq_rate(const nrq_law *law) {
  return law->eta / nrq_equilibrium(law->dim, law->sigma, law->eta, law->lam);
}

/* Theorem 2 (right form) by time averages of the real dynamics: mean and second moment of 1-f, with
 * the factor of a finite step, 1 + a e/4 of the mean and its square of the second moment (see
 * nrq2.risk-order); what is left is O(el), below a standard error. Effect: 2 kappa half as large,
 * which doubles the risk and makes the second moment four times as large. */
static void nrq_compare_law(vf_context *context, const nrq_law *laws, size_t count) {
  for (size_t i = 0; i < count; i++) {
    vf_moments got[STATISTICS];
    char name[TEXT];
    if (nrq_law_run(context, laws + i, got)) return;
    const double factor = 1.0 + laws[i].a * nrq_rate(laws + i) / 4.0;
    const double risk = nrq_keyed(context, "nrq2.risk", laws[i].id, "");
    const double square = nrq_keyed(context, "nrq2.risk-second-moment", laws[i].id, "");
    snprintf(name, sizeof name, "risk, %s", laws[i].id);
    vf_monte_carlo(context, name, got[RISK].mean, got[RISK].standard_error, risk * factor, risk,
                   "effect: kappa/2");
    snprintf(name, sizeof name, "E(1-f)^2, %s", laws[i].id);
    vf_monte_carlo(context, name, got[RISK_SQUARE].mean, got[RISK_SQUARE].standard_error,
                   square * factor * factor, 3.0 * square, "effect: kappa/2");
  }
}

static void nrq2_stationary_risk(vf_context *context) {
  static const nrq_law laws[] = {
      {"p-2.a-1.sigma-1.eta-0.01.lam-0.1", 2, 1.0, 1.0, 0.01, 0.1, 16, 20000},
      {"p-5.a-1.sigma-1.eta-0.01.lam-0.1", 5, 1.0, 1.0, 0.01, 0.1, 16, 20000},
      {"p-10.a-2.sigma-0.5.eta-0.02.lam-0.05", 10, 2.0, 0.5, 0.02, 0.05, 16, 8000},
      {"p-4.a-0.5.sigma-0.8.eta-0.1.lam-0.02", 4, 0.5, 0.8, 0.1, 0.02, 16, 20000}};
  nrq_compare_law(context, laws, sizeof laws / sizeof laws[0]);
}

static void nrq2_small_intrinsic_lr(vf_context *context) {
  static const nrq_law laws[] = {
      {"p-5.a-1.sigma-1.eta-1e-4.lam-0.1", 5, 1.0, 1.0, 1e-4, 0.1, 16, 400000}};
  nrq_compare_law(context, laws, sizeof laws / sizeof laws[0]);
}

/* Theorem 2 prints 2 kappa = sqrt(p-1)/(sigma sqrt(2 el)); it lacks the factor a. Risk of real runs
 * at a = 2 and a = 1/2 against both densities. */
static void nrq2_kappa(vf_context *context) {
  static const nrq_law laws[] = {
      {"p-10.a-2.sigma-0.5.eta-0.02.lam-0.05", 10, 2.0, 0.5, 0.02, 0.05, 16, 4000},
      {"p-4.a-0.5.sigma-0.8.eta-0.1.lam-0.02", 4, 0.5, 0.8, 0.1, 0.02, 16, 8000}};
  for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
    vf_moments got[STATISTICS];
    if (nrq_law_run(context, laws + i, got)) return;
    const double risk = nrq_keyed(context, "nrq2.risk", laws[i].id, "");
    vf_erratum(context, laws[i].id, got[RISK].mean, risk,
               nrq_keyed(context, "nrq2.risk", laws[i].id, ".printed"),
               3.0 * got[RISK].standard_error + risk * laws[i].a * nrq_rate(laws + i) / 4.0,
               "3 standard errors and the finite step's a e/4");
  }
}

/* (26) prints r* = 1 - sqrt(p-1) sigma sqrt(2 el)/a; it is sqrt(p-1) sigma sqrt(2 el)/(2 a). Risk
 * of real runs; the tolerance has the finite step's part a e/4 and the distance of the leading term
 * from the exact risk of the density. */
static void nrq2_limit_risk(vf_context *context) {
  static const nrq_law laws[] = {
      {"p-5.a-1.sigma-1.eta-1e-4.lam-0.1", 5, 1.0, 1.0, 1e-4, 0.1, 16, 20000},
      {"p-10.a-2.sigma-0.5.eta-0.02.lam-0.05", 10, 2.0, 0.5, 0.02, 0.05, 16, 4000},
      {"p-3.a-1.sigma-1.eta-0.05.lam-0.2", 3, 1.0, 1.0, 0.05, 0.2, 16, 4000}};
  for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
    vf_moments got[STATISTICS];
    if (nrq_law_run(context, laws + i, got)) return;
    const double lead = nrq_keyed(context, "nrq2.risk-leading", laws[i].id, "");
    const double risk = nrq_keyed(context, "nrq2.risk", laws[i].id, "");
    vf_erratum(context, laws[i].id, got[RISK].mean, lead,
               nrq_keyed(context, "nrq2.risk-leading", laws[i].id, ".printed"),
               3.0 * got[RISK].standard_error + risk * laws[i].a * nrq_rate(laws + i) / 4.0 +
                   fabs(risk - lead),
               "3 standard errors, the finite step's a e/4, the density's next order");
  }
}

/* Means of 1-f and of q - a_1 under the density exp(-q/(e sigma^2)) on the sphere in three
 * dimensions: midpoint sums over height and longitude. */
static void nrq_bingham(const double *spectrum, double scale, double *means) {
  enum { NODES = 400 };
  double total = 0.0;
  means[0] = means[1] = 0.0;
  for (int i = 0; i < NODES; i++)
    for (int j = 0; j < NODES; j++) {
      const double s = sin(PI * (i + 0.5) / (2 * NODES)), f = 1.0 - s * s,
                   c = cos(2.0 * PI * (j + 0.5) / NODES);
      const double q = (spectrum[1] - spectrum[0]) * s * s * c * c +
                       (spectrum[2] - spectrum[0]) * s * s * (1.0 - c * c);
      const double weight = s * exp(-q / scale); /* area element of the angle from e_1 */
      total += weight;
      means[0] += weight * (1.0 - f);
      means[1] += weight * q;
    }
  means[0] /= total;
  means[1] /= total;
}

/* With several eigenvalues the stationary density at the equilibrium norm is exp(-q M/(eta
 * sigma^2)) on the sphere: grad L is half the gradient of q, so the drift -(e/2) grad q and the
 * noise e sigma give it. Real runs at p = 3, with the factors of a finite step: e falls by e sum
 * d/(4 (p-1)) as the loss raises M, and the variance along an eigenvector of gap d rises by d e/2.
 * Effect: scale 2 e sigma^2. */
static void nrq2_several_eigenvalues(vf_context *context) {
  static const double spectrum[] = {1.0, 2.0, 4.0};
  const double eta = 0.01, lam = 0.02, sigma = 0.5, gaps[] = {1.0, 3.0};
  const double m = nrq_equilibrium(3, sigma, eta, lam), e = eta / m;
  const nrq_long_run run = {
      nrq_problem(3, spectrum, SID_NOISE_GAUSSIAN, sigma), eta, lam, m, 5000, 40000};
  vf_moments got[STATISTICS];
  double law[2], lead[2] = {0.0, 0.0}, finite[2] = {0.0, 0.0};
  if (nrq_stationary(context, &run, 16, got)) return;
  nrq_bingham(spectrum, e * sigma * sigma, law);
  const double e_real = e * (1.0 - e * (gaps[0] + gaps[1]) / 8.0);
  for (int k = 0; k < 2; k++) {
    const double variance = e * sigma * sigma / (2.0 * gaps[k]),
                 real = variance * e_real / e * (1.0 + gaps[k] * e / 2.0);
    lead[0] += variance, lead[1] += gaps[k] * variance;
    finite[0] += real, finite[1] += gaps[k] * real;
  }
  vf_monte_carlo(context, "E(1-f), p=3 A=diag(1,2,4) sigma=0.5 eta=0.01 lam=0.02", got[RISK].mean,
                 got[RISK].standard_error, law[0] * finite[0] / lead[0], law[0],
                 "effect: exp(-q M/(2 eta sigma^2))");
  vf_monte_carlo(context, "E q - a_1, p=3 A=diag(1,2,4) sigma=0.5 eta=0.01 lam=0.02",
                 got[EXCESS].mean, got[EXCESS].standard_error, law[1] * finite[1] / lead[1], law[1],
                 "effect: exp(-q M/(2 eta sigma^2))");
}

/* ---- nrq4: angular update ---- */

/* (14): E tan^2 D = eta^2 (|grad L|^2 + tr Sigma)/((1-el)^2 M), exactly, by all sign patterns;
 * tan^2 of an angle within 2 ulp, up to .3. */
static void nrq4_discrete_update(vf_context *context) {
  static const double spectrum[] = {0.5, 1.25, 2.0, 2.5, 3.0, 4.0},
                      x[] = {0.7, -0.4, 0.3, 0.5, -0.2, 0.1};
  const double etas[] = {0.05, 0.3}, lams[] = {0.2, 1.5}, sigmas[] = {0.4, 0.1};
  const nrq_signs signs = nrq_find_signs(context, 6);
  for (size_t i = 0; signs.count && i < 2; i++) {
    const sid_problem problem = nrq_problem(6, spectrum, SID_NOISE_RADEMACHER, sigmas[i]);
    const double keep = 1.0 - etas[i] * lams[i], m = sid_dot(x, x, 6);
    double g[6], work[32], means[FUNCTIONALS];
    char name[TEXT];
    if (nrq_exact_means(context, &signs, &problem, etas[i], lams[i], x, means)) break;
    sid_problem_gradient(&problem, x, g, work);
    const double expected = etas[i] * etas[i] *
                            (sid_dot(g, g, 6) + 5.0 * sigmas[i] * sigmas[i] / m) /
                            (keep * keep * m);
    snprintf(name, sizeof name, "E tan^2 D, p=6 eta=%g lam=%g sigma=%g", etas[i], lams[i],
             sigmas[i]);
    vf_within_relative(context, name, means[TANGENT_SQUARE], expected, 64.0 * ULP, "64 roundings");
  }
  free(signs.at);
}

typedef struct {
  vf_moments mean, square;
} nrq_update;

/* Mean angle and mean squared angle of one real step from the equilibrium norm. tan^2 has the exact
 * mean 2 el/(1-el)^2; what the angle and its square owe to it to first order is taken off each
 * draw. */
static nrq_update nrq_one_update(vf_context *context, uint32_t dim, double el, size_t draws) {
  const uint64_t key[2] = {SID_KEY_NOISE, 3};
  const double lam = 0.1, eta = el / lam, sigma = 0.7, exact = 2.0 * el / ((1.0 - el) * (1.0 - el));
  const sid_problem problem = nrq_problem(dim, NULL, SID_NOISE_GAUSSIAN, sigma);
  nrq_update update = {{(double)NAN, (double)NAN, (double)NAN},
                       {(double)NAN, (double)NAN, (double)NAN}};
  double x[DIM], y[DIM], work[8 * DIM], *values = malloc(2 * draws * sizeof *values);
  sid_stream stream;
  if (!values || sid_stream_init(&stream, 6, key, 2)) {
    vf_error(context, "draws", "no memory or no stream");
    free(values);
    return update;
  }
  nrq_point(x, dim, 0.3, nrq_equilibrium(dim, sigma, eta, lam));
  for (size_t i = 0; i < draws; i++) {
    memcpy(y, x, dim * sizeof *y);
    if (sid_step(&problem, &nrq_sgd, eta, lam, y, &stream, work))
      vf_error(context, "step", "left the domain");
    const double d = sid_angle(x, y, dim, work), t = tan(d) * tan(d) - exact;
    values[i] = d - t / (2.0 * sqrt(exact));
    values[draws + i] = d * d - t;
  }
  update.mean = vf_moments_of(values, draws);
  update.square = vf_moments_of(values + draws, draws);
  free(values);
  return update;
}

/* Mean and rms of the angle of one step from M^2 = (p-1) sigma^2 eta/(2 lam), exact values by
 * quadrature. Effects: for the mean the printed E D = sqrt(2 el); for the mean square the factor
 * (1-el)^2 that (13) drops. */
static void nrq4_one_step(vf_context *context) {
  static const struct {
    uint32_t dim;
    size_t draws;
  } dims[] = {{2, 40000}, {3, 40000}, {5, 20000}, {10, 20000}, {100, 4000}};
  static const char *const els[] = {"0.001", "0.0002"};
  for (size_t i = 0; i < 2 * sizeof dims / sizeof dims[0]; i++) {
    char id[TEXT];
    const double el = atof(els[i % 2]);
    const nrq_update got = nrq_one_update(context, dims[i / 2].dim, el, dims[i / 2].draws);
    snprintf(id, sizeof id, "p-%u.el-%s", (unsigned)dims[i / 2].dim, els[i % 2]);
    const double mean = nrq_keyed(context, "nrq4.mean-one-step", id, ""),
                 rms = nrq_keyed(context, "nrq4.rms-one-step", id, "");
    vf_monte_carlo(context, id, got.mean.mean, got.mean.standard_error, mean,
                   nrq_keyed(context, "nrq4.mean-leading", id, ".printed") - mean,
                   "mean; effect: E D = sqrt(2 el)");
    vf_monte_carlo(context, id, got.square.mean, got.square.standard_error, rms * rms,
                   2.0 * el * rms * rms, "mean square; effect: 1-el dropped");
  }
}

/* Time averages of runs at the equilibrium norm, no loss. */
static int nrq_update_run(vf_context *context, uint32_t dim, double el, uint64_t steps,
                          vf_moments *got) {
  const double lam = 0.1, eta = el / lam, sigma = 0.7;
  const nrq_long_run run = {nrq_problem(dim, NULL, SID_NOISE_GAUSSIAN, sigma),
                            eta,
                            lam,
                            nrq_equilibrium(dim, sigma, eta, lam),
                            200,
                            steps};
  return nrq_stationary(context, &run, 8, got);
}

/* Section 2.2 says E D = sqrt(2 el) at equilibrium; that is the rms, the mean is smaller by
 * sqrt(2/(p-1)) Gamma(p/2)/Gamma((p-1)/2). Means of D and D^2 over real runs at el = 2e-4.
 * Tolerance 3 standard errors of the mean (those of the rms are smaller) and el for the finite
 * step. */
static void nrq4_mean_or_rms(vf_context *context) {
  static const uint32_t dims[] = {2, 3, 5, 10};
  const double el = 2e-4;
  for (size_t i = 0; i < sizeof dims / sizeof dims[0]; i++) {
    vf_moments got[STATISTICS];
    char id[TEXT];
    if (nrq_update_run(context, dims[i], el, 20000, got)) return;
    const double rms = sqrt(got[ANGLE_SQUARE].mean);
    snprintf(id, sizeof id, "p-%u", (unsigned)dims[i]);
    vf_erratum(context, id, got[ANGLE].mean / rms, nrq_keyed(context, "nrq4.mean-over-rms", id, ""),
               nrq_keyed(context, "nrq4.mean-over-rms", id, ".printed"),
               3.0 * got[ANGLE].standard_error / rms + el,
               "3 standard errors, el for the finite step");
  }
}

/* The rms of D over a run goes to sqrt(2 el): mean D^2/(2 el) - 1 is of order 1 in el. The growth
 * of ln |x|^2 over the run, which the mean contains exactly as (ln R_K - ln R_0)/K, is taken off.
 * With a loss (p = 4) and without (p = 2). */
static void nrq4_rms_order(vf_context *context) {
  static const double spectrum[] = {1.0, 2.0, 2.5, 4.0};
  enum { LEVELS = 6 };
  for (int i = 0; i < 2; i++) {
    double h[LEVELS], error[LEVELS];
    for (int k = 0; k < LEVELS; k++) {
      const uint32_t dim = i ? 4 : 2;
      const double el = 0.08 * ldexp(1.0, -k), lam = 0.5, eta = el / lam, sigma = 0.7;
      const nrq_long_run run = {nrq_problem(dim, i ? spectrum : NULL, SID_NOISE_GAUSSIAN, sigma),
                                eta,
                                lam,
                                nrq_equilibrium(dim, sigma, eta, lam),
                                2000,
                                20000};
      vf_moments got[STATISTICS];
      if (nrq_stationary(context, &run, 8, got)) return;
      h[k] = el;
      error[k] = (got[ANGLE_SQUARE].mean - got[LOG_GROWTH].mean) / (2.0 * el) - 1.0;
    }
    vf_order(context,
             i ? "mean D^2/(2 el) - 1, order in el, rayleigh p=4"
               : "mean D^2/(2 el) - 1, order in el, p=2",
             h, error, LEVELS, 1.0);
  }
}

/* ---- nrq6: initial norm ---- */

/* NRQ of figure 2 (i)-(l): p = 10, A = diag(1,2,...,2), sigma = .3, from uniformly random
 * directions on the sphere |x|^2 = m0. */
typedef struct {
  double spectrum[10];
  sid_segment segment;
  sid_experiment experiment;
} nrq_figure;

static void nrq_figure_set(nrq_figure *figure, double eta, double lam, double m0) {
  static const int32_t observables[] = {SID_F, SID_NORM2, SID_STEP_ANGLE};
  memset(figure, 0, sizeof *figure);
  nrq_two_values(figure->spectrum, 10, 1.0);
  figure->segment = (sid_segment){0, eta, lam, 1.0};
  sid_experiment *experiment = &figure->experiment;
  experiment->problem = nrq_problem(10, figure->spectrum, SID_NOISE_GAUSSIAN, 0.3);
  experiment->dynamics = nrq_sgd;
  experiment->schedule.kind = SID_PIECEWISE;
  experiment->schedule.segment_count = 1;
  experiment->schedule.segments = &figure->segment;
  experiment->start = (sid_start){SID_START_SPHERE, NULL, sqrt(m0)};
  experiment->seed = 20226;
  experiment->observables = observables;
  experiment->observable_count = 3;
}

/* Rows (f, |x|^2, step angle) of the runs at the checkpoints; to be freed. */
static double *nrq_figure_rows(vf_context *context, nrq_figure *figure, const uint64_t *checkpoints,
                               size_t count, size_t runs) {
  figure->experiment.checkpoints = checkpoints;
  figure->experiment.checkpoint_count = (uint32_t)count;
  figure->experiment.steps = checkpoints[count - 1];
  double *rows = malloc(runs * count * 3 * sizeof *rows);
  const sid_status status = sid_experiment_validate(&figure->experiment);
  if (!rows || status || vf_ensemble(&figure->experiment, 0, runs, vf_jobs(context), rows, NULL)) {
    vf_error(context, "ensemble", status ? sid_status_text(status) : "out of memory");
    free(rows);
    return NULL;
  }
  return rows;
}

enum { FIGURE_TIMES = 5, FIGURE_RUNS = 400 };
static const uint64_t nrq_figure_times[FIGURE_TIMES] = {20, 200, 1000, 2000, 3000};

/* Moments over the runs of column `which` of the rows at checkpoint c; with 0 of the risk 1-f. */
static vf_moments nrq_figure_moments(const double *rows, size_t count, size_t c, size_t which,
                                     double *scratch) {
  for (size_t i = 0; i < FIGURE_RUNS; i++) {
    const double value = rows[(i * count + c) * 3 + which];
    scratch[i] = which == 0 ? 1.0 - value : value;
  }
  return vf_moments_of(scratch, FIGURE_RUNS);
}

/* M_t by (17) for p = 10, sigma = .3. */
static double nrq_figure_m(double eta, double lam, double m0, double t) {
  const double c = 9.0 * 0.09 * eta / (2.0 * lam);
  return sqrt(exp(-4.0 * eta * lam * t) * (m0 * m0 - c) + c);
}

/* |x|^2 and the mean squared angle over the runs against (17) and (14), (15); the risks come out.
 * The loss raises |x|^2 by e/4 of it at equilibrium, and on the way there by less than as much
 * again. The start M_0 = 1 has e = 1/2 and is far from the SDE in its first steps: it is compared
 * from t = 1000 on. Effect for the angle: the angle of the initial norm. */
static void nrq_figure_series(vf_context *context, double eta, double lam, double m0,
                              const double *rows, vf_moments *risk) {
  double scratch[FIGURE_RUNS];
  const double limit = eta / nrq_figure_m(eta, lam, m0, (double)INFINITY);
  for (size_t k = 0; k < FIGURE_TIMES; k++) {
    char name[TEXT];
    const double t = (double)nrq_figure_times[k], m = nrq_figure_m(eta, lam, m0, t),
                 before = nrq_figure_m(eta, lam, m0, t - 1.0);
    const vf_moments norm = nrq_figure_moments(rows, FIGURE_TIMES, k, 1, scratch);
    risk[k] = nrq_figure_moments(rows, FIGURE_TIMES, k, 0, scratch);
    if (m0 == 1.0 && t < 1000.0) continue;
    snprintf(name, sizeof name, "|x|^2, M0=%g t=%g", m0, t);
    vf_within(context, name, norm.mean, m, 3.0 * norm.standard_error + m * limit / 2.0,
              "3 standard errors, the loss's part e/2");
    double pull = 0.0; /* mean of |grad L|^2 |x|^2 = f (1-f) */
    for (size_t i = 0; i < FIGURE_RUNS; i++) {
      const double f = rows[(i * FIGURE_TIMES + k) * 3],
                   angle = rows[(i * FIGURE_TIMES + k) * 3 + 2];
      pull += f * (1.0 - f) / FIGURE_RUNS;
      scratch[i] = angle * angle;
    }
    const vf_moments angle = vf_moments_of(scratch, FIGURE_RUNS);
    const double expected = (0.81 + pull) * eta * eta / (before * before),
                 start = 0.81 * eta * eta / (m0 * m0);
    snprintf(name, sizeof name, "mean squared angle, M0=%g t=%g", m0, t);
    if (t >= 200.0)
      vf_monte_carlo(context, name, angle.mean, angle.standard_error, expected, expected - start,
                     "effect: the norm stays at M0");
  }
}

/* The SDE (16) of figure 2 with a drift a (1, or 1/2 for the printed one) and M of (17): mean risk
 * at the times of the figure from uniform directions. */
typedef struct {
  double eta, lam, m0, a;
} nrq_sde;

enum { CELLS = 500 };

/* Forward equation of phi, f = sin^2 phi, in cells: fluxes to the right, up[i] r_i, and to the
 * left, down[i] r_(i+1), over the wall between the cells i and i+1, exponentially fitted so that
 * the stationary density is kept. */
static void nrq_sde_fluxes(const nrq_sde *sde, double t, double *up, double *down) {
  const double h = PI / 2.0 / CELLS, e = sde->eta / nrq_figure_m(sde->eta, sde->lam, sde->m0, t),
               spread = 0.045 * e * e;
  for (int i = 0; i + 1 < CELLS; i++) {
    const double phi = h * (i + 1),
                 drift = sde->a * e * sin(phi) * cos(phi) - 8.0 * spread * tan(phi);
    const double z = drift * h / spread;
    up[i] = fabs(z) < 1e-9 ? spread / (h * h) : drift / h / -expm1(-z);
    down[i] = fabs(z) < 1e-9 ? spread / (h * h) : drift / h / expm1(z);
  }
}

/* One step of length 1 of the Crank-Nicolson rule for r. */
static void nrq_sde_advance(const double *up, const double *down, double *r) {
  double gain[CELLS], upper[CELLS] = {0.0};
  for (int i = 0; i < CELLS; i++) {
    const double in =
        (i > 0 ? up[i - 1] * r[i - 1] : 0.0) + (i + 1 < CELLS ? down[i] * r[i + 1] : 0.0);
    const double out = ((i > 0 ? down[i - 1] : 0.0) + (i + 1 < CELLS ? up[i] : 0.0)) * r[i];
    gain[i] = r[i] + 0.5 * (in - out);
  }
  for (int i = 0; i < CELLS; i++) { /* elimination of the tridiagonal system */
    const double left = i > 0 ? -0.5 * up[i - 1] : 0.0,
                 right = i + 1 < CELLS ? -0.5 * down[i] : 0.0;
    const double middle = 1.0 + 0.5 * ((i > 0 ? down[i - 1] : 0.0) + (i + 1 < CELLS ? up[i] : 0.0));
    const double pivot = middle - (i > 0 ? left * upper[i - 1] : 0.0);
    upper[i] = right / pivot;
    gain[i] = (gain[i] - (i > 0 ? left * gain[i - 1] : 0.0)) / pivot;
  }
  r[CELLS - 1] = gain[CELLS - 1];
  for (int i = CELLS - 1; i-- > 0;) r[i] = gain[i] - upper[i] * r[i + 1];
}

/* Risks at nrq_figure_times of job i. */
static void nrq_sde_risks(void *user, size_t i, double *risks) {
  const nrq_sde *sde = (const nrq_sde *)user + i;
  double r[CELLS], up[CELLS], down[CELLS], total = 0.0;
  size_t next = 0;
  for (int j = 0; j < CELLS; j++)
    total += r[j] = pow(cos((j + 0.5) * PI / 2.0 / CELLS), 8.0); /* uniform on the sphere */
  for (uint64_t t = 0; next < FIGURE_TIMES; t++) {
    if (t == nrq_figure_times[next]) {
      risks[next] = 0.0;
      for (int j = 0; j < CELLS; j++)
        risks[next] += r[j] / total * pow(cos((j + 0.5) * PI / 2.0 / CELLS), 2.0);
      next++;
    }
    nrq_sde_fluxes(sde, (double)t + 0.5, up, down);
    nrq_sde_advance(up, down, r);
  }
}

/* The risks of figure 2 (i)-(l) against the SDE's, solved on a grid (to .1 %), times 1 + a e/4 with
 * the e of the time. Effects: the printed drift, half as strong, and up to t = 200 no influence of
 * the initial norm. Those from M_0 = 1 from t = 1000 on. */
static void nrq_figure_risks(vf_context *context, double eta, double lam, const double *starts,
                             vf_moments risk[][FIGURE_TIMES]) {
  nrq_sde jobs[6];
  double risks[6][FIGURE_TIMES];
  for (size_t s = 0; s < 6; s++) jobs[s] = (nrq_sde){eta, lam, starts[s / 2], s % 2 ? 0.5 : 1.0};
  vf_map(6, vf_jobs(context), risks[0], FIGURE_TIMES, nrq_sde_risks, jobs);
  for (size_t s = 0; s < 3; s++)
    for (size_t k = 0; k < FIGURE_TIMES; k++) {
      char name[TEXT];
      const double t = (double)nrq_figure_times[k], law = risks[2 * s][k];
      const double other = fmax(fabs(risks[0][k] - law), fabs(risks[4][k] - law));
      const double effect = t > 200.0 ? risks[2 * s + 1][k] - law : other;
      if (starts[s] == 1.0 && t < 1000.0) continue;
      snprintf(name, sizeof name, "risk, M0=%g t=%g", starts[s], t);
      vf_monte_carlo(context, name, risk[s][k].mean, risk[s][k].standard_error,
                     law * (1.0 + eta / nrq_figure_m(eta, lam, starts[s], t) / 4.0), effect,
                     t > 200.0 ? "effect: the printed drift"
                               : "effect: the risk of another initial norm");
    }
}

/* The curves of figure 2 (i)-(l): risk, rms angular update and mean |x| of 100 runs of the real
 * dynamics for each M_0. */
static void nrq_figure_data(vf_context *context, double eta, double lam, const double *starts) {
  static const char *const columns[] = {"t",           "M0=1: risk",   "M0=1: angular update",
                                        "M0=1: norm",  "M0=25: risk",  "M0=25: angular update",
                                        "M0=25: norm", "M0=400: risk", "M0=400: angular update",
                                        "M0=400: norm"};
  enum { POINTS = 76, GAP = 40, CURVES = 100, COLUMNS = 10 };
  uint64_t times[POINTS];
  double *values = calloc((size_t)POINTS * COLUMNS, sizeof *values);
  for (size_t c = 0; c < POINTS; c++) times[c] = c * GAP;
  for (size_t s = 0; s < 3 && values; s++) {
    nrq_figure figure;
    nrq_figure_set(&figure, eta, lam, starts[s]);
    double *rows = nrq_figure_rows(context, &figure, times, POINTS, CURVES);
    for (size_t k = 0; rows && k < (size_t)CURVES * POINTS; k++) {
      double *out = values + (k % POINTS) * COLUMNS;
      const double *row = rows + 3 * k;
      out[0] = (double)times[k % POINTS];
      out[1 + 3 * s] += (1.0 - row[0]) / CURVES;
      out[2 + 3 * s] += row[2] * row[2] / CURVES;
      out[3 + 3 * s] += sqrt(row[1]) / CURVES;
    }
    for (size_t c = 0; c < POINTS; c++)
      values[c * COLUMNS + 2 + 3 * s] = sqrt(values[c * COLUMNS + 2 + 3 * s]);
    free(rows);
  }
  if (values)
    vf_series(context, "nrq figure 2 (i)-(l)", columns, COLUMNS, values, POINTS);
  else
    vf_error(context, "series", "out of memory");
  free(values);
}

/* Figure 2 (i)-(l): the initial norm changes the beginning and not the limit. With M_0 = 400 the
 * angular update stays below its limit for some 1/el steps, and the risk far above that of M_0 = 1.
 * At t = 3000 all three stand at the stationary risk of Theorem 2 times 1 + a e/4. Effect: a limit
 * set by the initial norm. */
static void nrq6_initial_norm(vf_context *context) {
  static const double starts[] = {1.0, 25.0, 400.0};
  const double eta = 0.5, lam = 2e-3, e = eta / nrq_figure_m(eta, lam, 1.0, (double)INFINITY);
  const double limit = vf_expected(context, "nrq6.risk-stationary") * (1.0 + e / 4.0);
  const double slow = 0.81 * eta / 400.0 / 2.0; /* leading risk if e stayed at eta/400 */
  vf_moments risk[3][FIGURE_TIMES];
  for (size_t s = 0; s < 3; s++) {
    nrq_figure figure;
    char name[TEXT];
    nrq_figure_set(&figure, eta, lam, starts[s]);
    double *rows = nrq_figure_rows(context, &figure, nrq_figure_times, FIGURE_TIMES, FIGURE_RUNS);
    if (!rows) return;
    nrq_figure_series(context, eta, lam, starts[s], rows, risk[s]);
    free(rows);
    snprintf(name, sizeof name, "stationary risk, M0=%g t=3000", starts[s]);
    vf_monte_carlo(context, name, risk[s][4].mean, risk[s][4].standard_error, limit, limit - slow,
                   "effect: a limit set by M0 = 400");
  }
  nrq_figure_risks(context, eta, lam, starts, risk);
  nrq_figure_data(context, eta, lam, starts);
  for (size_t k = 0; k < 3; k++) {
    char name[TEXT];
    const vf_moments *low = &risk[0][k], *high = &risk[2][k];
    snprintf(name, sizeof name, "risk, M0=1 against M0=400, t=%g", (double)nrq_figure_times[k]);
    vf_at_most(context, name, low->mean + 3.0 * low->standard_error,
               (high->mean - 3.0 * high->standard_error) / 2.0,
               "less than half, with 3 standard errors on either side");
  }
}

/* Corollary 3: X_0 -> k X_0, eta -> k^2 eta, lam -> lam/k^2 changes no direction. With k a power of
 * two all numbers are scaled exactly: f, the angles and M/k^2 have the same bits. With k = 3 each
 * step rounds differently, and the contraction towards e_1 keeps the difference at some roundings
 * per step: 64 per step over the 1/(2 e) steps that it remembers, early on as many as there are
 * steps. */
static void nrq6_corollary_3(vf_context *context) {
  static const double factors[] = {2.0, 4.0, 3.0};
  static const uint64_t times[] = {1, 20, 100, 400, 1000};
  enum { COUNT = 5, RUNS = 8, NUMBERS = COUNT * RUNS * 3 };
  nrq_figure figure;
  nrq_figure_set(&figure, 0.5, 2e-3, 1.0);
  double *base = nrq_figure_rows(context, &figure, times, COUNT, RUNS);
  for (size_t i = 0; base && i < 3; i++) {
    const double k = factors[i];
    char name[TEXT];
    double worst = 0.0;
    nrq_figure_set(&figure, 0.5 * (k * k), 2e-3 / (k * k), 1.0);
    figure.experiment.start.size = k; /* the radius: sqrt(M_0) = 1 times k */
    double *rows = nrq_figure_rows(context, &figure, times, COUNT, RUNS);
    for (size_t j = 0; rows && j < NUMBERS; j++) {
      if (j % 3 == 1) rows[j] /= k * k;
      worst = fmax(worst, fabs(rows[j] - base[j]) / fmax(1.0, fabs(base[j])));
    }
    snprintf(name, sizeof name, "f, |x|^2/k^2, step angle, k=%g", k);
    if (rows && k != 3.0) vf_same_bits(context, name, rows, base, NUMBERS);
    if (rows && k == 3.0)
      vf_at_most(context, name, worst, 64.0 * ULP * 1000.0, "64 roundings in each of 1000 steps");
    free(rows);
  }
  free(base);
}

static const vf_check table[] = {
    {"nrq1.generator", "nrq, eq. (10), (11), (16), Lemma 1",
     "drift and diffusion of f and M by exact enumeration", VF_QUICK, nrq1_generator},
    {"nrq1.one-step-drift", "nrq, eq. (16)", "E[f+ - f] of one step of SGD", VF_QUICK,
     nrq1_one_step_drift},
    {"errata.nrq1-drift-factor-two", "nrq, eq. (16)",
     "the drift of f is 2 eta (q - a_1) f/M + .., print lacks the 2", VF_QUICK,
     nrq1_drift_factor_two},
    {"errata.nrq1-loss-bounds", "nrq, Section 3", "the bounds hold for q = 2L, not for L", VF_QUICK,
     nrq1_loss_bounds},
    {"errata.nrq1-m-definition", "nrq, Section 2.2", "M_t is |X_t|^2, not |X_t|", VF_QUICK,
     nrq1_m_definition},
    {"nrq2.transfer-operator", "nrq, Theorem 2",
     "stationary risk and norm of the discrete dynamics at p = 2", VF_QUICK,
     nrq2_transfer_operator},
    {"nrq2.risk-order", "nrq, Theorem 2",
     "real risk over that of the density is 1 + a e/4 + O(e^2)", VF_QUICK, nrq2_risk_order},
    {"nrq2.stationary-risk", "nrq, Theorem 2",
     "moments of 1-f in long runs are those of the density", VF_QUICK, nrq2_stationary_risk},
    {"nrq2.several-eigenvalues", "nrq, Theorem 2",
     "the stationary density is exp(-q M/(eta sigma^2))", VF_QUICK, nrq2_several_eigenvalues},
    {"nrq2.small-intrinsic-lr", "nrq, Theorem 2", "moments of 1-f at el = 1e-5", VF_FULL,
     nrq2_small_intrinsic_lr},
    {"errata.nrq2-kappa", "nrq, eq. (25)", "kappa contains a = a_h - a_l", VF_QUICK, nrq2_kappa},
    {"errata.nrq2-limit-risk", "nrq, eq. (26)",
     "r* is sqrt(p-1) sigma sqrt(2 el)/(2 a), no 1 minus", VF_QUICK, nrq2_limit_risk},
    {"nrq4.discrete-update", "nrq, eq. (13), (14)",
     "E tan^2 D = eta^2 (|grad L|^2 + tr Sigma)/((1-el)^2 |x|^2)", VF_QUICK, nrq4_discrete_update},
    {"nrq4.one-step", "nrq, Section 2.2", "mean and rms of the angle of one step at equilibrium",
     VF_QUICK, nrq4_one_step},
    {"nrq4.rms-order", "nrq, Lemma 1", "the rms of the angle goes to sqrt(2 el)", VF_QUICK,
     nrq4_rms_order},
    {"errata.nrq4-mean-or-rms", "nrq, Section 2.2", "sqrt(2 el) is the rms, the mean is smaller",
     VF_QUICK, nrq4_mean_or_rms},
    {"nrq6.initial-norm", "nrq, Figure 2 (i)-(l)",
     "the initial norm changes the beginning, not the limiting risk", VF_QUICK, nrq6_initial_norm},
    {"nrq6.corollary-3", "nrq, Corollary 3", "X_0 k, eta k^2, lam/k^2: the same directions",
     VF_QUICK, nrq6_corollary_3},
};

VF_ROW(nrq, table);

/* fm (000): rows fm3 (Katzenberger's integrators and the discrete identities), fm4 (limit map of
 * the gradient flow), fm7 (time change of Theorem 3.2) and fm9 (mixing). el = lr*wd, q = eta/(2
 * lam), T = rescaled time (12), R(i) = the scale function (11), X~ = x/R(i). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/check.h"
#include "harness/estimators.h"

enum { TEXT = 192, DIM = 10, WORK = 128 };

static const double PI = 3.14159265358979323846;
static const double ULP = 0x1p-53; /* half an ulp of 1: one rounding */

/* ---- closed forms ---- */

/* R(i) of (11). */
static double fml_scale(double eta, double lam, double i) {
  const double q = eta / (2.0 * lam);
  return pow(q + exp(-4.0 * eta * lam * i) * (1.0 - q), 0.25);
}

/* tau(t) of (12) and its inverse. */
static double fml_tau(double eta, double lam, double t) {
  return 0.5 * log1p(expm1(4.0 * eta * lam * t) * eta / (2.0 * lam));
}

static double fml_tau_inverse(double eta, double lam, double big) {
  return log1p(2.0 * lam / eta * expm1(2.0 * big)) / (4.0 * eta * lam);
}

/* sqrt(el) times the limit of A: dA = R^2/eta dT with R^4 = q e^(2T)/(q + e^(2T) - 1) integrates to
 * ln((e^T + sqrt(e^(2T) - 1 + q))/(1 + sqrt q))/sqrt(2 el). */
static double fml_a_limit(double q, double big) {
  return log((exp(big) + sqrt(expm1(2.0 * big) + q)) / (1.0 + sqrt(q))) / sqrt(2.0);
}

typedef struct {
  double low, high;
} fml_interval;

/* |x_k|^4 of SGD from |x|^4 = y0 with tangential noise of length s/|x| and no loss: y+ = a^4 y + 2
 * a^2 eta^2 s^2 + eta^4 s^4/y, a = 1-el. Without the last term it is linear; the last term is
 * positive and at most eta^4 s^4/min y, where the linear part, monotonic in k, has its least value
 * at one of its ends. */
static fml_interval fml_norm4(double eta, double lam, double s, double y0, double k) {
  const double log_a = log1p(-eta * lam), e2 = eta * eta * s * s;
  const double decay = exp(4.0 * k * log_a),
               sum = lam > 0.0 ? (1.0 - decay) / -expm1(4.0 * log_a) : k;
  const double linear = decay * y0 + 2.0 * exp(2.0 * log_a) * e2 * sum;
  const fml_interval y = {linear, linear + e2 * e2 / fmin(y0, linear) * sum};
  return y;
}

/* The larger distance of the ends of an interval from a value. */
static double fml_reach(fml_interval interval, double value) {
  return fmax(fabs(interval.low - value), fabs(interval.high - value));
}

/* ---- problems ---- */

/* A problem and the arrays that it points to; not to be copied once set. */
typedef struct {
  sid_problem problem;
  double features[DIM * DIM], labels[DIM], spectrum[DIM];
  double
      gradient_size; /* bound on the terms that a stochastic gradient is summed from, times |x| */
} fml_problem;

static void fml_noise_only(fml_problem *p, int32_t noise, uint32_t dim, double sigma) {
  memset(p, 0, sizeof *p);
  p->problem.kind = SID_NOISE_ONLY;
  p->problem.noise = noise;
  p->problem.dim = dim;
  p->problem.sigma = sigma;
  p->gradient_size = 8.0 * sigma * (noise == SID_NOISE_SPHERE ? 1.0 : (double)dim);
}

/* The model of Section 6.1 with deterministic features (z_i = sqrt(D-2) e_i, x* = .6 e_1 + .8
 * e_(D-1)) and the noise of (18). */
static void fml_linear(fml_problem *p, uint32_t dim, double sigma) {
  fml_noise_only(p, SID_NOISE_GAUSSIAN, dim, sigma);
  const double length = sqrt((double)(dim - 2));
  for (uint32_t i = 0; i < dim - 2; i++) p->features[i * dim + i] = length;
  p->labels[0] = 0.6 * length;
  p->problem.kind = SID_NORMALISED_LINEAR;
  p->problem.samples = dim - 2;
  p->problem.features = p->features;
  p->problem.labels = p->labels;
  p->gradient_size += 2.0 * (double)(dim - 2);
}

/* A finite family: Xi samples of D features with entries between -1 and 1, labels that no x
 * fits. */
static void fml_family(fml_problem *p, uint32_t dim, uint32_t samples) {
  fml_noise_only(p, SID_NOISE_SAMPLES, dim, 0.0);
  for (uint32_t i = 0; i < samples; i++) {
    for (uint32_t j = 0; j < dim; j++) p->features[i * dim + j] = sin(1.0 + 3.0 * i + 1.7 * j * j);
    p->labels[i] = cos(2.0 * i);
  }
  p->problem.kind = SID_NORMALISED_LINEAR;
  p->problem.samples = samples;
  p->problem.features = p->features;
  p->problem.labels = p->labels;
  p->gradient_size = 2.0 * (double)dim + 2.0 * sqrt((double)dim);
}

/* Rayleigh quotient with noise of fixed length. */
static void fml_rayleigh(fml_problem *p, uint32_t dim, double sigma) {
  fml_noise_only(p, SID_NOISE_SPHERE, dim, sigma);
  for (uint32_t j = 0; j < dim; j++) p->spectrum[j] = 1.0 + 0.5 * j;
  p->problem.kind = SID_RAYLEIGH;
  p->problem.spectrum = p->spectrum;
  p->gradient_size += 2.0 * p->spectrum[dim - 1];
}

/* ---- runs by sid_step() ---- */

/* A run, its state before and after the last step, and the stochastic gradient that this step has
 * at other points. */
typedef struct {
  const fml_problem *p;
  double eta, lam;
  uint64_t step;
  double x[DIM], before[DIM];
  sid_stream stream, stream_before;
  sid_status status;
} fml_run;

/* Starts from squared length r in a direction without zeros. */
static void fml_begin(fml_run *run, const fml_problem *p, double eta, double lam, double r,
                      uint64_t seed) {
  const uint64_t key[2] = {SID_KEY_NOISE, 0};
  const uint32_t d = p->problem.dim;
  memset(run, 0, sizeof *run);
  run->p = p;
  run->eta = eta;
  run->lam = lam;
  for (uint32_t j = 0; j < d; j++) run->x[j] = 1.0 / (double)(j + 1);
  const double k = sqrt(r / sid_dot(run->x, run->x, d));
  for (uint32_t j = 0; j < d; j++) run->x[j] *= k;
  run->status = sid_stream_init(&run->stream, seed, key, 2);
}

/* One real step. 1 if it was taken. */
static int fml_step(fml_run *run) {
  const sid_dynamics sgd = {.kind = SID_SGD, .batch = 1};
  double work[WORK];
  memcpy(run->before, run->x, sizeof run->x);
  run->stream_before = run->stream;
  if (run->status == SID_OK)
    run->status = sid_step(&run->p->problem, &sgd, run->eta, run->lam, run->x, &run->stream, work);
  run->step++;
  return run->status == SID_OK;
}

/* grad L and the noise sqrt(Xi) sigma_xi that the last step draws, at the point y. For a finite
 * family literally as in (2): sigma(y) has the columns (g_i - grad L)/sqrt(Xi), and the noise is
 * sigma(y) sqrt(Xi) (1_xi - 1/Xi). */
static void fml_draw(const fml_run *run, const double *y, double *gradient, double *noise) {
  const sid_problem *problem = &run->p->problem;
  const uint32_t d = problem->dim;
  sid_stream stream = run->stream_before;
  double work[WORK], sample[DIM];
  sid_problem_gradient(problem, y, gradient, work);
  if (problem->noise != SID_NOISE_SAMPLES) {
    sid_problem_noisy_gradient(problem, y, 1, &stream, noise, work);
    for (uint32_t j = 0; j < d; j++) noise[j] -= gradient[j];
    return;
  }
  const uint64_t xi = sid_stream_index(&stream, problem->samples);
  for (uint32_t j = 0; j < d; j++) noise[j] = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double z =
        (i == xi ? 1.0 : 0.0) - 1.0 / (double)problem->samples; /* sqrt(Xi) twice: Xi/Xi */
    sid_problem_sample_gradient(problem, i, y, sample);
    for (uint32_t j = 0; j < d; j++) noise[j] += (sample[j] - gradient[j]) * z;
  }
}

/* ---- fm3: the discrete identities (6) and (14) ---- */

/* Sums of the three integrals along a run, with the increments dA, dB, dZ of steps 0..n-1. */
typedef struct {
  double start[DIM], now[DIM]; /* X(0), X(t), or X~ */
  double a[DIM], b[DIM], z[DIM];
  double rounding; /* bound on the rounding error of X(t) - X(0) + the sums */
} fml_identity;

/* The increments of (7), or of (15)-(17) where `scaled`, at step i: dA, dB; that of Z is dA times
 * the draw. */
static void fml_increments(double eta, double lam, int scaled, double i, double *da, double *db) {
  const double el = eta * lam;
  *da = eta;
  *db = el;
  if (!scaled) return;
  const double r = fml_scale(eta, lam, i), next = fml_scale(eta, lam, i + 1.0);
  *da = eta / (r * next);
  *db = el - (1.0 - el) * (r / next - 1.0);
}

/* The point at which the integrands stand: X = x, or X~ = x/R(i). */
static void fml_point(const fml_run *run, const double *x, int scaled, double i, double *point) {
  const double r = scaled ? fml_scale(run->eta, run->lam, i) : 1.0;
  for (uint32_t j = 0; j < run->p->problem.dim; j++) point[j] = x[j] / r;
}

/* Adds the last step of the run. The increments are those of step i + shift; shift 1 is the printed
 * range of the sums. Rounding: 16 operations on |X~| (the step, the division by R, whose pow() has
 * an error of a few ulp, dB), (2D + 48) on the terms of the gradient and the noise, taken twice (in
 * the step and here), and the sums. */
static void fml_add(fml_identity *sums, const fml_run *run, int scaled, int shift) {
  const uint32_t d = run->p->problem.dim;
  const double i = (double)(run->step - 1);
  double point[DIM], gradient[DIM], noise[DIM], da, db;
  fml_increments(run->eta, run->lam, scaled, i + shift, &da, &db);
  fml_point(run, run->before, scaled, i, point);
  fml_point(run, run->x, scaled, i + 1.0, sums->now);
  fml_draw(run, point, gradient, noise);
  double sum = 0.0;
  for (uint32_t j = 0; j < d; j++) {
    sums->a[j] += gradient[j] * da;
    sums->b[j] += point[j] * db;
    sums->z[j] += noise[j] * da;
    sum = fmax(sum, fabs(sums->a[j]) + fabs(sums->b[j]) + fabs(sums->z[j]));
  }
  const double size = sqrt(sid_dot(point, point, d));
  sums->rounding +=
      ULP * (16.0 * size + (4.0 * d + 96.0) * da * run->p->gradient_size / size + sum);
}

/* Runs `steps` steps and sums; 0 with an error in the report if a step fails. */
static int fml_identity_run(vf_context *context, fml_identity *sums, fml_run *run, uint64_t steps,
                            int scaled, int shift) {
  memset(sums, 0, sizeof *sums);
  fml_point(run, run->x, scaled, 0.0, sums->start);
  while (run->step < steps && fml_step(run)) fml_add(sums, run, scaled, shift);
  if (run->status) vf_error(context, "step", sid_status_text(run->status));
  return run->status == SID_OK;
}

/* Largest coordinate of X(t) - (X(0) + sign * (the integrals of Z and B) - the integral of A). */
static double fml_residual(const fml_identity *sums, uint32_t dim, double sign) {
  double worst = 0.0;
  for (uint32_t j = 0; j < dim; j++)
    worst = fmax(worst, fabs(sums->now[j] -
                             (sums->start[j] + sign * (sums->z[j] + sums->b[j]) - sums->a[j])));
  return worst;
}

typedef struct {
  const char *name;
  double eta, lam, r; /* r = |x_0|^2 */
  uint64_t steps;
  void (*set)(fml_problem *p, uint32_t dim, double sigma);
  uint32_t dim;
  double sigma; /* the number of samples of a finite family */
} fml_case;

static void fml_set_family(fml_problem *p, uint32_t dim, double samples) {
  fml_family(p, dim, (uint32_t)samples);
}

static const fml_case fml_cases[] = {
    {"normalised linear (18), D=10", 0.01, 0.05, 1.0, 4150, fml_linear, 10, 0.3},
    {"finite family, D=5 Xi=4", 0.05, 0.3, 1.0, 700, fml_set_family, 5, 4.0},
    {"Rayleigh quotient, D=4", 0.2, 0.1, 2.5, 400, fml_rayleigh, 4, 0.7},
};

/* (6) with (7), right signs, and (14) with (15)-(17): exact for every real trajectory. */
static void fml_identities(vf_context *context, int scaled) {
  for (size_t i = 0; i < sizeof fml_cases / sizeof fml_cases[0]; i++) {
    const fml_case *c = fml_cases + i;
    char name[TEXT];
    fml_problem p;
    fml_run run;
    fml_identity sums;
    c->set(&p, c->dim, c->sigma);
    fml_begin(&run, &p, c->eta, c->lam, c->r, 31);
    if (!fml_identity_run(context, &sums, &run, c->steps, scaled, 0)) continue;
    snprintf(name, sizeof name, "%s, eta=%g lam=%g, %g steps", c->name, c->eta, c->lam,
             (double)c->steps);
    vf_within(context, name, fml_residual(&sums, c->dim, -1.0), 0.0, sums.rounding,
              "all roundings of the steps");
  }
}

static void fm3_identity_6(vf_context *context) { fml_identities(context, 0); }

static void fm3_identity_14(vf_context *context) { fml_identities(context, 1); }

/* (6) as printed adds the integrals of Z and B; they must be subtracted, as (2) subtracts decay and
 * noise. For one step and for a whole run, each coordinate of the real X(t); one step is off by 2
 * (el x + eta sqrt(Xi) sigma_xi). */
static void fm3_integrator_signs(vf_context *context) {
  static const uint64_t steps[] = {1, 300};
  for (size_t k = 0; k < 6; k++) {
    const fml_case *c = fml_cases + k / 2;
    char name[TEXT];
    fml_problem p;
    fml_run run;
    fml_identity sums;
    c->set(&p, c->dim, c->sigma);
    fml_begin(&run, &p, c->eta, c->lam, c->r, 32);
    if (!fml_identity_run(context, &sums, &run, steps[k % 2], 0, 0)) continue;
    for (uint32_t j = 0; j < 2; j++) {
      const double fixed = sums.start[j] - sums.a[j], other = sums.z[j] + sums.b[j];
      snprintf(name, sizeof name, "X_%u after %g steps, %s", (unsigned)j, (double)steps[k % 2],
               c->name);
      vf_erratum(context, name, sums.now[j], fixed - other, fixed + other, sums.rounding,
                 "all roundings of the steps");
    }
  }
}

/* (14) as printed starts at X~(t), which says that the three integrals cancel. */
static void fm3_eq14_start(vf_context *context) {
  for (size_t k = 0; k < sizeof fml_cases / sizeof fml_cases[0]; k++) {
    const fml_case *c = fml_cases + k;
    char name[TEXT];
    fml_problem p;
    fml_run run;
    fml_identity sums;
    c->set(&p, c->dim, c->sigma);
    fml_begin(&run, &p, c->eta, c->lam, c->r, 33);
    if (!fml_identity_run(context, &sums, &run, 50, 1, 0)) continue;
    for (uint32_t j = 0; j < 2; j++) {
      const double integrals = sums.a[j] + sums.b[j] + sums.z[j];
      snprintf(name, sizeof name, "X~_%u after 50 steps, %s", (unsigned)j, c->name);
      vf_erratum(context, name, sums.now[j], sums.start[j] - integrals, sums.now[j] - integrals,
                 sums.rounding, "all roundings of the steps");
    }
  }
}

/* ---- fm3: the integrators themselves, read off real steps ---- */

typedef struct {
  double first_a, a, b, z; /* increment of A in the first step; A; B; [Z], the sum of dA^2 */
  double b_gap, z_gap;     /* sup |B - tau/2| and sup |[Z] - tau| after whole steps */
  double a_rounding, b_rounding, z_rounding; /* bounds on the rounding errors */
} fml_integrators;

/* Adds the increments of step i. */
static void fml_take(fml_integrators *sums, double eta, double lam, uint64_t i, double da,
                     double db) {
  const double tau = fml_tau(eta, lam, (double)i + 1.0);
  if (i == 0) sums->first_a = da;
  sums->a += da;
  sums->b += db;
  sums->z += da * da;
  sums->b_gap = fmax(sums->b_gap, fabs(sums->b - 0.5 * tau));
  sums->z_gap = fmax(sums->z_gap, fabs(sums->z - tau));
}

/* The increments as the last step made them: gradient and noise are tangential, so dB = 1 - <X~+,
 * X~>/|X~|^2, and dA is the rest X~ - dB X~ - X~+ along the stochastic gradient t at X~. Rounding:
 * 32 operations on |X~|, which reach dA divided by |t|, and the sums. */
static void fml_measure(fml_integrators *sums, const fml_run *run, double *t, double *rest) {
  const uint32_t d = run->p->problem.dim;
  const double i = (double)(run->step - 1);
  double point[DIM] = {0}, next[DIM] = {0}, noise[DIM];
  fml_point(run, run->before, 1, i, point);
  fml_point(run, run->x, 1, i + 1.0, next);
  fml_draw(run, point, t, noise);
  const double r = sid_dot(point, point, d), db = 1.0 - sid_dot(next, point, d) / r;
  for (uint32_t j = 0; j < d; j++) {
    t[j] += noise[j];
    rest[j] = point[j] - db * point[j] - next[j];
  }
  const double length2 = sid_dot(t, t, d), da = sid_dot(rest, t, d) / length2;
  const double da_rounding = ULP * (32.0 * sqrt(r / length2) + 16.0 * fabs(da));
  fml_take(sums, run->eta, run->lam, run->step - 1, da, db);
  sums->a_rounding += da_rounding + ULP * fabs(sums->a);
  sums->b_rounding += ULP * (32.0 + fabs(sums->b));
  sums->z_rounding += 2.0 * fabs(da) * da_rounding + ULP * sums->z;
}

/* Runs on to `steps` steps. */
static int fml_measure_run(vf_context *context, fml_integrators *sums, fml_run *run,
                           uint64_t steps) {
  double t[DIM], rest[DIM];
  while (run->step < steps && fml_step(run)) fml_measure(sums, run, t, rest);
  if (run->status) vf_error(context, "step", sid_status_text(run->status));
  return run->status == SID_OK;
}

/* The same by (15)-(17), n steps; shift 1 is the printed range of the sums. */
static fml_integrators fml_by_formula(double eta, double lam, uint64_t n, int shift) {
  fml_integrators sums;
  memset(&sums, 0, sizeof sums);
  for (uint64_t i = 0; i < n; i++) {
    double da, db;
    fml_increments(eta, lam, 1, (double)i + shift, &da, &db);
    fml_take(&sums, eta, lam, i, da, db);
  }
  return sums;
}

/* Real steps against (15)-(17): every integrator and both suprema, to rounding (tau has a few ulp
 * of its own). */
static void fml_compare_integrators(vf_context *context, double eta, double lam,
                                    const fml_integrators *got, uint64_t n) {
  const fml_integrators formula = fml_by_formula(eta, lam, n, 0);
  const struct {
    const char *what;
    double measured, expected, tolerance;
  } rows[] = {{"A", got->a, formula.a, 2.0 * got->a_rounding},
              {"B", got->b, formula.b, 2.0 * got->b_rounding},
              {"[Z]", got->z, formula.z, 2.0 * got->z_rounding},
              {"sup |B - tau/2|", got->b_gap, formula.b_gap, 2.0 * got->b_rounding},
              {"sup |[Z] - tau|", got->z_gap, formula.z_gap, 2.0 * got->z_rounding}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char name[TEXT];
    snprintf(name, sizeof name, "%s, eta=%g lam=%g, %g steps", rows[i].what, eta, lam, (double)n);
    vf_within(context, name, rows[i].measured, rows[i].expected, rows[i].tolerance,
              "roundings of steps and sums");
  }
}

/* The value published under fm3.<what>. */
static double fml_key(vf_context *context, const char *what, const char *eta, const char *lam,
                      const char *big) {
  char key[TEXT];
  snprintf(key, sizeof key, "fm3.%s.eta-%s.lam-%s.tau-%s", what, eta, lam, big);
  return vf_expected(context, key);
}

/* A sqrt(el), sup |B - tau/2| and sup |[Z] - tau| after whole steps: at the last step before the
 * rescaled time T, or one step later. Only A where `gaps` is 0. */
static void fml_compare_keys(vf_context *context, const fml_integrators *got, const char *eta,
                             const char *lam, const char *big, int late, int gaps) {
  const double root = sqrt(atof(eta) * atof(lam));
  const char *basis = "roundings of steps and sums", *when = late ? ", a step later" : "";
  char name[TEXT];
  snprintf(name, sizeof name, "A sqrt(el), eta=%s lam=%s T=%s%s", eta, lam, big, when);
  vf_within(context, name, got->a * root,
            fml_key(context, late ? "a-scaled-ceil" : "a-scaled", eta, lam, big),
            got->a_rounding * root, basis);
  if (!gaps) return;
  snprintf(name, sizeof name, "sup |B - tau/2|, eta=%s lam=%s T=%s%s", eta, lam, big, when);
  vf_within(context, name, got->b_gap,
            fml_key(context, late ? "b-minus-half-tau-ceil" : "b-minus-half-tau", eta, lam, big),
            got->b_rounding, basis);
  if (late) return;
  snprintf(name, sizeof name, "sup |[Z] - tau|, eta=%s lam=%s T=%s", eta, lam, big);
  vf_within(context, name, got->z_gap, fml_key(context, "qv-minus-tau", eta, lam, big),
            got->z_rounding, basis);
}

/* (15)-(17) along real steps to the rescaled time T, and one step further. */
static void fml_integrators_case(vf_context *context, const char *eta, const char *lam,
                                 const char *big, int gaps) {
  const uint64_t n = (uint64_t)fml_tau_inverse(atof(eta), atof(lam), atof(big));
  fml_problem p;
  fml_run run;
  fml_integrators got;
  fml_noise_only(&p, SID_NOISE_SPHERE, 2, 1.0);
  fml_begin(&run, &p, atof(eta), atof(lam), 1.0, 34);
  memset(&got, 0, sizeof got);
  if (!fml_measure_run(context, &got, &run, n)) return;
  fml_compare_integrators(context, atof(eta), atof(lam), &got, n);
  fml_compare_keys(context, &got, eta, lam, big, 0, gaps);
  if (!fml_measure_run(context, &got, &run, n + 1)) return;
  fml_compare_keys(context, &got, eta, lam, big, 1, gaps);
}

static void fm3_integrators(vf_context *context) {
  fml_integrators_case(context, "0.01", "0.05", "3", 1);
  fml_integrators_case(context, "0.001", "0.05", "3", 0);
  fml_integrators_case(context, "0.02", "0.2", "2", 1);
}

static void fm3_integrators_small(vf_context *context) {
  fml_integrators_case(context, "0.0001", "0.05", "3", 0);
}

/* The sums run over i = 0..n-1; the printed 1..n puts the increments of the next step into each
 * step. The first increment of A, A itself and B, read off real steps. */
static void fm3_sum_range(vf_context *context) {
  static const struct {
    double eta, lam;
    uint64_t n;
  } cases[] = {{0.01, 0.05, 4150}, {0.02, 0.2, 600}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double eta = cases[i].eta, lam = cases[i].lam;
    char name[TEXT];
    fml_problem p;
    fml_run run;
    fml_integrators got;
    fml_noise_only(&p, SID_NOISE_SPHERE, 3, 1.0);
    fml_begin(&run, &p, eta, lam, 1.0, 35);
    memset(&got, 0, sizeof got);
    if (!fml_measure_run(context, &got, &run, 1)) return;
    const double first_rounding = got.a_rounding;
    if (!fml_measure_run(context, &got, &run, cases[i].n)) return;
    const fml_integrators right = fml_by_formula(eta, lam, cases[i].n, 0);
    const fml_integrators printed = fml_by_formula(eta, lam, cases[i].n, 1);
    snprintf(name, sizeof name, "first increment of A, eta=%g lam=%g", eta, lam);
    char key[TEXT], key_printed[TEXT + 8];
    snprintf(key, sizeof key, "fm3.first-a-term.eta-%g.lam-%g", eta, lam);
    snprintf(key_printed, sizeof key_printed, "%s.printed", key);
    vf_erratum(context, name, got.first_a, vf_expected(context, key),
               vf_expected(context, key_printed), 2.0 * first_rounding, "roundings of one step");
    snprintf(name, sizeof name, "A after %g steps, eta=%g lam=%g", (double)cases[i].n, eta, lam);
    vf_erratum(context, name, got.a, right.a, printed.a, 2.0 * got.a_rounding,
               "roundings of steps and sums");
    snprintf(name, sizeof name, "B after %g steps, eta=%g lam=%g", (double)cases[i].n, eta, lam);
    vf_erratum(context, name, got.b, right.b, printed.b, 2.0 * got.b_rounding,
               "roundings of steps and sums");
  }
}

/* Lemma 4.3 at a fixed ratio lam/eta, on real steps: sup |B - tau/2| is of order el; [Z] - tau, and
 * A sqrt(el) against its limit, of order el^2. The steps are chosen so that tau = T after exactly K
 * of them. */
static void fm3_limits(vf_context *context) {
  static const struct { double ratio, big; } cases[] = {{0.2, 3.0}, {0.5, 1.0}}; /* eta/lam, T */
  enum { LEVELS = 5 };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double q = cases[i].ratio / 2.0, big = cases[i].big;
    double el[LEVELS], a[LEVELS], b[LEVELS], z[LEVELS];
    char name[TEXT];
    for (size_t k = 0; k < LEVELS; k++) {
      const uint64_t steps = (uint64_t)60 << (2 * k);
      el[k] = log1p(expm1(2.0 * big) / q) / (4.0 * (double)steps);
      fml_problem p;
      fml_run run;
      fml_integrators got;
      fml_noise_only(&p, SID_NOISE_SPHERE, 2, 1.0);
      fml_begin(&run, &p, sqrt(el[k] * cases[i].ratio), sqrt(el[k] / cases[i].ratio), 1.0, 36);
      memset(&got, 0, sizeof got);
      if (!fml_measure_run(context, &got, &run, steps)) return;
      a[k] = got.a * sqrt(el[k]) - fml_a_limit(q, big);
      b[k] = got.b_gap;
      z[k] = got.z_gap;
    }
    snprintf(name, sizeof name, "sup |B - tau/2|, order in el, eta/lam=%g T=%g", cases[i].ratio,
             big);
    vf_order(context, name, el, b, LEVELS, 1.0);
    snprintf(name, sizeof name, "sup |[Z] - tau|, order in el, eta/lam=%g T=%g", cases[i].ratio,
             big);
    vf_order(context, name, el, z, LEVELS, 2.0);
    snprintf(name, sizeof name, "A sqrt(el) to its limit, order in el, eta/lam=%g T=%g",
             cases[i].ratio, big);
    vf_order(context, name, el, a, LEVELS, 2.0);
  }
}

/* Lemma 4.3 (1): A increases infinitely fast. dA/dT = R^2/eta is at least 1/sqrt(2 el), so over a
 * window of length w A grows by at least (w - 4 el)/sqrt(2 el): the ends of the window fall between
 * steps, of length at most 2 el. */
static void fm3_fast_integrator(vf_context *context) {
  static const struct {
    double eta, lam, window;
  } cases[] = {{1e-2, 0.05, 0.25}, {1e-3, 0.05, 0.5}, {0.05, 0.4, 0.3}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double eta = cases[i].eta, lam = cases[i].lam, root = sqrt(2.0 * eta * lam);
    double least = (double)INFINITY, last = 0.0;
    char name[TEXT];
    fml_problem p;
    fml_run run;
    fml_integrators got;
    fml_noise_only(&p, SID_NOISE_SPHERE, 2, 1.0);
    fml_begin(&run, &p, eta, lam, 1.0, 37);
    memset(&got, 0, sizeof got);
    for (int k = 1; k <= 10; k++) {
      if (!fml_measure_run(context, &got, &run,
                           (uint64_t)fml_tau_inverse(eta, lam, k * cases[i].window)))
        return;
      least = fmin(least, got.a - last);
      last = got.a;
    }
    snprintf(name, sizeof name, "least growth of A sqrt(2 el) over %g, eta=%g lam=%g",
             cases[i].window, eta, lam);
    vf_at_least(context, name, least * root, cases[i].window - 4.0 * eta * lam,
                "dA/dT = R^2/eta >= 1/sqrt(2 el)");
  }
}

/* The sample that a step's stochastic gradient comes from: the one whose gradient at X~ is nearest
 * to rest/dA. */
static uint32_t fml_nearest_sample(const fml_run *run, const double *rest, double da) {
  const sid_problem *problem = &run->p->problem;
  double point[DIM], sample[DIM], best = (double)INFINITY;
  uint32_t nearest = 0;
  fml_point(run, run->before, 1, (double)(run->step - 1), point);
  for (uint32_t i = 0; i < problem->samples; i++) {
    double distance = 0.0;
    sid_problem_sample_gradient(problem, i, point, sample);
    for (uint32_t j = 0; j < problem->dim; j++) distance += fabs(sample[j] - rest[j] / da);
    if (distance < best) nearest = i;
    best = fmin(best, distance);
  }
  return nearest;
}

/* Lemma 4.3 (3): the increments of Z have the covariance dA^2 (I - 11'/Xi). From real steps of a
 * finite family: the sample of each step is told from the step; [Z_i, Z_j] = sum dA^2 Xi (1_xi -
 * 1/Xi)_i (1_xi - 1/Xi)_j against [Z] (delta_ij - 1/Xi). With u = 1/Xi the diagonal term has the
 * mean 1-u and the values (1-u)^2/u with probability u and u; the other -u, with the values -(1-u)
 * with probability 2u and u. Effect: Z not centred by 1/Xi. */
static void fm3_noise_integrator(vf_context *context) {
  const double eta = 0.01, lam = 0.05, u = 0.25;
  double diagonal = 0.0, other = 0.0, weight2 = 0.0, t[DIM], rest[DIM];
  fml_problem p;
  fml_run run;
  fml_integrators got;
  fml_family(&p, 5, 4);
  fml_begin(&run, &p, eta, lam, 1.0, 38);
  memset(&got, 0, sizeof got);
  const uint64_t steps = (uint64_t)fml_tau_inverse(eta, lam, 3.0);
  while (run.step < steps && fml_step(&run)) {
    const double before = got.a;
    fml_measure(&got, &run, t, rest);
    const double da = got.a - before;
    const uint32_t xi = fml_nearest_sample(&run, rest, da);
    diagonal += da * da * (xi == 0 ? (1.0 - u) * (1.0 - u) / u : u);
    other += da * da * (xi < 2 ? -(1.0 - u) : u);
    weight2 += da * da * da * da;
  }
  if (run.status) vf_error(context, "step", sid_status_text(run.status));
  const double spread = sqrt(weight2) / got.z;
  const double one = sqrt(pow(1.0 - u, 4.0) / u + u * u * (1.0 - u) - (1.0 - u) * (1.0 - u));
  vf_monte_carlo(context, "[Z_0]/[Z], Xi=4 eta=0.01 lam=0.05 T=3", diagonal / got.z, one * spread,
                 1.0 - u, u, "effect: 1 in place of 1 - 1/Xi");
  const double two = sqrt(2.0 * u * (1.0 - u) * (1.0 - u) + u * u * (1.0 - 2.0 * u) - u * u);
  vf_monte_carlo(context, "[Z_0, Z_1]/[Z], Xi=4 eta=0.01 lam=0.05 T=3", other / got.z, two * spread,
                 -u, u, "effect: 0 in place of -1/Xi");
}

/* ---- fm4: gradient flow and its limit map Phi ---- */

/* The normalised linear models a, b, c of the fixtures: features, labels, a start. The eigenvalues
 * of Z'Z/N other than 0 are at least CURVATURE/rho^2. */
typedef struct {
  const char *name;
  uint32_t dim, samples;
  double features[DIM * DIM], labels[DIM], x[DIM];
} fml_model;

static const fml_model fml_models[] = {
    {"a", 4, 2, {2, 0, 0, 0, 0, 2, 0, 0}, {1.2, 0}, {1, 1, 2, 1}},
    {"b",
     5,
     3,
     {1, 1, 0, 0, 0, 0, 1, 2, 0, 0, 1, 0, 0, 1, 0},
     {0.25, -0.5, 0.125},
     {0.5, -1, 0.25, 0.75, 1}},
    {"c", 3, 2, {1, -2, 0.5, 0, 3, 1}, {0, 0}, {-1, 0.5, 2}},
};

enum { MODELS = 3 };

static const double CURVATURE = 0.25;

static void fml_model_set(fml_problem *p, const fml_model *model) {
  fml_linear(p, model->dim, 0.0);
  memcpy(p->features, model->features, sizeof p->features);
  memcpy(p->labels, model->labels, sizeof p->labels);
  p->problem.noise = SID_NOISE_NONE;
  p->problem.samples = model->samples;
}

/* Phi(x), as published. */
static void fml_model_limit(vf_context *context, const fml_model *model, double *limit) {
  for (uint32_t j = 0; j < model->dim; j++) {
    char key[TEXT];
    snprintf(key, sizeof key, "fm4.phi.model-%s.coordinate-%u", model->name, (unsigned)j);
    limit[j] = vf_expected(context, key);
  }
}

static void fml_flow_linear(fml_problem *p) { fml_model_set(p, fml_models + 1); }

static void fml_flow_rayleigh(fml_problem *p) {
  fml_rayleigh(p, 4, 0.0);
  p->problem.noise = SID_NOISE_NONE;
}

static void fml_flow_kind(fml_problem *p, int32_t kind, uint32_t dim) {
  memset(p, 0, sizeof *p);
  p->problem.kind = kind;
  p->problem.dim = dim;
}

static void fml_flow_ratio2(fml_problem *p) { fml_flow_kind(p, SID_RATIO2, 2); }

static void fml_flow_trough3(fml_problem *p) { fml_flow_kind(p, SID_TROUGH3, 3); }

static void fml_flow_ridge3(fml_problem *p) { fml_flow_kind(p, SID_RIDGE3, 3); }

static const struct {
  const char *name;
  void (*set)(fml_problem *p);
} fml_flows[] = {{"normalised linear, D=5", fml_flow_linear},
                 {"Rayleigh quotient, D=4", fml_flow_rayleigh},
                 {"ratio2", fml_flow_ratio2},
                 {"trough3", fml_flow_trough3},
                 {"ridge3", fml_flow_ridge3}};

enum { FLOWS = 5 };

/* c times a start without zeros, of length 1.3, not near a minimiser or a saddle of any of the
 * problems. */
static void fml_flow_start(uint32_t dim, double c, double *x) {
  for (uint32_t j = 0; j < dim; j++) x[j] = cos(0.4 + 1.1 * j);
  const double k = 1.3 * c / sqrt(sid_dot(x, x, dim));
  for (uint32_t j = 0; j < dim; j++) x[j] *= k;
}

/* x after `steps` steps of length h of the gradient flow; the error estimate where error is not
 * NULL. */
static int fml_flow(vf_context *context, const fml_problem *p, double h, uint64_t steps, double *x,
                    double *error) {
  const sid_flow flow = {SID_FLOW_GRADIENT, &p->problem, 0.0, 0.0, 0.0};
  double work[WORK];
  sid_status status = SID_E_WORKSPACE;
  if (sid_flow_workspace(&p->problem) <= WORK)
    status = sid_flow_run(&flow, h, steps, x, error, work);
  if (status) vf_error(context, "flow", sid_status_text(status));
  return status == SID_OK;
}

/* Phi(x) in place, and the number of steps. */
static int fml_limit(vf_context *context, const fml_problem *p, double h, double tolerance,
                     double *x, uint64_t *steps) {
  double work[WORK];
  sid_status status = SID_E_WORKSPACE;
  if (sid_flow_workspace(&p->problem) <= WORK)
    status = sid_flow_limit(&p->problem, h, 100000, tolerance, x, steps, work);
  if (status) vf_error(context, "limit map", sid_status_text(status));
  return status == SID_OK;
}

/* phi(c x, c^2 t) = c phi(x, t) and Phi(c x) = c Phi(x), in steps of length c^2 h: bit for bit for
 * powers of two, as every operation scales. Phi(phi(x, t)) = Phi(x) too. */
static void fm4_scaling(vf_context *context) {
  static const double factors[] = {2.0, 0.25, 16.0};
  const double h = 0.05;
  for (size_t i = 0; i < FLOWS; i++) {
    fml_problem p;
    uint64_t steps, scaled_steps;
    char name[TEXT];
    double x[DIM], limit[DIM], later[DIM], y[DIM];
    fml_flows[i].set(&p);
    const uint32_t d = p.problem.dim;
    fml_flow_start(d, 1.0, x);
    memcpy(limit, x, sizeof x);
    memcpy(later, x, sizeof x);
    if (!fml_limit(context, &p, h, 1e-12, limit, &steps) || !fml_flow(context, &p, h, 30, x, NULL))
      return;
    for (size_t k = 0; k < 3; k++) {
      const double c = factors[k];
      fml_flow_start(d, c, y);
      if (!fml_flow(context, &p, c * c * h, 30, y, NULL)) return;
      for (uint32_t j = 0; j < d; j++) y[j] /= c;
      snprintf(name, sizeof name, "flow from %g x for time %g t, %s", c, c * c, fml_flows[i].name);
      vf_same_bits(context, name, y, x, d);
      fml_flow_start(d, c, y);
      if (!fml_limit(context, &p, c * c * h, 1e-12, y, &scaled_steps)) return;
      for (uint32_t j = 0; j < d; j++) y[j] /= c;
      snprintf(name, sizeof name, "Phi(%g x), %s", c, fml_flows[i].name);
      vf_same_bits(context, name, y, limit, d);
    }
    if (!fml_limit(context, &p, h, 1e-12, x, &scaled_steps)) return;
    snprintf(name, sizeof name, "Phi(phi(x, t)), %s", fml_flows[i].name);
    vf_same_bits(context, name, x, limit, d);
  }
}

/* Gradient flow in closed form, as |x| does not change: on the Rayleigh quotient x_j is
 * proportional to e^(-a_j t/|x|^2) x_j(0); on ratio2 it is the same with a = (2, 0). */
static void fml_flow_exact(const double *a, uint32_t dim, double t, double *x) {
  const double r = sid_dot(x, x, dim);
  for (uint32_t j = 0; j < dim; j++) x[j] *= exp(-a[j] * t / r);
  const double k = sqrt(r / sid_dot(x, x, dim));
  for (uint32_t j = 0; j < dim; j++) x[j] *= k;
}

/* The flow against its closed form: order 4; and its error estimate against the true error: right
 * up to order 1. Finer steps would only add roundings. */
static void fm4_flow(vf_context *context) {
  static const struct {
    size_t flow;
    double a[DIM], c, t;
  } cases[] = {{1, {1.0, 1.5, 2.0, 2.5}, 1.0, 3.0},
               {2, {2.0, 0.0}, 1.0, 1.5},
               {1, {1.0, 1.5, 2.0, 2.5}, 0.7, 1.0}};
  enum { LEVELS = 5 };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double h[LEVELS], error[LEVELS], estimate[LEVELS], start[DIM], exact[DIM];
    char name[TEXT];
    fml_problem p;
    fml_flows[cases[i].flow].set(&p);
    const uint32_t d = p.problem.dim;
    fml_flow_start(d, cases[i].c, start);
    memcpy(exact, start, sizeof start);
    fml_flow_exact(cases[i].a, d, cases[i].t, exact);
    for (size_t k = 0; k < LEVELS; k++) {
      const uint64_t steps = (uint64_t)8 << k;
      double x[DIM], worst = 0.0, estimated;
      memcpy(x, start, sizeof x);
      h[k] = cases[i].t / (double)steps;
      if (!fml_flow(context, &p, h[k], steps, x, &estimated)) return;
      for (uint32_t j = 0; j < d; j++) worst = fmax(worst, fabs(x[j] - exact[j]));
      error[k] = worst;
      estimate[k] = estimated / worst - 1.0;
    }
    snprintf(name, sizeof name, "order in h, %s, |x|=%g t=%g", fml_flows[cases[i].flow].name,
             1.3 * cases[i].c, cases[i].t);
    vf_order(context, name, h, error, LEVELS, 4.0);
    snprintf(name, sizeof name, "order of the estimate's error, %s, |x|=%g t=%g",
             fml_flows[cases[i].flow].name, 1.3 * cases[i].c, cases[i].t);
    vf_order(context, name, h, estimate, LEVELS, 1.0);
  }
}

/* Phi of the normalised linear model is |x| (w0 + rho v/|v|), v = projection of x on ker Z. The
 * steps leave its direction exact, as v keeps its own in them too: what is left is the tolerance
 * over the smallest curvature, and the roundings. The length is kept up to order 4 in h. From c x
 * the same, in steps of c^2 h. */
static void fm4_limit_linear(vf_context *context) {
  static const double factors[] = {1.0, 1.7};
  const double tolerance = 1e-13;
  enum { LEVELS = 5 };
  for (size_t i = 0; i < (size_t)2 * MODELS; i++) {
    const fml_model *model = fml_models + i / 2;
    const double c = factors[i % 2];
    const uint32_t d = model->dim;
    double h[LEVELS], error[LEVELS], x[DIM], limit[DIM], worst = 0.0;
    uint64_t steps = 0;
    char name[TEXT];
    fml_problem p;
    fml_model_set(&p, model);
    fml_model_limit(context, model, limit);
    const double length = sqrt(sid_dot(limit, limit, d));
    for (size_t k = 0; k < LEVELS; k++) {
      h[k] = 0.8 / (double)(1u << k);
      for (uint32_t j = 0; j < d; j++) x[j] = c * model->x[j];
      if (!fml_limit(context, &p, c * c * h[k], tolerance, x, &steps)) return;
      const double got = sqrt(sid_dot(x, x, d));
      error[k] = got / (c * length) - 1.0;
      worst = 0.0;
      for (uint32_t j = 0; j < d; j++) worst = fmax(worst, fabs(x[j] / got - limit[j] / length));
    }
    snprintf(name, sizeof name, "direction of Phi(%g x), model %s", c, model->name);
    vf_within(context, name, worst, 0.0, tolerance / CURVATURE + 32.0 * ULP * (double)steps,
              "tolerance over curvature, 32 roundings a step");
    snprintf(name, sizeof name, "length of Phi(%g x), order in h, model %s", c, model->name);
    vf_order(context, name, h, error, LEVELS, 4.0);
  }
}

/* dPhi at the minimiser Phi(x), row by row, as published for the models. */
static void fml_model_derivative(vf_context *context, const fml_model *model, double *derivative) {
  for (uint32_t i = 0; i < model->dim * model->dim; i++) {
    char key[TEXT];
    snprintf(key, sizeof key, "fm4.derivative.model-%s.row-%u.column-%u", model->name,
             (unsigned)(i / model->dim), (unsigned)(i % model->dim));
    derivative[i] = vf_expected(context, key);
  }
}

/* The same on trough3 and ridge3: the projection on the span of x and the direction t of the circle
 * about the third axis. */
static void fml_circle_derivative(const double *x, double *derivative) {
  const double t[3] = {-x[1], x[0], 0.0};
  for (size_t i = 0; i < 3; i++)
    for (size_t j = 0; j < 3; j++)
      derivative[3 * i + j] = t[i] * t[j] / sid_dot(t, t, 3) + x[i] * x[j] / sid_dot(x, x, 3);
}

/* Largest entry of (Phi(x + delta e_i) - x)/delta - (column i of dPhi) at a minimiser x. */
static double fml_derivative_error(vf_context *context, const fml_problem *p, const double *x,
                                   const double *derivative, double delta) {
  const uint32_t d = p->problem.dim;
  double worst = 0.0;
  for (uint32_t i = 0; i < d; i++) {
    double y[DIM];
    uint64_t steps;
    memcpy(y, x, sizeof y);
    y[i] += delta;
    if (!fml_limit(context, p, 0.1, 1e-14, y, &steps)) return (double)NAN;
    for (uint32_t j = 0; j < d; j++)
      worst = fmax(worst, fabs((y[j] - x[j]) / delta - derivative[(size_t)j * d + i]));
  }
  return worst;
}

/* On the minimisers dPhi is the orthogonal projection on the tangent space (Lemma 2.8): the
 * difference quotient goes to it with order 1 (a central one would be exact by symmetry on ridge3).
 * In particular dPhi x = x: along x every point is a minimiser and Phi does nothing. */
static void fm4_derivative(vf_context *context) {
  static const size_t flows[] = {3, 4};
  enum { LEVELS = 5 };
  for (size_t i = 0; i < MODELS + 2; i++) {
    const int linear = i < MODELS;
    const char *what = linear ? fml_models[i].name : fml_flows[flows[i - MODELS]].name;
    double x[DIM] = {0.0}, y[DIM], derivative[DIM * DIM] = {0.0}, delta[LEVELS], error[LEVELS],
           worst = 0.0;
    uint64_t steps;
    char name[TEXT];
    fml_problem p;
    if (linear) {
      fml_model_set(&p, fml_models + i);
      fml_model_limit(context, fml_models + i, x);
      fml_model_derivative(context, fml_models + i, derivative);
    } else {
      fml_flows[flows[i - MODELS]].set(&p);
      fml_flow_start(3, 1.0, x);
    }
    if (!fml_limit(context, &p, 0.1, 1e-14, x, &steps)) return;
    if (!linear) {
      fml_circle_derivative(x, derivative);
      snprintf(name, sizeof name, "height of Phi(x) on the unit sphere, %s", what);
      vf_within(context, name, x[2] / sqrt(sid_dot(x, x, 3)), i == MODELS ? 0.6 : 0.0,
                1e-14 / 0.64 + 32.0 * ULP * (double)steps,
                "tolerance over curvature, 32 roundings a step");
    }
    for (size_t k = 0; k < LEVELS; k++) {
      delta[k] = 0.02 / (double)(1u << k);
      error[k] = fml_derivative_error(context, &p, x, derivative, delta[k]);
    }
    snprintf(name, sizeof name, "dPhi against the projection, order in the difference, %s", what);
    vf_order(context, name, delta, error, LEVELS, 1.0);
    for (uint32_t j = 0; j < p.problem.dim; j++) y[j] = 1.25 * x[j];
    if (!fml_limit(context, &p, 0.1, 1e-13, y, &steps)) return;
    for (uint32_t j = 0; j < p.problem.dim; j++)
      worst = fmax(worst, fabs((y[j] - x[j]) / 0.25 - x[j]));
    snprintf(name, sizeof name, "dPhi x - x, %s", what);
    vf_within(context, name, worst, 0.0, 16.0 * ULP * sqrt(sid_dot(x, x, p.problem.dim)) / 0.25,
              "16 roundings of |x| over the difference");
  }
}

/* ---- plane runs without loss: noise of fixed length s/|x| turns x by +-d_k, and |x_k| is not
 * random ---- */

typedef struct {
  double y;        /* |x|^4 */
  double variance; /* sum of d_k^2, the variance of the angle */
} fml_plane;

/* SGD in the plane from |x|^4 = y0 for `steps` steps, the angles d_k taken from the states. */
static fml_plane fml_plane_run(vf_context *context, double eta, double lam, double s, double y0,
                               uint64_t steps) {
  fml_plane got = {(double)NAN, 0.0};
  double work[2];
  fml_problem p;
  fml_run run;
  fml_noise_only(&p, SID_NOISE_SPHERE, 2, s);
  fml_begin(&run, &p, eta, lam, sqrt(y0), 39);
  while (run.step < steps && fml_step(&run)) {
    const double d = sid_angle(run.before, run.x, 2, work);
    got.variance += d * d;
  }
  if (run.status) vf_error(context, "step", sid_status_text(run.status));
  const double r = sid_dot(run.x, run.x, 2);
  got.y = r * r;
  return got;
}

/* ---- fm7: the time change of Theorem 3.2 ---- */

/* (8) for noise of length s/|x| in the plane, y = |Y|^4: dy = (-4 C y + 2 s^2) dt, and the angle's
 * variance grows by s^2/y: y = b + e^(-4Ct) (y0 - b), b = s^2/(2C), V = ln(1 + (e^(4Ct) - 1)
 * b/y0)/2. C = 0: y = y0 + 2 s^2 t, V = ln(1 + 2 s^2 t/y0)/2. sign = +1 gives the drift +C Y of (5)
 * as printed. */
static fml_plane fml_plane_limit(double rate, double s, double y0, double t, double sign) {
  const double c = -sign * rate, s2 = s * s;
  fml_plane law = {y0 + 2.0 * s2 * t, 0.5 * log1p(2.0 * s2 * t / y0)};
  if (rate == 0.0) return law;
  law.y = s2 / (2.0 * c) + exp(-4.0 * c * t) * (y0 - s2 / (2.0 * c));
  law.variance = 0.5 * log1p(expm1(4.0 * c * t) * s2 / (2.0 * c * y0));
  return law;
}

/* Theorem 3.2 on real SGD with eta, lam = C eta -> 0: at time t with weight decay, and without it
 * at time s = (e^(4Ct)-1)/(4C) with the norm multiplied by e^(-Ct), |x|^4 and the variance of the
 * angle go to the same limits, each with order eta^2. The last column is the difference of the two
 * runs themselves. */
static void fm7_time_change(vf_context *context) {
  static const struct {
    double c, t, s2, y0;
  } cases[] = {{2.0, 0.3, 0.81, 1.0}, {0.5, 1.0, 1.69, 2.0}, {1.0, 0.1, 4.0, 0.5}};
  static const char *const what[] = {"|x|^4, weight decay", "angle, weight decay",
                                     "|x|^4, none",         "angle, none",
                                     "|x|^4, difference",   "angle, difference"};
  enum { LEVELS = 5 };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double c = cases[i].c, t = cases[i].t, s = sqrt(cases[i].s2), y0 = cases[i].y0;
    const double changed = expm1(4.0 * c * t) / (4.0 * c), shrink = exp(-4.0 * c * t);
    const fml_plane law = fml_plane_limit(c, s, y0, t, -1.0);
    double h[LEVELS], error[6][LEVELS];
    for (size_t k = 0; k < LEVELS; k++) {
      const uint64_t steps = (uint64_t)100 << (2 * k);
      h[k] = 1.0 / (double)steps;
      const double eta = sqrt(t * h[k]);
      const fml_plane with = fml_plane_run(context, eta, c * eta, s, y0, steps);
      const fml_plane without = fml_plane_run(context, sqrt(changed * h[k]), 0.0, s, y0, steps);
      error[0][k] = with.y - law.y;
      error[1][k] = with.variance - law.variance;
      error[2][k] = without.y * shrink - law.y;
      error[3][k] = without.variance - law.variance;
      error[4][k] = with.y - without.y * shrink;
      error[5][k] = with.variance - without.variance;
    }
    for (size_t j = 0; j < 6; j++) {
      char name[TEXT];
      snprintf(name, sizeof name, "%s, order in eta^2, C=%g t=%g s^2=%g |x0|^4=%g", what[j], c, t,
               cases[i].s2, y0);
      vf_order(context, name, h, error[j], LEVELS, 1.0);
    }
  }
}

/* (4) and (5) have the drift +c Y with B -> C t and B -> t/2, but the weights shrink: c = -C in
 * (8), -1/2 in (13). |x|^4 of real SGD without loss: for (8) after t/eta^2 steps, for (13) divided
 * by R^4 at the rescaled time T. Tolerance: the exact bounds on the discrete norm. */
static void fm7_drift_constant(vf_context *context) {
  static const struct {
    const char *key;
    double c, t, s2, y0;
  } warm[] = {{"fm7.norm4.d-10.sigma-0.3.rho2-0.5.y04-1.c-2.t-0.3", 2.0, 0.3, 0.81, 1.0},
              {"fm7.norm4.d-5.sigma-0.4.rho2-0.75.y04-2.c-4.t-0.2", 4.0, 0.2, 0.64, 2.0}};
  static const struct {
    double eta, lam, s2, y0, big;
  } general[] = {{1e-3, 0.05, 0.81, 1.0, 1.0}, {1e-3, 0.2, 2.0, 3.0, 0.5}};
  const uint64_t steps = 20000;
  char name[TEXT];
  for (size_t i = 0; i < 2; i++) {
    const double c = warm[i].c, s = sqrt(warm[i].s2), y0 = warm[i].y0,
                 eta = sqrt(warm[i].t / (double)steps);
    char key_printed[TEXT];
    snprintf(key_printed, sizeof key_printed, "%s.printed", warm[i].key);
    const double right = vf_expected(context, warm[i].key),
                 printed = vf_expected(context, key_printed);
    snprintf(name, sizeof name, "|Y_C(t)|^4, C=%g t=%g s^2=%g |Y0|^4=%g", c, warm[i].t, warm[i].s2,
             y0);
    vf_erratum(context, name, fml_plane_run(context, eta, c * eta, s, y0, steps).y, right, printed,
               fml_reach(fml_norm4(eta, c * eta, s, y0, (double)steps), right),
               "exact bounds on the discrete norm");
  }
  for (size_t i = 0; i < 2; i++) {
    const double eta = general[i].eta, lam = general[i].lam, s = sqrt(general[i].s2),
                 y0 = general[i].y0;
    const uint64_t n = (uint64_t)fml_tau_inverse(eta, lam, general[i].big);
    const double big = fml_tau(eta, lam, (double)n),
                 scale4 = pow(fml_scale(eta, lam, (double)n), 4.0);
    const double right = fml_plane_limit(0.5, s, y0, big, -1.0).y,
                 printed = fml_plane_limit(0.5, s, y0, big, 1.0).y;
    snprintf(name, sizeof name, "|Y(T)|^4, eta=%g lam=%g s^2=%g |Y0|^4=%g T=%g", eta, lam,
             general[i].s2, y0, big);
    vf_erratum(context, name, fml_plane_run(context, eta, lam, s, y0, n).y / scale4, right, printed,
               fml_reach(fml_norm4(eta, lam, s, y0, (double)n), right * scale4) / scale4,
               "exact bounds on the discrete norm");
  }
}

/* ---- fm9: mixing ---- */

enum { MODES = 48, GRID = 4096 };

/* Fourier modes m_n = E cos(n (theta - centre)) of a law of the angle that is symmetric about its
 * centre. */
typedef struct {
  double centre, modes[MODES + 1];
} fml_law;

/* The law of the angle of a plane run after `steps` steps, started from a wrapped normal of
 * variance v0 about `centre`: each step turns by +-d_k and multiplies the modes by cos(n d_k), d_k
 * from the real states. */
static void fml_law_begin(fml_law *law, double centre, double v0) {
  law->centre = centre;
  for (int n = 0; n <= MODES; n++) law->modes[n] = exp(-0.5 * n * n * v0);
}

static int fml_law_run(vf_context *context, fml_law *law, fml_run *run, uint64_t steps) {
  double work[2];
  while (run->step < steps && fml_step(run)) {
    const double d = sid_angle(run->before, run->x, 2, work);
    for (int n = 1; n <= MODES; n++) law->modes[n] *= cos(n * d);
  }
  if (run->status) vf_error(context, "step", sid_status_text(run->status));
  return run->status == SID_OK;
}

/* Density at theta, times 2 pi. */
static double fml_density(const fml_law *law, double theta) {
  double sum = 0.0;
  for (int n = MODES; n >= 1; n--) sum += law->modes[n] * cos(n * (theta - law->centre));
  return 1.0 + 2.0 * sum;
}

/* Total variation between a law and another one, or the uniform law where `other` is NULL. */
static double fml_total_variation(const fml_law *law, const fml_law *other) {
  double sum = 0.0;
  for (int i = 0; i < GRID; i++) {
    const double theta = 2.0 * PI * i / GRID;
    sum += fabs(fml_density(law, theta) - (other ? fml_density(other, theta) : 1.0));
  }
  return 0.5 * sum / GRID;
}

/* Bound on what the modes above the first add to a total variation to the uniform law: (1/2)(1/2
 * pi) times the integral of 2 |m_n cos(n theta)|, which is (2/pi) |m_n|, each. */
static double fml_higher_modes(const fml_law *law) {
  double sum = 0.0;
  for (int n = 2; n <= MODES; n++) sum += fabs(law->modes[n]);
  return 2.0 / PI * sum;
}

/* V as the steps make it: -2 ln of the product of cos d_k is ln(|x_K|^2/|x_0|^2) - 2 K ln(1-el),
 * exactly. Its bounds from those on the norm. */
static fml_interval fml_discrete_variance(double eta, double lam, double s, double y0, double k) {
  const fml_interval y = fml_norm4(eta, lam, s, y0, k);
  const double decay = -2.0 * k * log1p(-eta * lam);
  const fml_interval v = {0.5 * log(y.low / y0) + decay, 0.5 * log(y.high / y0) + decay};
  return v;
}

/* The same in the limit: V = ln(1 + (e^(2T)-1) s^2/y0)/2, T = tau(k). */
static double fml_limit_variance(double eta, double lam, double s, double y0, double k) {
  return 0.5 * log1p(expm1(4.0 * eta * lam * k) * eta / (2.0 * lam) * s * s / y0);
}

/* How far the first mode of the real law can be from e^(-(V+v0)/2), V of the limit. */
static double fml_mode_tolerance(double eta, double lam, double s, double y0, double k,
                                 double mode) {
  const double v = fml_limit_variance(eta, lam, s, y0, k);
  return mode * expm1(0.5 * fml_reach(fml_discrete_variance(eta, lam, s, y0, k), v));
}

/* The total variation to the uniform law is (2/pi) e^(-V/2) up to the higher modes; the grid adds
 * its squared step times the slope at the kinks, at most a fifth of it for two of them. */
static void fm9_first_mode(vf_context *context) {
  static const struct {
    double eta, lam, s, y0;
  } cases[] = {{1e-2, 0.05, 1.0, 1.0}, {1e-2, 0.5, 0.7, 0.2}, {2e-3, 0.4, 1.0, 3.0}};
  static const double times[] = {2.0, 4.0, 7.0, 10.0};
  const double v0 = 0.05, grid = 2.0 * PI / GRID;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double eta = cases[i].eta, lam = cases[i].lam, s = cases[i].s, y0 = cases[i].y0;
    fml_problem p;
    fml_run run;
    fml_law law;
    fml_noise_only(&p, SID_NOISE_SPHERE, 2, s);
    fml_begin(&run, &p, eta, lam, sqrt(y0), 40);
    fml_law_begin(&law, 0.0, v0);
    for (size_t j = 0; j < sizeof times / sizeof times[0]; j++) {
      const uint64_t k = (uint64_t)fml_tau_inverse(eta, lam, times[j]);
      if (!fml_law_run(context, &law, &run, k)) return;
      const double mode = exp(-0.5 * (fml_limit_variance(eta, lam, s, y0, (double)k) + v0));
      const double got = fml_total_variation(&law, NULL), higher = fml_higher_modes(&law);
      const double tolerance = 2.0 / PI * fml_mode_tolerance(eta, lam, s, y0, (double)k, mode);
      char name[TEXT];
      snprintf(name, sizeof name, "first mode e^(-V/2), eta=%g lam=%g s=%g |x0|^4=%g T=%g", eta,
               lam, s, y0, times[j]);
      vf_within(context, name, 2.0 / PI * law.modes[1], 2.0 / PI * mode, tolerance,
                "exact bounds on the discrete norm, O(el ln(lam/eta))");
      snprintf(name, sizeof name, "total variation, eta=%g lam=%g s=%g |x0|^4=%g T=%g", eta, lam, s,
               y0, times[j]);
      vf_within(context, name, got, 2.0 / PI * mode, tolerance + higher + grid * grid * mode,
                "discrete norm, higher modes, grid");
    }
  }
}

/* Two starts with different angles and norms: the total variation between the laws is (2/pi)|m
 * e^(ia) - m' e^(ib)|, m and m' the first modes of the limit, up to the higher modes of both; it
 * decays, at every distance of the starts, like e^(-T/2). */
static void fm9_start(vf_context *context) {
  static const struct {
    double eta, lam, s, y0, y1, angle;
  } cases[] = {{1e-2, 0.1, 1.0, 1.0, 0.1, PI},
               {1e-2, 0.4, 0.8, 2.0, 0.05, 1.0},
               {5e-3, 0.3, 1.0, 0.5, 4.0, 0.0}};
  static const double times[] = {3.0, 6.0, 9.0};
  const double v0 = 0.05, grid = 2.0 * PI / GRID;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double eta = cases[i].eta, lam = cases[i].lam, s = cases[i].s,
                 start[] = {cases[i].y0, cases[i].y1};
    fml_problem p;
    fml_run run[2];
    fml_law law[2];
    fml_noise_only(&p, SID_NOISE_SPHERE, 2, s);
    for (size_t a = 0; a < 2; a++) {
      fml_begin(run + a, &p, eta, lam, sqrt(start[a]), 41 + a);
      fml_law_begin(law + a, a ? cases[i].angle : 0.0, v0);
    }
    for (size_t j = 0; j < sizeof times / sizeof times[0]; j++) {
      const uint64_t k = (uint64_t)fml_tau_inverse(eta, lam, times[j]);
      double mode[2], tolerance = 0.0;
      for (size_t a = 0; a < 2; a++) {
        if (!fml_law_run(context, law + a, run + a, k)) return;
        mode[a] = exp(-0.5 * (fml_limit_variance(eta, lam, s, start[a], (double)k) + v0));
        tolerance += 2.0 / PI * fml_mode_tolerance(eta, lam, s, start[a], (double)k, mode[a]) +
                     fml_higher_modes(law + a) + grid * grid * mode[a];
      }
      const double across = mode[1] * sin(cases[i].angle),
                   along = mode[0] - mode[1] * cos(cases[i].angle);
      char name[TEXT];
      snprintf(name, sizeof name, "starts %g apart, |x0|^4=%g and %g, eta=%g lam=%g T=%g",
               cases[i].angle, start[0], start[1], eta, lam, times[j]);
      vf_within(context, name, fml_total_variation(law, law + 1),
                2.0 / PI * sqrt(along * along + across * across), tolerance,
                "discrete norm, higher modes, grid");
    }
  }
}

/* Steps until the first mode of the real law from a point has fallen to e^(-v/2). */
static double fml_mixing_steps(vf_context *context, double eta, double lam, double s, double y0,
                               double v) {
  double work[2], mode = 1.0;
  const double end = exp(-0.5 * v);
  fml_problem p;
  fml_run run;
  fml_noise_only(&p, SID_NOISE_SPHERE, 2, s);
  fml_begin(&run, &p, eta, lam, sqrt(y0), 43);
  while (mode > end && run.step < 5000000 && fml_step(&run))
    mode *= cos(sid_angle(run.before, run.x, 2, work));
  if (run.status) vf_error(context, "step", sid_status_text(run.status));
  return mode > end ? (double)NAN : (double)run.step;
}

/* The same by the limit law: (e^(2T)-1) s^2/y0 = e^(2v)-1 and tau^-1(T). */
static double fml_mixing_limit(double eta, double lam, double s, double y0, double v) {
  const double reached = expm1(2.0 * v) * y0 / (s * s);
  if (lam == 0.0) return reached / (2.0 * eta * eta);
  return log1p(2.0 * lam / eta * reached) / (4.0 * eta * lam);
}

/* How far the steps can be from the limit: one step, and the reach of the discrete V divided by
 * what a step adds to it, eta^2 s^2/y (a tenth more for its change on the way). */
static double fml_mixing_tolerance(double eta, double lam, double s, double y0, double v) {
  const double k = fml_mixing_limit(eta, lam, s, y0, v);
  const double rate = eta * eta * s * s / fml_norm4(eta, lam, s, y0, k).high;
  return 1.0 + 1.1 * fml_reach(fml_discrete_variance(eta, lam, s, y0, k), v) / rate;
}

/* The time to a given distance is (ln(lam/eta) + constant)/(4 el): 4 el K - ln(lam/eta) against
 * ln(2 (e^(2v)-1) y0/s^2) at each eta (the formula's + 1 under the logarithm is in the tolerance),
 * and the slope of 4 el K in ln(1/eta), which is 1. */
static void fm9_mixing_time(vf_context *context) {
  static const struct {
    double lam, s, y0, distance;
  } cases[] = {{0.5, 1.0, 1.0, 0.1}, {0.2, 0.8, 2.0, 0.02}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double lam = cases[i].lam, s = cases[i].s, y0 = cases[i].y0;
    const double v = -2.0 * log(PI / 2.0 * cases[i].distance),
                 constant = log(2.0 * expm1(2.0 * v) * y0 / (s * s));
    double before = 0.0, before_tolerance = 0.0;
    for (int k = 0; k < 4; k++) {
      const double eta = pow(10.0, -1.0 - k), el = eta * lam;
      const double got = 4.0 * el * fml_mixing_steps(context, eta, lam, s, y0, v);
      const double tolerance =
          4.0 * el * fml_mixing_tolerance(eta, lam, s, y0, v) + log1p(exp(-constant) * eta / lam);
      char name[TEXT];
      snprintf(name, sizeof name, "4 el K - ln(lam/eta), distance %g, eta=%g lam=%g s=%g |x0|^4=%g",
               cases[i].distance, eta, lam, s, y0);
      vf_within(context, name, got - log(lam / eta), constant, tolerance,
                "exact bounds on the discrete norm");
      snprintf(name, sizeof name, "slope of 4 el K to eta=%g, distance %g, lam=%g", eta,
               cases[i].distance, lam);
      if (k > 0)
        vf_within(context, name, (got - before) / log(10.0), 1.0,
                  (tolerance + before_tolerance) / log(10.0), "exact bounds on the discrete norm");
      before = got;
      before_tolerance = tolerance;
    }
  }
}

/* Section 6.2: the time "grows no faster than Omega~(1/(eta lam))". An Omega~ bounds from below and
 * allows any growth (infinity as the printed bound); the upper bound is O~. K el to T = 1 (V = 1
 * for s = |x0| = 1) grows only with ln(lam/eta). SGD without weight decay, whose time (e^2-1)/(2
 * eta^2) is an Omega~(1/(eta lam)) too, shows what the printed symbol lets pass: its K el doubles
 * when eta is halved. */
static void fm9_order_symbol(vf_context *context) {
  static const struct {
    const char *key;
    double eta, lam;
  } cases[] = {{"fm9.steps-times-el.eta-0.01.lam-0.05.tau-1", 1e-2, 0.05},
               {"fm9.steps-times-el.eta-0.001.lam-0.05.tau-1", 1e-3, 0.05},
               {"fm9.steps-times-el.eta-0.0001.lam-0.05.tau-1", 1e-4, 0.05},
               {NULL, 0.02, 0.3},
               {NULL, 2e-3, 0.3}};
  char name[TEXT];
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double eta = cases[i].eta, lam = cases[i].lam, el = eta * lam;
    snprintf(name, sizeof name, "K el to T=1, eta=%g lam=%g", eta, lam);
    vf_erratum(context, name, el * fml_mixing_steps(context, eta, lam, 1.0, 1.0, 1.0),
               cases[i].key ? vf_expected(context, cases[i].key)
                            : el * fml_mixing_limit(eta, lam, 1.0, 1.0, 1.0),
               (double)INFINITY, el * fml_mixing_tolerance(eta, lam, 1.0, 1.0, 1.0),
               "exact bounds on the discrete norm");
  }
  const double eta = 0.02, v = 1.0,
               tolerance = fml_mixing_tolerance(eta / 2.0, 0.0, 1.0, 1.0, v) /
                               fml_mixing_limit(eta / 2.0, 0.0, 1.0, 1.0, v) +
                           fml_mixing_tolerance(eta, 0.0, 1.0, 1.0, v) /
                               fml_mixing_limit(eta, 0.0, 1.0, 1.0, v);
  const double whole = eta * fml_mixing_steps(context, eta, 0.0, 1.0, 1.0, v);
  const double half = eta / 2.0 * fml_mixing_steps(context, eta / 2.0, 0.0, 1.0, 1.0, v);
  vf_within_relative(context, "K el without weight decay, eta=0.01 against 0.02", half / whole, 2.0,
                     1.1 * tolerance, "exact bounds on the discrete norm, second order in them");
}

/* ---- fm7, fm9: the limiting diffusion (8), (13) on the circle of minimisers ---- */

/* The diffusion for the model of Section 6.1, c = C in (8) and 1/2 in (13). */
static sid_circle_law fml_circle(double c, double dim, double sigma, double rho2) {
  const sid_circle_law law = {c, (dim - 1.0) * sigma * sigma, sigma, sqrt(rho2)};
  return law;
}

/* |Y|^4 and the variance of the angle after time t in `steps` steps. |Y| is not random; the
 * variance is the sum of the squared coefficients of the normals, which are drawn again from a copy
 * of the stream. */
static fml_plane fml_circle_run(vf_context *context, const sid_circle_law *law, double y0, double t,
                                uint64_t steps) {
  const uint64_t key[2] = {SID_KEY_NOISE, 44};
  fml_plane got = {(double)NAN, 0.0};
  double state[2] = {sqrt(y0), 0.0}, z;
  sid_stream stream;
  if (sid_stream_init(&stream, 44, key, 2)) {
    vf_error(context, "diffusion", "no stream");
    return got;
  }
  for (uint64_t k = 0; k < steps; k++) {
    sid_stream copy = stream;
    sid_stream_normals(&copy, &z, 1);
    state[1] = 0.0;
    sid_circle_step(law, t / (double)steps, state, &stream);
    got.variance += state[1] * state[1] / (z * z);
  }
  got.y = state[0] * state[0];
  return got;
}

/* (8) with weight decay to time t, (8) without to the time of Theorem 3.2, and (13): |Y|^4 and
 * variance go to the closed forms with order 1 in the step, so by the theorem the first two to the
 * same. (13) is (8) with C = 1/2. */
static void fm7_limiting_diffusion(vf_context *context) {
  static const struct {
    const char *norm4, *variance; /* keys */
    double c, t, dim, sigma, rho2, y0;
  } cases[] = {
      {"fm7.norm4.d-10.sigma-0.3.rho2-0.5.y04-1.c-2.t-0.3",
       "fm7.variance.d-10.sigma-0.3.rho2-0.5.y04-1.c-2.t-0.3", 2.0, 0.3, 10.0, 0.3, 0.5, 1.0},
      {"fm7.norm4.d-10.sigma-0.3.rho2-0.5.y04-1.c-0.5.t-1",
       "fm7.variance.d-10.sigma-0.3.rho2-0.5.y04-1.c-0.5.t-1", 0.5, 1.0, 10.0, 0.3, 0.5, 1.0},
      {"fm7.norm4.d-5.sigma-0.4.rho2-0.75.y04-2.c-4.t-0.2",
       "fm7.variance.d-5.sigma-0.4.rho2-0.75.y04-2.c-4.t-0.2", 4.0, 0.2, 5.0, 0.4, 0.75, 2.0},
      {"fm5.norm4.d-10.sigma-0.3.rho2-0.5.y04-1.tau-3",
       "fm5.variance.d-10.sigma-0.3.rho2-0.5.y04-1.tau-3", 0.5, 3.0, 10.0, 0.3, 0.5, 1.0},
      {"fm5.norm4.d-5.sigma-0.4.rho2-0.75.y04-2.tau-1",
       "fm5.variance.d-5.sigma-0.4.rho2-0.75.y04-2.tau-1", 0.5, 1.0, 5.0, 0.4, 0.75, 2.0}};
  static const char *const what[] = {"|Y|^4", "variance of the angle", "|Y|^4, time change",
                                     "variance of the angle, time change"};
  enum { LEVELS = 5 };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double c = cases[i].c, t = cases[i].t, y0 = cases[i].y0;
    const sid_circle_law with = fml_circle(c, cases[i].dim, cases[i].sigma, cases[i].rho2);
    const sid_circle_law without = fml_circle(0.0, cases[i].dim, cases[i].sigma, cases[i].rho2);
    const fml_plane law = {vf_expected(context, cases[i].norm4),
                           vf_expected(context, cases[i].variance)};
    double h[LEVELS], error[4][LEVELS];
    char name[TEXT];
    /* in one step the norm is that of the start (Ito) */
    const double once = with.sigma * with.sigma * t / (cases[i].rho2 * y0);
    snprintf(name, sizeof name,
             "variance of the angle in one step, C=%g t=%g D=%g sigma=%g rho2=%g |Y0|^4=%g", c, t,
             cases[i].dim, cases[i].sigma, cases[i].rho2, y0);
    vf_within(context, name, fml_circle_run(context, &with, y0, t, 1).variance, once,
              32.0 * ULP * once, "32 roundings");
    for (size_t k = 0; k < LEVELS; k++) {
      const uint64_t steps = (uint64_t)200 << k;
      h[k] = t / (double)steps;
      const fml_plane a = fml_circle_run(context, &with, y0, t, steps);
      const fml_plane b =
          fml_circle_run(context, &without, y0, expm1(4.0 * c * t) / (4.0 * c), steps);
      error[0][k] = a.y - law.y;
      error[1][k] = a.variance - law.variance;
      error[2][k] = b.y * exp(-4.0 * c * t) - law.y;
      error[3][k] = b.variance - law.variance;
    }
    for (size_t j = 0; j < 4; j++) {
      snprintf(name, sizeof name,
               "%s, order in the step, C=%g t=%g D=%g sigma=%g rho2=%g |Y0|^4=%g", what[j], c, t,
               cases[i].dim, cases[i].sigma, cases[i].rho2, y0);
      vf_order(context, name, h, error[j], LEVELS, 1.0);
    }
  }
}

typedef struct {
  sid_circle_law law;
  double y0, start, t;
  uint64_t steps, key;
} fml_diffusion;

/* Angle of diffusion i, in [-pi, pi]. */
static void fml_diffuse(void *user, size_t i, double *out) {
  const fml_diffusion *job = user;
  const uint64_t key[3] = {SID_KEY_NOISE, i, job->key};
  double state[2] = {sqrt(job->y0), job->start};
  sid_stream stream;
  *out = (double)NAN;
  if (sid_stream_init(&stream, 45, key, 3)) return;
  for (uint64_t k = 0; k < job->steps; k++)
    sid_circle_step(&job->law, job->t / (double)job->steps, state, &stream);
  *out = remainder(state[1], 2.0 * PI);
}

/* Angles of `runs` diffusions; to be freed. */
static double *fml_diffusions(vf_context *context, fml_diffusion *job, size_t runs) {
  double *angles = malloc(runs * sizeof *angles);
  if (!angles)
    vf_error(context, "diffusions", "out of memory");
  else
    vf_map(runs, vf_jobs(context), angles, 1, fml_diffuse, job);
  return angles;
}

/* Theorem 3.2 across paths: E cos theta of (8) at time t and of the path without weight decay at
 * the changed time. The expected value is that of the steps taken, e^(-V_h/2), V_h from
 * fml_circle_run(). Effect: no time change. */
static void fm7_law(vf_context *context) {
  static const struct {
    double c, t, dim, sigma, rho2, y0;
  } cases[] = {{2.0, 0.3, 10.0, 0.3, 0.5, 1.0}, {1.0, 0.4, 3.0, 0.7, 0.5, 1.0}};
  enum { RUNS = 6000, STEPS = 40 };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double c = cases[i].c, t = cases[i].t, changed = expm1(4.0 * c * t) / (4.0 * c);
    for (int without = 0; without < 2; without++) {
      fml_diffusion job = {
          fml_circle(without ? 0.0 : c, cases[i].dim, cases[i].sigma, cases[i].rho2),
          cases[i].y0,
          0.0,
          without ? changed : t,
          STEPS,
          (uint64_t)without};
      double *angles = fml_diffusions(context, &job, RUNS);
      if (!angles) return;
      const vf_mode mode = vf_mode_of(angles, RUNS, 1);
      const double right =
          exp(-0.5 * fml_circle_run(context, &job.law, job.y0, job.t, STEPS).variance);
      const double wrong = exp(
          -0.5 * fml_circle_run(context, &job.law, job.y0, without ? t : changed, STEPS).variance);
      char name[TEXT];
      snprintf(name, sizeof name, "E cos theta, C=%g at time %.4g, D=%g sigma=%g rho2=%g |Y0|^4=%g",
               job.law.c, job.t, cases[i].dim, cases[i].sigma, cases[i].rho2, cases[i].y0);
      vf_monte_carlo(context, name, mode.cosine, mode.cosine_error, right, right - wrong,
                     "effect: the time of the other side");
      free(angles);
    }
  }
}

/* (13) at the norm where it stands, |Y|^4 = (D-1) sigma^2: V = T/((D-1) rho^2), and the total
 * variation to the uniform law is (2/pi) e^(-V/2), read off the first mode. Effect: an angle not
 * divided by rho. */
static void fm9_diffusion_mode(vf_context *context) {
  static const struct {
    const char *key;
    double v, dim, sigma, rho2;
  } cases[] = {{"fm9.tv-mode.v-1", 1.0, 10.0, 0.3, 0.64}, {"fm9.tv-mode.v-2", 2.0, 4.0, 0.5, 0.36}};
  enum { RUNS = 8000, STEPS = 40 };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double dim = cases[i].dim, sigma = cases[i].sigma, rho2 = cases[i].rho2;
    fml_diffusion job = {fml_circle(0.5, dim, sigma, rho2),
                         (dim - 1.0) * sigma * sigma,
                         0.0,
                         cases[i].v * (dim - 1.0) * rho2,
                         STEPS,
                         4};
    char name[TEXT];
    snprintf(name, sizeof name, "V at |Y|^4 = (D-1) sigma^2, D=%g sigma=%g rho2=%g T=%g", dim,
             sigma, rho2, job.t);
    vf_within(context, name, fml_circle_run(context, &job.law, job.y0, job.t, STEPS).variance,
              cases[i].v, 64.0 * ULP * STEPS * cases[i].v, "64 roundings a step");
    double *angles = fml_diffusions(context, &job, RUNS);
    if (!angles) return;
    const vf_mode mode = vf_mode_of(angles, RUNS, 1);
    snprintf(name, sizeof name, "total variation to uniform, D=%g sigma=%g rho2=%g T=%g", dim,
             sigma, rho2, job.t);
    vf_monte_carlo(context, name, 2.0 / PI * mode.modulus, 2.0 / PI * mode.modulus_error,
                   vf_expected(context, cases[i].key),
                   2.0 / PI * (exp(-0.5 * cases[i].v * rho2) - exp(-0.5 * cases[i].v)),
                   "effect: an angle not divided by rho");
    free(angles);
  }
}

/* P(cos theta > 0) - 1/2 of a normal angle of variance v about 0: (2/pi) sum over odd n of
 * +-e^(-n^2 v/2)/n. */
static double fml_half(double v) {
  double sum = 0.0, sign = 1.0;
  for (int n = 1; n < 40; n += 2, sign = -sign) sum += sign * exp(-0.5 * n * n * v) / n;
  return 2.0 / PI * sum;
}

/* Ensembles of (13) from opposite angles and different norms: their laws differ most on the half
 * circle cos > 0, so two bins show the whole total variation, the sum of the two fml_half(). It
 * decays as e^(-V/2), with any start. Effect: an angle not divided by rho. */
static void fm9_diffusion(vf_context *context) {
  static const struct {
    double dim, sigma, rho2, y0, y1, t;
  } cases[] = {{10.0, 0.3, 0.64, 0.81, 0.2, 8.0},
               {3.0, 0.5, 0.5, 1.0, 0.1, 2.0},
               {3.0, 0.5, 0.5, 1.0, 0.1, 5.0}};
  enum { RUNS = 8000, STEPS = 48 };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const sid_circle_law law = fml_circle(0.5, cases[i].dim, cases[i].sigma, cases[i].rho2);
    fml_diffusion jobs[2] = {{law, cases[i].y0, -0.5 * PI, cases[i].t, STEPS, 2},
                             {law, cases[i].y1, 0.5 * PI, cases[i].t, STEPS, 3}};
    double *angles[2], expected = 0.0, wrong = 0.0;
    for (int a = 0; a < 2; a++) {
      const double v = fml_circle_run(context, &law, jobs[a].y0, jobs[a].t, STEPS).variance;
      angles[a] = fml_diffusions(context, jobs + a, RUNS);
      expected += fml_half(v);
      wrong += fml_half(v * cases[i].rho2);
    }
    const vf_bins halves = {-PI, PI, 2};
    char name[TEXT];
    snprintf(name, sizeof name, "total variation, D=%g sigma=%g rho2=%g |Y0|^4=%g and %g T=%g",
             cases[i].dim, cases[i].sigma, cases[i].rho2, cases[i].y0, cases[i].y1, cases[i].t);
    if (angles[0] && angles[1]) {
      const vf_distance got = vf_total_variation(angles[0], RUNS, angles[1], RUNS, halves);
      vf_monte_carlo(context, name, got.value, got.standard_error, expected, wrong - expected,
                     "effect: an angle not divided by rho");
    }
    free(angles[0]);
    free(angles[1]);
  }
}

static const vf_check table[] = {
    {"fm3.identity-6", "fm, eq. (6), (7)", "X(t) is X(0) minus the three integrals, exactly",
     VF_QUICK, fm3_identity_6},
    {"fm3.identity-14", "fm, eq. (14)-(17)", "X~(t) is X~(0) minus the three integrals, exactly",
     VF_QUICK, fm3_identity_14},
    {"fm3.integrators", "fm, eq. (15)-(17)",
     "A, B and [Z] of real steps; sup|B - tau/2|, sup|[Z] - tau|", VF_QUICK, fm3_integrators},
    {"fm3.integrators-small", "fm, eq. (15)-(17)", "the same at lr 1e-4", VF_FULL,
     fm3_integrators_small},
    {"fm3.limits", "fm, Lemma 4.3",
     "B -> tau/2 with order el, [Z] -> tau and A sqrt(el) to its limit with el^2", VF_QUICK,
     fm3_limits},
    {"fm3.fast-integrator", "fm, Lemma 4.3 (1)", "A increases infinitely fast, like 1/sqrt(2 el)",
     VF_QUICK, fm3_fast_integrator},
    {"fm3.noise-integrator", "fm, Lemma 4.3 (3)",
     "the increments of Z have the covariance I - 11'/Xi", VF_QUICK, fm3_noise_integrator},
    {"errata.fm3-integrator-signs", "fm, eq. (6)", "the integrals of Z and B are subtracted",
     VF_QUICK, fm3_integrator_signs},
    {"errata.fm3-eq14-start", "fm, eq. (14)", "the sum starts at X~(0)", VF_QUICK, fm3_eq14_start},
    {"errata.fm3-sum-range", "fm, eq. (7), (15)-(17)", "the sums run over i = 0..n-1", VF_QUICK,
     fm3_sum_range},
    {"fm4.scaling", "fm, Lemma 2.7",
     "phi(cx, c^2 t) = c phi(x, t), Phi(cx) = c Phi(x), Phi(phi(x, t)) = Phi(x)", VF_QUICK,
     fm4_scaling},
    {"fm4.flow", "fm, Definition 2.6", "the gradient flow in closed form, with order 4", VF_QUICK,
     fm4_flow},
    {"fm4.limit-linear", "fm, Definition 2.6, Section 6.1",
     "Phi(x) = |x| (w0 + rho v/|v|), v = projection on ker Z", VF_QUICK, fm4_limit_linear},
    {"fm4.derivative", "fm, Lemma 2.8",
     "dPhi is the orthogonal projection on the tangent space, dPhi x = x", VF_QUICK,
     fm4_derivative},
    {"fm7.limiting-diffusion", "fm, eq. (8), (13), Theorem 3.2",
     "norm and variance of the diffusion in closed form", VF_QUICK, fm7_limiting_diffusion},
    {"fm7.law", "fm, Theorem 3.2", "the angle has the same law on both sides of the time change",
     VF_QUICK, fm7_law},
    {"fm7.time-change", "fm, Theorem 3.2", "Y_C(t) has the law of Y_0((e^(4Ct)-1)/(4C)) e^(-Ct)",
     VF_QUICK, fm7_time_change},
    {"errata.fm7-drift-constant", "fm, eq. (4), (5), Lemma 3.1, Lemma 4.3",
     "c = -C in (8), c = -1/2 in (13)", VF_QUICK, fm7_drift_constant},
    {"fm9.first-mode", "fm, Theorem 5.4",
     "total variation to the uniform law decays as (2/pi) e^(-V/2)", VF_QUICK, fm9_first_mode},
    {"fm9.start", "fm, Theorem 5.4", "the law forgets angle and norm of the start", VF_QUICK,
     fm9_start},
    {"fm9.diffusion-mode", "fm, Theorem 5.4",
     "total variation of (13) to the uniform law: (2/pi) e^(-V/2)", VF_QUICK, fm9_diffusion_mode},
    {"fm9.diffusion", "fm, Theorem 5.4",
     "ensembles of (13) started differently: total variation as e^(-V/2)", VF_QUICK, fm9_diffusion},
    {"fm9.mixing-time", "fm, Section 6.1",
     "the time to a given distance is (ln(lam/eta) + O(1))/(4 el)", VF_QUICK, fm9_mixing_time},
    {"errata.fm9-order-symbol", "fm, Section 6.2",
     "the time of LR decay is O~(1/el); an Omega~ bounds nothing above", VF_QUICK,
     fm9_order_symbol},
};

VF_ROW(fm_limit, table);

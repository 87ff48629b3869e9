/* fm5: the normalised linear model and its limiting diffusion (fm, Section 6.1, eq. (13), Theorem
 * 5.4). The loss (1/2n) sum <x/|x| - x*, z_i>^2, n = D-2, |x*| = 1, has as minimisers of unit norm
 * a circle of radius rho, rho^2 = 1 - |projection of x* on span(z)|^2, and with the noise (18) the
 * limit (13) in closed form: with c = (D-1) sigma^2
 *
 *   |Y|^4 = c + e^(-2T) (|Y_0|^4 - c),
 *   angle without drift, of variance V = ln(1 + (e^(2T) - 1) c/|Y_0|^4)/(2 (D-1) rho^2).
 *
 * Errata: Section 6.1 calls the solution set linear (it is affine, rho < 1); Theorem 5.4 has Y
 * converge to the unit sphere (directions do, |Y| goes to c^(1/4)). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/observe.h"
#include "checks/fm/model.h"
#include "checks/fm/norm.h"
#include "checks/fm/variation.h"

/* Gradient descent from a start far from the minimisers until it stands; the squared distance of
 * x/|x| from `base` (p numbers). */
static double fm_descend_radius2(vf_context *context, const sid_problem *problem,
                                 const double *base, double lr, uint64_t steps, double *direction) {
  sid_problem exact = *problem;
  exact.noise = SID_NOISE_NONE;
  fm_setup setup;
  fm_set(&setup, &exact, lr, 0.0);
  fm_start(setup.x0, problem->dim, 1.0);
  setup.experiment.dynamics.kind = SID_GD;
  fm_observe(&setup, SID_X, 0);
  double *x = fm_rows(context, &setup, &steps, 1, 1), d[FM_DIM];
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
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    fm_model model;
    double base[FM_DIM] = {0.0}, direction[FM_DIM];
    fm_model_set(&model, 10, 0.3, cases[i].along, cases[i].across);
    base[0] = cases[i].along;
    const double got = fm_descend_radius2(context, &model.on.problem, base, 0.5, 400, direction);
    vf_erratum(context, cases[i].key, got, vf_expected(context, cases[i].key), 1.0, 32.0 * FM_ULP,
               "32 roundings");
  }
}

/* Gaussian features and target of a random instance, and the projection of the unit vector x* on
 * span(z) by Gram-Schmidt. */
static void fm_random_model(fm_model *model, double *base, double *xs) {
  const size_t p = model->dim, n = p - 2;
  double basis[FM_DIM * FM_DIM];
  sid_stream stream = vf_stream(5, SID_KEY_DATA, 8);
  sid_stream_normals(&stream, model->on.features, n * p);
  sid_stream_normals(&stream, xs, p);
  const double length = sqrt(sid_dot(xs, xs, p));
  for (size_t j = 0; j < p; j++) xs[j] /= length;
  for (size_t j = 0; j < p; j++) base[j] = 0.0;
  for (size_t i = 0; i < n; i++) {
    double *b = basis + i * p;
    model->on.labels[i] = sid_dot(model->on.features + i * p, xs, p);
    memcpy(b, model->on.features + i * p, p * sizeof *b);
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
}

/* Random features (Section 6.1): the minimisers of unit norm form a circle of radius rho, rho^2 = 1
 * - |proj_span(z) x*|^2, on which the loss is 0 and the Hessian is (1/n) sum z_i z_i' on the
 * tangent space: rank D-2, and 0 along the circle. */
static void fm5_solution_circle(vf_context *context) {
  fm_model model;
  double base[FM_DIM] = {0.0}, xs[FM_DIM], x[FM_DIM] = {0.0}, v[FM_DIM], unit[FM_DIM], hv[FM_DIM],
         work[64];
  fm_model_set(&model, 10, 0.3, 0.6, 0.8);
  fm_random_model(&model, base, xs);
  const size_t p = model.dim, n = p - 2;
  const double rho2 = 1.0 - sid_dot(base, base, p);
  const double got = fm_descend_radius2(context, &model.on.problem, base, 0.2, 8000, x);
  double trace = 0.0, worst = 0.0;
  for (size_t i = 0; i < n; i++)
    trace += sid_dot(model.on.features + i * p, model.on.features + i * p, p) / (double)n;
  vf_within(context, "rho^2 by descent, random z", got, rho2, 64.0 * FM_ULP * 20.0,
            "64 roundings, amplified by the inverse of the smallest curvature, above .05");
  /* an error of 8 roundings of |z_i| in each residual */
  vf_at_most(context, "loss on the circle, random z", sid_problem_loss(&model.on.problem, x, work),
             0.5 * trace * 64.0 * FM_ULP * FM_ULP, "squares of residuals of 8 roundings of |z|");
  for (size_t j = 0; j < p; j++) v[j] = 2.5 * x[j];
  for (size_t k = 0; k < p; k++) {
    double expected = 0.0;
    for (size_t j = 0; j < p; j++) unit[j] = j == k ? 1.0 : 0.0;
    sid_problem_hessian_vector(&model.on.problem, v, unit, hv, work);
    for (size_t i = 0; i < n; i++) { /* <z_i, P e_k> */
      const double *z = model.on.features + i * p, t = z[k] - x[k] * sid_dot(z, x, p);
      expected += t * t / (6.25 * (double)n);
    }
    worst = fmax(worst, fabs(hv[k] - expected));
  }
  vf_at_most(context, "H - P Z'ZP/(n |x|^2), diagonal, random z, |x|=2.5", worst,
             128.0 * FM_ULP * trace, "128 roundings of the trace of Z'Z/n");
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
  const double eta = 0.01, lam = 0.05, times[] = {1.0, 3.0};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    fm_model model;
    fm_setup setup;
    fm_model_set(&model, cases[i].dim, cases[i].sigma, sqrt(1.0 - cases[i].rho2),
                 sqrt(cases[i].rho2));
    fm_model_run(&setup, &model, eta, lam, cases[i].y0);
    const fm_marks job = fm_marks_at(eta, lam, times, 2);
    double *values = fm_variations(context, &setup, &job, cases[i].runs);
    for (size_t j = 0; values && j < 2; j++) {
      char key[VF_TEXT_SIZE];
      const size_t runs = cases[i].runs;
      const double big = times[j], t = (double)job.marks[j];
      const double scale =
          eta / (2.0 * lam) + exp(-4.0 * eta * lam * t) * (1.0 - eta / (2.0 * lam)); /* R(t)^4 */
      const fm_means factors = fm_loss_factors(&model, eta, lam, cases[i].y0, job.marks[j]);
      double *variation = values + j * runs, *r = values + (2 + j) * runs;
      for (size_t k = 0; k < runs; k++) r[k] *= r[k] / scale;
      const vf_moments norm = vf_moments_of(r, runs), turned = vf_moments_of(variation, runs);
      vf_text(key, "fm5.norm4.%s.tau-%g", cases[i].id, big);
      vf_monte_carlo(context, key, norm.mean, norm.standard_error,
                     vf_expected(context, key) * factors.y,
                     cases[i].sigma * cases[i].sigma * -expm1(-2.0 * big),
                     "first correction by the loss included");
      vf_text(key, "fm5.variance.%s.tau-%g", cases[i].id, big);
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
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    enum { COUNT = 8, RUNS = 8 };
    fm_model model;
    fm_setup setup;
    uint64_t steps[COUNT];
    char printed[VF_TEXT_SIZE];
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
    vf_text(printed, "%s.printed", cases[i].id);
    vf_erratum(context, cases[i].id, got.mean / rise, right, vf_expected(context, printed),
               3.0 * got.standard_error + right * (rise - 1.0) * (rise - 1.0),
               "3 standard errors and the square of the loss's part");
  }
}

static const vf_check table[] = {
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
};

VF_ROW(fm5, table, "minimisers and Hessian from the data, and ensembles of the limiting diffusion",
       "a solution set taken as linear, the drift of the norm with the sign that is printed");

/* Normalised linear regression L(x) = (1/2n) sum_i (<z_i, x/|x|> - y_i)^2, fm (000), Section 6.1.
 * docs/spec.md section 6. */
#include "../config.h"
#include "../fp.h"
#include "family.h"
#include "room.h"

const sid_problem_traits sid_normalised_linear_traits = {
    .scale_invariant = 1,
    .standard_noise = SID_NOISE_NONE,
    .noises = SID_NOISE_BIT(SID_NOISE_NONE) | SID_NOISES_DRAWN | SID_NOISE_BIT(SID_NOISE_SAMPLES)};

const sid_problem_field sid_normalised_linear_fields[] = {
    SID_TABLE_FIELD(features, samples, dim, SID_REQUIRED, "a list of lists of dim numbers"),
    SID_VECTOR_FIELD(labels, samples, SID_REQUIRED, SID_FINITE,
                     "a list of as many numbers as there are features"),
    SID_LAST_FIELD};

size_t sid_normalised_linear_workspace(const sid_problem *problem) {
  return sid_family_workspace(problem);
}

/* Norms that every function here needs. */
typedef struct {
  double ir, im; /* 1/|x|^2 and 1/|x| */
} sid_linear_norms;

static sid_linear_norms sid_linear_norms_at(const sid_problem *problem, const double *x) {
  const double r = sid_dot(x, x, problem->dim);
  const sid_linear_norms norms = {1.0 / r, 1.0 / sid_sqrt(r)};
  return norms;
}

static const double *sid_linear_feature(const sid_problem *problem, uint32_t i) {
  return problem->features + (size_t)i * problem->dim;
}

/* e_i, the error on sample i. */
static double sid_linear_error(const sid_problem *problem, uint32_t i, const double *x, double im) {
  return sid_dot(sid_linear_feature(problem, i), x, problem->dim) * im - problem->labels[i];
}

/* out_j = (sum_i c_i z_ij) (1/n), the sum in the order of i. */
static void sid_linear_combine(const sid_problem *problem, const double *c, double *out) {
  const uint32_t p = problem->dim;
  const double inv_n = 1.0 / (double)problem->samples;
  for (uint32_t j = 0; j < p; j++) out[j] = c[0] * problem->features[j];
  for (uint32_t i = 1; i < problem->samples; i++) {
    const double *z = sid_linear_feature(problem, i);
    for (uint32_t j = 0; j < p; j++) out[j] = out[j] + c[i] * z[j];
  }
  for (uint32_t j = 0; j < p; j++) out[j] = out[j] * inv_n;
}

double sid_normalised_linear_loss(const sid_problem *problem, const double *x, double *work) {
  (void)work;
  const double im = sid_linear_norms_at(problem, x).im;
  double total = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double e = sid_linear_error(problem, i, x, im);
    total = total + e * e; /* 0 + e*e is exact, so this starts with the term of sample 0 */
  }
  return (0.5 * total) * (1.0 / (double)problem->samples);
}

/* h_j = (tangent of it)/|x|: (h_j - t x_j) im with t = <x,h>/|x|^2. In place. */
static void sid_linear_project(const sid_problem *problem, const double *x, sid_linear_norms norms,
                               double *h) {
  const double t = sid_dot(x, h, problem->dim) * norms.ir;
  for (uint32_t j = 0; j < problem->dim; j++) h[j] = (h[j] - t * x[j]) * norms.im;
}

/* work: n doubles for the errors. */
void sid_normalised_linear_gradient(const sid_problem *problem, const double *x, double *gradient,
                                    double *work) {
  const sid_linear_norms norms = sid_linear_norms_at(problem, x);
  for (uint32_t i = 0; i < problem->samples; i++)
    work[i] = sid_linear_error(problem, i, x, norms.im);
  sid_linear_combine(problem, work, gradient);
  sid_linear_project(problem, x, norms, gradient);
}

void sid_normalised_linear_sample(const sid_problem *problem, uint32_t i, const double *x,
                                  double *gradient, double *work) {
  (void)work;
  const sid_linear_norms norms = sid_linear_norms_at(problem, x);
  const double e = sid_linear_error(problem, i, x, norms.im);
  const double *z = sid_linear_feature(problem, i);
  for (uint32_t j = 0; j < problem->dim; j++) gradient[j] = e * z[j];
  sid_linear_project(problem, x, norms, gradient);
}

/* Derivative of (h - t x)/|x| along y. work: p + n doubles. */
void sid_normalised_linear_hessian_vector(const sid_problem *problem, const double *x,
                                          const double *y, double *hy, double *work) {
  const uint32_t p = problem->dim;
  const sid_linear_norms norms = sid_linear_norms_at(problem, x);
  double *h = work, *k = work + p;
  for (uint32_t i = 0; i < problem->samples; i++) k[i] = sid_linear_error(problem, i, x, norms.im);
  sid_linear_combine(problem, k, h);
  const double t = sid_dot(x, h, p) * norms.ir;
  const double c = sid_dot(x, y, p) * norms.ir;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double *z = sid_linear_feature(problem, i);
    k[i] = (sid_dot(z, y, p) - c * sid_dot(z, x, p)) * norms.im;
  }
  sid_linear_combine(problem, k, hy);
  const double dt = (sid_dot(y, h, p) + sid_dot(x, hy, p)) * norms.ir - (2.0 * c) * t;
  for (uint32_t j = 0; j < p; j++) {
    const double gradient = (h[j] - t * x[j]) * norms.im;
    hy[j] = (((hy[j] - dt * x[j]) - t * y[j]) * norms.im) - c * gradient;
  }
}

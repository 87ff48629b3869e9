/* Gradients, covariances and moments of the losses, from their data alone. */
#include <math.h>
#include "harness/algebra.h"
#include "checks/svag/gradients.h"
#include "checks/svag/powers.h"

double svag_weight(const sid_problem *problem, uint32_t i) {
  return problem->weights ? problem->weights[i] : 1.0 / problem->samples;
}

/* a x - b, or the gradient (e z - <e z, xh> xh)/|x| of (<z, xh> - y)^2/2 with e = <z, xh> - y. */
void svag_member_gradient(const sid_problem *problem, uint32_t i, const double *x, double *g) {
  const uint32_t p = problem->dim;
  if (problem->kind == SID_QUADRATIC_SAMPLES) {
    for (uint32_t j = 0; j < p; j++) g[j] = problem->a[i * p + j] * x[j] - problem->b[i * p + j];
    return;
  }
  const double *z = problem->features + (size_t)i * p;
  const double length = vf_norm(x, p), along = vf_dot(z, x, p) / length,
               e = along - problem->labels[i];
  for (uint32_t j = 0; j < p; j++) g[j] = e * (z[j] - along * x[j] / length) / length;
}

/* grad L: (A x - q x)/r for the Rayleigh quotient, 2 x y (y, -x)/r^2 for x^2/(x^2+y^2), a x for the
 * noisy quadratic, else the mean of the members. */
void svag_gradient(const sid_problem *problem, const double *x, double *g) {
  const uint32_t p = problem->dim;
  double member[SVAG_DIM], ax[SVAG_DIM], r = vf_dot(x, x, p);
  for (uint32_t j = 0; j < p; j++) g[j] = 0.0;
  if (problem->spectrum) {
    for (uint32_t j = 0; j < p; j++) ax[j] = problem->spectrum[j] * x[j];
    const double q = problem->kind == SID_RAYLEIGH ? vf_dot(x, ax, p) / r : 0.0;
    for (uint32_t j = 0; j < p; j++)
      g[j] = problem->kind == SID_RAYLEIGH ? (ax[j] - q * x[j]) / r : ax[j];
  } else if (problem->kind == SID_RATIO2) {
    g[0] = 2.0 * x[0] * x[1] * x[1] / (r * r);
    g[1] = -2.0 * x[0] * x[0] * x[1] / (r * r);
  }
  for (uint32_t i = 0; i < problem->samples; i++) {
    svag_member_gradient(problem, i, x, member);
    for (uint32_t j = 0; j < p; j++) g[j] += svag_weight(problem, i) * member[j];
  }
}

/* Cov(g)[j][k] at x: over the members; sigma^2/|x|^2 times the projection (a fixed length sigma
 * spreads over p-1 directions); P diag(scale^2) P/|x|^2; diag(scale^2) in ambient space. */
void svag_covariance(const sid_problem *problem, const double *x, double cov[SVAG_DIM][SVAG_DIM]) {
  const uint32_t p = problem->dim;
  double mean[SVAG_DIM], member[SVAG_DIM], projection[SVAG_DIM][SVAG_DIM];
  const double r = vf_dot(x, x, p);
  const int tangential =
      problem->kind != SID_QUADRATIC_NOISY && problem->kind != SID_QUADRATIC_SAMPLES;
  svag_gradient(problem, x, mean);
  for (uint32_t j = 0; j < p; j++)
    for (uint32_t k = 0; k < p; k++)
      projection[j][k] = (j == k) - (tangential ? x[j] * x[k] / r : 0.0);
  for (uint32_t j = 0; j < p; j++)
    for (uint32_t k = 0; k < p; k++) {
      cov[j][k] = 0.0;
      for (uint32_t c = 0; c < p && problem->noise != SID_NOISE_SAMPLES; c++) {
        const double s = problem->scale ? problem->scale[c] : problem->sigma;
        const double spread =
            problem->noise == SID_NOISE_SPHERE ? s * s / (p - (uint32_t)tangential) : s * s;
        cov[j][k] += projection[j][c] * spread * projection[c][k] / (tangential ? r : 1.0);
      }
    }
  for (uint32_t i = 0; problem->noise == SID_NOISE_SAMPLES && i < problem->samples; i++) {
    svag_member_gradient(problem, i, x, member);
    for (uint32_t j = 0; j < p; j++)
      for (uint32_t k = 0; k < p; k++)
        cov[j][k] += svag_weight(problem, i) * (member[j] - mean[j]) * (member[k] - mean[k]);
  }
}

void svag_member_moments(const sid_problem *problem, const double *x, const double *v,
                         double mu[SVAG_MOMENTS]) {
  double g[SVAG_SAMPLES], one[SVAG_DIM], mean = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    svag_member_gradient(problem, i, x, one);
    g[i] = vf_dot(one, v, problem->dim);
    mean += svag_weight(problem, i) * g[i];
  }
  for (uint32_t n = 0; n < SVAG_MOMENTS; n++) {
    mu[n] = 0.0;
    for (uint32_t i = 0; i < problem->samples; i++)
      mu[n] += svag_weight(problem, i) * svag_power(g[i] - mean, n);
  }
}

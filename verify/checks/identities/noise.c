/* Laws of the noise, by hand and by enumeration. */
#include <math.h>
#include "checks/identities/noise.h"
#include "harness/algebra.h"

double exact_covariance(const sid_problem *problem, const double *x, uint32_t i, uint32_t j) {
  const uint32_t p = problem->dim;
  const double r = vf_dot(x, x, p);
  double total = 0.0;
  for (uint32_t k = 0; k < p; k++) {
    const double sigma = problem->scale ? problem->scale[k] : problem->sigma;
    total += ((i == k) - x[i] * x[k] / r) * sigma * sigma * ((k == j) - x[k] * x[j] / r);
  }
  return total / r;
}

void exact_sample_covariance(const sid_problem *problem, const double *x, double *covariance) {
  const uint32_t p = problem->dim, n = problem->samples;
  const double r = vf_dot(x, x, p), rho = sqrt(r);
  double g[EXACT_SAMPLES][EXACT_DIM];
  for (uint32_t i = 0; i < n; i++) {
    const double *z = problem->features + (size_t)i * p, zx = vf_dot(z, x, p);
    for (uint32_t j = 0; j < p; j++)
      g[i][j] = (zx / rho - problem->labels[i]) * (z[j] - zx / r * x[j]) / rho;
  }
  for (uint32_t a = 0; a < p; a++)
    for (uint32_t b = 0; b < p; b++) {
      double sum = 0.0, mean_a = 0.0, mean_b = 0.0;
      for (uint32_t i = 0; i < n; i++)
        sum += g[i][a] * g[i][b] / n, mean_a += g[i][a] / n, mean_b += g[i][b] / n;
      covariance[a * p + b] = sum - mean_a * mean_b;
    }
}

void exact_moments(const sid_problem *problem, const double *x, uint32_t batch,
                   const sid_stream *streams, size_t count, double *mean, double *second) {
  const uint32_t p = problem->dim;
  double full[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK];
  sid_problem_gradient(problem, x, full, work);
  for (uint32_t i = 0; i < p; i++) mean[i] = 0.0;
  for (uint32_t i = 0; i < p * p; i++) second[i] = 0.0;
  for (size_t s = 0; s < count; s++) {
    sid_stream copy = streams[s];
    sid_problem_noisy_gradient(problem, x, batch, &copy, g, work);
    for (uint32_t i = 0; i < p; i++) g[i] -= full[i];
    for (uint32_t i = 0; i < p; i++) {
      mean[i] += g[i] / (double)count;
      for (uint32_t j = 0; j < p; j++) second[i * p + j] += g[i] * g[j] / (double)count;
    }
  }
}

void exact_draw(const sid_problem *problem, const double *x, int gaussian, const double *e,
                double *noise) {
  const uint32_t p = problem->dim;
  const int sphere = problem->noise == SID_NOISE_SPHERE;
  const double r = vf_dot(x, x, p);
  double u[EXACT_DIM];
  for (uint32_t j = 0; j < p; j++)
    u[j] = (problem->scale ? problem->scale[j] : sphere ? 1.0 : problem->sigma) * e[j];
  const double along = vf_dot(x, u, p) / r;
  for (uint32_t j = 0; j < p; j++) noise[j] = (u[j] - along * x[j]) / sqrt(r);
  if (!sphere) return;
  const double length = gaussian ? sqrt((double)p - 1.0) : sqrt(vf_dot(noise, noise, p) * r);
  for (uint32_t j = 0; j < p; j++) noise[j] *= problem->sigma / length;
}

void exact_draw_samples(const sid_problem *problem, const double *x, const double *e,
                        double *noise) {
  const uint32_t p = problem->dim, n = problem->samples;
  double mean[EXACT_DIM] = {0}, g[EXACT_SAMPLES][EXACT_DIM];
  for (uint32_t i = 0; i < n; i++) {
    sid_problem_sample_gradient(problem, i, x, g[i], NULL);
    for (uint32_t j = 0; j < p; j++) mean[j] += g[i][j] / n;
  }
  for (uint32_t j = 0; j < p; j++) {
    noise[j] = 0.0;
    for (uint32_t i = 0; i < n; i++) noise[j] += e[i] * (g[i][j] - mean[j]) / sqrt((double)n);
  }
}

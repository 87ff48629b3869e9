/* Euler-Maruyama for the canonical SDE dX = -lr (grad L + wd X) dt + lr Gamma dW in step time (il
 * (001), eq. (5); svag (003), eq. (2)) and for the second-order SDE of Li, Tai and E in the same
 * time (svag (003), Section 5). docs/spec.md section 7. */
#include "../config.h"
#include "../fp.h"
#include "dynamics.h"

/* Standard deviation that a substep gives to unit noise: lr sqrt(dt)/sqrt(batch), dt =
 * 1/substeps. */
static double sid_sde_noise_size(double lr, uint32_t substeps, uint32_t batch) {
  return lr / sid_sqrt((double)((uint64_t)substeps * batch));
}

void sid_step_sde(const sid_problem *problem, uint32_t substeps, uint32_t batch, double lr,
                  double wd, double *x, sid_stream *stream, double *work) {
  const uint32_t p = problem->dim;
  double *g = work, *noise = work + p, *scratch = work + 3 * (size_t)p;
  const double h = lr / (double)substeps;
  const double a = 1.0 - h * wd;
  const double s = sid_sde_noise_size(lr, substeps, batch);
  for (uint32_t k = 0; k < substeps; k++) {
    sid_problem_gradient(problem, x, g, scratch);
    sid_problem_gaussian_noise(problem, x, stream, noise, scratch);
    for (uint32_t j = 0; j < p; j++) x[j] = (a * x[j] - h * g[j]) + s * noise[j];
  }
}

void sid_step_sde2(const sid_problem *problem, uint32_t substeps, uint32_t batch, double lr,
                   double wd, double *x, sid_stream *stream, double *work) {
  const uint32_t p = problem->dim;
  double *b = work, *noise = work + p, *hb = work + 2 * (size_t)p, *scratch = work + 3 * (size_t)p;
  const double h = lr / (double)substeps;
  const double k = lr * 0.5;
  const double s = sid_sde_noise_size(lr, substeps, batch);
  for (uint32_t q = 0; q < substeps; q++) {
    sid_problem_gradient(problem, x, b, scratch);
    for (uint32_t j = 0; j < p; j++) b[j] = b[j] + wd * x[j];
    sid_problem_hessian_vector(problem, x, b, hb, scratch);
    sid_problem_gaussian_noise(problem, x, stream, noise, scratch);
    for (uint32_t j = 0; j < p; j++)
      x[j] = (x[j] - h * (b[j] + k * (hb[j] + wd * b[j]))) + s * noise[j];
  }
}

/* Rayleigh quotient L(x) = x'Ax / (2 x'x), the noisy Rayleigh quotient problem of nrq (002),
 * Section 2. docs/spec.md section 6. */
#include "../config.h"
#include "../problem.h"

/* out = A y for the diagonal or the dense A. */
static void sid_rayleigh_apply(const sid_problem *problem, const double *y, double *out) {
  const uint32_t p = problem->dim;
  if (problem->spectrum) {
    for (uint32_t j = 0; j < p; j++) out[j] = problem->spectrum[j] * y[j];
    return;
  }
  for (uint32_t j = 0; j < p; j++) out[j] = sid_dot(problem->matrix + (size_t)j * p, y, p);
}

double sid_rayleigh_loss(const sid_problem *problem, const double *x, double *work) {
  const uint32_t p = problem->dim;
  const double ir = 1.0 / sid_dot(x, x, p);
  sid_rayleigh_apply(problem, x, work);
  return 0.5 * (sid_dot(x, work, p) * ir);
}

void sid_rayleigh_gradient(const sid_problem *problem, const double *x, double *gradient,
                           double *work) {
  const uint32_t p = problem->dim;
  const double ir = 1.0 / sid_dot(x, x, p);
  sid_rayleigh_apply(problem, x, work);
  const double q = sid_dot(x, work, p) * ir;
  for (uint32_t j = 0; j < p; j++) gradient[j] = (work[j] - q * x[j]) * ir;
}

/* Derivative of the gradient (Av - qx)/r along y; dq = 2 <G, y> because L = q/2. work: p
 * doubles. */
void sid_rayleigh_hessian_vector(const sid_problem *problem, const double *x, const double *y,
                                 double *hy, double *work) {
  const uint32_t p = problem->dim;
  double *gradient = work;
  sid_rayleigh_gradient(problem, x, gradient, hy); /* hy is scratch here: it is written last */
  const double ir = 1.0 / sid_dot(x, x, p);
  sid_rayleigh_apply(problem, x, hy);
  const double q = sid_dot(x, hy, p) * ir;
  const double b2 = 2.0 * sid_dot(gradient, y, p);
  const double c2 = 2.0 * (sid_dot(x, y, p) * ir);
  sid_rayleigh_apply(problem, y, hy);
  for (uint32_t j = 0; j < p; j++)
    hy[j] = (((hy[j] - q * y[j]) - b2 * x[j]) * ir) - c2 * gradient[j];
}

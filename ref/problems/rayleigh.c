/* Rayleigh quotient L(x) = x'Ax / (2 x'x), the noisy Rayleigh quotient problem of nrq (002),
 * Section 2. docs/spec.md section 6. */
#include "../config.h"
#include "room.h"

const sid_problem_traits sid_rayleigh_traits = {.scale_invariant = 1,
                                                .standard_noise = SID_NOISE_NONE,
                                                .noises = SID_NOISE_BIT(SID_NOISE_NONE) |
                                                          SID_NOISES_DRAWN};

const sid_problem_field sid_rayleigh_fields[] = {
    SID_VECTOR_FIELD(spectrum, dim, SID_ONE_OF, SID_FINITE, "dim numbers"),
    SID_TABLE_FIELD(matrix, dim, dim, SID_ONE_OF, "a symmetric matrix: dim lists of dim numbers"),
    SID_LAST_FIELD};

sid_status sid_rayleigh_check(const sid_problem *problem, sid_fault *fault) {
  const size_t p = problem->dim;
  for (size_t i = 0; problem->matrix && i < p; i++)
    for (size_t j = 0; j < i; j++) {
      if (problem->matrix[i * p + j] == problem->matrix[j * p + i]) continue;
      fault->field = "matrix", fault->depth = 2, fault->at[0] = i, fault->at[1] = j;
      fault->wrong = "not symmetric:", fault->value = problem->matrix[i * p + j];
      fault->allowed = "the number across the diagonal, which is";
      fault->limit = problem->matrix[j * p + i];
      return SID_E_PARAMETER;
    }
  return SID_OK;
}

size_t sid_rayleigh_workspace(const sid_problem *problem) { return 2 * (size_t)problem->dim; }

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

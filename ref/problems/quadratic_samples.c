/* Finite weighted family of diagonal quadratics L_i(x) = sum_j (a_ij x_j^2/2 - b_ij x_j): moments
 * of SGD, SVAG and the SDE close, so weak errors are exact (svag (003), Section 4). docs/spec.md
 * section 6. */
#include "../config.h"
#include "../problem.h"

double sid_quadratic_samples_loss(const sid_problem *problem, const double *x, double *work) {
  const uint32_t p = problem->dim;
  double total = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double *a = problem->a + (size_t)i * p, *b = problem->b + (size_t)i * p;
    for (uint32_t j = 0; j < p; j++) work[j] = ((0.5 * a[j]) * x[j]) * x[j] - b[j] * x[j];
    const double term = sid_problem_sample_weight(problem, i) * sid_sum(work, p);
    total = i == 0 ? term : total + term;
  }
  return total;
}

void sid_quadratic_samples_sample(const sid_problem *problem, uint32_t i, const double *x,
                                  double *gradient) {
  const uint32_t p = problem->dim;
  const double *a = problem->a + (size_t)i * p, *b = problem->b + (size_t)i * p;
  for (uint32_t j = 0; j < p; j++) gradient[j] = a[j] * x[j] - b[j];
}

void sid_quadratic_samples_gradient(const sid_problem *problem, const double *x, double *gradient) {
  const uint32_t p = problem->dim;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double *a = problem->a + (size_t)i * p, *b = problem->b + (size_t)i * p;
    const double weight = sid_problem_sample_weight(problem, i);
    for (uint32_t j = 0; j < p; j++) {
      const double term = weight * (a[j] * x[j] - b[j]);
      gradient[j] = i == 0 ? term : gradient[j] + term;
    }
  }
}

void sid_quadratic_samples_hessian_vector(const sid_problem *problem, const double *v, double *hv) {
  const uint32_t p = problem->dim;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double *a = problem->a + (size_t)i * p;
    const double weight = sid_problem_sample_weight(problem, i);
    for (uint32_t j = 0; j < p; j++) {
      const double term = weight * a[j];
      hv[j] = i == 0 ? term : hv[j] + term;
    }
  }
  for (uint32_t j = 0; j < p; j++) hv[j] = hv[j] * v[j];
}

/* Noisy quadratic model L(x) = (1/2) sum_j a_j x_j^2 with noise of fixed covariance: the contrast
 * without norm dynamics of nrq (002). Its Hessian is constant, so a Hessian-vector product is the
 * gradient at v. docs/spec.md section 6. */
#include "../config.h"
#include "../problem.h"

void sid_quadratic_noisy_gradient(const sid_problem *problem, const double *x, double *gradient) {
  for (uint32_t j = 0; j < problem->dim; j++) gradient[j] = problem->spectrum[j] * x[j];
}

double sid_quadratic_noisy_loss(const sid_problem *problem, const double *x, double *work) {
  sid_quadratic_noisy_gradient(problem, x, work);
  return 0.5 * sid_dot(x, work, problem->dim);
}

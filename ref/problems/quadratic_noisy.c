/* Noisy quadratic model L(x) = (1/2) sum_j a_j x_j^2 with noise of fixed covariance: the contrast
 * without norm dynamics of nrq (002). Its Hessian is constant, so a Hessian-vector product is the
 * gradient at v. docs/spec.md section 6. */
#include "../config.h"
#include "room.h"

const sid_problem_traits sid_quadratic_noisy_traits = {
    .standard_noise = SID_NOISE_NONE, .noises = SID_NOISE_BIT(SID_NOISE_NONE) | SID_NOISES_DRAWN};

const sid_problem_field sid_quadratic_noisy_fields[] = {
    SID_VECTOR_FIELD(spectrum, dim, SID_REQUIRED, SID_FINITE, "dim numbers"), SID_LAST_FIELD};

size_t sid_quadratic_noisy_workspace(const sid_problem *problem) {
  return 2 * (size_t)problem->dim;
}

void sid_quadratic_noisy_gradient(const sid_problem *problem, const double *x, double *gradient,
                                  double *work) {
  (void)work;
  for (uint32_t j = 0; j < problem->dim; j++) gradient[j] = problem->spectrum[j] * x[j];
}

double sid_quadratic_noisy_loss(const sid_problem *problem, const double *x, double *work) {
  sid_quadratic_noisy_gradient(problem, x, work, NULL);
  return 0.5 * sid_dot(x, work, problem->dim);
}

void sid_quadratic_noisy_hessian_vector(const sid_problem *problem, const double *x,
                                        const double *v, double *hv, double *work) {
  (void)x;
  sid_quadratic_noisy_gradient(problem, v, hv, work);
}

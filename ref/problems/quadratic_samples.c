/* Finite weighted family of diagonal quadratics L_i(x) = sum_j (a_ij x_j^2/2 - b_ij x_j): moments
 * of SGD, SVAG and the SDE close, so weak errors are exact (svag (003), Section 4). docs/spec.md
 * section 6. */
#include "../config.h"
#include "family.h"
#include "room.h"

const sid_problem_traits sid_quadratic_samples_traits = {
    .standard_noise = SID_NOISE_SAMPLES,
    .noises = SID_NOISE_BIT(SID_NOISE_NONE) | SID_NOISE_BIT(SID_NOISE_SAMPLES)};

const sid_problem_field sid_quadratic_samples_fields[] = {
    SID_TABLE_FIELD(a, samples, dim, SID_REQUIRED, "a list of lists of dim numbers"),
    SID_TABLE_FIELD(b, samples, dim, SID_REQUIRED, "a list of lists of dim numbers"),
    SID_VECTOR_FIELD(weights, samples, SID_OPTIONAL, SID_WEIGHTS,
                     "a list of as many numbers as there are samples"),
    SID_LAST_FIELD};

/* A sum of 1 within 2^-40, far above the rounding of any sum of 65536 terms of size 1/65536. */
sid_status sid_quadratic_samples_check(const sid_problem *problem, sid_fault *fault) {
  if (!problem->weights) return SID_OK;
  const double total = sid_sum(problem->weights, problem->samples), excess = total - 1.0;
  if (excess <= 0x1p-40 && excess >= -0x1p-40) return SID_OK;
  fault->field = "weights", fault->wrong = "the sum is", fault->value = total;
  fault->allowed = "a sum within 2^-40 of 1";
  return SID_E_WEIGHTS;
}

size_t sid_quadratic_samples_workspace(const sid_problem *problem) {
  return sid_family_workspace(problem);
}

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
                                  double *gradient, double *work) {
  (void)work;
  const uint32_t p = problem->dim;
  const double *a = problem->a + (size_t)i * p, *b = problem->b + (size_t)i * p;
  for (uint32_t j = 0; j < p; j++) gradient[j] = a[j] * x[j] - b[j];
}

void sid_quadratic_samples_gradient(const sid_problem *problem, const double *x, double *gradient,
                                    double *work) {
  (void)work;
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

void sid_quadratic_samples_hessian_vector(const sid_problem *problem, const double *x,
                                          const double *v, double *hv, double *work) {
  (void)x, (void)work;
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

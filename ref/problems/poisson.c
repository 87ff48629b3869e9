/* Example F.1 of svag (003): the gradient of a sample is a Poisson count in every coordinate,
 * whatever x is; L = mean sum_j x_j. docs/spec.md sections 5 and 6. */
#include "../config.h"
#include "../fp.h"
#include "../noise.h"
#include "../ranges.h"
#include "room.h"

const sid_problem_traits sid_poisson_traits = {.standard_noise = SID_NOISE_POISSON,
                                               .noises = SID_NOISE_BIT(SID_NOISE_NONE) |
                                                         SID_NOISE_BIT(SID_NOISE_POISSON)};

const sid_problem_field sid_poisson_fields[] = {
    SID_REAL_FIELD(mean, SID_POSITIVE, "a number > 0, at most 500"),
    SID_REAL_FIELD(exp_minus_mean, SID_POSITIVE, "exp(-mean)"), SID_LAST_FIELD};

/* exp(-mean) to a few digits, for a message: (1 - mean 2^-26)^(2^26). */
static double sid_poisson_about(double mean) {
  double y = 1.0 - mean * 0x1p-26;
  for (int i = 0; i < 26; i++) y = y * y;
  return y;
}

/* exp(-mean) is not computed for the check, but lies between 1 - mean and 1/(1 + mean): enough to
 * see a constant of another mean by far, or one that was forgotten. */
sid_status sid_poisson_check(const sid_problem *problem, sid_fault *fault) {
  const double mean = problem->mean, constant = problem->exp_minus_mean;
  if (mean > 500.0) {
    fault->field = "mean", fault->value = mean, fault->allowed = "at most", fault->limit = 500.0;
    return SID_E_PARAMETER;
  }
  if (constant >= 1.0 - mean && constant * (1.0 + mean) <= 1.0) return SID_OK;
  fault->field = "exp_minus_mean", fault->value = constant;
  fault->allowed = "exp(-mean), which is about", fault->limit = sid_poisson_about(mean);
  return SID_E_PARAMETER;
}

size_t sid_poisson_workspace(const sid_problem *problem) { return 2 * (size_t)problem->dim; }

double sid_poisson_loss(const sid_problem *problem, const double *x, double *work) {
  (void)work;
  return problem->mean * sid_sum(x, problem->dim);
}

void sid_poisson_gradient(const sid_problem *problem, const double *x, double *gradient,
                          double *work) {
  (void)x, (void)work;
  for (uint32_t j = 0; j < problem->dim; j++) gradient[j] = problem->mean;
}

void sid_poisson_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                                double *hv, double *work) {
  (void)x, (void)v, (void)work;
  sid_set_zero(hv, problem->dim);
}

void sid_poisson_own_gradient(const sid_problem *problem, const double *x, uint32_t batch,
                              sid_stream *stream, double *gradient, double *work) {
  (void)x, (void)work;
  const uint32_t p = problem->dim;
  for (uint32_t j = 0; j < p; j++) gradient[j] = 0.0;
  for (uint32_t b = 0; b < batch; b++)
    for (uint32_t j = 0; j < p; j++)
      gradient[j] = gradient[j] + (double)sid_stream_poisson(stream, problem->exp_minus_mean);
  const double inv_batch = 1.0 / (double)batch;
  for (uint32_t j = 0; j < p; j++) gradient[j] = gradient[j] * inv_batch;
}

/* A count has variance `mean`. */
void sid_poisson_own_gaussian(const sid_problem *problem, const double *x, sid_stream *stream,
                              double *noise, double *work) {
  const sid_noise gaussian = {SID_NOISE_GAUSSIAN, 0, sid_sqrt(problem->mean), NULL};
  (void)work;
  sid_noise_draw(&gaussian, x, problem->dim, stream, noise);
}

double sid_poisson_own_trace(const sid_problem *problem, const double *x, double *work) {
  (void)x, (void)work;
  return problem->mean * (double)problem->dim;
}

/* Example F.1 of svag (003): the gradient of a sample is a Poisson count in every coordinate,
 * whatever x is; L = mean sum_j x_j. docs/spec.md sections 5 and 6. */
#include "../config.h"
#include "../problem.h"

double sid_poisson_loss(const sid_problem *problem, const double *x) {
  return problem->mean * sid_sum(x, problem->dim);
}

void sid_poisson_gradient(const sid_problem *problem, double *gradient) {
  for (uint32_t j = 0; j < problem->dim; j++) gradient[j] = problem->mean;
}

void sid_poisson_minibatch(const sid_problem *problem, uint32_t batch, sid_stream *stream,
                           double *gradient) {
  const uint32_t p = problem->dim;
  for (uint32_t j = 0; j < p; j++) gradient[j] = 0.0;
  for (uint32_t b = 0; b < batch; b++)
    for (uint32_t j = 0; j < p; j++)
      gradient[j] = gradient[j] + (double)sid_stream_poisson(stream, problem->exp_minus_mean);
  const double inv_batch = 1.0 / (double)batch;
  for (uint32_t j = 0; j < p; j++) gradient[j] = gradient[j] * inv_batch;
}

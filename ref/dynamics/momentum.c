/* SGD with momentum and weight decay, il (001), Appendix C.1: v+ = beta v + (g + wd x), x+ = x - lr
 * v+. The state is x, then v (p numbers each). docs/spec.md section 7. */
#include "../config.h"
#include "dynamics.h"

void sid_step_momentum(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                       double wd, double *x, sid_stream *stream, double *work) {
  const uint32_t p = problem->dim;
  double *v = x + p;
  sid_problem_noisy_gradient(problem, x, dynamics->batch, stream, work, work + 3 * (size_t)p);
  for (uint32_t j = 0; j < p; j++) {
    v[j] = dynamics->beta * v[j] + (work[j] + wd * x[j]);
    x[j] = x[j] - lr * v[j];
  }
}

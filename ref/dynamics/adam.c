/* Adam with L2 regularisation and AdamW, il (001), Algorithm 1: lr is the schedule multiplier,
 * alpha the LR. The state is x, m, v (p numbers each), beta^t and beta2^t.
 * docs/spec.md section 7. */
#include "../config.h"
#include "../fp.h"
#include "dynamics.h"

/* m^/(sqrt(v^) + eps), and +0 where the denominator is 0 (eps = 0 and no gradient so far). */
static double sid_adam_direction(double m, double v, double eps) {
  const double denominator = sid_sqrt(v) + eps;
  return denominator == 0.0 ? 0.0 : m / denominator;
}

void sid_step_adam(const sid_problem *problem, const sid_dynamics *dynamics, double lr, double wd,
                   double *x, sid_stream *stream, double *work) {
  const uint32_t p = problem->dim;
  const int decoupled = dynamics->kind == SID_ADAMW;
  double *g = work, *m = x + p, *v = x + 2 * (size_t)p, *powers = x + 3 * (size_t)p;
  const double c1 = 1.0 - dynamics->beta, c2 = 1.0 - dynamics->beta2;
  sid_problem_noisy_gradient(problem, x, dynamics->batch, stream, g, work + 3 * (size_t)p);
  powers[0] = powers[0] * dynamics->beta;
  powers[1] = powers[1] * dynamics->beta2;
  const double b1 = 1.0 - powers[0], b2 = 1.0 - powers[1];
  for (uint32_t j = 0; j < p; j++) {
    if (!decoupled) g[j] = g[j] + wd * x[j];
    m[j] = dynamics->beta * m[j] + c1 * g[j];
    v[j] = dynamics->beta2 * v[j] + c2 * (g[j] * g[j]);
    double move = dynamics->alpha * sid_adam_direction(m[j] / b1, v[j] / b2, dynamics->eps);
    if (decoupled) move = move + wd * x[j];
    x[j] = x[j] - lr * move;
  }
}

/* Gradient descent, SGD and SVAG (svag (003), eq. (9)) with decoupled weight decay x+ = (1 - lr wd)
 * x - lr g. docs/spec.md section 7. */
#include "../config.h"
#include "../fp.h"
#include "dynamics.h"

/* x_j = a x_j - h g_j: the update that all three share. */
static void sid_descend(double a, double h, const double *g, double *x, uint32_t p) {
  for (uint32_t j = 0; j < p; j++) x[j] = a * x[j] - h * g[j];
}

void sid_step_gd(const sid_problem *problem, double lr, double wd, double *x, double *work) {
  const uint32_t p = problem->dim;
  sid_problem_gradient(problem, x, work, work + 3 * (size_t)p);
  sid_descend(1.0 - lr * wd, lr, work, x, p);
}

void sid_step_sgd(const sid_problem *problem, const sid_dynamics *dynamics, double lr, double wd,
                  double *x, sid_stream *stream, double *work) {
  const uint32_t p = problem->dim;
  sid_problem_noisy_gradient(problem, x, dynamics->batch, stream, work, work + 3 * (size_t)p);
  sid_descend(1.0 - lr * wd, lr, work, x, p);
}

void sid_step_svag(const sid_problem *problem, const sid_dynamics *dynamics, double lr, double wd,
                   double *x, sid_stream *stream, double *work) {
  const uint32_t p = problem->dim;
  double *g = work, *second = work + p, *scratch = work + 3 * (size_t)p;
  const double h = lr / (double)dynamics->l;
  const double s = sid_sqrt((double)(2 * dynamics->l - 1));
  const double c1 = (1.0 + s) * 0.5, c2 = (1.0 - s) * 0.5;
  sid_problem_noisy_gradient(problem, x, dynamics->batch, stream, g, scratch);
  sid_problem_noisy_gradient(problem, x, dynamics->batch, stream, second, scratch);
  for (uint32_t j = 0; j < p; j++) g[j] = c1 * g[j] + c2 * second[j];
  sid_descend(1.0 - h * wd, h, g, x, p);
}

/* Gradient descent on the unit sphere with a learning rate et that adapts: th+ = th'/|th'|,
 * th' = th - et grad L(th). The state is th (p numbers) and one number that gives et:
 *
 * - projected_gd: R = |w|^2 of the GD with weight decay that it is the direction of,
 *   et = lr/((1 - lr wd) R) (eos (004), Lemma 3.1);
 * - rmsprop: v, et = lr/sqrt(v), v+ = beta v + (1 - beta) |grad L|^2 (eos (004), Appendix B);
 * - quasi_rmsprop: u = 1/et, u+ = (1 - k) u + (k/lr^2) |grad L|^2/u, k = (1 - beta)/2, the same to
 *   first order in 1 - beta.
 *
 * docs/spec.md section 7. */
#include "../config.h"
#include "../fp.h"
#include "dynamics.h"

double sid_projected_lr(const sid_dynamics *dynamics, double lr, double wd, double memory) {
  if (dynamics->kind == SID_PROJECTED_GD) return lr / ((1.0 - lr * wd) * memory);
  return dynamics->kind == SID_RMSPROP ? lr / sid_sqrt(memory) : 1.0 / memory;
}

/* What the state remembers, after a step with squared gradient gg. */
static double sid_projected_memory(const sid_dynamics *dynamics, double lr, double wd,
                                   double memory, double gg) {
  if (dynamics->kind == SID_PROJECTED_GD) {
    const double a = 1.0 - lr * wd;
    return (a * a) * memory + ((lr * lr) * gg) / memory;
  }
  if (dynamics->kind == SID_RMSPROP) return dynamics->beta * memory + (1.0 - dynamics->beta) * gg;
  const double k = (1.0 - dynamics->beta) * 0.5;
  return (1.0 - k) * memory + ((k / (lr * lr)) * gg) / memory;
}

void sid_step_projected(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                        double wd, double *x, double *work) {
  const uint32_t p = problem->dim;
  const double memory = x[p], et = sid_projected_lr(dynamics, lr, wd, memory);
  sid_problem_gradient(problem, x, work, work + 3 * (size_t)p);
  x[p] = sid_projected_memory(dynamics, lr, wd, memory, sid_dot(work, work, p));
  for (uint32_t j = 0; j < p; j++) x[j] = x[j] - et * work[j];
  const double k = 1.0 / sid_sqrt(sid_dot(x, x, p));
  for (uint32_t j = 0; j < p; j++) x[j] = x[j] * k;
}

void sid_projected_begin(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                         double *x) {
  const uint32_t p = problem->dim;
  const double r = sid_dot(x, x, p), k = 1.0 / sid_sqrt(r);
  for (uint32_t j = 0; j < p; j++) x[j] = x[j] * k;
  if (dynamics->kind == SID_PROJECTED_GD)
    x[p] = r;
  else
    x[p] = dynamics->kind == SID_RMSPROP ? dynamics->v0 : sid_sqrt(dynamics->v0) / lr;
}

/* One checked step of any dynamics: keeps the state before it, and takes the step back if it left
 * the domain. docs/spec.md sections 7 and 10. */
#include "../config.h"
#include "../fp.h"
#include "../ranges.h"
#include "dynamics.h"

size_t sid_state_doubles(const sid_problem *problem, const sid_dynamics *dynamics) {
  const size_t p = problem->dim;
  switch (dynamics->kind) {
    case SID_MOMENTUM: return 2 * p;
    case SID_ADAM_L2:
    case SID_ADAMW: return 3 * p + 2;
    case SID_PROJECTED_GD:
    case SID_RMSPROP:
    case SID_QUASI_RMSPROP: return p + 1;
    default: return p;
  }
}

void sid_state_begin(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                     double *x) {
  const size_t p = problem->dim, total = sid_state_doubles(problem, dynamics);
  if (dynamics->kind >= SID_PROJECTED_GD) {
    sid_projected_begin(problem, dynamics, lr, x);
    return;
  }
  for (size_t j = p; j < total; j++) x[j] = 0.0;
  if (total == 3 * p + 2) x[total - 2] = x[total - 1] = 1.0; /* beta^0, beta2^0 */
}

size_t sid_step_workspace(const sid_problem *problem, const sid_dynamics *dynamics) {
  return sid_state_doubles(problem, dynamics) + 3 * (size_t)problem->dim +
         sid_problem_workspace(problem);
}

static void sid_step_take(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                          double wd, double *x, sid_stream *stream, double *work) {
  switch (dynamics->kind) {
    case SID_GD: sid_step_gd(problem, lr, wd, x, work); return;
    case SID_SGD: sid_step_sgd(problem, dynamics, lr, wd, x, stream, work); return;
    case SID_SVAG: sid_step_svag(problem, dynamics, lr, wd, x, stream, work); return;
    case SID_NOISY_GD: sid_step_sde(problem, 1, dynamics->batch, lr, wd, x, stream, work); return;
    case SID_SDE:
      sid_step_sde(problem, dynamics->substeps, dynamics->batch, lr, wd, x, stream, work);
      return;
    case SID_MOMENTUM: sid_step_momentum(problem, dynamics, lr, wd, x, stream, work); return;
    case SID_ADAM_L2:
    case SID_ADAMW: sid_step_adam(problem, dynamics, lr, wd, x, stream, work); return;
    case SID_PROJECTED_GD:
    case SID_RMSPROP:
    case SID_QUASI_RMSPROP: sid_step_projected(problem, dynamics, lr, wd, x, work); return;
    default:
      sid_step_sde2(problem, dynamics->substeps, dynamics->batch, lr, wd, x, stream, work);
      return;
  }
}

sid_status sid_step_domain(const sid_problem *problem, const double *x) {
  if (!sid_all_finite(x, problem->dim)) return SID_E_NONFINITE;
  if (!sid_problem_scale_invariant(problem)) return SID_OK;
  const double r = sid_dot(x, x, problem->dim);
  if (r == 0.0) return SID_E_ORIGIN;
  return sid_is_finite(r) ? SID_OK : SID_E_NONFINITE;
}

sid_status sid_step_state(const sid_problem *problem, const sid_dynamics *dynamics,
                          const double *x) {
  const size_t p = problem->dim;
  if (!sid_all_finite(x + p, sid_state_doubles(problem, dynamics) - p)) return SID_E_NONFINITE;
  return sid_step_domain(problem, x);
}

sid_status sid_step(const sid_problem *problem, const sid_dynamics *dynamics, double lr, double wd,
                    double *x, sid_stream *stream, double *work) {
  if (!sid_is_nonnegative(lr) || !sid_is_nonnegative(wd)) return SID_E_LR;
  if (!(lr * wd < 1.0)) return SID_E_INTRINSIC_LR;
  const size_t total = sid_state_doubles(problem, dynamics);
  for (size_t j = 0; j < total; j++) work[j] = x[j];
  sid_step_take(problem, dynamics, lr, wd, x, stream, work + total);
  const sid_status status = sid_step_state(problem, dynamics, x);
  if (status)
    for (size_t j = 0; j < total; j++) x[j] = work[j];
  return status;
}

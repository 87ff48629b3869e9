/* One checked step of any dynamics: keeps the state before it, and takes the step back if it left the domain.
 * docs/spec.md sections 7 and 10. */
#include "../config.h"
#include "../fp.h"
#include "../problem.h"
#include "dynamics.h"

size_t sid_step_workspace(const sid_problem *problem) {
  return 4 * (size_t)problem->dim + sid_problem_workspace(problem);
}

static void sid_step_take(const sid_problem *problem, const sid_dynamics *dynamics, double lr, double wd, double *x,
                          sid_stream *stream, double *work) {
  switch (dynamics->kind) {
    case SID_GD: sid_step_gd(problem, lr, wd, x, work); return;
    case SID_SGD: sid_step_sgd(problem, dynamics, lr, wd, x, stream, work); return;
    case SID_SVAG: sid_step_svag(problem, dynamics, lr, wd, x, stream, work); return;
    case SID_NOISY_GD: sid_step_sde(problem, 1, dynamics->batch, lr, wd, x, stream, work); return;
    case SID_SDE: sid_step_sde(problem, dynamics->substeps, dynamics->batch, lr, wd, x, stream, work); return;
    default: sid_step_sde2(problem, dynamics->substeps, dynamics->batch, lr, wd, x, stream, work); return;
  }
}

sid_status sid_step_domain(const sid_problem *problem, const double *x) {
  if (!sid_all_finite(x, problem->dim)) return SID_E_NONFINITE;
  if (!sid_problem_scale_invariant(problem)) return SID_OK;
  const double r = sid_dot(x, x, problem->dim);
  if (r == 0.0) return SID_E_ORIGIN;
  return sid_is_finite(r) ? SID_OK : SID_E_NONFINITE;
}

sid_status sid_step(const sid_problem *problem, const sid_dynamics *dynamics, double lr, double wd, double *x,
                    sid_stream *stream, double *work) {
  if (!sid_is_nonnegative(lr) || !sid_is_nonnegative(wd)) return SID_E_LR;
  if (!(lr * wd < 1.0)) return SID_E_INTRINSIC_LR;
  for (uint32_t j = 0; j < problem->dim; j++) work[j] = x[j];
  sid_step_take(problem, dynamics, lr, wd, x, stream, work + problem->dim);
  const sid_status status = sid_step_domain(problem, x);
  if (status)
    for (uint32_t j = 0; j < problem->dim; j++) x[j] = work[j];
  return status;
}

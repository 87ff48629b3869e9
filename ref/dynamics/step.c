/* One checked step of any dynamics: keeps the state before it, and takes the step back if it left
 * the domain. docs/spec.md sections 7 and 10. */
#include "../config.h"
#include "../fp.h"
#include "../problem.h"
#include "../ranges.h"
#include "dynamics.h"

/* Numbers of a state without those of epochs. */
static size_t sid_state_own(const sid_problem *problem, const sid_dynamics *dynamics) {
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

size_t sid_state_doubles(const sid_problem *problem, const sid_dynamics *dynamics) {
  const size_t own = sid_state_own(problem, dynamics);
  return problem->noise == SID_NOISE_EPOCHS ? own + problem->samples + 1 : own;
}

/* ---- epochs (docs/spec-network.md section 8) ----------------------------------------------- */

/* The order of the samples, and how many of its batches have been taken: all, so that the first
 * step makes a new order. */
static void sid_epochs_begin(const sid_problem *problem, const sid_dynamics *dynamics,
                             double *order) {
  const uint32_t n = problem->samples;
  for (uint32_t i = 0; i < n; i++) order[i] = (double)i;
  order[n] = (double)(n / dynamics->batch);
}

const double *sid_epochs_next(const sid_problem *problem, const sid_dynamics *dynamics,
                              sid_stream *stream, double *order) {
  const uint32_t n = problem->samples;
  if (order[n] == (double)(n / dynamics->batch)) {
    for (uint32_t i = 0; i < n; i++) order[i] = (double)i;
    for (uint32_t i = n - 1; i > 0; i--) {
      const uint64_t j = sid_stream_index(stream, (uint64_t)i + 1);
      const double swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    order[n] = 0.0;
  }
  const uint32_t taken = (uint32_t)order[n];
  order[n] = order[n] + 1.0;
  return order + (size_t)taken * dynamics->batch;
}

void sid_state_begin(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                     double *x) {
  const size_t p = problem->dim, total = sid_state_own(problem, dynamics);
  if (problem->noise == SID_NOISE_EPOCHS) sid_epochs_begin(problem, dynamics, x + total);
  if (dynamics->kind >= SID_PROJECTED_GD) {
    sid_projected_begin(problem, dynamics, lr, x);
    return;
  }
  for (size_t j = p; j < total; j++) x[j] = 0.0;
  if (total == 3 * p + 2) x[total - 2] = x[total - 1] = 1.0; /* beta^0, beta2^0 */
}

static size_t sid_step_more(size_t a, size_t b) { return a > b ? a : b; }

/* What a step asks the problem for. */
static size_t sid_step_problem_workspace(const sid_problem *problem, const sid_dynamics *dynamics) {
  const size_t gradient = sid_problem_workspace_for(problem, SID_FOR_GRADIENT, 1);
  const size_t gaussian =
      sid_step_more(gradient, sid_problem_workspace_for(problem, SID_FOR_GAUSSIAN, 1));
  switch (dynamics->kind) {
    case SID_SGD:
    case SID_SVAG:
    case SID_MOMENTUM:
    case SID_ADAM_L2:
    case SID_ADAMW: return sid_problem_batch_workspace(problem, dynamics->batch);
    case SID_NOISY_GD:
    case SID_SDE: return gaussian;
    case SID_SDE2:
      return sid_step_more(gaussian, sid_problem_workspace_for(problem, SID_FOR_HESSIAN, 1));
    default: return gradient;
  }
}

size_t sid_step_workspace(const sid_problem *problem, const sid_dynamics *dynamics) {
  return sid_state_doubles(problem, dynamics) + 3 * (size_t)problem->dim +
         sid_step_problem_workspace(problem, dynamics);
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
  sid_stream batch;
  if (problem->noise == SID_NOISE_EPOCHS) { /* the step draws the indices of its batch from here */
    double *order = x + sid_state_own(problem, dynamics);
    sid_stream_given(&batch, sid_epochs_next(problem, dynamics, stream, order));
    stream = &batch;
  }
  sid_step_take(problem, dynamics, lr, wd, x, stream, work + total);
  const sid_status status = sid_step_state(problem, dynamics, x);
  if (status)
    for (size_t j = 0; j < total; j++) x[j] = work[j];
  return status;
}

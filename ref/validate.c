/* Checks of everything a caller hands in. The functions that compute rely on them and do not check
 * again. */
#include "config.h"
#include "fields.h"
#include "fp.h"
#include "observe.h"
#include "ranges.h"

static sid_status sid_validate_array(const double *values, size_t count) {
  if (!values) return SID_E_NULL;
  return sid_all_finite(values, count) ? SID_OK : SID_E_PARAMETER;
}

sid_status sid_problem_validate(const sid_problem *problem) {
  sid_fault fault;
  return problem ? sid_problem_check(problem, &fault) : SID_E_NULL;
}

static int sid_count_in_range(uint32_t count) { return count >= 1 && count <= SID_COUNT_MAX; }

/* beta of a running average, in [0, 1). */
static int sid_is_beta(double value) { return sid_is_nonnegative(value) && value < 1.0; }

/* The parameters of the dynamics that keep averages of the gradient. */
static sid_status sid_validate_averages(const sid_dynamics *dynamics) {
  int good = 1;
  switch (dynamics->kind) {
    case SID_MOMENTUM: good = sid_is_beta(dynamics->beta); break;
    case SID_ADAM_L2:
    case SID_ADAMW:
      good = sid_is_beta(dynamics->beta) && sid_is_beta(dynamics->beta2) &&
             sid_is_nonnegative(dynamics->alpha) && sid_is_nonnegative(dynamics->eps);
      break;
    case SID_RMSPROP:
    case SID_QUASI_RMSPROP:
      good = sid_is_beta(dynamics->beta) && sid_is_positive(dynamics->v0);
      break;
    default: break;
  }
  return good ? SID_OK : SID_E_PARAMETER;
}

sid_status sid_dynamics_validate(const sid_dynamics *dynamics, const sid_problem *problem) {
  if (!dynamics || !problem) return SID_E_NULL;
  if (dynamics->kind < SID_GD || dynamics->kind > SID_QUASI_RMSPROP) return SID_E_KIND;
  if (dynamics->kind == SID_SVAG && !sid_count_in_range(dynamics->l)) return SID_E_COUNT;
  const int substeps = dynamics->kind == SID_SDE || dynamics->kind == SID_SDE2;
  if (substeps && !sid_count_in_range(dynamics->substeps)) return SID_E_COUNT;
  if (!sid_count_in_range(dynamics->batch)) return SID_E_COUNT;
  const int full_gradient = dynamics->kind == SID_GD || dynamics->kind >= SID_PROJECTED_GD;
  if (dynamics->batch > 1 && (full_gradient || problem->noise < SID_NOISE_SAMPLES))
    return SID_E_UNSUPPORTED;
  if (dynamics->kind >= SID_PROJECTED_GD && !sid_problem_scale_invariant(problem))
    return SID_E_UNSUPPORTED;
  const char *field, *why;
  const sid_status status = sid_problem_fits(problem, dynamics, &field, &why);
  return status ? status : sid_validate_averages(dynamics);
}

static sid_status sid_validate_rates(double lr, double wd) {
  if (!sid_is_nonnegative(lr) || !sid_is_nonnegative(wd)) return SID_E_LR;
  return lr * wd < 1.0 ? SID_OK : SID_E_INTRINSIC_LR;
}

static sid_status sid_validate_segments(const sid_schedule *schedule) {
  if (schedule->segment_count == 0) return SID_E_SCHEDULE;
  if (!schedule->segments) return SID_E_NULL;
  if (schedule->segments[0].start != 0 || schedule->segments[0].rescale != 1.0)
    return SID_E_SCHEDULE;
  for (uint32_t s = 0; s < schedule->segment_count; s++) {
    const sid_segment *segment = schedule->segments + s;
    if (s > 0 && segment->start <= segment[-1].start) return SID_E_SCHEDULE;
    if (!sid_is_positive(segment->rescale)) return SID_E_PARAMETER;
    const sid_status status = sid_validate_rates(segment->lr, segment->wd);
    if (status) return status;
  }
  return SID_OK;
}

sid_status sid_schedule_validate(const sid_schedule *schedule) {
  if (!schedule) return SID_E_NULL;
  if (schedule->kind < SID_PIECEWISE || schedule->kind > SID_TRIANGLE) return SID_E_KIND;
  if (schedule->kind == SID_PIECEWISE) return sid_validate_segments(schedule);
  const sid_status status = sid_validate_rates(schedule->lr, schedule->wd);
  if (status) return status;
  if (schedule->kind == SID_EXPONENTIAL)
    return sid_is_positive(schedule->factor) ? SID_OK : SID_E_PARAMETER;
  if (schedule->period < 1 || schedule->period > SID_STEPS_MAX / 2) return SID_E_COUNT;
  return sid_validate_rates(schedule->lr_min, schedule->wd);
}

static sid_status sid_validate_start(const sid_experiment *experiment) {
  const sid_start *start = &experiment->start;
  const uint32_t p = experiment->problem.dim;
  if (start->kind >= SID_START_GAUSSIAN && start->kind <= SID_START_UNIFORM)
    return sid_is_positive(start->size) ? SID_OK : SID_E_PARAMETER;
  if (start->kind != SID_START_POINT) return SID_E_KIND;
  const sid_status status = sid_validate_array(start->x, p);
  if (status) return status;
  if (!sid_problem_scale_invariant(&experiment->problem)) return SID_OK;
  const double r = sid_dot(start->x, start->x, p);
  if (r == 0.0) return SID_E_ORIGIN;
  return sid_is_finite(r) ? SID_OK : SID_E_NONFINITE;
}

static sid_status sid_validate_checkpoints(const sid_experiment *experiment) {
  if (experiment->steps > SID_STEPS_MAX) return SID_E_COUNT;
  if (experiment->checkpoint_count == 0) return SID_OK;
  if (!experiment->checkpoints) return SID_E_NULL;
  for (uint32_t c = 0; c < experiment->checkpoint_count; c++) {
    if (experiment->checkpoints[c] > experiment->steps) return SID_E_CHECKPOINTS;
    if (c > 0 && experiment->checkpoints[c] <= experiment->checkpoints[c - 1])
      return SID_E_CHECKPOINTS;
  }
  return SID_OK;
}

int sid_observable_defined(const sid_problem *problem, int32_t observable) {
  switch (observable) {
    case SID_TEST_LOSS:
    case SID_MIDPOINT_TEST_LOSS: return sid_problem_has_test(problem);
    case SID_SPHERICAL_SHARPNESS:
    case SID_MIDPOINT_SHARPNESS: return sid_problem_scale_invariant(problem);
    case SID_MANIFOLD_H:
    case SID_MANIFOLD_ANGLE: return sid_problem_traits_of(problem)->manifold;
    case SID_NOISE_TRACE:
      return problem->kind != SID_NETWORK || problem->network->norm != SID_NORM_BN;
    case SID_LAYER_NORM2:
    case SID_ACCURACY: return problem->kind == SID_NETWORK;
    case SID_TEST_ACCURACY:
    case SID_TEST_CLASSES: return problem->kind == SID_NETWORK && sid_problem_has_test(problem);
    default: return 1;
  }
}

/* The states of projected_gd, rmsprop and quasi_rmsprop have norm 1: there is nothing to
 * rescale. */
static sid_status sid_validate_rescales(const sid_experiment *experiment) {
  const sid_schedule *schedule = &experiment->schedule;
  if (experiment->dynamics.kind < SID_PROJECTED_GD || schedule->kind != SID_PIECEWISE)
    return SID_OK;
  for (uint32_t s = 0; s < schedule->segment_count; s++)
    if (schedule->segments[s].rescale != 1.0) return SID_E_UNSUPPORTED;
  return SID_OK;
}

static sid_status sid_validate_observables(const sid_experiment *experiment) {
  if (experiment->observable_count == 0) return SID_OK;
  if (!experiment->observables) return SID_E_NULL;
  for (uint32_t o = 0; o < experiment->observable_count; o++) {
    const int32_t observable = experiment->observables[o];
    if (observable < SID_NORM2 || observable > SID_TEST_CLASSES) return SID_E_KIND;
    if (!sid_observable_defined(&experiment->problem, observable)) return SID_E_UNSUPPORTED;
    if (observable != SID_PLANE_ANGLE) continue;
    if (!experiment->plane) return SID_E_UNSUPPORTED;
    if (!sid_all_finite(experiment->plane, 2 * (size_t)experiment->problem.dim))
      return SID_E_PARAMETER;
  }
  return SID_OK;
}

sid_status sid_experiment_validate(const sid_experiment *experiment) {
  if (!experiment) return SID_E_NULL;
  sid_status status = sid_problem_validate(&experiment->problem);
  if (!status) status = sid_dynamics_validate(&experiment->dynamics, &experiment->problem);
  if (!status) status = sid_schedule_validate(&experiment->schedule);
  if (!status) status = sid_validate_rescales(experiment);
  if (!status) status = sid_validate_start(experiment);
  if (!status) status = sid_validate_checkpoints(experiment);
  if (!status) status = sid_validate_observables(experiment);
  return status;
}

/* Checks of everything a caller hands in. The functions that compute rely on them and do not check
 * again. */
#include "config.h"
#include "fp.h"
#include "problem.h"

int sid_is_nonnegative(double value) { return sid_is_finite(value) && value >= 0.0; }

int sid_is_positive(double value) { return sid_is_finite(value) && value > 0.0; }

int sid_all_finite(const double *values, size_t count) {
  for (size_t j = 0; j < count; j++)
    if (!sid_is_finite(values[j])) return 0;
  return 1;
}

static int sid_all_nonnegative(const double *values, size_t count) {
  for (size_t j = 0; j < count; j++)
    if (!sid_is_nonnegative(values[j])) return 0;
  return 1;
}

/* Which noise kinds a problem takes, as a set of bits. */
static uint32_t sid_noise_allowed(int32_t problem_kind) {
  const uint32_t drawn =
      1u << SID_NOISE_GAUSSIAN | 1u << SID_NOISE_RADEMACHER | 1u << SID_NOISE_SPHERE;
  const uint32_t none = 1u << SID_NOISE_NONE, samples = 1u << SID_NOISE_SAMPLES;
  switch (problem_kind) {
    case SID_NORMALISED_LINEAR: return none | drawn | samples;
    case SID_QUADRATIC_SAMPLES: return none | samples;
    case SID_NOISE_ONLY: return drawn;
    case SID_POISSON: return none | 1u << SID_NOISE_POISSON;
    default: return none | drawn;
  }
}

static sid_status sid_validate_noise(const sid_problem *problem) {
  if (problem->noise < SID_NOISE_NONE || problem->noise > SID_NOISE_POISSON) return SID_E_KIND;
  if (!(sid_noise_allowed(problem->kind) >> problem->noise & 1u)) return SID_E_NOISE;
  if (problem->noise == SID_NOISE_NONE || problem->noise >= SID_NOISE_SAMPLES)
    return problem->scale ? SID_E_NOISE : SID_OK;
  if (!problem->scale) return sid_is_nonnegative(problem->sigma) ? SID_OK : SID_E_PARAMETER;
  if (problem->noise == SID_NOISE_SPHERE) return SID_E_NOISE;
  return sid_all_nonnegative(problem->scale, problem->dim) ? SID_OK : SID_E_PARAMETER;
}

/* Weights >= 0 whose sum is 1 within 2^-40, far above the rounding of any sum of 65536 terms of
 * size 1/65536. */
static sid_status sid_validate_weights(const sid_problem *problem) {
  if (!problem->weights) return SID_OK;
  if (!sid_all_nonnegative(problem->weights, problem->samples)) return SID_E_WEIGHTS;
  const double excess = sid_sum(problem->weights, problem->samples) - 1.0;
  return excess <= 0x1p-40 && excess >= -0x1p-40 ? SID_OK : SID_E_WEIGHTS;
}

static sid_status sid_validate_array(const double *values, size_t count) {
  if (!values) return SID_E_NULL;
  return sid_all_finite(values, count) ? SID_OK : SID_E_PARAMETER;
}

static sid_status sid_validate_rayleigh(const sid_problem *problem) {
  const size_t p = problem->dim;
  if (problem->spectrum) return sid_validate_array(problem->spectrum, p);
  const sid_status status = sid_validate_array(problem->matrix, p * p);
  if (status) return status;
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j < i; j++)
      if (problem->matrix[i * p + j] != problem->matrix[j * p + i]) return SID_E_PARAMETER;
  return SID_OK;
}

/* The two arrays of a finite family: first_count and second_count numbers. */
static sid_status sid_validate_family(const sid_problem *problem, const double *first,
                                      const double *second, size_t second_count) {
  if (problem->samples < 1 || problem->samples > SID_SAMPLES_MAX) return SID_E_SAMPLES;
  const sid_status status = sid_validate_array(first, (size_t)problem->samples * problem->dim);
  return status ? status : sid_validate_array(second, second_count);
}

/* Shape first; then entries inside it, row by row and strictly increasing. */
static sid_status sid_validate_completion(const sid_problem *problem) {
  const uint64_t rows = problem->rows, cols = problem->cols;
  if (rows < 1 || cols < 1 || problem->inner < 1 || rows > SID_DIM_MAX || cols > SID_DIM_MAX)
    return SID_E_DIM;
  if ((rows + cols) * problem->inner != problem->dim) return SID_E_DIM;
  if (problem->samples < 1 || problem->samples > SID_SAMPLES_MAX || problem->samples > rows * cols)
    return SID_E_SAMPLES;
  if (!problem->entries) return SID_E_NULL;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const uint32_t *entry = problem->entries + 2 * (size_t)i;
    if (entry[0] >= rows || entry[1] >= cols) return SID_E_PARAMETER;
    if (i > 0 && entry[0] * cols + entry[1] <= entry[-2] * cols + entry[-1]) return SID_E_PARAMETER;
  }
  if (problem->matrix && !sid_all_finite(problem->matrix, (size_t)(rows * cols)))
    return SID_E_PARAMETER;
  return sid_validate_array(problem->labels, problem->samples);
}

/* exp(-mean) is not computed here, but lies between 1 - mean and 1/(1 + mean): enough to see a
 * constant of another mean by far, or one that was forgotten. */
static sid_status sid_validate_poisson(const sid_problem *problem) {
  const double mean = problem->mean, constant = problem->exp_minus_mean;
  if (!sid_is_positive(mean) || mean > 500.0 || !sid_is_positive(constant)) return SID_E_PARAMETER;
  return constant >= 1.0 - mean && constant * (1.0 + mean) <= 1.0 ? SID_OK : SID_E_PARAMETER;
}

static sid_status sid_validate_data(const sid_problem *problem) {
  const int family = problem->kind == SID_NORMALISED_LINEAR ||
                     problem->kind == SID_QUADRATIC_SAMPLES || problem->kind == SID_BN_REGRESSION ||
                     problem->kind == SID_BN_COMPLETION;
  if (!family && problem->samples != 0) return SID_E_SAMPLES;
  if (problem->kind != SID_QUADRATIC_SAMPLES && problem->weights) return SID_E_WEIGHTS;
  switch (problem->kind) {
    case SID_RAYLEIGH: return sid_validate_rayleigh(problem);
    case SID_QUADRATIC_NOISY: return sid_validate_array(problem->spectrum, problem->dim);
    case SID_NORMALISED_LINEAR:
    case SID_BN_REGRESSION:
      return sid_validate_family(problem, problem->features, problem->labels, problem->samples);
    case SID_QUADRATIC_SAMPLES: {
      const sid_status status = sid_validate_family(problem, problem->a, problem->b,
                                                    (size_t)problem->samples * problem->dim);
      return status ? status : sid_validate_weights(problem);
    }
    case SID_BN_COMPLETION: return sid_validate_completion(problem);
    case SID_POISSON: return sid_validate_poisson(problem);
    default: return SID_OK;
  }
}

/* Dimension that a kind fixes, or 0. */
static uint32_t sid_fixed_dim(int32_t kind) {
  if (kind == SID_RATIO2) return 2;
  return kind == SID_TROUGH3 || kind == SID_RIDGE3 ? 3 : 0;
}

sid_status sid_problem_validate(const sid_problem *problem) {
  if (!problem) return SID_E_NULL;
  if (problem->kind < SID_RAYLEIGH || problem->kind > SID_POISSON) return SID_E_KIND;
  if ((SID_PROBLEMS) != 0xffffffffu && !SID_HAS(problem->kind)) return SID_E_KIND;
  const uint32_t least = sid_problem_scale_invariant(problem) ? 2 : 1;
  if (problem->dim < least || problem->dim > SID_DIM_MAX) return SID_E_DIM;
  const uint32_t fixed = sid_fixed_dim(problem->kind);
  if (fixed && problem->dim != fixed) return SID_E_DIM;
  const sid_status status = sid_validate_data(problem);
  return status ? status : sid_validate_noise(problem);
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
  return sid_validate_averages(dynamics);
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

/* Whether the problem has what an observable looks at. */
static int sid_observable_defined(const sid_problem *problem, int32_t observable) {
  switch (observable) {
    case SID_TEST_LOSS:
    case SID_MIDPOINT_TEST_LOSS: return problem->kind == SID_BN_COMPLETION && problem->matrix;
    case SID_SPHERICAL_SHARPNESS:
    case SID_MIDPOINT_SHARPNESS: return sid_problem_scale_invariant(problem);
    case SID_MANIFOLD_H:
    case SID_MANIFOLD_ANGLE: return problem->kind == SID_TROUGH3 || problem->kind == SID_RIDGE3;
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
    if (observable < SID_NORM2 || observable > SID_MANIFOLD_ANGLE) return SID_E_KIND;
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

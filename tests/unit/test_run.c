/* Runs: docs/spec.md sections 9 to 11. A run is restated as a loop of sid_step() with the
 * documented streams, its rows from the public functions; then starts, rescales, early ends,
 * workspaces and errors. */
#include "instances.h"

#include <math.h>

#define GUARD 16
#define ROWS_MAX 64
#define WIDTH_MAX (16 + INSTANCE_DIM_MAX)

typedef struct {
  size_t count, width, state; /* numbers of a row and of a state */
  uint64_t steps[ROWS_MAX];
  double x[ROWS_MAX][INSTANCE_STATE_MAX], rows[ROWS_MAX][WIDTH_MAX];
  uint64_t stop_at; /* the callback asks to stop at this step */
} record;

static int keep(void *user, uint64_t step, const double *x, const double *row) {
  record *kept = user;
  assert_true(kept->count < ROWS_MAX);
  kept->steps[kept->count] = step;
  memcpy(kept->x[kept->count], x, kept->state * sizeof *x);
  memcpy(kept->rows[kept->count], row, kept->width * sizeof *row);
  kept->count++;
  return step == kept->stop_at ? 7 : 0;
}

static record record_of(const sid_experiment *experiment) {
  record kept;
  memset(&kept, 0, sizeof kept);
  kept.width = sid_row_width(experiment), kept.stop_at = UINT64_MAX;
  kept.state = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  assert_true(kept.width <= WIDTH_MAX);
  return kept;
}

typedef struct {
  sid_status status;
  uint64_t step;
  double x[INSTANCE_STATE_MAX];
} outcome;

/* sid_run() with a workspace between guards, poisoned throughout. */
static outcome run_guarded(const sid_experiment *experiment, uint64_t trajectory, record *kept) {
  const size_t size = sid_run_workspace(experiment);
  const size_t state = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  double *work = allocate(size + 2 * GUARD);
  outcome end = {SID_OK, UINT64_MAX, {0.0}};
  assert_int_equal(sid_experiment_validate(experiment), SID_OK);
  poison(work, size + 2 * GUARD);
  poison(end.x, INSTANCE_STATE_MAX);
  end.status = sid_run(experiment, trajectory, kept ? keep : NULL, kept, end.x, &end.step,
                       work + GUARD, size);
  assert_true(is_poisoned(work, GUARD) && is_poisoned(work + GUARD + size, GUARD));
  /* An end before the first step may come before the numbers beside the coordinates are set. */
  assert_true(is_poisoned(end.x + state, INSTANCE_STATE_MAX - state));
  free(work);
  return end;
}

/* ---- observables, from the public functions ------------------------------------------------ */

static double naive_angle(const double *y, const double *x, uint32_t p) {
  double d[INSTANCE_DIM_MAX];
  const double ry = sid_dot(y, y, p), c = sid_dot(y, x, p), k = c / ry;
  for (uint32_t j = 0; j < p; j++) d[j] = x[j] - k * y[j];
  return sid_atan2(sqrt(sid_dot(d, d, p)) * sqrt(ry), c);
}

/* lr/r, or the et of the next step of a projected dynamics. */
static double naive_effective_lr(const sid_experiment *experiment, const double *x, double lr,
                                 double wd) {
  const uint32_t p = experiment->problem.dim;
  switch (experiment->dynamics.kind) {
    case SID_PROJECTED_GD: return lr / ((1.0 - lr * wd) * x[p]);
    case SID_RMSPROP: return lr / sqrt(x[p]);
    case SID_QUASI_RMSPROP: return 1.0 / x[p];
    default: return lr / sid_dot(x, x, p);
  }
}

static double naive_sharpness(const sid_problem *problem, const double *x) {
  double residual, *work = allocate(sid_sharpness_workspace(problem, 64));
  const double value = sid_sharpness_lanczos(problem, x, 64, &residual, work);
  free(work);
  return value;
}

static double naive_manifold(const sid_problem *problem, const double *x, int angle) {
  sid_manifold_point point;
  assert_int_equal(sid_manifold_project(problem, x, &point), SID_OK);
  return angle ? point.angle : point.h;
}

/* A checkpoint: its step, the state, the coordinates before the last step (NULL at the start), the
 * rates that come next. */
typedef struct {
  uint64_t step;
  const double *x, *before;
  double lr, wd;
} moment;

static double naive_observable(const sid_experiment *experiment, int32_t name, const moment *at) {
  const sid_problem *problem = &experiment->problem;
  const uint32_t p = problem->dim;
  const double *x = at->x, r = sid_dot(x, x, p);
  double work[INSTANCE_WORK_MAX], g[INSTANCE_DIM_MAX], middle[INSTANCE_DIM_MAX];
  for (uint32_t j = 0; j < p; j++) middle[j] = 0.5 * ((at->before ? at->before : x)[j] + x[j]);
  switch (name) {
    case SID_NORM2: return r;
    case SID_LOSS: return sid_problem_loss(problem, x, work);
    case SID_GRAD_NORM2: sid_problem_gradient(problem, x, g, work); return sid_dot(g, g, p);
    case SID_NOISE_TRACE:
      return sid_problem_noise_trace(problem, x, work) / experiment->dynamics.batch;
    case SID_STEP_ANGLE: return at->before ? naive_angle(at->before, x, p) : 0.0;
    case SID_EFFECTIVE_LR: return naive_effective_lr(experiment, x, at->lr, at->wd);
    case SID_GAMMA: return (r / at->lr) * (r / at->lr);
    case SID_F: return x[0] * x[0] / r;
    case SID_PLANE_ANGLE:
      return sid_atan2(sid_dot(x, experiment->plane + p, p), sid_dot(x, experiment->plane, p));
    case SID_TEST_LOSS: return sid_problem_test_loss(problem, x, work);
    case SID_MIDPOINT_LOSS: return sid_problem_loss(problem, middle, work);
    case SID_MIDPOINT_TEST_LOSS: return sid_problem_test_loss(problem, middle, work);
    case SID_SPHERICAL_SHARPNESS: return naive_sharpness(problem, x);
    case SID_MIDPOINT_SHARPNESS: return naive_sharpness(problem, middle);
    case SID_MANIFOLD_H: return naive_manifold(problem, x, 0);
    case SID_MANIFOLD_ANGLE: return naive_manifold(problem, x, 1);
    default: fail_msg("observable %d", name); return 0.0;
  }
}

static void require_row(const sid_experiment *experiment, const double *row, const moment *at) {
  for (uint32_t o = 0; o < experiment->observable_count; o++) {
    if (experiment->observables[o] == SID_X) {
      require_same(row, at->x, experiment->problem.dim, "x");
      row += experiment->problem.dim;
    } else {
      const double expected = naive_observable(experiment, experiment->observables[o], at);
      require_bits(*row++, expected, "observable", (size_t)experiment->observables[o]);
    }
  }
}

/* ---- experiments --------------------------------------------------------------------------- */

/* The first 11 are defined for all problems, the next two where it is scale-invariant. */
static const int32_t all_observables[] = {SID_X,
                                          SID_NORM2,
                                          SID_LOSS,
                                          SID_GRAD_NORM2,
                                          SID_NOISE_TRACE,
                                          SID_STEP_ANGLE,
                                          SID_EFFECTIVE_LR,
                                          SID_GAMMA,
                                          SID_F,
                                          SID_PLANE_ANGLE,
                                          SID_MIDPOINT_LOSS,
                                          SID_SPHERICAL_SHARPNESS,
                                          SID_MIDPOINT_SHARPNESS};
static const int32_t completion_observables[] = {SID_MIDPOINT_SHARPNESS, SID_MIDPOINT_TEST_LOSS,
                                                 SID_TEST_LOSS, SID_MIDPOINT_LOSS, SID_STEP_ANGLE};
static const int32_t height_observables[] = {SID_MANIFOLD_ANGLE, SID_X, SID_MANIFOLD_H,
                                             SID_MIDPOINT_SHARPNESS};

/* All observables that are common to such problems, or those that this one alone has. */
static void choose_observables(sid_experiment *experiment, int own) {
  const sid_problem *problem = &experiment->problem;
  experiment->observables = all_observables;
  experiment->observable_count = sid_problem_scale_invariant(problem) ? 13 : 11;
  if (own && problem->kind == SID_BN_COMPLETION && problem->matrix)
    experiment->observables = completion_observables,
    experiment->observable_count = COUNT(completion_observables);
  if (own && (problem->kind == SID_TROUGH3 || problem->kind == SID_RIDGE3))
    experiment->observables = height_observables,
    experiment->observable_count = COUNT(height_observables);
}

static const uint64_t some_checkpoints[] = {0, 1, 2, 5, 6, 11, 19, 20};

static const sid_segment some_segments[] = {
    {0, 0.1, 0.2, 1.0}, {2, 0.2, 0.1, 0.5}, {5, 0.05, 0.3, 1.0}, {6, 0.1, 0.0, 3.0}};
static const sid_segment even_segments[] = {
    {0, 0.1, 0.2, 1.0}, {2, 0.2, 0.1, 1.0}, {5, 0.05, 0.3, 1.0}, {6, 0.1, 0.0, 1.0}};

/* A run with rescales where they are allowed, all observables, and a Gaussian start. */
static sid_experiment experiment_on(const sid_problem *problem, sid_dynamics dynamics,
                                    const double *plane) {
  sid_experiment experiment;
  memset(&experiment, 0, sizeof experiment);
  experiment.problem = *problem;
  experiment.dynamics = dynamics;
  experiment.schedule.kind = SID_PIECEWISE;
  experiment.schedule.segments = dynamics.kind >= SID_PROJECTED_GD ? even_segments : some_segments;
  experiment.schedule.segment_count = COUNT(some_segments);
  experiment.start.kind = SID_START_GAUSSIAN, experiment.start.size = 1.5;
  experiment.seed = 99, experiment.steps = 20;
  experiment.checkpoints = some_checkpoints, experiment.checkpoint_count = COUNT(some_checkpoints);
  choose_observables(&experiment, 0);
  experiment.plane = plane;
  return experiment;
}

static sid_stream stream_of(const sid_experiment *experiment, uint64_t purpose,
                            uint64_t trajectory) {
  const uint64_t key[2] = {purpose, trajectory};
  sid_stream stream;
  assert_int_equal(sid_stream_init(&stream, experiment->seed, key, 2), SID_OK);
  return stream;
}

/* Segment in force at k, and its factor if it begins at the first step of k. */
static const sid_segment *naive_segment(const sid_experiment *experiment, uint64_t k) {
  const sid_segment *segment = experiment->schedule.segments;
  for (size_t s = 1; s < experiment->schedule.segment_count; s++)
    if (experiment->schedule.segments[s].start <= k) segment = experiment->schedule.segments + s;
  return segment;
}

/* Section 9: normals or uniforms of stream (1, i). */
static void naive_start(const sid_experiment *experiment, uint64_t trajectory, double *x) {
  const uint32_t p = experiment->problem.dim;
  sid_stream start = stream_of(experiment, 1, trajectory);
  if (experiment->start.kind == SID_START_UNIFORM) {
    for (uint32_t j = 0; j < p; j++)
      x[j] = experiment->start.size * (2.0 * sid_stream_uniform(&start) - 1.0);
    return;
  }
  sid_stream_normals(&start, x, p);
  for (uint32_t j = 0; j < p; j++) x[j] = experiment->start.size * x[j];
}

/* Section 10 to the letter: compares every row that was kept with one made here. */
static void require_run(const sid_experiment *experiment, uint64_t trajectory) {
  const uint32_t p = experiment->problem.dim;
  const uint64_t unit = experiment->dynamics.kind == SID_SVAG ? experiment->dynamics.l : 1;
  record kept = record_of(experiment);
  const outcome end = run_guarded(experiment, trajectory, &kept);
  sid_stream noise = stream_of(experiment, 2, trajectory);
  double x[INSTANCE_STATE_MAX], before[INSTANCE_STATE_MAX], work[INSTANCE_WORK_MAX];
  size_t row = 0;
  naive_start(experiment, trajectory, x);
  sid_state_begin(&experiment->problem, &experiment->dynamics, experiment->schedule.segments[0].lr,
                  x);
  for (uint64_t t = 0;; t++) {
    const sid_segment *segment = naive_segment(experiment, t / unit);
    if (t == experiment->checkpoints[row]) {
      const moment at = {t, x, t > 0 ? before : NULL, segment->lr, segment->wd};
      assert_true(row < kept.count && kept.steps[row] == t);
      require_same(kept.x[row], x, kept.state, "state at a checkpoint");
      require_row(experiment, kept.rows[row], &at);
      row++;
    }
    if (t == experiment->steps) break;
    for (uint32_t j = 0; t > 0 && t == segment->start * unit && j < p; j++)
      x[j] = segment->rescale * x[j];
    memcpy(before, x, kept.state * sizeof *x);
    assert_int_equal(sid_step(&experiment->problem, &experiment->dynamics, segment->lr, segment->wd,
                              x, &noise, work),
                     SID_OK);
  }
  assert_int_equal(row, kept.count);
  assert_int_equal(end.status, SID_OK);
  assert_true(end.step == experiment->steps);
  require_same(end.x, x, kept.state, "last state");
}

static void test_runs(void **state) {
  static const sid_dynamics dynamics[] = {
      {.kind = SID_SGD, .batch = 1},
      {.kind = SID_SVAG, .l = 3, .batch = 1},
      {.kind = SID_SDE, .substeps = 2, .batch = 1},
      {.kind = SID_SDE2, .substeps = 2, .batch = 1},
      {.kind = SID_MOMENTUM, .batch = 1, .beta = 0.9},
      {.kind = SID_ADAM_L2, .batch = 1, .beta = 0.9, .beta2 = 0.99, .alpha = 0.25, .eps = 1e-8},
      {.kind = SID_ADAMW, .batch = 1, .beta = 0.5, .beta2 = 0.75, .alpha = 0.5},
      {.kind = SID_PROJECTED_GD, .batch = 1},
      {.kind = SID_RMSPROP, .batch = 1, .beta = 0.9, .v0 = 0.5},
      {.kind = SID_QUASI_RMSPROP, .batch = 1, .beta = 0.9, .v0 = 0.5},
  };
  static instances all;
  double plane[2 * INSTANCE_DIM_MAX];
  data_source data = {5};
  instances_make(&all);
  data_fill(&data, plane, COUNT(plane), -1.0, 1.0);
  for (size_t i = 0; i < all.count; i++)
    for (size_t d = 0; d < COUNT(dynamics); d++) {
      const sid_problem *problem = &all.list[i].problem;
      if (dynamics[d].kind >= SID_PROJECTED_GD && !sid_problem_scale_invariant(problem)) continue;
      sid_experiment experiment = experiment_on(problem, dynamics[d], plane);
      if (dynamics[d].kind < SID_PROJECTED_GD)
        experiment.dynamics.batch = instance_batch(problem, 3);
      if (d % 2) experiment.start.kind = SID_START_UNIFORM;
      choose_observables(&experiment, (i + d) % 3 == 0);
      require_run(&experiment, i + (d == 3 ? UINT64_MAX - 100 : 0));
    }
  (void)state;
}

/* ---- a small experiment for the rest: noise_only in two dimensions ------------------------- */

static const double unit_point[2] = {0.6, 0.8};
static const sid_segment constant_rates[] = {{0, 0.25, 0.5, 1.0}};
static const uint64_t ends[] = {0, 4};
static const int32_t norm_and_angle[] = {SID_NORM2, SID_STEP_ANGLE};

static sid_experiment small_experiment(void) {
  sid_experiment experiment;
  memset(&experiment, 0, sizeof experiment);
  experiment.problem.kind = SID_NOISE_ONLY, experiment.problem.dim = 2;
  experiment.problem.noise = SID_NOISE_SPHERE, experiment.problem.sigma = 1.0;
  experiment.dynamics.kind = SID_SGD, experiment.dynamics.batch = 1;
  experiment.schedule.kind = SID_PIECEWISE, experiment.schedule.segments = constant_rates;
  experiment.schedule.segment_count = 1;
  experiment.start.kind = SID_START_POINT, experiment.start.x = unit_point;
  experiment.seed = 7, experiment.steps = 4, experiment.checkpoints = ends,
  experiment.checkpoint_count = 2;
  experiment.observables = norm_and_angle, experiment.observable_count = 2;
  return experiment;
}

/* ---- starts -------------------------------------------------------------------------------- */

static void test_starts(void **state) {
  sid_experiment experiment = small_experiment();
  for (uint64_t i = 0; i < 50; i++) {
    const uint64_t trajectory = i % 2 ? i : UINT64_MAX - i;
    double x[3], z[2];
    sid_stream stream = stream_of(&experiment, 1, trajectory);
    sid_stream_normals(&stream, z, 2);

    poison(x, 3);
    experiment.start.kind = SID_START_POINT;
    assert_int_equal(sid_start_state(&experiment, trajectory, x), SID_OK);
    require_same(x, unit_point, 2, "point");
    assert_true(is_poisoned(x + 2, 1));

    experiment.start.kind = SID_START_GAUSSIAN, experiment.start.size = 2.5;
    assert_int_equal(sid_start_state(&experiment, trajectory, x), SID_OK);
    for (size_t j = 0; j < 2; j++) require_bits(x[j], 2.5 * z[j], "gaussian", j);

    experiment.start.kind = SID_START_SPHERE, experiment.start.size = 3.0;
    assert_int_equal(sid_start_state(&experiment, trajectory, x), SID_OK);
    for (size_t j = 0; j < 2; j++)
      require_bits(x[j], (3.0 / sqrt(z[0] * z[0] + z[1] * z[1])) * z[j], "sphere", j);
    require_within(sqrt(x[0] * x[0] + x[1] * x[1]), 3.0, 3.0 * 8.0 * UNIT_ROUNDOFF, "radius", i);

    sid_stream uniforms = stream_of(&experiment, 1, trajectory);
    experiment.start.kind = SID_START_UNIFORM, experiment.start.size = 0.75;
    assert_int_equal(sid_start_state(&experiment, trajectory, x), SID_OK);
    for (size_t j = 0; j < 2; j++)
      require_bits(x[j], 0.75 * (2.0 * sid_stream_uniform(&uniforms) - 1.0), "uniform", j);
    assert_true(is_poisoned(x + 2, 1));
  }
  (void)state;
}

static void test_start_errors(void **state) {
  const sid_experiment experiment = small_experiment();
  double x[2];
  poison(x, 2);
  assert_int_equal(sid_start_state(NULL, 0, x), SID_E_NULL);
  assert_int_equal(sid_start_state(&experiment, 0, NULL), SID_E_NULL);
  assert_true(is_poisoned(x, 2));
  (void)state;
}

/* ---- checkpoints --------------------------------------------------------------------------- */

static void test_no_callback_no_checkpoints_no_steps(void **state) {
  sid_experiment experiment = small_experiment();
  record kept = record_of(&experiment);
  const outcome full = run_guarded(&experiment, 3, &kept),
                silent = run_guarded(&experiment, 3, NULL);
  assert_int_equal(kept.count, 2);
  assert_true(silent.status == SID_OK && silent.step == 4);
  require_same(silent.x, full.x, 2, "without a callback");

  experiment.checkpoint_count = 0, experiment.checkpoints = NULL;
  experiment.observable_count = 0, experiment.observables = NULL;
  assert_int_equal(sid_row_width(&experiment), 0);
  kept = record_of(&experiment);
  require_same(run_guarded(&experiment, 3, &kept).x, full.x, 2, "without checkpoints");
  assert_int_equal(kept.count, 0);

  experiment.steps = 0;
  const outcome start = run_guarded(&experiment, 3, &kept);
  assert_true(start.status == SID_OK && start.step == 0);
  require_same(start.x, unit_point, 2, "without steps");
  (void)state;
}

/* A checkpoint shows the state before the rescale of that step; the angle is that of the step
 * alone. */
static void test_rescale_comes_after_the_checkpoint(void **state) {
  static const sid_segment segments[] = {{0, 0.25, 0.5, 1.0}, {2, 0.25, 0.5, 4.0}};
  static const uint64_t checkpoints[] = {1, 2, 3};
  sid_experiment experiment = small_experiment();
  experiment.problem.sigma = 0.0; /* so that a step is a multiplication by 7/8 */
  experiment.schedule.segments = segments, experiment.schedule.segment_count = 2;
  experiment.checkpoints = checkpoints, experiment.checkpoint_count = 3;
  record kept = record_of(&experiment);
  const outcome end = run_guarded(&experiment, 0, &kept);
  assert_int_equal(kept.count, 3);
  require_bits(kept.x[0][0], 0.6 * 0.875, "x", 0);
  require_bits(kept.x[1][0], (0.6 * 0.875) * 0.875, "x", 1);
  require_bits(kept.x[2][0], (4.0 * ((0.6 * 0.875) * 0.875)) * 0.875, "x", 2);
  for (size_t c = 0; c < 3; c++) assert_true(kept.rows[c][1] < 1e-15);
  assert_true(end.step == 4);
  (void)state;
}

/* SVAG rescales once, at the first of its l steps of a unit. */
static void test_svag_rescales_once(void **state) {
  static const sid_segment segments[] = {{0, 0.25, 0.5, 1.0}, {1, 0.25, 0.5, 2.0}};
  static const uint64_t checkpoints[] = {4, 5, 8};
  const double shrink = 1.0 - (0.25 / 4.0) * 0.5;
  sid_experiment experiment = small_experiment();
  experiment.problem.sigma = 0.0, experiment.steps = 8;
  experiment.dynamics.kind = SID_SVAG, experiment.dynamics.l = 4;
  experiment.schedule.segments = segments, experiment.schedule.segment_count = 2;
  experiment.checkpoints = checkpoints, experiment.checkpoint_count = 3;
  record kept = record_of(&experiment);
  run_guarded(&experiment, 0, &kept);
  double x = 0.8;
  for (int t = 0; t < 4; t++) x = shrink * x;
  require_bits(kept.x[0][1], x, "x", 0);
  x = shrink * (2.0 * x);
  require_bits(kept.x[1][1], x, "x", 1);
  for (int t = 0; t < 3; t++) x = shrink * x;
  require_bits(kept.x[2][1], x, "x", 2);
  (void)state;
}

/* ---- early ends ---------------------------------------------------------------------------- */

/* The run ends with this status after `step` steps, x[0] then being `x0`; no checkpoint is shown
 * after it. */
static void require_end(const sid_experiment *experiment, sid_status status, uint64_t step,
                        double x0) {
  record kept = record_of(experiment);
  const outcome end = run_guarded(experiment, 0, &kept);
  assert_int_equal(end.status, status);
  assert_true(end.step == step);
  require_bits(end.x[0], x0, "last state", 0);
  for (size_t c = 0; c < kept.count; c++) assert_true(kept.steps[c] <= step);
}

static void test_stop(void **state) {
  static const uint64_t every[] = {0, 1, 2, 3, 4};
  sid_experiment experiment = small_experiment();
  experiment.checkpoints = every, experiment.checkpoint_count = 5;
  for (uint64_t stop = 0; stop <= 4; stop++) {
    record kept = record_of(&experiment);
    kept.stop_at = stop;
    const outcome end = run_guarded(&experiment, 5, &kept);
    assert_int_equal(end.status, SID_E_STOPPED);
    assert_true(end.step == stop && kept.count == stop + 1);
    require_same(end.x, kept.x[stop], 2, "last state");
  }
  (void)state;
}

/* A random start that is no state of the problem ends the run before checkpoint 0. Where the
 * problem is not scale-invariant the origin is a state, and so is a point whose norm overflows. */
static void test_end_at_the_start(void **state) {
  static const double spectrum[2] = {1.0, 1.0};
  sid_experiment experiment = small_experiment();
  experiment.start.kind = SID_START_GAUSSIAN, experiment.start.x = NULL;
  for (int quadratic = 0; quadratic < 2; quadratic++) {
    const struct {
      double size;
      sid_status status;
    } starts[] = {{0x1p-560, quadratic ? SID_OK : SID_E_ORIGIN},
                  {0x1p600, quadratic ? SID_OK : SID_E_NONFINITE},
                  {LARGEST, SID_E_NONFINITE}};
    if (quadratic)
      experiment.problem.kind = SID_QUADRATIC_NOISY, experiment.problem.spectrum = spectrum;
    for (size_t i = 0; i < COUNT(starts); i++) {
      record kept = record_of(&experiment);
      double x[2];
      experiment.start.size = starts[i].size;
      assert_int_equal(sid_start_state(&experiment, 1, x), SID_OK);
      assert_true(is_finite(x[0]) == (i < 2));
      const outcome end = run_guarded(&experiment, 1, &kept);
      assert_int_equal(end.status, starts[i].status);
      assert_int_equal(kept.count, end.status ? 0 : 2);
      assert_true(end.step == (end.status ? 0 : 4));
      if (end.status) require_same(end.x, x, 2, "the start");
    }
  }
  (void)state;
}

/* A start that is refused leaves the coordinates as drawn and +0 in the further numbers of the
 * state, whatever the caller had there, and effective_lr looks at these zeros: lr/(a*0), lr/0, 1/0.
 * quasi_rmsprop with lr = 0 is refused only by its further number, after x was normalised. */
static void test_end_at_the_start_with_memory(void **state) {
  static const int32_t kinds[] = {SID_MOMENTUM,     SID_ADAM_L2, SID_ADAMW,
                                  SID_PROJECTED_GD, SID_RMSPROP, SID_QUASI_RMSPROP};
  static const int32_t effective_lr[] = {SID_EFFECTIVE_LR};
  static const double sizes[] = {1e-200, 1e160, 1.0};
  const sid_segment still = {0, 0.0, 0.0, 1.0}, moving = {0, 0.5, 0.0, 1.0};
  for (size_t k = 0; k < COUNT(kinds); k++)
    for (size_t s = 0; s < COUNT(sizes); s++) {
      sid_experiment experiment = small_experiment();
      const int by_memory = s == 2, last = kinds[k] == SID_QUASI_RMSPROP;
      if (by_memory && !last) continue;
      experiment.start.kind = SID_START_GAUSSIAN, experiment.start.x = NULL;
      experiment.start.size = sizes[s];
      experiment.schedule.kind = SID_PIECEWISE, experiment.schedule.segment_count = 1;
      experiment.schedule.segments = by_memory ? &still : &moving;
      experiment.dynamics = (sid_dynamics){.kind = kinds[k], .batch = 1, .beta = 0.5};
      experiment.dynamics.alpha = experiment.dynamics.v0 = 1.0;
      experiment.observables = effective_lr, experiment.observable_count = 1;
      assert_int_equal(sid_experiment_validate(&experiment), SID_OK);
      const size_t total = sid_state_doubles(&experiment.problem, &experiment.dynamics);
      double x[8], drawn[2], row, work[4096];
      uint64_t step = 77;
      assert_true(total <= COUNT(x) && sid_run_workspace(&experiment) <= COUNT(work));
      memset(x, 0xa5, sizeof x);
      assert_int_equal(sid_start_state(&experiment, 3, drawn), SID_OK);
      assert_int_equal(sid_run(&experiment, 3, NULL, NULL, x, &step, work, COUNT(work)),
                       s == 0 ? SID_E_ORIGIN : SID_E_NONFINITE);
      assert_true(step == 0);
      require_same(x, drawn, 2, "the start as drawn");
      for (size_t j = 2; j < total; j++) require_bits(x[j], 0.0, "a further number", j);
      sid_observe(&experiment, 0, x, NULL, &row, work);
      if (kinds[k] >= SID_PROJECTED_GD) require_bits(row, (double)INFINITY, "effective_lr", k);
    }
  (void)state;
}

/* A step with an infinite lr, or with lr*wd = 1, is not taken. lr: 2^-10, 2^490, 2^990, infinity;
 * 1/4, 1/2, 1. */
static void test_end_by_rates(void **state) {
  sid_experiment experiment = small_experiment();
  experiment.problem.sigma = 0.0, experiment.steps = 100;
  experiment.checkpoint_count = 1;
  experiment.schedule.kind = SID_EXPONENTIAL;
  experiment.schedule.lr = 0x1p-10, experiment.schedule.factor = 0x1p500,
  experiment.schedule.wd = 0.0;
  require_end(&experiment, SID_E_LR, 3, 0.6);
  experiment.schedule.lr = 0.25, experiment.schedule.factor = 2.0, experiment.schedule.wd = 1.0;
  require_end(&experiment, SID_E_INTRINSIC_LR, 2, 0.6 * 0.75 * 0.5);
  (void)state;
}

static void test_end_by_state(void **state) {
  static const double spectrum[2] = {-0x1p500, 1.0}, start[2] = {1.0, 0.0};
  sid_experiment experiment = small_experiment();
  experiment.problem.kind = SID_QUADRATIC_NOISY, experiment.problem.spectrum = spectrum;
  experiment.problem.noise = SID_NOISE_NONE, experiment.start.x = start;
  experiment.schedule.segments = some_segments, experiment.schedule.segment_count = 1;
  double x = 1.0;
  for (int t = 0; t < 2; t++) x = (1.0 - 0.1 * 0.2) * x - 0.1 * (spectrum[0] * x);
  require_end(&experiment, SID_E_NONFINITE, 2, x); /* the third step overflows */
  (void)state;
}

/* A rescale into the origin or beyond the finite numbers is not made; one after which the step
 * fails stays. */
static void test_end_by_rescale(void **state) {
  sid_segment segments[] = {{0, 0.25, 0.5, 1.0}, {2, 0.25, 0.5, 0x1p-600}};
  const double x = (0.6 * 0.875) * 0.875;
  sid_experiment experiment = small_experiment();
  experiment.problem.sigma = 0.0;
  experiment.schedule.segments = segments, experiment.schedule.segment_count = 2;
  require_end(&experiment, SID_E_ORIGIN, 2, x);
  segments[1].rescale = 0x1p600; /* finite coordinates without a finite norm */
  require_end(&experiment, SID_E_NONFINITE, 2, x);
  segments[1].rescale = LARGEST; /* 0.46 and 0.61 of the largest number */
  require_end(&experiment, SID_E_NONFINITE, 2, x);
  segments[1].rescale = 0x1p-515; /* a norm, but not its inverse: the step fails */
  require_end(&experiment, SID_E_NONFINITE, 2, 0x1p-515 * x);
  (void)state;
}

/* ---- errors -------------------------------------------------------------------------------- */

static void test_errors_leave_outputs(void **state) {
  const sid_experiment experiment = small_experiment();
  const size_t size = sid_run_workspace(&experiment);
  double x[2], *work = allocate(size);
  uint64_t step = 12345;
  poison(x, 2);
  poison(work, size);
  assert_int_equal(sid_run(NULL, 0, NULL, NULL, x, &step, work, size), SID_E_NULL);
  assert_int_equal(sid_run(&experiment, 0, NULL, NULL, NULL, &step, work, size), SID_E_NULL);
  assert_int_equal(sid_run(&experiment, 0, NULL, NULL, x, NULL, work, size), SID_E_NULL);
  assert_int_equal(sid_run(&experiment, 0, NULL, NULL, x, &step, NULL, size), SID_E_NULL);
  for (size_t less = 0; less < size; less++)
    assert_int_equal(sid_run(&experiment, 0, NULL, NULL, x, &step, work, less), SID_E_WORKSPACE);
  assert_true(step == 12345 && is_poisoned(x, 2) && is_poisoned(work, size));
  free(work);
  (void)state;
}

/* ---- sid_observe() and the workspaces of the functions on problems ------------------------- */

static void test_observe(void **state) {
  sid_experiment experiment = small_experiment();
  const double x[2] = {0.3, -0.4}, before[2] = {0.4, 0.3};
  const moment at = {3, x, before, 0.25, 0.5};
  const size_t size = sid_observe_workspace(&experiment);
  double row[2 + GUARD], *work = allocate(size + GUARD);
  poison(row, COUNT(row));
  poison(work, size + GUARD);
  sid_observe(&experiment, 3, x, before, row, work);
  require_row(&experiment, row, &at);
  require_within(row[1], 0x1.921fb54442d18p+0, 0x1p-50, "right angle", 0);
  sid_observe(&experiment, 0, x, NULL, row, work);
  require_bits(row[1], 0.0, "angle at step 0", 0);
  sid_observe(&experiment, 3, x, NULL, row, work);
  assert_true(row[1] != row[1]);
  assert_true(is_poisoned(row + 2, GUARD) && is_poisoned(work + size, GUARD));
  free(work);
  (void)state;
}

/* Every observable between guards; without the state before, midpoints are x at step 0 and NaN
 * later. On the axis of the circle there is no nearest point. */
static void test_observe_midpoints(void **state) {
  static instances all;
  static const double axis[3] = {0.0, 0.0, 2.0};
  instances_make(&all);
  for (size_t i = 0; i < all.count; i++)
    for (int own = 0; own < 2; own++) {
      const sid_dynamics gd = {.kind = SID_GD, .batch = 1};
      double plane[2 * INSTANCE_DIM_MAX] = {1.0}, x[INSTANCE_DIM_MAX], row[WIDTH_MAX + GUARD];
      sid_experiment experiment = experiment_on(&all.list[i].problem, gd, plane);
      choose_observables(&experiment, own);
      const size_t size = sid_observe_workspace(&experiment), width = sid_row_width(&experiment);
      const moment at = {0, x, NULL, 0.1, 0.2};
      data_source data = {i};
      double *work = allocate(size + 2 * GUARD);
      instance_point(&experiment.problem, &data, x);
      poison(work, size + 2 * GUARD);
      poison(row, COUNT(row));
      sid_observe(&experiment, 0, x, NULL, row, work + GUARD);
      require_row(&experiment, row, &at);
      assert_true(is_poisoned(row + width, COUNT(row) - width));
      sid_observe(&experiment, 3, x, NULL, row, work + GUARD);
      for (uint32_t o = 0, c = 0; o < experiment.observable_count; o++) {
        const int32_t name = experiment.observables[o];
        const int unknown = name == SID_STEP_ANGLE || name == SID_MIDPOINT_LOSS ||
                            name == SID_MIDPOINT_TEST_LOSS || name == SID_MIDPOINT_SHARPNESS;
        const int zero = experiment.problem.kind == SID_NOISE_ONLY && name != SID_STEP_ANGLE;
        if (unknown && !zero && row[c] == row[c])
          fail_msg("%s, observable %d: %a", all.list[i].name, name, row[c]);
        c += name == SID_X ? experiment.problem.dim : 1;
      }
      if (experiment.observables == height_observables) {
        sid_observe(&experiment, 0, axis, NULL, row, work + GUARD);
        require_bits(row[0], QUIET_NAN, "angle on the axis", i);
        require_bits(row[4], QUIET_NAN, "h on the axis", i);
      }
      assert_true(is_poisoned(work, GUARD) && is_poisoned(work + GUARD + size, GUARD));
      free(work);
    }
  (void)state;
}

/* sid_problem_workspace() doubles between guards are enough for everything. */
static void test_problem_workspace(void **state) {
  static instances all;
  instances_make(&all);
  for (size_t i = 0; i < all.count; i++) {
    const sid_problem *problem = &all.list[i].problem;
    const size_t size = sid_problem_workspace(problem), p = problem->dim;
    double x[INSTANCE_DIM_MAX], out[INSTANCE_DIM_MAX + GUARD], *work = allocate(size + 2 * GUARD);
    data_source data = {i};
    sid_stream stream = test_stream(i);
    instance_point(problem, &data, x);
    poison(work, size + 2 * GUARD);
    poison(out, COUNT(out));
    assert_true(is_finite(sid_problem_loss(problem, x, work + GUARD)));
    assert_true(is_finite(sid_problem_noise_trace(problem, x, work + GUARD)));
    sid_problem_gradient(problem, x, out, work + GUARD);
    sid_problem_hessian_vector(problem, x, x, out, work + GUARD);
    sid_problem_gaussian_noise(problem, x, &stream, out, work + GUARD);
    sid_problem_noisy_gradient(problem, x, instance_batch(problem, 3), &stream, out, work + GUARD);
    for (size_t j = 0; j < p; j++) assert_true(is_finite(out[j]));
    assert_true(is_poisoned(out + p, COUNT(out) - p));
    assert_true(is_poisoned(work, GUARD) && is_poisoned(work + GUARD + size, GUARD));
    free(work);
  }
  (void)state;
}

/* Angles between vectors: known ones, and none between parallel vectors, in units of rounding. */
static void test_angle(void **state) {
  const double y[3] = {1.0, 0.0, 0.0}, z[3] = {0.0, -2.0, 0.0}, minus[3] = {-3.0, 0.0, 0.0},
               near[3] = {1.0, 0x1p-40, 0.0};
  double work[3];
  require_bits(sid_angle(y, y, 3, work), 0.0, "the same", 0);
  require_bits(sid_angle(y, z, 3, work), 0x1.921fb54442d18p+0, "orthogonal", 1);
  require_bits(sid_angle(y, minus, 3, work), 0x1.921fb54442d18p+1, "opposite", 2);
  require_within(sid_angle(y, near, 3, work), 0x1p-40, 0x1p-92, "small", 3);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_runs),
      cmocka_unit_test(test_starts),
      cmocka_unit_test(test_start_errors),
      cmocka_unit_test(test_no_callback_no_checkpoints_no_steps),
      cmocka_unit_test(test_rescale_comes_after_the_checkpoint),
      cmocka_unit_test(test_svag_rescales_once),
      cmocka_unit_test(test_stop),
      cmocka_unit_test(test_end_at_the_start),
      cmocka_unit_test(test_end_at_the_start_with_memory),
      cmocka_unit_test(test_end_by_rates),
      cmocka_unit_test(test_end_by_state),
      cmocka_unit_test(test_end_by_rescale),
      cmocka_unit_test(test_errors_leave_outputs),
      cmocka_unit_test(test_observe),
      cmocka_unit_test(test_observe_midpoints),
      cmocka_unit_test(test_problem_workspace),
      cmocka_unit_test(test_angle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

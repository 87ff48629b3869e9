/* The level `numbers` of conform: bounds, distances and horizons against section 5 of
 * docs/conform.md, worked out by hand. */
#include "common.h"

#include <math.h>

#include "conform/horizon.h"
#include "conform/roundings.h"

/* A condition is measured by differences: their error is 2^-53/2^-22 of it. */
#define MEASURED 1e-7

static const double spectrum[] = {1.0, 2.0}, point[] = {1.0, 3.0};

/* Gradient (1, 6) at the point. */
static const sid_problem quadratic = {
    .kind = SID_QUADRATIC_NOISY, .noise = SID_NOISE_NONE, .dim = 2, .spectrum = spectrum};

static vf_request step_of(sid_problem problem, sid_dynamics dynamics, const double *state) {
  return (vf_request){.what = VF_STEP,
                      .experiment = {.problem = problem, .dynamics = dynamics},
                      .x = state,
                      .lr = 0.25,
                      .wd = 0.5};
}

/* The bound; returns whether the request is to be asked. */
static int bound_of(const vf_request *request, const vf_precision *precision, double *bound) {
  vf_arena arena = {NULL};
  vf_answer ours;
  vf_answer_make(request, 1, &arena, &ours);
  const int asked = vf_bound(request, &ours, precision, &arena, bound);
  vf_arena_free(&arena);
  return asked;
}

/* Bounds in units of the precision's u. */
static void require_bounds(const vf_request *request, const double *expected, size_t count,
                           const char *what) {
  const vf_precision *precisions[] = {&vf_binary64, &vf_binary32};
  double bound[8];
  for (size_t i = 0; i < COUNT(precisions); i++) {
    assert_true(bound_of(request, precisions[i], bound));
    for (size_t k = 0; k < count; k++)
      require_within(bound[k] / precisions[i]->unit, expected[k], MEASURED * expected[k], what, k);
  }
}

/* ---- conditions ---- */

static void test_sums(void **state) {
  const double a[] = {1.0, -3.0, 4.0}, b[] = {3.0, -1.0, 0.0};
  const vf_request sum = {.what = VF_SUM, .count = 3, .x = a};
  const vf_request dot = {.what = VF_DOT, .count = 3, .x = a, .v = b};
  (void)state;
  require_bounds(&sum, (double[]){35.0 * (8.0 + 2.0)}, 1, "sum");
  require_bounds(&dot, (double[]){35.0 * (2.0 * 6.0 + 6.0)}, 1, "dot");
}

/* Lists whose numbers are added up count with their largest, and the numbers of a gradient share
 * the largest condition, 2 * 3 + 2 * 3 of the second. */
static void test_gradient(void **state) {
  vf_request request = {
      .what = VF_GRADIENT, .experiment = {.problem = quadratic}, .x = point, .batch = 0};
  (void)state;
  require_bounds(&request, (double[]){34.0 * (12.0 + 1.0), 34.0 * (12.0 + 6.0)}, 2, "gradient");
}

/* A step is measured by state, factors and gradients, each of which is off by 18 units, the largest
 * condition and size of a gradient; |f| and |x| are added. */
static void test_steps(void **state) {
  const sid_dynamics sgd = {.kind = SID_SGD, .l = 1, .substeps = 1, .batch = 1};
  const sid_dynamics svag = {.kind = SID_SVAG, .l = 2, .substeps = 1, .batch = 1};
  const sid_dynamics sde = {.kind = SID_SDE, .l = 1, .substeps = 3, .batch = 1};
  const vf_request once = step_of(quadratic, sgd, point), twice = step_of(quadratic, svag, point);
  vf_request still = step_of(quadratic, sde, point);
  double expected[2];
  (void)state;
  require_bounds(&once, (double[]){35.0 * 7.5, 35.0 * 13.5}, 2, "sgd");
  for (size_t k = 0; k < 2; k++) {
    const double x = point[k], g = spectrum[k] * x, h = 0.125, wd = 0.5;
    const double condition = (1.0 - h * wd) * x + h * sqrt(3.0) * 18.0 + h * (wd * x + g);
    expected[k] = 35.0 * (condition + h * wd * x + (x - h * (wd * x + g)) + x);
  }
  require_bounds(&twice, expected, 2, "svag");
  still.lr = 0.0;
  require_bounds(&still, (double[]){3.0 * 35.0 * 5.0, 3.0 * 35.0 * 9.0}, 2, "sde of no length");
}

static void test_normals(void **state) {
  const uint64_t raws[] = {(uint64_t)3 << 62, (uint64_t)1 << 62};
  const vf_request request = {.what = VF_NORMALS_FROM_RAWS, .count = 2, .raws = raws};
  const double r = sqrt(-2.0 * log(0.25));
  double bound[2];
  (void)state;
  assert_true(bound_of(&request, &vf_binary64, bound));
  for (size_t k = 0; k < 2; k++)
    require_within(bound[k], 64.0 * 0x1p-53 * r + 0x1p-30 * (1.0 + r), 1e-20, "normals", k);
}

static void test_schedules(void **state) {
  static const struct {
    int32_t kind;
    double lr, first; /* of the step; its bound beside the grid's */
  } cases[] = {{SID_EXPONENTIAL, 0.0625, 32.0 * 4.0 * 0.0625},
               {SID_COSINE, 0.5, 32.0 * (0.5 + 0.625)},
               {SID_TRIANGLE, 0.125, 32.0 * (0.125 + 0.625)}};
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    const int32_t kind = cases[i].kind;
    const sid_schedule schedule = {
        .kind = kind, .lr = 0.5, .wd = 0.25, .factor = 0.5, .lr_min = 0.125, .period = 10};
    const vf_request request = {.what = VF_SCHEDULE,
                                .experiment = {.schedule = schedule},
                                .k = kind == SID_EXPONENTIAL ? 3 : 0};
    double bound[3];
    assert_true(bound_of(&request, &vf_binary64, bound));
    const double grid = kind == SID_COSINE ? 0x1p-30 * 0.625 : 0.0;
    require_within(bound[0], 0x1p-53 * cases[i].first + grid, 1e-22, "lr", i);
    require_within(bound[1], 0x1p-53 * 8.0, 1e-22, "wd", i);
    require_within(bound[2], 0x1p-53 * 32.0, 1e-22, "rescale", i);
  }
}

/* At (1, 0) |x|^2 Hess L of the Rayleigh quotient is 0 but for the curvature 3 - 1. */
static void test_sharpness(void **state) {
  const double x[] = {1.0, 0.0}, both[] = {1.0, 3.0};
  const sid_problem problem = {
      .kind = SID_RAYLEIGH, .noise = SID_NOISE_NONE, .dim = 2, .spectrum = both};
  const vf_request request = {.what = VF_SHARPNESS, .experiment = {.problem = problem}, .x = x};
  double fine, coarse;
  (void)state;
  assert_true(bound_of(&request, &vf_binary64, &fine));
  assert_true(bound_of(&request, &vf_binary32, &coarse));
  /* What is left where the part of the units is taken off, and that part. */
  const double units = (coarse - fine) / (0x1p-24 - 0x1p-53);
  require_within(fine - 0x1p-53 * units, 0x1p-44 * 2.0, 1e-18, "Lanczos", 0);
  assert_true(units > 34.0 * 2.0 && units < 34.0 * 50.0);
}

/* ---- what rounding alone decides ---- */

static void test_sphere(void **state) {
  static const struct {
    double across; /* of a draw with 1 along x */
    int asked;
  } cases[] = {{0.0, 0}, {0.25, 0}, {0.27, 1}, {4.0, 1}};
  const double x[] = {2.0, 0.0};
  sid_problem problem = {.kind = SID_RAYLEIGH,
                         .noise = SID_NOISE_SPHERE,
                         .dim = 2,
                         .sigma = 1.0,
                         .spectrum = spectrum};
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    const double draw[] = {1.0, cases[i].across};
    const vf_request noise = {
        .what = VF_NOISE, .experiment = {.problem = problem}, .x = x, .batch = 1, .draws = draw};
    double bound[2];
    assert_int_equal(bound_of(&noise, &vf_binary64, bound), cases[i].asked);
  }
  const double draws[] = {0.0, 1.0, 1.0, 0.0}; /* the second of two is along x */
  const sid_dynamics svag = {.kind = SID_SVAG, .l = 2, .substeps = 1, .batch = 1};
  vf_request step = step_of(problem, svag, x);
  double bound[2];
  step.draws = draws;
  assert_int_equal(bound_of(&step, &vf_binary64, bound), 0);
}

static void test_completion(void **state) {
  static const struct {
    uint32_t entries[6];
    int asked;
  } cases[] = {{{0, 0, 0, 1, 0, 2}, 0}, {{0, 1, 1, 1, 2, 1}, 0}, {{0, 0, 0, 1, 1, 1}, 1}};
  const double x[] = {1.0, 0.5, -0.75, 2.0, 1.5, -1.0}, labels[] = {1.0, -2.0, 0.5};
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    const sid_problem problem = {.kind = SID_BN_COMPLETION,
                                 .noise = SID_NOISE_NONE,
                                 .dim = 6,
                                 .samples = 3,
                                 .rows = 3,
                                 .cols = 3,
                                 .inner = 1,
                                 .entries = cases[i].entries,
                                 .labels = labels};
    const vf_request loss = {.what = VF_LOSS, .experiment = {.problem = problem}, .x = x};
    double bound;
    assert_int_equal(bound_of(&loss, &vf_binary64, &bound), cases[i].asked);
  }
}

static void test_refused(void **state) {
  const double origin[] = {0.0, 0.0};
  const sid_dynamics gd = {.kind = SID_GD, .l = 1, .substeps = 1, .batch = 1};
  const sid_problem ratio = {.kind = SID_RATIO2, .noise = SID_NOISE_NONE, .dim = 2};
  const vf_request step = step_of(ratio, gd, origin);
  double bound[2];
  (void)state;
  assert_int_equal(bound_of(&step, &vf_binary64, bound), 0);
}

/* ---- distances ---- */

static void test_distances(void **state) {
  static const struct {
    double off[2], distance; /* in bounds */
    const char *says;
  } cases[] = {
      {{0.0, 0.0}, 0.0, "values[0]: 3 instead of 3, 0 times what rounding explains"},
      {{0.25, -0.5}, 0.5, "values[1]: 1.875 instead of 2, 0.5 times what rounding explains"},
      {{-3.0, 2.0}, 3.0, "values[0]: 2.25 instead of 3, 3 times what rounding explains"},
      {{0.0, NAN}, INFINITY, "values[1]: nan instead of 2"},
      {{INFINITY, 1.0}, INFINITY, "values[0]: inf instead of 3"}};
  const vf_request request = {
      .what = VF_GRADIENT, .experiment = {.problem = quadratic}, .x = point};
  double right[] = {3.0, 2.0}, values[2];
  const double bound[] = {0.25, 0.25};
  const vf_answer ours = {.values = right};
  vf_answer theirs = {.values = values};
  char difference[VF_ANSWER_MESSAGE];
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    for (size_t k = 0; k < 2; k++) values[k] = right[k] + cases[i].off[k] * bound[k];
    require_bits(vf_roundings(&request, &theirs, &ours, bound, difference), cases[i].distance,
                 "distance", i);
    assert_string_equal(difference, cases[i].says);
  }
  memcpy(values, right, sizeof values);
  theirs.end = SID_E_ORIGIN;
  require_bits(vf_roundings(&request, &theirs, &ours, bound, difference), INFINITY, "refused", 0);
  assert_string_equal(difference, "the step is refused: origin, instead of taken");
}

/* A run that stops before its end, or leaves out a row, is no run. */
static void test_ends(void **state) {
  static const struct {
    vf_end end;
    int right;
  } cases[] = {{{.status = SID_OK, .step = 5, .rows = 2}, 1},
               {{.status = SID_OK, .step = 4, .rows = 2}, 0},
               {{.status = SID_OK, .step = 5, .rows = 1}, 0},
               {{.status = SID_E_NONFINITE, .step = 5, .rows = 2}, 0}};
  const uint64_t checkpoints[] = {0, 5};
  const int32_t observable = SID_X;
  const vf_request request = {.what = VF_RUN,
                              .last = 1,
                              .experiment = {.problem = quadratic,
                                             .steps = 5,
                                             .checkpoints = checkpoints,
                                             .checkpoint_count = 2,
                                             .observables = &observable,
                                             .observable_count = 1}};
  double values[] = {1.0, 2.0, 3.0, 4.0};
  const double bound[] = {1.0, 1.0, 1.0, 1.0};
  char difference[VF_ANSWER_MESSAGE];
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    vf_end end = cases[i].end;
    const vf_answer answer = {.values = values, .ends = &end};
    require_bits(vf_roundings(&request, &answer, &answer, bound, difference),
                 cases[i].right ? 0.0 : (double)INFINITY, "end", i);
  }
}

/* The bound of that sum is 35 * 10 units; what rounding alone decides agrees. */
static void test_agreement(void **state) {
  static const struct {
    double off;
    int in_binary64, in_binary32;
  } cases[] = {{340.0 * 0x1p-53, 1, 1},
               {360.0 * 0x1p-53, 0, 1},
               {340.0 * 0x1p-24, 0, 1},
               {360.0 * 0x1p-24, 0, 0},
               {NAN, 0, 0}};
  const double a[] = {1.0, -3.0, 4.0}, along[] = {2.0, 0.0}, draw[] = {1.0, 0.0};
  const vf_request sum = {.what = VF_SUM, .count = 3, .x = a};
  const sid_problem sphere = {.kind = SID_RAYLEIGH,
                              .noise = SID_NOISE_SPHERE,
                              .dim = 2,
                              .sigma = 1.0,
                              .spectrum = spectrum};
  const vf_request undecided = {
      .what = VF_NOISE, .experiment = {.problem = sphere}, .x = along, .batch = 1, .draws = draw};
  double right[] = {2.0, 0.0}, values[] = {7.0, 7.0}, distance;
  const vf_answer ours = {.values = right}, theirs = {.values = values};
  char difference[VF_ANSWER_MESSAGE];
  (void)state;
  assert_true(vf_agree_binary64(&undecided, &theirs, &ours, difference, &distance));
  require_bits(distance, 0.0, "undecided", 0);
  for (size_t i = 0; i < COUNT(cases); i++) {
    values[0] = right[0] + cases[i].off;
    assert_int_equal(vf_agree_binary64(&sum, &theirs, &ours, difference, &distance),
                     cases[i].in_binary64);
    assert_int_equal(vf_agree_binary32(&sum, &theirs, &ours, difference, &distance),
                     cases[i].in_binary32);
  }
}

/* ---- horizons ---- */

static const sid_dynamics gd = {.kind = SID_GD, .l = 1, .substeps = 1, .batch = 1};

/* After one step the neighbours are off by their start, u of x, and by the bound of the step; in
 * each part of the state the largest counts, four times. */
static void test_first_step(void **state) {
  const sid_dynamics momentum = {
      .kind = SID_MOMENTUM, .l = 1, .substeps = 1, .batch = 1, .beta = 0.5};
  const double start[] = {3.0, 1.0, 0.25, -8.0};
  const vf_request request = step_of(quadratic, momentum, start);
  vf_arena arena = {NULL};
  vf_cases cases = vf_cases_of(1, 1, 1, 0, &arena);
  vf_trajectory trajectory;
  double bound[4];
  (void)state;
  assert_true(bound_of(&request, &vf_binary64, bound));
  vf_trajectory_make(&cases, &request, &vf_binary64, 3, &trajectory);
  assert_int_equal(trajectory.steps, 3);
  for (size_t part = 0; part < 2; part++) {
    const double *made = trajectory.bounds[0] + 2 * part, *own = bound + 2 * part;
    const double step = 4.0 * fmax(own[0], own[1]), before = 4.0 * 8.0 * 0x1p-53;
    require_bits(made[0], made[1], "part", part);
    require_within(made[0], step, before, "bound", part);
    assert_true(step > 8.0 * before);
    assert_true(made[0] > step - before && made[0] != step);
  }
  vf_arena_free(&arena);
}

/* One coordinate falls to a half in each step, an error in the other one, which is 0, grows by
 * sixteen. The horizon ends where four times the error exceeds the accuracy of the first. */
static void test_horizon(void **state) {
  static const double rates[] = {2.0, -60.0}, start[] = {1.0, 0.0};
  const vf_precision *precisions[] = {&vf_binary64, &vf_binary32};
  sid_problem problem = quadratic;
  problem.spectrum = rates;
  vf_request request = step_of(problem, gd, start);
  request.wd = 0.0;
  (void)state;
  for (size_t i = 0; i < COUNT(precisions); i++) {
    vf_arena arena = {NULL};
    vf_cases cases = vf_cases_of(1, 1, 1, (int)i, &arena);
    vf_trajectory trajectory;
    double now[2] = {1.0, 0.0}, error[2] = {precisions[i]->unit, 0.0};
    request.x = start;
    vf_trajectory_make(&cases, &request, precisions[i], VF_HORIZON_MOST, &trajectory);
    assert_in_range(trajectory.steps, 1, 8);
    for (size_t t = 0;; t++) {
      double bound[2];
      request.x = now;
      assert_true(bound_of(&request, precisions[i], bound));
      error[0] = 0.5 * error[0] + bound[0];
      error[1] = 16.0 * error[1] + bound[1];
      now[0] *= 0.5;
      /* Of eight neighbours not all turn back at once: at least 14/16 of the error is left. */
      const double most = 4.0 * fmax(error[0], error[1]), least = 14.0 / 16.0 * most;
      const double known = (i == 0 ? 1e-8 : 1e-3) * now[0];
      if (t == trajectory.steps) {
        assert_true(most > known);
        break;
      }
      assert_true(least <= known);
      require_bits(trajectory.states[t].values[0], now[0], "state", t);
      require_bits(trajectory.states[t].values[1], 0.0, "state", t);
      require_within(trajectory.bounds[t][1], 0.5 * (most + least), 0.5 * (most - least), "bound",
                     t);
    }
    vf_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sums),       cmocka_unit_test(test_gradient),
      cmocka_unit_test(test_steps),      cmocka_unit_test(test_normals),
      cmocka_unit_test(test_schedules),  cmocka_unit_test(test_sharpness),
      cmocka_unit_test(test_sphere),     cmocka_unit_test(test_completion),
      cmocka_unit_test(test_refused),    cmocka_unit_test(test_distances),
      cmocka_unit_test(test_ends),       cmocka_unit_test(test_agreement),
      cmocka_unit_test(test_first_step), cmocka_unit_test(test_horizon),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Streams, checkpoints, and rows of an ensemble. */
#include "common.h"

#include "harness/context.h"
#include "harness/observe.h"

static void stream_of_a_trajectory(void **state) {
  const uint64_t key[2] = {SID_KEY_NOISE, 7};
  sid_stream expected, got = vf_stream(5, SID_KEY_NOISE, 7);
  (void)state;
  assert_int_equal(sid_stream_init(&expected, 5, key, 2), SID_OK);
  for (int i = 0; i < 4; i++) assert_true(sid_stream_raw(&got) == sid_stream_raw(&expected));
}

static void steps_are_equidistant(void **state) {
  uint64_t *steps = vf_steps(7, 3, 4);
  (void)state;
  for (size_t k = 0; k < 4; k++) assert_int_equal(steps[k], 7 + 3 * k);
  free(steps);
}

/* Three trajectories at a minimiser, where x <- (1 - lr wd) x, with two rows each. */
static void rows_by_trajectory(void **state) {
  static const double x[2] = {0.0, 5.0};
  static const sid_segment segment = {0, 0.5, 0.5, 1.0};
  static const int32_t norm2[] = {SID_NORM2};
  uint64_t *steps = vf_steps(0, 1, 2);
  vf_context context = {.jobs = 2};
  sid_experiment experiment = {
      .problem = {.kind = SID_RATIO2, .dim = 2},
      .dynamics = {.kind = SID_GD, .batch = 1},
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .steps = 1,
      .checkpoints = steps,
      .checkpoint_count = 2,
      .observables = norm2,
      .observable_count = 1};
  (void)state;
  double *rows = vf_observe(&context, "decay", &experiment, 3);
  assert_int_equal(context.count, 0);
  for (size_t i = 0; i < 3; i++)
    assert_true(rows[2 * i] == 25.0 && rows[2 * i + 1] == 25.0 * 0.75 * 0.75);
  free(rows);
  experiment.dynamics.batch = 0;
  assert_null(vf_observe(&context, "batch of 0", &experiment, 3));
  assert_int_equal(context.count, 1);
  assert_string_equal(context.cases[0].instance, "batch of 0");
  assert_int_equal(vf_context_verdict(&context), VF_FAIL);
  vf_context_clear(&context);
  free(steps);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(stream_of_a_trajectory),
                                     cmocka_unit_test(steps_are_equidistant),
                                     cmocka_unit_test(rows_by_trajectory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Steps with randomness that is given: of every problem, noise and dynamics, the bits of the step
 * that draws the same from a stream. */
#include "conform/draws.h"
#include "instances.h"

static instances all;

static const sid_dynamics dynamics_list[] = {
    {SID_GD, 1, 1, 1, 0.0, 0.0, 0.0, 0.0, 0.0},
    {SID_SGD, 1, 1, 3, 0.0, 0.0, 0.0, 0.0, 0.0},
    {SID_SVAG, 3, 1, 2, 0.0, 0.0, 0.0, 0.0, 0.0},
    {SID_NOISY_GD, 1, 1, 1, 0.0, 0.0, 0.0, 0.0, 0.0},
    {SID_SDE, 1, 3, 2, 0.0, 0.0, 0.0, 0.0, 0.0},
    {SID_SDE2, 1, 2, 1, 0.0, 0.0, 0.0, 0.0, 0.0},
    {SID_MOMENTUM, 1, 1, 1, 0.5, 0.0, 0.0, 0.0, 0.0},
    {SID_ADAMW, 1, 1, 2, 0.5, 0.75, 0.1, 0.0, 0.0},
};

static void require_step(const sid_problem *problem, sid_dynamics dynamics, sid_stream stream) {
  double state[INSTANCE_STATE_MAX], given[INSTANCE_STATE_MAX], work[2 * INSTANCE_WORK_MAX];
  double draws[4 * INSTANCE_STATE_MAX];
  data_source data = {99};
  sid_stream same = stream, kept;
  dynamics.batch = instance_batch(problem, dynamics.batch);
  instance_point(problem, &data, state);
  sid_state_begin(problem, &dynamics, 0.1, state);
  memcpy(given, state, sizeof given);
  const size_t size = vf_step_draw_size(problem, &dynamics) * vf_step_draws(&dynamics);
  vf_draw_step(problem, &dynamics, state, &same, draws);
  sid_stream_given(&kept, draws);
  assert_int_equal(sid_step(problem, &dynamics, 0.1, 0.5, state, &stream, work), SID_OK);
  assert_int_equal(sid_step(problem, &dynamics, 0.1, 0.5, given, &kept, work), SID_OK);
  require_same(given, state, sid_state_doubles(problem, &dynamics), "state");
  assert_true(kept.given == draws + size); /* all that was given, and no more */
  assert_true(same_stream(&stream, &same));
}

static void test_steps(void **state) {
  for (size_t i = 0; i < all.count; i++)
    for (size_t d = 0; d < COUNT(dynamics_list); d++)
      require_step(&all.list[i].problem, dynamics_list[d], test_stream(i));
  (void)state;
}

/* Taken as they are: also what no generator gives. */
static void test_as_they_are(void **state) {
  const double draws[6] = {1e300, -0.0, 0.25, 3.0, 7.0, 2.0}, weights[8] = {1.0};
  double z[3];
  sid_stream stream;
  sid_stream_given(&stream, draws);
  sid_stream_normals(&stream, z, 3);
  require_same(z, draws, 3, "normals");
  assert_int_equal(sid_stream_index(&stream, 4), 3);
  assert_int_equal(sid_stream_weighted_index(&stream, weights, 8), 7);
  assert_int_equal(sid_stream_poisson(&stream, 0.5), 2);
  sid_stream_given(&stream, draws);
  require_bits(sid_stream_rademacher(&stream), 1e300, "sign", 0);
  assert_int_equal(sid_stream_init(&stream, 7, NULL, 0), SID_OK);
  assert_null(stream.given);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps),
                                     cmocka_unit_test(test_as_they_are)};
  instances_make(&all);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

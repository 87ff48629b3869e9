/* The index below n in the lanes of every backend: floor(raw*n/2^64) of the whole raw. Its low half
 * decides once in 2^33/n draws, so n is large here and no power of two, the draws are many, and
 * those that tell are counted. What is seen of them is a sum: the gradient of sample i is a
 * constant, -i, and everything is exact. */
#include "../simd/effort.h"

enum { SAMPLES = 65535, BATCH = 65536, DRAWS = 1 << 22 };

static double b[SAMPLES];
static const double a[SAMPLES]; /* zeros: no curvature */

/* One step from 0 with learning rate 1: x is the mean of the indexes of a batch. */
static const double start[1] = {0.0};
static const sid_segment unit_rate[1] = {{0, 1.0, 0.0, 1.0}};
static const uint64_t checkpoints[1] = {1};
static const int32_t observables[1] = {SID_X};

static void make_experiment(sid_experiment *experiment) {
  memset(experiment, 0, sizeof *experiment);
  for (uint32_t i = 0; i < SAMPLES; i++) b[i] = (double)i;
  experiment->problem.kind = SID_QUADRATIC_SAMPLES, experiment->problem.noise = SID_NOISE_SAMPLES;
  experiment->problem.dim = 1, experiment->problem.samples = SAMPLES;
  experiment->problem.a = a, experiment->problem.b = b;
  experiment->dynamics.kind = SID_SGD, experiment->dynamics.batch = BATCH;
  experiment->dynamics.l = experiment->dynamics.substeps = 1;
  experiment->schedule.kind = SID_PIECEWISE, experiment->schedule.segment_count = 1;
  experiment->schedule.segments = unit_rate;
  experiment->start.kind = SID_START_POINT, experiment->start.x = start;
  experiment->seed = 20261128, experiment->steps = 1;
  experiment->checkpoints = checkpoints, experiment->checkpoint_count = 1;
  experiment->observables = observables, experiment->observable_count = 1;
  assert_int_equal(sid_experiment_validate(experiment), SID_OK);
}

typedef struct {
  uint64_t sum;     /* of the indexes of trajectory i */
  uint64_t telling; /* draws whose index needs the low half of the raw */
} batch;

static batch expected_batch(const sid_experiment *experiment, uint64_t trajectory) {
  const uint64_t key[2] = {SID_KEY_NOISE, trajectory};
  batch found = {0, 0};
  sid_stream stream;
  assert_int_equal(sid_stream_init(&stream, experiment->seed, key, 2), SID_OK);
  for (uint32_t draw = 0; draw < BATCH; draw++) {
    const uint64_t raw = sid_stream_raw(&stream), high = (raw >> 32) * SAMPLES,
                   low = (raw & 0xffffffffu) * SAMPLES;
    const uint64_t index = (high + (low >> 32)) >> 32; /* high < 2^48: no carry is lost */
    found.sum += index;
    found.telling += index != high >> 32;
  }
  return found;
}

/* Trajectories 0, 1, ... until there are DRAWS draws, in blocks of all lanes. */
static void require_backend(const sid_backend *backend, const sid_experiment *experiment) {
  const uint32_t lanes = backend->lanes;
  const size_t size = backend->workspace(experiment);
  double rows[LANES_MOST], *work = allocate(size);
  sid_end ends[LANES_MOST];
  uint64_t telling[LANES_MOST] = {0};
  sid_backend_results results;
  memset(&results, 0, sizeof results);
  results.rows = rows, results.ends = ends;
  for (uint64_t first = 0; first < DRAWS / BATCH; first += lanes) {
    backend->run(experiment, first, lanes, &results, work);
    for (uint32_t lane = 0; lane < lanes; lane++) {
      const batch expected = expected_batch(experiment, first + lane);
      assert_int_equal(ends[lane].status, SID_OK);
      require_bits(rows[lane], (double)expected.sum / BATCH, backend->name, first + lane);
      telling[lane] += expected.telling;
    }
  }
  for (uint32_t lane = 0; lane < lanes; lane++)
    if (telling[lane] < 1) fail_msg("%s: no telling draw in lane %u", backend->name, lane);
  free(work);
}

static void test_low_half(void **state) {
  const sid_backend *backends[8];
  const size_t count = usable_backends(backends);
  sid_experiment experiment;
  make_experiment(&experiment);
  for (size_t k = 0; k < count; k++) require_backend(backends[k], &experiment);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_low_half)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Flows and limiting laws of every backend that this machine can run, to the bit of ref/, for every
 * number of states, and with streams of given draws. */
#include "../simd/effort.h"

enum { P_MOST = 21, SAMPLES = 5, GUARD = 8 };

typedef struct {
  double spectrum[P_MOST], matrix[P_MOST * P_MOST], features[SAMPLES * P_MOST], labels[SAMPLES],
      a[SAMPLES * P_MOST], b[SAMPLES * P_MOST];
} law_data;

/* A problem of each kind that a flow may have; matrix completion has no lanes. */
static sid_problem problem_of(law_data *store, data_source *data, int32_t kind, uint32_t p) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  data_fill(data, store->spectrum, p, -1.0, 2.0);
  data_fill(data, store->features, SAMPLES * p, -1.0, 1.0);
  data_fill(data, store->labels, SAMPLES, -1.0, 1.0);
  data_fill(data, store->a, SAMPLES * p, -0.5, 1.5);
  data_fill(data, store->b, SAMPLES * p, -1.0, 1.0);
  for (uint32_t i = 0; i < p; i++)
    for (uint32_t j = 0; j <= i; j++)
      store->matrix[i * p + j] = store->matrix[j * p + i] = data_uniform(data, -1.0, 1.0);
  problem.kind = kind;
  problem.dim = p;
  problem.noise = kind == SID_QUADRATIC_SAMPLES ? SID_NOISE_SAMPLES
                  : kind == SID_NOISE_ONLY      ? SID_NOISE_GAUSSIAN
                                                : SID_NOISE_NONE;
  if (kind == SID_RAYLEIGH && p % 2) problem.matrix = store->matrix;
  if (kind == SID_QUADRATIC_NOISY || (kind == SID_RAYLEIGH && !problem.matrix))
    problem.spectrum = store->spectrum;
  if (kind == SID_NORMALISED_LINEAR || kind == SID_BN_REGRESSION)
    problem.features = store->features, problem.labels = store->labels, problem.samples = SAMPLES;
  if (kind == SID_QUADRATIC_SAMPLES)
    problem.a = store->a, problem.b = store->b, problem.samples = SAMPLES;
  if (kind == SID_POISSON) problem.mean = 2.0, problem.exp_minus_mean = 0x1.152aaa3bf81ccp-3;
  if (sid_problem_validate(&problem)) problem.kind = 0;
  return problem;
}

static void streams_of(sid_stream *streams, data_source *data) {
  for (uint64_t i = 0; i < LANES_MOST; i++)
    assert_int_equal(sid_stream_init(streams + i, data_raw(data), &i, 1), SID_OK);
}

static void require_streams(const sid_stream *a, const sid_stream *b, uint32_t count,
                            const char *what) {
  for (uint32_t i = 0; i < count; i++)
    if (!same_stream(a + i, b + i)) fail_msg("%s: stream %u differs", what, (unsigned)i);
}

/* One flow of every backend from `count` starts, some of which may leave the finite numbers. */
static void require_flow(const sid_backend *backend, const sid_flow *flow, uint64_t steps,
                         int with_error, data_source *data) {
  const size_t p = flow->problem->dim;
  const uint32_t count = 1 + (uint32_t)data_below(data, backend->lanes);
  const double h = data_below(data, 8) ? 0.05 : 0x1p300;
  const size_t size = backend->laws_workspace(flow->problem);
  double x[LANES_MOST * P_MOST + GUARD], expected[LANES_MOST * P_MOST], errors[LANES_MOST + 1],
      error = 0.0;
  double *work = allocate(size + GUARD), *work_ref = allocate(sid_flow_workspace(flow->problem));
  sid_status ends[LANES_MOST];
  poison(x, COUNT(x));
  poison(errors, COUNT(errors));
  poison(work, size + GUARD);
  data_fill(data, x, count * p, -1.5, 1.5);
  if (!data_below(data, 4)) x[data_below(data, count * p)] = 0x1p700;
  if (!data_below(data, 4)) memset(x, 0, p * sizeof *x); /* the origin */
  memcpy(expected, x, count * p * sizeof *x);
  backend->flow(flow, h, steps, count, x, with_error ? errors : NULL, ends, work);
  for (uint32_t i = 0; i < count; i++) {
    poison(&error, 1);
    const sid_status status =
        sid_flow_run(flow, h, steps, expected + i * p, with_error ? &error : NULL, work_ref);
    if (ends[i] != status)
      fail_msg("%s: the flow of problem %d, p=%u, ends with %d instead of %d", backend->name,
               (int)flow->problem->kind, (unsigned)p, (int)ends[i], (int)status);
    require_same(x + i * p, expected + i * p, p, backend->name);
    if (!with_error) continue;
    assert_int_equal(is_poisoned(errors + i, 1), is_poisoned(&error, 1));
    if (error == error || errors[i] == errors[i]) require_bits(errors[i], error, "error", i);
  }
  if (with_error) assert_true(is_poisoned(errors + count, 1));
  assert_true(is_poisoned(x + count * p, GUARD) && is_poisoned(work + size, GUARD));
  free(work);
  free(work_ref);
}

static void test_flows(void **state) {
  const sid_backend *backends[8];
  const size_t usable = usable_backends(backends);
  static law_data store;
  data_source data = {61};
  for (uint64_t round = 0; round < effort(1, 4, 40); round++)
    for (size_t b = 0; b < usable; b++)
      for (int32_t kind = SID_RAYLEIGH; kind <= SID_POISSON; kind++)
        for (uint32_t p = 1; p <= P_MOST; p++) {
          const sid_problem problem = problem_of(&store, &data, kind, p);
          if (!problem.kind) continue;
          const uint64_t steps = data_below(&data, 6);
          const int with_error = steps % 2 == 0 && data_below(&data, 3);
          const sid_flow gradient = {SID_FLOW_GRADIENT, &problem, 0.25, 0.0, 0.0};
          const sid_flow sharpness = {SID_FLOW_SHARPNESS, &problem, 0.0, 2.0, 0.75};
          require_flow(backends[b], &gradient, steps, with_error, &data);
          if (kind == SID_TROUGH3 || kind == SID_RIDGE3)
            require_flow(backends[b], &sharpness, steps, with_error, &data);
        }
  (void)state;
}

/* What sid_flow_run() refuses, every state is refused for. */
static void test_flow_refusals(void **state) {
  const sid_backend *backends[8];
  const size_t usable = usable_backends(backends);
  static law_data store;
  data_source data = {62};
  const sid_problem problem = problem_of(&store, &data, SID_QUADRATIC_NOISY, 4);
  const sid_flow flows[] = {{SID_FLOW_GRADIENT, &problem, 0.0, 0.0, 0.0},
                            {SID_FLOW_SHARPNESS, &problem, 0.0, 2.0, 1.0},
                            {7, &problem, 0.0, 2.0, 1.0}};
  for (size_t b = 0; b < usable; b++)
    for (size_t f = 0; f < COUNT(flows); f++) {
      double x[4 * LANES_MOST] = {0.0}, errors[LANES_MOST];
      double *work = allocate(backends[b]->laws_workspace(&problem));
      sid_status ends[LANES_MOST];
      backends[b]->flow(flows + f, 0.1, 3, backends[b]->lanes, x, errors, ends, work);
      for (uint32_t i = 0; i < backends[b]->lanes; i++)
        assert_int_equal(ends[i], f == 0 ? SID_E_COUNT : SID_E_KIND);
      free(work);
    }
  (void)state;
}

/* Steps of h stay finite, those of 2h do not: the result stands, its error is not known. */
static void test_flow_unknown_error(void **state) {
  const sid_backend *backends[8];
  const size_t usable = usable_backends(backends);
  const double spectrum[] = {1.0, 1.0};
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_QUADRATIC_NOISY, problem.dim = 2, problem.spectrum = spectrum;
  const sid_flow flow = {SID_FLOW_GRADIENT, &problem, 0.0, 0.0, 0.0};
  for (size_t b = 0; b < usable; b++) {
    const uint32_t lanes = backends[b]->lanes;
    double x[2 * LANES_MOST], errors[LANES_MOST];
    double *work = allocate(backends[b]->laws_workspace(&problem));
    sid_status ends[LANES_MOST];
    for (uint32_t k = 0; k < 2 * lanes; k++) x[k] = k == 1 ? 0x1p1021 : 1.0;
    backends[b]->flow(&flow, 2.5, 2, lanes, x, errors, ends, work);
    for (uint32_t i = 0; i < lanes; i++) {
      assert_int_equal(ends[i], SID_OK);
      if ((i == 0) != (errors[i] != errors[i]))
        fail_msg("%s: error %u is %a", backends[b]->name, (unsigned)i, errors[i]);
    }
    free(work);
  }
  (void)state;
}

/* Two numbers a state: the circle, and f_t of the Rayleigh quotient. */
static void test_circle_and_rayleigh(void **state) {
  const sid_backend *backends[8];
  const size_t usable = usable_backends(backends);
  data_source data = {63};
  for (uint64_t round = 0; round < effort(50, 400, 4000); round++)
    for (size_t b = 0; b < usable; b++) {
      const sid_circle_law circle = {0.5, data_uniform(&data, 0.0, 2.0), 0.3, 0.8};
      const sid_rayleigh_law rayleigh = {0.1, 0.01, data_uniform(&data, 0.0, 9.0),
                                         1.0, 2.0,  2 + (uint32_t)data_below(&data, 9)};
      const uint32_t count = 1 + (uint32_t)data_below(&data, backends[b]->lanes);
      const uint64_t steps = data_below(&data, 9);
      const int given = !data_below(&data, 4);
      double draws[16], x[2 * LANES_MOST + GUARD], expected[2 * LANES_MOST];
      sid_stream streams[LANES_MOST], own[LANES_MOST];
      for (int which = 0; which < 2; which++) {
        poison(x, COUNT(x));
        data_fill(&data, draws, COUNT(draws), -2.0, 2.0);
        data_fill(&data, x, 2 * count, data_below(&data, 3) ? 0.0 : -1.0, 1.0);
        if (!data_below(&data, 5)) x[0] = 0.0;
        memcpy(expected, x, 2 * count * sizeof *x);
        streams_of(streams, &data);
        if (given) sid_stream_given(streams + count - 1, draws);
        memcpy(own, streams, sizeof own);
        if (which)
          backends[b]->rayleigh_law(&rayleigh, 0.5, steps, count, x, streams);
        else
          backends[b]->circle(&circle, 0.5, steps, count, x, streams);
        for (uint32_t i = 0; i < count; i++)
          for (uint64_t k = 0; k < steps; k++)
            if (which)
              sid_rayleigh_law_step(&rayleigh, 0.5, expected + 2 * i, own + i);
            else
              sid_circle_step(&circle, 0.5, expected + 2 * i, own + i);
        for (uint32_t k = 0; k < 2 * count; k++)
          if (x[k] == x[k] || expected[k] == expected[k])
            require_bits(x[k], expected[k], backends[b]->name, k);
        require_streams(streams, own, count, backends[b]->name);
        assert_true(is_poisoned(x + 2 * count, GUARD));
      }
    }
  (void)state;
}

static void test_levy(void **state) {
  const sid_backend *backends[8];
  const size_t usable = usable_backends(backends);
  static law_data store;
  data_source data = {64};
  for (uint64_t round = 0; round < effort(1, 4, 40); round++)
    for (size_t b = 0; b < usable; b++)
      for (int32_t kind = SID_RAYLEIGH; kind <= SID_POISSON; kind++)
        for (uint32_t p = 1; p <= P_MOST; p++) {
          const sid_problem problem = problem_of(&store, &data, kind, p);
          if (!problem.kind) continue;
          const sid_levy_law law = {0.125, 0.5, 2.0, 0x1.152aaa3bf81ccp-3};
          const uint32_t count = 1 + (uint32_t)data_below(&data, backends[b]->lanes);
          const uint64_t steps = data_below(&data, 4);
          const size_t size = backends[b]->laws_workspace(&problem);
          double x[LANES_MOST * P_MOST + GUARD], expected[LANES_MOST * P_MOST], draws[4 * P_MOST];
          double *work = allocate(size + GUARD);
          sid_stream streams[LANES_MOST], own[LANES_MOST];
          poison(x, COUNT(x));
          poison(work, size + GUARD);
          data_fill(&data, x, count * p, 0.25, 1.5);
          memcpy(expected, x, count * p * sizeof *x);
          for (size_t k = 0; k < COUNT(draws); k++) draws[k] = (double)data_below(&data, 6);
          streams_of(streams, &data);
          if (!data_below(&data, 4)) sid_stream_given(streams, draws);
          memcpy(own, streams, sizeof own);
          backends[b]->levy(&law, &problem, 0.25, steps, count, x, streams, work);
          assert_true(is_poisoned(x + count * p, GUARD) && is_poisoned(work + size, GUARD));
          for (uint32_t i = 0; i < count; i++)
            for (uint64_t k = 0; k < steps; k++)
              sid_levy_step(&law, &problem, 0.25, expected + i * p, own + i, work);
          require_same(x, expected, count * p, backends[b]->name);
          require_streams(streams, own, count, backends[b]->name);
          free(work);
        }
  (void)state;
}

/* A block in which one stream has given draws: signs of the test's own choice. */
static void test_given_block(void **state) {
  const sid_backend *backends[8];
  const size_t usable = usable_backends(backends);
  const sid_segment rate[] = {{0, 0.25, 0.5, 1.0}};
  const double spectrum[] = {1.0, 2.0, 3.0}, point[] = {1.0, -1.0, 0.5},
               draws[] = {1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0};
  sid_experiment experiment;
  memset(&experiment, 0, sizeof experiment);
  experiment.problem.kind = SID_QUADRATIC_NOISY;
  experiment.problem.noise = SID_NOISE_RADEMACHER, experiment.problem.sigma = 0.5;
  experiment.problem.dim = 3, experiment.problem.spectrum = spectrum;
  experiment.dynamics.kind = SID_SGD, experiment.dynamics.batch = 1;
  experiment.schedule.kind = SID_PIECEWISE, experiment.schedule.segment_count = 1;
  experiment.schedule.segments = rate;
  experiment.start.kind = SID_START_POINT, experiment.start.x = point;
  experiment.steps = 5;
  for (size_t b = 0; b < usable; b++) {
    const uint32_t lanes = backends[b]->lanes;
    double states[3 * LANES_MOST], x[3], none;
    double *work = allocate(backends[b]->workspace(&experiment));
    sid_stream streams[LANES_MOST];
    sid_end ends[LANES_MOST];
    sid_backend_block block = {0, lanes, 0, states, streams};
    sid_backend_results results = {.rows = &none, .ends = ends};
    assert_int_equal(sid_experiment_validate(&experiment), SID_OK);
    sid_backend_begin(&experiment, &block, &results, work);
    sid_stream_given(streams + lanes - 1, draws);
    backends[b]->advance(&experiment, &block, 2, &results, work);
    for (int j = 0; j < 3; j++) x[j] = point[j];
    for (int k = 0; k < 6; k++) {
      const double g = spectrum[k % 3] * x[k % 3] + 0.5 * draws[k];
      x[k % 3] = 0.875 * x[k % 3] - 0.25 * g;
    }
    require_same(states + 3 * (lanes - 1), x, 3, backends[b]->name);
    assert_ptr_equal(streams[lanes - 1].given, draws + 6);
    free(work);
  }
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_flows),
      cmocka_unit_test(test_flow_refusals),
      cmocka_unit_test(test_flow_unknown_error),
      cmocka_unit_test(test_circle_and_rayleigh),
      cmocka_unit_test(test_levy),
      cmocka_unit_test(test_given_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

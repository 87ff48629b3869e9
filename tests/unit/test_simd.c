/* Every backend that this machine can run gives the bits of ref/, at once and in pieces: all
 * problems with all kinds of noise, all dynamics and all observables in dimensions 1 to 40 and 100,
 * matrix completion of every inner dimension to 25, of 50 and 75, the fixtures, every number
 * of trajectories, lanes that end early beside lanes that go on, extreme numbers. */
#include "../simd/blocks.h"

#include "running/backend.h"
#include "running/ensemble.h"
#include "formats/experiment_json.h"
#include "formats/json_text.h"
#include "formats/read_file.h"

/* ---- problems, noise and dynamics of any dimension ----------------------------------------- */

enum { DIM_MOST = 100, SAMPLES_MOST = 13, KINDS = 13, NOISES = 8 };

typedef struct {
  double spectrum[DIM_MOST], matrix[DIM_MOST * DIM_MOST], scale[DIM_MOST], point[DIM_MOST],
      plane[2 * DIM_MOST];
  double features[SAMPLES_MOST * DIM_MOST], labels[SAMPLES_MOST], a[SAMPLES_MOST * DIM_MOST],
      b[SAMPLES_MOST * DIM_MOST];
  double weights[SAMPLES_MOST];
  uint32_t rows, cols, inner, taken,
      entries[2 * SAMPLES_MOST]; /* of a matrix whose factors have p numbers, if there is one */
} problem_data;

/* A shape with (rows + cols)*inner = p, and at most n of its entries. */
static void fill_completion(problem_data *store, data_source *data, uint32_t p, uint32_t n) {
  store->inner = store->taken = 0;
  if (p < 2) return;
  do store->inner = 1 + (uint32_t)data_below(data, p / 2);
  while (p % store->inner != 0);
  const uint32_t both = p / store->inner;
  store->rows = 1 + (uint32_t)data_below(data, both - 1);
  store->cols = both - store->rows;
  uint64_t left = (uint64_t)store->rows * store->cols, wanted = n < left ? n : left;
  for (uint32_t r = 0; r < store->rows; r++)
    for (uint32_t c = 0; c < store->cols; c++, left--) {
      if (data_below(data, left) >= wanted) continue;
      store->entries[2 * store->taken] = r, store->entries[2 * store->taken + 1] = c;
      store->taken++, wanted--;
    }
}

static void fill(problem_data *store, data_source *data, uint32_t p, uint32_t n) {
  data_fill(data, store->spectrum, p, -1.0, 2.0);
  data_fill(data, store->scale, p, 0.0, 1.5);
  data_fill(data, store->point, p, -1.0, 1.0);
  data_fill(data, store->plane, 2 * p, -1.0, 1.0);
  data_fill(data, store->features, n * p, -1.0, 1.0);
  data_fill(data, store->labels, n, -1.0, 1.0);
  data_fill(data, store->a, n * p, -0.5, 1.5);
  data_fill(data, store->b, n * p, -1.0, 1.0);
  for (uint32_t i = 0; i < p; i++)
    for (uint32_t j = 0; j <= i; j++)
      store->matrix[i * p + j] = store->matrix[j * p + i] = data_uniform(data, -1.0, 1.0);
  fill_completion(store, data, p, n);
  uint64_t parts = 0, part[SAMPLES_MOST]; /* weights in units of 2^-20, some of them zero */
  for (uint32_t i = 0; i + 1 < n; i++)
    parts += part[i] = data_below(data, 4) ? data_below(data, (1u << 20) / n) : 0;
  for (uint32_t i = 0; i + 1 < n; i++) store->weights[i] = (double)part[i] * 0x1p-20;
  store->weights[n - 1] = (double)((1u << 20) - parts) * 0x1p-20;
}

static const char *const kind_names[KINDS] = {"rayleigh diagonal",
                                              "rayleigh dense",
                                              "normalised_linear",
                                              "ratio2",
                                              "quadratic_samples",
                                              "quadratic_samples weighted",
                                              "noise_only",
                                              "quadratic_noisy",
                                              "trough3",
                                              "ridge3",
                                              "bn_regression",
                                              "bn_completion",
                                              "poisson"};
static const char *const noise_names[NOISES] = {
    "none",   "gaussian", "gaussian scaled", "rademacher", "rademacher scaled",
    "sphere", "samples",  "poisson"};
static const char *const dynamics_names[] = {
    "",         "gd",      "sgd",   "svag",         "noisy_gd", "sde",          "sde2",
    "momentum", "adam_l2", "adamw", "projected_gd", "rmsprop",  "quasi_rmsprop"};

/* A problem of this kind; returns 0 where the kind does not take the noise or the dimension. */
static int make_problem(const problem_data *store, uint32_t kind, uint32_t noise, uint32_t p,
                        uint32_t n, sid_problem *problem) {
  static const int32_t kinds[KINDS] = {SID_RAYLEIGH,   SID_RAYLEIGH,          SID_NORMALISED_LINEAR,
                                       SID_RATIO2,     SID_QUADRATIC_SAMPLES, SID_QUADRATIC_SAMPLES,
                                       SID_NOISE_ONLY, SID_QUADRATIC_NOISY,   SID_TROUGH3,
                                       SID_RIDGE3,     SID_BN_REGRESSION,     SID_BN_COMPLETION,
                                       SID_POISSON};
  static const int32_t noises[NOISES] = {
      SID_NOISE_NONE,       SID_NOISE_GAUSSIAN, SID_NOISE_GAUSSIAN, SID_NOISE_RADEMACHER,
      SID_NOISE_RADEMACHER, SID_NOISE_SPHERE,   SID_NOISE_SAMPLES,  SID_NOISE_POISSON};
  memset(problem, 0, sizeof *problem);
  problem->kind = kinds[kind];
  problem->noise = noises[noise];
  problem->dim = p;
  problem->sigma =
      problem->noise == SID_NOISE_NONE || problem->noise >= SID_NOISE_SAMPLES ? 0.0 : 0.75;
  if (noise == 2 || noise == 4) problem->scale = store->scale;
  if (kind == 0 || kind == 7) problem->spectrum = store->spectrum;
  if (kind == 1) problem->matrix = store->matrix;
  if (kind == 2 || kind == 10)
    problem->features = store->features, problem->labels = store->labels, problem->samples = n;
  if (kind == 4 || kind == 5) problem->a = store->a, problem->b = store->b, problem->samples = n;
  if (kind == 5) problem->weights = store->weights;
  if (kind == 11) {
    problem->rows = store->rows, problem->cols = store->cols, problem->inner = store->inner;
    problem->samples = store->taken, problem->entries = store->entries,
    problem->labels = store->labels;
    if (p % 3) problem->matrix = store->matrix;
  }
  if (kind == 12) problem->mean = 2.0, problem->exp_minus_mean = 0x1.152aaa3bf81ccp-3; /* exp(-2) */
  return sid_problem_validate(problem) == SID_OK;
}

/* Schedules of every kind, so short that a few steps see them change. */
static const sid_segment segments[] = {
    {0, 0.125, 0.25, 1.0}, {1, 0.3, 0.0, 0.75}, {2, 0.01, 0.5, 1.0}};

static sid_schedule schedule_of(uint64_t number) {
  static const sid_schedule schedules[] = {
      {SID_PIECEWISE, 1, segments, 0, 0, 0, 0, 0},      {SID_PIECEWISE, 3, segments, 0, 0, 0, 0, 0},
      {SID_EXPONENTIAL, 0, NULL, 0.2, 0, 0.3, 0.75, 0}, {SID_COSINE, 0, NULL, 0.4, 0.05, 0.2, 0, 2},
      {SID_TRIANGLE, 0, NULL, 0.4, 0.05, 0.2, 0, 3},
  };
  return schedules[number % COUNT(schedules)];
}

static const int32_t observables[] = {SID_X,          SID_STEP_ANGLE,  SID_NORM2,        SID_LOSS,
                                      SID_GRAD_NORM2, SID_NOISE_TRACE, SID_EFFECTIVE_LR, SID_GAMMA,
                                      SID_F,          SID_PLANE_ANGLE};

/* The list above, and every third time the midpoint and what else the problem has: for these there
 * are no lanes. list holds 20. */
static void choose_observables(sid_experiment *experiment, uint64_t number, int32_t *list) {
  const sid_problem *problem = &experiment->problem;
  uint32_t count = COUNT(observables);
  memcpy(list, observables, sizeof observables);
  if (number % 3 == 0) {
    list[count++] = SID_MIDPOINT_LOSS;
    if (sid_problem_scale_invariant(problem))
      list[count++] = SID_SPHERICAL_SHARPNESS, list[count++] = SID_MIDPOINT_SHARPNESS;
    if (problem->kind == SID_TROUGH3 || problem->kind == SID_RIDGE3)
      list[count++] = SID_MANIFOLD_H, list[count++] = SID_MANIFOLD_ANGLE;
    if (problem->kind == SID_BN_COMPLETION && problem->matrix)
      list[count++] = SID_TEST_LOSS, list[count++] = SID_MIDPOINT_TEST_LOSS;
  }
  experiment->observables = list, experiment->observable_count = count;
}

/* Dynamics `kind` with small numbers of substeps and samples; the batch is 1 where it has to be. */
static sid_dynamics dynamics_of(int32_t kind, const sid_problem *problem, uint64_t number) {
  const int batches =
      problem->noise >= SID_NOISE_SAMPLES && kind != SID_GD && kind < SID_PROJECTED_GD;
  const sid_dynamics dynamics = {
      .kind = kind,
      .l = kind == SID_SVAG ? 1 + (uint32_t)(number % 12) : 0,
      .substeps = kind == SID_SDE || kind == SID_SDE2 ? 1 + (uint32_t)(number / 3 % 3) : 0,
      .batch = batches ? 1 + (uint32_t)(number / 2 % 4) : 1,
      .beta = number % 5 ? 0.9 : 0.0,
      .beta2 = number % 7 ? 0.99 : 0.0,
      .alpha = 0.25,
      .eps = number % 2 ? 1e-8 : 0.0,
      .v0 = 0.5};
  return dynamics;
}

/* Schedules with a rescale are not for the projected dynamics. */
static sid_schedule schedule_for(const sid_dynamics *dynamics, uint64_t number) {
  const sid_schedule schedule = schedule_of(number);
  return dynamics->kind >= SID_PROJECTED_GD && schedule.segment_count > 1 ? schedule_of(0)
                                                                          : schedule;
}

static uint64_t require_dimension(uint32_t p, data_source *data, problem_data *store) {
  static const uint64_t checkpoints[] = {0, 1, 3};
  static uint64_t number;
  int32_t list[20];
  const uint32_t n = 1 + (uint32_t)data_below(data, SAMPLES_MOST);
  uint64_t done = 0;
  fill(store, data, p, n);
  for (uint32_t kind = 0; kind < KINDS; kind++)
    for (uint32_t noise = 0; noise < NOISES; noise++)
      for (int32_t dynamics = SID_GD; dynamics <= SID_QUASI_RMSPROP; dynamics++) {
        sid_experiment experiment;
        char what[160];
        memset(&experiment, 0, sizeof experiment);
        if (!make_problem(store, kind, noise, p, n, &experiment.problem)) continue;
        if (dynamics >= SID_PROJECTED_GD && !sid_problem_scale_invariant(&experiment.problem))
          continue;
        number++;
        /* One in six, others at the next dimension, but by effort all. */
        if ((number + p) % effort(3, 6, 1)) continue;
        /* Matrix completion has no lanes, and the noise does not matter to a backend: one kind of
         * it in five, but each kind somewhere. */
        if (kind == 11 && noise > 0 && number % 5) continue;
        experiment.dynamics = dynamics_of(dynamics, &experiment.problem, number);
        experiment.schedule = schedule_for(&experiment.dynamics, number);
        experiment.start.kind = SID_START_POINT + (int32_t)(number % 4);
        experiment.start.x = store->point;
        experiment.start.size = 1.5;
        experiment.seed = data_raw(data) >> data_below(data, 64);
        experiment.steps = 3;
        experiment.checkpoints = checkpoints, experiment.checkpoint_count = COUNT(checkpoints);
        experiment.plane = store->plane;
        choose_observables(&experiment, number, list);
        snprintf(what, sizeof what, "p=%u, %s, %s, %s, case %llu", (unsigned)p, kind_names[kind],
                 noise_names[noise], dynamics_names[dynamics], (unsigned long long)number);
        assert_int_equal(sid_experiment_validate(&experiment), SID_OK);
        require_experiment(&experiment, data_raw(data), 8, data, what);
        done++;
      }
  return done;
}

static void test_all_dimensions(void **state) {
  data_source data = {1};
  problem_data *store = malloc(sizeof *store);
  uint64_t done = 0;
  assert_non_null(store);
  const uint32_t stride = (uint32_t)effort(4, 1, 1);
  for (uint32_t p = 1; p <= 40; p += stride) done += require_dimension(p, &data, store);
  if (stride > 1) done += require_dimension(2, &data, store);
  done += require_dimension(DIM_MOST, &data, store);
  free(store);
  print_message("# %llu experiments, %llu blocks\n", (unsigned long long)done,
                (unsigned long long)blocks_seen);
  assert_true(done >= effort(1500, 3000, 20000));
  (void)state;
}

/* ---- equality where it is rare: zeros of either sign, a uniform that is a sum of weights --- */

static void test_signed_zeros(void **state) {
  static problem_data store;
  static const double values[] = {0.0, -0.0, 1.0, -1.0, 0.5};
  static const uint64_t checkpoints[] = {0, 1, 2, 3};
  static const sid_segment plain[] = {{0, 0.5, 0.0, 1.0}},
                           decaying[] = {{0, 0.5, 1.0, 1.0}, {1, 0.0, 0.0, 2.0}};
  data_source data = {18};
  uint64_t done = 0;
  fill(&store, &data, 2, 3);
  for (uint32_t i = 0; i < 2; i++) store.spectrum[i] = i ? -0.0 : 0.0, store.scale[i] = 0.0;
  for (uint32_t i = 0; i < 4; i++) store.matrix[i] = i == 3 ? 1.0 : -0.0;
  for (uint32_t i = 0; i < 6; i++) store.a[i] = i % 3 ? 1.0 : -0.0, store.b[i] = i % 2 ? 0.0 : -0.0;
  for (uint32_t i = 0; i < 6; i++) store.features[i] = i % 4 ? -0.0 : 1.0;
  for (uint32_t kind = 0; kind < KINDS; kind++)
    for (uint32_t noise = 0; noise < NOISES; noise++)
      for (int32_t dynamics = SID_GD; dynamics <= SID_QUASI_RMSPROP; dynamics++)
        for (uint32_t point = 0; point < COUNT(values) * COUNT(values) * 2; point++) {
          const double x[2] = {values[point % COUNT(values)],
                               values[point / COUNT(values) % COUNT(values)]};
          const int with_decay = point >= COUNT(values) * COUNT(values);
          sid_experiment experiment;
          char what[160];
          memset(&experiment, 0, sizeof experiment);
          if (!make_problem(&store, kind, noise, 2, 3, &experiment.problem)) continue;
          experiment.problem.sigma = 0.0;
          experiment.dynamics = dynamics_of(dynamics, &experiment.problem, point);
          experiment.schedule.kind = SID_PIECEWISE,
          experiment.schedule.segment_count = with_decay ? 2 : 1;
          experiment.schedule.segments = with_decay ? decaying : plain;
          experiment.start.kind = SID_START_POINT, experiment.start.x = x;
          experiment.seed = point;
          experiment.steps = 3;
          experiment.checkpoints = checkpoints, experiment.checkpoint_count = COUNT(checkpoints);
          experiment.plane = store.plane;
          experiment.observables = observables, experiment.observable_count = COUNT(observables);
          if (sid_experiment_validate(&experiment) != SID_OK) continue; /* the origin */
          snprintf(what, sizeof what, "from (%g, %g), %s, %s, %s", x[0], x[1], kind_names[kind],
                   noise_names[noise], dynamics_names[dynamics]);
          require_experiment(&experiment, 0, 3, &data, what);
          done++;
        }
  assert_true(done > 9000);
  (void)state;
}

/* Sums of -0. What pads the last group of a canonical sum makes it +0, and the loss shows the sign;
 * the sum over samples begins with its first term and stays -0, and x shows that. */
static void test_padding(void **state) {
  static problem_data store;
  static const uint64_t checkpoints[] = {0, 1};
  data_source data = {19};
  for (uint32_t p = 2, samples = 0; p <= 25; p += samples, samples = !samples) {
    sid_experiment experiment;
    memset(&experiment, 0, sizeof experiment);
    fill(&store, &data, p, 3);
    for (uint32_t j = 0; j < p; j++)
      store.spectrum[j] = -0.0, store.point[j] = samples ? -0.0 : 1.0;
    for (uint32_t i = 0; i < 3 * p; i++) store.a[i] = 1.0, store.b[i] = 0.0;
    assert_true(make_problem(&store, samples ? 4 : 0, 0, p, 3, &experiment.problem));
    experiment.dynamics = dynamics_of(SID_GD, &experiment.problem, 1);
    experiment.schedule = schedule_of(0);
    experiment.start.kind = SID_START_POINT, experiment.start.x = store.point;
    experiment.steps = 1;
    experiment.checkpoints = checkpoints, experiment.checkpoint_count = COUNT(checkpoints);
    experiment.plane = store.plane;
    experiment.observables = observables, experiment.observable_count = COUNT(observables);
    assert_int_equal(sid_experiment_validate(&experiment), SID_OK);
    require_experiment(&experiment, 0, 8, &data, "sums of -0");
  }
  (void)state;
}

/* The sample that is drawn first in each lane, where the uniform of one of them is exactly a sum of
 * weights: the next sample is it. */
static void test_weighted_ties(void **state) {
  static problem_data store;
  static const sid_segment one_step[] = {{0, 1.0, 0.0, 1.0}};
  static const uint64_t checkpoints[] = {1};
  static const double zero[1] = {0.0};
  data_source data = {19};
  sid_experiment experiment;
  memset(&experiment, 0, sizeof experiment);
  fill(&store, &data, 1, 4);
  assert_true(make_problem(&store, 5, 6, 1, 4, &experiment.problem));
  experiment.dynamics = dynamics_of(SID_SGD, &experiment.problem, 0);
  experiment.schedule.kind = SID_PIECEWISE, experiment.schedule.segment_count = 1,
  experiment.schedule.segments = one_step;
  experiment.start.kind = SID_START_POINT, experiment.start.x = zero;
  experiment.seed = 20;
  experiment.steps = 1;
  experiment.checkpoints = checkpoints, experiment.checkpoint_count = 1;
  experiment.plane = store.plane;
  experiment.observables = observables, experiment.observable_count = 1;
  for (uint64_t i = 0; i < 3 * LANES_MOST; i++) {
    const uint64_t key[2] = {SID_KEY_NOISE, i};
    sid_stream stream;
    assert_int_equal(sid_stream_init(&stream, experiment.seed, key, 2), SID_OK);
    const double u = sid_stream_uniform(&stream), parts[3][4] = {{u, 1.0 - u, 0.0, 0.0},
                                                                 {u / 2, u / 2, 0.0, 1.0 - u},
                                                                 {0.0, 0.0, u, 1.0 - u}};
    for (size_t k = 0; k < COUNT(parts); k++) {
      memcpy(store.weights, parts[k], sizeof parts[k]);
      for (uint32_t sample = 0; sample < 4; sample++)
        store.a[sample] = 0.0, store.b[sample] = 1.0 + sample;
      assert_int_equal(sid_experiment_validate(&experiment), SID_OK);
      reference expected = reference_run(&experiment, i - i % LANES_MOST, LANES_MOST);
      require_bits(expected.last[i % LANES_MOST], k == 0 ? 2.0 : 4.0, "the sample of the tie",
                   (size_t)i);
      reference_free(&expected);
      require_experiment(&experiment, i - i % LANES_MOST, LANES_MOST, &data, "ties");
      require_experiment(&experiment, i, 1, &data, "a tie alone");
    }
  }
  (void)state;
}

/* ---- matrix completion by gradient descent, which has a kernel of its own ------------------ */

enum {
  COMPLETION_ROWS = 9,
  COMPLETION_INNER = 75,
  COMPLETION_CELLS = COMPLETION_ROWS * COMPLETION_ROWS
};

typedef struct {
  double labels[COMPLETION_CELLS], matrix[COMPLETION_CELLS];
  uint32_t entries[2 * COMPLETION_CELLS];
} completion_data;

static const int32_t completion_observables[] = {
    SID_X, SID_LOSS, SID_TEST_LOSS, SID_STEP_ANGLE, SID_MIDPOINT_LOSS, SID_MIDPOINT_SHARPNESS};

/* Two entries at least; whole rows and columns may be without one. */
static sid_experiment completion_experiment(completion_data *store, data_source *data,
                                            uint32_t inner) {
  static const uint64_t checkpoints[] = {0, 1, 2, 5};
  sid_experiment experiment;
  sid_problem *problem = &experiment.problem;
  memset(&experiment, 0, sizeof experiment);
  problem->kind = SID_BN_COMPLETION, problem->inner = inner;
  problem->rows = 1 + (uint32_t)data_below(data, COMPLETION_ROWS),
  problem->cols = 2 + (uint32_t)data_below(data, COMPLETION_ROWS - 1);
  problem->dim = (problem->rows + problem->cols) * inner;
  const uint32_t cells = problem->rows * problem->cols;
  uint32_t wanted = 2 + (uint32_t)data_below(data, cells - 1), left = cells;
  for (uint32_t cell = 0; cell < cells; cell++, left--) {
    if (data_below(data, left) >= wanted) continue;
    store->entries[2 * problem->samples] = cell / problem->cols,
                       store->entries[2 * problem->samples + 1] = cell % problem->cols;
    problem->samples++, wanted--;
  }
  data_fill(data, store->labels, problem->samples, -1.0, 1.0);
  data_fill(data, store->matrix, cells, -1.0, 1.0);
  problem->entries = store->entries, problem->labels = store->labels,
  problem->matrix = store->matrix;
  experiment.dynamics.kind = SID_GD, experiment.dynamics.batch = 1;
  experiment.schedule = schedule_of(data_raw(data));
  experiment.start.kind = SID_START_GAUSSIAN + (int32_t)data_below(data, 3),
  experiment.start.size = 0.75;
  experiment.seed = data_raw(data), experiment.steps = 5;
  experiment.checkpoints = checkpoints, experiment.checkpoint_count = COUNT(checkpoints);
  experiment.observables = completion_observables,
  experiment.observable_count = COUNT(completion_observables);
  return experiment;
}

static void test_completion(void **state) {
  static completion_data store;
  data_source data = {50};
  const uint64_t rounds = effort(2, 8, 60);
  for (uint32_t inner = 1; inner <= COMPLETION_INNER; inner += inner < 25 ? 1 : 25)
    for (uint64_t round = 0; round < rounds; round++) {
      const sid_experiment experiment = completion_experiment(&store, &data, inner);
      char what[100];
      snprintf(what, sizeof what, "completion %u x %u, inner %u, %u entries, round %u",
               (unsigned)experiment.problem.rows, (unsigned)experiment.problem.cols,
               (unsigned)inner, (unsigned)experiment.problem.samples, (unsigned)round);
      assert_int_equal(sid_experiment_validate(&experiment), SID_OK);
      require_experiment(&experiment, data_raw(&data), 4, &data, what);
    }
  (void)state;
}

/* Zeros of either sign in the start, the labels and the decay: the products with padding
 * are zeros too. */
static void test_completion_signed_zeros(void **state) {
  static completion_data store;
  static const double values[] = {0.0, -0.0, 1.0, -1.0, 0.5, -2.0};
  static const sid_segment flat[] = {{0, 0.0, 0.0, 1.0}, {2, 0.5, 0.0, 1.0}};
  double x[2 * COMPLETION_ROWS * COMPLETION_INNER];
  data_source data = {51};
  for (uint64_t round = 0; round < effort(100, 400, 4000); round++) {
    sid_experiment experiment =
        completion_experiment(&store, &data, 1 + (uint32_t)data_below(&data, 20));
    for (uint32_t j = 0; j < experiment.problem.dim; j++)
      x[j] = values[data_below(&data, COUNT(values))];
    for (uint32_t i = 0; i < experiment.problem.samples; i++)
      store.labels[i] = values[data_below(&data, COUNT(values))];
    experiment.start.kind = SID_START_POINT, experiment.start.x = x;
    if (round % 2) {
      experiment.schedule = schedule_of(0);
      experiment.schedule.segments = flat, experiment.schedule.segment_count = 2;
    }
    if (sid_experiment_validate(&experiment) != SID_OK) continue; /* the origin */
    require_experiment(&experiment, 0, 2, &data, "completion of zeros");
  }
  (void)state;
}

static uint64_t ends_seen[32]; /* by -status */

static void count_ends(const sid_experiment *experiment, uint64_t first, uint32_t count) {
  reference expected = reference_run(experiment, first, count);
  for (uint32_t i = 0; i < count; i++) ends_seen[-(int)expected.ends[i].status]++;
  reference_free(&expected);
}

/* Every way to end: starts and labels whose outputs overflow or have no variance, learning rates
 * that are too large, schedules to infinity and to lr*wd of 1, rescales. */
static void test_completion_ends(void **state) {
  static completion_data store;
  static const double sizes[] = {0x1p-560, 1e-170, 1e-160, 1e-80, 1e80, 1e150, 1e153, 0x1p600};
  sid_segment two[] = {{0, 0.1, 0.0, 1.0}, {3, 0.1, 0.5, 1.0}};
  data_source data = {52};
  uint64_t before[COUNT(ends_seen)];
  memcpy(before, ends_seen, sizeof before);
  for (uint64_t round = 0; round < effort(200, 800, 8000); round++) {
    sid_experiment experiment =
        completion_experiment(&store, &data, 1 + (uint32_t)data_below(&data, 20));
    if (round % 5 == 0) experiment.start.size = sizes[data_below(&data, COUNT(sizes))];
    if (round % 5 == 1)
      experiment.schedule = schedule_of(2), experiment.schedule.lr = 0x1p300,
      experiment.schedule.wd = 0.0, experiment.schedule.factor = 0x1p350;
    if (round % 5 == 2)
      experiment.schedule = schedule_of(2), experiment.schedule.wd = 1.0,
      experiment.schedule.factor = 2.0,
      experiment.schedule.lr = round % 2 ? 0.25 : 0.2; /* lr*wd of exactly 1, or beyond */
    if (round % 5 >= 3) {
      static const double rescales[] = {0x1p-560, 0x1p-530, 0x1p600, LARGEST, 1e-150, 1e150};
      experiment.schedule = schedule_of(0);
      experiment.schedule.segments = two, experiment.schedule.segment_count = 2;
      two[1].rescale = rescales[data_below(&data, COUNT(rescales))];
      two[0].lr = data_below(&data, 2) ? 0.1 : 0x1p510;
    }
    if (round % 7 == 0)
      for (uint32_t i = 0; i < experiment.problem.samples; i++)
        store.labels[i] *= round % 2 ? 1e200 : 1e-200;
    assert_int_equal(sid_experiment_validate(&experiment), SID_OK);
    count_ends(&experiment, round, 4);
    require_experiment(&experiment, round, 4, &data, "completion that ends");
  }
  assert_true(ends_seen[-SID_E_NONFINITE] > before[-SID_E_NONFINITE] &&
              ends_seen[-SID_E_ORIGIN] > before[-SID_E_ORIGIN] &&
              ends_seen[-SID_E_LR] > before[-SID_E_LR] &&
              ends_seen[-SID_E_INTRINSIC_LR] > before[-SID_E_INTRINSIC_LR]);
  (void)state;
}

/* ---- numbers of trajectories --------------------------------------------------------------- */

/* A noisy experiment in an odd dimension. */
static sid_experiment small_experiment(problem_data *store) {
  static const uint64_t checkpoints[] = {2, 5};
  data_source data = {8};
  sid_experiment experiment;
  memset(&experiment, 0, sizeof experiment);
  fill(store, &data, 5, 3);
  assert_true(make_problem(store, 0, 1, 5, 3, &experiment.problem));
  experiment.dynamics = dynamics_of(SID_SVAG, &experiment.problem, 1);
  experiment.schedule = schedule_of(1);
  experiment.start.kind = SID_START_SPHERE, experiment.start.size = 2.0;
  experiment.seed = 77;
  experiment.steps = 5;
  experiment.checkpoints = checkpoints, experiment.checkpoint_count = COUNT(checkpoints);
  experiment.plane = store->plane;
  experiment.observables = observables, experiment.observable_count = COUNT(observables);
  return experiment;
}

/* Every number in a block at every place; the same trajectory in every lane. */
static void test_counts(void **state) {
  static problem_data store;
  const sid_experiment experiment = small_experiment(&store);
  const sid_backend *backends[8];
  const size_t usable = usable_backends(backends);
  reference expected = reference_run(&experiment, 1000, 3 * LANES_MOST);
  for (size_t b = 0; b < usable; b++)
    for (uint32_t count = 1; count <= backends[b]->lanes; count++)
      for (uint32_t offset = 0; offset <= 2 * backends[b]->lanes; offset++)
        require_block(backends[b], &expected, offset, count, "counts");
  reference_free(&expected);
  (void)state;
}

typedef struct {
  const sid_experiment *experiment;
  uint64_t first;
  size_t per;
  double *rows;
} ensemble_rows;

/* From any thread; to a place that belongs to the trajectory and the step. */
static void show(void *user, uint64_t trajectory, uint64_t step, const double *row) {
  const ensemble_rows *to = user;
  const size_t width = sid_row_width(to->experiment);
  for (uint32_t c = 0; c < to->experiment->checkpoint_count; c++)
    if (to->experiment->checkpoints[c] == step)
      memcpy(to->rows + (trajectory - to->first) * to->per + c * width, row, width * sizeof *row);
}

/* Ensembles of 1 to 3 lanes + 1 trajectories, by one thread and by three. */
static void test_ensembles(void **state) {
  static problem_data store;
  const sid_experiment experiment = small_experiment(&store);
  const size_t p = experiment.problem.dim;
  const sid_backend *backends[8];
  const size_t usable = usable_backends(backends);
  reference expected = reference_run(&experiment, 123456, 3 * LANES_MOST + 1);
  for (size_t b = 0; b < usable; b++) {
    assert_int_equal(vf_backend_choose(backends[b]->name), 0);
    assert_ptr_equal(vf_backend(), backends[b]);
    for (uint32_t count = 1; count <= 3 * backends[b]->lanes + 1; count++) {
      double *rows = allocate(count * expected.per + GUARD), *last = allocate(count * p + GUARD);
      vf_end ends[3 * LANES_MOST + 2];
      poison(rows, count * expected.per + GUARD);
      poison(last, count * p + GUARD);
      vf_ensemble_states(&experiment, 123456, count, count % 2 ? 1 : 3, rows, ends, last);
      require_same(rows, expected.rows, count * expected.per, backends[b]->name);
      require_same(last, expected.last, count * p, backends[b]->name);
      for (uint32_t i = 0; i < count; i++)
        assert_true(ends[i].status == expected.ends[i].status &&
                    ends[i].step == expected.ends[i].step);
      assert_true(is_poisoned(rows + count * expected.per, GUARD) &&
                  is_poisoned(last + count * p, GUARD));
      ensemble_rows shown = {&experiment, 123456, expected.per, rows};
      poison(rows, count * expected.per);
      vf_ensemble_visit(&experiment, 123456, count, count % 2 ? 3 : 1, show, &shown, NULL);
      require_same(rows, expected.rows, count * expected.per, "visited");
      free(rows);
      free(last);
    }
  }
  reference_free(&expected);
  (void)state;
}

/* Up to the last trajectory that has a number, and across 2^32, where a key gets another word. */
static void test_trajectory_numbers(void **state) {
  static problem_data store;
  const sid_experiment experiment = small_experiment(&store);
  const sid_backend *backends[8];
  const size_t usable = usable_backends(backends);
  const uint64_t ends[] = {0, 1ull << 32, (1ull << 32) + 5,
                           1ull << 63}; /* one beyond the last; 0 is 2^64 */
  for (size_t i = 0; i < COUNT(ends); i++) {
    reference expected = reference_run(&experiment, ends[i] - LANES_MOST, LANES_MOST);
    for (size_t b = 0; b < usable; b++)
      for (uint32_t count = 1; count <= backends[b]->lanes; count++)
        require_block(backends[b], &expected, LANES_MOST - count, count, "numbers of trajectories");
    reference_free(&expected);
  }
  (void)state;
}

/* ---- the trajectories of the fixtures ------------------------------------------------------ */

static sid_status status_named(const char *reason) {
  static const struct {
    const char *name;
    sid_status status;
  } names[] = {{"ok", SID_OK},
               {"nonfinite", SID_E_NONFINITE},
               {"origin", SID_E_ORIGIN},
               {"lr", SID_E_LR},
               {"intrinsic_lr", SID_E_INTRINSIC_LR}};
  for (size_t i = 0; i < COUNT(names); i++)
    if (strcmp(names[i].name, reason) == 0) return names[i].status;
  fail_msg("unknown end \"%s\"", reason);
  return SID_OK;
}

/* The fixture's own numbers, from trajectory `lane` of a block. */
static void require_fixture(const json_t *test, const sid_backend *backend,
                            const sid_experiment *experiment, uint64_t trajectory, uint32_t lane) {
  const size_t width = sid_row_width(experiment), per = width * experiment->checkpoint_count,
               p = experiment->problem.dim, kept = state_of(experiment);
  double *rows = allocate(backend->lanes * per), *last = allocate(backend->lanes * kept),
         *work = allocate(backend->workspace(experiment));
  double *expected = allocate(width > p ? width : p), *whole = allocate(kept);
  sid_end ends[LANES_MOST];
  sid_backend_results results = {.rows = rows, .ends = ends, .last = last};
  const json_t *list = field(test, "rows"), *end = field(test, "end");
  const char *id = text_of(field(test, "id"));
  poison(rows, backend->lanes * per);
  backend->run(experiment, trajectory - lane, backend->lanes, &results, work);
  if (ends[lane].status != status_named(text_of(field(end, "reason"))) ||
      ends[lane].step != (uint64_t)json_integer_value(field(end, "step")))
    fail_msg("%s, %s: ends with %d at %llu", backend->name, id, (int)ends[lane].status,
             (unsigned long long)ends[lane].step);
  for (size_t i = 0; i < experiment->checkpoint_count; i++) {
    const double *row = rows + lane * per + i * width;
    if (i >= json_array_size(list)) {
      assert_true(is_poisoned(row, width));
      continue;
    }
    assert_int_equal(reals_of(field(json_array_get(list, i), "row"), expected, width), width);
    if (!same_numbers(row, expected, width, 1))
      fail_msg("%s, %s: row %zu differs", backend->name, id, i);
  }
  if (json_array_size(list) > 0) {
    const json_t *row = json_array_get(list, json_array_size(list) - 1);
    assert_int_equal(reals_of(field(row, "x"), expected, p), p);
    if ((uint64_t)json_integer_value(field(row, "step")) == ends[lane].step)
      require_same(last + lane * kept, expected, p, id);
  }
  if (ends[lane].status != SID_OK) {
    const json_t *left = field(test, "last"), *x = field(left, "x"), *more = field(left, "more");
    assert_int_equal(reals_of(x, whole, p), p);
    assert_int_equal(reals_of(more, whole + p, kept - p), kept - p);
    require_same(last + lane * kept, whole, kept, id);
  }
  free(whole);
  free(rows);
  free(last);
  free(work);
  free(expected);
}

/* By the reader of the command line: libjansson alone takes -0 for 0. */
static json_t *trajectories(void) {
  json_error_t error;
  size_t length;
  int marked;
  char *text = vf_read_file("fixtures/trajectories.json", &length);
  assert_non_null(text);
  json_t *document = vf_json_parse(text, length, &error, &marked);
  if (!document) fail_msg("trajectories.json, line %d: %s", error.line, error.text);
  free(text);
  return document;
}

static void test_fixtures(void **state) {
  const sid_backend *backends[8];
  const size_t usable = usable_backends(backends);
  data_source data = {3};
  json_t *document = trajectories();
  const json_t *cases = cases_of(document, 400);
  const size_t stride = effort(2, 1, 1);
  for (size_t i = 0; i < json_array_size(cases); i += stride) {
    const json_t *test = json_array_get(cases, i);
    const char *id = text_of(field(test, "id"));
    const json_t *number = field(test, "trajectory");
    const uint64_t trajectory =
        json_is_integer(number) ? (uint64_t)json_integer_value(number) : decimal_of(number);
    char message[VF_MESSAGE_SIZE],
        *text = json_dumps(field(test, "experiment"), JSON_REAL_PRECISION(17));
    vf_experiment loaded;
    assert_non_null(text);
    if (vf_experiment_parse(text, strlen(text), "fixture", &loaded, message))
      fail_msg("%s: %s", id, message);
    for (size_t b = 0; b < usable; b++)
      for (uint32_t lane = 0; lane < backends[b]->lanes; lane++)
        require_fixture(test, backends[b], &loaded.experiment, trajectory, lane);
    require_experiment(&loaded.experiment, trajectory, LANES_MOST / 2, &data, id);
    vf_experiment_free(&loaded);
    free(text);
  }
  json_decref(document);
  (void)state;
}

/* ---- early ends ---------------------------------------------------------------------------- */

/* `what` must end for `status` in at least one trajectory, and some block must have lanes that end
 * at different steps. */
static void require_ends(const sid_experiment *experiment, sid_status status, int mixed,
                         const char *what) {
  data_source data = {77};
  const uint64_t before = ends_seen[-(int)status], mixed_before = blocks_mixed;
  const sid_backend *backends[8];
  assert_int_equal(sid_experiment_validate(experiment), SID_OK);
  for (uint64_t first = 0; first < 20 * LANES_MOST; first += LANES_MOST) {
    count_ends(experiment, first, LANES_MOST);
    require_experiment(experiment, first, LANES_MOST, &data, what);
  }
  if (ends_seen[-(int)status] == before)
    fail_msg("%s: no trajectory ended for the reason %d", what, (int)status);
  if (mixed && usable_backends(backends) > 1 && blocks_mixed == mixed_before)
    fail_msg("%s: no block had lanes that end apart", what);
}

static sid_experiment ending_experiment(problem_data *store, uint32_t kind, uint32_t noise,
                                        uint32_t p, int32_t dynamics, double start) {
  static const uint64_t checkpoints[] = {0, 3, 7, 12, 20, 33, 60};
  data_source data = {15};
  sid_experiment experiment;
  memset(&experiment, 0, sizeof experiment);
  fill(store, &data, p, 4);
  assert_true(make_problem(store, kind, noise, p, 4, &experiment.problem));
  experiment.dynamics = dynamics_of(dynamics, &experiment.problem, 1);
  experiment.schedule = schedule_of(0);
  experiment.start.kind = SID_START_GAUSSIAN, experiment.start.size = start;
  experiment.seed = 4;
  experiment.steps = 60;
  experiment.checkpoints = checkpoints, experiment.checkpoint_count = COUNT(checkpoints);
  experiment.plane = store->plane;
  experiment.observables = observables, experiment.observable_count = COUNT(observables);
  return experiment;
}

/* A product of random factors: some lanes overflow, early or late, and some shrink to zero
 * and go on. */
static void test_overflow(void **state) {
  static problem_data store;
  const sid_segment rate[] = {{0, 1.0, 0.0, 1.0}};
  for (uint32_t p = 1; p <= 3; p++) {
    sid_experiment experiment = ending_experiment(&store, 4, 6, p, SID_SGD, 1.0);
    experiment.schedule.segments = rate;
    for (uint32_t i = 0; i < 4 * p; i++)
      store.a[i] = i / p ? 1.0 - 0x1p-50 : 0x1p150, store.b[i] = 0.0;
    require_ends(&experiment, SID_E_NONFINITE, 1, "random products");
  }
  /* unstable and noisy: every lane overflows in its own step, through infinities within a
   * step and NaN */
  for (int32_t dynamics = SID_GD; dynamics <= SID_ADAMW; dynamics++) {
    const sid_segment large[] = {{0, 0x1p13, 0.0, 1.0}};
    sid_experiment experiment = ending_experiment(&store, 7, 1, 3, dynamics, 0x1p900);
    experiment.schedule.segments = large;
    for (uint32_t j = 0; j < 3; j++) store.spectrum[j] = -0.001 - 0.001 * j;
    require_ends(&experiment, SID_E_NONFINITE, dynamics < SID_SDE2, dynamics_names[dynamics]);
  }
  /* a squared length that overflows before a coordinate does */
  const sid_segment long_steps[] = {{0, 0x1p600, 0.0, 1.0}};
  sid_experiment experiment = ending_experiment(&store, 6, 1, 4, SID_SGD, 0x1p80);
  experiment.schedule.segments = long_steps;
  require_ends(&experiment, SID_E_NONFINITE, 0, "squared length");
  (void)state;
}

/* Weight decay without a gradient, by 2^-28 in a step: the squared length becomes zero, in some
 * lanes a step earlier, and in some it is so small before that its inverse overflows. */
static void test_origin(void **state) {
  static problem_data store;
  const sid_segment decay[] = {{0, 0x1p-100, 0x1p100 - 0x1p72, 1.0}};
  for (int32_t dynamics = SID_GD; dynamics <= SID_SDE; dynamics++)
    for (uint32_t kind = 0; kind <= 6; kind += 6) {
      sid_experiment experiment = ending_experiment(&store, kind, 1, 3, dynamics, 0x1p-4);
      for (uint32_t j = 0; j < 3; j++) store.spectrum[j] = 0.0;
      experiment.problem.sigma = 0.0;
      experiment.schedule.segments = decay;
      if (dynamics == SID_SVAG) experiment.dynamics.l = 1;
      require_ends(&experiment, SID_E_ORIGIN, 1, "decay to the origin");
    }
  (void)state;
}

/* Rescaling that overflows in some lanes first, and rescaling that underflows. */
static void test_rescale(void **state) {
  static problem_data store;
  sid_segment growing[40], shrinking[40];
  for (uint64_t k = 0; k < 40; k++) {
    const sid_segment up = {k, 0.001, 0.0, k ? 2.0 : 1.0},
                      down = {k, 0x1p-1060, 0.0, k ? 0x1p-29 : 1.0};
    growing[k] = up;
    shrinking[k] = down;
  }
  sid_experiment experiment = ending_experiment(&store, 0, 1, 2, SID_SGD, 0x1p495);
  experiment.schedule.segments = growing, experiment.schedule.segment_count = 40;
  require_ends(&experiment, SID_E_NONFINITE, 1, "rescaled to overflow");
  experiment = ending_experiment(&store, 7, 1, 3, SID_NOISY_GD, 0x1p1007);
  experiment.schedule.segments = growing, experiment.schedule.segment_count = 40;
  require_ends(&experiment, SID_E_NONFINITE, 1, "rescaled to overflow, not scale-invariant");
  experiment = ending_experiment(&store, 0, 0, 2, SID_GD, 0x1p-15);
  experiment.schedule.segments = shrinking, experiment.schedule.segment_count = 40;
  require_ends(&experiment, SID_E_ORIGIN, 1, "rescaled to the origin");
  experiment =
      ending_experiment(&store, 2, 6, 5, SID_SVAG, 0x1p500); /* effective steps: once in l steps */
  experiment.schedule.segments = growing, experiment.schedule.segment_count = 40;
  experiment.dynamics.l = 3;
  require_ends(&experiment, SID_E_NONFINITE, 1, "rescaled to overflow, svag");
  (void)state;
}

/* The schedule ends all lanes at once: an infinite lr, 0 times infinity, lr*wd of 1. Some lanes may
 * have overflowed before. */
static void test_schedule_ends(void **state) {
  static problem_data store;
  const sid_schedule infinite = {SID_EXPONENTIAL, 0, NULL, 1.0, 0, 0.0, 1e30, 0},
                     nan = {SID_EXPONENTIAL, 0, NULL, 0.0, 0, 0.0, 1e30, 0};
  const sid_schedule decaying = {SID_EXPONENTIAL, 0, NULL, 0.001, 0, 1.0, 1.5, 0},
                     exact = {SID_EXPONENTIAL, 0, NULL, 0.25, 0, 1.0, 2.0, 0};
  sid_experiment experiment = ending_experiment(&store, 6, 1, 5, SID_SGD, 1.0);
  experiment.problem.sigma = 0.0;
  experiment.schedule = infinite;
  require_ends(&experiment, SID_E_LR, 0, "infinite lr");
  experiment.schedule = nan;
  require_ends(&experiment, SID_E_LR, 0, "lr that is not a number");
  experiment.schedule = decaying;
  require_ends(&experiment, SID_E_INTRINSIC_LR, 0, "lr*wd beyond 1");
  experiment.schedule = exact;
  require_ends(&experiment, SID_E_INTRINSIC_LR, 0, "lr*wd of exactly 1");
  experiment = ending_experiment(&store, 4, 6, 1, SID_SGD, 1.0);
  for (uint32_t i = 0; i < 4; i++) store.a[i] = i % 2 ? 0x1p200 : 0x1p-200, store.b[i] = 0.0;
  experiment.schedule = decaying;
  require_ends(&experiment, SID_E_INTRINSIC_LR, 1, "some overflow, then lr*wd of 1");
  (void)state;
}

/* ---- random experiments with numbers of every size ----------------------------------------- */

static double any_size(data_source *data) {
  static const double widths[] = {0.0, 2.0, 10.0, 300.0, 1000.0};
  const double width = widths[data_below(data, COUNT(widths))];
  return data_uniform(data, 1.0, 2.0) * exp2(floor(data_uniform(data, -width, width)));
}

static void any_sizes(data_source *data, double *values, size_t n) {
  if (data_below(data, 3)) return;
  for (size_t i = 0; i < n; i++) values[i] = data_below(data, 8) ? values[i] * any_size(data) : 0.0;
}

static sid_schedule any_schedule(data_source *data, sid_segment list[4]) {
  sid_schedule schedule = schedule_of(data_below(data, 5));
  if (data_below(data, 2)) return schedule;
  const double lr = any_size(data),
               wd = data_below(data, 2) ? 0.0 : data_uniform(data, 0.0, 0.999) / lr;
  schedule.lr = lr, schedule.wd = wd;
  schedule.lr_min = lr * data_uniform(data, 0.0, 1.0);
  schedule.factor = any_size(data);
  schedule.period = 1 + data_below(data, 9);
  if (schedule.kind != SID_PIECEWISE) return schedule;
  schedule.segments = list;
  schedule.segment_count = 1 + (uint32_t)data_below(data, 4);
  for (uint32_t s = 0; s < schedule.segment_count; s++) {
    const double here = s ? any_size(data) : lr;
    const sid_segment segment = {s ? list[s - 1].start + 1 + data_below(data, 3) : 0, here,
                                 data_below(data, 2) ? 0.0 : data_uniform(data, 0.0, 0.999) / here,
                                 s ? any_size(data) : 1.0};
    list[s] = segment;
  }
  return schedule;
}

static void test_random_experiments(void **state) {
  static problem_data store;
  data_source data = {2024};
  uint64_t done = 0, tried = 0;
  const uint64_t mixed_before = blocks_mixed;
  for (uint64_t round = 0; round < effort(3000, 20000, 500000); round++) {
    sid_experiment experiment;
    sid_segment list[4];
    uint64_t checkpoints[12];
    int32_t list_of_observables[12];
    char what[160];
    const uint32_t p = 1 + (uint32_t)data_below(&data, 12),
                   n = 1 + (uint32_t)data_below(&data, SAMPLES_MOST);
    memset(&experiment, 0, sizeof experiment);
    fill(&store, &data, p, n);
    const uint32_t kind = (uint32_t)data_below(&data, KINDS),
                   noise = (uint32_t)data_below(&data, NOISES);
    if (!make_problem(&store, kind, noise, p, n, &experiment.problem)) continue;
    any_sizes(&data, store.spectrum, p);
    any_sizes(&data, store.scale, p);
    any_sizes(&data, store.features, n * p);
    any_sizes(&data, store.labels, n);
    any_sizes(&data, store.a, n * p);
    any_sizes(&data, store.b, n * p);
    any_sizes(&data, store.point, p);
    any_sizes(&data, store.plane, 2 * p);
    if (experiment.problem.sigma > 0.0 && !data_below(&data, 3))
      experiment.problem.sigma = data_below(&data, 4) ? any_size(&data) : 0.0;
    experiment.dynamics = dynamics_of(SID_GD + (int32_t)data_below(&data, 12), &experiment.problem,
                                      data_below(&data, 100));
    experiment.schedule = any_schedule(&data, list);
    experiment.start.kind = SID_START_POINT + (int32_t)data_below(&data, 4);
    experiment.start.x = store.point;
    experiment.start.size = any_size(&data);
    experiment.seed = data_raw(&data);
    experiment.steps = data_below(&data, 12);
    for (uint64_t step = 0;
         step <= experiment.steps && experiment.checkpoint_count < COUNT(checkpoints); step++)
      if (data_below(&data, 2)) checkpoints[experiment.checkpoint_count++] = step;
    experiment.checkpoints = checkpoints;
    experiment.plane = store.plane;
    experiment.observables = list_of_observables;
    experiment.observable_count = (uint32_t)data_below(&data, COUNT(list_of_observables) + 1);
    for (uint32_t o = 0; o < experiment.observable_count; o++)
      list_of_observables[o] = observables[data_below(&data, COUNT(observables))];
    tried++;
    if (sid_experiment_validate(&experiment) != SID_OK) continue;
    const uint64_t first = data_raw(&data) >> data_below(&data, 64);
    snprintf(what, sizeof what, "random experiment %llu, p=%u, %s, %s, %s",
             (unsigned long long)round, (unsigned)p, kind_names[kind], noise_names[noise],
             dynamics_names[experiment.dynamics.kind]);
    count_ends(&experiment, first, 8);
    require_experiment(&experiment, first, 8, &data, what);
    done++;
  }
  print_message("# %llu random experiments, %llu of their blocks with lanes that end apart\n",
                (unsigned long long)done, (unsigned long long)(blocks_mixed - mixed_before));
  print_message("# in all: ok %llu, nonfinite %llu, origin %llu, lr %llu, intrinsic_lr %llu\n",
                (unsigned long long)ends_seen[0], (unsigned long long)ends_seen[-SID_E_NONFINITE],
                (unsigned long long)ends_seen[-SID_E_ORIGIN],
                (unsigned long long)ends_seen[-SID_E_LR],
                (unsigned long long)ends_seen[-SID_E_INTRINSIC_LR]);
  assert_true(2 * done > tried);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_dimensions),
      cmocka_unit_test(test_counts),
      cmocka_unit_test(test_signed_zeros),
      cmocka_unit_test(test_padding),
      cmocka_unit_test(test_weighted_ties),
      cmocka_unit_test(test_completion),
      cmocka_unit_test(test_completion_signed_zeros),
      cmocka_unit_test(test_completion_ends),
      cmocka_unit_test(test_ensembles),
      cmocka_unit_test(test_trajectory_numbers),
      cmocka_unit_test(test_fixtures),
      cmocka_unit_test(test_overflow),
      cmocka_unit_test(test_origin),
      cmocka_unit_test(test_rescale),
      cmocka_unit_test(test_schedule_ends),
      cmocka_unit_test(test_random_experiments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

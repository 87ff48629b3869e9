/* What every trajectory leaves, however it ends: all dynamics, problems, starts and ends with all
 * observables, on ordinary and on extreme numbers. Prints a hash for each problem under each
 * dynamics, which depends neither on the compiler nor on what memory held before:
 *
 * - leftovers FILL: the byte that all memory holds before a run, in hexadecimal; or none: memory
 *   stays as malloc() gives it, and an instrument (valgrind, the memory sanitizer) looks for reads;
 * - leftovers FILL EVERY: one in so many cases.
 *
 * Exit 1 if a backend differs from ref/, or if something is written that should not be. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simd.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
enum { DIM = 5, SAMPLES = 3, TRAJECTORIES = 9, GUARD = 4, ROWS_MOST = 4 };

static int fill = -1; /* -1: none */
static unsigned long faults, cases;
static char current[200];

static void fault(const char *what) {
  faults++;
  printf("%s: %s\n", current, what);
}

/* ---- memory and hashes --------------------------------------------------------------------- */

static void *fresh(size_t bytes) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, bytes + 64)) exit(2);
  if (fill >= 0) memset(memory, fill, bytes + 64);
  return memory;
}

static double *fresh_numbers(size_t n) { return fresh((n + GUARD) * sizeof(double)); }

static void require_untouched(const void *memory, size_t bytes, const char *what) {
  const unsigned char *at = memory;
  for (size_t i = 0; fill >= 0 && i < bytes; i++)
    if (at[i] != fill) {
      fault(what);
      return;
    }
}

/* FNV-1a, a word at a time. */
static void hash_bits(uint64_t *hash, uint64_t bits) {
  *hash = (*hash ^ bits) * 0x100000001b3u;
  *hash ^= *hash >> 29;
}

/* All NaNs count as one; the comparison is what an instrument sees. */
static void hash_number(uint64_t *hash, double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  if (bits << 1 > 0xffe0000000000000u) bits = 0x7ff8000000000000u;
  hash_bits(hash, bits);
}

static void hash_numbers(uint64_t *hash, const double *values, size_t n) {
  for (size_t i = 0; i < n; i++) hash_number(hash, values[i]);
}

/* ---- problems, ordinary and extreme -------------------------------------------------------- */

typedef struct {
  double spectrum[DIM], matrix[DIM * DIM], scale[DIM], features[SAMPLES * DIM], labels[SAMPLES];
  double a[SAMPLES * DIM], b[SAMPLES * DIM], table[6], plane[2 * DIM];
  double sigma;
} numbers;

static numbers data[2];
static const double weights[SAMPLES] = {0.25, 0.75, 0.0};
static const uint32_t entries[2 * SAMPLES] = {0, 0, 0, 2, 1, 1};
static const double extreme[] = {1e-320, 5e-324,   1e308,    1e154,    1e-200,   -0.0,
                                 0.0,    0x1p-537, 0x1p-511, 0x1p-538, 0x1p1023, 0x1p-1022};

static uint64_t seed = 1;
static uint64_t below(uint64_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (seed >> 33) % n;
}

/* A quarter of the extreme numbers are. */
static double number(int is_extreme, int is_signed) {
  const double plain = (double)(below(2000) + 1) * 0x1p-10;
  const double x = is_extreme && below(4) == 0 ? extreme[below(COUNT(extreme))] : plain;
  return is_signed && below(2) ? -x : x;
}

static void make_numbers(numbers *to, int is_extreme) {
  double *const signed_arrays[] = {to->spectrum, to->features, to->labels, to->a,
                                   to->b,        to->table,    to->plane};
  const size_t sizes[] = {COUNT(to->spectrum), COUNT(to->features), COUNT(to->labels), COUNT(to->a),
                          COUNT(to->b),        COUNT(to->table),    COUNT(to->plane)};
  for (size_t k = 0; k < COUNT(sizes); k++)
    for (size_t i = 0; i < sizes[k]; i++) signed_arrays[k][i] = number(is_extreme, 1);
  for (size_t i = 0; i < DIM; i++) {
    const double size = number(is_extreme, 0);
    to->scale[i] = size < 0.0 ? -size : size;
    for (size_t j = 0; j <= i; j++)
      to->matrix[i * DIM + j] = to->matrix[j * DIM + i] = number(is_extreme, 1);
  }
  to->sigma = is_extreme ? 1e154 : 0.3;
}

static const struct {
  const char *name;
  int32_t kind;
  int variant; /* rayleigh: dense; quadratic_samples: weighted; bn_completion: with a matrix */
} problems[] = {
    {"rayleigh", SID_RAYLEIGH, 0},
    {"rayleigh dense", SID_RAYLEIGH, 1},
    {"normalised_linear", SID_NORMALISED_LINEAR, 0},
    {"ratio2", SID_RATIO2, 0},
    {"quadratic_samples", SID_QUADRATIC_SAMPLES, 0},
    {"quadratic_samples weighted", SID_QUADRATIC_SAMPLES, 1},
    {"noise_only", SID_NOISE_ONLY, 0},
    {"quadratic_noisy", SID_QUADRATIC_NOISY, 0},
    {"trough3", SID_TROUGH3, 0},
    {"ridge3", SID_RIDGE3, 0},
    {"bn_regression", SID_BN_REGRESSION, 0},
    {"bn_completion", SID_BN_COMPLETION, 0},
    {"bn_completion with a matrix", SID_BN_COMPLETION, 1},
    {"poisson", SID_POISSON, 0},
};

static sid_problem make_problem(size_t number_of, const numbers *from) {
  sid_problem problem;
  const int variant = problems[number_of].variant;
  memset(&problem, 0, sizeof problem);
  problem.kind = problems[number_of].kind;
  problem.dim = DIM;
  switch (problem.kind) {
    case SID_RAYLEIGH:
      if (variant)
        problem.matrix = from->matrix;
      else
        problem.spectrum = from->spectrum;
      break;
    case SID_NORMALISED_LINEAR:
    case SID_BN_REGRESSION:
      problem.samples = SAMPLES, problem.features = from->features, problem.labels = from->labels;
      break;
    case SID_RATIO2: problem.dim = 2; break;
    case SID_QUADRATIC_SAMPLES:
      problem.samples = SAMPLES, problem.a = from->a, problem.b = from->b;
      problem.weights = variant ? weights : NULL;
      break;
    case SID_QUADRATIC_NOISY: problem.spectrum = from->spectrum; break;
    case SID_TROUGH3:
    case SID_RIDGE3: problem.dim = 3; break;
    case SID_BN_COMPLETION:
      problem.rows = 2, problem.cols = 3, problem.inner = 1, problem.samples = SAMPLES;
      problem.entries = entries, problem.labels = from->labels;
      problem.matrix = variant ? from->table : NULL;
      break;
    case SID_POISSON: problem.mean = 0.7, problem.exp_minus_mean = 0.4965853037914095; break;
    default: break;
  }
  return problem;
}

static const struct {
  int32_t kind;
  int scaled;
} noises[] = {{SID_NOISE_NONE, 0},       {SID_NOISE_GAUSSIAN, 0}, {SID_NOISE_GAUSSIAN, 1},
              {SID_NOISE_RADEMACHER, 0}, {SID_NOISE_SPHERE, 0},   {SID_NOISE_RADEMACHER, 1},
              {SID_NOISE_SAMPLES, 0},    {SID_NOISE_POISSON, 0}};

/* The next kind of noise that suits the problem. */
static void choose_noise(sid_problem *problem, const numbers *from, size_t turn) {
  do {
    problem->noise = noises[turn % COUNT(noises)].kind;
    problem->scale = noises[turn % COUNT(noises)].scaled ? from->scale : NULL;
    problem->sigma = from->sigma;
    turn++;
  } while (sid_problem_validate(problem) != SID_OK);
}

/* ---- dynamics, starts and ends ------------------------------------------------------------- */

static const sid_dynamics all_dynamics[] = {
    {.kind = SID_GD, .batch = 1},
    {.kind = SID_SGD, .batch = 2},
    {.kind = SID_SVAG, .l = 2, .batch = 2},
    {.kind = SID_NOISY_GD, .batch = 2},
    {.kind = SID_SDE, .substeps = 2, .batch = 2},
    {.kind = SID_SDE2, .substeps = 2, .batch = 2},
    {.kind = SID_MOMENTUM, .batch = 2, .beta = 0.9},
    {.kind = SID_ADAM_L2, .batch = 2, .beta = 0.9, .beta2 = 0.99, .alpha = 0.1, .eps = 1e-3},
    {.kind = SID_ADAMW, .batch = 2, .beta = 0.8, .beta2 = 0.97, .alpha = 0.3},
    {.kind = SID_PROJECTED_GD, .batch = 1},
    {.kind = SID_RMSPROP, .batch = 1, .beta = 0.97, .v0 = 0.7},
    {.kind = SID_QUASI_RMSPROP, .batch = 1, .beta = 0.97, .v0 = 0.7},
};

static const sid_segment calm[] = {{0, 0.1, 0.01, 1.0}};
static const sid_segment enormous[] = {{0, 1e308, 0.0, 1.0}};
static const sid_segment nothing[] = {{0, 0.0, 0.01, 1.0}};
static const sid_segment decay[] = {{0, 1e-300, 0.999e300, 1.0}};
static const sid_segment shrink[] = {{0, 0.1, 0.01, 1.0}, {1, 0.1, 0.01, 1e-200}};
static const sid_segment grow[] = {{0, 0.1, 0.01, 1.0}, {1, 0.1, 0.01, 1.7e308}};

#define SEGMENTS(list)                                                                             \
  { SID_PIECEWISE, COUNT(list), list, 0.0, 0.0, 0.0, 0.0, 0 }
static const struct {
  const char *name;
  double size; /* of the start */
  sid_schedule schedule;
  int stop; /* row at which the callback stops the run, or -1 */
} ends[] = {
    {"all steps", 1.5, SEGMENTS(calm), -1},
    {"stopped at once", 1.5, SEGMENTS(calm), 0},
    {"stopped later", 1.5, SEGMENTS(calm), 2},
    {"start too large", 1e308, SEGMENTS(calm), -1},
    {"start of a norm too large", 1e160, SEGMENTS(calm), -1},
    {"start too small", 1e-200, SEGMENTS(calm), -1},
    {"start nearly too small", 1e-161, SEGMENTS(calm), -1},
    {"rescaled to the origin", 1.5, SEGMENTS(shrink), -1},
    {"rescaled too far", 9.0, SEGMENTS(grow), -1},
    {"lr overflows", 1.5, {SID_EXPONENTIAL, 0, NULL, 0.1, 0.0, 0.0, 1e200, 0}, -1},
    {"lr*wd above 1", 1.5, {SID_EXPONENTIAL, 0, NULL, 0.5, 0.0, 0.5, 3.0, 0}, -1},
    {"step too far", 1.5, SEGMENTS(enormous), -1},
    {"no lr", 1.5, SEGMENTS(nothing), -1},
    {"decay to the origin", 1e-155, SEGMENTS(decay), -1},
};

static const uint64_t checkpoints[ROWS_MOST] = {0, 1, 2, 4};
static const int32_t observables[] = {SID_NORM2,
                                      SID_LOSS,
                                      SID_GRAD_NORM2,
                                      SID_NOISE_TRACE,
                                      SID_STEP_ANGLE,
                                      SID_EFFECTIVE_LR,
                                      SID_GAMMA,
                                      SID_F,
                                      SID_PLANE_ANGLE,
                                      SID_X,
                                      SID_MIDPOINT_LOSS,
                                      SID_TEST_LOSS,
                                      SID_MANIFOLD_H,
                                      SID_MANIFOLD_ANGLE,
                                      SID_MIDPOINT_TEST_LOSS,
                                      SID_SPHERICAL_SHARPNESS,
                                      SID_MIDPOINT_SHARPNESS};
/* Those that run in lanes come first. */
enum { IN_LANES = 10 };

/* As many of the observables as the problem has, with one that it lacks left out. */
static uint32_t choose_observables(sid_experiment *experiment, int32_t *chosen, size_t most) {
  uint32_t count = 0;
  experiment->observables = chosen;
  for (size_t o = 0; o < most; o++) {
    chosen[count] = observables[o];
    experiment->observable_count = count + 1;
    if (sid_experiment_validate(experiment) == SID_OK) count++;
  }
  experiment->observable_count = count;
  return count;
}

/* ---- one run ------------------------------------------------------------------------------- */

typedef struct {
  uint64_t *hash;
  size_t width;
  int rows, stop;
} watcher;

static int watch(void *user, uint64_t step, const double *x, const double *row) {
  watcher *to = user;
  hash_bits(to->hash, step);
  hash_number(to->hash, *x);
  hash_numbers(to->hash, row, to->width);
  return to->rows++ == to->stop;
}

/* The row of a trajectory that has ended, as the command line shows it. */
static void hash_end(uint64_t *hash, const sid_experiment *experiment, sid_status status,
                     uint64_t step, const double *last) {
  const size_t width = sid_row_width(experiment), size = sid_observe_workspace(experiment);
  double *row = fresh_numbers(width), *work = fresh_numbers(size);
  hash_bits(hash, (uint64_t)-status);
  hash_bits(hash, step);
  hash_numbers(hash, last, sid_state_doubles(&experiment->problem, &experiment->dynamics));
  sid_observe(experiment, step, last, NULL, row, work);
  hash_numbers(hash, row, width);
  require_untouched(row + width, GUARD * sizeof *row, "sid_observe() writes behind the row");
  require_untouched(work + size, GUARD * sizeof *work, "sid_observe() writes behind its workspace");
  free(row);
  free(work);
}

static uint64_t run_alone(const sid_experiment *experiment, uint64_t trajectory, int stop) {
  const size_t total = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t size = sid_run_workspace(experiment);
  double *x = fresh_numbers(total), *work = fresh_numbers(size);
  uint64_t *step = fresh(sizeof *step), hash = 0xcbf29ce484222325u;
  watcher user = {&hash, sid_row_width(experiment), 0, stop};
  const sid_status status = sid_run(experiment, trajectory, watch, &user, x, step, work, size);
  hash_end(&hash, experiment, status, *step, x);
  require_untouched(x + total, GUARD * sizeof *x, "sid_run() writes behind the state");
  require_untouched(work + size, GUARD * sizeof *work, "sid_run() writes behind its workspace");
  free(x);
  free(work);
  free(step);
  return hash;
}

/* The same trajectories by a backend: rows, ends and last states hashed one after the other. */
static uint64_t run_block(const sid_backend *backend, const sid_experiment *experiment) {
  const size_t total = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t width = sid_row_width(experiment), per = width * experiment->checkpoint_count;
  const size_t size = backend->workspace(experiment);
  uint64_t hash = 0xcbf29ce484222325u;
  for (uint32_t done = 0; done < TRAJECTORIES; done += backend->lanes) {
    const uint32_t left = TRAJECTORIES - done, n = left < backend->lanes ? left : backend->lanes;
    double *rows = fresh_numbers(n * per), *last = fresh_numbers(n * total);
    double *work = fresh_numbers(size);
    sid_end *end = fresh((n + 1) * sizeof *end);
    sid_backend_results results = {rows, NULL, NULL, end, last};
    backend->run(experiment, done, n, &results, work);
    for (uint32_t i = 0; i < n; i++) {
      const size_t reached = end[i].rows * width;
      hash_numbers(&hash, rows + i * per, reached);
      hash_end(&hash, experiment, end[i].status, end[i].step, last + i * total);
      require_untouched(rows + i * per + reached, (per - reached) * sizeof *rows,
                        "a row that is not reached is written");
    }
    require_untouched(rows + n * per, GUARD * sizeof *rows, "a backend writes behind the rows");
    require_untouched(last + n * total, GUARD * sizeof *last, "a backend writes behind the states");
    require_untouched(work + size, GUARD * sizeof *work, "a backend writes behind its workspace");
    require_untouched(end + n, sizeof *end, "a backend writes behind the ends");
    free(rows);
    free(last);
    free(work);
    free(end);
  }
  return hash;
}

static uint64_t run_backends(const sid_experiment *experiment) {
  size_t count;
  const sid_backend *const *built = sid_backends_built(&count);
  const uint64_t expected = run_block(built[0], experiment);
  for (size_t b = 1; b < count; b++) {
    const char *why;
    if (sid_backend_usable(built[b], &why) && run_block(built[b], experiment) != expected)
      fault(built[b]->name);
  }
  return expected;
}

/* ---- all cases ----------------------------------------------------------------------------- */

static sid_dynamics make_dynamics(size_t number_of, const sid_problem *problem) {
  sid_dynamics dynamics = all_dynamics[number_of];
  if (problem->noise < SID_NOISE_SAMPLES) dynamics.batch = 1;
  return dynamics;
}

/* One case: alone with all observables, by the backends with those that have lanes. */
static void run_case(uint64_t *hash, sid_experiment *experiment, int stop) {
  int32_t chosen[COUNT(observables) + 1];
  if (choose_observables(experiment, chosen, COUNT(observables)) == 0) return; /* not valid */
  cases++;
  for (uint64_t trajectory = 0; trajectory < 2; trajectory++)
    hash_bits(hash, run_alone(experiment, trajectory, stop));
  if (stop >= 0) return;
  choose_observables(experiment, chosen, IN_LANES);
  hash_bits(hash, run_backends(experiment));
}

static void run_pair(size_t p, size_t d, size_t every) {
  static size_t turn;
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t c = 0; c < COUNT(ends) * 4 * 2; c++) {
    const size_t e = c / 8;
    const numbers *from = data + c % 2;
    const int32_t start = SID_START_POINT + (int32_t)(c / 2 % 4);
    double x[DIM];
    sid_experiment experiment;
    if (turn++ % every != 0) continue;
    memset(&experiment, 0, sizeof experiment);
    experiment.problem = make_problem(p, from);
    choose_noise(&experiment.problem, from, turn / every);
    experiment.dynamics = make_dynamics(d, &experiment.problem);
    experiment.schedule = ends[e].schedule;
    for (uint32_t j = 0; j < DIM; j++) x[j] = ends[e].size * (j % 2 ? -0.75 : 0.5 + j * 0.125);
    experiment.start = (sid_start){start, start == SID_START_POINT ? x : NULL, ends[e].size};
    experiment.seed = turn;
    experiment.steps = checkpoints[ROWS_MOST - 1];
    experiment.checkpoints = checkpoints;
    experiment.checkpoint_count = ROWS_MOST;
    experiment.plane = from->plane;
    snprintf(current, sizeof current, "%s, dynamics %d, %s, start %d, noise %d", problems[p].name,
             (int)all_dynamics[d].kind, ends[e].name, (int)start, (int)experiment.problem.noise);
    run_case(&hash, &experiment, ends[e].stop);
  }
  printf("%s %d %016" PRIx64 "\n", problems[p].name, (int)all_dynamics[d].kind, hash);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  if (strcmp(argv[1], "none") != 0) fill = (int)strtol(argv[1], NULL, 16);
  const size_t every = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
  for (int is_extreme = 0; is_extreme < 2; is_extreme++)
    make_numbers(data + is_extreme, is_extreme);
  for (size_t p = 0; p < COUNT(problems); p++)
    for (size_t d = 0; d < COUNT(all_dynamics); d++) run_pair(p, d, every);
  printf("%lu cases, %lu faults\n", cases, faults);
  return faults != 0;
}

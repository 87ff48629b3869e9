/* The contract of the interface: every field of every structure is checked, each fault has its
 * status, and nothing is changed by a check. Limits are tried on both sides. */
#include "common.h"

/* ---- valid structures, from which each test spoils one field ------------------------------- */

static const double three[3] = {0.5, -1.0, 2.0};
static const double six[6] = {0.5, -1.0, 2.0, 1.5, 0.0, -0.25};
static const double nine[9] = {1.0, 0.5, -0.5, 0.5, 2.0, 0.25, -0.5, 0.25, 3.0}; /* symmetric */

static sid_problem rayleigh(void) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_RAYLEIGH, problem.dim = 3, problem.spectrum = three;
  problem.noise = SID_NOISE_GAUSSIAN, problem.sigma = 0.5;
  return problem;
}

static sid_problem dense(void) {
  sid_problem problem = rayleigh();
  problem.spectrum = NULL, problem.matrix = nine;
  return problem;
}

static sid_problem linear(void) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_NORMALISED_LINEAR, problem.dim = 2, problem.samples = 3,
  problem.features = six, problem.labels = three;
  problem.noise = SID_NOISE_SAMPLES;
  return problem;
}

static sid_problem ratio2(void) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_RATIO2, problem.dim = 2;
  return problem;
}

static const double third_weights[3] = {0.25, 0.0, 0.75};

static sid_problem samples(void) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_QUADRATIC_SAMPLES, problem.dim = 2, problem.samples = 3, problem.a = six,
  problem.b = six;
  problem.weights = third_weights, problem.noise = SID_NOISE_SAMPLES;
  return problem;
}

static sid_problem noise_only(void) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_NOISE_ONLY, problem.dim = 3, problem.noise = SID_NOISE_RADEMACHER,
  problem.sigma = 0.0;
  return problem;
}

static sid_problem noisy(void) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_QUADRATIC_NOISY, problem.dim = 3, problem.spectrum = three,
  problem.noise = SID_NOISE_SPHERE;
  problem.sigma = 0.5;
  return problem;
}

static sid_problem height(int32_t kind) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = kind, problem.dim = 3;
  return problem;
}

static sid_problem regression(void) {
  sid_problem problem = linear();
  problem.kind = SID_BN_REGRESSION, problem.noise = SID_NOISE_GAUSSIAN, problem.sigma = 0.5;
  return problem;
}

static const uint32_t four_entries[8] = {0, 0, 0, 2, 1, 0, 1, 1};
static const double four_labels[4] = {0.5, -1.0, 2.0, 0.25};

/* 2 x 3, inner 2: ten coordinates. */
static sid_problem completion(void) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_BN_COMPLETION, problem.rows = 2, problem.cols = 3, problem.inner = 2,
  problem.dim = 10;
  problem.samples = 4, problem.entries = four_entries, problem.labels = four_labels,
  problem.matrix = six;
  return problem;
}

static sid_problem poisson(void) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_POISSON, problem.dim = 2, problem.noise = SID_NOISE_POISSON;
  problem.mean = 0.5, problem.exp_minus_mean = 0.60653065971263342;
  return problem;
}

/* The status of a problem, which the check must leave as it was. */
static void require_problem(sid_problem problem, sid_status expected) {
  sid_problem before;
  memcpy(&before, &problem, sizeof before);
  assert_int_equal(sid_problem_validate(&problem), expected);
  assert_memory_equal(&before, &problem, sizeof before);
}

/* `problem` with one field set. */
#define require_field(problem, name, value, expected)                                              \
  do {                                                                                             \
    sid_problem spoilt_ = (problem);                                                               \
    spoilt_.name = (value);                                                                        \
    require_problem(spoilt_, (expected));                                                          \
  } while (0)

/* `array` with one bad number in each place in turn. */
#define require_each_place(problem, name, array, bad, expected)                                    \
  do {                                                                                             \
    double copy_[COUNT(array)];                                                                    \
    for (size_t at_ = 0; at_ < COUNT(array); at_++) {                                              \
      memcpy(copy_, (array), sizeof copy_);                                                        \
      copy_[at_] = (bad);                                                                          \
      require_field(problem, name, copy_, expected);                                               \
    }                                                                                              \
  } while (0)

static void test_valid_problems(void **state) {
  assert_int_equal(sid_problem_validate(NULL), SID_E_NULL);
  require_problem(rayleigh(), SID_OK);
  require_problem(dense(), SID_OK);
  require_problem(linear(), SID_OK);
  require_problem(ratio2(), SID_OK);
  require_problem(samples(), SID_OK);
  require_problem(noise_only(), SID_OK);
  require_problem(noisy(), SID_OK);
  require_problem(height(SID_TROUGH3), SID_OK);
  require_problem(height(SID_RIDGE3), SID_OK);
  require_problem(regression(), SID_OK);
  require_problem(completion(), SID_OK);
  require_problem(poisson(), SID_OK);
  (void)state;
}

static void test_kind(void **state) {
  static const int32_t bad[] = {0, SID_NETWORK + 1, -1, 1000, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < COUNT(bad); i++) {
    require_field(rayleigh(), kind, bad[i], SID_E_KIND);
    if (bad[i] != 0) require_field(noisy(), noise, bad[i], SID_E_KIND);
  }
  require_field(noisy(), noise, SID_NOISE_EPOCHS + 1, SID_E_KIND);
  (void)state;
}

static void test_dim(void **state) {
  static double large[SID_DIM_MAX + 1];
  sid_problem problem = rayleigh();
  require_field(rayleigh(), dim, 0, SID_E_DIM);
  require_field(rayleigh(), dim, 1, SID_E_DIM);
  require_field(dense(), dim, 1, SID_E_DIM);
  require_field(linear(), dim, 1, SID_E_DIM);
  require_field(noise_only(), dim, 1, SID_E_DIM);
  require_field(noise_only(), dim, 2, SID_OK);
  require_field(ratio2(), dim, 1, SID_E_DIM);
  require_field(ratio2(), dim, 3, SID_E_DIM);
  require_field(samples(), dim, 0, SID_E_DIM);
  require_field(samples(), dim, 1, SID_OK);
  require_field(noisy(), dim, 0, SID_E_DIM);
  require_field(noisy(), dim, 1, SID_OK);
  for (int32_t kind = SID_TROUGH3; kind <= SID_RIDGE3; kind++)
    for (uint32_t dim = 0; dim <= 5; dim++)
      require_field(height(kind), dim, dim, dim == 3 ? SID_OK : SID_E_DIM);
  require_field(regression(), dim, 1, SID_E_DIM);
  require_field(regression(), dim, 0, SID_E_DIM);
  require_field(poisson(), dim, 0, SID_E_DIM);
  require_field(poisson(), dim, 1, SID_OK);
  require_field(poisson(), dim, SID_DIM_MAX, SID_OK);
  require_field(poisson(), dim, SID_DIM_MAX + 1, SID_E_DIM);
  problem.spectrum = large, problem.dim = SID_DIM_MAX;
  require_problem(problem, SID_OK);
  problem.dim = SID_DIM_MAX + 1;
  require_problem(problem, SID_E_DIM);
  problem.dim = UINT32_MAX;
  require_problem(problem, SID_E_DIM);
  (void)state;
}

static void test_samples(void **state) {
  static double large[SID_SAMPLES_MAX + 1];
  sid_problem problem = samples();
  require_field(linear(), samples, 0, SID_E_SAMPLES);
  require_field(samples(), samples, 0, SID_E_SAMPLES);
  require_field(rayleigh(), samples, 1, SID_E_SAMPLES);
  require_field(ratio2(), samples, 1, SID_E_SAMPLES);
  require_field(noise_only(), samples, 3, SID_E_SAMPLES);
  require_field(noisy(), samples, 1, SID_E_SAMPLES);
  require_field(regression(), samples, 0, SID_E_SAMPLES);
  require_field(regression(), samples, SID_SAMPLES_MAX + 1, SID_E_SAMPLES);
  require_field(height(SID_TROUGH3), samples, 1, SID_E_SAMPLES);
  require_field(height(SID_RIDGE3), samples, 1, SID_E_SAMPLES);
  require_field(poisson(), samples, 1, SID_E_SAMPLES);
  problem.a = problem.b = large, problem.weights = NULL, problem.dim = 1,
  problem.samples = SID_SAMPLES_MAX;
  require_problem(problem, SID_OK);
  problem.samples = SID_SAMPLES_MAX + 1;
  require_problem(problem, SID_E_SAMPLES);
  (void)state;
}

/* ---- data ---------------------------------------------------------------------------------- */

static void test_missing_data(void **state) {
  require_field(rayleigh(), spectrum, NULL, SID_E_NULL);
  require_field(dense(), matrix, NULL, SID_E_NULL);
  require_field(linear(), features, NULL, SID_E_NULL);
  require_field(linear(), labels, NULL, SID_E_NULL);
  require_field(samples(), a, NULL, SID_E_NULL);
  require_field(samples(), b, NULL, SID_E_NULL);
  require_field(samples(), weights, NULL, SID_OK);
  require_field(noisy(), spectrum, NULL, SID_E_NULL);
  require_field(regression(), features, NULL, SID_E_NULL);
  require_field(regression(), labels, NULL, SID_E_NULL);
  (void)state;
}

static void test_bad_data(void **state) {
  const double bad[] = {QUIET_NAN, POSITIVE_INFINITY, -POSITIVE_INFINITY, double_of(POISON_BITS)};
  for (size_t i = 0; i < COUNT(bad); i++) {
    require_each_place(rayleigh(), spectrum, three, bad[i], SID_E_PARAMETER);
    require_each_place(dense(), matrix, nine, bad[i], SID_E_PARAMETER);
    require_each_place(linear(), features, six, bad[i], SID_E_PARAMETER);
    require_each_place(linear(), labels, three, bad[i], SID_E_PARAMETER);
    require_each_place(samples(), a, six, bad[i], SID_E_PARAMETER);
    require_each_place(samples(), b, six, bad[i], SID_E_PARAMETER);
    require_each_place(samples(), weights, third_weights, bad[i], SID_E_WEIGHTS);
    require_each_place(noisy(), spectrum, three, bad[i], SID_E_PARAMETER);
    require_each_place(regression(), features, six, bad[i], SID_E_PARAMETER);
    require_each_place(regression(), labels, three, bad[i], SID_E_PARAMETER);
    require_each_place(completion(), labels, four_labels, bad[i], SID_E_PARAMETER);
    require_each_place(completion(), matrix, six, bad[i], SID_E_PARAMETER);
  }
  (void)state;
}

/* What a kind does not use must not be given, one field after the other of every kind. */
static void test_unused_data(void **state) {
  const sid_problem problems[] = {
      rayleigh(),         dense(),      linear(),     ratio2(),
      samples(),          noise_only(), noisy(),      height(SID_TROUGH3),
      height(SID_RIDGE3), regression(), completion(), poisson()};
  static const double many[SID_SAMPLES_MAX];
  for (size_t i = 0; i < COUNT(problems); i++) {
    const sid_problem *problem = problems + i;
    const int family = problem->samples > 0, bn = problem->kind == SID_BN_COMPLETION;
    require_problem(*problem, SID_OK);
    if (!problem->matrix) require_field(*problem, matrix, many, SID_E_PARAMETER);
    if (!problem->spectrum) require_field(*problem, spectrum, many, SID_E_PARAMETER);
    if (!problem->features) require_field(*problem, features, many, SID_E_PARAMETER);
    if (!problem->labels) require_field(*problem, labels, many, SID_E_PARAMETER);
    if (!problem->a) require_field(*problem, a, many, SID_E_PARAMETER);
    if (!problem->b) require_field(*problem, b, many, SID_E_PARAMETER);
    if (!problem->weights) require_field(*problem, weights, many, SID_E_WEIGHTS);
    if (!problem->entries) require_field(*problem, entries, four_entries, SID_E_PARAMETER);
    if (!family) require_field(*problem, samples, 1, SID_E_SAMPLES);
    if (!bn) require_field(*problem, rows, 1, SID_E_PARAMETER);
    if (!bn) require_field(*problem, cols, 1, SID_E_PARAMETER);
    if (!bn) require_field(*problem, inner, 1, SID_E_PARAMETER);
    if (problem->mean == 0.0) {
      require_field(*problem, mean, 1.0, SID_E_PARAMETER);
      require_field(*problem, mean, QUIET_NAN, SID_E_PARAMETER);
      require_field(*problem, exp_minus_mean, 0.5, SID_E_PARAMETER);
    }
  }
  (void)state;
}

/* The list, its names and numbers. */
static void test_names_of_problems(void **state) {
  static const char *const names[] = {
      "rayleigh",      "normalised_linear", "ratio2",  "quadratic_samples",
      "noise_only",    "quadratic_noisy",   "trough3", "ridge3",
      "bn_regression", "bn_completion",     "poisson", "network"};
  for (int32_t kind = SID_RAYLEIGH; kind <= SID_NETWORK; kind++)
    assert_string_equal(sid_problem_name(kind), names[kind - SID_RAYLEIGH]);
  assert_null(sid_problem_name(0));
  assert_null(sid_problem_name(-1));
  assert_null(sid_problem_name(SID_NETWORK + 1));
  (void)state;
}

/* ---- bn_completion: shape, entries, labels, matrix ----------------------------------------- */

static void test_completion_shape(void **state) {
  sid_problem problem = completion();
  require_field(completion(), rows, 0, SID_E_DIM);
  require_field(completion(), cols, 0, SID_E_DIM);
  require_field(completion(), inner, 0, SID_E_DIM);
  require_field(completion(), rows, 3, SID_E_DIM);
  require_field(completion(), cols, 2, SID_E_DIM);
  require_field(completion(), inner, 3, SID_E_DIM);
  require_field(completion(), inner, 1, SID_E_DIM);
  require_field(completion(), dim, 9, SID_E_DIM);
  require_field(completion(), dim, 1, SID_E_DIM);
  require_field(completion(), rows, SID_DIM_MAX + 1, SID_E_DIM);
  require_field(completion(), cols, SID_DIM_MAX + 1, SID_E_DIM);
  require_field(completion(), rows, UINT32_MAX, SID_E_DIM);
  problem.rows = 65536, problem.cols = 65536,
  problem.inner = 0x80000000u; /* 2^48 is 0 in 32 bits */
  require_problem(problem, SID_E_DIM);
  problem.rows = UINT32_MAX - 2, problem.cols = 3 + 5; /* the sum is 5 in 32 bits */
  problem.inner = 2;
  require_problem(problem, SID_E_DIM);
  (void)state;
}

static void test_completion_entries(void **state) {
  uint32_t entries[8], all[14];
  sid_problem problem = completion();
  require_field(completion(), entries, NULL, SID_E_NULL);
  require_field(completion(), labels, NULL, SID_E_NULL);
  require_field(completion(), matrix, NULL, SID_OK);
  require_field(completion(), samples, 0, SID_E_SAMPLES);
  require_field(completion(), samples, 1, SID_OK);
  require_field(completion(), samples, 7, SID_E_SAMPLES);
  require_field(completion(), samples, UINT32_MAX, SID_E_SAMPLES);
  for (uint32_t i = 0; i < 7; i++) all[2 * i] = i / 3, all[2 * i + 1] = i % 3;
  problem.entries = all, problem.samples = 6, problem.labels = six;
  require_problem(problem, SID_OK);
  for (size_t at = 0; at < 8; at++) { /* beyond the last row and column */
    memcpy(entries, four_entries, sizeof entries);
    entries[at] = at % 2 ? 3 : 2;
    require_field(completion(), entries, entries, SID_E_PARAMETER);
    entries[at] = UINT32_MAX;
    require_field(completion(), entries, entries, SID_E_PARAMETER);
  }
  for (size_t i = 1; i < 4; i++) { /* one that is there already, and two the wrong way round */
    memcpy(entries, four_entries, sizeof entries);
    memcpy(entries + 2 * i, four_entries + 2 * i - 2, 2 * sizeof *entries);
    require_field(completion(), entries, entries, SID_E_PARAMETER);
    memcpy(entries + 2 * i - 2, four_entries + 2 * i, 2 * sizeof *entries);
    require_field(completion(), entries, entries, SID_E_PARAMETER);
  }
  (void)state;
}

/* ---- poisson: a mean in (0, 500] and a constant between 1 - mean and 1/(1 + mean) ---------- */

static void test_poisson(void **state) {
  const double bad[] = {0.0, -0.0, -1.0, QUIET_NAN, POSITIVE_INFINITY, -POSITIVE_INFINITY};
  sid_problem problem = poisson();
  for (size_t i = 0; i < COUNT(bad); i++) {
    require_field(poisson(), mean, bad[i], SID_E_PARAMETER);
    require_field(poisson(), exp_minus_mean, bad[i], SID_E_PARAMETER);
  }
  require_field(poisson(), exp_minus_mean, 0.5, SID_OK);
  require_field(poisson(), exp_minus_mean, 0.49999, SID_E_PARAMETER);
  require_field(poisson(), exp_minus_mean, 0.66666, SID_OK);
  require_field(poisson(), exp_minus_mean, 0.66668, SID_E_PARAMETER);
  require_field(poisson(), exp_minus_mean, 1.0, SID_E_PARAMETER);
  require_field(poisson(), mean, 0.7, SID_E_PARAMETER); /* the constant of another */
  problem.mean = 500.0, problem.exp_minus_mean = 7.1245764067412855e-218;
  require_problem(problem, SID_OK);
  problem.mean = double_of(bits_of(500.0) + 1);
  require_problem(problem, SID_E_PARAMETER);
  problem.mean = SMALLEST, problem.exp_minus_mean = 1.0;
  require_problem(problem, SID_OK);
  (void)state;
}

/* Every pair of places across the diagonal must agree; the diagonal is free. */
static void test_matrix_symmetry(void **state) {
  double matrix[9];
  for (size_t at = 0; at < 9; at++) {
    memcpy(matrix, nine, sizeof matrix);
    matrix[at] += 0x1p-40;
    require_field(dense(), matrix, matrix, at % 4 == 0 ? SID_OK : SID_E_PARAMETER);
  }
  (void)state;
}

static void test_weights(void **state) {
  double weights[3] = {0.5, 0.5, 0.0};
  sid_problem problem = samples();
  problem.weights = weights;
  require_problem(problem, SID_OK);
  weights[2] = 0x1p-40;
  require_problem(problem, SID_OK);
  weights[2] = 0x1.01p-40;
  require_problem(problem, SID_E_WEIGHTS);
  weights[2] = 0.0, weights[1] = 0.5 - 0x1p-40;
  require_problem(problem, SID_OK);
  weights[1] = 0.5 - 0x1.01p-40;
  require_problem(problem, SID_E_WEIGHTS);
  weights[1] = 1.0, weights[2] = -0.5; /* the sum is right */
  require_problem(problem, SID_E_WEIGHTS);
  require_field(linear(), weights, third_weights, SID_E_WEIGHTS);
  require_field(rayleigh(), weights, third_weights, SID_E_WEIGHTS);
  require_field(noisy(), weights, third_weights, SID_E_WEIGHTS);
  require_field(height(SID_TROUGH3), weights, third_weights, SID_E_WEIGHTS);
  require_field(regression(), weights, third_weights, SID_E_WEIGHTS);
  require_field(completion(), weights, third_weights, SID_E_WEIGHTS);
  require_field(poisson(), weights, third_weights, SID_E_WEIGHTS);
  (void)state;
}

/* ---- noise --------------------------------------------------------------------------------- */

static void test_noise_kinds(void **state) {
  /* none, gaussian, rademacher, sphere, samples, poisson */
  static const int linear_takes[] = {1, 1, 1, 1, 1, 0}, rayleigh_takes[] = {1, 1, 1, 1, 0, 0},
                   samples_takes[] = {1, 0, 0, 0, 1, 0}, poisson_takes[] = {1, 0, 0, 0, 0, 1};
  static const int noise_only_takes[] = {0, 1, 1, 1, 0, 0};
  for (int32_t kind = SID_NOISE_NONE; kind <= SID_NOISE_POISSON; kind++) {
    require_field(height(SID_TROUGH3), noise, kind, rayleigh_takes[kind] ? SID_OK : SID_E_NOISE);
    require_field(height(SID_RIDGE3), noise, kind, rayleigh_takes[kind] ? SID_OK : SID_E_NOISE);
    require_field(regression(), noise, kind, rayleigh_takes[kind] ? SID_OK : SID_E_NOISE);
    require_field(completion(), noise, kind, rayleigh_takes[kind] ? SID_OK : SID_E_NOISE);
    require_field(poisson(), noise, kind, poisson_takes[kind] ? SID_OK : SID_E_NOISE);
    require_field(linear(), noise, kind, linear_takes[kind] ? SID_OK : SID_E_NOISE);
    require_field(rayleigh(), noise, kind, rayleigh_takes[kind] ? SID_OK : SID_E_NOISE);
    require_field(dense(), noise, kind, rayleigh_takes[kind] ? SID_OK : SID_E_NOISE);
    require_field(ratio2(), noise, kind, rayleigh_takes[kind] ? SID_OK : SID_E_NOISE);
    require_field(noisy(), noise, kind, rayleigh_takes[kind] ? SID_OK : SID_E_NOISE);
    require_field(samples(), noise, kind, samples_takes[kind] ? SID_OK : SID_E_NOISE);
    require_field(noise_only(), noise, kind, noise_only_takes[kind] ? SID_OK : SID_E_NOISE);
  }
  (void)state;
}

static void test_noise_size(void **state) {
  static const double scale[3] = {0.5, 0.0, 2.0};
  const double bad[] = {-1.0, -SMALLEST, QUIET_NAN, POSITIVE_INFINITY};
  sid_problem problem = rayleigh();
  for (size_t i = 0; i < COUNT(bad); i++) {
    require_field(rayleigh(), sigma, bad[i], SID_E_PARAMETER);
    require_field(noisy(), sigma, bad[i], SID_E_PARAMETER);
    require_each_place(rayleigh(), scale, scale, bad[i], SID_E_PARAMETER);
  }
  require_field(rayleigh(), sigma, 0.0, SID_OK);
  require_field(rayleigh(), sigma, LARGEST, SID_OK);
  require_field(rayleigh(), scale, scale, SID_OK);
  require_field(noise_only(), scale, scale, SID_OK);
  require_field(noisy(), scale, scale, SID_E_NOISE); /* a sphere has one size */
  problem.scale = scale, problem.sigma = QUIET_NAN;  /* not used */
  require_problem(problem, SID_OK);
  problem.noise = SID_NOISE_NONE; /* no noise, no size */
  require_problem(problem, SID_E_NOISE);
  require_field(samples(), scale, scale, SID_E_NOISE);
  require_field(poisson(), scale, scale, SID_E_NOISE);
  require_field(poisson(), sigma, QUIET_NAN, SID_OK); /* not used */
  require_field(ratio2(), sigma, QUIET_NAN, SID_OK);  /* none: not used */
  (void)state;
}

/* ---- dynamics ------------------------------------------------------------------------------ */

static void require_dynamics(int32_t kind, uint32_t l, uint32_t substeps, uint32_t batch,
                             sid_problem problem, sid_status expected) {
  const sid_dynamics dynamics = {.kind = kind, .l = l, .substeps = substeps, .batch = batch};
  assert_int_equal(sid_dynamics_validate(&dynamics, &problem), expected);
}

static void test_dynamics(void **state) {
  const sid_problem problem = rayleigh();
  const sid_dynamics dynamics = {.kind = SID_GD, .batch = 1};
  assert_int_equal(sid_dynamics_validate(NULL, &problem), SID_E_NULL);
  assert_int_equal(sid_dynamics_validate(&dynamics, NULL), SID_E_NULL);
  for (int32_t kind = SID_GD; kind <= SID_SDE2; kind++) {
    require_dynamics(kind, 1, 1, 1, problem, SID_OK);
    require_dynamics(kind, SID_COUNT_MAX, SID_COUNT_MAX, 1, problem, SID_OK);
    require_dynamics(kind, 1, 1, 0, problem, SID_E_COUNT);
    require_dynamics(kind, 1, 1, 2, problem, SID_E_UNSUPPORTED);
    require_dynamics(kind, 1, 1, SID_COUNT_MAX, samples(),
                     kind == SID_GD ? SID_E_UNSUPPORTED : SID_OK);
    require_dynamics(kind, 1, 1, SID_COUNT_MAX + 1, samples(), SID_E_COUNT);
    require_dynamics(kind, 0, 1, 1, problem, kind == SID_SVAG ? SID_E_COUNT : SID_OK);
    require_dynamics(kind, SID_COUNT_MAX + 1, 1, 1, problem,
                     kind == SID_SVAG ? SID_E_COUNT : SID_OK);
    require_dynamics(kind, 1, 0, 1, problem, kind >= SID_SDE ? SID_E_COUNT : SID_OK);
    require_dynamics(kind, 1, SID_COUNT_MAX + 1, 1, problem,
                     kind >= SID_SDE ? SID_E_COUNT : SID_OK);
  }
  require_dynamics(0, 1, 1, 1, problem, SID_E_KIND);
  require_dynamics(SID_QUASI_RMSPROP + 1, 1, 1, 1, problem, SID_E_KIND);
  require_dynamics(-1, 1, 1, 1, problem, SID_E_KIND);
  (void)state;
}

/* Every number that a kind uses must be in its range; what it does not use is not looked at. */
static void require_average(int32_t kind, double beta, double beta2, double alpha, double eps,
                            double v0, sid_status expected) {
  const sid_problem problem = rayleigh();
  const sid_dynamics dynamics = {
      .kind = kind, .batch = 1, .beta = beta, .beta2 = beta2, .alpha = alpha, .eps = eps, .v0 = v0};
  assert_int_equal(sid_dynamics_validate(&dynamics, &problem), expected);
}

static void test_averages(void **state) {
  const double bad[] = {-1.0, -SMALLEST, QUIET_NAN, POSITIVE_INFINITY, -POSITIVE_INFINITY};
  const double almost = double_of(bits_of(1.0) - 1), junk = QUIET_NAN;
  for (int32_t kind = SID_MOMENTUM; kind <= SID_QUASI_RMSPROP; kind++) {
    const int adam = kind == SID_ADAM_L2 || kind == SID_ADAMW, rms = kind >= SID_RMSPROP,
              any = kind != SID_PROJECTED_GD;
    require_average(kind, 0.5, 0.5, 1.0, 1.0, 1.0, SID_OK);
    require_average(kind, 0.0, 0.0, 0.0, 0.0, SMALLEST, SID_OK);
    require_average(kind, almost, almost, LARGEST, LARGEST, LARGEST, SID_OK);
    require_average(kind, 0.5, adam ? 0.5 : junk, adam ? 1.0 : junk, adam ? 1.0 : junk,
                    rms ? 1.0 : junk, SID_OK);
    require_average(kind, 1.0, 0.5, 1.0, 1.0, 1.0, any ? SID_E_PARAMETER : SID_OK);
    require_average(kind, 0.5, 1.0, 1.0, 1.0, 1.0, adam ? SID_E_PARAMETER : SID_OK);
    require_average(kind, 0.5, 0.5, 1.0, 1.0, 0.0, rms ? SID_E_PARAMETER : SID_OK);
    for (size_t i = 0; i < COUNT(bad); i++) {
      require_average(kind, bad[i], 0.5, 1.0, 1.0, 1.0, any ? SID_E_PARAMETER : SID_OK);
      require_average(kind, 0.5, bad[i], 1.0, 1.0, 1.0, adam ? SID_E_PARAMETER : SID_OK);
      require_average(kind, 0.5, 0.5, bad[i], 1.0, 1.0, adam ? SID_E_PARAMETER : SID_OK);
      require_average(kind, 0.5, 0.5, 1.0, bad[i], 1.0, adam ? SID_E_PARAMETER : SID_OK);
      require_average(kind, 0.5, 0.5, 1.0, 1.0, bad[i], rms ? SID_E_PARAMETER : SID_OK);
    }
  }
  (void)state;
}

/* The projected dynamics take scale-invariant problems alone, and no batch; the others of this
 * family batches of drawn gradients. */
static void test_projected_and_batches(void **state) {
  const sid_problem problems[] = {
      rayleigh(),          linear(),           ratio2(),     samples(),    noise_only(), noisy(),
      height(SID_TROUGH3), height(SID_RIDGE3), regression(), completion(), poisson()};
  static const int invariant[] = {1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0};
  for (size_t i = 0; i < COUNT(problems); i++)
    for (int32_t kind = SID_MOMENTUM; kind <= SID_QUASI_RMSPROP; kind++) {
      sid_dynamics dynamics = {.kind = kind, .batch = 1, .v0 = 1.0};
      const int projected = kind >= SID_PROJECTED_GD,
                drawn = problems[i].noise >= SID_NOISE_SAMPLES;
      const sid_status one = projected && !invariant[i] ? SID_E_UNSUPPORTED : SID_OK;
      assert_int_equal(sid_problem_scale_invariant(problems + i), invariant[i]);
      assert_int_equal(sid_dynamics_validate(&dynamics, problems + i), one);
      dynamics.batch = 2;
      assert_int_equal(sid_dynamics_validate(&dynamics, problems + i),
                       projected || !drawn ? SID_E_UNSUPPORTED : SID_OK);
      dynamics.batch = 0;
      assert_int_equal(sid_dynamics_validate(&dynamics, problems + i), SID_E_COUNT);
      dynamics.batch = SID_COUNT_MAX + 1;
      assert_int_equal(sid_dynamics_validate(&dynamics, problems + i), SID_E_COUNT);
    }
  (void)state;
}

/* ---- schedules ----------------------------------------------------------------------------- */

static void require_segments(const sid_segment *segments, uint32_t count, sid_status expected) {
  sid_schedule schedule;
  memset(&schedule, 0, sizeof schedule);
  schedule.kind = SID_PIECEWISE, schedule.segments = segments, schedule.segment_count = count;
  assert_int_equal(sid_schedule_validate(&schedule), expected);
}

/* Three segments, one of which is replaced. */
static void require_segment(uint32_t at, sid_segment segment, sid_status expected) {
  sid_segment segments[3] = {{0, 0.1, 0.5, 1.0}, {10, 0.2, 0.5, 2.0}, {20, 0.1, 0.0, 0.5}};
  segments[at] = segment;
  require_segments(segments, 3, expected);
}

static sid_segment segment(uint64_t start, double lr, double wd, double rescale) {
  const sid_segment made = {start, lr, wd, rescale};
  return made;
}

static void test_segments(void **state) {
  require_segment(0, segment(0, 0.1, 0.5, 1.0), SID_OK);
  require_segments(NULL, 1, SID_E_NULL);
  require_segments(NULL, 0, SID_E_SCHEDULE);
  require_segment(0, segment(1, 0.1, 0.5, 1.0), SID_E_SCHEDULE);
  require_segment(0, segment(0, 0.1, 0.5, 2.0), SID_E_SCHEDULE);
  require_segment(1, segment(0, 0.1, 0.5, 1.0), SID_E_SCHEDULE);
  require_segment(1, segment(20, 0.1, 0.5, 1.0), SID_E_SCHEDULE);
  require_segment(1, segment(21, 0.1, 0.5, 1.0), SID_E_SCHEDULE);
  require_segment(1, segment(19, 0.1, 0.5, 1.0), SID_OK);
  require_segment(2, segment(UINT64_MAX, 0.1, 0.5, 1.0), SID_OK);
  (void)state;
}

static void test_segment_numbers(void **state) {
  const double bad[] = {-1.0, -SMALLEST, QUIET_NAN, POSITIVE_INFINITY, -POSITIVE_INFINITY};
  for (size_t i = 0; i < COUNT(bad); i++)
    for (uint32_t at = 0; at < 3; at++) {
      require_segment(at, segment(10u * at, bad[i], 0.5, 1.0), SID_E_LR);
      require_segment(at, segment(10u * at, 0.1, bad[i], 1.0), SID_E_LR);
      require_segment(at, segment(10u * at, 0.1, 0.5, bad[i]),
                      at == 0 ? SID_E_SCHEDULE : SID_E_PARAMETER);
    }
  require_segment(1, segment(10, 0.1, 0.5, 0.0), SID_E_PARAMETER);
  require_segment(1, segment(10, 0.5, 2.0, 1.0), SID_E_INTRINSIC_LR);
  require_segment(1, segment(10, 1e200, 1e200, 1.0), SID_E_INTRINSIC_LR);
  require_segment(1, segment(10, 0.5, double_of(bits_of(2.0) - 1), 1.0), SID_OK);
  require_segment(1, segment(10, 0.0, 0.0, SMALLEST), SID_OK);
  (void)state;
}

static sid_schedule smooth(int32_t kind) {
  sid_schedule schedule;
  memset(&schedule, 0, sizeof schedule);
  schedule.kind = kind, schedule.lr = 0.5, schedule.lr_min = 0.25, schedule.wd = 0.5,
  schedule.factor = 0.9;
  schedule.period = 10;
  return schedule;
}

static void require_schedule(sid_schedule schedule, sid_status expected) {
  sid_schedule before;
  memcpy(&before, &schedule, sizeof before);
  assert_int_equal(sid_schedule_validate(&schedule), expected);
  assert_memory_equal(&before, &schedule, sizeof before);
}

#define require_schedule_field(kind, name, value, expected)                                        \
  do {                                                                                             \
    sid_schedule spoilt_ = smooth(kind);                                                           \
    spoilt_.name = (value);                                                                        \
    require_schedule(spoilt_, (expected));                                                         \
  } while (0)

static void test_schedule_kinds(void **state) {
  static const int32_t bad[] = {0, 5, -1, INT32_MAX};
  assert_int_equal(sid_schedule_validate(NULL), SID_E_NULL);
  for (size_t i = 0; i < COUNT(bad); i++) require_schedule(smooth(bad[i]), SID_E_KIND);
  for (int32_t kind = SID_EXPONENTIAL; kind <= SID_TRIANGLE; kind++)
    require_schedule(smooth(kind), SID_OK);
  (void)state;
}

static void test_schedule_numbers(void **state) {
  const double bad[] = {-1.0, -SMALLEST, QUIET_NAN, POSITIVE_INFINITY, -POSITIVE_INFINITY};
  for (int32_t kind = SID_EXPONENTIAL; kind <= SID_TRIANGLE; kind++) {
    const int periodic = kind != SID_EXPONENTIAL;
    for (size_t i = 0; i < COUNT(bad); i++) {
      require_schedule_field(kind, lr, bad[i], SID_E_LR);
      require_schedule_field(kind, wd, bad[i], SID_E_LR);
      require_schedule_field(kind, lr_min, bad[i], periodic ? SID_E_LR : SID_OK);
      require_schedule_field(kind, factor, bad[i], periodic ? SID_OK : SID_E_PARAMETER);
    }
    require_schedule_field(kind, lr, 2.0, SID_E_INTRINSIC_LR);
    require_schedule_field(kind, lr_min, 2.0, periodic ? SID_E_INTRINSIC_LR : SID_OK);
    require_schedule_field(kind, factor, 0.0, periodic ? SID_OK : SID_E_PARAMETER);
    require_schedule_field(kind, period, 0, periodic ? SID_E_COUNT : SID_OK);
    require_schedule_field(kind, period, 1, SID_OK);
    require_schedule_field(kind, period, 1ull << 52, SID_OK);
    require_schedule_field(kind, period, (1ull << 52) + 1, periodic ? SID_E_COUNT : SID_OK);
    require_schedule_field(kind, period, UINT64_MAX, periodic ? SID_E_COUNT : SID_OK);
  }
  (void)state;
}

/* ---- experiments --------------------------------------------------------------------------- */

static const uint64_t four_checkpoints[4] = {0, 1, 50, 100};
static const sid_segment one_segment = {0, 0.1, 0.5, 1.0};
static const int32_t every_observable[] = {
    SID_NORM2,        SID_LOSS,  SID_GRAD_NORM2, SID_NOISE_TRACE, SID_STEP_ANGLE,
    SID_EFFECTIVE_LR, SID_GAMMA, SID_F,          SID_PLANE_ANGLE, SID_X};

static sid_experiment experiment(void) {
  sid_experiment made;
  memset(&made, 0, sizeof made);
  made.problem = rayleigh();
  made.dynamics.kind = SID_SGD, made.dynamics.batch = 1;
  made.schedule.kind = SID_PIECEWISE, made.schedule.segments = &one_segment,
  made.schedule.segment_count = 1;
  made.start.kind = SID_START_POINT, made.start.x = three;
  made.steps = 100, made.checkpoints = four_checkpoints, made.checkpoint_count = 4;
  made.observables = every_observable, made.observable_count = COUNT(every_observable),
  made.plane = six;
  return made;
}

static void require_experiment(sid_experiment made, sid_status expected) {
  sid_experiment before;
  memcpy(&before, &made, sizeof before);
  assert_int_equal(sid_experiment_validate(&made), expected);
  assert_memory_equal(&before, &made, sizeof before);
}

#define require_experiment_field(name, value, expected)                                            \
  do {                                                                                             \
    sid_experiment spoilt_ = experiment();                                                         \
    spoilt_.name = (value);                                                                        \
    require_experiment(spoilt_, (expected));                                                       \
  } while (0)

static void test_experiment_parts(void **state) {
  require_experiment(experiment(), SID_OK);
  assert_int_equal(sid_experiment_validate(NULL), SID_E_NULL);
  require_experiment_field(problem.sigma, -1.0, SID_E_PARAMETER);
  require_experiment_field(dynamics.batch, 2, SID_E_UNSUPPORTED);
  require_experiment_field(schedule.segment_count, 0, SID_E_SCHEDULE);
  require_experiment_field(start.kind, 9, SID_E_KIND);
  require_experiment_field(seed, UINT64_MAX, SID_OK);
  (void)state;
}

static void test_start_sizes(void **state) {
  const double bad[] = {0.0, -1.0, QUIET_NAN, POSITIVE_INFINITY};
  static const int32_t kinds[] = {SID_START_GAUSSIAN, SID_START_SPHERE, SID_START_UNIFORM};
  for (size_t k = 0; k < COUNT(kinds); k++) {
    sid_experiment made = experiment();
    made.start.kind = kinds[k], made.start.x = NULL, made.start.size = SMALLEST;
    require_experiment(made, SID_OK);
    for (size_t i = 0; i < COUNT(bad); i++) {
      made.start.size = bad[i];
      require_experiment(made, SID_E_PARAMETER);
    }
  }
  require_experiment_field(start.kind, 0, SID_E_KIND);
  require_experiment_field(start.kind, SID_START_UNIFORM + 1, SID_E_KIND);
  (void)state;
}

static void test_start_point(void **state) {
  static const double origin[3] = {0.0, -0.0, 0.0}, tiny[3] = {0x1p-538, 0.0, 0.0},
                      small[3] = {0x1p-537, 0.0, 0.0};
  static const double huge[3] = {0x1p512, 0.0, 0.0}, large[3] = {0x1p511, 0.0, 0.0};
  double bad[3] = {1.0, 2.0, 0.0};
  sid_experiment made = experiment();
  bad[2] = QUIET_NAN;
  require_experiment_field(start.x, NULL, SID_E_NULL);
  require_experiment_field(start.x, bad, SID_E_PARAMETER);
  require_experiment_field(start.x, origin, SID_E_ORIGIN);
  require_experiment_field(start.x, tiny, SID_E_ORIGIN);
  require_experiment_field(start.x, small, SID_OK);
  require_experiment_field(start.x, huge, SID_E_NONFINITE);
  require_experiment_field(start.x, large, SID_OK);
  made.problem = noisy(); /* not scale-invariant: anywhere */
  made.start.x = origin;
  require_experiment(made, SID_OK);
  made.start.x = huge;
  require_experiment(made, SID_OK);
  (void)state;
}

static void require_checkpoints(const uint64_t *checkpoints, uint32_t count, uint64_t steps,
                                sid_status expected) {
  sid_experiment made = experiment();
  made.checkpoints = checkpoints, made.checkpoint_count = count, made.steps = steps;
  require_experiment(made, expected);
}

static void test_checkpoints(void **state) {
  static const uint64_t equal[] = {0, 1, 1}, falling[] = {0, 5, 4}, far[] = {SID_STEPS_MAX};
  require_checkpoints(four_checkpoints, 4, 99, SID_E_CHECKPOINTS);
  require_checkpoints(four_checkpoints, 3, 99, SID_OK);
  require_checkpoints(equal, 3, 10, SID_E_CHECKPOINTS);
  require_checkpoints(falling, 3, 10, SID_E_CHECKPOINTS);
  require_checkpoints(NULL, 3, 10, SID_E_NULL);
  require_checkpoints(NULL, 0, 10, SID_OK);
  require_checkpoints(far, 1, SID_STEPS_MAX, SID_OK);
  require_checkpoints(far, 1, SID_STEPS_MAX + 1, SID_E_COUNT);
  require_checkpoints(far, 1, UINT64_MAX, SID_E_COUNT);
  (void)state;
}

static void test_observables(void **state) {
  static const int32_t bad[] = {0, SID_TEST_CLASSES + 1, -1, INT32_MAX};
  double plane[6] = {1.0, 0.0, 0.0, 0.0, 1.0, 0.0};
  int32_t list[2] = {SID_NORM2, 0};
  sid_experiment made = experiment();
  require_experiment_field(observables, NULL, SID_E_NULL);
  require_experiment_field(plane, NULL, SID_E_UNSUPPORTED);
  for (size_t i = 0; i < 6; i++) {
    memcpy(plane, six, sizeof plane);
    plane[i] = i % 2 ? QUIET_NAN : POSITIVE_INFINITY;
    require_experiment_field(plane, plane, SID_E_PARAMETER);
  }
  made.observables = list, made.observable_count = 2, made.plane = NULL;
  for (size_t i = 0; i < COUNT(bad); i++) {
    list[1] = bad[i];
    require_experiment(made, SID_E_KIND);
  }
  made.observables = NULL, made.observable_count = 0;
  require_experiment(made, SID_OK);
  (void)state;
}

/* Observables that look at what not every problem has. */
static void test_special_observables(void **state) {
  static const double ten[10] = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0};
  const sid_problem problems[] = {
      rayleigh(),          linear(),           ratio2(),     samples(),    noise_only(), noisy(),
      height(SID_TROUGH3), height(SID_RIDGE3), regression(), completion(), poisson()};
  for (size_t i = 0; i < COUNT(problems); i++)
    for (int32_t name = SID_NORM2; name <= SID_TEST_CLASSES; name++) {
      sid_experiment made = experiment();
      int defined = 1;
      made.problem = problems[i], made.start.x = ten, made.plane = nine; /* 9 numbers do for 2*4 */
      if (name == SID_PLANE_ANGLE) continue;
      made.observables = &name, made.observable_count = 1;
      if (name == SID_TEST_LOSS || name == SID_MIDPOINT_TEST_LOSS)
        defined = problems[i].kind == SID_BN_COMPLETION;
      if (name == SID_SPHERICAL_SHARPNESS || name == SID_MIDPOINT_SHARPNESS)
        defined = sid_problem_scale_invariant(problems + i);
      if (name == SID_MANIFOLD_H || name == SID_MANIFOLD_ANGLE)
        defined = problems[i].kind == SID_TROUGH3 || problems[i].kind == SID_RIDGE3;
      if (name > SID_MANIFOLD_ANGLE) defined = 0; /* of networks alone: test_network.c */
      require_experiment(made, defined ? SID_OK : SID_E_UNSUPPORTED);
      made.problem.matrix = problems[i].kind == SID_BN_COMPLETION ? NULL : problems[i].matrix;
      if (name == SID_TEST_LOSS || name == SID_MIDPOINT_TEST_LOSS)
        require_experiment(made, SID_E_UNSUPPORTED);
    }
  (void)state;
}

/* States of norm 1 are not rescaled. */
static void test_rescale_of_projected(void **state) {
  sid_segment segments[3] = {{0, 0.1, 0.5, 1.0}, {10, 0.2, 0.5, 1.0}, {20, 0.1, 0.0, 1.0}};
  sid_experiment made = experiment();
  made.schedule.segments = segments, made.schedule.segment_count = 3;
  made.dynamics.v0 = 1.0;
  for (uint32_t at = 1; at < 3; at++)
    for (int32_t kind = SID_GD; kind <= SID_QUASI_RMSPROP; kind++) {
      made.dynamics.kind = kind, made.dynamics.l = made.dynamics.substeps = 1;
      segments[at].rescale = 1.0;
      require_experiment(made, SID_OK);
      segments[at].rescale = 2.0;
      require_experiment(made, kind >= SID_PROJECTED_GD ? SID_E_UNSUPPORTED : SID_OK);
      segments[at].rescale = 1.0;
    }
  made.dynamics.kind = SID_RMSPROP, made.schedule = smooth(SID_TRIANGLE);
  require_experiment(made, SID_OK);
  (void)state;
}

/* ---- sizes and texts ----------------------------------------------------------------------- */

/* Grow with what they are for; nothing overflows at the limits. */
static void test_sizes(void **state) {
  sid_experiment made = experiment();
  assert_int_equal(sid_row_width(&made), COUNT(every_observable) - 1 + 3);
  assert_true(sid_step_workspace(&made.problem, &made.dynamics) >=
              4 * 3 + sid_problem_workspace(&made.problem));
  assert_true(sid_run_workspace(&made) >=
              sid_step_workspace(&made.problem, &made.dynamics) + sid_row_width(&made));
  made.problem = samples();
  const size_t few = sid_problem_workspace(&made.problem);
  made.problem.samples = SID_SAMPLES_MAX, made.problem.dim = SID_DIM_MAX;
  assert_true(sid_problem_workspace(&made.problem) >= few + SID_SAMPLES_MAX - 3 + SID_DIM_MAX - 2);
  (void)state;
}

/* States of every dynamics, and workspaces that hold what the header says. */
static void test_state_sizes(void **state) {
  static const size_t beside[] = {0, 0, 0, 0, 0, 0, 3, 8, 8, 1, 1, 1};
  const sid_problem problem = rayleigh(), matrix = completion();
  for (int32_t kind = SID_GD; kind <= SID_QUASI_RMSPROP; kind++) {
    const sid_dynamics dynamics = {.kind = kind};
    assert_int_equal(sid_state_doubles(&problem, &dynamics), 3 + beside[kind - SID_GD]);
    assert_true(sid_step_workspace(&problem, &dynamics) >= sid_state_doubles(&problem, &dynamics));
  }
  assert_true(sid_problem_workspace(&matrix) >= 3 * 4);
  assert_true(sid_flow_workspace(&matrix) >= 5 * 10 + 3 * 4);
  for (uint32_t k = 1; k <= 12; k++)
    assert_true(sid_sharpness_workspace(&matrix, k) >=
                3 * 10 + 4 * (k < 10 ? k : 10) + sid_problem_workspace(&matrix));
  (void)state;
}

/* Every status has a text of its own, and any other number the text for the unknown. */
static void test_status_texts(void **state) {
  const char *unknown = sid_status_text(SID_E_NOT_CONVERGED - 1);
  for (sid_status status = SID_OK; status >= SID_E_NOT_CONVERGED; status--) {
    const char *text = sid_status_text(status);
    assert_non_null(text);
    assert_true(strlen(text) > 3 && !strchr(text, '\n') && strcmp(text, unknown) != 0);
    for (sid_status other = SID_OK; other > status; other--)
      assert_true(strcmp(text, sid_status_text(other)) != 0);
  }
  assert_string_equal(sid_status_text(1), unknown);
  assert_string_equal(sid_status_text(INT32_MIN), unknown);
  assert_string_equal(sid_status_text(INT32_MAX), unknown);
  (void)state;
}

static void test_constants(void **state) {
  assert_string_equal(SID_VERSION, "0.2.0");
  assert_true(SID_DIM_MAX == 65536 && SID_SAMPLES_MAX == 65536 && SID_COUNT_MAX == 1 << 24);
  assert_true(SID_STEPS_MAX == 1ull << 53 && SID_KEY_MAX == 3);
  assert_true(SID_KEY_DATA == 0 && SID_KEY_START == 1 && SID_KEY_NOISE == 2);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_valid_problems),
      cmocka_unit_test(test_kind),
      cmocka_unit_test(test_dim),
      cmocka_unit_test(test_samples),
      cmocka_unit_test(test_missing_data),
      cmocka_unit_test(test_bad_data),
      cmocka_unit_test(test_matrix_symmetry),
      cmocka_unit_test(test_completion_shape),
      cmocka_unit_test(test_completion_entries),
      cmocka_unit_test(test_poisson),
      cmocka_unit_test(test_weights),
      cmocka_unit_test(test_unused_data),
      cmocka_unit_test(test_names_of_problems),
      cmocka_unit_test(test_noise_kinds),
      cmocka_unit_test(test_noise_size),
      cmocka_unit_test(test_dynamics),
      cmocka_unit_test(test_averages),
      cmocka_unit_test(test_projected_and_batches),
      cmocka_unit_test(test_segments),
      cmocka_unit_test(test_segment_numbers),
      cmocka_unit_test(test_schedule_kinds),
      cmocka_unit_test(test_schedule_numbers),
      cmocka_unit_test(test_experiment_parts),
      cmocka_unit_test(test_start_sizes),
      cmocka_unit_test(test_start_point),
      cmocka_unit_test(test_checkpoints),
      cmocka_unit_test(test_observables),
      cmocka_unit_test(test_special_observables),
      cmocka_unit_test(test_rescale_of_projected),
      cmocka_unit_test(test_sizes),
      cmocka_unit_test(test_state_sizes),
      cmocka_unit_test(test_status_texts),
      cmocka_unit_test(test_constants),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

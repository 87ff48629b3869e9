/* Steps of every dynamics: docs/spec.md section 7 restated from the public functions on problems,
 * to the bit; the identities between the dynamics; streams; workspaces; and the steps that are not
 * taken. */
#include "instances.h"

#include <math.h>

#define GUARD 16
#define STEPS 12

static const sid_dynamics gd = {.kind = SID_GD, .batch = 1};
static const sid_dynamics sgd = {.kind = SID_SGD, .batch = 1};

typedef struct {
  instances all;
  double work[INSTANCE_WORK_MAX];
} dynamics_state;

static int set_up(void **state) {
  dynamics_state *test = malloc(sizeof *test);
  if (!test) return -1;
  instances_make(&test->all);
  *state = test;
  return 0;
}

static int tear_down(void **state) {
  free(*state);
  return 0;
}

/* ---- section 7 to the letter --------------------------------------------------------------- */

/* x_j = a x_j - h g_j */
static void descend(double *x, const double *g, double a, double h, uint32_t p) {
  for (uint32_t j = 0; j < p; j++) x[j] = a * x[j] - h * g[j];
}

static void naive_sgd(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                      double wd, double *x, sid_stream *stream, double *work) {
  double g[INSTANCE_DIM_MAX];
  sid_problem_noisy_gradient(problem, x, dynamics->batch, stream, g, work);
  descend(x, g, 1.0 - lr * wd, lr, problem->dim);
}

static void naive_svag(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                       double wd, double *x, sid_stream *stream, double *work) {
  double g[INSTANCE_DIM_MAX], g1[INSTANCE_DIM_MAX], g2[INSTANCE_DIM_MAX];
  const double h = lr / dynamics->l, s = sqrt(2.0 * dynamics->l - 1.0);
  const double c1 = (1.0 + s) * 0.5, c2 = (1.0 - s) * 0.5;
  sid_problem_noisy_gradient(problem, x, dynamics->batch, stream, g1, work);
  sid_problem_noisy_gradient(problem, x, dynamics->batch, stream, g2, work);
  for (uint32_t j = 0; j < problem->dim; j++) g[j] = c1 * g1[j] + c2 * g2[j];
  descend(x, g, 1.0 - h * wd, h, problem->dim);
}

static void naive_sde(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                      double wd, double *x, sid_stream *stream, double *work) {
  const double m = dynamics->substeps, h = lr / m, a = 1.0 - h * wd,
               s = lr / sqrt(m * dynamics->batch);
  double g[INSTANCE_DIM_MAX], n[INSTANCE_DIM_MAX];
  for (uint32_t q = 0; q < dynamics->substeps; q++) {
    sid_problem_gradient(problem, x, g, work);
    sid_problem_gaussian_noise(problem, x, stream, n, work);
    for (uint32_t j = 0; j < problem->dim; j++) x[j] = (a * x[j] - h * g[j]) + s * n[j];
  }
}

static void naive_sde2(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                       double wd, double *x, sid_stream *stream, double *work) {
  const double m = dynamics->substeps, h = lr / m, k = lr * 0.5, s = lr / sqrt(m * dynamics->batch);
  double b[INSTANCE_DIM_MAX], w[INSTANCE_DIM_MAX], n[INSTANCE_DIM_MAX];
  for (uint32_t q = 0; q < dynamics->substeps; q++) {
    sid_problem_gradient(problem, x, b, work);
    for (uint32_t j = 0; j < problem->dim; j++) b[j] = b[j] + wd * x[j];
    sid_problem_hessian_vector(problem, x, b, w, work);
    sid_problem_gaussian_noise(problem, x, stream, n, work);
    for (uint32_t j = 0; j < problem->dim; j++) {
      const double d = b[j] + k * (w[j] + wd * b[j]);
      x[j] = (x[j] - h * d) + s * n[j];
    }
  }
}

static void naive_momentum(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                           double wd, double *x, sid_stream *stream, double *work) {
  double g[INSTANCE_DIM_MAX], *v = x + problem->dim;
  sid_problem_noisy_gradient(problem, x, dynamics->batch, stream, g, work);
  for (uint32_t j = 0; j < problem->dim; j++) {
    v[j] = dynamics->beta * v[j] + (g[j] + wd * x[j]);
    x[j] = x[j] - lr * v[j];
  }
}

static void naive_adam(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                       double wd, double *x, sid_stream *stream, double *work) {
  const uint32_t p = problem->dim;
  double g[INSTANCE_DIM_MAX], *m = x + p, *v = m + p, *b1 = v + p, *b2 = b1 + 1;
  sid_problem_noisy_gradient(problem, x, dynamics->batch, stream, g, work);
  *b1 = *b1 * dynamics->beta, *b2 = *b2 * dynamics->beta2;
  for (uint32_t j = 0; j < p; j++) {
    if (dynamics->kind == SID_ADAM_L2) g[j] = g[j] + wd * x[j];
    m[j] = dynamics->beta * m[j] + (1.0 - dynamics->beta) * g[j];
    v[j] = dynamics->beta2 * v[j] + (1.0 - dynamics->beta2) * (g[j] * g[j]);
    const double den = sqrt(v[j] / (1.0 - *b2)) + dynamics->eps;
    double move = dynamics->alpha * (den == 0.0 ? 0.0 : (m[j] / (1.0 - *b1)) / den);
    if (dynamics->kind == SID_ADAMW) move = move + wd * x[j];
    x[j] = x[j] - lr * move;
  }
}

/* y/|y| */
static void normalise(double *y, uint32_t p) {
  const double k = 1.0 / sqrt(sid_dot(y, y, p));
  for (uint32_t j = 0; j < p; j++) y[j] = y[j] * k;
}

static void naive_projected(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                            double wd, double *x, double *work) {
  const uint32_t p = problem->dim;
  const double a = 1.0 - lr * wd, k = (1.0 - dynamics->beta) * 0.5;
  double g[INSTANCE_DIM_MAX], *memory = x + p, et;
  sid_problem_gradient(problem, x, g, work);
  const double gg = sid_dot(g, g, p);
  switch (dynamics->kind) {
    case SID_PROJECTED_GD:
      et = lr / ((1.0 - lr * wd) * *memory);
      *memory = (a * a) * *memory + ((lr * lr) * gg) / *memory;
      break;
    case SID_RMSPROP:
      et = lr / sqrt(*memory);
      *memory = dynamics->beta * *memory + (1.0 - dynamics->beta) * gg;
      break;
    default:
      et = 1.0 / *memory;
      *memory = (1.0 - k) * *memory + ((k / (lr * lr)) * gg) / *memory;
      break;
  }
  for (uint32_t j = 0; j < p; j++) x[j] = x[j] - et * g[j];
  normalise(x, p);
}

/* Numbers of a state, and what follows the coordinates of its start. */
static size_t naive_state(const sid_problem *problem, const sid_dynamics *dynamics) {
  const size_t p = problem->dim;
  if (dynamics->kind == SID_MOMENTUM) return 2 * p;
  if (dynamics->kind == SID_ADAM_L2 || dynamics->kind == SID_ADAMW) return 3 * p + 2;
  return dynamics->kind >= SID_PROJECTED_GD ? p + 1 : p;
}

static void naive_begin(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                        double *x) {
  const uint32_t p = problem->dim;
  const double r = sid_dot(x, x, p);
  switch (dynamics->kind) {
    case SID_MOMENTUM: memset(x + p, 0, p * sizeof *x); return;
    case SID_ADAM_L2:
    case SID_ADAMW:
      memset(x + p, 0, 2 * p * sizeof *x);
      x[3 * p] = x[3 * p + 1] = 1.0;
      return;
    case SID_PROJECTED_GD: x[p] = r; break;
    case SID_RMSPROP: x[p] = dynamics->v0; break;
    case SID_QUASI_RMSPROP: x[p] = sqrt(dynamics->v0) / lr; break;
    default: return;
  }
  normalise(x, p);
}

static void naive_step(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                       double wd, double *x, sid_stream *stream, double *work) {
  double g[INSTANCE_DIM_MAX];
  sid_dynamics one = *dynamics;
  switch (dynamics->kind) {
    case SID_GD:
      sid_problem_gradient(problem, x, g, work);
      descend(x, g, 1.0 - lr * wd, lr, problem->dim);
      return;
    case SID_SGD: naive_sgd(problem, dynamics, lr, wd, x, stream, work); return;
    case SID_SVAG: naive_svag(problem, dynamics, lr, wd, x, stream, work); return;
    case SID_NOISY_GD:
      one.substeps = 1;
      naive_sde(problem, &one, lr, wd, x, stream, work);
      return;
    case SID_SDE: naive_sde(problem, dynamics, lr, wd, x, stream, work); return;
    case SID_MOMENTUM: naive_momentum(problem, dynamics, lr, wd, x, stream, work); return;
    case SID_ADAM_L2:
    case SID_ADAMW: naive_adam(problem, dynamics, lr, wd, x, stream, work); return;
    case SID_PROJECTED_GD:
    case SID_RMSPROP:
    case SID_QUASI_RMSPROP: naive_projected(problem, dynamics, lr, wd, x, work); return;
    default: naive_sde2(problem, dynamics, lr, wd, x, stream, work); return;
  }
}

/* ---- every dynamics on every instance ------------------------------------------------------ */

/* A batch stands where it is allowed; elsewhere it is taken as 1. Numbers that a kind does not use
 * are nonsense here. */
static const sid_dynamics every_dynamics[] = {
    {.kind = SID_GD, .l = 9, .substeps = 9, .batch = 1},
    {.kind = SID_SGD, .l = 9, .substeps = 9, .batch = 1},
    {.kind = SID_SGD, .batch = 4},
    {.kind = SID_SVAG, .l = 1, .substeps = 9, .batch = 1},
    {.kind = SID_SVAG, .l = 7, .batch = 1},
    {.kind = SID_SVAG, .l = 3, .substeps = 9, .batch = 2},
    {.kind = SID_NOISY_GD, .l = 9, .substeps = 9, .batch = 1},
    {.kind = SID_NOISY_GD, .batch = 5},
    {.kind = SID_SDE, .l = 9, .substeps = 1, .batch = 1},
    {.kind = SID_SDE, .l = 9, .substeps = 4, .batch = 1},
    {.kind = SID_SDE, .substeps = 3, .batch = 2},
    {.kind = SID_SDE2, .l = 9, .substeps = 1, .batch = 1},
    {.kind = SID_SDE2, .l = 9, .substeps = 4, .batch = 1},
    {.kind = SID_SDE2, .substeps = 2, .batch = 3},
    {.kind = SID_MOMENTUM,
     .batch = 1,
     .beta = 0.9,
     .beta2 = 7.0,
     .alpha = -1.0,
     .eps = -1.0,
     .v0 = -1.0},
    {.kind = SID_MOMENTUM, .batch = 4, .l = 9},
    {.kind = SID_ADAM_L2,
     .batch = 1,
     .beta = 0.9,
     .beta2 = 0.999,
     .alpha = 0.3,
     .eps = 1e-8,
     .v0 = -1.0},
    {.kind = SID_ADAM_L2, .batch = 3, .beta2 = 0.5, .alpha = 0.25},
    {.kind = SID_ADAMW,
     .batch = 1,
     .beta = 0.75,
     .beta2 = 0.9,
     .alpha = 0.2,
     .eps = 0.5,
     .substeps = 9},
    {.kind = SID_ADAMW, .batch = 2, .beta = 0.5, .alpha = 0.125},
    {.kind = SID_PROJECTED_GD, .batch = 1, .beta = -1.0, .v0 = -1.0},
    {.kind = SID_RMSPROP, .batch = 1, .beta = 0.95, .v0 = 0.5, .beta2 = 7.0, .eps = -1.0},
    {.kind = SID_RMSPROP, .batch = 1, .beta = 0.25, .v0 = 4.0},
    {.kind = SID_QUASI_RMSPROP, .batch = 1, .beta = 0.9, .v0 = 0.5, .l = 9},
};

typedef void (*step_test)(dynamics_state *test, const instance *one, const sid_dynamics *dynamics,
                          uint64_t number);

static void for_all(void **state, step_test check) {
  dynamics_state *test = *state;
  size_t count = 0;
  for (size_t i = 0; i < test->all.count; i++)
    for (size_t d = 0; d < COUNT(every_dynamics); d++) {
      const sid_problem *problem = &test->all.list[i].problem;
      sid_dynamics dynamics = every_dynamics[d];
      dynamics.batch = instance_batch(problem, dynamics.batch);
      if (dynamics.kind >= SID_PROJECTED_GD && !sid_problem_scale_invariant(problem)) continue;
      assert_int_equal(sid_dynamics_validate(&dynamics, problem), SID_OK);
      check(test, test->all.list + i, &dynamics, i * COUNT(every_dynamics) + d);
      count++;
    }
  assert_true(count > 2000);
}

static void start_point(const sid_problem *problem, uint64_t number, double *x) {
  data_source data = {number};
  instance_point(problem, &data, x);
}

/* A state between poison: the start and what belongs to it. */
static void start_state(const sid_problem *problem, const sid_dynamics *dynamics, uint64_t number,
                        double *x) {
  double y[INSTANCE_STATE_MAX];
  const size_t total = naive_state(problem, dynamics);
  assert_int_equal(sid_state_doubles(problem, dynamics), total);
  poison(x, INSTANCE_STATE_MAX);
  start_point(problem, number, x);
  start_point(problem, number, y);
  sid_state_begin(problem, dynamics, 0.15, x);
  naive_begin(problem, dynamics, 0.15, y);
  require_same(x, y, total, "the start of a state");
  assert_true(is_poisoned(x + total, INSTANCE_STATE_MAX - total));
}

static void check_bits(dynamics_state *test, const instance *one, const sid_dynamics *dynamics,
                       uint64_t number) {
  const size_t total = naive_state(&one->problem, dynamics);
  double x[INSTANCE_STATE_MAX], y[INSTANCE_STATE_MAX], scratch[INSTANCE_WORK_MAX];
  sid_stream stream = test_stream(number), twin = stream;
  start_state(&one->problem, dynamics, number, x);
  memcpy(y, x, sizeof x);
  for (int t = 0; t < STEPS; t++) {
    double before[INSTANCE_STATE_MAX];
    memcpy(before, x, total * sizeof *x);
    {
      const sid_status q_ = sid_step(&one->problem, dynamics, 0.15, 0.3, x, &stream, test->work);
      if (q_) {
        fail_msg("%s dyn %d noise %d t %d st %d x %g %g", one->name, dynamics->kind,
                 one->problem.noise, t, q_, x[0], x[1]);
      }
    }
    require_same(test->work, before, total, "the state before the step");
    naive_step(&one->problem, dynamics, 0.15, 0.3, y, &twin, scratch);
    require_same(x, y, total, one->name);
    assert_true(same_stream(&stream, &twin));
  }
  assert_true(is_poisoned(x + total, INSTANCE_STATE_MAX - total));
}

/* What a step reads of its workspace it wrote before, and it writes nothing around it. */
static void check_workspace(dynamics_state *test, const instance *one, const sid_dynamics *dynamics,
                            uint64_t number) {
  const sid_problem *problem = &one->problem;
  const size_t size = sid_step_workspace(problem, dynamics);
  double x[INSTANCE_STATE_MAX], y[INSTANCE_STATE_MAX], *guarded = allocate(size + 2 * GUARD),
                                                       *zeros = allocate(size);
  sid_stream stream = test_stream(number), twin = stream;
  start_state(problem, dynamics, number, x);
  memcpy(y, x, sizeof x);
  for (int t = 0; t < 3; t++) {
    poison(guarded, size + 2 * GUARD);
    memset(zeros, 0, size * sizeof *zeros);
    assert_int_equal(sid_step(problem, dynamics, 0.15, 0.3, x, &stream, guarded + GUARD), SID_OK);
    assert_int_equal(sid_step(problem, dynamics, 0.15, 0.3, y, &twin, zeros), SID_OK);
    require_same(x, y, sid_state_doubles(problem, dynamics), one->name);
    assert_true(is_poisoned(guarded, GUARD) && is_poisoned(guarded + GUARD + size, GUARD));
  }
  free(guarded);
  free(zeros);
  (void)test;
}

static void long_bits(void **state) { for_all(state, check_bits); }
static void test_step_workspace(void **state) { for_all(state, check_workspace); }

/* ---- identities ---------------------------------------------------------------------------- */

/* Two dynamics that take the same steps, but for the signs of zeros where `bits` is 0. Where
 * second_gradient is set, the first takes one more noisy gradient from the stream. */
typedef struct {
  sid_dynamics first, second;
  int bits, second_gradient;
} identity;

static void check_identity(dynamics_state *test, const instance *one, const identity *same,
                           uint64_t number) {
  const sid_problem *problem = &one->problem;
  double x[INSTANCE_DIM_MAX], y[INSTANCE_DIM_MAX], before[INSTANCE_DIM_MAX];
  sid_stream stream = test_stream(number), twin = stream;
  start_point(problem, number, x);
  memcpy(y, x, sizeof x);
  for (int t = 0; t < STEPS; t++) {
    assert_int_equal(sid_step(problem, &same->first, 0.2, 0.25, x, &stream, test->work), SID_OK);
    memcpy(before, y, sizeof y);
    assert_int_equal(sid_step(problem, &same->second, 0.2, 0.25, y, &twin, test->work), SID_OK);
    if (same->second_gradient) {
      double g[INSTANCE_DIM_MAX];
      sid_problem_noisy_gradient(problem, before, same->second.batch, &twin, g, test->work);
    }
    if (same->bits)
      require_same(x, y, problem->dim, one->name);
    else
      require_equal(x, y, problem->dim, one->name);
    assert_true(same_stream(&stream, &twin));
  }
}

static void for_identity(void **state, identity same, int only_noise) {
  dynamics_state *test = *state;
  size_t count = 0;
  for (size_t i = 0; i < test->all.count; i++) {
    const instance *one = test->all.list + i;
    if (only_noise >= 0 && one->problem.noise != only_noise) continue;
    check_identity(test, one, &same, i);
    count++;
  }
  assert_true(count >= 2);
}

static void test_noisy_gd_is_sde_with_one_substep(void **state) {
  const identity same = {
      {.kind = SID_NOISY_GD, .batch = 1}, {.kind = SID_SDE, .substeps = 1, .batch = 1}, 1, 0};
  const identity batched = {
      {.kind = SID_NOISY_GD, .batch = 6}, {.kind = SID_SDE, .substeps = 1, .batch = 6}, 1, 0};
  for_identity(state, same, -1);
  for_identity(state, batched, SID_NOISE_SAMPLES);
  for_identity(state, batched, SID_NOISE_POISSON);
}

/* c1 = 1 and c2 = 0: the first of the two gradients alone. */
static void test_svag_with_l_1_is_sgd(void **state) {
  const identity same = {
      {.kind = SID_SVAG, .l = 1, .batch = 1}, {.kind = SID_SGD, .batch = 1}, 0, 1};
  const identity batched = {
      {.kind = SID_SVAG, .l = 1, .batch = 3}, {.kind = SID_SGD, .batch = 3}, 0, 1};
  for_identity(state, same, -1);
  for_identity(state, batched, SID_NOISE_SAMPLES);
  for_identity(state, batched, SID_NOISE_POISSON);
}

static void test_sgd_without_noise_is_gd(void **state) {
  const identity same = {{.kind = SID_GD, .batch = 1}, {.kind = SID_SGD, .batch = 1}, 0, 0};
  for_identity(state, same, SID_NOISE_NONE);
}

static void test_noisy_gd_without_noise_is_gd(void **state) {
  const identity same = {{.kind = SID_GD, .batch = 1}, {.kind = SID_NOISY_GD, .batch = 1}, 0, 0};
  for_identity(state, same, SID_NOISE_NONE);
}

/* Gaussian noise is its own gaussian noise, so SGD and noisy gradient descent take the same
 * normals, SGD with the other sign: the mean of the two is a step of gradient descent. Four
 * roundings each, of numbers of size S. */
static void test_noisy_gd_mirrors_sgd(void **state) {
  dynamics_state *test = *state;
  const sid_dynamics noisy_gd = {.kind = SID_NOISY_GD, .batch = 1};
  const double lr = 0.5, wd = 0.25;
  for (size_t i = 0; i < test->all.count; i++) {
    const instance *one = test->all.list + i;
    double x[INSTANCE_DIM_MAX], y[INSTANCE_DIM_MAX], z[INSTANCE_DIM_MAX], start[INSTANCE_DIM_MAX];
    if (one->problem.noise != SID_NOISE_GAUSSIAN) continue;
    sid_stream stream = test_stream(i), twin = stream;
    start_point(&one->problem, i, start);
    memcpy(x, start, sizeof x), memcpy(y, start, sizeof y), memcpy(z, start, sizeof z);
    assert_int_equal(sid_step(&one->problem, &sgd, lr, wd, x, &stream, test->work), SID_OK);
    assert_int_equal(sid_step(&one->problem, &noisy_gd, lr, wd, y, &twin, test->work), SID_OK);
    assert_int_equal(sid_step(&one->problem, &gd, lr, wd, z, &twin, test->work), SID_OK);
    for (uint32_t j = 0; j < one->problem.dim; j++) {
      const double size = fabs(start[j]) + fabs(z[j] - start[j]) + fabs(x[j] - y[j]);
      require_within(0.5 * x[j] + 0.5 * y[j], z[j], 8.0 * UNIT_ROUNDOFF * size, one->name, j);
      assert_true(x[j] != y[j]);
    }
  }
}

/* ---- scalings by a power of two, which change no bit but the exponents --------------------- */

/* A dynamics on a scale-invariant problem, and the same from 4 times the start: what is multiplied
 * by what. */
typedef struct {
  sid_dynamics plain, scaled;
  double lr, wd;     /* factors of lr and wd */
  double v, squares; /* factors of the state behind the coordinates: its first p numbers, and its
                        second p */
} scaling;

static void check_scaling(dynamics_state *test, const instance *one, const scaling *by,
                          uint64_t number) {
  const sid_problem *problem = &one->problem;
  const size_t p = problem->dim, total = naive_state(problem, &by->plain);
  double x[INSTANCE_STATE_MAX], y[INSTANCE_STATE_MAX], expected[INSTANCE_STATE_MAX];
  sid_stream stream = test_stream(number), twin = stream;
  start_point(problem, number, x);
  for (size_t j = 0; j < p; j++) y[j] = 4.0 * x[j];
  sid_state_begin(problem, &by->plain, 0.15, x);
  sid_state_begin(problem, &by->scaled, 0.15, y);
  for (int t = 0; t < STEPS; t++) {
    assert_int_equal(sid_step(problem, &by->plain, 0.15, 0.3, x, &stream, test->work), SID_OK);
    assert_int_equal(
        sid_step(problem, &by->scaled, by->lr * 0.15, by->wd * 0.3, y, &twin, test->work), SID_OK);
    for (size_t j = 0; j < total; j++)
      expected[j] = x[j] * (j < p ? 4.0 : j < 2 * p ? by->v : j < 3 * p ? by->squares : 1.0);
    require_same(y, expected, total, one->name);
  }
}

static void for_scaling(void **state, scaling by) {
  dynamics_state *test = *state;
  size_t count = 0;
  for (size_t i = 0; i < test->all.count; i++) {
    const instance *one = test->all.list + i;
    if (!sid_problem_scale_invariant(&one->problem)) continue;
    check_scaling(test, one, &by, i);
    count++;
  }
  assert_true(count > 60);
}

static void test_scaled_momentum(void **state) {
  const sid_dynamics momentum = {.kind = SID_MOMENTUM, .batch = 1, .beta = 0.9};
  const scaling by = {momentum, momentum, 16.0, 0.0625, 0.25, 0.0};
  for_scaling(state, by);
}

/* alpha and the start by 4, eps by 1/4; wd as it is where it is decoupled, else by 1/16. */
static void test_scaled_adam(void **state) {
  for (int l2 = 0; l2 < 2; l2++) {
    sid_dynamics adam = {
        .kind = l2 ? SID_ADAM_L2 : SID_ADAMW, .batch = 1, .beta = 0.9, .beta2 = 0.99};
    adam.alpha = 0.2, adam.eps = 0x1p-10;
    sid_dynamics larger = adam;
    larger.alpha = 0.8, larger.eps = 0x1p-12;
    const scaling by = {adam, larger, 1.0, l2 ? 0.0625 : 1.0, 0.25, 0.0625};
    for_scaling(state, by);
  }
}

/* Without memory and eps, Adam moves each coordinate by alpha against the sign of its gradient: the
 * root of a rounded square is the number itself. */
static void test_adam_without_memory_is_sign_descent(void **state) {
  dynamics_state *test = *state;
  const sid_dynamics adam = {.kind = SID_ADAMW, .batch = 1, .alpha = 0.125};
  for (size_t i = 0; i < test->all.count; i++) {
    const instance *one = test->all.list + i;
    const uint32_t p = one->problem.dim;
    double x[INSTANCE_STATE_MAX], before[INSTANCE_DIM_MAX], g[INSTANCE_DIM_MAX];
    sid_stream stream = test_stream(i), twin = stream;
    start_point(&one->problem, i, x);
    sid_state_begin(&one->problem, &adam, 0.5, x);
    memcpy(before, x, sizeof before);
    sid_problem_noisy_gradient(&one->problem, x, 1, &twin, g, test->work);
    assert_int_equal(sid_step(&one->problem, &adam, 0.5, 0.0, x, &stream, test->work), SID_OK);
    for (uint32_t j = 0; j < p; j++)
      require_bits(x[j], before[j] - (g[j] > 0.0) * 0.0625 + (g[j] < 0.0) * 0.0625, one->name, j);
  }
}

/* ---- steps that are not taken -------------------------------------------------------------- */

static sid_problem noise_only(double sigma) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_NOISE_ONLY, problem.dim = 2, problem.noise = SID_NOISE_GAUSSIAN,
  problem.sigma = sigma;
  return problem;
}

static sid_problem quadratic(const double *spectrum, uint32_t p) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_QUADRATIC_NOISY, problem.dim = p, problem.spectrum = spectrum;
  return problem;
}

/* The step fails with this status and leaves x; the stream moves if and only if the step was tried
 * with noise. */
static void require_refused(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                            double wd, const double *start, sid_status expected, int moves) {
  double x[2], work[64];
  const sid_stream before = test_stream(3);
  sid_stream stream = before;
  memcpy(x, start, problem->dim * sizeof *x);
  assert_int_equal(sid_step(problem, dynamics, lr, wd, x, &stream, work), expected);
  require_same(x, start, problem->dim, "state after a refused step");
  assert_int_equal(!same_stream(&stream, &before), moves);
}

/* The same for a state of more than the coordinates, `total` numbers. */
static void require_kept(const sid_problem *problem, const sid_dynamics *dynamics, double lr,
                         const double *start, size_t total, sid_status expected) {
  double x[8], work[64];
  sid_stream stream = test_stream(3);
  const sid_stream before = stream;
  assert_int_equal(sid_state_doubles(problem, dynamics), total);
  memcpy(x, start, total * sizeof *x);
  assert_int_equal(sid_step(problem, dynamics, lr, 0.0, x, &stream, work), expected);
  require_same(x, start, total, "state after a refused step");
  assert_true(same_stream(&stream, &before)); /* none of them draws here */
}

/* The second moment of Adam overflows while x stays finite; a momentum takes x with it; powers of
 * beta stay as they are. */
static void test_moments_are_kept(void **state) {
  static const double steep[2] = {1e160, 1.0}, steeper[2] = {1e300, 1.0};
  const sid_problem problem = quadratic(steep, 2), other = quadratic(steeper, 2);
  const double adam_start[8] = {1.0, 2.0, 0.5, -0.5, 1.0, 3.0, 0.9, 0.99};
  const double momentum_start[4] = {1e10, 2.0, 3.0, -4.0};
  sid_dynamics dynamics = {
      .kind = SID_ADAM_L2, .batch = 1, .beta = 0.9, .beta2 = 0.99, .alpha = 0.1};
  require_kept(&problem, &dynamics, 0.1, adam_start, 8, SID_E_NONFINITE);
  dynamics.kind = SID_ADAMW;
  require_kept(&problem, &dynamics, 0.1, adam_start, 8, SID_E_NONFINITE);
  dynamics.kind = SID_MOMENTUM;
  require_kept(&other, &dynamics, 0.1, momentum_start, 4, SID_E_NONFINITE);
  require_kept(&problem, &dynamics, -0.1, momentum_start, 4, SID_E_LR);
  (void)state;
}

/* What the projected dynamics remember overflows while x stays finite; a learning rate so large
 * that the normalised state is 0; an infinite one. */
static void test_memory_is_kept(void **state) {
  static const double steep[2] = {1e200, 0.0}, flat[2] = {1.0, 0.0};
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_RAYLEIGH, problem.dim = 2, problem.spectrum = steep;
  const double unit[3] = {0.6, 0.8, 1.0}, tiny[3] = {0.6, 0.8, 0x1p-1000},
               zero[3] = {0.6, 0.8, 0.0};
  sid_dynamics dynamics = {.kind = SID_RMSPROP, .batch = 1, .beta = 0.9, .v0 = 1.0};
  require_kept(&problem, &dynamics, 1e-200, unit, 3,
               SID_E_NONFINITE); /* |G|^2 is infinite, lr G is not */
  dynamics.kind = SID_PROJECTED_GD;
  require_kept(&problem, &dynamics, 1e-200, unit, 3, SID_E_NONFINITE);
  dynamics.kind = SID_QUASI_RMSPROP;
  require_kept(&problem, &dynamics, 1e-200, unit, 3, SID_E_NONFINITE);
  problem.spectrum = flat;
  dynamics.kind = SID_PROJECTED_GD;
  require_kept(&problem, &dynamics, 0x1p-100, tiny, 3,
               SID_E_ORIGIN); /* et = 2^900: k = 1/sqrt(inf) = 0 */
  require_kept(&problem, &dynamics, 0x1p100, tiny, 3, SID_E_NONFINITE); /* et is infinite */
  dynamics.kind = SID_RMSPROP;
  require_kept(&problem, &dynamics, 0.5, zero, 3, SID_E_NONFINITE);
  dynamics.kind = SID_QUASI_RMSPROP;
  require_kept(&problem, &dynamics, 0.5, zero, 3, SID_E_NONFINITE);
  require_kept(&problem, &dynamics, QUIET_NAN, unit, 3, SID_E_LR);
  (void)state;
}

/* One sample has no variance to normalise by: no gradient, no step. */
static void test_one_sample_is_not_normalised(void **state) {
  static const double features[2] = {0.5, 1.0}, labels[1] = {1.0}, start[2] = {1.0, 2.0};
  sid_problem problem;
  double work[16];
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_BN_REGRESSION, problem.dim = 2, problem.samples = 1;
  problem.features = features, problem.labels = labels;
  assert_int_equal(sid_problem_validate(&problem), SID_OK);
  assert_false(is_finite(sid_problem_loss(&problem, start, work)));
  require_refused(&problem, &gd, 0.1, 0.1, start, SID_E_NONFINITE, 0);
  (void)state;
}

static void test_bad_rates(void **state) {
  const double x[2] = {1.0, 2.0};
  const sid_problem problem = noise_only(1.0);
  const double bad[] = {QUIET_NAN, -1.0, -SMALLEST, POSITIVE_INFINITY, -POSITIVE_INFINITY};
  for (size_t i = 0; i < COUNT(bad); i++) {
    require_refused(&problem, &sgd, bad[i], 0.1, x, SID_E_LR, 0);
    require_refused(&problem, &sgd, 0.1, bad[i], x, SID_E_LR, 0);
    require_refused(&problem, &gd, bad[i], bad[i], x, SID_E_LR, 0);
  }
  require_refused(&problem, &sgd, 0.5, 2.0, x, SID_E_INTRINSIC_LR, 0);
  require_refused(&problem, &sgd, 2.0, 2.0, x, SID_E_INTRINSIC_LR, 0);
  require_refused(&problem, &sgd, 1e300, 1e300, x, SID_E_INTRINSIC_LR, 0);
  (void)state;
}

/* lr*wd just below 1, and rates of 0, are fine; with lr = 0 nothing moves. */
static void test_rates_at_the_limit(void **state) {
  const double start[2] = {1.0, 2.0};
  const sid_problem problem = noise_only(1.0);
  double x[2], work[64];
  sid_stream stream = test_stream(4);
  memcpy(x, start, sizeof x);
  assert_int_equal(sid_step(&problem, &sgd, 0.5, double_of(bits_of(2.0) - 1), x, &stream, work),
                   SID_OK);
  memcpy(x, start, sizeof x);
  assert_int_equal(sid_step(&problem, &sgd, 0.0, 1e300, x, &stream, work), SID_OK);
  require_same(x, start, 2, "state after a step of lr 0");
  (void)state;
}

static void test_nonfinite(void **state) {
  const double steep[2] = {1e300, 1.0}, x[2] = {1e10, 1.0}, huge[2] = {1.0, 1.0};
  const sid_problem problem = quadratic(steep, 2), noise = noise_only(1e300);
  require_refused(&problem, &gd, 1.0, 0.0, x, SID_E_NONFINITE, 0);
  require_refused(&noise, &sgd, 1.0, 0.0, huge, SID_E_NONFINITE,
                  1); /* finite coordinates, but not their norm */
  (void)state;
}

/* A norm^2 that overflows is no matter where the problem is not scale-invariant, and neither is the
 * origin. */
static void test_no_origin_for_quadratics(void **state) {
  const double spectrum[2] = {1.0, 1.0};
  const sid_problem problem = quadratic(spectrum, 2);
  double x[2] = {1e200, 1e-200}, work[64];
  sid_stream stream = test_stream(5);
  assert_int_equal(sid_step(&problem, &gd, 0.5, 0.0, x, &stream, work), SID_OK);
  assert_int_equal(sid_step(&problem, &gd, 1.0, 0.0, x, &stream, work), SID_OK);
  require_bits(x[0], 0.0, "x", 0);
  require_bits(x[1], 0.0, "x", 1);
  (void)state;
}

/* With sigma = 0 a step multiplies by 1 - lr*wd. From 2^-511 to 2^-537, x'x = 2^-1074 is the
 * smallest number; to 2^-538, x'x = 2^-1076 rounds to 0. From 2^-513 there is no step: 1/x'x is
 * infinite. */
static void test_origin(void **state) {
  const double start[2] = {0x1p-511, 0.0}, too_near[2] = {0x1p-513, 0.0};
  const sid_problem problem = noise_only(0.0);
  double x[2], work[64];
  sid_stream stream = test_stream(6);
  memcpy(x, start, sizeof x);
  assert_int_equal(sid_step(&problem, &sgd, 1.0, 1.0 - 0x1p-26, x, &stream, work), SID_OK);
  require_bits(x[0], 0x1p-537, "x", 0);
  require_refused(&problem, &sgd, 1.0, 1.0 - 0x1p-27, start, SID_E_ORIGIN, 1);
  require_refused(&problem, &sgd, 1.0, 0.5, too_near, SID_E_NONFINITE, 1);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(long_bits),
      cmocka_unit_test(test_step_workspace),
      cmocka_unit_test(test_noisy_gd_is_sde_with_one_substep),
      cmocka_unit_test(test_svag_with_l_1_is_sgd),
      cmocka_unit_test(test_sgd_without_noise_is_gd),
      cmocka_unit_test(test_noisy_gd_without_noise_is_gd),
      cmocka_unit_test(test_noisy_gd_mirrors_sgd),
      cmocka_unit_test(test_scaled_momentum),
      cmocka_unit_test(test_scaled_adam),
      cmocka_unit_test(test_adam_without_memory_is_sign_descent),
      cmocka_unit_test(test_moments_are_kept),
      cmocka_unit_test(test_memory_is_kept),
      cmocka_unit_test(test_one_sample_is_not_normalised),
      cmocka_unit_test(test_bad_rates),
      cmocka_unit_test(test_rates_at_the_limit),
      cmocka_unit_test(test_nonfinite),
      cmocka_unit_test(test_no_origin_for_quadratics),
      cmocka_unit_test(test_origin),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}

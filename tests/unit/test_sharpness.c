/* Spherical sharpness and the projection on the circle of minimisers: docs/spec.md section 14.
 * Lanczos and the power iteration against all eigenvalues of the dense Hessian, by Jacobi's method
 * in long double; the projection against its definition. fixtures/laws.json has the bits
 * (test_laws.c).
 *
 * ROUNDING * |H|_F is what rounding may add to a bound: a column of the recurrence A Q = Q T + F is
 * at most 60 roundings off at these sizes, 64 columns make |F| <= 8*60 = 480 roundings of |H|, a
 * Ritz vector of length at least 1/2 twice that; a factor of 8 is left. */
#include "instances.h"

#include <math.h>

#define ROUNDING 0x1p-40
#define DIM_MOST 45
#define GUARD 16

/* ---- dense eigenvalues --------------------------------------------------------------------- */

typedef long double dense[DIM_MOST][DIM_MOST];

/* r*Hess L(x), r = |x|^2, made symmetric; returns its Frobenius norm. */
static double dense_hessian(const sid_problem *problem, const double *x, dense h) {
  const uint32_t p = problem->dim;
  double e[DIM_MOST], column[DIM_MOST], work[INSTANCE_WORK_MAX], r = 0.0, norm2 = 0.0;
  for (uint32_t j = 0; j < p; j++) r += x[j] * x[j];
  for (uint32_t j = 0; j < p; j++) {
    for (uint32_t i = 0; i < p; i++) e[i] = i == j;
    sid_problem_hessian_vector(problem, x, e, column, work);
    for (uint32_t i = 0; i < p; i++) h[i][j] = (long double)column[i] * (long double)r;
  }
  for (uint32_t i = 0; i < p; i++)
    for (uint32_t j = 0; j <= i; j++) {
      h[i][j] = h[j][i] = (h[i][j] + h[j][i]) / 2.0L;
      norm2 += (double)(h[i][j] * h[i][j]) * (i == j ? 1.0 : 2.0);
    }
  return sqrt(norm2);
}

/* Turns rows and columns k and l so that a[k][l] becomes 0. */
static void rotate(dense a, uint32_t p, uint32_t k, uint32_t l) {
  if (a[k][l] == 0.0L) return;
  const long double theta = (a[l][l] - a[k][k]) / (2.0L * a[k][l]);
  const long double t =
      (theta < 0.0L ? -1.0L : 1.0L) / (fabsl(theta) + sqrtl(theta * theta + 1.0L));
  const long double c = 1.0L / sqrtl(t * t + 1.0L), s = t * c;
  for (uint32_t i = 0; i < p; i++) {
    const long double u = a[i][k], v = a[i][l];
    a[i][k] = c * u - s * v, a[i][l] = s * u + c * v;
  }
  for (uint32_t i = 0; i < p; i++) {
    const long double u = a[k][i], v = a[l][i];
    a[k][i] = c * u - s * v, a[l][i] = s * u + c * v;
  }
}

/* The eigenvalues, on the diagonal: 15 sweeps, where 6 to 10 leave nothing beside it. */
static void jacobi(dense a, uint32_t p, long double *values) {
  for (int sweep = 0; sweep < 15; sweep++)
    for (uint32_t k = 0; k < p; k++)
      for (uint32_t l = k + 1; l < p; l++) rotate(a, p, k, l);
  for (uint32_t j = 0; j < p; j++) values[j] = a[j][j];
}

typedef struct {
  uint32_t p;
  long double values[DIM_MOST], largest, smallest;
  double norm; /* |H|_F */
} spectrum;

static spectrum spectrum_at(const sid_problem *problem, const double *x) {
  static dense h;
  spectrum s = {problem->dim, {0.0L}, 0.0L, 0.0L, 0.0};
  s.norm = dense_hessian(problem, x, h);
  jacobi(h, s.p, s.values);
  s.largest = s.smallest = s.values[0];
  for (uint32_t j = 1; j < s.p; j++) {
    s.largest = fmaxl(s.largest, s.values[j]);
    s.smallest = fminl(s.smallest, s.values[j]);
  }
  return s;
}

/* Distance of a number to the nearest eigenvalue. */
static double distance(const spectrum *s, double value) {
  long double least = fabsl(s->values[0] - (long double)value);
  for (uint32_t j = 1; j < s->p; j++)
    least = fminl(least, fabsl(s->values[j] - (long double)value));
  return (double)least;
}

/* Jacobi itself: 2x2 and the second difference matrix, with eigenvalues 2 - 2 cos(k pi/(p+1)). */
static void test_jacobi(void **state) {
  static dense a;
  long double values[DIM_MOST];
  const uint32_t p = 20;
  for (uint32_t i = 0; i < p; i++)
    for (uint32_t j = 0; j < p; j++)
      a[i][j] = i == j ? 2.0L : i + 1 == j || j + 1 == i ? -1.0L : 0.0L;
  jacobi(a, p, values);
  for (uint32_t k = 1; k <= p; k++) {
    const long double expected =
        2.0L - 2.0L * cosl((long double)k * acosl(-1.0L) / (long double)(p + 1));
    long double least = 9.0L;
    for (uint32_t j = 0; j < p; j++) least = fminl(least, fabsl(values[j] - expected));
    assert_true(least < 1e-16L);
  }
  (void)state;
}

/* ---- Lanczos ------------------------------------------------------------------------------- */

typedef struct {
  double value, residual;
} estimate;

/* In a workspace between guards and full of poison. */
static estimate lanczos(const sid_problem *problem, const double *x, uint32_t iterations) {
  const size_t size = sid_sharpness_workspace(problem, iterations);
  double *work = allocate(size + 2 * GUARD);
  estimate e = {0.0, 0.0};
  poison(work, size + 2 * GUARD);
  e.value = sid_sharpness_lanczos(problem, x, iterations, &e.residual, work + GUARD);
  assert_true(is_poisoned(work, GUARD) && is_poisoned(work + GUARD + size, GUARD));
  free(work);
  return e;
}

/* The residual bounds the distance to an eigenvalue, whatever the number of vectors; no estimate is
 * above the largest eigenvalue; with p vectors it is that eigenvalue. */
static void require_lanczos(const sid_problem *problem, const double *x, const char *name) {
  const spectrum s = spectrum_at(problem, x);
  for (uint32_t k = 1; k <= s.p + 3; k++) {
    const estimate e = lanczos(problem, x, k);
    const double rounding = ROUNDING * s.norm;
    if (!(e.residual >= 0.0 && distance(&s, e.value) <= e.residual + rounding))
      fail_msg("%s, %u vectors: %.17g +- %g, %g from an eigenvalue", name, k, e.value, e.residual,
               distance(&s, e.value));
    if (e.value > (double)s.largest + rounding)
      fail_msg("%s, %u vectors: above all eigenvalues", name, k);
    if (k < s.p) continue;
    require_within(e.value, (double)s.largest, 2.0 * e.residual + rounding, name, k);
    if (e.residual > 1e-6 * s.norm) fail_msg("%s: residual %g of %g", name, e.residual, s.norm);
  }
}

static int is_constant(const sid_problem *problem) {
  return problem->kind == SID_NOISE_ONLY || problem->samples == 2;
}

static void test_lanczos_on_instances(void **state) {
  static instances all;
  size_t seen = 0;
  instances_make(&all);
  for (size_t i = 0; i < all.count; i++) {
    const sid_problem *problem = &all.list[i].problem;
    if (i > 0 && strcmp(all.list[i].name, all.list[i - 1].name) == 0) continue;
    if (!sid_problem_scale_invariant(problem) || is_constant(problem)) continue;
    for (uint64_t k = 0; k < 3; k++) {
      data_source data = {100 * i + k};
      double x[INSTANCE_DIM_MAX], four[INSTANCE_DIM_MAX];
      instance_point(problem, &data, x);
      require_lanczos(problem, x, all.list[i].name);
      for (uint32_t j = 0; j < problem->dim; j++) four[j] = 4.0 * x[j]; /* the same sphere */
      const estimate here = lanczos(problem, x, 64), there = lanczos(problem, four, 64);
      require_bits(there.value, here.value, "value on the sphere", i);
      require_bits(there.residual, here.residual, "residual on the sphere", i);
    }
    seen++;
  }
  assert_int_equal(seen, 12);
  (void)state;
}

/* Symmetric matrices of every order from 2 to 40. */
static void test_lanczos_of_every_order(void **state) {
  static double matrix[40 * 40];
  data_source data = {6};
  for (uint32_t p = 2; p <= 40; p++) {
    sid_problem problem;
    double x[40];
    memset(&problem, 0, sizeof problem);
    problem.kind = SID_RAYLEIGH, problem.dim = p, problem.matrix = matrix;
    for (uint32_t i = 0; i < p; i++)
      for (uint32_t j = 0; j <= i; j++)
        matrix[i * p + j] = matrix[j * p + i] = data_uniform(&data, -1.0, 1.0);
    data_fill(&data, x, p, -1.0, 1.0);
    require_lanczos(&problem, x, "dense");
  }
  (void)state;
}

/* At an eigenvector of A the Hessian is A - q: a matrix of few eigenvalues has an invariant space
 * after as many vectors, and what comes after it is not looked at. Where all are equal the Hessian
 * is 0, and the first vector is the last. */
static void test_invariant_spaces(void **state) {
  static const double values[5] = {2.0, -1.0, 0.5, 1.25, -3.0};
  double diagonal[40], x[40] = {1.0};
  for (uint32_t distinct = 1; distinct <= 5; distinct++)
    for (uint32_t p = 6; p <= 40; p += 17) {
      sid_problem problem;
      double largest = 0.0;
      memset(&problem, 0, sizeof problem);
      problem.kind = SID_RAYLEIGH, problem.dim = p, problem.spectrum = diagonal;
      for (uint32_t j = 0; j < p; j++) diagonal[j] = values[j % distinct];
      for (uint32_t j = 0; j < p; j++) largest = fmax(largest, diagonal[j] - diagonal[0]);
      const estimate e = lanczos(&problem, x, 64), one = lanczos(&problem, x, distinct);
      require_within(e.value, largest, 64.0 * UNIT_ROUNDOFF * 5.0, "few eigenvalues", distinct);
      assert_true(e.residual <= ROUNDING * 5.0 * sqrt(p));
      require_bits(one.value, e.value, "no vector more than eigenvalues", distinct);
      require_bits(one.residual, e.residual, "no vector more than eigenvalues", distinct);
    }
  (void)state;
}

/* Without a loss there is no sharpness: exact zeros. Numbers that are none give one that is
 * none. */
static void test_flat_and_broken(void **state) {
  static const double one[3] = {1.0, 1.0, 1.0};
  sid_problem problem;
  double x[3] = {0.5, -1.0, 2.0};
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_NOISE_ONLY, problem.dim = 3, problem.noise = SID_NOISE_SPHERE,
  problem.sigma = 1.0;
  estimate e = lanczos(&problem, x, 64);
  assert_true(e.value == 0.0 && e.residual == 0.0);
  problem.kind = SID_RAYLEIGH, problem.noise = SID_NOISE_NONE, problem.spectrum = one;
  x[1] = QUIET_NAN;
  e = lanczos(&problem, x, 64);
  assert_true(e.value != e.value);
  (void)state;
}

/* ---- power iteration ----------------------------------------------------------------------- */

/* The vector is of length 1, value and residual are its own, and with a shift beyond the spectrum
 * the largest or the smallest eigenvalue is found. */
static void require_power(const sid_problem *problem, const double *x, double sign,
                          const char *name) {
  const spectrum s = spectrum_at(problem, x);
  const uint32_t p = s.p;
  const size_t size = p + sid_problem_workspace(problem);
  static dense h;
  data_source data = {p};
  double v[DIM_MOST + 1], *work = allocate(size + 2 * GUARD), residual = -1.0, length = 0.0,
                          own = 0.0, away = 0.0;
  dense_hessian(problem, x, h);
  data_fill(&data, v, p, 0.1, 1.0);
  poison(v + p, 1);
  poison(work, size + 2 * GUARD);
  const double value =
      sid_sharpness_power(problem, x, sign * 1.25 * s.norm, 4000, v, &residual, work + GUARD);
  assert_true(is_poisoned(work, GUARD) && is_poisoned(work + GUARD + size, GUARD) &&
              is_poisoned(v + p, 1));
  for (uint32_t i = 0; i < p; i++) {
    length += v[i] * v[i];
    for (uint32_t j = 0; j < p; j++) own += v[i] * (double)h[i][j] * v[j];
  }
  for (uint32_t i = 0; i < p; i++) {
    double d = -value * v[i];
    for (uint32_t j = 0; j < p; j++) d += (double)h[i][j] * v[j];
    away += d * d;
  }
  const double rounding = ROUNDING * s.norm;
  require_within(length, 1.0, 64.0 * UNIT_ROUNDOFF, name, 0);
  require_within(value, own, rounding, name, 1);
  require_within(residual, sqrt(away), rounding, name, 2);
  require_within(distance(&s, value), 0.0, residual + rounding, name, 3);
  require_within(value, (double)(sign > 0.0 ? s.largest : s.smallest), residual + rounding, name,
                 4);
  free(work);
}

static void test_power(void **state) {
  static instances all;
  instances_make(&all);
  for (size_t i = 0; i < all.count; i++) {
    const sid_problem *problem = &all.list[i].problem;
    data_source data = {i};
    double x[INSTANCE_DIM_MAX];
    if (i > 0 && strcmp(all.list[i].name, all.list[i - 1].name) == 0) continue;
    if (!sid_problem_scale_invariant(problem) || is_constant(problem)) continue;
    instance_point(problem, &data, x);
    require_power(problem, x, 1.0, all.list[i].name);
    require_power(problem, x, -1.0, all.list[i].name);
  }
  (void)state;
}

/* ---- projection ---------------------------------------------------------------------------- */

static sid_problem height(int32_t kind) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = kind, problem.dim = 3;
  return problem;
}

/* lambda_1 at the point of the circle with this angle, from its dense Hessian. */
static double sharpness_on_circle(const sid_problem *problem, double angle) {
  const double rho = problem->kind == SID_TROUGH3 ? 0.8 : 1.0,
               c = problem->kind == SID_TROUGH3 ? 0.6 : 0.0;
  const double x[3] = {rho * cos(angle), rho * sin(angle), c};
  return (double)spectrum_at(problem, x).largest;
}

static double dot3(const double *a, const double *b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* phi is a minimiser of length 1, none is nearer; v_1 its top eigenvector, tangent to the sphere;
 * h, sharpness and slope as defined. */
static void require_projection(const sid_problem *problem, const double *x) {
  const double rho = problem->kind == SID_TROUGH3 ? 0.8 : 1.0,
               c = problem->kind == SID_TROUGH3 ? 0.6 : 0.0;
  const double r = sqrt(dot3(x, x));
  sid_manifold_point at;
  dense h;
  double work[16], to[3], best = 0.0;
  memset(&at, 0xff, sizeof at);
  assert_int_equal(sid_manifold_project(problem, x, &at), SID_OK);
  require_within(dot3(at.phi, at.phi), 1.0, 16.0 * UNIT_ROUNDOFF, "length of phi", 0);
  require_within(sid_problem_loss(problem, at.phi, work), 0.0, 1e-30, "loss at phi",
                 0); /* h^2 q/2, h <= 4 roundings */
  for (int j = 0; j < 3; j++) to[j] = x[j] / r - at.phi[j], best += to[j] * to[j];
  for (int k = 0; k < 1000; k++) {
    const double angle = 6.283185307179586 * k / 1000.0;
    const double d[3] = {x[0] / r - rho * cos(angle), x[1] / r - rho * sin(angle), x[2] / r - c};
    assert_true(dot3(d, d) >= best - 32.0 * UNIT_ROUNDOFF);
  }
  require_within(at.angle, atan2(x[1], x[0]), 6.0 * UNIT_ROUNDOFF * fabs(at.angle), "angle", 0);
  require_within(dot3(at.v1, at.v1), 1.0, 16.0 * UNIT_ROUNDOFF, "length of v1", 0);
  require_within(dot3(at.v1, at.phi), 0.0, 16.0 * UNIT_ROUNDOFF, "tangent", 0);
  require_within(at.h, dot3(to, at.v1), 32.0 * UNIT_ROUNDOFF, "h", 0);
  const double norm = dense_hessian(problem, at.phi, h);
  for (int i = 0; i < 3; i++) {
    double product = 0.0;
    for (int j = 0; j < 3; j++) product += (double)h[i][j] * at.v1[j];
    require_within(product, at.sharpness * at.v1[i], 64.0 * UNIT_ROUNDOFF * norm, "eigenvector",
                   (size_t)i);
  }
  require_within(at.sharpness, (double)spectrum_at(problem, at.phi).largest,
                 64.0 * UNIT_ROUNDOFF * norm, "sharpness", 0);
  /* Difference over 2*2^-13 of arc: truncation 2^-26/6 times a third derivative below 10^3,
   * rounding 10^-15*2^12. */
  const double step = 0x1p-13 / rho;
  const double above = log(sharpness_on_circle(problem, at.angle + step)),
               below = log(sharpness_on_circle(problem, at.angle - step));
  require_within(at.slope, (above - below) / 0x1p-12, 1e-5, "slope", 0);
}

static void test_projection(void **state) {
  static const int32_t kinds[] = {SID_TROUGH3, SID_RIDGE3};
  static const double sizes[] = {1.0, 1e-100, 1e100};
  data_source data = {12};
  for (size_t k = 0; k < COUNT(kinds); k++) {
    const sid_problem problem = height(kinds[k]);
    for (int i = 0; i < 300; i++) {
      double x[3];
      data_fill(&data, x, 3, -1.0, 1.0);
      for (int j = 0; j < 3; j++) x[j] *= sizes[i % 3];
      if (i % 10 == 9) x[data_below(&data, 2)] = 0.0;
      require_projection(&problem, x);
    }
  }
  (void)state;
}

static void test_projection_errors(void **state) {
  static const double x[3] = {0.6, 0.0, 0.8}, axis[3] = {0.0, -0.0, 1.0};
  sid_problem problem = height(SID_TROUGH3), ratio = height(SID_RATIO2);
  sid_manifold_point at, before;
  memset(&at, 0x5a, sizeof at);
  memcpy(&before, &at, sizeof at);
  assert_int_equal(sid_manifold_project(NULL, x, &at), SID_E_NULL);
  assert_int_equal(sid_manifold_project(&problem, NULL, &at), SID_E_NULL);
  assert_int_equal(sid_manifold_project(&problem, x, NULL), SID_E_NULL);
  assert_int_equal(sid_manifold_project(&ratio, x, &at), SID_E_KIND);
  assert_int_equal(sid_manifold_project(&problem, axis, &at), SID_E_ORIGIN);
  problem.kind = SID_RIDGE3;
  assert_int_equal(sid_manifold_project(&problem, axis, &at), SID_E_ORIGIN);
  assert_memory_equal(&at, &before, sizeof at);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_jacobi),
      cmocka_unit_test(test_lanczos_on_instances),
      cmocka_unit_test(test_lanczos_of_every_order),
      cmocka_unit_test(test_invariant_spaces),
      cmocka_unit_test(test_flat_and_broken),
      cmocka_unit_test(test_power),
      cmocka_unit_test(test_projection),
      cmocka_unit_test(test_projection_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

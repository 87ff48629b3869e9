/* The dense algebra of the harness: exact cases by hand, matrices whose eigenvalues are known,
 * residuals and orthogonality. */
#include "common.h"

#include <math.h>

#include "harness/algebra.h"

enum { MOST = 40 };

static const double pi = 3.14159265358979323846;

/* ---- vectors ---- */

static void test_vectors_by_hand(void **state) {
  static const double a[] = {1e16, 1.0, -1e16}, ones[] = {1.0, 1.0, 1.0}, legs[] = {3.0, 4.0};
  static const double square[] = {1.0, 2.0, 3.0, 4.0}, sizes[] = {1.0, -7.0, 2.0};
  double x[2] = {3.0, 4.0}, y[2];
  require_bits(vf_dot(a, ones, 3), 0.0, "1e16 + 1 - 1e16 in this order", 0);
  require_bits(vf_dot(a, ones, 0), 0.0, "an empty sum", 0);
  require_bits(vf_norm(legs, 2), 5.0, "|(3, 4)|", 0);
  require_bits(vf_largest_size(sizes, 3), 7.0, "largest size", 0);
  require_bits(vf_largest_size(sizes, 0), 0.0, "largest size of nothing", 0);
  vf_apply(square, 2, legs, y);
  require_same(y, (const double[]){11.0, 25.0}, 2, "A x");
  vf_add(x, legs, 2, -0.5);
  require_same(x, (const double[]){1.5, 2.0}, 2, "x - y/2");
  vf_scale(x, 2, 2.0);
  require_same(x, legs, 2, "2 x");
  vf_normalise(x, 2);
  require_same(x, (const double[]){3.0 / 5.0, 4.0 / 5.0}, 2, "x/|x|");
  (void)state;
}

static void test_product_by_hand(void **state) {
  static const double a[] = {1.0, 2.0, 3.0, 4.0}, b[] = {0.0, 1.0, -1.0, 2.0};
  double c[4] = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
  vf_multiply(a, b, 2, c);
  require_same(c, (const double[]){-2.0, 5.0, -4.0, 11.0}, 4, "A B");
  (void)state;
}

/* NaN is not lost in what follows it. */
static void test_worst(void **state) {
  const double sizes[] = {1.0, (double)NAN, 2.0};
  double worst = 0.0;
  vf_raise(&worst, -1.0);
  require_bits(worst, 0.0, "no worse", 0);
  vf_raise(&worst, 3.0);
  require_bits(worst, 3.0, "worse", 0);
  vf_raise(&worst, (double)NAN);
  vf_raise(&worst, 4.0);
  assert_true(isnan(worst) && isnan(vf_largest_size(sizes, 3)));
  (void)state;
}

static void test_projection(void **state) {
  enum { N = 7 };
  static const double square[] = {1.0, 2.0, 3.0, 4.0}, axis[] = {0.0, 1.0};
  double a[N * N], b[N * N], u[N], y[N], one[4];
  data_source data = {5};
  vf_project_off(square, axis, 2, one);
  require_same(one, (const double[]){1.0, 0.0, 0.0, 0.0}, 4, "off the second axis");
  data_fill(&data, a, (size_t)N * N, -1.0, 1.0);
  data_fill(&data, u, N, -1.0, 1.0);
  vf_normalise(u, N);
  vf_project_off(a, u, N, b);
  vf_apply(b, N, u, y);
  require_within(vf_norm(y, N), 0.0, 8.0 * N * UNIT_ROUNDOFF, "Q A Q u", 0);
  for (size_t j = 0; j < N; j++) {
    double left = 0.0;
    for (size_t i = 0; i < N; i++) left += u[i] * b[i * N + j];
    require_within(left, 0.0, 8.0 * N * UNIT_ROUNDOFF, "u' Q A Q", j);
  }
  vf_project_off(a, u, N, a);
  require_same(a, b, (size_t)N * N, "in place");
  (void)state;
}

/* ---- eigenvalues ---- */

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Eigenvalues in ascending order are `expected`. A v = value v, the vectors are orthonormal, the
 * index is that of the largest; all within 10 n roundings of the spectral norm. */
static void require_eigen(const double *a, size_t n, const double *expected, const char *what) {
  double copy[MOST * MOST], values[MOST], vectors[MOST * MOST], av[MOST];
  memcpy(copy, a, n * n * sizeof *a);
  poison(values, MOST), poison(vectors, n * n);
  const size_t largest = vf_eigen(copy, n, values, vectors);
  const double unit = 10.0 * (double)n * UNIT_ROUNDOFF, size = vf_largest_size(values, n);
  for (size_t k = 0; k < n; k++) {
    const double *v = vectors + k * n;
    vf_apply(a, n, v, av);
    vf_add(av, v, n, -values[k]);
    require_within(vf_norm(av, n), 0.0, unit * size, what, k);
    for (size_t j = 0; j <= k; j++)
      require_within(vf_dot(v, vectors + j * n, n), j == k ? 1.0 : 0.0, unit, what, k * n + j);
    assert_true(values[k] <= values[largest]);
  }
  if (!expected) return;
  qsort(values, n, sizeof *values, ascending);
  for (size_t k = 0; k < n; k++) require_within(values[k], expected[k], unit * size, what, k);
}

static void test_eigen_by_hand(void **state) {
  static const double diagonal[] = {2.0, 0.0, 0.0, 0.0, -5.0, 0.0, 0.0, 0.0, 3.0};
  static const double identity[] = {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
  static const double pair[] = {2.0, 1.0, 1.0, 2.0}, swap[] = {0.0, 1.0, 1.0, 0.0};
  double a[9], values[3], vectors[9];
  memcpy(a, diagonal, sizeof a);
  assert_int_equal(vf_eigen(a, 3, values, vectors), 2);
  require_same(values, (const double[]){2.0, -5.0, 3.0}, 3, "a diagonal stays");
  require_same(vectors, identity, 9, "its vectors");
  require_eigen(pair, 2, (const double[]){1.0, 3.0}, "(2 1; 1 2)");
  require_eigen(swap, 2, (const double[]){-1.0, 1.0}, "a diagonal of zeros");
  memcpy(a, pair, sizeof pair);
  const double *top = vectors + 2 * vf_eigen(a, 2, values, vectors);
  require_within(fabs(top[0] + top[1]), sqrt(2.0), 4.0 * UNIT_ROUNDOFF, "(1, 1)/sqrt(2)", 0);
  a[0] = 7.0;
  assert_int_equal(vf_eigen(a, 1, values, vectors), 0);
  require_bits(values[0], 7.0, "n = 1", 0);
  require_bits(vectors[0], 1.0, "n = 1, vector", 0);
  assert_int_equal(vf_eigen(a, 0, values, vectors), 0);
  (void)state;
}

/* 2 on the diagonal, -1 beside it: 2 - 2 cos(k pi/(n+1)). */
static void test_eigen_of_chain(void **state) {
  double a[MOST * MOST], expected[MOST];
  for (size_t n = 1; n <= MOST; n++) {
    for (size_t k = 0; k < n * n; k++) {
      const size_t i = k / n, j = k % n;
      a[k] = i == j ? 2.0 : i + 1 == j || j + 1 == i ? -1.0 : 0.0;
    }
    for (size_t k = 0; k < n; k++)
      expected[k] = 2.0 - 2.0 * cos((double)(k + 1) * pi / (double)(n + 1));
    require_eigen(a, n, expected, "chain");
  }
  (void)state;
}

/* All ones: 0 and n. I - 2 u u': -1 and 1, of a vector u that is no axis. Three times I. */
static void test_eigen_repeated(void **state) {
  enum { N = 12 };
  double ones[N * N], mirror[N * N], three[N * N], u[N], expected[N];
  data_source data = {1};
  data_fill(&data, u, N, -1.0, 1.0);
  const double u2 = vf_dot(u, u, N);
  for (size_t k = 0; k < (size_t)N * N; k++) {
    const double same = k % (N + 1) == 0 ? 1.0 : 0.0;
    ones[k] = 1.0, three[k] = 3.0 * same;
    mirror[k] = same - 2.0 * (u[k / N] * u[k % N]) / u2;
  }
  for (size_t k = 0; k < N; k++) expected[k] = k == N - 1 ? (double)N : 0.0;
  require_eigen(ones, N, expected, "all ones");
  for (size_t k = 0; k < N; k++) expected[k] = k == 0 ? -1.0 : 1.0;
  require_eigen(mirror, N, expected, "mirror");
  for (size_t k = 0; k < N; k++) expected[k] = 3.0;
  require_eigen(three, N, expected, "three times 1");
  (void)state;
}

static void hilbert(double *a, size_t n, size_t width) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) a[i * width + j] = 1.0 / (double)(i + j + 1);
}

/* Of the matrix 1/(i+j+1) as rounded, in 60 digits. */
static void test_eigen_of_hilbert(void **state) {
  static const double expected[8] = {
      1.1115389694888082e-10, 1.7988737460063012e-8, 1.2943320918741793e-6, 5.4369433697508963e-5,
      0.0014676881177418471,  0.026212843578119051,  0.29812521131693071,   1.6959389969219494};
  double a[64];
  hilbert(a, 8, 8);
  require_eigen(a, 8, expected, "Hilbert");
  (void)state;
}

static void random_symmetric(data_source *data, double *a, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = data_uniform(data, -1.0, 1.0);
}

static void test_eigen_of_random(void **state) {
  double a[MOST * MOST];
  data_source data = {2};
  for (size_t n = 1; n <= MOST; n++) {
    random_symmetric(&data, a, n);
    require_eigen(a, n, NULL, "random");
  }
  (void)state;
}

/* A factor of 2^k changes exponents alone. */
static void test_eigen_of_scaled(void **state) {
  enum { N = 9 };
  double a[2][N * N], values[2][N], vectors[2][N * N];
  data_source data = {3};
  for (int k = -400; k <= 400; k += 100) {
    random_symmetric(&data, a[0], N);
    for (size_t i = 0; i < (size_t)N * N; i++) a[1][i] = ldexp(a[0][i], k);
    const size_t top = vf_eigen(a[0], N, values[0], vectors[0]);
    assert_int_equal(vf_eigen(a[1], N, values[1], vectors[1]), top);
    for (size_t i = 0; i < N; i++) require_bits(values[1][i], ldexp(values[0][i], k), "scaled", i);
    require_same(vectors[1], vectors[0], (size_t)N * N, "scaled, vectors");
  }
  (void)state;
}

/* What is not finite ends as the largest, also a NaN that is alone in its row. */
static void test_eigen_of_nan(void **state) {
  double a[9] = {5.0, 0.0, 0.0, 0.0, 1.0, POSITIVE_INFINITY, 0.0, POSITIVE_INFINITY, 1.0};
  double b[9] = {5.0, 0.0, 0.0, 0.0, QUIET_NAN, 0.0, 0.0, 0.0, 9.0}, values[3], vectors[9];
  assert_false(is_finite(values[vf_eigen(a, 3, values, vectors)]));
  assert_int_equal(vf_eigen(b, 3, values, vectors), 1);
  assert_true(isnan(values[1]));
  (void)state;
}

/* ---- linear systems ---- */

static void test_solve_by_hand(void **state) {
  /* Rows must change places; two right sides; whole numbers all along. */
  double swap[] = {0.0, 1.0, 3.0, -1.0, 2.0, 0.0, 8.0, 6.0};
  double three[] = {1.0, 2.0, 3.0, 14.0, 2.0, 4.0, 4.0, 22.0, 4.0, 8.0, 4.0, 32.0};
  double tiny[] = {1e-20, 1.0, 1.0, 1.0, 1.0, 2.0}, down[] = {1e-20, 1.0, 1.0, -1.0, 1.0, 0.0};
  double cyclic[] = {0.0, 0.0, 2.0, 6.0, 4.0, 0.0, 0.0, 4.0, 0.0, 8.0, 0.0, 16.0};
  double one[] = {4.0, 1.0};
  assert_int_equal(vf_solve(swap, 2, 2), 0);
  require_same(swap + 2, (const double[]){4.0, 3.0}, 2, "first unknown");
  require_same(swap + 6, (const double[]){3.0, -1.0}, 2, "second unknown");
  assert_int_equal(vf_solve(three, 3, 1), -1); /* its second column is twice the first */
  assert_int_equal(vf_solve(tiny, 2, 1), 0);
  require_within(tiny[2], 1.0, 2.0 * UNIT_ROUNDOFF, "a tiny pivot is not taken", 0);
  require_within(tiny[5], 1.0, 2.0 * UNIT_ROUNDOFF, "a tiny pivot is not taken", 1);
  assert_int_equal(vf_solve(down, 2, 1), 0);
  require_within(down[2], 1.0, 2.0 * UNIT_ROUNDOFF, "a negative pivot is taken", 0);
  require_within(down[5], 1.0, 2.0 * UNIT_ROUNDOFF, "a negative pivot is taken", 1);
  assert_int_equal(vf_solve(cyclic, 3, 1), 0);
  for (size_t i = 0; i < 3; i++)
    require_bits(cyclic[4 * i + 3], (double)(i + 1), "a permutation", i);
  assert_int_equal(vf_solve(one, 1, 1), 0);
  require_bits(one[1], 0.25, "n = 1", 0);
  assert_int_equal(vf_solve(one, 0, 1), 0);
  (void)state;
}

static void test_solve_refuses(void **state) {
  double zero[] = {0.0, 1.0}, lost[] = {QUIET_NAN, 1.0}, large[] = {POSITIVE_INFINITY, 1.0};
  double below[] = {2.0, 1.0, 0.0, QUIET_NAN, 1.0, 0.0};
  assert_int_equal(vf_solve(zero, 1, 1), -1);
  assert_int_equal(vf_solve(lost, 1, 1), -1);
  assert_int_equal(vf_solve(large, 1, 1), -1);
  assert_int_equal(vf_solve(below, 2, 1), -1);
  (void)state;
}

/* A x = b for two right sides: |A x - b| within 10 n roundings of |A| |x|, Frobenius. */
static void require_solved(const double *a, size_t n, const double *b, const char *what) {
  double m[MOST * (MOST + 2)], x[2][MOST], ax[MOST];
  const size_t width = n + 2;
  for (size_t i = 0; i < n; i++) {
    memcpy(m + i * width, a + i * n, n * sizeof *a);
    memcpy(m + i * width + n, b + 2 * i, 2 * sizeof *b);
  }
  assert_int_equal(vf_solve(m, n, 2), 0);
  for (size_t k = 0; k < 2; k++) {
    for (size_t i = 0; i < n; i++) x[k][i] = m[i * width + n + k];
    vf_apply(a, n, x[k], ax);
    const double unit = 10.0 * (double)n * UNIT_ROUNDOFF * vf_norm(a, n * n) * vf_norm(x[k], n);
    for (size_t i = 0; i < n; i++) require_within(ax[i], b[2 * i + k], unit, what, i);
  }
}

static void test_solve_residuals(void **state) {
  double a[MOST * MOST], b[2 * MOST];
  data_source data = {4};
  for (size_t n = 1; n <= MOST; n++) {
    data_fill(&data, a, n * n, -1.0, 1.0);
    data_fill(&data, b, 2 * n, -1.0, 1.0);
    require_solved(a, n, b, "random");
  }
  for (size_t n = 1; n <= 10; n++) {
    hilbert(a, n, n);
    data_fill(&data, b, 2 * n, -1.0, 1.0);
    require_solved(a, n, b, "Hilbert");
  }
  (void)state;
}

/* Row sums of the Hilbert matrix have the solution 1, to the condition 1e10 and their rounding. */
static void test_solve_of_hilbert(void **state) {
  enum { N = 8 };
  double m[N * (N + 1)];
  hilbert(m, N, N + 1);
  for (size_t i = 0; i < N; i++) {
    m[i * (N + 1) + N] = 0.0;
    for (size_t j = 0; j < N; j++) m[i * (N + 1) + N] += m[i * (N + 1) + j];
  }
  assert_int_equal(vf_solve(m, N, 1), 0);
  for (size_t i = 0; i < N; i++)
    require_within(m[i * (N + 1) + N], 1.0, 1.6e10 * 10.0 * N * UNIT_ROUNDOFF, "Hilbert", i);
  (void)state;
}

/* The second differences of k (N + 1 - k) are 2; and random rows whose diagonal dominates, against
 * vf_solve(). */
static void test_tridiagonal(void **state) {
  enum { N = 12 };
  double lower[N], middle[N], upper[N], b[N], dense[N * (N + 1)] = {0.0};
  data_source data = {9};
  for (size_t k = 0; k < N; k++) lower[k] = upper[k] = -1.0, middle[k] = b[k] = 2.0;
  vf_solve_tridiagonal(lower, middle, upper, b, N);
  for (size_t k = 0; k < N; k++)
    require_within(b[k], (double)((k + 1) * (N - k)), 100.0 * N * UNIT_ROUNDOFF, "k (N + 1 - k)",
                   k);
  data_fill(&data, lower, N, -1.0, 1.0);
  data_fill(&data, middle, N, 2.0, 3.0);
  data_fill(&data, upper, N, -1.0, 1.0);
  data_fill(&data, b, N, -1.0, 1.0);
  for (size_t k = 0; k < N; k++) {
    double *row = dense + k * (N + 1);
    if (k > 0) row[k - 1] = lower[k];
    row[k] = middle[k];
    if (k + 1 < N) row[k + 1] = upper[k];
    row[N] = b[k];
  }
  assert_int_equal(vf_solve(dense, N, 1), 0);
  vf_solve_tridiagonal(lower, middle, upper, b, N);
  for (size_t k = 0; k < N; k++)
    require_within(b[k], dense[k * (N + 1) + N], 100.0 * N * UNIT_ROUNDOFF, "two eliminations", k);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_vectors_by_hand),
      cmocka_unit_test(test_product_by_hand),
      cmocka_unit_test(test_worst),
      cmocka_unit_test(test_tridiagonal),
      cmocka_unit_test(test_projection),
      cmocka_unit_test(test_eigen_by_hand),
      cmocka_unit_test(test_eigen_of_chain),
      cmocka_unit_test(test_eigen_repeated),
      cmocka_unit_test(test_eigen_of_hilbert),
      cmocka_unit_test(test_eigen_of_random),
      cmocka_unit_test(test_eigen_of_scaled),
      cmocka_unit_test(test_eigen_of_nan),
      cmocka_unit_test(test_solve_by_hand),
      cmocka_unit_test(test_solve_refuses),
      cmocka_unit_test(test_solve_residuals),
      cmocka_unit_test(test_solve_of_hilbert),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Square root, canonical reductions and the angle: docs/spec.md sections 1, 4 and 11. */
#include "common.h"

#include <math.h>
#include <mpfr.h>

/* ---- square root: correctly rounded, by the instruction and by integers -------------------- */

static void require_root(double x, double expected) {
  require_bits(sid_sqrt(x), expected, "sid_sqrt of bits", (size_t)bits_of(x));
  require_bits(sid_sqrt_integer(x), expected, "sid_sqrt_integer of bits", (size_t)bits_of(x));
}

/* The root of a finite x > 0 is a normal number, so 53 bits of MPFR are all that it takes. */
static void require_true_root(mpfr_t root, double x) {
  mpfr_set_d(root, x, MPFR_RNDN);
  mpfr_sqrt(root, root, MPFR_RNDN);
  require_root(x, mpfr_get_d(root, MPFR_RNDN));
}

static void test_sqrt_random(void **state) {
  data_source data = {1};
  mpfr_t root;
  mpfr_init2(root, 53);
  for (int i = 0; i < 1000000; i++) require_true_root(root, magnitude(data_finite(&data)));
  for (int i = 0; i < 500000; i++) require_true_root(root, data_uniform(&data, 1.0, 4.0));
  for (int i = 0; i < 500000; i++) /* subnormals of all lengths */
    require_true_root(root, double_of((data_raw(&data) >> 12 >> data_below(&data, 52)) | 1));
  mpfr_clear(root);
  (void)state;
}

/* Every power of two and its neighbours, and every subnormal below 2^-1057. */
static void test_sqrt_edges(void **state) {
  mpfr_t root;
  mpfr_init2(root, 53);
  for (int e = -1074; e <= 1023; e++) {
    const uint64_t bits = bits_of(ldexp(1.0, e));
    for (uint64_t d = 0; d < 7; d++)
      if (bits + d > 3) require_true_root(root, double_of(bits + d - 3));
  }
  for (uint64_t bits = 1; bits < 1u << 17; bits++) require_true_root(root, double_of(bits));
  for (uint64_t d = 0; d < 1000; d++) {
    require_true_root(root, double_of(bits_of(LARGEST) - d));
    require_true_root(root, double_of(bits_of(0x1p-1022) - 500 + d));
  }
  mpfr_clear(root);
  (void)state;
}

/* Exact squares and their neighbours, and the neighbours of squares of midpoints (k + 1/2)^2. */
static void test_sqrt_squares(void **state) {
  data_source data = {2};
  mpfr_t root;
  mpfr_init2(root, 53);
  for (int i = 0; i < 300000; i++) {
    const double k = (double)(data_raw(&data) >> (38 + i % 26)),
                 scale = ldexp(1.0, (int)data_below(&data, 800) - 400);
    if (k == 0.0) continue;
    const double square = k * k * scale * scale;
    require_root(square, k * scale);
    require_true_root(root, double_of(bits_of(square) + 1));
    require_true_root(root, double_of(bits_of(square) - 1));
  }
  for (int i = 0; i < 300000; i++) {
    const double middle = (double)((data_raw(&data) >> 12) | 1ull << 52),
                 square = middle * middle + middle;
    for (uint64_t d = 0; d < 3; d++) require_true_root(root, double_of(bits_of(square) + d - 1));
  }
  mpfr_clear(root);
  (void)state;
}

static void test_sqrt_special(void **state) {
  require_root(0.0, 0.0);
  require_root(-0.0, -0.0);
  require_root(POSITIVE_INFINITY, POSITIVE_INFINITY);
  require_root(-POSITIVE_INFINITY, QUIET_NAN);
  require_root(-1.0, QUIET_NAN);
  require_root(-SMALLEST, QUIET_NAN);
  require_root(-LARGEST, QUIET_NAN);
  require_root(QUIET_NAN, QUIET_NAN);
  require_root(double_of(0xfff8000000000000u), QUIET_NAN);
  require_root(double_of(0x7fffffffffffffffu), QUIET_NAN);
  (void)state;
}

static void test_sqrt_fixtures(void **state) {
  json_t *document = fixture("sqrt");
  const json_t *cases = cases_of(document, 300);
  for (size_t i = 0; i < json_array_size(cases); i++) {
    const json_t *test = json_array_get(cases, i);
    require_root(real_of(field(test, "x")), real_of(field(test, "sqrt")));
  }
  json_decref(document);
  (void)state;
}

/* ---- reductions ---------------------------------------------------------------------------- */

#define LONGEST 1003

/* Section 4 to the letter: pad, eight accumulators, tree. */
static double naive_sum(const double *a, size_t n) {
  double padded[LONGEST + 8], acc[8];
  const size_t whole = (n + 7) / 8 * 8;
  if (n == 0) return 0.0;
  for (size_t i = 0; i < whole; i++) padded[i] = i < n ? a[i] : 0.0;
  for (size_t k = 0; k < 8; k++) acc[k] = padded[k];
  for (size_t q = 1; q < whole / 8; q++)
    for (size_t k = 0; k < 8; k++) acc[k] = acc[k] + padded[8 * q + k];
  const double even = (acc[0] + acc[4]) + (acc[2] + acc[6]),
               odd = (acc[1] + acc[5]) + (acc[3] + acc[7]);
  return even + odd;
}

static double naive_dot(const double *a, const double *b, size_t n) {
  double terms[LONGEST] = {0.0};
  for (size_t i = 0; i < n; i++) terms[i] = a[i] * b[i];
  return naive_sum(terms, n);
}

/* Numbers of one binade, of 60 binades, with zeros of both signs, subnormals, or up to overflow. */
static double term(data_source *data, int kind) {
  const double sign = (data_raw(data) & 1) ? 1.0 : -1.0;
  switch (kind) {
    case 0: return sign * data_uniform(data, 1.0, 2.0);
    case 1: return sign * ldexp(data_uniform(data, 1.0, 2.0), (int)data_below(data, 60) - 30);
    case 2:
      return data_below(data, 3)
                 ? -0.0
                 : sign * data_uniform(data, 0.0, 1.0) * (double)data_below(data, 2);
    case 3: return sign * double_of(data_raw(data) >> 12);
    default: return sign * data_uniform(data, 0x1p1021, 0x1p1023);
  }
}

static void require_sums(data_source *data, size_t n, int kind) {
  double a[LONGEST + 16], b[LONGEST + 16];
  poison(a, COUNT(a)); /* no term beyond n may count */
  poison(b, COUNT(b));
  for (size_t i = 0; i < n; i++) a[i] = term(data, kind);
  for (size_t i = 0; i < n; i++) b[i] = term(data, kind == 4 ? 1 : kind);
  require_bits(sid_sum(a, n), naive_sum(a, n), "sum of length", n);
  require_bits(sid_dot(a, b, n), naive_dot(a, b, n), "dot of length", n);
  require_bits(sid_dot(a, a, n), naive_dot(a, a, n), "square of length", n);
}

static void test_sums_of_every_length(void **state) {
  data_source data = {3};
  for (size_t n = 0; n <= 100; n++)
    for (int kind = 0; kind < 4; kind++)
      for (int i = 0; i < 50; i++) require_sums(&data, n, kind);
  for (size_t n = 0; n <= 3;
       n++) /* these few terms can overflow, but not to infinities of both signs */
    for (int i = 0; i < 200; i++) require_sums(&data, n, 4);
  for (size_t n = 993; n <= LONGEST; n++) require_sums(&data, n, 1);
  (void)state;
}

/* The order of addition shows: the naive sum from left to right differs for most of these. */
static void test_sum_order_shows(void **state) {
  data_source data = {4};
  int differ = 0;
  for (int i = 0; i < 1000; i++) {
    double a[16], left = 0.0;
    for (size_t k = 0; k < 16; k++) a[k] = term(&data, 0);
    for (size_t k = 0; k < 16; k++) left = left + a[k];
    differ += bits_of(left) != bits_of(sid_sum(a, 16));
  }
  assert_true(differ > 300);
  (void)state;
}

/* Minus zeros stay where nothing is padded; a +0 of the padding makes the sum +0. */
static void test_sum_of_minus_zeros(void **state) {
  double zeros[32], ones[32];
  for (size_t i = 0; i < 32; i++) zeros[i] = -0.0;
  for (size_t i = 0; i < 32; i++) ones[i] = 1.0;
  for (size_t n = 0; n <= 32; n++) {
    const double expected = n > 0 && n % 8 == 0 ? -0.0 : 0.0;
    require_bits(sid_sum(zeros, n), expected, "sum of minus zeros", n);
    require_bits(sid_dot(zeros, ones, n), expected, "dot of minus zeros", n);
  }
  (void)state;
}

static void test_reduction_fixtures(void **state) {
  json_t *document = fixture("reductions");
  const json_t *cases = cases_of(document, 160);
  for (size_t i = 0; i < json_array_size(cases); i++) {
    const json_t *test = json_array_get(cases, i);
    double a[LONGEST], b[LONGEST];
    const size_t n = reals_of(field(test, "a"), a, LONGEST);
    assert_int_equal(reals_of(field(test, "b"), b, LONGEST), n);
    require_bits(sid_sum(a, n), real_of(field(test, "sum")), "sum of case", i);
    require_bits(sid_dot(a, b, n), real_of(field(test, "dot")), "dot of case", i);
  }
  json_decref(document);
  (void)state;
}

/* ---- angle --------------------------------------------------------------------------------- */

/* Section 11 to the letter, its constants from MPFR. */
typedef struct {
  double table[9], half_pi, pi;
} angle_constants;

static angle_constants true_constants(void) {
  angle_constants constants;
  mpfr_t v;
  mpfr_init2(v, 200);
  for (int i = 0; i <= 8; i++) {
    mpfr_set_d(v, i / 8.0, MPFR_RNDN);
    mpfr_atan(v, v, MPFR_RNDN);
    constants.table[i] = mpfr_get_d(v, MPFR_RNDN);
  }
  mpfr_const_pi(v, MPFR_RNDN);
  constants.pi = mpfr_get_d(v, MPFR_RNDN);
  constants.half_pi = constants.pi / 2.0;
  mpfr_clear(v);
  return constants;
}

static double naive_atan2(const angle_constants *constants, double y, double x) {
  const double ay = fabs(y), ax = fabs(x), h = fmax(ay, ax), l = fmin(ay, ax);
  if (h == 0.0) return 0.0;
  const double t = l / h, i = floor(t * 8.0 + 0.5), c = i * 0.125, z = (t - c) / (1.0 + t * c),
               w = z * z;
  double q = 1.0 / 15.0;
  for (int odd = 13; odd >= 3; odd -= 2) q = 1.0 / odd - w * q;
  double v = constants->table[(int)i] + (z - (z * w) * q);
  if (ay > ax) v = constants->half_pi - v;
  if (x < 0.0) v = constants->pi - v;
  if (y < 0.0) v = -v;
  return v;
}

/* |value - atan2(y, x)| in units in the last place of value. 130 bits are more than enough to
 * tell. */
static double angle_error(mpfr_t true_angle, mpfr_t other, double value, double y, double x) {
  int exponent;
  mpfr_set_d(true_angle, y, MPFR_RNDN);
  mpfr_set_d(other, x, MPFR_RNDN);
  mpfr_atan2(true_angle, true_angle, other, MPFR_RNDN);
  mpfr_sub_d(true_angle, true_angle, value, MPFR_RNDN);
  frexp(value, &exponent);
  if (exponent < -1021 || value == 0.0) exponent = -1021;
  mpfr_mul_2si(true_angle, true_angle, 53 - exponent, MPFR_RNDN);
  return fabs(mpfr_get_d(true_angle, MPFR_RNDA));
}

typedef struct {
  angle_constants constants;
  mpfr_t angle, other;
  double worst;
} angle_test;

static void open_angle_test(angle_test *test) {
  test->constants = true_constants();
  test->worst = 0.0;
  mpfr_inits2(130, test->angle, test->other, (mpfr_ptr)0);
}

static void close_angle_test(angle_test *test) {
  mpfr_clears(test->angle, test->other, (mpfr_ptr)0);
}

static void require_angle(angle_test *test, double y, double x) {
  const double value = sid_atan2(y, x), error = angle_error(test->angle, test->other, value, y, x);
  if (bits_of(value) != bits_of(naive_atan2(&test->constants, y, x)))
    fail_msg("atan2(%a, %a): %a instead of %a", y, x, value, naive_atan2(&test->constants, y, x));
  if (!(error <= 2.0)) fail_msg("atan2(%a, %a) = %a is %g ulp off", y, x, value, error);
  if (error > test->worst) test->worst = error;
}

static double any_sign(data_source *data, double x) { return (data_raw(data) & 1) ? x : -x; }

static void test_atan2_random(void **state) {
  data_source data = {5};
  angle_test test;
  open_angle_test(&test);
  for (int i = 0; i < 150000; i++)
    require_angle(&test, data_uniform(&data, -1.0, 1.0), data_uniform(&data, -1.0, 1.0));
  for (int i = 0; i < 50000; i++) require_angle(&test, data_finite(&data), data_finite(&data));
  for (int i = 0; i < 50000; i++) {
    const double y =
        any_sign(&data, ldexp(data_uniform(&data, 1.0, 2.0), -(int)data_below(&data, 60)));
    const double x = any_sign(&data, data_uniform(&data, 1.0, 2.0));
    require_angle(&test, y, x);
    require_angle(&test, x, y);
  }
  for (int i = 0; i < 20000; i++) /* subnormal quotients */
    require_angle(&test, double_of(data_raw(&data) >> 14), data_uniform(&data, 0.25, 4.0));
  assert_true(test.worst > 0.5); /* else the measure is broken */
  close_angle_test(&test);
  (void)state;
}

/* The table changes at odd sixteenths, the residue vanishes at eighths, the branches meet at the
 * diagonals. */
static void test_atan2_edges(void **state) {
  static const double signs[] = {1.0, -1.0};
  angle_test test;
  open_angle_test(&test);
  for (int i = 1; i <= 16; i++)
    for (uint64_t d = 0; d < 41; d++)
      for (int s = 0; s < 4; s++) {
        const double t = double_of(bits_of(i / 16.0) + d - 20);
        require_angle(&test, signs[s & 1] * t, signs[s >> 1]);
        require_angle(&test, signs[s & 1], signs[s >> 1] * t);
      }
  close_angle_test(&test);
  (void)state;
}

static void test_atan2_zeros(void **state) {
  static const double zeros[] = {0.0, -0.0};
  const double pi = 0x1.921fb54442d18p+1;
  for (size_t i = 0; i < 2; i++) {
    require_bits(sid_atan2(zeros[i], 0.0), 0.0, "zero y and x", i);
    require_bits(sid_atan2(zeros[i], -0.0), 0.0, "zero y, -0", i);
    require_bits(sid_atan2(zeros[i], 3.0), 0.0, "zero y", i);
    require_bits(sid_atan2(zeros[i], -3.0), pi, "zero y, negative x", i);
    require_bits(sid_atan2(2.0, zeros[i]), pi / 2.0, "zero x", i);
    require_bits(sid_atan2(-2.0, zeros[i]), -pi / 2.0, "zero x, negative y", i);
  }
  (void)state;
}

static void test_atan2_not_finite(void **state) {
  const double infinite = double_of(0x7ff0000000000000u), nan = double_of(0x7ff8000000000000u);
  const double bad[] = {infinite, -infinite, nan, double_of(0xfff8000000000001u)};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    require_bits(sid_atan2(bad[i], 1.0), nan, "y", i);
    require_bits(sid_atan2(1.0, bad[i]), nan, "x", i);
    require_bits(sid_atan2(bad[i], bad[i]), nan, "both", i);
  }
  (void)state;
}

static void test_atan2_fixtures(void **state) {
  json_t *document = fixture("atan2");
  const json_t *cases = cases_of(document, 200);
  for (size_t i = 0; i < json_array_size(cases); i++) {
    const json_t *test = json_array_get(cases, i);
    require_bits(sid_atan2(real_of(field(test, "y")), real_of(field(test, "x"))),
                 real_of(field(test, "atan2")), "atan2 of case", i);
  }
  json_decref(document);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sqrt_random),        cmocka_unit_test(test_sqrt_edges),
      cmocka_unit_test(test_sqrt_squares),       cmocka_unit_test(test_sqrt_special),
      cmocka_unit_test(test_sqrt_fixtures),      cmocka_unit_test(test_sums_of_every_length),
      cmocka_unit_test(test_sum_order_shows),    cmocka_unit_test(test_sum_of_minus_zeros),
      cmocka_unit_test(test_reduction_fixtures), cmocka_unit_test(test_atan2_random),
      cmocka_unit_test(test_atan2_edges),        cmocka_unit_test(test_atan2_zeros),
      cmocka_unit_test(test_atan2_not_finite),   cmocka_unit_test(test_atan2_fixtures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

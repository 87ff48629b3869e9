/* Limits by extrapolation: small cases by hand, series whose limit is known, and what must not
 * pass. */
#include "common.h"

#include <math.h>

#include "harness/context.h"
#include "harness/limit.h"

enum { VALUES = 6 };

/* limit + 3 h^power - 5 h^(2 power) + ..., h = 2^-k/16: more terms than an extrapolation removes.
 */
static void series(double limit, int power, double *value) {
  for (int k = 0; k < VALUES; k++) {
    const double h = ldexp(1.0, -4 - k), z = power == 2 ? h * h : h;
    value[k] = limit + 3.0 * z - 5.0 * z * z + z * z * z / (1.0 - z);
  }
}

/* A limit compared with expected(limit), in a context of its own; depth 0 for all terms. */
typedef struct {
  int depth, power;
  double expected, uncertainty, cap;
} comparison;

static vf_verdict compare(const double *value, int count, const comparison *how, vf_case *last) {
  vf_context context = {.jobs = 1};
  double copy[VALUES];
  memcpy(copy, value, (size_t)count * sizeof *copy);
  if (how->depth)
    vf_limit_to_depth(&context, "limit", copy, count, how->depth, how->power, how->expected,
                      how->uncertainty, how->cap);
  else
    vf_limit(&context, "limit", copy, count, how->power, how->expected, how->uncertainty, how->cap);
  const vf_verdict verdict = vf_context_verdict(&context);
  assert_true(context.count > 0);
  if (last) *last = context.cases[context.count - 1];
  vf_context_clear(&context);
  return verdict;
}

static void require_verdict(const double *value, int count, comparison how, vf_verdict verdict,
                            const char *what) {
  vf_case last;
  const vf_verdict got = compare(value, count, &how, &last);
  if (got != verdict)
    fail_msg("%s: verdict %d, measured %.17g, expected %.17g, tolerance %g", what, got,
             last.measured, last.expected, last.tolerance);
}

static void require_extrapolated(const double *value, int count, int depth, int power, double limit,
                                 double change) {
  double copy[VALUES], got;
  memcpy(copy, value, (size_t)count * sizeof *copy);
  require_bits(vf_extrapolate(copy, count, depth, power, &got), limit, "limit", (size_t)depth);
  require_bits(got, change, "change", (size_t)depth);
}

static void test_by_hand(void **state) {
  static const double two[] = {1.0, .5}, line[] = {1.5, 1.25, 1.125, 1.0625},
                      square[] = {5.0, 2.0, 1.25}, four[] = {8.0, 4.0, 2.0, 1.0};
  require_extrapolated(two, 2, 1, 1, 0.0, .5);
  require_extrapolated(line, 4, 3, 1, 1.0, 0.0);   /* 1 + h/2: one term is all */
  require_extrapolated(square, 3, 2, 2, 1.0, 0.0); /* 1 + 4 h^2 */
  require_extrapolated(four, 4, 0, 1, 1.0, 3.0);
  require_extrapolated(four, 4, 1, 1, 0.0, 0.0);
  require_extrapolated(four, 4, 1, 2, 1.0 - 1.0 / 3.0,
                       fabs(1.0 - 1.0 / 3.0 - (2.0 - 2.0 / 3.0)) +
                           fabs(2.0 - 2.0 / 3.0 - (4.0 - 4.0 / 3.0)));
  (void)state;
}

/* The tolerance is what limit.h says. */
static void test_tolerance(void **state) {
  static const double line[] = {1.5, 1.25, 1.125, 1.0}; /* the last is off by 1/16 */
  double whole[] = {1.5, 1.25, 1.125, 1.0}, part[] = {1.5, 1.25, 1.125, 1.0}, change, changes;
  const double limit = vf_extrapolate(whole, 4, 3, 1, &change);
  vf_case last;
  (void)vf_extrapolate(part, 4, 1, 1, &changes);
  compare(line, 4, &(comparison){0, 1, limit, 1e-3, 1.0}, &last);
  require_bits(last.tolerance, change + 10.0 * 1e-3, "all terms", 0);
  require_bits(last.measured, limit, "limit", 0);
  compare(line, 4, &(comparison){1, 1, limit, 1e-3, 1.0}, &last);
  require_bits(last.tolerance, changes + 1e-3, "one term", 0);
  assert_true(change > 0.0 && changes > 0.0);
  (void)state;
}

/* What is off by nine tenths of the tolerance passes, and by eleven tenths fails, on both sides. */
static void test_edges(void **state) {
  for (int depth = 0; depth <= 3; depth++)
    for (int power = 1; power <= 2; power++) {
      double value[VALUES];
      vf_case last;
      comparison how = {depth, power, -1.25, 1e-14, .1};
      series(-1.25, power, value);
      require_verdict(value, VALUES, how, VF_PASS, "the right limit");
      compare(value, VALUES, &how, &last);
      assert_true(last.tolerance < (depth == 1 && power == 1 ? 1e-2 : 1e-3));
      for (int side = -1; side <= 1; side += 2) {
        how.expected = last.measured + side * .9 * last.tolerance;
        require_verdict(value, VALUES, how, VF_PASS, "nine tenths of the tolerance");
        how.expected = last.measured + side * 1.1 * last.tolerance;
        require_verdict(value, VALUES, how, VF_FAIL, "eleven tenths of the tolerance");
      }
    }
  (void)state;
}

/* At full depth a smooth series is known to many digits. */
static void test_digits(void **state) {
  for (int power = 1; power <= 2; power++) {
    double value[VALUES];
    series(2.0, power, value);
    const comparison right = {0, power, 2.0, 1e-15, 1e-8},
                     wrong = {0, power, 2.0 + 1e-7, 1e-15, 1e-8};
    require_verdict(value, VALUES, right, VF_PASS, "the right limit");
    require_verdict(value, VALUES, wrong, VF_FAIL, "off by 1e-7");
  }
  (void)state;
}

/* No convergence fails, though what is expected be exactly what comes out. */
static void require_none(const double *value, int depth, int power, double cap, const char *what) {
  double copy[VALUES], change;
  memcpy(copy, value, sizeof copy);
  const double limit = vf_extrapolate(copy, VALUES, depth ? depth : VALUES - 1, power, &change);
  require_verdict(value, VALUES, (comparison){depth, power, limit, 0.0, cap}, VF_FAIL, what);
}

static void test_no_convergence(void **state) {
  static const double doubling[VALUES] = {1, 2, 4, 8, 16, 32}, growing[VALUES] = {1, 2, 3, 4, 5, 6},
                      jumping[VALUES] = {1, -1, 1, -1, 1, -1};
  double linear[VALUES], root[VALUES];
  series(2.0, 1, linear);
  for (int k = 0; k < VALUES; k++) root[k] = 1.0 + sqrt(ldexp(1.0, -k));
  for (int depth = 0; depth <= 3; depth++) {
    require_none(doubling, depth, 1, .1, "1/h");
    require_none(growing, depth, 1, .1, "log h");
    require_none(jumping, depth, 2, .1, "jumps");
  }
  require_none(linear, 0, 2, 1e-8, "a series in h, taken for one in h^2");
  require_none(root, 0, 1, 1e-2, "a series in sqrt(h)");
  require_none(root, 1, 1, 1e-2, "the same, one term");
  (void)state;
}

/* The noise counts against the cap where it is part of the extrapolated values. */
static void test_noise_above_cap(void **state) {
  double value[VALUES];
  series(2.0, 2, value);
  require_verdict(value, VALUES, (comparison){2, 2, 2.0, .5, 1.0}, VF_PASS, "noise below the cap");
  require_verdict(value, VALUES, (comparison){2, 2, 2.0, 2.0, 1.0}, VF_FAIL, "noise above the cap");
  (void)state;
}

static void test_not_finite(void **state) {
  for (int depth = 0; depth <= 1; depth++)
    for (int place = 0; place < VALUES; place++) {
      double value[VALUES];
      series(2.0, 1, value);
      value[place] = QUIET_NAN;
      require_verdict(value, VALUES, (comparison){depth, 1, 2.0, 1.0, 1e9}, VF_FAIL, "NaN");
      value[place] = POSITIVE_INFINITY;
      require_verdict(value, VALUES, (comparison){depth, 1, 2.0, 1.0, 1e9}, VF_FAIL, "infinity");
    }
  double value[VALUES];
  series(2.0, 1, value);
  require_verdict(value, VALUES, (comparison){0, 1, QUIET_NAN, 1.0, 1e9}, VF_FAIL, "expected NaN");
  require_verdict(value, VALUES, (comparison){0, 1, 2.0, QUIET_NAN, 1e9}, VF_FAIL, "rounding NaN");
  (void)state;
}

/* Depths that leave nothing to judge by, and sequences of one. */
static void test_depths(void **state) {
  double value[VALUES];
  series(2.0, 1, value);
  const comparison lenient = {VALUES - 2, 1, 2.0, 1.0, 1e9}, deep = {VALUES, 1, 2.0, 1.0, 1e9},
                   negative = {-1, 1, 2.0, 1.0, 1e9}, whole = {0, 1, 2.0, 1.0, 1e9};
  require_verdict(value, VALUES, lenient, VF_FAIL, "one change only");
  require_verdict(value, VALUES, deep, VF_FAIL, "more terms than values");
  require_verdict(value, VALUES, negative, VF_FAIL, "a negative depth");
  require_verdict(value, 1, whole, VF_FAIL, "one value");
  require_verdict(value, 2, whole, VF_PASS, "two values");
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_by_hand),        cmocka_unit_test(test_tolerance),
      cmocka_unit_test(test_edges),          cmocka_unit_test(test_digits),
      cmocka_unit_test(test_no_convergence), cmocka_unit_test(test_noise_above_cap),
      cmocka_unit_test(test_not_finite),     cmocka_unit_test(test_depths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The comparisons that checks make: each passes on right data, fails on data that is wrong by a
 * little more than its tolerance, and is inconclusive where it cannot see. */
#include "common.h"

#include <math.h>

#include "closed_forms.h"
#include "harness/context.h"

/* The next double away from zero. */
static double beyond(double x) {
  return nextafter(x, x < 0.0 ? -POSITIVE_INFINITY : POSITIVE_INFINITY);
}

/* Takes the only case of a context and clears that; its texts are gone then. */
static vf_case only_case(vf_context *context) {
  assert_int_equal(context->count, 1);
  const vf_case one = context->cases[0];
  assert_int_equal(vf_context_verdict(context), one.verdict);
  vf_context_clear(context);
  return one;
}

static void require_verdict(const vf_case *one, vf_verdict verdict, const char *what) {
  if (one->verdict != verdict)
    fail_msg("%s: verdict %d instead of %d; measured %.17g %s %.17g, tolerance %.17g", what,
             one->verdict, verdict, one->measured, one->relation, one->expected, one->tolerance);
}

/* ---- distances ---- */

typedef void distance_fn(vf_context *context, const char *instance, double measured,
                         double expected, double tolerance, const char *basis);

static vf_case compared(distance_fn *compare, double measured, double expected, double tolerance,
                        vf_verdict verdict, const char *what) {
  vf_context context = {.jobs = 1};
  compare(&context, what, measured, expected, tolerance, "exact");
  const vf_case one = only_case(&context);
  require_verdict(&one, verdict, what);
  return one;
}

static void test_within(void **state) {
  distance_fn *const f = vf_within;
  (void)state;
  for (int sign = -1; sign <= 1; sign += 2) { /* 1 and its neighbours at a distance of 1/2 */
    compared(f, 1.0, 1.0, 0.0, VF_PASS, "no distance, no tolerance");
    compared(f, sign, sign * 1.5, 0.5, VF_PASS, "the tolerance, below");
    compared(f, sign * 1.5, sign, 0.5, VF_PASS, "the tolerance, above");
    compared(f, sign, sign * beyond(1.5), 0.5, VF_FAIL, "more than the tolerance, below");
    compared(f, sign * beyond(1.5), sign, 0.5, VF_FAIL, "more than the tolerance, above");
    compared(f, sign * 1.5, sign, 0.49, VF_FAIL, "a smaller tolerance");
  }
  compared(f, beyond(1.0), 1.0, 0.0, VF_FAIL, "one bit, no tolerance");
  compared(f, -1.0, 1.0, 0.5, VF_FAIL, "the wrong sign");
  compared(f, QUIET_NAN, 1.0, 0.5, VF_FAIL, "nothing measured");
  compared(f, 1.0, QUIET_NAN, 0.5, VF_FAIL, "nothing expected");
  compared(f, 1.0, 1.0, QUIET_NAN, VF_FAIL, "no tolerance known");
  compared(f, 1.0, 1.0, -0.5, VF_FAIL, "a negative tolerance");
  compared(f, POSITIVE_INFINITY, POSITIVE_INFINITY, 0.5, VF_FAIL, "infinite");
  const vf_case one = compared(f, 3.0, 2.0, 4.0, VF_PASS, "fields");
  assert_string_equal(one.relation, "=");
  require_bits(one.measured, 3.0, "measured", 0);
  require_bits(one.expected, 2.0, "expected", 0);
  require_bits(one.tolerance, 4.0, "tolerance", 0);
  require_bits(one.badness, 0.25, "badness", 0);
  assert_false(one.erratum);
}

static void test_within_relative(void **state) {
  distance_fn *const f = vf_within_relative;
  (void)state;
  for (int sign = -1; sign <= 1; sign += 2) {
    compared(f, sign * 2.5, sign * 2.0, 0.25, VF_PASS, "the tolerance, above");
    compared(f, sign * 1.5, sign * 2.0, 0.25, VF_PASS, "the tolerance, below");
    compared(f, sign * beyond(2.5), sign * 2.0, 0.25, VF_FAIL, "more than the tolerance, above");
    compared(f, sign * 1.499, sign * 2.0, 0.25, VF_FAIL, "more than the tolerance, below");
  }
  compared(f, 0x1p-60, 0.0, 0.25, VF_FAIL, "relative to 0");
  compared(f, 0.0, 0.0, 0.25, VF_PASS, "0");
  const vf_case one = compared(f, -8.0, -8.0, 0.25, VF_PASS, "fields");
  require_bits(one.tolerance, 2.0, "tolerance", 0);
}

static void test_rejected(void **state) {
  distance_fn *const f = vf_rejected;
  (void)state;
  compared(f, 1.0, beyond(1.5), 0.5, VF_PASS, "more than the tolerance");
  compared(f, 1.0, -1.0, 0.5, VF_PASS, "the wrong sign");
  compared(f, 1.0, POSITIVE_INFINITY, 0.5, VF_PASS, "printed is infinite");
  compared(f, 1.0, 1.5, 0.5, VF_FAIL, "the tolerance");
  compared(f, 1.5, 1.0, 0.5, VF_FAIL, "the tolerance, above");
  compared(f, 1.0, 1.0, 0.0, VF_FAIL, "the same, no tolerance");
  compared(f, QUIET_NAN, 1.0, 0.5, VF_FAIL, "nothing measured");
  compared(f, 1.0, QUIET_NAN, 0.5, VF_FAIL, "nothing printed");
  const vf_case one = compared(f, 5.0, 3.0, 1.0, VF_PASS, "fields");
  assert_string_equal(one.relation, "!=");
  require_bits(one.badness, 0.5, "badness", 0);
  assert_true(one.erratum && !one.right_relation && isnan(one.right) && one.printed == 3.0);
}

/* ---- bounds ---- */

typedef void bound_fn(vf_context *context, const char *instance, double measured, double bound,
                      const char *basis);

static vf_case bounded(bound_fn *compare, double measured, double bound, vf_verdict verdict,
                       const char *what) {
  vf_context context = {.jobs = 1};
  compare(&context, what, measured, bound, "claimed");
  const vf_case one = only_case(&context);
  require_verdict(&one, verdict, what);
  return one;
}

static void test_bounds(void **state) {
  (void)state;
  for (int sign = -1; sign <= 1; sign += 2) {
    const double bound = 2.0 * sign, above = nextafter(bound, POSITIVE_INFINITY),
                 below = nextafter(bound, -POSITIVE_INFINITY);
    bounded(vf_at_most, bound, bound, VF_PASS, "at most: the bound");
    bounded(vf_at_most, below, bound, VF_PASS, "at most: below");
    bounded(vf_at_most, above, bound, VF_FAIL, "at most: above");
    bounded(vf_at_least, bound, bound, VF_PASS, "at least: the bound");
    bounded(vf_at_least, above, bound, VF_PASS, "at least: above");
    bounded(vf_at_least, below, bound, VF_FAIL, "at least: below");
  }
  bounded(vf_at_most, QUIET_NAN, 1.0, VF_FAIL, "at most: nothing measured");
  bounded(vf_at_most, 1.0, QUIET_NAN, VF_FAIL, "at most: no bound");
  bounded(vf_at_least, QUIET_NAN, 1.0, VF_FAIL, "at least: nothing measured");
  bounded(vf_at_least, 1.0, QUIET_NAN, VF_FAIL, "at least: no bound");
  const vf_case most = bounded(vf_at_most, -1.0, 4.0, VF_PASS, "at most: fields"),
                least = bounded(vf_at_least, 4.0, -1.0, VF_PASS, "at least: fields");
  assert_string_equal(most.relation, "<=");
  assert_string_equal(least.relation, ">=");
  require_bits(most.badness, 0.25, "badness", 0);
  require_bits(least.badness, 0.25, "badness", 1);
}

/* ---- bits ---- */

static void test_same_bits(void **state) {
  const double a[] = {0.0, 1.0, QUIET_NAN}, zero[] = {-0.0, 1.0, QUIET_NAN},
               last[] = {0.0, 1.0, -QUIET_NAN}, two[] = {0.0, beyond(1.0), 2.0};
  const struct {
    const double *b;
    size_t count;
    vf_verdict verdict;
    double differences;
  } cases[] = {{a, 3, VF_PASS, 0.0},    {zero, 3, VF_FAIL, 1.0}, {last, 3, VF_FAIL, 1.0},
               {last, 2, VF_PASS, 0.0}, {two, 3, VF_FAIL, 2.0},  {a, 0, VF_FAIL, 0.0}};
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    vf_context context = {.jobs = 1};
    vf_same_bits(&context, "bits", a, cases[i].b, cases[i].count);
    const vf_case one = only_case(&context);
    require_verdict(&one, cases[i].verdict, "the same bits");
    require_bits(one.measured, cases[i].differences, "differences", i);
    require_bits(one.badness, cases[i].differences, "badness", i);
    assert_string_equal(one.relation, "bits");
  }
}

/* ---- Monte Carlo ---- */

static vf_case sampled(double measured, double standard_error, double effect, vf_verdict verdict,
                       const char *what) {
  vf_context context = {.jobs = 1};
  vf_monte_carlo(&context, what, measured, standard_error, 2.0, effect, "law");
  assert_non_null(strstr(context.cases[0].basis, "3 standard errors"));
  assert_non_null(strstr(context.cases[0].basis, "law"));
  const vf_case one = only_case(&context);
  require_verdict(&one, verdict, what);
  return one;
}

/* The expected value is 2, the standard error 1/8, so the tolerance 3/8; five of it 15/8. */
static void test_monte_carlo(void **state) {
  const double effect = 1.875, below = nextafter(effect, 0.0);
  (void)state;
  sampled(2.375, 0.125, effect, VF_PASS, "three errors above");
  sampled(1.625, 0.125, -effect, VF_PASS, "three errors below, a negative effect");
  sampled(beyond(2.375), 0.125, effect, VF_FAIL, "more than three errors above");
  sampled(nextafter(1.625, 0.0), 0.125, effect, VF_FAIL, "more than three errors below");
  sampled(2.0, 0.125, below, VF_INCONCLUSIVE, "the effect drowns");
  sampled(2.0, 0.125, -below, VF_INCONCLUSIVE, "a negative effect drowns");
  sampled(9.0, 0.125, below, VF_INCONCLUSIVE, "far away, but blind");
  sampled(2.0, 0.125, 0.0, VF_INCONCLUSIVE, "no effect");
  sampled(2.0, 0.125, QUIET_NAN, VF_INCONCLUSIVE, "no effect known");
  sampled(2.0, 0.0, effect, VF_INCONCLUSIVE, "no error");
  sampled(2.0, -0.125, effect, VF_INCONCLUSIVE, "a negative error");
  sampled(2.0, QUIET_NAN, effect, VF_INCONCLUSIVE, "no error known");
  sampled(QUIET_NAN, 0.125, effect, VF_FAIL, "nothing measured");
  const vf_case one = sampled(2.1875, 0.125, effect, VF_PASS, "fields");
  require_bits(one.tolerance, 0.375, "tolerance", 0);
  require_bits(one.badness, 0.5, "badness", 0);
}

/* ---- errata ---- */

static vf_case corrected(double measured, double right, double printed, double tolerance,
                         vf_verdict verdict, const char *what) {
  vf_context context = {.jobs = 1};
  vf_erratum(&context, what, measured, right, printed, tolerance, "law");
  const vf_case one = only_case(&context);
  require_verdict(&one, verdict, what);
  return one;
}

static void test_erratum(void **state) {
  (void)state;
  corrected(1.0, 1.0, 3.5, 0.5, VF_PASS, "right and printed five tolerances apart");
  corrected(1.5, 1.0, 3.5, 0.5, VF_PASS, "the tolerance");
  corrected(0.5, 1.0, -1.5, 0.5, VF_PASS, "the tolerance, below");
  corrected(beyond(1.5), 1.0, 3.5, 0.5, VF_FAIL, "more than the tolerance");
  corrected(3.5, 1.0, 3.5, 0.5, VF_FAIL, "as printed");
  corrected(1.0, 1.0, nextafter(3.5, 0.0), 0.5, VF_INCONCLUSIVE, "right and printed too close");
  corrected(9.0, 1.0, 2.0, 0.5, VF_INCONCLUSIVE, "too close, and far away");
  corrected(1.0, 1.0, beyond(1.0), 0.0, VF_PASS, "exact");
  /* Without a tolerance nothing is too close, so that this alone shows print rejected. */
  corrected(1.0, 1.0, 1.0, 0.0, VF_FAIL, "print is right");
  corrected(1.0, 1.0, POSITIVE_INFINITY, 0.5, VF_PASS, "printed is infinite");
  corrected(QUIET_NAN, 1.0, 3.5, 0.5, VF_FAIL, "nothing measured");
  corrected(1.0, QUIET_NAN, 3.5, 0.5, VF_FAIL, "nothing right");
  corrected(1.0, 1.0, QUIET_NAN, 0.5, VF_FAIL, "nothing printed");
  corrected(POSITIVE_INFINITY, POSITIVE_INFINITY, 1.0, 0.5, VF_FAIL, "infinite");
  corrected(1.0, 1.0, 3.5, QUIET_NAN, VF_INCONCLUSIVE, "no tolerance known");
  const vf_case one = corrected(1.25, 1.0, 4.0, 0.5, VF_PASS, "fields");
  assert_true(one.erratum && one.right == 1.0 && one.printed == 4.0 && one.expected == 1.0);
  assert_string_equal(one.right_relation, "=");
  assert_string_equal(one.printed_relation, "=");
  require_bits(one.badness, 0.5, "badness", 0);
}

typedef struct {
  const char *relation;
  double value;
} claim;

static vf_case refuted(double measured, claim right, claim printed, double tolerance,
                       vf_verdict verdict, const char *what) {
  vf_context context = {.jobs = 1};
  vf_erratum_claim(&context, what, measured, right.relation, right.value, printed.relation,
                   printed.value, tolerance, "law");
  const vf_case one = only_case(&context);
  require_verdict(&one, verdict, what);
  return one;
}

static void test_erratum_claim(void **state) {
  const claim none = {NULL, 0.0}, most = {"<=", 1.0}, least = {">=", 1.0}, equal = {"=", 1.0};
  (void)state;
  refuted(beyond(1.5), none, most, 0.5, VF_PASS, "<= violated by more than the tolerance");
  refuted(1.5, none, most, 0.5, VF_FAIL, "<= violated by the tolerance");
  refuted(0.0, none, most, 0.5, VF_FAIL, "<= holds");
  refuted(0.5 - 0x1p-52, none, least, 0.5, VF_PASS, ">= violated by more");
  refuted(0.5, none, least, 0.5, VF_FAIL, ">= violated by the tolerance");
  refuted(9.0, none, least, 0.5, VF_FAIL, ">= holds");
  refuted(beyond(1.5), none, equal, 0.5, VF_PASS, "= violated above");
  refuted(0.5 - 0x1p-52, none, equal, 0.5, VF_PASS, "= violated below");
  refuted(1.5, none, equal, 0.5, VF_FAIL, "= violated by the tolerance");
  refuted(3.5, (claim){"<=", 3.0}, most, 0.5, VF_PASS, "the right bound and the tolerance");
  refuted(beyond(3.5), (claim){"<=", 3.0}, most, 0.5, VF_FAIL, "beyond the right bound");
  refuted(2.5, (claim){">=", 3.0}, most, 0.5, VF_PASS, "the right bound from below");
  refuted(nextafter(2.5, 0.0), (claim){">=", 3.0}, most, 0.5, VF_FAIL, "below the right bound");
  refuted(2.5, (claim){"=", 3.0}, most, 0.5, VF_PASS, "the right value and the tolerance");
  refuted(2.4, (claim){"=", 3.0}, most, 0.5, VF_FAIL, "not the right value");
  refuted(QUIET_NAN, none, most, 0.5, VF_FAIL, "nothing measured");
  refuted(3.0, (claim){"<=", QUIET_NAN}, most, 0.5, VF_FAIL, "nothing right");
  refuted(3.0, none, (claim){"<", 1.0}, 0.5, VF_FAIL, "no such relation");
  refuted(3.0, (claim){">", 1.0}, most, 0.5, VF_FAIL, "no such relation, right");
  assert_string_equal(refuted(3.0, none, most, 0.5, VF_PASS, "opposite").relation, ">");
  assert_string_equal(refuted(0.0, none, least, 0.5, VF_PASS, "opposite").relation, "<");
  assert_string_equal(refuted(0.0, none, equal, 0.5, VF_PASS, "opposite").relation, "!=");
  const vf_case one = refuted(3.0, (claim){"<=", 4.0}, most, 0.5, VF_PASS, "fields"),
                alone = refuted(3.0, none, most, 0.5, VF_PASS, "fields");
  assert_true(one.erratum && one.right == 4.0 && one.printed == 1.0 && one.expected == 4.0);
  assert_string_equal(one.relation, "<=");
  require_bits(one.badness, 0.25, "badness", 0);
  assert_true(isnan(alone.right) && alone.expected == 1.0 && !alone.right_relation);
}

/* ---- order of convergence ---- */

enum { MOST = 16 };

/* 99.5 % quantiles of Student's t from a table, by degrees of freedom; what the harness takes
 * beyond 10 is that of 10. */
static const double student[] = {0,     63.657, 9.925, 5.841, 4.604, 4.032,
                                 3.707, 3.499,  3.355, 3.250, 3.169};

typedef struct {
  double slope, width;
} fitted;

static long double product(const long double *a, const long double *b, size_t n) {
  long double sum = 0.0L;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/* a -= (its part along b). */
static void take_off(long double *a, const long double *b, size_t n) {
  const long double along = product(a, b, n) / product(b, b, n);
  for (size_t i = 0; i < n; i++) a[i] -= along * b[i];
}

/* The regression by orthogonalisation in long double: what is left of log h without the other two
 * columns carries the slope, and what is left of y is the residual. */
static fitted fit(const double *h, const double *error, size_t n) {
  long double one[MOST], linear[MOST], x[MOST], y[MOST];
  for (size_t i = 0; i < n; i++) {
    one[i] = 1.0L, linear[i] = (long double)h[i];
    x[i] = logl(linear[i]), y[i] = logl((long double)fabs(error[i]));
  }
  take_off(linear, one, n);
  take_off(x, one, n), take_off(x, linear, n);
  take_off(y, one, n), take_off(y, linear, n);
  const long double slope = product(x, y, n) / product(x, x, n);
  take_off(y, x, n);
  const size_t freedom = n - 3;
  const long double variance = product(y, y, n) / (long double)freedom / product(x, x, n);
  return (fitted){(double)slope, student[freedom < 10 ? freedom : 10] * (double)sqrtl(variance)};
}

/* error = exp(h) h^2 times a factor that differs from 1 by up to `noise`; h from 1/2 down. */
static void series(double noise, double *h, double *error, size_t n) {
  data_source data = {7};
  for (size_t i = 0; i < n; i++) {
    h[i] = 0.5 * pow(0.75, (double)i);
    error[i] =
        (i % 2 ? -1.0 : 1.0) * exp(h[i]) * h[i] * h[i] * (1.0 + data_uniform(&data, -noise, noise));
  }
}

static vf_case ordered(const double *h, const double *error, size_t n, double order,
                       vf_verdict verdict, const char *what) {
  vf_context context = {.jobs = 1};
  const double estimate = vf_order(&context, what, h, error, n, order);
  const vf_case one = only_case(&context);
  require_verdict(&one, verdict, what);
  if (strcmp(one.relation, "order") == 0 && !isnan(estimate))
    require_bits(one.measured, estimate, what, n);
  return one;
}

static void test_order(void **state) {
  double h[MOST], error[MOST];
  (void)state;
  for (size_t n = 4; n <= MOST; n++) {
    series(n == 4 ? 1e-4 : 1e-3, h, error, n);
    const fitted right = fit(h, error, n);
    const vf_case one = ordered(h, error, n, right.slope, VF_PASS, "the estimate itself");
    require_within(one.measured, right.slope, 1e-9, "slope", n);
    require_within(one.tolerance, right.width, 1e-5 * right.width, "width", n);
    assert_true(right.width < 0.25);
    for (int sign = -1; sign <= 1; sign += 2) {
      const double inside = right.slope + 0.999 * sign * right.width,
                   outside = right.slope + 1.001 * sign * right.width;
      require_within(ordered(h, error, n, inside, VF_PASS, "inside the interval").badness, 0.999,
                     1e-4, "badness", n);
      ordered(h, error, n, outside, VF_FAIL, "outside the interval");
      ordered(h, error, n, right.slope + sign, VF_FAIL, "another order");
    }
    ordered(h, error, n, 2.0, VF_PASS, "the order of the data");
  }
}

/* The widest interval that still says something is 1/4 to either side. */
static void test_order_wide(void **state) {
  double h[MOST], error[MOST], low = 1e-4, high = 0.9;
  const size_t n = 6;
  (void)state;
  for (int k = 0; k < 60; k++) {
    const double middle = (low + high) / 2.0;
    series(middle, h, error, n);
    *(fit(h, error, n).width < 0.25 ? &low : &high) = middle;
  }
  series(low * 0.9999, h, error, n);
  ordered(h, error, n, 2.0, VF_PASS, "just narrow enough");
  series(low * 1.0001, h, error, n);
  ordered(h, error, n, 2.0, VF_INCONCLUSIVE, "just too wide");
  ordered(h, error, n, 5.0, VF_INCONCLUSIVE, "too wide, and another order");
}

static void test_order_refused(void **state) {
  double h[MOST], error[MOST];
  (void)state;
  series(1e-4, h, error, 6);
  assert_string_equal(ordered(h, error, 3, 2.0, VF_FAIL, "three step sizes").relation, "error");
  error[2] = QUIET_NAN;
  ordered(h, error, 6, 2.0, VF_FAIL, "an error that is none");
  error[2] = 0.0;
  ordered(h, error, 6, 2.0, VF_FAIL, "no error");
  error[2] = POSITIVE_INFINITY;
  ordered(h, error, 6, 2.0, VF_FAIL, "an infinite error");
}

/* ---- the verdict of a check ---- */

static void test_verdict(void **state) {
  vf_context context = {.jobs = 1};
  (void)state;
  assert_int_equal(vf_context_verdict(&context), VF_FAIL); /* nothing ran */
  assert_null(vf_context_worst(&context));
  assert_null(vf_context_telling(&context));
  for (int i = 0; i < 20; i++) vf_within(&context, "close", 1.0, 1.0 + i % 3, 8.0, "");
  vf_within(&context, "closest to failing", 1.0, 5.0, 8.0, "");
  vf_within(&context, "large, but exact", 0x1p60, 0x1p60, 0.0, "");
  vf_within(&context, "far, but tolerated", 1.0, 4.0, 80.0, "");
  assert_string_equal(vf_context_worst(&context)->instance, "closest to failing");
  assert_string_equal(vf_context_telling(&context)->instance, "closest to failing");
  assert_int_equal(vf_context_verdict(&context), VF_PASS);
  vf_monte_carlo(&context, "blind", 1.0, 1.0, 1.0, 1.0, "");
  assert_string_equal(vf_context_worst(&context)->instance, "blind");
  assert_int_equal(vf_context_verdict(&context), VF_INCONCLUSIVE);
  vf_within(&context, "wrong by a little", 1.0, 2.0, 0.9, "");
  assert_string_equal(vf_context_worst(&context)->instance, "wrong by a little");
  vf_within(&context, "no number", QUIET_NAN, 2.0, 0.9, "");
  vf_within(&context, "wrong by much", 1.0, 1e9, 0.9, "");
  vf_monte_carlo(&context, "blind again", 1e9, 1.0, 1.0, 1.0, "");
  assert_string_equal(vf_context_worst(&context)->instance, "no number");
  assert_int_equal(vf_context_verdict(&context), VF_FAIL);
  assert_int_equal(context.count, 28);
  vf_context_clear(&context);
  assert_int_equal(context.count, 0);
}

/* The erratum that speaks loudest: farthest from print in tolerances, then right from printed. */
static void test_telling(void **state) {
  vf_context context = {.jobs = 1};
  (void)state;
  vf_within(&context, "no erratum", 1.0, 1.9, 1.0, "");
  vf_erratum(&context, "loud", 1.0, 1.0, 11.0, 0.5, "");
  vf_erratum(&context, "far, widely", 1.0, 1.0, 101.0, 20.0, "");
  assert_string_equal(vf_context_worst(&context)->instance, "no erratum");
  assert_string_equal(vf_context_telling(&context)->instance, "loud");
  vf_erratum(&context, "exact", 1.0, 1.0, 2.0, 0.0, "");
  vf_erratum(&context, "exact, farther", 1.0, 1.0, 3.0, 0.0, "");
  vf_erratum(&context, "exact, less far", 1.0, 1.0, 2.5, 0.0, "");
  assert_string_equal(vf_context_telling(&context)->instance, "exact, farther");
  vf_erratum(&context, "close", 1.0, 1.0, 1.5, 0.5, "");
  assert_string_equal(vf_context_telling(&context)->instance, "close");
  vf_context_clear(&context);
}

static void test_error(void **state) {
  vf_context context = {.jobs = 1};
  (void)state;
  vf_error(&context, "here", "no memory");
  assert_string_equal(context.cases[0].instance, "here");
  assert_string_equal(context.cases[0].basis, "no memory");
  vf_case one = only_case(&context);
  require_verdict(&one, VF_FAIL, "error");
  for (size_t i = 0; i < COUNT(vf_closed_forms); i++)
    require_bits(vf_expected(&context, vf_closed_forms[i].key), vf_closed_forms[i].value, "key", i);
  assert_int_equal(context.count, 0);
  assert_true(isnan(vf_expected(&context, "no such key")));
  one = only_case(&context);
  require_verdict(&one, VF_FAIL, "an unknown key");
  vf_undecided(&context, "there", "no file");
  assert_string_equal(context.cases[0].basis, "no file");
  one = only_case(&context);
  require_verdict(&one, VF_INCONCLUSIVE, "what is not there");
}

static void test_series(void **state) {
  static const double values[] = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0};
  static const char *const columns[] = {"t", "x"};
  vf_context context = {.jobs = 1};
  (void)state;
  vf_series(&context, "first", columns, 2, values, 3);
  vf_series(&context, "second", columns, 1, values, 1);
  assert_int_equal(context.series_count, 2);
  assert_string_equal(context.series[0].name, "first");
  assert_string_equal(context.series[0].columns[1], "x");
  require_same(context.series[0].values, values, COUNT(values), "series");
  assert_true(context.series[0].rows == 3 && context.series[1].column_count == 1);
  assert_int_equal(context.count, 0);
  vf_series(&context, "no rows", columns, 2, values, 0);
  vf_series(&context, "no columns", columns, 0, values, 2);
  assert_int_equal(context.series_count, 2);
  assert_int_equal(context.count, 2);
  assert_int_equal(vf_context_verdict(&context), VF_FAIL);
  vf_context_clear(&context);
  assert_int_equal(context.series_count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_within),        cmocka_unit_test(test_within_relative),
      cmocka_unit_test(test_rejected),      cmocka_unit_test(test_bounds),
      cmocka_unit_test(test_same_bits),     cmocka_unit_test(test_monte_carlo),
      cmocka_unit_test(test_erratum),       cmocka_unit_test(test_erratum_claim),
      cmocka_unit_test(test_order),         cmocka_unit_test(test_order_wide),
      cmocka_unit_test(test_order_refused), cmocka_unit_test(test_verdict),
      cmocka_unit_test(test_telling),       cmocka_unit_test(test_error),
      cmocka_unit_test(test_series),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

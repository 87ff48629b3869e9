/* The rules of integration: degrees that they are exact for and the known error on the next one,
 * orders of convergence, error estimates. */
#include "common.h"

#include <math.h>

#include "harness/quadrature.h"

static const double pi = 3.14159265358979323846;

/* x^degree, user pointing to the degree. */
static double power(void *user, double x) { return pow(x, *(const int *)user); }

/* The integral of x^degree over [from, to]. */
static double power_integral(int degree, double from, double to) {
  return (pow(to, degree + 1) - pow(from, degree + 1)) / (degree + 1);
}

/* Writes x^degree at the ends of the intervals of [from, to] and applies Simpson's rule. */
static double simpson_of_power(int degree, double from, double to, size_t intervals) {
  double values[65];
  const double h = (to - from) / (double)intervals;
  assert_true(intervals < COUNT(values));
  for (size_t k = 0; k <= intervals; k++) values[k] = pow(from + h * (double)k, degree);
  return vf_simpson(values, intervals, h, NULL);
}

static void test_simpson_degree(void **state) {
  for (size_t n = 2; n <= 64; n += n < 8 ? 2 : 8) {
    const double h = 3.0 / (double)n;
    for (int degree = 0; degree <= 3; degree++)
      require_within(simpson_of_power(degree, -1.0, 2.0, n), power_integral(degree, -1.0, 2.0),
                     128.0 * 16.0 * UNIT_ROUNDOFF, "Simpson, degrees 0 to 3", n);
    /* (b-a) h^4 f''''/180 */
    require_within(simpson_of_power(4, -1.0, 2.0, n) - power_integral(4, -1.0, 2.0),
                   3.0 * pow(h, 4.0) * 24.0 / 180.0, 128.0 * 32.0 * UNIT_ROUNDOFF,
                   "Simpson, degree 4", n);
  }
  (void)state;
}

/* Errors on e^x over [0, 1] fall sixteenfold, and the estimate is right up to the order 2 in h by
 * which the error's own series goes on. */
static void test_simpson_order(void **state) {
  double before = 0.0;
  for (size_t n = 4; n <= 64; n *= 2) {
    double values[65], estimate;
    const double h = 1.0 / (double)n;
    for (size_t k = 0; k <= n; k++) values[k] = exp(h * (double)k);
    const double error = vf_simpson(values, n, h, &estimate) - (exp(1.0) - 1.0);
    require_within(error, pow(h, 4.0) * (exp(1.0) - 1.0) / 180.0, error * h * h, "error of e^x", n);
    require_within(estimate, error, error * h * h + 1e-15, "estimated error", n);
    if (before > 0.0) require_within(before / error, 16.0, 32.0 * h * h + 1e-3, "order 4", n);
    before = error;
  }
  (void)state;
}

static void test_simpson_refused(void **state) {
  static const double values[] = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0};
  double error = 0.0;
  assert_true(isnan(vf_simpson(values, 0, 1.0, NULL)));
  assert_true(isnan(vf_simpson(values, 3, 1.0, &error)));
  assert_true(isnan(error));
  error = 0.0; /* six intervals: no rule over intervals twice as long */
  require_within(vf_simpson(values, 6, 1.0, &error), 24.0, 16.0 * UNIT_ROUNDOFF * 24.0, "six", 0);
  assert_true(isnan(error));
  (void)state;
}

/* Tolerances on [-1, 1]: sums of 8 terms a panel that never exceed 2, and 6 roundings of each term
 * and its node. */
static void test_gauss_degree(void **state) {
  for (size_t panels = 1; panels <= 5; panels++)
    for (int degree = 0; degree <= 15; degree++) {
      const double right = power_integral(degree, -.5, 2.0), roundings = 8.0 * (double)panels + 6.0;
      require_within(vf_gauss(power, &degree, -1.0, 1.0, panels), power_integral(degree, -1.0, 1.0),
                     2.0 * roundings * UNIT_ROUNDOFF, "Gauss on [-1, 1]", (size_t)degree);
      require_within(vf_gauss(power, &degree, -.5, 2.0, panels), right,
                     256.0 * UNIT_ROUNDOFF * (1.0 + right), "Gauss on [-1/2, 2]", (size_t)degree);
    }
  (void)state;
}

/* On x^16 over [-1, 1] one panel is too low by 2^17 8!^4/(17 16!^2), which two panels divide by
 * 2^16. */
static void test_gauss_order(void **state) {
  int degree = 16;
  double low = 131072.0 / 17.0;
  for (int k = 1; k <= 8; k++) low *= k / (8.0 + k) * k / (8.0 + k);
  for (size_t panels = 1; panels <= 2; panels++, low /= 65536.0)
    require_within(2.0 / 17.0 - vf_gauss(power, &degree, -1.0, 1.0, panels), low,
                   32.0 * UNIT_ROUNDOFF, "Gauss, degree 16", panels);
  assert_true(isnan(vf_gauss(power, &degree, -1.0, 1.0, 0)));
  (void)state;
}

/* Exact for degree 1; on x^2 too low by h^2/12. */
static void test_midpoint(void **state) {
  for (size_t n = 1; n <= 64; n *= 2) {
    int degree = 1;
    const double h = 3.0 / (double)n;
    require_within(vf_midpoint_mean(power, &degree, -1.0, 2.0, n), .5, 128.0 * UNIT_ROUNDOFF,
                   "midpoints, degree 1", n);
    degree = 2;
    require_within(vf_midpoint_mean(power, &degree, -1.0, 2.0, n), 1.0 - h * h / 12.0,
                   256.0 * UNIT_ROUNDOFF, "midpoints, degree 2", n);
  }
  int degree = 0;
  assert_true(isnan(vf_midpoint_mean(power, &degree, -1.0, 2.0, 0)));
  (void)state;
}

/* cos(n x + 1), user pointing to n. */
static double wave(void *user, double x) { return cos(*(const int *)user * x + 1.0); }

static double exponential_of_cosine(void *user, double x) {
  (void)user;
  return exp(cos(x));
}

static double kinked(void *user, double x) {
  (void)user;
  return fabs(sin(x));
}

/* Waves below the number of nodes have the mean 0; that number's own is seen as a constant. */
static void test_circle_degree(void **state) {
  for (int nodes = 1; nodes <= 40; nodes++)
    for (int n = 0; n <= nodes; n++)
      require_within(vf_circle_mean(wave, &n, (size_t)nodes), n % nodes == 0 ? cos(1.0) : 0.0,
                     4.0 * (2.0 * pi * n + 4.0) * UNIT_ROUNDOFF, "waves",
                     (size_t)(100 * nodes + n));
  (void)state;
}

/* e^cos has the mean I_0(1), which n nodes miss by 2 I_n(1), some 2/(2^n n!): 16 are enough. |sin|
 * with its kinks at nodes has the mean (2/n) cot(pi/n), an error of order 2. */
static void test_circle_order(void **state) {
  require_within(vf_circle_mean(exponential_of_cosine, NULL, 16), 1.26606587775200834,
                 32.0 * UNIT_ROUNDOFF, "e^cos", 16);
  require_within(vf_circle_mean(exponential_of_cosine, NULL, 4) - 1.26606587775200834,
                 2.0 * 0.00273712022104687, 1e-6, "e^cos", 4);
  double before = 0.0;
  for (size_t n = 8; n <= 1024; n *= 2) {
    const double mean = vf_circle_mean(kinked, NULL, n), error = 2.0 / pi - mean;
    require_within(mean, 2.0 / (double)n / tan(pi / (double)n), 2.0 * (double)n * UNIT_ROUNDOFF,
                   "|sin|", n);
    if (before > 0.0)
      require_within(before / error, 4.0, 30.0 / (double)(n * n) + 1e-6, "kinks", n);
    before = error;
  }
  assert_true(isnan(vf_circle_mean(kinked, NULL, 0)));
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_simpson_degree),  cmocka_unit_test(test_simpson_order),
      cmocka_unit_test(test_simpson_refused), cmocka_unit_test(test_gauss_degree),
      cmocka_unit_test(test_gauss_order),     cmocka_unit_test(test_midpoint),
      cmocka_unit_test(test_circle_degree),   cmocka_unit_test(test_circle_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Flows, the limit map, limiting laws and averages: docs/spec.md section 15. The order of the
 * Runge-Kutta method and its error estimate against closed forms, the limit map against its own,
 * moments of the laws from fixed streams, and errors. fixtures/laws.json has the bits
 * (test_laws.c). */
#include "instances.h"

#include <math.h>

#define GUARD 16

/* sid_flow_run() in a workspace between guards and full of poison. */
static sid_status run(const sid_flow *flow, double h, uint64_t steps, double *x, double *error) {
  const size_t size = sid_flow_workspace(flow->problem);
  double *work = allocate(size + 2 * GUARD);
  poison(work, size + 2 * GUARD);
  const sid_status status = sid_flow_run(flow, h, steps, x, error, work + GUARD);
  assert_true(is_poisoned(work, GUARD) && is_poisoned(work + GUARD + size, GUARD));
  free(work);
  return status;
}

static sid_problem problem_of(int32_t kind, uint32_t dim) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = kind, problem.dim = dim;
  return problem;
}

/* ---- order and error estimate -------------------------------------------------------------- */

/* Errors of a result at two lengths of the step, one half of the other, and the estimates of the
 * second: the method is of order 4, so their ratio is 16 and the estimate is the error, both but
 * for terms of the next order, a tenth here. */
static void require_order(double coarse, double fine, double estimate, const char *what) {
  require_within(coarse / fine, 16.0, 1.6, what, 0);
  require_within(estimate / fine, 1.0, 0.1, what, 1);
}

/* x' = -(a + wd) x, so x(t) = x exp(-(a + wd) t). */
static void test_gradient_flow_of_a_quadratic(void **state) {
  static const double spectrum[1] = {1.5};
  sid_problem problem = problem_of(SID_QUADRATIC_NOISY, 1);
  problem.spectrum = spectrum;
  const double rates[] = {0.0, 0.5};
  for (size_t i = 0; i < COUNT(rates); i++) {
    const sid_flow flow = {SID_FLOW_GRADIENT, &problem, rates[i], 0.0, 0.0};
    const double end = 2.0 * exp(-(1.5 + rates[i]) * 1.0);
    double coarse = 2.0, fine = 2.0, error;
    assert_int_equal(run(&flow, 0x1p-4, 16, &coarse, NULL), SID_OK);
    assert_int_equal(run(&flow, 0x1p-5, 32, &fine, &error), SID_OK);
    require_order(coarse - end, fine - end, error, "quadratic");
  }
  (void)state;
}

/* The flow of a scale-invariant loss keeps |x|, and |x'| = |G|: on ratio2 with angle b to the
 * second axis, L = sin^2 b, tan b falls by exp(-2t/|x|^2). */
static void test_gradient_flow_of_ratio2(void **state) {
  const sid_problem problem = problem_of(SID_RATIO2, 2);
  const sid_flow flow = {SID_FLOW_GRADIENT, &problem, 0.0, 0.0, 0.0};
  const double tangent = 2.0 * exp(-2.0 * 4.0 / 5.0), angle = atan(tangent),
               end[2] = {sqrt(5.0) * sin(angle), sqrt(5.0) * cos(angle)};
  double coarse[2] = {2.0, 1.0}, fine[2] = {2.0, 1.0}, error, far = 0.0, near = 0.0;
  assert_int_equal(run(&flow, 0x1p-5, 128, coarse, NULL), SID_OK);
  assert_int_equal(run(&flow, 0x1p-6, 256, fine, &error), SID_OK);
  for (int j = 0; j < 2; j++)
    far = fmax(far, fabs(coarse[j] - end[j])), near = fmax(near, fabs(fine[j] - end[j]));
  require_order(far, near, error, "ratio2");
  require_within(hypot(fine[0], fine[1]), sqrt(5.0), 2.0 * near, "length", 0);
  (void)state;
}

/* (3) of eos on trough3 in closed form: Psi of the angle grows by the time. */
static double trough_psi(double angle) {
  const double a = 0.64, b = 3.2768, s = sin(angle), c = cos(angle);
  return 0.64 / b * (a * log(s) - (a + b) * log(c)) + 0.5 * log(a + b * s * s);
}

static double trough_angle(double start, double time) {
  double low = 1e-9, high = start;
  for (int k = 0; k < 200; k++) {
    const double middle = 0.5 * (low + high);
    if (trough_psi(start) - trough_psi(middle) > time)
      low = middle;
    else
      high = middle;
  }
  return 0.5 * (low + high);
}

/* The values that the closed form is known by, then the flow: in time 1, and on the circle, which
 * its steps leave by their error alone. */
static void test_sharpness_flow(void **state) {
  const sid_problem problem = problem_of(SID_TROUGH3, 3);
  const sid_flow flow = {SID_FLOW_SHARPNESS, &problem, 0.0, 2.0, 1.0};
  const double start = atan2(2.0, 1.0), angle = trough_angle(start, 1.0);
  require_within(angle, 0.51159466, 1e-8, "closed form", 1);
  require_within(trough_angle(start, 2.0), 0.00932645, 1e-8, "closed form", 2);
  const double end[3] = {0.8 * cos(angle), 0.8 * sin(angle), 0.6};
  const double begin[3] = {0.8 * cos(start), 0.8 * sin(start), 0.6};
  double coarse[3], fine[3], error, far = 0.0, near = 0.0;
  memcpy(coarse, begin, sizeof coarse), memcpy(fine, begin, sizeof fine);
  assert_int_equal(run(&flow, 0x1p-6, 64, coarse, NULL), SID_OK);
  assert_int_equal(run(&flow, 0x1p-7, 128, fine, &error), SID_OK);
  for (int j = 0; j < 3; j++)
    far = fmax(far, fabs(coarse[j] - end[j])), near = fmax(near, fabs(fine[j] - end[j]));
  require_order(far, near, error, "trough3");
  require_bits(fine[2], 0.6, "height", 0);
  (void)state;
}

/* Downhill on both problems, and faster by the factor; RMSprop's weight alone slows it down. */
static void test_sharpness_flow_goes_down(void **state) {
  data_source data = {3};
  for (int k = 0; k < 100; k++) {
    const sid_problem problem = problem_of(k % 2 ? SID_RIDGE3 : SID_TROUGH3, 3);
    const sid_flow flow = {SID_FLOW_SHARPNESS, &problem, 0.0, 2.0, 1.0},
                   twice = {SID_FLOW_SHARPNESS, &problem, 0.0, 4.0, 1.0},
                   heavy = {SID_FLOW_SHARPNESS, &problem, 0.0, 2.0, 50.0};
    double x[4][3], slope[4];
    sid_manifold_point at[4];
    data_fill(&data, x[0], 3, -1.0, 1.0);
    for (int i = 1; i < 4; i++) memcpy(x[i], x[0], sizeof x[0]);
    assert_int_equal(run(&flow, 1e-3, 1, x[1], NULL), SID_OK);
    assert_int_equal(run(&twice, 1e-3, 1, x[2], NULL), SID_OK);
    assert_int_equal(run(&heavy, 1e-3, 1, x[3], NULL), SID_OK);
    for (int i = 0; i < 4; i++) {
      assert_int_equal(sid_manifold_project(&problem, x[i], at + i), SID_OK);
      slope[i] = at[i].sharpness;
    }
    assert_true(slope[1] < slope[0] && slope[2] < slope[1] && slope[3] < slope[0] &&
                slope[3] > slope[1]);
  }
  (void)state;
}

/* No steps: nothing moves and there is no error. */
static void test_no_steps(void **state) {
  const sid_problem problem = problem_of(SID_RATIO2, 2);
  const sid_flow flow = {SID_FLOW_GRADIENT, &problem, 0.5, 0.0, 0.0};
  double x[2] = {1.0, -2.0}, error = 7.0;
  assert_int_equal(run(&flow, 0.5, 0, x, &error), SID_OK);
  assert_true(x[0] == 1.0 && x[1] == -2.0);
  require_bits(error, 0.0, "error", 0);
  (void)state;
}

/* ---- errors -------------------------------------------------------------------------------- */

static void test_flow_errors(void **state) {
  static const double steep[2] = {-1e200, 1.0};
  sid_problem problem = problem_of(SID_QUADRATIC_NOISY, 2), trough = problem_of(SID_TROUGH3, 3);
  problem.spectrum = steep;
  const sid_flow flow = {SID_FLOW_GRADIENT, &problem, 0.0, 0.0, 0.0},
                 none = {SID_FLOW_GRADIENT, NULL, 0.0, 0.0, 0.0},
                 other = {SID_FLOW_SHARPNESS, &problem, 0.0, 2.0, 1.0},
                 sharpness = {SID_FLOW_SHARPNESS, &trough, 0.0, 2.0, 1.0},
                 below = {0, &problem, 0.0, 0.0, 0.0},
                 above = {SID_FLOW_SHARPNESS + 1, &trough, 0.0, 0.0, 0.0};
  double x[3] = {1.0, -2.0, 0.5}, axis[3] = {0.0, 0.0, 1.0}, work[64], error = 7.0;
  assert_int_equal(sid_flow_run(NULL, 0.1, 2, x, &error, work), SID_E_NULL);
  assert_int_equal(sid_flow_run(&none, 0.1, 2, x, &error, work), SID_E_NULL);
  assert_int_equal(sid_flow_run(&flow, 0.1, 2, NULL, &error, work), SID_E_NULL);
  assert_int_equal(sid_flow_run(&flow, 0.1, 2, x, &error, NULL), SID_E_NULL);
  assert_int_equal(sid_flow_run(&other, 0.1, 2, x, &error, work), SID_E_KIND);
  assert_int_equal(sid_flow_run(&below, 0.1, 2, x, &error, work), SID_E_KIND);
  assert_int_equal(sid_flow_run(&above, 0.1, 2, x, &error, work), SID_E_KIND);
  assert_int_equal(sid_flow_run(&flow, 0.1, 3, x, &error, work), SID_E_COUNT);
  assert_int_equal(run(&flow, 0.1, 2, x, &error), SID_E_NONFINITE);
  assert_int_equal(run(&flow, QUIET_NAN, 2, x, NULL), SID_E_NONFINITE);
  assert_true(x[0] == 1.0 && x[1] == -2.0 && x[2] == 0.5 && error == 7.0);
  assert_int_equal(run(&sharpness, 0.1, 2, axis, &error),
                   SID_E_NONFINITE); /* no point of the circle is nearest */
  assert_true(axis[0] == 0.0 && axis[1] == 0.0 && axis[2] == 1.0 && error == 7.0);
  (void)state;
}

/* ---- the limit map ------------------------------------------------------------------------- */

static sid_status limit(const sid_problem *problem, double h, uint64_t most, double tolerance,
                        double *x, uint64_t *steps) {
  const size_t size = sid_flow_workspace(problem);
  double *work = allocate(size + 2 * GUARD);
  poison(work, size + 2 * GUARD);
  const sid_status status = sid_flow_limit(problem, h, most, tolerance, x, steps, work + GUARD);
  assert_true(is_poisoned(work, GUARD) && is_poisoned(work + GUARD + size, GUARD));
  free(work);
  return status;
}

/* The normalised linear model whose features are axes has Phi(x) = |x| (w0 + rho v/|v|), v the
 * other coordinates of x: at a gradient of 2^-40 what is left is of that size (curvature 1), and
 * steps of 1/16 are off by 1e-6 at most. */
static void test_limit_map(void **state) {
  static const double features[10] = {2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0},
                      labels[2] = {0.9, -0.3};
  static const double start[5] = {1.0, -0.5, 0.25, 0.75, 2.0};
  sid_problem problem = problem_of(SID_NORMALISED_LINEAR, 5);
  problem.samples = 2, problem.features = features, problem.labels = labels;
  double x[5], twice[5], length = 0.0, rest = 0.0;
  uint64_t steps = 0, again = 0;
  memcpy(x, start, sizeof x);
  for (int j = 0; j < 5; j++)
    twice[j] = 2.0 * start[j], length += start[j] * start[j], rest += (j > 1) * start[j] * start[j];
  assert_int_equal(limit(&problem, 0x1p-4, 1000000, 0x1p-40, x, &steps), SID_OK);
  const double rho = sqrt(1.0 - 0.45 * 0.45 - 0.15 * 0.15);
  for (int j = 0; j < 5; j++) {
    const double unit = j == 0 ? 0.45 : j == 1 ? -0.15 : rho * start[j] / sqrt(rest);
    require_within(x[j], sqrt(length) * unit, 1e-6, "limit", (size_t)j);
  }
  /* Phi(2x) = 2 Phi(x), to the bit in steps of 4h */
  assert_int_equal(limit(&problem, 0x1p-2, 1000000, 0x1p-40, twice, &again), SID_OK);
  for (int j = 0; j < 5; j++) require_bits(twice[j], 2.0 * x[j], "doubled", (size_t)j);
  assert_true(again == steps && steps > 10);
  /* one step less does not reach it, and a limit is its own limit */
  memcpy(twice, start, sizeof twice);
  assert_int_equal(limit(&problem, 0x1p-4, steps - 1, 0x1p-40, twice, &again), SID_E_NOT_CONVERGED);
  assert_true(again == steps - 1);
  assert_int_equal(limit(&problem, 0x1p-4, 0, 0x1p-40, x, &again), SID_OK);
  assert_true(again == 0);
  (void)state;
}

static void test_limit_errors(void **state) {
  static const double steep[1] = {-8.0};
  sid_problem problem = problem_of(SID_QUADRATIC_NOISY, 1);
  problem.spectrum = steep;
  double x = 1.0, work[16];
  uint64_t steps = 77;
  assert_int_equal(sid_flow_limit(NULL, 0.1, 5, 0.1, &x, &steps, work), SID_E_NULL);
  assert_int_equal(sid_flow_limit(&problem, 0.1, 5, 0.1, NULL, &steps, work), SID_E_NULL);
  assert_int_equal(sid_flow_limit(&problem, 0.1, 5, 0.1, &x, NULL, work), SID_E_NULL);
  assert_int_equal(sid_flow_limit(&problem, 0.1, 5, 0.1, &x, &steps, NULL), SID_E_NULL);
  assert_true(x == 1.0 && steps == 77);
  assert_int_equal(limit(&problem, 0.1, 5, 0.1, &x, &steps), SID_E_NOT_CONVERGED);
  x = 1.0;
  assert_int_equal(limit(&problem, 1.0, 100000, 0.1, &x, &steps),
                   SID_E_NONFINITE); /* it flies away */
  (void)state;
}

/* ---- limiting laws ------------------------------------------------------------------------- */

enum { PATHS = 4000 };

/* The mean of a column over the paths is `expected`, to five standard errors and a bias of first
 * order in h. */
static void require_mean(const double *values, double expected, double bias, const char *what) {
  double sum = 0.0, squares = 0.0;
  for (int i = 0; i < PATHS; i++) sum += values[i], squares += values[i] * values[i];
  const double mean = sum / PATHS;
  require_within(mean, expected,
                 5.0 * sqrt(fmax(squares / PATHS - mean * mean, 0.0) / PATHS) + bias, what, 0);
}

/* (13) of fm in closed form, c = 1/2: |Y|^4 = trace + e^(-2T) (y0^4 - trace) without noise, and an
 * angle of mean 0 and variance sigma^2/(2 rho^2 trace) ln(1 + (e^(2T) - 1) trace/y0^4). From |Y|^2
 * = 3 Euler's method with h = 1/64 and rates of at most 2 is off by less than 2h of what it
 * gives. */
static void test_circle(void **state) {
  const sid_circle_law law = {0.5, 0.81, 0.3, 0.70710678118654757};
  const double shrunk = 0.81 + exp(-2.0) * (9.0 - 0.81);
  const double variance = log(1.0 + (exp(2.0) - 1.0) * 0.81 / 9.0) * 0.09 / (2.0 * 0.5 * 0.81);
  static double angle[PATHS], square[PATHS];
  for (int i = 0; i < PATHS; i++) {
    double y[2] = {3.0, 0.0};
    sid_stream stream = test_stream((uint64_t)i);
    for (int k = 0; k < 64; k++) sid_circle_step(&law, 0x1p-6, y, &stream);
    require_within(y[0] * y[0], shrunk, 0x1p-5 * shrunk, "length", 0);
    angle[i] = y[1], square[i] = y[1] * y[1];
  }
  require_mean(angle, 0.0, 0.0, "angle");
  require_mean(square, variance, 0x1p-5 * variance, "variance of the angle");
  (void)state;
}

/* Without eigenvalues E f goes to 1/p: 1/p + (f0 - 1/p) (1 + (e^(4 el t) - 1)
 * M_inf^2/M_0^2)^(-p/(2(p - 1))) (nrq, Theorem 1): .8601328981 at t = 100 for p = 5, eta = .01, lam
 * = .1, sigma = 1, M_0 = 1, f_0 = .9. Reflection near 1 and Euler's method with h = 1/2 matter less
 * than 1e-3. */
static void test_rayleigh_law(void **state) {
  const sid_rayleigh_law law = {0.01, 0.1, 1.0, 1.5, 1.5, 5};
  static double f[PATHS];
  for (int i = 0; i < PATHS; i++) {
    double y[2] = {0.9, 1.0};
    sid_stream stream = test_stream((uint64_t)i);
    for (int k = 0; k < 200; k++) {
      sid_rayleigh_law_step(&law, 0.5, y, &stream);
      assert_true(y[0] >= 0.0 && y[0] <= 1.0);
    }
    const double norm4 = 0.2 + exp(-0.4) * (1.0 - 0.2); /* (p - 1) sigma^2 eta/(2 lam) = .2 */
    require_within(y[1], norm4, 1e-3, "norm", 0);
    f[i] = y[0];
  }
  require_mean(f, 0.860132898050316, 1e-3, "f");
  (void)state;
}

/* Without noise and decay f/(1 - f) grows by exp(2 lr (high - low) t/|x|^2): the factor 2 that the
 * print of nrq, Theorem 1 lacks. In steps of 1/16 of a rate of .05 that is off by less than
 * 1e-3. */
static void test_rayleigh_law_without_noise(void **state) {
  const sid_rayleigh_law law = {0.1, 0.0, 0.0, 1.0, 2.0, 5};
  double y[2] = {0.2, 16.0};
  sid_stream stream = test_stream(3);
  for (int k = 0; k < 16 * 40; k++) sid_rayleigh_law_step(&law, 0x1p-4, y, &stream);
  const double odds = 0.25 * exp(2.0 * 0.1 * 40.0 / 4.0);
  require_within(y[0], odds / (1.0 + odds), 1e-3, "f", 0);
  require_bits(y[1], 16.0, "norm", 0);
  (void)state;
}

/* Without a gradient a step is -lr sigma times a Poisson count less its mean: mean 0, variance
 * mean, third moment -mean, each coordinate its own. */
static void test_levy(void **state) {
  static const double flat[2] = {0.0, 0.0};
  sid_problem problem = problem_of(SID_QUADRATIC_NOISY, 2);
  problem.spectrum = flat;
  const sid_levy_law law = {0.5, 2.0, 0.25, exp(-0.25)};
  static double first[PATHS], second[PATHS], square[PATHS], cube[PATHS], both[PATHS];
  sid_stream stream = test_stream(1);
  for (int i = 0; i < PATHS; i++) {
    double x[2] = {0.0, 0.0}, work[16];
    sid_levy_step(&law, &problem, 0.25, x, &stream, work);
    first[i] = x[0], second[i] = x[1], square[i] = x[0] * x[0], cube[i] = pow(x[1], 3.0),
    both[i] = x[0] * x[1];
  }
  require_mean(first, 0.0, 0.0, "first");
  require_mean(second, 0.0, 0.0, "second");
  require_mean(square, 0.25, 0.0, "variance");
  require_mean(cube, -0.25, 0.0, "third moment");
  require_mean(both, 0.0, 0.0, "covariance");
  (void)state;
}

/* ---- averages ------------------------------------------------------------------------------ */

/* Equal vectors have their own bits as average; others that of long double, to n roundings of the
 * largest. */
static void test_average(void **state) {
  data_source data = {8};
  double x[7], mean[8], same[7];
  long double sum[7] = {0.0L};
  poison(mean, 8);
  data_fill(&data, same, 7, -1.0, 1.0);
  for (uint64_t n = 1; n <= 50; n++) {
    sid_average(mean, same, n, 7);
    require_same(mean, same, 7, "equal");
  }
  for (uint64_t n = 1; n <= 1000; n++) {
    data_fill(&data, x, 7, -1.0, 1.0);
    sid_average(mean, x, n, 7);
    for (int j = 0; j < 7; j++) {
      sum[j] += (long double)x[j];
      require_within(mean[j], (double)(sum[j] / (long double)n), 4.0 * (double)n * UNIT_ROUNDOFF,
                     "average", (size_t)j);
    }
  }
  assert_true(is_poisoned(mean + 7, 1));
  (void)state;
}

/* A coarse path that leaves the numbers gives no estimate, however good the fine one is. */
static void test_error_unknown(void **state) {
  const double spectrum[1] = {20.0};
  const sid_problem problem = {.kind = SID_QUADRATIC_NOISY, .dim = 1, .spectrum = spectrum};
  const sid_flow flow = {.kind = SID_FLOW_GRADIENT, .problem = &problem};
  double x[1] = {1.0}, error = 0.0, work[16];
  assert_true(sid_flow_workspace(&problem) <= COUNT(work));
  assert_int_equal(sid_flow_run(&flow, 0.125, 800, x, &error, work), SID_OK);
  assert_true(x[0] < 1e-100 && error != error);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_error_unknown),
      cmocka_unit_test(test_gradient_flow_of_a_quadratic),
      cmocka_unit_test(test_gradient_flow_of_ratio2),
      cmocka_unit_test(test_sharpness_flow),
      cmocka_unit_test(test_sharpness_flow_goes_down),
      cmocka_unit_test(test_no_steps),
      cmocka_unit_test(test_flow_errors),
      cmocka_unit_test(test_limit_map),
      cmocka_unit_test(test_limit_errors),
      cmocka_unit_test(test_circle),
      cmocka_unit_test(test_rayleigh_law),
      cmocka_unit_test(test_rayleigh_law_without_noise),
      cmocka_unit_test(test_levy),
      cmocka_unit_test(test_average),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

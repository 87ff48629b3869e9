/* What the checks of svag compute for themselves: moments of members, enumeration of streams,
 * quadrature, recursion of moments, moments of the SDE. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "checks/svag/powers.h"
#include "checks/svag/gradients.h"
#include "checks/svag/ito.h"
#include "checks/svag/outcomes.h"
#include "checks/svag/steps.h"
#include "harness/context.h"

static void require_within(double got, double expected, double tolerance, const char *what) {
  if (!(fabs(got - expected) <= tolerance)) fail_msg("%s: %.17g for %.17g", what, got, expected);
}

static void test_powers(void **state) {
  static const double a[] = {1.0, -2.0, 3.0};
  double room[3];
  assert_true(svag_power(-3.0, 3) == -27.0);
  assert_true(svag_power(5.0, 0) == 1.0);
  assert_true(svag_binomial(4, 2) == 6.0);
  assert_true(svag_power_mean(a, 3, 1.0, 2, room).mean == 13.0 / 3.0);
  (void)state;
}

/* Gradients +-1 and 3 with weights 1/4, 1/2, 1/4 around their mean. */
static void test_members(void **state) {
  static const double weights[] = {0.25, 0.5, 0.25}, flat[3] = {0.0}, b[] = {1.0, -1.0, -3.0},
                      x[] = {2.0}, v[] = {1.0};
  const svag_family f = {"by hand", 1, 3, weights, flat, b, x};
  const sid_problem problem = svag_family_problem(&f);
  double gradient[1], mu[SVAG_MOMENTS], covariance[SVAG_DIM][SVAG_DIM];
  svag_gradient(&problem, x, gradient);
  svag_member_moments(&problem, x, v, mu);
  svag_covariance(&problem, x, covariance);
  assert_true(gradient[0] == 1.0);
  assert_true(mu[0] == 1.0 && mu[1] == 0.0 && mu[2] == 2.0 && mu[3] == 0.0 && mu[4] == 8.0);
  assert_true(covariance[0][0] == 2.0);
  (void)state;
}

/* Two steps of SGD on the stream of an outcome are those of its members. */
static void test_outcomes(void **state) {
  vf_context context = {.jobs = 1};
  svag_outcomes *all = malloc(sizeof *all);
  const svag_family *f = &svag_families[1];
  const sid_problem problem = svag_family_problem(f);
  double total = 0.0, x[SVAG_DIM], g[SVAG_DIM];
  assert_non_null(all);
  svag_enumerate(&context, &problem, svag_dynamics(SID_SVAG, 1, 1), all);
  assert_int_equal(all->count, 16);
  for (size_t k = 0; k < all->count; k++) {
    sid_stream stream = all->stream[k];
    total += all->weight[k];
    assert_true(all->weight[k] == f->weights[all->members[k][0]] * f->weights[all->members[k][1]]);
    for (uint32_t d = 0; d < 2; d++) {
      svag_step_on(&context, &problem, svag_dynamics(SID_SGD, 1, 1), 0.5, 0.0, f->x0, &stream, x);
      svag_member_gradient(&problem, all->members[k][d], f->x0, g);
      require_within(x[0], f->x0[0] - 0.5 * g[0], 4.0 * svag_roundoff, "a step on its stream");
    }
  }
  require_within(total, 1.0, 16.0 * svag_roundoff, "weights of all outcomes");
  assert_int_equal(context.count, 0);
  free(all);
  (void)state;
}

/* More outcomes than there is room for are an error, not an overflow. */
static void test_too_many_outcomes(void **state) {
  vf_context context = {.jobs = 1};
  svag_outcomes *all = malloc(sizeof *all);
  const sid_problem problem = svag_family_problem(&svag_families[1]);
  assert_non_null(all);
  svag_enumerate(&context, &problem, svag_dynamics(SID_SVAG, 1, 3), all);
  assert_int_equal(all->count, 0);
  assert_int_equal(vf_context_verdict(&context), VF_FAIL);
  vf_context_clear(&context);
  free(all);
  (void)state;
}

/* x -> x/2 + 1 + 2 xi, once from x = 3: moments of a normal of mean 5/2 and deviation 2. */
static void test_quadrature(void **state) {
  static const double x[] = {3.0}, none[1] = {0.0};
  const svag_family f = {"by hand", 1, 1, none, none, none, x};
  const svag_gaussian_law law = {
      .normals = 1, .mean = {.p = {0.5}, .q = {1.0}}, .response = {{.p = {0.0}, .q = {2.0}}}};
  static const double expected[] = {1.0, 2.5, 10.25, 45.625, 237.0625};
  double moment[SVAG_POWERS];
  svag_gaussian_moments(&f, &law, 1, moment);
  for (int n = 0; n < 5; n++)
    require_within(moment[n], expected[n], 20.0 * svag_roundoff * expected[n], "normal moment");
  (void)state;
}

/* An Ornstein-Uhlenbeck process: one curvature a, noise of the gradients +-1 around the mean b. Its
 * law at time t is normal. */
static void test_sde(void **state) {
  static const double weights[] = {0.5, 0.5}, a[] = {0.75, 0.75}, b[] = {1.5, -0.5}, x0[] = {2.0};
  const double eta = 0.3, wd = 0.25, t = 1.5, decay = exp(-t), mean = 0.5 + 1.5 * decay,
               spread = 0.5 * eta * (1.0 - decay * decay);
  const double expected[] = {1.0, mean, mean * mean + spread, mean * (mean * mean + 3.0 * spread),
                             mean * mean * (mean * mean + 6.0 * spread) + 3.0 * spread * spread};
  const svag_family f = {"by hand", 1, 2, weights, a, b, x0};
  const svag_monomials set = svag_monomials_of(1);
  double moment[SVAG_POWERS];
  svag_point_moments(&set, x0, moment);
  svag_sde_moments(&f, eta, wd, t, moment);
  for (int n = 0; n < 5; n++)
    require_within(moment[n], expected[n], 1000.0 * svag_roundoff, "moment of the process");
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_powers),     cmocka_unit_test(test_members),
      cmocka_unit_test(test_outcomes),   cmocka_unit_test(test_too_many_outcomes),
      cmocka_unit_test(test_quadrature), cmocka_unit_test(test_sde)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Row X10, the toy L = x^2/(x^2 + y^2) as a map of the plane: GD+WD has det J = (x'/x)(y'/y), so it
 * preserves dln|x| dln|y| for any eta and lam, and has a period-two orbit at x^2 = lam eta^2/2,
 * r = x^2 + y^2 = eta. il Section 4. */
#include <math.h>
#include "harness/algebra.h"
#include "checks/identities/runs.h"
#include "harness/limit.h"

/* J = (1-el) I - eta H by Hessian-vector products, row by row (H is symmetric). */
static void exact_jacobian(const double *x, double eta, double lam, double j[2][2]) {
  for (int i = 0; i < 2; i++) {
    const double unit[2] = {i == 0, i == 1};
    double work[EXACT_WORK];
    sid_problem_hessian_vector(&exact_toy->problem, x, unit, j[i], work);
    for (int k = 0; k < 2; k++) j[i][k] = (1.0 - eta * lam) * (i == k) - eta * j[i][k];
  }
}

static double exact_determinant(double j[2][2]) { return j[0][0] * j[1][1] - j[0][1] * j[1][0]; }

/* det J = (x'/x)(y'/y), so dln|x| dln|y| is preserved for any eta, lam: against 60 digits, and
 * against one step of gd. Terms are below eta^2 |H|^2 <= (8 eta/r)^2. */
static void exact_area(vf_context *context) {
  static const double points[][2] = {{.1, 1}, {.05, .3}, {.3, .2}}, etas[] = {.1, .2};
  static const char *const suffixes[] = {"x-0.1.y-1", "x-0.05.y-0.3", "x-0.3.y-0.2"};
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  for (int k = 0; k < 6; k++) {
    const double eta = etas[k / 3], *x = points[k % 3], r = vf_dot(x, x, 2),
                 term = 1.0 + 8.0 * eta / r;
    double j[2][2], after[2] = {x[0], x[1]}, work[EXACT_WORK];
    char key[VF_TEXT_SIZE];
    vf_text(key, "x10.det-j.eta-%g.lam-0.5.%s", eta, suffixes[k % 3]);
    exact_jacobian(x, eta, .5, j);
    vf_within(context, key, exact_determinant(j), vf_expected(context, key),
              24.0 * EXACT_ULP * term * term, "24 roundings of 2^-53 of (1 + 8 eta/r)^2");
    if (sid_step(&exact_toy->problem, &gd, eta, .5, after, NULL, work))
      vf_error(context, key, "a step failed");
    vf_within(context, key, after[0] / x[0] * (after[1] / x[1]), vf_expected(context, key),
              24.0 * EXACT_ULP * term * term, "24 roundings of 2^-53 of (1 + 8 eta/r)^2");
  }
}

/* det J by symmetric differences of the step itself: a power series in h^2. */
static void exact_area_of_step(vf_context *context) {
  enum { COUNT = 5 };
  const double x[2] = {.3, .2}, eta = .1, lam = .5, term = 1.0 + 8.0 * eta / .13;
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  double value[COUNT];
  for (int k = 0; k < COUNT; k++) {
    const double h = ldexp(1.0, -7 - k);
    double j[2][2], work[EXACT_WORK];
    for (int i = 0; i < 2; i++) {
      double up[2] = {x[0] + (i == 0) * h, x[1] + (i == 1) * h};
      double down[2] = {x[0] - (i == 0) * h, x[1] - (i == 1) * h};
      if (sid_step(&exact_toy->problem, &gd, eta, lam, up, NULL, work) ||
          sid_step(&exact_toy->problem, &gd, eta, lam, down, NULL, work))
        vf_error(context, "area", "a step failed");
      for (int c = 0; c < 2; c++) j[i][c] = (up[c] - down[c]) / (2.0 * h);
    }
    value[k] = exact_determinant(j);
  }
  vf_limit(context, "eta=0.1 lam=0.5 at (0.3, 0.2)", value, COUNT, 2,
           vf_expected(context, "x10.det-j.eta-0.1.lam-0.5.x-0.3.y-0.2"),
           24.0 * EXACT_ULP * term * ldexp(1.0, 6 + COUNT), 1e-6);
}

/* Period two: gd takes (x, y) to (-x, y) where x^2 = lam eta^2/2 and r = eta. The trace of two
 * steps' Jacobian is between -2 and 2: elliptic, hence the islands of il9. */
static void exact_orbit(vf_context *context) {
  static const char *const suffixes[] = {"eta-0.1.lam-0.5", "eta-0.2.lam-0.5"};
  static const double etas[] = {.1, .2};
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  for (int k = 0; k < 2; k++) {
    const double x = vf_expected_of(context, "x10.orbit.x.%s", suffixes[k]),
                 y = vf_expected_of(context, "x10.orbit.y.%s", suffixes[k]);
    const double eta = etas[k], start[2] = {x, y}, mirror[2] = {-x, y};
    double state[2] = {x, y}, work[EXACT_WORK], one[2][2], two[2][2];
    for (int t = 1; t <= 2; t++) {
      if (sid_step(&exact_toy->problem, &gd, eta, .5, state, NULL, work))
        vf_error(context, suffixes[k], "a step failed");
      vf_within(context, suffixes[k], state[0], t == 1 ? -x : x, 20.0 * EXACT_ULP * t,
                "20 roundings a step of terms below 1");
      vf_within(context, suffixes[k], state[1], y, 20.0 * EXACT_ULP * t,
                "20 roundings a step of terms below 1");
    }
    exact_jacobian(start, eta, .5, one);
    exact_jacobian(mirror, eta, .5, two);
    const double trace = two[0][0] * one[0][0] + two[0][1] * one[1][0] + two[1][0] * one[0][1] +
                         two[1][1] * one[1][1];
    vf_within(context, suffixes[k], trace,
              vf_expected_of(context, "x10.orbit.trace-of-two-steps.%s", suffixes[k]),
              4.0 * 24.0 * 81.0 * EXACT_ULP,
              "24 roundings in each of 4 products of terms below 1 + 8 eta/r = 9");
  }
}

/* Along a chaotic run: sum of ln|det J| = ln|x_K y_K/(x_0 y_0)|. Each of the K logarithms errs by
 * the roundings of its determinant over its value; the sum of these bounds is the tolerance. */
static void exact_area_along_run(vf_context *context) {
  enum { STEPS = 10000 };
  const double eta = .1, lam = .5, start[2] = {.1, 1};
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  double x[2] = {start[0], start[1]}, sum = 0.0, bound = 0.0, work[EXACT_WORK];
  for (int t = 0; t < STEPS; t++) {
    double j[2][2];
    exact_jacobian(x, eta, lam, j);
    const double determinant = fabs(exact_determinant(j)), term = 1.0 + 8.0 * eta / vf_dot(x, x, 2);
    sum += log(determinant);
    bound += EXACT_ULP * (24.0 * term * term / determinant + 4.0);
    if (sid_step(&exact_toy->problem, &gd, eta, lam, x, NULL, work))
      vf_error(context, "run", "a step failed");
  }
  vf_within(context, "eta=0.1 lam=0.5 from (0.1, 1), 10000 steps", sum,
            log(fabs(x[0] * x[1] / (start[0] * start[1]))), bound,
            "24 roundings of each determinant over its value");
}

static const vf_check table[] = {
    {"X10.area", "il, Section 4", "det J = (x'/x)(y'/y) of the map of GD+WD on the toy", VF_QUICK,
     exact_area},
    {"X10.area-of-step", "il, Section 4", "the same by differences of the step itself", VF_QUICK,
     exact_area_of_step},
    {"X10.orbit", "il, Section 4", "period two at x^2 = lam eta^2/2, r = eta, elliptic", VF_QUICK,
     exact_orbit},
    {"X10.area-along-run", "il, Section 4",
     "sum of ln|det J| = ln|x_K y_K/(x_0 y_0)| along a chaotic run", VF_QUICK,
     exact_area_along_run},
};

VF_ROW(X10, table, "the Jacobian of the map in closed form and by differences of real steps",
       "a gradient of the toy with a wrong sign or factor, decay of one coordinate only");

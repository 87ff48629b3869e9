/* svag10: the error of the SDE (2) has two parts, (6): discretisation, E g(X) - E g(noisy GD), of
 * order 1 in eta, and the gap by non-Gaussian noise, E g(noisy GD) - E g(SGD), 0 for moments up to
 * the second on quadratics and of order 2 for the third and fourth. Gradient descent leaves
 * gradient flow by O(eta) in the same way (Figure 3). The mean of a step of the SDE of length h =
 * eta/l is -h grad L + (h^2/2) [Hess L grad L - (eta/2) grad^3 L : Sigma] + O(h^3).
 *
 * Paper: "On the Validity of Modeling SGD with Stochastic Differential Equations"
 * (svag), Section 5. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/text.h"
#include "checks/svag/ito.h"
#include "checks/svag/powers.h"
#include "checks/svag/response.h"
#include "checks/svag/steps.h"

/* Gap by non-Gaussian noise, E g(noisy GD) - E g(SGD), for one eta. */
static void noise_gap(vf_context *context, const svag_family *f, double lr, double *gap) {
  const svag_monomials set = svag_monomials_of(f->dim);
  double sgd[SVAG_POWERS] = {0.0};
  svag_moments_of_noisy_gd(context, f, lr, gap);
  svag_moments_of_sgd(context, f, lr, sgd);
  for (uint32_t r = 1; r < set.count; r++) gap[r] -= sgd[r];
}

static uint32_t degree_of(const svag_monomials *set, uint32_t r) {
  return set->power[r][0] + set->power[r][1];
}

/* A step of noisy GD shares mean and covariance with one of SGD and differs in the third moment, by
 * eta^3 Lambda. On quadratic losses moments up to the second never see that: the gap is 0. For the
 * others it is of second order in eta, by T/eta steps. */
static void compare_noise_gap(vf_context *context, const svag_family *f) {
  enum { SIZES = 6 };
  const svag_monomials set = svag_monomials_of(f->dim);
  double eta[SIZES], gap[SIZES][SVAG_POWERS] = {{0.0}};
  char power[VF_TEXT_SIZE], instance[VF_TEXT_SIZE];
  for (uint32_t k = 0; k < SIZES; k++) {
    eta[k] = 0.1 / (1u << k);
    noise_gap(context, f, eta[k], gap[k]);
  }
  vf_text(instance, "gap by non-Gaussian noise, instance %s", f->name);
  svag_series_of_errors(context, instance, "eta", eta, gap, SIZES, &set, set.count - 1);
  for (uint32_t r = 1; r < set.count; r++) {
    svag_power_label(&set, r, power);
    vf_text(instance, "instance %s T=2 eta=%s moment %s, gap by non-Gaussian noise", f->name,
            degree_of(&set, r) <= 2 ? "0.1" : "0.1..0.0031", power);
    if (degree_of(&set, r) <= 2)
      vf_within(context, instance, gap[0][r], 0.0,
                10.0 * svag_moments_tolerance(f, svag_final_time / eta[0]),
                "1000 roundings of 2^-53 per step: its map is fitted");
    else
      svag_order_of_moment(context, instance, eta, gap, SIZES, r, 2.0);
  }
}

/* All moments of the SDE at T = 2. */
static void sde_moments(const svag_family *f, double eta, double *moment) {
  const svag_monomials set = svag_monomials_of(f->dim);
  svag_point_moments(&set, f->x0, moment);
  svag_sde_moments(f, eta, 0.0, svag_final_time, moment);
}

/* Discretisation error E g(X) - E g(noisy GD): of first order. The moments of the SDE are held
 * against fixtures/ first. */
static void compare_discretisation(vf_context *context, const svag_family *f) {
  enum { SIZES = 6 };
  const svag_monomials set = svag_monomials_of(f->dim);
  double eta[SIZES], error[SIZES][SVAG_POWERS], sde[SVAG_POWERS] = {0.0};
  char power[VF_TEXT_SIZE], instance[VF_TEXT_SIZE];
  sde_moments(f, 0.4, sde);
  svag_compare_moments(context, "svag2.sde", f, "eta-0.4.", sde, 1000.0 * svag_roundoff,
                       "1000 roundings of 2^-53 in 480 terms");
  for (uint32_t k = 0; k < SIZES; k++) {
    eta[k] = 0.0125 / (1u << k);
    sde_moments(f, eta[k], sde);
    svag_moments_of_noisy_gd(context, f, eta[k], error[k]);
    for (uint32_t r = 1; r < set.count; r++) error[k][r] = sde[r] - error[k][r];
  }
  vf_text(instance, "discretisation error, instance %s", f->name);
  svag_series_of_errors(context, instance, "eta", eta, error, SIZES, &set, set.count - 1);
  for (uint32_t r = 1; r < set.count; r++) {
    svag_power_label(&set, r, power);
    vf_text(instance, "instance %s T=2 eta=0.0125..0.00039 moment %s, discretisation error",
            f->name, power);
    svag_order_of_moment(context, instance, eta, error, SIZES, r, 1.0);
  }
}

/* Both parts at the etas of fixtures/, which has them with the other sign: noisy GD - SDE and SGD -
 * noisy GD. */
static void compare_parts(vf_context *context, const svag_family *f) {
  const svag_monomials set = svag_monomials_of(f->dim);
  for (size_t e = 0; e < VF_COUNT(svag_etas); e++) {
    const double lr = vf_number(svag_etas[e]),
                 tolerance = 20.0 * svag_moments_tolerance(f, svag_final_time / lr);
    double sde[SVAG_POWERS] = {0.0}, noisy[SVAG_POWERS] = {0.0}, gap[SVAG_POWERS] = {0.0},
           discretisation[SVAG_POWERS] = {0.0};
    char middle[VF_TEXT_SIZE];
    vf_text(middle, "eta-%s.", svag_etas[e]);
    sde_moments(f, lr, sde);
    svag_moments_of_noisy_gd(context, f, lr, noisy);
    noise_gap(context, f, lr, gap);
    for (uint32_t r = 1; r < set.count; r++) {
      discretisation[r] = noisy[r] - sde[r];
      gap[r] = -gap[r];
    }
    svag_compare_moments(context, "svag10.discretisation", f, middle, discretisation, tolerance,
                         "2000 roundings of 2^-53 per step: maps are fitted");
    svag_compare_moments(context, "svag10.non-gaussian", f, middle, gap, tolerance,
                         "2000 roundings of 2^-53 per step: maps are fitted");
  }
}

/* svag, (6): both parts of the error, measured separately and noise-free through real steps of SGD
 * and noisy GD. */
static void check_svag10_decomposition(vf_context *context) {
  for (size_t i = 0; i < VF_COUNT(svag_families); i++)
    compare_noise_gap(context, &svag_families[i]);
  for (size_t i = 0; i < VF_COUNT(svag_families); i++)
    compare_discretisation(context, &svag_families[i]);
  for (size_t i = 0; i < 2; i++) compare_parts(context, &svag_families[i]);
}

/* ---- gradient descent leaves gradient flow as eta grows (Figure 3) ---- */

/* x at time t of the gradient flow from x, by the flow of ref/ with steps of length at most 1/512;
 * *error grows by its estimate. */
static int flow_to(vf_context *context, const sid_problem *problem, double t, double *x,
                   double *error) {
  double work[SVAG_WORK], estimate = 0.0;
  const sid_flow flow = {.kind = SID_FLOW_GRADIENT, .problem = problem};
  const uint64_t steps = 2 * (uint64_t)ceil(256.0 * t);
  const sid_status status = sid_flow_workspace(problem) > SVAG_WORK
                                ? SID_E_WORKSPACE
                                : sid_flow_run(&flow, t / (double)steps, steps, x, &estimate, work);
  *error += estimate;
  if (!status) return 0;
  vf_error(context, "gradient flow", sid_status_text(status));
  return -1;
}

/* All states of a run of gradient descent. */
static int descend(vf_context *context, const sid_problem *problem, const double *x0, double lr,
                   uint32_t steps, double *path) {
  sid_segment segment;
  uint64_t *checkpoints = vf_steps(0, 1, (size_t)steps + 1);
  const svag_plan plan = {.name = "gradient descent",
                          .problem = *problem,
                          .dynamics = svag_dynamics(SID_GD, 1, 1),
                          .schedule = svag_constant(&segment, lr, 0.0),
                          .x0 = x0,
                          .seed = SVAG_OTHER_SEED,
                          .steps = steps,
                          .trajectories = 1,
                          .checkpoints = checkpoints,
                          .checkpoint_count = steps + 1};
  const int status = svag_run(context, &plan, path);
  free(checkpoints);
  return status;
}

/* Gradient descent on x^2 from 1 against the flow of ref/: both ends and the largest gap over the
 * steps are in fixtures/. Beyond eta = 1/2 the descent changes sides in every step, beyond 1 it
 * grows. */
static void compare_square(vf_context *context, const char *eta_text, uint32_t steps) {
  enum { MOST = 1000, ROWS = 50 };
  static const double spectrum[] = {2.0}, x0[] = {1.0};
  static const char *const columns[] = {"eta k", "gradient descent", "gradient flow"},
                           *const ends[] = {"gd", "flow"};
  const sid_problem problem = svag_quadratic(spectrum);
  const double eta = vf_number(eta_text), largest = fmax(1.0, pow(fabs(1.0 - 2.0 * eta), steps));
  const uint32_t stride = steps / ROWS + 1;
  double path[MOST + 1], table[MOST + 1][3], flow = x0[0], error = 0.0, gap = 0.0;
  size_t rows = 0, turns = 0;
  char key[VF_TEXT_SIZE];
  if (descend(context, &problem, x0, eta, steps, path)) return;
  for (uint32_t k = 0; k <= steps; k++) {
    if (k > 0 && flow_to(context, &problem, eta, &flow, &error)) return;
    if (k > 0 && path[k] * path[k - 1] < 0.0) turns++;
    gap = fmax(gap, fabs(path[k] - flow));
    const double row[3] = {eta * k, path[k], flow};
    if (k % stride == 0) memcpy(table[rows++], row, sizeof row);
  }
  const double rounding = 5.0 * svag_roundoff * steps * largest, measured[] = {path[steps], flow};
  for (int i = 0; i < 2; i++) {
    vf_text(key, "svag10.%s.eta-%s.steps-%u", ends[i], eta_text, steps);
    vf_within(context, key, measured[i], vf_expected(context, key),
              rounding + (i == 0 ? 0.0 : 2.0 * error),
              "5 roundings of 2^-53 per step; of the flow twice its error estimates too");
  }
  vf_text(key, "svag10.largest-gap.eta-%s.steps-%u", eta_text, steps);
  vf_within(context, key, gap, vf_expected(context, key), rounding + 2.0 * error,
            "5 roundings of 2^-53 per step, twice the error estimates of the flow");
  vf_text(key, "x^2 eta=%s, changes of side in %u steps", eta_text, steps);
  vf_within(context, key, (double)turns, eta > 0.5 ? steps : 0.0, 0.0, "a count");
  vf_text(key, "x^2 eta=%s", eta_text);
  vf_series(context, key, columns, 3, &table[0][0], rows);
}

/* svag, Figure 3: eta = 1e-3, .01 and .9 on x^2, and others. */
static void check_svag10_gradient_flow(vf_context *context) {
  compare_square(context, "0.001", 1000);
  compare_square(context, "0.01", 100);
  compare_square(context, "0.1", 10);
  compare_square(context, "0.4", 5);
  compare_square(context, "0.9", 5);
  compare_square(context, "1.1", 5);
}

/* The gap at a fixed time is of first order in eta. On the Rayleigh quotient with eigenvalues 1 and
 * 3 the flow keeps |x| and has tan(theta) = tan(theta_0) e^(-2 t/|x|^2); gradient descent misses
 * the angle, and |x|^2 grows, both by O(eta). */
static void check_svag10_order(vf_context *context) {
  enum { SIZES = 6, MOST = 256 };
  static const double square[] = {2.0}, eigenvalues[] = {1.0, 3.0}, x0[] = {0.5, 1.0};
  const sid_problem parabola = svag_quadratic(square), rayleigh = {.kind = SID_RAYLEIGH,
                                                                   .noise = SID_NOISE_NONE,
                                                                   .dim = 2,
                                                                   .spectrum = eigenvalues};
  const double T = 1.0, r = vf_dot(x0, x0, 2), angle = atan2(x0[1] * exp(-2.0 * T / r), x0[0]);
  double eta[SIZES], error[3][SIZES], path[2 * (MOST + 1)], flow[2] = {x0[0], x0[1]},
                                                            estimate = 0.0;
  const char *const names[] = {"x^2", "rayleigh, angle", "rayleigh, |x|^2"};
  if (flow_to(context, &rayleigh, T, flow, &estimate)) return;
  vf_within(context, "rayleigh (1, 3), gradient flow, t=1, angle", atan2(flow[1], flow[0]), angle,
            4.0 * estimate + 2000.0 * svag_roundoff,
            "error estimate of the flow, 4 roundings in 512 steps");
  vf_within(context, "rayleigh (1, 3), gradient flow, t=1, |x|^2", vf_dot(flow, flow, 2), r,
            8.0 * estimate + 4000.0 * svag_roundoff,
            "error estimate of the flow, 4 roundings in 512 steps");
  for (int k = 0; k < SIZES; k++) {
    const uint32_t steps = 8u << k;
    eta[k] = T / steps;
    if (descend(context, &parabola, x0 + 1, eta[k], steps, path)) return;
    error[0][k] = path[steps] - exp(-2.0 * T);
    if (descend(context, &rayleigh, x0, eta[k], steps, path)) return;
    const double *end = path + (size_t)2 * steps;
    error[1][k] = atan2(end[1], end[0]) - angle;
    error[2][k] = vf_dot(end, end, 2) - r;
  }
  for (int i = 0; i < 3; i++) {
    char instance[VF_TEXT_SIZE];
    vf_text(instance, "%s, t=1 eta=1/8..1/256, order of the gap in eta", names[i]);
    vf_order(context, instance, eta, error[i], SIZES, 1.0);
  }
}

/* ---- the mean of a step of the SDE ---- */

/* A loss on the plane that depends on the angle th alone, L = (first cos^2 th + second sin^2 th)/2,
 * with Gaussian noise. */
typedef struct {
  const char *name;
  sid_problem problem;
  double difference; /* second - first */
  double x[2], eta;
} angular;

/* grad L, Hess L grad L and grad^3 L : Sigma at x. With F = grad L = (L'/r) across in the unit
 * vectors along x and across, derivatives on a straight line across are F' = (L''/r^2) across -
 * (L'/r^2) along and F'' = ((L''' - 2 L')/r^3) across - (2 L''/r^3) along; Sigma = (sigma/r)^2
 * across across'. */
typedef struct {
  double gradient[2], curvature[2], third[2];
} expansion;

static expansion expansion_of(const angular *a) {
  const double r = sqrt(vf_dot(a->x, a->x, 2)), c = a->x[0] / r, s = a->x[1] / r, d = a->difference;
  const double first = d * s * c, second = d * (c * c - s * s), third = -4.0 * d * s * c,
               spread = a->problem.sigma * a->problem.sigma / (r * r);
  const double along[2] = {c, s}, across[2] = {-s, c};
  expansion e;
  for (int j = 0; j < 2; j++) {
    e.gradient[j] = first / r * across[j];
    e.curvature[j] = first / (r * r * r) * (second * across[j] - first * along[j]);
    e.third[j] =
        spread / (r * r * r) * ((third - 2.0 * first) * across[j] - 2.0 * second * along[j]);
  }
  return e;
}

/* E x_m - x_0 for `left` Euler steps of time dt of the SDE (2), dX = -grad L dt + (eta Sigma)^(1/2)
 * dW, from real steps: a step of noisy GD with the rate dt and sigma (eta/dt)^(1/2). In the plane
 * the noise has one direction, so each step is integrated by the five nodes of Gauss and Hermite,
 * exact to degree 9. */
static void mean_displacement(vf_context *context, const sid_problem *scaled, double dt, int left,
                              const double *x, double *displacement) {
  static const double node[5] = {0.0, 1.3556261799742657, -1.3556261799742657, 2.8569700138728056,
                                 -2.8569700138728056},
                      weight[5] = {0.5333333333333333, 0.22207592200561266, 0.22207592200561266,
                                   0.011257411327720682, 0.011257411327720682};
  const svag_response step =
      svag_response_of(context, scaled, svag_dynamics(SID_NOISY_GD, 1, 1), dt, 0.0, x);
  const double *r0 = step.response[0], *r1 = step.response[1];
  const double *direction = vf_dot(r0, r0, 2) > vf_dot(r1, r1, 2) ? r0 : r1;
  const double length = sqrt(svag_response_trace(&step, 2) / vf_dot(direction, direction, 2));
  for (int j = 0; j < 2; j++) displacement[j] = step.mean[j] - x[j];
  for (int k = 0; k < 5 && left > 1; k++) {
    double to[2], rest[2];
    for (int j = 0; j < 2; j++) to[j] = step.mean[j] + node[k] * length * direction[j];
    mean_displacement(context, scaled, dt, left - 1, to, rest);
    for (int j = 0; j < 2; j++) displacement[j] += weight[k] * rest[j];
  }
}

/* E D~ of the SDE after the time h: Euler's method with 1, 2 and 3 steps, its errors in 1/m and
 * 1/m^2 extrapolated away. */
static void sde_displacement(vf_context *context, const angular *a, double h,
                             double *displacement) {
  static const double weight[3] = {0.5, -4.0, 4.5};
  displacement[0] = displacement[1] = 0.0;
  for (int m = 1; m <= 3; m++) {
    sid_problem scaled = a->problem;
    double part[2];
    scaled.sigma *= sqrt(a->eta * m / h);
    mean_displacement(context, &scaled, h / m, m, a->x, part);
    for (int j = 0; j < 2; j++) displacement[j] += weight[m - 1] * part[j];
  }
}

/* E D~ = -h grad L + (h^2/2) [Hess L grad L - (eta/2) grad^3 L : Sigma] + O(h^3), h = eta/l; print
 * has + h grad L and lacks the last term. The remainder of the right form is of third order; the
 * tolerance at h is a quarter of the remainder at 2h, twice what that order leaves of it. */
static void compare_expansion(vf_context *context, const angular *a, const expansion *e) {
  enum { SIZES = 6, LAST = SIZES - 1 };
  for (int j = 0; j < 2; j++) {
    double h[SIZES], remainder[SIZES], measured = 0.0, right = 0.0;
    char instance[VF_TEXT_SIZE];
    for (int k = 0; k < SIZES; k++) {
      double displacement[2];
      h[k] = a->eta / (8 << k);
      sde_displacement(context, a, h[k], displacement);
      measured = displacement[j];
      right = -h[k] * e->gradient[j] +
              0.5 * h[k] * h[k] * (e->curvature[j] - 0.5 * a->eta * e->third[j]);
      remainder[k] = measured - right;
    }
    const double tolerance = fabs(remainder[LAST - 1]) / 4.0, square = 0.5 * h[LAST] * h[LAST];
    vf_text(instance, "%s eta=%g l=8..256, coordinate %d, remainder of the right form", a->name,
            a->eta, j + 1);
    vf_order(context, instance, h, remainder, SIZES, 3.0);
    vf_text(instance, "%s eta=%g l=256, mean of D~, coordinate %d", a->name, a->eta, j + 1);
    vf_erratum(context, instance, measured, right,
               h[LAST] * e->gradient[j] + square * e->curvature[j], tolerance,
               "a quarter of the remainder at twice h");
    vf_text(instance, "%s eta=%g l=256, mean of D~, coordinate %d, the sign alone mended", a->name,
            a->eta, j + 1);
    vf_erratum(context, instance, measured, right,
               -h[LAST] * e->gradient[j] + square * e->curvature[j], tolerance,
               "a quarter of the remainder at twice h");
  }
}

/* Section 5.1, expansion of E D~, on two losses with a third derivative. */
static void check_errata_mean_expansion(vf_context *context) {
  static const double spectrum[] = {1.0, 3.0};
  const angular cases[] = {
      {"rayleigh (1, 3) sigma=1",
       {.kind = SID_RAYLEIGH,
        .noise = SID_NOISE_GAUSSIAN,
        .dim = 2,
        .sigma = 1.0,
        .spectrum = spectrum},
       2.0,
       {1.25, 0.5},
       0.4},
      {"x^2/(x^2+y^2) sigma=0.5",
       {.kind = SID_RATIO2, .noise = SID_NOISE_GAUSSIAN, .dim = 2, .sigma = 0.5},
       -2.0,
       {-0.5, 0.75},
       0.2}};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const expansion e = expansion_of(&cases[i]);
    compare_expansion(context, &cases[i], &e);
  }
}

static const vf_check table[] = {
    {"svag10.decomposition", "svag, (6)",
     "discretisation error of order 1 in eta, gap by non-Gaussian noise 0 or of order 2", VF_QUICK,
     check_svag10_decomposition},
    {"errata.svag10-mean-expansion", "svag, Section 5.1",
     "sign and third derivative in the mean of D~", VF_QUICK, check_errata_mean_expansion},
    {"svag10.gradient-flow", "svag, Section 5.1, Figure 3",
     "gradient descent on x^2 leaves gradient flow as eta grows", VF_QUICK,
     check_svag10_gradient_flow},
    {"svag10.order", "svag, Section 5.1", "gradient descent leaves gradient flow by O(eta)",
     VF_QUICK, check_svag10_order},
};

VF_ROW(svag10, table, "recursions of exact moments of SGD, noisy GD and the SDE at several rates",
       "a gap that does not vanish on quadratics, an order other than 1");

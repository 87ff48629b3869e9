/* svag11: l -> infinity. The noise of one step of SVAG does not become Gaussian: its normalised
 * fourth moment goes to mu4/(2 s^4) + 3/2, which is 3 only where that of a sample is, its third to
 * 0 (Lemma 4.5). Weak order 1 holds all the same (Theorem 4.1), because a step of length h = eta/l
 * follows the generator of the SDE, -<grad f, grad L> + (eta/2) Hess f : Sigma, up to O(h^2). For
 * heavy and skewed noise, on scalar families and on a regression.
 *
 * Paper: "On the Validity of Modeling SGD with Stochastic Differential Equations" (svag),
 * Sections 4.3 and 5.2. */
#include <math.h>
#include <stdlib.h>
#include "harness/algebra.h"
#include "harness/text.h"
#include "checks/svag/gradients.h"
#include "checks/svag/ito.h"
#include "checks/svag/moments.h"
#include "checks/svag/outcomes.h"
#include "checks/svag/powers.h"
#include "checks/svag/steps.h"
#include "formats/memory.h"

/* A problem whose pairs are known, looked at from x along v. */
typedef struct {
  const char *name, *key; /* key: of fixtures/, or NULL */
  sid_problem problem;
  const double *x, *v;
  const svag_outcomes *pairs;
  double mu[SVAG_MOMENTS]; /* of v.g over the members */
} noise_view;

typedef struct {
  double skewness, kurtosis;
} shape;

/* Of v.D over all pairs of real SVAG steps D. */
static shape shape_of_step(vf_context *context, const noise_view *view, uint32_t l, double lr) {
  const svag_law law = svag_law_from(context, &view->problem, view->pairs,
                                     svag_dynamics(SID_SVAG, l, 1), lr, 0.0, view->x),
                 line = svag_law_along(&law, view->v, view->problem.dim);
  double mean[1], mu[SVAG_MOMENTS] = {0.0};
  svag_law_mean(&line, 1, mean);
  for (size_t k = 0; k < line.count; k++)
    for (uint32_t m = 2; m < SVAG_MOMENTS; m++)
      mu[m] += line.weight[k] * svag_power(line.change[k][0] - mean[0], m);
  return (shape){mu[3] / (mu[2] * sqrt(mu[2])), mu[4] / (mu[2] * mu[2])};
}

/* Lemma 4.5 exactly: the combined gradient has variance l s^2, third moment ((3l-1)/2) Lambda and
 * fourth moment ((l^2+2l-1)/2) mu4 + (3/2)(l-1)^2 s^4. The step has the opposite sign. */
static shape shape_by_formula(const noise_view *view, double l) {
  const double *mu = view->mu;
  const double third = -(3.0 * l - 1.0) / 2.0 * mu[3],
               fourth = (l * l + 2.0 * l - 1.0) / 2.0 * mu[4] +
                        1.5 * (l - 1.0) * (l - 1.0) * mu[2] * mu[2];
  return (shape){third / (l * mu[2] * sqrt(l * mu[2])), fourth / (l * l * mu[2] * mu[2])};
}

/* The same from fixtures/, where a gradient has the sign of a step turned round. */
static shape shape_from_fixtures(vf_context *context, const noise_view *view, uint32_t l) {
  return (shape){-vf_expected_of(context, "svag11.normalised-3.%s.l-%u", view->key, l),
                 vf_expected_of(context, "svag11.normalised-4.%s.l-%u", view->key, l)};
}

/* A change has 10 roundings of |x| and is of size lr sqrt(mu2/l): relative error d. E|c - mean|^4
 * changes by 4 d of a quantity at most kurtosis, and sums over the pairs add less than 1000
 * roundings. */
static double shape_tolerance(const noise_view *view, double l, double lr, double kurtosis) {
  const double d = 10.0 * svag_roundoff * (1.0 + fabs(view->x[0])) * sqrt(l / view->mu[2]) / lr;
  return (8.0 * d + 1000.0 * svag_roundoff) * kurtosis;
}

/* One instance; the row of its series is {l, kurtosis, skewness}. */
static void compare_shape(vf_context *context, const noise_view *view, uint32_t l, double lr,
                          double row[3]) {
  const shape real = shape_of_step(context, view, l, lr),
              right = view->key ? shape_from_fixtures(context, view, l) : shape_by_formula(view, l);
  const double tolerance = shape_tolerance(view, l, lr, right.kurtosis);
  char instance[VF_TEXT_SIZE];
  vf_text(instance, "%s eta=%g l=%u, normalised fourth moment of a step", view->name, lr, l);
  vf_within(context, instance, real.kurtosis, right.kurtosis, tolerance,
            "10 roundings of 2^-53 in a change");
  vf_text(instance, "%s eta=%g l=%u, normalised third moment of a step", view->name, lr, l);
  vf_within(context, instance, real.skewness, right.skewness, tolerance,
            "10 roundings of 2^-53 in a change");
  row[0] = l;
  row[1] = real.kurtosis;
  row[2] = real.skewness;
}

/* The limits l -> infinity and their orders. */
static void compare_shape_limits(vf_context *context, const noise_view *view, double lr) {
  enum { SIZES = 7 };
  double h[SIZES], gap[SIZES], skewness[SIZES],
      limit = view->mu[4] / (2.0 * view->mu[2] * view->mu[2]) + 1.5;
  char text[VF_TEXT_SIZE];
  vf_text(text, "svag11.limit-4.%s", view->key ? view->key : "");
  if (view->key) limit = vf_expected(context, text);
  for (int k = 0; k < SIZES; k++) {
    const uint32_t l = 16u << k;
    const shape real = shape_of_step(context, view, l, lr);
    h[k] = 1.0 / l;
    gap[k] = real.kurtosis - limit;
    skewness[k] = real.skewness;
  }
  vf_text(text, "%s, fourth moment tends to mu4/(2 s^4) + 3/2 = %.6g, order in 1/l", view->name,
          limit);
  vf_order(context, text, h, gap, SIZES, 1.0);
  if (view->mu[3] != 0.0) {
    vf_text(text, "%s, third moment tends to 0, order in 1/l", view->name);
    vf_order(context, text, h, skewness, SIZES, 0.5);
  }
  vf_text(text, "%s l=2^24, normalised fourth moment against 3", view->name);
  vf_rejected(context, text, shape_of_step(context, view, 1u << 24, lr).kurtosis, 3.0,
              limit * 0x1p-20, "16 times the distance to the limit, O(1/l)");
}

static void compare_shapes(vf_context *context, const noise_view *view, double lr) {
  static const uint32_t ls[] = {1, 2, 4, 16, 64, 1000000};
  static const char *const columns[] = {"l", "kurtosis of a step", "skewness of a step"};
  double table[VF_COUNT(ls)][3];
  char name[VF_TEXT_SIZE];
  for (size_t i = 0; i < VF_COUNT(ls); i++) compare_shape(context, view, ls[i], lr, table[i]);
  compare_shape_limits(context, view, lr);
  vf_text(name, "shape of a step, %s", view->name);
  vf_series(context, name, columns, 3, &table[0][0], VF_COUNT(ls));
  vf_view(context, "l,kurtosis of a step;skewness of a step");
}

/* One view after another through the same room. */
static void view_shapes(vf_context *context, noise_view *view, svag_outcomes *pairs) {
  svag_enumerate(context, &view->problem, svag_dynamics(SID_SVAG, 1, 1), pairs);
  view->pairs = pairs;
  svag_member_moments(&view->problem, view->x, view->v, view->mu);
  compare_shapes(context, view, 0.4);
}

/* The regression and its pairs. */
typedef struct {
  svag_regression_data data;
  sid_problem problem;
  svag_outcomes pairs;
} regression_room;

/* The caller frees it. */
static regression_room *enter_regression(vf_context *context) {
  regression_room *room = vf_allocate(1, sizeof *room);
  room->problem = svag_regression(context, &room->data);
  svag_enumerate(context, &room->problem, svag_dynamics(SID_SVAG, 1, 1), &room->pairs);
  return room;
}

/* svag, Lemma 4.5 and Section 5.2: the noise of one step does not become Gaussian, however large l
 * is: its normalised fourth moment goes to mu4/(2 s^4) + 3/2, which is 3 only where that of a
 * sample is. All pairs of members, real steps: the regression with heavy and skewed noise along a
 * coordinate and along its gradient, and two scalar families. */
static void check_svag11_single_step(vf_context *context) {
  static const double axis[SVAG_DIM] = {1.0}, slant[SVAG_DIM] = {0.5, -0.5, 0.5, 0.5};
  static const char *const keys[] = {"instance-a", "instance-b"};
  regression_room *room = enter_regression(context);
  noise_view along_axis = {.name = "regression, axis",
                           .problem = room->problem,
                           .x = svag_x_regression,
                           .v = axis},
             along_slant = {.name = "regression, slant",
                            .problem = room->problem,
                            .x = svag_x_regression,
                            .v = slant};
  view_shapes(context, &along_axis, &room->pairs);
  view_shapes(context, &along_slant, &room->pairs);
  for (size_t i = 0; i < SVAG_FAR_FAMILIES + VF_COUNT(keys); i++) {
    const svag_family *f =
        i < SVAG_FAR_FAMILIES ? &svag_far_families[i] : &svag_families[i - SVAG_FAR_FAMILIES];
    noise_view view = {.name = f->name,
                       .key = i < SVAG_FAR_FAMILIES ? NULL : keys[i - SVAG_FAR_FAMILIES],
                       .problem = svag_family_problem(f),
                       .x = f->x0,
                       .v = axis};
    view_shapes(context, &view, &room->pairs);
  }
  free(room);
}

/* ---- where moments do not close: the regression ---- */

/* Functions of x with their gradients and quadratic forms d' Hess d: the loss, the first coordinate
 * of x/|x|, |x|^4. */
enum { OBSERVED_LOSS, OBSERVED_DIRECTION, OBSERVED_NORM, FUNCTIONS };

static double function_value(const sid_problem *problem, int which, const double *x) {
  double work[SVAG_WORK];
  const double r = vf_dot(x, x, problem->dim);
  if (which == OBSERVED_LOSS) return sid_problem_loss(problem, x, work);
  return which == OBSERVED_DIRECTION ? x[0] / sqrt(r) : r * r;
}

static void function_gradient(const sid_problem *problem, int which, const double *x,
                              const double *loss_gradient, double *gradient) {
  const double r = vf_dot(x, x, problem->dim);
  for (uint32_t j = 0; j < problem->dim; j++) {
    if (which == OBSERVED_LOSS) gradient[j] = loss_gradient[j];
    if (which == OBSERVED_DIRECTION) gradient[j] = ((j == 0) - x[0] * x[j] / r) / sqrt(r);
    if (which == OBSERVED_NORM) gradient[j] = 4.0 * r * x[j];
  }
}

static double function_form(const sid_problem *problem, int which, const double *x,
                            const double *d) {
  double hd[SVAG_DIM], work[SVAG_WORK];
  const double r = vf_dot(x, x, problem->dim), xd = vf_dot(x, d, problem->dim),
               dd = vf_dot(d, d, problem->dim);
  if (which == OBSERVED_LOSS) {
    sid_problem_hessian_vector(problem, x, d, hd, work);
    return vf_dot(d, hd, problem->dim);
  }
  if (which == OBSERVED_DIRECTION)
    return (3.0 * x[0] * xd * xd / r - x[0] * dd - 2.0 * d[0] * xd) / (r * sqrt(r));
  return 4.0 * r * dd + 8.0 * xd * xd;
}

/* The generator of (2) on a function: -<grad f, grad L> + (eta/2) Hess f : Sigma, gradients from
 * the data. */
static double generator_of(const sid_problem *problem, int which, const double *x, double eta) {
  double mean[SVAG_DIM], deviation[SVAG_DIM], gradient[SVAG_DIM], total = 0.0;
  svag_gradient(problem, x, mean);
  for (uint32_t i = 0; i < problem->samples; i++) {
    svag_member_gradient(problem, i, x, deviation);
    for (uint32_t j = 0; j < problem->dim; j++) deviation[j] -= mean[j];
    total += 0.5 * eta * svag_weight(problem, i) * function_form(problem, which, x, deviation);
  }
  function_gradient(problem, which, x, mean, gradient);
  return total - vf_dot(gradient, mean, problem->dim);
}

/* E f(x') - f(x) over all pairs of a real SVAG step. */
static double mean_change(vf_context *context, const regression_room *room, int which, uint32_t l,
                          double lr, const double *x) {
  const double start = function_value(&room->problem, which, x),
               weight = 1.0 / (double)room->pairs.count;
  double total = 0.0, to[SVAG_DIM];
  for (size_t k = 0; k < room->pairs.count; k++) {
    svag_step(context, &room->problem, svag_dynamics(SID_SVAG, l, 1), lr, 0.0, x,
              room->pairs.stream[k], to);
    total += weight * (function_value(&room->problem, which, to) - start);
  }
  return total;
}

/* svag, proof of Theorem 4.1: a step of length h = eta/l changes E f by h times the generator of
 * the SDE (2) up to O(h^2), for noise of any shape with l times the covariance and moments 3 and 4
 * of Lemma 4.5; summed over T/h steps that is weak order 1. On the regression with heavy and skewed
 * noise, all 576 pairs. */
static void check_svag11_local_order(vf_context *context) {
  enum { SIZES = 6 };
  static const char *const names[FUNCTIONS] = {"loss", "first coordinate of x/|x|", "|x|^4"};
  const double etas[] = {0.4, 0.1};
  regression_room *room = enter_regression(context);
  for (size_t e = 0; e < VF_COUNT(etas); e++)
    for (int which = 0; which < FUNCTIONS; which++) {
      double h[SIZES], error[SIZES];
      char instance[VF_TEXT_SIZE];
      for (int k = 0; k < SIZES; k++) {
        const uint32_t l = 16u << k;
        h[k] = etas[e] / l;
        error[k] = mean_change(context, room, which, l, etas[e], svag_x_regression) -
                   h[k] * generator_of(&room->problem, which, svag_x_regression, etas[e]);
      }
      vf_text(instance, "regression eta=%g l=16..512, %s, order of the error of a step in eta/l",
              etas[e], names[which]);
      vf_order(context, instance, h, error, SIZES, 2.0);
    }
  free(room);
}

/* Means of |x|^2 and |grad L|^2 after some effective steps of the regression. */
static int regression_means(vf_context *context, const sid_problem *problem, sid_dynamics dynamics,
                            double lr, uint64_t effective, uint64_t trajectories,
                            vf_moments means_of[2]) {
  static const int32_t observed[] = {SID_NORM2, SID_GRAD_NORM2};
  sid_segment segment;
  const uint64_t steps = effective * (dynamics.kind == SID_SVAG ? dynamics.l : 1);
  const size_t n = (size_t)trajectories;
  const svag_plan plan = {.name = "regression",
                          .problem = *problem,
                          .dynamics = dynamics,
                          .schedule = svag_constant(&segment, lr, 0.0),
                          .x0 = svag_x_regression,
                          .seed = SVAG_OTHER_SEED,
                          .steps = steps,
                          .trajectories = trajectories,
                          .observables = observed,
                          .observable_count = 2};
  double *rows = vf_allocate(n * 2, sizeof *rows), *column = vf_allocate(n, sizeof *column);
  const int status = svag_run(context, &plan, rows);
  for (size_t c = 0; !status && c < 2; c++) {
    for (size_t i = 0; i < n; i++) column[i] = rows[2 * i + c];
    means_of[c] = vf_moments_of(column, n);
  }
  free(rows);
  free(column);
  return status;
}

/* svag, Theorem 4.1 on whole trajectories of the regression, where no moments close: SVAG with l =
 * 128 has the means of the SDE with 128 substeps, up to 1/128 of the distance from SGD to the SDE,
 * the effect. */
static void check_svag11_runs(vf_context *context) {
  static const char *const names[] = {"|x|^2", "|grad L|^2"}, *const columns[] = {
                                                                  "l", "mean |x|^2",
                                                                  "mean |grad L|^2"};
  const double lr = 0.5;
  const uint64_t effective = 4, n = 1u << 17;
  svag_regression_data *data = vf_allocate(1, sizeof *data);
  vf_moments sgd[2], svag[2], sde[2];
  const sid_problem problem = svag_regression(context, data);
  if (!regression_means(context, &problem, svag_dynamics(SID_SGD, 1, 1), lr, effective, n, sgd) &&
      !regression_means(context, &problem, svag_dynamics(SID_SVAG, 128, 1), lr, effective, n,
                        svag) &&
      !regression_means(context, &problem, svag_dynamics(SID_SDE, 128, 1), lr, effective, n, sde)) {
    const double table[3][3] = {{1.0, sgd[0].mean, sgd[1].mean},
                                {128.0, svag[0].mean, svag[1].mean},
                                {(double)INFINITY, sde[0].mean, sde[1].mean}};
    for (int c = 0; c < 2; c++) {
      char instance[VF_TEXT_SIZE];
      vf_text(instance,
              "regression eta=0.5, 4 effective steps, mean of %s, svag l=128 less sde m=128",
              names[c]);
      vf_monte_carlo(context, instance, svag[c].mean - sde[c].mean,
                     hypot(svag[c].standard_error, sde[c].standard_error), 0.0,
                     sgd[c].mean - sde[c].mean, "effect: SGD less the SDE");
    }
    vf_series(context, "means on the regression", columns, 3, &table[0][0], 3);
  }
  free(data);
}

/* The data of the regression: z^3/sqrt(15) and (z^2 - 1)/sqrt(2) of the normals z of the same
 * stream, 4 roundings; with variance 1, the heavy one symmetric, the skewed one with the third
 * moment sqrt(8). Effects: a normal in its place, or a variance off by half. */
static void check_svag11_data(vf_context *context) {
  enum { DRAWS = 1 << 18 };
  static const int32_t kinds[] = {SID_DATA_HEAVY, SID_DATA_SKEWED};
  static const char *const names[] = {"heavy", "skewed"};
  double *values = vf_allocate(DRAWS, sizeof *values), *room = vf_allocate(DRAWS, sizeof *room);
  for (int k = 0; k < 2; k++) {
    sid_stream stream = vf_stream(SVAG_OTHER_SEED, SID_KEY_NOISE, 20), same = stream;
    double worst = 0.0;
    char instance[VF_TEXT_SIZE];
    if (sid_data_fill(&stream, kinds[k], DRAWS, values)) vf_error(context, names[k], "no data");
    sid_stream_normals(&same, room, DRAWS);
    for (size_t i = 0; i < DRAWS; i++) {
      const double z = room[i], size = k == 0 ? fabs(z * z * z) : z * z + 1.0;
      const double right = k == 0 ? z * z * z / sqrt(15.0) : (z * z - 1.0) / sqrt(2.0);
      if (size > 0.0) worst = fmax(worst, fabs(values[i] - right) / size);
    }
    vf_text(instance, "%s, relative distance to the function of the normals", names[k]);
    vf_within(context, instance, worst, 0.0, 6.0 * svag_roundoff, "6 roundings of 2^-53");
    const vf_moments second = svag_power_mean(values, DRAWS, 0.0, 2, room),
                     third = svag_power_mean(values, DRAWS, 0.0, 3, room);
    vf_text(instance, "%s, variance", names[k]);
    vf_monte_carlo(context, instance, second.mean, second.standard_error, 1.0, 0.5,
                   "262144 numbers");
    if (k == 0) continue;
    vf_text(instance, "%s, third moment", names[k]);
    vf_monte_carlo(context, instance, third.mean, third.standard_error, sqrt(8.0), sqrt(8.0),
                   "262144 numbers");
  }
  free(values);
  free(room);
}

/* svag, Theorem 4.1 for noise that is far from Gaussian, in one case symmetric (footnote 4): the
 * weak error is of first order in 1/l all the same. Noise-free: recursion of the moments of real
 * steps against the moments of the SDE. */
static void check_svag11_weak_order(vf_context *context) {
  const double etas[] = {0.4, 0.15};
  const svag_monomials set = svag_monomials_of(1);
  for (size_t i = 0; i < SVAG_FAR_FAMILIES; i++)
    for (size_t e = 0; e < VF_COUNT(etas); e++) {
      const svag_family *f = &svag_far_families[i];
      double limit[SVAG_POWERS], error[SVAG_ORDER_SIZES][SVAG_POWERS];
      char name[VF_TEXT_SIZE];
      svag_point_moments(&set, f->x0, limit);
      for (int t = 0; t < 6; t++) svag_sde_moments(f, etas[e], 0.0, etas[e], limit);
      for (int k = 0; k < SVAG_ORDER_SIZES; k++) {
        const uint32_t l = 16u << k;
        const svag_affine_law law =
            svag_affine_of(context, f, svag_dynamics(SID_SVAG, l, 1), etas[e]);
        svag_point_moments(&set, f->x0, error[k]);
        svag_advance(&set, &law, (uint64_t)6 * l, error[k]);
        for (uint32_t n = 1; n < set.count; n++) error[k][n] -= limit[n];
      }
      vf_text(name, "family %s eta=%g, 6 effective steps", f->name, etas[e]);
      svag_compare_orders_in_l(context, name, error);
    }
}

static const vf_check table[] = {
    {"svag11.single-step", "svag, Lemma 4.5, Section 5.2",
     "normalised fourth moment of a step tends to mu4/(2 s^4) + 3/2, the third to 0", VF_QUICK,
     check_svag11_single_step},
    {"svag11.local-order", "svag, Theorem 4.1, Lemma 4.5",
     "a step on the regression follows the generator of the SDE up to O(h^2)", VF_QUICK,
     check_svag11_local_order},
    {"svag11.trajectories", "svag, Theorem 4.1",
     "SVAG trajectories of the regression approach those of the SDE", VF_FULL, check_svag11_runs},
    {"svag11.data", "svag, Section 5.2", "heavy and skewed numbers have the laws that they should",
     VF_QUICK, check_svag11_data},
    {"svag11.weak-order", "svag, Theorem 4.1", "weak order 1 for heavy and skewed noise", VF_QUICK,
     check_svag11_weak_order},
};

VF_ROW(svag11, table,
       "moments of single steps and of the generator for heavy and skewed data, trajectories",
       "a limit 3 for every noise, an order below 1 in 1/l");

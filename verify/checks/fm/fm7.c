/* fm7: the time change (fm, eq. (4), (5), (8), (13), Lemma 3.1, Theorem 3.2, Lemma 4.3). The limit
 * Y_C for eta -> 0, lam = C eta, has the law of Y_0((e^(4Ct) - 1)/(4C)) e^(-Ct); on the circle of
 * minimisers, b = c/(2C),
 *
 *   |Y|^4 = b + e^(-4Ct) (|Y_0|^4 - b),
 *   variance of the angle = ln(1 + (e^(4Ct) - 1) b/|Y_0|^4)/(2 (D-1) rho^2).
 *
 * Erratum: (4) and (5) have the drift +c Y; the weights shrink, c = -C in (8), -1/2 in (13). */
#include <math.h>
#include <stdlib.h>
#include "checks/fm/diffusion.h"
#include "checks/fm/norm.h"
#include "checks/fm/stepping.h"
#include "harness/estimators.h"

/* SGD in the plane from |x|^4 = y0 for `steps` steps, the angles d_k taken from the states. */
static fm_polar fm_plane_run(vf_context *context, double eta, double lam, double s, double y0,
                             uint64_t steps) {
  fm_polar got = {(double)NAN, 0.0};
  double work[2];
  fm_problem p;
  fm_run run;
  fm_noise_problem(&p, SID_NOISE_SPHERE, 2, s);
  fm_begin(&run, &p, eta, lam, sqrt(y0), 39);
  while (run.step < steps && fm_step(&run)) {
    const double d = sid_angle(run.before, run.x, 2, work);
    got.variance += d * d;
  }
  if (!fm_stepped(context, &run)) return got;
  const double r = sid_dot(run.x, run.x, 2);
  got.y = r * r;
  return got;
}

/* (8) for noise of length s/|x| in the plane, y = |Y|^4: dy = (-4 C y + 2 s^2) dt, and the angle's
 * variance grows by s^2/y: y = b + e^(-4Ct) (y0 - b), b = s^2/(2C), V = ln(1 + (e^(4Ct) - 1)
 * b/y0)/2. C = 0: y = y0 + 2 s^2 t, V = ln(1 + 2 s^2 t/y0)/2. sign = +1 gives the drift +C Y of (5)
 * as printed. */
static fm_polar fm_plane_limit(double rate, double s, double y0, double t, double sign) {
  const double c = -sign * rate, s2 = s * s;
  fm_polar law = {y0 + 2.0 * s2 * t, 0.5 * log1p(2.0 * s2 * t / y0)};
  if (rate == 0.0) return law;
  law.y = s2 / (2.0 * c) + exp(-4.0 * c * t) * (y0 - s2 / (2.0 * c));
  law.variance = 0.5 * log1p(expm1(4.0 * c * t) * s2 / (2.0 * c * y0));
  return law;
}

/* Theorem 3.2 on real SGD with eta, lam = C eta -> 0: at time t with weight decay, and without it
 * at time s = (e^(4Ct)-1)/(4C) with the norm multiplied by e^(-Ct), |x|^4 and the variance of the
 * angle go to the same limits, each with order eta^2. The last column is the difference of the two
 * runs themselves. */
static void fm7_time_change(vf_context *context) {
  static const struct {
    double c, t, s2, y0;
  } cases[] = {{2.0, 0.3, 0.81, 1.0}, {0.5, 1.0, 1.69, 2.0}, {1.0, 0.1, 4.0, 0.5}};
  static const char *const what[] = {"|x|^4, weight decay", "angle, weight decay",
                                     "|x|^4, none",         "angle, none",
                                     "|x|^4, difference",   "angle, difference"};
  enum { LEVELS = 5 };
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double c = cases[i].c, t = cases[i].t, s = sqrt(cases[i].s2), y0 = cases[i].y0;
    const double changed = expm1(4.0 * c * t) / (4.0 * c), shrink = exp(-4.0 * c * t);
    const fm_polar law = fm_plane_limit(c, s, y0, t, -1.0);
    double h[LEVELS], error[6][LEVELS];
    for (size_t k = 0; k < LEVELS; k++) {
      const uint64_t steps = (uint64_t)100 << (2 * k);
      h[k] = 1.0 / (double)steps;
      const double eta = sqrt(t * h[k]);
      const fm_polar with = fm_plane_run(context, eta, c * eta, s, y0, steps);
      const fm_polar without = fm_plane_run(context, sqrt(changed * h[k]), 0.0, s, y0, steps);
      error[0][k] = with.y - law.y;
      error[1][k] = with.variance - law.variance;
      error[2][k] = without.y * shrink - law.y;
      error[3][k] = without.variance - law.variance;
      error[4][k] = with.y - without.y * shrink;
      error[5][k] = with.variance - without.variance;
    }
    for (size_t j = 0; j < 6; j++) {
      char name[VF_TEXT_SIZE];
      vf_text(name, "%s, order in eta^2, C=%g t=%g s^2=%g |x0|^4=%g", what[j], c, t, cases[i].s2,
              y0);
      vf_order(context, name, h, error[j], LEVELS, 1.0);
    }
  }
}

/* (4) and (5) have the drift +c Y with B -> C t and B -> t/2, but the weights shrink: c = -C in
 * (8), -1/2 in (13). |x|^4 of real SGD without loss: for (8) after t/eta^2 steps, for (13) divided
 * by R^4 at the rescaled time T. Tolerance: the exact bounds on the discrete norm. */
static void fm7_drift_constant(vf_context *context) {
  static const struct {
    const char *key;
    double c, t, s2, y0;
  } warm[] = {{"fm7.norm4.d-10.sigma-0.3.rho2-0.5.y04-1.c-2.t-0.3", 2.0, 0.3, 0.81, 1.0},
              {"fm7.norm4.d-5.sigma-0.4.rho2-0.75.y04-2.c-4.t-0.2", 4.0, 0.2, 0.64, 2.0}};
  static const struct {
    double eta, lam, s2, y0, big;
  } general[] = {{1e-3, 0.05, 0.81, 1.0, 1.0}, {1e-3, 0.2, 2.0, 3.0, 0.5}};
  const uint64_t steps = 20000;
  char name[VF_TEXT_SIZE];
  for (size_t i = 0; i < 2; i++) {
    const double c = warm[i].c, s = sqrt(warm[i].s2), y0 = warm[i].y0,
                 eta = sqrt(warm[i].t / (double)steps);
    char key_printed[VF_TEXT_SIZE];
    vf_text(key_printed, "%s.printed", warm[i].key);
    const double right = vf_expected(context, warm[i].key),
                 printed = vf_expected(context, key_printed);
    vf_text(name, "|Y_C(t)|^4, C=%g t=%g s^2=%g |Y0|^4=%g", c, warm[i].t, warm[i].s2, y0);
    vf_erratum(context, name, fm_plane_run(context, eta, c * eta, s, y0, steps).y, right, printed,
               fm_reach(fm_norm4_bounds(eta, c * eta, s, y0, (double)steps), right),
               "exact bounds on the discrete norm");
  }
  for (size_t i = 0; i < 2; i++) {
    const double eta = general[i].eta, lam = general[i].lam, s = sqrt(general[i].s2),
                 y0 = general[i].y0;
    const uint64_t n = (uint64_t)fm_tau_inverse(eta, lam, general[i].big);
    const double big = fm_tau(eta, lam, (double)n),
                 scale4 = pow(fm_scale(eta, lam, (double)n), 4.0);
    const double right = fm_plane_limit(0.5, s, y0, big, -1.0).y,
                 printed = fm_plane_limit(0.5, s, y0, big, 1.0).y;
    vf_text(name, "|Y(T)|^4, eta=%g lam=%g s^2=%g |Y0|^4=%g T=%g", eta, lam, general[i].s2, y0,
            big);
    vf_erratum(context, name, fm_plane_run(context, eta, lam, s, y0, n).y / scale4, right, printed,
               fm_reach(fm_norm4_bounds(eta, lam, s, y0, (double)n), right * scale4) / scale4,
               "exact bounds on the discrete norm");
  }
}

/* (8) with weight decay to time t, (8) without to the time of Theorem 3.2, and (13): |Y|^4 and
 * variance go to the closed forms with order 1 in the step, so by the theorem the first two to the
 * same. (13) is (8) with C = 1/2. */
static void fm7_limiting_diffusion(vf_context *context) {
  static const struct {
    const char *norm4, *variance; /* keys */
    double c, t, dim, sigma, rho2, y0;
  } cases[] = {
      {"fm7.norm4.d-10.sigma-0.3.rho2-0.5.y04-1.c-2.t-0.3",
       "fm7.variance.d-10.sigma-0.3.rho2-0.5.y04-1.c-2.t-0.3", 2.0, 0.3, 10.0, 0.3, 0.5, 1.0},
      {"fm7.norm4.d-10.sigma-0.3.rho2-0.5.y04-1.c-0.5.t-1",
       "fm7.variance.d-10.sigma-0.3.rho2-0.5.y04-1.c-0.5.t-1", 0.5, 1.0, 10.0, 0.3, 0.5, 1.0},
      {"fm7.norm4.d-5.sigma-0.4.rho2-0.75.y04-2.c-4.t-0.2",
       "fm7.variance.d-5.sigma-0.4.rho2-0.75.y04-2.c-4.t-0.2", 4.0, 0.2, 5.0, 0.4, 0.75, 2.0},
      {"fm5.norm4.d-10.sigma-0.3.rho2-0.5.y04-1.tau-3",
       "fm5.variance.d-10.sigma-0.3.rho2-0.5.y04-1.tau-3", 0.5, 3.0, 10.0, 0.3, 0.5, 1.0},
      {"fm5.norm4.d-5.sigma-0.4.rho2-0.75.y04-2.tau-1",
       "fm5.variance.d-5.sigma-0.4.rho2-0.75.y04-2.tau-1", 0.5, 1.0, 5.0, 0.4, 0.75, 2.0}};
  static const char *const what[] = {"|Y|^4", "variance of the angle", "|Y|^4, time change",
                                     "variance of the angle, time change"};
  enum { LEVELS = 5 };
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double c = cases[i].c, t = cases[i].t, y0 = cases[i].y0;
    const sid_circle_law with = fm_circle(c, cases[i].dim, cases[i].sigma, cases[i].rho2);
    const sid_circle_law without = fm_circle(0.0, cases[i].dim, cases[i].sigma, cases[i].rho2);
    const fm_polar law = {vf_expected(context, cases[i].norm4),
                          vf_expected(context, cases[i].variance)};
    double h[LEVELS], error[4][LEVELS];
    char name[VF_TEXT_SIZE];
    /* in one step the norm is that of the start (Ito) */
    const double once = with.sigma * with.sigma * t / (cases[i].rho2 * y0);
    vf_text(name, "variance of the angle in one step, C=%g t=%g D=%g sigma=%g rho2=%g |Y0|^4=%g", c,
            t, cases[i].dim, cases[i].sigma, cases[i].rho2, y0);
    vf_within(context, name, fm_circle_run(&with, y0, t, 1).variance, once, 32.0 * FM_ULP * once,
              "32 roundings");
    for (size_t k = 0; k < LEVELS; k++) {
      const uint64_t steps = (uint64_t)200 << k;
      h[k] = t / (double)steps;
      const fm_polar a = fm_circle_run(&with, y0, t, steps);
      const fm_polar b = fm_circle_run(&without, y0, expm1(4.0 * c * t) / (4.0 * c), steps);
      error[0][k] = a.y - law.y;
      error[1][k] = a.variance - law.variance;
      error[2][k] = b.y * exp(-4.0 * c * t) - law.y;
      error[3][k] = b.variance - law.variance;
    }
    for (size_t j = 0; j < 4; j++) {
      vf_text(name, "%s, order in the step, C=%g t=%g D=%g sigma=%g rho2=%g |Y0|^4=%g", what[j], c,
              t, cases[i].dim, cases[i].sigma, cases[i].rho2, y0);
      vf_order(context, name, h, error[j], LEVELS, 1.0);
    }
  }
}

/* Theorem 3.2 across paths: E cos theta of (8) at time t and of the path without weight decay at
 * the changed time. The expected value is that of the steps taken, e^(-V_h/2), V_h from
 * fm_circle_run(). Effect: no time change. */
static void fm7_law(vf_context *context) {
  static const struct {
    double c, t, dim, sigma, rho2, y0;
  } cases[] = {{2.0, 0.3, 10.0, 0.3, 0.5, 1.0}, {1.0, 0.4, 3.0, 0.7, 0.5, 1.0}};
  enum { RUNS = 6000, STEPS = 40 };
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double c = cases[i].c, t = cases[i].t, changed = expm1(4.0 * c * t) / (4.0 * c);
    for (int without = 0; without < 2; without++) {
      fm_diffusion job = {fm_circle(without ? 0.0 : c, cases[i].dim, cases[i].sigma, cases[i].rho2),
                          cases[i].y0,
                          0.0,
                          without ? changed : t,
                          STEPS,
                          (uint64_t)without};
      double *angles = fm_diffusions(context, &job, RUNS);
      const vf_mode mode = vf_mode_of(angles, RUNS, 1);
      const double right = exp(-0.5 * fm_circle_run(&job.law, job.y0, job.t, STEPS).variance);
      const double wrong =
          exp(-0.5 * fm_circle_run(&job.law, job.y0, without ? t : changed, STEPS).variance);
      char name[VF_TEXT_SIZE];
      vf_text(name, "E cos theta, C=%g at time %.4g, D=%g sigma=%g rho2=%g |Y0|^4=%g", job.law.c,
              job.t, cases[i].dim, cases[i].sigma, cases[i].rho2, cases[i].y0);
      vf_monte_carlo(context, name, mode.cosine, mode.cosine_error, right, right - wrong,
                     "effect: the time of the other side");
      free(angles);
    }
  }
}

static const vf_check table[] = {
    {"fm7.limiting-diffusion", "fm, eq. (8), (13), Theorem 3.2",
     "norm and variance of the diffusion in closed form", VF_QUICK, fm7_limiting_diffusion},
    {"fm7.law", "fm, Theorem 3.2", "the angle has the same law on both sides of the time change",
     VF_QUICK, fm7_law},
    {"fm7.time-change", "fm, Theorem 3.2", "Y_C(t) has the law of Y_0((e^(4Ct)-1)/(4C)) e^(-Ct)",
     VF_QUICK, fm7_time_change},
    {"errata.fm7-drift-constant", "fm, eq. (4), (5), Lemma 3.1, Lemma 4.3",
     "c = -C in (8), c = -1/2 in (13)", VF_QUICK, fm7_drift_constant},
};

VF_ROW(fm7, table,
       "ensembles of the diffusion on both sides of the time change, with standard errors",
       "the drift +c Y that is printed, a time change without its factor e^(-Ct)");

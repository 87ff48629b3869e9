/* fm2: the time scale (fm, eq. (11), (12)). With noise of length 1/|x| from |x| = 1 the norm
 * follows R(t) = (q + e^(-4 el t) (1 - q))^(1/4), q = eta/(2 lam), and the rescaled time, the
 * integral of eta^2/R^4, is
 *
 *   tau(t) = ln(1 + (e^(4 el t) - 1) q)/2 = 2 ln R + 2 el t,
 *   tau^-1(T) = ln(1 + (2 lam/eta) (e^(2T) - 1))/(4 el);
 *
 * real steps make both up to O(el). */
#include <math.h>
#include <stdlib.h>
#include "checks/fm/experiment.h"
#include "checks/fm/norm.h"

/* T as the steps make it from r = |x_k|^2: ln r + 2 k (-ln(1-el)), the discrete form of tau/2 = ln
 * R + el t. */
static double fm_discrete_tau(double r, double eta, double lam, double k) {
  return log(r) - 2.0 * k * log1p(-eta * lam);
}

/* Largest distance between `value` and the interval of discrete_tau at k. */
static double fm_tau_reach(double eta, double lam, double k, double value) {
  const fm_interval y = fm_norm4_bounds(eta, lam, 1.0, 1.0, k);
  return fmax(fabs(fm_discrete_tau(sqrt(y.low), eta, lam, k) - value),
              fabs(fm_discrete_tau(sqrt(y.high), eta, lam, k) - value));
}

/* |x|^2 at the given steps of the run with noise of length 1/|x| from |x| = 1. */
static double *fm_unit_run(vf_context *context, double eta, double lam, const uint64_t *steps,
                           size_t count) {
  const sid_problem problem = fm_noise_only(SID_NOISE_SPHERE, 2, 1.0);
  fm_setup setup;
  fm_set(&setup, &problem, eta, lam);
  fm_start(setup.x0, 2, 1.0);
  return fm_rows(context, &setup, steps, count, 1);
}

/* After tau^-1(T) = ln((2 lam/eta)(e^(2T)-1)+1)/(4 el) real steps the rescaled time is T (below
 * (12)), up to what the exact bounds on the discrete norm allow: O(el ln(lam/eta)). Between two
 * steps tau is taken as linear, an error below el^2. */
static void fm2_time_scale(vf_context *context) {
  static const char *const etas[] = {"0.0001", "0.001", "0.01", "0.02"}, *const lams[] = {"0.05",
                                                                                          "0.2"};
  for (size_t i = 0; i < 8; i++) {
    const char *eta_text = etas[i / 2], *lam_text = lams[i % 2];
    const double eta = vf_number(eta_text), lam = vf_number(lam_text), el = eta * lam;
    double t[2];
    uint64_t steps[4];
    for (size_t j = 0; j < 2; j++) {
      char key[VF_TEXT_SIZE];
      vf_text(key, "fm2.tau-inverse.eta-%s.lam-%s.tau-%d", eta_text, lam_text, j ? 3 : 1);
      t[j] = vf_expected(context, key);
      steps[2 * j] = (uint64_t)t[j];
      steps[2 * j + 1] = steps[2 * j] + 1;
    }
    double *r = fm_unit_run(context, eta, lam, steps, 4);
    for (size_t j = 0; r && j < 2; j++) {
      char name[VF_TEXT_SIZE];
      const double k = (double)steps[2 * j], part = t[j] - k, big = j ? 3.0 : 1.0;
      const double tau = (1.0 - part) * fm_discrete_tau(r[2 * j], eta, lam, k) +
                         part * fm_discrete_tau(r[2 * j + 1], eta, lam, k + 1.0);
      const double tolerance = fm_tau_reach(eta, lam, t[j], big) + el * el;
      vf_text(name, "rescaled time after %.10g steps, eta=%s lam=%s", t[j], eta_text, lam_text);
      vf_within(context, name, tau, big, tolerance,
                "exact bounds on the discrete norm, O(el ln(lam/eta))");
    }
    free(r);
  }
}

/* (11): |x_t| against R(t) = (eta/(2 lam) + e^(-4 el t)(1 - eta/(2 lam)))^(1/4), within the exact
 * bounds on the discrete norm. */
static void fm2_scale_function(vf_context *context) {
  static const struct {
    const char *id;
    double eta, lam;
    uint64_t t;
  } cases[] = {{"eta-0.01.lam-0.05.t-100", 0.01, 0.05, 100},
               {"eta-0.01.lam-0.05.t-2000", 0.01, 0.05, 2000},
               {"eta-0.1.lam-0.2.t-50", 0.1, 0.2, 50}};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    char key[VF_TEXT_SIZE];
    vf_text(key, "fm2.r.%s", cases[i].id);
    const double expected = vf_expected(context, key);
    const fm_interval y = fm_norm4_bounds(cases[i].eta, cases[i].lam, 1.0, 1.0, (double)cases[i].t);
    const double tolerance =
        fmax(fabs(pow(y.low, 0.25) - expected), fabs(pow(y.high, 0.25) - expected));
    double *r = fm_unit_run(context, cases[i].eta, cases[i].lam, &cases[i].t, 1);
    if (r)
      vf_within(context, key, sqrt(r[0]), expected, tolerance,
                "exact bounds on the discrete norm, O(el)");
    free(r);
  }
}
typedef struct {
  double by_norm, by_rate; /* T from the last norm; T as the sum of eta^2/|x|^4 */
} fm_times;

/* Rescaled times of `steps` real steps: (12) as the sum of the squared effective learning rates,
 * and by the norm. */
static fm_times fm_run_times(vf_context *context, double eta, double lam, uint64_t steps) {
  const sid_problem problem = fm_noise_only(SID_NOISE_SPHERE, 2, 1.0);
  fm_times times = {(double)NAN, (double)NAN};
  fm_setup setup;
  fm_set(&setup, &problem, eta, lam);
  fm_start(setup.x0, 2, 1.0);
  fm_observe(&setup, SID_EFFECTIVE_LR, SID_NORM2);
  uint64_t *every = vf_steps(0, 1, (size_t)steps + 1);
  double *rows = fm_rows(context, &setup, every, (size_t)steps + 1, 1);
  if (rows) {
    times.by_norm = fm_discrete_tau(rows[2 * steps + 1], eta, lam, (double)steps);
    for (uint64_t t = 0; t < steps; t++) rows[t] = rows[2 * t] * rows[2 * t];
    times.by_rate = sid_sum(rows, (size_t)steps);
  }
  free(rows);
  free(every);
  return times;
}

/* At a fixed ratio eta/lam both discrete forms of T approach tau with order el: the steps are
 * chosen so that tau = T after exactly K of them. A wrong exponent, a dropped 2 or weight decay
 * taken twice leaves a distance of order one. */
static void fm2_time_order(vf_context *context) {
  static const struct { double ratio, big; } cases[] = {{0.2, 1.0}, {0.2, 3.0}, {0.5, 0.5}};
  enum { LEVELS = 6 };
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    double h[LEVELS], by_norm[LEVELS], by_rate[LEVELS];
    char name[VF_TEXT_SIZE];
    for (size_t k = 0; k < LEVELS; k++) {
      const uint64_t steps = (uint64_t)100 << (2 * k);
      h[k] =
          log1p(2.0 / cases[i].ratio * expm1(2.0 * cases[i].big)) / (4.0 * (double)steps); /* el */
      const fm_times times =
          fm_run_times(context, sqrt(h[k] * cases[i].ratio), sqrt(h[k] / cases[i].ratio), steps);
      by_norm[k] = times.by_norm - cases[i].big;
      by_rate[k] = times.by_rate - cases[i].big;
    }
    vf_text(name, "by the norm, order in el, eta/lam=%g T=%g", cases[i].ratio, cases[i].big);
    vf_order(context, name, h, by_norm, LEVELS, 1.0);
    vf_text(name, "sum of eta^2/|x|^4, order in el, eta/lam=%g T=%g", cases[i].ratio, cases[i].big);
    vf_order(context, name, h, by_rate, LEVELS, 1.0);
  }
}

static const vf_check table[] = {
    {"fm2.scale-function", "fm, eq. (11)", "|x_t| follows R(t)", VF_QUICK, fm2_scale_function},
    {"fm2.time-scale", "fm, eq. (12)", "tau^-1(T) steps make the rescaled time T", VF_QUICK,
     fm2_time_scale},
    {"fm2.time-order", "fm, eq. (12)", "the rescaled time of real steps is tau up to O(el)",
     VF_QUICK, fm2_time_order},
};

VF_ROW(fm2, table, "the norm of real steps under noise of fixed length, without randomness",
       "a rate 2 el for 4 el, a time scale with lam/eta for its inverse");

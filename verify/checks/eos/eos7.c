/* Row eos7, Section 5: linear regression with batch normalisation. In GD with weight decay
 *   P_null w_t = (1-el)^t P_null w_0,
 * fitting adds eta L_0 to |w|^2, and the edge is reached after t1 with (Theorem 4.4)
 *   t1 el = (1/2) ln(|P_row w|^2/(eta Lam |w*|^2)).
 * From there th follows flow (3), tan psi = tan psi_0 e^-tau, to w*, the solution of least norm
 * (Theorems 4.7, 5.1), at which th oscillates with h^2 = el/2. Without decay th stays where it is
 * (Section 6). Notation and closed forms: regression.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/check.h"
#include "harness/limit.h"
#include "harness/observe.h"
#include "checks/eos/batchnorm.h"
#include "checks/eos/problems.h"
#include "checks/eos/regression.h"

typedef struct {
  double eta, ein;
  uint64_t steps;
  const char *key;
} eos_null_case;

/* Gradients lie in the row space and are perpendicular to w, so P_null w_t = (1-ein)^t P_null w_0
 * and |P_row w+|^2 = (1-ein)^2 |P_row w|^2 + eta^2 |grad L|^2, at every step, in the phase of
 * fitting, at rest and at the edge. A step rounds w and eta grad L, and what it makes of the null
 * space does not grow later. */
static void eos_null_space(vf_context *context) {
  static const eos_null_case cases[] = {{.1, .01, 100, "eos7.null-factor.ein-0.01.t-100"},
                                        {.05, .001, 1000, "eos7.null-factor.ein-0.001.t-1000"}};
  for (int k = 0; k < 2 * EOS_REGRESSIONS; k++) {
    const eos_null_case *one = cases + k % 2;
    eos_regression *r = eos_regression_new(context, k / 2);
    if (!r) return;
    const double lam = one->ein / one->eta, keep = 1.0 - one->ein;
    double x[EOS_DIM], rest[EOS_DIM], first[EOS_DIM], g[EOS_DIM], work[EOS_WORK], worst = 0.0,
                                                                                  error = 0.0;
    char name[VF_TEXT_SIZE];
    sid_stream stream = vf_stream(5, SID_KEY_START, (uint64_t)k);
    (void)sid_data_fill(&stream, SID_DATA_NORMAL, r->d, x);
    vf_scale(x, r->d, .5);
    double row2 = eos_regression_split(r, x, first);
    for (uint64_t t = 0; t < one->steps; t++) {
      sid_problem_gradient(&r->problem, x, g, work);
      const double g2 = vf_dot(g, g, r->d), kept = keep * keep * row2 + one->eta * one->eta * g2;
      const double size = eos_gradient_size(r->gamma, sqrt(row2), sqrt((double)r->d));
      const double length = vf_norm(x, r->d) + one->eta * size;
      const double step = EOS_ULP * (4.0 * length + one->eta * eos_roundings(r->n, r->d) *
                                                        eos_cancellation(r, x) * size);
      if (!eos_regression_step(context, r, one->eta, lam, x)) break;
      row2 = eos_regression_split(r, x, rest);
      error += step;
      vf_raise(&worst, fabs(row2 - kept) /
                           (eos_regression_error(r) * length * length + 2.0 * length * step));
    }
    vf_text(name, "|P_null w_t|/|P_null w_0|, %s eta=%g ein=%g t=%d", r->name, one->eta, one->ein,
            (int)one->steps);
    vf_within(context, name, vf_dot(rest, first, r->d) / vf_dot(first, first, r->d),
              vf_expected(context, one->key),
              error / vf_norm(first, r->d) + eos_regression_error(r),
              "4 roundings of the terms of each step, and of the projection");
    vf_text(name, "turn of P_null w, %s eta=%g ein=%g t=%d", r->name, one->eta, one->ein,
            (int)one->steps);
    vf_add(rest, first, r->d, -vf_expected(context, one->key));
    vf_within(context, name, vf_norm(rest, r->d), 0.0,
              error + eos_regression_error(r) * vf_norm(first, r->d),
              "4 roundings of the terms of each step, and of the projection");
    vf_text(name, "recursion of |P_row w|^2 in units, %s eta=%g ein=%g", r->name, one->eta,
            one->ein);
    vf_within(context, name, worst, 0.0, 1.0,
              "rounding of the projection, 40 n condition, and of the step");
    free(r);
  }
}

/* Without decay |P_row w|^2 grows by sum eta^2 |g|^2 while L falls from L_0 to 0; gradient flow
 * loses eta |g|^2 of L per step, so the sum is eta L_0 (1 + O(eta)). Returns (growth)/(eta L_0) - 1
 * and in *time the mean time of the growth. */
static double eos_fit(vf_context *context, const eos_regression *r, double eta, const double *start,
                      double *time) {
  double x[EOS_DIM], g[EOS_DIM], work[EOS_WORK], grown = 0.0;
  memcpy(x, start, sizeof x);
  const double loss = sid_problem_loss(&r->problem, x, work), before = vf_dot(x, x, r->d);
  *time = 0.0;
  for (uint64_t t = 0; t < 200000; t++) {
    sid_problem_gradient(&r->problem, x, g, work);
    const double g2 = eta * eta * vf_dot(g, g, r->d);
    grown += g2, *time += (double)t * g2;
    if (sid_problem_loss(&r->problem, x, work) < 1e-12 * loss) {
      *time /= grown;
      return (vf_dot(x, x, r->d) - before) / (eta * loss) - 1.0;
    }
    if (!eos_regression_step(context, r, eta, 0.0, x)) break;
  }
  vf_error(context, r->name, "the loss does not vanish");
  return (double)NAN;
}

/* The norm gained while fitting is eta L_0 (1 + c eta + ...): limit of the deviation for eta = .04
 * 2^-k. The last 1e-12 of L_0 are missing. */
static void eos_fit_norm(vf_context *context) {
  enum { COUNT = 4 };
  for (int which = 0; which < EOS_REGRESSIONS; which++) {
    eos_regression *r = eos_regression_new(context, which);
    double value[COUNT], x[EOS_DIM], time;
    char name[VF_TEXT_SIZE];
    if (!r) return;
    eos_regression_start(r, (uint64_t)which, .3, x);
    for (int k = 0; k < COUNT; k++) value[k] = 1.0 + eos_fit(context, r, ldexp(.04, -k), x, &time);
    vf_text(name, "(|w|^2 gained)/(eta L_0), %s eta=0.04 to 0", r->name);
    vf_limit(context, name, value, COUNT, 1, 1.0, 1e-12, .01);
    free(r);
  }
}

/* Steps until |P_row w|^2 is at the edge. */
static uint64_t eos_regression_entry(vf_context *context, const eos_regression *r, double eta,
                                     double ein, double *x) {
  double rest[EOS_DIM];
  const double edge = eos_regression_edge(r, eta, ein);
  for (uint64_t t = 0; t < 1000000; t++) {
    if (eos_regression_split(r, x, rest) <= edge) return t;
    if (!eos_regression_step(context, r, eta, ein / eta, x)) break;
  }
  vf_error(context, r->name, "the edge is not reached");
  return 0;
}

/* Entry into the edge. From a minimiser nothing but decay happens: t1 ein = (1/2) ln(|P_row
 * w_0|^2/(eta Lam |w*|^2)) = (1/2) ln m, to one step and, since a step decays by -ln(1-ein), ein/2
 * of it. From a random point fitting adds eta L_0 at the mean time T: |P_row w|^2 at the end is
 * uncertain by eta L_0 (2 ein T + the deviation that eos_fit() measures), t1 by half of that over
 * ein |P_row w|^2. */
static void eos_entry_time(vf_context *context) {
  static const char *const sizes[] = {"2", "2.5", "4", "10"};
  const double eta = .05, eins[] = {1e-2, 1e-3};
  for (int which = 0; which < EOS_REGRESSIONS; which++) {
    eos_regression *r = eos_regression_new(context, which);
    if (!r) return;
    for (int k = 0; k < 8; k++) {
      const double ein = eins[k / 4], m = vf_number(sizes[k % 4]);
      double x[EOS_DIM];
      char name[VF_TEXT_SIZE], key[VF_TEXT_SIZE];
      vf_text(key, "eos7.entry-time.m-%s", sizes[k % 4]);
      const double expected = vf_expected(context, key);
      vf_text(name, "t1 ein, %s ein=%g m=%s psi=1", r->name, ein, sizes[k % 4]);
      eos_regression_place(r, 1.0, 0.0, m * eos_regression_edge(r, eta, ein), x);
      vf_within(context, name, (double)eos_regression_entry(context, r, eta, ein, x) * ein,
                expected, ein * (1.0 + expected), "one step, and ein/2 of the time twice");
    }
    for (int k = 0; k < 4; k++) {
      const double ein = eins[k / 2], factor = -log1p(-ein);
      double x[EOS_DIM], rest[EOS_DIM], work[EOS_WORK], time;
      char name[VF_TEXT_SIZE];
      eos_regression_start(r, 10 + (uint64_t)k, .5, x);
      const double row2 = eos_regression_split(r, x, rest),
                   gain = eta * sid_problem_loss(&r->problem, x, work);
      const double expected =
          .5 * log((row2 + gain) / eos_regression_edge(r, eta, ein)) / factor * ein;
      const double deviation = fabs(eos_fit(context, r, eta, x, &time));
      vf_text(name, "t1 ein, %s ein=%g random start %d", r->name, ein, k);
      vf_within(context, name, (double)eos_regression_entry(context, r, eta, ein, x) * ein,
                expected, ein + .5 * gain / row2 * (2.0 * ein * time + deviation) * 2.0,
                "one step, and twice the effects of decay while fitting and of finite eta");
    }
    free(r);
  }
}

/* ---- the sharpness-reduction flow ---- */

enum { FLOW_TIMES = 4 };
static const double eos_flow_times[FLOW_TIMES] = {.5, 1, 2, 4};
static const char *const eos_flow_names[FLOW_TIMES] = {"0.5", "1", "2", "4"};

/* GD with weight decay from the edge at psi0, th = normalise(zeta + h0 v), h0 = .1 sqrt(ein), et =
 * 2/lam1. Returns sup |th - zeta(t ein)| for t <= 4/ein and the relative error of tan psi at the
 * flow times. */
static double eos_regression_track(vf_context *context, const eos_regression *r, double psi0,
                                   double ein, double *tan_psi) {
  const double eta = .1;
  double x[EOS_DIM], rest[EOS_DIM], zeta[EOS_DIM], worst = 0.0;
  eos_regression_place(r, psi0, .1 * sqrt(ein), eos_regression_edge(r, eta, ein), x);
  const uint64_t steps = (uint64_t)llround(4.0 / ein);
  size_t next = 0;
  for (int i = 0; i < FLOW_TIMES; i++) tan_psi[i] = (double)NAN;
  for (uint64_t t = 0; t <= steps; t++) {
    const double tau = (double)t * ein;
    eos_zeta(r, r->null, atan(tan(psi0) * exp(-tau)), zeta);
    vf_raise(&worst, eos_direction_distance(x, zeta, r->d));
    if (next < FLOW_TIMES && t == (uint64_t)llround(eos_flow_times[next] / ein)) {
      const double row2 = eos_regression_split(r, x, rest);
      tan_psi[next++] = vf_norm(rest, r->d) / sqrt(row2);
    }
    if (t < steps && !eos_regression_step(context, r, eta, ein / eta, x)) break;
  }
  return worst;
}

/* Theorems 4.7 and 5.1. With u = et lam1 - 2 the Hamiltonian of Section 4.2.3 has |u| <= 2 sqrt(ein
 * (E - 1)), E = y_0 - ln y_0 <= 6 for these starts, and |P_row w|^2 is the edge's times 2/(2 + u):
 * so tan psi is off by |u|/4 <= 1.2 sqrt(ein), and h <= sqrt(ein/2) max sqrt(y) < 2 sqrt(ein). The
 * order of the supremum is 1/2 (the theorem's bound has 1/4). */
static void eos_tracking_of(vf_context *context, const eos_regression *r, const char *psi0) {
  enum { COUNT = 5 };
  static const double eins[COUNT] = {1e-2, 3e-3, 1e-3, 3e-4, 1e-4};
  double error[COUNT], tan_psi[FLOW_TIMES];
  char name[VF_TEXT_SIZE], key[VF_TEXT_SIZE];
  for (int k = 0; k < COUNT; k++) {
    error[k] = eos_regression_track(context, r, vf_number(psi0), eins[k], tan_psi);
    vf_text(name, "sup|th - zeta|/sqrt(ein), %s psi0=%s ein=%g", r->name, psi0, eins[k]);
    vf_at_most(context, name, error[k] / sqrt(eins[k]), 2.0,
               "amplitude of the oscillation, sqrt(y ein/2)");
    for (int i = 0; i < FLOW_TIMES; i++) {
      vf_text(key, "eos7.tan-psi.psi0-%s.tau-%s", psi0, eos_flow_names[i]);
      vf_text(name, "tan psi, %s psi0=%s ein=%g tau=%s", r->name, psi0, eins[k], eos_flow_names[i]);
      vf_within_relative(context, name, tan_psi[i], vf_expected(context, key), 1.2 * sqrt(eins[k]),
                         "|et lam1 - 2|/4, at most 1.2 sqrt(ein)");
    }
  }
  vf_text(name, "exponent of sup|th - zeta|, %s psi0=%s ein=0.01..0.0001", r->name, psi0);
  vf_within(
      context, name, log(error[0] / error[COUNT - 1]) / log(eins[0] / eins[COUNT - 1]), .5, .1,
      "the amplitude's factor sqrt(y) depends on the phase: less than a factor 1.58 = 100^.1");
}

static void eos_tracking(vf_context *context) {
  static const char *const psis[EOS_REGRESSIONS] = {"1", "1.4", "0.5"};
  for (int which = 0; which < EOS_REGRESSIONS; which++) {
    eos_regression *r = eos_regression_new(context, which);
    if (!r) return;
    eos_tracking_of(context, r, psis[which]);
    free(r);
  }
}

/* ---- at the end of the flow ---- */

/* Means over the last 2/ein steps of a run of 14/ein from the edge at psi = 1; there psi < 1e-5 and
 * the orbit has period two. */
typedef struct {
  double distance2; /* of th from the direction of w*, squared */
  double loss, row2;
  double midpoint; /* distance of the direction of the last midpoint from that of w* */
} eos_end;

static eos_end eos_run_to_end(vf_context *context, const eos_regression *r, double eta,
                              double ein) {
  eos_end end = {0.0, 0.0, 0.0, (double)NAN};
  double x[EOS_DIM], before[EOS_DIM], rest[EOS_DIM], work[EOS_WORK];
  const uint64_t steps = (uint64_t)llround(14.0 / ein), window = (uint64_t)llround(2.0 / ein);
  eos_regression_place(r, 1.0, .1 * sqrt(ein), eos_regression_edge(r, eta, ein), x);
  for (uint64_t t = 0; t < steps; t++) {
    memcpy(before, x, sizeof x);
    if (!eos_regression_step(context, r, eta, ein / eta, x)) return end;
    if (t < steps - window) continue;
    const double distance = eos_direction_distance(x, r->unit_best, r->d);
    end.distance2 += distance * distance / (double)window;
    end.loss += sid_problem_loss(&r->problem, x, work) / (double)window;
    end.row2 += eos_regression_split(r, x, rest) / (double)window;
  }
  vf_add(x, before, r->d, 1.0);
  end.midpoint = eos_direction_distance(x, r->unit_best, r->d);
  return end;
}

/* At w* the oscillation has h^2 = ein/2: rms distance sqrt(ein/2), loss lam1 h^2/2 = ein lam_min/4,
 * |P_row w|^2 = eta Lam |w*|^2, and the midpoint of two iterates is w*. The orbit has period two,
 * so each is a power series in ein: limits for ein -> 0, up to what is left of psi, tan 1 e^-14
 * = 1.3e-6. Row eos7 allows 2 % at finite ein for its size; at ein = 1e-3 that is 20 ein. */
static void eos_stationary(vf_context *context) {
  enum { COUNT = 4, WHAT = 4 };
  static const double eta = .1;
  static const char *const what[WHAT] = {"rms distance/sqrt(ein/2)", "loss/(ein lam_min/4)",
                                         "|P_row w|^2/(eta Lam |w*|^2)", "|midpoint - w*|"};
  for (int which = 0; which < EOS_REGRESSIONS; which++) {
    eos_regression *r = eos_regression_new(context, which);
    double value[WHAT][COUNT];
    char name[VF_TEXT_SIZE];
    if (!r) return;
    const double least = eos_regression_lam1(r, 0.0);
    for (int k = 0; k < COUNT; k++) {
      const double ein = ldexp(8e-3, -k);
      const eos_end end = eos_run_to_end(context, r, eta, ein);
      value[0][k] = sqrt(end.distance2 / (ein / 2.0));
      value[1][k] = end.loss / (ein * least / 4.0);
      value[2][k] = end.row2 / (eta * r->lam_cap * r->best2);
      value[3][k] = end.midpoint;
      if (which != 0 || k != COUNT - 1) continue;
      vf_text(name, "rms distance to w*, %s ein=0.001", r->name);
      vf_within_relative(context, name, sqrt(end.distance2),
                         vf_expected(context, "eos7.final-distance.ein-0.001"), .02,
                         "corrections of order ein, at most 20 ein");
      vf_text(name, "loss/lam_min, %s ein=0.001", r->name);
      vf_within_relative(context, name, end.loss / least,
                         vf_expected(context, "eos7.tail-loss-over-lam-min.ein-0.001"), .02,
                         "corrections of order ein, at most 20 ein");
    }
    for (int i = 0; i < WHAT; i++) {
      vf_text(name, "%s, %s ein=0.008 to 0", what[i], r->name);
      vf_limit(context, name, value[i], COUNT, 1, i == 3 ? 0.0 : 1.0, 2e-7, .01);
    }
    free(r);
  }
}

/* ---- without decay ---- */

/* Without decay: P_null w stays bit by bit as far as rounding lets it, |P_row w| never falls, th
 * stays where fitting has put it: after a loss of 1e-24 the rest of the path is below rounding. The
 * same start with decay ends at w*. */
static void eos_no_decay(vf_context *context) {
  const double eta = .1;
  for (int which = 0; which < EOS_REGRESSIONS; which++) {
    eos_regression *r = eos_regression_new(context, which);
    double x[EOS_DIM], first[EOS_DIM], rest[EOS_DIM], fitted[EOS_DIM] = {0}, work[EOS_WORK],
                                                      least = 0.0, noise = 0.0;
    uint64_t fit = 0;
    char name[VF_TEXT_SIZE];
    if (!r) return;
    eos_regression_start(r, 21, .3, x);
    double row2 = eos_regression_split(r, x, first);
    for (uint64_t t = 0; t < 20000; t++) {
      if (!fit && sid_problem_loss(&r->problem, x, work) < 1e-24)
        fit = t, memcpy(fitted, x, sizeof fitted);
      noise += 4.0 * EOS_ULP * vf_norm(x, r->d);
      if (!eos_regression_step(context, r, eta, 0.0, x)) break;
      const double next = eos_regression_split(r, x, rest);
      least = fmin(least, next - row2), row2 = next;
    }
    if (!fit) vf_error(context, r->name, "the loss does not vanish");
    vf_add(rest, first, r->d, -1.0);
    vf_text(name, "|change of P_null w|, %s eta=0.1 lam=0 20000 steps", r->name);
    vf_within(context, name, vf_norm(rest, r->d), 0.0,
              noise + eos_regression_error(r) * vf_norm(first, r->d),
              "4 roundings a step, and of the projection");
    vf_text(name, "least growth of |P_row w|^2, %s eta=0.1 lam=0", r->name);
    vf_at_least(context, name, least, -16.0 * EOS_ULP * (double)r->d * row2, "16 d roundings");
    vf_scale(fitted, r->d, 1.0 / vf_norm(fitted, r->d));
    vf_text(name, "|th - th at L = 1e-24|, %s eta=0.1 lam=0 20000 steps", r->name);
    vf_at_most(context, name, eos_direction_distance(x, fitted, r->d), 1e-10,
               "sqrt(2 L/mu), mu > 2e-4, and 20000 roundings");
    vf_text(name, "tan psi at the end, %s eta=0.1 lam=0", r->name);
    vf_at_least(context, name, vf_norm(first, r->d) / sqrt(row2), .3,
                "far from w*, where decay leads");
    free(r);
  }
}

/* ---- table ---- */

static const vf_check table[] = {
    {"eos7.null-space", "eos, Section 5",
     "P_null w_t = (1-el)^t P_null w_0; |P_row w|^2 changes by eta^2 |g|^2", VF_QUICK,
     eos_null_space},
    {"eos7.fit-norm", "eos, Section 3", "fitting without decay adds eta L_0 to |w|^2", VF_QUICK,
     eos_fit_norm},
    {"eos7.entry-time", "eos, Theorem 4.4", "t1 ein = (1/2) ln(|P_row w|^2/(eta Lam |w*|^2))",
     VF_QUICK, eos_entry_time},
    {"eos7.tracking", "eos, Theorems 4.7, 5.1",
     "GD with decay follows tan psi = tan psi0 e^-tau to O(sqrt(ein))", VF_QUICK, eos_tracking},
    {"eos7.stationary", "eos, Theorem 5.1, Section 4.2.3",
     "at w*: distance sqrt(ein/2), loss ein lam_min/4, |P_row w|^2 = eta Lam |w*|^2", VF_QUICK,
     eos_stationary},
    {"eos7.no-decay", "eos, Sections 5, 6", "without weight decay the direction stays where it is",
     VF_QUICK, eos_no_decay},
};

VF_ROW(eos7, table, "batch-normalised regression from chosen starts, against closed forms",
       "decay that touches the directions with gradient only, an edge at another sharpness");

/* Row nrq3, Figure 2 (a)-(d): 100 trials at the equilibrium norm. A large angular update is fast
 * and ends high (Corollary 1). p = 10, A = diag(1,2,...,2), sigma = .3, f_0 = .1, the mean of
 * uniform directions; three el, 10^4 steps. */
#include <math.h>
#include <stdlib.h>
#include "harness/observe.h"
#include "checks/nrq/nrq.h"
#include "formats/memory.h"
#include "laws/rayleigh.h"

enum { PANEL_LRS = 3, PANEL_TIMES = 4, PANEL_TRIALS = 100, PANEL_END = 10000 };
enum { P_F, P_NORM2, P_ANGLE, P_WIDTH };

static const double panel_eta = 0.5, panel_sigma = 0.3, panel_f0 = 0.1,
                    panel_lams[PANEL_LRS] = {2e-3, 2e-4, 2e-5};

/* e at the equilibrium norm. */
static double panel_rate(double lam) {
  return panel_eta / nrq_equilibrium(10, panel_sigma, panel_eta, lam);
}

/* Rows (f, |x|^2, step angle) of the trials; to be freed. */
static double *panel_rows(vf_context *context, double lam, const uint64_t *times, size_t count) {
  static const int32_t observables[P_WIDTH] = {SID_F, SID_NORM2, SID_STEP_ANGLE};
  const sid_segment segment = {0, panel_eta, lam, 1.0};
  double spectrum[10], x[10];
  sid_experiment experiment;
  nrq_two_values(spectrum, 10, 1.0);
  const sid_problem problem = nrq_problem(10, spectrum, SID_NOISE_GAUSSIAN, panel_sigma);
  nrq_experiment(&experiment, &problem, &segment, 1, times, count, observables, P_WIDTH, 20241);
  nrq_point(x, 10, panel_f0, nrq_equilibrium(10, panel_sigma, panel_eta, lam));
  experiment.start = (sid_start){SID_START_POINT, x, 0.0};
  return vf_observe(context, "ensemble", &experiment, PANEL_TRIALS);
}

/* Moments over the trials at time c: of the risk, or of the squared angle. */
static vf_moments panel_moments(const double *rows, size_t count, size_t c, int angle) {
  double values[PANEL_TRIALS];
  for (size_t i = 0; i < PANEL_TRIALS; i++) {
    const double *row = rows + (i * count + c) * P_WIDTH;
    values[i] = angle ? row[P_ANGLE] * row[P_ANGLE] : 1.0 - row[P_F];
  }
  return vf_moments_of(values, PANEL_TRIALS);
}

/* The risk of real steps on the way, to first order in e, from that of the law, r = 1 - f. A step
 * multiplies the ratio of x_1 to another coordinate by (1 + e (1-f))/(1 - e f), and its logarithm
 * grows by e + e^2 (2f-1)/2 + ...; the gradient, |grad L|^2 = f (1-f)/M, adds (e/2) df of itself to
 * M, as dt = df/(2 e f (1-f)). Both move the log-odds of f by
 *     -(e/2) [(1-f_0) ln(f/f_0) + f_0 ln((1-f)/(1-f_0))]. */
static double panel_step_risk(double risk, double e) {
  const double f = 1.0 - risk, f0 = panel_f0;
  const double back = (1.0 - f0) * log(f / f0) + f0 * log(risk / (1.0 - f0));
  return risk + f * risk * 0.5 * e * back;
}

/* Risks at 1/2, 1 and 3/2 of 1/e against the moments of the law, and at the end against its
 * stationary risk, times 1 + a e/4 (nrq2.risk-order); the squared update at the end against 2 el
 * with the loss's part f (1-f)/((p-1) sigma^2) and the norm's, e/2. */
static void panel_compare(vf_context *context, double lam, const uint64_t *times,
                          const double *rows, vf_moments *last) {
  const double e = panel_rate(lam), el = panel_eta * lam;
  double right[PANEL_TIMES], half[PANEL_TIMES], at[PANEL_TIMES], pull = 0.0;
  nrq_leg leg;
  nrq_law law = nrq_constant_law(&leg, 10, 1.0, panel_sigma, panel_eta, lam, 1.0);
  char name[VF_TEXT_SIZE];
  for (size_t c = 0; c < PANEL_TIMES; c++) at[c] = (double)times[c];
  nrq_law_risks(&law, panel_f0, at, PANEL_TIMES, 2, right);
  law.a = 0.5;
  nrq_law_risks(&law, panel_f0, at, PANEL_TIMES, 2, half);
  for (size_t c = 0; c < PANEL_TIMES; c++) {
    const int end = c + 1 == PANEL_TIMES;
    const vf_moments got = panel_moments(rows, PANEL_TIMES, c, 0);
    vf_text(name, "risk, el=%g t=%g (100 trials)", el, at[c]);
    vf_monte_carlo(context, name, got.mean, got.standard_error,
                   end ? right[c] * (1.0 + e / 4.0) : panel_step_risk(right[c], e),
                   half[c] - right[c], "effect: half the drift, as printed");
    *last = got;
  }
  for (size_t i = 0; i < PANEL_TRIALS; i++) {
    const double f = rows[(i * PANEL_TIMES + PANEL_TIMES - 1) * P_WIDTH + P_F];
    pull += f * (1.0 - f) / PANEL_TRIALS;
  }
  const vf_moments angle = panel_moments(rows, PANEL_TIMES, PANEL_TIMES - 1, 1);
  vf_text(name, "mean squared angular update, el=%g t=%g (100 trials)", el, at[PANEL_TIMES - 1]);
  vf_monte_carlo(context, name, angle.mean, angle.standard_error,
                 2.0 * el * (1.0 + pull / (9.0 * panel_sigma * panel_sigma)) * (1.0 - e / 2.0),
                 2.0 * el, "effect: el doubled");
}

/* The curves of the figure. */
static void panel_series(vf_context *context, double lam) {
  static const char *const columns[] = {"t", "risk", "rms angular update", "mean |x|^2"};
  enum { POINTS = 101, GAP = PANEL_END / (POINTS - 1), COLUMNS = 4 };
  uint64_t times[POINTS];
  double values[POINTS * COLUMNS] = {0.0};
  char name[VF_TEXT_SIZE];
  for (size_t c = 0; c < POINTS; c++) times[c] = c * GAP;
  double *rows = panel_rows(context, lam, times, POINTS);
  for (size_t c = 0; rows && c < POINTS; c++) {
    double *out = values + c * COLUMNS;
    out[0] = (double)times[c];
    out[1] = panel_moments(rows, POINTS, c, 0).mean;
    out[2] = c ? sqrt(panel_moments(rows, POINTS, c, 1).mean) : 0.0;
    for (size_t i = 0; i < PANEL_TRIALS; i++)
      out[3] += rows[(i * POINTS + c) * P_WIDTH + P_NORM2] / PANEL_TRIALS;
  }
  vf_text(name, "nrq figure 2 (a)-(d), lr=%g wd=%g", panel_eta, lam);
  if (rows) {
    vf_series(context, name, columns, COLUMNS, values, POINTS);
    vf_view(context, "t,risk;rms angular update;mean |x|^2");
  }
  free(rows);
}

static void nrq3_figure(vf_context *context) {
  vf_moments early[PANEL_LRS], last[PANEL_LRS];
  const double fast = 1.5 / panel_rate(panel_lams[0]);
  for (size_t k = 0; k < PANEL_LRS; k++) {
    const double e = panel_rate(panel_lams[k]);
    const uint64_t times[PANEL_TIMES] = {(uint64_t)(0.5 / e), (uint64_t)(1.0 / e),
                                         (uint64_t)(1.5 / e), PANEL_END};
    const uint64_t first[1] = {(uint64_t)fast};
    double *rows = panel_rows(context, panel_lams[k], times, PANEL_TIMES),
           *start = panel_rows(context, panel_lams[k], first, 1);
    if (rows && start) {
      panel_compare(context, panel_lams[k], times, rows, last + k);
      early[k] = panel_moments(start, 1, 0, 0);
      panel_series(context, panel_lams[k]);
    }
    free(rows);
    free(start);
    if (!rows || !start) return;
  }
  for (size_t k = 0; k + 1 < PANEL_LRS; k++) {
    char name[VF_TEXT_SIZE];
    vf_text(name, "risk at t=%g, el=%g against a tenth of it", floor(fast),
            panel_eta * panel_lams[k]);
    vf_at_most(context, name, early[k].mean + 3.0 * early[k].standard_error,
               early[k + 1].mean - 3.0 * early[k + 1].standard_error,
               "less, 3 standard errors on either side");
    vf_text(name, "risk at the end, el=%g against a tenth of it", panel_eta * panel_lams[k]);
    vf_at_least(context, name, last[k].mean - 3.0 * last[k].standard_error,
                2.0 * (last[k + 1].mean + 3.0 * last[k + 1].standard_error),
                "twice as much (sqrt(10) by theory), 3 standard errors on either side");
  }
}

static const vf_check table[] = {
    {"nrq3.figure-2", "nrq, Corollary 1, Figure 2 (a)-(d)",
     "100 trials at three el: a large angular update is fast and ends high", VF_DEEP, nrq3_figure},
};

VF_ROW(nrq3_figure, table,
       "100 trials at each el: trial means of the loss and their standard errors",
       "a dynamics whose speed or final loss does not depend on the angular update");

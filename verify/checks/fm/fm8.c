/* fm8: dimension two (fm, Theorem 4.4 for D = 2). With noise of fixed length s/|x| and no loss
 * every step turns x by +-d_k, d_k = atan(eta s/((1-el) |x_k|^2)), and |x_k| is not random:
 *
 *   Var theta = sum d_k^2,  E e^(i n theta) = prod cos(n d_k),
 *   Var theta - tau = (el/4) (1 - e^(-2T)) ln(2 lam/eta) + O(el). */
#include <math.h>
#include <stdlib.h>
#include "checks/fm/experiment.h"
#include "checks/fm/norm.h"
#include "formats/memory.h"

static const double fm_whole_plane[] = {1.0, 0.0, 0.0, 1.0};

typedef struct {
  double variance, cosine[2]; /* sum of d_k^2; product of cos(n d_k), n = 1, 2 */
  double mismatch;            /* largest | |change of the plane angle| - d_k | */
  double balance;             /* mean of the signs of the turns, over its standard deviation */
} fm_turns;

/* Steps of a run with noise of fixed length s/|x| in the plane from |x|^2 = r0. */
static fm_turns fm_turns_run(vf_context *context, double eta, double lam, double s, double r0,
                             uint64_t steps) {
  const sid_problem problem = fm_noise_only(SID_NOISE_SPHERE, 2, s);
  fm_turns turns = {(double)NAN, {1.0, 1.0}, 0.0, 0.0};
  fm_setup setup;
  fm_set(&setup, &problem, eta, lam);
  fm_start(setup.x0, 2, r0);
  setup.experiment.plane = fm_whole_plane;
  fm_observe(&setup, SID_STEP_ANGLE, SID_PLANE_ANGLE);
  uint64_t *every = vf_steps(0, 1, (size_t)steps + 1);
  double *rows = fm_rows(context, &setup, every, (size_t)steps + 1, 1);
  for (uint64_t t = 1; rows && t <= steps; t++) {
    const double d = rows[2 * t], turn = remainder(rows[2 * t + 1] - rows[2 * t - 1], 2.0 * FM_PI);
    for (int n = 0; n < 2; n++) turns.cosine[n] *= cos((n + 1) * d);
    turns.mismatch = fmax(turns.mismatch, fabs(fabs(turn) - d));
    turns.balance += (turn > 0.0 ? 1.0 : -1.0) / sqrt((double)steps);
  }
  if (rows) {
    for (uint64_t t = 1; t <= steps; t++)
      rows[t - 1] = rows[2 * t] * rows[2 * t]; /* reads ahead of what it writes */
    turns.variance = sid_sum(rows, (size_t)steps);
  }
  free(rows);
  free(every);
  return turns;
}

/* |x_k| is deterministic, so Var theta = sum d_k^2 and E e^(i n theta) = prod cos(n d_k), d_k =
 * atan(eta s/((1-el) |x_k|^2)), exactly. Read off the steps of a real run: 16 roundings in each of
 * K steps. The turn in the plane has the size of the step angle: 2 ulp of atan2 each, of numbers up
 * to pi. */
static void fm8_exact_law(vf_context *context) {
  static const struct {
    const char *id;
    double eta, lam, s, r0;
    uint64_t steps;
  } cases[] = {{"eta-0.01.lam-0.05.s-1.r0-1.steps-2086", 0.01, 0.05, 1.0, 1.0, 2086},
               {"eta-0.02.lam-0.5.s-0.5.r0-0.25.steps-120", 0.02, 0.5, 0.5, 0.25, 120}};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    static const char *const what[] = {"variance", "cos-1", "cos-2"};
    const fm_turns turns =
        fm_turns_run(context, cases[i].eta, cases[i].lam, cases[i].s, cases[i].r0, cases[i].steps);
    const double values[] = {turns.variance, turns.cosine[0], turns.cosine[1]};
    for (size_t j = 0; j < 3; j++) {
      char key[VF_TEXT_SIZE];
      vf_text(key, "fm8.%s.%s", what[j], cases[i].id);
      vf_within(context, key, values[j], vf_expected(context, key),
                16.0 * FM_ULP * (double)cases[i].steps, "16 K roundings");
    }
    vf_at_most(context, "turn in the plane against step angle", turns.mismatch,
               16.0 * FM_PI * FM_ULP, "2 ulp of each atan2");
    vf_at_most(context, "turns to both sides, in standard deviations", fabs(turns.balance), 3.0,
               "signs of K steps");
  }
}

/* Var theta against tau: order el at a fixed ratio lam/eta. (The steps are chosen so that tau = T
 * after exactly K of them.) */
static void fm8_order(vf_context *context) {
  enum { LEVELS = 6 };
  double h[LEVELS], error[LEVELS];
  for (size_t k = 0; k < LEVELS; k++) {
    const uint64_t steps = (uint64_t)100 << (2 * k);
    h[k] = log1p(10.0 * expm1(2.0)) / (4.0 * (double)steps);
    error[k] =
        fm_turns_run(context, sqrt(0.2 * h[k]), sqrt(5.0 * h[k]), 1.0, 1.0, steps).variance - 1.0;
  }
  vf_order(context, "order in el, eta/lam=0.2 T=1", h, error, LEVELS, 1.0);
}

/* How Var theta - tau depends on lam/eta. The identity tau/2 = ln |x| + el t gets
 * el^2 more per step, and y = |x|^4 changes by d with d' = -4 el d - 2 el^2 y + eta^4/y; both
 * contain el^2 t, t = ln(2 lam/eta)/(4 el) + O(1/el), and together Var - T = (el/4)(1 - e^(-2T))
 * ln(2 lam/eta) + O(el). So (Var - T)/el has the slope (1 - e^(-2T))/4 in ln(1/eta); the rest of it
 * is O(eta ln(1/eta)) for lam = 1. */
static void fm8_logarithm(vf_context *context) {
  enum { LEVELS = 4 };
  static const double times[] = {0.3, 1.0};
  const double lam = 1.0;
  for (size_t i = 0; i < VF_COUNT(times); i++) {
    double before = 0.0;
    for (int k = 0; k < LEVELS; k++) {
      char name[VF_TEXT_SIZE];
      const double eta = pow(10.0, -2.0 - k);
      const uint64_t steps = (uint64_t)(fm_tau_inverse(eta, lam, times[i]) + 0.5);
      const fm_turns turns = fm_turns_run(context, eta, lam, 1.0, 1.0, steps);
      const double scaled = (turns.variance - fm_tau(eta, lam, (double)steps)) / (eta * lam);
      vf_text(name, "slope of (Var - T)/el to eta=%g, lam=1 T=%g", eta, times[i]);
      if (k > 0)
        vf_within(context, name, (scaled - before) / log(10.0), -expm1(-2.0 * times[i]) / 4.0,
                  10.0 * eta * log(0.1 / eta), "next term: eta ln(1/eta) at the larger eta");
      before = scaled;
    }
  }
}

/* The same law across runs: E cos theta over an ensemble. Effect: the mean if the rescaled time
 * were 2 el t, without the logarithm. */
static void fm8_ensemble(vf_context *context) {
  enum { RUNS = 1200 };
  const sid_problem problem = fm_noise_only(SID_NOISE_SPHERE, 2, 1.0);
  const uint64_t ends[] = {0, 2086};
  double *cosine = vf_allocate(RUNS, sizeof *cosine);
  fm_setup setup;
  fm_set(&setup, &problem, 0.01, 0.05);
  fm_start(setup.x0, 2, 1.0);
  setup.experiment.plane = fm_whole_plane;
  fm_observe(&setup, SID_PLANE_ANGLE, 0);
  double *rows = fm_rows(context, &setup, ends, 2, RUNS);
  for (size_t i = 0; rows && i < RUNS; i++) cosine[i] = cos(rows[2 * i + 1] - rows[2 * i]);
  if (rows) {
    const vf_moments got = vf_moments_of(cosine, RUNS);
    const double law = vf_expected(context, "fm8.cos-1.eta-0.01.lam-0.05.s-1.r0-1.steps-2086");
    vf_monte_carlo(context, "E cos theta, eta=0.01 lam=0.05 s=1 R0=1 K=2086", got.mean,
                   got.standard_error, law, law - exp(-2086.0 * 0.0005),
                   "effect: rescaled time 2 el t");
  }
  free(rows);
  free(cosine);
}

static const vf_check table[] = {
    {"fm8.exact-law", "fm, Theorem 4.4 for D = 2",
     "Var theta = sum d_k^2, E cos(n theta) = prod cos(n d_k)", VF_QUICK, fm8_exact_law},
    {"fm8.order", "fm, Theorem 4.4 for D = 2", "Var theta = tau + O(el) at fixed lam/eta", VF_QUICK,
     fm8_order},
    {"fm8.logarithm", "fm, Theorem 4.4 for D = 2",
     "Var theta - tau = (el/4) ((1 - e^(-2T)) ln(2 lam/eta) + O(1))", VF_QUICK, fm8_logarithm},
    {"fm8.ensemble", "fm, Theorem 4.4 for D = 2", "E cos theta across runs", VF_QUICK,
     fm8_ensemble},
};

VF_ROW(fm8, table, "angles of a walk whose steps have known length: exact sums, and ensembles",
       "an angle of the step without atan, a correction of order el taken for zero");

/* Row nrq6, the initial norm: it changes the beginning and not the limiting risk (Figure 2
 * (i)-(l)), and X_0 -> k X_0, eta -> k^2 eta, lam -> lam/k^2 changes no direction (Corollary 3). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "checks/nrq/nrq.h"
#include "formats/memory.h"
#include "harness/observe.h"

/* NRQ of figure 2 (i)-(l): p = 10, A = diag(1,2,...,2), sigma = .3, from uniformly random
 * directions on the sphere |x|^2 = m0. */
typedef struct {
  double spectrum[10];
  sid_segment segment;
  sid_experiment experiment;
} nrq_figure;

static void nrq_figure_set(nrq_figure *figure, double eta, double lam, double m0) {
  static const int32_t observables[] = {SID_F, SID_NORM2, SID_STEP_ANGLE};
  nrq_two_values(figure->spectrum, 10, 1.0);
  figure->segment = (sid_segment){0, eta, lam, 1.0};
  const sid_problem problem = nrq_problem(10, figure->spectrum, SID_NOISE_GAUSSIAN, 0.3);
  nrq_experiment(&figure->experiment, &problem, &figure->segment, 1, NULL, 0, observables, 3,
                 20226);
  figure->experiment.start = (sid_start){SID_START_SPHERE, NULL, sqrt(m0)};
}

/* Rows (f, |x|^2, step angle) of the runs at the checkpoints; to be freed. */
static double *nrq_figure_rows(vf_context *context, nrq_figure *figure, const uint64_t *checkpoints,
                               size_t count, size_t runs) {
  figure->experiment.checkpoints = checkpoints;
  figure->experiment.checkpoint_count = (uint32_t)count;
  figure->experiment.steps = checkpoints[count - 1];
  return vf_observe(context, "ensemble", &figure->experiment, runs);
}

enum { FIGURE_TIMES = 5, FIGURE_RUNS = 400 };
static const uint64_t nrq_figure_times[FIGURE_TIMES] = {20, 200, 1000, 2000, 3000};

/* Moments over the runs of column `which` of the rows at checkpoint c; with 0 of the risk 1-f. */
static vf_moments nrq_figure_moments(const double *rows, size_t count, size_t c, size_t which,
                                     double *scratch) {
  for (size_t i = 0; i < FIGURE_RUNS; i++) {
    const double value = rows[(i * count + c) * 3 + which];
    scratch[i] = which == 0 ? 1.0 - value : value;
  }
  return vf_moments_of(scratch, FIGURE_RUNS);
}

/* M_t by (17) for p = 10, sigma = .3. */
static double nrq_figure_m(double eta, double lam, double m0, double t) {
  return sqrt(nrq_norm_square(10, 0.3, eta, lam, m0 * m0, t));
}

/* |x|^2 and the mean squared angle over the runs against (17) and (14), (15); the risks come out.
 * The loss raises |x|^2 by e/4 of it at equilibrium, and on the way there by less than as much
 * again. The start M_0 = 1 has e = 1/2 and is far from the SDE in its first steps: it is compared
 * from t = 1000 on. Effect for the angle: the angle of the initial norm. */
static void nrq_figure_series(vf_context *context, double eta, double lam, double m0,
                              const double *rows, vf_moments *risk) {
  double scratch[FIGURE_RUNS];
  const double limit = eta / nrq_figure_m(eta, lam, m0, (double)INFINITY);
  for (size_t k = 0; k < FIGURE_TIMES; k++) {
    char name[VF_TEXT_SIZE];
    const double t = (double)nrq_figure_times[k], m = nrq_figure_m(eta, lam, m0, t),
                 before = nrq_figure_m(eta, lam, m0, t - 1.0);
    const vf_moments norm = nrq_figure_moments(rows, FIGURE_TIMES, k, 1, scratch);
    risk[k] = nrq_figure_moments(rows, FIGURE_TIMES, k, 0, scratch);
    if (m0 == 1.0 && t < 1000.0) continue;
    vf_text(name, "|x|^2, M0=%g t=%g", m0, t);
    vf_within(context, name, norm.mean, m, 3.0 * norm.standard_error + m * limit / 2.0,
              "3 standard errors, the loss's part e/2");
    double pull = 0.0; /* mean of |grad L|^2 |x|^2 = f (1-f) */
    for (size_t i = 0; i < FIGURE_RUNS; i++) {
      const double f = rows[(i * FIGURE_TIMES + k) * 3],
                   angle = rows[(i * FIGURE_TIMES + k) * 3 + 2];
      pull += f * (1.0 - f) / FIGURE_RUNS;
      scratch[i] = angle * angle;
    }
    const vf_moments angle = vf_moments_of(scratch, FIGURE_RUNS);
    const double expected = (0.81 + pull) * eta * eta / (before * before),
                 start = 0.81 * eta * eta / (m0 * m0);
    vf_text(name, "mean squared angle, M0=%g t=%g", m0, t);
    if (t >= 200.0)
      vf_monte_carlo(context, name, angle.mean, angle.standard_error, expected, expected - start,
                     "effect: the norm stays at M0");
  }
}

/* The SDE (16) of figure 2 with a drift a (1, or 1/2 for the printed one) and M of (17): mean risk
 * at the times of the figure from uniform directions. */
typedef struct {
  double eta, lam, m0, a;
} nrq_sde;

enum { CELLS = 500 };

/* Forward equation of phi, f = sin^2 phi, in cells: fluxes to the right, up[i] r_i, and to the
 * left, down[i] r_(i+1), over the wall between the cells i and i+1, exponentially fitted so that
 * the stationary density is kept. */
static void nrq_sde_fluxes(const nrq_sde *sde, double t, double *up, double *down) {
  const double h = NRQ_PI / 2.0 / CELLS,
               e = sde->eta / nrq_figure_m(sde->eta, sde->lam, sde->m0, t), spread = 0.045 * e * e;
  for (int i = 0; i + 1 < CELLS; i++) {
    const double phi = h * (i + 1),
                 drift = sde->a * e * sin(phi) * cos(phi) - 8.0 * spread * tan(phi);
    const double z = drift * h / spread;
    up[i] = fabs(z) < 1e-9 ? spread / (h * h) : drift / h / -expm1(-z);
    down[i] = fabs(z) < 1e-9 ? spread / (h * h) : drift / h / expm1(z);
  }
}

/* One step of length 1 of the Crank-Nicolson rule for r. */
static void nrq_sde_advance(const double *up, const double *down, double *r) {
  double lower[CELLS], middle[CELLS], upper[CELLS], right[CELLS];
  for (int i = 0; i < CELLS; i++) {
    const double in =
        (i > 0 ? up[i - 1] * r[i - 1] : 0.0) + (i + 1 < CELLS ? down[i] * r[i + 1] : 0.0);
    const double out = (i > 0 ? down[i - 1] : 0.0) + (i + 1 < CELLS ? up[i] : 0.0);
    lower[i] = i > 0 ? -0.5 * up[i - 1] : 0.0;
    middle[i] = 1.0 + 0.5 * out;
    upper[i] = i + 1 < CELLS ? -0.5 * down[i] : 0.0;
    right[i] = r[i] + 0.5 * (in - out * r[i]);
  }
  vf_solve_tridiagonal(lower, middle, upper, right, CELLS);
  memcpy(r, right, sizeof right);
}

/* Risks at nrq_figure_times of job i. */
static void nrq_sde_risks(void *user, size_t i, double *risks) {
  const nrq_sde *sde = (const nrq_sde *)user + i;
  double r[CELLS], up[CELLS], down[CELLS], total = 0.0;
  size_t next = 0;
  for (int j = 0; j < CELLS; j++)
    total += r[j] = pow(cos((j + 0.5) * NRQ_PI / 2.0 / CELLS), 8.0); /* uniform on the sphere */
  for (uint64_t t = 0; next < FIGURE_TIMES; t++) {
    if (t == nrq_figure_times[next]) {
      risks[next] = 0.0;
      for (int j = 0; j < CELLS; j++)
        risks[next] += r[j] / total * pow(cos((j + 0.5) * NRQ_PI / 2.0 / CELLS), 2.0);
      next++;
    }
    nrq_sde_fluxes(sde, (double)t + 0.5, up, down);
    nrq_sde_advance(up, down, r);
  }
}

/* The risks of figure 2 (i)-(l) against the SDE's, solved on a grid (to .1 %), times 1 + a e/4 with
 * the e of the time. Effects: the printed drift, half as strong, and up to t = 200 no influence of
 * the initial norm. Those from M_0 = 1 from t = 1000 on. */
static void nrq_figure_risks(vf_context *context, double eta, double lam, const double *starts,
                             vf_moments risk[][FIGURE_TIMES]) {
  nrq_sde jobs[6];
  double risks[6][FIGURE_TIMES];
  for (size_t s = 0; s < 6; s++) jobs[s] = (nrq_sde){eta, lam, starts[s / 2], s % 2 ? 0.5 : 1.0};
  vf_map(6, vf_jobs(context), risks[0], FIGURE_TIMES, nrq_sde_risks, jobs);
  for (size_t s = 0; s < 3; s++)
    for (size_t k = 0; k < FIGURE_TIMES; k++) {
      char name[VF_TEXT_SIZE];
      const double t = (double)nrq_figure_times[k], law = risks[2 * s][k];
      const double other = fmax(fabs(risks[0][k] - law), fabs(risks[4][k] - law));
      const double effect = t > 200.0 ? risks[2 * s + 1][k] - law : other;
      if (starts[s] == 1.0 && t < 1000.0) continue;
      vf_text(name, "risk, M0=%g t=%g", starts[s], t);
      vf_monte_carlo(context, name, risk[s][k].mean, risk[s][k].standard_error,
                     law * (1.0 + eta / nrq_figure_m(eta, lam, starts[s], t) / 4.0), effect,
                     t > 200.0 ? "effect: the printed drift"
                               : "effect: the risk of another initial norm");
    }
}

/* The curves of figure 2 (i)-(l): risk, rms angular update and mean |x| of 100 runs of the real
 * dynamics for each M_0. */
static void nrq_figure_data(vf_context *context, double eta, double lam, const double *starts) {
  static const char *const columns[] = {"t",           "M0=1: risk",   "M0=1: angular update",
                                        "M0=1: norm",  "M0=25: risk",  "M0=25: angular update",
                                        "M0=25: norm", "M0=400: risk", "M0=400: angular update",
                                        "M0=400: norm"};
  enum { POINTS = 76, GAP = 40, CURVES = 100, COLUMNS = 10 };
  uint64_t times[POINTS];
  double *values = vf_allocate((size_t)POINTS * COLUMNS, sizeof *values);
  for (size_t c = 0; c < POINTS; c++) times[c] = c * GAP;
  for (size_t s = 0; s < 3; s++) {
    nrq_figure figure;
    nrq_figure_set(&figure, eta, lam, starts[s]);
    double *rows = nrq_figure_rows(context, &figure, times, POINTS, CURVES);
    for (size_t k = 0; rows && k < (size_t)CURVES * POINTS; k++) {
      double *out = values + (k % POINTS) * COLUMNS;
      const double *row = rows + 3 * k;
      out[0] = (double)times[k % POINTS];
      out[1 + 3 * s] += (1.0 - row[0]) / CURVES;
      out[2 + 3 * s] += row[2] * row[2] / CURVES;
      out[3 + 3 * s] += sqrt(row[1]) / CURVES;
    }
    for (size_t c = 0; c < POINTS; c++)
      values[c * COLUMNS + 2 + 3 * s] = sqrt(values[c * COLUMNS + 2 + 3 * s]);
    free(rows);
  }
  vf_series(context, "nrq figure 2 (i)-(l)", columns, COLUMNS, values, POINTS);
  vf_view(context,
          "t,M0=1: risk,M0=25: risk,M0=400: risk;M0=1: angular update,M0=25: angular update,"
          "M0=400: angular update;M0=1: norm,M0=25: norm,M0=400: norm");
  free(values);
}

/* Figure 2 (i)-(l): the initial norm changes the beginning and not the limit. With M_0 = 400 the
 * angular update stays below its limit for some 1/el steps, and the risk far above that of M_0 = 1.
 * At t = 3000 all three stand at the stationary risk of Theorem 2 times 1 + a e/4. Effect: a limit
 * set by the initial norm. */
static void nrq6_initial_norm(vf_context *context) {
  static const double starts[] = {1.0, 25.0, 400.0};
  const double eta = 0.5, lam = 2e-3, e = eta / nrq_figure_m(eta, lam, 1.0, (double)INFINITY);
  const double limit = vf_expected(context, "nrq6.risk-stationary") * (1.0 + e / 4.0);
  const double slow = 0.81 * eta / 400.0 / 2.0; /* leading risk if e stayed at eta/400 */
  vf_moments risk[3][FIGURE_TIMES];
  for (size_t s = 0; s < 3; s++) {
    nrq_figure figure;
    char name[VF_TEXT_SIZE];
    nrq_figure_set(&figure, eta, lam, starts[s]);
    double *rows = nrq_figure_rows(context, &figure, nrq_figure_times, FIGURE_TIMES, FIGURE_RUNS);
    if (!rows) return;
    nrq_figure_series(context, eta, lam, starts[s], rows, risk[s]);
    free(rows);
    vf_text(name, "stationary risk, M0=%g t=3000", starts[s]);
    vf_monte_carlo(context, name, risk[s][4].mean, risk[s][4].standard_error, limit, limit - slow,
                   "effect: a limit set by M0 = 400");
  }
  nrq_figure_risks(context, eta, lam, starts, risk);
  nrq_figure_data(context, eta, lam, starts);
  for (size_t k = 0; k < 3; k++) {
    char name[VF_TEXT_SIZE];
    const vf_moments *low = &risk[0][k], *high = &risk[2][k];
    vf_text(name, "risk, M0=1 against M0=400, t=%g", (double)nrq_figure_times[k]);
    vf_at_most(context, name, low->mean + 3.0 * low->standard_error,
               (high->mean - 3.0 * high->standard_error) / 2.0,
               "less than half, with 3 standard errors on either side");
  }
}

/* Corollary 3: X_0 -> k X_0, eta -> k^2 eta, lam -> lam/k^2 changes no direction. With k a power of
 * two all numbers are scaled exactly: f, the angles and M/k^2 have the same bits. With k = 3 each
 * step rounds differently, and the contraction towards e_1 keeps the difference at some roundings
 * per step: 64 per step over the 1/(2 e) steps that it remembers, early on as many as there are
 * steps. */
static void nrq6_corollary_3(vf_context *context) {
  static const double factors[] = {2.0, 4.0, 3.0};
  static const uint64_t times[] = {1, 20, 100, 400, 1000};
  enum { COUNT = 5, RUNS = 8, NUMBERS = COUNT * RUNS * 3 };
  nrq_figure figure;
  nrq_figure_set(&figure, 0.5, 2e-3, 1.0);
  double *base = nrq_figure_rows(context, &figure, times, COUNT, RUNS);
  for (size_t i = 0; base && i < 3; i++) {
    const double k = factors[i];
    char name[VF_TEXT_SIZE];
    double worst = 0.0;
    nrq_figure_set(&figure, 0.5 * (k * k), 2e-3 / (k * k), 1.0);
    figure.experiment.start.size = k; /* the radius: sqrt(M_0) = 1 times k */
    double *rows = nrq_figure_rows(context, &figure, times, COUNT, RUNS);
    for (size_t j = 0; rows && j < NUMBERS; j++) {
      if (j % 3 == 1) rows[j] /= k * k;
      worst = fmax(worst, fabs(rows[j] - base[j]) / fmax(1.0, fabs(base[j])));
    }
    vf_text(name, "f, |x|^2/k^2, step angle, k=%g", k);
    if (rows && k != 3.0) vf_same_bits(context, name, rows, base, NUMBERS);
    if (rows && k == 3.0)
      vf_at_most(context, name, worst, 64.0 * NRQ_ULP * 1000.0,
                 "64 roundings in each of 1000 steps");
    free(rows);
  }
  free(base);
}

static const vf_check table[] = {
    {"nrq6.initial-norm", "nrq, Figure 2 (i)-(l)",
     "the initial norm changes the beginning, not the limiting risk", VF_QUICK, nrq6_initial_norm},
    {"nrq6.corollary-3", "nrq, Corollary 3", "X_0 k, eta k^2, lam/k^2: the same directions",
     VF_QUICK, nrq6_corollary_3},
};

VF_ROW(nrq6, table,
       "runs from several norms against the law of f; pairs of runs in two systems of units",
       "a limiting risk that remembers the start");

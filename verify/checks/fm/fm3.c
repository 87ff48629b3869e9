/* fm3: Katzenberger's integrators and the discrete identities (fm, eq. (6), (7), (14)-(17), Lemma
 * 4.3). For every real trajectory, exactly,
 *
 *   X(t) = X(0) - int sigma dZ - int X dB - int grad L dA,
 *
 * with sums over i = 0..n-1, for X = x with (7) and for X~ = x/R(i) with (15)-(17); B goes to
 * tau/2, [Z] to tau with the covariance I - 11'/Xi, and A increases infinitely fast: A sqrt(el)
 * goes to ln((e^T + sqrt(e^(2T) - 1 + q))/(1 + sqrt q))/sqrt 2, q = eta/(2 lam). Errata: (6) adds
 * the integrals of Z and B; (14) starts at X~(t); the sums of (7), (15)-(17) run over 1..n. */
#include <math.h>
#include <string.h>
#include "checks/fm/integrators.h"
#include "checks/fm/norm.h"

/* Sums of the three integrals along a run, with the increments dA, dB, dZ of steps 0..n-1. */
typedef struct {
  double start[FM_DIM], now[FM_DIM]; /* X(0), X(t), or X~ */
  double a[FM_DIM], b[FM_DIM], z[FM_DIM];
  double rounding; /* bound on the rounding error of X(t) - X(0) + the sums */
} fm_identity;

/* Adds the last step of the run. Rounding: 16 operations on |X~| (the step, the division by R,
 * whose pow() has an error of a few ulp, dB), (2D + 48) on the terms of the gradient and the noise,
 * taken twice (in the step and here), and the sums. */
static void fm_add(fm_identity *sums, const fm_run *run, int scaled) {
  const uint32_t d = run->p->problem.dim;
  const double i = (double)(run->step - 1);
  double point[FM_DIM], gradient[FM_DIM], noise[FM_DIM], da, db;
  fm_increments(run->eta, run->lam, scaled, i, &da, &db);
  fm_point(run, run->before, scaled, i, point);
  fm_point(run, run->x, scaled, i + 1.0, sums->now);
  fm_draw(run, point, gradient, noise);
  double sum = 0.0;
  for (uint32_t j = 0; j < d; j++) {
    sums->a[j] += gradient[j] * da;
    sums->b[j] += point[j] * db;
    sums->z[j] += noise[j] * da;
    sum = fmax(sum, fabs(sums->a[j]) + fabs(sums->b[j]) + fabs(sums->z[j]));
  }
  const double size = sqrt(sid_dot(point, point, d));
  sums->rounding +=
      FM_ULP * (16.0 * size + (4.0 * d + 96.0) * da * run->p->gradient_size / size + sum);
}

/* Largest coordinate of X(t) - (X(0) - the three integrals). */
static double fm_residual(const fm_identity *sums, uint32_t dim) {
  double worst = 0.0;
  for (uint32_t j = 0; j < dim; j++)
    worst =
        fmax(worst, fabs(sums->now[j] - (sums->start[j] - (sums->z[j] + sums->b[j]) - sums->a[j])));
  return worst;
}

typedef struct {
  const char *name;
  double eta, lam, r; /* r = |x_0|^2 */
  uint64_t steps;
  void (*set)(fm_problem *p, uint32_t dim, double sigma);
  uint32_t dim;
  double sigma; /* the number of samples of a finite family */
} fm_case;

static void fm_set_family(fm_problem *p, uint32_t dim, double samples) {
  fm_family(p, dim, (uint32_t)samples);
}

static void fm_set_linear(fm_problem *p, uint32_t dim, double sigma) {
  fm_linear(p, dim, sigma, 0.6);
}

enum { CASES = 3 };

static const fm_case fm_cases[CASES] = {
    {"normalised linear (18), D=10", 0.01, 0.05, 1.0, 4150, fm_set_linear, 10, 0.3},
    {"finite family, D=5 Xi=4", 0.05, 0.3, 1.0, 700, fm_set_family, 5, 4.0},
    {"Rayleigh quotient, D=4", 0.2, 0.1, 2.5, 400, fm_rayleigh, 4, 0.7},
};

/* Runs a case for `steps` steps and sums; 0 with an error in the report if a step fails. */
static int fm_identity_run(vf_context *context, const fm_case *c, uint64_t seed, uint64_t steps,
                           int scaled, fm_identity *sums) {
  fm_problem p;
  fm_run run;
  c->set(&p, c->dim, c->sigma);
  fm_begin(&run, &p, c->eta, c->lam, c->r, seed);
  memset(sums, 0, sizeof *sums);
  fm_point(&run, run.x, scaled, 0.0, sums->start);
  while (run.step < steps && fm_step(&run)) fm_add(sums, &run, scaled);
  return fm_stepped(context, &run);
}

/* (6) with (7), right signs, and (14) with (15)-(17): exact for every real trajectory. */
static void fm_identities(vf_context *context, int scaled) {
  for (size_t i = 0; i < CASES; i++) {
    const fm_case *c = fm_cases + i;
    char name[VF_TEXT_SIZE];
    fm_identity sums;
    if (!fm_identity_run(context, c, 31, c->steps, scaled, &sums)) continue;
    vf_text(name, "%s, eta=%g lam=%g, %g steps", c->name, c->eta, c->lam, (double)c->steps);
    vf_within(context, name, fm_residual(&sums, c->dim), 0.0, sums.rounding,
              "all roundings of the steps");
  }
}

static void fm3_identity_6(vf_context *context) { fm_identities(context, 0); }

static void fm3_identity_14(vf_context *context) { fm_identities(context, 1); }

/* (6) as printed adds the integrals of Z and B; they must be subtracted, as (2) subtracts decay and
 * noise. For one step and for a whole run, each coordinate of the real X(t); one step is off by 2
 * (el x + eta sqrt(Xi) sigma_xi). */
static void fm3_integrator_signs(vf_context *context) {
  static const uint64_t steps[] = {1, 300};
  for (size_t k = 0; k < (size_t)2 * CASES; k++) {
    const fm_case *c = fm_cases + k / 2;
    char name[VF_TEXT_SIZE];
    fm_identity sums;
    if (!fm_identity_run(context, c, 32, steps[k % 2], 0, &sums)) continue;
    for (uint32_t j = 0; j < 2; j++) {
      const double fixed = sums.start[j] - sums.a[j], other = sums.z[j] + sums.b[j];
      vf_text(name, "X_%u after %g steps, %s", (unsigned)j, (double)steps[k % 2], c->name);
      vf_erratum(context, name, sums.now[j], fixed - other, fixed + other, sums.rounding,
                 "all roundings of the steps");
    }
  }
}

/* (14) as printed starts at X~(t), which says that the three integrals cancel. */
static void fm3_eq14_start(vf_context *context) {
  for (size_t k = 0; k < CASES; k++) {
    const fm_case *c = fm_cases + k;
    char name[VF_TEXT_SIZE];
    fm_identity sums;
    if (!fm_identity_run(context, c, 33, 50, 1, &sums)) continue;
    for (uint32_t j = 0; j < 2; j++) {
      const double integrals = sums.a[j] + sums.b[j] + sums.z[j];
      vf_text(name, "X~_%u after 50 steps, %s", (unsigned)j, c->name);
      vf_erratum(context, name, sums.now[j], sums.start[j] - integrals, sums.now[j] - integrals,
                 sums.rounding, "all roundings of the steps");
    }
  }
}

/* Real steps against (15)-(17): every integrator and both suprema, to rounding (tau has a few ulp
 * of its own). */
static void fm_compare_integrators(vf_context *context, double eta, double lam,
                                   const fm_integrators *got, uint64_t n) {
  const fm_integrators formula = fm_by_formula(eta, lam, n, 0);
  const struct {
    const char *what;
    double measured, expected, tolerance;
  } rows[] = {{"A", got->a, formula.a, 2.0 * got->a_rounding},
              {"B", got->b, formula.b, 2.0 * got->b_rounding},
              {"[Z]", got->z, formula.z, 2.0 * got->z_rounding},
              {"sup |B - tau/2|", got->b_gap, formula.b_gap, 2.0 * got->b_rounding},
              {"sup |[Z] - tau|", got->z_gap, formula.z_gap, 2.0 * got->z_rounding}};
  for (size_t i = 0; i < VF_COUNT(rows); i++) {
    char name[VF_TEXT_SIZE];
    vf_text(name, "%s, eta=%g lam=%g, %g steps", rows[i].what, eta, lam, (double)n);
    vf_within(context, name, rows[i].measured, rows[i].expected, rows[i].tolerance,
              "roundings of steps and sums");
  }
}

/* The value published under fm3.<what>. */
static double fm_key(vf_context *context, const char *what, const char *eta, const char *lam,
                     const char *big) {
  char key[VF_TEXT_SIZE];
  vf_text(key, "fm3.%s.eta-%s.lam-%s.tau-%s", what, eta, lam, big);
  return vf_expected(context, key);
}

/* A sqrt(el), sup |B - tau/2| and sup |[Z] - tau| after whole steps: at the last step before the
 * rescaled time T, or one step later. Only A where `gaps` is 0. */
static void fm_compare_keys(vf_context *context, const fm_integrators *got, const char *eta,
                            const char *lam, const char *big, int late, int gaps) {
  const double root = sqrt(vf_number(eta) * vf_number(lam));
  const char *basis = "roundings of steps and sums", *when = late ? ", a step later" : "";
  char name[VF_TEXT_SIZE];
  vf_text(name, "A sqrt(el), eta=%s lam=%s T=%s%s", eta, lam, big, when);
  vf_within(context, name, got->a * root,
            fm_key(context, late ? "a-scaled-ceil" : "a-scaled", eta, lam, big),
            got->a_rounding * root, basis);
  if (!gaps) return;
  vf_text(name, "sup |B - tau/2|, eta=%s lam=%s T=%s%s", eta, lam, big, when);
  vf_within(context, name, got->b_gap,
            fm_key(context, late ? "b-minus-half-tau-ceil" : "b-minus-half-tau", eta, lam, big),
            got->b_rounding, basis);
  if (late) return;
  vf_text(name, "sup |[Z] - tau|, eta=%s lam=%s T=%s", eta, lam, big);
  vf_within(context, name, got->z_gap, fm_key(context, "qv-minus-tau", eta, lam, big),
            got->z_rounding, basis);
}

/* (15)-(17) along real steps to the rescaled time T, and one step further. */
static void fm_integrators_case(vf_context *context, const char *eta, const char *lam,
                                const char *big, int gaps) {
  const uint64_t n = (uint64_t)fm_tau_inverse(vf_number(eta), vf_number(lam), vf_number(big));
  fm_problem p;
  fm_run run;
  fm_integrators got;
  fm_measure_begin(&got, &run, &p, 2, vf_number(eta), vf_number(lam), 34);
  if (!fm_measure_run(context, &got, &run, n)) return;
  fm_compare_integrators(context, vf_number(eta), vf_number(lam), &got, n);
  fm_compare_keys(context, &got, eta, lam, big, 0, gaps);
  if (!fm_measure_run(context, &got, &run, n + 1)) return;
  fm_compare_keys(context, &got, eta, lam, big, 1, gaps);
}

static void fm3_integrators(vf_context *context) {
  fm_integrators_case(context, "0.01", "0.05", "3", 1);
  fm_integrators_case(context, "0.001", "0.05", "3", 0);
  fm_integrators_case(context, "0.02", "0.2", "2", 1);
}

static void fm3_integrators_small(vf_context *context) {
  fm_integrators_case(context, "0.0001", "0.05", "3", 0);
}

/* The sums run over i = 0..n-1; the printed 1..n puts the increments of the next step into each
 * step. The first increment of A, A itself and B, read off real steps. */
static void fm3_sum_range(vf_context *context) {
  static const struct {
    double eta, lam;
    uint64_t n;
  } cases[] = {{0.01, 0.05, 4150}, {0.02, 0.2, 600}};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double eta = cases[i].eta, lam = cases[i].lam;
    char name[VF_TEXT_SIZE];
    fm_problem p;
    fm_run run;
    fm_integrators got;
    fm_measure_begin(&got, &run, &p, 3, eta, lam, 35);
    if (!fm_measure_run(context, &got, &run, 1)) return;
    const double first_rounding = got.a_rounding;
    if (!fm_measure_run(context, &got, &run, cases[i].n)) return;
    const fm_integrators right = fm_by_formula(eta, lam, cases[i].n, 0);
    const fm_integrators printed = fm_by_formula(eta, lam, cases[i].n, 1);
    vf_text(name, "first increment of A, eta=%g lam=%g", eta, lam);
    char key[VF_TEXT_SIZE], key_printed[VF_TEXT_SIZE];
    vf_text(key, "fm3.first-a-term.eta-%g.lam-%g", eta, lam);
    vf_text(key_printed, "%s.printed", key);
    vf_erratum(context, name, got.first_a, vf_expected(context, key),
               vf_expected(context, key_printed), 2.0 * first_rounding, "roundings of one step");
    vf_text(name, "A after %g steps, eta=%g lam=%g", (double)cases[i].n, eta, lam);
    vf_erratum(context, name, got.a, right.a, printed.a, 2.0 * got.a_rounding,
               "roundings of steps and sums");
    vf_text(name, "B after %g steps, eta=%g lam=%g", (double)cases[i].n, eta, lam);
    vf_erratum(context, name, got.b, right.b, printed.b, 2.0 * got.b_rounding,
               "roundings of steps and sums");
  }
}

/* sqrt(el) times the limit of A: dA = R^2/eta dT with R^4 = q e^(2T)/(q + e^(2T) - 1) integrates to
 * ln((e^T + sqrt(e^(2T) - 1 + q))/(1 + sqrt q))/sqrt(2 el). */
static double fm_a_limit(double q, double big) {
  return log((exp(big) + sqrt(expm1(2.0 * big) + q)) / (1.0 + sqrt(q))) / sqrt(2.0);
}

/* Lemma 4.3 at a fixed ratio lam/eta, on real steps: sup |B - tau/2| is of order el; [Z] - tau, and
 * A sqrt(el) against its limit, of order el^2. The steps are chosen so that tau = T after exactly K
 * of them. */
static void fm3_limits(vf_context *context) {
  static const struct { double ratio, big; } cases[] = {{0.2, 3.0}, {0.5, 1.0}}; /* eta/lam, T */
  enum { LEVELS = 5 };
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double q = cases[i].ratio / 2.0, big = cases[i].big;
    double el[LEVELS], a[LEVELS], b[LEVELS], z[LEVELS];
    char name[VF_TEXT_SIZE];
    for (size_t k = 0; k < LEVELS; k++) {
      const uint64_t steps = (uint64_t)60 << (2 * k);
      el[k] = log1p(expm1(2.0 * big) / q) / (4.0 * (double)steps);
      fm_problem p;
      fm_run run;
      fm_integrators got;
      fm_measure_begin(&got, &run, &p, 2, sqrt(el[k] * cases[i].ratio),
                       sqrt(el[k] / cases[i].ratio), 36);
      if (!fm_measure_run(context, &got, &run, steps)) return;
      a[k] = got.a * sqrt(el[k]) - fm_a_limit(q, big);
      b[k] = got.b_gap;
      z[k] = got.z_gap;
    }
    vf_text(name, "sup |B - tau/2|, order in el, eta/lam=%g T=%g", cases[i].ratio, big);
    vf_order(context, name, el, b, LEVELS, 1.0);
    vf_text(name, "sup |[Z] - tau|, order in el, eta/lam=%g T=%g", cases[i].ratio, big);
    vf_order(context, name, el, z, LEVELS, 2.0);
    vf_text(name, "A sqrt(el) to its limit, order in el, eta/lam=%g T=%g", cases[i].ratio, big);
    vf_order(context, name, el, a, LEVELS, 2.0);
  }
}

/* Lemma 4.3 (1): A increases infinitely fast. dA/dT = R^2/eta is at least 1/sqrt(2 el), so over a
 * window of length w A grows by at least (w - 4 el)/sqrt(2 el): the ends of the window fall between
 * steps, of length at most 2 el. */
static void fm3_fast_integrator(vf_context *context) {
  static const struct {
    double eta, lam, window;
  } cases[] = {{1e-2, 0.05, 0.25}, {1e-3, 0.05, 0.5}, {0.05, 0.4, 0.3}};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const double eta = cases[i].eta, lam = cases[i].lam, root = sqrt(2.0 * eta * lam);
    double least = (double)INFINITY, last = 0.0;
    char name[VF_TEXT_SIZE];
    fm_problem p;
    fm_run run;
    fm_integrators got;
    fm_measure_begin(&got, &run, &p, 2, eta, lam, 37);
    for (int k = 1; k <= 10; k++) {
      if (!fm_measure_run(context, &got, &run,
                          (uint64_t)fm_tau_inverse(eta, lam, k * cases[i].window)))
        return;
      least = fmin(least, got.a - last);
      last = got.a;
    }
    vf_text(name, "least growth of A sqrt(2 el) over %g, eta=%g lam=%g", cases[i].window, eta, lam);
    vf_at_least(context, name, least * root, cases[i].window - 4.0 * eta * lam,
                "dA/dT = R^2/eta >= 1/sqrt(2 el)");
  }
}

/* The sample that a step's stochastic gradient comes from: the one whose gradient at X~ is nearest
 * to rest/dA. */
static uint32_t fm_nearest_sample(const fm_run *run, const double *rest, double da) {
  const sid_problem *problem = &run->p->problem;
  double point[FM_DIM], sample[FM_DIM], best = (double)INFINITY;
  uint32_t nearest = 0;
  fm_point(run, run->before, 1, (double)(run->step - 1), point);
  for (uint32_t i = 0; i < problem->samples; i++) {
    double distance = 0.0;
    sid_problem_sample_gradient(problem, i, point, sample, NULL);
    for (uint32_t j = 0; j < problem->dim; j++) distance += fabs(sample[j] - rest[j] / da);
    if (distance < best) nearest = i;
    best = fmin(best, distance);
  }
  return nearest;
}

/* Lemma 4.3 (3): the increments of Z have the covariance dA^2 (I - 11'/Xi). From real steps of a
 * finite family: the sample of each step is told from the step; [Z_i, Z_j] = sum dA^2 Xi (1_xi -
 * 1/Xi)_i (1_xi - 1/Xi)_j against [Z] (delta_ij - 1/Xi). With u = 1/Xi the diagonal term has the
 * mean 1-u and the values (1-u)^2/u with probability u and u; the other -u, with the values -(1-u)
 * with probability 2u and u. Effect: Z not centred by 1/Xi. */
static void fm3_noise_integrator(vf_context *context) {
  const double eta = 0.01, lam = 0.05, u = 0.25;
  double diagonal = 0.0, other = 0.0, weight2 = 0.0, t[FM_DIM], rest[FM_DIM];
  fm_problem p;
  fm_run run;
  fm_integrators got;
  fm_family(&p, 5, 4);
  fm_begin(&run, &p, eta, lam, 1.0, 38);
  memset(&got, 0, sizeof got);
  const uint64_t steps = (uint64_t)fm_tau_inverse(eta, lam, 3.0);
  while (run.step < steps && fm_step(&run)) {
    const double before = got.a;
    fm_measure(&got, &run, t, rest);
    const double da = got.a - before;
    const uint32_t xi = fm_nearest_sample(&run, rest, da);
    diagonal += da * da * (xi == 0 ? (1.0 - u) * (1.0 - u) / u : u);
    other += da * da * (xi < 2 ? -(1.0 - u) : u);
    weight2 += da * da * da * da;
  }
  if (!fm_stepped(context, &run)) return;
  const double spread = sqrt(weight2) / got.z;
  const double one = sqrt(pow(1.0 - u, 4.0) / u + u * u * (1.0 - u) - (1.0 - u) * (1.0 - u));
  vf_monte_carlo(context, "[Z_0]/[Z], Xi=4 eta=0.01 lam=0.05 T=3", diagonal / got.z, one * spread,
                 1.0 - u, u, "effect: 1 in place of 1 - 1/Xi");
  const double two = sqrt(2.0 * u * (1.0 - u) * (1.0 - u) + u * u * (1.0 - 2.0 * u) - u * u);
  vf_monte_carlo(context, "[Z_0, Z_1]/[Z], Xi=4 eta=0.01 lam=0.05 T=3", other / got.z, two * spread,
                 -u, u, "effect: 0 in place of -1/Xi");
}

static const vf_check table[] = {
    {"fm3.identity-6", "fm, eq. (6), (7)", "X(t) is X(0) minus the three integrals, exactly",
     VF_QUICK, fm3_identity_6},
    {"fm3.identity-14", "fm, eq. (14)-(17)", "X~(t) is X~(0) minus the three integrals, exactly",
     VF_QUICK, fm3_identity_14},
    {"fm3.integrators", "fm, eq. (15)-(17)",
     "A, B and [Z] of real steps; sup|B - tau/2|, sup|[Z] - tau|", VF_QUICK, fm3_integrators},
    {"fm3.integrators-small", "fm, eq. (15)-(17)", "the same at lr 1e-4", VF_FULL,
     fm3_integrators_small},
    {"fm3.limits", "fm, Lemma 4.3",
     "B -> tau/2 with order el, [Z] -> tau and A sqrt(el) to its limit with el^2", VF_QUICK,
     fm3_limits},
    {"fm3.fast-integrator", "fm, Lemma 4.3 (1)", "A increases infinitely fast, like 1/sqrt(2 el)",
     VF_QUICK, fm3_fast_integrator},
    {"fm3.noise-integrator", "fm, Lemma 4.3 (3)",
     "the increments of Z have the covariance I - 11'/Xi", VF_QUICK, fm3_noise_integrator},
    {"errata.fm3-integrator-signs", "fm, eq. (6)", "the integrals of Z and B are subtracted",
     VF_QUICK, fm3_integrator_signs},
    {"errata.fm3-eq14-start", "fm, eq. (14)", "the sum starts at X~(0)", VF_QUICK, fm3_eq14_start},
    {"errata.fm3-sum-range", "fm, eq. (7), (15)-(17)", "the sums run over i = 0..n-1", VF_QUICK,
     fm3_sum_range},
};

VF_ROW(fm3, table, "the integrals as sums over the steps of real trajectories",
       "sums shifted by one step, a plus sign before the integrals, B without its square");

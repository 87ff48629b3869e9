/* fm1: the norm law (fm, eq. (10), with the noise of (18), (19); Section 7). Where tr Sigma =
 * s2/|x|^2,
 *
 *   |X_t|^4 = eta s2/(2 lam) + e^(-4 el t) (|X_0|^4 - eta s2/(2 lam)),
 *
 * pathwise, s2 = (D-1) sigma^2 for isotropic tangential noise; so |x| goes to (eta s2/(2
 * lam))^(1/4). Errata: (10) writes tr Sigma = sigma^2/|x|^2; Section 7 has the norm go to
 * (lam/eta)^(1/4). */
#include <math.h>
#include <stdlib.h>
#include "harness/observe.h"
#include "checks/fm/experiment.h"
#include "formats/memory.h"

/* |x|^4 after time t of SGD with lr/m, weight decay and noise of fixed length sqrt(s2 m)/|x|: m
 * substeps of a weak Euler method for the canonical SDE. The noise has no say in the norm, so this
 * has no statistics. */
static double fm_norm4_after(vf_context *context, uint32_t dim, double eta, double lam, double s2,
                             double norm4, double t, uint32_t m) {
  const sid_problem problem = fm_noise_only(SID_NOISE_SPHERE, dim, sqrt(s2 * m));
  const uint64_t end = (uint64_t)(t * m);
  fm_setup setup;
  fm_set(&setup, &problem, eta / m, lam);
  fm_start(setup.x0, dim, sqrt(norm4));
  double *rows = fm_rows(context, &setup, &end, 1, 1);
  const double r = rows ? rows[0] : (double)NAN;
  free(rows);
  return r * r;
}

/* (10): |X_t|^4 = eta s2/(2 lam) + e^(-4 el t) (|X_0|^4 - eta s2/(2 lam)) where tr Sigma =
 * s2/|x|^2. The distance of the real steps from it must fall like 1/m; any wrong factor leaves a
 * distance that does not. */
static void fm1_norm_law(vf_context *context) {
  static const struct {
    const char *eta, *lam, *s2, *norm4, *t;
    uint32_t dim;
  } cases[] = {{"0.01", "0.05", "0.81", "1", "1", 10},  {"0.01", "0.05", "0.81", "1", "10", 3},
               {"0.01", "0.05", "0.81", "1", "100", 2}, {"0.01", "0.05", "0.81", "1", "1000", 7},
               {"0.1", "0.5", "2", "3", "1", 4},        {"0.1", "0.5", "2", "3", "10", 2},
               {"0.1", "0.5", "2", "3", "100", 5}};
  enum { LEVELS = 6 };
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    char key[VF_TEXT_SIZE], name[VF_TEXT_SIZE];
    double h[LEVELS], error[LEVELS];
    vf_text(key, "fm1.norm4.eta-%s.lam-%s.s2-%s.norm4-%s.t-%s", cases[i].eta, cases[i].lam,
            cases[i].s2, cases[i].norm4, cases[i].t);
    vf_text(name, "order in 1/m, eta=%s lam=%s s2=%s |X0|^4=%s t=%s", cases[i].eta, cases[i].lam,
            cases[i].s2, cases[i].norm4, cases[i].t);
    const double expected = vf_expected(context, key);
    for (uint32_t k = 0; k < LEVELS; k++) {
      h[k] = 1.0 / (double)(1u << (k + 1));
      error[k] = fm_norm4_after(context, cases[i].dim, vf_number(cases[i].eta),
                                vf_number(cases[i].lam), vf_number(cases[i].s2),
                                vf_number(cases[i].norm4), vf_number(cases[i].t), 1u << (k + 1)) -
                 expected;
    }
    vf_order(context, name, h, error, LEVELS, 1.0);
  }
}

/* Mean of |x|^4 over an ensemble of the SDE's Euler-Maruyama paths. */
static vf_moments fm_sde_norm4(vf_context *context, uint32_t dim, double sigma, double eta,
                               double lam, double norm4, uint64_t t, uint32_t substeps,
                               size_t runs) {
  const sid_problem problem = fm_noise_only(SID_NOISE_GAUSSIAN, dim, sigma);
  vf_moments moments = {(double)NAN, (double)NAN, (double)NAN};
  fm_setup setup;
  fm_set(&setup, &problem, eta, lam);
  setup.experiment.dynamics = (sid_dynamics){.kind = SID_SDE, .substeps = substeps, .batch = 1};
  fm_start(setup.x0, dim, sqrt(norm4));
  double *rows = fm_rows(context, &setup, &t, 1, runs);
  if (!rows) return moments;
  for (size_t i = 0; i < runs; i++) rows[i] *= rows[i];
  moments = vf_moments_of(rows, runs);
  free(rows);
  return moments;
}

/* (10) with s2 = (D-1) sigma^2, the noise of Section 6.1, through the SDE's own steps. Effect: s2 =
 * D sigma^2, noise that is not projected on the tangent space. The Euler-Maruyama bias, el/m
 * ((D+1)/(D-1) - 1/2) of |x|^4 at most, is a tenth of a standard error. */
static void fm1_norm_law_gaussian(vf_context *context) {
  static const struct {
    const char *key;
    uint32_t dim, substeps;
    double sigma2, eta, lam, norm4;
    uint64_t t;
    size_t runs;
  } cases[] = {
      {"fm1.norm4.eta-0.01.lam-0.05.s2-0.81.norm4-1.t-1000", 10, 4, 0.09, 0.01, 0.05, 1.0, 1000,
       64},
      {"fm1.norm4.eta-0.1.lam-0.5.s2-2.norm4-3.t-10", 3, 128, 1.0, 0.1, 0.5, 3.0, 10, 256}};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    char name[VF_TEXT_SIZE];
    const double el = cases[i].eta * cases[i].lam;
    const double extra = cases[i].eta * cases[i].sigma2 / (2.0 * cases[i].lam) *
                         -expm1(-4.0 * el * (double)cases[i].t);
    const vf_moments got =
        fm_sde_norm4(context, cases[i].dim, sqrt(cases[i].sigma2), cases[i].eta, cases[i].lam,
                     cases[i].norm4, cases[i].t, cases[i].substeps, cases[i].runs);
    vf_text(name, "E|X_t|^4, D=%u eta=%g lam=%g t=%g", (unsigned)cases[i].dim, cases[i].eta,
            cases[i].lam, (double)cases[i].t);
    vf_monte_carlo(context, name, got.mean, got.standard_error, vf_expected(context, cases[i].key),
                   extra, "ensemble of sde paths; effect: s2 = D sigma^2");
  }
}

/* Section 7 says that the norm converges to (lam/eta)^(1/4); (10) gives (eta/lam)^(1/4)
 * (s2/2)^(1/4). Real steps stand at |x|^4 = eta s2/(lam (2-el)), i.e. el/8 of |x| above the
 * continuous value: the tolerance is that and its next order. */
static void fm1_equilibrium_norm(vf_context *context) {
  static const struct {
    const char *id;
    double eta, lam, s2;
  } cases[] = {{"eta-0.01.lam-0.05.s2-0.81", 0.01, 0.05, 0.81},
               {"eta-0.1.lam-0.5.s2-2", 0.1, 0.5, 2.0}};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    char right[VF_TEXT_SIZE], printed[VF_TEXT_SIZE];
    const double el = cases[i].eta * cases[i].lam;
    vf_text(right, "fm1.limit-norm.%s", cases[i].id);
    vf_text(printed, "fm1.limit-norm.%s.printed", cases[i].id);
    const double norm4 = fm_norm4_after(context, 3, cases[i].eta, cases[i].lam, cases[i].s2, 1.0,
                                        ceil(10.0 / el), 1);
    const double expected = vf_expected(context, right);
    vf_erratum(context, cases[i].id, pow(norm4, 0.25), expected, vf_expected(context, printed),
               expected * el / 8.0 * (1.0 + el),
               "finite el: |x| is (1-el/2)^(-1/4) of the continuous value");
  }
}

/* Trace by the draws themselves: the mean of |noise|^2 |x|^2 over many draws at one point, as a
 * moment with its error. */
static vf_moments fm_trace_by_draws(const sid_problem *problem, const double *x, size_t draws) {
  double noise[FM_DIM], work[2 * FM_DIM], *values = vf_allocate(draws, sizeof *values);
  sid_stream stream = vf_stream(1, SID_KEY_NOISE, 0);
  for (size_t i = 0; i < draws; i++) {
    sid_problem_noisy_gradient(problem, x, 1, &stream, noise,
                               work); /* without a loss this is the noise */
    values[i] = sid_dot(noise, noise, problem->dim) * sid_dot(x, x, problem->dim);
  }
  const vf_moments moments = vf_moments_of(values, draws);
  free(values);
  return moments;
}

/* (10) writes tr Sigma = sigma^2/|x|^2; the noise of Section 6.1 has (D-1) sigma^2/|x|^2.
 * Noise-free for the noise trace of ref/ (eight roundings), and by 20000 draws of the noise
 * itself. */
static void fm1_trace_symbol(vf_context *context) {
  static const struct {
    uint32_t dim;
    double sigma, r;
  } cases[] = {{10, 0.3, 0.9}, {4, 1.5, 7.0}};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const sid_problem problem = fm_noise_only(SID_NOISE_GAUSSIAN, cases[i].dim, cases[i].sigma);
    const double printed = cases[i].sigma * cases[i].sigma,
                 right = (double)(cases[i].dim - 1) * printed;
    double work[2 * FM_DIM];
    char name[VF_TEXT_SIZE];
    fm_setup setup;
    fm_set(&setup, &problem, 0.01, 0.05);
    fm_start(setup.x0, cases[i].dim, cases[i].r);
    const double r = sid_dot(setup.x0, setup.x0, cases[i].dim);
    vf_text(name, "|x|^2 tr Sigma, D=%u sigma=%g", (unsigned)cases[i].dim, cases[i].sigma);
    vf_erratum(context, name, r * sid_problem_noise_trace(&problem, setup.x0, work), right, printed,
               8.0 * FM_ULP * right, "8 roundings");
    const vf_moments drawn = fm_trace_by_draws(&problem, setup.x0, 20000);
    vf_text(name, "E |x|^2 |noise|^2, D=%u sigma=%g", (unsigned)cases[i].dim, cases[i].sigma);
    vf_erratum(context, name, drawn.mean, right, printed, 3.0 * drawn.standard_error,
               "3 standard errors of 20000 draws");
  }
}

static const vf_check table[] = {
    {"fm1.norm-law", "fm, eq. (10)", "|X_t|^4 relaxes to eta s2/(2 lam) at rate 4 el", VF_QUICK,
     fm1_norm_law},
    {"fm1.norm-law-gaussian", "fm, eq. (10) with (19)",
     "for isotropic tangential noise s2 = (D-1) sigma^2", VF_QUICK, fm1_norm_law_gaussian},
    {"errata.fm1-equilibrium-norm", "fm, Section 7",
     "the norm goes to (eta s2/(2 lam))^(1/4), not (lam/eta)^(1/4)", VF_QUICK,
     fm1_equilibrium_norm},
    {"errata.fm1-trace-symbol", "fm, eq. (10), Section 6.1",
     "tr Sigma = (D-1) sigma^2/|x|^2, not sigma^2/|x|^2", VF_QUICK, fm1_trace_symbol},
};

VF_ROW(fm1, table,
       "runs under noise of fixed length, and ensembles under Gaussian noise with their standard "
       "error",
       "a trace D sigma^2 for (D-1) sigma^2, the equilibrium (lam/eta)^(1/4) that is printed");

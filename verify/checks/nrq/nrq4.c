/* Row nrq4, the angular update: E tan^2 D = eta^2 (|grad L|^2 + tr Sigma)/((1-el)^2 |x|^2), the rms
 * of D goes to sqrt(2 el) at equilibrium, and its mean is smaller by sqrt(2/(p-1))
 * Gamma(p/2)/Gamma((p-1)/2). nrq (13), (14), Lemma 1, Section 2.2. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/observe.h"
#include "checks/nrq/long_run.h"
#include "checks/nrq/one_step.h"
#include "formats/memory.h"

/* (14): E tan^2 D = eta^2 (|grad L|^2 + tr Sigma)/((1-el)^2 M), exactly, by all sign patterns;
 * tan^2 of an angle within 2 ulp, up to .3. */
static void nrq4_discrete_update(vf_context *context) {
  static const double spectrum[] = {0.5, 1.25, 2.0, 2.5, 3.0, 4.0},
                      x[] = {0.7, -0.4, 0.3, 0.5, -0.2, 0.1};
  const double etas[] = {0.05, 0.3}, lams[] = {0.2, 1.5}, sigmas[] = {0.4, 0.1};
  const nrq_signs signs = nrq_find_signs(context, 6);
  for (size_t i = 0; signs.count && i < 2; i++) {
    const sid_problem problem = nrq_problem(6, spectrum, SID_NOISE_RADEMACHER, sigmas[i]);
    const double keep = 1.0 - etas[i] * lams[i], m = sid_dot(x, x, 6);
    double g[6], work[32], means[NRQ_FUNCTIONALS];
    char name[VF_TEXT_SIZE];
    if (nrq_exact_means(context, &signs, &problem, etas[i], lams[i], x, means)) break;
    sid_problem_gradient(&problem, x, g, work);
    const double expected = etas[i] * etas[i] *
                            (sid_dot(g, g, 6) + 5.0 * sigmas[i] * sigmas[i] / m) /
                            (keep * keep * m);
    vf_text(name, "E tan^2 D, p=6 eta=%g lam=%g sigma=%g", etas[i], lams[i], sigmas[i]);
    vf_within_relative(context, name, means[NRQ_TANGENT_SQUARE], expected, 64.0 * NRQ_ULP,
                       "64 roundings");
  }
  free(signs.at);
}

typedef struct {
  vf_moments mean, square;
} nrq_update;

/* Mean angle and mean squared angle of one real step from the equilibrium norm. tan^2 has the exact
 * mean 2 el/(1-el)^2; what the angle and its square owe to it to first order is taken off each
 * draw. */
static nrq_update nrq_one_update(vf_context *context, uint32_t dim, double el, size_t draws) {
  const double lam = 0.1, eta = el / lam, sigma = 0.7, exact = 2.0 * el / ((1.0 - el) * (1.0 - el));
  const sid_problem problem = nrq_problem(dim, NULL, SID_NOISE_GAUSSIAN, sigma);
  double x[NRQ_DIM], y[NRQ_DIM], work[8 * NRQ_DIM],
      *values = vf_allocate(2 * draws, sizeof *values);
  sid_stream stream = vf_stream(6, SID_KEY_NOISE, 3);
  nrq_point(x, dim, 0.3, nrq_equilibrium(dim, sigma, eta, lam));
  for (size_t i = 0; i < draws; i++) {
    memcpy(y, x, dim * sizeof *y);
    if (sid_step(&problem, &nrq_sgd, eta, lam, y, &stream, work))
      vf_error(context, "step", "left the domain");
    const double d = sid_angle(x, y, dim, work), t = tan(d) * tan(d) - exact;
    values[i] = d - t / (2.0 * sqrt(exact));
    values[draws + i] = d * d - t;
  }
  const nrq_update update = {vf_moments_of(values, draws), vf_moments_of(values + draws, draws)};
  free(values);
  return update;
}

/* Mean and rms of the angle of one step from M^2 = (p-1) sigma^2 eta/(2 lam), exact values by
 * quadrature. Effects: for the mean the printed E D = sqrt(2 el); for the mean square the factor
 * (1-el)^2 that (13) drops. */
static void nrq4_one_step(vf_context *context) {
  static const struct {
    uint32_t dim;
    size_t draws;
  } dims[] = {{2, 40000}, {3, 40000}, {5, 20000}, {10, 20000}, {100, 4000}};
  static const char *const els[] = {"0.001", "0.0002"};
  for (size_t i = 0; i < 2 * VF_COUNT(dims); i++) {
    char id[VF_TEXT_SIZE];
    const double el = vf_number(els[i % 2]);
    const nrq_update got = nrq_one_update(context, dims[i / 2].dim, el, dims[i / 2].draws);
    vf_text(id, "p-%u.el-%s", (unsigned)dims[i / 2].dim, els[i % 2]);
    const double mean = nrq_keyed(context, "nrq4.mean-one-step", id, ""),
                 rms = nrq_keyed(context, "nrq4.rms-one-step", id, "");
    vf_monte_carlo(context, id, got.mean.mean, got.mean.standard_error, mean,
                   nrq_keyed(context, "nrq4.mean-leading", id, ".printed") - mean,
                   "mean; effect: E D = sqrt(2 el)");
    vf_monte_carlo(context, id, got.square.mean, got.square.standard_error, rms * rms,
                   2.0 * el * rms * rms, "mean square; effect: 1-el dropped");
  }
}

/* The rms of D over a run goes to sqrt(2 el): mean D^2/(2 el) - 1 is of order 1 in el. The growth
 * of ln |x|^2 over the run, which the mean contains exactly as (ln R_K - ln R_0)/K, is taken off.
 * With a loss (p = 4) and without (p = 2). */
static void nrq4_rms_order(vf_context *context) {
  static const double spectrum[] = {1.0, 2.0, 2.5, 4.0};
  enum { LEVELS = 6 };
  for (int i = 0; i < 2; i++) {
    double h[LEVELS], error[LEVELS];
    for (int k = 0; k < LEVELS; k++) {
      const uint32_t dim = i ? 4 : 2;
      const double el = 0.08 * ldexp(1.0, -k), lam = 0.5, eta = el / lam, sigma = 0.7;
      const nrq_long_run run = {nrq_problem(dim, i ? spectrum : NULL, SID_NOISE_GAUSSIAN, sigma),
                                eta,
                                lam,
                                nrq_equilibrium(dim, sigma, eta, lam),
                                2000,
                                20000};
      vf_moments got[NRQ_STATISTICS];
      if (nrq_stationary(context, &run, 8, got)) return;
      h[k] = el;
      error[k] = (got[NRQ_ANGLE_SQUARE].mean - got[NRQ_LOG_GROWTH].mean) / (2.0 * el) - 1.0;
    }
    vf_order(context,
             i ? "mean D^2/(2 el) - 1, order in el, rayleigh p=4"
               : "mean D^2/(2 el) - 1, order in el, p=2",
             h, error, LEVELS, 1.0);
  }
}

/* Time averages of runs at the equilibrium norm, no loss. */
static int nrq_update_run(vf_context *context, uint32_t dim, double el, uint64_t steps,
                          vf_moments *got) {
  const double lam = 0.1, eta = el / lam, sigma = 0.7;
  const nrq_long_run run = {nrq_problem(dim, NULL, SID_NOISE_GAUSSIAN, sigma),
                            eta,
                            lam,
                            nrq_equilibrium(dim, sigma, eta, lam),
                            200,
                            steps};
  return nrq_stationary(context, &run, 8, got);
}

/* Section 2.2 says E D = sqrt(2 el) at equilibrium; that is the rms, the mean is smaller by
 * sqrt(2/(p-1)) Gamma(p/2)/Gamma((p-1)/2). Means of D and D^2 over real runs at el = 2e-4.
 * Tolerance 3 standard errors of the mean (those of the rms are smaller) and el for the finite
 * step. */
static void nrq4_mean_or_rms(vf_context *context) {
  static const uint32_t dims[] = {2, 3, 5, 10};
  const double el = 2e-4;
  for (size_t i = 0; i < VF_COUNT(dims); i++) {
    vf_moments got[NRQ_STATISTICS];
    char id[VF_TEXT_SIZE];
    if (nrq_update_run(context, dims[i], el, 20000, got)) return;
    const double rms = sqrt(got[NRQ_ANGLE_SQUARE].mean);
    vf_text(id, "p-%u", (unsigned)dims[i]);
    vf_erratum(context, id, got[NRQ_ANGLE].mean / rms,
               nrq_keyed(context, "nrq4.mean-over-rms", id, ""),
               nrq_keyed(context, "nrq4.mean-over-rms", id, ".printed"),
               3.0 * got[NRQ_ANGLE].standard_error / rms + el,
               "3 standard errors, el for the finite step");
  }
}

static const vf_check table[] = {
    {"nrq4.discrete-update", "nrq, eq. (13), (14)",
     "E tan^2 D = eta^2 (|grad L|^2 + tr Sigma)/((1-el)^2 |x|^2)", VF_QUICK, nrq4_discrete_update},
    {"nrq4.one-step", "nrq, Section 2.2", "mean and rms of the angle of one step at equilibrium",
     VF_QUICK, nrq4_one_step},
    {"nrq4.rms-order", "nrq, Lemma 1", "the rms of the angle goes to sqrt(2 el)", VF_QUICK,
     nrq4_rms_order},
    {"errata.nrq4-mean-or-rms", "nrq, Section 2.2", "sqrt(2 el) is the rms, the mean is smaller",
     VF_QUICK, nrq4_mean_or_rms},
};

VF_ROW(nrq4, table, "tan^2 of the angle by enumeration; its rms and mean at equilibrium",
       "(13) without the factor 1-el, an rms taken for the mean");

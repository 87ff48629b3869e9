/* gamma = G^2/eta^2, il, (10) to (12) and Lemma 5.2, with the errata of Section 5.1 and Appendices
 * B and E:
 *
 *   (10)  d gamma/dt = -4 el gamma + 2 tr Sigma
 *
 *   (12)  gamma_t = e^(-4 el t) gamma_0 + (tr/(2 el)) (1 - e^(-4 el t)) for constant trace
 *
 * and a trace between s2 and (1 + eps) s2 puts gamma between the two laws. So the effective LR
 * gamma^(-1/2) tends to sqrt(2 el/tr). */
#include <math.h>
#include <stdlib.h>
#include "checks/il/norm.h"
#include "checks/il/sde.h"
#include "harness/algebra.h"

typedef struct {
  double tr, el, gamma0, t;
  uint32_t first;
  const char *key;
} il_gamma_case;

/* gamma of fixed-length noise at time t, m -> infinity. eta = .1; gamma_0 is set by |W_0|^2 = eta
 * sqrt(gamma_0). */
static void il_gamma_limit(vf_context *context, const il_gamma_case *one) {
  const il_phase phase = {.1, one->el / .1, one->t};
  const il_norm_case norm = {one->tr, .1 * sqrt(one->gamma0), &phase, 1, 1};
  il_norm_limit(context, one->key, &norm, one->first, IL_GAMMA, vf_expected(context, one->key));
}

/* (12): gamma = e^(-4 el t) gamma_0 + (tr/(2 el)) (1 - e^(-4 el t)), also at the upper trace of
 * Lemma 5.2. */
static void il_gamma_law(vf_context *context) {
  static const il_gamma_case cases[] = {
      {2.0, .05, 7.0, 10, 4, "il2.gamma.tr-2.el-0.05.gamma0-7.t-10"},
      {.81, .002, 900.0, 150, 1, "il2.gamma.tr-0.81.el-0.002.gamma0-900.t-150"},
      {2.4, .05, 7.0, 10, 4, "il2.gamma-upper.tr-2.el-0.05.gamma0-7.t-10.eps-0.2"}};
  for (size_t k = 0; k < 3; k++) il_gamma_limit(context, cases + k);
}

/* Mean of gamma with m substeps. With a = 1 - el/m, G+ = a^2 G + (eta^2/m) q/G, q = sigma^2
 * chi^2_(p-1), so E gamma+ = a^4 gamma + 2 a^2 tr/m + E q^2/(m^2 gamma), E q^2 = tr^2 (1 +
 * 2/(p-1)). 1/gamma in the last term is at the mean: an error of its relative variance times
 * 1/m^2. */
static double il_mean_gamma(const il_sde_case *one) {
  const double el = one->eta * one->lam, m = one->m, a2 = (1.0 - el / m) * (1.0 - el / m);
  const double tr = (one->p - 1.0) * one->sigma * one->sigma;
  double gamma = one->gamma0;
  for (uint64_t k = 0; k < one->time * one->m; k++)
    gamma = a2 * a2 * gamma + 2.0 * a2 * tr / m +
            tr * tr * (1.0 + 2.0 / (one->p - 1.0)) / (m * m * gamma);
  return gamma;
}

/* (10) for the SDE's own code: mean of gamma(10), tr = 2, el = .05, gamma_0 = 7; 18.24 at m =
 * infinity. Effect: trace p sigma^2 for (p-1) sigma^2. */
static void il_gamma_mean(vf_context *context) {
  static const il_sde_case cases[] = {{3, 32, 1.0, .1, .5, 7.0, 10, 2000},
                                      {5, 32, .7071067811865476, .02, 2.5, 7.0, 10, 2000}};
  for (size_t k = 0; k < 2; k++) {
    const il_sde_case *one = cases + k;
    const double limit = vf_expected(context, "il2.gamma.tr-2.el-0.05.gamma0-7.t-10");
    char name[VF_TEXT_SIZE];
    vf_text(name, "p=%u sigma=%g eta=%g lam=%g gamma_0=7 t=10 m=%u", (unsigned)one->p, one->sigma,
            one->eta, one->lam, (unsigned)one->m);
    double *values = il_sde_gammas(context, one);
    if (values) {
      const vf_moments moments = vf_moments_of(values, one->count);
      const double missing =
          limit - 7.0 * exp(-2.0); /* the part that is proportional to the trace */
      vf_monte_carlo(context, name, moments.mean - (il_mean_gamma(one) - limit),
                     moments.standard_error, limit, missing / (one->p - 1.0),
                     "effect: p for p-1; bias of m substeps subtracted");
    }
    free(values);
  }
}

/* Final gamma of 400 SDE paths with diagonal noise, whose trace on the sphere lies between total -
 * max and total - min. */
static void il_sandwich_one(void *user, size_t i, double *out) {
  const sid_problem *problem = user;
  const sid_dynamics sde = il_dynamics(SID_SDE, 128, 1);
  double x[4] = {.5, .5, .5, .5}, work[IL_WORK];
  sid_stream stream = vf_stream(1001, SID_KEY_NOISE, 5000 + i);
  out[0] = (double)NAN;
  for (int t = 0; t < 10; t++)
    if (sid_step(problem, &sde, .1, .5, x, &stream, work)) return;
  out[0] = vf_dot(x, x, 4) * vf_dot(x, x, 4) / (.1 * .1);
}

/* Lemma 5.2: s2 <= tr <= (1+eps) s2 along the way puts gamma between the laws of both ends. Squared
 * standard deviations .04, .36, .16, .64: total 1.2, trace between .56 and 1.16, eps = 1.0714. The
 * mean of gamma(10), with 3 standard errors to spare on either side. 128 substeps have a bias of
 * less than .08: |grad L|^2 <= 1 on the sphere adds 2/128 and E q^2/gamma <= .3 adds .3/128 per
 * unit of time, damped for 1/(4 el) = 5 units; the decay (1 - el/m)^4 takes .005. */
static void il_sandwich(vf_context *context) {
  enum { COUNT = 400 };
  const double el = .05, gamma0 = 100.0, fade = exp(-4.0 * el * 10.0);
  double values[COUNT], scale[4];
  sid_problem problem = il_uneven(SID_NOISE_GAUSSIAN, 1, scale);
  vf_map(COUNT, vf_jobs(context), values, 1, il_sandwich_one, &problem);
  const vf_moments moments = vf_moments_of(values, COUNT);
  const double spare = 3.0 * moments.standard_error, bias = .08;
  vf_at_least(context, "mean gamma(10) - 3 s.e., trace >= 0.56, el=0.05 gamma_0=100",
              moments.mean - spare - bias, fade * gamma0 + .56 / (2.0 * el) * (1.0 - fade),
              "lower law of Lemma 5.2");
  vf_at_most(context, "mean gamma(10) + 3 s.e., trace <= 1.16, el=0.05 gamma_0=100",
             moments.mean + spare + bias, fade * gamma0 + 1.16 / (2.0 * el) * (1.0 - fade),
             "upper law of Lemma 5.2");
}

/* At the equilibrium of m substeps with fixed length gamma = tr/(2 el - el^2/m), so gamma and the
 * effective rate err by el/(2m) and el/(4m) of themselves; after 10/el units of time e^-40 of the
 * start is left. */
static il_norm il_equilibrium(vf_context *context, const char *name, double eta, double el,
                              double tr, uint32_t m) {
  const il_phase phase = {eta, el / eta, ceil(10.0 / el)};
  const il_norm_case one = {tr, .3, &phase, 1, m};
  return il_norm_end(context, name, &one);
}

static const char *const il_rate_suffixes[] = {"tr-2.el-0.05", "tr-0.81.el-0.002"};
static const double il_rate_tr[] = {2.0, .81}, il_rate_el[] = {.05, .002};

/* E10: the effective rate tends to sqrt(2 el/tr), printed sigma/sqrt(2 el). */
static void il_erratum_rate(vf_context *context) {
  for (int k = 0; k < 2; k++) {
    const double right =
        vf_expected_of(context, "il2.effective-rate-limit.%s", il_rate_suffixes[k]);
    const il_norm end =
        il_equilibrium(context, il_rate_suffixes[k], .1, il_rate_el[k], il_rate_tr[k], 16);
    vf_erratum(context, il_rate_suffixes[k], end.effective_lr, right,
               vf_expected_of(context, "il2.effective-rate-limit.%s.printed", il_rate_suffixes[k]),
               right * il_rate_el[k] / (3.0 * 16), "m = 16 substeps: el/(4m) of the rate");
  }
}

/* E11: the observables effective_lr and gamma at equilibrium: effective_lr^2 = 2 el/tr = 1/gamma,
 * printed gamma. */
static void il_erratum_inverse(vf_context *context) {
  for (int k = 0; k < 2; k++) {
    const double gamma = il_rate_tr[k] / (2.0 * il_rate_el[k]);
    const il_norm end =
        il_equilibrium(context, il_rate_suffixes[k], .1, il_rate_el[k], il_rate_tr[k], 16);
    vf_erratum(context, il_rate_suffixes[k], end.effective_lr * end.effective_lr, 1.0 / gamma,
               gamma, il_rate_el[k] / (1.5 * 16) / gamma,
               "m = 16 substeps: el/(2m) of the squared rate");
    vf_within(context, "effective_lr^2 gamma", end.effective_lr * end.effective_lr * end.gamma, 1.0,
              8.0 * IL_ULP, "6 roundings");
  }
}

typedef struct {
  double tr, el, gamma0, t;
  const char *key;
} il_stray_case;

/* E12: gamma(t) at trace (1+eps) sigma^2 against the bound of the proof with and without its stray
 * t. The change from m to 2m substeps is more than what is left at 2m, half of it, and less than a
 * fifth of what t makes. */
static void il_erratum_stray(vf_context *context) {
  static const il_stray_case cases[] = {
      {2.4, .05, 7.0, 10, "il2.gamma-upper.tr-2.el-0.05.gamma0-7.t-10.eps-0.2"},
      {1.215, .002, 900.0, 150, "il2.gamma-upper.tr-0.81.el-0.002.gamma0-900.t-150.eps-0.5"}};
  for (size_t k = 0; k < 2; k++) {
    const il_stray_case *one = cases + k;
    const il_phase phase = {.1, one->el / .1, one->t};
    double gamma[2];
    for (int i = 0; i < 2; i++) {
      const il_norm_case norm = {one->tr, .1 * sqrt(one->gamma0), &phase, 1, 32u << i};
      gamma[i] = il_norm_end(context, one->key, &norm).gamma;
    }
    vf_erratum(context, one->key, gamma[1], vf_expected(context, one->key),
               vf_expected_of(context, "%s.printed", one->key), 1.5 * fabs(gamma[1] - gamma[0]),
               "1.5 times the change from 32 to 64 substeps");
  }
}

/* gamma at the start by the observable. */
static double il_gamma_at_start(vf_context *context, double g0, double eta) {
  static const int32_t observable[] = {SID_GAMMA};
  const double x[3] = {.48 * sqrt(g0), .6 * sqrt(g0), .64 * sqrt(g0)};
  const uint64_t start = 0;
  const sid_segment segment = {0, eta, 0.0, 1.0};
  const sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = 3, .sigma = 1.0},
      .dynamics = il_dynamics(SID_SGD, 0, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .checkpoints = &start,
      .checkpoint_count = 1,
      .observables = observable,
      .observable_count = 1};
  double *rows = vf_observe(context, "start", &experiment, 1);
  const double gamma = rows ? rows[0] : (double)NAN;
  free(rows);
  return gamma;
}

/* E13: gamma_0 = G_0^2/eta^2, printed G_0/eta^2; and with rate K eta. */
static void il_erratum_initial(vf_context *context) {
  const double g0 = 100.0, eta = .1, k = 10.0;
  vf_erratum(context, "G_0=100 eta=0.1", il_gamma_at_start(context, g0, eta), g0 * g0 / (eta * eta),
             g0 / (eta * eta), 16.0 * IL_ULP * 1e6, "14 roundings of 1e6");
  vf_erratum(context, "G_0=100 eta=0.1 K=10", il_gamma_at_start(context, g0, k * eta),
             g0 * g0 / (k * k * eta * eta), g0 / (k * k * eta * eta), 16.0 * IL_ULP * 1e4,
             "14 roundings of 1e4");
}

typedef struct {
  double g0, eta, k;
  const char *suffix;
} il_log_case;

/* E14: the logarithm of (15) is that of gamma_0 over the equilibrium gamma of the first phase,
 * whose rate is K eta and whose noise has tr = 2 el, el = eta lam = .01: both by the observable
 * gamma. The equilibrium of m substeps errs by K el/(2m) in the logarithm. */
static void il_erratum_logarithm(vf_context *context) {
  static const il_log_case cases[] = {{30, .05, 10, "g0-30.eta-0.05.k-10"},
                                      {2, .1, 5, "g0-2.eta-0.1.k-5"}};
  for (size_t c = 0; c < 2; c++) {
    const il_log_case *one = cases + c;
    const double el = .01, first = one->k * el;
    const il_norm end =
        il_equilibrium(context, one->suffix, one->k * one->eta, first, 2.0 * el, 64);
    vf_erratum(context, one->suffix,
               log(il_gamma_at_start(context, one->g0, one->k * one->eta) / end.gamma),
               vf_expected_of(context, "il2.two-phase-log.%s", one->suffix),
               vf_expected_of(context, "il2.two-phase-log.%s.printed", one->suffix),
               first / (1.5 * 64), "m = 64 substeps: K el/(2m)");
  }
}

static const vf_check table[] = {
    {"il2.gamma-law", "il, (10), (12), Lemma 5.2",
     "gamma relaxes to tr/(2 el) at the rate 4 el, noise-free", VF_QUICK, il_gamma_law},
    {"il2.gamma-of-sde", "il, (10), (12)", "mean gamma of the SDE's trajectories", VF_QUICK,
     il_gamma_mean},
    {"il2.sandwich", "il, Lemma 5.2",
     "a trace within [s2, (1+eps) s2] puts gamma between the two laws", VF_QUICK, il_sandwich},
    {"errata.il2-effective-lr-limit", "il, Section 5.1, after Lemma 5.2",
     "effective LR tends to sqrt(2 el)/sigma", VF_QUICK, il_erratum_rate},
    {"errata.il2-gamma-is-inverse", "il, Section 5.1, before (11)",
     "gamma is the inverse of the squared effective LR", VF_QUICK, il_erratum_inverse},
    {"errata.il2-stray-t", "il, Appendix B, proof of Lemma 5.2",
     "no factor t in the bounds of gamma", VF_QUICK, il_erratum_stray},
    {"errata.il2-initial-gamma", "il, Appendix E", "gamma_0 = G_0^2/eta^2", VF_QUICK,
     il_erratum_initial},
    {"errata.il2-eq15-logarithm", "il, Appendix E, (15)", "the logarithm is ln(G_0^2/(K eta^2))",
     VF_QUICK, il_erratum_logarithm},
};

VF_ROW(il2, table,
       "gamma of the SDE under noise of known trace, noise-free, and means with standard errors",
       "a rate 2 el for 4 el, a trace p sigma^2 for (p-1) sigma^2, gamma as its inverse");

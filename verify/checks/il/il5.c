/* Section 5.3 and Appendix E of il: two phases, and why an early large LR helps weights that start
 * too large. With gamma in units of its equilibrium the norm comes within a factor 1 + delta of it
 * in the time ln((gamma_0 - 1)/delta)/(4 el), gamma_0 = G_0^2/eta^2 for tr = 2 el. With K eta
 * first:
 *
 *   (15)  ln((G_0^2/(K eta^2) - 1)/delta)/(4 K el) + ln((K (1 + delta) - 1)/delta)/(4 el)
 *
 * (print has gamma_0 = G_0/eta^2: errata.il2-initial-gamma and errata.il2-eq15-logarithm). */
#include <math.h>
#include <stdlib.h>
#include "checks/il/norm.h"
#include "harness/limit.h"

typedef struct {
  double g0, eta, lam, k, delta;
  int first; /* coarsest m at eta alone */
} il_two_phase_case;

static const il_two_phase_case il_two_phase_cases[] = {
    {30.0, .1, .5, 2.0, .01, 8}, {20.0, .05, .2, 5.0, .1, 2}, {3.0, .02, .5, 4.0, .01, 2}};

static double il_two_phase_key(vf_context *context, const il_two_phase_case *one, const char *what,
                               const char *end) {
  return vf_expected_of(context, "il5.%s.eta-%g.lam-%g.k-%g.g0-%g.delta-%g%s", what, one->eta,
                        one->lam, one->k, one->g0, one->delta, end);
}

/* One of the times of Appendix E; print, with gamma_0 = G_0/eta^2, must be wrong where there is a
 * printed value. */
static double il_two_phase_time(vf_context *context, const il_two_phase_case *one, const char *what,
                                double factor, double ratio, int printed) {
  char name[VF_TEXT_SIZE];
  vf_text(name, "%s, |W_0|^2=%g eta=%g lam=%g K=%g delta=%g", what, one->g0, one->eta, one->lam,
          one->k, one->delta);
  const double time =
      il_norm_time(context, name, factor * one->eta, one->lam, ratio, one->delta,
                   (int)(one->first * factor), il_two_phase_key(context, one, what, ""));
  if (printed)
    vf_rejected(context, name, time, il_two_phase_key(context, one, what, ".printed"), 1e-3 * time,
                "print has gamma_0 = G_0/eta^2; the limit is known to far better than 1/1000");
  return time;
}

/* Appendix E, from weights that are too large, gamma_0 = G_0^2/eta^2: with eta alone the norm takes
 * ln((gamma_0 - 1)/delta)/(4 el). With K eta first gamma_0/K^2 is G_0^2/(K eta^2) equilibria, and
 * then, after the norm has come to 1 + delta of it, gamma = K (1 + delta) under eta: the two
 * logarithms of (15) in its right form. */
static void il_two_phases(vf_context *context) {
  for (size_t c = 0; c < 3; c++) {
    const il_two_phase_case *one = il_two_phase_cases + c;
    const double gamma0 = one->g0 * one->g0 / (one->eta * one->eta), k = one->k;
    const double alone = il_two_phase_time(context, one, "one-phase", 1.0, gamma0, 1);
    const double first = il_two_phase_time(context, one, "first-phase", k, gamma0 / k, 1);
    const double second =
        il_two_phase_time(context, one, "second-phase", 1.0, k * (1.0 + one->delta), 0);
    const double both = il_two_phase_key(context, one, "two-phase", "");
    vf_within_relative(context, "two-phase, first and second together", first + second, both, 1e-7,
                       "the limits converge to 1e-7 and better");
    vf_at_most(context, "two-phase against one-phase", first + second, alone,
               "a large initial norm: the early large LR is faster");
  }
}

/* The first process needs 1/(2 el) for each factor e of G_0, the early large LR only a K-th of
 * that: gamma_0 100^2 times as large. 256 substeps: the rate is 4 el (1 + el/512). */
static void il_initial_norm(vf_context *context) {
  for (size_t c = 0; c < 2; c++) {
    const il_two_phase_case *one = il_two_phase_cases + c;
    const double eta = one->k * one->eta, el = eta * one->lam;
    double more[2];
    char name[VF_TEXT_SIZE];
    vf_text(name, "100 |W_0|^2 against |W_0|^2=%g, eta=%g lam=%g K=%g", one->g0, one->eta, one->lam,
            one->k);
    for (int k = 0; k < 2; k++) {
      const double ratio = (k ? 1e4 : 1.0) * one->g0 * one->g0 / (eta * one->eta);
      const il_phase phase = {eta, one->lam, ceil(log(ratio / one->delta) / (4.0 * el)) + 2.0};
      const il_norm_case run = {2.0 * el, eta * sqrt(ratio), &phase, 1, 256};
      more[k] = il_crossing(context, name, &run, 1.0 / (1.0 - el / (2.0 * 256)), one->delta);
    }
    vf_within_relative(context, name, more[1] - more[0], 2.0 * log(100.0) / (4.0 * el),
                       el / 256.0 + one->eta * eta / (one->g0 * one->g0),
                       "el/512 of the rate with 256 substeps, and -1 in ln(ratio - 1)");
  }
}

/* The second phase of two-phase training: LR/10, no WD. gamma grows by 2 tr a step, (10) with el =
 * 0; the direction moves ever less, <W_t, W_0> = (1 + 2 tr t/gamma_0)^(-1/4), (6). From the
 * equilibrium gamma_0 = 100 tr/(2 el). */
static void il_without_decay(vf_context *context) {
  static const double els[] = {.05, .02}, trs[] = {2.0, .81}, times[] = {400.0, 3000.0};
  for (int c = 0; c < 2; c++) {
    const il_phase phases[2] = {{.1, 10.0 * els[c], ceil(10.0 / els[c])}, {.01, 0.0, times[c]}};
    const double gamma0 = 50.0 * trs[c] / els[c], grown = 1.0 + 2.0 * trs[c] * times[c] / gamma0;
    double gamma[IL_LEVELS], overlap[IL_LEVELS];
    for (int k = 0; k < IL_LEVELS; k++) {
      const uint32_t m = 1u << k;
      const il_norm_case run = {trs[c], .3, phases, 2, m};
      size_t rows;
      il_norm *norms = il_norm_run(context, "no decay", &run, 1, &rows);
      gamma[k] = norms ? norms[rows - 1].gamma / gamma0 : (double)NAN;
      overlap[k] =
          norms ? il_norm_overlap(norms, (size_t)phases[0].time * m, rows - 1) : (double)NAN;
      free(norms);
    }
    char name[VF_TEXT_SIZE];
    const double rounding = 40.0 * times[c] * (1 << (IL_LEVELS - 1)) * IL_ULP;
    vf_text(name, "gamma/gamma_0, el=%g tr=%g, LR/10 and no WD for t=%g", els[c], trs[c], times[c]);
    vf_limit(context, name, gamma, IL_LEVELS, 1, grown, rounding * grown, 1e-6);
    vf_text(name, "overlap, same, el=%g", els[c]);
    vf_limit(context, name, overlap, IL_LEVELS, 1, pow(grown, -.25), rounding, 1e-6);
  }
}

static const vf_check table[] = {
    {"il5.norm-times", "il, Appendix E, (15)",
     "times of norm convergence with and without an early large LR", VF_QUICK, il_two_phases},
    {"il5.initial-norm", "il, Appendix E, (15)",
     "the time grows by 1/(2 K el) per factor e of |W_0|^2", VF_QUICK, il_initial_norm},
    {"il5.without-decay", "il, Section 5.3, gradient flow phase",
     "LR/10 without WD: gamma grows by 2 tr a step and the direction freezes", VF_QUICK,
     il_without_decay},
};

VF_ROW(il5, table, "times at which the norm of the SDE comes within 1+delta of its equilibrium",
       "gamma_0 = G_0/eta^2 as printed, a first phase that does not change the rate");

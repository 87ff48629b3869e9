/* Sections 5.3 and 6, Figure 1 and Table 1 of il: decay of the learning rate. Dividing eta by k
 * divides the effective LR by k at once. Then, gamma relaxing like e^(-4 el t), it climbs in a time
 * O(1/el) to its equilibrium, which depends on el = eta lam alone, not on the history: sqrt(el
 * (2-el)/tr), a factor sqrt(k) (1 + O(el)) below the old one (print, in its erratum: el^(-1/2) for
 * el^(1/2)). Five schedules with one end give one norm and one law of the weights. */
#include <math.h>
#include <stdlib.h>
#include "checks/il/regression.h"
#include "checks/il/table1.h"
#include "harness/limit.h"
#include "formats/memory.h"

typedef struct {
  double eta, lam, k, tr;
} il_decay_case;

static const il_decay_case il_decay_cases[] = {{.1, .5, 10.0, 2.0}, {.4, .025, 4.0, .81}};

static void il_decay_of(vf_context *context, const il_decay_case *one) {
  static const char *const columns[] = {"step", "effective_lr"};
  const double el = one->eta * one->lam, late = el / one->k;
  const il_phase phases[2] = {{one->eta, one->lam, ceil(12.0 / el)},
                              {one->eta / one->k, one->lam, ceil(12.0 / late)}};
  const il_norm_case run = {one->tr, .3, phases, 2, 1};
  const size_t t = (size_t)phases[0].time;
  char name[VF_TEXT_SIZE];
  size_t rows, falls = 0;
  vf_text(name, "eta=%g lam=%g tr=%g, eta/%g at t=%zu", one->eta, one->lam, one->tr, one->k, t);
  il_norm *norms = il_norm_run(context, name, &run, 1, &rows);
  if (norms) {
    double *series = vf_allocate(2 * rows, sizeof *series);
    const double tolerance = il_fixed_tolerance(late);
    vf_within_relative(context, name, norms[t].effective_lr / norms[t - 1].effective_lr,
                       1.0 / one->k, tolerance, il_fixed_basis);
    vf_within_relative(context, name, norms[t - 1].effective_lr, il_fixed_rate(el, one->tr),
                       tolerance, il_fixed_basis);
    vf_within_relative(context, name, norms[rows - 1].effective_lr, il_fixed_rate(late, one->tr),
                       tolerance, il_fixed_basis);
    for (size_t j = t + 1; j < rows; j++)
      falls += norms[j].effective_lr < norms[j - 1].effective_lr * (1.0 - 2.0 * tolerance);
    vf_within(context, name, (double)falls, 0.0, 0.0,
              "the effective LR never falls while it recovers");
    for (size_t j = 0; j < rows; j++)
      series[2 * j] = (double)j, series[2 * j + 1] = norms[j].effective_lr;
    vf_series(context, name, columns, 2, series, rows);
    free(series);
  }
  free(norms);
}

/* Section 5.3: dividing eta by k divides the effective LR by k at once. Then it climbs to its
 * equilibrium, which depends on el alone: sqrt(el (2-el)/tr), a factor sqrt(k) (1 + O(el)) below
 * the old one. */
static void il_decay(vf_context *context) {
  for (size_t k = 0; k < 2; k++) il_decay_of(context, il_decay_cases + k);
}

/* E16: el divided by 10 (by eta, by lam): the effective LR falls by sqrt(10) up to a factor
 * (1-el/2)^(1/2), printed el^(-1/2): it rises. */
static void il_erratum_equilibrium(vf_context *context) {
  static const double lates[2][2] = {{.01, .5}, {.1, .05}};
  for (int k = 0; k < 2; k++) {
    const il_phase phases[2] = {{.1, .5, 400.0}, {lates[k][0], lates[k][1], 4000.0}};
    const il_norm_case early = {2.0, .3, phases, 1, 1}, late = {2.0, .3, phases, 2, 1};
    const char *name = k ? "el .05 -> .005 by lam, tr=2" : "el .05 -> .005 by eta, tr=2";
    const double ratio = il_norm_end(context, name, &late).effective_lr /
                         il_norm_end(context, name, &early).effective_lr;
    const double right = vf_expected(context, "il4.final-rate-ratio.k-10");
    vf_erratum(context, name, ratio, right,
               vf_expected(context, "il4.final-rate-ratio.k-10.printed"), .05 / 3.0 * right,
               "finite el: a factor 1 + el/4");
  }
}

/* The effective LR a time c/el after eta and lam were divided by `rate` and `decay`, over the one
 * before, for el (after the decay) -> 0: el = 2^-first, 2^-first-1, ... */
typedef struct {
  double rate, decay, c;
  int first;
} il_recovery_case;

static double il_recovery_at(vf_context *context, const il_recovery_case *one, double el) {
  const double eta = .25, lam = el / eta, before = el * one->rate * one->decay;
  const il_phase phases[2] = {{eta * one->rate, lam * one->decay, ceil(12.0 / before)},
                              {eta, lam, one->c / el}};
  const il_norm_case early = {2.0, .3, phases, 1, 1}, late = {2.0, .3, phases, 2, 1};
  return il_norm_end(context, "recovery", &late).effective_lr /
         il_norm_end(context, "recovery", &early).effective_lr;
}

/* (10), (12): gamma relaxes like e^(-4 el t), so the recovery takes a time O(1/el), whatever el: at
 * t = c/el the effective LR depends on c alone, up to a power series in el. Section 6.2: LR/10 and
 * WD*10 leave el alone and make gamma 100 equilibria, so the rate is (1 + 99 e^(-4c))^(-1/2) of the
 * old and new one. */
static void il_recovery(vf_context *context) {
  static const il_recovery_case cases[] = {
      {10.0, 1.0, .5, 6}, {10.0, 1.0, 2.0, 6}, {4.0, 1.0, .5, 5}, {4.0, 1.0, 2.0, 5},
      {2.0, 1.0, .5, 5},  {2.0, 1.0, 2.0, 5},  {10.0, .1, 1.0, 5}};
  for (size_t k = 0; k < 7; k++) {
    const il_recovery_case *one = cases + k;
    const double expected =
        one->decay == 1.0
            ? vf_expected_of(context, "il4.rate-ratio.k-%g.el-t-%g", one->rate, one->c)
            : 1.0 / sqrt(1.0 + 99.0 * exp(-4.0 * one->c));
    double value[IL_LEVELS];
    char name[VF_TEXT_SIZE];
    vf_text(name, "eta/%g lam/%g, t=%g/el, el=2^-%d, ...", one->rate, one->decay, one->c,
            one->first);
    for (int i = 0; i < IL_LEVELS; i++)
      value[i] = il_recovery_at(context, one, ldexp(1.0, -one->first - i));
    vf_limit(context, name, value, IL_LEVELS, 1, expected,
             4.0 * il_fixed_tolerance(ldexp(1.0, -one->first - IL_LEVELS)), 1e-5);
  }
}

/* Steps until gamma is within a factor 1 + delta of its equilibrium, after eta was divided by k:
 * ln((k-1)/delta)/(4 el). */
static void il_recovery_steps(vf_context *context) {
  static const double ks[] = {2, 2, 4, 4}, els[] = {.01, .01, .002, .002},
                      deltas[] = {.1, .01, .1, .01};
  for (int c = 0; c < 4; c++) {
    char name[VF_TEXT_SIZE];
    vf_text(name, "steps until gamma is within %g, el=%g, eta/%g", deltas[c], els[c], ks[c]);
    (void)il_norm_time(
        context, name, .1, els[c] / .1, ks[c], deltas[c], 1,
        vf_expected_of(context, "il4.recovery-time.k-%g.el-%g.delta-%g", ks[c], els[c], deltas[c]));
  }
}

static void il_recovery_all(vf_context *context) {
  il_recovery(context);
  il_recovery_steps(context);
}

/* ---- the five schedules of Table 1 ---- */

static void il_five_norms_of(vf_context *context, double eta, double lam, double block) {
  const double el = eta * lam, tr = 2.0, fixed = sqrt(eta * tr / (lam * (2.0 - el))),
               tolerance = il_fixed_tolerance(el);
  double least = (double)INFINITY, most = 0.0, tuned[IL_SCHEDULES];
  char name[VF_TEXT_SIZE];
  for (int s = 0; s < IL_SCHEDULES; s++) {
    il_phase phases[IL_BLOCKS + 1];
    const il_norm_case run = {tr, .3, phases, IL_BLOCKS + 1, 1};
    size_t rows;
    il_table1_phases(s, eta, lam, block, phases);
    vf_text(name, "schedule %d, eta=%g lam=%g tr=2", s + 1, eta, lam);
    il_norm *norms = il_norm_run(context, name, &run, (uint64_t)block, &rows);
    if (!norms) return;
    least = fmin(least, norms[5].norm2), most = fmax(most, norms[5].norm2);
    tuned[s] = norms[11].norm2;
    vf_within_relative(context, name, norms[10].norm2, fixed, tolerance, il_fixed_basis);
    free(norms);
  }
  vf_at_least(context, "largest over smallest |W|^2 at epoch 500", most / least, 2.0,
              "the histories must differ");
  for (int s = 0; s < IL_SCHEDULES; s++)
    vf_within_relative(context, "|W|^2 after fine-tuning over that of schedule 2",
                       tuned[s] / tuned[1], 1.0, 2.0 * tolerance + 40.0 * block * IL_ULP,
                       "both fixed points, and 40 roundings a step");
}

/* Figure 1, Table 1: different histories until epoch 500, the same eta and lam until 1000: the same
 * norm, and it stays the same through fine-tuning without WD. 100 epochs are 8/el steps, as 391
 * steps an epoch make it in the paper. */
static void il_five_norms(vf_context *context) {
  il_five_norms_of(context, .4, .05, 400.0);
  il_five_norms_of(context, .05, .25, 640.0);
}

/* Table 1 with its own eta = .4 and lam = .0005: the norm at epoch 500, and 510 epochs later if
 * nothing is changed at 1000; limit of 1, 2, ... substeps. 40 roundings a step, and the steps of
 * the finest run. */
static void il_table1_norms(vf_context *context, int per_epoch, double tr, int levels) {
  for (int s = 0; s < IL_SCHEDULES; s++) {
    double value[2][IL_LEVELS];
    il_phase phases[IL_BLOCKS + 1];
    il_table1_phases(s, .4, .0005, 100.0 * per_epoch, phases);
    phases[IL_BLOCKS - 1].time = 510.0 * per_epoch;
    for (int k = 0; k < levels; k++) {
      const il_norm_case run = {tr, 1.0, phases, IL_BLOCKS, 1u << k};
      size_t rows;
      il_norm *norms = il_norm_run(context, "table 1", &run, 10u * (uint64_t)per_epoch << k, &rows);
      for (int e = 0; e < 2; e++) value[e][k] = norms ? norms[e ? 101 : 50].norm2 : (double)NAN;
      free(norms);
    }
    for (int e = 0; e < 2; e++) {
      char name[VF_TEXT_SIZE];
      vf_text(name, "schedule %d, eta=0.4 lam=0.0005 tr=%g, %d steps an epoch, epoch %d", s + 1, tr,
              per_epoch, e ? 1010 : 500);
      const double expected =
          vf_expected_of(context, "il4.table1.norm2.schedule-%d.steps-per-epoch-%d.tr-%g.epoch-%d",
                         s + 1, per_epoch, tr, e ? 1010 : 500);
      vf_limit(context, name, value[e], levels, 1, expected,
               40.0 * IL_ULP * expected *
                   fmin(1010.0 * per_epoch * (1 << levels), 1.0 / (4.0 * .0002) * (1 << levels)),
               1e-6 * expected);
    }
  }
}

static void il_table1_twenty(vf_context *context) { il_table1_norms(context, 20, 1.0, 4); }

static void il_table1_whole(vf_context *context) {
  il_table1_norms(context, 20, .3, 4);
  il_table1_norms(context, 390, 1.0, 3);
}

/* The same for the weights of a regression. */
static void il_five_laws_of_sgd(vf_context *context) {
  const sid_dynamics sgd = il_dynamics(SID_SGD, 0, 1);
  il_five_laws(context, &sgd, .4, .05, 400.0);
  il_five_laws(context, &sgd, .05, .25, 640.0);
}

/* The equilibrium depends on el alone: constant eta and lam with el = .02, from the same starts,
 * with the same samples. By X7 the weights are compared in units of sqrt(eta). */
static void il_same_product(vf_context *context) {
  static const double etas[] = {.4, .05, .3}, lams[] = {.05, .4, .0666666666666666667};
  const sid_dynamics sgd = il_dynamics(SID_SGD, 0, 1);
  double *first = il_five_states(context, &sgd, 1, etas[0], lams[0], 400.0);
  for (int k = 1; first && k < 3; k++) {
    double *other = il_five_states(context, &sgd, 1, etas[k], lams[k], 400.0);
    char name[VF_TEXT_SIZE];
    vf_text(name, "eta=0.4 lam=0.05 and eta=%g lam=%g, 64 runs", etas[k], lams[k]);
    for (size_t r = 0; other && r < 11; r += 10) {
      const double gap = il_largest_gap(first, other, sqrt(etas[0] / etas[k]), r);
      if (r == 0)
        vf_at_least(context, name, gap, .1, "the starts must differ");
      else
        vf_within(context, name, gap, 0.0, il_regression_step * .25 / .02,
                  "5 p + 2 n + 20 roundings of 2^-53 a step, damped by 4 el");
    }
    free(other);
  }
  free(first);
}

static const vf_check table[] = {
    {"il4.step-decay", "il, Section 5.3, \"Sudden increase of test error\"",
     "eta/k divides the effective LR by k at once; then it climbs to the equilibrium of the new el",
     VF_QUICK, il_decay},
    {"errata.il4-equilibrium-value", "il, Section 5.3, \"Sudden increase of test error\"",
     "the effective LR equilibrates to a multiple of el^(1/2)", VF_QUICK, il_erratum_equilibrium},
    {"il4.recovery-time", "il, (10), (12), Sections 5.3, 6.2, F.2",
     "recovery takes O(1/el): e^(-4 el t)", VF_QUICK, il_recovery_all},
    {"il4.five-schedules", "il, Figure 1, Table 1", "five histories, one norm", VF_QUICK,
     il_five_norms},
    {"il4.table1", "il, Figure 1, Table 1",
     "norms under the five schedules of Table 1, 20 steps an epoch", VF_QUICK, il_table1_twenty},
    {"il4.table1-whole", "il, Figure 1, Table 1",
     "the same with 390 steps an epoch, and with another noise", VF_FULL, il_table1_whole},
    {"il4.five-schedules-regression", "il, Figure 1, Table 1",
     "five histories, one law of the weights, with a loss, and after fine-tuning", VF_QUICK,
     il_five_laws_of_sgd},
    {"il4.intrinsic-lr", "il, Observation 1.1, Section 6.1",
     "the equilibrium depends on eta lam alone", VF_QUICK, il_same_product},
};

VF_ROW(il4, table,
       "norms and effective rates of five schedules with one end, noise-free and by ensembles",
       "an equilibrium that depends on the history, a decay of the rate that rescales the weights");

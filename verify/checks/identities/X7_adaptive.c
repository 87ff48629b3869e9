/* X7 for dynamics with memory, il, Appendix C and Theorem C.2: changes of units that leave a
 * trajectory what it is, bit for bit where the factors are powers of two.
 *
 * - momentum: w -> c w, v -> v/c, eta -> c^2 eta, lam -> lam/c^2; c = 1/sqrt(eta) takes eta out
 *
 * - AdamW: W_0 -> C W_0, alpha -> C alpha with eps = 0, or with eps -> eps/C
 *
 * - Adam with L2: the same and lam -> lam/C^2
 *
 * with the errata of the proof of Theorem C.2, and the steps of Algorithm 1 themselves. */
#include <math.h>
#include <string.h>
#include "harness/algebra.h"
#include "harness/observe.h"
#include "checks/identities/exact.h"
#include "checks/il/il.h"

/* Two histories: {x, lr, wd, dynamics} and its twin, whose x is `c` times as large. */
typedef struct {
  const char *name;
  double c, lr[2], wd[2];
  sid_dynamics dynamics[2];
} exact_twin_case;

enum { EXACT_TWIN_STEPS = 48, EXACT_TWIN_STATE = 3 * EXACT_DIM + 2 };

/* States after each step, weights divided by c, first moments (momentum's v, Adam's m) multiplied
 * by it, second by c^2. Momentum starts with a velocity. 0 if a step fails. */
static int exact_history(const sid_problem *problem, const exact_twin_case *one, int twin,
                         double *out) {
  const sid_dynamics *dynamics = &one->dynamics[twin];
  const size_t p = problem->dim, total = sid_state_doubles(problem, dynamics);
  const double c = twin ? one->c : 1.0;
  double state[EXACT_TWIN_STATE], work[IL_WORK];
  sid_stream stream = vf_stream(4001, SID_KEY_NOISE, 13);
  for (size_t j = 0; j < p; j++) state[j] = c * exact_point[j];
  sid_state_begin(problem, dynamics, one->lr[twin], state);
  for (size_t j = 0; dynamics->kind == SID_MOMENTUM && j < p; j++)
    state[p + j] = exact_direction[j] / c;
  for (int t = 0; t < EXACT_TWIN_STEPS; t++) {
    if (sid_step(problem, dynamics, one->lr[twin], one->wd[twin], state, &stream, work)) return 0;
    for (size_t j = 0; j < total; j++)
      *out++ = state[j] * (j < p ? 1.0 / c : j < 2 * p ? c : j < 3 * p ? c * c : 1.0);
  }
  return 1;
}

static void exact_twins(vf_context *context, const exact_twin_case *one) {
  static double plain[EXACT_TWIN_STEPS * EXACT_TWIN_STATE],
      scaled[EXACT_TWIN_STEPS * EXACT_TWIN_STATE];
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    const sid_problem *problem = &subjects[s].problem;
    char name[VF_TEXT_SIZE];
    vf_text(name, "%s, %s", one->name, subjects[s].name);
    if (exact_history(problem, one, 0, plain) && exact_history(problem, one, 1, scaled))
      vf_same_bits(context, name, scaled, plain,
                   EXACT_TWIN_STEPS * sid_state_doubles(problem, &one->dynamics[0]));
    else
      vf_error(context, name, "a step failed");
  }
}

/* Appendix C.1: w -> c w, v -> v/c, eta -> c^2 eta, lam -> lam/c^2; with c = 1/sqrt(eta) this is w'
 * = w/sqrt(eta), v' = sqrt(eta) v, which takes eta out. Powers of two: bit for bit. */
static void exact_momentum_twins(vf_context *context) {
  static const struct {
    const char *name;
    double c, lr, wd, beta;
  } cases[] = {{"c=2 eta=0.05 lam=0.3 beta=0.9", 2.0, .05, .3, .9},
               {"c=1/4 eta=0.4 lam=0.03 beta=0.5", .25, .4, .03, .5},
               {"c=1/sqrt(eta), eta=1/64 lam=0.8 beta=0.8", 8.0, .015625, .8, .8}};
  for (int k = 0; k < 3; k++) {
    const double c2 = cases[k].c * cases[k].c;
    const sid_dynamics momentum = il_momentum(cases[k].beta);
    const exact_twin_case one = {cases[k].name,
                                 cases[k].c,
                                 {cases[k].lr, cases[k].lr * c2},
                                 {cases[k].wd, cases[k].wd / c2},
                                 {momentum, momentum}};
    exact_twins(context, &one);
  }
}

static sid_dynamics exact_adam(int32_t kind, double alpha, double beta, double beta2, double eps) {
  const sid_dynamics dynamics = {
      .kind = kind, .batch = 1, .beta = beta, .beta2 = beta2, .alpha = alpha, .eps = eps};
  return dynamics;
}

/* Theorem C.2: W_0 -> C W_0, alpha -> C alpha with eps = 0, or with eps -> eps/C. AdamW keeps its
 * lam; Adam with L2 needs lam/C^2. Powers of two: bit for bit. */
static void exact_adam_twins(vf_context *context, int32_t kind) {
  static const struct {
    const char *name;
    double c, lr, wd, alpha, beta, beta2, eps;
  } cases[] = {{"C=2 eta=1 lam=0.01 alpha=0.02 eps=0", 2.0, 1.0, .01, .02, .9, .999, 0.0},
               {"C=1/8 eta=0.5 lam=0.02 alpha=0.003 eps=0", .125, .5, .02, .003, .8, .99, 0.0},
               {"C=4 eta=0.7 lam=0.1 alpha=0.01 eps=0.001", 4.0, .7, .1, .01, .9, .95, .001}};
  for (int k = 0; k < 3; k++) {
    const double c = cases[k].c;
    const exact_twin_case one = {
        cases[k].name,
        c,
        {cases[k].lr, cases[k].lr},
        {cases[k].wd, kind == SID_ADAM_L2 ? cases[k].wd / (c * c) : cases[k].wd},
        {exact_adam(kind, cases[k].alpha, cases[k].beta, cases[k].beta2, cases[k].eps),
         exact_adam(kind, c * cases[k].alpha, cases[k].beta, cases[k].beta2, cases[k].eps / c)}};
    exact_twins(context, &one);
  }
}

static void exact_adamw_twins(vf_context *context) { exact_adam_twins(context, SID_ADAMW); }

static void exact_adam_l2_twins(vf_context *context) { exact_adam_twins(context, SID_ADAM_L2); }

enum { EXACT_ADAM_STEPS = 30 };

/* Moments of Algorithm 1 as weighted means of all gradients so far: (1-beta) sum_s beta^(t-s)
 * g_s/(1 - beta^t). */
static double exact_adam_moment(double g[EXACT_ADAM_STEPS][3], int t, int j, double beta,
                                int power) {
  double sum = 0.0;
  for (int s = 0; s <= t; s++) sum += pow(beta, t - s) * (power == 2 ? g[s][j] * g[s][j] : g[s][j]);
  return (1.0 - beta) * sum / (1.0 - pow(beta, t + 1));
}

/* Algorithm 1, lines 6 to 12: the step of every t against the moments written out as weighted means
 * of the gradients drawn from a copy of the stream. In units of alpha the direction is below
 * 1/sqrt(1-beta2) and |x| is |x|/(lr alpha); 10 t + 60 roundings of those. */
static void exact_adam_steps_of(vf_context *context, int32_t kind, double alpha, double beta,
                                double beta2, double eps) {
  const sid_problem problem = {.kind = SID_RAYLEIGH,
                               .noise = SID_NOISE_GAUSSIAN,
                               .dim = 3,
                               .sigma = .3,
                               .matrix = exact_matrix};
  const sid_dynamics adam = exact_adam(kind, alpha, beta, beta2, eps);
  const double lr = .5, wd = .1;
  double x[11] = {.7, -.4, 1.1}, g[EXACT_ADAM_STEPS][3], worst = 0.0, work[IL_WORK];
  sid_stream stream = vf_stream(4001, SID_KEY_NOISE, 17);
  char name[VF_TEXT_SIZE];
  sid_state_begin(&problem, &adam, lr, x);
  for (int t = 0; t < EXACT_ADAM_STEPS; t++) {
    double before[3];
    sid_stream copy = stream;
    memcpy(before, x, sizeof before);
    sid_problem_noisy_gradient(&problem, x, 1, &copy, g[t], work);
    for (int j = 0; j < 3; j++) g[t][j] += kind == SID_ADAM_L2 ? wd * before[j] : 0.0;
    if (sid_step(&problem, &adam, lr, wd, x, &stream, work)) vf_error(context, "step", "it failed");
    for (int j = 0; j < 3; j++) {
      const double move = alpha * exact_adam_moment(g, t, j, beta, 1) /
                          (sqrt(exact_adam_moment(g, t, j, beta2, 2)) + eps);
      const double expected = before[j] - lr * (move + (kind == SID_ADAMW ? wd * before[j] : 0.0));
      vf_raise(&worst, fabs(x[j] - expected));
    }
  }
  vf_text(name, "%s alpha=%g beta=%g beta2=%g eps=%g, 30 steps",
          kind == SID_ADAMW ? "adamw" : "adam_l2", alpha, beta, beta2, eps);
  vf_within(context, name, worst, 0.0,
            (10.0 * EXACT_ADAM_STEPS + 60.0) * EXACT_ULP * (lr * alpha / sqrt(1.0 - beta2) + 2.0),
            "10 t + 60 roundings of |x| below 2 and of steps below lr alpha/sqrt(1-beta2)");
}

static void exact_adam_steps(vf_context *context) {
  exact_adam_steps_of(context, SID_ADAMW, .05, .9, .99, 0.0);
  exact_adam_steps_of(context, SID_ADAMW, .1, .5, .9, .01);
  exact_adam_steps_of(context, SID_ADAM_L2, .05, .9, .99, 0.0);
  exact_adam_steps_of(context, SID_ADAM_L2, .1, .5, .9, .01);
}

/* Step of x_0 in the t-th step of AdamW without WD and eps on the toy, from c times a point with c
 * alpha. */
static double exact_adamw_move(vf_context *context, double c, int t) {
  const sid_problem toy = {.kind = SID_RATIO2, .dim = 2};
  const sid_dynamics adamw = exact_adam(SID_ADAMW, c * .01, .9, .999, 0.0);
  double x[8] = {c * .3, c * .7}, before = 0.0, work[IL_WORK];
  sid_state_begin(&toy, &adamw, 1.0, x);
  for (int k = 0; k < t; k++) {
    before = x[0];
    if (sid_step(&toy, &adamw, 1.0, 0.0, x, NULL, work)) vf_error(context, "step", "it failed");
  }
  return before - x[0];
}

/* E21: alpha' m'/sqrt(v') is C times alpha m/sqrt(v); printed the same. C a power of two: exact. */
static void exact_erratum_adamw_scale(vf_context *context) {
  static const double factors[] = {2.0, 16.0};
  for (int k = 0; k < 2; k++) {
    char name[VF_TEXT_SIZE];
    const int t = k ? 20 : 1;
    vf_text(name, "C=%g, step %d of AdamW on the toy", factors[k], t);
    vf_erratum(context, name,
               exact_adamw_move(context, factors[k], t) / exact_adamw_move(context, 1.0, t),
               factors[k], 1.0, 0.0, "powers of two: exact");
  }
}

/* E22: the decay of one step of AdamW with alpha = 0 is 1 - eta lam; printed 1 - eta. */
static void exact_erratum_adamw_decay(vf_context *context) {
  static const double etas[] = {1.0, .5}, lams[] = {.1, .3};
  const sid_problem toy = {.kind = SID_RATIO2, .dim = 2};
  const sid_dynamics adamw = exact_adam(SID_ADAMW, 0.0, .9, .999, 1e-8);
  for (int k = 0; k < 2; k++) {
    double x[8] = {.3, .7}, work[IL_WORK];
    char name[VF_TEXT_SIZE];
    sid_state_begin(&toy, &adamw, etas[k], x);
    if (sid_step(&toy, &adamw, etas[k], lams[k], x, NULL, work))
      vf_error(context, "step", "it failed");
    vf_text(name, "eta=%g lam=%g alpha=0", etas[k], lams[k]);
    vf_erratum(context, name, x[1] / .7, 1.0 - etas[k] * lams[k], 1.0 - etas[k], 4.0 * EXACT_ULP,
               "4 roundings");
  }
}

static const vf_check table[] = {
    {"X7.momentum", "il, Appendix C.1",
     "c w, v/c, c^2 eta, lam/c^2, and eta taken out: bit for bit", VF_QUICK, exact_momentum_twins},
    {"X7.adamw", "il, Theorem C.2", "C w_0, C alpha, eps/C: bit for bit", VF_QUICK,
     exact_adamw_twins},
    {"X7.adam-l2", "il, Appendix C.2", "C w_0, C alpha, eps/C, lam/C^2: bit for bit", VF_QUICK,
     exact_adam_l2_twins},
    {"X7.adam-steps", "il, Algorithm 1",
     "Adam's steps from its gradients written out as weighted means", VF_QUICK, exact_adam_steps},
    {"errata.x7-adamw-proof-scale", "il, Appendix C.2, proof of Theorem C.2",
     "the step scales with C", VF_QUICK, exact_erratum_adamw_scale},
    {"errata.x7-adamw-proof-decay", "il, Appendix C.2, proof of Theorem C.2",
     "the decay is eta lam th", VF_QUICK, exact_erratum_adamw_decay},
};

VF_ROW(X7_adaptive, table,
       "pairs of runs in two systems of units, and steps written out from their gradients",
       "eps, momentum or second moments that are kept in other units; a bias correction that is "
       "missing");

/* Appendix C.1 of il: momentum, w+ - w = beta (w - w-) - eta (g + lam w). Where gradients change
 * slowly it acts as SGD with the rate eta/(1-beta) (print: eta lam/(1-gamma)). Under noise of fixed
 * length s its stationary norm obeys (2 - el/(1+beta)) (1-beta) lam E G = eta s^2 E 1/G. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "harness/algebra.h"
#include "checks/il/il.h"
#include "harness/limit.h"

static const double il_matrix[9] = {2, .5, -.25, .5, 1, .75, -.25, .75, 3};

/* Appendix C.1, second display: w_(t+1) - w_t = beta (w_t - w_(t-1)) - eta (g_t + lam w_t), g_t the
 * stochastic gradient at w_t: here from a copy of the stream. Numbers below 2, 20 roundings and
 * those of the gradient. */
static void il_two_step_form(vf_context *context) {
  static const double scale[3] = {.3, .1, .2};
  const sid_problem problem = {.kind = SID_RAYLEIGH,
                               .noise = SID_NOISE_GAUSSIAN,
                               .dim = 3,
                               .matrix = il_matrix,
                               .scale = scale};
  static const double betas[] = {.9, .5}, etas[] = {.05, .2}, lams[] = {.4, .05};
  for (int k = 0; k < 2; k++) {
    const sid_dynamics momentum = il_momentum(betas[k]);
    double x[6] = {.7, -.4, 1.1}, before[3] = {.7, -.4, 1.1}, g[3], worst = 0.0, work[IL_WORK];
    sid_stream stream = vf_stream(4001, SID_KEY_NOISE, 7);
    char name[VF_TEXT_SIZE];
    sid_state_begin(&problem, &momentum, etas[k], x);
    for (int t = 0; t < 50; t++) {
      double now[3];
      sid_stream copy = stream;
      memcpy(now, x, sizeof now);
      sid_problem_noisy_gradient(&problem, x, 1, &copy, g, work);
      if (sid_step(&problem, &momentum, etas[k], lams[k], x, &stream, work))
        vf_error(context, "step", "it failed");
      for (int j = 0; j < 3; j++) {
        const double expected =
            betas[k] * (now[j] - before[j]) - etas[k] * (g[j] + lams[k] * now[j]);
        vf_raise(&worst, fabs(x[j] - now[j] - expected));
      }
      memcpy(before, now, sizeof before);
    }
    vf_text(name, "beta=%g eta=%g lam=%g, rayleigh p=3, 50 steps", betas[k], etas[k], lams[k]);
    vf_within(context, name, worst, 0.0, 20.0 * 2.0 * IL_ULP / (1.0 - betas[k]),
              "20 roundings of numbers below 2, and the memory of them");
  }
}

/* L = -x_0 - 2 x_1: the gradient is constant. */
static const double il_slope_a[2] = {0.0, 0.0}, il_slope_b[2] = {1.0, 2.0};
static const sid_problem il_slope = {.kind = SID_QUADRATIC_SAMPLES,
                                     .noise = SID_NOISE_NONE,
                                     .dim = 2,
                                     .samples = 1,
                                     .a = il_slope_a,
                                     .b = il_slope_b};

/* E18: the LR with which momentum acts, by the late steps under a constant gradient 1:
 * eta/(1-beta). Printed eta lam/(1-gamma), at lam = .5 and .1; a WD would spoil the constant
 * gradient, so none is applied. The start is forgotten like beta^t. A step is a difference of
 * numbers below 1000. */
static void il_erratum_momentum_steps(vf_context *context) {
  static const double betas[] = {.9, .5}, etas[] = {.1, .02};
  for (int k = 0; k < 2; k++) {
    const sid_dynamics momentum = il_momentum(betas[k]);
    double x[4] = {0.0, 0.0}, before = 0.0, work[IL_WORK];
    char name[VF_TEXT_SIZE], key[VF_TEXT_SIZE];
    sid_state_begin(&il_slope, &momentum, etas[k], x);
    for (int t = 0; t < 400; t++) {
      before = x[0];
      if (sid_step(&il_slope, &momentum, etas[k], 0.0, x, NULL, work))
        vf_error(context, "step", "it failed");
    }
    vf_text(name, "beta=%g eta=%g, gradient 1", betas[k], etas[k]);
    vf_text(key, "il7.constant-step.eta-%g.beta-%g", etas[k], betas[k]);
    vf_erratum(context, name, x[0] - before, vf_expected(context, key),
               vf_expected_of(context, "%s.printed", key), 1000.0 * IL_ULP * 4.0 + 1e-15,
               "4 roundings of numbers below 1000, and beta^400");
  }
}

/* The same by the decay of x along L = x^2/2 with WD: per step LR (1 + lam) at a rate so small that
 * the gradient hardly changes over the memory 1/(1-beta): the next order is eta (1+lam)/(1-beta)^2
 * of it. */
static void il_erratum_momentum_decay(vf_context *context) {
  static const double one[1] = {1.0}, betas[] = {.9, .8}, lams[] = {.5, 3.0};
  const sid_problem problem = {.kind = SID_QUADRATIC_NOISY, .dim = 1, .spectrum = one};
  const double eta = 1e-5;
  for (int k = 0; k < 2; k++) {
    const sid_dynamics momentum = il_momentum(betas[k]);
    const double rate = 1.0 + lams[k], right = eta / (1.0 - betas[k]);
    double x[2] = {1.0, 0.0}, middle = 1.0, work[IL_WORK];
    char name[VF_TEXT_SIZE];
    sid_state_begin(&problem, &momentum, eta, x);
    for (int t = 0; t < 2000; t++) {
      if (t == 1000) middle = x[0];
      if (sid_step(&problem, &momentum, eta, lams[k], x, NULL, work))
        vf_error(context, "step", "it failed");
    }
    vf_text(name, "beta=%g eta=1e-05 lam=%g, decay along x^2/2", betas[k], lams[k]);
    vf_erratum(context, name, log(middle / x[0]) / (1000.0 * rate), right, right * lams[k],
               right * eta * rate / ((1.0 - betas[k]) * (1.0 - betas[k])) * 1.5,
               "eta (1+lam)/(1-beta)^2, 1.5 times");
  }
}

static void il_erratum_momentum(vf_context *context) {
  il_erratum_momentum_steps(context);
  il_erratum_momentum_decay(context);
}

/* All steps under a constant gradient: x_t = (eta/(1-beta)) (t - beta (1 - beta^t)/(1-beta)). */
static void il_constant_gradient(vf_context *context) {
  static const double betas[] = {.9, .5}, etas[] = {.1, .02};
  for (int k = 0; k < 2; k++) {
    const sid_dynamics momentum = il_momentum(betas[k]);
    double x[4] = {0.0, 0.0}, work[IL_WORK];
    sid_state_begin(&il_slope, &momentum, etas[k], x);
    for (int t = 1; t <= 100; t++) {
      char key[VF_TEXT_SIZE];
      if (sid_step(&il_slope, &momentum, etas[k], 0.0, x, NULL, work))
        vf_error(context, "step", "it failed");
      if (t != 1 && t != 10 && t != 100) continue;
      vf_text(key, "il7.position.eta-%g.beta-%g.steps-%d", etas[k], betas[k], t);
      const double path = -vf_expected(context, key),
                   rounding = 4.0 * t * IL_ULP * path / (1.0 - betas[k]);
      vf_within(context, key, x[0], path, rounding, "4 roundings a step, and the memory of them");
      vf_within(context, key, x[1], 2.0 * path, 2.0 * rounding, "twice the gradient: the same");
    }
  }
}

/* L = h x^2/2 from x = 1: the states after 10 and 100 steps, and the decay per step and curvature
 * once the fast mode has died out, which tends to eta/(1-beta) as h -> 0. By WD instead of the
 * curvature it is the same. */
static void il_quadratic_of(vf_context *context, double eta, double beta, double h, int by_decay) {
  const double spectrum[1] = {by_decay ? 0.0 : h};
  const sid_problem problem = {.kind = SID_QUADRATIC_NOISY, .dim = 1, .spectrum = spectrum};
  const sid_dynamics momentum = il_momentum(beta);
  double x[2] = {1.0, 0.0}, middle = 1.0, work[IL_WORK];
  char place[VF_TEXT_SIZE], name[VF_TEXT_SIZE];
  vf_text(place, "eta-%g.beta-%g.h-%g", eta, beta, h);
  sid_state_begin(&problem, &momentum, eta, x);
  for (int t = 1; t <= 600; t++) {
    if (sid_step(&problem, &momentum, eta, by_decay ? h : 0.0, x, NULL, work))
      vf_error(context, "step", "it failed");
    if (t == 500) middle = x[0];
    if (t != 10 && t != 100) continue;
    vf_text(name, "x after %d steps, %s, %s", t, place, by_decay ? "by WD" : "by curvature");
    vf_within(context, name, x[0], vf_expected_of(context, "il7.x.%s.steps-%d", place, t),
              6.0 * t * IL_ULP / (1.0 - beta),
              "6 roundings a step of numbers below 1, and the memory of them");
  }
  vf_text(name, "decay per step, %s, %s", place, by_decay ? "by WD" : "by curvature");
  vf_within(context, name, log(middle / x[0]) / 100.0 / h,
            vf_expected_of(context, "il7.slow-rate-over-h.%s", place),
            6.0 * 600.0 * IL_ULP / (1.0 - beta) / 100.0 / h + 1e-12 / h,
            "roundings of 600 steps; the fast mode after 500 of them is below 1e-12");
}

static void il_quadratic(vf_context *context) {
  for (int by_decay = 0; by_decay < 2; by_decay++) {
    il_quadratic_of(context, .01, .5, .01, by_decay);
    il_quadratic_of(context, .01, .5, .1, by_decay);
    il_quadratic_of(context, .01, .9, .01, by_decay);
    il_quadratic_of(context, .01, .9, .1, by_decay);
    il_quadratic_of(context, .1, .5, .1, by_decay);
    il_quadratic_of(context, .1, .9, .01, by_decay);
  }
}

typedef struct {
  double beta, lam, time;
  const char *name;
} il_flow_case;

/* State of momentum gd with rate eta (1-beta) after `time`/eta steps. */
static void il_momentum_state(vf_context *context, const sid_problem *problem,
                              const il_flow_case *one, int steps, double x[6]) {
  const sid_dynamics momentum = il_momentum(one->beta);
  const double lr = one->time / steps * (1.0 - one->beta);
  double work[IL_WORK];
  x[0] = .7, x[1] = -.4, x[2] = 1.1;
  sid_state_begin(problem, &momentum, lr, x);
  for (int t = 0; t < steps; t++)
    if (sid_step(problem, &momentum, lr, one->lam, x, NULL, work))
      vf_error(context, one->name, "a step failed");
}

/* Where the gradient changes slowly, that is eta -> 0 at fixed eta t, momentum with rate eta
 * (1-beta) follows the flow of SGD with rate eta: x' = -(grad L + lam x), by Runge and Kutta. The
 * error of x_(T/eta) is a power series in eta once beta^t has died out (128 steps). */
static void il_slow_gradient(vf_context *context) {
  static const il_flow_case cases[] = {{.75, .3, 2.0, "beta=0.75 lam=0.3 T=2"},
                                       {.5, 0.0, 4.0, "beta=0.5 lam=0 T=4"}};
  const sid_problem problem = {.kind = SID_RAYLEIGH, .dim = 3, .matrix = il_matrix};
  for (int c = 0; c < 2; c++) {
    const il_flow_case *one = cases + c;
    const sid_flow flow = {.kind = SID_FLOW_GRADIENT, .problem = &problem, .wd = one->lam};
    double end[3] = {.7, -.4, 1.1}, error, work[IL_WORK], states[IL_LEVELS][6];
    if (sid_flow_run(&flow, one->time / 4096.0, 4096, end, &error, work))
      vf_error(context, one->name, "flow failed");
    for (int k = 0; k < IL_LEVELS; k++)
      il_momentum_state(context, &problem, one, 128 << k, states[k]);
    for (int j = 0; j < 3; j++) {
      double value[IL_LEVELS];
      char name[VF_TEXT_SIZE];
      for (int k = 0; k < IL_LEVELS; k++) value[k] = states[k][j];
      vf_text(name, "coordinate %d, rayleigh p=3, %s", j, one->name);
      vf_limit(context, name, value, IL_LEVELS, 1, end[j], error + 20.0 * 128 * 32 * IL_ULP, 1e-7);
    }
  }
}

typedef struct {
  double beta, eta, lam, sigma;
  uint32_t p; /* at most 6 */
} il_balance_case;

/* Norm of momentum under noise of fixed length s, no loss. With R = |x|^2, C = <x, v>, V = |v|^2 in
 * the mean of the stationary law: from <x, g> = 0 and E<v, g> = 0, (2 - el/(1+beta)) (1-beta) lam E
 * R = eta s^2 E 1/R, exactly. To leading order in el/(1-beta) this is the balance of SGD with LR
 * eta/(1-beta), 2 lam E R = eta/(1-beta) s^2 E 1/R. Effect: el for el/(1+beta), which also sees a
 * lost 1-beta. */
static void il_momentum_balance_of(vf_context *context, const il_balance_case *one) {
  enum { COUNT = 64, STEPS = 6000 };
  static const int32_t observable[] = {SID_NORM2};
  const double el = one->eta * one->lam, x[6] = {.6, 0.0, .8}, s2 = one->sigma * one->sigma;
  const sid_segment segment = {0, one->eta, one->lam, 1.0};
  double left[COUNT], factor = (2.0 - el / (1.0 + one->beta)) * (1.0 - one->beta) * one->lam,
                      right = 0.0;
  char name[VF_TEXT_SIZE];
  sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY,
                  .noise = SID_NOISE_SPHERE,
                  .dim = one->p,
                  .sigma = one->sigma},
      .dynamics = il_momentum(one->beta),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 67,
      .steps = STEPS,
      .observable_count = 1,
      .observables = observable};
  size_t rows, first = 500;
  vf_text(name, "beta=%g eta=%g lam=%g s=%g p=%u, 64 runs", one->beta, one->eta, one->lam,
          one->sigma, (unsigned)one->p);
  double *values = il_rows(context, name, &experiment, COUNT, 1, &rows);
  for (size_t i = 0; values && i < COUNT; i++) {
    double r = 0.0, inverse = 0.0;
    for (size_t k = first; k < rows; k++)
      r += values[i * rows + k], inverse += 1.0 / values[i * rows + k];
    left[i] = (factor * r - one->eta * s2 * inverse) / (double)(rows - first);
    right += one->eta * s2 * inverse / (double)(rows - first) / COUNT;
  }
  if (values) {
    const vf_moments moments = vf_moments_of(left, COUNT);
    vf_monte_carlo(context, name, moments.mean / right, moments.standard_error / right, 0.0,
                   el * one->beta / (1.0 + one->beta) / 2.0, "effect: el for el/(1+beta)");
  }
  free(values);
}

static void il_momentum_balance(vf_context *context) {
  static const il_balance_case cases[] = {{.5, .2, 1.0, 1.0, 3}, {.6, .4, .75, .7, 6}};
  for (int k = 0; k < 2; k++) il_momentum_balance_of(context, cases + k);
}

static const vf_check table[] = {
    {"il7.two-step-form", "il, Appendix C.1",
     "momentum is w+ - w = beta (w - w-) - eta (g + lam w)", VF_QUICK, il_two_step_form},
    {"il7.constant-gradient", "il, Appendix C.1",
     "steps under a constant gradient grow to LR eta/(1-beta)", VF_QUICK, il_constant_gradient},
    {"il7.quadratic", "il, Appendix C.1", "states and decay rates of momentum on a quadratic",
     VF_QUICK, il_quadratic},
    {"il7.slow-gradient", "il, Appendix C.1",
     "momentum with rate eta (1-beta) follows the flow of rate eta", VF_QUICK, il_slow_gradient},
    {"il7.norm-balance", "il, Appendix C.1",
     "stationary norm: (2 - el/(1+beta)) (1-beta) lam E R = eta s^2 E 1/R, LR eta/(1-beta)",
     VF_QUICK, il_momentum_balance},
    {"errata.il7-momentum-lr", "il, Appendix C.1", "the LR of momentum is eta/(1-beta)", VF_QUICK,
     il_erratum_momentum},
};

VF_ROW(il7, table,
       "momentum's states on quadratics, under constant gradients and under noise of fixed length",
       "decay outside of the gradient, a rate eta/(1-beta)^2, velocity updated after the weights");

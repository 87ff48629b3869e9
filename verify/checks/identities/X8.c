/* Row X8, weight decay is an exponential learning rate: SGD+WD has the directions of SGD without WD
 * at the rates eta (1-el)^-(2t+1), and the flows U = e^(-el t) W. il Appendix B, Connection to Exp
 * LR schedule (printed with the exponent -2t) and Lemma B.4. */
#include <math.h>
#include "harness/algebra.h"
#include "checks/identities/ratio2.h"
#include "harness/limit.h"

/* States of a run: p numbers for every step. */
static int exact_states(vf_context *context, const exact_subject *subject, int32_t kind,
                        sid_schedule schedule, uint64_t steps, double *rows) {
  const sid_problem *problem = &subject->problem;
  const exact_run run = {.problem = problem,
                         .dynamics =
                             exact_dynamics(kind, problem->noise == SID_NOISE_SAMPLES ? 2 : 1),
                         .schedule = schedule,
                         .x = exact_point,
                         .seed = 9,
                         .steps = steps,
                         .observables = exact_state,
                         .observable_count = 1};
  return exact_rows(context, subject->name, &run, 1, rows);
}

/* u of SGD+WD at el = 1/2, w without WD at eta (1-el)^-(2t+1) = 2 eta 4^t: u_t = 2^-t w_t, bit for
 * bit, with every noise (il Appendix B, exponent corrected: E23). Also eta 4^t, the printed
 * schedule, is SGD+WD with half the rate and el = 1/2. */
static void exact_exponential_bits(vf_context *context) {
  enum { STEPS = 200 }; /* ratio2 squares |w|^2, and |w| grows like 2^t */
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  double decayed[EXACT_DIM * (STEPS + 1)], grown[EXACT_DIM * (STEPS + 1)];
  for (size_t s = 0; s < count; s++)
    for (int printed = 0; printed < 2; printed++) {
      const uint32_t p = subjects[s].problem.dim;
      const double eta = .125;
      sid_segment segment;
      const sid_schedule constant =
          exact_constant(&segment, printed ? eta / 2 : eta, printed ? 1 / eta : .5 / eta);
      const sid_schedule exponential = {
          .kind = SID_EXPONENTIAL, .lr = printed ? eta : 2 * eta, .factor = 4.0};
      char name[VF_TEXT_SIZE];
      if (!exact_states(context, subjects + s, SID_SGD, constant, STEPS, decayed)) continue;
      if (!exact_states(context, subjects + s, SID_SGD, exponential, STEPS, grown)) continue;
      for (size_t k = 0; k < p * (size_t)(STEPS + 1); k++)
        grown[k] = ldexp(grown[k], -(int)(k / p));
      vf_text(name, "%s, el=1/2, rate %s", subjects[s].name,
              printed ? "eta 4^t = WD with eta/2" : "2 eta 4^t");
      vf_same_bits(context, name, grown, decayed, p * (size_t)(STEPS + 1));
    }
}

typedef struct {
  double eta, lam;
  int steps;
  const char *key;
} exact_exponential_case;

static const exact_exponential_case exact_exponential_cases[] = {
    {.1, .1, 20, "x8.x-over-y.eta-0.1.lam-0.1.steps-20"},
    {.2, .25, 10, "x8.x-over-y.eta-0.2.lam-0.25.steps-10"},
    {.5, 1.0, 20, "x8.x-over-y.eta-0.5.lam-1.steps-20"}};

/* E23. x/y of SGD+WD against 60 digits of the right and of the printed exponential schedule; and
 * ref/'s own exponential schedules, right and printed, against both. */
static void exact_erratum_exponent(vf_context *context) {
  const double x[2] = {.6, .8};
  for (size_t k = 0; k < 3; k++) {
    const exact_exponential_case *one = exact_exponential_cases + k;
    const double keep = 1.0 - one->eta * one->lam, factor = 1.0 / (keep * keep);
    const uint64_t steps = (uint64_t)one->steps;
    const double right = vf_expected(context, one->key),
                 printed = vf_expected_of(context, "%s.printed", one->key);
    const exact_ratio2 path = {one->eta / keep, factor, 1.0, x[0], x[1], one->steps};
    const exact_ratio2 wrong = {one->eta, factor, 1.0, x[0], x[1], one->steps};
    const double tolerance = 2.0 * exact_conditioning(&path) * fabs(right);
    const double decayed = exact_slope_after(context, one->key, x, one->eta, 1.0, one->lam, steps);
    const double grown =
        exact_slope_after(context, one->key, x, one->eta / keep, factor, 0.0, steps);
    const double misgrown = exact_slope_after(context, one->key, x, one->eta, factor, 0.0, steps);
    vf_erratum(context, one->key, decayed, right, printed, tolerance, exact_growth);
    vf_erratum(context, one->key, grown, right, printed, tolerance, exact_growth);
    vf_within_relative(context, one->key, misgrown, printed, 2.0 * exact_conditioning(&wrong),
                       exact_growth);
  }
}

/* Angle between the directions after time T = 4 of dU = -(eta grad L + el U) dt and dW = -e^(2 el
 * t) eta grad L dt, both by Euler's method with m steps per unit of time (GD with rate eta/m), and
 * the logarithm of |W|^2 e^(-2 el T)/|U|^2. */
static int exact_flow_gap(int m, double *angle, double *norm) {
  const sid_problem problem = {.kind = SID_RAYLEIGH, .dim = 3, .matrix = exact_matrix};
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  const double eta = .3, el = .1;
  double u[3], w[3], work[EXACT_WORK];
  exact_scaled_point(&problem, 1.0, u);
  exact_scaled_point(&problem, 1.0, w);
  for (int k = 0; k < 4 * m; k++) {
    const double rate = exp(2.0 * el * k / m) * eta / m;
    if (sid_step(&problem, &gd, eta / m, el / eta, u, NULL, work) ||
        sid_step(&problem, &gd, rate, 0.0, w, NULL, work))
      return 0;
  }
  *angle = sid_angle(u, w, 3, work);
  *norm = log(vf_dot(w, w, 3) / vf_dot(u, u, 3)) - 2.0 * el * 4.0;
  return 1;
}

/* il Lemma B.4 without noise: U = e^(-el t) W. The gaps of Euler's method are power series in 1/m
 * without a constant. 4 m steps of 40 roundings make the rounding. */
static void exact_lemma_b4_flow(vf_context *context) {
  enum { COUNT = 6 };
  double angle[COUNT], norm[COUNT];
  for (int k = 0; k < COUNT; k++)
    if (!exact_flow_gap(16 << k, angle + k, norm + k)) vf_error(context, "flow", "a step failed");
  const double rounding = 4.0 * (16 << (COUNT - 1)) * 40.0 * EXACT_ULP;
  vf_limit(context, "angle, rayleigh p=3 eta=0.3 el=0.1 T=4, m=16..512", angle, COUNT, 1, 0.0,
           rounding, 1e-9);
  vf_limit(context, "ln |W|^2 e^(-2 el T)/|U|^2, same", norm, COUNT, 1, 0.0, rounding, 1e-9);
}

typedef struct {
  double eta, el, tr, norm4, t;
  const char *key;
} exact_b4_case;

/* |W|^4 at time t under dW = -e^(2 el t) eta Sigma^(1/2) dB by m steps per unit: fixed-length noise
 * has |g|^2 = tr exactly, so no chance enters. Steps of rate e^(2 el t) eta/m with noise sqrt(m)
 * times as long have the variance of Brownian increments. */
static int exact_b4_norm4(const exact_b4_case *one, int m, double *norm4) {
  const sid_problem problem = {
      .kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = 2, .sigma = sqrt(one->tr * m)};
  const sid_dynamics sgd = exact_dynamics(SID_SGD, 1);
  double x[2] = {.6 * pow(one->norm4, .25), .8 * pow(one->norm4, .25)}, work[EXACT_WORK];
  sid_stream stream = exact_stream(9);
  const int steps = (int)(one->t * m);
  for (int k = 0; k < steps; k++)
    if (sid_step(&problem, &sgd, exp(2.0 * one->el * k / m) * one->eta / m, 0.0, x, &stream, work))
      return 0;
  const double r = vf_dot(x, x, 2);
  *norm4 = r * r;
  return 1;
}

/* il Lemma B.4 with noise: gamma = |W|^4 e^(-4 el t)/eta^2 obeys (10). Limit of m -> infinity. */
static void exact_lemma_b4_gamma(vf_context *context) {
  enum { COUNT = 7 };
  static const exact_b4_case cases[] = {
      {.1, .05, 2.0, .07, 10, "x8.lemma-b4.gamma.eta-0.1.el-0.05.tr-2.norm4-0.07.t-10"},
      {.02, .01, .81, 1.0, 30, "x8.lemma-b4.gamma.eta-0.02.el-0.01.tr-0.81.norm4-1.t-30"}};
  for (size_t k = 0; k < 2; k++) {
    const exact_b4_case *one = cases + k;
    const double expected = vf_expected(context, one->key);
    double value[COUNT], norm4 = (double)NAN;
    for (int i = 0; i < COUNT; i++) {
      if (!exact_b4_norm4(one, 4 << i, &norm4)) vf_error(context, one->key, "a step failed");
      value[i] = norm4 * exp(-4.0 * one->el * one->t) / (one->eta * one->eta);
    }
    const double rounding = one->t * (4 << (COUNT - 1)) * 30.0 * EXACT_ULP * expected;
    vf_limit(context, one->key, value, COUNT, 1, expected, rounding, 1e-8 * expected);
  }
}

/* E24. Without noise and at t = 0 the loss falls at the rate eta |grad L|^2; the proof's line 2 has
 * it rise at |grad L|^2. Derivative by one-sided differences of GD with weight decay el/eta,
 * combined to second order; the error is below the change from doubling h. */
static void exact_erratum_b4_proof(vf_context *context) {
  const double spectrum[3] = {1, 2, 4}, start[3] = {1, .5, .25}, eta = .1, el = .05;
  const sid_problem problem = {.kind = SID_RAYLEIGH, .dim = 3, .spectrum = spectrum};
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  double loss[4], slope[2], g[3], work[EXACT_WORK];
  for (int k = 0; k < 4; k++) { /* after times 0, h/4, h/2, h */
    double x[3] = {start[0], start[1], start[2]};
    if (k && sid_step(&problem, &gd, eta * ldexp(1.0, k - 13), el / eta, x, NULL, work))
      vf_error(context, "E24", "a step failed");
    loss[k] = sid_problem_loss(&problem, x, work);
  }
  for (int k = 0; k < 2; k++)
    slope[k] = (4 * loss[k + 1] - loss[k + 2] - 3 * loss[0]) / ldexp(1.0, k - 11);
  sid_problem_gradient(&problem, start, g, work);
  const double g2 = vf_dot(g, g, 3);
  vf_erratum(context, "dL/dt, A=diag(1,2,4) U=(1,.5,.25) eta=0.1", slope[0], -eta * g2, g2,
             fabs(slope[1] - slope[0]) + 1e-11,
             "second-order difference, its change from 2h to h, and rounding 8 2^-53/h");
}

static const vf_check table[] = {
    {"X8.exponential-bits", "il, Appendix B, Connection to Exp LR schedule",
     "SGD+WD has the directions of eta (1-el)^-(2t+1): bit for bit", VF_QUICK,
     exact_exponential_bits},
    {"errata.x8-exp-lr-exponent", "il, Appendix B, Connection to Exp LR schedule",
     "the exponent is -(2t+1), not -2t", VF_QUICK, exact_erratum_exponent},
    {"X8.lemma-b4-flow", "il, Lemma B.4",
     "U = e^(-el t) W for the gradient flows with WD and with rate e^(2 el t)", VF_QUICK,
     exact_lemma_b4_flow},
    {"X8.lemma-b4-gamma", "il, Lemma B.4", "gamma = |W|^4 e^(-4 el t)/eta^2 obeys (10)", VF_QUICK,
     exact_lemma_b4_gamma},
    {"errata.x8-lemma-b4-proof", "il, Appendix B, proof of Lemma B.4",
     "the factor -eta of the drift, dropped in line 2", VF_QUICK, exact_erratum_b4_proof},
};

VF_ROW(X8, table, "SGD with decay and SGD without at growing rates, direction by direction",
       "the exponent -2t for -(2t+1), a decay that is not applied to the weights alone");

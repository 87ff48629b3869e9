/* Row nrq7, the noisy quadratic model as contrast: x+ = (1 - eta (lam + a_j)) x - eta sigma z has
 * no dynamics of the norm, and its risk (1/2) sum a_j v_j, v_j = eta sigma^2/(b (2 - eta b)), b =
 * lam + a_j, is set by eta, not by el. nrq (7), (8), Remarks 1 and 4. */
#include <math.h>
#include <stdlib.h>
#include "checks/nrq/transfer.h"
#include "harness/observe.h"

typedef struct {
  uint32_t dim;
  double spectrum[10], sigma, eta, lam;
} quadratic_case;

/* Stationary risk (1/2) sum a_j v_j of x+ = (1 - eta (lam + a_j)) x - eta sigma z: v_j = eta
 * sigma^2/(b (2 - eta b)), b = lam + a_j. */
static double quadratic_risk(const quadratic_case *one) {
  double risk = 0.0;
  for (uint32_t j = 0; j < one->dim; j++) {
    const double rate = one->eta * (one->lam + one->spectrum[j]), kick = one->eta * one->sigma;
    risk += 0.5 * one->spectrum[j] * vf_rest(rate, kick * kick);
  }
  return risk;
}

static sid_problem quadratic_problem(const quadratic_case *one, int32_t noise) {
  sid_problem problem = nrq_problem(one->dim, one->spectrum, noise, one->sigma);
  problem.kind = SID_QUADRATIC_NOISY;
  return problem;
}

/* Risk after `steps` real steps from x, exactly: the map is linear and the noise white, so it is
 * the loss of the path without noise plus the sum of the losses of the response to one draw of
 * signs (whose square is that of the noise in each coordinate). NaN if a step fails. */
static double quadratic_real_risk(const quadratic_case *one, double start, uint64_t steps) {
  const sid_problem noisy = quadratic_problem(one, SID_NOISE_RADEMACHER),
                    quiet = quadratic_problem(one, SID_NOISE_NONE);
  double path[10], response[10] = {0.0}, work[64], risk = 0.0;
  sid_stream stream = vf_stream(7, SID_KEY_NOISE, 0);
  for (uint32_t j = 0; j < one->dim; j++) path[j] = start;
  sid_status status = sid_step(&noisy, &nrq_sgd, one->eta, one->lam, response, &stream, work);
  for (uint64_t t = 0; t < steps && !status; t++) {
    risk += sid_problem_loss(&quiet, response, work);
    status = sid_step(&quiet, &nrq_sgd, one->eta, one->lam, response, &stream, work);
    if (!status) status = sid_step(&quiet, &nrq_sgd, one->eta, one->lam, path, &stream, work);
  }
  return status ? (double)NAN : risk + sid_problem_loss(&quiet, path, work);
}

/* Steps to a stationary risk: e^-40 of it is left. */
static uint64_t quadratic_long(const quadratic_case *one) {
  double slowest = (double)INFINITY;
  for (uint32_t j = 0; j < one->dim; j++) slowest = fmin(slowest, one->spectrum[j]);
  return (uint64_t)(20.0 / (one->eta * (one->lam + slowest)));
}

/* (7), (8): E L after 1, 10, 100 steps from x = (1, .., 1) and in the limit, through the real
 * steps, against the fixtures: eight roundings in each of the 1/(eta (lam + a_1)) steps that
 * count. */
static void nrq7_risk(vf_context *context) {
  static const struct {
    const char *id;
    quadratic_case one;
  } cases[] = {{"h-0.5-1-4.sigma-1.eta-0.02.lam-0.05", {3, {0.5, 1.0, 4.0}, 1.0, 0.02, 0.05}},
               {"h-0.5-1-4.sigma-1.eta-0.1.lam-0", {3, {0.5, 1.0, 4.0}, 1.0, 0.1, 0.0}},
               {"h-0.5-1-4.sigma-1.eta-0.4.lam-0.0025", {3, {0.5, 1.0, 4.0}, 1.0, 0.4, 0.0025}},
               {"h-1-2-2-2.sigma-0.3.eta-0.1.lam-0.01", {4, {1.0, 2.0, 2.0, 2.0}, 0.3, 0.1, 0.01}},
               {"h-1-2-2-2.sigma-0.3.eta-0.4.lam-0", {4, {1.0, 2.0, 2.0, 2.0}, 0.3, 0.4, 0.0}}};
  static const uint64_t times[] = {1, 10, 100};
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const quadratic_case *one = &cases[i].one;
    const double rounding =
        8.0 * NRQ_ULP * (4.0 + 1.0 / (one->eta * (one->lam + one->spectrum[0])));
    char name[VF_TEXT_SIZE];
    for (size_t c = 0; c < 3; c++) {
      vf_text(name, "t=%u, %s", (unsigned)times[c], cases[i].id);
      vf_within_relative(context, name, quadratic_real_risk(one, 1.0, times[c]),
                         nrq_keyed_at(context, "nrq7.risk-at", cases[i].id, (double)times[c], ""),
                         rounding, "8 roundings in each of the steps that count");
    }
    vf_text(name, "nrq7.risk.%s", cases[i].id);
    vf_within_relative(context, name, quadratic_real_risk(one, 0.0, quadratic_long(one)),
                       vf_expected(context, name), rounding,
                       "8 roundings in each of the steps that count");
  }
}

/* The contrast: el = eta lam at fixed eta hardly matters to the quadratic model (the risk changes
 * by a factor between 1 and 1 + lam/a), eta at fixed el sets the risk. The Rayleigh quotient the
 * other way round, by the transfer operator: at fixed el the same risk to rounding, at fixed eta
 * sqrt(10) apart for lam/10 to leading order. */
static void nrq7_contrast(vf_context *context) {
  static quadratic_case cases[] = {
      {3, {1.0, 2.0, 2.0}, 1.0, 0.02, 0.05},
      {3, {1.0, 2.0, 2.0}, 1.0, 0.02, 0.005}, /* the same eta, el/10 */
      {3, {1.0, 2.0, 2.0}, 1.0, 0.002, 0.5},  /* the same el, eta/10 */
      {6, {0.5, 1.25, 2.0, 2.5, 3.0, 4.0}, 0.3, 0.1, 0.2},
      {6, {0.5, 1.25, 2.0, 2.5, 3.0, 4.0}, 0.3, 0.1, 0.002},
      {6, {0.5, 1.25, 2.0, 2.5, 3.0, 4.0}, 0.3, 0.01, 2.0},
  };
  double risk[6], means[3][NRQ_T_MEANS];
  char name[VF_TEXT_SIZE];
  for (size_t i = 0; i < 6; i++) {
    const quadratic_case *one = cases + i;
    risk[i] = quadratic_real_risk(one, 0.0, quadratic_long(one));
    vf_text(name, "quadratic: risk, p=%u sigma=%g eta=%g lam=%g", (unsigned)one->dim, one->sigma,
            one->eta, one->lam);
    vf_within_relative(context, name, risk[i], quadratic_risk(one),
                       8.0 * NRQ_ULP * (4.0 + 1.0 / (one->eta * (one->lam + one->spectrum[0]))),
                       "8 roundings in each of the steps that count");
  }
  for (size_t i = 0; i < 6; i += 3) {
    const double lam = cases[i].lam, low = cases[i].spectrum[0];
    vf_text(name, "quadratic: risk at el/10 and the same eta over risk, p=%u",
            (unsigned)cases[i].dim);
    vf_within(context, name, risk[i + 1] / risk[i], 1.0, lam / low,
              "1/(1 + lam/a) is the smallest part");
    vf_rejected(context, name, risk[i + 1] / risk[i], sqrt(0.1), lam / low,
                "a law in el: sqrt(el)");
    vf_text(name, "quadratic: risk at eta/10 and the same el over risk, p=%u",
            (unsigned)cases[i].dim);
    vf_rejected(context, name, risk[i + 2] / risk[i], 1.0, 0.5, "a law in el: no change");
    vf_at_most(context, name, risk[i + 2] / risk[i], 0.1,
               "proportional to eta, and less by the larger lam");
  }
  static nrq_transfer jobs[] = {{0.02, 0.05, 1.0, 1.0, 28, 14},
                                {0.02, 0.005, 1.0, 1.0, 44, 10},
                                {0.002, 0.5, 1.0, 1.0, 28, 14}};
  vf_map(3, vf_jobs(context), means[0], NRQ_T_MEANS, nrq_transfer_one, jobs);
  const double base = means[0][NRQ_T_RISK];
  vf_within_relative(context, "Rayleigh: risk at eta/10 and the same el over risk, p=2",
                     means[2][NRQ_T_RISK] / base, 1.0, 64.0 * NRQ_ULP / 1e-3,
                     "64 roundings times the condition 1/el");
  const double h = sqrt(2e-3);
  vf_within_relative(context, "Rayleigh: risk at el/10 and the same eta over risk, p=2",
                     means[1][NRQ_T_RISK] / base, sqrt(0.1), h,
                     "next order of the risk, sqrt(2 el)");
  vf_rejected(context, "Rayleigh: risk at el/10 and the same eta over risk, p=2",
              means[1][NRQ_T_RISK] / base, 1.0, 0.5, "a law in eta: no change");
}

/* The same risk by real runs with Gaussian noise: means over 20 times of each run. Effect: the
 * SDE's v_j = eta sigma^2/(2 b), without the finite step's 2 - eta b. */
static void nrq7_gaussian(vf_context *context) {
  static quadratic_case cases[] = {
      {10, {1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0}, 0.3, 0.1, 0.02},
      {3, {1.0, 2.0, 4.0}, 1.0, 0.2, 0.1}};
  static const int32_t observables[] = {SID_LOSS};
  static const double zero[10] = {0.0};
  enum { TIMES = 20, GAP = 40, NUMBER = 1000 };
  uint64_t times[TIMES];
  for (uint64_t c = 0; c < TIMES; c++) times[c] = (c + 3) * GAP;
  for (size_t i = 0; i < 2; i++) {
    const sid_segment segment = {0, cases[i].eta, cases[i].lam, 1.0};
    double means[NUMBER];
    sid_experiment experiment;
    const sid_problem problem = quadratic_problem(cases + i, SID_NOISE_GAUSSIAN);
    nrq_experiment(&experiment, &problem, &segment, 1, times, TIMES, observables, 1, 20237);
    experiment.start = (sid_start){SID_START_POINT, zero, 0.0};
    double *rows = vf_observe(context, "ensemble", &experiment, NUMBER);
    if (rows) {
      char name[VF_TEXT_SIZE];
      double limit = 0.0;
      for (size_t n = 0; n < NUMBER; n++) means[n] = sid_sum(rows + n * TIMES, TIMES) / TIMES;
      for (uint32_t j = 0; j < cases[i].dim; j++)
        limit += 0.25 * cases[i].spectrum[j] * cases[i].eta * cases[i].sigma * cases[i].sigma /
                 (cases[i].lam + cases[i].spectrum[j]);
      const vf_moments got = vf_moments_of(means, NUMBER);
      const double right = quadratic_risk(cases + i);
      vf_text(name, "risk, p=%u sigma=%g eta=%g lam=%g", (unsigned)cases[i].dim, cases[i].sigma,
              cases[i].eta, cases[i].lam);
      vf_monte_carlo(context, name, got.mean, got.standard_error, right, right - limit,
                     "effect: the SDE's variance");
    }
    free(rows);
  }
}

static const vf_check table[] = {
    {"nrq7.risk", "nrq, eq. (7), (8)",
     "E L of the noisy quadratic model on the way and in the limit, noise-free", VF_QUICK,
     nrq7_risk},
    {"nrq7.contrast", "nrq, Remark 1 and 4",
     "the risk of the noisy quadratic model is set by eta, not by el", VF_QUICK, nrq7_contrast},
    {"nrq7.gaussian", "nrq, eq. (7), (8)", "the same risk by simulation", VF_QUICK, nrq7_gaussian},
};

VF_ROW(nrq7, table, "moments of the noisy quadratic model by their recursion and by simulation",
       "a variance without 2 - eta b, a risk that depends on el");

/* Ensembles from one point, and the law with two eigenvalues. */
#include <math.h>
#include "checks/nrq/runs.h"
#include "laws/rayleigh.h"
#include "harness/observe.h"

double *nrq_ensemble(vf_context *context, const nrq_runs *runs, const uint64_t *times, size_t count,
                     size_t number) {
  static const int32_t observables[] = {SID_F};
  const sid_segment segment = {0, runs->eta, runs->lam, 1.0};
  double x[NRQ_DIM];
  sid_experiment experiment;
  const sid_problem problem =
      nrq_problem(runs->dim, runs->spectrum, SID_NOISE_GAUSSIAN, runs->sigma);
  nrq_experiment(&experiment, &problem, &segment, 1, times, count, observables, 1, 20231);
  experiment.start = (sid_start){SID_START_POINT, x, 0.0};
  experiment.dynamics = runs->dynamics;
  nrq_point(x, runs->dim, runs->f0, runs->m0);
  return vf_observe(context, "ensemble", &experiment, number);
}

vf_moments nrq_run_moments(const double *rows, size_t count, size_t c, size_t number, double xi,
                           double *scratch) {
  for (size_t i = 0; i < number; i++) {
    const double f = rows[i * count + c];
    scratch[i] = xi < 0.0 ? 1.0 - f : (f < xi ? 1.0 : 0.0);
  }
  return vf_moments_of(scratch, number);
}

const nrq_pair nrq_pairs[NRQ_PAIRS] = {
    {"p-5.a-1.sigma-1.eta-0.01.lam-0.1.f0-0.6", 5, 1.0, 1.0, 0.01, 0.1, 0.6, {30.0, 90.0, 180.0}},
    {"p-3.a-1.sigma-1.eta-0.05.lam-0.2.f0-0.1", 3, 1.0, 1.0, 0.05, 0.2, 0.1, {3.0, 9.0, 18.0}},
    {"p-8.a-2.sigma-2.eta-0.05.lam-0.1.f0-0.3", 8, 2.0, 2.0, 0.05, 0.1, 0.3, {5.0, 20.0, 60.0}},
    {NULL, 5, 1.0, 1.0, 0.01, 0.1, 0.0, {30.0, 90.0, 180.0}},
    {NULL, 3, 1.5, 0.6, 0.004, 0.1, 0.3, {30.0, 90.0, 180.0}}};

void nrq_pair_name(const nrq_pair *one, double t, char name[VF_TEXT_SIZE]) {
  vf_text(name, "r(%g), p=%u a=%g sigma=%g eta=%g lam=%g f0=%g", t, (unsigned)one->dim, one->a,
          one->sigma, one->eta, one->lam, one->f0);
}

void nrq_pair_risks(vf_context *context, const nrq_pair *one, double *right, double *half,
                    double *naive) {
  nrq_leg leg;
  nrq_law law = nrq_constant_law(&leg, one->dim, one->a, one->sigma, one->eta, one->lam, 1.0);
  const double limit = nrq_law_stationary(one->dim, one->a, one->sigma, one->eta, one->lam);
  nrq_law_risks(&law, one->f0, one->times, 3, 4, right);
  law.a = one->a / 2.0;
  nrq_law_risks(&law, one->f0, one->times, 3, 4, half);
  for (size_t c = 0; c < 3; c++) {
    if (one->id) right[c] = nrq_keyed_at(context, "nrq3.risk", one->id, one->times[c], "");
    naive[c] =
        limit + (1.0 - one->f0 - limit) * exp(-2.0 * one->a * one->eta / law.m0 * one->times[c]);
  }
}

void nrq_compare_pair(vf_context *context, const nrq_pair *one, size_t c, const vf_moments *got,
                      const double *right, const double *half, const double *naive) {
  char name[VF_TEXT_SIZE];
  nrq_pair_name(one, one->times[c], name);
  vf_monte_carlo(context, name, got->mean, got->standard_error, right[c],
                 (one->f0 == 0.0 ? naive[c] : half[c]) - right[c],
                 one->f0 == 0.0 ? "effect: rate 2 a e from f = 0" : "effect: half the drift");
  if (one->f0 == 0.0)
    vf_rejected(context, name, got->mean, naive[c], 5.0 * got->standard_error,
                "rate 2 a e from f = 0; 5 standard errors");
}

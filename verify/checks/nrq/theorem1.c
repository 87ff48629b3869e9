/* Theorem 1: bounds and runs. */
#include <math.h>
#include <stdlib.h>
#include "checks/nrq/theorem1.h"
#include "formats/memory.h"

/* e^(-G) [1 - f_0 + int (factor gap eps e + Delta^2) e^(s G)], G = int [factor gap e + p sigma^2
 * e^2]. The right forms have factor 2 and s = +1 (put Delta = sqrt(p-1) sigma e in G): the lower
 * bound gap = a_p - a_1 and eps = 0, the upper gap = (a_2 - a_1) xi and eps(t) = P(f_t < xi). Print
 * has the factor eta, and s = -1 in the upper bound. */
typedef struct {
  double gap, factor, sign;
  const double *eps; /* every `every` steps, between them linear; or NULL */
  double every;
} nrq_bound_form;

/* The bound at increasing times. Steps of 1/2 with the coefficients of their middles, exact where
 * these do not change; near 1e-5 of the bound while the norm moves. */
static void nrq_bound_evaluate(const nrq_bound_form *form, const nrq_law *law, double f0,
                               const double *times, size_t count, double *bounds) {
  const double p = law->dim, s2 = law->sigma * law->sigma, h = 0.5;
  double kept = 1.0 - f0, inner = kept,
         g = 0.0; /* kept: the bound with s = +1; inner: the bracket with s = -1 */
  uint64_t step = 0;
  for (size_t i = 0; i < count; i++) {
    for (; (double)step * h < times[i] - 0.5 * h; step++) {
      const double t = ((double)step + 0.5) * h, e = nrq_law_rate(law, t, NULL);
      const double dg = h * (form->factor * form->gap * e + p * s2 * e * e);
      double eps = 0.0;
      if (form->eps) {
        const size_t at = (size_t)(t / form->every);
        const double part = t / form->every - (double)at;
        eps = (1.0 - part) * form->eps[at] + part * form->eps[at + 1];
      }
      const double source =
          h * (form->factor * form->gap * eps * e + (p - 1.0) * s2 * e * e) * (-expm1(-dg) / dg);
      kept = kept * exp(-dg) + source;
      inner += source * exp(-g);
      g += dg;
    }
    bounds[i] = form->sign > 0.0 ? kept : exp(-g) * inner;
  }
}

static const double nrq_five[] = {1.0, 2.0, 2.0, 2.0, 2.0},
                    nrq_six[] = {0.5, 1.25, 2.0, 2.5, 3.0, 4.0},
                    nrq_ten[] = {1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0};

const nrq_theorem nrq_theorems[NRQ_THEOREMS] = {
    {"p=5 two eigenvalues M0=Minf f0=0.6",
     "p-5.a-1.sigma-1.eta-0.01.lam-0.1.f0-0.6",
     {5, nrq_five, 1.0, 0.01, 0.1, 0.0, 0.6, {.kind = SID_SGD, .batch = 1}},
     1.0,
     0.8,
     2400},
    {"p=6 six eigenvalues M0=3 Minf f0=0.5",
     NULL,
     {6, nrq_six, 0.5, 0.01, 0.1, 0.0, 0.5, {.kind = SID_SGD, .batch = 1}},
     3.0,
     0.9,
     1500},
    {"p=10 two eigenvalues M0=Minf/4 f0=0.9",
     NULL,
     {10, nrq_ten, 0.3, 0.05, 0.02, 0.0, 0.9, {.kind = SID_SGD, .batch = 1}},
     0.25,
     0.9,
     2000}};

enum { RUNS = 1000 };

nrq_theorem_result *nrq_theorem_run(vf_context *context, const nrq_theorem *one, size_t steps) {
  static const double places[NRQ_SHOWN] = {0.0125, 0.0375, 0.075, 1.0};
  nrq_runs runs = one->runs;
  uint64_t times[NRQ_GRID];
  double scratch[RUNS];
  nrq_theorem_result *result = vf_allocate(1, sizeof *result);
  result->count = steps / NRQ_EVERY + 1;
  result->law =
      nrq_constant_law(&result->leg, runs.dim, 0.0, runs.sigma, runs.eta, runs.lam, one->norm);
  runs.m0 = result->law.m0;
  result->a_low = runs.spectrum[1] - runs.spectrum[0];
  result->a_high = runs.spectrum[runs.dim - 1] - runs.spectrum[0];
  for (size_t c = 0; c < result->count; c++) times[c] = NRQ_EVERY * c;
  double *rows = nrq_ensemble(context, &runs, times, result->count, RUNS);
  if (!rows) {
    free(result);
    return NULL;
  }
  for (size_t c = 0; c < result->count; c++) {
    const vf_moments risk = nrq_run_moments(rows, result->count, c, RUNS, -1.0, scratch);
    const vf_moments tail = nrq_run_moments(rows, result->count, c, RUNS, one->xi, scratch);
    result->times[c] = (double)times[c];
    result->risk[c] = risk.mean;
    result->error[c] = risk.standard_error;
    result->eps[c] = tail.mean;
  }
  for (size_t k = 0; k < NRQ_SHOWN; k++)
    result->shown[k] = (size_t)(places[k] * (double)(result->count - 1) + 0.5);
  free(rows);
  return result;
}

void nrq_bound_of(const nrq_theorem *one, const nrq_theorem_result *result, int which,
                  double *bounds) {
  const int upper = which == NRQ_UPPER || which == NRQ_PRINTED_UPPER,
            printed = which >= NRQ_PRINTED_LOWER;
  const nrq_bound_form form = {
      upper ? result->a_low * one->xi : result->a_high, printed ? one->runs.eta : 2.0,
      which == NRQ_PRINTED_UPPER ? -1.0 : 1.0, upper ? result->eps : NULL, NRQ_EVERY};
  nrq_bound_evaluate(&form, &result->law, one->runs.f0, result->times, result->count, bounds);
}

/* Ensembles from one point, and instances of the law with two eigenvalues that they are compared
 * with. */
#ifndef VF_CHECKS_NRQ_RUNS_H
#define VF_CHECKS_NRQ_RUNS_H

#include "checks/nrq/nrq.h"

typedef struct {
  uint32_t dim;
  const double *spectrum; /* NULL: noise alone */
  double sigma, eta, lam, m0, f0;
  sid_dynamics dynamics;
} nrq_runs;

/* f of run i at times[c] in [i*count + c]; to be freed. NULL after an error, which is reported. */
double *nrq_ensemble(vf_context *context, const nrq_runs *runs, const uint64_t *times, size_t count,
                     size_t number);

/* Moments over the runs at checkpoint c: of the risk 1-f, or where xi >= 0 of the indicator
 * of f < xi. */
vf_moments nrq_run_moments(const double *rows, size_t count, size_t c, size_t number, double xi,
                           double *scratch);

/* ---- two eigenvalues at the equilibrium norm ---- */

typedef struct {
  const char *id; /* part of the keys of the risk, or NULL */
  uint32_t dim;
  double a, sigma, eta, lam, f0, times[3];
} nrq_pair;

enum { NRQ_PAIRS = 5 };
extern const nrq_pair nrq_pairs[NRQ_PAIRS]; /* the first three have keys */

void nrq_pair_name(const nrq_pair *one, double t, char name[VF_TEXT_SIZE]);

/* Risks at the times of a pair from the fixtures, or else from the moments of the law; with half of
 * the drift; and r* + (1 - f_0 - r*) e^(-2 a e t). */
void nrq_pair_risks(vf_context *context, const nrq_pair *one, double *right, double *half,
                    double *naive);

/* One risk by simulation. Effects: the printed drift, half as strong; from f = 0, where the paper's
 * bounds suggest the rate 2 a e, the risk with that rate from the start on, which is seen to
 * fail. */
void nrq_compare_pair(vf_context *context, const nrq_pair *one, size_t c, const vf_moments *got,
                      const double *right, const double *half, const double *naive);

#endif

/* Theorem 1: its bounds, right and printed, and the runs that they are compared with. */
#ifndef VF_CHECKS_NRQ_THEOREM1_H
#define VF_CHECKS_NRQ_THEOREM1_H

#include "laws/rayleigh.h"
#include "checks/nrq/runs.h"

/* An instance of Theorem 1: real SGD, f at every tenth step. */
typedef struct {
  const char *name, *id; /* id: part of the keys of the bounds, or NULL */
  nrq_runs runs;
  double norm, xi; /* M_0 over the equilibrium norm */
  size_t steps;
} nrq_theorem;

enum { NRQ_THEOREMS = 3, NRQ_EVERY = 10, NRQ_GRID = 242, NRQ_SHOWN = 4 };

extern const nrq_theorem nrq_theorems[NRQ_THEOREMS];

/* What a run of an instance gives: risks and P(f < xi) on the grid, and the law of its norm. */
typedef struct {
  size_t count;
  double times[NRQ_GRID], risk[NRQ_GRID], error[NRQ_GRID], eps[NRQ_GRID];
  nrq_leg leg;
  nrq_law law; /* its a is not used by the bounds */
  double a_low, a_high;
  size_t shown[NRQ_SHOWN]; /* places on the grid that are compared */
} nrq_theorem_result;

/* Runs an instance up to `steps`, a multiple of NRQ_EVERY; to be freed. NULL after an error, which
 * is reported. */
nrq_theorem_result *nrq_theorem_run(vf_context *context, const nrq_theorem *one, size_t steps);

enum { NRQ_LOWER, NRQ_UPPER, NRQ_PRINTED_LOWER, NRQ_PRINTED_UPPER };

/* One of them at the times of the result. */
void nrq_bound_of(const nrq_theorem *one, const nrq_theorem_result *result, int which,
                  double *bounds);

#endif

/* Time averages of long stationary runs. */
#ifndef VF_CHECKS_NRQ_LONG_RUN_H
#define VF_CHECKS_NRQ_LONG_RUN_H

#include "checks/nrq/nrq.h"

/* 1-f, its square, |x|, q - a_1, the angle of a step and its square; and the growth of ln |x|^2. */
enum {
  NRQ_RISK,
  NRQ_RISK_SQUARE,
  NRQ_NORM,
  NRQ_EXCESS,
  NRQ_ANGLE,
  NRQ_ANGLE_SQUARE,
  NRQ_LOG_GROWTH,
  NRQ_STATISTICS
};

typedef struct {
  sid_problem problem;
  double eta, lam, start; /* |x|^2 at the start */
  uint64_t burn, steps;
} nrq_long_run;

/* moments[NRQ_STATISTICS] over `runs` trajectories of their time averages per step. 0, or -1 after
 * an error, which is reported. */
int nrq_stationary(vf_context *context, const nrq_long_run *run, size_t runs, vf_moments *moments);

#endif

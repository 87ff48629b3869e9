/* SGD step by step, for checks that look at each step from inside. */
#ifndef VF_CHECKS_FM_STEPPING_H
#define VF_CHECKS_FM_STEPPING_H

#include "checks/fm/problems.h"

/* A run, its state before and after the last step, and the stream before it, which gives the
 * stochastic gradient of this step at other points. */
typedef struct {
  const fm_problem *p;
  double eta, lam;
  uint64_t step;
  double x[FM_DIM], before[FM_DIM];
  sid_stream stream, stream_before;
  sid_status status;
} fm_run;

/* Starts from fm_start() of squared length r. */
void fm_begin(fm_run *run, const fm_problem *p, double eta, double lam, double r, uint64_t seed);

/* One real step. 1 if it was taken. */
int fm_step(fm_run *run);

/* 1 if no step failed; else 0 with an error in the report. */
int fm_stepped(vf_context *context, const fm_run *run);

#endif

/* Ensembles of SGD with constant lr and wd from a point. */
#ifndef VF_CHECKS_FM_EXPERIMENT_H
#define VF_CHECKS_FM_EXPERIMENT_H

#include "harness/observe.h"
#include "checks/fm/problems.h"

/* An experiment and what it points to; not to be copied once set. */
typedef struct {
  sid_experiment experiment;
  sid_segment segment;
  int32_t observables[2];
  double x0[FM_DIM];
} fm_setup;

/* Observes |x|^2; the start is to be set. */
void fm_set(fm_setup *setup, const sid_problem *problem, double lr, double wd);

/* One or two observables; 0 for no second one. */
void fm_observe(fm_setup *setup, int32_t first, int32_t second);

/* 1 if the experiment is valid with these checkpoints, the last of which is its end. */
int fm_ready(vf_context *context, fm_setup *setup, const uint64_t *checkpoints, size_t count);

/* Rows of trajectories 0..runs-1 at the checkpoints, or NULL with an error in the report. To be
 * freed. */
double *fm_rows(vf_context *context, fm_setup *setup, const uint64_t *checkpoints, size_t count,
                size_t runs);

#endif

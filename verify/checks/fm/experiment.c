/* Ensembles of SGD with constant lr and wd from a point. */
#include "checks/fm/experiment.h"
#include <string.h>

void fm_set(fm_setup *setup, const sid_problem *problem, double lr, double wd) {
  memset(setup, 0, sizeof *setup);
  setup->segment = (sid_segment){0, lr, wd, 1.0};
  sid_experiment *experiment = &setup->experiment;
  experiment->problem = *problem;
  experiment->dynamics = (sid_dynamics){.kind = SID_SGD, .batch = 1};
  experiment->schedule.kind = SID_PIECEWISE;
  experiment->schedule.segment_count = 1;
  experiment->schedule.segments = &setup->segment;
  experiment->start = (sid_start){SID_START_POINT, setup->x0, 0.0};
  experiment->seed = 20211;
  setup->observables[0] = SID_NORM2;
  experiment->observable_count = 1;
  experiment->observables = setup->observables;
}

void fm_observe(fm_setup *setup, int32_t first, int32_t second) {
  setup->observables[0] = first;
  setup->observables[1] = second;
  setup->experiment.observable_count = second ? 2 : 1;
}

int fm_ready(vf_context *context, fm_setup *setup, const uint64_t *checkpoints, size_t count) {
  setup->experiment.checkpoints = checkpoints;
  setup->experiment.checkpoint_count = (uint32_t)count;
  setup->experiment.steps = checkpoints[count - 1];
  return vf_valid(context, "experiment", &setup->experiment);
}

double *fm_rows(vf_context *context, fm_setup *setup, const uint64_t *checkpoints, size_t count,
                size_t runs) {
  if (!fm_ready(context, setup, checkpoints, count)) return NULL;
  return vf_observe(context, "experiment", &setup->experiment, runs);
}

/* Ensembles of SGD with constant lr and wd from a point. */
#include "checks/fm/experiment.h"
#include <stdlib.h>
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
  const sid_status status = sid_experiment_validate(&setup->experiment);
  if (status) vf_error(context, "experiment", sid_status_text(status));
  return status == SID_OK;
}

double *fm_rows(vf_context *context, fm_setup *setup, const uint64_t *checkpoints, size_t count,
                size_t runs) {
  if (!fm_ready(context, setup, checkpoints, count)) return NULL;
  double *rows = malloc(runs * count * sid_row_width(&setup->experiment) * sizeof *rows);
  if (rows && vf_ensemble(&setup->experiment, 0, runs, vf_jobs(context), rows, NULL) == 0)
    return rows;
  vf_error(context, "ensemble", "out of memory");
  free(rows);
  return NULL;
}

uint64_t *fm_every_step(vf_context *context, uint64_t steps) {
  uint64_t *list = malloc((size_t)(steps + 1) * sizeof *list);
  if (!list) vf_error(context, "checkpoints", "out of memory");
  for (uint64_t t = 0; list && t <= steps; t++) list[t] = t;
  return list;
}

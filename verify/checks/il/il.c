/* What the checks of il share: streams, runs, expected values. */
#include "checks/il/il.h"
#include <math.h>
#include <stdlib.h>

const int32_t il_state[1] = {SID_X};

sid_dynamics il_dynamics(int32_t kind, uint32_t substeps, uint32_t batch) {
  const sid_dynamics dynamics = {.kind = kind, .substeps = substeps, .batch = batch};
  return dynamics;
}

sid_dynamics il_momentum(double beta) {
  const sid_dynamics dynamics = {.kind = SID_MOMENTUM, .batch = 1, .beta = beta};
  return dynamics;
}

double *il_rows(vf_context *context, const char *name, sid_experiment *experiment, uint64_t count,
                uint64_t every, size_t *rows) {
  *rows = (size_t)(experiment->steps / every + 1);
  uint64_t *checkpoints = vf_steps(0, every, *rows);
  experiment->checkpoints = checkpoints;
  experiment->checkpoint_count = (uint32_t)*rows;
  double *values = vf_observe(context, name, experiment, count);
  free(checkpoints);
  experiment->checkpoints = NULL;
  return values;
}

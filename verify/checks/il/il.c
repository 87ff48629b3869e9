/* What the checks of il share: streams, runs, expected values. */
#include "checks/il/il.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const int32_t il_state[1] = {SID_X};

double il_worse(double worst, double gap) {
  return fabs(gap) > worst || isnan(gap) ? fabs(gap) : worst;
}

double il_key(vf_context *context, const char *form, ...) {
  char key[IL_NAME];
  va_list arguments;
  va_start(arguments, form);
  (void)vsnprintf(key, sizeof key, form, arguments);
  va_end(arguments);
  return vf_expected(context, key);
}

sid_stream il_stream(uint64_t seed, uint64_t number) {
  const uint64_t key[2] = {SID_KEY_NOISE, number};
  sid_stream stream = {0, 0, 0, 0};
  (void)sid_stream_init(&stream, seed, key, 2); /* a valid key */
  return stream;
}

sid_dynamics il_dynamics(int32_t kind, uint32_t substeps, uint32_t batch) {
  const sid_dynamics dynamics = {.kind = kind, .substeps = substeps, .batch = batch};
  return dynamics;
}

sid_dynamics il_momentum(double beta) {
  const sid_dynamics dynamics = {.kind = SID_MOMENTUM, .batch = 1, .beta = beta};
  return dynamics;
}

double *il_ensemble(vf_context *context, const char *name, const sid_experiment *experiment,
                    uint64_t count) {
  const size_t numbers = (size_t)count * experiment->checkpoint_count * sid_row_width(experiment);
  double *rows = malloc(numbers * sizeof *rows);
  if (rows && !sid_experiment_validate(experiment) &&
      !vf_ensemble(experiment, 0, count, vf_jobs(context), rows, NULL))
    return rows;
  vf_error(context, name, "the experiment is refused, or out of memory");
  free(rows);
  return NULL;
}

double *il_rows(vf_context *context, const char *name, sid_experiment *experiment, uint64_t count,
                uint64_t every, size_t *rows) {
  double *values = NULL;
  *rows = (size_t)(experiment->steps / every + 1);
  uint64_t *checkpoints = malloc(*rows * sizeof *checkpoints);
  for (size_t k = 0; checkpoints && k < *rows; k++) checkpoints[k] = k * every;
  experiment->checkpoints = checkpoints;
  experiment->checkpoint_count = (uint32_t)*rows;
  if (checkpoints)
    values = il_ensemble(context, name, experiment, count);
  else
    vf_error(context, name, "out of memory");
  free(checkpoints);
  experiment->checkpoints = NULL;
  return values;
}

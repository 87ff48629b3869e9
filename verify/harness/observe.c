/* What experiments show, and the streams that they draw from. */
#include "harness/observe.h"
#include "formats/memory.h"

sid_stream vf_stream(uint64_t seed, uint64_t purpose, uint64_t number) {
  const uint64_t key[2] = {purpose, number};
  sid_stream stream = {0, 0, 0, 0, NULL};
  (void)sid_stream_init(&stream, seed, key, 2); /* a valid key */
  return stream;
}

uint64_t *vf_steps(uint64_t first, uint64_t every, size_t count) {
  uint64_t *steps = vf_allocate(count, sizeof *steps);
  for (size_t k = 0; k < count; k++) steps[k] = first + k * every;
  return steps;
}

int vf_valid(vf_context *context, const char *instance, const sid_experiment *experiment) {
  const sid_status status = sid_experiment_validate(experiment);
  if (status) vf_error(context, instance, sid_status_text(status));
  return status == SID_OK;
}

double *vf_observe(vf_context *context, const char *instance, const sid_experiment *experiment,
                   uint64_t count) {
  if (!vf_valid(context, instance, experiment)) return NULL;
  const size_t width = experiment->checkpoint_count * sid_row_width(experiment);
  double *rows = vf_allocate((size_t)count * width, sizeof *rows);
  vf_ensemble(experiment, 0, count, vf_jobs(context), rows, NULL);
  return rows;
}

/* One trajectory after the other: the reference, and what the kernels have no lanes for. */
#include "single.h"
#include "config.h"

#define SID_HAS_LANES(kind, number, name, room, samples, own, test, dim, check, lanes)             \
  case kind: return lanes;

static int sid_problem_has_lanes(const sid_problem *problem) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_HAS_LANES)
    default: return 0;
  }
}

int sid_fits_lanes(const sid_experiment *experiment) {
  for (uint32_t o = 0; o < experiment->observable_count; o++)
    if (experiment->observables[o] > SID_X) return 0;
  return sid_problem_has_lanes(&experiment->problem) && experiment->dynamics.kind <= SID_SDE2;
}

typedef struct {
  sid_backend_results *results;
  uint64_t trajectory;
  double *next;  /* the row to fill */
  uint32_t rows; /* so many were recorded */
  size_t width;
} sid_ref_recorder;

static int sid_ref_record(void *user, uint64_t step, const double *x, const double *row) {
  sid_ref_recorder *recorder = (sid_ref_recorder *)user;
  (void)x;
  recorder->rows++;
  if (recorder->results->visit) {
    recorder->results->visit(recorder->results->user, recorder->trajectory, step, row);
    return 0;
  }
  for (size_t k = 0; k < recorder->width; k++) recorder->next[k] = row[k];
  recorder->next += recorder->width;
  return 0;
}

size_t sid_singly_workspace(const sid_experiment *experiment) {
  return sid_run_workspace(experiment) +
         sid_state_doubles(&experiment->problem, &experiment->dynamics);
}

void sid_run_singly(sid_step_fn step, const sid_experiment *experiment, uint64_t first,
                    uint32_t count, sid_backend_results *results, double *work) {
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t width = sid_row_width(experiment);
  double *x = work, *rest = work + kept;
  for (uint32_t i = 0; i < count; i++) {
    double *rows = results->visit ? NULL : results->rows + i * experiment->checkpoint_count * width;
    sid_ref_recorder recorder = {results, first + i, rows, 0, width};
    const sid_run_hooks hooks = {step, sid_ref_record, &recorder};
    results->ends[i].status =
        sid_run_with(&hooks, experiment, first + i, x, &results->ends[i].step, rest);
    results->ends[i].rows = recorder.rows;
    for (size_t j = 0; results->last && j < kept; j++) results->last[i * kept + j] = x[j];
  }
}

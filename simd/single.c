/* One trajectory after the other: the reference, and what the kernels have no lanes for. */
#include "single.h"
#include "config.h"

#define SID_HAS_LANES(kind, number, name, room, samples, own, test, dim, check, lanes)             \
  case kind: return lanes;

int sid_problem_has_lanes(const sid_problem *problem) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_HAS_LANES)
    default: return 0;
  }
}

int sid_fits_lanes(const sid_experiment *experiment) {
  for (uint32_t o = 0; o < experiment->observable_count; o++)
    if (experiment->observables[o] > SID_X) return 0;
  return sid_problem_has_lanes(&experiment->problem);
}

int sid_given(const sid_stream *streams, uint32_t count) {
  int given = 0;
  for (uint32_t i = 0; i < count; i++) given |= streams[i].given != NULL;
  return given;
}

/* Where the rows of a trajectory go. */
typedef struct {
  const sid_experiment *experiment;
  const sid_backend_block *block;
  sid_backend_results *results;
  uint32_t i; /* which of the block */
} sid_row_place;

static int sid_row_record(void *user, uint64_t step, const double *x, const double *row) {
  const sid_row_place *place = (const sid_row_place *)user;
  sid_backend_results *results = place->results;
  const size_t width = sid_row_width(place->experiment);
  const size_t at =
      (size_t)place->i * place->experiment->checkpoint_count + results->ends[place->i].rows++;
  (void)x;
  if (results->visit) {
    results->visit(results->user, place->block->first + place->i, step, row);
    return 0;
  }
  for (size_t k = 0; k < width; k++) results->rows[at * width + k] = row[k];
  return 0;
}

void sid_backend_begin(const sid_experiment *experiment, sid_backend_block *block,
                       sid_backend_results *results, double *work) {
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  block->step = 0;
  for (uint32_t i = 0; i < block->count; i++) {
    sid_row_place place = {experiment, block, results, i};
    const sid_run_hooks hooks = {experiment, sid_row_record, &place};
    double *x = block->states + i * kept;
    sid_end *end = results->ends + i;
    end->rows = 0;
    end->step = 0;
    end->status = sid_run_begin(experiment, block->first + i, x, block->streams + i);
    if (!end->status) end->status = sid_run_first(&hooks, x, work);
  }
}

void sid_advance_singly(sid_advance_fn one, const sid_experiment *experiment,
                        sid_backend_block *block, uint64_t to, sid_backend_results *results,
                        double *work) {
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  for (uint32_t i = 0; i < block->count; i++) {
    sid_row_place place = {experiment, block, results, i};
    const sid_run_hooks hooks = {experiment, sid_row_record, &place};
    sid_end *end = results->ends + i;
    if (end->status) continue;
    end->step = block->step;
    end->rows = sid_run_checkpoints_before(experiment, block->step + 1);
    end->status = one(&hooks, block->states + i * kept, block->streams + i, &end->step, to, work);
  }
  block->step = to;
}

size_t sid_singly_workspace(const sid_experiment *experiment) {
  return sid_run_workspace(experiment) +
         sid_state_doubles(&experiment->problem, &experiment->dynamics);
}

void sid_run_singly(sid_advance_fn one, const sid_experiment *experiment, uint64_t first,
                    uint32_t count, sid_backend_results *results, double *work) {
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t rows = sid_row_width(experiment) * experiment->checkpoint_count;
  for (uint32_t i = 0; i < count; i++) {
    sid_stream stream;
    sid_backend_block block = {first + i, 1, 0, work, &stream};
    sid_backend_results own = *results;
    if (!own.visit) own.rows = results->rows + i * rows;
    own.ends = results->ends + i;
    sid_backend_begin(experiment, &block, &own, work + kept);
    sid_advance_singly(one, experiment, &block, experiment->steps, &own, work + kept);
    for (size_t j = 0; results->last && j < kept; j++) results->last[i * kept + j] = work[j];
  }
}

/* ---- flows and laws ---- */

void sid_flow_singly(const sid_flow *flow, double h, uint64_t steps, uint32_t count, double *states,
                     double *errors, sid_status *statuses, double *work) {
  const size_t p = flow->problem->dim;
  for (uint32_t i = 0; i < count; i++)
    statuses[i] = sid_flow_run(flow, h, steps, states + i * p, errors ? errors + i : NULL, work);
}

void sid_circle_singly(const sid_circle_law *law, double h, uint64_t steps, uint32_t count,
                       double *states, sid_stream *streams) {
  for (uint32_t i = 0; i < count; i++)
    for (uint64_t k = 0; k < steps; k++)
      sid_circle_step(law, h, states + 2 * (size_t)i, streams + i);
}

void sid_rayleigh_law_singly(const sid_rayleigh_law *law, double h, uint64_t steps, uint32_t count,
                             double *states, sid_stream *streams) {
  for (uint32_t i = 0; i < count; i++)
    for (uint64_t k = 0; k < steps; k++)
      sid_rayleigh_law_step(law, h, states + 2 * (size_t)i, streams + i);
}

void sid_levy_singly(const sid_levy_law *law, const sid_problem *problem, double h, uint64_t steps,
                     uint32_t count, double *states, sid_stream *streams, double *work) {
  for (uint32_t i = 0; i < count; i++)
    for (uint64_t k = 0; k < steps; k++)
      sid_levy_step(law, problem, h, states + (size_t)i * problem->dim, streams + i, work);
}

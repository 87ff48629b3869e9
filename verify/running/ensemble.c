/* Ensembles over threads. A trajectory writes only to its own place, so the result does not
 * depend on the threads. */
#include "running/ensemble.h"
#include "running/backend.h"
#include "running/parallel.h"
#include "formats/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const sid_experiment *experiment;
  uint64_t first, count;
  double *rows, *last;
  vf_end *ends;
  vf_visit_fn visit;
  void *user;
} vf_run;

/* Block b of as many trajectories as the backend takes at once. */
static void vf_run_block(const vf_run *run, const sid_backend *backend, uint64_t b, double *work) {
  const uint64_t start = b * backend->lanes, left = run->count - start;
  const uint32_t size = left < backend->lanes ? (uint32_t)left : backend->lanes;
  const size_t kept = sid_state_doubles(&run->experiment->problem, &run->experiment->dynamics);
  const size_t per_trajectory = sid_row_width(run->experiment) * run->experiment->checkpoint_count;
  vf_end ends[VF_LANES_MAX];
  sid_backend_results results = {NULL, run->visit, run->user, ends,
                                 run->last ? run->last + start * kept : NULL};
  if (run->rows) results.rows = run->rows + start * per_trajectory;
  for (size_t k = 0; run->rows && k < size * per_trajectory; k++) results.rows[k] = (double)NAN;
  backend->run(run->experiment, run->first + start, size, &results, work);
  if (run->ends) memcpy(run->ends + start, ends, size * sizeof *ends);
}

typedef struct {
  const vf_run *run;
  const sid_backend *backend;
  double **work; /* of each worker; NULL until it has something to do */
} vf_blocks;

static void vf_run_task(void *user, uint64_t b, int worker) {
  const vf_blocks *blocks = user;
  double **work = blocks->work + worker;
  if (!*work) *work = vf_allocate_doubles(blocks->backend->workspace(blocks->run->experiment));
  vf_run_block(blocks->run, blocks->backend, b, *work);
}

static void vf_run_blocks(const vf_run *run, int jobs) {
  const sid_backend *backend = vf_backend();
  vf_blocks blocks = {run, backend, vf_allocate((size_t)jobs, sizeof *blocks.work)};
  vf_parallel((run->count + backend->lanes - 1) / backend->lanes, jobs, vf_run_task, &blocks);
  for (int worker = 0; worker < jobs; worker++) free(blocks.work[worker]);
  free(blocks.work);
}

void vf_ensemble_states(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs,
                        double *rows, vf_end *ends, double *last) {
  const vf_run run = {experiment, first, count, rows, last, ends, NULL, NULL};
  vf_run_blocks(&run, jobs);
}

void vf_ensemble(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs,
                 double *rows, vf_end *ends) {
  vf_ensemble_states(experiment, first, count, jobs, rows, ends, NULL);
}

void vf_ensemble_visit(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs,
                       vf_visit_fn visit, void *user, vf_end *ends) {
  const vf_run run = {experiment, first, count, NULL, NULL, ends, visit, user};
  vf_run_blocks(&run, jobs);
}

typedef struct {
  double *values;
  size_t width;
  void (*function)(void *user, size_t i, double *out);
  void *user;
} vf_mapping;

static void vf_map_task(void *user, uint64_t i, int worker) {
  const vf_mapping *mapping = user;
  (void)worker;
  mapping->function(mapping->user, (size_t)i, mapping->values + (size_t)i * mapping->width);
}

void vf_map(size_t count, int jobs, double *values, size_t width,
            void (*function)(void *user, size_t i, double *out), void *user) {
  vf_mapping mapping = {values, width, function, user};
  vf_parallel(count, jobs, vf_map_task, &mapping);
}

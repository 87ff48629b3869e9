/* Ensembles over OpenMP threads. A trajectory writes only to its own place, so the result does not
 * depend on the threads. */
#include "running/ensemble.h"
#include "running/backend.h"
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

static int vf_run_blocks(const vf_run *run, int jobs) {
  const sid_backend *backend = vf_backend();
  const uint64_t blocks = (run->count + backend->lanes - 1) / backend->lanes;
  const int threads = blocks < (uint64_t)jobs ? (int)(blocks ? blocks : 1) : jobs;
  int failed = 0;
  (void)threads; /* only OpenMP reads it */
#pragma omp parallel num_threads(threads)
  {
    /* Whole cache lines: a register of 512 bits that straddles two costs a seventh of the speed. */
    void *memory = NULL;
    double *work =
        posix_memalign(&memory, 64, backend->workspace(run->experiment) * sizeof *work) == 0
            ? memory
            : NULL;
    if (!work) {
#pragma omp atomic write
      failed = 1;
    }
#pragma omp for schedule(dynamic, 1)
    for (uint64_t b = 0; b < blocks; b++)
      if (work) vf_run_block(run, backend, b, work);
    free(work);
  }
  return failed ? -1 : 0;
}

int vf_ensemble_states(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs,
                       double *rows, vf_end *ends, double *last) {
  const vf_run run = {experiment, first, count, rows, last, ends, NULL, NULL};
  return vf_run_blocks(&run, jobs);
}

int vf_ensemble(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs,
                double *rows, vf_end *ends) {
  return vf_ensemble_states(experiment, first, count, jobs, rows, ends, NULL);
}

int vf_ensemble_visit(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs,
                      vf_visit_fn visit, void *user, vf_end *ends) {
  const vf_run run = {experiment, first, count, NULL, NULL, ends, visit, user};
  return vf_run_blocks(&run, jobs);
}

void vf_map(size_t count, int jobs, double *values, size_t width,
            void (*function)(void *user, size_t i, double *out), void *user) {
  (void)jobs; /* only OpenMP reads it */
#pragma omp parallel for num_threads(jobs) schedule(dynamic, 1)
  for (size_t i = 0; i < count; i++) function(user, i, values + i * width);
}

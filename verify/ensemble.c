/* Ensembles over OpenMP threads. A trajectory writes only to its own place, so the result does not depend on the threads. */
#include "ensemble.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  double *next;
  size_t width;
} vf_recorder;

static int vf_record(void *user, uint64_t step, const double *x, const double *row) {
  vf_recorder *recorder = user;
  (void)step, (void)x;
  memcpy(recorder->next, row, recorder->width * sizeof *row);
  recorder->next += recorder->width;
  return 0;
}

typedef struct {
  const sid_experiment *experiment;
  uint64_t first;
  double *rows, *last;
  vf_end *ends;
  size_t width, row_count; /* numbers per row, rows per trajectory */
} vf_run;

static void vf_run_one(const vf_run *run, uint64_t i, double *x, double *work, size_t work_doubles) {
  const uint32_t p = run->experiment->problem.dim;
  double *rows = run->rows + i * run->row_count * run->width;
  vf_recorder recorder = {rows, run->width};
  vf_end end;
  for (size_t k = 0; k < run->row_count * run->width; k++) rows[k] = NAN;
  end.status = sid_run(run->experiment, run->first + i, vf_record, &recorder, x, &end.step, work, work_doubles);
  if (run->ends) run->ends[i] = end;
  if (run->last) memcpy(run->last + i * p, x, p * sizeof *x);
}

int vf_ensemble_states(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs, double *rows,
                       vf_end *ends, double *last) {
  const vf_run run = {experiment, first, rows, last, ends, sid_row_width(experiment), experiment->checkpoint_count};
  const size_t work_doubles = sid_run_workspace(experiment), p = experiment->problem.dim;
  int failed = 0;
#pragma omp parallel num_threads(jobs)
  {
    double *memory = malloc((p + work_doubles) * sizeof *memory);
    if (!memory) {
#pragma omp atomic write
      failed = 1;
    }
#pragma omp for schedule(dynamic, 8)
    for (uint64_t i = 0; i < count; i++)
      if (memory) vf_run_one(&run, i, memory, memory + p, work_doubles);
    free(memory);
  }
  return failed ? -1 : 0;
}

int vf_ensemble(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs, double *rows, vf_end *ends) {
  return vf_ensemble_states(experiment, first, count, jobs, rows, ends, NULL);
}

void vf_map(size_t count, int jobs, double *values, size_t width, void (*function)(void *user, size_t i, double *out),
            void *user) {
  (void)jobs; /* only OpenMP reads it */
#pragma omp parallel for num_threads(jobs) schedule(dynamic, 1)
  for (size_t i = 0; i < count; i++) function(user, i, values + i * width);
}

/* The quadratic variation of the angle. */
#include "checks/fm/variation.h"
#include <math.h>
#include <stdlib.h>
#include "checks/fm/norm.h"
#include "formats/memory.h"

fm_marks fm_marks_at(double eta, double lam, const double *big, size_t count) {
  fm_marks marks = {{0}, count};
  for (size_t j = 0; j < count; j++)
    marks.marks[j] = (uint64_t)(fm_tau_inverse(eta, lam, big[j]) + 0.5);
  return marks;
}

typedef struct {
  const fm_marks *marks;
  double last, sum, *out;
  size_t next;
} fm_walker;

/* A row of trajectory i goes to walker i. */
static void fm_walk(void *user, uint64_t trajectory, uint64_t step, const double *row) {
  fm_walker *walker = (fm_walker *)user + trajectory;
  const double turn = remainder(row[0] - walker->last, 2.0 * FM_PI);
  if (step > 0) walker->sum += turn * turn;
  walker->last = row[0];
  if (walker->next < walker->marks->count && walker->marks->marks[walker->next] == step) {
    walker->out[2 * walker->next] = walker->sum;
    walker->out[2 * walker->next + 1] = row[1];
    walker->next++;
  }
}

/* values[2j], values[2j+1] of each trajectory: quadratic variation and |x|^2 at mark j; NaN where
 * it did not come. */
static void fm_walk_all(const fm_setup *setup, const fm_marks *marks, size_t runs, int jobs,
                        double *values) {
  const size_t width = 2 * marks->count;
  fm_walker *walkers = vf_allocate(runs, sizeof *walkers);
  for (size_t k = 0; k < runs * width; k++) values[k] = (double)NAN;
  for (size_t i = 0; i < runs; i++)
    walkers[i] = (fm_walker){marks, 0.0, 0.0, values + i * width, 0};
  vf_ensemble_visit(&setup->experiment, 0, runs, jobs, fm_walk, walkers, NULL);
  free(walkers);
}

double *fm_variations(vf_context *context, fm_setup *setup, const fm_marks *marks, size_t runs) {
  const size_t width = 2 * marks->count;
  const uint64_t last = marks->marks[marks->count - 1];
  uint64_t *every = vf_steps(0, 1, (size_t)last + 1);
  double *values = vf_allocate(runs * width, sizeof *values),
         *sorted = vf_allocate(runs * width, sizeof *sorted);
  const int ready = fm_ready(context, setup, every, (size_t)last + 1);
  if (ready) {
    fm_walk_all(setup, marks, runs, vf_jobs(context), values);
    for (size_t i = 0; i < runs; i++)
      for (size_t j = 0; j < width; j++)
        sorted[((j % 2) * marks->count + j / 2) * runs + i] = values[i * width + j];
  }
  free(every);
  free(values);
  if (ready) return sorted;
  free(sorted);
  return NULL;
}

/* The quadratic variation of the angle on the circle of minimisers along trajectories. */
#ifndef VF_CHECKS_FM_VARIATION_H
#define VF_CHECKS_FM_VARIATION_H

#include "checks/fm/experiment.h"

enum { FM_MARKS = 8 };

/* Where it is read: after these numbers of steps. */
typedef struct {
  uint64_t marks[FM_MARKS];
  size_t count;
} fm_marks;

/* The steps of the given rescaled times, rounded. */
fm_marks fm_marks_at(double eta, double lam, const double *big, size_t count);

/* Of `runs` trajectories of an experiment that observes the angle and |x|^2, mark by mark: [j]
 * variation and [count + j] |x|^2, each `runs` numbers, NaN where a trajectory did not come. NULL
 * with an error in the report. To be freed. */
double *fm_variations(vf_context *context, fm_setup *setup, const fm_marks *marks, size_t runs);

#endif

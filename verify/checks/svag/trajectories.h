/* Moments at T = 2 of whole trajectories on families, by Monte Carlo. */
#ifndef SVAG_TRAJECTORIES_H
#define SVAG_TRAJECTORIES_H

#include "checks/svag/moments.h"

typedef struct {
  const svag_family *f;
  sid_dynamics dynamics;
  const char *name; /* for the instance */
  double lr;
  uint64_t trajectories;
} svag_run_case;

/* E x_1^i x_2^j up to degree 2 over real trajectories against `expected`. Effect: the distance to
 * `wrong`, the first moments of one fault and the second moments of another. */
void svag_compare_run(vf_context *context, const svag_run_case *run, const double *expected,
                      const double *wrong, const char *effect);

/* First moments of one vector, the others of another. */
void svag_wrong_moments(const svag_family *f, const double *first, const double *second,
                        double *wrong);

#endif

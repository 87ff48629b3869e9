/* Runs of a subject with a row at every step. */
#ifndef VF_CHECKS_EXACT_RUNS_H
#define VF_CHECKS_EXACT_RUNS_H

#include "checks/identities/exact.h"

enum {
  EXACT_TRAJECTORIES = 256, /* largest ensemble */
  EXACT_RUN = 400           /* longest run with a row at every step */
};

typedef struct {
  const sid_problem *problem;
  sid_dynamics dynamics;
  sid_schedule schedule;
  const double *x;
  uint64_t seed, steps;
  const int32_t *observables;
  uint32_t observable_count;
} exact_run;

/* Observables of rows. */
extern const int32_t exact_norm_grad[2], exact_norm_angle[2], exact_state[1];

extern const char *const exact_kind_names[]; /* by the kind of the dynamics */
sid_dynamics exact_dynamics(int32_t kind, uint32_t batch);

sid_schedule exact_constant(sid_segment *segment, double lr, double wd);

/* Rows of steps 0..run->steps of trajectories 0..count-1; 0 and an error in the report if any ends
 * early. */
int exact_rows(vf_context *context, const char *name, const exact_run *run, uint64_t count,
               double *rows);

#endif

/* Real steps and runs, one at a time and in ensembles. */
#ifndef SVAG_STEPS_H
#define SVAG_STEPS_H

#include "harness/observe.h"

enum {
  SVAG_WORK = 512,       /* doubles of workspace that suffice for every instance */
  SVAG_SEED = 2021,      /* rows svag1 to svag4 and svag6 */
  SVAG_OTHER_SEED = 2022 /* the others */
};

/* `count` is l and the number of substeps. */
sid_dynamics svag_dynamics(int32_t kind, uint32_t count, uint32_t batch);

/* The state `to` after one step from `from`; the stream moves on. */
void svag_step_on(vf_context *context, const sid_problem *problem, sid_dynamics dynamics, double lr,
                  double wd, const double *from, sid_stream *stream, double *to);

/* The same; the caller's stream stays where it is. */
void svag_step(vf_context *context, const sid_problem *problem, sid_dynamics dynamics, double lr,
               double wd, const double *from, sid_stream stream, double *to);

/* One learning rate and weight decay; the segment belongs to the caller. */
sid_schedule svag_constant(sid_segment *segment, double lr, double wd);

/* An ensemble from one start. */
typedef struct {
  const char *name;
  sid_problem problem;
  sid_dynamics dynamics;
  sid_schedule schedule;
  const double *x0; /* NULL: on the unit sphere */
  uint64_t seed, steps, trajectories;
  const uint64_t *checkpoints; /* NULL: the last step */
  uint32_t checkpoint_count;
  const int32_t *observables; /* NULL: x */
  uint32_t observable_count;
} svag_plan;

/* Points into the plan. */
sid_experiment svag_experiment(const svag_plan *plan);

/* The rows of all trajectories. 0, or -1 after an error in the report. */
int svag_run(vf_context *context, const svag_plan *plan, double *rows);

#endif

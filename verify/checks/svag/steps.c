/* Real steps and runs, one at a time and in ensembles. */
#include <string.h>
#include "checks/svag/steps.h"

sid_dynamics svag_dynamics(int32_t kind, uint32_t count, uint32_t batch) {
  const sid_dynamics dynamics = {.kind = kind, .l = count, .substeps = count, .batch = batch};
  return dynamics;
}

void svag_step_on(vf_context *context, const sid_problem *problem, sid_dynamics dynamics, double lr,
                  double wd, const double *from, sid_stream *stream, double *to) {
  double work[SVAG_WORK];
  memcpy(to, from, problem->dim * sizeof *to);
  if (sid_step_workspace(problem, &dynamics) > SVAG_WORK) {
    vf_error(context, "one step", "the instance is larger than SVAG_WORK");
    return;
  }
  const sid_status status = sid_step(problem, &dynamics, lr, wd, to, stream, work);
  if (status) vf_error(context, "one step", sid_status_text(status));
}

void svag_step(vf_context *context, const sid_problem *problem, sid_dynamics dynamics, double lr,
               double wd, const double *from, sid_stream stream, double *to) {
  svag_step_on(context, problem, dynamics, lr, wd, from, &stream, to);
}

sid_schedule svag_constant(sid_segment *segment, double lr, double wd) {
  *segment = (sid_segment){0, lr, wd, 1.0};
  const sid_schedule schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = segment};
  return schedule;
}

sid_experiment svag_experiment(const svag_plan *plan) {
  static const int32_t x[] = {SID_X};
  const sid_experiment experiment = {
      .problem = plan->problem,
      .dynamics = plan->dynamics,
      .schedule = plan->schedule,
      .start = {.kind = plan->x0 ? SID_START_POINT : SID_START_SPHERE,
                .x = plan->x0,
                .size = plan->x0 ? 0.0 : 1.0},
      .seed = plan->seed,
      .steps = plan->steps,
      .checkpoints = plan->checkpoints ? plan->checkpoints : &plan->steps,
      .checkpoint_count = plan->checkpoints ? plan->checkpoint_count : 1,
      .observable_count = plan->observables ? plan->observable_count : 1,
      .observables = plan->observables ? plan->observables : x};
  return experiment;
}

int svag_run(vf_context *context, const svag_plan *plan, double *rows) {
  const sid_experiment experiment = svag_experiment(plan);
  if (!vf_valid(context, plan->name, &experiment)) return -1;
  vf_ensemble(&experiment, 0, plan->trajectories, vf_jobs(context), rows, NULL);
  return 0;
}

/* Runs of a subject with a row at every step. */
#include "checks/identities/runs.h"
#include "harness/observe.h"

const int32_t exact_norm_grad[2] = {SID_NORM2, SID_GRAD_NORM2};
const int32_t exact_norm_angle[2] = {SID_NORM2, SID_STEP_ANGLE};
const int32_t exact_state[1] = {SID_X};

const char *const exact_kind_names[] = {"",         "gd",      "sgd",     "svag l=3",
                                        "noisy_gd", "sde m=2", "sde2 m=2"};

sid_dynamics exact_dynamics(int32_t kind, uint32_t batch) {
  const sid_dynamics dynamics = {.kind = kind,
                                 .l = kind == SID_SVAG ? 3 : 0,
                                 .substeps = kind == SID_SDE || kind == SID_SDE2 ? 2 : 0,
                                 .batch = kind == SID_GD ? 1 : batch};
  return dynamics;
}

sid_schedule exact_constant(sid_segment *segment, double lr, double wd) {
  *segment = (sid_segment){0, lr, wd, 1.0};
  return (sid_schedule){.kind = SID_PIECEWISE, .segment_count = 1, .segments = segment};
}

int exact_rows(vf_context *context, const char *name, const exact_run *run, uint64_t count,
               double *rows) {
  uint64_t checkpoints[EXACT_RUN + 1];
  vf_end ends[EXACT_TRAJECTORIES];
  const sid_experiment experiment = {.problem = *run->problem,
                                     .dynamics = run->dynamics,
                                     .schedule = run->schedule,
                                     .start = {SID_START_POINT, run->x, 0.0},
                                     .seed = run->seed,
                                     .steps = run->steps,
                                     .checkpoints = checkpoints,
                                     .checkpoint_count = (uint32_t)run->steps + 1,
                                     .observable_count = run->observable_count,
                                     .observables = run->observables};
  for (uint64_t t = 0; t <= run->steps; t++) checkpoints[t] = t;
  if (!vf_valid(context, name, &experiment)) return 0;
  vf_ensemble(&experiment, 0, count, count > 1 ? vf_jobs(context) : 1, rows, ends);
  for (uint64_t i = 0; i < count; i++)
    if (ends[i].status) {
      vf_error(context, name, sid_status_text(ends[i].status));
      return 0;
    }
  return 1;
}

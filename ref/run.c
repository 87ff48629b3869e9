/* Running one trajectory of an experiment from its start to its last checkpoint. docs/spec.md
 * sections 9 and 10. */
#include "config.h"
#include "fp.h"
#include "dynamics/dynamics.h"
#include "observe.h"
#include "run.h"

static void sid_run_stream(const sid_experiment *experiment, uint64_t purpose, uint64_t trajectory,
                           sid_stream *stream) {
  const uint64_t key[2] = {purpose, trajectory};
  (void)sid_stream_init(stream, experiment->seed, key, 2); /* fine with any two words */
}

sid_status sid_start_state(const sid_experiment *experiment, uint64_t trajectory, double *x) {
  if (!experiment || !x) return SID_E_NULL;
  const sid_start *start = &experiment->start;
  const uint32_t p = experiment->problem.dim;
  if (start->kind == SID_START_POINT) {
    for (uint32_t j = 0; j < p; j++) x[j] = start->x[j];
    return SID_OK;
  }
  sid_stream stream;
  sid_run_stream(experiment, SID_KEY_START, trajectory, &stream);
  if (start->kind == SID_START_UNIFORM) {
    for (uint32_t j = 0; j < p; j++) x[j] = start->size * (2.0 * sid_stream_uniform(&stream) - 1.0);
    return SID_OK;
  }
  sid_stream_normals(&stream, x, p);
  const double k =
      start->kind == SID_START_SPHERE ? start->size / sid_sqrt(sid_dot(x, x, p)) : start->size;
  for (uint32_t j = 0; j < p; j++) x[j] = k * x[j];
  return SID_OK;
}

/* A row, the state before the last step, and what a step or the observables need beyond it. */
size_t sid_run_workspace(const sid_experiment *experiment) {
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t step = sid_step_workspace(&experiment->problem, &experiment->dynamics);
  const size_t observe = kept + sid_observe_workspace(experiment);
  return sid_row_width(experiment) + (step > observe ? step : observe);
}

/* What stays the same during a run, and where it stands. */
typedef struct {
  const sid_experiment *experiment;
  const sid_run_hooks *hooks;
  double *x, *row, *work;
  uint64_t step;
  uint32_t next; /* index of the next checkpoint */
} sid_runner;

static sid_status sid_run_checkpoint(sid_runner *run) {
  const sid_experiment *experiment = run->experiment;
  if (run->next == experiment->checkpoint_count || experiment->checkpoints[run->next] != run->step)
    return SID_OK;
  run->next++;
  if (!run->hooks->callback) return SID_OK;
  const double *previous = run->step > 0 ? run->work : NULL; /* where sid_step() left it */
  sid_observe(experiment, run->step, run->x, previous, run->row,
              run->work + sid_state_doubles(&experiment->problem, &experiment->dynamics));
  return run->hooks->callback(run->hooks->user, run->step, run->x, run->row) ? SID_E_STOPPED
                                                                             : SID_OK;
}

/* x = factor x, unless that leaves the domain. */
static sid_status sid_run_rescale(sid_runner *run, double factor) {
  const uint32_t p = run->experiment->problem.dim;
  if (factor == 1.0) return SID_OK;
  for (uint32_t j = 0; j < p; j++) run->work[j] = factor * run->x[j];
  const sid_status status = sid_step_domain(&run->experiment->problem, run->work);
  for (uint32_t j = 0; !status && j < p; j++) run->x[j] = run->work[j];
  return status;
}

static sid_status sid_run_step(sid_runner *run, sid_stream *stream) {
  const sid_experiment *experiment = run->experiment;
  const uint64_t unit = sid_steps_per_unit(experiment);
  const uint64_t k = run->step / unit;
  double lr, wd;
  sid_schedule_at(&experiment->schedule, k, &lr, &wd);
  sid_status status = SID_OK;
  if (run->step % unit == 0)
    status = sid_run_rescale(run, sid_schedule_rescale(&experiment->schedule, k));
  if (!status)
    status =
        sid_step(&experiment->problem, &experiment->dynamics, lr, wd, run->x, stream, run->work);
  if (!status) run->step++;
  return status;
}

sid_status sid_run_begin(const sid_experiment *experiment, uint64_t trajectory, double *x,
                         sid_stream *stream) {
  const sid_problem *problem = &experiment->problem;
  const sid_dynamics *dynamics = &experiment->dynamics;
  double lr, wd;
  sid_run_stream(experiment, SID_KEY_NOISE, trajectory, stream);
  sid_schedule_at(&experiment->schedule, 0, &lr, &wd);
  (void)sid_start_state(experiment, trajectory, x); /* both are there */
  sid_status status = sid_step_domain(problem, x);
  if (!status) {
    sid_state_begin(problem, dynamics, lr, x);
    status = sid_step_state(problem, dynamics, x);
  }
  if (!status) return SID_OK;
  (void)sid_start_state(experiment, trajectory, x); /* sid_state_begin() may have normalised it */
  const size_t total = sid_state_doubles(problem, dynamics);
  for (size_t j = problem->dim; j < total; j++) x[j] = 0.0;
  return status;
}

uint32_t sid_run_checkpoints_before(const sid_experiment *experiment, uint64_t step) {
  uint32_t low = 0, high = experiment->checkpoint_count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (experiment->checkpoints[middle] < step)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static sid_runner sid_run_at(const sid_run_hooks *hooks, uint64_t step, double *x, double *work) {
  double *rest = work + sid_row_width(hooks->experiment);
  const sid_runner run = {hooks->experiment, hooks, x, work, rest, step, 0};
  return run;
}

sid_status sid_run_first(const sid_run_hooks *hooks, double *x, double *work) {
  sid_runner run = sid_run_at(hooks, 0, x, work);
  return sid_run_checkpoint(&run);
}

sid_status sid_run_advance(const sid_run_hooks *hooks, double *x, sid_stream *stream,
                           uint64_t *step, uint64_t to, double *work) {
  sid_runner run = sid_run_at(hooks, *step, x, work);
  sid_status status = SID_OK;
  run.next = sid_run_checkpoints_before(run.experiment, *step + 1);
  while (!status && run.step < to) {
    status = sid_run_step(&run, stream);
    if (!status) status = sid_run_checkpoint(&run);
  }
  *step = run.step;
  return status;
}

sid_status sid_run(const sid_experiment *experiment, uint64_t trajectory,
                   sid_checkpoint_fn callback, void *user, double *x, uint64_t *step, double *work,
                   size_t work_doubles) {
  if (!experiment || !x || !step || !work) return SID_E_NULL;
  if (work_doubles < sid_run_workspace(experiment)) return SID_E_WORKSPACE;
  const sid_run_hooks hooks = {experiment, callback, user};
  sid_stream stream;
  *step = 0;
  sid_status status = sid_run_begin(experiment, trajectory, x, &stream);
  if (!status) status = sid_run_first(&hooks, x, work);
  if (!status) status = sid_run_advance(&hooks, x, &stream, step, experiment->steps, work);
  return status;
}

/* Requests for schedules, steps, runs and ensembles. */
#include <string.h>
#include "answer.h"
#include "foreign.h"
#include "json.h"
#include "requests.h"

void ad_do_schedule(const ad_task *task) {
  sid_schedule schedule;
  double lr, wd;
  ad_read_schedule(task->reader, task->request, &schedule);
  const uint64_t k = ad_integer(task->reader, task->request, "k", 0, UINT64_MAX);
  if (!ad_open(task)) return;
  sid_schedule_at(&schedule, k, &lr, &wd);
  ad_put_field_real("lr", lr);
  ad_put_field_real("wd", wd);
  ad_put_field_real("rescale", sid_schedule_rescale(&schedule, k));
}

/* What a state has besides x, in the order in which the library keeps it; a number alone has a dot
 * before its name. */
static const char *const *ad_state_parts(int32_t kind) {
  static const char *const none[] = {NULL}, *const momentum[] = {"v", NULL},
                           *const adam[] = {"m", "v", ".b1", ".b2", NULL},
                           *const projected[] = {".R", NULL}, *const rmsprop[] = {".v", NULL},
                           *const quasi[] = {".u", NULL};
  switch (kind) {
    case SID_MOMENTUM: return momentum;
    case SID_ADAM_L2:
    case SID_ADAMW: return adam;
    case SID_PROJECTED_GD: return projected;
    case SID_RMSPROP: return rmsprop;
    case SID_QUASI_RMSPROP: return quasi;
    default: return none;
  }
}

static double *ad_read_state(const ad_task *task, const sid_problem *problem,
                             const sid_dynamics *dynamics) {
  const uint32_t p = problem->dim;
  const char *state = ad_object(task->reader, task->request, "state");
  const double *x = ad_vector(task->reader, state, "x", p);
  double *all = NULL;
  if (!ad_failed(task->reader)) all = ad_doubles(task, sid_state_doubles(problem, dynamics));
  if (!all) return NULL;
  memcpy(all, x, p * sizeof *x);
  double *to = all + p;
  for (const char *const *part = ad_state_parts(dynamics->kind); *part; part++) {
    if (**part == '.') {
      *to++ = ad_real(task->reader, state, *part + 1);
      continue;
    }
    const double *vector = ad_vector(task->reader, state, *part, p);
    if (vector) memcpy(to, vector, p * sizeof *vector);
    to += p;
  }
  return all;
}

static void ad_put_state(const double *state, uint32_t dim, int32_t kind) {
  ad_put_name("state");
  ad_put("{\"x\":");
  ad_put_reals(state, dim);
  state += dim;
  for (const char *const *part = ad_state_parts(kind); *part; part++) {
    if (**part == '.') {
      ad_put_field_real(*part + 1, *state++);
      continue;
    }
    ad_put_field_reals(*part, state, dim);
    state += dim;
  }
  ad_put("}");
}

/* All draws of a step, one after the other. */
static const double *ad_read_draws(const ad_task *task, const sid_problem *problem,
                                   const sid_dynamics *dynamics) {
  int gaussian;
  ad_reader *reader = task->reader;
  const uint32_t draws = ad_step_draws(dynamics, &gaussian);
  const uint64_t numbers = ad_draw_numbers(problem, dynamics->batch, gaussian);
  const char *list = ad_list(reader, task->request, "draws");
  if (list && ad_json_length(list) != draws) ad_fail(reader, "draws", "those of one step");
  double *all = ad_doubles(task, draws * numbers), *to = all;
  if (!all) return NULL;
  for (const char *at = ad_json_first(list); at; at = ad_json_next(at), to += numbers)
    ad_read_draw(reader, at, problem, gaussian, to, (size_t)numbers);
  return all;
}

void ad_do_step(const ad_task *task) {
  ad_reader *reader = task->reader;
  sid_problem problem;
  sid_dynamics dynamics;
  sid_stream stream;
  double *work = NULL;
  ad_read_problem(reader, task->request, &problem);
  ad_read_dynamics(reader, task->request, &problem, &dynamics);
  const double lr = ad_real(reader, task->request, "lr");
  const double wd = ad_real(reader, task->request, "wd");
  double *state = ad_read_state(task, &problem, &dynamics);
  const double *draws = ad_read_draws(task, &problem, &dynamics);
  if (lr < 0.0) ad_fail(reader, "lr", "a number that is not negative");
  if (!(wd >= 0.0)) ad_fail(reader, "wd", "a number >= 0");
  if (!ad_failed(reader)) work = ad_doubles(task, sid_step_workspace(&problem, &dynamics));
  if (!state || !ad_open(task)) return;
  sid_stream_given(&stream, draws);
  const sid_status status = sid_step(&problem, &dynamics, lr, wd, state, &stream, work);
  if (!status) {
    ad_put_state(state, problem.dim, dynamics.kind);
    return;
  }
  ad_put_name("end");
  ad_put_reason(status);
}

/* ---- runs ---- */

typedef struct {
  sid_experiment experiment;
  size_t width; /* of a row */
  int rows;     /* that were written of this trajectory */
  double *x, *work, *draws;
} ad_run;

static void ad_read_run(const ad_task *task, ad_run *run) {
  memset(run, 0, sizeof *run);
  ad_read_experiment(task->reader, task->request, &run->experiment);
  if (ad_failed(task->reader)) return;
  run->width = sid_row_width(&run->experiment);
  run->x = ad_doubles(task, sid_state_doubles(&run->experiment.problem, &run->experiment.dynamics));
  run->work = ad_doubles(task, sid_run_workspace(&run->experiment));
}

static int ad_write_row(void *user, uint64_t step, const double *x, const double *row) {
  ad_run *run = user;
  (void)step, (void)x;
  if (run->rows++) ad_put(",");
  ad_put_reals(row, run->width);
  return 0;
}

/* The list of the rows of a trajectory, while it runs; and its end. */
static sid_status ad_write_rows(ad_run *run, uint64_t trajectory, uint64_t *step) {
  sid_status status;
  run->rows = 0;
  ad_put("[");
  if (run->draws)
    status = ad_foreign_run(&run->experiment, trajectory, ad_write_row, run, run->x, step,
                            run->work, run->draws);
  else
    status = sid_run(&run->experiment, trajectory, ad_write_row, run, run->x, step, run->work,
                     sid_run_workspace(&run->experiment));
  ad_put("]");
  return status;
}

void ad_do_run(const ad_task *task) {
  ad_run run;
  uint64_t step;
  ad_read_run(task, &run);
  const uint64_t trajectory = ad_integer(task->reader, task->request, "trajectory", 0, UINT64_MAX);
  if (!ad_open(task)) return;
  ad_put_name("rows");
  const sid_status status = ad_write_rows(&run, trajectory, &step);
  ad_put_name("end");
  ad_put_end(step, status);
}

void ad_do_ensemble(const ad_task *task) {
  typedef struct {
    uint64_t step;
    sid_status status;
  } ad_end;
  ad_run run;
  size_t length;
  ad_reader *reader = task->reader;
  ad_read_run(task, &run);
  const uint64_t *range = ad_integers(reader, task->request, "trajectories", &length);
  if (!ad_failed(reader) && (length != 2 || range[0] > range[1]))
    ad_fail(reader, "trajectories", "[A, B] with A <= B");
  const uint64_t count = ad_failed(reader) ? 0 : range[1] - range[0];
  ad_end *ends = ad_take(reader, count, sizeof *ends);
  if (task->foreign && !ad_failed(reader))
    run.draws = ad_take(reader, ad_foreign_draws(&run.experiment) + 1, sizeof *run.draws);
  if (!ad_open(task)) return;
  ad_put_name("rows");
  ad_put("[");
  for (uint64_t i = 0; i < count; i++) {
    if (i) ad_put(",");
    ends[i].status = ad_write_rows(&run, range[0] + i, &ends[i].step);
  }
  ad_put("]");
  ad_put_name("end");
  ad_put("[");
  for (uint64_t i = 0; i < count; i++) {
    if (i) ad_put(",");
    ad_put_end(ends[i].step, ends[i].status);
  }
  ad_put("]");
}

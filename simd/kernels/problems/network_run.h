/* Steps of the problem network, one trajectory at a time: lanes are coordinates of the state, which
 * is padded between steps so that the updates of kernels/dynamics.h, where lanes are trajectories,
 * do for it. The sums of squares that they give are in no order that matters.
 * docs/spec.md sections 7 and 10. */
#include "observe.h"

/* A state is x, and what the dynamics keeps beside it for each coordinate, each padded with +0 to
 * `padded` numbers; then the rest as it is. */
typedef struct {
  const sid_problem *problem;
  const sid_dynamics *dynamics;
  size_t vectors, padded; /* padded numbers are that many vectors */
  size_t parts, rest;     /* parts of p numbers, and what follows them */
  double *at, *next, *g;  /* the state, the one that a step makes, a gradient */
  double *x, *previous;   /* as the caller has them, for a row of observables */
  double *work;           /* the problem's */
} sid_netrun;

/* What takes its steps here; the others are the reference's, with passes in lanes. */
static int sid_netrun_fits(const sid_experiment *experiment) {
  switch (experiment->dynamics.kind) {
    case SID_GD:
    case SID_SGD:
    case SID_MOMENTUM:
    case SID_ADAM_L2:
    case SID_ADAMW: return 1;
    default: return 0;
  }
}

static size_t sid_netrun_parts(const sid_dynamics *dynamics) {
  if (dynamics->kind == SID_MOMENTUM) return 2;
  return dynamics->kind == SID_ADAM_L2 || dynamics->kind == SID_ADAMW ? 3 : 1;
}

/* Doubles of a padded state. */
static size_t sid_netrun_state(const sid_netrun *run) {
  return sid_netlanes_whole(run->parts * run->padded + run->rest);
}

static sid_netrun sid_netrun_shape(const sid_experiment *experiment) {
  const size_t p = experiment->problem.dim;
  sid_netrun run = {
      &experiment->problem, &experiment->dynamics, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL};
  run.padded = sid_netlanes_whole(p);
  run.vectors = run.padded / SID_W;
  run.parts = sid_netrun_parts(&experiment->dynamics);
  run.rest = sid_state_doubles(&experiment->problem, &experiment->dynamics) - run.parts * p;
  return run;
}

/* The scratch of the passes, then for steps here two states, a gradient and one state of the
 * caller's, then what the reference needs: a row, and the problem's or the observables'. */
static size_t sid_netrun_workspace(const sid_experiment *experiment) {
  const sid_netrun run = sid_netrun_shape(experiment);
  size_t own = 0;
  if (sid_netrun_fits(experiment))
    own = 2 * sid_netrun_state(&run) + run.padded +
          sid_netlanes_whole(sid_state_doubles(run.problem, run.dynamics)) + 8;
  return 8 + sid_netlanes_whole(sid_netlanes_scratch(experiment)) + own +
         sid_run_workspace(experiment);
}

static void sid_netrun_copy(const double *from, size_t n, double *to) {
  for (size_t j = 0; j < n; j++) to[j] = from[j];
}

static void sid_netrun_pad(const sid_netrun *run, const double *x, double *padded) {
  const size_t p = run->problem->dim;
  for (size_t k = 0; k < run->parts; k++, x += p, padded += run->padded) {
    sid_netrun_copy(x, p, padded);
    for (size_t j = p; j < run->padded; j++) padded[j] = 0.0;
  }
  sid_netrun_copy(x, run->rest, padded);
}

static void sid_netrun_unpad(const sid_netrun *run, const double *padded, double *x) {
  const size_t p = run->problem->dim;
  for (size_t k = 0; k < run->parts; k++, x += p, padded += run->padded)
    sid_netrun_copy(padded, p, x);
  sid_netrun_copy(padded, run->rest, x);
}

/* ---- a step -------------------------------------------------------------------------------- */

/* What is beside the parts: adam's powers, then the order of epochs. The next batch of these is
 * what the stream of the step gives. */
static void sid_netrun_gradient(sid_netrun *run, sid_stream *stream) {
  const sid_problem *problem = run->problem;
  const size_t beside = run->parts * run->padded,
               order = run->dynamics->kind >= SID_ADAM_L2 ? 2 : 0;
  sid_stream batch;
  sid_netrun_copy(run->at + beside, run->rest, run->next + beside);
  if (problem->noise == SID_NOISE_EPOCHS) {
    sid_stream_given(&batch,
                     sid_epochs_next(problem, run->dynamics, stream, run->next + beside + order));
    stream = &batch;
  }
  if (run->dynamics->kind == SID_GD)
    sid_problem_gradient(problem, run->at, run->g, run->work);
  else
    sid_problem_noisy_gradient(problem, run->at, run->dynamics->batch, stream, run->g, run->work);
}

/* The update; a sum of squares of the new x, or not a number where something beside it is not
 * finite. */
static vd sid_netrun_update(sid_netrun *run, double lr, double wd) {
  const sid_dynamics *dynamics = run->dynamics;
  const size_t n = run->vectors;
  const double *from = run->at;
  double *to = run->next, *powers = to + run->parts * run->padded;
  sid_source s;
  s.form = SID_WHOLE;
  s.x = run->at;
  s.noise[0] = run->g;
  if (dynamics->kind == SID_MOMENTUM)
    return sid_momentum_of(SID_WHOLE, &s, vd_set(dynamics->beta), vd_set(lr), vd_set(wd), from, to,
                           n);
  if (dynamics->kind != SID_ADAM_L2 && dynamics->kind != SID_ADAMW)
    return sid_lanes_descend(&s, vd_set(1.0 - lr * wd), vd_set(lr), to, n);
  powers[0] = powers[0] * dynamics->beta;
  powers[1] = powers[1] * dynamics->beta2;
  const sid_adam adam = sid_adam_with(dynamics, lr, wd, vd_set(powers[0]), vd_set(powers[1]));
  const vd fault = dynamics->kind == SID_ADAMW ? sid_adam_of(SID_WHOLE, &s, &adam, 1, from, to, n)
                                               : sid_adam_of(SID_WHOLE, &s, &adam, 0, from, to, n);
  return vd_add(fault, sid_lanes_dot(to, to, n));
}

/* One step; SID_OK, or why the state stays as it is. */
static sid_status sid_netrun_step(sid_netrun *run, double lr, double wd, sid_stream *stream) {
  if (!(lr - lr < 1.0)) return SID_E_LR; /* infinite or NaN: no schedule gives a negative one */
  if (!(lr * wd < 1.0)) return SID_E_INTRINSIC_LR;
  sid_netrun_gradient(run, stream);
  const double size = vd_fold(sid_netrun_update(run, lr, wd));
  if (!(size > 0x1p-900 && size < 0x1p900)) { /* else dot(x, x) is neither 0 nor infinite */
    sid_netrun_unpad(run, run->next, run->previous);
    const sid_status status = sid_step_state(run->problem, run->dynamics, run->previous);
    if (status) return status;
  }
  double *made = run->next;
  run->next = run->at;
  run->at = made;
  return SID_OK;
}

/* x = factor x, unless that leaves the domain. */
static sid_status sid_netrun_rescale(sid_netrun *run, double factor) {
  const size_t p = run->problem->dim;
  if (factor == 1.0) return SID_OK;
  for (size_t j = 0; j < p; j++) run->g[j] = factor * run->at[j];
  const sid_status status = sid_step_domain(run->problem, run->g);
  if (!status) sid_netrun_copy(run->g, p, run->at);
  return status;
}

/* From step to step until `to`; x receives the state. */
static sid_status sid_netrun_go(sid_netrun *run, const sid_run_hooks *hooks, sid_stream *stream,
                                uint64_t *step, uint64_t to, double *row) {
  const sid_experiment *experiment = hooks->experiment;
  double *x = run->x, *rest = row + sid_row_width(experiment);
  uint32_t next = sid_run_checkpoints_before(experiment, *step + 1);
  sid_status status = SID_OK;
  run->work = rest;
  sid_netrun_pad(run, x, run->at);
  for (size_t j = run->problem->dim; j < run->padded; j++) run->g[j] = 0.0;
  while (*step < to) {
    double lr, wd;
    sid_schedule_at(&experiment->schedule, *step, &lr, &wd);
    status = sid_netrun_rescale(run, sid_schedule_rescale(&experiment->schedule, *step));
    if (!status) status = sid_netrun_step(run, lr, wd, stream);
    if (status) break;
    ++*step;
    if (next == experiment->checkpoint_count || experiment->checkpoints[next] != *step) continue;
    next++;
    sid_netrun_unpad(run, run->at, x);
    sid_netrun_unpad(run, run->next, run->previous);
    sid_observe(experiment, *step, x, run->previous, row, rest);
    hooks->callback(hooks->user, *step, x, row);
  }
  sid_netrun_unpad(run, run->at, x);
  return status;
}

/* sid_run_advance() for networks; work holds sid_netrun_workspace() doubles. */
static sid_status sid_netrun_advance(const sid_run_hooks *hooks, double *x, sid_stream *stream,
                                     uint64_t *step, uint64_t to, double *work) {
  sid_experiment experiment = *hooks->experiment;
  sid_network network = *experiment.problem.network;
  double *scratch = work + (64 - (uintptr_t)work % 64) / sizeof(double) % 8;
  sid_netlanes lanes;
  const sid_run_hooks own = {&experiment, hooks->callback, hooks->user};
  double *rest = scratch + sid_netlanes_whole(sid_netlanes_scratch(&experiment));
  sid_netlanes_begin(&lanes, &experiment, scratch);
  network.lanes = &lanes.passes;
  experiment.problem.network = &network;
  if (!sid_netrun_fits(&experiment)) return sid_run_advance(&own, x, stream, step, to, rest);
  sid_netrun run = sid_netrun_shape(&experiment);
  run.x = x;
  run.at = rest;
  run.next = run.at + sid_netrun_state(&run);
  run.g = run.next + sid_netrun_state(&run);
  run.previous = run.g + run.padded;
  rest = run.previous + sid_netlanes_whole(sid_state_doubles(run.problem, run.dynamics));
  return sid_netrun_go(&run, &own, stream, step, to, rest);
}

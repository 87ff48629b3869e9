/* The first wrong step of a run, and the first wrong part of a step: the command is asked for
 * single steps from the reference's own states, then for what a step is made of. */
#include "conform/kit.h"

#if SID_HAVE_JANSSON

#include <inttypes.h>
#include <string.h>
#include "conform/draws.h"
#include "dynamics/dynamics.h"
#include "problem.h"
#include "observe.h"
#include "harness/algebra.h"

enum { VF_STEPS_ASKED = 400 }; /* steps of one run, at most */

typedef enum { VF_RIGHT, VF_WRONG, VF_UNKNOWN } vf_finding;

/* Asks and compares; the difference is in `what`, or why there is no answer. */
static vf_finding vf_find(vf_kit *kit, vf_agree_fn agree, const vf_request *request,
                          char what[VF_ANSWER_MESSAGE]) {
  vf_arena arena = {NULL};
  vf_answer theirs, ours;
  double distance = 0.0;
  vf_finding finding = VF_UNKNOWN;
  const vf_asked asked = vf_ask(kit->session, request, &arena, &theirs, what);
  if (asked == VF_ASK_ANSWERED) {
    vf_answer_make(request, kit->jobs, &arena, &ours);
    finding = agree(request, &theirs, &ours, what, &distance) ? VF_RIGHT : VF_WRONG;
  } else if (asked == VF_ASK_WRONG) {
    finding = VF_WRONG;
  }
  vf_arena_free(&arena);
  return finding;
}

/* ---- parts of a step ----------------------------------------------------------------------- */

/* A request about the point of a step; its product is the one that sde2 takes, of G + wd x. */
static vf_request vf_part(const vf_request *step, vf_do what, vf_arena *arena) {
  vf_request part;
  memset(&part, 0, sizeof part);
  part.what = what;
  part.experiment.problem = step->experiment.problem;
  part.x = step->x;
  if (what == VF_HESSIAN_VECTOR) {
    const sid_problem *problem = &step->experiment.problem;
    double *v = vf_arena_take(arena, problem->dim, sizeof *v);
    double *work = vf_arena_take(arena, sid_problem_workspace(problem), sizeof *work);
    sid_problem_gradient(problem, step->x, v, work);
    vf_add(v, step->x, problem->dim, step->wd);
    part.v = v;
  }
  part.draws = step->draws;
  part.gaussian = vf_draws_gaussian(&step->experiment.dynamics);
  part.batch = part.gaussian ? 1 : step->experiment.dynamics.batch;
  return part;
}

/* The parts in the order in which one depends on another; those that a step does not use are left
 * out. */
static void vf_first_wrong_part(vf_kit *kit, const vf_suspect *suspect, const vf_request *step,
                                const char *where) {
  static const vf_do parts[] = {VF_LOSS, VF_GRADIENT, VF_HESSIAN_VECTOR, VF_NOISE};
  const sid_dynamics *dynamics = &step->experiment.dynamics;
  vf_arena arena = {NULL};
  char what[VF_ANSWER_MESSAGE], right[64] = "";
  for (size_t i = 0; i < VF_COUNT(parts); i++) {
    const vf_request part = vf_part(step, parts[i], &arena);
    const int drawn = vf_step_draws(dynamics) > 0 && step->experiment.problem.noise;
    if ((parts[i] == VF_HESSIAN_VECTOR && dynamics->kind != SID_SDE2) ||
        (parts[i] == VF_NOISE && !drawn))
      continue;
    const vf_finding finding = vf_find(kit, suspect->agree, &part, what);
    if (finding == VF_WRONG) {
      vf_kit_remark(kit, "first wrong part of %s: %s: %s", where, vf_request_name(parts[i]), what);
      vf_arena_free(&arena);
      return;
    }
    if (finding == VF_UNKNOWN) continue;
    if (*right) strcat(right, ", ");
    strcat(right, vf_request_name(parts[i]));
  }
  vf_kit_remark(kit, "first wrong part of %s: the update; %s%s", where,
                *right ? "right: " : "nothing else is claimed", right);
  vf_arena_free(&arena);
}

/* ---- steps of a run ------------------------------------------------------------------------ */

/* The reference, a step at a time. */
typedef struct {
  const vf_request *run;
  double *state, *draws, *work;
  sid_stream stream;
} vf_walk;

static vf_walk vf_walk_begin(const vf_request *run, vf_arena *arena) {
  const sid_experiment *experiment = &run->experiment;
  const sid_problem *problem = &experiment->problem;
  const sid_dynamics *dynamics = &experiment->dynamics;
  const uint64_t key[2] = {SID_KEY_NOISE, run->first};
  const size_t size = vf_step_draw_size(problem, dynamics);
  double lr, wd;
  vf_walk walk = {run, NULL, NULL, NULL, {0, 0, 0, 0, NULL}};
  walk.state = vf_arena_take(arena, sid_state_doubles(problem, dynamics), sizeof(double));
  walk.draws = vf_arena_take(arena, vf_step_draws(dynamics) * size, sizeof(double));
  walk.work = vf_arena_take(arena, sid_step_workspace(problem, dynamics), sizeof(double));
  sid_stream_init(&walk.stream, experiment->seed, key, 2);
  sid_start_state(experiment, run->first, walk.state);
  sid_schedule_at(&experiment->schedule, 0, &lr, &wd);
  sid_state_begin(problem, dynamics, lr, walk.state);
  return walk;
}

/* Step t as a request; the walk's state has been rescaled where that is due. */
static vf_request vf_walk_step(vf_walk *walk, uint64_t t) {
  const sid_experiment *experiment = &walk->run->experiment;
  const uint64_t unit = sid_steps_per_unit(experiment);
  vf_request step;
  memset(&step, 0, sizeof step);
  step.what = VF_STEP;
  step.experiment.problem = experiment->problem;
  step.experiment.dynamics = experiment->dynamics;
  sid_schedule_at(&experiment->schedule, t / unit, &step.lr, &step.wd);
  if (t % unit == 0) {
    const double factor = sid_schedule_rescale(&experiment->schedule, t / unit);
    for (uint32_t j = 0; factor != 1.0 && j < experiment->problem.dim; j++)
      walk->state[j] = factor * walk->state[j];
  }
  vf_draw_step(&experiment->problem, &experiment->dynamics, walk->state, &walk->stream,
               walk->draws);
  step.x = walk->state;
  step.draws = walk->draws;
  return step;
}

/* What a run has besides its steps. */
static void vf_wrong_around_steps(vf_kit *kit, const vf_suspect *suspect, uint64_t asked) {
  const sid_experiment *experiment = &suspect->request.experiment;
  vf_request stream, schedule;
  char what[VF_ANSWER_MESSAGE];
  memset(&stream, 0, sizeof stream);
  stream.what = VF_RAW;
  stream.seed = experiment->seed;
  stream.key[0] = SID_KEY_NOISE;
  stream.key[1] = suspect->request.first;
  stream.key_len = 2;
  stream.count = 8;
  memset(&schedule, 0, sizeof schedule);
  schedule.what = VF_SCHEDULE;
  schedule.experiment.schedule = experiment->schedule;
  for (uint64_t k = 0; k < asked; k++) {
    schedule.k = k;
    if (vf_find(kit, suspect->agree, &schedule, what) != VF_WRONG) continue;
    vf_kit_remark(kit, "first wrong in %s: the schedule at effective step %" PRIu64 ": %s",
                  suspect->id, k, what);
    return;
  }
  if (vf_find(kit, suspect->agree, &stream, what) == VF_WRONG) {
    vf_kit_remark(kit, "first wrong in %s: the stream of its noise: %s", suspect->id, what);
    return;
  }
  vf_kit_remark(kit,
                "%s: each of its first %" PRIu64
                " steps is right when it is asked alone; look at the start, the draws, the "
                "effective step of the schedule, the rescaling, the observables and the end",
                suspect->id, asked);
}

static void vf_first_wrong_step(vf_kit *kit, const vf_suspect *suspect) {
  const sid_experiment *experiment = &suspect->request.experiment;
  const uint64_t most = experiment->steps < VF_STEPS_ASKED ? experiment->steps : VF_STEPS_ASKED;
  vf_arena arena = {NULL};
  vf_walk walk = vf_walk_begin(&suspect->request, &arena);
  char what[VF_ANSWER_MESSAGE], where[VF_TEXT_SIZE];
  vf_finding finding = VF_RIGHT;
  uint64_t t = 0;
  for (; t < most && finding == VF_RIGHT; t++) {
    const vf_request step = vf_walk_step(&walk, t);
    if (sid_step_state(&experiment->problem, &experiment->dynamics, walk.state)) break;
    finding = vf_find(kit, suspect->agree, &step, what);
    if (finding == VF_WRONG) {
      vf_text(where, "step %" PRIu64 " of %s", t, suspect->id);
      vf_kit_remark(kit, "first wrong step: %s: %s", where, what);
      vf_first_wrong_part(kit, suspect, &step, where);
    }
    sid_stream given;
    sid_stream_given(&given, walk.draws);
    if (sid_step(&experiment->problem, &experiment->dynamics, step.lr, step.wd, walk.state, &given,
                 walk.work))
      break;
  }
  if (finding == VF_RIGHT) vf_wrong_around_steps(kit, suspect, t);
  if (finding == VF_UNKNOWN)
    vf_kit_remark(kit, "%s: its steps cannot be asked for: %s", suspect->id, what);
  vf_arena_free(&arena);
}

void vf_first_wrong(vf_kit *kit) {
  if (kit->run.id) vf_first_wrong_step(kit, &kit->run);
  if (kit->step.id) vf_first_wrong_part(kit, &kit->step, &kit->step.request, kit->step.id);
}

#endif

/* The level `numbers`: every answer within what rounding explains, in binary64 or binary32, on
 * random requests, and on trajectories of steps. */
#include "conform/kit.h"

#if SID_HAVE_JANSSON

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "conform/bound.h"
#include "conform/cases.h"
#include "conform/draws.h"
#include "conform/horizon.h"
#include "conform/reals.h"
#include "conform/roundings.h"

enum { VF_NOISES_ALL = SID_NOISE_POISSON + 1, VF_NETWORKS = 6 };

/* The level so far. */
typedef struct {
  vf_kit *kit;
  const vf_claims *claims;
  const vf_precision *precision;
  double worst; /* distance, and where */
  char where[VF_TEXT_SIZE + VF_ANSWER_MESSAGE];
  size_t outside, undecided; /* cases left out: numbers outside binary32, rounding alone decides */
  size_t trajectories, most, shorter, shortest;
  char shortest_id[VF_TEXT_SIZE];
} vf_numbers;

/* ---- one case ------------------------------------------------------------------------------ */

static int vf_is_binary32(double value) {
  return fabs(value) <= (double)FLT_MAX && (double)(float)value == value;
}

/* Whether a request and its answer can be had in the precision: numbers of the one are exact, those
 * of the other in range. */
static int vf_numbers_inside(const vf_numbers *numbers, const vf_request *request,
                             const vf_answer *ours, vf_arena *arena) {
  if (!numbers->claims->binary32) return 1;
  const vf_reals *reals = vf_reals_of(request, arena);
  for (size_t i = 0; i < reals->count; i++)
    if (!vf_is_binary32(*reals->reals[i].at)) return 0;
  for (size_t k = 0; k < vf_request_numbers(request); k++) {
    const double size = fabs(ours->values[k]);
    if (size > (double)FLT_MAX || (size > 0.0 && size < (double)FLT_MIN)) return 0;
  }
  return 1;
}

static void vf_numbers_record(vf_numbers *numbers, const char *id, double distance,
                              const char *difference) {
  const int right = distance <= 1.0;
  vf_kit_record(numbers->kit, VF_LEVEL_NUMBERS, id, right ? VF_OUTCOME_PASS : VF_OUTCOME_FAIL,
                distance, right ? NULL : "%s", difference);
  if (distance <= numbers->worst) return;
  numbers->worst = distance;
  snprintf(numbers->where, sizeof numbers->where, "%s, %s", id, difference);
}

/* What is not claimed is recorded as that. */
static int vf_numbers_claimed(const vf_numbers *numbers, const char *id, const vf_request *request,
                              vf_arena *arena) {
  vf_answer none;
  if (!vf_session_unclaimed(numbers->kit->session, request)) return 1;
  vf_kit_ask(numbers->kit, VF_LEVEL_NUMBERS, id, request, arena, &none);
  return 0;
}

static void vf_numbers_case(vf_numbers *numbers, const char *id, const vf_request *request,
                            vf_arena *arena) {
  vf_answer theirs, ours;
  char difference[VF_ANSWER_MESSAGE];
  double *bound = vf_arena_take(arena, vf_request_numbers(request), sizeof *bound);
  if (!vf_kit_wants(numbers->kit, id)) return;
  if (!vf_numbers_claimed(numbers, id, request, arena)) return;
  vf_answer_make(request, 1, arena, &ours);
  if (!vf_numbers_inside(numbers, request, &ours, arena)) {
    numbers->outside++;
  } else if (!vf_bound(request, &ours, numbers->precision, arena, bound)) {
    numbers->undecided++;
  } else if (vf_kit_ask(numbers->kit, VF_LEVEL_NUMBERS, id, request, arena, &theirs)) {
    const double distance = vf_roundings(request, &theirs, &ours, bound, difference);
    vf_numbers_record(numbers, id, distance, difference);
    if (!(distance <= 1.0))
      vf_kit_keep(numbers->kit, id, request, arena,
                  numbers->claims->binary32 ? vf_agree_binary32 : vf_agree_binary64);
  }
}

/* ---- trajectories -------------------------------------------------------------------------- */

static void vf_numbers_horizon(vf_numbers *numbers, const char *id, size_t steps) {
  numbers->trajectories++;
  if (steps < numbers->most) numbers->shorter++;
  if (steps >= numbers->shortest) return;
  numbers->shortest = steps;
  vf_text(numbers->shortest_id, "%s", id);
}

/* Steps from the command's own states, each against the reference's trajectory. */
static void vf_numbers_trajectory(vf_numbers *numbers, const char *id, vf_cases *cases,
                                  const vf_request *start) {
  vf_trajectory trajectory;
  vf_request request = *start;
  char difference[VF_ANSWER_MESSAGE] = "", step[VF_ANSWER_MESSAGE] = "";
  double worst = -1.0;
  if (!vf_kit_wants(numbers->kit, id)) return;
  if (!vf_numbers_claimed(numbers, id, start, cases->arena)) return;
  vf_trajectory_make(cases, start, numbers->precision, numbers->most, &trajectory);
  vf_numbers_horizon(numbers, id, trajectory.steps);
  if (trajectory.steps == 0) return;
  for (size_t t = 0; t < trajectory.steps && worst <= 1.0; t++) {
    vf_answer theirs;
    request.draws = trajectory.draws[t];
    if (!vf_kit_ask(numbers->kit, VF_LEVEL_NUMBERS, id, &request, cases->arena, &theirs)) return;
    const double distance =
        vf_roundings(&request, &theirs, trajectory.states + t, trajectory.bounds[t], difference);
    request.x = theirs.values;
    if (distance <= worst) continue;
    worst = distance;
    snprintf(step, sizeof step, "step %zu: %.480s", t + 1, difference);
  }
  vf_numbers_record(numbers, id, worst, step);
}

/* The run of an experiment that begins at the x of a step request, with its lr and wd, and shows x
 * after each step up to the horizon. */
static void vf_numbers_run(vf_numbers *numbers, const char *id, vf_cases *cases,
                           const vf_request *start) {
  static const int32_t observables[] = {SID_X};
  static const uint64_t checkpoints[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                         11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                         22, 23, 24, 25, 26, 27, 28, 29, 30, 31, VF_HORIZON_MOST};
  const sid_segment segment = {0, start->lr, start->wd, 1.0};
  vf_request step = *start, run = *start;
  sid_experiment *experiment = &run.experiment;
  const sid_problem *problem = &experiment->problem;
  const size_t p = problem->dim, doubles = sid_state_doubles(problem, &experiment->dynamics);
  double *state = vf_arena_take(cases->arena, doubles, sizeof *state);
  vf_trajectory trajectory;
  vf_answer theirs, ours;
  char difference[VF_ANSWER_MESSAGE];
  run.what = VF_RUN;
  experiment->schedule =
      (sid_schedule){.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment};
  experiment->start = (sid_start){.kind = SID_START_POINT, .x = start->x};
  experiment->checkpoints = checkpoints;
  experiment->observables = observables;
  experiment->checkpoint_count = experiment->observable_count = 1;
  if (!vf_kit_wants(numbers->kit, id)) return;
  if (!vf_numbers_claimed(numbers, id, &run, cases->arena)) return;
  memcpy(state, start->x, p * sizeof *state);
  sid_state_begin(problem, &experiment->dynamics, start->lr, state);
  step.x = state;
  vf_trajectory_make(cases, &step, numbers->precision, numbers->most, &trajectory);
  vf_numbers_horizon(numbers, id, trajectory.steps);
  experiment->steps = trajectory.steps;
  experiment->checkpoint_count = (uint32_t)trajectory.steps + 1;
  if (trajectory.steps == 0) return;
  double *bound = vf_arena_take(cases->arena, (trajectory.steps + 1) * p, sizeof *bound);
  for (size_t c = 0; c <= trajectory.steps;
       c++) /* x at the start has the bound of the first step */
    memcpy(bound + c * p, trajectory.bounds[c > 0 ? c - 1 : 0], p * sizeof *bound);
  vf_answer_make(&run, 1, cases->arena, &ours);
  if (!vf_kit_ask(numbers->kit, VF_LEVEL_NUMBERS, id, &run, cases->arena, &theirs)) return;
  const double distance = vf_roundings(&run, &theirs, &ours, bound, difference);
  vf_numbers_record(numbers, id, distance, difference);
}

/* ---- random requests ----------------------------------------------------------------------- */

/* x, or a state, of another size, where the loss does not depend on it: an eps under a root shows
 * when x is small. Powers of 2, so that x stays exact. */
static const double *vf_numbers_rescaled(const vf_request *request, int what, uint64_t index,
                                         vf_arena *arena) {
  static const double sizes[] = {0x1p-6, 1.0, 0x1p-3, 0x1p3};
  const sid_problem *problem = &request->experiment.problem;
  const sid_dynamics *dynamics = &request->experiment.dynamics;
  const int step = what == VF_STEP;
  const size_t p = problem->dim, count = step ? sid_state_doubles(problem, dynamics) : p;
  if (!sid_problem_scale_invariant(problem) || (step && dynamics->kind >= SID_PROJECTED_GD))
    return request->x;
  double *scaled = vf_arena_take(arena, count, sizeof *scaled);
  memcpy(scaled, request->x, count * sizeof *scaled);
  for (size_t j = 0; j < p; j++) scaled[j] *= sizes[index % VF_COUNT(sizes)];
  return scaled;
}

/* A case of a sort; a trajectory has what = VF_REQUEST_COUNT. Returns whether there is such a case.
 */
static int vf_numbers_random(vf_numbers *numbers, int what, int32_t problem, int32_t noise,
                             int32_t dynamics, uint64_t index) {
  vf_arena arena = {NULL};
  const int path = what >= VF_RUN;
  const vf_do sort = path ? VF_STEP : (vf_do)what;
  const uint64_t purpose =
      (uint64_t)1 << 32 | vf_case_purpose(what) << 16 | (uint64_t)problem << 8 | (uint64_t)dynamics;
  const uint64_t number = noise < VF_NOISES_ALL ? VF_NOISES_ALL * index + (uint64_t)noise
                                                : (uint64_t)noise << 32 | index; /* epochs */
  vf_cases cases =
      vf_cases_of(numbers->kit->seed, purpose, number, numbers->claims->binary32, &arena);
  vf_request request;
  char subject[96], id[VF_TEXT_SIZE];
  cases.noise = noise;
  const int made = vf_case_request(&cases, sort, problem, dynamics, &request);
  if (made) {
    if (vf_request_has_problem(sort) && what != VF_REQUEST_COUNT)
      request.x = vf_numbers_rescaled(&request, what, index + (uint64_t)problem, &arena);
    vf_case_subject(&request, subject);
    vf_text(id, "numbers.%s%s%s.%llu",
            what == VF_REQUEST_COUNT ? "trajectory" : vf_request_name((vf_do)what),
            *subject ? "." : "", subject, (unsigned long long)index);
    if (what == VF_RUN)
      vf_numbers_run(numbers, id, &cases, &request);
    else if (what == VF_REQUEST_COUNT)
      vf_numbers_trajectory(numbers, id, &cases, &request);
    else
      vf_numbers_case(numbers, id, &request, &arena);
  }
  vf_arena_free(&arena);
  return made;
}

/* With every noise that suits the problem, where a single answer depends on it; else with one that
 * is claimed: none where none is drawn, and in trajectories each in its turn, none as the last
 * resort. */
static void vf_numbers_noises(vf_numbers *numbers, int what, int32_t problem, int32_t dynamics,
                              uint64_t index) {
  const sid_dynamics kind = {.kind = dynamics, .substeps = 1};
  const int drawn = vf_step_draws(&kind) > 0;
  const int every = what == VF_NOISE || what == VF_NOISE_TRACE || (what == VF_STEP && drawn);
  const int turns = what == VF_REQUEST_COUNT && drawn;
  if (problem == SID_NETWORK && (every || turns)) /* the noise that networks alone have */
    vf_numbers_random(numbers, what, problem, SID_NOISE_EPOCHS, dynamics, index);
  for (int32_t k = 0; k < VF_NOISES_ALL; k++) {
    const int32_t turn = 1 + (problem + dynamics + (int32_t)index + k) % SID_NOISE_POISSON;
    const int32_t noise = !turns ? k : k < SID_NOISE_POISSON ? turn : SID_NOISE_NONE;
    if (!every && !(numbers->claims->noises >> noise & 1u)) continue;
    if (vf_numbers_random(numbers, what, problem, noise, dynamics, index) && !every) return;
  }
}

/* Raws where a formula that is nearly right is not: ends of the uniforms, and quarters of a turn.
 */
static void vf_numbers_edges(vf_numbers *numbers) {
  static const uint64_t edges[] = {0,
                                   UINT64_MAX,
                                   (uint64_t)1 << 41,
                                   (uint64_t)1 << 61,
                                   (uint64_t)1 << 62,
                                   (uint64_t)1 << 63,
                                   (uint64_t)3 << 62,
                                   (uint64_t)7 << 61};
  uint64_t raws[2 * VF_COUNT(edges) * VF_COUNT(edges)];
  vf_arena arena = {NULL};
  vf_request request = {.what = VF_NORMALS_FROM_RAWS, .count = VF_COUNT(raws), .raws = raws};
  for (size_t i = 0; i < VF_COUNT(raws) / 2; i++) {
    raws[2 * i] = edges[i / VF_COUNT(edges)];
    raws[2 * i + 1] = edges[i % VF_COUNT(edges)];
  }
  for (size_t i = 0; numbers->claims->binary32 && i < VF_COUNT(raws); i++)
    raws[i] &= ~(uint64_t)0 << 41;
  vf_numbers_case(numbers, "numbers.normals_from_raws.edges", &request, &arena);
  vf_arena_free(&arena);
}

/* The dynamics of a run are those that draw nothing. */
static int vf_numbers_has(int what, int32_t dynamics) {
  const sid_dynamics kind = {.kind = dynamics, .substeps = 1};
  if (what < VF_STEP) return dynamics == SID_GD; /* none of them has one: once */
  return what != VF_RUN || vf_step_draws(&kind) == 0;
}

/* `count` cases of a sort on each problem, noise and dynamics; at a point more networks, of which
 * there are 30 sorts. */
static void vf_numbers_sort(vf_numbers *numbers, int what, uint64_t count) {
  const uint64_t networks = what < VF_STEP ? VF_NETWORKS * count : count;
  for (uint64_t i = 0; i < networks; i++)
    for (int32_t problem = i < count ? 1 : SID_NETWORK; problem <= SID_NETWORK; problem++)
      for (int32_t dynamics = SID_GD; dynamics <= SID_QUASI_RMSPROP; dynamics++)
        if (vf_numbers_has(what, dynamics)) vf_numbers_noises(numbers, what, problem, dynamics, i);
}

/* `count` cases of each sort, 8 times as many without a problem; one trajectory of each. */
static void vf_numbers_sweep(vf_numbers *numbers, uint64_t count) {
  vf_numbers_edges(numbers);
  for (int what = VF_NORMALS_FROM_RAWS; what <= VF_RUN; what++) {
    if (vf_request_has_problem((vf_do)what)) {
      vf_numbers_sort(numbers, what, what == VF_RUN ? 1 : count);
      continue;
    }
    for (uint64_t i = 0; i < 8 * count; i++) vf_numbers_random(numbers, what, 0, 0, 0, i);
  }
  vf_numbers_sort(numbers, VF_REQUEST_COUNT, 1);
}

/* ---- the level ----------------------------------------------------------------------------- */

static void vf_numbers_remarks(const vf_numbers *numbers) {
  vf_kit *kit = numbers->kit;
  const char *precision = numbers->claims->binary32 ? "binary32" : "binary64";
  if (numbers->worst > 0.0) vf_kit_remark(kit, "numbers: %s, worst: %s", precision, numbers->where);
  if (numbers->shorter > 0)
    vf_kit_remark(kit,
                  "numbers: horizon of %zu trajectories: %zu of %zu steps, %zu fewer, at least %zu"
                  " (%s), as rounding moves the reference by more than %g",
                  numbers->trajectories, numbers->trajectories - numbers->shorter, numbers->most,
                  numbers->shorter, numbers->shortest, numbers->shortest_id,
                  vf_horizon_accuracy(numbers->precision));
  else if (numbers->trajectories > 0)
    vf_kit_remark(kit, "numbers: horizon of %zu trajectories: %zu steps", numbers->trajectories,
                  numbers->most);
  if (numbers->outside > 0)
    vf_kit_remark(kit, "numbers: %zu cases were left out: they have numbers outside %s",
                  numbers->outside, precision);
  if (numbers->undecided > 0)
    vf_kit_remark(kit, "numbers: %zu cases were left out: rounding alone decides them",
                  numbers->undecided);
}

void vf_level_numbers(vf_kit *kit) {
  vf_numbers numbers = {.kit = kit,
                        .claims = vf_session_claims(kit->session),
                        .worst = -1.0,
                        .most = kit->quick ? 8 : VF_HORIZON_MOST,
                        .shortest = SIZE_MAX};
  numbers.precision = numbers.claims->binary32 ? &vf_binary32 : &vf_binary64;
  vf_numbers_sweep(&numbers, kit->quick ? 1 : 4);
  vf_numbers_remarks(&numbers);
}

#endif

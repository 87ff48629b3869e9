#include "conform/reals.h"
#include <math.h>
#include <string.h>
#include "conform/draws.h"

/* One more number. */
static void vf_real_add(vf_reals *reals, vf_arena *arena, double *at, double size) {
  if ((reals->count & (reals->count + 1)) == 0) { /* all places are taken */
    vf_real *more = vf_arena_take(arena, 2 * reals->count + 1, sizeof *more);
    if (reals->count > 0) memcpy(more, reals->reals, reals->count * sizeof *more);
    reals->reals = more;
  }
  reals->reals[reals->count++] = (vf_real){at, fabs(size)};
}

static void vf_real_single(vf_reals *reals, vf_arena *arena, double *at) {
  vf_real_add(reals, arena, at, *at);
}

/* `mixed`: numbers that are added up. */
static void vf_real_vector(vf_reals *reals, vf_arena *arena, double *values, size_t count,
                           int mixed) {
  double largest = 0.0;
  for (size_t i = 0; i < count; i++)
    if (fabs(values[i]) > largest) largest = fabs(values[i]);
  for (size_t i = 0; i < count; i++)
    vf_real_add(reals, arena, values + i, mixed ? largest : values[i]);
}

/* A copy of a list takes its place. */
static void vf_real_list(vf_reals *reals, vf_arena *arena, const double **list, size_t count,
                         int mixed) {
  if (!*list || count == 0) return;
  double *copy = vf_arena_take(arena, count, sizeof *copy);
  memcpy(copy, *list, count * sizeof *copy);
  vf_real_vector(reals, arena, copy, count, mixed);
  *list = copy;
}

static void vf_real_network(vf_reals *reals, vf_arena *arena) {
  sid_problem *problem = &reals->request.experiment.problem;
  sid_network *network = vf_arena_take(arena, 1, sizeof *network);
  *network = *problem->network;
  vf_real_single(reals, arena, &network->scale);
  vf_real_single(reals, arena, &network->centre);
  vf_real_single(reals, arena, &network->temperature);
  if (network->norm != SID_NORM_NONE) vf_real_single(reals, arena, &network->eps);
  if (network->norm == SID_NORM_WN) vf_real_single(reals, arena, &network->gain);
  problem->network = network;
}

/* Whether the numbers of x are added up as they are: those of a network are factors of terms. */
static int vf_real_mixed(const vf_request *request) {
  return request->experiment.problem.kind != SID_NETWORK;
}

static void vf_real_problem(vf_reals *reals, vf_arena *arena) {
  sid_problem *problem = &reals->request.experiment.problem;
  const size_t p = problem->dim, n = problem->samples;
  const size_t cells =
      problem->kind == SID_RAYLEIGH ? p * p : (size_t)problem->rows * problem->cols;
  vf_real_list(reals, arena, &problem->spectrum, p, 1);
  vf_real_list(reals, arena, &problem->matrix, cells, 1);
  vf_real_list(reals, arena, &problem->features, n * p, 1);
  vf_real_list(reals, arena, &problem->labels, n, 1);
  vf_real_list(reals, arena, &problem->a, n * p, 1);
  vf_real_list(reals, arena, &problem->b, n * p, 1);
  vf_real_list(reals, arena, &problem->weights, n, 0);
  vf_real_list(reals, arena, &problem->scale, p, 0);
  if (!problem->scale && problem->noise >= SID_NOISE_GAUSSIAN && problem->noise <= SID_NOISE_SPHERE)
    vf_real_single(reals, arena, &problem->sigma);
  if (problem->kind == SID_NETWORK) vf_real_network(reals, arena);
  if (problem->kind == SID_POISSON) {
    vf_real_single(reals, arena, &problem->mean);
    vf_real_single(reals, arena, &problem->exp_minus_mean);
  }
}

static void vf_real_dynamics(vf_reals *reals, vf_arena *arena) {
  sid_dynamics *dynamics = &reals->request.experiment.dynamics;
  vf_real_single(reals, arena, &dynamics->beta);
  vf_real_single(reals, arena, &dynamics->beta2);
  vf_real_single(reals, arena, &dynamics->alpha);
  vf_real_single(reals, arena, &dynamics->eps);
  vf_real_single(reals, arena, &dynamics->v0);
}

static void vf_real_schedule(vf_reals *reals, vf_arena *arena) {
  sid_schedule *schedule = &reals->request.experiment.schedule;
  if (schedule->segments) {
    sid_segment *segments = vf_arena_take(arena, schedule->segment_count, sizeof *segments);
    memcpy(segments, schedule->segments, schedule->segment_count * sizeof *segments);
    for (uint32_t s = 0; s < schedule->segment_count; s++) {
      vf_real_single(reals, arena, &segments[s].lr);
      vf_real_single(reals, arena, &segments[s].wd);
      vf_real_single(reals, arena, &segments[s].rescale);
    }
    schedule->segments = segments;
    return;
  }
  vf_real_single(reals, arena, &schedule->lr);
  vf_real_single(reals, arena, &schedule->lr_min);
  vf_real_single(reals, arena, &schedule->wd);
  vf_real_single(reals, arena, &schedule->factor);
}

size_t vf_real_draws(const vf_request *request) {
  const sid_experiment *experiment = &request->experiment;
  const int step = request->what == VF_STEP;
  const int gaussian = step ? vf_draws_gaussian(&experiment->dynamics) : request->gaussian;
  const uint32_t batch = step ? experiment->dynamics.batch : request->batch;
  const int32_t noise = experiment->problem.noise;
  if (!step && request->what != VF_NOISE) return 0;
  if (!gaussian && noise != SID_NOISE_GAUSSIAN && noise != SID_NOISE_SPHERE) return 0;
  return (step ? vf_step_draws(&experiment->dynamics) : 1) *
         vf_draw_size(&experiment->problem, batch, gaussian);
}

/* x is a vector; what a state has besides is used number by number. */
static void vf_real_state(vf_reals *reals, vf_arena *arena) {
  const sid_experiment *experiment = &reals->request.experiment;
  const size_t p = experiment->problem.dim;
  const size_t doubles = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t numbers = vf_state_reals(&experiment->problem, &experiment->dynamics);
  double *state = vf_arena_take(arena, doubles, sizeof *state);
  memcpy(state, reals->request.x, doubles * sizeof *state);
  vf_real_vector(reals, arena, state, p, vf_real_mixed(&reals->request));
  vf_real_vector(reals, arena, state + p, numbers - p, 0);
  reals->request.x = state;
}

vf_reals *vf_reals_of(const vf_request *request, vf_arena *arena) {
  vf_reals *reals = vf_arena_take(arena, 1, sizeof *reals);
  vf_request *copy = &reals->request;
  const int whole = vf_request_has_experiment(request->what);
  const uint32_t p = request->experiment.problem.dim;
  *copy = *request;
  if (vf_request_has_problem(request->what)) vf_real_problem(reals, arena);
  if (whole || request->what == VF_STEP) vf_real_dynamics(reals, arena);
  if (whole || request->what == VF_SCHEDULE) vf_real_schedule(reals, arena);
  if (whole) {
    vf_real_list(reals, arena, &copy->experiment.start.x, p, vf_real_mixed(request));
    vf_real_single(reals, arena, &copy->experiment.start.size);
  } else if (request->what == VF_STEP) {
    vf_real_state(reals, arena);
    vf_real_single(reals, arena, &copy->lr);
    vf_real_single(reals, arena, &copy->wd);
  } else {
    const int at_point = vf_request_has_problem(request->what);
    const int mixed = at_point && vf_real_mixed(request);
    vf_real_list(reals, arena, &copy->x, at_point ? p : request->count, mixed);
    vf_real_list(reals, arena, &copy->v, at_point ? p : request->count, mixed);
  }
  vf_real_list(reals, arena, &copy->draws, vf_real_draws(request), 1);
  return reals;
}

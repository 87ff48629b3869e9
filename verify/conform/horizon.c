#include "conform/horizon.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <string.h>
#include "conform/draws.h"

enum { VF_NEIGHBOURS = 8 };

double vf_horizon_accuracy(const vf_precision *precision) {
  return precision->unit == vf_binary64.unit ? 1e-8 : 1e-3;
}

/* The next draws of a step, exact in the precision. */
static double *vf_horizon_draws(vf_cases *cases, const vf_request *request) {
  const sid_experiment *experiment = &request->experiment;
  const sid_dynamics *dynamics = &experiment->dynamics;
  const size_t count = vf_step_draws(dynamics) * vf_step_draw_size(&experiment->problem, dynamics);
  double *draws = vf_arena_take(cases->arena, count, sizeof *draws);
  vf_draw_step(&experiment->problem, dynamics, request->x, &cases->stream, draws);
  for (size_t i = 0; cases->binary32 && i < count; i++) draws[i] = (double)(float)draws[i];
  return draws;
}

/* Real numbers of the state; the others stay as they are. */
static size_t vf_horizon_reals(const vf_request *request) {
  return vf_state_reals(&request->experiment.problem, &request->experiment.dynamics);
}

/* Moves a neighbour by one step and by as much as rounding may. Returns 0 where it ends. */
static int vf_neighbour_step(vf_cases *cases, vf_request *request, const double *bound,
                             double *neighbour) {
  const size_t count = vf_request_numbers(request), reals = vf_horizon_reals(request);
  vf_arena arena = {NULL};
  vf_answer answer;
  request->x = neighbour;
  vf_answer_make(request, 1, &arena, &answer);
  for (size_t k = 0; k < count; k++) neighbour[k] = answer.values[k];
  for (size_t k = 0; k < reals; k++)
    neighbour[k] += sid_stream_rademacher(&cases->stream) * bound[k];
  vf_arena_free(&arena);
  return !answer.end;
}

/* Four times the largest distance of a neighbour, in each part of the state. Returns whether it is
 * below the accuracy. */
static int vf_horizon_bound(const vf_request *request, double *const *neighbours,
                            const double *state, double accuracy, double *bound) {
  const sid_experiment *experiment = &request->experiment;
  size_t length, first = 0;
  int known = 1;
  for (size_t part = 0; vf_state_part(&experiment->problem, &experiment->dynamics, part, &length);
       part++) {
    const size_t end = first + (length > 0 ? length : 1);
    double farthest = 0.0, size = 0.0;
    for (size_t k = first; k < end; k++) {
      if (!(fabs(state[k]) <= size)) size = fabs(state[k]);
      for (int n = 0; n < VF_NEIGHBOURS; n++)
        if (!(fabs(neighbours[n][k] - state[k]) <= farthest))
          farthest = fabs(neighbours[n][k] - state[k]);
    }
    for (size_t k = first; k < end; k++) bound[k] = 4.0 * farthest;
    known = known && 4.0 * farthest <= accuracy * size;
    first = end;
  }
  return known;
}

void vf_trajectory_make(vf_cases *cases, const vf_request *start, const vf_precision *precision,
                        size_t most, vf_trajectory *trajectory) {
  const double accuracy = vf_horizon_accuracy(precision);
  const size_t count = vf_request_numbers(start);
  double *neighbours[VF_NEIGHBOURS];
  const double *state = start->x;
  vf_request request = *start;
  trajectory->steps = 0;
  for (int n = 0; n < VF_NEIGHBOURS; n++) {
    neighbours[n] = vf_arena_take(cases->arena, count, sizeof **neighbours);
    memcpy(neighbours[n], state, count * sizeof *state);
    for (size_t k = 0; k < vf_horizon_reals(start); k++)
      neighbours[n][k] *= 1.0 + sid_stream_rademacher(&cases->stream) * precision->unit;
  }
  while (trajectory->steps < most) {
    const size_t t = trajectory->steps;
    vf_answer *after = trajectory->states + t;
    double *bound = vf_arena_take(cases->arena, count, sizeof *bound);
    trajectory->draws[t] = vf_horizon_draws(cases, &request);
    request.draws = trajectory->draws[t];
    request.x = state;
    vf_answer_make(&request, 1, cases->arena, after);
    if (!vf_bound(&request, after, precision, cases->arena, bound)) return;
    for (int n = 0; n < VF_NEIGHBOURS; n++)
      if (!vf_neighbour_step(cases, &request, bound, neighbours[n])) return;
    if (!vf_horizon_bound(&request, neighbours, after->values, accuracy, bound)) return;
    trajectory->bounds[t] = bound;
    state = after->values;
    trajectory->steps++;
  }
}

#endif

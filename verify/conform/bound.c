/* A right answer is what the reference gives for a request whose numbers are off by some roundings:
 * how far that is, is measured on the reference, by changing one number of the request after the
 * other (the condition), in no order of evaluation. What such a change does not show is added: the
 * rounding of an intermediate result that cancels, however the request is changed. Such are
 *  - the gradients of a step, which SVAG takes the difference of and Adam divides by their size:
 *    the step is measured as a function of its gradients, and each is as far off as its own
 *    condition says;
 *  - a number of a state that becomes much smaller: it may be had as itself plus a change;
 *  - components of a gradient along x, which are 0 exactly: the components of a vector share the
 *    largest bound among them;
 *  - 1 + cos of a schedule, sizes of a matrix: each where it is treated below.
 * Roundings add up along sums: their number is that of the terms of the longest chain of sums, and
 * a constant for the rest of a formula, which has less than 32 operations one behind the other
 * (Adam on trough3). */
#include "conform/bound.h"
#include <math.h>
#include <string.h>
#include "conform/draws.h"
#include "conform/reals.h"
#include "problems/network.h"

const vf_precision vf_binary64 = {0x1p-53, 0x1p-1022}, vf_binary32 = {0x1p-24, 0x1p-126};

/* Relative change for the differences. Their own error is the square of it times the third
 * derivative, and the reference's rounding over it: both are small against the condition. */
#define VF_CHANGE 0x1p-22

/* Spec section 3 rounds to 2^-32: a command may leave that out, or round the other way. */
#define VF_GRID 0x1p-30

enum { VF_OPERATIONS = 32 };

/* ---- conditions ---------------------------------------------------------------------------- */

/* What is measured: numbers that follow from a request. */
typedef void (*vf_function)(const vf_request *request, vf_arena *arena, double *values);

/* condition[k]: the sum over the real numbers of a request of |d values[k] / d number| times the
 * size of that number. */
static void vf_condition(const vf_reals *reals, vf_function function, size_t count,
                         double *condition) {
  vf_arena arena = {NULL};
  double *up = vf_arena_take(&arena, count, sizeof *up);
  double *down = vf_arena_take(&arena, count, sizeof *down);
  for (size_t k = 0; k < count; k++) condition[k] = 0.0;
  for (size_t i = 0; i < reals->count; i++) {
    vf_arena memory = {NULL};
    double *at = reals->reals[i].at;
    const double value = *at, change = VF_CHANGE * reals->reals[i].size;
    if (change == 0.0) continue;
    *at = value + change;
    function(&reals->request, &memory, up);
    *at = value - change;
    function(&reals->request, &memory, down);
    *at = value;
    for (size_t k = 0; k < count; k++) condition[k] += fabs(up[k] - down[k]) / (2.0 * VF_CHANGE);
    vf_arena_free(&memory);
  }
  vf_arena_free(&arena);
}

/* The answer itself. */
static void vf_answer_values(const vf_request *request, vf_arena *arena, double *values) {
  vf_answer answer;
  vf_answer_make(request, 1, arena, &answer);
  memcpy(values, answer.values, vf_request_numbers(request) * sizeof *values);
}

/* The largest of some numbers for each of them; NaN stays. */
static void vf_share(double *values, size_t count) {
  double largest = 0.0;
  for (size_t k = 0; k < count; k++)
    if (!(values[k] <= largest)) largest = values[k];
  for (size_t k = 0; k < count; k++) values[k] = largest;
}

/* Sums of a network, one behind the other: forward over inputs and groups (two means) of every
 * layer, the last layer and its classes, and back; and the operations of each layer. */
static double vf_network_terms(const sid_problem *problem) {
  const sid_network *network = problem->network;
  double terms = 2.0 * (double)network->classes, positions = 0.0;
  for (uint32_t k = 0; k < network->layer_count; k++) {
    const sid_net_layer layer = sid_net_layer_at(network, k);
    terms += VF_OPERATIONS + layer.inputs + 5.0 * layer.width;
    positions += 4.0 * layer.positions;
  }
  return terms + positions * (double)problem->samples;
}

/* Terms of the longest chain of sums in an answer: over coordinates, samples and a batch in one
 * gradient, and that over substeps. */
static double vf_terms(const vf_request *request) {
  const sid_experiment *experiment = &request->experiment;
  const sid_problem *problem = &experiment->problem;
  double terms = VF_OPERATIONS + (double)request->count;
  if (!vf_request_has_problem(request->what)) return terms;
  terms += (double)problem->dim + (double)problem->samples + (double)request->batch;
  if (problem->kind == SID_NETWORK) terms += vf_network_terms(problem);
  if (request->what == VF_STEP) terms += (double)experiment->dynamics.batch;
  if (request->what == VF_STEP) terms *= (double)experiment->dynamics.substeps;
  return terms;
}

/* ---- steps --------------------------------------------------------------------------------- */

/* The gradients that a step is made of: the full one, or one for each draw. */
static size_t vf_step_gradients(const sid_dynamics *dynamics) {
  const size_t draws = vf_step_draws(dynamics);
  return draws > 0 ? draws : 1;
}

static void vf_gradients(const vf_request *request, vf_arena *arena, double *values) {
  const sid_problem *problem = &request->experiment.problem;
  const sid_dynamics *dynamics = &request->experiment.dynamics;
  const size_t full = sid_problem_workspace(problem);
  const size_t batch = sid_problem_batch_workspace(problem, dynamics->batch);
  double *work = vf_arena_take(arena, batch > full ? batch : full, sizeof *work);
  sid_stream stream;
  sid_stream_given(&stream, request->draws);
  if (vf_step_draws(dynamics) == 0) sid_problem_gradient(problem, request->x, values, work);
  for (size_t d = 0; d < vf_step_draws(dynamics); d++)
    sid_problem_noisy_gradient(problem, request->x, dynamics->batch, &stream,
                               values + d * problem->dim, work);
}

/* The same step, on a problem that has the given gradients whatever x is: samples that are drawn in
 * their order, with losses -b_i x. */
static void vf_step_of_gradients(const vf_request *request, const double *gradients,
                                 vf_arena *arena, vf_request *step) {
  static const double order[] = {0.0, 1.0};
  const uint32_t p = request->experiment.problem.dim;
  const uint32_t samples = (uint32_t)vf_step_gradients(&request->experiment.dynamics);
  double *b = vf_arena_take(arena, (size_t)samples * p, sizeof *b);
  for (size_t k = 0; k < (size_t)samples * p; k++) b[k] = -gradients[k];
  *step = *request;
  step->experiment.problem =
      (sid_problem){.kind = SID_QUADRATIC_SAMPLES,
                    .noise = SID_NOISE_SAMPLES,
                    .dim = p,
                    .samples = samples,
                    .a = vf_arena_take(arena, (size_t)samples * p, sizeof(double)),
                    .b = b};
  step->experiment.dynamics.batch = 1;
  step->draws = order;
}

/* Adam divides a component of the gradient by its size: of a network, where units may cancel to
 * nothing, it may be all rounding. */
static int vf_adam_decides(const vf_request *request, const double *gradient, double off) {
  const int32_t kind = request->experiment.dynamics.kind;
  const sid_problem *problem = &request->experiment.problem;
  if (problem->kind != SID_NETWORK || (kind != SID_ADAM_L2 && kind != SID_ADAMW)) return 1;
  for (uint32_t j = 0; j < problem->dim; j++)
    if (fabs(gradient[j]) < off) return 0;
  return 1;
}

/* The condition of a step as a function of its state, its factors and its gradients, each
 * component of which is as far off as the worst, `unit` times that. Returns 0 where rounding
 * decides. */
static int vf_step_condition(const vf_request *request, double unit, vf_arena *arena,
                             double *condition) {
  const size_t components =
      (size_t)request->experiment.problem.dim * vf_step_gradients(&request->experiment.dynamics);
  double *gradients = vf_arena_take(arena, components, sizeof *gradients);
  double *off = vf_arena_take(arena, components, sizeof *off);
  vf_request step;
  const vf_reals *reals = vf_reals_of(request, arena);
  vf_gradients(request, arena, gradients);
  vf_condition(reals, vf_gradients, components, off);
  for (size_t k = 0; k < components; k++) off[k] += fabs(gradients[k]);
  vf_share(off, components);
  vf_step_of_gradients(request, gradients, arena, &step);
  const vf_reals *parts = vf_reals_of(&step, arena);
  const double *b = parts->request.experiment.problem.b;
  for (size_t i = 0; i < parts->count; i++) {
    vf_real *part = parts->reals + i;
    part->size = part->at >= b && part->at < b + components ? *off : fabs(*part->at);
  }
  vf_condition(parts, vf_answer_values, vf_request_numbers(request), condition);
  return vf_adam_decides(request, gradients, unit * *off);
}

/* A step with epochs as one with samples: the batch is given, the order is exact. */
static vf_request vf_step_of_batch(const vf_request *request, const vf_answer *ours) {
  vf_request step = *request;
  sid_problem *problem = &step.experiment.problem;
  if (step.what != VF_STEP || problem->noise != SID_NOISE_EPOCHS) return step;
  step.draws = vf_epoch_batch(problem, &step.experiment.dynamics, ours->values);
  problem->noise = SID_NOISE_SAMPLES;
  return step;
}

/* ---- sharpness ----------------------------------------------------------------------------- */

/* All elements of r*Hess L, r = dot(x, x). */
static void vf_hessian(const vf_request *request, vf_arena *arena, double *values) {
  const sid_problem *problem = &request->experiment.problem;
  const uint32_t p = problem->dim;
  double *work = vf_arena_take(arena, sid_problem_workspace(problem), sizeof *work);
  double *e = vf_arena_take(arena, p, sizeof *e);
  const double r = sid_dot(request->x, request->x, p);
  for (uint32_t k = 0; k < p; k++) {
    e[k] = 1.0;
    sid_problem_hessian_vector(problem, request->x, e, values + (size_t)k * p, work);
    e[k] = 0.0;
  }
  for (size_t i = 0; i < (size_t)p * p; i++) values[i] *= r;
}

/* An eigenvalue is off by no more than the norm of what the matrix is off by (Weyl). Lanczos is
 * complete after p vectors, unless they have lost their directions: then the residual is large. Its
 * test of a residual is 2^-44 of the norm. */
static int vf_sharpness_bound(const vf_request *request, double unit, vf_arena *arena,
                              double *bound) {
  const sid_problem *problem = &request->experiment.problem;
  const size_t p = problem->dim, count = p * p;
  const size_t room = sid_sharpness_workspace(problem, SID_SHARPNESS_ITERATIONS);
  double *matrix = vf_arena_take(arena, count, sizeof *matrix);
  double *off = vf_arena_take(arena, count, sizeof *off), residual;
  const vf_reals *reals = vf_reals_of(request, arena);
  vf_hessian(request, arena, matrix);
  vf_condition(reals, vf_hessian, count, off);
  const double norm = sqrt(sid_dot(matrix, matrix, count));
  *bound = unit * (sqrt(sid_dot(off, off, count)) + norm) + 0x1p-44 * norm;
  sid_sharpness_lanczos(problem, request->x, SID_SHARPNESS_ITERATIONS, &residual,
                        vf_arena_take(arena, room, sizeof(double)));
  return p <= SID_SHARPNESS_ITERATIONS && residual <= 0x1p-44 * norm;
}

/* ---- the rest ------------------------------------------------------------------------------ */

/* u1 = 1 - U and u2 = U are exact. sqrt(-2 ln u1) is off by some roundings of it, the angle
 * 2 pi u2 by some of 2 pi, so cos and sin are by 20 of them. */
static void vf_normals_bound(const vf_request *request, double unit, double *bound) {
  for (size_t k = 0; k < request->count; k++) {
    const double u1 = 1.0 - (double)(request->raws[k & ~(size_t)1] >> 11) * 0x1p-53;
    const double r = sqrt(-2.0 * log(u1));
    bound[k] = 64.0 * unit * r + VF_GRID * (1.0 + r);
  }
}

/* lr*factor^k by whatever powers; between lr and lr_min, what cancels in 1 + cos or 1 - u is of the
 * size of both. */
static void vf_schedule_bound(const vf_request *request, const vf_answer *ours, double unit,
                              double *bound) {
  const sid_schedule *schedule = &request->experiment.schedule;
  const double ends = fabs(schedule->lr) + fabs(schedule->lr_min);
  for (int i = 0; i < 3; i++) bound[i] = VF_OPERATIONS * unit * fabs(ours->values[i]);
  if (schedule->kind == SID_EXPONENTIAL) bound[0] *= 1.0 + (double)request->k;
  if (schedule->kind == SID_COSINE || schedule->kind == SID_TRIANGLE)
    bound[0] += VF_OPERATIONS * unit * ends;
  if (schedule->kind == SID_COSINE) bound[0] += VF_GRID * ends;
}

/* Returns 0 where rounding decides. */
static int vf_request_condition(const vf_request *request, double unit, vf_arena *arena,
                                double *condition) {
  const size_t count = vf_request_numbers(request);
  const sid_dynamics *dynamics = &request->experiment.dynamics;
  if (request->what == VF_STEP && dynamics->kind != SID_SDE2 && !vf_draws_gaussian(dynamics))
    return vf_step_condition(request, unit, arena, condition);
  const vf_reals *reals = vf_reals_of(request, arena);
  vf_condition(reals, vf_answer_values, count, condition);
  if (request->what != VF_OBSERVE) vf_share(condition, count);
  return 1;
}

/* Noise on a sphere has the length that is asked for whatever is left of the draw when its part
 * along x is taken off: where that is less than a quarter, the direction is that of roundings. */
static int vf_sphere_apart(const vf_request *request) {
  const sid_problem *problem = &request->experiment.problem;
  const uint32_t p = problem->dim;
  if (problem->noise != SID_NOISE_SPHERE || !sid_problem_scale_invariant(problem)) return 1;
  for (size_t first = 0; first < vf_real_draws(request); first += p) {
    const double *e = request->draws + first;
    const double t = sid_dot(e, request->x, p);
    const double left = 1.0 - t * t / (sid_dot(e, e, p) * sid_dot(request->x, request->x, p));
    if (left < 0.0625) return 0;
  }
  return 1;
}

/* Where all entries are in one row or column, its factors scale all outputs alike: what the loss
 * does not depend on is then a sum of terms that may be of any size. */
static int vf_completion_apart(const sid_problem *problem) {
  int same[2] = {1, 1};
  if (problem->kind != SID_BN_COMPLETION) return 1;
  for (uint32_t i = 0; i < 2 * problem->samples; i++)
    same[i % 2] = same[i % 2] && problem->entries[i] == problem->entries[i % 2];
  return !same[0] && !same[1];
}

/* Samples of a batch whose images differ. */
static size_t vf_distinct_images(const sid_problem *problem, const double *indices, size_t count) {
  const sid_network *network = problem->network;
  const size_t size = (size_t)network->rows * network->cols * network->channels;
  size_t distinct = 0;
  for (size_t b = 0; b < count; b++) {
    const uint8_t *image = network->pixels + size * (indices ? (size_t)indices[b] : b);
    int new = 1;
    for (size_t k = 0; k < b && new; k++)
      new = memcmp(image, network->pixels + size * (indices ? (size_t)indices[k] : k), size) != 0;
    distinct += (size_t) new;
  }
  return distinct;
}

/* With bn a batch of one image, however often, has no variance but that of roundings, and with two
 * the gradient is nothing but roundings. */
static int vf_batches_apart(const vf_request *request) {
  const sid_problem *problem = &request->experiment.problem;
  const sid_dynamics *dynamics = &request->experiment.dynamics;
  const int step = request->what == VF_STEP;
  const uint32_t batch = step ? dynamics->batch : request->batch;
  const size_t draws = step ? vf_step_draws(dynamics) : request->what == VF_NOISE;
  if (problem->kind != SID_NETWORK || problem->network->norm != SID_NORM_BN) return 1;
  if (draws == 0 || problem->noise == SID_NOISE_NONE)
    return vf_distinct_images(problem, NULL, problem->samples) >= 3;
  for (size_t d = 0; d < draws; d++)
    if (vf_distinct_images(problem, request->draws + d * batch, batch) < 3) return 0;
  return 1;
}

int vf_bound(const vf_request *given, const vf_answer *ours, const vf_precision *precision,
             vf_arena *arena, double *bound) {
  memset(bound, 0, vf_request_numbers(given) * sizeof *bound);
  if (ours->end) return 0;
  const vf_request step = vf_step_of_batch(given, ours), *request = &step;
  const size_t count = vf_request_numbers(request);
  const double unit = vf_terms(request) * precision->unit;
  int asked = vf_sphere_apart(request) && vf_completion_apart(&request->experiment.problem) &&
              vf_batches_apart(request);
  switch (request->what) {
    case VF_NORMALS_FROM_RAWS: vf_normals_bound(request, precision->unit, bound); break;
    case VF_SCHEDULE: vf_schedule_bound(request, ours, precision->unit, bound); break;
    case VF_SHARPNESS: asked = vf_sharpness_bound(request, unit, arena, bound); break;
    default:
      asked = vf_request_condition(request, unit, arena, bound) && asked;
      for (size_t k = 0; k < count; k++) bound[k] = unit * (bound[k] + fabs(ours->values[k]));
      for (size_t k = 0; request->what == VF_STEP && k < count; k++)
        bound[k] += unit * fabs(request->x[k]);
  }
  for (size_t k = 0; k < count; k++) {
    bound[k] += VF_OPERATIONS * precision->smallest;
    asked = asked && isfinite(bound[k]) && isfinite(ours->values[k]);
  }
  return asked;
}

#include "conform/cases.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "conform/draws.h"
#include "dynamics/dynamics.h"
#include "formats/names.h"
#include "observe.h"
#include "problem.h"
#include "ranges.h"

/* ---- problems ------------------------------------------------------------------------------ */

/* Odd sizes, and those around the eight accumulators of a sum. */
static uint32_t vf_case_dim(vf_cases *cases, uint32_t least) {
  static const uint32_t dims[] = {1, 2, 3, 4, 5, 7, 8, 9, 11, 16, 17, 24, 33};
  uint32_t dim;
  do dim = dims[vf_case_integer(cases, 0, sizeof dims / sizeof dims[0] - 1)];
  while (dim < least);
  return dim;
}

static void vf_case_matrix(vf_cases *cases, sid_problem *problem) {
  const uint32_t p = problem->dim;
  double *matrix = vf_case_normals(cases, (size_t)p * p, 1.0);
  for (uint32_t i = 0; i < p; i++)
    for (uint32_t j = 0; j < i; j++) matrix[i * p + j] = matrix[j * p + i];
  problem->matrix = matrix;
}

/* Multiples of 1/64 that sum to 1. */
static void vf_case_weights(vf_cases *cases, sid_problem *problem) {
  double *weights = vf_arena_take(cases->arena, problem->samples, sizeof *weights);
  for (uint32_t k = 0; k < 64; k++)
    weights[vf_case_integer(cases, 0, problem->samples - 1)] += 0x1p-6;
  problem->weights = weights;
}

static void vf_case_completion(vf_cases *cases, sid_problem *problem) {
  problem->rows = vf_case_integer(cases, 2, 4);
  problem->cols = vf_case_integer(cases, 2, 4);
  problem->inner = vf_case_integer(cases, 1, 3);
  problem->dim = (problem->rows + problem->cols) * problem->inner;
  const uint32_t cells = problem->rows * problem->cols;
  problem->samples = vf_case_integer(cases, 3, cells);
  uint32_t *entries = vf_arena_take(cases->arena, 2 * (size_t)problem->samples, sizeof *entries);
  sid_data_entries(&cases->stream, problem->rows, problem->cols, problem->samples, entries);
  problem->entries = entries;
  problem->labels = vf_case_normals(cases, problem->samples, 1.0);
  if (vf_case_integer(cases, 0, 1)) problem->matrix = vf_case_normals(cases, cells, 1.0);
}

/* Means, and exp(-mean) to nearest. */
static void vf_case_poisson(vf_cases *cases, sid_problem *problem) {
  static const double constants[4][2] = {{0.125, 0x1.c3d6a24ed8222p-1},
                                         {0.5, 0x1.368b2fc6f960ap-1},
                                         {1.0, 0x1.78b56362cef38p-2},
                                         {3.0, 0x1.97db0ccceb0afp-5}};
  const double *chosen = constants[vf_case_integer(cases, 0, 3)];
  problem->mean = chosen[0];
  problem->exp_minus_mean = vf_case_number(cases, chosen[1]);
}

static void vf_case_samples(vf_cases *cases, sid_problem *problem) {
  problem->samples = vf_case_integer(cases, 1, 9);
  const size_t count = (size_t)problem->samples * problem->dim;
  if (problem->kind == SID_QUADRATIC_SAMPLES) {
    problem->a = vf_case_normals(cases, count, 1.0);
    problem->b = vf_case_normals(cases, count, 1.0);
    if (vf_case_integer(cases, 0, 1)) vf_case_weights(cases, problem);
    return;
  }
  if (problem->kind == SID_BN_REGRESSION) problem->samples += 2; /* two leave the loss constant */
  problem->features = vf_case_normals(cases, (size_t)problem->samples * problem->dim, 1.0);
  problem->labels = vf_case_normals(cases, problem->samples, 1.0);
}

static void vf_case_data(vf_cases *cases, sid_problem *problem) {
  const uint32_t least = sid_problem_scale_invariant(problem) ? 2 : 1;
  switch (problem->kind) {
    case SID_RATIO2: problem->dim = 2; return;
    case SID_TROUGH3:
    case SID_RIDGE3: problem->dim = 3; return;
    case SID_BN_COMPLETION: vf_case_completion(cases, problem); return;
    default: problem->dim = vf_case_dim(cases, least);
  }
  switch (problem->kind) {
    case SID_NORMALISED_LINEAR:
    case SID_QUADRATIC_SAMPLES:
    case SID_BN_REGRESSION: vf_case_samples(cases, problem); return;
    case SID_POISSON: vf_case_poisson(cases, problem); return;
    case SID_NOISE_ONLY: return;
    default: break;
  }
  if (problem->kind == SID_RAYLEIGH && problem->dim <= 9 && vf_case_integer(cases, 0, 1))
    vf_case_matrix(cases, problem);
  else
    problem->spectrum = vf_case_normals(cases, problem->dim, 1.0);
}

static void vf_case_noise(vf_cases *cases, sid_problem *problem) {
  uint32_t allowed = sid_problem_traits_of(problem)->noises;
  if (allowed & cases->noises) allowed &= cases->noises;
  problem->noise = cases->noise;
  while (cases->noise < 0 && (problem->noise < 0 || !(allowed & SID_NOISE_BIT(problem->noise))))
    problem->noise = (int32_t)vf_case_integer(cases, SID_NOISE_NONE, SID_NOISE_POISSON);
  if (!(SID_NOISES_DRAWN & SID_NOISE_BIT(problem->noise))) return;
  if (problem->noise != SID_NOISE_SPHERE && vf_case_integer(cases, 0, 3) == 0) {
    double *scale = vf_case_normals(cases, problem->dim, 0.5);
    for (uint32_t j = 0; j < problem->dim; j++) scale[j] = fabs(scale[j]);
    problem->scale = scale;
  } else {
    problem->sigma = vf_case_uniform(cases, 0.1, 1.5);
  }
}

/* A problem of a kind; 0 where it is not built in, or the noise of the cases does not suit it. */
static int vf_case_problem(vf_cases *cases, int32_t kind, sid_problem *problem) {
  memset(problem, 0, sizeof *problem);
  problem->kind = kind;
  const sid_problem_traits *traits = sid_problem_traits_of(problem);
  if (cases->noise >= 0 && !(traits->noises & SID_NOISE_BIT(cases->noise))) return 0;
  if (traits->noises == 0) return 0;
  if (kind == SID_NETWORK) {
    vf_case_network(cases, problem);
    return 1;
  }
  vf_case_data(cases, problem);
  vf_case_noise(cases, problem);
  return 1;
}

/* ---- dynamics and schedules ---------------------------------------------------------------- */

/* A dynamics of that kind on the problem; 0 where it does not suit. */
static int vf_case_dynamics(vf_cases *cases, int32_t kind, const sid_problem *problem,
                            sid_dynamics *dynamics) {
  const int adam = kind == SID_ADAM_L2 || kind == SID_ADAMW;
  memset(dynamics, 0, sizeof *dynamics);
  *dynamics = (sid_dynamics){.kind = kind, .l = 1, .substeps = 1, .batch = 1};
  if (kind == SID_SVAG) dynamics->l = vf_case_integer(cases, 1, 9);
  if (kind == SID_SDE || kind == SID_SDE2) dynamics->substeps = vf_case_integer(cases, 1, 4);
  if (problem->noise >= SID_NOISE_SAMPLES && kind != SID_GD && kind < SID_PROJECTED_GD)
    dynamics->batch = vf_case_batch(cases, problem);
  if (kind >= SID_MOMENTUM && kind != SID_PROJECTED_GD)
    dynamics->beta = vf_case_uniform(cases, 0.0, 0.95);
  if (adam) {
    dynamics->beta2 = vf_case_uniform(cases, 0.0, 0.95);
    dynamics->alpha = vf_case_uniform(cases, 0.01, 0.5);
    dynamics->eps = vf_case_integer(cases, 0, 1) ? vf_case_uniform(cases, 0.01, 0.5) : 0.0;
  }
  if (kind > SID_PROJECTED_GD) dynamics->v0 = vf_case_uniform(cases, 0.1, 2.0);
  return sid_dynamics_validate(dynamics, problem) == SID_OK;
}

static void vf_case_segments(vf_cases *cases, sid_schedule *schedule) {
  sid_segment *segments = vf_arena_take(cases->arena, 4, sizeof *segments);
  uint64_t start = 0;
  schedule->segment_count = vf_case_integer(cases, 1, 4);
  for (uint32_t s = 0; s < schedule->segment_count; s++) {
    segments[s] = (sid_segment){start, vf_case_uniform(cases, 0.01, 0.5),
                                vf_case_uniform(cases, 0.0, 0.5), 1.0};
    if (s > 0 && vf_case_integer(cases, 0, 1))
      segments[s].rescale = vf_case_uniform(cases, 0.5, 2.0);
    start += vf_case_integer(cases, 1, 5);
  }
  schedule->segments = segments;
}

static void vf_case_schedule(vf_cases *cases, sid_schedule *schedule) {
  memset(schedule, 0, sizeof *schedule);
  const int32_t kind = vf_case_kind(cases, 0, SID_TRIANGLE, cases->schedules); /* 0: constant */
  schedule->kind = kind > 0 ? kind : SID_PIECEWISE;
  if (kind <= SID_PIECEWISE) {
    vf_case_segments(cases, schedule);
    if (kind == 0) schedule->segment_count = 1;
    return;
  }
  schedule->lr = vf_case_uniform(cases, 0.01, 0.5);
  schedule->wd = vf_case_uniform(cases, 0.0, 0.5);
  if (schedule->kind == SID_EXPONENTIAL) {
    schedule->factor = vf_case_uniform(cases, 0.8, 1.0);
    return;
  }
  schedule->lr_min = vf_case_integer(cases, 0, 1) ? vf_case_uniform(cases, 0.0, 0.2) : 0.0;
  schedule->period = vf_case_integer(cases, 1, 40);
}

/* ---- requests ------------------------------------------------------------------------------ */

static void vf_case_stream(vf_cases *cases, vf_request *request) {
  request->seed = sid_stream_raw(&cases->stream) >> vf_case_integer(cases, 0, 63);
  request->key_len = vf_case_integer(cases, 0, SID_KEY_MAX);
  for (uint32_t k = 0; k < request->key_len; k++)
    request->key[k] = sid_stream_raw(&cases->stream) >> vf_case_integer(cases, 0, 63);
  request->count = vf_case_integer(cases, 1, 40);
}

/* Raws whose uniforms binary32 has need at most 24 leading bits. */
static void vf_case_raws(vf_cases *cases, vf_request *request) {
  request->count = 2 * (size_t)vf_case_integer(cases, 1, 8);
  uint64_t *raws = vf_arena_take(cases->arena, request->count, sizeof *raws);
  for (size_t i = 0; i < request->count; i++) {
    raws[i] = sid_stream_raw(&cases->stream);
    if (cases->binary32) raws[i] &= ~(uint64_t)0 << 41;
  }
  request->raws = raws;
}

/* Draws are numbers of the request too. */
static double *vf_case_draws(vf_cases *cases, size_t count) {
  return vf_arena_take(cases->arena, count, sizeof(double));
}

static void vf_case_round(const vf_cases *cases, double *values, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = vf_case_number(cases, values[i]);
}

static void vf_case_noise_request(vf_cases *cases, vf_request *request) {
  const sid_problem *problem = &request->experiment.problem;
  request->gaussian = vf_case_integer(cases, 0, 1) != 0 && vf_has_gaussian(problem);
  request->batch = 1;
  if (!request->gaussian && problem->noise >= SID_NOISE_SAMPLES)
    request->batch = vf_case_batch(cases, problem);
  const size_t size = vf_draw_size(problem, request->batch, request->gaussian);
  double *draw = vf_case_draws(cases, size);
  vf_draw(problem, request->batch, request->gaussian, &cases->stream, draw);
  vf_case_round(cases, draw, size);
  request->draws = draw;
}

/* A state that some steps have made, so that what a dynamics remembers is not as at the start.
 * Returns 0 where the start is no state. */
static int vf_case_step(vf_cases *cases, vf_request *request) {
  const sid_problem *problem = &request->experiment.problem;
  const sid_dynamics *dynamics = &request->experiment.dynamics;
  const size_t doubles = sid_state_doubles(problem, dynamics), steps = vf_step_draws(dynamics);
  const size_t size = vf_step_draw_size(problem, dynamics);
  double *state = vf_arena_take(cases->arena, doubles, sizeof *state);
  double *work = vf_arena_take(cases->arena, sid_step_workspace(problem, dynamics), sizeof *work);
  double *draws = vf_case_draws(cases, steps * size);
  request->lr = vf_case_uniform(cases, 0.01, 0.5);
  request->wd = vf_case_integer(cases, 0, 3) ? vf_case_uniform(cases, 0.01, 0.5) : 0.0;
  memcpy(state, request->x, problem->dim * sizeof *state);
  sid_state_begin(problem, dynamics, request->lr, state);
  if (!sid_all_finite(state, (uint32_t)doubles)) return 0;
  for (uint32_t t = vf_case_integer(cases, 0, 3); t > 0; t--)
    if (sid_step(problem, dynamics, request->lr, request->wd, state, &cases->stream, work)) break;
  vf_case_round(cases, state, doubles);
  vf_draw_step(problem, dynamics, state, &cases->stream, draws);
  vf_case_round(cases, draws, steps * size);
  request->x = state;
  request->draws = draws;
  return 1;
}

static void vf_case_start(vf_cases *cases, sid_experiment *experiment) {
  sid_start *start = &experiment->start;
  start->kind = vf_case_kind(cases, SID_START_POINT, SID_START_UNIFORM, cases->starts);
  if (start->kind == SID_START_POINT)
    start->x = vf_case_normals(cases, experiment->problem.dim, 1.0);
  else
    start->size = vf_case_uniform(cases, 0.5, 2.0);
}

static void vf_case_records(vf_cases *cases, sid_experiment *experiment) {
  uint64_t *checkpoints = vf_arena_take(cases->arena, experiment->steps + 1, sizeof *checkpoints);
  int32_t *observables = vf_arena_take(cases->arena, SID_TEST_CLASSES + 1, sizeof *observables);
  const int invariant = sid_problem_scale_invariant(&experiment->problem);
  for (uint64_t t = 0; t <= experiment->steps; t++)
    if (t == experiment->steps || vf_case_integer(cases, 0, 2) == 0)
      checkpoints[experiment->checkpoint_count++] = t;
  uint32_t count = 0;
  observables[count++] = cases->observables >> SID_X & 1u ? SID_X : SID_NORM2;
  for (int32_t o = SID_NORM2; o <= SID_F; o++)
    if (count < 7 && cases->observables >> o & 1u &&
        sid_observable_defined(&experiment->problem, o) && vf_case_integer(cases, 0, 1))
      observables[count++] = o;
  if (invariant && cases->observables >> SID_SPHERICAL_SHARPNESS & 1u &&
      vf_case_integer(cases, 0, 3) == 0)
    observables[count++] = SID_SPHERICAL_SHARPNESS;
  experiment->checkpoints = checkpoints;
  experiment->observables = observables;
  experiment->observable_count = count;
  if (experiment->problem.kind == SID_NETWORK)
    vf_case_observables(cases, experiment, SID_TEST_LOSS,
                        UINT32_MAX << SID_LAYER_NORM2 | 1u << SID_TEST_LOSS |
                            1u << SID_MIDPOINT_TEST_LOSS);
}

static int vf_case_run(vf_cases *cases, vf_request *request) {
  sid_experiment *experiment = &request->experiment;
  vf_case_schedule(cases, &experiment->schedule);
  vf_case_start(cases, experiment);
  experiment->seed = sid_stream_raw(&cases->stream) >> vf_case_integer(cases, 0, 63);
  experiment->steps = vf_case_integer(cases, 0, 12);
  vf_case_records(cases, experiment);
  request->first = vf_case_integer(cases, 0, 1000);
  request->last = request->first + (request->what == VF_RUN ? 1 : vf_case_integer(cases, 1, 4));
  return sid_experiment_validate(experiment) == SID_OK;
}

/* Everything of another size, so that something overflows, underflows or ends early. */
static double vf_case_size(vf_cases *cases) {
  if (cases->small) return 0x1p-6;
  if (!cases->extreme || vf_case_integer(cases, 0, 7)) return 1.0;
  return sid_stream_rademacher(&cases->stream) > 0.0 ? 0x1p+540 : 0x1p-540;
}

static int vf_case_with_problem(vf_cases *cases, int32_t problem, int32_t dynamics,
                                vf_request *request) {
  sid_experiment *experiment = &request->experiment;
  if (!vf_case_problem(cases, problem, &experiment->problem)) return 0;
  const uint32_t dim = experiment->problem.dim;
  double *x = vf_case_normals(cases, dim, vf_case_size(cases));
  vf_case_zeros(cases, &experiment->problem, x);
  request->x = x;
  if (sid_step_domain(&experiment->problem, request->x)) return 0;
  if (request->what == VF_HESSIAN_VECTOR) request->v = vf_case_normals(cases, dim, 1.0);
  if (request->what == VF_NOISE) vf_case_noise_request(cases, request);
  if (request->what == VF_NOISE_TRACE && !vf_has_trace(&experiment->problem)) return 0;
  if (request->what == VF_OBSERVE) return vf_case_observe(cases, request);
  if (request->what == VF_SHARPNESS && !sid_problem_scale_invariant(&experiment->problem)) return 0;
  if (request->what < VF_STEP) return 1;
  if (!vf_case_dynamics(cases, dynamics, &experiment->problem, &experiment->dynamics)) return 0;
  return request->what == VF_STEP ? vf_case_step(cases, request) : vf_case_run(cases, request);
}

int vf_case_request(vf_cases *cases, vf_do what, int32_t problem, int32_t dynamics,
                    vf_request *request) {
  memset(request, 0, sizeof *request);
  request->what = what;
  switch (what) {
    case VF_RAW:
    case VF_UNIFORM:
    case VF_NORMALS: vf_case_stream(cases, request); return 1;
    case VF_NORMALS_FROM_RAWS: vf_case_raws(cases, request); return 1;
    case VF_SUM:
    case VF_DOT:
      request->count = vf_case_integer(cases, 0, 40);
      request->x = vf_case_normals(cases, request->count, vf_case_size(cases));
      if (what == VF_DOT) request->v = vf_case_normals(cases, request->count, 1.0);
      return 1;
    case VF_SCHEDULE:
      vf_case_schedule(cases, &request->experiment.schedule);
      request->k = vf_case_integer(cases, 0, 60);
      return 1;
    default: return vf_case_with_problem(cases, problem, dynamics, request);
  }
}

uint64_t vf_case_purpose(int what) {
  enum { VF_NEW_PURPOSE = 18 };
  if (what == VF_OBSERVE) return VF_NEW_PURPOSE;
  return (uint64_t)(what < VF_OBSERVE ? what : what - 1);
}

/* ---- names --------------------------------------------------------------------------------- */

static void vf_case_append(char text[96], const char *names, int32_t index) {
  const size_t used = strlen(text);
  int length;
  const char *word = vf_word(names, index, &length);
  snprintf(text + used, 96 - used, "%s%.*s", used > 0 ? "." : "", length, word);
}

void vf_case_subject(const vf_request *request, char text[96]) {
  const sid_experiment *experiment = &request->experiment;
  *text = '\0';
  if (request->what == VF_SCHEDULE) {
    const int constant =
        experiment->schedule.kind == SID_PIECEWISE && experiment->schedule.segment_count == 1;
    vf_case_append(text, VF_SCHEDULES, constant ? 0 : experiment->schedule.kind);
  }
  if (!vf_request_has_problem(request->what)) return;
  snprintf(text, 96, "%s", sid_problem_name(experiment->problem.kind));
  if (experiment->problem.kind == SID_NETWORK) {
    int length;
    const char *norm =
        vf_word(VF_NORMS, experiment->problem.network->norm - SID_NORM_NONE, &length);
    snprintf(text, 96, "network-%.*s", length, norm);
  }
  vf_case_append(text, VF_NOISES, experiment->problem.noise);
  if (request->what >= VF_STEP)
    vf_case_append(text, VF_DYNAMICS, experiment->dynamics.kind - SID_GD);
}

#endif

#include "conform/request.h"
#include "conform/draws.h"
#include "formats/experiment_write.h"

#define VF_REQUEST_NAME(enumerator, name) name,
#define VF_REQUEST_WORD(enumerator, name) " " name
const char *const vf_request_words = &(VF_REQUESTS(VF_REQUEST_WORD))[1];

const char *vf_request_name(vf_do what) {
  static const char *const names[] = {VF_REQUESTS(VF_REQUEST_NAME)};
  return names[what];
}

int vf_request_has_experiment(vf_do what) { return what == VF_RUN || what == VF_ENSEMBLE; }

int vf_request_has_problem(vf_do what) {
  return what == VF_DEFINE || (what >= VF_LOSS && what != VF_SCHEDULE);
}

size_t vf_request_numbers(const vf_request *request) {
  const sid_experiment *experiment = &request->experiment;
  const size_t rows = sid_row_width(experiment) * experiment->checkpoint_count;
  switch (request->what) {
    case VF_DEFINE: return 0;
    case VF_RAW:
    case VF_UNIFORM:
    case VF_NORMALS:
    case VF_NORMALS_FROM_RAWS: return request->count;
    case VF_GRADIENT:
    case VF_HESSIAN_VECTOR:
    case VF_NOISE: return experiment->problem.dim;
    case VF_SCHEDULE: return 3;
    case VF_OBSERVE: return sid_row_width(experiment);
    case VF_STEP: return sid_state_doubles(&experiment->problem, &experiment->dynamics);
    case VF_RUN: return rows;
    case VF_ENSEMBLE: return rows * (request->last - request->first);
    default: return 1;
  }
}

const uint32_t vf_observed = 1u << SID_NORM2 | 1u << SID_LOSS | 1u << SID_GRAD_NORM2 | 1u << SID_X |
                             1u << SID_TEST_LOSS | 1u << SID_SPHERICAL_SHARPNESS |
                             1u << SID_LAYER_NORM2 | 1u << SID_ACCURACY | 1u << SID_TEST_ACCURACY |
                             1u << SID_TEST_CLASSES;

int vf_state_counts(const char *name) { return *name == 'o' || *name == 'e'; }

/* The parts without those of epochs. */
static const char *vf_own_part(const sid_problem *problem, const sid_dynamics *dynamics, size_t k,
                               size_t *length) {
  static const char *const momentum[] = {"x", "v"}, *const adam[] = {"x", "m", "v", "b1", "b2"};
  const char *single = NULL;
  *length = problem->dim;
  if (k == 0) return "x";
  switch (dynamics->kind) {
    case SID_MOMENTUM: return k < 2 ? momentum[k] : NULL;
    case SID_ADAM_L2:
    case SID_ADAMW:
      if (k > 2) *length = 0;
      return k < 5 ? adam[k] : NULL;
    case SID_PROJECTED_GD: single = "R"; break;
    case SID_RMSPROP: single = "v"; break;
    case SID_QUASI_RMSPROP: single = "u"; break;
    default: break;
  }
  *length = 0;
  return k == 1 ? single : NULL;
}

const char *vf_state_part(const sid_problem *problem, const sid_dynamics *dynamics, size_t k,
                          size_t *length) {
  size_t own = 0;
  const char *name = vf_own_part(problem, dynamics, k, length);
  if (name || problem->noise != SID_NOISE_EPOCHS) return name;
  while (vf_own_part(problem, dynamics, own, length)) own++;
  *length = k == own ? problem->samples : 0;
  return k == own ? "o" : k == own + 1 ? "e" : NULL;
}

/* ---- as JSON ------------------------------------------------------------------------------- */

static void vf_write_list(vf_json_writer *json, const char *name, const double *values,
                          size_t count) {
  vf_json_name(json, name);
  vf_json_reals(json, values, count);
}

static void vf_write_stream(vf_json_writer *json, const vf_request *request) {
  vf_json_name(json, "seed");
  vf_json_word(json, request->seed);
  vf_json_name(json, "key");
  vf_json_words(json, request->key, request->key_len);
  vf_json_name(json, "count");
  vf_json_integer(json, request->count);
}

static void vf_write_request_problem(vf_json_writer *json, const vf_request *request) {
  vf_json_name(json, "problem");
  if (request->name && request->what != VF_DEFINE)
    vf_json_string(json, request->name);
  else
    vf_write_problem(json, &request->experiment.problem);
}

/* Normals are real numbers; signs, samples and counts are integers. */
static void vf_write_draw(vf_json_writer *json, const sid_problem *problem, int gaussian,
                          const double *draw, size_t size) {
  if (gaussian || problem->noise == SID_NOISE_GAUSSIAN || problem->noise == SID_NOISE_SPHERE)
    vf_json_reals(json, draw, size);
  else
    vf_json_integers(json, draw, size);
}

static void vf_write_noise_request(vf_json_writer *json, const vf_request *request) {
  const sid_problem *problem = &request->experiment.problem;
  vf_json_name(json, "batch");
  vf_json_integer(json, request->batch);
  vf_json_name(json, "gaussian");
  vf_json_boolean(json, request->gaussian);
  vf_json_name(json, "draw");
  vf_write_draw(json, problem, request->gaussian, request->draws,
                vf_draw_size(problem, request->batch, request->gaussian));
}

static void vf_write_step(vf_json_writer *json, const vf_request *request) {
  const sid_problem *problem = &request->experiment.problem;
  const sid_dynamics *dynamics = &request->experiment.dynamics;
  const int gaussian = vf_draws_gaussian(dynamics);
  const size_t size = vf_step_draw_size(problem, dynamics);
  vf_json_name(json, "dynamics");
  vf_write_dynamics(json, dynamics);
  vf_json_name(json, "lr");
  vf_json_real(json, request->lr);
  vf_json_name(json, "wd");
  vf_json_real(json, request->wd);
  vf_json_name(json, "state");
  vf_write_state(json, problem, dynamics, request->x);
  vf_json_name(json, "draws");
  vf_json_open(json, '[');
  for (size_t d = 0; d < vf_step_draws(dynamics); d++)
    vf_write_draw(json, problem, gaussian, request->draws + d * size, size);
  vf_json_close(json, ']');
}

void vf_write_state(vf_json_writer *json, const sid_problem *problem, const sid_dynamics *dynamics,
                    const double *state) {
  size_t length = 0;
  const char *name;
  vf_json_open(json, '{');
  for (size_t k = 0; (name = vf_state_part(problem, dynamics, k, &length)) != NULL; k++) {
    vf_json_name(json, name);
    if (vf_state_counts(name) && length == 0)
      vf_json_integer(json, (uint64_t)*state);
    else if (vf_state_counts(name))
      vf_json_integers(json, state, length);
    else if (length > 0)
      vf_json_reals(json, state, length);
    else
      vf_json_real(json, *state);
    state += length > 0 ? length : 1;
  }
  vf_json_close(json, '}');
}

static void vf_write_trajectories(vf_json_writer *json, const vf_request *request) {
  const uint64_t range[2] = {request->first, request->last};
  vf_json_name(json, "experiment");
  vf_write_experiment(json, &request->experiment, request->name);
  if (request->what == VF_RUN) {
    vf_json_name(json, "trajectory");
    vf_json_word(json, request->first);
  } else {
    vf_json_name(json, "trajectories");
    vf_json_words(json, range, 2);
  }
}

static void vf_write_fields(vf_json_writer *json, const vf_request *request) {
  const uint32_t dim = request->experiment.problem.dim;
  if (vf_request_has_problem(request->what) && !vf_request_has_experiment(request->what))
    vf_write_request_problem(json, request);
  switch (request->what) {
    case VF_DEFINE:
      vf_json_name(json, "name");
      vf_json_string(json, request->name);
      return;
    case VF_RAW:
    case VF_UNIFORM:
    case VF_NORMALS: vf_write_stream(json, request); return;
    case VF_NORMALS_FROM_RAWS:
      vf_json_name(json, "raws");
      vf_json_words(json, request->raws, request->count);
      return;
    case VF_SUM:
    case VF_DOT:
      vf_write_list(json, "a", request->x, request->count);
      if (request->what == VF_DOT) vf_write_list(json, "b", request->v, request->count);
      return;
    case VF_SCHEDULE:
      vf_json_name(json, "schedule");
      vf_write_schedule(json, &request->experiment.schedule);
      vf_json_name(json, "k");
      vf_json_integer(json, request->k);
      return;
    case VF_STEP: vf_write_step(json, request); return;
    case VF_RUN:
    case VF_ENSEMBLE: vf_write_trajectories(json, request); return;
    default: break;
  }
  vf_write_list(json, "x", request->x, dim);
  if (request->what == VF_HESSIAN_VECTOR) vf_write_list(json, "v", request->v, dim);
  if (request->what == VF_NOISE) vf_write_noise_request(json, request);
  if (request->what == VF_OBSERVE) vf_write_observables(json, &request->experiment);
}

void vf_request_write(vf_json_writer *json, const vf_request *request, uint64_t id) {
  vf_json_clear(json);
  vf_json_open(json, '{');
  vf_json_name(json, "id");
  vf_json_integer(json, id);
  vf_json_name(json, "do");
  vf_json_string(json, vf_request_name(request->what));
  vf_write_fields(json, request);
  vf_json_close(json, '}');
}

/* The reference's answers, and how an answer is written. */
#include "conform/answer.h"
#include <stdio.h>
#include <string.h>
#include "conform/draws.h"
#include "formats/columns.h"

/* ---- the reference ------------------------------------------------------------------------- */

static void vf_make_stream(const vf_request *request, vf_answer *answer) {
  sid_stream stream;
  sid_stream_init(&stream, request->seed, request->key, request->key_len); /* lengths are checked */
  if (request->what == VF_NORMALS) sid_stream_normals(&stream, answer->values, request->count);
  for (size_t i = 0; i < request->count; i++) {
    if (request->what == VF_RAW) answer->raws[i] = sid_stream_raw(&stream);
    if (request->what == VF_UNIFORM) answer->values[i] = sid_stream_uniform(&stream);
  }
}

/* The noise alone where section 5 of docs/spec.md has it, else the stochastic gradient. */
static void vf_make_noise(const vf_request *request, double *values, double *work) {
  const sid_problem *problem = &request->experiment.problem;
  sid_stream stream;
  sid_stream_given(&stream, request->draws);
  if (request->gaussian)
    sid_problem_gaussian_noise(problem, request->x, &stream, values, work);
  else if (problem->noise >= SID_NOISE_SAMPLES)
    sid_problem_noisy_gradient(problem, request->x, request->batch, &stream, values, work);
  else
    sid_problem_noise(problem, request->x, &stream, values);
}

static void vf_make_step(const vf_request *request, vf_answer *answer, double *work) {
  const sid_experiment *experiment = &request->experiment;
  const size_t doubles = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  sid_stream stream;
  sid_stream_given(&stream, request->draws);
  memcpy(answer->values, request->x, doubles * sizeof *answer->values);
  answer->end = sid_step(&experiment->problem, &experiment->dynamics, request->lr, request->wd,
                         answer->values, &stream, work);
}

/* Nothing that is observed depends on the schedule. */
static void vf_make_observe(const vf_request *request, double *row, double *work) {
  static const sid_segment segment = {0, 1.0, 0.0, 1.0};
  sid_experiment experiment = request->experiment;
  experiment.schedule =
      (sid_schedule){.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment};
  sid_observe(&experiment, 0, request->x, NULL, row, work);
}

/* What looks at a problem at a point. */
static void vf_make_at_point(const vf_request *request, double *values, double *work) {
  const sid_problem *problem = &request->experiment.problem;
  double residual;
  switch (request->what) {
    case VF_LOSS: values[0] = sid_problem_loss(problem, request->x, work); break;
    case VF_GRADIENT: sid_problem_gradient(problem, request->x, values, work); break;
    case VF_HESSIAN_VECTOR:
      sid_problem_hessian_vector(problem, request->x, request->v, values, work);
      break;
    case VF_NOISE_TRACE: values[0] = sid_problem_noise_trace(problem, request->x, work); break;
    case VF_SHARPNESS:
      values[0] =
          sid_sharpness_lanczos(problem, request->x, SID_SHARPNESS_ITERATIONS, &residual, work);
      break;
    case VF_OBSERVE: vf_make_observe(request, values, work); break;
    default: vf_make_noise(request, values, work); break;
  }
}

static size_t vf_make_workspace(const vf_request *request) {
  const sid_problem *problem = &request->experiment.problem;
  if (request->what == VF_STEP) return sid_step_workspace(problem, &request->experiment.dynamics);
  if (request->what == VF_SHARPNESS)
    return sid_sharpness_workspace(problem, SID_SHARPNESS_ITERATIONS);
  if (request->what == VF_OBSERVE) return sid_observe_workspace(&request->experiment);
  const size_t whole = sid_problem_workspace(problem);
  const size_t batch = sid_problem_batch_workspace(problem, request->batch);
  return request->what == VF_NOISE && batch > whole ? batch : whole;
}

void vf_answer_make(const vf_request *request, int jobs, vf_arena *arena, vf_answer *answer) {
  const sid_experiment *experiment = &request->experiment;
  const size_t count = vf_request_numbers(request);
  memset(answer, 0, sizeof *answer);
  answer->values = vf_arena_take(arena, count, sizeof *answer->values);
  if (request->what == VF_RAW) answer->raws = vf_arena_take(arena, count, sizeof *answer->raws);
  if (vf_request_has_experiment(request->what)) {
    const uint64_t trajectories = request->what == VF_RUN ? 1 : request->last - request->first;
    answer->ends = vf_arena_take(arena, trajectories, sizeof *answer->ends);
    vf_ensemble(experiment, request->first, trajectories, jobs, answer->values, answer->ends);
    return;
  }
  if (vf_request_has_problem(request->what)) {
    double *work = vf_arena_take(arena, vf_make_workspace(request), sizeof *work);
    if (request->what == VF_STEP)
      vf_make_step(request, answer, work);
    else if (request->what != VF_DEFINE)
      vf_make_at_point(request, answer->values, work);
    return;
  }
  switch (request->what) {
    case VF_NORMALS_FROM_RAWS:
      for (size_t i = 0; i + 1 < count; i += 2)
        sid_normal_pair(request->raws[i], request->raws[i + 1], answer->values + i);
      return;
    case VF_SUM: answer->values[0] = sid_sum(request->x, request->count); return;
    case VF_DOT: answer->values[0] = sid_dot(request->x, request->v, request->count); return;
    case VF_SCHEDULE:
      sid_schedule_at(&experiment->schedule, request->k, answer->values, answer->values + 1);
      answer->values[2] = sid_schedule_rescale(&experiment->schedule, request->k);
      return;
    default: vf_make_stream(request, answer); return;
  }
}

/* ---- as JSON ------------------------------------------------------------------------------- */

/* The rows that trajectory t reaches. */
static void vf_write_rows(vf_json_writer *json, const vf_request *request, const vf_answer *answer,
                          size_t t) {
  const size_t width = sid_row_width(&request->experiment);
  const double *rows = answer->values + t * width * request->experiment.checkpoint_count;
  vf_json_open(json, '[');
  for (uint32_t c = 0; c < answer->ends[t].rows; c++) vf_json_reals(json, rows + c * width, width);
  vf_json_close(json, ']');
}

static void vf_write_end(vf_json_writer *json, const vf_end *end) {
  vf_json_open(json, '{');
  vf_json_name(json, "step");
  vf_json_integer(json, end->step);
  vf_json_name(json, "reason");
  vf_json_string(json, vf_end_name(end->status));
  vf_json_close(json, '}');
}

static void vf_write_ensemble(vf_json_writer *json, const vf_request *request,
                              const vf_answer *answer) {
  const size_t count = (size_t)(request->last - request->first);
  vf_json_name(json, "rows");
  vf_json_open(json, '[');
  for (size_t t = 0; t < count; t++) vf_write_rows(json, request, answer, t);
  vf_json_close(json, ']');
  vf_json_name(json, "end");
  vf_json_open(json, '[');
  for (size_t t = 0; t < count; t++) vf_write_end(json, answer->ends + t);
  vf_json_close(json, ']');
}

static void vf_write_step_answer(vf_json_writer *json, const vf_request *request,
                                 const vf_answer *answer) {
  vf_json_name(json, answer->end ? "end" : "state");
  if (answer->end)
    vf_json_string(json, vf_end_name(answer->end));
  else
    vf_write_state(json, &request->experiment.problem, &request->experiment.dynamics,
                   answer->values);
}

static void vf_write_schedule_answer(vf_json_writer *json, const vf_answer *answer) {
  static const char *const names[] = {"lr", "wd", "rescale"};
  for (int i = 0; i < 3; i++) {
    vf_json_name(json, names[i]);
    vf_json_real(json, answer->values[i]);
  }
}

static void vf_write_answer(vf_json_writer *json, const vf_request *request,
                            const vf_answer *answer) {
  switch (request->what) {
    case VF_DEFINE: return;
    case VF_RAW:
      vf_json_name(json, "raws");
      vf_json_words(json, answer->raws, request->count);
      return;
    case VF_SCHEDULE: vf_write_schedule_answer(json, answer); return;
    case VF_STEP: vf_write_step_answer(json, request, answer); return;
    case VF_ENSEMBLE: vf_write_ensemble(json, request, answer); return;
    case VF_RUN:
      vf_json_name(json, "rows");
      vf_write_rows(json, request, answer, 0);
      vf_json_name(json, "end");
      vf_write_end(json, answer->ends);
      return;
    default: break;
  }
  const int single = vf_answer_is_single(request->what);
  vf_json_name(json, single ? "value" : "values");
  if (single)
    vf_json_real(json, answer->values[0]);
  else
    vf_json_reals(json, answer->values, vf_request_numbers(request));
}

int vf_answer_is_single(vf_do what) {
  return what == VF_SUM || what == VF_DOT || what == VF_LOSS || what == VF_NOISE_TRACE ||
         what == VF_SHARPNESS;
}

void vf_answer_write(vf_json_writer *json, const vf_request *request, uint64_t id,
                     const vf_answer *answer) {
  vf_json_clear(json);
  vf_json_open(json, '{');
  vf_json_name(json, "id");
  vf_json_integer(json, id);
  vf_write_answer(json, request, answer);
  vf_json_close(json, '}');
}

/* ---- places -------------------------------------------------------------------------------- */

static void vf_state_place(const vf_request *request, size_t k, char place[64]) {
  const sid_experiment *experiment = &request->experiment;
  size_t length = 0;
  const char *name;
  for (size_t part = 0;
       (name = vf_state_part(&experiment->problem, &experiment->dynamics, part, &length)) != NULL;
       part++) {
    const size_t numbers = length > 0 ? length : 1;
    if (k < numbers) {
      if (length > 0)
        snprintf(place, 64, "state.%s[%zu]", name, k);
      else
        snprintf(place, 64, "state.%s", name);
      return;
    }
    k -= numbers;
  }
}

void vf_answer_place(const vf_request *request, size_t k, char place[64]) {
  static const char *const schedule[] = {"lr", "wd", "rescale"};
  const size_t width = sid_row_width(&request->experiment);
  const size_t checkpoints = request->experiment.checkpoint_count;
  switch (request->what) {
    case VF_RAW: snprintf(place, 64, "raws[%zu]", k); return;
    case VF_SCHEDULE: snprintf(place, 64, "%s", schedule[k]); return;
    case VF_STEP: vf_state_place(request, k, place); return;
    case VF_RUN: snprintf(place, 64, "rows[%zu][%zu]", k / width, k % width); return;
    case VF_ENSEMBLE:
      snprintf(place, 64, "rows[%zu][%zu][%zu]", k / width / checkpoints, k / width % checkpoints,
               k % width);
      return;
    default: break;
  }
  if (vf_answer_is_single(request->what))
    snprintf(place, 64, "value");
  else
    snprintf(place, 64, "values[%zu]", k);
}

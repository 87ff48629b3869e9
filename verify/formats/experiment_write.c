#include "formats/experiment_write.h"
#include "fields.h"
#include "formats/experiment_json.h"
#include "formats/json_fields.h"
#include "formats/names.h"
#include "formats/network_write.h"

static void vf_write_kind(vf_json_writer *json, const char *words, int32_t index) {
  vf_write_choice(json, "kind", words, index);
}

static void vf_write_table(vf_json_writer *json, const double *values, size_t rows,
                           size_t columns) {
  vf_json_open(json, '[');
  for (size_t r = 0; r < rows; r++) vf_json_reals(json, values + r * columns, columns);
  vf_json_close(json, ']');
}

static void vf_write_pairs(vf_json_writer *json, const uint32_t *pairs, size_t count) {
  vf_json_open(json, '[');
  for (size_t i = 0; i < count; i++) {
    const double pair[2] = {(double)pairs[2 * i], (double)pairs[2 * i + 1]};
    vf_json_integers(json, pair, 2);
  }
  vf_json_close(json, ']');
}

/* ---- problem ---- */

static void vf_write_field(vf_json_writer *json, const sid_problem *problem,
                           const sid_problem_field *field) {
  const void *at = (const char *)problem + field->offset;
  const size_t count = sid_problem_size(problem, field->counts[0]);
  if (field->type == SID_FIELD_SIZE) {
    vf_write_integer(json, field->name, sid_problem_size(problem, field->offset));
  } else if (field->type == SID_FIELD_REAL) {
    vf_write_real(json, field->name, *(const double *)at);
  } else if (field->type == SID_FIELD_PAIRS) {
    vf_json_name(json, field->name);
    vf_write_pairs(json, *(const uint32_t *const *)at, count);
  } else if (*(const double *const *)at) {
    vf_json_name(json, field->name);
    if (field->type == SID_FIELD_VECTOR)
      vf_json_reals(json, *(const double *const *)at, count);
    else
      vf_write_table(json, *(const double *const *)at, count,
                     sid_problem_size(problem, field->counts[1]));
  }
}

static void vf_write_noise(vf_json_writer *json, const sid_problem *problem) {
  vf_json_open(json, '{');
  vf_write_kind(json, VF_NOISES, problem->noise);
  if (problem->scale) {
    vf_json_name(json, "scale");
    vf_json_reals(json, problem->scale, problem->dim);
  } else if (SID_NOISES_DRAWN & SID_NOISE_BIT(problem->noise)) {
    vf_write_real(json, "sigma", problem->sigma);
  }
  vf_json_close(json, '}');
}

void vf_write_problem(vf_json_writer *json, const sid_problem *problem) {
  vf_json_open(json, '{');
  vf_write_name(json, "kind", sid_problem_name(problem->kind));
  vf_write_integer(json, "dim", problem->dim);
  if (problem->kind == SID_NETWORK) vf_write_network(json, problem);
  for (const sid_problem_field *field = sid_problem_fields(problem->kind);
       field->type != SID_FIELD_END; field++)
    if (field->type != SID_FIELD_NETWORK) vf_write_field(json, problem, field);
  vf_json_name(json, "noise");
  vf_write_noise(json, problem);
  vf_json_close(json, '}');
}

/* ---- dynamics and schedule ---- */

void vf_write_dynamics(vf_json_writer *json, const sid_dynamics *dynamics) {
  const int32_t kind = dynamics->kind;
  const int adam = kind == SID_ADAM_L2 || kind == SID_ADAMW;
  vf_json_open(json, '{');
  vf_write_kind(json, VF_DYNAMICS, kind - SID_GD);
  if (kind == SID_SVAG) vf_write_integer(json, "l", dynamics->l);
  if (kind == SID_SDE || kind == SID_SDE2) vf_write_integer(json, "substeps", dynamics->substeps);
  if (kind != SID_GD && kind < SID_PROJECTED_GD) vf_write_integer(json, "batch", dynamics->batch);
  if (kind >= SID_MOMENTUM && kind != SID_PROJECTED_GD) vf_write_real(json, "beta", dynamics->beta);
  if (adam) {
    vf_write_real(json, "beta2", dynamics->beta2);
    vf_write_real(json, "alpha", dynamics->alpha);
    vf_write_real(json, "eps", dynamics->eps);
  }
  if (kind > SID_PROJECTED_GD) vf_write_real(json, "v0", dynamics->v0);
  vf_json_close(json, '}');
}

static void vf_write_segments(vf_json_writer *json, const sid_schedule *schedule) {
  vf_json_name(json, "segments");
  vf_json_open(json, '[');
  for (uint32_t s = 0; s < schedule->segment_count; s++) {
    const sid_segment *segment = schedule->segments + s;
    vf_json_open(json, '{');
    vf_json_name(json, "start");
    if (segment->start > SID_STEPS_MAX)
      vf_json_word(json, segment->start);
    else
      vf_json_integer(json, segment->start);
    vf_write_real(json, "lr", segment->lr);
    vf_write_real(json, "wd", segment->wd);
    vf_write_real(json, "rescale", segment->rescale);
    vf_json_close(json, '}');
  }
  vf_json_close(json, ']');
}

void vf_write_schedule(vf_json_writer *json, const sid_schedule *schedule) {
  const int constant = schedule->kind == SID_PIECEWISE && schedule->segment_count == 1;
  vf_json_open(json, '{');
  vf_write_kind(json, VF_SCHEDULES, constant ? 0 : schedule->kind);
  if (schedule->kind == SID_PIECEWISE && !constant) {
    vf_write_segments(json, schedule);
  } else {
    vf_write_real(json, "lr", constant ? schedule->segments->lr : schedule->lr);
    vf_write_real(json, "wd", constant ? schedule->segments->wd : schedule->wd);
  }
  if (schedule->kind == SID_EXPONENTIAL) vf_write_real(json, "factor", schedule->factor);
  if (schedule->kind > SID_EXPONENTIAL) {
    vf_write_real(json, "lr_min", schedule->lr_min);
    vf_write_integer(json, "period", schedule->period);
  }
  vf_json_close(json, '}');
}

/* ---- the rest ---- */

static void vf_write_start(vf_json_writer *json, const sid_start *start, uint32_t dim) {
  static const char *const sizes[] = {"x", "scale", "radius", "scale"};
  vf_json_open(json, '{');
  vf_write_kind(json, VF_STARTS, start->kind - SID_START_POINT);
  vf_json_name(json, sizes[start->kind - SID_START_POINT]);
  if (start->kind == SID_START_POINT)
    vf_json_reals(json, start->x, dim);
  else
    vf_json_real(json, start->size);
  vf_json_close(json, '}');
}

void vf_write_observables(vf_json_writer *json, const sid_experiment *experiment) {
  vf_json_name(json, "observables");
  vf_json_open(json, '[');
  for (uint32_t o = 0; o < experiment->observable_count; o++)
    vf_json_string(json, vf_observable_name(experiment->observables[o]));
  vf_json_close(json, ']');
}

static void vf_write_records(vf_json_writer *json, const sid_experiment *experiment) {
  vf_json_name(json, "checkpoints");
  vf_json_open(json, '[');
  for (uint32_t c = 0; c < experiment->checkpoint_count; c++)
    vf_json_integer(json, experiment->checkpoints[c]);
  vf_json_close(json, ']');
  vf_write_observables(json, experiment);
  if (!experiment->plane) return;
  vf_json_name(json, "plane");
  vf_write_table(json, experiment->plane, 2, experiment->problem.dim);
}

void vf_write_experiment(vf_json_writer *json, const sid_experiment *experiment,
                         const char *problem) {
  vf_json_open(json, '{');
  vf_write_name(json, "schema", "sidyn-experiment-1");
  vf_json_name(json, "problem");
  if (problem)
    vf_json_string(json, problem);
  else
    vf_write_problem(json, &experiment->problem);
  vf_json_name(json, "dynamics");
  vf_write_dynamics(json, &experiment->dynamics);
  vf_json_name(json, "schedule");
  vf_write_schedule(json, &experiment->schedule);
  vf_json_name(json, "start");
  vf_write_start(json, &experiment->start, experiment->problem.dim);
  vf_json_name(json, "seed");
  vf_json_word(json, experiment->seed);
  vf_write_integer(json, "steps", experiment->steps);
  vf_write_records(json, experiment);
  vf_json_close(json, '}');
}

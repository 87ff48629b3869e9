/* Dynamics, schedule, start and the rest of an experiment; draws. */
#include <math.h>
#include <string.h>
#include "json.h"
#include "reader.h"

static void ad_judge(ad_reader *reader, const char *field, sid_status status) {
  if (status) ad_fail(reader, field, sid_status_text(status));
}

/* ---- dynamics ---- */

const char ad_dynamics_names[] =
    "gd sgd svag noisy_gd sde sde2 momentum adam_l2 adamw projected_gd rmsprop quasi_rmsprop";

void ad_read_dynamics(ad_reader *reader, const char *parent, const sid_problem *problem,
                      sid_dynamics *dynamics) {
  static const char *const required[] = {"kind",
                                         "kind",
                                         "kind l",
                                         "kind",
                                         "kind substeps",
                                         "kind substeps",
                                         "kind beta",
                                         "kind alpha beta beta2",
                                         "kind alpha beta beta2",
                                         "kind",
                                         "kind beta v0",
                                         "kind beta v0"};
  static const char *const optional[] = {"",          "batch", "batch", "batch",
                                         "batch",     "batch", "batch", "batch eps",
                                         "batch eps", "",      "",      ""};
  const char *object = ad_object(reader, parent, "dynamics");
  memset(dynamics, 0, sizeof *dynamics);
  if (!object) return;
  const int32_t kind = ad_kind(reader, object, ad_dynamics_names);
  ad_fields(reader, object, "dynamics", required[kind], optional[kind]);
  dynamics->kind = SID_GD + kind;
  dynamics->l = ad_count_or(reader, object, "l", SID_COUNT_MAX, 1);
  dynamics->substeps = ad_count_or(reader, object, "substeps", SID_COUNT_MAX, 1);
  dynamics->batch = ad_count_or(reader, object, "batch", SID_COUNT_MAX, 1);
  dynamics->beta = ad_real_or(reader, object, "beta", 0.0);
  dynamics->beta2 = ad_real_or(reader, object, "beta2", 0.0);
  dynamics->alpha = ad_real_or(reader, object, "alpha", 0.0);
  dynamics->eps = ad_real_or(reader, object, "eps", 0.0);
  dynamics->v0 = ad_real_or(reader, object, "v0", 0.0);
  if (!ad_failed(reader)) ad_judge(reader, "dynamics", sid_dynamics_validate(dynamics, problem));
}

/* ---- schedule ---- */

/* constant is one segment, the object itself. */
static void ad_read_segments(ad_reader *reader, const char *object, int constant,
                             sid_schedule *schedule) {
  const char *list = constant ? NULL : ad_list(reader, object, "segments");
  const size_t count = constant ? 1 : list ? ad_json_length(list) : 0;
  if (count < 1 || count > 1 << 20) ad_fail(reader, "segments", "1 to 2^20 segments");
  sid_segment *segment = ad_take(reader, count, sizeof *segment);
  schedule->kind = SID_PIECEWISE;
  schedule->segments = segment;
  schedule->segment_count = (uint32_t)count;
  for (const char *at = list ? ad_json_first(list) : object; at && !ad_failed(reader); segment++) {
    if (*at != '{') ad_fail(reader, "segments", "objects");
    if (!constant) ad_fields(reader, at, "segments", "start lr", "wd rescale");
    segment->start = constant ? 0 : ad_integer(reader, at, "start", 0, UINT64_MAX);
    segment->lr = ad_real(reader, at, "lr");
    segment->wd = ad_real_or(reader, at, "wd", 0.0);
    segment->rescale = constant ? 1.0 : ad_real_or(reader, at, "rescale", 1.0);
    at = constant ? NULL : ad_json_next(at);
  }
}

void ad_read_schedule(ad_reader *reader, const char *parent, sid_schedule *schedule) {
  enum { CONSTANT, PIECEWISE, EXPONENTIAL };
  static const char *const required[] = {"kind lr", "kind segments", "kind lr factor",
                                         "kind lr period", "kind lr period"};
  static const char *const optional[] = {"wd", "", "wd", "lr_min wd", "lr_min wd"};
  const char *object = ad_object(reader, parent, "schedule");
  memset(schedule, 0, sizeof *schedule);
  if (!object) return;
  const int32_t kind = ad_kind(reader, object, "constant piecewise exponential cosine triangle");
  ad_fields(reader, object, "schedule", required[kind], optional[kind]);
  if (kind <= PIECEWISE) {
    ad_read_segments(reader, object, kind == CONSTANT, schedule);
  } else {
    schedule->kind = SID_EXPONENTIAL + kind - EXPONENTIAL;
    schedule->lr = ad_real(reader, object, "lr");
    schedule->lr_min = ad_real_or(reader, object, "lr_min", 0.0);
    schedule->wd = ad_real_or(reader, object, "wd", 0.0);
    schedule->factor = ad_real_or(reader, object, "factor", 0.0);
    if (kind > EXPONENTIAL)
      schedule->period = ad_integer(reader, object, "period", 1, SID_STEPS_MAX / 2);
  }
  if (!ad_failed(reader)) ad_judge(reader, "schedule", sid_schedule_validate(schedule));
}

/* ---- the rest of an experiment ---- */

static void ad_read_start(ad_reader *reader, const char *parent, uint32_t dim, sid_start *start) {
  static const char *const sizes[] = {"x", "scale", "radius", "scale"};
  static const char *const required[] = {"kind x", "kind scale", "kind radius", "kind scale"};
  const char *object = ad_object(reader, parent, "start");
  if (!object) return;
  const int32_t kind = ad_kind(reader, object, "point gaussian sphere uniform");
  ad_fields(reader, object, "start", required[kind], "");
  start->kind = SID_START_POINT + kind;
  if (start->kind == SID_START_POINT)
    start->x = ad_vector(reader, object, "x", dim);
  else
    start->size = ad_real(reader, object, sizes[kind]);
}

static void ad_read_observables(ad_reader *reader, const char *parent, sid_experiment *experiment) {
  static const char words[] =
      "norm2 loss grad_norm2 noise_trace step_angle effective_lr gamma f plane_angle x test_loss "
      "midpoint_loss midpoint_test_loss spherical_sharpness midpoint_sharpness manifold_h "
      "manifold_angle";
  const char *list = ad_list(reader, parent, "observables");
  const size_t count = list ? ad_json_length(list) : 0;
  if (count < 1 || count > 64) ad_fail(reader, "observables", "1 to 64 names");
  int32_t *observables = ad_take(reader, count, sizeof *observables);
  experiment->observables = observables;
  experiment->observable_count = (uint32_t)count;
  if (!observables) return;
  for (const char *at = ad_json_first(list); at; at = ad_json_next(at)) {
    const int32_t position = ad_position(at, words);
    if (position < 0) ad_fail(reader, "observables", words);
    *observables++ = SID_NORM2 + position;
  }
}

static void ad_read_checkpoints(ad_reader *reader, const char *parent, sid_experiment *experiment) {
  size_t count;
  experiment->steps = ad_integer(reader, parent, "steps", 0, SID_STEPS_MAX);
  experiment->checkpoints = ad_integers(reader, parent, "checkpoints", &count);
  if (count < 1 || count > 1 << 20) ad_fail(reader, "checkpoints", "1 to 2^20 steps");
  experiment->checkpoint_count = (uint32_t)count;
}

void ad_read_experiment(ad_reader *reader, const char *parent, sid_experiment *experiment) {
  const char *object = ad_object(reader, parent, "experiment");
  memset(experiment, 0, sizeof *experiment);
  if (!object) return;
  ad_fields(reader, object, "experiment",
            "schema problem dynamics schedule start seed steps checkpoints observables", "plane");
  if (!ad_failed(reader) && !ad_json_is(ad_json_member(object, "schema"), "sidyn-experiment-1"))
    ad_fail(reader, "schema", "sidyn-experiment-1");
  ad_read_problem(reader, object, &experiment->problem);
  ad_read_dynamics(reader, object, &experiment->problem, &experiment->dynamics);
  ad_read_schedule(reader, object, &experiment->schedule);
  ad_read_start(reader, object, experiment->problem.dim, &experiment->start);
  experiment->seed = ad_integer(reader, object, "seed", 0, UINT64_MAX);
  ad_read_checkpoints(reader, object, experiment);
  ad_read_observables(reader, object, experiment);
  experiment->plane = ad_table(reader, object, "plane", 2, experiment->problem.dim);
  if (!ad_failed(reader)) ad_judge(reader, "experiment", sid_experiment_validate(experiment));
}

/* ---- draws ---- */

uint32_t ad_step_draws(const sid_dynamics *dynamics, int *gaussian) {
  *gaussian = dynamics->kind >= SID_NOISY_GD && dynamics->kind <= SID_SDE2;
  switch (dynamics->kind) {
    case SID_GD:
    case SID_PROJECTED_GD:
    case SID_RMSPROP:
    case SID_QUASI_RMSPROP: return 0;
    case SID_SVAG: return 2;
    case SID_SDE:
    case SID_SDE2: return dynamics->substeps;
    default: return 1;
  }
}

uint64_t ad_draw_numbers(const sid_problem *problem, uint32_t batch, int gaussian) {
  const uint64_t p = problem->dim;
  switch (problem->noise) {
    case SID_NOISE_NONE: return 0;
    case SID_NOISE_SAMPLES: return gaussian ? problem->samples : batch;
    case SID_NOISE_POISSON: return gaussian ? p : batch * p;
    default: return p;
  }
}

/* An integer from 0 to most: what the library takes as an index or a count. */
static int ad_is_whole(double value, double most) {
  return value >= 0.0 && value <= most && value == floor(value);
}

static int ad_draw_fits(const sid_problem *problem, double value) {
  switch (problem->noise) {
    case SID_NOISE_RADEMACHER: return value == 1.0 || value == -1.0;
    case SID_NOISE_SAMPLES: return ad_is_whole(value, (double)problem->samples - 1.0);
    case SID_NOISE_POISSON: return ad_is_whole(value, (double)UINT32_MAX);
    default: return 1;
  }
}

void ad_read_draw(ad_reader *reader, const char *list, const sid_problem *problem, int gaussian,
                  double *draw, size_t count) {
  ad_fill(reader, list, "draws", count, draw);
  for (size_t i = 0; i < count && !gaussian && !ad_failed(reader); i++)
    if (!ad_draw_fits(problem, draw[i])) ad_fail(reader, "draws", "what the noise draws");
}

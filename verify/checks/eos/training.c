/* Training runs by the harness's ensembles. */
#include <stdlib.h>
#include <string.h>
#include "checks/eos/training.h"
#include "formats/memory.h"
#include "harness/observe.h"

static const int32_t eos_train_observables[EOS_TRAIN_COLUMNS] = {
    SID_NORM2, SID_MIDPOINT_LOSS, SID_MIDPOINT_TEST_LOSS, SID_MIDPOINT_SHARPNESS, SID_EFFECTIVE_LR};

const eos_training eos_trainings[2] = {{{10, 10, 10, 1, 60, 1, .3}, .5, .004, 3, 76, 100},
                                       {{16, 16, 16, 1, 96, 1, .3}, .5, .004, 2, 76, 100}};

double *eos_train(vf_context *context, const eos_completion *m, const eos_training *one) {
  const size_t points = one->points;
  double *rows = vf_allocate(one->starts * points * EOS_TRAIN_COLUMNS, sizeof *rows);
  uint64_t *checkpoints = vf_steps(0, one->every, points);
  vf_end ends[EOS_TRAIN_STARTS];
  const sid_segment segment = {0, one->eta, one->lam, 1.0};
  const sid_experiment experiment = {
      .problem = m->problem,
      .dynamics = eos_gd,
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_UNIFORM, NULL, one->shape.init},
      .seed = one->shape.seed,
      .steps = (points - 1) * one->every,
      .checkpoints = checkpoints,
      .checkpoint_count = one->points,
      .observable_count = EOS_TRAIN_COLUMNS,
      .observables = eos_train_observables};
  sid_status status = sid_experiment_validate(&experiment);
  if (!status) vf_ensemble(&experiment, 0, one->starts, vf_jobs(context), rows, ends);
  for (uint32_t i = 0; !status && i < one->starts; i++) status = ends[i].status;
  free(checkpoints);
  if (!status) return rows;
  vf_error(context, m->name, sid_status_text(status));
  free(rows);
  return NULL;
}

double eos_train_edge(const eos_training *one, const double *row) {
  return row[EOS_TRAIN_RATE] / (1.0 - one->eta * one->lam) * row[EOS_TRAIN_SHARPNESS];
}

void eos_train_series(vf_context *context, const eos_training *one, const double *rows,
                      const char *name) {
  static const char *const columns[] = {"step",
                                        "el*step",
                                        "norm2",
                                        "training loss at midpoint",
                                        "test loss at midpoint",
                                        "spherical sharpness at midpoint",
                                        "et lam1"};
  double *table = vf_allocate(7 * one->points, sizeof *table);
  for (size_t k = 0; k < one->points; k++) {
    const double *row = rows + k * EOS_TRAIN_COLUMNS, step = (double)(k * one->every);
    const double values[7] = {step,
                              step * one->eta * one->lam,
                              row[EOS_TRAIN_NORM],
                              row[EOS_TRAIN_LOSS],
                              row[EOS_TRAIN_TEST],
                              row[EOS_TRAIN_SHARPNESS],
                              eos_train_edge(one, row)};
    memcpy(table + 7 * k, values, sizeof values);
  }
  vf_series(context, name, columns, 7, table, one->points);
  vf_view(context, "step,training loss at midpoint,test loss at midpoint;spherical sharpness at "
                   "midpoint;et lam1");
  free(table);
}

/* The experiments of the table in laws_cases.c: the command's ensemble beside the reference's,
 * which is 4 times as large and has other random numbers. */
#include "conform/laws.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conform/cases.h"

enum {
  VF_LAW_LARGER = 4,     /* the reference's ensemble */
  VF_LAW_CHECKPOINTS = 8 /* of a column, in the second half of the time */
};

/* One row at work. */
typedef struct {
  vf_kit *kit;
  const vf_bars *bars;
  const vf_law_row *row;
  vf_arena *arena;
  vf_request request;
  vf_law_test tests[VF_LAW_TESTS_MOST];
  char ids[VF_LAW_TESTS_MOST][VF_TEXT_SIZE];
  size_t count;
  int32_t observables[VF_LAW_TESTS_MOST];
  size_t width;
  double *theirs, *ours;
  double *pilot, *mean; /* as many as theirs, of which the mean that moments are taken about: were
                           it that of ours, |x - mean|^2 would be too small there */
  double rounding;      /* of x: what a right command's may add up to */
} vf_law_run;

/* Trajectories of the reference. */
static uint64_t vf_law_larger(const vf_law_row *row) {
  return (uint64_t)VF_LAW_LARGER * row->trajectories;
}

/* ---- what is measured ---------------------------------------------------------------------- */

static size_t vf_law_column(const vf_law_run *run, int32_t observable) {
  size_t column = 0;
  while (run->observables[column] != observable) column++;
  return column;
}

/* `direction` is what the mean is taken along. */
static double vf_law_value(const vf_law_run *run, const vf_law_test *test, const double *direction,
                           const double *row) {
  const sid_experiment *experiment = &run->request.experiment;
  const size_t columns = experiment->observable_count,
               column = vf_law_column(run, test->observable);
  double total = 0.0;
  if (test->measure == VF_MEASURE_COLUMN) {
    for (size_t c = 0; c < experiment->checkpoint_count; c++) total += row[c * columns + column];
    return total / (double)experiment->checkpoint_count;
  }
  for (size_t j = 0; j < run->width; j++) {
    const double d = row[j] - run->mean[j];
    switch (test->measure) {
      case VF_MEASURE_MEAN: total += d * direction[j]; break;
      case VF_MEASURE_COVARIANCE: total += d * d; break;
      case VF_MEASURE_THIRD: total += d * d * d; break;
      default: total += d * d * d * d; break;
    }
  }
  return total;
}

/* Mean, standard deviation and third standardised moment over trajectories. */
typedef struct {
  double mean, deviation, skewness;
} vf_law_sample;

static vf_law_sample vf_law_sample_of(const vf_law_run *run, const vf_law_test *test,
                                      const double *direction, const double *rows, uint64_t count) {
  double *values = vf_allocate_doubles(count), third = 0.0;
  for (uint64_t i = 0; i < count; i++)
    values[i] = vf_law_value(run, test, direction, rows + i * run->width);
  const vf_moments moments = vf_moments_of(values, count);
  for (uint64_t i = 0; i < count; i++) {
    const double d = values[i] - moments.mean;
    third += d * d * d / (double)count;
  }
  free(values);
  const double deviation = sqrt(moments.variance);
  return (vf_law_sample){moments.mean, deviation,
                         deviation > 0.0 ? third / (deviation * moments.variance) : 0.0};
}

/* ---- faults -------------------------------------------------------------------------------- */

static void vf_law_mean_of(const vf_law_run *run, const double *rows, uint64_t count,
                           double *mean) {
  memset(mean, 0, run->width * sizeof *mean);
  for (uint64_t i = 0; i < count; i++)
    for (size_t j = 0; j < run->width; j++) mean[j] += rows[i * run->width + j];
  for (size_t j = 0; j < run->width; j++) mean[j] /= (double)count;
}

/* The direction in which the fault moves the mean of x. A shift moves all coordinates alike. */
static void vf_law_direction(const vf_law_run *run, const double *faulty, uint64_t count,
                             double *direction) {
  double *before = vf_allocate_doubles(run->width), length = 0.0;
  for (size_t j = 0; j < run->width; j++) direction[j] = 1.0;
  if (faulty) {
    vf_law_mean_of(run, faulty, count, direction);
    vf_law_mean_of(run, run->pilot, count, before);
    for (size_t j = 0; j < run->width; j++) direction[j] -= before[j];
  }
  for (size_t j = 0; j < run->width; j++) length += direction[j] * direction[j];
  for (size_t j = 0; j < run->width; j++) direction[j] /= sqrt(length);
  free(before);
}

/* By what a fault moves the measurement: measured on trajectories with the same random numbers. */
static double vf_law_effect(const vf_law_run *run, const vf_law_test *test, vf_fault fault,
                            double *direction) {
  const uint64_t count = run->row->trajectories;
  sid_experiment faulty;
  if (!vf_law_faulty(fault, &run->request.experiment, run->arena, &faulty)) {
    vf_law_direction(run, NULL, 0, direction);
    const vf_law_sample right = vf_law_sample_of(run, test, direction, run->pilot, count);
    return fault == VF_FAULT_SHIFT ? 0.05 * sqrt((double)run->width) * right.deviation
                                   : 0.1 * right.mean;
  }
  double *rows = vf_allocate_doubles(count * run->width);
  vf_ensemble(&faulty, 0, count, run->kit->jobs, rows, NULL);
  vf_law_direction(run, rows, count, direction);
  const double after = vf_law_sample_of(run, test, direction, rows, count).mean;
  free(rows);
  return after - vf_law_sample_of(run, test, direction, run->pilot, count).mean;
}

/* ---- findings ------------------------------------------------------------------------------ */

/* What rounding may add to a measurement whose mean and whose x have these sizes. */
static double vf_law_allowance(const vf_law_run *run, const vf_law_test *test,
                               const vf_law_sample *ours) {
  double spread = 0.0;
  if (test->measure == VF_MEASURE_COLUMN) return run->rounding * fabs(ours->mean);
  if (test->measure == VF_MEASURE_MEAN) return run->rounding;
  for (size_t j = 0; j < run->width; j++) {
    const double d = run->ours[j] - run->mean[j];
    spread += d * d;
  }
  const double degree = 2.0 + (double)(test->measure - VF_MEASURE_COVARIANCE);
  return degree * run->rounding / sqrt(spread) * fmax(fabs(ours->mean), ours->deviation);
}

/* The share of the noise's variance that lies along x: rounding leaves far less than 1e-5. */
static vf_finding vf_law_tangential(const vf_law_run *run) {
  const double *x = run->request.experiment.start.x;
  double *mean = vf_allocate_doubles(run->width), radial = 0.0, total = 0.0, r = 0.0;
  vf_law_mean_of(run, run->theirs, run->row->trajectories, mean);
  for (size_t j = 0; j < run->width; j++) r += x[j] * x[j];
  for (uint64_t i = 0; i < run->row->trajectories; i++) {
    double along = 0.0;
    for (size_t j = 0; j < run->width; j++) {
      const double d = run->theirs[i * run->width + j] - mean[j];
      along += d * x[j];
      total += d * d;
    }
    radial += along * along / r;
  }
  free(mean);
  return (vf_finding){.measured = total > 0.0 ? radial / total : 0.0,
                      .error = 1e-5,
                      .allowance = 1e-5,
                      .faults[0].effect = 1e-3};
}

static vf_finding vf_law_compare(const vf_law_run *run, const vf_law_test *test) {
  const double count = (double)run->row->trajectories;
  double *direction = vf_allocate_doubles(run->width);
  vf_finding finding;
  memset(&finding, 0, sizeof finding);
  for (size_t f = 0; f < test->fault_count; f++)
    finding.faults[f].effect = vf_law_effect(run, test, test->faults[f], direction);
  const vf_law_sample ours =
      vf_law_sample_of(run, test, direction, run->ours, vf_law_larger(run->row));
  const vf_law_sample theirs =
      vf_law_sample_of(run, test, direction, run->theirs, run->row->trajectories);
  finding.measured = theirs.mean;
  finding.expected = ours.mean;
  finding.allowance = vf_law_allowance(run, test, &ours);
  finding.error =
      hypot(ours.deviation * sqrt((1.0 + 1.0 / VF_LAW_LARGER) / count), finding.allowance);
  /* Of the difference of two means of which the other has VF_LAW_LARGER times the terms. */
  finding.skewness = ours.skewness * (1.0 - 1.0 / (VF_LAW_LARGER * VF_LAW_LARGER)) /
                     pow(1.0 + 1.0 / VF_LAW_LARGER, 1.5) / sqrt(count);
  free(direction);
  return finding;
}

static void vf_law_judge(const vf_law_run *run, size_t t) {
  const vf_law_test *test = run->tests + t;
  vf_finding finding =
      test->measure == VF_MEASURE_TANGENTIAL ? vf_law_tangential(run) : vf_law_compare(run, test);
  finding.fault_count = test->fault_count;
  for (size_t f = 0; f < test->fault_count; f++) {
    finding.faults[f].name = vf_fault_name(test->faults[f]);
    finding.faults[f].size = vf_fault_size(test->faults[f]);
  }
  finding.trajectories = run->row->trajectories;
  vf_finding_record(run->kit, run->ids[t], &finding, run->bars);
}

/* ---- a row --------------------------------------------------------------------------------- */

/* A mean has its fault in the id, since it is measured along what that moves; so have starts. */
static void vf_law_id(vf_law_run *run, size_t t) {
  static const char *const starts[] = {"point", "gaussian", "sphere", "uniform"};
  const vf_law_row *row = run->row;
  const vf_law_test *test = run->tests + t;
  const int named = test->measure == VF_MEASURE_MEAN || !row->problem;
  char subject[96], fault[16] = "";
  if (named) vf_fault_id(test->faults[0], fault);
  if (row->problem)
    vf_case_subject(&run->request, subject);
  else
    snprintf(subject, sizeof subject, "%s", starts[row->start - SID_START_POINT]);
  vf_text(run->ids[t], "laws.%s.%s%s%s%s%s", test->law, subject, named ? "." : "", fault,
          row->variant ? "." : "", row->variant ? row->variant : "");
}

/* Takes test t out of the row. */
static void vf_law_drop(vf_law_run *run, size_t t) {
  run->count--;
  memmove(run->tests + t, run->tests + t + 1, (run->count - t) * sizeof *run->tests);
  memmove(run->ids + t, run->ids + t + 1, (run->count - t) * sizeof *run->ids);
}

/* Leaves the tests that are wanted and claimed, and lists what they look at. */
static void vf_law_select(vf_law_run *run) {
  sid_experiment *experiment = &run->request.experiment;
  for (size_t t = 0; t < run->count;) {
    const char *unclaimed;
    vf_law_id(run, t);
    experiment->observables = &run->tests[t].observable;
    experiment->observable_count = 1;
    unclaimed = experiment->problem.kind ? vf_session_unclaimed(run->kit->session, &run->request)
                                         : "every problem, or every dynamics, that would do,";
    if (vf_kit_wants(run->kit, run->ids[t]) && !unclaimed) {
      t++;
      continue;
    }
    if (vf_kit_wants(run->kit, run->ids[t]))
      vf_kit_record(run->kit, VF_LEVEL_LAWS, run->ids[t], VF_OUTCOME_UNSUPPORTED, 0.0,
                    "%s is not claimed", unclaimed);
    vf_law_drop(run, t);
  }
  experiment->observable_count = 0;
  for (size_t t = 0; t < run->count; t++) {
    uint32_t o = 0;
    while (o < experiment->observable_count && run->observables[o] != run->tests[t].observable) o++;
    run->observables[o] = run->tests[t].observable;
    if (o == experiment->observable_count) experiment->observable_count++;
  }
  experiment->observables = run->observables;
}

/* x at the end; a column at times in the second half. */
static void vf_law_checkpoints(vf_law_run *run) {
  sid_experiment *experiment = &run->request.experiment;
  const int column = run->tests[0].measure == VF_MEASURE_COLUMN;
  const uint32_t count = column ? VF_LAW_CHECKPOINTS : 1;
  uint64_t *checkpoints = vf_arena_take(run->arena, count, sizeof *checkpoints);
  for (uint32_t c = 0; c < count; c++)
    checkpoints[c] = experiment->steps - (count - 1 - c) * (experiment->steps / 2 / count);
  experiment->checkpoints = checkpoints;
  experiment->checkpoint_count = count;
}

/* Relative to the size of what is computed a step rounds a few times, each by at most a unit; 32
 * leaves room for other formulas. */
static double vf_law_rounding(const vf_law_run *run) {
  const double unit = vf_session_claims(run->kit->session)->binary32 ? 0x1p-24 : 0x1p-53;
  const double relative = 32.0 * unit * (double)(run->request.experiment.steps + 1);
  double size = 0.0;
  if (run->tests[0].measure == VF_MEASURE_COLUMN) return relative;
  for (size_t j = 0; j < run->width; j++) size += run->ours[j] * run->ours[j];
  return relative * sqrt(size);
}

static void vf_law_row_run(vf_kit *kit, const vf_bars *bars, uint64_t index) {
  vf_arena arena = {NULL};
  vf_law_run run = {.kit = kit, .bars = bars, .row = vf_law_rows + index, .arena = &arena};
  const uint64_t trajectories = run.row->trajectories, larger = vf_law_larger(run.row);
  run.request.what = VF_ENSEMBLE;
  run.request.last = trajectories;
  run.count = vf_law_tests_of(run.row, run.tests);
  vf_law_experiment(run.row, vf_session_claims(kit->session), &arena, &run.request.experiment);
  vf_law_select(&run);
  if (run.count > 0) {
    vf_law_checkpoints(&run);
    run.width = vf_law_width(&run.request);
    run.theirs = vf_arena_take(&arena, trajectories * run.width, sizeof *run.theirs);
    run.request.experiment.seed = vf_law_seed(kit, 2 * index);
    if (vf_law_ask(kit, &run.request, run.ids, run.count, run.theirs) == 0) {
      run.ours = vf_arena_take(&arena, larger * run.width, sizeof *run.ours);
      run.mean = vf_arena_take(&arena, run.width, sizeof *run.mean);
      run.request.experiment.seed = vf_law_seed(kit, 2 * index + 1);
      run.pilot = vf_arena_take(&arena, trajectories * run.width, sizeof *run.pilot);
      vf_ensemble(&run.request.experiment, 0, trajectories, kit->jobs, run.pilot, NULL);
      vf_ensemble(&run.request.experiment, trajectories, larger, kit->jobs, run.ours, NULL);
      vf_law_mean_of(&run, run.pilot, trajectories, run.mean);
      run.rounding = vf_law_rounding(&run);
      for (size_t t = 0; t < run.count; t++) vf_law_judge(&run, t);
    }
  }
  vf_arena_free(&arena);
}

void vf_law_moments(vf_kit *kit, const vf_bars *bars) {
  for (uint64_t i = 0; i < vf_law_row_count; i++)
    if (!kit->quick || vf_law_rows[i].quick) vf_law_row_run(kit, bars, i);
}

#endif

/* Time averages of long stationary runs. */
#include <math.h>
#include <stdlib.h>
#include "checks/nrq/long_run.h"
#include "formats/memory.h"
#include "harness/observe.h"

typedef struct {
  const nrq_long_run *run;
  double first, last, sums[NRQ_STATISTICS];
} nrq_recorder;

/* A row of trajectory i goes to recorder i. */
static void nrq_record(void *user, uint64_t trajectory, uint64_t step, const double *row) {
  nrq_recorder *recorder = (nrq_recorder *)user + trajectory;
  const double rest = 1.0 - row[0],
               lowest = recorder->run->problem.spectrum ? recorder->run->problem.spectrum[0] : 0.0;
  recorder->last = row[1];
  if (step <= recorder->run->burn) {
    recorder->first = row[1];
    return;
  }
  const double terms[] = {rest,   rest * rest,    sqrt(row[1]), 2.0 * row[2] - lowest,
                          row[3], row[3] * row[3]};
  for (size_t k = 0; k < NRQ_LOG_GROWTH; k++) recorder->sums[k] += terms[k];
}

/* values[i*NRQ_STATISTICS + k]: averages over trajectory i; NaN if it ended early. 0 after an error
 * in the report. */
static int nrq_run_all(vf_context *context, const nrq_long_run *run, size_t runs, double *values) {
  static const int32_t observables[] = {SID_F, SID_NORM2, SID_LOSS, SID_STEP_ANGLE};
  const uint64_t end = run->burn + run->steps;
  const sid_segment segment = {0, run->eta, run->lam, 1.0};
  double x0[NRQ_DIM];
  uint64_t *every = vf_steps(0, 1, (size_t)(end + 1));
  nrq_recorder *recorders = vf_allocate(runs, sizeof *recorders);
  vf_end *ends = vf_allocate(runs, sizeof *ends);
  sid_experiment experiment;
  nrq_point(x0, run->problem.dim, 0.95, run->start);
  nrq_experiment(&experiment, &run->problem, &segment, 1, every, (size_t)(end + 1), observables, 4,
                 20223);
  experiment.start = (sid_start){SID_START_POINT, x0, 0.0};
  for (size_t i = 0; i < runs; i++) recorders[i].run = run;
  const int valid = vf_valid(context, "runs", &experiment);
  if (valid) vf_ensemble_visit(&experiment, 0, runs, vf_jobs(context), nrq_record, recorders, ends);
  for (size_t i = 0; valid && i < runs; i++) {
    nrq_recorder *one = recorders + i;
    one->sums[NRQ_LOG_GROWTH] = log(one->last / one->first);
    for (size_t k = 0; k < NRQ_STATISTICS; k++)
      values[i * NRQ_STATISTICS + k] =
          ends[i].step == end && end > 0 ? one->sums[k] / (double)run->steps : (double)NAN;
  }
  free(every);
  free(recorders);
  free(ends);
  return valid;
}

int nrq_stationary(vf_context *context, const nrq_long_run *run, size_t runs, vf_moments *moments) {
  double *values = vf_allocate(runs * NRQ_STATISTICS, sizeof *values),
         *column = vf_allocate(runs, sizeof *column);
  const int done = nrq_run_all(context, run, runs, values);
  for (size_t k = 0; done && k < NRQ_STATISTICS; k++) {
    for (size_t i = 0; i < runs; i++) column[i] = values[i * NRQ_STATISTICS + k];
    moments[k] = vf_moments_of(column, runs);
  }
  free(values);
  free(column);
  return done ? 0 : -1;
}

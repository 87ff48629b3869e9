/* The rows of a run as CSV or NumPy's .npy (docs/output.md section 3). */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "command/run_job.h"
#include "formats/experiment_json.h"
#include "formats/memory.h"
#include "laws/path.h"

/* ---- columns ---- */

void vf_choose_laws(vf_job *job) {
  for (uint32_t o = 0; o < job->experiment->observable_count; o++) {
    const int32_t observable = job->experiment->observables[o];
    int known = !vf_law_has_path(observable);
    for (size_t k = 0; k < job->laws; k++) known = known || job->law_of[k] == observable;
    if (!known) job->law_of[job->laws++] = observable;
  }
}

const char *vf_job_column(const vf_job *job, size_t k, char name[VF_COLUMN_SIZE]) {
  if (k < job->width) return vf_column_name(job->experiment, k, name);
  snprintf(name, VF_COLUMN_SIZE, "law_%s", vf_observable_name(job->law_of[k - job->width]));
  return name;
}

/* From one point the laws are those of every trajectory. */
static int vf_one_law(const vf_job *job) { return job->experiment->start.kind == SID_START_POINT; }

/* The laws of a trajectory as far as it gets. */
static void vf_walk_law(vf_job *job, uint64_t trajectory, uint32_t reached, double *law) {
  double *x = vf_allocate(job->experiment->problem.dim, sizeof *x);
  if (sid_start_state(job->experiment, trajectory, x) == SID_OK)
    vf_law_path(job->experiment, x, job->law_of, job->laws, reached, law);
  free(x);
}

void vf_find_laws(vf_job *job, uint64_t first, uint64_t size) {
  const size_t numbers = job->experiment->checkpoint_count * job->laws;
  uint32_t furthest = 0;
  for (uint64_t i = 0; i < size && job->laws > 0; i++) {
    if (!vf_one_law(job))
      vf_walk_law(job, first + i, job->flight.ends[i].rows, job->law + i * numbers);
    if (job->flight.ends[i].rows > furthest) furthest = job->flight.ends[i].rows;
  }
  if (job->laws == 0 || !vf_one_law(job) || furthest <= job->law_rows) return;
  vf_walk_law(job, first, furthest, job->law);
  job->law_rows = furthest;
}

double vf_law_of(const vf_job *job, uint64_t i, uint32_t c, size_t k) {
  const uint64_t place = vf_one_law(job) ? 0 : i * job->experiment->checkpoint_count;
  return job->law[(place + c) * job->laws + k];
}

/* ---- CSV ---- */

static void vf_csv_row(const char *values, uint64_t trajectory, uint64_t step, const char *end,
                       const double *row, size_t width, vf_format format, FILE *stream) {
  char text[VF_NUMBER_SIZE];
  fprintf(stream, "%s%" PRIu64 ",%" PRIu64 ",%s", values, trajectory, step, end);
  for (size_t k = 0; k < width; k++) fprintf(stream, ",%s", vf_number_text(row[k], format, text));
  fputc('\n', stream);
}

static void vf_csv_head(const vf_job *job) {
  char name[VF_COLUMN_SIZE];
  fprintf(job->stream, "%strajectory,step,end", job->swept);
  for (size_t k = 0; k < job->columns; k++)
    fprintf(job->stream, ",%s", vf_job_column(job, k, name));
  fputc('\n', job->stream);
}

/* ---- NumPy ---- */

/* Version 1.0 header of a (trajectories, checkpoints, columns) array of little-endian doubles,
 * padded to a multiple of 64. */
static void vf_npy_head(uint64_t trajectories, uint32_t checkpoints, size_t width, FILE *stream) {
  char text[118 + 1];
  snprintf(text, sizeof text,
           "{'descr': '<f8', 'fortran_order': False, 'shape': (%" PRIu64 ", %" PRIu32 ", %zu), }",
           trajectories, checkpoints, width);
  fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, stream);
  fprintf(stream, "%-117s\n", text);
}

static void vf_npy_number(double value, FILE *stream) {
  uint64_t bits;
  unsigned char bytes[8];
  memcpy(&bits, &value, sizeof bits);
  if (isnan(value)) bits = UINT64_C(0x7ff8000000000000);
  for (int b = 0; b < 8; b++) bytes[b] = (unsigned char)(bits >> (8 * b));
  fwrite(bytes, 1, sizeof bytes, stream);
}

uint64_t vf_npy_bytes(const vf_job *job) {
  return job->experiment->checkpoint_count * (uint64_t)job->columns * sizeof(double);
}

/* ---- both ---- */

void vf_write_head(const vf_job *job) {
  if (job->options->npy)
    vf_npy_head(job->options->count, job->experiment->checkpoint_count, job->columns, job->stream);
  else
    vf_csv_head(job);
}

/* The last state of a trajectory that ended early: a row of its own with the reason. */
static void vf_write_early_end(vf_job *job, uint64_t trajectory, const vf_end *end,
                               const double *last) {
  sid_observe(job->experiment, end->step, last, NULL, job->row, job->work);
  for (size_t k = job->width; k < job->columns; k++) job->row[k] = (double)NAN;
  vf_csv_row(job->values, trajectory, end->step, vf_end_name(end->status), job->row, job->columns,
             job->options->format, job->stream);
}

void vf_write_rows(vf_job *job, uint64_t trajectory, uint64_t i) {
  const sid_experiment *experiment = job->experiment;
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const double *rows = job->flight.rows + i * experiment->checkpoint_count * job->width;
  const vf_end *end = job->flight.ends + i;
  for (uint32_t c = 0; c < experiment->checkpoint_count; c++) {
    const int reached = c < end->rows;
    memcpy(job->row, rows + c * job->width, job->width * sizeof *job->row);
    for (size_t k = 0; k < job->laws; k++)
      job->row[job->width + k] = reached ? vf_law_of(job, i, c, k) : (double)NAN;
    if (job->options->npy)
      for (size_t k = 0; k < job->columns; k++) vf_npy_number(job->row[k], job->stream);
    else if (reached)
      vf_csv_row(job->values, trajectory, experiment->checkpoints[c], "", job->row, job->columns,
                 job->options->format, job->stream);
  }
  if (end->status != SID_OK && !job->options->npy)
    vf_write_early_end(job, trajectory, end, job->flight.states + i * kept);
}

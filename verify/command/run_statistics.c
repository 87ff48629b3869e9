/* The statistics of a run (docs/spec.md section 13, docs/output.md section 3). */
#include <inttypes.h>
#include "command/run_job.h"
#include "running/parallel.h"

enum { VF_GROUPS = 256 }; /* of columns: what threads take at a time */

typedef struct {
  vf_job *job;
  uint64_t size;
  size_t group;   /* columns in a group */
  double *values; /* of one column, for each thread */
} vf_taking;

/* A column belongs to one task, so nothing is shared; the order in it does not show. */
static void vf_take_columns(void *user, uint64_t group, int worker) {
  const vf_taking *taking = user;
  vf_job *job = taking->job;
  const size_t numbers = job->experiment->checkpoint_count * job->width;
  const size_t all = job->experiment->checkpoint_count * job->columns;
  const size_t first = (size_t)group * taking->group;
  double *values = taking->values + (size_t)worker * job->chunk;
  for (size_t at = first; at < first + taking->group && at < all; at++) {
    const uint32_t c = (uint32_t)(at / job->columns);
    const size_t k = at % job->columns;
    vf_statistics *one = job->statistics + at;
    size_t reached = 0;
    for (uint64_t i = 0; i < taking->size; i++)
      if (c < job->flight.ends[i].rows)
        values[reached++] = k < job->width ? job->flight.rows[i * numbers + c * job->width + k]
                                           : vf_law_of(job, i, c, k - job->width);
    vf_statistics_add(one, values, reached);
    one->ended += taking->size - reached;
  }
}

void vf_take_statistics(vf_job *job, uint64_t size) {
  const size_t all = job->experiment->checkpoint_count * job->columns;
  vf_taking taking = {job, size, (all + VF_GROUPS - 1) / VF_GROUPS, job->column};
  vf_parallel((all + taking.group - 1) / taking.group, job->options->jobs, vf_take_columns,
              &taking);
}

void vf_write_statistics_head(const vf_job *job) {
  fprintf(job->stream,
          "%sstep,observable,count,mean,variance,standard_error,min,max,q05,q25,q50,q75,q95,nan,"
          "minus_inf,plus_inf,ended,resolution\n",
          job->swept);
}

void vf_write_statistics(const vf_job *job) {
  char name[VF_COLUMN_SIZE], text[VF_NUMBER_SIZE];
  for (uint32_t c = 0; c < job->experiment->checkpoint_count; c++)
    for (size_t k = 0; k < job->columns; k++) {
      const vf_statistics *one = job->statistics + c * job->columns + k;
      const vf_summary summary = vf_statistics_summary(one);
      const double values[] = {summary.mean, summary.variance, summary.standard_error,
                               summary.least, summary.most};
      fprintf(job->stream, "%s%" PRIu64 ",%s,%" PRIu64, job->values,
              job->experiment->checkpoints[c], vf_job_column(job, k, name),
              vf_statistics_count(one));
      for (size_t v = 0; v < sizeof values / sizeof values[0]; v++)
        fprintf(job->stream, ",%s", vf_number_text(values[v], job->options->format, text));
      for (int q = 0; q < VF_QUANTILES; q++)
        fprintf(job->stream, ",%s",
                vf_number_text(summary.quantile[q], job->options->format, text));
      fprintf(job->stream, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%d\n", one->nan,
              one->minus_inf, one->plus_inf, one->ended, summary.resolution);
    }
}

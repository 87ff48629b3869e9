/* What a run needs in memory: planned, stated and bounded before it begins. */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>
#include "command/run_job.h"
#include "formats/failure.h"
#include "formats/memory.h"
#include "running/backend.h"

int vf_option_memory(const char *text, uint64_t *bytes) {
  static const char units[] = "KMG";
  char number[24];
  size_t length = 0;
  unsigned shift = 0;
  while (text[length] >= '0' && text[length] <= '9') length++;
  const char unit = text[length];
  for (unsigned u = 0; unit && units[u]; u++)
    if (unit == units[u]) shift = 10 * (u + 1);
  const int whole = unit == '\0' || (shift > 0 && text[length + 1] == '\0');
  if (whole && length < sizeof number) {
    snprintf(number, sizeof number, "%.*s", (int)length, text);
    if (!vf_parse_u64(number, bytes) && *bytes > 0 && *bytes <= UINT64_MAX >> shift) {
      *bytes <<= shift;
      return 0;
    }
  }
  return vf_fail("run: --memory %s: allowed: bytes, 1 or more, or a number with K, M or G behind",
                 text);
}

uint64_t vf_memory_default(void) {
#ifdef _SC_PHYS_PAGES
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  if (pages > 0 && size > 0) return (uint64_t)pages * (uint64_t)size / 2;
#endif
  return UINT64_MAX;
}

static size_t vf_law_numbers(const vf_job *job) {
  return job->experiment->checkpoint_count * job->laws;
}

int vf_job_plan(vf_job *job) {
  /* A chunk of about 32 MiB, whatever the number of trajectories. */
  const size_t one = vf_flight_bytes(job->experiment) + vf_law_numbers(job) * sizeof(double);
  const size_t fits = ((size_t)1 << 25) / one;
  const uint64_t trajectories = job->options->count;
  job->chunk = fits < 1 ? 1 : fits > 4096 ? 4096 : fits;
  if (job->chunk > trajectories) job->chunk = trajectories;
  const uint64_t columns =
      job->options->statistics ? job->experiment->checkpoint_count * (uint64_t)job->columns : 0;
  const uint64_t column = vf_statistics_bytes(trajectories);
  const uint64_t chunk = job->chunk * one;
  const uint64_t work = (vf_backend()->workspace(job->experiment) + job->chunk) * sizeof(double);
  const uint64_t held = columns * column + chunk; /* and three times that while it is saved */
  const uint64_t all = (job->options->part ? 4 : 1) * held + (uint64_t)job->options->jobs * work;
  if (all <= job->options->memory) return 0;
  return vf_fail("run: may need %" PRIu64 " bytes: %" PRIu64 " for %" PRIu64
                 " trajectories at a time, %" PRIu64 " for each of %d threads, %" PRIu64
                 " for each of %" PRIu64 " statistics; allowed: %" PRIu64 " (--memory)",
                 all, chunk, job->chunk, work, job->options->jobs, columns ? column : 0, columns,
                 job->options->memory);
}

void vf_job_allocate(vf_job *job) {
  const size_t chunk = (size_t)job->chunk;
  vf_flight_open(&job->flight, job->experiment, job->chunk);
  job->law = vf_allocate(chunk * vf_law_numbers(job), sizeof *job->law);
  job->row = vf_allocate(job->columns, sizeof *job->row);
  job->work = vf_allocate(sid_observe_workspace(job->experiment), sizeof *job->work);
  if (job->options->statistics) {
    job->column = vf_allocate(chunk * (size_t)job->options->jobs, sizeof *job->column);
    job->statistics =
        vf_allocate(job->experiment->checkpoint_count * job->columns, sizeof *job->statistics);
  }
}

void vf_job_free(vf_job *job) {
  const size_t columns = job->statistics ? job->experiment->checkpoint_count * job->columns : 0;
  for (size_t k = 0; k < columns; k++) vf_statistics_free(job->statistics + k);
  free(job->statistics);
  free(job->column);
  vf_flight_free(&job->flight);
  for (size_t i = 0; i < job->piece_count; i++) vf_bytes_free(&job->pieces[i].state);
  free(job->pieces);
  free(job->law);
  free(job->row);
  free(job->work);
}

#include "mpi/chunk.h"
#include <stdlib.h>
#include <string.h>
#include "running/statistics_bytes.h"

static size_t vf_columns(const vf_job *job) {
  return job->experiment->checkpoint_count * job->columns;
}

static void vf_put_ends(const vf_flight *flight, vf_bytes *bytes) {
  uint32_t ended = 0;
  for (uint64_t i = 0; i < flight->count; i++) ended += flight->ends[i].status != SID_OK;
  vf_bytes_u32(bytes, ended);
  for (uint64_t i = 0; i < flight->count; i++) {
    if (flight->ends[i].status == SID_OK) continue;
    vf_bytes_u64(bytes, flight->first + i);
    vf_bytes_u64(bytes, flight->ends[i].step);
    vf_bytes_u32(bytes, (uint32_t)flight->ends[i].status);
  }
}

static void vf_put_statistics(vf_job *job, vf_bytes *bytes) {
  vf_take_statistics(job, job->flight.count);
  for (size_t k = 0; k < vf_columns(job); k++) {
    vf_statistics_write(job->statistics + k, bytes);
    vf_statistics_free(job->statistics + k);
  }
  memset(job->statistics, 0, vf_columns(job) * sizeof *job->statistics);
}

static void vf_put_rows(vf_job *job, vf_bytes *bytes) {
  char *text = NULL;
  size_t length = 0;
  job->stream = open_memstream(&text, &length);
  if (!job->stream) {
    vf_fail("run: no memory for the rows of a chunk");
    exit(VF_EXIT_USAGE);
  }
  for (uint64_t i = 0; i < job->flight.count; i++) vf_write_rows(job, job->flight.first + i, i);
  fclose(job->stream);
  vf_bytes_raw(bytes, text, length);
  free(text);
}

void vf_chunk_compute(vf_job *job, vf_range range, vf_bytes *bytes) {
  const double long_time = 1e9;
  vf_flight_begin(&job->flight, range.first, range.count);
  while (!vf_flight_advance(&job->flight, job->options->jobs, long_time, vf_interrupt()))
    if (*vf_interrupt()) return; /* whoever leads stores what there is, and ends all */
  vf_find_laws(job, range.first, range.count);
  vf_bytes_u64(bytes, range.first);
  vf_bytes_u64(bytes, range.count);
  vf_put_ends(&job->flight, bytes);
  if (job->options->statistics)
    vf_put_statistics(job, bytes);
  else
    vf_put_rows(job, bytes);
}

int vf_chunk_take(vf_job *job, const vf_bytes *bytes) {
  vf_bytes_reader reader = {bytes->data, bytes->data + bytes->count, 0};
  vf_take_u64(&reader);
  const uint64_t count = vf_take_u64(&reader);
  const uint32_t ended = vf_take_u32(&reader);
  for (uint32_t e = 0; e < ended && !reader.short_of; e++) {
    vf_end end = {.status = SID_OK};
    const uint64_t trajectory = vf_take_u64(&reader);
    end.step = vf_take_u64(&reader);
    end.status = (sid_status)vf_take_u32(&reader);
    vf_note_end(job, trajectory, &end);
  }
  if (job->options->statistics) {
    for (size_t k = 0; k < vf_columns(job); k++) {
      vf_statistics one = {.ended = 0};
      const int wrong = vf_statistics_read(&one, count, &reader);
      if (!wrong) vf_statistics_merge(job->statistics + k, &one);
      vf_statistics_free(&one);
      if (wrong) return -1;
    }
  } else {
    fwrite(reader.at, 1, (size_t)(reader.end - reader.at), job->stream);
  }
  job->done += count;
  return reader.short_of ? -1 : 0;
}

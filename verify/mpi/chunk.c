#include "mpi/chunk.h"
#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "running/statistics_bytes.h"

/* ---- work and states ---- */

void vf_work_put(uint64_t number, const vf_piece *piece, vf_bytes *bytes) {
  vf_bytes_u64(bytes, number);
  vf_bytes_u64(bytes, piece->range.first);
  vf_bytes_u64(bytes, piece->range.count);
  vf_bytes_raw(bytes, piece->state.data, piece->state.count);
}

vf_piece vf_work_take(const vf_bytes *bytes, uint64_t *number) {
  vf_bytes_reader reader = {bytes->data, bytes->data + bytes->count, 0};
  vf_piece piece = {.done = 0};
  *number = vf_take_u64(&reader);
  piece.range.first = vf_take_u64(&reader);
  piece.range.count = vf_take_u64(&reader);
  vf_bytes_raw(&piece.state, reader.at, (size_t)(reader.end - reader.at));
  return piece;
}

void vf_state_put(const vf_job *job, uint64_t number, vf_bytes *bytes) {
  vf_bytes_u64(bytes, number);
  if (job->flight.count) vf_part_put_flight(&job->flight, bytes);
}

/* ---- results ---- */

enum { VF_END_BYTES = 20 };

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
    MPI_Abort(MPI_COMM_WORLD, VF_EXIT_USAGE);
  }
  for (uint64_t i = 0; i < job->flight.count; i++) vf_write_rows(job, job->flight.first + i, i);
  fclose(job->stream);
  vf_bytes_raw(bytes, text, length);
  free(text);
}

/* Rows are taken in order, so a result may wait, and is in flight until then. */
static void vf_put_state(const vf_job *job, vf_bytes *bytes) {
  vf_bytes state = {NULL, 0, 0};
  if (job->options->part && !job->options->statistics) vf_part_put_flight(&job->flight, &state);
  vf_bytes_u64(bytes, state.count);
  vf_bytes_raw(bytes, state.data, state.count);
  vf_bytes_free(&state);
}

size_t vf_chunk_compute(vf_job *job, uint64_t number, const vf_piece *piece,
                        void (*look)(void *user, vf_job *job), void *user, vf_bytes *bytes) {
  const struct timespec moment = {0, 1000000};
  vf_begin_piece(job, piece);
  while (!vf_flight_advance(&job->flight, job->options->jobs, VF_SLICE, vf_interrupt())) {
    look(user, job);
    if (*vf_interrupt()) nanosleep(&moment, NULL); /* whoever leads saves, and ends all */
  }
  vf_find_laws(job, piece->range.first, piece->range.count);
  vf_bytes_u64(bytes, number);
  vf_put_state(job, bytes);
  vf_bytes_u64(bytes, piece->range.first);
  vf_bytes_u64(bytes, piece->range.count);
  vf_put_ends(&job->flight, bytes);
  const size_t rows = bytes->count;
  if (job->options->statistics)
    vf_put_statistics(job, bytes);
  else
    vf_put_rows(job, bytes);
  job->flight.count = 0;
  return rows;
}

size_t vf_chunk_name(vf_job *job, const vf_bytes *bytes) {
  vf_bytes_reader reader = {bytes->data, bytes->data + bytes->count, 0};
  vf_take_u64(&reader);
  vf_take_u64(&reader);
  const uint32_t ended = vf_take_u32(&reader);
  for (uint32_t e = 0; e < ended && !reader.short_of; e++) {
    vf_end end = {.status = SID_OK};
    const uint64_t trajectory = vf_take_u64(&reader);
    end.step = vf_take_u64(&reader);
    end.status = (sid_status)vf_take_u32(&reader);
    if (job) vf_name_end(job, trajectory, &end);
  }
  return (size_t)(reader.at - bytes->data);
}

int vf_chunk_take(vf_job *job, const vf_bytes *bytes) {
  vf_bytes_reader reader = {bytes->data, bytes->data + bytes->count, 0};
  const uint64_t first = vf_take_u64(&reader), count = vf_take_u64(&reader);
  const uint32_t ended = vf_take_u32(&reader);
  if (!vf_take_fits(&reader, ended, VF_END_BYTES)) return -1;
  reader.at += (size_t)ended * VF_END_BYTES;
  if (job->options->statistics) {
    for (size_t k = 0; k < vf_columns(job); k++) {
      vf_statistics one = {.ended = 0};
      const int wrong = vf_statistics_read(&one, count, &reader);
      if (!wrong) vf_statistics_merge(job->statistics + k, &one);
      vf_statistics_free(&one);
      if (wrong) return -1;
    }
  } else if (job->options->npy) {
    vf_rows_write(job, first, reader.at, (size_t)(reader.end - reader.at));
  } else {
    fwrite(reader.at, 1, (size_t)(reader.end - reader.at), job->stream);
  }
  job->done += count;
  job->ended += ended;
  return reader.short_of ? -1 : 0;
}

/* ---- rows of .npy ---- */

static MPI_File vf_file = MPI_FILE_NULL;

static void vf_rows_fail(const char *name, int problem) {
  char text[MPI_MAX_ERROR_STRING] = "";
  int length;
  MPI_Error_string(problem, text, &length);
  vf_fail("%s: cannot write: %s", name, text);
  MPI_Abort(MPI_COMM_WORLD, VF_EXIT_USAGE);
}

/* Each rank has a file of its own in the sense of MPI: nothing waits for others. */
void vf_rows_write(const vf_job *job, uint64_t first, const unsigned char *data, size_t count) {
  const uint64_t at = VF_NPY_HEAD + (first - job->options->first) * vf_npy_bytes(job);
  char *name = vf_output_partial(job->options->out);
  int problem = MPI_SUCCESS;
  if (count > 0 && vf_file == MPI_FILE_NULL)
    problem = MPI_File_open(MPI_COMM_SELF, name, MPI_MODE_WRONLY, MPI_INFO_NULL, &vf_file);
  if (count > 0 && problem == MPI_SUCCESS)
    problem =
        MPI_File_write_at(vf_file, (MPI_Offset)at, data, (int)count, MPI_BYTE, MPI_STATUS_IGNORE);
  if (count > 0 && problem == MPI_SUCCESS) problem = MPI_File_sync(vf_file);
  if (problem != MPI_SUCCESS) vf_rows_fail(name, problem);
  free(name);
}

void vf_rows_close(void) {
  if (vf_file != MPI_FILE_NULL) MPI_File_close(&vf_file);
}

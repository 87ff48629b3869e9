/* The part of a run: opened, written from time to time, and read where the run goes on. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "command/run_job.h"
#include "formats/memory.h"
#include "formats/read_file.h"
#include "running/clock.h"

static uint32_t vf_kind(const vf_run_options *options) {
  return options->statistics ? VF_PART_STATISTICS : options->npy ? VF_PART_NPY : VF_PART_CSV;
}

/* What the part says whatever is done. */
static void vf_describe(vf_job *job) {
  const vf_run_options *options = job->options;
  vf_part *part = &job->saving.part;
  const char *name = options->out ? strrchr(options->out, '/') : NULL;
  vf_experiment_hash(job->experiment, job->law_of, job->laws, part->hash);
  part->kind = vf_kind(options);
  part->format = part->kind == VF_PART_CSV ? (uint32_t)options->format : 0;
  part->whole = options->whole;
  part->shape = *job->experiment;
  memcpy(part->law_of, job->law_of, job->laws * sizeof *job->law_of);
  part->laws = (uint32_t)job->laws;
  part->point = job->point;
  part->points = job->points;
  part->swept = job->swept;
  part->values = job->values;
  if (!options->statistics) part->rows = vf_copy_text(name ? name + 1 : options->out);
}

/* ---- going on ---- */

/* Whether a part that was read is one of this run; else a message. */
static int vf_check_part(const vf_job *job, const vf_part *part) {
  static const char *const kinds[] = {"", "statistics", "rows as CSV", "rows as .npy"};
  const vf_run_options *options = job->options;
  const vf_part *ours = &job->saving.part;
  if (memcmp(part->hash, ours->hash, sizeof part->hash) != 0)
    return vf_fail("%s: is of another experiment; allowed: a part of this one", options->part);
  if (part->kind != ours->kind || part->format != ours->format)
    return vf_fail("%s: holds %s in another form than this run's %s; allowed: the same options",
                   options->part, kinds[part->kind], kinds[ours->kind]);
  if (part->whole.first != ours->whole.first || part->whole.count != ours->whole.count)
    return vf_fail("%s: is of other trajectories; allowed: the same --trajectories and --shard",
                   options->part);
  return 0;
}

/* The sum of `count` bytes of a file; returns 0, or -1 where there are fewer. */
static int vf_file_sum(const char *path, uint64_t from, uint64_t count, uint64_t *sum) {
  enum { BLOCK = 1 << 16 };
  FILE *file = fopen(path, "rb");
  char *block = vf_allocate(BLOCK, 1);
  *sum = 0;
  if (file) fseeko(file, (off_t)from, SEEK_SET);
  while (file && count > 0) {
    const size_t size = count < BLOCK ? (size_t)count : BLOCK, got = fread(block, 1, size, file);
    if (got == 0) break;
    *sum = vf_crc64(*sum, block, got);
    count -= got;
  }
  if (file) fclose(file);
  free(block);
  return count > 0 ? -1 : 0;
}

/* Whether this is the last run of a sweep, or the only one. */
static int vf_is_last(const vf_job *job) {
  return job->points == 0 || job->point + 1 == job->points;
}

/* Whether a file has the rows of a part, and no more of them where it is to end there. */
static int vf_has_rows(const char *path, const vf_part *part, int ends) {
  const uint64_t end = part->rows_from + part->rows_bytes;
  struct stat status;
  uint64_t sum;
  return stat(path, &status) == 0 &&
         (ends ? (uint64_t)status.st_size == end : (uint64_t)status.st_size >= end) &&
         vf_file_sum(path, part->rows_from, part->rows_bytes, &sum) == 0 && sum == part->rows_sum;
}

/* Rows that are all there: under their own name already, where the run ended between renaming the
 * file and saying so, or for a later run of the sweep to go on behind. */
static int vf_rows_stand(const vf_job *job, const vf_part *part) {
  if (job->done < job->options->count) return 0;
  char *partial = vf_output_partial(job->options->out);
  const int stand = (!vf_is_last(job) && partial && vf_has_rows(partial, part, 0)) ||
                    vf_has_rows(job->options->out, part, vf_is_last(job));
  free(partial);
  return stand;
}

/* Opens the file of rows behind those that the part knows. */
static int vf_continue_rows(vf_job *job, const vf_part *part) {
  uint64_t sum = 0;
  job->saving.bytes = part->rows_bytes;
  job->saving.sum = part->rows_sum;
  if (part->rows_from != job->saving.from)
    return vf_fail("%s: its rows do not follow those of the run before; allowed: parts as the run "
                   "left them",
                   job->options->part);
  if (vf_rows_stand(job, part)) return 0;
  const int status =
      vf_output_continue(&job->output, job->options->out, part->rows_from + part->rows_bytes);
  if (status) return status;
  job->stream = job->output.stream;
  if (vf_file_sum(job->output.partial, part->rows_from, part->rows_bytes, &sum) ||
      sum != part->rows_sum)
    return vf_fail("%s: not the rows that %s knows; allowed: the file as the run left it",
                   job->output.partial, job->options->part);
  if (part->rows_from + part->rows_bytes == 0) vf_write_head(job);
  return 0;
}

/* Takes the state of a part. */
static int vf_take_part(vf_job *job, vf_part *part) {
  const size_t columns = vf_part_columns(part);
  const int rows = !job->options->statistics; /* which are written one after the other */
  const int prefix =
      part->done_count == 0 || (part->done_count == 1 && part->done->first == job->options->first);
  job->ended = job->named = part->ended;
  if (vf_take_pieces(job, part) || (rows && !prefix))
    return vf_fail("%s: is of other trajectories; allowed: the same --trajectories and --shard",
                   job->options->part);
  if (!job->options->statistics) return vf_continue_rows(job, part);
  memcpy(job->statistics, part->statistics, columns * sizeof *part->statistics);
  memset(part->statistics, 0, columns * sizeof *part->statistics);
  return 0;
}

static int vf_resume(vf_job *job) {
  vf_part part;
  const char *wrong;
  size_t length;
  char *data = vf_read_file_to(job->options->part, SIZE_MAX, &length);
  if (!data) return vf_fail("%s: cannot read: %s", job->options->part, strerror(errno));
  int status = vf_part_read(&part, (const unsigned char *)data, length, &wrong)
                   ? vf_fail("%s: %s", job->options->part, wrong)
                   : vf_check_part(job, &part);
  if (!status) status = vf_take_part(job, &part);
  vf_part_free(&part);
  free(data);
  return status;
}

/* ---- opening, saving, closing ---- */

static int vf_open_results(vf_job *job) {
  const int status = vf_output_open(&job->output, job->options->out);
  job->stream = job->output.stream;
  return status;
}

int vf_job_open(vf_job *job) {
  const vf_run_options *options = job->options;
  int status = 0;
  if (!options->part) {
    if (!job->stream) status = vf_open_results(job);
    if (!status && !options->statistics && job->point == 0) vf_write_head(job);
    return status;
  }
  vf_describe(job);
  status = vf_output_open(&job->saving.output, options->part); /* and nobody else's */
  job->saving.last = vf_seconds();
  if (!status && options->resume && access(options->part, F_OK) == 0) {
    status = vf_resume(job);
  } else if (!status && !options->statistics) {
    const vf_part nothing = {.rows_from = job->saving.from};
    status = vf_continue_rows(job, &nothing);
  }
  if (!status && options->statistics && options->out && !job->stream) status = vf_open_results(job);
  return status;
}

/* Where the rows of what is done end: a .npy may have more behind them, which others wrote. */
static uint64_t vf_rows_until(const vf_job *job) {
  if (!job->options->npy) return UINT64_MAX;
  return VF_NPY_HEAD + job->done * vf_npy_bytes(job);
}

/* The rows since the last time go to the disk and into the sum. */
static int vf_save_rows(vf_job *job) {
  enum { BLOCK = 1 << 16 };
  if (!job->stream) return 0;
  const int status = vf_output_sync(&job->output);
  char *block = vf_allocate(BLOCK, 1);
  ssize_t got = 0;
  uint64_t left = vf_rows_until(job) - job->saving.bytes;
  while (!status && left > 0 &&
         (got = pread(fileno(job->stream), block, left < BLOCK ? (size_t)left : BLOCK,
                      (off_t)(job->saving.from + job->saving.bytes))) > 0) {
    left -= (uint64_t)got;
    job->saving.sum = vf_crc64(job->saving.sum, block, (size_t)got);
    job->saving.bytes += (uint64_t)got;
  }
  free(block);
  if (got < 0) return vf_fail("%s: cannot read: %s", job->output.partial, strerror(errno));
  return status;
}

static int vf_write_part(vf_job *job, const vf_moment *moment) {
  vf_part *part = &job->saving.part;
  vf_bytes bytes = {NULL, 0, 0};
  part->done = moment->done;
  part->done_count = moment->count;
  part->ended = job->ended;
  part->statistics = job->statistics;
  part->rows_from = job->saving.from;
  part->rows_bytes = job->saving.bytes;
  part->rows_sum = job->saving.sum;
  vf_part_write(part, &moment->flights, &bytes);
  fwrite(bytes.data, 1, bytes.count, job->saving.output.stream);
  vf_bytes_free(&bytes);
  return vf_output_commit(&job->saving.output);
}

int vf_job_save(vf_job *job, const vf_moment *moment) {
  int status = job->options->statistics ? 0 : vf_save_rows(job);
  if (!status) status = vf_write_part(job, moment);
  if (!status) status = vf_output_open(&job->saving.output, job->options->part);
  job->saving.last = vf_seconds();
  return status;
}

int vf_job_close(vf_job *job) {
  vf_range all = {job->options->first, job->options->count};
  const vf_moment end = {.done = &all, .count = 1};
  int status = 0;
  if (job->options->statistics && job->stream) {
    if (job->point == 0) vf_write_statistics_head(job);
    vf_write_statistics(job);
  }
  if (job->options->part && !job->options->statistics) status = vf_save_rows(job);
  if (!status && job->options->part) status = vf_write_part(job, &end);
  const int more = job->options->part && !job->options->statistics && !vf_is_last(job);
  if (!status && job->output.stream && !more) status = vf_output_commit(&job->output);
  return status;
}

void vf_job_leave(vf_job *job) {
  if (job->output.stream) vf_output_abandon(&job->output);
  if (job->saving.output.stream) vf_output_abandon(&job->saving.output);
  free(job->saving.part.rows);
}

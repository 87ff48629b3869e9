/* What is left of a run: ranges that a part has done and flights that it holds, and what lies
 * between them. */
#include <stdlib.h>
#include <string.h>
#include "command/run_job.h"
#include "formats/memory.h"

/* ---- going on ---- */

static void vf_add_piece(vf_job *job, vf_piece piece) {
  job->pieces = vf_grow(job->pieces, job->piece_count + 1, sizeof *job->pieces);
  job->pieces[job->piece_count++] = piece;
}

static int vf_by_first(const void *a, const void *b) {
  const uint64_t x = ((const vf_piece *)a)->range.first, y = ((const vf_piece *)b)->range.first;
  return (x > y) - (x < y);
}

/* Pieces ascend within the run, and none has a trajectory of another. */
static int vf_pieces_fit(const vf_job *job) {
  uint64_t at = 0;
  for (size_t i = 0; i < job->piece_count; i++) {
    const vf_range range = job->pieces[i].range;
    const uint64_t from = range.first - job->options->first; /* modulo 2^64 */
    if (from < at || from > job->options->count || range.count > job->options->count - from)
      return 0;
    at = from + range.count;
  }
  return 1;
}

int vf_take_pieces(vf_job *job, const vf_part *part) {
  vf_bytes_reader reader = part->flights;
  for (uint32_t i = 0; i < part->done_count; i++) {
    vf_add_piece(job, (vf_piece){.range = part->done[i], .done = 1});
    job->done += part->done[i].count;
  }
  while (reader.at < reader.end) {
    const unsigned char *from = reader.at;
    vf_piece piece = {.done = 0};
    if (vf_part_take_flight(&reader, &job->flight)) return -1;
    piece.range = (vf_range){job->flight.first, job->flight.count};
    vf_bytes_raw(&piece.state, from, (size_t)(reader.at - from));
    vf_add_piece(job, piece);
  }
  job->flight.count = 0;
  qsort(job->pieces, job->piece_count, sizeof *job->pieces, vf_by_first);
  return vf_pieces_fit(job) ? 0 : -1;
}

vf_piece vf_next_piece(vf_job *job, uint64_t most) {
  const vf_run_options *options = job->options;
  for (;;) {
    const uint64_t at = options->first + job->taken, left = options->count - job->taken;
    vf_piece *known = job->piece < job->piece_count ? job->pieces + job->piece : NULL;
    vf_piece piece = {.range = {at, left < most ? left : most}};
    if (known && known->range.first == at) {
      piece = *known;
      known->state = (vf_bytes){NULL, 0, 0};
      job->piece++;
    } else if (known && known->range.first - at < piece.range.count) {
      piece.range.count = known->range.first - at;
    }
    job->taken += piece.range.count;
    if (!piece.done) return piece;
  }
}

void vf_begin_piece(vf_job *job, const vf_piece *piece) {
  vf_bytes_reader reader = {piece->state.data, piece->state.data + piece->state.count, 0};
  if (piece->state.count == 0 || vf_part_take_flight(&reader, &job->flight))
    vf_flight_begin(&job->flight, piece->range.first, piece->range.count);
}

/* ---- a moment ---- */

void vf_moment_add(vf_moment *moment, vf_range range) {
  vf_range *last = moment->count ? moment->done + moment->count - 1 : NULL;
  if (range.count == 0) return;
  if (last && last->first + last->count == range.first) {
    last->count += range.count;
    return;
  }
  moment->done = vf_grow(moment->done, (size_t)moment->count + 1, sizeof *moment->done);
  moment->done[moment->count++] = range;
}

void vf_moment_rest(const vf_job *job, vf_moment *moment) {
  for (size_t i = job->piece; i < job->piece_count; i++) {
    const vf_piece *piece = job->pieces + i;
    if (piece->done)
      vf_moment_add(moment, piece->range);
    else
      vf_bytes_raw(&moment->flights, piece->state.data, piece->state.count);
  }
}

void vf_moment_free(vf_moment *moment) {
  free(moment->done);
  vf_bytes_free(&moment->flights);
}

#include "command/part.h"
#include <stdlib.h>
#include <string.h>
#include "formats/experiment_write.h"
#include "formats/memory.h"
#include "running/statistics_bytes.h"

static const char vf_magic[8] = {'s', 'i', 'd', 'y', 'n', 'p', 'r', 't'};

void vf_experiment_hash(const sid_experiment *experiment, const int32_t *law_of, size_t laws,
                        char hash[VF_SHA256_SIZE]) {
  vf_json_writer json = {.format = VF_BITS};
  vf_sha256 sum;
  vf_json_open(&json, '{');
  vf_json_name(&json, "experiment");
  vf_write_experiment(&json, experiment, NULL);
  vf_json_name(&json, "laws");
  vf_json_open(&json, '[');
  for (size_t k = 0; k < laws; k++) vf_json_integer(&json, (uint64_t)law_of[k]);
  vf_json_close(&json, ']');
  vf_json_close(&json, '}');
  vf_sha256_begin(&sum);
  vf_sha256_add(&sum, (const uint8_t *)json.text, json.length);
  vf_sha256_text(&sum, hash);
  vf_json_free(&json);
}

size_t vf_part_columns(const vf_part *part) {
  return part->shape.checkpoint_count * (sid_row_width(&part->shape) + part->laws);
}

/* ---- writing ---- */

static void vf_write_shape(const vf_part *part, vf_bytes *bytes) {
  const sid_experiment *shape = &part->shape;
  const sid_network *network = shape->problem.network;
  vf_bytes_u32(bytes, shape->problem.dim);
  vf_bytes_u32(bytes, network ? network->layer_count : 0);
  vf_bytes_u32(bytes, network ? network->test_samples : 0);
  vf_bytes_u32(bytes, shape->observable_count);
  vf_bytes_u32(bytes, part->laws);
  vf_bytes_u32(bytes, shape->checkpoint_count);
  for (uint32_t o = 0; o < shape->observable_count; o++)
    vf_bytes_u32(bytes, (uint32_t)shape->observables[o]);
  for (uint32_t k = 0; k < part->laws; k++) vf_bytes_u32(bytes, (uint32_t)part->law_of[k]);
  for (uint32_t c = 0; c < shape->checkpoint_count; c++) vf_bytes_u64(bytes, shape->checkpoints[c]);
}

void vf_part_put_flight(const vf_flight *flight, vf_bytes *bytes) {
  const sid_experiment *experiment = flight->experiment;
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t numbers = sid_row_width(experiment) * experiment->checkpoint_count;
  vf_bytes_u64(bytes, flight->first);
  vf_bytes_u64(bytes, flight->count);
  vf_bytes_u64(bytes, kept);
  for (uint64_t i = 0; i < flight->count; i++) {
    const sid_stream *stream = flight->streams + i;
    const vf_end *end = flight->ends + i;
    vf_bytes_u64(bytes, flight->steps[i]);
    if (flight->steps[i] == VF_NOT_BEGUN) continue;
    vf_bytes_u32(bytes, (uint32_t)end->status);
    vf_bytes_u32(bytes, end->rows);
    vf_bytes_u64(bytes, end->step);
    vf_bytes_u64(bytes, stream->state_hi);
    vf_bytes_u64(bytes, stream->state_lo);
    vf_bytes_u64(bytes, stream->inc_hi);
    vf_bytes_u64(bytes, stream->inc_lo);
    for (size_t j = 0; j < kept; j++) vf_bytes_real(bytes, flight->states[i * kept + j]);
    for (size_t k = 0; k < end->rows * sid_row_width(experiment); k++)
      vf_bytes_real(bytes, flight->rows[i * numbers + k]);
  }
}

static void vf_write_text(const char *text, vf_bytes *bytes) {
  const size_t length = text ? strlen(text) : 0;
  vf_bytes_u32(bytes, (uint32_t)length);
  vf_bytes_raw(bytes, text, length);
}

void vf_part_write(const vf_part *part, const vf_bytes *flights, vf_bytes *bytes) {
  vf_bytes_raw(bytes, vf_magic, sizeof vf_magic);
  vf_bytes_u32(bytes, VF_PART_FORMAT);
  vf_bytes_u32(bytes, SID_SPECIFICATION);
  vf_bytes_raw(bytes, part->hash, VF_SHA256_SIZE - 1);
  vf_bytes_u32(bytes, part->kind);
  vf_bytes_u32(bytes, part->format);
  vf_bytes_u64(bytes, part->whole.first);
  vf_bytes_u64(bytes, part->whole.count);
  vf_bytes_u64(bytes, part->ended);
  vf_bytes_u32(bytes, part->done_count);
  for (uint32_t i = 0; i < part->done_count; i++) {
    vf_bytes_u64(bytes, part->done[i].first);
    vf_bytes_u64(bytes, part->done[i].count);
  }
  vf_bytes_u32(bytes, part->point);
  vf_bytes_u32(bytes, part->points);
  vf_write_text(part->swept, bytes);
  vf_write_text(part->values, bytes);
  vf_write_shape(part, bytes);
  if (part->kind == VF_PART_STATISTICS) {
    for (size_t k = 0; k < vf_part_columns(part); k++)
      vf_statistics_write(part->statistics + k, bytes);
  } else {
    vf_bytes_u64(bytes, part->rows_from);
    vf_bytes_u64(bytes, part->rows_bytes);
    vf_bytes_u64(bytes, part->rows_sum);
    vf_write_text(part->rows, bytes);
  }
  vf_bytes_u64(bytes, flights->count);
  vf_bytes_raw(bytes, flights->data, flights->count);
  vf_bytes_u64(bytes, vf_crc64(0, bytes->data, bytes->count));
}

/* ---- reading ---- */

static int vf_read_done(vf_part *part, vf_bytes_reader *reader) {
  enum { RANGE_BYTES = 16 };
  uint64_t free_from = part->whole.first;
  const uint64_t end = part->whole.first + part->whole.count; /* modulo 2^64 */
  part->done_count = vf_take_u32(reader);
  if (!vf_take_fits(reader, part->done_count, RANGE_BYTES)) return -1;
  part->done = vf_arena_take(&part->arena, part->done_count, sizeof *part->done);
  for (uint32_t i = 0; i < part->done_count; i++) {
    vf_range *one = part->done + i;
    *one = (vf_range){vf_take_u64(reader), vf_take_u64(reader)};
    const uint64_t room = end - free_from; /* from there to the end */
    if (one->first < free_from || one->count == 0 || one->first - free_from > room ||
        one->count > room - (one->first - free_from))
      return -1;
    free_from = one->first + one->count;
  }
  return 0;
}

static int vf_read_shape(vf_part *part, vf_bytes_reader *reader) {
  enum { OBSERVABLES_MOST = 64, CHECKPOINTS_MOST = 1 << 20 };
  sid_experiment *shape = &part->shape;
  sid_network *network = vf_arena_take(&part->arena, 1, sizeof *network);
  shape->problem.dim = vf_take_u32(reader);
  shape->problem.network = network;
  network->layer_count = vf_take_u32(reader);
  network->test_samples = vf_take_u32(reader);
  shape->observable_count = vf_take_u32(reader);
  part->laws = vf_take_u32(reader);
  shape->checkpoint_count = vf_take_u32(reader);
  if (shape->problem.dim < 1 || shape->problem.dim > SID_NETWORK_DIM_MAX ||
      network->layer_count > SID_NETWORK_LAYERS_MAX || network->test_samples > SID_SAMPLES_MAX ||
      shape->observable_count < 1 || shape->observable_count > OBSERVABLES_MOST ||
      part->laws > SID_GAMMA || shape->checkpoint_count < 1 ||
      shape->checkpoint_count > CHECKPOINTS_MOST)
    return -1;
  int32_t *observables = vf_arena_take(&part->arena, shape->observable_count, sizeof *observables);
  uint64_t *checkpoints = vf_arena_take(&part->arena, shape->checkpoint_count, sizeof *checkpoints);
  for (uint32_t o = 0; o < shape->observable_count + part->laws; o++) {
    const uint32_t observable = vf_take_u32(reader);
    if (observable < SID_NORM2 || observable > SID_TEST_CLASSES) return -1;
    *(o < shape->observable_count ? observables + o
                                  : part->law_of + (o - shape->observable_count)) =
        (int32_t)observable;
  }
  for (uint32_t c = 0; c < shape->checkpoint_count; c++) checkpoints[c] = vf_take_u64(reader);
  shape->observables = observables;
  shape->checkpoints = checkpoints;
  return 0;
}

/* A text without zero bytes, or NULL. */
static char *vf_read_text(vf_part *part, vf_bytes_reader *reader) {
  const uint32_t length = vf_take_u32(reader);
  if (!vf_take_fits(reader, length, 1)) return NULL;
  char *text = vf_arena_take(&part->arena, (size_t)length + 1, 1);
  vf_take_raw(reader, text, length);
  return strlen(text) == length ? text : NULL;
}

static int vf_read_contents(vf_part *part, vf_bytes_reader *reader) {
  enum { STATISTICS_LEAST = 56 }; /* bytes of one without values */
  uint64_t done = 0;
  for (uint32_t i = 0; i < part->done_count; i++) done += part->done[i].count;
  if (part->kind == VF_PART_STATISTICS) {
    const size_t columns = vf_part_columns(part);
    if (!vf_take_fits(reader, columns, STATISTICS_LEAST)) return -1;
    part->statistics = vf_allocate(columns, sizeof *part->statistics);
    for (size_t k = 0; k < columns; k++)
      if (vf_statistics_read(part->statistics + k, done, reader)) return -1;
    return part->ended > done ? -1 : 0;
  }
  part->rows_from = vf_take_u64(reader);
  part->rows_bytes = vf_take_u64(reader);
  part->rows_sum = vf_take_u64(reader);
  part->rows = vf_read_text(part, reader);
  return !part->rows || strchr(part->rows, '/') || !*part->rows ||
                 part->rows_bytes > UINT64_MAX - part->rows_from
             ? -1
             : 0;
}

int vf_part_read(vf_part *part, const unsigned char *data, size_t count, const char **wrong) {
  enum { SUM_BYTES = 8 };
  char magic[sizeof vf_magic];
  vf_bytes_reader reader = {data, data + count, 0};
  memset(part, 0, sizeof *part);
  *wrong = "not a part of a run";
  vf_take_raw(&reader, magic, sizeof magic);
  if (reader.short_of || memcmp(magic, vf_magic, sizeof magic) != 0) return -1;
  *wrong = "a part of another format or specification; allowed: format 1, specification 2";
  if (vf_take_u32(&reader) != VF_PART_FORMAT || vf_take_u32(&reader) != SID_SPECIFICATION)
    return -1;
  *wrong = "damaged: its checksum does not fit";
  if (count < SUM_BYTES + sizeof magic) return -1;
  vf_bytes_reader sum = {data + count - SUM_BYTES, data + count, 0};
  if (vf_take_u64(&sum) != vf_crc64(0, data, count - SUM_BYTES)) return -1;
  reader.end -= SUM_BYTES;
  *wrong = "damaged: it contradicts itself";
  vf_take_raw(&reader, part->hash, VF_SHA256_SIZE - 1);
  part->kind = vf_take_u32(&reader);
  part->format = vf_take_u32(&reader);
  part->whole.first = vf_take_u64(&reader);
  part->whole.count = vf_take_u64(&reader);
  part->ended = vf_take_u64(&reader);
  if (part->kind < VF_PART_STATISTICS || part->kind > VF_PART_NPY || part->format > VF_DEC ||
      part->whole.count == 0 ||
      (part->whole.first > 0 && part->whole.count - 1 > UINT64_MAX - part->whole.first))
    return -1;
  if (vf_read_done(part, &reader)) return -1;
  part->point = vf_take_u32(&reader);
  part->points = vf_take_u32(&reader);
  part->swept = vf_read_text(part, &reader);
  part->values = vf_read_text(part, &reader);
  if (!part->swept || !part->values || vf_read_shape(part, &reader) ||
      vf_read_contents(part, &reader))
    return -1;
  const uint64_t flight = vf_take_u64(&reader);
  if (reader.short_of || flight != (uint64_t)(reader.end - reader.at)) return -1;
  part->flights = reader;
  return 0;
}

int vf_part_take_flight(vf_bytes_reader *reader, vf_flight *flight) {
  const sid_experiment *experiment = flight->experiment;
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t width = sid_row_width(experiment), numbers = width * experiment->checkpoint_count;
  flight->count = 0;
  const uint64_t first = vf_take_u64(reader), count = vf_take_u64(reader);
  if (vf_take_u64(reader) != kept || count == 0 || count > flight->room) return -1;
  vf_flight_begin(flight, first, count);
  for (uint64_t i = 0; i < count; i++) {
    sid_stream *stream = flight->streams + i;
    vf_end *end = flight->ends + i;
    flight->steps[i] = vf_take_u64(reader);
    if (flight->steps[i] == VF_NOT_BEGUN) continue;
    end->status = (sid_status)vf_take_u32(reader);
    end->rows = vf_take_u32(reader);
    end->step = vf_take_u64(reader);
    if (flight->steps[i] > experiment->steps || end->rows > experiment->checkpoint_count) return -1;
    *stream = (sid_stream){.given = NULL};
    stream->state_hi = vf_take_u64(reader);
    stream->state_lo = vf_take_u64(reader);
    stream->inc_hi = vf_take_u64(reader);
    stream->inc_lo = vf_take_u64(reader);
    for (size_t j = 0; j < kept; j++) flight->states[i * kept + j] = vf_take_real(reader);
    for (size_t k = 0; k < end->rows * width; k++)
      flight->rows[i * numbers + k] = vf_take_real(reader);
  }
  return reader->short_of ? -1 : 0;
}

void vf_part_free(vf_part *part) {
  for (size_t k = 0; part->statistics && k < vf_part_columns(part); k++)
    vf_statistics_free(part->statistics + k);
  free(part->statistics);
  vf_arena_free(&part->arena);
}

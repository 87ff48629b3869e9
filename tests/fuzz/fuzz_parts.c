/* libFuzzer on the reader of parts: whatever the bytes are, under a checksum that fits them (else
 * nothing behind it would be reached), it answers with a part, or with what is wrong. What it takes
 * is written again, and read again as the same bytes; each of its statistics has a summary; what is
 * in flight fits an experiment or is refused. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "command/part.h"

enum { SUM = 8, FLIGHT = 8 };

/* One that the trajectories in flight of the starts are of (run.sh). */
static const sid_experiment *small_experiment(void) {
  static const double spectrum[] = {1.0, 2.0, 2.0};
  static const int32_t observables[] = {SID_NORM2, SID_X};
  static const uint64_t checkpoints[] = {0, 9};
  static sid_experiment experiment;
  experiment.problem.kind = SID_RAYLEIGH;
  experiment.problem.dim = 3;
  experiment.problem.spectrum = spectrum;
  experiment.dynamics.kind = SID_SGD;
  experiment.steps = 9;
  experiment.observables = observables;
  experiment.observable_count = 2;
  experiment.checkpoints = checkpoints;
  experiment.checkpoint_count = 2;
  return &experiment;
}

static void take_flights(const vf_part *part) {
  vf_flight flight;
  vf_bytes_reader reader = part->flights;
  vf_flight_open(&flight, small_experiment(), FLIGHT);
  while (reader.at < reader.end && vf_part_take_flight(&reader, &flight) == 0)
    for (uint64_t i = 0; i < flight.count; i++) (void)vf_flight_done(&flight, i);
  vf_flight_free(&flight);
}

/* The bytes with what is in flight left out, and their sum. */
static vf_bytes written(const vf_part *part) {
  const vf_bytes nothing = {NULL, 0, 0};
  vf_bytes bytes = {NULL, 0, 0};
  vf_part_write(part, &nothing, &bytes);
  return bytes;
}

static void require_same(const vf_part *part) {
  vf_part again;
  const char *wrong;
  const vf_bytes once = written(part);
  if (vf_part_read(&again, once.data, once.count, &wrong)) abort();
  const vf_bytes twice = written(&again);
  if (once.count != twice.count || memcmp(once.data, twice.data, once.count) != 0) abort();
  vf_part_free(&again);
  free(once.data);
  free(twice.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  vf_part part;
  const char *wrong = NULL;
  uint8_t *bytes = malloc(size + SUM);
  if (!bytes) return 0;
  if (size > 0) memcpy(bytes, data, size);
  const uint64_t sum = vf_crc64(0, bytes, size);
  for (int i = 0; i < SUM; i++) bytes[size + (size_t)i] = (uint8_t)(sum >> (8 * i));
  if (vf_part_read(&part, bytes, size + SUM, &wrong)) {
    if (!wrong || !*wrong) abort();
  } else {
    for (size_t k = 0; part.statistics && k < vf_part_columns(&part); k++)
      (void)vf_statistics_summary(part.statistics + k);
    take_flights(&part);
    require_same(&part);
  }
  vf_part_free(&part);
  free(bytes);
  return 0;
}

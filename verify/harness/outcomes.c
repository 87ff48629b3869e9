/* Means over all outcomes of a few draws. */
#include "harness/outcomes.h"
#include <stdlib.h>
#include "formats/memory.h"

/* The outcome of the draws that a stream is about to give. */
typedef size_t outcome_fn(sid_stream stream, uint64_t bound, uint32_t draws);

static size_t signs_of(sid_stream stream, uint64_t bound, uint32_t draws) {
  size_t outcome = 0;
  (void)bound;
  for (uint32_t j = 0; j < draws; j++)
    outcome |= (size_t)(sid_stream_rademacher(&stream) > 0.0) << j;
  return outcome;
}

static size_t indices_of(sid_stream stream, uint64_t bound, uint32_t draws) {
  size_t outcome = 0;
  for (uint32_t j = 0; j < draws; j++)
    outcome = (size_t)(bound * outcome + sid_stream_index(&stream, bound));
  return outcome;
}

/* Looks along one stream until each outcome has been met; an outcome that is missed in 200 times as
 * many places as there are outcomes has probability e^-200. */
static int outcome_streams(outcome_fn *outcome_of, uint64_t bound, uint32_t draws, size_t count,
                           sid_stream *at) {
  const uint64_t key[2] = {SID_KEY_NOISE, 0};
  char *seen = vf_allocate(count, 1);
  size_t missing = count;
  sid_stream stream;
  if (sid_stream_init(&stream, 2024, key, 2) == SID_OK)
    for (size_t i = 0; i < 200 * count && missing > 0; i++) {
      const size_t outcome = outcome_of(stream, bound, draws);
      missing -= !seen[outcome];
      seen[outcome] = 1;
      at[outcome] = stream;
      (void)sid_stream_raw(&stream);
    }
  free(seen);
  return missing == 0 ? 0 : -1;
}

int vf_sign_streams(uint32_t bits, sid_stream *at) {
  return outcome_streams(signs_of, 2, bits, (size_t)1 << bits, at);
}

int vf_index_streams(uint64_t bound, uint32_t draws, sid_stream *at) {
  size_t count = 1;
  for (uint32_t j = 0; j < draws; j++) count *= (size_t)bound;
  return outcome_streams(indices_of, bound, draws, count, at);
}

/* For `make prove`: streams, normals, roots, reductions, angles, exact results and the selfcheck,
 * on unknown words and unknown doubles. */
#include "operations.h"
#include "sidyn.h"

volatile uint64_t unknown_word;
volatile uint32_t unknown_count;
volatile double unknown_double;

#define TERMS 19

static void streams(void) {
  const uint64_t key[SID_KEY_MAX] = {unknown_word, unknown_word, unknown_word};
  const uint32_t words = unknown_count;
  double z[5], weights[TERMS];
  sid_stream stream = {0, 0, 0, 0, NULL};
  if (sid_stream_init(&stream, unknown_word, words > SID_KEY_MAX ? NULL : key, words) != SID_OK)
    return;
  for (uint32_t i = 0; i < TERMS; i++) weights[i] = unknown_double;
  sid_stream_raw(&stream);
  sid_stream_uniform(&stream);
  sid_stream_rademacher(&stream);
  sid_stream_advance(&stream, unknown_word, unknown_word);
  sid_stream_normals(&stream, z, 5);
  sid_stream_weighted_index(&stream, weights, TERMS);
  sid_stream_index(&stream, unknown_word);
}

static void numbers(void) {
  double a[TERMS], b[TERMS], work[TERMS];
  for (uint32_t i = 0; i < TERMS; i++) {
    a[i] = unknown_double;
    b[i] = unknown_double;
  }
  sid_sum(a, TERMS);
  sid_dot(a, b, TERMS);
  sid_sqrt(unknown_double);
  sid_atan2(unknown_double, unknown_double);
  sid_angle(a, b, TERMS, work);
}

static void operations(void) {
  for (int32_t operation = SID_OP_ADD; operation <= SID_OP_FROM_UINT64; operation++)
    sid_exact_result(operation, unknown_word, unknown_word);
  sid_exact_result(SID_OP_COMPARE, unknown_word, unknown_word);
}

int main(void) {
  streams();
  numbers();
  operations();
  return (int)sid_selfcheck();
}

/* Random streams: NumPy's PCG64(SeedSequence(seed, spawn_key=key)). docs/spec.md section 2;
 * bit-exact.
 *
 * SeedSequence follows M. E. O'Neill's seed_seq_fe with a pool of four words, PCG64 is her XSL-RR
 * 128/64 generator. Their constants are theirs and come from no expression. */
#include "config.h"
#include "fp.h"
#include "wide.h"

#define SID_POOL 4u
/* Longest entropy: a seed padded to the pool, and two words for each key word. */
#define SID_ENTROPY_MAX (SID_POOL + 2u * (uint32_t)SID_KEY_MAX)

/* The multiplier M of PCG64. */
static sid_wide sid_pcg_multiplier(void) {
  return sid_wide_of(0x2360ed051fc65da4u, 0x4385df649fccf645u);
}

/* hashmix of the specification: v with the running multiplier *h, which moves on. */
static uint32_t sid_seed_hash(uint32_t v, uint32_t *h, uint32_t multiplier) {
  v ^= *h;
  *h *= multiplier;
  v *= *h;
  return v ^ (v >> 16);
}

/* mix of the specification: b goes into the pool word a. */
static uint32_t sid_seed_mix(uint32_t a, uint32_t b) {
  const uint32_t r = 0xca01f9ddu * a - 0x4973f715u * b;
  return r ^ (r >> 16);
}

/* Appends the 32-bit words of v, low word first, the second only if it is not zero. Returns the new
 * number of words. */
static uint32_t sid_seed_append(uint32_t *entropy, uint32_t count, uint64_t v) {
  entropy[count++] = (uint32_t)v;
  if ((v >> 32) != 0) entropy[count++] = (uint32_t)(v >> 32);
  return count;
}

/* Step 1: the entropy words. Returns their number. */
static uint32_t sid_seed_entropy(uint32_t entropy[SID_ENTROPY_MAX], uint64_t seed,
                                 const uint64_t *key, uint32_t key_len) {
  uint32_t count = sid_seed_append(entropy, 0, seed);
  while (count < SID_POOL) entropy[count++] = 0;
  for (uint32_t i = 0; i < key_len; i++) count = sid_seed_append(entropy, count, key[i]);
  return count;
}

/* Step 3: the pool of four words that holds the entropy. */
static void sid_seed_pool(uint32_t pool[SID_POOL], const uint32_t *entropy, uint32_t count) {
  const uint32_t multiplier = 0x931e8875u;
  uint32_t h = 0x43b0d7e5u;
  for (uint32_t k = 0; k < SID_POOL; k++) pool[k] = sid_seed_hash(entropy[k], &h, multiplier);
  for (uint32_t s = 0; s < SID_POOL; s++)
    for (uint32_t d = 0; d < SID_POOL; d++)
      if (d != s) pool[d] = sid_seed_mix(pool[d], sid_seed_hash(pool[s], &h, multiplier));
  for (uint32_t e = SID_POOL; e < count; e++)
    for (uint32_t d = 0; d < SID_POOL; d++)
      pool[d] = sid_seed_mix(pool[d], sid_seed_hash(entropy[e], &h, multiplier));
}

/* Step 4: four 64-bit words from the pool. */
static void sid_seed_words(uint64_t w[4], const uint32_t pool[SID_POOL]) {
  uint32_t h = 0x8b51f9ddu;
  for (uint32_t q = 0; q < 4; q++) {
    const uint32_t low = sid_seed_hash(pool[(2 * q) % SID_POOL], &h, 0x58f38dedu);
    const uint32_t high = sid_seed_hash(pool[(2 * q + 1) % SID_POOL], &h, 0x58f38dedu);
    w[q] = ((uint64_t)high << 32) | low;
  }
}

/* state*M + inc. */
static void sid_pcg_step(sid_stream *stream) {
  const sid_wide state = sid_wide_of(stream->state_hi, stream->state_lo);
  const sid_wide inc = sid_wide_of(stream->inc_hi, stream->inc_lo);
  const sid_wide next = sid_wide_add(sid_wide_low_product(state, sid_pcg_multiplier()), inc);
  stream->state_hi = next.hi;
  stream->state_lo = next.lo;
}

/* stream(seed, key). On an error the stream is left as it was. Without a key NumPy does not pad the
 * seed, but fills the pool as if it had. */
sid_status sid_stream_init(sid_stream *stream, uint64_t seed, const uint64_t *key,
                           uint32_t key_len) {
  uint32_t entropy[SID_ENTROPY_MAX], pool[SID_POOL];
  uint64_t w[4];
  if (stream == NULL || (key == NULL && key_len > 0)) return SID_E_NULL;
  if (key_len > (uint32_t)SID_KEY_MAX) return SID_E_COUNT;
  sid_seed_pool(pool, entropy, sid_seed_entropy(entropy, seed, key, key_len));
  sid_seed_words(w, pool);
  const sid_wide inc = sid_wide_of((w[2] << 1) | (w[3] >> 63), (w[3] << 1) | 1u);
  const sid_wide state = sid_wide_add(inc, sid_wide_of(w[0], w[1]));
  stream->inc_hi = inc.hi;
  stream->inc_lo = inc.lo;
  stream->state_hi = state.hi;
  stream->state_lo = state.lo;
  stream->given = NULL;
  sid_pcg_step(stream);
  return SID_OK;
}

void sid_stream_given(sid_stream *stream, const double *draws) {
  stream->state_hi = stream->state_lo = stream->inc_hi = stream->inc_lo = 0;
  stream->given = draws;
}

/* One step, then the XSL-RR output of the new state. */
uint64_t sid_stream_raw(sid_stream *stream) {
  sid_pcg_step(stream);
  const uint64_t folded = stream->state_hi ^ stream->state_lo;
  const uint32_t turn = (uint32_t)(stream->state_hi >> 58);
  return (folded >> turn) | (folded << ((64 - turn) & 63));
}

/* i2f(raw >> 11) * 2^-53; exact. */
double sid_stream_uniform(sid_stream *stream) {
  return (double)(sid_stream_raw(stream) >> 11) * 0x1p-53;
}

/* floor(raw*n / 2^64), n >= 1. The bias is at most n*2^-64. */
uint64_t sid_stream_index(sid_stream *stream, uint64_t n) {
  if (stream->given) return (uint64_t)*stream->given++;
  return sid_high_product(sid_stream_raw(stream), n);
}

double sid_stream_rademacher(sid_stream *stream) {
  if (stream->given) return *stream->given++;
  return (sid_stream_raw(stream) >> 63) != 0 ? 1.0 : -1.0;
}

/* The first i with U < w_0 + ... + w_i, summed in this order; n-1 if rounding leaves
 * none. n >= 1. */
uint32_t sid_stream_weighted_index(sid_stream *stream, const double *weights, uint32_t n) {
  if (stream->given) return (uint32_t)*stream->given++;
  const double u = sid_stream_uniform(stream);
  double c = weights[0];
  for (uint32_t i = 0; i + 1 < n; i++) {
    if (u < c) return i;
    c = c + weights[i + 1];
  }
  return n - 1;
}

/* The count stays far below 2^32: a product of uniforms below 1 has left every positive number
 * after some thousands. */
uint32_t sid_stream_poisson(sid_stream *stream, double exp_minus_mean) {
  if (stream->given) return (uint32_t)*stream->given++;
  uint32_t count = 0;
  double product = sid_stream_uniform(stream);
  while (product >= exp_minus_mean) {
    count++;
    product = product * sid_stream_uniform(stream);
  }
  return count;
}

/* delta steps in one, by squaring the map s -> a*s + b: (a, b) twice is (a*a, a*b + b). */
void sid_stream_advance(sid_stream *stream, uint64_t delta_hi, uint64_t delta_lo) {
  sid_wide delta = sid_wide_of(delta_hi, delta_lo);
  sid_wide a = sid_pcg_multiplier();
  sid_wide b = sid_wide_of(stream->inc_hi, stream->inc_lo);
  sid_wide state = sid_wide_of(stream->state_hi, stream->state_lo);
  while ((delta.hi | delta.lo) != 0) {
    if ((delta.lo & 1) != 0) state = sid_wide_add(sid_wide_low_product(a, state), b);
    b = sid_wide_add(sid_wide_low_product(a, b), b);
    a = sid_wide_low_product(a, a);
    delta = sid_wide_shift_right(delta, 1);
  }
  stream->state_hi = state.hi;
  stream->state_lo = state.lo;
}

/* n normals, docs/spec.md section 3. The two raws of a pair are taken in two statements: C does not
 * order the arguments of a call. */
void sid_stream_normals(sid_stream *stream, double *z, size_t n) {
  double last[2];
  size_t i = 0;
  if (stream->given) {
    for (; i < n; i++) z[i] = *stream->given++;
    return;
  }
  for (; i + 1 < n; i += 2) {
    const uint64_t raw1 = sid_stream_raw(stream);
    const uint64_t raw2 = sid_stream_raw(stream);
    sid_normal_pair(raw1, raw2, z + i);
  }
  if (i == n) return;
  const uint64_t raw1 = sid_stream_raw(stream);
  const uint64_t raw2 = sid_stream_raw(stream);
  sid_normal_pair(raw1, raw2, last);
  z[i] = last[0];
}

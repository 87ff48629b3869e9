/* The exact normals in lanes: the bits are those of ref/normal.c. In an object of their own for
 * each instruction set, the only ones with fused operations. */
#include "pair.h"

/* Lanes that lie too close to a middle: by ref/. Not inlined: rare. */
static __attribute__((noinline)) void sid_lanes_again(uint32_t lanes, vu raw1, vu raw2, double *z0,
                                                      double *z1) {
  uint64_t first[SID_W], second[SID_W];
  vu_store(first, raw1);
  vu_store(second, raw2);
  for (uint32_t k = 0; k < SID_W; k++) {
    double z[2];
    if (!(lanes >> k & 1u)) continue;
    sid_normal_pair(first[k], second[k], z);
    z0[k] = z[0];
    z1[k] = z[1];
  }
}

#if SID_TABLES_IN_REGISTERS

/* Two pairs a round, so that one works while the other waits. */
void SID_ISA(sid_lanes_normals)(sid_lanes_stream *stream, double *z, size_t n) {
  double last[SID_W];
  sid_lanes_stream s = *stream;
  size_t j = 0;
  for (; j + 4 <= n; j += 4) {
    double *here = z + j * SID_W;
    const vu a1 = sid_lanes_raw(&s), a2 = sid_lanes_raw(&s);
    const vu b1 = sid_lanes_raw(&s), b2 = sid_lanes_raw(&s);
    const uint32_t a = sid_lanes_pair(a1, a2, here, here + SID_W);
    const uint32_t b = sid_lanes_pair(b1, b2, here + 2 * SID_W, here + 3 * SID_W);
    if (__builtin_expect(a | b, 0)) {
      sid_lanes_again(a, a1, a2, here, here + SID_W);
      sid_lanes_again(b, b1, b2, here + 2 * SID_W, here + 3 * SID_W);
    }
  }
  for (; j < n; j += 2) {
    double *z0 = z + j * SID_W, *z1 = j + 1 < n ? z0 + SID_W : last;
    const vu raw1 = sid_lanes_raw(&s), raw2 = sid_lanes_raw(&s);
    const uint32_t again = sid_lanes_pair(raw1, raw2, z0, z1);
    if (again) sid_lanes_again(again, raw1, raw2, z0, z1);
  }
  *stream = s;
}

#else

/* Raws are drawn before their turn, so that no load waits for a store of the same numbers. */
enum {
  SID_AHEAD = 4, /* pairs */
  SID_ROW = 8    /* words: a row is a cache line, and may be read from any of its first bytes */
};

/* Pair k of all; raws have what was drawn for it. */
static inline void sid_lanes_pair_of(uint64_t (*raws)[2][SID_ROW], size_t k, double *z, size_t n) {
  double last[SID_W];
  double *z0 = z + 2 * k * SID_W, *z1 = 2 * k + 1 < n ? z0 + SID_W : last;
  const uint64_t *raw1 = raws[k % SID_AHEAD][0], *raw2 = raws[k % SID_AHEAD][1];
  const uint32_t again = sid_lanes_pair(raw1, raw2, z0, z1);
  if (__builtin_expect(again != 0, 0)) sid_lanes_again(again, vu_load(raw1), vu_load(raw2), z0, z1);
}

#if SID_SCALAR_STREAMS

/* States run four pairs ahead of their turn, and their outputs two. */
void SID_ISA(sid_lanes_normals)(sid_lanes_stream *stream, double *z, size_t n) {
  const size_t pairs = (n + 1) / 2;
  __attribute__((aligned(64))) sid_lanes_state states[SID_AHEAD][2];
  __attribute__((aligned(64))) uint64_t raws[SID_AHEAD][2][SID_ROW];
  const sid_lanes_state *newest = &stream->state;
  const sid_lanes_state inc = stream->inc;
  for (size_t k = 0; k < pairs + SID_AHEAD; k++) {
    if (k >= SID_AHEAD) sid_lanes_pair_of(raws, k - SID_AHEAD, z, n);
    if (k >= SID_AHEAD / 2 && k - SID_AHEAD / 2 < pairs) {
      const size_t slot = (k - SID_AHEAD / 2) % SID_AHEAD;
      vu_store(raws[slot][0], sid_lanes_output(&states[slot][0]));
      vu_store(raws[slot][1], sid_lanes_output(&states[slot][1]));
    }
    if (k < pairs) {
      sid_lanes_steps(newest, &inc, states[k % SID_AHEAD], 2);
      newest = &states[k % SID_AHEAD][1];
    }
  }
  stream->state = *newest;
}

#else

static inline void sid_lanes_draw_ahead(sid_lanes_stream *s, uint64_t (*raws)[2][SID_ROW],
                                        size_t pair) {
  vu_store(raws[pair % SID_AHEAD][0], sid_lanes_raw(s));
  vu_store(raws[pair % SID_AHEAD][1], sid_lanes_raw(s));
}

void SID_ISA(sid_lanes_normals)(sid_lanes_stream *stream, double *z, size_t n) {
  const size_t pairs = (n + 1) / 2;
  __attribute__((aligned(64))) uint64_t raws[SID_AHEAD][2][SID_ROW];
  for (size_t k = 0; k < pairs && k < SID_AHEAD; k++) sid_lanes_draw_ahead(stream, raws, k);
  for (size_t k = 0; k < pairs; k++) {
    sid_lanes_pair_of(raws, k, z, n);
    if (k + SID_AHEAD < pairs) sid_lanes_draw_ahead(stream, raws, k + SID_AHEAD);
  }
}

#endif

#endif

/* PCG64 in lanes: each lane has a stream of its own. docs/spec.md section 2; the bits are those of
 * ref/stream.c. And the normals, which objects of their own compute (kernels/normal.h). */

/* A stream in each lane. Where vectors cannot multiply 64 bits (SID_SCALAR_STREAMS), the generator
 * runs in the integer units of the processor, beside the floating-point work of the vectors. */
#if SID_SCALAR_STREAMS

typedef struct {
  uint64_t hi[SID_W], lo[SID_W];
} sid_lanes_state;

typedef struct {
  sid_lanes_state state, inc;
} sid_lanes_stream;

static inline void sid_lanes_stream_load(sid_lanes_stream *s, const sid_stream *streams) {
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    s->state.hi[lane] = streams[lane].state_hi;
    s->state.lo[lane] = streams[lane].state_lo;
    s->inc.hi[lane] = streams[lane].inc_hi;
    s->inc.lo[lane] = streams[lane].inc_lo;
  }
}

static inline void sid_lanes_stream_save(const sid_lanes_stream *s, sid_stream *streams) {
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    streams[lane].state_hi = s->state.hi[lane];
    streams[lane].state_lo = s->state.lo[lane];
  }
}

__extension__ typedef unsigned __int128 sid_lanes_wide;

/* The next states: state*M + inc, count times. */
static inline void sid_lanes_steps(const sid_lanes_state *from, const sid_lanes_state *inc,
                                   sid_lanes_state *to, uint32_t count) {
  const sid_lanes_wide m = (sid_lanes_wide)0x2360ed051fc65da4u << 64 | 0x4385df649fccf645u;
#pragma GCC unroll 4
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    sid_lanes_wide state = (sid_lanes_wide)from->hi[lane] << 64 | from->lo[lane];
    const sid_lanes_wide add = (sid_lanes_wide)inc->hi[lane] << 64 | inc->lo[lane];
#pragma GCC unroll 2
    for (uint32_t i = 0; i < count; i++) {
      state = state * m + add;
      to[i].hi[lane] = (uint64_t)(state >> 64);
      to[i].lo[lane] = (uint64_t)state;
    }
  }
}

/* One raw of one lane. */
static inline uint64_t sid_lane_raw(sid_lanes_stream *s, uint32_t lane) {
  const sid_lanes_wide m = (sid_lanes_wide)0x2360ed051fc65da4u << 64 | 0x4385df649fccf645u;
  const sid_lanes_wide state = ((sid_lanes_wide)s->state.hi[lane] << 64 | s->state.lo[lane]) * m +
                               ((sid_lanes_wide)s->inc.hi[lane] << 64 | s->inc.lo[lane]);
  const uint64_t hi = (uint64_t)(state >> 64), lo = (uint64_t)state;
  const uint32_t turn = (uint32_t)(hi >> 58);
  s->state.hi[lane] = hi;
  s->state.lo[lane] = lo;
  return (hi ^ lo) >> turn | (hi ^ lo) << (-turn & 63u);
}

/* The XSL-RR output of a state. */
static inline vu sid_lanes_output(const sid_lanes_state *state) {
  const vu hi = vu_load(state->hi);
  return vu_rotate_right(vu_xor(hi, vu_load(state->lo)), vu_right(hi, 58));
}

/* One raw at once; its output stays in the integer units, too, where the state is. */
static inline vu sid_lanes_raw(sid_lanes_stream *s) {
  uint64_t raws[SID_W];
  sid_lanes_steps(&s->state, &s->inc, &s->state, 1);
#pragma GCC unroll 4
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    const uint64_t folded = s->state.hi[lane] ^ s->state.lo[lane];
    const uint32_t turn = (uint32_t)(s->state.hi[lane] >> 58);
    raws[lane] = folded >> turn | folded << (-turn & 63u);
  }
  return vu_load(raws);
}

#elif SID_IFMA

/* Numbers of 128 bits in limbs of 52, 52 and 24 bits, the lowest first. A factor's bits above 52
 * are ignored by the products, so limbs may have more, which count in no other limb. */
typedef struct {
  vu state[3], inc[3];
} sid_lanes_stream;

#define SID_LIMB (UINT64_MAX >> 12)

static inline void sid_lanes_limbs(vu limbs[3], const uint64_t hi[SID_W],
                                   const uint64_t lo[SID_W]) {
  uint64_t words[3][SID_W];
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    words[0][lane] = lo[lane] & SID_LIMB;
    words[1][lane] = (lo[lane] >> 52 | hi[lane] << 12) & SID_LIMB;
    words[2][lane] = hi[lane] >> 40;
  }
  for (uint32_t i = 0; i < 3; i++) limbs[i] = vu_load(words[i]);
}

static inline void sid_lanes_stream_load(sid_lanes_stream *s, const sid_stream *streams) {
  uint64_t hi[SID_W], lo[SID_W];
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    hi[lane] = streams[lane].state_hi;
    lo[lane] = streams[lane].state_lo;
  }
  sid_lanes_limbs(s->state, hi, lo);
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    hi[lane] = streams[lane].inc_hi;
    lo[lane] = streams[lane].inc_lo;
  }
  sid_lanes_limbs(s->inc, hi, lo);
}

static inline void sid_lanes_stream_save(const sid_lanes_stream *s, sid_stream *streams) {
  uint64_t words[3][SID_W];
  for (uint32_t i = 0; i < 3; i++) vu_store(words[i], s->state[i]);
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    const uint64_t middle = words[1][lane] & SID_LIMB;
    streams[lane].state_hi = words[2][lane] << 40 | middle >> 12;
    streams[lane].state_lo = middle << 52 | (words[0][lane] & SID_LIMB);
  }
}

/* state = state*M + inc, and the XSL-RR output. The sums of products have at most 55 bits. The last
 * factor of each is the one that is ready last. */
static inline vu sid_lanes_raw(sid_lanes_stream *s) {
  const vu m0 = vu_set(0x4385df649fccf645u & SID_LIMB);
  const vu m1 = vu_set((0x4385df649fccf645u >> 52 | 0x2360ed051fc65da4u << 12) & SID_LIMB);
  const vu m2 = vu_set(0x2360ed051fc65da4u >> 40);
  const vu s0 = s->state[0], s1 = s->state[1], s2 = s->state[2];
  const vu low = vu_add_low52(s->inc[0], s0, m0);
  vu middle = vu_add_low52(s->inc[1], s0, m1);
  middle = vu_add_high52(middle, s0, m0);
  middle = vu_add_low52(middle, s1, m0);
  vu high = vu_add_low52(s->inc[2], s0, m2);
  high = vu_add_high52(high, s0, m1);
  high = vu_add_low52(high, s1, m1);
  high = vu_add_high52(high, s1, m0);
  high = vu_add_low52(high, s2, m0);
  const vu lo = vu_add(low, vu_left(middle, 52));
  middle = vu_add(middle, vu_right(low, 52));
  const vu hi = vu_add(vu_left(high, 40), vu_right(middle, 12));
  s->state[0] = low;
  s->state[1] = middle;
  s->state[2] = vu_right(hi, 40);
  return vu_rotate_right(vu_xor(hi, lo), vu_right(hi, 58));
}

#else

typedef struct {
  vu state_hi, state_lo, inc_hi, inc_lo;
} sid_lanes_stream;

static inline void sid_lanes_stream_load(sid_lanes_stream *s, const sid_stream *streams) {
  uint64_t words[4][SID_W];
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    words[0][lane] = streams[lane].state_hi;
    words[1][lane] = streams[lane].state_lo;
    words[2][lane] = streams[lane].inc_hi;
    words[3][lane] = streams[lane].inc_lo;
  }
  *s = (sid_lanes_stream){vu_load(words[0]), vu_load(words[1]), vu_load(words[2]),
                          vu_load(words[3])};
}

static inline void sid_lanes_stream_save(const sid_lanes_stream *s, sid_stream *streams) {
  uint64_t hi[SID_W], lo[SID_W];
  vu_store(hi, s->state_hi);
  vu_store(lo, s->state_lo);
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    streams[lane].state_hi = hi[lane];
    streams[lane].state_lo = lo[lane];
  }
}

/* The high 64 bits of a*b. */
static inline vu vu_mul_high(vu a, vu b) {
  const vu mask = vu_set(0xffffffffu), a1 = vu_right(a, 32), b1 = vu_right(b, 32);
  const vu low = vu_mul32(a, b);
  const vu cross = vu_add(vu_mul32(a1, b), vu_right(low, 32));
  const vu middle = vu_add(vu_mul32(a, b1), vu_and(cross, mask));
  return vu_add(vu_mul32(a1, b1), vu_add(vu_right(cross, 32), vu_right(middle, 32)));
}

/* state = state*M + inc, and the XSL-RR output. */
static inline vu sid_lanes_raw(sid_lanes_stream *s) {
  const vu m_hi = vu_set(0x2360ed051fc65da4u), m_lo = vu_set(0x4385df649fccf645u);
  const vu product_lo = vu_mul_low(s->state_lo, m_lo);
  vu hi =
      vu_add(vu_mul_high(s->state_lo, m_lo), vu_mul_low_sum(s->state_lo, m_hi, s->state_hi, m_lo));
  const vu lo = vu_add(product_lo, s->inc_lo);
  hi = vu_add_carry(vu_add(hi, s->inc_hi), vu_less(lo, product_lo));
  s->state_hi = hi;
  s->state_lo = lo;
  return vu_rotate_right(vu_xor(hi, lo), vu_right(hi, 58));
}

#endif

static inline vd sid_lanes_uniform(sid_lanes_stream *s) {
  return vu_to_unit53(vu_right(sid_lanes_raw(s), 11));
}

static inline vd sid_lanes_rademacher(sid_lanes_stream *s) {
  /* the top bit set means +1: flip it into the sign */
  const vu sign = vu_and(vu_xor(sid_lanes_raw(s), vu_set(UINT64_MAX)), vu_set(0x8000000000000000u));
  return vu_double(vu_or(sign, vd_bits(vd_set(1.0))));
}

/* floor(raw*n/2^64) for n < 2^32. */
static inline vu sid_lanes_index(sid_lanes_stream *s, uint32_t n) {
  const vu raw = sid_lanes_raw(s), v = vu_set(n);
  return vu_right(vu_add(vu_mul32(vu_right(raw, 32), v), vu_right(vu_mul32(raw, v), 32)), 32);
}

/* n normals in every lane, z[j*SID_W + lane]; the last of an odd number is dropped. */
void SID_ISA(sid_lanes_normals)(sid_lanes_stream *stream, double *z, size_t n);

static inline void sid_lanes_normals(sid_lanes_stream *stream, double *z, size_t n) {
  SID_ISA(sid_lanes_normals)(stream, z, n);
}

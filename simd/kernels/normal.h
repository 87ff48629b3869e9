/* PCG64 and the exact normals in lanes: each lane has a stream of its own. docs/spec.md sections 2
 * and 3; the bits are those of ref/stream.c and ref/normal.c.
 *
 * Exact normals. A candidate in double is rounded to the grid of 2^-32. Wherever it lies closer
 * than a bound to the middle between two grid points, that lane is computed again by ref/, so the
 * result is right if the candidate's error is below the bound. In units of the grid: radius:
 * SLEEF's log is within 3.5 ulp, a relative 3.5*2^-52; the root halves that and adds 2^-53; r
 * < 8.58: at most 8.58*(1.75 + 0.5)*2^-52*2^32 = 2^-15.7. Bound 2^-13.5. circle: within 3.506 ulp,
 * at most 3.506*2^-53 below 1: 2^-19.2. Bound 2^-17. The bounds are at least 4.5 times the
 * documented errors, and the tests see that the deviation that occurs stays below a quarter of
 * them. About one pair in 5000 is computed again. */

#ifndef SID_NORMAL_BOUND_RADIUS
#define SID_NORMAL_BOUND_RADIUS 0x1.6a09e6p-14 /* 2^-13.5 */
#define SID_NORMAL_BOUND_CIRCLE 0x1p-17
#endif

/* A stream in each lane. Where vectors cannot multiply 64 bits (SID_SCALAR_STREAMS), the generator
 * runs in the integer units of the processor, beside the floating-point work of the vectors. */
#if SID_SCALAR_STREAMS

typedef struct {
  sid_stream lane[SID_W];
} sid_lanes_stream;

static inline void sid_lanes_stream_load(sid_lanes_stream *s, const sid_stream *streams) {
  for (uint32_t lane = 0; lane < SID_W; lane++) s->lane[lane] = streams[lane];
}

static inline void sid_lanes_stream_save(const sid_lanes_stream *s, sid_stream *streams) {
  for (uint32_t lane = 0; lane < SID_W; lane++) streams[lane] = s->lane[lane];
}

__extension__ typedef unsigned __int128 sid_lanes_wide;

/* state = state*M + inc, and the XSL-RR output. */
static inline uint64_t sid_lane_raw(sid_stream *s) {
  const sid_lanes_wide m = (sid_lanes_wide)0x2360ed051fc65da4u << 64 | 0x4385df649fccf645u;
  const sid_lanes_wide inc = (sid_lanes_wide)s->inc_hi << 64 | s->inc_lo;
  const sid_lanes_wide state = ((sid_lanes_wide)s->state_hi << 64 | s->state_lo) * m + inc;
  s->state_hi = (uint64_t)(state >> 64);
  s->state_lo = (uint64_t)state;
  const uint64_t folded = s->state_hi ^ s->state_lo;
  const uint32_t turn = (uint32_t)(s->state_hi >> 58);
  return folded >> turn | folded << (-turn & 63u);
}

static inline void sid_lanes_raws(sid_lanes_stream *s, uint64_t raws[SID_W]) {
#pragma GCC unroll 4
  for (uint32_t lane = 0; lane < SID_W; lane++) raws[lane] = sid_lane_raw(s->lane + lane);
}

static inline vu sid_lanes_raw(sid_lanes_stream *s) {
  uint64_t raws[SID_W];
  sid_lanes_raws(s, raws);
  return vu_load(raws);
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

/* Lanes of the pair that lie too close to a middle: by ref/. Not inlined: rare. */
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

/* The nearest multiple of 2^-32, for |a| < 2^19: the unit of 1.5*2^20 in binary64 is 2^-32, and the
 * difference is exact. Never -0. */
static inline vd sid_lanes_grid(vd a) {
  const vd shift = vd_set(0x1.8p20);
  return vd_sub(vd_add(a, shift), shift);
}

/* Lanes where a, whose nearest grid point is g, lies closer than `bound` units to a middle. */
static inline vm sid_lanes_near(vd a, vd g, double bound) {
  return vd_less(vd_set((0.5 - bound) * 0x1p-32), vd_abs(vd_sub(a, g)));
}

/* The pair of normals that two raws define, to z0[SID_W] and z1[SID_W]. */
static inline void sid_lanes_pair(vu raw1, vu raw2, double *z0, double *z1) {
  const vd u1 = vd_sub(vd_set(1.0), vu_to_unit53(vu_right(raw1, 11))); /* exact */
  const vd u2 = vu_to_unit53(vu_right(raw2, 11));
  vd sine, cosine;
  vd_sincospi_candidate(vd_add(u2, u2), &sine, &cosine);
  const vd radius = vd_sqrt(vd_mul(vd_set(-2.0), vd_log_candidate(u1)));
  const vd r = sid_lanes_grid(radius), c = sid_lanes_grid(cosine), s = sid_lanes_grid(sine);
  const vm near_circle = vm_or(sid_lanes_near(cosine, c, SID_NORMAL_BOUND_CIRCLE),
                               sid_lanes_near(sine, s, SID_NORMAL_BOUND_CIRCLE));
  vd_store(z0, vd_mul(r, c));
  vd_store(z1, vd_mul(r, s));
  const uint32_t again =
      vm_bits(vm_or(sid_lanes_near(radius, r, SID_NORMAL_BOUND_RADIUS), near_circle));
  if (again) sid_lanes_again(again, raw1, raw2, z0, z1);
}

#if SID_SCALAR_STREAMS

enum {
  SID_AHEAD = 4
}; /* pairs whose raws are drawn before their turn, so that no load waits for a store of the same
      numbers */

static inline void sid_lanes_draw_ahead(sid_lanes_stream *s, uint64_t (*raws)[2][SID_W],
                                        size_t pair) {
  sid_lanes_raws(s, raws[pair % SID_AHEAD][0]);
  sid_lanes_raws(s, raws[pair % SID_AHEAD][1]);
}

/* n normals in every lane, z[j*SID_W + lane]; the last of an odd number is dropped. */
static void sid_lanes_normals(sid_lanes_stream *stream, double *z, size_t n) {
  const size_t pairs = (n + 1) / 2;
  uint64_t raws[SID_AHEAD][2][SID_W];
  double last[SID_W];
  for (size_t k = 0; k < pairs && k < SID_AHEAD; k++) sid_lanes_draw_ahead(stream, raws, k);
  for (size_t k = 0; k < pairs; k++) {
    const vu raw1 = vu_load(raws[k % SID_AHEAD][0]), raw2 = vu_load(raws[k % SID_AHEAD][1]);
    if (k + SID_AHEAD < pairs) sid_lanes_draw_ahead(stream, raws, k + SID_AHEAD);
    sid_lanes_pair(raw1, raw2, z + 2 * k * SID_W, 2 * k + 1 < n ? z + (2 * k + 1) * SID_W : last);
  }
}

#else

/* n normals in every lane, z[j*SID_W + lane]; the last of an odd number is dropped. */
static void sid_lanes_normals(sid_lanes_stream *stream, double *z, size_t n) {
  double last[SID_W];
  sid_lanes_stream s = *stream;
  for (size_t j = 0; j < n; j += 2) {
    const vu raw1 = sid_lanes_raw(&s), raw2 = sid_lanes_raw(&s);
    sid_lanes_pair(raw1, raw2, z + j * SID_W, j + 1 < n ? z + (j + 1) * SID_W : last);
  }
  *stream = s;
}

#endif

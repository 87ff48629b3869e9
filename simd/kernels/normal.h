/* PCG64 and the exact normals in lanes: each lane has a stream of its own. docs/spec.md sections 2 and 3; the bits are those of
 * ref/stream.c and ref/normal.c.
 *
 * Exact normals. A candidate in double is rounded to the grid of 2^-32. Wherever it lies closer than a bound to the middle between two grid
 * points, that lane is computed again by ref/, so the result is right if the candidate's error is below the bound. In units of the grid:
 *   radius: SLEEF's log is within 3.5 ulp, a relative 3.5*2^-52; the root halves that and adds 2^-53; r < 8.58: at most
 *           8.58*(1.75 + 0.5)*2^-52*2^32 = 2^-15.7. Bound 2^-13.5.
 *   circle: within 3.506 ulp, at most 3.506*2^-53 below 1: 2^-19.2. Bound 2^-17.
 * The bounds are at least 4.5 times the documented errors, and the tests see that the deviation that occurs stays below a quarter of them.
 * About one pair in 5000 is computed again. */

typedef struct {
  vu state_hi, state_lo, inc_hi, inc_lo;
} sid_lanes_stream;

#ifndef SID_NORMAL_BOUND_RADIUS
#define SID_NORMAL_BOUND_RADIUS 0x1.6a09e6p-14 /* 2^-13.5 */
#define SID_NORMAL_BOUND_CIRCLE 0x1p-17
#endif

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
  vu hi = vu_add(vu_mul_high(s->state_lo, m_lo), vu_mul_low_sum(s->state_lo, m_hi, s->state_hi, m_lo));
  const vu lo = vu_add(product_lo, s->inc_lo);
  hi = vu_add_carry(vu_add(hi, s->inc_hi), vu_less(lo, product_lo));
  s->state_hi = hi;
  s->state_lo = lo;
  return vu_rotate_right(vu_xor(hi, lo), vu_right(hi, 58));
}

static inline vd sid_lanes_uniform(sid_lanes_stream *s) {
  return vd_mul(vu_to_double53(vu_right(sid_lanes_raw(s), 11)), vd_set(0x1p-53));
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
static __attribute__((noinline)) void sid_lanes_again(uint32_t lanes, vu raw1, vu raw2, double *z0, double *z1) {
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

/* A pair of normals in every lane, to z0[SID_W] and z1[SID_W]. */
static inline void sid_lanes_pair(sid_lanes_stream *s, double *z0, double *z1) {
  const vu raw1 = sid_lanes_raw(s), raw2 = sid_lanes_raw(s);
  const vd scale = vd_set(0x1p32), unit = vd_set(0x1p-32);
  const vd u1 = vd_mul(vu_to_double53(vu_sub(vu_set(1ull << 53), vu_right(raw1, 11))), vd_set(0x1p-53));
  const vd twice_u2 = vd_mul(vu_to_double53(vu_right(raw2, 11)), vd_set(0x1p-52));
  vd sine, cosine;
  vd_sincospi_candidate(twice_u2, &sine, &cosine);
  const vd radius = vd_sqrt(vd_mul(vd_set(-2.0), vd_log_candidate(u1)));
  const vd r = vd_mul(radius, scale), c = vd_mul(cosine, scale), y = vd_mul(sine, scale);
  const vd r_grid = vd_rint(r), c_grid = vd_rint(c), y_grid = vd_rint(y);
  const vd far_radius = vd_set(0.5 - SID_NORMAL_BOUND_RADIUS), far_circle = vd_set(0.5 - SID_NORMAL_BOUND_CIRCLE);
  const vm near =
      vm_or(vd_less(far_radius, vd_abs(vd_sub(r, r_grid))),
            vm_or(vd_less(far_circle, vd_abs(vd_sub(c, c_grid))), vd_less(far_circle, vd_abs(vd_sub(y, y_grid)))));
  /* + 0 turns the -0 that rounding may give into the +0 of the definition; r*2^-32 is exact */
  const vd zero = vd_set(0.0), r_value = vd_mul(vd_add(r_grid, zero), unit);
  vd_store(z0, vd_mul(r_value, vd_mul(vd_add(c_grid, zero), unit)));
  vd_store(z1, vd_mul(r_value, vd_mul(vd_add(y_grid, zero), unit)));
  const uint32_t again = vm_bits(near);
  if (again) sid_lanes_again(again, raw1, raw2, z0, z1);
}

/* n normals in every lane, z[j*SID_W + lane]; the last of an odd number is dropped. */
static void sid_lanes_normals(sid_lanes_stream *stream, double *z, size_t n) {
  double last[SID_W];
  sid_lanes_stream s = *stream;
  size_t j = 0;
  for (; j + 1 < n; j += 2) sid_lanes_pair(&s, z + j * SID_W, z + (j + 1) * SID_W);
  if (j < n) sid_lanes_pair(&s, z + j * SID_W, last);
  *stream = s;
}

/* Candidates of radius, cosine and sine where tables of 16 numbers fit two registers. Fused
 * operations are for candidates alone: an error bound is all that they promise. ci/candidates.py
 * derives tables, coefficients and bounds. */
#include "candidate_tables.h"

/* sqrt(-2 ln u1), or NaN for u1 = 1. */
static inline vd sid_lanes_radius(sid_raws raw) {
  const vd u = vu_to_unit_above(raw), m = vd_mantissa(u);
  const vu interval = vu_right(vd_bits(u), 48); /* its low four bits are used */
  const vd g = vd_fnma(m, vd_table16(sid_radius_twice, interval), vd_set(2.0));
  const vd head =
      vd_fma(vd_exponent(u), vd_set(SID_MINUS_LN4), vd_table16(sid_radius_log, interval));
  vd q = vd_fma(vd_set(SID_RADIUS_5), g, vd_set(SID_RADIUS_4));
  q = vd_fma(q, g, vd_set(SID_RADIUS_3));
  q = vd_fma(q, g, vd_set(SID_RADIUS_2));
  q = vd_fma(q, g, vd_set(SID_RADIUS_1));
  q = vd_fma(q, g, vd_set(SID_RADIUS_0));
  return vd_sqrt(vd_add(head, vd_fma(vd_mul(g, g), q, g)));
}

/* cos and sin of 2 pi u2. */
static inline void sid_lanes_circle(sid_raws raw, vd *cosine, vd *sine) {
  const vu part = vu_rotate_left(raw, 4); /* its low four bits are used, and the rest as residual */
  const vd x = vu_to_signed(vu_xor(part, vu_set(0x8000000000000000u)));
  const vd C = vd_table16(sid_circle_cosine, part), S = vd_table16(sid_circle_sine, part);
  const vd square = vd_mul(x, x);
  vd s = vd_fma(vd_set(SID_SINE_4), square, vd_set(SID_SINE_3));
  vd c = vd_fma(vd_set(SID_COSINE_3), square, vd_set(SID_COSINE_2));
  s = vd_fma(s, square, vd_set(SID_SINE_2));
  c = vd_fma(c, square, vd_set(SID_COSINE_1));
  s = vd_fma(s, square, vd_set(SID_SINE_1));
  c = vd_fma(c, square, vd_set(SID_COSINE_0));
  s = vd_mul(vd_fma(s, square, vd_set(SID_SINE_0)), x);
  c = vd_fma(c, square, vd_set(1.0));
  *cosine = vd_fnma(S, s, vd_mul(C, c));
  *sine = vd_fma(C, s, vd_mul(S, c));
}

/* Candidates of radius, cosine and sine from tables in memory, two numbers an entry, which every
 * lane looks up for itself. Fused operations are for candidates alone: an error bound is all that
 * they promise. ci/candidates.py derives tables, coefficients and bounds. */
#include "candidate_tables.h"

/* sqrt(-2 ln u1), or NaN for u1 = 1. */
static inline vd sid_lanes_radius(sid_raws raws) {
  const vd u = vd_unit_above(raws);
  uint64_t at[SID_W]; /* 16 times the top seven bits of the mantissa */
  vu_store(at, vu_and(vu_right(vd_bits(u), 41), vu_set(127u << 4)));
  /* through memory: lanes taken from a register one by one would keep the vector units busy */
  __asm__("" : "+m"(at));
  vd twice, log;
  vd_pairs(sid_radius_table, at, &twice, &log);
  const vd g = vd_fnma(vd_mantissa(u), twice, vd_set(2.0));
  const vd head = vd_fma(vd_exponent(u), vd_set(SID_MINUS_LN4), log);
  vd q = vd_fma(vd_set(SID_RADIUS_3), g, vd_set(SID_RADIUS_2));
  q = vd_fma(q, g, vd_set(SID_RADIUS_1));
  q = vd_fma(q, g, vd_set(SID_RADIUS_0));
  return vd_sqrt(vd_add(head, vd_fma(vd_mul(g, g), q, g)));
}

/* cos and sin of 2 pi u2. */
static inline void sid_lanes_circle(sid_raws raws, vd *cosine, vd *sine) {
  const vd x = vd_residual(raws), square = vd_mul(x, x);
  uint64_t at[SID_W];
  for (uint32_t k = 0; k < SID_W; k++) at[k] = raws[k] >> 56 << 4;
  vd C, S;
  vd_pairs(sid_circle_table, at, &C, &S);
  vd s = vd_fma(vd_set(SID_SINE_2), square, vd_set(SID_SINE_1));
  s = vd_mul(vd_fma(s, square, vd_set(SID_SINE_0)), x);
  vd c = vd_fma(vd_set(SID_COSINE_1), square, vd_set(SID_COSINE_0));
  c = vd_fma(c, square, vd_set(1.0));
  *cosine = vd_fnma(S, s, vd_mul(C, c));
  *sine = vd_fma(C, s, vd_mul(S, c));
}

/* Candidates of radius, cosine and sine by SLEEF (make SID_CANDIDATES=sleef). Its documented bounds
 * are 3.5 ulp for the logarithm, a relative 3.5*2^-52, and 3.506 ulp for sine and cosine. The root
 * halves the first and adds 2^-53; r < 8.58: at most 8.58*(1.75 + 0.5)*2^-52 = 2^-47.7. Circle: at
 * most 3.506*2^-53 = 2^-51.2 below 1. */

/* sqrt(-2 ln u1) */
static inline vd sid_lanes_radius(sid_raws raws) {
  const vd u = vd_sub(vd_set(1.0), vu_to_unit53(vu_right(sid_raws_vector(raws), 11))); /* exact */
  return vd_sqrt(vd_mul(vd_set(-2.0), vd_sleef_log(u)));
}

/* cos and sin of 2 pi u2. */
static inline void sid_lanes_circle(sid_raws raws, vd *cosine, vd *sine) {
  const vd u = vu_to_unit53(vu_right(sid_raws_vector(raws), 11));
  vd_sleef_sincospi(vd_add(u, u), sine, cosine);
}

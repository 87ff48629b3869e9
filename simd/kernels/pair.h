/* A pair of exact normals in each lane. docs/spec.md section 3.
 *
 * Candidates of radius, cosine and sine are rounded to the grid of 2^-32. Where one lies closer to
 * the middle between two grid points than a bound, the pair is flagged and computed again by ref/,
 * so the result is right if every candidate's error is below the bound. Nothing else is asked of a
 * candidate: its operations may be fused and its bits are nobody's. About one pair in 5000 is
 * flagged. The errors of sidyn's own candidates are derived to be at most half of the bounds
 * (ci/candidates.py). SLEEF's documented ones are below the bounds, the radius with narrow vectors
 * not below half of them (candidates_sleef.h). The tests see that what occurs of either is at most
 * half. */

/* The raws of one draw of all lanes, as the candidates want them. */
#if SID_TABLES_IN_REGISTERS
typedef vu sid_raws;
static inline vu sid_raws_vector(sid_raws raws) { return raws; }
#else
typedef const uint64_t *sid_raws;
static inline vu sid_raws_vector(sid_raws raws) { return vu_load(raws); }
#endif

#if SID_CANDIDATES_SLEEF
#include "candidates_sleef.h"
#elif SID_TABLES_IN_REGISTERS
#include "candidates_registers.h"
#else
#include "candidates_memory.h"
#endif

/* ---- the grid ---- */

/* The nearest multiple of 2^-32, for |a| < 2^19: the unit of 1.5*2^20 in binary64 is 2^-32, and the
 * difference is exact. Never -0. */
static inline vd sid_lanes_grid(vd a) {
  const vd shift = vd_set(0x1.8p20);
  return vd_sub(vd_add(a, shift), shift);
}

/* The lanes where a candidate lies too close to a middle. A middle plus 2^-33 is a multiple of the
 * grid, so the low bits of candidate + 2^-33 + some units are small near it. The units are the last
 * bits of sums from 16 on, 2^-48, or from 4 on, 2^-50; the sums are rounded to them, which is half
 * a unit. NaN has low bits that are all 0. */
#if SID_TABLES_IN_REGISTERS

#ifndef SID_NEAR_RADIUS
#define SID_NEAR_RADIUS 0xfff8u
#define SID_NEAR_CIRCLE 0x3fff8u
#endif

/* Sums with 4 units: of the 16 and 18 bits to the next grid point all but three are 0 where the
 * candidate is within -4.5 to 3.5 units. */
#define SID_BOUND_RADIUS (3.5 * 0x1p-48)
#define SID_BOUND_CIRCLE (3.5 * 0x1p-50)

static inline uint32_t sid_lanes_near(vd radius, vd cosine, vd sine) {
  const vd to_radius = vd_set(20.0 + 0x1p-33 + 4 * 0x1p-48);
  const vd to_circle = vd_set(6.0 + 0x1p-33 + 4 * 0x1p-50);
  const vu circle = vu_set(SID_NEAR_CIRCLE);
  vm far = vu_test(vm_of((1u << SID_W) - 1), vd_bits(vd_add(radius, to_radius)),
                   vu_set(SID_NEAR_RADIUS));
  far = vu_test(far, vd_bits(vd_add(cosine, to_circle)), circle);
  far = vu_test(far, vd_bits(vd_add(sine, to_circle)), circle);
  return vm_bits(vm_not(far));
}

#else

#ifndef SID_NEAR_RADIUS /* one mask for all three candidates */
#define SID_NEAR_RADIUS 0xfffcu
#endif

/* Sums with 2 units, all of 2^-48: the low 16 bits are below 4 where the candidate is within -2.5
 * to 1.5 units. */
#define SID_BOUND_RADIUS (1.5 * 0x1p-48)
#define SID_BOUND_CIRCLE SID_BOUND_RADIUS

static inline uint32_t sid_lanes_near(vd radius, vd cosine, vd sine) {
  const vd to = vd_set(20.0 + 0x1p-33 + 2 * 0x1p-48);
  const vu least = vu_min16(vd_bits(vd_add(radius, to)),
                            vu_min16(vd_bits(vd_add(cosine, to)), vd_bits(vd_add(sine, to))));
  return vm_bits(vu_is_zero(vu_and(least, vu_set(SID_NEAR_RADIUS))));
}

#endif

/* ---- pairs ---- */

/* The pair of normals that two raws define, to z0[SID_W] and z1[SID_W]; right but in the lanes that
 * are returned. */
static inline uint32_t sid_lanes_pair(sid_raws raw1, sid_raws raw2, double *z0, double *z1) {
  vd sine, cosine;
  sid_lanes_circle(raw2, &cosine, &sine);
  const vd radius = sid_lanes_radius(raw1), r = sid_lanes_grid(radius);
  vd_store(z0, vd_mul(r, sid_lanes_grid(cosine)));
  vd_store(z1, vd_mul(r, sid_lanes_grid(sine)));
  return sid_lanes_near(radius, cosine, sine);
}

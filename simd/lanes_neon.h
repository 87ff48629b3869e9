/* The vocabulary of the kernels for AArch64's Advanced SIMD: two lanes. simd/README.md lists what
 * each word means. */
#ifndef SID_LANES_H
#define SID_LANES_H

#include <arm_neon.h>
#include <stdint.h>

#define SID_W 2
#define SID_ISA(name) name##_neon

typedef float64x2_t vd;
typedef uint64x2_t vu;
typedef uint64x2_t vm; /* all ones or all zeros in each lane */

static inline vd vd_load(const double *p) { return vld1q_f64(p); }
static inline void vd_store(double *p, vd a) { vst1q_f64(p, a); }
static inline vd vd_set(double a) { return vdupq_n_f64(a); }
static inline vd vd_add(vd a, vd b) { return vaddq_f64(a, b); }
static inline vd vd_sub(vd a, vd b) { return vsubq_f64(a, b); }
static inline vd vd_mul(vd a, vd b) { return vmulq_f64(a, b); }
static inline vd vd_div(vd a, vd b) { return vdivq_f64(a, b); }
static inline vd vd_sqrt(vd a) { return vsqrtq_f64(a); }
static inline vd vd_neg(vd a) { return vnegq_f64(a); }
static inline vm vd_less(vd a, vd b) { return vcltq_f64(a, b); }
static inline vd vd_select(vm m, vd a, vd b) { return vbslq_f64(m, a, b); }
static inline vd vd_gather(const double *p, vu i) {
  return vcombine_f64(vld1_f64(p + vgetq_lane_u64(i, 0)), vld1_f64(p + vgetq_lane_u64(i, 1)));
}
static inline vd vd_bytes(const uint8_t *p) {
  const double two[2] = {p[0], p[1]};
  return vld1q_f64(two);
}
static inline vu vd_bits(vd a) { return vreinterpretq_u64_f64(a); }
static inline vd vu_double(vu a) { return vreinterpretq_f64_u64(a); }

/* a summed as canonical sums end: halves, until one is left. */
static inline double vd_fold(vd a) { return vgetq_lane_f64(a, 0) + vgetq_lane_f64(a, 1); }

/* Row k becomes column k. */
static inline void vd_transpose(vd a[2]) {
  const vd first = vzip1q_f64(a[0], a[1]);
  a[1] = vzip2q_f64(a[0], a[1]);
  a[0] = first;
}

/* The folds of two vectors, in order. */
static inline vd vd_fold_all(const vd a[2]) { return vpaddq_f64(a[0], a[1]); }

static inline vu vu_load(const uint64_t *p) { return vld1q_u64(p); }
static inline void vu_store(uint64_t *p, vu a) { vst1q_u64(p, a); }
static inline vu vu_set(uint64_t a) { return vdupq_n_u64(a); }
static inline vu vu_add(vu a, vu b) { return vaddq_u64(a, b); }
static inline vu vu_xor(vu a, vu b) { return veorq_u64(a, b); }
static inline vu vu_and(vu a, vu b) { return vandq_u64(a, b); }
static inline vu vu_or(vu a, vu b) { return vorrq_u64(a, b); }
#define vu_left(a, n) vshlq_n_u64(a, n)
#define vu_right(a, n) vshrq_n_u64(a, n)
static inline vu vu_rotate_right(vu a, vu n) {
  /* a shift to the right is one to the left by a negative number; a shift by 64 gives 0, so n = 0
   * is right too */
  const int64x2_t right = vnegq_s64(vreinterpretq_s64_u64(n));
  return vorrq_u64(vshlq_u64(a, right), vshlq_u64(a, vaddq_s64(right, vdupq_n_s64(64))));
}
static inline vu vu_mul32(vu a, vu b) { return vmull_u32(vmovn_u64(a), vmovn_u64(b)); }
static inline vu vu_mul_low(vu a, vu b) {
  const uint32x2_t a0 = vmovn_u64(a), a1 = vshrn_n_u64(a, 32), b0 = vmovn_u64(b),
                   b1 = vshrn_n_u64(b, 32);
  const vu cross = vmlal_u32(vmull_u32(a1, b0), a0, b1);
  return vaddq_u64(vmull_u32(a0, b0), vshlq_n_u64(cross, 32));
}
static inline vu vu_mul_low_sum(vu a, vu b, vu c, vu d) {
  return vaddq_u64(vu_mul_low(a, b), vu_mul_low(c, d));
}
static inline vm vu_less(vu a, vu b) { return vcltq_u64(a, b); }
/* a + 1 where m, which is -1 there. */
static inline vu vu_add_carry(vu a, vm m) { return vsubq_u64(a, m); }
static inline vd vu_to_unit53(vu a) { return vcvtq_n_f64_u64(a, 53); }

static inline vm vm_or(vm a, vm b) { return vorrq_u64(a, b); }
static inline vm vm_not(vm a) { return veorq_u64(a, vdupq_n_u64(UINT64_MAX)); }
static inline uint32_t vm_bits(vm a) {
  return (uint32_t)((vgetq_lane_u64(a, 0) & 1u) | (vgetq_lane_u64(a, 1) & 2u));
}
static inline vm vm_of(uint32_t bits) {
  return vcombine_u64(vcreate_u64((uint64_t)0 - (bits & 1u)),
                      vcreate_u64((uint64_t)0 - (bits >> 1 & 1u)));
}

/* ---- for the exact normals alone (kernels/normal.h) ---- */

static inline vd vd_fma(vd a, vd b, vd c) { return vfmaq_f64(c, a, b); }
/* c - a*b */
static inline vd vd_fnma(vd a, vd b, vd c) { return vfmsq_f64(c, a, b); }
/* a = m*2^(e+1), 1/2 <= m < 1, for normal a > 0 */
static inline vd vd_mantissa(vd a) {
  return vbslq_f64(vu_set(0x000fffffffffffffu), a, vd_set(0.5));
}
static inline vd vd_exponent(vd a) {
  return vcvtq_f64_s64(
      vsubq_s64(vreinterpretq_s64_u64(vu_right(vd_bits(a), 52)), vdupq_n_s64(1023)));
}
static inline vd vd_pair(const double (*table)[2], uint64_t at) {
  return vld1q_f64((const double *)(const void *)((const char *)table + at));
}
/* The two numbers of the entry that is at[lane] bytes from the table's start. */
static inline void vd_pairs(const double (*table)[2], const uint64_t at[SID_W], vd *first,
                            vd *second) {
  const vd a = vd_pair(table, at[0]), b = vd_pair(table, at[1]);
  *first = vzip1q_f64(a, b);
  *second = vzip2q_f64(a, b);
}
/* 1 - (raw >> 11)*2^-53, exactly. */
static inline vd vd_unit_above(const uint64_t *raws) {
  return vd_sub(vd_set(1.0), vu_to_unit53(vu_right(vu_load(raws), 11)));
}
/* Bits 55 to 4 of the raw as mantissa of 1, times 2^-4, in [0, 2^-4), less 2^-5. */
static inline vd vd_residual(const uint64_t *raws) {
  const vu bits = vsriq_n_u64(vd_bits(vd_set(0x1p-4)), vu_left(vu_load(raws), 8), 12);
  return vd_sub(vu_double(bits), vd_set(0x1p-4 + 0x1p-5));
}
static inline vu vu_min16(vu a, vu b) {
  return vreinterpretq_u64_u16(vminq_u16(vreinterpretq_u16_u64(a), vreinterpretq_u16_u64(b)));
}
static inline vm vu_is_zero(vu a) { return vceqzq_u64(a); }

#if SID_CANDIDATES_SLEEF
#include <sleef.h>
static inline vd vd_sleef_log(vd a) { return Sleef_logd2_u35advsimd(a); }
static inline void vd_sleef_sincospi(vd a, vd *s, vd *c) {
  const Sleef_float64x2_t_2 both = Sleef_sincospid2_u35advsimd(a);
  *s = both.x;
  *c = both.y;
}
#endif

#endif

/* The vocabulary of the kernels for AVX2: four lanes. simd/README.md lists what each word means. */
#ifndef SID_LANES_H
#define SID_LANES_H

#include <immintrin.h>
#include <stdint.h>

#define SID_W 4
#define SID_SCALAR_STREAMS 1
#define SID_ISA(name) name##_avx2

typedef __m256d vd;
typedef __m256i vu;
typedef __m256i vm; /* all ones or all zeros in each lane */

static inline vd vd_load(const double *p) { return _mm256_loadu_pd(p); }
static inline void vd_store(double *p, vd a) { _mm256_storeu_pd(p, a); }
static inline vd vd_set(double a) { return _mm256_set1_pd(a); }
static inline vd vd_add(vd a, vd b) { return _mm256_add_pd(a, b); }
static inline vd vd_sub(vd a, vd b) { return _mm256_sub_pd(a, b); }
static inline vd vd_mul(vd a, vd b) { return _mm256_mul_pd(a, b); }
static inline vd vd_div(vd a, vd b) { return _mm256_div_pd(a, b); }
static inline vd vd_sqrt(vd a) { return _mm256_sqrt_pd(a); }
static inline vd vd_neg(vd a) { return _mm256_xor_pd(a, _mm256_set1_pd(-0.0)); }
static inline vm vd_less(vd a, vd b) {
  return _mm256_castpd_si256(_mm256_cmp_pd(a, b, _CMP_LT_OQ));
}
static inline vd vd_select(vm m, vd a, vd b) {
  return _mm256_blendv_pd(b, a, _mm256_castsi256_pd(m));
}
static inline vd vd_gather(const double *p, vu i) { return _mm256_i64gather_pd(p, i, 8); }
static inline vd vd_bytes(const uint8_t *p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(four)));
}
static inline vu vd_bits(vd a) { return _mm256_castpd_si256(a); }
static inline vd vu_double(vu a) { return _mm256_castsi256_pd(a); }

/* a summed as canonical sums end: halves, until one is left. */
static inline double vd_fold(vd a) {
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

/* Row k becomes column k. */
static inline void vd_transpose(vd a[4]) {
  const vd x = _mm256_unpacklo_pd(a[0], a[1]), y = _mm256_unpackhi_pd(a[0], a[1]);
  const vd z = _mm256_unpacklo_pd(a[2], a[3]), w = _mm256_unpackhi_pd(a[2], a[3]);
  a[0] = _mm256_permute2f128_pd(x, z, 0x20);
  a[1] = _mm256_permute2f128_pd(y, w, 0x20);
  a[2] = _mm256_permute2f128_pd(x, z, 0x31);
  a[3] = _mm256_permute2f128_pd(y, w, 0x31);
}

/* The folds of four vectors, in order: each adds its halves first. */
static inline vd vd_fold_all(const vd a[4]) {
  const vd x = _mm256_add_pd(_mm256_permute2f128_pd(a[0], a[2], 0x20),
                             _mm256_permute2f128_pd(a[0], a[2], 0x31));
  const vd y = _mm256_add_pd(_mm256_permute2f128_pd(a[1], a[3], 0x20),
                             _mm256_permute2f128_pd(a[1], a[3], 0x31));
  return _mm256_add_pd(_mm256_unpacklo_pd(x, y), _mm256_unpackhi_pd(x, y));
}

static inline vu vu_load(const uint64_t *p) {
  return _mm256_loadu_si256((const __m256i *)(const void *)p);
}
static inline void vu_store(uint64_t *p, vu a) { _mm256_storeu_si256((__m256i *)(void *)p, a); }
static inline vu vu_set(uint64_t a) { return _mm256_set1_epi64x((long long)a); }
static inline vu vu_add(vu a, vu b) { return _mm256_add_epi64(a, b); }
static inline vu vu_xor(vu a, vu b) { return _mm256_xor_si256(a, b); }
static inline vu vu_and(vu a, vu b) { return _mm256_and_si256(a, b); }
static inline vu vu_or(vu a, vu b) { return _mm256_or_si256(a, b); }
#define vu_left(a, n) _mm256_slli_epi64(a, n)
#define vu_right(a, n) _mm256_srli_epi64(a, n)
static inline vu vu_rotate_right(vu a, vu n) { /* n < 64; a shift by 64 gives 0 */
  return _mm256_or_si256(_mm256_srlv_epi64(a, n),
                         _mm256_sllv_epi64(a, _mm256_sub_epi64(_mm256_set1_epi64x(64), n)));
}
static inline vu vu_mul32(vu a, vu b) { return _mm256_mul_epu32(a, b); }
/* a + 1 where m, which is -1 there. */
static inline vu vu_add_carry(vu a, vm m) { return _mm256_sub_epi64(a, m); }
/* The high and the low half as mantissas of 2^31 and 2^-1: exact for a < 2^53. */
static inline vd vu_to_unit53(vu a) {
  const vu high = _mm256_or_si256(_mm256_srli_epi64(a, 32), _mm256_set1_epi64x(0x41e0000000000000));
  const vu low = _mm256_blend_epi32(_mm256_set1_epi64x(0x3fe0000000000000), a, 0x55);
  const vd difference =
      _mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1.00000001p+31)); /* 2^31 + 2^-1 */
  return _mm256_add_pd(difference, _mm256_castsi256_pd(low));
}

static inline vm vm_or(vm a, vm b) { return _mm256_or_si256(a, b); }
static inline vm vm_not(vm a) { return _mm256_xor_si256(a, _mm256_set1_epi64x(-1)); }
static inline uint32_t vm_bits(vm a) {
  return (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(a));
}
static inline vm vm_of(uint32_t bits) {
  const vu lane = _mm256_setr_epi64x(1, 2, 4, 8);
  return _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x((long long)bits), lane), lane);
}

/* ---- for the exact normals alone (kernels/normal.h) ---- */

#ifdef __FMA__
static inline vd vd_fma(vd a, vd b, vd c) { return _mm256_fmadd_pd(a, b, c); }
/* c - a*b */
static inline vd vd_fnma(vd a, vd b, vd c) { return _mm256_fnmadd_pd(a, b, c); }
#endif
/* a = m*2^(e+1), 1/2 <= m < 1, for normal a > 0 */
static inline vd vd_mantissa(vd a) {
  return vu_double(vu_or(vu_and(vd_bits(a), vu_set(0x000fffffffffffffu)), vd_bits(vd_set(0.5))));
}
static inline vd vd_exponent(vd a) {
  return vd_sub(vu_double(vu_or(vu_right(vd_bits(a), 52), vd_bits(vd_set(0x1p52)))),
                vd_set(0x1p52 + 1023));
}
static inline __m128d vd_pair(const double (*table)[2], uint64_t at) {
  return _mm_load_pd((const double *)(const void *)((const char *)table + at));
}
/* The two numbers of the entry that is at[lane] bytes from the table's start. */
static inline void vd_pairs(const double (*table)[2], const uint64_t at[SID_W], vd *first,
                            vd *second) {
  const vd even =
      _mm256_insertf128_pd(_mm256_castpd128_pd256(vd_pair(table, at[0])), vd_pair(table, at[2]), 1);
  const vd odd =
      _mm256_insertf128_pd(_mm256_castpd128_pd256(vd_pair(table, at[1])), vd_pair(table, at[3]), 1);
  *first = _mm256_unpacklo_pd(even, odd);
  *second = _mm256_unpackhi_pd(even, odd);
}
/* Four words from `bytes` after p on. */
static inline vu vu_load_after(const uint64_t *p, int bytes) {
  return _mm256_loadu_si256((const __m256i *)(const void *)((const char *)p + bytes));
}
/* 1 - (raw >> 11)*2^-53, exactly: the halves of the raw become mantissas of 2^20 and 2^-12. */
static inline vd vd_unit_above(const uint64_t *raws) {
  const vu high =
      _mm256_blend_epi32(vu_load_after(raws, 4), _mm256_set1_epi64x(0x4130000000000000), 0xaa);
  const vu low = _mm256_blend_epi32(vu_and(vu_load(raws), _mm256_set1_epi32(-2048)),
                                    _mm256_set1_epi64x(0x3f30000000000000), 0xaa);
  return vd_sub(vd_sub(vd_set(0x1p20 + 1.0 + 0x1p-12), vu_double(high)), vu_double(low));
}
/* Bits 55 to 8 of the raw as mantissa of 1, in [0, 2^-4), less 2^-5. */
static inline vd vd_residual(const uint64_t *raws) {
  const vu bits =
      _mm256_blend_epi16(vu_load_after(raws, 1), _mm256_set1_epi64x(0x3ff0000000000000), 0x88);
  return vd_sub(vu_double(bits), vd_set(1.0 + 0x1p-5));
}
static inline vu vu_min16(vu a, vu b) { return _mm256_min_epu16(a, b); }
static inline vm vu_is_zero(vu a) { return _mm256_cmpeq_epi64(a, _mm256_setzero_si256()); }

#if SID_CANDIDATES_SLEEF
#include <sleef.h>
static inline vd vd_sleef_log(vd a) { return Sleef_logd4_u35avx2(a); }
static inline void vd_sleef_sincospi(vd a, vd *s, vd *c) {
  const Sleef___m256d_2 both = Sleef_sincospid4_u35avx2(a);
  *s = both.x;
  *c = both.y;
}
#endif

#endif

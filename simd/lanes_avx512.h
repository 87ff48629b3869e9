/* The vocabulary of the kernels for AVX-512 (F, DQ; with SID_IFMA also IFMA): eight lanes.
 * simd/README.md lists what each word means. */
#ifndef SID_LANES_H
#define SID_LANES_H

#include <immintrin.h>
#include <stdint.h>

/* Without optimisation some of these intrinsics are macros whose casts change signs. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

#define SID_W 8
#if SID_IFMA
#define SID_ISA(name) name##_avx512ifma
#else
#define SID_ISA(name) name##_avx512
#endif

typedef __m512d vd;
typedef __m512i vu;
typedef __mmask8 vm;

static inline vd vd_load(const double *p) { return _mm512_loadu_pd(p); }
static inline void vd_store(double *p, vd a) { _mm512_storeu_pd(p, a); }
static inline vd vd_set(double a) { return _mm512_set1_pd(a); }
static inline vd vd_add(vd a, vd b) { return _mm512_add_pd(a, b); }
static inline vd vd_sub(vd a, vd b) { return _mm512_sub_pd(a, b); }
static inline vd vd_mul(vd a, vd b) { return _mm512_mul_pd(a, b); }
static inline vd vd_div(vd a, vd b) { return _mm512_div_pd(a, b); }
static inline vd vd_sqrt(vd a) { return _mm512_sqrt_pd(a); }
static inline vd vd_neg(vd a) { return _mm512_xor_pd(a, _mm512_set1_pd(-0.0)); }
static inline vm vd_less(vd a, vd b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
static inline vd vd_select(vm m, vd a, vd b) { return _mm512_mask_blend_pd(m, b, a); }
static inline vd vd_gather(const double *p, vu i) { return _mm512_i64gather_pd(i, p, 8); }
static inline vd vd_bytes(const uint8_t *p) {
  return _mm512_cvtepi32_pd(
      _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p)));
}
static inline vu vd_bits(vd a) { return _mm512_castpd_si512(a); }
static inline vd vu_double(vu a) { return _mm512_castsi512_pd(a); }

/* a summed as canonical sums end: halves, until one is left. */
static inline double vd_fold(vd a) {
  const __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(a), _mm512_extractf64x4_pd(a, 1));
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

/* Row k becomes column k. */
static inline void vd_transpose(vd a[8]) {
  vd two[8], four[8];
  for (int k = 0; k < 8; k += 2) {
    two[k] = _mm512_unpacklo_pd(a[k], a[k + 1]);
    two[k + 1] = _mm512_unpackhi_pd(a[k], a[k + 1]);
  }
  for (int k = 0; k < 4; k++) { /* k: rows 0 to 3, 4 to 7; columns of even or odd number */
    const int from = k / 2 * 4 + k % 2;
    four[k] = _mm512_shuffle_f64x2(two[from], two[from + 2], 0x88);
    four[k + 4] = _mm512_shuffle_f64x2(two[from], two[from + 2], 0xdd);
  }
  for (int k = 0; k < 4; k++) {
    const int from = k % 2 + k / 2 * 4;
    a[k] = _mm512_shuffle_f64x2(four[from], four[from + 2], 0x88);
    a[k + 4] = _mm512_shuffle_f64x2(four[from], four[from + 2], 0xdd);
  }
}

/* The folds of eight vectors, in order: each adds its halves first. */
static inline vd vd_fold_all(const vd a[8]) {
  vd four[4], two[2];
  for (int k = 0; k < 4; k++)
    four[k] = _mm512_add_pd(_mm512_shuffle_f64x2(a[k], a[k + 4], 0x44),
                            _mm512_shuffle_f64x2(a[k], a[k + 4], 0xee));
  for (int k = 0; k < 2; k++)
    two[k] = _mm512_add_pd(_mm512_shuffle_f64x2(four[k], four[k + 2], 0x88),
                           _mm512_shuffle_f64x2(four[k], four[k + 2], 0xdd));
  const vd one =
      _mm512_add_pd(_mm512_unpacklo_pd(two[0], two[1]), _mm512_unpackhi_pd(two[0], two[1]));
  return _mm512_permutexvar_pd(_mm512_setr_epi64(0, 1, 4, 5, 2, 3, 6, 7), one);
}

static inline vu vu_load(const uint64_t *p) { return _mm512_loadu_si512(p); }
static inline void vu_store(uint64_t *p, vu a) { _mm512_storeu_si512(p, a); }
static inline vu vu_set(uint64_t a) { return _mm512_set1_epi64((long long)a); }
static inline vu vu_add(vu a, vu b) { return _mm512_add_epi64(a, b); }
static inline vu vu_xor(vu a, vu b) { return _mm512_xor_si512(a, b); }
static inline vu vu_and(vu a, vu b) { return _mm512_and_si512(a, b); }
static inline vu vu_or(vu a, vu b) { return _mm512_or_si512(a, b); }
#define vu_left(a, n) _mm512_slli_epi64(a, n)
#define vu_right(a, n) _mm512_srli_epi64(a, n)
static inline vu vu_rotate_right(vu a, vu n) { return _mm512_rorv_epi64(a, n); }
static inline vu vu_mul32(vu a, vu b) { return _mm512_mul_epu32(a, b); }
#if SID_IFMA
/* a and the low or the high 52 bits of the product of the low 52 bits of b and c. */
static inline vu vu_add_low52(vu a, vu b, vu c) { return _mm512_madd52lo_epu64(a, b, c); }
static inline vu vu_add_high52(vu a, vu b, vu c) { return _mm512_madd52hi_epu64(a, b, c); }
#else
static inline vu vu_mul_low(vu a, vu b) { return _mm512_mullo_epi64(a, b); }
static inline vu vu_mul_low_sum(vu a, vu b, vu c, vu d) {
  return _mm512_add_epi64(_mm512_mullo_epi64(a, b), _mm512_mullo_epi64(c, d));
}
static inline vm vu_less(vu a, vu b) { return _mm512_cmplt_epu64_mask(a, b); }
#endif
/* a + 1 where m. */
static inline vu vu_add_carry(vu a, vm m) {
  return _mm512_mask_add_epi64(a, m, a, _mm512_set1_epi64(1));
}
static inline vd vu_to_unit53(vu a) {
  return _mm512_mul_pd(_mm512_cvtepu64_pd(a), _mm512_set1_pd(0x1p-53));
}

static inline vm vm_or(vm a, vm b) { return (vm)(a | b); }
static inline vm vm_not(vm a) { return (vm)~a; }
static inline uint32_t vm_bits(vm a) { return a; }
static inline vm vm_of(uint32_t bits) { return (vm)bits; }

/* ---- for the exact normals alone (kernels/normal.h) ---- */

#define SID_TABLES_IN_REGISTERS 1

static inline vd vd_fma(vd a, vd b, vd c) { return _mm512_fmadd_pd(a, b, c); }
/* c - a*b */
static inline vd vd_fnma(vd a, vd b, vd c) { return _mm512_fnmadd_pd(a, b, c); }
/* a = m*2^(e+1), 1/2 <= m < 1 */
static inline vd vd_mantissa(vd a) {
  return _mm512_getmant_pd(a, _MM_MANT_NORM_p5_1, _MM_MANT_SIGN_zero);
}
static inline vd vd_exponent(vd a) { return _mm512_getexp_pd(a); }
static inline vd vd_table16(const double *table, vu i) {
  return _mm512_permutex2var_pd(_mm512_loadu_pd(table), i, _mm512_loadu_pd(table + 8));
}
#define vu_rotate_left(a, n) _mm512_rol_epi64(a, n)
static inline vd vu_to_signed(vu a) { return _mm512_cvtepi64_pd(a); }
/* 1 - (a >> 11)*2^-53, exactly. From 2^63 on the conversion towards 0 drops the 11 bits, and the
 * difference is exact; below, the difference is a multiple of 2^-53 when rounded upwards. */
static inline vd vu_to_unit_above(vu a) {
  return _mm512_fnmadd_round_pd(_mm512_cvt_roundepu64_pd(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC),
                                _mm512_set1_pd(0x1p-64), _mm512_set1_pd(1.0),
                                _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
}
/* Lanes of m where a and b have a bit in common. */
static inline vm vu_test(vm m, vu a, vu b) { return _mm512_mask_test_epi64_mask(m, a, b); }

#if SID_CANDIDATES_SLEEF
#include <sleef.h>
static inline vd vd_sleef_log(vd a) { return Sleef_logd8_u35avx512f(a); }
static inline void vd_sleef_sincospi(vd a, vd *s, vd *c) {
  const Sleef___m512d_2 both = Sleef_sincospid8_u35avx512f(a);
  *s = both.x;
  *c = both.y;
}
#endif

#pragma GCC diagnostic pop

#endif

/* Bits of a binary64 and its square root. Internal. docs/spec.md section 1. */
#ifndef SID_FP_H
#define SID_FP_H

#include "config.h"
#include "sidyn.h"

/* The bit pattern of x. memcpy and not a union or a cast: the one way that is defined in C and in
 * C++ alike. */
static inline uint64_t sid_bits_of(double x) {
  uint64_t bits;
#if defined(__GNUC__)
  __builtin_memcpy(&bits, &x, sizeof bits);
#else
  const unsigned char *from = (const unsigned char *)&x;
  unsigned char *to = (unsigned char *)&bits;
  for (size_t i = 0; i < sizeof bits; i++) to[i] = from[i];
#endif
  return bits;
}

/* The number with this bit pattern. */
static inline double sid_double_of(uint64_t bits) {
  double x;
#if defined(__GNUC__)
  __builtin_memcpy(&x, &bits, sizeof x);
#else
  const unsigned char *from = (const unsigned char *)&bits;
  unsigned char *to = (unsigned char *)&x;
  for (size_t i = 0; i < sizeof x; i++) to[i] = from[i];
#endif
  return x;
}

/* 1 if x is neither infinite nor NaN. By the exponent, so that no compiler flag can argue it
 * away. */
static inline int sid_is_finite(double x) { return ((sid_bits_of(x) >> 52) & 0x7ff) != 0x7ff; }

/* Number of leading zero bits of v; 64 for v = 0. */
static inline uint32_t sid_leading_zeros(uint64_t v) {
  if (v == 0) return 64;
#if defined(__GNUC__)
  return (uint32_t)__builtin_clzll(v);
#else
  uint32_t zeros = 0;
  for (uint32_t half = 32; half != 0; half >>= 1) {
    if ((v >> (64 - half)) != 0) continue;
    zeros += half;
    v <<= half;
  }
  return zeros;
#endif
}

/* Approximation to 1/sqrt(v*2^-64) in units of 2^-62, for 2^62 <= v < 2^64, by `rounds` rounds of
 * Newton. Relative error below 2^-47 after four rounds and below 2^-57 after five (fp.c has the
 * derivation). */
uint64_t sid_reciprocal_root(uint64_t v, int rounds);

/* ---- the square root instruction, where there is one --------------------------------------- */

/* In assembler, because __builtin_sqrt() becomes a call of libm's sqrt() without optimisation or
 * with errno; that is a dependency ref/ must not have, and MinGW's rounds wrongly. wasm has no
 * errno and no such call. */
#if !defined(SID_FORCE_INTEGER_SQRT) && defined(__GNUC__)
#if defined(__SSE2__)
#define SID_SQRT_ASM(root, x) __asm__("sqrtsd %1, %0" : "=x"(root) : "x"(x))
#elif defined(__aarch64__)
#define SID_SQRT_ASM(root, x) __asm__("fsqrt %d0, %d1" : "=w"(root) : "w"(x))
#elif defined(__arm__) && defined(__ARM_FP) && (__ARM_FP & 8) && !defined(__SOFTFP__)
#define SID_SQRT_ASM(root, x) __asm__("vsqrt.f64 %P0, %P1" : "=w"(root) : "w"(x))
#elif defined(__riscv) && defined(__riscv_flen) && __riscv_flen >= 64 && defined(__riscv_fsqrt)
#define SID_SQRT_ASM(root, x) __asm__("fsqrt.d %0, %1" : "=f"(root) : "f"(x))
#elif defined(__s390x__) && !defined(__SOFT_FLOAT__)
#define SID_SQRT_ASM(root, x) __asm__("sqdbr %0, %1" : "=f"(root) : "f"(x))
#elif defined(__powerpc__) && defined(_ARCH_PPCSQ) && !defined(_SOFT_FLOAT)
#define SID_SQRT_ASM(root, x) __asm__("fsqrt %0, %1" : "=d"(root) : "d"(x))
#elif defined(__mips_hard_float) && defined(__mips) && __mips >= 2 && !defined(__mips_single_float)
#define SID_SQRT_ASM(root, x) __asm__("sqrt.d %0, %1" : "=f"(root) : "f"(x))
#elif defined(__loongarch_double_float)
#define SID_SQRT_ASM(root, x) __asm__("fsqrt.d %0, %1" : "=f"(root) : "f"(x))
#elif defined(__wasm__)
#define SID_SQRT_ASM(root, x) ((root) = __builtin_sqrt(x))
#endif
#endif

#endif

/* 128-bit unsigned words. Internal. Two paths with the same results: unsigned __int128 where the
 * compiler has it, else 64-bit words alone. As a fixed-point number in [0, 1) a word stands for
 * (hi*2^64 + lo) * 2^-128. */
#ifndef SID_WIDE_H
#define SID_WIDE_H

#include "config.h"
#include "sidyn.h"

/* wasm has the type, but multiplies it by a call of the compiler's library. */
#if defined(__SIZEOF_INT128__) && !defined(SID_NO_INT128) && !defined(__wasm__)
#define SID_HAVE_INT128 1
__extension__ typedef unsigned __int128 sid_uint128;
#endif

/* The longer functions: inlined, but for size on a processor of 32 bits, where they are dozens of
 * instructions. */
#if defined(__GNUC__) && defined(__OPTIMIZE_SIZE__) && !defined(SID_HAVE_INT128)
#define SID_WIDE_LONG static __attribute__((noinline, unused))
#else
#define SID_WIDE_LONG static inline
#endif

typedef struct {
  uint64_t hi, lo;
} sid_wide;

static inline sid_wide sid_wide_of(uint64_t hi, uint64_t lo) {
  sid_wide w;
  w.hi = hi;
  w.lo = lo;
  return w;
}

/* a*b, exactly. */
SID_WIDE_LONG sid_wide sid_wide_product(uint64_t a, uint64_t b) {
#ifdef SID_HAVE_INT128
  const sid_uint128 p = (sid_uint128)a * b;
  return sid_wide_of((uint64_t)(p >> 64), (uint64_t)p);
#else
  const uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
  const uint64_t low = a0 * b0;
  const uint64_t cross = a1 * b0 + (low >> 32); /* at most (2^32-1)^2 + 2^32-1 < 2^64 */
  const uint64_t middle = a0 * b1 + (uint32_t)cross;
  return sid_wide_of(a1 * b1 + (cross >> 32) + (middle >> 32), (middle << 32) | (uint32_t)low);
#endif
}

/* The high 64 bits of a*b. */
static inline uint64_t sid_high_product(uint64_t a, uint64_t b) {
  return sid_wide_product(a, b).hi;
}

/* a + b modulo 2^128. */
SID_WIDE_LONG sid_wide sid_wide_add(sid_wide a, sid_wide b) {
#ifdef SID_HAVE_INT128
  const sid_uint128 s = (((sid_uint128)a.hi << 64) | a.lo) + (((sid_uint128)b.hi << 64) | b.lo);
  return sid_wide_of((uint64_t)(s >> 64), (uint64_t)s);
#else
  const uint64_t lo = a.lo + b.lo;
  return sid_wide_of(a.hi + b.hi + (lo < a.lo), lo);
#endif
}

/* a - b modulo 2^128. */
SID_WIDE_LONG sid_wide sid_wide_sub(sid_wide a, sid_wide b) {
#ifdef SID_HAVE_INT128
  const sid_uint128 s = (((sid_uint128)a.hi << 64) | a.lo) - (((sid_uint128)b.hi << 64) | b.lo);
  return sid_wide_of((uint64_t)(s >> 64), (uint64_t)s);
#else
  return sid_wide_of(a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo);
#endif
}

/* a*2^n modulo 2^128, 0 <= n <= 127. */
SID_WIDE_LONG sid_wide sid_wide_shift_left(sid_wide a, uint32_t n) {
  if (n == 0) return a;
  if (n >= 64) return sid_wide_of(a.lo << (n - 64), 0);
  return sid_wide_of((a.hi << n) | (a.lo >> (64 - n)), a.lo << n);
}

/* floor(a/2^n), 0 <= n <= 127. */
SID_WIDE_LONG sid_wide sid_wide_shift_right(sid_wide a, uint32_t n) {
  if (n == 0) return a;
  if (n >= 64) return sid_wide_of(0, a.hi >> (n - 64));
  return sid_wide_of(a.hi >> n, (a.lo >> n) | (a.hi << (64 - n)));
}

/* floor(a*b/2^64) for a 64-bit b. */
SID_WIDE_LONG sid_wide sid_wide_scale(sid_wide a, uint64_t b) {
  const uint64_t carry = sid_wide_product(a.lo, b).hi;
  sid_wide p = sid_wide_product(a.hi, b);
  p.lo += carry;
  p.hi += p.lo < carry;
  return p;
}

/* a*b modulo 2^128 for a 64-bit b. */
static inline sid_wide sid_wide_times(sid_wide a, uint64_t b) {
  sid_wide p = sid_wide_product(a.lo, b);
  p.hi += a.hi * b;
  return p;
}

/* a*b modulo 2^128. */
static inline sid_wide sid_wide_low_product(sid_wide a, sid_wide b) {
  sid_wide p = sid_wide_product(a.lo, b.lo);
  p.hi += a.hi * b.lo + a.lo * b.hi;
  return p;
}

/* floor(a*b/2^128): the product of two fixed-point numbers in [0, 1), less than 2^-128 too
 * small. */
SID_WIDE_LONG sid_wide sid_wide_high_product(sid_wide a, sid_wide b) {
#ifdef SID_HAVE_INT128
  const sid_uint128 cross1 =
      (sid_uint128)a.hi * b.lo + (uint64_t)(((sid_uint128)a.lo * b.lo) >> 64);
  const sid_uint128 cross2 = (sid_uint128)a.lo * b.hi + (uint64_t)cross1;
  const sid_uint128 p =
      (sid_uint128)a.hi * b.hi + (uint64_t)(cross1 >> 64) + (uint64_t)(cross2 >> 64);
  return sid_wide_of((uint64_t)(p >> 64), (uint64_t)p);
#else
  sid_wide p = sid_wide_product(a.lo, b.lo);
  uint64_t carry = p.hi;
  p = sid_wide_product(a.hi, b.lo);
  uint64_t lo = p.lo + carry;
  uint64_t hi = p.hi + (lo < carry);
  p = sid_wide_product(a.lo, b.hi);
  carry = p.hi + (p.lo + lo < lo);
  p = sid_wide_product(a.hi, b.hi);
  lo = p.lo + hi;
  hi = p.hi + (lo < hi);
  lo = lo + carry;
  return sid_wide_of(hi + (lo < carry), lo);
#endif
}

#endif

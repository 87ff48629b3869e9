/* The correctly rounded square root. docs/spec.md section 1. */
#include "config.h"
#include "fp.h"
#include "wide.h"

/* The NaN that sid_sqrt() answers with: one pattern on every machine (x86 would give the negative
 * one). */
#define SID_QUIET_NAN 0x7ff8000000000000u

/* Newton for y = 1/sqrt(M), M = v*2^-64 in [1/4, 1): y <- y*(3 - M*y^2)/2.
 *
 * Start: y = A - B*M with the A, B whose relative error is the same, below 0.0861, at both ends and
 * in the middle (A = 7B/4, 3B/4 + (7B/6)*sqrt(7/12) = 2). A round takes the relative error e to at
 * most 1.5*e^2 + e^3/2: 0.0861, 0.0115, 2.0e-4, 6.0e-8, 5.4e-15 (2^-47.4) after four, 2^-94 after
 * five. Rounding: y has 62 fractional bits, M*y^2 and 3 - M*y^2 have 60, the product has 58. Each
 * of the three floors takes at most one unit: (2*2^-59 + 2^-58)/2 < 2^-57.9 in y >= 1 altogether, a
 * relative 2^-57.9 in the last round. Both sums are below the bounds in fp.h. */
uint64_t sid_reciprocal_root(uint64_t v, int rounds) {
  uint64_t y = 0x887f5868ae3f83f7u /* = round(2^62 * newton_a) */
               - (sid_high_product(v, 0x9bff4077a291bb64u /* = round(2^63 * newton_b) */) >> 1);
  for (int round = 0; round < rounds; round++) {
    const uint64_t one = sid_high_product(v, sid_high_product(y, y)); /* M*y^2, about 1 */
    y = sid_high_product(y, (3ull << 60) - one) << 3;
  }
  return y;
}

/* The root of x = mantissa * 2^exponent, 2^52 <= mantissa < 2^53, rounded to nearest.
 *
 * With an even exponent, s = floor(sqrt(mantissa * 2^54)) has 54 bits and (s + 1) >> 1 is the root
 * of 53 bits: it rounds up where s is odd, that is where the root is at least half a unit above.
 * Exactly half would be s*s = mantissa * 2^54, an even number, with s odd: it does not occur. The
 * estimate of s is off by at most one; the remainder, which is small enough to be known from its
 * low 64 bits, says which way. */
static double sid_sqrt_normalised(uint64_t mantissa, int32_t exponent) {
  if (((exponent + 4096) & 1) != 0) {
    mantissa <<= 1;
    exponent -= 1;
  }
  const uint64_t v = mantissa << 10;
  uint64_t s = sid_high_product(v, sid_reciprocal_root(v, 5)) >> 8;
  const int64_t rest = (int64_t)((mantissa << 54) - s * s);
  if (rest < 0)
    s--;
  else if ((uint64_t)rest > 2 * s)
    s++;
  /* root * 2^(exponent/2 - 26); the leading bit of the root adds the 1 that is missing in the
   * exponent field. */
  return sid_double_of(((uint64_t)(uint32_t)((exponent + 4096) / 2 - 2048 - 26 + 1074) << 52) +
                       ((s + 1) >> 1));
}

/* Correctly rounded square root by integers alone: every x >= 0 with subnormals and infinity; -0
 * gives -0; NaN and x < 0 give the positive quiet NaN. */
double sid_sqrt_integer(double x) {
  const uint64_t bits = sid_bits_of(x);
  const uint64_t fraction = bits & 0xfffffffffffffu;
  const uint32_t biased = (uint32_t)(bits >> 52) & 0x7ff;
  if ((bits << 1) == 0) return x;
  if (biased == 0x7ff && fraction != 0) return sid_double_of(SID_QUIET_NAN);
  if ((bits >> 63) != 0) return sid_double_of(SID_QUIET_NAN);
  if (biased == 0x7ff) return x;
  if (biased != 0) return sid_sqrt_normalised(fraction | 0x10000000000000u, (int32_t)biased - 1075);
  const uint32_t shift = sid_leading_zeros(fraction) - 11;
  return sid_sqrt_normalised(fraction << shift, -1074 - (int32_t)shift);
}

/* The same by the instruction of the processor where there is one. The test is on the bits, so that
 * NaN is canonical without a comparison that could raise a flag. */
double sid_sqrt(double x) {
#ifdef SID_SQRT_ASM
  const uint64_t bits = sid_bits_of(x);
  const int nan = (bits << 1) > 0xffe0000000000000u;
  const int negative = bits > 0x8000000000000000u;
  double root;
  if (nan || negative) return sid_double_of(SID_QUIET_NAN);
  SID_SQRT_ASM(root, x);
  return root;
#else
  return sid_sqrt_integer(x);
#endif
}

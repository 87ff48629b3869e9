/* The cure for libgcc's double addition in software on ARM. docs/porting.md, "ARM without double
 * instructions".
 *
 * libgcc's __aeabi_dadd, __aeabi_dsub and __aeabi_drsub for Thumb-2 and ARM (not Thumb-1) round
 * wrongly where the signs differ, the exponents are 33 apart and the leading bit of the result
 * falls by one place. Link this file with
 *     -Wl,--wrap=__aeabi_dadd,--wrap=__aeabi_dsub,--wrap=__aeabi_drsub
 * and the three names lead here: such operands are added by integers, all others go on to libgcc.
 * Exponents 34 apart are taken along. Without the file, or without the options, sid_selfcheck()
 * answers SID_CHECK_SOFT_ADD.
 *
 * Arguments and results are bit patterns: helper functions pass a double in two integer registers
 * under every ABI. Nothing here adds doubles, so nothing comes back through the wrappers.
 *
 * The file is empty on machines that add doubles by an instruction. SID_TEST_SOFT_ADD compiles it
 * there for its test. */
#include "../config.h"
#include "../sidyn.h"

/* A translation unit needs a declaration. */
typedef uint64_t sid_soft_double;

#if defined(SID_TEST_SOFT_ADD) ||                                                                  \
    (defined(__arm__) && (defined(__SOFTFP__) || !defined(__ARM_FP) || !(__ARM_FP & 8)))

#define SID_SIGN 0x8000000000000000u

sid_soft_double __real___aeabi_dadd(sid_soft_double a, sid_soft_double b);
sid_soft_double __wrap___aeabi_dadd(sid_soft_double a, sid_soft_double b);
sid_soft_double __wrap___aeabi_dsub(sid_soft_double a, sid_soft_double b);
sid_soft_double __wrap___aeabi_drsub(sid_soft_double a, sid_soft_double b);

/* large + small for opposite signs, a normal finite large, and a small whose exponent is `apart`
 * lower, 32 < apart < 63; small_significand includes the leading bit, if it is normal. Rounded to
 * nearest even.
 *
 * In units of 2^-10 of the last place of large, large is below 2^63 and small, less than 2^30, is
 * floor(small) + rest with 0 <= rest < 1. The difference is cut to floor(difference), and its
 * lowest bit set where rest is not 0. large is at least 2^62, so the difference is above 2^61: at
 * most one place is lost, and there remain 9 bits to round by, the lowest of them telling of all
 * that is below. */
static sid_soft_double sid_soft_difference(sid_soft_double large, uint64_t small_significand,
                                           uint32_t apart) {
  const uint64_t one = 1ull << 52;
  const uint64_t minuend = ((large & (one - 1)) | one) << 10;
  const uint64_t scaled = small_significand << 10;
  const uint64_t floor = scaled >> apart;
  const uint64_t rest = scaled & ((1ull << apart) - 1);
  uint64_t exponent = (large >> 52) & 0x7ff;
  uint64_t difference = minuend - floor;
  if (rest != 0) difference = (difference - 1) | 1;
  if (difference < (1ull << 62)) {
    difference <<= 1;
    exponent--;
  }
  const uint64_t tail = difference & 0x3ff;
  uint64_t significand = difference >> 10;
  if (tail > 0x200 || (tail == 0x200 && (significand & 1) != 0)) significand++;
  /* The leading bit adds the 1 that is missing in the exponent, and a carry out of the significand
   * another. */
  return (large & SID_SIGN) | (((exponent - 1) << 52) + significand);
}

/* a + b. */
sid_soft_double __wrap___aeabi_dadd(sid_soft_double a, sid_soft_double b) {
  if (((a ^ b) & SID_SIGN) == 0) return __real___aeabi_dadd(a, b);
  const uint32_t exponent_a = (uint32_t)(a >> 52) & 0x7ff, exponent_b = (uint32_t)(b >> 52) & 0x7ff;
  const int a_is_large = exponent_a > exponent_b;
  const uint32_t high = a_is_large ? exponent_a : exponent_b;
  const uint32_t low = a_is_large ? exponent_b : exponent_a;
  /* A subnormal number has the field 0 and the exponent of 1. */
  const uint32_t apart = high - (low == 0 ? 1 : low);
  if ((apart != 33 && apart != 34) || high == 0x7ff) return __real___aeabi_dadd(a, b);
  const sid_soft_double little = a_is_large ? b : a;
  const uint64_t fraction = little & ((1ull << 52) - 1);
  return sid_soft_difference(a_is_large ? a : b, low == 0 ? fraction : fraction | (1ull << 52),
                             apart);
}

/* a - b, and b - a. The sign of a NaN means nothing. */
sid_soft_double __wrap___aeabi_dsub(sid_soft_double a, sid_soft_double b) {
  return __wrap___aeabi_dadd(a, b ^ SID_SIGN);
}

sid_soft_double __wrap___aeabi_drsub(sid_soft_double a, sid_soft_double b) {
  return __wrap___aeabi_dadd(a ^ SID_SIGN, b);
}

#endif

/* The operations of binary64 by integers: each result in full, or to so many bits that what is left
 * off shows in a last bit alone, then rounded once to nearest even. IEEE-754; docs/spec.md
 * section 1. Slow and short. */
#include "config.h"
#include "fp.h"
#include "operations.h"
#include "wide.h"

/* A finite number without its sign: significand * 2^exponent. */
typedef struct {
  uint64_t significand;
  int32_t exponent;
} sid_parts;

static sid_parts sid_parts_of(uint64_t bits) {
  const int32_t field = (int32_t)((bits >> 52) & 0x7ff);
  sid_parts parts = {bits & SID_FRACTION_BITS, -1074};
  if (field == 0) return parts;
  parts.significand |= SID_LEADING_BIT;
  parts.exponent = field - 1075;
  return parts;
}

/* The same number with a significand of 53 bits; not 0. */
static sid_parts sid_normalised_parts(uint64_t bits) {
  sid_parts parts = sid_parts_of(bits);
  const uint32_t up = sid_leading_zeros(parts.significand) - 11;
  parts.significand <<= up;
  parts.exponent -= (int32_t)up;
  return parts;
}

static int sid_wide_is_zero(sid_wide v) { return (v.hi | v.lo) == 0; }

static int sid_wide_less(sid_wide a, sid_wide b) {
  return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

/* v * 2^exponent rounded to nearest even, without sign; v below 2^126. The leading bit of the
 * significand adds the 1 that is missing in the exponent field, and a carry out of it another. */
static uint64_t sid_exact_round(sid_wide v, int32_t exponent) {
  if (sid_wide_is_zero(v)) return 0;
  const int32_t length =
      128 - (int32_t)(v.hi != 0 ? sid_leading_zeros(v.hi) : 64 + sid_leading_zeros(v.lo));
  int32_t last = exponent + length - 53; /* of the last place of the result */
  if (last < -1074) last = -1074;
  const int32_t down = last - exponent;
  uint64_t significand = 0; /* where all of v is below half of the last place */
  if (down <= 0) {
    significand = v.lo << -down;
  } else if (down < 128) {
    const sid_wide whole = sid_wide_shift_right(v, (uint32_t)down);
    const sid_wide rest = sid_wide_sub(v, sid_wide_shift_left(whole, (uint32_t)down));
    const sid_wide half = sid_wide_shift_left(sid_wide_of(0, 1), (uint32_t)down - 1);
    significand = whole.lo;
    if (sid_wide_less(half, rest))
      significand++;
    else if (!sid_wide_less(rest, half))
      significand += significand & 1;
  }
  const uint64_t bits = ((uint64_t)(uint32_t)(last + 1074) << 52) + significand;
  return bits < SID_INFINITY_BITS ? bits : SID_INFINITY_BITS;
}

/* The sum of finite numbers. One that is more than 70 places below the other does not show. */
static uint64_t sid_exact_finite_sum(uint64_t a, uint64_t b) {
  if (sid_parts_of(a).exponent < sid_parts_of(b).exponent) {
    const uint64_t other = a;
    a = b;
    b = other;
  }
  const sid_parts one = sid_parts_of(a), two = sid_parts_of(b);
  const int32_t apart = one.exponent - two.exponent;
  if (apart > 70) return a;
  const sid_wide large = sid_wide_shift_left(sid_wide_of(0, one.significand), (uint32_t)apart);
  const sid_wide small = sid_wide_of(0, two.significand);
  if (((a ^ b) & SID_SIGN_BIT) == 0)
    return (a & SID_SIGN_BIT) | sid_exact_round(sid_wide_add(large, small), two.exponent);
  if (sid_wide_less(large, small))
    return (b & SID_SIGN_BIT) | sid_exact_round(sid_wide_sub(small, large), two.exponent);
  if (sid_wide_less(small, large))
    return (a & SID_SIGN_BIT) | sid_exact_round(sid_wide_sub(large, small), two.exponent);
  return 0;
}

static int sid_is_infinite_bits(uint64_t bits) { return (bits << 1) == (SID_INFINITY_BITS << 1); }

static int sid_is_zero_bits(uint64_t bits) { return (bits << 1) == 0; }

static uint64_t sid_exact_add(uint64_t a, uint64_t b) {
  if (sid_is_infinite_bits(a) && sid_is_infinite_bits(b) && a != b) return SID_NAN_BITS;
  if (sid_is_infinite_bits(a)) return a;
  if (sid_is_infinite_bits(b)) return b;
  return sid_exact_finite_sum(a, b);
}

static uint64_t sid_exact_multiply(uint64_t a, uint64_t b) {
  const uint64_t sign = (a ^ b) & SID_SIGN_BIT;
  if (sid_is_infinite_bits(a) || sid_is_infinite_bits(b))
    return sid_is_zero_bits(a) || sid_is_zero_bits(b) ? SID_NAN_BITS : sign | SID_INFINITY_BITS;
  const sid_parts x = sid_parts_of(a), y = sid_parts_of(b);
  return sign |
         sid_exact_round(sid_wide_product(x.significand, y.significand), x.exponent + y.exponent);
}

/* 56 bits of the quotient, and one that tells of a rest. */
static uint64_t sid_exact_divide(uint64_t a, uint64_t b) {
  const uint64_t sign = (a ^ b) & SID_SIGN_BIT;
  const int zero = sid_is_zero_bits(a) || sid_is_infinite_bits(b);
  const int infinite = sid_is_infinite_bits(a) || sid_is_zero_bits(b);
  if (zero && infinite) return SID_NAN_BITS;
  if (zero) return sign;
  if (infinite) return sign | SID_INFINITY_BITS;
  const sid_parts x = sid_normalised_parts(a), y = sid_normalised_parts(b);
  uint64_t rest = x.significand, quotient = 0;
  for (int i = 0; i < 56; i++) {
    quotient <<= 1;
    if (rest >= y.significand) {
      rest -= y.significand;
      quotient |= 1;
    }
    rest <<= 1;
  }
  return sign | sid_exact_round(sid_wide_of(0, (quotient << 1) | (rest != 0)),
                                x.exponent - y.exponent - 56);
}

/* 55 bits of the root, two bits of the significand for each, and one that tells of a rest. */
static uint64_t sid_exact_sqrt(uint64_t a) {
  if (sid_is_zero_bits(a) || a == SID_INFINITY_BITS) return a;
  if ((a & SID_SIGN_BIT) != 0) return SID_NAN_BITS;
  sid_parts x = sid_normalised_parts(a);
  if ((x.exponent & 1) != 0) {
    x.significand <<= 1;
    x.exponent--;
  }
  uint64_t root = 0, rest = 0;
  for (int32_t place = 52; place > -58; place -= 2) {
    rest = (rest << 2) | (place >= 0 ? (x.significand >> place) & 3 : 0);
    const uint64_t trial = (root << 2) | 1;
    root <<= 1;
    if (rest >= trial) {
      rest -= trial;
      root |= 1;
    }
  }
  return sid_exact_round(sid_wide_of(0, (root << 1) | (rest != 0)), x.exponent / 2 - 29);
}

/* As sid_machine_compare(). */
static uint64_t sid_exact_compare(uint64_t a, uint64_t b) {
  if (sid_is_nan_bits(a) || sid_is_nan_bits(b)) return 8;
  if (a == b || (sid_is_zero_bits(a) && sid_is_zero_bits(b))) return 2 | 4 | 16;
  const int a_negative = (a & SID_SIGN_BIT) != 0, b_negative = (b & SID_SIGN_BIT) != 0;
  const int less = a_negative != b_negative ? a_negative : a_negative ? a > b : a < b;
  return less ? 1 | 2 | 8 : 8 | 16 | 32;
}

/* Cut towards zero; a can be held. */
static uint64_t sid_exact_to_integer(uint64_t a) {
  const sid_parts x = sid_parts_of(a);
  uint64_t magnitude = 0;
  if (x.exponent >= 0)
    magnitude = x.significand << x.exponent;
  else if (x.exponent > -64)
    magnitude = x.significand >> -x.exponent;
  return (a & SID_SIGN_BIT) != 0 ? 0 - magnitude : magnitude;
}

static uint64_t sid_exact_from_integer(int32_t operation, uint64_t a) {
  const int with_sign = operation == SID_OP_FROM_INT32 || operation == SID_OP_FROM_INT64;
  const uint64_t sign = with_sign ? a & SID_SIGN_BIT : 0;
  return sign | sid_exact_round(sid_wide_of(0, sign != 0 ? 0 - a : a), 0);
}

uint64_t sid_exact_result(int32_t operation, uint64_t a, uint64_t b) {
  if (operation == SID_OP_COMPARE) return sid_exact_compare(a, b);
  if (operation >= SID_OP_TO_INT32) return sid_exact_to_integer(a);
  if (operation >= SID_OP_FROM_INT32) return sid_exact_from_integer(operation, a);
  const int two = operation <= SID_OP_DIVIDE;
  if (sid_is_nan_bits(a) || (two && sid_is_nan_bits(b))) return SID_NAN_BITS;
  switch (operation) {
    case SID_OP_ADD: return sid_exact_add(a, b);
    case SID_OP_SUBTRACT: return sid_exact_add(a, b ^ SID_SIGN_BIT);
    case SID_OP_MULTIPLY: return sid_exact_multiply(a, b);
    case SID_OP_DIVIDE: return sid_exact_divide(a, b);
    case SID_OP_NEGATE: return a ^ SID_SIGN_BIT;
    default: return sid_exact_sqrt(a);
  }
}

/* Floating point in software, as a compiler's library has it: significands of 63 bits, the lowest
 * ten of which are to be rounded away. Right, unless one of the faults below is planted; for
 * test_selfcheck_deep.c. */
#ifndef SOFT_DOUBLE_H
#define SOFT_DOUBLE_H

#include "fp.h"
#include "operations.h"

/* X(name, operation in which it must show, last place): planted at each place from 0 to the last,
 * which says at which bit, distance or number of places the fault sits. */
/* clang-format off */
#define SOFT_FAULTS(X) \
  /* rounding, shared by all */ \
  X(tie_away, SID_OP_ADD, 0) X(tie_to_odd, SID_OP_MULTIPLY, 0) X(tie_up, SID_OP_SUBTRACT, 0) \
  X(truncates, SID_OP_DIVIDE, 0) X(no_sticky, SID_OP_MULTIPLY, 0) X(half_is_above, SID_OP_ADD, 0) \
  X(extra_bit_ignored, SID_OP_MULTIPLY, 9) \
  X(carry_lost, SID_OP_ADD, 0) X(overflow_to_largest, SID_OP_MULTIPLY, 0) \
  X(overflow_early, SID_OP_ADD, 0) X(overflow_by_carry_missed, SID_OP_MULTIPLY, 0) \
  /* subnormal numbers */ \
  X(flush_result, SID_OP_MULTIPLY, 0) X(flush_left, SID_OP_ADD, 0) \
  X(flush_right, SID_OP_DIVIDE, 0) \
  X(rounded_twice, SID_OP_MULTIPLY, 0) X(rounded_twice_divide, SID_OP_DIVIDE, 0) \
  X(subnormal_sticky, SID_OP_MULTIPLY, 52) X(subnormal_truncates, SID_OP_DIVIDE, 0) \
  X(subnormal_to_normal, SID_OP_MULTIPLY, 0) X(subnormal_length, SID_OP_DIVIDE, 51) \
  /* sums */ \
  X(add_sticky, SID_OP_ADD, 42) X(sub_sticky, SID_OP_SUBTRACT, 43) X(far_dropped, SID_OP_ADD, 0) \
  X(borrow_at, SID_OP_SUBTRACT, 53) X(borrow_at_33, SID_OP_ADD, 0) X(sum_carry, SID_OP_ADD, 0) \
  X(cancel_by, SID_OP_SUBTRACT, 52) X(cancel_below, SID_OP_SUBTRACT, 0) \
  X(cancel_minus_zero, SID_OP_SUBTRACT, 0) X(zeros_plus, SID_OP_ADD, 0) \
  X(equal_exponents_sign, SID_OP_ADD, 0) X(infinities_cancel, SID_OP_SUBTRACT, 0) \
  /* products, quotients, roots */ \
  X(multiply_sticky, SID_OP_MULTIPLY, 41) X(cross_carry, SID_OP_MULTIPLY, 0) \
  X(multiply_normal, SID_OP_MULTIPLY, 0) X(multiply_zero_sign, SID_OP_MULTIPLY, 0) \
  X(infinity_times_zero, SID_OP_MULTIPLY, 0) \
  X(rest_ignored, SID_OP_DIVIDE, 0) X(small_rest_ignored, SID_OP_DIVIDE, 0) \
  X(quotient_short, SID_OP_DIVIDE, 0) X(zero_by_zero, SID_OP_DIVIDE, 0) \
  X(by_zero_sign, SID_OP_DIVIDE, 0) \
  X(root_rest_ignored, SID_OP_SQRT, 0) X(root_truncates, SID_OP_SQRT, 0) \
  X(root_one_below, SID_OP_SQRT, 0) X(root_odd_exponent, SID_OP_SQRT, 0) \
  X(root_minus_zero, SID_OP_SQRT, 0) X(root_negative, SID_OP_SQRT, 0) \
  /* conversions, comparisons, sign */ \
  X(from_sticky, SID_OP_FROM_UINT64, 9) X(from_truncates, SID_OP_FROM_UINT64, 0) \
  X(from_top_bit, SID_OP_FROM_UINT64, 0) X(from_int64_least, SID_OP_FROM_INT64, 0) \
  X(from_uint32_signed, SID_OP_FROM_UINT32, 0) X(from_int32_unsigned, SID_OP_FROM_INT32, 0) \
  X(to_rounds, SID_OP_TO_INT32, 0) X(to_floor, SID_OP_TO_INT64, 0) \
  X(to_high_word, SID_OP_TO_UINT64, 0) X(to_int32_least, SID_OP_TO_INT32, 0) \
  X(to_uint32_signed, SID_OP_TO_UINT32, 0) X(to_small_is_one, SID_OP_TO_UINT32, 0) \
  X(compare_zeros, SID_OP_COMPARE, 0) X(compare_nan, SID_OP_COMPARE, 0) \
  X(compare_negative, SID_OP_COMPARE, 0) X(compare_low_signed, SID_OP_COMPARE, 0) \
  X(compare_high_word, SID_OP_COMPARE, 0) X(negate_from_zero, SID_OP_NEGATE, 0)
/* clang-format on */

#define SOFT_ENUMERATOR(name, operation, last) FAULT_##name,
enum { FAULT_none, SOFT_FAULTS(SOFT_ENUMERATOR) FAULT_count };
#undef SOFT_ENUMERATOR

static int soft_fault; /* the one that is planted */
static int soft_place; /* and where */

static int has(int fault) { return soft_fault == fault; }

static int has_at(int fault, int64_t place) { return soft_fault == fault && soft_place == place; }

#define SOFT_ONE (1ull << 62) /* the leading bit */
#define SOFT_EXTRA 0x3ffu

/* v / 2^n, its lowest bit set where something is lost; a fault does not see one bit of it. */
static uint64_t soft_shifted(uint64_t v, uint32_t n, int fault) {
  uint64_t lost = n < 64 ? v & ((1ull << n) - 1) : v;
  if (has(fault)) lost &= ~(1ull << (soft_place + (fault == FAULT_subnormal_sticky ? 0 : 10)));
  return (n < 64 ? v >> n : 0) | (lost != 0);
}

static int soft_rounds_up(uint64_t v) {
  uint64_t extra = v & SOFT_EXTRA;
  const uint64_t half = 0x200, odd = (v >> 10) & 1;
  if (has(FAULT_truncates)) return 0;
  if (has(FAULT_no_sticky)) extra &= half;
  if (has(FAULT_half_is_above) && extra >= half - 1) return 1;
  if (has(FAULT_extra_bit_ignored)) extra &= ~(1ull << soft_place);
  if (extra != half) return extra > half;
  if (has(FAULT_tie_away)) return 1;
  if (has(FAULT_tie_up)) return odd || (v >> 40 & 1);
  return has(FAULT_tie_to_odd) ? !odd : (int)odd;
}

/* v * 2^(exponent - 1085), v of 63 bits: exponent is the field of the result, or below 1. */
static uint64_t soft_pack(uint64_t sign, int32_t exponent, uint64_t v, int twice) {
  const int below = exponent < 1;
  if (below) {
    if (has(FAULT_flush_result)) return sign;
    if (has(twice)) v = ((v >> 10) + (uint64_t)soft_rounds_up(v)) << 10;
    v = soft_shifted(v, (uint32_t)(1 - exponent), FAULT_subnormal_sticky);
    exponent = 1;
  }
  uint64_t significand = v >> 10;
  if (!(below && has(FAULT_subnormal_truncates))) significand += (uint64_t)soft_rounds_up(v);
  if (significand == 2 * SID_LEADING_BIT) {
    significand = SID_LEADING_BIT;
    if (!has(FAULT_carry_lost)) exponent++;
    if (exponent == 2047 && has(FAULT_overflow_by_carry_missed)) return sign | 0x7feffffffffffffeu;
  }
  if (exponent >= 2047 - (has(FAULT_overflow_early) ? 1 : 0))
    return sign | (has(FAULT_overflow_to_largest) ? SID_INFINITY_BITS - 1 : SID_INFINITY_BITS);
  if (significand < SID_LEADING_BIT) return sign | significand;
  if (below && has(FAULT_subnormal_to_normal)) return sign;
  return sign | ((uint64_t)(uint32_t)exponent << 52) | (significand & SID_FRACTION_BITS);
}

typedef struct {
  uint64_t sign, v; /* v of 63 bits, 0 for zero */
  int32_t exponent; /* 2047: infinite, or NaN */
  int nan;
} soft_parts;

static soft_parts soft_unpack(uint64_t bits, int flush) {
  soft_parts p = {bits & SID_SIGN_BIT, bits & SID_FRACTION_BITS, (int32_t)((bits >> 52) & 0x7ff),
                  sid_is_nan_bits(bits)};
  if (p.exponent != 0) {
    p.v = (p.v | SID_LEADING_BIT) << 10;
    return p;
  }
  if (has(flush)) p.v = 0;
  if (p.v == 0) return p;
  p.exponent = 1;
  p.v <<= 10;
  const int zeros = (int)sid_leading_zeros(p.v) - 2;
  while (p.v < SOFT_ONE) {
    p.v <<= 1;
    p.exponent--;
  }
  if (has_at(FAULT_subnormal_length, zeros)) p.exponent--;
  return p;
}

/* ---- sums ------------------------------------------------------------------------------------ */

static uint64_t soft_difference(uint64_t sign, soft_parts large, soft_parts small, uint32_t apart) {
  uint64_t v = large.v - soft_shifted(small.v, apart, FAULT_sub_sticky);
  if (has_at(FAULT_borrow_at, (int64_t)apart - 1)) v += 1;
  int32_t exponent = large.exponent;
  if (v == 0) return has(FAULT_cancel_minus_zero) ? SID_SIGN_BIT : 0;
  if (has(FAULT_borrow_at_33) && apart == 33 && v < SOFT_ONE) v -= 1ull << 9;
  int places = 0;
  while (v < SOFT_ONE) {
    v <<= 1;
    exponent--;
    places++;
  }
  if (has_at(FAULT_cancel_by, places - 1)) exponent++;
  if (has(FAULT_cancel_below) && exponent < 1) exponent = 1;
  return soft_pack(sign, exponent, v, FAULT_none);
}

static uint64_t soft_add(uint64_t a, uint64_t b) {
  soft_parts x = soft_unpack(a, FAULT_flush_left), y = soft_unpack(b, FAULT_flush_right);
  if (x.nan || y.nan) return SID_NAN_BITS;
  if (x.exponent == 2047 && y.exponent == 2047 && x.sign != y.sign)
    return has(FAULT_infinities_cancel) ? 0 : SID_NAN_BITS;
  if (x.exponent == 2047) return a;
  if (y.exponent == 2047) return b;
  if (x.v == 0 && y.v == 0) return has(FAULT_zeros_plus) ? 0 : x.sign & y.sign;
  if (x.v == 0) return b;
  if (y.v == 0) return a;
  const int swap = y.exponent > x.exponent || (y.exponent == x.exponent && y.v > x.v);
  const soft_parts large = swap ? y : x, small = swap ? x : y;
  const uint32_t apart = (uint32_t)(large.exponent - small.exponent);
  const uint64_t sign = has(FAULT_equal_exponents_sign) && apart == 0 ? x.sign : large.sign;
  if (apart >= 54 && has(FAULT_far_dropped)) return swap ? b : a;
  if (x.sign != y.sign) return soft_difference(sign, large, small, apart);
  uint64_t v = large.v + soft_shifted(small.v, apart, FAULT_add_sticky);
  int32_t exponent = large.exponent;
  if (v >= 2 * SOFT_ONE) {
    v = has(FAULT_sum_carry) ? v >> 1 : soft_shifted(v, 1, FAULT_none);
    exponent++;
  }
  return soft_pack(sign, exponent, v, FAULT_none);
}

/* ---- products, quotients, roots -------------------------------------------------------------- */

/* a*b from words of 32 bits. */
static uint64_t soft_product(uint64_t a, uint64_t b, uint64_t *low) {
  const uint64_t a0 = a & 0xffffffffu, a1 = a >> 32, b0 = b & 0xffffffffu, b1 = b >> 32;
  const uint64_t cross = a0 * b1, other = a1 * b0, sum = cross + other;
  const uint64_t lowest = a0 * b0;
  *low = lowest + (sum << 32);
  uint64_t high = a1 * b1 + (sum >> 32);
  if (sum < cross) high += 1ull << 32;
  if (*low < lowest && !has(FAULT_cross_carry)) high++;
  return high;
}

static uint64_t soft_multiply(uint64_t a, uint64_t b) {
  const soft_parts x = soft_unpack(a, FAULT_flush_left), y = soft_unpack(b, FAULT_flush_right);
  const uint64_t sign = x.sign ^ y.sign;
  if (x.nan || y.nan) return SID_NAN_BITS;
  const int zero = x.v == 0 || y.v == 0, infinite = x.exponent == 2047 || y.exponent == 2047;
  if (zero && infinite) return has(FAULT_infinity_times_zero) ? SID_INFINITY_BITS : SID_NAN_BITS;
  if (infinite) return sign | SID_INFINITY_BITS;
  if (zero) return has(FAULT_multiply_zero_sign) ? 0 : sign;
  /* 2^124 to 2^126: the upper word has 61 or 62 bits. */
  uint64_t low;
  uint64_t v = soft_product(x.v, y.v, &low);
  if (has(FAULT_multiply_sticky)) low &= ~(1ull << (20 + soft_place));
  v = (v << 2) | (low >> 62);
  low <<= 2;
  int32_t exponent = x.exponent + y.exponent - 1023;
  v |= low != 0;
  if (v >= 2 * SOFT_ONE) {
    v = has(FAULT_multiply_normal) ? (v >> 1) & ~1ull : soft_shifted(v, 1, FAULT_none);
    exponent++;
  }
  return soft_pack(sign, exponent, v, FAULT_rounded_twice);
}

static uint64_t soft_divide(uint64_t a, uint64_t b) {
  soft_parts x = soft_unpack(a, FAULT_flush_left), y = soft_unpack(b, FAULT_flush_right);
  const uint64_t sign = x.sign ^ y.sign;
  if (x.nan || y.nan) return SID_NAN_BITS;
  const int zero = x.v == 0 || y.exponent == 2047, infinite = x.exponent == 2047 || y.v == 0;
  if (zero && infinite) return has(FAULT_zero_by_zero) ? SID_INFINITY_BITS : SID_NAN_BITS;
  if (infinite) return (has(FAULT_by_zero_sign) && y.v == 0 ? x.sign : sign) | SID_INFINITY_BITS;
  if (zero) return sign;
  int32_t exponent = x.exponent - y.exponent + 1023;
  if (x.v < y.v) {
    x.v <<= 1;
    exponent--;
  }
  uint64_t v = 0;
  const int bits = has(FAULT_quotient_short) ? 53 : 63;
  for (int i = 0; i < bits; i++) {
    v = (v << 1) | (x.v >= y.v);
    if (x.v >= y.v) x.v -= y.v;
    x.v <<= 1;
  }
  v <<= 63 - bits;
  const uint64_t least = has(FAULT_small_rest_ignored) ? 1u << 22 : 0;
  if (x.v > least && !has(FAULT_rest_ignored)) v |= 1;
  return soft_pack(sign, exponent, v, FAULT_rounded_twice_divide);
}

/* Bit by bit, the largest root whose square is not above. */
static uint64_t soft_root(uint64_t a) {
  const soft_parts x = soft_unpack(a, FAULT_flush_left);
  if (x.nan) return SID_NAN_BITS;
  if (x.v == 0) return has(FAULT_root_minus_zero) ? 0 : a;
  if (x.sign != 0 && !has(FAULT_root_negative)) return SID_NAN_BITS;
  if (x.exponent == 2047) return a & ~SID_SIGN_BIT;
  const int odd = (x.exponent & 1) == 0; /* the exponent without bias is odd */
  const uint32_t shift = odd ? 1 : 2;    /* x.v * 2^63 or 2^62, in two words */
  const uint64_t high = x.v >> shift, last = x.v << (64 - shift);
  uint64_t root = 0;
  for (int bit = 62; bit >= 0; bit--) {
    uint64_t low;
    const uint64_t trial = root | 1ull << bit;
    const uint64_t square = soft_product(trial, trial, &low);
    if (square < high || (square == high && low <= last)) root = trial;
  }
  uint64_t low;
  const uint64_t square = soft_product(root, root, &low);
  if ((square != high || low != last) && !has(FAULT_root_rest_ignored)) root |= 1;
  if (has(FAULT_root_truncates)) root &= ~(uint64_t)SOFT_EXTRA;
  if (has(FAULT_root_one_below) && (root & SOFT_EXTRA) == 0) root -= 1ull << 10;
  if (has(FAULT_root_odd_exponent) && odd && (root & SOFT_EXTRA) == 0x1ff) root += 1;
  return soft_pack(0, (x.exponent + (odd ? 1022 : 1023)) / 2, root, FAULT_none);
}

/* ---- conversions, comparisons, sign -----------------------------------------------------------
 */

static uint64_t soft_from(uint64_t sign, uint64_t n) {
  int32_t exponent = 1085;
  if (n == 0) return 0;
  if (n >= 2 * SOFT_ONE) {
    if (has(FAULT_from_sticky)) n &= ~(1ull << soft_place);
    n = soft_shifted(n, 1, FAULT_none);
    exponent++;
  }
  while (n < SOFT_ONE) {
    n <<= 1;
    exponent--;
  }
  if (has(FAULT_from_truncates)) n &= ~(uint64_t)SOFT_EXTRA;
  return soft_pack(sign, exponent, n, FAULT_none);
}

static uint64_t soft_from_integer(int32_t operation, uint64_t a) {
  const int with_sign = operation == SID_OP_FROM_INT64 || operation == SID_OP_FROM_INT32;
  int negative = with_sign && a >> 63 != 0;
  if (operation == SID_OP_FROM_UINT64 && has(FAULT_from_top_bit)) negative = a >> 63 != 0;
  if (operation == SID_OP_FROM_INT64 && a == SID_SIGN_BIT && has(FAULT_from_int64_least))
    negative = 0;
  if (operation == SID_OP_FROM_UINT32 && a >> 31 != 0 && has(FAULT_from_uint32_signed))
    return soft_from(SID_SIGN_BIT, (1ull << 32) - a);
  if (operation == SID_OP_FROM_INT32 && negative && has(FAULT_from_int32_unsigned))
    return soft_from(0, (uint32_t)a);
  return soft_from(negative ? SID_SIGN_BIT : 0, negative ? 0 - a : a);
}

static uint64_t soft_to_integer(int32_t operation, uint64_t a) {
  const soft_parts x = soft_unpack(a, FAULT_none);
  const int32_t right = 1085 - x.exponent;
  uint64_t n = 0, lost = x.v;
  if (right <= 0) {
    n = x.v << -right;
    lost = 0;
  } else if (right < 64) {
    n = x.v >> right;
    lost = x.v & ((1ull << right) - 1);
    if (has(FAULT_to_rounds)) n += (x.v >> (right - 1)) & 1;
  }
  if (has(FAULT_to_floor) && x.sign != 0 && lost != 0) n++;
  if (has(FAULT_to_small_is_one) && n == 0 && x.sign == 0 && x.v != 0) n = 1;
  if (operation == SID_OP_TO_UINT64 && n >> 63 != 0 && has(FAULT_to_high_word)) n = ~0ull >> 1;
  if (operation == SID_OP_TO_UINT32 && n >> 31 != 0 && has(FAULT_to_uint32_signed)) n = 0x7fffffff;
  if (operation == SID_OP_TO_INT32 && n >> 31 != 0 && has(FAULT_to_int32_least)) n--;
  return x.sign != 0 ? 0 - n : n;
}

static uint64_t soft_compare(uint64_t a, uint64_t b) {
  const uint64_t less = 1 | 2 | 8, equal = 2 | 4 | 16, greater = 8 | 16 | 32;
  const int64_t high = (int64_t)(a >> 32) - (int64_t)(b >> 32);
  const uint32_t low_a = (uint32_t)a, low_b = (uint32_t)b;
  if ((sid_is_nan_bits(a) || sid_is_nan_bits(b)) && !has(FAULT_compare_nan)) return 8;
  if (a == b || ((a | b) << 1 == 0 && !has(FAULT_compare_zeros))) return equal;
  if (((a ^ b) & SID_SIGN_BIT) != 0) return (a & SID_SIGN_BIT) != 0 ? less : greater;
  int below = high != 0 ? high < 0 : low_a < low_b;
  if (high == 0 && has(FAULT_compare_high_word)) return equal;
  if (high == 0 && has(FAULT_compare_low_signed)) below = (int32_t)low_a < (int32_t)low_b;
  if ((a & SID_SIGN_BIT) != 0 && !has(FAULT_compare_negative)) below = !below;
  return below ? less : greater;
}

/* All of it, in the place of sid_machine_result(). */
static uint64_t soft_result(int32_t operation, uint64_t a, uint64_t b) {
  switch (operation) {
    case SID_OP_ADD: return soft_add(a, b);
    case SID_OP_SUBTRACT: return soft_add(a, b ^ SID_SIGN_BIT);
    case SID_OP_MULTIPLY: return soft_multiply(a, b);
    case SID_OP_DIVIDE: return soft_divide(a, b);
    case SID_OP_SQRT: return soft_root(a);
    case SID_OP_NEGATE: return has(FAULT_negate_from_zero) && a == 0 ? 0 : a ^ SID_SIGN_BIT;
    case SID_OP_COMPARE: return soft_compare(a, b);
    default:
      return operation >= SID_OP_TO_INT32 ? soft_to_integer(operation, a)
                                          : soft_from_integer(operation, a);
  }
}

#endif

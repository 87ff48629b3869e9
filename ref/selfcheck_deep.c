/* Arithmetic that nobody trusts: the machine's operations against integers, over cases chosen where
 * libraries of floating point go wrong. docs/spec.md section 1, "Deep check".
 *
 * A number is put together of a sign, the field of its exponent and a fraction of 52 bits; what is
 * not said of a fraction comes from the stream, and so do signs. */
#include "config.h"
#include "fp.h"
#include "operations.h"
#include "wide.h"

typedef struct {
  sid_stream stream;
  sid_deep_check *check;
} sid_deep;

static uint64_t sid_deep_bits(sid_deep *deep) { return sid_stream_raw(&deep->stream); }

/* n random bits, n <= 64. */
static uint64_t sid_deep_word(sid_deep *deep, uint32_t n) {
  return n == 0 ? 0 : sid_deep_bits(deep) >> (64 - n);
}

static uint64_t sid_deep_sign(sid_deep *deep) { return sid_deep_bits(deep) & SID_SIGN_BIT; }

/* 2^n; 0 outside of a word. */
static uint64_t sid_deep_bit(int32_t n) { return n < 0 || n > 63 ? 0 : 1ull << n; }

/* significand * 2^(field - 1075), normalised: a significand of 1 to 53 bits, where the exponent
 * allows; else it is a subnormal number with the lowest bits gone. */
static uint64_t sid_deep_number(uint64_t significand, int32_t field) {
  if (significand == 0) return 0;
  const int32_t up = (int32_t)sid_leading_zeros(significand) - 11;
  significand = up < 0 ? significand >> -up : significand << up;
  field -= up;
  if (field >= 2047) return SID_INFINITY_BITS - 1;
  if (field >= 1) return ((uint64_t)(uint32_t)field << 52) | (significand & SID_FRACTION_BITS);
  return field > -52 ? significand >> (1 - field) : 0;
}

/* ---- one case ------------------------------------------------------------------------------ */

static uint64_t sid_deep_canonical(int32_t operation, uint64_t bits) {
  const int is_double = operation < SID_OP_TO_INT32;
  return is_double && sid_is_nan_bits(bits) ? SID_NAN_BITS : bits;
}

static void sid_deep_try(sid_deep *deep, int32_t operation, uint64_t a, uint64_t b) {
  sid_operation_check *const check = &deep->check->operation[operation];
  const uint64_t result = sid_deep_canonical(operation, sid_machine_result(operation, a, b));
  const uint64_t right = sid_exact_result(operation, a, b);
  check->cases++;
  if (result == right || check->wrong++ != 0) return;
  check->a = a;
  check->b = b;
  check->result = result;
  check->right = right;
}

/* Sum and difference in both orders, one of each pair of signs. */
static void sid_deep_sums(sid_deep *deep, uint64_t a, uint64_t b) {
  const uint64_t sign = sid_deep_sign(deep);
  a ^= sign;
  b ^= sign;
  sid_deep_try(deep, SID_OP_ADD, a, b);
  sid_deep_try(deep, SID_OP_ADD, b, a ^ SID_SIGN_BIT);
  sid_deep_try(deep, SID_OP_SUBTRACT, a, b);
  sid_deep_try(deep, SID_OP_SUBTRACT, b ^ SID_SIGN_BIT, a);
}

/* ---- zeros, infinities, NaN and the ends of the range ---------------------------------------- */

static const uint64_t sid_deep_special[] = {
    0,
    1,                   /* the smallest subnormal number */
    0x000fffffffffffffu, /* the largest */
    0x0010000000000000u, /* the smallest normal number */
    0x0010000000000001u,
    0x3fe0000000000000u,
    0x3fefffffffffffffu,
    0x3ff0000000000000u,
    0x3ff0000000000001u,
    0x3ff8000000000000u,
    0x4000000000000000u,
    0x4340000000000000u,
    0x7fe0000000000000u,
    SID_INFINITY_BITS - 1,
    SID_INFINITY_BITS,
    SID_NAN_BITS,
};
#define SID_DEEP_SPECIALS (sizeof sid_deep_special / sizeof sid_deep_special[0])

static void sid_deep_specials(sid_deep *deep) {
  for (size_t i = 0; i < 2 * SID_DEEP_SPECIALS; i++) {
    const uint64_t a = sid_deep_special[i / 2] ^ ((uint64_t)(i & 1) << 63);
    sid_deep_try(deep, SID_OP_SQRT, a, 0);
    sid_deep_try(deep, SID_OP_NEGATE, a, 0);
    for (size_t j = 0; j < 2 * SID_DEEP_SPECIALS; j++) {
      const uint64_t b = sid_deep_special[j / 2] ^ ((uint64_t)(j & 1) << 63);
      for (int32_t operation = SID_OP_ADD; operation <= SID_OP_DIVIDE; operation++)
        sid_deep_try(deep, operation, a, b);
      sid_deep_try(deep, SID_OP_COMPARE, a, b);
    }
  }
}

/* ---- sums ------------------------------------------------------------------------------------ */

/* Field of the large operand by turns: anywhere, at the top, the small one subnormal or next to
 * it. */
static int32_t sid_deep_sum_field(sid_deep *deep, int32_t apart, uint32_t turn) {
  switch (turn % 6) {
    case 0: return 2046;
    case 1: return apart + 1;
    case 2: return apart + 2;
    default: return 200 + (int32_t)sid_deep_word(deep, 10);
  }
}

/* The fraction of the large operand by turns: a power of two, next above and next below one, even,
 * anything. */
static uint64_t sid_deep_sum_fraction(sid_deep *deep, uint32_t turn) {
  switch (turn % 5) {
    case 0: return 0;
    case 1: return sid_deep_word(deep, 20) << 1;
    case 2: return SID_FRACTION_BITS;
    case 3: return sid_deep_word(deep, 51) << 1;
    default: return sid_deep_word(deep, 52);
  }
}

/* Exponents 0 to 70 apart, and in the small operand a lowest bit at each place: alone; below the
 * half or the quarter of the last place of the large one, 2^half; as the lowest of a row of ones
 * that ends below it; below random bits. */
static void sid_deep_distances(sid_deep *deep) {
  uint32_t turn = 0;
  for (int32_t apart = 0; apart <= 70; apart++)
    for (int32_t low = 0; low <= 52; low++)
      for (uint32_t shape = 0; shape < 6; shape++, turn++) {
        const int32_t half = apart - 1 - (int32_t)(shape & 1);
        const uint64_t lowest = sid_deep_bit(low), above = sid_deep_bit(half);
        uint64_t small = lowest;
        if (shape == 2 || shape == 3) small |= above;
        if (shape == 4 && half > low) small = above - lowest;
        if (shape == 5) small |= sid_deep_word(deep, 52) << low;
        /* The bit at 52 is there anyhow: there are no others then. */
        const int32_t field = sid_deep_sum_field(deep, apart, turn);
        const uint64_t large = sid_deep_sum_fraction(deep, turn / 6 + shape);
        const int32_t small_field = field > apart ? field - apart : 0;
        sid_deep_sums(deep, (uint64_t)(uint32_t)field << 52 | large,
                      (uint64_t)(uint32_t)small_field << 52 | (small & SID_FRACTION_BITS));
      }
}

/* Differences of `bits` bits, of exponents 0 and 1 apart, up to those that end subnormal. */
static void sid_deep_cancellations(sid_deep *deep) {
  static const int32_t fields[4] = {2046, 1023, 2, 1};
  for (uint32_t bits = 0; bits <= 52; bits++)
    for (uint32_t turn = 0; turn < 8; turn++) {
      const uint64_t rest =
          bits == 0 ? 0 : sid_deep_bit((int32_t)bits - 1) | sid_deep_word(deep, bits - 1);
      const int32_t field = turn < 4 ? fields[turn] : (int32_t)(turn * 16 - 63 + bits % 53);
      const uint64_t high = (uint64_t)(uint32_t)field << 52;
      uint64_t fraction = sid_deep_word(deep, 52);
      if (fraction < rest) fraction ^= SID_FRACTION_BITS;
      if (fraction >= rest)
        sid_deep_sums(deep, high | fraction, (high | (fraction - rest)) ^ SID_SIGN_BIT);
      /* 2^53 + 2*part - rest is below 2^53. */
      const uint64_t part = rest == 0 ? 0 : sid_deep_word(deep, bits - 1) / 2;
      if (bits >= 2 && field > 1)
        sid_deep_sums(deep, high | part,
                      ((high - SID_LEADING_BIT) | ((2 * part - rest) & SID_FRACTION_BITS)) ^
                          SID_SIGN_BIT);
    }
}

/* ---- products and quotients ------------------------------------------------------------------ */

/* a*b of significands of up to 53 bits, the result with about the field `field`, which may be below
 * 1: the operands share the exponent, at random. */
static void sid_deep_product(sid_deep *deep, uint64_t a, uint64_t b, int32_t field) {
  const int32_t least = field + 1023 - 2046 > 1 ? field + 1023 - 2046 : 1;
  const int32_t most = field + 1022 < 2046 ? field + 1022 : 2046;
  const int32_t first =
      least + (int32_t)sid_stream_index(&deep->stream, (uint64_t)(uint32_t)(most - least + 1));
  const int32_t up = (int32_t)sid_leading_zeros(a) - 11, more = (int32_t)sid_leading_zeros(b) - 11;
  a = sid_deep_number(a, first + up);
  b = sid_deep_number(b, field + 1023 - first + more) | sid_deep_sign(deep);
  sid_deep_try(deep, SID_OP_MULTIPLY, a, b);
  sid_deep_try(deep, SID_OP_MULTIPLY, b, a ^ SID_SIGN_BIT);
}

/* a/b likewise. */
static void sid_deep_quotient(sid_deep *deep, uint64_t a, uint64_t b, int32_t field) {
  const int32_t least = field - 1022 > 1 ? field - 1022 : 1;
  const int32_t most = field + 1023 < 2046 ? field + 1023 : 2046;
  const int32_t first =
      least + (int32_t)sid_stream_index(&deep->stream, (uint64_t)(uint32_t)(most - least + 1));
  const int32_t up = (int32_t)sid_leading_zeros(a) - 11, more = (int32_t)sid_leading_zeros(b) - 11;
  a = sid_deep_number(a, first + up) | sid_deep_sign(deep);
  b = sid_deep_number(b, first + 1023 - field + more) | sid_deep_sign(deep);
  sid_deep_try(deep, SID_OP_DIVIDE, a, b);
}

/* Fields of results: the middle, the top, the bottom. */
static const int32_t sid_deep_fields[] = {1023, 2046, 2045, 1, 0, -1, -20, -51, -52};
#define SID_DEEP_FIELDS (sizeof sid_deep_fields / sizeof sid_deep_fields[0])

/* A random odd number of n bits whose two leading bits are set, n >= 1. */
static uint64_t sid_deep_odd(sid_deep *deep, uint32_t n) {
  const uint64_t lead = n < 2 ? 1 : 3ull << (n - 2);
  return lead | sid_deep_word(deep, n) | 1;
}

/* Products that end in half of the last place and one bit more or less, at each distance; without
 * the half; a carry; and exactly in it, as the product of odd numbers of 54 bits together. */
static void sid_deep_products(sid_deep *deep) {
  const uint64_t one = SID_LEADING_BIT, half = one >> 1;
  for (int32_t distance = 2; distance <= 52; distance++)
    for (size_t i = 0; i < SID_DEEP_FIELDS; i++) {
      const uint64_t little = one >> distance;
      const int32_t field = sid_deep_fields[i];
      sid_deep_product(deep, one + 1, one + half + little, field);
      sid_deep_product(deep, one + 1, one + half - little, field);
      sid_deep_product(deep, one + 3, one + half + little, field);
      sid_deep_product(deep, one + 3, one + half - little, field);
      sid_deep_product(deep, one + 1, one + little, field);
      sid_deep_product(deep, one + half + 2, one + half + little, field);
      sid_deep_product(deep, one + half + 2, one + half - little, field);
      /* 2^105 - 2*gap*gap: a carry through all of the significand. */
      const uint64_t gap = sid_deep_bit(distance / 2);
      sid_deep_product(deep, 2 * (one - gap), one + gap, field);
      const uint32_t bits = (uint32_t)distance;
      sid_deep_product(deep, sid_deep_odd(deep, bits), sid_deep_odd(deep, 54 - bits), field);
      sid_deep_product(deep, sid_deep_odd(deep, bits), sid_deep_odd(deep, 53 - bits), field);
      sid_deep_product(deep, sid_deep_odd(deep, bits), sid_deep_odd(deep, 55 - bits), field);
    }
}

/* Results that lose `lost` places below 2^-1074, as product with a power of two, as quotient by
 * one, and as product that would be rounded twice: next to half, above and below, as a product of
 * 106 bits that rounds to that half with 53. */
static void sid_deep_subnormals(sid_deep *deep) {
  const uint64_t one = SID_LEADING_BIT;
  for (int32_t lost = 1; lost <= 54; lost++) {
    const int32_t field = 1 - lost;
    const uint64_t half = sid_deep_bit(lost - 1), odd = lost > 52 ? 0 : sid_deep_bit(lost);
    for (int32_t low = 0; low <= lost && low < 53; low++) {
      const uint64_t lowest = sid_deep_bit(low);
      const uint64_t shapes[6] = {half | lowest,       half - (low < lost - 1 ? lowest : 0),
                                  half | lowest | odd, lowest,
                                  odd + (half - 1),    (sid_deep_word(deep, 52) << low) | lowest};
      for (size_t i = 0; i < 6; i++) {
        const uint64_t significand = one | (shapes[i] & SID_FRACTION_BITS);
        sid_deep_product(deep, significand, 1, field);
        sid_deep_quotient(deep, significand, 1, field);
      }
    }
    /* The half, and one bit below the 53 of the significand: 2^(lost-1) + 2^j + 2^(lost-1+j-52). */
    for (int32_t j = lost + 1; j < 53 - lost; j++)
      sid_deep_product(deep, one + half, one + sid_deep_bit(j), field);
    if (lost < 2 || lost > 51) continue;
    sid_deep_product(deep, one + half - 1, one + 1, field);
    sid_deep_product(deep, 2 * one - half - 2, one + 1, field);
    /* A quotient that ends in the half exactly, and next to it. */
    const uint64_t q = sid_deep_odd(deep, 54 - (uint32_t)lost),
                   b = sid_deep_odd(deep, (uint32_t)lost - 1);
    sid_deep_quotient(deep, q * b, b, field);
    sid_deep_quotient(deep, q * b - 1, b, field);
    if (q * b < 2 * one - 1) sid_deep_quotient(deep, q * b + 1, b, field);
  }
}

/* Subnormal operands of each length. */
static void sid_deep_small_operands(sid_deep *deep) {
  for (uint32_t bits = 1; bits <= 52; bits++)
    for (uint64_t field = 1; field < 2047; field += 341) {
      const uint64_t small =
          sid_deep_bit((int32_t)bits - 1) | sid_deep_word(deep, bits - 1) | sid_deep_sign(deep);
      const uint64_t other = (field << 52) | sid_deep_word(deep, 52);
      sid_deep_try(deep, SID_OP_MULTIPLY, small, other);
      sid_deep_try(deep, SID_OP_MULTIPLY, other, small);
      sid_deep_try(deep, SID_OP_DIVIDE, small, other);
      sid_deep_try(deep, SID_OP_DIVIDE, other, small);
      sid_deep_try(deep, SID_OP_SQRT, small & ~SID_SIGN_BIT, 0);
    }
}

/* Quotients next to the middle of two numbers, as near as there are: the middle is q of 54 bits,
 * and a * 2^53 = q*b + rest with a rest of 1, -1, 3, ... q is -rest/b modulo 2^53. */
static void sid_deep_quotients(sid_deep *deep) {
  for (uint32_t round = 0; round < 200; round++) {
    const uint64_t b = sid_deep_bit(51) | sid_deep_word(deep, 51) | 1;
    uint64_t inverse = b; /* right to 3 bits, each round doubles them */
    for (int i = 0; i < 5; i++) inverse *= 2 - b * inverse;
    for (int64_t rest = -5; rest <= 5; rest += 2) {
      const uint64_t q =
          sid_deep_bit(53) | ((0 - (uint64_t)rest * inverse) & (sid_deep_bit(53) - 1));
      const sid_wide multiple = sid_wide_add(
          sid_wide_product(q, b), sid_wide_of(rest < 0 ? UINT64_MAX : 0, (uint64_t)rest));
      const uint64_t a = sid_wide_shift_right(multiple, 53).lo;
      sid_deep_quotient(deep, a, b, sid_deep_fields[round % SID_DEEP_FIELDS]);
    }
    for (size_t i = 0; i < SID_DEEP_FIELDS; i++)
      sid_deep_quotient(deep, sid_deep_odd(deep, 1 + round % 53),
                        sid_deep_odd(deep, 53 - (uint32_t)i), sid_deep_fields[i]);
  }
}

/* ---- roots ----------------------------------------------------------------------------------- */

/* sqrt(bits * 4^n), a normal number, n at random. */
static void sid_deep_root(sid_deep *deep, uint64_t bits) {
  const uint64_t twice = (sid_deep_word(deep, 9) << 53) - (256ull << 53);
  sid_deep_try(deep, SID_OP_SQRT, bits, 0);
  sid_deep_try(deep, SID_OP_SQRT, bits + twice, 0);
}

/* q of 54 bits, odd, with q*q = rest modulo 2^55, for a rest of 1 modulo 8: bit by bit. */
static uint64_t sid_deep_root_modulo(uint64_t rest) {
  uint64_t q = 1;
  for (int32_t bit = 3; bit < 55; bit++)
    if (((q * q - rest) >> bit & 1) != 0) q += sid_deep_bit(bit - 1);
  q &= sid_deep_bit(54) - 1;
  return q < sid_deep_bit(53) ? sid_deep_bit(54) - q : q;
}

/* Next to 1, whose roots are next below the middle of two numbers; next to the square of such a
 * middle, q*q - rest = a * 2^55, on both sides; squares and their neighbours; each
 * exponent. */
static void sid_deep_roots(sid_deep *deep) {
  const uint64_t one = 0x3ff0000000000000u;
  for (uint64_t i = 1; i <= 64; i++) {
    sid_deep_root(deep, one + i);
    sid_deep_root(deep, one - i);
    const uint64_t n = sid_deep_odd(deep, 26);
    for (uint64_t square = n * n - 1; square <= n * n + 1; square++)
      sid_deep_root(deep, sid_deep_number(square, 1075));
    const uint64_t rest = 8 * i - 255; /* around 0, and 1 modulo 8 */
    const uint64_t q = sid_deep_root_modulo(rest);
    const sid_wide multiple =
        sid_wide_sub(sid_wide_product(q, q), sid_wide_of(rest >> 63 != 0 ? UINT64_MAX : 0, rest));
    sid_deep_root(deep, sid_deep_number(sid_wide_shift_right(multiple, 55).lo, 1076));
  }
  for (uint64_t field = 1; field < 2047; field++)
    sid_deep_try(deep, SID_OP_SQRT, (field << 52) | sid_deep_word(deep, 52), 0);
}

/* ---- conversions and comparisons ------------------------------------------------------------- */

/* An integer of `bits` bits, to every type that holds it, and its negative. */
static void sid_deep_from_integer(sid_deep *deep, uint64_t n, uint32_t bits) {
  sid_deep_try(deep, SID_OP_FROM_UINT64, n, 0);
  if (bits <= 63) sid_deep_try(deep, SID_OP_FROM_INT64, n, 0);
  if (bits <= 63 || n == SID_SIGN_BIT) sid_deep_try(deep, SID_OP_FROM_INT64, 0 - n, 0);
  if (bits <= 32) sid_deep_try(deep, SID_OP_FROM_UINT32, n, 0);
  if (bits <= 31) sid_deep_try(deep, SID_OP_FROM_INT32, n, 0);
  if (bits <= 31 || n == 0x80000000u) sid_deep_try(deep, SID_OP_FROM_INT32, 0 - n, 0);
}

/* significand * 2^(bits - 53), 53 bits: the integer part has `bits` of them. */
static void sid_deep_to_integer(sid_deep *deep, uint64_t significand, int32_t bits) {
  const uint64_t a = sid_deep_number(significand, bits + 1022);
  const uint64_t minus = a | SID_SIGN_BIT;
  sid_deep_try(deep, SID_OP_TO_UINT64, a, 0);
  if (bits <= 63) sid_deep_try(deep, SID_OP_TO_INT64, a, 0);
  if (bits <= 63 || a == 0x43e0000000000000u) sid_deep_try(deep, SID_OP_TO_INT64, minus, 0);
  if (bits <= 32) sid_deep_try(deep, SID_OP_TO_UINT32, a, 0);
  if (bits <= 31) sid_deep_try(deep, SID_OP_TO_INT32, a, 0);
  if (bits <= 31 || a == 0x41e0000000000000u) sid_deep_try(deep, SID_OP_TO_INT32, minus, 0);
  if (bits > 0) return;
  sid_deep_try(deep, SID_OP_TO_UINT64, minus, 0);
  sid_deep_try(deep, SID_OP_TO_UINT32, minus, 0);
}

static void sid_deep_conversions(sid_deep *deep) {
  sid_deep_from_integer(deep, 0, 0);
  for (uint32_t bits = 1; bits <= 64; bits++) {
    const uint64_t lead = sid_deep_bit((int32_t)bits - 1);
    const uint64_t shapes[4] = {lead, lead | (lead != 1), lead - 1 + lead,
                                lead | sid_deep_word(deep, bits - 1)};
    for (size_t i = 0; i < 4; i++) sid_deep_from_integer(deep, shapes[i], bits);
    if (bits < 54) continue;
    /* Next to half of the last place, which is even or odd, with a lowest bit at each place. */
    const uint64_t last = sid_deep_bit((int32_t)bits - 53), half = last >> 1;
    for (uint64_t low = 1; low < last; low <<= 1)
      for (uint32_t odd = 0; odd < 2; odd++) {
        const uint64_t middle = (shapes[3] & (0 - 2 * last)) + (odd != 0 ? last : 0) + half;
        sid_deep_from_integer(deep, middle, bits);
        if (low == half) continue;
        sid_deep_from_integer(deep, middle + low, bits);
        sid_deep_from_integer(deep, middle - low, bits);
      }
  }
  sid_deep_to_integer(deep, SID_LEADING_BIT, -1021);
  for (int32_t bits = -8; bits <= 64; bits++) {
    sid_deep_to_integer(deep, SID_LEADING_BIT, bits);
    sid_deep_to_integer(deep, 2 * SID_LEADING_BIT - 1, bits);
    for (int32_t low = 0; low < 52; low++)
      sid_deep_to_integer(deep, SID_LEADING_BIT | (sid_deep_word(deep, 52 - (uint32_t)low) << low),
                          bits);
  }
}

/* A number and the same with one other bit, in both orders; and with itself. */
static void sid_deep_comparisons(sid_deep *deep) {
  for (int32_t bit = 0; bit < 64; bit++)
    for (uint32_t turn = 0; turn < 8; turn++) {
      const uint64_t a = sid_deep_bits(deep) & ~((uint64_t)(turn & 1) << 62);
      const uint64_t b = a ^ sid_deep_bit(bit);
      sid_deep_try(deep, SID_OP_COMPARE, a, b);
      sid_deep_try(deep, SID_OP_COMPARE, b, a);
      sid_deep_try(deep, SID_OP_COMPARE, a, a);
      sid_deep_try(deep, SID_OP_NEGATE, a, 0);
    }
}

/* ---- anything -------------------------------------------------------------------------------- */

/* A significand of 53 bits, of half, a quarter or three quarters ones. */
static uint64_t sid_deep_significand(sid_deep *deep) {
  const uint64_t one = sid_deep_bits(deep), two = sid_deep_bits(deep);
  const uint64_t word = (one & 3) == 0 ? one & two : (one & 3) == 1 ? one | two : two;
  return SID_LEADING_BIT | (word >> 12);
}

static void sid_deep_random(sid_deep *deep) {
  const int32_t field = (int32_t)sid_stream_index(&deep->stream, 2047);
  const int32_t apart = (int32_t)sid_stream_index(&deep->stream, 71);
  const uint32_t bits = 1 + (uint32_t)sid_stream_index(&deep->stream, 64);
  const uint64_t a = sid_deep_significand(deep), b = sid_deep_significand(deep);
  const uint64_t any = sid_deep_number(a, field);
  sid_deep_sums(deep, any, sid_deep_number(b, field - apart) | sid_deep_sign(deep));
  sid_deep_product(deep, a, b, field - 52);
  sid_deep_quotient(deep, a, b, field - 52);
  sid_deep_try(deep, SID_OP_SQRT, any, 0);
  sid_deep_try(deep, SID_OP_COMPARE, any, sid_deep_number(b, field));
  sid_deep_from_integer(deep, sid_deep_bit((int32_t)bits - 1) | sid_deep_word(deep, bits - 1),
                        bits);
  sid_deep_to_integer(deep, a, (int32_t)bits);
}

uint64_t sid_selfcheck_deep(uint32_t rounds, sid_deep_check *check) {
  static const sid_operation_check nothing = {0, 0, 0, 0, 0, 0};
  sid_deep deep = {{0, 0, 0, 0, NULL}, check};
  uint64_t wrong = 0;
  if (check == NULL) return UINT64_MAX;
  (void)sid_stream_init(&deep.stream, 754, NULL, 0);
  for (int32_t i = 0; i < SID_OP_COUNT; i++) check->operation[i] = nothing;
  sid_deep_specials(&deep);
  sid_deep_distances(&deep);
  sid_deep_cancellations(&deep);
  sid_deep_products(&deep);
  sid_deep_subnormals(&deep);
  sid_deep_small_operands(&deep);
  sid_deep_quotients(&deep);
  sid_deep_roots(&deep);
  sid_deep_conversions(&deep);
  sid_deep_comparisons(&deep);
  for (uint32_t i = 0; i < rounds; i++) sid_deep_random(&deep);
  for (int32_t i = 0; i < SID_OP_COUNT; i++) wrong += check->operation[i].wrong;
  return wrong;
}

const char *sid_operation_name(int32_t operation) {
  static const char *const names[SID_OP_COUNT] = {
      "add",      "subtract",   "multiply",    "divide",     "sqrt",
      "negate",   "from int32", "from uint32", "from int64", "from uint64",
      "to int32", "to uint32",  "to int64",    "to uint64",  "compare"};
  return operation >= 0 && operation < SID_OP_COUNT ? names[operation] : NULL;
}

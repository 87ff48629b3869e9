/* The sum in full, without guard or sticky bits: both operands are multiples of the last place of
 * the smaller one, and the larger is below 2^(53+69) of them. So the sum is an integer of 123 bits
 * at most, held in two words, and is rounded once. */
#include "exact_add.h"

#define SIGN (1ull << 63)
#define ONE (1ull << 52)

typedef struct {
  uint64_t hi, lo;
} integer;

/* The number as significand * 2^(exponent - 1075). A subnormal number has the exponent of the
 * smallest normal one. */
static uint32_t exponent_of(uint64_t bits) {
  const uint32_t field = (uint32_t)(bits >> 52) & 0x7ff;
  return field == 0 ? 1 : field;
}

static uint64_t significand_of(uint64_t bits) {
  return (bits & (ONE - 1)) | (((bits >> 52) & 0x7ff) == 0 ? 0 : ONE);
}

static integer shifted_left(uint64_t v, uint32_t n) {
  const integer r = {n == 0 ? 0 : n < 64 ? v >> (64 - n) : v << (n - 64), n < 64 ? v << n : 0};
  return r;
}

static int is_less(integer a, integer b) { return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo); }

static integer sum(integer a, integer b) {
  const integer r = {a.hi + b.hi + (a.lo + b.lo < a.lo), a.lo + b.lo};
  return r;
}

static integer difference(integer a, integer b) {
  const integer r = {a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo};
  return r;
}

/* Bit n, counted from the lowest. */
static uint32_t bit(integer v, uint32_t n) {
  return (uint32_t)((n < 64 ? v.lo >> n : v.hi >> (n - 64)) & 1);
}

static uint32_t length(integer v) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < 128; i++)
    if (bit(v, i)) n = i + 1;
  return n;
}

/* v * 2^(exponent - 1075) without sign, v not 0. */
static uint64_t rounded(integer v, uint32_t exponent) {
  const uint32_t bits = length(v);
  if (bits < 53) {
    /* Exact: moves up as far as the exponent allows. */
    const uint32_t up = 53 - bits < exponent - 1 ? 53 - bits : exponent - 1;
    const uint64_t significand = v.lo << up;
    return significand < ONE ? significand : (((uint64_t)(exponent - up - 1)) << 52) + significand;
  }
  const uint32_t down = bits - 53;
  uint64_t significand = 0;
  for (uint32_t i = 0; i < 53; i++) significand |= (uint64_t)bit(v, i + down) << i;
  if (down > 0 && bit(v, down - 1)) {
    int above_half = 0;
    for (uint32_t i = 0; i + 1 < down; i++) above_half |= (int)bit(v, i);
    significand += above_half || (significand & 1) ? 1 : 0;
  }
  const uint64_t result = ((uint64_t)(exponent + down - 1) << 52) + significand;
  return result < (0x7ffull << 52) ? result : 0x7ffull << 52;
}

uint64_t exact_add(uint64_t a, uint64_t b) {
  const uint32_t ea = exponent_of(a), eb = exponent_of(b);
  const uint32_t lowest = ea < eb ? ea : eb;
  const integer va = shifted_left(significand_of(a), ea - lowest),
                vb = shifted_left(significand_of(b), eb - lowest);
  if (((a ^ b) & SIGN) == 0) {
    const integer v = sum(va, vb);
    return (a & SIGN) | ((v.hi | v.lo) == 0 ? 0 : rounded(v, lowest));
  }
  if (is_less(va, vb)) return (b & SIGN) | rounded(difference(vb, va), lowest);
  if (is_less(vb, va)) return (a & SIGN) | rounded(difference(va, vb), lowest);
  return 0;
}

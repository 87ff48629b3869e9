#include "running/exact_sum.h"
#include <math.h>
#include <string.h>
#include "running/natural.h"

#define VF_LOW UINT64_C(0xffffffff)

/* Each addition puts less than 2^32 on a digit, so that many are safe. */
enum { VF_PENDING_MOST = 1 << 30 };

static void vf_carry(int64_t *digit, int count, uint32_t *pending) {
  int64_t carry = 0;
  for (int i = 0; i < count; i++) {
    const int64_t whole = digit[i] + carry, low = (int64_t)((uint64_t)whole & VF_LOW);
    digit[i] = i + 1 < count ? low : whole;
    carry = (whole - low) / ((int64_t)1 << 32);
  }
  *pending = 1;
}

/* value = (-1)^sign * m * 2^(at - 1074), m < 2^53. */
typedef struct {
  uint64_t m;
  unsigned at;
  int64_t sign; /* 0 or -1 */
} vf_parts;

enum { VF_AT_MOST = 2046 }; /* of what is infinite or NaN */

static inline vf_parts vf_parts_of(uint64_t bits) {
  const unsigned exponent = (unsigned)(bits >> 52 & 0x7ff), normal = exponent > 0;
  const uint64_t m = (bits & UINT64_C(0xfffffffffffff)) | (uint64_t)normal << 52;
  return (vf_parts){m, exponent - normal, -(int64_t)(bits >> 63)};
}

static inline void vf_add_value(vf_exact_sum *sum, const vf_parts *parts) {
  int64_t *digit = sum->digit + parts->at / 32;
  const unsigned by = parts->at % 32;
  const int64_t sign = parts->sign;
  const uint64_t low = parts->m << by, high = parts->m >> 1 >> (63 - by);
  digit[0] += ((int64_t)(low & VF_LOW) ^ sign) - sign;
  digit[1] += ((int64_t)(low >> 32) ^ sign) - sign;
  digit[2] += ((int64_t)high ^ sign) - sign;
  if (++sum->pending >= VF_PENDING_MOST) vf_carry(sum->digit, VF_SUM_DIGITS, &sum->pending);
}

static inline void vf_add_square(vf_exact_squares *squares, const vf_parts *parts) {
  const uint64_t a = parts->m >> 32, b = parts->m & VF_LOW, cross = a * b;
  const uint64_t low = b * b + (cross << 33), carry = low < b * b;
  const uint64_t high = a * a + (cross >> 31) + carry;
  int64_t *digit = squares->digit + 2 * parts->at / 32;
  const unsigned by = 2 * parts->at % 32;
  const uint64_t first = low << by, second = high << by | low >> 1 >> (63 - by);
  digit[0] += (int64_t)(first & VF_LOW);
  digit[1] += (int64_t)(first >> 32);
  digit[2] += (int64_t)(second & VF_LOW);
  digit[3] += (int64_t)(second >> 32);
  digit[4] += (int64_t)(high >> 1 >> (63 - by));
  if (++squares->pending >= VF_PENDING_MOST)
    vf_carry(squares->digit, VF_SQUARES_DIGITS, &squares->pending);
}

void vf_exact_sum_add(vf_exact_sum *sum, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  const vf_parts parts = vf_parts_of(bits);
  if (parts.at < VF_AT_MOST)
    vf_add_value(sum, &parts);
  else
    sum->special += value;
}

void vf_exact_add(vf_exact *exact, const double *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, values + i, sizeof bits);
    const vf_parts parts = vf_parts_of(bits);
    if (parts.at < VF_AT_MOST) {
      vf_add_value(&exact->sum, &parts);
      vf_add_square(&exact->squares, &parts);
    } else {
      exact->sum.special += values[i];
    }
  }
}

void vf_exact_carry(vf_exact *exact) {
  vf_carry(exact->sum.digit, VF_SUM_DIGITS, &exact->sum.pending);
  vf_carry(exact->squares.digit, VF_SQUARES_DIGITS, &exact->squares.pending);
}

void vf_exact_merge(vf_exact *exact, const vf_exact *other) {
  vf_exact carried = *other;
  vf_exact_carry(&carried);
  vf_exact_carry(exact);
  for (int i = 0; i < VF_SUM_DIGITS; i++) exact->sum.digit[i] += carried.sum.digit[i];
  for (int i = 0; i < VF_SQUARES_DIGITS; i++) exact->squares.digit[i] += carried.squares.digit[i];
  exact->sum.special += carried.sum.special;
  exact->sum.pending = exact->squares.pending = 2;
}

/* ---- rounding ---- */

/* |number| of carried digits; returns 1 where it is negative. */
static int vf_magnitude(const int64_t *digit, int count, vf_natural *magnitude) {
  const int negative = digit[count - 1] < 0;
  uint64_t carry = (uint64_t)negative; /* the two's complement of a negative number */
  for (int i = 0; i < count; i++) {
    const uint64_t low = (uint64_t)digit[i] & VF_LOW;
    carry += negative ? VF_LOW - low : low;
    magnitude->digit[i] = (uint32_t)carry;
    carry >>= 32;
  }
  magnitude->count = count;
  vf_natural_trim(magnitude);
  return negative;
}

double vf_exact_mean(const vf_exact_sum *sum, uint64_t n) {
  vf_exact_sum carried = *sum;
  vf_natural magnitude;
  const vf_natural count = vf_natural_of(n);
  if (isnan(sum->special)) return (double)NAN;
  if (isinf(sum->special)) return sum->special;
  vf_carry(carried.digit, VF_SUM_DIGITS, &carried.pending);
  const int negative = vf_magnitude(carried.digit, VF_SUM_DIGITS, &magnitude);
  const double mean = vf_nearest_ratio(&magnitude, &count, -1074);
  return negative && mean > 0.0 ? -mean : mean;
}

double vf_exact_total(const vf_exact_sum *sum) { return vf_exact_mean(sum, 1); }

/* n*S2 - S1^2 in units of 2^-2148, which is never negative. */
static vf_natural vf_spread(const vf_exact *exact, uint64_t n) {
  vf_exact carried = *exact;
  const vf_natural count = vf_natural_of(n);
  vf_natural first, second, spread, square;
  vf_exact_carry(&carried);
  vf_magnitude(carried.sum.digit, VF_SUM_DIGITS, &first);
  vf_magnitude(carried.squares.digit, VF_SQUARES_DIGITS, &second);
  vf_natural_multiply(&second, &count, &spread);
  vf_natural_multiply(&first, &first, &square);
  vf_natural_subtract(&spread, &square);
  return spread;
}

double vf_exact_variance(const vf_exact *exact, uint64_t n) {
  const vf_natural spread = vf_spread(exact, n), all = vf_natural_of(n),
                   others = vf_natural_of(n - 1);
  vf_natural pairs;
  if (!isfinite(exact->sum.special)) return (double)NAN;
  vf_natural_multiply(&all, &others, &pairs);
  return vf_nearest_ratio(&spread, &pairs, -2148);
}

double vf_exact_standard_error(const vf_exact *exact, uint64_t n) {
  const vf_natural spread = vf_spread(exact, n), all = vf_natural_of(n),
                   others = vf_natural_of(n - 1);
  vf_natural pairs, triples;
  if (!isfinite(exact->sum.special)) return (double)NAN;
  vf_natural_multiply(&all, &others, &pairs);
  vf_natural_multiply(&pairs, &all, &triples);
  return vf_nearest_root(&spread, &triples, -2148);
}

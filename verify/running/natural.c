#include "running/natural.h"
#include <math.h>
#include <string.h>

enum { VF_DIGIT = 32 };

void vf_natural_trim(vf_natural *a) {
  while (a->count > 0 && a->digit[a->count - 1] == 0) a->count--;
}

vf_natural vf_natural_of(uint64_t value) {
  vf_natural a;
  a.digit[0] = (uint32_t)value;
  a.digit[1] = (uint32_t)(value >> VF_DIGIT);
  a.count = 2;
  vf_natural_trim(&a);
  return a;
}

void vf_natural_multiply(const vf_natural *a, const vf_natural *b, vf_natural *product) {
  product->count = a->count + b->count;
  memset(product->digit, 0, (size_t)product->count * sizeof product->digit[0]);
  for (int i = 0; i < a->count; i++) {
    uint64_t carry = 0;
    if (a->digit[i] == 0) continue; /* most digits of a sum are */
    for (int j = 0; j < b->count; j++) {
      carry += product->digit[i + j] + (uint64_t)a->digit[i] * b->digit[j];
      product->digit[i + j] = (uint32_t)carry;
      carry >>= VF_DIGIT;
    }
    product->digit[i + b->count] = (uint32_t)carry;
  }
  vf_natural_trim(product);
}

void vf_natural_subtract(vf_natural *a, const vf_natural *b) {
  uint32_t borrow = 0;
  for (int i = 0; i < a->count; i++) {
    const uint64_t less = (uint64_t)(i < b->count ? b->digit[i] : 0) + borrow;
    borrow = a->digit[i] < less;
    a->digit[i] = (uint32_t)(a->digit[i] - less);
  }
  vf_natural_trim(a);
}

/* The number of binary digits. */
static int vf_bits(const vf_natural *a) {
  int bits = VF_DIGIT * a->count;
  if (a->count == 0) return 0;
  for (uint32_t top = a->digit[a->count - 1]; !(top >> 31); top <<= 1) bits--;
  return bits;
}

static int vf_bit(const vf_natural *a, int i) {
  return i / VF_DIGIT < a->count && (a->digit[i / VF_DIGIT] >> i % VF_DIGIT & 1);
}

static int vf_less(const vf_natural *a, const vf_natural *b) {
  if (a->count != b->count) return a->count < b->count;
  for (int i = a->count - 1; i >= 0; i--)
    if (a->digit[i] != b->digit[i]) return a->digit[i] < b->digit[i];
  return 0;
}

static int vf_same(const vf_natural *a, const vf_natural *b) {
  return !vf_less(a, b) && !vf_less(b, a);
}

/* floor(a*2^by); *rest becomes 1 where that is less. */
static vf_natural vf_shifted(const vf_natural *a, int by, int *rest) {
  vf_natural b;
  const int bits = vf_bits(a) + by;
  memset(&b, 0, sizeof b);
  b.count = bits <= 0 ? 0 : (bits + VF_DIGIT - 1) / VF_DIGIT;
  for (int i = 0; i < -by && !*rest; i++) *rest = vf_bit(a, i);
  for (int i = 0; i < bits; i++)
    if (i >= by && vf_bit(a, i - by)) b.digit[i / VF_DIGIT] |= (uint32_t)1 << i % VF_DIGIT;
  return b;
}

/* a = 2*a + bit. */
static void vf_append_bit(vf_natural *a, int bit) {
  uint32_t carry = (uint32_t)bit;
  for (int i = 0; i < a->count; i++) {
    const uint32_t next = a->digit[i] >> 31;
    a->digit[i] = a->digit[i] << 1 | carry;
    carry = next;
  }
  if (carry) a->digit[a->count++] = carry;
}

/* floor(a/b), by long division; *rest becomes 1 where something is left. */
static vf_natural vf_quotient(const vf_natural *a, const vf_natural *b, int *rest) {
  vf_natural quotient = {.count = 0}, left = {.count = 0};
  for (int i = vf_bits(a) - 1; i >= 0; i--) {
    vf_append_bit(&left, vf_bit(a, i));
    const int fits = !vf_less(&left, b);
    if (fits) vf_natural_subtract(&left, b);
    vf_append_bit(&quotient, fits);
  }
  if (left.count > 0) *rest = 1;
  return quotient;
}

/* The integer square root of a number of at most 2*most binary digits. */
static vf_natural vf_root(const vf_natural *a, int most, int *rest) {
  vf_natural root = {.count = 0}, square = {.count = 0};
  for (int i = most - 1; i >= 0; i--) {
    vf_natural next, one = vf_natural_of(1);
    int none = 0;
    next = vf_shifted(&one, i, &none);
    for (int d = 0; d < root.count; d++) next.digit[d] |= root.digit[d];
    if (next.count < root.count) next.count = root.count;
    vf_natural_multiply(&next, &next, &square);
    if (!vf_less(a, &square)) root = next;
  }
  vf_natural_multiply(&root, &root, &square);
  if (!vf_same(&square, a)) *rest = 1;
  return root;
}

/* The double nearest to a number of more than 54 binary digits times 2^exponent, from which `rest`
 * says that something was cut off below its last digit. */
static double vf_rounded(const vf_natural *a, int exponent, int rest) {
  const int normal = vf_bits(a) + exponent - 53, unit = normal < -1074 ? -1074 : normal;
  const int drop = unit - exponent;
  vf_natural kept = vf_shifted(a, -drop, &(int){0});
  uint64_t m = 0;
  for (int i = kept.count - 1; i >= 0; i--) m = m << VF_DIGIT | kept.digit[i];
  for (int i = 0; i < drop - 1 && !rest; i++) rest = vf_bit(a, i);
  if (vf_bit(a, drop - 1) && (rest || (m & 1))) m++;
  return ldexp((double)m, unit);
}

double vf_nearest_ratio(const vf_natural *n, const vf_natural *d, int exponent) {
  const int by = vf_bits(d) - vf_bits(n) + 66;
  int rest = 0;
  if (n->count == 0) return 0.0;
  const vf_natural scaled = vf_shifted(n, by, &rest), q = vf_quotient(&scaled, d, &rest);
  return vf_rounded(&q, exponent - by, rest);
}

double vf_nearest_root(const vf_natural *n, const vf_natural *d, int exponent) {
  int by = vf_bits(d) - vf_bits(n) + 128, rest = 0;
  if (n->count == 0) return 0.0;
  if ((exponent - by) % 2 != 0) by++;
  const vf_natural scaled = vf_shifted(n, by, &rest), q = vf_quotient(&scaled, d, &rest);
  const vf_natural root = vf_root(&q, 65, &rest);
  return vf_rounded(&root, (exponent - by) / 2, rest);
}

/* Natural numbers of many digits, and the one rounding at the end of an exact computation. */
#ifndef VF_NATURAL_H
#define VF_NATURAL_H

#include <stdint.h>

/* Digits of 32 bits: the longest number is n times a sum of squares (docs/spec.md section 13). */
enum { VF_NATURAL_DIGITS = 140 };

/* The sum of digit[i]*2^(32 i); no zero digit at the top. */
typedef struct {
  uint32_t digit[VF_NATURAL_DIGITS];
  int count;
} vf_natural;

vf_natural vf_natural_of(uint64_t value);

/* Drops zero digits from the top, for who fills in digits. */
void vf_natural_trim(vf_natural *a);

/* a*b and a - b, a >= b; the result must fit and be neither a nor b. */
void vf_natural_multiply(const vf_natural *a, const vf_natural *b, vf_natural *product);
void vf_natural_subtract(vf_natural *a, const vf_natural *b);

/* The binary64 numbers nearest to (n/d)*2^exponent and to the square root of it, ties to even:
 * subnormal where it must be, infinite beyond the largest. d > 0; +0 for n = 0. */
double vf_nearest_ratio(const vf_natural *n, const vf_natural *d, int exponent);
double vf_nearest_root(const vf_natural *n, const vf_natural *d, int exponent);

#endif

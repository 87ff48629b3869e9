/* Sums without a rounding (docs/spec.md section 13): fixed-point numbers over the whole range of
 * binary64 and of its squares, for 2^64 terms. Neither the order of the terms nor how they were
 * divided can be seen in them. */
#ifndef VF_EXACT_SUM_H
#define VF_EXACT_SUM_H

#include <stddef.h>
#include <stdint.h>

/* Digits of 32 bits for |sum| < 2^(1074+1024+64) and sums of squares < 2^(2148+2048+64). */
enum { VF_SUM_DIGITS = 68, VF_SQUARES_DIGITS = 134 };

/* sum of digit[i]*2^(32 i) in units of 2^-1074. Zero-initialised. A digit is carried only after
 * many additions: it may be negative or beyond 32 bits. */
typedef struct {
  int64_t digit[VF_SUM_DIGITS];
  double special;   /* the sum of the terms that are infinite or NaN */
  uint32_t pending; /* additions since digits were last carried */
} vf_exact_sum;

/* The same in units of 2^-2148, of squares of finite numbers. */
typedef struct {
  int64_t digit[VF_SQUARES_DIGITS];
  uint32_t pending;
} vf_exact_squares;

typedef struct {
  vf_exact_sum sum;
  vf_exact_squares squares;
} vf_exact;

void vf_exact_sum_add(vf_exact_sum *sum, double value);

/* Values and their squares. Values that are not finite go to sum.special alone. */
void vf_exact_add(vf_exact *exact, const double *values, size_t count);

/* Adds the other sums. */
void vf_exact_merge(vf_exact *exact, const vf_exact *other);

/* Carries: digits in [0, 2^32) but for the last, which has the sign. Equal sums then have equal
 * digits. */
void vf_exact_carry(vf_exact *exact);

/* Each is the exact number rounded once, of n terms, n >= 1; a zero is +0. Infinite terms give that
 * infinity or NaN. */
double vf_exact_total(const vf_exact_sum *sum);
double vf_exact_mean(const vf_exact_sum *sum, uint64_t n);

/* Of n >= 2 terms: V = (n*S2 - S1^2)/(n*(n-1)) and sqrt(V/n); NaN where a term is not finite. */
double vf_exact_variance(const vf_exact *exact, uint64_t n);
double vf_exact_standard_error(const vf_exact *exact, uint64_t n);

#endif

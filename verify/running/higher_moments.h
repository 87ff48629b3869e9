/* Moments up to the fourth of an ensemble, one number at a time, by exact sums. */
#ifndef VF_HIGHER_MOMENTS_H
#define VF_HIGHER_MOMENTS_H

#include "running/exact_sum.h"

/* One quantity. Zero-initialised. */
typedef struct {
  vf_exact_sum power[4]; /* of value - shift */
  double shift;          /* the first value */
  uint64_t count;        /* finite values */
} vf_power_sums;

/* Takes the next value; one that is not finite counts as none. */
void vf_power_sums_add(vf_power_sums *sums, double value);

typedef struct {
  uint64_t count;
  double mean, variance;     /* with count - 1 */
  double skewness, kurtosis; /* third and fourth central moment over powers of the second; 0 and 1
                                where all values are equal */
} vf_higher_moments;

/* NaN where there are too few values. */
vf_higher_moments vf_higher_moments_of(const vf_power_sums *sums);

#endif

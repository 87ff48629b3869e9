/* Powers, and their means. */
#ifndef SVAG_POWERS_H
#define SVAG_POWERS_H

#include "harness/check.h"

static const double svag_roundoff = 0x1p-53;

/* base^n by n multiplications. */
double svag_power(double base, uint32_t n);

double svag_binomial(uint32_t n, uint32_t k);

/* Mean of (values[i] - shift)^n, n >= 1; room for `count` numbers. */
vf_moments svag_power_mean(const double *values, size_t count, double shift, uint32_t n,
                           double *room);

#endif

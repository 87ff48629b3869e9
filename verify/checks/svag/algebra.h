/* Small vectors and powers, in plain loops: what checks compute for themselves. */
#ifndef SVAG_ALGEBRA_H
#define SVAG_ALGEBRA_H

#include "harness/check.h"

static const double svag_roundoff = 0x1p-53;

/* a'b, from the first coordinate on. */
double svag_dot(const double *a, const double *b, uint32_t p);

/* Largest absolute value. */
double svag_largest(const double *x, uint32_t p);

/* base^n by n multiplications. */
double svag_power(double base, uint32_t n);

double svag_binomial(uint32_t n, uint32_t k);

/* Mean of (values[i] - shift)^n, n >= 1; room for `count` numbers. */
vf_moments svag_power_mean(const double *values, size_t count, double shift, uint32_t n,
                           double *room);

#endif

/* Orders from a few values. */
#ifndef VF_CHECKS_EOS_EXPONENT_H
#define VF_CHECKS_EOS_EXPONENT_H

#include "harness/check.h"

/* Order in h of values that are c h^order (1 + a series in h), from h that fall by one factor of
 * 10^(1/4) or 2: the local exponent of the last two, whose error is a series in h as well,
 * extrapolated once. The tolerance is twice the last change of that. `sampling` is the relative
 * error of the last value from whole steps: like h^2, it may be up to 4 and 16 times as large in
 * the two before, and the exponent errs by up to 50 times it. */
void eos_exponent(vf_context *context, const char *name, const double *h, const double *value,
                  size_t count, double order, double sampling);

#endif

/* Internal: ranges of real parameters, and a vector of zeros. */
#ifndef SID_RANGES_H
#define SID_RANGES_H

#include "config.h"
#include "sidyn.h"

int sid_is_nonnegative(double value); /* finite and >= 0 */
int sid_is_positive(double value);    /* finite and > 0 */
int sid_all_finite(const double *values, size_t count);

static inline void sid_set_zero(double *values, size_t count) {
  for (size_t j = 0; j < count; j++) values[j] = 0.0;
}

#endif

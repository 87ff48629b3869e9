/* Ranges of real parameters. */
#include "ranges.h"
#include "fp.h"

int sid_is_nonnegative(double value) { return sid_is_finite(value) && value >= 0.0; }

int sid_is_positive(double value) { return sid_is_finite(value) && value > 0.0; }

int sid_all_finite(const double *values, size_t count) {
  for (size_t j = 0; j < count; j++)
    if (!sid_is_finite(values[j])) return 0;
  return 1;
}

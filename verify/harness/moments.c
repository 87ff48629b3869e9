/* Statistics of the harness, from exact sums, so that a report depends neither on threads nor on
 * machines. */
#include <math.h>
#include "harness/check.h"
#include "running/exact_sum.h"

vf_moments vf_moments_of(const double *values, size_t n) {
  vf_moments moments = {(double)NAN, (double)NAN, (double)NAN};
  vf_exact exact = {.sum = {.pending = 0}};
  if (n == 0) return moments;
  vf_exact_add(&exact, values, n);
  moments.mean = vf_exact_mean(&exact.sum, n);
  if (n == 1) return moments;
  moments.variance = vf_exact_variance(&exact, n);
  moments.standard_error = vf_exact_standard_error(&exact, n);
  return moments;
}

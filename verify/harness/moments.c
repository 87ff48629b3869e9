/* Statistics of the harness, every sum in the canonical order so that a report does not depend on
 * threads or machines. */
#include <math.h>
#include "harness/check.h"

/* Sum of squared deviations, by blocks because the canonical sum wants its terms in memory. */
static double vf_squared_deviations(const double *values, size_t n, double mean) {
  enum { BLOCK = 4096 };
  double terms[BLOCK], total = 0.0;
  for (size_t start = 0; start < n; start += BLOCK) {
    const size_t count = n - start < BLOCK ? n - start : BLOCK;
    for (size_t i = 0; i < count; i++) {
      const double d = values[start + i] - mean;
      terms[i] = d * d;
    }
    total += sid_sum(terms, count);
  }
  return total;
}

vf_moments vf_moments_of(const double *values, size_t n) {
  vf_moments moments = {(double)NAN, (double)NAN, (double)NAN};
  if (n == 0) return moments;
  moments.mean = sid_sum(values, n) / (double)n;
  if (n == 1) return moments;
  moments.variance = vf_squared_deviations(values, n, moments.mean) / (double)(n - 1);
  moments.standard_error = sqrt(moments.variance / (double)n);
  return moments;
}

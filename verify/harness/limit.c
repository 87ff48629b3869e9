/* Limits of sequences whose error is a power series. */
#include "harness/limit.h"
#include <math.h>

void vf_limit(vf_context *context, const char *instance, double *value, int count, int power,
              double expected, double rounding, double cap) {
  double change = 0.0;
  for (int k = 1; k < count; k++) {
    const double before = value[count - 1];
    for (int i = count - 1; i >= k; i--)
      value[i] += (value[i] - value[i - 1]) / (ldexp(1.0, power * k) - 1.0);
    change = fabs(value[count - 1] - before);
  }
  if (!(change <= cap)) vf_error(context, instance, "the extrapolation to h = 0 does not converge");
  vf_within(context, instance, value[count - 1], expected, change + 10.0 * rounding,
            "last change of the extrapolation, and 10 roundings of a value");
}

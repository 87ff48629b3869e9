/* Limits of sequences whose error is a power series. */
#include "harness/limit.h"
#include <math.h>

double vf_extrapolate(double *value, int count, int depth, int power, double *change) {
  const int last = count - 1, whole = depth == last;
  int known = depth >= 0 && (whole || depth <= last - 2);
  *change = (double)NAN;
  for (int i = 0; i < count; i++) known = known && isfinite(value[i]);
  if (!known) return (double)NAN;
  for (int k = 1; k <= depth; k++) {
    const double before = value[last];
    for (int i = last; i >= k; i--)
      value[i] += (value[i] - value[i - 1]) / (ldexp(1.0, power * k) - 1.0);
    *change = fabs(value[last] - before);
  }
  if (!whole)
    *change = fabs(value[last] - value[last - 1]) + fabs(value[last - 1] - value[last - 2]);
  return value[last];
}

static void vf_limit_within(vf_context *context, const char *instance, double limit,
                            double expected, double tolerance, double unsettled, double cap,
                            const char *basis) {
  if (!(unsettled <= cap))
    vf_error(context, instance, "the extrapolation to h = 0 does not converge");
  vf_within(context, instance, limit, expected, tolerance, basis);
}

void vf_limit(vf_context *context, const char *instance, double *value, int count, int power,
              double expected, double rounding, double cap) {
  double change;
  const double limit = vf_extrapolate(value, count, count - 1, power, &change);
  const double before = change * (ldexp(1.0, power * (count - 1)) - 1.0);
  vf_limit_within(context, instance, limit, expected, change + 10.0 * rounding, before, cap,
                  "last change of the extrapolation, and 10 roundings of a value");
}

void vf_limit_to_depth(vf_context *context, const char *instance, double *value, int count,
                       int depth, int power, double expected, double noise, double cap) {
  double change;
  const double limit = vf_extrapolate(value, count, depth, power, &change);
  vf_limit_within(context, instance, limit, expected, change + noise, change + noise, cap,
                  "last two changes of the extrapolation, and what in a value is no series");
}

#include "running/higher_moments.h"
#include <math.h>

void vf_power_sums_add(vf_power_sums *sums, double value) {
  if (!isfinite(value)) return;
  if (sums->count++ == 0) sums->shift = value;
  const double d = value - sums->shift;
  double power = 1.0;
  for (int k = 0; k < 4; k++) vf_exact_sum_add(sums->power + k, power *= d);
}

vf_higher_moments vf_higher_moments_of(const vf_power_sums *sums) {
  const double n = (double)sums->count;
  vf_higher_moments moments = {sums->count, (double)NAN, (double)NAN, 0.0, 1.0};
  double raw[4]; /* moments about the shift */
  if (sums->count == 0) return moments;
  for (int k = 0; k < 4; k++) raw[k] = vf_exact_total(sums->power + k) / n;
  const double m = raw[0], second = fmax(raw[1] - m * m, 0.0);
  moments.mean = sums->shift + m;
  if (sums->count < 2) return moments;
  moments.variance = second * (n / (n - 1.0));
  if (second == 0.0) return moments;
  const double third = raw[2] - m * (3.0 * raw[1] - 2.0 * m * m);
  const double fourth = raw[3] - m * (4.0 * raw[2] - m * (6.0 * raw[1] - 3.0 * m * m));
  moments.skewness = third / (second * sqrt(second));
  moments.kurtosis = fmax(fourth / (second * second), 1.0);
  return moments;
}

/* Loss of batch-normalised outputs. */
#include <math.h>
#include "checks/eos/batchnorm.h"

double eos_head(size_t n, const double *labels, const double *s, const double *ds, double *slope,
                double *bend) {
  double mean_s = 0.0, mean_y = 0.0, mean_d = 0.0, cc = 0.0, ct = 0.0, tt = 0.0, cd = 0.0, td = 0.0;
  const double inverse = 1.0 / (double)n;
  for (size_t i = 0; i < n; i++) mean_s += s[i] * inverse, mean_y += labels[i] * inverse;
  for (size_t i = 0; ds && i < n; i++) mean_d += ds[i] * inverse;
  for (size_t i = 0; i < n; i++) {
    const double c = s[i] - mean_s, t = labels[i] - mean_y, d = ds ? ds[i] - mean_d : 0.0;
    cc += c * c, ct += c * t, tt += t * t, cd += c * d, td += t * d;
  }
  const double length = sqrt(cc), c3 = length * cc, factor = -2.0 * sqrt(tt) * inverse;
  for (size_t i = 0; i < n; i++) {
    const double c = s[i] - mean_s, t = labels[i] - mean_y, d = ds ? ds[i] - mean_d : 0.0;
    if (slope) slope[i] = factor * (t / length - ct * c / c3);
    if (bend) bend[i] = factor * (3.0 * ct * cd * c / (c3 * cc) - (t * cd + c * td + ct * d) / c3);
  }
  return 2.0 * tt * inverse + factor * ct / length;
}

double eos_roundings(size_t n, size_t d) { return 4.0 * (double)d + 8.0 * (double)n + 60.0; }

const char eos_rounding_basis[] =
    "4 p + 8 n + 60 roundings of 2^-53 of the largest term, times the cancellation in the outputs";

double eos_gradient_size(double gamma, double c, double j) { return 4.0 * gamma * gamma / c * j; }
double eos_hessian_size(double gamma, double c, double j, double v) {
  return 12.0 * gamma * gamma / (c * c) * j * j * v;
}

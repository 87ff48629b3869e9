/* Powers, and their means. */
#include "checks/svag/powers.h"

double svag_power(double base, uint32_t n) {
  double value = 1.0;
  while (n-- > 0) value *= base;
  return value;
}

double svag_binomial(uint32_t n, uint32_t k) {
  double value = 1.0;
  for (uint32_t i = 0; i < k; i++) value = value * (n - i) / (i + 1);
  return value;
}

vf_moments svag_power_mean(const double *values, size_t count, double shift, uint32_t n,
                           double *room) {
  for (size_t i = 0; i < count; i++) room[i] = svag_power(values[i] - shift, n);
  return vf_moments_of(room, count);
}

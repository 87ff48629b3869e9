/* Small vectors and powers. */
#include <math.h>
#include "checks/svag/algebra.h"

double svag_dot(const double *a, const double *b, uint32_t p) {
  double total = 0.0;
  for (uint32_t j = 0; j < p; j++) total += a[j] * b[j];
  return total;
}

double svag_largest(const double *x, uint32_t p) {
  double most = 0.0;
  for (uint32_t j = 0; j < p; j++) most = fmax(most, fabs(x[j]));
  return most;
}

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

/* The norm under noise. */
#include "laws/norm.h"
#include <math.h>

double vf_rest(double rate, double kick) { return kick / (rate * (2.0 - rate)); }

double nrq_equilibrium(uint32_t dim, double sigma, double eta, double lam) {
  return sigma * sqrt((double)(dim - 1) * eta / (2.0 * lam));
}

double nrq_norm_square(uint32_t dim, double sigma, double eta, double lam, double square,
                       double t) {
  const double c = (double)(dim - 1) * sigma * sigma * eta / (2.0 * lam);
  return exp(-4.0 * eta * lam * t) * (square - c) + c;
}

double vf_rescaled_time_inverse(double el, double ratio, double big) {
  if (big > 300.0) return (2.0 * big + log(ratio)) / (4.0 * el); /* e^(2 big) would overflow */
  return log1p(ratio * expm1(2.0 * big)) / (4.0 * el);
}

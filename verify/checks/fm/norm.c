/* The norm and the time scale. */
#include "checks/fm/norm.h"
#include <math.h>
#include "laws/norm.h"

double fm_scale(double eta, double lam, double t) {
  const double q = eta / (2.0 * lam);
  return pow(q + exp(-4.0 * eta * lam * t) * (1.0 - q), 0.25);
}

double fm_tau(double eta, double lam, double t) {
  return 0.5 * log1p(expm1(4.0 * eta * lam * t) * eta / (2.0 * lam));
}

double fm_tau_inverse(double eta, double lam, double big) {
  return vf_rescaled_time_inverse(eta * lam, 2.0 * lam / eta, big);
}

/* y = |x|^4: y+ = a^4 y + 2 a^2 eta^2 s^2 + eta^4 s^4/y, a = 1-el. Without the last term it is
 * linear; the last term is positive and at most eta^4 s^4/min y, where the linear part, monotonic
 * in k, has its least value at one of its ends. */
fm_interval fm_norm4_bounds(double eta, double lam, double s, double y0, double k) {
  const double log_a = log1p(-eta * lam), e2 = eta * eta * s * s;
  const double decay = exp(4.0 * k * log_a),
               sum = lam > 0.0 ? (1.0 - decay) / -expm1(4.0 * log_a) : k;
  const double linear = decay * y0 + 2.0 * exp(2.0 * log_a) * e2 * sum;
  const fm_interval y = {linear, linear + e2 * e2 / fmin(y0, linear) * sum};
  return y;
}

double fm_reach(fm_interval interval, double value) {
  return fmax(fabs(interval.low - value), fabs(interval.high - value));
}

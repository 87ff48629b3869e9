/* The norm and the time scale: closed forms of (11) and (12), and exact bounds on what real steps
 * make of |x|^4. */
#ifndef VF_CHECKS_FM_NORM_H
#define VF_CHECKS_FM_NORM_H

/* R(t) of (11), |x| of SGD with noise of length 1/|x| from |x| = 1: (q + e^(-4 el t) (1 -
 * q))^(1/4), q = eta/(2 lam). */
double fm_scale(double eta, double lam, double t);

/* tau(t) of (12) = ln(1 + (e^(4 el t)-1) q)/2, and its inverse. */
double fm_tau(double eta, double lam, double t);
double fm_tau_inverse(double eta, double lam, double big);

typedef struct {
  double low, high;
} fm_interval;

/* |x_k|^4 of SGD from |x|^4 = y0 with tangential noise of length s/|x| and no loss. */
fm_interval fm_norm4_bounds(double eta, double lam, double s, double y0, double k);

/* The larger distance of the ends of an interval from a value. */
double fm_reach(fm_interval interval, double value);

#endif

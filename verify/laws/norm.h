/* The norm of a scale-invariant problem whose noise has the trace s2/|x|^2: what it comes to, how
 * fast, and how long a direction is remembered. */
#ifndef VF_LAWS_NORM_H
#define VF_LAWS_NORM_H

#include <stdint.h>

/* What y <- (1 - rate)^2 y + kick comes to: kick/(rate (2 - rate)). A coordinate's variance, and
 * the square of R <- (1 - rate)^2 R + kick/R. */
double vf_rest(double rate, double kick);

/* M = |x|^2 at equilibrium of the SDE: M^2 = (p-1) sigma^2 eta/(2 lam). nrq (17); fm (10). */
double nrq_equilibrium(uint32_t dim, double sigma, double eta, double lam);

/* M^2 after time t from `square` at constant eta: nrq (17). */
double nrq_norm_square(uint32_t dim, double sigma, double eta, double lam, double square, double t);

/* The time t at which the rescaled time (12) of fm is big: 1 + (e^(4 el t) - 1)/ratio = e^(2 big),
 * with the ratio of |x|^4 at the start to that at equilibrium. */
double vf_rescaled_time_inverse(double el, double ratio, double big);

#endif

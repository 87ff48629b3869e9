/* p = 2: the real step as an operator on functions of the angle, the norm imposed. In the limit of
 * the SDE M is the deterministic (17), so to impose it changes nothing there; a finite step differs
 * from SGD with a free norm at the order at which both differ from the SDE. The step of 1/m is the
 * weak Euler step of 1/m of a unit of time: lr/m and noise sigma sqrt(m). */
#ifndef VF_CHECKS_NRQ_ANGLE_H
#define VF_CHECKS_NRQ_ANGLE_H

#include "laws/rayleigh.h"

/* Risks of the real step of 1/m at increasing times (multiples of 1/m) from f = f0 with M of the
 * law, whose eta is constant, p = 2. 0, or -1 and NaN. */
int nrq_angle_risks(const nrq_law *law, double f0, const double *times, size_t count, double m,
                    double *risks);

/* rates[0..1]: the two slowest rates of relaxation per unit of time of the real step of 1/m at p =
 * 2 and the equilibrium norm, and rates[2] its stationary risk. 0, or -1 and NaN. */
int nrq_angle_rates(double eta, double lam, double sigma, double a, double m, double *rates);

#endif

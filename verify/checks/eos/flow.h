/* The sharpness-reduction flow (3) and that of RMSprop (Appendix B), on the toys in closed form. */
#ifndef VF_CHECKS_EOS_FLOW_H
#define VF_CHECKS_EOS_FLOW_H

#include "checks/eos/toys.h"

/* The flow on the circle of a toy: al' = -(factor/rho) g/(4 + weight g^2). (3) has factor 2, weight
 * 1; RMSprop factor 1, weight 2/C_b. */
typedef struct {
  const eos_toy *toy;
  double factor, weight;
} eos_law;

/* The angle at time tau, from the closed form tau = Psi(al0) - Psi(al). */
double eos_flow_angle(const eos_law *law, double al0, double tau);

sid_flow eos_flow(const eos_law *law);

/* Point of sid_flow_run() at time tau in `steps` steps; *error is its estimate. Returns the
 * angle. */
double eos_flow_run(const eos_law *law, double al0, double tau, uint64_t steps, double *x,
                    double *error);

/* The flow's angle at time tau, in 400 steps, against the digits of a key. The tolerance is the
 * estimate of the Runge-Kutta error (a coordinate's, over the radius), twice, and 8 roundings a
 * step. */
void eos_flow_digits(vf_context *context, const char *key, const eos_law *law, double al0,
                     double tau);

#endif

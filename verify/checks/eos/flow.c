/* The flow on the minimisers of a toy: closed form, and the run of ref/. */
#include <math.h>
#include "checks/eos/flow.h"
#include "checks/eos/problems.h"

/* tau = Psi(al_0) - Psi(al): dPsi/dal = rho (4/g + weight g)/factor, by partial fractions of 1/g =
 * rho lam1/(2 b sin cos). */
static double eos_psi(const eos_law *law, double al) {
  const double a = law->toy->a, b = law->toy->b, rho2 = law->toy->rho * law->toy->rho;
  const double slow = 2.0 * rho2 / b * (a * log(sin(al)) - (a + b) * log(cos(al)));
  return (slow + law->weight * log(eos_lam1(law->toy, al))) / law->factor;
}

/* By bisection of ln al. */
double eos_flow_angle(const eos_law *law, double al0, double tau) {
  const double goal = eos_psi(law, al0) - tau;
  double low = log(al0) - 100.0, high = log(al0);
  for (int k = 0; k < 60; k++) {
    const double middle = .5 * (low + high);
    if (eos_psi(law, exp(middle)) < goal)
      low = middle;
    else
      high = middle;
  }
  return exp(.5 * (low + high));
}

sid_flow eos_flow(const eos_law *law) {
  const sid_flow flow = {SID_FLOW_SHARPNESS, &law->toy->problem, 0.0, law->factor, law->weight};
  return flow;
}

double eos_flow_run(const eos_law *law, double al0, double tau, uint64_t steps, double *x,
                    double *error) {
  const sid_flow flow = eos_flow(law);
  double work[EOS_WORK];
  eos_near(law->toy, al0, 0.0, x);
  if (sid_flow_run(&flow, tau / (double)steps, steps, x, error, work)) return (double)NAN;
  return atan2(x[1], x[0]);
}

void eos_flow_digits(vf_context *context, const char *key, const eos_law *law, double al0,
                     double tau) {
  enum { STEPS = 400 };
  double x[3], error = (double)NAN;
  const double al = eos_flow_run(law, al0, tau, STEPS, x, &error);
  vf_at_most(context, "estimate of the error", error, 1e-8, "400 steps are enough");
  vf_within(context, key, al, vf_expected(context, key),
            2.0 * error / law->toy->rho + 8.0 * STEPS * EOS_ULP,
            "twice the estimated error, and 8 roundings of 2^-53 a step");
}

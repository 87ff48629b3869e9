/* The norm without a loss: noise of squared length s2/R. */
#include <math.h>
#include "harness/algebra.h"
#include "harness/text.h"
#include "checks/svag/norm.h"
#include "checks/svag/powers.h"
#include "checks/svag/response.h"
#include "checks/svag/steps.h"

const svag_norm_case svag_norm_cases[SVAG_NORM_CASES] = {{"0.1", "0.5", "1"},
                                                         {"0.5", "0.4", "0.81"}};

double svag_expected_norm(vf_context *context, const char *name, const svag_norm_case *c) {
  return vf_expected_of(context, "svag6.%s.eta-%s.lam-%s.s2-%s", name, c->eta, c->lam, c->s2);
}

sid_problem svag_noise_problem(uint32_t p, double length) {
  const sid_problem problem = {
      .kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = p, .sigma = length};
  return problem;
}

/* R+ of one real step of SGD from the state (sqrt(R), 0, 0). Noise of fixed length makes it a
 * number, not a variable.
 * */
static double norm_after(vf_context *context, const sid_problem *problem, double lr, double wd,
                         double r) {
  const double x[SVAG_DIM] = {sqrt(r)};
  double to[SVAG_DIM];
  svag_step(context, problem, svag_dynamics(SID_SGD, 1, 1), lr, wd, x,
            vf_stream(SVAG_SEED, SID_KEY_NOISE, 7), to);
  return vf_dot(to, to, problem->dim);
}

/* R+ = alpha R + beta/R: from two real steps, at R = 1 and 4, the fixed point R^2 = beta/(1 -
 * alpha). */
double svag_sgd_norm4(vf_context *context, const svag_norm_case *c) {
  const sid_problem problem = svag_noise_problem(3, sqrt(vf_number(c->s2)));
  const double one = norm_after(context, &problem, vf_number(c->eta), vf_number(c->lam), 1.0);
  const double four = norm_after(context, &problem, vf_number(c->eta), vf_number(c->lam), 4.0);
  const double alpha = (4.0 * four - one) / 15.0;
  return (one - alpha) / (1.0 - alpha);
}

/* The SDE whose drift and noise a real step shows at R = 1: Ito's formula gives dR = (-2 eta <x, d>
 * + tr) dt with <x, d> proportional to R and tr to 1/R, and no noise; so R^2 = tr/(2 eta <x, d>) at
 * |x| = 1. */
double svag_sde_norm4(vf_context *context, int32_t kind, const svag_norm_case *c) {
  const sid_problem problem = svag_noise_problem(3, sqrt(vf_number(c->s2)));
  const double x[SVAG_DIM] = {0.6, 0.0, 0.8}, lr = vf_number(c->eta);
  double length2;
  const svag_response step =
      svag_response_of(context, &problem, svag_dynamics(kind, 1, 1), lr, vf_number(c->lam), x);
  return svag_response_trace(&step, 3) /
         (2.0 * lr * svag_response_drift(&step, x, 3, lr, &length2));
}

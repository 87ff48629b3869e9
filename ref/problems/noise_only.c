/* No loss at all: x moves by tangential noise alone (nrq (002), Section 4).
 * docs/spec.md section 6. */
#include "../config.h"
#include "../ranges.h"
#include "room.h"

const sid_problem_traits sid_noise_only_traits = {
    .scale_invariant = 1, .standard_noise = SID_NOISE_NONE, .noises = SID_NOISES_DRAWN};

const sid_problem_field sid_noise_only_fields[] = {SID_LAST_FIELD};

size_t sid_noise_only_workspace(const sid_problem *problem) { return 2 * (size_t)problem->dim; }

double sid_noise_only_loss(const sid_problem *problem, const double *x, double *work) {
  (void)problem, (void)x, (void)work;
  return 0.0;
}

void sid_noise_only_gradient(const sid_problem *problem, const double *x, double *gradient,
                             double *work) {
  (void)x, (void)work;
  sid_set_zero(gradient, problem->dim);
}

void sid_noise_only_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                                   double *hv, double *work) {
  (void)x, (void)v, (void)work;
  sid_set_zero(hv, problem->dim);
}

/* L(x, y) = x^2/(x^2 + y^2), the two-dimensional example of il (001), Figure 5a. The order of
 * operations of the gradient is that of the published bit test. docs/spec.md section 6. */
#include "../config.h"
#include "room.h"

const sid_problem_traits sid_ratio2_traits = {.scale_invariant = 1,
                                              .standard_noise = SID_NOISE_NONE,
                                              .noises =
                                                  SID_NOISE_BIT(SID_NOISE_NONE) | SID_NOISES_DRAWN};

const sid_problem_field sid_ratio2_fields[] = {SID_LAST_FIELD};

uint64_t sid_ratio2_dim(const sid_problem *problem, const char **formula) {
  (void)problem, (void)formula;
  return 2;
}

size_t sid_ratio2_workspace(const sid_problem *problem) { return 2 * (size_t)problem->dim; }

double sid_ratio2_loss(const sid_problem *problem, const double *x, double *work) {
  (void)problem, (void)work;
  const double r = x[0] * x[0] + x[1] * x[1];
  return (x[0] * x[0]) / r;
}

void sid_ratio2_gradient(const sid_problem *problem, const double *x, double *gradient,
                         double *work) {
  (void)problem, (void)work;
  const double r = x[0] * x[0] + x[1] * x[1];
  const double q = r * r;
  const double s = x[0] * x[1];
  gradient[0] = ((2.0 * s) * x[1]) / q;
  gradient[1] = -(((2.0 * s) * x[0]) / q);
}

void sid_ratio2_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                               double *hv, double *work) {
  (void)problem, (void)work;
  const double r = x[0] * x[0] + x[1] * x[1];
  const double q = r * r;
  const double s = x[0] * x[1];
  const double c = q * r;
  const double xx = x[0] * x[0], yy = x[1] * x[1];
  const double d = (8.0 * xx) * yy;
  const double hxx = (2.0 * yy) / q - d / c;
  const double hyy = d / c - (2.0 * xx) / q;
  const double hxy = (4.0 * s) / q - ((8.0 * s) * yy) / c;
  hv[0] = hxx * v[0] + hxy * v[1];
  hv[1] = hxy * v[0] + hyy * v[1];
}

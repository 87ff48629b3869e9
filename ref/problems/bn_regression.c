/* Linear regression with batch normalisation, eos (004), Section 5: outputs s_i = <z_i, x>.
 * docs/spec.md section 6. */
#include "../config.h"
#include "room.h"
#include "bn_output.h"

const sid_problem_traits sid_bn_regression_traits = {.scale_invariant = 1,
                                                     .standard_noise = SID_NOISE_NONE,
                                                     .noises = SID_NOISE_BIT(SID_NOISE_NONE) |
                                                               SID_NOISES_DRAWN};

const sid_problem_field sid_bn_regression_fields[] = {
    SID_TABLE_FIELD(features, samples, dim, SID_REQUIRED, "a list of lists of dim numbers"),
    SID_VECTOR_FIELD(labels, samples, SID_REQUIRED, SID_FINITE,
                     "a list of as many numbers as there are features"),
    SID_LAST_FIELD};

size_t sid_bn_regression_workspace(const sid_problem *problem) {
  return 2 * (size_t)problem->dim + 3 * (size_t)problem->samples;
}

static const double *sid_bn_feature(const sid_problem *problem, uint32_t i) {
  return problem->features + (size_t)i * problem->dim;
}

/* s_i = <z_i, x>. */
static void sid_bn_regression_outputs(const sid_problem *problem, const double *x, double *s) {
  for (uint32_t i = 0; i < problem->samples; i++)
    s[i] = sid_dot(sid_bn_feature(problem, i), x, problem->dim);
}

/* out_j = sum_i c_i z_ij in the order of i. */
static void sid_bn_regression_combine(const sid_problem *problem, const double *c, double *out) {
  const uint32_t p = problem->dim;
  for (uint32_t j = 0; j < p; j++) out[j] = c[0] * problem->features[j];
  for (uint32_t i = 1; i < problem->samples; i++) {
    const double *z = sid_bn_feature(problem, i);
    for (uint32_t j = 0; j < p; j++) out[j] = out[j] + c[i] * z[j];
  }
}

/* The normalised outputs at x; work: 2n doubles. */
static void sid_bn_regression_at(const sid_problem *problem, const double *x, sid_bn *bn,
                                 double *work) {
  sid_bn_regression_outputs(problem, x, work);
  sid_bn_normalise(bn, problem->labels, problem->samples, work, work + problem->samples);
}

double sid_bn_regression_loss(const sid_problem *problem, const double *x, double *work) {
  sid_bn bn;
  sid_bn_regression_at(problem, x, &bn, work);
  return sid_bn_loss(&bn);
}

void sid_bn_regression_gradient(const sid_problem *problem, const double *x, double *gradient,
                                double *work) {
  sid_bn bn;
  sid_bn_regression_at(problem, x, &bn, work);
  sid_bn_gradient(&bn, bn.t);
  sid_bn_regression_combine(problem, bn.t, gradient);
}

/* work: 3n doubles. */
void sid_bn_regression_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                                      double *hv, double *work) {
  double *ds = work + 2 * (size_t)problem->samples;
  sid_bn bn;
  sid_bn_regression_at(problem, x, &bn, work);
  sid_bn_regression_outputs(problem, v, ds);
  sid_bn_hessian(&bn, ds);
  sid_bn_regression_combine(problem, ds, hv);
}

/* Ordinary differential equations that the dynamics follow in a limit: gradient flow with its limit
 * map Phi (fm (000), Section 4), and the sharpness-reduction flow of eos (004), (3). Classical
 * Runge-Kutta steps of fixed length. docs/spec.md section 15. */
#include "../config.h"
#include "../fp.h"
#include "../ranges.h"

/* dx = F(x). */
static void sid_flow_gradient(const sid_flow *flow, const double *x, double *dx, double *work) {
  const uint32_t p = flow->problem->dim;
  sid_problem_gradient(flow->problem, x, dx, work);
  for (uint32_t j = 0; j < p; j++) dx[j] = -(dx[j] + flow->wd * x[j]);
}

/* Along the circle of minimisers through x, with the slope of log lambda_1 at the nearest point;
 * NaN at x_0 = x_1 = 0. */
static void sid_flow_sharpness(const sid_flow *flow, const double *x, double *dx) {
  sid_manifold_point at;
  dx[0] = dx[1] = dx[2] = sid_double_of(0x7ff8000000000000u);
  if (sid_manifold_project(flow->problem, x, &at)) return;
  const double iw = 1.0 / sid_sqrt(x[0] * x[0] + x[1] * x[1]);
  const double speed = (flow->factor * at.slope) / (4.0 + flow->weight * (at.slope * at.slope));
  dx[0] = speed * (x[1] * iw);
  dx[1] = -(speed * (x[0] * iw));
  dx[2] = 0.0;
}

static void sid_flow_field(const sid_flow *flow, const double *x, double *dx, double *work) {
  if (flow->kind == SID_FLOW_SHARPNESS)
    sid_flow_sharpness(flow, x, dx);
  else
    sid_flow_gradient(flow, x, dx, work);
}

/* One step from x, in place. work: 3p doubles, then the problem's. */
static void sid_flow_step(const sid_flow *flow, double h, double *x, double *work) {
  const uint32_t p = flow->problem->dim;
  double *k = work, *sum = work + p, *y = work + 2 * (size_t)p, *rest = work + 3 * (size_t)p;
  const double half = h * 0.5, sixth = h / 6.0;
  sid_flow_field(flow, x, k, rest);
  for (uint32_t j = 0; j < p; j++) {
    sum[j] = k[j];
    y[j] = x[j] + half * k[j];
  }
  for (int stage = 1; stage <= 2; stage++) {
    const double reach = stage == 1 ? half : h;
    sid_flow_field(flow, y, k, rest);
    for (uint32_t j = 0; j < p; j++) {
      sum[j] = sum[j] + 2.0 * k[j];
      y[j] = x[j] + reach * k[j];
    }
  }
  sid_flow_field(flow, y, k, rest);
  for (uint32_t j = 0; j < p; j++) x[j] = x[j] + sixth * (sum[j] + k[j]);
}

/* The start, the coarse path, and a step. */
size_t sid_flow_workspace(const sid_problem *problem) {
  return 5 * (size_t)problem->dim + sid_problem_workspace(problem);
}

/* Largest |a_j - b_j|. */
static double sid_flow_distance(const double *a, const double *b, uint32_t p) {
  double largest = 0.0;
  for (uint32_t j = 0; j < p; j++) {
    const double d = a[j] < b[j] ? b[j] - a[j] : a[j] - b[j];
    largest = d > largest ? d : largest;
  }
  return largest;
}

static sid_status sid_flow_check(const sid_flow *flow) {
  if (!flow || !flow->problem) return SID_E_NULL;
  const int32_t problem = flow->problem->kind;
  if (flow->kind == SID_FLOW_SHARPNESS)
    return problem == SID_TROUGH3 || problem == SID_RIDGE3 ? SID_OK : SID_E_KIND;
  return flow->kind == SID_FLOW_GRADIENT ? SID_OK : SID_E_KIND;
}

sid_status sid_flow_run(const sid_flow *flow, double h, uint64_t steps, double *x, double *error,
                        double *work) {
  const sid_status status = sid_flow_check(flow);
  if (status) return status;
  if (!x || !work) return SID_E_NULL;
  if (error && steps % 2 != 0) return SID_E_COUNT;
  const uint32_t p = flow->problem->dim;
  double *start = work, *coarse = work + p, *rest = work + 2 * (size_t)p;
  for (uint32_t j = 0; j < p; j++) start[j] = coarse[j] = x[j];
  for (uint64_t k = 0; k < steps; k++) sid_flow_step(flow, h, x, rest);
  if (!sid_all_finite(x, p)) {
    for (uint32_t j = 0; j < p; j++) x[j] = start[j];
    return SID_E_NONFINITE;
  }
  if (!error) return SID_OK;
  for (uint64_t k = 0; k < steps / 2; k++) sid_flow_step(flow, 2.0 * h, coarse, rest);
  *error = sid_all_finite(coarse, p) ? sid_flow_distance(x, coarse, p) / 15.0
                                     : sid_double_of(0x7ff8000000000000u);
  return SID_OK;
}

/* |x| |grad L(x)|: the norm of the gradient at x/|x| where the problem is scale-invariant. */
static double sid_flow_remaining(const sid_problem *problem, const double *x, double *work) {
  sid_problem_gradient(problem, x, work, work + problem->dim);
  return sid_sqrt(sid_dot(x, x, problem->dim)) * sid_sqrt(sid_dot(work, work, problem->dim));
}

sid_status sid_flow_limit(const sid_problem *problem, double h, uint64_t max_steps,
                          double tolerance, double *x, uint64_t *steps, double *work) {
  if (!problem || !x || !steps || !work) return SID_E_NULL;
  const sid_flow flow = {SID_FLOW_GRADIENT, problem, 0.0, 0.0, 0.0};
  for (*steps = 0;; ++*steps) {
    const double remaining = sid_flow_remaining(problem, x, work);
    if (!sid_is_finite(remaining)) return SID_E_NONFINITE;
    if (remaining <= tolerance) return SID_OK;
    if (*steps == max_steps) return SID_E_NOT_CONVERGED;
    sid_flow_step(&flow, h, x, work);
  }
}

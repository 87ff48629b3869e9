/* No loss in lanes, in the order of ref/problems/noise_only.c. docs/spec.md section 6. */

static void sid_lanes_noise_only_gradient(const sid_problem *problem, const sid_point *at,
                                          double *g, double *work) {
  (void)at, (void)work;
  sid_lanes_zero(problem, g);
}

static void sid_lanes_noise_only_hessian(const sid_problem *problem, const sid_point *at,
                                         const double *v, double *hv, double *work) {
  (void)at, (void)v, (void)work;
  sid_lanes_zero(problem, hv);
}

static vd sid_lanes_noise_only_loss(const sid_problem *problem, const sid_point *at, double *work) {
  (void)problem, (void)at, (void)work;
  return vd_set(0.0);
}

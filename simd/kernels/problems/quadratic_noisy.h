/* The noisy quadratic model in lanes, in the order of ref/problems/quadratic_noisy.c. docs/spec.md
 * section 6. */

static void sid_lanes_quadratic_noisy_diagonal(const sid_problem *problem, const double *x,
                                               double *g) {
  for (uint32_t j = 0; j < problem->dim; j++)
    vd_store(SID_AT(g, j), vd_mul(vd_set(problem->spectrum[j]), vd_load(SID_AT(x, j))));
}

static void sid_lanes_quadratic_noisy_gradient(const sid_problem *problem, const sid_point *at,
                                               double *g, double *work) {
  (void)work;
  sid_lanes_quadratic_noisy_diagonal(problem, at->x, g);
}

static void sid_lanes_quadratic_noisy_hessian(const sid_problem *problem, const sid_point *at,
                                              const double *v, double *hv, double *work) {
  (void)at, (void)work;
  sid_lanes_quadratic_noisy_diagonal(problem, v, hv);
}

static vd sid_lanes_quadratic_noisy_loss(const sid_problem *problem, const sid_point *at,
                                         double *work) {
  return vd_mul(vd_set(0.5),
                sid_lanes_scale_dot(problem->spectrum, 1, at->x, work, at->x, problem->dim));
}

/* The Rayleigh quotient in lanes, in the order of ref/problems/rayleigh.c. docs/spec.md section 6.
 */

static void sid_lanes_apply(const sid_problem *problem, const double *y, double *out) {
  const uint32_t p = problem->dim;
  for (uint32_t j = 0; problem->spectrum && j < p; j++)
    vd_store(SID_AT(out, j), vd_mul(vd_set(problem->spectrum[j]), vd_load(SID_AT(y, j))));
  for (uint32_t j = 0; !problem->spectrum && j < p; j++)
    vd_store(SID_AT(out, j), sid_lanes_dot_shared(problem->matrix + (size_t)j * p, y, p));
}

/* out = A x, and dot(x, out) of it. */
static vd sid_lanes_apply_dot(const sid_problem *problem, const double *x, double *out) {
  if (problem->spectrum) return sid_lanes_scale_dot(problem->spectrum, 1, x, out, x, problem->dim);
  sid_lanes_apply(problem, x, out);
  return sid_lanes_dot(x, out, problem->dim);
}

static void sid_lanes_rayleigh_gradient(const sid_problem *problem, const sid_point *at, double *g,
                                        double *work) {
  (void)work;
  const double *x = at->x;
  const vd q = vd_mul(sid_lanes_apply_dot(problem, x, g), at->ir);
  for (uint32_t j = 0; j < problem->dim; j++)
    vd_store(SID_AT(g, j),
             vd_mul(vd_sub(vd_load(SID_AT(g, j)), vd_mul(q, vd_load(SID_AT(x, j)))), at->ir));
}

static void sid_lanes_rayleigh_hessian(const sid_problem *problem, const sid_point *at,
                                       const double *y, double *hy, double *work) {
  const uint32_t p = problem->dim;
  const double *x = at->x;
  const vd ir = at->ir, two = vd_set(2.0);
  double *g = work;
  sid_lanes_rayleigh_gradient(problem, at, g, NULL);
  sid_lanes_apply(problem, x, hy);
  const vd q = vd_mul(sid_lanes_dot(x, hy, p), ir);
  const vd b2 = vd_mul(two, sid_lanes_dot(g, y, p));
  const vd c2 = vd_mul(two, vd_mul(sid_lanes_dot(x, y, p), ir));
  sid_lanes_apply(problem, y, hy);
  for (uint32_t j = 0; j < p; j++) {
    const vd w = vd_sub(vd_load(SID_AT(hy, j)), vd_mul(q, vd_load(SID_AT(y, j))));
    const vd tangent = vd_mul(vd_sub(w, vd_mul(b2, vd_load(SID_AT(x, j)))), ir);
    vd_store(SID_AT(hy, j), vd_sub(tangent, vd_mul(c2, vd_load(SID_AT(g, j)))));
  }
}

static vd sid_lanes_rayleigh_loss(const sid_problem *problem, const sid_point *at, double *work) {
  return vd_mul(vd_set(0.5), vd_mul(sid_lanes_apply_dot(problem, at->x, work), at->ir));
}

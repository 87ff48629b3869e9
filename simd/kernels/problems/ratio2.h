/* x^2/(x^2 + y^2) in lanes, in the order of ref/problems/ratio2.c. docs/spec.md section 6. */

static void sid_lanes_ratio2_gradient(const sid_problem *problem, const sid_point *at, double *g,
                                      double *work) {
  const double *v = at->x;
  (void)problem, (void)work;
  const vd x = vd_load(v), y = vd_load(SID_AT(v, 1)), two = vd_set(2.0);
  const vd r = vd_add(vd_mul(x, x), vd_mul(y, y)), q = vd_mul(r, r), s = vd_mul(x, y);
  vd_store(g, vd_div(vd_mul(vd_mul(two, s), y), q));
  vd_store(SID_AT(g, 1), vd_neg(vd_div(vd_mul(vd_mul(two, s), x), q)));
}

static void sid_lanes_ratio2_hessian(const sid_problem *problem, const sid_point *at,
                                     const double *u, double *hu, double *work) {
  const double *v = at->x;
  (void)problem, (void)work;
  const vd x = vd_load(v), y = vd_load(SID_AT(v, 1)), u0 = vd_load(u), u1 = vd_load(SID_AT(u, 1));
  const vd two = vd_set(2.0), eight = vd_set(8.0);
  const vd r = vd_add(vd_mul(x, x), vd_mul(y, y)), q = vd_mul(r, r), s = vd_mul(x, y),
           c = vd_mul(q, r);
  const vd xx = vd_mul(x, x), yy = vd_mul(y, y), d = vd_mul(vd_mul(eight, xx), yy);
  const vd hxx = vd_sub(vd_div(vd_mul(two, yy), q), vd_div(d, c));
  const vd hyy = vd_sub(vd_div(d, c), vd_div(vd_mul(two, xx), q));
  const vd hxy = vd_sub(vd_div(vd_mul(vd_set(4.0), s), q), vd_div(vd_mul(vd_mul(eight, s), yy), c));
  vd_store(hu, vd_add(vd_mul(hxx, u0), vd_mul(hxy, u1)));
  vd_store(SID_AT(hu, 1), vd_add(vd_mul(hxy, u0), vd_mul(hyy, u1)));
}

static vd sid_lanes_ratio2_loss(const sid_problem *problem, const sid_point *at, double *work) {
  const vd x = vd_load(at->x), y = vd_load(SID_AT(at->x, 1));
  const vd xx = vd_mul(x, x), yy = vd_mul(y, y);
  (void)problem, (void)work;
  return vd_div(xx, vd_add(xx, yy));
}

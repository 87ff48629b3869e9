/* Normalised linear regression in lanes, in the order of ref/problems/normalised_linear.c.
 * docs/spec.md section 6. */

/* e_i for every sample. */
static void sid_lanes_errors(const sid_problem *problem, const double *x, vd im, double *e) {
  const uint32_t p = problem->dim;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const vd product = sid_lanes_dot_shared(problem->features + (size_t)i * p, x, p);
    vd_store(SID_AT(e, i), vd_sub(vd_mul(product, im), vd_set(problem->labels[i])));
  }
}

/* (sum_i c_i z_ij) factor, in the order of i. */
static void sid_lanes_combine(const sid_problem *problem, const double *c, double factor,
                              double *out) {
  const uint32_t p = problem->dim;
  const vd vf = vd_set(factor);
  for (uint32_t j = 0; j < p; j++) {
    vd total = vd_mul(vd_load(c), vd_set(problem->features[j]));
    for (uint32_t i = 1; i < problem->samples; i++)
      total = vd_add(total,
                     vd_mul(vd_load(SID_AT(c, i)), vd_set(problem->features[(size_t)i * p + j])));
    vd_store(SID_AT(out, j), vd_mul(total, vf));
  }
}

static void sid_lanes_project(const sid_problem *problem, const sid_point *at, double *h) {
  const vd t = vd_mul(sid_lanes_dot(at->x, h, problem->dim), at->ir);
  for (uint32_t j = 0; j < problem->dim; j++)
    vd_store(SID_AT(h, j),
             vd_mul(vd_sub(vd_load(SID_AT(h, j)), vd_mul(t, vd_load(SID_AT(at->x, j)))), at->im));
}

static void sid_lanes_normalised_linear_gradient(const sid_problem *problem, const sid_point *at,
                                                 double *g, double *work) {
  sid_lanes_errors(problem, at->x, at->im, work);
  sid_lanes_combine(problem, work, 1.0 / (double)problem->samples, g);
  sid_lanes_project(problem, at, g);
}

static void sid_lanes_normalised_linear_hessian(const sid_problem *problem, const sid_point *at,
                                                const double *y, double *hy, double *work) {
  const uint32_t p = problem->dim;
  const double *x = at->x;
  const vd ir = at->ir, im = at->im;
  const double inv_n = 1.0 / (double)problem->samples;
  double *h = work, *k = SID_AT(work, p);
  sid_lanes_errors(problem, x, im, k);
  sid_lanes_combine(problem, k, inv_n, h);
  const vd t = vd_mul(sid_lanes_dot(x, h, p), ir), c = vd_mul(sid_lanes_dot(x, y, p), ir);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double *z = problem->features + (size_t)i * p;
    const vd turn = vd_mul(c, sid_lanes_dot_shared(z, x, p));
    vd_store(SID_AT(k, i), vd_mul(vd_sub(sid_lanes_dot_shared(z, y, p), turn), im));
  }
  sid_lanes_combine(problem, k, inv_n, hy);
  const vd sum = vd_add(sid_lanes_dot(y, h, p), sid_lanes_dot(x, hy, p));
  const vd dt = vd_sub(vd_mul(sum, ir), vd_mul(vd_mul(vd_set(2.0), c), t));
  for (uint32_t j = 0; j < p; j++) {
    const vd xj = vd_load(SID_AT(x, j));
    const vd g = vd_mul(vd_sub(vd_load(SID_AT(h, j)), vd_mul(t, xj)), im);
    const vd inner =
        vd_sub(vd_sub(vd_load(SID_AT(hy, j)), vd_mul(dt, xj)), vd_mul(t, vd_load(SID_AT(y, j))));
    vd_store(SID_AT(hy, j), vd_sub(vd_mul(inner, im), vd_mul(c, g)));
  }
}

/* A sample of each lane's own, the offset of its row and its label: its features into z, its error
 * into *e. */
static void sid_lanes_own_sample(const sid_problem *problem, const uint64_t offset[SID_W], vd label,
                                 const sid_point *at, double *z, vd *e) {
  const vd product = sid_lanes_rows_dot(problem->features, offset, problem->dim, at->x, z);
  *e = vd_sub(vd_mul(product, at->im), label);
}

static void sid_lanes_normalised_linear_sample(const sid_problem *problem,
                                               const uint64_t offset[SID_W], vd label,
                                               const sid_point *at, double *g) {
  vd e;
  sid_lanes_own_sample(problem, offset, label, at, g, &e);
  sid_lanes_multiply(g, problem->dim, e);
  sid_lanes_project(problem, at, g);
}

static void sid_lanes_normalised_linear_shared(const sid_problem *problem, uint32_t i,
                                               const sid_point *at, double *g) {
  const uint32_t p = problem->dim;
  const double *z = problem->features + (size_t)i * p;
  const vd e =
      vd_sub(vd_mul(sid_lanes_dot_shared(z, at->x, p), at->im), vd_set(problem->labels[i]));
  for (uint32_t j = 0; j < p; j++) vd_store(SID_AT(g, j), vd_mul(e, vd_set(z[j])));
  sid_lanes_project(problem, at, g);
}

static vd sid_lanes_normalised_linear_loss(const sid_problem *problem, const sid_point *at,
                                           double *work) {
  vd total = vd_set(0.0);
  sid_lanes_errors(problem, at->x, at->im, work);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const vd e = vd_load(SID_AT(work, i));
    total = vd_add(total, vd_mul(e, e));
  }
  return vd_mul(vd_mul(vd_set(0.5), total), vd_set(1.0 / (double)problem->samples));
}

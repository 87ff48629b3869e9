/* The family of diagonal quadratics in lanes, in the order of ref/problems/quadratic_samples.c.
 * docs/spec.md section 6. */

static void sid_lanes_quadratic_samples_gradient(const sid_problem *problem, const sid_point *at,
                                                 double *g, double *work) {
  (void)work;
  const uint32_t p = problem->dim;
  for (uint32_t j = 0; j < p; j++) {
    const vd xj = vd_load(SID_AT(at->x, j));
    vd total = vd_set(0.0);
    for (uint32_t i = 0; i < problem->samples; i++) {
      const size_t ij = (size_t)i * p + j;
      const vd sample = vd_sub(vd_mul(vd_set(problem->a[ij]), xj), vd_set(problem->b[ij]));
      const vd term = vd_mul(vd_set(sid_problem_sample_weight(problem, i)), sample);
      total = i == 0 ? term : vd_add(total, term);
    }
    vd_store(SID_AT(g, j), total);
  }
}

static void sid_lanes_quadratic_samples_hessian(const sid_problem *problem, const sid_point *at,
                                                const double *v, double *hv, double *work) {
  (void)at, (void)work;
  const uint32_t p = problem->dim;
  for (uint32_t j = 0; j < p; j++) {
    double total = 0.0;
    for (uint32_t i = 0; i < problem->samples; i++) {
      const double term = sid_problem_sample_weight(problem, i) * problem->a[(size_t)i * p + j];
      total = i == 0 ? term : total + term;
    }
    vd_store(SID_AT(hv, j), vd_mul(vd_set(total), vd_load(SID_AT(v, j))));
  }
}

static void sid_lanes_quadratic_samples_sample(const sid_problem *problem,
                                               const uint64_t offset[SID_W], vd label,
                                               const sid_point *at, double *g) {
  const vu row = vu_load(offset);
  const size_t p = problem->dim;
  size_t j = 0;
  (void)label;
  for (; j + SID_W <= p; j += SID_W) {
    vd a[SID_W], b[SID_W];
    sid_lanes_turn(problem->a, offset, j, a);
    sid_lanes_turn(problem->b, offset, j, b);
    for (size_t k = 0; k < SID_W; k++)
      vd_store(SID_AT(g, j + k), vd_sub(vd_mul(a[k], vd_load(SID_AT(at->x, j + k))), b[k]));
  }
  for (; j < p; j++) {
    const vd product = vd_mul(vd_gather(problem->a + j, row), vd_load(SID_AT(at->x, j)));
    vd_store(SID_AT(g, j), vd_sub(product, vd_gather(problem->b + j, row)));
  }
}

static void sid_lanes_quadratic_samples_shared(const sid_problem *problem, uint32_t i,
                                               const sid_point *at, double *g) {
  const double *a = problem->a + (size_t)i * problem->dim,
               *b = problem->b + (size_t)i * problem->dim;
  for (uint32_t j = 0; j < problem->dim; j++)
    vd_store(SID_AT(g, j), vd_sub(vd_mul(vd_set(a[j]), vd_load(SID_AT(at->x, j))), vd_set(b[j])));
}

static vd sid_lanes_samples_loss_term(const double *a, const double *b, const double *x) {
  const vd xj = vd_load(x);
  return vd_sub(vd_mul(vd_mul(vd_set(0.5 * *a), xj), xj), vd_mul(vd_set(*b), xj));
}

/* Loss of sample i of quadratic_samples. */
static vd sid_lanes_sample_loss(const double *a, const double *b, const double *x, size_t n) {
#define SID_TERM(j) sid_lanes_samples_loss_term(a + (j), b + (j), x + (j)*SID_W)
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

static vd sid_lanes_quadratic_samples_loss(const sid_problem *problem, const sid_point *at,
                                           double *work) {
  const double *x = at->x;
  (void)work;
  const uint32_t p = problem->dim;
  vd total = vd_set(0.0);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const vd loss =
        sid_lanes_sample_loss(problem->a + (size_t)i * p, problem->b + (size_t)i * p, x, p);
    const vd term = vd_mul(vd_set(sid_problem_sample_weight(problem, i)), loss);
    total = i == 0 ? term : vd_add(total, term);
  }
  return total;
}

/* Linear regression with batch normalisation in lanes, in the order of
 * ref/problems/bn_regression.c and bn_output.c. docs/spec.md section 6. */

/* Normalised outputs: z of each lane's own, and of the labels what all lanes share. */
typedef struct {
  double *z;       /* n vectors */
  const double *t; /* n numbers */
  double gamma, inv_n;
  vd isd, k, f;
} sid_lanes_bn;

/* s_i = <z_i, v>. */
static void sid_lanes_outputs(const sid_problem *problem, const double *v, double *s) {
  for (uint32_t i = 0; i < problem->samples; i++)
    vd_store(SID_AT(s, i),
             sid_lanes_dot_shared(problem->features + (size_t)i * problem->dim, v, problem->dim));
}

/* dot(z, t) with a vector that all lanes share. */
static vd sid_lanes_bn_dot(const sid_lanes_bn *bn, const double *z, uint32_t n) {
  return sid_lanes_dot_shared(bn->t, z, n);
}

/* At x. work: n vectors and n numbers. */
static sid_lanes_bn sid_lanes_bn_at(const sid_problem *problem, const double *x, double *work) {
  const uint32_t n = problem->samples;
  double *t = SID_AT(work, n);
  const double inv_n = 1.0 / (double)n, beta = sid_sum(problem->labels, n) * inv_n;
  const vd share = vd_set(inv_n);
  sid_lanes_bn bn;
  for (uint32_t i = 0; i < n; i++) t[i] = problem->labels[i] - beta;
  bn.z = work;
  bn.t = t;
  bn.inv_n = inv_n;
  bn.gamma = sid_sqrt(sid_dot(t, t, n) * inv_n);
  sid_lanes_outputs(problem, x, bn.z);
  const vd mu = vd_mul(sid_lanes_sum(bn.z, n), share);
  for (uint32_t i = 0; i < n; i++) vd_store(SID_AT(bn.z, i), vd_sub(vd_load(SID_AT(bn.z, i)), mu));
  bn.isd = vd_inverse(vd_sqrt(vd_mul(sid_lanes_dot(bn.z, bn.z, n), share)));
  sid_lanes_multiply(bn.z, n, bn.isd);
  bn.k = vd_mul(sid_lanes_bn_dot(&bn, bn.z, n), share);
  bn.f = vd_mul(vd_mul(vd_set(2.0 * bn.gamma), bn.isd), share);
  return bn;
}

/* k z_i - t_i. */
static inline vd sid_lanes_bn_residual(const sid_lanes_bn *bn, uint32_t i) {
  return vd_sub(vd_mul(bn->k, vd_load(SID_AT(bn->z, i))), vd_set(bn->t[i]));
}

static vd sid_lanes_bn_regression_loss(const sid_problem *problem, const sid_point *at,
                                       double *work) {
  const sid_lanes_bn bn = sid_lanes_bn_at(problem, at->x, work);
  vd total = vd_set(0.0);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const vd e = vd_sub(vd_mul(vd_set(bn.gamma), vd_load(SID_AT(bn.z, i))), vd_set(bn.t[i]));
    total = vd_add(total, vd_mul(e, e));
  }
  return vd_mul(total, vd_set(bn.inv_n));
}

static void sid_lanes_bn_regression_gradient(const sid_problem *problem, const sid_point *at,
                                             double *g, double *work) {
  const sid_lanes_bn bn = sid_lanes_bn_at(problem, at->x, work);
  for (uint32_t i = 0; i < problem->samples; i++)
    vd_store(SID_AT(bn.z, i), vd_mul(bn.f, sid_lanes_bn_residual(&bn, i)));
  sid_lanes_combine(problem, bn.z, 1.0, g);
}

/* work: 3n vectors, as 2n and n numbers. */
static void sid_lanes_bn_regression_hessian(const sid_problem *problem, const sid_point *at,
                                            const double *v, double *hv, double *work) {
  const uint32_t n = problem->samples;
  const sid_lanes_bn bn = sid_lanes_bn_at(problem, at->x, SID_AT(work, n));
  const vd share = vd_set(bn.inv_n);
  double *ds = work;
  sid_lanes_outputs(problem, v, ds);
  const vd mean = vd_mul(sid_lanes_sum(ds, n), share);
  for (uint32_t i = 0; i < n; i++) vd_store(SID_AT(ds, i), vd_sub(vd_load(SID_AT(ds, i)), mean));
  const vd b = vd_mul(sid_lanes_dot(bn.z, ds, n), share);
  for (uint32_t i = 0; i < n; i++)
    vd_store(SID_AT(ds, i),
             vd_mul(vd_sub(vd_load(SID_AT(ds, i)), vd_mul(b, vd_load(SID_AT(bn.z, i)))), bn.isd));
  const vd dk = vd_mul(sid_lanes_bn_dot(&bn, ds, n), share), w = vd_mul(b, bn.isd);
  for (uint32_t i = 0; i < n; i++) {
    const vd turn =
        vd_add(vd_mul(dk, vd_load(SID_AT(bn.z, i))), vd_mul(bn.k, vd_load(SID_AT(ds, i))));
    vd_store(SID_AT(ds, i), vd_mul(bn.f, vd_sub(turn, vd_mul(w, sid_lanes_bn_residual(&bn, i)))));
  }
  sid_lanes_combine(problem, ds, 1.0, hv);
}

/* trough3 and ridge3 in lanes, in the order of ref/problems/height3.c. docs/spec.md section 6. */

/* Canonical dot product of three numbers: what pads the sum is added. */
static inline vd sid_lanes_dot3(const vd a[3], const vd b[3]) {
  const vd zero = vd_set(0.0);
  const vd even = vd_add(vd_add(vd_mul(a[0], b[0]), zero), vd_add(vd_mul(a[2], b[2]), zero));
  return vd_add(even, vd_add(vd_add(vd_mul(a[1], b[1]), zero), zero));
}

static inline void sid_lanes_load3(const double *x, vd out[3]) {
  for (int j = 0; j < 3; j++) out[j] = vd_load(SID_AT(x, j));
}

/* What every function here needs at x. */
typedef struct {
  vd x[3], u, h, q; /* x; z/|x|, u - c, the quotient */
  vd gu[3], gq[3];  /* gradient of u, half the gradient of q */
} sid_lanes_height;

static void sid_lanes_height_at(const sid_problem *problem, const sid_point *at,
                                sid_lanes_height *out) {
  const vd zero = vd_set(0.0);
  sid_lanes_load3(at->x, out->x);
  const vd v[3] = {out->x[0], vd_mul(vd_set(9.0), out->x[1]), out->x[2]};
  out->u = vd_mul(out->x[2], at->im);
  out->h = vd_sub(out->u, vd_set(problem->kind == SID_TROUGH3 ? 0.6 : 0.0));
  out->q = vd_mul(sid_lanes_dot3(out->x, v), at->ir);
  const vd t = vd_mul(out->u, at->ir);
  for (int j = 0; j < 3; j++) {
    out->gu[j] = vd_sub(j == 2 ? at->im : zero, vd_mul(t, out->x[j]));
    out->gq[j] = vd_mul(vd_sub(v[j], vd_mul(out->q, out->x[j])), at->ir);
  }
}

static vd sid_lanes_height3_loss(const sid_problem *problem, const sid_point *at, double *work) {
  sid_lanes_height h;
  (void)work;
  sid_lanes_height_at(problem, at, &h);
  return vd_mul(vd_mul(vd_set(0.5), vd_mul(h.h, h.h)), h.q);
}

static void sid_lanes_height3_gradient(const sid_problem *problem, const sid_point *at, double *g,
                                       double *work) {
  sid_lanes_height h;
  (void)work;
  sid_lanes_height_at(problem, at, &h);
  const vd hq = vd_mul(h.h, h.q), hh = vd_mul(h.h, h.h);
  for (int j = 0; j < 3; j++)
    vd_store(SID_AT(g, j), vd_add(vd_mul(hq, h.gu[j]), vd_mul(hh, h.gq[j])));
}

/* Derivative of hq gu + hh gq along y. */
static void sid_lanes_height3_hessian(const sid_problem *problem, const sid_point *at,
                                      const double *v, double *hv, double *work) {
  const vd two = vd_set(2.0), zero = vd_set(0.0);
  sid_lanes_height h;
  vd y[3];
  (void)work;
  sid_lanes_height_at(problem, at, &h);
  sid_lanes_load3(v, y);
  const vd c = vd_mul(sid_lanes_dot3(h.x, y), at->ir), c2 = vd_mul(two, c);
  const vd du = sid_lanes_dot3(h.gu, y), dq = vd_mul(two, sid_lanes_dot3(h.gq, y));
  const vd hq = vd_mul(h.h, h.q), hh = vd_mul(h.h, h.h);
  const vd dhq = vd_add(vd_mul(du, h.q), vd_mul(h.h, dq)), dhh = vd_mul(vd_mul(two, h.h), du);
  const vd t = vd_mul(h.u, at->ir), dt = vd_mul(vd_sub(du, vd_mul(c2, h.u)), at->ir);
  const vd dim = vd_mul(c, at->im);
  for (int j = 0; j < 3; j++) {
    const vd w = j == 1 ? vd_mul(vd_set(9.0), y[j]) : y[j];
    const vd dgu = vd_sub(vd_sub(j == 2 ? vd_neg(dim) : zero, vd_mul(dt, h.x[j])), vd_mul(t, y[j]));
    const vd inner = vd_sub(vd_sub(w, vd_mul(dq, h.x[j])), vd_mul(h.q, y[j]));
    const vd dgq = vd_sub(vd_mul(inner, at->ir), vd_mul(c2, h.gq[j]));
    vd_store(SID_AT(hv, j), vd_add(vd_add(vd_mul(dhq, h.gu[j]), vd_mul(hq, dgu)),
                                   vd_add(vd_mul(dhh, h.gq[j]), vd_mul(hh, dgq))));
  }
}

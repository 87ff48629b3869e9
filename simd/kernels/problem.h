/* The problems in lanes: the formulas of docs/spec.md sections 5 and 6 in the same order as
 * ref/problems/ and ref/noise.c, each double a vector of lanes. p and n are loop bounds that all
 * lanes share. */

#define SID_AT(v, j) ((v) + (size_t)(j)*SID_W)

static inline vd vd_inverse(vd a) { return vd_div(vd_set(1.0), a); }

/* Where a problem is evaluated. The norms are those that the formulas share, r = dot(x,x), 1/r,
 * sqrt(r) and its inverse; only scale-invariant problems look at them. */
typedef struct {
  const double *x;
  vd r, ir, m, im;
} sid_point;

static inline sid_point sid_point_with(const double *x, vd r) {
  const vd m = vd_sqrt(r);
  const sid_point at = {x, r, vd_inverse(r), m, vd_inverse(m)};
  return at;
}

static sid_point sid_point_at(const sid_problem *problem, const double *x) {
  return sid_point_with(x, sid_problem_scale_invariant(problem) ? sid_lanes_dot(x, x, problem->dim)
                                                                : vd_set(1.0));
}

/* ---- rayleigh ---- */

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

static void sid_lanes_rayleigh_gradient(const sid_problem *problem, const sid_point *at,
                                        double *g) {
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
  sid_lanes_rayleigh_gradient(problem, at, g);
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

/* ---- normalised_linear ---- */

/* e_i for every sample. */
static void sid_lanes_errors(const sid_problem *problem, const double *x, vd im, double *e) {
  const uint32_t p = problem->dim;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const vd product = sid_lanes_dot_shared(problem->features + (size_t)i * p, x, p);
    vd_store(SID_AT(e, i), vd_sub(vd_mul(product, im), vd_set(problem->labels[i])));
  }
}

/* (sum_i c_i z_ij) (1/n), in the order of i. */
static void sid_lanes_combine(const sid_problem *problem, const double *c, double *out) {
  const uint32_t p = problem->dim;
  const vd inv_n = vd_set(1.0 / (double)problem->samples);
  for (uint32_t j = 0; j < p; j++) {
    vd total = vd_mul(vd_load(c), vd_set(problem->features[j]));
    for (uint32_t i = 1; i < problem->samples; i++)
      total = vd_add(total,
                     vd_mul(vd_load(SID_AT(c, i)), vd_set(problem->features[(size_t)i * p + j])));
    vd_store(SID_AT(out, j), vd_mul(total, inv_n));
  }
}

static void sid_lanes_project(const sid_problem *problem, const sid_point *at, double *h) {
  const vd t = vd_mul(sid_lanes_dot(at->x, h, problem->dim), at->ir);
  for (uint32_t j = 0; j < problem->dim; j++)
    vd_store(SID_AT(h, j),
             vd_mul(vd_sub(vd_load(SID_AT(h, j)), vd_mul(t, vd_load(SID_AT(at->x, j)))), at->im));
}

static void sid_lanes_linear_gradient(const sid_problem *problem, const sid_point *at, double *g,
                                      double *work) {
  sid_lanes_errors(problem, at->x, at->im, work);
  sid_lanes_combine(problem, work, g);
  sid_lanes_project(problem, at, g);
}

static void sid_lanes_linear_hessian(const sid_problem *problem, const sid_point *at,
                                     const double *y, double *hy, double *work) {
  const uint32_t p = problem->dim;
  const double *x = at->x;
  const vd ir = at->ir, im = at->im;
  double *h = work, *k = SID_AT(work, p);
  sid_lanes_errors(problem, x, im, k);
  sid_lanes_combine(problem, k, h);
  const vd t = vd_mul(sid_lanes_dot(x, h, p), ir), c = vd_mul(sid_lanes_dot(x, y, p), ir);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double *z = problem->features + (size_t)i * p;
    const vd turn = vd_mul(c, sid_lanes_dot_shared(z, x, p));
    vd_store(SID_AT(k, i), vd_mul(vd_sub(sid_lanes_dot_shared(z, y, p), turn), im));
  }
  sid_lanes_combine(problem, k, hy);
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

/* The gradient of sample `offset/p`, a different one in each lane; offset is the index of the row's
 * first number. `label` is its label. */
static void sid_lanes_linear_sample(const sid_problem *problem, vu offset, vd label,
                                    const sid_point *at, double *g) {
  const uint32_t p = problem->dim;
  const vd e =
      vd_sub(vd_mul(sid_lanes_dot_row(problem->features, offset, at->x, p), at->im), label);
  for (uint32_t j = 0; j < p; j++)
    vd_store(SID_AT(g, j), vd_mul(e, vd_gather(problem->features + j, offset)));
  sid_lanes_project(problem, at, g);
}

/* ---- ratio2 ---- */

static void sid_lanes_ratio2_gradient(const double *v, double *g) {
  const vd x = vd_load(v), y = vd_load(SID_AT(v, 1)), two = vd_set(2.0);
  const vd r = vd_add(vd_mul(x, x), vd_mul(y, y)), q = vd_mul(r, r), s = vd_mul(x, y);
  vd_store(g, vd_div(vd_mul(vd_mul(two, s), y), q));
  vd_store(SID_AT(g, 1), vd_neg(vd_div(vd_mul(vd_mul(two, s), x), q)));
}

static void sid_lanes_ratio2_hessian(const double *v, const double *u, double *hu) {
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

/* ---- quadratics ---- */

static void sid_lanes_samples_gradient(const sid_problem *problem, const double *x, double *g) {
  const uint32_t p = problem->dim;
  for (uint32_t j = 0; j < p; j++) {
    const vd xj = vd_load(SID_AT(x, j));
    vd total = vd_set(0.0);
    for (uint32_t i = 0; i < problem->samples; i++) {
      const size_t at = (size_t)i * p + j;
      const vd sample = vd_sub(vd_mul(vd_set(problem->a[at]), xj), vd_set(problem->b[at]));
      const vd term = vd_mul(vd_set(sid_problem_sample_weight(problem, i)), sample);
      total = i == 0 ? term : vd_add(total, term);
    }
    vd_store(SID_AT(g, j), total);
  }
}

static void sid_lanes_samples_hessian(const sid_problem *problem, const double *v, double *hv) {
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

static void sid_lanes_samples_sample(const sid_problem *problem, vu offset, const double *x,
                                     double *g) {
  for (uint32_t j = 0; j < problem->dim; j++) {
    const vd product = vd_mul(vd_gather(problem->a + j, offset), vd_load(SID_AT(x, j)));
    vd_store(SID_AT(g, j), vd_sub(product, vd_gather(problem->b + j, offset)));
  }
}

static void sid_lanes_diagonal(const sid_problem *problem, const double *x, double *g) {
  for (uint32_t j = 0; j < problem->dim; j++)
    vd_store(SID_AT(g, j), vd_mul(vd_set(problem->spectrum[j]), vd_load(SID_AT(x, j))));
}

static void sid_lanes_zero(const sid_problem *problem, double *g) {
  for (uint32_t j = 0; j < problem->dim; j++) vd_store(SID_AT(g, j), vd_set(0.0));
}

/* ---- choice ---- */

static void sid_lanes_gradient(const sid_problem *problem, const sid_point *at, double *g,
                               double *work) {
  switch (problem->kind) {
    case SID_RAYLEIGH: sid_lanes_rayleigh_gradient(problem, at, g); return;
    case SID_NORMALISED_LINEAR: sid_lanes_linear_gradient(problem, at, g, work); return;
    case SID_RATIO2: sid_lanes_ratio2_gradient(at->x, g); return;
    case SID_QUADRATIC_SAMPLES: sid_lanes_samples_gradient(problem, at->x, g); return;
    case SID_QUADRATIC_NOISY: sid_lanes_diagonal(problem, at->x, g); return;
    default: sid_lanes_zero(problem, g); return;
  }
}

static void sid_lanes_hessian(const sid_problem *problem, const sid_point *at, const double *v,
                              double *hv, double *work) {
  switch (problem->kind) {
    case SID_RAYLEIGH: sid_lanes_rayleigh_hessian(problem, at, v, hv, work); return;
    case SID_NORMALISED_LINEAR: sid_lanes_linear_hessian(problem, at, v, hv, work); return;
    case SID_RATIO2: sid_lanes_ratio2_hessian(at->x, v, hv); return;
    case SID_QUADRATIC_SAMPLES: sid_lanes_samples_hessian(problem, v, hv); return;
    case SID_QUADRATIC_NOISY: sid_lanes_diagonal(problem, v, hv); return;
    default: sid_lanes_zero(problem, hv); return;
  }
}

/* ---- noise ---- */

/* Unit variables of the kind. */
static void sid_lanes_unit_noise(int32_t kind, uint32_t p, sid_lanes_stream *stream, double *u) {
  if (kind != SID_NOISE_RADEMACHER) {
    sid_lanes_normals(stream, u, p);
    return;
  }
  for (uint32_t j = 0; j < p; j++) vd_store(SID_AT(u, j), sid_lanes_rademacher(stream));
}

static void sid_lanes_multiply(double *u, uint32_t p, vd k) {
  for (uint32_t j = 0; j < p; j++) vd_store(SID_AT(u, j), vd_mul(vd_load(SID_AT(u, j)), k));
}

static vd sid_lanes_unit(double sigma, vd length2, vd length) {
  const vd zero = vd_set(0.0);
  return vd_select(vd_less(zero, length2), vd_div(vd_set(sigma), length), zero);
}

/* Noise of fixed length: direction of the unit variables u, or of their part tangential to x. */
static void sid_lanes_sphere(const sid_problem *problem, double sigma, const sid_point *at,
                             double *u) {
  const uint32_t p = problem->dim;
  vd outer =
      vd_set(1.0); /* |x| where the problem is scale-invariant; the product with 1 is exact */
  if (sid_problem_scale_invariant(problem)) {
    const vd t = vd_mul(sid_lanes_dot(at->x, u, p), at->ir);
    for (uint32_t j = 0; j < p; j++)
      vd_store(SID_AT(u, j), vd_sub(vd_load(SID_AT(u, j)), vd_mul(t, vd_load(SID_AT(at->x, j)))));
    outer = at->m;
  }
  const vd length2 = sid_lanes_dot(u, u, p);
  sid_lanes_multiply(u, p, sid_lanes_unit(sigma, length2, vd_mul(vd_sqrt(length2), outer)));
}

/* One draw of noise. */
static void sid_lanes_noise(const sid_problem *problem, int32_t kind, double sigma,
                            const sid_point *at, sid_lanes_stream *stream, double *u) {
  const uint32_t p = problem->dim;
  const double *scale = problem->scale ? problem->scale : &sigma;
  sid_lanes_unit_noise(kind, p, stream, u);
  if (kind == SID_NOISE_SPHERE) {
    sid_lanes_sphere(problem, sigma, at, u);
    return;
  }
  const vd xu = sid_lanes_scale_dot(scale, problem->scale ? 1 : 0, u, u, at->x, p);
  if (!sid_problem_scale_invariant(problem)) return;
  const vd t = vd_mul(xu, at->ir);
  for (uint32_t j = 0; j < p; j++)
    vd_store(SID_AT(u, j),
             vd_mul(vd_sub(vd_load(SID_AT(u, j)), vd_mul(t, vd_load(SID_AT(at->x, j)))), at->im));
}

/* One draw of the problem's own noise, other than samples. */
static void sid_lanes_own_noise(const sid_problem *problem, const sid_point *at,
                                sid_lanes_stream *stream, double *u) {
  if (problem->noise == SID_NOISE_NONE)
    sid_lanes_zero(problem, u);
  else
    sid_lanes_noise(problem, problem->noise, problem->sigma, at, stream, u);
}

/* sum_i (sqrt(w_i) xi_i) (g_i - G), the same sample i in all lanes. work: G, g_i, xi. */
static void sid_lanes_gaussian_samples(const sid_problem *problem, const sid_point *at,
                                       sid_lanes_stream *stream, double *noise, double *work) {
  const uint32_t p = problem->dim;
  double *full = work, *sample = SID_AT(work, p), *xi = SID_AT(work, 2 * (size_t)p);
  sid_lanes_gradient(problem, at, full, sample);
  sid_lanes_normals(stream, xi, problem->samples);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const vd c =
        vd_mul(vd_set(sid_sqrt(sid_problem_sample_weight(problem, i))), vd_load(SID_AT(xi, i)));
    const vu offset = vu_set((uint64_t)i * p);
    if (problem->kind == SID_NORMALISED_LINEAR)
      sid_lanes_linear_sample(problem, offset, vd_set(problem->labels[i]), at, sample);
    else
      sid_lanes_samples_sample(problem, offset, at->x, sample);
    for (uint32_t j = 0; j < p; j++) {
      const vd term = vd_mul(c, vd_sub(vd_load(SID_AT(sample, j)), vd_load(SID_AT(full, j))));
      vd_store(SID_AT(noise, j), i == 0 ? term : vd_add(vd_load(SID_AT(noise, j)), term));
    }
  }
}

static void sid_lanes_gaussian_noise(const sid_problem *problem, const sid_point *at,
                                     sid_lanes_stream *stream, double *noise, double *work) {
  double sigma = problem->sigma;
  switch (problem->noise) {
    case SID_NOISE_NONE: sid_lanes_zero(problem, noise); return;
    case SID_NOISE_SAMPLES: sid_lanes_gaussian_samples(problem, at, stream, noise, work); return;
    case SID_NOISE_SPHERE:
      sigma = sigma / sid_sqrt((double)(sid_problem_scale_invariant(problem) ? problem->dim - 1
                                                                             : problem->dim));
      break;
    default: break;
  }
  sid_lanes_noise(problem, SID_NOISE_GAUSSIAN, sigma, at, stream, noise);
}

/* One sample in each lane: its gradient. */
static void sid_lanes_draw(const sid_problem *problem, const sid_point *at,
                           sid_lanes_stream *stream, double *g) {
  const uint32_t p = problem->dim;
  uint64_t chosen[SID_W];
  if (!problem->weights) {
    vu_store(chosen, sid_lanes_index(stream, problem->samples));
  } else {
    /* the first i with U < c_i is the number of i below n-1 with U >= c_i, because the c_i do not
     * decrease */
    const vd u = sid_lanes_uniform(stream);
    double c = problem->weights[0];
    vu count = vu_set(0);
    for (uint32_t i = 0; i + 1 < problem->samples; i++) {
      count = vu_add_carry(count, vm_not(vd_less(u, vd_set(c))));
      c = c + problem->weights[i + 1];
    }
    vu_store(chosen, count);
  }
  double label[SID_W];
  for (uint32_t k = 0; k < SID_W; k++) {
    label[k] = problem->labels ? problem->labels[chosen[k]] : 0.0;
    chosen[k] *= p;
  }
  if (problem->kind == SID_NORMALISED_LINEAR)
    sid_lanes_linear_sample(problem, vu_load(chosen), vd_load(label), at, g);
  else
    sid_lanes_samples_sample(problem, vu_load(chosen), at->x, g);
}

static void sid_lanes_minibatch(const sid_problem *problem, const sid_point *at, uint32_t batch,
                                sid_lanes_stream *stream, double *g, double *work) {
  sid_lanes_draw(problem, at, stream, g);
  if (batch == 1) return;
  for (uint32_t b = 1; b < batch; b++) {
    sid_lanes_draw(problem, at, stream, work);
    for (uint32_t j = 0; j < problem->dim; j++)
      vd_store(SID_AT(g, j), vd_add(vd_load(SID_AT(g, j)), vd_load(SID_AT(work, j))));
  }
  sid_lanes_multiply(g, problem->dim, vd_set(1.0 / (double)batch));
}

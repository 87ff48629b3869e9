/* Gradient noise and mini-batches in lanes, docs/spec.md section 5, in the order of ref/noise.c and
 * ref/sampling.c. */

/* ---- normals for several steps at once ---- */

/* A call for normals has constants and streams to load, which counts where p is small. Where all
 * that steps take from their streams is draws of p normals, one call draws for many of them. */
typedef struct {
  sid_lanes_stream stream; /* behind what is in z */
  double *z, *next;
  uint32_t stride; /* normals that a draw takes from the stream: p, or one more */
  uint32_t most;   /* draws that z holds; 0 where none are made ahead */
  uint32_t left;   /* draws from next on */
  uint64_t wanted; /* draws to come, besides those, until the block stops */
} sid_draws;

enum { SID_DRAWS_ROOM = 128 }; /* vectors */

/* Draws that one call makes; even, so that the two of a step of SVAG come from the same. */
static uint32_t sid_draws_most(uint32_t p) {
  const uint32_t most = SID_DRAWS_ROOM / (p + p % 2);
  return most - most % 2;
}

/* z: sid_draws_most(p) draws of p, rounded up to an even number, vectors. */
static void sid_draws_begin(sid_draws *draws, uint32_t p, double *z, uint64_t wanted) {
  draws->z = z;
  draws->stride = p + p % 2;
  draws->most = sid_draws_most(p);
  draws->left = 0;
  draws->wanted = wanted;
}

/* The next p normals: in memory that lasts until the step is over. own: p vectors. */
static double *sid_draws_normals(sid_draws *draws, uint32_t p, double *own) {
  if (draws->most == 0) {
    sid_lanes_normals(&draws->stream, own, p);
    return own;
  }
  if (draws->left == 0) {
    draws->left = draws->wanted < draws->most ? (uint32_t)draws->wanted : draws->most;
    draws->wanted -= draws->left;
    draws->next = draws->z;
    sid_lanes_normals(&draws->stream, draws->z, (size_t)draws->left * draws->stride);
  }
  double *z = draws->next;
  draws->next = SID_AT(z, draws->stride);
  draws->left--;
  return z;
}

/* The streams as they are between steps. */
static void sid_draws_save(const sid_draws *draws, sid_stream *streams) {
  const uint64_t ahead = (uint64_t)draws->left * draws->stride;
  sid_lanes_stream_save(&draws->stream, streams);
  for (uint32_t lane = 0; ahead && lane < SID_W; lane++)
    sid_stream_advance(streams + lane, UINT64_MAX, 0 - ahead);
}

/* ---- draws ---- */

/* Unit variables of the kind. */
static void sid_lanes_unit_noise(int32_t kind, uint32_t p, sid_lanes_stream *stream, double *u) {
  if (kind != SID_NOISE_RADEMACHER) {
    sid_lanes_normals(stream, u, p);
    return;
  }
  sid_lanes_stream own = *stream; /* in registers */
  for (uint32_t j = 0; j < p; j++) vd_store(SID_AT(u, j), sid_lanes_rademacher(&own));
  *stream = own;
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
    sid_lanes_shared_sample(problem, i, at, sample);
    for (uint32_t j = 0; j < p; j++) {
      const vd term = vd_mul(c, vd_sub(vd_load(SID_AT(sample, j)), vd_load(SID_AT(full, j))));
      vd_store(SID_AT(noise, j), i == 0 ? term : vd_add(vd_load(SID_AT(noise, j)), term));
    }
  }
}

/* sigma of Gaussian noise with the covariance of the problem's, where that is drawn. */
static double sid_gaussian_sigma(const sid_problem *problem) {
  if (problem->noise == SID_NOISE_POISSON) return sid_sqrt(problem->mean);
  if (problem->noise != SID_NOISE_SPHERE) return problem->sigma;
  const uint32_t p = problem->dim;
  return problem->sigma / sid_sqrt((double)(sid_problem_scale_invariant(problem) ? p - 1 : p));
}

static void sid_lanes_gaussian_noise(const sid_problem *problem, const sid_point *at,
                                     sid_lanes_stream *stream, double *noise, double *work) {
  switch (problem->noise) {
    case SID_NOISE_NONE: sid_lanes_zero(problem, noise); return;
    case SID_NOISE_SAMPLES: sid_lanes_gaussian_samples(problem, at, stream, noise, work); return;
    default:
      sid_lanes_noise(problem, SID_NOISE_GAUSSIAN, sid_gaussian_sigma(problem), at, stream, noise);
      return;
  }
}

/* A sample for each lane: the offset of its row; returns its label. */
static vd sid_lanes_choose(const sid_problem *problem, sid_lanes_stream *stream,
                           uint64_t offset[SID_W]) {
  double label[SID_W];
  if (!problem->weights) {
    vu_store(offset, sid_lanes_index(stream, problem->samples));
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
    vu_store(offset, count);
  }
  for (uint32_t k = 0; k < SID_W; k++) {
    label[k] = problem->labels ? problem->labels[offset[k]] : 0.0;
    offset[k] *= problem->dim;
  }
  return vd_load(label);
}

/* One sample in each lane: its gradient. */
static void sid_lanes_draw(const sid_problem *problem, const sid_point *at,
                           sid_lanes_stream *stream, double *g) {
  uint64_t offset[SID_W];
  const vd label = sid_lanes_choose(problem, stream, offset);
  sid_lanes_sample(problem, offset, label, at, g);
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

/* Trace of the covariance of the sampling noise: sum_i w_i |g_i - G|^2. */
static vd sid_lanes_samples_trace(const sid_problem *problem, const sid_point *at, double *work) {
  const uint32_t p = problem->dim;
  double *full = work, *sample = SID_AT(work, p);
  vd trace = vd_set(0.0);
  sid_lanes_gradient(problem, at, full, sample);
  for (uint32_t i = 0; i < problem->samples; i++) {
    sid_lanes_shared_sample(problem, i, at, sample);
    for (uint32_t j = 0; j < p; j++)
      vd_store(SID_AT(sample, j), vd_sub(vd_load(SID_AT(sample, j)), vd_load(SID_AT(full, j))));
    const vd weight = vd_set(sid_problem_sample_weight(problem, i));
    trace = vd_add(trace, vd_mul(weight, sid_lanes_dot(sample, sample, p)));
  }
  return trace;
}

static vd sid_lanes_noise_trace(const sid_problem *problem, const sid_point *at, double *work) {
  const uint32_t p = problem->dim;
  const int tangential = sid_problem_scale_invariant(problem);
  const vd ir = tangential ? at->ir : vd_set(1.0);
  const double sigma2 = problem->sigma * problem->sigma;
  if (problem->noise == SID_NOISE_NONE) return vd_set(0.0);
  if (problem->noise == SID_NOISE_SAMPLES) return sid_lanes_samples_trace(problem, at, work);
  if (problem->noise == SID_NOISE_POISSON) return vd_set(problem->mean * (double)p);
  if (problem->noise == SID_NOISE_SPHERE) return vd_mul(vd_set(sigma2), ir);
  if (!problem->scale) return vd_mul(vd_set(sigma2 * (double)(tangential ? p - 1 : p)), ir);
  for (uint32_t j = 0; j < p; j++)
    work[j] = problem->scale[j] * problem->scale[j]; /* the same in every lane */
  const vd total = vd_set(sid_sum(work, p));
  if (!tangential) return total;
  for (uint32_t j = p;
       j-- > 0;) /* from the end, because the vector takes the place of the numbers */
    vd_store(SID_AT(work, j), vd_mul(vd_set(work[j]), vd_load(SID_AT(at->x, j))));
  return vd_mul(vd_sub(total, vd_mul(sid_lanes_dot(at->x, work, p), ir)), ir);
}

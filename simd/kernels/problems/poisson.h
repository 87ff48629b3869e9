/* Poisson counts for gradients in lanes, in the order of ref/problems/poisson.c. docs/spec.md
 * sections 2, 5 and 6. */

/* A Poisson count in every lane: a lane that has its own draws no more. */
#if SID_SCALAR_STREAMS

static vd sid_lanes_poisson_count(sid_lanes_stream *s, double exp_minus_mean) {
  double counts[SID_W];
  for (uint32_t lane = 0; lane < SID_W; lane++) {
    double count = 0.0, product = (double)(sid_lane_raw(s, lane) >> 11) * 0x1p-53;
    for (; product >= exp_minus_mean; count = count + 1.0)
      product = product * ((double)(sid_lane_raw(s, lane) >> 11) * 0x1p-53);
    counts[lane] = count;
  }
  return vd_load(counts);
}

#else

/* `other` where m; a stream is an array of vectors, whatever its numbers mean. */
static inline void sid_lanes_stream_take(sid_lanes_stream *s, const sid_lanes_stream *other, vm m) {
  uint64_t *to = (uint64_t *)s;
  const uint64_t *from = (const uint64_t *)other;
  for (size_t k = 0; k < sizeof *s / sizeof *to; k += SID_W)
    vu_store(to + k,
             vd_bits(vd_select(m, vu_double(vu_load(from + k)), vu_double(vu_load(to + k)))));
}

static vd sid_lanes_poisson_count(sid_lanes_stream *s, double exp_minus_mean) {
  const vd least = vd_set(exp_minus_mean), one = vd_set(1.0);
  vd count = vd_set(0.0), product = sid_lanes_uniform(s);
  for (;;) {
    const vm more = vm_not(vd_less(product, least));
    if (!vm_bits(more)) return count;
    sid_lanes_stream next = *s;
    product = vd_select(more, vd_mul(product, sid_lanes_uniform(&next)), product);
    count = vd_select(more, vd_add(count, one), count);
    sid_lanes_stream_take(s, &next, more);
  }
}

#endif

static void sid_lanes_poisson_gradient(const sid_problem *problem, const sid_point *at, double *g,
                                       double *work) {
  (void)at, (void)work;
  for (uint32_t j = 0; j < problem->dim; j++) vd_store(SID_AT(g, j), vd_set(problem->mean));
}

static void sid_lanes_poisson_hessian(const sid_problem *problem, const sid_point *at,
                                      const double *v, double *hv, double *work) {
  (void)at, (void)v, (void)work;
  sid_lanes_zero(problem, hv);
}

static vd sid_lanes_poisson_loss(const sid_problem *problem, const sid_point *at, double *work) {
  (void)work;
  return vd_mul(vd_set(problem->mean), sid_lanes_sum(at->x, problem->dim));
}

/* The mean of `batch` samples, each a count in every coordinate. */
static void sid_lanes_poisson_batch(const sid_problem *problem, uint32_t batch,
                                    sid_lanes_stream *stream, double *g) {
  const vd share = vd_set(1.0 / (double)batch);
  sid_lanes_stream own = *stream; /* in registers */
  sid_lanes_zero(problem, g);
  for (uint32_t b = 0; b < batch; b++)
    for (uint32_t j = 0; j < problem->dim; j++)
      vd_store(SID_AT(g, j), vd_add(vd_load(SID_AT(g, j)),
                                    sid_lanes_poisson_count(&own, problem->exp_minus_mean)));
  for (uint32_t j = 0; j < problem->dim; j++)
    vd_store(SID_AT(g, j), vd_mul(vd_load(SID_AT(g, j)), share));
  *stream = own;
}

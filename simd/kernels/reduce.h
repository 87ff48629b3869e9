/* Canonical sums in lanes. docs/spec.md section 4. A vector of lanes is an array v[j*SID_W +
 * lane]. */

/* ((acc0+acc4) + (acc2+acc6)) + ((acc1+acc5) + (acc3+acc7)). */
static inline vd sid_lanes_fold(const vd acc[8]) {
  return vd_add(vd_add(vd_add(acc[0], acc[4]), vd_add(acc[2], acc[6])),
                vd_add(vd_add(acc[1], acc[5]), vd_add(acc[3], acc[7])));
}

static inline vd sid_lanes_scaled_term(vd scale, const double *in, const double *x) {
  return vd_mul(vd_load(x), vd_mul(scale, vd_load(in)));
}

/* A term that also writes: two passes over memory in one. */
static inline vd sid_lanes_scale_term(double scale, const double *in, double *out,
                                      const double *x) {
  const vd v = vd_mul(vd_set(scale), vd_load(in));
  vd_store(out, v);
  return vd_mul(vd_load(x), v);
}

/* The shape of every reduction; TERM(j) gives the terms. Eight accumulators in registers (written
 * out: compilers unroll a loop over them at -O3 only); the last group is padded with +0, which is
 * added like any other term. */
#define SID_LANES_REDUCE(n, TERM)                                                                  \
  do {                                                                                             \
    const vd zero = vd_set(0.0);                                                                   \
    vd acc[8];                                                                                     \
    size_t j = 8;                                                                                  \
    if ((n) < 8) {                                                                                 \
      for (size_t k = 0; k < 8; k++) acc[k] = k < (n) ? TERM(k) : zero;                            \
      return sid_lanes_fold(acc);                                                                  \
    }                                                                                              \
    vd a0 = TERM(0), a1 = TERM(1), a2 = TERM(2), a3 = TERM(3);                                     \
    vd a4 = TERM(4), a5 = TERM(5), a6 = TERM(6), a7 = TERM(7);                                     \
    for (; j + 8 <= (n); j += 8) {                                                                 \
      a0 = vd_add(a0, TERM(j)), a1 = vd_add(a1, TERM(j + 1)), a2 = vd_add(a2, TERM(j + 2));        \
      a3 = vd_add(a3, TERM(j + 3)), a4 = vd_add(a4, TERM(j + 4));                                  \
      a5 = vd_add(a5, TERM(j + 5)), a6 = vd_add(a6, TERM(j + 6)), a7 = vd_add(a7, TERM(j + 7));    \
    }                                                                                              \
    acc[0] = a0, acc[1] = a1, acc[2] = a2, acc[3] = a3;                                            \
    acc[4] = a4, acc[5] = a5, acc[6] = a6, acc[7] = a7;                                            \
    for (size_t k = 0; j < (n) && k < 8; k++)                                                      \
      acc[k] = vd_add(acc[k], j + k < (n) ? TERM(j + k) : zero);                                   \
    return sid_lanes_fold(acc);                                                                    \
  } while (0)

static vd sid_lanes_dot(const double *a, const double *b, size_t n) {
#define SID_TERM(j) vd_mul(vd_load(a + (j)*SID_W), vd_load(b + (j)*SID_W))
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

static vd sid_lanes_sum(const double *a, size_t n) {
#define SID_TERM(j) vd_load(a + (j)*SID_W)
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

/* A vector that all lanes share with one of each lane's own. */
static vd sid_lanes_dot_shared(const double *shared, const double *b, size_t n) {
#define SID_TERM(j) vd_mul(vd_set(shared[j]), vd_load(b + (j)*SID_W))
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

/* out_j = s_j in_j with s_j = shared[j*stride] (stride 0: one number for all), and dot(x, out) of
 * it. in and out may be the same. */
static vd sid_lanes_scale_dot(const double *shared, size_t stride, const double *in, double *out,
                              const double *x, size_t n) {
#define SID_TERM(j)                                                                                \
  sid_lanes_scale_term(shared[(j)*stride], in + (j)*SID_W, out + (j)*SID_W, x + (j)*SID_W)
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

/* dot(x, v) with v_j = shared_j x_j; v is not stored. */
static vd sid_lanes_dot_scaled(const double *shared, const double *x, size_t n) {
#define SID_TERM(j) sid_lanes_scaled_term(vd_set(shared[j]), x + (j)*SID_W, x + (j)*SID_W)
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

/* The same with v_j = size in_j. */
static vd sid_lanes_dot_sized(vd size, const double *in, const double *x, size_t n) {
#define SID_TERM(j) sid_lanes_scaled_term(size, in + (j)*SID_W, x + (j)*SID_W)
  SID_LANES_REDUCE(n, SID_TERM);
#undef SID_TERM
}

/* Canonical sums in lanes. docs/spec.md section 4. A vector of lanes is an array v[j*SID_W + lane]. */

/* ((acc0+acc4) + (acc2+acc6)) + ((acc1+acc5) + (acc3+acc7)). */
static inline vd sid_lanes_fold(const vd acc[8]) {
  return vd_add(vd_add(vd_add(acc[0], acc[4]), vd_add(acc[2], acc[6])),
                vd_add(vd_add(acc[1], acc[5]), vd_add(acc[3], acc[7])));
}

/* The shape of every reduction: TERM is an expression in `j`. Eight accumulators in registers; the last group is padded with +0, which
 * is added like any other term. */
#define SID_LANES_REDUCE(n, TERM)                                                             \
  do {                                                                                        \
    const vd zero = vd_set(0.0);                                                              \
    vd acc[8];                                                                                \
    size_t j = 0;                                                                             \
    if ((n) < 8) {                                                                            \
      for (size_t k = 0; k < 8; k++) {                                                        \
        j = k;                                                                                \
        acc[k] = k < (n) ? (TERM) : zero;                                                     \
      }                                                                                       \
      return sid_lanes_fold(acc);                                                             \
    }                                                                                         \
    for (; j < 8; j++) acc[j] = (TERM);                                                       \
    while (j + 8 <= (n))                                                                      \
      for (size_t k = 0; k < 8; k++, j++) acc[k] = vd_add(acc[k], (TERM));                    \
    if (j < (n)) {                                                                            \
      const size_t rest = (n) - j;                                                            \
      for (size_t k = 0; k < rest; k++, j++) acc[k] = vd_add(acc[k], (TERM));                 \
      for (size_t k = rest; k < 8; k++) acc[k] = vd_add(acc[k], zero);                        \
    }                                                                                         \
    return sid_lanes_fold(acc);                                                               \
  } while (0)

static vd sid_lanes_dot(const double *a, const double *b, size_t n) {
  SID_LANES_REDUCE(n, vd_mul(vd_load(a + j * SID_W), vd_load(b + j * SID_W)));
}

/* A vector that all lanes share with one of each lane's own. */
static vd sid_lanes_dot_shared(const double *shared, const double *b, size_t n) {
  SID_LANES_REDUCE(n, vd_mul(vd_set(shared[j]), vd_load(b + j * SID_W)));
}

/* Row index[lane] of a table of rows of n numbers, with a vector of each lane's own. */
static vd sid_lanes_dot_row(const double *table, vu offset, const double *b, size_t n) {
  SID_LANES_REDUCE(n, vd_mul(vd_gather(table + j, offset), vd_load(b + j * SID_W)));
}

/* A step of gradient descent on bn_completion with vectors along the inner dimension, one
 * trajectory at a time: at 50x50 one trajectory has enough to do, and eight of them would not fit
 * the cache. A canonical sum has eight accumulators, which are the lanes here, and rows are padded
 * with +0 to groups of eight as the sum pads them, so the bits are those of
 * ref/problems/bn_completion.c. docs/spec.md sections 6, 7. */

/* Batch normalisation of the outputs, compiled for this instruction set: the compiler's own vectors
 * do for its loops. */
#define sid_bn_normalise SID_ISA(sid_bn_normalise)
#define sid_bn_loss SID_ISA(sid_bn_loss)
#define sid_bn_gradient SID_ISA(sid_bn_gradient)
#define sid_bn_hessian SID_ISA(sid_bn_hessian)
#include "problems/bn_output.c"

enum { SID_GROUP = 8 / SID_W }; /* vectors that hold a group of eight */

typedef struct {
  vd v[SID_GROUP];
} sid_group;

static inline sid_group sid_group_load(const double *p) {
  sid_group g;
  for (int k = 0; k < SID_GROUP; k++) g.v[k] = vd_load(p + k * SID_W);
  return g;
}

static inline void sid_group_store(double *p, sid_group g) {
  for (int k = 0; k < SID_GROUP; k++) vd_store(p + k * SID_W, g.v[k]);
}

static inline sid_group sid_group_multiply(sid_group a, sid_group b) {
  for (int k = 0; k < SID_GROUP; k++) a.v[k] = vd_mul(a.v[k], b.v[k]);
  return a;
}

static inline sid_group sid_group_add(sid_group a, sid_group b) {
  for (int k = 0; k < SID_GROUP; k++) a.v[k] = vd_add(a.v[k], b.v[k]);
  return a;
}

/* a + d b. */
static inline sid_group sid_group_add_multiple(sid_group a, vd d, sid_group b) {
  for (int k = 0; k < SID_GROUP; k++) a.v[k] = vd_add(a.v[k], vd_mul(d, b.v[k]));
  return a;
}

/* The end of a canonical sum: accumulators four apart first. */
static inline double sid_group_fold(sid_group a) {
  for (int half = SID_GROUP / 2; half > 0; half /= 2)
    for (int k = 0; k < half; k++) a.v[k] = vd_add(a.v[k], a.v[k + half]);
  return vd_fold(a.v[0]);
}

/* Canonical dot product of two rows, n a multiple of eight. */
static inline double sid_group_dot(const double *a, const double *b, size_t n) {
  sid_group sum = sid_group_multiply(sid_group_load(a), sid_group_load(b));
  for (size_t q = 8; q < n; q += 8)
    sum = sid_group_add(sum, sid_group_multiply(sid_group_load(a + q), sid_group_load(b + q)));
  return sid_group_fold(sum);
}

/* U and V, or their gradient, with rows padded to `stride`, a multiple of eight. */
typedef struct {
  double *left, *right;
  size_t stride;
} sid_padded;

static size_t sid_padded_stride(const sid_problem *problem) {
  return ((size_t)problem->inner + 7) / 8 * 8;
}

/* At the next multiple of 64 bytes, so that no vector crosses a line of the cache; needs 8 doubles
 * more than its size. */
static double *sid_padded_at(sid_padded *padded, const sid_problem *problem, double *memory) {
  const size_t rows = problem->rows, cols = problem->cols;
  padded->stride = sid_padded_stride(problem);
  padded->left = memory + (64 - (uintptr_t)memory % 64) / sizeof(double) % 8;
  padded->right = padded->left + rows * padded->stride;
  return padded->right + cols * padded->stride;
}

/* The rows of x with their padding, and x itself once more into copy. */
static void sid_padded_fill(const sid_padded *padded, const sid_problem *problem, const double *x,
                            double *copy) {
  const size_t rows = (size_t)problem->rows + problem->cols, inner = problem->inner;
  for (size_t r = 0; r < rows; r++, x += inner, copy += inner) {
    double *row = padded->left + r * padded->stride;
    size_t k = 0;
    for (; k + 8 <= inner; k += 8) {
      const sid_group group = sid_group_load(x + k);
      sid_group_store(row + k, group);
      sid_group_store(copy + k, group);
    }
    for (; k < inner; k++) row[k] = copy[k] = x[k];
    for (; k < padded->stride; k++) row[k] = 0.0;
  }
}

/* x = a at - lr g; returns a sum of all x_j^2 in no order that matters. */
static double sid_padded_descend(const sid_padded *at, const sid_padded *g,
                                 const sid_problem *problem, double a, double lr, double *x) {
  const size_t rows = (size_t)problem->rows + problem->cols, inner = problem->inner;
  const vd va = vd_set(a), minus = vd_set(-lr);
  sid_group total = sid_group_load(at->left), row;
  for (int k = 0; k < SID_GROUP; k++) total.v[k] = vd_set(0.0);
  for (size_t r = 0; r < rows; r++, x += inner) {
    const size_t from = r * at->stride;
    double last[8];
    for (size_t k = 0; k < inner; k += 8) {
      row = sid_group_load(at->left + from + k);
      for (int v = 0; v < SID_GROUP; v++) row.v[v] = vd_mul(va, row.v[v]);
      row = sid_group_add_multiple(
          row, minus, sid_group_load(g->left + from + k)); /* a x + (-lr) g is a x - lr g */
      total = sid_group_add(total, sid_group_multiply(row, row));
      if (k + 8 <= inner) {
        sid_group_store(x + k, row);
      } else {
        sid_group_store(last, row);
        for (size_t left = 0; k + left < inner; left++) x[k + left] = last[left];
      }
    }
  }
  return sid_group_fold(total);
}

/* `groups` (a constant where this is inlined) groups of a row of U against its entries, which are
 * all that the row has. */
static inline void sid_lanes_completion_groups(size_t groups, const uint32_t *entries,
                                               uint32_t count, const double *d, const double *left,
                                               const double *right, size_t stride, double *out_left,
                                               double *out_right) {
  sid_group u[4], acc[4];
  for (size_t q = 0; q < groups; q++) {
    u[q] = sid_group_load(left + 8 * q);
    for (int k = 0; k < SID_GROUP; k++) acc[q].v[k] = vd_set(0.0);
  }
  for (uint32_t i = 0; i < count; i++) {
    const size_t at = entries[2 * (size_t)i + 1] * stride;
    const vd di = vd_set(d[i]);
    for (size_t q = 0; q < groups; q++) {
      double *out = out_right + at + 8 * q;
      acc[q] = sid_group_add_multiple(acc[q], di, sid_group_load(right + at + 8 * q));
      sid_group_store(out, sid_group_add_multiple(sid_group_load(out), di, u[q]));
    }
  }
  for (size_t q = 0; q < groups; q++) sid_group_store(out_left + 8 * q, acc[q]);
}

/* Groups that share a pass over the entries: as many as the registers hold twice. */
enum { SID_GROUPS = SID_W == 8 ? 4 : SID_W == 4 ? 2 : 1 };

static void sid_lanes_completion_combine(const sid_problem *problem, const double *d,
                                         const sid_padded *x, const sid_padded *out) {
  const size_t stride = x->stride;
  double *zero = out->left; /* the next row of U that has not been seen */
  for (size_t j = 0; j < problem->cols * stride; j++) out->right[j] = 0.0;
  for (uint32_t first = 0, last; first < problem->samples; first = last) {
    const uint32_t *entries = problem->entries + 2 * (size_t)first;
    const double *left = x->left + entries[0] * stride;
    double *out_left = out->left + entries[0] * stride;
    for (last = first + 1;
         last < problem->samples && problem->entries[2 * (size_t)last] == entries[0];)
      last++;
    for (; zero < out_left; zero++) *zero = 0.0; /* rows without an entry */
    zero = out_left + stride;
    size_t k = 0;
    for (; k + 8 * SID_GROUPS <= stride; k += 8 * SID_GROUPS)
      sid_lanes_completion_groups(SID_GROUPS, entries, last - first, d + first, left + k,
                                  x->right + k, stride, out_left + k, out->right + k);
    if (SID_GROUPS == 4 && k + 24 == stride) {
      sid_lanes_completion_groups(3, entries, last - first, d + first, left + k, x->right + k,
                                  stride, out_left + k, out->right + k);
      continue;
    }
    for (; k < stride; k += 8)
      sid_lanes_completion_groups(1, entries, last - first, d + first, left + k, x->right + k,
                                  stride, out_left + k, out->right + k);
  }
  for (; zero < out->right; zero++) *zero = 0.0;
}

/* The gradient at x into g, padded; work: 2n doubles. */
static void sid_lanes_completion_gradient(const sid_problem *problem, const sid_padded *x,
                                          const sid_padded *g, double *work) {
  sid_bn bn;
  for (uint32_t i = 0; i < problem->samples; i++)
    work[i] = sid_group_dot(x->left + problem->entries[2 * (size_t)i] * x->stride,
                            x->right + problem->entries[2 * (size_t)i + 1] * x->stride, x->stride);
  sid_bn_normalise(&bn, problem->labels, problem->samples, work, work + problem->samples);
  sid_bn_gradient(&bn, bn.t);
  sid_lanes_completion_combine(problem, bn.t, x, g);
}

/* sid_step() for gd on bn_completion, where the padded copies fit into the workspace of a step. */
static sid_status sid_lanes_completion_step(const sid_problem *problem,
                                            const sid_dynamics *dynamics, double lr, double wd,
                                            double *x, sid_stream *stream, double *work) {
  const size_t p = problem->dim, n = problem->samples;
  const size_t padded = ((size_t)problem->rows + problem->cols) * sid_padded_stride(problem) + 8;
  if (p + 2 * padded + 2 * n > sid_step_workspace(problem, dynamics))
    return sid_step(problem, dynamics, lr, wd, x, stream, work);
  if (!(lr - lr < 1.0)) return SID_E_LR; /* infinite or NaN: no schedule gives a negative one */
  if (!(lr * wd < 1.0)) return SID_E_INTRINSIC_LR;
  sid_padded at, g;
  double *rest = sid_padded_at(&g, problem, sid_padded_at(&at, problem, work + p));
  sid_padded_fill(&at, problem, x, work);
  sid_lanes_completion_gradient(problem, &at, &g, rest);
  const double size = sid_padded_descend(&at, &g, problem, 1.0 - lr * wd, lr, x);
  if (size > 0x1p-900 && size < 0x1p900)
    return SID_OK; /* then the canonical sum is neither 0 nor infinite */
  const sid_status status = sid_step_domain(problem, x);
  for (size_t j = 0; status && j < p; j++) x[j] = work[j];
  return status;
}

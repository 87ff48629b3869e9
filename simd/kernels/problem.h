/* The problems in lanes: the formulas of docs/spec.md section 6 in the same order as ref/problems/,
 * each double a vector of lanes, one header a room. p and n are loop bounds that all lanes share.
 */

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

/* Numbers j to j+SID_W-1 of the rows that begin at an offset of each lane's own: out[k] has number
 * j+k. Rows are loaded along their length and turned, which is several times as fast as gathers. */
static inline void sid_lanes_turn(const double *table, const uint64_t offset[SID_W], size_t j,
                                  vd out[SID_W]) {
  for (uint32_t lane = 0; lane < SID_W; lane++) out[lane] = vd_load(table + offset[lane] + j);
  vd_transpose(out);
}

/* The first n numbers of those rows into out, and dot(out, x). */
static vd sid_lanes_rows_dot(const double *table, const uint64_t offset[SID_W], size_t n,
                             const double *x, double *out) {
  const vu row = vu_load(offset);
  vd acc[8], turned[SID_W];
  size_t j = 0;
  for (size_t k = 0; k < 8; k++) acc[k] = vd_set(-0.0); /* -0 + a is a, whatever a is */
  for (; j + 8 <= n; j += 8)
#pragma GCC unroll 4
    for (size_t part = 0; part < 8; part += SID_W) {
      sid_lanes_turn(table, offset, j + part, turned);
#pragma GCC unroll 8
      for (size_t k = 0; k < SID_W; k++) {
        const size_t jk = j + part + k;
        vd_store(SID_AT(out, jk), turned[k]);
        acc[part + k] = vd_add(acc[part + k], vd_mul(turned[k], vd_load(SID_AT(x, jk))));
      }
    }
  if (j == n) return sid_lanes_fold(acc);
#pragma GCC unroll 8
  for (size_t k = 0; k < 8; k++, j++) {
    vd term = vd_set(0.0); /* the padding */
    if (j < n) {
      const vd z = vd_gather(table + j, row);
      vd_store(SID_AT(out, j), z);
      term = vd_mul(z, vd_load(SID_AT(x, j)));
    }
    acc[k] = vd_add(acc[k], term);
  }
  return sid_lanes_fold(acc);
}

static void sid_lanes_multiply(double *u, uint32_t p, vd k) {
  for (uint32_t j = 0; j < p; j++) vd_store(SID_AT(u, j), vd_mul(vd_load(SID_AT(u, j)), k));
}

static void sid_lanes_zero(const sid_problem *problem, double *g) {
  for (uint32_t j = 0; j < problem->dim; j++) vd_store(SID_AT(g, j), vd_set(0.0));
}

#include "problems/height3.h"
#include "problems/noise_only.h"
#include "problems/normalised_linear.h"
#include "problems/bn_regression.h" /* combines as the line above does */
#include "problems/poisson.h"
#include "problems/quadratic_noisy.h"
#include "problems/quadratic_samples.h"
#include "problems/ratio2.h"
#include "problems/rayleigh.h"

/* ---- choice, from the column of SID_PROBLEM_LIST ------------------------------------------- */

#define SID_LANES_GRADIENT_0(kind, room)
#define SID_LANES_GRADIENT_1(kind, room)                                                           \
  case kind:                                                                                       \
    sid_lanes_##room##_gradient(problem, at, g, work);                                             \
    return;
#define SID_LANES_GRADIENT(kind, number, name, room, samples, own, test, dim, check, lanes)        \
  SID_LANES_GRADIENT_##lanes(kind, room)

static void sid_lanes_gradient(const sid_problem *problem, const sid_point *at, double *g,
                               double *work) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_LANES_GRADIENT)
    default: return;
  }
}

#define SID_LANES_HESSIAN_0(kind, room)
#define SID_LANES_HESSIAN_1(kind, room)                                                            \
  case kind:                                                                                       \
    sid_lanes_##room##_hessian(problem, at, v, hv, work);                                          \
    return;
#define SID_LANES_HESSIAN(kind, number, name, room, samples, own, test, dim, check, lanes)         \
  SID_LANES_HESSIAN_##lanes(kind, room)

static void sid_lanes_hessian(const sid_problem *problem, const sid_point *at, const double *v,
                              double *hv, double *work) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_LANES_HESSIAN)
    default: return;
  }
}

#define SID_LANES_LOSS_0(kind, room)
#define SID_LANES_LOSS_1(kind, room)                                                               \
  case kind:                                                                                       \
    return sid_lanes_##room##_loss(problem, at, work);
#define SID_LANES_LOSS(kind, number, name, room, samples, own, test, dim, check, lanes)            \
  SID_LANES_LOSS_##lanes(kind, room)

static vd sid_lanes_loss(const sid_problem *problem, const sid_point *at, double *work) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_LANES_LOSS)
    default: return vd_set(0.0);
  }
}

/* The gradient of a sample of each lane's own: the offset of its row, and its label. */
#define SID_LANES_SAMPLE_00(kind, room)
#define SID_LANES_SAMPLE_01(kind, room)
#define SID_LANES_SAMPLE_10(kind, room)
#define SID_LANES_SAMPLE_11(kind, room)                                                            \
  case kind:                                                                                       \
    sid_lanes_##room##_sample(problem, offset, label, at, g);                                      \
    return;
#define SID_LANES_SAMPLE(kind, number, name, room, samples, own, test, dim, check, lanes)          \
  SID_LANES_SAMPLE_##samples##lanes(kind, room)

static void sid_lanes_sample(const sid_problem *problem, const uint64_t offset[SID_W], vd label,
                             const sid_point *at, double *g) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_LANES_SAMPLE)
    default: return;
  }
}

/* The gradient of sample i in every lane. */
#define SID_LANES_SHARED_00(kind, room)
#define SID_LANES_SHARED_01(kind, room)
#define SID_LANES_SHARED_10(kind, room)
#define SID_LANES_SHARED_11(kind, room)                                                            \
  case kind:                                                                                       \
    sid_lanes_##room##_shared(problem, i, at, g);                                                  \
    return;
#define SID_LANES_SHARED(kind, number, name, room, samples, own, test, dim, check, lanes)          \
  SID_LANES_SHARED_##samples##lanes(kind, room)

static void sid_lanes_shared_sample(const sid_problem *problem, uint32_t i, const sid_point *at,
                                    double *g) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_LANES_SHARED)
    default: return;
  }
}

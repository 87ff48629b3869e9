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

/* The gradient of sample `offset/p`, which may be a different one in each lane; offset is the index
 * of the first number of its row, label its label. */
#define SID_LANES_SAMPLE_00(kind, room)
#define SID_LANES_SAMPLE_01(kind, room)
#define SID_LANES_SAMPLE_10(kind, room)
#define SID_LANES_SAMPLE_11(kind, room)                                                            \
  case kind:                                                                                       \
    sid_lanes_##room##_sample(problem, offset, label, at, g);                                      \
    return;
#define SID_LANES_SAMPLE(kind, number, name, room, samples, own, test, dim, check, lanes)          \
  SID_LANES_SAMPLE_##samples##lanes(kind, room)

static void sid_lanes_sample(const sid_problem *problem, vu offset, vd label, const sid_point *at,
                             double *g) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_LANES_SAMPLE)
    default: return;
  }
}

/* Sample i in every lane. */
static void sid_lanes_shared_sample(const sid_problem *problem, uint32_t i, const sid_point *at,
                                    double *g) {
  const vd label = vd_set(problem->labels ? problem->labels[i] : 0.0);
  sid_lanes_sample(problem, vu_set((uint64_t)i * problem->dim), label, at, g);
}

/* Losses, gradients and Hessian-vector products of every problem against differences of its exact
 * loss (exact.h), and the enumeration of the finite families. docs/spec.md section 6.
 *
 * Tolerances are first-order bounds on the rounding: K*2^-53 times the formula with absolute values
 * in place of all its terms, where K counts the roundings on the longest way from the data to the
 * result. R is that count for one canonical dot product. 1 % is added for the higher orders, and
 * one rounding for the exact value itself. Where counting by hand would be long (the heights over
 * the sphere, batch normalisation) the bound comes from a running error analysis of the formula
 * (bounded.h). */
#include "bounded.h"
#include "exact.h"

#include <math.h>

#define POINTS 6

/* Roundings of a dot product of p terms: product, additions to an accumulator, tree. */
static double dot_roundings(uint32_t p) { return (double)((p + 7) / 8 - 1) + 4.0; }

/* sum_j |a_j b_j| */
static double absolute_dot(const double *a, const double *b, uint32_t p) {
  double sum = 0.0;
  for (uint32_t j = 0; j < p; j++) sum += fabs(a[j] * b[j]);
  return sum;
}

static double tolerance(double roundings, double size) {
  return 1.01 * (roundings + 1.0) * UNIT_ROUNDOFF * size;
}

/* What all bounds of a scale-invariant problem need. */
typedef struct {
  double R, ir, im;
  uint32_t p;
} frame;

static frame frame_at(const sid_problem *problem, const double *x) {
  const double r = absolute_dot(x, x, problem->dim);
  const frame f = {dot_roundings(problem->dim), 1.0 / r, 1.0 / sqrt(r), problem->dim};
  return f;
}

/* ---- rayleigh ------------------------------------------------------------------------------ */

/* (|A| |y|)_j */
static double rayleigh_apply(const sid_problem *problem, const double *y, uint32_t j) {
  if (problem->spectrum) return fabs(problem->spectrum[j] * y[j]);
  return absolute_dot(problem->matrix + (size_t)j * problem->dim, y, problem->dim);
}

static double rayleigh_quotient(const sid_problem *problem, const double *x, double ir) {
  double q = 0.0;
  for (uint32_t j = 0; j < problem->dim; j++) q += fabs(x[j]) * rayleigh_apply(problem, x, j);
  return q * ir;
}

/* q: R of v, R of the dot, R + 1 of ir, 1. */
static double rayleigh_loss_tolerance(const sid_problem *problem, const double *x) {
  const frame f = frame_at(problem, x);
  return tolerance(3.0 * f.R + 3.0, 0.5 * rayleigh_quotient(problem, x, f.ir));
}

static double rayleigh_gradient_size(const sid_problem *problem, const double *x, uint32_t j) {
  const double ir = frame_at(problem, x).ir;
  return (rayleigh_apply(problem, x, j) + rayleigh_quotient(problem, x, ir) * fabs(x[j])) * ir;
}

/* q*x_j*ir: 3R + 2, product, difference, R + 1 of ir, product. */
static double rayleigh_gradient_tolerance(const sid_problem *problem, const double *x, uint32_t j) {
  return tolerance(4.0 * frame_at(problem, x).R + 6.0, rayleigh_gradient_size(problem, x, j));
}

/* 2*b*x_j*ir: 5R + 6 of b, product, difference, R + 2, difference; c2*G_j: 2R + 2 and 4R + 6,
 * product, difference. */
static double rayleigh_hv_tolerance(const sid_problem *problem, const double *x, const double *y,
                                    uint32_t j) {
  const frame f = frame_at(problem, x);
  const double q = rayleigh_quotient(problem, x, f.ir), c = absolute_dot(x, y, f.p) * f.ir;
  double b = 0.0;
  for (uint32_t k = 0; k < f.p; k++) b += rayleigh_gradient_size(problem, x, k) * fabs(y[k]);
  const double size =
      (rayleigh_apply(problem, y, j) + q * fabs(y[j]) + 2.0 * b * fabs(x[j])) * f.ir +
      2.0 * c * rayleigh_gradient_size(problem, x, j);
  return tolerance(6.0 * f.R + 11.0, size);
}

/* ---- normalised_linear --------------------------------------------------------------------- */

static const double *feature(const sid_problem *problem, uint32_t i) {
  return problem->features + (size_t)i * problem->dim;
}

/* |e_i| with absolute values; 2R + 4 roundings: R of the dot, R + 2 of im, product, difference. */
static double linear_error(const sid_problem *problem, const double *x, double im, uint32_t i) {
  return absolute_dot(feature(problem, i), x, problem->dim) * im + fabs(problem->labels[i]);
}

/* h_j, or that of one sample: 2R + 5, n - 1 additions, 2 for 1/n and the product with it. */
static double linear_h(const sid_problem *problem, const double *x, double im, int64_t sample,
                       uint32_t j) {
  double h = 0.0;
  if (sample >= 0)
    return linear_error(problem, x, im, (uint32_t)sample) *
           fabs(feature(problem, (uint32_t)sample)[j]);
  for (uint32_t i = 0; i < problem->samples; i++)
    h += linear_error(problem, x, im, i) * fabs(feature(problem, i)[j]);
  return h / problem->samples;
}

/* t: 2R + n + 6 of h, R of the dot, R + 1 of ir, product. */
static double linear_t(const sid_problem *problem, const double *x, frame f, int64_t sample) {
  double t = 0.0;
  for (uint32_t j = 0; j < f.p; j++) t += fabs(x[j]) * linear_h(problem, x, f.im, sample, j);
  return t * f.ir;
}

static double linear_gradient_size(const sid_problem *problem, const double *x, int64_t sample,
                                   uint32_t j) {
  const frame f = frame_at(problem, x);
  return (linear_h(problem, x, f.im, sample, j) + linear_t(problem, x, f, sample) * fabs(x[j])) *
         f.im;
}

/* t*x_j*im: 4R + n + 8, product, difference, R + 2 of im, product. */
static double linear_gradient_tolerance(const sid_problem *problem, const double *x, int64_t sample,
                                        uint32_t j) {
  const frame f = frame_at(problem, x);
  return tolerance(5.0 * f.R + problem->samples + 13.0,
                   linear_gradient_size(problem, x, sample, j));
}

/* e*e: 4R + 8 and the product; n - 1 additions, 1/n, product. */
static double linear_loss_tolerance(const sid_problem *problem, const double *x) {
  const frame f = frame_at(problem, x);
  double sum = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++)
    sum += pow(linear_error(problem, x, f.im, i), 2.0);
  return tolerance(4.0 * f.R + problem->samples + 10.0, sum / (2.0 * problem->samples));
}

/* dh_j: k has 2R + 2 of c, R, product, difference, R + 2, product: 4R + 7; then product, n - 1
 * additions, 1/n, product. */
static double linear_dh(const sid_problem *problem, const double *x, const double *y, frame f,
                        uint32_t j) {
  const double c = absolute_dot(x, y, f.p) * f.ir;
  double dh = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double *z = feature(problem, i);
    dh += (absolute_dot(z, y, f.p) + c * absolute_dot(z, x, f.p)) * f.im * fabs(z[j]);
  }
  return dh / problem->samples;
}

/* dt*x_j*im: dt has 4R + n + 9 of dh, R, sum, R + 1 of ir, product, difference: 6R + n + 13, and no
 * more by 2c*t (2R + 2, 4R + n + 8, product, difference); product, two differences, R + 2, product,
 * difference. */
static double linear_hv_tolerance(const sid_problem *problem, const double *x, const double *y,
                                  uint32_t j) {
  const frame f = frame_at(problem, x);
  const double c = absolute_dot(x, y, f.p) * f.ir, t = linear_t(problem, x, f, -1);
  double dt = 2.0 * c * t;
  for (uint32_t k = 0; k < f.p; k++)
    dt += (fabs(y[k]) * linear_h(problem, x, f.im, -1, k) +
           fabs(x[k]) * linear_dh(problem, x, y, f, k)) *
          f.ir;
  const double size = (linear_dh(problem, x, y, f, j) + dt * fabs(x[j]) + t * fabs(y[j])) * f.im +
                      c * linear_gradient_size(problem, x, -1, j);
  return tolerance(7.0 * f.R + problem->samples + 20.0, size);
}

/* ---- ratio2: no cancellation but in the Hessian -------------------------------------------- */

/* r has 2 roundings, q = r*r 5, s*y 2, the quotient 1. */
static double ratio2_gradient_tolerance(const double *x, uint32_t j) {
  const double r = x[0] * x[0] + x[1] * x[1];
  return tolerance(8.0, 2.0 * fabs(x[0] * x[1] * x[1 - j]) / (r * r));
}

/* d/c: 3, c = q*r 8, quotient, difference, product, sum. */
static double ratio2_hv_tolerance(const double *x, const double *v, uint32_t j) {
  const double r = x[0] * x[0] + x[1] * x[1], xx = x[0] * x[0], yy = x[1] * x[1],
               s = fabs(x[0] * x[1]);
  const double d = 8.0 * xx * yy / (r * r * r), own = (j == 0 ? 2.0 * yy : 2.0 * xx) / (r * r) + d;
  return tolerance(15.0, own * fabs(v[j]) +
                             (4.0 * s / (r * r) + 8.0 * s * yy / (r * r * r)) * fabs(v[1 - j]));
}

/* ---- quadratics ---------------------------------------------------------------------------- */

static double quadratic_weight(const sid_problem *problem, uint32_t i) {
  return problem->weights ? problem->weights[i] : 1.0 / problem->samples;
}

/* A sample: product, difference. The mean: 1/n, product, n - 1 additions. */
static double quadratic_gradient_tolerance(const sid_problem *problem, const double *x,
                                           int64_t sample, uint32_t j) {
  double size = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const size_t at = (size_t)i * problem->dim + j;
    const double one = fabs(problem->a[at] * x[j]) + fabs(problem->b[at]);
    if (sample == (int64_t)i) return tolerance(2.0, one);
    size += quadratic_weight(problem, i) * one;
  }
  return tolerance(problem->samples + 3.0, size);
}

static double quadratic_hv_tolerance(const sid_problem *problem, const double *v, uint32_t j) {
  double size = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++)
    size += quadratic_weight(problem, i) * fabs(problem->a[(size_t)i * problem->dim + j] * v[j]);
  return tolerance(problem->samples + 2.0, size);
}

/* Two products and a difference, the canonical sum, 1/n, product, n - 1 additions. */
static double quadratic_loss_tolerance(const sid_problem *problem, const double *x) {
  double size = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++)
    for (uint32_t j = 0; j < problem->dim; j++) {
      const size_t at = (size_t)i * problem->dim + j;
      size += quadratic_weight(problem, i) *
              (fabs(0.5 * problem->a[at] * x[j] * x[j]) + fabs(problem->b[at] * x[j]));
    }
  return tolerance(dot_roundings(problem->dim) + problem->samples + 4.0, size);
}

/* ---- trough3 and ridge3: running error analysis of section 6 ------------------------------- */

typedef struct {
  bounded x[3], ir, im, u, h, q, t, gu[3], gq[3];
} bounded_height;

static bounded_height height_bounds(const sid_problem *problem, const double *x) {
  bounded_height at;
  bounded v[3];
  exactly_all(x, 3, at.x);
  exactly_all(x, 3, v);
  v[1] = times(exactly(9.0), at.x[1]);
  const bounded r = dot_of(at.x, at.x, 3);
  at.ir = over(exactly(1.0), r);
  at.im = over(exactly(1.0), root(r));
  at.u = times(at.x[2], at.im);
  at.h = minus(at.u, exactly(problem->kind == SID_TROUGH3 ? 0.6 : 0.0));
  at.q = times(dot_of(at.x, v, 3), at.ir);
  at.t = times(at.u, at.ir);
  for (int j = 0; j < 3; j++) {
    at.gu[j] = minus(j == 2 ? at.im : exactly(0.0), times(at.t, at.x[j]));
    at.gq[j] = times(minus(v[j], times(at.q, at.x[j])), at.ir);
  }
  return at;
}

static double height_loss_tolerance(const sid_problem *problem, const double *x) {
  const bounded_height at = height_bounds(problem, x);
  return bound_of(times(times(exactly(0.5), times(at.h, at.h)), at.q));
}

static double height_gradient_tolerance(const sid_problem *problem, const double *x, uint32_t j) {
  const bounded_height at = height_bounds(problem, x);
  return bound_of(plus(times(times(at.h, at.q), at.gu[j]), times(times(at.h, at.h), at.gq[j])));
}

static double height_hv_tolerance(const sid_problem *problem, const double *x, const double *y,
                                  uint32_t j) {
  const bounded_height at = height_bounds(problem, x);
  bounded v[3];
  exactly_all(y, 3, v);
  const bounded two = exactly(2.0), c1 = times(dot_of(at.x, v, 3), at.ir), c2 = times(two, c1);
  const bounded du = dot_of(at.gu, v, 3), dq = times(two, dot_of(at.gq, v, 3));
  const bounded dhq = plus(times(du, at.q), times(at.h, dq)), dhh = times(times(two, at.h), du);
  const bounded dt = times(minus(du, times(c2, at.u)), at.ir);
  const bounded dim = j == 2 ? times(c1, at.im) : exactly(0.0),
                w = j == 1 ? times(exactly(9.0), v[j]) : v[j];
  const bounded dgu =
      minus(minus(dim, times(dt, at.x[j])), times(at.t, v[j])); /* the sign of dim is no matter */
  const bounded inner = minus(minus(w, times(dq, at.x[j])), times(at.q, v[j]));
  const bounded dgq = minus(times(inner, at.ir), times(c2, at.gq[j]));
  const bounded first = plus(times(dhq, at.gu[j]), times(times(at.h, at.q), dgu));
  return bound_of(plus(first, plus(times(dhh, at.gq[j]), times(times(at.h, at.h), dgq))));
}

/* ---- batch normalisation: running error analysis of section 6 ------------------------------ */

typedef struct {
  uint32_t n;
  bounded beta, gamma, mu, inv_n, isd, k, f, z[INSTANCE_SAMPLES_MAX], t[INSTANCE_SAMPLES_MAX];
  bounded d[INSTANCE_SAMPLES_MAX], ds[INSTANCE_SAMPLES_MAX]; /* dL/ds, and its derivative along v */
  bounded x[INSTANCE_DIM_MAX], v[INSTANCE_DIM_MAX];
} bounded_bn;

static bounded outputs_dot(const sid_problem *problem, const bounded *left, const bounded *right,
                           uint32_t i) {
  const uint32_t *entry = problem->entries + 2 * (size_t)i;
  return dot_of(left + entry[0] * problem->inner,
                right + (problem->rows + entry[1]) * problem->inner, problem->inner);
}

static bounded output_bound(const sid_problem *problem, const bounded *x, uint32_t i) {
  bounded z[INSTANCE_DIM_MAX];
  if (problem->kind == SID_BN_COMPLETION) return outputs_dot(problem, x, x, i);
  exactly_all(feature(problem, i), problem->dim, z);
  return dot_of(z, x, problem->dim);
}

static void bn_outputs(const sid_problem *problem, const double *x, bounded_bn *bn) {
  const uint32_t n = bn->n = problem->samples;
  bounded y[INSTANCE_SAMPLES_MAX], c[INSTANCE_SAMPLES_MAX];
  exactly_all(x, problem->dim, bn->x);
  exactly_all(problem->labels, n, y);
  bn->inv_n = over(exactly(1.0), exactly(n));
  for (uint32_t i = 0; i < n; i++) c[i] = output_bound(problem, bn->x, i);
  bn->beta = times(sum_of(y, n), bn->inv_n);
  bn->mu = times(sum_of(c, n), bn->inv_n);
  for (uint32_t i = 0; i < n; i++) bn->t[i] = minus(y[i], bn->beta), c[i] = minus(c[i], bn->mu);
  bn->gamma = root(times(dot_of(bn->t, bn->t, n), bn->inv_n));
  bn->isd = over(exactly(1.0), root(times(dot_of(c, c, n), bn->inv_n)));
  for (uint32_t i = 0; i < n; i++) bn->z[i] = times(c[i], bn->isd);
  bn->k = times(dot_of(bn->z, bn->t, n), bn->inv_n);
  bn->f = times(times(times(exactly(2.0), bn->gamma), bn->isd), bn->inv_n);
  for (uint32_t i = 0; i < n; i++) bn->d[i] = times(bn->f, minus(times(bn->k, bn->z[i]), bn->t[i]));
}

static void bn_derivative(const sid_problem *problem, const double *v, bounded_bn *bn) {
  const uint32_t n = bn->n;
  bounded dz[INSTANCE_SAMPLES_MAX], *ds = bn->ds;
  exactly_all(v, problem->dim, bn->v);
  for (uint32_t i = 0; i < n; i++)
    ds[i] = problem->kind == SID_BN_COMPLETION
                ? plus(outputs_dot(problem, bn->v, bn->x, i), outputs_dot(problem, bn->x, bn->v, i))
                : output_bound(problem, bn->v, i);
  const bounded m = times(sum_of(ds, n), bn->inv_n);
  for (uint32_t i = 0; i < n; i++) ds[i] = minus(ds[i], m);
  const bounded b = times(dot_of(bn->z, ds, n), bn->inv_n), w = times(b, bn->isd);
  for (uint32_t i = 0; i < n; i++) dz[i] = times(minus(ds[i], times(b, bn->z[i])), bn->isd);
  const bounded dk = times(dot_of(dz, bn->t, n), bn->inv_n);
  for (uint32_t i = 0; i < n; i++) {
    const bounded turn = times(w, minus(times(bn->k, bn->z[i]), bn->t[i]));
    ds[i] = times(bn->f, minus(plus(times(dk, bn->z[i]), times(bn->k, dz[i])), turn));
  }
}

/* total += component j of sum_i c_i (gradient of s_i at x), in the order of i. */
static bounded bn_combine(const sid_problem *problem, const bounded *c, const bounded *x,
                          uint32_t j, bounded total) {
  for (uint32_t i = 0; i < problem->samples; i++) {
    bounded factor = exactly(0.0);
    if (problem->kind == SID_BN_REGRESSION) {
      factor = exactly(feature(problem, i)[j]);
    } else {
      const uint32_t row = j / problem->inner, k = j % problem->inner,
                     *entry = problem->entries + 2 * (size_t)i;
      if (row != entry[0] && row != problem->rows + entry[1]) continue;
      factor = x[(row == entry[0] ? problem->rows + entry[1] : entry[0]) * problem->inner + k];
    }
    total = plus(total, times(c[i], factor));
  }
  return total;
}

static double bn_loss_tolerance(const sid_problem *problem, const double *x) {
  bounded_bn bn;
  bounded total = exactly(0.0);
  bn_outputs(problem, x, &bn);
  for (uint32_t i = 0; i < bn.n; i++) {
    const bounded e = minus(times(bn.gamma, bn.z[i]), bn.t[i]);
    total = plus(total, times(e, e));
  }
  return bound_of(times(total, bn.inv_n));
}

static double test_loss_tolerance(const sid_problem *problem, const double *x) {
  bounded_bn bn;
  bounded total = exactly(0.0);
  bn_outputs(problem, x, &bn);
  for (uint32_t r = 0; r < problem->rows; r++)
    for (uint32_t c = 0; c < problem->cols; c++) {
      const bounded s = dot_of(bn.x + r * problem->inner,
                               bn.x + (problem->rows + c) * problem->inner, problem->inner);
      const bounded prediction = plus(times(bn.gamma, times(minus(s, bn.mu), bn.isd)), bn.beta);
      const bounded e = minus(prediction, exactly(problem->matrix[r * problem->cols + c]));
      total = plus(total, times(e, e));
    }
  return bound_of(times(total, over(exactly(1.0), exactly(problem->rows * problem->cols))));
}

static double bn_gradient_tolerance(const sid_problem *problem, const double *x, uint32_t j) {
  bounded_bn bn;
  bn_outputs(problem, x, &bn);
  return bound_of(bn_combine(problem, bn.d, bn.x, j, exactly(0.0)));
}

static double bn_hv_tolerance(const sid_problem *problem, const double *x, const double *v,
                              uint32_t j) {
  bounded_bn bn;
  bn_outputs(problem, x, &bn);
  bn_derivative(problem, v, &bn);
  const bounded first = bn_combine(problem, bn.ds, bn.x, j, exactly(0.0));
  return bound_of(problem->kind == SID_BN_COMPLETION ? bn_combine(problem, bn.d, bn.v, j, first)
                                                     : first);
}

/* ---- poisson: a canonical sum and a product; the derivatives are exact --------------------- */

static double poisson_loss_tolerance(const sid_problem *problem, const double *x) {
  double size = 0.0;
  for (uint32_t j = 0; j < problem->dim; j++) size += fabs(x[j]);
  return tolerance(dot_roundings(problem->dim), problem->mean * size);
}

/* ---- all of them --------------------------------------------------------------------------- */

static double loss_tolerance(const sid_problem *problem, const double *x) {
  switch (problem->kind) {
    case SID_RAYLEIGH: return rayleigh_loss_tolerance(problem, x);
    case SID_NORMALISED_LINEAR: return linear_loss_tolerance(problem, x);
    case SID_RATIO2: return tolerance(4.0, 1.0); /* of a number below 1 */
    case SID_QUADRATIC_SAMPLES: return quadratic_loss_tolerance(problem, x);
    case SID_QUADRATIC_NOISY: {
      double size = 0.0;
      for (uint32_t j = 0; j < problem->dim; j++)
        size += 0.5 * fabs(problem->spectrum[j]) * x[j] * x[j];
      return tolerance(dot_roundings(problem->dim) + 1.0, size);
    }
    case SID_TROUGH3:
    case SID_RIDGE3: return height_loss_tolerance(problem, x);
    case SID_BN_REGRESSION:
    case SID_BN_COMPLETION: return bn_loss_tolerance(problem, x);
    case SID_POISSON: return poisson_loss_tolerance(problem, x);
    default: return 0.0;
  }
}

static double gradient_tolerance(const sid_problem *problem, const double *x, int64_t sample,
                                 uint32_t j) {
  switch (problem->kind) {
    case SID_RAYLEIGH: return rayleigh_gradient_tolerance(problem, x, j);
    case SID_NORMALISED_LINEAR: return linear_gradient_tolerance(problem, x, sample, j);
    case SID_RATIO2: return ratio2_gradient_tolerance(x, j);
    case SID_QUADRATIC_SAMPLES: return quadratic_gradient_tolerance(problem, x, sample, j);
    case SID_QUADRATIC_NOISY: return tolerance(1.0, fabs(problem->spectrum[j] * x[j]));
    case SID_TROUGH3:
    case SID_RIDGE3: return height_gradient_tolerance(problem, x, j);
    case SID_BN_REGRESSION:
    case SID_BN_COMPLETION: return bn_gradient_tolerance(problem, x, j);
    default: return 0.0;
  }
}

static double hv_tolerance(const sid_problem *problem, const double *x, const double *v,
                           uint32_t j) {
  switch (problem->kind) {
    case SID_RAYLEIGH: return rayleigh_hv_tolerance(problem, x, v, j);
    case SID_NORMALISED_LINEAR: return linear_hv_tolerance(problem, x, v, j);
    case SID_RATIO2: return ratio2_hv_tolerance(x, v, j);
    case SID_QUADRATIC_SAMPLES: return quadratic_hv_tolerance(problem, v, j);
    case SID_QUADRATIC_NOISY: return tolerance(1.0, fabs(problem->spectrum[j] * v[j]));
    case SID_TROUGH3:
    case SID_RIDGE3: return height_hv_tolerance(problem, x, v, j);
    case SID_BN_REGRESSION:
    case SID_BN_COMPLETION: return bn_hv_tolerance(problem, x, v, j);
    default: return 0.0;
  }
}

typedef struct {
  instances all;
  exact exact;
  double work[INSTANCE_WORK_MAX];
} fixture_state;

static int set_up(void **state) {
  fixture_state *test = malloc(sizeof *test);
  if (!test) return -1;
  instances_make(&test->all);
  exact_open(&test->exact);
  *state = test;
  return 0;
}

static int tear_down(void **state) {
  exact_close(&((fixture_state *)*state)->exact);
  free(*state);
  return 0;
}

/* Point number k of a problem: of ordinary size, and then by powers of ten larger or smaller. */
static void point(const sid_problem *problem, uint64_t k, double *x) {
  static const double sizes[POINTS] = {1.0, 1.0, 1e-3, 1e3, 1e-20, 1e20};
  data_source data = {k + 100};
  instance_point(problem, &data, x);
  for (uint32_t j = 0; j < problem->dim; j++) x[j] *= sizes[k];
}

/* A test of one problem at one point; derivatives do not depend on the noise, so each problem is
 * taken once. */
typedef void (*point_test)(fixture_state *test, const instance *one, const double *x);

static void at_all_points(void **state, point_test check) {
  fixture_state *test = *state;
  size_t seen = 0;
  for (size_t i = 0; i < test->all.count; i++) {
    const instance *one = test->all.list + i;
    if (i > 0 && strcmp(one->name, one[-1].name) == 0) continue;
    for (uint64_t k = 0; k < POINTS; k++) {
      double x[INSTANCE_DIM_MAX];
      point(&one->problem, k, x);
      exact_point(&test->exact, x, one->problem.dim);
      check(test, one, x);
      seen++;
    }
  }
  assert_int_equal(seen, INSTANCE_NAMES * POINTS);
}

static void check_loss(fixture_state *test, const instance *one, const double *x) {
  const sid_problem *problem = &one->problem;
  exact_loss(&test->exact, problem, -1, test->exact.x, test->exact.loss);
  require_within(sid_problem_loss(problem, x, test->work), mpfr_get_d(test->exact.loss, MPFR_RNDN),
                 loss_tolerance(problem, x), one->name, 0);
}

/* Only bn_completion with a matrix has one; elsewhere it is the quiet NaN. */
static void check_test_loss(fixture_state *test, const instance *one, const double *x) {
  const sid_problem *problem = &one->problem;
  const double found = sid_problem_test_loss(problem, x, test->work);
  if (problem->kind != SID_BN_COMPLETION || !problem->matrix) {
    require_bits(found, QUIET_NAN, one->name, 0);
    return;
  }
  exact_test_loss(&test->exact, problem, test->exact.x, test->exact.loss);
  require_within(found, mpfr_get_d(test->exact.loss, MPFR_RNDN), test_loss_tolerance(problem, x),
                 one->name, 0);
}

static void check_gradient(fixture_state *test, const instance *one, const double *x) {
  double gradient[INSTANCE_DIM_MAX];
  sid_problem_gradient(&one->problem, x, gradient, test->work);
  for (uint32_t j = 0; j < one->problem.dim; j++)
    require_within(gradient[j], exact_gradient(&test->exact, &one->problem, -1, j),
                   gradient_tolerance(&one->problem, x, -1, j), one->name, j);
}

static void check_hessian_vector(fixture_state *test, const instance *one, const double *x) {
  data_source data = {4711};
  double v[INSTANCE_DIM_MAX], product[INSTANCE_DIM_MAX];
  data_fill(&data, v, one->problem.dim, -1.0, 1.0);
  sid_problem_hessian_vector(&one->problem, x, v, product, test->work);
  for (uint32_t j = 0; j < one->problem.dim; j++)
    require_within(product[j], exact_hessian_vector(&test->exact, &one->problem, v, j),
                   hv_tolerance(&one->problem, x, v, j), one->name, j);
}

static void check_samples(fixture_state *test, const instance *one, const double *x) {
  if (!instance_is_family(&one->problem)) return;
  for (uint32_t i = 0; i < one->problem.samples; i++) {
    double gradient[INSTANCE_DIM_MAX];
    sid_problem_sample_gradient(&one->problem, i, x, gradient, NULL);
    for (uint32_t j = 0; j < one->problem.dim; j++)
      require_within(gradient[j], exact_gradient(&test->exact, &one->problem, i, j),
                     gradient_tolerance(&one->problem, x, i, j), one->name, j);
  }
}

/* The weighted mean of the sample gradients is the full gradient: to the bit for quadratic_samples,
 * where it is its definition; else within the roundings of both. */
static void check_enumeration(fixture_state *test, const instance *one, const double *x) {
  const sid_problem *problem = &one->problem;
  double full[INSTANCE_DIM_MAX], mean[INSTANCE_DIM_MAX] = {0.0}, sample[INSTANCE_DIM_MAX];
  if (!instance_is_family(problem)) return;
  sid_problem_gradient(problem, x, full, test->work);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double weight = sid_problem_sample_weight(problem, i);
    require_bits(weight, quadratic_weight(problem, i), "weight", i);
    sid_problem_sample_gradient(problem, i, x, sample, NULL);
    for (uint32_t j = 0; j < problem->dim; j++)
      mean[j] = i == 0 ? weight * sample[j] : mean[j] + weight * sample[j];
  }
  for (uint32_t j = 0; j < problem->dim; j++) {
    if (problem->kind == SID_QUADRATIC_SAMPLES)
      require_bits(full[j], mean[j], one->name, j);
    else
      require_within(full[j], mean[j], 2.0 * gradient_tolerance(problem, x, -1, j), one->name, j);
  }
}

/* Euler: a loss that is homogeneous of degree 0 has a gradient orthogonal to x, of degree -1: Hx =
 * -G, and G(2x) = G(x)/2 to the bit, a factor of 2 being exact. */
static void check_homogeneity(fixture_state *test, const instance *one, const double *x) {
  const sid_problem *problem = &one->problem;
  const uint32_t p = problem->dim;
  double gradient[INSTANCE_DIM_MAX], at_double[INSTANCE_DIM_MAX], twice[INSTANCE_DIM_MAX],
      hx[INSTANCE_DIM_MAX];
  if (!sid_problem_scale_invariant(problem)) return;
  for (uint32_t j = 0; j < p; j++) twice[j] = 2.0 * x[j];
  sid_problem_gradient(problem, x, gradient, test->work);
  sid_problem_gradient(problem, twice, at_double, test->work);
  for (uint32_t j = 0; j < p; j++) at_double[j] *= 2.0;
  require_same(at_double, gradient, p, one->name);
  require_bits(sid_problem_loss(problem, twice, test->work),
               sid_problem_loss(problem, x, test->work), one->name, p);
  sid_problem_hessian_vector(problem, x, x, hx, test->work);
  for (uint32_t j = 0; j < p; j++)
    require_within(hx[j], -gradient[j],
                   gradient_tolerance(problem, x, -1, j) + hv_tolerance(problem, x, x, j),
                   one->name, j);
}

static void test_loss(void **state) { at_all_points(state, check_loss); }
static void test_test_loss(void **state) { at_all_points(state, check_test_loss); }
static void test_gradient(void **state) { at_all_points(state, check_gradient); }
static void test_hessian_vector(void **state) { at_all_points(state, check_hessian_vector); }
static void test_sample_gradients(void **state) { at_all_points(state, check_samples); }
static void test_enumeration(void **state) { at_all_points(state, check_enumeration); }
static void test_homogeneity(void **state) { at_all_points(state, check_homogeneity); }

static void test_noise_only_is_zero(void **state) {
  fixture_state *test = *state;
  const double x[3] = {1.0, -2.0, 3.0};
  const double zeros[3] = {0.0, 0.0, 0.0};
  double out[3] = {1.0, 1.0, 1.0}, product[3] = {1.0, 1.0, 1.0};
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_NOISE_ONLY, problem.dim = 3, problem.noise = SID_NOISE_SPHERE,
  problem.sigma = 1.0;
  require_bits(sid_problem_loss(&problem, x, test->work), 0.0, "loss", 0);
  sid_problem_gradient(&problem, x, out, test->work);
  require_same(out, zeros, 3, "gradient");
  sid_problem_hessian_vector(&problem, x, x, product, test->work);
  require_same(product, zeros, 3, "product");
}

static void test_scale_invariance_by_kind(void **state) {
  static const int expected[] = {1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0};
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  for (int32_t kind = SID_RAYLEIGH; kind <= SID_POISSON; kind++) {
    problem.kind = kind;
    assert_int_equal(sid_problem_scale_invariant(&problem), expected[kind - SID_RAYLEIGH]);
  }
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_loss),
      cmocka_unit_test(test_test_loss),
      cmocka_unit_test(test_gradient),
      cmocka_unit_test(test_hessian_vector),
      cmocka_unit_test(test_sample_gradients),
      cmocka_unit_test(test_enumeration),
      cmocka_unit_test(test_homogeneity),
      cmocka_unit_test(test_noise_only_is_zero),
      cmocka_unit_test(test_scale_invariance_by_kind),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}

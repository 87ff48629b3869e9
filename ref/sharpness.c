/* Largest eigenvalue of the Hessian by products with vectors alone. docs/spec.md section 14. */
#include "config.h"
#include "fp.h"
#include "problem.h"

/* v = v/|v|. */
static void sid_sharpness_unit(double *v, uint32_t p) {
  const double k = 1.0 / sid_sqrt(sid_dot(v, v, p));
  for (uint32_t j = 0; j < p; j++) v[j] = v[j] * k;
}

/* hv = r H(x) v, with r = |x|^2: the Hessian at x/|x| in the units of which the sharpness is
 * given. */
static void sid_sharpness_apply(const sid_problem *problem, const double *x, double r,
                                const double *v, double *hv, double *work) {
  sid_problem_hessian_vector(problem, x, v, hv, work);
  for (uint32_t j = 0; j < problem->dim; j++) hv[j] = hv[j] * r;
}

double sid_sharpness_power(const sid_problem *problem, const double *x, double shift,
                           uint32_t iterations, double *v, double *residual, double *work) {
  const uint32_t p = problem->dim;
  double *hv = work, *rest = work + p;
  const double r = sid_dot(x, x, p);
  sid_sharpness_unit(v, p);
  for (uint32_t k = 0; k < iterations; k++) {
    sid_sharpness_apply(problem, x, r, v, hv, rest);
    for (uint32_t j = 0; j < p; j++) v[j] = hv[j] + shift * v[j];
    sid_sharpness_unit(v, p);
  }
  sid_sharpness_apply(problem, x, r, v, hv, rest);
  const double value = sid_dot(v, hv, p);
  for (uint32_t j = 0; j < p; j++) hv[j] = hv[j] - value * v[j];
  *residual = sid_sqrt(sid_dot(hv, hv, p));
  return value;
}

/* ---- Lanczos ---- */

/* The tridiagonal matrix of order m: diagonal a, beside it b (b[m-1] is what is left after the last
 * vector). */
typedef struct {
  uint32_t m;
  double *a, *b;
} sid_tridiagonal;

/* Pivots from the top of T - s: d_0 = a_0 - s, d_i = (a_i - s) - b_{i-1}^2/d_{i-1}; a pivot of 0
 * counts as the smallest normal number. Returns how many are positive, which is the number of
 * eigenvalues above s. */
static uint32_t sid_tridiagonal_above(const sid_tridiagonal *t, double s, double *d) {
  uint32_t above = 0;
  for (uint32_t i = 0; i < t->m; i++) {
    const double coupling = i == 0 ? 0.0 : (t->b[i - 1] * t->b[i - 1]) / d[i - 1];
    d[i] = (t->a[i] - s) - coupling;
    if (d[i] == 0.0) d[i] = 0x1p-1022;
    above += d[i] > 0.0;
  }
  return above;
}

/* The largest eigenvalue, by 100 bisections between the largest diagonal element and Gershgorin's
 * bound. */
static double sid_tridiagonal_largest(const sid_tridiagonal *t, double *d) {
  double low = t->a[0], high = t->a[0];
  for (uint32_t i = 0; i < t->m; i++) {
    const double reach = t->a[i] + ((i == 0 ? 0.0 : t->b[i - 1]) + (i + 1 < t->m ? t->b[i] : 0.0));
    low = t->a[i] > low ? t->a[i] : low;
    high = reach > high ? reach : high;
  }
  for (int k = 0; k < 100; k++) {
    const double middle = low + (high - low) * 0.5;
    if (sid_tridiagonal_above(t, middle, d))
      low = middle;
    else
      high = middle;
  }
  return low + (high - low) * 0.5;
}

/* |last component| of the unit eigenvector at s, which is where Lanczos's residual comes from.
 * Twisted factorisation: pivots d from the top, e from the bottom, and the vector grows both ways
 * from the row where they meet with the smallest d_i + e_i - (a_i - s). */
static double sid_tridiagonal_last(const sid_tridiagonal *t, double s, double *d, double *e) {
  const uint32_t m = t->m;
  uint32_t twist = 0;
  double least = 0.0;
  sid_tridiagonal_above(t, s, d);
  for (uint32_t i = m; i-- > 0;) {
    const double coupling = i + 1 == m ? 0.0 : (t->b[i] * t->b[i]) / e[i + 1];
    e[i] = (t->a[i] - s) - coupling;
    if (e[i] == 0.0) e[i] = 0x1p-1022;
    double gap = (d[i] + e[i]) - (t->a[i] - s);
    gap = gap < 0.0 ? -gap : gap;
    if (i + 1 == m || gap < least) least = gap, twist = i;
  }
  double total = 1.0, z = 1.0, last = 1.0;
  for (uint32_t i = twist; i-- > 0;) {
    z = -((t->b[i] * z) / d[i]);
    total = total + z * z;
  }
  for (uint32_t i = twist + 1; i < m; i++) {
    last = -((t->b[i - 1] * last) / e[i]);
    total = total + last * last;
  }
  return (last < 0.0 ? -last : last) / sid_sqrt(total);
}

static uint32_t sid_sharpness_order(const sid_problem *problem, uint32_t iterations) {
  return iterations < problem->dim ? iterations : problem->dim;
}

size_t sid_sharpness_workspace(const sid_problem *problem, uint32_t iterations) {
  return 3 * (size_t)problem->dim + 4 * (size_t)sid_sharpness_order(problem, iterations) +
         sid_problem_workspace_for(problem, SID_FOR_HESSIAN, 1);
}

/* The start vector of spec section 14. */
static void sid_sharpness_start(double *q, uint32_t p) {
  const uint64_t key[2] = {3, 0};
  sid_stream stream;
  (void)sid_stream_init(&stream, 0, key, 2);
  sid_stream_normals(&stream, q, p);
  sid_sharpness_unit(q, p);
}

double sid_sharpness_lanczos(const sid_problem *problem, const double *x, uint32_t iterations,
                             double *residual, double *work) {
  const uint32_t p = problem->dim, most = sid_sharpness_order(problem, iterations);
  double *q = work, *before = work + p, *w = work + 2 * (size_t)p, *d = work + 3 * (size_t)p,
         *e = d + most;
  double *rest = d + 4 * (size_t)most;
  sid_tridiagonal t = {0, d + 2 * (size_t)most, d + 3 * (size_t)most};
  const double r = sid_dot(x, x, p);
  double b = 0.0, largest = 0.0; /* of |a| + b so far: the size of the matrix */
  for (uint32_t j = 0; j < p; j++) before[j] = 0.0;
  sid_sharpness_start(q, p);
  while (t.m < most) {
    sid_sharpness_apply(problem, x, r, q, w, rest);
    for (uint32_t j = 0; j < p; j++) w[j] = w[j] - b * before[j];
    const double a = sid_dot(w, q, p);
    for (uint32_t j = 0; j < p; j++) w[j] = w[j] - a * q[j];
    b = sid_sqrt(sid_dot(w, w, p));
    t.a[t.m] = a;
    t.b[t.m] = b;
    t.m++;
    const double size = (a < 0.0 ? -a : a) + b;
    largest = size > largest ? size : largest;
    if (b <= 0x1p-44 * largest) break; /* the vectors span an invariant space */
    const double k = 1.0 / b;
    for (uint32_t j = 0; j < p; j++) {
      before[j] = q[j];
      q[j] = w[j] * k;
    }
  }
  const double value = sid_tridiagonal_largest(&t, d);
  *residual = t.b[t.m - 1] * sid_tridiagonal_last(&t, value, d, e);
  return value;
}

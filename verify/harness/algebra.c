/* Dot products, Jacobi's eigenvalues, Gaussian elimination. */
#include "harness/algebra.h"
#include <math.h>
#include <stdlib.h>

double vf_dot(const double *a, const double *b, size_t n) {
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

double vf_norm(const double *a, size_t n) { return sqrt(vf_dot(a, a, n)); }

void vf_scale(double *a, size_t n, double factor) {
  for (size_t i = 0; i < n; i++) a[i] *= factor;
}

void vf_add(double *a, const double *b, size_t n, double factor) {
  for (size_t i = 0; i < n; i++) a[i] += factor * b[i];
}

void vf_normalise(double *a, size_t n) {
  const double length = vf_norm(a, n);
  for (size_t i = 0; i < n; i++) a[i] /= length;
}

void vf_apply(const double *a, size_t n, const double *x, double *y) {
  for (size_t i = 0; i < n; i++) y[i] = vf_dot(a + i * n, x, n);
}

void vf_multiply(const double *a, const double *b, size_t n, double *c) {
  for (size_t k = 0; k < n * n; k++) c[k] = 0.0;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++) vf_add(c + i * n, b + k * n, n, a[i * n + k]);
}

void vf_project_off(const double *a, const double *u, size_t n, double *b) {
  for (size_t i = 0; i < n; i++) { /* rows first, then columns in place */
    const double along = vf_dot(a + i * n, u, n);
    for (size_t j = 0; j < n; j++) b[i * n + j] = a[i * n + j] - along * u[j];
  }
  for (size_t j = 0; j < n; j++) {
    double along = 0.0;
    for (size_t i = 0; i < n; i++) along += b[i * n + j] * u[i];
    for (size_t i = 0; i < n; i++) b[i * n + j] -= along * u[i];
  }
}

void vf_raise(double *worst, double value) {
  if (value > *worst || isnan(value)) *worst = value;
}

static int vf_by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

void vf_sort(double *a, size_t n) { qsort(a, n, sizeof *a, vf_by_value); }

double vf_largest_size(const double *a, size_t n) {
  double size = 0.0;
  for (size_t i = 0; i < n; i++) vf_raise(&size, fabs(a[i]));
  return size;
}

/* (x, y) = (c x - s y, s x + c y) of n pairs, `step` apart. */
static void vf_turn(double *x, double *y, size_t n, size_t step, double c, double s) {
  for (size_t k = 0; k < n * step; k += step) {
    const double u = x[k], v = y[k];
    x[k] = c * u - s * v, y[k] = s * u + c * v;
  }
}

/* The rotation in the plane of p and q that makes a[p][q] zero, by the smaller of its two angles;
 * the rows of vectors turn along. 0 if a[p][q] is no larger than `least`. */
static int vf_rotate(double *a, double *vectors, size_t n, size_t p, size_t q, double least) {
  const double off = a[p * n + q];
  if (!(fabs(off) > least)) return 0; /* or one of them is NaN */
  const double ratio = (a[q * n + q] - a[p * n + p]) / (2.0 * off);
  const double t = (ratio < 0.0 ? -1.0 : 1.0) / (fabs(ratio) + sqrt(ratio * ratio + 1.0));
  const double c = 1.0 / sqrt(t * t + 1.0), s = t * c;
  vf_turn(a + p, a + q, n, n, c, s);
  vf_turn(a + p * n, a + q * n, n, 1, c, s);
  vf_turn(vectors + p * n, vectors + q * n, n, 1, c, s);
  return 1;
}

/* All pairs once; how many were turned. What is 2^-60 of the sum of the diagonal's sizes stays. */
static size_t vf_sweep(double *a, double *vectors, size_t n) {
  double size = 0.0;
  size_t turned = 0;
  for (size_t i = 0; i < n; i++) size += fabs(a[i * (n + 1)]);
  for (size_t p = 0; p < n; p++)
    for (size_t q = p + 1; q < n; q++)
      turned += (size_t)vf_rotate(a, vectors, n, p, q, 0x1p-60 * size);
  return turned;
}

size_t vf_eigen(double *a, size_t n, double *values, double *vectors) {
  enum { SWEEPS = 30 }; /* convergence is quadratic: some 8 do */
  size_t largest = 0;
  for (size_t k = 0; k < n * n; k++) vectors[k] = k % (n + 1) == 0 ? 1.0 : 0.0;
  int left = SWEEPS;
  while (left > 0 && vf_sweep(a, vectors, n) > 0) left--;
  for (size_t i = 0; i < n; i++) {
    values[i] = a[i * (n + 1)];
    if (values[i] > values[largest] || isnan(values[i])) largest = i;
  }
  return largest;
}

/* Brings the row with the largest element of column j, at or below row j, to row j. */
static double vf_pivot(double *m, size_t n, size_t width, size_t j) {
  size_t top = j;
  for (size_t i = j + 1; i < n; i++)
    if (fabs(m[i * width + j]) > fabs(m[top * width + j])) top = i;
  for (size_t k = 0; top != j && k < width; k++) {
    const double kept = m[j * width + k];
    m[j * width + k] = m[top * width + k];
    m[top * width + k] = kept;
  }
  return m[j * width + j];
}

int vf_solve(double *m, size_t n, size_t sides) {
  const size_t width = n + sides;
  for (size_t j = 0; j < n; j++) {
    const double pivot = vf_pivot(m, n, width, j);
    if (pivot == 0.0 || !isfinite(pivot)) return -1;
    for (size_t i = j + 1; i < n; i++)
      vf_add(m + i * width + j, m + j * width + j, width - j, -m[i * width + j] / pivot);
  }
  for (size_t j = n; j-- > 0;) {
    double *solved = m + j * width + n;
    for (size_t i = j + 1; i < n; i++) vf_add(solved, m + i * width + n, sides, -m[j * width + i]);
    for (size_t k = 0; k < sides; k++) solved[k] /= m[j * width + j];
  }
  return 0;
}

void vf_solve_tridiagonal(const double *lower, const double *middle, double *upper, double *b,
                          size_t n) {
  for (size_t i = 0; i < n; i++) {
    const double pivot = middle[i] - (i > 0 ? lower[i] * upper[i - 1] : 0.0);
    upper[i] /= pivot;
    b[i] = (b[i] - (i > 0 ? lower[i] * b[i - 1] : 0.0)) / pivot;
  }
  for (size_t i = n; i-- > 1;) b[i - 1] -= upper[i - 1] * b[i];
}

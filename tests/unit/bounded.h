/* Running error analysis: a number in long double with a first-order bound on the error that
 * binary64 makes of it. A formula of docs/spec.md that is written in these operations, in its
 * order, gives the bound of its rounding errors: each operation passes on the bounds of its
 * operands and adds half a unit of its own result (Wilkinson; Higham, Accuracy and Stability,
 * section 3.3). Only the bound is used; values to compare with come from elsewhere. */
#ifndef BOUNDED_H
#define BOUNDED_H

#include "common.h"

#include <math.h>

typedef struct {
  long double v, e; /* value and bound of its error */
} bounded;

static inline bounded exactly(double x) {
  const bounded a = {(long double)x, 0.0L};
  return a;
}

static inline bounded rounded_to(long double v, long double e) {
  const bounded a = {v, e + fabsl(v) * 0x1p-53L};
  return a;
}

static inline bounded plus(bounded a, bounded b) { return rounded_to(a.v + b.v, a.e + b.e); }

static inline bounded minus(bounded a, bounded b) { return rounded_to(a.v - b.v, a.e + b.e); }

static inline bounded times(bounded a, bounded b) {
  return rounded_to(a.v * b.v, fabsl(a.v) * b.e + fabsl(b.v) * a.e);
}

static inline bounded over(bounded a, bounded b) {
  const long double q = a.v / b.v;
  return rounded_to(q, (a.e + fabsl(q) * b.e) / fabsl(b.v));
}

static inline bounded root(bounded a) {
  const long double r = sqrtl(a.v);
  return rounded_to(r, r > 0.0L ? a.e / (2.0L * r) : 0.0L);
}

/* Canonical sum (section 4), n at most 72. */
static inline bounded sum_of(const bounded *a, size_t n) {
  bounded acc[8];
  for (size_t k = 0; k < 8; k++) acc[k] = k < n ? a[k] : exactly(0.0);
  for (size_t j = 8; j < (n + 7) / 8 * 8; j++)
    acc[j % 8] = plus(acc[j % 8], j < n ? a[j] : exactly(0.0));
  return plus(plus(plus(acc[0], acc[4]), plus(acc[2], acc[6])),
              plus(plus(acc[1], acc[5]), plus(acc[3], acc[7])));
}

static inline bounded dot_of(const bounded *a, const bounded *b, size_t n) {
  bounded terms[72] = {{0.0L, 0.0L}};
  for (size_t j = 0; j < n; j++) terms[j] = times(a[j], b[j]);
  return sum_of(terms, n);
}

static inline void exactly_all(const double *x, size_t n, bounded *out) {
  for (size_t j = 0; j < n; j++) out[j] = exactly(x[j]);
}

/* The tolerance of a result: 1 % for the higher orders, and half a unit for the exact value it is
 * compared with. */
static inline double bound_of(bounded a) { return (double)(1.01L * (a.e + fabsl(a.v) * 0x1p-53L)); }

#endif

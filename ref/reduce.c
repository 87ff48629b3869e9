/* Canonical sum and dot product. docs/spec.md section 4: bit-exact for any n. The eight
 * accumulators do not depend on each other, so a compiler may keep them in vector registers of 2, 4
 * or 8 lanes; the order of additions stays. */
#include "config.h"
#include "reduce.h"

/* acc_k = acc_k + term_k of one group of eight. Written out: gcc vectorises this at -O2, a loop
 * only at -O3. */
static inline void sid_add_group(double acc[SID_LANES], const double *term) {
  acc[0] = acc[0] + term[0];
  acc[1] = acc[1] + term[1];
  acc[2] = acc[2] + term[2];
  acc[3] = acc[3] + term[3];
  acc[4] = acc[4] + term[4];
  acc[5] = acc[5] + term[5];
  acc[6] = acc[6] + term[6];
  acc[7] = acc[7] + term[7];
}

/* The same with the terms a_k*b_k. */
static inline void sid_add_products(double acc[SID_LANES], const double *a, const double *b) {
  acc[0] = acc[0] + a[0] * b[0];
  acc[1] = acc[1] + a[1] * b[1];
  acc[2] = acc[2] + a[2] * b[2];
  acc[3] = acc[3] + a[3] * b[3];
  acc[4] = acc[4] + a[4] * b[4];
  acc[5] = acc[5] + a[5] * b[5];
  acc[6] = acc[6] + a[6] * b[6];
  acc[7] = acc[7] + a[7] * b[7];
}

/* sum(a) over n terms. The +0 that pads the last group is added like any other term: it turns -0
 * into +0. */
double sid_sum(const double *a, size_t n) {
  double acc[SID_LANES], rest[SID_LANES];
  size_t q = 0;
  for (size_t k = 0; k < SID_LANES; k++) acc[k] = k < n ? a[k] : 0.0;
  for (q = SID_LANES; q + SID_LANES <= n; q += SID_LANES) sid_add_group(acc, a + q);
  if (q >= n) return sid_fold(acc);
  for (size_t k = 0; k < SID_LANES; k++) rest[k] = k < n - q ? a[q + k] : 0.0;
  sid_add_group(acc, rest);
  return sid_fold(acc);
}

/* dot(a, b): sum of the n rounded products. */
double sid_dot(const double *a, const double *b, size_t n) {
  double acc[SID_LANES], rest[SID_LANES];
  size_t q = 0;
  for (size_t k = 0; k < SID_LANES; k++) acc[k] = k < n ? a[k] * b[k] : 0.0;
  for (q = SID_LANES; q + SID_LANES <= n; q += SID_LANES) sid_add_products(acc, a + q, b + q);
  if (q >= n) return sid_fold(acc);
  for (size_t k = 0; k < SID_LANES; k++) rest[k] = k < n - q ? a[q + k] * b[q + k] : 0.0;
  sid_add_group(acc, rest);
  return sid_fold(acc);
}

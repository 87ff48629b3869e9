/* Batch normalisation of the outputs. docs/spec.md section 6. */
#include "bn_output.h"
#include "../config.h"
#include "../fp.h"

void sid_bn_normalise(sid_bn *bn, const double *labels, uint32_t n, double *z, double *t) {
  bn->n = n;
  bn->z = z;
  bn->t = t;
  bn->inv_n = 1.0 / (double)n;
  bn->beta = sid_sum(labels, n) * bn->inv_n;
  bn->mu = sid_sum(z, n) * bn->inv_n;
  for (uint32_t i = 0; i < n; i++) {
    t[i] = labels[i] - bn->beta;
    z[i] = z[i] - bn->mu;
  }
  bn->gamma = sid_sqrt(sid_dot(t, t, n) * bn->inv_n);
  bn->isd = 1.0 / sid_sqrt(sid_dot(z, z, n) * bn->inv_n);
  for (uint32_t i = 0; i < n; i++) z[i] = z[i] * bn->isd;
  bn->k = sid_dot(z, t, n) * bn->inv_n;
  bn->f = ((2.0 * bn->gamma) * bn->isd) * bn->inv_n;
}

double sid_bn_loss(const sid_bn *bn) {
  double total = 0.0;
  for (uint32_t i = 0; i < bn->n; i++) {
    const double e = bn->gamma * bn->z[i] - bn->t[i];
    total = total + e * e;
  }
  return total * bn->inv_n;
}

void sid_bn_gradient(const sid_bn *bn, double *d) {
  for (uint32_t i = 0; i < bn->n; i++) d[i] = bn->f * (bn->k * bn->z[i] - bn->t[i]);
}

void sid_bn_hessian(const sid_bn *bn, double *ds) {
  const double mean = sid_sum(ds, bn->n) * bn->inv_n;
  for (uint32_t i = 0; i < bn->n; i++) ds[i] = ds[i] - mean;
  const double b = sid_dot(bn->z, ds, bn->n) * bn->inv_n;
  for (uint32_t i = 0; i < bn->n; i++) ds[i] = (ds[i] - b * bn->z[i]) * bn->isd;
  const double dk = sid_dot(ds, bn->t, bn->n) * bn->inv_n, w = b * bn->isd;
  for (uint32_t i = 0; i < bn->n; i++)
    ds[i] = bn->f * ((dk * bn->z[i] + bn->k * ds[i]) - w * (bn->k * bn->z[i] - bn->t[i]));
}

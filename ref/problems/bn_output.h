/* Internal: batch normalisation of n outputs s_i against n labels y_i, L = (1/n) sum_i (gamma z_i -
 * t_i)^2 with z the normalised outputs, t the centred labels and gamma their standard deviation
 * (eos (004), Section 5). Shared by bn_regression and bn_completion. docs/spec.md section 6. */
#ifndef SID_BN_OUTPUT_H
#define SID_BN_OUTPUT_H

#include "../sidyn.h"

typedef struct {
  uint32_t n;
  double beta, gamma, mu; /* mean and standard deviation of the labels, mean of the outputs */
  double inv_n, isd;      /* 1/n, 1/(standard deviation of the outputs) */
  double k, f;            /* <z,t>/n; the factor of dL/ds = f (k z - t) */
  double *z, *t;          /* n each, of the caller */
} sid_bn;

/* From the outputs in z (which become the normalised ones) and the labels; t receives the centred
 * labels. */
void sid_bn_normalise(sid_bn *bn, const double *labels, uint32_t n, double *z, double *t);

double sid_bn_loss(const sid_bn *bn);

/* dL/ds_i into d[n], which may be bn->t. */
void sid_bn_gradient(const sid_bn *bn, double *d);

/* ds holds the derivative of the outputs along a direction and receives that of dL/ds. */
void sid_bn_hessian(const sid_bn *bn, double *ds);

#endif

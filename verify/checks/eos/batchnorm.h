/* The loss of batch-normalised outputs as a function of the outputs, and how it rounds. */
#ifndef VF_CHECKS_EOS_BATCHNORM_H
#define VF_CHECKS_EOS_BATCHNORM_H

#include <stddef.h>

/* With centred outputs c and labels t (n numbers each), |.| the plain norm: L = 2 g^2 - (2 g/sqrt
 * n) <c,t>/|c|. Fills slope = dL/ds and, along ds, bend = d(dL/ds); any of the three may be
 * unwanted (NULL). Returns L. */
double eos_head(size_t n, const double *labels, const double *s, const double *ds, double *slope,
                double *bend);

/* Roundings of an output, its normalisation and a sum over samples, on each of two sides. */
double eos_roundings(size_t n, size_t d);
extern const char eos_rounding_basis[];

/* Largest terms of a gradient and of a Hessian-vector product where the outputs have the Jacobian j
 * (Frobenius norm), deviate by |c| from their mean, and move by ds = J v: |dL/ds| <= 4 gamma^2/|c|
 * and |d dL/ds| <= 12 gamma^2 |ds|/|c|^2, cancellation inside included. */
double eos_gradient_size(double gamma, double c, double j);
double eos_hessian_size(double gamma, double c, double j, double v);

#endif

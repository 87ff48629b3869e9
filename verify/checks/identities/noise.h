/* Laws of the noise, by hand and by enumeration. */
#ifndef VF_CHECKS_EXACT_NOISE_H
#define VF_CHECKS_EXACT_NOISE_H

#include "checks/identities/exact.h"

/* P S S P/r with S the diagonal of standard deviations: the covariance of tangential noise. */
double exact_covariance(const sid_problem *problem, const double *x, uint32_t i, uint32_t j);

/* Covariance of the samples of a normalised linear model: sample i has gradient e_i P z_i/|x|, e_i
 * = <z_i,x>/|x| - y_i. */
void exact_sample_covariance(const sid_problem *problem, const double *x, double *covariance);

/* Mean and second moment of noisy_gradient - gradient over the streams: the exact law when each is
 * equally likely. */
void exact_moments(const sid_problem *problem, const double *x, uint32_t batch,
                   const sid_stream *streams, size_t count, double *mean, double *second);

/* The Gaussian draw that the normals e of a stream define: P S e/|x|; for fixed length sigma P
 * e/(|P e| |x|), or with `gaussian` its Gaussian twin sigma/sqrt(p-1) P e/|x|. */
void exact_draw(const sid_problem *problem, const double *x, int gaussian, const double *e,
                double *noise);

/* sum_i sqrt(w_i) e_i (g_i - G) with uniform weights. */
void exact_draw_samples(const sid_problem *problem, const double *x, const double *e,
                        double *noise);

#endif

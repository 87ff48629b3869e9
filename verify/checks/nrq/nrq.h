/* What the nrq checks share: the noisy Rayleigh quotient L = x'Ax/(2 x'x) with noise (sigma/|x|) P
 * eps. f = (x_1/|x|)^2, M = |x|^2, q = 2L, el = lr*wd, e = eta/M, a = a_h - a_l, and at the
 * equilibrium norm e = sqrt(2 el)/(sigma sqrt(p-1)). */
#ifndef VF_CHECKS_NRQ_H
#define VF_CHECKS_NRQ_H

#include "harness/text.h"
#include "laws/norm.h"

#define NRQ_PI 3.14159265358979323846
#define NRQ_ULP 0x1p-53 /* one rounding */

enum { NRQ_DIM = 100 };

extern const sid_dynamics nrq_sgd;

/* Rayleigh quotient of a diagonal matrix, or noise alone where there is no spectrum. */
sid_problem nrq_problem(uint32_t dim, const double *spectrum, int32_t noise, double sigma);

/* 1, 1+a, ..., 1+a. */
void nrq_two_values(double *spectrum, uint32_t dim, double a);

/* x with |x|^2 = m, its direction sqrt(f) e_1 + sqrt(1-f) e_2. */
void nrq_point(double *x, uint32_t dim, double f, double m);

/* (x_1/|x|)^2. */
double nrq_f(const double *x, uint32_t dim);

/* SGD under a piecewise schedule, observed at times[count], the last of which is its end. The start
 * is left to be set. */
void nrq_experiment(sid_experiment *experiment, const sid_problem *problem,
                    const sid_segment *segments, uint32_t segment_count, const uint64_t *times,
                    size_t count, const int32_t *observables, uint32_t observable_count,
                    uint64_t seed);

/* Expected value "<topic>.<id><tail>". */
double nrq_keyed(vf_context *context, const char *topic, const char *id, const char *tail);

/* Expected value "<topic>.<id>.t-<t><tail>". */
double nrq_keyed_at(vf_context *context, const char *topic, const char *id, double t,
                    const char *tail);

#endif

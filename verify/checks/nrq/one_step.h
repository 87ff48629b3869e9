/* Exact means of one real step, over all sign patterns of rademacher noise, whose covariance is
 * that of the Gaussian noise. */
#ifndef VF_CHECKS_NRQ_ONE_STEP_H
#define VF_CHECKS_NRQ_ONE_STEP_H

#include "checks/nrq/nrq.h"

/* Streams about to give the p signs of the noise, each pattern once; `at` is to be freed. */
typedef struct {
  size_t count; /* 2^p, or 0 if that failed */
  sid_stream *at;
} nrq_signs;

nrq_signs nrq_find_signs(vf_context *context, uint32_t dim);

/* What a step changes: f, its square, M, the squared distance of the directions, tan^2 of the
 * angle. */
enum {
  NRQ_F_DRIFT,
  NRQ_F_SQUARE,
  NRQ_M_DRIFT,
  NRQ_UPDATE_SQUARE,
  NRQ_TANGENT_SQUARE,
  NRQ_FUNCTIONALS
};

/* means[NRQ_FUNCTIONALS] of one step of SGD from x. 0, or -1 after an error, which is reported. */
int nrq_exact_means(vf_context *context, const nrq_signs *signs, const sid_problem *problem,
                    double lr, double wd, const double *x, double *means);

#endif

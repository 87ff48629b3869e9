/* Steps with Gaussian noise: x' = mean + sum_i response_i xi_i in the normals xi of the stream. */
#ifndef SVAG_RESPONSE_H
#define SVAG_RESPONSE_H

#include "checks/svag/problems.h"

enum { SVAG_NORMALS = 4 }; /* of a step, at the most */

typedef struct {
  uint32_t normals;
  double mean[SVAG_DIM], response[SVAG_NORMALS][SVAG_DIM];
  double misfit; /* largest deviation from the affine form over all streams */
} svag_response;

/* From real steps of one substep at x. */
svag_response svag_response_of(vf_context *context, const sid_problem *problem,
                               sid_dynamics dynamics, double lr, double wd, const double *x);

/* Tolerance of an entry of a response to states of the given size. */
double svag_response_tolerance(double size);
extern const char svag_response_basis[];

/* Covariance of x'_j and x'_k, and its trace. */
double svag_response_covariance(const svag_response *step, uint32_t j, uint32_t k);
double svag_response_trace(const svag_response *step, uint32_t p);

/* <x, d> and *length2 = |d|^2 of the drift d = (x - mean)/eta. */
double svag_response_drift(const svag_response *step, const double *x, uint32_t p, double lr,
                           double *length2);

#endif

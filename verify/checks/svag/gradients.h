/* Gradients, covariances and moments of the losses from their data alone, not from ref/. */
#ifndef SVAG_GRADIENTS_H
#define SVAG_GRADIENTS_H

#include "checks/svag/problems.h"

enum { SVAG_MOMENTS = 5 }; /* 0 to 4 */

/* Weight of member i, and its gradient at x. */
double svag_weight(const sid_problem *problem, uint32_t i);
void svag_member_gradient(const sid_problem *problem, uint32_t i, const double *x, double *g);

/* grad L at x. */
void svag_gradient(const sid_problem *problem, const double *x, double *g);

/* Cov(g)[j][k] at x, of a batch of 1. */
void svag_covariance(const sid_problem *problem, const double *x, double cov[SVAG_DIM][SVAG_DIM]);

/* Central moments of v.g over the members at x. */
void svag_member_moments(const sid_problem *problem, const double *x, const double *v,
                         double mu[SVAG_MOMENTS]);

#endif

/* A step on a family of quadratics as a random affine map, x_c <- p_c x_c + q_c with random p, q.
 */
#ifndef SVAG_AFFINE_H
#define SVAG_AFFINE_H

#include "checks/svag/outcomes.h"
#include "checks/svag/response.h"

typedef struct {
  double weight, p[2], q[2];
} svag_affine;

typedef struct {
  size_t count;
  svag_affine map[SVAG_OUTCOMES];
} svag_affine_law;

/* The law of one real step of SGD or SVAG: q is the step from 0, p + q the step from (1, 1). */
svag_affine_law svag_affine_of(vf_context *context, const svag_family *f, sid_dynamics dynamics,
                               double lr);
svag_affine_law svag_affine_from(vf_context *context, const svag_family *f,
                                 const svag_outcomes *all, sid_dynamics dynamics, double lr,
                                 double wd);

/* A substep with Gaussian noise: the affine map mean + sum_i xi_i response_i. */
typedef struct {
  uint32_t normals;
  svag_affine mean, response[SVAG_NORMALS];
} svag_gaussian_law;

/* One real step of noisy GD (or of an SDE with one substep), its responses measured at 0 and at
 * (1, 1). */
svag_gaussian_law svag_real_gaussian(vf_context *context, const svag_family *f,
                                     sid_dynamics dynamics, double lr);

/* x -> (mean + sum_i xi_i response_i)(x). */
svag_affine svag_affine_at(const svag_gaussian_law *law, uint32_t dim, const double *xi);

/* Its normals replaced by nodes so that moments of x' up to order 4 are exact. */
svag_affine_law svag_quadrature(const svag_gaussian_law *gaussian, uint32_t dim);

#endif

/* Steps on families of quadratics as random affine maps. */
#include <math.h>
#include "checks/svag/affine.h"
#include "checks/svag/response.h"
#include "checks/svag/steps.h"

static const double origin[SVAG_DIM] = {0.0}, ones[SVAG_DIM] = {1.0, 1.0, 1.0, 1.0};

svag_affine_law svag_affine_from(vf_context *context, const svag_family *f,
                                 const svag_outcomes *all, sid_dynamics dynamics, double lr,
                                 double wd) {
  const sid_problem problem = svag_family_problem(f);
  svag_affine_law law = {.count = all->count};
  for (size_t k = 0; k < all->count; k++) {
    double one[SVAG_DIM], zero[SVAG_DIM];
    svag_step(context, &problem, dynamics, lr, wd, origin, all->stream[k], zero);
    svag_step(context, &problem, dynamics, lr, wd, ones, all->stream[k], one);
    law.map[k].weight = all->weight[k];
    for (uint32_t c = 0; c < f->dim; c++) {
      law.map[k].q[c] = zero[c];
      law.map[k].p[c] = one[c] - zero[c];
    }
  }
  return law;
}

svag_affine_law svag_affine_of(vf_context *context, const svag_family *f, sid_dynamics dynamics,
                               double lr) {
  const sid_problem problem = svag_family_problem(f);
  svag_outcomes all;
  svag_enumerate(context, &problem, dynamics, &all);
  return svag_affine_from(context, f, &all, dynamics, lr, 0.0);
}

svag_gaussian_law svag_real_gaussian(vf_context *context, const svag_family *f,
                                     sid_dynamics dynamics, double lr) {
  const sid_problem problem = svag_family_problem(f);
  const svag_response zero = svag_response_of(context, &problem, dynamics, lr, 0.0, origin);
  const svag_response one = svag_response_of(context, &problem, dynamics, lr, 0.0, ones);
  svag_gaussian_law law = {.normals = f->samples};
  for (uint32_t c = 0; c < f->dim; c++) {
    law.mean.q[c] = zero.mean[c];
    law.mean.p[c] = one.mean[c] - zero.mean[c];
    for (uint32_t i = 0; i < f->samples; i++) {
      law.response[i].q[c] = zero.response[i][c];
      law.response[i].p[c] = one.response[i][c] - zero.response[i][c];
    }
  }
  return law;
}

svag_affine svag_affine_at(const svag_gaussian_law *law, uint32_t dim, const double *xi) {
  svag_affine map = law->mean;
  for (uint32_t c = 0; c < dim; c++)
    for (uint32_t i = 0; i < law->normals; i++) {
      map.p[c] += xi[i] * law->response[i].p[c];
      map.q[c] += xi[i] * law->response[i].q[c];
    }
  return map;
}

/* The three nodes 0, +-sqrt(3) with weights 2/3, 1/6, 1/6 have the moments of a normal up to order
 * 5: moments of x' up to order 4 are exact. */
svag_affine_law svag_quadrature(const svag_gaussian_law *gaussian, uint32_t dim) {
  const double node[3] = {0.0, sqrt(3.0), -sqrt(3.0)},
               weight[3] = {2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0};
  svag_affine_law law = {.count = 1};
  for (uint32_t i = 0; i < gaussian->normals; i++) law.count *= 3;
  for (size_t k = 0; k < law.count; k++) {
    double xi[SVAG_NORMALS], probability = 1.0;
    size_t rest = k;
    for (uint32_t i = 0; i < gaussian->normals; i++, rest /= 3) {
      xi[i] = node[rest % 3];
      probability *= weight[rest % 3];
    }
    law.map[k] = svag_affine_at(gaussian, dim, xi);
    law.map[k].weight = probability;
  }
  return law;
}

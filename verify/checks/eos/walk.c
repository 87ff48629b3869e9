/* Walks by sid_step(). */
#include <math.h>
#include <string.h>
#include "checks/eos/walk.h"
#include "harness/algebra.h"

void eos_walk_gd(eos_walk *walk, const sid_problem *problem, const double *th, double et0,
                 double eta, double ein) {
  const uint32_t p = problem->dim;
  const double size = sqrt(eta / ((1.0 - ein) * et0) / vf_dot(th, th, p));
  walk->problem = problem;
  walk->dynamics = eos_gd;
  walk->lr = eta;
  walk->wd = ein / eta;
  walk->status = SID_OK;
  for (uint32_t j = 0; j < p; j++) walk->x[j] = size * th[j];
}

double eos_rate(const eos_walk *walk) {
  const uint32_t p = walk->problem->dim;
  if (walk->dynamics.kind == SID_RMSPROP) return walk->lr / sqrt(walk->x[p]);
  if (walk->dynamics.kind == SID_QUASI_RMSPROP) return 1.0 / walk->x[p];
  const double r =
      walk->dynamics.kind == SID_PROJECTED_GD ? walk->x[p] : vf_dot(walk->x, walk->x, p);
  return walk->lr / ((1.0 - walk->lr * walk->wd) * r);
}

double eos_gradient2(eos_walk *walk) {
  const uint32_t p = walk->problem->dim;
  double g[EOS_DIM];
  sid_problem_gradient(walk->problem, walk->x, g, walk->work);
  return vf_dot(g, g, p) * vf_dot(walk->x, walk->x, p);
}

void eos_step(eos_walk *walk) {
  const sid_status status =
      sid_step(walk->problem, &walk->dynamics, walk->lr, walk->wd, walk->x, NULL, walk->work);
  if (!walk->status) walk->status = status;
}

void eos_direction(const eos_walk *walk, double *th) {
  memcpy(th, walk->x, walk->problem->dim * sizeof *th);
  vf_normalise(th, walk->problem->dim);
}

double eos_apart(const eos_walk *a, const eos_walk *b) {
  double u[EOS_DIM], v[EOS_DIM], worst = fabs(eos_rate(a) / eos_rate(b) - 1.0);
  eos_direction(a, u);
  eos_direction(b, v);
  for (uint32_t j = 0; j < a->problem->dim; j++) worst = fmax(worst, fabs(u[j] - v[j]));
  return worst;
}

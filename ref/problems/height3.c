/* trough3 and ridge3, toys B and A of eos (004): L = h^2 q/2 with h = z/|x| - c and q = (x^2 + 9
 * y^2 + z^2)/|x|^2 in three dimensions, c = 3/5 and 0. Minimisers of unit norm are the circle z =
 * c. docs/spec.md sections 6 and 14. */
#include "../config.h"
#include "../fp.h"
#include "room.h"

const sid_problem_traits sid_height3_traits = {.scale_invariant = 1,
                                               .manifold = 1,
                                               .standard_noise = SID_NOISE_NONE,
                                               .noises = SID_NOISE_BIT(SID_NOISE_NONE) |
                                                         SID_NOISES_DRAWN};

const sid_problem_field sid_height3_fields[] = {SID_LAST_FIELD};

uint64_t sid_height3_dim(const sid_problem *problem, const char **formula) {
  (void)problem, (void)formula;
  return 3;
}

size_t sid_height3_workspace(const sid_problem *problem) { return 2 * (size_t)problem->dim; }

/* What every function here needs at x. */
typedef struct {
  double ir, im;  /* 1/|x|^2, 1/|x| */
  double u, h, q; /* z/|x|, u - c, the quotient */
  double gu[3];   /* gradient of u */
  double gq[3];   /* half the gradient of q */
} sid_height;

static double sid_height_level(const sid_problem *problem) {
  return problem->kind == SID_TROUGH3 ? 0.6 : 0.0;
}

static void sid_height_at(const sid_problem *problem, const double *x, sid_height *at) {
  const double r = sid_dot(x, x, 3);
  const double v[3] = {x[0], 9.0 * x[1], x[2]};
  at->ir = 1.0 / r;
  at->im = 1.0 / sid_sqrt(r);
  at->u = x[2] * at->im;
  at->h = at->u - sid_height_level(problem);
  at->q = sid_dot(x, v, 3) * at->ir;
  const double t = at->u * at->ir;
  for (int j = 0; j < 3; j++) {
    at->gu[j] = (j == 2 ? at->im : 0.0) - t * x[j];
    at->gq[j] = (v[j] - at->q * x[j]) * at->ir;
  }
}

double sid_height3_loss(const sid_problem *problem, const double *x, double *work) {
  (void)work;
  sid_height at;
  sid_height_at(problem, x, &at);
  return (0.5 * (at.h * at.h)) * at.q;
}

void sid_height3_gradient(const sid_problem *problem, const double *x, double *gradient,
                          double *work) {
  (void)work;
  sid_height at;
  sid_height_at(problem, x, &at);
  const double hq = at.h * at.q, hh = at.h * at.h;
  for (int j = 0; j < 3; j++) gradient[j] = hq * at.gu[j] + hh * at.gq[j];
}

/* Derivative of hq gu + hh gq along y. */
void sid_height3_hessian_vector(const sid_problem *problem, const double *x, const double *y,
                                double *hy, double *work) {
  (void)work;
  sid_height at;
  sid_height_at(problem, x, &at);
  const double c = sid_dot(x, y, 3) * at.ir;
  const double du = sid_dot(at.gu, y, 3), dq = 2.0 * sid_dot(at.gq, y, 3);
  const double hq = at.h * at.q, hh = at.h * at.h;
  const double dhq = du * at.q + at.h * dq, dhh = (2.0 * at.h) * du;
  const double t = at.u * at.ir, dt = (du - (2.0 * c) * at.u) * at.ir, dim = c * at.im,
               c2 = 2.0 * c;
  for (int j = 0; j < 3; j++) {
    const double w = j == 1 ? 9.0 * y[j] : y[j];
    const double dgu = ((j == 2 ? -dim : 0.0) - dt * x[j]) - t * y[j];
    const double dgq = (((w - dq * x[j]) - at.q * y[j]) * at.ir) - c2 * at.gq[j];
    hy[j] = (dhq * at.gu[j] + hq * dgu) + (dhh * at.gq[j] + hh * dgq);
  }
}

/* On the circle z = c of radius rho = sqrt(1 - c^2), at angle al: lambda_1 = rho^2 q, and v_1 is
 * the direction of the meridian. */
sid_status sid_manifold_project(const sid_problem *problem, const double *x,
                                sid_manifold_point *point) {
  if (!problem || !x || !point) return SID_E_NULL;
  if (problem->kind != SID_TROUGH3 && problem->kind != SID_RIDGE3) return SID_E_KIND;
  const double w = sid_sqrt(x[0] * x[0] + x[1] * x[1]);
  if (w == 0.0) return SID_E_ORIGIN;
  const double level = sid_height_level(problem);
  const double rho = problem->kind == SID_TROUGH3 ? 0.8 : 1.0;
  const double im = 1.0 / sid_sqrt(sid_dot(x, x, 3)), iw = 1.0 / w;
  const double cosine = x[0] * iw, sine = x[1] * iw;
  point->phi[0] = rho * cosine, point->phi[1] = rho * sine, point->phi[2] = level;
  point->v1[0] = -level * cosine, point->v1[1] = -level * sine, point->v1[2] = rho;
  point->angle = sid_atan2(x[1], x[0]);
  point->h = (rho * x[2] - level * w) * im;
  const double rho2 = rho * rho;
  const double q = (rho2 * (cosine * cosine + 9.0 * (sine * sine))) + level * level;
  point->sharpness = rho2 * q;
  point->slope = ((16.0 * rho) * (cosine * sine)) / q;
  return SID_OK;
}

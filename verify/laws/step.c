/* One step as laws see it. */
#include "laws/step.h"
#include <math.h>

vf_law_step vf_law_step_of(const sid_dynamics *dynamics, double lr) {
  const double l = dynamics->l, m = dynamics->substeps, batch = dynamics->batch,
               long_run = lr / (1.0 - dynamics->beta);
  switch (dynamics->kind) {
    case SID_GD: return (vf_law_step){lr, 0.0, 1, 0.0};
    case SID_SVAG: return (vf_law_step){lr / l, lr * lr / (l * batch), 1, 0.0};
    case SID_SDE: return (vf_law_step){lr / m, lr * lr / (m * batch), dynamics->substeps, 0.0};
    case SID_SDE2:
      return (vf_law_step){lr / m, lr * lr / (m * batch), dynamics->substeps, 0.5 * lr};
    case SID_MOMENTUM: return (vf_law_step){long_run, long_run * long_run / batch, 1, 0.0};
    default: return (vf_law_step){lr, lr * lr / batch, 1, 0.0};
  }
}

uint64_t vf_law_steps_per_unit(const sid_dynamics *dynamics) {
  return dynamics->kind == SID_SVAG ? dynamics->l : 1;
}

double vf_law_rate(const vf_law_step *step, double curvature) {
  return step->h * curvature * (1.0 + step->half * curvature);
}

/* Means and covariances of the coefficients of a finite family. */
static vf_linear vf_linear_samples(const sid_problem *problem, uint32_t j) {
  vf_linear one = {0.0, 0.0, 0.0, 0.0, 0.0};
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double w = sid_problem_sample_weight(problem, i);
    one.a += w * problem->a[(size_t)i * problem->dim + j];
    one.b += w * problem->b[(size_t)i * problem->dim + j];
  }
  for (uint32_t i = 0; i < problem->samples && problem->noise == SID_NOISE_SAMPLES; i++) {
    const double w = sid_problem_sample_weight(problem, i),
                 a = problem->a[(size_t)i * problem->dim + j] - one.a,
                 b = problem->b[(size_t)i * problem->dim + j] - one.b;
    one.vaa += w * a * a, one.vab += w * a * b, one.vbb += w * b * b;
  }
  return one;
}

vf_linear vf_linear_of(const sid_problem *problem, uint32_t j) {
  vf_linear one = {0.0, 0.0, 0.0, 0.0, 0.0};
  const double sigma = problem->scale ? problem->scale[j] : problem->sigma;
  if (problem->kind == SID_QUADRATIC_SAMPLES) return vf_linear_samples(problem, j);
  if (problem->kind == SID_QUADRATIC_NOISY) one.a = problem->spectrum[j];
  if (problem->kind == SID_POISSON) one.b = -problem->mean;
  if (problem->noise == SID_NOISE_POISSON) one.vbb = problem->mean;
  if (problem->noise == SID_NOISE_GAUSSIAN || problem->noise == SID_NOISE_RADEMACHER)
    one.vbb = sigma * sigma;
  if (problem->noise == SID_NOISE_SPHERE) one.vbb = sigma * sigma / problem->dim;
  return one;
}

typedef struct {
  double keep, push;
} vf_affine;

static vf_affine vf_affine_of(const vf_linear *one, const vf_law_step *step, double wd) {
  const double curvature = one->a + wd;
  return (vf_affine){1.0 - vf_law_rate(step, curvature),
                     step->h * one->b * (1.0 + step->half * curvature)};
}

double vf_linear_variance(const vf_linear *one, const double moments[2]) {
  return one->vaa * moments[1] - 2.0 * one->vab * moments[0] + one->vbb;
}

void vf_linear_advance(const vf_linear *one, const vf_law_step *step, double wd,
                       double moments[2]) {
  const vf_affine map = vf_affine_of(one, step, wd);
  const double noise = vf_linear_variance(one, moments);
  moments[1] = map.keep * map.keep * moments[1] + 2.0 * map.keep * map.push * moments[0] +
               map.push * map.push + step->kick * noise;
  moments[0] = map.keep * moments[0] + map.push;
}

/* 1 - keep^2 is rate (2 - rate), which does not cancel. */
double vf_linear_rest(const vf_linear *one, const vf_law_step *step, double wd, double moments[2]) {
  const vf_affine map = vf_affine_of(one, step, wd);
  const double rate = vf_law_rate(step, one->a + wd),
               shrink = rate * (2.0 - rate) - step->kick * one->vaa;
  moments[0] = map.push / rate;
  moments[1] = (2.0 * map.keep * map.push * moments[0] + map.push * map.push +
                step->kick * (one->vbb - 2.0 * one->vab * moments[0])) /
               shrink;
  const double slowest = one->b != 0.0 ? fmax(fabs(map.keep), 1.0 - shrink) : 1.0 - shrink;
  return slowest;
}

double vf_linear_loss(const vf_linear *one, const double moments[2]) {
  return 0.5 * one->a * moments[1] - one->b * moments[0];
}

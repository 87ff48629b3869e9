/* The normalised linear model of Section 6.1. */
#include "checks/fm/model.h"
#include <math.h>
#include <string.h>

void fm_model_set(fm_model *model, uint32_t dim, double sigma, double along, double across) {
  memset(model, 0, sizeof *model);
  model->dim = dim;
  model->sigma = sigma;
  model->along = along;
  model->across = across;
  model->plane[dim - 2] = 1.0;
  model->plane[dim + dim - 1] = 1.0;
  fm_linear(&model->on, dim, sigma, along);
}

void fm_model_run(fm_setup *setup, const fm_model *model, double eta, double lam, double y0) {
  fm_set(setup, &model->on.problem, eta, lam);
  const double length = pow(y0, 0.25);
  setup->x0[0] = length * model->along;
  setup->x0[model->dim - 2] = length * model->across;
  setup->experiment.plane = model->plane;
  fm_observe(setup, SID_PLANE_ANGLE, SID_NORM2);
}

double fm_model_c(const fm_model *model) {
  return (double)(model->dim - 1) * model->sigma * model->sigma;
}

double fm_model_variance(const fm_model *model, double y0, double big) {
  return log1p(expm1(2.0 * big) * fm_model_c(model) / y0) /
         (2.0 * (double)(model->dim - 1) * model->across * model->across);
}

/* Mean of 1/(1-|h|^2) for h = along e_1 + z, z normal with variance s in each of n = D-2
 * coordinates: the series (1 + X/rho^2 + X^2/rho^4 + ..)/rho^2 in X = 2 along z_1 + |z|^2 to second
 * order in s. (In the limit of small e z is exactly normal: the sphere's measure is
 * uniform in h.) */
static double fm_mean_inverse(const fm_model *model, double s) {
  const double n = (double)model->dim - 2.0, b2 = model->along * model->along,
               k = 1.0 / (model->across * model->across);
  const double first = n * s * k + 4.0 * b2 * s * k * k;
  const double second = (n * n + 2.0 * n) * k * k + 12.0 * b2 * (n + 2.0) * k * k * k +
                        48.0 * b2 * b2 * k * k * k * k;
  return k * (1.0 + first + s * s * second);
}

/* One step. The normal coordinates z = h - along e_1 follow z+ = (1-e) z + noise of variance e^2
 * sigma^2. They give the norm the gradient |x|^2 G = |z|^2 - <h,z>^2, mean (D-2 - along^2) spread,
 * and the angle the mean of 1/(1-|h|^2). `loss` 0 leaves the loss out: the limiting law in finite
 * steps. */
static void fm_means_step(const fm_model *model, double eta, double lam, int loss,
                          fm_means *means) {
  const double d = (double)model->dim, sigma2 = model->sigma * model->sigma, c = fm_model_c(model);
  const double a = 1.0 - eta * lam, e = eta / sqrt(means->y), b2 = model->along * model->along;
  const double spread = loss ? means->spread : 0.0;
  const double variance = e * e * sigma2 / (a * a) * fm_mean_inverse(model, spread);
  means->angle += variance;
  means->noise += 2.0 * variance * variance;
  means->y = a * a * a * a * means->y + 2.0 * a * a * eta * eta * (c + (d - 2.0 - b2) * spread) +
             eta * eta * eta * eta * c * c * (d + 1.0) / (d - 1.0) / means->y;
  means->spread = (1.0 - e) * (1.0 - e) * means->spread + e * e * sigma2;
}

fm_means fm_loss_factors(const fm_model *model, double eta, double lam, double y0, uint64_t steps) {
  fm_means with = {y0, 0.0, 0.0, 0.0}, without = with;
  for (uint64_t t = 0; t < steps; t++) {
    fm_means_step(model, eta, lam, 1, &with);
    fm_means_step(model, eta, lam, 0, &without);
  }
  const fm_means factors = {with.y / without.y, with.spread, with.angle / without.angle,
                            with.noise};
  return factors;
}

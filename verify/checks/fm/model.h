/* The normalised linear model of Section 6.1, whose limiting diffusion (13) has a closed form, and
 * the first corrections that the loss makes to real steps. */
#ifndef VF_CHECKS_FM_MODEL_H
#define VF_CHECKS_FM_MODEL_H

#include "checks/fm/experiment.h"

/* fm_linear(): the loss is |h - along e_1|^2/2, h the first D-2 coordinates of x/|x|. The
 * minimisers of unit norm are the circle of radius rho = `across` in the plane of the last two
 * coordinates. */
typedef struct {
  uint32_t dim;
  double sigma, along, across;
  double plane[2 * FM_DIM];
  fm_problem on;
} fm_model;

void fm_model_set(fm_model *model, uint32_t dim, double sigma, double along, double across);

/* SGD from angle 0 of the circle of minimisers with |x|^4 = y0; observes the angle and |x|^2. */
void fm_model_run(fm_setup *setup, const fm_model *model, double eta, double lam, double y0);

/* c = (D-1) sigma^2. */
double fm_model_c(const fm_model *model);

/* V(T) = ln(1 + (e^(2T)-1) c/y0)/(2 (D-1) rho^2): variance of the angle of the limiting diffusion
 * (13). */
double fm_model_variance(const fm_model *model, double y0, double big);

/* Means of the real steps to first order in e = eta/|x|^2, which is of the order of sqrt(el). */
typedef struct {
  double y;      /* |x|^4 */
  double spread; /* variance of each normal coordinate of x/|x| */
  double angle;  /* sum of the variances of the angle's increments */
  double noise;  /* variance of the quadratic variation: twice the sum of their squares */
} fm_means;

/* After `steps` steps: factors by which the loss raises |x|^4 and the variance of the angle, and
 * spread and noise with it. */
fm_means fm_loss_factors(const fm_model *model, double eta, double lam, double y0, uint64_t steps);

#endif

/* The losses on which svag is checked: families of quadratics wherever moments must close,
 * scale-invariant losses where the norm is the subject. */
#ifndef SVAG_PROBLEMS_H
#define SVAG_PROBLEMS_H

#include "harness/check.h"

enum {
  SVAG_DIM = 4,      /* of the regression; the most of all instances whose steps are enumerated */
  SVAG_SAMPLES = 24, /* of the regression */
  SVAG_FAMILIES = 3, /* of fixtures/ */
  SVAG_FAR_FAMILIES = 2, /* far from Gaussian */
  SVAG_NOISE_CASES = 11
};

/* L_i = sum_j (a_ij x_j^2/2 - b_ij x_j) with weight w_i, started at x0. */
typedef struct {
  const char *name;
  uint32_t dim, samples;
  const double *weights, *a, *b, *x0;
} svag_family;

/* The instances a, b, c of fixtures/closed_forms.json. */
extern const svag_family svag_families[SVAG_FAMILIES];

/* One dimension: a skewed family, and one that is symmetric and heavy. */
extern const svag_family svag_far_families[SVAG_FAR_FAMILIES];

sid_problem svag_family_problem(const svag_family *f);

/* The same loss without noise. */
sid_problem svag_silent(sid_problem problem);

/* Mean over the members of u_c, and covariance of u_c and v_d, for tables u, v of a family. */
double svag_table_mean(const svag_family *f, const double *u, uint32_t c);
double svag_table_covariance(const svag_family *f, const double *u, uint32_t c, const double *v,
                             uint32_t d);

/* A scale-invariant family: the normalised linear model with three samples in three dimensions and
 * uniform weights; and a point. */
sid_problem svag_linear(void);
extern const double svag_x_linear[];

/* The regression, with heavy and skewed label noise: 24 samples in 4 dimensions, normal features,
 * labels <z, x*> + (heavy + skewed)/2 of spec section 16. The arrays belong to the caller. */
typedef struct {
  double features[SVAG_SAMPLES * SVAG_DIM], labels[SVAG_SAMPLES];
} svag_regression_data;

sid_problem svag_regression(vf_context *context, svag_regression_data *data);
extern const double svag_x_regression[SVAG_DIM];

/* The Rayleigh quotient of diag(0, 1, 2, 3, 4) with Gaussian noise. */
sid_problem svag_rayleigh(double sigma);

/* sum_j spectrum_j x_j^2/2 in one dimension, without noise. */
sid_problem svag_quadratic(const double *spectrum);

/* Every noise kind that the Gaussian replacement knows, in ambient and tangent space. */
typedef struct {
  const char *name;
  sid_problem problem;
  const double *x;
  uint32_t batch;
} svag_noise_case;

void svag_noise_cases(svag_noise_case cases[SVAG_NOISE_CASES]);

#endif

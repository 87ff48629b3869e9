/* The problems on which fm's claims are checked. */
#ifndef VF_CHECKS_FM_PROBLEMS_H
#define VF_CHECKS_FM_PROBLEMS_H

#include "checks/fm/fm.h"
#include "harness/text.h"

/* x of squared length r, in a direction without zeros. */
void fm_start(double *x, uint32_t dim, double r);

/* No loss. */
sid_problem fm_noise_only(int32_t noise, uint32_t dim, double sigma);

/* A problem and the arrays that it points to; not to be copied once set. */
typedef struct {
  sid_problem problem;
  double features[FM_DIM * FM_DIM], labels[FM_DIM], spectrum[FM_DIM];
  double gradient_size; /* of the terms of a stochastic gradient, at most, times |x| */
} fm_problem;

void fm_noise_problem(fm_problem *p, int32_t noise, uint32_t dim, double sigma);

/* The model of Section 6.1 with deterministic features and the noise of (18): z_i = sqrt(D-2) e_i
 * for i <= D-2, x* = along e_1 + (1 - along^2)^(1/2) e_(D-1). */
void fm_linear(fm_problem *p, uint32_t dim, double sigma, double along);

/* A finite family: Xi samples of D features with entries between -1 and 1, labels that no x
 * fits. */
void fm_family(fm_problem *p, uint32_t dim, uint32_t samples);

/* Rayleigh quotient with noise of fixed length. */
void fm_rayleigh(fm_problem *p, uint32_t dim, double sigma);

#endif

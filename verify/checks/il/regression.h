/* A normalised regression that no direction fits, with sampled noise: the loss of il4, il6, il8. */
#ifndef VF_IL_REGRESSION_H
#define VF_IL_REGRESSION_H

#include "checks/il/il.h"

/* Dimension 4, 8 samples. */
extern const double il_features[8 * 4], il_labels[8];
extern const sid_problem il_regression;

/* Roundings of a step of sgd, 5 p + 2 n + 20, of numbers of size 1. */
extern const double il_regression_step;

#endif

/* The norm R = |x|^2 without a loss, with noise of squared length s2/R. */
#ifndef SVAG_NORM_H
#define SVAG_NORM_H

#include "harness/check.h"

enum { SVAG_NORM_CASES = 2 };

typedef struct {
  const char *eta, *lam, *s2;
} svag_norm_case;

extern const svag_norm_case svag_norm_cases[SVAG_NORM_CASES];

/* Value of "svag6.<name>.eta-..lam-..s2-..". */
double svag_expected_norm(vf_context *context, const char *name, const svag_norm_case *c);

/* Noise of fixed length in p dimensions. */
sid_problem svag_noise_problem(uint32_t p, double length);

/* R^2 in equilibrium of SGD and of an SDE (kind), from laws of one real step. */
double svag_sgd_norm4(vf_context *context, const svag_norm_case *c);
double svag_sde_norm4(vf_context *context, int32_t kind, const svag_norm_case *c);

#endif

/* GD on the toy L = x^2/(x^2 + y^2), compared with runs of 60 digits: how far rounding errors grow.
 */
#ifndef VF_CHECKS_EXACT_RATIO2_H
#define VF_CHECKS_EXACT_RATIO2_H

#include "checks/identities/runs.h"

typedef struct {
  double lr0, factor, a; /* lr_t = lr0 factor^t; x+ = a x - lr_t grad L */
  double x, y;
  int steps;
} exact_ratio2;

/* Error of ln|x|, ln|y| at the end of the run when every step makes 20 roundings, and 2t more in a
 * power lr0 factor^t; the start and the constants one each. First order: sum over the steps of
 * (local error) * (norm of the product of later Jacobians). */
double exact_conditioning(const exact_ratio2 *run);
extern const char exact_growth[];

exact_ratio2 exact_ratio2_constant(double eta, double lam, double x, double y, int steps);

/* x/y after `steps` steps from (x, y) with rates lr0 factor^t and weight decay wd. */
double exact_slope_after(vf_context *context, const char *name, const double *x, double lr0,
                         double factor, double wd, uint64_t steps);

/* A run with its angles and norm. */
typedef struct {
  double eta, lam, x[2];
  int steps;
  const char *name, *tan_key, *log_cos_key, *norm_key;
} exact_angle_case;

extern const exact_angle_case exact_angle_cases[2];

/* Its rows (norm2, step_angle). */
int exact_angle_rows(vf_context *context, const exact_angle_case *one, double *rows);

#endif

/* Paths of the SDE (5) with noise whose length fluctuates. */
#ifndef VF_IL_SDE_H
#define VF_IL_SDE_H

#include "checks/il/il.h"

/* A Rayleigh quotient with diagonal noise, whose trace differs from direction to direction. Squared
 * standard deviations .04, .36, .16, .64: total 1.2, trace between .56 and 1.16. */
extern const double il_uneven_spectrum[4], il_uneven_scale[4];

/* It, with noise sqrt(m) times as large, for steps of rate eta/m; `scale` becomes part of it. */
sid_problem il_uneven(int32_t noise, int m, double scale[4]);

/* No loss, isotropic Gaussian noise: tr = (p-1) sigma^2; m substeps per step. */
typedef struct {
  uint32_t p, m; /* p at most 5 */
  double sigma, eta, lam, gamma0;
  uint64_t time, count;
} il_sde_case;

/* gamma at the end of `count` trajectories of the SDE. NULL after an error in the report. The
 * caller frees. */
double *il_sde_gammas(vf_context *context, const il_sde_case *one);

#endif

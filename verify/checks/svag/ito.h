/* Moments of the SDEs on families of quadratics, and SGD held against them. */
#ifndef SVAG_ITO_H
#define SVAG_ITO_H

#include "checks/svag/moments.h"

/* All moments of the SDE (2) with weight decay `time` later, in units of gradient flow (a step is
 * eta). */
void svag_sde_moments(const svag_family *f, double eta, double wd, double time, double *moment);

/* The weak error of SGD on the three families at T = 2 against the SDE of order 1, (2), or 2, (16):
 * (E g(SGD) - E g(X_T))/eta^order at eta = .025 for every moment, with the keys `sde` and `scaled`
 * of fixtures/; the closed form of moments up to the second against fixtures/ too; and the
 * order in eta. */
void svag_compare_with_sde(vf_context *context, const char *sde, const char *scaled, int order);

#endif

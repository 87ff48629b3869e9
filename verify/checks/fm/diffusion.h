/* The limiting diffusion, (8) and (13), on the circle of minimisers of the model of Section 6.1. */
#ifndef VF_CHECKS_FM_DIFFUSION_H
#define VF_CHECKS_FM_DIFFUSION_H

#include "harness/check.h"

/* What a run without randomness in the norm comes to. */
typedef struct {
  double y;        /* |x|^4 or |Y|^4 */
  double variance; /* of the angle */
} fm_polar;

/* c = C in (8), 1/2 in (13), 0 without weight decay. */
sid_circle_law fm_circle(double c, double dim, double sigma, double rho2);

/* |Y|^4 and the variance of the angle after time t in `steps` steps, both exact: |Y| is not random,
 * and the variance is the sum of the squared coefficients of the normals. NaN with an error in the
 * report if it fails. */
fm_polar fm_circle_run(const sid_circle_law *law, double y0, double t, uint64_t steps);

/* Diffusions from |Y|^4 = y0 and the angle `start` for time t; `key` tells their noise from that of
 * other ensembles. */
typedef struct {
  sid_circle_law law;
  double y0, start, t;
  uint64_t steps, key;
} fm_diffusion;

/* Angles of `runs` diffusions in [-pi, pi], or NULL with an error in the report; to be freed. */
double *fm_diffusions(vf_context *context, fm_diffusion *job, size_t runs);

#endif

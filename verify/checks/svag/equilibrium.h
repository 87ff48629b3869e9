/* Averages over long real trajectories in equilibrium. */
#ifndef SVAG_EQUILIBRIUM_H
#define SVAG_EQUILIBRIUM_H

#include "harness/check.h"

/* Time averages over one trajectory after the burn-in: R, G, N, |drift|^2 (of the second-order
 * SDE), R^2, R^-2. */
enum {
  SVAG_AVERAGE_R,
  SVAG_AVERAGE_G,
  SVAG_AVERAGE_N,
  SVAG_AVERAGE_D,
  SVAG_AVERAGE_R2,
  SVAG_AVERAGE_INVERSE_R2,
  SVAG_AVERAGES
};

typedef struct {
  const char *name;
  sid_problem problem;
  sid_dynamics dynamics;
  double lr, wd;
  uint64_t trajectories, burn, steps; /* averages over steps burn..steps */
} svag_equilibrium;

/* averages[trajectory*SVAG_AVERAGES + k], or NULL after an error. The caller frees them. */
double *svag_equilibrium_averages(vf_context *context, const svag_equilibrium *run);

/* Mean and standard error over the trajectories of sum_k weight[k] average[k], and the mean of one
 * average. */
vf_moments svag_combine(const svag_equilibrium *run, const double *averages,
                        const double weight[SVAG_AVERAGES]);
double svag_average_of(const svag_equilibrium *run, const double *averages, int k);

/* Means of R = |x|^2, G = |grad L|^2 and N, the trace of the noise. */
typedef struct {
  double r, g, n;
} svag_sizes;

svag_sizes svag_measure(vf_context *context, const svag_equilibrium *run);

/* Least C^2 of (11): all three ratios within [1/C, C]. N of SGD is tr Cov(g), that of the SDE over
 * eta, so eta N/N-bar is the ratio of noise_trace. */
double svag_closeness2(svag_sizes a, svag_sizes b);

#endif

/* Katzenberger's integrators A, B, Z of (7) and, rescaled, (15)-(17), and what real steps make of
 * them. Step i = 0, 1, ... has the increments dA, dB, and dZ = dA times the draw. */
#ifndef VF_CHECKS_FM_INTEGRATORS_H
#define VF_CHECKS_FM_INTEGRATORS_H

#include "checks/fm/stepping.h"

/* dA and dB of step i by (7), or by (15)-(17) where `scaled`. */
void fm_increments(double eta, double lam, int scaled, double i, double *da, double *db);

/* The point at which the integrands stand: X = x, or X~ = x/R(i). */
void fm_point(const fm_run *run, const double *x, int scaled, double i, double *point);

/* grad L and the noise sqrt(Xi) sigma_xi that the last step draws, at the point y. */
void fm_draw(const fm_run *run, const double *y, double *gradient, double *noise);

typedef struct {
  double first_a, a, b, z; /* increment of A in the first step; A; B; [Z], the sum of dA^2 */
  double b_gap, z_gap;     /* sup |B - tau/2| and sup |[Z] - tau| after whole steps */
  double a_rounding, b_rounding, z_rounding; /* bounds on the rounding errors */
} fm_integrators;

/* Adds the increments of (15)-(17) as the last step made them. `t` gets the stochastic gradient,
 * `rest` dA times it, as it was found. */
void fm_measure(fm_integrators *sums, const fm_run *run, double *t, double *rest);

/* Zeroes the sums and begins a run without a loss, noise of length 1/|x|, from |x| = 1. */
void fm_measure_begin(fm_integrators *sums, fm_run *run, fm_problem *p, uint32_t dim, double eta,
                      double lam, uint64_t seed);

/* Runs on to `steps` steps; 0 with an error in the report if a step fails. */
int fm_measure_run(vf_context *context, fm_integrators *sums, fm_run *run, uint64_t steps);

/* The same by (15)-(17), n steps; shift 1 is the printed range of the sums. */
fm_integrators fm_by_formula(double eta, double lam, uint64_t n, int shift);

#endif

/* One step of a dynamics as laws see it: a substep of size h shrinks x by 1 - rate and adds noise
 * of variance kick times the covariance of one sample's gradient, `repeats` times. */
#ifndef VF_LAWS_STEP_H
#define VF_LAWS_STEP_H

#include "sidyn.h"

typedef struct {
  double h, kick;
  uint32_t repeats;
  double half; /* sde2: lr/2, by which the drift b grows to b + half Hess b; else 0 */
} vf_law_step;

/* gd, sgd, svag, noisy_gd, sde, sde2; momentum as sgd of rate lr/(1-beta) (il, Appendix C.1). */
vf_law_step vf_law_step_of(const sid_dynamics *dynamics, double lr);

/* Steps in a unit of time of the schedule: l of svag, else 1. */
uint64_t vf_law_steps_per_unit(const sid_dynamics *dynamics);

/* Decay in a substep of a coordinate whose drift is curvature*x. */
double vf_law_rate(const vf_law_step *step, double curvature);

/* ---- problems that are linear in x: quadratic_samples, quadratic_noisy, poisson ---- */

/* The gradient in a coordinate is a x - b; a and b with these means, the noise of one sample with
 * the variance vaa x^2 - 2 vab x + vbb. */
typedef struct {
  double a, b, vaa, vab, vbb;
} vf_linear;

vf_linear vf_linear_of(const sid_problem *problem, uint32_t j);

/* Mean variance of the noise of one sample. */
double vf_linear_variance(const vf_linear *one, const double moments[2]);

/* E x and E x^2 after one more substep, exactly. */
void vf_linear_advance(const vf_linear *one, const vf_law_step *step, double wd, double moments[2]);

/* What they come to, and the factor by which E x^2 - its limit shrinks in a substep: below 1 where
 * there is a limit. */
double vf_linear_rest(const vf_linear *one, const vf_law_step *step, double wd, double moments[2]);

/* Its part of E L. */
double vf_linear_loss(const vf_linear *one, const double moments[2]);

#endif

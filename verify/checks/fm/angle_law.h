/* Laws of an angle on the circle, exactly. */
#ifndef VF_CHECKS_FM_ANGLE_LAW_H
#define VF_CHECKS_FM_ANGLE_LAW_H

#include "checks/fm/stepping.h"

enum { FM_MODES = 48, FM_GRID = 4096 };

/* Fourier modes m_n = E cos(n (theta - centre)) of a law of the angle that is symmetric about its
 * centre. */
typedef struct {
  double centre, modes[FM_MODES + 1];
} fm_law;

/* A wrapped normal of variance v0. */
void fm_law_begin(fm_law *law, double centre, double v0);

/* The law of the angle of a run in the plane without a loss after `steps` steps: each turns by
 * +-d_k and multiplies the modes by cos(n d_k), d_k from the real states. 0 with an error in the
 * report if a step fails. */
int fm_law_run(vf_context *context, fm_law *law, fm_run *run, uint64_t steps);

/* Total variation between a law and another one, or the uniform law where `other` is NULL. Its
 * error is that of a grid of FM_GRID points. */
double fm_total_variation(const fm_law *law, const fm_law *other);

/* Bound on what the modes above the first add to a total variation to the uniform law. */
double fm_higher_modes(const fm_law *law);

/* P(cos theta > 0) - 1/2 of a normal angle of variance v about 0. */
double fm_half(double v);

#endif

/* One step of every dynamics on every subject against its two right-angled sides. */
#ifndef VF_CHECKS_EXACT_STEPS_H
#define VF_CHECKS_EXACT_STEPS_H

#include "harness/check.h"

/* The gradient g that a step uses is perpendicular to x, so x+ = (1-el) x - eta g has |x+|^2 =
 * (1-el)^2 |x|^2 + eta^2 |g|^2 and the angle D from x with tan D = eta |g|/((1-el)|x|). Compares
 * 20 steps each: the point and its norm, or with `angle` D. */
void exact_one_step(vf_context *context, int angle);

#endif

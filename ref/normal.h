/* The two phases of the exact normals, for the tests. Internal. docs/spec.md section 3; normal.c
 * derives the bounds. */
#ifndef SID_NORMAL_H
#define SID_NORMAL_H

#include "config.h"
#include "sidyn.h"

/* Bounds of the errors of the quick phases, in their units. */
#define SID_QUICK_LOG 4u
#define SID_QUICK_CIRCLE 16u

/* -ln(k*2^-53) in units of 2^-58, 1 <= k <= 2^53: too small by less than SID_QUICK_LOG, never too
 * large. */
uint64_t sid_normal_minus_log_quick(uint64_t k);

/* sid_normal_radius_grid() without the quick phase. */
uint64_t sid_normal_radius_accurate(uint64_t k);

/* cos and sin of (pi/4) * t * 2^-50 in units of 2^-64, 0 <= t <= 2^50: less than SID_QUICK_CIRCLE
 * off; and rounded down from numbers that are less than 2^-120 off. */
void sid_normal_octant_quick(uint64_t t, uint64_t *cosine, uint64_t *sine);
void sid_normal_octant_accurate(uint64_t t, uint64_t *cosine, uint64_t *sine);

#endif

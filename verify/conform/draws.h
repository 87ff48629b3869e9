/* Randomness as the protocol gives it (docs/conform.md, section 3): what one noise draws, before
 * any scaling. */
#ifndef VF_DRAWS_H
#define VF_DRAWS_H

#include "sidyn.h"

/* Whether a step draws the Gaussian noise with the same covariance. */
int vf_draws_gaussian(const sid_dynamics *dynamics);

/* Draws in a step. */
size_t vf_step_draws(const sid_dynamics *dynamics);

/* Numbers in one draw. */
size_t vf_draw_size(const sid_problem *problem, uint32_t batch, int gaussian);

/* One draw from a stream, vf_draw_size() numbers. */
void vf_draw(const sid_problem *problem, uint32_t batch, int gaussian, sid_stream *stream,
             double *draw);

/* All draws of a step, one behind the other. */
void vf_draw_step(const sid_problem *problem, const sid_dynamics *dynamics, sid_stream *stream,
                  double *draws);

#endif

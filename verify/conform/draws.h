/* Randomness as the protocol gives it (docs/conform.md, section 3): what one noise draws, before
 * any scaling. */
#ifndef VF_DRAWS_H
#define VF_DRAWS_H

#include "sidyn.h"

/* Whether a step draws the Gaussian noise with the same covariance. */
int vf_draws_gaussian(const sid_dynamics *dynamics);

/* Draws in a step. */
size_t vf_step_draws(const sid_dynamics *dynamics);

/* Whether the problem has the Gaussian noise with the same covariance, and its trace: not with the
 * means over a batch of bn, the former not with epochs. */
int vf_has_gaussian(const sid_problem *problem);
int vf_has_trace(const sid_problem *problem);

/* Numbers in one draw of a noise, and of a step: with epochs the n-1 indices of a new order. */
size_t vf_draw_size(const sid_problem *problem, uint32_t batch, int gaussian);
size_t vf_step_draw_size(const sid_problem *problem, const sid_dynamics *dynamics);

/* Real numbers of a state, which stand first: all but the order of epochs. */
size_t vf_state_reals(const sid_problem *problem, const sid_dynamics *dynamics);

/* One draw from a stream, vf_draw_size() numbers. */
void vf_draw(const sid_problem *problem, uint32_t batch, int gaussian, sid_stream *stream,
             double *draw);

/* The indices of the batch that a step with epochs took, in the state after it. */
const double *vf_epoch_batch(const sid_problem *problem, const sid_dynamics *dynamics,
                             const double *after);

/* All draws of a step from the state x, one behind the other. Within an epoch the stream stays
 * where it is, and the draw, which is not used, is 0. */
void vf_draw_step(const sid_problem *problem, const sid_dynamics *dynamics, const double *x,
                  sid_stream *stream, double *draws);

#endif

/* What experiments show, and the streams that they draw from. */
#ifndef VF_OBSERVE_H
#define VF_OBSERVE_H

#include "harness/check.h"

/* The stream (seed, (purpose, number)): with SID_KEY_NOISE and SID_KEY_START those of trajectory
 * `number`. */
sid_stream vf_stream(uint64_t seed, uint64_t purpose, uint64_t number);

/* The steps first, first + every, ..., `count` of them: checkpoints. To be freed. */
uint64_t *vf_steps(uint64_t first, uint64_t every, size_t count);

/* Whether the experiment is valid; an error in the report if not. */
int vf_valid(vf_context *context, const char *instance, const sid_experiment *experiment);

/* vf_ensemble() of trajectories 0 .. count-1: their rows, to be freed. NULL after an error in the
 * report, if the experiment is not valid. */
double *vf_observe(vf_context *context, const char *instance, const sid_experiment *experiment,
                   uint64_t count);

#endif

/* Internal: finite families of samples with weights, shared by normalised_linear and
 * quadratic_samples. docs/spec.md section 5. */
#ifndef SID_FAMILY_H
#define SID_FAMILY_H

#include "../sidyn.h"

/* Index of a sample drawn with its probability. */
uint32_t sid_family_draw(const sid_problem *problem, sid_stream *stream);

/* Doubles that the Gaussian noise of a family takes: full gradient, one sample, n normals; the last
 * two together are the workspace of the gradient. */
size_t sid_family_workspace(const sid_problem *problem);

#endif

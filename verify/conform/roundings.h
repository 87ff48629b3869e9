/* Whether an answer is as near to the reference's as its bound says. */
#ifndef VF_ROUNDINGS_H
#define VF_ROUNDINGS_H

#include "conform/answer.h"

/* The largest distance among the numbers of an answer, in units of their bounds: up to 1 is right.
 * Infinite where a number is not finite, or a step or run ends otherwise. `difference` says where
 * it is. */
double vf_roundings(const vf_request *request, const vf_answer *theirs, const vf_answer *ours,
                    const double *bound, char difference[VF_ANSWER_MESSAGE]);

/* Whether an answer is right in a precision, for vf_kit_keep(); one that rounding alone decides
 * is. */
int vf_agree_binary64(const vf_request *request, const vf_answer *theirs, const vf_answer *ours,
                      char difference[VF_ANSWER_MESSAGE], double *distance);
int vf_agree_binary32(const vf_request *request, const vf_answer *theirs, const vf_answer *ours,
                      char difference[VF_ANSWER_MESSAGE], double *distance);

#endif

/* Whether two answers are the same, and where they first differ. */
#ifndef VF_SAME_H
#define VF_SAME_H

#include "conform/answer.h"

/* 1 if all bits are equal (every NaN is the same NaN). Else 0, with the first difference in words,
 * and how many doubles lie between the two numbers (infinity where that says nothing). */
int vf_same_answer(const vf_request *request, const vf_answer *theirs, const vf_answer *ours,
                   char difference[VF_ANSWER_MESSAGE], double *ulp);

#endif

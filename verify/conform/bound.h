/* How far an answer may be off by rounding alone (docs/conform.md, section 5). */
#ifndef VF_BOUND_H
#define VF_BOUND_H

#include "conform/answer.h"

/* Half the distance from 1 to the next number of a precision, and the smallest normal one. */
typedef struct {
  double unit, smallest;
} vf_precision;

extern const vf_precision vf_binary64, vf_binary32;

/* A bound for each number of the answer, whatever the order of summation and the equivalent formula
 * that it was computed by. Returns 0 where rounding alone decides, or may make any answer: there
 * nothing is to be asked. `ours` is the reference's answer. */
int vf_bound(const vf_request *given, const vf_answer *ours, const vf_precision *precision,
             vf_arena *arena, double *bound);

#endif

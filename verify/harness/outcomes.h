/* Means over all outcomes of a few draws, which are exact where a sample has a standard error. */
#ifndef VF_OUTCOMES_H
#define VF_OUTCOMES_H

#include "harness/check.h"

/* at[2^bits]: at[k] is a stream about to give `bits` signs, the j-th +1 where bit j of k is set.
 * What it gives after them is arbitrary. 0, or -1 if an outcome does not turn up. */
int vf_sign_streams(uint32_t bits, sid_stream *at);

/* at[bound^draws]: at[k] is about to give `draws` indices below `bound`, the digits of k in that
 * base, the first draw in front. */
int vf_index_streams(uint64_t bound, uint32_t draws, sid_stream *at);

#endif

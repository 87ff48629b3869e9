/* The tree that ends every canonical sum. Internal. docs/spec.md section 4. */
#ifndef SID_REDUCE_H
#define SID_REDUCE_H

#include "config.h"
#include "sidyn.h"

#define SID_LANES 8u

/* ((acc0+acc4) + (acc2+acc6)) + ((acc1+acc5) + (acc3+acc7)): what halving a vector register of 8,
 * 4, 2 lanes does. */
static inline double sid_fold(const double acc[SID_LANES]) {
  return ((acc[0] + acc[4]) + (acc[2] + acc[6])) + ((acc[1] + acc[5]) + (acc[3] + acc[7]));
}

#endif

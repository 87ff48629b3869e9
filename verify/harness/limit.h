/* Limits of sequences whose error is a power series. */
#ifndef VF_LIMIT_H
#define VF_LIMIT_H

#include "harness/check.h"

/* Compares the limit of value[k] = value(h 2^-k), whose error is a power series in h^power, with
 * `expected`: extrapolated term by term, in place. The tolerance is the last extrapolation's change
 * plus 10 times (by how much the extrapolation amplifies) the rounding of a value; a change above
 * `cap` counts as no convergence. */
void vf_limit(vf_context *context, const char *instance, double *value, int count, int power,
              double expected, double rounding, double cap);

#endif

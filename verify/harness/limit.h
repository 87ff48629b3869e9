/* Limits of sequences whose error is a power series: the one way in which checks extrapolate to
 * h = 0, and what tolerance that leaves. */
#ifndef VF_LIMIT_H
#define VF_LIMIT_H

#include "harness/check.h"

/* Removes the first `depth` terms of the error of value[k] = value(h 2^-k), a power series in
 * h^power, in place; returns value[count - 1]. *change says how far that has settled. At full
 * depth, count - 1, it is by how much the last term changed it; at depth <= count - 3 it is the sum
 * of the last two changes from value to value. NaN for another depth and where a value is not
 * finite. */
double vf_extrapolate(double *value, int count, int depth, int power, double *change);

/* Compares the limit at full depth with `expected`. The tolerance is the last change plus 10 times
 * (by how much the extrapolation amplifies) the rounding of a value. No convergence is an error:
 * that the last two values, all terms but one removed, differ by more than `cap`. The last change
 * alone would not show it: it is that difference over 2^(power (count - 1)) - 1, whatever the
 * values. For errors that are power series down to rounding. */
void vf_limit(vf_context *context, const char *instance, double *value, int count, int power,
              double expected, double rounding, double cap);

/* The same at depth <= count - 3, where more terms would not help: the error of a value is a series
 * for its first terms only, or has a part that is none (a maximum sampled at whole steps), which
 * makes `noise` in the extrapolated values. The tolerance is the last two changes plus noise; above
 * `cap` it counts as no convergence. */
void vf_limit_to_depth(vf_context *context, const char *instance, double *value, int count,
                       int depth, int power, double expected, double noise, double cap);

#endif

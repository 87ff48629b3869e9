/* Trajectories that somebody else computed, with the same random numbers, against those that sidyn
 * computes (docs/conform.md section 6). */
#ifndef VF_DEVIATIONS_H
#define VF_DEVIATIONS_H

#include "formats/given.h"

/* One column. A number agrees if it is exact and has the bits of the reference (a NaN those of
 * every NaN), or if the reference lies in what it stands for. */
typedef struct {
  uint64_t compared, equal, rounded; /* equal in all bits; not, but in agreement */
  uint64_t ulp;     /* of the worst, from the nearest end of what it stands for; UINT64_MAX: a NaN
                       against a number */
  size_t worst;     /* the row of the worst, the first of several */
  int fewest, most; /* digits of those that are rounded decimals; 0 if there is none */
} vf_column_deviation;

typedef struct {
  vf_column_deviation *columns; /* of each column given */
  uint64_t ends, ends_equal;    /* early ends: compared, the same step and reason */
  int found;                    /* something deviates; the first, by step, trajectory, column: */
  size_t row, column;           /* column is the width where it is the end */
  double theirs, reference;
  uint64_t ulp;
  vf_given_row end; /* of the reference's trajectory: how and when it ended */
} vf_deviations;

void vf_deviations_find(const sid_experiment *experiment, const vf_given *given, int jobs,
                        vf_deviations *deviations);

/* Numbers and ends that were compared, and those that agree. */
uint64_t vf_deviations_compared(const vf_deviations *deviations, const vf_given *given);
uint64_t vf_deviations_agreeing(const vf_deviations *deviations, const vf_given *given);

void vf_deviations_free(vf_deviations *deviations);

#endif

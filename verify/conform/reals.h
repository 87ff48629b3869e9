/* The real numbers of a request, one after the other, in a copy that can be changed. */
#ifndef VF_REALS_H
#define VF_REALS_H

#include "conform/request.h"

typedef struct {
  double *at;
  double size; /* what a change of this number is relative to: itself, or, in a list whose numbers
                  are added up, the largest of the list */
} vf_real;

typedef struct {
  vf_request request; /* the copy; what its numbers do not stand in is the original's */
  vf_real *reals;
  size_t count;
} vf_reals;

/* Every real number that the line of a request has; signs, samples and counts are none. The numbers
 * stand in the copy, which is the arena's. */
vf_reals *vf_reals_of(const vf_request *request, vf_arena *arena);

/* The numbers of draws of a step or a noise, however many; 0 where they are integers. */
size_t vf_real_draws(const vf_request *request);

#endif

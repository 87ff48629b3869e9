/* Trajectories of `step` requests, as far as they are determined. */
#ifndef VF_HORIZON_H
#define VF_HORIZON_H

#include "conform/bound.h"
#include "conform/cases.h"

enum { VF_HORIZON_MOST = 32 };

/* The reference's trajectory. */
typedef struct {
  size_t steps;                      /* the horizon */
  double *draws[VF_HORIZON_MOST];    /* of each step */
  vf_answer states[VF_HORIZON_MOST]; /* after each step */
  double *bounds[VF_HORIZON_MOST];   /* of each number of the state after each step */
} vf_trajectory;

/* The relative size of an error below which a trajectory is to be known: 1e-8 and 1e-3. */
double vf_horizon_accuracy(const vf_precision *precision);

/* Makes a trajectory from the state and with the dynamics of a step request, `most` steps unless
 * rounding ends it before: several more trajectories start one rounding beside it, and each of
 * their steps is moved by its bound, up or down by chance. Four times the largest of their
 * distances is the bound after that step; the horizon is the last step at which it is below the
 * accuracy. */
void vf_trajectory_make(vf_cases *cases, const vf_request *start, const vf_precision *precision,
                        size_t most, vf_trajectory *trajectory);

#endif

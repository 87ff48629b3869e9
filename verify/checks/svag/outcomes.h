/* Every outcome of a real step, and the step as a random variable. */
#ifndef SVAG_OUTCOMES_H
#define SVAG_OUTCOMES_H

#include "checks/svag/problems.h"

enum {
  SVAG_OUTCOMES = 576, /* 24^2 pairs of the regression; 3^4 for batches of 2 from 3 members */
  SVAG_DRAWS = 4
};

/* The sequences of members that a step can draw, their probabilities, and streams that draw them.
 * Rademacher noise has the signs -1, +1 as members. */
typedef struct {
  size_t count;
  uint32_t draws, members[SVAG_OUTCOMES][SVAG_DRAWS];
  double weight[SVAG_OUTCOMES];
  sid_stream stream[SVAG_OUTCOMES];
} svag_outcomes;

/* They depend on the kind of dynamics and the batch, not on l. */
void svag_enumerate(vf_context *context, const sid_problem *problem, sid_dynamics dynamics,
                    svag_outcomes *all);

/* A step as a random variable D = x' - x. */
typedef struct {
  size_t count;
  double weight[SVAG_OUTCOMES], change[SVAG_OUTCOMES][SVAG_DIM];
} svag_law;

svag_law svag_law_of(vf_context *context, const sid_problem *problem, sid_dynamics dynamics,
                     double lr, double wd, const double *x);
svag_law svag_law_from(vf_context *context, const sid_problem *problem, const svag_outcomes *all,
                       sid_dynamics dynamics, double lr, double wd, const double *x);

/* E prod over the digits c of `index` ("112" is coordinates 1, 1, 2) of scale*(D_c - centre_c). */
double svag_law_moment(const svag_law *law, const char *index, double scale, const double *centre);

void svag_law_mean(const svag_law *law, uint32_t p, double *mean);

/* Largest |D_j|. */
double svag_law_reach(const svag_law *law, uint32_t p);

/* The law of v.D, in one dimension. */
svag_law svag_law_along(const svag_law *law, const double *v, uint32_t p);

#endif

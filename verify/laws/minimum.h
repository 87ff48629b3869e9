/* Minimisers of the problems for which they are known in closed form, on the unit sphere. */
#ifndef VF_LAWS_MINIMUM_H
#define VF_LAWS_MINIMUM_H

#include "sidyn.h"

/* Of the Hessian at a minimiser, for a scale-invariant problem: eigenvalues along the sphere that
 * are not 0. */
typedef struct {
  double least;    /* the loss there */
  uint32_t normal; /* number of eigenvalues that are not 0 */
  double trace;    /* their sum, */
  double top, gap; /* the largest and the least, */
  double inverse;  /* and the sum of their reciprocals; 0 where there are none */
  uint32_t flat;   /* the unit minimisers are a sphere of flat - 1 dimensions, */
  double radius2;  /* with this radius, squared */
  int two_values;  /* rayleigh: whether there is one other eigenvalue of A above the least */
  int same;        /* whether top is that of every minimiser; else it is the largest of all, and
                      that of a minimiser of least sharpness is `calm` */
  double calm;
} vf_minimum;

/* NULL, or why it is not known. */
const char *vf_minimum_of(const sid_problem *problem, vf_minimum *minimum);

#endif

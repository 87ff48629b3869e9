/* The names of kinds in JSON, in the order of the enumerations of sidyn.h; words separated by
 * spaces. */
#ifndef VF_NAMES_H
#define VF_NAMES_H

#define VF_NOISES "none gaussian rademacher sphere samples poisson" /* from SID_NOISE_NONE */
#define VF_DYNAMICS                                                                                \
  "gd sgd svag noisy_gd sde sde2 momentum adam_l2 adamw projected_gd rmsprop quasi_rmsprop"
#define VF_SCHEDULES "constant piecewise exponential cosine triangle" /* constant is piecewise */
#define VF_STARTS "point gaussian sphere uniform"

#endif

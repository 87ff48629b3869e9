/* The names of kinds in JSON, in the order of the enumerations of sidyn.h; words separated by
 * spaces. */
#ifndef VF_NAMES_H
#define VF_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* From SID_NOISE_NONE, SID_NORM_NONE, SID_ACTIVATION_RELU and SID_LOSS_CROSS_ENTROPY. */
#define VF_NOISES "none gaussian rademacher sphere samples poisson epochs"
#define VF_NORMS "none bn ln gn wn"
#define VF_ACTIVATIONS "relu swish linear"
#define VF_LOSSES "cross_entropy squared_error"
#define VF_DYNAMICS                                                                                \
  "gd sgd svag noisy_gd sde sde2 momentum adam_l2 adamw projected_gd rmsprop quasi_rmsprop"
#define VF_SCHEDULES "constant piecewise exponential cosine triangle" /* constant is piecewise */
#define VF_STARTS "point gaussian sphere uniform"

/* Word `index` of a list, which is not ended by a zero byte, and its length; NULL behind the last.
 */
const char *vf_word(const char *words, int32_t index, int *length);

/* The index of the word of that length, or -1. */
int32_t vf_word_index(const char *words, const char *word, size_t length);

#endif

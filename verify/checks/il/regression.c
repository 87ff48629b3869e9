/* A normalised regression that no direction fits, with sampled noise. */
#include "checks/il/regression.h"

/* Each row of a Hadamard matrix twice, with two labels: sum z z^T is a multiple of 1, so the loss
 * is a linear function on the sphere, with one minimum and one maximum; and the noise vanishes
 * nowhere. */
const double il_features[8 * 4] = {1, 1, 1,  1,  1, 1, 1,  1,  1, -1, 1,  -1, 1, -1, 1,  -1,
                                   1, 1, -1, -1, 1, 1, -1, -1, 1, -1, -1, 1,  1, -1, -1, 1};
const double il_labels[8] = {2.5, 1.5, -1.2, -1.8, .9, .3, .2, -.4};

const sid_problem il_regression = {.kind = SID_NORMALISED_LINEAR,
                                   .noise = SID_NOISE_SAMPLES,
                                   .dim = 4,
                                   .samples = 8,
                                   .features = il_features,
                                   .labels = il_labels};

const double il_regression_step = (5.0 * 4.0 + 2.0 * 8.0 + 20.0) * IL_ULP;

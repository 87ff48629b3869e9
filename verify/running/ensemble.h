/* Ensembles for the command line: what vf_ensemble() does, keeping the last states too. */
#ifndef VF_ENSEMBLE_H
#define VF_ENSEMBLE_H

#include "harness/check.h"

/* As vf_ensemble(); last, if not NULL, receives the last state of every trajectory
 * (count*sid_state_doubles() numbers). */
void vf_ensemble_states(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs,
                        double *rows, vf_end *ends, double *last);

#endif

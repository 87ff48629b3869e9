/* Internal: running the trajectories of a block one after the other. What all backends do with
 * experiments for which there are no lanes: momentum, Adam and the projected dynamics, the problems
 * of eos (004), poisson, and the observables that go with them. */
#ifndef SID_SINGLE_H
#define SID_SINGLE_H

#include "dynamics/dynamics.h"
#include "run.h"
#include "simd.h"

/* Whether the kernels run the experiment in lanes. */
int sid_fits_lanes(const sid_experiment *experiment);

/* As run() of a backend, with the given step (NULL: sid_step()) for each trajectory on its own. */
void sid_run_singly(sid_step_fn step, const sid_experiment *experiment, uint64_t first,
                    uint32_t count, sid_backend_results *results, double *work);
size_t sid_singly_workspace(const sid_experiment *experiment);

#endif

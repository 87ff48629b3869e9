/* Internal: running the trajectories of a block one after the other. What all backends do with
 * experiments for which there are no lanes: matrix completion, and sharpness, midpoints and other
 * observables of eos (004). */
#ifndef SID_SINGLE_H
#define SID_SINGLE_H

#include "dynamics/dynamics.h"
#include "run.h"
#include "simd.h"

/* Whether the kernels have lanes for the problem, and for the whole experiment. */
int sid_problem_has_lanes(const sid_problem *problem);
int sid_fits_lanes(const sid_experiment *experiment);

/* Whether some of the streams have given draws: those have no raws for the kernels. */
int sid_given(const sid_stream *streams, uint32_t count);

/* Like sid_run_advance(); a backend may bring a faster one of the same bits. */
typedef sid_status (*sid_advance_fn)(const sid_run_hooks *hooks, double *x, sid_stream *stream,
                                     uint64_t *step, uint64_t to, double *work);

/* As run() and advance() of a backend, by `one` for each trajectory on its own. */
void sid_run_singly(sid_advance_fn one, const sid_experiment *experiment, uint64_t first,
                    uint32_t count, sid_backend_results *results, double *work);
void sid_advance_singly(sid_advance_fn one, const sid_experiment *experiment,
                        sid_backend_block *block, uint64_t to, sid_backend_results *results,
                        double *work);
size_t sid_singly_workspace(const sid_experiment *experiment);

/* As the flows and laws of a backend, state by state. */
void sid_flow_singly(const sid_flow *flow, double h, uint64_t steps, uint32_t count, double *states,
                     double *errors, sid_status *statuses, double *work);
void sid_circle_singly(const sid_circle_law *law, double h, uint64_t steps, uint32_t count,
                       double *states, sid_stream *streams);
void sid_rayleigh_law_singly(const sid_rayleigh_law *law, double h, uint64_t steps, uint32_t count,
                             double *states, sid_stream *streams);
void sid_levy_singly(const sid_levy_law *law, const sid_problem *problem, double h, uint64_t steps,
                     uint32_t count, double *states, sid_stream *streams, double *work);

#endif

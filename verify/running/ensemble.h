/* Ensembles of trajectories, and other work of many parts, on several threads. */
#ifndef VF_ENSEMBLE_H
#define VF_ENSEMBLE_H

#include <stddef.h>
#include <stdint.h>
#include "simd.h"

typedef sid_end vf_end; /* how a trajectory ended */

/* Runs trajectories first .. first+count-1 of a valid experiment on `jobs` threads. The row of
 * checkpoint c of trajectory first+i goes to rows[(i*checkpoint_count + c)*sid_row_width()]; rows
 * that a trajectory does not reach are NaN. ends may be NULL. The result depends neither on jobs
 * nor on the backend. */
void vf_ensemble(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs,
                 double *rows, vf_end *ends);

/* The same, keeping the last states too: last, if not NULL, receives the last state of every
 * trajectory (count*sid_state_doubles() numbers). */
void vf_ensemble_states(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs,
                        double *rows, vf_end *ends, double *last);

/* The same for statistics along trajectories: instead of storing the rows, calls visit(user,
 * trajectory, step, row) for each, in the order of the steps of a trajectory; trajectories of
 * several threads and lanes mix, so each writes to a place of its own. */
typedef void (*vf_visit_fn)(void *user, uint64_t trajectory, uint64_t step, const double *row);
void vf_ensemble_visit(const sid_experiment *experiment, uint64_t first, uint64_t count, int jobs,
                       vf_visit_fn visit, void *user, vf_end *ends);

/* values[i] = function(user, i) for i < count on `jobs` threads, for checks that drive sid_step()
 * themselves. */
void vf_map(size_t count, int jobs, double *values, size_t width,
            void (*function)(void *user, size_t i, double *out), void *user);

#endif

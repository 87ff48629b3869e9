/* Laws along a run: what they say at each checkpoint, from the start of a trajectory. */
#ifndef VF_LAWS_PATH_H
#define VF_LAWS_PATH_H

#include "sidyn.h"

/* Whether some law speaks of an observable at a step: those that get a column. */
int vf_law_has_path(int32_t observable);

/* rows[c*count + k]: the law of observables[k] at checkpoint c < reached, NaN where there is none,
 * for a run from x (p numbers). It walks every step up to the last of these checkpoints. */
void vf_law_path(const sid_experiment *experiment, const double *x, const int32_t *observables,
                 size_t count, uint32_t reached, double *rows);

#endif

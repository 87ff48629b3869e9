/* Internal: the clock of the schedule, and what observables are. */
#ifndef SID_OBSERVE_H
#define SID_OBSERVE_H

#include "sidyn.h"

/* Steps in one effective step: l for svag, else 1. */
uint64_t sid_steps_per_unit(const sid_experiment *experiment);

/* Whether the problem has what an observable looks at, whether it is a list, and of how many
 * numbers. */
int sid_observable_defined(const sid_problem *problem, int32_t observable);
int sid_observable_many(int32_t observable);
size_t sid_observable_width(const sid_problem *problem, int32_t observable);

#endif

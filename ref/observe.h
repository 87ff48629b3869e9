/* Internal: the clock of the schedule. */
#ifndef SID_OBSERVE_H
#define SID_OBSERVE_H

#include "sidyn.h"

/* Steps in one effective step: l for svag, else 1. */
uint64_t sid_steps_per_unit(const sid_experiment *experiment);

#endif

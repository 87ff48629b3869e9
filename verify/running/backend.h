/* The backend that computes ensembles. */
#ifndef VF_BACKEND_H
#define VF_BACKEND_H

#include "simd.h"

enum { VF_LANES_MAX = 16 }; /* at least the lanes of any backend */

/* The backend in use: the fastest that this machine can run, until another is chosen. */
const sid_backend *vf_backend(void);

/* Chooses by name. Returns 0, or VF_EXIT_USAGE after a message that lists what there is. */
int vf_backend_choose(const char *name);

/* Why the backend in use is in use. */
const char *vf_backend_reason(void);

#endif

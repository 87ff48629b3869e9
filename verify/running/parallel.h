/* Work on several threads. Tasks are handed out one by one; a task writes only to its own place, so
 * a result does not depend on the number of threads. */
#ifndef VF_PARALLEL_H
#define VF_PARALLEL_H

#include <stddef.h>
#include <stdint.h>

/* Processors that this process may use. */
int vf_processors(void);

/* task(user, i, worker) for i < count, on at most `jobs` threads; `worker` (below jobs) names the
 * thread, for memory of its own. Where the system gives fewer threads, these do the work: the one
 * that calls is always there. */
void vf_parallel(uint64_t count, int jobs, void (*task)(void *user, uint64_t i, int worker),
                 void *user);

#endif

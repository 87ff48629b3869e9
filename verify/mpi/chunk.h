/* What a chunk of trajectories gives, as bytes on their way to rank 0: first, count, the early
 * ends, then the statistics of the chunk or its rows as they are written. Sums are integers: no
 * double is ever reduced by MPI. */
#ifndef VF_MPI_CHUNK_H
#define VF_MPI_CHUNK_H

#include "command/run_job.h"

/* Computes trajectories first .. first+count-1 with a job of one's own. */
void vf_chunk_compute(vf_job *job, vf_range range, vf_bytes *bytes);

/* Adds a chunk to the results. Returns 0, or -1 where the bytes are none. */
int vf_chunk_take(vf_job *job, const vf_bytes *bytes);

#endif

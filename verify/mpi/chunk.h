/* What travels between rank 0 and the others, as bytes. Work: number of the piece (counted from 0
 * as they are handed out), first, count, its state if it has begun. A state: number of the piece,
 * its state. A result: number of the piece, length of its state, its state (where results are saved
 * and wait for others), first, count, the early ends, then the statistics or the rows as they are
 * written. Sums are integers: no double is ever reduced by MPI. */
#ifndef VF_MPI_CHUNK_H
#define VF_MPI_CHUNK_H

#include "command/run_job.h"

/* Seconds between looks at what others want. */
#define VF_SLICE 0.1

/* A piece as work, and back; the state is a copy. */
void vf_work_put(uint64_t number, const vf_piece *piece, vf_bytes *bytes);
vf_piece vf_work_take(const vf_bytes *bytes, uint64_t *number);

/* Computes a piece with a job of one's own, and calls look() between slices. Puts the result there.
 * Returns where the rows begin in it. */
size_t vf_chunk_compute(vf_job *job, uint64_t number, const vf_piece *piece,
                        void (*look)(void *user, vf_job *job), void *user, vf_bytes *bytes);

/* The state of what is being computed; no state where nothing is. */
void vf_state_put(const vf_job *job, uint64_t number, vf_bytes *bytes);

/* Adds what a result has behind its state to the results. Returns 0, or -1 where the bytes are
 * none. */
int vf_chunk_take(vf_job *job, const vf_bytes *bytes);

/* Names the early ends of a result, unless the job is NULL; returns where they end in it. */
size_t vf_chunk_name(vf_job *job, const vf_bytes *bytes);

/* Rows of .npy of trajectories from `first` on, at their place in the file, by MPI-IO: written by
 * whoever computed them. */
void vf_rows_write(const vf_job *job, uint64_t first, const unsigned char *data, size_t count);
void vf_rows_close(void);

#endif

/* A run on the ranks of an MPI world. */
#ifndef VF_MPI_TEAM_H
#define VF_MPI_TEAM_H

#include "command/run_job.h"

/* Rank 0: hands out chunks, computes some itself, and takes results in the order of the
 * trajectories; so the state is that of a run without MPI. */
int vf_team_lead(vf_job *job);

/* The other ranks: compute what they are given. */
int vf_team_work(vf_job *job);

#endif

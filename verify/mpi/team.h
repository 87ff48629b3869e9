/* A run on the ranks of an MPI world. */
#ifndef VF_MPI_TEAM_H
#define VF_MPI_TEAM_H

#include "command/run_job.h"

/* Rank 0: hands out chunks, computes some itself, and takes results. */
int vf_team_lead(vf_job *job);

/* What is done, and what is in flight on all ranks. */
void vf_team_gather(vf_job *job, vf_moment *moment);

/* The other ranks: compute what they are given. */
int vf_team_work(vf_job *job);

#endif

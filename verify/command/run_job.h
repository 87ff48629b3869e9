/* What the files of `sidyn run` share. */
#ifndef VF_RUN_JOB_H
#define VF_RUN_JOB_H

#include <stdio.h>
#include "formats/columns.h"
#include "formats/number.h"
#include "running/ensemble.h"
#include "running/statistics.h"

typedef struct {
  const char *experiment, *out;
  uint64_t first, count;
  uint64_t memory; /* bytes that the run may take */
  int jobs, npy, statistics, with_law;
  vf_format format;
} vf_run_options;

/* A run, and the chunk of trajectories that is in memory. */
typedef struct {
  const sid_experiment *experiment;
  const vf_run_options *options;
  FILE *stream;
  size_t width;                       /* of the observables, */
  size_t laws, columns;               /* of the laws of some of them, and of both */
  int32_t law_of[SID_MANIFOLD_ANGLE]; /* the observables that the laws are of */
  uint64_t chunk;                     /* trajectories computed before they are written */
  double *rows, *last;                /* of the chunk */
  vf_end *ends;
  uint32_t law_rows; /* checkpoints of the law that all trajectories have */
  double *law;       /* chunk*checkpoint_count*laws; of one trajectory where all have the same */
  double *row;       /* of all columns */
  double *work;      /* for one row of a trajectory that ended early */
  double *values;    /* chunk of each thread, with --statistics */
  vf_statistics *statistics; /* checkpoint_count*columns, with --statistics */
  uint64_t ended;            /* trajectories that ended early so far */
} vf_job;

/* ---- rows (run_rows.c) ---- */

/* Each observable that a law may speak of, once. */
void vf_choose_laws(vf_job *job);

/* The name of column k. */
const char *vf_job_column(const vf_job *job, size_t k, char name[VF_COLUMN_SIZE]);

/* The laws of the chunk's trajectories first .. first+size-1. */
void vf_find_laws(vf_job *job, uint64_t first, uint64_t size);

/* Law k at checkpoint c of the chunk's trajectory i. */
double vf_law_of(const vf_job *job, uint64_t i, uint32_t c, size_t k);

/* What stands before the rows, and the rows of the chunk's trajectory i, which is `trajectory`. */
void vf_write_head(const vf_job *job);
void vf_write_rows(vf_job *job, uint64_t trajectory, uint64_t i);

/* ---- statistics (run_statistics.c) ---- */

/* Takes the chunk. */
void vf_take_statistics(vf_job *job, uint64_t size);

void vf_write_statistics(const vf_job *job);

/* ---- memory (run_memory.c) ---- */

/* --memory SIZE. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_option_memory(const char *text, uint64_t *bytes);

/* Half of what the machine has. */
uint64_t vf_memory_default(void);

/* Chooses the chunk; refuses a run that could take more than --memory. Returns 0, or VF_EXIT_USAGE
 * after a message. */
int vf_job_plan(vf_job *job);

void vf_job_allocate(vf_job *job);
void vf_job_free(vf_job *job);

#endif

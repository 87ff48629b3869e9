/* What the files of `sidyn run` share. */
#ifndef VF_RUN_JOB_H
#define VF_RUN_JOB_H

#include <stdio.h>
#include "command/part.h"
#include "formats/columns.h"
#include "formats/output.h"

typedef struct {
  const char *experiment;
  const char *out;        /* "-" for standard output; NULL where results go to the part alone */
  const char *part;       /* NULL for none */
  int resume;             /* from the part, where there is one */
  double save_every;      /* seconds */
  vf_range whole;         /* all trajectories, */
  uint64_t first, count;  /* and those of the shard */
  uint64_t shard, shards; /* from 1 */
  uint64_t memory;        /* bytes that the run may take */
  int jobs, npy, statistics, with_law, progress;
  vf_format format;
  struct vf_sweep *sweep; /* of --set, or NULL */
} vf_run_options;

/* Trajectories that a part knows of: done, or in flight. */
typedef struct {
  vf_range range;
  vf_bytes state; /* of those in flight, as in the part; empty where they have not begun */
  int done;
} vf_piece;

/* What is done, and what is in flight, at one moment. */
typedef struct {
  vf_range *done; /* ascending, apart */
  uint32_t count;
  vf_bytes flights;
} vf_moment;

/* A run, and the chunk of trajectories that is in memory. */
typedef struct {
  const sid_experiment *experiment;
  const vf_run_options *options;
  vf_output output;
  FILE *stream;           /* of the output, or NULL; given from outside by a sweep */
  uint32_t point, points; /* of a sweep; its columns and their values, or "" */
  const char *swept, *values;
  uint64_t done;                      /* trajectories of options->count that are */
  uint64_t taken;                     /* so many of the first have been taken up */
  vf_piece *pieces;                   /* of the part that the run goes on from, ascending, */
  size_t piece_count, piece;          /* how many, and the first that was not taken up */
  void *team;                         /* for the team's own use */
  size_t width;                       /* of the observables, */
  size_t laws, columns;               /* of the laws of some of them, and of both */
  int32_t law_of[SID_MANIFOLD_ANGLE]; /* the observables that the laws are of */
  uint64_t chunk;                     /* trajectories computed before they are written */
  vf_flight flight;                   /* the chunk */
  uint32_t law_rows;                  /* checkpoints of the law that all trajectories have */
  double *law;    /* chunk*checkpoint_count*laws; of one trajectory where all have the same */
  double *row;    /* of all columns */
  double *work;   /* for one row of a trajectory that ended early */
  double *column; /* chunk of each thread, with --statistics */
  vf_statistics *statistics; /* checkpoint_count*columns, with --statistics */
  uint64_t ended, named;     /* trajectories that ended early so far, and of them those named */
  struct {
    vf_output output;
    vf_part part;        /* its head */
    double last;         /* when it was written */
    uint64_t from;       /* where its rows begin in their file: behind those of a sweep's runs */
    uint64_t bytes, sum; /* of the rows that it knows */
  } saving;
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
enum { VF_NPY_HEAD = 128 };               /* bytes before the rows of .npy, */
uint64_t vf_npy_bytes(const vf_job *job); /* and those of a trajectory */
void vf_write_rows(vf_job *job, uint64_t trajectory, uint64_t i);

/* ---- statistics (run_statistics.c) ---- */

/* Takes the chunk. */
void vf_take_statistics(vf_job *job, uint64_t size);

/* The table: its head, and its lines. */
void vf_write_statistics_head(const vf_job *job);
void vf_write_statistics(const vf_job *job);

/* ---- parts (run_save.c) ---- */

/* Opens the output and, with --part, the part: the state of one that is there with --resume.
 * Returns 0, or VF_EXIT_USAGE after a message. */
int vf_job_open(vf_job *job);

/* Writes the part of a moment. */
int vf_job_save(vf_job *job, const vf_moment *moment);

/* Results and part, when all is done. */
int vf_job_close(vf_job *job);

/* Gives up what is still open. */
void vf_job_leave(vf_job *job);

/* ---- what is left (run_pieces.c) ---- */

/* Takes ranges that are done and flights from a part. Returns 0, or -1 where they do not fit. */
int vf_take_pieces(vf_job *job, const vf_part *part);

/* Takes up the next piece that is not done: one in flight, or at most `most` trajectories that have
 * not begun; their count is 0 where nothing is left. The caller frees its state. */
vf_piece vf_next_piece(vf_job *job, uint64_t most);

/* Begins the flight of a piece, or goes on with it. */
void vf_begin_piece(vf_job *job, const vf_piece *piece);

/* Adds a range that is done to a moment, behind all others. */
void vf_moment_add(vf_moment *moment, vf_range range);

/* Adds what the part knew and nobody has taken up. */
void vf_moment_rest(const vf_job *job, vf_moment *moment);
void vf_moment_free(vf_moment *moment);

/* ---- progress (run_progress.c) ---- */

typedef struct {
  int terminal, wanted, shown;
  double begun, last; /* seconds on vf_seconds() */
  double before;      /* trajectories that were done when the run began */
} vf_run_progress;

vf_run_progress vf_progress_begin(const vf_job *job);
void vf_progress_show(const vf_job *job, vf_run_progress *progress);

/* ---- a run (run_job.c), and many (run_sweep.c) ---- */

/* A run of one experiment. The job has point, columns and values of a sweep, and the stream of all
 * its results, or NULL: then the run opens its own, behind saving.from where it is saved. */
int vf_run_experiment(const sid_experiment *experiment, const vf_run_options *options, vf_job *job);

/* Names the first five trajectories that end early. */
void vf_name_end(vf_job *job, uint64_t trajectory, const vf_end *end);

/* Progress, the part where it is due, and the end where a signal has come. */
int vf_job_look(vf_job *job, vf_run_progress *progress);

/* Processes that compute a run together. The one that is no worker has the results: its compute()
 * brings job->done to options->count; that of a worker, which has no output and no part, returns
 * when nothing is left to do. */
typedef struct {
  int worker;
  int (*compute)(vf_job *job);
  void (*gather)(vf_job *job, vf_moment *moment); /* what is done, and in flight everywhere */
} vf_team;
void vf_set_team(const vf_team *team);
int vf_is_worker(void);

/* --set FIELD=V1,V2,... Returns 0, or VF_EXIT_USAGE after a message. */
int vf_sweep_add(vf_run_options *options, char *text);

/* --zip and --seed-per-point. */
void vf_sweep_zip(vf_run_options *options);
void vf_sweep_seeds(vf_run_options *options);

/* All points, after all were found valid. */
int vf_sweep_run(const vf_run_options *options);

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

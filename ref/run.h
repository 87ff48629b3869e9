/* Internal: runs in pieces. */
#ifndef SID_RUN_H
#define SID_RUN_H

#include "sidyn.h"

/* What is run, and what it calls at checkpoints (NULL: nothing). */
typedef struct {
  const sid_experiment *experiment;
  sid_checkpoint_fn callback;
  void *user;
} sid_run_hooks;

/* The parts of sid_run(), of a valid experiment; work holds sid_run_workspace() doubles. */

/* The start of a trajectory with what the dynamics keeps beside it, and the stream of its steps. A
 * random start may be no state of the problem, and the further numbers may not be finite: then x
 * holds the start as it was drawn and +0 in the further numbers. */
sid_status sid_run_begin(const sid_experiment *experiment, uint64_t trajectory, double *x,
                         sid_stream *stream);

/* Checkpoint 0, if there is one. */
sid_status sid_run_first(const sid_run_hooks *hooks, double *x, double *work);

/* From step *step to step `to`, with the checkpoints after the one and up to the other. *step
 * receives how far it got. */
sid_status sid_run_advance(const sid_run_hooks *hooks, double *x, sid_stream *stream,
                           uint64_t *step, uint64_t to, double *work);

/* How many checkpoints lie before a step. */
uint32_t sid_run_checkpoints_before(const sid_experiment *experiment, uint64_t step);

#endif

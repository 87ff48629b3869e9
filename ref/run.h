/* Internal: runs whose steps are somebody else's. */
#ifndef SID_RUN_H
#define SID_RUN_H

#include "sidyn.h"

/* A step like sid_step(); a backend may bring a faster one of the same bits. */
typedef sid_status (*sid_step_fn)(const sid_problem *problem, const sid_dynamics *dynamics,
                                  double lr, double wd, double *x, sid_stream *stream,
                                  double *work);

/* What a run calls: NULL stands for sid_step(), and for nothing at checkpoints. */
typedef struct {
  sid_step_fn step;
  sid_checkpoint_fn callback;
  void *user;
} sid_run_hooks;

/* sid_run() of a valid experiment with another step; work holds sid_run_workspace() doubles. */
sid_status sid_run_with(const sid_run_hooks *hooks, const sid_experiment *experiment,
                        uint64_t trajectory, double *x, uint64_t *step, double *work);

#endif

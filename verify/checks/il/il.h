/* What the checks of il (001), "Reconciling Modern Deep Learning with Traditional Optimization
 * Analyses: The Intrinsic Learning Rate", share. Notation: eta the rate, lam the weight decay, el =
 * eta lam, W the weights, G = |W|^2, gamma = G^2/eta^2, tr the trace of the noise's covariance at
 * |W| = 1. */
#ifndef VF_IL_H
#define VF_IL_H

#include "harness/observe.h"
#include "harness/text.h"

#define IL_ULP 0x1p-53

enum {
  IL_WORK = 256, /* >= sid_step_workspace() of every problem here */
  IL_LEVELS = 6  /* values that a limit is extrapolated from */
};

sid_dynamics il_dynamics(int32_t kind, uint32_t substeps, uint32_t batch);
sid_dynamics il_momentum(double beta);

/* The one observable of a run whose rows are its states. */
extern const int32_t il_state[1];

/* vf_observe() at steps 0, every, 2 every, ...; *rows of them for each trajectory. */
double *il_rows(vf_context *context, const char *name, sid_experiment *experiment, uint64_t count,
                uint64_t every, size_t *rows);

#endif

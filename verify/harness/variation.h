/* Experiments with one thing changed: what another implementation may have computed instead. */
#ifndef VF_VARIATION_H
#define VF_VARIATION_H

#include "sidyn.h"

typedef enum {
  VF_VARY_LR,       /* every learning rate of the schedule, times factor */
  VF_VARY_WD,       /* every weight decay, times factor */
  VF_VARY_SIGMA,    /* the noise, times factor; not where it comes from samples or counts */
  VF_VARY_WD_ALONE, /* wd for lr*wd: schedules of segments */
  VF_VARY_BATCH,    /* the batch times factor; where there is none the noise over its root */
  VF_VARY_NO_NOISE
} vf_vary_kind;

typedef struct {
  const char *name;
  vf_vary_kind kind;
  double factor;
} vf_change;

typedef struct {
  sid_experiment experiment;
  sid_segment *segments;
  double *scale;
} vf_variation;

/* Makes the changed experiment. Returns 0, or -1 where the change means nothing (wd is 0) or gives
 * no valid experiment; nothing is to be freed then. */
int vf_vary(const sid_experiment *experiment, vf_change change, vf_variation *variation);

void vf_variation_free(vf_variation *variation);

#endif

#include "harness/variation.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"

static int vf_vary_lr(sid_schedule *schedule, sid_segment *segments, double factor) {
  schedule->lr *= factor;
  schedule->lr_min *= factor;
  for (uint32_t s = 0; s < schedule->segment_count; s++) segments[s].lr *= factor;
  return 0;
}

static int vf_vary_wd(sid_schedule *schedule, sid_segment *segments, double factor) {
  int any = schedule->wd != 0.0;
  schedule->wd *= factor;
  for (uint32_t s = 0; s < schedule->segment_count; s++) {
    any |= segments[s].wd != 0.0;
    segments[s].wd *= factor;
  }
  return any ? 0 : -1;
}

/* lr*wd becomes what wd was. */
static int vf_vary_wd_alone(const sid_schedule *schedule, sid_segment *segments) {
  int any = 0;
  for (uint32_t s = 0; s < schedule->segment_count; s++) {
    if (segments[s].wd == 0.0) continue;
    if (segments[s].lr == 0.0) return -1;
    segments[s].wd /= segments[s].lr;
    any = 1;
  }
  return any ? 0 : -1;
}

/* Noise that has a size. */
static int vf_has_size(const sid_problem *problem) {
  return problem->noise == SID_NOISE_GAUSSIAN || problem->noise == SID_NOISE_RADEMACHER ||
         problem->noise == SID_NOISE_SPHERE;
}

static int vf_vary_sigma(vf_variation *variation, double factor) {
  sid_problem *problem = &variation->experiment.problem;
  if (!vf_has_size(problem)) return -1;
  if (!problem->scale) {
    problem->sigma *= factor;
    return 0;
  }
  variation->scale = vf_allocate_doubles(problem->dim);
  for (uint32_t j = 0; j < problem->dim; j++) variation->scale[j] = problem->scale[j] * factor;
  problem->scale = variation->scale;
  return 0;
}

static int vf_vary_batch(vf_variation *variation, double factor) {
  sid_dynamics *dynamics = &variation->experiment.dynamics;
  if (vf_has_size(&variation->experiment.problem))
    return vf_vary_sigma(variation, 1.0 / sqrt(factor));
  if ((double)dynamics->batch * factor > (double)SID_COUNT_MAX) return -1;
  dynamics->batch = (uint32_t)((double)dynamics->batch * factor);
  return 0;
}

static int vf_vary_no_noise(sid_experiment *experiment) {
  if (experiment->problem.noise == SID_NOISE_NONE || experiment->problem.kind == SID_NOISE_ONLY)
    return -1;
  experiment->problem.noise = SID_NOISE_NONE;
  experiment->problem.scale = NULL;
  experiment->dynamics.batch = 1;
  return 0;
}

static int vf_apply(vf_variation *variation, vf_change change) {
  sid_experiment *experiment = &variation->experiment;
  switch (change.kind) {
    case VF_VARY_LR: return vf_vary_lr(&experiment->schedule, variation->segments, change.factor);
    case VF_VARY_WD: return vf_vary_wd(&experiment->schedule, variation->segments, change.factor);
    case VF_VARY_SIGMA: return vf_vary_sigma(variation, change.factor);
    case VF_VARY_WD_ALONE: return vf_vary_wd_alone(&experiment->schedule, variation->segments);
    case VF_VARY_BATCH: return vf_vary_batch(variation, change.factor);
    case VF_VARY_NO_NOISE: return vf_vary_no_noise(experiment);
  }
  return -1;
}

int vf_vary(const sid_experiment *experiment, vf_change change, vf_variation *variation) {
  const uint32_t segments = experiment->schedule.segment_count;
  *variation = (vf_variation){*experiment, NULL, NULL};
  if (segments) {
    variation->segments = vf_allocate(segments, sizeof(sid_segment));
    memcpy(variation->segments, experiment->schedule.segments, segments * sizeof(sid_segment));
    variation->experiment.schedule.segments = variation->segments;
  }
  if (vf_apply(variation, change) == 0 && sid_experiment_validate(&variation->experiment) == SID_OK)
    return 0;
  vf_variation_free(variation);
  return -1;
}

void vf_variation_free(vf_variation *variation) {
  free(variation->segments);
  free(variation->scale);
  variation->segments = NULL;
  variation->scale = NULL;
}

/* Paths of the SDE (5) with noise whose length fluctuates. */
#include "checks/il/sde.h"
#include <math.h>

const double il_uneven_spectrum[4] = {0, 1, 1.5, 2}, il_uneven_scale[4] = {.2, .6, .4, .8};

sid_problem il_uneven(int32_t noise, int m, double scale[4]) {
  const sid_problem problem = {.kind = SID_RAYLEIGH,
                               .noise = noise,
                               .dim = 4,
                               .spectrum = il_uneven_spectrum,
                               .scale = scale};
  for (int j = 0; j < 4; j++) scale[j] = il_uneven_scale[j] * sqrt((double)m);
  return problem;
}

double *il_sde_gammas(vf_context *context, const il_sde_case *one) {
  static const int32_t observable[] = {SID_GAMMA};
  const double length = sqrt(one->eta * sqrt(one->gamma0));
  const double x[5] = {.6 * length, .8 * length};
  const sid_segment segment = {0, one->eta, one->lam, 1.0};
  const sid_experiment experiment = {
      .problem = {.kind = SID_NOISE_ONLY,
                  .noise = SID_NOISE_GAUSSIAN,
                  .dim = one->p,
                  .sigma = one->sigma},
      .dynamics = il_dynamics(SID_SDE, one->m, 1),
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &segment},
      .start = {SID_START_POINT, x, 0.0},
      .seed = 47,
      .steps = one->time,
      .checkpoints = &one->time,
      .checkpoint_count = 1,
      .observables = observable,
      .observable_count = 1};
  return vf_observe(context, "sde", &experiment, one->count);
}

#include "conform/draws.h"
#include "problems/family.h"

int vf_draws_gaussian(const sid_dynamics *dynamics) {
  return dynamics->kind == SID_NOISY_GD || dynamics->kind == SID_SDE || dynamics->kind == SID_SDE2;
}

size_t vf_step_draws(const sid_dynamics *dynamics) {
  switch (dynamics->kind) {
    case SID_GD:
    case SID_PROJECTED_GD:
    case SID_RMSPROP:
    case SID_QUASI_RMSPROP: return 0;
    case SID_SVAG: return 2;
    case SID_SDE:
    case SID_SDE2: return dynamics->substeps;
    default: return 1;
  }
}

size_t vf_draw_size(const sid_problem *problem, uint32_t batch, int gaussian) {
  switch (problem->noise) {
    case SID_NOISE_NONE: return 0;
    case SID_NOISE_SAMPLES: return gaussian ? problem->samples : batch;
    case SID_NOISE_POISSON: return gaussian ? problem->dim : (size_t)batch * problem->dim;
    default: return problem->dim;
  }
}

void vf_draw(const sid_problem *problem, uint32_t batch, int gaussian, sid_stream *stream,
             double *draw) {
  const size_t size = vf_draw_size(problem, batch, gaussian);
  const int32_t kind = gaussian ? SID_NOISE_GAUSSIAN : problem->noise;
  if (kind == SID_NOISE_GAUSSIAN || kind == SID_NOISE_SPHERE)
    sid_stream_normals(stream, draw, size);
  else
    for (size_t i = 0; i < size; i++)
      draw[i] = kind == SID_NOISE_RADEMACHER ? sid_stream_rademacher(stream)
                : kind == SID_NOISE_SAMPLES
                    ? (double)sid_family_draw(problem, stream)
                    : (double)sid_stream_poisson(stream, problem->exp_minus_mean);
}

void vf_draw_step(const sid_problem *problem, const sid_dynamics *dynamics, sid_stream *stream,
                  double *draws) {
  const int gaussian = vf_draws_gaussian(dynamics);
  const size_t size = vf_draw_size(problem, dynamics->batch, gaussian);
  for (size_t d = 0; d < vf_step_draws(dynamics); d++)
    vf_draw(problem, dynamics->batch, gaussian, stream, draws + d * size);
}

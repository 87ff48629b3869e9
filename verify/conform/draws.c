#include "conform/draws.h"
#include "problems/family.h"

int vf_draws_gaussian(const sid_dynamics *dynamics) {
  return dynamics->kind == SID_NOISY_GD || dynamics->kind == SID_SDE || dynamics->kind == SID_SDE2;
}

int vf_has_trace(const sid_problem *problem) {
  return problem->kind != SID_NETWORK || problem->network->norm != SID_NORM_BN;
}

int vf_has_gaussian(const sid_problem *problem) {
  return problem->noise != SID_NOISE_EPOCHS && vf_has_trace(problem);
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
    case SID_NOISE_SAMPLES:
    case SID_NOISE_EPOCHS: return gaussian ? problem->samples : batch;
    case SID_NOISE_POISSON: return gaussian ? problem->dim : (size_t)batch * problem->dim;
    default: return problem->dim;
  }
}

size_t vf_step_draw_size(const sid_problem *problem, const sid_dynamics *dynamics) {
  if (problem->noise == SID_NOISE_EPOCHS) return problem->samples - 1;
  return vf_draw_size(problem, dynamics->batch, vf_draws_gaussian(dynamics));
}

size_t vf_state_reals(const sid_problem *problem, const sid_dynamics *dynamics) {
  const size_t doubles = sid_state_doubles(problem, dynamics);
  return problem->noise == SID_NOISE_EPOCHS ? doubles - problem->samples - 1 : doubles;
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
                : kind == SID_NOISE_SAMPLES  ? (double)sid_family_draw(problem, stream)
                : kind == SID_NOISE_EPOCHS
                    ? (double)sid_stream_index(stream, problem->samples)
                    : (double)sid_stream_poisson(stream, problem->exp_minus_mean);
}

const double *vf_epoch_batch(const sid_problem *problem, const sid_dynamics *dynamics,
                             const double *after) {
  const double *order = after + vf_state_reals(problem, dynamics);
  const double taken = order[problem->samples];
  return order + ((size_t)taken - 1) * dynamics->batch;
}

/* The indices by which an epoch makes its order, from i = n-1 on, if one begins at x. */
static void vf_draw_order(const sid_problem *problem, const sid_dynamics *dynamics, const double *x,
                          sid_stream *stream, double *draws) {
  const uint32_t n = problem->samples;
  const double taken = x[sid_state_doubles(problem, dynamics) - 1];
  const int begins = taken == (double)(n / dynamics->batch);
  for (uint32_t i = n - 1; i > 0; i--)
    *draws++ = begins ? (double)sid_stream_index(stream, (uint64_t)i + 1) : 0.0;
}

void vf_draw_step(const sid_problem *problem, const sid_dynamics *dynamics, const double *x,
                  sid_stream *stream, double *draws) {
  const int gaussian = vf_draws_gaussian(dynamics);
  const size_t size = vf_step_draw_size(problem, dynamics);
  if (problem->noise == SID_NOISE_EPOCHS) {
    vf_draw_order(problem, dynamics, x, stream, draws);
    return;
  }
  for (size_t d = 0; d < vf_step_draws(dynamics); d++)
    vf_draw(problem, dynamics->batch, gaussian, stream, draws + d * size);
}

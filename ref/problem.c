/* Problems as data: choice by kind, and the stochastic gradient that all share. docs/spec.md
 * sections 5 and 6. */
#include "config.h"
#include "fp.h"
#include "problem.h"

/* Whether the knob SID_PROBLEMS has a problem built in; sid_problem_validate() refuses the
 * others. */
#define SID_HAS_HEIGHT3 (SID_HAS(SID_TROUGH3) || SID_HAS(SID_RIDGE3))

static int sid_problem_normalises_batch(const sid_problem *problem) {
  return problem->kind == SID_BN_REGRESSION || problem->kind == SID_BN_COMPLETION;
}

int sid_problem_scale_invariant(const sid_problem *problem) {
  return problem->kind == SID_RAYLEIGH || problem->kind == SID_NORMALISED_LINEAR ||
         problem->kind == SID_RATIO2 || problem->kind == SID_NOISE_ONLY ||
         problem->kind == SID_TROUGH3 || problem->kind == SID_RIDGE3 ||
         sid_problem_normalises_batch(problem);
}

/* The largest users are the Gaussian noise of a family (full gradient, one sample, n normals) and
 * the Hessian of a batch-normalised output (three vectors of n). */
size_t sid_problem_workspace(const sid_problem *problem) {
  return 2 * (size_t)problem->dim +
         (sid_problem_normalises_batch(problem) ? 3 : 1) * (size_t)problem->samples;
}

double sid_problem_loss(const sid_problem *problem, const double *x, double *work) {
  switch (problem->kind) {
    case SID_RAYLEIGH: return SID_HAS(SID_RAYLEIGH) ? sid_rayleigh_loss(problem, x, work) : 0.0;
    case SID_NORMALISED_LINEAR:
      return SID_HAS(SID_NORMALISED_LINEAR) ? sid_normalised_linear_loss(problem, x) : 0.0;
    case SID_RATIO2: return SID_HAS(SID_RATIO2) ? sid_ratio2_loss(x) : 0.0;
    case SID_QUADRATIC_SAMPLES:
      return SID_HAS(SID_QUADRATIC_SAMPLES) ? sid_quadratic_samples_loss(problem, x, work) : 0.0;
    case SID_QUADRATIC_NOISY:
      return SID_HAS(SID_QUADRATIC_NOISY) ? sid_quadratic_noisy_loss(problem, x, work) : 0.0;
    case SID_TROUGH3:
    case SID_RIDGE3: return SID_HAS_HEIGHT3 ? sid_height3_loss(problem, x) : 0.0;
    case SID_BN_REGRESSION:
      return SID_HAS(SID_BN_REGRESSION) ? sid_bn_regression_loss(problem, x, work) : 0.0;
    case SID_BN_COMPLETION:
      return SID_HAS(SID_BN_COMPLETION) ? sid_bn_completion_loss(problem, x, work) : 0.0;
    case SID_POISSON: return SID_HAS(SID_POISSON) ? sid_poisson_loss(problem, x) : 0.0;
    default: return 0.0; /* noise_only */
  }
}

double sid_problem_test_loss(const sid_problem *problem, const double *x, double *work) {
  if (SID_HAS(SID_BN_COMPLETION) && problem->kind == SID_BN_COMPLETION && problem->matrix)
    return sid_bn_completion_test_loss(problem, x, work);
  return sid_double_of(0x7ff8000000000000u);
}

static void sid_problem_zero(const sid_problem *problem, double *out) {
  for (uint32_t j = 0; j < problem->dim; j++) out[j] = 0.0;
}

void sid_problem_gradient(const sid_problem *problem, const double *x, double *gradient,
                          double *work) {
  switch (problem->kind) {
    case SID_RAYLEIGH:
      if (SID_HAS(SID_RAYLEIGH)) sid_rayleigh_gradient(problem, x, gradient, work);
      return;
    case SID_NORMALISED_LINEAR:
      if (SID_HAS(SID_NORMALISED_LINEAR))
        sid_normalised_linear_gradient(problem, x, gradient, work);
      return;
    case SID_RATIO2:
      if (SID_HAS(SID_RATIO2)) sid_ratio2_gradient(x, gradient);
      return;
    case SID_QUADRATIC_SAMPLES:
      if (SID_HAS(SID_QUADRATIC_SAMPLES)) sid_quadratic_samples_gradient(problem, x, gradient);
      return;
    case SID_QUADRATIC_NOISY:
      if (SID_HAS(SID_QUADRATIC_NOISY)) sid_quadratic_noisy_gradient(problem, x, gradient);
      return;
    case SID_TROUGH3:
    case SID_RIDGE3:
      if (SID_HAS_HEIGHT3) sid_height3_gradient(problem, x, gradient);
      return;
    case SID_BN_REGRESSION:
      if (SID_HAS(SID_BN_REGRESSION)) sid_bn_regression_gradient(problem, x, gradient, work);
      return;
    case SID_BN_COMPLETION:
      if (SID_HAS(SID_BN_COMPLETION)) sid_bn_completion_gradient(problem, x, gradient, work);
      return;
    case SID_POISSON:
      if (SID_HAS(SID_POISSON)) sid_poisson_gradient(problem, gradient);
      return;
    default: sid_problem_zero(problem, gradient); return; /* noise_only */
  }
}

void sid_problem_hessian_vector(const sid_problem *problem, const double *x, const double *v,
                                double *hv, double *work) {
  switch (problem->kind) {
    case SID_RAYLEIGH:
      if (SID_HAS(SID_RAYLEIGH)) sid_rayleigh_hessian_vector(problem, x, v, hv, work);
      return;
    case SID_NORMALISED_LINEAR:
      if (SID_HAS(SID_NORMALISED_LINEAR))
        sid_normalised_linear_hessian_vector(problem, x, v, hv, work);
      return;
    case SID_RATIO2:
      if (SID_HAS(SID_RATIO2)) sid_ratio2_hessian_vector(x, v, hv);
      return;
    case SID_QUADRATIC_SAMPLES:
      if (SID_HAS(SID_QUADRATIC_SAMPLES)) sid_quadratic_samples_hessian_vector(problem, v, hv);
      return;
    case SID_QUADRATIC_NOISY:
      if (SID_HAS(SID_QUADRATIC_NOISY)) sid_quadratic_noisy_gradient(problem, v, hv);
      return;
    case SID_TROUGH3:
    case SID_RIDGE3:
      if (SID_HAS_HEIGHT3) sid_height3_hessian_vector(problem, x, v, hv);
      return;
    case SID_BN_REGRESSION:
      if (SID_HAS(SID_BN_REGRESSION)) sid_bn_regression_hessian_vector(problem, x, v, hv, work);
      return;
    case SID_BN_COMPLETION:
      if (SID_HAS(SID_BN_COMPLETION)) sid_bn_completion_hessian_vector(problem, x, v, hv, work);
      return;
    default: sid_problem_zero(problem, hv); return; /* noise_only, poisson */
  }
}

double sid_problem_sample_weight(const sid_problem *problem, uint32_t i) {
  return problem->weights ? problem->weights[i] : 1.0 / (double)problem->samples;
}

void sid_problem_sample_gradient(const sid_problem *problem, uint32_t i, const double *x,
                                 double *gradient) {
  if (problem->kind == SID_NORMALISED_LINEAR) {
    if (SID_HAS(SID_NORMALISED_LINEAR)) sid_normalised_linear_sample(problem, i, x, gradient);
  } else if (SID_HAS(SID_QUADRATIC_SAMPLES)) {
    sid_quadratic_samples_sample(problem, i, x, gradient);
  }
}

static uint32_t sid_problem_draw_sample(const sid_problem *problem, sid_stream *stream) {
  if (problem->weights)
    return sid_stream_weighted_index(stream, problem->weights, problem->samples);
  return (uint32_t)sid_stream_index(stream, problem->samples);
}

/* Mean gradient of `batch` samples drawn with replacement. */
static void sid_problem_minibatch(const sid_problem *problem, const double *x, uint32_t batch,
                                  sid_stream *stream, double *gradient, double *work) {
  const uint32_t p = problem->dim;
  sid_problem_sample_gradient(problem, sid_problem_draw_sample(problem, stream), x, gradient);
  if (batch == 1) return;
  for (uint32_t b = 1; b < batch; b++) {
    sid_problem_sample_gradient(problem, sid_problem_draw_sample(problem, stream), x, work);
    for (uint32_t j = 0; j < p; j++) gradient[j] = gradient[j] + work[j];
  }
  const double inv_batch = 1.0 / (double)batch;
  for (uint32_t j = 0; j < p; j++) gradient[j] = gradient[j] * inv_batch;
}

void sid_problem_noisy_gradient(const sid_problem *problem, const double *x, uint32_t batch,
                                sid_stream *stream, double *gradient, double *work) {
  if (problem->noise == SID_NOISE_SAMPLES) {
    sid_problem_minibatch(problem, x, batch, stream, gradient, work);
    return;
  }
  if (SID_HAS(SID_POISSON) && problem->noise == SID_NOISE_POISSON) {
    sid_poisson_minibatch(problem, batch, stream, gradient);
    return;
  }
  sid_problem_gradient(problem, x, gradient, work);
  sid_noise_draw(problem, x, stream, work);
  for (uint32_t j = 0; j < problem->dim; j++) gradient[j] = gradient[j] + work[j];
}

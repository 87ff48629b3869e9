/* The stochastic gradient: mini-batches of a finite family, drawn noise, noise of the problem's
 * own; its Gaussian stand-in and its trace. docs/spec.md section 5. */
#include "config.h"
#include "fp.h"
#include "noise.h"
#include "problem.h"
#include "problems/family.h"

/* ---- by the rooms -------------------------------------------------------------------------- */

#define SID_SAMPLE_0(kind, room)
#define SID_SAMPLE_1(kind, room)                                                                   \
  case kind:                                                                                       \
    if (SID_HAS(kind)) sid_##room##_sample(problem, i, x, gradient, work);                         \
    return;
#define SID_SAMPLE(kind, number, name, room, samples, ...) SID_SAMPLE_##samples(kind, room)

void sid_problem_sample_gradient(const sid_problem *problem, uint32_t i, const double *x,
                                 double *gradient, double *work) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_SAMPLE)
    default: return;
  }
}

#define SID_HAS_OWN(kind, number, name, room, samples, own, ...)                                   \
  case kind: return own;

/* Whether the problem draws its noise itself. */
static int sid_sampling_own(const sid_problem *problem) {
  if (problem->noise < SID_NOISE_SAMPLES) return 0;
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_HAS_OWN)
    default: return 0;
  }
}

#define SID_OWN_GRADIENT_0(kind, room)
#define SID_OWN_GRADIENT_1(kind, room)                                                             \
  case kind:                                                                                       \
    if (SID_HAS(kind)) sid_##room##_own_gradient(problem, x, batch, stream, gradient, work);       \
    return;
#define SID_OWN_GRADIENT(kind, number, name, room, samples, own, ...)                              \
  SID_OWN_GRADIENT_##own(kind, room)

static void sid_sampling_own_gradient(const sid_problem *problem, const double *x, uint32_t batch,
                                      sid_stream *stream, double *gradient, double *work) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_OWN_GRADIENT)
    default: return;
  }
}

#define SID_OWN_GAUSSIAN_0(kind, room)
#define SID_OWN_GAUSSIAN_1(kind, room)                                                             \
  case kind:                                                                                       \
    if (SID_HAS(kind)) sid_##room##_own_gaussian(problem, x, stream, noise, work);                 \
    return;
#define SID_OWN_GAUSSIAN(kind, number, name, room, samples, own, ...)                              \
  SID_OWN_GAUSSIAN_##own(kind, room)

static void sid_sampling_own_gaussian(const sid_problem *problem, const double *x,
                                      sid_stream *stream, double *noise, double *work) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_OWN_GAUSSIAN)
    default: return;
  }
}

#define SID_OWN_TRACE_0(kind, room)
#define SID_OWN_TRACE_1(kind, room)                                                                \
  case kind:                                                                                       \
    return SID_HAS(kind) ? sid_##room##_own_trace(problem, x, work) : 0.0;
#define SID_OWN_TRACE(kind, number, name, room, samples, own, ...) SID_OWN_TRACE_##own(kind, room)

static double sid_sampling_own_trace(const sid_problem *problem, const double *x, double *work) {
  switch (problem->kind) {
    SID_PROBLEM_LIST(SID_OWN_TRACE)
    default: return 0.0;
  }
}

/* ---- the stochastic gradient --------------------------------------------------------------- */

/* Mean gradient of `batch` samples drawn with replacement. */
static void sid_sampling_minibatch(const sid_problem *problem, const double *x, uint32_t batch,
                                   sid_stream *stream, double *gradient, double *work) {
  const uint32_t p = problem->dim;
  sid_problem_sample_gradient(problem, sid_family_draw(problem, stream), x, gradient, NULL);
  if (batch == 1) return;
  for (uint32_t b = 1; b < batch; b++) {
    sid_problem_sample_gradient(problem, sid_family_draw(problem, stream), x, work, NULL);
    for (uint32_t j = 0; j < p; j++) gradient[j] = gradient[j] + work[j];
  }
  const double inv_batch = 1.0 / (double)batch;
  for (uint32_t j = 0; j < p; j++) gradient[j] = gradient[j] * inv_batch;
}

static sid_noise sid_sampling_drawn(const sid_problem *problem) {
  const sid_noise noise = {problem->noise, sid_problem_scale_invariant(problem), problem->sigma,
                           problem->scale};
  return noise;
}

void sid_problem_noise(const sid_problem *problem, const double *x, sid_stream *stream,
                       double *noise) {
  const sid_noise drawn = sid_sampling_drawn(problem);
  sid_noise_draw(&drawn, x, problem->dim, stream, noise);
}

void sid_problem_noisy_gradient(const sid_problem *problem, const double *x, uint32_t batch,
                                sid_stream *stream, double *gradient, double *work) {
  if (sid_sampling_own(problem)) {
    sid_sampling_own_gradient(problem, x, batch, stream, gradient, work);
    return;
  }
  if (problem->noise == SID_NOISE_SAMPLES) {
    sid_sampling_minibatch(problem, x, batch, stream, gradient, work);
    return;
  }
  const sid_noise noise = sid_sampling_drawn(problem);
  sid_problem_gradient(problem, x, gradient, work);
  sid_noise_draw(&noise, x, problem->dim, stream, work);
  for (uint32_t j = 0; j < problem->dim; j++) gradient[j] = gradient[j] + work[j];
}

/* ---- Gaussian noise of the same covariance ------------------------------------------------- */

/* sum_i (sqrt(w_i) xi_i) (g_i - G): a square root of the covariance of the samples, applied to n
 * normals. */
static void sid_sampling_gaussian_family(const sid_problem *problem, const double *x,
                                         sid_stream *stream, double *noise, double *work) {
  const uint32_t p = problem->dim;
  double *full = work, *sample = work + p, *xi = work + 2 * (size_t)p;
  /* sample and xi together are the p + n doubles of workspace of the gradient */
  sid_problem_gradient(problem, x, full, sample);
  sid_stream_normals(stream, xi, problem->samples);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double c = sid_sqrt(sid_problem_sample_weight(problem, i)) * xi[i];
    sid_problem_sample_gradient(problem, i, x, sample, NULL);
    for (uint32_t j = 0; j < p; j++) {
      const double term = c * (sample[j] - full[j]);
      noise[j] = i == 0 ? term : noise[j] + term;
    }
  }
}

void sid_problem_gaussian_noise(const sid_problem *problem, const double *x, sid_stream *stream,
                                double *noise, double *work) {
  const uint32_t p = problem->dim;
  if (sid_sampling_own(problem)) {
    sid_sampling_own_gaussian(problem, x, stream, noise, work);
    return;
  }
  if (problem->noise == SID_NOISE_SAMPLES) {
    sid_sampling_gaussian_family(problem, x, stream, noise, work);
    return;
  }
  const int tangential = sid_problem_scale_invariant(problem);
  sid_noise gaussian = {SID_NOISE_GAUSSIAN, tangential, problem->sigma, problem->scale};
  if (problem->noise == SID_NOISE_NONE) gaussian.kind = SID_NOISE_NONE;
  /* fixed length sigma has covariance sigma^2/(p-1) on the tangent space, sigma^2/p in the ambient
   * space */
  if (problem->noise == SID_NOISE_SPHERE)
    gaussian.sigma = problem->sigma / sid_sqrt((double)(tangential ? p - 1 : p));
  sid_noise_draw(&gaussian, x, p, stream, noise);
}

/* ---- trace of the covariance --------------------------------------------------------------- */

/* tr of the diagonal covariance, projected on the tangent space where the problem is
 * scale-invariant. */
static double sid_sampling_scale_trace(const sid_problem *problem, const double *x, double ir,
                                       double *work) {
  const uint32_t p = problem->dim;
  const double *scale = problem->scale;
  for (uint32_t j = 0; j < p; j++) work[j] = scale[j] * scale[j];
  const double total = sid_sum(work, p);
  if (!sid_problem_scale_invariant(problem)) return total;
  for (uint32_t j = 0; j < p; j++) work[j] = work[j] * x[j];
  return (total - sid_dot(x, work, p) * ir) * ir;
}

static double sid_sampling_family_trace(const sid_problem *problem, const double *x, double *work) {
  const uint32_t p = problem->dim;
  double *full = work, *sample = work + p;
  double trace = 0.0;
  sid_problem_gradient(problem, x, full, sample);
  for (uint32_t i = 0; i < problem->samples; i++) {
    sid_problem_sample_gradient(problem, i, x, sample, NULL);
    for (uint32_t j = 0; j < p; j++) sample[j] = sample[j] - full[j];
    trace = trace + sid_problem_sample_weight(problem, i) * sid_dot(sample, sample, p);
  }
  return trace;
}

double sid_problem_noise_trace(const sid_problem *problem, const double *x, double *work) {
  const uint32_t p = problem->dim;
  if (problem->noise == SID_NOISE_NONE) return 0.0;
  if (sid_sampling_own(problem)) return sid_sampling_own_trace(problem, x, work);
  if (problem->noise == SID_NOISE_SAMPLES) return sid_sampling_family_trace(problem, x, work);
  const int tangential = sid_problem_scale_invariant(problem);
  const double ir = tangential ? 1.0 / sid_dot(x, x, p) : 1.0;
  const double sigma2 = problem->sigma * problem->sigma;
  if (problem->noise == SID_NOISE_SPHERE) return sigma2 * ir;
  if (problem->scale) return sid_sampling_scale_trace(problem, x, ir, work);
  return (sigma2 * (double)(tangential ? p - 1 : p)) * ir; /* times 1.0 in ambient space is exact */
}

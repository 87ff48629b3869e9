/* Gradient noise: isotropic, diagonal, Rademacher, of fixed length, and the sampling of a finite
 * family. docs/spec.md section 5. */
#include "config.h"
#include "fp.h"
#include "problem.h"

/* A draw's shape: what multiplies the unit variables, and whether the length is fixed to sigma. */
typedef struct {
  int32_t kind;
  double sigma;
  const double *scale;
} sid_noise_shape;

/* u_j of spec section 5: unit variables, scaled unless the length is fixed later. */
static void sid_noise_ambient_draw(sid_noise_shape shape, uint32_t p, sid_stream *stream,
                                   double *u) {
  if (shape.kind == SID_NOISE_RADEMACHER) {
    for (uint32_t j = 0; j < p; j++) u[j] = sid_stream_rademacher(stream);
  } else {
    sid_stream_normals(stream, u, p);
  }
  if (shape.kind == SID_NOISE_SPHERE) return;
  for (uint32_t j = 0; j < p; j++) u[j] = (shape.scale ? shape.scale[j] : shape.sigma) * u[j];
}

/* sigma/length, or 0 where the direction vanished. */
static double sid_noise_unit(double sigma, double length2, double length) {
  return length2 > 0.0 ? sigma / length : 0.0;
}

static void sid_noise_multiply(double *u, uint32_t p, double k) {
  for (uint32_t j = 0; j < p; j++) u[j] = u[j] * k;
}

static void sid_noise_shaped(const sid_problem *problem, sid_noise_shape shape, const double *x,
                             sid_stream *stream, double *u) {
  const uint32_t p = problem->dim;
  sid_noise_ambient_draw(shape, p, stream, u);
  if (!sid_problem_scale_invariant(problem)) {
    if (shape.kind != SID_NOISE_SPHERE) return;
    const double uu = sid_dot(u, u, p);
    sid_noise_multiply(u, p, sid_noise_unit(shape.sigma, uu, sid_sqrt(uu)));
    return;
  }
  const double r = sid_dot(x, x, p);
  const double ir = 1.0 / r;
  const double m = sid_sqrt(r);
  const double t = sid_dot(x, u, p) * ir;
  for (uint32_t j = 0; j < p; j++) u[j] = u[j] - t * x[j];
  if (shape.kind != SID_NOISE_SPHERE) {
    sid_noise_multiply(u, p, 1.0 / m);
    return;
  }
  const double vv = sid_dot(u, u, p);
  sid_noise_multiply(u, p, sid_noise_unit(shape.sigma, vv, sid_sqrt(vv) * m));
}

static void sid_noise_zero(double *noise, uint32_t p) {
  for (uint32_t j = 0; j < p; j++) noise[j] = 0.0;
}

void sid_noise_draw(const sid_problem *problem, const double *x, sid_stream *stream,
                    double *noise) {
  if (problem->noise == SID_NOISE_NONE) {
    sid_noise_zero(noise, problem->dim);
    return;
  }
  const sid_noise_shape shape = {problem->noise, problem->sigma, problem->scale};
  sid_noise_shaped(problem, shape, x, stream, noise);
}

/* sum_i (sqrt(w_i) xi_i) (g_i - G): a square root of the covariance of the samples, applied to n
 * normals. */
static void sid_noise_gaussian_samples(const sid_problem *problem, const double *x,
                                       sid_stream *stream, double *noise, double *work) {
  const uint32_t p = problem->dim;
  double *full = work, *sample = work + p, *xi = work + 2 * (size_t)p;
  sid_problem_gradient(problem, x, full,
                       sample); /* sample and xi together are its p + n doubles of workspace */
  sid_stream_normals(stream, xi, problem->samples);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double c = sid_sqrt(sid_problem_sample_weight(problem, i)) * xi[i];
    sid_problem_sample_gradient(problem, i, x, sample);
    for (uint32_t j = 0; j < p; j++) {
      const double term = c * (sample[j] - full[j]);
      noise[j] = i == 0 ? term : noise[j] + term;
    }
  }
}

void sid_problem_gaussian_noise(const sid_problem *problem, const double *x, sid_stream *stream,
                                double *noise, double *work) {
  const uint32_t p = problem->dim;
  sid_noise_shape shape = {SID_NOISE_GAUSSIAN, problem->sigma, problem->scale};
  switch (problem->noise) {
    case SID_NOISE_NONE: sid_noise_zero(noise, p); return;
    case SID_NOISE_SAMPLES: sid_noise_gaussian_samples(problem, x, stream, noise, work); return;
    case SID_NOISE_POISSON: shape.sigma = sid_sqrt(problem->mean); break;
    case SID_NOISE_SPHERE:
      /* fixed length sigma has covariance sigma^2/(p-1) on the tangent space, sigma^2/p in the
       * ambient space */
      shape.sigma =
          problem->sigma / sid_sqrt((double)(sid_problem_scale_invariant(problem) ? p - 1 : p));
      break;
    default: break;
  }
  sid_noise_shaped(problem, shape, x, stream, noise);
}

/* tr of the diagonal covariance, projected on the tangent space where the problem is
 * scale-invariant. */
static double sid_noise_scale_trace(const sid_problem *problem, const double *x, double ir,
                                    double *work) {
  const uint32_t p = problem->dim;
  const double *scale = problem->scale;
  for (uint32_t j = 0; j < p; j++) work[j] = scale[j] * scale[j];
  const double total = sid_sum(work, p);
  if (!sid_problem_scale_invariant(problem)) return total;
  for (uint32_t j = 0; j < p; j++) work[j] = work[j] * x[j];
  return (total - sid_dot(x, work, p) * ir) * ir;
}

static double sid_noise_samples_trace(const sid_problem *problem, const double *x, double *work) {
  const uint32_t p = problem->dim;
  double *full = work, *sample = work + p;
  double trace = 0.0;
  sid_problem_gradient(problem, x, full, sample);
  for (uint32_t i = 0; i < problem->samples; i++) {
    sid_problem_sample_gradient(problem, i, x, sample);
    for (uint32_t j = 0; j < p; j++) sample[j] = sample[j] - full[j];
    trace = trace + sid_problem_sample_weight(problem, i) * sid_dot(sample, sample, p);
  }
  return trace;
}

double sid_problem_noise_trace(const sid_problem *problem, const double *x, double *work) {
  const uint32_t p = problem->dim;
  if (problem->noise == SID_NOISE_NONE) return 0.0;
  if (problem->noise == SID_NOISE_SAMPLES) return sid_noise_samples_trace(problem, x, work);
  if (problem->noise == SID_NOISE_POISSON) return problem->mean * (double)p;
  const int tangential = sid_problem_scale_invariant(problem);
  const double ir = tangential ? 1.0 / sid_dot(x, x, p) : 1.0;
  const double sigma2 = problem->sigma * problem->sigma;
  if (problem->noise == SID_NOISE_SPHERE) return sigma2 * ir;
  if (problem->scale) return sid_noise_scale_trace(problem, x, ir, work);
  return (sigma2 * (double)(tangential ? p - 1 : p)) * ir; /* times 1.0 in ambient space is exact */
}

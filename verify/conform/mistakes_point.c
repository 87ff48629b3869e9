/* Mistakes at a point: loss, gradient and noise. Nothing here is bit for bit: a mistake fits or not
 * by many digits. */
#include <math.h>
#include <string.h>
#include "conform/mistakes.h"
#include "harness/algebra.h"

/* ---- normalisation ------------------------------------------------------------------------- */

enum { VF_OUTPUTS_MOST = 64 };

/* Batch-normalised outputs under a changed normalisation: centre and variance, the divisor of the
 * variance, and whether they depend on the outputs (running statistics do not). */
typedef struct {
  double z[VF_OUTPUTS_MOST], t[VF_OUTPUTS_MOST], c[VF_OUTPUTS_MOST], gamma, isd, divisor;
  int frozen;
} vf_batchnorm;

/* Output i before the normalisation. */
static double vf_output(const sid_problem *problem, const double *x, uint32_t i) {
  if (problem->kind == SID_BN_REGRESSION)
    return vf_dot(problem->features + (size_t)i * problem->dim, x, problem->dim);
  const size_t k = problem->inner, row = problem->entries[2 * i],
               column = problem->rows + problem->entries[2 * i + 1];
  return vf_dot(x + row * k, x + column * k, k);
}

/* gradient += d times the gradient of output i. */
static void vf_add_output(const sid_problem *problem, const double *x, uint32_t i, double d,
                          double *gradient) {
  const size_t k = problem->inner;
  if (problem->kind == SID_BN_REGRESSION) {
    vf_add(gradient, problem->features + (size_t)i * problem->dim, problem->dim, d);
    return;
  }
  const size_t row = problem->entries[2 * i], column = problem->rows + problem->entries[2 * i + 1];
  vf_add(gradient + row * k, x + column * k, k, d);
  vf_add(gradient + column * k, x + row * k, k, d);
}

static void vf_batchnorm_at(const vf_mistake *mistake, const sid_problem *problem, const double *x,
                            vf_batchnorm *bn) {
  const uint32_t n = problem->samples;
  double beta = 0.0, mu = 0.0, squares = 0.0, labels = 0.0;
  bn->frozen = mistake->what == VF_BN_RUNNING;
  bn->divisor = mistake->what == VF_BN_SAMPLE_VARIANCE ? n - 1.0 : n;
  for (uint32_t i = 0; i < n; i++) {
    bn->c[i] = vf_output(problem, x, i);
    beta += problem->labels[i] / n;
    mu += bn->c[i] / n;
  }
  for (uint32_t i = 0; i < n; i++) {
    bn->c[i] -= bn->frozen ? 0.0 : mu;
    bn->t[i] = problem->labels[i] - beta;
    squares += bn->c[i] * bn->c[i];
    labels += bn->t[i] * bn->t[i];
  }
  const double variance = squares / bn->divisor + (mistake->what == VF_BN_EPS ? 1e-5 : 0.0);
  bn->gamma = sqrt(labels / n);
  bn->isd = bn->frozen ? 1.0 : 1.0 / sqrt(variance);
  for (uint32_t i = 0; i < n; i++) bn->z[i] = bn->c[i] * bn->isd;
}

static double vf_batchnorm_loss(const vf_mistake *mistake, const sid_problem *problem,
                                const double *x) {
  vf_batchnorm bn;
  double total = 0.0;
  vf_batchnorm_at(mistake, problem, x, &bn);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double e = bn.gamma * bn.z[i] - bn.t[i];
    total += e * e / problem->samples;
  }
  return total;
}

static void vf_batchnorm_gradient(const vf_mistake *mistake, const sid_problem *problem,
                                  const double *x, double *gradient) {
  const uint32_t n = problem->samples, p = problem->dim;
  vf_batchnorm bn;
  double g[VF_OUTPUTS_MOST], mean = 0.0, along = 0.0;
  vf_batchnorm_at(mistake, problem, x, &bn);
  for (uint32_t i = 0; i < n; i++) {
    g[i] = 2.0 * bn.gamma / n * (bn.gamma * bn.z[i] - bn.t[i]);
    mean += g[i] / n;
    along += g[i] * bn.c[i];
  }
  memset(gradient, 0, p * sizeof *gradient);
  for (uint32_t i = 0; i < n; i++) {
    const double through = bn.isd * bn.isd * bn.isd * bn.c[i] * along / bn.divisor;
    const double d = bn.frozen ? bn.isd * g[i] : bn.isd * (g[i] - mean) - through;
    vf_add_output(problem, x, i, d, gradient);
  }
}

/* Whether the mistake changes the normalisation of this problem. */
static int vf_changes_batchnorm(const vf_mistake *mistake, const sid_problem *problem) {
  return mistake->what >= VF_BN_SAMPLE_VARIANCE && mistake->what <= VF_BN_RUNNING &&
         (problem->kind == SID_BN_REGRESSION || problem->kind == SID_BN_COMPLETION) &&
         problem->samples <= VF_OUTPUTS_MOST;
}

/* x/sqrt(|x|^2 + eps) for x/|x|: of the two problems that are quadratic in it. */
static int vf_changes_norm(const vf_mistake *mistake, const sid_problem *problem) {
  return mistake->what == VF_NORM_EPS &&
         (problem->kind == SID_RAYLEIGH || problem->kind == SID_NORMALISED_LINEAR);
}

/* For them L(x) = Q(s u) with u = x/|x| and s = |x|/sqrt(|x|^2 + eps): Q(s u) - Q(0) of the
 * Rayleigh quotient is s^2 L, of the linear model the loss of labels and features s z. */
static double vf_shrink(const double *x, uint32_t p) {
  const double r = vf_dot(x, x, p);
  return sqrt(r / (r + 1e-5));
}

static double vf_norm_eps_loss(const sid_problem *problem, const double *x, double *work) {
  const double s = vf_shrink(x, problem->dim), norm = vf_norm(x, problem->dim);
  double total = 0.0;
  if (problem->kind == SID_RAYLEIGH) return s * s * sid_problem_loss(problem, x, work);
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double *z = problem->features + (size_t)i * problem->dim;
    const double e = s * vf_dot(z, x, problem->dim) / norm - problem->labels[i];
    total += e * e / (2.0 * problem->samples);
  }
  return total;
}

double vf_mistaken_loss(const vf_mistake *mistake, const sid_problem *problem, const double *x,
                        double *work) {
  double factor = 1.0;
  const vf_rates rates = {0};
  if (mistake->place == VF_IN_LOSS && mistake->gradient) factor = mistake->gradient(&rates);
  if (vf_changes_batchnorm(mistake, problem)) return vf_batchnorm_loss(mistake, problem, x);
  if (vf_changes_norm(mistake, problem)) return vf_norm_eps_loss(problem, x, work);
  return factor * sid_problem_loss(problem, x, work);
}

/* By central differences of sixth order, to some ten digits. */
static void vf_difference_gradient(const sid_problem *problem, const double *x, double *gradient,
                                   double *work) {
  static const double weights[3] = {0.75, -0.15, 1.0 / 60.0};
  const uint32_t p = problem->dim;
  double *moved = work + p;
  const double h = 0x1p-8 * vf_norm(x, p);
  memcpy(work, x, p * sizeof *work);
  for (uint32_t j = 0; j < p; j++) {
    gradient[j] = 0.0;
    for (int k = 1; k <= 3; k++) {
      work[j] = x[j] + k * h;
      const double above = vf_norm_eps_loss(problem, work, moved);
      work[j] = x[j] - k * h;
      gradient[j] += weights[k - 1] * (above - vf_norm_eps_loss(problem, work, moved)) / h;
    }
    work[j] = x[j];
  }
}

void vf_mistaken_gradient(const vf_mistake *mistake, const sid_problem *problem,
                          const vf_rates *rates, const double *x, double *gradient, double *work) {
  const uint32_t p = problem->dim;
  if (vf_changes_batchnorm(mistake, problem)) {
    vf_batchnorm_gradient(mistake, problem, x, gradient);
    return;
  }
  if (vf_changes_norm(mistake, problem)) {
    vf_difference_gradient(problem, x, gradient, work);
    return;
  }
  sid_problem_gradient(problem, x, gradient, work);
  if (mistake->what == VF_GRADIENT_RADIAL && problem->kind == SID_RAYLEIGH) {
    const double r = vf_dot(x, x, p);
    vf_add(gradient, x, p, 2.0 * sid_problem_loss(problem, x, work) / r);
  }
  if ((mistake->place == VF_IN_LOSS || mistake->place == VF_IN_GRADIENT) && mistake->gradient)
    vf_scale(gradient, p, mistake->gradient(rates));
}

/* ---- noise --------------------------------------------------------------------------------- */

/* The noise without the projection: u/|x|. Of a fixed length only the direction would differ: it is
 * left alone, but for its Gaussian counterpart. */
static void vf_ambient(const sid_problem *problem, const vf_rates *rates, int gaussian,
                       const double *draw, double *noise) {
  const uint32_t p = problem->dim;
  const int sphere = problem->noise == SID_NOISE_SPHERE;
  const double divisor = rates->norm * (sphere ? sqrt(p - 1.0) : 1.0);
  if (!sid_problem_scale_invariant(problem) || problem->noise == SID_NOISE_NONE ||
      problem->noise >= SID_NOISE_SAMPLES || (sphere && !gaussian))
    return;
  for (uint32_t j = 0; j < p; j++)
    noise[j] = (problem->scale ? problem->scale[j] : problem->sigma) * draw[j] / divisor;
}

void vf_mistaken_noise(const vf_mistake *mistake, const sid_problem *problem, const vf_rates *rates,
                       const double *x, uint32_t batch, int gaussian, const double *draw,
                       double *noise, double *work) {
  const uint32_t p = problem->dim;
  const int added = problem->noise < SID_NOISE_SAMPLES || gaussian;
  sid_stream stream;
  sid_stream_given(&stream, draw);
  if (gaussian)
    sid_problem_gaussian_noise(problem, x, &stream, noise, work);
  else if (!added)
    sid_problem_noisy_gradient(problem, x, batch, &stream, noise, work);
  else
    sid_problem_noise(problem, x, &stream, noise);
  if (mistake->what == VF_NOISE_AMBIENT) vf_ambient(problem, rates, gaussian, draw, noise);
  if (mistake->what == VF_BATCH_SUM && !added) vf_scale(noise, p, batch);
  if (mistake->place == VF_IN_NOISE && mistake->noise && added)
    vf_scale(noise, p, mistake->noise(rates));
}

/* The losses of the checks, and their data. */
#include <string.h>
#include "harness/algebra.h"
#include "harness/text.h"
#include "checks/svag/powers.h"
#include "checks/svag/problems.h"
#include "checks/svag/steps.h"

static const double weights_a[] = {0.5, 0.3, 0.2}, a_a[] = {0.4, 1.6, 0.9},
                    b_a[] = {-0.5, 0.3, 0.8}, x0_a[] = {1.3};
static const double weights_b[] = {0.25, 0.25, 0.125, 0.375}, a_b[] = {1.0, 0.5, 0.25, 1.25},
                    b_b[] = {0.25, -0.75, 0.5, 1.0}, x0_b[] = {-0.75};
static const double weights_c[] = {0.5, 0.25, 0.25}, a_c[] = {0.5, 1.0, 1.5, 0.25, 0.75, 0.5},
                    b_c[] = {-0.5, 0.25, 0.5, 0.75, 1.0, -1.0}, x0_c[] = {1.25, -0.5};
const svag_family svag_families[SVAG_FAMILIES] = {{"a", 1, 3, weights_a, a_a, b_a, x0_a},
                                                  {"b", 1, 4, weights_b, a_b, b_b, x0_b},
                                                  {"c", 2, 3, weights_c, a_c, b_c, x0_c}};

/* One member in sixteen pulls far to one side, and curvatures differ: skewness 2.8, kurtosis
 * 11 at x0. */
static const double skewed_weights[] = {0.5, 0.25, 0.1875, 0.0625},
                    skewed_a[] = {0.75, 1.0, 1.25, 0.5}, skewed_b[] = {0.25, -0.125, 0.375, -3.5};
static const double skewed_x0[] = {1.25};
/* Symmetric and heavy: third moment 0, kurtosis 16. */
static const double heavy_weights[] = {0.9375, 0.03125, 0.03125}, heavy_a[] = {0.75, 0.75, 0.75},
                    heavy_b[] = {0.0, 4.0, -4.0};
static const double heavy_x0[] = {-0.75};
const svag_family svag_far_families[SVAG_FAR_FAMILIES] = {
    {"skewed", 1, 4, skewed_weights, skewed_a, skewed_b, skewed_x0},
    {"symmetric heavy", 1, 3, heavy_weights, heavy_a, heavy_b, heavy_x0}};

sid_problem svag_family_problem(const svag_family *f) {
  const sid_problem problem = {.kind = SID_QUADRATIC_SAMPLES,
                               .noise = SID_NOISE_SAMPLES,
                               .dim = f->dim,
                               .samples = f->samples,
                               .a = f->a,
                               .b = f->b,
                               .weights = f->weights};
  return problem;
}

sid_problem svag_silent(sid_problem problem) {
  problem.noise = SID_NOISE_NONE;
  return problem;
}

double svag_table_mean(const svag_family *f, const double *u, uint32_t c) {
  double total = 0.0;
  for (uint32_t i = 0; i < f->samples; i++) total += f->weights[i] * u[i * f->dim + c];
  return total;
}

double svag_table_covariance(const svag_family *f, const double *u, uint32_t c, const double *v,
                             uint32_t d) {
  double total = 0.0;
  for (uint32_t i = 0; i < f->samples; i++)
    total += f->weights[i] * (u[i * f->dim + c] - svag_table_mean(f, u, c)) *
             (v[i * f->dim + d] - svag_table_mean(f, v, d));
  return total;
}

static const double features[] = {1.0, 0.5, -0.25, -0.5, 1.25, 0.75, 0.25, -1.0, 1.5},
                    labels[] = {0.75, -0.5, 1.0};
const double svag_x_linear[] = {0.75, -0.5, 1.25};

sid_problem svag_linear(void) {
  const sid_problem problem = {.kind = SID_NORMALISED_LINEAR,
                               .noise = SID_NOISE_SAMPLES,
                               .dim = 3,
                               .samples = 3,
                               .features = features,
                               .labels = labels};
  return problem;
}

sid_problem svag_regression(vf_context *context, svag_regression_data *data) {
  static const double target[SVAG_DIM] = {0.5, -0.5, 0.5, 0.5};
  double heavy[SVAG_SAMPLES] = {0.0}, skewed[SVAG_SAMPLES] = {0.0};
  sid_stream stream = vf_stream(SVAG_OTHER_SEED, SID_KEY_DATA, 0);
  if (sid_data_fill(&stream, SID_DATA_NORMAL, VF_COUNT(data->features), data->features) ||
      sid_data_fill(&stream, SID_DATA_HEAVY, SVAG_SAMPLES, heavy) ||
      sid_data_fill(&stream, SID_DATA_SKEWED, SVAG_SAMPLES, skewed))
    vf_error(context, "regression", "no data");
  for (uint32_t i = 0; i < SVAG_SAMPLES; i++)
    data->labels[i] = vf_dot(data->features + (size_t)i * SVAG_DIM, target, SVAG_DIM) +
                      0.5 * (heavy[i] + skewed[i]);
  const sid_problem problem = {.kind = SID_NORMALISED_LINEAR,
                               .noise = SID_NOISE_SAMPLES,
                               .dim = SVAG_DIM,
                               .samples = SVAG_SAMPLES,
                               .features = data->features,
                               .labels = data->labels};
  return problem;
}

const double svag_x_regression[SVAG_DIM] = {0.75, -0.5, 0.25, 1.0};

sid_problem svag_rayleigh(double sigma) {
  static const double spectrum[] = {0.0, 1.0, 2.0, 3.0, 4.0};
  const sid_problem problem = {.kind = SID_RAYLEIGH,
                               .noise = SID_NOISE_GAUSSIAN,
                               .dim = 5,
                               .sigma = sigma,
                               .spectrum = spectrum};
  return problem;
}

sid_problem svag_quadratic(const double *spectrum) {
  const sid_problem problem = {
      .kind = SID_QUADRATIC_NOISY, .noise = SID_NOISE_NONE, .dim = 1, .spectrum = spectrum};
  return problem;
}

void svag_noise_cases(svag_noise_case cases[SVAG_NOISE_CASES]) {
  static const double spectrum[] = {0.5, 2.0, 3.5}, scale[] = {0.25, 0.75, 0.5},
                      x[] = {0.75, -0.5, 1.25};
  const sid_problem rayleigh = {.kind = SID_RAYLEIGH,
                                .noise = SID_NOISE_GAUSSIAN,
                                .dim = 3,
                                .sigma = 0.5,
                                .spectrum = spectrum};
  sid_problem scaled = rayleigh, signs = rayleigh, sphere = rayleigh, ambient = rayleigh;
  scaled.scale = scale;
  signs.noise = SID_NOISE_RADEMACHER;
  sphere.noise = SID_NOISE_SPHERE;
  ambient.kind = SID_QUADRATIC_NOISY;
  sid_problem ambient_scaled = ambient, ambient_sphere = ambient;
  ambient_scaled.scale = scale;
  ambient_sphere.noise = SID_NOISE_SPHERE;
  const svag_noise_case all[SVAG_NOISE_CASES] = {
      {"quadratic_samples c B=1", svag_family_problem(&svag_families[2]), svag_families[2].x0, 1},
      {"quadratic_samples c B=2", svag_family_problem(&svag_families[2]), svag_families[2].x0, 2},
      {"normalised_linear samples B=1", svag_linear(), svag_x_linear, 1},
      {"normalised_linear samples B=2", svag_linear(), svag_x_linear, 2},
      {"rayleigh gaussian sigma=0.5", rayleigh, x, 1},
      {"rayleigh gaussian scale", scaled, x, 1},
      {"rayleigh rademacher sigma=0.5", signs, x, 1},
      {"rayleigh sphere sigma=0.5", sphere, x, 1},
      {"quadratic_noisy gaussian sigma=0.5", ambient, x, 1},
      {"quadratic_noisy gaussian scale", ambient_scaled, x, 1},
      {"quadratic_noisy sphere sigma=0.5", ambient_sphere, x, 1}};
  memcpy(cases, all, sizeof all);
}

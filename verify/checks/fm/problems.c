/* The problems on which fm's claims are checked. */
#include "checks/fm/problems.h"
#include <math.h>
#include <string.h>

void fm_start(double *x, uint32_t dim, double r) {
  for (uint32_t j = 0; j < dim; j++) x[j] = 1.0 / (double)(j + 1);
  const double k = sqrt(r / sid_dot(x, x, dim));
  for (uint32_t j = 0; j < dim; j++) x[j] *= k;
}

sid_problem fm_noise_only(int32_t noise, uint32_t dim, double sigma) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_NOISE_ONLY;
  problem.noise = noise;
  problem.dim = dim;
  problem.sigma = sigma;
  return problem;
}

void fm_noise_problem(fm_problem *p, int32_t noise, uint32_t dim, double sigma) {
  memset(p, 0, sizeof *p);
  p->problem = fm_noise_only(noise, dim, sigma);
  p->gradient_size = 8.0 * sigma * (noise == SID_NOISE_SPHERE ? 1.0 : (double)dim);
}

void fm_linear(fm_problem *p, uint32_t dim, double sigma, double along) {
  fm_noise_problem(p, SID_NOISE_GAUSSIAN, dim, sigma);
  const double length = sqrt((double)(dim - 2));
  for (uint32_t i = 0; i < dim - 2; i++) p->features[i * dim + i] = length;
  p->labels[0] = along * length;
  p->problem.kind = SID_NORMALISED_LINEAR;
  p->problem.samples = dim - 2;
  p->problem.features = p->features;
  p->problem.labels = p->labels;
  p->gradient_size += 2.0 * (double)(dim - 2);
}

void fm_family(fm_problem *p, uint32_t dim, uint32_t samples) {
  fm_noise_problem(p, SID_NOISE_SAMPLES, dim, 0.0);
  for (uint32_t i = 0; i < samples; i++) {
    for (uint32_t j = 0; j < dim; j++) p->features[i * dim + j] = sin(1.0 + 3.0 * i + 1.7 * j * j);
    p->labels[i] = cos(2.0 * i);
  }
  p->problem.kind = SID_NORMALISED_LINEAR;
  p->problem.samples = samples;
  p->problem.features = p->features;
  p->problem.labels = p->labels;
  p->gradient_size = 2.0 * (double)dim + 2.0 * sqrt((double)dim);
}

void fm_rayleigh(fm_problem *p, uint32_t dim, double sigma) {
  fm_noise_problem(p, SID_NOISE_SPHERE, dim, sigma);
  for (uint32_t j = 0; j < dim; j++) p->spectrum[j] = 1.0 + 0.5 * j;
  p->problem.kind = SID_RAYLEIGH;
  p->problem.spectrum = p->spectrum;
  p->gradient_size += 2.0 * p->spectrum[dim - 1];
}

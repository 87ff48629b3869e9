/* Instances of every problem with every kind of noise that it takes, for tests of all of them. */
#ifndef INSTANCES_H
#define INSTANCES_H

#include "common.h"

#define INSTANCE_DIM_MAX 19
#define INSTANCE_SAMPLES_MAX 9
#define INSTANCES_MAX 64

typedef struct {
  const char *name;
  sid_problem problem;
  int size; /* index of its noise in `noises` */
} instance;

typedef struct {
  instance list[INSTANCES_MAX];
  size_t count;
  double spectrum[INSTANCE_DIM_MAX], matrix[INSTANCE_DIM_MAX * INSTANCE_DIM_MAX], scale[INSTANCE_DIM_MAX];
  double features[INSTANCE_SAMPLES_MAX * INSTANCE_DIM_MAX], labels[INSTANCE_SAMPLES_MAX];
  double a[INSTANCE_SAMPLES_MAX * INSTANCE_DIM_MAX], b[INSTANCE_SAMPLES_MAX * INSTANCE_DIM_MAX];
  double weights[INSTANCE_SAMPLES_MAX];
} instances;

/* A kind of noise and its size; `scaled` is a standard deviation of its own for each coordinate. */
static const struct {
  int32_t kind;
  double sigma;
  int scaled;
} noises[] = {
    {SID_NOISE_NONE, 0.0, 0},       {SID_NOISE_GAUSSIAN, 0.75, 0},  {SID_NOISE_GAUSSIAN, 0.0, 1},
    {SID_NOISE_RADEMACHER, 0.3, 0}, {SID_NOISE_RADEMACHER, 0.0, 1}, {SID_NOISE_SPHERE, 1.25, 0},
    {SID_NOISE_SAMPLES, 0.0, 0},
};

/* Adds the problem once for each kind of noise that suits it. */
static inline void instances_add(instances *all, const char *name, sid_problem problem, int drawn, int none,
                                 int samples) {
  for (size_t n = 0; n < COUNT(noises); n++) {
    const int32_t kind = noises[n].kind;
    if (kind == SID_NOISE_NONE ? !none : kind == SID_NOISE_SAMPLES ? !samples : !drawn) continue;
    problem.noise = kind;
    problem.sigma = noises[n].sigma;
    problem.scale = noises[n].scaled ? all->scale : NULL;
    const instance added = {name, problem, (int)n};
    assert_int_equal(sid_problem_validate(&problem), SID_OK);
    assert_true(all->count < INSTANCES_MAX);
    all->list[all->count++] = added;
  }
}

static inline void instances_fill(instances *all) {
  data_source data = {2718};
  const size_t p = INSTANCE_DIM_MAX;
  data_fill(&data, all->spectrum, p, -1.0, 2.0);
  data_fill(&data, all->scale, p, 0.1, 1.5);
  data_fill(&data, all->features, COUNT(all->features), -1.0, 1.0);
  data_fill(&data, all->labels, COUNT(all->labels), -1.0, 1.0);
  data_fill(&data, all->a, COUNT(all->a), -0.5, 1.5);
  data_fill(&data, all->b, COUNT(all->b), -1.0, 1.0);
  for (size_t i = 0; i < INSTANCE_SAMPLES_MAX; i++) all->weights[i] = (double)(i % 4) / 12.0; /* nine sum to 1 */
}

/* A symmetric matrix of p*p numbers at the beginning of all->matrix. */
static inline void instances_matrix(instances *all, size_t p) {
  data_source data = {31};
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j <= i; j++) {
      const double entry = data_uniform(&data, -1.0, 1.0);
      all->matrix[i * p + j] = entry;
      all->matrix[j * p + i] = entry;
    }
}

/* The caller keeps `all` where it is: the problems point into it. */
static inline void instances_make(instances *all) {
  sid_problem problem;
  memset(all, 0, sizeof *all);
  instances_fill(all);
  instances_matrix(all, 5);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_RAYLEIGH, problem.dim = INSTANCE_DIM_MAX, problem.spectrum = all->spectrum;
  instances_add(all, "rayleigh, diagonal", problem, 1, 1, 0);
  problem.dim = 5, problem.spectrum = NULL, problem.matrix = all->matrix;
  instances_add(all, "rayleigh, dense", problem, 1, 1, 0);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_NORMALISED_LINEAR, problem.dim = 6, problem.samples = 9;
  problem.features = all->features, problem.labels = all->labels;
  instances_add(all, "normalised_linear", problem, 1, 1, 1);
  problem.dim = 17, problem.samples = 1;
  instances_add(all, "normalised_linear, one sample", problem, 0, 1, 1);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_RATIO2, problem.dim = 2;
  instances_add(all, "ratio2", problem, 1, 1, 0);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_QUADRATIC_SAMPLES, problem.dim = 10, problem.samples = 5, problem.a = all->a, problem.b = all->b;
  instances_add(all, "quadratic_samples", problem, 0, 1, 1);
  problem.weights = all->weights;
  problem.samples = 9, problem.dim = 3;
  instances_add(all, "quadratic_samples, weighted", problem, 0, 1, 1);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_NOISE_ONLY, problem.dim = 4;
  instances_add(all, "noise_only", problem, 1, 0, 0);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_QUADRATIC_NOISY, problem.dim = 9, problem.spectrum = all->spectrum;
  instances_add(all, "quadratic_noisy", problem, 1, 1, 0);
}

/* A point that suits the problem: coordinates of size 1/2 to 2, of either sign. */
static inline void instance_point(const sid_problem *problem, data_source *data, double *x) {
  for (uint32_t j = 0; j < problem->dim; j++)
    x[j] = data_uniform(data, 0.5, 2.0) * ((data_raw(data) & 1) ? 1.0 : -1.0);
}

static inline sid_stream test_stream(uint64_t number) {
  const uint64_t key[2] = {77, number};
  sid_stream stream;
  assert_int_equal(sid_stream_init(&stream, 123, key, 2), SID_OK);
  return stream;
}

static inline int same_stream(const sid_stream *a, const sid_stream *b) {
  return a->state_hi == b->state_hi && a->state_lo == b->state_lo && a->inc_hi == b->inc_hi && a->inc_lo == b->inc_lo;
}

#endif

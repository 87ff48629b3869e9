/* Instances of every problem with every kind of noise that it takes, for tests of all of them. */
#ifndef INSTANCES_H
#define INSTANCES_H

#include "common.h"

#define INSTANCE_DIM_MAX 45
#define INSTANCE_SAMPLES_MAX 9
#define INSTANCES_MAX 96
/* Room for any state, and for the workspace of any function on a problem or of a step. */
#define INSTANCE_STATE_MAX (3 * INSTANCE_DIM_MAX + 2)
#define INSTANCE_WORK_MAX (INSTANCE_STATE_MAX + 5 * INSTANCE_DIM_MAX + 3 * INSTANCE_SAMPLES_MAX)

typedef struct {
  const char *name;
  sid_problem problem;
  int size; /* index of its noise in `noises` */
} instance;

typedef struct {
  instance list[INSTANCES_MAX];
  size_t count;
  double spectrum[INSTANCE_DIM_MAX], matrix[INSTANCE_DIM_MAX * INSTANCE_DIM_MAX],
      scale[INSTANCE_DIM_MAX];
  double features[INSTANCE_SAMPLES_MAX * INSTANCE_DIM_MAX], labels[INSTANCE_SAMPLES_MAX];
  double a[INSTANCE_SAMPLES_MAX * INSTANCE_DIM_MAX], b[INSTANCE_SAMPLES_MAX * INSTANCE_DIM_MAX];
  double weights[INSTANCE_SAMPLES_MAX], table[6];
  uint32_t few[4], most[10], all[12]; /* entries of a matrix of 2 or 3 rows and 3 or 2 columns */
} instances;

/* A kind of noise and its size; `scaled` is a standard deviation of its own for each coordinate. */
static const struct {
  int32_t kind;
  double sigma;
  int scaled;
} noises[] = {
    {SID_NOISE_NONE, 0.0, 0},       {SID_NOISE_GAUSSIAN, 0.75, 0},  {SID_NOISE_GAUSSIAN, 0.0, 1},
    {SID_NOISE_RADEMACHER, 0.3, 0}, {SID_NOISE_RADEMACHER, 0.0, 1}, {SID_NOISE_SPHERE, 1.25, 0},
    {SID_NOISE_SAMPLES, 0.0, 0},    {SID_NOISE_POISSON, 0.0, 0},
};

/* What a problem takes: the drawn kinds, none, samples, poisson. */
enum { TAKES_DRAWN = 1, TAKES_NONE = 2, TAKES_SAMPLES = 4, TAKES_POISSON = 8 };

static inline int instance_takes(int takes, int32_t kind) {
  switch (kind) {
    case SID_NOISE_NONE: return takes & TAKES_NONE;
    case SID_NOISE_SAMPLES: return takes & TAKES_SAMPLES;
    case SID_NOISE_POISSON: return takes & TAKES_POISSON;
    default: return takes & TAKES_DRAWN;
  }
}

/* Adds the problem once for each kind of noise that suits it. */
static inline void instances_add(instances *all, const char *name, sid_problem problem, int takes) {
  for (size_t n = 0; n < COUNT(noises); n++) {
    const int32_t kind = noises[n].kind;
    if (!instance_takes(takes, kind)) continue;
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
  data_fill(&data, all->table, COUNT(all->table), -1.0, 1.0);
  for (size_t i = 0; i < INSTANCE_SAMPLES_MAX; i++)
    all->weights[i] = (double)(i % 4) / 12.0; /* nine sum to 1 */
}

/* Two entries of 2 x 3, one in each row; five of six of 3 x 2, a row of them with a single one; all
 * six of 2 x 3. */
static inline void instances_entries(instances *all) {
  static const uint32_t few[4] = {0, 2, 1, 0}, most[10] = {0, 0, 0, 1, 1, 1, 2, 0, 2, 1};
  memcpy(all->few, few, sizeof few);
  memcpy(all->most, most, sizeof most);
  for (uint32_t i = 0; i < 6; i++) all->all[2 * i] = i / 3, all->all[2 * i + 1] = i % 3;
}

static inline void instances_completion(instances *all, const char *name, uint32_t rows,
                                        uint32_t cols, uint32_t inner, const uint32_t *entries,
                                        uint32_t n) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_BN_COMPLETION, problem.rows = rows, problem.cols = cols, problem.inner = inner;
  problem.dim = (rows + cols) * inner, problem.samples = n, problem.entries = entries,
  problem.labels = all->labels;
  if (inner != 7) problem.matrix = all->table;
  instances_add(all, name, problem, TAKES_DRAWN | TAKES_NONE);
}

/* The problems of eos (004), and poisson. Two samples leave a batch-normalised loss constant: its
 * derivatives are rounding alone. */
static inline void instances_later(instances *all) {
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_TROUGH3, problem.dim = 3;
  instances_add(all, "trough3", problem, TAKES_DRAWN | TAKES_NONE);
  problem.kind = SID_RIDGE3;
  instances_add(all, "ridge3", problem, TAKES_DRAWN | TAKES_NONE);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_BN_REGRESSION, problem.dim = 6, problem.samples = 9;
  problem.features = all->features, problem.labels = all->labels;
  instances_add(all, "bn_regression", problem, TAKES_DRAWN | TAKES_NONE);
  problem.dim = 17, problem.samples = 3;
  instances_add(all, "bn_regression, more coordinates than samples", problem, TAKES_NONE);
  problem.dim = 2, problem.samples = 2;
  instances_add(all, "bn_regression, two samples", problem, TAKES_NONE);

  instances_completion(all, "bn_completion, inner 1", 3, 2, 1, all->most, 5);
  instances_completion(all, "bn_completion, inner 7", 2, 3, 7, all->all, 6);
  instances_completion(all, "bn_completion, inner 8", 3, 2, 8, all->most, 4);
  instances_completion(all, "bn_completion, inner 9", 2, 3, 9, all->few, 2);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_POISSON, problem.dim = 5, problem.mean = 1.5;
  problem.exp_minus_mean = 0x1.c8f87724b5c1dp-3; /* exp(-3/2) to nearest */
  instances_add(all, "poisson", problem, TAKES_NONE | TAKES_POISSON);
  problem.dim = 1, problem.mean = 0.125,
  problem.exp_minus_mean = 0x1.c3d6a24ed8222p-1; /* exp(-1/8) */
  instances_add(all, "poisson, one coordinate", problem, TAKES_POISSON);
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
  instances_entries(all);
  instances_matrix(all, 5);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_RAYLEIGH, problem.dim = 19, problem.spectrum = all->spectrum;
  instances_add(all, "rayleigh, diagonal", problem, TAKES_DRAWN | TAKES_NONE);
  problem.dim = 5, problem.spectrum = NULL, problem.matrix = all->matrix;
  instances_add(all, "rayleigh, dense", problem, TAKES_DRAWN | TAKES_NONE);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_NORMALISED_LINEAR, problem.dim = 6, problem.samples = 9;
  problem.features = all->features, problem.labels = all->labels;
  instances_add(all, "normalised_linear", problem, TAKES_DRAWN | TAKES_NONE | TAKES_SAMPLES);
  problem.dim = 17, problem.samples = 1;
  instances_add(all, "normalised_linear, one sample", problem, TAKES_NONE | TAKES_SAMPLES);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_RATIO2, problem.dim = 2;
  instances_add(all, "ratio2", problem, TAKES_DRAWN | TAKES_NONE);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_QUADRATIC_SAMPLES, problem.dim = 10, problem.samples = 5, problem.a = all->a,
  problem.b = all->b;
  instances_add(all, "quadratic_samples", problem, TAKES_NONE | TAKES_SAMPLES);
  problem.weights = all->weights;
  problem.samples = 9, problem.dim = 3;
  instances_add(all, "quadratic_samples, weighted", problem, TAKES_NONE | TAKES_SAMPLES);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_NOISE_ONLY, problem.dim = 4;
  instances_add(all, "noise_only", problem, TAKES_DRAWN);

  memset(&problem, 0, sizeof problem);
  problem.kind = SID_QUADRATIC_NOISY, problem.dim = 9, problem.spectrum = all->spectrum;
  instances_add(all, "quadratic_noisy", problem, TAKES_DRAWN | TAKES_NONE);
  instances_later(all);
}

/* Problems by name, noise aside. */
#define INSTANCE_NAMES 20

/* 1 where one sample can be drawn: the finite families. */
static inline int instance_is_family(const sid_problem *problem) {
  return problem->kind == SID_NORMALISED_LINEAR || problem->kind == SID_QUADRATIC_SAMPLES;
}

/* The largest batch allowed, of those that tests try. */
static inline uint32_t instance_batch(const sid_problem *problem, uint32_t batch) {
  return problem->noise >= SID_NOISE_SAMPLES ? batch : 1;
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

#endif

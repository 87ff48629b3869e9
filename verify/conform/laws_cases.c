#include "conform/laws_cases.h"

#if SID_HAVE_JANSSON

#include <stdio.h>
#include <string.h>
#include "conform/cases.h"
#include "formats/names.h"
#include "harness/text.h"

/* ---- the table ----------------------------------------------------------------------------- */

/* Sizes are chosen by power: each test sees its fault for 19 of 20 seeds (docs/conform.md). */
/* clang-format off */
#define POINT SID_START_POINT
#define ONE_STEP "mean.lr mean.wd covariance.lr,sigma"
#define TANGENTIAL_STEP ONE_STEP " tangential.radial"
const vf_law_row vf_law_rows[] = {
  /* variant, problem, noise, dynamics, count, batch, dim,
   * lr, wd, sigma, size, start, steps, trajectories, quick, tests */

  /* ---- one step ---- */
  {"small", SID_RAYLEIGH, SID_NOISE_GAUSSIAN, SID_SGD, 1, 1, 32,
   0.5, 0.25, 0.25, 0.5, POINT, 1, 1024, 1, TANGENTIAL_STEP},
  {"large", SID_RAYLEIGH, SID_NOISE_GAUSSIAN, SID_SGD, 1, 1, 32,
   8, 0.0625, 0.5, 2, POINT, 1, 1024, 0, TANGENTIAL_STEP},
  {NULL, SID_RAYLEIGH, SID_NOISE_RADEMACHER, SID_SGD, 1, 1, 32,
   0.5, 0.5, 0.25, 1, POINT, 1, 1024, 0, TANGENTIAL_STEP " fourth.kind"},
  {NULL, SID_RAYLEIGH, SID_NOISE_SPHERE, SID_SGD, 1, 1, 32,
   2, 0.125, 1, 1, POINT, 1, 1024, 0, TANGENTIAL_STEP},
  {NULL, SID_RAYLEIGH, SID_NOISE_GAUSSIAN, SID_SVAG, 4, 1, 32,
   1, 0.25, 0.25, 1, POINT, 1, 1024, 1, TANGENTIAL_STEP},
  {NULL, SID_RAYLEIGH, SID_NOISE_GAUSSIAN, SID_NOISY_GD, 1, 1, 32,
   1, 0.25, 0.25, 1, POINT, 1, 1024, 0, TANGENTIAL_STEP " fourth.kind"},
  {NULL, SID_RAYLEIGH, SID_NOISE_SPHERE, SID_SDE, 4, 1, 32,
   1, 0.25, 1, 1, POINT, 1, 1024, 0, ONE_STEP},
  {NULL, SID_RAYLEIGH, SID_NOISE_GAUSSIAN, SID_SDE2, 2, 1, 32,
   1, 0.25, 0.25, 1, POINT, 1, 1024, 0, ONE_STEP " mean.order"},
  {NULL, SID_RAYLEIGH, SID_NOISE_GAUSSIAN, SID_MOMENTUM, 1, 1, 32,
   0.5, 0.25, 0.25, 1, POINT, 3, 1024, 0, ONE_STEP " mean.beta"},
  {NULL, SID_RAYLEIGH, SID_NOISE_GAUSSIAN, SID_ADAMW, 1, 1, 32,
   0.25, 0.5, 0.25, 1, POINT, 3, 1024, 0, ONE_STEP},
  {NULL, SID_RAYLEIGH, SID_NOISE_GAUSSIAN, SID_ADAM_L2, 1, 1, 32,
   0.25, 0.5, 0.25, 1, POINT, 3, 1024, 0, ONE_STEP},
  {NULL, SID_RATIO2, SID_NOISE_GAUSSIAN, SID_SGD, 1, 1, 2,
   0.5, 0.25, 0.25, 1, POINT, 1, 12288, 0, TANGENTIAL_STEP},
  {NULL, SID_NOISE_ONLY, SID_NOISE_GAUSSIAN, SID_SGD, 1, 1, 32,
   1, 0.25, 0.5, 1, POINT, 1, 1024, 0, "mean.wd covariance.lr,sigma tangential.radial fourth.kind"},
  {NULL, SID_NOISE_ONLY, SID_NOISE_SPHERE, SID_SVAG, 2, 1, 32,
   1, 0.25, 0.5, 1, POINT, 1, 1024, 0, "mean.wd covariance.lr,sigma tangential.radial"},
  {NULL, SID_QUADRATIC_NOISY, SID_NOISE_GAUSSIAN, SID_SGD, 1, 1, 32,
   0.25, 0.5, 0.25, 1, POINT, 1, 1024, 1, ONE_STEP " fourth.kind"},
  {NULL, SID_QUADRATIC_NOISY, SID_NOISE_RADEMACHER, SID_SVAG, 3, 1, 32,
   0.5, 0.25, 0.125, 1, POINT, 1, 1024, 0, ONE_STEP},
  {NULL, SID_QUADRATIC_NOISY, SID_NOISE_SPHERE, SID_MOMENTUM, 1, 1, 32,
   0.25, 0.5, 1, 1, POINT, 3, 1024, 0, ONE_STEP " mean.beta"},
  {NULL, SID_QUADRATIC_NOISY, SID_NOISE_RADEMACHER, SID_SDE, 2, 1, 32,
   0.5, 0.25, 0.25, 1, POINT, 1, 1024, 0, ONE_STEP},
  {NULL, SID_QUADRATIC_NOISY, SID_NOISE_GAUSSIAN, SID_SDE2, 2, 1, 32,
   0.5, 0.25, 0.25, 1, POINT, 1, 1024, 0, ONE_STEP " mean.order"},
  {NULL, SID_QUADRATIC_NOISY, SID_NOISE_GAUSSIAN, SID_ADAMW, 1, 1, 32,
   0.5, 0.5, 0.5, 0.5, POINT, 3, 1024, 0, ONE_STEP},
  {NULL, SID_NORMALISED_LINEAR, SID_NOISE_SAMPLES, SID_SGD, 1, 20, 32,
   1, 0.25, 0, 0.5, POINT, 1, 6144, 0, "mean.lr mean.wd covariance.lr,batch tangential.radial"},
  {NULL, SID_NORMALISED_LINEAR, SID_NOISE_SAMPLES, SID_NOISY_GD, 1, 20, 32,
   2, 0.125, 0, 1, POINT, 1, 6144, 0, "mean.lr mean.wd covariance.lr,batch tangential.radial"},
  {NULL, SID_NORMALISED_LINEAR, SID_NOISE_GAUSSIAN, SID_SVAG, 2, 1, 32,
   1, 0.25, 0.25, 0.5, POINT, 1, 1024, 0, TANGENTIAL_STEP},
  {NULL, SID_QUADRATIC_SAMPLES, SID_NOISE_SAMPLES, SID_SGD, 1, 20, 32,
   0.25, 0.5, 0, 1, POINT, 1, 4096, 0, "mean.lr mean.wd covariance.lr,batch"},
  {NULL, SID_QUADRATIC_SAMPLES, SID_NOISE_SAMPLES, SID_SDE, 2, 20, 32,
   0.25, 0.5, 0, 1, POINT, 1, 4096, 0, "mean.lr mean.wd covariance.lr,batch"},
  {NULL, SID_POISSON, SID_NOISE_POISSON, SID_SGD, 1, 20, 32,
   0.25, 0.5, 0, 1, POINT, 1, 2048, 0, "mean.lr mean.wd covariance.lr,batch"},
  {NULL, SID_POISSON, SID_NOISE_POISSON, SID_MOMENTUM, 1, 20, 32,
   0.25, 0.5, 0, 1, POINT, 2, 2048, 0, "mean.lr mean.wd mean.beta covariance.lr,batch"},

  /* ---- third moments ---- */
  {"1", SID_POISSON, SID_NOISE_POISSON, SID_SVAG, 1, 1, 32,
   0.5, 0.25, 0, 1, POINT, 1, 10240, 0, "third.moment"},
  {"2", SID_POISSON, SID_NOISE_POISSON, SID_SVAG, 2, 1, 32,
   0.5, 0.25, 0, 1, POINT, 1, 10240, 1, "third.moment"},
  {"4", SID_POISSON, SID_NOISE_POISSON, SID_SVAG, 4, 1, 32,
   0.5, 0.25, 0, 1, POINT, 1, 10240, 0, "third.moment"},
  {"third", SID_QUADRATIC_SAMPLES, SID_NOISE_SAMPLES, SID_SVAG, 2, 1, 4,
   0.25, 0.5, 0, 1, POINT, 1, 40960, 0, "third.moment"},
  {"third", SID_QUADRATIC_SAMPLES, SID_NOISE_SAMPLES, SID_NOISY_GD, 1, 1, 4,
   0.25, 0.5, 0, 1, POINT, 1, 40960, 0, "third.dynamics"},

  /* ---- equilibria ---- */
  {"equilibrium", SID_RAYLEIGH, SID_NOISE_GAUSSIAN, SID_SGD, 1, 1, 32,
   0.5, 0.25, 0.25, 0.25, POINT, 32, 512, 1, "norm.lr,wd,sigma angle.lr,wd"},
  {"equilibrium", SID_NOISE_ONLY, SID_NOISE_GAUSSIAN, SID_SGD, 1, 1, 32,
   0.25, 0.5, 0.5, 0.25, POINT, 32, 512, 0, "norm.lr,wd,sigma angle.lr,wd"},
  {"equilibrium", SID_NOISE_ONLY, SID_NOISE_GAUSSIAN, SID_MOMENTUM, 1, 1, 32,
   0.25, 0.5, 0.5, 0.25, POINT, 32, 512, 0, "norm.lr,wd,sigma angle.lr"},
  {"equilibrium", SID_NORMALISED_LINEAR, SID_NOISE_SAMPLES, SID_SGD, 1, 20, 32,
   0.5, 0.25, 0, 0.25, POINT, 32, 2048, 0, "norm.lr,wd,batch angle.lr"},
  {"equilibrium", SID_RAYLEIGH, SID_NOISE_GAUSSIAN, SID_ADAMW, 1, 1, 32,
   0.25, 0.5, 0.25, 0.5, POINT, 32, 512, 0, "norm.lr angle.wd"},
  {"equilibrium", SID_QUADRATIC_NOISY, SID_NOISE_GAUSSIAN, SID_SGD, 1, 1, 32,
   0.5, 0.25, 0.5, 0.25, POINT, 16, 1024, 1, "risk.lr,sigma"},
  {"equilibrium", SID_QUADRATIC_NOISY, SID_NOISE_GAUSSIAN, SID_MOMENTUM, 1, 1, 32,
   0.25, 0.25, 0.5, 0.25, POINT, 32, 1024, 0, "risk.lr,sigma"},
  {"equilibrium", SID_QUADRATIC_SAMPLES, SID_NOISE_SAMPLES, SID_SGD, 1, 20, 32,
   0.5, 0.25, 0, 0.25, POINT, 16, 2048, 0, "risk.lr,batch"},

  /* ---- the SDE, and what comes near it ---- */
  {"2", SID_QUADRATIC_NOISY, SID_NOISE_GAUSSIAN, SID_SVAG, 2, 1, 32,
   1, 0.125, 0.5, 0.25, POINT, 16, 512, 0, "svag.lr,sigma,l"},
  {"4", SID_QUADRATIC_NOISY, SID_NOISE_GAUSSIAN, SID_SVAG, 4, 1, 32,
   1, 0.125, 0.5, 0.25, POINT, 16, 1024, 1, "svag.lr,sigma,l"},
  {"4", SID_NOISE_ONLY, SID_NOISE_GAUSSIAN, SID_SVAG, 4, 1, 32,
   0.5, 0.5, 0.5, 0.25, POINT, 16, 512, 0, "svag.lr,sigma,l"},
  {"2", SID_QUADRATIC_NOISY, SID_NOISE_GAUSSIAN, SID_SDE, 2, 1, 32,
   1, 0.125, 0.5, 0.25, POINT, 16, 512, 0, "sde.lr,sigma,substeps,order"},
  {"4", SID_QUADRATIC_NOISY, SID_NOISE_GAUSSIAN, SID_SDE, 4, 1, 32,
   1, 0.125, 0.5, 0.25, POINT, 16, 1024, 1, "sde.lr,sigma,substeps,order"},
  {"4", SID_QUADRATIC_NOISY, SID_NOISE_GAUSSIAN, SID_SDE2, 4, 1, 32,
   1, 0.125, 0.5, 0.25, POINT, 16, 1024, 0, "sde.lr,sigma,substeps,order"},
  {"2", SID_RAYLEIGH, SID_NOISE_GAUSSIAN, SID_SDE, 2, 1, 32,
   0.5, 0.5, 0.25, 0.25, POINT, 16, 512, 0, "sde.lr,wd,sigma,substeps"},

  /* ---- starts ---- */
  {NULL, 0, 0, 0, 1, 1, 32,
   0, 0, 0, 1.5, SID_START_GAUSSIAN, 0, 4096, 1, "start.shift start.size start.moment"},
  {NULL, 0, 0, 0, 1, 1, 8,
   0, 0, 0, 2, SID_START_SPHERE, 0, 4096, 1, "start.shift start.size start.moment"},
  {NULL, 0, 0, 0, 1, 1, 32,
   0, 0, 0, 0.75, SID_START_UNIFORM, 0, 4096, 0, "start.shift start.size start.moment"},
};
/* clang-format on */
const size_t vf_law_row_count = VF_COUNT(vf_law_rows);

/* ---- tests and faults ---------------------------------------------------------------------- */

/* The measure and the observable of a law. */
static void vf_law_measure(const vf_law_row *row, vf_law_test *test) {
  static const char names[] = "mean covariance third fourth tangential norm angle risk svag sde";
  const int invariant = row->problem != SID_QUADRATIC_NOISY;
  const int32_t law = vf_word_index(names, test->law, strlen(test->law)); /* start: none */
  const int32_t columns[] = {SID_NORM2, SID_STEP_ANGLE, SID_LOSS, invariant ? SID_NORM2 : SID_LOSS,
                             invariant ? SID_NORM2 : SID_LOSS};
  test->observable = SID_X;
  test->measure = (vf_measure)law;
  if (strcmp(test->law, "start") == 0)
    test->measure = test->faults[0] == VF_FAULT_SHIFT  ? VF_MEASURE_MEAN
                    : test->faults[0] == VF_FAULT_SIZE ? VF_MEASURE_COVARIANCE
                                                       : VF_MEASURE_FOURTH;
  else if (law >= VF_MEASURE_COLUMN) {
    test->measure = VF_MEASURE_COLUMN;
    test->observable = columns[law - VF_MEASURE_COLUMN];
  }
}

size_t vf_law_tests_of(const vf_law_row *row, vf_law_test tests[VF_LAW_TESTS_MOST]) {
  size_t count = 0;
  for (const char *at = row->tests; *at; count++) {
    const size_t dot = strcspn(at, "."), length = strcspn(at, " ");
    vf_law_test *test = tests + count;
    snprintf(test->law, sizeof test->law, "%.*s", (int)dot, at);
    test->fault_count = 0;
    for (size_t from = dot; from < length;) {
      const size_t size = strcspn(at + ++from, ", ");
      test->faults[test->fault_count++] = (vf_fault)vf_word_index(VF_FAULTS, at + from, size);
      from += size;
    }
    vf_law_measure(row, test);
    at += length + (at[length] == ' ');
  }
  return count;
}

size_t vf_law_test_count(void) {
  vf_law_test tests[VF_LAW_TESTS_MOST];
  size_t count = 0;
  for (size_t i = 0; i < vf_law_row_count; i++) count += vf_law_tests_of(vf_law_rows + i, tests);
  return count;
}

void vf_fault_id(vf_fault fault, char id[16]) {
  int length;
  const char *name = vf_word(VF_FAULTS, (int32_t)fault, &length);
  snprintf(id, 16, "%.*s", length, name);
}

const char *vf_fault_name(vf_fault fault) {
  static const char *const names[] = {"in lr",
                                      "in wd",
                                      "in sigma",
                                      "in the batch",
                                      "in beta",
                                      "in the size of the start",
                                      "of the difference between l and 2 l",
                                      "of the difference between m substeps and 2 m",
                                      "of the difference between the orders of the SDE",
                                      "of the difference between noisy_gd and sgd",
                                      "of the difference between Gaussian noise and signs",
                                      "of a standard deviation in the mean",
                                      "in the moment",
                                      "of the variance along x"};
  return names[fault];
}

double vf_fault_size(vf_fault fault) {
  switch (fault) {
    case VF_FAULT_L:
    case VF_FAULT_SUBSTEPS:
    case VF_FAULT_ORDER:
    case VF_FAULT_DYNAMICS:
    case VF_FAULT_KIND: return 100.0;
    case VF_FAULT_MOMENT: return 10.0;
    case VF_FAULT_RADIAL: return 0.1;
    default: return 5.0;
  }
}

/* ---- problems ------------------------------------------------------------------------------ */

/* Multiples of 1/64, the same at every run. */
static double *vf_law_data(uint32_t purpose, size_t count, vf_arena *arena) {
  vf_cases cases = vf_cases_of(0, purpose, 0, 0, arena);
  double *values = vf_case_normals(&cases, count, 64.0);
  for (size_t i = 0; i < count; i++) values[i] = (double)(int)values[i] / 64.0;
  return values;
}

static double *vf_law_spectrum(const vf_law_row *row, vf_arena *arena) {
  double *spectrum = vf_arena_take(arena, row->dim, sizeof *spectrum);
  for (uint32_t j = 0; j < row->dim; j++)
    spectrum[j] = row->problem == SID_RAYLEIGH ? (double)(j % 5) : 0.5 + (double)(j % 4) / 4.0;
  return spectrum;
}

/* Samples: of the third moment two of unlike weights; else so many that the covariance has as many
 * directions as there are coordinates. */
static void vf_law_samples(const vf_law_row *row, vf_arena *arena, sid_problem *problem) {
  static const double unlike[2] = {0.75, 0.25};
  const int few = row->dim < 8;
  problem->samples = few ? 2 : 64;
  const size_t count = (size_t)problem->samples * row->dim;
  if (problem->kind == SID_QUADRATIC_SAMPLES) {
    double *a = vf_law_data(1, count, arena);
    for (size_t i = 0; i < count; i++) a[i] = 0.5 + 0.25 * a[i];
    problem->a = a;
    problem->b = vf_law_data(2, count, arena);
    if (few) problem->weights = unlike;
    return;
  }
  problem->features = vf_law_data(3, count, arena);
  problem->labels = vf_law_data(4, problem->samples, arena);
}

static void vf_law_problem(const vf_law_row *row, int binary32, vf_arena *arena,
                           sid_problem *problem) {
  *problem = (sid_problem){
      .kind = row->problem, .noise = row->noise, .dim = row->dim, .sigma = row->sigma};
  switch (row->problem) {
    case SID_RAYLEIGH:
    case SID_QUADRATIC_NOISY: problem->spectrum = vf_law_spectrum(row, arena); return;
    case SID_NORMALISED_LINEAR:
    case SID_QUADRATIC_SAMPLES: vf_law_samples(row, arena, problem); return;
    case SID_POISSON:
      problem->mean = 0.125;
      problem->exp_minus_mean = 0x1.c3d6a24ed8222p-1;
      if (binary32) problem->exp_minus_mean = (double)(float)problem->exp_minus_mean;
      return;
    default: return;
  }
}

static void vf_law_constant(double lr, double wd, vf_arena *arena, sid_schedule *schedule) {
  sid_segment *segment = vf_arena_take(arena, 1, sizeof *segment);
  *segment = (sid_segment){0, lr, wd, 1.0};
  *schedule = (sid_schedule){.kind = SID_PIECEWISE, .segment_count = 1, .segments = segment};
}

static void vf_law_dynamics(const vf_law_row *row, sid_dynamics *dynamics) {
  const int adam = row->dynamics == SID_ADAM_L2 || row->dynamics == SID_ADAMW;
  *dynamics = (sid_dynamics){.kind = row->dynamics, .l = 1, .substeps = 1, .batch = row->batch};
  if (row->dynamics == SID_SVAG) dynamics->l = row->count;
  if (row->dynamics == SID_SDE || row->dynamics == SID_SDE2) dynamics->substeps = row->count;
  if (adam || row->dynamics == SID_MOMENTUM) dynamics->beta = 0.5;
  if (adam) {
    dynamics->alpha = 0.5;
    dynamics->beta2 = 0.75;
    dynamics->eps = 0.25;
  }
}

int vf_law_host(const vf_claims *claims, uint32_t dim, vf_arena *arena,
                sid_experiment *experiment) {
  static const int32_t problems[] = {SID_QUADRATIC_NOISY, SID_NOISE_ONLY, SID_RAYLEIGH};
  static const int32_t dynamics[] = {SID_SGD, SID_NOISY_GD, SID_SDE, SID_SVAG};
  sid_problem *problem = &experiment->problem;
  size_t p = 0, d = 0;
  while (p < VF_COUNT(problems) && !(claims->problems >> problems[p] & 1u)) p++;
  while (d < VF_COUNT(dynamics) && !(claims->dynamics >> dynamics[d] & 1u)) d++;
  if (p == VF_COUNT(problems) || d == VF_COUNT(dynamics)) return 0;
  memset(experiment, 0, sizeof *experiment);
  *problem =
      (sid_problem){.kind = problems[p], .noise = SID_NOISE_GAUSSIAN, .dim = dim, .sigma = 1.0};
  if (problems[p] != SID_NOISE_ONLY)
    problem->spectrum = vf_arena_take(arena, dim, sizeof *problem->spectrum);
  experiment->dynamics = (sid_dynamics){.kind = dynamics[d], .l = 1, .substeps = 1, .batch = 1};
  vf_law_constant(0x1p-10, 0.0, arena, &experiment->schedule);
  return 1;
}

/* ---- experiments --------------------------------------------------------------------------- */

/* Signs and sizes mixed, between size and twice that. */
static double *vf_law_point(uint32_t dim, double size, vf_arena *arena) {
  double *x = vf_arena_take(arena, dim, sizeof *x);
  for (uint32_t j = 0; j < dim; j++)
    x[j] = size * (1.0 + (double)(5 * j % 8) / 8.0) * (j % 3 == 1 ? -1.0 : 1.0);
  return x;
}

void vf_law_experiment(const vf_law_row *row, const vf_claims *claims, vf_arena *arena,
                       sid_experiment *experiment) {
  memset(experiment, 0, sizeof *experiment);
  if (row->problem) {
    vf_law_problem(row, claims->binary32, arena, &experiment->problem);
    vf_law_dynamics(row, &experiment->dynamics);
    vf_law_constant(row->lr, row->wd, arena, &experiment->schedule);
    experiment->steps = row->steps;
    if (row->dynamics == SID_SVAG && row->steps > 1) experiment->steps *= row->count;
  } else if (!vf_law_host(claims, row->dim, arena, experiment)) {
    return;
  }
  experiment->start.kind = row->start;
  if (row->start == SID_START_POINT)
    experiment->start.x = vf_law_point(row->dim, row->size, arena);
  else
    experiment->start.size = row->size;
}

/* l and twice l reach the same times. */
static void vf_law_twice_l(vf_arena *arena, sid_experiment *experiment) {
  uint64_t *checkpoints = vf_arena_take(arena, experiment->checkpoint_count, sizeof *checkpoints);
  experiment->dynamics.l *= 2;
  experiment->steps *= 2;
  for (uint32_t c = 0; c < experiment->checkpoint_count; c++)
    checkpoints[c] = 2 * experiment->checkpoints[c];
  experiment->checkpoints = checkpoints;
}

int vf_law_faulty(vf_fault fault, const sid_experiment *right, vf_arena *arena,
                  sid_experiment *faulty) {
  const double more = 1.05;
  sid_dynamics *dynamics = &faulty->dynamics;
  *faulty = *right;
  const double lr = right->schedule.segments->lr, wd = right->schedule.segments->wd;
  switch (fault) {
    case VF_FAULT_LR: vf_law_constant(more * lr, wd, arena, &faulty->schedule); return 1;
    case VF_FAULT_WD: vf_law_constant(lr, more * wd, arena, &faulty->schedule); return 1;
    case VF_FAULT_SIGMA: faulty->problem.sigma *= more; return 1;
    case VF_FAULT_BATCH: dynamics->batch += dynamics->batch / 20; return 1;
    case VF_FAULT_BETA: dynamics->beta *= more; return 1;
    case VF_FAULT_SIZE: faulty->start.size *= more; return 1;
    case VF_FAULT_L: vf_law_twice_l(arena, faulty); return 1;
    case VF_FAULT_SUBSTEPS: dynamics->substeps *= 2; return 1;
    case VF_FAULT_ORDER: dynamics->kind = SID_SDE + SID_SDE2 - dynamics->kind; return 1;
    case VF_FAULT_DYNAMICS: dynamics->kind = SID_SGD; return 1;
    case VF_FAULT_KIND:
      faulty->problem.noise = SID_NOISE_GAUSSIAN + SID_NOISE_RADEMACHER - right->problem.noise;
      if (dynamics->kind == SID_NOISY_GD) dynamics->kind = SID_SGD; /* draws signs */
      return 1;
    default: return 0;
  }
}

#endif

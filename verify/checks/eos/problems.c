/* One problem of every scale-invariant kind that has a loss, and dense Hessians. */
#include "checks/eos/problems.h"
#include "harness/algebra.h"
#include "harness/observe.h"

const sid_dynamics eos_gd = {.kind = SID_GD, .batch = 1};

static const double eos_spectrum[6] = {1, 2, .5, 3, 1.5, 2.5};
static const double eos_matrix[9] = {2, .5, -.25, .5, 1, .75, -.25, .75, 3};
static const double eos_linear_features[20] = {1.2, -.3, .5,  .8, -1, -.6, 1.1, .4, -.2, .7,
                                               .3,  .9,  -.8, .1, .5, -1,  .2,  .6, -.7, .4};
static const double eos_linear_labels[4] = {.5, -.4, .3, .1};
static const double eos_bn_features[30] = {.7,  -.5,  -.4, .5, .2,  .3,  -.4, 1.3, 1.5, 0,
                                           -.5, .7,   .5,  -1, -.5, 1.0, -.1, -.3, .2,  0,
                                           0,   -1.9, 1.7, .2, -.9, 1.0, .3,  0.0, 1,   2.3};
static const double eos_bn_labels[6] = {.6, 1.6, 2.2, -1, -.5, .8};
static const uint32_t eos_entries[14] = {0, 0, 0, 2, 1, 1, 1, 2, 1, 3, 2, 0, 2, 3};
static const double eos_entry_labels[7] = {.4, -1.1, .9, .3, 1.6, -.7, .2};

const eos_subject eos_subjects[EOS_SUBJECTS] = {
    {"rayleigh p=6", {.kind = SID_RAYLEIGH, .dim = 6, .spectrum = eos_spectrum}},
    {"rayleigh dense p=3", {.kind = SID_RAYLEIGH, .dim = 3, .matrix = eos_matrix}},
    {"normalised_linear p=5 n=4",
     {.kind = SID_NORMALISED_LINEAR,
      .dim = 5,
      .samples = 4,
      .features = eos_linear_features,
      .labels = eos_linear_labels}},
    {"ratio2", {.kind = SID_RATIO2, .dim = 2}},
    {"toy A", {.kind = SID_RIDGE3, .dim = 3}},
    {"toy B", {.kind = SID_TROUGH3, .dim = 3}},
    {"bn_regression p=5 n=6",
     {.kind = SID_BN_REGRESSION,
      .dim = 5,
      .samples = 6,
      .features = eos_bn_features,
      .labels = eos_bn_labels}},
    {"bn_completion 3x4 inner 2",
     {.kind = SID_BN_COMPLETION,
      .dim = 14,
      .samples = 7,
      .rows = 3,
      .cols = 4,
      .inner = 2,
      .entries = eos_entries,
      .labels = eos_entry_labels}},
};
const sid_problem *const eos_rayleigh = &eos_subjects[0].problem;
const sid_problem *const eos_ratio2 = &eos_subjects[3].problem;

static const double eos_exact_features[40] = {
    -1.2, -1.1, .7, -2.3, -.1, -2.3, 1.1,  .2,  1.4, -.5, .4,  -.3, -.7, .1,
    -1.3, -.4,  .7, .1,   -.4, 2.2,  .1,   -.6, .2,  -.5, -.4, -.4, 2.0, 0.0,
    .2,   .7,   2,  -.2,  -.6, 2.5,  -1.5, -.4, .7,  2.3, -.9, -2.4};
static const double eos_exact_labels[5] = {-3.175, 1.5, 1.575, 1.95, .05};
const double eos_exact_weights[8] = {.5, -1, .25, .75, -.5, 1, .25, -.75};
const sid_problem eos_exact_regression = {.kind = SID_BN_REGRESSION,
                                          .dim = 8,
                                          .samples = 5,
                                          .features = eos_exact_features,
                                          .labels = eos_exact_labels};

void eos_random(const sid_problem *problem, uint64_t number, double *th) {
  sid_stream stream = vf_stream(2004, SID_KEY_START, number);
  sid_stream_normals(&stream, th, problem->dim);
  vf_normalise(th, problem->dim);
}

void eos_hessian(const sid_problem *problem, const double *x, double *h) {
  const uint32_t p = problem->dim;
  const double r = vf_dot(x, x, p);
  double unit[EOS_DIM] = {0}, column[EOS_DIM], work[EOS_WORK];
  for (uint32_t i = 0; i < p; i++) {
    unit[i] = 1.0;
    sid_problem_hessian_vector(problem, x, unit, column, work);
    unit[i] = 0.0;
    for (uint32_t j = 0; j < p; j++) h[j * p + i] = r * column[j];
  }
  for (uint32_t i = 0; i < p; i++)
    for (uint32_t j = 0; j < i; j++)
      h[i * p + j] = h[j * p + i] = .5 * (h[i * p + j] + h[j * p + i]);
}

size_t eos_eigenvalues(const sid_problem *problem, const double *x, double *values) {
  double h[EOS_MATRIX] = {0}, vectors[EOS_MATRIX] = {0};
  eos_hessian(problem, x, h);
  return vf_eigen(h, problem->dim, values, vectors);
}

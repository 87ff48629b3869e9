/* Every scale-invariant problem with every noise it takes. */
#include <math.h>
#include "harness/observe.h"
#include "checks/identities/exact.h"

const double exact_point[EXACT_DIM] = {.7, -.4, 1.1, .3, -.9, .55, -.2, .8, -.35, .6, .15};
const double exact_direction[EXACT_DIM] = {-.3, .8, .25, -.6, .1, .9, -.7, .4, .2, -.5, .35};
static const double exact_spectrum[EXACT_DIM] = {1, 2, .5, 3, 1.5, 2.5, .25, 4, 1.25, 2.25, 3.5};
const double exact_matrix[9] = {2, .5, -.25, .5, 1, .75, -.25, .75, 3};
static const double exact_features[EXACT_SAMPLES * 5] = {
    1.2, -.3, .5, .8, -1, -.6, 1.1, .4, -.2, .7, .3, .9, -.8, .1, .5, -1, .2, .6, -.7, .4};
static const double exact_labels[EXACT_SAMPLES] = {.5, -.4, .3, .1};
static const uint32_t exact_entries[2 * EXACT_SAMPLES] = {0, 0, 0, 1, 1, 1, 2, 0};
static const double exact_scale[EXACT_DIM] = {.3, .1, .5, .2, .4, .25, .35, .15, .45, .05, .6};

const exact_subject exact_bases[] = {
    {"rayleigh p=11", {.kind = SID_RAYLEIGH, .dim = 11, .spectrum = exact_spectrum}, 4.0, 0.0},
    {"rayleigh dense p=3", {.kind = SID_RAYLEIGH, .dim = 3, .matrix = exact_matrix}, 4.0, 0.0},
    {"normalised_linear p=5 n=4",
     {.kind = SID_NORMALISED_LINEAR,
      .dim = 5,
      .samples = EXACT_SAMPLES,
      .features = exact_features,
      .labels = exact_labels},
     1.9 * (1.9 + .5), /* |z| (|z| + |y|) */
     0.0},
    {"ratio2", {.kind = SID_RATIO2, .dim = 2}, 2.0, 0.0},
    {"trough3",
     {.kind = SID_TROUGH3, .dim = 3},
     60.0,
     0.0},                                                 /* |h| q + 18 h^2, |h| <= 1.6, q <= 9 */
    {"ridge3", {.kind = SID_RIDGE3, .dim = 3}, 27.0, 0.0}, /* the same, |h| <= 1 */
    {"bn_regression p=5 n=4",
     {.kind = SID_BN_REGRESSION,
      .dim = 5,
      .samples = EXACT_SAMPLES,
      .features = exact_features,
      .labels = exact_labels},
     2.0, /* 4 gamma^2 |z||x|/|c| = .7 at exact_point, times the cancellation in the outputs, 1.9 */
     0.0},
    {"bn_completion 3x2 inner 2 n=4",
     {.kind = SID_BN_COMPLETION,
      .dim = 10,
      .samples = EXACT_SAMPLES,
      .labels = exact_labels,
      .rows = 3,
      .cols = 2,
      .inner = 2,
      .entries = exact_entries},
     6.0, /* 4 gamma^2 |J||x|/|c| = 2.7, times 2 */
     0.0},
    {"noise_only p=7", {.kind = SID_NOISE_ONLY, .dim = 7}, 0.0, 0.0},
};

const exact_subject *const exact_toy = exact_bases + EXACT_RATIO2;

const exact_noise exact_noises[] = {{"none", 0.0, SID_NOISE_NONE, 0},
                                    {"gaussian", .3, SID_NOISE_GAUSSIAN, 0},
                                    {"diagonal gaussian", 0.0, SID_NOISE_GAUSSIAN, 1},
                                    {"rademacher", .3, SID_NOISE_RADEMACHER, 0},
                                    {"diagonal rademacher", 0.0, SID_NOISE_RADEMACHER, 1},
                                    {"sphere", .5, SID_NOISE_SPHERE, 0},
                                    {"samples", 0.0, SID_NOISE_SAMPLES, 0}};

exact_subject exact_with_noise(const exact_subject *base, const exact_noise *noise) {
  exact_subject subject = *base;
  sid_problem *problem = &subject.problem;
  problem->noise = noise->kind;
  problem->sigma = noise->sigma;
  problem->scale = noise->diagonal ? exact_scale : NULL;
  const double sigma = noise->diagonal ? .6 : noise->sigma; /* .6 is the largest of exact_scale */
  subject.noise_size = noise->kind == SID_NOISE_SAMPLES ? 2.0 * base->loss_size
                                                        : 8.6 * sigma * sqrt((double)problem->dim);
  vf_text(subject.name, "%s, %s", base->name, noise->name);
  return subject;
}

size_t exact_subjects(vf_context *context, exact_subject subjects[EXACT_SUBJECTS]) {
  size_t count = 0;
  for (size_t b = 0; b < VF_COUNT(exact_bases); b++)
    for (size_t k = 0; k < VF_COUNT(exact_noises); k++) {
      const exact_subject subject = exact_with_noise(exact_bases + b, exact_noises + k);
      if (sid_problem_validate(&subject.problem)) continue;
      if (count < EXACT_SUBJECTS) subjects[count] = subject;
      count++;
    }
  if (count == EXACT_SUBJECTS) return count;
  vf_error(context, "subjects", "not the expected number of valid problems");
  return 0;
}

double exact_roundings(const sid_problem *problem) {
  return 36.0 * problem->dim + 12.0 * problem->samples + 120.0;
}

const char exact_basis[] = "36 p + 12 n + 120 roundings of 2^-53 of the largest term";

void exact_scaled_point(const sid_problem *problem, double factor, double *x) {
  for (uint32_t j = 0; j < problem->dim; j++) x[j] = factor * exact_point[j];
}

sid_stream exact_stream(uint64_t number) { return vf_stream(2024, SID_KEY_NOISE, number); }

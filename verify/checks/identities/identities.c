/* Exact identities: what holds for every scale-invariant loss and for every single step, without
 * statistics. Rows x1 to x10 of docs/errata.md's numbering. Expected numbers come from
 * fixtures/closed_forms.json by key.
 *
 * Tolerances are counts of roundings: `exact_roundings()` of them, each 2^-53 of the largest term
 * that enters (the `size` of a subject). Where a run is compared with a 60-digit one,
 * `exact_conditioning()` says how far rounding errors grow. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/check.h"
#include "harness/limit.h"

#define EXACT_ULP 0x1p-53

enum {
  EXACT_DIM = 11,      /* largest dimension of a subject */
  EXACT_SAMPLES = 4,   /* samples of the finite family */
  EXACT_LOSSES = 8,    /* problems with a loss; the first of exact_bases */
  EXACT_SUBJECTS = 54, /* problems times the noise kinds that each takes */
  EXACT_NAME = 160,    /* longest name of an instance */
  EXACT_WORK = 128,    /* >= sid_step_workspace() of every subject */
  EXACT_GATHERED = 2 + 4 * EXACT_DIM + EXACT_SAMPLES * EXACT_DIM,
  EXACT_TRAJECTORIES = 256, /* largest ensemble */
  EXACT_RUN = 400           /* longest run with a row at every step */
};

/* ---- subjects: every scale-invariant problem with every noise it takes ---- */

typedef struct {
  char name[EXACT_NAME];
  sid_problem problem;
  double loss_size; /* largest term of the gradient at |x| = 1 */
  double
      noise_size; /* the same for a noise draw: standard deviation times the largest normal, 8.6 */
} exact_subject;

static const double exact_point[EXACT_DIM] = {.7, -.4, 1.1, .3, -.9, .55, -.2, .8, -.35, .6, .15};
static const double exact_direction[EXACT_DIM] = {-.3, .8, .25, -.6, .1, .9, -.7, .4, .2, -.5, .35};
static const double exact_spectrum[EXACT_DIM] = {1, 2, .5, 3, 1.5, 2.5, .25, 4, 1.25, 2.25, 3.5};
static const double exact_matrix[9] = {2, .5, -.25, .5, 1, .75, -.25, .75, 3};
static const double exact_features[EXACT_SAMPLES * 5] = {
    1.2, -.3, .5, .8, -1, -.6, 1.1, .4, -.2, .7, .3, .9, -.8, .1, .5, -1, .2, .6, -.7, .4};
static const double exact_labels[EXACT_SAMPLES] = {.5, -.4, .3, .1};
static const uint32_t exact_entries[2 * EXACT_SAMPLES] = {0, 0, 0, 1, 1, 1, 2, 0};
static const double exact_scale[EXACT_DIM] = {.3, .1, .5, .2, .4, .25, .35, .15, .45, .05, .6};

static const exact_subject exact_bases[] = {
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

typedef struct {
  const char *name;
  double sigma;
  int32_t kind;
  int diagonal;
} exact_noise;

static const exact_noise exact_noises[] = {{"none", 0.0, SID_NOISE_NONE, 0},
                                           {"gaussian", .3, SID_NOISE_GAUSSIAN, 0},
                                           {"diagonal gaussian", 0.0, SID_NOISE_GAUSSIAN, 1},
                                           {"rademacher", .3, SID_NOISE_RADEMACHER, 0},
                                           {"diagonal rademacher", 0.0, SID_NOISE_RADEMACHER, 1},
                                           {"sphere", .5, SID_NOISE_SPHERE, 0},
                                           {"samples", 0.0, SID_NOISE_SAMPLES, 0}};

static exact_subject exact_with_noise(const exact_subject *base, const exact_noise *noise) {
  exact_subject subject = *base;
  sid_problem *problem = &subject.problem;
  problem->noise = noise->kind;
  problem->sigma = noise->sigma;
  problem->scale = noise->diagonal ? exact_scale : NULL;
  const double sigma = noise->diagonal ? .6 : noise->sigma; /* .6 is the largest of exact_scale */
  subject.noise_size = noise->kind == SID_NOISE_SAMPLES ? 2.0 * base->loss_size
                                                        : 8.6 * sigma * sqrt((double)problem->dim);
  (void)snprintf(subject.name, sizeof subject.name, "%.50s, %.50s", base->name, noise->name);
  return subject;
}

/* All that ref/ accepts. The count is checked, so that a validation that refuses too much is
 * seen. */
static size_t exact_subjects(vf_context *context, exact_subject subjects[EXACT_SUBJECTS]) {
  size_t count = 0;
  for (size_t b = 0; b < sizeof exact_bases / sizeof exact_bases[0]; b++)
    for (size_t k = 0; k < sizeof exact_noises / sizeof exact_noises[0]; k++) {
      const exact_subject subject = exact_with_noise(exact_bases + b, exact_noises + k);
      if (sid_problem_validate(&subject.problem)) continue;
      if (count < EXACT_SUBJECTS) subjects[count] = subject;
      count++;
    }
  if (count == EXACT_SUBJECTS) return count;
  vf_error(context, "subjects", "not the expected number of valid problems");
  return 0;
}

/* Roundings in a gradient, a Hessian-vector product (three chains of dot products) or a noise draw,
 * on each of two sides. */
static double exact_roundings(const sid_problem *problem) {
  return 36.0 * problem->dim + 12.0 * problem->samples + 120.0;
}

static const char exact_basis[] = "36 p + 12 n + 120 roundings of 2^-53 of the largest term";

static double exact_dot(const double *a, const double *b, size_t n) {
  double sum = 0.0;
  for (size_t j = 0; j < n; j++) sum += a[j] * b[j];
  return sum;
}

static void exact_scaled_point(const sid_problem *problem, double factor, double *x) {
  for (uint32_t j = 0; j < problem->dim; j++) x[j] = factor * exact_point[j];
}

static sid_stream exact_keyed_stream(uint64_t seed, uint64_t purpose, uint64_t trajectory) {
  const uint64_t key[2] = {purpose, trajectory};
  sid_stream stream = {0, 0, 0, 0};
  (void)sid_stream_init(&stream, seed, key, 2); /* a valid key */
  return stream;
}

static sid_stream exact_stream(uint64_t number) {
  return exact_keyed_stream(2024, SID_KEY_NOISE, number);
}

/* ---- x1: homogeneity ---- */

/* Everything that ref/ evaluates at c x, multiplied by the power of c that makes it the value at x;
 * unit[k] is the size of the largest term of out[k]. Returns the number of values. */
typedef struct {
  double value[EXACT_GATHERED], unit[EXACT_GATHERED];
  size_t count;
} exact_values;

static void exact_put(exact_values *values, const double *added, size_t count, double factor,
                      double unit) {
  for (size_t k = 0; k < count; k++) {
    values->value[values->count] = factor * added[k];
    values->unit[values->count++] = unit;
  }
}

static void exact_gather_samples(const sid_problem *problem, const double *x, double c, double unit,
                                 exact_values *values) {
  double g[EXACT_DIM];
  if (problem->noise != SID_NOISE_SAMPLES) return;
  for (uint32_t i = 0; i < problem->samples; i++) {
    sid_problem_sample_gradient(problem, i, x, g);
    exact_put(values, g, problem->dim, c, unit);
  }
}

static void exact_gather(const exact_subject *subject, double c, exact_values *values) {
  const sid_problem *problem = &subject->problem;
  const uint32_t p = problem->dim;
  const double rho = sqrt(exact_dot(exact_point, exact_point, p));
  const double loss = subject->loss_size, both = (loss + subject->noise_size) / rho;
  double x[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK];
  sid_stream stream = exact_stream(0);
  values->count = 0;
  exact_scaled_point(problem, c, x);
  const double scalars[2] = {sid_problem_loss(problem, x, work),
                             c * c * sid_problem_noise_trace(problem, x, work)};
  exact_put(values, scalars, 1, 1.0, loss);
  exact_put(values, scalars + 1, 1, 1.0, both * both);
  sid_problem_gradient(problem, x, g, work);
  exact_put(values, g, p, c, loss / rho);
  sid_problem_hessian_vector(problem, x, exact_direction, g, work);
  exact_put(values, g, p, c * c,
            8.0 * loss * 2.0 / (rho * rho)); /* 8: largest coefficient, 2: above |direction| */
  sid_problem_noisy_gradient(problem, x, problem->noise == SID_NOISE_SAMPLES ? 3 : 1, &stream, g,
                             work);
  exact_put(values, g, p, c, both);
  sid_problem_gaussian_noise(problem, x, &stream, g, work);
  exact_put(values, g, p, c, both * sqrt((double)(problem->samples + 1)));
  exact_gather_samples(problem, x, c, both, values);
}

/* il Lemma 3.1 and B.1, fm Lemma 2.4, svag Lemma D.6: L has degree 0, gradients and noise -1,
 * Hessian and covariance -2. With powers of two every intermediate is scaled exactly, so the bits
 * are the same: no tolerance. */
static void exact_powers_of_two(vf_context *context) {
  static const double factors[] = {2.0, 0.125, 0x1p40, 0x1p-60};
  exact_subject subjects[EXACT_SUBJECTS];
  exact_values here, there;
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    exact_gather(subjects + s, 1.0, &here);
    for (size_t c = 0; c < sizeof factors / sizeof factors[0]; c++) {
      char name[EXACT_NAME];
      (void)snprintf(name, sizeof name, "%.50s, c=%g", subjects[s].name, factors[c]);
      exact_gather(subjects + s, factors[c], &there);
      vf_same_bits(context, name, there.value, here.value, here.count);
    }
  }
}

/* Largest |a - b| in units of 2^-53 of the largest term. */
static double exact_worst(const exact_values *a, const exact_values *b) {
  double worst = 0.0;
  for (size_t k = 0; k < a->count; k++) {
    const double distance = fabs(a->value[k] - b->value[k]);
    if (distance == 0.0) continue;
    if (!(distance / (EXACT_ULP * a->unit[k]) <= worst))
      worst = distance / (EXACT_ULP * a->unit[k]);
  }
  return worst;
}

/* The same for other factors: roundings differ, by no more than their number. */
static void exact_other_factors(vf_context *context) {
  static const double factors[] = {3.0, 0.1, 12345.678};
  exact_subject subjects[EXACT_SUBJECTS];
  exact_values here, there;
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    exact_gather(subjects + s, 1.0, &here);
    for (size_t c = 0; c < sizeof factors / sizeof factors[0]; c++) {
      char name[EXACT_NAME];
      (void)snprintf(name, sizeof name, "%.50s, c=%g, in units", subjects[s].name, factors[c]);
      exact_gather(subjects + s, factors[c], &there);
      vf_within(context, name, exact_worst(&here, &there), 0.0,
                exact_roundings(&subjects[s].problem), exact_basis);
    }
  }
}

/* ---- x1: everything random or not that is a gradient is tangential ---- */

/* |<x, g>|/(|x| size) in units of 2^-53. */
static double exact_radial(const sid_problem *problem, const double *x, const double *g,
                           double size) {
  const double rho = sqrt(exact_dot(x, x, problem->dim));
  return size > 0.0 ? fabs(exact_dot(x, g, problem->dim)) * rho / (rho * size * EXACT_ULP) : 0.0;
}

static double exact_radial_samples(const exact_subject *subject, const double *x) {
  const sid_problem *problem = &subject->problem;
  double worst = 0.0, g[EXACT_DIM];
  if (problem->noise != SID_NOISE_SAMPLES) return 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    sid_problem_sample_gradient(problem, i, x, g);
    worst = fmax(worst, exact_radial(problem, x, g, subject->loss_size));
  }
  return worst;
}

/* <x, grad L> = 0 (fm Lemma 2.5, svag Lemma D.6), and x^T Sigma x = 0 (il Lemma B.1, svag Cor. D.7)
 * because every draw of the noise, of its Gaussian twin and every sample is perpendicular to x. At
 * |x| about 1 each is at most size/|x|. */
static void exact_tangential(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    const exact_subject *subject = subjects + s;
    const sid_problem *problem = &subject->problem;
    const double both = subject->loss_size + subject->noise_size;
    double x[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK];
    sid_stream stream = exact_stream(1);
    exact_scaled_point(problem, 1.0, x);
    sid_problem_gradient(problem, x, g, work);
    double worst = exact_radial(problem, x, g, subject->loss_size);
    worst = fmax(worst, exact_radial_samples(subject, x));
    for (int draw = 0; draw < 32; draw++) {
      sid_problem_noisy_gradient(problem, x, 1, &stream, g, work);
      worst = fmax(worst, exact_radial(problem, x, g, both));
      sid_problem_gaussian_noise(problem, x, &stream, g, work);
      worst = fmax(worst, exact_radial(problem, x, g, both * (1.0 + problem->samples)));
    }
    vf_within(context, subject->name, worst, 0.0, exact_roundings(problem), exact_basis);
  }
}

/* ---- x1: Euler's relations for the Hessian ---- */

/* Differentiating grad L(cx) = grad L(x)/c at c = 1: H x = -grad L, hence x^T H grad L = -|grad
 * L|^2 (svag Lemma D.1); and H is symmetric. */
static void exact_euler(vf_context *context) {
  for (size_t b = 0; b < EXACT_LOSSES; b++) {
    const sid_problem *problem = &exact_bases[b].problem;
    const uint32_t p = problem->dim;
    const double *x = exact_point, rho2 = exact_dot(x, x, p), rho = sqrt(rho2);
    const double size = 8.0 * exact_bases[b].loss_size * EXACT_ULP * exact_roundings(problem);
    double g[EXACT_DIM], hx[EXACT_DIM], hg[EXACT_DIM], hv[EXACT_DIM], work[EXACT_WORK],
        sum[EXACT_DIM];
    char name[EXACT_NAME];
    sid_problem_gradient(problem, x, g, work);
    sid_problem_hessian_vector(problem, x, x, hx, work);
    sid_problem_hessian_vector(problem, x, g, hg, work);
    sid_problem_hessian_vector(problem, x, exact_direction, hv, work);
    for (uint32_t j = 0; j < p; j++) sum[j] = hx[j] + g[j];
    (void)snprintf(name, sizeof name, "|Hx + grad L|, %.50s", exact_bases[b].name);
    vf_within(context, name, sqrt(exact_dot(sum, sum, p)), 0.0, size / rho, exact_basis);
    (void)snprintf(name, sizeof name, "x'H grad L, %.50s", exact_bases[b].name);
    vf_within(context, name, exact_dot(x, hg, p), -exact_dot(g, g, p),
              size * exact_bases[b].loss_size / rho2, exact_basis);
    (void)snprintf(name, sizeof name, "v'Hg - g'Hv, %.50s", exact_bases[b].name);
    vf_within(context, name, exact_dot(exact_direction, hg, p), exact_dot(g, hv, p),
              size * 2.0 * exact_bases[b].loss_size / (rho * rho2), exact_basis);
  }
}

/* ---- x1: the gradient is the derivative of the loss, the Hessian-vector product that of the
 * gradient ---- */

/* Central differences along exact_direction with step h: of the loss (order 0), of <gradient,
 * direction> (order 1). */
static double exact_difference(const sid_problem *problem, int order, double h) {
  double side[2];
  for (int k = 0; k < 2; k++) {
    double x[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK];
    for (uint32_t j = 0; j < problem->dim; j++)
      x[j] = exact_point[j] + (k ? -h : h) * exact_direction[j];
    sid_problem_gradient(problem, x, g, work);
    side[k] =
        order ? exact_dot(g, exact_direction, problem->dim) : sid_problem_loss(problem, x, work);
  }
  return (side[0] - side[1]) / (2.0 * h);
}

/* A central difference is a power series in h^2; its limit is the derivative. */
static void exact_derivatives(vf_context *context) {
  enum { STEPS = 5 };
  for (size_t b = 0; b < EXACT_LOSSES; b++) {
    const sid_problem *problem = &exact_bases[b].problem;
    double g[EXACT_DIM], hv[EXACT_DIM], work[EXACT_WORK], value[STEPS];
    sid_problem_gradient(problem, exact_point, g, work);
    sid_problem_hessian_vector(problem, exact_point, exact_direction, hv, work);
    for (int order = 0; order < 2; order++) {
      char name[EXACT_NAME];
      const double slope = exact_dot(order ? hv : g, exact_direction, problem->dim);
      const double unit = EXACT_ULP * exact_roundings(problem) * 2.0 *
                          exact_bases[b].loss_size; /* 2: |direction| */
      for (int k = 0; k < STEPS; k++)
        value[k] = exact_difference(problem, order, ldexp(1.0, -4 - k));
      (void)snprintf(name, sizeof name, "%.50s, %.50s", order ? "v'Hv" : "<grad L, v>",
                     exact_bases[b].name);
      vf_limit(context, name, value, STEPS, 2, slope, unit * ldexp(1.0, 3 + STEPS), 1e-8);
    }
  }
}

/* ---- x1: covariance of the noise ---- */

/* P S S P/r with S the diagonal of standard deviations: the covariance of tangential noise. */
static double exact_covariance(const sid_problem *problem, const double *x, uint32_t i,
                               uint32_t j) {
  const uint32_t p = problem->dim;
  const double r = exact_dot(x, x, p);
  double total = 0.0;
  for (uint32_t k = 0; k < p; k++) {
    const double sigma = problem->scale ? problem->scale[k] : problem->sigma;
    total += ((i == k) - x[i] * x[k] / r) * sigma * sigma * ((k == j) - x[k] * x[j] / r);
  }
  return total / r;
}

/* For every pattern of `bits` raws' top bits (read by ref/'s Rademacher draw) a stream that is
 * about to show it. */
static int exact_patterns(uint32_t bits, sid_stream *streams, unsigned char *seen) {
  sid_stream stream = exact_stream(2);
  size_t missing = (size_t)1 << bits;
  memset(seen, 0, missing);
  for (long tries = 0; missing > 0 && tries < 1000000; tries++) {
    sid_stream copy = stream;
    size_t pattern = 0;
    for (uint32_t j = 0; j < bits; j++)
      pattern |= (size_t)(sid_stream_rademacher(&copy) > 0.0) << j;
    if (!seen[pattern]) {
      seen[pattern] = 1;
      streams[pattern] = stream;
      missing--;
    }
    (void)sid_stream_raw(&stream);
  }
  return missing == 0;
}

/* Mean and second moment of noisy_gradient - gradient over the streams: the exact law when each is
 * equally likely. */
static void exact_moments(const sid_problem *problem, const double *x, uint32_t batch,
                          const sid_stream *streams, size_t count, double *mean, double *second) {
  const uint32_t p = problem->dim;
  double full[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK];
  sid_problem_gradient(problem, x, full, work);
  for (uint32_t i = 0; i < p; i++) mean[i] = 0.0;
  for (uint32_t i = 0; i < p * p; i++) second[i] = 0.0;
  for (size_t s = 0; s < count; s++) {
    sid_stream copy = streams[s];
    sid_problem_noisy_gradient(problem, x, batch, &copy, g, work);
    for (uint32_t i = 0; i < p; i++) g[i] -= full[i];
    for (uint32_t i = 0; i < p; i++) {
      mean[i] += g[i] / (double)count;
      for (uint32_t j = 0; j < p; j++) second[i * p + j] += g[i] * g[j] / (double)count;
    }
  }
}

static double exact_largest(const double *values, size_t count) {
  double largest = 0.0;
  for (size_t k = 0; k < count; k++)
    if (!(fabs(values[k]) <= largest)) largest = fabs(values[k]);
  return largest;
}

/* Compares the enumerated law with mean 0, the covariance in `expected` (p*p), and ref/'s trace
 * divided by the batch. */
static void exact_compare_moments(vf_context *context, const exact_subject *subject,
                                  const double *x, uint32_t batch, const sid_stream *streams,
                                  size_t count, const double *expected) {
  const sid_problem *problem = &subject->problem;
  const uint32_t p = problem->dim;
  double mean[EXACT_DIM], second[EXACT_DIM * EXACT_DIM], trace = 0.0, work[EXACT_WORK];
  char name[EXACT_NAME];
  const double unit = EXACT_ULP * exact_roundings(problem) *
                      (subject->loss_size + subject->noise_size) / sqrt(exact_dot(x, x, p));
  const double unit2 = 2.0 * unit * unit / (EXACT_ULP * exact_roundings(problem));
  exact_moments(problem, x, batch, streams, count, mean, second);
  for (uint32_t i = 0; i < p; i++) trace += second[i * p + i];
  for (uint32_t i = 0; i < p * p; i++) second[i] -= expected[i];
  (void)snprintf(name, sizeof name, "mean, %.50s batch=%u", subject->name, (unsigned)batch);
  vf_within(context, name, exact_largest(mean, p), 0.0, unit, exact_basis);
  (void)snprintf(name, sizeof name, "covariance, %.50s batch=%u", subject->name, (unsigned)batch);
  vf_within(context, name, exact_largest(second, (size_t)p * p), 0.0, unit2, exact_basis);
  (void)snprintf(name, sizeof name, "trace, %.50s batch=%u", subject->name, (unsigned)batch);
  vf_within(context, name, sid_problem_noise_trace(problem, x, work) / (double)batch, trace,
            p * unit2, exact_basis);
}

/* Rademacher noise has 2^p equally likely draws: its covariance by enumeration of all of them is P
 * S S P/|x|^2 (il Lemma B.1; nrq (5)), whose trace is (p-1) sigma^2/|x|^2 when isotropic. */
static void exact_covariance_by_enumeration(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects), most = (size_t)1 << EXACT_DIM;
  sid_stream *streams = malloc(most * sizeof *streams);
  unsigned char *seen = malloc(most);
  if (!streams || !seen) vf_error(context, "enumeration", "out of memory");
  for (size_t s = 0; streams && seen && s < count; s++) {
    const sid_problem *problem = &subjects[s].problem;
    const uint32_t p = problem->dim;
    double expected[EXACT_DIM * EXACT_DIM] = {0};
    if (problem->noise != SID_NOISE_RADEMACHER) continue;
    if (!exact_patterns(p, streams, seen)) {
      vf_error(context, subjects[s].name, "a sign pattern does not turn up");
      continue;
    }
    for (uint32_t i = 0; i < p; i++)
      for (uint32_t j = 0; j < p; j++)
        expected[i * p + j] = exact_covariance(problem, exact_point, i, j);
    exact_compare_moments(context, subjects + s, exact_point, 1, streams, (size_t)1 << p, expected);
  }
  free(streams);
  free(seen);
}

/* Four equally likely samples: an index below 4 is the top two bits of its raw. Streams for all
 * samples (and pairs of them). */
static int exact_sample_streams(uint32_t batch, sid_stream *streams) {
  sid_stream stream = exact_stream(3);
  const size_t all = batch == 1 ? 4 : 16;
  int seen[16] = {0};
  size_t missing = all;
  for (long tries = 0; missing > 0 && tries < 100000; tries++) {
    sid_stream copy = stream;
    size_t which = (size_t)sid_stream_index(&copy, 4);
    if (batch == 2) which = 4 * which + (size_t)sid_stream_index(&copy, 4);
    if (!seen[which]) {
      seen[which] = 1;
      streams[which] = stream;
      missing--;
    }
    (void)sid_stream_raw(&stream);
  }
  return missing == 0;
}

/* Covariance of the samples of a normalised linear model by hand: sample i has gradient e_i P
 * z_i/|x|, e_i = <z_i,x>/|x| - y_i. */
static void exact_sample_covariance(const sid_problem *problem, const double *x,
                                    double *covariance) {
  const uint32_t p = problem->dim, n = problem->samples;
  const double r = exact_dot(x, x, p), rho = sqrt(r);
  double g[EXACT_SAMPLES][EXACT_DIM];
  for (uint32_t i = 0; i < n; i++) {
    const double *z = problem->features + (size_t)i * p, zx = exact_dot(z, x, p);
    for (uint32_t j = 0; j < p; j++)
      g[i][j] = (zx / rho - problem->labels[i]) * (z[j] - zx / r * x[j]) / rho;
  }
  for (uint32_t a = 0; a < p; a++)
    for (uint32_t b = 0; b < p; b++) {
      double sum = 0.0, mean_a = 0.0, mean_b = 0.0;
      for (uint32_t i = 0; i < n; i++)
        sum += g[i][a] * g[i][b] / n, mean_a += g[i][a] / n, mean_b += g[i][b] / n;
      covariance[a * p + b] = sum - mean_a * mean_b;
    }
}

/* A batch of B samples drawn with replacement: mean grad L, covariance Sigma/B, by enumeration of
 * all samples and all pairs. */
static void exact_covariance_of_samples(vf_context *context) {
  exact_subject subject = exact_with_noise(exact_bases + 2, exact_noises + 6);
  const uint32_t p = subject.problem.dim;
  double covariance[EXACT_DIM * EXACT_DIM];
  exact_sample_covariance(&subject.problem, exact_point, covariance);
  for (uint32_t batch = 1; batch <= 2; batch++) {
    sid_stream streams[16];
    double expected[EXACT_DIM * EXACT_DIM] = {0};
    if (!exact_sample_streams(batch, streams))
      vf_error(context, subject.name, "a pair of samples does not turn up");
    for (uint32_t i = 0; i < p * p; i++) expected[i] = covariance[i] / batch;
    exact_compare_moments(context, &subject, exact_point, batch, streams, batch == 1 ? 4 : 16,
                          expected);
  }
}

/* The Gaussian draw that the normals e of a stream define, by hand: P S e/|x|; for fixed length
 * sigma P e/(|P e| |x|), or with `gaussian` its Gaussian twin sigma/sqrt(p-1) P e/|x|. */
static void exact_draw(const sid_problem *problem, const double *x, int gaussian, const double *e,
                       double *noise) {
  const uint32_t p = problem->dim;
  const int sphere = problem->noise == SID_NOISE_SPHERE;
  const double r = exact_dot(x, x, p);
  double u[EXACT_DIM];
  for (uint32_t j = 0; j < p; j++)
    u[j] = (problem->scale ? problem->scale[j] : sphere ? 1.0 : problem->sigma) * e[j];
  const double along = exact_dot(x, u, p) / r;
  for (uint32_t j = 0; j < p; j++) noise[j] = (u[j] - along * x[j]) / sqrt(r);
  if (!sphere) return;
  const double length = gaussian ? sqrt((double)p - 1.0) : sqrt(exact_dot(noise, noise, p) * r);
  for (uint32_t j = 0; j < p; j++) noise[j] *= problem->sigma / length;
}

/* sum_i sqrt(w_i) e_i (g_i - G), by hand with uniform weights. */
static void exact_draw_samples(const sid_problem *problem, const double *x, const double *e,
                               double *noise) {
  const uint32_t p = problem->dim, n = problem->samples;
  double mean[EXACT_DIM] = {0}, g[EXACT_SAMPLES][EXACT_DIM];
  for (uint32_t i = 0; i < n; i++) {
    sid_problem_sample_gradient(problem, i, x, g[i]);
    for (uint32_t j = 0; j < p; j++) mean[j] += g[i][j] / n;
  }
  for (uint32_t j = 0; j < p; j++) {
    noise[j] = 0.0;
    for (uint32_t i = 0; i < n; i++) noise[j] += e[i] * (g[i][j] - mean[j]) / sqrt((double)n);
  }
}

/* Gaussian noise is linear in its normals, so one draw compared coordinate by coordinate fixes the
 * covariance (nrq (4), (5); il (3); svag (2)); fixed-length noise has |noise| = sigma/|x|. The
 * normals are taken from a copy of the stream. */
static void exact_draws(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    const sid_problem *problem = &subjects[s].problem;
    const uint32_t p = problem->dim;
    double e[EXACT_DIM], expected[EXACT_DIM], noise[EXACT_DIM], full[EXACT_DIM], work[EXACT_WORK],
        worst = 0.0;
    sid_stream stream = exact_stream(4);
    if (problem->noise == SID_NOISE_NONE) continue;
    sid_problem_gradient(problem, exact_point, full, work);
    for (int draw = 0; draw < 16; draw++) {
      const int gaussian =
          draw % 2 || problem->noise == SID_NOISE_RADEMACHER || problem->noise == SID_NOISE_SAMPLES;
      sid_stream copy = stream;
      sid_stream_normals(&copy, e, problem->noise == SID_NOISE_SAMPLES ? problem->samples : p);
      if (problem->noise == SID_NOISE_SAMPLES)
        exact_draw_samples(problem, exact_point, e, expected);
      else
        exact_draw(problem, exact_point, gaussian, e, expected);
      if (gaussian)
        sid_problem_gaussian_noise(problem, exact_point, &stream, noise, work);
      else
        sid_problem_noisy_gradient(problem, exact_point, 1, &stream, noise, work);
      for (uint32_t j = 0; j < p; j++) expected[j] -= gaussian ? noise[j] : noise[j] - full[j];
      worst = fmax(worst, exact_largest(expected, p));
    }
    const double unit = EXACT_ULP * exact_roundings(problem) * (1.0 + problem->samples) *
                        (subjects[s].loss_size + subjects[s].noise_size) /
                        sqrt(exact_dot(exact_point, exact_point, p));
    vf_within(context, subjects[s].name, worst, 0.0, unit, exact_basis);
  }
}

/* E20. For isotropic noise Sigma^(1/2) = (sigma/|x|) P, so v^T Sigma v, enumerated, is (sigma
 * |Pv|/|x|)^2 and not sigma |Pv|/|x|. */
static void exact_erratum_square(vf_context *context) {
  const exact_subject subject = exact_with_noise(exact_bases + 1, exact_noises + 3);
  const sid_problem *problem = &subject.problem;
  const double *x = exact_point, *v = exact_direction, r = exact_dot(x, x, 3),
               along = exact_dot(x, v, 3) / r;
  double mean[EXACT_DIM], second[EXACT_DIM * EXACT_DIM], measured = 0.0, tangent = 0.0;
  sid_stream streams[8];
  unsigned char seen[8];
  if (!exact_patterns(3, streams, seen))
    vf_error(context, subject.name, "a sign pattern does not turn up");
  exact_moments(problem, x, 1, streams, 8, mean, second);
  for (uint32_t i = 0; i < 9; i++) measured += v[i / 3] * second[i] * v[i % 3];
  for (uint32_t j = 0; j < 3; j++) tangent += (v[j] - along * x[j]) * (v[j] - along * x[j]);
  const double root = problem->sigma * sqrt(tangent / r); /* |Sigma^(1/2) v| */
  vf_erratum(context, "v'Sigma v, rayleigh p=3 rademacher sigma=0.3", measured, root * root, root,
             1e-13, "328 roundings of 2^-53 of terms below 2.6");
}

/* E25. The stochastic gradient at 2x, with the same draw, is half of that at x: exact, the factor
 * is a power of two. */
static void exact_erratum_degree(vf_context *context) {
  const exact_noise noise = {"gaussian", .3, SID_NOISE_GAUSSIAN, 0};
  const double spectrum[3] = {1, 2, 4}, x[3] = {1, .5, .25}, twice[3] = {2, 1, .5};
  exact_subject base = {
      "rayleigh", {.kind = SID_RAYLEIGH, .dim = 3, .spectrum = spectrum}, 4.0, 0.0};
  for (int noisy = 0; noisy < 2; noisy++) {
    const exact_subject subject = exact_with_noise(&base, noisy ? &noise : exact_noises);
    double here[3], there[3], work[EXACT_WORK];
    sid_stream one = exact_stream(5), other = one;
    sid_problem_noisy_gradient(&subject.problem, x, 1, &one, here, work);
    sid_problem_noisy_gradient(&subject.problem, twice, 1, &other, there, work);
    vf_erratum(context,
               noisy ? "g(2x)/g(x), A=diag(1,2,4), sigma=0.3"
                     : "g(2x)/g(x), A=diag(1,2,4), no noise",
               there[0] / here[0], 0.5, 2.0, 0.0, "scaling by a power of two is exact");
  }
}

/* ---- runs with a row at every step ---- */

typedef struct {
  const sid_problem *problem;
  sid_dynamics dynamics;
  sid_schedule schedule;
  const double *x;
  uint64_t seed, steps;
  const int32_t *observables;
  uint32_t observable_count;
} exact_run;

static sid_schedule exact_constant(sid_segment *segment, double lr, double wd) {
  *segment = (sid_segment){0, lr, wd, 1.0};
  return (sid_schedule){.kind = SID_PIECEWISE, .segment_count = 1, .segments = segment};
}

/* Rows of steps 0..run->steps of trajectories 0..count-1; 0 and an error in the report if any ends
 * early. */
static int exact_rows(vf_context *context, const char *name, const exact_run *run, uint64_t count,
                      double *rows) {
  uint64_t checkpoints[EXACT_RUN + 1];
  vf_end ends[EXACT_TRAJECTORIES];
  const sid_experiment experiment = {.problem = *run->problem,
                                     .dynamics = run->dynamics,
                                     .schedule = run->schedule,
                                     .start = {SID_START_POINT, run->x, 0.0},
                                     .seed = run->seed,
                                     .steps = run->steps,
                                     .checkpoints = checkpoints,
                                     .checkpoint_count = (uint32_t)run->steps + 1,
                                     .observable_count = run->observable_count,
                                     .observables = run->observables};
  for (uint64_t t = 0; t <= run->steps; t++) checkpoints[t] = t;
  if (sid_experiment_validate(&experiment)) {
    vf_error(context, name, "the experiment is refused");
    return 0;
  }
  if (vf_ensemble(&experiment, 0, count, count > 1 ? vf_jobs(context) : 1, rows, ends)) {
    vf_error(context, name, "out of memory");
    return 0;
  }
  for (uint64_t i = 0; i < count; i++)
    if (ends[i].status) {
      vf_error(context, name, sid_status_text(ends[i].status));
      return 0;
    }
  return 1;
}

static sid_dynamics exact_dynamics(int32_t kind, uint32_t batch) {
  const sid_dynamics dynamics = {.kind = kind,
                                 .l = kind == SID_SVAG ? 3 : 0,
                                 .substeps = kind == SID_SDE || kind == SID_SDE2 ? 2 : 0,
                                 .batch = kind == SID_GD ? 1 : batch};
  return dynamics;
}

/* ---- x2, x3: one step ---- */

static const char *const exact_kind_names[] = {"",         "gd",      "sgd",     "svag l=3",
                                               "noisy_gd", "sde m=2", "sde2 m=2"};

/* The gradient that the next step of the dynamics will use, drawn from a copy of its stream. */
static void exact_used_gradient(const sid_problem *problem, const sid_dynamics *dynamics,
                                const double *x, sid_stream stream, double *g) {
  const uint32_t p = problem->dim;
  double other[EXACT_DIM], work[EXACT_WORK];
  sid_problem_gradient(problem, x, g, work);
  if (dynamics->kind == SID_GD) return;
  if (dynamics->kind == SID_NOISY_GD) {
    sid_problem_gaussian_noise(problem, x, &stream, other, work);
    for (uint32_t j = 0; j < p; j++)
      g[j] -= other[j] / sqrt((double)dynamics->batch); /* the SDE adds its noise */
    return;
  }
  sid_problem_noisy_gradient(problem, x, dynamics->batch, &stream, g, work);
  if (dynamics->kind == SID_SGD) return;
  sid_problem_noisy_gradient(problem, x, dynamics->batch, &stream, other, work);
  const double s = sqrt(2.0 * dynamics->l - 1.0);
  for (uint32_t j = 0; j < p; j++) g[j] = 0.5 * (1.0 + s) * g[j] + 0.5 * (1.0 - s) * other[j];
}

/* Worst deviations over some steps, in units of roundings: of x+ = (1-h wd) x - h g, of |x+|^2 =
 * (1-h wd)^2 |x|^2
 * + h^2 |g|^2, and of tan D = h |g|/((1-h wd)|x|). */
typedef struct {
  double vector, norm2, angle;
} exact_step_errors;

static void exact_step_compare(const exact_subject *subject, double a, double h,
                               const double *before, const double *g, const double *after,
                               exact_step_errors *worst) {
  const uint32_t p = subject->problem.dim;
  const double r = exact_dot(before, before, p), g2 = exact_dot(g, g, p),
               size = subject->loss_size + subject->noise_size;
  double scratch[EXACT_DIM], vector = 0.0;
  for (uint32_t j = 0; j < p; j++)
    vector = fmax(vector, fabs(after[j] - (a * before[j] - h * g[j])));
  const double length =
      sqrt(r) + h * 3.0 * size / sqrt(r); /* 3: sum of the weights of SVAG with l = 3 */
  worst->vector = fmax(worst->vector, vector / (EXACT_ULP * length));
  worst->norm2 = fmax(worst->norm2, fabs(exact_dot(after, after, p) - (a * a * r + h * h * g2)) /
                                        (EXACT_ULP * length * length));
  const double angle = sid_angle(before, after, p, scratch);
  worst->angle = fmax(worst->angle, fabs(angle - atan(h * sqrt(g2) / (a * sqrt(r)))) * sqrt(r) /
                                        (EXACT_ULP * length));
}

/* 20 steps of one dynamics on one subject; 0 if a step fails. */
static int exact_steps(const exact_subject *subject, int32_t kind, exact_step_errors *worst) {
  const sid_problem *problem = &subject->problem;
  const sid_dynamics dynamics = exact_dynamics(kind, problem->noise == SID_NOISE_SAMPLES ? 2 : 1);
  const double lr = 0.1, wd = 0.5, h = kind == SID_SVAG ? lr / dynamics.l : lr;
  double x[EXACT_DIM], before[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK];
  sid_stream stream = exact_stream(6);
  exact_scaled_point(problem, 1.0, x);
  for (int t = 0; t < 20; t++) {
    memcpy(before, x, sizeof x);
    exact_used_gradient(problem, &dynamics, x, stream, g);
    if (sid_step(problem, &dynamics, lr, wd, x, &stream, work)) return 0;
    exact_step_compare(subject, 1.0 - h * wd, h, before, g, x, worst);
  }
  return 1;
}

static void exact_one_step(vf_context *context, int angle) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++)
    for (int32_t kind = SID_GD; kind <= SID_NOISY_GD; kind++) {
      exact_step_errors worst = {0.0, 0.0, 0.0};
      char name[EXACT_NAME];
      (void)snprintf(name, sizeof name, "%.50s, %.50s, eta=0.1 lam=0.5", subjects[s].name,
                     exact_kind_names[kind]);
      if (!exact_steps(subjects + s, kind, &worst)) vf_error(context, name, "a step failed");
      const double measured = angle ? worst.angle : fmax(worst.vector, worst.norm2);
      vf_within(context, name, measured, 0.0, exact_roundings(&subjects[s].problem), exact_basis);
    }
}

/* il, proof of Theorem 5.1 in discrete form; svag (13). g is perpendicular to x, so squares add. */
static void exact_norm_recursion(vf_context *context) { exact_one_step(context, 0); }

/* nrq (13) with its missing factor: the new point is the sum of perpendicular vectors of lengths
 * (1-el)|x| and eta |g|. */
static void exact_step_angle(vf_context *context) { exact_one_step(context, 1); }

/* svag (28). On a scale-invariant loss Hess L x = -grad L takes the cross terms out of the drift of
 * the second-order SDE: with L_wd = L + (wd/2)|x|^2 and k = lr/2 it is grad L_wd + k Hess L_wd grad
 * L_wd = grad L + k Hess L grad L + wd (1 + k wd) x. One substep of sde2 from each of 20 states,
 * its noise from a copy of the stream. */
static void exact_second_order_step(const exact_subject *subject, double lr, double wd, double *x,
                                    sid_stream *stream, double *worst) {
  const sid_problem *problem = &subject->problem;
  const uint32_t p = problem->dim, batch = problem->noise == SID_NOISE_SAMPLES ? 2 : 1;
  const sid_dynamics sde2 = {.kind = SID_SDE2, .substeps = 1, .batch = batch};
  const double k = lr / 2.0, rho = sqrt(exact_dot(x, x, p)),
               size = subject->loss_size + subject->noise_size;
  double expected[EXACT_DIM], g[EXACT_DIM], hg[EXACT_DIM], noise[EXACT_DIM], work[EXACT_WORK];
  sid_stream copy = *stream;
  sid_problem_gradient(problem, x, g, work);
  sid_problem_hessian_vector(problem, x, g, hg, work);
  sid_problem_gaussian_noise(problem, x, &copy, noise, work);
  for (uint32_t j = 0; j < p; j++)
    expected[j] = x[j] - lr * (g[j] + k * hg[j] + wd * (1.0 + k * wd) * x[j]) +
                  lr * noise[j] / sqrt((double)batch);
  if (sid_step(problem, &sde2, lr, wd, x, stream, work)) x[0] = (double)NAN;
  const double unit =
      EXACT_ULP *
      (rho + lr * size / rho * (1.0 + k * (wd + 8.0 * subject->loss_size / (rho * rho))));
  for (uint32_t j = 0; j < p; j++)
    if (!(fabs(x[j] - expected[j]) / unit <= *worst)) *worst = fabs(x[j] - expected[j]) / unit;
}

static void exact_second_order_drift(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    double x[EXACT_DIM], worst = 0.0;
    char name[EXACT_NAME];
    sid_stream stream = exact_stream(10);
    exact_scaled_point(&subjects[s].problem, 1.0, x);
    for (int t = 0; t < 20; t++) exact_second_order_step(subjects + s, .1, .5, x, &stream, &worst);
    (void)snprintf(name, sizeof name, "%.50s, eta=0.1 lam=0.5", subjects[s].name);
    vf_within(context, name, worst, 0.0, exact_roundings(&subjects[s].problem), exact_basis);
  }
}

/* Trajectory 5 of an ensemble is its steps one after the other: start .8 z with z from stream (1,
 * 5), steps with stream (2, 5). So whatever is shown for steps holds for runs. */
static void exact_run_of_steps(vf_context *context) {
  enum { STEPS = 20, TRAJECTORY = 5 };
  static const int32_t state[] = {SID_X};
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  uint64_t checkpoints[STEPS + 1];
  for (size_t t = 0; t <= STEPS; t++) checkpoints[t] = t;
  for (size_t s = 0; s < count; s++) {
    sid_segment segment;
    const sid_problem *problem = &subjects[s].problem;
    const uint32_t p = problem->dim;
    const sid_experiment experiment = {.problem = *problem,
                                       .dynamics = exact_dynamics(SID_SGD, 1),
                                       .schedule = exact_constant(&segment, .1, .5),
                                       .start = {SID_START_GAUSSIAN, NULL, .8},
                                       .seed = 77,
                                       .steps = STEPS,
                                       .checkpoints = checkpoints,
                                       .checkpoint_count = STEPS + 1,
                                       .observable_count = 1,
                                       .observables = state};
    double rows[EXACT_DIM * (STEPS + 1)], steps[EXACT_DIM * (STEPS + 1)], x[EXACT_DIM],
        work[EXACT_WORK];
    sid_stream start = exact_keyed_stream(77, SID_KEY_START, TRAJECTORY);
    sid_stream noise = exact_keyed_stream(77, SID_KEY_NOISE, TRAJECTORY);
    sid_stream_normals(&start, x, p);
    for (uint32_t j = 0; j < p; j++) x[j] = .8 * x[j];
    for (size_t t = 0; t <= STEPS; t++) {
      memcpy(steps + t * p, x, p * sizeof *x);
      if (sid_step(problem, &experiment.dynamics, .1, .5, x, &noise, work))
        vf_error(context, subjects[s].name, "a step failed");
    }
    if (vf_ensemble(&experiment, TRAJECTORY, 1, 1, rows, NULL))
      vf_error(context, subjects[s].name, "out of memory");
    else
      vf_same_bits(context, subjects[s].name, rows, steps, p * (size_t)(STEPS + 1));
  }
}

static const int32_t exact_norm_grad[] = {SID_NORM2, SID_GRAD_NORM2};
static const int32_t exact_norm_angle[] = {SID_NORM2, SID_STEP_ANGLE};

/* The same recursion along runs of GD by the observables alone, across a change of lr and wd with a
 * rescaling of x by 3/4. */
static void exact_norm_run(vf_context *context) {
  enum { STEPS = 200, CHANGE = 100 };
  static const sid_segment segments[2] = {{0, .1, .5, 1.0}, {CHANGE, .05, .25, .75}};
  for (size_t b = 0; b < EXACT_LOSSES; b++) {
    const exact_run run = {
        .problem = &exact_bases[b].problem,
        .dynamics = exact_dynamics(SID_GD, 1),
        .schedule = {.kind = SID_PIECEWISE, .segment_count = 2, .segments = segments},
        .x = exact_point,
        .seed = 1,
        .steps = STEPS,
        .observables = exact_norm_grad,
        .observable_count = 2};
    double rows[2 * (STEPS + 1)], worst = 0.0;
    char name[EXACT_NAME];
    (void)snprintf(name, sizeof name, "%.50s, eta=0.1,0.05 lam=0.5,0.25, x*0.75 at step 100",
                   exact_bases[b].name);
    if (!exact_rows(context, name, &run, 1, rows)) continue;
    for (size_t t = 0; t < STEPS; t++) {
      const sid_segment *segment = segments + (t >= CHANGE);
      const double c2 = t == CHANGE ? .75 * .75 : 1.0, a = 1.0 - segment->lr * segment->wd;
      const double kept = a * a * c2 * rows[2 * t],
                   added = segment->lr * segment->lr * rows[2 * t + 1] / c2;
      /* the cross term 2 a eta <x, grad> is rounding noise of the gradient: size eta (largest
       * term), and eta < 1 */
      const double unit = EXACT_ULP * (kept + added + exact_bases[b].loss_size);
      worst = fmax(worst, fabs(rows[2 * t + 2] - (kept + added)) / unit);
    }
    vf_within(context, name, worst, 0.0, exact_roundings(run.problem), exact_basis);
  }
}

/* ---- how far rounding errors of GD on ratio2 grow ---- */

typedef struct {
  double lr0, factor, a; /* lr_t = lr0 factor^t; x+ = a x - lr_t grad L */
  double x, y;
  int steps;
} exact_ratio2;

/* Derivative of (ln|x'|, ln|y'|) by (ln|x|, ln|y|), and in *local how much larger than x', y' the
 * terms are whose difference they are. Moves on to x', y'. From x' = A x, A = a - 2 lr y^2/r^2 and
 * y' = B y, B = a + 2 lr x^2/r^2. */
static void exact_ratio2_step(double a, double lr, double *x, double *y, double j[2][2],
                              double *local) {
  const double xx = *x * *x, yy = *y * *y, r = xx + yy, q = r * r, c = q * r;
  const double A = a - 2.0 * lr * yy / q, B = a + 2.0 * lr * xx / q;
  j[0][0] = 1.0 + 8.0 * lr * xx * yy / c / A;
  j[0][1] = -4.0 * lr * yy * (r - 2.0 * yy) / c / A;
  j[1][0] = 4.0 * lr * xx * (r - 2.0 * xx) / c / B;
  j[1][1] = 1.0 - 8.0 * lr * xx * yy / c / B;
  *local = fmax((a + 2.0 * lr * yy / q) / fabs(A), 1.0);
  *x *= A;
  *y *= B;
}

/* Error of ln|x|, ln|y| at the end of the run when every step makes 20 roundings, and 2t more in a
 * power lr0 factor^t; the start and the constants one each. First order: sum over the steps of
 * (local error) * (norm of the product of later Jacobians). */
static double exact_conditioning(const exact_ratio2 *run) {
  double m[EXACT_RUN + 1][2][2], error[EXACT_RUN + 1], x = run->x, y = run->y, lr = run->lr0,
                                                       total = 0.0;
  for (int t = 0; t <= run->steps; t++) {
    double j[2][2], local;
    const double identity[2][2] = {{1, 0}, {0, 1}};
    memcpy(m[t], identity, sizeof identity);
    if (t == 0) error[0] = 4.0;
    if (t == run->steps) break;
    exact_ratio2_step(run->a, lr, &x, &y, j, &local);
    for (int s = 0; s <= t; s++) {
      double product[2][2];
      for (int i = 0; i < 4; i++)
        product[i / 2][i % 2] = j[i / 2][0] * m[s][0][i % 2] + j[i / 2][1] * m[s][1][i % 2];
      memcpy(m[s], product, sizeof product);
    }
    error[t + 1] = local * (20.0 + (run->factor == 1.0 ? 0.0 : 2.0 * t));
    lr *= run->factor;
  }
  for (int s = 0; s <= run->steps; s++)
    total +=
        error[s] * fmax(fabs(m[s][0][0]) + fabs(m[s][0][1]), fabs(m[s][1][0]) + fabs(m[s][1][1]));
  return total * EXACT_ULP;
}

static const char exact_growth[] =
    "20 roundings per step, grown by the Jacobians of the later steps";

static exact_ratio2 exact_ratio2_constant(double eta, double lam, double x, double y, int steps) {
  return (exact_ratio2){eta, 1.0, 1.0 - eta * lam, x, y, steps};
}

static const exact_subject *const exact_toy = exact_bases + 3;

/* ---- x3 erratum, x4 ---- */

typedef struct {
  double eta, lam, x[2];
  int steps;
  const char *name, *tan_key, *log_cos_key, *norm_key;
} exact_angle_case;

static const exact_angle_case exact_angle_cases[] = {
    {.1,
     .5,
     {.6, .8},
     40,
     "ratio2 eta=0.1 lam=0.5",
     "x3.tan-angle.eta-0.1.lam-0.5",
     "x4.mean-minus-log-cos.eta-0.1.lam-0.5.x0-0.6.y0-0.8.steps-40",
     "x4.final-norm2.eta-0.1.lam-0.5.x0-0.6.y0-0.8.steps-40"},
    {.1,
     1.0,
     {.1, 1.0},
     50,
     "ratio2 eta=0.1 lam=1",
     "x3.tan-angle.eta-0.1.lam-1",
     "x4.mean-minus-log-cos.eta-0.1.lam-1.x0-0.1.y0-1.steps-50",
     "x4.final-norm2.eta-0.1.lam-1.x0-0.1.y0-1.steps-50"}};

static int exact_angle_rows(vf_context *context, const exact_angle_case *one, double *rows) {
  sid_segment segment;
  const exact_run run = {.problem = &exact_toy->problem,
                         .dynamics = exact_dynamics(SID_GD, 1),
                         .schedule = exact_constant(&segment, one->eta, one->lam),
                         .x = one->x,
                         .seed = 1,
                         .steps = (uint64_t)one->steps,
                         .observables = exact_norm_angle,
                         .observable_count = 2};
  return exact_rows(context, one->name, &run, 1, rows);
}

/* E27: nrq (13) lacks 1-el. The first step of two runs of GD, by the observable step_angle. */
static void exact_erratum_angle(vf_context *context) {
  for (size_t k = 0; k < 2; k++) {
    const exact_angle_case *one = exact_angle_cases + k;
    double rows[2 * (EXACT_RUN + 1)];
    char printed[EXACT_NAME];
    (void)snprintf(printed, sizeof printed, "%.50s.printed", one->tan_key);
    if (!exact_angle_rows(context, one, rows)) continue;
    vf_erratum(context, one->name, tan(rows[3]), vf_expected(context, one->tan_key),
               vf_expected(context, printed), 192.0 * EXACT_ULP,
               "192 roundings of 2^-53 of terms below 1");
  }
}

/* mean of -ln cos D over a run, and its worst tan D, from rows (norm2, step_angle). */
static double exact_log_cos(const double *rows, uint64_t steps, double *steepest) {
  double sum = 0.0;
  *steepest = 0.0;
  for (uint64_t t = 1; t <= steps; t++) {
    sum -= log(cos(rows[2 * t + 1]));
    *steepest = fmax(*steepest, tan(rows[2 * t + 1]));
  }
  return sum / (double)steps;
}

static void exact_angle_sum_of(vf_context *context, const exact_subject *subject) {
  enum { STEPS = 300 };
  const double el = .05;
  const sid_problem *problem = &subject->problem;
  double rows[2 * (STEPS + 1)], steepest;
  const double *last = rows + 2 * (size_t)STEPS;
  sid_segment segment;
  const exact_run run = {.problem = problem,
                         .dynamics =
                             exact_dynamics(problem->noise == SID_NOISE_NONE ? SID_GD : SID_SGD, 1),
                         .schedule = exact_constant(&segment, .1, el / .1),
                         .x = exact_point,
                         .seed = 3,
                         .steps = STEPS,
                         .observables = exact_norm_angle,
                         .observable_count = 2};
  if (!exact_rows(context, subject->name, &run, 1, rows)) return;
  const double measured = exact_log_cos(rows, STEPS, &steepest);
  const double expected = -log(1.0 - el) + log(last[0] / rows[0]) / (2.0 * STEPS);
  vf_within(context, subject->name, measured, expected,
            exact_roundings(problem) * EXACT_ULP * (1.0 + steepest),
            "36 p + 12 n + 120 roundings in D, times 1 + the largest tan D");
}

static void exact_angle_sum_digits(vf_context *context, const exact_angle_case *one) {
  const exact_ratio2 path =
      exact_ratio2_constant(one->eta, one->lam, one->x[0], one->x[1], one->steps);
  const double growth = exact_conditioning(&path);
  double rows[2 * (EXACT_RUN + 1)], steepest;
  if (!exact_angle_rows(context, one, rows)) return;
  const double measured = exact_log_cos(rows, (uint64_t)one->steps, &steepest);
  vf_within(context, one->name, measured, vf_expected(context, one->log_cos_key),
            growth / one->steps +
                exact_roundings(&exact_toy->problem) * EXACT_ULP * (1.0 + steepest),
            exact_growth);
  vf_within_relative(context, one->name, rows[2 * (size_t)one->steps],
                     vf_expected(context, one->norm_key), 2.0 * growth, exact_growth);
}

/* The exact form of "the angular update is sqrt(2 el)" (il Section 5.1, nrq Section 2.2): cos D =
 * (1-el)|x|/|x+|, so the mean over any run telescopes. An error d of D makes d tan D in -ln cos D.
 * Two runs against 60 digits. */
static void exact_angle_sum(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) exact_angle_sum_of(context, subjects + s);
  for (size_t k = 0; k < 2; k++) exact_angle_sum_digits(context, exact_angle_cases + k);
}

/* ---- x5: stationary balance ---- */

static const int32_t exact_balance_observables[] = {SID_NORM2, SID_GRAD_NORM2, SID_NOISE_TRACE};

typedef struct {
  const char *name;
  int base, noise;
  uint32_t batch;
  double eta, lam;
} exact_balance_case;

/* Of one trajectory: (R_K - R_0)/(eta K) + mean[(2-el) lam R - eta (G + N)], the mean of a
 * martingale's differences, so of mean exactly 0 at any K; the two sides of (14) are its stationary
 * part. Also returns the mean of eta G and of (el lam R), the terms that a wrong balance (svag
 * (15), or 2 for 2-el) would drop. */
static double exact_balance(const double *rows, uint64_t steps, double eta, double lam,
                            double *drift, double *second_order) {
  double sum = 0.0;
  *drift = *second_order = 0.0;
  for (uint64_t t = 0; t < steps; t++) {
    const double *row = rows + 3 * t;
    sum += (2.0 - eta * lam) * lam * row[0] - eta * (row[1] + row[2]);
    *drift += eta * row[1] / (double)steps;
    *second_order += eta * lam * lam * row[0] / (double)steps;
  }
  return sum / (double)steps + (rows[3 * steps] - rows[0]) / (eta * (double)steps);
}

/* svag (13), (14): (2-el) lam E R = eta (E G + E N). 256 trajectories of 400 steps with every kind
 * of noise. */
static void exact_stationary_balance(vf_context *context) {
  enum { COUNT = EXACT_TRAJECTORIES };
  static const exact_balance_case cases[] = {
      {"rayleigh p=3 gaussian, eta=0.5 lam=0.8", 1, 1, 1, .5, .8},
      {"rayleigh p=3 diagonal gaussian, eta=0.5 lam=0.8", 1, 2, 1, .5, .8},
      {"rayleigh p=3 rademacher, eta=0.5 lam=0.8", 1, 3, 1, .5, .8},
      {"rayleigh p=3 diagonal rademacher, eta=0.5 lam=0.8", 1, 4, 1, .5, .8},
      {"rayleigh p=3 sphere, eta=0.5 lam=0.8", 1, 5, 1, .5, .8},
      {"normalised_linear samples B=2, eta=0.5 lam=0.8", 2, 6, 2, .5, .8}};
  double *rows = malloc(sizeof *rows * COUNT * 3 * (EXACT_RUN + 1));
  if (!rows) vf_error(context, "balance", "out of memory");
  for (size_t k = 0; rows && k < sizeof cases / sizeof cases[0]; k++) {
    const exact_balance_case *one = cases + k;
    const exact_subject subject =
        exact_with_noise(exact_bases + one->base, exact_noises + one->noise);
    sid_segment segment;
    const exact_run run = {.problem = &subject.problem,
                           .dynamics = exact_dynamics(SID_SGD, one->batch),
                           .schedule = exact_constant(&segment, one->eta, one->lam),
                           .x = exact_point,
                           .seed = 11,
                           .steps = EXACT_RUN,
                           .observables = exact_balance_observables,
                           .observable_count = 3};
    double values[COUNT], drift = 0.0, second_order = 0.0, d, so;
    if (!exact_rows(context, one->name, &run, COUNT, rows)) continue;
    for (size_t i = 0; i < COUNT; i++) {
      values[i] =
          exact_balance(rows + i * 3 * (EXACT_RUN + 1), EXACT_RUN, one->eta, one->lam, &d, &so);
      drift += d / COUNT, second_order += so / COUNT;
    }
    const vf_moments moments = vf_moments_of(values, COUNT);
    vf_monte_carlo(context, one->name, moments.mean, moments.standard_error, 0.0,
                   fmin(drift, second_order),
                   "effect: eta G or el lam R dropped, whichever is less");
  }
  free(rows);
}

/* Without noise on the period-two orbit of x10, where R = eta is constant: (2-el) lam R = eta G. */
static void exact_balance_on_orbit(vf_context *context) {
  sid_segment segment;
  const double x[2] = {vf_expected(context, "x10.orbit.x.eta-0.1.lam-0.5"),
                       vf_expected(context, "x10.orbit.y.eta-0.1.lam-0.5")};
  const exact_run run = {.problem = &exact_toy->problem,
                         .dynamics = exact_dynamics(SID_GD, 1),
                         .schedule = exact_constant(&segment, .1, .5),
                         .x = x,
                         .seed = 1,
                         .steps = 1,
                         .observables = exact_norm_grad,
                         .observable_count = 2};
  double rows[4];
  if (!exact_rows(context, "orbit", &run, 1, rows)) return;
  vf_within_relative(context, "R on the period-two orbit, eta=0.1 lam=0.5", rows[0], .1,
                     8.0 * EXACT_ULP, "4 roundings, of x twice");
  vf_within_relative(context, "eta G = (2-el) lam R, eta=0.1 lam=0.5", .1 * rows[1],
                     1.95 * .5 * rows[0], 32.0 * EXACT_ULP, "20 roundings and those of x");
}

/* ---- x6: noise of fixed length ---- */

typedef struct {
  double eta, lam, s;
  const char *suffix;
} exact_fixed_case;

static const exact_fixed_case exact_fixed_cases[] = {{.1, .5, 1.0, "eta-0.1.lam-0.5.s-1"},
                                                     {.02, 2.0, .3, "eta-0.02.lam-2.s-0.3"}};

static double exact_key(vf_context *context, const char *form, const char *suffix) {
  char key[EXACT_NAME];
  (void)snprintf(key, sizeof key, form, suffix);
  return vf_expected(context, key);
}

/* SGD on noise_only with sphere noise from |x|^2 = r0 in p dimensions: rows (norm2, step_angle). */
static int exact_fixed_rows(vf_context *context, const exact_fixed_case *one, uint32_t p, double r0,
                            uint64_t steps, double *rows) {
  const sid_problem problem = {
      .kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = p, .sigma = one->s};
  double x[EXACT_DIM] = {0};
  sid_segment segment;
  const exact_run run = {.problem = &problem,
                         .dynamics = exact_dynamics(SID_SGD, 1),
                         .schedule = exact_constant(&segment, one->eta, one->lam),
                         .x = x,
                         .seed = 5,
                         .steps = steps,
                         .observables = exact_norm_angle,
                         .observable_count = 2};
  x[0] = .6 * sqrt(r0), x[p - 1] = .8 * sqrt(r0);
  return exact_rows(context, one->suffix, &run, 1, rows);
}

static void exact_fixed_length_of(vf_context *context, const exact_fixed_case *one, uint32_t p) {
  enum { STEPS = 300 };
  static const char *const forms[] = {"x6.norm2-from-1.%s.step-1", "x6.norm2-from-1.%s.step-5",
                                      "x6.norm2-from-1.%s.step-50"};
  static const size_t times[] = {1, 5, 50};
  const double tolerance = (70.0 + 24.0 * p) * EXACT_ULP;
  double rows[2 * (STEPS + 1)];
  const double *last = rows + 2 * (size_t)STEPS;
  char name[EXACT_NAME];
  (void)snprintf(name, sizeof name, "%.50s p=%u", one->suffix, (unsigned)p);
  if (!exact_fixed_rows(context, one, p, 1.0, STEPS, rows)) return;
  for (int i = 0; i < 3; i++)
    vf_within_relative(context, name, rows[2 * times[i]], exact_key(context, forms[i], one->suffix),
                       tolerance, "70 + 24 p roundings, contracting");
  vf_within_relative(context, name, last[0] * last[0],
                     exact_key(context, "x6.fixed-point-r2.%s", one->suffix), 2.0 * tolerance,
                     "70 + 24 p roundings, contracting, of a square");
  const double tangent = tan(last[1]);
  vf_within_relative(context, name, tangent * tangent,
                     exact_key(context, "x6.tan2.%s", one->suffix), 10.0 * tolerance,
                     "70 + 24 p roundings in D, relative to D > 0.28");
}

/* R+ = (1-el)^2 R + eta^2 s^2/R whatever the draws: values from R = 1 after 1, 5 and 50 steps, the
 * fixed point and the angle there. The map contracts, so errors do not add up beyond 1/(1 - .85)
 * steps' worth: 10 roundings in each of 7 steps, and 3 p in a norm. */
static void exact_fixed_length(vf_context *context) {
  for (size_t k = 0; k < 2; k++)
    for (uint32_t p = 2; p <= 5; p += 3) exact_fixed_length_of(context, exact_fixed_cases + k, p);
}

/* The multiplier of a deviation of R^2 at the fixed point, 2(1-el)^2 - 1, by a symmetric difference
 * of one step with d = 2^-16: in units of the fixed point R^2 the third derivative is below 6, so
 * the difference errs by at most d^2, and rounding by 2^-52 (70 + 24 p)/d. */
static void exact_fixed_multiplier(vf_context *context) {
  const double d = 0x1p-16;
  for (size_t k = 0; k < 2; k++) {
    const exact_fixed_case *one = exact_fixed_cases + k;
    const double r2 = exact_key(context, "x6.fixed-point-r2.%s", one->suffix);
    double up[4], down[4];
    if (!exact_fixed_rows(context, one, 3, sqrt(r2 * (1.0 + d)), 1, up)) continue;
    if (!exact_fixed_rows(context, one, 3, sqrt(r2 * (1.0 - d)), 1, down)) continue;
    const double measured =
        (up[2] * up[2] - down[2] * down[2]) / (up[0] * up[0] - down[0] * down[0]);
    vf_within(context, one->suffix, measured, exact_key(context, "x6.multiplier.%s", one->suffix),
              d * d + (70.0 + 72.0) * 2.0 * EXACT_ULP / d,
              "third derivative d^2, d = 2^-16, and rounding/d");
  }
}

/* ---- x7: rescalings that leave the directions alone ---- */

/* x with (eta, lam) and c x with (c^2 eta, lam/c^2), the same draws; states after each of `steps`
 * steps, the second divided by c. */
static int exact_twins(const exact_subject *subject, int32_t kind, double eta, double lam, double c,
                       int steps, double *one, double *other) {
  const sid_problem *problem = &subject->problem;
  const uint32_t p = problem->dim;
  const sid_dynamics dynamics = exact_dynamics(kind, problem->noise == SID_NOISE_SAMPLES ? 2 : 1);
  for (int twin = 0; twin < 2; twin++) {
    const double factor = twin ? c : 1.0, lr = eta * factor * factor, wd = lam / (factor * factor);
    double x[EXACT_DIM], work[EXACT_WORK], *out = twin ? other : one;
    sid_stream stream = exact_stream(7);
    exact_scaled_point(problem, factor, x);
    for (int t = 0; t < steps; t++) {
      if (sid_step(problem, &dynamics, lr, wd, x, &stream, work)) return 0;
      for (uint32_t j = 0; j < p; j++) *out++ = x[j] / factor;
    }
  }
  return 1;
}

typedef struct {
  const char *name;
  double eta, lam, c;
  int32_t first, last; /* kinds of dynamics */
} exact_rescaling_case;

static void exact_rescaling(vf_context *context, const exact_rescaling_case *one) {
  enum { STEPS = 64 };
  exact_subject subjects[EXACT_SUBJECTS];
  double plain[STEPS * EXACT_DIM], scaled[STEPS * EXACT_DIM];
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++)
    for (int32_t kind = one->first; kind <= one->last; kind++) {
      char name[EXACT_NAME];
      (void)snprintf(name, sizeof name, "%.50s, %.50s, %.50s", one->name, subjects[s].name,
                     exact_kind_names[kind]);
      if (exact_twins(subjects + s, kind, one->eta, one->lam, one->c, STEPS, plain, scaled))
        vf_same_bits(context, name, scaled, plain, STEPS * (size_t)subjects[s].problem.dim);
      else
        vf_error(context, name, "a step failed");
    }
}

/* il Section 5.1 (only G/eta matters) and nrq Corollary 3: x -> c x, eta -> c^2 eta, lam ->
 * lam/c^2. All dynamics, all noise. */
static void exact_rescaling_general(vf_context *context) {
  static const exact_rescaling_case cases[] = {
      {"eta=0.1 lam=0.5 c=2", .1, .5, 2.0, SID_GD, SID_SDE2},
      {"eta=0.1 lam=0.5 c=1/8", .1, .5, .125, SID_GD, SID_SDE2}};
  for (size_t k = 0; k < 2; k++) exact_rescaling(context, cases + k);
}

/* fm (9): eta~ = lam~ = sqrt(el), x~ = (lam/eta)^(1/4) x. With eta = 2^-6, lam = 2^-2 the scale is
 * 2 and eta~ = lam~ = 2^-4. */
static void exact_rescaling_canonical(vf_context *context) {
  const double scale = vf_expected(context, "x7.fm-9.scale.eta-0.015625.lam-0.25");
  const double tilde = vf_expected(context, "x7.fm-9.eta-tilde.eta-0.015625.lam-0.25");
  const exact_rescaling_case one = {"eta=2^-6 lam=2^-2", 0x1p-6, 0x1p-2, scale, SID_SGD, SID_SGD};
  vf_within(context, "eta~, lam~ = sqrt(el), eta=2^-6 lam=2^-2",
            fabs(one.eta * scale * scale - tilde) + fabs(one.lam / (scale * scale) - tilde), 0.0,
            0.0, "powers of two");
  exact_rescaling(context, &one);
}

/* fm Remark 4.2: X_(eta,lam) from x and X_(eta/sqrt(C), sqrt(C) lam) from C^(-1/4) x are the same
 * up to the factor C^(-1/4). C = 16. */
static void exact_rescaling_remark(vf_context *context) {
  const double c = vf_expected(context, "x7.remark-4.2.x-factor.c-16");
  const exact_rescaling_case one = {"eta=0.05 lam=0.1 C=16", .05, .1, c, SID_SDE, SID_SDE};
  vf_within(context, "factors of eta and lam, C=16",
            fabs(c * c - vf_expected(context, "x7.remark-4.2.eta-factor.c-16")) +
                fabs(1.0 / (c * c) - vf_expected(context, "x7.remark-4.2.lam-factor.c-16")),
            0.0, 0.0, "powers of two");
  exact_rescaling(context, &one);
}

/* Factors that are no powers of two: a single step, from each of 20 states, so that errors cannot
 * grow. */
static void exact_rescaling_other(vf_context *context) {
  exact_subject subjects[EXACT_SUBJECTS];
  const double eta = .01, lam = .05, c = vf_expected(context, "x7.fm-9.scale.eta-0.01.lam-0.05");
  const size_t count = exact_subjects(context, subjects);
  for (size_t s = 0; s < count; s++) {
    const sid_problem *problem = &subjects[s].problem;
    const uint32_t p = problem->dim;
    const sid_dynamics dynamics = exact_dynamics(SID_SGD, 1);
    double x[EXACT_DIM], twin[EXACT_DIM], work[EXACT_WORK], worst = 0.0;
    sid_stream stream = exact_stream(8);
    exact_scaled_point(problem, 1.0, x);
    for (int t = 0; t < 20; t++) {
      sid_stream copy = stream;
      for (uint32_t j = 0; j < p; j++) twin[j] = c * x[j];
      if (sid_step(problem, &dynamics, eta, lam, x, &stream, work) ||
          sid_step(problem, &dynamics, c * c * eta, lam / (c * c), twin, &copy, work))
        vf_error(context, subjects[s].name, "a step failed");
      for (uint32_t j = 0; j < p; j++) worst = fmax(worst, fabs(twin[j] / c - x[j]));
    }
    const double rho = sqrt(exact_dot(x, x, p)),
                 size = rho + eta * (subjects[s].loss_size + subjects[s].noise_size) / rho;
    vf_within(context, subjects[s].name, worst, 0.0, exact_roundings(problem) * EXACT_ULP * size,
              exact_basis);
  }
}

static const int32_t exact_state[] = {SID_X};

/* x/y of GD on ratio2 after `steps` steps from (x, y) with rates lr0 factor^t and weight decay
 * wd. */
static double exact_slope_after(vf_context *context, const char *name, const double *x, double lr0,
                                double factor, double wd, uint64_t steps) {
  sid_segment segment;
  double rows[2 * (EXACT_RUN + 1)];
  exact_run run = {.problem = &exact_toy->problem,
                   .dynamics = exact_dynamics(SID_GD, 1),
                   .schedule = exact_constant(&segment, lr0, wd),
                   .x = x,
                   .steps = steps,
                   .observables = exact_state,
                   .observable_count = 1};
  if (factor != 1.0)
    run.schedule = (sid_schedule){.kind = SID_EXPONENTIAL, .lr = lr0, .wd = wd, .factor = factor};
  return exact_rows(context, name, &run, 1, rows) ? rows[2 * steps] / rows[2 * steps + 1]
                                                  : (double)NAN;
}

/* A whole run under fm (9), and without it, against 60 digits. Errors d of ln|x| and ln|y| make 2 d
 * in ln|x/y|. */
static void exact_rescaling_digits(vf_context *context) {
  static const double etas[] = {.015625, .01}, lams[] = {.25, .05};
  static const char *const suffixes[] = {"eta-0.015625.lam-0.25", "eta-0.01.lam-0.05"};
  for (int k = 0; k < 2; k++) {
    const double eta = etas[k], lam = lams[k], x[2] = {.6, .8};
    const double expected = exact_key(context, "x7.x-over-y-after-20.%s", suffixes[k]);
    const double scale = exact_key(context, "x7.fm-9.scale.%s", suffixes[k]),
                 scaled[2] = {scale * x[0], scale * x[1]};
    const double tilde = exact_key(context, "x7.fm-9.eta-tilde.%s", suffixes[k]);
    const exact_ratio2 path = exact_ratio2_constant(eta, lam, x[0], x[1], 20);
    const double tolerance = 2.0 * exact_conditioning(&path);
    vf_within_relative(context, suffixes[k],
                       exact_slope_after(context, suffixes[k], x, eta, 1.0, lam, 20), expected,
                       tolerance, exact_growth);
    vf_within_relative(context, suffixes[k],
                       exact_slope_after(context, suffixes[k], scaled, tilde, 1.0, tilde, 20),
                       expected, tolerance, exact_growth);
  }
}

/* ---- x8: weight decay is an exponential learning rate ---- */

/* States of a run: p numbers for every step. */
static int exact_states(vf_context *context, const exact_subject *subject, int32_t kind,
                        sid_schedule schedule, uint64_t steps, double *rows) {
  const sid_problem *problem = &subject->problem;
  const exact_run run = {.problem = problem,
                         .dynamics =
                             exact_dynamics(kind, problem->noise == SID_NOISE_SAMPLES ? 2 : 1),
                         .schedule = schedule,
                         .x = exact_point,
                         .seed = 9,
                         .steps = steps,
                         .observables = exact_state,
                         .observable_count = 1};
  return exact_rows(context, subject->name, &run, 1, rows);
}

/* u of SGD+WD at el = 1/2, w without WD at eta (1-el)^-(2t+1) = 2 eta 4^t: u_t = 2^-t w_t, bit for
 * bit, with every noise (il Appendix B, exponent corrected: E23). Also eta 4^t, the printed
 * schedule, is SGD+WD with half the rate and el = 1/2. */
static void exact_exponential_bits(vf_context *context) {
  enum { STEPS = 200 }; /* ratio2 squares |w|^2, and |w| grows like 2^t */
  exact_subject subjects[EXACT_SUBJECTS];
  const size_t count = exact_subjects(context, subjects);
  double decayed[EXACT_DIM * (STEPS + 1)], grown[EXACT_DIM * (STEPS + 1)];
  for (size_t s = 0; s < count; s++)
    for (int printed = 0; printed < 2; printed++) {
      const uint32_t p = subjects[s].problem.dim;
      const double eta = .125;
      sid_segment segment;
      const sid_schedule constant =
          exact_constant(&segment, printed ? eta / 2 : eta, printed ? 1 / eta : .5 / eta);
      const sid_schedule exponential = {
          .kind = SID_EXPONENTIAL, .lr = printed ? eta : 2 * eta, .factor = 4.0};
      char name[EXACT_NAME];
      if (!exact_states(context, subjects + s, SID_SGD, constant, STEPS, decayed)) continue;
      if (!exact_states(context, subjects + s, SID_SGD, exponential, STEPS, grown)) continue;
      for (size_t k = 0; k < p * (size_t)(STEPS + 1); k++)
        grown[k] = ldexp(grown[k], -(int)(k / p));
      (void)snprintf(name, sizeof name, "%.50s, el=1/2, rate %.50s", subjects[s].name,
                     printed ? "eta 4^t = WD with eta/2" : "2 eta 4^t");
      vf_same_bits(context, name, grown, decayed, p * (size_t)(STEPS + 1));
    }
}

typedef struct {
  double eta, lam;
  int steps;
  const char *key;
} exact_exponential_case;

static const exact_exponential_case exact_exponential_cases[] = {
    {.1, .1, 20, "x8.x-over-y.eta-0.1.lam-0.1.steps-20"},
    {.2, .25, 10, "x8.x-over-y.eta-0.2.lam-0.25.steps-10"},
    {.5, 1.0, 20, "x8.x-over-y.eta-0.5.lam-1.steps-20"}};

/* E23. x/y of SGD+WD against 60 digits of the right and of the printed exponential schedule; and
 * ref/'s own exponential schedules, right and printed, against both. */
static void exact_erratum_exponent(vf_context *context) {
  const double x[2] = {.6, .8};
  for (size_t k = 0; k < 3; k++) {
    const exact_exponential_case *one = exact_exponential_cases + k;
    const double keep = 1.0 - one->eta * one->lam, factor = 1.0 / (keep * keep);
    const uint64_t steps = (uint64_t)one->steps;
    const double right = vf_expected(context, one->key),
                 printed = exact_key(context, "%s.printed", one->key);
    const exact_ratio2 path = {one->eta / keep, factor, 1.0, x[0], x[1], one->steps};
    const exact_ratio2 wrong = {one->eta, factor, 1.0, x[0], x[1], one->steps};
    const double tolerance = 2.0 * exact_conditioning(&path) * fabs(right);
    const double decayed = exact_slope_after(context, one->key, x, one->eta, 1.0, one->lam, steps);
    const double grown =
        exact_slope_after(context, one->key, x, one->eta / keep, factor, 0.0, steps);
    const double misgrown = exact_slope_after(context, one->key, x, one->eta, factor, 0.0, steps);
    vf_erratum(context, one->key, decayed, right, printed, tolerance, exact_growth);
    vf_erratum(context, one->key, grown, right, printed, tolerance, exact_growth);
    vf_within_relative(context, one->key, misgrown, printed, 2.0 * exact_conditioning(&wrong),
                       exact_growth);
  }
}

/* Angle between the directions after time T = 4 of dU = -(eta grad L + el U) dt and dW = -e^(2 el
 * t) eta grad L dt, both by Euler's method with m steps per unit of time (GD with rate eta/m), and
 * the logarithm of |W|^2 e^(-2 el T)/|U|^2. */
static int exact_flow_gap(int m, double *angle, double *norm) {
  const sid_problem problem = {.kind = SID_RAYLEIGH, .dim = 3, .matrix = exact_matrix};
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  const double eta = .3, el = .1;
  double u[3], w[3], work[EXACT_WORK];
  exact_scaled_point(&problem, 1.0, u);
  exact_scaled_point(&problem, 1.0, w);
  for (int k = 0; k < 4 * m; k++) {
    const double rate = exp(2.0 * el * k / m) * eta / m;
    if (sid_step(&problem, &gd, eta / m, el / eta, u, NULL, work) ||
        sid_step(&problem, &gd, rate, 0.0, w, NULL, work))
      return 0;
  }
  *angle = sid_angle(u, w, 3, work);
  *norm = log(exact_dot(w, w, 3) / exact_dot(u, u, 3)) - 2.0 * el * 4.0;
  return 1;
}

/* il Lemma B.4 without noise: U = e^(-el t) W. The gaps of Euler's method are power series in 1/m
 * without a constant. 4 m steps of 40 roundings make the rounding. */
static void exact_lemma_b4_flow(vf_context *context) {
  enum { COUNT = 6 };
  double angle[COUNT], norm[COUNT];
  for (int k = 0; k < COUNT; k++)
    if (!exact_flow_gap(16 << k, angle + k, norm + k)) vf_error(context, "flow", "a step failed");
  const double rounding = 4.0 * (16 << (COUNT - 1)) * 40.0 * EXACT_ULP;
  vf_limit(context, "angle, rayleigh p=3 eta=0.3 el=0.1 T=4, m=16..512", angle, COUNT, 1, 0.0,
           rounding, 1e-9);
  vf_limit(context, "ln |W|^2 e^(-2 el T)/|U|^2, same", norm, COUNT, 1, 0.0, rounding, 1e-9);
}

typedef struct {
  double eta, el, tr, norm4, t;
  const char *key;
} exact_b4_case;

/* |W|^4 at time t under dW = -e^(2 el t) eta Sigma^(1/2) dB by m steps per unit: fixed-length noise
 * has |g|^2 = tr exactly, so no chance enters. Steps of rate e^(2 el t) eta/m with noise sqrt(m)
 * times as long have the variance of Brownian increments. */
static int exact_b4_norm4(const exact_b4_case *one, int m, double *norm4) {
  const sid_problem problem = {
      .kind = SID_NOISE_ONLY, .noise = SID_NOISE_SPHERE, .dim = 2, .sigma = sqrt(one->tr * m)};
  const sid_dynamics sgd = exact_dynamics(SID_SGD, 1);
  double x[2] = {.6 * pow(one->norm4, .25), .8 * pow(one->norm4, .25)}, work[EXACT_WORK];
  sid_stream stream = exact_stream(9);
  const int steps = (int)(one->t * m);
  for (int k = 0; k < steps; k++)
    if (sid_step(&problem, &sgd, exp(2.0 * one->el * k / m) * one->eta / m, 0.0, x, &stream, work))
      return 0;
  const double r = exact_dot(x, x, 2);
  *norm4 = r * r;
  return 1;
}

/* il Lemma B.4 with noise: gamma = |W|^4 e^(-4 el t)/eta^2 obeys (10). Limit of m -> infinity. */
static void exact_lemma_b4_gamma(vf_context *context) {
  enum { COUNT = 7 };
  static const exact_b4_case cases[] = {
      {.1, .05, 2.0, .07, 10, "x8.lemma-b4.gamma.eta-0.1.el-0.05.tr-2.norm4-0.07.t-10"},
      {.02, .01, .81, 1.0, 30, "x8.lemma-b4.gamma.eta-0.02.el-0.01.tr-0.81.norm4-1.t-30"}};
  for (size_t k = 0; k < 2; k++) {
    const exact_b4_case *one = cases + k;
    const double expected = vf_expected(context, one->key);
    double value[COUNT], norm4 = (double)NAN;
    for (int i = 0; i < COUNT; i++) {
      if (!exact_b4_norm4(one, 4 << i, &norm4)) vf_error(context, one->key, "a step failed");
      value[i] = norm4 * exp(-4.0 * one->el * one->t) / (one->eta * one->eta);
    }
    const double rounding = one->t * (4 << (COUNT - 1)) * 30.0 * EXACT_ULP * expected;
    vf_limit(context, one->key, value, COUNT, 1, expected, rounding, 1e-8 * expected);
  }
}

/* E24. Without noise and at t = 0 the loss falls at the rate eta |grad L|^2; the proof's line 2 has
 * it rise at |grad L|^2. Derivative by one-sided differences of GD with weight decay el/eta,
 * combined to second order; the error is below the change from doubling h. */
static void exact_erratum_b4_proof(vf_context *context) {
  const double spectrum[3] = {1, 2, 4}, start[3] = {1, .5, .25}, eta = .1, el = .05;
  const sid_problem problem = {.kind = SID_RAYLEIGH, .dim = 3, .spectrum = spectrum};
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  double loss[4], slope[2], g[3], work[EXACT_WORK];
  for (int k = 0; k < 4; k++) { /* after times 0, h/4, h/2, h */
    double x[3] = {start[0], start[1], start[2]};
    if (k && sid_step(&problem, &gd, eta * ldexp(1.0, k - 13), el / eta, x, NULL, work))
      vf_error(context, "E24", "a step failed");
    loss[k] = sid_problem_loss(&problem, x, work);
  }
  for (int k = 0; k < 2; k++)
    slope[k] = (4 * loss[k + 1] - loss[k + 2] - 3 * loss[0]) / ldexp(1.0, k - 11);
  sid_problem_gradient(&problem, start, g, work);
  const double g2 = exact_dot(g, g, 3);
  vf_erratum(context, "dL/dt, A=diag(1,2,4) U=(1,.5,.25) eta=0.1", slope[0], -eta * g2, g2,
             fabs(slope[1] - slope[0]) + 1e-11,
             "second-order difference, its change from 2h to h, and rounding 8 2^-53/h");
}

/* ---- x9: GD+WD is projected GD on the sphere ---- */

static const int32_t exact_rate_observables[] = {SID_NORM2, SID_GRAD_NORM2, SID_EFFECTIVE_LR};
static const int32_t exact_rate_state[] = {SID_EFFECTIVE_LR, SID_X};

/* eos Lemma 3.1: th+ = Proj(th - et grad L(th)), et = eta/((1-el)|w|^2), for every loss. */
static void exact_projected_step(vf_context *context) {
  const double eta = .1, lam = .5;
  for (size_t b = 0; b < EXACT_LOSSES; b++) {
    const sid_problem *problem = &exact_bases[b].problem;
    const uint32_t p = problem->dim;
    const sid_dynamics gd = exact_dynamics(SID_GD, 1);
    double x[EXACT_DIM], th[EXACT_DIM], g[EXACT_DIM], work[EXACT_WORK], worst = 0.0;
    exact_scaled_point(problem, 1.0, x);
    for (int t = 0; t < 20; t++) {
      const double r = exact_dot(x, x, p), rate = eta / ((1.0 - eta * lam) * r);
      for (uint32_t j = 0; j < p; j++) th[j] = x[j] / sqrt(r);
      sid_problem_gradient(problem, th, g, work);
      for (uint32_t j = 0; j < p; j++) th[j] -= rate * g[j];
      if (sid_step(problem, &gd, eta, lam, x, NULL, work))
        vf_error(context, exact_bases[b].name, "a step failed");
      const double length = sqrt(exact_dot(th, th, p)), after = sqrt(exact_dot(x, x, p));
      const double unit = EXACT_ULP * (1.0 + rate * exact_bases[b].loss_size) /
                          length; /* relative to the new length */
      for (uint32_t j = 0; j < p; j++)
        worst = fmax(worst, fabs(th[j] / length - x[j] / after) / unit);
    }
    vf_within(context, exact_bases[b].name, worst, 0.0, exact_roundings(problem), exact_basis);
  }
}

/* 1/et+ = (1-el)^2 (1/et + et |grad L(th)|^2) along runs, by the observables effective_lr =
 * eta/|w|^2 and grad_norm2 = |grad L(th)|^2/|w|^2. */
static void exact_rate_recursion(vf_context *context) {
  enum { STEPS = 200 };
  const double eta = .1, lam = .5, keep = 1.0 - eta * lam;
  for (size_t b = 0; b < EXACT_LOSSES; b++) {
    sid_segment segment;
    const exact_run run = {.problem = &exact_bases[b].problem,
                           .dynamics = exact_dynamics(SID_GD, 1),
                           .schedule = exact_constant(&segment, eta, lam),
                           .x = exact_point,
                           .seed = 1,
                           .steps = STEPS,
                           .observables = exact_rate_observables,
                           .observable_count = 3};
    double rows[3 * (STEPS + 1)], worst = 0.0;
    if (!exact_rows(context, exact_bases[b].name, &run, 1, rows)) continue;
    for (size_t t = 0; t < STEPS; t++) {
      const double *row = rows + 3 * t, inverse = keep / row[2], g2 = row[1] * row[0];
      const double next = keep * keep * (inverse + g2 / inverse),
                   unit = EXACT_ULP * (next + exact_bases[b].loss_size);
      worst = fmax(worst, fabs(keep / row[5] - next) / unit);
    }
    vf_within(context, exact_bases[b].name, worst, 0.0, exact_roundings(run.problem), exact_basis);
  }
}

typedef struct {
  double th0, et0, el;
  const char *suffix;
} exact_rate_case;

/* Only (th0, et0, el) matter: two choices of |w_0| with eta and lam to match have the slopes x/y
 * and rates of the recursion on the sphere, known to 60 digits. */
static void exact_rate_digits(vf_context *context) {
  static const exact_rate_case cases[] = {{.9, 1.5, .05, "th0-0.9.et0-1.5.el-0.05"},
                                          {1.2, .9, .1, "th0-1.2.et0-0.9.el-0.1"}};
  static const size_t times[] = {1, 5, 20};
  for (int k = 0; k < 4; k++) {
    const exact_rate_case *one = cases + k / 2;
    const double size = k % 2 ? 1.7 : 1.0, keep = 1.0 - one->el,
                 eta = one->et0 * keep * size * size;
    const double x[2] = {size * cos(one->th0), size * sin(one->th0)};
    sid_segment segment;
    const exact_run run = {.problem = &exact_toy->problem,
                           .dynamics = exact_dynamics(SID_GD, 1),
                           .schedule = exact_constant(&segment, eta, one->el / eta),
                           .x = x,
                           .steps = 20,
                           .observables = exact_rate_state,
                           .observable_count = 2};
    double rows[3 * 21];
    if (!exact_rows(context, one->suffix, &run, 1, rows)) continue;
    for (int i = 0; i < 3; i++) {
      const exact_ratio2 path = {eta, 1.0, keep, x[0], x[1], (int)times[i]};
      const double tolerance = 2.0 * exact_conditioning(&path), *row = rows + 3 * times[i];
      char name[EXACT_NAME], key[EXACT_NAME];
      (void)snprintf(name, sizeof name, "%.50s |w_0|=%g step %d", one->suffix, size, (int)times[i]);
      (void)snprintf(key, sizeof key, "x9.x-over-y.%.50s.step-%d", one->suffix, (int)times[i]);
      vf_within_relative(context, name, row[1] / row[2], vf_expected(context, key), tolerance,
                         exact_growth);
      (void)snprintf(key, sizeof key, "x9.et.%.50s.step-%d", one->suffix, (int)times[i]);
      vf_within_relative(context, name, row[0] / keep, vf_expected(context, key), tolerance,
                         exact_growth);
    }
  }
}

/* ---- x10: the toy as a map of the plane ---- */

/* J = (1-el) I - eta H by Hessian-vector products, row by row (H is symmetric). */
static void exact_jacobian(const double *x, double eta, double lam, double j[2][2]) {
  for (int i = 0; i < 2; i++) {
    const double unit[2] = {i == 0, i == 1};
    double work[EXACT_WORK];
    sid_problem_hessian_vector(&exact_toy->problem, x, unit, j[i], work);
    for (int k = 0; k < 2; k++) j[i][k] = (1.0 - eta * lam) * (i == k) - eta * j[i][k];
  }
}

static double exact_determinant(double j[2][2]) { return j[0][0] * j[1][1] - j[0][1] * j[1][0]; }

/* det J = (x'/x)(y'/y), so dln|x| dln|y| is preserved for any eta, lam: against 60 digits, and
 * against one step of gd. Terms are below eta^2 |H|^2 <= (8 eta/r)^2. */
static void exact_area(vf_context *context) {
  static const double points[][2] = {{.1, 1}, {.05, .3}, {.3, .2}}, etas[] = {.1, .2};
  static const char *const suffixes[] = {"x-0.1.y-1", "x-0.05.y-0.3", "x-0.3.y-0.2"};
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  for (int k = 0; k < 6; k++) {
    const double eta = etas[k / 3], *x = points[k % 3], r = exact_dot(x, x, 2),
                 term = 1.0 + 8.0 * eta / r;
    double j[2][2], after[2] = {x[0], x[1]}, work[EXACT_WORK];
    char key[EXACT_NAME];
    (void)snprintf(key, sizeof key, "x10.det-j.eta-%g.lam-0.5.%.50s", eta, suffixes[k % 3]);
    exact_jacobian(x, eta, .5, j);
    vf_within(context, key, exact_determinant(j), vf_expected(context, key),
              24.0 * EXACT_ULP * term * term, "24 roundings of 2^-53 of (1 + 8 eta/r)^2");
    if (sid_step(&exact_toy->problem, &gd, eta, .5, after, NULL, work))
      vf_error(context, key, "a step failed");
    vf_within(context, key, after[0] / x[0] * (after[1] / x[1]), vf_expected(context, key),
              24.0 * EXACT_ULP * term * term, "24 roundings of 2^-53 of (1 + 8 eta/r)^2");
  }
}

/* det J by symmetric differences of the step itself: a power series in h^2. */
static void exact_area_of_step(vf_context *context) {
  enum { COUNT = 5 };
  const double x[2] = {.3, .2}, eta = .1, lam = .5, term = 1.0 + 8.0 * eta / .13;
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  double value[COUNT];
  for (int k = 0; k < COUNT; k++) {
    const double h = ldexp(1.0, -7 - k);
    double j[2][2], work[EXACT_WORK];
    for (int i = 0; i < 2; i++) {
      double up[2] = {x[0] + (i == 0) * h, x[1] + (i == 1) * h};
      double down[2] = {x[0] - (i == 0) * h, x[1] - (i == 1) * h};
      if (sid_step(&exact_toy->problem, &gd, eta, lam, up, NULL, work) ||
          sid_step(&exact_toy->problem, &gd, eta, lam, down, NULL, work))
        vf_error(context, "area", "a step failed");
      for (int c = 0; c < 2; c++) j[i][c] = (up[c] - down[c]) / (2.0 * h);
    }
    value[k] = exact_determinant(j);
  }
  vf_limit(context, "eta=0.1 lam=0.5 at (0.3, 0.2)", value, COUNT, 2,
           vf_expected(context, "x10.det-j.eta-0.1.lam-0.5.x-0.3.y-0.2"),
           24.0 * EXACT_ULP * term * ldexp(1.0, 6 + COUNT), 1e-6);
}

/* Period two: gd takes (x, y) to (-x, y) where x^2 = lam eta^2/2 and r = eta. The trace of two
 * steps' Jacobian is between -2 and 2: elliptic, hence the islands of il9. */
static void exact_orbit(vf_context *context) {
  static const char *const suffixes[] = {"eta-0.1.lam-0.5", "eta-0.2.lam-0.5"};
  static const double etas[] = {.1, .2};
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  for (int k = 0; k < 2; k++) {
    const double x = exact_key(context, "x10.orbit.x.%s", suffixes[k]),
                 y = exact_key(context, "x10.orbit.y.%s", suffixes[k]);
    const double eta = etas[k], start[2] = {x, y}, mirror[2] = {-x, y};
    double state[2] = {x, y}, work[EXACT_WORK], one[2][2], two[2][2];
    for (int t = 1; t <= 2; t++) {
      if (sid_step(&exact_toy->problem, &gd, eta, .5, state, NULL, work))
        vf_error(context, suffixes[k], "a step failed");
      vf_within(context, suffixes[k], state[0], t == 1 ? -x : x, 20.0 * EXACT_ULP * t,
                "20 roundings a step of terms below 1");
      vf_within(context, suffixes[k], state[1], y, 20.0 * EXACT_ULP * t,
                "20 roundings a step of terms below 1");
    }
    exact_jacobian(start, eta, .5, one);
    exact_jacobian(mirror, eta, .5, two);
    const double trace = two[0][0] * one[0][0] + two[0][1] * one[1][0] + two[1][0] * one[0][1] +
                         two[1][1] * one[1][1];
    vf_within(context, suffixes[k], trace,
              exact_key(context, "x10.orbit.trace-of-two-steps.%s", suffixes[k]),
              4.0 * 24.0 * 81.0 * EXACT_ULP,
              "24 roundings in each of 4 products of terms below 1 + 8 eta/r = 9");
  }
}

/* Along a chaotic run: sum of ln|det J| = ln|x_K y_K/(x_0 y_0)|. Each of the K logarithms errs by
 * the roundings of its determinant over its value; the sum of these bounds is the tolerance. */
static void exact_area_along_run(vf_context *context) {
  enum { STEPS = 10000 };
  const double eta = .1, lam = .5, start[2] = {.1, 1};
  const sid_dynamics gd = exact_dynamics(SID_GD, 1);
  double x[2] = {start[0], start[1]}, sum = 0.0, bound = 0.0, work[EXACT_WORK];
  for (int t = 0; t < STEPS; t++) {
    double j[2][2];
    exact_jacobian(x, eta, lam, j);
    const double determinant = fabs(exact_determinant(j)),
                 term = 1.0 + 8.0 * eta / exact_dot(x, x, 2);
    sum += log(determinant);
    bound += EXACT_ULP * (24.0 * term * term / determinant + 4.0);
    if (sid_step(&exact_toy->problem, &gd, eta, lam, x, NULL, work))
      vf_error(context, "run", "a step failed");
  }
  vf_within(context, "eta=0.1 lam=0.5 from (0.1, 1), 10000 steps", sum,
            log(fabs(x[0] * x[1] / (start[0] * start[1]))), bound,
            "24 roundings of each determinant over its value");
}

/* ---- table ---- */

static const vf_check table[] = {
    {"X1.powers-of-two", "il, Lemmas 3.1, B.1; fm, Lemma 2.4; svag, Lemma D.6",
     "L, gradient, noise, Hessian and covariance have degrees 0, -1, -1, -2, -2: bit for bit",
     VF_QUICK, exact_powers_of_two},
    {"X1.other-factors", "il, Lemmas 3.1, B.1; fm, Lemma 2.4; svag, Lemma D.6",
     "the same degrees for factors that are no powers of two", VF_QUICK, exact_other_factors},
    {"X1.tangential", "fm, Lemma 2.5; il, Lemma B.1; svag, Corollary D.7",
     "<x, grad L> = 0 and x^T Sigma x = 0, draw by draw", VF_QUICK, exact_tangential},
    {"X1.euler", "svag, Lemma D.1", "H x = -grad L, x^T H grad L = -|grad L|^2, H symmetric",
     VF_QUICK, exact_euler},
    {"X1.derivatives", "il, Section 3",
     "the gradient is the derivative of the loss, H v that of the gradient", VF_QUICK,
     exact_derivatives},
    {"X1.covariance", "il, Lemma B.1; nrq, (5)",
     "Rademacher noise has covariance P S S P/|x|^2, by enumeration", VF_QUICK,
     exact_covariance_by_enumeration},
    {"X1.samples", "il, Section 3; fm, (2)",
     "a batch of B samples has mean grad L and covariance Sigma/B, by enumeration", VF_QUICK,
     exact_covariance_of_samples},
    {"X1.draws", "nrq, (4), (5); il, (3); svag, (2)",
     "every noise draw is the stated linear image of its normals", VF_QUICK, exact_draws},
    {"errata.x1-lemma-b1-square", "il, Lemma B.1", "w^T Sigma w is the square of |Sigma^(1/2) w|",
     VF_QUICK, exact_erratum_square},
    {"errata.x1-nrq-gradient-scaling", "nrq, (6)", "g(k x) = g(x)/k", VF_QUICK,
     exact_erratum_degree},
    {"X2.norm-recursion", "svag, (13); il, Theorem 5.1",
     "|x+|^2 = (1-el)^2 |x|^2 + eta^2 |g|^2 in every step", VF_QUICK, exact_norm_recursion},
    {"X2.norm-along-run", "svag, (13)",
     "the same along runs of GD, across a change of schedule and a rescaling", VF_QUICK,
     exact_norm_run},
    {"X2.second-order-drift", "svag, (28)",
     "drift of the second-order SDE: weight decay and loss do not mix", VF_QUICK,
     exact_second_order_drift},
    {"X2.run-of-steps", "il, (2); spec sections 9 and 10",
     "a trajectory is its steps, with streams (1, i) and (2, i)", VF_QUICK, exact_run_of_steps},
    {"X3.step-angle", "nrq, (13)", "tan D = eta |g|/((1-el)|x|) in every step", VF_QUICK,
     exact_step_angle},
    {"errata.x3-angle-factor", "nrq, (13)", "the factor 1-el belongs into the angle", VF_QUICK,
     exact_erratum_angle},
    {"X4.angle-sum", "il, Section 5.1; nrq, Section 2.2",
     "mean of -ln cos D = -ln(1-el) + ln(R_K/R_0)/(2K) on every run", VF_QUICK, exact_angle_sum},
    {"X5.stationary-balance", "svag, (13), (14)", "(2-el) lam E R = eta (E G + E N)", VF_QUICK,
     exact_stationary_balance},
    {"X5.orbit-balance", "svag, (14)", "the balance on the period-two orbit of GD", VF_QUICK,
     exact_balance_on_orbit},
    {"X6.fixed-length", "il, Section 5.1; nrq, Section 2.2",
     "R+ = (1-el)^2 R + eta^2 s^2/R, its fixed point and angle", VF_QUICK, exact_fixed_length},
    {"X6.multiplier", "il, Section 5.1", "deviations of R^2 shrink by 2(1-el)^2 - 1 per step",
     VF_QUICK, exact_fixed_multiplier},
    {"X7.rescaling", "il, (8); nrq, Corollary 3",
     "x -> c x, eta -> c^2 eta, lam -> lam/c^2 changes no direction: bit for bit", VF_QUICK,
     exact_rescaling_general},
    {"X7.fm-canonical", "fm, (9)", "eta~ = lam~ = sqrt(el), x~ = (lam/eta)^(1/4) x: bit for bit",
     VF_QUICK, exact_rescaling_canonical},
    {"X7.fm-remark", "fm, Remark 4.2",
     "eta/sqrt(C), sqrt(C) lam, C^(-1/4) x in the SDE: bit for bit, C = 16", VF_QUICK,
     exact_rescaling_remark},
    {"X7.other-factors", "fm, (9); nrq, Corollary 3",
     "the same for a factor that is no power of two", VF_QUICK, exact_rescaling_other},
    {"X7.direction", "fm, (9)", "20 steps of GD, plain and rescaled, against 60 digits", VF_QUICK,
     exact_rescaling_digits},
    {"X8.exponential-bits", "il, Appendix B, Connection to Exp LR schedule",
     "SGD+WD has the directions of eta (1-el)^-(2t+1): bit for bit", VF_QUICK,
     exact_exponential_bits},
    {"errata.x8-exp-lr-exponent", "il, Appendix B, Connection to Exp LR schedule",
     "the exponent is -(2t+1), not -2t", VF_QUICK, exact_erratum_exponent},
    {"X8.lemma-b4-flow", "il, Lemma B.4",
     "U = e^(-el t) W for the gradient flows with WD and with rate e^(2 el t)", VF_QUICK,
     exact_lemma_b4_flow},
    {"X8.lemma-b4-gamma", "il, Lemma B.4", "gamma = |W|^4 e^(-4 el t)/eta^2 obeys (10)", VF_QUICK,
     exact_lemma_b4_gamma},
    {"errata.x8-lemma-b4-proof", "il, Appendix B, proof of Lemma B.4",
     "the factor -eta of the drift, dropped in line 2", VF_QUICK, exact_erratum_b4_proof},
    {"X9.projected-step", "eos, Lemma 3.1",
     "GD+WD is projected GD on the sphere with rate eta/((1-el)|w|^2)", VF_QUICK,
     exact_projected_step},
    {"X9.rate-recursion", "eos, Section 3",
     "1/et+ = (1-el)^2 (1/et + et |grad L(th)|^2) along runs", VF_QUICK, exact_rate_recursion},
    {"X9.only-rate-matters", "eos, Lemma 3.1",
     "direction and rate depend on th_0, et_0 and el alone: against 60 digits", VF_QUICK,
     exact_rate_digits},
    {"X10.area", "il, Section 4", "det J = (x'/x)(y'/y) of the map of GD+WD on the toy", VF_QUICK,
     exact_area},
    {"X10.area-of-step", "il, Section 4", "the same by differences of the step itself", VF_QUICK,
     exact_area_of_step},
    {"X10.orbit", "il, Section 4", "period two at x^2 = lam eta^2/2, r = eta, elliptic", VF_QUICK,
     exact_orbit},
    {"X10.area-along-run", "il, Section 4",
     "sum of ln|det J| = ln|x_K y_K/(x_0 y_0)| along a chaotic run", VF_QUICK,
     exact_area_along_run},
};

VF_ROW(identities, table);

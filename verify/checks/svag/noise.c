/* Checks of "On the Validity of Modeling SGD with Stochastic Differential Equations" (svag, 003):
 * noise that is not Gaussian (rows svag5, svag9, svag11), learning rate schedules (svag8), gradient
 * descent against gradient flow (svag10) and the critical batch size (svag7), with the errata of
 * these rows. The error decomposition of svag10 is in svag.c, with the steps that it shares with
 * rows svag1 to svag4.
 *
 * Noise is removed where it can be: the draws of a step are read from a copy of its stream, so that
 * a real step becomes a known function of its counts or members; laws at a later time follow by
 * exact recursion of moments. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness/check.h"
#include "harness/estimators.h"

enum {
  FEATURES = 4, /* coordinates of the regression */
  MEMBERS = 24, /* and its samples */
  WORK = 512,   /* doubles of workspace that suffice here */
  MOMENTS = 5,  /* E x^0 .. E x^4 */
  TEXT = 192,
  SEED = 2022
};

static const double unit_roundoff = 0x1p-53;

static double number(const char *text) { return strtod(text, NULL); }

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Formatted text for an instance. */
static void say(char text[TEXT], const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, TEXT, format, arguments);
  va_end(arguments);
}

static double integer_power(double base, uint32_t n) {
  double value = 1.0;
  while (n-- > 0) value *= base;
  return value;
}

static double plain_dot(const double *a, const double *b, uint32_t p) {
  double total = 0.0;
  for (uint32_t j = 0; j < p; j++) total += a[j] * b[j];
  return total;
}

static sid_dynamics dynamics_of(int32_t kind, uint32_t count, uint32_t batch) {
  const sid_dynamics dynamics = {.kind = kind, .l = count, .substeps = count, .batch = batch};
  return dynamics;
}

static sid_stream stream_at(uint64_t place) {
  const uint64_t key[2] = {SID_KEY_NOISE, place};
  sid_stream stream;
  sid_stream_init(&stream, SEED, key, 2);
  return stream;
}

/* The state `to` after one step from `from`; the stream moves on. */
static void real_step(vf_context *context, const sid_problem *problem, sid_dynamics dynamics,
                      double lr, double wd, const double *from, sid_stream *stream, double *to) {
  double work[WORK];
  if (sid_step_workspace(problem, &dynamics) > WORK) {
    vf_error(context, "one step", "the instance is larger than WORK");
    return;
  }
  memcpy(to, from, problem->dim * sizeof *to);
  const sid_status status = sid_step(problem, &dynamics, lr, wd, to, stream, work);
  if (status) vf_error(context, "one step", sid_status_text(status));
}

/* An ensemble from one start; its rows go to `rows`. 0, or -1 after an error. */
typedef struct {
  const char *name;
  sid_problem problem;
  sid_dynamics dynamics;
  sid_schedule schedule;
  const double *x0; /* NULL: on the unit sphere */
  uint64_t steps, trajectories;
  const uint64_t *checkpoints;
  uint32_t checkpoint_count;
  const int32_t *observables;
  uint32_t observable_count;
} run_plan;

static int run_all(vf_context *context, const run_plan *plan, double *rows) {
  const sid_experiment experiment = {
      .problem = plan->problem,
      .dynamics = plan->dynamics,
      .schedule = plan->schedule,
      .start = {.kind = plan->x0 ? SID_START_POINT : SID_START_SPHERE,
                .x = plan->x0,
                .size = plan->x0 ? 0.0 : 1.0},
      .seed = SEED,
      .steps = plan->steps,
      .checkpoints = plan->checkpoints,
      .checkpoint_count = plan->checkpoint_count,
      .observable_count = plan->observable_count,
      .observables = plan->observables};
  const sid_status status = sid_experiment_validate(&experiment);
  if (!status && rows &&
      !vf_ensemble(&experiment, 0, plan->trajectories, vf_jobs(context), rows, NULL))
    return 0;
  vf_error(context, plan->name, status ? sid_status_text(status) : "out of memory");
  return -1;
}

static const int32_t observe_x[] = {SID_X};

static sid_schedule constant_schedule(sid_segment *segment, double lr, double wd) {
  *segment = (sid_segment){0, lr, wd, 1.0};
  const sid_schedule schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = segment};
  return schedule;
}

/* ---- finite families ---- */

static double member_weight(const sid_problem *problem, uint32_t i) {
  return problem->weights ? problem->weights[i] : 1.0 / problem->samples;
}

/* From the data, not from ref/: a x - b, or the gradient (e z - <e z, xh> xh)/|x| of (<z, xh> -
 * y)^2/2. */
static void member_gradient(const sid_problem *problem, uint32_t i, const double *x, double *g) {
  const uint32_t p = problem->dim;
  if (problem->kind == SID_QUADRATIC_SAMPLES) {
    for (uint32_t j = 0; j < p; j++) g[j] = problem->a[i * p + j] * x[j] - problem->b[i * p + j];
    return;
  }
  const double *z = problem->features + (size_t)i * p;
  const double length = sqrt(plain_dot(x, x, p)), along = plain_dot(z, x, p) / length,
               e = along - problem->labels[i];
  for (uint32_t j = 0; j < p; j++) g[j] = e * (z[j] - along * x[j] / length) / length;
}

/* The member that U draws, or `samples` within a millionth of a boundary: there, rounding in the
 * search matters. */
static uint32_t member_drawn(const sid_problem *problem, double u) {
  double low = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    const double high = low + member_weight(problem, i);
    if (u < high) return u > low + 1e-6 && u < high - 1e-6 ? i : problem->samples;
    low = high;
  }
  return problem->samples;
}

/* streams[i*n + j] draws the members i, j next. One walk along a stream meets all pairs. */
static void find_pairs(vf_context *context, const sid_problem *problem, sid_stream *streams) {
  const uint32_t n = problem->samples;
  unsigned char seen[MEMBERS * MEMBERS] = {0};
  uint32_t missing = n * n;
  sid_stream stream = stream_at(0);
  for (uint32_t attempt = 0; missing > 0 && attempt < 1000000; attempt++, sid_stream_raw(&stream)) {
    sid_stream ahead = stream;
    const uint32_t i = member_drawn(problem, sid_stream_uniform(&ahead));
    const uint32_t j = member_drawn(problem, sid_stream_uniform(&ahead));
    if (i == n || j == n || seen[i * n + j]) continue;
    seen[i * n + j] = 1;
    streams[i * n + j] = stream;
    missing--;
  }
  if (missing) vf_error(context, "search for streams", "a pair of members is not drawn");
}

/* ---- one-dimensional families: a step is x <- p x + q with random p, q, so moments map linearly
 * ---- */

/* L_i = a_i x^2/2 - b_i x with weight w_i. */
typedef struct {
  const char *name;
  uint32_t samples;
  const double *weights, *a, *b;
  double x0;
} family;

/* One member in sixteen pulls far to one side, and curvatures differ: skewness 2.8, kurtosis 11 at
 * x0. */
static const double skewed_weights[] = {0.5, 0.25, 0.1875, 0.0625},
                    skewed_a[] = {0.75, 1.0, 1.25, 0.5}, skewed_b[] = {0.25, -0.125, 0.375, -3.5};
/* Symmetric and heavy: third moment 0, kurtosis 16. */
static const double heavy_weights[] = {0.9375, 0.03125, 0.03125}, heavy_a[] = {0.75, 0.75, 0.75},
                    heavy_b[] = {0.0, 4.0, -4.0};
/* The instances a and b of fixtures/. */
static const double weights_a[] = {0.5, 0.3, 0.2}, a_a[] = {0.4, 1.6, 0.9},
                    b_a[] = {-0.5, 0.3, 0.8};
static const double weights_b[] = {0.25, 0.25, 0.125, 0.375}, a_b[] = {1.0, 0.5, 0.25, 1.25},
                    b_b[] = {0.25, -0.75, 0.5, 1.0};
static const family families[] = {{"skewed", 4, skewed_weights, skewed_a, skewed_b, 1.25},
                                  {"symmetric heavy", 3, heavy_weights, heavy_a, heavy_b, -0.75},
                                  {"a", 3, weights_a, a_a, b_a, 1.3},
                                  {"b", 4, weights_b, a_b, b_b, -0.75}};
enum { OWN = 2 }; /* the families of this file come first */

static sid_problem family_problem(const family *f, int32_t noise) {
  const sid_problem problem = {.kind = SID_QUADRATIC_SAMPLES,
                               .noise = noise,
                               .dim = 1,
                               .samples = f->samples,
                               .a = f->a,
                               .b = f->b,
                               .weights = f->weights};
  return problem;
}

/* E u v over the members. */
static double table_mean(const family *f, const double *u, const double *v) {
  double total = 0.0;
  for (uint32_t i = 0; i < f->samples; i++) total += f->weights[i] * u[i] * (v ? v[i] : 1.0);
  return total;
}

typedef struct {
  double weight, p, q;
} affine;

/* The outcomes of a real step of SVAG as affine maps: q is the step from 0, p + q the step from
 * 1. */
typedef struct {
  size_t count;
  affine map[16];
} affine_law;

typedef struct {
  sid_problem problem;
  sid_stream streams[16];
} family_streams;

static affine_law svag_law(vf_context *context, const family_streams *known, uint32_t l, double lr,
                           double wd) {
  const sid_problem *problem = &known->problem;
  const uint32_t n = problem->samples;
  const double zero = 0.0, one = 1.0;
  affine_law law = {.count = (size_t)n * n};
  for (uint32_t k = 0; k < law.count; k++) {
    sid_stream first = known->streams[k], second = known->streams[k];
    double at_zero = 0.0, at_one = 0.0;
    real_step(context, problem, dynamics_of(SID_SVAG, l, 1), lr, wd, &zero, &first, &at_zero);
    real_step(context, problem, dynamics_of(SID_SVAG, l, 1), lr, wd, &one, &second, &at_one);
    law.map[k] = (affine){member_weight(problem, k / n) * member_weight(problem, k % n),
                          at_one - at_zero, at_zero};
  }
  return law;
}

static void known_streams(vf_context *context, const family *f, family_streams *known) {
  known->problem = family_problem(f, SID_NOISE_SAMPLES);
  find_pairs(context, &known->problem, known->streams);
}

static double binomial(uint32_t n, uint32_t k) {
  double value = 1.0;
  for (uint32_t i = 0; i < k; i++) value = value * (n - i) / (i + 1);
  return value;
}

/* `steps` times m_n <- E (p x + q)^n, n <= 4. */
static void recurse_moments(const affine_law *law, uint64_t steps, double *m) {
  double map[MOMENTS][MOMENTS] = {{0.0}};
  for (size_t i = 0; i < law->count; i++)
    for (uint32_t n = 0; n < MOMENTS; n++)
      for (uint32_t k = 0; k <= n; k++)
        map[n][k] += law->map[i].weight * binomial(n, k) * integer_power(law->map[i].p, k) *
                     integer_power(law->map[i].q, n - k);
  for (uint64_t t = 0; t < steps; t++)
    for (uint32_t n = MOMENTS; n-- > 0;) { /* m_n needs only lower ones: in place from above */
      double next = 0.0;
      for (uint32_t k = 0; k <= n; k++) next += map[n][k] * m[k];
      m[n] = next;
    }
}

static void point_moments(double x, double *m) {
  for (uint32_t n = 0; n < MOMENTS; n++) m[n] = integer_power(x, n);
}

/* The canonical SDE over one unit of step time at the learning rate lr, dX = -lr ((A + wd) X - B)
 * dt + lr s(X) dW with s^2 = Var(a X - b): by Ito's formula E X^n has the derivative -lr n ((A +
 * wd) m_n - B m_(n-1)) + (lr^2/2) n (n-1) (Saa m_n - 2 Sab m_(n-1) + Sbb m_(n-2)). Solved by
 * Taylor's series of the exponential in eight pieces of 24 terms: the matrix has a norm below 12 on
 * these instances, and (12/8)^24/24! = 3e-20. */
static void sde_moments(const family *f, double lr, double wd, double *m) {
  const double a = table_mean(f, f->a, NULL), b = table_mean(f, f->b, NULL),
               aa = table_mean(f, f->a, f->a) - a * a, ab = table_mean(f, f->a, f->b) - a * b,
               bb = table_mean(f, f->b, f->b) - b * b;
  for (int piece = 0; piece < 8; piece++) {
    double term[MOMENTS];
    memcpy(term, m, sizeof term);
    for (int order = 1; order <= 24; order++)
      for (uint32_t n = MOMENTS; n-- > 0;) {
        const double first = lr * n, second = 0.5 * lr * lr * n * (n - 1.0);
        double rate = (second * aa - first * (a + wd)) * term[n];
        if (n >= 1) rate += (first * b - 2.0 * second * ab) * term[n - 1];
        if (n >= 2) rate += second * bb * term[n - 2];
        term[n] = rate / (8.0 * order);
        m[n] += term[n];
      }
  }
}

/* ---- svag5: Poisson gradients (Example F.1) ---- */

typedef struct {
  double mean, exp_minus_mean;
} poisson_mean;

/* exp(-1), exp(-1/2) and exp(-3), each the nearest binary64. */
static const poisson_mean means[] = {
    {1.0, 0.36787944117144233}, {0.5, 0.60653065971263342}, {3.0, 0.049787068367863944}};

/* The instances of fixtures/: learning rate, mean and time. */
typedef struct {
  const char *key, *eta, *T;
  poisson_mean mean;
} poisson_case;

static const poisson_case poisson_cases[] = {
    {"eta-0.1.m-1.t-16", "0.1", "16", {1.0, 0.36787944117144233}},
    {"eta-0.25.m-0.5.t-32", "0.25", "32", {0.5, 0.60653065971263342}},
    {"eta-0.05.m-3.t-8", "0.05", "8", {3.0, 0.049787068367863944}}};

static sid_problem poisson_problem(uint32_t p, poisson_mean mean) {
  const sid_problem problem = {.kind = SID_POISSON,
                               .noise = SID_NOISE_POISSON,
                               .dim = p,
                               .mean = mean.mean,
                               .exp_minus_mean = mean.exp_minus_mean};
  return problem;
}

/* The number of uniforms whose running product stays at or above exp(-mean): Knuth's Poisson
 * variable. */
static double poisson_count(sid_stream *stream, double exp_minus_mean) {
  double product = sid_stream_uniform(stream), count = 0.0;
  for (; product >= exp_minus_mean; count++) product *= sid_stream_uniform(stream);
  return count;
}

/* svag, Example F.1: along the linear scaling rule, batch B at the learning rate B eta for T/B
 * steps, the end has one law for every B. The gradient is the same everywhere and the batch takes
 * its counts from the stream in the order of single samples, so for powers of two even the paths
 * agree, bit for bit: sums of integers and dyadic factors. */
static void compare_lsr_paths(vf_context *context, uint32_t p, poisson_mean mean) {
  enum { PATHS = 64, T = 64 };
  static const double x0[3] = {0.5, -1.25, 2.0};
  double single[PATHS * 3], batched[PATHS * 3];
  for (uint32_t batch = 1; batch <= T; batch *= 2) {
    sid_segment segment;
    const uint64_t steps = T / batch;
    const run_plan plan = {.name = "poisson, sgd",
                           .problem = poisson_problem(p, mean),
                           .dynamics = dynamics_of(SID_SGD, 1, batch),
                           .schedule = constant_schedule(&segment, 0x1p-6 * batch, 0.0),
                           .x0 = x0,
                           .steps = steps,
                           .trajectories = PATHS,
                           .checkpoints = &steps,
                           .checkpoint_count = 1,
                           .observables = observe_x,
                           .observable_count = 1};
    char instance[TEXT];
    if (run_all(context, &plan, batch == 1 ? single : batched)) return;
    say(instance, "p=%u mean=%g eta=1/64 T=64 B=%u, end of 64 paths against B=1", p, mean.mean,
        batch);
    if (batch > 1) vf_same_bits(context, instance, single, batched, (size_t)PATHS * p);
  }
}

static void check_svag5_lsr(vf_context *context) {
  compare_lsr_paths(context, 1, means[0]);
  compare_lsr_paths(context, 3, means[1]);
}

/* Mean of values[i] - shift to the power n, n >= 1. */
static vf_moments power_mean(const double *values, size_t count, double shift, uint32_t n,
                             double *room) {
  for (size_t i = 0; i < count; i++) room[i] = integer_power(values[i] - shift, n);
  return vf_moments_of(room, count);
}

/* The counts of ref/ against the definition, one by one, and by their first three cumulants, all
 * equal to the mean. Effects: a count too many; noise of another variance by its half; no
 * skewness. */
static void compare_counts(vf_context *context, uint64_t place, poisson_mean mean) {
  enum { DRAWS = 1 << 17, COMPARED = 4096 };
  static const char *const names[] = {"mean", "variance", "third central moment"};
  const double effects[] = {1.0, 0.5 * mean.mean, mean.mean};
  double *values = malloc(DRAWS * sizeof *values), *room = malloc(DRAWS * sizeof *room),
         defined[COMPARED];
  sid_stream stream = stream_at(place), same = stream;
  char instance[TEXT];
  if (!values || !room) vf_error(context, "counts", "out of memory");
  for (size_t i = 0; values && room && i < DRAWS; i++) {
    values[i] = sid_stream_poisson(&stream, mean.exp_minus_mean);
    if (i < COMPARED) defined[i] = poisson_count(&same, mean.exp_minus_mean);
  }
  if (values && room) {
    say(instance, "mean=%g, the first 4096 counts", mean.mean);
    vf_same_bits(context, instance, values, defined, COMPARED);
  }
  for (uint32_t n = 1; values && room && n <= 3; n++) {
    const vf_moments found = power_mean(values, DRAWS, n == 1 ? 0.0 : mean.mean, n, room);
    say(instance, "mean=%g, %s of the counts", mean.mean, names[n - 1]);
    vf_monte_carlo(context, instance, found.mean, found.standard_error, mean.mean, effects[n - 1],
                   "131072 draws");
  }
  free(values);
  free(room);
}

static void check_svag5_counts(vf_context *context) {
  for (size_t i = 0; i < COUNT(means); i++) compare_counts(context, i, means[i]);
}

/* A step from 0 that draws counts; `take` does it with the next draws of the stream. */
enum { COUNTS = 4 };

typedef struct counted_step {
  double (*take)(vf_context *context, const struct counted_step *step, sid_stream *stream);
  const char *name;
  sid_problem problem;
  sid_dynamics dynamics;
  poisson_mean mean;
  uint32_t draws;
  double eta, unit; /* learning rate of a single sample, and the time of a step in such samples */
} counted_step;

/* What a step does with its counts: D = base + sum_i slope_i n_i. */
typedef struct {
  double base, slope[COUNTS];
  double misfit; /* largest deviation from this form over sum_i |slope_i| n_i */
} count_response;

/* The counts that the stream will give, and their sum. */
static double counts_ahead(const counted_step *step, sid_stream stream, double *n) {
  double total = 0.0;
  for (uint32_t i = 0; i < step->draws; i++) {
    n[i] = poisson_count(&stream, step->mean.exp_minus_mean);
    total += n[i];
  }
  return total;
}

/* D on the first stream that draws a single count in place i, or none at all (i = draws). They turn
 * up within some hundred streams. */
static double single_count(vf_context *context, const counted_step *step, uint32_t i) {
  double n[COUNTS];
  for (uint64_t place = 0; place < 16384; place++) {
    sid_stream stream = stream_at(place);
    const double total = counts_ahead(step, stream, n);
    if (i == step->draws ? total == 0.0 : total == 1.0 && n[i] == 1.0)
      return step->take(context, step, &stream);
  }
  vf_error(context, step->name, "no stream draws these counts");
  return (double)NAN;
}

static count_response respond_to_counts(vf_context *context, const counted_step *step) {
  count_response response = {.base = single_count(context, step, step->draws), .misfit = 0.0};
  for (uint32_t i = 0; i < step->draws; i++)
    response.slope[i] = single_count(context, step, i) - response.base;
  for (uint64_t place = 0; place < 1024; place++) {
    sid_stream stream = stream_at(place);
    double n[COUNTS], fitted = response.base, size = fabs(response.base);
    counts_ahead(step, stream, n);
    for (uint32_t i = 0; i < step->draws; i++) {
      fitted += response.slope[i] * n[i];
      size += fabs(response.slope[i]) * n[i];
    }
    const double off = fabs(step->take(context, step, &stream) - fitted);
    if (size > 0.0) response.misfit = fmax(response.misfit, off / size);
  }
  return response;
}

/* Sum of slope^n: times the mean it is the n-th cumulant of a step, since all cumulants of a count
 * are its mean. */
static double step_cumulant(const counted_step *step, const count_response *response, uint32_t n) {
  double total = 0.0;
  for (uint32_t i = 0; i < step->draws; i++) total += integer_power(response->slope[i], n);
  return total * step->mean.mean;
}

static double take_dynamics(vf_context *context, const counted_step *step, sid_stream *stream) {
  const double zero = 0.0;
  double to = (double)NAN;
  real_step(context, &step->problem, step->dynamics, step->eta * fmax(step->unit, 1.0), 0.0, &zero,
            stream, &to);
  return to;
}

/* Batch B at the learning rate B eta is a step of B units; SVAG takes l steps per unit. */
static counted_step poisson_sgd(poisson_mean mean, double eta, uint32_t batch) {
  const counted_step step = {
      take_dynamics, "sgd", poisson_problem(1, mean), dynamics_of(SID_SGD, 1, batch), mean, batch,
      eta,           batch};
  return step;
}

static counted_step poisson_svag(poisson_mean mean, double eta, uint32_t l) {
  const counted_step step = {
      take_dynamics, "svag", poisson_problem(1, mean), dynamics_of(SID_SVAG, l, 1), mean, 2,
      eta,           1.0 / l};
  return step;
}

/* The n-th cumulant at time T: increments are independent, so cumulants add. */
static double cumulant_at(const counted_step *step, const count_response *response, double T,
                          uint32_t n) {
  const double drift = n == 1 ? response->base : 0.0;
  return T / step->unit * (drift + step_cumulant(step, response, n));
}

static double third_moment(vf_context *context, const counted_step *step, double T) {
  const count_response response = respond_to_counts(context, step);
  return cumulant_at(step, &response, T, 3);
}

/* Steps are linear in their counts, and the cumulants `first` to 4 at time T are those of
 * fixtures/. */
static void compare_cumulants(vf_context *context, const counted_step *step, const poisson_case *c,
                              const char *suffix, uint32_t first) {
  const count_response response = respond_to_counts(context, step);
  const char *group = step->dynamics.kind == SID_SVAG ? "svag" : "lsr";
  char name[TEXT], key[TEXT], instance[TEXT];
  say(name, "%s %s=%g %s", step->name, step->unit < 1.0 ? "l" : "B",
      step->unit < 1.0 ? 1.0 / step->unit : step->unit, c->key);
  say(instance, "%s, relative deviation from a linear function of the counts", name);
  vf_within(context, instance, response.misfit, 0.0, 40.0 * unit_roundoff, "40 roundings of 2^-53");
  for (uint32_t n = first; n <= 4; n++) {
    say(key, "svag5.%s.cumulant-%u.%s%s", group, n, c->key, suffix);
    say(instance, "%s, cumulant %u", name, n);
    vf_within_relative(context, instance, cumulant_at(step, &response, number(c->T), n),
                       vf_expected(context, key), 200.0 * unit_roundoff, "200 roundings of 2^-53");
  }
}

/* svag, Section 5.2 and Example F.1, noise-free: the third central moment after time T is -eta^3 T
 * along the linear scaling rule for every batch, and below one sample too: the l-th part of a
 * sample has counts of mean 1/l at the learning rate (eta/l) l. SVAG has -eta^3 T (3-1/l)/(2l),
 * which goes to that of the SDE, 0. */
static void check_svag5_third_moment(vf_context *context) {
  static const uint32_t ls[] = {1, 2, 4, 16, 64};
  static const char *const columns[] = {"l", "svag", "sgd with samples divided by l"};
  for (size_t i = 0; i < COUNT(poisson_cases); i++) {
    const poisson_case *c = &poisson_cases[i];
    const double eta = number(c->eta), T = number(c->T), scale = integer_power(eta, 3) * T;
    double table[COUNT(ls)][3];
    char text[TEXT];
    for (uint32_t batch = 1; batch <= (c->mean.mean > 2.0 ? 2 : COUNTS); batch++) {
      const counted_step sgd = poisson_sgd(c->mean, eta, batch);
      compare_cumulants(context, &sgd, c, "", 1);
    }
    for (size_t k = 0; k < COUNT(ls); k++) {
      const double l = ls[k], mean = c->mean.mean / l;
      const counted_step svag = poisson_svag(c->mean, eta, ls[k]),
                         part = poisson_sgd((poisson_mean){mean, exp(-mean)}, eta, 1);
      say(text, ".l-%u", ls[k]);
      compare_cumulants(context, &svag, c, text, 2);
      say(text, "svag5.lsr.cumulant-3.%s", c->key);
      const double row[3] = {l, third_moment(context, &svag, T) / scale,
                             third_moment(context, &part, l * T) / scale};
      memcpy(table[k], row, sizeof row);
      const double expected = vf_expected(context, text);
      say(text, "sgd %s, samples divided by %u, cumulant 3", c->key, ls[k]);
      vf_within_relative(context, text, row[2] * scale, expected, 200.0 * unit_roundoff,
                         "200 roundings of 2^-53");
    }
    say(text, "third central moment over eta^3 T, %s", c->key);
    vf_series(context, text, columns, 3, &table[0][0], COUNT(ls));
  }
}

/* svag, (2): a step of the SDE or of noisy GD on this problem is -eta mean + eta sqrt(mean) z, z
 * the mean of m normals times sqrt(m): Gaussian, so its third central moment is 0. Held against the
 * normals of the stream; the sign of the noise is the one of spec section 7. */
static void check_svag5_sde(vf_context *context) {
  static const uint32_t substeps[] = {1, 4};
  const double eta = 0.1, zero = 0.0;
  for (size_t c = 0; c < COUNT(means); c++)
    for (size_t k = 0; k < COUNT(substeps); k++) {
      const uint32_t m = substeps[k];
      const double mean = means[c].mean;
      const sid_problem problem = poisson_problem(1, means[c]);
      double worst = 0.0;
      char instance[TEXT];
      for (uint64_t place = 0; place < 256; place++) {
        sid_stream stream = stream_at(place), ahead = stream;
        double to = (double)NAN, z[1], expected = -eta * mean;
        for (uint32_t q = 0; q < m; q++) {
          sid_stream_normals(&ahead, z, 1);
          expected += eta * sqrt(mean / m) * z[0];
        }
        real_step(context, &problem, dynamics_of(SID_SDE, m, 1), eta, 0.0, &zero, &stream, &to);
        worst = fmax(worst, fabs(to - expected));
      }
      say(instance, "sde m=%u mean=%g eta=0.1, deviation from an affine function of the normals", m,
          mean);
      vf_within(context, instance, worst, 0.0, 60.0 * unit_roundoff,
                "60 roundings of 2^-53 of numbers below 1");
    }
}

/* (x - E x)^3 over real trajectories, T = 4; its variance is mu6 - mu3^2. Effect: the nearest of
 * the other laws. */
static void compare_skewness(vf_context *context, const char *name, sid_dynamics dynamics,
                             double unit, double third, double effect, uint64_t trajectories) {
  static const double x0[] = {0.0};
  const double eta = 0.1, T = 4.0, scale = integer_power(eta, 3) * T;
  const uint64_t steps = (uint64_t)lround(T / unit);
  sid_segment segment;
  const run_plan plan = {.name = name,
                         .problem = poisson_problem(1, means[0]),
                         .dynamics = dynamics,
                         .schedule = constant_schedule(&segment, eta * fmax(1.0, unit), 0.0),
                         .x0 = x0,
                         .steps = steps,
                         .trajectories = trajectories,
                         .checkpoints = &steps,
                         .checkpoint_count = 1,
                         .observables = observe_x,
                         .observable_count = 1};
  double *end = malloc((size_t)trajectories * sizeof *end),
         *room = malloc((size_t)trajectories * sizeof *room);
  char instance[TEXT];
  if (!end || !room) vf_error(context, name, "out of memory");
  if (end && room && !run_all(context, &plan, end)) {
    const vf_moments found = power_mean(end, (size_t)trajectories, -eta * T, 3, room);
    say(instance, "%s mean=1 eta=0.1 T=4, third central moment over eta^3 T", name);
    vf_monte_carlo(context, instance, found.mean / scale, found.standard_error / scale, third,
                   effect, "effect: the nearest of the three other laws");
  }
  free(end);
  free(room);
}

/* svag, Section 5.2 on whole trajectories. SVAG with l = 4 has -(3-1/4)/8. */
static void check_svag5_runs(vf_context *context) {
  const double svag = -2.75 / 8.0;
  const uint64_t n = 1u << 17;
  compare_skewness(context, "sgd B=1", dynamics_of(SID_SGD, 1, 1), 1.0, -1.0, 1.0 + svag, n);
  compare_skewness(context, "sgd B=4", dynamics_of(SID_SGD, 1, 4), 4.0, -1.0, 1.0 + svag, n);
  compare_skewness(context, "svag l=4", dynamics_of(SID_SVAG, 4, 1), 0.25, svag, -svag, n);
  compare_skewness(context, "sde m=1", dynamics_of(SID_SDE, 1, 1), 1.0, 0.0, -svag, n);
}

/* ---- svag5: the Levy SDE (8) ---- */

typedef struct {
  counted_step step; /* first: what take() receives is its address */
  sid_levy_law law;
  double x, h;
} levy_step;

static double take_levy(vf_context *context, const counted_step *step, sid_stream *stream) {
  const levy_step *s = (const levy_step *)step;
  double x = s->x, work[WORK];
  (void)context;
  sid_levy_step(&s->law, &step->problem, s->h, &x, stream, work);
  return x - s->x;
}

static sid_problem quadratic(const double *spectrum) {
  const sid_problem problem = {
      .kind = SID_QUADRATIC_NOISY, .noise = SID_NOISE_NONE, .dim = 1, .spectrum = spectrum};
  return problem;
}

/* A step of length h of dX = -eta grad L dt - eta sigma dZ at x, Z with intensity `rate`. */
static levy_step levy_step_of(sid_problem problem, double eta, double sigma, double rate, double h,
                              double x) {
  const poisson_mean mean = {rate * h, exp(-rate * h)};
  const levy_step step = {{take_levy, "levy", problem, {0}, mean, 1, eta, h},
                          {eta, sigma, mean.mean, mean.exp_minus_mean},
                          x,
                          h};
  return step;
}

/* n-th cumulant at time T from steps x <- p x + q + slope (count - mean): slope^n h (1 - p^(nK))/(1
 * - p^n), K = T/h. */
static double levy_cumulant(vf_context *context, const double *spectrum, double eta, double sigma,
                            double h, double T, uint32_t n) {
  const levy_step at_zero = levy_step_of(quadratic(spectrum), eta, sigma, 1.0, h, 0.0),
                  at_one = levy_step_of(quadratic(spectrum), eta, sigma, 1.0, h, 1.0);
  const count_response zero = respond_to_counts(context, &at_zero.step),
                       one = respond_to_counts(context, &at_one.step);
  const double p = integer_power(1.0 + one.base - zero.base, n);
  return integer_power(zero.slope[0], n) * h * (1.0 - pow(p, T / h)) / (1.0 - p);
}

/* svag, (8) as corrected: dX = -eta grad L dt - eta sigma dZ, Z a compensated Poisson process. On a
 * linear loss with the gradient `mean`, one step of length 1 is a step of SGD on Poisson gradients,
 * count by count. With curvature a, the n-th cumulant at time T is (-eta sigma)^n (1 - e^(-n a eta
 * T))/(n a eta); steps of length h miss it by O(h). */
static void check_svag5_levy(vf_context *context) {
  enum { SIZES = 6 };
  static const double spectrum[] = {1.5};
  const double eta = 0.2, sigma = 0.75, T = 8.0, a = spectrum[0];
  for (size_t c = 0; c < 2; c++) {
    const sid_problem problem = poisson_problem(3, means[c]);
    const sid_levy_law law = {eta, 1.0, means[c].mean, means[c].exp_minus_mean};
    const double zero[3] = {0.0};
    double worst = 0.0, work[WORK];
    char instance[TEXT];
    for (uint64_t place = 0; place < 1024; place++) {
      sid_stream stream = stream_at(place), same = stream;
      double levy[3] = {0.0}, sgd[3] = {0.0};
      sid_levy_step(&law, &problem, 1.0, levy, &stream, work);
      real_step(context, &problem, dynamics_of(SID_SGD, 1, 1), eta, 0.0, zero, &same, sgd);
      for (int j = 0; j < 3; j++) worst = fmax(worst, fabs(levy[j] - sgd[j]));
    }
    say(instance, "poisson p=3 mean=%g eta=0.2, step of length 1 against sgd, 1024 streams",
        means[c].mean);
    vf_within(context, instance, worst, 0.0, 20.0 * unit_roundoff,
              "10 roundings of 2^-53 of numbers below 2");
  }
  for (uint32_t n = 2; n <= 4; n++) {
    const double limit =
        integer_power(-eta * sigma, n) * (1.0 - exp(-(n * a * eta * T))) / (n * a * eta);
    double h[SIZES], error[SIZES];
    char instance[TEXT];
    for (int k = 0; k < SIZES; k++) {
      h[k] = 0.25 / (1 << k);
      error[k] = levy_cumulant(context, spectrum, eta, sigma, h[k], T, n) - limit;
    }
    say(instance, "curvature 1.5 eta=0.2 sigma=0.75 T=8, cumulant %u, order in h=1/4..1/128", n);
    vf_order(context, instance, h, error, SIZES, 1.0);
  }
}

/* (8): print has + sqrt(eta) sigma dZ, so a third central moment +eta^(3/2) T. Measured on SGD and
 * on the law of ref/. */
static void check_errata_levy(vf_context *context) {
  static const double flat[] = {0.0};
  for (size_t i = 0; i < COUNT(poisson_cases); i++) {
    const poisson_case *c = &poisson_cases[i];
    const double eta = number(c->eta), T = number(c->T);
    const counted_step sgd = poisson_sgd(c->mean, eta, 1);
    const levy_step levy = levy_step_of(quadratic(flat), eta, 1.0, c->mean.mean, 1.0, 0.0);
    const double measured[] = {third_moment(context, &sgd, T),
                               third_moment(context, &levy.step, T)};
    char key[TEXT], printed[TEXT], instance[TEXT];
    say(key, "svag5.levy.cumulant-3.%s", c->key);
    say(printed, "%s.printed", key);
    for (int k = 0; k < 2; k++) {
      const double right = vf_expected(context, key);
      say(instance, "%s, third central moment of %s", c->key, k == 0 ? "sgd" : "(8)");
      vf_erratum(context, instance, measured[k], right, vf_expected(context, printed),
                 200.0 * unit_roundoff * fabs(right), "200 roundings of 2^-53");
    }
  }
}

/* ---- the regression: heavy and skewed label noise ---- */

/* 24 samples in 4 dimensions, normal features, labels <z, x*> + (heavy + skewed)/2 of spec
 * section 16. The arrays belong to the caller. */
typedef struct {
  double features[MEMBERS * FEATURES], labels[MEMBERS];
} regression_data;

static sid_problem regression(vf_context *context, regression_data *data) {
  static const double target[FEATURES] = {0.5, -0.5, 0.5, 0.5};
  const uint64_t key[2] = {SID_KEY_DATA, 0};
  double heavy[MEMBERS] = {0.0}, skewed[MEMBERS] = {0.0};
  sid_stream stream;
  sid_stream_init(&stream, SEED, key, 2);
  if (sid_data_fill(&stream, SID_DATA_NORMAL, COUNT(data->features), data->features) ||
      sid_data_fill(&stream, SID_DATA_HEAVY, MEMBERS, heavy) ||
      sid_data_fill(&stream, SID_DATA_SKEWED, MEMBERS, skewed))
    vf_error(context, "regression", "no data");
  for (uint32_t i = 0; i < MEMBERS; i++)
    data->labels[i] = plain_dot(data->features + (size_t)i * FEATURES, target, FEATURES) +
                      0.5 * (heavy[i] + skewed[i]);
  const sid_problem problem = {.kind = SID_NORMALISED_LINEAR,
                               .noise = SID_NOISE_SAMPLES,
                               .dim = FEATURES,
                               .samples = MEMBERS,
                               .features = data->features,
                               .labels = data->labels};
  return problem;
}

static const double x_regression[FEATURES] = {0.75, -0.5, 0.25, 1.0};

/* Footnote 3: the gradient of a batch B is the mean, weight 1/m, of m gradients of batches B/m;
 * print has m/B. With the same draws: weight = <g_B, s>/<s, s>, s the sum of the parts. */
static void compare_weight(vf_context *context, const char *name, const sid_problem *problem,
                           const double *x, uint32_t batch, uint32_t m) {
  double whole[FEATURES], part[FEATURES], sum[FEATURES] = {0.0}, work[WORK];
  char instance[TEXT];
  sid_stream stream = stream_at(1), same = stream;
  sid_problem_noisy_gradient(problem, x, batch, &stream, whole, work);
  for (uint32_t k = 0; k < m; k++) {
    sid_problem_noisy_gradient(problem, x, batch / m, &same, part, work);
    for (uint32_t j = 0; j < problem->dim; j++) sum[j] += part[j];
  }
  say(instance, "%s B=%u m=%u, weight of the parts", name, batch, m);
  vf_erratum(context, instance,
             plain_dot(whole, sum, problem->dim) / plain_dot(sum, sum, problem->dim), 1.0 / m,
             (double)m / batch, 60.0 * unit_roundoff, "60 roundings of 2^-53");
}

static void check_errata_footnote(vf_context *context) {
  regression_data *data = malloc(sizeof *data);
  const sid_problem scalar = family_problem(&families[0], SID_NOISE_SAMPLES),
                    poisson = poisson_problem(3, means[2]);
  if (!data) {
    vf_error(context, "regression", "out of memory");
    return;
  }
  const sid_problem problem = regression(context, data);
  compare_weight(context, "family", &scalar, &families[0].x0, 8, 2);
  compare_weight(context, "family", &scalar, &families[0].x0, 12, 2);
  compare_weight(context, "regression", &problem, x_regression, 8, 2);
  compare_weight(context, "regression", &problem, x_regression, 64, 4);
  compare_weight(context, "poisson", &poisson, x_regression, 8, 2);
  free(data);
}

/* ---- svag11: many small steps, none of them Gaussian ---- */

/* Central moments 2 to 4 of v.g over the members at x. */
static void member_moments(const sid_problem *problem, const double *x, const double *v,
                           double mu[MOMENTS]) {
  double g[MEMBERS], one[FEATURES], mean = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    member_gradient(problem, i, x, one);
    g[i] = plain_dot(one, v, problem->dim);
    mean += member_weight(problem, i) * g[i];
  }
  for (uint32_t n = 0; n < MOMENTS; n++) {
    mu[n] = 0.0;
    for (uint32_t i = 0; i < problem->samples; i++)
      mu[n] += member_weight(problem, i) * integer_power(g[i] - mean, n);
  }
}

/* A problem whose pairs are known, looked at from x along v. */
typedef struct {
  const char *name, *key; /* key: of fixtures/, or NULL */
  sid_problem problem;
  const double *x, *v;
  sid_stream *streams; /* samples^2 */
  double mu[MOMENTS];  /* of v.g over the members */
} noise_view;

typedef struct {
  double skewness, kurtosis;
} shape;

/* Of v.D over all pairs of real SVAG steps D. */
static shape shape_of_step(vf_context *context, const noise_view *view, uint32_t l, double lr) {
  const uint32_t n = view->problem.samples, p = view->problem.dim;
  double change[MEMBERS * MEMBERS], mean = 0.0, mu[MOMENTS] = {0.0};
  for (uint32_t k = 0; k < n * n; k++) {
    sid_stream stream = view->streams[k];
    double to[FEATURES] = {0.0};
    real_step(context, &view->problem, dynamics_of(SID_SVAG, l, 1), lr, 0.0, view->x, &stream, to);
    for (uint32_t j = 0; j < p; j++) to[j] -= view->x[j];
    change[k] = plain_dot(to, view->v, p);
    mean += member_weight(&view->problem, k / n) * member_weight(&view->problem, k % n) * change[k];
  }
  for (uint32_t k = 0; k < n * n; k++)
    for (uint32_t m = 2; m < MOMENTS; m++)
      mu[m] += member_weight(&view->problem, k / n) * member_weight(&view->problem, k % n) *
               integer_power(change[k] - mean, m);
  return (shape){mu[3] / (mu[2] * sqrt(mu[2])), mu[4] / (mu[2] * mu[2])};
}

/* Lemma 4.5 exactly: the combined gradient has variance l s^2, third moment ((3l-1)/2) Lambda and
 * fourth
 * ((l^2+2l-1)/2) mu4 + (3/2)(l-1)^2 s^4. The step has the opposite sign. */
static shape shape_by_formula(const noise_view *view, double l) {
  const double *mu = view->mu;
  const double third = -(3.0 * l - 1.0) / 2.0 * mu[3],
               fourth = (l * l + 2.0 * l - 1.0) / 2.0 * mu[4] +
                        1.5 * (l - 1.0) * (l - 1.0) * mu[2] * mu[2];
  return (shape){third / (l * mu[2] * sqrt(l * mu[2])), fourth / (l * l * mu[2] * mu[2])};
}

/* The same from fixtures/, where a gradient has the sign of a step turned round. */
static shape shape_from_fixtures(vf_context *context, const noise_view *view, uint32_t l) {
  char third[TEXT], fourth[TEXT];
  say(third, "svag11.normalised-3.%s.l-%u", view->key, l);
  say(fourth, "svag11.normalised-4.%s.l-%u", view->key, l);
  return (shape){-vf_expected(context, third), vf_expected(context, fourth)};
}

/* A change has 10 roundings of |x| and is of size lr sqrt(mu2/l): relative error d. E|c - mean|^4
 * changes by 4 d of a quantity at most kurtosis, and sums over the pairs add less than 1000
 * roundings. */
static double shape_tolerance(const noise_view *view, double l, double lr, double kurtosis) {
  const double d = 10.0 * unit_roundoff * (1.0 + fabs(view->x[0])) * sqrt(l / view->mu[2]) / lr;
  return (8.0 * d + 1000.0 * unit_roundoff) * kurtosis;
}

/* One instance; the row of its series is {l, kurtosis, skewness}. */
static void compare_shape(vf_context *context, const noise_view *view, uint32_t l, double lr,
                          double row[3]) {
  const shape real = shape_of_step(context, view, l, lr),
              right = view->key ? shape_from_fixtures(context, view, l) : shape_by_formula(view, l);
  const double tolerance = shape_tolerance(view, l, lr, right.kurtosis);
  char instance[TEXT];
  say(instance, "%s eta=%g l=%u, normalised fourth moment of a step", view->name, lr, l);
  vf_within(context, instance, real.kurtosis, right.kurtosis, tolerance,
            "10 roundings of 2^-53 in a change");
  say(instance, "%s eta=%g l=%u, normalised third moment of a step", view->name, lr, l);
  vf_within(context, instance, real.skewness, right.skewness, tolerance,
            "10 roundings of 2^-53 in a change");
  row[0] = l;
  row[1] = real.kurtosis;
  row[2] = real.skewness;
}

/* The limits l -> infinity and their orders. */
static void compare_shape_limits(vf_context *context, const noise_view *view, double lr) {
  enum { SIZES = 7 };
  double h[SIZES], gap[SIZES], skewness[SIZES],
      limit = view->mu[4] / (2.0 * view->mu[2] * view->mu[2]) + 1.5;
  char text[TEXT];
  say(text, "svag11.limit-4.%s", view->key ? view->key : "");
  if (view->key) limit = vf_expected(context, text);
  for (int k = 0; k < SIZES; k++) {
    const uint32_t l = 16u << k;
    const shape real = shape_of_step(context, view, l, lr);
    h[k] = 1.0 / l;
    gap[k] = real.kurtosis - limit;
    skewness[k] = real.skewness;
  }
  say(text, "%s, fourth moment tends to mu4/(2 s^4) + 3/2 = %.6g, order in 1/l", view->name, limit);
  vf_order(context, text, h, gap, SIZES, 1.0);
  if (view->mu[3] != 0.0) {
    say(text, "%s, third moment tends to 0, order in 1/l", view->name);
    vf_order(context, text, h, skewness, SIZES, 0.5);
  }
  say(text, "%s l=2^24, normalised fourth moment against 3", view->name);
  vf_rejected(context, text, shape_of_step(context, view, 1u << 24, lr).kurtosis, 3.0,
              limit * 0x1p-20, "16 times the distance to the limit, O(1/l)");
}

static void compare_shapes(vf_context *context, const noise_view *view, double lr) {
  static const uint32_t ls[] = {1, 2, 4, 16, 64, 1000000};
  static const char *const columns[] = {"l", "kurtosis of a step", "skewness of a step"};
  double table[COUNT(ls)][3];
  char name[TEXT];
  for (size_t i = 0; i < COUNT(ls); i++) compare_shape(context, view, ls[i], lr, table[i]);
  compare_shape_limits(context, view, lr);
  say(name, "shape of a step, %s", view->name);
  vf_series(context, name, columns, 3, &table[0][0], COUNT(ls));
}

/* svag, Lemma 4.5 and Section 5.2: the noise of one step does not become Gaussian, however large l
 * is: its normalised fourth moment goes to mu4/(2 s^4) + 3/2, which is 3 only where that of a
 * sample is. All pairs of members, real steps: the regression with heavy and skewed noise along a
 * coordinate and along its gradient, and two scalar families. */
static void check_svag11_single_step(vf_context *context) {
  static const double axis[FEATURES] = {1.0}, slant[FEATURES] = {0.5, -0.5, 0.5, 0.5};
  regression_data *data = malloc(sizeof *data);
  sid_stream *streams = malloc((size_t)MEMBERS * MEMBERS * sizeof *streams);
  if (!data || !streams) vf_error(context, "regression", "out of memory");
  if (data && streams) {
    const sid_problem problem = regression(context, data);
    noise_view views[2 + COUNT(families)] = {
        {.name = "regression, axis", .problem = problem, .x = x_regression, .v = axis},
        {.name = "regression, slant", .problem = problem, .x = x_regression, .v = slant}};
    for (size_t i = 0; i < COUNT(families); i++)
      views[2 + i] = (noise_view){.name = families[i].name,
                                  .key = i < OWN    ? NULL
                                         : i == OWN ? "instance-a"
                                                    : "instance-b",
                                  .problem = family_problem(&families[i], SID_NOISE_SAMPLES),
                                  .x = &families[i].x0,
                                  .v = axis};
    for (size_t i = 0; i < COUNT(views); i++) {
      views[i].streams = streams;
      find_pairs(context, &views[i].problem, streams);
      member_moments(&views[i].problem, views[i].x, views[i].v, views[i].mu);
      compare_shapes(context, &views[i], 0.4);
    }
  }
  free(data);
  free(streams);
}

/* ---- svag11 where moments do not close: the regression ---- */

/* Functions of x with their gradients and quadratic forms d' Hess d: the loss, the first coordinate
 * of x/|x|, |x|^4. */
enum { OBSERVED_LOSS, OBSERVED_DIRECTION, OBSERVED_NORM, FUNCTIONS };

static double function_value(const sid_problem *problem, int which, const double *x) {
  double work[WORK];
  const double r = plain_dot(x, x, problem->dim);
  if (which == OBSERVED_LOSS) return sid_problem_loss(problem, x, work);
  return which == OBSERVED_DIRECTION ? x[0] / sqrt(r) : r * r;
}

static void function_gradient(const sid_problem *problem, int which, const double *x,
                              const double *loss_gradient, double *gradient) {
  const double r = plain_dot(x, x, problem->dim);
  for (uint32_t j = 0; j < problem->dim; j++) {
    if (which == OBSERVED_LOSS) gradient[j] = loss_gradient[j];
    if (which == OBSERVED_DIRECTION) gradient[j] = ((j == 0) - x[0] * x[j] / r) / sqrt(r);
    if (which == OBSERVED_NORM) gradient[j] = 4.0 * r * x[j];
  }
}

static double function_form(const sid_problem *problem, int which, const double *x,
                            const double *d) {
  double hd[FEATURES], work[WORK];
  const double r = plain_dot(x, x, problem->dim), xd = plain_dot(x, d, problem->dim),
               dd = plain_dot(d, d, problem->dim);
  if (which == OBSERVED_LOSS) {
    sid_problem_hessian_vector(problem, x, d, hd, work);
    return plain_dot(d, hd, problem->dim);
  }
  if (which == OBSERVED_DIRECTION)
    return (3.0 * x[0] * xd * xd / r - x[0] * dd - 2.0 * d[0] * xd) / (r * sqrt(r));
  return 4.0 * r * dd + 8.0 * xd * xd;
}

/* The generator of (2) on a function: -<grad f, grad L> + (eta/2) Hess f : Sigma, gradients from
 * the data. */
static double generator_of(const sid_problem *problem, int which, const double *x, double eta) {
  double member[MEMBERS][FEATURES], mean[FEATURES] = {0.0}, gradient[FEATURES], total = 0.0;
  for (uint32_t i = 0; i < problem->samples; i++) {
    member_gradient(problem, i, x, member[i]);
    for (uint32_t j = 0; j < problem->dim; j++) mean[j] += member_weight(problem, i) * member[i][j];
  }
  for (uint32_t i = 0; i < problem->samples; i++) {
    for (uint32_t j = 0; j < problem->dim; j++) member[i][j] -= mean[j];
    total += 0.5 * eta * member_weight(problem, i) * function_form(problem, which, x, member[i]);
  }
  function_gradient(problem, which, x, mean, gradient);
  return total - plain_dot(gradient, mean, problem->dim);
}

/* E f(x') - f(x) over all pairs of a real SVAG step. */
static double mean_change(vf_context *context, const sid_problem *problem,
                          const sid_stream *streams, int which, uint32_t l, double lr,
                          const double *x) {
  const double start = function_value(problem, which, x),
               weight = 1.0 / (problem->samples * problem->samples);
  double total = 0.0, to[FEATURES];
  for (uint32_t k = 0; k < problem->samples * problem->samples; k++) {
    sid_stream stream = streams[k];
    real_step(context, problem, dynamics_of(SID_SVAG, l, 1), lr, 0.0, x, &stream, to);
    total += weight * (function_value(problem, which, to) - start);
  }
  return total;
}

/* svag, proof of Theorem 4.1: a step of length h = eta/l changes E f by h times the generator of
 * the SDE (2) up to O(h^2), for noise of any shape with l times the covariance and moments 3 and 4
 * of Lemma 4.5; summed over T/h steps that is weak order 1. On the regression with heavy and skewed
 * noise, all 576 pairs. */
static void check_svag11_local_order(vf_context *context) {
  enum { SIZES = 6 };
  static const char *const names[FUNCTIONS] = {"loss", "first coordinate of x/|x|", "|x|^4"};
  const double etas[] = {0.4, 0.1};
  regression_data *data = malloc(sizeof *data);
  sid_stream *streams = malloc((size_t)MEMBERS * MEMBERS * sizeof *streams);
  if (!data || !streams) vf_error(context, "regression", "out of memory");
  for (size_t e = 0; data && streams && e < COUNT(etas); e++) {
    const sid_problem problem = regression(context, data);
    find_pairs(context, &problem, streams);
    for (int which = 0; which < FUNCTIONS; which++) {
      double h[SIZES], error[SIZES];
      char instance[TEXT];
      for (int k = 0; k < SIZES; k++) {
        const uint32_t l = 16u << k;
        h[k] = etas[e] / l;
        error[k] = mean_change(context, &problem, streams, which, l, etas[e], x_regression) -
                   h[k] * generator_of(&problem, which, x_regression, etas[e]);
      }
      say(instance, "regression eta=%g l=16..512, %s, order of the error of a step in eta/l",
          etas[e], names[which]);
      vf_order(context, instance, h, error, SIZES, 2.0);
    }
  }
  free(data);
  free(streams);
}

/* Means of |x|^2 and |grad L|^2 after some effective steps of the regression. */
static int regression_means(vf_context *context, const sid_problem *problem, sid_dynamics dynamics,
                            double lr, uint64_t effective, uint64_t trajectories,
                            vf_moments means_of[2]) {
  static const int32_t observed[] = {SID_NORM2, SID_GRAD_NORM2};
  sid_segment segment;
  const uint64_t steps = effective * (dynamics.kind == SID_SVAG ? dynamics.l : 1);
  const size_t n = (size_t)trajectories;
  const run_plan plan = {.name = "regression",
                         .problem = *problem,
                         .dynamics = dynamics,
                         .schedule = constant_schedule(&segment, lr, 0.0),
                         .x0 = x_regression,
                         .steps = steps,
                         .trajectories = trajectories,
                         .checkpoints = &steps,
                         .checkpoint_count = 1,
                         .observables = observed,
                         .observable_count = 2};
  double *rows = malloc(n * 2 * sizeof *rows), *column = malloc(n * sizeof *column);
  int status = rows && column ? run_all(context, &plan, rows) : -1;
  if (!rows || !column) vf_error(context, plan.name, "out of memory");
  for (size_t c = 0; !status && c < 2; c++) {
    for (size_t i = 0; i < n; i++) column[i] = rows[2 * i + c];
    means_of[c] = vf_moments_of(column, n);
  }
  free(rows);
  free(column);
  return status;
}

/* svag, Theorem 4.1 on whole trajectories of the regression, where no moments close: SVAG with l =
 * 128 has the means of the SDE with 128 substeps, up to 1/128 of the distance from SGD to the SDE,
 * the effect. */
static void check_svag11_runs(vf_context *context) {
  static const char *const names[] = {"|x|^2", "|grad L|^2"}, *const columns[] = {
                                                                  "l", "mean |x|^2",
                                                                  "mean |grad L|^2"};
  const double lr = 0.5;
  const uint64_t effective = 4, n = 1u << 17;
  regression_data *data = malloc(sizeof *data);
  vf_moments sgd[2], svag[2], sde[2];
  if (!data) {
    vf_error(context, "regression", "out of memory");
    return;
  }
  const sid_problem problem = regression(context, data);
  if (!regression_means(context, &problem, dynamics_of(SID_SGD, 1, 1), lr, effective, n, sgd) &&
      !regression_means(context, &problem, dynamics_of(SID_SVAG, 128, 1), lr, effective, n, svag) &&
      !regression_means(context, &problem, dynamics_of(SID_SDE, 128, 1), lr, effective, n, sde)) {
    const double table[3][3] = {{1.0, sgd[0].mean, sgd[1].mean},
                                {128.0, svag[0].mean, svag[1].mean},
                                {(double)INFINITY, sde[0].mean, sde[1].mean}};
    for (int c = 0; c < 2; c++) {
      char instance[TEXT];
      say(instance, "regression eta=0.5, 4 effective steps, mean of %s, svag l=128 less sde m=128",
          names[c]);
      vf_monte_carlo(context, instance, svag[c].mean - sde[c].mean,
                     hypot(svag[c].standard_error, sde[c].standard_error), 0.0,
                     sgd[c].mean - sde[c].mean, "effect: SGD less the SDE");
    }
    vf_series(context, "means on the regression", columns, 3, &table[0][0], 3);
  }
  free(data);
}

/* The data of the regression: z^3/sqrt(15) and (z^2 - 1)/sqrt(2) of the normals z of the same
 * stream, 4 roundings; with variance 1, the heavy one symmetric, the skewed one with the third
 * moment sqrt(8). Effects: a normal in its place, or a variance off by half. */
static void check_svag11_data(vf_context *context) {
  enum { DRAWS = 1 << 18 };
  static const int32_t kinds[] = {SID_DATA_HEAVY, SID_DATA_SKEWED};
  static const char *const names[] = {"heavy", "skewed"};
  double *values = malloc(DRAWS * sizeof *values), *room = malloc(DRAWS * sizeof *room);
  if (!values || !room) vf_error(context, "data", "out of memory");
  for (int k = 0; values && room && k < 2; k++) {
    sid_stream stream = stream_at(20), same = stream;
    double worst = 0.0;
    char instance[TEXT];
    if (sid_data_fill(&stream, kinds[k], DRAWS, values)) vf_error(context, names[k], "no data");
    sid_stream_normals(&same, room, DRAWS);
    for (size_t i = 0; i < DRAWS; i++) {
      const double z = room[i], size = k == 0 ? fabs(z * z * z) : z * z + 1.0;
      const double right = k == 0 ? z * z * z / sqrt(15.0) : (z * z - 1.0) / sqrt(2.0);
      if (size > 0.0) worst = fmax(worst, fabs(values[i] - right) / size);
    }
    say(instance, "%s, relative distance to the function of the normals", names[k]);
    vf_within(context, instance, worst, 0.0, 6.0 * unit_roundoff, "6 roundings of 2^-53");
    const vf_moments second = power_mean(values, DRAWS, 0.0, 2, room),
                     third = power_mean(values, DRAWS, 0.0, 3, room);
    say(instance, "%s, variance", names[k]);
    vf_monte_carlo(context, instance, second.mean, second.standard_error, 1.0, 0.5,
                   "262144 numbers");
    if (k == 0) continue;
    say(instance, "%s, third moment", names[k]);
    vf_monte_carlo(context, instance, third.mean, third.standard_error, sqrt(8.0), sqrt(8.0),
                   "262144 numbers");
  }
  free(values);
  free(room);
}

/* Errors E g(SVAG) - E g(SDE) of the moments 1 to 4 at time T in steps, for l = 16 ..
 * 16*2^(SIZES-1). */
enum { ORDER_SIZES = 6 };

static void compare_order(vf_context *context, const char *name,
                          double error[MOMENTS][ORDER_SIZES]) {
  double h[ORDER_SIZES];
  for (int k = 0; k < ORDER_SIZES; k++) h[k] = 1.0 / (16 << k);
  for (int n = 1; n < MOMENTS; n++) {
    char instance[TEXT];
    say(instance, "%s l=16..512 moment %d, order in 1/l", name, n);
    vf_order(context, instance, h, error[n], ORDER_SIZES, 1.0);
  }
}

/* Columns l and the errors of the moments. */
static void series_of_errors(vf_context *context, const char *name,
                             double error[MOMENTS][ORDER_SIZES]) {
  static const char *const columns[] = {"l", "error of E x", "error of E x^2", "error of E x^3",
                                        "error of E x^4"};
  double table[ORDER_SIZES][MOMENTS];
  for (int k = 0; k < ORDER_SIZES; k++) {
    table[k][0] = 16 << k;
    for (int n = 1; n < MOMENTS; n++) table[k][n] = error[n][k];
  }
  vf_series(context, name, columns, MOMENTS, &table[0][0], ORDER_SIZES);
}

/* svag, Theorem 4.1 for noise that is far from Gaussian, in one case symmetric (footnote 4): the
 * weak error is of first order in 1/l all the same. Noise-free: recursion of the moments of real
 * steps against the moments of the SDE. */
static void check_svag11_weak_order(vf_context *context) {
  const double etas[] = {0.4, 0.15};
  for (size_t i = 0; i < OWN; i++) {
    family_streams known;
    known_streams(context, &families[i], &known);
    for (size_t e = 0; e < COUNT(etas); e++) {
      const double lr = etas[e], steps = 6.0;
      double limit[MOMENTS], error[MOMENTS][ORDER_SIZES];
      char name[TEXT];
      point_moments(families[i].x0, limit);
      for (int t = 0; t < 6; t++) sde_moments(&families[i], lr, 0.0, limit);
      for (int k = 0; k < ORDER_SIZES; k++) {
        const uint32_t l = 16u << k;
        const affine_law law = svag_law(context, &known, l, lr, 0.0);
        double m[MOMENTS];
        point_moments(families[i].x0, m);
        recurse_moments(&law, (uint64_t)steps * l, m);
        for (int n = 1; n < MOMENTS; n++) error[n][k] = m[n] - limit[n];
      }
      say(name, "family %s eta=%g, 6 effective steps", families[i].name, lr);
      compare_order(context, name, error);
      series_of_errors(context, name, error);
    }
  }
}

/* ---- svag8: learning rate schedules in effective steps ---- */

enum { EFFECTIVE = 26, PERIOD = 24, SCHEDULES = 4 };

static const double high_lr = 0.8, low_lr = 0.001, schedule_wd = 0.05;

/* Decay by 4 and by 4 again; two triangles and their turns; half a cosine and its floor; the
 * triangles of Appendix E.1.2, whose second is half as high, by segments. */
static const char *const schedule_names[SCHEDULES] = {"step", "triangle", "cosine",
                                                      "two triangles"};
static const uint64_t step_starts[] = {0, 8, 16};

/* The learning rate of effective step k by its formula. */
static double lr_by_formula(int schedule, uint64_t k) {
  const double pi = 3.14159265358979323846, up = fabs(2.0 * (double)(k % 12) / 12.0 - 1.0);
  switch (schedule) {
    case 0: return k < 8 ? high_lr : k < 16 ? high_lr / 4.0 : high_lr / 16.0;
    case 1: return low_lr + (high_lr - low_lr) * (1.0 - up);
    case 2:
      return k < PERIOD ? low_lr + (high_lr - low_lr) * (1.0 + cos(pi * (double)k / PERIOD)) / 2.0
                        : low_lr;
    default:
      return low_lr + (k < 12   ? high_lr - low_lr
                       : k < 24 ? high_lr / 2.0 - low_lr
                                : 0.0) *
                          (1.0 - up);
  }
}

/* Room for the segments of a schedule. */
typedef struct {
  sid_segment segments[EFFECTIVE];
} segment_room;

static sid_schedule real_schedule(int schedule, segment_room *room) {
  sid_schedule real = {.kind = SID_PIECEWISE, .segment_count = EFFECTIVE};
  if (schedule == 1 || schedule == 2)
    return (sid_schedule){.kind = schedule == 1 ? SID_TRIANGLE : SID_COSINE,
                          .lr = high_lr,
                          .lr_min = low_lr,
                          .wd = schedule_wd,
                          .period = schedule == 1 ? 12 : PERIOD};
  if (schedule == 0) real.segment_count = COUNT(step_starts);
  for (uint32_t s = 0; s < real.segment_count; s++) {
    const uint64_t start = schedule == 0 ? step_starts[s] : s;
    room->segments[s] = (sid_segment){start, lr_by_formula(schedule, start), schedule_wd, 1.0};
  }
  real.segments = room->segments;
  return real;
}

/* x after each of `steps` steps of a run without noise on family f. */
static int silent_run(vf_context *context, const family *f, int schedule, sid_dynamics dynamics,
                      uint32_t steps, double *path) {
  segment_room room;
  uint64_t *checkpoints = malloc(steps * sizeof *checkpoints);
  if (!checkpoints) vf_error(context, schedule_names[schedule], "out of memory");
  for (uint32_t t = 0; checkpoints && t < steps; t++) checkpoints[t] = t + 1;
  const run_plan plan = {.name = schedule_names[schedule],
                         .problem = family_problem(f, SID_NOISE_NONE),
                         .dynamics = dynamics,
                         .schedule = real_schedule(schedule, &room),
                         .x0 = &f->x0,
                         .steps = steps,
                         .trajectories = 1,
                         .checkpoints = checkpoints,
                         .checkpoint_count = steps,
                         .observables = observe_x,
                         .observable_count = 1};
  const int status = checkpoints ? run_all(context, &plan, path) : -1;
  free(checkpoints);
  return status;
}

/* x <- x - h ((A + wd) x - B) with h = lr(floor(t/unit))/l: largest distance to the path over all
 * steps. */
static double distance_to_recursion(const family *f, int schedule, const double *path,
                                    uint32_t steps, uint32_t l, uint32_t unit) {
  const double a = table_mean(f, f->a, NULL), b = table_mean(f, f->b, NULL);
  double x = f->x0, worst = 0.0;
  for (uint32_t t = 0; t < steps; t++) {
    const double h = lr_by_formula(schedule, t / unit) / l;
    x -= h * ((a + schedule_wd) * x - b);
    worst = fmax(worst, fabs(path[t] - x));
  }
  return worst;
}

/* svag, Appendix E.1.2, Figure 9: SVAG is plotted and scheduled in effective steps, #steps/l: step
 * t has the learning rate eta(floor(t/l))/l. Without noise a run is a product that can be
 * multiplied out. Tolerance: 10 roundings per step, and the cosine of ref/ is rounded to 2^-32, so
 * its rate is off by at most 2^-34 of the range; the slope |A x - B| stays below 2. The same run
 * held against rates that follow t is rejected. */
static void check_svag8_effective_steps(vf_context *context) {
  enum { MOST = 8 };
  static const char *const columns[] = {"effective step", "step", "triangle", "cosine",
                                        "two triangles"};
  double table[EFFECTIVE][1 + SCHEDULES], path[EFFECTIVE * MOST];
  for (int s = 0; s < SCHEDULES; s++) {
    segment_room room;
    const sid_schedule real = real_schedule(s, &room);
    double off = 0.0;
    char instance[TEXT];
    for (uint32_t k = 0; k < EFFECTIVE; k++) {
      double lr, wd;
      sid_schedule_at(&real, k, &lr, &wd);
      off = fmax(off, fabs(lr - lr_by_formula(s, k)));
      table[k][0] = k;
      table[k][1 + s] = lr;
    }
    say(instance, "%s, learning rate against its formula", schedule_names[s]);
    vf_within(context, instance, off, 0.0, s == 2 ? 0x1p-34 : 10.0 * unit_roundoff,
              s == 2 ? "cosine rounded to 2^-32, halved, range below 1" : "10 roundings of 2^-53");
    for (uint32_t l = 1; l <= MOST; l *= 2) {
      const uint32_t steps = EFFECTIVE * l;
      const double tolerance =
          10.0 * unit_roundoff * steps + (s == 2 ? 2.0 * EFFECTIVE * 0x1p-34 : 0.0);
      if (silent_run(context, &families[0], s, dynamics_of(SID_SVAG, l, 1), steps, path)) return;
      say(instance, "%s svag l=%u, no noise, distance to the recursion over all steps",
          schedule_names[s], l);
      vf_within(context, instance, distance_to_recursion(&families[0], s, path, steps, l, l), 0.0,
                tolerance, "10 roundings of 2^-53 per step; cosine 2^-34");
      if (l == 1) continue;
      say(instance, "%s svag l=%u, no noise, distance to rates that follow the number of the step",
          schedule_names[s], l);
      vf_rejected(context, instance, distance_to_recursion(&families[0], s, path, steps, l, 1), 0.0,
                  1e-3, "a thousandth of x, far above rounding");
    }
  }
  vf_series(context, "learning rate by effective step (Figure 9)", columns, 1 + SCHEDULES,
            &table[0][0], EFFECTIVE);
}

/* E x^n of SVAG after `effective` effective steps, by recursion of real steps; rates follow
 * floor(t/unit), unit = l or 1. */
static void scheduled_moments(vf_context *context, const family_streams *known, const family *f,
                              int schedule, uint32_t l, uint32_t effective, uint32_t unit,
                              double *m) {
  point_moments(f->x0, m);
  for (uint32_t t = 0; t < effective * l; t += unit) {
    const affine_law law =
        svag_law(context, known, l, lr_by_formula(schedule, t / unit), schedule_wd);
    recurse_moments(&law, unit, m);
  }
}

/* The schedules of fixtures/, 20 effective steps without weight decay. */
static const sid_segment fixture_segments[] = {{0, 0.4, 0.0, 1.0}, {8, 0.1, 0.0, 1.0}};

typedef struct {
  const char *name;
  sid_schedule schedule;
} named_schedule;

static const named_schedule fixture_schedules[] = {
    {"step", {.kind = SID_PIECEWISE, .segment_count = 2, .segments = fixture_segments}},
    {"triangle", {.kind = SID_TRIANGLE, .lr = 0.4, .lr_min = 0.05, .period = 10}},
    {"cosine", {.kind = SID_COSINE, .lr = 0.4, .lr_min = 0.02, .period = 20}}};

enum { FIXTURE_STEPS = 20 };

/* The rate of the cosine is off by at most 2^-34 of its range; a moment of degree 4 moves by less
 * than 8 |x|^4 <= 32 times that per effective step. To this come 100 roundings per step: 15 in the
 * entries of the map, up to 16 outcomes and 5 monomials in the sums. */
static double scheduled_tolerance(const named_schedule *s, uint32_t l) {
  return 100.0 * unit_roundoff * FIXTURE_STEPS * l +
         (s->schedule.kind == SID_COSINE ? 32.0 * FIXTURE_STEPS * 0x1p-34 : 0.0);
}

/* The rates of ref/ at some effective steps; 10 roundings of numbers below 1/2, the cosine as
 * above. */
static void compare_rates(vf_context *context, const named_schedule *s) {
  static const uint32_t steps[] = {0, 1, 5, 9, 12, 19};
  const double tolerance =
      5.0 * unit_roundoff + (s->schedule.kind == SID_COSINE ? 0.4 * 0x1p-34 : 0.0);
  for (size_t i = 0; i < COUNT(steps); i++) {
    double lr, wd;
    char key[TEXT];
    sid_schedule_at(&s->schedule, steps[i], &lr, &wd);
    say(key, "svag8.rate.schedule-%s.k-%u", s->name, steps[i]);
    vf_within(context, key, lr, vf_expected(context, key), tolerance,
              "5 roundings of 2^-53; cosine 2^-34 of .4");
  }
}

static void compare_scheduled(vf_context *context, const named_schedule *s, const family *f,
                              const char *group, uint32_t l, const double *m) {
  for (uint32_t n = 1; n < MOMENTS; n++) {
    char key[TEXT], middle[TEXT] = "";
    if (l > 1) say(middle, ".l-%u", l);
    say(key, "svag8.%s.instance-%s.schedule-%s%s.moment-%u", group, f->name, s->name, middle, n);
    vf_within(context, key, m[n], vf_expected(context, key), scheduled_tolerance(s, l),
              "100 roundings of 2^-53 per step; cosine 2^-34");
  }
}

/* svag, Appendix E.1.2, noise-free: moments of SGD, SVAG and the SDE after 20 effective steps under
 * schedules, by recursion of real steps at the real rates, from fixtures/. Fixtures/ also has SVAG
 * that reads the schedule at its own step. */
static void check_svag8_moments(vf_context *context) {
  const uint32_t ls[] = {1, 4, 16};
  for (size_t s = 0; s < COUNT(fixture_schedules); s++)
    compare_rates(context, &fixture_schedules[s]);
  for (size_t i = OWN; i < COUNT(families); i++) {
    family_streams known;
    known_streams(context, &families[i], &known);
    for (size_t s = 0; s < COUNT(fixture_schedules); s++) {
      const named_schedule *named = &fixture_schedules[s];
      double m[COUNT(ls)][MOMENTS], sde[MOMENTS], lr, wd;
      for (size_t a = 0; a < COUNT(ls); a++) point_moments(families[i].x0, m[a]);
      point_moments(families[i].x0, sde);
      for (uint32_t k = 0; k < FIXTURE_STEPS; k++) {
        sid_schedule_at(&named->schedule, k, &lr, &wd);
        for (size_t a = 0; a < COUNT(ls); a++) {
          const affine_law law = svag_law(context, &known, ls[a], lr, wd);
          recurse_moments(&law, ls[a], m[a]);
        }
        sde_moments(&families[i], lr, wd, sde);
      }
      for (size_t a = 0; a < COUNT(ls); a++)
        compare_scheduled(context, named, &families[i], a == 0 ? "sgd" : "svag", ls[a], m[a]);
      compare_scheduled(context, named, &families[i], "sde", 1, sde);
    }
  }
}

/* Real trajectories after some effective steps against the recursion. Effect: rates that follow the
 * number of the step. */
static void compare_scheduled_run(vf_context *context, const family *f, int schedule, uint32_t l,
                                  uint32_t effective, uint64_t trajectories) {
  const uint64_t steps = (uint64_t)effective * l;
  segment_room room;
  family_streams known;
  double right[MOMENTS], wrong[MOMENTS];
  const run_plan plan = {.name = schedule_names[schedule],
                         .problem = family_problem(f, SID_NOISE_SAMPLES),
                         .dynamics = dynamics_of(SID_SVAG, l, 1),
                         .schedule = real_schedule(schedule, &room),
                         .x0 = &f->x0,
                         .steps = steps,
                         .trajectories = trajectories,
                         .checkpoints = &steps,
                         .checkpoint_count = 1,
                         .observables = observe_x,
                         .observable_count = 1};
  double *end = malloc((size_t)trajectories * sizeof *end),
         *space = malloc((size_t)trajectories * sizeof *space);
  if (!end || !space) vf_error(context, plan.name, "out of memory");
  if (end && space && !run_all(context, &plan, end)) {
    known_streams(context, f, &known);
    scheduled_moments(context, &known, f, schedule, l, effective, l, right);
    scheduled_moments(context, &known, f, schedule, l, effective, 1, wrong);
    for (uint32_t n = 1; n <= 2; n++) {
      const vf_moments found = power_mean(end, (size_t)trajectories, 0.0, n, space);
      char instance[TEXT];
      say(instance, "%s svag l=%u family %s, %u effective steps, E x^%u", plan.name, l, f->name,
          effective, n);
      vf_monte_carlo(context, instance, found.mean, found.standard_error, right[n],
                     right[n] - wrong[n], "effect: rates that follow the number of the step");
    }
  }
  free(end);
  free(space);
}

/* svag, Appendix E.1.2: whole noisy trajectories under each schedule, from far away, so that rates
 * show in the mean. */
static void check_svag8_runs(vf_context *context) {
  family skewed = families[0], heavy = families[1];
  skewed.x0 = heavy.x0 = 4.0;
  for (int s = 0; s < SCHEDULES; s++) {
    compare_scheduled_run(context, &skewed, s, 4, s == 0 ? 9 : 5, 1u << 16);
    compare_scheduled_run(context, &heavy, s, 3, s == 0 ? 9 : 5, 1u << 16);
  }
}

/* svag, Theorem 4.1 under schedules: the limit l -> infinity is the SDE whose learning rate is that
 * of the effective step, and the weak error stays of first order in 1/l. Noise-free. */
static void check_svag8_weak_order(vf_context *context) {
  const uint32_t effective = 13;
  family_streams known;
  known_streams(context, &families[0], &known);
  for (int s = 0; s < SCHEDULES; s++) {
    double limit[MOMENTS], error[MOMENTS][ORDER_SIZES], m[MOMENTS];
    char name[TEXT];
    point_moments(families[0].x0, limit);
    for (uint32_t k = 0; k < effective; k++)
      sde_moments(&families[0], lr_by_formula(s, k), schedule_wd, limit);
    for (int k = 0; k < ORDER_SIZES; k++) {
      scheduled_moments(context, &known, &families[0], s, 16u << k, effective, 16u << k, m);
      for (int n = 1; n < MOMENTS; n++) error[n][k] = m[n] - limit[n];
    }
    say(name, "%s, family skewed lam=0.05, 13 effective steps", schedule_names[s]);
    compare_order(context, name, error);
    series_of_errors(context, name, error);
  }
}

/* ---- svag9: the tail index of correlated Gaussians ---- */

/* Gradients of a family without curvature: members +-sqrt(d) L_k, L the Cholesky factor of a
 * covariance, so that the gradient noise has that covariance, and the Gaussian noise of ref/ is
 * N(0, covariance). */
enum { SIDE = 10, BLOCK_MEMBERS = 2 * SIDE };

typedef struct {
  double a[BLOCK_MEMBERS * SIDE], b[BLOCK_MEMBERS * SIDE], zero[SIDE];
  sid_problem problem;
} gaussian_blocks;

/* A covariance: beta 11' + (1 - beta) I, or the variances; sums have m blocks of d numbers. key: of
 * fixtures/. */
typedef struct {
  const char *key;
  uint32_t d, m;
  double beta;
  const double *variances;
} tail_case;

static const double spread_4[] = {100.0, 1.0, 1.0, 1.0}, spread_5[] = {4.0, 0.25, 1.0, 9.0, 1.0},
                    spread_6[] = {0.01, 0.01, 25.0, 1.0, 4.0, 0.5};
static const tail_case tail_cases[] = {
    {"equal.d-4.m-1.beta-0.5", 4, 1, 0.5, NULL},
    {"equal.d-4.m-3.beta-0.5", 4, 3, 0.5, NULL},
    {"equal.d-10.m-1.beta-0.2", 10, 1, 0.2, NULL},
    {"equal.d-10.m-5.beta-0.2", 10, 5, 0.2, NULL},
    {"equal.d-4.m-1.beta--0.3", 4, 1, -0.3, NULL},
    {"equal.d-8.m-2.beta--0.1", 8, 2, -0.1, NULL},
    {"equal.d-2.m-3.beta--0.9", 2, 3, -0.9, NULL},
    {"diagonal.variances-100-1-1-1.m-1", 4, 1, 0.0, spread_4},
    {"diagonal.variances-100-1-1-1.m-3", 4, 3, 0.0, spread_4},
    {"diagonal.variances-4-0.25-1-9-1.m-1", 5, 1, 0.0, spread_5},
    {"diagonal.variances-0.01-0.01-25-1-4-0.5.m-2", 6, 2, 0.0, spread_6}};

static double covariance_of(const tail_case *c, uint32_t i, uint32_t j) {
  if (i != j) return c->variances ? 0.0 : c->beta;
  return c->variances ? c->variances[i] : 1.0;
}

/* Lower triangle; a zero on the diagonal ends the rank. */
static void cholesky(const tail_case *c, double factor[SIDE][SIDE]) {
  for (uint32_t i = 0; i < c->d; i++)
    for (uint32_t j = 0; j < c->d; j++) {
      double rest = covariance_of(c, i, j);
      for (uint32_t k = 0; k < j; k++) rest -= factor[i][k] * factor[j][k];
      factor[i][j] = j > i || factor[j][j] == 0.0 ? 0.0 : rest / factor[j][j];
      if (i == j) factor[i][j] = sqrt(rest);
    }
}

static void fill_blocks(gaussian_blocks *blocks, const tail_case *c) {
  double factor[SIDE][SIDE] = {{0.0}};
  cholesky(c, factor);
  memset(blocks, 0, sizeof *blocks);
  for (uint32_t k = 0; k < c->d; k++)
    for (uint32_t j = 0; j < c->d; j++) {
      blocks->b[(2 * k) * c->d + j] = sqrt(c->d) * factor[j][k];
      blocks->b[(2 * k + 1) * c->d + j] = -sqrt(c->d) * factor[j][k];
    }
  blocks->problem = (sid_problem){.kind = SID_QUADRATIC_SAMPLES,
                                  .noise = SID_NOISE_SAMPLES,
                                  .dim = c->d,
                                  .samples = 2 * c->d,
                                  .a = blocks->a,
                                  .b = blocks->b};
}

/* The estimate (32) from `sums` sums of m draws of the Gaussian gradient noise of ref/, K_1 = m
 * d. */
static vf_estimate estimate_of_noise(vf_context *context, const tail_case *c, size_t sums) {
  const size_t draws = sums * c->m;
  gaussian_blocks *blocks = malloc(sizeof *blocks);
  double *noise = malloc(draws * c->d * sizeof *noise), work[WORK];
  sid_stream stream = stream_at(9);
  vf_estimate estimate = {(double)NAN, (double)NAN};
  if (!noise || !blocks) vf_error(context, "gaussian noise", "out of memory");
  if (noise && blocks) {
    fill_blocks(blocks, c);
    for (size_t i = 0; i < draws; i++)
      sid_problem_gaussian_noise(&blocks->problem, blocks->zero, &stream, noise + i * c->d, work);
    estimate = vf_tail_exponent(noise, (size_t)c->d * c->m, sums);
  }
  free(noise);
  free(blocks);
  return estimate;
}

static double expected_tail(vf_context *context, const tail_case *c) {
  char key[TEXT];
  say(key, "svag9.estimate-%s", c->key);
  return vf_expected(context, key);
}

/* svag, Theorem F.3: (32) applied to blocks of correlated Gaussians estimates (36), not 1/alpha =
 * 1/2. Effect: the distance to 1/2. With beta = 1 the numbers of a block are one, and the estimate
 * is 1 without noise: K_1 terms of 10 roundings, numbers of a few units. */
static void check_svag9_gaussian(vf_context *context) {
  enum { SUMS = 8192 };
  static const char *const columns[] = {"d",   "m", "beta", "estimate of 1/alpha", "standard error",
                                        "(36)"};
  static const tail_case equal = {"equal.d-4.m-1.beta-1", 4, 1, 1.0, NULL};
  double table[COUNT(tail_cases)][COUNT(columns)];
  for (size_t i = 0; i < COUNT(tail_cases); i++) {
    const tail_case *c = &tail_cases[i];
    const vf_estimate found = estimate_of_noise(context, c, SUMS);
    const double expected = expected_tail(context, c);
    const double row[] = {c->d, c->m, c->beta, found.value, found.standard_error, expected};
    memcpy(table[i], row, sizeof row);
    vf_monte_carlo(context, c->key, found.value, found.standard_error, expected, expected - 0.5,
                   "8192 sums; effect: 1/alpha of a Gaussian");
  }
  vf_within(context, equal.key, estimate_of_noise(context, &equal, 64).value,
            expected_tail(context, &equal), 200.0 * unit_roundoff,
            "40 roundings of 2^-53 of numbers below 5");
  vf_series(context, "estimate of 1/alpha on Gaussian noise", columns, COUNT(columns), &table[0][0],
            COUNT(tail_cases));
}

/* A symmetric alpha-stable number for 1/alpha = 1/2, 1 or 2: z, z/z', z/(|z'| z''^2); the last
 * since a positive 1/4-stable number is S S'^2 for positive 1/2-stable S = 1/z'^2. */
static double stable_number(sid_stream *stream, double exponent) {
  double z[4];
  sid_stream_normals(stream, z, 4);
  if (exponent == 0.5) return z[0];
  return exponent == 1.0 ? z[0] / z[1] : z[0] / (fabs(z[1]) * z[2] * z[2]);
}

/* svag, Theorem F.2: on independent symmetric alpha-stable numbers the mean of (32) is 1/alpha for
 * every K_1. Effect: the distance to the nearest of the other two. */
static void check_svag9_stable(vf_context *context) {
  enum { SUMS = 8000 };
  const double exponents[] = {0.5, 1.0, 2.0}, effects[] = {0.5, 0.5, 1.0};
  const size_t sizes[] = {4, 10};
  for (size_t e = 0; e < COUNT(exponents); e++)
    for (size_t k = 0; k < COUNT(sizes); k++) {
      const size_t count = sizes[k] * SUMS;
      double *x = malloc(count * sizeof *x);
      sid_stream stream = stream_at(10 + e);
      char instance[TEXT];
      if (!x) {
        vf_error(context, "stable numbers", "out of memory");
        return;
      }
      for (size_t i = 0; i < count; i++) x[i] = stable_number(&stream, exponents[e]);
      const vf_estimate found = vf_tail_exponent(x, sizes[k], SUMS);
      say(instance, "alpha=%g K_1=%u, estimate of 1/alpha", 1.0 / exponents[e], (unsigned)sizes[k]);
      vf_monte_carlo(context, instance, found.value, found.standard_error, exponents[e], effects[e],
                     "8000 sums; effect: another alpha");
      free(x);
    }
}

/* Theorem F.3, last display, and item 3 of F.2: [1/2, 1] is the range for equal variances and beta
 * in [0, 1] alone. A negative correlation takes the estimate below, unequal variances above. */
static void check_errata_range(vf_context *context) {
  enum { SUMS = 8192 };
  for (size_t i = 0; i < COUNT(tail_cases); i++) {
    const tail_case *c = &tail_cases[i];
    const double right = expected_tail(context, c);
    if (right >= 0.5 && right <= 1.01) continue;
    const vf_estimate found = estimate_of_noise(context, c, SUMS);
    vf_erratum_claim(context, c->key, found.value, "=", right,
                     right < 0.5 ? ">=" : "<=", right < 0.5 ? 0.5 : 1.0, 3.0 * found.standard_error,
                     "3 standard errors, 8192 sums");
  }
}

/* Whether the numbers i and k enter one sum of (32): the mixed difference of the estimate in both;
 * the logarithms of single numbers drop out of it. */
static int in_one_block(double *x, size_t d, size_t blocks, size_t i, size_t k) {
  const double both = 1.0, xi = x[i], xk = x[k];
  double value[4];
  for (int c = 0; c < 4; c++) {
    x[i] = xi + (c & 1 ? both : 0.0);
    x[k] = xk + (c & 2 ? both : 0.0);
    value[c] = vf_tail_exponent(x, d, blocks).value;
  }
  x[i] = xi;
  x[k] = xk;
  return fabs(value[3] - value[2] - value[1] + value[0]) > 1e-6;
}

/* Theorem F.3: the j-th block is X_((j-1)d+1) .. X_(jd); print names X_((j-1)d+jd). Measured: the
 * numbers, from 1, that (32) adds to the second of the j-th block. */
static void check_errata_index(vf_context *context) {
  const size_t sizes[][2] = {{4, 2}, {10, 3}};
  for (size_t i = 0; i < COUNT(sizes); i++) {
    const size_t d = sizes[i][0], j = sizes[i][1], blocks = j + 1, member = (j - 1) * d + 1;
    double x[40], first = 0.0, last = 0.0;
    char key[TEXT], printed[TEXT], instance[TEXT];
    for (size_t k = 0; k < d * blocks; k++) x[k] = 1.0 + (double)(k * k % 7);
    for (size_t k = 0; k < d * blocks; k++) {
      if (k != member && !in_one_block(x, d, blocks, member, k)) continue;
      if (first == 0.0) first = (double)k + 1.0;
      last = (double)k + 1.0;
    }
    say(key, "svag9.last-index.d-%u.j-%u", (unsigned)d, (unsigned)j);
    say(printed, "%s.printed", key);
    say(instance, "d=%u j=%u, last index of the block", (unsigned)d, (unsigned)j);
    vf_erratum(context, instance, last, vf_expected(context, key), vf_expected(context, printed),
               0.0, "a count");
    say(instance, "d=%u j=%u, numbers in the block", (unsigned)d, (unsigned)j);
    vf_within(context, instance, last - first + 1.0, (double)d, 0.0, "a count");
  }
}

/* ---- svag10: gradient descent leaves the gradient flow as eta grows (Figure 3) ---- */

/* x at time t of the gradient flow from x, by the flow of ref/ with steps of length at most 1/512;
 * *error grows by its estimate. */
static int flow_to(vf_context *context, const sid_problem *problem, double t, double *x,
                   double *error) {
  double work[WORK], estimate = 0.0;
  const sid_flow flow = {.kind = SID_FLOW_GRADIENT, .problem = problem};
  const uint64_t steps = 2 * (uint64_t)ceil(256.0 * t);
  const sid_status status = sid_flow_workspace(problem) > WORK
                                ? SID_E_WORKSPACE
                                : sid_flow_run(&flow, t / (double)steps, steps, x, &estimate, work);
  *error += estimate;
  if (!status) return 0;
  vf_error(context, "gradient flow", sid_status_text(status));
  return -1;
}

/* All states of a run of gradient descent. */
static int descend(vf_context *context, const sid_problem *problem, const double *x0, double lr,
                   uint32_t steps, double *path) {
  sid_segment segment;
  uint64_t *checkpoints = malloc((steps + 1) * sizeof *checkpoints);
  if (!checkpoints) vf_error(context, "gradient descent", "out of memory");
  for (uint32_t t = 0; checkpoints && t <= steps; t++) checkpoints[t] = t;
  const run_plan plan = {.name = "gradient descent",
                         .problem = *problem,
                         .dynamics = dynamics_of(SID_GD, 1, 1),
                         .schedule = constant_schedule(&segment, lr, 0.0),
                         .x0 = x0,
                         .steps = steps,
                         .trajectories = 1,
                         .checkpoints = checkpoints,
                         .checkpoint_count = steps + 1,
                         .observables = observe_x,
                         .observable_count = 1};
  const int status = checkpoints ? run_all(context, &plan, path) : -1;
  free(checkpoints);
  return status;
}

/* Gradient descent on x^2 from 1 against the flow of ref/: both ends and the largest gap over the
 * steps are in fixtures/. Beyond eta = 1/2 the descent changes sides in every step, beyond 1 it
 * grows. */
static void compare_square(vf_context *context, const char *eta_text, uint32_t steps) {
  enum { MOST = 1000, ROWS = 50 };
  static const double spectrum[] = {2.0}, x0[] = {1.0};
  static const char *const columns[] = {"eta k", "gradient descent", "gradient flow"},
                           *const ends[] = {"gd", "flow"};
  const sid_problem problem = quadratic(spectrum);
  const double eta = number(eta_text), largest = fmax(1.0, pow(fabs(1.0 - 2.0 * eta), steps));
  const uint32_t stride = steps / ROWS + 1;
  double path[MOST + 1], table[MOST + 1][3], flow = x0[0], error = 0.0, gap = 0.0;
  size_t rows = 0, turns = 0;
  char key[TEXT];
  if (descend(context, &problem, x0, eta, steps, path)) return;
  for (uint32_t k = 0; k <= steps; k++) {
    if (k > 0 && flow_to(context, &problem, eta, &flow, &error)) return;
    if (k > 0 && path[k] * path[k - 1] < 0.0) turns++;
    gap = fmax(gap, fabs(path[k] - flow));
    const double row[3] = {eta * k, path[k], flow};
    if (k % stride == 0) memcpy(table[rows++], row, sizeof row);
  }
  const double rounding = 5.0 * unit_roundoff * steps * largest, measured[] = {path[steps], flow};
  for (int i = 0; i < 2; i++) {
    say(key, "svag10.%s.eta-%s.steps-%u", ends[i], eta_text, steps);
    vf_within(context, key, measured[i], vf_expected(context, key),
              rounding + (i == 0 ? 0.0 : 2.0 * error),
              "5 roundings of 2^-53 per step; of the flow twice its error estimates too");
  }
  say(key, "svag10.largest-gap.eta-%s.steps-%u", eta_text, steps);
  vf_within(context, key, gap, vf_expected(context, key), rounding + 2.0 * error,
            "5 roundings of 2^-53 per step, twice the error estimates of the flow");
  say(key, "x^2 eta=%s, changes of side in %u steps", eta_text, steps);
  vf_within(context, key, (double)turns, eta > 0.5 ? steps : 0.0, 0.0, "a count");
  say(key, "x^2 eta=%s", eta_text);
  vf_series(context, key, columns, 3, &table[0][0], rows);
}

/* svag, Figure 3: eta = 1e-3, .01 and .9 on x^2, and others. */
static void check_svag10_gradient_flow(vf_context *context) {
  compare_square(context, "0.001", 1000);
  compare_square(context, "0.01", 100);
  compare_square(context, "0.1", 10);
  compare_square(context, "0.4", 5);
  compare_square(context, "0.9", 5);
  compare_square(context, "1.1", 5);
}

/* The gap at a fixed time is of first order in eta. On the Rayleigh quotient with eigenvalues 1 and
 * 3 the flow keeps |x| and has tan(theta) = tan(theta_0) e^(-2 t/|x|^2); gradient descent misses
 * the angle, and |x|^2 grows, both by O(eta). */
static void check_svag10_order(vf_context *context) {
  enum { SIZES = 6, MOST = 256 };
  static const double square[] = {2.0}, eigenvalues[] = {1.0, 3.0}, x0[] = {0.5, 1.0};
  const sid_problem parabola = quadratic(square), rayleigh = {.kind = SID_RAYLEIGH,
                                                              .noise = SID_NOISE_NONE,
                                                              .dim = 2,
                                                              .spectrum = eigenvalues};
  const double T = 1.0, r = plain_dot(x0, x0, 2), angle = atan2(x0[1] * exp(-2.0 * T / r), x0[0]);
  double eta[SIZES], error[3][SIZES], path[2 * (MOST + 1)], flow[2] = {x0[0], x0[1]},
                                                            estimate = 0.0;
  const char *const names[] = {"x^2", "rayleigh, angle", "rayleigh, |x|^2"};
  if (flow_to(context, &rayleigh, T, flow, &estimate)) return;
  vf_within(context, "rayleigh (1, 3), gradient flow, t=1, angle", atan2(flow[1], flow[0]), angle,
            4.0 * estimate + 2000.0 * unit_roundoff,
            "error estimate of the flow, 4 roundings in 512 steps");
  vf_within(context, "rayleigh (1, 3), gradient flow, t=1, |x|^2", plain_dot(flow, flow, 2), r,
            8.0 * estimate + 4000.0 * unit_roundoff,
            "error estimate of the flow, 4 roundings in 512 steps");
  for (int k = 0; k < SIZES; k++) {
    const uint32_t steps = 8u << k;
    eta[k] = T / steps;
    if (descend(context, &parabola, x0 + 1, eta[k], steps, path)) return;
    error[0][k] = path[steps] - exp(-2.0 * T);
    if (descend(context, &rayleigh, x0, eta[k], steps, path)) return;
    const double *end = path + (size_t)2 * steps;
    error[1][k] = atan2(end[1], end[0]) - angle;
    error[2][k] = plain_dot(end, end, 2) - r;
  }
  for (int i = 0; i < 3; i++) {
    char instance[TEXT];
    say(instance, "%s, t=1 eta=1/8..1/256, order of the gap in eta", names[i]);
    vf_order(context, instance, eta, error[i], SIZES, 1.0);
  }
}

/* ---- svag7: the critical batch size ---- */

enum { SCALES = 8, RUNS = 16, ROWS_PER_RUN = 512, OBSERVED = 3 };

static const int32_t observe_balance[] = {SID_NORM2, SID_GRAD_NORM2, SID_NOISE_TRACE, SID_X};

typedef struct {
  double r, g, n;
} sizes;

/* Rows of a run in equilibrium: from 10/el steps on, 200/el steps, ROWS_PER_RUN rows of each of
 * RUNS trajectories. */
static int equilibrium_rows(vf_context *context, const sid_problem *problem, uint32_t batch,
                            double lr, double wd, double *rows) {
  sid_segment segment;
  uint64_t checkpoints[ROWS_PER_RUN];
  const uint64_t burn = (uint64_t)ceil(10.0 / (lr * wd)),
                 stride = (uint64_t)ceil(50.0 / (lr * wd) / ROWS_PER_RUN);
  for (uint32_t c = 0; c < ROWS_PER_RUN; c++) checkpoints[c] = burn + c * stride;
  const run_plan plan = {.name = "equilibrium of sgd",
                         .problem = *problem,
                         .dynamics = dynamics_of(SID_SGD, 1, batch),
                         .schedule = constant_schedule(&segment, lr, wd),
                         .steps = checkpoints[ROWS_PER_RUN - 1],
                         .trajectories = RUNS,
                         .checkpoints = checkpoints,
                         .checkpoint_count = ROWS_PER_RUN,
                         .observables = observe_balance,
                         .observable_count = COUNT(observe_balance)};
  return run_all(context, &plan, rows);
}

static sizes average_rows(const double *rows, size_t width) {
  double values[OBSERVED][RUNS * ROWS_PER_RUN];
  const size_t count = (size_t)RUNS * ROWS_PER_RUN;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < OBSERVED; k++) values[k][i] = rows[i * width + k];
  return (sizes){vf_moments_of(values[0], count).mean, vf_moments_of(values[1], count).mean,
                 vf_moments_of(values[2], count).mean};
}

/* Least C^2 of Definition 6.4, (17): R, kappa N and G of the batch kappa B within [1/C, C] of those
 * of B. */
static double closeness2(sizes small, sizes large, double kappa) {
  const double ratios[3] = {small.r / large.r, small.n / (kappa * large.n), small.g / large.g};
  double c = 1.0;
  for (int k = 0; k < 3; k++) c = fmax(c, fmax(ratios[k], 1.0 / ratios[k]));
  return c * c;
}

/* A baseline run: batch and learning rate, weight decay. */
typedef struct {
  uint32_t batch;
  double lr, wd;
} baseline;

static const baseline baselines[] = {{1, 0.01, 0.1}, {2, 0.04, 0.2}, {1, 0.04, 0.5}};

/* At every row of the baseline stochastic gradients are drawn: a FEW, whose bias shows, or as MANY
 * as the paper takes (Appendix E.2). A block is eight rows, four fifths of a time 1/el. */
enum {
  BLOCK = 8,
  BLOCKS_PER_RUN = ROWS_PER_RUN / BLOCK,
  BLOCKS = RUNS * BLOCKS_PER_RUN,
  FEW = 8,
  MANY = 200
};

typedef struct {
  double g[BLOCKS], n[BLOCKS]; /* means of the blocks, trajectory by trajectory */
} sampled_sizes;

/* G_t and N_t from `drawn` gradients at each row of the first blocks, less the exact values of the
 * row times `centre`. */
static void sample_sizes(const sid_problem *problem, uint32_t batch, const double *rows,
                         size_t blocks, size_t drawn, double centre, sampled_sizes *sampled) {
  double gradients[MANY * FEATURES], work[WORK];
  memset(sampled, 0, sizeof *sampled);
  for (size_t i = 0; i < blocks * BLOCK; i++) {
    const double *row = rows + i * (OBSERVED + FEATURES);
    sid_stream stream = stream_at(1000 + i);
    for (size_t k = 0; k < drawn; k++)
      sid_problem_noisy_gradient(problem, row + OBSERVED, batch, &stream, gradients + k * FEATURES,
                                 work);
    const vf_gradient_sizes found = vf_gradient_sizes_of(gradients, drawn, FEATURES);
    sampled->g[i / BLOCK] += (found.g.value - centre * row[1]) / BLOCK;
    sampled->n[i / BLOCK] += (found.n.value - centre * row[2]) / BLOCK;
  }
}

/* The estimates against the exact |grad L|^2 and tr Cov(g)/B of the same states. Effects: N/FEW, by
 * which |mean|^2 exceeds G; and half of N, a batch off by two. */
static void compare_sampled(vf_context *context, const char *name, const sid_problem *problem,
                            uint32_t batch, const double *rows, sizes exact, sampled_sizes *room) {
  char instance[TEXT];
  sample_sizes(problem, batch, rows, BLOCKS, FEW, 1.0, room);
  const vf_moments g = vf_moments_of(room->g, BLOCKS), n = vf_moments_of(room->n, BLOCKS);
  say(instance, "%s, G from 8 gradients, less |grad L|^2", name);
  vf_monte_carlo(context, instance, g.mean, g.standard_error, 0.0, exact.n / FEW,
                 "8192 states; effect: |mean|^2 without the correction");
  say(instance, "%s, N from 8 gradients, less tr Cov(g)/B", name);
  vf_monte_carlo(context, instance, n.mean, n.standard_error, 0.0, 0.5 * exact.n,
                 "8192 states; effect: half of N");
}

/* Theorem 6.6 from one run, its first trajectory, the blocks taken as independent. */
static vf_critical_batch predict_critical(const sid_problem *problem, const baseline *b,
                                          const double *rows, sampled_sizes *room) {
  sample_sizes(problem, b->batch, rows, BLOCKS_PER_RUN, MANY, 0.0, room);
  return vf_critical_batch_of(vf_ratio_of(room->n, room->g, BLOCKS_PER_RUN), 2.0, b->lr * b->wd);
}

/* The balance (14) of batch kappa B at kappa eta, (2 - kappa el) lam R = kappa eta (G + N), each
 * trajectory one number. Effect: G left out. */
static void compare_scaled_balance(vf_context *context, const char *name, const double *rows,
                                   double lr, double wd) {
  const size_t width = OBSERVED + FEATURES;
  double values[ROWS_PER_RUN], imbalance[RUNS], scale = 0.0, gradient = 0.0;
  char instance[TEXT];
  for (size_t i = 0; i < RUNS; i++) {
    for (size_t c = 0; c < ROWS_PER_RUN; c++) {
      const double *row = rows + (i * ROWS_PER_RUN + c) * width;
      values[c] = (2.0 - lr * wd) * wd * row[0] - lr * (row[1] + row[2]);
      scale += wd * row[0] / (RUNS * ROWS_PER_RUN);
      gradient += lr * row[1] / (RUNS * ROWS_PER_RUN);
    }
    imbalance[i] = vf_moments_of(values, ROWS_PER_RUN).mean;
  }
  const vf_moments found = vf_moments_of(imbalance, RUNS);
  say(instance, "%s, imbalance of (14) over lam R", name);
  vf_monte_carlo(context, instance, found.mean / scale, found.standard_error / scale, 0.0,
                 gradient / scale, "16 trajectories; effect: G left out");
}

/* Where C^2 passes 2, between two scales by interpolation of logarithms. */
static double breakdown(const double *kappa, const double *c2, size_t count) {
  for (size_t i = 1; i < count; i++)
    if (c2[i] > 2.0)
      return kappa[i - 1] *
             pow(kappa[i] / kappa[i - 1], log(2.0 / c2[i - 1]) / log(c2[i] / c2[i - 1]));
  return (double)INFINITY;
}

/* The predictions against the scales that were run. All bounds are inequalities. Factor 4: the
 * paper finds the condition close to sufficient without a number; on these instances the breakdown
 * is at .52 to .61 of the sharp bound. */
static void compare_critical(vf_context *context, const char *name, vf_critical_batch critical,
                             const double *kappa, const double *c2, size_t count) {
  char instance[TEXT];
  const double most = critical.tight.value + 3.0 * critical.tight.standard_error,
               least = critical.tight.value - 3.0 * critical.tight.standard_error;
  say(instance, "%s, sharp bound of kappa against C^2 (1 + N/G)", name);
  vf_at_most(context, instance, critical.tight.value, critical.printed.value,
             "Theorem 6.6, sharp and as printed");
  say(instance, "%s, measured breakdown of C^2 = 2 against the sharp bound", name);
  vf_at_most(context, instance, breakdown(kappa, c2, count), least,
             "Theorem 6.6, three standard errors of N/G inside");
  for (size_t i = 0; i < count; i++) {
    if (kappa[i] > least / 4.0 && kappa[i] < most) continue;
    say(instance, "%s, least C^2 of kappa=%g", name, kappa[i]);
    if (kappa[i] >= most)
      vf_at_least(context, instance, c2[i], 2.0, "beyond the bound linear scaling fails");
    else
      vf_at_most(context, instance, c2[i], 2.0, "below a quarter of the bound it holds");
  }
}

typedef struct {
  regression_data data;
  sampled_sizes sampled;
  double rows[RUNS * ROWS_PER_RUN * (OBSERVED + FEATURES)];
} critical_room;

static void compare_baseline(vf_context *context, const sid_problem *problem, const baseline *b,
                             critical_room *room) {
  static const char *const columns[] = {"kappa", "R", "G", "N", "G/N", "least C^2"};
  double table[SCALES][COUNT(columns)], kappa[SCALES], c2[SCALES];
  size_t count = 0;
  vf_critical_batch critical = {{0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}};
  sizes small = {0.0, 0.0, 0.0};
  char name[TEXT], instance[TEXT];
  say(name, "regression B=%u eta=%g lam=%g", b->batch, b->lr, b->wd);
  for (uint32_t scale = 1; count < SCALES && scale * b->lr * b->wd < 0.5; scale *= 2) {
    if (equilibrium_rows(context, problem, scale * b->batch, scale * b->lr, b->wd, room->rows))
      return;
    const sizes now = average_rows(room->rows, OBSERVED + FEATURES);
    if (scale == 1) {
      small = now;
      compare_sampled(context, name, problem, b->batch, room->rows, now, &room->sampled);
      critical = predict_critical(problem, b, room->rows, &room->sampled);
    }
    kappa[count] = scale;
    c2[count] = closeness2(small, now, scale);
    say(instance, "%s kappa=%u", name, scale);
    if (now.g > 0.2 * now.n)
      compare_scaled_balance(context, instance, room->rows, scale * b->lr, b->wd);
    const double row[] = {scale, now.r, now.g, now.n, now.g / now.n, c2[count]};
    memcpy(table[count++], row, sizeof row);
  }
  compare_critical(context, name, critical, kappa, c2, count);
  vf_series(context, name, columns, COUNT(columns), &table[0][0], count);
}

/* The bounds themselves against fixtures/. */
static void check_svag7_bounds(vf_context *context) {
  static const char *const c2[] = {"1.21", "1.44", "2"},
                           *const ratios[] = {"0.5", "3", "20", "500"},
                           *const els[] = {"0.001", "0.01"};
  for (size_t i = 0; i < COUNT(c2); i++)
    for (size_t r = 0; r < COUNT(ratios); r++) {
      const vf_estimate ratio = {number(ratios[r]), 0.0};
      const vf_critical_batch bound = vf_critical_batch_of(ratio, number(c2[i]), 0.0);
      char key[TEXT];
      say(key, "svag7.kappa.c2-%s.n-over-g-%s", c2[i], ratios[r]);
      vf_within_relative(context, key, bound.printed.value, vf_expected(context, key),
                         20.0 * unit_roundoff, "20 roundings of 2^-53");
      say(key, "svag7.kappa-tight.c2-%s.n-over-g-%s", c2[i], ratios[r]);
      vf_within_relative(context, key, bound.tight.value, vf_expected(context, key),
                         20.0 * unit_roundoff, "20 roundings of 2^-53");
      for (size_t e = 0; e < COUNT(els); e++) {
        say(key, "svag7.kappa-exact.c2-%s.n-over-g-%s.el-%s", c2[i], ratios[r], els[e]);
        vf_within_relative(
            context, key, vf_critical_batch_of(ratio, number(c2[i]), number(els[e])).tight.value,
            vf_expected(context, key), 50.0 * unit_roundoff, "50 roundings of 2^-53");
      }
    }
}

/* svag, Theorem 6.6, Figures 6 and 14: N/G of one baseline run, estimated from stochastic gradients
 * at its equilibrium, bounds the factor kappa by which batch and learning rate may grow together.
 * Held against the real breakdown, C^2 of (17) passing 2, of real runs with kappa = 1, 2, 4, ... on
 * the regression with heavy and skewed noise. */
static void check_svag7_critical_batch(vf_context *context) {
  critical_room *room = malloc(sizeof *room);
  if (!room) {
    vf_error(context, "regression", "out of memory");
    return;
  }
  const sid_problem problem = regression(context, &room->data);
  for (size_t i = 0; i < COUNT(baselines); i++)
    compare_baseline(context, &problem, &baselines[i], room);
  free(room);
}

static const vf_check table[] = {
    {"svag5.linear-scaling", "svag, Example F.1",
     "the end of T/B steps with batch B and rate B eta does not depend on B", VF_QUICK,
     check_svag5_lsr},
    {"svag5.counts", "svag, Example F.1", "the counts are Poisson", VF_QUICK, check_svag5_counts},
    {"svag5.third-moment", "svag, Section 5.2",
     "third central moment -eta^3 T along the scaling rule, -eta^3 T (3-1/l)/(2l) for SVAG",
     VF_QUICK, check_svag5_third_moment},
    {"svag5.sde", "svag, Section 5.2", "the SDE of Poisson gradients is Gaussian", VF_QUICK,
     check_svag5_sde},
    {"svag5.trajectories", "svag, Section 5.2",
     "third central moment of trajectories of SGD, SVAG and the SDE", VF_QUICK, check_svag5_runs},
    {"svag5.levy", "svag, (8)",
     "dX = -eta grad L dt - eta sigma dZ: cumulants, and SGD as its step", VF_QUICK,
     check_svag5_levy},
    {"svag7.bounds", "svag, Theorem 6.6",
     "the critical batch size as a function of N/G, C^2 and el", VF_QUICK, check_svag7_bounds},
    {"svag7.critical-batch", "svag, Theorem 6.6, Figure 6",
     "N/G of one run bounds the factor at which linear scaling breaks down", VF_QUICK,
     check_svag7_critical_batch},
    {"svag8.effective-steps", "svag, Appendix E.1.2, Figure 9",
     "the schedule follows effective steps, t/l", VF_QUICK, check_svag8_effective_steps},
    {"svag8.moments", "svag, Appendix E.1.2", "moments of SGD, SVAG and the SDE under schedules",
     VF_QUICK, check_svag8_moments},
    {"svag8.trajectories", "svag, Appendix E.1.2", "moments of SVAG trajectories under schedules",
     VF_QUICK, check_svag8_runs},
    {"svag8.weak-order", "svag, Theorem 4.1, Appendix E.1.2",
     "under schedules too SVAG is an order-1 weak approximation of the SDE", VF_QUICK,
     check_svag8_weak_order},
    {"svag9.gaussian", "svag, Theorem F.3", "(32) on correlated Gaussian noise has the mean (36)",
     VF_QUICK, check_svag9_gaussian},
    {"svag9.stable", "svag, Theorem F.2", "(32) on independent stable numbers has the mean 1/alpha",
     VF_QUICK, check_svag9_stable},
    {"svag10.gradient-flow", "svag, Section 5.1, Figure 3",
     "gradient descent on x^2 leaves gradient flow as eta grows", VF_QUICK,
     check_svag10_gradient_flow},
    {"svag10.order", "svag, Section 5.1", "gradient descent leaves gradient flow by O(eta)",
     VF_QUICK, check_svag10_order},
    {"svag11.single-step", "svag, Lemma 4.5, Section 5.2",
     "normalised fourth moment of a step tends to mu4/(2 s^4) + 3/2, the third to 0", VF_QUICK,
     check_svag11_single_step},
    {"svag11.local-order", "svag, Theorem 4.1, Lemma 4.5",
     "a step on the regression follows the generator of the SDE up to O(h^2)", VF_QUICK,
     check_svag11_local_order},
    {"svag11.trajectories", "svag, Theorem 4.1",
     "SVAG trajectories of the regression approach those of the SDE", VF_FULL, check_svag11_runs},
    {"svag11.data", "svag, Section 5.2", "heavy and skewed numbers have the laws that they should",
     VF_QUICK, check_svag11_data},
    {"svag11.weak-order", "svag, Theorem 4.1", "weak order 1 for heavy and skewed noise", VF_QUICK,
     check_svag11_weak_order},
    {"errata.svag5-footnote3-weight", "svag, footnote 3", "the parts of a batch have weight 1/m",
     VF_QUICK, check_errata_footnote},
    {"errata.svag5-levy-sde", "svag, (8)", "-eta sigma dZ in step time", VF_QUICK,
     check_errata_levy},
    {"errata.svag9-range", "svag, Theorem F.3", "the estimate is not confined to [1/2, 1]",
     VF_QUICK, check_errata_range},
    {"errata.svag9-index", "svag, Theorem F.3", "the j-th block is X_((j-1)d+1) .. X_(jd)",
     VF_QUICK, check_errata_index},
};

VF_ROW(svag_noise, table);

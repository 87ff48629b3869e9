/* Gradient noise: docs/spec.md section 5. Each draw against the exact projection or normalisation
 * of the unit variables that it is made of, with the stream that the specification names;
 * covariances and traces against theory and against samples.
 *
 * Streams are fixed, so the statistics below give the same numbers in every run: a bound of five
 * standard errors holds or it does not. */
#include "instances.h"

#include <math.h>
#include <mpfr.h>

#define DRAWS 40000

typedef struct {
  instances all;
  double work[INSTANCE_WORK_MAX];
} noise_state;

static int set_up(void **state) {
  noise_state *test = malloc(sizeof *test);
  if (!test) return -1;
  instances_make(&test->all);
  *state = test;
  return 0;
}

static int tear_down(void **state) {
  free(*state);
  return 0;
}

typedef void (*instance_test)(noise_state *test, const instance *one, const double *x,
                              uint64_t number);

static void for_all(void **state, instance_test check) {
  noise_state *test = *state;
  assert_true(test->all.count >= 85);
  for (size_t i = 0; i < test->all.count; i++) {
    data_source data = {i + 1};
    double x[INSTANCE_DIM_MAX];
    instance_point(&test->all.list[i].problem, &data, x);
    check(test, test->all.list + i, x, i);
  }
}

static int is_drawn(const sid_problem *problem) {
  return problem->noise != SID_NOISE_NONE && problem->noise < SID_NOISE_SAMPLES;
}

/* ---- one draw ------------------------------------------------------------------------------ */

/* The same noise without a gradient, so that noisy_gradient() is the noise itself: noise_only where
 * it is tangential, a quadratic with spectrum 0 where it is ambient. */
static sid_problem bare_noise(const sid_problem *problem) {
  static const double zeros[INSTANCE_DIM_MAX] = {0.0};
  sid_problem bare;
  memset(&bare, 0, sizeof bare);
  bare.dim = problem->dim, bare.noise = problem->noise, bare.sigma = problem->sigma,
  bare.scale = problem->scale;
  bare.kind = sid_problem_scale_invariant(problem) ? SID_NOISE_ONLY : SID_QUADRATIC_NOISY;
  if (bare.kind == SID_QUADRATIC_NOISY) bare.spectrum = zeros;
  return bare;
}

/* Unit variables of a draw as section 5 names them, scaled but for the sphere. */
static void unit_variables(const sid_problem *problem, int32_t kind, sid_stream *stream,
                           double *u) {
  if (kind == SID_NOISE_RADEMACHER)
    for (uint32_t j = 0; j < problem->dim; j++) u[j] = sid_stream_rademacher(stream);
  else
    sid_stream_normals(stream, u, problem->dim);
  if (kind == SID_NOISE_SPHERE) return;
  for (uint32_t j = 0; j < problem->dim; j++)
    u[j] *= problem->scale ? problem->scale[j] : problem->sigma;
}

typedef struct {
  mpfr_t v[INSTANCE_DIM_MAX], r, t, term;
  double size[INSTANCE_DIM_MAX]; /* |u_j| + |t x_j| with absolute values: what cancels in v_j */
} projection;

static void open_projection(projection *w) {
  for (int j = 0; j < INSTANCE_DIM_MAX; j++) mpfr_init2(w->v[j], 200);
  mpfr_inits2(200, w->r, w->t, w->term, (mpfr_ptr)0);
}

static void close_projection(projection *w) {
  for (int j = 0; j < INSTANCE_DIM_MAX; j++) mpfr_clear(w->v[j]);
  mpfr_clears(w->r, w->t, w->term, (mpfr_ptr)0);
}

/* out += a*b */
static void accumulate(projection *w, mpfr_t out, double a, double b) {
  mpfr_set_d(w->term, a, MPFR_RNDN);
  mpfr_mul_d(w->term, w->term, b, MPFR_RNDN);
  mpfr_add(out, out, w->term, MPFR_RNDN);
}

/* v = u, or its part orthogonal to x, divided by |x|. */
static void project(projection *w, const double *u, const double *x, uint32_t p, int tangential) {
  double t = 0.0, r = 0.0;
  mpfr_set_zero(w->r, 1);
  mpfr_set_zero(w->t, 1);
  for (uint32_t j = 0; j < p; j++) {
    accumulate(w, w->r, x[j], x[j]);
    accumulate(w, w->t, x[j], u[j]);
    t += fabs(x[j] * u[j]), r += x[j] * x[j];
  }
  mpfr_div(w->t, w->t, w->r, MPFR_RNDN);
  mpfr_sqrt(w->r, w->r, MPFR_RNDN);
  for (uint32_t j = 0; j < p; j++) {
    mpfr_mul_d(w->v[j], w->t, tangential ? -x[j] : 0.0, MPFR_RNDN);
    mpfr_add_d(w->v[j], w->v[j], u[j], MPFR_RNDN);
    if (tangential) mpfr_div(w->v[j], w->v[j], w->r, MPFR_RNDN);
    w->size[j] = tangential ? (fabs(u[j]) + t / r * fabs(x[j])) / sqrt(r) : fabs(u[j]);
  }
}

/* v *= sigma/(|v| |x|), or sigma/|v|, after project(), which divided by |x|. */
static void normalise(projection *w, double sigma, const double *x, uint32_t p, int tangential) {
  double r = 0.0;
  mpfr_set_zero(w->t, 1);
  for (uint32_t j = 0; j < p; j++) {
    mpfr_sqr(w->term, w->v[j], MPFR_RNDN);
    mpfr_add(w->t, w->t, w->term, MPFR_RNDN);
    r += x[j] * x[j];
  }
  mpfr_sqrt(w->t, w->t, MPFR_RNDN);
  mpfr_d_div(w->t, tangential ? sigma / sqrt(r) : sigma, w->t, MPFR_RNDN);
  for (uint32_t j = 0; j < p; j++) {
    mpfr_mul(w->v[j], w->v[j], w->t, MPFR_RNDN);
    w->size[j] *= mpfr_get_d(w->t, MPFR_RNDN);
  }
}

/* A draw of problem's noise must be the exact one to within its roundings. A dot product takes R =
 * ceil(p/8) + 3; t has 2R + 2, v_j 2 more, im or k another 2R + 4, the product 1, and normalise()
 * above 3: together below 4R + 12. */
static void require_draw(projection *w, const sid_problem *problem, int32_t kind, const double *u,
                         const double *x, const double *noise, const char *name) {
  const int tangential = sid_problem_scale_invariant(problem);
  const double roundings = 4.0 * ((problem->dim + 7) / 8 + 3) + 12.0;
  double largest = 0.0;
  project(w, u, x, problem->dim, tangential);
  if (kind == SID_NOISE_SPHERE) normalise(w, problem->sigma, x, problem->dim, tangential);
  for (uint32_t j = 0; j < problem->dim; j++) largest = fmax(largest, w->size[j]);
  for (uint32_t j = 0; j < problem->dim; j++) /* an error of |v| is that of its largest component */
    require_within(noise[j], mpfr_get_d(w->v[j], MPFR_RNDN),
                   roundings * UNIT_ROUNDOFF *
                       (kind == SID_NOISE_SPHERE ? 2.0 * largest : w->size[j]),
                   name, j);
}

static void check_draw(noise_state *test, const instance *one, const double *x, uint64_t number) {
  const sid_problem *problem = &one->problem;
  projection w;
  if (!is_drawn(problem)) return;
  const sid_problem bare = bare_noise(problem);
  sid_stream stream = test_stream(number), twin = stream;
  open_projection(&w);
  for (int i = 0; i < 20; i++) {
    double noise[INSTANCE_DIM_MAX], u[INSTANCE_DIM_MAX];
    sid_problem_noisy_gradient(&bare, x, 1, &stream, noise, test->work);
    unit_variables(problem, problem->noise, &twin, u);
    assert_true(same_stream(&stream, &twin));
    require_draw(&w, problem, problem->noise, u, x, noise, one->name);
  }
  close_projection(&w);
}

/* The gaussian noise of the SDEs: gaussian with the same sigma or scale; for the sphere sigma is
 * divided by the root of the dimension of what it lives in, so that the covariance is the same; for
 * Poisson counts it is the root of the mean. */
static void check_gaussian_draw(noise_state *test, const instance *one, const double *x,
                                uint64_t number) {
  projection w;
  if (!is_drawn(&one->problem) && one->problem.noise != SID_NOISE_POISSON) return;
  sid_problem problem = one->problem;
  sid_stream stream = test_stream(number), twin = stream;
  const uint32_t p = problem.dim, room = sid_problem_scale_invariant(&problem) ? p - 1 : p;
  if (problem.noise == SID_NOISE_SPHERE) problem.sigma /= sqrt((double)room);
  if (problem.noise == SID_NOISE_POISSON) problem.sigma = sqrt(problem.mean);
  open_projection(&w);
  for (int i = 0; i < 20; i++) {
    double noise[INSTANCE_DIM_MAX], u[INSTANCE_DIM_MAX];
    sid_problem_gaussian_noise(&one->problem, x, &stream, noise, test->work);
    unit_variables(&problem, SID_NOISE_GAUSSIAN, &twin, u);
    assert_true(same_stream(&stream, &twin));
    require_draw(&w, &problem, SID_NOISE_GAUSSIAN, u, x, noise, one->name);
  }
  close_projection(&w);
}

/* noisy gradient = full gradient + noise, to the bit and from the same stream; and the noise
 * alone. */
static void check_sum(noise_state *test, const instance *one, const double *x, uint64_t number) {
  const sid_problem *problem = &one->problem;
  if (!is_drawn(problem)) return;
  const sid_problem bare = bare_noise(problem);
  sid_stream stream = test_stream(number), twin = stream, third = stream;
  double full[INSTANCE_DIM_MAX], noise[INSTANCE_DIM_MAX], noisy[INSTANCE_DIM_MAX];
  double alone[INSTANCE_DIM_MAX];
  sid_problem_gradient(problem, x, full, test->work);
  sid_problem_noisy_gradient(&bare, x, 1, &twin, noise, test->work);
  sid_problem_noisy_gradient(problem, x, 1, &stream, noisy, test->work);
  sid_problem_noise(problem, x, &third, alone);
  assert_true(same_stream(&stream, &twin) && same_stream(&stream, &third));
  for (uint32_t j = 0; j < problem->dim; j++) {
    require_bits(noisy[j], full[j] + noise[j], one->name, j);
    require_bits(alone[j] + 0.0, noise[j], one->name, j);
  }
}

/* No noise: the gradient, the zero vector, a trace of +0, and a stream that stays where it is. */
static void check_none(noise_state *test, const instance *one, const double *x, uint64_t number) {
  const sid_problem *problem = &one->problem;
  static const double zeros[INSTANCE_DIM_MAX] = {0.0};
  if (problem->noise != SID_NOISE_NONE) return;
  const sid_stream start = test_stream(number);
  sid_stream stream = start;
  double full[INSTANCE_DIM_MAX], noisy[INSTANCE_DIM_MAX], noise[INSTANCE_DIM_MAX];
  sid_problem_gradient(problem, x, full, test->work);
  sid_problem_noisy_gradient(problem, x, 1, &stream, noisy, test->work);
  require_equal(noisy, full, problem->dim, one->name);
  sid_problem_noise(problem, x, &stream, noise);
  require_same(noise, zeros, problem->dim, one->name);
  sid_problem_gaussian_noise(problem, x, &stream, noise, test->work);
  require_same(noise, zeros, problem->dim, one->name);
  assert_true(same_stream(&stream, &start));
  require_bits(sid_problem_noise_trace(problem, x, test->work), 0.0, one->name, 0);
}

/* ---- finite families ----------------------------------------------------------------------- */

static uint32_t draw_member(const sid_problem *problem, sid_stream *stream) {
  if (problem->weights)
    return sid_stream_weighted_index(stream, problem->weights, problem->samples);
  return (uint32_t)sid_stream_index(stream, problem->samples);
}

/* Section 5 to the letter: one draw after the other, a sum in their order, a product with 1/B. */
static void check_batches(noise_state *test, const instance *one, const double *x,
                          uint64_t number) {
  static const uint32_t batches[] = {1, 2, 3, 7, 64};
  const sid_problem *problem = &one->problem;
  if (problem->noise != SID_NOISE_SAMPLES) return;
  for (size_t k = 0; k < COUNT(batches); k++) {
    sid_stream stream = test_stream(number), twin = stream;
    double noisy[INSTANCE_DIM_MAX], sum[INSTANCE_DIM_MAX], member[INSTANCE_DIM_MAX];
    sid_problem_noisy_gradient(problem, x, batches[k], &stream, noisy, test->work);
    sid_problem_sample_gradient(problem, draw_member(problem, &twin), x, sum, NULL);
    for (uint32_t b = 1; b < batches[k]; b++) {
      sid_problem_sample_gradient(problem, draw_member(problem, &twin), x, member, NULL);
      for (uint32_t j = 0; j < problem->dim; j++) sum[j] = sum[j] + member[j];
    }
    for (uint32_t j = 0; batches[k] > 1 && j < problem->dim; j++)
      sum[j] = sum[j] * (1.0 / batches[k]);
    require_same(noisy, sum, problem->dim, one->name);
    assert_true(same_stream(&stream, &twin));
  }
}

/* Poisson counts: B times one in each coordinate, added from 0 on, then the product with 1/B. */
static void check_counts(noise_state *test, const instance *one, const double *x, uint64_t number) {
  static const uint32_t batches[] = {1, 2, 3, 64};
  const sid_problem *problem = &one->problem;
  if (problem->noise != SID_NOISE_POISSON) return;
  for (size_t k = 0; k < COUNT(batches); k++) {
    sid_stream stream = test_stream(number), twin = stream;
    double noisy[INSTANCE_DIM_MAX], sum[INSTANCE_DIM_MAX] = {0.0};
    sid_problem_noisy_gradient(problem, x, batches[k], &stream, noisy, test->work);
    for (uint32_t b = 0; b < batches[k]; b++)
      for (uint32_t j = 0; j < problem->dim; j++)
        sum[j] += sid_stream_poisson(&twin, problem->exp_minus_mean);
    for (uint32_t j = 0; j < problem->dim; j++) sum[j] = sum[j] * (1.0 / batches[k]);
    require_same(noisy, sum, problem->dim, one->name);
    assert_true(same_stream(&stream, &twin));
  }
}

/* d_ij = g_ij - G_j */
static void deviation(noise_state *test, const sid_problem *problem, uint32_t i, const double *x,
                      double *d) {
  double full[INSTANCE_DIM_MAX];
  sid_problem_gradient(problem, x, full, test->work);
  sid_problem_sample_gradient(problem, i, x, d, NULL);
  for (uint32_t j = 0; j < problem->dim; j++) d[j] = d[j] - full[j];
}

static void check_gaussian_family(noise_state *test, const instance *one, const double *x,
                                  uint64_t number) {
  const sid_problem *problem = &one->problem;
  if (problem->noise != SID_NOISE_SAMPLES) return;
  sid_stream stream = test_stream(number), twin = stream;
  double noise[INSTANCE_DIM_MAX], sum[INSTANCE_DIM_MAX], d[INSTANCE_DIM_MAX],
      xi[INSTANCE_SAMPLES_MAX];
  sid_problem_gaussian_noise(problem, x, &stream, noise, test->work);
  sid_stream_normals(&twin, xi, problem->samples);
  for (uint32_t i = 0; i < problem->samples; i++) {
    deviation(test, problem, i, x, d);
    for (uint32_t j = 0; j < problem->dim; j++) {
      const double term = (sqrt(sid_problem_sample_weight(problem, i)) * xi[i]) * d[j];
      sum[j] = i == 0 ? term : sum[j] + term;
    }
  }
  require_same(noise, sum, problem->dim, one->name);
  assert_true(same_stream(&stream, &twin));
}

/* ---- covariance ---------------------------------------------------------------------------- */

typedef double covariance[INSTANCE_DIM_MAX][INSTANCE_DIM_MAX];

/* P D P/|x|^2 with P = 1 - xx'/|x|^2 and D the diagonal of squared standard deviations; D without
 * tangential noise. */
static void drawn_covariance(const sid_problem *problem, const double *x, covariance c) {
  const uint32_t p = problem->dim;
  const int tangential = sid_problem_scale_invariant(problem);
  double r = 0.0, mean = problem->sigma * problem->sigma;
  for (uint32_t j = 0; j < p; j++) r += x[j] * x[j];
  if (problem->noise == SID_NOISE_SPHERE) mean /= tangential ? p - 1 : p;
  for (uint32_t i = 0; i < p; i++)
    for (uint32_t j = 0; j < p; j++) {
      c[i][j] = 0.0;
      for (uint32_t k = 0; k < p; k++) {
        const double d = problem->scale ? problem->scale[k] * problem->scale[k] : mean;
        const double left = (i == k) - (tangential ? x[i] * x[k] / r : 0.0);
        const double right = (k == j) - (tangential ? x[k] * x[j] / r : 0.0);
        c[i][j] += left * d * right / (tangential ? r : 1.0);
      }
    }
}

/* sum_i w_i d_i d_i' */
static void family_covariance(noise_state *test, const sid_problem *problem, const double *x,
                              covariance c) {
  const uint32_t p = problem->dim;
  for (uint32_t i = 0; i < p; i++)
    for (uint32_t j = 0; j < p; j++) c[i][j] = 0.0;
  for (uint32_t s = 0; s < problem->samples; s++) {
    double d[INSTANCE_DIM_MAX];
    const double weight = problem->weights ? problem->weights[s] : 1.0 / problem->samples;
    deviation(test, problem, s, x, d);
    for (uint32_t i = 0; i < p; i++)
      for (uint32_t j = 0; j < p; j++) c[i][j] += weight * d[i] * d[j];
  }
}

/* mean times the identity */
static void poisson_covariance(const sid_problem *problem, covariance c) {
  for (uint32_t i = 0; i < problem->dim; i++)
    for (uint32_t j = 0; j < problem->dim; j++) c[i][j] = i == j ? problem->mean : 0.0;
}

/* Returns the trace. */
static double true_covariance(noise_state *test, const sid_problem *problem, const double *x,
                              covariance c) {
  double trace = 0.0;
  if (problem->noise == SID_NOISE_SAMPLES)
    family_covariance(test, problem, x, c);
  else if (problem->noise == SID_NOISE_POISSON)
    poisson_covariance(problem, c);
  else
    drawn_covariance(problem, x, c);
  for (uint32_t j = 0; j < problem->dim; j++) trace += c[j][j];
  return trace;
}

/* Sums over the draws of n_i n_j and of its square, of n_j, and of |n|^2 and its square. */
typedef struct {
  covariance product, square;
  double mean[INSTANCE_DIM_MAX], length, length_square;
} sums;

static void add_draw(sums *s, const double *n, uint32_t p) {
  double length = 0.0;
  for (uint32_t i = 0; i < p; i++) {
    s->mean[i] += n[i];
    length += n[i] * n[i];
    for (uint32_t j = 0; j < p; j++) {
      const double product = n[i] * n[j];
      s->product[i][j] += product;
      s->square[i][j] += product * product;
    }
  }
  s->length += length;
  s->length_square += length * length;
}

/* The mean over the draws is `expected` to within five standard errors of that mean, and the
 * rounding of 40000 numbers of size at most 10. */
static void require_mean(double sum, double square_sum, double expected, const char *name,
                         size_t index) {
  const double mean = sum / DRAWS, variance = fmax(square_sum / DRAWS - mean * mean, 0.0);
  require_within(mean, expected, 5.0 * sqrt(variance / DRAWS) + 1e-11, name, index);
}

static void require_covariance(const sums *s, covariance c, double trace, uint32_t p,
                               const char *name) {
  for (uint32_t i = 0; i < p; i++) {
    require_mean(s->mean[i], s->product[i][i], 0.0, name, i);
    for (uint32_t j = 0; j < p; j++)
      require_mean(s->product[i][j], s->square[i][j], c[i][j], name, (size_t)i * 100 + j);
  }
  require_mean(s->length, s->length_square, trace, name, 10000);
}

static void check_covariance(noise_state *test, const instance *one, const double *x,
                             uint64_t number) {
  const sid_problem *problem = &one->problem;
  const uint32_t p = problem->dim;
  static sums drawn, gaussian;
  covariance c;
  double full[INSTANCE_DIM_MAX], noise[INSTANCE_DIM_MAX];
  if (problem->noise == SID_NOISE_NONE || p > 19)
    return; /* larger ones differ in nothing but their price */
  sid_stream stream = test_stream(1000 + number);
  memset(&drawn, 0, sizeof drawn);
  memset(&gaussian, 0, sizeof gaussian);
  sid_problem_gradient(problem, x, full, test->work);
  for (int i = 0; i < DRAWS; i++) {
    sid_problem_noisy_gradient(problem, x, 1, &stream, noise, test->work);
    for (uint32_t j = 0; j < p; j++) noise[j] -= full[j];
    add_draw(&drawn, noise, p);
    sid_problem_gaussian_noise(problem, x, &stream, noise, test->work);
    add_draw(&gaussian, noise, p);
  }
  const double trace = true_covariance(test, problem, x, c);
  require_covariance(&drawn, c, trace, p, one->name);
  require_covariance(&gaussian, c, trace, p, one->name);
}

/* The trace is that of theory, to within the roundings of both: below 100 of numbers of the size of
 * sum(q)*(1 + 1)/r. */
static void check_trace(noise_state *test, const instance *one, const double *x, uint64_t number) {
  covariance c;
  const sid_problem *problem = &one->problem;
  if (problem->noise == SID_NOISE_NONE) return;
  const double expected = true_covariance(test, problem, x, c);
  double size = expected;
  for (uint32_t j = 0; problem->scale && j < problem->dim; j++)
    size += problem->scale[j] * problem->scale[j];
  require_within(sid_problem_noise_trace(problem, x, test->work), expected,
                 100.0 * UNIT_ROUNDOFF * size, one->name, number);
}

/* A batch of B divides the covariance by B. */
static void check_batch_trace(noise_state *test, const instance *one, const double *x,
                              uint64_t number) {
  const sid_problem *problem = &one->problem;
  const uint32_t p = problem->dim, batch = 5;
  static sums s;
  covariance c;
  double full[INSTANCE_DIM_MAX], noise[INSTANCE_DIM_MAX];
  if (problem->noise < SID_NOISE_SAMPLES) return;
  sid_stream stream = test_stream(2000 + number);
  memset(&s, 0, sizeof s);
  sid_problem_gradient(problem, x, full, test->work);
  for (int i = 0; i < DRAWS; i++) {
    sid_problem_noisy_gradient(problem, x, batch, &stream, noise, test->work);
    for (uint32_t j = 0; j < p; j++) noise[j] -= full[j];
    add_draw(&s, noise, p);
  }
  const double trace = true_covariance(test, problem, x, c) / batch;
  require_mean(s.length, s.length_square, trace, one->name, 0);
}

/* ---- edges --------------------------------------------------------------------------------- */

/* In one dimension sphere noise is +sigma or -sigma by the sign of the normal. */
static void test_sphere_on_a_line(void **state) {
  noise_state *test = *state;
  const double zero = 0.0, x = 0.25;
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.kind = SID_QUADRATIC_NOISY, problem.dim = 1, problem.spectrum = &zero;
  problem.noise = SID_NOISE_SPHERE, problem.sigma = 0.5;
  sid_stream stream = test_stream(1), twin = stream;
  for (size_t i = 0; i < 100; i++) {
    double noise, e;
    sid_problem_noisy_gradient(&problem, &x, 1, &stream, &noise, test->work);
    sid_stream_normals(&twin, &e, 1);
    require_within(noise, e > 0.0 ? 0.5 : -0.5, 0x1p-53, "line", i);
  }
}

/* The stream (0, 0, 0, 1) has the state 1 and then M + 1: a first raw of 1, so u1 = 1, radius 0 and
 * a pair of zeros. The direction vanishes, and so does the noise, for either sphere. */
static void test_sphere_without_direction(void **state) {
  noise_state *test = *state;
  const double zeros[2] = {0.0, 0.0}, x[2] = {0.5, 2.0};
  sid_problem problem;
  memset(&problem, 0, sizeof problem);
  problem.dim = 2, problem.noise = SID_NOISE_SPHERE, problem.sigma = 0.5;
  for (int tangential = 0; tangential < 2; tangential++) {
    sid_stream stream = {0, 0, 0, 1, NULL};
    double noise[2];
    problem.kind = tangential ? SID_NOISE_ONLY : SID_QUADRATIC_NOISY;
    problem.spectrum = tangential ? NULL : zeros;
    sid_problem_noisy_gradient(&problem, x, 1, &stream, noise, test->work);
    require_equal(noise, zeros, 2, "sphere without direction");
  }
}

static void test_draw(void **state) { for_all(state, check_draw); }
static void test_gaussian_draw(void **state) { for_all(state, check_gaussian_draw); }
static void test_noisy_gradient_is_a_sum(void **state) { for_all(state, check_sum); }
static void test_no_noise(void **state) { for_all(state, check_none); }
static void test_batches(void **state) { for_all(state, check_batches); }
static void test_counts(void **state) { for_all(state, check_counts); }
static void test_gaussian_family(void **state) { for_all(state, check_gaussian_family); }
static void test_covariance(void **state) { for_all(state, check_covariance); }
static void test_trace(void **state) { for_all(state, check_trace); }
static void test_batch_trace(void **state) { for_all(state, check_batch_trace); }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_draw),
      cmocka_unit_test(test_gaussian_draw),
      cmocka_unit_test(test_noisy_gradient_is_a_sum),
      cmocka_unit_test(test_no_noise),
      cmocka_unit_test(test_batches),
      cmocka_unit_test(test_counts),
      cmocka_unit_test(test_gaussian_family),
      cmocka_unit_test(test_covariance),
      cmocka_unit_test(test_trace),
      cmocka_unit_test(test_batch_trace),
      cmocka_unit_test(test_sphere_on_a_line),
      cmocka_unit_test(test_sphere_without_direction),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}

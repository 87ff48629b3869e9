/* The estimators of the harness: exact cases by hand, laws whose answer is known, and whether the
 * standard errors are those seen in repetitions. */
#include "common.h"

#include <math.h>

#include "closed_forms.h"
#include "harness/estimators.h"

static const double pi = 3.14159265358979323846;

/* ---- data of known laws ---- */

static double normal_of(data_source *data) {
  const double radius = sqrt(-2.0 * log(data_uniform(data, 0x1p-53, 1.0)));
  return radius * cos(data_uniform(data, 0.0, 2.0 * pi));
}

/* Mean and standard deviation of what repetitions gave. */
typedef struct {
  double n, sum, squares;
} spread;

static void spread_add(spread *of, double x) { of->n += 1.0, of->sum += x, of->squares += x * x; }
static double spread_mean(const spread *of) { return of->sum / of->n; }
static double spread_deviation(const spread *of) {
  return sqrt((of->squares - of->sum * of->sum / of->n) / (of->n - 1.0));
}

/* The mean of repetitions is `expected` up to 4 of its standard errors and `bias`. */
static void require_mean(const spread *of, double expected, double bias, const char *what) {
  require_within(spread_mean(of), expected, bias + 4.0 * spread_deviation(of) / sqrt(of->n), what,
                 (size_t)of->n);
}

static void require_close(vf_estimate got, double expected, const char *what) {
  assert_true(got.standard_error > 0.0);
  require_within(got.value, expected, 4.0 * got.standard_error, what, 0);
}

static void require_none(vf_estimate got, const char *what) {
  if (!isnan(got.value) || !isnan(got.standard_error))
    fail_msg("%s: %g +- %g", what, got.value, got.standard_error);
}

/* ---- tail index ---- */

static void test_tail_by_hand(void **state) {
  /* Equal numbers add up: alpha = 1. Blocks (1,3), (1,-3): 2 - ln3/(2 ln2) and 1 - ln3/(2 ln2). */
  static const double equal[] = {1.0, 1.0, 1.0, -2.0, -2.0, -2.0}, pairs[] = {1.0, 3.0, 1.0, -3.0};
  const vf_estimate one = vf_tail_exponent(equal, 3, 2), two = vf_tail_exponent(pairs, 2, 2);
  require_within(one.value, 1.0, 4.0 * UNIT_ROUNDOFF, "equal numbers", 0);
  require_within(one.standard_error, 0.0, 4.0 * UNIT_ROUNDOFF, "equal numbers, error", 0);
  require_within(two.value, 1.5 - log(3.0) / log(4.0), 8.0 * UNIT_ROUNDOFF, "two blocks", 0);
  require_within(two.standard_error, 0.5, 8.0 * UNIT_ROUNDOFF, "two blocks, error", 0);
  (void)state;
}

static void test_tail_ends(void **state) {
  static const double x[] = {1.0, -1.0, 0.0, 2.0};
  require_none(vf_tail_exponent(x, 1, 4), "blocks of one");
  require_none(vf_tail_exponent(x, 4, 1), "one block");
  assert_false(is_finite(vf_tail_exponent(x, 2, 2).value)); /* a sum and a number are 0 */
  (void)state;
}

enum { BLOCK = 12, BLOCKS = 20000 };

/* Stable laws: Gaussian 1/2, Cauchy 1, whatever the scale; correlated Gaussians as (36) says. */
static void test_tail_of_laws(void **state) {
  data_source data = {101};
  double *x = allocate((size_t)BLOCK * BLOCKS);
  for (size_t i = 0; i < (size_t)BLOCK * BLOCKS; i++) x[i] = 7.0 * normal_of(&data);
  require_close(vf_tail_exponent(x, BLOCK, BLOCKS), 0.5, "Gaussian");
  for (size_t i = 0; i < (size_t)BLOCK * BLOCKS; i++)
    x[i] = tan(data_uniform(&data, -pi / 2.0, pi / 2.0));
  require_close(vf_tail_exponent(x, BLOCK, BLOCKS), 1.0, "Cauchy");
  for (size_t i = 0; i < (size_t)BLOCK * BLOCKS; i += 4) { /* beta = 1/2, d = 4 */
    const double common = normal_of(&data);
    for (size_t j = 0; j < 4; j++) x[i + j] = sqrt(0.5) * (common + normal_of(&data));
  }
  require_close(vf_tail_exponent(x, 4, (size_t)BLOCK * BLOCKS / 4), 0.83048202372184,
                "correlated, m = 1");
  require_close(vf_tail_exponent(x, BLOCK, BLOCKS), 0.68437125841513, "correlated, m = 3");
  free(x);
  (void)state;
}

/* ---- total variation ---- */

static void test_distance_by_hand(void **state) {
  static const double a[] = {0.5, 0.0, 1.5, 2.5}, b[] = {0.5, 1.5, 1.0, 3.999};
  const vf_bins four = {0.0, 4.0, 4}, two = {0.0, 4.0, 2};
  const vf_distance got = vf_total_variation(a, 4, b, 4, four),
                    coarse = vf_total_variation(a, 4, b, 4, two);
  require_bits(got.value, 0.5, "four bins", 0);
  require_bits(got.standard_error, sqrt(2.0 * 0.75 * 0.25 / 4.0), "four bins, error", 0);
  require_bits(coarse.value, 0.0, "two bins", 0);
  /* Two frequencies p and 1 - p: their differences are +-x, x of variance (1/4 + 1/4) p (1-p), so
   * the distance is |x|. */
  const double variance = 0.5 * 0.75 * 0.25;
  require_within(coarse.floor, sqrt(2.0 / pi * variance), 8.0 * UNIT_ROUNDOFF, "two bins, floor",
                 0);
  require_within(coarse.floor_error, sqrt((1.0 - 2.0 / pi) * variance), 8.0 * UNIT_ROUNDOFF,
                 "two bins, error of floor", 0);
  require_bits(vf_total_variation(a, 4, b, 2, two).value, 0.25, "samples of different size", 0);
  (void)state;
}

/* Nothing falls out: below, above and NaN count as values of their own; the upper end belongs to
 * above. */
static void test_distance_outside(void **state) {
  const double a[] = {-POSITIVE_INFINITY, POSITIVE_INFINITY, QUIET_NAN, -0.25},
               inner[] = {0.0, 0.25, 0.5, 0.999999};
  const double above[] = {1.0}, below[] = {-SMALLEST}, none[] = {QUIET_NAN},
               all[] = {POSITIVE_INFINITY};
  const vf_bins bins = {0.0, 1.0, 3};
  require_bits(vf_total_variation(a, 4, inner, 4, bins).value, 1.0, "outside and inside", 0);
  require_bits(vf_total_variation(a, 4, a, 4, bins).value, 0.0, "itself", 0);
  require_bits(vf_total_variation(above, 1, all, 1, bins).value, 0.0, "the upper end", 0);
  require_bits(vf_total_variation(above, 1, below, 1, bins).value, 1.0, "above and below", 0);
  require_bits(vf_total_variation(a, 4, none, 1, bins).value, 0.75, "NaN", 0);
  (void)state;
}

static void test_distance_refused(void **state) {
  static const double a[] = {0.5};
  const vf_bins wrong[] = {
      {0.0, 1.0, 0}, {1.0, 1.0, 2}, {2.0, 1.0, 2}, {-LARGEST, LARGEST, 2}, {QUIET_NAN, 1.0, 2}};
  for (size_t i = 0; i < COUNT(wrong); i++) {
    assert_true(isnan(vf_total_variation(a, 1, a, 1, wrong[i]).value));
    assert_true(isnan(vf_total_variation_to(a, 1, NULL, wrong[i]).floor));
  }
  const vf_bins bins = {0.0, 1.0, 2};
  assert_true(isnan(vf_total_variation(a, 0, a, 1, bins).value));
  assert_true(isnan(vf_total_variation(a, 1, a, 0, bins).value));
  assert_true(isnan(vf_total_variation_to(a, 0, NULL, bins).value));
  (void)state;
}

static void test_distance_to_law(void **state) {
  static const double a[] = {0.1, 0.2, 0.6, 1.5}, probability[] = {0.5, 0.5};
  const vf_bins bins = {0.0, 1.0, 2};
  const vf_distance got = vf_total_variation_to(a, 4, NULL, bins);
  require_bits(got.value, 0.25, "uniform", 0); /* frequencies 1/2, 1/4 and 1/4 above */
  require_bits(got.standard_error, sqrt(0.25 * 0.75 / 4.0), "uniform, error", 0);
  require_within(got.floor, sqrt(2.0 / pi * 0.25 / 4.0), 4.0 * UNIT_ROUNDOFF, "uniform, floor", 0);
  require_bits(vf_total_variation_to(a, 4, probability, bins).value, 0.25, "given", 0);
  (void)state;
}

enum { DRAWS = 2000, REPETITIONS = 400 };

/* Equal laws: floor and floor_error are what repetitions show. The normal approximation of counts
 * near 100 is good to a few thousandths. */
static void test_distance_floor(void **state) {
  static double a[DRAWS], b[DRAWS / 2];
  data_source data = {202};
  spread values = {0}, floors = {0}, errors = {0}, to_law = {0};
  const vf_bins bins = {0.0, 1.0, 10};
  for (int r = 0; r < REPETITIONS; r++) {
    data_fill(&data, a, DRAWS, 0.0, 1.0);
    data_fill(&data, b, DRAWS / 2, 0.0, 1.0);
    const vf_distance got = vf_total_variation(a, DRAWS, b, DRAWS / 2, bins);
    spread_add(&values, got.value), spread_add(&floors, got.floor),
        spread_add(&errors, got.floor_error);
    spread_add(&to_law, vf_total_variation_to(a, DRAWS, NULL, bins).value);
  }
  require_mean(&values, spread_mean(&floors), 1e-4, "floor");
  require_within(spread_deviation(&values), spread_mean(&errors), 0.15 * spread_mean(&errors),
                 "error of the floor", 0);
  require_mean(&to_law, vf_total_variation_to(a, DRAWS, NULL, bins).floor, 1e-4, "floor to a law");
  (void)state;
}

/* Laws apart in every bin: uniform, and the larger of two uniforms (density 2x); distance of the
 * four bins 1/4. */
static void test_distance_error(void **state) {
  static double a[DRAWS], b[DRAWS];
  data_source data = {303};
  spread values = {0}, errors = {0};
  const vf_bins bins = {0.0, 1.0, 4};
  for (int r = 0; r < REPETITIONS; r++) {
    data_fill(&data, a, DRAWS, 0.0, 1.0);
    for (size_t i = 0; i < DRAWS; i++)
      b[i] = fmax(data_uniform(&data, 0.0, 1.0), data_uniform(&data, 0.0, 1.0));
    const vf_distance got = vf_total_variation(a, DRAWS, b, DRAWS, bins);
    spread_add(&values, got.value), spread_add(&errors, got.standard_error);
    assert_true(got.value > got.floor + 3.0 * got.floor_error);
  }
  require_mean(&values, 0.25, 0.0, "distance");
  require_within(spread_deviation(&values), spread_mean(&errors), 0.15 * spread_mean(&errors),
                 "error of the distance", 0);
  (void)state;
}

/* ---- Fourier modes ---- */

static void test_mode_by_hand(void **state) {
  const double angles[] = {0.0, pi / 2.0};
  const vf_mode one = vf_mode_of(angles, 2, 1), two = vf_mode_of(angles, 2, 2);
  const double got[] = {one.cosine,  one.cosine_error,  one.sine,   one.sine_error,
                        one.modulus, one.modulus_error, two.cosine, two.cosine_error,
                        two.sine,    two.sine_error,    two.modulus};
  const double right[] = {0.5, 0.5, 0.5, 0.5, sqrt(0.5), 0.0, 0.0, 1.0, 0.0, 0.0, 0.0};
  for (size_t i = 0; i < COUNT(got); i++)
    require_within(got[i], right[i], 4.0 * UNIT_ROUNDOFF, "field", i);
  assert_true(isnan(vf_mode_of(angles, 1, 1).cosine));
  (void)state;
}

/* Wrapped normal of mean m and variance V: E e^{i n theta} = e^{i n m - n^2 V/2}. */
static void test_mode_of_law(void **state) {
  enum { N = 40000 };
  double *angles = allocate(N);
  data_source data = {404};
  for (size_t i = 0; i < N; i++) angles[i] = 1.0 + sqrt(0.8) * normal_of(&data);
  for (int n = 1; n <= 2; n++) {
    const vf_mode got = vf_mode_of(angles, N, n);
    const double modulus = exp(-n * n * 0.4);
    require_close((vf_estimate){got.cosine, got.cosine_error}, modulus * cos(n), "cosine");
    require_close((vf_estimate){got.sine, got.sine_error}, modulus * sin(n), "sine");
    require_close((vf_estimate){got.modulus, got.modulus_error}, modulus, "modulus");
  }
  data_fill(&data, angles, N, -pi, pi);
  assert_true(vf_mode_of(angles, N, 1).modulus < sqrt(7.0 / N));
  free(angles);
  (void)state;
}

/* Quantiles of the density (1 + 2 c cos(theta - shift))/(2 pi), by bisection: a sample without
 * noise. */
static void cosine_law(double c, double shift, double *angles, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const double target = ((double)i + 0.5) / (double)n;
    double low = -pi, high = pi;
    for (int k = 0; k < 60; k++) {
      const double t = (low + high) / 2.0;
      *((t + pi + 2.0 * c * sin(t)) / (2.0 * pi) < target ? &low : &high) = t;
    }
    angles[i] = low + shift;
  }
}

static void test_modes_distance(void **state) {
  enum { N = 4096 };
  double *a = allocate(N), *b = allocate(N);
  cosine_law(0.3, 0.4, a, N);
  cosine_law(0.3, 0.4 + pi, b, N);
  for (int modes = 1; modes <= 64; modes *= 4) {
    require_within(vf_total_variation_modes(a, N, NULL, 0, modes), 0.6 / pi, 1e-5, "to uniform",
                   (size_t)modes);
    require_within(vf_total_variation_modes(a, N, b, N, modes), 1.2 / pi, 1e-5, "opposite",
                   (size_t)modes);
    require_bits(vf_total_variation_modes(a, N, a, N, modes), 0.0, "itself", (size_t)modes);
  }
  /* The histogram sees the same: 64 bins, sampling noise aside. */
  const vf_bins bins = {0.4 - pi, 0.4 + pi, 64};
  require_within(vf_total_variation_to(a, N, NULL, bins).value, 0.6 / pi, 2e-3, "histogram", 0);
  assert_true(isnan(vf_total_variation_modes(a, N, NULL, 0, 0)));
  assert_true(isnan(vf_total_variation_modes(a, N, NULL, 0, 65)));
  assert_true(isnan(vf_total_variation_modes(a, 1, NULL, 0, 1)));
  free(a), free(b);
  (void)state;
}

/* ---- gradient and noise ---- */

static void test_gradient_by_hand(void **state) {
  /* g = 1, 2, 6: mean 3, N = 14/2, G = 9 - 7/3 = (1*2 + 1*6 + 2*6)/3. Without one: G = 12, 6, 2 and
   * N = 8, 12.5, .5. */
  static const double gradients[] = {1.0, 2.0, 6.0};
  const vf_gradient_sizes got = vf_gradient_sizes_of(gradients, 3, 1);
  const double g = 20.0 / 3.0, n = 7.0, ratios[] = {8.0 / 12.0, 12.5 / 6.0, 0.25},
               ratio = 3.0 / 3.0;
  double ratio_error = 0.0;
  for (size_t i = 0; i < 3; i++)
    ratio_error += 2.0 / 3.0 * (ratios[i] - ratio) * (ratios[i] - ratio);
  const double errors[] = {sqrt(2.0 / 3.0 * (256.0 + 4.0 + 196.0) / 9.0),
                           sqrt(2.0 / 3.0 * (1.0 + 30.25 + 42.25))};
  require_within(got.g.value, g, 8.0 * UNIT_ROUNDOFF * g, "G", 0);
  require_within(got.n.value, n, 8.0 * UNIT_ROUNDOFF * n, "N", 0);
  require_within(got.n_over_g.value, n / g, 16.0 * UNIT_ROUNDOFF, "N/G", 0);
  require_within(got.g.standard_error, errors[0], 64.0 * UNIT_ROUNDOFF * g, "error of G", 0);
  require_within(got.n.standard_error, errors[1], 64.0 * UNIT_ROUNDOFF * n, "error of N", 0);
  require_within(got.n_over_g.standard_error, sqrt(ratio_error), 64.0 * UNIT_ROUNDOFF,
                 "error of N/G", 0);
  (void)state;
}

static void test_gradient_ends(void **state) {
  /* No noise; noise of 2^-20 on a gradient of 2^40, which differences of squares would lose. */
  static const double still[] = {3.0, 4.0, 3.0, 4.0, 3.0, 4.0};
  const double large[] = {0x1p40 - 0x1p-12, 0x1p40, 0x1p40 + 0x1p-12};
  const vf_gradient_sizes got = vf_gradient_sizes_of(still, 3, 2);
  require_bits(got.g.value, 25.0, "G without noise", 0);
  require_bits(got.n.value, 0.0, "N without noise", 0);
  require_bits(got.n.standard_error, 0.0, "error of N without noise", 0);
  require_within(vf_gradient_sizes_of(large, 3, 1).n.value, 0x1p-24, 0x1p-30, "small noise", 0);
  require_none(vf_gradient_sizes_of(still, 2, 3).g, "two gradients");
  require_none(vf_gradient_sizes_of(still, 3, 0).n, "no dimension");
  (void)state;
}

/* Gaussian gradients of mean (1, 0, -1), covariance diag(1, 2, 4): G = 2 and N = 7 without bias,
 * squared errors as repetitions show. */
static void test_gradient_of_law(void **state) {
  enum { COUNT_OF = 40, P = 3, TIMES = 4000 };
  static const double mean[P] = {1.0, 0.0, -1.0}, scale[P] = {1.0, 1.4142135623730951, 2.0};
  double gradients[COUNT_OF * P];
  data_source data = {505};
  spread g = {0}, n = {0}, g_error2 = {0}, n_error2 = {0};
  for (int r = 0; r < TIMES; r++) {
    for (size_t i = 0; i < COUNT_OF * P; i++)
      gradients[i] = mean[i % P] + scale[i % P] * normal_of(&data);
    const vf_gradient_sizes got = vf_gradient_sizes_of(gradients, COUNT_OF, P);
    spread_add(&g, got.g.value), spread_add(&n, got.n.value);
    spread_add(&g_error2, got.g.standard_error * got.g.standard_error);
    spread_add(&n_error2, got.n.standard_error * got.n.standard_error);
  }
  require_mean(&g, 2.0, 0.0, "G");
  require_mean(&n, 7.0, 0.0, "N");
  /* Var N = 2 tr Sigma^2/(B-1) for Gaussians; Var G = 4 m'Sigma m/B + 2 tr Sigma^2/(B (B-1)). */
  const double b = COUNT_OF, n_variance = 2.0 * 21.0 / (b - 1.0),
               g_variance = 4.0 * 5.0 / b + 2.0 * 21.0 / (b * (b - 1.0));
  require_mean(&n_error2, n_variance, 0.0, "squared error of N");
  require_within(spread_mean(&g_error2), g_variance, 0.1 * g_variance, "squared error of G",
                 0); /* biased up by O(1/B) */
  require_within(spread_deviation(&g), sqrt(g_variance), 0.05 * sqrt(g_variance), "deviation of G",
                 0);
  (void)state;
}

static void test_ratio(void **state) {
  static const double above[] = {1.0, 2.0, 6.0},
                      below[] = {1.0, 1.0, 2.0}; /* without one: 8/3, 7/3, 3/2 */
  const vf_estimate got = vf_ratio_of(above, below, 3);
  const double mean = (8.0 / 3.0 + 7.0 / 3.0 + 1.5) / 3.0;
  const double squares =
      pow(8.0 / 3.0 - mean, 2.0) + pow(7.0 / 3.0 - mean, 2.0) + pow(1.5 - mean, 2.0);
  require_bits(got.value, 2.25, "ratio", 0);
  require_within(got.standard_error, sqrt(2.0 / 3.0 * squares), 32.0 * UNIT_ROUNDOFF,
                 "error of the ratio", 0);
  require_bits(vf_ratio_of(above, above, 3).value, 1.0, "itself", 0);
  require_bits(vf_ratio_of(above, above, 3).standard_error, 0.0, "itself, error", 0);
  require_none(vf_ratio_of(above, below, 1), "one pair");
  (void)state;
}

/* ---- critical batch size ---- */

static double closed_form(const char *key) {
  for (size_t i = 0; i < COUNT(vf_closed_forms); i++)
    if (strcmp(vf_closed_forms[i].key, key) == 0) return vf_closed_forms[i].value;
  fail_msg("no key %s", key);
  return QUIET_NAN;
}

static void test_critical_batch(void **state) {
  const vf_estimate ratio = {3.0, 0.25}, half = {0.5, 0.0};
  const vf_critical_batch got = vf_critical_batch_of(ratio, 2.0, 0.0);
  const double values[] = {got.printed.value,     got.printed.standard_error,
                           got.approximate.value, got.approximate.standard_error,
                           got.tight.value,       got.tight.standard_error};
  const double right[] = {8.0, 0.5, 6.0, 0.5, 5.0, 0.25};
  require_same(values, right, COUNT(right), "el = 0");
  require_within(vf_critical_batch_of(ratio, 2.0, 0.01).tight.value,
                 closed_form("svag6.theorem-6.6.tight.c2-2.n-over-g-3.el-0.01"),
                 32.0 * UNIT_ROUNDOFF, "el = 0.01", 0);
  require_within(vf_critical_batch_of(half, 1.44, 0.02).tight.value,
                 closed_form("svag6.theorem-6.6.tight.c2-1.44.n-over-g-0.5.el-0.02"),
                 32.0 * UNIT_ROUNDOFF, "el = 0.02", 0);
  /* The error follows the slope. */
  const double h = 0x1p-12,
               up = vf_critical_batch_of((vf_estimate){3.0 + h, 0.0}, 2.0, 0.1).tight.value,
               down = vf_critical_batch_of((vf_estimate){3.0 - h, 0.0}, 2.0, 0.1).tight.value;
  require_within(vf_critical_batch_of(ratio, 2.0, 0.1).tight.standard_error,
                 0.25 * fabs(up - down) / (2.0 * h), 1e-7, "slope", 0);
  (void)state;
}

/* ---- edge of stability ---- */

static void test_eos_by_hand(void **state) {
  require_bits(vf_eos_y(0.5, 2.0, 0.25), 4.0, "y", 0);
  require_bits(vf_eos_y(-0.5, 2.0, 0.25), 4.0, "y of either sign", 0);
  require_bits(vf_eos_energy(1.0, 2.0, 1.0, 0.125), 1.0, "energy at rest", 0);
  require_bits(vf_eos_energy(0.75, 4.0, 1.0, 0.125), 3.0, "energy", 0); /* 1/(4/8) + 1 */
  require_within(vf_eos_energy(1.0, 2.0, 0.5, 0.1), 0.5 + log(2.0), 2.0 * UNIT_ROUNDOFF,
                 "energy of y", 0);
  assert_true(vf_eos_energy(1.0, 2.0, 0.0, 0.1) == POSITIVE_INFINITY);
  (void)state;
}

typedef struct {
  double u, log_y;
} orbit;

static orbit orbit_slope(orbit at, double ein) {
  return (orbit){4.0 * ein * (1.0 - exp(at.log_y)), 2.0 * at.u};
}

static orbit orbit_step(orbit at, double ein, double dt) {
  const orbit k1 = orbit_slope(at, ein);
  const orbit k2 =
      orbit_slope((orbit){at.u + dt / 2.0 * k1.u, at.log_y + dt / 2.0 * k1.log_y}, ein);
  const orbit k3 =
      orbit_slope((orbit){at.u + dt / 2.0 * k2.u, at.log_y + dt / 2.0 * k2.log_y}, ein);
  const orbit k4 = orbit_slope((orbit){at.u + dt * k3.u, at.log_y + dt * k3.log_y}, ein);
  return (orbit){at.u + dt / 6.0 * (k1.u + 2.0 * k2.u + 2.0 * k3.u + k4.u),
                 at.log_y + dt / 6.0 * (k1.log_y + 2.0 * k2.log_y + 2.0 * k3.log_y + k4.log_y)};
}

/* The averaged equations keep the energy; their period from y = .5 at rest is 2.2573/sqrt(ein), the
 * peak 1.7564 (science of row eos6). */
static void test_eos_orbit(void **state) {
  const double ein = 0.01, lam1 = 4.0, dt = 1e-3 / sqrt(ein),
               start = vf_eos_energy(2.0 / lam1, lam1, 0.5, ein);
  orbit at = {0.0, log(0.5)};
  double peak = 0.0, period = 0.0;
  for (int k = 1; period == 0.0 && k < 10000; k++) {
    const orbit next = orbit_step(at, ein, dt);
    const double energy = vf_eos_energy((2.0 + next.u) / lam1, lam1, exp(next.log_y), ein);
    require_within(energy, start, 1e-10, "energy after steps", (size_t)k);
    if (exp(next.log_y) > peak) peak = exp(next.log_y);
    if (at.u < 0.0 && next.u >= 0.0)
      period = ((double)(k - 1) - at.u / (next.u - at.u)) * dt * sqrt(ein);
    at = next;
  }
  require_within(period, 2.2573, 1e-4, "period", 0);
  require_within(peak, 1.7564, 1e-4, "peak", 0);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tail_by_hand),     cmocka_unit_test(test_tail_ends),
      cmocka_unit_test(test_tail_of_laws),     cmocka_unit_test(test_distance_by_hand),
      cmocka_unit_test(test_distance_outside), cmocka_unit_test(test_distance_refused),
      cmocka_unit_test(test_distance_to_law),  cmocka_unit_test(test_distance_floor),
      cmocka_unit_test(test_distance_error),   cmocka_unit_test(test_mode_by_hand),
      cmocka_unit_test(test_mode_of_law),      cmocka_unit_test(test_modes_distance),
      cmocka_unit_test(test_gradient_by_hand), cmocka_unit_test(test_gradient_ends),
      cmocka_unit_test(test_gradient_of_law),  cmocka_unit_test(test_ratio),
      cmocka_unit_test(test_critical_batch),   cmocka_unit_test(test_eos_by_hand),
      cmocka_unit_test(test_eos_orbit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

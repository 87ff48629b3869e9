/* Statistics of ensembles: moments of the harness, exact sums, quantiles; and the threads that the
 * ensembles run on. */
#include "common.h"

#include <math.h>
#include <mpfr.h>
#include <pthread.h>
#include <time.h>

#include "harness/check.h"
#include "running/parallel.h"
#include "running/statistics.h"

/* ---- moments ---- */

/* The definitions, in long double. */
static void require_moments(const double *values, size_t n) {
  long double mean = 0.0L, squares = 0.0L;
  for (size_t i = 0; i < n; i++) mean += (long double)values[i];
  mean /= (long double)n;
  for (size_t i = 0; i < n; i++) {
    const long double d = (long double)values[i] - mean;
    squares += d * d;
  }
  const double variance = (double)(squares / (long double)(n - 1)), rounding = 1e-13;
  const vf_moments got = vf_moments_of(values, n);
  require_within(got.mean, (double)mean, rounding, "mean", n);
  require_within(got.variance, variance, rounding * variance, "variance", n);
  require_within(got.standard_error, sqrt(variance / (double)n), rounding, "standard error", n);
}

static void test_moments(void **state) {
  enum { MOST = 9000 };
  static double values[MOST];
  data_source data = {1};
  (void)state;
  data_fill(&data, values, MOST, 2.0, 5.0);
  for (size_t n = 2; n < 20; n++) require_moments(values, n);
  require_moments(values, MOST);
  const vf_moments one = vf_moments_of(values, 1), none = vf_moments_of(values, 0);
  require_bits(one.mean, values[0], "mean of one", 1);
  assert_true(isnan(one.variance) && isnan(one.standard_error));
  assert_true(isnan(none.mean) && isnan(none.variance) && isnan(none.standard_error));
  values[7] = QUIET_NAN;
  const vf_moments bad = vf_moments_of(values, 9);
  assert_true(isnan(bad.mean) && isnan(bad.variance) && isnan(bad.standard_error));
}

/* ---- exact sums ---- */

enum { EXACT_BITS = 4400 }; /* enough for every sum of 2^64 squares */

/* Mean and variance by MPFR, in a precision in which only the last operation rounds. */
static void require_exact(const vf_exact *exact, const double *values, size_t n, const char *what) {
  mpfr_t first, second, value;
  mpfr_inits2(EXACT_BITS, first, second, value, (mpfr_ptr)NULL);
  mpfr_set_zero(first, 1);
  mpfr_set_zero(second, 1);
  for (size_t i = 0; i < n; i++) {
    mpfr_set_d(value, values[i], MPFR_RNDN);
    assert_int_equal(mpfr_add(first, first, value, MPFR_RNDN), 0);
    mpfr_sqr(value, value, MPFR_RNDN);
    assert_int_equal(mpfr_add(second, second, value, MPFR_RNDN), 0);
  }
  require_bits(vf_exact_total(&exact->sum), mpfr_get_d(first, MPFR_RNDN) + 0.0, what, n);
  mpfr_div_ui(value, first, n, MPFR_RNDN); /* ties do not survive 4400 digits of random data */
  require_bits(vf_exact_mean(&exact->sum, n), mpfr_get_d(value, MPFR_RNDN) + 0.0, what, n);
  mpfr_mul_ui(second, second, n, MPFR_RNDN);
  mpfr_sqr(first, first, MPFR_RNDN);
  mpfr_sub(second, second, first, MPFR_RNDN);
  mpfr_div_ui(second, second, n, MPFR_RNDN);
  mpfr_div_ui(second, second, n - 1, MPFR_RNDN);
  require_bits(vf_exact_variance(exact, n), mpfr_get_d(second, MPFR_RNDN), what, n);
  mpfr_div_ui(second, second, n, MPFR_RNDN);
  mpfr_sqrt(second, second, MPFR_RNDN);
  require_bits(vf_exact_standard_error(exact, n), mpfr_get_d(second, MPFR_RNDN), what, n);
  mpfr_clears(first, second, value, (mpfr_ptr)NULL);
}

static void test_exact_sums(void **state) {
  enum { MOST = 200 };
  double values[MOST];
  data_source data = {2};
  (void)state;
  for (int round = 0; round < 400; round++) {
    vf_exact exact;
    const size_t n = 2 + (size_t)data_below(&data, MOST - 1);
    memset(&exact, 0, sizeof exact);
    for (size_t i = 0; i < n; i++) {
      values[i] = round % 2 ? data_finite(&data) : data_uniform(&data, -1.0, 1.0);
      if (round % 4 == 3) values[i] *= 0x1p-800; /* many subnormal ones */
    }
    /* Digits are carried in the middle. */
    exact.sum.pending = exact.squares.pending = ((uint32_t)1 << 30) - (uint32_t)(n / 2);
    vf_exact_add(&exact, values, n);
    require_exact(&exact, values, n, "exact");
    memset(&exact, 0, sizeof exact);
    vf_exact_add(&exact, values, n);
    require_exact(&exact, values, n, "exact, not carried");
  }
}

/* ---- fixtures ---- */

/* Takes a value `times` times, a large number by doubling. */
static void add_times(vf_statistics *statistics, double value, uint64_t times) {
  vf_statistics power = {.ended = 0};
  if (times < 8) {
    for (uint64_t i = 0; i < times; i++) vf_statistics_add(statistics, &value, 1);
    return;
  }
  vf_statistics_add(&power, &value, 1);
  for (; times; times >>= 1) {
    vf_statistics twice = {.ended = 0};
    if (times & 1) vf_statistics_merge(statistics, &power);
    vf_statistics_merge(&twice, &power);
    vf_statistics_merge(&twice, &power);
    vf_statistics_free(&power);
    power = twice;
  }
  vf_statistics_free(&power);
}

static uint64_t signed_of(const json_t *value) {
  const char *text = text_of(value);
  return *text == '-' ? -number_of(text + 1, 10) : number_of(text, 10);
}

static void add_ramp(vf_statistics *statistics, const json_t *ramp) {
  const uint64_t first = hex_of(field(ramp, "first")), stride = signed_of(field(ramp, "stride"));
  const uint64_t count = (uint64_t)json_integer_value(field(ramp, "count"));
  for (uint64_t k = 0; k < count; k++)
    add_times(statistics, double_of(first + k * stride), decimal_of(field(ramp, "times")));
}

static void require_case(const vf_statistics *statistics, const json_t *test) {
  static const char *const quantiles[] = {"q05", "q25", "q50", "q75", "q95"};
  const char *id = text_of(field(test, "id"));
  const vf_summary summary = vf_statistics_summary(statistics);
  if (vf_statistics_count(statistics) != decimal_of(field(test, "count")) ||
      statistics->nan != decimal_of(field(test, "nan")) ||
      statistics->ended != decimal_of(field(test, "ended")) ||
      statistics->minus_inf != decimal_of(field(test, "minus_inf")) ||
      statistics->plus_inf != decimal_of(field(test, "plus_inf")) ||
      summary.resolution != json_integer_value(field(test, "resolution")))
    fail_msg("%s: counts or resolution", id);
  require_bits(summary.mean, real_of(field(test, "mean")), id, 0);
  require_bits(summary.variance, real_of(field(test, "variance")), id, 1);
  require_bits(summary.standard_error, real_of(field(test, "standard_error")), id, 2);
  require_bits(summary.least, real_of(field(test, "min")), id, 3);
  require_bits(summary.most, real_of(field(test, "max")), id, 4);
  for (size_t q = 0; q < VF_QUANTILES; q++)
    require_bits(summary.quantile[q], real_of(field(test, quantiles[q])), id, 5 + q);
}

/* In the order of the file, and backwards in parts of one ramp each. */
static void test_fixtures(void **state) {
  json_t *document = fixture("ensembles");
  const json_t *cases = cases_of(document, 50);
  (void)state;
  for (size_t i = 0; i < json_array_size(cases); i++) {
    const json_t *test = json_array_get(cases, i), *ramps = field(test, "values");
    vf_statistics forth = {.ended = decimal_of(field(test, "ended"))}, back = {.ended = 0};
    for (size_t r = 0; r < json_array_size(ramps); r++) add_ramp(&forth, json_array_get(ramps, r));
    for (size_t r = json_array_size(ramps); r-- > 0;) {
      vf_statistics part = {.ended = 0};
      add_ramp(&part, json_array_get(ramps, r));
      vf_statistics_merge(&back, &part);
      vf_statistics_free(&part);
    }
    back.ended += forth.ended;
    require_case(&forth, test);
    require_case(&back, test);
    vf_statistics_free(&forth);
    vf_statistics_free(&back);
  }
  json_decref(document);
}

/* ---- order and parts ---- */

static void require_same_summary(const vf_statistics *a, const vf_statistics *b) {
  const vf_summary x = vf_statistics_summary(a), y = vf_statistics_summary(b);
  require_bits(x.mean, y.mean, "mean", 0);
  require_bits(x.variance, y.variance, "variance", 0);
  require_bits(x.standard_error, y.standard_error, "standard error", 0);
  require_bits(x.least, y.least, "min", 0);
  require_bits(x.most, y.most, "max", 0);
  require_same(x.quantile, y.quantile, VF_QUANTILES, "quantile");
  assert_int_equal(x.resolution, y.resolution);
  assert_int_equal(a->nan, b->nan);
  assert_int_equal(a->finite, b->finite);
}

/* Any order, divided in any way, of numbers that take 100 to 60 000 bins. */
static void test_order_and_parts(void **state) {
  enum { MOST = 60000, PARTS = 5 };
  double *values = allocate(MOST);
  data_source data = {5};
  (void)state;
  for (int round = 0; round < 12; round++) {
    const size_t n = round < 4 ? 900 + 100 * (size_t)round : MOST;
    vf_statistics whole = {.ended = 0}, joined = {.ended = 0}, parts[PARTS];
    memset(parts, 0, sizeof parts);
    for (size_t i = 0; i < n; i++) {
      values[i] = round % 3 == 0   ? data_finite(&data)
                  : round % 3 == 1 ? data_uniform(&data, 1.0, 1.1)
                                   : (double)(int)data_below(&data, 2000) * 0x1p-1070;
      if (data_below(&data, 50) == 0)
        values[i] = data_below(&data, 2) ? QUIET_NAN : POSITIVE_INFINITY;
    }
    vf_statistics_add(&whole, values, n);
    for (size_t i = n; i-- > 0;)
      vf_statistics_add(parts + data_below(&data, round % 2 ? 2 : PARTS), values + i, 1);
    for (size_t p = 0; p < PARTS; p++) {
      vf_statistics_merge(&joined, parts + p);
      vf_statistics_free(parts + p);
    }
    require_same_summary(&whole, &joined);
    vf_statistics_free(&whole);
    vf_statistics_free(&joined);
  }
  free(values);
}

/* What is stated before a run is not exceeded: the memory of the slots is counted here. */
static void test_memory(void **state) {
  vf_statistics statistics = {.ended = 0};
  data_source data = {6};
  (void)state;
  for (uint64_t n = 1; n <= 200000; n++) {
    const double value = data_finite(&data);
    vf_statistics_add(&statistics, &value, 1);
    if (statistics.many && n % 1000 != 25) continue;
    const vf_histogram *histogram = statistics.many ? &statistics.many->histogram : NULL;
    const size_t used =
        histogram ? sizeof *statistics.many + histogram->slots * sizeof *histogram->slot : 0;
    assert_true(sizeof statistics + used <= vf_statistics_bytes(n));
    assert_true(!histogram || histogram->bins <= VF_BINS_MOST);
  }
  assert_true(vf_statistics_bytes(UINT64_MAX) < 1100000);
  assert_true(vf_statistics_bytes(20) < 400);
  vf_statistics_free(&statistics);
}

/* ---- threads ---- */

enum { TASKS = 37, JOBS = 4 };

typedef struct {
  pthread_mutex_t lock;
  int met, met_by[JOBS], times[TASKS];
} meeting;

/* Counts the task, and waits a while until every worker has one: then their numbers differ. */
static void meet(void *user, uint64_t i, int worker) {
  meeting *at = user;
  pthread_mutex_lock(&at->lock);
  at->times[i]++;
  at->met++;
  at->met_by[worker]++;
  pthread_mutex_unlock(&at->lock);
  for (int waited = 0; waited < 2000; waited++) {
    const struct timespec moment = {0, 1000000};
    pthread_mutex_lock(&at->lock);
    const int all = at->met >= JOBS;
    pthread_mutex_unlock(&at->lock);
    if (all) return;
    nanosleep(&moment, NULL);
  }
}

static void test_parallel(void **state) {
  meeting at = {.lock = PTHREAD_MUTEX_INITIALIZER};
  (void)state;
  vf_parallel(JOBS, JOBS, meet, &at);
  for (int worker = 0; worker < JOBS; worker++) assert_int_equal(at.met_by[worker], 1);
  vf_parallel(TASKS, JOBS, meet, &at);
  for (int i = 0; i < TASKS; i++) assert_int_equal(at.times[i], i < JOBS ? 2 : 1);
  vf_parallel(0, JOBS, meet, &at);
  assert_int_equal(at.met, TASKS + JOBS);
  assert_true(vf_processors() >= 1);
}

static void number_and_square(void *user, size_t i, double *out) {
  (void)user;
  out[0] = (double)i, out[1] = (double)(i * i);
}

static void test_map(void **state) {
  double values[2 * TASKS];
  (void)state;
  for (int jobs = 1; jobs <= JOBS; jobs++) {
    poison(values, COUNT(values));
    vf_map(TASKS, jobs, values, 2, number_and_square, NULL);
    for (size_t i = 0; i < TASKS; i++)
      assert_true(values[2 * i] == (double)i && values[2 * i + 1] == (double)(i * i));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_moments),  cmocka_unit_test(test_exact_sums),
      cmocka_unit_test(test_fixtures), cmocka_unit_test(test_order_and_parts),
      cmocka_unit_test(test_memory),   cmocka_unit_test(test_parallel),
      cmocka_unit_test(test_map)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

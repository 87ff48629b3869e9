/* Statistics of ensembles: moments of the harness, sums that take their terms one by one, quantiles
 * from a histogram; and the threads that the ensembles run on. */
#include "common.h"

#include <math.h>
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
  enum { MOST = 9000 }; /* beyond two blocks of 4096 */
  static double values[MOST];
  data_source data = {1};
  (void)state;
  data_fill(&data, values, MOST, 2.0, 5.0);
  for (size_t n = 2; n < 20; n++) require_moments(values, n);
  for (size_t n = 4095; n <= 4105; n++) require_moments(values, n);
  for (size_t n = 8190; n <= 8200; n++) require_moments(values, n);
  require_moments(values, MOST);
  const vf_moments one = vf_moments_of(values, 1), none = vf_moments_of(values, 0);
  require_bits(one.mean, values[0], "mean of one", 1);
  assert_true(isnan(one.variance) && isnan(one.standard_error));
  assert_true(isnan(none.mean) && isnan(none.variance) && isnan(none.standard_error));
}

/* ---- one value after the other ---- */

static void test_running_sum(void **state) {
  double terms[100];
  vf_running_sum sum = {0};
  data_source data = {2};
  (void)state;
  data_fill(&data, terms, COUNT(terms), -1.0, 1.0);
  terms[0] = -0.0;
  require_bits(vf_running_total(&sum), 0.0, "no term", 0);
  for (size_t n = 1; n <= COUNT(terms); n++) {
    vf_running_add(&sum, terms[n - 1]);
    require_bits(vf_running_total(&sum), sid_sum(terms, n), "terms", n);
  }
  memset(&sum, 0, sizeof sum); /* the +0 that pads the last group counts: -0 becomes +0 */
  for (size_t n = 1; n <= COUNT(terms); n++) {
    terms[n - 1] = -0.0;
    vf_running_add(&sum, -0.0);
    require_bits(vf_running_total(&sum), sid_sum(terms, n), "terms of -0", n);
  }
}

/* Section 13 of the specification on values of which some are NaN. */
static void require_statistics(const double *values, size_t n, const char *what) {
  vf_statistics statistics;
  double first[256] = {0}, second[256] = {0}, shift = 0.0, least = 0.0, most = 0.0;
  uint64_t count = 0;
  memset(&statistics, 0, sizeof statistics);
  for (size_t i = 0; i < n; i++) {
    vf_statistics_add(&statistics, values[i]);
    if (!isnan(values[i])) {
      if (count++ == 0) shift = least = most = values[i];
      least = fmin(least, values[i]), most = fmax(most, values[i]);
    }
    first[i] = isnan(values[i]) ? 0.0 : values[i] - shift;
    second[i] = first[i] * first[i];
  }
  const double s1 = sid_sum(first, n), s2 = sid_sum(second, n), number = (double)count;
  double variance = (s2 - s1 * (s1 / number)) / (number - 1.0);
  if (!(variance > 0.0)) variance = 0.0;
  assert_int_equal(statistics.count, count);
  if (count > 0) {
    require_bits(vf_statistics_mean(&statistics), shift + s1 / number, what, n);
    require_bits(statistics.least, least, what, n);
    require_bits(statistics.most, most, what, n);
  } else {
    assert_true(isnan(vf_statistics_mean(&statistics)));
    assert_true(isnan(vf_statistics_quantile(&statistics, 0.5)));
  }
  if (count > 1)
    require_bits(vf_statistics_variance(&statistics), variance, what, n);
  else
    assert_true(isnan(vf_statistics_variance(&statistics)));
  vf_statistics_free(&statistics);
}

static void test_running_statistics(void **state) {
  double values[256];
  data_source data = {3};
  (void)state;
  for (int missing = 0; missing <= 4; missing++) /* every fifth value and more */
    for (size_t n = 0; n <= COUNT(values); n += n < 20 ? 1 : 59) {
      data_fill(&data, values, COUNT(values), -3.0, 5.0);
      for (size_t i = 0; i < n; i++)
        if ((int)data_below(&data, 5) < missing) values[i] = QUIET_NAN;
      require_statistics(values, n, "statistics");
    }
  for (size_t i = 0; i < 256; i++) values[i] = QUIET_NAN;
  require_statistics(values, 5, "no value");
  /* Squares that underflow leave S2 - S1 (S1/n) below 0: a variance of +0. */
  for (size_t i = 0; i < 11; i++) values[i] = i ? 1.2e-162 : 0.0;
  require_statistics(values, 11, "underflow");
}

/* ---- quantiles ---- */

/* The bin of 1/128 of a binade with `value` in it: its first and its last double. */
static void bin_of(double value, double *from, double *to) {
  int exponent;
  const double size = magnitude(value), fraction = 2.0 * frexp(size, &exponent);
  const double part = floor((fraction - 1.0) * 128.0);
  const double inner = ldexp(1.0 + part / 128.0, exponent - 1),
               outer = nextafter(ldexp(1.0 + (part + 1.0) / 128.0, exponent - 1), 0.0);
  *from = value < 0.0 ? -outer : inner;
  *to = value < 0.0 ? -inner : outer;
}

static int compare_doubles(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* By definition: rank = fraction*n falls into the first bin that it does not exceed. */
static double quantile_of(const double *sorted, size_t n, double fraction) {
  const double rank = fraction * (double)n;
  for (size_t i = 0; i < n;) {
    double from, to;
    size_t end = i;
    bin_of(sorted[i], &from, &to);
    while (end < n && sorted[end] <= to) end++;
    if ((double)end >= rank) {
      const double value = from + (to - from) * ((rank - (double)i) / (double)(end - i));
      return value < sorted[0] ? sorted[0] : value > sorted[n - 1] ? sorted[n - 1] : value;
    }
    i = end;
  }
  return QUIET_NAN;
}

static void require_quantiles(const double *values, size_t n, const char *what) {
  static const double fractions[] = {0.05, 0.25, 0.5, 0.75, 0.95, 0.125, 0.01, 0.99};
  vf_statistics statistics;
  double *sorted = allocate(n);
  memset(&statistics, 0, sizeof statistics);
  for (size_t i = 0; i < n; i++) vf_statistics_add(&statistics, values[i]);
  memcpy(sorted, values, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, compare_doubles);
  for (size_t f = 0; f < COUNT(fractions); f++)
    require_bits(vf_statistics_quantile(&statistics, fractions[f]),
                 quantile_of(sorted, n, fractions[f]), what, n);
  vf_statistics_free(&statistics);
  free(sorted);
}

static void test_quantiles(void **state) {
  enum { MOST = 400 };
  static double values[MOST];
  data_source data = {4};
  (void)state;
  for (size_t n = 1; n <= MOST; n += n < 40 ? 1 : 90) {
    data_fill(&data, values, n, 1.0, 1.05); /* a few bins: 1/128 is .0078 */
    require_quantiles(values, n, "positive");
    for (size_t i = 0; i < n; i++) values[i] = -values[i];
    require_quantiles(values, n, "negative");
    data_fill(&data, values, n, -0.6, 2.0);
    require_quantiles(values, n, "both signs");
    data_fill(&data, values, n, 0.9, 0.95);
    for (size_t i = 0; i < n; i++) values[i] = ldexp(values[i], 1024); /* the last binade */
    require_quantiles(values, n, "large");
  }
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
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_moments),
                                     cmocka_unit_test(test_running_sum),
                                     cmocka_unit_test(test_running_statistics),
                                     cmocka_unit_test(test_quantiles),
                                     cmocka_unit_test(test_parallel),
                                     cmocka_unit_test(test_map)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

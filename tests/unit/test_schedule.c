/* Schedules: docs/spec.md section 8. Values against the closed forms in MPFR, branches and ends
 * exactly. */
#include "common.h"

#include <math.h>
#include <mpfr.h>

static double lr_at(const sid_schedule *schedule, uint64_t k) {
  double lr, wd;
  sid_schedule_at(schedule, k, &lr, &wd);
  require_bits(wd, schedule->wd, "wd at", (size_t)k);
  require_bits(sid_schedule_rescale(schedule, k), 1.0, "rescale at", (size_t)k);
  return lr;
}

static sid_schedule smooth(int32_t kind, double lr, double lr_min, uint64_t period) {
  sid_schedule schedule;
  memset(&schedule, 0, sizeof schedule);
  schedule.kind = kind, schedule.lr = lr, schedule.lr_min = lr_min, schedule.wd = 0.03125,
  schedule.period = period;
  assert_int_equal(sid_schedule_validate(&schedule), SID_OK);
  return schedule;
}

/* ---- piecewise ----------------------------------------------------------------------------- */

static void test_piecewise(void **state) {
  static const sid_segment segments[] = {
      {0, 0.1, 0.0, 1.0}, {1, 0.2, 0.5, 2.0}, {10, 0.3, 0.25, 1.0}, {1ull << 60, 0.4, 0.125, 0.5}};
  static const uint64_t steps[] = {0, 1, 2, 9, 10, 11, (1ull << 60) - 1, 1ull << 60, UINT64_MAX};
  static const size_t in_force[] = {0, 1, 1, 1, 2, 2, 2, 3, 3};
  static const double rescale[] = {1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 1.0};
  sid_schedule schedule;
  memset(&schedule, 0, sizeof schedule);
  schedule.kind = SID_PIECEWISE, schedule.segments = segments,
  schedule.segment_count = COUNT(segments);
  assert_int_equal(sid_schedule_validate(&schedule), SID_OK);
  for (size_t i = 0; i < COUNT(steps); i++) {
    double lr = -1.0, wd = -1.0;
    sid_schedule_at(&schedule, steps[i], &lr, &wd);
    require_bits(lr, segments[in_force[i]].lr, "lr", i);
    require_bits(wd, segments[in_force[i]].wd, "wd", i);
    require_bits(sid_schedule_rescale(&schedule, steps[i]), rescale[i], "rescale", i);
  }
  (void)state;
}

/* A hundred thousand segments, looked up at a million steps: by halving it takes no time. */
static void test_many_segments(void **state) {
  enum { SEGMENTS = 100000, APART = 3 };
  static sid_segment segments[SEGMENTS];
  sid_schedule schedule;
  memset(&schedule, 0, sizeof schedule);
  for (uint32_t s = 0; s < SEGMENTS; s++) {
    segments[s].start = (uint64_t)APART * s, segments[s].lr = 1.0 / (1.0 + s);
    segments[s].wd = 1e-9 * s, segments[s].rescale = s ? 1.0 + s : 1.0;
  }
  schedule.kind = SID_PIECEWISE, schedule.segments = segments;
  for (uint32_t count = SEGMENTS; count > 0; count /= 7) { /* also counts that halve unevenly */
    schedule.segment_count = count;
    assert_int_equal(sid_schedule_validate(&schedule), SID_OK);
    for (uint64_t k = 0; k < (uint64_t)APART * count + 5; k++) {
      double lr, wd;
      const uint64_t s = k / APART < count ? k / APART : count - 1;
      sid_schedule_at(&schedule, k, &lr, &wd);
      require_bits(lr, segments[s].lr, "lr", (size_t)k);
      require_bits(wd, segments[s].wd, "wd", (size_t)k);
      require_bits(sid_schedule_rescale(&schedule, k),
                   k == segments[s].start ? segments[s].rescale : 1.0, "rescale", (size_t)k);
    }
  }
  (void)state;
}

/* ---- exponential --------------------------------------------------------------------------- */

static sid_schedule exponential(double lr, double factor) {
  sid_schedule schedule = smooth(SID_TRIANGLE, lr, 0.0, 1);
  schedule.kind = SID_EXPONENTIAL, schedule.factor = factor;
  assert_int_equal(sid_schedule_validate(&schedule), SID_OK);
  return schedule;
}

/* factor^k from squares: each square doubles the relative error so far and adds one rounding, so
 * b^(2^i) has 2^i - 1 roundings; the products add at most 64, the last with lr one. */
static void test_exponential(void **state) {
  static const double factors[] = {0.5, 0.9, 0.999, 1.0, 1.0 - 0x1p-30, 1.001, 3.0};
  static const uint64_t steps[] = {0, 1, 2, 3, 4, 5, 7, 8, 15, 100, 333, 600};
  mpfr_t power;
  mpfr_init2(power, 300);
  for (size_t f = 0; f < COUNT(factors); f++) {
    const sid_schedule schedule = exponential(0.3, factors[f]);
    for (size_t i = 0; i < COUNT(steps); i++) {
      mpfr_set_d(power, factors[f], MPFR_RNDN);
      mpfr_pow_ui(power, power, (unsigned long)steps[i], MPFR_RNDN);
      mpfr_mul_d(power, power, 0.3, MPFR_RNDN);
      const double expected = mpfr_get_d(power, MPFR_RNDN);
      require_within(lr_at(&schedule, steps[i]), expected,
                     1.01 * UNIT_ROUNDOFF * ((double)steps[i] + 66.0) * expected, "exponential", i);
    }
  }
  mpfr_clear(power);
  (void)state;
}

/* Powers of two are exact; beyond the range they end in 0 or infinity, whatever the number of the
 * step. */
static void test_exponential_ends(void **state) {
  const sid_schedule falling = exponential(0.75, 0.5), rising = exponential(0.75, 2.0);
  for (uint64_t k = 0; k < 1020; k++) {
    require_bits(lr_at(&falling, k), ldexp(0.75, -(int)k), "falling", (size_t)k);
    require_bits(lr_at(&rising, k), ldexp(0.75, (int)k), "rising", (size_t)k);
  }
  for (int shift = 11; shift < 64; shift++) {
    require_bits(lr_at(&falling, 1ull << shift), 0.0, "falling to zero", (size_t)shift);
    require_bits(lr_at(&rising, 1ull << shift), POSITIVE_INFINITY, "rising to infinity",
                 (size_t)shift);
  }
  (void)state;
}

/* ---- cosine -------------------------------------------------------------------------------- */

/* Half a grid unit in the cosine counts for a quarter of 2^-32 (lr - lr_min); the cut of u for 2 pi
 * 2^-53; the rest is three roundings of numbers of at most lr. */
static void require_cosine(const sid_schedule *schedule, uint64_t k) {
  mpfr_t weight;
  mpfr_init2(weight, 200);
  mpfr_const_pi(weight, MPFR_RNDN);
  mpfr_mul_d(weight, weight, (double)k, MPFR_RNDN);
  mpfr_div_d(weight, weight, (double)schedule->period, MPFR_RNDN);
  mpfr_cos(weight, weight, MPFR_RNDN);
  mpfr_add_ui(weight, weight, 1, MPFR_RNDN);
  mpfr_mul_d(weight, weight, 0.5 * (schedule->lr - schedule->lr_min), MPFR_RNDN);
  mpfr_add_d(weight, weight, schedule->lr_min, MPFR_RNDN);
  require_within(lr_at(schedule, k), mpfr_get_d(weight, MPFR_RNDN),
                 schedule->lr * (0x1p-34 + 0x1p-50), "cosine", (size_t)k);
  mpfr_clear(weight);
}

static void test_cosine(void **state) {
  static const uint64_t periods[] = {1,         2, 3, 7, 100, 1000003, 1ull << 40, (1ull << 52) - 1,
                                     1ull << 52};
  data_source data = {8};
  for (size_t i = 0; i < COUNT(periods); i++) {
    const sid_schedule schedule = smooth(SID_COSINE, 0.5, 0.01, periods[i]);
    require_bits(lr_at(&schedule, 0), 0.01 + (0.5 - 0.01), "start of period", i);
    for (uint64_t k = periods[i]; k < periods[i] + 5; k++)
      require_bits(lr_at(&schedule, k), 0.01, "end of period", i);
    require_bits(lr_at(&schedule, UINT64_MAX), 0.01, "after the period", i);
    for (int n = 0; n < 200; n++) require_cosine(&schedule, data_below(&data, periods[i]));
    require_cosine(&schedule, periods[i] - 1);
  }
  (void)state;
}

/* Section 8 to the letter, with the grid cosine of section 3. */
static void test_cosine_bits(void **state) {
  data_source data = {9};
  for (size_t i = 0; i < 2000; i++) {
    const uint64_t period = 1 + (data_raw(&data) >> (12 + i % 50)), k = data_below(&data, period);
    const sid_schedule schedule = smooth(SID_COSINE, 0.7, 0.1, period);
    const double u = (double)k / (double)(2 * period);
    int64_t cosine, sine;
    sid_normal_circle_grid((uint64_t)floor(u * 9007199254740992.0), &cosine, &sine);
    const double weight = (1.0 + (double)cosine / 4294967296.0) * 0.5;
    require_bits(lr_at(&schedule, k), 0.1 + (0.7 - 0.1) * weight, "cosine", i);
  }
  (void)state;
}

/* ---- triangle ------------------------------------------------------------------------------ */

static void test_triangle(void **state) {
  const sid_schedule schedule = smooth(SID_TRIANGLE, 1.0, 0.0, 8); /* every value exact */
  static const double wave[] = {0.0, 0.25, 0.5, 0.75, 1.0, 0.75, 0.5, 0.25};
  for (uint64_t k = 0; k < 80; k++)
    require_bits(lr_at(&schedule, k), wave[k % 8], "triangle", (size_t)k);
  require_bits(lr_at(&schedule, UINT64_MAX), wave[7], "triangle", 7);
  (void)state;
}

static void test_triangle_bits(void **state) {
  data_source data = {10};
  for (size_t i = 0; i < 2000; i++) {
    const uint64_t period = 1 + (data_raw(&data) >> (12 + i % 50)), k = data_raw(&data) >> i % 60;
    const sid_schedule schedule =
        smooth(SID_TRIANGLE, 0.7, 0.9, period); /* a lr_min above lr is allowed */
    const double u = (double)(k % period) / (double)period;
    const double v = u < 0.5 ? 2.0 * u : 2.0 - 2.0 * u;
    require_bits(lr_at(&schedule, k), 0.9 + (0.7 - 0.9) * v, "triangle", i);
  }
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_piecewise),   cmocka_unit_test(test_many_segments),
      cmocka_unit_test(test_exponential), cmocka_unit_test(test_exponential_ends),
      cmocka_unit_test(test_cosine),      cmocka_unit_test(test_cosine_bits),
      cmocka_unit_test(test_triangle),    cmocka_unit_test(test_triangle_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

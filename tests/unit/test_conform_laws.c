/* The level `laws` of conform: from measurements to verdicts. */
#include "common.h"

#include <math.h>

#include "closed_forms.h"
#include "conform/laws.h"

/* ---- probabilities ---- */

static void test_probabilities(void **state) {
  (void)state;
  require_within(vf_p_of_z(0.0), 1.0, 0.0, "p", 0);
  require_within(vf_p_of_z(-1.959963984540054), 0.05, 1e-15, "p", 1);
  require_within(vf_z_of_p(0.05), 1.959963984540054, 1e-12, "z", 0);
  require_within(vf_z_of_p(1.0), 0.0, 1e-12, "z", 1);
  assert_true(vf_z_of_p(0.0) > 38.0);
  for (double z = 0.25; z < 10.0; z += 0.25)
    require_within(vf_z_of_p(vf_p_of_z(z)), z, 1e-9, "inverse", (size_t)(4.0 * z));
}

/* Tables: P(X >= 9) = 0.021363 and P(X <= 0) = 0.018316 for mean 4. */
static void test_poisson(void **state) {
  (void)state;
  require_within(vf_poisson_p(9, 4.0), 2.0 * 0.0213634, 1e-6, "above", 0);
  require_within(vf_poisson_p(0, 4.0), 2.0 * 0.0183156, 1e-6, "below", 0);
  require_within(vf_poisson_p(4, 4.0), 1.0, 0.0, "middle", 0);
  require_within(vf_poisson_p(100, 4.0), 0.0, 1e-80, "far", 0);
}

/* ---- verdicts ---- */

static void test_bars(void **state) {
  (void)state;
  const vf_bars bars = vf_bars_of(100);
  require_within(vf_p_of_z(bars.fail), 1e-4, 1e-12, "share of one test", 0);
  require_within(bars.seen - bars.fail, 1.6448536, 1e-7, "19 of 20", 0);
}

static vf_finding finding_of(double z, double effect) {
  return (vf_finding){.measured = 7.0 + 0.5 * z,
                      .expected = 7.0,
                      .error = 0.5,
                      .faults = {{100.0, 5.0, "in lr"}, {effect, 5.0, "in wd"}},
                      .fault_count = 2,
                      .trajectories = 1000};
}

static void test_verdicts(void **state) {
  (void)state;
  const vf_bars bars = {4.0, 5.0};
  const struct {
    double z, effect;
    vf_outcome_kind kind;
  } cases[] = {
      {0.0, 2.6, VF_OUTCOME_PASS},         {3.99, -2.6, VF_OUTCOME_PASS},
      {4.01, 2.6, VF_OUTCOME_FAIL},        {-4.01, 2.6, VF_OUTCOME_FAIL},
      {NAN, 2.6, VF_OUTCOME_FAIL},         {INFINITY, 2.6, VF_OUTCOME_FAIL},
      {0.0, 2.4, VF_OUTCOME_INCONCLUSIVE}, {0.0, 0.0, VF_OUTCOME_INCONCLUSIVE},
      {0.0, NAN, VF_OUTCOME_INCONCLUSIVE}, {4.01, 2.4, VF_OUTCOME_FAIL},
  };
  for (size_t i = 0; i < VF_COUNT(cases); i++) {
    const vf_finding finding = finding_of(cases[i].z, cases[i].effect);
    if (vf_finding_verdict(&finding, &bars) != cases[i].kind) fail_msg("verdict %zu", i);
  }
}

/* A fault of 5 % that moves by 1.25 = 2.5 errors is half of what is needed: 4 times as many. */
static void test_power(void **state) {
  (void)state;
  const vf_bars bars = {4.0, 5.0};
  const vf_finding finding = finding_of(0.0, 1.25);
  assert_int_equal(vf_finding_hardest(&finding), 1);
  require_within(vf_finding_smallest(&finding, 1, &bars), 10.0, 1e-12, "smallest", 0);
  require_within(vf_finding_needs(&finding, 1, &bars), 4000.0, 0.0, "trajectories", 0);
}

/* Means of 400 exponential numbers, whose skewness is 2/20: with the correction the deviate at the
 * quantiles of the gamma law is the normal one to 0.02 and without it off by 0.13. Quantiles: the
 * 400-th event of a Poisson process comes before t with P(X >= 400), mean t. */
static double gamma_below(double t) {
  double below = 0.0, term = exp(-t);
  for (int k = 0; k < 400; k++) below += term, term *= t / (k + 1.0);
  return 1.0 - below;
}

static void test_skewness(void **state) {
  (void)state;
  for (double z = -3.0; z <= 3.0; z += 1.0) {
    double low = 200.0, high = 700.0;
    const double p = 0.5 * erfc(-z / sqrt(2.0));
    while (high - low > 1e-9) {
      const double middle = 0.5 * (low + high);
      *(gamma_below(middle) < p ? &low : &high) = middle;
    }
    vf_finding finding = finding_of(0.0, 1.0);
    finding.measured = low / 400.0, finding.expected = 1.0, finding.error = 1.0 / 20.0;
    finding.skewness = 2.0 / 20.0;
    require_within(vf_finding_z(&finding), z, 0.02, "corrected", (size_t)(z + 3.0));
  }
  vf_finding far = finding_of(1e6, 1.0);
  far.skewness = 1.0;
  assert_true(vf_finding_z(&far) > 9e5);
}

/* ---- the table ---- */

static void test_rows(void **state) {
  (void)state;
  const vf_claims all = {.problems = ~0u, .dynamics = ~0u};
  vf_law_test tests[VF_LAW_TESTS_MOST];
  char id[16];
  for (size_t i = 0; i < vf_law_row_count; i++) {
    vf_arena arena = {NULL};
    sid_experiment experiment, faulty;
    const uint64_t checkpoint[1] = {vf_law_rows[i].steps};
    const int32_t observable[1] = {SID_X};
    const size_t count = vf_law_tests_of(vf_law_rows + i, tests);
    vf_law_experiment(vf_law_rows + i, &all, &arena, &experiment);
    experiment.checkpoints = checkpoint, experiment.checkpoint_count = 1;
    experiment.observables = observable, experiment.observable_count = 1;
    if (sid_experiment_validate(&experiment) != SID_OK) fail_msg("row %zu", i);
    assert_in_range(count, 1, VF_LAW_TESTS_MOST);
    for (size_t t = 0; t < count; t++)
      for (size_t f = 0; f < tests[t].fault_count; f++) {
        assert_in_range(tests[t].faults[f], VF_FAULT_LR, VF_FAULT_RADIAL);
        vf_fault_id(tests[t].faults[f], id);
        assert_non_null(strstr(vf_law_rows[i].tests, id));
        if (vf_law_faulty(tests[t].faults[f], &experiment, &arena, &faulty) &&
            (sid_experiment_validate(&faulty) != SID_OK ||
             memcmp(&faulty, &experiment, sizeof faulty) == 0))
          fail_msg("row %zu, fault %s", i, id);
      }
    vf_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_probabilities), cmocka_unit_test(test_poisson),
      cmocka_unit_test(test_bars),          cmocka_unit_test(test_verdicts),
      cmocka_unit_test(test_power),         cmocka_unit_test(test_skewness),
      cmocka_unit_test(test_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

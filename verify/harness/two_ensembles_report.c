#include "harness/comparison_report.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "formats/json_value.h"

static const char *const vf_test_names[VF_TESTS] = {"mean", "variance", "share that reaches it"};
static const char *const vf_verdict_names[] = {"pass", "inconclusive", "fail"};

enum { VF_PLACE_SIZE = 64 };

/* "column at step n" */
static const char *vf_place_text(const vf_comparison_subject *subject, size_t cell,
                                 char text[VF_PLACE_SIZE]) {
  char name[VF_COLUMN_SIZE];
  const size_t width = subject->given->width;
  snprintf(text, VF_PLACE_SIZE, "%s at step %" PRIu64, vf_given_name(subject, cell % width, name),
           subject->experiment->checkpoints[cell / width]);
  return text;
}

static void vf_print_z(const vf_cell *cell, vf_test test) {
  if (isnan(cell->z[test]))
    printf(" %9s", "-");
  else
    printf(" %8.2f%s", cell->z[test], cell->failed[test] ? "*" : " ");
}

static void vf_print_cell(const vf_comparison_subject *subject, size_t i, const vf_cell *cell) {
  char name[VF_COLUMN_SIZE], theirs[VF_NUMBER_SIZE], reference[VF_NUMBER_SIZE];
  const size_t width = subject->given->width;
  if (!cell->given) return;
  printf("%-8" PRIu64 " %-20s %24s %24s", subject->experiment->checkpoints[i / width],
         vf_given_name(subject, i % width, name),
         vf_number_text(cell->theirs.mean, subject->format, theirs),
         vf_number_text(cell->reference.mean, subject->format, reference));
  vf_print_z(cell, VF_TEST_MEAN);
  printf(" %24s %24s", vf_number_text(cell->theirs.variance, subject->format, theirs),
         vf_number_text(cell->reference.variance, subject->format, reference));
  vf_print_z(cell, VF_TEST_VARIANCE);
  putchar('\n');
}

/* One line for each value and each test that fails; the first ones. */
static void vf_print_failures(const vf_comparison_subject *subject,
                              const vf_two_ensembles *result) {
  enum { SHOWN = 20 };
  char place[VF_PLACE_SIZE];
  size_t shown = 0;
  const size_t all = result->outcome.failed + result->outcome.wrong;
  for (size_t i = 0; i < result->outcome.cells; i++) {
    const vf_cell *cell = result->cells + i;
    if (cell->wrong && shown++ < SHOWN)
      printf("fails: %s, which is the same for every trajectory, has another value\n",
             vf_place_text(subject, i, place));
    for (int t = 0; t < VF_TESTS; t++)
      if (cell->failed[t] && shown++ < SHOWN)
        printf("fails: %s of %s, z = %.2f\n", vf_test_names[t], vf_place_text(subject, i, place),
               cell->z[t]);
  }
  if (all > SHOWN) printf("fails: %zu more\n", all - SHOWN);
}

static void vf_print_equal(const vf_two_ensembles *result) {
  if (!result->equal) return;
  if (result->equal == result->trajectories - 1)
    printf("fails: all %" PRIu64 " trajectories are equal: one seed for all, or no noise\n",
           result->trajectories);
  else
    printf("fails: trajectories %" PRIu64 " and %" PRIu64 " are equal (%" PRIu64
           " equal one before)\n",
           result->equal_to[0], result->equal_to[1], result->equal);
}

static void vf_print_effects(const vf_comparison_subject *subject, const vf_two_ensembles *result) {
  char place[VF_PLACE_SIZE];
  for (int e = 0; result->effects_known && e < VF_EFFECTS; e++) {
    const vf_effect *effect = result->effects + e;
    if (!effect->applies)
      printf("%s: changes nothing here\n", effect->name);
    else
      printf("%s: %s, by z = %.2f of the %s of %s; needs %.0f trajectories\n", effect->name,
             effect->needed <= (double)result->trajectories ? "would be seen" : "would NOT be seen",
             effect->z, vf_test_names[effect->test], vf_place_text(subject, effect->cell, place),
             effect->needed);
  }
}

static void vf_print_hypotheses(const vf_two_ensembles *result) {
  int fits = 0;
  for (int h = 0; result->hypotheses_known && h < VF_HYPOTHESES; h++) {
    if (!result->hypotheses[h].fits) continue;
    printf("fits %s: largest |z| %.2f\n", result->hypotheses[h].name, result->hypotheses[h].worst);
    fits = 1;
  }
  if (result->start_differs)
    puts("the start is not as specified: step 0 differs");
  else if (result->hypotheses_known && !fits)
    puts("none of the known mistakes fits");
}

/* How many trajectories would decide everything. */
static double vf_needed(const vf_two_ensembles *result) {
  double needed = 0.0;
  for (int e = 0; e < VF_EFFECTS; e++)
    if (result->effects[e].applies) needed = fmax(needed, result->effects[e].needed);
  return needed;
}

void vf_two_ensembles_print(const vf_comparison_subject *subject, const vf_two_ensembles *result) {
  const vf_outcome *outcome = &result->outcome;
  printf("%-8s %-20s %24s %24s %8s  %24s %24s %8s\n", "step", "column", "mean", "reference", "z",
         "variance", "reference", "z");
  for (size_t i = 0; i < outcome->cells; i++) vf_print_cell(subject, i, result->cells + i);
  printf("%" PRIu64 " trajectories against %" PRIu64 ": %zu tests, each fails beyond |z| = %.2f; "
         "%zu left out, too few trajectories\n",
         result->trajectories, result->reference, outcome->tests, outcome->threshold,
         outcome->left_out);
  if (outcome->tests + outcome->left_out == 0)
    puts("nothing that is observed is random here; compare without --ensemble");
  vf_print_failures(subject, result);
  vf_print_equal(result);
  vf_print_effects(subject, result);
  vf_print_hypotheses(result);
  printf("%s", vf_verdict_names[result->verdict]);
  if (result->verdict == VF_INCONCLUSIVE && vf_needed(result) > 0.0)
    printf(": %.0f trajectories would decide", vf_needed(result));
  putchar('\n');
}

#if SID_HAVE_JANSSON

static json_t *vf_json_moments(const vf_higher_moments *moments) {
  return json_pack("{s:o, s:o, s:o}", "count", vf_json_digits(moments->count), "mean",
                   vf_json_number(moments->mean), "variance", vf_json_number(moments->variance));
}

static json_t *vf_json_cell(const vf_comparison_subject *subject, size_t i, const vf_cell *cell) {
  static const char *const names[VF_TESTS] = {"z_mean", "z_variance", "z_reached"};
  char name[VF_COLUMN_SIZE];
  const size_t width = subject->given->width;
  int failed = cell->wrong;
  json_t *object =
      json_pack("{s:o, s:s, s:b, s:o, s:o}", "step",
                vf_json_digits(subject->experiment->checkpoints[i / width]), "column",
                vf_given_name(subject, i % width, name), "fixed", cell->fixed, "theirs",
                vf_json_moments(&cell->theirs), "reference", vf_json_moments(&cell->reference));
  for (int t = 0; t < VF_TESTS; t++) {
    failed |= cell->failed[t];
    if (!isnan(cell->z[t])) json_object_set_new(object, names[t], vf_json_number(cell->z[t]));
  }
  json_object_set_new(object, "failed", json_boolean(failed));
  return object;
}

static json_t *vf_json_effects(const vf_two_ensembles *result) {
  json_t *list = json_array();
  for (int e = 0; result->effects_known && e < VF_EFFECTS; e++)
    if (result->effects[e].applies)
      json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "name", result->effects[e].name, "z",
                                            vf_json_number(result->effects[e].z), "trajectories",
                                            vf_json_number(result->effects[e].needed)));
  return list;
}

static json_t *vf_json_hypotheses(const vf_two_ensembles *result) {
  json_t *list = json_array();
  for (int h = 0; result->hypotheses_known && h < VF_HYPOTHESES; h++)
    if (result->hypotheses[h].applies)
      json_array_append_new(list, json_pack("{s:s, s:b, s:o}", "name", result->hypotheses[h].name,
                                            "fits", result->hypotheses[h].fits, "worst_z",
                                            vf_json_number(result->hypotheses[h].worst)));
  return list;
}

int vf_two_ensembles_json(const vf_comparison_subject *subject, const vf_two_ensembles *result,
                          vf_output *output) {
  const vf_outcome *outcome = &result->outcome;
  json_t *cells = json_array();
  for (size_t i = 0; i < outcome->cells; i++)
    if (result->cells[i].given)
      json_array_append_new(cells, vf_json_cell(subject, i, result->cells + i));
  json_t *document = json_pack(
      "{s:s, s:s, s:i, s:s, s:s, s:o, s:o, s:I, s:I, s:f, s:o, s:b, s:o, s:o, s:o}", "schema",
      "sidyn-compare-1", "version", SID_VERSION, "specification", SID_SPECIFICATION, "noise", "own",
      "verdict", vf_verdict_names[result->verdict], "trajectories",
      vf_json_digits(result->trajectories), "reference", vf_json_digits(result->reference), "tests",
      (json_int_t)outcome->tests, "left_out", (json_int_t)outcome->left_out, "threshold",
      outcome->threshold, "equal", vf_json_digits(result->equal), "start_differs",
      result->start_differs, "cells", cells, "effects", vf_json_effects(result), "hypotheses",
      vf_json_hypotheses(result));
  return vf_json_report(document, output->stream);
}

#else

int vf_two_ensembles_json(const vf_comparison_subject *subject, const vf_two_ensembles *result,
                          vf_output *output) {
  (void)subject, (void)result, (void)output;
  return vf_fail("--json: this sidyn was built without libjansson; make deps installs it");
}

#endif

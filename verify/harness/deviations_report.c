#include "harness/comparison_report.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "formats/json_value.h"

const char *vf_given_name(const vf_comparison_subject *subject, size_t k,
                          char name[VF_COLUMN_SIZE]) {
  return vf_column_name(subject->experiment, subject->given->columns[k], name);
}

/* 6, 3..6, binary32, or - where all numbers are exact. */
static void vf_digits_text(const vf_given *given, const vf_column_deviation *column,
                           char text[32]) {
  if (given->binary32)
    strcpy(text, "binary32");
  else if (column->most == 0)
    strcpy(text, "-");
  else if (column->fewest == column->most)
    snprintf(text, 32, "%d", column->most);
  else
    snprintf(text, 32, "%d..%d", column->fewest, column->most);
}

static void vf_print_column(const vf_comparison_subject *subject, size_t k,
                            const vf_column_deviation *column) {
  char name[VF_COLUMN_SIZE], digits[32], ulp[32] = "nan", place[64] = "-";
  const vf_given_row *worst = subject->given->rows + column->worst;
  vf_digits_text(subject->given, column, digits);
  if (column->ulp != UINT64_MAX) snprintf(ulp, sizeof ulp, "%" PRIu64, column->ulp);
  if (column->ulp)
    snprintf(place, sizeof place, "%" PRIu64 ", %" PRIu64, worst->trajectory, worst->step);
  printf("%-20s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "  %-9s %20s  %s\n",
         vf_given_name(subject, k, name), column->compared, column->equal, column->rounded, digits,
         ulp, place);
}

/* How a trajectory ended, in words. */
static void vf_ending_text(const vf_given_row *row, char text[64]) {
  if (row->end == SID_OK)
    snprintf(text, 64, "makes all %" PRIu64 " steps", row->step);
  else
    snprintf(text, 64, "ends at step %" PRIu64 " (%s)", row->step, vf_end_name(row->end));
}

static void vf_print_first(const vf_comparison_subject *subject, const vf_deviations *deviations) {
  char name[VF_COLUMN_SIZE], theirs[64], reference[64], ulp[48] = "a NaN", line[32] = "";
  const vf_given_row *row = subject->given->rows + deviations->row;
  if (row->line) snprintf(line, sizeof line, ", line %zu", row->line);
  printf("first deviation: step %" PRIu64 ", trajectory %" PRIu64, row->step, row->trajectory);
  if (deviations->column == subject->given->width) {
    vf_ending_text(row, theirs);
    vf_ending_text(&deviations->end, reference);
    printf("%s: theirs %s, the reference %s\n", line, theirs, reference);
    return;
  }
  if (deviations->ulp != UINT64_MAX) snprintf(ulp, sizeof ulp, "%" PRIu64 " ulp", deviations->ulp);
  vf_ending_text(&deviations->end, reference);
  const int unreached = deviations->end.end != SID_OK && deviations->end.step < row->step;
  char ours[VF_NUMBER_SIZE], given[VF_NUMBER_SIZE];
  printf(", column %s%s: theirs %s, reference %s, %s%s%s\n",
         vf_given_name(subject, deviations->column, name), line,
         vf_number_text(deviations->theirs, subject->format, given),
         vf_number_text(deviations->reference, subject->format, ours), ulp,
         unreached ? "; the reference " : "", unreached ? reference : "");
}

void vf_deviations_print(const vf_comparison_subject *subject, const vf_deviations *deviations) {
  const uint64_t compared = vf_deviations_compared(deviations, subject->given);
  const uint64_t agreeing = vf_deviations_agreeing(deviations, subject->given);
  printf("%-20s %10s %10s %10s  %-9s %20s  %s\n", "column", "compared", "equal", "rounded",
         "digits", "worst ulp", "trajectory, step");
  for (size_t k = 0; k < subject->given->width; k++)
    vf_print_column(subject, k, deviations->columns + k);
  if (deviations->ends)
    printf("%-20s %10" PRIu64 " %10" PRIu64 " %10d  %-9s %20s  -\n", "end", deviations->ends,
           deviations->ends_equal, 0, "-", "-");
  if (deviations->found) vf_print_first(subject, deviations);
  printf("%" PRIu64 " compared, %" PRIu64 " deviate\n", compared, compared - agreeing);
}

#if SID_HAVE_JANSSON

static json_t *vf_json_column(const vf_comparison_subject *subject, size_t k,
                              const vf_column_deviation *column) {
  char name[VF_COLUMN_SIZE], digits[32];
  const vf_given_row *worst = subject->given->rows + column->worst;
  vf_digits_text(subject->given, column, digits);
  json_t *object = json_pack(
      "{s:s, s:o, s:o, s:o, s:s, s:o}", "name", vf_given_name(subject, k, name), "compared",
      vf_json_digits(column->compared), "equal", vf_json_digits(column->equal), "rounded",
      vf_json_digits(column->rounded), "digits", digits, "worst_ulp",
      column->ulp == UINT64_MAX ? json_string("nan") : vf_json_digits(column->ulp));
  if (column->ulp)
    json_object_set_new(object, "worst",
                        json_pack("{s:o, s:o}", "trajectory", vf_json_digits(worst->trajectory),
                                  "step", vf_json_digits(worst->step)));
  return object;
}

static json_t *vf_json_first(const vf_comparison_subject *subject,
                             const vf_deviations *deviations) {
  char name[VF_COLUMN_SIZE];
  const vf_given_row *row = subject->given->rows + deviations->row;
  const int end = deviations->column == subject->given->width;
  json_t *object =
      json_pack("{s:o, s:o, s:i, s:s}", "step", vf_json_digits(row->step), "trajectory",
                vf_json_digits(row->trajectory), "line", (int)row->line, "column",
                end ? "end" : vf_given_name(subject, deviations->column, name));
  json_object_set_new(object, "theirs",
                      end ? json_string(vf_end_name(row->end))
                          : vf_json_number(deviations->theirs));
  json_object_set_new(object, "reference",
                      end ? json_string(vf_end_name(deviations->end.end))
                          : vf_json_number(deviations->reference));
  if (!end)
    json_object_set_new(object, "ulp",
                        deviations->ulp == UINT64_MAX ? json_string("nan")
                                                      : vf_json_digits(deviations->ulp));
  return object;
}

int vf_deviations_json(const vf_comparison_subject *subject, const vf_deviations *deviations,
                       vf_output *output) {
  json_t *columns = json_array();
  for (size_t k = 0; k < subject->given->width; k++)
    json_array_append_new(columns, vf_json_column(subject, k, deviations->columns + k));
  const uint64_t compared = vf_deviations_compared(deviations, subject->given);
  const uint64_t agreeing = vf_deviations_agreeing(deviations, subject->given);
  json_t *document =
      json_pack("{s:s, s:s, s:i, s:s, s:s, s:o, s:o, s:o}", "schema", "sidyn-compare-1", "version",
                SID_VERSION, "specification", SID_SPECIFICATION, "noise", "same", "verdict",
                deviations->found ? "fail" : "pass", "compared", vf_json_digits(compared),
                "deviate", vf_json_digits(compared - agreeing), "columns", columns);
  if (deviations->found) json_object_set_new(document, "first", vf_json_first(subject, deviations));
  return vf_json_report(document, output->stream);
}

#else

int vf_deviations_json(const vf_comparison_subject *subject, const vf_deviations *deviations,
                       vf_output *output) {
  (void)subject, (void)deviations, (void)output;
  return vf_fail("--json: this sidyn was built without libjansson; make deps installs it");
}

#endif

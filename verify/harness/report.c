#include "harness/report.h"
#include <string.h>
#include "formats/json_value.h"
#include "harness/papers.h"

const char *vf_verdict_name(vf_verdict verdict) {
  static const char *const names[] = {"pass", "inconclusive", "fail"};
  return names[verdict];
}

/* As the table shows it: a failure must catch the eye. */
static const char *vf_verdict_shown(vf_verdict verdict) {
  return verdict == VF_FAIL ? "FAIL" : vf_verdict_name(verdict);
}

const char *vf_tier_name(vf_tier tier) {
  static const char *const names[] = {"quick", "full", "deep"};
  return names[tier];
}

void vf_report_head(int errata) {
  if (errata) {
    printf("%-38s %19s %19s %19s %9s  %-44s  %s\n", "erratum", "printed", "right", "measured",
           "tolerance", "instance", "verdict");
    return;
  }
  printf("%-40s %16s    %16s %10s %6s %7s  %-12s  %s\n", "check", "measured", "expected",
         "tolerance", "cases", "time", "verdict", "instance");
}

/* A value with the relation before it, where that is not equality; a dash where there is none. */
static void vf_print_claim(const char *relation, double value) {
  char text[64] = "-";
  if (relation && strpbrk(relation, "<>!"))
    snprintf(text, sizeof text, "%s %.10g", relation, value);
  else if (relation && strcmp(relation, "error") != 0)
    snprintf(text, sizeof text, "%.10g", value);
  printf(" %19s", text);
}

/* Printed, right and measured value of one case; one that is no erratum (something besides failed)
 * has no printed value. */
static void vf_erratum_line(const char *id, const vf_case *one, const char *verdict) {
  printf("%-38s", id);
  vf_print_claim(one->erratum ? one->printed_relation : NULL, one->printed);
  vf_print_claim(one->erratum ? one->right_relation : one->relation,
                 one->erratum ? one->right : one->expected);
  printf(" %19.10g %9.2e  %-44.44s  %s\n", one->measured, one->tolerance, one->instance, verdict);
}

/* The measured value against the expected one, of the case that is closest to failing. */
void vf_report_line(const vf_result *result, int errata) {
  const vf_case *worst = vf_context_worst(&result->context);
  const char *verdict = vf_verdict_shown(vf_context_verdict(&result->context));
  if (!worst) {
    printf("%-40s %s: no case ran\n", result->check->id, verdict);
    return;
  }
  if (errata) {
    vf_erratum_line(result->check->id, vf_context_telling(&result->context), verdict);
    return;
  }
  const char *relation =
      strcmp(worst->relation, "order") == 0 || strcmp(worst->relation, "bits") == 0
          ? "="
          : worst->relation;
  printf("%-40s %16.10g %2s %16.10g %10.2e %6zu %6.2fs  %-12s  %s\n", result->check->id,
         worst->measured, relation, worst->expected, worst->tolerance, result->context.count,
         result->seconds, verdict, worst->instance);
}

static void vf_report_trouble(const vf_result *result) {
  printf("\n%s: %s\n  claim: %s\n  source: %s\n",
         vf_verdict_shown(vf_context_verdict(&result->context)), result->check->id,
         result->check->claim, result->check->source);
  for (size_t i = 0; i < result->context.count; i++) {
    const vf_case *one = result->context.cases + i;
    if (one->verdict == VF_PASS) continue;
    printf("  %s: %s: measured %.17g %s %.17g, tolerance %.3g (%s)\n",
           vf_verdict_shown(one->verdict), one->instance, one->measured, one->relation,
           one->expected, one->tolerance, one->basis);
  }
}

void vf_report_sum(const vf_report *report) {
  size_t passed = 0, telling = 0; /* a check that failed, if one did */
  for (size_t i = 0; i < report->count; i++) {
    if (vf_context_verdict(&report->results[i].context) == VF_PASS)
      passed++;
    else
      vf_report_trouble(report->results + (telling = i));
  }
  printf("\ntier %s, backend %s, %.1f s\n", report->tier, report->backend, report->seconds);
  printf("next: sidyn explain %s, or any other check; verify --json FILE for every instance\n"
         "checks are named by their paper: ",
         report->results[telling].check->id);
  for (const vf_paper *paper = vf_papers; paper->code; paper++)
    printf("%s %s, ", paper->code, paper->name);
  printf("X identities\n");
  printf("%zu passed, %zu failed\n", passed, report->count - passed);
}

#if SID_HAVE_JANSSON

static json_t *vf_json_case(const vf_case *one) {
  json_t *object =
      json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:s}", "instance", one->instance, "relation",
                one->relation, "measured", vf_json_number(one->measured), "expected",
                vf_json_number(one->expected), "tolerance", vf_json_number(one->tolerance), "basis",
                one->basis, "verdict", vf_verdict_name(one->verdict));
  if (one->erratum) json_object_set_new(object, "printed", vf_json_number(one->printed));
  return object;
}

static json_t *vf_json_series(const vf_table_of_numbers *series) {
  json_t *columns = json_array(), *rows = json_array();
  for (size_t c = 0; c < series->column_count; c++)
    json_array_append_new(columns, json_string(series->columns[c]));
  for (size_t r = 0; r < series->rows; r++) {
    json_t *row = json_array();
    for (size_t c = 0; c < series->column_count; c++)
      json_array_append_new(row, vf_json_number(series->values[r * series->column_count + c]));
    json_array_append_new(rows, row);
  }
  return json_pack("{s:s, s:o, s:o, s:s*}", "name", series->name, "columns", columns, "rows", rows,
                   "view", series->view);
}

static json_t *vf_json_result(const vf_result *result) {
  json_t *cases = json_array(), *series = json_array();
  for (size_t i = 0; i < result->context.count; i++)
    json_array_append_new(cases, vf_json_case(result->context.cases + i));
  for (size_t i = 0; i < result->context.series_count; i++)
    json_array_append_new(series, vf_json_series(result->context.series + i));
  json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:f, s:o}", "id", result->check->id,
                             "source", result->check->source, "claim", result->check->claim, "tier",
                             vf_tier_name(result->check->tier), "verdict",
                             vf_verdict_name(vf_context_verdict(&result->context)), "seconds",
                             result->seconds, "cases", cases);
  if (json_array_size(series) > 0)
    json_object_set_new(object, "series", series);
  else
    json_decref(series);
  return object;
}

int vf_report_json(const vf_report *report, vf_output *output) {
  json_t *checks = json_array();
  for (size_t i = 0; i < report->count; i++)
    json_array_append_new(checks, vf_json_result(report->results + i));
  json_t *document =
      json_pack("{s:s, s:s, s:i, s:s, s:s, s:f, s:o}", "schema", "sidyn-report-1", "version",
                SID_VERSION, "specification", SID_SPECIFICATION, "tier", report->tier, "backend",
                report->backend, "seconds", report->seconds, "checks", checks);
  return vf_json_report(document, output->stream);
}

#else

int vf_report_json(const vf_report *report, vf_output *output) {
  (void)report, (void)output;
  return vf_fail("--json: this sidyn was built without libjansson; make deps installs it");
}

#endif

/* XML has no control characters; what is no ASCII is in no text of a check. */
void vf_report_xml_letter(char letter, FILE *stream) {
  const unsigned char code = (unsigned char)letter;
  switch (letter) {
    case '<': fputs("&lt;", stream); break;
    case '>': fputs("&gt;", stream); break;
    case '&': fputs("&amp;", stream); break;
    case '"': fputs("&quot;", stream); break;
    default: fputc(code < 0x20 ? ' ' : code < 0x7f ? letter : '?', stream);
  }
}

void vf_report_xml(FILE *stream, const char *text) {
  for (; *text; text++) vf_report_xml_letter(*text, stream);
}

static void vf_junit_result(const vf_result *result, FILE *stream) {
  const int passed = vf_context_verdict(&result->context) == VF_PASS;
  fputs("    <testcase classname=\"sidyn\" name=\"", stream);
  vf_report_xml(stream, result->check->id);
  fprintf(stream, "\" time=\"%.3f\"%s>\n", result->seconds, passed ? "/" : "");
  if (passed) return;
  fprintf(stream, "      <failure message=\"%s\">",
          vf_verdict_name(vf_context_verdict(&result->context)));
  for (size_t i = 0; i < result->context.count; i++) {
    const vf_case *one = result->context.cases + i;
    if (one->verdict == VF_PASS) continue;
    vf_report_xml(stream, one->instance);
    fprintf(stream, ": measured %.17g, expected %.17g, tolerance %.3g (", one->measured,
            one->expected, one->tolerance);
    vf_report_xml(stream, one->basis);
    fputs(")\n", stream);
  }
  fputs("</failure>\n    </testcase>\n", stream);
}

void vf_report_junit(const vf_report *report, vf_output *output) {
  size_t failed = 0;
  for (size_t i = 0; i < report->count; i++)
    failed += vf_context_verdict(&report->results[i].context) != VF_PASS;
  fprintf(output->stream,
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
          "  <testsuite name=\"sidyn verify %s\" tests=\"%zu\" failures=\"%zu\" time=\"%.3f\">\n",
          report->tier, report->count, failed, report->seconds);
  for (size_t i = 0; i < report->count; i++) vf_junit_result(report->results + i, output->stream);
  fputs("  </testsuite>\n</testsuites>\n", output->stream);
}

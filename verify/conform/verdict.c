#include "conform/verdict.h"

#if SID_HAVE_JANSSON

#include <fnmatch.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "formats/json_value.h"
#include "formats/memory.h"
#include "harness/algebra.h"
#include "harness/report.h"

static const char *const vf_level_names[] = {"bits", "numbers", "laws"};
static const char *const vf_outcome_names[] = {"pass", "fail", "inconclusive", "unsupported"};

/* ---- lines of the table -------------------------------------------------------------------- */

/* The outcomes whose ids begin with the same two parts. */
typedef struct {
  const char *id; /* of the first; `length` bytes name the line */
  size_t length, counts[4], first, judged;
  double worst, *distances;
} vf_line;

/* LEVEL.WHAT of an id. */
static size_t vf_line_length(const char *id) {
  const size_t level = strcspn(id, ".");
  return id[level] ? level + 1 + strcspn(id + level + 1, ".") : level;
}

static int vf_line_has(const vf_line *line, const char *id) {
  return vf_line_length(id) == line->length && strncmp(line->id, id, line->length) == 0;
}

/* The lines in the order of their first outcomes; returns their number. */
static size_t vf_lines_of(const vf_kit *kit, vf_line *lines) {
  size_t count = 0;
  for (size_t i = 0; i < kit->count; i++) {
    const vf_outcome *outcome = kit->outcomes + i;
    size_t l = 0;
    while (l < count && !vf_line_has(lines + l, outcome->id)) l++;
    vf_line *line = lines + l;
    if (l == count) {
      *line = (vf_line){outcome->id, vf_line_length(outcome->id), {0}, i, 0, 0.0, NULL};
      line->distances = vf_allocate(kit->count, sizeof *line->distances);
      count++;
    }
    line->counts[outcome->kind]++;
    if (outcome->kind == VF_OUTCOME_UNSUPPORTED) continue;
    line->distances[line->judged++] = outcome->distance;
    if (!(outcome->distance <= line->worst)) line->worst = outcome->distance;
  }
  return count;
}

static double vf_median(double *values, size_t count) {
  vf_sort(values, count);
  return count == 0 ? 0.0 : values[count / 2];
}

static void vf_print_line(vf_line *line, vf_level level) {
  const size_t bad = line->counts[VF_OUTCOME_FAIL] + line->counts[VF_OUTCOME_INCONCLUSIVE];
  char worst[32] = "", median[32] = "";
  if (line->judged > 0 && (level != VF_LEVEL_BITS || line->worst > 0.0)) {
    snprintf(worst, sizeof worst, "%.3g", line->worst);
    snprintf(median, sizeof median, "%.3g", vf_median(line->distances, line->judged));
  }
  const char *verdict = line->counts[VF_OUTCOME_FAIL] ? "FAIL"
                        : bad                         ? "inconclusive"
                        : line->judged                ? "pass"
                                                      : "unsupported";
  printf("%-28.*s %6zu %7zu %7zu %12zu %10s %10s  %s\n", (int)line->length, line->id, line->judged,
         line->counts[VF_OUTCOME_PASS], bad, line->counts[VF_OUTCOME_UNSUPPORTED], worst, median,
         verdict);
}

/* Three of the cases that failed, and how many more there are. */
static void vf_print_failures(const vf_kit *kit, const vf_line *line) {
  size_t shown = 0, bad = 0;
  for (size_t i = line->first; i < kit->count; i++) {
    const vf_outcome *outcome = kit->outcomes + i;
    if (outcome->kind == VF_OUTCOME_PASS || outcome->kind == VF_OUTCOME_UNSUPPORTED ||
        !vf_line_has(line, outcome->id))
      continue;
    if (bad++ >= 3) continue;
    shown++;
    printf("%s %s: %s\n", outcome->kind == VF_OUTCOME_FAIL ? "FAIL" : "inconclusive", outcome->id,
           outcome->message ? outcome->message : "");
  }
  if (bad > shown) printf("     and %zu more of %.*s\n", bad - shown, (int)line->length, line->id);
}

/* ---- the sum ------------------------------------------------------------------------------- */

static int vf_required_judged(const vf_kit *kit, const char *pattern) {
  for (size_t i = 0; i < kit->count; i++)
    if (kit->outcomes[i].kind != VF_OUTCOME_UNSUPPORTED &&
        fnmatch(pattern, kit->outcomes[i].id, 0) == 0)
      return 1;
  return 0;
}

int vf_verdict_print(const vf_kit *kit, const char *const *required, double seconds) {
  vf_line *lines = vf_allocate(kit->count, sizeof *lines);
  const size_t count = vf_lines_of(kit, lines), failed = vf_kit_failed(kit);
  size_t unsupported = 0, missing = 0;
  printf("%-28s %6s %7s %7s %12s %10s %10s  %s\n", "asked", "judged", "passed", "failed",
         "unsupported", "worst", "median", "verdict");
  for (size_t l = 0; l < count; l++) {
    unsupported += lines[l].counts[VF_OUTCOME_UNSUPPORTED];
    vf_print_line(lines + l, kit->outcomes[lines[l].first].level);
  }
  if (failed > 0) putchar('\n');
  for (size_t l = 0; l < count; l++) vf_print_failures(kit, lines + l);
  for (size_t i = 0; i < kit->remark_count; i++)
    printf("%s%s\n", i == 0 ? "\n" : "", kit->remarks[i]);
  for (; *required; required++) {
    if (vf_required_judged(kit, *required)) continue;
    printf("FAIL --require %s: no such case was judged\n", *required);
    missing++;
  }
  const size_t judged = kit->count - unsupported;
  char *name = vf_kit_ascii(vf_session_claims(kit->session)->name);
  printf("\n%s, %.1f s, of which %.1f s waiting for answers to %llu requests\n", name, seconds,
         vf_session_waited(kit->session), (unsigned long long)vf_session_requests(kit->session));
  printf("%zu judged, %zu unsupported: %zu passed, %zu failed\n", judged, unsupported,
         judged - failed, failed + missing);
  for (size_t l = 0; l < count; l++) free(lines[l].distances);
  free(lines);
  free(name);
  if (judged == 0) vf_fail("conform: nothing was judged");
  return failed + missing > 0 || judged == 0 ? VF_EXIT_FAILED : VF_EXIT_OK;
}

/* ---- reports ------------------------------------------------------------------------------- */

int vf_verdict_json(const vf_kit *kit, vf_output *output) {
  const vf_claims *claims = vf_session_claims(kit->session);
  json_t *cases = json_array(), *remarks = json_array();
  for (size_t i = 0; i < kit->count; i++) {
    const vf_outcome *outcome = kit->outcomes + i;
    json_t *one =
        json_pack("{s:s, s:s, s:s}", "id", outcome->id, "level", vf_level_names[outcome->level],
                  "verdict", vf_outcome_names[outcome->kind]);
    if (isfinite(outcome->distance))
      json_object_set_new(one, "distance", json_real(outcome->distance));
    if (outcome->message) json_object_set_new(one, "message", json_string(outcome->message));
    json_array_append_new(cases, one);
  }
  for (size_t i = 0; i < kit->remark_count; i++)
    json_array_append_new(remarks, json_string(kit->remarks[i]));
  json_t *document =
      json_pack("{s:s, s:s, s:i, s:s, s:s, s:o, s:o}", "schema", "sidyn-conform-1", "version",
                SID_VERSION, "specification", SID_SPECIFICATION, "name", claims->name, "precision",
                claims->binary32 ? "binary32" : "binary64", "remarks", remarks, "cases", cases);
  return vf_json_report(document, output->stream);
}

int vf_verdict_junit(const vf_kit *kit, vf_output *output) {
  FILE *stream = output->stream;
  size_t skipped = 0;
  for (size_t i = 0; i < kit->count; i++)
    skipped += kit->outcomes[i].kind == VF_OUTCOME_UNSUPPORTED;
  fprintf(stream,
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
          "  <testsuite name=\"sidyn conform\" tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n",
          kit->count, vf_kit_failed(kit), skipped);
  for (size_t i = 0; i < kit->count; i++) {
    const vf_outcome *outcome = kit->outcomes + i;
    const int skip = outcome->kind == VF_OUTCOME_UNSUPPORTED;
    fputs("    <testcase classname=\"sidyn.conform\" name=\"", stream);
    vf_report_xml(stream, outcome->id);
    if (outcome->kind == VF_OUTCOME_PASS) {
      fputs("\"/>\n", stream);
      continue;
    }
    fprintf(stream, "\">\n      <%s message=\"", skip ? "skipped" : "failure");
    vf_report_xml(stream, outcome->message ? outcome->message : "");
    fputs("\"/>\n    </testcase>\n", stream);
  }
  fputs("  </testsuite>\n</testsuites>\n", stream);
  return 0;
}

int vf_verdict_tap(const vf_kit *kit, vf_output *output) {
  fprintf(output->stream, "1..%zu\n", kit->count);
  for (size_t i = 0; i < kit->count; i++) {
    const vf_outcome *outcome = kit->outcomes + i;
    const int skip = outcome->kind == VF_OUTCOME_UNSUPPORTED;
    fprintf(output->stream, "%s %zu - %s%s%s\n",
            skip || outcome->kind == VF_OUTCOME_PASS ? "ok" : "not ok", i + 1, outcome->id,
            skip               ? " # SKIP "
            : outcome->message ? " # "
                               : "",
            outcome->message ? outcome->message : "");
  }
  return 0;
}

#endif

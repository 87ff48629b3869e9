/* What `sidyn verify` prints and writes. */
#ifndef VF_REPORT_H
#define VF_REPORT_H

#include "harness/context.h"
#include "formats/output.h"

/* One check with its cases and the seconds it took. */
typedef struct {
  const vf_check *check;
  vf_context context;
  double seconds;
} vf_result;

typedef struct {
  const vf_result *results;
  size_t count;
  const char *tier, *backend;
  double seconds;
} vf_report;

/* Names of a tier and of a verdict. */
const char *vf_tier_name(vf_tier tier);
const char *vf_verdict_name(vf_verdict verdict);

/* The head of the table, one line per check, the lines of what failed, and the sum "N passed, N
 * failed" (inconclusive counts as failed). The table of errata, which has printed, right and
 * measured value side by side, is for a choice of errata only. */
void vf_report_head(int errata);
void vf_report_line(const vf_result *result, int errata);
void vf_report_sum(const vf_report *report);

/* Every case of every check: JSON (schema fixtures/schema/report.schema.json), JUnit XML. 0, or
 * VF_EXIT_USAGE after a message. */
int vf_report_json(const vf_report *report, vf_output *output);
void vf_report_junit(const vf_report *report, vf_output *output);

/* Text, and a letter of it, inside XML. */
void vf_report_xml_letter(char letter, FILE *stream);
void vf_report_xml(FILE *stream, const char *text);

#endif

#include "command/page.h"
#include <string.h>
#include <sys/utsname.h>
#include "command/page_parts.h"
#include "formats/number.h"
#include "formats/sha256.h"
#include "harness/papers.h"

#ifdef __clang__
#define VF_COMPILER __VERSION__
#else
#define VF_COMPILER "gcc " __VERSION__
#endif

/* ---- the hash ---- */

/* Text with its end, so that no two lists of texts look alike. */
static void vf_hash_text(vf_sha256 *hash, const char *text) {
  vf_sha256_add(hash, (const uint8_t *)text, strlen(text) + 1);
}

static void vf_hash_number(vf_sha256 *hash, double value) {
  char text[VF_NUMBER_SIZE];
  vf_hash_text(hash, vf_number_text(value, VF_BITS, text));
}

static void vf_hash_result(vf_sha256 *hash, const vf_result *result) {
  vf_hash_text(hash, result->check->id);
  for (size_t i = 0; i < result->context.count; i++) {
    const vf_case *one = result->context.cases + i;
    vf_hash_text(hash, one->instance);
    vf_hash_text(hash, one->relation);
    vf_hash_number(hash, one->measured);
    vf_hash_number(hash, one->expected);
    vf_hash_number(hash, one->tolerance);
    vf_hash_text(hash, vf_verdict_name(one->verdict));
  }
  for (size_t s = 0; s < result->context.series_count; s++) {
    const vf_table_of_numbers *table = result->context.series + s;
    vf_hash_text(hash, table->name);
    for (size_t k = 0; k < table->rows * table->column_count; k++)
      vf_hash_number(hash, table->values[k]);
  }
}

void vf_page_hash(const vf_report *report, char text[VF_PAGE_HASH_SIZE]) {
  vf_sha256 hash;
  vf_sha256_begin(&hash);
  for (size_t i = 0; i < report->count; i++) vf_hash_result(&hash, report->results + i);
  vf_sha256_text(&hash, text);
}

/* ---- summary ---- */

static int vf_passed(const vf_result *result) {
  return vf_context_verdict(&result->context) == VF_PASS;
}

static void vf_summary_line(FILE *stream, const char *name, const char *value) {
  fprintf(stream, "<dt>%s</dt><dd>", name);
  vf_report_xml(stream, value);
  fputs("</dd>\n", stream);
}

static void vf_page_summary(const vf_report *report, size_t passed, int threads, FILE *stream) {
  char text[160], hash[VF_PAGE_HASH_SIZE];
  struct utsname machine;
  vf_page_hash(report, hash);
  fprintf(stream, "<header>\n<h1>sidyn verify: %zu passed, %zu failed</h1>\n", passed,
          report->count - passed);
  fputs("<p>Each check below holds one claim of a paper against trajectories that are the same "
        "bits on every machine. Expected values come from independent high-precision code. A check "
        "that cannot see its effect is inconclusive, which counts as failed.</p>\n<dl>\n",
        stream);
  snprintf(text, sizeof text, "%s, specification %d", SID_VERSION, SID_SPECIFICATION);
  vf_summary_line(stream, "sidyn", text);
  snprintf(text, sizeof text, "%s, %.1f s", report->tier, report->seconds);
  vf_summary_line(stream, "tier", text);
  if (uname(&machine) == 0) {
    snprintf(text, sizeof text, "%.40s, %.40s %.60s, %d thread%s", machine.machine, machine.sysname,
             machine.release, threads, threads == 1 ? "" : "s");
    vf_summary_line(stream, "machine", text);
  }
  vf_summary_line(stream, "backend", report->backend);
  vf_summary_line(stream, "compiler", VF_COMPILER);
  vf_summary_line(stream, "hash of all numbers", hash);
  fputs("</dl>\n<p>Reports with one hash have the same bits in every number, whatever the backend "
        "and the number of threads. Quantities have no units but these: angles are in radians, and "
        "time is in steps where an axis does not name another scale, as el*step, tau or T. eta is "
        "the learning rate (lr), lam the weight decay (wd), el and ein are their product.</p>\n"
        "</header>\n",
        stream);
}

/* ---- what leads to the checks ---- */

static void vf_page_failures(const vf_report *report, FILE *stream) {
  fputs("<section id=\"failures\">\n<h2>Failed</h2>\n<ul>\n", stream);
  for (size_t i = 0; i < report->count; i++)
    if (!vf_passed(report->results + i)) {
      const vf_result *result = report->results + i;
      fprintf(stream, "<li>");
      vf_part_link(result->check->id, stream);
      fprintf(stream, " %s: ", vf_verdict_name(vf_context_verdict(&result->context)));
      vf_typeset(result->check->claim, stream);
      fputs("</li>\n", stream);
    }
  fputs("</ul>\n</section>\n", stream);
}

static const char *vf_code_of(const vf_result *result) {
  const vf_paper *paper = vf_paper_of(result->check->id);
  return paper ? paper->code : "X";
}

/* One line of the contents; nothing for a paper without checks. */
static void vf_page_paper(const vf_report *report, const char *code, const char *title,
                          FILE *stream) {
  size_t checks = 0, failed = 0;
  for (size_t i = 0; i < report->count; i++)
    if (strcmp(vf_code_of(report->results + i), code) == 0) {
      checks++;
      failed += !vf_passed(report->results + i);
    }
  if (checks)
    fprintf(stream, "<li><a href=\"#paper-%s\">%s: %s</a>: %zu passed, %zu failed</li>\n", code,
            code, title, checks - failed, failed);
}

static void vf_page_contents(const vf_report *report, FILE *stream) {
  fputs("<nav aria-label=\"Papers\">\n<ul>\n", stream);
  vf_page_paper(report, "X", "identities that the papers share", stream);
  for (const vf_paper *paper = vf_papers; paper->code; paper++)
    vf_page_paper(report, paper->code, paper->title, stream);
  fputs("</ul>\n</nav>\n", stream);
}

/* ---- the page ---- */

static int vf_page_checks(const vf_report *report, FILE *stream) {
  const char *code = "";
  const vf_table *row = NULL;
  vf_page_state state = {stream, 0};
  int status = 0;
  for (size_t i = 0; i < report->count && !status; i++) {
    const vf_result *result = report->results + i;
    if (strcmp(code, vf_code_of(result)) != 0) {
      const vf_paper *paper = vf_paper_of(result->check->id);
      if (*code) fputs("</section>\n", stream);
      code = vf_code_of(result);
      fprintf(stream, "<section id=\"paper-%s\">\n<h2>%s: %s</h2>\n", code, code,
              paper ? paper->title : "identities that the papers share");
    }
    vf_part_law(result, &row, &state);
    status = vf_part_check(result, &state);
  }
  fputs(*code ? "</section>\n" : "", stream);
  return status;
}

int vf_page(const vf_report *report, int threads, vf_output *output) {
  FILE *stream = output->stream;
  size_t passed = 0;
  for (size_t i = 0; i < report->count; i++) passed += (size_t)vf_passed(report->results + i);
  vf_part_head(stream);
  vf_page_summary(report, passed, threads, stream);
  fputs("<main>\n", stream);
  if (passed < report->count) vf_page_failures(report, stream);
  vf_page_contents(report, stream);
  vf_part_errata(report, stream);
  const int status = vf_page_checks(report, stream);
  fputs("</main>\n</body>\n</html>\n", stream);
  return status;
}

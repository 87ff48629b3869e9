#include "command/page_parts.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "command/svg.h"
#include "formats/memory.h"
#include "harness/series.h"

static const char vf_style[] =
#include "command/page_style.h"
    ;

void vf_part_head(FILE *stream) {
  fprintf(stream,
          "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
          "<meta charset=\"utf-8\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
          "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
          "<link rel=\"icon\" href=\"data:,\"/>\n<title>sidyn verify</title>\n<style>\n%s</style>\n"
          "</head>\n<body>\n",
          vf_style);
}

void vf_part_link(const char *id, FILE *stream) {
  fputs("<a href=\"#", stream);
  vf_report_xml(stream, id);
  fputs("\">", stream);
  vf_report_xml(stream, id);
  fputs("</a>", stream);
}

/* ---- values ---- */

/* A relation as it is read; bits and orders are spelled out. */
static const char *vf_relation_read(const char *relation) {
  static const char *const read[][2] = {{"<=", "&#8804; "}, {">=", "&#8805; "},
                                        {"!=", "&#8800; "}, {"<", "&lt; "},
                                        {">", "&gt; "},     {"order", "order "}};
  for (size_t i = 0; i < sizeof read / sizeof read[0]; i++)
    if (strcmp(relation, read[i][0]) == 0) return read[i][1];
  return "";
}

static void vf_cell_text(const char *label, const char *relation, double value, int digits,
                         FILE *stream) {
  fprintf(stream, "<td data-label=\"%s\">%s%.*g</td>", label, vf_relation_read(relation), digits,
          value);
}

static void vf_measured_and_expected(const vf_case *one, FILE *stream) {
  if (strcmp(one->relation, "bits") == 0) {
    fprintf(stream, "<td data-label=\"measured\">%.10g different</td>", one->measured);
    fputs("<td data-label=\"expected\">the same bits</td>", stream);
  } else if (strcmp(one->relation, "error") == 0) {
    fputs("<td data-label=\"measured\">&#8211;</td><td data-label=\"expected\">&#8211;</td>",
          stream);
  } else {
    vf_cell_text("measured", "=", one->measured, 10, stream);
    vf_cell_text("expected", one->relation, one->expected, 10, stream);
  }
}

/* ---- errata ---- */

static int vf_is_erratum(const vf_check *check) { return strncmp(check->id, "errata.", 7) == 0; }

static void vf_claimed(const char *label, const char *relation, double value, FILE *stream) {
  if (relation)
    vf_cell_text(label, relation, value, 10, stream);
  else
    fprintf(stream, "<td data-label=\"%s\">&#8211;</td>", label);
}

static void vf_erratum_row(const vf_result *result, FILE *stream) {
  const vf_case *one = vf_context_telling(&result->context);
  if (!one) return;
  fputs("<tr><td data-label=\"erratum\">", stream);
  vf_part_link(result->check->id, stream);
  fputs("<br/>", stream);
  vf_typeset(result->check->claim, stream);
  fputs("</td>", stream);
  vf_claimed("printed", one->erratum ? one->printed_relation : NULL, one->printed, stream);
  if (one->erratum)
    vf_claimed("right", one->right_relation, one->right, stream);
  else
    vf_claimed("right", one->relation, one->expected, stream);
  vf_cell_text("measured", "=", one->measured, 10, stream);
  vf_cell_text("tolerance", "=", one->tolerance, 3, stream);
  fprintf(stream, "<td data-label=\"verdict\">%s</td></tr>\n",
          vf_verdict_name(vf_context_verdict(&result->context)));
}

void vf_part_errata(const vf_report *report, FILE *stream) {
  size_t errata = 0;
  for (size_t i = 0; i < report->count; i++)
    errata += (size_t)vf_is_erratum(report->results[i].check);
  if (errata == 0) return;
  fprintf(stream,
          "<section id=\"errata\">\n<h2>Errata</h2>\n<table>\n<caption>%zu misprints: what the "
          "papers print, what is right, and what was measured, at an instance that tells them "
          "apart</caption>\n<thead><tr><th scope=\"col\">erratum</th><th scope=\"col\">printed</th>"
          "<th scope=\"col\">right</th><th scope=\"col\">measured</th>"
          "<th scope=\"col\">tolerance</th><th scope=\"col\">verdict</th></tr></thead>\n<tbody>\n",
          errata);
  for (size_t i = 0; i < report->count; i++)
    if (vf_is_erratum(report->results[i].check)) vf_erratum_row(report->results + i, stream);
  fputs("</tbody>\n</table>\n</section>\n", stream);
}

/* ---- laws ---- */

/* The place of a check's row in the registry; vf_row_count if it is in none. */
static size_t vf_row_of(const vf_check *check) {
  for (size_t r = 0; r < vf_row_count; r++)
    for (size_t c = 0; c < vf_rows[r]->count; c++)
      if (vf_rows[r]->checks + c == check) return r;
  return vf_row_count;
}

void vf_part_law(const vf_result *result, const vf_table **row, const vf_page_state *state) {
  const size_t r = vf_row_of(result->check);
  if (r == vf_row_count || *row == vf_rows[r]) return;
  *row = vf_rows[r];
  fprintf(state->stream, "<h3 id=\"law-%s\">The law of row %s</h3>\n<div class=\"law\">\n",
          (*row)->row, (*row)->row);
  vf_typeset_lines(vf_row_laws[r], state->stream);
  fputs("</div>\n<dl>\n<dt>measured</dt><dd>", state->stream);
  vf_typeset((*row)->measured, state->stream);
  fputs("</dd>\n<dt>broken by</dt><dd>", state->stream);
  vf_typeset((*row)->breaks, state->stream);
  fputs("</dd>\n</dl>\n", state->stream);
}

/* ---- instances ---- */

static void vf_case_row(const vf_case *one, FILE *stream) {
  fprintf(stream, "<tr><td data-label=\"instance\">");
  vf_report_xml(stream, one->instance);
  fputs("</td>", stream);
  vf_measured_and_expected(one, stream);
  fprintf(stream, "<td data-label=\"tolerance\">%.3g</td><td data-label=\"because of\">",
          one->tolerance);
  vf_typeset(one->basis, stream);
  fprintf(stream, "</td><td data-label=\"verdict\">%s</td></tr>\n", vf_verdict_name(one->verdict));
}

static void vf_case_head(const char *caption, FILE *stream) {
  fprintf(stream,
          "<table>\n<caption>%s</caption>\n<thead><tr><th scope=\"col\">instance</th>"
          "<th scope=\"col\">measured</th><th scope=\"col\">expected</th>"
          "<th scope=\"col\">tolerance</th><th scope=\"col\">because of</th>"
          "<th scope=\"col\">verdict</th></tr></thead>\n<tbody>\n",
          caption);
}

static void vf_check_cases(const vf_result *result, FILE *stream) {
  const vf_case *worst = vf_context_worst(&result->context);
  if (!worst) {
    fputs("<p>No instance ran.</p>\n", stream);
    return;
  }
  vf_case_head("the instance closest to failing", stream);
  vf_case_row(worst, stream);
  fputs("</tbody>\n</table>\n", stream);
  if (result->context.count < 2) return;
  fprintf(stream, "<details>\n<summary>all %zu instances</summary>\n", result->context.count);
  vf_case_head("all instances", stream);
  for (size_t i = 0; i < result->context.count; i++) vf_case_row(result->context.cases + i, stream);
  fputs("</tbody>\n</table>\n</details>\n", stream);
}

/* ---- pictures ---- */

static void vf_put_uri(const char *text, size_t length, FILE *stream) {
  for (size_t k = 0; k < length; k++) {
    const unsigned char code = (unsigned char)text[k];
    fprintf(stream, isalnum(code) || strchr("-._~,", code) ? "%c" : "%%%02X", code);
  }
}

/* The data of a picture as a link that saves them. Returns 0, or VF_EXIT_USAGE after a message. */
static int vf_data_link(const vf_result *result, size_t s, FILE *stream) {
  char name[VF_SERIES_NAME], *text = NULL;
  size_t length = 0;
  FILE *memory = open_memstream(&text, &length);
  if (!memory) return vf_fail("verify: --html: %s", strerror(errno));
  vf_series_csv(result->context.series + s, memory);
  if (fclose(memory) != 0) return vf_fail("verify: --html: %s", strerror(errno));
  vf_series_name(result, s, name);
  fputs("<a download=\"", stream);
  vf_report_xml(stream, name);
  fputs("\" href=\"data:text/csv;charset=us-ascii,", stream);
  vf_put_uri(text, length, stream);
  fputs("\">", stream);
  vf_report_xml(stream, name);
  fputs("</a>", stream);
  free(text);
  return 0;
}

static int vf_check_picture(const vf_result *result, size_t s, vf_page_state *state) {
  const vf_table_of_numbers *table = result->context.series + s;
  int *panel = vf_allocate(table->column_count, sizeof *panel), status = 0;
  vf_picture picture = {.table = table, .panel = panel};
  if (table->view)
    status = vf_picture_view(result->check->id, table->view, &picture);
  else
    vf_picture_all(&picture);
  if (!status) {
    vf_picture_scales(&picture);
    fputs("<figure>\n", state->stream);
    vf_svg(&picture, ++state->pictures, state->stream);
    fputs("<figcaption>", state->stream);
    vf_report_xml(state->stream, table->name);
    fputs("; data: ", state->stream);
    status = vf_data_link(result, s, state->stream);
    fputs("</figcaption>\n</figure>\n", state->stream);
  }
  free(panel);
  return status;
}

int vf_part_check(const vf_result *result, vf_page_state *state) {
  FILE *stream = state->stream;
  const char *verdict = vf_verdict_name(vf_context_verdict(&result->context));
  int status = 0;
  fputs("<article id=\"", stream);
  vf_report_xml(stream, result->check->id);
  fputs("\">\n<h4>", stream);
  vf_report_xml(stream, result->check->id);
  fprintf(stream, " <span class=\"%s\">%s</span></h4>\n<p class=\"claim\">", verdict, verdict);
  vf_typeset(result->check->claim, stream);
  fputs("</p>\n<p>", stream);
  vf_report_xml(stream, result->check->source);
  fprintf(stream, "; tier %s, %.2f s</p>\n", vf_tier_name(result->check->tier), result->seconds);
  vf_check_cases(result, stream);
  for (size_t s = 0; s < result->context.series_count && !status; s++)
    status = vf_check_picture(result, s, state);
  fputs("</article>\n", stream);
  return status;
}

/* Parts of the page of `sidyn verify --html`. */
#ifndef VF_PAGE_PARTS_H
#define VF_PAGE_PARTS_H

#include "command/typeset.h"
#include "harness/report.h"

/* Where the page is, and how many pictures it has. */
typedef struct {
  FILE *stream;
  size_t pictures;
} vf_page_state;

/* All before the contents of the body. */
void vf_part_head(FILE *stream);

/* A link to the check on the page. */
void vf_part_link(const char *id, FILE *stream);

/* What papers print, what is right and what was measured; nothing without an erratum. */
void vf_part_errata(const vf_report *report, FILE *stream);

/* The law of the check's row, unless *row is it, how it is measured and what would break it. */
void vf_part_law(const vf_result *result, const vf_table **row, const vf_page_state *state);

/* One check. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_part_check(const vf_result *result, vf_page_state *state);

#endif

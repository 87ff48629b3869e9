/* The report of `sidyn verify` as a page. */
#ifndef VF_PAGE_H
#define VF_PAGE_H

#include "harness/report.h"

/* Writes one HTML file that needs nothing else, no network and no script: the sum, errata side by
 * side, and each check with its law, its instances, its pictures and their data. It is XML too.
 * `threads` is how many the checks had. Returns 0, or VF_EXIT_USAGE after a message. */
int vf_page(const vf_report *report, int threads, vf_output *output);

/* SHA-256 of what was measured: ids, instances, relations, the bits of measured, expected and
 * tolerance, verdicts, and the tables of numbers. Times, backend and threads are not in it. */
enum { VF_PAGE_HASH_SIZE = 65 };
void vf_page_hash(const vf_report *report, char text[VF_PAGE_HASH_SIZE]);

#endif

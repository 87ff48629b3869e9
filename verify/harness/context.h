/* Internal to the harness: what a check's comparisons leave behind for the reports. */
#ifndef VF_CONTEXT_H
#define VF_CONTEXT_H

#include "harness/check.h"

typedef struct {
  char *instance, *basis;
  const char *relation; /* "=", "<=", ">=", "!=", "<", ">", "bits", "order", "error" */
  double measured, expected, tolerance;
  double badness; /* distance over tolerance: orders cases of one verdict */
  vf_verdict verdict;
  int erratum;           /* whether the next four mean something */
  double right, printed; /* what the erratum says, and what the paper does */
  const char *right_relation,
      *printed_relation; /* "=", "<=", ">="; the first is NULL where nothing is right instead */
} vf_case;

/* The data behind a figure: rows*column_count numbers, row by row. */
typedef struct {
  char *name, **columns;
  size_t column_count, rows;
  double *values;
  char *view; /* how it is drawn (vf_view()); NULL: all columns over the first */
} vf_table_of_numbers;

struct vf_context {
  int jobs;
  vf_tier tier;
  vf_case *cases;
  size_t count, capacity;
  vf_table_of_numbers *series;
  size_t series_count;
};

/* The verdict of the whole check: the worst of its cases; fails without any. */
vf_verdict vf_context_verdict(const vf_context *context);

/* The case that the table shows: the worst. NULL if there is none. */
const vf_case *vf_context_worst(const vf_context *context);

/* The case that the table of errata shows: the worst if that did not pass, else the one in which
 * measured is farthest from print, in tolerances. NULL if there is none. */
const vf_case *vf_context_telling(const vf_context *context);

void vf_context_clear(vf_context *context);

#endif

/* Internal to the harness: what a check's comparisons leave behind for the reports. */
#ifndef VF_CONTEXT_H
#define VF_CONTEXT_H

#include "check.h"

typedef struct {
  char *instance, *basis;
  const char *relation; /* "=", "<=", ">=", "!=", "bits", "order", "error" */
  double measured, expected, tolerance;
  double badness; /* distance over tolerance: orders cases of one verdict */
  vf_verdict verdict;
} vf_case;

struct vf_context {
  int jobs;
  vf_tier tier;
  vf_case *cases;
  size_t count, capacity;
  int out_of_memory;
};

/* The verdict of the whole check: the worst of its cases; fails without any. */
vf_verdict vf_context_verdict(const vf_context *context);

/* The case that the table shows: the worst. NULL if there is none. */
const vf_case *vf_context_worst(const vf_context *context);

void vf_context_clear(vf_context *context);

#endif

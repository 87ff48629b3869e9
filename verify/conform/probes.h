/* Requests that are asked once more to find out which mistake fits their answers. */
#ifndef VF_PROBES_H
#define VF_PROBES_H

#include "conform/kit.h"
#include "conform/mistakes.h"

enum { VF_PROBES_MOST = 512 };

typedef struct {
  vf_request request;
  vf_answer theirs, right;
  int wrong; /* farther from what is right than rounding explains */
  vf_arena arena;
} vf_probe;

typedef struct {
  vf_probe *list;
  size_t count;
  double tolerance; /* distance up to which answers are the same */
} vf_probes;

/* Asks requests of one sort, random ones on every problem and dynamics that is claimed; what is not
 * answered is left out. */
vf_probes vf_probes_ask(vf_kit *kit, vf_do what);
void vf_probes_free(vf_probes *probes);

/* How far two answers to a request are from each other, relative to their size; of steps relative
 * to what the step changes. */
double vf_probe_distance(const vf_request *request, const vf_answer *a, const vf_answer *b);

/* The coefficients of the steps as they were measured, in words: by least squares on x, G and the
 * noise, and their powers of the rates. 0 where the probes do not suffice. */
int vf_probes_measure(const vf_probes *probes, char text[VF_ANSWER_MESSAGE]);

#endif

#include "conform/same.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "formats/columns.h"
#include "formats/number.h"

static int vf_same_bits(double a, double b) {
  return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* Doubles between two numbers; infinite unless both are finite or equal. */
static double vf_ulp_between(double a, double b) {
  if (vf_same_bits(a, b)) return 0.0;
  if (!isfinite(a) || !isfinite(b)) return (double)INFINITY;
  const uint64_t x = vf_ordered(a), y = vf_ordered(b);
  return (double)(x > y ? x - y : y - x);
}

static int vf_same_ends(const vf_request *request, const vf_answer *theirs, const vf_answer *ours,
                        char difference[VF_ANSWER_MESSAGE]) {
  const uint64_t count = request->what == VF_RUN ? 1 : request->last - request->first;
  for (uint64_t t = 0; t < count; t++) {
    const vf_end *a = theirs->ends + t, *b = ours->ends + t;
    if (a->status == b->status && a->step == b->step && a->rows == b->rows) continue;
    snprintf(difference, VF_ANSWER_MESSAGE,
             "trajectory %" PRIu64 " ends at step %" PRIu64 " with \"%s\" and %u rows instead of "
             "step %" PRIu64 " with \"%s\" and %u rows",
             request->first + t, a->step, vf_end_name(a->status), a->rows, b->step,
             vf_end_name(b->status), b->rows);
    return 0;
  }
  return 1;
}

static int vf_same_raws(const vf_request *request, const vf_answer *theirs, const vf_answer *ours,
                        char difference[VF_ANSWER_MESSAGE]) {
  for (size_t i = 0; i < request->count; i++)
    if (theirs->raws[i] != ours->raws[i]) {
      snprintf(difference, VF_ANSWER_MESSAGE, "raws[%zu]: %" PRIu64 " instead of %" PRIu64, i,
               theirs->raws[i], ours->raws[i]);
      return 0;
    }
  return 1;
}

/* The first row in which a trajectory differs says more than how it ends. */
static int vf_same_values(const vf_request *request, const vf_answer *theirs, const vf_answer *ours,
                          char difference[VF_ANSWER_MESSAGE], double *ulp) {
  char place[64] = "", a[VF_NUMBER_SIZE], b[VF_NUMBER_SIZE];
  for (size_t k = 0; k < vf_request_numbers(request); k++) {
    const double x = theirs->values[k], y = ours->values[k];
    if (vf_same_bits(x, y)) continue;
    *ulp = vf_ulp_between(x, y);
    vf_answer_place(request, k, place);
    snprintf(difference, VF_ANSWER_MESSAGE, "%s: %s instead of %s", place,
             vf_number_text(x, VF_DEC, a), vf_number_text(y, VF_DEC, b));
    const size_t used = strlen(difference);
    if (isfinite(*ulp)) snprintf(difference + used, VF_ANSWER_MESSAGE - used, ", %.0f ulp", *ulp);
    return 0;
  }
  return 1;
}

int vf_same_answer(const vf_request *request, const vf_answer *theirs, const vf_answer *ours,
                   char difference[VF_ANSWER_MESSAGE], double *ulp) {
  *ulp = 0.0;
  if (request->what == VF_RAW) return vf_same_raws(request, theirs, ours, difference);
  if (theirs->end != ours->end) {
    snprintf(difference, VF_ANSWER_MESSAGE, "the step is %s%s instead of %s%s",
             theirs->end ? "refused: " : "taken", vf_end_name(theirs->end),
             ours->end ? "refused: " : "taken", vf_end_name(ours->end));
    return 0;
  }
  if (!ours->end && !vf_same_values(request, theirs, ours, difference, ulp)) return 0;
  return !ours->ends || vf_same_ends(request, theirs, ours, difference);
}

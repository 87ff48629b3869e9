#include "conform/roundings.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include "conform/bound.h"
#include "formats/columns.h"
#include "formats/number.h"

/* All that is asked ends as it should. */
static int vf_other_end(const vf_request *request, const vf_answer *theirs,
                        char difference[VF_ANSWER_MESSAGE]) {
  if (theirs->end) {
    snprintf(difference, VF_ANSWER_MESSAGE, "the step is refused: %s, instead of taken",
             vf_end_name(theirs->end));
    return 1;
  }
  const vf_end *end = theirs->ends;
  if (!end || (!end->status && end->step == request->experiment.steps &&
               end->rows == request->experiment.checkpoint_count))
    return 0;
  snprintf(difference, VF_ANSWER_MESSAGE,
           "ends at step %" PRIu64 " with \"%s\" and %u rows instead of step %" PRIu64
           " with \"\" and %u rows",
           end->step, vf_end_name(end->status), end->rows, request->experiment.steps,
           request->experiment.checkpoint_count);
  return 1;
}

double vf_roundings(const vf_request *request, const vf_answer *theirs, const vf_answer *ours,
                    const double *bound, char difference[VF_ANSWER_MESSAGE]) {
  char place[64] = "", a[VF_NUMBER_SIZE], b[VF_NUMBER_SIZE];
  double worst = -1.0;
  size_t where = 0;
  if (vf_other_end(request, theirs, difference)) return (double)INFINITY;
  for (size_t k = 0; k < vf_request_numbers(request); k++) {
    const double error = fabs(theirs->values[k] - ours->values[k]);
    double distance = error == 0.0 ? 0.0 : error / bound[k];
    if (isnan(distance)) distance = (double)INFINITY;
    if (distance <= worst) continue;
    worst = distance;
    where = k;
  }
  vf_answer_place(request, where, place);
  const int used = snprintf(difference, VF_ANSWER_MESSAGE, "%s: %s instead of %s", place,
                            vf_number_text(theirs->values[where], VF_DEC, a),
                            vf_number_text(ours->values[where], VF_DEC, b));
  if (isfinite(worst))
    snprintf(difference + used, VF_ANSWER_MESSAGE - (size_t)used,
             ", %.2g times what rounding explains", worst);
  return worst;
}

static int vf_agree(const vf_precision *precision, const vf_request *request,
                    const vf_answer *theirs, const vf_answer *ours,
                    char difference[VF_ANSWER_MESSAGE], double *distance) {
  vf_arena arena = {NULL};
  double *bound = vf_arena_take(&arena, vf_request_numbers(request), sizeof *bound);
  *distance = 0.0;
  if (vf_bound(request, ours, precision, &arena, bound))
    *distance = vf_roundings(request, theirs, ours, bound, difference);
  vf_arena_free(&arena);
  return *distance <= 1.0;
}

int vf_agree_binary64(const vf_request *request, const vf_answer *theirs, const vf_answer *ours,
                      char difference[VF_ANSWER_MESSAGE], double *distance) {
  return vf_agree(&vf_binary64, request, theirs, ours, difference, distance);
}

int vf_agree_binary32(const vf_request *request, const vf_answer *theirs, const vf_answer *ours,
                      char difference[VF_ANSWER_MESSAGE], double *distance) {
  return vf_agree(&vf_binary32, request, theirs, ours, difference, distance);
}

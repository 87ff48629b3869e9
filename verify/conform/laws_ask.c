/* The level `laws`: ensembles of the command, asked in pieces. */
#include "conform/laws.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <string.h>
#include "conform/cases.h"

uint64_t vf_law_seed(const vf_kit *kit, uint64_t index) {
  vf_cases cases = vf_cases_of(kit->seed, 1u << 24, index, 0, NULL);
  return sid_stream_raw(&cases.stream);
}

size_t vf_law_width(const vf_request *request) {
  return (size_t)request->experiment.checkpoint_count * sid_row_width(&request->experiment);
}

/* As many trajectories as a slow command computes well before the timeout. */
static uint64_t vf_law_piece(const vf_request *request) {
  enum { NUMBERS = 1 << 16, DRAWN = 1 << 19, LEAST = 64 };
  const sid_experiment *experiment = &request->experiment;
  const uint64_t drawn = (experiment->steps + 1) * experiment->problem.dim;
  const uint64_t piece = DRAWN / drawn, most = NUMBERS / vf_law_width(request);
  const uint64_t chosen = piece < most ? piece : most;
  return chosen < LEAST ? LEAST : chosen;
}

/* What is wrong with a piece of an ensemble; 0 if nothing. */
static int vf_law_amiss(const vf_request *request, const vf_answer *answer,
                        char message[VF_ANSWER_MESSAGE]) {
  const size_t width = vf_law_width(request);
  for (uint64_t i = 0; i < request->last - request->first; i++) {
    const unsigned long long trajectory = request->first + i;
    if (answer->ends[i].status != SID_OK) {
      snprintf(message, VF_ANSWER_MESSAGE,
               "trajectory %llu ended at step %llu of %llu: %s; the reference's do not", trajectory,
               (unsigned long long)answer->ends[i].step,
               (unsigned long long)request->experiment.steps,
               sid_status_text(answer->ends[i].status));
      return 1;
    }
    for (size_t k = 0; k < width; k++)
      if (!isfinite(answer->values[i * width + k])) {
        snprintf(message, VF_ANSWER_MESSAGE, "trajectory %llu has a number that is not finite",
                 trajectory);
        return 1;
      }
  }
  return 0;
}

int vf_law_ask(vf_kit *kit, const vf_request *request, char ids[][VF_TEXT_SIZE], size_t count,
               double *rows) {
  const size_t width = vf_law_width(request);
  const uint64_t piece = vf_law_piece(request);
  char message[VF_ANSWER_MESSAGE] = "";
  vf_request part = *request;
  for (; part.first < request->last && !*message; part.first = part.last) {
    vf_arena arena = {NULL};
    vf_answer answer;
    const uint64_t left = request->last - part.first;
    part.last = part.first + (left < piece ? left : piece);
    if (vf_ask(kit->session, &part, &arena, &answer, message) == VF_ASK_ANSWERED &&
        !vf_law_amiss(&part, &answer, message))
      memcpy(rows + (part.first - request->first) * width, answer.values,
             (part.last - part.first) * width * sizeof *rows);
    vf_arena_free(&arena);
  }
  if (!*message) return 0;
  for (size_t t = 0; t < count; t++)
    vf_kit_record(kit, VF_LEVEL_LAWS, ids[t], VF_OUTCOME_FAIL, 0.0, "%s", message);
  return -1;
}

#endif

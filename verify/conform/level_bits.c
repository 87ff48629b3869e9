/* The level `bits`: every answer equal to the reference's, on the inputs of fixtures/ and on random
 * ones. */
#include "conform/kit.h"

#if SID_HAVE_JANSSON

#include <string.h>
#include "conform/cases.h"
#include "conform/request_read.h"
#include "conform/same.h"
#include "formats/json_text.h"
#include "requests.h"

/* ---- fixtures ------------------------------------------------------------------------------ */

/* Every `stride`-th of each sort. */
static void vf_bits_fixtures(vf_kit *kit, size_t stride) {
  size_t seen[VF_REQUEST_COUNT] = {0};
  for (size_t i = 0; i < VF_COUNT(vf_fixture_requests); i++) {
    const char *text = vf_fixture_requests[i].request;
    char message[VF_ANSWER_MESSAGE] = "", id[VF_TEXT_SIZE];
    json_error_t error;
    int marked = 0;
    vf_request request;
    json_t *json = vf_json_parse(text, strlen(text), &error, &marked);
    vf_reader reader = {"fixtures", text, {NULL}, message, sizeof message, 0, marked};
    const vf_node root = {&reader, json, NULL, NULL, 0};
    memset(&request, 0, sizeof request);
    request.what = vf_request_named(json_string_value(json_object_get(json, "do")));
    if (seen[request.what]++ % stride == 0) {
      vf_request_read(&root, &request);
      vf_text(id, "bits.%s.fixture.%s", vf_request_name(request.what), vf_fixture_requests[i].id);
      vf_kit_judge(kit, VF_LEVEL_BITS, id, &request, &reader.arena, vf_same_answer);
    }
    vf_arena_free(&reader.arena);
    json_decref(json);
  }
}

/* ---- random requests ----------------------------------------------------------------------- */

static void vf_bits_random(vf_kit *kit, vf_do what, int32_t problem, int32_t dynamics,
                           uint64_t index) {
  vf_arena arena = {NULL};
  vf_cases cases = vf_cases_of(
      kit->seed, vf_case_purpose((int)what) << 16 | (uint64_t)problem << 8 | (uint64_t)dynamics,
      index, 0, &arena);
  vf_request request;
  char subject[96], id[VF_TEXT_SIZE];
  cases.extreme = 1;
  vf_cases_claimed(&cases, vf_session_claims(kit->session));
  if (vf_case_request(&cases, what, problem, dynamics, &request)) {
    vf_case_subject(&request, subject);
    vf_text(id, "bits.%s%s%s.%llu", vf_request_name(what), *subject ? "." : "", subject,
            (unsigned long long)index);
    vf_kit_judge(kit, VF_LEVEL_BITS, id, &request, &arena, vf_same_answer);
  }
  vf_arena_free(&arena);
}

/* Kinds in a set that are between two. */
static uint64_t vf_bits_kinds(uint32_t set, int32_t least, int32_t most) {
  uint64_t count = 0;
  for (int32_t kind = least; kind <= most; kind++) count += set >> kind & 1u;
  return count;
}

/* Requests of each sort: `count` on each problem and dynamics that is claimed, more where these are
 * few; and 8 count without any. */
static void vf_bits_sweep(vf_kit *kit, uint64_t count) {
  const vf_claims *claims = vf_session_claims(kit->session);
  const uint64_t problems = vf_bits_kinds(claims->problems, 1, SID_NETWORK);
  const uint64_t dynamics = vf_bits_kinds(claims->dynamics, SID_GD, SID_QUASI_RMSPROP);
  for (int what = VF_RAW; what <= VF_RUN; what++) {
    const int pointwise = vf_request_has_problem((vf_do)what), steps = what >= VF_STEP;
    const uint64_t pairs = (pointwise ? problems : 1) * (steps ? dynamics : 1);
    const uint64_t least = pairs > 0 && pairs < 8 ? 8 / pairs : 1;
    for (uint64_t i = 0; i < count * least; i++)
      for (int32_t p = 1; p <= (pointwise ? SID_NETWORK : 1); p++)
        for (int32_t d = 1; d <= (steps ? SID_QUASI_RMSPROP : 1); d++)
          if (i < count || ((!pointwise || claims->problems >> p & 1u) &&
                            (!steps || claims->dynamics >> d & 1u)))
            vf_bits_random(kit, (vf_do)what, p, d, i);
  }
}

void vf_level_bits(vf_kit *kit) {
  vf_bits_fixtures(kit, kit->quick ? 10 : 1);
  vf_bits_sweep(kit, kit->quick ? 1 : 4);
}

#endif

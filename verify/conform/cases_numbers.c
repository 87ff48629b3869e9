/* Random numbers of requests. */
#include "conform/cases.h"

#if SID_HAVE_JANSSON

vf_cases vf_cases_of(uint64_t seed, uint64_t purpose, uint64_t index, int binary32,
                     vf_arena *arena) {
  const uint64_t key[3] = {3, purpose, index};
  vf_cases cases = {.arena = arena,
                    .noises = UINT32_MAX,
                    .schedules = UINT32_MAX,
                    .starts = UINT32_MAX,
                    .observables = UINT32_MAX,
                    .binary32 = binary32,
                    .noise = -1,
                    .turn = -1};
  sid_stream_init(&cases.stream, seed, key, 3);
  return cases;
}

void vf_cases_claimed(vf_cases *cases, const vf_claims *claims) {
  cases->noises = claims->noises;
  cases->schedules = claims->schedules;
  cases->starts = claims->starts;
  cases->observables = claims->observables;
}

/* ---- numbers ------------------------------------------------------------------------------- */

double vf_case_number(const vf_cases *cases, double value) {
  return cases->binary32 ? (double)(float)value : value;
}

double vf_case_uniform(vf_cases *cases, double low, double high) {
  return vf_case_number(cases, low + (high - low) * sid_stream_uniform(&cases->stream));
}

uint32_t vf_case_integer(vf_cases *cases, uint32_t least, uint32_t most) {
  return least + (uint32_t)sid_stream_index(&cases->stream, most - least + 1);
}

int32_t vf_case_kind(vf_cases *cases, int32_t least, int32_t most, uint32_t set) {
  uint32_t allowed = 0;
  for (int32_t kind = least; kind <= most; kind++) allowed |= set & 1u << kind;
  for (;;) {
    const int32_t kind = (int32_t)vf_case_integer(cases, (uint32_t)least, (uint32_t)most);
    if (!allowed || allowed >> kind & 1u) return kind;
  }
}

double *vf_case_normals(vf_cases *cases, size_t count, double size) {
  double *values = vf_arena_take(cases->arena, count, sizeof *values);
  sid_stream_normals(&cases->stream, values, count);
  for (size_t i = 0; i < count; i++) values[i] = vf_case_number(cases, size * values[i]);
  return values;
}

#endif

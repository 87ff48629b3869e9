#include "conform/kit.h"
#include <fnmatch.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "formats/memory.h"

#if SID_HAVE_JANSSON

int vf_kit_wants(const vf_kit *kit, const char *id) {
  return !kit->only || fnmatch(kit->only, id, 0) == 0;
}

char *vf_kit_ascii(const char *text) {
  char *ascii = vf_allocate(4 * strlen(text) + 1, 1), *to = ascii;
  for (; *text; text++) {
    const unsigned char byte = (unsigned char)*text;
    to += sprintf(to, byte < 0x20 || byte > 0x7e ? "\\x%02x" : "%c", byte);
  }
  return ascii;
}

/* A message in memory of its own. */
static char *vf_kit_text(const char *format, va_list arguments) {
  char text[1024];
  if (!format) return NULL;
  vsnprintf(text, sizeof text, format, arguments);
  return vf_kit_ascii(text);
}

void vf_kit_record(vf_kit *kit, vf_level level, const char *id, vf_outcome_kind kind,
                   double distance, const char *format, ...) {
  va_list arguments;
  if (kit->count == kit->capacity) {
    kit->capacity = 2 * kit->capacity + 256;
    kit->outcomes = vf_grow(kit->outcomes, kit->capacity, sizeof *kit->outcomes);
  }
  va_start(arguments, format);
  kit->outcomes[kit->count++] =
      (vf_outcome){vf_copy_text(id), vf_kit_text(format, arguments), level, kind, distance};
  va_end(arguments);
  if (isatty(STDERR_FILENO)) fprintf(stderr, "\r[%zu] %.60s\033[K\r", kit->count, id);
}

void vf_kit_remark(vf_kit *kit, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = vf_kit_text(format, arguments);
  va_end(arguments);
  for (size_t i = 0; i < kit->remark_count; i++)
    if (strcmp(kit->remarks[i], text) == 0) {
      free(text);
      return;
    }
  kit->remarks = vf_grow(kit->remarks, kit->remark_count + 1, sizeof *kit->remarks);
  kit->remarks[kit->remark_count++] = text;
}

int vf_kit_ask(vf_kit *kit, vf_level level, const char *id, const vf_request *request,
               vf_arena *arena, vf_answer *answer) {
  char message[VF_ANSWER_MESSAGE];
  switch (vf_ask(kit->session, request, arena, answer, message)) {
    case VF_ASK_ANSWERED: return 1;
    case VF_ASK_UNSUPPORTED:
      vf_kit_record(kit, level, id, VF_OUTCOME_UNSUPPORTED, 0.0, "%s", message);
      return 0;
    default: vf_kit_record(kit, level, id, VF_OUTCOME_FAIL, 0.0, "%s", message); return 0;
  }
}

void vf_kit_keep(vf_kit *kit, const char *id, const vf_request *request, vf_arena *arena,
                 vf_agree_fn agree) {
  vf_suspect *suspect = request->what == VF_RUN    ? &kit->run
                        : request->what == VF_STEP ? &kit->step
                                                   : NULL;
  if (!suspect || suspect->id) return;
  *suspect = (vf_suspect){vf_copy_text(id), *request, *arena, agree};
  arena->blocks = NULL;
}

void vf_kit_judge(vf_kit *kit, vf_level level, const char *id, const vf_request *request,
                  vf_arena *arena, vf_agree_fn agree) {
  vf_answer theirs, ours;
  char difference[VF_ANSWER_MESSAGE] = "";
  double distance = 0.0;
  if (!vf_kit_wants(kit, id) || !vf_kit_ask(kit, level, id, request, arena, &theirs)) return;
  vf_answer_make(request, kit->jobs, arena, &ours);
  const int right = agree(request, &theirs, &ours, difference, &distance);
  vf_kit_record(kit, level, id, right ? VF_OUTCOME_PASS : VF_OUTCOME_FAIL, distance,
                right ? NULL : "%s", difference);
  if (!right) vf_kit_keep(kit, id, request, arena, agree);
}

size_t vf_kit_failed(const vf_kit *kit) {
  size_t failed = 0;
  for (size_t i = 0; i < kit->count; i++)
    failed += kit->outcomes[i].kind == VF_OUTCOME_FAIL ||
              kit->outcomes[i].kind == VF_OUTCOME_INCONCLUSIVE;
  return failed;
}

void vf_kit_free(vf_kit *kit) {
  for (size_t i = 0; i < kit->count; i++) {
    free(kit->outcomes[i].id);
    free(kit->outcomes[i].message);
  }
  for (size_t i = 0; i < kit->remark_count; i++) free(kit->remarks[i]);
  free(kit->run.id);
  free(kit->step.id);
  vf_arena_free(&kit->run.arena);
  vf_arena_free(&kit->step.arena);
  free(kit->outcomes);
  free(kit->remarks);
}

#endif

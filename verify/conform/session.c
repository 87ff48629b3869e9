#include "conform/session.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "conform/process.h"
#include "conform/request_read.h"
#include "formats/experiment_json.h"
#include "formats/experiment_parts.h"
#include "formats/experiment_write.h"
#include "formats/json_text.h"
#include "formats/names.h"

struct vf_session {
  vf_process process;
  vf_claims claims;
  vf_json_writer json, problem; /* the line; the problem of the last define */
  double timeout, waited;
  uint64_t requests; /* the last id */
  FILE *transcript;
  int gone;
};

/* ---- lines --------------------------------------------------------------------------------- */

/* Control characters as \xNN, in the transcript; what a terminal would obey. */
static void vf_session_log(const vf_session *session, const char *side, const char *line,
                           size_t length) {
  if (!session->transcript) return;
  fputs(side, session->transcript);
  for (size_t i = 0; i < length; i++) {
    const unsigned char byte = (unsigned char)line[i];
    fprintf(session->transcript, byte < 0x20 || byte == 0x7f ? "\\x%02x" : "%c", byte);
  }
  fputc('\n', session->transcript);
}

/* Sends what the writer holds. Returns as vf_process_exchange(). */
static int vf_session_exchange(vf_session *session, size_t most, char **line, size_t *length) {
  struct timespec before, after;
  vf_session_log(session, "-> ", session->json.text, session->json.length);
  clock_gettime(CLOCK_MONOTONIC, &before);
  const int status =
      vf_process_exchange(&session->process, session->json.text, session->json.length, most,
                          session->timeout, line, length);
  clock_gettime(CLOCK_MONOTONIC, &after);
  session->waited +=
      (double)(after.tv_sec - before.tv_sec) + 1e-9 * (double)(after.tv_nsec - before.tv_nsec);
  if (!status) vf_session_log(session, "<- ", *line, *length);
  if (status < 0) session->gone = 1;
  return status;
}

/* ---- hello --------------------------------------------------------------------------------- */

#define VF_PROBLEM_NUMBER(kind, number, ...) number,

/* The set of the words of a list that are among the names; all where it is absent. */
static uint32_t vf_claim_set(const vf_node *root, const char *field, const char *names,
                             int needed) {
  const vf_node list = vf_field(root, field);
  uint32_t set = 0;
  if (!list.json && !needed) return UINT32_MAX;
  if (!json_is_array(list.json)) {
    vf_reject(&list, "missing or no list; allowed: a list of names among %s", names);
    return 0;
  }
  for (size_t i = 0; i < json_array_size(list.json); i++) {
    const vf_node item = vf_item(&list, i);
    set |= 1u << vf_name(&item, names);
  }
  return set;
}

/* Kinds of problems have numbers of their own. */
static uint32_t vf_claim_problems(const vf_node *root) {
  static const int32_t numbers[] = {SID_PROBLEM_LIST(VF_PROBLEM_NUMBER)};
  const uint32_t words = vf_claim_set(root, "problems", vf_problem_words, 1);
  uint32_t set = 0;
  for (uint32_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    if (words >> i & 1u) set |= 1u << numbers[i];
  return set;
}

static void vf_read_claims(const vf_node *root, vf_claims *claims) {
  vf_expect_fields(root, "id name precision can problems dynamics noises schedules starts "
                         "observables numbers levels specification");
  const vf_node name = vf_required(root, "name", "a string");
  const vf_node precision = vf_required(root, "precision", "binary64 binary32");
  const vf_node numbers = vf_field(root, "numbers"), spec = vf_field(root, "specification");
  if (name.json && !json_is_string(name.json)) vf_reject(&name, "allowed: a string");
  if (precision.json) claims->binary32 = vf_name(&precision, "binary64 binary32");
  if (numbers.json) claims->bits = vf_name(&numbers, "dec bits");
  if (spec.json && (!json_is_integer(spec.json) || json_integer_value(spec.json) < 1))
    vf_reject(&spec, "allowed: an integer from 1, the number of docs/spec.md");
  claims->can = vf_claim_set(root, "can", vf_request_words, 1);
  claims->problems = vf_claim_problems(root);
  claims->dynamics = vf_claim_set(root, "dynamics", VF_DYNAMICS, 1) << SID_GD;
  claims->noises = vf_claim_set(root, "noises", VF_NOISES, 0);
  claims->schedules = vf_claim_set(root, "schedules", VF_SCHEDULES, 0);
  claims->starts = vf_claim_set(root, "starts", VF_STARTS, 0) << SID_START_POINT;
  claims->observables = vf_claim_set(root, "observables", vf_observable_words, 0) << SID_NORM2;
  claims->levels = vf_claim_set(root, "levels", "bits numbers laws", 0);
  claims->name =
      vf_copy_text(name.json && json_is_string(name.json) ? json_string_value(name.json) : "");
}

static int vf_session_hello(vf_session *session) {
  enum { HELLO_MOST = 1 << 16 };
  char message[VF_ANSWER_MESSAGE] = "", *line;
  size_t length;
  json_error_t error;
  int marked = 0;
  vf_json_clear(&session->json);
  vf_json_open(&session->json, '{');
  vf_json_name(&session->json, "id");
  vf_json_integer(&session->json, session->requests = 1);
  vf_json_name(&session->json, "do");
  vf_json_string(&session->json, "hello");
  vf_json_name(&session->json, "sidyn");
  vf_json_integer(&session->json, 1);
  vf_json_name(&session->json, "specification");
  vf_json_integer(&session->json, SID_SPECIFICATION);
  vf_json_close(&session->json, '}');
  if (vf_session_exchange(session, HELLO_MOST, &line, &length))
    return vf_fail("conform: hello: %s", session->process.message);
  json_t *root = memchr(line, 0, length) ? NULL : vf_json_parse(line, length, &error, &marked);
  vf_reader reader = {"hello", line, {NULL}, message, sizeof message, 0, marked};
  const vf_node node = {&reader, root, NULL, NULL, 0};
  const vf_node id = vf_field(&node, "id");
  if (root) vf_read_claims(&node, &session->claims);
  if (root && json_integer_value(id.json) != 1) vf_reject(&id, "missing or wrong; allowed: 1");
  vf_arena_free(&reader.arena);
  json_decref(root);
  if (!root) return vf_fail("conform: hello: the answer is no JSON: %.200s", line);
  return reader.failed ? vf_fail("conform: %s", message) : 0;
}

vf_session *vf_session_open(char **command, double timeout, FILE *transcript) {
  vf_session *session = vf_allocate(1, sizeof *session);
  session->timeout = timeout;
  session->transcript = transcript;
  if (vf_process_start(&session->process, command)) {
    vf_fail("conform: %s", session->process.message);
    free(session);
    return NULL;
  }
  if (vf_session_hello(session)) {
    vf_session_close(session);
    return NULL;
  }
  session->json.format = session->claims.bits ? VF_BITS : VF_DEC;
  return session;
}

void vf_session_close(vf_session *session) {
  vf_process_stop(&session->process);
  vf_json_free(&session->json);
  vf_json_free(&session->problem);
  free(session->claims.name);
  free(session);
}

const vf_claims *vf_session_claims(const vf_session *session) { return &session->claims; }
double vf_session_waited(const vf_session *session) { return session->waited; }
uint64_t vf_session_requests(const vf_session *session) { return session->requests; }

/* ---- what is claimed ----------------------------------------------------------------------- */

static int vf_claimed(uint32_t set, int32_t kind) { return (set >> kind & 1u) != 0; }

static int vf_schedule_claimed(uint32_t set, const sid_schedule *schedule) {
  const int constant = schedule->kind == SID_PIECEWISE && schedule->segment_count == 1;
  return vf_claimed(set, constant ? 0 : schedule->kind);
}

static const char *vf_unclaimed_observables(const vf_claims *claims,
                                            const sid_experiment *experiment) {
  for (uint32_t o = 0; o < experiment->observable_count; o++)
    if (!vf_claimed(claims->observables, experiment->observables[o])) return "an observable";
  return NULL;
}

static const char *vf_unclaimed_experiment(const vf_claims *claims,
                                           const sid_experiment *experiment) {
  if (!vf_schedule_claimed(claims->schedules, &experiment->schedule)) return "the schedule";
  if (!vf_claimed(claims->starts, experiment->start.kind)) return "the start";
  return vf_unclaimed_observables(claims, experiment);
}

const char *vf_session_unclaimed(const vf_session *session, const vf_request *request) {
  const vf_claims *claims = &session->claims;
  const sid_experiment *experiment = &request->experiment;
  const int steps = request->what == VF_STEP || vf_request_has_experiment(request->what);
  if (!vf_claimed(claims->can, (int32_t)request->what)) return "the request";
  if (request->what == VF_SCHEDULE &&
      !vf_schedule_claimed(claims->schedules, &experiment->schedule))
    return "the schedule";
  if (!vf_request_has_problem(request->what)) return NULL;
  if (!vf_claimed(claims->problems, experiment->problem.kind)) return "the problem";
  if (!vf_claimed(claims->noises, experiment->problem.noise)) return "the noise";
  if (steps && !vf_claimed(claims->dynamics, experiment->dynamics.kind)) return "the dynamics";
  if (request->what == VF_OBSERVE) return vf_unclaimed_observables(claims, experiment);
  return vf_request_has_experiment(request->what) ? vf_unclaimed_experiment(claims, experiment)
                                                  : NULL;
}

/* ---- asking -------------------------------------------------------------------------------- */

/* Problems of more than this are sent once and then named, where the command can. */
enum { VF_DEFINE_FROM = 4096 };

/* Defines the problem of a request, unless it is the one that was defined last; the request then
 * names it. */
static vf_asked vf_ask_define(vf_session *session, vf_request *request,
                              char message[VF_ANSWER_MESSAGE]) {
  vf_json_writer text = {NULL, 0, 0, session->json.format, 0};
  vf_arena arena = {NULL};
  vf_answer answer;
  vf_asked asked = VF_ASK_ANSWERED;
  if (request->what == VF_DEFINE || !vf_request_has_problem(request->what) ||
      !vf_claimed(session->claims.can, VF_DEFINE))
    return asked;
  vf_write_problem(&text, &request->experiment.problem);
  if (text.length > VF_DEFINE_FROM) {
    request->name = "p";
    if (!session->problem.text || strcmp(text.text, session->problem.text) != 0) {
      vf_request define = *request;
      define.what = VF_DEFINE;
      asked = vf_ask(session, &define, &arena, &answer, message);
      vf_json_free(&session->problem);
      if (asked == VF_ASK_ANSWERED) session->problem = text, text = (vf_json_writer){0};
    }
  }
  vf_json_free(&text);
  vf_arena_free(&arena);
  return asked;
}

vf_asked vf_ask(vf_session *session, const vf_request *given, vf_arena *arena, vf_answer *answer,
                char message[VF_ANSWER_MESSAGE]) {
  const char *unclaimed = vf_session_unclaimed(session, given);
  vf_request copy = *given;
  const vf_request *request = &copy;
  char *line;
  size_t length;
  *message = '\0';
  if (unclaimed) {
    snprintf(message, VF_ANSWER_MESSAGE, "%s is not claimed", unclaimed);
    return VF_ASK_UNSUPPORTED;
  }
  if (session->gone) {
    snprintf(message, VF_ANSWER_MESSAGE, "not answered: %s", session->process.message);
    return VF_ASK_GONE;
  }
  const vf_asked defined = vf_ask_define(session, &copy, message);
  if (defined != VF_ASK_ANSWERED) return defined;
  vf_request_write(&session->json, request, ++session->requests);
  const int status =
      vf_session_exchange(session, 64 * vf_request_numbers(request) + 4096, &line, &length);
  if (status) {
    snprintf(message, VF_ANSWER_MESSAGE, "%s", session->process.message);
    return status < 0 ? VF_ASK_GONE : VF_ASK_WRONG;
  }
  switch (vf_answer_read(request, session->requests, line, length, arena, answer, message)) {
    case VF_ANSWERED: return VF_ASK_ANSWERED;
    case VF_UNSUPPORTED: {
      char why[VF_ANSWER_MESSAGE];
      snprintf(why, sizeof why, "%s", message);
      snprintf(message, VF_ANSWER_MESSAGE, "unsupported, though hello claims it: %.400s", why);
      return VF_ASK_WRONG;
    }
    default: return VF_ASK_WRONG;
  }
}

#endif

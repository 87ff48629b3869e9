/* Answers of a command, read with no trust. */
#include "conform/answer.h"

#if SID_HAVE_JANSSON

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "formats/columns.h"
#include "formats/json_text.h"
#include "formats/names.h"

/* What is read, and the first thing that is wrong with it. */
typedef struct {
  const vf_request *request;
  vf_answer *answer;
  char *message;
  int marked, failed;
} vf_answer_reader;

static void vf_refuse(vf_answer_reader *reader, const char *format, ...) {
  va_list arguments;
  if (reader->failed) return;
  reader->failed = 1;
  va_start(arguments, format);
  vsnprintf(reader->message, VF_ANSWER_MESSAGE, format, arguments);
  va_end(arguments);
}

/* ---- numbers ------------------------------------------------------------------------------- */

static int vf_number_of(const vf_answer_reader *reader, const json_t *json, double *value) {
  const char *text = json_string_value(json);
  if (json_is_number(json)) {
    *value = json_number_value(json);
    return 0;
  }
  if (!text) return -1;
  if (reader->marked && *text == VF_LARGE) {
    *value = strtod(text + 1, NULL);
    return 0;
  }
  return vf_parse_bits(text, value);
}

/* Number k of the answer. */
static void vf_take_number(vf_answer_reader *reader, const json_t *json, size_t k) {
  char place[64] = "";
  if (reader->failed || vf_number_of(reader, json, reader->answer->values + k) == 0) return;
  vf_answer_place(reader->request, k, place);
  vf_refuse(reader, "%s is no number; allowed: a JSON number or 16 hexadecimal digits", place);
}

/* A list of `count` numbers, number k of the answer and what follows. */
static void vf_take_numbers(vf_answer_reader *reader, const json_t *list, const char *name,
                            size_t count, size_t k) {
  if (reader->failed) return;
  if (!json_is_array(list)) {
    vf_refuse(reader, "%s is no list; allowed: a list of %zu numbers", name, count);
  } else if (json_array_size(list) != count) {
    vf_refuse(reader, "%s has %zu numbers; allowed: %zu", name, json_array_size(list), count);
  } else {
    for (size_t i = 0; i < count; i++) vf_take_number(reader, json_array_get(list, i), k + i);
  }
}

static void vf_take_raws(vf_answer_reader *reader, const json_t *list) {
  const size_t count = reader->request->count;
  if (!json_is_array(list) || json_array_size(list) != count) {
    vf_refuse(reader, "raws is no list of %zu strings", count);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    const char *text = json_string_value(json_array_get(list, i));
    if (text && strlen(text) <= 20 && vf_parse_u64(text, reader->answer->raws + i) == 0) continue;
    vf_refuse(reader, "raws[%zu] is no string of decimal digits below 2^64", i);
    return;
  }
}

/* ---- objects ------------------------------------------------------------------------------- */

/* A field that must be there. */
static const json_t *vf_take_field(vf_answer_reader *reader, const json_t *object,
                                   const char *name) {
  const json_t *field = json_object_get(object, name);
  if (!field) vf_refuse(reader, "%s is missing", name);
  return field;
}

/* Only fields among the names, which are separated by spaces. */
static void vf_take_fields(vf_answer_reader *reader, const json_t *object, const char *what,
                           const char *names) {
  const char *key;
  json_t *value;
  if (!json_is_object(object)) {
    vf_refuse(reader, "%s is no object; allowed: an object with %s", what, names);
    return;
  }
  json_object_foreach((json_t *)(uintptr_t)object, key, value) {
    if (vf_word_index(names, key, strlen(key)) < 0)
      vf_refuse(reader, "unknown field \"%.60s\" in %s; allowed: %s", key, what, names);
  }
}

static void vf_take_state(vf_answer_reader *reader, const json_t *state) {
  const sid_problem *problem = &reader->request->experiment.problem;
  const sid_dynamics *dynamics = &reader->request->experiment.dynamics;
  char names[32] = "";
  size_t length = 0, k = 0;
  const char *name;
  for (size_t part = 0; (name = vf_state_part(problem, dynamics, part, &length)) != NULL; part++) {
    if (part > 0) strcat(names, " ");
    strcat(names, name);
  }
  vf_take_fields(reader, state, "state", names);
  for (size_t part = 0; (name = vf_state_part(problem, dynamics, part, &length)) != NULL; part++) {
    const json_t *field = vf_take_field(reader, state, name);
    if (length > 0)
      vf_take_numbers(reader, field, name, length, k);
    else
      vf_take_number(reader, field, k);
    k += length > 0 ? length : 1;
  }
}

static sid_status vf_take_reason(vf_answer_reader *reader, const json_t *json) {
  const char *text = json_string_value(json);
  sid_status status = SID_OK;
  if (!text || vf_end_parse(text, &status))
    vf_refuse(reader,
              "the reason of the end is %s%.40s%s; allowed: \"\", \"nonfinite\", \"origin\", "
              "\"lr\", \"intrinsic_lr\"",
              text ? "\"" : "", text ? text : "no string", text ? "\"" : "");
  return status;
}

/* Trajectory t of the request: its rows, and its end. */
static void vf_take_trajectory(vf_answer_reader *reader, const json_t *rows, const json_t *end,
                               size_t t) {
  const sid_experiment *experiment = &reader->request->experiment;
  const size_t width = sid_row_width(experiment), most = experiment->checkpoint_count;
  vf_end *place = reader->answer->ends + t;
  if (reader->failed) return;
  if (!json_is_array(rows) || json_array_size(rows) > most) {
    vf_refuse(reader, "rows of a trajectory are no list of at most %zu rows", most);
    return;
  }
  place->rows = (uint32_t)json_array_size(rows);
  for (size_t c = 0; c < place->rows; c++)
    vf_take_numbers(reader, json_array_get(rows, c), "a row", width, (t * most + c) * width);
  vf_take_fields(reader, end, "end", "step reason");
  const json_t *step = vf_take_field(reader, end, "step");
  if (!reader->failed && (!json_is_integer(step) || json_integer_value(step) < 0))
    vf_refuse(reader, "end.step is no integer");
  place->step = reader->failed ? 0 : (uint64_t)json_integer_value(step);
  if (!reader->failed) place->status = vf_take_reason(reader, vf_take_field(reader, end, "reason"));
}

static void vf_take_trajectories(vf_answer_reader *reader, const json_t *root) {
  const vf_request *request = reader->request;
  const size_t count = request->what == VF_RUN ? 1 : (size_t)(request->last - request->first);
  const json_t *rows = vf_take_field(reader, root, "rows"),
               *end = vf_take_field(reader, root, "end");
  if (reader->failed) return;
  if (request->what == VF_RUN) {
    vf_take_trajectory(reader, rows, end, 0);
    return;
  }
  if (json_array_size(rows) != count || json_array_size(end) != count) {
    vf_refuse(reader,
              "rows and end have %zu and %zu elements; allowed: %zu, one for each "
              "trajectory",
              json_array_size(rows), json_array_size(end), count);
    return;
  }
  for (size_t t = 0; t < count; t++)
    vf_take_trajectory(reader, json_array_get(rows, t), json_array_get(end, t), t);
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void vf_take_schedule(vf_answer_reader *reader, const json_t *root) {
  static const char *const names[] = {"lr", "wd", "rescale"};
  for (size_t i = 0; i < 3; i++) vf_take_number(reader, vf_take_field(reader, root, names[i]), i);
}

static void vf_take_step(vf_answer_reader *reader, const json_t *root) {
  const json_t *end = json_object_get(root, "end"), *state = json_object_get(root, "state");
  if (!end == !state) {
    vf_refuse(reader, "allowed: exactly one of state and end");
  } else if (state) {
    vf_take_state(reader, state);
  } else {
    reader->answer->end = vf_take_reason(reader, end);
    if (!reader->answer->end) vf_refuse(reader, "end is \"\"; allowed: a reason, or state");
  }
}

static void vf_take_answer(vf_answer_reader *reader, const json_t *root) {
  const vf_request *request = reader->request;
  static const char *const fields[VF_REQUEST_COUNT] = {
      [VF_DEFINE] = "id",         [VF_RAW] = "id raws",     [VF_SCHEDULE] = "id lr wd rescale",
      [VF_STEP] = "id state end", [VF_RUN] = "id rows end", [VF_ENSEMBLE] = "id rows end"};
  const int single = vf_answer_is_single(request->what);
  const char *names = fields[request->what];
  vf_take_fields(reader, root, "the answer", names ? names : single ? "id value" : "id values");
  switch (request->what) {
    case VF_DEFINE: return;
    case VF_RAW: vf_take_raws(reader, vf_take_field(reader, root, "raws")); return;
    case VF_SCHEDULE: vf_take_schedule(reader, root); return;
    case VF_STEP: vf_take_step(reader, root); return;
    case VF_RUN:
    case VF_ENSEMBLE: vf_take_trajectories(reader, root); return;
    default: break;
  }
  if (single)
    vf_take_number(reader, vf_take_field(reader, root, "value"), 0);
  else
    vf_take_numbers(reader, vf_take_field(reader, root, "values"), "values",
                    vf_request_numbers(request), 0);
}

/* A text that is no JSON: a bare NaN is what many writers make. */
static void vf_refuse_text(vf_answer_reader *reader, const char *line, const json_error_t *error) {
  static const char *const bare[] = {"NaN", "nan", "Infinity", "inf"};
  for (size_t i = 0; i < sizeof bare / sizeof bare[0]; i++) {
    const char *at = strstr(line, bare[i]);
    if (at && at > line && strchr(":,[ -", at[-1])) {
      vf_refuse(reader,
                "a bare %s, which is not JSON; allowed: the bit pattern as a string, "
                "\"7ff8000000000000\" for NaN",
                bare[i]);
      return;
    }
  }
  vf_refuse(reader, "no JSON: %s", error->text);
}

/* What every answer has, and the two answers that any request may get. */
static vf_reading vf_take_root(vf_answer_reader *reader, uint64_t id, const json_t *root) {
  const json_t *given = json_object_get(root, "id");
  const json_t *unsupported = json_object_get(root, "unsupported"),
               *error = json_object_get(root, "error");
  if (!json_is_object(root)) vf_refuse(reader, "not an object");
  if (!reader->failed && !json_is_integer(given)) vf_refuse(reader, "id is missing or no integer");
  if (!reader->failed && (uint64_t)json_integer_value(given) != id)
    vf_refuse(reader, "id is %lld; allowed: %llu, that of the request", json_integer_value(given),
              (unsigned long long)id);
  if (reader->failed) return VF_ILL_FORMED;
  if (!unsupported && !error) {
    vf_take_answer(reader, root);
    return reader->failed ? VF_ILL_FORMED : VF_ANSWERED;
  }
  vf_take_fields(reader, root, "the answer", unsupported ? "id unsupported" : "id error");
  const char *why = json_string_value(unsupported ? unsupported : error);
  vf_refuse(reader, "%s%s", unsupported ? "" : "the command's error: ", why ? why : "no string");
  return unsupported ? VF_UNSUPPORTED : VF_ILL_FORMED;
}

vf_reading vf_answer_read(const vf_request *request, uint64_t id, const char *line, size_t length,
                          vf_arena *arena, vf_answer *answer, char message[VF_ANSWER_MESSAGE]) {
  const size_t count = vf_request_numbers(request);
  const size_t ends = request->what == VF_ENSEMBLE ? (size_t)(request->last - request->first) : 1;
  vf_answer_reader reader = {request, answer, message, 0, 0};
  json_error_t error;
  memset(answer, 0, sizeof *answer);
  answer->values = vf_arena_take(arena, count, sizeof *answer->values);
  for (size_t k = 0; vf_request_has_experiment(request->what) && k < count; k++)
    vf_parse_bits("7ff8000000000000", answer->values + k);
  if (request->what == VF_RAW) answer->raws = vf_arena_take(arena, count, sizeof *answer->raws);
  if (vf_request_has_experiment(request->what))
    answer->ends = vf_arena_take(arena, ends, sizeof *answer->ends);
  if (memchr(line, 0, length)) {
    vf_refuse(&reader, "a zero byte in the line");
    return VF_ILL_FORMED;
  }
  json_t *root = vf_json_parse(line, length, &error, &reader.marked);
  if (!root) {
    vf_refuse_text(&reader, line, &error);
    return VF_ILL_FORMED;
  }
  const vf_reading reading = vf_take_root(&reader, id, root);
  json_decref(root);
  return reading;
}

#endif

#include "formats/json_text.h"

#if SID_HAVE_JANSSON

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"

static const char vf_mark_text[] = "\\u0001"; /* VF_LARGE, as JSON has it */

/* The length of a number as JSON has it, or of what looks like one, at a digit or a minus. */
static size_t vf_number_length(const char *at) { return strspn(at, "+-.eE0123456789"); }

/* Whether a number of that length is an integer of JSON: no zero before other digits. */
static int vf_is_integer(const char *at, size_t length) {
  const char *digits = at + (*at == '-');
  const size_t count = strspn(digits, "0123456789");
  return count > 0 && (size_t)(digits - at) + count == length && (*digits != '0' || count == 1);
}

static int vf_is_name(const char *end) { return end[strspn(end, " \t\r\n")] == ':'; }

/* Writes one number as libjansson is to see it. Returns whether it is another one. */
static int vf_write_number(char **to, const char *at, size_t length, int may_mark) {
  const int integer = vf_is_integer(at, length) && !vf_is_name(at + length);
  if (integer && length == 2 && memcmp(at, "-0", 2) == 0) {
    *to += sprintf(*to, "-0.0");
  } else if (integer && length >= 19 && may_mark) {
    *to += sprintf(*to, "\"%s%.*s\"", vf_mark_text, (int)length, at);
  } else {
    memcpy(*to, at, length);
    *to += length;
    return 0;
  }
  return 1;
}

/* The text with the numbers that libjansson would not keep written otherwise: -0, and integers of
 * 19 or more digits, which become strings that begin with VF_LARGE (unless the text holds one
 * already). No line changes. *changed says how many. */
static char *vf_keep_numbers(const char *text, size_t *changed) {
  char *const kept = vf_allocate(2 * strlen(text) + 1, 1), *to = kept;
  const int may_mark = !strstr(text, vf_mark_text);
  int quoted = 0;
  *changed = 0;
  while (*text) {
    if (!quoted && strchr("-0123456789", *text)) {
      const size_t length = vf_number_length(text);
      *changed += (size_t)vf_write_number(&to, text, length, may_mark);
      text += length;
      continue;
    }
    if (*text == '"') quoted = !quoted;
    if (quoted && *text == '\\' && text[1]) *to++ = *text++;
    *to++ = *text++;
  }
  *to = '\0';
  return kept;
}

/* libjansson's memory, too, is had or ends the program. */
static void *vf_json_allocate(size_t bytes) { return vf_grow(NULL, bytes, 1); }

json_t *vf_json_parse(const char *text, size_t length, json_error_t *error, int *marked) {
  size_t changed = 0;
  json_set_alloc_funcs(vf_json_allocate, free);
  json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, error);
  *marked = 0;
  if (!json && json_error_code(error) != json_error_numeric_overflow) return NULL;
  char *kept = vf_keep_numbers(text, &changed);
  if (changed) {
    json_decref(json);
    json = json_loads(kept, JSON_REJECT_DUPLICATES, error);
  }
  *marked = changed > 0 && !strstr(text, vf_mark_text);
  free(kept);
  return json;
}

#endif

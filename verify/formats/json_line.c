#include "formats/json_line.h"
#include <string.h>
#if SID_HAVE_JANSSON
#include <jansson.h>
#endif

/* The parser has accepted the text, so the scan needs no error cases beyond the end of the text. */

static const char *vf_skip_space(const char *at) {
  while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') at++;
  return at;
}

static const char *vf_skip_string(const char *at) {
  for (at++; *at && *at != '"'; at++)
    if (*at == '\\' && at[1]) at++;
  return *at ? at + 1 : at;
}

/* Past one value: brackets are counted, so nesting needs no recursion. */
static const char *vf_skip_value(const char *at) {
  int depth = 0;
  at = vf_skip_space(at);
  do {
    if (*at == '"') {
      at = vf_skip_string(at);
    } else if (*at == '{' || *at == '[') {
      depth++;
      at++;
    } else if (*at == '}' || *at == ']') {
      depth--;
      at++;
    } else {
      at += strcspn(at, ",{}[]\" \t\r\n");
      while (depth > 0 && *at && strchr(", \t\r\n:", *at)) at++;
    }
    at = depth > 0 ? vf_skip_space(at) : at;
  } while (depth > 0 && *at);
  return at;
}

/* Whether the key that begins at its quote is `name`. The parser decodes a key that is spelt with
 * escapes. */
static int vf_key_is(const char *key, const char *end, const char *name) {
  const size_t length = (size_t)(end - key) - 2, all = length + 2;
  if (!memchr(key, '\\', all)) return length == strlen(name) && strncmp(key + 1, name, length) == 0;
#if SID_HAVE_JANSSON
  json_t *decoded = json_loadb(key, all, JSON_DECODE_ANY, NULL);
  const char *text = json_string_value(decoded);
  const int same = text && strcmp(text, name) == 0;
  json_decref(decoded);
  return same;
#else
  return 0;
#endif
}

const char *vf_json_begin(const char *text) { return vf_skip_space(text); }

const char *vf_json_member(const char *object, const char *name) {
  if (*object != '{') return object;
  const char *at = vf_skip_space(object + 1);
  while (*at == '"') {
    const char *key = at, *end = vf_skip_string(at);
    at = vf_skip_space(vf_skip_space(end) + 1); /* the colon */
    if (vf_key_is(key, end, name)) return at;
    at = vf_skip_space(vf_skip_value(at));
    if (*at == ',') at = vf_skip_space(at + 1);
  }
  return object;
}

const char *vf_json_element(const char *list, size_t index) {
  if (*list != '[') return list;
  const char *at = vf_skip_space(list + 1);
  for (; *at && *at != ']'; index--) {
    if (index == 0) return at;
    at = vf_skip_space(vf_skip_value(at));
    if (*at == ',') at = vf_skip_space(at + 1);
  }
  return list;
}

const char *vf_json_end(const char *at) { return vf_skip_value(at); }

int vf_json_line(const char *text, const char *at) {
  int line = 1;
  for (const char *c = text; c < at; c++) line += *c == '\n';
  return line;
}

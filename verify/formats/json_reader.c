/* Values of JSON, with the place of what is wrong. */
#include "formats/json_reader.h"

#if SID_HAVE_JANSSON

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"
#include "formats/json_line.h"
#include "formats/json_text.h"
#include "formats/names.h"
#include "formats/number.h"

/* Where the node stands in the text; its nearest ancestor if it is absent. */
static const char *vf_place(const vf_node *node) {
  if (!node->parent) return vf_json_begin(node->reader->text);
  const char *at = vf_place(node->parent);
  return node->name ? vf_json_member(at, node->name) : vf_json_element(at, node->index);
}

void vf_append(char path[VF_PATH_SIZE], const char *format, ...) {
  const size_t used = strlen(path);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(path + used, VF_PATH_SIZE - used, format, arguments);
  va_end(arguments);
}

/* The path of a node such as problem.a[2][1]; names that could be misread stand in quotes. */
static void vf_path(const vf_node *node, char path[VF_PATH_SIZE]) {
  static const char *const plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  if (!node->parent) return;
  vf_path(node->parent, path);
  if (!node->name) {
    vf_append(path, "[%zu]", node->index);
    return;
  }
  const char *quote = *node->name && node->name[strspn(node->name, plain)] == '\0' ? "" : "\"";
  vf_append(path, "%s%s%.60s%s", *path ? "." : "", quote, node->name, quote);
}

void vf_reject(const vf_node *node, const char *format, ...) {
  vf_reader *reader = node->reader;
  char path[VF_PATH_SIZE] = "";
  if (reader->failed) return;
  reader->failed = 1;
  vf_path(node, path);
  int used = snprintf(reader->message, reader->message_size, "%s:%d: %s: ", reader->name,
                      vf_json_line(reader->text, vf_place(node)), *path ? path : "experiment");
  if (used < 0 || (size_t)used >= reader->message_size) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reader->message + used, reader->message_size - (size_t)used, format, arguments);
  va_end(arguments);
}

void *vf_keep(const vf_node *node, size_t bytes) {
  return node->reader->failed ? NULL : vf_arena_take(&node->reader->arena, 1, bytes);
}

vf_node vf_field(const vf_node *parent, const char *name) {
  return (vf_node){parent->reader, json_object_get(parent->json, name), parent, name, 0};
}

vf_node vf_item(const vf_node *parent, size_t index) {
  return (vf_node){parent->reader, json_array_get(parent->json, index), parent, NULL, index};
}

vf_node vf_required(const vf_node *parent, const char *name, const char *allowed) {
  vf_node node = vf_field(parent, name);
  if (!node.json) vf_reject(&node, "missing; allowed: %s", allowed);
  return node;
}

void vf_expect_fields(const vf_node *node, const char *names) {
  const char *key;
  json_t *value;
  if (!json_is_object(node->json)) {
    vf_reject(node, "not an object; allowed: an object with fields %s", names);
    return;
  }
  json_object_foreach(node->json, key, value) {
    const vf_node field = vf_field(node, key);
    if (vf_word_index(names, key, strlen(key)) < 0)
      vf_reject(&field, "unknown field; allowed: %s", names);
  }
}

/* The digits of an integer that libjansson cannot hold, or NULL. */
static const char *vf_large(const vf_node *node) {
  const char *text = json_string_value(node->json);
  return node->reader->marked && text && *text == VF_LARGE ? text + 1 : NULL;
}

double vf_real(const vf_node *node) {
  double value = (double)NAN;
  const char *text = json_string_value(node->json), *large = vf_large(node);
  if (json_is_number(node->json)) return json_number_value(node->json);
  if (large)
    value = strtod(large, NULL);
  else if (!text || vf_parse_bits(text, &value))
    value = (double)NAN;
  if (isfinite(value)) return value;
  vf_reject(node,
            "not a finite number; allowed: a JSON number or 16 hex digits of a finite binary64");
  return 0.0;
}

double vf_real_nonnegative(const vf_node *node) {
  const double value = vf_real(node);
  if (!(value >= 0.0)) vf_reject(node, "%g; allowed: finite and >= 0", value);
  return value;
}

double vf_real_positive(const vf_node *node) {
  const double value = vf_real(node);
  if (!(value > 0.0)) vf_reject(node, "%g; allowed: finite and > 0", value);
  return value;
}

static void vf_reject_integer(const vf_node *node, uint64_t least, uint64_t most) {
  vf_reject(node, "out of range or not an integer; allowed: an integer from %llu to %llu",
            (unsigned long long)least, (unsigned long long)most);
}

/* Whether a JSON number is an integer >= 0, also one such as 1000.0 or 1e3; *value receives it. */
static int vf_whole(const vf_node *node, uint64_t *value) {
  const double real = json_real_value(node->json);
  if (json_is_integer(node->json)) {
    *value = (uint64_t)json_integer_value(node->json);
    return json_integer_value(node->json) >= 0;
  }
  if (!json_is_real(node->json) || !(real >= 0.0 && real < 0x1p64)) return 0;
  *value = (uint64_t)real;
  return (double)*value == real;
}

uint64_t vf_integer(const vf_node *node, uint64_t least, uint64_t most) {
  uint64_t value = 0;
  const char *large = vf_large(node), *text = large ? large : json_string_value(node->json);
  const int good =
      text ? strlen(text) <= 20 && vf_parse_u64(text, &value) == 0 : vf_whole(node, &value);
  if (!good || value < least || value > most) vf_reject_integer(node, least, most);
  return value;
}

uint32_t vf_size(const vf_node *node, uint32_t least, uint32_t most) {
  if (json_is_number(node->json)) return (uint32_t)vf_integer(node, least, most);
  vf_reject_integer(node, least, most);
  return 0;
}

int32_t vf_name(const vf_node *node, const char *names) {
  const char *given = json_string_value(node->json);
  const int32_t index = given ? vf_word_index(names, given, strlen(given)) : -1;
  if (index >= 0) return index;
  vf_reject(node, "%s%.60s%s; allowed: %s", given ? "\"" : "", given ? given : "not a string",
            given ? "\"" : "", names);
  return 0;
}

int32_t vf_kind(const vf_node *node, const char *names) {
  if (!json_is_object(node->json))
    vf_reject(node, "not an object; allowed: an object of kind %s", names);
  const vf_node kind = vf_required(node, "kind", names);
  return vf_name(&kind, names);
}

size_t vf_length(const vf_node *node, size_t least, size_t most, const char *what) {
  const size_t length = json_array_size(node->json);
  if (!json_is_array(node->json)) {
    vf_reject(node, "not a list; allowed: a list of %zu to %zu %s", least, most, what);
  } else if (length < least || length > most) {
    if (least == most)
      vf_reject(node, "%zu %s; allowed: %zu", length, what, least);
    else
      vf_reject(node, "%zu %s; allowed: %zu to %zu", length, what, least, most);
  }
  return length;
}

static void vf_fill(const vf_node *node, size_t count, double *out) {
  vf_length(node, count, count, "numbers");
  for (size_t i = 0; i < count && !node->reader->failed; i++) {
    const vf_node item = vf_item(node, i);
    out[i] = vf_real(&item);
  }
}

const double *vf_vector(const vf_node *node, size_t count) {
  double *values = vf_keep(node, count * sizeof *values);
  if (values) vf_fill(node, count, values);
  return values;
}

const double *vf_matrix(const vf_node *node, size_t rows, size_t count) {
  vf_length(node, rows, rows, "lists");
  double *values = vf_keep(node, rows * count * sizeof *values);
  for (size_t i = 0; values && i < rows && !node->reader->failed; i++) {
    const vf_node row = vf_item(node, i);
    vf_fill(&row, count, values + i * count);
  }
  return values;
}

#endif

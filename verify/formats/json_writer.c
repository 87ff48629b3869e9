#include "formats/json_writer.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"

static void vf_json_put(vf_json_writer *json, const char *text, size_t length) {
  if (json->length + length + 1 > json->capacity) {
    json->capacity = 2 * (json->length + length) + 256;
    json->text = vf_grow(json->text, json->capacity, 1);
  }
  memcpy(json->text + json->length, text, length);
  json->length += length;
  json->text[json->length] = '\0';
}

static void vf_json_value(vf_json_writer *json, const char *text) {
  if (json->comma) vf_json_put(json, ",", 1);
  vf_json_put(json, text, strlen(text));
  json->comma = 1;
}

void vf_json_clear(vf_json_writer *json) {
  json->length = 0;
  json->comma = 0;
  vf_json_put(json, "", 0);
}

void vf_json_free(vf_json_writer *json) {
  free(json->text);
  json->text = NULL;
  json->length = json->capacity = 0;
}

void vf_json_open(vf_json_writer *json, char bracket) {
  const char text[2] = {bracket, '\0'};
  vf_json_value(json, text);
  json->comma = 0;
}

void vf_json_close(vf_json_writer *json, char bracket) {
  vf_json_put(json, &bracket, 1);
  json->comma = 1;
}

void vf_json_string(vf_json_writer *json, const char *text) {
  vf_json_value(json, "\"");
  for (; *text; text++) {
    const unsigned char byte = (unsigned char)*text;
    char escape[8];
    if (byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\')
      vf_json_put(json, escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", byte));
    else
      vf_json_put(json, text, 1);
  }
  vf_json_put(json, "\"", 1);
}

void vf_json_name(vf_json_writer *json, const char *name) {
  vf_json_string(json, name);
  vf_json_put(json, ":", 1);
  json->comma = 0;
}

void vf_json_integer(vf_json_writer *json, uint64_t value) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, value);
  vf_json_value(json, text);
}

void vf_json_boolean(vf_json_writer *json, int value) {
  vf_json_value(json, value ? "true" : "false");
}

void vf_json_word(vf_json_writer *json, uint64_t value) {
  char text[32];
  snprintf(text, sizeof text, "\"%" PRIu64 "\"", value);
  vf_json_value(json, text);
}

void vf_json_real(vf_json_writer *json, double value) {
  char digits[VF_NUMBER_SIZE], text[VF_NUMBER_SIZE + 2];
  const int number = isfinite(value) && !(value == 0.0 && signbit(value));
  if (number && json->format == VF_DEC) {
    vf_json_value(json, vf_number_text(value, VF_DEC, digits));
    return;
  }
  snprintf(text, sizeof text, "\"%s\"", vf_number_text(value, VF_BITS, digits));
  vf_json_value(json, text);
}

void vf_json_reals(vf_json_writer *json, const double *values, size_t count) {
  vf_json_open(json, '[');
  for (size_t i = 0; i < count; i++) vf_json_real(json, values[i]);
  vf_json_close(json, ']');
}

void vf_json_words(vf_json_writer *json, const uint64_t *values, size_t count) {
  vf_json_open(json, '[');
  for (size_t i = 0; i < count; i++) vf_json_word(json, values[i]);
  vf_json_close(json, ']');
}

void vf_json_integers(vf_json_writer *json, const double *values, size_t count) {
  vf_json_open(json, '[');
  for (size_t i = 0; i < count; i++) {
    if (values[i] < 0.0)
      vf_json_value(json, values[i] == -1.0 ? "-1" : "null"); /* a sign is the only one there is */
    else
      vf_json_integer(json, (uint64_t)values[i]);
  }
  vf_json_close(json, ']');
}

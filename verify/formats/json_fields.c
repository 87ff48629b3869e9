#include "formats/json_fields.h"
#include <stdio.h>
#include "formats/names.h"

void vf_write_name(vf_json_writer *json, const char *name, const char *value) {
  vf_json_name(json, name);
  vf_json_string(json, value);
}

void vf_write_real(vf_json_writer *json, const char *name, double value) {
  vf_json_name(json, name);
  vf_json_real(json, value);
}

void vf_write_integer(vf_json_writer *json, const char *name, uint64_t value) {
  vf_json_name(json, name);
  vf_json_integer(json, value);
}

void vf_write_choice(vf_json_writer *json, const char *name, const char *words, int32_t index) {
  char word[32];
  int length;
  const char *at = vf_word(words, index, &length);
  snprintf(word, sizeof word, "%.*s", length, at);
  vf_write_name(json, name, word);
}

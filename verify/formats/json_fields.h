/* Fields of an object, written: a name and its value. */
#ifndef VF_JSON_FIELDS_H
#define VF_JSON_FIELDS_H

#include "formats/json_writer.h"

void vf_write_name(vf_json_writer *json, const char *name, const char *value);
void vf_write_real(vf_json_writer *json, const char *name, double value);
void vf_write_integer(vf_json_writer *json, const char *name, uint64_t value);

/* The word at an index of a list of words (formats/names.h). */
void vf_write_choice(vf_json_writer *json, const char *name, const char *words, int32_t index);

#endif

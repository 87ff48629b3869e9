/* JSON in memory, a line at a time: values are written in the order of the text, and commas come
 * by themselves. */
#ifndef VF_JSON_WRITER_H
#define VF_JSON_WRITER_H

#include <stddef.h>
#include <stdint.h>
#include "formats/number.h"

typedef struct {
  char *text; /* ends with a zero byte once something was written */
  size_t length, capacity;
  vf_format format; /* of reals: VF_DEC, or VF_BITS for strings of 16 hexadecimal digits */
  int comma;        /* whether the next value is not the first of its object or list */
} vf_json_writer;

/* An empty text; the memory of the one before is kept. */
void vf_json_clear(vf_json_writer *json);
void vf_json_free(vf_json_writer *json);

/* The name of the next value of an object. */
void vf_json_name(vf_json_writer *json, const char *name);

/* '{', '}', '[' or ']'. */
void vf_json_open(vf_json_writer *json, char bracket);
void vf_json_close(vf_json_writer *json, char bracket);

/* Values. A real that JSON has no number for, and -0, which many readers lose, is a string of its
 * bits in any format; words are 64-bit integers in strings. */
void vf_json_string(vf_json_writer *json, const char *text);
void vf_json_integer(vf_json_writer *json, uint64_t value);
void vf_json_boolean(vf_json_writer *json, int value);
void vf_json_word(vf_json_writer *json, uint64_t value);
void vf_json_real(vf_json_writer *json, double value);
void vf_json_reals(vf_json_writer *json, const double *values, size_t count);
void vf_json_words(vf_json_writer *json, const uint64_t *values, size_t count);

/* `count` numbers that are integers, as integers. */
void vf_json_integers(vf_json_writer *json, const double *values, size_t count);

#endif

/* From text to JSON, with the numbers that libjansson would lose. */
#ifndef VF_JSON_TEXT_H
#define VF_JSON_TEXT_H

#include <stddef.h>

#if SID_HAVE_JANSSON

#include <jansson.h>

/* VF_LARGE begins a string that stands for an integer beyond 64 bits. */
enum { VF_LARGE = 1 };

/* The value of a text, or NULL with *error. -0 is the real number -0.0. Integers that libjansson
 * cannot hold (a seed, a real) are strings that begin with VF_LARGE; *marked says that there may
 * be such. */
json_t *vf_json_parse(const char *text, size_t length, json_error_t *error, int *marked);

#endif
#endif

/* Where in a JSON text a field stands: libjansson keeps no positions, and a message without a line
 * helps little. The text is valid JSON with a zero byte behind it; a place in it is where a value
 * begins. */
#ifndef VF_JSON_LINE_H
#define VF_JSON_LINE_H

#include <stddef.h>

/* The place of the outermost value. */
const char *vf_json_begin(const char *text);

/* The place of a member of the object, or of an element of the list, at `at`; `at` itself if there
 * is no such. */
const char *vf_json_member(const char *at, const char *name);
const char *vf_json_element(const char *at, size_t index);

/* Past the value at `at`. */
const char *vf_json_end(const char *at);

/* The line (from 1) of a place, or of any byte of any text. */
int vf_json_line(const char *text, const char *at);

#endif

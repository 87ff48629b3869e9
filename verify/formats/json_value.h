/* Values that JSON has no numbers for, and reports. */
#ifndef VF_JSON_VALUE_H
#define VF_JSON_VALUE_H

#include <stdint.h>
#include <stdio.h>

#if SID_HAVE_JANSSON

#include <jansson.h>

/* A number; NaN and the infinities are strings. */
json_t *vf_json_number(double value);

/* A 64-bit integer as a string of decimal digits. */
json_t *vf_json_digits(uint64_t value);

/* Writes a report, as docs/output.md section 5 has it, and frees it. Returns 0, or VF_EXIT_USAGE
 * after a message where there is none (NULL): memory is had or ends the program, so a text is no
 * UTF-8. */
int vf_json_report(json_t *document, FILE *stream);

#endif
#endif

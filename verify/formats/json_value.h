/* Values that JSON has no numbers for. */
#ifndef VF_JSON_VALUE_H
#define VF_JSON_VALUE_H

#include <stdint.h>

#if SID_HAVE_JANSSON

#include <jansson.h>

/* A number; NaN and the infinities are strings. */
json_t *vf_json_number(double value);

/* A 64-bit integer as a string of decimal digits. */
json_t *vf_json_digits(uint64_t value);

#endif
#endif

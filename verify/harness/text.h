/* Formatted text: names of instances, keys of fixtures/, and the numbers that stand in such keys.
 */
#ifndef VF_TEXT_H
#define VF_TEXT_H

#include "harness/check.h"

enum { VF_TEXT_SIZE = 192 };

#define VF_COUNT(array) (sizeof(array) / sizeof(array)[0])

#if defined(__GNUC__)
#define VF_PRINTF(form, first) __attribute__((format(printf, form, first)))
#else
#define VF_PRINTF(form, first)
#endif

/* Like sprintf(); what does not fit is cut off. */
void vf_text(char text[VF_TEXT_SIZE], const char *format, ...) VF_PRINTF(2, 3);

/* vf_expected() of the key that the format gives. */
double vf_expected_of(vf_context *context, const char *format, ...) VF_PRINTF(2, 3);

/* "0.025" -> 0.025: learning rates and the like, as they stand in keys. */
double vf_number(const char *text);

#endif

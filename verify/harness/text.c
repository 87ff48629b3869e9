/* Formatted text for instances and keys. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "harness/text.h"

void vf_text(char text[VF_TEXT_SIZE], const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, VF_TEXT_SIZE, format, arguments);
  va_end(arguments);
}

double vf_expected_of(vf_context *context, const char *format, ...) {
  char key[VF_TEXT_SIZE];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(key, sizeof key, format, arguments);
  va_end(arguments);
  return vf_expected(context, key);
}

double vf_number(const char *text) { return strtod(text, NULL); }

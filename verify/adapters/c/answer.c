#include "answer.h"
#include <math.h>
#include <string.h>
#include "port.h"

void ad_put(const char *text) {
  while (*text) ad_port_write(*text++);
}

void ad_put_integer(uint64_t integer) {
  char digits[21];
  size_t at = sizeof digits - 1;
  digits[at] = '\0';
  do {
    digits[--at] = (char)('0' + integer % 10);
    integer /= 10;
  } while (integer);
  ad_put(digits + at);
}

void ad_put_real(double real) {
  uint64_t bits = 0x7ff8000000000000u; /* the one NaN of spec.md section 11 */
  if (!isnan(real)) memcpy(&bits, &real, sizeof bits);
  ad_port_write('"');
  for (int shift = 60; shift >= 0; shift -= 4)
    ad_port_write("0123456789abcdef"[bits >> shift & 15]);
  ad_port_write('"');
}

void ad_put_name(const char *name) {
  ad_put(",\"");
  ad_put(name);
  ad_put("\":");
}

void ad_put_field_real(const char *name, double real) {
  ad_put_name(name);
  ad_put_real(real);
}

void ad_put_reals(const double *values, size_t count) {
  ad_port_write('[');
  for (size_t i = 0; i < count; i++) {
    if (i > 0) ad_port_write(',');
    ad_put_real(values[i]);
  }
  ad_port_write(']');
}

void ad_put_field_reals(const char *name, const double *values, size_t count) {
  ad_put_name(name);
  ad_put_reals(values, count);
}

void ad_put_reason(sid_status status) {
  switch (status) {
    case SID_E_NONFINITE: ad_put("\"nonfinite\""); return;
    case SID_E_ORIGIN: ad_put("\"origin\""); return;
    case SID_E_LR: ad_put("\"lr\""); return;
    case SID_E_INTRINSIC_LR: ad_put("\"intrinsic_lr\""); return;
    default: ad_put("\"\""); return;
  }
}

void ad_put_end(uint64_t step, sid_status status) {
  ad_put("{\"step\":");
  ad_put_integer(step);
  ad_put(",\"reason\":");
  ad_put_reason(status);
  ad_put("}");
}

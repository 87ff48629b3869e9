#include "formats/number.h"
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One more in the last place of a decimal such as -1.25e+10. */
static void vf_next_decimal(char *text) {
  for (char *at = text + strcspn(text, "e"); at > text && at[-1] != '-'; at--) {
    char *digit = at - 1;
    if (*digit == '.') continue;
    if (*digit != '9') {
      ++*digit;
      return;
    }
    *digit = '0';
  }
}

/* 15 digits are enough for every decimal of at most 15 digits, with its zeros dropped by %g; only
 * subnormals may need fewer. Below a power of two doubles are closer than above it, so the shortest
 * decimal that reads back may be the next one, not the nearest. */
static const char *vf_shortest(double value, char text[VF_NUMBER_SIZE]) {
  char next[VF_NUMBER_SIZE];
  for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
    snprintf(text, VF_NUMBER_SIZE, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
    snprintf(next, sizeof next, "%.*e", digits - 1, value);
    vf_next_decimal(next);
    if (strtod(next, NULL) == value) return strcpy(text, next);
  }
  return text;
}

/* The text of glibc's %a, made from the bits: C leaves the leading digit to the library, and other
 * libraries write a subnormal with another one, which some readers take for zero. Not for NaN. */
static const char *vf_hex(uint64_t bits, char text[VF_NUMBER_SIZE]) {
  const uint64_t fraction = bits & 0xfffffffffffffu;
  const int exponent = (int)(bits >> 52 & 0x7ff), subnormal = exponent == 0 && fraction != 0;
  const int power = exponent ? exponent - 1023 : subnormal ? -1022 : 0;
  const char *sign = bits >> 63 ? "-" : "";
  char digits[24];
  snprintf(digits, sizeof digits, ".%013" PRIx64, fraction);
  for (size_t n = strlen(digits); n > 0 && strchr(".0", digits[n - 1]); n--) digits[n - 1] = '\0';
  if (exponent == 0x7ff)
    snprintf(text, VF_NUMBER_SIZE, "%sinf", sign);
  else
    snprintf(text, VF_NUMBER_SIZE, "%s0x%d%sp%+d", sign, exponent > 0, digits, power);
  return text;
}

const char *vf_number_text(double value, vf_format format, char text[VF_NUMBER_SIZE]) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  /* One NaN for all: its payload differs from machine to machine. */
  if (isnan(value)) return strcpy(text, format == VF_BITS ? "7ff8000000000000" : "nan");
  if (format == VF_DEC) return vf_shortest(value, text);
  if (format == VF_HEX) return vf_hex(bits, text);
  snprintf(text, VF_NUMBER_SIZE, "%016" PRIx64, bits);
  return text;
}

int vf_format_parse(const char *name, vf_format *format) {
  static const char *const names[] = {"bits", "hex", "dec"};
  for (int i = 0; i < 3; i++)
    if (strcmp(name, names[i]) == 0) {
      *format = (vf_format)i;
      return 0;
    }
  return -1;
}

int vf_parse_u64(const char *text, uint64_t *value) {
  uint64_t result = 0;
  if (!*text) return -1;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return -1;
    const uint64_t digit = (uint64_t)(*text - '0');
    if (result > (UINT64_MAX - digit) / 10) return -1;
    result = 10 * result + digit;
  }
  *value = result;
  return 0;
}

int vf_parse_bits(const char *text, double *value) {
  uint64_t bits = 0;
  if (strlen(text) != 16) return -1;
  for (; *text; text++) {
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *found = strchr(digits, *text);
    if (!found) return -1;
    const uint64_t digit = (uint64_t)(found - digits);
    bits = bits << 4 | (digit < 16 ? digit : digit - 6);
  }
  memcpy(value, &bits, sizeof bits);
  return 0;
}

uint64_t vf_ordered(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits >> 63 ? ~bits : bits | 0x8000000000000000u;
}

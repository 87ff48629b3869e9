#include "json.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *ad_space(const char *at) { return at + strspn(at, " \t\r\n"); }

/* ---- the form ---- */

static int ad_hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The 16 bits of four hexadecimal digits, or -1. */
static int32_t ad_hex4(const char *at) {
  int32_t value = 0;
  for (int i = 0; i < 4; i++) {
    const int digit = ad_hex_digit(at[i]); /* a zero byte is none */
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/* Behind the string that begins at `at`, or NULL. */
static const char *ad_check_string(const char *at) {
  if (*at != '"') return NULL;
  for (at++; *at != '"'; at++) {
    if ((unsigned char)*at < 0x20) return NULL; /* also the end of the text */
    if (*at != '\\') continue;
    at++;
    if (*at == 'u' ? ad_hex4(at + 1) < 0 : *at == '\0' || !strchr("\"\\/bfnrt", *at)) return NULL;
  }
  return at + 1;
}

static const char *ad_digits(const char *at) { return at + strspn(at, "0123456789"); }

static const char *ad_check_number(const char *at) {
  if (*at == '-') at++;
  const char *end = *at == '0' ? at + 1 : ad_digits(at);
  if (end == at) return NULL;
  if (*end == '.') {
    at = end + 1;
    end = ad_digits(at);
    if (end == at) return NULL;
  }
  if (*end != 'e' && *end != 'E') return end;
  at = end + 1;
  if (*at == '+' || *at == '-') at++;
  end = ad_digits(at);
  return end == at ? NULL : end;
}

/* Behind a value that is neither an object nor a list. */
static const char *ad_check_scalar(const char *at) {
  static const char *const words[] = {"true", "false", "null"};
  if (*at == '"') return ad_check_string(at);
  for (int i = 0; i < 3; i++)
    if (strncmp(at, words[i], strlen(words[i])) == 0) return at + strlen(words[i]);
  return ad_check_number(at);
}

/* Behind a name and its colon. */
static const char *ad_check_name(const char *at) {
  at = ad_check_string(ad_space(at));
  if (at) at = ad_space(at);
  return at && *at == ':' ? at + 1 : NULL;
}

const char *ad_json_check(const char *text) {
  const char *at = text;
  uint32_t objects = 0; /* a bit for each open container, the innermost lowest: 1 for an object */
  int depth = 0;
  for (;;) { /* a value is to come */
    at = ad_space(at);
    if (*at == '{' || *at == '[') {
      const uint32_t object = *at == '{';
      if (depth++ == AD_JSON_DEPTH) return NULL;
      objects = objects << 1 | object;
      at = ad_space(at + 1);
      if (*at != (object ? '}' : ']')) {
        if (object) at = ad_check_name(at);
        if (!at) return NULL;
        continue;
      }
    } else {
      at = ad_check_scalar(at);
      if (!at) return NULL;
    }
    for (;;) { /* a value is over, or an empty container is to be closed */
      at = ad_space(at);
      if (depth == 0) return at;
      if (*at == ',') break;
      if (*at != (objects & 1 ? '}' : ']')) return NULL;
      at++, depth--, objects >>= 1;
    }
    at = objects & 1 ? ad_check_name(at + 1) : at + 1;
    if (!at) return NULL;
  }
}

/* ---- walking through a text of that form ---- */

static const char *ad_string_end(const char *at) {
  for (at++; *at != '"'; at++)
    if (*at == '\\') at++;
  return at + 1;
}

const char *ad_json_end(const char *value) {
  const char *at = value;
  int depth = 0;
  if (*at != '{' && *at != '[')
    return *at == '"' ? ad_string_end(at) : at + strcspn(at, ",]} \t\r\n");
  for (;;) {
    at += strcspn(at, "{}[]\"");
    if (*at == '"') {
      at = ad_string_end(at);
    } else {
      depth += *at == '{' || *at == '[' ? 1 : -1;
      at++;
      if (depth == 0) return at;
    }
  }
}

const char *ad_json_first(const char *container) {
  const char *at = ad_space(container + 1);
  return *at == '}' || *at == ']' ? NULL : at;
}

const char *ad_json_next(const char *value) {
  const char *at = ad_space(ad_json_end(value));
  return *at == ',' ? ad_space(at + 1) : NULL;
}

const char *ad_json_value(const char *name) {
  return ad_space(ad_space(ad_string_end(name)) + 1); /* behind the colon */
}

size_t ad_json_length(const char *container) {
  size_t length = 0;
  const char *at = ad_json_first(container);
  for (; at; at = ad_json_next(*container == '{' ? ad_json_value(at) : at)) length++;
  return length;
}

const char *ad_json_member(const char *object, const char *name) {
  const char *at = ad_json_first(object);
  while (at && !ad_json_is(at, name)) at = ad_json_next(ad_json_value(at));
  return at ? ad_json_value(at) : NULL;
}

/* ---- scalars ---- */

/* One character of a string, from *at on; -1 for half a surrogate pair. */
static int32_t ad_character(const char **at) {
  static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  const char *from = *at;
  if (*from != '\\') {
    *at = from + 1;
    return (unsigned char)*from;
  }
  *at = from + 2;
  if (from[1] != 'u') return meant[strchr(escapes, from[1]) - escapes];
  const int32_t high = ad_hex4(from + 2);
  *at = from + 6;
  if (high < 0xd800 || high > 0xdfff) return high;
  const int32_t low = from[6] == '\\' && from[7] == 'u' ? ad_hex4(from + 8) : -1;
  *at = from + 12;
  if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) return -1;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* The UTF-8 of a character that was escaped; returns its length. */
static size_t ad_utf8(int32_t character, char out[4]) {
  if (character < 0x80) {
    out[0] = (char)character;
    return 1;
  }
  const int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  static const int marks[] = {0, 0xc0, 0xe0, 0xf0};
  out[0] = (char)(marks[more] | character >> 6 * more);
  for (int i = 1; i <= more; i++) out[i] = (char)(0x80 | (character >> 6 * (more - i) & 0x3f));
  return (size_t)more + 1;
}

int ad_json_text(const char *value, char *text, size_t size) {
  size_t used = 0;
  if (*value != '"') return -1;
  for (const char *at = value + 1; *at != '"';) {
    char bytes[4] = {*at, 0, 0, 0};
    const int escaped = *at == '\\';
    const int32_t character = ad_character(&at);
    if (character <= 0) return -1;
    const size_t length = escaped ? ad_utf8(character, bytes) : 1; /* bytes of UTF-8 as they are */
    if (used + length >= size) return -1;
    memcpy(text + used, bytes, length);
    used += length;
  }
  text[used] = '\0';
  return 0;
}

int ad_json_is(const char *value, const char *word) {
  char text[64];
  return ad_json_text(value, text, sizeof text) == 0 && strcmp(text, word) == 0;
}

static int ad_is_number(const char *value) {
  return *value == '-' || (*value >= '0' && *value <= '9');
}

int ad_json_real(const char *value, double *real) {
  uint64_t bits = 0;
  char text[17];
  if (ad_is_number(value)) {
    *real = strtod(value, NULL); /* the locale is C's: nobody sets another */
    return isfinite(*real) ? 0 : -1;
  }
  if (ad_json_text(value, text, sizeof text) || strlen(text) != 16) return -1;
  for (int i = 0; i < 16; i++) {
    const int digit = ad_hex_digit(text[i]);
    if (digit < 0) return -1;
    bits = bits << 4 | (uint64_t)digit;
  }
  memcpy(real, &bits, sizeof bits);
  return 0;
}

/* Decimal digits up to the end of the text. */
static int ad_digits_integer(const char *text, uint64_t *integer) {
  *integer = 0;
  for (; *text >= '0' && *text <= '9'; text++) {
    const uint64_t digit = (uint64_t)(*text - '0');
    if (*integer > (UINT64_MAX - digit) / 10) return -1;
    *integer = *integer * 10 + digit;
  }
  return *text == '\0' ? 0 : -1;
}

int ad_json_integer(const char *value, uint64_t *integer) {
  char text[21];
  if (*value == '"')
    return ad_json_text(value, text, sizeof text) || !*text ? -1 : ad_digits_integer(text, integer);
  if (!ad_is_number(value)) return -1;
  const size_t length = (size_t)(ad_json_end(value) - value);
  if (length < sizeof text && ad_digits(value) == value + length) {
    memcpy(text, value, length);
    text[length] = '\0';
    return ad_digits_integer(text, integer);
  }
  const double real = strtod(value, NULL); /* such as 1e3 */
  if (!(real >= 0.0 && real < 0x1p64) || real != floor(real)) return -1;
  *integer = (uint64_t)real;
  return 0;
}

/* What the unit tests share: cmocka and what it needs, bit patterns, test data that do not come
 * from ref/, fixtures. */
#ifndef COMMON_H
#define COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "sidyn.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define UNIT_ROUNDOFF 0x1p-53

/* Runs only the cases whose names match the pattern in CASES (* and ?), for tests/mutants/run.py;
 * all of them where it is not set. Before main(), so that no program has to ask for it. */
__attribute__((constructor)) static void choose_cases(void) {
  cmocka_set_test_filter(getenv("CASES"));
}

/* ---- bit patterns -------------------------------------------------------------------------- */

static inline uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double double_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

#define POSITIVE_INFINITY double_of(0x7ff0000000000000u)
#define QUIET_NAN double_of(0x7ff8000000000000u)
#define LARGEST 0x1.fffffffffffffp1023
#define SMALLEST 0x1p-1074

static inline int is_finite(double x) { return (bits_of(x) >> 52 & 0x7ff) != 0x7ff; }

static inline double magnitude(double x) { return double_of(bits_of(x) & 0x7fffffffffffffffu); }

/* Fails unless both have the same bits; `what` and `index` say where. */
static inline void require_bits(double actual, double expected, const char *what, size_t index) {
  if (bits_of(actual) == bits_of(expected)) return;
  fail_msg("%s, %zu: %a instead of %a", what, index, actual, expected);
}

static inline void require_same(const double *actual, const double *expected, size_t n,
                                const char *what) {
  for (size_t i = 0; i < n; i++) require_bits(actual[i], expected[i], what, i);
}

/* Equal as numbers: the sign of a zero may differ. */
static inline void require_equal(const double *actual, const double *expected, size_t n,
                                 const char *what) {
  for (size_t i = 0; i < n; i++)
    if (!(actual[i] == expected[i]))
      fail_msg("%s, %zu: %a instead of %a", what, i, actual[i], expected[i]);
}

/* |actual - expected| <= tolerance, where the tolerance must be a finite number. */
static inline void require_within(double actual, double expected, double tolerance,
                                  const char *what, size_t index) {
  if (is_finite(tolerance) && magnitude(actual - expected) <= tolerance) return;
  fail_msg("%s, %zu: %.17g instead of %.17g, tolerance %.3g", what, index, actual, expected,
           tolerance);
}

/* ---- poison: shows what was written and what was not --------------------------------------- */

#define POISON_BITS                                                                                \
  0x7ff4dead0badbeefu /* a signalling NaN: whoever reads it cannot give a finite result */

static inline void poison(double *values, size_t n) {
  const uint64_t bits = POISON_BITS;
  for (size_t i = 0; i < n; i++) memcpy(values + i, &bits, sizeof bits);
}

static inline int is_poisoned(const double *values, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint64_t bits;
    memcpy(&bits, values + i, sizeof bits);
    if (bits != POISON_BITS) return 0;
  }
  return 1;
}

static inline double *allocate(size_t n) {
  double *values = malloc((n > 0 ? n : 1) * sizeof *values);
  if (!values) fail_msg("out of memory");
  return values;
}

/* ---- test data: SplitMix64, nothing of ref/ ------------------------------------------------ */

typedef struct {
  uint64_t state;
} data_source;

static inline uint64_t data_raw(data_source *data) {
  uint64_t z = (data->state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static inline uint64_t data_below(data_source *data, uint64_t n) { return data_raw(data) % n; }

static inline double data_uniform(data_source *data, double low, double high) {
  return low + (high - low) * ((double)(data_raw(data) >> 11) * 0x1p-53);
}

/* Any finite double: sign, exponent and fraction are all uniform. */
static inline double data_finite(data_source *data) {
  for (;;) {
    const double x = double_of(data_raw(data));
    if (is_finite(x)) return x;
  }
}

static inline void data_fill(data_source *data, double *values, size_t n, double low, double high) {
  for (size_t i = 0; i < n; i++) values[i] = data_uniform(data, low, high);
}

/* ---- fixtures ------------------------------------------------------------------------------ */

/* The named field of a JSON object; fails where it is missing. */
static inline json_t *field(const json_t *object, const char *name) {
  json_t *value = json_object_get(object, name);
  if (!value) fail_msg("no field \"%s\"", name);
  return value;
}

static inline const char *text_of(const json_t *value) {
  if (!json_is_string(value)) fail_msg("not a string");
  return json_string_value(value);
}

static inline uint64_t number_of(const char *text, int base) {
  char *end;
  const uint64_t value = strtoull(text, &end, base);
  if (*text == '\0' || *end != '\0') fail_msg("\"%s\" is not a number", text);
  return value;
}

/* A string of decimal digits. */
static inline uint64_t decimal_of(const json_t *value) { return number_of(text_of(value), 10); }

/* 16 hexadecimal digits, as an integer or as the double with these bits. */
static inline uint64_t hex_of(const json_t *value) {
  const char *text = text_of(value);
  if (strlen(text) != 16) fail_msg("\"%s\" has not 16 digits", text);
  return number_of(text, 16);
}

static inline double real_of(const json_t *value) { return double_of(hex_of(value)); }

/* Reads a list of doubles into values[most] and returns their number. */
static inline size_t reals_of(const json_t *list, double *values, size_t most) {
  const size_t n = json_array_size(list);
  if (!json_is_array(list) || n > most) fail_msg("not a list of at most %zu numbers", most);
  for (size_t i = 0; i < n; i++) values[i] = real_of(json_array_get(list, i));
  return n;
}

/* The fixture file of this name; tests run in the root of the project. The caller calls
 * json_decref(). */
static inline json_t *fixture(const char *name) {
  char path[200];
  json_error_t error;
  snprintf(path, sizeof path, "fixtures/%s.json", name);
  json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
  if (!document) fail_msg("%s, line %d: %s", path, error.line, error.text);
  return document;
}

/* Its list of cases; fails unless there are at least `least`. */
static inline const json_t *cases_of(const json_t *document, size_t least) {
  const json_t *cases = field(document, "cases");
  if (json_array_size(cases) < least)
    fail_msg("%zu cases, fewer than %zu", json_array_size(cases), least);
  return cases;
}

static inline int same_stream(const sid_stream *a, const sid_stream *b) {
  return a->state_hi == b->state_hi && a->state_lo == b->state_lo && a->inc_hi == b->inc_hi &&
         a->inc_lo == b->inc_lo && a->given == b->given;
}

#endif

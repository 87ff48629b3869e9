#include "formats/given.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "formats/failure.h"
#include "formats/number.h"

/* ---- numbers ---- */

void vf_given_settle(vf_given_number *number) {
  number->low = number->high = number->value;
  number->digits = 0;
}

/* nan, na, inf, infinity; the sign of a NaN says nothing. */
static int vf_parse_word(const char *text, double *value) {
  const int negative = *text == '-';
  const char *word = text + (*text == '-' || *text == '+');
  if (!*text || strcasecmp(word, "nan") == 0 || strcasecmp(text, "na") == 0)
    *value = (double)NAN;
  else if (strcasecmp(word, "inf") == 0 || strcasecmp(word, "infinity") == 0)
    *value = negative ? -(double)INFINITY : (double)INFINITY;
  else
    return -1;
  return 0;
}

/* [+-]0x and what strtod() takes to the end. */
static int vf_parse_hex(const char *text, double *value) {
  char *end;
  const char *digits = text + (*text == '-' || *text == '+');
  if (digits[0] != '0' || (digits[1] != 'x' && digits[1] != 'X')) return -1;
  *value = strtod(text, &end);
  return *end ? -1 : 0;
}

/* A decimal cut into pieces. */
typedef struct {
  int negative, digits, last; /* significant digits; the power of ten of the last one */
  uint64_t whole;             /* the digits as an integer; right up to 17 of them */
} vf_decimal;

enum { VF_EXPONENT_MAX = 1 << 20 }; /* beyond any double, also with the digits of a file */

static void vf_take_digit(vf_decimal *decimal, char digit) {
  if (decimal->digits == 0 && digit == '0') return; /* a zero before the others says nothing */
  if (++decimal->digits <= VF_GIVEN_EXACT_DIGITS)
    decimal->whole = 10 * decimal->whole + (uint64_t)(digit - '0');
}

static int vf_is_digit(char byte) { return byte >= '0' && byte <= '9'; }

static int vf_cut_decimal(const char *text, vf_decimal *decimal) {
  int seen = 0, places = 0, exponent = 0;
  memset(decimal, 0, sizeof *decimal);
  decimal->negative = *text == '-';
  text += *text == '-' || *text == '+';
  for (; vf_is_digit(*text); text++, seen = 1) vf_take_digit(decimal, *text);
  if (*text == '.')
    for (text++; vf_is_digit(*text); text++, seen = 1, places++) vf_take_digit(decimal, *text);
  if (!seen) return -1;
  if (*text == 'e' || *text == 'E') {
    const int down = *++text == '-';
    text += *text == '-' || *text == '+';
    if (!vf_is_digit(*text)) return -1;
    for (; vf_is_digit(*text); text++)
      if (exponent < VF_EXPONENT_MAX) exponent = 10 * exponent + (*text - '0');
    if (down) exponent = -exponent;
  }
  decimal->last = exponent - places;
  return *text ? -1 : 0;
}

/* whole*10 + step, one more digit behind the last one; a step over zero changes the sign. */
static double vf_beside(const vf_decimal *decimal, int step) {
  char text[64];
  const uint64_t tens = 10 * decimal->whole;
  const int over = decimal->whole == 0 && step < 0;
  const uint64_t digits = over ? (uint64_t)-step : step < 0 ? tens - 5 : tens + 5;
  snprintf(text, sizeof text, "%s%" PRIu64 "e%d", decimal->negative != over ? "-" : "", digits,
           decimal->last - 1);
  return strtod(text, NULL);
}

int vf_given_parse(const char *text, vf_given_number *number, int *last) {
  vf_decimal decimal;
  memset(number, 0, sizeof *number);
  *last = 0;
  if (vf_parse_word(text, &number->value) == 0 || vf_parse_hex(text, &number->value) == 0 ||
      vf_parse_bits(text, &number->value) == 0) {
    vf_given_settle(number);
    return 0;
  }
  if (vf_cut_decimal(text, &decimal)) return -1;
  number->value = strtod(text, NULL);
  number->digits = decimal.digits ? decimal.digits : 1;
  *last = decimal.last;
  if (number->digits >= VF_GIVEN_EXACT_DIGITS) {
    number->low = number->high = number->value;
    return 0;
  }
  const double inner = vf_beside(&decimal, -5), outer = vf_beside(&decimal, 5);
  number->low = fmin(inner, outer);
  number->high = fmax(inner, outer);
  return 0;
}

/* ---- rows ---- */

static int vf_order_of(uint64_t a, uint64_t b) { return (a > b) - (a < b); }

/* By trajectory; a checkpoint, then the end; by step; by line. */
static int vf_by_trajectory(const void *first, const void *second) {
  const vf_given_row *a = first, *b = second;
  if (a->trajectory != b->trajectory) return vf_order_of(a->trajectory, b->trajectory);
  const int a_end = a->end != SID_OK, b_end = b->end != SID_OK;
  if (a_end != b_end) return a_end - b_end;
  if (a->step != b->step) return vf_order_of(a->step, b->step);
  return vf_order_of(a->at, b->at);
}

static int vf_by_step(const void *first, const void *second) {
  const vf_given_row *a = first, *b = second;
  if (a->step != b->step) return vf_order_of(a->step, b->step);
  return vf_order_of(a->at, b->at);
}

static void vf_set_checkpoint(vf_given_row *row, const sid_experiment *experiment, size_t c) {
  row->checkpoint = c;
  row->step = experiment->checkpoints[c];
}

/* The k-th row of a trajectory shows the k-th checkpoint. */
static int vf_steps_by_order(vf_given *given, const char *path, const sid_experiment *experiment) {
  qsort(given->rows, given->count, sizeof *given->rows, vf_by_trajectory);
  for (size_t i = 0, c = 0; i < given->count; i++, c++) {
    vf_given_row *row = given->rows + i;
    if (i > 0 && row->trajectory != row[-1].trajectory) c = 0;
    if (c == experiment->checkpoint_count)
      return vf_fail("%s:%zu: row %zu of trajectory %" PRIu64 ", and no column step; allowed then: "
                     "the %" PRIu32 " checkpoints of the experiment in their order",
                     path, row->line, c + 1, row->trajectory, experiment->checkpoint_count);
    vf_set_checkpoint(row, experiment, c);
  }
  return 0;
}

/* The k-th row of a step belongs to the k-th trajectory. */
static void vf_trajectories_by_order(vf_given *given, uint64_t first) {
  qsort(given->rows, given->count, sizeof *given->rows, vf_by_step);
  for (size_t i = 0; i < given->count; i++) {
    vf_given_row *row = given->rows + i;
    row->trajectory = i > 0 && row->step == row[-1].step ? row[-1].trajectory + 1 : first;
  }
}

static int vf_refuse_twice(const vf_given *given, const char *path) {
  for (size_t i = 1; i < given->count; i++) {
    const vf_given_row *row = given->rows + i, *before = row - 1;
    if (row->trajectory != before->trajectory) continue;
    const int ends = row->end != SID_OK && before->end != SID_OK;
    if (!ends && (row->end != before->end || row->step != before->step)) continue;
    return vf_fail("%s:%zu: trajectory %" PRIu64 ", step %" PRIu64
                   " stands in line %zu already; allowed: each step and each end once",
                   path, row->line, row->trajectory, row->step, before->line);
  }
  return 0;
}

int vf_given_order(vf_given *given, const char *path, const sid_experiment *experiment,
                   const vf_given_options *options, int has_trajectory, int has_step) {
  const size_t checkpoints = experiment->checkpoint_count;
  if (!has_trajectory && !has_step && options->independent) {
    if (given->count % checkpoints)
      return vf_fail("%s: %zu rows, no column trajectory and none step; allowed then: the %zu "
                     "checkpoints of one trajectory after the other",
                     path, given->count, checkpoints);
    for (size_t i = 0; i < given->count; i++) {
      given->rows[i].trajectory = options->first + i / checkpoints;
      vf_set_checkpoint(given->rows + i, experiment, i % checkpoints);
    }
  } else if (!has_trajectory && options->independent) {
    vf_trajectories_by_order(given, options->first);
  } else if (!has_trajectory) {
    for (size_t i = 0; i < given->count; i++) given->rows[i].trajectory = options->first;
  }
  if (!has_step && (has_trajectory || !options->independent)) {
    const int status = vf_steps_by_order(given, path, experiment);
    if (status) return status;
  }
  qsort(given->rows, given->count, sizeof *given->rows, vf_by_trajectory);
  return vf_refuse_twice(given, path);
}

void vf_given_free(vf_given *given) {
  free(given->columns);
  free(given->rows);
  free(given->numbers);
  memset(given, 0, sizeof *given);
}

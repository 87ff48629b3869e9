#include "harness/deviations.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"
#include "formats/number.h"
#include "running/ensemble.h"

/* How far a number is from what it should be, in ulp; UINT64_MAX where one is a NaN alone. */
static uint64_t vf_distance_in_ulp(const vf_given_number *number, double reference) {
  const uint64_t place = vf_ordered(reference);
  if (isnan(number->value) || isnan(reference))
    return isnan(number->value) && isnan(reference) ? 0 : UINT64_MAX;
  if (number->digits == 0 && number->low == number->high) { /* exact: zeros have signs */
    const uint64_t theirs = vf_ordered(number->value);
    return theirs < place ? place - theirs : theirs - place;
  }
  if (reference < number->low) return vf_ordered(number->low) - place;
  return reference > number->high ? place - vf_ordered(number->high) : 0;
}

static int vf_same_number(double a, double b) {
  return isnan(a) ? isnan(b) : memcmp(&a, &b, sizeof a) == 0;
}

typedef struct {
  const sid_experiment *experiment;
  const vf_given *given;
  vf_deviations *deviations;
  uint64_t first; /* trajectory of this chunk */
  const double *rows, *last;
  const vf_end *ends;
  double *work; /* a row, and what sid_observe() needs */
} vf_comparison;

/* Whether a row comes before the first that deviates. */
static int vf_is_earlier(const vf_deviations *deviations, const vf_given *given, size_t r) {
  const vf_given_row *row = given->rows + r, *found = given->rows + deviations->row;
  if (!deviations->found || row->step != found->step)
    return !deviations->found || row->step < found->step;
  return row->trajectory < found->trajectory;
}

static void vf_note(const vf_comparison *comparison, size_t r, size_t column, double theirs,
                    double reference, uint64_t ulp) {
  vf_deviations *deviations = comparison->deviations;
  const uint64_t trajectory = comparison->given->rows[r].trajectory;
  const vf_end *end = comparison->ends + (trajectory - comparison->first);
  if (!vf_is_earlier(deviations, comparison->given, r)) return;
  deviations->found = 1;
  deviations->row = r;
  deviations->column = column;
  deviations->theirs = theirs;
  deviations->reference = reference;
  deviations->ulp = ulp;
  deviations->end = (vf_given_row){.trajectory = trajectory, .step = end->step, .end = end->status};
}

static void vf_compare_number(const vf_comparison *comparison, size_t r, size_t k,
                              double reference) {
  const vf_given *given = comparison->given;
  const vf_given_number *number = given->numbers + given->rows[r].at * given->width + k;
  vf_column_deviation *column = comparison->deviations->columns + k;
  const uint64_t ulp = vf_distance_in_ulp(number, reference);
  const int same = vf_same_number(number->value, reference);
  column->compared++;
  column->equal += (uint64_t)same;
  column->rounded += (uint64_t)(!same && ulp == 0);
  if (number->digits && number->value != 0.0) { /* a zero has none */
    if (column->most == 0 || number->digits < column->fewest) column->fewest = number->digits;
    if (number->digits > column->most) column->most = number->digits;
  }
  if (ulp > column->ulp) column->ulp = ulp, column->worst = r;
  if (ulp) vf_note(comparison, r, k, number->value, reference, ulp);
}

/* The reference's row for a row of theirs; NULL where its trajectory ended otherwise. */
static const double *vf_reference_row(const vf_comparison *comparison, const vf_given_row *row) {
  const sid_experiment *experiment = comparison->experiment;
  const size_t width = sid_row_width(experiment);
  const size_t i = (size_t)(row->trajectory - comparison->first);
  const vf_end *end = comparison->ends + i;
  if (row->end == SID_OK)
    return comparison->rows + (i * experiment->checkpoint_count + row->checkpoint) * width;
  if (row->end != end->status || row->step != end->step) return NULL;
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  sid_observe(experiment, end->step, comparison->last + i * kept, NULL, comparison->work,
              comparison->work + width);
  return comparison->work;
}

static void vf_compare_row(const vf_comparison *comparison, size_t r) {
  const vf_given *given = comparison->given;
  const vf_given_row *row = given->rows + r;
  const double *reference = vf_reference_row(comparison, row);
  comparison->deviations->ends += row->end != SID_OK;
  comparison->deviations->ends_equal += row->end != SID_OK && reference;
  if (!reference) {
    vf_note(comparison, r, given->width, (double)NAN, (double)NAN, 0);
    return;
  }
  for (size_t k = 0; k < given->width; k++)
    vf_compare_number(comparison, r, k, reference[given->columns[k]]);
}

/* Trajectories of some 32 MiB at once. */
static size_t vf_chunk_of(const sid_experiment *experiment) {
  const size_t numbers = experiment->checkpoint_count * sid_row_width(experiment) +
                         sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t fits = ((size_t)1 << 22) / numbers;
  return fits < 1 ? 1 : fits > 4096 ? 4096 : fits;
}

void vf_deviations_find(const sid_experiment *experiment, const vf_given *given, int jobs,
                        vf_deviations *deviations) {
  const size_t chunk = vf_chunk_of(experiment), width = sid_row_width(experiment);
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  double *rows = vf_allocate(chunk * experiment->checkpoint_count * width, sizeof *rows);
  double *last = vf_allocate(chunk * kept, sizeof *last);
  double *work = vf_allocate(width + sid_observe_workspace(experiment), sizeof *work);
  vf_end *ends = vf_allocate(chunk, sizeof *ends);
  memset(deviations, 0, sizeof *deviations);
  deviations->columns = vf_allocate(given->width, sizeof *deviations->columns);
  for (size_t r = 0; r < given->count;) {
    const uint64_t first = given->rows[r].trajectory;
    const vf_comparison comparison = {experiment, given, deviations, first, rows, last, ends, work};
    size_t behind = r, count = 1; /* trajectories first .. first + count - 1 without a gap */
    for (; behind < given->count; behind++) {
      const uint64_t offset = given->rows[behind].trajectory - first;
      if (offset > count || offset == chunk) break;
      if (offset == count) count++;
    }
    vf_ensemble_states(experiment, first, count, jobs, rows, ends, last);
    for (; r < behind; r++) vf_compare_row(&comparison, r);
  }
  free(rows);
  free(last);
  free(work);
  free(ends);
}

uint64_t vf_deviations_compared(const vf_deviations *deviations, const vf_given *given) {
  uint64_t sum = deviations->ends;
  for (size_t k = 0; k < given->width; k++) sum += deviations->columns[k].compared;
  return sum;
}

uint64_t vf_deviations_agreeing(const vf_deviations *deviations, const vf_given *given) {
  uint64_t sum = deviations->ends_equal;
  for (size_t k = 0; k < given->width; k++)
    sum += deviations->columns[k].equal + deviations->columns[k].rounded;
  return sum;
}

void vf_deviations_free(vf_deviations *deviations) { free(deviations->columns); }

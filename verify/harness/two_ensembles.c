#include "harness/two_ensembles.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "formats/memory.h"

/* What the comparison claims to see, and what it holds against data that do not fit. */
static const vf_change vf_effects[VF_EFFECTS] = {{"lr * 1.05", VF_VARY_LR, 1.05},
                                                 {"wd * 1.05", VF_VARY_WD, 1.05},
                                                 {"sigma * 1.05", VF_VARY_SIGMA, 1.05}};
static const vf_change vf_mistakes[VF_HYPOTHESES] = {
    {"wd * 2", VF_VARY_WD, 2.0},       {"wd / 2", VF_VARY_WD, 0.5},
    {"wd = 0", VF_VARY_WD, 0.0},       {"wd without lr", VF_VARY_WD_ALONE, 1.0},
    {"lr * 2", VF_VARY_LR, 2.0},       {"lr / 2", VF_VARY_LR, 0.5},
    {"sigma * 2", VF_VARY_SIGMA, 2.0}, {"sigma / 2", VF_VARY_SIGMA, 0.5},
    {"batch * 2", VF_VARY_BATCH, 2.0}, {"no noise", VF_VARY_NO_NOISE, 1.0}};

uint64_t vf_given_trajectories(const vf_given *given) {
  uint64_t count = 0;
  for (size_t r = 0; r < given->count; r++)
    count += r == 0 || given->rows[r].trajectory != given->rows[r - 1].trajectory;
  return count;
}

/* ---- moments ---- */

typedef struct {
  const sid_experiment *experiment;
  const vf_given *given;
  uint64_t trajectories, count; /* of theirs, of the reference */
  size_t cells;
  int jobs;
  vf_progress_fn progress;
} vf_job;

/* A number that tells one sequence of doubles from another (FNV-1a over their bits). */
static uint64_t vf_mark(uint64_t mark, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (mark ^ bits) * UINT64_C(0x100000001b3) ^ bits >> 32;
}

static const uint64_t vf_first_mark = UINT64_C(0xcbf29ce484222325);

/* Returns the mark of the trajectory. */
static uint64_t vf_add_rows(const vf_job *job, const double *rows, vf_power_sums *sums) {
  const size_t width = sid_row_width(job->experiment), given = job->given->width;
  uint64_t mark = vf_first_mark;
  for (size_t i = 0; i < job->cells; i++) {
    const double value = rows[i / given * width + job->given->columns[i % given]];
    vf_power_sums_add(sums + i, value);
    mark = vf_mark(mark, value);
  }
  return mark;
}

/* Moments of an experiment; marks of its first trajectories, as many as they have, unless NULL. */
static void vf_reference_moments(const vf_job *job, const sid_experiment *experiment,
                                 const char *what, vf_higher_moments *moments, uint64_t *marks) {
  const size_t numbers = experiment->checkpoint_count * sid_row_width(experiment);
  const size_t fits = ((size_t)1 << 22) / numbers;
  const uint64_t chunk = fits < 1 ? 1 : fits > 4096 ? 4096 : fits;
  double *rows = vf_allocate((size_t)chunk * numbers, sizeof *rows);
  vf_power_sums *sums = vf_allocate(job->cells, sizeof *sums);
  for (uint64_t done = 0; done < job->count;) {
    const uint64_t size = job->count - done < chunk ? job->count - done : chunk;
    vf_ensemble(experiment, VF_REFERENCE_FIRST + done, size, job->jobs, rows, NULL);
    for (uint64_t i = 0; i < size; i++) {
      const uint64_t mark = vf_add_rows(job, rows + i * numbers, sums);
      if (marks && done + i < job->trajectories) marks[done + i] = mark;
    }
    done += size;
    job->progress(what, done, job->count);
  }
  for (size_t i = 0; i < job->cells; i++) moments[i] = vf_higher_moments_of(sums + i);
  free(sums);
  free(rows);
}

/* Theirs; early ends have no part in it. */
static void vf_their_moments(const vf_job *job, vf_cell *cells, uint64_t *marks) {
  const vf_given *given = job->given;
  vf_power_sums *sums = vf_allocate(job->cells, sizeof *sums);
  size_t t = 0;
  for (size_t i = 0; i < job->cells; i++)
    cells[i].least_high = (double)INFINITY, cells[i].most_low = -(double)INFINITY;
  for (size_t r = 0; r < given->count; r++) {
    const vf_given_row *row = given->rows + r;
    if (r > 0) t += row->trajectory != row[-1].trajectory;
    if (r == 0 || row->trajectory != row[-1].trajectory) marks[t] = vf_first_mark;
    if (row->end != SID_OK) continue;
    for (size_t k = 0; k < given->width; k++) {
      const vf_given_number *number = given->numbers + row->at * given->width + k;
      const size_t i = row->checkpoint * given->width + k;
      vf_power_sums_add(sums + i, number->value);
      cells[i].given = 1;
      marks[t] = vf_mark(marks[t], number->value);
      cells[i].least_high = fmin(cells[i].least_high, number->high);
      cells[i].most_low = fmax(cells[i].most_low, number->low);
    }
  }
  for (size_t i = 0; i < job->cells; i++) cells[i].theirs = vf_higher_moments_of(sums + i);
  free(sums);
}

/* ---- trajectories that are equal ---- */

typedef struct {
  uint64_t mark, index;
} vf_marked;

static int vf_by_mark(const void *first, const void *second) {
  const vf_marked *a = first, *b = second;
  if (a->mark != b->mark) return a->mark < b->mark ? -1 : 1;
  return (a->index > b->index) - (a->index < b->index);
}

/* How many trajectories equal one before them; the first pair. */
static uint64_t vf_count_equal(const uint64_t *marks, uint64_t count, uint64_t pair[2]) {
  vf_marked *all = vf_allocate((size_t)count, sizeof *all);
  uint64_t equal = 0, first = 0;
  for (uint64_t i = 0; i < count; i++) all[i] = (vf_marked){marks[i], i};
  qsort(all, (size_t)count, sizeof *all, vf_by_mark);
  for (uint64_t i = 1; i < count; i++) {
    if (all[i].mark != all[i - 1].mark) {
      first = i;
      continue;
    }
    if (equal++ == 0 || all[i].index < pair[1]) pair[0] = all[first].index, pair[1] = all[i].index;
  }
  free(all);
  return equal;
}

/* Digits by which two trajectories with different noise differ: of a checkpoint those of its best
 * column, but one. */
static double vf_telling_digits(const vf_job *job, const vf_cell *cells) {
  const vf_given *given = job->given;
  double *best = vf_allocate_doubles(job->experiment->checkpoint_count), sum = 0.0;
  for (size_t r = 0; r < given->count; r++)
    for (size_t k = 0; k < given->width; k++) {
      const size_t c = given->rows[r].checkpoint;
      const vf_given_number *number = given->numbers + given->rows[r].at * given->width + k;
      const int digits = given->binary32 ? 7 : number->digits ? number->digits : 16;
      if (given->rows[r].end == SID_OK && !cells[c * given->width + k].fixed)
        best[c] = fmax(best[c], (double)(digits - 1));
    }
  for (uint32_t c = 0; c < job->experiment->checkpoint_count; c++) sum += best[c];
  free(best);
  return sum;
}

/* Equal pairs say something where chance would give one in less than a thousand such ensembles, and
 * the reference has none (steps of +-1 may meet). */
static void vf_find_equal(const vf_job *job, const uint64_t *theirs, const uint64_t *reference,
                          vf_two_ensembles *result) {
  uint64_t pair[2];
  const uint64_t n = result->trajectories;
  if (vf_telling_digits(job, result->cells) < 2.0 * log10((double)n) + 3.0) return;
  if (vf_count_equal(reference, n, pair)) return;
  result->equal = vf_count_equal(theirs, n, result->equal_to);
  uint64_t t = 0;
  for (size_t r = 0, found = 0; result->equal && found < 2 && r < job->given->count; r++) {
    const vf_given_row *row = job->given->rows + r;
    if (r > 0 && row->trajectory == row[-1].trajectory) continue;
    if (t++ == result->equal_to[found]) result->equal_to[found++] = row->trajectory;
  }
}

/* ---- what would be seen, and what fits ---- */

static void vf_find_effect(const vf_job *job, const vf_higher_moments *other,
                           const vf_two_ensembles *result, vf_effect *effect) {
  const double n = (double)result->trajectories, m = (double)result->reference;
  effect->needed = (double)INFINITY;
  effect->applies = 0;
  for (size_t i = 0; i < job->cells; i++) {
    const vf_cell *cell = result->cells + i;
    if (!cell->given || cell->fixed || cell->reference.count < 8) continue;
    for (int t = VF_TEST_MEAN; t <= VF_TEST_VARIANCE; t++) {
      const double z = fabs(vf_shift_of_cell(cell, other + i, (vf_test)t, n, m));
      if (!(z > 0.0)) continue;
      /* Exceeded with probability .95 where the mean of z is that much above the threshold. */
      const double ratio = (result->outcome.threshold + 1.645) / z;
      const double needed =
          fmax(ceil(n * ratio * ratio), ceil(vf_trajectories_safe(cell, (vf_test)t)));
      effect->applies = 1;
      if (needed >= effect->needed) continue;
      effect->needed = needed;
      effect->z = z;
      effect->cell = i;
      effect->test = (vf_test)t;
    }
  }
}

static void vf_find_effects(const vf_job *job, vf_higher_moments *moments,
                            vf_two_ensembles *result) {
  for (int e = 0; e < VF_EFFECTS; e++) {
    vf_effect *effect = result->effects + e;
    vf_variation variation;
    *effect = (vf_effect){.name = vf_effects[e].name, .needed = (double)INFINITY};
    if (vf_vary(job->experiment, vf_effects[e], &variation)) continue;
    vf_reference_moments(job, &variation.experiment, effect->name, moments, NULL);
    vf_find_effect(job, moments, result, effect);
    vf_variation_free(&variation);
  }
  result->effects_known = 1;
}

/* What fits, the best first; what does not; what does not apply. */
static int vf_by_worst(const void *first, const void *second) {
  const vf_hypothesis *a = first, *b = second;
  if (a->applies != b->applies) return b->applies - a->applies;
  if (a->fits != b->fits) return b->fits - a->fits;
  return (a->worst > b->worst) - (a->worst < b->worst);
}

static void vf_find_hypotheses(const vf_job *job, vf_higher_moments *moments,
                               vf_two_ensembles *result) {
  vf_cell *cells = vf_allocate(job->cells, sizeof *cells);
  memcpy(cells, result->cells, job->cells * sizeof *cells);
  for (int h = 0; h < VF_HYPOTHESES; h++) {
    vf_hypothesis *one = result->hypotheses + h;
    vf_variation variation;
    vf_outcome outcome;
    *one = (vf_hypothesis){.name = vf_mistakes[h].name};
    if (vf_vary(job->experiment, vf_mistakes[h], &variation)) continue;
    vf_reference_moments(job, &variation.experiment, one->name, moments, NULL);
    for (size_t i = 0; i < job->cells; i++) cells[i].reference = moments[i];
    vf_test_cells(cells, job->cells, job->given->width, (double)result->trajectories,
                  (double)result->reference, &outcome);
    one->applies = 1;
    one->worst = outcome.worst;
    one->fits = outcome.wrong + outcome.failed == 0 && (outcome.tests || !outcome.left_out);
    vf_variation_free(&variation);
  }
  qsort(result->hypotheses, VF_HYPOTHESES, sizeof *result->hypotheses, vf_by_worst);
  result->hypotheses_known = 1;
  free(cells);
}

/* ---- the whole ---- */

/* What no hypothesis fits, and is there before the first step. */
static int vf_start_differs(const vf_job *job, const vf_two_ensembles *result) {
  if (job->experiment->checkpoints[0] != 0 || result->hypotheses[0].fits) return 0;
  for (size_t k = 0; k < job->given->width; k++) {
    const vf_cell *cell = result->cells + k;
    if (cell->wrong) return 1;
    for (int t = 0; t < VF_TESTS; t++)
      if (cell->failed[t]) return 1;
  }
  return 0;
}

static vf_verdict vf_judge(const vf_two_ensembles *result) {
  int applies = 0;
  for (int e = 0; e < VF_EFFECTS; e++) {
    const vf_effect *effect = result->effects + e;
    if (effect->applies && effect->needed > (double)result->trajectories) return VF_INCONCLUSIVE;
    applies |= effect->applies;
  }
  return applies ? VF_PASS : VF_INCONCLUSIVE;
}

void vf_two_ensembles_compare(const sid_experiment *experiment, const vf_given *given,
                              uint64_t reference, int jobs, vf_progress_fn progress,
                              vf_two_ensembles *result) {
  const vf_job job = {.experiment = experiment,
                      .given = given,
                      .count = reference,
                      .trajectories = vf_given_trajectories(given),
                      .jobs = jobs,
                      .cells = experiment->checkpoint_count * given->width,
                      .progress = progress};
  memset(result, 0, sizeof *result);
  result->trajectories = job.trajectories;
  result->reference = reference;
  result->cells = vf_allocate(job.cells, sizeof *result->cells);
  vf_higher_moments *moments = vf_allocate(job.cells, sizeof *moments);
  uint64_t *theirs = vf_allocate((size_t)result->trajectories, sizeof *theirs);
  uint64_t *marks = vf_allocate((size_t)job.trajectories, sizeof *marks);
  vf_their_moments(&job, result->cells, theirs);
  vf_reference_moments(&job, experiment, "reference", moments, marks);
  for (size_t i = 0; i < job.cells; i++) result->cells[i].reference = moments[i];
  vf_test_cells(result->cells, job.cells, given->width, (double)result->trajectories,
                (double)reference, &result->outcome);
  vf_find_equal(&job, theirs, marks, result);
  result->verdict = VF_FAIL;
  if (result->outcome.wrong + result->outcome.failed) {
    vf_find_hypotheses(&job, moments, result);
    result->start_differs = vf_start_differs(&job, result);
  } else if (!result->equal) {
    vf_find_effects(&job, moments, result);
    result->verdict = vf_judge(result);
  }
  free(moments);
  free(theirs);
  free(marks);
}

void vf_two_ensembles_free(vf_two_ensembles *result) { free(result->cells); }

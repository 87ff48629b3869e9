/* What tests hold a block of any backend to: the trajectories of the reference, whole and in
 * pieces, in memory that begins with junk. */
#ifndef BLOCKS_H
#define BLOCKS_H

#include "effort.h"

#include <math.h>

/* ---- the reference's results, and a block of a backend against them ------------------------ */

enum { GUARD = 16 };

typedef struct {
  const sid_experiment *experiment;
  uint64_t first;
  uint32_t count;
  size_t per; /* numbers in the rows of a trajectory; those that it does not reach are poison */
  double *rows, *last;
  sid_end *ends;
  sid_stream *streams; /* where they got to; reference_streams() */
} reference;

typedef struct {
  double *next;
  size_t width;
  uint32_t rows;
} recorder;

static size_t state_of(const sid_experiment *experiment) {
  return sid_state_doubles(&experiment->problem, &experiment->dynamics);
}

static int record(void *user, uint64_t step, const double *x, const double *row) {
  recorder *to = user;
  (void)step, (void)x;
  memcpy(to->next, row, to->width * sizeof *row);
  to->next += to->width;
  to->rows++;
  return 0;
}

/* The stream of trajectory first+i after its steps: those of sid_step(). */
static void reference_stream(reference *result, uint32_t i) {
  const sid_experiment *experiment = result->experiment;
  const sid_problem *problem = &experiment->problem;
  const sid_dynamics *dynamics = &experiment->dynamics;
  const uint64_t key[2] = {SID_KEY_NOISE, result->first + i};
  const uint64_t unit = dynamics->kind == SID_SVAG ? dynamics->l : 1;
  const sid_end *end = result->ends + i;
  const size_t size = sid_run_workspace(experiment);
  double *x = allocate(state_of(experiment)), *work = allocate(size), lr, wd;
  sid_status status;
  assert_int_equal(sid_stream_init(result->streams + i, experiment->seed, key, 2), SID_OK);
  sid_experiment start = *experiment;
  uint64_t none;
  start.steps = start.checkpoint_count = 0;
  status = sid_run(&start, result->first + i, NULL, NULL, x, &none, work, size);
  for (uint64_t step = 0; !status && step < experiment->steps; step++) {
    const uint64_t k = step / unit;
    const double factor = step % unit ? 1.0 : sid_schedule_rescale(&experiment->schedule, k);
    sid_schedule_at(&experiment->schedule, k, &lr, &wd);
    for (uint32_t j = 0; factor != 1.0 && j < problem->dim; j++) x[j] = factor * x[j];
    const double r = sid_dot(x, x, problem->dim);
    if (step == end->step && factor != 1.0 && end->status) {
      int left = sid_problem_scale_invariant(problem) && (r == 0.0 || !isfinite(r));
      for (uint32_t j = 0; j < problem->dim; j++) left |= !isfinite(x[j]);
      if (left) break; /* by the rescale, before the step drew */
    }
    status = sid_step(problem, dynamics, lr, wd, x, result->streams + i, work);
  }
  free(x);
  free(work);
}

static reference reference_run(const sid_experiment *experiment, uint64_t first, uint32_t count) {
  const size_t p = state_of(experiment), width = sid_row_width(experiment),
               per = width * experiment->checkpoint_count;
  reference result = {experiment,
                      first,
                      count,
                      per,
                      allocate(count * per),
                      allocate(count * p),
                      malloc(count * sizeof(sid_end)),
                      malloc(count * sizeof(sid_stream))};
  const size_t size = sid_run_workspace(experiment);
  double *work = allocate(size);
  assert_true(result.ends && result.streams);
  poison(result.rows, count * per);
  for (uint32_t i = 0; i < count; i++) {
    recorder to = {result.rows + i * per, width, 0};
    poison(work, size);
    result.ends[i].status = sid_run(experiment, first + i, record, &to, result.last + i * p,
                                    &result.ends[i].step, work, size);
    result.ends[i].rows = to.rows;
  }
  free(work);
  return result;
}

static void reference_streams(reference *result) {
  for (uint32_t i = 0; i < result->count; i++) reference_stream(result, i);
}

static void reference_free(reference *result) {
  free(result->rows);
  free(result->last);
  free(result->ends);
  free(result->streams);
}

static int same_numbers(const double *a, const double *b, size_t n, int nan_is_nan) {
  for (size_t i = 0; i < n; i++) {
    const int both_nan = a[i] != a[i] && b[i] != b[i] && bits_of(a[i]) != POISON_BITS &&
                         bits_of(b[i]) != POISON_BITS;
    if (bits_of(a[i]) != bits_of(b[i]) && !(nan_is_nan && both_nan)) return 0;
  }
  return 1;
}

/* What the workspace and the unused lanes begin with must not matter: a signalling NaN, or random
 * bits. */
static void junk(double *values, size_t n, data_source *data) {
  poison(values, n);
  if (data_raw(data) & 1)
    for (size_t i = 0; i < n; i++) values[i] = double_of(data_raw(data));
}

/* Rows that are shown instead of stored, put where they would be stored. */
typedef struct {
  const sid_experiment *experiment;
  uint64_t first;
  uint32_t count, next[LANES_MOST]; /* checkpoints seen of each trajectory */
  size_t per;
  double *rows;
  int wrong;
} visitor;

static void visit(void *user, uint64_t trajectory, uint64_t step, const double *row) {
  visitor *to = user;
  const uint64_t lane = trajectory - to->first;
  const size_t width = sid_row_width(to->experiment);
  to->wrong |= lane >= to->count || to->next[lane] >= to->experiment->checkpoint_count ||
               to->experiment->checkpoints[to->next[lane]] != step;
  if (to->wrong) return;
  memcpy(to->rows + lane * to->per + to->next[lane] * width, row, width * sizeof *row);
  to->next[lane]++;
}

static uint64_t blocks_seen,
    blocks_mixed; /* mixed: with lanes that end at different steps or for different reasons */

/* Trajectories offset .. offset+count-1 of the reference's, as one block. */
static void require_block(const sid_backend *backend, const reference *expected, uint32_t offset,
                          uint32_t count, const char *what) {
  static data_source data = {99};
  const sid_experiment *experiment = expected->experiment;
  const size_t p = state_of(experiment), numbers = count * expected->per,
               size = backend->workspace(experiment);
  double *rows = allocate(numbers + GUARD), *last = allocate(count * p + GUARD),
         *work = allocate(size + GUARD);
  sid_end ends[LANES_MOST + 1];
  const sid_end untouched = {.status = SID_E_STOPPED, .rows = 77, .step = 0xabcdefu};
  const int with_last = data_raw(&data) % 8 != 0;
  sid_backend_results results = {.rows = rows, .ends = ends, .last = with_last ? last : NULL};
  visitor shown = {experiment, expected->first + offset, count, {0}, expected->per, rows, 0};
  if (data_raw(&data) % 4 == 0) results.rows = NULL, results.visit = visit, results.user = &shown;
  assert_true(count >= 1 && count <= backend->lanes && offset + count <= expected->count);
  poison(rows, numbers + GUARD);
  poison(last, count * p + GUARD);
  junk(work, size, &data);
  poison(work + size, GUARD);
  for (uint32_t i = 0; i <= LANES_MOST; i++) ends[i] = untouched;

  backend->run(experiment, expected->first + offset, count, &results, work);

  int mixed = 0;
  if (shown.wrong)
    fail_msg("%s, %s: showed a row that is none, or out of order", backend->name, what);
  for (uint32_t i = 0; i < count; i++) {
    const sid_end *end = expected->ends + offset + i;
    const size_t row = (offset + i) * expected->per, at = (offset + i) * p;
    if (ends[i].status != end->status || ends[i].step != end->step || ends[i].rows != end->rows)
      fail_msg("%s, %s: trajectory %u of %u ends with %d at %llu instead of %d at %llu",
               backend->name, what, i, count, (int)ends[i].status, (unsigned long long)ends[i].step,
               (int)end->status, (unsigned long long)end->step);
    if (with_last && !same_numbers(last + i * p, expected->last + at, p, 0))
      fail_msg("%s, %s: the last state of trajectory %u of %u differs", backend->name, what, i,
               count);
    if (!same_numbers(rows + i * expected->per, expected->rows + row, expected->per, 1))
      fail_msg("%s, %s: a row of trajectory %u of %u differs", backend->name, what, i, count);
    mixed |=
        end->step != expected->ends[offset].step || end->status != expected->ends[offset].status;
  }
  if (!is_poisoned(rows + numbers, GUARD) ||
      !is_poisoned(last + (with_last ? count * p : 0), GUARD) || !is_poisoned(work + size, GUARD))
    fail_msg("%s, %s: wrote beyond an array", backend->name, what);
  for (uint32_t i = count; i <= LANES_MOST; i++)
    assert_memory_equal(ends + i, &untouched, sizeof untouched);
  blocks_seen++;
  blocks_mixed += (uint64_t)(mixed && backend->lanes > 1);
  free(rows);
  free(last);
  free(work);
}

/* One piece of a block: by the backend, or by the reference for each trajectory. */
static void advance(const sid_backend *backend, const sid_experiment *experiment, int by_reference,
                    sid_backend_block *block, uint64_t to, sid_backend_results *results,
                    double *work) {
  const size_t rows = sid_row_width(experiment) * experiment->checkpoint_count;
  if (!by_reference) {
    backend->advance(experiment, block, to, results, work);
    return;
  }
  for (uint32_t i = 0; i < block->count; i++) {
    sid_backend_block one = {block->first + i, 1, block->step,
                             block->states + i * state_of(experiment), block->streams + i};
    sid_backend_results own = {results->visit ? NULL : results->rows + i * rows, results->visit,
                               results->user, results->ends + i, NULL};
    sid_backend_ref.advance(experiment, &one, to, &own, work);
    assert_true(one.step == to);
  }
  block->step = to;
}

/* The same trajectories in pieces of random lengths, some of them of no step, and some by the
 * reference: rows, ends, states and streams are those of the whole. Of the ends of those that go on
 * a piece knows that they go on, no more. */
static void require_pieces(const sid_backend *backend, const reference *expected, uint32_t count,
                           const char *what) {
  static data_source data = {101};
  const uint32_t offset = (uint32_t)data_below(&data, expected->count - count + 1);
  const sid_experiment *experiment = expected->experiment;
  const size_t p = state_of(experiment), numbers = count * expected->per,
               size = backend->workspace(experiment),
               size_ref = sid_backend_ref.workspace(experiment);
  double *rows = allocate(numbers + GUARD), *states = allocate(count * p + GUARD),
         *work = allocate(size + GUARD), *work_ref = allocate(size_ref + GUARD);
  sid_end ends[LANES_MOST];
  sid_stream streams[LANES_MOST];
  sid_backend_block block = {expected->first + offset, count, 77, states, streams};
  sid_backend_results results = {.rows = rows, .ends = ends};
  visitor shown = {experiment, expected->first + offset, count, {0}, expected->per, rows, 0};
  if (data_raw(&data) % 4 == 0) results.rows = NULL, results.visit = visit, results.user = &shown;
  poison(rows, numbers + GUARD);
  poison(states, count * p + GUARD);
  junk(work, size, &data);
  poison(work + size, GUARD);
  sid_backend_begin(experiment, &block, &results, work);
  for (int whole = 0; block.step < experiment->steps || !whole;) {
    const uint64_t left = experiment->steps - block.step, most = left < 16 ? left : 8 + left / 4,
                   to = block.step + data_below(&data, most + 1);
    const int by_reference = data_raw(&data) % 4 == 0;
    for (uint32_t i = 0; i < count; i++)
      if (!ends[i].status) ends[i].rows = 1u << 20, ends[i].step = 0xabcdefu;
    advance(backend, experiment, by_reference, &block, to, &results,
            by_reference ? work_ref : work);
    assert_true(block.step == to);
    whole = 1;
  }
  if (shown.wrong)
    fail_msg("%s, %s: showed a row that is none, or out of order", backend->name, what);
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t at = offset + i;
    const sid_end *end = expected->ends + at;
    if (ends[i].status != end->status || ends[i].step != end->step || ends[i].rows != end->rows)
      fail_msg("%s, %s, in pieces: trajectory %u of %u ends with %d at %llu instead of %d at %llu",
               backend->name, what, i, count, (int)ends[i].status, (unsigned long long)ends[i].step,
               (int)end->status, (unsigned long long)end->step);
    if (!same_numbers(states + i * p, expected->last + at * p, p, 0))
      fail_msg("%s, %s, in pieces: the last state of trajectory %u of %u differs", backend->name,
               what, i, count);
    if (!same_numbers(rows + i * expected->per, expected->rows + at * expected->per, expected->per,
                      1))
      fail_msg("%s, %s, in pieces: a row of trajectory %u of %u differs", backend->name, what, i,
               count);
    if (!same_stream(streams + i, expected->streams + at))
      fail_msg("%s, %s, in pieces: the stream of trajectory %u of %u differs", backend->name, what,
               i, count);
  }
  if (!is_poisoned(rows + numbers, GUARD) || !is_poisoned(states + count * p, GUARD) ||
      !is_poisoned(work + size, GUARD))
    fail_msg("%s, %s, in pieces: wrote beyond an array", backend->name, what);
  free(rows);
  free(states);
  free(work);
  free(work_ref);
}

/* Full blocks and one that is not full, somewhere among the reference's trajectories, and one in
 * pieces, for every backend. */
static void require_experiment(const sid_experiment *experiment, uint64_t first, uint32_t count,
                               data_source *data, const char *what) {
  const sid_backend *backends[8];
  const size_t usable = usable_backends(backends);
  const int pieces = data_below(data, effort(3, 3, 1)) == 0;
  reference expected = reference_run(experiment, first, count);
  if (pieces) reference_streams(&expected);
  for (size_t b = 0; b < usable; b++) {
    const uint32_t lanes = backends[b]->lanes, whole = lanes < count ? lanes : count,
                   part = 1 + (uint32_t)data_below(data, whole);
    require_block(backends[b], &expected, (uint32_t)data_below(data, count - whole + 1), whole,
                  what);
    if (lanes > 1)
      require_block(backends[b], &expected, (uint32_t)data_below(data, count - part + 1), part,
                    what);
    if (pieces) require_pieces(backends[b], &expected, part, what);
  }
  reference_free(&expected);
}

#endif

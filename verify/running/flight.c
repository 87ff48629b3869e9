#include "running/flight.h"
#include <math.h>
#include <stdlib.h>
#include "formats/memory.h"
#include "running/backend.h"
#include "running/clock.h"
#include "running/parallel.h"

static size_t vf_kept(const sid_experiment *experiment) {
  return sid_state_doubles(&experiment->problem, &experiment->dynamics);
}

static size_t vf_numbers(const sid_experiment *experiment) {
  return sid_row_width(experiment) * experiment->checkpoint_count;
}

size_t vf_flight_bytes(const sid_experiment *experiment) {
  return (vf_numbers(experiment) + vf_kept(experiment)) * sizeof(double) + sizeof(sid_stream) +
         sizeof(uint64_t) + sizeof(vf_end);
}

void vf_flight_open(vf_flight *flight, const sid_experiment *experiment, uint64_t room) {
  const size_t count = (size_t)room;
  *flight = (vf_flight){.experiment = experiment, .room = room};
  flight->rows = vf_allocate(count * vf_numbers(experiment), sizeof *flight->rows);
  flight->states = vf_allocate(count * vf_kept(experiment), sizeof *flight->states);
  flight->streams = vf_allocate(count, sizeof *flight->streams);
  flight->steps = vf_allocate(count, sizeof *flight->steps);
  flight->ends = vf_allocate(count, sizeof *flight->ends);
}

void vf_flight_free(vf_flight *flight) {
  free(flight->rows);
  free(flight->states);
  free(flight->streams);
  free(flight->steps);
  free(flight->ends);
}

void vf_flight_begin(vf_flight *flight, uint64_t first, uint64_t count) {
  flight->first = first;
  flight->count = count;
  for (uint64_t i = 0; i < count; i++) flight->steps[i] = VF_NOT_BEGUN;
  for (size_t k = 0; k < (size_t)count * vf_numbers(flight->experiment); k++)
    flight->rows[k] = (double)NAN;
}

int vf_flight_done(const vf_flight *flight, uint64_t i) {
  if (flight->steps[i] == VF_NOT_BEGUN) return 0;
  return flight->ends[i].status != SID_OK || flight->steps[i] == flight->experiment->steps;
}

/* ---- blocks ---- */

typedef struct {
  uint64_t from;
  uint32_t count;
} vf_span;

typedef struct {
  vf_flight *flight;
  const sid_backend *backend;
  vf_span *spans; /* trajectories at one step, at most as many as the backend takes */
  double **work;  /* of each worker; NULL until it has something to do */
  double until;
  const volatile int *stop;
} vf_advance;

/* The trajectories that go on, in blocks. */
static uint64_t vf_divide(const vf_flight *flight, uint32_t lanes, vf_span *spans) {
  uint64_t blocks = 0;
  for (uint64_t i = 0; i < flight->count; i++) {
    vf_span *last = blocks > 0 ? spans + blocks - 1 : NULL;
    if (vf_flight_done(flight, i)) continue;
    if (last && last->count < lanes && last->from + last->count == i &&
        flight->steps[i] == flight->steps[last->from])
      last->count++;
    else
      spans[blocks++] = (vf_span){i, 1};
  }
  return blocks;
}

/* Pieces short enough to stop in time: a block goes on until it is done or the time is up. */
static void vf_advance_task(void *user, uint64_t b, int worker) {
  const double shortest = 0.02, longest = 0.1; /* seconds of a piece, about */
  const vf_advance *advance = user;
  const sid_backend *backend = advance->backend;
  vf_flight *flight = advance->flight;
  const sid_experiment *experiment = flight->experiment;
  const uint64_t from = advance->spans[b].from, last = experiment->steps;
  double **work = advance->work + worker;
  sid_backend_block block = {flight->first + from, advance->spans[b].count, flight->steps[from],
                             flight->states + from * vf_kept(experiment), flight->streams + from};
  sid_backend_results results = {flight->rows + from * vf_numbers(experiment), NULL, NULL,
                                 flight->ends + from, NULL};
  double before = vf_seconds();
  if (before > advance->until || *advance->stop) return;
  if (!*work) *work = vf_allocate_doubles(backend->workspace(experiment));
  if (block.step == VF_NOT_BEGUN) sid_backend_begin(experiment, &block, &results, *work);
  for (uint64_t piece = 1; block.step < last && before <= advance->until && !*advance->stop;) {
    const uint64_t to = last - block.step < piece ? last : block.step + piece;
    backend->advance(experiment, &block, to, &results, *work);
    const double now = vf_seconds();
    if (now - before < shortest) piece *= 2;
    if (now - before > longest && piece > 1) piece /= 2;
    before = now;
  }
  for (uint32_t i = 0; i < block.count; i++) flight->steps[from + i] = block.step;
}

int vf_flight_advance(vf_flight *flight, int jobs, double seconds, const volatile int *stop) {
  vf_advance advance = {flight,
                        vf_backend(),
                        vf_allocate((size_t)flight->count, sizeof *advance.spans),
                        vf_allocate((size_t)jobs, sizeof *advance.work),
                        vf_seconds() + seconds,
                        stop};
  const uint64_t blocks = vf_divide(flight, advance.backend->lanes, advance.spans);
  int done = 1;
  vf_parallel(blocks, jobs, vf_advance_task, &advance);
  for (int worker = 0; worker < jobs; worker++) free(advance.work[worker]);
  free(advance.work);
  free(advance.spans);
  for (uint64_t i = 0; i < flight->count && done; i++) done = vf_flight_done(flight, i);
  return done;
}

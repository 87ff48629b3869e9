/* Runs experiments by every backend that this machine has and prints all that a run leaves, for
 * differential.py. A line of the input is "FIRST COUNT EXPERIMENT", with the JSON of the
 * experiment. The answer is "refused MESSAGE"; or for each backend, and for each of three bytes
 * that all memory is filled with before, "backend NAME FILL" and a line a trajectory:
 *
 * STATUS STEP ROWS|last state|row of the end, the state before it unknown|rows
 *
 * and at last "done". Numbers are bit patterns, one NaN for all. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/experiment_json.h"
#include "formats/number.h"
#include "running/backend.h"
#include "simd.h"

#if defined(__SSE2__)
#include <xmmintrin.h>
/* Rounding, flushing and masks, without the flags that say what has happened. */
static unsigned control_word(void) { return _mm_getcsr() & ~0x3fu; }
#else
static unsigned control_word(void) { return 0; }
#endif

static const int fills[] = {0x00, 0xa5, 0xff};

static void *filled(size_t bytes, int fill) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, bytes + 64)) exit(2);
  memset(memory, fill, bytes + 64);
  return memory;
}

static int is_filled(const void *memory, size_t bytes, int fill) {
  const unsigned char *at = memory;
  for (size_t i = 0; i < bytes; i++)
    if (at[i] != fill) return 0;
  return 1;
}

static void print_numbers(const double *values, size_t n) {
  char text[VF_NUMBER_SIZE];
  for (size_t i = 0; i < n; i++)
    printf("%s%s", i ? " " : "", vf_number_text(values[i], VF_BITS, text));
}

/* What trajectory i of a block left. */
static void print_trajectory(const sid_experiment *experiment, const sid_backend_results *results,
                             uint32_t i, int fill) {
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t width = sid_row_width(experiment), per = width * experiment->checkpoint_count;
  const sid_end *end = results->ends + i;
  const double *last = results->last + i * kept, *rows = results->rows + i * per;
  double *row = filled(width * sizeof *row, fill);
  double *work = filled(sid_observe_workspace(experiment) * sizeof *work, fill);
  sid_observe(experiment, end->step, last, NULL, row, work);
  printf("%d %" PRIu64 " %" PRIu32 "|", (int)end->status, end->step, end->rows);
  print_numbers(last, kept);
  putchar('|');
  print_numbers(row, width);
  putchar('|');
  print_numbers(rows, end->rows * width);
  const size_t left = (per - end->rows * width) * sizeof *rows;
  puts(is_filled(rows + end->rows * width, left, fill) ? ""
                                                       : "|a row that is not reached was written");
  free(row);
  free(work);
}

static void run_block(const sid_backend *backend, const sid_experiment *experiment, uint64_t first,
                      uint32_t count, int fill) {
  const size_t kept = sid_state_doubles(&experiment->problem, &experiment->dynamics);
  const size_t numbers = sid_row_width(experiment) * experiment->checkpoint_count;
  sid_backend_results results;
  memset(&results, 0, sizeof results);
  results.rows = filled(count * numbers * sizeof(double), fill);
  results.last = filled(count * kept * sizeof(double), fill);
  results.ends = filled(count * sizeof *results.ends, fill);
  double *work = filled(backend->workspace(experiment) * sizeof *work, fill);
  backend->run(experiment, first, count, &results, work);
  for (uint32_t i = 0; i < count; i++) print_trajectory(experiment, &results, i, fill);
  free(results.rows);
  free(results.last);
  free(results.ends);
  free(work);
}

static void run_all(const sid_experiment *experiment, uint64_t first, uint32_t count) {
  size_t backends;
  const sid_backend *const *built = sid_backends_built(&backends);
  const unsigned control = control_word();
  for (size_t b = 0; b < backends; b++) {
    const char *why;
    if (!sid_backend_usable(built[b], &why)) continue;
    for (size_t f = 0; f < sizeof fills / sizeof fills[0]; f++) {
      printf("backend %s %02x\n", built[b]->name, (unsigned)fills[f]);
      for (uint32_t done = 0; done < count; done += built[b]->lanes) {
        const uint32_t left = count - done, size = left < built[b]->lanes ? left : built[b]->lanes;
        run_block(built[b], experiment, first + done, size, fills[f]);
      }
      if (control_word() != control) puts("the control word of the arithmetic has changed");
    }
  }
}

int main(void) {
  char message[VF_MESSAGE_SIZE], *line = NULL;
  size_t size = 0;
  ssize_t length;
  while ((length = getline(&line, &size, stdin)) > 0) {
    uint64_t first;
    uint32_t count;
    int at = 0;
    vf_experiment loaded;
    if (sscanf(line, "%" SCNu64 " %" SCNu32 " %n", &first, &count, &at) != 2 || at == 0) return 2;
    if (vf_experiment_parse(line + at, strlen(line + at), "experiment", &loaded, message)) {
      printf("refused %s\n", message);
    } else {
      run_all(&loaded.experiment, first, count);
      vf_experiment_free(&loaded);
      puts("done");
    }
    fflush(stdout);
  }
  free(line);
  return 0;
}

/* The experiment of experiment.json on a board: prints what `sidyn run experiment.json --format
 * bits` prints on a computer, by semihosting. */
#include "board.h"
#include "sidyn.h"

static void print_bits(double value) {
  union {
    double value;
    uint64_t bits;
  } number = {value};
  char text[18] = ",";
  for (int digit = 0; digit < 16; digit++)
    text[1 + digit] = "0123456789abcdef"[number.bits >> (60 - 4 * digit) & 15];
  board_print(text);
}

static void print_integer(uint64_t value) {
  char text[21], *first = text + 20;
  *first = '\0';
  do *--first = (char)('0' + value % 10);
  while (value /= 10);
  board_print(first);
}

static int print_row(void *user, uint64_t step, const double *x, const double *row) {
  (void)user, (void)x;
  board_print("0,");
  print_integer(step);
  board_print(",");
  print_bits(row[0]);
  print_bits(row[1]);
  board_print("\n");
  return 0;
}

int main(void) {
  const double spectrum[3] = {1, 2, 2}, start[3] = {1, 0, 1};
  const sid_segment rates = {0, 0.1, 0.001, 1.0};
  const uint64_t checkpoints[3] = {0, 50, 100};
  const int32_t observables[2] = {SID_NORM2, SID_LOSS};
  const sid_experiment e = {
      .problem = {.kind = SID_RAYLEIGH,
                  .noise = SID_NOISE_GAUSSIAN,
                  .dim = 3,
                  .sigma = 0.3,
                  .spectrum = spectrum},
      .dynamics = {.kind = SID_SGD, .batch = 1},
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &rates},
      .start = {SID_START_POINT, start, 0},
      .seed = 7,
      .steps = 100,
      .checkpoints = checkpoints,
      .checkpoint_count = 3,
      .observable_count = 2,
      .observables = observables};
  double x[3], work[64];
  uint64_t step;
  const uint32_t wrong = sid_selfcheck();
  if (wrong) {
    /* on cores without double instructions see docs/porting.md for the cure */
    board_print("this arithmetic cannot be trusted\n");
    return 3;
  }
  if (sid_experiment_validate(&e) != SID_OK || sid_run_workspace(&e) > 64) return 2;
  board_print("trajectory,step,end,norm2,loss\n");
  return sid_run(&e, 0, print_row, 0, x, &step, work, 64) != SID_OK;
}

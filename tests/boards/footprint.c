/* What a part of the library takes on a board: the image with it, less the image of
 * FOOTPRINT_nothing, which has the rest of this file and the start. FOOTPRINT_core is streams,
 * exact normals, rayleigh and SGD; FOOTPRINT_step the same by sid_step(), which holds every problem
 * and dynamics; FOOTPRINT_run whole experiments with selfcheck and validation; FOOTPRINT_network
 * the network of network.h by sid_step(), with network the only problem and its memory on the
 * stack. Prints "stack=N", the bytes that were used below the frame of board_main(). */
#include "../../ref/dynamics/dynamics.h"
#include "../../ref/problem.h"
#include "board.h"
#if defined(FOOTPRINT_network)
#include "network.h"
#endif
#include "sidyn.h"

#define DIM 3
#define STEPS 20
#define PAINT 0xa5a5a5a5u

static const double spectrum[DIM] = {1, 2, 2};
static const double start[DIM] = {1, 0, 1};
static const sid_problem problem = {.kind = SID_RAYLEIGH,
                                    .noise = SID_NOISE_GAUSSIAN,
                                    .dim = DIM,
                                    .sigma = 0.3,
                                    .spectrum = spectrum};
static const sid_dynamics dynamics = {.kind = SID_SGD, .l = 1, .substeps = 1, .batch = 1};

/* State, workspace and stream belong to the caller and are not counted as the stack of the
 * library. */
typedef struct {
  sid_stream stream;
  double x[DIM], work[32];
  volatile uint64_t sink;
} memory;

#if defined(FOOTPRINT_run)
static int show(void *user, uint64_t step, const double *x, const double *row) {
  memory *m = user;
  m->sink += (uint64_t)x[0] + (uint64_t)row[0] + step;
  return 0;
}
#endif

static __attribute__((noinline)) void measured(memory *m) {
#if defined(FOOTPRINT_core) || defined(FOOTPRINT_step)
  const uint64_t key[2] = {SID_KEY_NOISE, 5};
  m->sink += (uint64_t)sid_stream_init(&m->stream, 7, key, 2);
  m->sink += sid_stream_raw(&m->stream) + sid_stream_index(&m->stream, 10);
  m->sink += (uint64_t)sid_stream_uniform(&m->stream) +
             sid_stream_weighted_index(&m->stream, spectrum, DIM);
  m->sink += (uint64_t)(sid_stream_rademacher(&m->stream) + 1.0);
  sid_stream_advance(&m->stream, 1, 1);
  sid_stream_normals(&m->stream, m->x, DIM);
  for (uint32_t j = 0; j < DIM; j++) m->x[j] = start[j];
  for (uint32_t step = 0; step < STEPS; step++)
#if defined(FOOTPRINT_core)
    sid_step_sgd(&problem, &dynamics, 0.1, 0.001, m->x, &m->stream, m->work);
  m->sink += (uint64_t)sid_rayleigh_loss(&problem, m->x, m->work);
#else
    m->sink += (uint64_t)sid_step(&problem, &dynamics, 0.1, 0.001, m->x, &m->stream, m->work);
  m->sink += (uint64_t)sid_problem_loss(&problem, m->x, m->work);
#endif
#elif defined(FOOTPRINT_run)
  static const sid_segment rates = {0, 0.1, 0.001, 1.0};
  static const uint64_t checkpoints[2] = {0, STEPS};
  static const int32_t observables[2] = {SID_NORM2, SID_STEP_ANGLE};
  const sid_experiment experiment = {
      .problem = problem,
      .dynamics = dynamics,
      .schedule = {.kind = SID_PIECEWISE, .segment_count = 1, .segments = &rates},
      .start = {SID_START_POINT, start, 0},
      .seed = 7,
      .steps = STEPS,
      .checkpoints = checkpoints,
      .checkpoint_count = 2,
      .observable_count = 2,
      .observables = observables};
  uint64_t step = 0;
  m->sink += sid_selfcheck() + (uint64_t)sid_experiment_validate(&experiment);
  m->sink += (uint64_t)sid_run(&experiment, 0, show, m, m->x, &step, m->work, 32);
#else
#if defined(FOOTPRINT_network)
  m->sink += board_network_hash();
#endif
  for (uint32_t j = 0; j < DIM; j++) m->x[j] = start[j];
  m->sink += (uint64_t)spectrum[0] + (uint64_t)problem.sigma + dynamics.l;
#endif
}

/* ---- how deep the stack has been: it is painted, and the lowest word that lost its colour is the
 * answer --- */

extern uint32_t board_stack_bottom[];

/* Where the frame of the calling function ends: arm, aarch64 and riscv call it sp, or1k r1. */
static inline uintptr_t stack_pointer(void) {
  uintptr_t here;
#if defined(__riscv)
  __asm__ volatile("mv %0, sp" : "=r"(here));
#elif defined(__OR1K__)
  __asm__ volatile("l.ori %0, r1, 0" : "=r"(here));
#else
  __asm__ volatile("mov %0, sp" : "=r"(here));
#endif
  return here;
}

static void write_number(uint32_t v) {
  char text[11];
  char *first = text + 10;
  *first = '\0';
  do {
    *--first = (char)('0' + v % 10);
    v /= 10;
  } while (v != 0);
  board_write(first);
}

int board_main(void) {
  memory m = {{0, 0, 0, 0, NULL}, {0}, {0}, 0};
  volatile uint32_t *const bottom = board_stack_bottom;
  volatile uint32_t *const end = (uint32_t *)stack_pointer();
  for (volatile uint32_t *word = bottom; word < end; word++) *word = PAINT;
  measured(&m);
  volatile uint32_t *deepest = bottom;
  while (deepest < end && *deepest == PAINT) deepest++;
  board_write("stack=");
  write_number((uint32_t)((uintptr_t)end - (uintptr_t)deepest));
  board_write("\n");
  return 0;
}

/* The program that every board runs, and the machine that builds it: selfcheck, known answers, the
 * operations against integers, and three trajectories whose states are hashed. It prints one line,
 *     HASH operations=N checks=N passed
 * or what is wrong, and ends with 0, 1 (a wrong answer) or 3 (the machine cannot be trusted). */
#include "board.h"
#include "network.h"
#include "known_answers.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- text ---------------------------------------------------------------------------------- */

static void write_hex(uint64_t v) {
  char text[17];
  for (int i = 0; i < 16; i++) text[i] = "0123456789abcdef"[(v >> (60 - 4 * i)) & 15];
  text[16] = '\0';
  board_write(text);
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

/* ---- results ------------------------------------------------------------------------------- */

/* checks and failures of the known answers; FNV-1a (64 bits) of all that is hashed. */
typedef struct {
  uint32_t checks, failures;
  uint64_t hash;
} results;

#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

static uint64_t bits_of(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}

static double double_of(uint64_t bits) {
  double x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

/* The bytes of the number from the highest on; every NaN is 7ff8000000000000. */
static void hash_number(results *r, double x) {
  uint64_t bits = bits_of(x);
  if ((bits << 1) > 0xffe0000000000000u) bits = 0x7ff8000000000000u;
  for (int shift = 56; shift >= 0; shift -= 8)
    r->hash = (r->hash ^ ((bits >> shift) & 255)) * FNV_PRIME;
}

/* The first few failures are told in full. */
static void expect(results *r, const char *what, uint32_t which, uint64_t actual,
                   uint64_t expected) {
  r->checks++;
  if (actual == expected) return;
  if (r->failures++ >= 5) return;
  board_write(what);
  board_write(" ");
  write_number(which);
  board_write(": ");
  write_hex(actual);
  board_write(" instead of ");
  write_hex(expected);
  board_write("\n");
}

/* ---- known answers ------------------------------------------------------------------------- */

static void check_stream(results *r, uint32_t i) {
  const known_stream *known = known_streams + i;
  sid_stream first, stream;
  double z[5];
  expect(r, "stream init", i,
         (uint64_t)(uint32_t)sid_stream_init(&first, known->seed, known->key, known->key_len), 0);
  stream = first;
  for (uint32_t k = 0; k < 4; k++)
    expect(r, "raw of stream", i, sid_stream_raw(&stream), known->raw[k]);
  stream = first;
  for (uint32_t k = 0; k < 2; k++)
    expect(r, "uniform of stream", i, bits_of(sid_stream_uniform(&stream)), known->uniform[k]);
  stream = first;
  sid_stream_normals(&stream, z, 5);
  for (uint32_t k = 0; k < 5; k++)
    expect(r, "normal of stream", i, bits_of(z[k]), known->normals[k]);
  stream = first;
  sid_stream_advance(&stream, known->jump[0], known->jump[1]);
  for (uint32_t k = 0; k < 2; k++)
    expect(r, "raw after a jump in stream", i, sid_stream_raw(&stream), known->raw_after_jump[k]);
}

static void check_normal(results *r, uint32_t i) {
  const known_normal *known = known_normals + i;
  int64_t cosine, sine;
  sid_normal_circle_grid(known->m, &cosine, &sine);
  expect(r, "radius of normal", i, sid_normal_radius_grid(known->k), known->radius);
  expect(r, "cosine of normal", i, (uint64_t)cosine, (uint64_t)known->cosine);
  expect(r, "sine of normal", i, (uint64_t)sine, (uint64_t)known->sine);
}

static void check_arithmetic(results *r) {
  for (uint32_t i = 0; i < COUNT(known_reductions); i++) {
    const known_reduction *known = known_reductions + i;
    expect(r, "sum", i, bits_of(sid_sum(known->a, known->n)), known->sum);
    expect(r, "dot", i, bits_of(sid_dot(known->a, known->b, known->n)), known->dot);
  }
  for (uint32_t i = 0; i < COUNT(known_sqrts); i++) {
    const double x = double_of(known_sqrts[i].x);
    expect(r, "sqrt", i, bits_of(sid_sqrt(x)), known_sqrts[i].root);
    expect(r, "sqrt by integers", i, bits_of(sid_sqrt_integer(x)), known_sqrts[i].root);
  }
  for (uint32_t i = 0; i < COUNT(known_atan2s); i++)
    expect(r, "atan2", i,
           bits_of(sid_atan2(double_of(known_atan2s[i].y), double_of(known_atan2s[i].x))),
           known_atan2s[i].angle);
}

/* Where the comparison of a trajectory with its rows stands. */
typedef struct {
  results *r;
  const sid_experiment *experiment;
  const uint64_t *rows;
  uint32_t which;
} row_reader;

static int check_row(void *user, uint64_t step, const double *x, const double *row) {
  row_reader *reader = user;
  (void)step;
  for (uint32_t j = 0; j < reader->experiment->problem.dim; j++)
    expect(reader->r, "state of trajectory", reader->which, bits_of(x[j]), *reader->rows++);
  for (size_t j = 0; j < sid_row_width(reader->experiment); j++)
    expect(reader->r, "observable of trajectory", reader->which, bits_of(row[j]), *reader->rows++);
  return 0;
}

#define DIM_MAX 12
#define WORK_MAX (7 * DIM_MAX + 24)

static void check_trajectory(results *r, uint32_t i) {
  const known_trajectory *known = known_trajectories + i;
  row_reader reader = {r, &known->experiment, known->rows, i};
  double x[DIM_MAX], work[WORK_MAX];
  uint64_t step = 0;
  expect(r, "validation of trajectory", i,
         (uint64_t)(uint32_t)sid_experiment_validate(&known->experiment), 0);
  const sid_status status =
      sid_run(&known->experiment, known->trajectory, check_row, &reader, x, &step, work, WORK_MAX);
  expect(r, "status of trajectory", i, (uint64_t)(uint32_t)status, 0);
  expect(r, "steps of trajectory", i, step, known->experiment.steps);
}

static void check_known_answers(results *r) {
  for (uint32_t i = 0; i < COUNT(known_streams); i++) check_stream(r, i);
  for (uint32_t i = 0; i < COUNT(known_normals); i++) check_normal(r, i);
  check_arithmetic(r);
  for (uint32_t i = 0; i < COUNT(known_trajectories); i++) check_trajectory(r, i);
}

/* ---- operations against integers --------------------------------------------------------------
 */

#define DEEP_ROUNDS 500

/* Each operation that is wrong is told with its first wrong result. */
static void check_operations(results *r) {
  sid_deep_check check;
  (void)sid_selfcheck_deep(DEEP_ROUNDS, &check);
  for (int32_t i = 0; i < SID_OP_COUNT; i++) {
    const sid_operation_check *one = &check.operation[i];
    r->checks += (uint32_t)one->cases;
    if (one->wrong == 0) continue;
    r->failures += (uint32_t)one->wrong;
    board_write("operation ");
    board_write(sid_operation_name(i));
    board_write(": ");
    write_number((uint32_t)one->wrong);
    board_write(" wrong; ");
    write_hex(one->a);
    board_write(" ");
    write_hex(one->b);
    board_write(" gave ");
    write_hex(one->result);
    board_write(" instead of ");
    write_hex(one->right);
    board_write("\n");
  }
}

/* ---- hashed trajectories ------------------------------------------------------------------- */

/* A trajectory whose every state is hashed. operations: the binary64 additions, subtractions,
 * multiplications, divisions and roots of one step by the formulas of docs/spec.md, not counting
 * the normals and the test of the result. */
typedef struct {
  sid_problem problem;
  sid_dynamics dynamics;
  double lr, wd;
  const double *start;
  uint32_t steps, operations;
} hashed_trajectory;

/* 11 coordinates take a full group of the reductions and a rest. */
static const double start_11[11] = {1, -0.5, 0.25, 0.75, -1, 0.125, 0.5, -0.25, 2, -1.5, 0.375};
static const double spectrum_11[11] = {0.1, 0.2, 0.3, 0.5, 0.7, 1.1, 1.3, 1.7, 1.9, 2.3, 2.9};
static const double matrix_5[25] = {2.0,  -0.3, 0.1, 0.05, 0.2,  -0.3, 1.5,  0.4, 0.0,
                                    -0.1, 0.1,  0.4, 1.0,  0.35, 0.15, 0.05, 0.0, 0.35,
                                    0.8,  -0.2, 0.2, -0.1, 0.15, -0.2, 0.6};
static const double start_5[5] = {0.5, -0.25, 1, 0.75, -1};
static const double start_2[2] = {0.1, 1};

static const hashed_trajectory hashed[] = {
    /* A dot product takes 26. Gradient 98, noise 100, their sum 11, update 35. */
    {.problem = {.kind = SID_RAYLEIGH,
                 .noise = SID_NOISE_GAUSSIAN,
                 .dim = 11,
                 .sigma = 0.3,
                 .spectrum = spectrum_11},
     .dynamics = {.kind = SID_SGD, .l = 1, .substeps = 1, .batch = 1},
     .lr = 0.1,
     .wd = 0.01,
     .start = start_11,
     .steps = 1000,
     .operations = 244},
    /* Chaos: a wrong last bit shows within 120 steps. Gradient 11, update 8. */
    {.problem = {.kind = SID_RATIO2, .dim = 2},
     .dynamics = {.kind = SID_GD, .l = 1, .substeps = 1, .batch = 1},
     .lr = 0.1,
     .wd = 0.5,
     .start = start_2,
     .steps = 8000,
     .operations = 19},
    /* A dot product takes 12. Twice gradient 101, noise 57 and their sum 5; mixing 15, coefficients
       8, update 15. */
    {.problem = {.kind = SID_RAYLEIGH,
                 .noise = SID_NOISE_SPHERE,
                 .dim = 5,
                 .sigma = 0.4,
                 .matrix = matrix_5},
     .dynamics = {.kind = SID_SVAG, .l = 4, .substeps = 1, .batch = 1},
     .lr = 0.2,
     .wd = 0.02,
     .start = start_5,
     .steps = 1000,
     .operations = 364},
};

static uint32_t hash_trajectory(results *r, uint32_t which) {
  const hashed_trajectory *t = hashed + which;
  const uint64_t key[2] = {SID_KEY_NOISE, which};
  sid_stream stream = {0, 0, 0, 0, NULL};
  double x[DIM_MAX], work[WORK_MAX];
  expect(r, "stream of hashed trajectory", which,
         (uint64_t)(uint32_t)sid_stream_init(&stream, 2024, key, 2), 0);
  for (uint32_t j = 0; j < t->problem.dim; j++) x[j] = t->start[j];
  for (uint32_t step = 0; step < t->steps; step++) {
    const sid_status status = sid_step(&t->problem, &t->dynamics, t->lr, t->wd, x, &stream, work);
    if (status != SID_OK)
      expect(r, "status of hashed trajectory", which, (uint64_t)(uint32_t)status, 0);
    for (uint32_t j = 0; j < t->problem.dim; j++) hash_number(r, x[j]);
  }
  hash_number(r, (double)(sid_stream_raw(&stream) >> 11)); /* the stream is where it should be */
  return t->steps * t->operations;
}

/* ---- the program --------------------------------------------------------------------------- */

static int refuse(uint32_t failed) {
  for (uint32_t bit = 1; bit != 0 && bit <= failed; bit <<= 1) {
    if ((failed & bit) == 0) continue;
    board_write("refused: ");
    board_write(sid_selfcheck_text(bit));
    board_write("\n");
  }
  return 3;
}

int board_main(void) {
  results r = {0, 0, FNV_START};
  uint32_t operations = 0;
#ifndef BOARD_WITHOUT_SELFCHECK
  const uint32_t failed = sid_selfcheck();
  if (failed != 0) return refuse(failed);
#else
  (void)refuse;
#endif
  check_known_answers(&r);
  check_operations(&r);
  for (uint32_t i = 0; i < COUNT(hashed); i++) operations += hash_trajectory(&r, i);
  expect(&r, "hash of the network", 0, board_network_hash(), BOARD_NETWORK_HASH);
  write_hex(r.hash);
  board_write(" operations=");
  write_number(operations);
  board_write(" checks=");
  write_number(r.checks);
  board_write(r.failures == 0 ? " passed\n" : " FAILED\n");
  return r.failures == 0 ? 0 : 1;
}

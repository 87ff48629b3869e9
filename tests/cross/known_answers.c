/* Checks the library against every fixture, with nothing of a C library but stdio: for machines
 * that have little more.
 *
 *     known_answers < answers.txt
 *
 * The text is written by tests/cross/answers.py from fixtures/; a word that is not known here is an
 * error, not a skip. Prints a line for each case that fails, with its first difference, and at the
 * end "N passed, N failed". Exit 0 if all passed, 1 if one failed, 2 for a text that cannot be
 * read. */
#include <stdio.h>

#include "sidyn.h"

enum {
  WORD_SIZE = 128,
  REALS_MAX = 1024,
  ROW_MAX = 256,
  WORK_MAX = 4096,
  SEGMENTS_MAX = 16,
  CHECKPOINTS_MAX = 128,
  ENTRIES_MAX = 128
};
enum { READ_ERROR = 2 };
/* More than any fixture has; tests/fuzz/ builds with less. svag's l is no number of turns of a loop
 * and has no such limit. */
#ifndef STEPS_MAX
#define STEPS_MAX 1048576u
#define TURNS_MAX 1024u
#endif
#define POISON 0x7ff4dead0badbeefu /* a signalling NaN: an output that was not written shows */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- reading ------------------------------------------------------------------------------- */

static int
    unreadable; /* the first error counts; from there on every word is empty and every number 0 */

static void reject(const char *what, const char *word) {
  if (!unreadable) printf("cannot read: %s, found \"%s\"\n", what, word);
  unreadable = 1;
}

static void read_word(char word[WORD_SIZE]) {
  int c = ' ';
  size_t length = 0;
  while (!unreadable && (c == ' ' || c == '\n')) c = getchar();
  while (!unreadable && c != EOF && c != ' ' && c != '\n') {
    if (length + 1 < WORD_SIZE) word[length++] = (char)c;
    c = getchar();
  }
  word[length] = '\0';
}

static int same_word(const char *a, const char *b) {
  while (*a != '\0' && *a == *b) a++, b++;
  return *a == *b;
}

static void expect(const char *word) {
  char found[WORD_SIZE];
  read_word(found);
  if (!same_word(found, word)) reject(word, found);
}

static uint64_t read_digits(uint64_t base, size_t exactly) {
  char word[WORD_SIZE];
  uint64_t value = 0;
  size_t length = 0;
  read_word(word);
  for (; word[length] != '\0'; length++) {
    const char c = word[length];
    const unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10u
                                                  : 99u;
    if (digit >= base) reject("a digit", word);
    value = value * base + digit;
  }
  if (length == 0 || (exactly != 0 && length != exactly)) reject("a number", word);
  return unreadable ? 0 : value;
}

static uint64_t read_integer(void) { return read_digits(10, 0); }
static uint64_t read_bits(void) { return read_digits(16, 16); }

static int64_t read_signed(void) {
  int c = getchar();
  while (c == ' ') c = getchar();
  if (c != '-' && ungetc(c, stdin) == EOF) reject("a number", "");
  const uint64_t size = read_integer();
  if (size >> 62 != 0) reject("a smaller number", "");
  return c == '-' ? -(int64_t)(size >> 62 != 0 ? 0 : size) : (int64_t)size;
}

/* Copies byte by byte: memcpy() without a header that a freestanding compiler may lack. */
static void copy(void *to, const void *from, size_t n) {
  unsigned char *out = to;
  const unsigned char *in = from;
  while (n-- > 0) *out++ = *in++;
}

static double double_of(uint64_t bits) {
  double x;
  copy(&x, &bits, sizeof x);
  return x;
}

static uint64_t bits_of(double x) {
  uint64_t bits;
  copy(&bits, &x, sizeof bits);
  return bits;
}

static double read_real(void) { return double_of(read_bits()); }

static size_t read_length(size_t most) {
  const uint64_t n = read_integer();
  if (n > most) reject("a shorter list", "a longer one");
  return unreadable ? 0 : (size_t)n;
}

/* Memory for the lists of one case. */
static double reals[REALS_MAX];
static size_t reals_used;

/* A list of real numbers; NULL if it has none. */
static const double *read_reals(size_t *length) {
  double *list = reals + reals_used;
  const size_t n = read_length(REALS_MAX - reals_used);
  for (size_t i = 0; i < n; i++) list[i] = read_real();
  reals_used += n;
  if (length) *length = n;
  return n > 0 ? list : NULL;
}

/* The same where the length is known: so many, or none. */
static const double *read_reals_of(size_t expected) {
  size_t n;
  const double *list = read_reals(&n);
  if (n != 0 && n != expected) reject("a list of the right length", "another");
  return unreadable ? NULL : list;
}

typedef struct {
  const char *name;
  int32_t value;
} meaning;

static int32_t read_meaning(const meaning *known, size_t count) {
  char word[WORD_SIZE];
  read_word(word);
  for (size_t i = 0; i < count; i++)
    if (same_word(word, known[i].name)) return known[i].value;
  reject("a known kind", word);
  return 0;
}

/* ---- results ------------------------------------------------------------------------------- */

static unsigned long passed, failed;
static char id[WORD_SIZE];
static int wrong; /* of the present case */

static uint64_t step_now; /* of a trajectory; elsewhere 0 */

static void differ(const char *what, size_t index, uint64_t found, uint64_t expected) {
  if (!wrong) {
    printf("not ok %s: ", id);
    if (step_now != 0) printf("at step %llu, ", (unsigned long long)step_now);
    printf("%s %lu: %016llx instead of %016llx\n", what, (unsigned long)index,
           (unsigned long long)found, (unsigned long long)expected);
  }
  wrong = 1;
}

static void same(const char *what, size_t index, uint64_t found, uint64_t expected) {
  if (found != expected) differ(what, index, found, expected);
}

/* A NaN has different bits on different machines, and is written as one
 * (docs/spec.md section 11). */
static void same_real(const char *what, size_t index, double found, uint64_t expected) {
  const uint64_t bits = bits_of(found);
  same(what, index, (bits << 1) > 0xffe0000000000000u ? 0x7ff8000000000000u : bits, expected);
}

/* ---- one case of each file ----------------------------------------------------------------- */

static void check_sqrt(void) {
  const double x = read_real();
  const uint64_t expected = read_bits();
  same_real("sid_sqrt", 0, sid_sqrt(x), expected);
  same_real("sid_sqrt_integer", 0, sid_sqrt_integer(x), expected);
}

static void check_reduction(void) {
  size_t n, n_b;
  const double *a = read_reals(&n), *b = read_reals(&n_b);
  const uint64_t sum = read_bits(), dot = read_bits();
  if (n != n_b) reject("two lists of one length", "others");
  if (unreadable) return;
  same_real("sid_sum", 0, sid_sum(a, n), sum);
  same_real("sid_dot", 0, sid_dot(a, b, n), dot);
}

static void check_normal(void) {
  const uint64_t k = read_integer(), m = read_integer(), radius = read_integer();
  const int64_t cosine = read_signed(), sine = read_signed();
  const uint64_t z0 = read_bits(), z1 = read_bits();
  double z[2] = {double_of(POISON), double_of(POISON)};
  int64_t found[2] = {0, 0};
  if (k < 1 || k > 1ull << 53 || m >= 1ull << 53) reject("k in 1..2^53, m in 0..2^53-1", "others");
  if (unreadable) return;
  same("radius", 0, sid_normal_radius_grid(k), radius);
  sid_normal_circle_grid(m, &found[0], &found[1]);
  same("cosine", 0, (uint64_t)found[0], (uint64_t)cosine);
  same("sine", 0, (uint64_t)found[1], (uint64_t)sine);
  sid_normal_pair(((1ull << 53) - k) << 11, m << 11, z);
  same_real("z", 0, z[0], z0);
  same_real("z", 1, z[1], z1);
}

static void check_atan2(void) {
  const double y = read_real(), x = read_real();
  if ((bits_of(y) << 1) >= 0xffe0000000000000u || (bits_of(x) << 1) >= 0xffe0000000000000u)
    reject("finite arguments", "others");
  if (unreadable) return;
  same_real("sid_atan2", 0, sid_atan2(y, x), read_bits());
}

static void check_stream_index(const sid_stream *fresh) {
  const size_t count = read_length(64);
  for (size_t i = 0; i < count; i++) {
    sid_stream stream = *fresh;
    const uint64_t below = read_integer();
    const size_t n = read_length(64);
    for (size_t j = 0; j < n; j++)
      same("index", j, sid_stream_index(&stream, below), read_integer());
  }
}

static void check_stream_advance(const sid_stream *fresh) {
  const size_t count = read_length(64);
  for (size_t i = 0; i < count; i++) {
    sid_stream stream = *fresh;
    const uint64_t high = read_integer(), low = read_integer();
    const size_t n = read_length(64);
    sid_stream_advance(&stream, high, low);
    for (size_t j = 0; j < n; j++)
      same("raw after a jump", j, sid_stream_raw(&stream), read_bits());
  }
}

static void check_stream(void) {
  uint64_t key[SID_KEY_MAX] = {0, 0, 0};
  double z[64];
  sid_stream fresh = {0, 0, 0, 0, NULL}, stream;
  const uint64_t seed = read_integer();
  const size_t key_len = read_length(SID_KEY_MAX);
  for (size_t i = 0; i < key_len; i++) key[i] = read_integer();
  if (sid_stream_init(&fresh, seed, key, (uint32_t)key_len) != SID_OK)
    differ("sid_stream_init", 0, 1, 0);
  stream = fresh;
  for (size_t n = read_length(64), i = 0; i < n; i++)
    same("raw", i, sid_stream_raw(&stream), read_bits());
  stream = fresh;
  for (size_t n = read_length(64), i = 0; i < n; i++)
    same_real("uniform", i, sid_stream_uniform(&stream), read_bits());
  stream = fresh;
  const size_t normals = read_length(64);
  for (size_t i = 0; i < 64; i++) z[i] = double_of(POISON);
  sid_stream_normals(&stream, z, normals);
  for (size_t i = 0; i < normals; i++) same_real("normal", i, z[i], read_bits());
  stream = fresh;
  for (size_t n = read_length(64), i = 0; i < n; i++)
    same_real("rademacher", i, sid_stream_rademacher(&stream), bits_of((double)read_signed()));
  stream = fresh;
  size_t weight_count;
  const double *weights = read_reals(&weight_count);
  if (weight_count == 0) reject("weights", "none");
  if (unreadable) return;
  for (size_t n = read_length(64), i = 0; i < n; i++)
    same("weighted index", i, sid_stream_weighted_index(&stream, weights, (uint32_t)weight_count),
         read_integer());
  check_stream_index(&fresh);
  check_stream_advance(&fresh);
}

/* ---- trajectories -------------------------------------------------------------------------- */

static void read_problem(sid_problem *problem) {
  static const meaning kinds[] = {{"rayleigh", SID_RAYLEIGH},
                                  {"normalised_linear", SID_NORMALISED_LINEAR},
                                  {"ratio2", SID_RATIO2},
                                  {"quadratic_samples", SID_QUADRATIC_SAMPLES},
                                  {"noise_only", SID_NOISE_ONLY},
                                  {"quadratic_noisy", SID_QUADRATIC_NOISY},
                                  {"trough3", SID_TROUGH3},
                                  {"ridge3", SID_RIDGE3},
                                  {"bn_regression", SID_BN_REGRESSION},
                                  {"bn_completion", SID_BN_COMPLETION},
                                  {"poisson", SID_POISSON}};
  static const meaning noises[] = {{"none", SID_NOISE_NONE},
                                   {"gaussian", SID_NOISE_GAUSSIAN},
                                   {"rademacher", SID_NOISE_RADEMACHER},
                                   {"sphere", SID_NOISE_SPHERE},
                                   {"samples", SID_NOISE_SAMPLES},
                                   {"poisson", SID_NOISE_POISSON}};
  static uint32_t entries[2 * ENTRIES_MAX];
  expect("problem");
  problem->kind = read_meaning(kinds, COUNT(kinds));
  problem->noise = read_meaning(noises, COUNT(noises));
  const size_t p = read_length(ROW_MAX), n = read_length(REALS_MAX);
  problem->dim = (uint32_t)p;
  problem->samples = (uint32_t)n;
  problem->sigma = read_real();
  problem->rows = (uint32_t)read_length(ROW_MAX);
  problem->cols = (uint32_t)read_length(ROW_MAX);
  problem->inner = (uint32_t)read_length(ROW_MAX);
  const size_t numbers = read_length(2 * ENTRIES_MAX);
  for (size_t i = 0; i < numbers; i++) entries[i] = (uint32_t)read_integer();
  problem->entries = numbers > 0 ? entries : NULL;
  problem->mean = read_real();
  problem->exp_minus_mean = read_real();
  problem->network = NULL;
  problem->scale = read_reals_of(p);
  problem->spectrum = read_reals_of(p);
  problem->matrix =
      read_reals_of(problem->rows > 0 ? (size_t)problem->rows * problem->cols : p * p);
  problem->features = read_reals_of(n * p);
  problem->labels = read_reals_of(n);
  problem->a = read_reals_of(n * p);
  problem->b = read_reals_of(n * p);
  problem->weights = read_reals_of(n);
}

static void read_dynamics(sid_dynamics *dynamics) {
  static const meaning kinds[] = {{"gd", SID_GD},
                                  {"sgd", SID_SGD},
                                  {"svag", SID_SVAG},
                                  {"noisy_gd", SID_NOISY_GD},
                                  {"sde", SID_SDE},
                                  {"sde2", SID_SDE2},
                                  {"momentum", SID_MOMENTUM},
                                  {"adam_l2", SID_ADAM_L2},
                                  {"adamw", SID_ADAMW},
                                  {"projected_gd", SID_PROJECTED_GD},
                                  {"rmsprop", SID_RMSPROP},
                                  {"quasi_rmsprop", SID_QUASI_RMSPROP}};
  expect("dynamics");
  dynamics->kind = read_meaning(kinds, COUNT(kinds));
  dynamics->l = (uint32_t)read_integer();
  dynamics->substeps = (uint32_t)read_length(TURNS_MAX);
  dynamics->batch = (uint32_t)read_length(TURNS_MAX);
  dynamics->beta = read_real();
  dynamics->beta2 = read_real();
  dynamics->alpha = read_real();
  dynamics->eps = read_real();
  dynamics->v0 = read_real();
}

static void read_schedule(sid_schedule *schedule) {
  static const meaning kinds[] = {{"piecewise", SID_PIECEWISE},
                                  {"exponential", SID_EXPONENTIAL},
                                  {"cosine", SID_COSINE},
                                  {"triangle", SID_TRIANGLE}};
  static sid_segment segments[SEGMENTS_MAX];
  expect("schedule");
  schedule->kind = read_meaning(kinds, COUNT(kinds));
  schedule->segment_count = (uint32_t)read_length(SEGMENTS_MAX);
  schedule->segments = segments;
  for (uint32_t s = 0; s < schedule->segment_count; s++) {
    segments[s].start = read_integer();
    segments[s].lr = read_real();
    segments[s].wd = read_real();
    segments[s].rescale = read_real();
  }
  schedule->lr = read_real();
  schedule->lr_min = read_real();
  schedule->wd = read_real();
  schedule->factor = read_real();
  schedule->period = read_integer();
}

static void read_start(sid_start *start, size_t dim) {
  static const meaning kinds[] = {{"point", SID_START_POINT},
                                  {"gaussian", SID_START_GAUSSIAN},
                                  {"sphere", SID_START_SPHERE},
                                  {"uniform", SID_START_UNIFORM}};
  expect("start");
  start->kind = read_meaning(kinds, COUNT(kinds));
  start->size = read_real();
  start->x = read_reals_of(dim);
}

static void read_experiment(sid_experiment *experiment) {
  static const meaning names[] = {{"norm2", SID_NORM2},
                                  {"loss", SID_LOSS},
                                  {"grad_norm2", SID_GRAD_NORM2},
                                  {"noise_trace", SID_NOISE_TRACE},
                                  {"step_angle", SID_STEP_ANGLE},
                                  {"effective_lr", SID_EFFECTIVE_LR},
                                  {"gamma", SID_GAMMA},
                                  {"f", SID_F},
                                  {"plane_angle", SID_PLANE_ANGLE},
                                  {"x", SID_X},
                                  {"test_loss", SID_TEST_LOSS},
                                  {"midpoint_loss", SID_MIDPOINT_LOSS},
                                  {"midpoint_test_loss", SID_MIDPOINT_TEST_LOSS},
                                  {"spherical_sharpness", SID_SPHERICAL_SHARPNESS},
                                  {"midpoint_sharpness", SID_MIDPOINT_SHARPNESS},
                                  {"manifold_h", SID_MANIFOLD_H},
                                  {"manifold_angle", SID_MANIFOLD_ANGLE}};
  static uint64_t checkpoints[CHECKPOINTS_MAX];
  static int32_t observables[COUNT(names)];
  read_problem(&experiment->problem);
  read_dynamics(&experiment->dynamics);
  read_schedule(&experiment->schedule);
  read_start(&experiment->start, experiment->problem.dim);
  expect("run");
  experiment->seed = read_integer();
  experiment->steps = read_length(STEPS_MAX);
  experiment->checkpoint_count = (uint32_t)read_length(CHECKPOINTS_MAX);
  experiment->checkpoints = checkpoints;
  for (uint32_t c = 0; c < experiment->checkpoint_count; c++) checkpoints[c] = read_integer();
  experiment->observable_count = (uint32_t)read_length(COUNT(names));
  experiment->observables = observables;
  for (uint32_t o = 0; o < experiment->observable_count; o++)
    observables[o] = read_meaning(names, COUNT(names));
  experiment->plane = read_reals_of((size_t)2 * experiment->problem.dim);
}

/* The rows that are still to come in the text, compared as they arrive. */
typedef struct {
  size_t dim, width, left;
} rows;

static int check_row(void *user, uint64_t step, const double *x, const double *row) {
  rows *expected = user;
  if (expected->left == 0) {
    differ("row too many, step", 0, step, 0);
    return 1;
  }
  expected->left--;
  step_now = step;
  same("step of the row", 0, step, read_integer());
  if (read_length(ROW_MAX) != expected->dim) reject("a state", "of another length");
  for (size_t j = 0; j < expected->dim; j++) same_real("x", j, x[j], read_bits());
  if (read_length(ROW_MAX) != expected->width) reject("a row", "of another length");
  for (size_t o = 0; o < expected->width; o++) same_real("observable", o, row[o], read_bits());
  return unreadable;
}

/* Reads on to the end of a case whose rows did not all come. */
static void skip_rows(rows *expected) {
  for (; expected->left > 0 && !unreadable; expected->left--) {
    differ("row missing, left", 0, 0, expected->left);
    (void)read_integer();
    for (size_t list = 0; list < 2; list++)
      for (size_t n = read_length(ROW_MAX), i = 0; i < n; i++) (void)read_bits();
  }
}

/* The state that an early end leaves, and its row: nothing is known of the state before. Both lists
 * are empty where all steps were to be taken. */
static void check_last(const sid_experiment *experiment, uint64_t step, const double *x,
                       double *work) {
  const size_t width = sid_row_width(experiment);
  expect("last");
  const size_t numbers = read_length(3 * ROW_MAX + 2);
  if (numbers != 0 && numbers != sid_state_doubles(&experiment->problem, &experiment->dynamics))
    reject("a state", "of another length");
  for (size_t j = 0; j < numbers && !unreadable; j++) same_real("last x", j, x[j], read_bits());
  if (read_length(ROW_MAX) != (numbers != 0 ? width : 0)) reject("a row", "of another length");
  if (unreadable || numbers == 0) return;
  sid_observe(experiment, step, x, NULL, work, work + width);
  for (size_t o = 0; o < width; o++) same_real("last observable", o, work[o], read_bits());
}

static void check_trajectory(void) {
  static const meaning reasons[] = {{"ok", SID_OK},
                                    {"nonfinite", SID_E_NONFINITE},
                                    {"origin", SID_E_ORIGIN},
                                    {"lr", SID_E_LR},
                                    {"intrinsic_lr", SID_E_INTRINSIC_LR}};
  static double x[3 * ROW_MAX + 2], work[WORK_MAX];
  sid_experiment experiment;
  rows expected = {0, 0, 0};
  uint64_t step = 0;
  const uint64_t trajectory = read_integer();
  read_experiment(&experiment);
  expect("rows");
  expected.left = read_length(STEPS_MAX);
  if (unreadable) return;
  expected.dim = experiment.problem.dim;
  expected.width = sid_row_width(&experiment);
  const size_t size = sid_run_workspace(&experiment);
  sid_status status = sid_experiment_validate(&experiment);
  same("sid_experiment_validate", 0, (uint64_t)(int64_t)status, 0);
  if (expected.dim > ROW_MAX || expected.width > ROW_MAX || size > WORK_MAX)
    reject("a smaller experiment", id);
  if (unreadable) return;
  if (sid_state_doubles(&experiment.problem, &experiment.dynamics) > COUNT(x))
    reject("a smaller state", id);
  if (unreadable) return;
  for (size_t i = 0; i < COUNT(x); i++) x[i] = double_of(POISON);
  for (size_t i = 0; i < size; i++) work[i] = double_of(POISON);
  if (!status)
    status = sid_run(&experiment, trajectory, check_row, &expected, x, &step, work, size);
  skip_rows(&expected);
  check_last(&experiment, step, x, work);
  expect("end");
  same("last step", 0, step, read_integer());
  same("end", 0, (uint64_t)(int64_t)status,
       (uint64_t)(int64_t)read_meaning(reasons, COUNT(reasons)));
}

/* ---- all ----------------------------------------------------------------------------------- */

typedef struct {
  const char *word;
  void (*check)(void);
} subject;

static void check_case(void) {
  static const subject subjects[] = {{"sqrt", check_sqrt},     {"reduction", check_reduction},
                                     {"stream", check_stream}, {"normal", check_normal},
                                     {"atan2", check_atan2},   {"trajectory", check_trajectory}};
  char word[WORD_SIZE];
  read_word(word);
  read_word(id);
  wrong = 0;
  step_now = 0;
  reals_used = 0;
  for (size_t s = 0; s < COUNT(subjects); s++) {
    if (!same_word(word, subjects[s].word)) continue;
    subjects[s].check();
    if (wrong)
      failed++;
    else
      passed++;
    return;
  }
  reject("a known subject", word);
}

int main(void) {
  const uint32_t faults = sid_selfcheck();
  for (uint32_t bit = 1; bit != 0; bit <<= 1)
    if ((faults & bit) != 0)
      printf("not ok selfcheck 0x%lx: %s\n", (unsigned long)bit, sid_selfcheck_text(bit));
  if (faults)
    failed++;
  else
    passed++;
  expect("answers");
  for (uint64_t left = read_integer(); left > 0 && !unreadable; left--) check_case();
  expect("stop");
  if (unreadable || passed + failed < 2) return READ_ERROR;
  printf("%lu passed, %lu failed\n", passed, failed);
  return failed != 0;
}

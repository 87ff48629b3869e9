/* Gradient descent on bn_completion with vectors along the inner dimension, one trajectory at a
 * time: at 50x50 one trajectory has enough to do, and eight of them would not fit the cache. A
 * canonical sum has eight accumulators, which are the lanes here, and rows are padded with +0 to
 * groups of eight as the sum pads them, so the bits are those of ref/problems/bn_completion.c. The
 * padded state lives as long as the steps do; the rows of V's gradient are taken column by column,
 * so that each is one sum in registers, like those of U. docs/spec.md sections 6, 7 and 10. */

enum { SID_GROUP = 8 / SID_W }; /* vectors that hold a group of eight */

typedef struct {
  vd v[SID_GROUP];
} sid_group;

SID_INLINE sid_group sid_group_load(const double *p) {
  sid_group g;
  for (int k = 0; k < SID_GROUP; k++) g.v[k] = vd_load(p + k * SID_W);
  return g;
}

SID_INLINE void sid_group_store(double *p, sid_group g) {
  for (int k = 0; k < SID_GROUP; k++) vd_store(p + k * SID_W, g.v[k]);
}

SID_INLINE sid_group sid_group_set(double a) {
  sid_group g;
  for (int k = 0; k < SID_GROUP; k++) g.v[k] = vd_set(a);
  return g;
}

SID_INLINE sid_group sid_group_add(sid_group a, sid_group b) {
  for (int k = 0; k < SID_GROUP; k++) a.v[k] = vd_add(a.v[k], b.v[k]);
  return a;
}

SID_INLINE sid_group sid_group_subtract(sid_group a, sid_group b) {
  for (int k = 0; k < SID_GROUP; k++) a.v[k] = vd_sub(a.v[k], b.v[k]);
  return a;
}

SID_INLINE sid_group sid_group_multiply(sid_group a, sid_group b) {
  for (int k = 0; k < SID_GROUP; k++) a.v[k] = vd_mul(a.v[k], b.v[k]);
  return a;
}

/* The end of a canonical sum, accumulators four apart first: down to one vector, and to a number.
 */
SID_INLINE vd sid_group_halves(sid_group a) {
  for (int half = SID_GROUP / 2; half > 0; half /= 2)
    for (int k = 0; k < half; k++) a.v[k] = vd_add(a.v[k], a.v[k + half]);
  return a.v[0];
}

SID_INLINE double sid_group_fold(sid_group a) { return vd_fold(sid_group_halves(a)); }

/* ---- what a run keeps ---- */

/* U above V, rows padded to `groups` groups of eight, at a multiple of 64 bytes, so that no vector
 * crosses a line of the cache. */
typedef struct {
  const sid_problem *problem;
  size_t groups, stride, right; /* right: where V begins */
  double *at, *next;            /* the state and the one that a step makes */
  double *t, *z;                /* n numbers, padded with +0 to groups of eight */
  double *x, *previous;         /* as the caller has them, for a row of observables */
  uint32_t *column;             /* cols + 1 places in: */
  uint32_t *entry;              /* the entries (n) column by column, in their order */
  double inv_n, gamma;
} sid_completion;

static size_t sid_completion_padded(const sid_problem *problem) {
  return ((size_t)problem->rows + problem->cols) * (((size_t)problem->inner + 7) / 8 * 8);
}

static size_t sid_completion_workspace(const sid_experiment *experiment) {
  const sid_problem *problem = &experiment->problem;
  const size_t n = ((size_t)problem->samples + 7) / 8 * 8;
  return 8 + 2 * sid_completion_padded(problem) + 2 * n + problem->dim + (n + problem->cols) / 2 +
         1 + sid_row_width(experiment) + sid_observe_workspace(experiment);
}

/* The entries of each column in the order of their numbers: by counting. */
static void sid_completion_columns(sid_completion *run) {
  const sid_problem *problem = run->problem;
  for (uint32_t c = 0; c <= problem->cols; c++) run->column[c] = 0;
  for (uint32_t i = 0; i < problem->samples; i++)
    run->column[problem->entries[2 * (size_t)i + 1] + 1]++;
  for (uint32_t c = 0; c < problem->cols; c++) run->column[c + 1] += run->column[c];
  for (uint32_t i = 0; i < problem->samples; i++)
    run->entry[run->column[problem->entries[2 * (size_t)i + 1]]++] = i;
  for (uint32_t c = problem->cols; c > 0; c--) run->column[c] = run->column[c - 1];
  run->column[0] = 0;
}

/* What of the batch normalisation depends on the labels alone. */
static void sid_completion_labels(sid_completion *run) {
  const uint32_t n = run->problem->samples;
  run->inv_n = 1.0 / (double)n;
  const double beta = sid_sum(run->problem->labels, n) * run->inv_n;
  for (uint32_t i = 0; i < n; i++) run->t[i] = run->problem->labels[i] - beta;
  for (uint32_t i = n; i % 8 != 0; i++) run->t[i] = 0.0;
  run->gamma = sid_sqrt(sid_dot(run->t, run->t, n) * run->inv_n);
}

/* Lays a run out in its workspace; returns what is left of it: a row, then the observables'. */
static double *sid_completion_begin(sid_completion *run, const sid_problem *problem,
                                    double *memory) {
  const size_t n = ((size_t)problem->samples + 7) / 8 * 8, padded = sid_completion_padded(problem);
  run->problem = problem;
  run->groups = ((size_t)problem->inner + 7) / 8;
  run->stride = 8 * run->groups;
  run->right = problem->rows * run->stride;
  run->at = memory + (64 - (uintptr_t)memory % 64) / sizeof(double) % 8;
  run->next = run->at + padded;
  run->t = run->next + padded;
  run->z = run->t + n;
  run->previous = run->z + n;
  run->column = (uint32_t *)(void *)(run->previous + problem->dim);
  run->entry = run->column + problem->cols + 1;
  sid_completion_columns(run);
  sid_completion_labels(run);
  return run->previous + problem->dim + (n + problem->cols) / 2 + 1;
}

static void sid_completion_pad(const sid_completion *run, const double *x, double *padded) {
  const size_t rows = (size_t)run->problem->rows + run->problem->cols;
  for (size_t r = 0; r < rows; r++, padded += run->stride)
    for (size_t k = 0; k < run->stride; k++) padded[k] = k < run->problem->inner ? *x++ : 0.0;
}

static void sid_completion_unpad(const sid_completion *run, const double *padded, double *x) {
  const size_t rows = (size_t)run->problem->rows + run->problem->cols;
  for (size_t r = 0; r < rows; r++, padded += run->stride)
    for (size_t k = 0; k < run->problem->inner; k++) *x++ = padded[k];
}

/* ---- a step ---- */

/* The groups of a row of U that stay in registers while its entries go by, at most. */
enum { SID_HELD = 8 };

/* The outputs s_i into z, and their sum. held and groups, as below: constants where this is
 * inlined; groups beyond `held` are loaded for each entry. */
SID_INLINE double sid_completion_outputs_of(size_t held, size_t groups, const sid_completion *run) {
  const uint32_t *entries = run->problem->entries;
  const size_t n = run->problem->samples, stride = 8 * groups;
  const double *left = run->at, *right = run->at + run->right;
  double *s = run->z;
  sid_group sum = sid_group_set(0.0), own[SID_HELD] = {sum};
  uint32_t row = UINT32_MAX;
  for (size_t i = 0; i < n; i += 8)
    for (int k = 0; k < SID_GROUP; k++) {
      vd products[SID_W];
      for (size_t w = 0; w < SID_W; w++) {
        const size_t e = i + (size_t)k * SID_W + w;
        if (e >= n) {
          products[w] = vd_set(0.0);
          continue;
        }
        if (entries[2 * e] != row) {
          row = entries[2 * e];
          for (size_t q = 0; q < held; q++) own[q] = sid_group_load(left + row * stride + 8 * q);
        }
        const double *a = left + row * stride, *b = right + entries[2 * e + 1] * stride;
        sid_group dot = sid_group_multiply(own[0], sid_group_load(b));
        for (size_t q = 1; q < held; q++)
          dot = sid_group_add(dot, sid_group_multiply(own[q], sid_group_load(b + 8 * q)));
        for (size_t q = held; q < groups; q++)
          dot = sid_group_add(
              dot, sid_group_multiply(sid_group_load(a + 8 * q), sid_group_load(b + 8 * q)));
        products[w] = sid_group_halves(dot);
      }
      const vd outputs = vd_fold_all(products);
      vd_store(s + i + (size_t)k * SID_W, outputs);
      sum.v[k] = i == 0 ? outputs : vd_add(sum.v[k], outputs);
    }
  return sid_group_fold(sum);
}

/* z from s to d = dL/ds. */
static void sid_completion_normalise(const sid_completion *run, double total) {
  const size_t n = run->problem->samples, whole = (n + 7) / 8 * 8;
  double *z = run->z;
  const sid_group mu = sid_group_set(total * run->inv_n);
  sid_group squares = sid_group_set(0.0), products = squares;
  for (size_t i = 0; i < whole; i += 8) {
    sid_group_store(z + i, sid_group_subtract(sid_group_load(z + i), mu));
    for (size_t k = i + 8 > n ? n : i + 8; k < i + 8; k++) z[k] = 0.0; /* the padding */
    const sid_group c = sid_group_load(z + i), cc = sid_group_multiply(c, c);
    squares = i == 0 ? cc : sid_group_add(squares, cc);
  }
  const double isd = 1.0 / sid_sqrt(sid_group_fold(squares) * run->inv_n);
  const sid_group factor = sid_group_set(isd);
  for (size_t i = 0; i < whole; i += 8) {
    sid_group_store(z + i, sid_group_multiply(sid_group_load(z + i), factor));
    for (size_t k = i + 8 > n ? n : i + 8; k < i + 8; k++) z[k] = 0.0;
    const sid_group zt = sid_group_multiply(sid_group_load(z + i), sid_group_load(run->t + i));
    products = i == 0 ? zt : sid_group_add(products, zt);
  }
  const sid_group k = sid_group_set(sid_group_fold(products) * run->inv_n);
  const sid_group f = sid_group_set(((2.0 * run->gamma) * isd) * run->inv_n);
  for (size_t i = 0; i < whole; i += 8) {
    const sid_group d = sid_group_subtract(sid_group_multiply(k, sid_group_load(z + i)),
                                           sid_group_load(run->t + i));
    sid_group_store(z + i, sid_group_multiply(f, d));
  }
}

/* Where a row of the gradient comes from: d_i times the other factor's row of entry i. */
typedef struct {
  const uint32_t *entry, *other; /* numbers of entries (NULL: one after the other); their rows */
  uint32_t first, last;
  const double *d, *rows;
  vd a, lr;
} sid_completion_row;

/* to = a from - lr g for `groups` groups of a row; adds the squares to total. */
SID_INLINE sid_group sid_completion_row_of(size_t groups, const sid_completion_row *row,
                                           size_t stride, const double *from, double *to,
                                           sid_group total) {
  sid_group g[8];
  for (size_t q = 0; q < groups; q++) g[q] = sid_group_set(0.0);
  for (uint32_t e = row->first; e < row->last; e++) {
    const size_t i = row->entry ? row->entry[e] : e;
    const double *other = row->rows + row->other[2 * i] * stride;
    const sid_group d = sid_group_set(row->d[i]);
    for (size_t q = 0; q < groups; q++)
      g[q] = sid_group_add(g[q], sid_group_multiply(d, sid_group_load(other + 8 * q)));
  }
  for (size_t q = 0; q < groups; q++)
    for (int k = 0; k < SID_GROUP; k++) {
      const size_t j = 8 * q + (size_t)k * SID_W;
      const vd x = vd_sub(vd_mul(row->a, vd_load(from + j)), vd_mul(row->lr, g[q].v[k]));
      vd_store(to + j, x);
      total.v[k] = vd_add(total.v[k], vd_mul(x, x));
    }
  return total;
}

/* Groups that share a pass over the entries: as many as the registers hold, with one more for d. */
enum { SID_GROUPS = SID_W == 8 ? 8 : SID_W == 4 ? 7 : 2 };

/* All groups of a row: SID_GROUPS at a time, and the rest. */
SID_INLINE sid_group sid_completion_whole_row(size_t rest, size_t stride, sid_completion_row row,
                                              const double *from, double *to, sid_group total) {
  size_t k = 0;
  for (; k + 8 * (rest + SID_GROUPS) <= stride; k += 8 * SID_GROUPS) {
    total = sid_completion_row_of(SID_GROUPS, &row, stride, from + k, to + k, total);
    row.rows += 8 * SID_GROUPS;
  }
  return rest ? sid_completion_row_of(rest, &row, stride, from + k, to + k, total) : total;
}

/* The next state, and a sum of all its squares in no order that matters. */
SID_INLINE double sid_completion_descend_of(size_t rest, const sid_completion *run, double a,
                                            double lr) {
  const sid_problem *problem = run->problem;
  const uint32_t *entries = problem->entries;
  const size_t stride = run->stride;
  sid_group total = sid_group_set(0.0);
  sid_completion_row row = {NULL,   entries + 1,          0,         0,
                            run->z, run->at + run->right, vd_set(a), vd_set(lr)};
  for (uint32_t r = 0; r < problem->rows; r++) {
    row.first = row.last;
    while (row.last < problem->samples && entries[2 * (size_t)row.last] == r) row.last++;
    total = sid_completion_whole_row(rest, stride, row, run->at + r * stride,
                                     run->next + r * stride, total);
  }
  row.entry = run->entry;
  row.other = entries;
  row.rows = run->at;
  for (uint32_t c = 0; c < problem->cols; c++) {
    const size_t at = run->right + c * stride;
    row.first = run->column[c];
    row.last = run->column[c + 1];
    total = sid_completion_whole_row(rest, stride, row, run->at + at, run->next + at, total);
  }
  return sid_group_fold(total);
}

/* CALL(groups) with a constant; groups is at most 7. */
#define SID_BY_GROUPS(groups, CALL)                                                                \
  switch (groups) {                                                                                \
    case 0: CALL(0);                                                                               \
    case 1: CALL(1);                                                                               \
    case 2: CALL(2);                                                                               \
    case 3: CALL(3);                                                                               \
    case 4: CALL(4);                                                                               \
    case 5: CALL(5);                                                                               \
    case 6: CALL(6);                                                                               \
    default: CALL(7);                                                                              \
  }

static double sid_completion_outputs(const sid_completion *run) {
  if (run->groups > SID_HELD) return sid_completion_outputs_of(SID_HELD, run->groups, run);
#define SID_CALL(more) return sid_completion_outputs_of(1 + (more), 1 + (more), run)
  SID_BY_GROUPS(run->groups - 1, SID_CALL)
#undef SID_CALL
}

static double sid_completion_descend(const sid_completion *run, double a, double lr) {
#define SID_CALL(rest) return sid_completion_descend_of((rest) % SID_GROUPS, run, a, lr)
  SID_BY_GROUPS(run->groups % SID_GROUPS, SID_CALL)
#undef SID_CALL
}

/* One step; SID_OK, or why the state stays as it is. */
static sid_status sid_completion_step(sid_completion *run, double lr, double wd) {
  if (!(lr - lr < 1.0)) return SID_E_LR; /* infinite or NaN: no schedule gives a negative one */
  if (!(lr * wd < 1.0)) return SID_E_INTRINSIC_LR;
  sid_completion_normalise(run, sid_completion_outputs(run));
  const double size = sid_completion_descend(run, 1.0 - lr * wd, lr);
  if (!(size > 0x1p-900 && size < 0x1p900)) { /* else the canonical sum is neither 0 nor infinite */
    sid_completion_unpad(run, run->next, run->previous);
    const sid_status status = sid_step_domain(run->problem, run->previous);
    if (status) return status;
  }
  double *made = run->next;
  run->next = run->at;
  run->at = made;
  return SID_OK;
}

/* x = factor x, unless that leaves the domain. */
static sid_status sid_completion_rescale(sid_completion *run, double factor) {
  if (factor == 1.0) return SID_OK;
  sid_completion_unpad(run, run->at, run->previous);
  for (size_t j = 0; j < run->problem->dim; j++) run->previous[j] = factor * run->previous[j];
  const sid_status status = sid_step_domain(run->problem, run->previous);
  if (!status) sid_completion_pad(run, run->previous, run->at);
  return status;
}

/* sid_run_advance() for gd on bn_completion; work holds sid_completion_workspace() doubles. */
static sid_status sid_completion_advance(const sid_run_hooks *hooks, double *x, sid_stream *stream,
                                         uint64_t *step, uint64_t to, double *work) {
  const sid_experiment *experiment = hooks->experiment;
  sid_completion run;
  double *row = sid_completion_begin(&run, &experiment->problem, work);
  double *rest = row + sid_row_width(experiment);
  uint32_t next = sid_run_checkpoints_before(experiment, *step + 1);
  sid_status status = SID_OK;
  (void)stream; /* nothing is drawn */
  sid_completion_pad(&run, x, run.at);
  while (*step < to) {
    double lr, wd;
    sid_schedule_at(&experiment->schedule, *step, &lr, &wd);
    status = sid_completion_rescale(&run, sid_schedule_rescale(&experiment->schedule, *step));
    if (!status) status = sid_completion_step(&run, lr, wd);
    if (status) break;
    ++*step;
    if (next == experiment->checkpoint_count || experiment->checkpoints[next] != *step) continue;
    next++;
    sid_completion_unpad(&run, run.at, x);
    sid_completion_unpad(&run, run.next, run.previous);
    sid_observe(experiment, *step, x, run.previous, row, rest);
    hooks->callback(hooks->user, *step, x, row);
  }
  sid_completion_unpad(&run, run.at, x);
  return status;
}

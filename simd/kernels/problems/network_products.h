/* Products of matrices for the problem network: lanes are columns of the result, each a sum of its
 * own in the order of the specification, so any number of rows and columns may go on at a time.
 * docs/spec-network.md sections 4 and 6. */

/* c_rk = sum_t a_rt*b_tk: a_rt is a[r*a_row + t*a_term], the rows of b and c have `columns`
 * numbers. */
typedef struct {
  const double *a;
  size_t a_row, a_term;
  const double *b;
  size_t columns, terms;
  int begun; /* the sums go on from what c has */
  double *c;
} sid_matrices;

/* Rows of a that share the loads of b: as many as the registers hold with two vectors each. */
enum { SID_ROWS = SID_W == 8 ? 8 : 4 };

/* `count` rows of `vectors` vectors: the first at column k, the last one at `last`; constants where
 * this is inlined. Vectors that overlap make the same numbers twice. */
SID_INLINE void sid_matrices_block(size_t count, size_t vectors, const sid_matrices *m, size_t r,
                                   size_t k, size_t last) {
  const size_t columns = m->columns, a_row = m->a_row, a_term = m->a_term;
  const double *a = m->a + r * a_row, *b = m->b;
  double *c = m->c + r * columns;
  vd sum[8][4];
#define SID_COLUMN(v) ((v) + 1 < vectors ? k + (v)*SID_W : last)
#pragma GCC unroll 8
  for (size_t i = 0; i < count; i++)
#pragma GCC unroll 4
    for (size_t v = 0; v < vectors; v++)
      sum[i][v] = m->begun ? vd_load(c + i * columns + SID_COLUMN(v))
                           : vd_mul(vd_set(a[i * a_row]), vd_load(b + SID_COLUMN(v)));
  for (size_t t = m->begun ? 0 : 1; t < m->terms; t++) {
    vd row[4];
#pragma GCC unroll 4
    for (size_t v = 0; v < vectors; v++) row[v] = vd_load(b + t * columns + SID_COLUMN(v));
#pragma GCC unroll 8
    for (size_t i = 0; i < count; i++) {
      const vd factor = vd_set(a[i * a_row + t * a_term]);
#pragma GCC unroll 4
      for (size_t v = 0; v < vectors; v++) sum[i][v] = vd_add(sum[i][v], vd_mul(factor, row[v]));
    }
  }
#pragma GCC unroll 8
  for (size_t i = 0; i < count; i++)
#pragma GCC unroll 4
    for (size_t v = 0; v < vectors; v++) vd_store(c + i * columns + SID_COLUMN(v), sum[i][v]);
#undef SID_COLUMN
}

/* `count` rows. The last two vectors overlap where the columns are no multiple of lanes, and go
 * together, so that sums that have begun are read before they are written; hence the odd one goes
 * first. */
SID_INLINE void sid_matrices_rows(size_t count, const sid_matrices *m, size_t r) {
  const size_t vectors = (m->columns + SID_W - 1) / SID_W, last = m->columns - SID_W;
  size_t v = vectors % 2;
  if (v) sid_matrices_block(count, 1, m, r, 0, 0);
  for (; v < vectors; v += 2) {
    const size_t k = v * SID_W;
    sid_matrices_block(count, 2, m, r, k, v + 2 < vectors ? k + SID_W : last);
  }
}

/* `rows` rows of c, of at least SID_W columns. */
SID_INLINE void sid_matrices_multiply(const sid_matrices *m, size_t rows) {
  size_t r = 0;
  for (; r + SID_ROWS <= rows; r += SID_ROWS) sid_matrices_rows(SID_ROWS, m, r);
  for (; r + 2 <= rows; r += 2) sid_matrices_rows(2, m, r);
  for (; r < rows; r++) sid_matrices_rows(1, m, r);
}

/* ---- what the passes ask for --------------------------------------------------------------- */

/* s_qo = sum_i a_qi*w_io of `count` rows. */
static void sid_netlanes_product(const double *a, const double *w, uint32_t inputs,
                                 uint32_t outputs, uint32_t count, double *s) {
  const sid_matrices m = {a, inputs, 1, w, outputs, inputs, 0, s};
  if (outputs >= SID_W) {
    sid_matrices_multiply(&m, count);
    return;
  }
  for (size_t q = 0; q < count; q++)
    sid_net_product(a + q * inputs, w, inputs, outputs, s + q * outputs);
}

/* g_io = sum_q a_qi*d_qo over `count` rows, added to what g has if `begun`. */
static void sid_netlanes_outer(const sid_net_layer *layer, const double *a, const double *d,
                               uint32_t count, int begun, double *g) {
  const sid_matrices m = {a, 1, layer->inputs, d, layer->width, count, begun, g};
  if (layer->width >= SID_W)
    sid_matrices_multiply(&m, layer->inputs);
  else
    sid_net_outer(layer, a, d, count, begun, g);
}

/* The rows of w become columns of `turned`. */
static void sid_netlanes_turn(const double *w, size_t rows, size_t columns, double *turned) {
  size_t r = 0;
  for (; r + SID_W <= rows; r += SID_W) {
    size_t k = 0;
    for (; k + SID_W <= columns; k += SID_W) {
      vd block[SID_W];
#pragma GCC unroll 8
      for (size_t i = 0; i < SID_W; i++) block[i] = vd_load(w + (r + i) * columns + k);
      vd_transpose(block);
#pragma GCC unroll 8
      for (size_t i = 0; i < SID_W; i++) vd_store(turned + (k + i) * rows + r, block[i]);
    }
    for (; k < columns; k++)
      for (size_t i = 0; i < SID_W; i++) turned[k * rows + r + i] = w[(r + i) * columns + k];
  }
  for (; r < rows; r++)
    for (size_t k = 0; k < columns; k++) turned[k * rows + r] = w[r * columns + k];
}

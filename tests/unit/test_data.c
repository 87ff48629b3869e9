/* Random data: docs/spec.md section 16, restated to the bit; laws and moments with fixed streams;
 * errors. */
#include "instances.h"

#include <math.h>

static const int32_t kinds[] = {SID_DATA_NORMAL, SID_DATA_HEAVY, SID_DATA_SKEWED, SID_DATA_UNIFORM};

/* ---- fill ---------------------------------------------------------------------------------- */

static double naive_value(int32_t kind, double z) {
  switch (kind) {
    case SID_DATA_HEAVY: return ((z * z) * z) * (double)(1.0L / sqrtl(15.0L));
    case SID_DATA_SKEWED: return (z * z - 1.0) * (double)sqrtl(0.5L);
    case SID_DATA_UNIFORM: return 2.0 * z - 1.0;
    default: return z;
  }
}

static void test_fill(void **state) {
  for (size_t k = 0; k < COUNT(kinds); k++)
    for (size_t n = 0; n <= 33; n++) {
      sid_stream stream = test_stream(n), twin = stream;
      double values[34], z[34];
      poison(values, 34);
      assert_int_equal(sid_data_fill(&stream, kinds[k], n, values), SID_OK);
      if (kinds[k] == SID_DATA_UNIFORM)
        for (size_t i = 0; i < n; i++) z[i] = sid_stream_uniform(&twin);
      else
        sid_stream_normals(&twin, z, n);
      assert_true(same_stream(&stream, &twin));
      for (size_t i = 0; i < n; i++)
        require_bits(values[i], naive_value(kinds[k], z[i]), "value", i);
      assert_true(is_poisoned(values + n, 34 - n));
    }
  (void)state;
}

/* Mean 0, variance 1 (uniform 1/3), and the third and fourth moments of z, z^3/sqrt(15), (z^2 -
 * 1)/sqrt(2) and 2U - 1: E z^12/225 = 10395/225 is 46.2, E (z^2 - 1)^3/sqrt(8) is sqrt(8), E (z^2 -
 * 1)^4/4 is 15. Each within five standard errors of 200000 values; for the heavy fourth moment,
 * whose large values are too rare to show it, the root of E z^24/15^4 - 46.2^2 is 2499. */
static void test_moments(void **state) {
  enum { N = 200000 };
  static const double expected[4][4] = {{0.0, 1.0, 0.0, 3.0},
                                        {0.0, 1.0, 0.0, 46.2},
                                        {0.0, 1.0, 2.8284271247461903, 15.0},
                                        {0.0, 1.0 / 3.0, 0.0, 0.2}};
  double *values = allocate(N);
  for (size_t k = 0; k < COUNT(kinds); k++) {
    sid_stream stream = test_stream(500 + k);
    assert_int_equal(sid_data_fill(&stream, kinds[k], N, values), SID_OK);
    for (int power = 1; power <= 4; power++) {
      double sum = 0.0, squares = 0.0;
      for (size_t i = 0; i < N; i++) {
        const double m = pow(values[i], power);
        sum += m, squares += m * m;
      }
      const double mean = sum / N, error = sqrt(fmax(squares / N - mean * mean, 0.0) / N);
      const int rare = kinds[k] == SID_DATA_HEAVY && power == 4;
      require_within(mean, expected[k][power - 1], 5.0 * (rare ? 2499.0 / sqrt(N) : error),
                     "moment", (size_t)power);
    }
  }
  free(values);
  (void)state;
}

/* ---- entries ------------------------------------------------------------------------------- */

/* Section 16 to the letter; row by row, strictly increasing, inside the matrix, as many as
 * wanted. */
static void test_entries(void **state) {
  data_source data = {4};
  for (uint64_t i = 0; i < 2000; i++) {
    const uint32_t rows = 1 + (uint32_t)data_below(&data, 9),
                   cols = 1 + (uint32_t)data_below(&data, 9),
                   n = (uint32_t)data_below(&data, rows * cols + 1);
    uint32_t entries[2 * 81 + 1], wanted = n, left = rows * cols, found = 0;
    sid_stream stream = test_stream(i), twin = stream;
    entries[2 * n] = 777;
    assert_int_equal(sid_data_entries(&stream, rows, cols, n, entries), SID_OK);
    for (uint32_t cell = 0; cell < rows * cols; cell++, left--) {
      if (sid_stream_index(&twin, left) >= wanted) continue;
      assert_true(entries[2 * found] == cell / cols && entries[2 * found + 1] == cell % cols);
      wanted--, found++;
    }
    assert_true(same_stream(&stream, &twin));
    assert_true(found == n && entries[2 * n] == 777);
  }
  (void)state;
}

/* The 20 sets of three of 2 x 3 cells are equally likely: chi-square with 19 degrees of freedom is
 * above 52.4 once in 16000 times. */
static void test_entries_are_fair(void **state) {
  enum { N = 40000 };
  uint32_t seen[64] = {0};
  sid_stream stream = test_stream(9);
  for (int i = 0; i < N; i++) {
    uint32_t entries[6], set = 0;
    assert_int_equal(sid_data_entries(&stream, 2, 3, 3, entries), SID_OK);
    for (int k = 0; k < 3; k++) set |= 1u << (3 * entries[2 * k] + entries[2 * k + 1]);
    seen[set]++;
  }
  double chi = 0.0;
  size_t sets = 0;
  for (uint32_t set = 0; set < 64; set++) {
    const uint32_t members =
        (set & 1) + (set >> 1 & 1) + (set >> 2 & 1) + (set >> 3 & 1) + (set >> 4 & 1) + (set >> 5);
    if (members != 3) {
      assert_int_equal(seen[set], 0);
      continue;
    }
    chi += pow(seen[set] - N / 20.0, 2.0) / (N / 20.0);
    sets++;
  }
  assert_int_equal(sets, 20);
  if (chi > 52.4) fail_msg("chi-square %g of 19 degrees of freedom", chi);
  (void)state;
}

/* ---- low rank ------------------------------------------------------------------------------ */

/* Pivots of Gaussian elimination with complete pivoting that are above rounding. */
static uint32_t rank_of(const double *matrix, uint32_t rows, uint32_t cols) {
  long double a[20][20], first = 0.0L;
  uint32_t rank = 0;
  for (uint32_t i = 0; i < rows; i++)
    for (uint32_t j = 0; j < cols; j++) a[i][j] = (long double)matrix[i * cols + j];
  for (; rank < rows && rank < cols; rank++) {
    uint32_t r = rank, c = rank;
    for (uint32_t i = rank; i < rows; i++)
      for (uint32_t j = rank; j < cols; j++)
        if (fabsl(a[i][j]) > fabsl(a[r][c])) r = i, c = j;
    if (rank == 0) first = fabsl(a[r][c]);
    if (fabsl(a[r][c]) <= 0x1p-40L * first) break;
    for (uint32_t j = 0; j < cols; j++) {
      const long double t = a[rank][j];
      a[rank][j] = a[r][j], a[r][j] = t;
    }
    for (uint32_t i = 0; i < rows; i++) {
      const long double t = a[i][rank];
      a[i][rank] = a[i][c], a[i][c] = t;
    }
    for (uint32_t i = rank + 1; i < rows; i++)
      for (uint32_t j = cols; j-- > rank;) a[i][j] -= a[i][rank] / a[rank][rank] * a[rank][j];
  }
  return rank;
}

static void test_low_rank(void **state) {
  data_source data = {11};
  for (uint64_t i = 0; i < 300; i++) {
    const uint32_t rows = 1 + (uint32_t)data_below(&data, 20),
                   cols = 1 + (uint32_t)data_below(&data, 20),
                   rank = 1 + (uint32_t)data_below(&data, 20);
    const size_t cells = (size_t)rows * cols, size = ((size_t)rows + cols) * rank;
    double matrix[401], *work = allocate(size + 1), *z = allocate(size);
    sid_stream stream = test_stream(i), twin = stream;
    poison(matrix, 401);
    poison(work, size + 1);
    assert_int_equal(sid_data_low_rank(&stream, rows, cols, rank, matrix, work), SID_OK);
    sid_stream_normals(&twin, z, size);
    for (uint32_t r = 0; r < rows; r++)
      for (uint32_t c = 0; c < cols; c++)
        require_bits(matrix[r * cols + c],
                     sid_dot(z + (size_t)r * rank, z + ((size_t)rows + c) * rank, rank) *
                         (1.0 / sqrt(rank)),
                     "entry", (size_t)r * cols + c);
    assert_true(same_stream(&stream, &twin));
    assert_true(is_poisoned(matrix + cells, 401 - cells) && is_poisoned(work + size, 1));
    assert_int_equal(rank_of(matrix, rows, cols),
                     rank < rows ? (rank < cols ? rank : cols) : (rows < cols ? rows : cols));
    free(work);
    free(z);
  }
  (void)state;
}

/* ---- errors -------------------------------------------------------------------------------- */

static void test_errors(void **state) {
  const sid_stream before = test_stream(1);
  sid_stream stream = before;
  double out[4], work[16];
  uint32_t entries[4] = {7, 7, 7, 7};
  poison(out, 4);
  assert_int_equal(sid_data_fill(NULL, SID_DATA_NORMAL, 4, out), SID_E_NULL);
  assert_int_equal(sid_data_fill(&stream, SID_DATA_NORMAL, 4, NULL), SID_E_NULL);
  assert_int_equal(sid_data_fill(&stream, 0, 4, out), SID_E_KIND);
  assert_int_equal(sid_data_fill(&stream, SID_DATA_UNIFORM + 1, 4, out), SID_E_KIND);
  assert_int_equal(sid_data_fill(&stream, INT32_MIN, 4, out), SID_E_KIND);
  assert_int_equal(sid_data_entries(NULL, 2, 2, 1, entries), SID_E_NULL);
  assert_int_equal(sid_data_entries(&stream, 2, 2, 1, NULL), SID_E_NULL);
  assert_int_equal(sid_data_entries(&stream, 2, 2, 5, entries), SID_E_SAMPLES);
  assert_int_equal(sid_data_low_rank(NULL, 2, 2, 1, out, work), SID_E_NULL);
  assert_int_equal(sid_data_low_rank(&stream, 2, 2, 1, NULL, work), SID_E_NULL);
  assert_int_equal(sid_data_low_rank(&stream, 2, 2, 1, out, NULL), SID_E_NULL);
  assert_int_equal(sid_data_low_rank(&stream, 0, 2, 1, out, work), SID_E_DIM);
  assert_int_equal(sid_data_low_rank(&stream, 2, 0, 1, out, work), SID_E_DIM);
  assert_int_equal(sid_data_low_rank(&stream, 2, 2, 0, out, work), SID_E_DIM);
  assert_true(same_stream(&stream, &before) && is_poisoned(out, 4));
  for (int i = 0; i < 4; i++) assert_int_equal(entries[i], 7);
  (void)state;
}

/* ---- blobs --------------------------------------------------------------------------------- */

static void test_blobs(void **state) {
  enum { SIZE = 7, CENTRES = 5, IMAGES = 60 };
  for (int wide = 0; wide < 2; wide++) {
    const sid_blobs blobs = {SIZE, CENTRES, 3, wide ? 300.0 : 20.0};
    sid_stream stream = test_stream(50), twin = stream;
    uint8_t pixels[SIZE * IMAGES + 1], labels[IMAGES + 1];
    double work[SIZE * (CENTRES + 1) + 1], centre[CENTRES][SIZE], z[SIZE];
    int low = 0, high = 0;
    memset(pixels, 99, sizeof pixels);
    memset(labels, 99, sizeof labels);
    poison(work, COUNT(work));
    assert_int_equal(sid_data_blobs(&stream, &blobs, IMAGES, pixels, labels, work), SID_OK);
    for (size_t k = 0; k < CENTRES; k++)
      for (size_t j = 0; j < SIZE; j++) centre[k][j] = 64.0 + 128.0 * sid_stream_uniform(&twin);
    for (size_t i = 0; i < IMAGES; i++) {
      const size_t k = (size_t)sid_stream_index(&twin, CENTRES);
      assert_int_equal(labels[i], k % 3);
      sid_stream_normals(&twin, z, SIZE);
      for (size_t j = 0; j < SIZE; j++) {
        const double u = centre[k][j] + blobs.spread * z[j];
        const double byte = u < 0.0 ? 0.0 : u > 255.0 ? 255.0 : floor(u + 0.5);
        assert_int_equal(pixels[i * SIZE + j], byte > 255.0 ? 255 : (int)byte);
        low += byte == 0.0, high += byte == 255.0;
      }
    }
    assert_true(same_stream(&stream, &twin));
    assert_true(wide == (low > 0) && wide == (high > 0));
    assert_true(pixels[SIZE * IMAGES] == 99 && labels[IMAGES] == 99);
    assert_true(is_poisoned(work + SIZE * (CENTRES + 1), 1));
  }
  (void)state;
}

static void test_blob_errors(void **state) {
  const sid_blobs good = {2, 3, 4, 1.0};
  sid_stream stream = test_stream(51);
  uint8_t pixels[2], label[1];
  double work[8];
  assert_int_equal(sid_data_blobs(&stream, &good, 1, pixels, label, work), SID_OK);
  assert_int_equal(sid_data_blobs(NULL, &good, 1, pixels, label, work), SID_E_NULL);
  assert_int_equal(sid_data_blobs(&stream, NULL, 1, pixels, label, work), SID_E_NULL);
  assert_int_equal(sid_data_blobs(&stream, &good, 1, NULL, label, work), SID_E_NULL);
  assert_int_equal(sid_data_blobs(&stream, &good, 1, pixels, NULL, work), SID_E_NULL);
  assert_int_equal(sid_data_blobs(&stream, &good, 1, pixels, label, NULL), SID_E_NULL);
  const sid_blobs bad[] = {{0, 3, 4, 1.0}, {2, 0, 4, 1.0}, {2, 3, 0, 1.0}, {2, 3, 257, 1.0}};
  for (size_t i = 0; i < COUNT(bad); i++)
    assert_int_equal(sid_data_blobs(&stream, bad + i, 1, pixels, label, work), SID_E_DIM);
  const sid_blobs negative = {2, 3, 4, -1.0}, nan = {2, 3, 4, QUIET_NAN};
  assert_int_equal(sid_data_blobs(&stream, &negative, 1, pixels, label, work), SID_E_PARAMETER);
  assert_int_equal(sid_data_blobs(&stream, &nan, 1, pixels, label, work), SID_E_PARAMETER);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fill),     cmocka_unit_test(test_moments),
      cmocka_unit_test(test_entries),  cmocka_unit_test(test_entries_are_fair),
      cmocka_unit_test(test_low_rank), cmocka_unit_test(test_errors),
      cmocka_unit_test(test_blobs),    cmocka_unit_test(test_blob_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

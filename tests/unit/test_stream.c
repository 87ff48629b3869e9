/* Random streams: fixtures (NumPy's own numbers), and what docs/spec.md section 2 says of every
 * derived value. */
#include "common.h"

#include <math.h>

static sid_stream stream_of(uint64_t seed, uint64_t key) {
  sid_stream stream;
  assert_int_equal(sid_stream_init(&stream, seed, &key, 1), SID_OK);
  return stream;
}

static void require_stream(const sid_stream *actual, const sid_stream *expected) {
  assert_true(actual->state_hi == expected->state_hi && actual->state_lo == expected->state_lo);
  assert_true(actual->inc_hi == expected->inc_hi && actual->inc_lo == expected->inc_lo);
}

/* ---- fixtures ------------------------------------------------------------------------------ */

static sid_stream case_stream(const json_t *test) {
  const json_t *words = field(test, "key");
  const size_t key_len = json_array_size(words);
  uint64_t key[SID_KEY_MAX];
  sid_stream stream;
  assert_true(key_len <= SID_KEY_MAX);
  for (size_t i = 0; i < key_len; i++) key[i] = decimal_of(json_array_get(words, i));
  assert_int_equal(sid_stream_init(&stream, decimal_of(field(test, "seed")),
                                   key_len > 0 ? key : NULL, (uint32_t)key_len),
                   SID_OK);
  return stream;
}

static void require_raws(sid_stream stream, const json_t *raws, size_t count) {
  assert_int_equal(json_array_size(raws), count);
  for (size_t i = 0; i < count; i++)
    assert_true(sid_stream_raw(&stream) == hex_of(json_array_get(raws, i)));
}

static void require_uniforms(sid_stream stream, const json_t *uniforms) {
  assert_int_equal(json_array_size(uniforms), 8);
  for (size_t i = 0; i < 8; i++)
    require_bits(sid_stream_uniform(&stream), real_of(json_array_get(uniforms, i)), "uniform", i);
}

static void require_normals(sid_stream stream, const json_t *normals) {
  double z[9], expected[9];
  assert_int_equal(reals_of(normals, expected, 9), 9);
  sid_stream_normals(&stream, z, 9);
  require_same(z, expected, 9, "normal");
}

static void require_indices(sid_stream start, const json_t *groups) {
  assert_true(json_array_size(groups) >= 5);
  for (size_t g = 0; g < json_array_size(groups); g++) {
    const json_t *group = json_array_get(groups, g), *indices = field(group, "index");
    const uint64_t below = decimal_of(field(group, "below"));
    sid_stream stream = start;
    assert_int_equal(json_array_size(indices), 4);
    for (size_t i = 0; i < 4; i++)
      assert_true(sid_stream_index(&stream, below) == decimal_of(json_array_get(indices, i)));
  }
}

static void require_signs(sid_stream stream, const json_t *signs) {
  assert_int_equal(json_array_size(signs), 16);
  for (size_t i = 0; i < 16; i++)
    require_bits(sid_stream_rademacher(&stream),
                 (double)json_integer_value(json_array_get(signs, i)), "sign", i);
}

static void require_weighted(sid_stream stream, const json_t *indices, const double *weights,
                             size_t n) {
  assert_int_equal(json_array_size(indices), 8);
  for (size_t i = 0; i < 8; i++)
    assert_int_equal(sid_stream_weighted_index(&stream, weights, (uint32_t)n),
                     json_integer_value(json_array_get(indices, i)));
}

/* A decimal number of up to 39 digits as two words. */
static void split_decimal(const char *text, uint64_t *hi, uint64_t *lo) {
  uint32_t words[4] = {0, 0, 0, 0};
  for (; *text; text++) {
    uint64_t carry = (uint64_t)(*text - '0');
    for (int i = 0; i < 4; i++) {
      carry += (uint64_t)words[i] * 10;
      words[i] = (uint32_t)carry;
      carry >>= 32;
    }
    assert_true(carry == 0);
  }
  *hi = (uint64_t)words[3] << 32 | words[2];
  *lo = (uint64_t)words[1] << 32 | words[0];
}

static void require_advances(sid_stream start, const json_t *jumps) {
  assert_true(json_array_size(jumps) >= 5);
  for (size_t i = 0; i < json_array_size(jumps); i++) {
    const json_t *jump = json_array_get(jumps, i);
    uint64_t hi, lo;
    sid_stream stream = start;
    split_decimal(text_of(field(jump, "delta")), &hi, &lo);
    sid_stream_advance(&stream, hi, lo);
    require_raws(stream, field(jump, "raw"), 2);
  }
}

static void test_fixtures(void **state) {
  json_t *document = fixture("streams");
  const json_t *cases = cases_of(document, 67);
  double weights[16];
  const size_t n = reals_of(field(document, "weights"), weights, 16);
  for (size_t i = 0; i < json_array_size(cases); i++) {
    const json_t *test = json_array_get(cases, i);
    const sid_stream stream = case_stream(test);
    require_raws(stream, field(test, "raw"), 16);
    require_uniforms(stream, field(test, "uniform"));
    require_normals(stream, field(test, "normals"));
    require_indices(stream, field(test, "index"));
    require_signs(stream, field(test, "rademacher"));
    require_weighted(stream, field(test, "weighted_index"), weights, n);
    require_advances(stream, field(test, "advance"));
  }
  json_decref(document);
  (void)state;
}

/* ---- seeding ------------------------------------------------------------------------------- */

static void test_init_errors_leave_the_stream(void **state) {
  const uint64_t key[4] = {1, 2, 3, 4};
  const sid_stream untouched = {1, 2, 3, 4, NULL};
  sid_stream stream = untouched;
  const uint32_t bad_lengths[] = {4, 5, 0x80000000u, 0xffffffffu};
  for (size_t i = 0; i < COUNT(bad_lengths); i++) {
    assert_int_equal(sid_stream_init(&stream, 7, key, bad_lengths[i]), SID_E_COUNT);
    require_stream(&stream, &untouched);
  }
  assert_int_equal(sid_stream_init(&stream, 7, NULL, 1), SID_E_NULL);
  require_stream(&stream, &untouched);
  assert_int_equal(sid_stream_init(NULL, 7, key, 1), SID_E_NULL);
  assert_int_equal(sid_stream_init(NULL, 7, NULL, 0), SID_E_NULL);
  (void)state;
}

/* Without a key nothing is read from where it would be. The raws are NumPy's of default_rng(7). */
static void test_no_key(void **state) {
  const uint64_t key[1] = {5};
  sid_stream with, without;
  assert_int_equal(sid_stream_init(&without, 7, NULL, 0), SID_OK);
  assert_int_equal(sid_stream_init(&with, 7, key, 0), SID_OK);
  require_stream(&with, &without);
  assert_true(sid_stream_raw(&without) == 0xa00641a9f1e54a8bu);
  assert_true(sid_stream_raw(&without) == 0xe5afcdbcaf266a95u);
  (void)state;
}

/* Seeds and keys that could be mistaken for one another. */
static void test_different_keys_differ(void **state) {
  static const struct {
    uint64_t seed, key[3];
    uint32_t key_len;
  } list[] = {
      {7, {0, 0, 0}, 1}, {7, {0, 0, 0}, 2},
      {7, {0, 0, 0}, 0}, {0, {0, 0, 0}, 0},
      {7, {0, 0, 0}, 3}, {7, {1, 0, 0}, 2},
      {7, {0, 1, 0}, 2}, {7, {2ull << 32, 0, 0}, 1},
      {8, {0, 0, 0}, 1}, {7 + (1ull << 32), {0, 0, 0}, 1},
      {0, {7, 0, 0}, 2}, {7, {0, 0, 1}, 3},
  };
  uint64_t first[COUNT(list)];
  for (size_t i = 0; i < COUNT(list); i++) {
    sid_stream stream;
    assert_int_equal(sid_stream_init(&stream, list[i].seed, list[i].key, list[i].key_len), SID_OK);
    assert_true(stream.inc_lo & 1);
    first[i] = sid_stream_raw(&stream);
    for (size_t j = 0; j < i; j++) assert_true(first[i] != first[j]);
  }
  (void)state;
}

/* A key word is its 32-bit words without leading zeros, so this pair is one stream
 * in NumPy, too. */
static void test_wide_key_word_is_two_words(void **state) {
  const uint64_t wide[1] = {(5ull << 32) | 9}, narrow[2] = {9, 5};
  sid_stream a, b;
  assert_int_equal(sid_stream_init(&a, 3, wide, 1), SID_OK);
  assert_int_equal(sid_stream_init(&b, 3, narrow, 2), SID_OK);
  require_stream(&a, &b);
  (void)state;
}

/* ---- derived values: each takes one raw ---------------------------------------------------- */

/* The high 64 bits of a*b by 32-bit halves, in an order unlike that of ref/. */
static uint64_t naive_high(uint64_t a, uint64_t b) {
  uint64_t high = 0, low = 0;
  for (int bit = 63; bit >= 0; bit--) {
    high = (high << 1) | (low >> 63);
    low <<= 1;
    if (b >> bit & 1) {
      low += a;
      high += low < a;
    }
  }
  return high;
}

static void test_uniform(void **state) {
  sid_stream stream = stream_of(1, 2), twin = stream;
  double least = 1.0, most = 0.0;
  for (size_t i = 0; i < 100000; i++) {
    const double u = sid_stream_uniform(&stream);
    require_bits(u, (double)(sid_stream_raw(&twin) >> 11) / 9007199254740992.0, "uniform", i);
    assert_true(u >= 0.0 && u < 1.0);
    if (u < least) least = u;
    if (u > most) most = u;
  }
  require_stream(&stream, &twin);
  assert_true(least < 1e-3 && most > 0.999);
  (void)state;
}

static void test_index(void **state) {
  static const uint64_t below[] = {
      1, 2, 3, 7, 1000, 65536, 0xffffffffu, 1ull << 32, (1ull << 63) + 1, UINT64_MAX};
  for (size_t b = 0; b < COUNT(below); b++) {
    sid_stream stream = stream_of(5, b), twin = stream;
    for (int i = 0; i < 2000; i++) {
      const uint64_t index = sid_stream_index(&stream, below[b]);
      assert_true(index == naive_high(sid_stream_raw(&twin), below[b]));
      assert_true(index < below[b]);
    }
    require_stream(&stream, &twin);
  }
  (void)state;
}

static void test_rademacher(void **state) {
  sid_stream stream = stream_of(6, 0), twin = stream;
  int sum = 0;
  for (size_t i = 0; i < 10000; i++) {
    const double sign = sid_stream_rademacher(&stream);
    require_bits(sign, (sid_stream_raw(&twin) & 0x8000000000000000u) ? 1.0 : -1.0, "sign", i);
    sum += sign > 0.0 ? 1 : -1;
  }
  require_stream(&stream, &twin);
  assert_in_range(sum + 500, 0, 1000); /* five standard deviations of 100 */
  (void)state;
}

/* Restated with a table of partial sums. */
static uint32_t naive_weighted(double u, const double *weights, uint32_t n) {
  double sums[8] = {0.0};
  for (uint32_t i = 0; i < n; i++) sums[i] = i > 0 ? sums[i - 1] + weights[i] : weights[0];
  for (uint32_t i = 0; i < n; i++)
    if (u < sums[i]) return i;
  return n - 1;
}

static void test_weighted_index(void **state) {
  static const double sets[][8] = {
      {0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125},
      {0.0, 0.5, 0.0, 0.0, 0.25, 0.25, 0.0, 0.0},
      {0.1, 0.2, 0.3, 0.05, 0.05, 0.1, 0.1, 0.1},
      {0.25, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0,
       0.0}, /* too small a sum: what is left goes to the last */
  };
  for (size_t s = 0; s < COUNT(sets); s++) {
    for (uint32_t n = 1; n <= 8; n++) {
      sid_stream stream = stream_of(9, s * 8 + n), twin = stream;
      for (int i = 0; i < 1000; i++)
        assert_int_equal(sid_stream_weighted_index(&stream, sets[s], n),
                         naive_weighted(sid_stream_uniform(&twin), sets[s], n));
      require_stream(&stream, &twin);
    }
  }
  (void)state;
}

/* A stream whose next raw is given: undo one step. M*inverse = 1 modulo 2^128 is not needed where
 * state*M = 0. */
static sid_stream stream_with_zero_state(void) {
  const sid_stream stream = {0, 0, 0, 1, NULL};
  return stream;
}

/* U = 0 (state 1 after the step: hi^lo = 1, no rotation) hits the first weight that is not zero,
 * and a U equal to a partial sum belongs to the next index. */
static void test_weighted_index_edges(void **state) {
  const double zero_first[3] = {0.0, 0.5, 0.5};
  sid_stream stream = stream_with_zero_state();
  assert_true(sid_stream_raw(&stream) == 1);
  stream = stream_with_zero_state();
  assert_int_equal(sid_stream_weighted_index(&stream, zero_first, 3), 1);

  sid_stream at = stream_of(11, 0), again = at;
  const double u = sid_stream_uniform(&at);
  const double equal[2] = {u, 1.0 - u};
  assert_int_equal(sid_stream_weighted_index(&again, equal, 2), 1);
  (void)state;
}

/* ---- Poisson counts ------------------------------------------------------------------------ */

/* Section 2 to the letter, with one raw more than the count; e may be anything in (0, 1]. */
static void test_poisson(void **state) {
  static const double constants[] = {1.0, 0.999, 0.5, 0x1.78b56362cef38p-2, 1e-3, 1e-30, 0x1p-700};
  for (uint64_t s = 0; s < 7 * 200; s++) {
    const double e = constants[s % 7];
    const uint64_t key[1] = {s};
    sid_stream stream, twin;
    uint32_t count = 0;
    assert_int_equal(sid_stream_init(&stream, 99, key, 1), SID_OK);
    twin = stream;
    const uint32_t found = sid_stream_poisson(&stream, e);
    for (double u = sid_stream_uniform(&twin); u >= e; u = u * sid_stream_uniform(&twin)) count++;
    assert_int_equal(found, count);
    assert_true(sid_stream_raw(&stream) == sid_stream_raw(&twin));
  }
  (void)state;
}

/* 20000 counts: chi-square over the counts that are expected at least 20 times, with everything
 * above in one more cell. Of n cells it has mean n - 1 and variance 2n - 2; five deviations are
 * allowed. */
static void require_poisson_law(double mean) {
  enum { N = 20000 };
  static uint32_t seen[1000];
  const uint64_t key[1] = {(uint64_t)(1000.0 * mean)};
  double below = 0.0, p = exp(-mean), chi = 0.0, cells = 0.0;
  uint32_t rest = N, first = 0;
  sid_stream stream;
  memset(seen, 0, sizeof seen);
  assert_int_equal(sid_stream_init(&stream, 31, key, 1), SID_OK);
  for (int i = 0; i < N; i++) {
    const uint32_t count = sid_stream_poisson(&stream, exp(-mean));
    assert_true(count < COUNT(seen));
    seen[count]++;
  }
  double pending = 0.0; /* cells that are too small are taken together */
  for (uint32_t k = 0; k < COUNT(seen) && N * (1.0 - below) >= 40.0; k++, p *= mean / k) {
    pending += p, below += p;
    if (N * pending < 20.0) continue;
    double inside = 0.0;
    for (; first <= k; first++) inside += seen[first];
    chi += pow(inside - N * pending, 2.0) / (N * pending);
    rest -= (uint32_t)inside;
    pending = 0.0, cells += 1.0;
  }
  const double left = N * (1.0 - below + pending);
  chi += pow(rest - left, 2.0) / left;
  if (chi > cells + 5.0 * sqrt(2.0 * cells))
    fail_msg("mean %g: chi-square %g of %g cells", mean, chi, cells + 1.0);
}

static void test_poisson_law(void **state) {
  static const double means[] = {0.03, 0.3, 1.0, 4.5, 20.0, 130.0, 500.0};
  for (size_t i = 0; i < COUNT(means); i++) require_poisson_law(means[i]);
  (void)state;
}

/* ---- advance ------------------------------------------------------------------------------- */

static void test_advance_is_many_raws(void **state) {
  const sid_stream start = stream_of(12, 0);
  sid_stream walker = start;
  for (uint64_t d = 0; d < 1000; d++) {
    sid_stream jumper = start;
    sid_stream_advance(&jumper, 0, d);
    require_stream(&jumper, &walker);
    sid_stream_raw(&walker);
  }
  (void)state;
}

static void test_advance_adds_up(void **state) {
  data_source data = {13};
  for (int i = 0; i < 200; i++) {
    const uint64_t a_hi = data_raw(&data), a_lo = data_raw(&data), b_hi = data_raw(&data),
                   b_lo = data_raw(&data);
    const uint64_t lo = a_lo + b_lo, hi = a_hi + b_hi + (lo < a_lo);
    sid_stream one = stream_of(14, (uint64_t)i), two = one;
    sid_stream_advance(&one, a_hi, a_lo);
    sid_stream_advance(&one, b_hi, b_lo);
    sid_stream_advance(&two, hi, lo);
    require_stream(&one, &two);
  }
  (void)state;
}

/* The period is 2^128: going on by 2^128 - d undoes d raws. Half the period away, only the top bit
 * of the state differs. */
static void test_advance_backwards(void **state) {
  const sid_stream start = stream_of(15, 0);
  for (uint64_t d = 1; d < 50; d++) {
    sid_stream stream = start;
    for (uint64_t i = 0; i < d; i++) sid_stream_raw(&stream);
    sid_stream_advance(&stream, UINT64_MAX, 0 - d);
    require_stream(&stream, &start);
  }
  sid_stream half = start;
  sid_stream_advance(&half, 1ull << 63, 0);
  assert_true(half.state_hi == (start.state_hi ^ 1ull << 63) && half.state_lo == start.state_lo);
  (void)state;
}

/* ---- normals ------------------------------------------------------------------------------- */

/* Every n takes 2*ceil(n/2) raws and gives the pairs in order; nothing is written beyond n. */
static void test_normals_are_pairs(void **state) {
  for (size_t n = 0; n <= 20; n++) {
    sid_stream stream = stream_of(16, n), twin = stream;
    double z[24];
    poison(z, COUNT(z));
    sid_stream_normals(&stream, z, n);
    assert_true(is_poisoned(z + n, COUNT(z) - n));
    for (size_t i = 0; i < n; i += 2) {
      double pair[2];
      const uint64_t raw1 = sid_stream_raw(&twin);
      const uint64_t raw2 = sid_stream_raw(&twin);
      sid_normal_pair(raw1, raw2, pair);
      require_same(z + i, pair, n - i > 1 ? 2 : 1, "normal");
    }
    require_stream(&stream, &twin);
  }
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fixtures),
      cmocka_unit_test(test_init_errors_leave_the_stream),
      cmocka_unit_test(test_no_key),
      cmocka_unit_test(test_different_keys_differ),
      cmocka_unit_test(test_wide_key_word_is_two_words),
      cmocka_unit_test(test_uniform),
      cmocka_unit_test(test_index),
      cmocka_unit_test(test_rademacher),
      cmocka_unit_test(test_weighted_index),
      cmocka_unit_test(test_weighted_index_edges),
      cmocka_unit_test(test_poisson),
      cmocka_unit_test(test_poisson_law),
      cmocka_unit_test(test_advance_is_many_raws),
      cmocka_unit_test(test_advance_adds_up),
      cmocka_unit_test(test_advance_backwards),
      cmocka_unit_test(test_normals_are_pairs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

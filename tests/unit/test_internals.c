/* The words and roots under the public functions: 128-bit arithmetic on both of its paths against
 * GMP, the reciprocal root against its stated error, bits. */
#include "common.h"

#include <gmp.h>
#include <mpfr.h>

#include "fp.h"
#include "wide.h"

/* The other path under other names. On a machine without a 128-bit integer both are the same. */
#undef SID_WIDE_H
#undef SID_HAVE_INT128
#undef SID_WIDE_LONG
#define SID_NO_INT128
#define sid_wide narrow_wide
#define sid_wide_of narrow_of
#define sid_wide_product narrow_product
#define sid_high_product narrow_high_half
#define sid_wide_add narrow_add
#define sid_wide_sub narrow_sub
#define sid_wide_shift_left narrow_shift_left
#define sid_wide_shift_right narrow_shift_right
#define sid_wide_scale narrow_scale
#define sid_wide_times narrow_times
#define sid_wide_low_product narrow_low_product
#define sid_wide_high_product narrow_high_product
#include "wide.h"
#undef sid_wide
#undef sid_wide_of
#undef sid_wide_product
#undef sid_high_product
#undef sid_wide_add
#undef sid_wide_sub
#undef sid_wide_shift_left
#undef sid_wide_shift_right
#undef sid_wide_scale
#undef sid_wide_times
#undef sid_wide_low_product
#undef sid_wide_high_product

/* ---- 128-bit words against GMP ------------------------------------------------------------- */

typedef struct {
  mpz_t a, b, result, modulus;
} integers;

static void open_integers(integers *z) {
  mpz_inits(z->a, z->b, z->result, z->modulus, (mpz_ptr)0);
  mpz_setbit(z->modulus, 128);
}

static void close_integers(integers *z) {
  mpz_clears(z->a, z->b, z->result, z->modulus, (mpz_ptr)0);
}

static void set_words(mpz_t z, uint64_t hi, uint64_t lo) {
  const uint64_t words[2] = {hi, lo};
  mpz_import(z, 2, 1, sizeof words[0], 0, 0, words);
}

/* z modulo 2^128 is this word. */
static void require_word(integers *z, uint64_t hi, uint64_t lo, const char *what) {
  mpz_mod(z->result, z->result, z->modulus);
  set_words(z->a, hi, lo);
  if (mpz_cmp(z->a, z->result) != 0)
    fail_msg("%s: %016llx %016llx", what, (unsigned long long)hi, (unsigned long long)lo);
}

/* Both paths give z->result. The arguments are evaluated twice. */
#define require_both(z, wide_call, narrow_call, what)                                              \
  do {                                                                                             \
    const sid_wide wide_ = (wide_call);                                                            \
    const narrow_wide narrow_ = (narrow_call);                                                     \
    require_word((z), wide_.hi, wide_.lo, what);                                                   \
    require_word((z), narrow_.hi, narrow_.lo, what);                                               \
  } while (0)

static void require_sums(integers *z, sid_wide a, sid_wide b) {
  const narrow_wide na = narrow_of(a.hi, a.lo), nb = narrow_of(b.hi, b.lo);
  set_words(z->a, a.hi, a.lo), set_words(z->b, b.hi, b.lo);
  mpz_add(z->result, z->a, z->b);
  require_both(z, sid_wide_add(a, b), narrow_add(na, nb), "sum");
  set_words(z->a, a.hi, a.lo), set_words(z->b, b.hi, b.lo);
  mpz_sub(z->result, z->a, z->b);
  require_both(z, sid_wide_sub(a, b), narrow_sub(na, nb), "difference");
}

static void require_products(integers *z, sid_wide a, sid_wide b) {
  const narrow_wide na = narrow_of(a.hi, a.lo), nb = narrow_of(b.hi, b.lo);
  set_words(z->a, a.hi, a.lo), set_words(z->b, b.hi, b.lo);
  mpz_mul(z->result, z->a, z->b);
  require_both(z, sid_wide_low_product(a, b), narrow_low_product(na, nb), "low product");
  set_words(z->a, a.hi, a.lo), set_words(z->b, b.hi, b.lo);
  mpz_mul(z->result, z->a, z->b);
  mpz_fdiv_q_2exp(z->result, z->result, 128);
  require_both(z, sid_wide_high_product(a, b), narrow_high_product(na, nb), "high product");
}

static void require_short_products(integers *z, sid_wide a, uint64_t b) {
  const narrow_wide na = narrow_of(a.hi, a.lo);
  set_words(z->a, a.hi, a.lo), set_words(z->b, 0, b);
  mpz_mul(z->result, z->a, z->b);
  require_both(z, sid_wide_times(a, b), narrow_times(na, b), "product with a word");
  set_words(z->a, a.hi, a.lo);
  mpz_mul(z->result, z->a, z->b);
  mpz_fdiv_q_2exp(z->result, z->result, 64);
  require_both(z, sid_wide_scale(a, b), narrow_scale(na, b), "scaled by a word");
  set_words(z->a, 0, a.lo);
  mpz_mul(z->result, z->a, z->b);
  require_both(z, sid_wide_product(a.lo, b), narrow_product(a.lo, b), "product of words");
  assert_true(sid_high_product(a.lo, b) == sid_wide_product(a.lo, b).hi);
  assert_true(narrow_high_half(a.lo, b) == sid_wide_product(a.lo, b).hi);
}

static void require_shifts(integers *z, sid_wide a, uint32_t n) {
  const narrow_wide na = narrow_of(a.hi, a.lo);
  set_words(z->a, a.hi, a.lo);
  mpz_mul_2exp(z->result, z->a, n);
  require_both(z, sid_wide_shift_left(a, n), narrow_shift_left(na, n), "shift to the left");
  set_words(z->a, a.hi, a.lo);
  mpz_fdiv_q_2exp(z->result, z->a, n);
  require_both(z, sid_wide_shift_right(a, n), narrow_shift_right(na, n), "shift to the right");
}

/* Words of all lengths, of ones and zeros in runs, where carries run far. */
static uint64_t any_word(data_source *data) {
  const uint64_t word = data_raw(data) >> data_below(data, 64), kind = data_below(data, 6);
  if (kind == 0) return ~word;
  if (kind == 1) return 0 - (1ull << data_below(data, 64));
  if (kind == 2) return (1ull << data_below(data, 64)) - 1;
  return word;
}

static void test_wide(void **state) {
  data_source data = {1};
  integers z;
  open_integers(&z);
  for (uint32_t i = 0; i < 50000; i++) {
    const sid_wide a = sid_wide_of(any_word(&data), any_word(&data)),
                   b = sid_wide_of(any_word(&data), any_word(&data));
    require_sums(&z, a, b);
    require_products(&z, a, b);
    require_short_products(&z, a, b.lo);
    require_shifts(&z, a, i % 128);
  }
  close_integers(&z);
  (void)state;
}

/* ---- reciprocal root ----------------------------------------------------------------------- */

/* |y*2^-62 * sqrt(v*2^-64) - 1|, from 150 bits. */
static double root_error(mpfr_t root, mpfr_t y, uint64_t v, int rounds) {
  mpfr_set_uj_2exp(y, sid_reciprocal_root(v, rounds), -62, MPFR_RNDN);
  mpfr_set_uj_2exp(root, v, -64, MPFR_RNDN);
  mpfr_sqrt(root, root, MPFR_RNDN);
  mpfr_mul(root, root, y, MPFR_RNDN);
  mpfr_sub_ui(root, root, 1, MPFR_RNDN);
  return magnitude(mpfr_get_d(root, MPFR_RNDN));
}

/* The bounds that fp.h states, on which the roots of fp.c and the radius of normal.c rest. */
static void test_reciprocal_root(void **state) {
  data_source data = {2};
  mpfr_t root, y;
  mpfr_inits2(150, root, y, (mpfr_ptr)0);
  for (int i = 0; i < 100000; i++) {
    uint64_t v = (data_raw(&data) >> data_below(&data, 62)) | 1ull << 62;
    if (i % 3 == 0) v = (1ull << 62) + data_below(&data, 1000);
    if (i % 3 == 1) v = UINT64_MAX - (data_raw(&data) >> data_below(&data, 63)) / 2;
    assert_true(v >= 1ull << 62);
    assert_true(root_error(root, y, v, 4) < 0x1p-47);
    assert_true(root_error(root, y, v, 5) < 0x1p-57);
  }
  mpfr_clears(root, y, (mpfr_ptr)0);
  (void)state;
}

/* ---- bits ---------------------------------------------------------------------------------- */

static void long_bits(void **state) {
  data_source data = {3};
  for (int i = 0; i < 10000; i++) {
    const double x = data_finite(&data);
    assert_true(sid_bits_of(x) == bits_of(x));
    assert_true(bits_of(sid_double_of(bits_of(x))) == bits_of(x));
    assert_true(sid_is_finite(x));
  }
  assert_false(sid_is_finite(POSITIVE_INFINITY));
  assert_false(sid_is_finite(-POSITIVE_INFINITY));
  assert_false(sid_is_finite(QUIET_NAN));
  assert_true(sid_is_finite(LARGEST) && sid_is_finite(-0.0) && sid_is_finite(SMALLEST));
  (void)state;
}

static void test_leading_zeros(void **state) {
  volatile uint64_t zero = 0; /* so that the call is made */
  assert_int_equal(sid_leading_zeros(zero), 64);
  for (uint32_t i = 0; i < 64; i++) {
    assert_int_equal(sid_leading_zeros(1ull << i), 63 - i);
    assert_int_equal(sid_leading_zeros(UINT64_MAX >> i), i);
  }
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wide),
      cmocka_unit_test(test_reciprocal_root),
      cmocka_unit_test(long_bits),
      cmocka_unit_test(test_leading_zeros),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

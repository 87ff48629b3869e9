/* sid_selfcheck(): 0 on a machine that can be trusted; a changed control register is named; and
 * each single comparison that it makes counts, which is shown on a copy of its source whose
 * comparisons are spoilt one after the other. */
#include "common.h"

#include <fenv.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "config.h"
#include "fp.h"

/* ---- the copy ------------------------------------------------------------------------------ */

static int bits_calls, spoilt_call;
static int raw_calls, spoilt_raw;

/* sid_bits_of(), but for one wrong bit in one call. */
static uint64_t spoilt_bits_of(double x) {
  return sid_bits_of(x) ^ (++bits_calls == spoilt_call ? 1u : 0u);
}

/* The same for raws, and for a stream that is one step ahead. */
static uint64_t spoilt_stream_raw(sid_stream *stream) {
  return sid_stream_raw(stream) ^ (++raw_calls == spoilt_raw ? 1u : 0u);
}

uint32_t spoilt_selfcheck(void);
const char *spoilt_selfcheck_text(uint32_t bit);

#define sid_bits_of spoilt_bits_of
#define sid_stream_raw spoilt_stream_raw
#define sid_selfcheck spoilt_selfcheck
#define sid_selfcheck_text spoilt_selfcheck_text
#include "selfcheck.c"
#undef sid_bits_of
#undef sid_stream_raw
#undef sid_selfcheck
#undef sid_selfcheck_text

static uint32_t selfcheck_spoilt_at(int call, int raw) {
  bits_calls = raw_calls = 0;
  spoilt_call = call, spoilt_raw = raw;
  return spoilt_selfcheck();
}

/* Every comparison of bits, when it goes wrong, is answered with exactly one known bit; and all
 * probes that compare doubles have their turn. */
static void test_every_comparison_counts(void **state) {
  uint32_t seen = 0;
  assert_int_equal(selfcheck_spoilt_at(0, 0), 0);
  const int calls = bits_calls;
  assert_true(calls >= 30);
  for (int call = 1; call <= calls; call++) {
    const uint32_t failed = selfcheck_spoilt_at(call, 0);
    if (failed == 0 || (failed & (failed - 1)) != 0)
      fail_msg("comparison %d of %d: %#x", call, calls, (unsigned)failed);
    assert_true(failed < 2u << 10);
    seen |= failed;
  }
  assert_int_equal(selfcheck_spoilt_at(calls + 1, 0), 0);
  assert_int_equal(seen | SID_CHECK_STREAM, (2u << 10) - 1);
  assert_int_equal(seen & SID_CHECK_STREAM, 0);
  (void)state;
}

static void test_every_raw_counts(void **state) {
  assert_int_equal(selfcheck_spoilt_at(0, 0), 0);
  const int raws = raw_calls;
  assert_true(raws >= 4);
  for (int raw = 1; raw <= raws; raw++)
    assert_int_equal(selfcheck_spoilt_at(0, raw), SID_CHECK_STREAM);
  (void)state;
}

/* ---- the library --------------------------------------------------------------------------- */

static void test_fine(void **state) {
  assert_int_equal(sid_selfcheck(), 0);
  (void)state;
}

/* sid_selfcheck() in another rounding mode. */
static uint32_t selfcheck_rounding(int mode) {
  const int before = fegetround();
  assert_int_equal(fesetround(mode), 0);
  const uint32_t failed = sid_selfcheck();
  assert_int_equal(fesetround(before), 0);
  return failed;
}

static void test_rounding_modes(void **state) {
#if defined(FE_UPWARD) && defined(FE_DOWNWARD) && defined(FE_TOWARDZERO)
  static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  for (size_t i = 0; i < COUNT(modes); i++) {
    const uint32_t failed = selfcheck_rounding(modes[i]);
    assert_true((failed & SID_CHECK_ROUNDING) != 0);
    assert_true((failed & (SID_CHECK_STREAM | SID_CHECK_FORMAT | SID_CHECK_EXCESS)) == 0);
  }
#endif
  assert_int_equal(selfcheck_rounding(FE_TONEAREST), 0);
  (void)state;
}

/* Sets the bits that flush subnormal numbers and returns the former control register. */
static uint64_t flush_subnormals(uint64_t bits) {
  uint64_t before = 0;
#if defined(__SSE2__)
  before = _mm_getcsr();
  _mm_setcsr((unsigned)(before | bits));
#elif defined(__aarch64__)
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | bits));
#endif
  (void)bits;
  return before;
}

static void restore_control(uint64_t before) {
#if defined(__SSE2__)
  _mm_setcsr((unsigned)before);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(before));
#endif
  (void)before;
}

static void test_flush_to_zero(void **state) {
#if defined(__SSE2__)
  static const uint64_t bits[] = {0x8000, 0x0040, 0x8040}; /* results, operands, both */
#elif defined(__aarch64__)
  static const uint64_t bits[] = {1ull << 24};
#else
  static const uint64_t bits[] = {0};
#endif
  for (size_t i = 0; i < COUNT(bits); i++) {
    const uint64_t before = flush_subnormals(bits[i]);
    const uint32_t failed = sid_selfcheck();
    restore_control(before);
    assert_int_equal(failed, bits[i] ? SID_CHECK_FLUSH_TO_ZERO : 0);
  }
  assert_int_equal(sid_selfcheck(), 0);
  (void)state;
}

static void test_texts(void **state) {
  const char *unknown = sid_selfcheck_text(0);
  assert_non_null(unknown);
  for (uint32_t i = 0; i <= 10; i++) {
    const char *text = sid_selfcheck_text(1u << i);
    assert_non_null(text);
    assert_true(strlen(text) > 10 && !strchr(text, '\n') && strcmp(text, unknown) != 0);
    for (uint32_t j = 0; j < i; j++) assert_true(strcmp(text, sid_selfcheck_text(1u << j)) != 0);
    assert_string_equal(spoilt_selfcheck_text(1u << i), text);
  }
  assert_string_equal(sid_selfcheck_text(1u << 11), unknown);
  assert_string_equal(sid_selfcheck_text(3), unknown);
  assert_string_equal(sid_selfcheck_text(UINT32_MAX), unknown);
  assert_string_equal(spoilt_selfcheck_text(UINT32_MAX), unknown);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fine),
      cmocka_unit_test(test_every_comparison_counts),
      cmocka_unit_test(test_every_raw_counts),
      cmocka_unit_test(test_rounding_modes),
      cmocka_unit_test(test_flush_to_zero),
      cmocka_unit_test(test_texts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

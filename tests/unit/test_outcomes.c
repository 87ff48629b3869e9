/* Enumeration of draws: each stream gives its outcome. */
#include "common.h"

#include "harness/outcomes.h"

static void every_sign_pattern(void **state) {
  sid_stream at[1 << 11];
  (void)state;
  for (uint32_t bits = 1; bits <= 11; bits += 5) {
    assert_int_equal(vf_sign_streams(bits, at), 0);
    for (size_t k = 0; k < (size_t)1 << bits; k++)
      for (uint32_t j = 0; j < bits; j++)
        assert_true(sid_stream_rademacher(at + k) == (k >> j & 1 ? 1.0 : -1.0));
  }
}

static void every_tuple_of_indices(void **state) {
  sid_stream at[27];
  (void)state;
  assert_int_equal(vf_index_streams(3, 3, at), 0);
  for (uint64_t k = 0; k < 27; k++) {
    assert_int_equal(sid_stream_index(at + k, 3), k / 9);
    assert_int_equal(sid_stream_index(at + k, 3), k / 3 % 3);
    assert_int_equal(sid_stream_index(at + k, 3), k % 3);
  }
  assert_int_equal(vf_index_streams(4, 1, at), 0);
  for (uint64_t k = 0; k < 4; k++) assert_int_equal(sid_stream_index(at + k, 4), k);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_sign_pattern),
                                     cmocka_unit_test(every_tuple_of_indices)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

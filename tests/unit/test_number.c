/* Numbers as text: hex text against glibc's printf, and what every format reads back as. */
#include "common.h"
#include "formats/number.h"

enum { RANDOM_PATTERNS = 1000000 };

static double read_back(const char *text, vf_format format) {
  double value;
  char *end;
  if (format == VF_BITS) {
    if (vf_parse_bits(text, &value)) fail_msg("\"%s\" is no bit pattern", text);
    return value;
  }
  value = strtod(text, &end);
  if (*text == '\0' || *end != '\0') fail_msg("\"%s\" is no number", text);
  return value;
}

static void require_round_trip(uint64_t bits, vf_format format) {
  char text[VF_NUMBER_SIZE];
  const double value = double_of(bits);
  require_bits(read_back(vf_number_text(value, format, text), format), value, text, (size_t)format);
}

/* What glibc's printf writes, and the same number when it is read. */
static void require_hex(uint64_t bits) {
  char text[VF_NUMBER_SIZE], expected[VF_NUMBER_SIZE];
  snprintf(expected, sizeof expected, "%a", double_of(bits));
  assert_string_equal(vf_number_text(double_of(bits), VF_HEX, text), expected);
  require_round_trip(bits, VF_HEX);
}

static int is_nan(uint64_t bits) { return (bits & 0x7fffffffffffffffu) > 0x7ff0000000000000u; }

static void test_hex_words(void **state) {
  static const struct {
    uint64_t bits;
    const char *text;
  } words[] = {{0x0000000000000000u, "0x0p+0"},
               {0x8000000000000000u, "-0x0p+0"},
               {0x3ff0000000000000u, "0x1p+0"},
               {0x4008000000000000u, "0x1.8p+1"},
               {0xc008000000000000u, "-0x1.8p+1"},
               {0x3fb999999999999au, "0x1.999999999999ap-4"},
               {0x3ff0001000000000u, "0x1.0001p+0"},
               {0x0000000000000001u, "0x0.0000000000001p-1022"},
               {0x8000000000000010u, "-0x0.000000000001p-1022"},
               {0x0008000000000000u, "0x0.8p-1022"},
               {0x000fffffffffffffu, "0x0.fffffffffffffp-1022"},
               {0x0010000000000000u, "0x1p-1022"},
               {0x7fefffffffffffffu, "0x1.fffffffffffffp+1023"},
               {0x7ff0000000000000u, "inf"},
               {0xfff0000000000000u, "-inf"},
               {0x7ff8000000000000u, "nan"},
               {0xfff8000000000000u, "nan"},
               {0x7ff0000000000001u, "nan"}};
  char text[VF_NUMBER_SIZE];
  for (size_t i = 0; i < COUNT(words); i++)
    assert_string_equal(vf_number_text(double_of(words[i].bits), VF_HEX, text), words[i].text);
  (void)state;
}

/* Every exponent with both signs and fractions whose last digit stands at every place. */
static void test_hex_structured(void **state) {
  for (uint64_t exponent = 0; exponent < 2048; exponent++)
    for (unsigned shift = 0; shift <= 52; shift++)
      for (uint64_t sign = 0; sign < 2; sign++) {
        const uint64_t fraction = 0xfffffffffffffu << shift & 0xfffffffffffffu;
        const uint64_t bits = sign << 63 | exponent << 52 | fraction;
        if (is_nan(bits)) continue;
        require_hex(bits);
        require_hex(bits & ~(fraction << 1 & 0xfffffffffffffu));
      }
  (void)state;
}

static void test_hex_random(void **state) {
  data_source data = {1};
  size_t subnormal = 0;
  for (size_t i = 0; i < RANDOM_PATTERNS; i++) {
    uint64_t bits = data_raw(&data);
    if (i % 4 == 0) bits &= 0x800fffffffffffffu;
    if (is_nan(bits)) continue;
    subnormal += (bits & 0x7ff0000000000000u) == 0;
    require_hex(bits);
  }
  assert_true(subnormal >= RANDOM_PATTERNS / 4);
  (void)state;
}

static void test_round_trips(void **state) {
  data_source data = {2};
  for (size_t i = 0; i < RANDOM_PATTERNS / 10; i++) {
    uint64_t bits = data_raw(&data);
    if (i % 4 == 0) bits &= 0x800fffffffffffffu;
    if (is_nan(bits)) continue;
    require_round_trip(bits, VF_DEC);
    require_round_trip(bits, VF_BITS);
  }
  (void)state;
}

/* One NaN for all of them, and words for what has no digits. */
static void test_other_words(void **state) {
  static const uint64_t nans[] = {0x7ff8000000000000u, 0xfff8000000000000u, 0x7ff0000000000001u,
                                  0xffffffffffffffffu};
  char text[VF_NUMBER_SIZE];
  for (size_t i = 0; i < COUNT(nans); i++) {
    const double nan = double_of(nans[i]);
    assert_string_equal(vf_number_text(nan, VF_DEC, text), "nan");
    assert_string_equal(vf_number_text(nan, VF_BITS, text), "7ff8000000000000");
  }
  assert_string_equal(vf_number_text(POSITIVE_INFINITY, VF_DEC, text), "inf");
  assert_string_equal(vf_number_text(-POSITIVE_INFINITY, VF_DEC, text), "-inf");
  assert_string_equal(vf_number_text(-0.0, VF_DEC, text), "-0");
  assert_string_equal(vf_number_text(SMALLEST, VF_DEC, text), "5e-324");
  assert_string_equal(vf_number_text(-POSITIVE_INFINITY, VF_BITS, text), "fff0000000000000");
  assert_string_equal(vf_number_text(-0.0, VF_BITS, text), "8000000000000000");
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hex_words), cmocka_unit_test(test_hex_structured),
      cmocka_unit_test(test_hex_random), cmocka_unit_test(test_round_trips),
      cmocka_unit_test(test_other_words)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

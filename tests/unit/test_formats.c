/* Numbers as text, where in a JSON text a field stands, and messages. */
#include "common.h"

#include <math.h>
#include <unistd.h>

#include "formats/failure.h"
#include "formats/json_line.h"
#include "formats/json_text.h"
#include "formats/number.h"

/* ---- numbers ---- */

static void require_text(double value, vf_format format, const char *expected) {
  char text[VF_NUMBER_SIZE];
  assert_string_equal(vf_number_text(value, format, text), expected);
}

static void test_texts(void **state) {
  (void)state;
  require_text(0.1, VF_BITS, "3fb999999999999a");
  require_text(-0.0, VF_BITS, "8000000000000000");
  require_text(-QUIET_NAN, VF_BITS, "7ff8000000000000");
  require_text(double_of(POISON_BITS), VF_BITS, "7ff8000000000000");
  require_text(-QUIET_NAN, VF_DEC, "nan");
  require_text(-QUIET_NAN, VF_HEX, "nan");
  require_text(1.5, VF_HEX, "0x1.8p+0");
  require_text(-POSITIVE_INFINITY, VF_DEC, "-inf");
  require_text(0.1, VF_DEC, "0.1");
  require_text(-1e23, VF_DEC, "-1e+23");
  require_text(LARGEST, VF_DEC, "1.7976931348623157e+308");
  require_text(SMALLEST, VF_DEC, "5e-324");
  require_text(0x1p-1022, VF_DEC, "2.2250738585072014e-308");
  require_text(-123456789012345680.0, VF_DEC, "-1.2345678901234568e+17");
  /* Powers of two whose shortest decimal is not the nearest one of its length, and one of those
   * where the step up carries. */
  require_text(0x1p-44, VF_DEC, "5.684341886080802e-14");
  require_text(9007199254740993e6, VF_DEC, "9.007199254740993e+21");
}

/* The fewest digits that read back, among all decimals: those next to the nearest one too. */
static void require_shortest(double value) {
  char text[VF_NUMBER_SIZE], other[VF_NUMBER_SIZE];
  int digits = 0;
  vf_number_text(value, VF_DEC, text);
  require_bits(strtod(text, NULL), value, text, 0);
  const char *at = text + strspn(text, "-0.");
  size_t zeros = 0;
  for (; *at && *at != 'e'; at++) {
    if (*at == '.') continue;
    digits++;
    zeros = *at == '0' ? zeros + 1 : 0;
  }
  const int significant = digits - (int)zeros;
  if (significant <= 1) return;
  snprintf(other, sizeof other, "%.*e", significant - 2, value);
  const long double nearest = strtold(other, NULL);
  const int exponent = atoi(strchr(other, 'e') + 1);
  const long double unit = powl(10.0L, (long double)(exponent - (significant - 2)));
  for (int step = -1; step <= 1; step++) {
    snprintf(other, sizeof other, "%.*Le", significant - 2, nearest + (long double)step * unit);
    if (strtod(other, NULL) == value) fail_msg("%s is longer than %s", text, other);
  }
}

static void test_shortest(void **state) {
  data_source data = {1};
  (void)state;
  for (int exponent = -1074; exponent < 1024; exponent++) {
    require_shortest(ldexp(1.0, exponent));
    require_shortest(nextafter(ldexp(1.0, exponent), 0.0));
  }
  for (int k = 0; k < 20000; k++) require_shortest(data_finite(&data));
  for (int k = 0; k < 2000; k++) require_shortest(double_of(data_raw(&data) >> (12 + k % 52)));
}

static void test_format_names(void **state) {
  vf_format format = VF_BITS;
  (void)state;
  assert_true(vf_format_parse("dec", &format) == 0 && format == VF_DEC);
  assert_true(vf_format_parse("bits", &format) == 0 && format == VF_BITS);
  assert_true(vf_format_parse("hex", &format) == 0 && format == VF_HEX);
  assert_true(vf_format_parse("decimal", &format) == -1 && format == VF_HEX);
}

static void test_whole_numbers(void **state) {
  static const char *const wrong[] = {"",
                                      "18446744073709551616",
                                      "18446744073709551620",
                                      "28446744073709551615",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "0x1",
                                      "1e3"};
  uint64_t value = 7;
  (void)state;
  for (size_t i = 0; i < COUNT(wrong); i++) {
    if (vf_parse_u64(wrong[i], &value) != -1) fail_msg("\"%s\" is taken", wrong[i]);
    assert_int_equal(value, 7);
  }
  assert_true(vf_parse_u64("18446744073709551615", &value) == 0 && value == UINT64_MAX);
  assert_true(vf_parse_u64("18446744073709551609", &value) == 0 && value == UINT64_MAX - 6);
  assert_true(vf_parse_u64("007", &value) == 0 && value == 7);
}

static void test_bits(void **state) {
  static const char *const wrong[] = {"",
                                      "3fb999999999999",
                                      "3fb999999999999a0",
                                      "3fb99999999999 a",
                                      "3gb999999999999a",
                                      "-fb999999999999a"};
  double value = 7.0;
  (void)state;
  for (size_t i = 0; i < COUNT(wrong); i++) {
    if (vf_parse_bits(wrong[i], &value) != -1) fail_msg("\"%s\" is taken", wrong[i]);
    require_bits(value, 7.0, wrong[i], i);
  }
  assert_int_equal(vf_parse_bits("3fb999999999999A", &value), 0);
  require_bits(value, 0.1, "capital", 0);
  assert_int_equal(vf_parse_bits("0123456789abcdef", &value), 0);
  require_bits(value, double_of(0x0123456789abcdefu), "digits", 0);
  assert_int_equal(vf_parse_bits("FEDCBA9876543210", &value), 0);
  require_bits(value, double_of(0xfedcba9876543210u), "capitals", 0);
}

/* ---- places ---- */

static const char document[] = "\n{\"a\" : [1,\n 2, [3, [4]],\n {\"b\": 5}],\n"
                               " \"q\\\"uote\": \"x\\\"}\", \"ab\":\n {\"b\": true,\n"
                               "\"c\": null}, \"\\u0064\": [\n[],\n {}]\n }";

static void require_place(const char *at, const char *text, int line) {
  if (strncmp(at, text, strlen(text)) != 0) fail_msg("%s is not at %.20s", text, at);
  assert_int_equal(vf_json_line(document, at), line);
}

static void test_places(void **state) {
  const char *all = vf_json_begin(document), *a = vf_json_member(all, "a"),
             *ab = vf_json_member(all, "ab"), *d = vf_json_member(all, "d");
  (void)state;
  require_place(document, "\n", 1);
  require_place(all, "{\"a\"", 2);
  require_place(a, "[1,", 2);
  require_place(vf_json_element(a, 0), "1,", 2);
  require_place(vf_json_element(a, 1), "2,", 3);
  require_place(vf_json_element(a, 2), "[3,", 3);
  require_place(vf_json_element(vf_json_element(vf_json_element(a, 2), 1), 0), "4]", 3);
  require_place(vf_json_member(vf_json_element(a, 3), "b"), "5}", 4);
  require_place(vf_json_member(all, "q\"uote"), "\"x", 5);
  require_place(ab, "{\"b\"", 6);
  require_place(vf_json_member(ab, "c"), "null", 7);
  require_place(d, "[\n", 7);
  require_place(vf_json_element(d, 1), "{}", 9);
  /* No such place: the place itself. */
  assert_ptr_equal(vf_json_element(a, 4), a);
  assert_ptr_equal(vf_json_member(all, "b"), all);
  assert_ptr_equal(vf_json_member(ab, "a"), ab);
  assert_ptr_equal(vf_json_member(a, "a"), a);
  assert_ptr_equal(vf_json_element(all, 0), all);
}

/* ---- numbers that libjansson would lose ---- */

static void test_kept_numbers(void **state) {
  static const char text[] =
      "{\"ab\": \"c\\\"-0 -0\", \"n\": [-0, -0.5, 12345678901234567890, 0],\n"
      " \"q\": \"\\\\\", \"m\": -0}";
  json_error_t error;
  int marked = 0;
  json_t *json = vf_json_parse(text, sizeof text - 1, &error, &marked);
  const json_t *list = json_object_get(json, "n");
  const char large[] = {VF_LARGE, '\0'};
  (void)state;
  assert_non_null(json);
  assert_true(marked);
  assert_string_equal(json_string_value(json_object_get(json, "ab")), "c\"-0 -0");
  require_bits(json_real_value(json_array_get(list, 0)), -0.0, "minus zero", 0);
  require_bits(json_real_value(json_array_get(list, 1)), -0.5, "minus a half", 0);
  assert_true(strncmp(json_string_value(json_array_get(list, 2)), large, 1) == 0);
  assert_string_equal(json_string_value(json_array_get(list, 2)) + 1, "12345678901234567890");
  assert_true(json_is_integer(json_array_get(list, 3)));
  assert_string_equal(json_string_value(json_object_get(json, "q")), "\\");
  require_bits(json_real_value(json_object_get(json, "m")), -0.0, "minus zero", 1);
  json_decref(json);
}

/* ---- messages ---- */

/* One line, whatever bytes are in what it quotes. */
static void test_message(void **state) {
  int ends[2];
  char line[200];
  const int before = dup(STDERR_FILENO);
  assert_int_equal(pipe(ends), 0);
  dup2(ends[1], STDERR_FILENO);
  const int status = vf_fail("%s: %d", "a\nb\x1b[1m\x7f\xc3\xa9~ ", 7);
  fflush(stderr);
  dup2(before, STDERR_FILENO);
  close(before), close(ends[1]);
  const ssize_t length = read(ends[0], line, sizeof line - 1);
  close(ends[0]);
  assert_true(length > 0);
  line[length] = '\0';
  assert_string_equal(line, "sidyn: a\\x0ab\\x1b[1m\\x7f\xc3\xa9~ : 7\n");
  assert_int_equal(status, VF_EXIT_USAGE);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_texts),        cmocka_unit_test(test_shortest),
      cmocka_unit_test(test_format_names), cmocka_unit_test(test_whole_numbers),
      cmocka_unit_test(test_bits),         cmocka_unit_test(test_places),
      cmocka_unit_test(test_kept_numbers), cmocka_unit_test(test_message)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Formatted text of the harness: instances, keys of fixtures/ and the numbers in them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "harness/context.h"
#include "harness/text.h"

static void test_text(void **state) {
  char text[VF_TEXT_SIZE];
  vf_text(text, "%s eta=%g l=%u", "instance a", 0.025, 64u);
  assert_string_equal(text, "instance a eta=0.025 l=64");
  (void)state;
}

/* What does not fit is cut off, and nothing is written behind the text. */
static void test_text_too_long(void **state) {
  char room[VF_TEXT_SIZE + 1], wide[2 * VF_TEXT_SIZE + 1];
  memset(wide, 'x', sizeof wide - 1);
  wide[sizeof wide - 1] = '\0';
  room[VF_TEXT_SIZE] = '!';
  vf_text(room, "%s", wide);
  assert_int_equal(strlen(room), VF_TEXT_SIZE - 1);
  assert_int_equal(room[VF_TEXT_SIZE], '!');
  (void)state;
}

static void test_expected(void **state) {
  vf_context context = {.jobs = 1};
  const double found =
      vf_expected_of(&context, "svag2.sde.instance-%s.eta-%s.moment-%u", "a", "0.4", 1u);
  assert_true(found == vf_expected(&context, "svag2.sde.instance-a.eta-0.4.moment-1"));
  assert_int_equal(context.count, 0);
  assert_true(isnan(vf_expected_of(&context, "no.such-%s", "key")));
  assert_int_equal(vf_context_verdict(&context), VF_FAIL);
  vf_context_clear(&context);
  (void)state;
}

static void test_number(void **state) {
  assert_true(vf_number("0.025") == 0.025);
  assert_true(vf_number("-3") == -3.0);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_text), cmocka_unit_test(test_text_too_long),
      cmocka_unit_test(test_expected), cmocka_unit_test(test_number)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* sid_selfcheck_deep(): finds nothing on this machine, and every fault that is planted in a library
 * of floating point in software (soft_double.h), which takes the machine's place in a copy of its
 * source. */
#include "common.h"

#include <inttypes.h>

#include "soft_double.h"

/* ---- the copy ------------------------------------------------------------------------------ */

uint64_t soft_selfcheck_deep(uint32_t rounds, sid_deep_check *check);
const char *soft_operation_name(int32_t operation);

/* The chosen cases are the same each time, and so are their exact results. */
static uint64_t kept[1 << 18];
static size_t kept_count, kept_next;

static uint64_t kept_exact_result(int32_t operation, uint64_t a, uint64_t b) {
  if (kept_next == COUNT(kept)) return sid_exact_result(operation, a, b);
  if (kept_next == kept_count) kept[kept_count++] = sid_exact_result(operation, a, b);
  return kept[kept_next++];
}

#define sid_machine_result soft_result
#define sid_exact_result kept_exact_result
#define sid_selfcheck_deep soft_selfcheck_deep
#define sid_operation_name soft_operation_name
#include "selfcheck_deep.c"
#undef sid_machine_result
#undef sid_exact_result
#undef sid_selfcheck_deep
#undef sid_operation_name

/* ---- this machine -------------------------------------------------------------------------- */

static uint64_t compared(const sid_deep_check *check) {
  uint64_t cases = 0;
  for (int i = 0; i < SID_OP_COUNT; i++) cases += check->operation[i].cases;
  return cases;
}

static void test_this_machine(void **state) {
  sid_deep_check check, again;
  memset(&check, 0xa5, sizeof check);
  assert_int_equal(sid_selfcheck_deep(20000, &check), 0);
  for (int i = 0; i < SID_OP_COUNT; i++) {
    const sid_operation_check *one = check.operation + i;
    assert_true(one->cases > 100);
    assert_true((one->wrong | one->a | one->b | one->result | one->right) == 0);
  }
  assert_int_equal(sid_selfcheck_deep(0, &again), 0);
  /* As many as the header says. */
  assert_in_range(compared(&again), 165000, 175000);
  assert_in_range(compared(&check) - compared(&again), 350000, 370000);
  assert_true(sid_selfcheck_deep(0, NULL) == UINT64_MAX);
  (void)state;
}

static void test_names(void **state) {
  for (int32_t i = 0; i < SID_OP_COUNT; i++) {
    assert_true(strlen(sid_operation_name(i)) >= 3);
    for (int32_t j = 0; j < i; j++)
      assert_string_not_equal(sid_operation_name(i), sid_operation_name(j));
  }
  assert_string_equal(sid_operation_name(SID_OP_COMPARE), "compare");
  assert_null(sid_operation_name(-1));
  assert_null(sid_operation_name(SID_OP_COUNT));
  assert_null(soft_operation_name(SID_OP_COUNT));
  (void)state;
}

/* ---- the library in software ----------------------------------------------------------------- */

static void test_right_library(void **state) {
  sid_deep_check check;
  soft_fault = FAULT_none;
  kept_next = kept_count = 0;
  const uint64_t wrong = soft_selfcheck_deep(20000, &check);
  for (int i = 0; i < SID_OP_COUNT; i++)
    if (check.operation[i].wrong != 0)
      print_message("%s: %" PRIx64 " %" PRIx64 " gives %" PRIx64 " instead of %" PRIx64 "\n",
                    sid_operation_name(i), check.operation[i].a, check.operation[i].b,
                    check.operation[i].result, check.operation[i].right);
  assert_int_equal(wrong, 0);
  (void)state;
}

typedef struct {
  const char *name;
  int32_t operation, last;
} fault_entry;

#define ENTRY(name, operation, last) {#name, operation, last},
static const fault_entry faults[] = {{"none", 0, 0}, SOFT_FAULTS(ENTRY)};

/* Every fault at every place shows in its operation, without a random case; and what is told of the
 * first wrong result is what the library gave and what this machine gives. */
static void test_every_fault_is_found(void **state) {
  int planted = 0, missed = 0;
  kept_count = 0;
  for (soft_fault = 1; soft_fault < FAULT_count; soft_fault++)
    for (soft_place = 0; soft_place <= faults[soft_fault].last; soft_place++) {
      const int32_t operation = faults[soft_fault].operation;
      sid_deep_check check;
      planted++;
      kept_next = 0;
      const uint64_t wrong = soft_selfcheck_deep(0, &check);
      const sid_operation_check *one = check.operation + operation;
      if (one->wrong == 0) {
        print_message("not found: %s at %d\n", faults[soft_fault].name, soft_place);
        missed++;
        continue;
      }
      assert_true(wrong >= one->wrong);
      assert_true(one->result != one->right);
      assert_true(sid_deep_canonical(operation, soft_result(operation, one->a, one->b)) ==
                  one->result);
      assert_true(sid_deep_canonical(operation, sid_machine_result(operation, one->a, one->b)) ==
                  one->right);
    }
  soft_fault = FAULT_none;
  print_message("%d faults at %d places\n", FAULT_count - 1, planted);
  assert_int_equal(missed, 0);
  assert_true(FAULT_count - 1 >= 25);
  (void)state;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_this_machine),
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_right_library),
      cmocka_unit_test(test_every_fault_is_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

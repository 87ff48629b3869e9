/* The operations of this machine, or of its compiler's library: the operands are read from volatile
 * variables, so that each is done when the program runs, one at a time. */
#include "config.h"
#include "fp.h"
#include "operations.h"

/* The comparisons that hold: 1 <, 2 <=, 4 ==, 8 !=, 16 >=, 32 >. */
static uint64_t sid_machine_compare(double a, double b) {
  volatile double x = a, y = b;
  uint64_t set = x < y ? 1 : 0;
  if (x <= y) set |= 2;
  if (x == y) set |= 4;
  if (x != y) set |= 8;
  if (x >= y) set |= 16;
  if (x > y) set |= 32;
  return set;
}

static uint64_t sid_machine_to_integer(int32_t operation, double a) {
  volatile double x = a;
  switch (operation) {
    case SID_OP_TO_INT32: return (uint64_t)(int64_t)(int32_t)x;
    case SID_OP_TO_UINT32: return (uint32_t)x;
    case SID_OP_TO_INT64: return (uint64_t)(int64_t)x;
    default: return (uint64_t)x;
  }
}

static double sid_machine_from_integer(int32_t operation, uint64_t a) {
  volatile uint64_t word = a;
  switch (operation) {
    case SID_OP_FROM_INT32: return (double)(int32_t)word;
    case SID_OP_FROM_UINT32: return (double)(uint32_t)word;
    case SID_OP_FROM_INT64: return (double)(int64_t)word;
    default: return (double)word;
  }
}

static double sid_machine_arithmetic(int32_t operation, double a, double b) {
  volatile double x = a, y = b;
  switch (operation) {
    case SID_OP_ADD: return x + y;
    case SID_OP_SUBTRACT: return x - y;
    case SID_OP_MULTIPLY: return x * y;
    case SID_OP_DIVIDE: return x / y;
    case SID_OP_NEGATE: return -x;
    default: return sid_sqrt(x);
  }
}

uint64_t sid_machine_result(int32_t operation, uint64_t a, uint64_t b) {
  if (operation == SID_OP_COMPARE) return sid_machine_compare(sid_double_of(a), sid_double_of(b));
  if (operation >= SID_OP_TO_INT32) return sid_machine_to_integer(operation, sid_double_of(a));
  /* Stored once: what is compared is a double of 8 bytes. */
  volatile double result =
      operation >= SID_OP_FROM_INT32
          ? sid_machine_from_integer(operation, a)
          : sid_machine_arithmetic(operation, sid_double_of(a), sid_double_of(b));
  return sid_bits_of(result);
}

/* The operations of docs/spec.md section 1 on bit patterns, by this machine and by integers alone.
 * Internal; for sid_selfcheck_deep(). */
#ifndef SID_OPERATIONS_H
#define SID_OPERATIONS_H

#include "config.h"
#include "sidyn.h"

#define SID_SIGN_BIT 0x8000000000000000u
#define SID_FRACTION_BITS 0xfffffffffffffu
#define SID_LEADING_BIT 0x10000000000000u
#define SID_INFINITY_BITS 0x7ff0000000000000u
#define SID_NAN_BITS 0x7ff8000000000000u

/* 1 for the bits of a NaN. */
static inline int sid_is_nan_bits(uint64_t bits) { return (bits << 1) > (SID_INFINITY_BITS << 1); }

/* What the operation gives, as the bits of a double, an integer of 64 bits (32 bits extended by
 * their sign if they have one), or for SID_OP_COMPARE the set of comparisons that hold. a and b
 * likewise; b is not looked at where there is one operand. A NaN may have any bits of a NaN. From a
 * double to an integer only where the integer can hold it. */
uint64_t sid_machine_result(int32_t operation, uint64_t a, uint64_t b);

/* The same by integers. */
uint64_t sid_exact_result(int32_t operation, uint64_t a, uint64_t b);

#endif

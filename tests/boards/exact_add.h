/* Sum of two binary64 numbers by integers alone, on bit patterns: what the directed test of
 * addition compares with. */
#ifndef EXACT_ADD_H
#define EXACT_ADD_H

#include <stdint.h>

/* a + b, rounded to nearest even, for finite a and b whose exponents are at most 69 apart. */
uint64_t exact_add(uint64_t a, uint64_t b);

#endif

#!/bin/sh
# Octave 7.3: idivide(-3, 4), said to round towards zero, gives -1.
#
# Guess: idivide without a third argument cuts the fraction off, as C's division does; its help
# says so, and has 0 for int8(-3) by int8(4), "fix", as the first example.
# Seen: -1. The quotient is rounded to the nearest integer and then lowered if quotient times
# divisor is above the dividend, which for a negative dividend is rounding away from zero: -5/4 is
# -2, -5/-4 is 2. Of the pairs of int8 nearly half are wrong. Positive dividends are right.
# Matters: displacements that are sorted into cells of a histogram, or reduced by a period, move by
# a whole cell on one side of zero only: what is symmetric becomes biased. A test with positive
# numbers passes.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
# shellcheck source=findings/octave
. "$(dirname "$0")/octave"

quotients() { octave_runs --eval "printf('%d ', idivide(int8($1), int8($2)))"; }
expect '-3 by 4, "fix" (0)' \
  "$(octave_runs --eval 'printf("%d", idivide(int8(-3), int8(4), "fix"))')" -1
expect '-7, -5, 5, 7 by 4 (-1 -1 1 1)' "$(quotients '[-7 -5 5 7]' 4)" '-2 -2 1 1 '
expect '-7, -5, 5, 7 by -4 (1 1 -1 -1)' "$(quotients '[-7 -5 5 7]' -4)" '2 2 -1 -1 '

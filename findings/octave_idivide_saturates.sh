#!/bin/sh
# Octave 7.3: idivide(uint8(255), uint8(2), "floor") is 128; it rounds up the largest of each type.
#
# Guess: "floor" is the integer at or below the quotient, 127, and so is "fix", the default.
# Seen: the quotient is rounded to the nearest integer, and lowered if multiplied by the divisor it
# comes out above the dividend. The product sticks at the largest integer of the type and cannot be
# above that dividend: 97 of 255 divisors give one too much for 255, none for 254. "ceil" has the
# same with -128.
# Matters: the largest integer is no rare one: clipping and quantising leave it in all places that
# were too large. As a random word of 64 bits, divided by 2^11 and scaled by 2^-53, it gives
# a uniform of 1, outside [0, 1), and log(1 - u) is infinite.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
# shellcheck source=findings/octave
. "$(dirname "$0")/octave"

wrong_divisors() {
  octave_runs --eval "
    y = 1:255;
    printf('%d', sum(double(idivide(uint8($1), uint8(y), 'floor')) != floor($1 ./ y)))"
}
expect '255 by 2 (127)' \
  "$(octave_runs --eval 'printf("%d", idivide(uint8(255), uint8(2), "floor"))')" 128
expect 'divisors with a wrong quotient for 255' "$(wrong_divisors 255)" 97
expect 'divisors with a wrong quotient for 254' "$(wrong_divisors 254)" 0
expect 'uniform from 64 bits that are 1 (below 1)' "$(octave_runs --eval '
  u = double(idivide(intmax("uint64"), uint64(2048), "floor")) / 2^53;
  printf("%g, log(1 - u) %g", u, log(1 - u))')" '1, log(1 - u) -Inf'

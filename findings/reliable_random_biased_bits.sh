#!/bin/sh
# npm's reliable-random, "an implementation of PCG", rotates wrongly: its uniforms average 0.538.
#
# Guess: pcg32 with state 42 and sequence 54 gives 0xa15c02b7 first, as PCG's own demonstration
# program does, and uniforms have mean 1/2.
# Seen: 0xf15c02b7. The left half of the 32-bit rotation is shifted by 31 - r in place of 32 - r
# and is laid by OR over 37 bits that were not cut to 32, so that bits overlap and ones prevail.
# The mean of 100 000 uniforms is 0.538 where the standard error is 0.0009: 41 standard errors.
# Matters: noise made of these is not centred, and an SGD path with it drifts; small integers
# taken by remainder look right, so that the usual glance at a histogram of dice shows nothing.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm reliable-random@0.0.1

expect 'first output for (42, 54)' "$(node -e '
  const { Random } = require("reliable-random");
  console.log(new Random(42, 54).randint(0xffffffff).toString(16));')" f15c02b7
expect 'standard errors of the mean of 100000 uniforms from 1/2' "$(node -e '
  const { Random } = require("reliable-random");
  const generator = new Random(42, 54), n = 100000;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += generator.random();
  console.log(Math.floor((sum / n - 0.5) * Math.sqrt(12 * n)));')" 41

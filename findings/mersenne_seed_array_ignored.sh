#!/bin/sh
# npm's mersenne: seed_array(A) ignores every number of A.
#
# Guess: arrays of seeds, such as [experiment, run], give a stream each.
# Seen: the length of the array is not handed on; the comparison with undefined is false, the loop
# over the key runs no time, and each array leaves the same state. The twister beneath is right:
# called with the length it gives the known 1067595299 for the key of the reference program.
# Matters: an ensemble whose runs are seeded this way is one run repeated, with standard errors
# that are exactly zero or, worse, are averaged with something else and look small.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm mersenne@0.0.4

first='const m = require("mersenne"), draw = (a) => (m.seed_array(a), m.rand(1 << 30));'
expect 'streams of 1000 arrays [7, run]' "$(node -e "$first"'
  console.log(new Set(Array.from({ length: 1000 }, (_, run) => draw([7, run]))).size);')" 1
expect 'the reference key, with its length' "$(node -e '
  const twister = new (require("mersenne").MersenneTwister19937)();
  twister.init_by_array([0x123, 0x234, 0x345, 0x456], 4);
  console.log(twister.genrand_int32());')" 1067595299

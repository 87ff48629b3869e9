#!/bin/sh
# npm's seeded-rand: of "any float or integer number" 15 bits of a hash become the seed.
#
# Guess: different seeds, different streams; collisions after some 2^16 seeds at the earliest,
# since randomize() draws from 2^32.
# Seen: the fraction is cut off, the integer is hashed well, and then all but 16 bits of the hash
# are dropped and the last is set. There are 2^15 streams. Seeds 104 and 159 are one stream, and
# so are 0.1, 0.2 and 0.9. Among 100 000 seeds less than a third give a stream of their own.
# Matters: an ensemble of 300 runs holds the same run twice with probability 3/4 (birthdays).
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm seeded-rand@4.0.0

draws='const Srand = require("seeded-rand"), draws = (seed) => {
  const generator = new Srand(seed);
  return Array.from({ length: 20 }, () => generator.random()).join();
};'
expect 'seeds 104 and 159 agree in 20 draws' "$(node -e "$draws"'
  console.log(draws(104) === draws(159));')" true
expect 'streams of 0.1, 0.2, 0.9' "$(node -e "$draws"'
  console.log(new Set([0.1, 0.2, 0.9].map(draws)).size);')" 1
expect 'streams of seeds 0 to 99999' "$(node -e "$draws"'
  console.log(new Set(Array.from({ length: 100000 }, (_, seed) => draws(seed))).size);')" 31174

#!/bin/sh
# npm's seedable-random: the stream of seed s + 1 is the stream of seed s without its first number.
#
# Guess: consecutive seeds give streams that have nothing to do with each other.
# Seen: the state is the seed, and a draw adds one to it. After k draws seed s is seed s + k.
# The package's own doubts are about the distribution, not about seeds.
# Matters: runs seeded 1, 2, 3, ... are one run seen through shifted windows. In 100 runs of 1000
# numbers there are 1099 different ones, not 100 000: the average over the runs is known no better
# than that of one run, and the spread between runs says the contrary, that it is known very well.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm seedable-random@0.0.1

expect 'different numbers in 100 seeds of 1000 draws' "$(node -e '
  const random = require("seedable-random"), seen = new Set();
  for (let seed = 1; seed <= 100; seed++) {
    random.seed(seed);
    for (let i = 0; i < 1000; i++) seen.add(random());
  }
  console.log(seen.size);')" 1099

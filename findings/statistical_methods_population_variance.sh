#!/bin/sh
# npm's statistical-methods: variance(x, false) is the sample variance all the same.
#
# Guess: the second argument chooses between n - 1 and n: the source says that the sample's is the
# default, and has the division by n.
# Seen: a false argument is replaced by true before it is looked at, so the division by n that
# stands in the next line is never reached: 5/3 for 1, 2, 3, 4 either way, not 5/4.
# Matters: layers that normalise a batch divide by n. With a batch of 4 the activations normalised
# with this have variance 3/4, not 1.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm statistical-methods@1.0.4

variance() {
  node -e '
    const { variance } = require("statistical-methods");
    console.log(variance([1, 2, 3, 4], JSON.parse(process.argv[1])).toFixed(6));' "$1"
}
expect 'variance, of the sample' "$(variance true)" 1.666667
expect 'variance, not of the sample' "$(variance false)" 1.666667

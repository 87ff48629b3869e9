#!/bin/sh
# npm's statistics ("mean and standard deviation in one pass"): a constant sample gives NaN.
#
# Guess: the deviation of 0.1, 0.1, 0.1 is 0, or at worst of the order of a rounding.
# Seen: the mean of squares less the square of the mean is -1.7e-18, and its root is NaN. With an
# offset the same difference loses everything: 1e9, 1e9 + 1, 1e9 + 2 have deviation 0, not 0.816.
# Matters: a converged trajectory is a constant sample. A report of "mean +- deviation" of losses
# shows NaN where the run is best, or 0 where it still moves.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm statistics@3.3.0

deviation() {
  node -e 'console.log(JSON.parse(process.argv[1]).reduce(require("statistics")).stdev);' "$1"
}
expect 'deviation of 0.1, 0.1, 0.1' "$(deviation '[0.1, 0.1, 0.1]')" NaN
expect 'deviation of 1e9, 1e9 + 1, 1e9 + 2' "$(deviation '[1e9, 1000000001, 1000000002]')" 0

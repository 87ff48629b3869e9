#!/bin/sh
# npm's @mathigon/fermat: the correlation of a series with itself is (n - 1)/n, not 1.
#
# Guess: correlation(x, x) = 1 for every x that is not constant.
# Seen: the covariance divides by n, the two standard deviations by n - 1; neither says so. Three
# points on a line correlate to 2/3, four to 3/4.
# Matters: autocorrelation times and the cosine between gradients of small windows are taken from
# this; a bias of 1/n in each lag is not told from a real decay.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm @mathigon/fermat@1.1.24

correlation() {
  node -e '
    const x = JSON.parse(process.argv[1]);
    console.log(require("@mathigon/fermat").correlation(x, x).toFixed(6));' "$1"
}
expect 'correlation of 1, 2, 3 with itself' "$(correlation '[1, 2, 3]')" 0.666667
expect 'correlation of 1, 2, 3, 4 with itself' "$(correlation '[1, 2, 3, 4]')" 0.750000

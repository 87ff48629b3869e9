#!/bin/sh
# npm's @mathigon/fermat: chiCDF falls where it should rise, and becomes negative.
#
# Guess: chiCDF(x, k), "the chi CDF function", is the distribution function of chi-squared:
# with k = 2 it is 1 - exp(-x/2), which is 0.7769 at 3 and 0.8647 at 4.
# Seen: one less a sum of rectangles of width 1, that is a rough survival function, or the p-value
# that the caller would have formed as 1 - CDF: 0.0128 at 3 (the survival is 0.2231), and -0.0988
# at 4 (0.1353). With one degree of freedom the density is infinite at 0, and so is the result.
# Matters: a test of fit that reports p = 1 - chiCDF passes what it should reject and the reverse.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm @mathigon/fermat@1.1.24

chi_cdf() {
  node -e '
    const [x, degrees] = process.argv.slice(1).map(Number);
    console.log(require("@mathigon/fermat").Random.chiCDF(x, degrees).toFixed(4));' "$@"
}
expect 'at 2, 2 degrees (0.6321)' "$(chi_cdf 2 2)" 0.1967
expect 'at 3, 2 degrees (0.7769)' "$(chi_cdf 3 2)" 0.0128
expect 'at 4, 2 degrees (0.8647)' "$(chi_cdf 4 2)" -0.0988
expect 'at 3, 1 degree (0.9167)' "$(chi_cdf 3 1)" -Infinity

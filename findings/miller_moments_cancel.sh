#!/bin/sh
# Miller 6.6: mlr stats1 gives a skewness of 164367 and a kurtosis of -1.5e13 to three numbers.
#
# Guess: 1000000.1, 1000000.2, 1000000.3 have variance 0.01, skewness 0 and excess kurtosis -1.5;
# no three numbers have a skewness beyond 0.71, and no numbers an excess kurtosis below -2.
# Seen: moments come from sums of x, x^2, x^3 and x^4, whose digits cancel: the variance is 2.5 %
# off, the others have no digit, and near 1.7e9 (seconds since 1970, with a fraction) the variance
# is 0. Datamash, asked for the same variance, has eleven digits.
# Matters: kurtosis is how one looks for heavy tails of gradient noise, on columns whose mean is
# seldom zero, and error bars (meaneb) come from that variance: they shrink to nothing.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_debian miller=6.6.0-2+b3 datamash=1.7-2

moment() {
  of=$1
  shift
  printf 'x\n%s\n%s\n%s\n' "$@" |
    "$tmp/usr/bin/mlr" --icsv --onidx --ofmt %.5g stats1 -a "$of" -f x
}
expect 'variance at 0.1, 0.2, 0.3' "$(moment var 0.1 0.2 0.3)" 0.01
expect 'variance at 1e6 + 0.1, 0.2, 0.3' "$(moment var 1000000.1 1000000.2 1000000.3)" 0.010254
expect 'skewness there' "$(moment skewness 1000000.1 1000000.2 1000000.3)" 1.6437e+05
expect 'kurtosis there' "$(moment kurtosis 1000000.1 1000000.2 1000000.3)" -1.5318e+13
expect 'variance at 1.7e9' "$(moment var 1700000000.1 1700000000.2 1700000000.3)" 0
expect 'of datamash' "$(printf '%s\n' 1000000.1 1000000.2 1000000.3 |
  "$tmp/usr/bin/datamash" -R 8 svar 1)" 0.01000000

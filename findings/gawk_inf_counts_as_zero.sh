#!/bin/sh
# gawk reads the field "-inf" as minus infinity and the fields "inf" and "nan" as 0.
#
# Guess: the sum of a column is infinite or NaN when an entry is, as in mawk, which reads all of
# them; or else none of these words is a number.
# Seen: gawk 5.2.1 without --posix takes them for numbers only with a sign in front. Its manual
# says so; but C's printf, NumPy and R write a positive infinity and NaN without a sign and a
# negative infinity with one. "inf" and "-inf" add up to -inf, losses 1, inf, 2, nan average 0.75.
# Matters: a run that diverged upwards, the usual way, lowers the mean loss of its ensemble.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_debian gawk=1:5.2.1-2 mawk=1.3.4.20200120-3.1 libgmp10 libmpfr6 libreadline8 libsigsegv2 \
  libtinfo6

export LD_LIBRARY_PATH="$libraries" LC_ALL=C
mean() {
  of=$1
  shift
  printf '%s\n' "$@" | "$tmp/usr/bin/$of" '{ sum += $1 } END { print sum / NR }'
}
expect 'gawk, mean of 1 inf 2 nan' "$(mean gawk 1 inf 2 nan)" 0.75
expect 'gawk, mean of inf -inf' "$(mean gawk inf -inf)" -inf
expect 'mawk, mean of 1 inf 2 3' "$(mean mawk 1 inf 2 3)" inf

#!/bin/sh
# pandas 1.5.3 and R 4.2.2 lose the sign of a zero in a CSV column unless a neighbour has a point.
#
# Guess: what says float_precision="round_trip" keeps each double; -0 is how C's %g and %.17g write
# a negative zero.
# Seen: a column of -0 and 3 is guessed to be of integers, which have one zero, and the sign is
# gone. With 3.5 in place of 3 the same text -0 is a negative zero. The type of the column, not the
# text of the number, decides.
# Matters: 1/x, atan2 and sqrt tell the zeros apart, as does any comparison of bits: a trajectory
# written with %.17g is not what is read, but only if all numbers of the column happen to be whole.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_debian python3-pandas=1.5.3+dfsg-2 python3-pandas-lib=1.5.3+dfsg-2 \
  python3-numpy=1:1.24.2-1+deb12u1 r-base-core=4.2.2.20221110-2 python3-dateutil \
  python3-six python3-tz python3-pkg-resources python3.11-minimal libpython3.11-minimal \
  libpython3.11-stdlib libblas3 liblapack3 libbz2-1.0 libcom-err2 libexpat1 libffi8 libgfortran5 \
  libgomp1 libgssapi-krb5-2 libicu72 libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0 liblzma5 \
  libpcre2-8-0 libquadmath0 libreadline8 libssl3 libtinfo6 libtirpc3 zlib1g

export LD_LIBRARY_PATH="$tmp/usr/lib/R/lib:$libraries/blas:$libraries/lapack:$libraries"
pandas_reads() {
  printf 'x\n%s\n%s\n' "$@" | PYTHONHOME=$tmp/usr \
    PYTHONPATH=$tmp/usr/lib/python3/dist-packages "$tmp/usr/bin/python3.11" -c '
import math, sys, pandas
x = pandas.read_csv(sys.stdin, float_precision="round_trip").x
print(x.dtype, math.copysign(1.0, x[0]))'
}
r_reads() {
  R_HOME=$tmp/usr/lib/R R_DEFAULT_PACKAGES=utils LC_ALL=C "$tmp/usr/lib/R/bin/exec/R" --vanilla \
    --no-echo -e "x <- read.csv(text = 'x\n$1\n$2\n')\$x; cat(class(x), sign(1 / x[1]))"
}
expect 'pandas, column -0, 3' "$(pandas_reads -0 3)" 'int64 1.0'
expect 'pandas, column -0, 3.5' "$(pandas_reads -0 3.5)" 'float64 -1.0'
expect 'R, column -0, 3' "$(r_reads -0 3)" 'integer 1'
expect 'R, column -0, 3.5' "$(r_reads -0 3.5)" 'numeric -1'

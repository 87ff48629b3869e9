#!/bin/sh
# NumPy 1.24: genfromtxt reads every C99 hexadecimal float as NaN, and says nothing.
#
# Guess: 0x1p-3, what C's %a writes and strtod reads, is read too, or refused with the line's
# number as loadtxt does.
# Seen: a word that is no decimal is counted as a missing value, which is filled with NaN. There is
# no warning, even with warnings as errors and invalid_raise at its default of True, which is about
# the number of columns. A file of numbers that are all exact becomes a file of NaN.
# Matters: hexadecimal is how bit-exact results are handed over; the mean that skips NaN (nanmean)
# then averages the few entries that were written as decimals.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_debian python3-numpy=1:1.24.2-1+deb12u1 python3-pkg-resources python3.11-minimal \
  libpython3.11-minimal libpython3.11-stdlib libblas3 libbz2-1.0 libexpat1 libffi8 libgfortran5 \
  liblapack3 liblzma5 libquadmath0 libssl3 zlib1g

read_with() {
  LD_LIBRARY_PATH="$libraries/blas:$libraries/lapack:$libraries" PYTHONHOME=$tmp/usr \
    PYTHONPATH=$tmp/usr/lib/python3/dist-packages "$tmp/usr/bin/python3.11" -W error -c '
import io, sys, numpy
try:
    print(getattr(numpy, sys.argv[1])(io.StringIO("0x1p-3\n2.5\n")))
except ValueError:
    print("ValueError")' "$1"
}
expect 'genfromtxt, column 0x1p-3, 2.5' "$(read_with genfromtxt)" '[nan 2.5]'
expect 'loadtxt, column 0x1p-3, 2.5' "$(read_with loadtxt)" ValueError

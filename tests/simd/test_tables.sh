#!/bin/sh
# The tables, coefficients and bounds of the candidates (simd/kernels/candidate_tables.h) are what
# ci/candidates.py derives, and every bound is at most half of what the kernels need.
planned=2
. tests/build/tap.sh

derived() { "$PYTHON" -B ci/candidates.py --check; }
changed() { # one bit of one coefficient, in a copy
  mkdir -p "$tmp/ci" "$tmp/simd/kernels" && cp ci/candidates.py "$tmp/ci" || return 1
  sed '/define SID_RADIUS_0/s/0a8p-2/0a9p-2/' simd/kernels/candidate_tables.h \
    > "$tmp/simd/kernels/candidate_tables.h"
  ! cmp -s simd/kernels/candidate_tables.h "$tmp/simd/kernels/candidate_tables.h" &&
    ! "$PYTHON" -B "$tmp/ci/candidates.py" --check
}
check 'the tables are what the script derives, and the bounds hold' derived
check 'a table with one bit changed is not' changed
finish

#!/bin/sh
# 10^8 normals of every backend against ref/, and the largest error of 10^8 candidates and of as
# many as the deep tier has at the ends of intervals: at most half of what the kernels need.
planned=2
. tests/build/tap.sh

deep() { # CASES
  SID_DEEP=1 SID_ONLY='' CASES=$1 CMOCKA_MESSAGE_OUTPUT=TAP $EXEC_WRAPPER \
    "$B/tests/unit/test_simd_normal"
}
check '10^8 normals of every backend are those of ref/' deep 'test_random_streams'
check '10^8 candidates are within half of the bounds' deep 'test_candidates_*'
finish

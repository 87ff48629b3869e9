#!/bin/sh
# Every problem with every noise and dynamics at every dimension to 40, on every backend (make test
# takes one in six).
planned=1
. tests/build/tap.sh

every() {
  SID_DEEP=1 CASES=test_all_dimensions CMOCKA_MESSAGE_OUTPUT=TAP $EXEC_WRAPPER \
    "$B/tests/unit/test_simd"
}
check 'all of them are those of ref/' every
finish

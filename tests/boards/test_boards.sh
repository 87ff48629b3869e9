#!/bin/sh
# What can be tested of the boards without one: their known answers are those of the fixtures, their
# program passes here and notices a wrong answer, and the cure for libgcc's addition adds exactly.
# `make boards` runs the boards themselves.
planned=8
. tests/build/tap.sh

warnings='-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
 -Wmissing-prototypes -Werror'
flags="-std=c99 -O2 -ffp-contract=off -fno-math-errno $warnings -Iref"

current() { "$PYTHON" -B fixtures/generate/known_answers_header.py --check "$@"; }
check 'tests/boards/known_answers.h is what the fixtures give' current

altered() {
  sed 's/0xbec72e557f517348u/0xbec72e557f517349u/' tests/boards/known_answers.h > "$tmp/other.h"
  ! cmp -s tests/boards/known_answers.h "$tmp/other.h" && ! current --out "$tmp/other.h" &&
    grep -q 'other.h:[0-9]*: not what' "$tmp/check.log"
}
check 'a header that was altered is noticed' altered

cure() { # COMPILER
  "$1" $flags -DSID_TEST_SOFT_ADD -Itests/boards tests/boards/check_cure.c \
    ref/exact.c ref/port/arm_softadd.c \
    -o "$tmp/cure-$1" && "$tmp/cure-$1"
}
check 'the cure adds exactly, and only what it is for (gcc)' cure gcc
check 'the cure adds exactly, and only what it is for (clang)' cure clang

program() { # FOLDER of main.c and the header
  gcc $flags -I"$1" -Itests/boards "$1"/main.c tests/boards/native.c "$B/libsidyn.a" \
    -o "$tmp/board" || return 2
  "$tmp/board"
}
passes() {
  program tests/boards &&
    grep -qE '^[0-9a-f]{16} operations=[0-9]{6,} checks=[0-9]{5,} passed$' "$tmp/check.log"
}
check 'the program of the boards passes here' passes
same_hash() {
  hash=$("$tmp/board" | cut -c1-16) && grep -q "\`$hash\`" docs/porting.md
}
check 'its hash is that of docs/porting.md' same_hash

mkdir "$tmp/altered" && cp tests/boards/main.c "$tmp/altered"
notices() { # SED-COMMAND
  sed "$1" tests/boards/known_answers.h > "$tmp/altered/known_answers.h"
  ! cmp -s tests/boards/known_answers.h "$tmp/altered/known_answers.h" || return 1
  program "$tmp/altered"
  [ $? -eq 1 ] && grep -q 'FAILED$' "$tmp/check.log"
}
check 'it fails with a wrong raw' notices 's/0xf1645affcd5f76eeu/0xf1645affcd5f76efu/'
check 'it fails with a wrong state of the bit test' notices \
  's/0xbec72e557f517348u/0xbec72e557f517349u/'

finish

#!/bin/sh
# Builds the library for one machine, compiler and level of optimisation, and runs the programs of
# tests/cross/ and tests/boards/ there.
#
#   ci/cross.sh TARGET COMPILER OPT
#
# Prints one line: target, compiler, level, cases passed, hash, hash of the boards' program,
# seconds, verdict, separated by "|". The verdict is "ok" or what is wrong; what the compiler or the
# programs said is then in $BUILD/cross/TARGET-COMPILER-OPT/log. A compiler or an emulator that is
# not there is a failure, not a skip.
set -u
cd "$(dirname "$0")/.." || exit 1
target=$1 compiler=$2 opt=$3
dir=${BUILD:-build}/cross/$target-$compiler$opt
started=$(date +%s)
cases=- hash=- board=-

verdict() {
  printf '%s|%s|%s|%s|%s|%s|%s|%s\n' "$target" "$compiler" "$opt" "$cases" "$hash" "$board" \
    "$(($(date +%s) - started))" "$1"
  [ "$1" = ok ]
  exit
}

unset MAKEFLAGS MFLAGS MAKELEVEL
make_one() {
  make -s -f ci/cross.mk TARGET="$target" COMPILER="$compiler" OPT="$opt" D="$dir" "$@"
}

mkdir -p "$dir" || exit 1
variables=$(make_one show) || verdict 'no such target'
compilers='' cc='' linker='' run=''
eval "$variables"
for tool in "${cc%% *}" "${linker%% *}" "${run%% *}"; do
  [ -z "$tool" ] || command -v "$tool" > /dev/null || verdict "$tool is missing (make deps-cross)"
done
[ -n "$cc" ] || verdict "no $compiler for this target"
make_one programs > "$dir/log" 2>&1 || verdict "does not build, see $dir/log"

$run "$dir/known_answers" < "${BUILD:-build}/cross/answers.txt" > "$dir/log" 2>&1
status=$?
cases=$(sed -n 's/^\([0-9]* passed\), [0-9]* failed$/\1/p' "$dir/log")
[ "$status" -eq 0 ] && [ -n "$cases" ] || verdict "known answers: exit status $status, see $dir/log"
$run "$dir/trajectory_hash" > "$dir/log" 2>&1
status=$?
hash=$(sed -n 's/^hash \([0-9a-f]\{16\}\)$/\1/p' "$dir/log")
[ "$status" -eq 0 ] && [ -n "$hash" ] ||
  verdict "trajectory hash: exit status $status, see $dir/log"
$run "$dir/board" > "$dir/log" 2>&1
status=$?
board=$(sed -n 's/^\([0-9a-f]\{16\}\) operations=.* passed$/\1/p' "$dir/log")
[ "$status" -eq 0 ] && [ -n "$board" ] ||
  verdict "program of the boards: exit status $status, see $dir/log"
verdict ok

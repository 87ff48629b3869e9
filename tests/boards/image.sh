#!/bin/sh
# Builds the program of tests/boards/main.c for one board and runs it under QEMU.
#
#   tests/boards/image.sh BOARD [plain|uncured|unchecked|trapping|single]
#
# plain: as a user would build it. uncured: without ref/port/; sid_selfcheck() must refuse.
# unchecked: without the cure and without the selfcheck; the deep check must find addition wrong.
# trapping: undefined behaviour ends the program. The board `example` is docs/examples/board.
# Prints one line: board, variant, hash, operations, checks, bytes of the image, seconds, verdict,
# separated by "|"; the verdict is "ok" or what is wrong. OPT is the level of optimisation. What
# compiler and program said is in $BUILD/boards/BOARD-VARIANT-O2/log. A missing compiler is a
# failure, not a skip.
set -u
cd "$(dirname "$0")/../.." || exit 1
board=$1 variant=${2:-plain}
unset MAKEFLAGS MFLAGS MAKELEVEL
[ "$board" != example ] || exec "${PYTHON:-python3}" -B tests/boards/example.py
opt=${OPT:--O2}
dir=${BUILD:-build}/boards/$board-$variant$opt
started=$(date +%s)
hash=- operations=- checks=- size=-

verdict() {
  printf '%s|%s|%s|%s|%s|%s|%s|%s\n' "$board" "$variant" "$hash" "$operations" "$checks" "$size" \
    "$(($(date +%s) - started))" "$1"
  [ "$1" = ok ]
  exit
}

make_one() {
  set -- OPT="$opt" "$@"
  case $variant in
    uncured) set -- CURE= "$@" ;;
    unchecked) set -- CURE= MORE_FLAGS=-DBOARD_WITHOUT_SELFCHECK "$@" ;;
    trapping) set -- MORE_FLAGS='-fsanitize=undefined -fsanitize-undefined-trap-on-error' "$@" ;;
  esac
  make -s -f tests/boards/boards.mk BOARD="$board" D="$dir" "$@"
}

mkdir -p "$dir" || exit 1
variables=$(make_one show) || verdict 'no such board'
cc='' tools='' run=''
eval "$variables"
for tool in "${cc%% *}" "${run%% *}"; do
  [ -z "$tool" ] || command -v "$tool" > /dev/null || verdict "$tool is missing (make deps-cross)"
done
make_one "$dir/main.elf" > "$dir/log" 2>&1 || verdict "does not build, see $dir/log"
[ "$board" = native ] || size=$("${tools}size" "$dir/main.elf" | awk 'NR == 2 { print $1 }')
# shellcheck disable=SC2086
timeout 120 $run "$dir/main.elf" > "$dir/log" 2>&1 < /dev/null
status=$?

case $variant in
  uncured)
    [ "$status" -eq 3 ] || verdict "exit status $status instead of 3, see $dir/log"
    [ "$(grep -c '^refused: ' "$dir/log")" -eq 1 ] ||
      verdict "not refused for one reason, see $dir/log"
    grep -q '^refused: double addition in software' "$dir/log" ||
      verdict "refused for another reason, see $dir/log"
    verdict ok ;;
  unchecked)
    [ "$status" -eq 1 ] || verdict "exit status $status instead of 1, see $dir/log"
    grep -q '^operation add: ' "$dir/log" || verdict "the fault is not found, see $dir/log"
    ! grep '^operation ' "$dir/log" | grep -qv '^operation \(add\|subtract\): ' ||
      verdict "other faults too, see $dir/log"
    verdict ok ;;
esac
[ "$status" -eq 0 ] || verdict "exit status $status, see $dir/log"
line=$(grep -E '^[0-9a-f]{16} operations=[0-9]+ checks=[0-9]+ passed$' "$dir/log") ||
  verdict "no result, see $dir/log"
hash=${line%% *}
operations=$(echo "$line" | sed 's/.*operations=\([0-9]*\).*/\1/') \
  checks=$(echo "$line" | sed 's/.*checks=\([0-9]*\).*/\1/')
[ "$operations" -ge 400000 ] || verdict 'too few operations'
verdict ok

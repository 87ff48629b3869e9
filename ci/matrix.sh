#!/bin/sh
# Runs ci/cross.sh for every target, compiler and level of optimisation, and prints a table and "N
# passed, N failed". A row passes if all known answers are right and both hashes are those of the
# first row, which the machine itself computes.
#
#   [TARGETS='aarch64 s390x'] [COMPILERS=gcc] ci/matrix.sh LEVEL...   e.g. ci/matrix.sh -O0 -O2 -O3
#
# WARNINGS and ARITHMETIC, the flags of the library, come from the Makefile: make cross, make
# matrix.
set -u
cd "$(dirname "$0")/.." || exit 1
[ -n "${ARITHMETIC:-}" ] || { echo 'ci/matrix.sh: run make cross or make matrix' >&2; exit 1; }
: "${BUILD:=build}"
export BUILD WARNINGS ARITHMETIC
unset MAKEFLAGS MFLAGS MAKELEVEL
rows=$(mktemp) || exit 1
trap 'rm -f "$rows" "$rows.list"' EXIT

all=$(ls ci/targets/cross-*.mk | sed 's,.*/cross-,,; s,[.]mk$,,' | grep -vx native)
mkdir -p "$BUILD/cross" &&
  "${PYTHON:-python3}" -B tests/cross/answers.py > "$BUILD/cross/answers.txt" || exit 1

list_rows() {
  for target in native ${TARGETS:-$all}; do
    compilers=none
    [ -f "ci/targets/cross-$target.mk" ] && eval "$(make -s -f ci/cross.mk TARGET="$target" show)"
    for compiler in $compilers; do
      case " ${COMPILERS:-gcc clang none} " in *" $compiler "*) ;; *) continue ;; esac
      for level in "$@"; do echo "$target $compiler $level"; done
    done
  done
}

table() { printf '%-12s %-6s %-4s %12s  %-16s  %-16s %5s  %s\n' "$@"; }

list_rows "$@" > "$rows.list"
# its exit status is that of the rows
xargs -P "${JOBS:-2}" -L 1 sh ci/cross.sh < "$rows.list" > "$rows"
table target cc level 'known' hash "boards' hash" time result
expected='' passed=0 failed=0
while read -r target compiler level; do
  row=$(grep -F -- "$target|$compiler|$level|" "$rows" | tail -n 1)
  verdict=${row##*|}
  IFS='|' read -r _ _ _ cases hash board seconds _ << end
$row
end
  [ -n "$row" ] || verdict='no result' cases=- hash=- board=- seconds=-
  : "${expected:=$hash $board}"
  [ "$verdict" != ok ] || [ "$hash $board" = "$expected" ] || verdict='another hash'
  if [ "$verdict" = ok ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    verdict="FAILED: $verdict"
  fi
  table "$target" "$compiler" "$level" "$cases" "$hash" "$board" "$seconds s" "$verdict"
done < "$rows.list"
[ "$((passed + failed))" -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/bin/sh
# Every board, and the cure of ref/port/ with and without: one row each, "N passed, N failed" at the
# end. Every hash must be that of the machine that builds. JOBS images at a time.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${BUILD:=build}" "${JOBS:=1}" "${OPT:=-O2}"
export BUILD OPT WARNINGS ARITHMETIC
list=$(mktemp) && rows=$(mktemp) || exit 1
trap 'rm -f "$list" "$rows"' EXIT

echo native plain > "$list"
for fragment in ci/targets/board-*.mk; do
  board=${fragment#ci/targets/board-} board=${board%.mk}
  echo "$board plain"
  # A board that is said to need the cure must be refused without it, and the deep check must see
  # what the cure is for.
  if grep -q '^BOARD_CURE := yes' "$fragment"; then
    echo "$board uncured"
    echo "$board unchecked"
  fi
  case $board in cortex-m3 | aarch64) echo "$board trapping" ;; esac
done >> "$list"
echo example single >> "$list"

xargs -P "$JOBS" -L 1 sh tests/boards/image.sh < "$list" > "$rows"
expected=$(awk -F '|' '$1 == "native" { print $3 }' "$rows")

# In the order of the list; a row that is missing is a failure.
awk -F '|' -v expected="$expected" '
  FNR == NR { row[$1 " " $2] = $0; next }
  FNR == 1 {
    shape = "%-18s %-10s %-17s %10s %7s %7s %5s  %s\n"
    printf shape, "board", "image", "hash", "operations", "checks", "bytes", "s", "result"
    said["uncured"] = "refused: double addition in software rounds wrongly"
    said["unchecked"] = "without selfcheck and cure the deep check finds it"
    said["single"] = "docs/examples/board as its README says, alone and as a component"
    said["trapping"] = "same hash, no undefined behaviour"
  }
  {
    split($0, key, " ")
    n = split(row[$0], f, "|")
    verdict = n == 8 ? f[8] : "no result"
    computes = key[2] == "plain" || key[2] == "trapping"
    if (verdict == "ok" && computes && (f[3] == "-" || f[3] != expected)) verdict = "another hash"
    good = verdict == "ok"
    if (good) passed++; else failed++
    if (!good) verdict = "FAILED: " verdict
    else if (key[1] == "native") verdict = "ok: the reference"
    else verdict = key[2] in said ? "ok: " said[key[2]] : "ok: same hash"
    printf shape, key[1], key[2], f[3], f[4], f[5], f[6], f[7], verdict
  }
  END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }
' "$rows" FS=' ' "$list"

#!/bin/sh
# Runs test programs and scripts that print TAP (a plan "1..N", then "ok n - name" or "not ok n - name"), shows what failed,
# and ends with the sum "N passed, N failed". A program without a plan, with fewer results than planned, or with an exit
# status that contradicts its results counts as one failure more. No test at all is a failure.
set -u
passed=0 failed=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

for test in "$@"; do
  case $test in
    *.py) set -- "$PYTHON" -B "$test" ;;
    *.sh) set -- sh "$test" ;;
    *) set -- ${EXEC_WRAPPER:-} "$test" ;;
  esac
  started=$(date +%s)
  CMOCKA_MESSAGE_OUTPUT=TAP "$@" > "$log" 2>&1
  status=$?
  ok=$(grep -c '^ok ' "$log")
  bad=$(grep -c '^not ok ' "$log")
  plan=$(sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
  skips=$(grep -ci '^ok .*# *skip' "$log")
  note=''
  [ "$plan" -gt 0 ] && [ "$((ok + bad))" -eq "$plan" ] || note="planned $plan, ran $((ok + bad))"
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || note="exit status $status"
  [ "$skips" -eq 0 ] || note="$skips skipped"
  passed=$((passed + ok)) failed=$((failed + bad))
  if [ -n "$note" ]; then failed=$((failed + 1)); fi
  if [ "$bad" -gt 0 ] || [ -n "$note" ]; then
    sed 's/^/    /' "$log" | tail -n 60
    echo "FAIL $test: $ok of $plan passed ${note:+($note)}"
  else
    echo "ok   $test: $ok passed, $(($(date +%s) - started)) s"
  fi
done
[ "$((passed + failed))" -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

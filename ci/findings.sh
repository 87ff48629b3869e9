#!/bin/sh
# Runs findings: ci/findings.sh [SCRIPT...], all of findings/ without arguments. Each fetches what
# it looks at, so it needs the network, npm and apt; one that cannot is failed, as is one that sees
# another behaviour than it records. What a failed one said is shown.
set -u
cd "$(dirname "$0")/.." || exit 1
[ $# -gt 0 ] || set -- findings/*.sh
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' HUP INT TERM
passed=0 failed=0
for script in "$@"; do
  name=$(basename "$script" .sh)
  if sh "$script" > "$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok $name"
  else
    failed=$((failed + 1))
    echo "FAILED $name"
    sed 's/^/  /' "$log"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

#!/bin/sh
# docs/contracts.md has a line for each public function, and docs/soundness.md for each promise of
# README.
planned=3
. tests/build/tap.sh

public() { sh ci/exports.sh 0 | grep -o 'sid_[a-z0-9_]*' | sort -u; }
lines() { # FILE
  sed -n 's/^| \(`sid_[^|]*\)|.*/\1/p' "$1" | grep -o 'sid_[a-z0-9_]*' | sort
}
each_function() { public > "$tmp/public" && lines "$1" | diff "$tmp/public" -; }
check 'each public function has its contract, once' each_function docs/contracts.md
one_is_missing() {
  grep -v '^| `sid_step`' docs/contracts.md > "$tmp/less.md"
  ! each_function "$tmp/less.md" && grep -q '^< sid_step$' "$tmp/check.log"
}
check 'one that is missing is noticed' one_is_missing
rows() { sed -n "/^## $2/,/^## [^$3]/p" "$1" | grep '^| ' | grep -vc '^| promise'; }
promises() {
  asked=$(rows README.md Promises P) answered=$(rows docs/soundness.md 'The weakest' T)
  echo "$asked promises, $answered links"
  [ "$asked" -gt 10 ] && [ "$asked" -eq "$answered" ]
}
check 'each promise of README has its weakest link' promises

finish

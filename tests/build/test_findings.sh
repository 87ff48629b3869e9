#!/bin/sh
# make findings without the network: how it sums up, and that each script has the form that
# CONTRIBUTING.md asks for.
planned=5
. tests/build/tap.sh

printf 'echo fine\n' > "$tmp/fine.sh"
printf 'echo "behaviour changed" >&2\nexit 1\n' > "$tmp/changed.sh"
last_line() { tail -n 1 "$tmp/check.log"; }
all_pass() {
  ci/findings.sh "$tmp/fine.sh" "$tmp/fine.sh" && [ "$(last_line)" = '2 passed, 0 failed' ]
}
one_fails() {
  ! ci/findings.sh "$tmp/fine.sh" "$tmp/changed.sh" &&
    grep -q '^FAILED changed$' "$tmp/check.log" &&
    grep -q '^  behaviour changed$' "$tmp/check.log" && [ "$(last_line)" = '1 passed, 1 failed' ]
}
not_there() { ! ci/findings.sh "$tmp/none.sh" && [ "$(last_line)" = '0 passed, 1 failed' ]; }
check 'findings that hold are counted' all_pass
check 'one that sees something else fails, and what it said is shown' one_fails
check 'one that is not there fails' not_there

without() { # PATTERN
  grep -L -e "$1" findings/*.sh
}
shared='^\. "$(dirname "$0")/\(octave\|torch\)"$'
pinned='^from_npm .*[^ ]@[0-9]\|^from_debian .*=[0-9]'
form() {
  none "$(without '^\. "$(dirname "$0")/fetch"$')" && none "$(without "$pinned\\|$shared")" &&
    none "$(without '^ *expect ')" && none "$(without '^# Guess: ')" &&
    none "$(without '^# Seen: ')"
}
check 'each fetches pinned packages, says what is guessed and what seen, and expects it' form
alone() { none "$(grep -l 'build/\|libsidyn\|ref/' findings/*.sh)"; }
check 'none uses sidyn' alone

finish

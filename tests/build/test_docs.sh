#!/bin/sh
# The program in docs/api.md compiles with strict warnings, links, and prints what stands below it.
planned=4
. tests/build/tap.sh

# The contents of the first fenced block of a language.
block() {
  awk -v fence="\`\`\`$1" \
    '$0 == fence && !seen { inside = seen = 1; next } /^```/ { inside = 0 } inside' docs/api.md
}

block c > "$tmp/example.c"
block output > "$tmp/expected"
# those of the library: a coverage or sanitizer build must link
flags=$(sed 's/^[^ ]* //' "$B/REF.flags") || exit 1

compiles() {
  "$CC" -std=c99 -O2 -Wall -Wextra -Wpedantic -Wconversion -Werror -Iref -c "$tmp/example.c" \
    -o "$tmp/example.o"
}
links() { "$CC" $flags "$tmp/example.o" "$B/libsidyn.a" -o "$tmp/example"; }
prints() { $EXEC_WRAPPER "$tmp/example" > "$tmp/printed" && diff "$tmp/expected" "$tmp/printed"; }
is_there() { [ "$(wc -l < "$tmp/example.c")" -ge 15 ] && [ "$(wc -l < "$tmp/expected")" -ge 1 ]; }

check 'docs/api.md has a program and its output' is_there
check 'the program compiles' compiles
check 'the program links' links
check 'the program prints its output' prints

finish

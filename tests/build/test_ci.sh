#!/bin/sh
# The lines of docs/ci.md run: all but the installation, and verify for a few checks only.
planned=4
. tests/build/tap.sh
sed -n 's/^ *- run: //p' docs/ci.md > "$tmp/lines"
enough() { [ "$(wc -l < "$tmp/lines")" = 4 ] && grep -qx 'make deps' "$tmp/lines"; }
check 'docs/ci.md has its four lines' enough
# A build folder of its own with what was built; Debian's Python is the first.
mkdir "$tmp/build" "$tmp/bin"
cp "$B/sidyn" "$tmp/build/sidyn"
ln -s "$(command -v "$PYTHON")" "$tmp/bin/python3"
cp docs/examples/judge-numpy/my_simulation.py "$tmp"
runs() { # PATTERN: the line that has it, where build/ and the simulation are
  line=$(grep -e "$1" "$tmp/lines") && (cd "$tmp" && PATH=$tmp/bin:$PATH && eval "$line")
}
verifies() {
  grep 'make verify' "$tmp/lines" | sed "s, build/, $tmp/build/,; s,make,& -s -o all B='$B',
    s,VERIFY_ARGS=\",&--filter X1 ," > "$tmp/script"
  . "$tmp/script" && grep -c '<testcase' "$tmp/build/verify.xml"
}
check 'verify, with its JUnit file' verifies
check 'conform, with its JUnit file' runs 'conform --junit'
check 'conform, with what it requires' runs 'conform --require'
finish

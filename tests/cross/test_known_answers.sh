#!/bin/sh
# The checker that goes to other machines, and the scripts that send it there, can fail: on a wrong
# digit in any file of answers, on text that they do not know, on a compiler that is not there.
planned=20
. tests/build/tap.sh
warnings=$(tr ' ' '\n' < "$B/REF.flags" | grep '^-W' | tr '\n' ' ') || exit 1
"$PYTHON" -B tests/cross/answers.py > "$tmp/answers.txt" || exit 1
for program in known_answers trajectory_hash; do
  gcc -std=c99 -O1 $warnings -ffp-contract=off -Iref tests/cross/$program.c "$B/libsidyn.a" \
    -o "$tmp/$program" || exit 1
done

ends() { # STATUS LAST-LINE: what the checker makes of $tmp/changed.txt
  "$tmp/known_answers" < "$tmp/changed.txt" > "$tmp/out"
  status=$?
  tail -n 2 "$tmp/out"
  [ "$status" -eq "$1" ] && tail -n 1 "$tmp/out" | grep -q "$2"
}

# In the first case of a subject, another last digit or, for a trajectory, another way to end.
wrong() { # SUBJECT
  awk -v subject="$1" '
    $1 == subject && !done {
      done = 1
      last = $NF
      sub(/.$/, last ~ /0$/ ? "1" : "0", last)
      $NF = subject == "trajectory" ? "origin" : last
    }
    { print }' "$tmp/answers.txt" > "$tmp/changed.txt"
  ends 1 '^[0-9]* passed, 1 failed$' && grep -q '^not ok .*instead of' "$tmp/out"
}
row() { # the last number of the first trajectory's first row
  awk '
    $1 == "trajectory" && !done {
      done = 1
      for (i = 1; i < NF; i++) if ($i == "rows") at = i + 5
      $at = substr($at, 1, 15) ($at ~ /0$/ ? "1" : "0")
    }
    { print }' "$tmp/answers.txt" > "$tmp/changed.txt"
  ends 1 '^[0-9]* passed, 1 failed$'
}
last() { # the last number of the first row that an early end leaves
  awk '
    $1 == "trajectory" && !done {
      for (i = 1; i < NF; i++) if ($i == "last" && $(i + 1) > 0) at = NF - 3
      if (at) {
        done = 1
        $at = substr($at, 1, 15) ($at ~ /0$/ ? "1" : "0")
      }
    }
    { print }' "$tmp/answers.txt" > "$tmp/changed.txt"
  ends 1 '^[0-9]* passed, 1 failed$' && grep -q '^not ok .*last observable' "$tmp/out"
}
changed() { # STATUS PATTERN SED-SCRIPT
  sed "$3" "$tmp/answers.txt" > "$tmp/changed.txt"
  ends "$1" "$2"
}

all() { cp "$tmp/answers.txt" "$tmp/changed.txt" && ends 0 '^2[0-9][0-9][0-9] passed, 0 failed$'; }
check 'all answers are right as they stand' all
for subject in sqrt reduction stream normal atan2 trajectory; do
  check "a wrong answer is seen: $subject" wrong $subject
done
check 'a wrong number in a row is seen' row
check 'a wrong number in the row of an early end is seen' last
check 'an unknown subject is an error' changed 2 'known subject' '2s/^sqrt/root/'
check 'an unknown kind is an error' changed 2 'known kind' 's/ problem rayleigh / problem raleigh /'
check 'a text that ends early is an error' changed 2 'cannot read' '2000,$d'
check 'a text that announces fewer cases is an error' changed 2 'stop' '1s/ .*/ 3/'

trajectory_hash() {
  "$tmp/trajectory_hash" |
    grep \
    -qx "hash $(sed -n 's/.*TRAJECTORY_HASH 0x\([0-9a-f]*\)u.*/\1/p' tests/cross/trajectory_hash.c)"
}
check 'the trajectory hash is the one in its source' trajectory_hash
networks_hash() {
  said=$(sed -n 's/.*NETWORKS_HASH 0x\([0-9a-f]*\)u.*/\1/p' tests/cross/trajectory_hash.c)
  "$tmp/trajectory_hash" | grep -qx "networks $said" && grep -q "networks $said" docs/porting.md
}
check 'the hash of networks is the one in its source and in docs/porting.md' networks_hash
other_networks() { # one bit in the centre of the pixels
  sed 's/network.centre = 1.1;/network.centre = 0x1.199999999999bp0;/' \
    tests/cross/trajectory_hash.c > "$tmp/other.c"
  gcc -std=c99 -ffp-contract=off -Iref "$tmp/other.c" ref/*.c ref/problems/*.c ref/dynamics/*.c \
    -o "$tmp/other" || return 1
  "$tmp/other" > "$tmp/out"
  [ $? -eq 1 ] && grep -q "^hash $("$tmp/trajectory_hash" | sed -n 's/^hash //p')" "$tmp/out"
}
check 'one bit more in the images gives another hash of networks and exit status 1' other_networks
other_hash() { # one bit in a spectrum
  sed 's/{-0.3, 0.1, 0.7, 1.1, 1.9}/{-0.3, 0.1, 0.7, 1.1, 0x1.e666666666667p0}/' \
    tests/cross/trajectory_hash.c > "$tmp/other.c"
  gcc -std=c99 -ffp-contract=off -Iref "$tmp/other.c" ref/*.c ref/problems/*.c ref/dynamics/*.c \
    -o "$tmp/other" || return 1
  "$tmp/other" > "$tmp/out"
  [ $? -eq 1 ] && ! grep -q "^hash $("$tmp/trajectory_hash" | sed -n 's/^hash //p')" "$tmp/out"
}
check 'one bit more gives another hash and exit status 1' other_hash

# The runner, with a tree of its own to build in.
matrix() { # TARGETS COMPILERS EXPECTED-LAST-LINE
  WARNINGS=$warnings ARITHMETIC='-ffp-contract=off -fno-math-errno' BUILD=$tmp/build TARGETS=$1 \
    COMPILERS=$2 PATH=${3:-$PATH} \
    sh ci/matrix.sh -O1 > "$tmp/matrix"
}
no_target() {
  ! matrix no-such-machine 'gcc none' && grep -q '^no-such.*FAILED: no such target' "$tmp/matrix" &&
    grep -qx '1 passed, 1 failed' "$tmp/matrix"
}
check 'an unknown target fails' no_target
no_compiler() { # a PATH with all but the cross compiler
  mkdir -p "$tmp/bin"
  for tool in sh make gcc as ld ar cc1 collect2 awk sed grep ls mkdir mktemp rm mv cat date \
    dirname basename xargs tail sort uname env tr
  do
    ln -sf "$(command -v $tool || echo /nonexistent)" "$tmp/bin/$tool"
  done
  ln -sf "$(command -v "$PYTHON")" "$tmp/bin/python3"
  ! matrix s390x gcc "$tmp/bin" &&
    grep -q '^s390x.*FAILED: s390x-linux-gnu-gcc is missing' "$tmp/matrix" &&
    grep -qx '1 passed, 1 failed' "$tmp/matrix"
}
check 'a compiler that is missing fails' no_compiler
nothing() { ! matrix '' none && tail -n 1 "$tmp/matrix" | grep -qx '0 passed, 1 failed'; }
check 'no row at all fails' nothing

finish

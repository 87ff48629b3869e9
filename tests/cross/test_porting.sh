#!/bin/sh
# docs/porting.md says what is so: the hash, every code and knob, commands that work as they stand
# there.
planned=8
. tests/build/tap.sh
guide=docs/porting.md

hash=$(sed -n 's/.*TRAJECTORY_HASH 0x\([0-9a-f]*\)u.*/\1/p' tests/cross/trajectory_hash.c)
check 'the hash is that of the program' grep -q "\`hash $hash\`" $guide
codes() { # each bit of the header with its name, and no other
  sed -n 's/^  \(SID_CHECK_[A-Z_]*\) = 1 << \([0-9]*\).*/\1 \2/p' ref/sidyn.h > "$tmp/codes"
  while read -r name bit; do
    grep -q "^| 0x$(printf %x $((1 << bit))) | \`$name\` |" $guide || echo "$name"
  done < "$tmp/codes"
  [ "$(wc -l < "$tmp/codes")" -eq "$(grep -c '^| 0x[0-9a-f]* | `SID_CHECK_' $guide)" ] ||
    echo 'not as many codes'
}
check 'it has every code of the selfcheck' none "$(codes)"
knobs() { # the settings that are commented out in the header
  sed -n 's,^/[*] #define \(SID_[A-Z0-9_]*\).*,\1,p' ref/config.h > "$tmp/knobs"
  [ -s "$tmp/knobs" ] || echo 'no knobs'
  while read -r name; do grep -q "^| .*\`$name\`" $guide || echo "$name"; done < "$tmp/knobs"
}
check 'it has every setting' none "$(knobs)"

# The command of step 3, in a directory where it finds everything.
"$PYTHON" -B ci/amalgamate.py "$tmp/build/amalgamation" && mkdir -p "$tmp/tests" &&
  cp -r tests/cross "$tmp/tests/cross" || exit 1
step_3() {
  awk '/^       cc -std=c99/ { inside = 1 }
    inside { sub(/^ +/, ""); print }
    inside && !/\\$/ { exit }' $guide > "$tmp/step.sh"
  [ -s "$tmp/step.sh" ] && (cd "$tmp" && sh step.sh) | grep -qx "hash $hash"
}
check 'the command of step 3 works and prints it' step_3

# The commands of the bisection, with the executable that is tested.
bisection() {
  awk '/^       python3 -c/ { inside = 1 }
    inside { sub(/^       /, ""); print }
    /build\/sidyn run case.json/ { exit }' $guide |
    sed -e "s,^python3,$PYTHON,; s,build/sidyn,${EXEC_WRAPPER:+$EXEC_WRAPPER }$B/sidyn," \
      -e "s,case.json,$tmp/case.json,g" > "$tmp/bisect.sh"
  sh "$tmp/bisect.sh" > "$tmp/steps.csv" || return 1
  [ "$(wc -l < "$tmp/steps.csv")" -gt 20 ]
}
check 'the commands of the bisection work' bisection
agrees() { # with the fixture whose case it is, in all its rows
  "$PYTHON" -B - "$tmp/steps.csv" << 'end'
import csv, json, sys
cases = json.load(open("fixtures/trajectories.json"))["cases"]
case = [c for c in cases if c["id"] == "rayleigh-dense.sphere.svag4"][0]
lines = {}
for line in csv.reader(open(sys.argv[1])):
    lines[line[1]] = line[3:]
rows = [(str(row["step"]), row["x"]) for row in case["rows"]]
assert rows and all(lines[step] == x for step, x in rows), (rows[0], list(lines.items())[:2])
end
}
check 'and print the states of the fixture' agrees
fragments() {
  sed -n 's,.*ci/targets/\(cross-[a-z0-9]*\|board-[a-z0-9]*\)[.]mk.*,\1,p' $guide |
    while read -r target; do [ -f "ci/targets/$target.mk" ] || echo "$target"; done
}
check 'fragments that it names exist' none "$(fragments)"

windows() { # the program is refused there, and the message says where to go
  # shellcheck disable=SC2046
  "$CC" -fsyntax-only -D_WIN32 -D_POSIX_C_SOURCE=200809L -Iref -Isimd -Iverify \
    verify/command/main.c 2> "$tmp/refused" && return 1
  grep 'error.*build it in WSL' "$tmp/refused"
}
check 'on Windows the program names WSL' windows

finish

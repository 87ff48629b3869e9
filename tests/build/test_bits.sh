#!/bin/sh
# The same bits from every compiler, at every level of optimisation, and with every knob of ref/config.h: normals of the stream
# command, and a sample of the fixture experiments that has every problem and every dynamics.
planned=14
. tests/build/tap.sh

# Every 17th case and all whose id begins with "special".
"$PYTHON" - "$tmp" << 'end' || exit 1
import json, sys
cases = json.load(open("fixtures/trajectories.json", encoding="ascii"))["cases"]
chosen = [c for i, c in enumerate(cases) if i % 17 == 0 or c["id"].startswith("special")]
parts = {(c["experiment"]["problem"]["kind"], c["experiment"]["dynamics"]["kind"]) for c in chosen}
assert len({p for p, d in parts}) == 6 and len({d for p, d in parts}) == 6, parts
for number, case in enumerate(chosen):
    with open(f"{sys.argv[1]}/{number}.json", "w", encoding="ascii") as file:
        json.dump(case["experiment"], file)
end

# All that a program says: normals.txt and one CSV after the other.
results() {
  $EXEC_WRAPPER "$1" stream --seed 11 --key 3,4 --what normal --count 20000 || return 1
  $EXEC_WRAPPER "$1" stream --seed 12 --key 5 --what uniform --count 1000 --skip 1000000007 || return 1
  for experiment in "$tmp"/*.json; do
    $EXEC_WRAPPER "$1" run "$experiment" --format bits --trajectories 0:2 --backend ref --jobs 1 2> /dev/null || return 1
  done
}

# The command line of another library: the objects that are there, linked with it by the flags that made them.
flags=$(cat "$B/HOSTED.flags") || exit 1
link_with() { # LIBRARY PROGRAM
  $flags "$B"/verify/*.o "$B"/verify/*/*.o "$B"/libsidyn_simd.a "$1" -o "$2" ${flags#* }
}

same_bits() { # NUMBER COMPILER OPT FLAGS
  library=$(build_library "$tmp/$1" "$2" "$3" "$4") && link_with "$library" "$tmp/$1/sidyn" || return 1
  results "$tmp/$1/sidyn" > "$tmp/$1/results" || return 1
  cmp "$tmp/expected" "$tmp/$1/results" && rm -r "${tmp:?}/$1"
}

enough() {
  [ "$(wc -l < "$tmp/expected")" -gt 21500 ] && [ "$(sort -u "$tmp/expected" | wc -l)" -gt 21000 ]
}

compare() { # NAME COMPILER OPT [FLAGS]
  count=$((${count:-0} + 1))
  check "$1" same_bits "$count" "$2" "$3" "${4:-}"
}

results "$B/sidyn" > "$tmp/expected" || exit 1
check 'there is enough to compare' enough
compare 'gcc -O0' gcc -O0
compare 'gcc -O2' gcc -O2
compare 'gcc -O3' gcc -O3
compare 'gcc -Os' gcc -Os
compare 'clang -O0' clang -O0
compare 'clang -O2' clang -O2
compare 'clang -O3' clang -O3
compare '64-bit words' gcc -O2 -DSID_NO_INT128
compare '64-bit words, clang, for size' clang -Os -DSID_NO_INT128
compare 'square roots by integers' gcc -O2 -DSID_FORCE_INTEGER_SQRT
compare 'both, -O3' clang -O3 '-DSID_NO_INT128 -DSID_FORCE_INTEGER_SQRT'

# With instructions that fuse, in a dialect and with flags that would let a compiler fuse but for the pragmas of the source.
case $(gcc -dumpmachine) in x86_64-*) fused=-march=x86-64-v3 ;; *) fused='' ;; esac
compare 'gcc, contraction allowed by the command line' gcc -O3 "-std=gnu99 $fused -ffp-contract=fast"
compare 'clang, contraction allowed by the command line' clang -O3 "-std=gnu99 $fused -ffp-contract=on"

finish

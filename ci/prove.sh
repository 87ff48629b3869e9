#!/bin/sh
# Frama-C's Eva over ref/ as the programs of tests/prove/ use it: undefined behaviour on any of the
# unknown inputs would be an alarm. Each alarm that is left stands in tests/prove/alarms.txt with a
# reason why it cannot happen; one more or one less is a failure. The last line is "N passed, N
# failed", N alarms. Infinities and NaN are numbers here (docs/spec.md section 1).
set -u
cd "$(dirname "$0")/.." || exit 1
dir=${BUILD:-build}/prove
mkdir -p "$dir" || exit 1
command -v frama-c > /dev/null || {
  echo 'make prove: frama-c is missing (make deps-prove)' >&2
  exit 1
}
options='-Iref -DSID_NO_INT128 -DSID_FORCE_INTEGER_SQRT -include string.h
 -D__builtin_memcpy=memcpy'
for program in tests/prove/*.c; do
  name=$(basename "$program" .c)
  echo "make prove: $program, a minute or more" >&2
  # shellcheck disable=SC2046
  frama-c -machdep gcc_x86_64 -cpp-extra-args="$(echo $options)" -warn-special-float none -eva \
    -eva-precision 1 -eva-auto-loop-unroll 64 -eva-msg-key=-final-states "$program" \
    $(ls ref/*.c ref/problems/*.c ref/dynamics/*.c) \
    -then -report-csv "$dir/$name.csv" -report-no-proven > "$dir/$name.log" 2>&1 || {
    tail -n 5 "$dir/$name.log" >&2
    echo '0 passed, 1 failed'
    exit 1
  }
  sed 1d "$dir/$name.csv"
done | cut -f 2,4,7 | sed 's/\t/ /g' | sort -u > "$dir/found"
[ "$(tail -n 1 "$dir/found")" != '0 passed, 1 failed' ] || exit 1
grep '^[^# ]' tests/prove/alarms.txt | sort -u > "$dir/known"
awk '/^#/ { next } /^[^ ]/ { if (open) exit 1; open = 1; next } { open = 0 } END { exit open }' \
  tests/prove/alarms.txt || {
  echo 'tests/prove/alarms.txt: an alarm without a reason' >&2
  exit 1
}
comm -23 "$dir/found" "$dir/known" | sed 's/^/new alarm: /'
comm -13 "$dir/found" "$dir/known" | sed 's/^/no alarm any more: /'
passed=$(comm -12 "$dir/found" "$dir/known" | wc -l)
failed=$(comm -3 "$dir/found" "$dir/known" | wc -l)
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

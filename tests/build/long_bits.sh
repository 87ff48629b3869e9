#!/bin/sh
# The same bits from every compiler, at every level of optimisation, and with every knob of
# ref/config.h: normals of the stream command, and a sample of the fixture experiments that has
# every problem and every dynamics.
planned=18
. tests/build/tap.sh

# Every 17th case and all whose id begins with "special".
"$PYTHON" - "$tmp" << 'end' || exit 1
import json, sys
cases = json.load(open("fixtures/trajectories.json", encoding="ascii"))["cases"]
chosen = [c for i, c in enumerate(cases) if i % 17 == 0 or c["id"].startswith("special")]
parts = {(c["experiment"]["problem"]["kind"], c["experiment"]["dynamics"]["kind"]) for c in chosen}
assert len({p for p, d in parts}) == 11 and len({d for p, d in parts}) == 12, parts
for number, case in enumerate(chosen):
    kind = case["experiment"]["problem"]["kind"]
    with open(f"{sys.argv[1]}/{number}.{kind}.json", "w", encoding="ascii") as file:
        json.dump(case["experiment"], file)
end

# The rows of experiments, one CSV after the other.
rows() { # PROGRAM EXPERIMENT...
  program=$1
  shift
  for experiment in "$@"; do
    $EXEC_WRAPPER "$program" run "$experiment" --format bits --trajectories 0:2 --backend ref \
      --jobs 1 2> /dev/null || return 1
  done
}

# All that a program says: streams and all rows.
results() { # PROGRAM
  $EXEC_WRAPPER "$1" stream --seed 11 --key 3,4 --what normal --count 20000 || return 1
  $EXEC_WRAPPER "$1" stream --seed 12 --key 5 --what uniform --count 1000 --skip 1000000007 ||
    return 1
  rows "$1" "$tmp"/*.json
}

# The command line of another library: the objects that are there, linked with it by the flags that
# made them.
flags=$(cat "$B/HOSTED.flags") || exit 1
link_with() { # LIBRARY PROGRAM
  $flags "$B"/verify/*/*.o "$B"/verify/*/*/*.o "$B"/libsidyn_simd.a "$1" -o "$2" ${flags#* }
}

same_bits() { # NUMBER COMPILER OPT FLAGS
  library=$(build_library "$tmp/$1" "$2" "$3" "$4") && link_with "$library" "$tmp/$1/sidyn" ||
    return 1
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

# With SID_PROBLEMS a library has some of the problems, the bits of their kinds (rayleigh is 1): the
# same results for these, and the others are refused.
some_problems() { # NUMBER SET KIND...
  library=$(build_library "$tmp/$1" gcc -O2 "-DSID_PROBLEMS=$2u") &&
    link_with "$library" "$tmp/$1/sidyn" || return 1
  partial=$tmp/$1/sidyn
  shift 2
  for kind in rayleigh normalised_linear ratio2 quadratic_samples noise_only quadratic_noisy \
    trough3 ridge3 bn_regression bn_completion poisson
  do
    case " $* " in
      *" $kind "*)
        rows "$partial" "$tmp"/*."$kind".json > "$tmp/some" &&
          rows "$B/sidyn" "$tmp"/*."$kind".json > "$tmp/all" || return 1
        [ "$(wc -l < "$tmp/some")" -gt 10 ] && cmp "$tmp/all" "$tmp/some" || return 1 ;;
      *)
        for experiment in "$tmp"/*."$kind".json; do
          $EXEC_WRAPPER "$partial" run "$experiment" --backend ref > "$tmp/some" 2> "$tmp/why"
          [ $? -eq 2 ] && [ ! -s "$tmp/some" ] && grep -q 'unknown kind' "$tmp/why" || {
            cat "$experiment" "$tmp/why"
            return 1
          }
        done ;;
    esac
  done
}
check 'rayleigh alone' some_problems rayleigh $((1 << 1)) rayleigh
check 'poisson and ridge3 alone' some_problems two $((1 << 11 | 1 << 8)) poisson ridge3
check 'all but rayleigh' some_problems rest $((0xffffffff ^ 1 << 1)) \
  normalised_linear ratio2 quadratic_samples noise_only quadratic_noisy \
  trough3 ridge3 bn_regression bn_completion poisson

# The library alone refuses with SID_E_KIND, whatever reads the experiment.
kind_is_refused() {
  cat > "$tmp/kind.c" << 'end'
#include "sidyn.h"
int main(void) {
  static const double spectrum[2] = {1.0, 2.0};
  sid_problem problem = {0};
  problem.kind = SID_RAYLEIGH, problem.dim = 2, problem.spectrum = spectrum;
  if (sid_problem_validate(&problem) != SID_OK) return 1;
  problem.kind = SID_RATIO2;
  return sid_problem_validate(&problem) == SID_E_KIND ? 0 : 2;
}
end
  gcc -Iref "$tmp/kind.c" "$tmp/rayleigh/gcc-O2/libsidyn.a" -o "$tmp/kind" && "$tmp/kind"
}
check 'a problem that is not built in has no kind' kind_is_refused

# With instructions that fuse, in a dialect and with flags that would let a compiler fuse but for
# the pragmas of the source.
case $(gcc -dumpmachine) in x86_64-*) fused=-march=x86-64-v3 ;; *) fused='' ;; esac
compare 'gcc, contraction allowed by the command line' \
  gcc -O3 "-std=gnu99 $fused -ffp-contract=fast"
compare 'clang, contraction allowed by the command line' \
  clang -O3 "-std=gnu99 $fused -ffp-contract=on"

finish

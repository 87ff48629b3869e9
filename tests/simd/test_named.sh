#!/bin/sh
# The backend that is named is the one that runs. The command line is linked with counters around
# each set of instructions' function of normals, and around the function of ref/ that computes a
# pair of them: how many pairs each computes is known. And processors without some
# instructions (QEMU): what they choose, what they refuse, and that a backend's code is made of the
# instructions that it is named after.
simd=$(sed -n 's/^SIMD := *//p' "${B:-build/gcc-O2}/hosted.mk")
machine=$(${CC:-gcc} -dumpmachine)
emulate=no
planned=3
for isa in $simd; do planned=$((planned + 3)); done
case $machine,$simd,${EXEC_WRAPPER:-} in
  x86_64-*,avx2*,) emulate=yes planned=$((planned + 10)) ;;
esac
. tests/build/tap.sh

# ---- counters ------------------------------------------------------------------------------------

flags=$(cat "$B/HOSTED.flags") || exit 1
compile=$(printf '%s\n' "$flags" | sed 's/ -l[^ ]*//g')

build() {
  wraps=-Wl,--wrap=sid_normal_pair objects=''
  cat > "$tmp/count.c" << 'end'
#include <stdint.h>
#include <stdio.h>
void __real_sid_normal_pair(uint64_t raw1, uint64_t raw2, double z[2]);
void __wrap_sid_normal_pair(uint64_t raw1, uint64_t raw2, double z[2]);
static unsigned long pairs;
void __wrap_sid_normal_pair(uint64_t raw1, uint64_t raw2, double z[2]) {
  __sync_fetch_and_add(&pairs, 1);
  __real_sid_normal_pair(raw1, raw2, z);
}
extern unsigned long sid_count_avx2, sid_count_avx512, sid_count_avx512ifma, sid_count_neon;
unsigned long sid_count_avx2, sid_count_avx512, sid_count_avx512ifma, sid_count_neon;
static __attribute__((destructor)) void say(void) {
  fprintf(stderr, "calls pair %lu\ncalls avx2 %lu\ncalls avx512 %lu\ncalls avx512ifma %lu\n",
          pairs, sid_count_avx2, sid_count_avx512, sid_count_avx512ifma);
  fprintf(stderr, "calls neon %lu\n", sid_count_neon);
}
end
  # shellcheck disable=SC2086
  $compile -c "$tmp/count.c" -o "$tmp/count.o" || return 1
  for isa in $simd; do
    function=sid_lanes_normals_$isa
    cat > "$tmp/$isa.c" << end
#include <stddef.h>
extern unsigned long sid_count_$isa;
void __real_$function(void *stream, double *z, size_t n);
void __wrap_$function(void *stream, double *z, size_t n);
void __wrap_$function(void *stream, double *z, size_t n) {
  __sync_fetch_and_add(&sid_count_$isa, (n + 1) / 2);
  __real_$function(stream, z, n);
}
end
    # shellcheck disable=SC2086
    $compile -c "$tmp/$isa.c" -o "$tmp/$isa.o" || return 1
    wraps="$wraps -Wl,--wrap=$function" objects="$objects $tmp/$isa.o"
  done
  # shellcheck disable=SC2086
  $flags "$B"/verify/*/*.o "$B"/verify/*/*/*.o "$tmp/count.o" $objects "$B/libsidyn_simd.a" \
    "$B/libsidyn.a" $wraps -o "$tmp/sidyn" ${flags#* }
}
build > "$tmp/build.log" 2>&1 || { sed 's/^/# /' "$tmp/build.log"; exit 1; }

lanes() { case $1 in avx2) echo 4 ;; avx512*) echo 8 ;; neon) echo 2 ;; *) echo 1 ;; esac; }

# 21 trajectories of 50 steps of three pairs each; the start takes no normals.
cat > "$tmp/experiment.json" << 'end'
{"schema": "sidyn-experiment-1", "seed": 5, "steps": 50, "checkpoints": [50], "observables": ["x"],
 "problem": {"kind": "rayleigh", "dim": 5, "spectrum": [1, 2, 3, 4, 5],
  "noise": {"kind": "gaussian", "sigma": 0.5}},
 "dynamics": {"kind": "sgd"}, "schedule": {"kind": "constant", "lr": 0.01, "wd": 0.1},
 "start": {"kind": "point", "x": [1, 1, 1, 1, 1]}}
end
trajectories=21 pairs=150

calls() { awk -v what="$1" '$1 == "calls" && $2 == what { print $3 }' "$tmp/calls"; }

# What the vector backends and ref/ were called for: every backend but the named one not at all,
# that one once a block and pair.
counted() { # BACKEND
  grep '^calls' "$tmp/calls"
  blocks=$(((trajectories + $(lanes "$1") - 1) / $(lanes "$1")))
  for isa in $simd; do
    expected=0
    [ "$isa" != "$1" ] || expected=$((blocks * pairs))
    [ "$(calls "$isa")" -eq "$expected" ] || return 1
  done
  [ "$1" != ref ] || { [ "$(calls pair)" -eq $((at_start + trajectories * pairs)) ]; return; }
  [ "$(calls pair)" -lt 60 ] # one in 5000 lanes and pairs
}

$EXEC_WRAPPER "$tmp/sidyn" info 2> "$tmp/calls" > "$tmp/rows" || exit 1
at_start=$(calls pair) # the selfcheck's own

by_option() {
  $EXEC_WRAPPER "$tmp/sidyn" run "$tmp/experiment.json" --trajectories "0:$trajectories" \
    --backend "$1" 2> "$tmp/calls" > "$tmp/rows" && counted "$1"
}
by_environment() {
  SID_BACKEND=$1 $EXEC_WRAPPER "$tmp/sidyn" run "$tmp/experiment.json" \
    --trajectories "0:$trajectories" 2> "$tmp/calls" > "$tmp/rows" && counted "$1"
}
by_verify() {
  $EXEC_WRAPPER "$tmp/sidyn" verify --filter svag4.trajectories --backend "$1" 2> "$tmp/calls" \
    > "$tmp/rows" || return 1
  grep '^calls' "$tmp/calls"
  for isa in $simd; do
    if [ "$isa" = "$1" ]; then
      [ "$(calls "$isa")" -gt 1000 ]
    else
      [ "$(calls "$isa")" -eq 0 ]
    fi || return 1
  done
  [ "$1" != ref ] || [ "$(calls pair)" -gt 1000 ]
}

usable() { $EXEC_WRAPPER "$B/sidyn" info | grep -q " $1: .* usable"; }

unusable() { # refused, whatever asks for it
  for command in "run $tmp/experiment.json" 'verify --filter X1'; do
    # shellcheck disable=SC2086
    $EXEC_WRAPPER "$B/sidyn" $command --backend "$1" > "$tmp/rows" 2> "$tmp/calls"
    [ $? -eq 2 ] && [ ! -s "$tmp/rows" ] &&
      grep "^sidyn: backend $1: .*; allowed: ref" "$tmp/calls" || return 1
  done
}

for backend in ref $simd; do
  if [ "$backend" = ref ] || usable "$backend"; then
    check "$backend by --backend: its code runs, as often as it must, and no other" by_option \
      "$backend"
    check "$backend by SID_BACKEND: its code runs, as often as it must, and no other" \
      by_environment "$backend"
    check "$backend by verify --backend: its code runs, and no other" by_verify "$backend"
  else
    check "$backend is not there by --backend" unusable "$backend"
    check "$backend is not there by SID_BACKEND" env "SID_BACKEND=$backend" sh \
      -c "! $EXEC_WRAPPER $B/sidyn info"
    check "$backend is not in use" sh -c "! $EXEC_WRAPPER $B/sidyn info | grep '$backend: .*used'"
  fi
done

# ---- processors without some instructions --------------------------------------------------------

on() { # CPU COMMAND...
  cpu=$1
  shift
  qemu-x86_64-static -cpu "$cpu" "$@"
}

uses() { # CPU BACKEND: info and verify
  on "$1" "$B/sidyn" info 2> /dev/null | grep " $2: .* usable, used: the fastest" || return 1
  on "$1" "$B/sidyn" verify --filter X1 --jobs 1 > "$tmp/rows" 2> /dev/null || {
    cat "$tmp/rows"
    return 1
  }
  grep ", backend $2, " "$tmp/rows" && grep '^[1-9][0-9]* passed, 0 failed$' "$tmp/rows"
}

lacks() { # CPU BACKEND REASON: not used, and refused by name
  on "$1" "$B/sidyn" info 2> /dev/null | grep " $2: [48] lanes, $3\$" || return 1
  on "$1" "$B/sidyn" verify --filter X1 --backend "$2" > "$tmp/rows" 2> "$tmp/calls"
  [ $? -eq 2 ] && [ ! -s "$tmp/rows" ] && grep "^sidyn: backend $2: $3; allowed: ref" "$tmp/calls"
}

# Calls a backend without asking whether the machine can run it.
cat > "$tmp/blind.c" << 'end'
#include <stdio.h>
#include "simd.h"
int main(int count, char **arguments) {
  static sid_stream streams[16];
  static double z[16 * 8];
  const sid_backend *backend = sid_backend_named(count > 1 ? arguments[1] : "");
  if (!backend) return 1;
  for (int i = 0; i < 16; i++) streams[i].state_lo = (unsigned)i, streams[i].inc_lo = 1;
  backend->normals(streams, z, 8);
  return printf("%a %a\n", z[0], z[1]) < 0;
}
end

blind() { # CPU BACKEND STATUS
  on "$1" "$tmp/blind" "$2" > "$tmp/rows" 2> "$tmp/calls"
  status=$?
  echo "status $status"
  [ "$status" -eq "$3" ]
}

illegal() { # 128 + SIGILL
  blind Nehalem avx2 132 && blind Nehalem avx512 132 && blind Haswell avx512 132 &&
    blind Haswell avx512ifma 132
}

legal() { blind Nehalem ref 0 && blind Haswell avx2 0 && blind Haswell ref 0; }

no_xsave='the operating system does not save 256-bit registers' \
  no_zmm='the operating system does not save 512-bit registers'
if [ "$emulate" = yes ]; then
  # shellcheck disable=SC2086
  $flags "$tmp/blind.c" "$B/libsidyn_simd.a" "$B/libsidyn.a" -o "$tmp/blind" ${flags#* } || exit 1
  check 'a processor without AVX uses ref' uses Nehalem ref
  check 'a processor with AVX2 uses avx2' uses Haswell avx2
  check 'without AVX, avx2 is refused' lacks Nehalem avx2 "$no_xsave"
  check 'without AVX-512, avx512 is refused' lacks Haswell avx512 "$no_zmm"
  check 'without AVX-512, avx512ifma is refused' lacks Haswell avx512ifma "$no_zmm"
  check 'without AVX2, avx2 is refused' lacks Haswell,-avx2 avx2 'the processor has no AVX2'
  check 'without FMA, avx2 is refused' lacks Haswell,-fma avx2 'the processor has no FMA'
  check 'where the operating system does not save registers, avx2 is refused' lacks \
    Haswell,-xsave avx2 "$no_xsave"
  check 'the vector backends are illegal instructions for a processor without them' illegal
  check 'ref is not, nor is avx2 for a processor that has it' legal
fi

finish

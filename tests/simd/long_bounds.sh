#!/bin/sh
# The test of nearness in the exact normals of the vector kernels (simd/kernels/pair.h), by builds
# with other masks: one that computes every lane again must give the same bits, one that trusts
# every candidate must be caught by the tests. Counts the pairs that are computed again. And a build
# with SLEEF's candidates gives the same bits.
simd=$(sed -n 's/^SIMD := *//p' "${B:-build/gcc-O2}/hosted.mk")
sleef=$(sed -n 's/^SLEEF := *//p' "${B:-build/gcc-O2}/hosted.mk")
planned=1
[ -z "$simd" ] || planned=5
[ -z "$sleef" ] || planned=7
. tests/build/tap.sh

flags=$(cat "$B/HOSTED.flags") || exit 1
compile=$(printf '%s\n' "$flags" | sed 's/ -l[^ ]*//g')
defines=$(sed -n 's/^SIMD_FLAGS := *//p' "$B/hosted.mk")

cat > "$tmp/count.c" << 'end'
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "sidyn.h"
#include "simd.h"

void __real_sid_normal_pair(uint64_t raw1, uint64_t raw2, double z[2]);
void __wrap_sid_normal_pair(uint64_t raw1, uint64_t raw2, double z[2]);
static unsigned long calls;
void __wrap_sid_normal_pair(uint64_t raw1, uint64_t raw2, double z[2]) {
  calls++;
  __real_sid_normal_pair(raw1, raw2, z);
}

/* For every vector backend that can run here: its name, and how many of so many pairs were
 * computed again. */
int main(int count, char **arguments) {
  const unsigned long pairs = count > 1 ? strtoul(arguments[1], NULL, 10) : 0;
  static double z[2 * 16 * 1000];
  size_t built;
  const sid_backend *const *all = sid_backends_built(&built);
  for (size_t b = 1; b < built; b++) {
    const char *why;
    sid_stream streams[16];
    unsigned long done = 0;
    if (!sid_backend_usable(all[b], &why)) continue;
    for (uint32_t lane = 0; lane < all[b]->lanes; lane++) {
      const uint64_t key[1] = {lane};
      sid_stream_init(streams + lane, 4, key, 1);
    }
    calls = 0;
    for (; done < pairs; done += 1000 * all[b]->lanes) all[b]->normals(streams, z, 2000);
    printf("%s %lu %lu\n", all[b]->name, done, calls);
  }
  return 0;
}
end

# kernels NAME WORDS...: the library of vector kernels made with these words.
kernels() {
  name=$1
  shift
  library=$tmp/$name/$(basename "${CC%% *}")-O2/libsidyn_simd.a
  make -s -j2 BUILD="$tmp/$name" CC="$CC" OPT=-O2 EXTRA_CFLAGS= EXTRA_LDFLAGS= "$@" "$library" &&
    cp "$library" "$tmp/$name.a"
}
masked() { # NAME MASK: near is what has no bit of the mask
  kernels "$1" EXTRA_CFLAGS="-DSID_NEAR_RADIUS=$2 -DSID_NEAR_CIRCLE=$2"
}

# The counter around the function that computes a pair again.
# shellcheck disable=SC2086
link_counter() {
  $flags "$tmp/count.c" "$tmp/$1.a" "$B/libsidyn.a" -Wl,--wrap=sid_normal_pair -o "$tmp/$1.count" \
    ${flags#* } ${2:-}
}

# The tests of normals with other kernels; the program is compiled once.
# shellcheck disable=SC2086
link_test() {
  $flags "$tmp/test.o" "$B/libtest.a" "$tmp/$1.a" "$B/libsidyn.a" -o "$tmp/$1.test" ${flags#* } \
    -lcmocka -lmpfr -lgmp ${sleef:+-lsleef}
}

build() {
  cp "$B/libsidyn_simd.a" "$tmp/plain.a" && masked all 0u &&
    masked none 0xffffffffffffffffu || return 1
  # shellcheck disable=SC2086
  $compile $defines -Itests/unit -c tests/unit/test_simd_normal.c -o "$tmp/test.o" || return 1
  link_counter plain && link_counter all && link_counter none && link_test all &&
    link_test none || return 1
  [ -z "$sleef" ] && return
  kernels sleef SID_CANDIDATES=sleef && link_counter sleef -lsleef && link_test sleef
}

normals() { # VARIANT BACKEND: the tests that compare bits, with fewer numbers
  SID_ONLY=$2 SID_DEEP='' SID_REDUCED=1 CMOCKA_MESSAGE_OUTPUT=TAP $EXEC_WRAPPER "$tmp/$1.test"
}

caught() { # for each backend, by the fixtures and by the numbers close to a boundary
  for backend in $backends; do
    normals none "$backend" > "$tmp/none.log" 2>&1 && return 1
    cat "$tmp/none.log"
    grep -q '^not ok .*test_fixture_normals' "$tmp/none.log" &&
      grep -q '^not ok .*test_boundaries' "$tmp/none.log" &&
      grep -q "normals of $backend are wrong" "$tmp/none.log" || return 1
  done
}

# counted VARIANT LOW HIGH: of a million pairs, for every backend.
counted() {
  $EXEC_WRAPPER "$tmp/$1.count" 1000000 > "$tmp/counts" || return 1
  cat "$tmp/counts"
  awk -v low="$2" -v high="$3" \
    '$3 < low * $2 || $3 > high * $2 { bad = 1 } END { exit bad || NR == 0 }' "$tmp/counts"
}

if [ -z "$simd" ]; then
  check 'no vector kernels here: nothing to bound' none "$simd"
  finish
fi
build > "$tmp/build.log" 2>&1 || { sed 's/^/# /' "$tmp/build.log"; exit 1; }
backends=$($EXEC_WRAPPER "$tmp/plain.count" 0 | awk '{ print $1 }')
# 3*2^-14, or 2^-13 + 2*2^-15, is one pair in 5461
check 'as built: about one pair in 5000 is computed again' counted plain 0.00015 0.00026
check 'every lane computed again: every pair is' counted all 1 1
check 'every lane computed again: the same bits' normals all ''
check 'no lane computed again: none is' counted none 0 0
check 'no lane computed again: the tests fail' caught
if [ -n "$sleef" ]; then
  check "with SLEEF's candidates: about one pair in 5000 is computed again" counted sleef 0.00015 \
    0.00026
  check "with SLEEF's candidates: the same bits" normals sleef ''
fi
finish

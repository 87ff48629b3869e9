#!/bin/sh
# Links today's benchmark program with the library of another revision:
#     against.sh REVISION FOLDER PROGRAMS
# The revision is built by its own Makefile in FOLDER/<its number>, once. PROGRAMS: where today's
# build is (build/gcc-O2). Steps that the revision has no names for are left out; what it has no
# lanes for, its backends compute with its reference. Prints the folder.
set -eu
revision=$1 folder=$2 programs=$3
CC=${CC:-gcc}
stop() { echo "bench: AGAINST=$revision: $1" >&2; exit 1; }

number=$(git rev-parse --quiet --verify --short=7 "$revision^{commit}") ||
  stop 'no revision of this repository; allowed: what git rev-parse knows'
place=$folder/$number
if [ ! -e "$place/built" ]; then
  rm -rf "$place"
  mkdir -p "$place"
  git archive "$number" | tar -x -C "$place"
  echo "building $number" >&2
  # by itself, with the flags that it has
  env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES make -C "$place" BUILD=build CC="$CC" \
    all > "$place/build.log" 2>&1 || stop "it does not build: $place/build.log says why"
  : > "$place/built"
fi
library=$(find "$place/build" -name libsidyn_simd.a | head -n 1)
[ -n "$library" ] || stop 'it has no vector backends'
built=$(dirname "$library")

knows() {
  printf '#include "sidyn.h"\n#define BENCH_KIND(name, a, b, c) int kind[] = {a, b, c};\n%s\n' \
    "$1" | $CC -std=c99 -fsyntax-only -I"$place/ref" -xc - 2> "$place/kinds.log"
}
grep '^BENCH_KIND' tests/bench/kinds.h | while read -r kind; do
  if knows "$kind"; then echo "$kind"; fi
done > "$place/kinds.h"

# What is not sidyn's (threads, memory) is today's; what is, the revision's.
$CC -std=c99 -O2 -ffp-contract=off -fno-math-errno -D_POSIX_C_SOURCE=200809L -pthread \
  -DBENCH_KINDS='"'"$(cd "$place" && pwd)/kinds.h"'"' -I"$place/ref" -I"$place/simd" -Iverify \
  tests/bench/bench.c "$programs/libtest.a" "$library" "$built/libsidyn.a" \
  $(sed -n 's/^HOSTED_LDLIBS := //p' "$built/hosted.mk") -lm -o "$place/bench" \
  2> "$place/build.log" || stop "the program does not fit its interface: $place/build.log"
cp -f "$built/sidyn" "$place/sidyn"
echo "$place"

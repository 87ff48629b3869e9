#!/bin/sh
# Builds that would change results: refused where the compiler tells of it, found by sid_selfcheck()
# where it does not.
native=$(gcc -dumpmachine)
planned=15
case $native in x86_64-*) planned=17 ;; esac
grep -qw fma /proc/cpuinfo 2> /dev/null && fma=yes && planned=$((planned + 2)) || fma=no
. tests/build/tap.sh

# ---- refusals: an error in ref/config.h ----------------------------------------------------------

compiles() { # COMPILER FLAGS...
  compiler=$1
  shift
  "$compiler" -std=c99 -O2 "$@" -fsyntax-only -Iref ref/stream.c
}

refused() { # COMPILER FLAGS...
  compiles "$@" > "$tmp/refused.log" 2>&1 && return 1
  grep -q 'error.*sid' "$tmp/refused.log"
}

check 'without such flags nothing is refused' compiles gcc
check 'gcc: -ffast-math is refused' refused gcc -ffast-math
check 'gcc: -Ofast is refused' refused gcc -Ofast
check 'gcc: -ffinite-math-only is refused' refused gcc -ffinite-math-only
check 'gcc: -fassociative-math is refused' refused gcc \
  -fassociative-math -fno-signed-zeros -fno-trapping-math
check 'gcc: -freciprocal-math is refused' refused gcc -freciprocal-math
check 'gcc: -fno-signed-zeros is refused' refused gcc -fno-signed-zeros
check 'gcc: -frounding-math is refused' refused gcc -frounding-math
check 'gcc: -fsingle-precision-constant is refused' refused gcc -fsingle-precision-constant
check 'clang: -ffast-math is refused' refused clang -ffast-math

# ---- traps: what a build of the probes says ------------------------------------------------------

cat > "$tmp/probe.c" << 'end'
#include <sidyn.h>
#include <stdio.h>
int main(void) { return printf("%u\n", (unsigned)sid_selfcheck()) < 0; }
end

finds() { # BITS COMPILER FLAGS...: every one of these bits, or exactly 0
  bits=$1
  shift
  "$@" -O2 -Iref ref/selfcheck.c ref/stream.c ref/normal.c ref/fp.c "$tmp/probe.c" -o "$tmp/probe" \
    || return 1
  found=$("$tmp/probe") || return 1
  echo "found $found"
  [ "$bits" -eq 0 ] && { [ "$found" -eq 0 ]; return; }
  [ $((found & bits)) -eq "$bits" ]
}

noticed() { refused "$@" || finds 64 "$@"; } # clang tells of some flags from one version on

# a program that is only linked with -ffast-math flushes subnormal numbers on some machines
linked_fast() {
  gcc -O2 -Iref -c "$tmp/probe.c" -o "$tmp/probe.o" &&
    gcc -ffast-math "$tmp/probe.o" "$tmp/plain.a" -o "$tmp/fast" || return 1
  [ $(($("$tmp/fast") & 1)) -eq 1 ]
}

unsafe=-DSID_TEST_ALLOW_UNSAFE_MATH contraction=-DSID_TEST_ALLOW_CONTRACTION
check 'a good build is trusted' finds 0 gcc -std=c99
check 'gcc: -ffast-math is found' finds 64 gcc -ffast-math $unsafe
check 'clang: -ffast-math is found' finds 64 clang -ffast-math $unsafe
check 'clang: -freciprocal-math is refused or found' noticed clang -freciprocal-math
check 'clang: -fno-signed-zeros is refused or found' noticed clang -fno-signed-zeros
case $native in x86_64-*)
  cp "$(build_library "$tmp/plain" gcc -O2)" "$tmp/plain.a" || exit 1
  check 'x87 arithmetic is found' finds 4 gcc -mfpmath=387 $unsafe
  check '-ffast-math at the link is found' linked_fast
  ;;
esac
if [ "$fma" = yes ]; then
  check 'gcc: contraction is found' finds 2 gcc -std=gnu99 -mfma -ffp-contract=fast $contraction
  check 'clang: contraction is found' finds 2 clang -mfma $contraction
fi

finish

#!/bin/sh
# Flags and pragmas that change arithmetic, one by one, with gcc and clang: what comes of a build
# with each.
native=$(gcc -dumpmachine)
planned=44
case $native in x86_64-*) planned=$((planned + 5)) ;; esac
. tests/build/tap.sh
. tests/refusals/rows.sh

# ---- -ffast-math and its parts -------------------------------------------------------------------

row 'gcc without any of them' same gcc $careful -O2
row 'clang without any of them' same clang $careful -O2
row 'gcc -ffast-math' refused gcc -O2 -ffast-math
row 'gcc -Ofast' refused gcc -Ofast
row 'gcc -funsafe-math-optimizations' refused gcc -O2 -funsafe-math-optimizations
row 'gcc -fassociative-math with what it needs' refused gcc -O2 \
  -fassociative-math -fno-signed-zeros -fno-trapping-math
row 'gcc -fassociative-math alone, of which gcc says that it does nothing' 'refused same 0x40' gcc \
  -O2 -fassociative-math
row 'gcc -freciprocal-math' refused gcc -O2 -freciprocal-math
row 'gcc -ffinite-math-only' refused gcc -O2 -ffinite-math-only
row 'gcc -fno-signed-zeros' refused gcc -O2 -fno-signed-zeros
row 'gcc -frounding-math' refused gcc -O2 -frounding-math
row 'gcc -fno-trapping-math' same gcc -O2 -fno-trapping-math
row 'gcc -fcx-limited-range' same gcc -O2 -fcx-limited-range
row 'gcc -fexcess-precision=fast' same gcc -O2 -fexcess-precision=fast
row 'gcc -fsignaling-nans' same gcc -O2 -fsignaling-nans
row 'gcc -ffast-math, refusals removed' 0x1+0x40 gcc -O2 -ffast-math -DSID_TEST_ALLOW_UNSAFE_MATH
row 'clang -ffast-math' refused clang -O2 -ffast-math
row 'clang -Ofast' refused clang -Ofast
row 'clang -ffp-model=fast' refused clang -O2 -ffp-model=fast
row 'clang -ffinite-math-only' refused clang -O2 -ffinite-math-only
# clang 14 has no macro for the next four; later ones have some.
row 'clang -funsafe-math-optimizations' 'refused 0x40 0x1+0x40' clang -O2 \
  -funsafe-math-optimizations
row 'clang -fassociative-math with what it needs' 'refused 0x40' clang -O2 \
  -fassociative-math -fno-signed-zeros -fno-trapping-math
row 'clang -freciprocal-math' 'refused 0x40' clang -O2 -freciprocal-math
row 'clang -fno-signed-zeros' 'refused 0x40' clang -O2 -fno-signed-zeros
row 'clang -fassociative-math alone' 'refused same' clang -O2 -fassociative-math
row 'clang -fno-honor-nans -fno-honor-infinities' 'refused same' clang -O2 \
  -fno-honor-nans -fno-honor-infinities
row 'clang -fapprox-func' 'refused same' clang -O2 -fapprox-func
row 'clang -fno-trapping-math' same clang -O2 -fno-trapping-math
row 'clang -frounding-math' 'refused same' clang -O2 -frounding-math
row 'clang -ffp-model=strict' 'refused same' clang -O2 -ffp-model=strict
row 'clang -fdenormal-fp-math=preserve-sign' same clang -O2 -fdenormal-fp-math=preserve-sign
row 'clang -ffast-math, refusals removed' '0x40 0x1+0x40' clang -O2 \
  -ffast-math -DSID_TEST_ALLOW_UNSAFE_MATH

# ---- the same by a pragma in front of the library ------------------------------------------------

before() { # NAME ALLOWED COMPILER PRAGMA [FLAGS...]
  printf '%s\n' "$4" > "$tmp/before.h"
  before_name=$1 before_allowed=$2 before_compiler=$3
  shift 4
  row "$before_name" "$before_allowed" "$before_compiler" -O2 -include "$tmp/before.h" "$@"
}
before 'gcc, #pragma optimize fast-math' refused gcc '#pragma GCC optimize("fast-math")'
before 'gcc, #pragma optimize Ofast' refused gcc '#pragma GCC optimize("Ofast")'
before 'gcc, #pragma optimize associative-math' refused gcc \
  '#pragma GCC optimize("associative-math")'
before 'gcc, #pragma optimize reciprocal-math' refused gcc '#pragma GCC optimize("reciprocal-math")'
before 'gcc, #pragma optimize no-signed-zeros' refused gcc '#pragma GCC optimize("no-signed-zeros")'
before 'gcc, #pragma optimize rounding-math' refused gcc '#pragma GCC optimize("rounding-math")'
before 'clang, #pragma float_control(precise, off)' 'refused same 0x40' clang \
  '#pragma float_control(precise, off, push)'
before 'clang, #pragma clang fp reassociate(on)' same clang '#pragma clang fp reassociate(on)'
before 'clang, #pragma STDC FENV_ACCESS ON' same clang '#pragma STDC FENV_ACCESS ON'

# ---- formats -------------------------------------------------------------------------------------

row 'gcc -fsingle-precision-constant' refused gcc -O2 -fsingle-precision-constant
row 'gcc without optimisation' same gcc $careful -O0
row 'clang without optimisation' same clang $careful -O0
case $native in x86_64-*)
  row 'x87: gcc -mfpmath=387' refused gcc -O2 -mfpmath=387
  row 'x87 at times: gcc -mfpmath=both' refused gcc -O2 -mfpmath=both
  row 'x87 stored each time: gcc -mfpmath=387 -ffloat-store' refused gcc -O2 -mfpmath=387 \
    -ffloat-store
  row 'x87, refusals removed' 0x4 gcc -O2 -mfpmath=387 -DSID_TEST_ALLOW_UNSAFE_MATH
  row 'x87 stored each time, refusals removed' 0x4 gcc -O2 -mfpmath=387 \
    -ffloat-store -DSID_TEST_ALLOW_UNSAFE_MATH
  ;;
esac

finish

#!/bin/sh
# Every #error of ref/config.h is provoked by something of its own and says its own sentence; with
# that one line taken out it is silent. So none of them can go unnoticed, also where two of them
# guard against the same flag.
planned=18
. tests/build/tap.sh
grep -n '^#error' ref/config.h | cut -d: -f1 > "$tmp/left"
wc -l < "$tmp/left" > "$tmp/count"

# A float.h that lies: the true one, then what the flag says.
lie() { # DEFINITIONS: one per line
  mkdir -p "$tmp/lies"
  { echo '#include_next <float.h>'; printf '%s\n' "$1"; } > "$tmp/lies/float.h"
}

compile() { # CONFIG-DIRECTORY COMPILER FLAGS...
  dir=$1
  shift
  "$@" -w -O2 -fsyntax-only -I"$dir" -x c - << 'end'
#include "config.h"
end
}

# The words of the message; then the flags. Removes the line from the list of those that nobody
# provoked.
guards() { # WORDS COMPILER FLAGS...
  words=$1
  shift
  line=$(grep -n "^#error.*$words" ref/config.h | cut -d: -f1)
  [ "$(echo "$line" | wc -w)" -eq 1 ] || { echo "$words: lines $line"; return 1; }
  mkdir -p "$tmp/without"
  sed "${line}s/.*//" ref/config.h > "$tmp/without/config.h"
  compile ref "$@" > "$tmp/with.log" 2>&1
  compile "$tmp/without" "$@" > "$tmp/without.log" 2>&1
  cat "$tmp/with.log"
  grep -v -x "$line" "$tmp/left" > "$tmp/rest"
  mv "$tmp/rest" "$tmp/left"
  grep -q "error.*$words" "$tmp/with.log" && ! grep -q "error.*$words" "$tmp/without.log"
}
lies() { # WORDS DEFINITIONS
  lie "$2"
  guards "$1" gcc -I"$tmp/lies"
}

check '-ffast-math' guards 'ffast-math' gcc -ffast-math
check '-ffinite-math-only' guards 'ffinite-math-only' gcc -ffinite-math-only
check '-fassociative-math' guards 'fassociative-math' gcc \
  -fassociative-math -fno-signed-zeros -fno-trapping-math
check '-freciprocal-math' guards 'freciprocal-math' gcc -freciprocal-math
check '-fno-signed-zeros' guards 'fno-signed-zeros' gcc -fno-signed-zeros
check '-frounding-math' guards 'frounding-math' gcc -frounding-math
# float.h is silent, and the compiler has no macro of its own.
check 'FLT_EVAL_METHOD unknown' lies 'does not say' '#undef FLT_EVAL_METHOD
#undef __FLT_EVAL_METHOD__'
check 'FLT_EVAL_METHOD 2' lies 'excess precision' '#undef FLT_EVAL_METHOD
#define FLT_EVAL_METHOD 2'
check 'FLT_EVAL_METHOD -1' lies 'excess precision' '#undef FLT_EVAL_METHOD
#define FLT_EVAL_METHOD -1'
check 'float.h is silent, the compiler says 2' lies 'excess precision' '#undef FLT_EVAL_METHOD
#undef __FLT_EVAL_METHOD__
#define __FLT_EVAL_METHOD__ 2'
check 'tcc for 32-bit x86' lies 'excess precision' '#undef FLT_EVAL_METHOD
#undef __FLT_EVAL_METHOD__
#define __TINYC__ 927
#undef __i386__
#define __i386__ 1'
check 'Alpha without -mieee' lies 'Alpha' '#define __alpha__ 1'
check 'a significand of 24 bits' lies 'not IEEE-754' '#undef DBL_MANT_DIG
#define DBL_MANT_DIG 24'
check 'another largest exponent' lies 'not IEEE-754' '#undef DBL_MAX_EXP
#define DBL_MAX_EXP 128'
check 'another smallest exponent' lies 'not IEEE-754' '#undef DBL_MIN_EXP
#define DBL_MIN_EXP -1020'
check 'another radix' lies 'not IEEE-754' '#undef FLT_RADIX
#define FLT_RADIX 16'

all_provoked() { [ "$(cat "$tmp/count")" -gt 0 ] && none "$(cat "$tmp/left")"; }
check 'no #error is left that nothing provokes' all_provoked
harmless() { # 1 is s390x, 16 is gcc with _Float16
  for method in 0 1 16; do
    lie "#undef FLT_EVAL_METHOD
#define FLT_EVAL_METHOD $method"
    compile ref gcc -I"$tmp/lies" || return 1
  done
}
check 'FLT_EVAL_METHOD 0, 1 and 16 are taken' harmless

finish

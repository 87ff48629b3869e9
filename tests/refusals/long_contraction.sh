#!/bin/sh
# a*b + c as one operation: through the compiler's default dialect, through flags, through link-time
# optimisation with a careless caller. The pragmas of ref/config.h hold in all cases but one, clang
# with an explicit -ffp-contract=fast; there sid_selfcheck() refuses. With the pragmas removed it
# refuses everywhere, so that they are what holds.
planned=0 fused=''
case $(gcc -dumpmachine) in
  x86_64-*) grep -qw fma /proc/cpuinfo 2> /dev/null && planned=24 fused=-mfma ;;
  aarch64-*) planned=24 ;;
esac
# A machine that cannot fuse: others have these rows under emulation, in cross_fused.sh.
[ "$planned" -gt 0 ] || { echo '1..1'; echo 'ok 1 - this processor cannot fuse'; exit 0; }
. tests/build/tap.sh
. tests/refusals/rows.sh
loose=-DSID_TEST_ALLOW_CONTRACTION

row 'gcc -std=gnu99, the default dialect' same gcc -std=gnu99 -O2 $fused
row 'gcc -std=gnu99 -O3' same gcc -std=gnu99 -O3 $fused
row 'gcc -ffp-contract=fast' same gcc -std=c99 -O3 $fused -ffp-contract=fast
row 'gcc -std=gnu99, pragma removed' 0x2 gcc -std=gnu99 -O2 $fused $loose
row 'clang, its default' same clang -O2 $fused
row 'clang -O0, its default' same clang -O0 $fused
row 'clang -ffp-contract=on' same clang -O2 $fused -ffp-contract=on
row 'clang -ffp-contract=fast, which overrules pragmas' 'same 0x2' clang -O2 $fused \
  -ffp-contract=fast
row 'clang, its default, pragma removed' 0x2 clang -O2 $fused $loose
printf '#pragma STDC FP_CONTRACT ON\n' > "$tmp/on.h"
row 'clang, #pragma STDC FP_CONTRACT ON before the library' same clang -O2 $fused \
  -include "$tmp/on.h"
printf '#pragma clang fp contract(fast)\n' > "$tmp/fast.h"
row 'clang, #pragma clang fp contract(fast) before the library' same clang -O2 $fused \
  -include "$tmp/fast.h"
printf '#pragma GCC optimize("O3,fp-contract=fast")\n' > "$tmp/optimize.h"
row 'gcc, #pragma optimize fp-contract=fast before the library' same gcc -std=gnu99 -O2 $fused \
  -include "$tmp/optimize.h"

# The library and a caller from separate compilations, optimised together.
linked() { # COMPILER LIBRARY-FLAGS CALLER-FLAGS LINK-FLAGS
  mkdir -p "$tmp/lto"
  for source in ref/*.c ref/problems/*.c ref/dynamics/*.c; do
    "$1" -w -Iref $2 -flto -c "$source" -o "$tmp/lto/$(basename "$source").o" || return 1
  done
  "$1" -w -Iref $3 -flto -c $hash_program -o "$tmp/lto/caller.o" || return 1
  "$1" -w $4 -flto "$tmp"/lto/*.o -o "$tmp/lto/program"
}
lto() { # NAME ALLOWED COMPILER LIBRARY-FLAGS CALLER-FLAGS LINK-FLAGS
  if linked "$3" "$4" "$5" "$6" > "$tmp/compile.log" 2>&1; then
    found=$(outcome_of "$tmp/lto/program")
  else
    found="does not build: $(head -n 1 "$tmp/compile.log")"
  fi
  check "$1 -> $found" is "$2" "$found"
}
lto 'gcc LTO, careful library, careless caller' same gcc "$careful -O2 $fused" \
  "-std=gnu99 -O3 $fused" "-std=gnu99 -O3 $fused"
lto 'gcc LTO, library without the flag either' same gcc "-std=gnu99 -O2 $fused" \
  "-std=gnu99 -O3 $fused" "-std=gnu99 -O3 $fused"
lto 'gcc LTO, -ffp-contract=fast at the link' same gcc "$careful -O2 $fused" \
  "-std=gnu99 -O3 $fused" "-O3 $fused -ffp-contract=fast"
lto 'gcc LTO, everything careless, pragma removed' 0x2 gcc "-std=gnu99 -O2 $fused $loose" \
  "-O3 $fused" "-O3 $fused"
lto 'gcc LTO, caller with -ffast-math' 'same 0x1' gcc "$careful -O2 $fused" \
  "-O3 -ffast-math $fused" "-O3 $fused"
lto 'gcc LTO, -ffast-math at the link' 'same 0x1 0x40 0x1+0x40' gcc "$careful -O2 $fused" \
  "-O3 $fused" "-O3 -ffast-math $fused"
lto 'clang LTO, careful library, careless caller' same clang "$careful -O2 $fused" "-O3 $fused" \
  "-fuse-ld=lld -O3 $fused"
lto 'clang LTO, library without the flag either' same clang "-O2 $fused" "-O3 $fused" \
  "-fuse-ld=lld -O3 $fused"
lto 'clang LTO, -ffp-contract=fast in the caller' same clang "$careful -O2 $fused" \
  "-O3 $fused -ffp-contract=fast" "-fuse-ld=lld -O3 $fused"
lto 'clang LTO, -ffp-contract=fast at the link' 'same 0x2' clang "$careful -O2 $fused" \
  "-O3 $fused" "-fuse-ld=lld -O3 $fused -ffp-contract=fast"
lto 'clang LTO, -fp-contract=fast for the linker' 'same 0x2' clang "$careful -O2 $fused" \
  "-O3 $fused" \
  "-fuse-ld=lld -O3 $fused -Wl,-mllvm,-fp-contract=fast"
lto 'clang LTO, everything careless, pragma removed' 0x2 clang "-O2 $fused $loose" "-O3 $fused" \
  "-fuse-ld=lld -O3 $fused"

finish

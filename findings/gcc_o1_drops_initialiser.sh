#!/bin/sh
# gcc 12.2 -O1 deletes the initialiser of an array whose address travels through a struct by value.
#
# Guess: a C program of 15 lines without a cast, a union or a warning prints -1 at every level.
# Seen: at -O1 the store of -1.0 into slope[0] is gone from main and the callee reads what happens
# to be on the stack; -O0, -O2, -O1 -fno-ipa-modref and -O1 -fno-tree-dse keep the store.
# gcc 12.2 for aarch64 and for bare Arm boards loses it too (looked at, not run here).
# Matters: numeric C hands coefficients around in structs of pointers, and the wrong value is no
# crash but another gradient (it was met in a check of this project, where a slope of -1 became 0).
# Below -O2 one looks for one's own mistake, not the compiler's.
# What is compared is the assembly: the constant of -1.0 has the high word 0xbff00000, in decimal
# -1074790400, and a compiler that has dropped the store has no use for it.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_debian cpp-12=12.2.0-14+deb12u1 libgmp10 libisl23 libmpc3 libmpfr6 libzstd1 zlib1g

cat >"$tmp/slope.c" <<'C'
extern int printf(const char *, ...);
struct line {
  const double *slope;
};
static struct line same(struct line l) { return l; }
static __attribute__((noinline)) double slope_of(const struct line *l) {
  const struct line copy = same(*l);
  return copy.slope[0];
}
int main(void) {
  const double slope[1] = {-1.0};
  const struct line l = {slope};
  printf("%g\n", slope_of(&l));
  return 0;
}
C

# Whether -1.0 is anywhere in what cc1 makes of the program with the options given.
constant_with() {
  LD_LIBRARY_PATH=$libraries "$tmp/usr/lib/gcc/x86_64-linux-gnu/12/cc1" -quiet -Wall -Wextra \
    -Werror "$@" "$tmp/slope.c" -o "$tmp/slope.s"
  if grep -q -e -1074790400 "$tmp/slope.s"; then echo stored; else echo lost; fi
}
expect 'slope[0] = -1.0 at -O0' "$(constant_with -O0)" stored
expect 'slope[0] = -1.0 at -O1' "$(constant_with -O1)" lost
expect 'slope[0] = -1.0 at -O2' "$(constant_with -O2)" stored
expect 'slope[0] = -1.0 at -O1 -fno-ipa-modref' "$(constant_with -O1 -fno-ipa-modref)" stored
expect 'slope[0] = -1.0 at -O1 -fno-tree-dse' "$(constant_with -O1 -fno-tree-dse)" stored

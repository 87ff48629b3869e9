#!/bin/sh
# A good build in a bad process: subnormals flushed by a flag at the link, by a library that is
# loaded, by whoever sets the control register; another rounding mode. sid_selfcheck() names each,
# and nothing else.
planned=8
case $(gcc -dumpmachine) in x86_64-*) planned=15 ;; aarch64-*) planned=10 ;; esac
. tests/build/tap.sh
. tests/refusals/rows.sh

gcc $careful -O2 -D_DEFAULT_SOURCE -DWITH_DLOPEN -Iref tests/refusals/environment.c \
  "$tmp/one/sidyn.c" -o "$tmp/environment" -ldl -lm || exit 1
says() { # EXPECTED ARGUMENTS...
  expected=$1
  shift
  found=$("$tmp/environment" "$@") || { echo "exit status $?"; return 1; }
  echo "found: $found"
  [ "$found" = "$expected" ]
}
check 'nobody touches anything -> trusted' says '0x0 0x0' none
check 'rounding upward -> 0x20' says '0x0 0x20' upward
check 'rounding downward -> 0x20' says '0x0 0x20' downward
check 'rounding towards zero -> 0x20' says '0x0 0x20' towardzero
case $(gcc -dumpmachine) in x86_64-* | aarch64-*)
  check 'flush to zero set in the control register -> 0x1' says '0x0 0x1' ftz
  check 'both set -> 0x1' says '0x0 0x1' both
  ;;
esac

# A program that is only linked with such a flag. On machines other than x86 the flag does nothing
# there.
gcc $careful -O2 -Iref -c $hash_program -o "$tmp/hash.o" &&
  gcc $careful -O2 -Iref -c "$tmp/one/sidyn.c" -o "$tmp/sidyn.o" || exit 1
link_row() { # NAME ALLOWED COMMAND...
  link_name=$1 link_allowed=$2
  shift 2
  found='does not link'
  if "$@" "$tmp/hash.o" "$tmp/sidyn.o" -o "$tmp/linked"; then found=$(outcome_of "$tmp/linked"); fi
  check "$link_name -> $found" is "$link_allowed" "$found"
}
flushed=same
case $(gcc -dumpmachine) in x86_64-*) flushed=0x1 ;; esac
link_row 'gcc, nothing at the link' same gcc
link_row 'gcc -Ofast at the link only' $flushed gcc -Ofast
link_row 'gcc -ffast-math at the link only' $flushed gcc -ffast-math
link_row 'clang -ffast-math at the link only' $flushed clang -ffast-math

case $(gcc -dumpmachine) in x86_64-*)
  check 'denormals are zero in the control register -> 0x1' says '0x0 0x1' daz
  echo 'int careless(void); int careless(void) { return 0; }' > "$tmp/careless.c"
  gcc -O2 -shared -fPIC -ffast-math "$tmp/careless.c" -o "$tmp/libcareless.so" || exit 1
  gcc -O2 -shared -fPIC "$tmp/careless.c" -o "$tmp/libcareful.so" || exit 1
  check 'a library linked with -ffast-math is loaded -> 0x1' says '0x0 0x1' load \
    "$tmp/libcareless.so"
  check 'a library linked without is loaded -> trusted' says '0x0 0x0' load "$tmp/libcareful.so"
  link_row 'a library linked with -ffast-math is linked' 0x1 gcc \
    -Wl,--no-as-needed "$tmp/libcareless.so" -Wl,-rpath,"$tmp"
  link_row 'a library linked without is linked' same gcc -Wl,--no-as-needed "$tmp/libcareful.so" \
    -Wl,-rpath,"$tmp"
  ;;
esac

finish

#!/bin/sh
# Refusals on other machines, under emulation: excess precision, libgcc's addition, control
# registers, formats, Windows, compilers that are wrong.
planned=29
. tests/build/tap.sh
. tests/refusals/rows.sh
unsafe=-DSID_TEST_ALLOW_UNSAFE_MATH

# ---- x86 with 32 bits: the x87 unless SSE2 is asked for ------------------------------------------

RUN=qemu-i386-static
i386=i686-linux-gnu-gcc
row 'i386 gcc, its default, x87' refused $i386 -O2 -static
row 'i386 gcc -msse2 without -mfpmath=sse' refused $i386 -O2 -msse2 -static
row 'i386 gcc -msse2 -mfpmath=sse' same $i386 -O2 -msse2 -mfpmath=sse -static
row 'i386 gcc, x87, refusals removed' 0x4 $i386 -O2 -static $unsafe
row 'i386 gcc, x87 without optimisation, refusals removed' 0x4 $i386 -O0 -static $unsafe
row 'i386 gcc, x87 stored each time, refusals removed' 0x4 $i386 -O2 -ffloat-store -static $unsafe

# ---- libgcc's addition in software ---------------------------------------------------------------

RUN=qemu-arm-static
wrap=-Wl,--wrap=__aeabi_dadd,--wrap=__aeabi_dsub,--wrap=__aeabi_drsub
row 'armel gcc without the cure' 0x10 arm-linux-gnueabi-gcc -O2 -static
row 'armel gcc, the cure compiled but not wrapped' 0x10 arm-linux-gnueabi-gcc -O2 \
  -static -Wl,--defsym=__real___aeabi_dadd=__aeabi_dadd ref/port/arm_softadd.c
row 'armel gcc with the cure' same arm-linux-gnueabi-gcc -O2 -static $wrap ref/port/arm_softadd.c

# The program of the boards, its selfcheck left out.
deep() { # FLAGS...
  arm-linux-gnueabi-gcc $careful -O2 -static -DBOARD_WITHOUT_SELFCHECK -I"$tmp/one" \
    -Itests/boards tests/boards/main.c tests/boards/native.c "$tmp/one/sidyn.c" "$@" \
    -o "$tmp/deep" || return 2
  qemu-arm-static "$tmp/deep"
}
deep_finds() {
  deep
  [ $? -eq 1 ] && grep -q '^operation add: ' "$tmp/check.log" &&
    grep -q '^operation subtract: ' "$tmp/check.log" &&
    [ "$(grep -c '^operation ' "$tmp/check.log")" -eq 2 ]
}
check 'armel gcc without the cure: the deep check finds addition wrong, and nothing else' deep_finds
check 'armel gcc with the cure: the deep check passes' deep $wrap ref/port/arm_softadd.c

# ---- the control register ------------------------------------------------------------------------

says() { # EXPECTED TRIPLE QEMU MODE
  "$2-gcc" $careful -O2 -static -I"$tmp/one" tests/refusals/environment.c "$tmp/one/sidyn.c" \
    -o "$tmp/environment" -lm || return 1
  found=$("qemu-$3-static" "$tmp/environment" "$4") || return 1
  echo "found: $found"
  [ "$found" = "$1" ]
}
check 'aarch64, flush to zero -> 0x1' says '0x0 0x1' aarch64-linux-gnu aarch64 ftz
check 'aarch64, rounding upward -> 0x20' says '0x0 0x20' aarch64-linux-gnu aarch64 upward
check 'armhf, flush to zero -> 0x1' says '0x0 0x1' arm-linux-gnueabihf arm ftz
check 'armhf, rounding downward -> 0x20' says '0x0 0x20' arm-linux-gnueabihf arm downward
check 'riscv64, rounding towards zero -> 0x20' says '0x0 0x20' riscv64-linux-gnu riscv64 towardzero
check 'ppc64 (big-endian), rounding upward -> 0x20' says '0x0 0x20' powerpc64-linux-gnu ppc64 upward

# Alpha: QEMU runs programs that are linked dynamically.
alpha_says() { # EXPECTED MODE
  alpha-linux-gnu-gcc $careful -O2 -mieee -mfp-rounding-mode=d -I"$tmp/one" \
    tests/refusals/environment.c "$tmp/one/sidyn.c" -o "$tmp/environment" -lm || return 1
  found=$(qemu-alpha-static -L /usr/alpha-linux-gnu "$tmp/environment" "$2") || return 1
  echo "found: $found"
  [ "$found" = "$1" ]
}
check 'alpha, rounding upward -> 0x20' alpha_says '0x0 0x20' upward

# ---- other arithmetic, other faults --------------------------------------------------------------

RUN=qemu-m68k-static
row 'm68k gcc, its default, 68881' refused m68k-linux-gnu-gcc -O2 -static
row 'm68k gcc, 68881, refusals removed' 0x4 m68k-linux-gnu-gcc -O2 -static $unsafe
row 'm68k gcc -msoft-float, whose library expects a 68881' 0x80+0x400 m68k-linux-gnu-gcc -O2 \
  -msoft-float -static
RUN='qemu-m68k-static -cpu m68040'
row 'm68k gcc -m68040' 0x4 m68k-linux-gnu-gcc -O2 -m68040 -static
RUN=qemu-arm-static
row 'armel gcc, Thumb-1, without the cure' 0x10 arm-linux-gnueabi-gcc -O2 -mthumb -static

# ---- a double of 32 bits -------------------------------------------------------------------------

RUN=''
row 'AVR: a double of 32 bits' refused clang --target=avr -mmcu=atmega328 -ffreestanding -O2

# ---- Windows: MinGW's sqrt() is computed by an x87 and rounds twice ------------------------------

# FLAGS: whatever they say, there is no call of it, nor of anything but memcpy and memset
calls_no_sqrt() {
  x86_64-w64-mingw32-gcc -std=c99 -w "$@" -ffp-contract=off -I"$tmp/one" -c "$tmp/one/sidyn.c" \
    -o "$tmp/sidyn.obj" || return 1
  x86_64-w64-mingw32-objdump -d "$tmp/sidyn.obj" | grep -q 'sqrtsd' || {
    echo 'no sqrtsd'
    return 1
  }
  none "$(x86_64-w64-mingw32-nm -u "$tmp/sidyn.obj" | grep -v ' memcpy$\| memset$')"
}
links_for_windows() {
  x86_64-w64-mingw32-gcc $careful -O2 -I"$tmp/one" $hash_program "$tmp/one/sidyn.c" \
    -o "$tmp/row.exe"
}
check 'MinGW -O0 with errno -> no call of sqrt()' calls_no_sqrt -O0 -fmath-errno
check 'MinGW -O2 with errno -> no call of sqrt()' calls_no_sqrt -O2 -fmath-errno
check 'MinGW -O3 -> no call of sqrt()' calls_no_sqrt -O3 -fno-math-errno
check 'MinGW builds the program' links_for_windows
row 'MinGW -mfpmath=387' refused x86_64-w64-mingw32-gcc -O2 -mfpmath=387

finish

#!/bin/sh
# The whole program on other machines, under emulation: `sidyn verify` (quick) says what it says
# here, but for the times, on 64-bit ARM, RISC-V and IBM Z, which is big-endian. What needs no
# libjansson; tests/cross/parts.py has the rest on IBM Z. VERIFY_ARGS chooses checks; all take an
# hour.
planned=6
. tests/build/tap.sh
place=$(dirname "$B")/emulated
case $place in /*) ;; *) place=$PWD/$place ;; esac

sidyn() { echo "$place/$1/$1-linux-gnu-gcc-O2/sidyn"; } # MACHINE
built() { # MACHINE: linked statically
  make -s -j2 BUILD="$place/$1" CC="$1-linux-gnu-gcc" OPT=-O2 EXTRA_CFLAGS= EXTRA_LDFLAGS=-static \
    "$(sidyn "$1")"
}
table() { # COMMAND...: without times and the name of the backend
  # shellcheck disable=SC2086
  "$@" verify --jobs "${JOBS:-2}" ${VERIFY_ARGS:-} 2> "$tmp/errors" > "$tmp/said" || {
    cat "$tmp/errors" "$tmp/said"
    return 1
  }
  sed -E -e 's/ +[0-9]+[.][0-9]{2}s / /' -e '/^tier /d' "$tmp/said"
}
# shellcheck disable=SC2086
table ${EXEC_WRAPPER:-} "$B/sidyn" > "$tmp/here" || exit 1
same_table() { # MACHINE
  table "qemu-$1-static" "$(sidyn "$1")" > "$tmp/there" && cmp "$tmp/here" "$tmp/there" || {
    diff "$tmp/here" "$tmp/there"
    return 1
  }
}

for machine in aarch64 riscv64 s390x; do
  check "it builds for $machine" built $machine
  check "$machine: the same table" same_table $machine
done
finish

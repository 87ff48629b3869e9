#!/bin/sh
# The same machines with clang, which contracts unless it is told not to.
planned=8
. tests/build/tap.sh
. tests/refusals/rows.sh

# clang compiles, gcc links.
clang_row() { # NAME ALLOWED TRIPLE QEMU FLAGS...
  clang_name=$1 clang_allowed=$2 triple=$3 RUN=qemu-$4-static
  shift 4
  found='does not build'
  if clang --target="$triple" -isystem "/usr/$triple/include" -w "$@" -I"$tmp/one" \
    -c "$tmp/one/sidyn.c" -o "$tmp/sidyn.o" &&
    "$triple-gcc" -O2 -static -I"$tmp/one" $hash_program "$tmp/sidyn.o" -o "$tmp/row"; then
    found=$(outcome_of $RUN "$tmp/row")
  fi
  check "$clang_name -> $found" is "$clang_allowed" "$found"
}
for target in aarch64-linux-gnu:aarch64 riscv64-linux-gnu:riscv64 s390x-linux-gnu:s390x \
  powerpc64le-linux-gnu:ppc64le
do
  clang_row "${target#*:} clang, its default" same "${target%:*}" "${target#*:}" -O2
  clang_row "${target#*:} clang -ffp-contract=fast" 'same 0x2' "${target%:*}" "${target#*:}" -O2 \
    -ffp-contract=fast
done

finish

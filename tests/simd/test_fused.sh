#!/bin/sh
# a*b + c as one operation: in the objects of the vector kernels' normals, whose candidates may have
# it, and in no other object of the library and of the harness.
simd=$(sed -n 's/^SIMD := *//p' "${B:-build/gcc-O2}/hosted.mk")
planned=1
for isa in $simd; do planned=$((planned + 1)); done
. tests/build/tap.sh

if grep -q -e '-flto' "$B/HOSTED.flags"; then
  planned=1
  check 'objects of link-time optimisation hold no instructions' true
  finish
fi
# shellcheck disable=SC2086
objdump=$($CC -print-prog-name=objdump)

fused() { # OBJECT...: its fused instructions, x86 and AArch64
  for object in "$@"; do
    "$objdump" -d --no-show-raw-insn "$object" > "$tmp/code" || echo "$object cannot be read"
    awk -v object="$object" '
      /^ / && $2 ~ /^(vfn?m(add|sub)|vfmaddsub|vfmsubadd|fn?m(add|sub)$|fml[as])/ {
        print object ": " $0
      }' "$tmp/code"
  done
}

others() { find "$B/ref" "$B/simd" "$B/verify" -name '*.o' ! -name 'normals_*'; }
# shellcheck disable=SC2046
check 'no fused instruction outside the normals of the vector kernels' none "$(fused $(others))"
for isa in $simd; do
  check "the normals of $isa have some, which this test can see" \
    test -n "$(fused "$B/simd/normals_$isa.o")"
done
finish

#!/bin/sh
# Machines that have fused multiply-add in the base instruction set, under emulation: what gcc makes
# of it. `make deps-cross` installs what this needs.
planned=18
. tests/build/tap.sh
. tests/refusals/rows.sh
loose=-DSID_TEST_ALLOW_CONTRACTION

for target in aarch64-linux-gnu:aarch64 riscv64-linux-gnu:riscv64 s390x-linux-gnu:s390x \
  powerpc64le-linux-gnu:ppc64le
do
  triple=${target%:*}
  short=${target#*:}
  RUN=qemu-$short-static
  row "$short gcc -std=gnu99 -O3" same "$triple-gcc" -std=gnu99 -O3 -static
  row "$short gcc -ffp-contract=fast" same "$triple-gcc" -std=c99 -O3 -ffp-contract=fast -static
  row "$short gcc -std=gnu99, pragma removed" 0x2 "$triple-gcc" -std=gnu99 -O2 -static $loose
  row "$short gcc -ffast-math" refused "$triple-gcc" -O2 -ffast-math -static
done
RUN='qemu-arm-static'
row 'armhf gcc with fused instructions, -std=gnu99' same arm-linux-gnueabihf-gcc -std=gnu99 -O3 \
  -mfpu=neon-vfpv4 -static
row 'armhf gcc with fused instructions, pragma removed' 0x2 arm-linux-gnueabihf-gcc -std=gnu99 -O3 \
  -mfpu=neon-vfpv4 -static $loose

finish

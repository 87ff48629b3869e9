#!/bin/sh
# Installs the Debian packages that `make cross`, `boards`, `size`, `matrix`, `sanitize` and `fuzz`
# need besides those of ci/deps.sh: cross compilers with their C libraries, and the emulators that
# run what they build. Never gcc-multilib: it removes every cross compiler.
set -eu
linux='qemu-user-static
 gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
 gcc-arm-linux-gnueabi libc6-dev-armel-cross
 gcc-i686-linux-gnu libc6-dev-i386-cross gcc-mips64el-linux-gnuabi64 libc6-dev-mips64el-cross
 gcc-powerpc64-linux-gnu libc6-dev-ppc64-cross gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross
 gcc-riscv64-linux-gnu libc6-dev-riscv64-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross musl-tools'
wasm='lld wasi-libc libclang-rt-dev-wasm32 nodejs'
windows='gcc-mingw-w64-x86-64-win32'
boards='qemu-system-arm qemu-system-misc
 gcc-arm-none-eabi gcc-riscv64-unknown-elf gcc-aarch64-linux-gnu'
quality='valgrind'
packages="$linux $boards $wasm $windows $quality"
. "$(dirname "$0")/install.sh"
# shellcheck disable=SC2086
install deps-cross $packages

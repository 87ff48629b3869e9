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

if ! command -v apt-get > /dev/null; then
  echo "make deps-cross: no apt-get here; install the equivalents of:" $packages >&2
  exit 1
fi
missing=''
for package in $packages; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed ||
    missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo 'make deps-cross: everything is installed' >&2
  exit 0
fi
as_root=''
if [ "$(id -u)" != 0 ]; then
  command -v sudo > /dev/null || {
    echo "make deps-cross: run as root, or install sudo; missing:$missing" >&2
    exit 1
  }
  as_root=sudo
fi
echo "make deps-cross: installing$missing" >&2
$as_root apt-get -o DPkg::Lock::Timeout=300 update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 \
  --no-install-recommends $missing > /dev/null

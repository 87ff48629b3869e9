#!/bin/sh
# Installs the Debian or Ubuntu packages that building, testing and regenerating need; what is there
# already is left alone.
set -eu
packages='gcc g++ make clang clang-format clang-tidy cppcheck libclang-rt-dev pkg-config
 libjansson-dev libsleef-dev libgsl-dev libcmocka-dev libmpfr-dev libgmp-dev libpcg-cpp-dev
 python3 python3-numpy python3-mpmath python3-gmpy2 python3-jsonschema gcovr lld patch musl-tools'

if ! command -v apt-get > /dev/null; then
  echo "make deps: no apt-get here; install the equivalents of:" $packages >&2
  exit 1
fi
# For the kernels of AArch64 and for processors without AVX: cross compiler and emulators.
[ "$(dpkg --print-architecture)" != amd64 ] ||
  packages="$packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static"
missing=''
for package in $packages; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed ||
    missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo 'make deps: everything is installed' >&2
  exit 0
fi
as_root=''
if [ "$(id -u)" != 0 ]; then
  command -v sudo > /dev/null || {
    echo "make deps: run as root, or install sudo; missing:$missing" >&2
    exit 1
  }
  as_root=sudo
fi
echo "make deps: installing$missing" >&2
$as_root apt-get -o DPkg::Lock::Timeout=300 update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install \
  -y -qq --no-install-recommends $missing > /dev/null

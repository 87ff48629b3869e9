#!/bin/sh
# Installs the Debian or Ubuntu packages that building, testing and regenerating need; what is there
# already is left alone. And takes the digits out of a package (ci/digits.sh).
set -eu
packages='gcc g++ make clang clang-format clang-tidy cppcheck libclang-rt-dev pkg-config
 libjansson-dev zlib1g-dev libsleef-dev libgsl-dev libcmocka-dev libmpfr-dev libgmp-dev
 libpcg-cpp-dev python3 python3-numpy python3-mpmath python3-gmpy2 python3-jsonschema gcovr lld
 musl-tools mandoc zsh gnuplot-nox cmake doxygen dpkg-dev lintian'
# For the kernels of AArch64 and for processors without AVX: cross compiler and emulators.
[ "$(uname -m)" != x86_64 ] ||
  packages="$packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static"
. "$(dirname "$0")/install.sh"
# shellcheck disable=SC2086
install deps $packages
"$(dirname "$0")/digits.sh"

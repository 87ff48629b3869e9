#!/bin/sh
# Installs the Debian or Ubuntu packages that building, testing and regenerating need
# (ci/packages.txt); what is there already is left alone. And takes the digits out of a package
# (ci/digits.sh).
set -eu
. "$(dirname "$0")/install.sh"
# For the kernels of AArch64 and for processors without AVX: cross compiler and emulators.
install deps deps $([ "$(uname -m)" != x86_64 ] || echo deps-x86_64)
"$(dirname "$0")/digits.sh"

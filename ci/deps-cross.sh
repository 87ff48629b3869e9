#!/bin/sh
# Installs the packages that `make cross`, `boards`, `size`, `refusals`, `matrix`, `sanitize` and
# `fuzz` need besides those of ci/deps.sh: cross compilers with their C libraries, and the emulators
# that run what they build. Never gcc-multilib: it removes every cross compiler.
set -eu
. "$(dirname "$0")/install.sh"
install deps-cross deps-cross

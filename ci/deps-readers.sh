#!/bin/sh
# Installs the Debian or Ubuntu packages that `make test-readers` needs besides those of ci/deps.sh:
# the programs that docs/output.md reads our output with.
set -eu
packages='octave r-base-core python3-pandas gnuplot-nox nodejs gawk mawk sqlite3'
. "$(dirname "$0")/install.sh"
# shellcheck disable=SC2086
install deps-readers $packages

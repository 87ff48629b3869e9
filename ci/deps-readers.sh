#!/bin/sh
# Installs the packages that `make test-readers` needs besides those of ci/deps.sh: the programs
# that docs/output.md reads our output with.
set -eu
. "$(dirname "$0")/install.sh"
install deps-readers deps-readers

#!/bin/sh
# Installs the Debian or Ubuntu packages that `make test-adapters` needs besides those of
# ci/deps.sh: the languages of verify/adapters/.
set -eu
packages='python3-torch octave r-base-core r-cran-jsonlite nodejs'
. "$(dirname "$0")/install.sh"
# shellcheck disable=SC2086
install deps-adapters $packages

#!/bin/sh
# Installs the packages that `make test-adapters` needs besides those of ci/deps.sh: the languages
# of verify/adapters/.
set -eu
. "$(dirname "$0")/install.sh"
install deps-adapters deps-adapters

#!/bin/sh
# Installs Frama-C with its Eva, which `make prove` needs.
set -eu
. "$(dirname "$0")/install.sh"
install deps-prove deps-prove

#!/bin/sh
# Installs the Debian or Ubuntu packages that `make test-mpi` needs besides those of ci/deps.sh: two
# MPIs side by side, mpicc.openmpi and mpicc.mpich, and GNU parallel.
set -eu
packages='libopenmpi-dev openmpi-bin libmpich-dev mpich parallel'
. "$(dirname "$0")/install.sh"
# shellcheck disable=SC2086
install deps-mpi $packages

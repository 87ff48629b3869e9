#!/bin/sh
# Installs the packages that `make test-mpi` needs besides those of ci/deps.sh: two MPIs side by
# side, mpicc.openmpi and mpicc.mpich, and GNU parallel.
set -eu
. "$(dirname "$0")/install.sh"
install deps-mpi deps-mpi

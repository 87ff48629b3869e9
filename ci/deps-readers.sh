#!/bin/sh
# Installs the Debian or Ubuntu packages that `make test-readers` needs besides those of ci/deps.sh:
# the programs that docs/output.md reads our output with.
set -eu
packages='octave r-base-core python3-pandas gnuplot-nox nodejs gawk mawk sqlite3'

if ! command -v apt-get > /dev/null; then
  echo "make deps-readers: no apt-get here; install the equivalents of:" $packages >&2
  exit 1
fi
missing=''
for package in $packages; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed ||
    missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo 'make deps-readers: everything is installed' >&2
  exit 0
fi
as_root=''
if [ "$(id -u)" != 0 ]; then
  as_root=sudo
  command -v sudo > /dev/null ||
    { echo "make deps-readers: run as root, or install sudo; missing:$missing" >&2; exit 1; }
fi
echo "make deps-readers: installing$missing" >&2
$as_root apt-get -o DPkg::Lock::Timeout=300 update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 \
  --no-install-recommends $missing > /dev/null

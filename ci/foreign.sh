#!/bin/sh
# ci/foreign.sh ARCH DIR PACKAGE...: unpacks libraries of Debian or Ubuntu for another architecture
# into the private folder DIR. Nothing is installed, and apt's own lists are left alone; needs no
# root. What is there already is not fetched again. DIR/root is then the root of headers
# (usr/include) and libraries (usr/lib/TRIPLE).
set -eu
[ $# -ge 3 ] || { echo "usage: $0 ARCH DIR PACKAGE..." >&2; exit 2; }
arch=$1
mkdir -p "$2"
cd "$2"
shift 2
packages=$*
dir=$PWD
if [ -e complete ] && [ "$(cat complete)" = "$packages" ]; then exit 0; fi
command -v apt-get > /dev/null || {
  echo "$0: no apt-get here to fetch packages with" >&2
  exit 1
}
rm -rf root complete
mkdir -p root state/lists/partial cache/archives/partial etc/preferences.d debs
: > status

# Sources of our own, of the release that runs here; the keys are the system's. Ubuntu has them
# elsewhere than amd64.
. /etc/os-release
release=${VERSION_CODENAME:?no release name in /etc/os-release}
case $ID in
  ubuntu) keys=/usr/share/keyrings/ubuntu-archive-keyring.gpg \
    places="http://ports.ubuntu.com/ubuntu-ports $release main universe" ;;
  *) keys=/usr/share/keyrings/debian-archive-keyring.gpg \
    places="http://deb.debian.org/debian $release main" ;;
esac
echo "deb [arch=$arch signed-by=$keys] $places" > etc/sources.list

# The user that apt would give its rights to cannot write below DIR.
get() {
  apt-get -qq -o Dir::State="$dir/state" -o Dir::State::status="$dir/status" \
    -o Dir::Cache="$dir/cache" -o Dir::Etc::SourceList="$dir/etc/sources.list" \
    -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null \
    -o Dir::Etc::PreferencesParts="$dir/etc/preferences.d" \
    -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o APT::Sandbox::User="$(id -un)" \
    -o Acquire::Languages=none "$@"
}
get update
cd debs
# shellcheck disable=SC2086
get download $packages
for package in *.deb; do dpkg-deb -x "$package" "$dir/root"; done
cd ..
rm -rf debs cache state
echo "$packages" > complete

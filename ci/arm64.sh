#!/bin/sh
# ci/arm64.sh DIR: unpacks the arm64 libraries that sidyn and its tests link, as Debian or Ubuntu
# has them, into the private folder DIR. Nothing is installed, and apt's own lists are left alone;
# needs no root. What is there already is not fetched again. DIR/root is then the root of headers
# (usr/include) and libraries (usr/lib/aarch64-linux-gnu).
set -eu
[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
packages='libsleef3 libsleef-dev libjansson4 libjansson-dev libcmocka0 libcmocka-dev
 libmpfr6 libmpfr-dev libgmp10 libgmp-dev zlib1g zlib1g-dev'

mkdir -p "$1"
cd "$1"
dir=$PWD
if [ -e complete ] && [ "$(cat complete)" = "$packages" ]; then exit 0; fi
command -v apt-get > /dev/null || {
  echo "$0: no apt-get here to fetch arm64 packages with" >&2
  exit 1
}
rm -rf root complete
mkdir -p root state/lists/partial cache/archives/partial etc/preferences.d debs
: > status

# Sources of our own, of the release that runs here; the keys are the system's. Ubuntu has arm64
# elsewhere than amd64.
. /etc/os-release
release=${VERSION_CODENAME:?no release name in /etc/os-release}
case $ID in
  ubuntu) keys=/usr/share/keyrings/ubuntu-archive-keyring.gpg \
    places="http://ports.ubuntu.com/ubuntu-ports $release main universe" ;;
  *) keys=/usr/share/keyrings/debian-archive-keyring.gpg \
    places="http://deb.debian.org/debian $release main" ;;
esac
echo "deb [arch=arm64 signed-by=$keys] $places" > etc/sources.list

# The user that apt would give its rights to cannot write below DIR.
get() {
  apt-get -qq -o Dir::State="$dir/state" -o Dir::State::status="$dir/status" \
    -o Dir::Cache="$dir/cache" -o Dir::Etc::SourceList="$dir/etc/sources.list" \
    -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null \
    -o Dir::Etc::PreferencesParts="$dir/etc/preferences.d" \
    -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User="$(id -un)" \
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

#!/bin/sh
# Takes scikit-learn's digits.csv.gz out of Debian's or Ubuntu's package python3-sklearn into data/,
# which git ignores: nothing is installed, and the file is never handed on. ci/digits.sha256 knows
# it. Sourced functions of ci/install.sh bring apt's lists up to date where that is needed.
set -eu
ci=$(cd "$(dirname "$0")" && pwd)
. "$ci/install.sh"
mkdir -p "$ci/../data"
cd "$ci/../data"
is_there() { sha256sum --status --check "$ci/digits.sha256" 2> /dev/null; }
if is_there; then
  echo 'make deps: data/digits.csv.gz is there' >&2
  exit 0
fi
command -v apt-get > /dev/null || {
  echo 'make deps: no apt-get here; data/digits.csv.gz is sklearn/datasets/data/digits.csv.gz of' \
    'scikit-learn' >&2
  exit 1
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' HUP INT TERM
# The user that apt would give its rights to cannot write there.
download() (
  cd "$dir" && apt-get -qq -o APT::Sandbox::User="$(id -un)" download python3-sklearn 2> log
)
echo 'make deps: taking digits.csv.gz out of python3-sklearn' >&2
download || { update_lists deps && download; } || {
  cat "$dir/log" >&2
  echo 'make deps: python3-sklearn cannot be downloaded' >&2
  exit 1
}
dpkg-deb --fsys-tarfile "$dir"/python3-sklearn_*.deb |
  tar -x -O --wildcards '*/sklearn/datasets/data/digits.csv.gz' > "$dir/digits.csv.gz" || true
(cd "$dir" && is_there) || {
  echo "make deps: python3-sklearn has no digits.csv.gz with the SHA-256 of ci/digits.sha256" >&2
  exit 1
}
cp "$dir/digits.csv.gz" digits.csv.gz

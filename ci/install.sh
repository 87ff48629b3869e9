# Sourced by ci/deps*.sh and ci/digits.sh.

# require_root TARGET WHY: $as_root is then what gives the rights of root, for WHY that is needed.
require_root() {
  as_root=''
  [ "$(id -u)" != 0 ] || return 0
  command -v sudo > /dev/null || {
    echo "make $1: run as root, or install sudo; $2" >&2
    exit 1
  }
  as_root=sudo
}

update_lists() { # TARGET
  require_root "$1" "apt's lists of packages are out of date"
  $as_root apt-get -o DPkg::Lock::Timeout=300 update -qq
}

# packages LIST...: the names of ci/packages.txt that are on one of the lists.
packages() {
  for list in "$@"; do
    awk -v list="$list" '$1 !~ /^#/ && index("," $3 ",", "," list ",") { print $1 }' \
      "$(dirname "$0")/packages.txt"
  done
}

# install TARGET LIST... installs the Debian or Ubuntu packages of the lists that are not there
# already, as root or with sudo. TARGET is the make target, for messages.
install() {
  target=$1
  shift
  # shellcheck disable=SC2046
  set -- $(packages "$@")
  command -v apt-get > /dev/null || {
    echo "make $target: no apt-get here; install the equivalents of: $*" >&2
    exit 1
  }
  missing=''
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed ||
      missing="$missing $package"
  done
  [ -n "$missing" ] || { echo "make $target: everything is installed" >&2; return; }
  require_root "$target" "missing:$missing"
  echo "make $target: installing$missing" >&2
  update_lists "$target"
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
    --no-install-recommends $missing > /dev/null
}

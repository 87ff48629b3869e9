# Sourced by ci/deps*.sh: install TARGET PACKAGE... installs the Debian or Ubuntu packages that are
# not there already, as root or with sudo. TARGET is the make target, for messages.
install() {
  target=$1
  shift
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
  as_root=''
  if [ "$(id -u)" != 0 ]; then
    command -v sudo > /dev/null || {
      echo "make $target: run as root, or install sudo; missing:$missing" >&2
      exit 1
    }
    as_root=sudo
  fi
  echo "make $target: installing$missing" >&2
  $as_root apt-get -o DPkg::Lock::Timeout=300 update -qq
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
    --no-install-recommends $missing > /dev/null
}

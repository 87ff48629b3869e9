# What the build tests share; sourced after planned=N, the number of tests.
# Tests run in the root of the project. $tmp is a directory of their own that is removed at the end.
set -u
B=${B:-build/gcc-O2}
CC=${CC:-gcc}
PYTHON=${PYTHON:-python3}
EXEC_WRAPPER=${EXEC_WRAPPER:-}
# A make of a test is not part of the make that runs the tests, and takes none of its variables.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL
run=0 failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
echo "1..$planned"

# check NAME COMMAND...: ok if the command succeeds; its output is shown where it does not.
check() {
  name=$1
  shift
  run=$((run + 1))
  if "$@" > "$tmp/check.log" 2>&1; then
    echo "ok $run - $name"
  else
    failed=$((failed + 1))
    echo "not ok $run - $name"
    tail -n 20 "$tmp/check.log" | sed 's/^/# /'
  fi
}

# none LIST: succeeds if the list is empty, else shows it.
none() {
  [ -z "$1" ] || { printf '%s\n' "$1"; return 1; }
}

finish() {
  [ "$failed" -eq 0 ] && [ "$run" -eq "$planned" ]
  exit
}

# build_library DIR COMPILER OPT [FLAGS]: makes the library of another configuration and prints its
# path.
build_library() {
  library=$1/$(basename "$2")$3/libsidyn.a
  make -s -j2 BUILD="$1" CC="$2" OPT="$3" EXTRA_CFLAGS="${4:-}" EXTRA_LDFLAGS= "$library" \
    > "$tmp/make.log" 2>&1 || {
    cat "$tmp/make.log" >&2
    return 1
  }
  echo "$library"
}

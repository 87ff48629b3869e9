#!/bin/sh
# Prints, as makefile variables, which optional parts of the hosted programs can be built with $CC: libjansson and OpenMP.
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

can() { # program text, flags...
  printf '%s\n' "$1" > "$dir/probe.c"
  shift
  # shellcheck disable=SC2086
  $CC "$dir/probe.c" -o "$dir/probe" "$@" > /dev/null 2>&1
}

cflags='' ldlibs='' missing=''
if can '#include <jansson.h>
int main(void) { json_decref(json_object()); return 0; }' -ljansson; then
  cflags="$cflags -DSID_HAVE_JANSSON=1" ldlibs="$ldlibs -ljansson"
else
  missing="$missing libjansson-dev (experiments and --json)"
fi
if can '#include <omp.h>
int main(void) { return omp_get_max_threads() < 1; }' -fopenmp; then
  cflags="$cflags -fopenmp"
else
  cflags="$cflags -Wno-unknown-pragmas" missing="$missing OpenMP (one thread)"
fi
echo "HOSTED_CFLAGS :=$cflags"
echo "HOSTED_LDLIBS :=$ldlibs"
[ -z "$missing" ] || echo "\$(info built without:$missing; make deps installs it)"

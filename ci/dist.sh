#!/bin/sh
# dist.sh VERSION TO: the archives of a release, sidyn-VERSION.tar.gz (the files that git has) and
# sidyn-single-VERSION.tar.gz (the library as two files). The same commit gives the same bytes:
# names in order, the time of the commit, no owner.
set -eu
version=$1 to=$2
top=$(dirname "$0")/..
date=$(git -C "$top" log -1 --format=%ct)
rm -rf "$to"
mkdir -p "$to/single"
# pack NAME FOLDER: files by name from standard input, separated by zero bytes.
pack() {
  tar -C "$2" --no-recursion --sort=name --format=ustar --mtime="@$date" --owner=0 --group=0 \
    --numeric-owner --mode=u+rw,go=rX --transform="s,^,$1-$version/," --null --files-from=- \
    -cf "$to/$1-$version.tar"
  gzip -n9 "$to/$1-$version.tar"
}
git -C "$top" ls-files -z | LC_ALL=C sort -z | pack sidyn "$top"
"${PYTHON:-python3}" -B "$top/ci/amalgamate.py" "$to/single" > /dev/null
cp "$top/LICENSE" "$to/single"
printf '%s\0' LICENSE sidyn.c sidyn.h | pack sidyn-single "$to/single"
rm -r "$to/single"
cd "$to" && sha256sum ./*.tar.gz

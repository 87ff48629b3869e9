#!/bin/sh
# Releases: archives that are the same twice, a Debian package that lintian accepts and dpkg
# installs and removes, an API reference without a warning, a citation file that names this version.
planned=4
[ ! -e .git ] || planned=7 # `make dist` packs what git has
. tests/build/tap.sh
version=$(sed -n 's/^.define SID_VERSION "\(.*\)"/\1/p' ref/sidyn.h)

dist_twice() {
  for n in 1 2; do
    make -s PYTHON="$PYTHON" BUILD="$tmp/dist$n" dist > "$tmp/sums$n" || return 1
    sleep 1
  done
  [ "$(wc -l < "$tmp/sums1")" = 2 ] && diff "$tmp/sums1" "$tmp/sums2"
}
has_files() {
  tar -tzf "$tmp/dist1/dist/sidyn-$version.tar.gz" | sed "s,^sidyn-$version/,," |
    LC_ALL=C sort > "$tmp/packed"
  git ls-files | LC_ALL=C sort | diff - "$tmp/packed"
}
single() {
  tar -C "$tmp" -xzf "$tmp/dist1/dist/sidyn-single-$version.tar.gz" &&
    "$CC" -std=c99 -Wall -Wextra -Werror -ffp-contract=off -c -o "$tmp/single.o" \
      "$tmp/sidyn-single-$version/sidyn.c"
}
if [ -e .git ]; then
  check 'make dist gives the same bytes twice' dist_twice
  check 'the archive has the files of git' has_files
  check 'the single-file archive compiles' single
fi

deb() { make -s B="$B" CC="$CC" PYTHON="$PYTHON" BUILD="$tmp/deb" -o all deb; }
lint() { none "$(lintian --fail-on none "$tmp"/deb/deb/*.deb 2> /dev/null | grep '^[EW]:')"; }
# dpkg in a root of its own: what is installed runs, and is gone when it is removed.
dpkg_root() {
  root=$tmp/root
  mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" && : > "$root/var/lib/dpkg/status"
  dpkg --root="$root" --force-not-root --force-depends --log=/dev/null -i "$tmp"/deb/deb/*.deb &&
    [ "$("$root/usr/bin/sidyn" --version)" = "sidyn $version" ] &&
    [ -s "$root/usr/share/man/man1/sidyn-run.1.gz" ] &&
    dpkg --root="$root" --force-not-root --log=/dev/null -r sidyn &&
    none "$(find "$root/usr" -type f 2> /dev/null)"
}
check 'make deb' deb
check 'lintian finds no error and no warning' lint
check 'dpkg installs and removes it' dpkg_root

docs_and_citation() {
  make -s BUILD="$tmp/docs" docs && [ -s "$tmp/docs/docs/html/sidyn_8h.html" ] &&
    grep -qx "version: $version" CITATION.cff
}
check 'make docs has no warning, CITATION.cff has this version' docs_and_citation
finish

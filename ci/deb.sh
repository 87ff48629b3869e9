#!/bin/sh
# deb.sh VERSION TO: a Debian package with the program, the static libraries, the headers and what
# the program says of itself, as TO/sidyn_VERSION_ARCHITECTURE.deb. $B has what was built.
set -eu
version=$1 to=$2
for tool in dpkg-deb dpkg-shlibdeps strip; do
  command -v $tool > /dev/null || {
    echo "make deb: $tool is not installed; make deps installs it" >&2
    exit 1
  }
done
umask 022
architecture=$(dpkg --print-architecture)
date=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || date +%s)}
rm -rf "$to"
mkdir -p "$to/root/DEBIAN" "$to/root/usr" "$to/debian"
VERSION=$version PREFIX=/usr SHARED='' LIBS="${LIBS:-}" EXEC_WRAPPER='' sh ci/tree.sh "$to/root/usr"
root=$to/root/usr
# As Debian has it: libraries by architecture, completions for zsh among those of vendors.
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
mkdir "$root/lib/$multiarch" "$root/share/zsh/vendor-completions"
for name in libsidyn.a libsidyn_simd.a pkgconfig cmake; do
  mv "$root/lib/$name" "$root/lib/$multiarch"
done
sed -i "s,/lib,/lib/$multiarch," "$root/lib/$multiarch/pkgconfig/"*.pc
mv "$root/share/zsh/site-functions/_sidyn" "$root/share/zsh/vendor-completions"
rmdir "$root/share/zsh/site-functions"
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/bin/sidyn"
strip --strip-debug --enable-deterministic-archives "$root/lib/$multiarch/"*.a
find "$root/share/man" -type f -exec gzip -n9 '{}' \;
doc=$root/share/doc/sidyn
mkdir -p "$doc"
cp -R docs/examples "$doc"
{
  echo 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/'
  echo 'Upstream-Name: sidyn'
  printf '\nFiles: *\n'
  sed -n 's/^Copyright (c) \(.*\)/Copyright: \1/p' LICENSE
  echo 'License: Expat'
  sed '1,/^Copyright/d' LICENSE | sed '1{/^$/d}' | sed 's/^$/./; s/^/ /'
} > "$doc/copyright"
{
  printf 'sidyn (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n' "$version"
  echo " -- The sidyn authors <sidyn@example.invalid>  $(LC_ALL=C date -u -R -d "@$date")"
} > "$doc/changelog"
gzip -n9 "$doc/changelog"
printf 'Source: sidyn\n\nPackage: sidyn\nArchitecture: any\n' > "$to/debian/control"
depends=$(cd "$to" && dpkg-shlibdeps -O root/usr/bin/sidyn | sed -n 's/^shlibs:Depends=//p')
cat > "$to/root/DEBIAN/control" << END
Package: sidyn
Version: $version
Architecture: $architecture
Maintainer: The sidyn authors <sidyn@example.invalid>
Section: science
Priority: optional
Depends: $depends
Suggests: gnuplot
Installed-Size: $(du -sk "$to/root/usr" | cut -f1)
Description: dynamics of scale-invariant losses, bit for bit
 Reference implementation of how scale-invariant losses (networks with
 normalisation layers) evolve under SGD and gradient descent with weight decay,
 of the stochastic differential equations that approximate it, and of the laws
 that five papers prove about them; judges simulations of others.
END
find "$to/root" -exec touch -h -d "@$date" '{}' +
SOURCE_DATE_EPOCH=$date dpkg-deb --root-owner-group --build "$to/root" \
  "$to/sidyn_${version}_$architecture.deb" > /dev/null
rm -r "$to/root" "$to/debian"
ls "$to/"*.deb

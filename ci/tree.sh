#!/bin/sh
# tree.sh TREE: builds in TREE, below no prefix, all that `make install` installs. Taken from the
# environment: B (build folder), VERSION, PREFIX, SHARED (its file name, or empty), LIBS (of
# libsidyn_simd), PYTHON, EXEC_WRAPPER.
set -eu
tree=$1
umask 022
rm -rf "$tree"
mkdir -p "$tree/bin" "$tree/include" "$tree/lib/pkgconfig" "$tree/lib/cmake/sidyn"
cp "$B/sidyn" "$tree/bin"
cp ref/sidyn*.h "$tree/include"
cp simd/simd.h "$tree/include/sidyn_simd.h"
cp "$B/libsidyn.a" "$B/libsidyn_simd.a" "$tree/lib"
if [ -n "$SHARED" ]; then
  cp "$B/$SHARED" "$tree/lib"
  soname=libsidyn.so.${VERSION%.*}
  ln -s "$SHARED" "$tree/lib/$soname"
  ln -s "$soname" "$tree/lib/libsidyn.so"
fi
cat > "$tree/lib/pkgconfig/sidyn.pc" << END
prefix=$PREFIX
Name: sidyn
Description: reference implementation of the dynamics of scale-invariant losses
Version: $VERSION
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/lib -lsidyn
END
cat > "$tree/lib/pkgconfig/sidyn_simd.pc" << END
prefix=$PREFIX
Name: sidyn_simd
Description: vector backends of sidyn
Version: $VERSION
Requires: sidyn
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/lib -lsidyn_simd$LIBS
END
cp cmake/sidynConfig.cmake "$tree/lib/cmake/sidyn"
sed "s/@PROJECT_VERSION@/$VERSION/g" cmake/sidynConfigVersion.cmake.in \
  > "$tree/lib/cmake/sidyn/sidynConfigVersion.cmake"
# shellcheck disable=SC2086
sh ci/help.sh "$tree/share" $EXEC_WRAPPER "$B/sidyn"

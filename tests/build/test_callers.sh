#!/bin/sh
# docs/callers: the shared library called from Python and from C++ gives the bits of sidyn run.
planned=4
. tests/build/tap.sh
to=$tmp/to
builds() {
  make -s B="$B" CC="$CC" PYTHON="$PYTHON" TREE="$tmp/tree" -o all install DESTDIR= PREFIX="$to" \
    SHARED=1
}
check 'the shared library is installed' builds
wanted() { # FORMAT
  $EXEC_WRAPPER "$to/bin/sidyn" run docs/callers/experiment.json --trajectories 0:3 \
    --format "$1" > "$tmp/all" && sed 1d "$tmp/all" > "$tmp/wanted" && [ -s "$tmp/wanted" ]
}
# Python writes the shortest decimals, printf hexadecimal ones: both are compared as numbers.
same() {
  "$PYTHON" -B - "$tmp/wanted" "$tmp/got" << 'END'
import sys
def read(path):
    with open(path) as file:
        lines = [line.rstrip("\n").split(",") for line in file]
    return [(a, b, *(float.fromhex(x) if "x" in x else float(x) for x in rest))
            for a, b, _, *rest in lines]
wanted, got = map(read, sys.argv[1:])
assert len(wanted) == 9 and wanted == got, f"{got} instead of {wanted}"
END
}
python() {
  wanted dec && "$PYTHON" -B docs/callers/sgd.py "$to/lib/libsidyn.so" 3 > "$tmp/got" && same
}
cplusplus() {
  # shellcheck disable=SC2046
  wanted hex && g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror docs/callers/sgd.cpp -pthread \
    $(PKG_CONFIG_PATH=$to/lib/pkgconfig pkg-config --cflags --libs sidyn) -o "$tmp/sgd" &&
    LD_LIBRARY_PATH=$to/lib $EXEC_WRAPPER "$tmp/sgd" 3 > "$tmp/got" && same
}
sees_a_difference() {
  sed '2s/,[^,]*$/,0x1p+0/' "$tmp/wanted" > "$tmp/got" && ! same
}
check 'from Python' python
check 'from C++' cplusplus
check 'the comparison sees one other number' sees_a_difference
finish

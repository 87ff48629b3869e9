#!/bin/sh
# The library as two files: they compile alone with one command, in every dialect, and give the
# known answers.
planned=14
. tests/build/tap.sh
warnings=$(tr ' ' '\n' < "$B/REF.flags" | grep '^-W' | tr '\n' ' ') || exit 1
arithmetic='-ffp-contract=off -fno-math-errno'
dir=$tmp/amalgamation
"$PYTHON" -B ci/amalgamate.py "$dir" || exit 1
"$PYTHON" -B tests/cross/answers.py > "$tmp/answers.txt" || exit 1

public_lines() {
  sed 's/^ *# *include "sidyn_\([a-z]*\).h"$/PART \1/' ref/sidyn.h |
    sed -e '/^PART laws$/{r ref/sidyn_laws.h' -e 'd}' |
    sed -e '/^PART network$/{r ref/sidyn_network.h' -e 'd}'
}
two_files() {
  [ "$(ls "$dir")" = "$(printf 'sidyn.c\nsidyn.h')" ] && public_lines | cmp - "$dir/sidyn.h"
}
all_sources() { # every source once, but for those of ref/port/
  [ "$(grep -c '^/[*] ==== ref/.*[.]c ==== [*]/$' "$dir/sidyn.c")" \
    -eq "$(ls ref/*.c ref/*/*.c | grep -vc '^ref/port/')" ]
}
same_everywhere() { "$PYTHON" -B ci/amalgamate.py "$tmp/again" && diff -r "$dir" "$tmp/again"; }

compiles() { # COMPILER DIALECT: in a directory with nothing else
  (cd "$dir" && "$1" -std="$2" -O2 $warnings $arithmetic -ffreestanding -c sidyn.c \
    -o "$tmp/sidyn.o")
}

header_compiles() { # COMPILER: as C++, twice in one file
  printf '%s\n' '#include "sidyn.h"' '#include "sidyn.h"' 'int use();' \
    'int use() { return sid_selfcheck() == 0; }' > "$tmp/header.cpp"
  for dialect in c++11 c++17; do
    "$1" -x c++ -std=$dialect \
      -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only -I"$dir" \
      "$tmp/header.cpp" || return 1
  done
}

answers() { # COMPILER: one command, then all known answers and the hash
  "$1" -std=c99 -O2 $arithmetic -I"$dir" tests/cross/known_answers.c "$dir/sidyn.c" \
    -o "$tmp/known_answers" || return 1
  "$1" -std=c99 -O2 $arithmetic -I"$dir" tests/cross/trajectory_hash.c "$dir/sidyn.c" \
    -o "$tmp/trajectory_hash" || return 1
  "$tmp/known_answers" < "$tmp/answers.txt" && "$tmp/trajectory_hash"
}

check 'the amalgamation is two files, the header all lines of the public ones' two_files
check 'it has every source of ref/' all_sources
check 'it is the same when made again' same_everywhere
for compiler in gcc clang; do
  for dialect in c99 c11 c17; do
    check "$compiler compiles it as $dialect without a warning" compiles $compiler $dialect
  done
done
check 'g++ takes its header' header_compiles g++
check 'clang++ takes its header' header_compiles clang++
check 'built with gcc it gives the known answers and the hash' answers gcc
check 'built with clang it gives the known answers and the hash' answers clang
refuses() { ! gcc -std=c99 -O2 -ffast-math -I"$dir" -c "$dir/sidyn.c" -o "$tmp/fast.o"; }
check 'it refuses -ffast-math as the library does' refuses

finish

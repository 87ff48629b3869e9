#!/bin/sh
# What the library asks of others and shows to others: symbols, sections, includes, stack, and the
# public header by itself.
planned=11
. tests/build/tap.sh

tool() { "$CC" -print-prog-name="$1"; }
nm=$(tool nm) readelf=$(tool readelf)

# An instrumented library (coverage, sanitizers) has symbols of its compiler; then a plain one is
# looked at.
library=$B/libsidyn.a
if "$nm" "$library" | grep -q '__gcov\|__llvm_prof\|__asan\|__ubsan\|__msan\|__tsan'; then
  library=$(build_library "$tmp/plain" "$CC" -O2) || exit 1
fi

symbols_outside() { # undefined symbols that no member defines, but for memcpy and memset
  "$nm" "$library" | awk 'NF == 3 { defined[$3] = 1 } NF == 2 && $1 ~ /[Uw]/ { wanted[$2] = 1 }
    END {
      for (name in wanted)
        if (!(name in defined) && name != "memcpy" && name != "memset") print name
    }'
}

foreign_names() { # defined global symbols that do not begin with sid_
  "$nm" -g "$library" | awk 'NF == 3 && $3 !~ /^sid_/ { print $3 }'
}

static_names() { # local symbols; those that a compiler made contain a dot or begin with one
  "$nm" "$library" |
    awk 'NF == 3 && $2 ~ /[a-z]/ && $3 !~ /^sid_/ && $3 !~ /[.]/ && $3 !~ /^\$/ { print $2, $3 }'
}

writable_sections() { # allocated and writable, not empty, and not made read-only after relocation
  "$readelf" -S -W "$library" | sed -n 's/^ *\[ *[0-9]*\] *//p' |
    awk '$7 ~ /W/ && $7 ~ /A/ && $1 !~ /^[.]data[.]rel[.]ro/ && $5 !~ /^0*$/ { print }'
}

has_members() { [ "$("$nm" -g "$library" | grep -c ' T sid_')" -ge 30 ]; }

check 'the library has the public functions' has_members
check 'it needs nothing but memcpy and memset' none "$(symbols_outside)"
check 'its global names begin with sid_' none "$(foreign_names)"
check 'its static names begin with sid_' none "$(static_names)"
check 'it has no writable data' none "$(writable_sections)"

# ---- it links without any library ----------------------------------------------------------------

cat > "$tmp/bare.c" << 'end'
#include <stddef.h>
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
void _start(void);
void *memcpy(void *to, const void *from, size_t n) {
  volatile unsigned char *out = to;
  const unsigned char *in = from;
  while (n-- > 0) *out++ = *in++;
  return to;
}
void *memset(void *to, int value, size_t n) {
  volatile unsigned char *out = to;
  while (n-- > 0) *out++ = (unsigned char)value;
  return to;
}
void _start(void) {
  for (;;) continue;
}
end

# machines without some instructions need the compiler's own library; x86-64 and AArch64 do not
links_alone() {
  case $("$CC" -dumpmachine) in x86_64-* | aarch64-*) helper='' ;; *) helper=-lgcc ;; esac
  "$CC" -std=c99 -O2 -ffreestanding -fno-builtin -fno-stack-protector -c "$tmp/bare.c" \
    -o "$tmp/bare.o" &&
    "$CC" -nostdlib -static "$tmp/bare.o" -Wl,--whole-archive "$library" \
    -Wl,--no-whole-archive $helper -o "$tmp/bare"
}

check 'it links without a C library and without the library of the compiler' links_alone

# ---- sources -------------------------------------------------------------------------------------

hosted_includes() {
  grep -n '^ *# *include *<' ref/*.[ch] ref/*/*.[ch] | grep -v '<\(float\|stddef\|stdint\)[.]h>'
}
header_includes() {
  grep -h '^ *# *include' ref/sidyn.h ref/sidyn_laws.h ref/sidyn_network.h |
    grep -v '<std\(def\|int\)[.]h>\|"sidyn_\(laws\|network\)[.]h"'
}
check 'the sources include freestanding headers alone' none "$(hosted_includes)"
check 'the public headers include stddef.h, stdint.h and each other alone' none "$(header_includes)"

# All sources in one: no static name is used twice.
in_one_piece() {
  for source in ref/*.c ref/*/*.c; do echo "#include \"$PWD/$source\""; done > "$tmp/one.c"
  "$CC" -std=c99 -O2 -Wall -Wextra -Werror -ffreestanding -ffp-contract=off \
    -fno-math-errno -Iref -c "$tmp/one.c" -o "$tmp/one.o"
}
check 'all sources compile as one file' in_one_piece

# Frames of at most 1024 bytes, none of a size that is known only when the program runs. gcc reports
# them.
deep_frames() {
  for source in ref/*.c ref/*/*.c; do
    gcc -std=c99 -O2 -ffreestanding -ffp-contract=off -fno-math-errno -fstack-usage -c "$source" \
      -o "$tmp/frame.o" || echo "$source"
    awk -F "\t" '$3 != "static" || $2 > 1024' "$tmp/frame.su"
  done
}
check 'no function takes more than 1024 bytes of stack or a variable amount' none \
  "$(deep_frames 2>&1)"

# ---- the public header by itself -----------------------------------------------------------------

header_compiles() { # twice in one file, as every language, with every warning
  strict='-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Werror'
  strict="$strict -fsyntax-only -Iref"
  echo '#include <sidyn.h>
#include <sidyn.h>
int use(void);
int use(void) { return sid_selfcheck() == 0 && SID_STEPS_MAX > 0; }' > "$tmp/header.c"
  cp "$tmp/header.c" "$tmp/header.cpp"
  compilers=0
  for compiler in gcc clang; do
    command -v "$compiler" > /dev/null || continue
    compilers=$((compilers + 1))
    for language in c99 c11 c17 gnu99; do
      "$compiler" -std=$language $strict -Wmissing-prototypes "$tmp/header.c" || return 1
    done
    for language in c++11 c++14 c++17; do
      "$compiler" -x c++ -std=$language $strict "$tmp/header.cpp" || return 1
    done
  done
  [ "$compilers" -gt 0 ]
}
check 'the public header compiles as C99 to C17 and C++11 to C++17' header_compiles

finish

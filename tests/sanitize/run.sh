#!/bin/sh
# The known answers, the trajectory hash and what every trajectory leaves (tests/fuzz/leftovers.c)
# under sanitizers and valgrind, and the static analysers on ref/. The leftovers must be the same
# from every build. Each instrument must also find the fault of a program that has one: else it
# proves nothing. make sanitize; needs make deps-cross.
planned=32
. tests/build/tap.sh
"$PYTHON" -B tests/cross/answers.py > "$tmp/answers.txt" || exit 1
sources="$(ls ref/*.c ref/problems/*.c ref/dynamics/*.c)"
careful='-std=c99 -g -ffp-contract=off -fno-math-errno -Iref'
# Without lanes: ref/ alone.
leftovers='-D_POSIX_C_SOURCE=200809L -Isimd tests/fuzz/leftovers.c simd/dispatch.c simd/single.c'
fill=a5 # what memory holds before; none: whatever it is, for those who look for reads of it
every=1 # one in so many cases, for slow runners

cat > "$tmp/faulty.c" << 'end'
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **arguments) {
  volatile int index = count + 3, large = 0x7fffffff, shift = 31 + count;
  volatile int *memory = malloc(4 * sizeof *memory);
  if (!memory) return 0;
  switch (arguments[1][0]) {
    case 'a': memory[0] = 1; return memory[index] == 77 ? 1 : 0; /* beyond the end */
    case 'u': return large + index == 5 ? 1 : 0;                 /* overflow */
    case 's': return (1 << shift) == 3 ? 1 : 0;                  /* shift too far */
    default: if (memory[2] == 7) puts("seven"); return 0;        /* never written */
  }
}
end

run() { # [RUNNER...]: the three programs
  "$@" "$tmp/known_answers" < "$tmp/answers.txt" > "$tmp/log" 2>&1 || {
    tail -n 20 "$tmp/log"
    return 1
  }
  tail -n 1 "$tmp/log" | grep -q ' passed, 0 failed$' || return 1
  "$@" "$tmp/trajectory_hash" > "$tmp/log" 2>&1 || { tail -n 20 "$tmp/log"; return 1; }
  grep -q '^hash ' "$tmp/log" || return 1
  leaves "$@"
}
# leaves [RUNNER...]: the leftovers are those of the plain build, whose memory held something else.
leaves() {
  expected="$tmp/leftovers.$every"
  [ -f "$expected" ] || "$tmp/plain_leftovers" ff "$every" > "$expected" || return 1
  "$@" "$tmp/leftovers" "$fill" "$every" > "$tmp/log" 2>&1 && cmp "$tmp/log" "$expected" || {
    tail -n 20 "$tmp/log"
    return 1
  }
}
build() { # COMPILER FLAGS...
  for program in known_answers trajectory_hash; do
    "$@" $careful tests/cross/$program.c $sources -o "$tmp/$program" || return 1
  done
  "$@" $careful $leftovers $sources -o "$tmp/leftovers" || return 1
  "$@" -w -g "$tmp/faulty.c" -o "$tmp/faulty"
}
# A copy of ref/ in which a refused start leaves the further numbers of the state as memory was.
cp -r ref "$tmp/ref"
sed -i 's/for (size_t j = problem->dim; j < total; j++) x\[j\] = 0\.0;/(void)total;/' \
  "$tmp/ref/run.c"
forgetful() { # COMPILER FLAGS...
  ! cmp -s ref/run.c "$tmp/ref/run.c" || { echo 'the fault does not fit ref/run.c'; return 1; }
  "$@" $careful $leftovers $(echo "$sources" | sed "s,^ref/run.c,$tmp/ref/run.c,") \
    -o "$tmp/leftovers"
}
notices() { # [RUNNER...]: as a read of memory never written, not in another way
  ! "$@" "$tmp/leftovers" none 9 > "$tmp/log" 2>&1 && grep -q 'uninitiali[sz]ed' "$tmp/log"
}
finds() { # FAULT [RUNNER...]
  fault=$1
  shift
  ! "$@" "$tmp/faulty" "$fault" > "$tmp/log" 2>&1
}

check 'gcc -O2: what every trajectory leaves builds' \
  gcc -O2 $careful $leftovers $sources -o "$tmp/plain_leftovers"
undefined=-fsanitize=undefined,float-cast-overflow
for compiler in gcc clang; do
  for opt in -O1 -O3; do
    check "$compiler $opt: builds with address and undefined-behaviour sanitizers" \
      build $compiler $opt -fsanitize=address $undefined -fno-sanitize-recover=all
    check "$compiler $opt: no finding" run env
  done
  check "$compiler: they find a read beyond the end" finds a env
  check "$compiler: they find an overflow" finds u env
done
# Sums, products and shifts of unsigned integers wrap by design; conversions that change a value are
# written as casts.
check 'clang: builds with checks of implicit conversions' build clang -O1 \
  -fsanitize=implicit-conversion -fno-sanitize-recover=all
check 'implicit conversions: no finding' run env

fill=none
check 'memory sanitizer builds' build clang -O1 -fsanitize=memory \
  -fsanitize-memory-track-origins -fno-sanitize-recover=all
check 'memory sanitizer: nothing is read that was not written' run env
check 'memory sanitizer finds a read of memory never written' finds m env
check 'a forgetful run builds for it' \
  forgetful clang -O1 -fsanitize=memory -fno-sanitize-recover=all
check 'memory sanitizer finds what a forgetful run leaves' notices env

check 'a plain build for valgrind' build gcc -O1
every=9
check 'valgrind: no finding' run valgrind -q --error-exitcode=9
check 'valgrind finds a read of memory never written' finds m valgrind -q --error-exitcode=9
check 'a forgetful run builds' forgetful gcc -O1
check 'valgrind finds what a forgetful run leaves' notices valgrind -q --error-exitcode=9
fill=a5

# Without any run-time library: a trap instruction.
check 'aarch64: builds with undefined behaviour trapped' \
  build aarch64-linux-gnu-gcc -O1 -static $undefined -fsanitize-undefined-trap-on-error
check 'aarch64, undefined behaviour trapped: no finding' run qemu-aarch64-static
check 'aarch64: the trap works' finds s qemu-aarch64-static

# ---- static analysis -----------------------------------------------------------------------------

analyzer() { # gcc: SOURCE...
  for source in "$@"; do
    gcc -std=c99 -O2 -fanalyzer -ffp-contract=off -ffreestanding -Iref -c "$source" \
      -o "$tmp/analysed.o" > "$tmp/one.log" 2>&1
    cat "$tmp/one.log"
  done > "$tmp/analyzer.log"
  none "$(grep 'warning:\|error:' "$tmp/analyzer.log")"
}
cat > "$tmp/leaky.c" << 'end'
void *malloc(unsigned long);
void free(void *);
int twice(int n);
int twice(int n) { int *p = malloc(4); if (!p) return 0; *p = n; free(p); return *p; }
end
analyzer_works() { ! analyzer "$tmp/leaky.c"; }
check 'gcc -fanalyzer: no finding in ref/' analyzer $sources
check 'gcc -fanalyzer finds a use after free' analyzer_works

cppcheck_of() { cppcheck --quiet --std=c99 --enable=warning,performance,portability \
  --inline-suppr --error-exitcode=1 \
  -USID_CONFIG_FILE --max-configs=64 -Iref "$@"; }
echo 'int f(void); int f(void) { int a[4] = {1, 2, 3, 4}; return a[4]; }' > "$tmp/beyond.c"
cppcheck_works() { ! cppcheck_of "$tmp/beyond.c"; }
check 'cppcheck: no finding in ref/' cppcheck_of $sources
check 'cppcheck finds a read beyond the end' cppcheck_works

finish

#!/bin/sh
# Without vector kernels: the build has the reference alone, and is complete.
planned=5
. tests/build/tap.sh

# A copy of the build that was just tested goes on as one without kernels: what has changed is built
# anew, and nothing stale is left.
config=$(basename "$B")
program=$tmp/build/$config/sidyn
build() {
  mkdir "$tmp/build" && cp -Rp "$B" "$tmp/build/" || return 1
  rm -f "$program"
  words=$(cat "$B/HOSTED.flags")
  optimise=$(printf '%s\n' "$words" | tr ' ' '\n' | grep -m 1 '^-O')
  [ "$(basename "${CC%% *}")$optimise" = "$config" ] || optimise=-O2
  make -j2 BUILD="$tmp/build" CC="$CC" OPT="$optimise" SID_WITHOUT=simd \
    "$tmp/build/$(basename "${CC%% *}")$optimise/sidyn" > "$tmp/make.log" 2>&1 || {
    cat "$tmp/make.log"
    return 1
  }
  program=$tmp/build/$(basename "${CC%% *}")$optimise/sidyn
}

plain() { # no function of SLEEF, no kernel
  "$("$CC" -print-prog-name=nm)" "$program" > "$tmp/names" &&
    ! grep 'Sleef_\|sid_lanes\|sid_backend_avx\|sid_backend_neon' "$tmp/names"
}
reference() {
  $EXEC_WRAPPER "$program" info > "$tmp/info" && cat "$tmp/info" &&
    grep -q '^backends *ref: 1 lane, usable, used: the fastest' "$tmp/info" &&
    [ "$(grep -c ' lanes\{0,1\}, ' "$tmp/info")" -eq 1 ] &&
    grep -q '^SLEEF *not used$' "$tmp/info"
}
verifies() {
  $EXEC_WRAPPER "$program" verify --filter 'X*' > "$tmp/table" || { cat "$tmp/table"; return 1; }
  grep -q '^tier quick, backend ref, ' "$tmp/table" &&
    grep -q '^[1-9][0-9]* passed, 0 failed$' "$tmp/table"
}
refuses() {
  for absent in avx2 avx512 avx512ifma neon; do
    $EXEC_WRAPPER "$program" verify --filter X1 --backend "$absent" > "$tmp/table" 2> "$tmp/message"
    [ $? -eq 2 ] && [ ! -s "$tmp/table" ] &&
      grep "^sidyn: backend $absent: not built, or no such backend; allowed: ref\$" "$tmp/message" \
      || return 1
  done
}

check 'it builds without kernels' build
check 'nothing of SLEEF and of the kernels is in it' plain
check 'info: the reference alone' reference
check "verify --filter 'X*' passes, by the reference" verifies
check 'a vector backend is refused by name' refuses
finish

#!/bin/sh
# Without SLEEF: the build says so in one line, has the reference alone, and is complete. The
# probe's other knobs.
planned=9
. tests/build/tap.sh

probe() { SID_WITHOUT=$1 CC=$CC sh ci/probe.sh > "$tmp/probe.mk" && cat "$tmp/probe.mk"; }
has() { grep -q -- "$1" "$tmp/probe.mk"; }
says_once() { [ "$(grep -c "built without:$1; make deps installs it" "$2")" -eq 1 ]; } # REST FILE

without_sleef() {
  probe sleef && ! has avx && ! has neon && ! has lsleef &&
    says_once ' libsleef-dev (vector kernels: reference backend only)' "$tmp/probe.mk"
}
without_jansson() {
  probe jansson && ! has jansson=1 && ! has HAVE_JANSSON && ! has ljansson &&
    has 'info built without: libjansson-dev'
}
without_all() {
  probe 'sleef jansson' &&
    [ "$(sed 's/ *$//' "$tmp/probe.mk" | head -n 4 | tr '\n' '|')" = \
    'SIMD :=|SIMD_FLAGS :=|HOSTED_CFLAGS :=|HOSTED_LDLIBS :=|' ] &&
    [ "$(grep -c 'info built without:' "$tmp/probe.mk")" -eq 1 ]
}
check 'the probe without SLEEF' without_sleef
check 'the probe without libjansson' without_jansson
check 'the probe without any' without_all

# A copy of the build that was just tested goes on as one without SLEEF: what has changed is built
# anew, and nothing stale is left.
config=$(basename "$B")
program=$tmp/build/$config/sidyn
build() {
  mkdir "$tmp/build" && cp -Rp "$B" "$tmp/build/" || return 1
  rm -f "$program"
  words=$(cat "$B/HOSTED.flags")
  optimise=$(printf '%s\n' "$words" | tr ' ' '\n' | grep -m 1 '^-O')
  [ "$(basename "${CC%% *}")$optimise" = "$config" ] || optimise=-O2
  make -j2 BUILD="$tmp/build" CC="$CC" OPT="$optimise" SID_WITHOUT=sleef \
    "$tmp/build/$(basename "${CC%% *}")$optimise/sidyn" > "$tmp/make.log" 2>&1 || {
    cat "$tmp/make.log"
    return 1
  }
  program=$tmp/build/$(basename "${CC%% *}")$optimise/sidyn
}

said() {
  cat "$tmp/make.log"
  says_once ' libsleef-dev (vector kernels: reference backend only)' "$tmp/make.log"
}
plain() { # no function of SLEEF, no kernel
  "$("$CC" -print-prog-name=nm)" "$program" > "$tmp/names" &&
    ! grep 'Sleef_\|sid_lanes\|sid_backend_avx\|sid_backend_neon' "$tmp/names"
}
reference() {
  $EXEC_WRAPPER "$program" info > "$tmp/info" && cat "$tmp/info" &&
    grep -q '^backends *ref: 1 lane, usable, used: the fastest' "$tmp/info" &&
    [ "$(grep -c ' lanes\{0,1\}, ' "$tmp/info")" -eq 1 ] &&
    grep -q '^SLEEF *none (built without libsleef-dev: reference only)$' "$tmp/info"
}
verifies() {
  $EXEC_WRAPPER "$program" verify --filter 'X*' > "$tmp/table" || { cat "$tmp/table"; return 1; }
  grep -q '^tier quick, backend ref, ' "$tmp/table" &&
    grep -q '^[1-9][0-9]* passed, 0 failed$' "$tmp/table"
}
refuses() {
  for absent in avx2 avx512 neon; do
    $EXEC_WRAPPER "$program" verify --filter X1 --backend "$absent" > "$tmp/table" 2> "$tmp/message"
    [ $? -eq 2 ] && [ ! -s "$tmp/table" ] &&
      grep "^sidyn: backend $absent: not built, or no such backend; allowed: ref\$" "$tmp/message" \
      || return 1
  done
}

check 'it builds without SLEEF' build
check 'the build says so in one line' said
check 'nothing of SLEEF and of the kernels is in it' plain
check 'info: the reference alone, and why' reference
check "verify --filter 'X*' passes, by the reference" verifies
check 'a vector backend is refused by name' refuses
finish

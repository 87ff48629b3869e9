#!/bin/sh
# What the probe leaves out when it is asked to: vector kernels, SLEEF (without which the kernels
# are built all the same), libjansson, zlib. long_without.sh builds without kernels.
planned=6
. tests/build/tap.sh

probe() { SID_WITHOUT=$1 CC=$CC sh ci/probe.sh > "$tmp/probe.mk" && cat "$tmp/probe.mk"; }
has() { grep -q -- "$1" "$tmp/probe.mk"; }
kernels=$(sed -n 's/^SIMD := *//p' "$B/hosted.mk")

without_sleef() { # the same kernels
  probe sleef && has "^SIMD := $kernels\$" && has '^SLEEF := *$' && ! has SID_SLEEF &&
    ! has -lsleef || return 1
  [ -z "$kernels" ] ||
    [ "$(grep -c 'built without: libsleef-dev (SID_CANDIDATES' "$tmp/probe.mk")" -eq 1 ]
}
without_simd() {
  probe simd && ! has avx && ! has neon && ! has leef-dev && ! has 'built without'
}
without_jansson() {
  probe jansson && ! has jansson=1 && ! has HAVE_JANSSON && ! has ljansson &&
    has 'info built without: libjansson-dev'
}
without_zlib() {
  probe zlib && has HAVE_JANSSON && ! has HAVE_ZLIB && ! has ' -lz' &&
    has 'info built without: zlib1g-dev (packed data)'
}
without_all() {
  probe 'simd sleef jansson zlib' &&
    [ "$(sed 's/ *$//' "$tmp/probe.mk" | head -n 5 | tr '\n' '|')" = \
    'SIMD :=|SLEEF :=|SIMD_FLAGS :=|HOSTED_CFLAGS :=|HOSTED_LDLIBS :=|' ] &&
    [ "$(grep -c 'info built without:' "$tmp/probe.mk")" -eq 1 ]
}
sleef_refused() { # the knob asks for what is not there, or for nothing known
  SID_CANDIDATES=sleef probe sleef 2> "$tmp/said" && return 1
  SID_CANDIDATES=slef probe '' 2>> "$tmp/said" && return 1
  [ ! -s "$tmp/probe.mk" ] && cat "$tmp/said" &&
    grep -q '^SID_CANDIDATES is sleef, but libsleef-dev is not there for ' "$tmp/said" &&
    grep -q "^SID_CANDIDATES is 'slef'; allowed: own, sleef\$" "$tmp/said"
}
check 'the probe without SLEEF: the same kernels' without_sleef
check 'the probe without vector kernels' without_simd
check 'SID_CANDIDATES: sleef needs SLEEF; other words are refused' sleef_refused
check 'the probe without libjansson' without_jansson
check 'the probe without zlib' without_zlib
check 'the probe without any' without_all
finish

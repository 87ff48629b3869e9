#!/bin/sh
# Prints, as makefile variables, which optional parts can be built with $CC: libjansson and the
# vector kernels, which need SLEEF. SID_WITHOUT names parts, "jansson sleef", to leave out although
# they are there.
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' HUP INT TERM

can() { # part, program text, flags...
  case " ${SID_WITHOUT:-} " in *" $1 "*) return 1 ;; esac
  shift
  printf '%s\n' "$1" > "$dir/probe.c"
  shift
  # shellcheck disable=SC2086
  $CC "$dir/probe.c" -o "$dir/probe" "$@" > /dev/null 2>&1
}

cflags='' ldlibs='' simd='' simd_flags='' missing=''
if can jansson '#include <jansson.h>
int main(void) { json_decref(json_object()); return 0; }' -ljansson; then
  cflags="$cflags -DSID_HAVE_JANSSON=1" ldlibs="$ldlibs -ljansson"
else
  missing="$missing libjansson-dev (experiments and --json)"
fi
# The function that each instruction set takes from SLEEF, at link time: an old SLEEF may lack some.
if can sleef '#if !defined(__x86_64__)
#error
#endif
#include <immintrin.h>
#include <sleef.h>
__attribute__((target("avx512f"))) static __m512d f(void) {
  return Sleef_logd8_u35avx512f(_mm512_setzero_pd());
}
__attribute__((target("avx2"))) static __m256d g(void) {
  return Sleef_logd4_u35avx2(_mm256_setzero_pd());
}
int main(int c, char **v) { (void)v; if (c > 1) { f(); g(); } return 0; }' -mavx512f -lsleef; then
  simd='avx2 avx512' simd_flags=-DSID_SIMD_X86=1 ldlibs="$ldlibs -lsleef"
elif can sleef '#if !defined(__aarch64__)
#error
#endif
#include <sleef.h>
int main(void) {
  return (int)vgetq_lane_f64(Sleef_logd2_u35advsimd(vdupq_n_f64(1.0)), 0);
}' -lsleef; then
  simd=neon simd_flags=-DSID_SIMD_NEON=1 ldlibs="$ldlibs -lsleef"
else
  missing="$missing libsleef-dev (vector kernels: reference backend only)"
fi
echo "SIMD := $simd"
echo "SIMD_FLAGS :=$simd_flags"
echo "HOSTED_CFLAGS :=$cflags"
echo "HOSTED_LDLIBS :=$ldlibs"
# What is there and not found is for another C library (musl-gcc), or for another machine.
hint='make deps installs it'
for part in jansson sleef; do
  case $missing in *"lib$part-dev"*)
    [ -n "${SID_WITHOUT:-}" ] || [ ! -f "/usr/include/$part.h" ] ||
      hint="installed, but not for $CC" ;;
  esac
done
[ -z "$missing" ] || echo "\$(info built without:$missing; $hint)"

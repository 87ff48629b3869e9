#!/bin/sh
# Prints, as makefile variables, which optional parts can be built with $CC: libjansson, zlib, the
# vector kernels (simd), and SLEEF, whose functions are the second opinion of the tests and, with
# SID_CANDIDATES=sleef, the kernels' own. SID_WITHOUT names parts, "jansson zlib simd sleef", to
# leave out although they are there.
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

cflags='' ldlibs='' simd='' simd_flags='' sleef='' missing=''
if can jansson '#include <jansson.h>
int main(void) { json_decref(json_object()); return 0; }' -ljansson; then
  cflags="$cflags -DSID_HAVE_JANSSON=1" ldlibs="$ldlibs -ljansson"
else
  missing="$missing libjansson-dev (experiments and --json)"
fi
if can zlib '#include <zlib.h>
int main(void) { z_stream stream = {0}; return inflateInit2(&stream, 31) != Z_OK; }' -lz; then
  cflags="$cflags -DSID_HAVE_ZLIB=1" ldlibs="$ldlibs -lz"
else
  missing="$missing zlib1g-dev (packed data)"
fi
# An intrinsic of each instruction set: an old compiler may lack some. And the function that the set
# takes from SLEEF, at link time.
if can simd '#if !defined(__x86_64__)
#error
#endif
#include <immintrin.h>
__attribute__((target("avx512f,avx512dq"))) static __m512d f(__m512i a) {
  return _mm512_cvt_roundepu64_pd(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
}
__attribute__((target("avx512f,avx512ifma"))) static __m512i i(__m512i a) {
  return _mm512_madd52lo_epu64(a, a, a);
}
__attribute__((target("avx2,fma"))) static __m256d g(__m256d a) { return _mm256_fmadd_pd(a, a, a); }
int main(int c, char **v) {
  (void)v;
  return c > 1 ? (int)(f(i(_mm512_setzero_si512()))[0] + g(_mm256_setzero_pd())[0]) : 0;
}' -mavx512f -mavx512dq; then
  simd='avx2 avx512 avx512ifma' simd_flags=' -DSID_SIMD_X86=1'
  if can sleef '#include <immintrin.h>
#include <sleef.h>
int main(int c, char **v) {
  (void)v;
  return c > 1 ? (int)(Sleef_logd8_u35avx512f(_mm512_setzero_pd())[0] +
    Sleef_logd4_u35avx2(_mm256_setzero_pd())[0]) : 0;
}' -mavx512f -lsleef; then sleef=yes; fi
elif can simd '#if !defined(__aarch64__) || !defined(__AARCH64EL__)
#error
#endif
#include <arm_neon.h>
int main(void) { return (int)vgetq_lane_f64(vdupq_n_f64(1.0), 0); }'; then
  simd=neon simd_flags=' -DSID_SIMD_NEON=1'
  if can sleef '#include <sleef.h>
int main(void) {
  return (int)vgetq_lane_f64(Sleef_logd2_u35advsimd(vdupq_n_f64(1.0)), 0);
}' -lsleef; then sleef=yes; fi
fi
if [ -n "$simd" ] && [ -z "$sleef" ]; then
  missing="$missing libsleef-dev (SID_CANDIDATES=sleef, and the tests' comparison with it)"
fi
[ -z "$sleef" ] || simd_flags="$simd_flags -DSID_SLEEF=1"
case ${SID_CANDIDATES:-own},$sleef in
  own,*) ;;
  sleef,yes) simd_flags="$simd_flags -DSID_CANDIDATES_SLEEF=1" ldlibs="$ldlibs -lsleef" ;;
  sleef,) echo "SID_CANDIDATES is sleef, but libsleef-dev is not there for $CC" >&2; exit 1 ;;
  *) echo "SID_CANDIDATES is '$SID_CANDIDATES'; allowed: own, sleef" >&2; exit 1 ;;
esac
echo "SIMD := $simd"
echo "SLEEF := $sleef"
echo "SIMD_FLAGS :=$simd_flags"
echo "HOSTED_CFLAGS :=$cflags"
echo "HOSTED_LDLIBS :=$ldlibs"
# What is there and not found is for another C library (musl-gcc), or for another machine.
hint='make deps installs it'
for part in libjansson-dev:jansson zlib1g-dev:zlib libsleef-dev:sleef; do
  case $missing in *"${part%:*}"*)
    [ -n "${SID_WITHOUT:-}" ] || [ ! -f "/usr/include/${part#*:}.h" ] ||
      hint="installed, but not for $CC" ;;
  esac
done
[ -z "$missing" ] || echo "\$(info built without:$missing; $hint)"

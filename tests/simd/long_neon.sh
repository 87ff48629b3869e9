#!/bin/sh
# The kernels of AArch64 on this machine: cross-built with Debian's arm64 SLEEF in a private folder
# and run by QEMU, with the tests of the other backends, reduced. On AArch64 itself the other tests
# have done all that.
planned=13
case $(${CC:-gcc} -dumpmachine),${EXEC_WRAPPER:-} in x86_64-*,) ;; *) planned=1 ;; esac
. tests/build/tap.sh
unset SID_WITHOUT # what is left out of the build for this machine

if [ "$planned" -eq 1 ]; then
  check 'nothing to emulate: a build for another machine, or this is AArch64' true
  finish
fi

place=$(dirname "$B")/arm64 # stays, so that the next time is faster
config=aarch64-linux-gnu-gcc-O2
arm=$place/build/$config
libraries=$PWD/$place/packages/root/usr
case $place in /*) libraries=$place/packages/root/usr ;; esac
triple=aarch64-linux-gnu
compiler="$triple-gcc -isystem $libraries/include -isystem $libraries/include/$triple"
compiler="$compiler -L$libraries/lib/$triple"
wrapper="qemu-aarch64-static -L /usr/$triple"
wrapper="$wrapper -E LD_LIBRARY_PATH=$libraries/lib/$triple:/usr/$triple/lib"

tools() {
  for tool in "$triple-gcc" qemu-aarch64-static apt-get dpkg-deb; do
    command -v "$tool" > /dev/null || { echo "$tool is missing: make deps installs it"; return 1; }
  done
}

# NEON alone: no set of this machine's instructions.
built() {
  make -j2 BUILD="$place/build" CC="$compiler" OPT=-O2 EXTRA_CFLAGS= EXTRA_LDFLAGS= EXEC_WRAPPER= \
    "$arm/sidyn" "$arm/tests/unit/test_simd" "$arm/tests/unit/test_simd_laws" \
    "$arm/tests/unit/test_simd_index" "$arm/tests/unit/test_simd_normal" \
    "$arm/tests/unit/test_simd_network" \
    "$arm/tests/unit/test_simd_dispatch" &&
    grep '^SIMD := neon$' "$arm/hosted.mk" && : > "$tmp/built"
}
# what an earlier time built does not count
is_built() { [ -e "$tmp/built" ] || { echo 'it does not build'; return 1; }; }

informed() {
  is_built && $wrapper "$arm/sidyn" info | tee "$tmp/info" &&
    grep '^ *neon: 2 lanes, usable, used: the fastest' "$tmp/info"
}

# In the deep tier the emulator does what this machine does normally.
reduced=1
[ "${SID_DEEP:-}" != 1 ] || reduced=0
passes() {
  is_built && SID_DEEP='' SID_REDUCED=$reduced CMOCKA_MESSAGE_OUTPUT=TAP $wrapper \
    "$arm/tests/unit/$1"
}

same_rows() { # of a machine and a backend as different as can be
  cat > "$tmp/experiment.json" << 'end'
{"schema": "sidyn-experiment-1", "seed": "18446744073709551615", "steps": 300,
 "checkpoints": {"every": 100}, "observables": ["x", "loss", "step_angle"],
 "problem": {"kind": "normalised_linear", "dim": 3,
  "features": [[1, 2, 3], [2, 0, -1], [0.5, 1, 0.25], [1, -1, 1]], "labels": [1, -1, 0.5, 0],
  "noise": {"kind": "samples"}},
 "dynamics": {"kind": "sde2", "substeps": 2, "batch": 3},
 "schedule": {"kind": "cosine", "lr": 0.3, "lr_min": 0.01, "wd": 0.1, "period": 200},
 "start": {"kind": "gaussian", "scale": 1}}
end
  is_built && "$B/sidyn" run "$tmp/experiment.json" --trajectories 0:15 --format bits \
    --backend ref > "$tmp/here" &&
    $wrapper "$arm/sidyn" run "$tmp/experiment.json" --trajectories 0:15 --format bits \
    --backend neon > "$tmp/there" &&
    [ "$(wc -l < "$tmp/here")" -eq 61 ] && cmp "$tmp/here" "$tmp/there"
}

counted() { is_built && B=$arm CC=$compiler EXEC_WRAPPER=$wrapper sh tests/simd/test_named.sh; }

unfused() { is_built && B=$arm CC=$compiler sh tests/simd/test_fused.sh; }

check 'the cross compiler and the emulator are there' tools
check 'the arm64 libraries can be unpacked' sh ci/foreign.sh arm64 "$place/packages" \
  libsleef3 libsleef-dev libjansson4 libjansson-dev libcmocka0 libcmocka-dev libmpfr6 \
  libmpfr-dev libgmp10 libgmp-dev zlib1g zlib1g-dev
check 'the kernels and their tests build for AArch64' built
check 'info: neon is built, usable and used' informed
check 'every trajectory is that of ref/ (test_simd)' passes test_simd
check 'every network is that of ref/ (test_simd_network)' passes test_simd_network
check 'every flow and every law is that of ref/ (test_simd_laws)' passes test_simd_laws
check 'every index of a sample is that of ref/ (test_simd_index)' passes test_simd_index
check \
  'every normal is that of ref/, candidates are within half of the bounds (test_simd_normal)' \
  passes test_simd_normal
check 'the decision between backends (test_simd_dispatch)' passes test_simd_dispatch
check 'rows of neon there are rows of ref here' same_rows
check 'the backend that is named is the one that runs (test_named.sh)' counted
check 'no fused instruction outside the normals (test_fused.sh)' unfused
finish

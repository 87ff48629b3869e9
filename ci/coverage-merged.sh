#!/bin/sh
# Coverage of ref/ on this machine and on AArch64 under QEMU, merged: after `make coverage`, runs
# the programs of tests/cross/ and tests/boards/ built with --coverage for AArch64, and prints the
# lines and branches that either machine reached. Needs make deps-cross.
set -eu
build=${BUILD:-build}/coverage
arm=$build/aarch64
[ -d "$build" ] || { echo 'coverage-merged: run make coverage first' >&2; exit 1; }
mkdir -p "$arm/cross"
"${PYTHON:-python3}" -B tests/cross/answers.py > "$arm/cross/answers.txt"
BUILD=$arm MORE_FLAGS=--coverage sh ci/cross.sh aarch64 gcc -O1
common='--root . --filter ref/ --exclude-unreachable-branches --exclude-throw-branches'
# shellcheck disable=SC2086
gcovr $common --exclude-directories '.*/aarch64' --json "$build/native.json" "$build"
# shellcheck disable=SC2086
gcovr $common --gcov-executable aarch64-linux-gnu-gcov --json "$build/aarch64.json" "$arm"
gcovr --root . -a "$build/native.json" -a "$build/aarch64.json" --txt --print-summary

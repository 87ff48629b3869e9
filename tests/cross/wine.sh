#!/bin/sh
# Runs a program that MinGW built, PROGRAM.exe, by Wine with a home of its own: sh wine.sh PROGRAM.
# Standard input and the exit status pass through; lines end as they do here.
set -u
home=${BUILD:-build}/cross/wine
mkdir -p "$home" && WINEPREFIX=$(cd "$home" && pwd) || exit 1
WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe=' # no offer to install anything
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES
"$(command -v wine64 || echo /usr/lib/wine/wine64)" "$1.exe" > "$1.out"
status=$?
tr -d '\r' < "$1.out"
exit $status

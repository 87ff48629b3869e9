#!/bin/sh
# Prints the registry of checks, the file rows.h that verify/checks/registry.c includes: a line
# VF_REGISTER(row) for every VF_ROW(row, table) of verify/checks/*/*.c, papers in the order of their
# numbers (others behind them), rows by number.
set -eu
cd "$(dirname "$0")/../verify/checks"
papers='identities fm il nrq svag eos'
seen=
for folder in $papers */; do
  folder=${folder%/}
  case " $seen " in *" $folder "*) continue ;; esac
  seen="$seen $folder"
  sed -n 's/^VF_ROW(\([A-Za-z0-9_]*\), .*/\1/p' "$folder"/*.c | sort -V
done | sed 's/.*/VF_REGISTER(&)/'

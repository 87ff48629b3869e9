#!/bin/sh
# Prints the registry of checks, the file rows.h that verify/checks/registry.c includes: for every
# VF_ROW(row, ...) of verify/checks/*/*.c an entry VF_REGISTER(row, law), the law being the file's
# first comment as a string; papers in the order of their numbers (others behind them), rows by
# number.
set -eu
cd "$(dirname "$0")/../verify/checks"
papers='identities fm il nrq svag eos net'
seen=
if grep -n '^VF_ROW($' */*.c >&2; then
  echo 'rows.sh: the name of a row stands in the line of VF_ROW(; make its texts shorter' >&2
  exit 1
fi
for folder in $papers */; do
  folder=${folder%/}
  case " $seen " in *" $folder "*) continue ;; esac
  seen="$seen $folder"
  grep -o '^VF_ROW([A-Za-z0-9_]*,' "$folder"/*.c | sed 's/^\(.*\):VF_ROW(\(.*\),/\2 \1/' | sort -V
done | while read -r row file; do
  printf 'VF_REGISTER(%s,' "$row"
  sed -n '1,/\*\//p' "$file" | sed -e 's/^ *\/\* *//' -e 's/ *\*\/ *$//' -e 's/^ \*$//' \
    -e 's/^ \* //' -e 's/[\\"]/\\&/g' -e 's/.*/  "&\\n"/'
  echo ')'
done

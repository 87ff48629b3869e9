#!/bin/sh
# Prints the examples as C, the file examples.h that verify/command/example.c includes: a line
# VF_EXAMPLE(folder, file, lines) for every file of docs/examples/*/, README.md first.
set -eu
cd "$(dirname "$0")/../docs/examples"
for folder in */; do
  folder=${folder%/}
  for file in "$folder"/README.md $(ls "$folder"/* | grep -v '/README\.md$'); do
    printf 'VF_EXAMPLE("%s", "%s",\n' "$folder" "${file#*/}"
    sed -e 's/[\\"]/\\&/g' -e 's/.*/  "&\\n",/' "$file"
    echo '  NULL)'
  done
done

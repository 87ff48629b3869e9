#!/bin/sh
# exports.sh VERSION: the version script of the shared library. It exports the functions that the
# public headers declare, under the symbol version SIDYN_<major.minor>, and nothing else.
set -eu
cd "$(dirname "$0")/../ref"
printf 'SIDYN_%s {\nglobal:\n' "${1%.*}"
sed -n 's/^[a-z].*[ *]\(sid_[a-z0-9_]*\)(.*/  \1;/p' sidyn*.h | sort -u
printf 'local:\n  *;\n};\n'

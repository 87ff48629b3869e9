#!/bin/sh
# docs.sh VERSION TO: the API reference from the public headers, by Doxygen, as HTML in TO/html. A
# warning is an error. The headers' comments are plain C; a filter makes them Doxygen's.
set -eu
version=$1 to=$2
command -v doxygen > /dev/null || {
  echo 'make docs: doxygen is not installed; make deps installs it' >&2
  exit 1
}
mkdir -p "$to"
doxygen - << END
PROJECT_NAME = sidyn
PROJECT_NUMBER = $version
PROJECT_BRIEF = "Reference implementation of the dynamics of scale-invariant losses"
INPUT = ref/sidyn.h ref/sidyn_laws.h ref/sidyn_network.h simd/simd.h docs/api.md
USE_MDFILE_AS_MAINPAGE = docs/api.md
FILE_PATTERNS = *.h
FILTER_PATTERNS = *.h="sed -f ci/docs.sed"
OUTPUT_DIRECTORY = $to
OPTIMIZE_OUTPUT_FOR_C = YES
EXTRACT_ALL = YES
MACRO_EXPANSION = YES
JAVADOC_AUTOBRIEF = YES
GENERATE_LATEX = NO
HAVE_DOT = NO
HTML_TIMESTAMP = NO
QUIET = YES
WARN_AS_ERROR = FAIL_ON_WARNINGS
END
echo "$to/html/index.html"

#!/bin/sh
# Tcl 8.6 and npm's fast-random: the first number after seeding with s is s times a tiny constant.
#
# Guess: seeds 1 to 100 give first numbers spread over (0, 1).
# Seen: the state is the seed, and a draw multiplies it by 16807 (Tcl) or 48271 modulo 2^31 - 1.
# Tcl's first numbers for seeds 1 to 100 all lie below 0.00079, in the order of the seeds; the
# second ones are the seed times 0.1315, modulo 1.
# Matters: in each run of an ensemble the first normal, by the inverse of the distribution, is below
# -3.1, and the first sample of SGD, drawn as floor(n u), is sample 0 of up to a thousand.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm fast-random@2.0.4
from_debian tcl8.6=8.6.13+dfsg-2 libtcl8.6=8.6.13+dfsg-2 libtommath1 zlib1g

expect 'Tcl, seeds 1, 2, 100' "$(echo 'foreach seed {1 2 100} {
    puts -nonewline [format "%.9f " [expr {srand($seed)}]]
  }' | LD_LIBRARY_PATH=$libraries TCL_LIBRARY=$tmp/usr/share/tcltk/tcl8.6 \
  "$tmp/usr/bin/tclsh8.6")" \
  '0.000007826 0.000015653 0.000782637 '
expect 'fast-random, seeds 1, 2, 100' "$(node -e '
  const draw = (seed) => require("fast-random")(seed).nextFloat().toFixed(9);
  console.log([1, 2, 100].map(draw).join(" "));')" '0.000022477 0.000044955 0.002247793'

#!/bin/sh
# npm's mtwist: randomIntBelow(n) is 0 for ever when n is above 2^31.
#
# Guess: "an integer in the interval [0,n)" for every n up to the 2^32 that the function admits
# (above it, it throws).
# Seen: the mask of accepted bits is (1 << 32) - 1, which in JavaScript is 1 - 1 = 0.
# Matters: the whole range of 32 bits is what one asks for to seed the next generator. Each worker
# of an ensemble gets the seed 0, and nothing is reported.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm mtwist@1.0.2

largest() {
  node -e '
    const generator = new (require("mtwist").default)(1), n = Number(process.argv[1]);
    let largest = 0;
    for (let i = 0; i < 1000; i++) largest = Math.max(largest, generator.randomIntBelow(n));
    console.log(largest > 0.99 * n ? "near the bound" : largest);' "$1"
}
expect 'largest of 1000 below 2^31' "$(largest 2147483648)" 'near the bound'
expect 'largest of 1000 below 2^31 + 1' "$(largest 2147483649)" 0
expect 'largest of 1000 below 2^32' "$(largest 4294967296)" 0

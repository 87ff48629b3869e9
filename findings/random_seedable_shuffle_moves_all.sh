#!/bin/sh
# npm's random-seedable: shuffle(), documented as Fisher-Yates, never leaves an element in place.
#
# Guess: all n! orders are equally likely; two elements stay as they are half of the time.
# Seen: the index to swap with is drawn below i, not up to i, so that only the (n-1)! cyclic orders
# occur. Two elements are always swapped; of three, 2 of 6 orders occur; no element of five stays
# in its place in 1000 shuffles, where a fair one leaves one a time on average.
# Matters: epochs of SGD without replacement drawn this way never begin with the sample that the
# array begins with, and with two batches they alternate instead of being random.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm random-seedable@1.0.8

shuffles() {
  (cd "$tmp" && node --input-type=module -e '
    import { MersenneTwister } from "random-seedable";
    const generator = new MersenneTwister(5), n = Number(process.argv[1]), seen = new Set();
    const sorted = Array.from({ length: n }, (_, i) => i);
    let fixed = 0;
    for (let i = 0; i < 1000; i++) {
      const order = generator.shuffle(sorted, false);
      seen.add(order.join(""));
      fixed += order.filter((element, place) => element === place).length;
    }
    console.log(`${seen.size} orders, ${fixed} in place`);' "$1")
}
expect '1000 shuffles of 2 elements' "$(shuffles 2)" '1 orders, 0 in place'
expect '1000 shuffles of 3 elements' "$(shuffles 3)" '2 orders, 0 in place'
expect '1000 shuffles of 5 elements' "$(shuffles 5)" '24 orders, 0 in place'

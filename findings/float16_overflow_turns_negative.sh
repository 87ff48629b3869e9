#!/bin/sh
# npm's float16: numbers too large for half precision become NaN, then minus zero, then negative.
#
# Guess: what is above 65519 becomes infinity, as IEEE 754 has it and as 65520 and 65536 do here.
# Seen: the exponent is shifted into place without a look whether it fits. 70000 sets exponent 31
# with a fraction: NaN. 131072 has exponent 32, which is the sign bit: -0. 200000 is -0.0000321.
# Ties go up, not to even: 2049 becomes 2050, where half precision has 2048.
# Matters: loss scaling of mixed precision multiplies gradients by 2^16 and waits for infinity to
# appear. Here an overflow comes back as a tiny gradient of the wrong sign, and no check sees it.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
from_npm float16@0.0.1

there_and_back() {
  node -e '
    const { float16ToByte, byteToFloat16 } = require("float16");
    console.log(byteToFloat16(float16ToByte(Number(process.argv[1]))));' "$1"
}
expect 65536 "$(there_and_back 65536)" Infinity
expect 70000 "$(there_and_back 70000)" NaN
expect 131072 "$(there_and_back 131072)" -0
expect 200000 "$(there_and_back 200000)" -0.00003212690353393555
expect 2049 "$(there_and_back 2049)" 2050

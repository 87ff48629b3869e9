#!/bin/sh
# Octave 7.3: jsondecode reads every sixth number of 17 digits as a double beside the nearest one.
#
# Guess: jsondecode("1e-23") is 1e-23, and a double written with %.17g comes back as itself, as by
# str2double, by sscanf or in the source text.
# Seen: the digits make an integer that is scaled by a power of ten, each step rounded. Of 1000
# fractions with 17 digits 187 come back up to two units in the last place away. Up to 15 digits
# (and small exponents) nothing happens, and jsonencode writes 15.
# Matters: what another program saved in JSON, with all digits so that no bit be lost, starts an
# Octave run from other initial values; comparisons of bits fail, those with a tolerance pass.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
# shellcheck source=findings/octave
. "$(dirname "$0")/octave"

expect 'low word of 0.44949106478873813 (2bc72882)' "$(octave_runs --eval '
  printf("%s", num2hex(jsondecode("0.44949106478873813"))(9:16))')" 2bc72883
expect '1e-23 is 1e-23' \
  "$(octave_runs --eval 'printf("%d", jsondecode("1e-23") == 1e-23)')" 0
expect 'wrong of 1000, by jsondecode and by str2double' "$(octave_runs --eval '
  x = mod((1:1000) * 0.6180339887498949, 1);
  text = arrayfun(@(number) sprintf("%.17g", number), x, "UniformOutput", false);
  decoded = jsondecode(["[" strjoin(text, ",") "]"]);
  printf("%d %d", sum(decoded(:) != x(:)), sum(str2double(text) != x))')" '187 0'

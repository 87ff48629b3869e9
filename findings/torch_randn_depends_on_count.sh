#!/bin/sh
# PyTorch 1.13, CPU: the first numbers of randn(n) depend on n, those of rand(n) do not.
#
# Guess: after the same seed randn(16) begins with the numbers of randn(15), randn(1000) with those
# of randn(992), and twice randn(8) is randn(16), as with rand and as in NumPy.
# Seen: below 16 numbers come one by one. From 16 on they are made in blocks of 16 from 16 uniforms,
# cosines first, then sines, and if n is no multiple of 16, the last 16 are thrown away and drawn
# anew. So randn(15) and randn(16) have no number in common, randn(17) and randn(16) one, and
# randn(1000) and randn(992) 984.
# Matters: noise drawn a step at a time is not that drawn for the path at once; one step more
# changes the numbers before it, and two step sizes compared by "common random numbers" may have
# none in common.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
# shellcheck source=findings/torch
. "$(dirname "$0")/torch"

# How many of the numbers at the same places agree, of the shorter and the longer draw.
common() {
  torch_runs "
def draw(count):
    torch.manual_seed(5)
    return torch.$1(count, dtype=torch.float64)
print((draw($2) == draw($3)[:$2]).sum().item())"
}
expect 'common to randn(8) and randn(15)' "$(common randn 8 15)" 8
expect 'common to randn(15) and randn(16)' "$(common randn 15 16)" 0
expect 'common to randn(16) and randn(17)' "$(common randn 16 17)" 1
expect 'common to randn(992) and randn(1000)' "$(common randn 992 1000)" 984
expect 'common to rand(15) and rand(16)' "$(common rand 15 16)" 15
expect 'common to rand(992) and rand(1000)' "$(common rand 992 1000)" 992

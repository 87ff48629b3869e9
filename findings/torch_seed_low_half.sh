#!/bin/sh
# PyTorch 1.13: of the 64 bits of a seed its generator on the CPU uses the lower 32.
#
# Guess: manual_seed, which admits -2^63 to 2^64 - 1 and advises "a good balance of 0 and 1 bits",
# gives different numbers for different seeds. initial_seed() returns all 64 bits.
# Seen: 5, 5 + 2^32, 5 - 2^32 and 5 + 7 * 2^32 give the same numbers, by rand, randn and randperm.
# Matters: an experiment and a run packed into the two halves, (experiment << 32) + run, give all
# experiments the same runs. Hashes of 64 bits, meant to never collide, do so in 9300 runs with
# probability 1 %, in 77 000 with one half.
# shellcheck source=findings/fetch
. "$(dirname "$0")/fetch"
# shellcheck source=findings/torch
. "$(dirname "$0")/torch"

expect 'different streams of the seeds 5, 5 + 2^32, 5 - 2^32, 5 + 7 * 2^32' "$(torch_runs '
def draws(seed):
    torch.manual_seed(seed)
    return (*torch.rand(9).tolist(), *torch.randn(99).tolist(), *torch.randperm(99).tolist())
print(len({draws(seed) for seed in (5, 5 + 2**32, 5 - 2**32, 5 + 7 * 2**32)}))')" 1
expect 'different streams of (experiment << 32) + run, 10 experiments of 10 runs' "$(torch_runs '
def draws(seed):
    return tuple(torch.rand(9, generator=torch.Generator().manual_seed(seed)).tolist())
print(len({draws((experiment << 32) + run) for experiment in range(10) for run in range(10)}))')" 10

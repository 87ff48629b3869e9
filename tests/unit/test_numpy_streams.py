"""Streams of the executable against the NumPy that is installed: raws, uniforms, jumps, and the
test sets that NumPy ships; normals against mpmath on NumPy's raws."""

import os
import random

import mpmath
import numpy

from script import main, require, sidyn, to_bits

WORDS = [0, 1, 2, 7, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**63, 2**64 - 1]
SKIPS = [0, 1, 1000, 2**32, 2**53 + 1, 2**63, 2**64 - 1]


def bit_generator(seed, key, skip=0):
    generator = numpy.random.PCG64(numpy.random.SeedSequence(seed, spawn_key=key))
    return generator.advance(skip) if skip else generator


def stream(seed, key, count, what, skip=0):
    """Lines of `sidyn stream`."""
    options = ["--seed", str(seed), "--count", str(count), "--what", what]
    options += ["--key", ",".join(map(str, key))] if key else []
    return sidyn("stream", *options, *(["--skip", str(skip)] if skip else [])).splitlines()


def streams():
    """(seed, key): every extreme seed and word in every place, and random ones of all lengths."""
    source = random.Random(1)
    found = [(seed, ()) for seed in WORDS]
    found += [(seed, (0,)) for seed in WORDS] + [(12345, (word,)) for word in WORDS]
    found += [(2**64 - 1, (2, word)) for word in WORDS] + [(5, (word, 1, word)) for word in WORDS]
    for _ in range(60):
        key = [source.getrandbits(source.randint(1, 64)) for _ in range(source.randint(0, 3))]
        found.append((source.getrandbits(source.randint(1, 64)), tuple(key)))
    return found


def same(actual, expected, where):
    require(len(actual) == len(expected),
            f"{where}: {len(actual)} lines instead of {len(expected)}")
    for number, (a, e) in enumerate(zip(actual, expected)):
        require(a == e, f"{where}, line {number}: {a} instead of {e}")


def test_raw():
    """raws equal NumPy's random_raw()"""
    for seed, key in streams():
        expected = [f"{int(raw):016x}" for raw in bit_generator(seed, key).random_raw(200)]
        same(stream(seed, key, 200, "raw"), expected, f"seed {seed}, key {key}")


def test_uniform():
    """uniforms equal NumPy's Generator.random()"""
    for seed, key in streams():
        expected = [to_bits(u)
                    for u in numpy.random.Generator(bit_generator(seed, key)).random(200)]
        same(stream(seed, key, 200, "uniform"), expected, f"seed {seed}, key {key}")


def test_seed_alone():
    """without a key the stream is that of default_rng(seed)"""
    source = random.Random(2)
    for seed in WORDS + [source.getrandbits(source.randint(1, 64)) for _ in range(200)]:
        raws = numpy.random.default_rng(seed).bit_generator.random_raw(20)
        expected = [f"{int(raw):016x}" for raw in raws]
        same(stream(seed, (), 20, "raw"), expected, f"seed {seed}")


def shipped(number):
    """(seed, raws) of a test set that comes with NumPy; its first line is the seed, each further
    one index and raw."""
    path = os.path.join(os.path.dirname(numpy.__file__), "random", "tests", "data",
                        f"pcg64-testset-{number}.csv")
    with open(path, encoding="ascii") as file:
        lines = [[word.strip() for word in line.split(",")] for line in file]
    require(lines[0][0] == "seed", f"{path}: begins with {lines[0]}")
    require([int(line[0]) for line in lines[1:]] == list(range(1000)), f"{path}: not 1000 raws")
    return int(lines[0][1], 16), [f"{int(line[1], 16):016x}" for line in lines[1:]]


def test_shipped():
    """the test sets that NumPy ships, which are of seeds alone"""
    seeds = []
    for number in (1, 2):
        seed, raws = shipped(number)
        same(stream(seed, (), len(raws), "raw"), raws, f"test set {number}")
        seeds.append(seed)
    require(seeds == [0xDEADBEAF, 0], f"seeds {seeds}")


def test_skip():
    """skipping equals NumPy's advance()"""
    for seed, key in streams()[::9]:
        for skip in SKIPS:
            expected = [f"{int(raw):016x}" for raw in bit_generator(seed, key, skip).random_raw(5)]
            same(stream(seed, key, 5, "raw", skip), expected,
                 f"seed {seed}, key {key}, skip {skip}")


def grid(value):
    """RN32 of a real of mpmath, as a float; its 200 bits are far more than any of these inputs
    needs."""
    scaled = mpmath.ldexp(value, 32)
    nearest = int(mpmath.nint(scaled))
    require(abs(abs(scaled - nearest) - 0.5) > mpmath.ldexp(1, -100), "a tie")
    return float(nearest) * 2.0**-32


def normal_pair(raw1, raw2):
    """Section 3 of docs/spec.md."""
    with mpmath.workprec(200):
        u1 = mpmath.ldexp(2**53 - (raw1 >> 11), -53)
        turn = mpmath.ldexp(raw2 >> 11, -52)
        r = grid(mpmath.sqrt(-2 * mpmath.log(u1)))
        return r * grid(mpmath.cospi(turn)), r * grid(mpmath.sinpi(turn))


def test_normal():
    """normals equal their definition on NumPy's raws"""
    for seed, key in streams()[::3]:
        raws = [int(raw) for raw in bit_generator(seed, key).random_raw(50)]
        expected = [to_bits(z) for i in range(0, 50, 2) for z in normal_pair(raws[i], raws[i + 1])]
        same(stream(seed, key, 49, "normal"), expected[:49], f"seed {seed}, key {key}")


main([test_raw, test_uniform, test_seed_alone, test_shipped, test_skip, test_normal])

"""sidyn stream against NumPy's PCG64 and SeedSequence, and its formats, slices and normal pairs."""

import sys

sys.dont_write_bytecode = True
import math
import struct

import numpy

from common import case, finish, output, same

M = 2**64 - 1
CASES = [(0, (0,)), (7, (1, 0)), (12345, (2, 99)), (2**32, (2**32,)), (M, (M, M, M)),
         (1, (0, 2**63, 5)), (2**32 - 1, (2**32 - 1, 2**32)), (0, ()), (1, ()), (2**32, ()),
         (M, ()), (98765432123456789, ())]


def lines(seed, key, count, *options):
    words = ["--key", ",".join(map(str, key))] if key else []
    return output("stream", "--seed", seed, *words, "--count", count,
                  *options).decode().splitlines()


def numpy_stream(seed, key):
    return numpy.random.PCG64(numpy.random.SeedSequence(seed, spawn_key=key))


def bits(value):
    return struct.pack(">d", value).hex()


def normal_pair(raw1, raw2):
    """Section 3 of the specification with the math library:
    right but for one value in some thousands."""
    u1, u2 = 1 - (raw1 >> 11) * 2.0**-53, (raw2 >> 11) * 2.0**-53
    r, c, s = (round(value * 2**32) / 2**32 for value in (
        math.sqrt(-2 * math.log(u1)), math.cos(2 * math.pi * u2), math.sin(2 * math.pi * u2)
    ))
    return r * c, r * s


for seed, key in CASES:
    with case(f"seed {seed}, key {key}: raws and uniforms are NumPy's, in every format"):
        raws = [int(raw) for raw in numpy_stream(seed, key).random_raw(50)]
        same(lines(seed, key, 50), [f"{raw:016x}" for raw in raws], "bits (the default)")
        same(lines(seed, key, 50, "--what", "raw", "--format", "hex"),
             [f"0x{raw:016x}" for raw in raws], "hex")
        same(lines(seed, key, 50, "--format", "dec"), [str(raw) for raw in raws], "dec")
        uniforms = [float(value)
                    for value in numpy.random.Generator(numpy_stream(seed, key)).random(50)]
        same(lines(seed, key, 50, "--what", "uniform"), [bits(value) for value in uniforms],
             "uniform, bits")
        same([float.fromhex(word) for word in lines(seed, key, 50, "--what", "uniform", "--format",
                                                    "hex")], uniforms, "uniform, hex")
        same([float(word) for word in lines(seed, key, 50, "--what", "uniform", "--format", "dec")],
             uniforms, "uniform, dec")
with case("--skip is a slice, and far jumps are NumPy's advance"):
    whole = lines(3, (2, 4), 200)
    for skip in (0, 1, 2, 63, 64, 199, 200):
        same(lines(3, (2, 4), 200 - skip, "--skip", skip), whole[skip:], f"skip {skip}")
    for skip in (10**15, 2**63, M):
        generator = numpy_stream(3, (2, 4))
        generator.advance(skip)
        same(lines(3, (2, 4), 3, "--skip", skip),
             [f"{int(raw):016x}" for raw in generator.random_raw(3)], f"skip {skip}")
with case("normals come in pairs z0, z1 of two raws, and the last z1 is dropped"):
    raws = [int(raw) for raw in numpy_stream(5, (2, 0)).random_raw(200)]
    expected = [value for pair in zip(raws[::2], raws[1::2]) for value in normal_pair(*pair)]
    whole = [float.fromhex(word)
             for word in lines(5, (2, 0), 200, "--what", "normal", "--format", "hex")]
    same(whole, expected, "normals")
    for count in (0, 1, 2, 3, 99):
        same([float(word) for word in lines(5, (2, 0), count, "--what", "normal", "--format",
                                            "dec")], whole[:count], f"first {count}")
    for skip in (2, 10, 198):  # --skip counts raws: an even number skips as many normals
        same([float(word) for word in lines(5, (2, 0), 200 - skip, "--what", "normal", "--format",
                                            "dec", "--skip", skip)], whole[skip:], f"skip {skip}")
with case("without --key the uniforms are those of default_rng(seed)"):
    uniforms = [bits(float(value)) for value in numpy.random.default_rng(2024).random(100)]
    same(lines(2024, (), 100, "--what", "uniform"), uniforms, "uniforms")
    same(lines(2024, (), 60, "--what", "uniform", "--skip", 40), uniforms[40:], "after --skip")
with case("a count of zero prints nothing"):
    same(lines(1, (1,), 0), [], "lines")

finish()

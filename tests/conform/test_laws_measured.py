"""What the level laws measures and states, against closed forms, from a few cases each."""

import json
import math
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from laws import case, finish, holds, laws, moments, red, same, serve

from common import path_of

MESSAGE = re.compile(r"measured (\S+), expected (\S+), z (\S+), p (\S+) \(fails below (\S+)\); "
                     r"(\d+) trajectories see (.*)")
PAIRS = {"trajectories.1": 1023 * 128, "trajectories.128": 896 * 128, "coordinates.16": 1024 * 112,
         "steps.1": 1024 * 96, "steps.2": 1024 * 64, "seeds.next.below": 1023 * 128}


def measured(one):
    """Measured, expected, z, p, the p below which a test fails, N; the smallest faults by name."""
    found = MESSAGE.fullmatch(one["message"])
    holds(found, one["message"])
    sizes = dict(reversed(part.split(" % ")) for part in found[7].split("; ")[0].split(", "))
    return [*map(float, found.groups()[:5]), int(found[6])], {
        name: float(size) for name, size in sizes.items()}


def near(value, expected, share, what):
    holds(abs(value - expected) <= share * abs(expected), f"{what}: {value} instead of {expected}")


def bar(fails):
    """The z beyond which a normal number has that probability, and 1.645 more."""
    low, high = 0.0, 40.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erfc(middle / math.sqrt(2)) > fails else (low, middle)
    return low + 1.645


with case("a trace: its size and error are those of chi-square with 31 degrees of freedom"):
    cases, _ = laws(moments("sigma=1.05"), "--only", "laws.covariance.rayleigh.gaussian.sgd.small")
    (trace, right, z, p, fails, count), sees = measured(*cases.values())
    near(trace / right, 1.05**2, 0.04, "trace")
    error = math.sqrt(2 / 31 * (1 + 1 / 4) / count)
    near((trace - right) / z, right * error, 0.05, "error")
    near(p, math.erfc(z / math.sqrt(2)), 0.3, "p")
    near(sees["in sigma"], 5 * bar(fails) * error / (1.05**2 - 1), 0.08, "sigma")

with case("noise is tangential but for what rounding leaves"):
    cases, _ = laws(serve(), "--only", "laws.tangential.rayleigh.*")
    same((red(cases), len(cases) > 1), ([], True))
    for name, one in cases.items():
        holds(abs(measured(one)[0][0]) < 1e-12, one["message"])

with case("moments of Poisson noise: third, and variance of a batch"):
    cases, _ = laws(serve(), "--only", "laws.[ct]*.poisson.poisson.s*")
    for name, one in cases.items():
        same(one["verdict"], "pass", name)
        (value, right, _, _, _, _), _ = measured(one)
        near(value, right, 0.15, name)

with case("a third moment that is 0.9 of what it is to be is red, and measured as that"):
    cases, _ = laws(moments("third=0.9"), "--only", "laws.third.poisson.poisson.svag.2")
    (value, right, z, *_), sees = measured(*cases.values())
    same(red(cases), list(cases))
    near(value / right, 0.9, 0.04, "third moment")
    holds(sees["in the moment"] < 10, sees)

with case("columns are seen in the second half of the time, at its end too"):
    log = path_of("transcript")
    laws(serve(), "--only", "laws.norm.*.equilibrium", "--transcript", log)
    with open(log, encoding="ascii") as file:
        asked = [json.loads(line[3:]) for line in file if line.startswith("-> ")]
    times = [(q["experiment"]["checkpoints"], q["experiment"]["steps"]) for q in asked
             if q["do"] == "ensemble"]
    holds(times and all(len(seen) == 8 and seen[-1] == steps and 2 * seen[0] > steps
                        for seen, steps in times), times)

with case("correlations: their errors are those of as many independent pairs"):
    cases, _ = laws(serve(), "--only", "laws.independence.*")
    same(red(cases), [])
    for name, pairs in PAIRS.items():
        (value, right, z, _, fails, count), sees = measured(
            cases["laws.independence." + name])
        same((right, count), (0.0, 1024), name)
        holds(abs(value) < 5 / math.sqrt(pairs), f"{name}: {value}")
        near(sees["of correlation"], 100 * bar(fails) / math.sqrt(pairs), 0.06, name)

with case("the same noise for each seed is a noise that repeats"):
    cases, _ = laws(moments("seedless=1"), "--only", "laws.independence.different")
    same(red(cases), ["laws.independence.different"])
    holds("of 3072 trajectories with three seeds 2048 repeat the noise" in
          cases["laws.independence.different"]["message"], cases)

with case("tails of starts and of noise; ensembles in pieces; a start that is a point"):
    for pattern, count in (("laws.normals.*", 4), ("laws.repeat.*", 3), ("laws.start.point.*", 1)):
        cases, _ = laws(serve(), "--only", pattern)
        same((red(cases), len(cases)), ([], count), pattern)

finish()

"""sidyn run --statistics: section 13 of docs/spec.md restated on the rows of the same run, to the
bit; quantiles; missing rows; memory."""

import sys

sys.dont_write_bytecode = True
import math
import resource
import struct
import subprocess

import numpy

from common import (RATIO, backends, case, command, experiment, finish, holds, output, path_of,
                    refused, rows_of, same, sidyn, write)

RAYLEIGH = {"schema": "sidyn-experiment-1",
            "problem": {"kind": "rayleigh", "dim": 5, "spectrum": [1, 2, 2, 3, 4],
                        "noise": {"kind": "gaussian", "sigma": 0.5}},
            "dynamics": {"kind": "sgd"}, "schedule": {"kind": "constant", "lr": 0.1, "wd": 0.05},
            "start": {"kind": "sphere", "radius": 1.5}, "seed": 3, "steps": 12,
            "checkpoints": [0, 5, 12],
            "observables": ["norm2", "x", "f"]}
# About half of its trajectories end in the first step.
MIXED = experiment(RATIO, start={"kind": "gaussian", "scale": 1e-81},
                   schedule={"kind": "constant", "lr": 1e-163}, steps=4, checkpoints=[0, 2, 4],
                   observables=["x", "norm2"])
FRACTIONS = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}


def double(bits):
    return struct.unpack(">d", bytes.fromhex(bits))[0]


def table(document, *arguments):
    """(step, observable) -> the fields of its row, in bits."""
    file = write("statistics.json", document)
    result = sidyn("run", file, "--statistics", "--format", "bits", *arguments)
    same(result.returncode, 0, f"status ({result.stderr})")
    head, *rows = rows_of(result.stdout)
    return {(int(row[0]), row[1]): dict(zip(head[2:], row[2:])) for row in rows}


def columns(document, count):
    """(step, observable) -> the values of trajectories 0..count-1, NaN where there is none."""
    names = [name for o in document["observables"] for name in (
        [f"x{j}" for j in range(document["problem"].get("dim", 2))] if o == "x" else [o]
    )]
    sidyn("run", write("rows.json", document), "--trajectories", f"0:{count}", "--out",
          path_of("rows.npy"))
    rows = numpy.load(path_of("rows.npy"))
    return {(step, name): rows[:, c, k].tolist() for c, step in enumerate(document["checkpoints"])
            for k, name in enumerate(names)}


def canonical_sum(terms):
    """Section 4, in Python's own doubles."""
    padded = list(terms) + [0.0] * (-len(terms) % 8)
    acc = padded[:8]
    for at in range(8, len(padded), 8):
        acc = [a + b for a, b in zip(acc, padded[at:at + 8])]
    return ((acc[0] + acc[4]) + (acc[2] + acc[6])) + ((acc[1] + acc[5]) + (acc[3] + acc[7]))


def expected(values):
    there = [v for v in values if not math.isnan(v)]
    n, shift = len(there), there[0]
    terms = [0.0 if math.isnan(v) else v - shift for v in values]
    first, second = canonical_sum(terms), canonical_sum([d * d for d in terms])
    variance = max((second - first * (first / n)) / (n - 1.0), 0.0)
    return n, shift + first / n, variance, math.sqrt(variance / n), min(there), max(there)


def compare(document, count):
    rows, values = table(document, "--trajectories", f"0:{count}"), columns(document, count)
    same(set(rows), set(values), "rows")
    for key, row in rows.items():
        names = ("mean", "variance", "standard_error", "min", "max")
        same((int(row["count"]), *(double(row[name]) for name in names)), expected(values[key]),
             str(key))
        there = [v for v in values[key] if not math.isnan(v)]
        for name, fraction in FRACTIONS.items():
            low, high = numpy.quantile(there, [max(fraction - 1.5 / len(there), 0),
                                               min(fraction + 1.5 / len(there), 1)])
            measured, width = double(row[name]), max(abs(low), abs(high)) / 128
            holds(low - width <= measured <= high + width,
                  f"{key} {name}: {measured} not within a bin of [{low}, {high}]")


for count in (2, 7, 8, 9, 403):
    with case("count, mean, variance, standard error, extremes to the bit; quantiles within a bin: "
              f"{count} trajectories"):
        compare(RAYLEIGH, count)
with case("trajectories that end early have no value, and keep their place in the sums"):
    compare(MIXED, 200)
with case("one trajectory: no variance"):
    row = table(RAYLEIGH, "--trajectories", "4:5")[12, "norm2"]
    same((row["count"], row["variance"], row["standard_error"]),
         ("1", "7ff8000000000000", "7ff8000000000000"))
    same({row[name] for name in ("min", "max", *FRACTIONS)}, {row["mean"]},
         "everything else is the value")
with case("a checkpoint that no trajectory reaches"):
    row = table(experiment(MIXED, start={"kind": "gaussian", "scale": 1e-90}), "--trajectories",
                "0:9")[4, "norm2"]
    same({name: value for name, value in row.items()},
         {name: "0" if name == "count" else "7ff8000000000000" for name in row})
with case("the same bytes from every backend and number of threads"):
    file = write("same.json", RAYLEIGH)
    same(len({output("run", file, "--trajectories", "0:1003", "--statistics", "--backend", backend,
                     "--jobs", jobs) for backend in backends() for jobs in (1, 2, 5)}), 1,
         "different outputs")
with case("refused with .npy"):
    refused(sidyn("run", write("npy.json", RAYLEIGH), "--statistics", "--out", path_of("s.npy")),
            "--statistics: is a table")
with case("10^6 trajectories in 100 dimensions need less than 100 MB"):
    large = experiment(RAYLEIGH, steps=1, checkpoints=[1], observables=["norm2"],
                       start={"kind": "point", "x": [1] * 100})
    large["problem"] = {"kind": "rayleigh", "dim": 100, "spectrum": [1] + [2] * 99,
                        "noise": {"kind": "gaussian", "sigma": 0.1}}
    subprocess.run(command("run", write("large.json", large), "--trajectories", "0:1000000",
                           "--statistics", "--out", path_of("large.csv")), check=True)
    kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    holds(kilobytes < 100e6 / 1024, f"{kilobytes} KiB")

finish()

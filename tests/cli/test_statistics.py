"""sidyn run --statistics: section 13 of docs/spec.md by the oracle, on the rows of the same run, to
the bit; missing rows; memory."""

import sys

sys.dont_write_bytecode = True
import math
import os
import resource
import subprocess

import numpy

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "../../fixtures/generate"))
import oracle
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
QUANTILES = ("q05", "q25", "q50", "q75", "q95")


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


def compare(document, count):
    rows, values = table(document, "--trajectories", f"0:{count}"), columns(document, count)
    same(set(rows), set(values), "rows")
    for key, row in rows.items():
        there = [(v, 1) for v in values[key] if not math.isnan(v)]
        expected = oracle.statistics(there, count - len(there))
        same(row, {name: str(value) if isinstance(value, int) else oracle.bits(value)
                   for name, value in expected.items()}, str(key))


for count in (2, 7, 1024, 2051):
    with case(f"every column to the bit: {count} trajectories"):
        compare(RAYLEIGH, count)
with case("trajectories that end early have no value, and are counted"):
    compare(MIXED, 200)
with case("a variance beyond the doubles has a standard error: the exact one"):
    wild = experiment(RAYLEIGH, problem={"kind": "quadratic_noisy", "dim": 1, "spectrum": [1],
                                         "noise": {"kind": "gaussian", "sigma": 1e200}},
                      start={"kind": "point", "x": [0]}, steps=1, checkpoints=[1],
                      observables=["x"], schedule={"kind": "constant", "lr": 0.1})
    compare(wild, 4)
    row = table(wild, "--trajectories", "0:4")[1, "x0"]
    same(row["variance"], "7ff0000000000000", "variance")
    holds(0 < oracle.from_bits(row["standard_error"]) < math.inf, row["standard_error"])
with case("an observable that is not a number at a checkpoint that is reached is counted as such"):
    bare = experiment(RAYLEIGH, problem={"kind": "quadratic_noisy", "dim": 1, "spectrum": [1]},
                      start={"kind": "point", "x": [0]}, steps=1, checkpoints=[1],
                      observables=["gamma"], schedule={"kind": "constant", "lr": 0})
    row = table(bare, "--trajectories", "0:5")[1, "gamma"]
    same((row["count"], row["nan"], row["ended"], row["mean"]),
         ("0", "5", "0", "7ff8000000000000"), "row")
with case("counts of which most are zero: the quantiles are 0"):
    zero = experiment(RAYLEIGH, problem={"kind": "poisson", "dim": 1, "mean": 0.03,
                                         "exp_minus_mean": 0.970445533548508},
                      start={"kind": "point", "x": [0]}, steps=1, checkpoints=[1],
                      observables=["norm2"], schedule={"kind": "constant", "lr": 1})
    for trajectories in ("0:1000", "0:3000"):
        row = table(zero, "--trajectories", trajectories)[1, "norm2"]
        same({row["q05"], row["q25"], row["q50"], row["q75"]}, {"0" * 16}, "quantiles")
with case("one trajectory: no variance"):
    row = table(RAYLEIGH, "--trajectories", "4:5")[12, "norm2"]
    same((row["count"], row["variance"], row["standard_error"]),
         ("1", "7ff8000000000000", "7ff8000000000000"))
    same({row[name] for name in ("min", "max", *QUANTILES)}, {row["mean"]},
         "everything else is the value")
with case("a checkpoint that no trajectory reaches"):
    row = table(experiment(MIXED, start={"kind": "gaussian", "scale": 1e-90}), "--trajectories",
                "0:9")[4, "norm2"]
    same({name: value for name, value in row.items()},
         {name: {"ended": "9", "resolution": "52"}.get(
             name, "0" if name in ("count", "nan", "minus_inf", "plus_inf")
             else "7ff8000000000000") for name in row})
with case("the same bytes from every backend and number of threads"):
    file = write("same.json", RAYLEIGH)
    same(len({output("run", file, "--trajectories", "0:1003", "--statistics", "--backend", backend,
                     "--jobs", jobs) for backend in backends() for jobs in (1, 2, 5)}), 1,
         "different outputs")
with case("refused with .npy"):
    refused(sidyn("run", write("npy.json", RAYLEIGH), "--statistics", "--out", path_of("s.npy")),
            "--statistics: is a table")
with case("a run that could take more memory than it may is refused with the number"):
    refused(sidyn("run", write("memory.json", RAYLEIGH), "--statistics", "--trajectories",
                  "0:1000", "--memory", "100K"), "may need", "allowed: 102400 (--memory)")
    for size in ("0", "1T", "-1", "K", "1KB", "18446744073709551616", "18014398509481984K"):
        refused(sidyn("run", write("memory.json", RAYLEIGH), "--memory", size),
                f"--memory {size}: allowed: bytes")
    output("run", write("memory.json", RAYLEIGH), "--statistics", "--memory", "1G")


def peak(limit, *arguments):
    """A run in a process of its own with at most `limit` bytes."""
    result = subprocess.run(["sh", "-c", 'ulimit -v "$0"; exec "$@"', str(limit // 1024),
                             *command(*arguments)], capture_output=True, check=False)
    same((result.returncode, result.stderr), (0, b""), "run")
    kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    holds(kilobytes < limit / 1024, f"{kilobytes} KiB")


large = experiment(RAYLEIGH, steps=200, checkpoints={"every": 22},
                   observables=["norm2", "loss", "f"], start={"kind": "point", "x": [1] * 100})
large["problem"] = {"kind": "rayleigh", "dim": 100, "spectrum": [1] + [2] * 99,
                    "noise": {"kind": "gaussian", "sigma": 0.1}}
with case("30 columns of 10 000 trajectories in 100 dimensions need less than 60 MB"):
    peak(60_000_000, "run", write("large.json", large), "--trajectories", "0:10000",
         "--statistics", "--out", path_of("large.csv"), "--jobs", 1)
wide = experiment(RAYLEIGH, steps=1, observables=["x"], start={"kind": "gaussian", "scale": 1},
                  checkpoints=[0, 1])
wide["problem"] = {"kind": "noise_only", "dim": 65536, "noise": {"kind": "gaussian", "sigma": 1}}
with case("20 trajectories in 65536 dimensions need less than 400 MB"):
    peak(400_000_000, "run", write("wide.json", wide), "--trajectories", "0:20", "--statistics",
         "--out", path_of("wide.csv"), "--jobs", 2)

finish()

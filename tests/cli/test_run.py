"""sidyn run: the numbers, the three formats, .npy, trajectories A:B, jobs,
and trajectories that end early."""

import sys

sys.dont_write_bytecode = True
import math
import random
import re
import struct

import numpy

from common import (BASES, COMPLETION, DRIFT, FAMILY, LINEAR, NOISY, RATIO, RIDGE, backends, case,
                    experiment, finish, fixture_cases, holds, path_of, read, refused, rows_of, same,
                    sidyn, write)

# Half of its trajectories start so close to the origin that the first step leaves the numbers; the
# others go on.
MIXED = experiment(RATIO, start={"kind": "gaussian", "scale": 1e-81},
                   schedule={"kind": "constant", "lr": 1e-163}, steps=4, checkpoints=[0, 2, 4],
                   observables=["x", "norm2", "step_angle"])


def bits(value):
    """The big-endian bit pattern of a double, as in --format bits: one NaN for all."""
    return "7ff8000000000000" if math.isnan(value) else struct.pack(">d", value).hex()


def run(document, *arguments, name="run.json"):
    """Runs an experiment that may have trajectories that end early;
    the rows of the CSV and the notes on stderr."""
    result = sidyn("run", write(name, document), *arguments)
    same(result.returncode, 0, f"status ({result.stderr})")
    return rows_of(result.stdout), result.stderr.decode().splitlines()


def output_of(file, backend):
    result = sidyn("run", file, "--trajectories", "0:40", "--format", "bits", "--backend", backend)
    same(result.returncode, 0, f"status ({result.stderr})")
    return result.stdout, result.stderr


# ---- the numbers ----

FIXTURES = fixture_cases()
GROUPS = sorted({fixture["id"].split(".")[0] for fixture in FIXTURES})
for group in GROUPS:
    with case(f"trajectories of fixtures/trajectories.json: {group}"):
        for fixture in (fixture for fixture in FIXTURES if fixture["id"].split(".")[0] == group):
            trajectory = int(fixture["trajectory"])
            rows, notes = run(fixture["experiment"], "--trajectories",
                              f"{trajectory}:{trajectory + 1}", "--format", "bits", "--jobs", 1)
            expected = [[str(trajectory), str(row["step"]), "", *row["row"]]
                        for row in fixture["rows"]]
            end, reason = str(fixture["end"]["step"]), fixture["end"]["reason"]
            if reason != "ok":
                last = [str(trajectory), end, reason, *fixture["last"]["row"]]
                same(rows[-1], last, f"{fixture['id']}: last row")
                rows.pop()
            same(len(notes), reason != "ok", f"{fixture['id']}: notes {notes}")
            same(rows[1:], expected, fixture["id"])

with case("the head names the columns, coordinates one by one"):
    rows, _ = run(LINEAR)
    head = "trajectory step end loss grad_norm2 noise_trace step_angle effective_lr gamma f x0 x1"
    same(rows[0], head.split(), "head")
    same([row[1] for row in rows[1:]], ["0", "7", "14", "21", "28", "30"], "checkpoints every 7")
with case("the head names the observables that only some problems have"):
    for base in ("trough", "ridge", "completion", "poisson"):
        names = [name for name in BASES[base]["observables"] if name != "x"]
        columns = run(BASES[base])[0][0][3:]
        same(columns[: len(names)], names, base)
        same(columns[len(names):], [f"x{j}" for j in range(len(columns) - len(names))], base)
        same(len(columns) - len(names),
             {"trough": 0, "ridge": 3, "completion": 10, "poisson": 2}[base], base)
with case("a network of MNIST's size, 784-100, is read and steps; 2^20 weights are the most"):
    mnist = experiment(BASES["network"], steps=2, checkpoints=[0, 2], observables=["norm2"])
    mnist["problem"] |= {"layers": [{"dense": 100}], "norm": {"kind": "bn"}, "classes": 10}
    mnist["problem"]["data"]["blobs"] |= {"shape": [28, 28, 1]}
    before, after = (float(row[3]) for row in run(mnist)[0][1:])
    holds(0.9 < before / (0.09 * 78400) < 1.1 and after != before, f"{before}, {after}")
    mnist["problem"] |= {"layers": [{"dense": 1337}]}
    holds(len(run(mnist)[0]) == 3, "784*1337 weights")
    mnist["problem"] |= {"layers": [{"dense": 1338}]}
    refused(sidyn("run", write("large.json", mnist)),
            "the number of weights is 1048992; allowed: at most 1048576")
with case("without checkpoints and observables: the first and the last step, norm2 and loss"):
    rows, _ = run(FAMILY)
    same([row[:3] for row in rows],
         [["trajectory", "step", "end"], ["0", "0", ""], ["0", "12", ""]], "rows")
    same(rows[0][3:], ["norm2", "loss"], "columns")
    same([row[1] for row in run(experiment(FAMILY, steps=0))[0][1:]], ["0"], "rows of no steps")

# ---- formats ----

with case("bits, hex and dec are the same numbers"):
    for name, base in (BASES | {"mixed": MIXED}).items():
        tables = {form: run(base, "--trajectories", "0:20", "--format", form)[0][1:]
                  for form in ("bits", "hex", "dec")}
        same(run(base, "--trajectories", "0:20")[0][1:], tables["dec"], "the default")
        for in_bits, in_hex, in_dec in zip(*tables.values(), strict=True):
            same([bits(float.fromhex(word)) for word in in_hex[3:]], in_bits[3:], f"{name}: hex")
            same([bits(float(word)) for word in in_dec[3:]], in_bits[3:], f"{name}: dec")
with case("dec is the shortest decimal that reads back the same"):
    values = [2.0**k for k in range(-1074, 1024)] + [0.0, -0.0, 0.1, 1 / 3, 1e22, 1e23, 5e-324,
                                                     123456789012345680.0]
    values += [math.nextafter(value, math.inf) for value in values[::7]]
    source = random.Random(2)
    while len(values) < 12000:
        value = struct.unpack(">d", source.randbytes(8))[0]
        values += [value] if math.isfinite(value) else []
    document = {
        "schema": "sidyn-experiment-1",
        "problem": {"kind": "quadratic_noisy", "dim": len(values), "spectrum": [0] * len(values)},
        "dynamics": {"kind": "gd"}, "schedule": {"kind": "constant", "lr": 0},
        "start": {"kind": "point", "x": [bits(value) for value in values]}, "seed": 0, "steps": 0,
        "observables": ["x"]
    }
    shown = {form: run(document, "--format", form)[0][1][3:] for form in ("dec", "bits")}
    same(shown["bits"], [bits(value) for value in values], "bits")
    same([bits(float(word)) for word in shown["dec"]], shown["bits"], "read back")

    def digits(text):
        return len(re.sub(r"e.*|[-.]", "", text).strip("0"))

    longer = [(word, repr(value))
              for word, value in zip(shown["dec"], values) if digits(word) > digits(repr(value))]
    same(longer, [], "longer than Python's")
with case("infinities and NaN in every format"):
    document = experiment(DRIFT, schedule={"kind": "constant", "lr": 0}, steps=1,
                          observables=["gamma"])
    for form, word in (("bits", "7ff0000000000000"), ("hex", "inf"), ("dec", "inf")):
        same(run(document, "--format", form)[0][1][3], word, form)
    for form, word in (("bits", "7ff8000000000000"), ("hex", "nan"), ("dec", "nan")):
        ended = [row for row in run(MIXED, "--trajectories", "0:20", "--format", form)[0]
                 if row[2] == "nonfinite" and row[1] != "0"]
        same({row[-1] for row in ended} - {word}, set(), form)

# ---- NumPy ----

with case(".npy holds the bits of the CSV, NaN where a trajectory has ended"):
    for name, base in (BASES | {"mixed": MIXED}).items():
        file, target = write("npy.json", base), path_of("out.npy")
        result = sidyn("run", file, "--trajectories", "3:23", "--out", target)
        same((result.returncode, result.stdout), (0, b""), "status and stdout")
        array = numpy.load(target)
        rows, notes = run(base, "--trajectories", "3:23", "--format", "bits")
        same((array.dtype.str, array.flags.c_contiguous, array.shape[0], array.shape[2]),
             ("<f8", True, 20, len(rows[0]) - 3), name)
        same(notes, result.stderr.decode().splitlines(), "notes")
        steps = sorted({int(row[1]) for row in rows[1:] if not row[2]})
        reached = {(int(row[0]), int(row[1])): row[3:] for row in rows[1:] if not row[2]}
        same(array.shape[1], len(steps), "checkpoints")
        for i, matrix in enumerate(array):
            for step, values in zip(steps, matrix):
                expected = reached.get((i + 3, step), ["7ff8000000000000"] * len(values))
                same([struct.pack(">d", value).hex() for value in values], expected,
                     f"{name}: trajectory {i + 3}, step {step}")

# ---- trajectories and jobs ----

with case("the number of jobs does not show"):
    for base in (LINEAR, MIXED):
        file = write("jobs.json", base)
        for target in ("jobs.csv", "jobs.npy"):
            whole = []
            for jobs in (1, 2, 7):
                same(sidyn("run", file, "--trajectories", "0:100", "--jobs", jobs, "--out",
                           path_of(target)).returncode, 0, "status")
                whole.append(read(path_of(target)))
            holds(whole[0] == whole[1] == whole[2], f"{target} differs")
with case("the backend does not show"):
    for name, base in (BASES | {"mixed": MIXED}).items():
        file = write("backend.json", base)
        whole = [output_of(file, backend) for backend in backends()]
        same(whole, whole[:1] * len(whole), name)
with case("a slice A:B is rows of a longer run"):
    base = experiment(LINEAR, steps=3, observables=["x"])
    for base, ends in ((base, ((0, 5000), (4090, 4105), (0, 1), (4999, 5000))),
                       (MIXED, ((0, 50), (7, 31)))):
        (whole, _), *parts = [run(base, "--trajectories", f"{first}:{last}")
                              for first, last in ends]
        for (part, _), (first, last) in zip(parts, ends[1:]):
            same(part[1:], [row for row in whole[1:] if first <= int(row[0]) < last],
                 f"{first}:{last}")
with case("without --trajectories: trajectory 0"):
    same(run(LINEAR), run(LINEAR, "--trajectories", "0:1"), "rows")
with case("the last trajectory is 2^64-1"):
    last = 2**64 - 1
    part, _ = run(LINEAR, "--trajectories", f"{last}:{last + 1}")
    longer, _ = run(LINEAR, "--trajectories", f"{last - 5}:{last + 1}")
    same({row[0] for row in longer[1:]}, {str(last - k) for k in range(6)}, "numbers")
    same(part[1:], [row for row in longer[1:] if row[0] == str(last)], "rows")
for text in ("5", "5:", ":5", "5:5", "6:5", "5:0", "0:0", "-1:2", "a:b", "0:5:6", "0:5 ", "+0:5",
             "", ":", f"0:{2**64}", f"0:{2**64 + 1}", f"{2**64}:{2**64 + 1}", "0" * 40 + ":1"):
    with case(f"refused: --trajectories '{text[:50]}'"):
        refused(sidyn("run", write("range.json", RATIO), "--trajectories", text),
                f"--trajectories {text}: allowed: A:B")
for target in ("out.txt", "out", "", "out.CSV", "csv"):
    with case(f"refused: --out '{target}'"):
        refused(sidyn("run", write("out.json", RATIO), "--out", target),
                f"--out {target}: allowed: a name that ends in .csv or .npy")

# ---- trajectories that end early ----

NOTES = {
    "origin": "a scale-invariant problem reached the origin",
    "nonfinite": "the state left the finite numbers",
    "lr": "lr or wd is negative or not finite", "intrinsic_lr": "lr*wd is 1 or more",
}
for reason, document, step, state in (
    # x = 2^(-20 - 53 t); the square of the tenth is zero.
    ("origin",
     experiment(DRIFT,
                problem={"kind": "noise_only", "dim": 2, "noise": {"kind": "gaussian", "sigma": 0}},
                schedule={"kind": "constant", "lr": 1, "wd": 1 - 2**-53},
                start={"kind": "point", "x": [2**-20, 0]}, steps=1000), 9, [2**-497, 0.0]),
    ("nonfinite", experiment(NOISY, problem={"kind": "quadratic_noisy", "dim": 2,
                                             "spectrum": [-1e100, 0]}, dynamics={"kind": "gd"},
                             schedule={"kind": "constant", "lr": 1}, steps=1000), 3, None),
    # The second moment overflows in the first step; the coordinates would not.
    ("nonfinite",
     experiment(NOISY, problem={"kind": "quadratic_noisy", "dim": 2, "spectrum": [1e160, 0]},
                dynamics={"kind": "adamw", "alpha": 0.1, "beta": 0.9, "beta2": 0.99},
                schedule={"kind": "constant", "lr": 1}, steps=1000), 0, [1, 2]),
    # A learning rate of 0 has no start of quasi_rmsprop, u = sqrt(v0)/lr: the start is as given.
    ("nonfinite", experiment(RIDGE, dynamics={"kind": "quasi_rmsprop", "beta": 0.5, "v0": 1},
                             start={"kind": "point", "x": [0, 4, 3]},
                             schedule={"kind": "constant", "lr": 0}, steps=1000), None,
     [0, 4, 3]),
    # All outputs are equal: nothing to normalise by.
    ("nonfinite", experiment(COMPLETION, start={"kind": "point", "x": [1] * 10}, steps=1000), 0,
     [1] * 10),
    ("lr", experiment(RATIO, schedule={"kind": "exponential", "lr": 1e-300, "factor": 1e300},
                      steps=1000), 2, None),
    ("intrinsic_lr", experiment(RATIO, schedule={"kind": "exponential", "lr": 0.25, "factor": 2,
                                                 "wd": 1}, steps=1000), 2, None),
):
    with case(f"a trajectory that ends for '{reason}' keeps its last state and says so"):
        document = experiment(document, checkpoints={"every": 1}, observables=["x"])
        rows, notes = run(document)
        same(rows[-1][:3], ["0", str(step or 0), reason], "last row")
        same(notes, [notes[0]], "number of notes")
        holds(
            notes[0].startswith(f"sidyn: trajectory 0 ended at step {step or 0}: {NOTES[reason]}"),
            notes[0]
        )
        reached = 0 if step is None else step + 1  # an end at the start comes before checkpoint 0
        same([row[1:3] for row in rows[1:-1]], [[str(k), ""] for k in range(reached)],
             "rows before it")
        holds(not reached or rows[-1][3:] == rows[-2][3:], "the last state")
        holds(all(math.isfinite(float(word)) for row in rows[1:] for word in row[3:]),
              "a state that is not finite")
        if state:
            same([float(word) for word in rows[-1][3:]], state, "the last state")
with case("trajectories that end early leave the others alone"):
    rows, notes = run(MIXED, "--trajectories", "0:40")
    ended = {row[0] for row in rows if row[2] and row[2] != "end"}
    holds(5 < len(ended) < 35, f"{len(ended)} of 40 ended: this test tests nothing")
    same(notes[5:], [f"sidyn: {len(ended)} trajectories ended early"], "notes behind the fifth")
    same(len(notes), 6, "notes")
    for i in range(40):
        alone, _ = run(MIXED, "--trajectories", f"{i}:{i + 1}")
        same([row for row in rows if row[0] == str(i)], alone[1:], f"trajectory {i}")
        same([row[1] for row in alone[1:] if not row[2]],
             ["0"] if str(i) in ended else ["0", "2", "4"], f"steps of trajectory {i}")

finish()

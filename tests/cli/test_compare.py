"""sidyn compare: files of somebody else's trajectories, right, wrong in one digit, rounded, from
other noise, and broken in every way."""

import sys

sys.dont_write_bytecode = True
import io
import json
import os
import re

import numpy

from common import (DRIFT, RATIO, RAYLEIGH, case, experiment, finish, holds, output, path_of, read,
                    refused, rows_of, same, sidyn, validator, write)

SCHEMA = validator("compare.schema.json")
STEPS = [0, 10, 20]
MODEL = experiment(RAYLEIGH, observables=["norm2", "loss", "x"], plane=None, checkpoints=STEPS)
FILE = write("model.json", MODEL)
CSV = output("run", FILE, "--trajectories", "0:5")
NAMES = ["norm2", "loss", "x0", "x1", "x2"]


def compare(content, *options, model=FILE, name="theirs.csv", status=0):
    """The lines of the comparison with a file of that content."""
    result = sidyn("compare", model, write(name, content), *options)
    same(result.returncode, status, f"status ({result.stderr!r} {result.stdout[-300:]!r})")
    return result.stdout.decode().splitlines()


def table(lines):
    """column -> compared, equal, rounded, digits, worst ulp, trajectory and step."""
    rows = [re.split(r"  +", line) for line in lines[1:]]
    return {row[0]: row[1:] for row in rows if len(row) > 5}


def report(content, *options, **others):
    """The JSON report, by its schema."""
    compare(content, "--json", path_of("report.json"), *options, **others)
    document = json.loads(read(path_of("report.json")))
    same([error.message for error in SCHEMA.iter_errors(document)], [], "errors by the schema")
    return document


def with_field(row, column, text, csv=CSV):
    """The CSV with another text in one field; rows count from 1."""
    lines = rows_of(csv if isinstance(csv, bytes) else csv.encode())
    lines[row][lines[0].index(column)] = text
    return "\n".join(",".join(line) for line in lines) + "\n"


def changed_digit(text):
    """The last digit before an exponent by another one, not 0, four or five away."""
    at = max(i for i, letter in enumerate(text.split("e")[0]) if letter.isdigit())
    return text[:at] + str((int(text[at]) + 3) % 9 + 1) + text[at + 1:]


# ---- the same noise ----

for form in ("dec", "hex", "bits"):
    with case(f"what run writes agrees in every bit: {form}"):
        lines = compare(output("run", FILE, "--trajectories", "0:5", "--format", form))
        same(lines[-1], "75 compared, 0 deviate", "sum")
        same({row[1] for row in table(lines).values()}, {"15"}, "equal")
        same({row[3] for row in table(lines).values()}, {"-"}, "digits")

with case("one changed digit names step, trajectory, column and line, both numbers and the ulp"):
    ours = rows_of(CSV)[9][4]
    theirs = changed_digit(ours)
    lines = compare(with_field(9, "loss", theirs), status=1)
    ulp = abs(int(numpy.float64(ours).view("i8")) - int(numpy.float64(theirs).view("i8")))
    holds(ulp > 0, "the digit changes the number")
    same(lines[-2:], [f"first deviation: step 20, trajectory 2, column loss, line 10: "
                      f"theirs {float(theirs)!r}, reference {ours}, {ulp} ulp",
                      "75 compared, 1 deviate"], "end")
    same(table(lines)["loss"], ["15", "14", "0", "-", str(ulp), "2, 20"], "its row")
with case("a deviation in every number: each is seen"):
    for row in (1, 5, 15):
        for column in NAMES:
            text = rows_of(CSV)[row][rows_of(CSV)[0].index(column)]
            lines = compare(with_field(row, column, changed_digit(text)), status=1)
            same(lines[-1], "75 compared, 1 deviate", f"{column} in row {row}")
            holds(f"step {STEPS[(row - 1) % 3]}, trajectory {(row - 1) // 3}, column {column}," in
                  lines[-2], lines[-2])
with case("the first deviation: by step, then by trajectory, then by column"):
    csv = with_field(3, "norm2", "9", with_field(14, "x1", "9", with_field(14, "x0", "9")))
    holds("step 10, trajectory 4, column x0, line 15: " in compare(csv, status=1)[-2], "the first")
with case("the other format of printed numbers"):
    line = compare(with_field(1, "norm2", "3"), "--format", "bits", status=1)[-2]
    holds("theirs 4008000000000000, reference 4000000000000000, " in line, line)
with case("--jobs and the order of rows do not matter"):
    head, *rows = CSV.decode().splitlines()
    lines = [compare("\n".join([head, *order]), "--jobs", jobs)
             for order, jobs in ((rows, 1), (rows[::-1], 3))]
    same(lines[0], lines[1], "table")
with case("trajectories with gaps, far out"):
    far = 2**64 - 2
    csv = CSV + b"".join(output("run", FILE, "--trajectories", f"{a}:{a + 1}").split(b"\n", 1)[1]
                         for a in (7, far))
    same(compare(csv)[-1], "105 compared, 0 deviate", "sum")
    holds(f"trajectory {far}" in compare(with_field(20, "x0", "9", csv), status=1)[-2], "the last")

with case("rounded to 6 digits: half a unit, and the table says so"):
    def rounded(form):
        head, *rows = rows_of(CSV)
        return "\n".join(",".join(row) for row in [
            head, *[row[:3] + [form % float(text) for text in row[3:]] for row in rows]])

    lines = compare(rounded("%.5e"))
    same(lines[-1], "75 compared, 0 deviate", "sum")
    same({row[3] for row in table(lines).values()}, {"6"}, "digits")
    holds(int(table(lines)["x2"][2]) >= 8, "x2 is rounded")
    same(compare(rounded("%.9f"))[-1], "75 compared, 0 deviate", "%.9f")
    same(compare(rounded("%.3g"))[-1], "75 compared, 0 deviate", "%.3g")
    holds(".." in table(compare(rounded("%.9g")))["x2"][3], "digits of %.9g")
    csv = rounded("%.5e")
    for units, deviate in ((-1, 1), (0, 0), (1, 1)):
        text = "%.5e" % (float(rows_of(CSV)[15][3]) + units * 1e-5)
        same(compare(with_field(15, "norm2", text, csv), status=deviate)[-1],
             f"75 compared, {deviate} deviate", f"{units} units of the sixth digit")
with case("half a unit to the bit: ends included, one step beyond them refused"):
    point = experiment(RATIO, steps=0, checkpoints=[0], observables=["x"])
    for value, text, agrees in ((0.5, "0.5", 1), (0.125, "0.12", 1), (0.125, "0.13", 1),
                                (numpy.nextafter(0.125, 0), "0.13", 0),
                                (numpy.nextafter(0.125, 1), "0.12", 0), (-0.125, "-0.12", 1),
                                (numpy.nextafter(-0.125, -1), "-0.12", 0), (1e150, "1e150", 1),
                                (1.5e-310, "2e-310", 1), (1.4e-310, "2e-310", 0),
                                (1234.5, "1234", 1), (1234.5, "1.2e3", 1), (1250.5, "1.2e3", 0),
                                (0.1, "0.1000000000000000", 1),
                                (numpy.nextafter(0.1, 1), "0.1000000000000000", 1),
                                (numpy.nextafter(0.1, 1), "0.10000000000000000", 0),
                                (numpy.nextafter(0.1, 1), "0.10000000000000001", 0),
                                (numpy.nextafter(0.1, 1), "0x1.999999999999ap-4", 0),
                                (0.1, "0x1.999999999999ap-4", 1), (0.1, "3fb999999999999a", 1)):
        file = write("point.json", experiment(point, start={"kind": "point", "x": [value, 3]}))
        lines = compare(f"x0\n{text}\n", model=file, status=0 if agrees else 1)
        same(lines[-1], f"1 compared, {1 - agrees} deviate", f"{text} for {value!r}")
with case("a file with a number of 17 digits is exact: short numbers of such columns, and zeros"):
    file = write("point.json", experiment(point, start={"kind": "point", "x": [0.5, 1e-9]}))
    full = write("full.json", experiment(RATIO, start={"kind": "point", "x": [0.5, 0.1 + 0.2]},
                                         steps=1,
                                         checkpoints=[0, 1], observables=["x"]))
    x = [row[3:] for row in rows_of(output("run", full))[1:]]
    holds(any(len(text.strip("-0.")) > 16 for row in x for text in row), f"17 digits in {x}")
    csv = f"x0,x1\n{x[0][0]},{x[0][1]}\n%s,%s\n"
    same(compare(csv % tuple(x[1]), model=full)[-1], "4 compared, 0 deviate", "as it is")
    same(compare(csv % (x[1][0], f"{float(x[1][1]):.6g}"), model=full, status=1)[-1],
         "4 compared, 1 deviate", "one of six digits among those of 17")
    same(compare("x0,x1\n0.5,0.000000\n", model=file)[-1], "2 compared, 0 deviate", "0.000000")
    same(compare("x0,x1\n0.50000000000,0\n", model=file, status=1)[-1], "2 compared, 1 deviate",
         "0 where others have 11 digits")
with case("zeros have signs, a NaN is a NaN, infinities are equal"):
    drift = write("drift.json",
                  experiment(DRIFT, checkpoints=[0], observables=["step_angle", "loss"]))
    same(compare("step_angle,loss\n0x0p+0,0000000000000000\n", model=drift)[-1],
         "2 compared, 0 deviate", "+0")
    line = compare("step_angle,loss\n-0x0p+0,0x0p+0\n", model=drift, status=1)[-2]
    holds("column step_angle, line 2: theirs -0, reference 0, 1 ulp" in line, line)
    zero = write("zero.json", experiment(RATIO, schedule={"kind": "constant", "lr": 0}, steps=1,
                                         observables=["gamma", "effective_lr"]))
    for word in ("inf", "Inf", "INF", "+inf", "Infinity", "infinity", "7ff0000000000000"):
        same(compare(f"gamma\n{word}\n", model=zero)[-1], "1 compared, 0 deviate", word)
    same(compare("gamma\n-Inf\n", model=zero, status=1)[-1], "1 compared, 1 deviate", "-Inf")
    ends = write("ends.json", experiment(RATIO, start={"kind": "point", "x": [1, 0]},
                                         schedule={"kind": "exponential", "lr": 1,
                                                   "factor": 1e200}))
    for word in ("nan", "NaN", "NA", "-nan", "", "7ff8000000000000", "fff8000000000001"):
        same(compare(f"step,norm2\n3,{word}\n", model=ends)[-1], "1 compared, 0 deviate", word)
    line = compare("step,norm2\n3,1\n", model=ends, status=1)[-2]
    holds("reference nan, a NaN; the reference ends at step 2 (lr)" in line, line)

with case("columns by name, in another order, a subset; others are named and ignored"):
    times = ["time", *["1"] * 15]
    picked = "\n".join(",".join([row[7], time, row[1], row[3], row[0]])
                       for row, time in zip(rows_of(CSV), times))
    result = sidyn("compare", FILE, write("theirs.csv", picked))
    same(result.returncode, 0, f"status {result.stderr}")
    same(list(table(result.stdout.decode().splitlines())), ["x2", "norm2"], "columns")
    line = result.stderr.decode()
    holds(re.fullmatch(r"sidyn: .*theirs.csv:1: ignored, .*'time'; known: trajectory, step, end, "
                       r"norm2, loss, x0, x1, x2\n", line), line)
with case("semicolons, tabs, quotes, spaces, CR LF, a byte order mark, #, empty lines"):
    for separator in ",;\t":
        text = CSV.decode().replace(",", separator)
        quoted = "\n".join(separator.join(f' "{field}" ' for field in line.split(separator))
                           for line in text.splitlines())
        for variant in (text, quoted, text.replace("\n", "\r\n"), "\ufeff" + text, "# " + text,
                        text.replace("\n", "\n\n"), text.rstrip("\n")):
            same(compare(variant)[-1], "75 compared, 0 deviate", repr(variant[:60]))
with case("no step, no trajectory: the order says it"):
    def columns(*drop, csv=CSV):
        keep = [k for k, name in enumerate(rows_of(csv)[0]) if name not in (*drop, "end")]
        return "\n".join(",".join(row[k] for k in keep) for row in rows_of(csv)) + "\n"

    third = output("run", FILE, "--trajectories", "3:4")
    same(compare(columns("step"))[-1], "75 compared, 0 deviate", "no step")
    same(compare(columns("trajectory", csv=third), "--trajectory", 3)[-1],
         "15 compared, 0 deviate", "no trajectory")
    same(compare(columns("trajectory", "step", csv=third), "--trajectory", 3)[-1],
         "15 compared, 0 deviate", "neither")
    same(compare(columns("trajectory", "step", csv=third), status=1)[-1],
         "15 compared, 10 deviate", "as trajectory 0")
with case("early ends: the row, the step and the reason"):
    csv = sidyn("run", ends).stdout
    holds(b",2,lr," in csv, csv)
    lines = compare(csv, model=ends)
    same(lines[-2:], [f"{'end':20} {1:10} {1:10} {0:10}  {'-':9} {'-':>20}  -",
                      "5 compared, 0 deviate"], "end")
    line = compare(csv.replace(b",2,lr,", b",2,origin,"), model=ends, status=1)[-2]
    holds("step 2, trajectory 0, line 3: theirs ends at step 2 (origin), the reference ends at "
          "step 2 (lr)" in line, line)
    line = compare(CSV + b"1,15,nonfinite,1,1,1,1,1\n", status=1)[-2]
    holds("theirs ends at step 15 (nonfinite), the reference makes all 20 steps" in line, line)

# ---- .npy ----

output("run", FILE, "--trajectories", "0:5", "--out", path_of("run.npy"))
ROWS = numpy.load(path_of("run.npy"))


def npy(array, version=(1, 0)):
    buffer = io.BytesIO()
    numpy.lib.format.write_array(buffer, array, version=version, allow_pickle=True)
    return buffer.getvalue()


with case(".npy: both orders, both ends, binary32, other versions, one trajectory"):
    for array in (ROWS, numpy.asfortranarray(ROWS), ROWS.astype(">f8"), ROWS.astype("<f4"),
                  numpy.asfortranarray(ROWS.astype("<f4"))):
        lines = compare(npy(array), name="theirs.npy")
        same(lines[-1], "75 compared, 0 deviate", array.dtype)
        same({row[3] for row in table(lines).values()},
             {"binary32" if array.dtype == "<f4" else "-"}, "digits")
    for version in ((2, 0), (3, 0)):
        same(compare(npy(ROWS, version), name="theirs.npy")[-1], "75 compared, 0 deviate", version)
    same(compare(npy(ROWS[2]), "--trajectory", 2, name="theirs.npy")[-1], "15 compared, 0 deviate",
         "one")
    same(compare(npy(ROWS[2:4]), "--trajectories", "2:4", name="theirs.npy")[-1],
         "30 compared, 0 deviate", "2:4")
with case(".npy: one number is another"):
    for kind, other in (("<f8", lambda x: numpy.nextafter(x, 9)),
                        (">f8", lambda x: numpy.nextafter(x, 9)),
                        ("<f4", lambda x: numpy.nextafter(numpy.float32(x), numpy.float32(9)))):
        array = numpy.asfortranarray(ROWS.astype(kind))
        array[4, 1, 3] = other(array[4, 1, 3])
        lines = compare(npy(array), name="theirs.npy", status=1)
        holds(lines[-2].startswith("first deviation: step 10, trajectory 4, column x1: theirs "),
              lines[-2])
        same(lines[-1], "75 compared, 1 deviate", kind)
with case("JSON: what the table has, by its schema"):
    document = report(with_field(9, "loss", "0.25"), status=1)
    same((document["noise"], document["verdict"], document["compared"], document["deviate"]),
         ("same", "fail", "75", "1"), "sum")
    first = document["first"]
    same((first["step"], first["trajectory"], first["column"], first["line"], first["theirs"]),
         ("20", "2", "loss", 10, 0.25), "first")
    same(document["columns"][1]["worst"], {"trajectory": "2", "step": "20"}, "worst")
    same(report(CSV)["verdict"], "pass", "verdict")

# ---- ensembles ----

NOISE = {"kind": "gaussian", "sigma": 0.5}
RIGHT = {"schema": "sidyn-experiment-1",
         "problem": {"kind": "rayleigh", "dim": 3, "spectrum": [1, 2, 3], "noise": NOISE},
         "dynamics": {"kind": "sgd"}, "schedule": {"kind": "constant", "lr": 0.25, "wd": 0.125},
         "start": {"kind": "point", "x": [1, 0.5, 1]}, "seed": 7, "steps": 60,
         "checkpoints": [0, 10, 60], "observables": ["norm2", "loss", "x"]}
RIGHT_FILE = write("right.json", RIGHT)


def ensemble(document, count, seed=12345):
    """count trajectories of that experiment, with another seed."""
    file = write("other.json", experiment(document, seed=seed))
    output("run", file, "--trajectories", f"0:{count}", "--out", path_of("other.npy"))
    return numpy.load(path_of("other.npy"))


def judged(array, status, *options, model=RIGHT_FILE):
    """The lines of the comparison of an ensemble."""
    return compare(npy(array), "--ensemble", *options, model=model, name="theirs.npy",
                   status=status)


def with_part(part, **changes):
    return experiment(RIGHT, **{part: RIGHT[part] | changes})


def seeded(document, count, seed):
    """The verdict on an ensemble, both sides with seeds of their own."""
    model = write("seed.json", experiment(RIGHT, seed=1000 + seed))
    write("theirs.npy", npy(ensemble(document, count, seed)))
    result = sidyn("compare", model, path_of("theirs.npy"), "--ensemble")
    return result.stdout.decode().splitlines()[-1].split(":")[0]


OURS = ensemble(RIGHT, 2000)
with case("a right ensemble passes, and says what it would have seen"):
    lines = judged(OURS, 0)
    same(lines[-1], "pass", "verdict")
    for name in ("lr", "wd", "sigma"):
        holds(any(line.startswith(f"{name} * 1.05: would be seen") for line in lines), name)
    same(judged(OURS, 0, "--jobs", 3), lines, "other jobs")
with case("z of mean and variance as they are defined"):
    cells = report(npy(OURS), "--ensemble", model=RIGHT_FILE, name="theirs.npy")["cells"]
    seen = 0
    for cell in cells:
        k, c = NAMES.index(cell["column"]), [0, 10, 60].index(int(cell["step"]))
        n, m = int(cell["theirs"]["count"]), int(cell["reference"]["count"])
        same((n, m), (2000, 8000), "counts")
        mean, variance = cell["theirs"]["mean"], cell["theirs"]["variance"]
        holds(abs(mean - OURS[:, c, k].mean()) <= 1e-12, f"mean {cell}")
        holds(abs(variance - OURS[:, c, k].var(ddof=1)) <= 1e-12, f"variance {cell}")
        same(cell["fixed"], cell["step"] == "0", "fixed")
        if cell["fixed"]:
            continue
        seen += 1
        other = cell["reference"]
        welch = (mean - other["mean"]) / (variance / n + other["variance"] / m)**0.5
        # some 1000 degrees of freedom: t and z differ by z^3/4000
        holds(abs(welch - cell["z_mean"]) < 1e-3 + abs(welch)**3 / 1000, f"z of the mean: {cell}")
        deviation = OURS[:, c, k] - mean
        kurtosis = (deviation**4).mean() / (deviation**2).mean()**2
        error = sum((kurtosis - 1) / count for count in (n, m))**0.5
        root = 3 * ((variance / other["variance"])**(1 / 3) - 1)
        # the kurtosis is the larger of both samples'
        holds(0.7 < root / error / cell["z_variance"] < 1.5, f"z of the variance: {cell}")
    same(seen, 10, "cells with noise")
with case("few trajectories are inconclusive, and how many would decide"):
    lines = judged(OURS[:100], 1)
    needed = re.fullmatch(r"inconclusive: (\d+) trajectories would decide", lines[-1])
    holds(needed and 100 < int(needed.group(1)) < 2000, lines[-1])
    holds(any("would NOT be seen" in line for line in lines), "what is not seen")
    holds(judged(OURS[:8], 1)[-1].startswith("inconclusive: "), "eight trajectories")
with case("nothing is random: inconclusive, and why"):
    still = write("still.json", experiment(RIGHT, dynamics={"kind": "gd"}))
    lines = judged(ensemble(experiment(RIGHT, dynamics={"kind": "gd"}), 20), 1, model=still)
    holds("nothing that is observed is random here; compare without --ensemble" in lines,
          lines[-5:])
    same(lines[-1], "inconclusive", "verdict")
with case("a smaller reference is refused, a larger one taken"):
    holds("2000 trajectories against 2000: " in "\n".join(judged(OURS, 0, "--reference", 2000)),
          "2000")
    refused(sidyn("compare", RIGHT_FILE, path_of("theirs.npy"), "--ensemble", "--reference", 1999),
            "--reference 1999: allowed: at least the 2000 trajectories of ")

WRONG = {
    "wd * 2": with_part("schedule", wd=0.25),
    "wd / 2": with_part("schedule", wd=0.0625),
    "wd = 0": with_part("schedule", wd=0),
    "wd without lr": with_part("schedule", wd=0.5),
    "lr * 2": with_part("schedule", lr=0.5),
    "lr / 2": with_part("schedule", lr=0.125),
    "sigma * 2": with_part("problem", noise=NOISE | {"sigma": 1.0}),
    "sigma / 2": with_part("problem", noise=NOISE | {"sigma": 0.25}),
    "batch * 2": with_part("problem", noise=NOISE | {"sigma": 0.5**1.5}),
}
for name, document in WRONG.items():
    with case(f"an ensemble with {name} says so"):
        lines = judged(ensemble(document, 1000), 1)
        same([line.split(":")[0] for line in lines if line.startswith("fits")], [f"fits {name}"],
             "what fits")
        same(lines[-1], "fail", "verdict")
        holds(any(line.startswith("fails: ") for line in lines), "what fails")
with case("right ensembles fail once in a hundred: of 20 at most one"):
    verdicts = [seeded(RIGHT, 400, seed) for seed in range(1, 21)]
    holds(verdicts.count("fail") <= 1, verdicts)
with case("5 % are seen with as many trajectories as it says: 19 of 20 times"):
    needed = {effect["name"]: int(effect["trajectories"]) for effect in report(
        npy(OURS), "--ensemble", model=RIGHT_FILE, name="theirs.npy")["effects"]}
    same(sorted(needed), ["lr * 1.05", "sigma * 1.05", "wd * 1.05"], "effects")
    red = 0
    for name, document in (("lr * 1.05", with_part("schedule", lr=0.2625)),
                           ("wd * 1.05", with_part("schedule", wd=0.13125)),
                           ("sigma * 1.05", with_part("problem", noise=NOISE | {"sigma": 0.525}))):
        for seed in range(1, 7):
            red += seeded(document, needed[name], seed) == "fail"
    holds(red >= 16, f"{red} of 18 are red")
with case("no noise, one seed for all, pairs"):
    lines = judged(ensemble(with_part("problem", noise={"kind": "none"}), 400), 1)
    holds("fits no noise: largest |z| 0.00" in lines, lines[-4:])
    holds("fails: all 400 trajectories are equal: one seed for all, or no noise" in lines, "equal")
    lines = judged(numpy.repeat(OURS[:1], 400, axis=0), 1)
    holds("fails: all 400 trajectories are equal: one seed for all, or no noise" in lines, "equal")
    same(lines[-2:], ["none of the known mistakes fits", "fail"], "nothing fits")
    paired = OURS.copy()
    paired[1500] = paired[7]
    paired[3] = paired[2]
    lines = judged(paired, 1)
    holds("fails: trajectories 2 and 3 are equal (2 equal one before)" in lines, lines[-4:])
with case("binary32 and few digits are no equal pairs by chance"):
    last = OURS[:, 2:, :1]
    single = write("single.json", experiment(RIGHT, checkpoints=[60], observables=["norm2"]))
    for array in (last.astype("<f4"), last):
        holds(not any("equal" in line for line in judged(array, 0, model=single)), array.dtype)
    csv = "norm2\n" + "".join(f"{x:.3f}\n" for x in last[:, 0, 0])
    holds(not any("equal" in line for line in compare(csv, "--ensemble", model=single)), "3 digits")
with case("signs that meet are no equal pairs"):
    signs = experiment(RIGHT, problem=RIGHT["problem"] | {"noise": NOISE | {"kind": "rademacher"}},
                       steps=1, checkpoints=[1])
    lines = judged(ensemble(signs, 2000), 0, model=write("signs.json", signs))
    same(lines[-1], "pass", "verdict")
with case("another start is named, also where the checkpoint is random"):
    lines = judged(ensemble(with_part("start", x=[1, 0.5, 1.1]), 500), 1)
    same(lines[-2:], ["the start is not as specified: step 0 differs", "fail"], "end")
    holds("fails: x2 at step 0, which is the same for every trajectory, has another value" in lines,
          "x2")
    random = experiment(RIGHT, start={"kind": "gaussian", "scale": 1})
    lines = judged(ensemble(experiment(RIGHT, start={"kind": "gaussian", "scale": 1.2}), 2000), 1,
                   model=write("random.json", random))
    same(lines[-2:], ["the start is not as specified: step 0 differs", "fail"], "random end")
with case("trajectories that are lost are seen"):
    lost = OURS.copy()
    lost[:40, 2] = numpy.nan
    lines = judged(lost, 1)
    holds(any(re.match(r"fails: share that reaches it of norm2 at step 60, z = -", line)
              for line in lines), lines[-8:])
    lost[3:] = OURS[3:]
    same(judged(lost, 0)[-1], "pass", "three of 2000")
with case("text: rows without numbers of trajectories are one trajectory each"):
    def text(step, order):
        rows = [(str(s) + "," if step else "") + ",".join(map(repr, OURS[i, c].tolist()))
                for i, c, s in order]
        return "\n".join([("step," if step else "") + ",".join(NAMES), *rows])

    by_trajectory = [(i, c, s) for i in range(1000) for c, s in enumerate([0, 10, 60])]
    by_step = [(i, c, s) for c, s in enumerate([0, 10, 60]) for i in range(1000)]
    expected = judged(OURS[:1000], 0)
    same([compare(text(True, by_step), "--ensemble", model=RIGHT_FILE),
          compare(text(True, by_trajectory), "--ensemble", model=RIGHT_FILE),
          compare(text(False, by_trajectory), "--ensemble", model=RIGHT_FILE)], [expected] * 3,
         "tables")
with case("a checkpoint and a column alone"):
    lines = compare("step,norm2\n" + "".join(f"60,{x!r}\n" for x in OURS[:, 2, 0].tolist()),
                    "--ensemble", model=RIGHT_FILE)
    same(len([line for line in lines if line.startswith("60 ")]), 1, "rows of the table")
    same(lines[-1], "pass", "verdict")
with case("JSON of an ensemble, by its schema"):
    document = report(npy(ensemble(WRONG["wd * 2"], 500)), "--ensemble", model=RIGHT_FILE,
                      name="theirs.npy", status=1)
    same((document["noise"], document["verdict"], document["trajectories"]), ("own", "fail", "500"),
         "sum")
    same(document["hypotheses"][0]["name"], "wd * 2", "the best")
    holds(document["hypotheses"][0]["fits"] and not document["hypotheses"][1]["fits"], "what fits")
    document = report(npy(OURS), "--ensemble", model=RIGHT_FILE, name="theirs.npy")
    same([effect["name"] for effect in document["effects"]], ["lr * 1.05", "wd * 1.05",
                                                              "sigma * 1.05"], "effects")

# ---- what is refused ----

HEAD = "trajectory,step,end,norm2\n"
for content, *says in (
    ("", ":1: no names of columns; allowed: a first line"),
    ("\n", ":1: no names of columns"),
    (HEAD, ":1: no row behind the names"),
    ("a,b\n1,2\n", ":1: no column of the experiment among 'a', 'b'; allowed: trajectory, step, "
     "end, norm2"),
    ("trajectory,step\n0,0\n", ":1: no column of the experiment among its columns; allowed: "),
    ("norm2,norm2\n1,2\n", ":1: the column norm2 stands there twice; allowed: once"),
    ("step,step,norm2\n0,0,2\n", ":1: the column step stands there twice"),
    (HEAD + "0,0,,2\n0,10,,\0\n", ":3: a zero byte; allowed: text"),
    (HEAD + "0,0,,2\n0,10,1\n", ":3: 3 fields; allowed: 4"),
    (HEAD + "0,0,,2,1\n", ":2: 5 fields; allowed: 4"),
    (HEAD.replace(",", ";") + "0;0;;2,5\n", ":2: norm2: '2,5' has a decimal comma; allowed: a "
     "decimal point"),
    ("step,norm2\n0,2,5\n", ":2: 3 fields; allowed: 2 as in the line of names (and no decimal "
     "comma"),
    *[(HEAD + f"0,0,,{word}\n", f":2: norm2: '{word}' is no number; allowed: a decimal, a hex ")
      for word in ("abc", "1e", "1e+", ".", "-", "+", "1.2.3", "1 2", "0x", "0xg", "1d5", "nanny",
                   "--1", "1_000", "3ff000000000000", "3ff00000000000000")],
    *[(HEAD + f"0,{step},,2\n", f":2: step: {step} is no checkpoint of the experiment; allowed: "
       "0, 10, 20") for step in (7, 21, 2**64 - 1)],
    *[(HEAD + f"{word},0,,2\n", f":2: trajectory: '{word}'; allowed: an integer from 0 to 2^64-1")
      for word in ("-1", "1.5", "", "a", "nan", "1e300", "18446744073709551616")],
    (HEAD + "0,x,,2\n", ":2: step: 'x'; allowed: an integer from 0"),
    (HEAD + "0,0,,2\n1,0,,2\n0,0,,2\n", ":4: trajectory 0, step 0 stands in line 2 already"),
    (HEAD + "0,3,lr,2\n0,4,origin,2\n", ":3: trajectory 0, step 4 stands in line 2 already"),
    (HEAD + "0,0,oops,2\n", ":2: end: 'oops'; allowed: nothing, origin, nonfinite, lr"),
    (HEAD + "0,21,lr,2\n", ":2: step: 21 is no checkpoint"),
    ("end,norm2\nlr,2\n", ":2: end: 'lr' without a column step"),
    ("norm2\n1\n1\n1\n1\n", ":5: row 4 of trajectory 0, and no column step"),
    ('norm2\n"1\n', ":2: a quote that does not end"),
    ('norm2\n"1"2\n', ":2: a quote that does not end, or text behind it"),
    ('"norm2\n1\n', ":1: a quote that does not end"),
    ("norm2\n" + "9" * 100000 + "x\n", ":2: norm2: '" + "9" * 60 + "' is no number"),
    ("norm2\n\x1b[31m\n", ":2: norm2: '\\x1b[31m' is no number"),
    (b"\xff\xfen\0o\0", ":1: a zero byte"),
):
    with case(f"refused: {content[:40]!r}"):
        refused(sidyn("compare", FILE, write("theirs.csv", content)), "theirs.csv" + says[0],
                *says[1:])

GOOD_NPY = npy(ROWS)
ALLOWED = "; allowed: .npy of version 1, 2 or 3"
for name, content, *says in (
    ("no .npy", b"PK\3\4" + bytes(200), "no .npy file" + ALLOWED),
    ("nothing", b"", "no .npy file"),
    ("another version", GOOD_NPY[:6] + b"\4" + GOOD_NPY[7:], "another version of .npy" + ALLOWED),
    ("a header beyond the end", GOOD_NPY[:8] + b"\xff\xff" + GOOD_NPY[10:], "a header beyond"),
    ("no shape", GOOD_NPY.replace(b"'shape'", b"'shade'"), "a header without a shape"),
    ("no order", GOOD_NPY.replace(b"False", b"Maybe"), "a header without fortran_order"),
    ("no type", GOOD_NPY.replace(b"'descr'", b"'desks'"), "a header without descr"),
    ("a zero in the header", GOOD_NPY.replace(b"'descr'", b"'de\0cr'"), "a zero byte in the"),
    ("integers", npy(ROWS.astype("<i8")), "numbers of type '<i8'; allowed: '<f8', '>f8', '<f4'"),
    ("complex", npy(ROWS.astype("<c16")), "numbers of type '<c16'; allowed"),
    ("objects", npy(numpy.array([[1]], object)), "numbers of type '|O'; allowed"),
    ("records", npy(numpy.zeros((5, 3, 5), [("a", "<f8")])), "numbers of type [('a'"),
    ("a column less", npy(ROWS[:, :, 1:]), "shape (5, 3, 4); allowed: (trajectories, 3, 5), or"),
    ("a checkpoint more", npy(numpy.repeat(ROWS, 2, axis=1)), "shape (5, 6, 5); allowed: "),
    ("one dimension", npy(ROWS[0, 0]), "shape (5,); allowed: "),
    ("four dimensions", npy(ROWS[None]), "shape (1, 5, 3, 5); allowed: "),
    ("no trajectory", npy(ROWS[:0]), "shape (0, 3, 5); allowed: "),
    ("a huge shape", GOOD_NPY.replace(b"(5, 3, 5), }      ", b"(5000000000, 3, 5)}"), "allowed: "),
    ("short", GOOD_NPY[:-1], "599 bytes of numbers; allowed: the 600"),
    ("long", GOOD_NPY + b"\0", "601 bytes of numbers; allowed: the 600"),
):
    with case(f"refused: .npy: {name}"):
        refused(sidyn("compare", FILE, write("theirs.npy", content)), "theirs.npy: ", *says)

with case("refused: files that are no files, too large, or have too many numbers"):
    refused(sidyn("compare", FILE, path_of("none.csv")), "none.csv: No such file or directory; "
            "allowed: a readable file of at most 268435456 bytes")
    refused(sidyn("compare", FILE, "/dev/zero"), "/dev/zero: File too large; allowed: ")
    refused(sidyn("compare", path_of("none.json"), path_of("theirs.csv")), "none.json: No such")
    many = write("many.csv", "norm2\n" + "1\n" * (2**24 // 3 + 1))
    refused(sidyn("compare", FILE, many), ":5592407: too many numbers; allowed: at most 16777216")
    os.unlink(many)

THEIRS = write("theirs.csv", CSV)
for arguments, *says in (
    ([], "compare: needs exactly one EXPERIMENT.json and one file of trajectories"),
    ([FILE], "compare: needs exactly one EXPERIMENT.json and one file"),
    ([FILE, THEIRS, THEIRS], "compare: needs exactly one EXPERIMENT.json and one file"),
    ([FILE, THEIRS, "--trajectory", "x"], "--trajectory x: allowed: an integer from 0 to 2^64-1"),
    ([FILE, THEIRS, "--trajectories", "3"], "compare: --trajectories 3: allowed: A:B"),
    ([FILE, THEIRS, "--trajectory", "0"], "has a column trajectory; allowed then: neither"),
    ([FILE, path_of("run.npy"), "--trajectories", "0:4"], "has 5 trajectories, and 4 are named"),
    ([FILE, path_of("run.npy"), "--trajectory", "0"], "has 5 trajectories, and 1 are named"),
    ([FILE, THEIRS, "--reference", "9"], "--reference: allowed with --ensemble"),
    ([FILE, THEIRS, "--ensemble", "--reference", "0"], "--reference 0: allowed: an integer from 1"),
    ([FILE, THEIRS, "--ensemble", "--trajectory", "1"], "allowed: neither --trajectory nor"),
    ([FILE, THEIRS, "--format", "x"], "compare: --format x: allowed: bits, hex, dec"),
    ([FILE, THEIRS, "--json", "-"], "--json -: standard output has the table; allowed: a file"),
    ([FILE, THEIRS, "--json", THEIRS], "that is read; allowed: another file"),
    ([FILE, THEIRS, "--json", FILE], "that is read; allowed: another file"),
    ([FILE, THEIRS, "--json", path_of("no/folder/x")], "cannot write: "),
    ([FILE, THEIRS, "--speed"], "compare: --speed: unknown option"),
):
    with case("refused: compare " + " ".join(os.path.basename(word)[:30] for word in arguments)):
        refused(sidyn("compare", *arguments), *says)
with case("refused: an ensemble of one"):
    refused(sidyn("compare", FILE, write("one.csv", "norm2\n2\n1\n1\n"), "--ensemble"),
            "one.csv: one trajectory; allowed with --ensemble: at least two")
with case("compare --help is its help"):
    same(output("compare", "--help"), output("help", "compare"), "text")
    for word in (b"compare [options] EXPERIMENT.json", b"--trajectory N", b"--ensemble",
                 b"--reference N"):
        holds(word in output("compare", "--help"), word)

finish()

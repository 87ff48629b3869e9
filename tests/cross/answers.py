"""Writes the fixtures as plain text, for a checker on a machine that has a C library at most:
words and numbers between blanks.

    python3 -B tests/cross/answers.py > answers.txt

Real numbers are 16 hexadecimal digits, integers decimal; a list is its length and its members.
known_answers.c reads it. An unknown field or kind is an error here, an unknown word is one there.
"""

import json
import os
import struct
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def cases(name):
    with open(os.path.join(ROOT, "fixtures", name + ".json"), encoding="ascii") as file:
        # -0 is minus zero, which json would read as 0
        document = json.load(file, parse_int=lambda text: -0.0 if text == "-0" else int(text))
    assert document["schema"] == f"sidyn-fixture-{name}-1" and document["cases"]
    return document


def real(value):
    if isinstance(value, str):
        assert len(value) == 16
        return value.lower()
    return struct.pack(">d", float(value)).hex()


def reals(values):
    return [str(len(values))] + [real(value) for value in values]


def integers(values):
    return [str(len(values))] + [str(int(value)) for value in values]


def flat(rows):
    return [value for row in rows for value in row]


def fields(item, *allowed):
    unknown = set(item) - set(allowed)
    assert not unknown, unknown
    return item


def dimension(item):
    if "inner" in item:
        return (item["rows"] + item["cols"]) * item["inner"]
    return item.get("dim", {"trough3": 3, "ridge3": 3}.get(item["kind"], 2))


def problem(item):
    item = fields(item, "kind", "dim", "spectrum", "matrix", "features", "labels", "a", "b",
                  "weights", "noise", "rows", "cols", "inner", "entries", "mean", "exp_minus_mean")
    samples = len(item.get("features", item.get("a", item.get("entries", []))))
    default = {"quadratic_samples": "samples", "poisson": "poisson"}.get(item["kind"], "none")
    noise = fields(item.get("noise", {"kind": default}), "kind", "sigma", "scale")
    words = ["problem", item["kind"], noise["kind"], str(dimension(item)), str(samples),
             real(noise.get("sigma", 0.0))]
    words += [str(item.get(name, 0))
              for name in ("rows", "cols", "inner")] + integers(flat(item.get("entries", [])))
    words += [real(item.get(name, 0.0)) for name in ("mean", "exp_minus_mean")]
    words += reals(noise.get("scale", []))
    for name in ("spectrum", "matrix", "features", "labels", "a", "b", "weights"):
        values = item.get(name, [])
        words += reals(flat(values) if name in ("matrix", "features", "a", "b") else values)
    return words


def dynamics(item):
    memory = ("beta", "beta2", "alpha", "eps", "v0")
    item = fields(item, "kind", "l", "substeps", "batch", *memory)
    counts = [str(item.get(name, 1)) for name in ("l", "substeps", "batch")]
    return ["dynamics", item["kind"]] + counts + [real(item.get(name, 0.0)) for name in memory]


def schedule(item):
    item = fields(item, "kind", "segments", "lr", "lr_min", "wd", "factor", "period")
    kind, segments = item["kind"], item.get("segments", [])
    if kind == "constant":
        kind, segments, item = "piecewise", [{"start": 0, "lr": item["lr"],
                                              "wd": item.get("wd", 0)}], {}
    words = ["schedule", kind, str(len(segments))]
    for segment in segments:
        segment = fields(segment, "start", "lr", "wd", "rescale")
        words += [str(int(segment["start"])), real(segment["lr"]), real(segment.get("wd", 0)),
                  real(segment.get("rescale", 1))]
    return words + [real(item.get(name, 0)) for name in ("lr", "lr_min", "wd", "factor")] + [
        str(int(item.get("period", 0)))
    ]


def start(item):
    item = fields(item, "kind", "x", "scale", "radius")
    return ["start", item["kind"], real(item.get("scale", item.get("radius", 0)))] + reals(
        item.get("x", [])
    )


def checkpoints(item):
    steps, chosen = int(item["steps"]), item.get("checkpoints")
    if chosen is None:
        return sorted({0, steps})
    if isinstance(chosen, dict):
        return sorted(set(range(0, steps + 1, int(chosen["every"]))) | {steps})
    return chosen


def trajectory(case):
    item = fields(case["experiment"], "schema", "problem", "dynamics", "schedule", "start", "seed",
                  "steps", "checkpoints", "observables", "plane")
    assert item["schema"] == "sidyn-experiment-1"
    observables = item.get("observables", ["norm2", "loss"])
    words = ["trajectory", case["id"], str(case["trajectory"])]
    words += problem(item["problem"]) + dynamics(item["dynamics"])
    words += schedule(item["schedule"]) + start(item["start"])
    words += ["run", str(int(item["seed"])), str(int(item["steps"]))] + integers(checkpoints(item))
    words += [str(len(observables))] + observables + reals(flat(item.get("plane", [])))
    words += ["rows", str(len(case["rows"]))]
    for row in case["rows"]:
        words += [str(row["step"])] + reals(row["x"]) + reals(row["row"])
    assert ("last" in case) == (case["end"]["reason"] != "ok")
    last = fields(case.get("last", {}), "x", "x_dec", "more", "row")
    state = last.get("x", []) + last.get("more", [])
    words += ["last"] + reals(state) + reals(last.get("row", []))
    return words + ["end", str(case["end"]["step"]), case["end"]["reason"]]


def stream(case, weights):
    words = ["stream", case["id"], case["seed"]] + integers(case["key"]) + reals(case["raw"])
    words += reals(case["uniform"]) + reals(case["normals"]) + integers(case["rademacher"])
    words += reals(weights) + integers(case["weighted_index"]) + [str(len(case["index"]))]
    for entry in case["index"]:
        words += [entry["below"]] + integers(entry["index"])
    words.append(str(len(case["advance"])))
    for entry in case["advance"]:
        high, low = divmod(int(entry["delta"]), 2**64)
        words += [str(high), str(low)] + reals(entry["raw"])
    return words


def main():
    lines = [["sqrt", case["id"], case["x"], case["sqrt"]] for case in cases("sqrt")["cases"]]
    for case in cases("reductions")["cases"]:
        lines.append(["reduction", case["id"]] + reals(case["a"]) + reals(case["b"]) + [
            case["sum"], case["dot"]
        ])
    document = cases("streams")
    lines += [stream(case, document["weights"]) for case in document["cases"]]
    for case in cases("normals")["cases"]:
        lines.append(["normal"] + [
            case[name] for name in ("id", "k", "m", "radius", "cosine", "sine", "z0", "z1")
        ])
    lines += [["atan2", case["id"], case["y"], case["x"], case["atan2"]]
              for case in cases("atan2")["cases"]]
    lines += [trajectory(case) for case in cases("trajectories")["cases"]]
    print("answers", len(lines))
    for words in lines:
        print(*words)
    print("stop")


if __name__ == "__main__":
    sys.exit(main())

"""Every message of sidyn conform, of both sides, against fixtures/schema/conform.schema.json; and
what `conform --serve` makes of requests that are none."""

import glob
import json
import math
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from common import ROOT, case, command, finish, holds, output, path_of, same

import jsonschema

SCHEMAS = {os.path.basename(path): json.load(open(path, encoding="ascii"))
           for path in glob.glob(os.path.join(ROOT, "fixtures", "schema", "*.json"))}
SCHEMA = SCHEMAS["conform.schema.json"]


def validator(part):
    return jsonschema.Draft7Validator(
        {"$ref": "conform.schema.json#/definitions/" + part},
        resolver=jsonschema.RefResolver("", {}, store=SCHEMAS))


def lines_of(*options):
    """(side, text) of a transcript of the reference with itself, one of many cases of each sort."""
    output("conform", "--only", "bits.*", "--transcript", path_of("transcript"), "--", *command(
        "conform", "--serve", *options))
    with open(path_of("transcript"), encoding="ascii") as file:
        return [(line[:3], line[3:].rstrip("\n")) for line in file]


def serve(*requests):
    text = "".join(request if isinstance(request, str) else json.dumps(request)
                   for request in requests if not isinstance(request, bytes))
    data = b"".join(
        request if isinstance(request, bytes) else
        (request if isinstance(request, str) else json.dumps(request)).encode() + b"\n"
        for request in requests)
    done = subprocess.run(command("conform", "--serve"), input=data, capture_output=True,
                          check=False, timeout=60)
    same((done.returncode, done.stderr), (0, b""), f"status and stderr after {text[:80]}")
    return [json.loads(line) for line in done.stdout.split(b"\n")[:-1]]


PROBLEM = {"kind": "rayleigh", "dim": 2, "spectrum": [1, 2],
           "noise": {"kind": "gaussian", "sigma": 0.5}}
STEP = {"id": 5, "do": "step", "problem": PROBLEM, "dynamics": {"kind": "sgd", "batch": 1},
        "lr": 0.5, "wd": 0, "state": {"x": [1, 1]}, "draws": [[0.5, -1]]}


def without(request, *path, **changes):
    """The request with a field changed or, with None, taken away."""
    copy = json.loads(json.dumps(request))
    place = copy
    for name in path:
        place = place[name]
    for name, value in changes.items():
        if value is None:
            del place[name]
        else:
            place[name] = value
    return copy


WRONG = {
    "no lr": (without(STEP, lr=None), "lr: missing"),
    "lr is a word": (without(STEP, lr="fast"), "lr: not a finite number"),
    "no state": (without(STEP, state=None), "state: missing"),
    "x too long": (without(STEP, "state", x=[1, 2, 3]), "state.x: 3 numbers; allowed: 2"),
    "v for sgd is ignored": (without(STEP, "state", v=[1, 2]), None),
    "no draw": (without(STEP, draws=[]), "draws: 0 draws; allowed: 1"),
    "a draw too short": (without(STEP, draws=[[1]]), "draws[0]: 1 numbers; allowed: 2"),
    "an unknown problem": (without(STEP, "problem", kind="ising"), 'problem.kind: "ising"'),
    "an unknown noise": (without(STEP, "problem", "noise", kind="pink"), "problem.noise.kind"),
    "a field of the problem": (without(STEP, "problem", colour=1), "problem.colour: unknown field"),
    "an undefined name": (without(STEP, problem="p"), "problem"),
    "a sample that is none": (
        {"id": 5, "do": "noise", "x": [1.0], "batch": 1, "gaussian": False, "draw": [3],
         "problem": {"kind": "quadratic_samples", "dim": 1, "a": [[1]], "b": [[1]],
                     "noise": {"kind": "samples"}}}, "draw[0]: 3; allowed: an integer from 0 to 0"),
    "a sign that is none": (
        {"id": 5, "do": "noise", "x": [1, 2], "batch": 1, "gaussian": False, "draw": [1, 0],
         "problem": {**PROBLEM, "noise": {"kind": "rademacher", "sigma": 1}}},
        "draw[1]: 0; allowed: 1 or -1"),
    "odd raws": ({"id": 5, "do": "normals_from_raws", "raws": ["1"]}, "raws: 1 raws"),
    "a raw beyond 2^64": ({"id": 5, "do": "normals_from_raws",
                           "raws": ["1", "18446744073709551616"]}, "raws[1]"),
    "a key too long": ({"id": 5, "do": "raw", "seed": "1", "key": ["1"] * 4, "count": 1}, "key: 4"),
    "too much": ({"id": 5, "do": "raw", "seed": "1", "key": [], "count": 2**40}, "count"),
    "draws beyond memory": (
        {"id": 5, "do": "noise", "x": [1] * 9, "batch": 2**24, "gaussian": False, "draw": [1],
         "problem": {"kind": "poisson", "dim": 9, "mean": 1, "exp_minus_mean": 0.36787944117144233,
                     "noise": {"kind": "poisson"}}}, "draw: 1 draws of 150994944 numbers"),
    "a run beyond memory": (
        {"id": 5, "do": "run", "trajectory": "0", "experiment": {
            "schema": "sidyn-experiment-1", "problem": {**PROBLEM, "dim": 64,
                                                        "spectrum": [1] * 64},
            "dynamics": {"kind": "gd"}, "schedule": {"kind": "constant", "lr": 0.1},
            "start": {"kind": "gaussian", "scale": 1}, "seed": "1", "steps": 2**19,
            "checkpoints": {"every": 1}, "observables": ["x"]}},
        "experiment: 33554496 numbers; allowed: at most 2^24"),
    "sharpness without scale invariance": (
        {"id": 5, "do": "sharpness", "x": [1], "problem": {
            "kind": "quadratic_noisy", "dim": 1, "spectrum": [1]}}, "scale-invariant"),
}


def main():
    for options in ((), ("--bits",)):
        sides = {"-> ": validator("request"), "<- ": validator("answer")}
        seen = set()
        with case(f"messages follow the schema {' '.join(options)}"):
            count = 0
            for number, (side, text) in enumerate(lines_of(*options)):
                message = json.loads(text)
                seen.add(message.get("do"))
                if number % 7 and message.get("do") == "normals_from_raws":
                    continue
                if number % 5 < 2 or number < 40:  # a request and its answer: some of them
                    error = jsonschema.exceptions.best_match(sides[side].iter_errors(message))
                    holds(error is None, f"{text[:200]}: {error.message if error else ''}")
                    count += 1
            holds(count > 300, f"{count} messages")
        with case(f"every request is asked {' '.join(options)}"):
            asked = {one["properties"]["do"].get("const") or None
                     for one in SCHEMA["definitions"]["request"]["oneOf"]} - {None}
            same(sorted(asked - {"ensemble"} - seen), [], "not asked")

    with case("the schema refuses what is no message"):
        for wrong in ({"id": 0, "value": 1}, {"id": 1, "valeu": 1}, {"id": 1, "value": "1.5"},
                      {"id": 1, "values": [[1]]}, {"id": 1, "rows": [[1]]}):
            holds(list(validator("answer").iter_errors(wrong)), wrong)

    for name, (request, text) in WRONG.items():
        with case(f"conform --serve: {name}"):
            (answer, after) = serve(request, {**STEP, "id": 6})
            same(answer["id"], 5, "id")
            if text is None:
                holds("state" in answer, answer)
            else:
                holds(text in answer.get("error", ""), f"{text!r} is not in {answer}")
            # G = (-1/4, 1/4); (1/2, -1) along the sphere is (3/4, -3/4), times 1/2 over sqrt(2).
            move = 0.5 * (0.75 * 0.5 / math.sqrt(2.0) - 0.25)
            near = max(abs(x - right) for x, right in
                       zip(after["state"]["x"], (1.0 - move, 1.0 + move), strict=True))
            holds(after["id"] == 6 and near < 1e-15, f"the next answer: {after}")
            holds(not list(validator("answer").iter_errors(answer)), answer)

    with case("conform --serve: lines that are no requests"):
        answers = serve(b"not json\n", b"\xff\xfe\n", b"\0\n", "[]", "1", {"do": "hello"},
                        {"id": 3}, {"id": 4, "do": "dance"}, {"id": -1, "do": "hello"}, STEP)
        same([sorted(set(answer) - {"id"}) for answer in answers],
             [["error"]] * 7 + [["unsupported"]] + [["error"]] + [["state"]])

    with case("conform --serve: a defined problem stands for its name, and can be defined anew"):
        first, _, second, _, third = serve(
            {"id": 1, "do": "loss", "problem": PROBLEM, "x": [1, 1]},
            {"id": 2, "do": "define", "name": "p", "problem": PROBLEM},
            {"id": 3, "do": "loss", "problem": "p", "x": [1, 1]},
            {"id": 4, "do": "define", "name": "p", "problem": {**PROBLEM, "spectrum": [3, 5]}},
            {"id": 5, "do": "loss", "problem": "p", "x": [1, 1]})
        same((first["value"], second["value"], third["value"]), (0.75, 0.75, 2.0))
    finish()


main()

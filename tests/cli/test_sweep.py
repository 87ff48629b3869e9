"""run --set: a grid or pairs of values in one table, each line that of a run of its own; refused
before it starts if any point is invalid; in shards and resumed."""

import sys

sys.dont_write_bytecode = True
import copy
import itertools
import os
import random
import shutil
import subprocess
import time

from common import (case, command, experiment, finish, holds, output, path_of, read, refused, same,
                    sidyn, write)

BASE = {"schema": "sidyn-experiment-1",
        "problem": {"kind": "rayleigh", "dim": 4, "spectrum": [1, 2, 2, 3],
                    "noise": {"kind": "gaussian", "sigma": 0.5}},
        "dynamics": {"kind": "svag", "l": 1},
        "schedule": {"kind": "piecewise",
                     "segments": [{"start": 0, "lr": 0.1, "wd": 0.05},
                                  {"start": 5, "lr": 0.05, "wd": 0.05}]},
        "start": {"kind": "sphere", "radius": 1.5}, "seed": 3, "steps": 12,
        "checkpoints": [0, 12], "observables": ["norm2", "f"]}
RANGE = ("--trajectories", "2:40")
GRID = {"dynamics.l": ("1", "2", "4"), "schedule.segments.1.lr": ("0.05", "1e-3")}


def with_fields(document, fields):
    """A copy with fields set, by Python."""
    changed = copy.deepcopy(document)
    for field, value in fields.items():
        *path, last = field.split(".")
        place = changed
        for name in path:
            place = place[int(name)] if isinstance(place, list) else place[name]
        try:
            place[last] = int(value)
        except ValueError:
            try:
                place[last] = float(value)
            except ValueError:
                place[last] = value
    return changed


def table(document, points, *arguments):
    """What the runs of the points give one by one, with their fields in front."""
    lines = []
    for point in points:
        text = output("run", write("point.json", with_fields(document, point)), *RANGE, *arguments)
        head, *rows = text.decode().splitlines()
        if not lines:
            lines.append(",".join([*point, head]))
        lines += [",".join([*point.values(), row]) for row in rows]
    return "\n".join(lines) + "\n"


def sets(grid):
    return [word for field, values in grid.items()
            for word in ("--set", f"{field}={','.join(values)}")]


def grid_of(fields):
    return [dict(zip(fields, values)) for values in itertools.product(*fields.values())]


FILE = write("base.json", BASE)
for options in (["--statistics"], [], ["--format", "hex"]):
    with case(f"a grid, the last field changing fastest {' '.join(options)}"):
        same(output("run", FILE, *RANGE, *sets(GRID), *options).decode(),
             table(BASE, grid_of(GRID), *options), "table")
with case("pairs of values with --zip; a field that is not there yet; a word"):
    pairs = {"schedule.segments.0.lr": ("0.1", "0.2"), "schedule.segments.0.wd": ("0.1", "0.05"),
             "problem.noise.kind": ("gaussian", "rademacher"), "dynamics.batch": ("1", "1")}
    points = [dict(zip(pairs, values)) for values in zip(*pairs.values())]
    same(output("run", FILE, *RANGE, *sets(pairs), "--zip", "--statistics").decode(),
         table(BASE, points, "--statistics"), "table")
with case("one seed for all, unless each has its own"):
    seeds = {"seed": ("3", "4", "5")}
    same(output("run", FILE, *RANGE, "--set", "dynamics.l=1,1,1", "--seed-per-point").decode()
         .replace("dynamics.l", "seed").splitlines()[1:],
         [f"1,{line.split(',', 1)[1]}" for line in
          table(BASE, grid_of(seeds)).splitlines()[1:]], "rows")
with case("a large integer and -0 stand as they are"):
    odd = experiment(BASE, seed="18446744073709551615", start={"kind": "point",
                                                              "x": [1, -0.0, 2, 3]})
    fields = {"dynamics.l": ("1", "3")}
    same(output("run", write("odd.json", odd), *RANGE, *sets(fields)).decode(),
         table(odd, grid_of(fields)), "rows")
with case("refused before it starts if any point is invalid"):
    out = path_of("invalid.csv")
    refused(sidyn("run", FILE, "--set", "dynamics.l=1,2,0", "--out", out),
            "run: --set dynamics.l=0: ", "dynamics.l", "base.json:")
    holds(not os.path.exists(out) and not os.path.exists(f"{out}.partial"), "it started")
    for arguments, *fragments in ((["--set", "a.b=1"], "--set a.b: nothing has this field"),
                                  (["--set", "schedule.segments.7.lr=1"], "nothing has this"),
                                  (["--set", "schedule.segments.x.lr=1"], "nothing has this"),
                                  (["--set", "nosuch=1"], "nosuch"),
                                  (["--set", "seed"], "FIELD=V1"),
                                  (["--set", "=1"], "FIELD=V1"), (["--set", "seed=1,,2"], "empty"),
                                  (["--set", "seed=[1]"], "FIELD=V1"), (["--zip"], "there is no"),
                                  (["--set", "observables.0=norm2,loss"], "other columns"),
                                  (["--set", "seed=1,2", "--set", "steps=12", "--zip"],
                                   "seed has 2 values and steps 1"),
                                  (["--set", "seed=1", "--out", path_of("x.npy")], "gives a table"),
                                  (["--set", "seed=1", "--part", path_of("x.part")],
                                   "rows cannot be saved on standard output")):
        refused(sidyn("run", FILE, *arguments), *fragments)
with case("in shards, merged in any order; resumed"):
    whole = output("run", FILE, *RANGE, *sets(GRID), "--statistics")
    for k in (1, 2, 3):
        output("run", FILE, *RANGE, *sets(GRID), "--statistics", "--shard", f"{k}/3", "--part",
               path_of(f"s{k}.part"))
    parts = [path_of(f"s{k}-{point}.part") for k in (1, 2, 3) for point in range(6)]
    random.Random(1).shuffle(parts)
    same(output("merge", *parts), whole, "merged")
    refused(sidyn("merge", *[part for part in parts if "-4.part" not in part]),
            "run 4 of the sweep is in no part")
    refused(sidyn("merge", *parts[1:]), "are in no part")
    refused(sidyn("merge", *parts, "--out", path_of("all.part")), "several runs of a sweep")
    again = ["run", FILE, *RANGE, *sets(GRID), "--statistics", "--resume", path_of("r.part")]
    same(output(*again), whole, "first")
    os.remove(path_of("r-3.part"))
    same(output(*again), whole, "again, with what is there")
    other = output("run", FILE, *RANGE, "--set", "dynamics.l=1,2", "--statistics", "--part",
                   path_of("o.part"))
    refused(sidyn("merge", parts[0], path_of("o-1.part")), "of one sweep")
    alone = write("alone.json", with_fields(BASE, grid_of(GRID)[0]))
    output("run", alone, *RANGE, "--statistics", "--shard", "2/3", "--part", path_of("a.part"))
    for pair in (("s1-0.part", "a.part"), ("a.part", "s1-0.part")):
        refused(sidyn("merge", *map(path_of, pair), "--out", path_of("b.part")), "of one sweep")
with case("rows, too: in shards, merged in any order"):
    whole = output("run", FILE, *RANGE, *sets(GRID))
    for k in (1, 2, 3):
        output("run", FILE, *RANGE, *sets(GRID), "--shard", f"{k}/3", "--part",
               path_of(f"w{k}.part"), "--out", path_of(f"w{k}.csv"))
    parts = [path_of(f"w{k}-{point}.part") for k in (1, 2, 3) for point in range(6)]
    random.Random(2).shuffle(parts)
    output("merge", *parts, "--out", path_of("w.csv"))
    same(read(path_of("w.csv")), whole, "merged")
    refused(sidyn("merge", *[part for part in parts if "-4.part" not in part]),
            "run 4 of the sweep is in no part")
    refused(sidyn("merge", path_of("w1-0.part"), path_of("s2-0.part")), "in another form")
with case("rows: killed at random moments and resumed"):
    slow = write("slow.json", experiment(BASE, steps=20000, checkpoints=[0, 20000]))
    few = ["run", slow, "--trajectories", "2:60", *sets(GRID)]
    out, part, chance, kills = path_of("k.csv"), path_of("k.part"), random.Random(3), 0
    started = time.monotonic()
    whole = output(*few)
    longest = time.monotonic() - started
    while kills < 12:
        process = subprocess.Popen(command(*few, "--out", out, "--resume", part, "--save-every",
                                           "0"), stderr=subprocess.PIPE)
        try:
            process.wait(chance.uniform(0, longest / 2))
        except subprocess.TimeoutExpired:
            kills += 1
            process.send_signal(chance.choice((9, 9, 15)))
        holds(process.wait() in (0, -9, -15), process.stderr.read())
        process.stderr.close()
        if process.returncode == 0:
            same(read(out), whole, "table")
            for name in os.listdir(path_of(".")):
                if name.startswith("k"):
                    os.remove(path_of(name))
    output(*few, "--out", out, "--resume", part, "--save-every", "0")
    same(read(out), whole, "table")
    output(*few, "--out", out, "--resume", part)
    same(read(out), whole, "table, again")
with case("rows of a sweep whose parts do not follow each other are not gone on with"):
    shutil.copy(path_of("w1-3.part"), path_of("w1-2.part"))
    again = ["run", FILE, *RANGE, *sets(GRID), "--shard", "1/3", "--out", path_of("w1.csv"),
             "--resume", path_of("w1.part")]
    refused(sidyn(*again), "is of another experiment")
    os.remove(path_of("w1-2.part"))
    refused(sidyn(*again), "less than what the part says")

finish()

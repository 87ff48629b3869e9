"""Parts of runs: shards in any order merge to what one run gives, byte for byte; a run that is
killed goes on from its part and ends with the same bytes; what is no part of a run is refused."""

import sys

sys.dont_write_bytecode = True
import os
import random
import shutil
import signal
import struct
import subprocess
import time

from common import (NETWORK, RATIO, backends, case, command, experiment, finish, holds, output,
                    path_of, read, refused, same, sidyn, write)

KILLS = int(os.environ.get("KILLS", "20"))
RAYLEIGH = {"schema": "sidyn-experiment-1",
            "problem": {"kind": "rayleigh", "dim": 5, "spectrum": [1, 2, 2, 3, 4],
                        "noise": {"kind": "gaussian", "sigma": 0.5}},
            "dynamics": {"kind": "sgd"}, "schedule": {"kind": "constant", "lr": 0.1, "wd": 0.05},
            "start": {"kind": "sphere", "radius": 1.5}, "seed": 3, "steps": 12,
            "checkpoints": [0, 5, 12], "observables": ["norm2", "x", "f"]}
# About half of its trajectories end in the first step.
MIXED = experiment(RATIO, start={"kind": "gaussian", "scale": 1e-81},
                   schedule={"kind": "constant", "lr": 1e-163}, steps=4, checkpoints=[0, 2, 4],
                   observables=["x", "norm2"])
RANGE = ("--trajectories", "7:3007")
RANDOM = random.Random(1)


def run(document, *arguments, **options):
    return sidyn("run", write("experiment.json", document), *RANGE, *arguments, **options)


def good(result):
    same(result.returncode, 0, result.stderr)
    return result


def whole(document, kind, name="whole"):
    """The bytes that one run gives: kind is statistics, csv or npy."""
    path = path_of(f"{name}.{'csv' if kind == 'statistics' else kind}")
    good(run(document, *(["--statistics"] if kind == "statistics" else []), "--out", path))
    return read(path)


def options_of(kind, name):
    """What makes a part of that kind, and the names of its files."""
    part = path_of(f"{name}.part")
    if kind == "statistics":
        return part, ["--statistics", "--part", part]
    return part, ["--part", part, "--out", path_of(f"{name}.{kind}")]


def shards(document, kind, number):
    parts = []
    for k in range(1, number + 1):
        part, more = options_of(kind, f"shard{k}")
        good(run(document, *more, "--shard", f"{k}/{number}", "--backend",
                 RANDOM.choice(backends()), "--jobs", RANDOM.choice((1, 2, 3))))
        parts.append(part)
    RANDOM.shuffle(parts)
    return parts


def merged(kind, parts):
    path = path_of(f"merged.{'csv' if kind == 'statistics' else kind}")
    good(sidyn("merge", *parts, "--out", path))
    return read(path)


for kind in ("statistics", "csv", "npy"):
    with case(f"{kind}: eight shards in any order merge to what one run gives"):
        for document in (RAYLEIGH, MIXED):
            expected = whole(document, kind)
            same(merged(kind, shards(document, kind, 8)), expected, "merged")
with case("networks: a column for each layer and test image; as many weights as there may be"):
    large = experiment(NETWORK, steps=1, checkpoints=[0, 1], observables=["norm2"])
    large["problem"] |= {"layers": [{"dense": 2**16}], "norm": {"kind": "none"},
                         "data": {**large["problem"]["data"], "train": [0, 4]}}
    large["problem"]["data"]["blobs"]["shape"] = [4, 4, 1]
    for document in (NETWORK, large):
        few = write("network.json", document), "--trajectories", "0:5", "--statistics"
        expected = output("run", *few)
        for k in (1, 2):
            output("run", *few, "--shard", f"{k}/2", "--part", path_of(f"network{k}.part"))
        same(output("merge", path_of("network2.part"), path_of("network1.part")), expected)
        same(output("run", *few, "--shard", "1/2", "--resume", path_of("network1.part")),
             output("run", *few, "--shard", "1/2"), "resumed")
with case("parts of parts merge, also those with gaps"):
    expected, parts = whole(RAYLEIGH, "statistics"), shards(RAYLEIGH, "statistics", 7)
    good(sidyn("merge", *parts[:4], "--out", path_of("some.part")))
    good(sidyn("merge", path_of("some.part"), parts[4], "--out", path_of("more.part")))
    same(merged("statistics", [parts[6], path_of("more.part"), parts[5]]), expected, "merged")
with case("one state, one spelling: the bytes of a part do not show how it came about"):
    good(run(RAYLEIGH, "--statistics", "--part", path_of("one.part"), "--jobs", 2))
    good(sidyn("merge", *parts, "--out", path_of("other.part")))
    same(read(path_of("other.part")), read(path_of("one.part")), "parts")
    few = write("few.json", RAYLEIGH), "--statistics", "--trajectories"
    for trajectories in ("0:40", "0:23", "23:40"):
        output("run", *few, trajectories, "--part", path_of(f"{trajectories}.part"))
    good(sidyn("merge", path_of("23:40.part"), path_of("0:23.part"), "--out",
               path_of("few.part")))
    same(read(path_of("few.part")), read(path_of("0:40.part")), "few values")
with case("laws are columns of parts, too"):
    law = ["--statistics", "--with-law"]
    text = run(RAYLEIGH, *law).stdout
    for k in (1, 2):
        good(run(RAYLEIGH, *law, "--part", path_of(f"law{k}.part"), "--shard", f"{k}/2"))
    same(output("merge", path_of("law2.part"), path_of("law1.part")), text, "merged")
    refused(sidyn("merge", path_of("law1.part"), parts[0]), "is of another experiment than")
with case("merge says which trajectories are missing, and which two parts have"):
    parts = sorted(shards(RAYLEIGH, "statistics", 3))
    refused(sidyn("merge", parts[0], parts[2]), "trajectories 1007 to 2006 are in no part")
    refused(sidyn("merge", parts[0], parts[1]), "trajectories 2007 to 3006 are in no part")
    refused(sidyn("merge", *parts, parts[1]),
            f"{parts[1]} and {parts[1]} both have trajectory 1007")
with case("merge refuses what does not belong together"):
    other = experiment(RAYLEIGH, seed=4)
    good(run(other, "--statistics", "--part", path_of("other.part")))
    refused(sidyn("merge", parts[0], path_of("other.part")), "is of another experiment than")
    good(run(RAYLEIGH, "--part", path_of("rows.part"), "--out", path_of("rows.csv")))
    refused(sidyn("merge", parts[0], path_of("rows.part")), "in another form")
    refused(sidyn("merge", path_of("rows.part"), "--format", "hex"), "--format")
    refused(sidyn("merge", path_of("rows.part"), "--out", path_of("x.npy")), "FILE.csv or -")
    refused(sidyn("merge", path_of("rows.part"), "--out", path_of("rows.csv")), "is read, too")
    text = read(path_of("rows.csv"))
    write("rows.csv", text[:-20] + b"7" + text[-19:])
    refused(sidyn("merge", path_of("rows.part"), "--out", path_of("x.csv")), "not the rows that")
    holds(not os.path.exists(path_of("x.csv")), "half of a result")
with case("bad options are refused"):
    for arguments, fragment in ((["--part", "a.csv", "--statistics"], "ends in .part"),
                                (["--part", path_of("a.part")], "rows cannot be saved"),
                                (["--resume", path_of("a.part"), "--out", "-"], "rows cannot be"),
                                (["--shard", "0/3"], "1 <= K <= N"), (["--shard", "4/3"], "K <= N"),
                                (["--shard", "3"], "K/N"), (["--shard", "1/4000"], None),
                                (["--shard", "4000/4000"], "at most 3000 shards"),
                                (["--save-every", "5"], "nothing is saved"),
                                (["--save-every", "x", "--part", "a.part"], "allowed: seconds"),
                                (["--part", "a.part", "--resume", "b.part"], "second part")):
        if fragment:
            refused(run(RAYLEIGH, *arguments), fragment)
    refused(sidyn("merge"), "needs at least one")
    refused(sidyn("merge", path_of("none.part")), "cannot read")


# ---- going on ------------------------------------------------------------------------------------


def polynomial(data):
    """CRC-64 of ECMA-182, reflected, a bit at a time."""
    total = 2**64 - 1
    for byte in data:
        total ^= byte
        for _ in range(8):
            total = total >> 1 ^ (0xc96c5795d7870f42 if total & 1 else 0)
    return total ^ 2**64 - 1


def killed(arguments, seconds, number):
    """Starts a run and ends it by a signal, unless it ends first."""
    process = subprocess.Popen(command(*arguments), stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    error = process.communicate()[1]
    holds(process.returncode in (0, -number), f"{process.returncode} {error}")
    return process.returncode == 0


def interrupted(document, kind, kills, longest, expected):
    """A run is killed at random moments, `kills` times, and gone on with, from the beginning where
    it came to its end: each end has the bytes that are expected."""
    part, _ = options_of(kind, f"killed-{kind}")
    out = path_of(f"killed-{kind}.{'csv' if kind == 'statistics' else kind}")
    arguments = ["run", write("killed.json", document), *RANGE, "--resume", part, "--save-every",
                 "0", *(["--statistics"] if kind == "statistics" else []), "--out", out]
    left, ended = kills, 0
    while left > 0:
        backend, number = RANDOM.choice(backends()), RANDOM.choice((9, 9, 9, 15, 2))
        if not killed([*arguments, "--backend", backend, "--jobs", RANDOM.randint(1, 2)],
                      RANDOM.uniform(0, longest), number):
            left -= 1
            continue
        ended += 1
        same(read(out), expected, f"{kind}, {left} kills before the last")
        os.remove(part)
        os.remove(out)
    good(sidyn(*arguments))
    same(read(out), expected, kind)
    print(f"# {kind}: {kills} kills, {ended + 1} ends")


LONG = experiment(RAYLEIGH, steps=3000, checkpoints={"every": 500}, observables=["norm2", "f"])
for kind, share in (("statistics", 2), ("csv", 4), ("npy", 4)):
    with case(f"{kind}: killed at random moments and resumed, the same bytes"):
        started = time.monotonic()
        expected = whole(LONG, kind)
        took = time.monotonic() - started
        interrupted(LONG, kind, KILLS // share, took / 2, expected)
with case("one long trajectory goes on where it was"):
    alone = experiment(LONG, steps=6000000, checkpoints={"every": 1000000})
    one = ["run", write("alone.json", alone), "--trajectories", "5:6", "--statistics"]
    expected = output(*one)
    part = path_of("alone.part")
    for _ in range(6):
        killed([*one, "--resume", part, "--save-every", "0"], 0.2, RANDOM.choice((9, 15)))
    same(output(*one, "--resume", part), expected, "statistics")
with case("an interrupt stores what there is, and the run dies of it"):
    part = path_of("interrupt.part")
    process = subprocess.Popen(command("run", write("long.json", experiment(LONG, steps=10**9,
                                                                            checkpoints=[0])),
                                       "--statistics", "--part", part), stderr=subprocess.PIPE)
    time.sleep(1.0)
    process.send_signal(signal.SIGTERM)
    same((process.communicate()[1], process.returncode), (b"", -signal.SIGTERM), "end")
    holds(struct.unpack("<I", read(part)[112:116])[0] == 0, "a range that is not done")
    holds(len(read(part)) > 300, "nothing in flight")
with case("a second signal ends a run that has not stored yet; no partial file stays"):
    for _ in range(10):
        process = subprocess.Popen(command("run", path_of("long.json"), "--statistics", "--part",
                                           part, "--out", path_of("twice.csv")))
        time.sleep(0.2)
        for _ in range(2):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.002)
        same(process.wait(), -signal.SIGTERM, "end")
        for path in (part, path_of("twice.csv")):
            holds(not os.path.exists(f"{path}.partial"), path)
with case("a part of something else is not resumed"):
    text = write("experiment.json", RAYLEIGH)
    good(run(RAYLEIGH, "--statistics", "--part", path_of("mine.part")))
    mine = ["--resume", path_of("mine.part")]
    refused(run(experiment(RAYLEIGH, seed=9), "--statistics", *mine), "is of another experiment")
    refused(run(RAYLEIGH, *mine, "--out", path_of("mine.csv")), "in another form")
    refused(run(RAYLEIGH, "--statistics", *mine, "--shard", "1/2"), "is of other trajectories")
    refused(sidyn("run", text, "--statistics", *mine), "is of other trajectories")
    same(good(run(RAYLEIGH, "--statistics", *mine)).stdout, whole(RAYLEIGH, "statistics"), "again")
with case("rows that were touched are not gone on with"):
    part, more = options_of("csv", "touched")
    slow = ["run", write("slow.json", LONG), *RANGE, *more, "--save-every", "0", "--jobs", "1"]
    process = subprocess.Popen(command(*slow))
    while not os.path.exists(part) or struct.unpack("<I", read(part)[112:116])[0] == 0:
        time.sleep(0.01)
        if process.poll() is not None:
            break
    process.kill()
    process.wait()
    rows = path_of("touched.csv.partial")
    if os.path.exists(rows):
        again = ["run", path_of("slow.json"), *RANGE, "--resume", part, "--out",
                 path_of("touched.csv")]
        content = read(rows)
        write("touched.csv.partial", b"x" + content[1:])
        refused(sidyn(*again), "not the rows that")
        write("touched.csv.partial", content[:10])
        refused(sidyn(*again), "has less than what the part says")
with case("where a part cannot be written no partial file stays, but that of the rows"):
    for kind, left in (("statistics", []), ("csv", ["full.csv.partial"])):
        _, more = options_of(kind, "full")
        limited = subprocess.run(
            ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh",
             *command("run", path_of("slow.json"), *RANGE, *more, "--save-every", "0", "--out",
                      path_of("full.csv"))], capture_output=True, check=False)
        refused(limited, "cannot write: File too large")
        same([name for name in os.listdir(path_of(".")) if name.startswith("full")], left, kind)
with case("file and folder are on the disk before and after the new name"):
    if shutil.which("strace"):
        trace = path_of("trace.txt")
        subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=fsync,rename,renameat,renameat2",
                        *command("run", text, "--statistics", "--part", path_of("s.part"))],
                       check=True, stdout=subprocess.DEVNULL)
        calls = [line.split()[1].split("(")[0] for line in read(trace).decode().splitlines()
                 if "fsync" in line or "rename" in line]
        same(calls, ["fsync", "fsync", "rename", "fsync"], "calls")

# ---- damaged parts -------------------------------------------------------------------------------

with case("every byte of a part is covered: a changed, a missing, an added one is seen"):
    good(run(RAYLEIGH, "--statistics", "--part", path_of("fine.part")))
    fine = read(path_of("fine.part"))
    same(struct.unpack("<Q", fine[-8:])[0], polynomial(fine[:-8]), "checksum")
    for _ in range(60):
        at = RANDOM.randrange(len(fine))
        write("bad.part", fine[:at] + bytes([fine[at] ^ 1 << RANDOM.randrange(8)]) + fine[at + 1:])
        refused(sidyn("merge", path_of("bad.part")), "bad.part: ")
    for bad in (b"", fine[:7], fine[:100], fine[:-1], fine + b"\0"):
        write("bad.part", bad)
        refused(sidyn("merge", path_of("bad.part")), "bad.part: ")
with case("a bin that no double lies in is refused"):
    output("run", write("bins.json", experiment(RAYLEIGH, observables=["norm2"],
                                                checkpoints=[12])), "--trajectories", "0:3000",
           "--statistics", "--part", path_of("bins.part"))
    fine = read(path_of("bins.part"))[:-8]
    for key, wrong in ((2099 << 10, True), ((2099 << 10) - 1, False)):
        bad = fine[:-20] + struct.pack("<i", key) + fine[-16:]
        write("bad.part", bad + struct.pack("<Q", polynomial(bad)))
        result = sidyn("merge", path_of("bad.part"))
        same((result.returncode, b"contradicts itself" in result.stderr),
             (2, True) if wrong else (0, False), str(key))
with case("parts that contradict themselves under a right checksum give one line, or a table"):
    small = experiment(RAYLEIGH, observables=["norm2"], checkpoints=[12])
    for trajectories, rounds in (("0:30", 120), ("0:3000", 120)):
        output("run", write("small.json", small), "--trajectories", trajectories, "--statistics",
               "--part", path_of("small.part"))
        fine = read(path_of("small.part"))[:-8]
        if len(fine) > 20000:
            fine = fine[:20000]
        for _ in range(rounds):
            at, size = RANDOM.randrange(16, min(len(fine), 900)), RANDOM.choice((1, 1, 4, 8))
            value = RANDOM.choice((0, 1, 2**63, 2**64 - 1, 2**31, RANDOM.getrandbits(64)))
            bad = fine[:at] + (value & 2**(8 * size) - 1).to_bytes(size, "little")
            bad += fine[len(bad):]
            if RANDOM.random() < 0.1:
                bad = bad[:RANDOM.randrange(len(bad))]
            write("bad.part", bad + struct.pack("<Q", polynomial(bad)))
            result = sidyn("merge", path_of("bad.part"))
            if result.returncode != 0:
                refused(result)

finish()

"""A part that one machine begins another one finishes: this one and s390x, big-endian, under QEMU,
each way, with trajectories in flight; shards of both merge on either. `make deps-cross
cross-parts`; sidyn is built for s390x with Debian's libraries in a folder of its own."""

import sys

sys.dont_write_bytecode = True
import os
import random
import shutil
import signal
import struct
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from common import BUILD, ROOT, case, experiment, finish, holds, path_of, read, same, write

RANDOM = random.Random(1)
TRIPLE = "s390x-linux-gnu"
PLACE = os.path.join(os.path.dirname(BUILD), "s390x")
LIBRARIES = os.path.join(PLACE, "packages", "root", "usr")
THERE = os.path.join(PLACE, "build", f"{TRIPLE}-gcc-O2", "sidyn")
EMULATOR = "qemu-s390x-static"
COMMANDS = {"here": [os.path.join(BUILD, "sidyn")], "there": [EMULATOR, THERE]}
RAYLEIGH = {"schema": "sidyn-experiment-1",
            "problem": {"kind": "rayleigh", "dim": 5, "spectrum": [1, 2, 2, 3, 4],
                        "noise": {"kind": "gaussian", "sigma": 0.5}},
            "dynamics": {"kind": "sgd"}, "schedule": {"kind": "constant", "lr": 0.1, "wd": 0.05},
            "start": {"kind": "sphere", "radius": 1.5}, "seed": 3, "steps": 30,
            "checkpoints": {"every": 10}, "observables": ["norm2", "x", "f"]}
RANGE = ("--trajectories", "7:6007")
KINDS = {"statistics": ("csv", ["--statistics"]), "csv": ("csv", []), "npy": ("npy", [])}


def run(machine, *arguments):
    result = subprocess.run([*COMMANDS[machine], *map(str, arguments)], capture_output=True,
                            timeout=300, check=False)
    same((result.returncode, result.stderr), (0, b""), f"{machine}: {arguments[0]}")
    return result.stdout


def begin(machine, seconds, *arguments):
    """A run is interrupted after a while. Returns whether it had not ended."""
    process = subprocess.Popen([*COMMANDS[machine], *map(str, arguments)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(seconds)
    process.send_signal(signal.SIGTERM)
    error = process.communicate()[1]
    holds(error == b"" and process.returncode in (0, -signal.SIGTERM), f"{machine}: {error}")
    return process.returncode != 0


def half_done(machine, wanted, part, out, *arguments):
    """A part of a run that was interrupted in its first chunk, with the states of what is in
    flight, or behind it, with trajectories that are done."""
    seconds = {"here": 0.05, "there": 1.0}[machine]
    for _ in range(40):
        for path in (part, out, f"{out}.partial"):
            if os.path.exists(path):
                os.remove(path)
        went_on = begin(machine, seconds, *arguments)
        ranges, length = 0, 0
        if os.path.exists(part):
            length = len(read(part))
            ranges = struct.unpack("<I", read(part)[112:116])[0]
        if went_on and (ranges > 0 if wanted == "done" else ranges == 0 and length > 30000):
            return
        shorter = not went_on or (wanted == "in flight" and ranges > 0)
        seconds *= RANDOM.uniform(0.6, 0.9) if shorter else RANDOM.uniform(1.1, 1.5)
    raise AssertionError(f"no run was interrupted with trajectories {wanted}")


with case("sidyn builds for s390x, with the libraries that read experiments"):
    for tool in (EMULATOR, f"{TRIPLE}-gcc"):
        holds(shutil.which(tool), f"{tool} is missing; make deps-cross installs it")
    subprocess.run(["sh", "ci/foreign.sh", "s390x", os.path.join(PLACE, "packages"),
                    "libjansson-dev", "zlib1g-dev"], cwd=ROOT, check=True)
    compiler = (f"{TRIPLE}-gcc -isystem {LIBRARIES}/include -isystem {LIBRARIES}/include/{TRIPLE} "
                f"-L{LIBRARIES}/lib/{TRIPLE}")
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    subprocess.run(["make", f"BUILD={os.path.join(PLACE, 'build')}", f"CC={compiler}", "OPT=-O2",
                    "EXTRA_CFLAGS=", "EXTRA_LDFLAGS=-static", "EXEC_WRAPPER=", THERE], cwd=ROOT,
                   env=environment, check=True, stdout=subprocess.DEVNULL)
    holds(b"\x7fELF\x02\x02" == read(THERE)[:6], "not a big-endian program")

for kind, (ending, more) in KINDS.items():
    for first, second in (("here", "there"), ("there", "here")):
        for state in ("in flight", "done"):
            with case(f"{kind}: begun {first} until some are {state}, finished {second}"):
                whole, out = path_of(f"whole.{ending}"), path_of(f"both.{ending}")
                part, file = path_of(f"{kind}-{first}.part"), write("experiment.json", RAYLEIGH)
                run("here", "run", file, *RANGE, *more, "--out", whole)
                again = ["run", file, *RANGE, *more, "--out", out, "--resume", part, "--jobs", 1]
                half_done(first, state, part, out, *again, "--backend", "ref")
                run(second, *again)
                same(read(out), read(whole), kind)
    with case(f"{kind}: shards of both machines merge, on either, to the bytes of one run"):
        short = write("short.json", experiment(RAYLEIGH, steps=9, checkpoints=[0, 4, 9]))
        run("here", "run", short, *RANGE, *more, "--out", path_of(f"whole.{ending}"))
        parts = []
        for k in range(1, 5):
            rows = [] if kind == "statistics" else ["--out", path_of(f"shard{k}.{ending}")]
            parts.append(path_of(f"shard{k}.part"))
            run("here" if k % 2 else "there", "run", short, *RANGE, *more, *rows, "--shard",
                f"{k}/4", "--part", parts[-1])
        RANDOM.shuffle(parts)
        for machine in COMMANDS:
            run(machine, "merge", *parts, "--out", path_of(f"merged.{ending}"))
            same(read(path_of(f"merged.{ending}")), read(path_of(f"whole.{ending}")), machine)
with case("one state has one spelling on both machines"):
    for machine in COMMANDS:
        run(machine, "run", write("short.json", experiment(RAYLEIGH, steps=9, checkpoints=[9])),
            *RANGE, "--statistics", "--part", path_of(f"{machine}.part"))
    same(read(path_of("there.part")), read(path_of("here.part")), "parts")

finish()

"""sidyn-mpi with Open MPI and with MPICH: one SHA-256 for all that one run, 1 to 8 ranks, threads
in ranks, and runs that were killed and resumed with other ranks, the other MPI or none give; errors
are one line of ours."""

import sys

sys.dont_write_bytecode = True
import hashlib
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from common import BUILD, RATIO, case, experiment, finish, holds, path_of, read, same, sidyn, write

RANDOM = random.Random(1)
# Root in a container, and more ranks than processors: Open MPI asks twice.
os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
LAUNCHERS = {"openmpi": ["mpirun.openmpi", "--oversubscribe", "--bind-to", "none"],
             "mpich": ["mpiexec.hydra"]}
LINEAR = {"schema": "sidyn-experiment-1",
          "problem": {"kind": "rayleigh", "dim": 5, "spectrum": [1, 2, 2, 3, 4],
                      "noise": {"kind": "gaussian", "sigma": 0.5}},
          "dynamics": {"kind": "sgd"}, "schedule": {"kind": "constant", "lr": 0.1, "wd": 0.05},
          "start": {"kind": "sphere", "radius": 1.5}, "seed": 3, "steps": 400,
          "checkpoints": [0, 200, 400], "observables": ["norm2", "x", "f"]}
# About half of its trajectories end in the first step.
MIXED = experiment(RATIO, start={"kind": "gaussian", "scale": 1e-81},
                   schedule={"kind": "constant", "lr": 1e-163}, steps=4, checkpoints=[0, 2, 4],
                   observables=["x", "norm2"])
RANGE = ("--trajectories", "11:2511")
KINDS = {"statistics": ("csv", ["--statistics"]), "csv": ("csv", []), "npy": ("npy", [])}
BUILT = {}

for mpi in LAUNCHERS:
    with case(f"{mpi} is there, and sidyn-mpi is built with it"):
        holds(shutil.which(f"mpicc.{mpi}"), "not installed; make deps-mpi installs it")
        subprocess.run(["make", "mpi", f"MPICC=mpicc.{mpi}", f"BUILD={os.path.dirname(BUILD)}"],
                       check=True, stdout=subprocess.DEVNULL)
        BUILT[mpi] = os.path.join(BUILD, "mpi", f"mpicc.{mpi}", "sidyn-mpi")


def command(mpi, ranks, *arguments):
    return [*LAUNCHERS[mpi], "-n", str(ranks), BUILT[mpi], "run", *map(str, arguments)]


def launch(mpi, ranks, *arguments):
    return subprocess.run(command(mpi, ranks, *arguments), capture_output=True, timeout=300,
                          check=False)


def digest(path):
    return hashlib.sha256(read(path)).hexdigest()


def expected(document, kind):
    ending, more = KINDS[kind]
    path = path_of(f"one.{ending}")
    result = sidyn("run", write("e.json", document), *RANGE, *more, "--out", path)
    same(result.returncode, 0, result.stderr)
    return digest(path), result.stderr


for kind, (ending, more) in KINDS.items():
    for mpi in BUILT:
        with case(f"{kind}, {mpi}: 1, 2, 3, 5 and 8 ranks give what one run gives"):
            for document in (LINEAR, MIXED):
                wanted, notes = expected(document, kind)
                for ranks, jobs in ((1, 1), (2, 1), (3, 2), (5, 1), (8, 1)):
                    out = path_of(f"ranks.{ending}")
                    result = launch(mpi, ranks, path_of("e.json"), *RANGE, *more, "--out", out,
                                    "--jobs", jobs)
                    same((result.returncode, result.stderr), (0, notes), f"{ranks} ranks")
                    same(digest(out), wanted, f"{ranks} ranks")
                    os.remove(out)
with case("shards under ranks merge, with those of a run without"):
    wanted, _ = expected(LINEAR, "statistics")
    for k, mpi in enumerate([*BUILT, None], 1):
        arguments = [path_of("e.json"), *RANGE, "--statistics", "--shard", f"{k}/{len(BUILT) + 1}",
                     "--part", path_of(f"shard{k}.part")]
        result = launch(mpi, 3, *arguments) if mpi else sidyn("run", *arguments)
        same(result.returncode, 0, result.stderr)
    parts = [path_of(f"shard{k}.part") for k in range(len(BUILT) + 1, 0, -1)]
    same(sidyn("merge", *parts, "--out", path_of("m.csv")).returncode, 0, "merge")
    same(digest(path_of("m.csv")), wanted, "merged")
with case("a grid under ranks"):
    grid = [write("e.json", LINEAR), *RANGE, "--statistics", "--set", "schedule.lr=0.1,0.05"]
    same(sidyn("run", *grid, "--out", path_of("g.csv")).returncode, 0, "one")
    for mpi in BUILT:
        result = launch(mpi, 3, *grid, "--out", path_of("h.csv"))
        same((result.returncode, digest(path_of("h.csv"))), (0, digest(path_of("g.csv"))), mpi)


def killed(arguments, seconds):
    """Ends a run by a signal to its launcher, or by ending all its processes, at a random moment.
    Returns whether it had not ended."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        process.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        if RANDOM.random() < 0.5:
            process.send_signal(signal.SIGTERM)
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return True


LONG = experiment(LINEAR, steps=4000, checkpoints=[0, 4000])
for kind, (ending, more) in KINDS.items():
    with case(f"{kind}: killed ten times and resumed with other ranks, the other MPI, or none"):
        wanted, _ = expected(LONG, kind)
        out, part = path_of(f"killed.{ending}"), path_of(f"{kind}.part")
        arguments = [path_of("e.json"), *RANGE, *more, "--out", out, "--resume", part,
                     "--save-every", "0"]
        for _ in range(10):
            mpi = RANDOM.choice([*BUILT, None])
            full = command(mpi, RANDOM.choice((2, 3, 4)), *arguments) if mpi else [
                os.path.join(BUILD, "sidyn"), "run", *arguments]
            killed(full, RANDOM.uniform(0.2, 1.2))
            time.sleep(0.3)  # until ranks are gone whose launcher was killed
        same(launch(*RANDOM.choice([(mpi, 3) for mpi in BUILT]), *arguments).returncode, 0, "end")
        same(digest(out), wanted, kind)
def steps_in_flight(part):
    """{first trajectory of a piece: steps made} in a part of one column of statistics of which
    nothing is done (docs/output.md section 12)."""
    content = read(part)
    holds(content[112:116] == bytes(4), "a range that is done")
    length, = struct.unpack("<Q", content[224:232])
    at, found = 232, {}
    same(232 + length + 8, len(content), "length")
    while at < 232 + length:
        first, count, kept = struct.unpack("<3Q", content[at:at + 24])
        at += 24
        for _ in range(count):
            made, = struct.unpack("<Q", content[at:at + 8])
            at += 8
            if made < 2**64 - 1:
                at += 48 + 8 * kept
                found[first] = made
    return found


with case("what is in flight on the ranks is saved, and gone on with"):
    endless = write("flight.json", experiment(LINEAR, steps=10**12, checkpoints=[10**12],
                                              observables=["norm2"]))
    part, before = path_of("flight.part"), {}
    for mpi in [*BUILT, None, *BUILT]:
        arguments = [endless, "--trajectories", "0:200", "--statistics", "--jobs", "1", "--resume",
                     part, "--save-every", "0"]
        process = subprocess.Popen(command(mpi, 3, *arguments) if mpi else [
            os.path.join(BUILD, "sidyn"), "run", *map(str, arguments)], start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        now, ends = before, time.monotonic() + 100
        while time.monotonic() < ends:
            now = steps_in_flight(part) if os.path.exists(part) else {}
            if len(now) >= 3 and any(now[first] > before.get(first, 0) for first in now):
                break
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(0.5)  # until ranks are gone whose launcher was killed
        now = steps_in_flight(part)
        holds(len(now) >= 3 and sum(now.values()) > sum(before.values()) and
              all(now.get(first, 0) >= made for first, made in before.items()),
              f"{mpi}: {before} {now}")
        before = now
with case("whole, in 8 shards merged in random order, under 1, 2, 3, 5, 8 ranks of both MPIs, "
          "killed and resumed ten times: one SHA-256"):
    wanted, _ = expected(LONG, "statistics")
    digests, out = {"whole": wanted}, path_of("one-of-all.csv")
    arguments = [path_of("e.json"), *RANGE, "--statistics"]
    parts = [path_of(f"eighth{k}.part") for k in range(1, 9)]
    for k, part in enumerate(parts, 1):
        same(sidyn("run", *arguments, "--shard", f"{k}/8", "--part", part).returncode, 0, part)
    RANDOM.shuffle(parts)
    same(sidyn("merge", *parts, "--out", out).returncode, 0, "merge")
    digests["merged"] = digest(out)
    for mpi in BUILT:
        for ranks in (1, 2, 3, 5, 8):
            same(launch(mpi, ranks, *arguments, "--out", out).returncode, 0, f"{mpi} {ranks}")
            digests[f"{mpi}, {ranks} ranks"] = digest(out)
    os.remove(out)
    saved = [*arguments, "--out", out, "--resume", path_of("ten.part"), "--save-every", "0"]
    kills, programs = 0, [*BUILT, None]
    while kills < 10:
        mpi = programs[kills % len(programs)]
        full = command(mpi, 2, *saved) if mpi else [os.path.join(BUILD, "sidyn"), "run", *saved]
        if killed(full, RANDOM.uniform(0.1, 1.0)):
            kills += 1
            time.sleep(0.3)  # until ranks are gone whose launcher was killed
        else:
            same(digest(out), wanted, "an end before the tenth")
            os.remove(path_of("ten.part"))
    same(sidyn("run", *saved).returncode, 0, "the end")
    digests["killed and resumed"] = digest(out)
    holds(len(BUILT) == 2 and set(digests.values()) == {wanted}, digests)
for mpi in BUILT:
    with case(f"{mpi}: what is wrong is said once"):
        for arguments, says in ((["--jobs", "0"], b"--jobs 0: allowed"),
                                (["--out", "/nowhere/x.csv"], b"/nowhere/x.csv: cannot write")):
            result = launch(mpi, 3, path_of("e.json"), *arguments)
            ours = re.findall(rb"(?m)^sidyn: .*$", result.stderr)
            holds(result.returncode != 0 and len(ours) == 1 and says in ours[0],
                  f"{arguments}: {result.returncode} {result.stderr}")
    with case(f"{mpi}: a rank that dies ends the run, and nothing is half-written"):
        endless = write("endless.json", experiment(LINEAR, steps=10**9, checkpoints=[0]))
        process = subprocess.Popen(command(mpi, 3, endless, "--out", path_of("dead.csv")),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        ranks = []
        for _ in range(100):
            found = subprocess.run(["pgrep", "-f", "endless.json"], capture_output=True, text=True,
                                   check=False).stdout.split()
            ranks = [pid for pid in map(int, found) if pid != process.pid and os.path.exists(
                f"/proc/{pid}/exe") and os.readlink(f"/proc/{pid}/exe") == BUILT[mpi]]
            if len(ranks) == 3:
                break
            time.sleep(0.1)
        time.sleep(0.5)
        os.kill(max(ranks), signal.SIGKILL)
        process.communicate(timeout=60)
        holds(process.returncode != 0, "status")
        holds(not os.path.exists(path_of("dead.csv")), "a result")

finish()

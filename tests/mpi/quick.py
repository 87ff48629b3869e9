"""A few ranks of one MPI, in seconds: the killer of the deliberate faults in verify/mpi/. All of it
is mpi.py."""

import sys

sys.dont_write_bytecode = True
import os
import shutil
import signal
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from common import BUILD, ROOT, RATIO, case, experiment, finish, path_of, read, same, sidyn, write

os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
MPI = "openmpi" if shutil.which("mpicc.openmpi") else "mpich"
LAUNCHER = {"openmpi": ["mpirun.openmpi", "--oversubscribe", "--bind-to", "none"],
            "mpich": ["mpiexec.hydra"]}[MPI]
PROGRAM = os.path.join(BUILD, "mpi", f"mpicc.{MPI}", "sidyn-mpi")
# About half of its trajectories end in the first step.
MIXED = experiment(RATIO, start={"kind": "gaussian", "scale": 1e-81},
                   schedule={"kind": "constant", "lr": 1e-163}, steps=4, checkpoints=[0, 2, 4],
                   observables=["x", "norm2"])
LONG = {"schema": "sidyn-experiment-1",
        "problem": {"kind": "rayleigh", "dim": 5, "spectrum": [1, 2, 2, 3, 4],
                    "noise": {"kind": "gaussian", "sigma": 0.5}},
        "dynamics": {"kind": "sgd"}, "schedule": {"kind": "constant", "lr": 0.1, "wd": 0.05},
        "start": {"kind": "sphere", "radius": 1.5}, "seed": 3, "steps": 40000,
        "checkpoints": [0, 40000], "observables": ["norm2", "f"]}
RANGE = ("--trajectories", "11:411")
KINDS = {"statistics": ("csv", ["--statistics"]), "csv": ("csv", []), "npy": ("npy", [])}


def ranks(*arguments):
    return [*LAUNCHER, "-n", "3", PROGRAM, "run", *map(str, arguments)]


with case("sidyn-mpi builds"):
    subprocess.run(["make", "mpi", f"MPICC=mpicc.{MPI}", f"BUILD={os.path.dirname(BUILD)}"],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
for kind, (ending, more) in KINDS.items():
    with case(f"{kind}: three ranks give what one run gives"):
        file, one, all_ = write("e.json", MIXED), path_of(f"1.{ending}"), path_of(f"3.{ending}")
        wanted = sidyn("run", file, *RANGE, *more, "--out", one)
        done = subprocess.run(ranks(file, *RANGE, *more, "--out", all_, "--jobs", 1),
                              capture_output=True, timeout=60, check=False)
        same((done.returncode, done.stderr), (0, wanted.stderr), "status")
        same(read(all_), read(one), kind)
    with case(f"{kind}: a run that was killed is gone on with by ranks, killed, and by one run"):
        file, out, part = write("e.json", LONG), path_of(f"k.{ending}"), path_of(f"{kind}.part")
        saved = [file, *RANGE, *more, "--out", out, "--resume", part, "--save-every", "0", "--jobs",
                 "1"]
        sidyn("run", file, *RANGE, *more, "--out", one)
        for _ in range(2):
            process = subprocess.Popen(ranks(*saved), start_new_session=True,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            before, ends = os.path.exists(part) and read(part), time.monotonic() + 20
            while process.poll() is None and time.monotonic() < ends:
                if os.path.exists(part) and read(part) != before:
                    break
                time.sleep(0.02)
            time.sleep(0.2)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for _ in range(60):
            done = sidyn("run", *saved)
            if b"another run is writing it" not in done.stderr:
                break
            time.sleep(0.5)  # a rank whose launcher was killed
        same(done.returncode, 0, done.stderr)
        same(read(out), read(one), kind)

finish()

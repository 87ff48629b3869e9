"""Whatever ends a run or keeps it from what it needs: every signal, threads and memory that cannot
be had, links and modes of the output. Exit 2 with one line (or the signal), old output kept,
nothing left behind."""

import os
import resource
import signal
import stat
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from common import ENDLESS, RATIO, case, command, experiment, finish, holds, output, path_of, read
from common import refused, same, sidyn, write

OLD = b"what was here before\n"
GOOD = write("good.json", RATIO)
SLOW = write("slow.json", ENDLESS)
WHOLE = output("run", GOOD)
FOLDER = path_of("outputs")
os.makedirs(FOLDER)
OUT = os.path.join(FOLDER, "out.csv")
write(OUT, OLD)


def unchanged():
    same((sorted(os.listdir(FOLDER)), read(OUT)), (["out.csv"], OLD), "folder and old output")


# ---- signals ----

HARMLESS = {"SIGKILL", "SIGSTOP", "SIGCHLD", "SIGCLD", "SIGCONT", "SIGTSTP", "SIGTTIN", "SIGTTOU",
            "SIGURG", "SIGXFSZ", "SIGWINCH"}
DEADLY = sorted({int(number) for number in signal.valid_signals()}
                - {int(getattr(signal, name)) for name in HARMLESS if hasattr(signal, name)})
for number in DEADLY:
    if number in (32, 33):  # the C library keeps these to itself
        continue
    with case(f"signal {number} while a file is written"):
        process = subprocess.Popen(command("run", SLOW, "--out", OUT), stderr=subprocess.PIPE,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE,
                                                                         (0, 0)))
        deadline = time.monotonic() + 20
        while not os.path.exists(OUT + ".partial") and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(0.02)
        process.send_signal(number)
        errors = process.communicate(timeout=20)[1]
        same((process.returncode, errors), (-number, b""), "status and stderr")
        unchanged()
with case("a processor time limit"):
    limit = lambda: resource.setrlimit(resource.RLIMIT_CPU, (1, 5))
    result = sidyn("run", SLOW, "--out", OUT, preexec_fn=limit)
    same((result.returncode, result.stderr), (-signal.SIGXCPU, b""), "status and stderr")
    unchanged()

# ---- threads and memory ----

MANY = write("many.json", experiment(RATIO, steps=3))
EXPECTED = output("run", MANY, "--trajectories", "0:3000")
with case("1024 threads, little address space: fewer threads, the same bytes"):
    result = sidyn("run", MANY, "--trajectories", "0:3000", "--jobs", 1024, "--out", OUT,
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (300 << 20,) * 2))
    same((result.returncode, result.stderr), (0, b""), "status and stderr")
    same(read(OUT), EXPECTED, "output")
    write(OUT, OLD)
    unchanged()

LARGE = write("large.json", experiment(
    RATIO, problem={"kind": "quadratic_noisy", "dim": 20000, "spectrum": [1] * 20000},
    start={"kind": "gaussian", "scale": 1}, steps=2, observables=["norm2", "loss"]))
WIDE = write("wide.json", experiment(
    RATIO, problem={"kind": "quadratic_noisy", "dim": 1000, "spectrum": [1] * 1000},
    start={"kind": "gaussian", "scale": 1}, steps=40, checkpoints={"every": 1},
    observables=["x"]))
JOBS = {
    "run": ["run", LARGE, "--trajectories", "0:300", "--jobs", 2],
    "run --statistics": ["run", WIDE, "--trajectories", "0:200", "--jobs", 2, "--statistics"],
    "verify": ["verify", "--filter", "il5.without-decay", "--jobs", 1],
}
LIMITS = (50, 80, 120, 200, 300, 500, 800, 1200, 2000)
for name, arguments in JOBS.items():
    ends = set()
    place = ["--json" if arguments[0] == "verify" else "--out", OUT]
    # No quick check needs 50 MB: less than the most hungry of them does.
    for megabytes in (8, 10, 12, 14, 16, 20) * (name == "verify") + LIMITS:
        with case(f"{name} in {megabytes} MB: whole, or exit 2 with one line"):
            result = sidyn(*arguments, *place, timeout=120, preexec_fn=lambda:
                           resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20,) * 2))
            ends.add(result.returncode)
            if result.returncode == 0:
                holds(read(OUT) != OLD, "no output")
                write(OUT, OLD)
            elif result.returncode != 127 or megabytes > 80:  # 127: no room for the C library
                same((result.returncode, result.stderr.count(b"\n")), (2, 1),
                     f"end {result.stderr}")
                holds(b"memory" in result.stderr, f"message {result.stderr}")
            unchanged()
    with case(f"{name}: some of these limits were met and some were not"):
        holds({0, 2} <= ends, f"ends {ends}")

# ---- the place of the output ----

with case("a link is followed, and stays one"):
    target = write(os.path.join(FOLDER, "target.csv"), OLD)
    link = os.path.join(FOLDER, "link.csv")
    os.symlink("target.csv", link)
    output("run", GOOD, "--out", link)
    holds(os.path.islink(link), "the link is gone")
    same(read(target), WHOLE, "what the link leads to")
with case("a link to a file that is not there yet makes that file"):
    os.unlink(target)
    output("run", GOOD, "--out", link)
    holds(os.path.islink(link), "the link is gone")
    same(read(target), WHOLE, "what the link leads to")
    os.unlink(target)
with case("a chain of links, one of them through another folder"):
    os.makedirs(path_of("elsewhere"))
    os.symlink(os.path.join(path_of("elsewhere"), "second.csv"), os.path.join(FOLDER, "first.csv"))
    os.symlink("third.csv", os.path.join(path_of("elsewhere"), "second.csv"))
    output("run", GOOD, "--out", os.path.join(FOLDER, "first.csv"))
    same(sorted(os.listdir(path_of("elsewhere"))), ["second.csv", "third.csv"], "files")
    same(read(os.path.join(path_of("elsewhere"), "third.csv")), WHOLE, "the last file")
    os.unlink(os.path.join(FOLDER, "first.csv"))
with case("links in a circle are refused"):
    os.unlink(link)
    os.symlink("link.csv", link)
    refused(sidyn("run", GOOD, "--out", link), "link.csv: cannot write: Too many levels of")
    os.unlink(link)
for mode in (0o600, 0o640, 0o444, 0o664):
    with case(f"a file of mode {mode:o} keeps it"):
        os.chmod(OUT, mode)
        output("run", GOOD, "--out", OUT)
        same((stat.S_IMODE(os.stat(OUT).st_mode), read(OUT)), (mode, WHOLE), "mode and content")
        os.chmod(OUT, 0o644)
        write(OUT, OLD)
unchanged()
finish()

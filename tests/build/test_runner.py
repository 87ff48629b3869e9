"""The runner of all tests, tests/run.py: what counts as failed, the sum, the exit status."""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from common import ROOT, case, finish, same, write

GOOD = "echo 1..2; echo 'ok 1 - a'; echo 'ok 2 - b'"
# What a test prints and how it ends; the sum that must come.
TESTS = {
    "all pass": (GOOD, "2 passed, 0 failed", 0),
    "one fails": ("echo 1..2; echo 'ok 1'; echo 'not ok 2'; exit 1", "1 passed, 1 failed", 1),
    "one fails, but the status says nothing": ("echo 1..1; echo 'not ok 1'", "0 passed, 1 failed",
                                               1),
    "a status without a failure": (GOOD + "; exit 3", "2 passed, 1 failed", 1),
    "killed": (GOOD + "; kill -9 $$", "2 passed, 1 failed", 1),
    "fewer than planned": ("echo 1..3; echo 'ok 1'; echo 'ok 2'", "2 passed, 1 failed", 1),
    "more than planned": ("echo 1..1; echo 'ok 1'; echo 'ok 2'", "2 passed, 1 failed", 1),
    "no plan": ("echo 'ok 1'", "1 passed, 1 failed", 1),
    "nothing": ("true", "0 passed, 1 failed", 1),
    "a skip": ("echo 1..1; echo 'ok 1 - a # SKIP no reason'", "1 passed, 1 failed", 1),
}


def run(*files, jobs=1):
    command = [sys.executable, "-B", os.path.join(ROOT, "tests/run.py"), "--jobs", str(jobs),
               *files]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.splitlines()[-1], result.returncode


for number, (name, (text, total, status)) in enumerate(TESTS.items()):
    with case(name):
        same(run(write(f"{number}.sh", text + "\n")), (total, status), "sum and status")
with case("a file that is missing"):
    same(run("none/such.sh"), ("0 passed, 1 failed", 1), "sum and status")
with case("no test at all"):
    same(run(), ("0 passed, 1 failed", 1), "sum and status")
with case("a test that runs nothing is seen beside one that passes"):
    same(run(write("a.sh", GOOD + "\n"), write("b.sh", "true\n")), ("2 passed, 1 failed", 1), "sum")
with case("several at a time: one sum"):
    files = [write(f"good{i}.sh", GOOD + "\n") for i in range(5)] + [write("bad.sh", "exit 1\n")]
    same(run(*files, jobs=3), ("10 passed, 1 failed", 1), "sum and status")

finish()

"""The gallery of mistakes: each is found, and named by its id and no other, at the lowest level
that can see it; a right command is told no mistake."""

import concurrent.futures
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from common import case, command, finish, holds, output, same

PYTHON = os.environ.get("PYTHON", sys.executable)
GALLERY = [PYTHON, "-B", os.path.join(HERE, "gallery.py")]
# What shows only in ensembles (with random numbers of the command's own), or in whole runs.
LAWS = {"seed.same", "seed.ignored", "start.same", "start.variance", "samples.without-replacement"}
RUNS = {"schedule.steps"}
# Seen at the lowest level, and once more by a command that can only be run.
AGAIN = ["decay.not-lr", "svag.root-l", "noise.root-lr"]
# The request that shows a mistake of numbers first; else the step.
FIRST = {"normals": "normals_from_raws", "schedule": "schedule", "sharpness": "sharpness",
         "bn": "loss", "norm": "loss", "gradient": "gradient"}
NOISE = {"noise.ambient", "noise.norm-squared", "noise.times-samples"}
LEAST = 32


def judged(fault, laws=False):
    """The level, and the output of the kit."""
    options = []
    if laws or fault in LAWS:
        level, only, options = "laws", "laws.*", ["--level", "laws"]
    elif fault in RUNS:
        level, only = "bits", "bits.run.*"
    else:
        what = "noise" if fault in NOISE else FIRST.get(fault.split(".")[0], "step")
        level, only = "numbers", f"numbers.{what}.*"
    done = subprocess.run(
        command("conform", *options, "--only", only, "--", *GALLERY, fault, level),
        capture_output=True, check=False, timeout=500, text=True)
    return level, done


def main():
    faults = subprocess.run([*GALLERY, "--list"], capture_output=True, check=True,
                            text=True).stdout.split()
    known = {line.split()[0] for line in output("conform", "--mistakes").decode().splitlines()}
    with case(f"at least {LEAST} mistakes, no two alike"):
        holds(len(set(faults)) == len(faults) >= LEAST, len(faults))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        tried = faults + AGAIN
        laws = [False] * len(faults) + [True] * len(AGAIN)
        for fault, (level, done) in zip(tried, pool.map(judged, tried, laws)):
            with case(f"{level}: {fault}"):
                same(done.returncode, 1, f"status ({done.stderr[-300:]})")
                named = re.findall(r"(?m)^mistake: ([a-z0-9.-]+):? ", done.stdout)
                same(sorted(set(named)), [fault], "named")
                if "numbers.step." in done.stdout:
                    holds(re.search(r"(?m)^first wrong part of numbers\.step\.", done.stdout),
                          "no first wrong part")
                holds(fault in known, "not in the list of --mistakes")
    with case("a right command has no mistake"):
        done = subprocess.run(command("conform", "--only", "numbers.step.*", "--", *GALLERY, "none",
                                      "numbers"), capture_output=True, check=False, text=True)
        same(done.returncode, 0, done.stdout[-400:])
        holds("mistake" not in done.stdout, done.stdout)
    finish()


main()

"""The gallery of mistakes: each is found, and named by its id and no other, at the lowest level
that can see it; a right command is told no mistake."""

import concurrent.futures
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from naming import GALLERY, judged, named

from common import case, finish, holds, output, same

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


def tried(fault, laws=False):
    """The level, and the output of the kit."""
    options = []
    if laws or fault in LAWS:
        level, only, options = "laws", "laws.*", ["--level", "laws"]
    elif fault in RUNS:
        level, only = "bits", "bits.run.*"
    else:
        what = "noise" if fault in NOISE else FIRST.get(fault.split(".")[0], "step")
        level, only = "numbers", f"numbers.{what}.*"
    return level, judged([*GALLERY, fault, level], *options, "--only", only)


def main():
    faults = subprocess.run([*GALLERY, "--list"], capture_output=True, check=True,
                            text=True).stdout.split()
    known = {line.split()[0] for line in output("conform", "--mistakes").decode().splitlines()}
    with case(f"at least {LEAST} mistakes, no two alike"):
        holds(len(set(faults)) == len(faults) >= LEAST, len(faults))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        all_of_them = faults + AGAIN
        laws = [False] * len(faults) + [True] * len(AGAIN)
        for fault, (level, done) in zip(all_of_them, pool.map(tried, all_of_them, laws)):
            with case(f"{level}: {fault}"):
                same(done.returncode, 1, f"status ({done.stderr[-300:]})")
                same(named(done.stdout), [fault], "named")
                if "numbers.step." in done.stdout:
                    holds(re.search(r"(?m)^first wrong part of numbers\.step\.", done.stdout),
                          "no first wrong part")
                holds(fault in known, "not in the list of --mistakes")
    with case("a right command has no mistake"):
        done = judged([*GALLERY, "none", "numbers"], "--only", "numbers.step.*")
        same(done.returncode, 0, done.stdout[-400:])
        holds("mistake" not in done.stdout, done.stdout)
    finish()


main()

"""What the tests of the level laws share: runs of the kit, p-values, and the smallest faults that
docs/conform.md states."""
import fnmatch
import json
import math
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from common import BUILD, TMP, case, command, finish, holds, read, same, sidyn

FOREIGN = [os.path.join(BUILD, "adapters/c"), "--generator", "foreign"]
MOMENTS = [sys.executable, "-B", os.path.join(HERE, "faulty_moments.py")]

# The smallest faults: the words by which messages name them, and the cases that may see them.
SMALLEST = {
    "lr=1.05": ("in lr", "laws.*"), "wd=1.05": ("in wd", "laws.[mnas]*"),
    "sigma=1.05": ("in sigma", "laws.[cnrs]*"), "batch=1.05": ("in the batch", "laws.[cnr]*"),
    "beta=1.05": ("in beta", "laws.mean.*.beta"), "third=0.9": ("in the moment", "laws.third.*"),
    "size=1.05": ("in the size of the start", "laws.start.*.size"),
    "shift=1": ("of a standard deviation in the mean", "laws.start.*.shift"),
    "radial=1": ("of the variance along x", "laws.tangential.*"),
    "coordinates=1": ("of correlation", "laws.independence.coordinates.1")}


def laws(tested, *options, level=True):
    """The cases of a report by their ids, in order; and the table."""
    report = tempfile.mkstemp(dir=TMP)[1]
    if level:
        options = ("--level", "laws", *options)
    result = sidyn("conform", *options, "--json", report, "--", *tested, timeout=3600)
    text = result.stdout.decode()
    holds(result.returncode in (0, 1) and text.endswith("failed\n"),
          f"status {result.returncode}: {text[-300:]} {result.stderr.decode()[-300:]}")
    cases = json.loads(read(report))["cases"]
    return {case["id"]: case for case in cases}, text


def moments(*faults):
    return [*MOMENTS, *faults]


def red(cases):
    return [name for name, case in cases.items() if case["verdict"] in ("fail", "inconclusive")]


def probabilities(cases):
    """The p-values of the tests that have something random in them and a continuous law."""
    return {name: math.erfc(case["distance"] / math.sqrt(2.0)) for name, case in cases.items()
            if case["distance"] > 0.0 and not name.endswith(".tail")}


def sees(cases, fault):
    """The tests that state that they see the smallest fault of this name."""
    words, pattern = SMALLEST[fault]
    stated = re.compile(f"see.* {re.escape(words)}(,|$)")
    return [name for name, case in cases.items()
            if fnmatch.fnmatch(name, pattern) and stated.search(case.get("message", ""))]


def serve():
    return command("conform", "--serve")

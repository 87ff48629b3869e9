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


# Of each sort of fault: the cases of which every one must be red.
RED = {
    "lr=1.05": "laws.mean.quadratic_noisy.gaussian.sgd.lr",
    "lr=0.95": "laws.norm.rayleigh.gaussian.sgd.equilibrium",
    "wd=1.05": "laws.angle.noise_only.gaussian.sgd.equilibrium",
    "wd=0.95": "laws.mean.rayleigh.gaussian.sgd.wd.small",
    "sigma=1.05": "laws.covariance.rayleigh.gaussian.sgd.small",
    "sigma=0.95": "laws.risk.quadratic_noisy.gaussian.sgd.equilibrium",
    "batch=1.05": "laws.covariance.poisson.poisson.sgd",
    "beta=1.05": "laws.mean.rayleigh.gaussian.momentum.beta",
    "third=0.9": "laws.third.poisson.poisson.svag.2",
    "size=1.05": "laws.start.gaussian.size",
    "shift=1": "laws.start.sphere.shift",
    "moment=1": "laws.start.uniform.moment",
    "l=1": "laws.covariance.rayleigh.gaussian.svag",
    "svag_lr=1": "laws.svag.noise_only.gaussian.svag.4",
    "substeps=1": "laws.sde.quadratic_noisy.gaussian.sde.4",
    "order=1": "laws.mean.rayleigh.gaussian.sde2.order",
    "gaussian=1": "laws.fourth.rayleigh.rademacher.sgd",
    "sampled=1": "laws.third.quadratic_samples.samples.noisy_gd.third",
    "radial=1": "laws.tangential.rayleigh.gaussian.sgd.small",
    "same=1": "laws.independence.[dt][ir][fa]*",  # different, trajectories
    "seedless=1": "laws.independence.seeds.other",
    "shifted=1": "laws.independence.seeds.next.below",
    "coordinates=1": "laws.independence.coordinates.1",
    "steps=1": "laws.independence.steps.[12]",
    "twins=1": "laws.independence.trajectories.1",
    "start=1": "laws.independence.start",
    "tail=1": "laws.normals.start.tail",
    "single=1": "laws.normals.noise.repeated",
    "restless=1": "laws.repeat.*",
}


def laws(tested, *options, level=True):
    """The cases of a report by their ids, in order; and the table."""
    report = tempfile.mkstemp(dir=TMP)[1]
    if level:
        options = ("--level", "laws", *options)
    result = sidyn("conform", "--verdict-only", *options, "--json", report, "--", *tested,
                   timeout=3600)
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


def turns_red(faults):
    """A test for each of these faults."""
    for fault in faults:
        with case(f"{fault} turns {RED[fault]} red"):
            cases, _ = laws(moments(fault), "--only", RED[fault])
            same((red(cases), len(cases) > 0), (list(cases), True))

"""The mistakes that the kit names, each from one wrong case: those of the gallery that need no long
ensembles (long_gallery.py has them all), by the request that shows them first and, where that is
not claimed, by the next; the first wrong step and part; what is said where nothing is known."""
import concurrent.futures
import json
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from distances import variant
from naming import GALLERY, judged, named

from common import case, finish, holds, path_of, same

# The mistake, the case that shows it, and what the command does not claim.
MISTAKES = [
    ("normals.u-zero", "normals_from_raws.edges"),
    ("schedule.cosine-rises", "schedule.*"), ("schedule.unused", "schedule.*"),
    ("sharpness.absolute", "sharpness.*"),
    ("bn.sample-variance", "loss.bn_regression.*"), ("norm.eps", "loss.rayleigh.*"),
    ("bn.sample-variance", "gradient.bn_regression.*", "loss"),
    ("bn.running", "gradient.bn_completion.*", "loss"),
    ("norm.eps", "gradient.normalised_linear.*", "loss"),
    ("gradient.norm", "gradient.rayleigh.*"), ("gradient.doubled", "gradient.rayleigh.*"),
    ("noise.ambient", "noise.rayleigh.*"), ("noise.norm-squared", "noise.rayleigh.*"),
    ("noise.norm-squared", "step.rayleigh.gaussian.sde.*", "noise"),
    ("batch.sum", "step.quadratic_samples.samples.sgd.0"),
    ("decay.not-lr", "step.rayleigh.*.sgd.0"), ("decay.after-step", "step.rayleigh.*.sgd.0"),
    ("noise.root-lr", "step.rayleigh.*.sde.0"), ("noise.frozen", "step.rayleigh.*.sde.*"),
    ("sde.stratonovich", "step.rayleigh.*.sde.*"), ("sde2.half", "step.rayleigh.*.sde2.0"),
    ("svag.root-l", "step.rayleigh.*.svag.0"), ("svag.one-draw", "step.rayleigh.*.svag.0"),
    ("momentum.nesterov", "step.rayleigh.*.momentum.0"),
    ("adam.l2", "step.rayleigh.*.adamw.*"), ("adam.eps-early", "step.rayleigh.*.adamw.*"),
]
# Ensembles that take no more than seconds, and the law that turns red.
ENSEMBLES = [("seed.same", "independence.different"), ("seed.ignored", "independence.different"),
             ("start.same", "start.gaussian.shift"), ("start.variance", "start.gaussian.size")]
# Runs, in which the first wrong step is looked for: the part of it, or what stands around steps.
STEP = r"first wrong step: step 0 of {0}: state\.x\[\d+\]: .*\nfirst wrong part of step 0 of {0}: "
RUNS = [
    ("svag.root-l", "svag.0", STEP + "the update; right: loss, gradient, noise"),
    ("noise.ambient", "sgd.0", STEP + r"noise: values\[0\]: "),
    ("gradient.doubled", "gd.0", STEP + r"gradient: values\[0\]: "),
    ("schedule.unused", "gd.*",
     r"first wrong in {0}: the schedule at effective step [1-9]\d*: lr: "),
    ("seed.ignored", "sgd.0", r"first wrong in {0}: the stream of its noise: raws\[0\]: "),
    ("schedule.steps", "svag.0",
     r"{0}: each of its first \d+ steps is right when it is asked alone; look at the start"),
]
PART = r"first wrong part of numbers\.step\.\S+: "
# Faults that no formula of the kit is like: the case, the first wrong part, what is said.
UNKNOWN = {
    "hessian-symmetric": ("step.*.sde2.0", PART + r"hessian_vector: values\[\d+\]: ",
                          "mistake: none that is known fits the answers to step ("),
    "decay-1e-3": ("step.*.sgd.0", PART + "the update; right: loss, gradient",
                   "; measured: decay is 1.001 lr^0 wd^0 |x|^0 times what is right; gradient is 1 "
                   "lr^0 wd^0 |x|^0 times what is right; noise is 1 lr^0 "),
    "noise-1e-3": ("step.rayleigh.gaussian.sgd.0", PART + r"noise: values\[\d+\]: ",
                   "mistake: none that is known fits the answers to noise ("),
}


def shows(fault, only, *without):
    return judged([*GALLERY, fault, "numbers", *without], "--only", f"numbers.{only}")


def draws(fault, law):
    return judged([*GALLERY, fault, "laws"], "--level", "laws", "--only", f"laws.{law}")


def runs(fault, only, _):
    return judged([*GALLERY, fault, "bits"], "--only", f"bits.run.*.{only}")


def unknown(fault, precision):
    return judged(variant(precision, fault=fault), "--only", f"numbers.{UNKNOWN[fault][0]}")


def main():
    unknown_in = [(fault, precision) for fault in UNKNOWN for precision in ("binary64", "binary32")
                  if (fault, precision) != ("decay-1e-3", "binary32")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        known = [(row, pool.submit(how, *row))
                 for how, rows in ((shows, MISTAKES), (draws, ENSEMBLES)) for row in rows]
        walks = [(row, pool.submit(runs, *row)) for row in RUNS]
        others = [(row, pool.submit(unknown, *row)) for row in unknown_in]
        for (fault, only, *without), task in known:
            with case(f"{fault}, by {only}" + "".join(f" without {what}" for what in without)):
                same(task.result().returncode, 1, f"status ({task.result().stderr[-300:]})")
                same(named(task.result().stdout), [fault], "named")
        for (fault, only, pattern), task in walks:
            with case(f"{fault} in runs of {only}: {pattern.split('{0}')[-1]}"):
                text = task.result().stdout
                first = re.search(r"(?m)^FAIL (bits\.run\.\S+): ", text)[1]
                holds(re.search("(?m)^" + pattern.format(re.escape(first)), text), text[-900:])
                same(named(text), [fault], "named")
        for (fault, precision), task in others:
            with case(f"{fault}, {precision}: the first wrong part, and no mistake by name"):
                text = task.result().stdout
                same((task.result().returncode, named(text)), (1, ["none"]), "status, named")
                same(len(re.findall("(?m)^mistake: ", text)), 1, "remarks")
                holds(re.search("(?m)^" + UNKNOWN[fault][1], text), text[-900:])
                holds(UNKNOWN[fault][2] in text, text[-900:])
    with case("an eps under a root is named in binary32 too, from points near the origin"):
        done = judged(variant("binary32", fault="variance-eps"), "--only", "numbers.loss.bn_*")
        holds("bn.eps" in named(done.stdout), done.stdout[-600:])
    with case("the Hessian-vector product that is asked of a wrong step is the one that it takes"):
        log = path_of("transcript")
        judged(variant("binary64", fault="hessian-symmetric"), "--transcript", log,
               "--only", "numbers.step.quadratic_noisy.gaussian.sde2.0")
        with open(log, encoding="utf-8") as file:
            asked = [json.loads(line[3:]) for line in file if line.startswith("-> ")]
        step = next(q for q in asked if q["do"] == "step")
        product = next(q for q in asked if q["do"] == "hessian_vector")
        same(product["x"], step["state"]["x"], "x")
        b = [(a + step["wd"]) * x for a, x in zip(step["problem"]["spectrum"], product["x"])]
        holds(step["wd"] and max(abs(v - w) for v, w in zip(product["v"], b, strict=True)) < 1e-14,
              f"{product['v']} instead of {b}")
    with case("what is wrong by rounding alone is said to be"):
        done = judged(variant("binary64"), "--level", "bits", "--only",
                      "bits.step.rayleigh.none.gd.0")
        same((done.returncode, named(done.stdout)), (1, []), "status, named")
        holds("\nwhat was asked again is right but for rounding\n" in done.stdout, done.stdout)
    with case("a right command has no mistake"):
        done = judged([*GALLERY, "none", "numbers"], "--only", "numbers.step.rayleigh.*")
        same(done.returncode, 0, done.stdout[-400:])
        holds("mistake" not in done.stdout, done.stdout)
    finish()


main()

"""sidyn conform --level laws: right commands pass, each sort of fault turns the law red that is to
see it, and what a report says. The deep test repeats this for many seeds."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from laws import case, finish, holds, laws, moments, red, same, sees, serve, turns_red

# Of RED, enough for each sort of law; the deep test has the others.
TESTED = ("lr=1.05", "wd=1.05", "sigma=1.05", "third=0.9", "size=1.05", "order=1", "gaussian=1",
          "radial=1", "same=1", "shifted=1", "coordinates=1", "single=1", "restless=1")

with case("the reference's own answers pass"):
    cases, _ = laws(serve(), "--only", "laws.*.rayleigh.gaussian.sgd.*")
    same((red(cases), len(cases)), ([], 10))

with case("a right command passes the quick selection, which judges every sort of law"):
    cases, text = laws(moments(), level=False)
    judged = {name: c for name, c in cases.items() if c["verdict"] != "unsupported"}
    same(red(judged), [])
    same({name.split(".")[1] for name in judged if name.startswith("laws.")},
         {"mean", "covariance", "tangential", "fourth", "third", "norm", "angle", "risk", "svag",
          "sde", "start", "independence", "repeat"})

with case("its report has what was measured, and the smallest faults that were seen"):
    message = cases["laws.covariance.rayleigh.gaussian.sgd.small"]["message"]
    for words in ("measured 0.", "expected 0.", " z ", " p ", "fails below", "1024 trajectories"):
        holds(words in message, f"{words!r} is not in {message!r}")
    for fault in ("lr=1.05", "sigma=1.05"):
        holds("laws.covariance.rayleigh.gaussian.sgd.small" in sees(cases, fault), message)

with case("the same seed gives the same report, another seed another"):
    pattern = ("--only", "laws.*.noise_only.sphere.*")
    first, again = (laws(moments(), *pattern)[0] for _ in range(2))
    other, _ = laws(moments(), *pattern, "--seed", 5)
    same(first, again)
    holds(first != other and first.keys() == other.keys(), "another seed changes nothing")

turns_red(TESTED)

with case("an early end and a number that is none fail with one line each"):
    for fault, words in (("ends=1", "trajectory 999 ended at step 0 of 1"),
                         ("nan=1", "trajectory 999 has a number that is not finite")):
        cases, _ = laws(moments(fault), "--only", "laws.*.rayleigh.sphere.sgd*")
        same(len(cases), 4)
        for failed in cases.values():
            same(failed["verdict"], "fail")
            holds(words in failed["message"], failed["message"])

with case("what a command does not claim is unsupported, column by column"):
    cases, _ = laws(moments("modest=1"))
    verdicts = {name: c["verdict"] for name, c in cases.items()}
    same(verdicts["laws.norm.rayleigh.gaussian.sgd.equilibrium"], "pass")
    for name in ("laws.angle.rayleigh.gaussian.sgd.equilibrium", "laws.start.gaussian.size",
                 "laws.mean.quadratic_noisy.gaussian.sgd.lr", "laws.mean.rayleigh.gaussian.svag.lr",
                 "laws.independence.start"):
        same(verdicts[name], "unsupported", name)
    same(red(cases), [])

finish()

"""Numbers of a precision for variants.py, sums in some order, and the options."""
import argparse

import numpy as np

FAULTS = {
    "lr-half-precision": "lr is rounded to binary16",
    "decay-1e-3": "the weight decay is larger by a thousandth",
    "noise-1e-3": "the noise is larger by a thousandth",
    "second-term-1e-3": "a gradient's part along x is larger by a thousandth",
    "norm-eps": "1e-5 is added under the root of |x|",
    "variance-eps": "1e-5 is added to the variance of batch normalisation",
    "variance-n-1": "the variance of batch normalisation is divided by n - 1",
    "no-batch-mean": "the gradients of a batch are added up, not averaged",
    "noise-norm-squared": "the noise is divided by |x|^2",
    "svag-root": "sqrt(l) for sqrt(2 l - 1)",
    "svag-lr": "the lr of SVAG is not divided by l",
    "noise-not-tangential": "the noise is not projected",
    "adam-eps-inside": "eps stands under the root",
    "adam-no-correction": "the first moment is not corrected",
    "decay-after": "the decay comes after the step",
    "sde2-half": "lr for lr/2 in the second order of the SDE",
    "sde-substeps": "the noise of a substep is divided by m, not by its root",
    "sharpness-size": "the eigenvalue of the largest size",
    "cosine-rises": "the cosine rises again after its period",
    "hessian-symmetric": "a Hessian without its last term",
    "normals-sine": "u1 = U for 1 - U",
    "trace-p": "p for p - 1 in the noise trace",
    "step-refused": "every step is refused",
    "run-short": "the last row of a run is missing",
}

parser = argparse.ArgumentParser()
parser.add_argument("--precision", default="binary64", choices=["binary32", "binary64"])
parser.add_argument("--form", default="reversed", choices=["reversed", "derivative", "extended"])
parser.add_argument("--fault", default="", choices=["", *FAULTS])
OPTIONS = parser.parse_args()
LEVEL = 2 * (OPTIONS.form == "extended") + 2 * (OPTIONS.precision == "binary64")
REAL = {0: np.float32, 2: np.float64, 4: np.longdouble}[LEVEL]
STEP = REAL(2.0**-60)  # of a complex step: its square is lost, its product with a number is not
np.seterr(all="ignore")


def fault(name):
    assert name in FAULTS
    return OPTIONS.fault == name


def real(value):
    """A number of the precision; text is a bit pattern."""
    if isinstance(value, str):
        return REAL(np.frombuffer(bytes.fromhex(value), ">f8")[0])
    return REAL(value)


def reals(values):
    return np.array([reals(v) if isinstance(v, list) else real(v) for v in values], dtype=REAL)


def add(terms):
    """The sum over the first axis."""
    if OPTIONS.form != "reversed":
        return np.sum(terms, axis=0)
    total = terms[:1].sum(axis=0) * 0
    for term in terms[::-1]:
        total = total + term
    return total


def dot(a, b):
    return add(a * b)


def length(x):
    return np.sqrt(dot(x, x) + REAL(1e-5 if fault("norm-eps") else 0))


def tangential(u, y):
    """u without its part along the unit vector y."""
    excess = REAL(1.001 if fault("second-term-1e-3") else 1)
    return u - excess * dot(y, u) * y

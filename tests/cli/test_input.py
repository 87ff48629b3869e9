"""Experiments that sidyn must refuse, with file, line and field, and those that it must take;
both against the schema."""

import sys

sys.dont_write_bytecode = True
import json
import os
import re

from common import (BASES, FAMILY, RATIO, RAYLEIGH, case, experiment, finish, holds, output,
                    path_of, refused, same, sidyn, spec_example, validator, write)

DELETE = object()
NAN, INF, MINUS_INF = "7ff8000000000000", "7ff0000000000000", "fff0000000000000"
DRAWN = "none gaussian rademacher sphere"
ZERO, MINUS_ONE = "0" * 16, "bff0000000000000"
SCHEMA = validator("experiment.schema.json")
ONLY_TEST = "allowed only for bn_completion with a matrix and network with test samples"


def steps_of(path):
    """problem.a[2].x -> problem, a, 2, x"""
    return [int(word) if word.isdigit() else word for word in re.findall(r"[^.\[\]]+", path)]


def changed(base, path, value):
    """A copy of an experiment with another value at a path."""
    document = experiment(BASES[base])
    *parents, last = steps_of(path)
    at = document
    for step in parents:
        at = at[step]
    if value is DELETE:
        del at[last]
    else:
        at[last] = value
    return document


def dump(value, path="", line=1, lines=None):
    """JSON text with one value a line, and the line of every path."""
    lines = {} if lines is None else lines
    lines[path] = line
    if not isinstance(value, (dict, list)) or not value:
        return json.dumps(value), line, lines
    parts = []
    for key in value if isinstance(value, dict) else range(len(value)):
        name = f"{path}{'.' if path else ''}{key}" if isinstance(value, dict) else f"{path}[{key}]"
        text, line, _ = dump(value[key], name, line + 1, lines)
        parts.append("\n" + (json.dumps(key) + ": " if isinstance(value, dict) else "") + text)
    brackets = "{}" if isinstance(value, dict) else "[]"
    return brackets[0] + ",".join(parts) + "\n" + brackets[1], line + 1, lines


# base, path, value there, part of the message. The message names the path, and the line of the
# value there or, where it is missing, of its parent. A fifth entry is the path where that is
# another one, a sixth sets other fields.
STRUCTURE = [
    # the schema refuses these too
    *[("family", f"{place}extra", 1, "unknown field") for place in
      ("", "problem.", "dynamics.", "schedule.", "schedule.segments[1].", "start.")],
    ("rayleigh", "problem.noise.extra", 1, "unknown field"),
    ("linear", "checkpoints.extra", 1, "unknown field"),
    ("rayleigh", "problem.Dim", 3, "unknown field"),
    ("ratio", "dynamics.batch", 1, "unknown field; allowed: kind"),
    ("linear", "dynamics.l", 1, "unknown field; allowed: kind batch"),
    ("rayleigh", "problem.labels", [1], "unknown field; allowed: kind dim spectrum matrix noise"),
    ("rayleigh", "schema", "sidyn-experiment-2", "allowed: sidyn-experiment-1"),
    ("rayleigh", "problem.kind", "resnet", '"resnet"; allowed: rayleigh normalised_linear'),
    ("rayleigh", "problem.kind", "rayleigh noise_only", "allowed: rayleigh"),
    ("rayleigh", "problem.kind", "", '""; allowed: rayleigh'),
    ("rayleigh", "problem.noise.kind", "laplace", "allowed: none gaussian"),
    ("rayleigh", "dynamics.kind", "adam", "allowed: gd sgd"),
    ("rayleigh", "schedule.kind", "step", "allowed: constant"),
    ("rayleigh", "start.kind", "zero", "allowed: point"),
    ("rayleigh", "observables[1]", "precision", "allowed: norm2 loss"),
    *[("rayleigh", path, DELETE, "missing; allowed: ") for path in
      ("schema", "problem", "dynamics", "schedule", "start", "seed", "steps", "plane",
       "problem.kind", "problem.dim", "problem.noise.kind", "problem.noise.sigma", "dynamics.kind",
       "dynamics.l", "schedule.kind", "schedule.lr", "start.kind", "start.x")],
    ("rayleigh", "problem.spectrum", DELETE, "exactly one of spectrum and matrix"),
    *[("linear", path, DELETE, "missing; allowed: ") for path in
      ("problem.features", "problem.labels", "schedule.period", "start.radius")],
    ("linear", "checkpoints", {}, "missing; allowed: an integer", "checkpoints.every"),
    *[("family", path, DELETE, "missing; allowed: ") for path in
      ("problem.a", "problem.b", "dynamics.substeps", "schedule.segments",
       "schedule.segments[1].start", "schedule.segments[1].lr", "start.scale")],
    ("noisy", "schedule.factor", DELETE, "missing; allowed: a finite number > 0"),
    ("noisy", "problem.spectrum", DELETE, "missing; allowed: dim numbers"),
    ("drift", "problem.noise", DELETE, "missing; allowed: an object"),
    *[("rayleigh", path, value, "not an object; allowed: ")
      for path in ("problem", "problem.noise", "dynamics", "schedule", "start")
      for value in (None, [], "x", 1, True)],
    *[("rayleigh", path, value, "not a list; allowed: ")
      for path in ("problem.spectrum", "start.x", "observables", "plane")
      for value in (None, {}, 3, "norm2")],
    *[("rayleigh", path, value, "not a finite number; allowed: ")
      for path in ("problem.spectrum[1]", "schedule.lr", "start.x[0]", "plane[1][2]")
      for value in (None, True, [], {}, "0.1", "7ff", "\x13" * 16, "\x01", "\x015")],
    *[("rayleigh", path, value, "not an integer; allowed: an integer from")
      for path in ("seed", "steps", "problem.dim", "dynamics.l")
      for value in (None, True, [], 1.5, -1, "", "-1", "+1", " 1", "1e3", "0x10", "abc", "\x015")],
    *[("rayleigh", path, "3", "not an integer; allowed: an integer from")
      for path in ("problem.dim", "dynamics.l")],
    ("rayleigh", "checkpoints", 5, "not a list"),
    ("rayleigh", "checkpoints[1]", 1.5, "not an integer"),
    ("rayleigh", "observables[0]", 1, "not a string; allowed: norm2"),
    ("rayleigh", "problem.kind", 3, "not a string; allowed: rayleigh"),
    ("rayleigh", "problem.dim", 0, "allowed: an integer from 2 to 65536"),
    ("rayleigh", "problem.dim", 1, "allowed: an integer from 2 to 65536"),
    ("rayleigh", "problem.dim", 65537, "allowed: an integer from 2 to 65536"),
    ("rayleigh", "problem.dim", 10**30, "allowed: an integer from 2 to 65536"),
    ("family", "problem.dim", 0, "allowed: an integer from 1 to 65536"),
    ("ratio", "problem.dim", 3, "allowed: an integer from 2 to 2"),
    ("rayleigh", "dynamics.l", 0, "allowed: an integer from 1 to 16777216"),
    ("rayleigh", "dynamics.l", 2**24 + 1, "allowed: an integer from 1 to 16777216"),
    ("family", "dynamics.substeps", 0, "allowed: an integer from 1 to 16777216"),
    ("linear", "dynamics.batch", 0, "allowed: an integer from 1 to 16777216"),
    ("rayleigh", "seed", 2**64, "allowed: an integer from 0 to 18446744073709551615"),
    ("rayleigh", "seed", -2**64, "allowed: an integer from 0 to 18446744073709551615"),
    ("rayleigh", "seed", "1" * 21, "allowed: an integer from 0 to 18446744073709551615"),
    ("rayleigh", "steps", 2**53 + 1, "allowed: an integer from 0 to 9007199254740992"),
    ("linear", "checkpoints.every", 0, "allowed: an integer from 1"),
    *[("rayleigh", path, value, "allowed: finite and >= 0")
      for path in ("schedule.lr", "schedule.wd", "problem.noise.sigma")
      for value in (-0.1, -5e-324, MINUS_ONE)],
    *[("rayleigh", path, MINUS_INF, "not a finite number")
      for path in ("schedule.lr", "schedule.wd", "problem.noise.sigma")],
    ("noisy", "problem.noise.scale[1]", -0.1, "allowed: finite and >= 0"),
    ("family", "problem.weights[0]", -0.25, "allowed: finite and >= 0"),
    ("linear", "schedule.lr_min", -0.1, "allowed: finite and >= 0"),
    *[("noisy", "schedule.factor", value, "allowed: finite and > 0")
      for value in (0, -1, ZERO, MINUS_ONE)],
    ("family", "schedule.segments[1].rescale", 0, "allowed: finite and > 0"),
    ("family", "start.scale", 0, "allowed: finite and > 0"),
    ("linear", "start.radius", -1, "allowed: finite and > 0"),
    ("rayleigh", "problem.matrix", [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
     "exactly one of spectrum and matrix", "problem.spectrum"),
    ("rayleigh", "problem.noise.scale", [1, 1, 1], "sigma or scale, not both"),
    ("drift", "problem.noise.scale", [1, 1, 1, 1], "not allowed with this kind of noise"),
    ("rayleigh", "problem.noise.kind", "none", "not allowed with this kind of noise",
     "problem.noise.sigma"),
    ("rayleigh", "problem.noise.kind", "samples", f'"samples"; allowed for rayleigh: {DRAWN}'),
    ("family", "problem.noise", {"kind": "gaussian", "sigma": 1},
     "allowed for quadratic_samples: none samples", "problem.noise.kind"),
    ("drift", "problem.noise", {"kind": "none"}, "allowed for noise_only: gaussian",
     "problem.noise.kind"),
    ("linear", "problem.features", [], "0 samples; allowed: 1 to 65536"),
    ("family", "schedule.segments", [], "0 segments; allowed: 1 to"),
    ("rayleigh", "problem.spectrum", [], "0 numbers; allowed: 3"),
    ("rayleigh", "plane", [[1, 0, 0]], "1 lists; allowed: 2"),
    ("linear", "plane", [[1, 0], [0, 1]], "allowed only with the observable plane_angle"),
    ("rayleigh", "checkpoints", [], "0 checkpoints; allowed: 1 to 1048576"),
    ("ratio", "observables", [], "0 observables; allowed: 1 to 64"),
    ("ratio", "observables", ["norm2"] * 65, "65 observables; allowed: 1 to 64"),
    ("linear", "schedule.period", 0, "allowed: an integer from 1 to 4503599627370496"),
    ("rayleigh", "checkpoints", [0, 10, 10], "10 after 10; allowed: strictly increasing",
     "checkpoints[2]"),
    # trough3, ridge3, bn_regression, bn_completion, poisson
    *[(base, path, DELETE, "missing; allowed: ") for base, path in
      (("regression", "problem.features"), ("regression", "problem.labels"),
       ("regression", "problem.dim"), ("completion", "problem.rows"),
       ("completion", "problem.cols"), ("completion", "problem.inner"),
       ("completion", "problem.entries"), ("completion", "problem.labels"),
       ("poisson", "problem.dim"), ("poisson", "problem.mean"),
       ("poisson", "problem.exp_minus_mean"), ("ridge", "start.scale"))],
    ("trough", "problem.dim", 2, "allowed: an integer from 3 to 3"),
    ("ridge", "problem.dim", 4, "allowed: an integer from 3 to 3"),
    ("trough", "problem.spectrum", [1, 2, 3], "unknown field; allowed: kind dim noise"),
    ("regression", "problem.weights", [1],
     "unknown field; allowed: kind dim features labels noise"),
    ("completion", "problem.features", [[1]],
     "unknown field; allowed: kind dim rows cols inner entries labels matrix noise"),
    ("poisson", "problem.sigma", 1, "unknown field; allowed: kind dim mean exp_minus_mean noise"),
    ("regression", "problem.dim", 1, "allowed: an integer from 2 to 65536"),
    ("regression", "problem.features", [], "0 samples; allowed: 1 to 65536"),
    *[("completion", path, value, "allowed: an integer from 1 to 65536")
      for path in ("problem.rows", "problem.cols", "problem.inner")
      for value in (0, -1, 65537, 2**32 + 2, 1.5, "2", None)],
    ("completion", "problem.entries", 4, "not a list"),
    ("completion", "problem.entries", [], "0 entries; allowed: 1 to 6"),
    ("completion", "problem.entries[1]", 7, "not a list"),
    *[("completion", "problem.entries[1]", value, f"{len(value)} numbers; allowed: 2")
      for value in ([], [0], [0, 1, 2])],
    *[("completion", "problem.entries[1][0]", value, "allowed: an integer from 0 to 1")
      for value in (-1, 65536, 0.5, "0", None)],
    ("completion", "problem.entries[1]", [0, 0],
     "allowed: entries row by row, strictly increasing"),
    ("completion", "problem.entries[2]", [0, 2],
     "allowed: entries row by row, strictly increasing"),
    ("completion", "problem.matrix", 3, "not a list"),
    ("completion", "problem.matrix[1]", 3, "not a list"),
    ("completion", "problem.matrix[1][2]", "x", "not a finite number"),
    *[("poisson", "problem.mean", value, "allowed: finite and > 0")
      for value in (0, -1, ZERO, MINUS_ONE)],
    ("poisson", "problem.mean", 500.5, "500.5; allowed: at most 500"),
    *[("poisson", "problem.exp_minus_mean", value, "allowed: finite and > 0")
      for value in (0, -0.5, ZERO)],
    ("poisson", "problem.exp_minus_mean", 1.5, "1.5; allowed: exp(-mean), which is about 0.367879"),
    *[("poisson", "problem.noise", {"kind": kind, "sigma": 1}, "allowed for poisson: none poisson",
       "problem.noise.kind")
      for kind in ("gaussian", "rademacher", "sphere")],
    ("poisson", "problem.noise", {"kind": "samples"},
     '"samples"; allowed for poisson: none poisson', "problem.noise.kind"),
    ("poisson", "problem.noise", {"kind": "poisson", "sigma": 1},
     "not allowed with this kind of noise", "problem.noise.sigma"),
    ("poisson", "problem.noise", {"kind": "none", "scale": [1, 1]},
     "not allowed with this kind of noise", "problem.noise.scale"),
    *[(base, "problem.noise", {"kind": "poisson"},
       f'"poisson"; allowed for {BASES[base]["problem"]["kind"]}: {kinds}', "problem.noise.kind")
      for base, kinds in (("rayleigh", DRAWN), ("ratio", DRAWN), ("trough", DRAWN),
                          ("regression", DRAWN), ("completion", DRAWN), ("noisy", DRAWN),
                          ("drift", "gaussian rademacher sphere"), ("linear", f"{DRAWN} samples"),
                          ("family", "none samples"))],
    *[(base, "problem.noise", {"kind": "samples"},
       f'"samples"; allowed for {BASES[base]["problem"]["kind"]}: {DRAWN}', "problem.noise.kind")
      for base in ("trough", "regression", "completion")],
    # momentum, adam_l2, adamw, projected_gd, rmsprop, quasi_rmsprop
    *[("rayleigh", "dynamics", {"kind": kind, **given}, "missing; allowed: ", f"dynamics.{missing}")
      for kind, given, missing in
      (("momentum", {}, "beta"), ("adam_l2", {"alpha": 1, "beta2": 0}, "beta"),
       ("adamw", {"alpha": 1, "beta": 0}, "beta2"), ("adamw", {"beta": 0, "beta2": 0}, "alpha"),
       ("rmsprop", {"v0": 1}, "beta"), ("quasi_rmsprop", {"beta": 0}, "v0"))],
    *[("rayleigh", "dynamics", {"kind": kind, field: 1}, f"unknown field; allowed: {allowed}",
       f"dynamics.{field}") for kind, field, allowed in
      (("momentum", "alpha", "kind batch beta"),
       ("adam_l2", "v0", "kind batch alpha beta beta2 eps"),
       ("adamw", "l", "kind batch alpha beta beta2 eps"), ("projected_gd", "beta", "kind"),
       ("projected_gd", "batch", "kind"), ("rmsprop", "beta2", "kind beta v0"),
       ("rmsprop", "batch", "kind beta v0"), ("quasi_rmsprop", "substeps", "kind beta v0"))],
    *[(base, f"dynamics.{beta}", value, "allowed: in [0, 1)") for base, beta in (
        ("poisson", "beta"), ("regression", "beta"), ("regression", "beta2"), ("ridge", "beta")
    )
      for value in (1, -0.5, 2)],
    *[(base, path, value, "not a finite number")
      for base, path in (("poisson", "dynamics.beta"), ("regression", "dynamics.alpha"),
                         ("regression", "dynamics.eps"), ("ridge", "dynamics.v0"))
      for value in (None, "x", [])],
    *[("regression", path, -0.5, "allowed: finite and >= 0")
      for path in ("dynamics.alpha", "dynamics.eps")],
    *[("ridge", "dynamics.v0", value, "allowed: finite and > 0")
      for value in (0, -1, ZERO, MINUS_ONE)],
    *[("ridge", "start.scale", value, "allowed: finite and > 0") for value in (0, -1)],
    ("ridge", "start.radius", 1, "unknown field; allowed: kind scale"),
    ("trough", "observables[0]", "manifold", "allowed: norm2 loss"),
]
# The problem network, in its own words.
NETWORK_STRUCTURE = [
    *[("network", f"problem.{name}", DELETE, "missing; allowed: ") for name in
      ("layers", "activation", "loss", "temperature", "classes", "data")],
    ("network", "problem.spectrum", [1], "unknown field; allowed: kind dim layers norm"),
    ("network", "problem.layers", [], "0 layers; allowed: 1 to 16"),
    ("network", "problem.layers", [{"dense": 8}] * 17, "17 layers; allowed: 1 to 16"),
    ("network", "problem.layers[0]", {}, "allowed: exactly one of dense and conv"),
    ("network", "problem.layers[0].dense", 0, "allowed: an integer from 1 to 65536"),
    ("network", "problem.layers[0].stride", 2, "unknown field; allowed: dense"),
    ("network", "problem.layers[0]", {"conv": 8, "stride": 0},
     "allowed: an integer from 1 to 65536", "problem.layers[0].stride"),
    ("network", "problem.norm.kind", "batch", '"batch"; allowed: none bn ln gn wn'),
    ("network", "problem.norm.gain", 1, "unknown field; allowed: kind eps groups"),
    ("network", "problem.norm", {"kind": "bn", "groups": 2}, "unknown field; allowed: kind eps",
     "problem.norm.groups"),
    ("network", "problem.norm.groups", DELETE, "missing; allowed: a divisor"),
    ("network", "problem.norm.eps", -1, "-1; allowed: finite and >= 0"),
    ("network", "problem.norm", {"kind": "wn", "gain": 0}, "0; allowed: finite and > 0",
     "problem.norm.gain"),
    ("network", "problem.activation", "tanh", '"tanh"; allowed: relu swish linear'),
    ("network", "problem.loss", "hinge", '"hinge"; allowed: cross_entropy squared_error'),
    ("network", "problem.temperature", 0, "0; allowed: finite and > 0"),
    ("network", "problem.classes", 1, "allowed: an integer from 2 to 256"),
    ("network", "problem.classes", 257, "allowed: an integer from 2 to 256"),
    ("network", "problem.noise.kind", "gaussian",
     '"gaussian"; allowed for network: none samples epochs'),
    ("network", "problem.data.blobs", DELETE,
     "0 of them; allowed: exactly one of idx cifar digits blobs images", "problem.data"),
    ("network", "problem.data.digits", "digits.csv.gz", "2 of them; allowed: exactly one of",
     "problem.data"),
    *[("network", f"problem.data.{name}", DELETE, "missing; allowed: ") for name in
      ("train", "scale", "centre", "blobs.seed", "blobs.shape", "blobs.centres", "blobs.spread")],
    ("network", "problem.data.scale", 0, "0; allowed: finite and > 0"),
    ("network", "problem.data.blobs.spread", -1, "-1; allowed: finite and >= 0"),
    ("network", "problem.data.blobs.shape", [2, 4], "2 numbers; allowed: 3"),
    ("network", "problem.data.train", [0], "1 numbers; allowed: 2"),
]
NETWORK_MEANING = [
    ("network", "problem.dim", 127, "the number of weights is 128; allowed: the same number"),
    ("network", "problem.layers[1]", {"conv": 8}, "1; allowed: no conv layer behind a dense one"),
    ("network", "problem.data.centre", NAN, "not a finite number"),
    ("network", "problem.layers", [{"dense": 32}, {"dense": 65536}],
     "the number of weights is 2097408; allowed: at most 1048576", "problem.dim"),
    ("network", "problem.classes", 8,
     "8; allowed: fewer than the largest power of two in the outputs of the layers"),
    ("network", "problem.norm.groups", 3, "3; allowed: a divisor of the width of every layer"),
    ("network", "problem.norm.groups", 4, "2; allowed: at least 3 outputs of a sample in a group",
     "problem.layers[0]"),
    ("network", "problem.data.blobs.shape", [2, 256, 256], "131072 numbers; allowed: at most"),
    ("network", "problem.data.train", [3, 3], "allowed: an integer from 4 to",
     "problem.data.train[1]"),
    ("network", "problem.data.train", [0, 2], "2; allowed: at least 3 rows, of which bn takes",
     "problem.data.train", {"problem.norm": {"kind": "bn"}}),
    ("network", "dynamics", {"kind": "sgd", "batch": 2}, "allowed: at least 3 rows in a batch",
     "dynamics.batch", {"problem.norm": {"kind": "bn"}}),
    ("network", "dynamics", {"kind": "sgd", "batch": 65537}, "allowed: at most 65536",
     "dynamics.batch"),
    ("network", "dynamics", {"kind": "noisy_gd", "batch": 4}, "allowed: no Gaussian noise with bn",
     "dynamics.kind", {"problem.norm": {"kind": "bn"}}),
    ("network", "dynamics", {"kind": "svag", "l": 2, "batch": 4},
     "allowed: sgd momentum adam_l2 adamw with epochs", "dynamics.kind",
     {"problem.noise.kind": "epochs"}),
    ("network", "dynamics.batch", 21, "allowed: at most the samples of an epoch",
     "dynamics.batch", {"problem.noise.kind": "epochs"}),
    ("network", "dynamics", {"kind": "projected_gd"}, "allowed only for scale-invariant problems",
     "dynamics", {"problem.norm.eps": 1e-5}),
    ("network", "observables[0]", "noise_trace", "allowed only for networks without bn",
     "observables[0]", {"problem.norm": {"kind": "bn"}}),
    ("network", "problem.data.test", DELETE, ONLY_TEST, "observables[0]"),
    ("rayleigh", "observables[0]", "accuracy", "allowed only for network"),
    ("rayleigh", "observables[0]", "test_classes", "allowed only for network with test samples"),
]

MEANING = [
    # a schema cannot say these, or does not
    ("rayleigh", "problem.spectrum", [1, 2], "2 numbers; allowed: 3"),
    ("rayleigh", "problem.spectrum", [1, 2, 3, 4], "4 numbers; allowed: 3"),
    ("rayleigh", "start.x", [1, 0], "2 numbers; allowed: 3"),
    ("rayleigh", "plane[1]", [1, 0], "2 numbers; allowed: 3"),
    ("noisy", "problem.noise.scale", [0.1], "1 numbers; allowed: 2"),
    ("linear", "problem.features[1]", [1], "1 numbers; allowed: 2"),
    ("linear", "problem.labels", [1, 2], "2 numbers; allowed: 3"),
    ("family", "problem.b", [[1]], "1 lists; allowed: 2"),
    ("family", "problem.weights", [1], "1 numbers; allowed: 2"),
    ("family", "problem.weights[0]", 0.2500001, "allowed: a sum within 2^-40 of 1",
     "problem.weights"),
    *[("rayleigh", path, value, "not a finite number") for path in
      ("schedule.lr", "schedule.wd", "problem.noise.sigma", "start.x[2]", "problem.spectrum[0]")
      for value in (NAN, INF)],
    ("rayleigh", "schedule.wd", 10, "lr*wd is 1; allowed: below 1", "schedule.lr"),
    ("linear", "schedule.lr_min", 10, "lr_min*wd; allowed: below 1"),
    ("family", "schedule.segments[1].wd", 20, "lr*wd is 1; allowed: below 1",
     "schedule.segments[1].lr"),
    ("family", "schedule.segments[0].rescale", 2, "allowed in the first segment: 1"),
    ("family", "schedule.segments[0].start", 1, "allowed: an integer from 0 to 0"),
    ("family", "schedule.segments[1].start", 0, "0 after 0; allowed: strictly increasing starts"),
    ("linear", "schedule.period", 2**52 + 1, "allowed: an integer from 1 to 4503599627370496"),
    ("rayleigh", "start.x", [0, 0, 0],
     "norm^2 is 0 in binary64; allowed: a vector with norm^2 > 0"),
    ("rayleigh", "start.x", [0, 0, 1e-200],
     "norm^2 is 0 in binary64; allowed: a vector with norm^2 > 0"),
    ("rayleigh", "start.x", [0, 0, 1e200], "norm^2 overflows; allowed: "),
    ("rayleigh", "checkpoints", [0, 10, 5], "5 after 10; allowed: strictly increasing",
     "checkpoints[2]"),
    ("rayleigh", "checkpoints[2]", 21, "allowed: an integer from 0 to 20"),
    ("rayleigh", "seed", str(2**64), "allowed: an integer from 0 to 18446744073709551615"),
    ("rayleigh", "steps", str(2**53 + 1), "allowed: an integer from 0 to 9007199254740992"),
    ("rayleigh", "problem", {"kind": "rayleigh", "dim": 2, "matrix": [[1, 2], [3, 1]]},
     "not symmetric: 3; allowed: the number across the diagonal, which is 2",
     "problem.matrix[1][0]"),
    ("rayleigh", "dynamics", {"kind": "sgd", "batch": 2},
     "2; allowed: 1, because the noise of the problem is not samples or poisson", "dynamics.batch"),
    *[("regression", "dynamics", {"kind": kind, "batch": 2, "alpha": 1, "beta": 0,
                                  "beta2": 0}, "2; allowed: 1, because", "dynamics.batch")
      for kind in ("adam_l2", "adamw")],
    ("completion", "problem.rows", 3, "(rows + cols)*inner is 12; allowed: the same number",
     "problem.dim", {"problem.dim": 10}),
    ("completion", "problem.inner", 65536, "(rows + cols)*inner is 327680; allowed: at most 65536"),
    ("completion", "problem.entries[3][1]", 3, "allowed: an integer from 0 to 2"),
    ("completion", "problem.entries[0][0]", 2, "allowed: an integer from 0 to 1"),
    ("completion", "problem.entries[3]", [0, 1],
     "allowed: entries row by row, strictly increasing"),
    ("completion", "problem.entries", [[r, c] for r in range(3) for c in range(3)],
     "9 entries; allowed: 1 to 6"),
    ("completion", "problem.labels", [1, 2], "2 numbers; allowed: 4"),
    ("completion", "problem.matrix", [[1, 2, 3]], "1 lists; allowed: 2"),
    ("completion", "problem.matrix[0]", [1, 2], "2 numbers; allowed: 3"),
    ("completion", "problem.matrix[1][0]", NAN, "not a finite number"),
    ("completion", "problem.matrix", DELETE, ONLY_TEST,
     "observables[0]"),
    ("regression", "problem.features[2]", [1], "1 numbers; allowed: 2"),
    ("regression", "problem.labels", [1, 2], "2 numbers; allowed: 3"),
    ("poisson", "problem.exp_minus_mean", 0.51,
     "0.51; allowed: exp(-mean), which is about 0.367879"),
    ("poisson", "problem.mean", 0.5, "0.367879; allowed: exp(-mean), which is about 0.606531",
     "problem.exp_minus_mean"),
    ("poisson", "problem.mean", "407f500000000000", "501; allowed: at most 500"),
    *[(base, "dynamics", {"kind": kind, **memory}, "allowed only for scale-invariant problems")
      for base in ("family", "noisy", "poisson")
      for kind, memory in (("projected_gd", {}), ("rmsprop", {"beta": 0.5, "v0": 1}),
                           ("quasi_rmsprop", {"beta": 0.5, "v0": 1}))],
    ("ridge", "schedule.segments[1].rescale", 2, "allowed with this kind of dynamics: 1"),
    *[(base, "observables[0]", name, says) for base, name, says in
      (("linear", "test_loss", ONLY_TEST),
       ("trough", "midpoint_test_loss", ONLY_TEST),
       ("poisson", "spherical_sharpness", "allowed only for scale-invariant problems"),
       ("noisy", "midpoint_sharpness", "allowed only for scale-invariant problems"),
       ("completion", "manifold_h", "allowed only for trough3 and ridge3"),
       ("rayleigh", "manifold_angle", "allowed only for trough3 and ridge3"))],
    ("trough", "start.x", [0, 0, 0], "norm^2 is 0 in binary64; allowed: a vector with norm^2 > 0"),
    ("trough", "start.x", [1, 2], "2 numbers; allowed: 3"),
    ("ratio", "steps", 2**21, "gives 2097153 checkpoints; allowed: at most 2^20",
     "checkpoints.every"),
]


def check_refusal(base, path, value, says, where=None, others=None, structural=True):
    document = changed(base, path, value)
    for other, besides in (others or {}).items():
        *parents, last = steps_of(other)
        at = document
        for step in parents:
            at = at[step]
        at[last] = besides
    if where == "checkpoints.every" and "checkpoints" not in document:
        document["checkpoints"] = {"every": 1}
    where = where or path
    text, _, lines = dump(document)
    at = where
    while at not in lines:  # missing: the line of the parent
        at = at.rpartition(".")[0]
    file = write("bad.json", text)
    line = refused(sidyn("run", file), says, "allowed")
    holds(line.startswith(f"sidyn: {file}:{lines[at]}: {where}: "),
          f"{line!r} instead of {lines[at]}: {where}")
    same(SCHEMA.is_valid(document), not structural, "valid by the schema")


for structural, table in ((True, STRUCTURE + NETWORK_STRUCTURE),
                          (False, MEANING + NETWORK_MEANING)):
    for row in table:
        there = "missing" if row[2] is DELETE else json.dumps(row[2])[:50]
        with case(f"refused: {row[0]} with {row[1]} {there}"):
            check_refusal(*row, structural=structural)

# ---- text that is no experiment: content, line, part of the message ----

GOOD = dump(RAYLEIGH)[0]
LINES = GOOD.split("\n")
SEED = next(number for number, line in enumerate(LINES, 1) if line.startswith('"seed"'))


def with_line(number, text):
    return "\n".join(LINES[: number - 1] + [text] + LINES[number:])


TEXTS = {
    "an empty file": (b"", 1, "allowed: one JSON object"),
    "white space alone": (b"\n\n \n", None, "allowed: one JSON object"),
    "an integer beyond 64 bits and a string that looks like the mark of one": (
        '{"schema": "\\u00015",\n"seed": 18446744073709551615}', 2, "too big"
    ),
    "a file cut in the middle": ("\n".join(LINES[:SEED]), SEED, "allowed: one JSON object"),
    "a file cut in a string": ("\n".join(LINES[: SEED - 1]) + '\n"see', SEED,
                               "allowed: one JSON object"),
    "a file without its last bracket": (GOOD[:-1], len(LINES), "allowed: one JSON object"),
    "a second object": (GOOD + "\n{}", len(LINES) + 1, "allowed: one JSON object"),
    "a list": ("\n[1]", 2, "not an object; allowed: an object with fields schema problem"),
    "a number": ("7", 1, "allowed: one JSON object"),
    "a duplicate key": (with_line(SEED, LINES[SEED - 1] + '\n"seed": 8,'), SEED + 1, "seed"),
    "a duplicate key spelt with an escape": (with_line(SEED,
                                                       LINES[SEED - 1] + '\n"s\\u0065ed": 8,'),
                                             SEED + 1, "duplicate"),
    "a comment": (with_line(SEED, "// seed\n" + LINES[SEED - 1]), SEED, "allowed: one JSON object"),
    "a trailing comma": ('{"seed": 1,\n}', 2, "allowed: one JSON object"),
    "single quotes": (with_line(SEED, "'seed': 7,"), SEED, "allowed: one JSON object"),
    "NaN": (with_line(SEED, '"seed": NaN,'), SEED, "allowed: one JSON object"),
    "-Infinity": (with_line(SEED, '"seed": -Infinity,'), SEED, "allowed: one JSON object"),
    "a real beyond binary64": (with_line(SEED, '"seed": 1e400,'), SEED, "overflow"),
    "a leading zero": (with_line(SEED, '"seed": 07,'), SEED, "allowed: one JSON object"),
    "leading zeros beside an integer beyond 64 bits": (
        f'{{"seed": {2**64 - 1},\n"x": [00000000000000000007, 1]}}', 2, "allowed: one JSON object"),
    "minus and leading zeros beside an integer beyond 64 bits": (
        f'{{"seed": {2**64 - 1},\n\n"x": -0000000000000000000007}}', 3, "allowed: one JSON object"),
    "minus zero and another zero": ('{"seed": 1,\n"x": -00}', 2, "allowed: one JSON object"),
    "two minus signs beside an integer beyond 64 bits": (
        f'{{"seed": {2**64 - 1},\n"x": --{2**64 - 1}}}', 2, "allowed: one JSON object"),
    "an integer beyond 64 bits as a name": (
        f'{{"seed": {2**64 - 1},\n{2**64 - 1}: 1}}', 2, "allowed: one JSON object"),
    "minus zero, and a string that looks like the mark of a large integer": (
        '{"schema": "sidyn-experiment-1",\n"plane": [-0],\n"seed": "\\u00015"}', None,
        "problem: missing; allowed"),
    "a line break in a string": (with_line(SEED, '"se\ned": 7,'), SEED, "allowed: one JSON object"),
    "a control character in a string": (with_line(SEED, '"se\x1bed": 7,'), SEED,
                                        "allowed: one JSON object"),
    "a byte that is not UTF-8": (with_line(SEED, '"s\xff": 7,').encode("latin-1"), SEED, "UTF-8"),
    "an overlong UTF-8 sequence": (with_line(SEED, '"s\xc0\xaf": 7,').encode("latin-1"), SEED,
                                   "UTF-8"),
    "a lone surrogate": (with_line(SEED, '"s\\ud800": 7,'), SEED, "allowed: one JSON object"),
    "a zero byte": (with_line(SEED, '"s\x00": 7,'), SEED, "zero byte"),
    "an escaped zero byte": (with_line(SEED, '"s\\u0000": 7,'), SEED, "allowed: one JSON object"),
    "UTF-16": (GOOD.encode("utf-16"), 1, "UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), 1, "allowed: one JSON object"),
    "a hundred thousand brackets": ("[" * 100000, 1, "allowed: one JSON object"),
    # Unknown fields with names that need care on the way into a message, or to find their line.
    "a name with a line break": (with_line(SEED, '"se\\ned": 7,'), SEED, "unknown field"),
    "a name with a terminal's escape": (with_line(SEED, '"\\u001b[31m": 7,'), SEED,
                                        "unknown field"),
    "a name with a dot": (with_line(SEED, '"problem.dim": 7,'), SEED, "unknown field"),
    "a name with brackets": (with_line(SEED, '"seed[0]": 7,'), SEED, "unknown field"),
    "a name with an escape": (with_line(SEED, '"\\u0066og": 7,'), SEED, "fog: unknown field"),
    "an empty name": (with_line(SEED, '"": 7,'), SEED, "unknown field"),
    "a name of 5000 letters": (with_line(SEED, f'"{"n" * 5000}": 7,'), SEED,
                               "unknown field; allowed: schema problem"),
    "a wrong value behind an escaped name": (with_line(SEED, '"s\\u0065ed": true,'), SEED,
                                             "seed: "),
    "a wrong value on the line below its name": (with_line(SEED, '"seed":\n\ntrue,'), SEED + 2,
                                                 "seed: "),
    "line ends of Windows": (with_line(SEED, '"seed": true,').replace("\n", "\r\n"), SEED,
                             "seed: "),
    "brackets and quotes in strings before the field": (with_line(SEED,
                                                                  '"\\"}]{[": 1,\n"seed": true,'),
                                                        SEED, "unknown field"),
}
for name, (content, line, says) in TEXTS.items():
    with case(f"refused: {name}"):
        file = write("text.json", content)
        message = refused(sidyn("run", file), says, "allowed",
                          f"{file}:{'' if line is None else f'{line}: '}")

# ---- files ----

with case("refused: a file that does not exist"):
    refused(sidyn("run", path_of("none.json")),
            "none.json: No such file or directory; allowed: a readable JSON file")
with case("refused: a folder"):
    refused(sidyn("run", os.path.dirname(path_of("x"))),
            "Is a directory; allowed: a readable JSON file")
with case("refused: a file that cannot be read"):
    file = "/proc/self/mem" if os.geteuid() == 0 else write("secret.json", RATIO)
    if os.geteuid() != 0:
        os.chmod(file, 0)
    refused(sidyn("run", file), f"{file}: ", "allowed: a readable JSON file")
with case("refused: a file of more than 2^28 bytes"):
    file = write("huge.json", "")
    os.truncate(file, 2**28 + 1)
    refused(sidyn("run", file),
            "huge.json: File too large; allowed: a readable JSON file of at most 268435456 bytes")
    os.truncate(file, 0)
with case("refused: a device that never ends"):
    refused(sidyn("run", "/dev/zero"), "/dev/zero: File too large; allowed: ")
with case("a long path does not push the message out"):
    folder = path_of("/".join(["d" * 200] * 15))
    os.makedirs(folder)
    file = os.path.join(folder, "e.json")
    write(file, dump(changed("rayleigh", "seed", True))[0])
    refused(sidyn("run", file), f"{file}:{SEED}: seed: ", "allowed: an integer from 0 to")
with case("a line break in a file name stays on one line"):
    refused(sidyn("run", path_of("two\nlines.json")), "No such file or directory")

# ---- experiments to take ----

TAKEN = {
    "the example of the specification": spec_example(),
    **{f"the base {name}": base for name, base in BASES.items()},
    "noise absent": changed("rayleigh", "problem.noise", DELETE),
    "a matrix": experiment(RATIO,
                           problem={"kind": "rayleigh", "dim": 2, "matrix": [[1, 2], [2, 1]]}),
    "ratio2 with its dim": changed("ratio", "problem.dim", 2),
    "samples with noise none": changed("family", "problem.noise", {"kind": "none"}),
    "no weights": changed("family", "problem.weights", DELETE),
    "linear without noise": changed("linear", "problem.noise", {"kind": "none"})
    | {"dynamics": {"kind": "sgd", "batch": 1}},
    "no steps": experiment(RATIO, steps=0),
    "lr and wd zero": changed("rayleigh", "schedule", {"kind": "constant", "lr": 0, "wd": 0}),
    "integers with a fraction or an exponent": changed("linear", "checkpoints.every", 7.0)
    | {"seed": 1e19, "steps": 30.0},
    "a size with a fraction of zero": changed("rayleigh", "problem.dim", 3.0)
    | {"dynamics": {"kind": "svag", "l": 4.0}},
    "lr of minus zero": changed("rayleigh", "schedule.lr", -0.0),
    "the largest seed as an integer": experiment(RATIO, seed=2**64 - 1),
    "the largest seed as a string": experiment(RATIO, seed=str(2**64 - 1)),
    "the smallest integer that libjansson does not hold": experiment(RATIO, seed=2**63),
    "steps as a string with zeros before it": experiment(RATIO, steps="003"),
    "a real as an integer beyond 64 bits": changed("ratio", "start.x", [10**25, -(10**25)]),
    "reals as bits": changed("ratio", "start.x", ["3FF8000000000000", "bfe0000000000000"]),
    "a subnormal as bits": changed("ratio", "start.x", ["3ff0000000000000", "0000000000000001"]),
    "a checkpoint every 2^64-1 steps": experiment(RATIO, checkpoints={"every": str(2**64 - 1)}),
    "the largest l": changed("rayleigh", "dynamics.l", 2**24),
    "the last segment beyond all steps": changed("family", "schedule.segments[1].start", 2**64 - 1),
    "the longest period": changed("linear", "schedule.period", 2**52),
    "trough3 with its dim": changed("trough", "problem.dim", 3),
    "bn_completion with its dim": changed("completion", "problem.dim", 10),
    "bn_completion without a matrix": changed("completion", "problem.matrix", DELETE)
    | {"observables": ["loss", "midpoint_sharpness"]},
    "poisson with its noise": changed("poisson", "problem.noise", {"kind": "poisson"}),
    "poisson without noise": changed("poisson", "problem.noise", {"kind": "none"})
    | {"dynamics": {"kind": "gd"}},
    "poisson with the largest mean": changed("poisson", "problem.mean", 500) | {
        "problem": {"kind": "poisson", "dim": 1, "mean": 500,
                    "exp_minus_mean": 7.124576406741286e-218}
    },
    "adamw without eps": changed("regression", "dynamics",
                                 {"kind": "adamw", "alpha": 0, "beta": 0, "beta2": 0}),
    "quasi_rmsprop": changed("ridge", "dynamics",
                             {"kind": "quasi_rmsprop", "beta": 0, "v0": "0010000000000000"}),
    "one observable twice": experiment(RATIO, observables=["f", "f"]),
    "plane and x among 64 observables": experiment(RAYLEIGH,
                                                   observables=["plane_angle"] + ["x"] * 63),
}

for name, document in TAKEN.items():
    with case(f"taken: {name}"):
        same([error.message for error in SCHEMA.iter_errors(document)], [], "errors by the schema")
        output("run", write("good.json", dump(document)[0]))

with case("1000.0 and 1e3 are the integer 1000, and 1000.5 is none"):
    thousand = json.dumps(experiment(RATIO, steps=1000))

    def with_steps(steps):
        text = thousand.replace('"steps": 1000', f'"steps": {steps}')
        return write("steps.json", text)

    runs = {output("run", with_steps(steps)) for steps in ("1000", "1000.0", "1e3", "10E+2")}
    holds(len(runs) == 1, "the same run")
    for steps in ("1000.5", "1e-3", "1e300", "18446744073709551616.0", "9007199254740994.0",
                  "-1e3"):
        refused(sidyn("run", with_steps(steps)), ": steps: ",
                "not an integer; allowed: an integer from 0 to")
    dim = json.dumps(RAYLEIGH).replace('"dim": 3', '"dim": 3.5')
    refused(sidyn("run", write("dim.json", dim)), ": problem.dim: ",
            "allowed: an integer from 2 to 65536")
    zero = json.dumps(experiment(RATIO, seed=0, steps=1))
    same(output("run", write("zero.json", zero.replace('"seed": 0', '"seed": -0'))),
         output("run", write("zero.json", zero)), "a seed of -0")

with case("-0 is minus zero, as -0.0 is"):
    minus = json.dumps(changed("ratio", "start.x", [1, -0.0]) | {"steps": 0, "observables": ["x"]})
    for zero in ("-0.0", "-0", "-0e1", '"8000000000000000"'):
        file = write("minus.json", minus.replace("-0.0", zero))
        same(output("run", file, "--format", "bits").split(b"\n")[1],
             b"0,0,,3ff0000000000000,8000000000000000", f"row of {zero}")
    strings = json.dumps(experiment(RATIO, schema='-0 \\" -0'))
    refused(sidyn("run", write("minus.json", strings)), '"-0 ', "allowed: sidyn-experiment-1")

with case("large integers keep their value: as a seed and as a real"):
    results = [output("run", write("seed.json", json.dumps(experiment(FAMILY, seed=seed))))
               for seed in (2**64 - 1, str(2**64 - 1), 2**64 - 2)]
    holds(results[0] == results[1] != results[2], "the seed 2^64-1 as an integer and as a string")
    start = changed("ratio", "start.x", [10**25 + 1, 3]) | {"steps": 0, "observables": ["x"]}
    same(output("run", write("real.json", start)).split(b"\n")[1], b"0,0,,1e+25,3", "row")

finish()

"""sidyn law and run --with-law: each law of the table against a simulation inside its condition,
with a standard error that shows a fault of a fifth, and the verdict outside of it."""

import json
import math
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import numpy

from common import (ROOT, case, finish, holds, output, path_of, read, refused, same, sidyn,
                    validator, write)

SCHEMA = validator("law.schema.json")
TESTED = set()  # laws that agreed with a simulation, and laws that said "outside"


def gaussian(sigma, kind="gaussian"):
    return {"kind": kind, "sigma": sigma}


def experiment(problem, dynamics, lr, wd, x, steps=1, **more):
    """An experiment at constant lr and wd from a point; more fields as they are."""
    if isinstance(dynamics, str):
        dynamics = {"kind": dynamics}
    return {"schema": "sidyn-experiment-1", "problem": problem, "dynamics": dynamics,
            "schedule": {"kind": "constant", "lr": lr, "wd": wd},
            "start": {"kind": "point", "x": list(x)}, "seed": 5, "steps": steps, **more}


def laws(content):
    """What `sidyn law` says, by quantity; its table shows the same."""
    name = write("law.json", content)
    table = output("law", name, "--json", path_of("report.json")).decode()
    document = json.loads(read(path_of("report.json")))
    same([error.message for error in SCHEMA.iter_errors(document)], [], "errors by the schema")
    found = {one["quantity"]: one for one in document["laws"]}
    for quantity, one in found.items():
        line = re.search(rf"(?m)^{quantity} +(\S+) .*$", table)
        holds(line, f"{quantity} is not in the table")
        if one["law"]:
            same(f"{line.group(1)} {one['inside']}", "{:.8g} {}".format(
                float(one["value"]), not re.search(r" OUTSIDE ", line.group(0))), quantity)
            holds(f"{one['law']}: {one['source']}" in line.group(0), f"no source: {line.group(0)}")
        else:
            holds(f"no law known: {one['reason']}" in line.group(0), f"no reason: {line.group(0)}")
    return found


def rows(content, count, *options):
    """Observables of `count` trajectories: [trajectory, checkpoint, column]."""
    name = write("run.json", content)
    output("run", name, "--trajectories", f"0:{count}", "--out", path_of("run.npy"), *options)
    return numpy.load(path_of("run.npy"))


def at_rest(run):
    """From the law's norm, in the direction of the start."""
    x = numpy.array(run["start"]["x"], float)
    x *= math.sqrt(laws(run)["norm2"]["value"] / (x @ x))
    return run | {"start": {"kind": "point", "x": list(x)}}


def mean(values):
    """Mean and standard error of independent values."""
    values = numpy.asarray(values, float)
    return values.mean(), values.std(ddof=1) / math.sqrt(len(values))


def ratio(above, below):
    """Ratio of means of independent pairs, with its standard error."""
    value = above.mean() / below.mean()
    return value, mean(above - value * below)[1] / abs(below.mean())


def agrees(found, law, measured, error):
    """Within the next term and 4 standard errors, which together are below a fifth."""
    one = found
    same(one["law"], law, "law")
    holds(one["inside"], f"{law} says outside: {one['here']} of {one['bound']}")
    tolerance = one["next"] * abs(one["value"]) + 4.0 * error
    holds(one["value"] == 0 or tolerance < 0.2 * abs(one["value"]),
          f"{law}: a fault of a fifth would not be seen: {tolerance} at {one['value']}")
    holds(abs(measured - one["value"]) <= tolerance + 1e-9 * abs(one["value"]) + 1e-20,
          f"{law}: measured {measured} +- {error}, law {one['value']}, next {one['next']}")
    TESTED.add((law, "agrees"))


def outside(found, law):
    same((found["law"], found["inside"]), (law, False), "law and inside")
    TESTED.add((law, "outside"))


def late(first, steps, every):
    """Checkpoints from `first` on."""
    return list(range(first, steps + 1, every))


NOISE5 = {"kind": "noise_only", "dim": 5, "noise": gaussian(1)}
FIVE = {"kind": "rayleigh", "dim": 5, "spectrum": [0, 1, 1, 1, 1], "noise": gaussian(1)}
LINEAR = {"kind": "normalised_linear", "dim": 4, "noise": gaussian(0.5),
          "features": [[2**0.5, 0, 0, 0], [0, 2**0.5, 0, 0]], "labels": [0.4**0.5, 0]}
FAMILY = {"kind": "quadratic_samples", "dim": 2, "a": [[0.4, 1], [1.6, 1.2], [0.9, 0.8]],
          "b": [[-0.5, 1], [0.3, 0], [0.8, 0]], "weights": [0.5, 0.3, 0.2]}
QUADRATIC = {"kind": "quadratic_noisy", "dim": 2, "spectrum": [0.5, 2],
             "noise": gaussian(1, "rademacher")}
POISSON = {"kind": "poisson", "dim": 2, "mean": 2, "exp_minus_mean": math.exp(-2)}
NORM = ["norm2", "step_angle", "effective_lr"]

# ---- equilibrium of the norm ---------------------------------------------------------------------

# An instance of each problem: it, lr and wd of its noisy runs, and a start near a minimiser.
BN = {"kind": "bn_regression", "dim": 3, "labels": [1, -1, 0.5, 2], "noise": gaussian(1),
      "features": [[1, 2, 0], [0.5, -1, 1], [3, 0, 1], [1, 1, -1]]}
COMPLETION = {"kind": "bn_completion", "rows": 2, "cols": 3, "inner": 1, "noise": gaussian(1),
              "entries": [[0, 0], [0, 2], [1, 0], [1, 1]], "labels": [1, -1, 0.5, 0.25]}
NOISY = {
    "noise_only": (NOISE5, 0.1, 0.05, [0.6, 0, 0, 0, 0.8]),
    "rayleigh": (FIVE, 0.01, 0.1, [0.6, 0.1, 0, 0, 0]),
    "ratio2": ({"kind": "ratio2", "noise": gaussian(1)}, 0.005, 0.1, [0.1, 1]),
    "normalised_linear": (LINEAR, 0.002, 0.1, [0.2**0.5, 0, 0.8**0.5, 0]),
    "trough3": ({"kind": "trough3", "noise": gaussian(1)}, 0.002, 0.1, [0.8, 0.1, 0.6]),
    "ridge3": ({"kind": "ridge3", "noise": gaussian(1)}, 0.002, 0.1, [1, 0.1, 0.02]),
    "bn_regression": (BN, 0.1, 0.02, [1, 1, 0.5]),
    "bn_completion": (COMPLETION, 0.1, 0.02, [1, 1, 0.5, 0.2, 0.1])}
LINES = {"quadratic_samples": FAMILY, "quadratic_noisy": QUADRATIC, "poisson": POISSON}
DYNAMICS = {"gd": {}, "sgd": {}, "svag": {"l": 2}, "noisy_gd": {}, "sde": {"substeps": 2},
            "sde2": {"substeps": 2}, "momentum": {"beta": 0.5}}
# A deviation of h from a minimiser along the top eigenvector, and the largest eigenvalue.
DEVIATE = {"rayleigh": (lambda h: [1, h, 0, 0, 0], 1), "ratio2": (lambda h: [h, 1], 2),
           "normalised_linear": (lambda h: [0.2**0.5, h, 0.8**0.5, 0], 1),
           "trough3": (lambda h: [0.8 - 0.6 * h, 0, 0.6 + 0.8 * h], 0.64),
           "ridge3": (lambda h: [1, 0, h], 1)}
SHOWN = ["norm2", "step_angle", "effective_lr", "loss"]
AT_REST = ("norm2", "norm4", "step_angle", "effective_lr", "loss")  # what a run shows


def compare(law, averages):
    """The laws of a run at rest against its averages of SHOWN and norm2^2; the names compared.
    averages[k] are independent means of norm2, angle^2, rate, loss, norm2^2."""
    found = set()
    for quantity, values in zip(("norm2", "step_angle", "effective_lr", "loss", "norm4"), averages):
        one = law[quantity]
        if one["law"]:
            value, error = mean(values)
            if quantity == "step_angle":
                value, error = math.sqrt(value), error / (2 * math.sqrt(value))
            agrees(one, one["law"], value, error)
            found.add(one["law"])
    return found


def averages_of(got):
    """From [independent runs, times, SHOWN]."""
    return [values.mean(1) for values in (got[:, :, 0], got[:, :, 1]**2, got[:, :, 2],
                                          got[:, :, 3], got[:, :, 0]**2)]


def noisy_run(kind, dynamics):
    """A run under noise, from its equilibrium norm where that is known."""
    if kind in LINES:
        run = experiment(LINES[kind], {"kind": dynamics, **DYNAMICS[dynamics]}, 0.3, 0.5, [1, 1])
        return run | {"steps": 300, "checkpoints": late(200, 300, 20)}, 2000
    problem, lr, wd, start = NOISY[kind]
    run = experiment(problem, {"kind": dynamics, **DYNAMICS[dynamics]}, lr, wd, start)
    if laws(run)["norm2"]["law"]:
        run = at_rest(run)
    count = 200 if kind in ("trough3", "ridge3") else 64  # the loss of one direction spreads more
    return run | {"steps": 3000, "checkpoints": late(1000, 3000, 50)}, count


def edge_run(kind, dynamics):
    """A run without noise from the edge of stability, y = h^2 (4 + g^2)/(2 ein) = 1/2."""
    ein, lr = 1e-4, 0.1
    deviate, top = DEVIATE[kind]
    x = numpy.array(deviate(math.sqrt(0.25 * ein)))
    x *= math.sqrt(lr * top / 2 / (x @ x))
    more, wd = {}, ein / lr
    if "rmsprop" in dynamics:
        lr, wd = math.sqrt(2 * ein), 0
        more = {"beta": 1 - 4 * ein, "v0": (top * lr / 2)**2}
    problem = {**NOISY[kind][0], "noise": {"kind": "none"}}
    return experiment(problem, {"kind": dynamics, **more}, lr, wd, x, 20000,
                      checkpoints={"every": 1})


def gd_run(kind):
    """Gradient descent where the minimisers are not known: after a long time."""
    problem, lr, wd, start = NOISY[kind]
    return experiment(problem, "gd", lr, wd, start, 60000, checkpoints=late(20001, 60000, 1))


LIST = output("law", "--list").decode()
CELLS = re.findall(r"(?m)^\| (\w+) \| (\w+) \| ([a-z].*) \|$", LIST.split("| laws |")[1])
LAWS = dict(re.findall(r"(?m)^\| ([a-z0-9-]+) \| ([a-z0-9_]+) \| .+ \| .+ \|$", LIST))
del LAWS["law"]
RESTING = {name for name, quantity in LAWS.items() if quantity in AT_REST}
for kind, dynamics, names in CELLS:
    expected = set(names.split(", ")) & RESTING
    if not expected:
        continue
    with case(f"at rest: {kind} under {dynamics}"):
        if kind in LINES or (dynamics in DYNAMICS and dynamics != "gd"):
            run, count = noisy_run(kind, dynamics)
            run["observables"] = SHOWN
            got = rows(run, count)
        else:
            run = edge_run(kind, dynamics) if kind in DEVIATE else gd_run(kind)
            run["observables"] = SHOWN
            record = rows(run, 1)[0]
            got = record[len(record) % 20:].reshape(20, -1, 4)  # blocks of a record
        seen = compare(laws(run), averages_of(got))
        if "two-eigenvalues" in expected:  # the other law of the loss is for more of them
            expected -= {"equipartition"}
        same(seen, expected, "laws compared")
with case("the balance has 2 - el, 2 and 2 + el: SGD, SDE and second-order SDE at lr*wd = 0.09"):
    values = [laws(experiment({**NOISE5, "noise": gaussian(1, "sphere")}, dynamics, 0.3, 0.3,
                              [1, 0, 0, 0, 0]))["norm4"]["value"]
              for dynamics in ("sgd", {"kind": "sde", "substeps": 2**20},
                               {"kind": "sde2", "substeps": 2**20})]
    for value, factor in zip(values, (2 - 0.09, 2, 2 + 0.09)):
        holds(abs(value * factor - 1) < 1e-6, f"{value} times {factor}")
with case("the balance of momentum has (1 - beta) (2 - el/(1+beta))"):
    value = laws(experiment({**NOISE5, "noise": gaussian(1, "sphere")},
                            {"kind": "momentum", "beta": 0.5}, 0.3, 0.3, [1] * 5))["norm4"]["value"]
    holds(abs(value * 0.5 * (2 - 0.09 / 1.5) - 1) < 1e-12, f"{value}")
with case("the next term is what is missing: |grad L|^2 in the norm of SGD"):
    run = at_rest(experiment(FIVE, "sgd", 0.05, 0.2, [0.6, 0.1, 0, 0, 0], 2000,
                             observables=["norm2"], checkpoints=late(400, 2000, 10)))
    one, (value, error) = laws(run)["norm2"], mean(rows(run, 1000)[:, :, 0].mean(1))
    missing = value / one["value"] - 1
    holds(0.7 < missing / one["next"] < 1.3 and error < 0.05 * one["next"] * value,
          f"{missing} +- {error / value}, next {one['next']}")
with case("norm under a loss: rayleigh, and the trace of a scale in the mean of the directions"):
    problem = {"kind": "rayleigh", "dim": 10, "spectrum": list(range(10)), "noise": gaussian(2)}
    run = at_rest(experiment(problem, "sgd", 0.1, 0.01, [1] * 10, 4000, observables=NORM,
                             checkpoints=late(1000, 4000, 100)))
    agrees(laws(run)["norm2"], "noise-norm2", *mean(rows(run, 100)[:, :, 0].mean(1)))
    problem = {"kind": "noise_only", "dim": 5,
               "noise": {"kind": "gaussian", "scale": [1, 1, 1.02, 1.01, 1]}}
    run = experiment(problem, "sgd", 0.1, 0.2, [0.6, 0, 0, 0, 0.8], 400, observables=NORM,
                     checkpoints=late(200, 400, 20))
    agrees(laws(run)["norm2"], "noise-norm2", *mean(rows(run, 400)[:, :, 0].mean(1)))
with case("relaxation: the distance of |x|^4 falls to 1/e"):
    run = experiment(NOISE5, "sgd", 0.1, 0.05, [3, 0, 0, 0, 0])
    law = laws(run)
    time, rest = law["relaxation_time"]["value"], law["norm4"]["value"]
    run |= {"steps": round(time), "observables": ["norm2"]}
    left = rows(run, 4000)[:, 1, 0]**2 - rest
    fraction, error = mean(left / (81 - rest))
    agrees(law["relaxation_time"], "noise-relaxation", -round(time) / math.log(fraction),
           time * error / fraction)
with case("outside: lr*wd is large, the loss is steep, the trace uneven, the momentum slow"):
    law = laws(experiment(NOISE5, "sgd", 0.5, 0.5, [1] * 5))
    for quantity, name in (("norm2", "noise-norm2"), ("norm4", "noise-norm4"),
                           ("effective_lr", "noise-effective-lr"),
                           ("step_angle", "stationary-angle")):
        outside(law[quantity], name)
    outside(laws(experiment(NOISE5, {"kind": "sde2", "substeps": 1}, 0.5, 0.5,
                            [1] * 5))["step_angle"], "second-order-angle")
    steep = {**FIVE, "spectrum": [0, 500, 500, 500, 500]}
    outside(laws(experiment(steep, "sgd", 0.01, 0.1, [1] * 5))["norm2"], "noise-norm2")
    outside(laws(experiment(steep, "sgd", 0.01, 0.1, [1] * 5))["relaxation_time"],
            "noise-relaxation")
    uneven = {**NOISE5, "noise": {"kind": "gaussian", "scale": [1, 1, 1, 1, 3]}}
    outside(laws(experiment(uneven, "sgd", 0.1, 0.05, [1] * 5))["norm2"], "noise-norm2")
    slow = {"kind": "momentum", "beta": 0.99}
    outside(laws(experiment(NOISE5, slow, 0.01, 0.05, [1] * 5))["norm2"], "noise-norm2")
    jumps = laws(experiment(NOISE5, "sgd", 0.9, 0.5, [1] * 5))["relaxation_time"]["reason"]
    holds("the norm jumps about its equilibrium" in jumps, jumps)

# ---- loss ----------------------------------------------------------------------------------------

R_STAR = {  # 2, 3, 5, 5 and 10 dimensions: 1F1 in high precision
    (2, 1, 1, 0.01, 0.1): 0.0229131948279182, (3, 1, 1, 0.05, 0.2): 0.107272238590749,
    (5, 1, 1, 0.01, 0.1): 0.0452653379386444, (5, 1, 1, 1e-4, 0.1): 0.00447717551056827,
    (10, 2, 0.5, 0.02, 0.05): 0.0168024784477973}
with case("two eigenvalues: the risk of Theorem 2 to 1e-7, through the SDE"):
    for (dim, a, sigma, lr, wd), risk in R_STAR.items():
        problem = {"kind": "rayleigh", "dim": dim, "spectrum": [0] + [a] * (dim - 1),
                   "noise": gaussian(sigma)}
        found = laws(experiment(problem, {"kind": "sde", "substeps": 2**24}, lr, wd,
                                [1] * dim))["loss"]
        holds(abs(found["value"] / (a * risk / 2) - 1) < 1e-7, f"{found['value']} for {risk}")
    problem = {"kind": "rayleigh", "dim": 5, "spectrum": [0, 0, 0, 1, 1], "noise": gaussian(1)}
    run = experiment(problem, {"kind": "sde", "substeps": 2**24}, 0.002, 0.1, [1] * 5)
    found = laws(run)["loss"]
    holds(abs(found["value"] / (0.00994923323512191 / 2) - 1) < 1e-7, f"{found['value']}, triple")
with case("two eigenvalues: spectrum, matrix and ratio2"):
    matrix = {"kind": "rayleigh", "dim": 2, "matrix": [[1, 0.6], [0.6, 1]], "noise": gaussian(1)}
    ratio2 = {"kind": "ratio2", "noise": gaussian(1)}
    for problem, start, shift in ((FIVE, [0.6, 0.2, 0, 0, 0], 0), (matrix, [0.5, -0.6], 0.2),
                                  (ratio2, [0.1, 0.5], 0)):
        run = experiment(problem, "sgd", 0.004, 0.1, start, 6000, observables=["loss"],
                         checkpoints=late(2000, 6000, 20))
        found = laws(run)["loss"]
        agrees(found, "two-eigenvalues", *mean(rows(run, 60)[:, :, 0].mean(1)))
        holds(abs(found["value"] - shift) < 0.1, f"least loss {shift}: {found['value']}")
    outside(laws(experiment(FIVE, "sgd", 0.3, 0.5, [1] * 5))["loss"], "two-eigenvalues")
with case("equipartition: several eigenvalues, the linear model, trough3"):
    several = {"kind": "rayleigh", "dim": 4, "spectrum": [0, 1, 3, 2], "noise": gaussian(0.5)}
    trough = {"kind": "trough3", "noise": gaussian(1)}
    for problem, lr, start in ((several, 0.001, [0.3, 0.05, 0, 0]),
                               (LINEAR, 0.002, [0.2**0.5, 0, 0.8**0.5, 0]),
                               (trough, 2e-4, [0.08, 0.02, 0.06])):
        run = at_rest(experiment(problem, "sgd", lr, 0.1, start, 12000, observables=["loss"],
                                 checkpoints=late(4000, 12000, 20)))
        agrees(laws(run)["loss"], "equipartition", *mean(rows(run, 60)[:, :, 0].mean(1)))
    outside(laws(experiment(several, "sgd", 0.1, 0.5, [1] * 4))["loss"], "equipartition")

# ---- linear problems -----------------------------------------------------------------------------

with case("linear problems: relaxation"):
    one = {**QUADRATIC, "dim": 1, "spectrum": [0.5]}
    run = experiment(one, "sgd", 0.1, 0.1, [20])
    law = laws(run)
    time = law["relaxation_time"]["value"]
    run |= {"steps": round(time), "observables": ["norm2"]}
    fraction, error = mean((rows(run, 4000)[:, 1, 0] - law["norm2"]["value"]) / 400)
    agrees(law["relaxation_time"], "linear-relaxation", -round(time) / math.log(fraction),
           time * error / fraction)
with case("linear problems: the edge, and no equilibrium beyond it"):
    for dynamics in ("gd", "sgd"):
        quiet = {**QUADRATIC, "dim": 1, "spectrum": [0.5], "noise": {"kind": "none"}}
        run = experiment(quiet, dynamics, 0.1, 0.1, [1], observables=["x"])
        factor = rows(run, 1)[0, 1, 0]
        agrees(laws(run)["edge_sharpness"], "linear-edge", 2 * 0.6 / (1 - factor) - 0.1, 0)
        edge = laws(run)["edge_sharpness"]["value"]
        for a, shrinks in ((0.99 * edge, True), (1.01 * edge, False)):
            run = experiment({**quiet, "spectrum": [a]}, dynamics, 0.1, 0.1, [1], 100,
                             observables=["norm2"])
            same(rows(run, 1)[0, 1, 0] < 1, shrinks, "stable")
            same(laws(run)["edge_sharpness"]["inside"], shrinks, "inside")
    law = laws(experiment(QUADRATIC, "sgd", 1.2, 0, [1, 1]))
    for quantity, name in (("norm2", "linear-norm2"), ("loss", "linear-loss"),
                           ("relaxation_time", "linear-relaxation"),
                           ("edge_sharpness", "linear-edge")):
        outside(law[quantity], name)

# ---- mixing --------------------------------------------------------------------------------------

with case("mixing: a direction on the circle, and on the minimisers of the linear model"):
    circle = {"kind": "noise_only", "dim": 2, "noise": gaussian(1)}
    for problem, lr, wd, start, plane, directions, radius2 in (
        (circle, 0.05, 0.05, [0.8, 0], [[1, 0], [0, 1]], 1, 1),
        (LINEAR, 0.01, 0.1, [0.2**0.5, 0, 0.8**0.5, 0], [[0, 0, 1, 0], [0, 0, 0, 1]], 3, 0.8)
    ):
        run = experiment(problem, "sgd", lr, wd, start, observables=["plane_angle"], plane=plane)
        law = laws(run)["mixing_time"]
        # E cos = e^(-V/2); V grows by 4 el/(2 (p-1) rho^2) a step at equilibrium
        slope = 4 * lr * wd / (2 * directions * radius2)
        time = law["value"]
        run |= {"steps": round(time)}
        cosine, error = mean(numpy.cos(rows(run, 4000)[:, 1, 0]))
        agrees(law, "direction-mixing", round(time) + (2 + 2 * math.log(cosine)) / slope,
               2 * error / cosine / slope)
    outside(laws(experiment(circle, "sgd", 0.5, 0.5, [1, 0]))["mixing_time"], "direction-mixing")
with case("mixing of the quotient: the risk leaves f = 0 at the slowest rate"):
    start = [0, (0.01 * 4 / 0.2)**0.25, 0, 0, 0]
    run = experiment(FIVE, "sgd", 0.01, 0.1, start)
    law = laws(run)["mixing_time"]
    first, last = round(4 * law["value"]), round(6 * law["value"])
    run |= {"steps": 900, "observables": ["f"],
            "checkpoints": [first, last, 600, 700, 800, 900]}
    got = rows(run, 20000)[:, :, 0]
    rest = got[:, 2:].mean()
    early, late_one = rest - got[:, 0], rest - got[:, 1]
    fall, error = ratio(late_one, early)
    agrees(law, "rayleigh-mixing", (last - first) / -math.log(fall),
           (last - first) / math.log(fall)**2 * error / fall)
    outside(laws(experiment(FIVE, "sgd", 0.3, 0.5, start))["mixing_time"], "rayleigh-mixing")
with case("mixing of the quotient: eigenvalues of row nrq3, p = 5"):
    # e = sqrt(2 el)/(sigma sqrt(p-1)) of the SDE; at .02236 the slowest rate is .02106249
    for e, rate in ((0.0005**0.5, 0.02106249), (1e-3, 1e-3 / 1.002506), (1e-6, 1e-6)):
        run = experiment(FIVE, {"kind": "sde", "substeps": 2**20}, 2 * e * e / 0.1, 0.1, start)
        one = laws(run)["mixing_time"]
        holds(abs(one["value"] * rate - 1) <= one["next"] + 3e-6, f"{one['value']} at {e}")

# ---- edge of stability ---------------------------------------------------------------------------


with case("edge: outside where lr*wd is large"):
    law = laws(experiment({"kind": "trough3"}, "gd", 0.5, 1, [0.8, 0.1, 0.6]))
    for quantity in ("norm2", "effective_lr", "loss"):
        outside(law[quantity], "edge-" + quantity.replace("_", "-"))
    outside(law["step_angle"], "edge-angle")
with case("edge under noise: 2 over the measured rate"):
    run = experiment(FIVE, "sgd", 0.01, 0.1, [0.6, 0.2, 0, 0, 0], 4000, observables=NORM,
                     checkpoints=late(2000, 4000, 50))
    value, error = mean(1 / rows(run, 60)[:, :, 2].mean(1))
    agrees(laws(run)["edge_sharpness"], "noise-edge", 2 * (1 - 0.001) * value, 2 * error)
    outside(laws(experiment({**FIVE, "spectrum": [0, 500, 1, 1, 1]}, "sgd", 0.01, 0.1,
                            [1] * 5))["edge_sharpness"], "noise-edge")
with case("edge at the start: a deviation from a minimiser shrinks inside and grows outside"):
    for lr, inside in ((0.9, True), (1.1, False)):  # 2 |x|^2/lr against the sharpness 2
        run = experiment({"kind": "ratio2"}, "gd", lr, 0, [1e-6, 1], 1,
                         observables=["loss", "spherical_sharpness"])
        got, law = rows(run, 1)[0], laws(run)["edge_sharpness"]
        same(got[1, 0] < got[0, 0], inside, "shrinks")
        if inside:
            agrees(law, "start-edge", 2 * got[0, 1] / (1 - -math.sqrt(got[1, 0] / got[0, 0])
                                                       if lr * got[0, 1] > 1 else 1), 0)
        else:
            outside(law, "start-edge")
with case("critical batch: N/G of a run gives it by the sharp form of Theorem 6.6"):
    run = experiment(FIVE, "sgd", 0.01, 0.1, [0.6, 0.2, 0, 0, 0], 4000,
                     observables=["grad_norm2", "noise_trace"], checkpoints=late(2000, 4000, 20))
    got = rows(run, 100).mean(1)
    n, error = ratio(got[:, 1], got[:, 0])
    el, c2 = 0.001, 2
    critical = (2 * c2 * (1 + n) - (2 - el) * n) / (2 - el + c2 * el * (1 + n))
    agrees(laws(run)["critical_batch"], "critical-batch", critical, error)
    outside(laws(experiment(FIVE, "sgd", 0.3, 0.5, [1] * 5))["critical_batch"], "critical-batch")

# ---- the table, and where there is no law --------------------------------------------------------

with case("every law of the table agreed with a simulation and said outside"):
    same(sorted(TESTED), sorted((name, what) for name in LAWS for what in ("agrees", "outside")),
         "laws tested")
with case("docs/laws.md has the table of the program"):
    holds(LIST in read(os.path.join(ROOT, "docs/laws.md")).decode(), "it differs: sidyn law --list")
for what, content, reason in (
    ("no weight decay", experiment(NOISE5, "sgd", 0.1, 0, [1] * 5), "without weight decay"),
    ("no noise", experiment({**FIVE, "noise": {"kind": "none"}}, "sgd", 0.1, 0.1, [1] * 5),
     "there is no noise"),
    ("noise of samples", experiment({**LINEAR, "noise": {"kind": "samples"}}, "sgd", 0.1, 0.1,
                                    [1] * 4), "the noise trace of samples depends on x"),
    ("a schedule without an end", experiment(NOISE5, "sgd", 0.1, 0.1, [1] * 5) | {
        "schedule": {"kind": "exponential", "lr": 0.1, "wd": 0.1, "factor": 0.9}},
     "the schedule does not come to rest"),
    ("labels that do not fit", experiment({**LINEAR, "labels": [3, 0]}, "sgd", 0.1, 0.1, [1] * 4),
     "the labels are not fitted"),
    ("a dynamics without laws",
     experiment(NOISE5, {"kind": "adamw", "alpha": 1, "beta": 0.9, "beta2": 0.99}, 0.1, 0.1,
                [1] * 5), "none in the table"),
):
    with case(f"no law known: {what}"):
        found = laws(content)["norm2"]
        same(found["law"], None, "law")
        holds(reason in found["reason"], found["reason"])
with case("a schedule counts as it ends: the last segment, a cosine after its period"):
    plain = laws(experiment(NOISE5, "sgd", 0.1, 0.1, [1] * 5))["norm2"]["value"]
    for schedule in ({"kind": "piecewise", "segments": [{"start": 0, "lr": 1, "wd": 0.1},
                                                        {"start": 5, "lr": 0.1, "wd": 0.1}]},
                     {"kind": "cosine", "lr": 1, "lr_min": 0.1, "period": 10, "wd": 0.1}):
        run = experiment(NOISE5, "sgd", 0.1, 0.1, [1] * 5, 10) | {"schedule": schedule}
        same(laws(run)["norm2"]["value"], plain, "value")
GOOD = write("good.json", experiment(NOISE5, "sgd", 0.1, 0.1, [1] * 5, observables=["x"]))
for arguments, says in (
    (["law"], "law: needs exactly one EXPERIMENT.json"),
    (["law", GOOD, GOOD], "law: needs exactly one EXPERIMENT.json"),
    (["law", "--list", GOOD], "law: --list: stands alone"),
    (["law", GOOD, "--json", "-"], "law: --json -: standard output has the table"),
    (["law", GOOD, "--json", GOOD], "that is the experiment; allowed: another file"),
    (["law", GOOD, "--json"], "law: --json: needs a value"),
    (["law", GOOD, "--fast"], "law: --fast: unknown option"),
    (["law", path_of("none.json")], "none.json"),
    (["run", GOOD, "--with-law"], "run: --with-law: no observable has a law; allowed: "),
):
    with case("refused: " + " ".join(os.path.basename(word) for word in arguments)):
        refused(sidyn(*arguments), says)

# ---- run --with-law ------------------------------------------------------------------------------

COLUMNS = ["norm2", "x", "step_angle", "norm2", "effective_lr", "gamma", "noise_trace", "loss"]
SHOWN_LAWS = ["norm2", "step_angle", "effective_lr", "gamma", "noise_trace", "loss"]


def columns(content, count, wanted):
    """Means and errors of observables, and their laws, at each checkpoint."""
    content = content | {"observables": wanted}
    got = rows(content, count, "--with-law")
    k = len(wanted)
    for c in range(1, got.shape[1]):
        for o in range(k):
            yield wanted[o], c, *mean(got[:, c, o]), got[:, c, k + o].mean()


with case("columns: the observables unchanged, then each law once, in CSV, .npy and statistics"):
    run = experiment(NOISE5, "sgd", 0.1, 0.1, [1] * 5, 20, observables=COLUMNS,
                     checkpoints=[0, 7, 20])
    name = write("run.json", run)
    plain, more = (output("run", name, "--trajectories", "0:3", *option).decode().splitlines()
                   for option in ((), ("--with-law",)))
    same(more[0], plain[0] + "".join(f",law_{name}" for name in SHOWN_LAWS), "head")
    for without, row in zip(plain[1:], more[1:]):
        same(row[:len(without)] + ",", without + ",", "observables")
        same(row.count(","), more[0].count(","), "columns")
    got = rows(run, 3, "--with-law")
    same(got.shape, (3, 3, 12 + 6), "shape")
    same([float(word) for word in more[3].split(",")[3:]], list(got[0, 2]), "numbers of .npy")
    holds((got[:, 1:, 12:17] > 0).all() and (got[:, :, 17] == 0).all(), f"laws {got[0]}")
    text = output("run", name, "--trajectories", "0:3", "--with-law", "--statistics").decode()
    for column in SHOWN_LAWS:
        line = re.search(rf"(?m)^20,law_{column},3,([^,]+),0,0,", text)
        holds(line and float(line.group(1)) == got[0, 2, 12 + SHOWN_LAWS.index(column)], column)
with case("the norm along a schedule with a jump of lr and of |x|, for SGD, SVAG and the SDE"):
    segments = [{"start": 0, "lr": 0.2, "wd": 0.1}, {"start": 30, "lr": 0.02, "wd": 0.1,
                                                     "rescale": 0.5}]
    for dynamics, unit in (("sgd", 1), ({"kind": "svag", "l": 3}, 3),
                           ({"kind": "sde", "substeps": 2}, 1)):
        run = experiment(NOISE5, dynamics, 1, 0, [1, 0, 0, 0, 1], 60 * unit,
                         checkpoints=[k * unit for k in (0, 1, 10, 30, 31, 60)]) | {
            "schedule": {"kind": "piecewise", "segments": segments}}
        for what, c, value, error, law in columns(run, 4000, ["norm2", "noise_trace",
                                                              "effective_lr"]):
            holds(abs(value - law) <= 0.01 * law + 4 * error, f"{what} {c}: {value} {error} {law}")
with case("the angle of each step: rms over trajectories"):
    run = experiment(NOISE5, "sgd", 0.1, 0.1, [1, 0, 0, 0, 1], 50, checkpoints=[0, 1, 10, 50],
                     observables=["step_angle"])
    got = rows(run, 4000, "--with-law")
    for c in (1, 2, 3):
        square, error = mean(got[:, c, 0]**2)
        holds(abs(square / got[0, c, 1]**2 - 1) < 0.03 + 4 * error / square, f"{square} {c}")
with case("laws end where the run ends, and go on where a later trajectory gets further"):
    name = write("run.json", experiment(NOISE5, "sgd", 0, 0, [1] * 5, 10**9) | {
        "schedule": {"kind": "exponential", "lr": 0.1, "wd": 0.1, "factor": 2},
        "checkpoints": [0, 10**9], "observables": ["norm2"]})
    lines = sidyn("run", name, "--with-law", timeout=20).stdout.decode().splitlines()
    same([line.split(",")[:3] for line in lines[1:]], [["0", "0", ""], ["0", "7", "intrinsic_lr"]],
         "rows")
    grows = {"kind": "quadratic_noisy", "dim": 1, "spectrum": [1.7e308**0.1], "noise": gaussian(1)}
    run = experiment(grows, "sgd", 1, 0, [0], 12, checkpoints={"every": 1}, observables=["norm2"])
    name, ends = write("run.json", run), []

    def from_to(first, last):
        sidyn("run", name, "--trajectories", f"{first}:{last}", "--out", path_of("run.npy"),
              "--with-law")
        return numpy.load(path_of("run.npy"))

    for i, one in enumerate(from_to(3, 20), 3):  # the first of them ends early
        holds(numpy.array_equal(one, from_to(i, i + 1)[0], equal_nan=True), f"{i}: {one}")
        ends.append(numpy.isfinite(one[:, 0]).sum())
    holds(ends[0] < max(ends), f"no later trajectory gets further: {ends}")
with case("momentum: no law of the angle, and the norm after 10/(1-beta) steps"):
    for beta, lr in ((0.9, 0.01), (0.5, 0.05)):
        filled = round(10 / (1 - beta))
        run = experiment(NOISE5, {"kind": "momentum", "beta": beta}, lr, 0.05, [1, 0, 0, 0, 0],
                         8 * filled, observables=["step_angle", "norm2"],
                         checkpoints=[2, filled, 2 * filled, 8 * filled])
        got, law = rows(run, 4000, "--with-law"), laws(run)
        same((law["step_angle"]["law"], numpy.isnan(got[:, :, 2]).all()), (None, True), "angle")
        for c in range(4):
            value, error = mean(got[:, c, 1] / got[:, c, 3])
            # at rest what the law leaves out, on the way the number of its condition
            size = law["norm2"]["next" if c == 3 else "here"]
            same(abs(value - 1) <= size + 4 * error, c > 0, f"{value} +- {error}, {size}, {c}")
with case("each trajectory from its own start"):
    run = experiment(NOISE5, "sgd", 0.01, 0.1, [1] * 5, 10) | {
        "start": {"kind": "gaussian", "scale": 1}, "observables": ["norm2"],
        "checkpoints": [0, 10]}
    got = rows(run, 50, "--with-law")
    same(got[:, 0, 0].tolist(), got[:, 0, 1].tolist(), "|x|^2 at the start")
    holds(numpy.std(got[:, 1, 1]) > 0.1, "the laws are all the same")
with case("linear problems at each step: the numbers of svag2, and the mean over trajectories"):
    one = {"kind": "quadratic_samples", "dim": 1, "a": [[0.4], [1.6], [0.9]],
           "b": [[-0.5], [0.3], [0.8]], "weights": [0.5, 0.3, 0.2]}
    for l, square in ((1, 0.08147237347033204), (4, 0.0926272298070781), (16, 0.0964394389524913)):
        run = experiment(one, {"kind": "svag", "l": l}, 0.4, 0, [1.3], 5 * l,
                         observables=["norm2"])
        found = rows(run, 1, "--with-law")[0, 1, 1]
        holds(abs(found - square) < 1e-14, f"l = {l}: {found}")
    run = experiment(FAMILY, {"kind": "sgd", "batch": 2}, 0.3, 0.1, [1, 2], 9,
                     checkpoints=[0, 1, 4, 9]) | {"schedule": {
                         "kind": "piecewise", "segments": [{"start": 0, "lr": 0.3, "wd": 0.1},
                                                           {"start": 4, "lr": 0.1, "rescale": 2}]}}
    for what, c, value, error, law in columns(run, 4000, ["norm2", "loss", "noise_trace"]):
        holds(abs(value - law) <= 4 * error + 1e-12, f"{what} {c}: {value} {error} {law}")
with case("the loss of the quotient from its start"):
    run = experiment(FIVE, "sgd", 0.01, 0.1, [0.4, 0.3, 0, 0, 0.2], 200,
                     checkpoints=[0, 10, 50, 200], observables=["loss"])
    got = rows(run, 4000, "--with-law")
    for c in range(4):
        value, error = mean(got[:, c, 0])
        holds(abs(value / got[0, c, 1] - 1) < 0.03 + 4 * error / value, f"{value} {got[0, c]}")
    run = experiment({"kind": "ratio2", "noise": gaussian(1)}, {"kind": "svag", "l": 2}, 0.01, 0.1,
                     [0.3, 0.4], 100, checkpoints=[0, 20, 100], observables=["loss"])
    got = rows(run, 8000, "--with-law")
    for c in range(3):
        value, error = mean(got[:, c, 0])
        holds(abs(value / got[0, c, 1] - 1) < 0.03 + 4 * error / value, f"{value} {got[0, c]}")
with case("the loss of the quotient: to the stationary law, NaN where it is too narrow"):
    for dim, lr in ((5, 0.01), (50, 0.1), (5, 1e-8)):
        two = {"kind": "rayleigh", "dim": dim, "spectrum": [0] + [1] * (dim - 1),
               "noise": gaussian(1)}
        run = at_rest(experiment(two, {"kind": "sde", "substeps": 1}, lr, 0.1,
                                 [0.8, 0.6] + [0] * (dim - 2), 1000, observables=["loss"]))
        got, one = rows(run, 1, "--with-law")[0, :, 1], laws(run)["loss"]
        if lr == 1e-8:
            same((round(got[0], 12), math.isnan(got[1])), (0.18, True), "start and end")
        else:
            holds(abs(got[1] / one["value"] - 1) < 0.01, f"{got} {one['value']}")
with case("NaN where no law is known, and in rows that are not reached"):
    for problem, dynamics, observables in (
        (NOISE5, {"kind": "adamw", "alpha": 1, "beta": 0.9, "beta2": 0.99}, ["norm2"]),
        ({**FIVE, "spectrum": [0, 1, 2, 2, 2]}, "sgd", ["loss"]),
        ({**NOISE5, "noise": {"kind": "gaussian", "scale": [1, 1, 1, 1, 2]}}, "sgd", ["norm2"]),
    ):
        run = experiment(problem, dynamics, 0.1, 0.1, [1] * 5, observables=observables)
        holds(numpy.isnan(rows(run, 2, "--with-law")[:, :, 1]).all(), "a law")
    grows = {"kind": "quadratic_noisy", "dim": 1, "spectrum": [1e160], "noise": gaussian(1)}
    name = write("run.json", experiment(grows, "sgd", 1, 0, [1], 3, observables=["norm2"],
                                        checkpoints={"every": 1}))
    result = sidyn("run", name, "--with-law")
    last = result.stdout.decode().splitlines()[-1].split(",")
    same((result.returncode, last[2], last[4]), (0, "nonfinite", "nan"), "the last row")

finish()

"""Right implementations of docs/spec.md that compute otherwise than it says, and faults in them.

    variants.py [--precision binary32] [--form FORM] [--fault NAME]

FORM is reversed (sums from their end, and formulas on the unit sphere), derivative (gradients and
Hessians by complex steps from losses and gradients, NumPy's own sums) or extended (all of it in the
next larger precision, one rounding at the end). The faults are those of FAULTS in
variant_arithmetic.py.
"""
import json
import math
import sys

import numpy as np

from variant_arithmetic import OPTIONS, REAL, add, dot, fault, length, real, reals, tangential
from variant_problems import PROBLEMS, make_problem

# ---- noise ---------------------------------------------------------------------------------------


def placed(problem, x, u):
    """Noise u as it is at x."""
    u = u * REAL(1.001 if fault("noise-1e-3") else 1)
    if not problem.invariant:
        return u
    y = x / length(x)
    v = u if fault("noise-not-tangential") else tangential(u, y)
    return v / length(x) / (length(x) if fault("noise-norm-squared") else 1)


def noise(problem, x, draw):
    if problem.kind == "none":
        return 0 * x
    e = reals(draw)
    if problem.kind != "sphere":
        return placed(problem, x, e * (problem.sigma if problem.scale is None else problem.scale))
    if problem.invariant:
        e = tangential(e, x / length(x))
    return placed(problem, x, problem.sigma * e / np.sqrt(dot(e, e)))


def gaussian_noise(problem, x, draw):
    if problem.kind == "none":
        return 0 * x
    if problem.kind == "samples":
        weights, rows = problem.samples(x)
        return add((np.sqrt(weights) * reals(draw))[:, None] * (rows - problem.formula(x)))
    size = problem.sigma if problem.scale is None else problem.scale
    if problem.kind == "sphere":
        size = problem.sigma / np.sqrt(REAL(len(x) - problem.invariant))
    if problem.kind == "poisson":
        size = np.sqrt(problem.mean)
    return placed(problem, x, size * reals(draw))


def noisy_gradient(problem, x, draw, batch):
    divisor = REAL(1 if fault("no-batch-mean") else batch)
    if problem.kind == "samples":
        return add(problem.samples(x)[1][draw]) / divisor
    if problem.kind == "poisson":
        return add(reals(draw).reshape(batch, -1)) / divisor
    return problem.gradient(x) + noise(problem, x, draw)


def noise_trace(problem, x):
    p, r = REAL(len(x)), dot(x, x)
    if problem.kind == "none":
        return REAL(0)
    if problem.kind == "samples":
        weights, rows = problem.samples(x)
        d = rows - problem.formula(x)
        return dot(weights, add((d * d).T))
    if problem.kind == "poisson":
        return problem.mean * p
    if problem.scale is not None:
        q = problem.scale**2
        return (add(q) - dot(x, q * x) / r) / r if problem.invariant else add(q)
    free = 1 if problem.kind == "sphere" else p - (problem.invariant and not fault("trace-p"))
    return problem.sigma**2 * free / (r if problem.invariant else 1)


# ---- dynamics ------------------------------------------------------------------------------------


def decayed(x, h, wd, g):
    wd = wd * REAL(1.001 if fault("decay-1e-3") else 1)
    return (1 - h * wd) * (x - h * g) if fault("decay-after") else x - h * (g + wd * x)


def adam(dynamics, x, s, lr, wd, g):
    beta, beta2, alpha, eps = (real(dynamics[k]) for k in ("beta", "beta2", "alpha", "eps"))
    b1, b2 = s["b1"] * beta, s["b2"] * beta2
    g = g + wd * x if dynamics["kind"] == "adam_l2" else g
    m, v = s["m"] + (1 - beta) * (g - s["m"]), s["v"] + (1 - beta2) * (g * g - s["v"])
    root = np.sqrt(v / (1 - b2) + (eps if fault("adam-eps-inside") else 0))
    root = root + (0 if fault("adam-eps-inside") else eps)
    up = m if fault("adam-no-correction") else m / (1 - b1)
    move = alpha * np.where(root == 0, 0, up / np.where(root == 0, 1, root))
    move = move + wd * x if dynamics["kind"] == "adamw" else move
    return {"x": x - lr * move, "m": m, "v": v, "b1": b1, "b2": b2}


def projected(dynamics, x, s, lr, wd, g):
    def moved(eta):
        return (x - eta * g) / length(x - eta * g)

    square = dot(g, g)
    if dynamics["kind"] == "projected_gd":
        big, a = s["R"], 1 - lr * wd
        return {"x": moved(lr / (a * big)), "R": a * a * big + lr * lr * square / big}
    beta = real(dynamics["beta"])
    if dynamics["kind"] == "rmsprop":
        return {"x": moved(lr / np.sqrt(s["v"])), "v": s["v"] + (1 - beta) * (square - s["v"])}
    k = (1 - beta) / 2
    return {"x": moved(1 / s["u"]), "u": s["u"] - k * s["u"] + k * square / (lr * lr * s["u"])}


def sde(problem, dynamics, x, lr, wd, draws):
    m, batch = dynamics.get("substeps", 1), dynamics.get("batch", 1)
    h, size = lr / REAL(m), lr / np.sqrt(REAL(m * batch))
    size = size / np.sqrt(REAL(m)) if fault("sde-substeps") else size
    for draw in draws:
        b = problem.gradient(x)
        if dynamics["kind"] == "sde2":
            b = b + wd * x
            k = lr if fault("sde2-half") else lr / 2
            b = b + k * (problem.hessian_vector(x, b) + wd * b)
        moved = x - h * b if dynamics["kind"] == "sde2" else decayed(x, h, wd, b)
        x = moved + size * gaussian_noise(problem, x, draw)
    return {"x": x}


def make_step(problem, dynamics, lr, wd, s, draws):
    kind, x = dynamics["kind"], s["x"]
    lr = REAL(np.float16(lr)) if fault("lr-half-precision") else lr
    if kind in ("noisy_gd", "sde", "sde2"):
        return sde(problem, dynamics, x, lr, wd, draws)
    g = [noisy_gradient(problem, x, draw, dynamics.get("batch", 1)) for draw in draws]
    g = g or [problem.gradient(x)]
    if kind in ("adam_l2", "adamw"):
        return adam(dynamics, x, s, lr, wd, g[0])
    if kind in ("projected_gd", "rmsprop", "quasi_rmsprop"):
        return projected(dynamics, x, s, lr, wd, g[0])
    if kind == "momentum":
        v = real(dynamics["beta"]) * s["v"] + g[0] + wd * x
        return {"x": x - lr * v, "v": v}
    if kind == "svag":
        l = REAL(dynamics["l"])
        root = np.sqrt(l if fault("svag-root") else 2 * l - 1)
        lr = lr if fault("svag-lr") else lr / l
        return {"x": decayed(x, lr, wd, (g[0] + g[1]) / 2 + root * (g[0] - g[1]) / 2)}
    return {"x": decayed(x, lr, wd, g[0])}


def at(schedule, k):
    kind = schedule["kind"]
    if kind == "piecewise":
        segment = [s for s in schedule["segments"] if int(s["start"]) <= k][-1]
        begins = int(segment["start"]) == k and k > 0
        return real(segment["lr"]), real(segment["wd"]), real(segment["rescale"]) if begins else 1
    lr, wd, low = real(schedule["lr"]), real(schedule["wd"]), real(schedule.get("lr_min", 0))
    if kind == "exponential":
        lr = lr * real(schedule["factor"])**REAL(k)
    elif kind == "cosine":
        period = int(schedule["period"])
        k = k if fault("cosine-rises") else min(k, period)
        lr = low + (lr - low) * (1 + np.cos(REAL(math.pi) * REAL(k) / REAL(period))) / 2
    elif kind == "triangle":
        u = REAL(k % int(schedule["period"])) / REAL(int(schedule["period"]))
        lr = low + (lr - low) * (1 - np.abs(2 * u - 1))
    return lr, wd, 1


# ---- requests ------------------------------------------------------------------------------------


def normals_from_raws(q):
    u = np.array([(int(raw) >> 11) * 2.0**-53 for raw in q["raws"]], dtype=REAL)
    u1 = u[0::2] if fault("normals-sine") else 1 - u[0::2]
    r, turn = np.sqrt(-2 * np.log(u1)), 2 * REAL(math.pi) * u[1::2]
    return {"values": np.stack([r * np.cos(turn), r * np.sin(turn)], -1).ravel()}


def noise_request(q):
    problem, x, draw = make_problem(q["problem"]), reals(q["x"]), q["draw"]
    if q["gaussian"]:
        return {"values": gaussian_noise(problem, x, draw)}
    if problem.kind in ("samples", "poisson"):
        return {"values": noisy_gradient(problem, x, draw, q["batch"])}
    return {"values": noise(problem, x, draw)}


def sharpness(q):
    problem, x = make_problem(q["problem"]), reals(q["x"])
    columns = [problem.hessian_vector(x, e) for e in np.eye(len(x), dtype=REAL)]
    hessian = np.array(columns) * dot(x, x)
    wide = np.float32 if REAL == np.float32 else np.float64
    values = np.linalg.eigvalsh(((hessian + hessian.T) / 2).astype(wide))
    return {"value": max(values, key=abs) if fault("sharpness-size") else values[-1]}


def step(q):
    if fault("step-refused"):
        return {"end": "origin"}
    state = {k: reals(v) if isinstance(v, list) else real(v) for k, v in q["state"].items()}
    return {"state": make_step(make_problem(q["problem"]), q["dynamics"], real(q["lr"]),
                               real(q["wd"]), state, q["draws"])}


def run(q):
    e = q["experiment"]
    problem, dynamics, x = make_problem(e["problem"]), e["dynamics"], reals(e["start"]["x"])
    lr, wd, _ = at(e["schedule"], 0)
    s, rows = {"x": x}, []
    if dynamics["kind"] != "gd":
        s["x"], v0 = x / length(x), real(dynamics.get("v0", 0))
        s.update({"projected_gd": {"R": dot(x, x)}, "rmsprop": {"v": v0},
                  "quasi_rmsprop": {"u": np.sqrt(v0) / lr}}[dynamics["kind"]])
    for t in range(e["steps"] + 1):
        rows.append(s["x"])
        s = make_step(problem, dynamics, lr, wd, s, [])
    rows = rows[:-1] if fault("run-short") else rows
    return {"rows": rows, "end": {"step": e["steps"], "reason": ""}}


def at_point(function):
    return lambda q: function(make_problem(q["problem"]), reals(q["x"]), q)


REQUESTS = {
    "normals_from_raws": normals_from_raws,
    "sum": lambda q: {"value": add(reals(q["a"]))},
    "dot": lambda q: {"value": dot(reals(q["a"]), reals(q["b"]))},
    "loss": at_point(lambda problem, x, q: {"value": problem.loss(x)}),
    "gradient": at_point(lambda problem, x, q: {"values": problem.gradient(x)}),
    "hessian_vector": at_point(
        lambda problem, x, q: {"values": problem.hessian_vector(x, reals(q["v"]))}),
    "noise": noise_request,
    "noise_trace": at_point(lambda problem, x, q: {"value": noise_trace(problem, x)}),
    "schedule": lambda q: dict(zip(("lr", "wd", "rescale"), at(q["schedule"], q["k"]))),
    "sharpness": sharpness,
    "step": step,
    "run": run,
}


def hello(_):
    return {"name": f"{OPTIONS.form} {OPTIONS.fault}", "precision": OPTIONS.precision,
            "can": [*REQUESTS], "problems": [*PROBLEMS],
            "dynamics": ["gd", "sgd", "svag", "noisy_gd", "sde", "sde2", "momentum", "adam_l2",
                         "adamw", "projected_gd", "rmsprop", "quasi_rmsprop"],
            "observables": ["x"], "levels": ["numbers"]}


def sent(value):
    """An answer's part as JSON has it, rounded to the precision."""
    if isinstance(value, dict):
        return {name: sent(part) for name, part in value.items()}
    if isinstance(value, list) or (isinstance(value, np.ndarray) and value.ndim):
        return [sent(part) for part in value]
    if isinstance(value, (str, int)):
        return value
    number = float(np.float32(value) if OPTIONS.precision == "binary32" else value)
    return number if math.isfinite(number) else np.array(number, ">f8").tobytes().hex()


def main():
    for line in sys.stdin:
        q = json.loads(line)
        answer = hello(q) if q["do"] == "hello" else sent(REQUESTS[q["do"]](q))
        print(json.dumps({"id": q["id"], **answer}), flush=True)


main()

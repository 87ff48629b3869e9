"""A command for `sidyn conform --level laws` in vectorised NumPy, with random numbers of its own,
and deliberate faults.

    faulty_moments.py [FAULT=VALUE]...

lr, wd, sigma, batch, beta, size (of a random start) are scaled by the value; third=V scales the
third moment of noise by V < 1 and leaves its variance. Faults that are there or not, VALUE 1: see
the names in SWITCHES. binary32=1 is no fault: states are rounded to that, and hello says so.
"""
import json
import math
import sys

import numpy as np

SWITCHES = {
    "l": "svag with sqrt(l) for sqrt(2l - 1)",
    "svag_lr": "svag whose lr is not divided by l",
    "substeps": "one substep whatever is asked",
    "order": "sde for sde2 and the reverse",
    "gaussian": "Gaussian noise for signs, and signs for Gaussian noise",
    "sampled": "noisy_gd that samples",
    "radial": "a fifth of the part of the noise along x is left",
    "shift": "random starts off by a twentieth of their standard deviation",
    "moment": "random starts of the right variance and another shape",
    "same": "every trajectory has the random numbers of the first",
    "seedless": "the seed is ignored",
    "shifted": "trajectory i of seed s is i + 1 of seed s - 1",
    "coordinates": "coordinates 2k and 2k + 1 have a twentieth of their noise in common",
    "steps": "all steps have the same noise",
    "twins": "trajectories 2k and 2k + 1 are mirror images",
    "start": "start and noise share their random numbers",
    "tail": "no normal is beyond 3.4",
    "single": "normals of single precision",
    "restless": "another request, another answer",
    "ends": "one trajectory in a thousand ends early",
    "nan": "one trajectory in a thousand has a number that is none",
    "modest": "rayleigh with sgd from a point is all that is claimed",
}
FAULTS = {name: float(value) for name, value in (word.split("=") for word in sys.argv[1:])}
SCALES = {name: FAULTS.get(name, 1.0) for name in ("lr", "wd", "sigma", "beta", "size", "third")}
HELLO = {"name": "moments", "precision": "binary64", "numbers": "dec", "can": ["ensemble"],
         "problems": ["rayleigh", "normalised_linear", "ratio2", "quadratic_samples", "noise_only",
                      "quadratic_noisy", "poisson"],
         "dynamics": ["sgd", "svag", "noisy_gd", "sde", "sde2", "momentum", "adam_l2", "adamw"],
         "schedules": ["constant"], "observables": ["norm2", "loss", "step_angle", "x"]}
if "binary32" in FAULTS:
    HELLO["precision"] = "binary32"
if "modest" in FAULTS:
    HELLO |= {"problems": ["rayleigh"], "dynamics": ["sgd"], "starts": ["point"],
              "observables": ["norm2", "x"]}
asked = 0


def dots(a, b):
    return np.sum(a * b, axis=-1, keepdims=True)


class Problem:
    """Loss, gradient and noise at the rows of x."""

    def __init__(self, fields):
        self.kind, self.noise = fields["kind"], fields["noise"]["kind"]
        self.sigma = SCALES["sigma"] * fields["noise"].get("sigma", 0.0)
        self.tangential = self.kind in ("rayleigh", "normalised_linear", "ratio2", "noise_only")
        if "gaussian" in FAULTS and self.noise in ("gaussian", "rademacher"):
            self.noise = "rademacher" if self.noise == "gaussian" else "gaussian"
        for name in ("spectrum", "features", "labels", "a", "b", "weights"):
            setattr(self, name, np.array(fields.get(name, []), dtype=float))
        self.mean = fields.get("mean")
        self.samples = len(self.features) or len(self.a)
        if not len(self.weights):
            self.weights = np.full(self.samples, 1.0 / max(self.samples, 1))

    def loss(self, x):
        if self.kind == "rayleigh":
            return 0.5 * dots(x, self.spectrum * x) / dots(x, x)
        if self.kind == "quadratic_noisy":
            return 0.5 * dots(x, self.spectrum * x)
        if self.kind == "quadratic_samples":
            a, b = self.weights @ self.a, self.weights @ self.b
            return np.sum(0.5 * a * x * x - b * x, axis=-1, keepdims=True)
        raise NotImplementedError

    def residuals(self, x):
        return x @ self.features.T / np.sqrt(dots(x, x)) - self.labels

    def project(self, x, u):
        return u - dots(x, u) / dots(x, x) * x

    def gradient(self, x):
        if self.kind == "rayleigh":
            r, v = dots(x, x), self.spectrum * x
            return (v - dots(x, v) / r * x) / r
        if self.kind == "normalised_linear":
            h = self.residuals(x) @ self.features / self.samples
            return self.flat(x, h) / np.sqrt(dots(x, x))
        if self.kind == "ratio2":
            s = 2.0 * (x[:, :1] * x[:, 1:]) / dots(x, x) ** 2
            return np.hstack([s * x[:, 1:], -s * x[:, :1]])
        if self.kind == "quadratic_noisy":
            return self.spectrum * x
        if self.kind == "quadratic_samples":
            return (self.weights @ self.a) * x - self.weights @ self.b
        return np.full_like(x, self.mean) if self.kind == "poisson" else np.zeros_like(x)

    def hessian(self, x, y):
        if self.kind == "rayleigh":
            r, g = dots(x, x), self.gradient(x)
            q, c = dots(x, self.spectrum * x) / r, dots(x, y) / r
            return (self.spectrum * y - q * y - 2.0 * dots(g, y) * x) / r - 2.0 * c * g
        return self.spectrum * y  # quadratic_noisy; no other is asked

    def combined(self, x, weights):
        """The sum over samples of these weights, one row of them for each x, of their gradients."""
        if self.kind == "normalised_linear":
            h = (weights * self.residuals(x)) @ self.features
            return self.flat(x, h) / np.sqrt(dots(x, x))
        return (weights @ self.a) * x - weights @ self.b

    def flat(self, x, u):
        """The tangential part of u."""
        v = self.project(x, u)
        return v + (u - v) / 5.0 if "radial" in FAULTS else v

    def sized(self, x, u, sphere):
        """Noise of section 5 of docs/spec.md from unit variables."""
        v = self.flat(x, u) if self.tangential else u
        length = np.sqrt(dots(v, v)) if sphere else 1.0
        return self.sigma * v / (length * (np.sqrt(dots(x, x)) if self.tangential else 1.0))

    def noisy(self, x, draw, batch):
        """Gradient with noise."""
        if self.noise == "samples":
            noise = self.combined(x, draw / batch) - self.gradient(x)
        elif self.noise == "poisson":
            noise = draw / batch - self.gradient(x)
        else:
            noise = self.sized(x, draw, self.noise == "sphere")
        return self.gradient(x) + noise

    def gaussian(self, x, draw):
        """Gaussian noise of the same covariance."""
        if self.noise == "samples":
            weights = np.sqrt(self.weights) * draw
            return self.combined(x, weights) - np.sum(weights, axis=1, keepdims=True) * \
                self.gradient(x)
        if self.noise == "poisson":
            return math.sqrt(self.mean) * draw
        size = math.sqrt(x.shape[1] - self.tangential) if self.noise == "sphere" else 1.0
        return self.sized(x, draw, False) / size


# ---- random numbers ------------------------------------------------------------------------------


def generator(seed, i, purpose):
    if "same" in FAULTS:
        i = 0
    if "seedless" in FAULTS:
        seed = 0
    if "start" in FAULTS:
        purpose = 0
    key = [(seed + i) % 2**64] if "shifted" in FAULTS else [seed, i - i % 2 if "twins" in FAULTS
                                                            else i]
    return np.random.Generator(np.random.SFC64([*key, purpose, asked * ("restless" in FAULTS)]))


def normals(random, shape, i):
    z = random.standard_normal(shape, dtype=np.float32 if "single" in FAULTS else np.float64)
    z = z.astype(np.float64)
    if "tail" in FAULTS:
        z = np.where(np.abs(z) > 3.4, 0.5 * z, z)
    return -z if "twins" in FAULTS and i % 2 else z


def counts(random, problem, shape, batch):
    """How often each sample is drawn, for each draw."""
    drawn = np.searchsorted(np.cumsum(problem.weights), random.random((*shape[:1], batch)),
                            side="right")
    drawn = np.minimum(drawn, problem.samples - 1)
    rows = np.arange(shape[0])[:, None] * problem.samples
    flat = np.bincount((rows + drawn).ravel(), minlength=shape[0] * problem.samples)
    return flat.reshape(shape[0], problem.samples).astype(float)


def draws_of(problem, seed, numbers, draws, dim, batch, gaussian):
    """draws[k][trajectory]: unit variables, counts of samples, or sums of Poisson counts."""
    kind = "gaussian" if gaussian or problem.noise == "sphere" else problem.noise
    width = problem.samples if problem.noise == "samples" else dim
    found = np.empty((draws, len(numbers), width))
    for row, i in enumerate(numbers):
        random = generator(seed, i, 2)
        if kind == "gaussian":
            found[:, row] = normals(random, (draws, width), i)
        elif kind == "rademacher":
            found[:, row] = random.integers(0, 2, (draws, width)) * 2.0 - 1.0
        elif kind == "samples":
            found[:, row] = counts(random, problem, (draws, width), batch)
        elif kind == "poisson":
            found[:, row] = random.poisson(batch * problem.mean, (draws, width))
        if "third" in FAULTS and kind in ("samples", "poisson"):
            found[:, row] = thinned(found[:, row], random, problem, kind, batch)
    if "coordinates" in FAULTS:
        twin = found[:, :, 0::2][:, :, :width // 2]
        rho = 0.05
        found[:, :, 1::2] = rho * twin + math.sqrt(1.0 - rho * rho) * found[:, :, 1::2]
    if "steps" in FAULTS:
        found[:] = found[:1]
    return found


def thinned(drawn, random, problem, kind, batch):
    """The same mean and variance, and V times the third moment: Gaussian noise for a part."""
    mean = batch * (problem.weights if kind == "samples" else np.full(drawn.shape[1], problem.mean))
    part = SCALES["third"] ** (1.0 / 3.0)
    z = random.standard_normal(drawn.shape) * np.sqrt(mean)
    if kind == "samples":  # multinomial counts are Poisson counts of a fixed sum
        z -= problem.weights * np.sum(z, axis=1, keepdims=True)
    return mean + part * (drawn - mean) + math.sqrt(1.0 - part * part) * z


# ---- steps ---------------------------------------------------------------------------------------


def step(problem, dynamics, lr, wd, x, state, drawn):
    """The next x. `drawn` gives the draws one by one."""
    kind, batch = dynamics["kind"], dynamics.get("batch", 1)
    if kind in ("sde", "sde2", "noisy_gd"):
        m = dynamics.get("substeps", 1)
        for _ in range(m):
            g = problem.gradient(x)
            if kind == "sde2":
                b = g + wd * x
                g = b + 0.5 * lr * (problem.hessian(x, b) + wd * b) - wd * x
            noise = problem.gaussian(x, next(drawn))
            x = x - lr / m * (g + wd * x) + lr / math.sqrt(m * batch) * noise
        return x
    g = problem.noisy(x, next(drawn), batch)
    if kind == "svag":
        l = dynamics["l"]
        s = math.sqrt(l if "l" in FAULTS else 2 * l - 1)
        g = 0.5 * (1.0 + s) * g + 0.5 * (1.0 - s) * problem.noisy(x, next(drawn), batch)
        lr = lr if "svag_lr" in FAULTS else lr / l
    if kind == "momentum":
        state["v"] = SCALES["beta"] * dynamics["beta"] * state.get("v", 0.0) + g + wd * x
        return x - lr * state["v"]
    if kind not in ("adam_l2", "adamw"):
        return (1.0 - lr * wd) * x - lr * g
    beta, beta2 = SCALES["beta"] * dynamics["beta"], dynamics["beta2"]
    state["t"] = t = state.get("t", 0) + 1
    if kind == "adam_l2":
        g = g + wd * x
    state["m"] = beta * state.get("m", 0.0) + (1.0 - beta) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1.0 - beta2) * g * g
    move = state["m"] / (1.0 - beta**t) / (np.sqrt(state["v"] / (1.0 - beta2**t)) +
                                           dynamics["eps"])
    return x - lr * (dynamics["alpha"] * move + (wd * x if kind == "adamw" else 0.0))


def faulty(dynamics):
    dynamics = dict(dynamics)
    if "batch" in FAULTS and dynamics.get("batch", 1) > 1:
        dynamics["batch"] = round(FAULTS["batch"] * dynamics["batch"])
    if "substeps" in FAULTS and "substeps" in dynamics:
        dynamics["substeps"] = 1
    if "order" in FAULTS:
        dynamics["kind"] = {"sde": "sde2", "sde2": "sde"}.get(dynamics["kind"], dynamics["kind"])
    if "sampled" in FAULTS and dynamics["kind"] == "noisy_gd":
        dynamics["kind"] = "sgd"
    return dynamics


def starts(fields, seed, numbers, dim):
    if fields["kind"] == "point":
        return np.tile(np.array(fields["x"], dtype=float), (len(numbers), 1))
    x = np.empty((len(numbers), dim))
    for row, i in enumerate(numbers):
        random = generator(seed, i, 1)
        flat = (fields["kind"] == "uniform") != ("moment" in FAULTS)
        x[row] = random.uniform(-1.0, 1.0, dim) if flat else normals(random, dim, i)
    if "moment" in FAULTS:
        x *= math.sqrt(1.0 / 3.0) if fields["kind"] == "uniform" else math.sqrt(3.0)
    size = SCALES["size"] * (fields["radius"] / np.sqrt(dots(x, x)) if fields["kind"] == "sphere"
                             else fields["scale"])
    return size * x + ("shift" in FAULTS) * 0.05 * np.std(size * x)


def observe(name, problem, x, before):
    if name == "x":
        return x
    if name == "norm2":
        return dots(x, x)
    if name == "loss":
        return problem.loss(x)
    away = x - dots(before, x) / dots(before, before) * before
    return np.arctan2(np.sqrt(dots(away, away) * dots(before, before)), dots(before, x))


def ensemble(request):
    experiment, seed = request["experiment"], int(request["experiment"]["seed"])
    numbers = range(*map(int, request["trajectories"]))
    problem, dynamics = Problem(experiment["problem"]), faulty(experiment["dynamics"])
    lr, wd = (SCALES[name] * experiment["schedule"][name] for name in ("lr", "wd"))
    dim, steps = experiment["problem"]["dim"], experiment["steps"]
    x = starts(experiment["start"], seed, numbers, dim)
    each = {"svag": 2, "sde": dynamics.get("substeps"), "sde2": dynamics.get("substeps")}
    gaussian = dynamics["kind"] in ("sde", "sde2", "noisy_gd")
    drawn = iter(draws_of(problem, seed, numbers, steps * each.get(dynamics["kind"], 1), dim,
                          dynamics.get("batch", 1), gaussian))
    rows, state, before = [], {}, x
    for t in range(steps + 1):
        if t in experiment["checkpoints"]:
            rows.append(np.hstack([observe(name, problem, x, before)
                                   for name in experiment["observables"]]))
        if t < steps:
            before, x = x, step(problem, dynamics, lr, wd, x, state, drawn)
        if "binary32" in FAULTS:
            x = x.astype(np.float32).astype(np.float64)
    table = np.stack(rows, axis=1).tolist()
    ends = [{"step": steps, "reason": ""} for _ in numbers]
    for row, i in enumerate(numbers):
        if "nan" in FAULTS and i % 1000 == 999:
            table[row][-1][0] = "7ff8000000000000"
        if "ends" in FAULTS and i % 1000 == 999 and steps > 0:
            table[row] = table[row][:-1]
            ends[row] = {"step": steps - 1, "reason": "nonfinite"}
    return {"rows": table, "end": ends}


for line in sys.stdin:
    message = json.loads(line)
    asked += 1
    answer = HELLO if message["do"] == "hello" else ensemble(message)
    print(json.dumps({"id": message["id"], **answer}), flush=True)

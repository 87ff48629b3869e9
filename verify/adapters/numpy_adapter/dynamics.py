"""Sections 7, 8 and 10 of docs/spec.md: steps, schedules, and what is no state.

A state is a dictionary of arrays with a row for each trajectory, as docs/conform.md names them: x,
and what a dynamics keeps beside it. Numbers that all trajectories share are numpy.float64, whose
division by zero is that of IEEE 754.
"""
from bisect import bisect_right

import numpy as np

from epochs import Epochs
from problems import real
from streams import cosine, dot

# The further parts of a state: vectors, and numbers.
VECTORS = {"momentum": ["v"], "adam_l2": ["m", "v"], "adamw": ["m", "v"]}
NUMBERS = {"adam_l2": ["b1", "b2"], "adamw": ["b1", "b2"], "projected_gd": ["R"], "rmsprop": ["v"],
           "quasi_rmsprop": ["u"]}
PROJECTED = ("projected_gd", "rmsprop", "quasi_rmsprop")
ONE = np.float64(1.0)


class Dynamics:
    def __init__(self, fields):
        self.kind = fields["kind"]
        self.l = fields.get("l", 1)
        self.substeps = fields.get("substeps", 1)
        self.batch = fields.get("batch", 1)
        self.alpha, self.beta, self.beta2, self.eps, self.v0 = [
            real(fields.get(name, 0)) for name in ("alpha", "beta", "beta2", "eps", "v0")]
        self.gaussian = self.kind in ("noisy_gd", "sde", "sde2")
        self.method = getattr(self, "sde" if self.kind == "noisy_gd" else self.kind)

    def draw(self, problem, stream):
        """The next draw of noise; a step takes as many as it needs."""
        if self.gaussian:
            return problem.noise.gaussian_draw(stream)
        return problem.noise.draw(stream, self.batch)

    def start(self, problem, x, lr):
        """The state that belongs to a start x; lr is that of step 0."""
        state = {"x": x}
        if self.kind in PROJECTED:
            state["x"] = normalised(x)
        for name in VECTORS.get(self.kind, []):
            state[name] = np.zeros(x.shape)
        values = {"b1": ONE, "b2": ONE, "R": dot(x, x), "v": self.v0, "u": np.sqrt(self.v0) / lr}
        for name in NUMBERS.get(self.kind, []):
            state[name] = values[name] * np.ones((len(x), 1))
        if problem.noise.kind == "epochs":
            state.update(Epochs.start(problem, len(x), self.batch))
        return state

    def step(self, problem, state, lr, wd, draw):
        """The state after one step; draw() gives each draw in turn."""
        if problem.noise.kind == "epochs":
            own = {name: part for name, part in state.items() if name not in ("o", "e")}
            order, batch = Epochs.following(problem, state["o"], state["e"], self.batch, draw)
            return {**self.method(problem, lr=lr, wd=wd, draw=lambda: batch, **own), **order}
        return self.method(problem, lr=lr, wd=wd, draw=draw, **state)

    def effective_lr(self, state, lr, wd):
        """Section 11: lr/r, or the et of the next step."""
        if self.kind == "projected_gd":
            return lr / ((1.0 - lr * wd) * state["R"])
        if self.kind == "rmsprop":
            return lr / np.sqrt(state["v"])
        if self.kind == "quasi_rmsprop":
            return 1.0 / state["u"]
        return lr / dot(state["x"], state["x"])

    def noisy_gradient(self, problem, x, draw):
        return problem.noise.noisy_gradient(x, draw(), self.batch)

    def gd(self, problem, x, lr, wd, draw):
        a = 1.0 - lr * wd
        return {"x": a * x - lr * problem.gradient(x)}

    def sgd(self, problem, x, lr, wd, draw):
        a = 1.0 - lr * wd
        return {"x": a * x - lr * self.noisy_gradient(problem, x, draw)}

    def svag(self, problem, x, lr, wd, draw):
        h = lr / self.l
        a = 1.0 - h * wd
        s = np.sqrt(2.0 * self.l - 1.0)
        c1, c2 = (1.0 + s) * 0.5, (1.0 - s) * 0.5
        g1 = self.noisy_gradient(problem, x, draw)
        g2 = self.noisy_gradient(problem, x, draw)
        return {"x": a * x - h * (c1 * g1 + c2 * g2)}

    def sizes(self, lr):
        """h and s of sde and sde2."""
        return lr / self.substeps, lr / np.sqrt(float(self.substeps * self.batch))

    def sde(self, problem, x, lr, wd, draw):
        h, s = self.sizes(lr)
        a = 1.0 - h * wd
        for _ in range(self.substeps):
            n = problem.noise.gaussian_noise(x, draw())
            x = (a * x - h * problem.gradient(x)) + s * n
        return {"x": x}

    def sde2(self, problem, x, lr, wd, draw):
        h, s = self.sizes(lr)
        k = lr * 0.5
        for _ in range(self.substeps):
            b = problem.gradient(x) + wd * x
            w = problem.hessian_vector(x, b)
            d = b + k * (w + wd * b)
            x = (x - h * d) + s * problem.noise.gaussian_noise(x, draw())
        return {"x": x}

    def momentum(self, problem, x, v, lr, wd, draw):
        g = self.noisy_gradient(problem, x, draw)
        v = self.beta * v + (g + wd * x)
        return {"x": x - lr * v, "v": v}

    def adam(self, problem, x, m, v, b1, b2, lr, wd, draw, decoupled):
        g = self.noisy_gradient(problem, x, draw)
        b1, b2 = b1 * self.beta, b2 * self.beta2
        c1, c2 = 1.0 - self.beta, 1.0 - self.beta2
        if not decoupled:
            g = g + wd * x
        m = self.beta * m + c1 * g
        v = self.beta2 * v + c2 * (g * g)
        den = np.sqrt(v / (1.0 - b2)) + self.eps
        direction = np.where(den == 0.0, 0.0, (m / (1.0 - b1)) / den)
        move = self.alpha * direction
        if decoupled:
            move = move + wd * x
        return {"x": x - lr * move, "m": m, "v": v, "b1": b1, "b2": b2}

    def adam_l2(self, problem, **parts):
        return self.adam(problem, decoupled=False, **parts)

    def adamw(self, problem, **parts):
        return self.adam(problem, decoupled=True, **parts)

    def projected_gd(self, problem, x, R, lr, wd, draw):
        g = problem.gradient(x)
        a = 1.0 - lr * wd
        et = self.effective_lr({"R": R}, lr, wd)
        return {"x": normalised(x - et * g), "R": (a * a) * R + ((lr * lr) * dot(g, g)) / R}

    def rmsprop(self, problem, x, v, lr, wd, draw):
        g = problem.gradient(x)
        et = self.effective_lr({"v": v}, lr, wd)
        v = self.beta * v + (1.0 - self.beta) * dot(g, g)
        return {"x": normalised(x - et * g), "v": v}

    def quasi_rmsprop(self, problem, x, u, lr, wd, draw):
        g = problem.gradient(x)
        et = self.effective_lr({"u": u}, lr, wd)
        k = (1.0 - self.beta) * 0.5
        u = (1.0 - k) * u + ((k / (lr * lr)) * dot(g, g)) / u
        return {"x": normalised(x - et * g), "u": u}


def normalised(x):
    return x * (1.0 / np.sqrt(dot(x, x)))


REASONS = ["", "nonfinite", "origin"]


def refusals(problem, state):
    """Section 10: for each trajectory the index in REASONS of why its state is not taken."""
    finite = np.isfinite(state["x"]).all(axis=1)
    for name, part in state.items():
        if name != "x":
            finite &= np.isfinite(part).all(axis=1)
    if problem.scale_invariant:
        r = dot(state["x"], state["x"])[:, 0]
        return np.where(~finite | ~np.isfinite(r), 1, np.where(r == 0.0, 2, 0))
    return np.where(finite, 0, 1)


def lr_refusal(lr, wd):
    """Section 10: why there is no step with this lr and wd."""
    if not np.isfinite(lr):
        return "lr"
    return "intrinsic_lr" if lr * wd >= 1.0 else ""


class Schedule:
    """lr, wd and rescale of effective step k."""

    def __init__(self, fields):
        self.kind = fields["kind"]
        self.segments = fields["segments"] if self.kind == "piecewise" else [{**fields, "start": 0}]
        self.starts = [segment["start"] for segment in self.segments]
        self.values = [(real(segment["lr"]), real(segment["wd"])) for segment in self.segments]
        self.lr, self.wd = self.values[0]
        self.lr_min, self.factor = real(fields.get("lr_min", 0)), real(fields.get("factor", 1))
        self.period = fields.get("period")

    def at(self, k):
        """(lr, wd)"""
        if self.kind == "exponential":
            return self.lr * self.power(k), self.wd
        if self.kind == "cosine":
            return self.cosine(k), self.wd
        if self.kind == "triangle":
            u = float(k % self.period) / float(self.period)
            return self.between(2.0 * u if u < 0.5 else 2.0 - 2.0 * u), self.wd
        return self.values[bisect_right(self.starts, k) - 1]

    def between(self, v):
        return self.lr_min + (self.lr - self.lr_min) * v

    def power(self, k):
        """factor^k"""
        y, b = ONE, self.factor
        while k > 0:
            if k & 1:
                y = y * b
            k >>= 1
            if k > 0:
                b = b * b
        return y

    def cosine(self, k):
        if k >= self.period:
            return self.lr_min
        u = float(k) / float(2 * self.period)
        cut = int(u * 2.0**53) * 2.0**-53
        return self.between((1.0 + cosine(np.array([cut]))[0]) * 0.5)

    def rescale(self, k):
        """That of a segment other than the first which begins at k, else 1."""
        index = bisect_right(self.starts, k) - 1
        if index > 0 and self.starts[index] == k:
            return real(self.segments[index]["rescale"])
        return ONE

"""Sections 5 and 7 of docs/spec.md: noise and the next state, from given draws for each row."""

import math

import torch

from problems import Unsupported, dot, scalar

# ---- noise: from one draw for each row -----------------------------------------------------------


def draw_size(problem, gaussian, batch):
    """How many numbers one draw has."""
    if problem.noise == "none":
        return 0
    if problem.noise == "epochs":  # of a new order
        return problem.samples - 1
    if problem.noise == "samples":
        return problem.samples if gaussian else batch
    return batch * problem.dim if problem.noise == "poisson" and not gaussian else problem.dim


def random_draws(problem, gaussian, count, generator):
    """count numbers of which draws are made."""
    if problem.noise == "epochs":
        raise Unsupported("epochs of one's own")
    if gaussian or problem.noise in ("gaussian", "sphere"):
        return torch.randn(count, generator=generator)
    if problem.noise == "rademacher":
        signs = torch.randint(2, (count,), generator=generator)
        return (2 * signs - 1).to(torch.get_default_dtype())
    if problem.noise == "samples":
        return torch.multinomial(problem.weights, count, replacement=True, generator=generator)
    return torch.poisson(problem.mean.expand(count), generator=generator)


def tangential(x, u):
    return u - x * (dot(x, u) / dot(x, x))


def placed(problem, x, u):
    return tangential(x, u) / dot(x, x).sqrt() if problem.scale_invariant else u


def noise(problem, x, draw):
    if problem.noise == "none":
        return torch.zeros_like(x)
    if problem.noise != "sphere":
        return placed(problem, x, problem.size * draw)
    v = tangential(x, draw) if problem.scale_invariant else draw
    length = dot(v, v).sqrt()
    radius = dot(x, x).sqrt() if problem.scale_invariant else 1.0
    return torch.where(length == 0, torch.zeros_like(v), problem.size * v / (length * radius))


def noisy_gradient(problem, x, draw, batch):
    if problem.noise in ("samples", "epochs"):
        return problem.batch_gradient(x, draw.long())
    if problem.noise == "poisson":
        return draw.reshape(-1, batch, problem.dim).mean(1)
    return problem.gradient(x) + noise(problem, x, draw)


def gaussian_noise(problem, x, draw):
    if problem.noise == "none":
        return torch.zeros_like(x)
    if problem.noise == "samples":
        return ((problem.weights.sqrt() * draw).unsqueeze(-1) * problem.deviations(x)).sum(-2)
    if problem.noise == "poisson":
        return problem.mean.sqrt() * draw
    size = problem.size
    if problem.noise == "sphere":
        size = size / math.sqrt(problem.dim - 1 if problem.scale_invariant else problem.dim)
    return placed(problem, x, size * draw)


def noise_trace(problem, x):
    r = (x * x).sum(-1)
    if problem.noise == "none":
        return torch.zeros_like(r)
    if problem.noise in ("samples", "epochs"):
        return (problem.deviations(x) ** 2).sum(-1) @ problem.weights
    if problem.noise == "poisson":
        return (problem.mean * problem.dim).expand_as(r)
    variance = problem.size**2
    if problem.noise == "sphere":
        return variance / r if problem.scale_invariant else variance.expand_as(r)
    if not problem.scale_invariant:
        return variance.expand(problem.dim).sum().expand_as(r)
    if variance.dim() == 0:
        return variance * (problem.dim - 1) / r
    return (variance.sum() - (variance * x**2).sum(-1) / r) / r


# ---- dynamics: the next state --------------------------------------------------------------------

ON_SPHERE = ("projected_gd", "rmsprop", "quasi_rmsprop")
GAUSSIAN = ("noisy_gd", "sde", "sde2")
DYNAMICS = ("gd", "sgd", "svag", "momentum", "adam_l2", "adamw") + GAUSSIAN + ON_SPHERE


class Dynamics:
    def __init__(self, fields):
        self.kind = fields["kind"]
        if self.kind not in DYNAMICS:
            raise Unsupported(f"dynamics {self.kind}")
        self.gaussian = self.kind in GAUSSIAN
        self.l = int(fields.get("l", 1))
        self.substeps = int(fields.get("substeps", 1))
        self.batch = int(fields.get("batch", 1))
        self.alpha, self.beta, self.beta2, self.eps, self.v0 = [
            scalar(fields.get(name, 0)) for name in ("alpha", "beta", "beta2", "eps", "v0")
        ]
        if self.kind == "gd" or self.kind in ON_SPHERE:
            self.draws = 0
        else:
            self.draws = {"svag": 2, "sde": self.substeps, "sde2": self.substeps}.get(self.kind, 1)

    def start(self, x, lr):
        column = torch.ones_like(x[:, :1])
        if self.kind == "momentum":
            return {"x": x, "v": torch.zeros_like(x)}
        if self.kind in ("adam_l2", "adamw"):
            zero = torch.zeros_like(x)
            return {"x": x, "m": zero, "v": zero, "b1": column, "b2": column}
        if self.kind not in ON_SPHERE:
            return {"x": x}
        unit = x / dot(x, x).sqrt()
        if self.kind == "projected_gd":
            return {"x": unit, "R": dot(x, x)}
        if self.kind == "rmsprop":
            return {"x": unit, "v": self.v0 * column}
        return {"x": unit, "u": self.v0.sqrt() / lr * column}

    def effective_lr(self, state, lr, wd):
        if self.kind == "projected_gd":
            return lr / ((1 - lr * wd) * state["R"])
        if self.kind == "rmsprop":
            return lr / state["v"].sqrt()
        if self.kind == "quasi_rmsprop":
            return 1 / state["u"]
        return lr / dot(state["x"], state["x"])

    def step(self, problem, state, lr, wd, draws):
        """draws: rows x draws x numbers of a draw."""
        x = state["x"]
        if self.kind in ON_SPHERE:
            return self.sphere_step(problem, state, lr, wd)
        if self.gaussian:
            return {"x": self.sde(problem, x, lr, wd, draws)}
        if self.kind == "gd":
            return {"x": (1 - lr * wd) * x - lr * problem.gradient(x)}
        g = noisy_gradient(problem, x, draws[:, 0], self.batch)
        if self.kind == "sgd":
            return {"x": (1 - lr * wd) * x - lr * g}
        if self.kind == "svag":
            other = noisy_gradient(problem, x, draws[:, 1], self.batch)
            root = math.sqrt(2 * self.l - 1)
            g = (1 + root) / 2 * g + (1 - root) / 2 * other
            h = lr / self.l
            return {"x": (1 - h * wd) * x - h * g}
        if self.kind == "momentum":
            v = self.beta * state["v"] + g + wd * x
            return {"x": x - lr * v, "v": v}
        return self.adam(state, lr, wd, g)

    def adam(self, state, lr, wd, g):
        x = state["x"]
        if self.kind == "adam_l2":
            g = g + wd * x
        b1, b2 = state["b1"] * self.beta, state["b2"] * self.beta2
        m = self.beta * state["m"] + (1 - self.beta) * g
        v = self.beta2 * state["v"] + (1 - self.beta2) * g**2
        den = (v / (1 - b2)).sqrt() + self.eps
        move = self.alpha * torch.where(den == 0, torch.zeros_like(m), m / (1 - b1) / den)
        if self.kind == "adamw":
            move = move + wd * x
        return {"x": x - lr * move, "m": m, "v": v, "b1": b1, "b2": b2}

    def sde(self, problem, x, lr, wd, draws):
        h = lr / self.substeps
        s = lr / math.sqrt(self.substeps * self.batch)
        for k in range(self.substeps):
            drift = problem.gradient(x) + wd * x
            if self.kind == "sde2":
                second = problem.hessian_vector(x, drift) + wd * drift
                drift = drift + lr / 2 * second
            x = x - h * drift + s * gaussian_noise(problem, x, draws[:, k])
        return x

    def sphere_step(self, problem, state, lr, wd):
        x = state["x"]
        g = problem.gradient(x)
        square = dot(g, g)
        y = x - self.effective_lr(state, lr, wd) * g
        following = {"x": y / dot(y, y).sqrt()}
        if self.kind == "projected_gd":
            following["R"] = (1 - lr * wd) ** 2 * state["R"] + lr**2 * square / state["R"]
        elif self.kind == "rmsprop":
            following["v"] = self.beta * state["v"] + (1 - self.beta) * square
        else:
            k = (1 - self.beta) / 2
            following["u"] = (1 - k) * state["u"] + k / lr**2 * square / state["u"]
        return following

"""Sections 8 to 11 of docs/spec.md: schedules, starts, observables, and trajectories side by side.

Trajectory i draws from a torch.Generator of its own, seeded from (seed, i). It is computed in row
i mod R of a batch of R rows that are always computed together, R depending on the problem alone:
the order of a sum inside PyTorch may depend on the shape of the tensors.
"""

import hashlib
import math

import torch

from dynamics import ON_SPHERE, Dynamics, draw_size, noise_trace, random_draws
from problems import Unsupported, dot, make_problem, real, rn32, scalar, tensor

# ---- schedules: Python's floats, like PyTorch's own ----------------------------------------------

SCHEDULES = ("constant", "piecewise", "exponential", "cosine", "triangle")


class Schedule:
    def __init__(self, fields):
        self.kind = fields["kind"]
        if self.kind not in SCHEDULES:
            raise Unsupported(f"schedule {self.kind}")
        segments = fields["segments"] if self.kind == "piecewise" else [dict(fields, start=0)]
        self.segments = [
            (int(s["start"]), real(s["lr"]), real(s.get("wd", 0)), real(s.get("rescale", 1)))
            for s in segments
        ]
        self.factor, self.lr_min = real(fields.get("factor", 1)), real(fields.get("lr_min", 0))
        self.period = int(fields.get("period", 1))

    def at(self, k):
        """lr, wd and the rescale of a segment that begins at k."""
        start, lr, wd, rescale = [s for s in self.segments if s[0] <= k][-1]
        rescale = rescale if start == k > 0 else 1.0
        if self.kind == "exponential":
            lr = (lr * torch.tensor(self.factor, dtype=torch.float64) ** k).item()
        if self.kind in ("cosine", "triangle"):
            lr = self.lr_min + (lr - self.lr_min) * self.height(k)
        return lr, wd, rescale

    def height(self, k):
        """1 for lr, 0 for lr_min."""
        if self.kind == "triangle":
            return 1 - abs(1 - 2 * (k % self.period) / self.period)
        if k >= self.period:
            return 0.0
        angle = torch.tensor(math.pi * k / self.period, dtype=torch.float64)
        return (1 + rn32(angle.cos()).item()) / 2


# ---- observables ---------------------------------------------------------------------------------


def angle(y, x):
    """Of the point (x, y), -0 like 0."""
    return torch.atan2(y + 0.0, x + 0.0)


def step_angle(before, x):
    """From before to x, by the part of x that is orthogonal to before."""
    along = dot(before, x)
    across = x - before * (along / dot(before, before))
    return angle(dot(across, across).sqrt() * dot(before, before).sqrt(), along)[:, 0]


def sharpness(problem, x):
    """The largest eigenvalue of |x|^2 times the Hessian; not a number where that is not finite."""
    values = []
    for row in x:
        each = row.expand(problem.dim, -1)
        hessian = problem.hessian_vector(each, torch.eye(problem.dim)) * (row @ row)
        finite = hessian.isfinite().all()
        values.append(torch.linalg.eigvalsh(hessian)[-1] if finite else scalar(math.nan))
    return torch.stack(values)


OBSERVABLES = {
    "norm2": lambda s: s.r,
    "loss": lambda s: s.problem.loss(s.x),
    "grad_norm2": lambda s: (s.problem.gradient(s.x) ** 2).sum(-1),
    "noise_trace": lambda s: noise_trace(s.problem, s.x) / s.dynamics.batch,
    "step_angle": lambda s: 0 * s.r if s.before is None else step_angle(s.before, s.x),
    "effective_lr": lambda s: s.dynamics.effective_lr(s.state, s.lr, s.wd)[:, 0],
    "gamma": lambda s: (s.r / s.lr) ** 2,
    "f": lambda s: s.x[:, 0] ** 2 / s.r,
    "plane_angle": lambda s: angle(s.x @ s.plane[1], s.x @ s.plane[0]),
    "x": lambda s: s.x,
    "test_loss": lambda s: s.problem.test_loss(s.x),
    "midpoint_loss": lambda s: s.problem.loss(s.middle),
    "midpoint_test_loss": lambda s: s.problem.test_loss(s.middle),
    "spherical_sharpness": lambda s: sharpness(s.problem, s.x),
    "midpoint_sharpness": lambda s: sharpness(s.problem, s.middle),
    "manifold_h": lambda s: s.problem.manifold(s.x)[0],
    "manifold_angle": lambda s: s.problem.manifold(s.x)[1],
}


class Moment:
    """What observables are computed from."""

    def __init__(self, problem, dynamics, state, before, lr, wd, plane):
        self.problem, self.dynamics, self.state, self.plane = problem, dynamics, state, plane
        self.x, self.before, self.lr, self.wd = state["x"], before, lr, wd
        self.r = (self.x**2).sum(-1)
        self.middle = self.x if before is None else (before + self.x) / 2

    def row(self, names):
        """rows x columns"""
        columns = [OBSERVABLES[name](self) for name in names]
        return torch.cat([c if c.dim() == 2 else c.unsqueeze(-1) for c in columns], -1)


# ---- randomness ----------------------------------------------------------------------------------


def trajectory_generator(seed, i):
    """A torch.Generator uses the low 32 bits of its seed. So that no two of 2^32 trajectories get
    the same, these are a permutation of those of i (each step of it is invertible), another for
    each seed."""
    digest = hashlib.sha256(f"{seed} {i >> 32}".encode()).digest()
    word = ((i & 0xFFFFFFFF) + int.from_bytes(digest[:4], "big")) & 0xFFFFFFFF
    for factor in (0x7FEB352D, 0x846CA68B):
        word = ((word ^ (word >> 16)) * factor) & 0xFFFFFFFF
    return torch.Generator().manual_seed(word)


class Draws:
    """The draws of each step, rows x draws x numbers of a draw. A block of steps is drawn at once,
    whose length depends on the experiment alone: what a generator gives depends on how many numbers
    it is asked for."""

    BLOCK = 1024  # numbers of one row

    def __init__(self, problem, dynamics, generators, steps):
        self.problem, self.dynamics, self.generators = problem, dynamics, generators
        self.size = draw_size(problem, dynamics.gaussian, dynamics.batch)
        self.left = steps
        self.block = iter(())

    def next(self):
        shape = (self.dynamics.draws, self.size)
        if 0 in shape:
            return torch.zeros(len(self.generators), *shape)
        following = next(self.block, None)
        if following is None:
            length = min(self.left, max(1, self.BLOCK // math.prod(shape)))
            self.left -= length
            count = length * math.prod(shape)
            numbers = [
                random_draws(self.problem, self.dynamics.gaussian, count, generator)
                for generator in self.generators
            ]
            self.block = iter(torch.stack(numbers).reshape(-1, length, *shape).unbind(1))
            following = next(self.block)
        return following


def start(fields, problem, generators):
    if fields["kind"] == "point":
        return tensor(fields["x"]).repeat(len(generators), 1)
    draw = torch.rand if fields["kind"] == "uniform" else torch.randn
    z = torch.stack([draw(problem.dim, generator=generator) for generator in generators])
    if fields["kind"] == "uniform":
        return scalar(fields["scale"]) * (2 * z - 1)
    if fields["kind"] == "gaussian":
        return scalar(fields["scale"]) * z
    return scalar(fields["radius"]) * z / dot(z, z).sqrt()


# ---- runs ----------------------------------------------------------------------------------------

REASONS = ("", "nonfinite", "origin", "lr", "intrinsic_lr")


def refusal(problem, state):
    """For each row the place in REASONS of why section 10 does not take the state."""
    finite = torch.cat(list(state.values()), -1).isfinite().all(-1)
    reason = torch.where(finite, 0, REASONS.index("nonfinite"))
    if problem.scale_invariant:
        r = (state["x"] ** 2).sum(-1)
        reason = torch.where(finite & (r == 0), REASONS.index("origin"), reason)
        reason = torch.where(r.isfinite(), reason, REASONS.index("nonfinite"))
    return reason


def lr_refusal(lr, wd):
    if not lr.isfinite():
        return "lr"
    return "intrinsic_lr" if lr * wd >= 1 else ""


class Batch:
    """Trajectories side by side; those that have ended keep their state."""

    def __init__(self, problem, size):
        self.problem = problem
        self.reason = torch.zeros(size, dtype=torch.long)
        self.end = torch.full((size,), -1)
        self.state = None

    def alive(self):
        return self.end < 0

    def stop(self, where, step, reason):
        where = where & self.alive()
        self.end[where] = step
        self.reason = torch.where(where, reason, self.reason)

    def take(self, state, step):
        """The state of the rows where it is not refused; those where it is end at this step."""
        reason = refusal(self.problem, state)
        self.stop(reason > 0, step, reason)
        if self.state is None:
            self.state = state
        alive = self.alive().unsqueeze(-1)
        self.state = {
            name: torch.where(alive, value, self.state[name]) for name, value in state.items()
        }


def run(experiment, problem, numbers):
    """The rows and ends of the trajectories with these numbers."""
    dynamics = Dynamics(experiment["dynamics"])
    schedule = Schedule(experiment["schedule"])
    steps = int(experiment["steps"])
    checkpoints = {int(c) for c in experiment["checkpoints"]}
    names = experiment["observables"]
    plane = tensor(experiment["plane"]) if "plane" in experiment else None
    generators = [trajectory_generator(int(experiment["seed"]), i) for i in numbers]

    def rate(t):
        lr, wd, rescale = schedule.at(t // dynamics.l)
        return scalar(lr), scalar(wd), rescale if t % dynamics.l == 0 else 1.0

    batch = Batch(problem, len(numbers))
    batch.take({"x": start(experiment["start"], problem, generators)}, 0)
    batch.state = dynamics.start(batch.state["x"], rate(0)[0])
    batch.take(batch.state, 0)
    draws = Draws(problem, dynamics, generators, steps)
    rows = [[] for _ in numbers]
    before = None
    for t in range(steps + 1):
        lr, wd, rescale = rate(t)
        alive = batch.alive().tolist()
        if not any(alive):
            break
        if t in checkpoints:
            moment = Moment(problem, dynamics, batch.state, before, lr, wd, plane)
            for i, row in enumerate(moment.row(names).tolist()):
                if alive[i]:
                    rows[i].append(row)
        if t == steps:
            break
        if rescale != 1.0:
            batch.take(dict(batch.state, x=scalar(rescale) * batch.state["x"]), t)
        reason = lr_refusal(lr, wd)
        if reason:
            batch.stop(batch.alive(), t, REASONS.index(reason))
            break
        before = batch.state["x"]
        batch.take(dynamics.step(problem, batch.state, lr, wd, draws.next()), t)
    batch.stop(batch.alive(), steps, 0)
    ends = zip(batch.end.tolist(), batch.reason.tolist())
    return rows, [{"step": step, "reason": REASONS[reason]} for step, reason in ends]


def ensemble(experiment, first, last):
    problem = make_problem(experiment["problem"])
    # Rows of a batch: what a step needs for them fits a few MB.
    size = min(1024, max(1, 2**22 // (max(1, problem.samples) * problem.dim)))
    rows, ends = [], []
    for k in range(first // size, (last + size - 1) // size):
        numbers = range(k * size, (k + 1) * size)
        part = slice(max(first - numbers[0], 0), min(last - numbers[0], size))
        batch_rows, batch_ends = run(experiment, problem, numbers)
        rows += batch_rows[part]
        ends += batch_ends[part]
    return rows, ends

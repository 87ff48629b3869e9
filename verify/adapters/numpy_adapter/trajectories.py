"""Sections 9, 10 and 12 of docs/spec.md: the start and the run of many trajectories at once."""
import numpy as np

from dynamics import REASONS, Dynamics, Schedule, lr_refusal, refusals
from observables import OBSERVABLES, Moment
from problems import real, reals
from streams import Stream, dot

# Trajectories that go together: numbers that a formula needs at once, so that they stay in a cache.
MOST, NUMBERS = 4096, 2**20


def starts(fields, dim, seed, numbers):
    """The start of each of the trajectories with such numbers."""
    if fields["kind"] == "point":
        return np.repeat(reals(fields["x"])[None], len(numbers), axis=0)
    stream = Stream(seed, (1, numbers), len(numbers))
    if fields["kind"] == "uniform":
        return real(fields["scale"]) * (2.0 * stream.uniforms(dim) - 1.0)
    z = stream.normals(dim)
    if fields["kind"] == "gaussian":
        return real(fields["scale"]) * z
    return (real(fields["radius"]) / np.sqrt(dot(z, z))) * z


class Run:
    """Trajectories of an experiment. One that has ended is computed on beside the others, and
    nobody looks at it.

    rows: an array of each checkpoint; reached: how many of them a trajectory has; end: its number
    of steps and the reason why it has no more.
    """

    def __init__(self, experiment, problem, numbers):
        size = len(numbers)
        self.problem, self.dynamics = problem, Dynamics(experiment["dynamics"])
        self.schedule = Schedule(experiment["schedule"])
        self.names = experiment["observables"]
        self.plane = [reals(vector) for vector in experiment.get("plane", [])]
        self.alive, self.reached = np.full(size, True), np.zeros(size, int)
        self.end = [{"step": 0, "reason": ""} for _ in range(size)]
        self.rows = []
        seed = int(experiment["seed"])
        self.stream = Stream(seed, (2, numbers), size)
        self.start(starts(experiment["start"], problem.dim, seed, numbers))
        self.go(experiment["steps"], experiment["checkpoints"])

    def start(self, x):
        self.take({"x": x}, 0)
        self.take(self.dynamics.start(self.problem, x, self.schedule.at(0)[0]), 0)

    def take(self, state, t):
        """The next state; a trajectory whose state is refused ends after t steps."""
        reasons = refusals(self.problem, state)
        refused = self.alive & (reasons != 0)
        for i in np.flatnonzero(refused):
            self.end[i] = {"step": t, "reason": REASONS[reasons[i]]}
        self.alive &= ~refused
        self.state = state

    def stop(self, t, reason):
        for i in np.flatnonzero(self.alive):
            self.end[i] = {"step": t, "reason": reason}

    def row(self, before, lr, wd):
        at = Moment(self.problem, self.dynamics, self.state, before, lr, wd, self.plane)
        self.rows.append(np.concatenate([OBSERVABLES[name](at) for name in self.names], axis=1))
        self.reached += self.alive

    def go(self, steps, checkpoints):
        l = self.dynamics.l
        before, t, due = None, 0, iter([*checkpoints, None])
        checkpoint = next(due)
        while self.alive.any():
            lr, wd = self.schedule.at(t // l)
            if t == checkpoint:
                self.row(before, lr, wd)
                checkpoint = next(due)
            if t == steps:
                return self.stop(t, "")
            factor = self.schedule.rescale(t // l) if t % l == 0 else 1.0
            if factor != 1.0:
                self.take({**self.state, "x": factor * self.state["x"]}, t)
            reason = lr_refusal(lr, wd)
            if reason:
                return self.stop(t, reason)
            before = self.state["x"]
            self.take(self.dynamics.step(self.problem, self.state, lr, wd, self.draw), t)
            t += 1

    def draw(self):
        return self.dynamics.draw(self.problem, self.stream)


def runs(experiment, problem, first, last):
    """The runs of trajectories first..last-1, so many at a time as is fast."""
    batch = experiment["dynamics"].get("batch", 1)
    together = max(1, min(MOST, NUMBERS // max(problem.size, batch * problem.dim)))
    for a in range(first, last, together):
        numbers = np.arange(min(together, last - a), dtype=np.uint64) + np.uint64(a)
        yield Run(experiment, problem, numbers)

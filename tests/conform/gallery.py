"""A command with a mistake: gallery.py FAULT [numbers|laws|bits [REQUEST...]], the NumPy adapter
with one thing done as others have done it. Facts only: the project and its issue number where there
is one.

The second argument is the level that hello claims; at the level numbers the REQUESTs are not
claimed. binary64 always.
"""
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ADAPTERS = os.path.join(HERE, "..", "..", "verify", "adapters")
sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]
spec = importlib.util.spec_from_file_location("adapter", os.path.join(ADAPTERS, "numpy.py"))
adapter = importlib.util.module_from_spec(spec)
spec.loader.exec_module(adapter)

import numpy as np

import dynamics
import noise
import observables
import problems
import streams
import trajectories
from dynamics import Dynamics, Schedule
from noise import Noise
from problems import BatchNorm, BnRegression, NormalisedLinear, Rayleigh
from streams import Stream, dot, sum8

FAULTS = {}


def fault(name):
    """Registers a function that patches the adapter."""
    def register(patch):
        FAULTS[name] = patch
        return patch
    return register


def wrap(owner, name, around):
    """Replaces a method by around(right, *arguments)."""
    right = getattr(owner, name)
    setattr(owner, name, lambda *arguments, **named: around(right, *arguments, **named))


# ---- decay ---------------------------------------------------------------------------------------


def plain_step(update):
    """sgd and gd whose update is another function of (x, g, lr, wd, dynamics)."""
    def gd(self, problem, x, lr, wd, draw):
        return {"x": update(x, problem.gradient(x), lr, wd, self)}

    def sgd(self, problem, x, lr, wd, draw):
        return {"x": update(x, self.noisy_gradient(problem, x, draw), lr, wd, self)}
    Dynamics.gd, Dynamics.sgd = gd, sgd


@fault("decay.not-lr")
def _():
    plain_step(lambda x, g, lr, wd, _: (1.0 - wd) * x - lr * g)


@fault("decay.absent")
def _():
    plain_step(lambda x, g, lr, wd, _: x - lr * g)


@fault("decay.doubled")  # L2 in the loss without the half, and decay besides
def _():
    plain_step(lambda x, g, lr, wd, _: x - lr * (g + 2.0 * wd * x))


@fault("decay.times-batch")  # darknet #1943
def _():
    plain_step(lambda x, g, lr, wd, d: (1.0 - lr * wd * d.batch) * x - lr * g)


@fault("decay.over-batch")
def _():
    plain_step(lambda x, g, lr, wd, d: (1.0 - lr * wd / d.batch) * x - lr * g)


@fault("decay.after-step")
def _():
    plain_step(lambda x, g, lr, wd, _: (1.0 - lr * wd) * (x - lr * g))


# ---- noise of the SDEs ---------------------------------------------------------------------------


def sde_noise(size):
    """sde, noisy_gd and sde2 with a noise size that is another function of (lr, m, batch)."""
    def sizes(self, lr):
        return lr / self.substeps, size(lr, float(self.substeps), float(self.batch))
    Dynamics.sizes = sizes


@fault("noise.root-lr")  # edward #722, the other way round: step time has lr
def _():
    sde_noise(lambda lr, m, batch: np.sqrt(lr) / np.sqrt(m * batch))


@fault("noise.after-lr")  # optax #337
def _():
    sde_noise(lambda lr, m, batch: 1.0 / np.sqrt(m * batch))


@fault("noise.batch-ignored")
def _():
    sde_noise(lambda lr, m, batch: lr / np.sqrt(m))


@fault("sde.root-substeps")
def _():
    sde_noise(lambda lr, m, batch: lr * np.sqrt(m) / np.sqrt(batch))


@fault("noise.root-2")  # as in Langevin dynamics
def _():
    sde_noise(lambda lr, m, batch: np.sqrt(2.0) * lr / np.sqrt(m * batch))


@fault("noise.times-samples")  # pSGLD #2
def _():
    def scaled(right, self, x, e):
        problem = self.problem
        n = problem.n if hasattr(problem, "n") else len(getattr(problem, "y", [0]))
        return right(self, x, e) * n
    wrap(Noise, "noise", scaled)
    wrap(Noise, "gaussian_noise", scaled)


@fault("noise.frozen")  # SDE-Net #11
def _():
    def sde(self, problem, x, lr, wd, draw):
        h, s = self.sizes(lr)
        start = x
        for _ in range(self.substeps):
            n = problem.noise.gaussian_noise(start, draw())
            x = ((1.0 - h * wd) * x - h * problem.gradient(x)) + s * n
        return {"x": x}
    Dynamics.sde = sde


@fault("sde.stratonovich")
def _():
    def sde(self, problem, x, lr, wd, draw):
        h, s = self.sizes(lr)
        for _ in range(self.substeps):
            e = draw()
            n = problem.noise.gaussian_noise(x, e)
            n = 0.5 * (n + problem.noise.gaussian_noise(x + s * n, e))
            x = ((1.0 - h * wd) * x - h * problem.gradient(x)) + s * n
        return {"x": x}
    Dynamics.sde = sde


def second_order(k_of):
    def sde2(self, problem, x, lr, wd, draw):
        h, s = self.sizes(lr)
        for _ in range(self.substeps):
            b = problem.gradient(x) + wd * x
            d = b + k_of(lr) * (problem.hessian_vector(x, b) + wd * b)
            x = (x - h * d) + s * problem.noise.gaussian_noise(x, draw())
        return {"x": x}
    Dynamics.sde2 = sde2


@fault("sde2.half")
def _():
    second_order(lambda lr: lr)


@fault("sde2.first-order")
def _():
    second_order(lambda lr: 0.0)


# ---- noise of the gradient -----------------------------------------------------------------------


@fault("noise.ambient")  # not tangential
def _():
    def placed(self, x, u):
        return u / np.sqrt(dot(x, x)) if self.problem.scale_invariant else u
    Noise.placed = placed


@fault("noise.norm-squared")
def _():
    def noise_of(right, self, x, e):
        size = np.sqrt(dot(x, x)) if self.problem.scale_invariant else 1.0
        return right(self, x, e) / size
    wrap(Noise, "noise", noise_of)
    wrap(Noise, "gaussian_noise", noise_of)


@fault("batch.sum")  # not divided by the batch
def _():
    def noisy_gradient(right, self, x, draw, batch):
        return right(self, x, draw, batch) * (batch if self.kind in ("samples", "poisson") else 1)
    wrap(Noise, "noisy_gradient", noisy_gradient)


@fault("noise.lr-alpha")  # csgmcmc #1
def _():
    def momentum(self, problem, x, v, lr, wd, draw):
        g, g0 = self.noisy_gradient(problem, x, draw), problem.gradient(x)
        n = (g - g0) * np.sqrt((1.0 - self.beta) * lr) / lr
        v = self.beta * v + (g0 + n + wd * x)
        return {"x": x - lr * v, "v": v}
    Dynamics.momentum = momentum


# ---- SVAG ----------------------------------------------------------------------------------------


def svag(root=lambda l: np.sqrt(2.0 * l - 1.0), divided=True, one=False):
    def step(self, problem, x, lr, wd, draw):
        h = lr / self.l if divided else lr
        s = root(float(self.l))
        first = draw()
        second = draw()
        gradients = [problem.noise.noisy_gradient(x, e, self.batch)
                     for e in (first, first if one else second)]
        g = (1.0 + s) * 0.5 * gradients[0] + (1.0 - s) * 0.5 * gradients[1]
        return {"x": (1.0 - h * wd) * x - h * g}
    Dynamics.svag = step


@fault("svag.root-l")
def _():
    svag(root=np.sqrt)


@fault("svag.lr-not-divided")
def _():
    svag(divided=False)


@fault("svag.one-draw")
def _():
    svag(one=True)


# ---- momentum and Adam ---------------------------------------------------------------------------


def momentum(step):
    """v, x = step(self, g, x, v, lr, wd)"""
    def method(self, problem, x, v, lr, wd, draw):
        g = self.noisy_gradient(problem, x, draw)
        v, x = step(self, g, x, v, lr, wd)
        return {"x": x, "v": v}
    Dynamics.momentum = method


@fault("momentum.dampening")
def _():
    def step(self, g, x, v, lr, wd):
        v = self.beta * v + (1.0 - self.beta) * (g + wd * x)
        return v, x - lr * v
    momentum(step)


@fault("momentum.lr-inside")
def _():
    def step(self, g, x, v, lr, wd):
        v = self.beta * v + lr * (g + wd * x)
        return v, x - v
    momentum(step)


@fault("momentum.nesterov")
def _():
    def step(self, g, x, v, lr, wd):
        g = g + wd * x
        v = self.beta * v + g
        return v, x - lr * (g + self.beta * v)
    momentum(step)


@fault("momentum.decoupled")
def _():
    def step(self, g, x, v, lr, wd):
        v = self.beta * v + g
        return v, (1.0 - lr * wd) * x - lr * v
    momentum(step)


def adam(direction, l2=lambda decoupled: not decoupled):
    """direction(self, m, v, stale, b1, b2); l2 says whether the decay is in the gradient."""
    def step(self, problem, x, m, v, b1, b2, lr, wd, draw, decoupled):
        g = self.noisy_gradient(problem, x, draw)
        b1, b2 = b1 * self.beta, b2 * self.beta2
        inside = l2(decoupled)
        if inside:
            g = g + wd * x
        stale = v
        m = self.beta * m + (1.0 - self.beta) * g
        v = self.beta2 * v + (1.0 - self.beta2) * (g * g)
        move = self.alpha * direction(self, m, v, stale, b1, b2)
        if not inside:
            move = move + wd * x
        return {"x": x - lr * move, "m": m, "v": v, "b1": b1, "b2": b2}
    Dynamics.adam = step


def right_direction(self, m, v, stale, b1, b2):
    den = np.sqrt(v / (1.0 - b2)) + self.eps
    return np.where(den == 0.0, 0.0, (m / (1.0 - b1)) / den)


@fault("adam.l2")  # decoupled decay asked for
def _():
    adam(right_direction, l2=lambda decoupled: True)


@fault("adam.eps-inside")
def _():
    adam(lambda self, m, v, stale, b1, b2: (m / (1.0 - b1)) / np.sqrt(v / (1.0 - b2) + self.eps))


@fault("adam.eps-early")
def _():
    adam(lambda self, m, v, stale, b1, b2:
         (m / (1.0 - b1)) / ((np.sqrt(v) + self.eps) / np.sqrt(1.0 - b2)))


@fault("adam.uncorrected")
def _():
    adam(lambda self, m, v, stale, b1, b2: m / (np.sqrt(v) + self.eps))


@fault("adam.stale")
def _():
    adam(lambda self, m, v, stale, b1, b2: right_direction(self, m, stale, stale, b1, b2))


# ---- losses --------------------------------------------------------------------------------------


def batchnorm(variance, centred=True, frozen=False):
    """BatchNorm with isd of variance(c, n), and the derivative that belongs to it."""
    def begin(self, s, y):
        n = len(y)
        self.n, self.c = n, s - (s.mean(axis=1, keepdims=True) if centred else 0.0)
        self.t = y - y.mean()
        self.gamma = np.sqrt((self.t * self.t).mean())
        self.isd = 1.0 / np.sqrt(variance(self.c, n))
        self.z = self.c * self.isd

    def loss(self):
        e = self.gamma * self.z - self.t
        return (e * e).mean(axis=1, keepdims=True)

    def derivative(self):
        g = 2.0 * self.gamma / self.n * (self.gamma * self.z - self.t)
        if frozen:
            return self.isd * g
        slope = 1.0 / (self.n - 1 if variance is sample_variance else self.n)
        inner = (g * self.c).sum(axis=1, keepdims=True) * slope
        return self.isd * (g - g.mean(axis=1, keepdims=True)) - self.isd**3 * self.c * inner
    BatchNorm.__init__, BatchNorm.loss, BatchNorm.derivative = begin, loss, derivative


def sample_variance(c, n):
    return (c * c).sum(axis=1, keepdims=True) / (n - 1)


@fault("bn.sample-variance")
def _():
    batchnorm(sample_variance)


@fault("bn.eps")
def _():
    batchnorm(lambda c, n: (c * c).mean(axis=1, keepdims=True) + 1e-5)


@fault("bn.running")  # equinox #659
def _():
    batchnorm(lambda c, n: np.ones((len(c), 1)), centred=False, frozen=True)


@fault("norm.eps")  # a Rayleigh quotient over |x|^2 + 1e-5
def _():
    def loss(self, x):
        return 0.5 * dot(x, self.apply(x)) / (dot(x, x) + 1e-5)

    def gradient(self, x):
        r = dot(x, x) + 1e-5
        v = self.apply(x)
        return (v - dot(x, v) / r * x) / r
    Rayleigh.loss, Rayleigh.gradient = loss, gradient

    def linear(self, x):
        r = dot(x, x) + 1e-5
        im = 1.0 / np.sqrt(r)
        return 1.0 / r, im, self.outputs(x) * im - self.y
    NormalisedLinear.parts = linear


def every_gradient(around):
    for owner in {owner for kind in problems.KINDS.values() for owner in kind.__mro__
                  if "gradient" in vars(owner)}:
        wrap(owner, "gradient", around)


@fault("gradient.doubled")  # the loss has a half that the gradient lost
def _():
    every_gradient(lambda right, self, x: 2.0 * right(self, x))


@fault("gradient.norm")  # |x| for |x|^2
def _():
    every_gradient(lambda right, self, x: right(self, x) * (
        np.sqrt(dot(x, x)) if self.scale_invariant else 1.0))


# ---- randomness ----------------------------------------------------------------------------------


def pair_normals(uniforms):
    """normals_from_raws by Box and Muller with the two uniforms of uniforms(raws)."""
    def made(raws):
        u, w = uniforms(raws[:, 0::2]), uniforms(raws[:, 1::2])
        with np.errstate(all="ignore"):
            r = np.sqrt(-2.0 * np.log(u))
        z = np.empty(raws.shape)
        z[:, 0::2], z[:, 1::2] = r * np.cos(2.0 * np.pi * w), r * np.sin(2.0 * np.pi * w)
        return z
    adapter.normals_from_raws = made
    streams.normals_from_raws = made


@fault("normals.u-zero")  # gpuocean #37
def _():
    pair_normals(lambda raws: (raws >> np.uint64(11)) * 2.0**-53)


@fault("normals.23-bits")  # CUDA.jl #1464
def _():
    def made(raws):
        u = 1.0 - (raws[:, 0::2] >> np.uint64(41)) * 2.0**-23
        w = (raws[:, 1::2] >> np.uint64(41)) * 2.0**-23
        z = np.empty(raws.shape)
        r = np.sqrt(-2.0 * np.log(u))
        z[:, 0::2], z[:, 1::2] = r * np.cos(2.0 * np.pi * w), r * np.sin(2.0 * np.pi * w)
        return z
    adapter.normals_from_raws = made
    streams.normals_from_raws = made


def every_trajectory(part):
    """Streams of one purpose (1 the start, 2 the noise) that do not depend on the trajectory."""
    def begin(right, self, seed, key, size=1):
        if key and key[0] == part:
            key = (part, 0 * key[1])
        right(self, seed, key, size)
    wrap(Stream, "__init__", begin)


@fault("seed.same")  # DifferentialEquations.jl #1034, OrdinaryDiffEq.jl #3737
def _():
    every_trajectory(2)


@fault("start.same")  # stochss #508
def _():
    every_trajectory(1)


@fault("seed.ignored")  # the seed of the experiment has no effect
def _():
    wrap(Stream, "__init__", lambda right, self, seed, key, size=1: right(self, 0, key, size))


@fault("samples.without-replacement")
def _():
    def draw(right, self, stream, batch):
        if self.kind != "samples" or batch == 1 or batch > self.problem.n:
            return right(self, stream, batch)
        keys = stream.uniforms(self.problem.n)
        return np.argsort(keys, axis=1, kind="stable")[:, :batch]
    wrap(Noise, "draw", draw)


@fault("start.variance")  # scale taken for a variance
def _():
    right = trajectories.starts

    def starts(fields, dim, seed, numbers):
        if fields["kind"] == "gaussian":
            fields = {**fields, "scale": float(np.sqrt(problems.real(fields["scale"])))}
        return right(fields, dim, seed, numbers)
    trajectories.starts = starts


# ---- schedules, sharpness ------------------------------------------------------------------------


@fault("schedule.steps")  # SVAG's schedule in steps, not in effective steps
def _():
    def go(right, self, steps, checkpoints):
        l, self.dynamics.l = self.dynamics.l, 1
        method = self.dynamics.method

        def step(*arguments, **named):
            self.dynamics.l = l
            following = method(*arguments, **named)
            self.dynamics.l = 1
            return following
        self.dynamics.method = step
        right(self, steps, checkpoints)
    wrap(trajectories.Run, "go", go)


@fault("schedule.unused")  # a schedule that is set and never looked at
def _():
    wrap(Schedule, "at", lambda right, self, k: right(self, 0))


@fault("schedule.cosine-rises")
def _():
    def cosine(self, k):
        return self.between((1.0 + np.cos(np.pi * k / self.period)) * 0.5)
    Schedule.cosine = cosine


@fault("sharpness.absolute")
def _():
    def largest(problem, x):
        p = x.shape[1]
        columns = [problem.hessian_vector(x, np.eye(p)[i][None]) for i in range(p)]
        hessian = np.stack([column[0] for column in columns], axis=1) * dot(x, x)[0, 0]
        values = np.linalg.eigvalsh(0.5 * (hessian + hessian.T))
        return np.array([[values[np.argmax(np.abs(values))]]])
    adapter.spherical_sharpness = lambda request: {"value": adapter.single(largest(
        adapter.problem_of(request["problem"]), adapter.point(request["x"])))}
    adapter.REQUESTS["sharpness"] = adapter.spherical_sharpness


def main():
    name, level = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    without = sys.argv[3:]
    if name == "--list":
        print("\n".join(FAULTS))
        return
    if name != "none":
        FAULTS[name]()
    if level:
        right = adapter.REQUESTS["hello"]

        def hello(request):
            answer = {**right(request), "levels": [level]}
            if level == "laws":  # a simulation that can only be run
                answer["can"] = ["ensemble"]
            elif level == "numbers":
                answer["can"] = [what for what in answer["can"]
                                 if what not in ("raw", "uniform", "normals", "run", *without)]
            return answer
        adapter.REQUESTS["hello"] = hello
    adapter.main()


if __name__ == "__main__":
    main()

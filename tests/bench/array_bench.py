"""What a user of arrays would write without sidyn: `array_bench.py numpy`, or torch64, torch32.

Tuned: coordinates by trajectories, so that sums over coordinates add whole rows; every operation in
place or into an array that is there; the algebra arranged for few passes; COLUMNS trajectories at a
time, which the caches like (widths from 64 to 4096 were tried: 512 to 4096 differ by 5 %). NumPy
draws with PCG64's Generator.standard_normal. The protocol is that of request.h.
"""

import json
import math
import sys
import time

import network_bench

LR, WD, SIGMA, SAMPLES, SVAG_L, SUBSTEPS = 0.05, 0.01, 0.1, 64, 4, 4
BETA, BETA2, EPS = 0.9, 0.999, 1e-8  # alpha is 1
BUFFER, COLUMNS = 8192, 1024


def feature(k):
    """bench_feature() of request.h."""
    k = k * 0x9E3779B1 & 0xFFFFFFFF
    k = (k ^ k >> 16) * 0x045D9F3B & 0xFFFFFFFF
    return ((k ^ k >> 16) / 2**32 - 0.5) * math.sqrt(12)


class Numpy:
    def __init__(self):
        import numpy as np

        self.version, self.module = f"numpy {np.__version__}", np
        self.rng = np.random.Generator(np.random.PCG64(1))
        self.add, self.subtract = np.add, np.subtract
        self.multiply, self.divide = np.multiply, np.divide
        self.sqrt, self.reciprocal, self.full, self.linspace = (
            np.sqrt, np.reciprocal, np.full, np.linspace
        )

    def sum(self, a, out):
        self.add.reduce(a, axis=0, out=out)

    def normal(self, out):
        self.rng.standard_normal(out=out)

    def indices(self, n, count):
        return self.rng.integers(0, n, count)

    def take(self, table, indices, out):
        table.take(indices, axis=1, out=out, mode="clip")  # the default mode would copy


class Torch:
    def __init__(self, bits):
        import torch

        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
        torch.set_default_dtype(getattr(torch, f"float{bits}"))
        self.torch, self.version = torch, f"torch {torch.__version__}, {bits} bits"
        self.module = torch if bits == 64 else None  # of the networks
        self.add, self.subtract = torch.add, torch.sub
        self.multiply, self.divide = torch.mul, torch.div
        self.sqrt, self.reciprocal, self.linspace = torch.sqrt, torch.reciprocal, torch.linspace

    def full(self, shape, value):
        return self.torch.full(shape if isinstance(shape, tuple) else (shape,), value)

    def sum(self, a, out):
        self.torch.sum(a, 0, out=out)

    def normal(self, out):
        out.normal_()

    def indices(self, n, count):
        return self.torch.randint(0, n, (count,))

    def take(self, table, indices, out):
        self.torch.index_select(table, 1, indices, out=out)


LIBRARIES = {"numpy": Numpy, "torch64": lambda: Torch(64), "torch32": lambda: Torch(32)}


class State:
    """n trajectories in p dimensions, with every array that a step writes to."""

    def __init__(self, lib, p, n):
        self.lib, self.n = lib, n
        self.spectrum = lib.linspace(1.0, 2.0, p)[:, None]
        self.x, self.u, self.v, self.w, self.m = (lib.full((p, n), 0.0) for _ in range(5))
        self.r, self.q, self.t, self.c, self.label = (lib.full(n, 0.0) for _ in range(5))
        self.features, self.labels = lib.full((p, SAMPLES), 0.0), lib.full((1, SAMPLES), 0.0)
        self.labels[0, ::2], self.labels[0, 1::2] = 1.0, -1.0
        for i in range(SAMPLES):
            for j in range(p):
                self.features[j, i] = feature(i * p + j)

    def begin(self):
        self.x[:] = 1 / math.sqrt(len(self.x))
        self.m[:] = 0.0
        self.v[:] = 0.0
        self.beta, self.beta2 = 1.0, 1.0  # to the power of the steps so far

    def sums(self):
        """r = 1/|x|^2, q = <x, Ax>."""
        lib = self.lib
        lib.multiply(self.x, self.x, out=self.w)
        lib.sum(self.w, out=self.r)
        lib.multiply(self.w, self.spectrum, out=self.w)
        lib.sum(self.w, out=self.q)
        lib.reciprocal(self.r, out=self.r)

    def move(self, a, h, k):
        """x = a x - h (G + k noise), with the noise u before its projection:
        x (a + h q + h k t) - h A x/|x|^2 - h k u/|x|."""
        lib, r, q, t, c = self.lib, self.r, self.q, self.t, self.c
        lib.multiply(self.x, self.u, out=self.w)
        lib.sum(self.w, out=t)
        lib.sqrt(r, out=c)
        c *= h * k
        t *= c
        t *= r
        q *= r
        q *= r
        q *= h
        q += t
        q += a
        r *= h
        lib.multiply(self.spectrum, r, out=self.w)
        lib.subtract(q, self.w, out=self.w)
        lib.multiply(self.x, self.w, out=self.x)
        lib.multiply(self.u, c, out=self.u)
        lib.subtract(self.x, self.u, out=self.x)

    def sgd(self):
        self.sums()
        self.lib.normal(self.u)
        self.move(1 - LR * WD, LR, SIGMA)

    def svag(self):
        """The gradient is the same for both draws and the projection is linear:
        one of each is enough."""
        lib, h, root = self.lib, LR / SVAG_L, math.sqrt(2 * SVAG_L - 1)
        self.sums()
        lib.normal(self.u)
        lib.normal(self.v)
        lib.multiply(self.v, (1 - root) / (1 + root), out=self.v)
        lib.add(self.u, self.v, out=self.u)
        self.move(1 - h * WD, h, SIGMA * (1 + root) / 2)

    def em(self):
        h = LR / SUBSTEPS
        for _ in range(SUBSTEPS):
            self.sums()
            self.lib.normal(self.u)
            self.move(1 - h * WD, h, SIGMA * math.sqrt(SUBSTEPS))

    def gradient(self, decay):
        """u = G + noise + decay x: x (A/|x|^2 - q - c t + decay) + c u, c = sigma/|x|."""
        lib, r, q, t, c = self.lib, self.r, self.q, self.t, self.c
        self.sums()
        lib.normal(self.u)
        lib.multiply(self.x, self.u, out=self.w)
        lib.sum(self.w, out=t)
        lib.sqrt(r, out=c)
        c *= SIGMA
        t *= c
        t *= r
        q *= r
        q *= r
        q += t
        q -= decay
        lib.multiply(self.spectrum, r, out=self.w)
        lib.subtract(self.w, q, out=self.w)
        lib.multiply(self.w, self.x, out=self.w)
        lib.multiply(self.u, c, out=self.u)
        lib.add(self.u, self.w, out=self.u)

    def momentum(self):
        lib = self.lib
        self.gradient(WD)
        lib.multiply(self.v, BETA, out=self.v)
        lib.add(self.v, self.u, out=self.v)
        lib.multiply(self.v, LR, out=self.w)
        lib.subtract(self.x, self.w, out=self.x)

    def adamw(self):
        """m/(1 - beta) and v/(1 - beta2) are kept: a pass less for each."""
        lib = self.lib
        self.gradient(0.0)
        self.beta *= BETA
        self.beta2 *= BETA2
        lib.multiply(self.m, BETA, out=self.m)
        lib.add(self.m, self.u, out=self.m)
        lib.multiply(self.u, self.u, out=self.u)
        lib.multiply(self.v, BETA2, out=self.v)
        lib.add(self.v, self.u, out=self.v)
        root = math.sqrt((1 - self.beta2) / (1 - BETA2))  # sqrt of v by that of what is kept
        lib.sqrt(self.v, out=self.w)
        lib.add(self.w, EPS * root, out=self.w)
        lib.divide(self.m, self.w, out=self.w)
        lib.multiply(self.w, LR * root * (1 - BETA) / (1 - self.beta), out=self.w)
        lib.multiply(self.x, 1 - LR * WD, out=self.x)
        lib.subtract(self.x, self.w, out=self.x)

    def linear(self):
        """One sample z of the normalised linear model: x = x (a + lr e t) - lr e z,
        e = (t/|x| - y)/|x|, t = <x, z>/|x|^2."""
        lib, r, t, c = self.lib, self.r, self.t, self.c
        chosen = lib.indices(SAMPLES, self.n)
        lib.take(self.features, chosen, out=self.u)
        lib.take(self.labels, chosen, out=self.label.reshape(1, -1))
        lib.multiply(self.x, self.x, out=self.w)
        lib.sum(self.w, out=r)
        lib.multiply(self.x, self.u, out=self.w)
        lib.sum(self.w, out=t)
        lib.sqrt(r, out=c)
        lib.divide(t, c, out=self.q)
        self.q -= self.label
        self.q /= c
        self.q *= LR
        t /= r
        t *= self.q
        t += 1 - LR * WD
        lib.multiply(self.x, t, out=self.x)
        lib.multiply(self.u, self.q, out=self.u)
        lib.subtract(self.x, self.u, out=self.x)


def normals(lib, count):
    """Seconds are taken around the work alone; returns what the reply holds."""
    buffer = lib.full(BUFFER, 0.0)
    started = clocks()
    for _ in range(0, count, BUFFER):
        lib.normal(buffer)
    return reply(started, -(-count // BUFFER) * BUFFER, float((buffer * buffer).mean()))


def steps(lib, step, p, count, steps_):
    state = State(lib, p, min(COLUMNS, count))  # count is a multiple of COLUMNS, or below it
    total = 0.0
    started = clocks()
    for first in range(0, count, COLUMNS):
        state.begin()
        for _ in range(steps_):
            step(state)
        total += float((state.x * state.x).sum())
    return reply(started, p * count * steps_, total / count)


def completion(m, count, steps_):
    """Gradient descent on matrix completion with batch normalisation:
    products of whole matrices by the BLAS."""
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(1))
    n = (m * m * 8 + 24) // 25
    cells = np.sort(rng.choice(m * m, n, replace=False))
    labels = rng.standard_normal(n)
    t = labels - labels.mean()
    gamma = math.sqrt(t @ t / n)
    d, total = np.zeros((m, m)), 0.0
    flat = d.reshape(-1)
    started = clocks()
    for _ in range(count):
        u, v = rng.uniform(-1, 1, (m, m)), rng.uniform(-1, 1, (m, m))
        for _ in range(steps_):
            z = (u @ v.T).reshape(-1)[cells]
            z -= z.mean()
            scale = 1 / math.sqrt(z @ z / n)
            z *= scale
            z *= z @ t / n
            z -= t
            z *= LR * 2 * gamma * scale / n
            flat[cells] = z
            gu, gv = d @ v, d.T @ u
            u *= 1 - LR * WD
            v *= 1 - LR * WD
            u -= gu
            v -= gv
        total += float((u * u).sum() + (v * v).sum())
    return reply(started, count * steps_, total / count)


def clocks():
    return time.thread_time(), time.perf_counter()


def reply(started, units, mean):
    cpu, wall = clocks()
    return {"cpu": cpu - started[0], "wall": wall - started[1], "units": units, "mean": mean}


def answer(lib, workload, p=2, count=1, steps_=1):
    if workload == "info":
        return {"version": lib.version}
    if workload == "normals":
        return normals(lib, count)
    if workload in ("sgd", "svag", "em", "momentum", "adamw", "linear"):
        return steps(lib, getattr(State, workload), p, count, steps_)
    if workload == "network" and lib.module:
        return reply(*network_bench.run(lib.module, p, count, steps_))
    if workload == "completion" and isinstance(lib, Numpy):
        return completion(p, count, steps_)
    return {"error": f"no such workload: {workload}"}


def main():
    try:
        lib = LIBRARIES[sys.argv[1]]()
    except ImportError:
        lib = None
    for line in sys.stdin:
        workload, *fields = line.split()
        known = {"p": "p", "count": "count", "steps": "steps_"}
        values = {known[key]: int(value) for key, value in (field.split("=") for field in fields)}
        print(json.dumps(answer(lib, workload, **values) if lib else {"error": "not installed"}),
              flush=True)


main()

"""Section 5 of docs/spec.md: noise, its trace, and the Gaussian noise with the same covariance.

A draw is what the noise needs of the streams, an array with a row for each trajectory: normals,
signs, indices of samples or Poisson counts (docs/conform.md section 3), of width 0 where it is
nothing.
"""
from itertools import accumulate

import numpy as np

import problems
from network import Network
from problems import real, reals
from streams import dot, in_order, sum8


class Noise:
    def __init__(self, problem, fields):
        self.problem, self.kind = problem, fields["kind"]
        self.sigma = real(fields["sigma"]) if "sigma" in fields else None
        self.scale = reals(fields["scale"]) if "scale" in fields else None
        weighted = self.kind == "samples" and problem.weighted
        self.cumulated = np.array(list(accumulate(problem.w.tolist()))) if weighted else None

    def draw(self, stream, batch):
        """The draw of noise or noisy_gradient."""
        p = self.problem.dim
        if self.kind in ("gaussian", "sphere"):
            return stream.normals(p)
        if self.kind == "rademacher":
            return stream.signs(p)
        if self.kind == "poisson":
            return stream.poisson(batch * p, self.problem.exp_minus_mean)
        if self.kind == "samples" and self.cumulated is None:
            return stream.indices(batch, self.problem.n)
        if self.kind == "samples":
            return stream.weighted_indices(batch, self.cumulated)
        return np.zeros((stream.size, 0))

    def gaussian_draw(self, stream):
        if self.kind == "none":
            return np.zeros((stream.size, 0))
        return stream.normals(self.problem.n if self.kind == "samples" else self.problem.dim)

    def placed(self, x, u):
        """u itself where noise is ambient, else its tangential part over |x|."""
        if not self.problem.scale_invariant:
            return u
        r = dot(x, x)
        t = dot(x, u) * (1.0 / r)
        return (u - t * x) * (1.0 / np.sqrt(r))

    def sphere(self, x, u):
        if not self.problem.scale_invariant:
            length2 = dot(u, u)
            return u * np.where(length2 == 0.0, 0.0, self.sigma / np.sqrt(length2))
        r = dot(x, x)
        t = dot(x, u) * (1.0 / r)
        v = u - t * x
        length2 = dot(v, v)
        k = self.sigma / (np.sqrt(length2) * np.sqrt(r))
        return v * np.where(length2 == 0.0, 0.0, k)

    def noise(self, x, e):
        if self.kind == "none":
            return np.zeros(x.shape)
        if self.kind == "sphere":
            return self.sphere(x, e)
        return self.placed(x, (self.sigma if self.scale is None else self.scale) * e)

    def noisy_gradient(self, x, draw, batch):
        if self.kind == "poisson":
            h = np.zeros(x.shape)
            for b in range(batch):
                h = h + draw[:, b * x.shape[1] : (b + 1) * x.shape[1]]
        elif self.kind == "samples":
            h = in_order(self.problem.sample_gradient(x, draw[:, b]) for b in range(batch))
        else:
            return self.problem.gradient(x) + self.noise(x, draw)
        return h * (1.0 / batch) if batch > 1 else h

    def deviations(self, x):
        """d_ij = g_ij - G_j for each i in turn"""
        full = self.problem.gradient(x)
        for i in range(self.problem.n):
            yield self.problem.sample_gradient(x, i) - full

    def gaussian_noise(self, x, e):
        if self.kind == "none":
            return np.zeros(x.shape)
        if self.kind == "samples":
            factors = np.sqrt(self.problem.w) * e
            return in_order(factors[:, i : i + 1] * d for i, d in enumerate(self.deviations(x)))
        size = self.sigma if self.scale is None else self.scale
        if self.kind == "sphere":
            freedom = self.problem.dim - (1 if self.problem.scale_invariant else 0)
            size = self.sigma / np.sqrt(float(freedom))
        elif self.kind == "poisson":
            size = np.sqrt(self.problem.mean)
        return self.placed(x, size * e)

    def trace(self, x):
        """tr Cov(noise), a column"""
        p, one = self.problem.dim, np.ones((len(x), 1))
        if self.kind == "none":
            return np.zeros((len(x), 1))
        if self.kind == "samples":
            return in_order(w * dot(d, d) for w, d in zip(self.problem.w, self.deviations(x)))
        if self.kind == "poisson":
            return one * (self.problem.mean * float(p))
        if not self.problem.scale_invariant:
            if self.kind == "sphere":
                return one * (self.sigma * self.sigma)
            if self.scale is None:
                return one * ((self.sigma * self.sigma) * float(p))
            return one * sum8(self.scale * self.scale)
        ir = 1.0 / dot(x, x)
        if self.kind == "sphere":
            return (self.sigma * self.sigma) * ir
        if self.scale is None:
            return ((self.sigma * self.sigma) * float(p - 1)) * ir
        q = self.scale * self.scale
        return (sum8(q) - dot(x, q * x) * ir) * ir


class NetworkNoise(Noise):
    """Section 8 of docs/spec-network.md. A draw of a step with epochs is that of a new order."""

    def draw(self, stream, batch):
        n = self.problem.n
        if self.kind == "epochs":
            return stream.indices(n - 1, np.arange(n, 1, -1, dtype=np.uint64))
        return stream.indices(batch, n) if self.kind == "samples" else super().draw(stream, batch)

    def noisy_gradient(self, x, draw, batch):
        if self.kind == "none":
            return super().noisy_gradient(x, draw, batch)
        return self.problem.batch_gradient(x, draw)

    def gaussian_noise(self, x, e):
        if self.kind == "none":
            return super().gaussian_noise(x, e)
        n = self.problem.n
        w = (e - sum8(e) * (1.0 / n)) * (1.0 / np.sqrt(float(n)))
        return self.problem.batch_gradient(x, np.arange(n), w[:, :, None])

    def squares(self, x):
        """s_i of each sample in turn"""
        problem = self.problem
        if problem.norm == "wn" or problem.layers[0].conv:
            for i in range(problem.n):
                g = problem.sample_gradient(x, i)
                yield dot(g, g)
            return
        images, y = problem.all(x)
        passes, f = problem.forward(x, images)
        derivatives = problem.backward(passes, f, y, np.ones(y.shape + (1,)))[1]
        lengths = [dot(p.a, p.a) * dot(d, d) for p, d in zip(passes, derivatives)]
        total = in_order(lengths)
        yield from (total[:, i] for i in range(problem.n))

    def trace(self, x):
        if self.kind == "none":
            return super().trace(x)
        g = self.problem.gradient(x)
        return in_order(self.squares(x)) * (1.0 / self.problem.n) - dot(g, g)


KINDS = {**problems.KINDS, "network": Network}


def make_problem(fields):
    """A problem of section 12, and its noise as an attribute."""
    problem = KINDS[fields["kind"]](fields)
    problem.noise = (NetworkNoise if fields["kind"] == "network" else Noise)(problem,
                                                                             fields["noise"])
    return problem


def draw_of(problem, gaussian, values):
    """Randomness that is given, of the one trajectory."""
    if problem.noise.kind in ("samples", "epochs") and not gaussian:
        return np.array([values])
    return reals(values)[None]

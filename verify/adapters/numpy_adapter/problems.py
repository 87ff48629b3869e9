"""Section 6 of docs/spec.md: losses, gradients and Hessian-vector products at many points at once.

x and y have a row for each trajectory; a loss is a column. size is the largest number of numbers
that a formula needs at once for a trajectory.
"""
import struct

import numpy as np

from streams import dot, in_order, sum8


def real(value):
    """A real number of a request: a JSON number, or a string with the bit pattern."""
    if isinstance(value, str):
        return np.float64(struct.unpack(">d", bytes.fromhex(value))[0])
    return np.float64(value)


def reals(values):
    """An array of a list, or of a list of lists, of real numbers."""
    if values and isinstance(values[0], list):
        return np.array([reals(row) for row in values])
    return np.array([v if type(v) is float else real(v) for v in values], np.float64)


class Rayleigh:
    scale_invariant = True

    def __init__(self, fields):
        self.dim = fields["dim"]
        self.dense = "matrix" in fields
        self.a = reals(fields["matrix" if self.dense else "spectrum"])
        self.size = self.a.size

    def apply(self, y):
        return sum8(self.a * y[:, None, :])[:, :, 0] if self.dense else self.a * y

    def parts(self, x):
        r = dot(x, x)
        ir = 1.0 / r
        v = self.apply(x)
        return ir, v, dot(x, v) * ir

    def loss(self, x):
        return 0.5 * self.parts(x)[2]

    def gradient(self, x):
        ir, v, q = self.parts(x)
        return (v - q * x) * ir

    def hessian_vector(self, x, y):
        ir, v, q = self.parts(x)
        g = (v - q * x) * ir
        b = dot(g, y)
        c = dot(x, y) * ir
        w = self.apply(y)
        return (((w - q * y) - (2.0 * b) * x) * ir) - (2.0 * c) * g


class NormalisedLinear:
    scale_invariant = True
    weighted = False

    def __init__(self, fields):
        self.dim = fields["dim"]
        self.z, self.y = reals(fields["features"]), reals(fields["labels"])
        self.n, self.size = len(self.z), self.z.size
        self.w = np.full(self.n, 1.0 / self.n)

    def outputs(self, x):
        """dot(z_i, x) for every i"""
        return sum8(self.z * x[:, None, :])[:, :, 0]

    def averaged(self, k):
        """(sum_i k_i*z_ij)*inv_n"""
        return in_order(k[:, i : i + 1] * self.z[i] for i in range(self.n)) * (1.0 / self.n)

    def parts(self, x):
        r = dot(x, x)
        im = 1.0 / np.sqrt(r)
        return 1.0 / r, im, self.outputs(x) * im - self.y

    def loss(self, x):
        e = self.parts(x)[2]
        return (0.5 * in_order((e * e)[:, i : i + 1] for i in range(self.n))) * (1.0 / self.n)

    def tangential(self, x, h, ir, im):
        t = dot(x, h) * ir
        return t, (h - t * x) * im

    def gradient(self, x):
        ir, im, e = self.parts(x)
        return self.tangential(x, self.averaged(e), ir, im)[1]

    def hessian_vector(self, x, y):
        ir, im, e = self.parts(x)
        h = self.averaged(e)
        t, g = self.tangential(x, h, ir, im)
        c = dot(x, y) * ir
        dh = self.averaged((self.outputs(y) - c * self.outputs(x)) * im)
        dt = (dot(y, h) + dot(x, dh)) * ir - (2.0 * c) * t
        return (((dh - dt * x) - t * y) * im) - c * g

    def sample_gradient(self, x, i):
        """Of the sample with index i: a number, or one for each trajectory."""
        r = dot(x, x)
        ir, im = 1.0 / r, 1.0 / np.sqrt(r)
        e = dot(self.z[i], x) * im - self.y[i, None]
        return self.tangential(x, e * self.z[i], ir, im)[1]


class Ratio2:
    scale_invariant = True
    dim = size = 2

    def __init__(self, fields):
        pass

    def parts(self, point):
        x, y = point[:, :1], point[:, 1:]
        r = x * x + y * y
        return x, y, r, r * r, x * y

    def loss(self, point):
        x, _, r, _, _ = self.parts(point)
        return (x * x) / r

    def gradient(self, point):
        x, y, _, q, s = self.parts(point)
        return np.concatenate([((2.0 * s) * y) / q, -(((2.0 * s) * x) / q)], axis=1)

    def hessian_vector(self, point, v):
        x, y, r, q, s = self.parts(point)
        c = q * r
        xx, yy = x * x, y * y
        d = (8.0 * xx) * yy
        hxx = (2.0 * yy) / q - d / c
        hyy = d / c - (2.0 * xx) / q
        hxy = (4.0 * s) / q - ((8.0 * s) * yy) / c
        v0, v1 = v[:, :1], v[:, 1:]
        return np.concatenate([hxx * v0 + hxy * v1, hxy * v0 + hyy * v1], axis=1)


class QuadraticSamples:
    scale_invariant = False

    def __init__(self, fields):
        self.dim = fields["dim"]
        self.a, self.b = reals(fields["a"]), reals(fields["b"])
        self.n, self.size = len(self.a), self.a.size
        self.weighted = "weights" in fields
        self.w = reals(fields["weights"]) if self.weighted else np.full(self.n, 1.0 / self.n)
        self.curvature = in_order(self.w[i] * self.a[i] for i in range(self.n))

    def loss(self, x):
        losses = (sum8(((0.5 * self.a[i]) * x) * x - self.b[i] * x) for i in range(self.n))
        return in_order(w * loss for w, loss in zip(self.w, losses))

    def sample_gradient(self, x, i):
        return self.a[i] * x - self.b[i]

    def gradient(self, x):
        return in_order(self.w[i] * self.sample_gradient(x, i) for i in range(self.n))

    def hessian_vector(self, x, v):
        return self.curvature * v


class NoiseOnly:
    scale_invariant = True

    def __init__(self, fields):
        self.dim = self.size = fields["dim"]

    def loss(self, x):
        return np.zeros((len(x), 1))

    def gradient(self, x):
        return np.zeros(x.shape)

    def hessian_vector(self, x, v):
        return np.zeros(x.shape)


class QuadraticNoisy:
    scale_invariant = False

    def __init__(self, fields):
        self.dim = self.size = fields["dim"]
        self.a = reals(fields["spectrum"])

    def loss(self, x):
        return 0.5 * dot(x, self.a * x)

    def gradient(self, x):
        return self.a * x

    def hessian_vector(self, x, y):
        return self.a * y


class Circle3:
    """trough3 and ridge3; c and rho are the height and the radius of the circle of minimisers."""

    scale_invariant = True
    dim = size = 3
    scales = np.array([1.0, 9.0, 1.0])

    def __init__(self, fields):
        self.c, self.rho = {"trough3": (0.6, 0.8), "ridge3": (0.0, 1.0)}[fields["kind"]]

    def parts(self, x):
        r = dot(x, x)
        ir, im = 1.0 / r, 1.0 / np.sqrt(r)
        v = self.scales * x
        u = x[:, 2:] * im
        return ir, im, v, u, u - self.c, dot(x, v) * ir, u * ir

    def loss(self, x):
        _, _, _, _, h, q, _ = self.parts(x)
        return (0.5 * (h * h)) * q

    def gradients(self, x, ir, im, v, q, t):
        """gu and gq"""
        return height(x, im) - t * x, (v - q * x) * ir

    def gradient(self, x):
        ir, im, v, _, h, q, t = self.parts(x)
        gu, gq = self.gradients(x, ir, im, v, q, t)
        return (h * q) * gu + (h * h) * gq

    def hessian_vector(self, x, y):
        ir, im, v, u, h, q, t = self.parts(x)
        gu, gq = self.gradients(x, ir, im, v, q, t)
        hq, hh = h * q, h * h
        w = self.scales * y
        c1 = dot(x, y) * ir
        c2 = 2.0 * c1
        du, dq = dot(gu, y), 2.0 * dot(gq, y)
        dhq = du * q + h * dq
        dhh = (2.0 * h) * du
        dt = (du - c2 * u) * ir
        dgu = (height(x, -(c1 * im)) - dt * x) - t * y
        dgq = (((w - dq * x) - q * y) * ir) - c2 * gq
        return (dhq * gu + hq * dgu) + (dhh * gq + hh * dgq)


def height(x, value):
    """Vectors with a value in the third coordinate, else +0."""
    vector = np.zeros(x.shape)
    vector[:, 2:] = value
    return vector


class BatchNorm:
    """n outputs s of each trajectory, normalised, against labels y."""

    def __init__(self, s, y):
        self.inv_n = 1.0 / len(y)
        self.beta = sum8(y) * self.inv_n
        self.mu = sum8(s) * self.inv_n
        self.t = y - self.beta
        c = s - self.mu
        self.gamma = np.sqrt(dot(self.t, self.t) * self.inv_n)
        self.isd = 1.0 / np.sqrt(dot(c, c) * self.inv_n)
        self.z = c * self.isd
        self.k = dot(self.z, self.t) * self.inv_n
        self.f = ((2.0 * self.gamma) * self.isd) * self.inv_n

    def loss(self):
        e = self.gamma * self.z - self.t
        return in_order((e * e)[:, i : i + 1] for i in range(e.shape[1])) * self.inv_n

    def derivative(self):
        """dL/ds"""
        return self.f * (self.k * self.z - self.t)

    def second_derivative(self, ds):
        """The derivative of dL/ds along ds."""
        a = ds - sum8(ds) * self.inv_n
        b = dot(self.z, a) * self.inv_n
        dz = (a - b * self.z) * self.isd
        dk = dot(dz, self.t) * self.inv_n
        w = b * self.isd
        return self.f * ((dk * self.z + self.k * dz) - w * (self.k * self.z - self.t))


class BnRegression:
    scale_invariant = True

    def __init__(self, fields):
        self.dim = fields["dim"]
        self.a, self.y = reals(fields["features"]), reals(fields["labels"])
        self.size = self.a.size

    def outputs(self, x):
        return sum8(self.a * x[:, None, :])[:, :, 0]

    def combine(self, d):
        """sum_i d_i*a_ij"""
        return in_order(d[:, i : i + 1] * row for i, row in enumerate(self.a))

    def loss(self, x):
        return BatchNorm(self.outputs(x), self.y).loss()

    def gradient(self, x):
        return self.combine(BatchNorm(self.outputs(x), self.y).derivative())

    def hessian_vector(self, x, v):
        bn = BatchNorm(self.outputs(x), self.y)
        return self.combine(bn.second_derivative(self.outputs(v)))


class BnCompletion:
    scale_invariant = True

    def __init__(self, fields):
        self.rows, self.cols, self.inner = fields["rows"], fields["cols"], fields["inner"]
        self.dim = (self.rows + self.cols) * self.inner
        self.r, self.c = np.array(fields["entries"]).T
        self.y = reals(fields["labels"])
        self.matrix = reals(fields["matrix"]) if "matrix" in fields else None
        self.size = max(len(self.y), self.rows * self.cols) * self.inner

    def factors(self, x):
        """U and V, rows of inner numbers; they share the numbers of x."""
        both = x.reshape(len(x), self.rows + self.cols, self.inner)
        return both[:, : self.rows], both[:, self.rows :]

    def products(self, x, y):
        """dot(U_r, V_c) of all entries, U of x and V of y."""
        return dot(self.factors(x)[0][:, self.r], self.factors(y)[1][:, self.c])[:, :, 0]

    def normalised(self, x):
        return BatchNorm(self.products(x, x), self.y)

    def combine(self, d, x, g):
        """Adds to g."""
        (u, v), (gu, gv) = self.factors(x), self.factors(g)
        for i, (r, c) in enumerate(zip(self.r, self.c)):
            gu[:, r] += d[:, i : i + 1] * v[:, c]
            gv[:, c] += d[:, i : i + 1] * u[:, r]

    def loss(self, x):
        return self.normalised(x).loss()

    def gradient(self, x):
        g = np.zeros(x.shape)
        self.combine(self.normalised(x).derivative(), x, g)
        return g

    def hessian_vector(self, x, v):
        bn, g = self.normalised(x), np.zeros(x.shape)
        ds = self.products(v, x) + self.products(x, v)
        self.combine(bn.second_derivative(ds), x, g)
        self.combine(bn.derivative(), v, g)
        return g

    def test_loss(self, x):
        bn, (u, v) = self.normalised(x), self.factors(x)
        s = dot(u[:, :, None], v[:, None, :]).reshape(len(x), -1)
        e = (bn.gamma * ((s - bn.mu) * bn.isd) + bn.beta) - self.matrix.reshape(-1)
        total = np.zeros((len(x), 1))
        for cell in range(e.shape[1]):
            total = total + (e * e)[:, cell : cell + 1]
        return total * (1.0 / e.shape[1])


class Poisson:
    scale_invariant = False

    def __init__(self, fields):
        self.dim = self.size = fields["dim"]
        self.mean, self.exp_minus_mean = real(fields["mean"]), real(fields["exp_minus_mean"])

    def loss(self, x):
        return self.mean * sum8(x)

    def gradient(self, x):
        return np.full(x.shape, self.mean)

    def hessian_vector(self, x, v):
        return np.zeros(x.shape)


KINDS = {
    "rayleigh": Rayleigh, "normalised_linear": NormalisedLinear, "ratio2": Ratio2,
    "quadratic_samples": QuadraticSamples, "noise_only": NoiseOnly,
    "quadratic_noisy": QuadraticNoisy, "trough3": Circle3, "ridge3": Circle3,
    "bn_regression": BnRegression, "bn_completion": BnCompletion, "poisson": Poisson,
}

"""Section 6 of docs/spec.md: the loss of each row. Gradients and Hessian-vector products come from
autograd."""

import math
import struct

import torch


class Unsupported(Exception):
    """What is asked is not claimed in hello."""


def real(value):
    """A number of a request: a JSON number, or its bit pattern."""
    return struct.unpack(">d", bytes.fromhex(value))[0] if isinstance(value, str) else float(value)


def reals(values):
    return [reals(value) if isinstance(value, list) else real(value) for value in values]


def tensor(values):
    return torch.tensor(reals(values), dtype=torch.get_default_dtype())


def scalar(value):
    return torch.tensor(real(value), dtype=torch.get_default_dtype())


def dot(a, b):
    """Of each row, as a column."""
    return (a * b).sum(-1, keepdim=True)


def rn32(value):
    """The nearest multiple of 2^-32; zeros are positive."""
    return torch.round(value * 2.0**32) / 2.0**32 + 0.0


class Problem:
    scale_invariant = True
    samples = 0  # of a finite family, which has sample_losses and weights
    default_noise = "none"

    def __init__(self, fields):
        noise = fields.get("noise", {"kind": self.default_noise})
        self.noise = noise["kind"]
        self.size = tensor(noise["scale"]) if "scale" in noise else scalar(noise.get("sigma", 0))
        self.dim = int(fields.get("dim", 0))
        self.read(fields)

    def read(self, fields):
        pass

    def gradient(self, x, create_graph=False):
        x = x if create_graph else x.detach().requires_grad_()
        return torch.autograd.grad(self.loss(x).sum(), x, create_graph=create_graph)[0]

    def hessian_vector(self, x, v):
        x = x.detach().requires_grad_()
        g = self.gradient(x, create_graph=True)
        if not g.requires_grad:  # the loss is linear
            return torch.zeros_like(x)
        return torch.autograd.grad((g * v).sum(), x)[0]


class Rayleigh(Problem):
    def read(self, fields):
        diagonal = "spectrum" in fields
        self.a = tensor(fields["spectrum" if diagonal else "matrix"])
        self.apply = (lambda x: x * self.a) if diagonal else (lambda x: x @ self.a)

    def loss(self, x):
        return 0.5 * (x * self.apply(x)).sum(-1) / (x * x).sum(-1)


class Family(Problem):
    """A mean of losses of samples. sample_losses(x, index) has x of the shape rows x 1 x dim or
    rows x samples x dim and gives rows x samples losses."""

    def loss(self, x):
        return self.sample_losses(x.unsqueeze(-2), slice(None)) @ self.weights

    def batch_gradient(self, x, index):
        """index: rows x batch."""
        x = x.detach().requires_grad_()
        losses = self.sample_losses(x.unsqueeze(-2), index)
        return torch.autograd.grad(losses.mean(-1).sum(), x)[0]

    def deviations(self, x):
        """Gradients of the samples less the full gradient: rows x samples x dim."""
        each = x.unsqueeze(-2).repeat(1, self.samples, 1).requires_grad_()
        g = torch.autograd.grad(self.sample_losses(each, slice(None)).sum(), each)[0]
        return g - self.gradient(x).unsqueeze(-2)


class NormalisedLinear(Family):
    def read(self, fields):
        self.z, self.y = tensor(fields["features"]), tensor(fields["labels"])
        self.samples = len(self.y)
        self.weights = torch.full((self.samples,), 1.0 / self.samples)

    def sample_losses(self, x, index):
        unit = x / x.norm(dim=-1, keepdim=True)
        return 0.5 * ((self.z[index] * unit).sum(-1) - self.y[index]) ** 2


class QuadraticSamples(Family):
    scale_invariant = False
    default_noise = "samples"

    def read(self, fields):
        self.a, self.b = tensor(fields["a"]), tensor(fields["b"])
        self.samples = len(self.a)
        uniform = torch.full((self.samples,), 1.0 / self.samples)
        self.weights = tensor(fields["weights"]) if "weights" in fields else uniform

    def sample_losses(self, x, index):
        return (self.a[index] * x**2 / 2 - self.b[index] * x).sum(-1)


class Ratio2(Problem):
    def read(self, fields):
        self.dim = 2

    def loss(self, x):
        return x[:, 0] ** 2 / (x**2).sum(-1)


class NoiseOnly(Problem):
    def loss(self, x):
        return (0.0 * x).sum(-1)


class QuadraticNoisy(Problem):
    scale_invariant = False

    def read(self, fields):
        self.a = tensor(fields["spectrum"])

    def loss(self, x):
        return 0.5 * (self.a * x**2).sum(-1)


class Trough3(Problem):
    rho, c = 0.8, 0.6

    def read(self, fields):
        self.dim = 3

    def loss(self, x):
        unit = x / x.norm(dim=-1, keepdim=True)
        stretch = unit[:, 0] ** 2 + 9 * unit[:, 1] ** 2 + unit[:, 2] ** 2
        return 0.5 * (unit[:, 2] - self.c) ** 2 * stretch

    def manifold(self, x):
        """h and angle of the projection on the circle of minimisers, not defined on its axis."""
        unit = x / x.norm(dim=-1, keepdim=True)
        w = torch.hypot(unit[:, 0], unit[:, 1])
        w = torch.where(w == 0, math.nan, w)
        angle = torch.atan2(x[:, 1] + 0.0, x[:, 0] + 0.0)
        return self.rho * unit[:, 2] - self.c * w, angle + 0 * w


class Ridge3(Trough3):
    rho, c = 1.0, 0.0


class BatchNormalised(Problem):
    def read_labels(self, labels):
        self.beta = labels.mean()
        self.t = labels - self.beta
        self.gamma = (self.t**2).mean().sqrt()

    def normalise(self, s, of):
        """s in the units of the outputs `of`."""
        centred = of - of.mean(-1, keepdim=True)
        return (s - of.mean(-1, keepdim=True)) / (centred**2).mean(-1, keepdim=True).sqrt()

    def loss(self, x):
        s = self.outputs(x)
        return ((self.gamma * self.normalise(s, s) - self.t) ** 2).mean(-1)


class BnRegression(BatchNormalised):
    def read(self, fields):
        self.a = tensor(fields["features"])
        self.read_labels(tensor(fields["labels"]))

    def outputs(self, x):
        return x @ self.a.T


class BnCompletion(BatchNormalised):
    def read(self, fields):
        self.rows, self.cols, self.inner = fields["rows"], fields["cols"], fields["inner"]
        self.dim = (self.rows + self.cols) * self.inner
        self.row, self.col = torch.tensor([[int(i) for i in e] for e in fields["entries"]]).T
        self.read_labels(tensor(fields["labels"]))
        self.matrix = tensor(fields["matrix"]) if "matrix" in fields else None

    def factors(self, x):
        both = x.reshape(-1, self.rows + self.cols, self.inner)
        return both[:, : self.rows], both[:, self.rows :]

    def outputs(self, x):
        u, v = self.factors(x)
        return (u[:, self.row] * v[:, self.col]).sum(-1)

    def test_loss(self, x):
        u, v = self.factors(x)
        s = (u @ v.transpose(-1, -2)).flatten(1)
        predicted = self.gamma * self.normalise(s, self.outputs(x)) + self.beta
        return ((predicted - self.matrix.flatten()) ** 2).mean(-1)


class Poisson(Problem):
    scale_invariant = False
    default_noise = "poisson"

    def read(self, fields):
        self.mean = scalar(fields["mean"])

    def loss(self, x):
        return self.mean * x.sum(-1)


PROBLEMS = {
    "rayleigh": Rayleigh,
    "normalised_linear": NormalisedLinear,
    "ratio2": Ratio2,
    "quadratic_samples": QuadraticSamples,
    "noise_only": NoiseOnly,
    "quadratic_noisy": QuadraticNoisy,
    "trough3": Trough3,
    "ridge3": Ridge3,
    "bn_regression": BnRegression,
    "bn_completion": BnCompletion,
    "poisson": Poisson,
}
defined = {}


def make_problem(fields):
    if isinstance(fields, str):
        return defined[fields]
    if fields["kind"] not in PROBLEMS:
        raise Unsupported(f"problem {fields['kind']}")
    return PROBLEMS[fields["kind"]](fields)

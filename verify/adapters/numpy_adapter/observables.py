"""Sections 11 and 14 of docs/spec.md: observables, the angle, and the spherical sharpness."""
import mpmath
import numpy as np

from dynamics import normalised
from streams import Stream, dot


def constant(function):
    """The binary64 number nearest to a constant."""
    with mpmath.workprec(200):
        return float(function())


ARCTANGENTS = np.array([constant(lambda: mpmath.atan(mpmath.mpf(i) / 8)) for i in range(9)])
PI, HALF_PI = constant(lambda: +mpmath.pi), constant(lambda: mpmath.pi / 2)


def atan2(y, x):
    ay, ax = np.abs(y), np.abs(x)
    h, l = np.maximum(ay, ax), np.minimum(ay, ax)
    defined = np.isfinite(h)  # an infinity or a NaN of either argument is in h
    t = np.where(defined & (h > 0.0), l / h, 0.0)
    i = np.floor(t * 8.0 + 0.5)
    c = i * 0.125
    z = (t - c) / (1.0 + t * c)
    w = z * z
    q = 1.0 / 15.0
    for odd in (13.0, 11.0, 9.0, 7.0, 5.0, 3.0):
        q = 1.0 / odd - w * q
    v = ARCTANGENTS[i.astype(int)] + (z - (z * w) * q)
    v = np.where(ay > ax, HALF_PI - v, v)
    v = np.where(x < 0.0, PI - v, v)
    v = np.where(y < 0.0, -v, v)
    return np.where(defined, np.where(h == 0.0, 0.0, v), np.nan)


def angle(y, x):
    """Between the states y and, later, x."""
    ry = dot(y, y)
    c = dot(y, x)
    d = x - (c / ry) * y
    return atan2(np.sqrt(dot(d, d)) * np.sqrt(ry), c)


# ---- section 14

LANCZOS = 64
SMALLEST_NORMAL = 2.0**-1022


def tridiagonal(problem, x):
    """a and b of Lanczos' method, columns for each step, and the order m of each trajectory."""
    r = dot(x, x)
    q = np.repeat(normalised(Stream(0, (3, 0)).normals(problem.dim)), len(x), axis=0)
    previous, b = np.zeros(x.shape), np.zeros((len(x), 1))
    m, largest, going = np.zeros(len(x), int), np.zeros((len(x), 1)), np.full((len(x), 1), True)
    diagonal, off = [], []
    for _ in range(min(LANCZOS, problem.dim)):
        w = problem.hessian_vector(x, q) * r
        w = w - b * previous
        a = dot(w, q)
        w = w - a * q
        b = np.sqrt(dot(w, w))
        diagonal.append(a)
        off.append(b)
        m += going[:, 0]
        size = np.abs(a) + b
        largest = np.where(size > largest, size, largest)
        going &= ~(b <= 2.0**-44 * largest)
        if not going.any():
            break
        previous, q = q, w * (1.0 / b)
    return np.concatenate(diagonal, axis=1), np.concatenate(off, axis=1), m


def above(a, b, m, s):
    """Whether a trajectory has an eigenvalue above s: a positive pivot."""
    found = np.full(len(s), False)
    last = np.zeros(len(s))
    for i in range(a.shape[1]):
        d = (a[:, i] - s) - last
        d = np.where(d == 0.0, SMALLEST_NORMAL, d)
        found |= (d > 0.0) & (i < m)
        last = (b[:, i] * b[:, i]) / d
    return found


def sharpness(problem, x):
    """The largest eigenvalue, a column."""
    a, b, m = tridiagonal(problem, x)
    inside = np.arange(a.shape[1]) < m[:, None] - 1
    off = np.where(inside, b, 0.0)
    before = np.concatenate([np.zeros((len(x), 1)), off[:, :-1]], axis=1)
    low, high = a[:, 0], a[:, 0]
    for i in range(a.shape[1]):
        bound = a[:, i] + (before[:, i] + off[:, i])
        low = np.where((i < m) & (a[:, i] > low), a[:, i], low)
        high = np.where((i < m) & (bound > high), bound, high)
    for _ in range(100):
        s = low + (high - low) * 0.5
        found = above(a, b, m, s)
        bracket = np.where(found, [s, high], [low, s])
        if (bracket == [low, high]).all():
            break  # the halvings that are left would change nothing
        low, high = bracket
    return (low + (high - low) * 0.5)[:, None]


def height_and_angle(problem, x):
    """manifold_h and manifold_angle: not numbers on the axis of the circle."""
    x0, x1 = x[:, :1], x[:, 1:2]
    w = np.sqrt(x0 * x0 + x1 * x1)
    im = 1.0 / np.sqrt(dot(x, x))
    h = (problem.rho * x[:, 2:] - problem.c * w) * im
    return np.where(w == 0.0, np.nan, h), np.where(w == 0.0, np.nan, atan2(x1, x0))


# ---- section 11


class Moment:
    """A state and what it is seen with: lr and wd of its effective step, the x before the last step
    (None at the start), the vectors of plane_angle."""

    def __init__(self, problem, dynamics, state, before, lr, wd, plane):
        self.problem, self.dynamics, self.state = problem, dynamics, state
        self.x, self.before, self.lr, self.wd, self.plane = state["x"], before, lr, wd, plane

    def midpoint(self):
        return 0.5 * ((self.x if self.before is None else self.before) + self.x)

    def noise_trace(self):
        trace, batch = self.problem.noise.trace(self.x), self.dynamics.batch
        return trace / float(batch) if batch > 1 else trace

    def step_angle(self):
        if self.before is None:
            return np.zeros((len(self.x), 1))
        return angle(self.before, self.x)

    def gamma(self):
        k = dot(self.x, self.x) / self.lr
        return k * k

    def plane_angle(self):
        u, v = self.plane
        return atan2(dot(self.x, v), dot(self.x, u))

    def grad_norm2(self):
        g = self.problem.gradient(self.x)
        return dot(g, g)


OBSERVABLES = {
    "norm2": lambda at: dot(at.x, at.x),
    "loss": lambda at: at.problem.loss(at.x),
    "grad_norm2": Moment.grad_norm2,
    "noise_trace": Moment.noise_trace,
    "step_angle": Moment.step_angle,
    "effective_lr": lambda at: at.dynamics.effective_lr(at.state, at.lr, at.wd),
    "gamma": Moment.gamma,
    "f": lambda at: (at.x[:, :1] * at.x[:, :1]) / dot(at.x, at.x),
    "plane_angle": Moment.plane_angle,
    "x": lambda at: at.x,
    "layer_norm2": lambda at: at.problem.layer_norm2(at.x),
    "accuracy": lambda at: at.problem.accuracy(at.x),
    "test_accuracy": lambda at: at.problem.test_accuracy(at.x),
    "test_classes": lambda at: at.problem.test_classes(at.x),
    "test_loss": lambda at: at.problem.test_loss(at.x),
    "midpoint_loss": lambda at: at.problem.loss(at.midpoint()),
    "midpoint_test_loss": lambda at: at.problem.test_loss(at.midpoint()),
    "spherical_sharpness": lambda at: sharpness(at.problem, at.x),
    "midpoint_sharpness": lambda at: sharpness(at.problem, at.midpoint()),
    "manifold_h": lambda at: height_and_angle(at.problem, at.x)[0],
    "manifold_angle": lambda at: height_and_angle(at.problem, at.x)[1],
}

"""Steps and observables of the rational problems against exact rational arithmetic.

Losses are written as fractions of polynomials; gradients and Hessian-vector products come from them
by automatic differentiation in exact rational numbers (jets of two infinitesimals), so no formula
of a derivative is shared with the C code. A result of binary64 must lie within its rounding: K
roundings, each of 2^-53 of the formula with absolute values in place of all its terms ("size"). The
roundings are counted generously, K = 8R + 40, R = ceil(p/8) + 3 being those of one dot product; a
wrong sign, factor or term is many powers of ten larger.
"""

import math
import random
from fractions import Fraction

import numpy

from script import from_bits, main, require, run_experiment

LR, WD = 0.15625, 0.3


class Jet:
    """v + a*e1 + b*e2 + c*e1*e2 with e1^2 = e2^2 = 0 and rational v, a, b, c."""

    def __init__(self, v, a=0, b=0, c=0):
        self.v, self.a, self.b, self.c = Fraction(v), Fraction(a), Fraction(b), Fraction(c)

    def __add__(self, o):
        return Jet(self.v + o.v, self.a + o.a, self.b + o.b, self.c + o.c)

    def __sub__(self, o):
        return Jet(self.v - o.v, self.a - o.a, self.b - o.b, self.c - o.c)

    def __mul__(self, o):
        o = o if isinstance(o, Jet) else Jet(o)
        cross = self.v * o.c + self.a * o.b + self.b * o.a + self.c * o.v
        return Jet(self.v * o.v, self.v * o.a + self.a * o.v, self.v * o.b + self.b * o.v, cross)

    def __truediv__(self, o):
        inverse = 1 / o.v  # 1/o = 1/v - (a e1 + b e2 + c e1 e2)/v^2 + 2ab/v^3 e1 e2
        square = inverse * inverse
        return self * Jet(
            inverse, -o.a * square, -o.b * square, -o.c * square + 2 * o.a * o.b * square * inverse
        )


def total(terms):
    result = Jet(0)
    for term in terms:
        result = result + term
    return result


# ---- the losses, and the sizes of losses, gradients and Hessian-vector products ------------------


class Rayleigh:
    def __init__(self, matrix):
        self.matrix, self.p = matrix, len(matrix)

    def loss(self, x):
        product = total(x[i] * x[j] * self.matrix[i][j] for i in range(self.p)
                        for j in range(self.p))
        return product / total(y * y for y in x) * Fraction(1, 2)

    def apply(self, x, j):
        return sum(abs(self.matrix[j][k] * x[k]) for k in range(self.p))

    def quotient(self, x):
        return sum(abs(x[j]) * self.apply(x, j) for j in range(self.p)) / norm2(x)

    def loss_size(self, x):
        return self.quotient(x) / 2

    def gradient_size(self, x, j):
        return (self.apply(x, j) + self.quotient(x) * abs(x[j])) / norm2(x)

    def hessian_size(self, x, y, j):
        b = sum(self.gradient_size(x, k) * abs(y[k]) for k in range(self.p))
        c = sum(abs(x[k] * y[k]) for k in range(self.p)) / norm2(x)
        first = self.apply(y, j) + self.quotient(x) * abs(y[j]) + 2 * b * abs(x[j])
        return first / norm2(x) + 2 * c * self.gradient_size(x, j)


class Ratio2:
    p = 2

    def loss(self, x):
        return x[0] * x[0] / (x[0] * x[0] + x[1] * x[1])

    def loss_size(self, x):
        return x[0] ** 2 / norm2(x)

    def gradient_size(self, x, j):
        return 2 * abs(x[0] * x[1] * x[1 - j]) / norm2(x) ** 2

    def hessian_size(self, x, y, j):
        r, s = norm2(x), abs(x[0] * x[1])
        own = 2 * x[1 - j] ** 2 / r**2 + 8 * s * s / r**3
        return own * abs(y[j]) + (4 * s / r**2 + 8 * s * x[1] ** 2 / r**3) * abs(y[1 - j])


class Ridge3:
    """z^2 (x^2 + 9 y^2 + z^2)/(2 r^2), r = x^2 + y^2 + z^2; sizes of section 6,
    roots to 53 bits."""

    p = 3

    def loss(self, x):
        r = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
        return x[2] * x[2] * (r + x[1] * x[1] * 8) / (r * r) * Fraction(1, 2)

    def parts(self, x):
        """1/r, 1/sqrt(r), t, h, q, and the sizes of gu and gq"""
        ir = 1 / norm2(x)
        im = Fraction(1 / math.sqrt(norm2(x)))
        h, q = abs(x[2]) * im, (norm2(x) + 8 * x[1] ** 2) * ir
        t = h * ir
        gu = [(im if j == 2 else 0) + t * abs(x[j]) for j in range(3)]
        gq = [((9 if j == 1 else 1) + q) * abs(x[j]) * ir for j in range(3)]
        return ir, im, t, h, q, gu, gq

    def loss_size(self, x):
        return self.loss(x)

    def gradient_size(self, x, j):
        _, _, _, h, q, gu, gq = self.parts(x)
        return h * q * gu[j] + h * h * gq[j]

    def hessian_size(self, x, y, j):
        ir, im, t, h, q, gu, gq = self.parts(x)
        y = [abs(v) for v in y]
        c = sum(abs(a) * b for a, b in zip(x, y)) * ir
        du, dq = sum(a * b for a, b in zip(gu, y)), 2 * sum(a * b for a, b in zip(gq, y))
        dt = (du + 2 * c * h) * ir
        dgu = (c * im if j == 2 else 0) + dt * abs(x[j]) + t * y[j]
        dgq = ((9 if j == 1 else 1) * y[j] + dq * abs(x[j]) + q * y[j]) * ir + 2 * c * gq[j]
        return (du * q + h * dq) * gu[j] + h * q * dgu + 2 * h * du * gq[j] + h * h * dgq


class Poisson:
    """mean times the sum of the coordinates"""

    def __init__(self, mean, p):
        self.mean, self.p = mean, p

    def loss(self, x):
        return total(x) * self.mean

    def loss_size(self, x):
        return self.mean * sum(abs(y) for y in x)

    def gradient_size(self, x, j):
        return self.mean

    def hessian_size(self, x, y, j):
        return Fraction(0)


class Quadratic:
    """sum_i w_i sum_j (a_ij x_j^2/2 - b_ij x_j); one sample is one of them."""

    def __init__(self, a, b, weights):
        self.a, self.b, self.weights, self.p = a, b, weights, len(a[0])

    def loss(self, x):
        def sample(a, b):
            return total(x[j] * x[j] * (a[j] / 2) - x[j] * b[j] for j in range(self.p))

        return total(sample(a, b) * w for a, b, w in zip(self.a, self.b, self.weights))

    def loss_size(self, x):
        def sample(a, b):
            return sum(abs(a[j]) * x[j] ** 2 / 2 + abs(b[j] * x[j]) for j in range(self.p))

        return sum(w * sample(a, b) for a, b, w in zip(self.a, self.b, self.weights))

    def gradient_size(self, x, j):
        return sum(w * (abs(a[j] * x[j]) + abs(b[j]))
                   for a, b, w in zip(self.a, self.b, self.weights))

    def hessian_size(self, x, y, j):
        return sum(w * abs(a[j] * y[j]) for a, w in zip(self.a, self.weights))

    def sample(self, i):
        return Quadratic([self.a[i]], [self.b[i]], [Fraction(1)])


def norm2(x):
    return sum(y * y for y in x)


def loss(problem, x):
    return problem.loss([Jet(y) for y in x]).v


def gradient(problem, x):
    return [problem.loss([Jet(y, k == j) for k, y in enumerate(x)]).a for j in range(problem.p)]


def hessian_vector(problem, x, v):
    return [problem.loss([Jet(y, k == j, v[k]) for k, y in enumerate(x)]).c
            for j in range(problem.p)]


def roundings(p):
    return 8 * ((p + 7) // 8 + 3) + 40


# ---- instances -----------------------------------------------------------------------------------

SOURCE = random.Random(42)


def uniform(low, high):
    return SOURCE.uniform(low, high)


def exact(values):
    return [exact(v) if isinstance(v, list) else Fraction(v) for v in values]


def point(p):
    return [uniform(0.5, 2.0) * SOURCE.choice([1, -1]) for _ in range(p)]


def symmetric(p):
    matrix = [[uniform(-1.0, 1.0) for _ in range(p)] for _ in range(p)]
    return [[matrix[min(i, j)][max(i, j)] for j in range(p)] for i in range(p)]


def instances():
    """(problem in JSON, the same exactly)"""
    found = [({"kind": "ratio2"}, Ratio2()), ({"kind": "ridge3"}, Ridge3())]
    poisson = {"kind": "poisson", "dim": 9, "mean": 2.5, "exp_minus_mean": math.exp(-2.5),
               "noise": {"kind": "none"}}
    found.append((poisson, Poisson(Fraction(5, 2), 9)))
    for p in (2, 5, 9):
        spectrum = [uniform(-1.0, 2.0) for _ in range(p)]
        diagonal = [[Fraction(spectrum[i]) if i == j else Fraction(0) for j in range(p)]
                    for i in range(p)]
        found.append(({"kind": "rayleigh", "dim": p, "spectrum": spectrum}, Rayleigh(diagonal)))
        matrix = symmetric(p)
        found.append(({"kind": "rayleigh", "dim": p, "matrix": matrix}, Rayleigh(exact(matrix))))
        zeros = [Fraction(0)] * p
        noisy = Quadratic([exact(spectrum)], [zeros], [Fraction(1)])
        found.append(({"kind": "quadratic_noisy", "dim": p, "spectrum": spectrum}, noisy))
        found += [family(p, 4, weighted) for weighted in (False, True)]
    return found


def family(p, n, weighted):
    a = [[uniform(-0.5, 1.5) for _ in range(p)] for _ in range(n)]
    b = [[uniform(-1.0, 1.0) for _ in range(p)] for _ in range(n)]
    weights = [0.5, 0.25, 0.0, 0.25] if weighted else [1.0 / n] * n
    fields = {"kind": "quadratic_samples", "dim": p, "a": a, "b": b, "noise": {"kind": "none"}}
    if weighted:
        fields["weights"] = weights
    return fields, Quadratic(exact(a), exact(b), exact(weights))


def experiment(problem, dynamics, x, observables):
    return {
        "schema": "sidyn-experiment-1",
        "problem": problem,
        "dynamics": dynamics,
        "schedule": {"kind": "constant", "lr": LR, "wd": WD},
        "start": {"kind": "point", "x": x},
        "seed": 7,
        "steps": 1,
        "observables": observables,
    }


def one_step(problem, dynamics, x):
    """The state after one step, exactly."""
    row = run_experiment(experiment(problem, dynamics, x, ["x"]))[-1]
    require(row["step"] == "1" and row["end"] == "", f"row {row}")
    return [Fraction(from_bits(row[f"x{j}"])) for j in range(len(x))]


def near(actual, expected, size, p, where):
    tolerance = roundings(p) * size * Fraction(1, 2**53)
    error = abs(Fraction(actual) - expected)
    require(
        error <= tolerance,
        f"{where}: {float(actual)!r} instead of {float(expected)!r}, "
        f"{float(error / size):.3g} of size"
    )


# ---- tests ---------------------------------------------------------------------------------------


def check_step(fields, problem, x, dynamics, g, g_size, lr=Fraction(LR)):
    """x' = (1 - lr*wd)*x - lr*g"""
    wd, start = Fraction(WD), exact(x)
    for j, after in enumerate(one_step(fields, dynamics, x)):
        expected = (1 - lr * wd) * start[j] - lr * g[j]
        near(after, expected, abs(start[j]) + lr * g_size[j], problem.p,
             f"{fields['kind']}, {dynamics}, x{j}")


def test_gd():
    """gradient descent of every rational problem"""
    for fields, problem in instances():
        x = point(problem.p)
        sizes = [problem.gradient_size(exact(x), j) for j in range(problem.p)]
        check_step(fields, problem, x, {"kind": "gd"}, gradient(problem, exact(x)), sizes)


def test_momentum():
    """the first step of momentum: x - lr (g + wd x)"""
    for fields, problem in instances():
        x = point(problem.p)
        sizes = [problem.gradient_size(exact(x), j) for j in range(problem.p)]
        check_step(fields, problem, x, {"kind": "momentum", "beta": 0.9},
                   gradient(problem, exact(x)), sizes)


def test_sde2():
    """the second-order drift of every rational problem, without noise: gradient and Hessian"""
    lr, wd = Fraction(LR), Fraction(WD)
    for fields, problem in instances():
        x = point(problem.p)
        start, p = exact(x), problem.p
        b = [g + wd * y for g, y in zip(gradient(problem, start), start)]
        w = hessian_vector(problem, start, b)
        b_size = [problem.gradient_size(start, j) + wd * abs(start[j]) for j in range(p)]
        for j, after in enumerate(one_step(fields, {"kind": "sde2", "substeps": 1}, x)):
            expected = start[j] - lr * (b[j] + lr / 2 * (w[j] + wd * b[j]))
            size = abs(start[j]) + lr * (
                b_size[j] + lr / 2 * (problem.hessian_size(start, b_size, j) + wd * b_size[j])
            )
            near(after, expected, size, p, f"sde2 of {fields['kind']}, x{j}")


def draws(n, weights, count):
    """The indices that the first raws of stream (7, (2, 0)) draw."""
    raws = numpy.random.PCG64(numpy.random.SeedSequence(7, spawn_key=(2, 0))).random_raw(count)
    if weights is None:
        return [int(raw) * n >> 64 for raw in raws]
    sums = [sum(weights[: i + 1]) for i in range(n)]  # exact in binary64 for these weights
    return [next(i for i in range(n) if (int(raw) >> 11) * 2.0**-53 < sums[i]) for raw in raws]


def sample_gradient(problem, indices, x, coefficients):
    """sum_b c_b grad L_(i_b), and its size"""
    members = [problem.sample(i) for i in indices]
    gradients = [gradient(member, x) for member in members]
    p = problem.p
    g = [sum(c * one[j] for c, one in zip(coefficients, gradients)) for j in range(p)]
    size = [sum(abs(c) * one.gradient_size(x, j) for c, one in zip(coefficients, members))
            for j in range(p)]
    return g, size


def families():
    for weighted in (False, True):
        for p in (1, 3, 8):
            fields, problem = family(p, 4, weighted)
            yield {**fields, "noise": {"kind": "samples"}}, problem, point(p)


def test_sgd():
    """SGD on a finite family with batches: the samples that NumPy's stream draws"""
    for fields, problem, x in families():
        for batch in (1, 2, 8):
            indices = draws(4, fields.get("weights"), batch)
            g, size = sample_gradient(problem, indices, exact(x), [Fraction(1, batch)] * batch)
            check_step(fields, problem, x, {"kind": "sgd", "batch": batch}, g, size)


def test_svag():
    """SVAG with l = 5: sqrt(2l - 1) = 3, so the coefficients are 2 and -1"""
    for fields, problem, x in families():
        indices = draws(4, fields.get("weights"), 2)
        g, size = sample_gradient(problem, indices, exact(x), [Fraction(2), Fraction(-1)])
        check_step(fields, problem, x, {"kind": "svag", "l": 5}, g, size, Fraction(LR) / 5)


def test_observables():
    """loss, squared norms, effective learning rate and the like"""
    names = ["norm2", "loss", "grad_norm2", "effective_lr", "gamma", "f"]
    for fields, problem in instances():
        x = point(problem.p)
        start, p = exact(x), problem.p
        row = run_experiment(experiment(fields, {"kind": "gd"}, x, names))[0]
        value = {name: Fraction(from_bits(row[name])) for name in names}
        r, lr, g = norm2(start), Fraction(LR), gradient(problem, start)
        sizes = [problem.gradient_size(start, j) for j in range(p)]
        near(value["norm2"], r, r, p, "norm2")
        near(value["loss"], loss(problem, start), problem.loss_size(start), p, "loss")
        near(value["grad_norm2"], norm2(g), 2 * norm2(sizes), p, "grad_norm2")
        near(value["effective_lr"], lr / r, lr / r, p, "effective_lr")
        near(value["gamma"], (r / lr) ** 2, 2 * (r / lr) ** 2, p, "gamma")
        near(value["f"], start[0] ** 2 / r, start[0] ** 2 / r, p, "f")


def test_noise_trace():
    """noise traces: tangential, ambient, diagonal, spherical, and of a finite family"""
    for fields, problem in instances():
        x, p = point(problem.p), problem.p
        if fields["kind"] == "quadratic_samples":
            check_trace({**fields, "noise": {"kind": "samples"}}, problem, x,
                        family_trace(problem, exact(x)))
            continue
        if fields["kind"] == "poisson":
            counts = Fraction(5, 2) * p
            check_trace({**fields, "noise": {"kind": "poisson"}}, problem, x, (counts, counts))
            continue
        scale = [uniform(0.1, 1.5) for _ in range(p)]
        for kind in ("gaussian", "rademacher"):
            check_trace({**fields, "noise": {"kind": kind, "scale": scale}}, problem, x,
                        drawn_trace(fields, x, exact(scale)))
            even = drawn_trace(fields, x, [Fraction(0.75)] * p)
            check_trace({**fields, "noise": {"kind": kind, "sigma": 0.75}}, problem, x, even)
        ambient = fields["kind"] == "quadratic_noisy"
        sphere = Fraction(0.75) ** 2 / (1 if ambient else norm2(exact(x)))
        check_trace({**fields, "noise": {"kind": "sphere", "sigma": 0.75}}, problem, x,
                    (sphere, sphere))


def check_trace(fields, problem, x, expected):
    row = run_experiment(experiment(fields, {"kind": "sgd"}, x, ["noise_trace"]))[0]
    trace, size = expected
    near(from_bits(row["noise_trace"]), trace, size, problem.p,
         f"noise_trace of {fields['kind']}, {fields['noise']}")


def drawn_trace(fields, x, scale):
    """tr P D P/|x|^2 = (sum d_j - sum d_j x_j^2/|x|^2)/|x|^2, or tr D; and its size."""
    x, d = exact(x), [s * s for s in scale]
    if fields["kind"] == "quadratic_noisy":
        return sum(d), sum(d)
    r = norm2(x)
    along = sum(v * y * y for v, y in zip(d, x)) / r
    return (sum(d) - along) / r, (sum(d) + along) / r


def family_trace(problem, x):
    full, p = gradient(problem, x), problem.p
    trace = size = Fraction(0)
    for i, weight in enumerate(problem.weights):
        member = problem.sample(i)
        g = gradient(member, x)
        trace += weight * sum((g[j] - full[j]) ** 2 for j in range(p))
        sizes = [member.gradient_size(x, j) + problem.gradient_size(x, j) for j in range(p)]
        size += weight * 2 * norm2(sizes)
    return trace, size


main([test_gd, test_momentum, test_sde2, test_sgd, test_svag, test_observables, test_noise_trace])

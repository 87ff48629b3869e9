"""Problems of docs/spec.md for variants.py: losses, and gradients by other formulas than the
specification's."""
import numpy as np

from variant_arithmetic import OPTIONS, REAL, STEP, add, dot, fault, length, real, reals, tangential

class Problem:
    invariant = True

    def __init__(self, data):
        self.noise = data["noise"]
        self.kind = self.noise["kind"]
        for name in ("spectrum", "matrix", "features", "labels", "a", "b", "weights"):
            setattr(self, name, reals(data[name]) if name in data else None)
        self.setup(data)
        self.dim = data.get("dim", self.dim if hasattr(self, "dim") else None)
        self.scale = reals(self.noise["scale"]) if "scale" in self.noise else None
        self.sigma = real(self.noise["sigma"]) if "sigma" in self.noise else None

    def setup(self, data):
        pass

    def on_sphere(self, y):
        """Loss and gradient of the loss's continuation from the unit sphere."""
        raise NotImplementedError

    def loss(self, x):
        return self.on_sphere(x / length(x))[0]

    def formula(self, x):
        y = x / length(x)
        return tangential(self.on_sphere(y)[1], y) / length(x)

    def gradient(self, x):
        if OPTIONS.form != "derivative":
            return self.formula(x)
        unit = np.eye(len(x), dtype=REAL)
        return np.array([self.loss(x + 1j * STEP * e).imag / STEP for e in unit], dtype=REAL)

    def hessian_vector(self, x, v):
        product = (self.formula(x + 1j * STEP * v).imag / STEP).astype(REAL)
        if fault("hessian-symmetric"):
            return product + 2 * dot(x, v) / dot(x, x) * self.formula(x)
        return product


class Rayleigh(Problem):
    def on_sphere(self, y):
        ay = self.spectrum * y if self.matrix is None else add((self.matrix * y).T)
        return dot(y, ay) / 2, ay


class NormalisedLinear(Problem):
    def on_sphere(self, y):
        n = REAL(len(self.labels))
        error = add((self.features * y).T) - self.labels
        return dot(error, error) / 2 / n, add(self.features * error[:, None]) / n

    def samples(self, x):
        y = x / length(x)
        error = add((self.features * y).T) - self.labels
        rows = [tangential(e * z, y) / length(x) for e, z in zip(error, self.features)]
        return np.full(len(rows), REAL(1) / len(rows), dtype=REAL), np.array(rows)


class Ratio2(Problem):
    dim = 2

    def on_sphere(self, y):
        return y[0] * y[0], np.array([2 * y[0], 0 * y[0]])


class NoiseOnly(Problem):
    def on_sphere(self, y):
        return 0 * y[0], 0 * y


class Height(Problem):
    dim, height = 3, 0.0

    def on_sphere(self, y):
        d, up = reals([1, 9, 1]), reals([0, 0, 1])
        h, q = y[2] - REAL(self.height), dot(y, d * y)
        return h * h * q / 2, h * q * up + h * h * (d * y)


class Trough(Height):
    height = 0.6


class Ambient(Problem):
    invariant = False


class QuadraticSamples(Ambient):
    def samples(self, x):
        weights = self.weights
        if weights is None:
            weights = np.full(len(self.a), REAL(1) / len(self.a), dtype=REAL)
        return weights, self.a * x - self.b

    def loss(self, x):
        weights = self.samples(x)[0]
        return dot(weights, add((x * (self.a * x / 2 - self.b)).T))

    def formula(self, x):
        weights, rows = self.samples(x)
        return add(weights[:, None] * rows)


class QuadraticNoisy(Ambient):
    def loss(self, x):
        return dot(self.spectrum, x * x) / 2

    def formula(self, x):
        return self.spectrum * x


class Poisson(Ambient):
    def setup(self, data):
        self.mean = real(data["mean"])

    def loss(self, x):
        return add(self.mean * x)

    def formula(self, x):
        return self.mean + 0 * x


class Normalised(Problem):
    """Outputs s(x), batch normalised."""

    def output(self, s):
        n = REAL(len(s))
        t, c = self.labels - add(self.labels) / n, s - add(s) / n
        m = n - 1 if fault("variance-n-1") else n
        eps = REAL(1e-5 if fault("variance-eps") else 0)
        gamma, root = np.sqrt(dot(t, t) / n), np.sqrt(dot(c, c) / m + eps)
        z = c / root
        e = gamma * z - t
        dz = 2 * gamma * e / n
        return dot(e, e) / n, (dz - add(dz) / n - z * (dot(dz, z) / n)) / root

    def loss(self, x):
        return self.output(self.outputs(x))[0]


class Regression(Normalised):
    def outputs(self, x):
        return add((self.features * x).T)

    def formula(self, x):
        return add(self.features * self.output(self.outputs(x))[1][:, None])


class Completion(Normalised):
    def setup(self, data):
        self.shape = data["rows"], data["cols"], data["inner"]
        self.entries = np.array(data["entries"]).T
        self.dim = (data["rows"] + data["cols"]) * data["inner"]

    def factors(self, x):
        rows, cols, inner = self.shape
        return x[:rows * inner].reshape(rows, inner), x[rows * inner:].reshape(cols, inner)

    def outputs(self, x):
        u, v = self.factors(x)
        r, c = self.entries
        return add((u[r] * v[c]).T)

    def formula(self, x):
        u, v = self.factors(x)
        d = np.zeros(self.shape[:2], dtype=x.dtype)
        d[tuple(self.entries)] = self.output(self.outputs(x))[1]
        return np.concatenate([(d @ v).ravel(), (d.T @ u).ravel()])


PROBLEMS = {"rayleigh": Rayleigh, "normalised_linear": NormalisedLinear, "ratio2": Ratio2,
            "quadratic_samples": QuadraticSamples, "noise_only": NoiseOnly,
            "quadratic_noisy": QuadraticNoisy, "trough3": Trough, "ridge3": Height,
            "bn_regression": Regression, "bn_completion": Completion, "poisson": Poisson}


def make_problem(data):
    return PROBLEMS[data["kind"]](data)

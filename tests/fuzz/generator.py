"""Random experiments of every kind for differential.py, a quarter of their numbers extreme, and
what docs/spec.md refuses of them."""

import math
import struct

KINDS = ["rayleigh", "normalised_linear", "ratio2", "quadratic_samples", "noise_only",
         "quadratic_noisy", "trough3", "ridge3", "bn_regression", "bn_completion", "poisson"]
INVARIANT = set(KINDS) - {"quadratic_samples", "quadratic_noisy", "poisson"}
DYNAMICS = ["gd", "sgd", "svag", "noisy_gd", "sde", "sde2", "momentum", "adam_l2", "adamw",
            "projected_gd", "rmsprop", "quasi_rmsprop"]
PROJECTED = DYNAMICS[9:]
PAIRS = [(problem, dynamics) for dynamics in DYNAMICS for problem in KINDS
         if problem in INVARIANT or dynamics not in PROJECTED]
BASIC = ["norm2", "loss", "grad_norm2", "noise_trace", "step_angle", "effective_lr", "gamma",
         "f", "plane_angle", "x"]
LATER = ["midpoint_loss", "test_loss", "midpoint_test_loss", "spherical_sharpness",
         "midpoint_sharpness", "manifold_h", "manifold_angle"]
# Where squares, products and quotients leave the normal numbers, and a little before.
EXTREME = [1e-320, 5e-324, 1e308, 1e154, 1e-154, 1e-200, 1e200, -0.0, 0.0, 2.0**-1074, 2.0**-1022,
           2.0**-537, 2.0**-538, 2.0**-511, 2.0**511, 2.0**512, 1.7976931348623157e308,
           2.2250738585072009e-308, 1e-160, 1e103, 1e-108, 9.5, 1.0]
LARGEST = 2**64 - 1


class Maker:
    """Makes one experiment; source is a random.Random of its own, from which everything follows but
    what is given."""

    def __init__(self, source, problem=None, dynamics=None):
        self.source, self.given_problem, self.given_dynamics = source, problem, dynamics
        self.rate = source.choice((0.0, 0.05, 0.2, 0.4, 0.6))  # of extreme numbers; mean 0.25

    def chance(self, probability):
        return self.source.random() < probability

    def number(self, low, high):
        """A value between low and high, or an extreme one of their sign."""
        if not self.chance(self.rate):
            value = self.source.uniform(low, high)
            return value if self.chance(0.5) else round(value, 2)
        value = self.source.choice(EXTREME)
        if self.chance(0.3):
            value = math.ldexp(self.source.uniform(0.5, 1.0), self.source.randint(-1073, 1024))
        return -value if low < 0.0 and self.chance(0.5) else value

    def nonnegative(self, high):
        value = self.number(0.0, high)
        return abs(value) if value else value

    def positive(self, low, high):
        value = abs(self.number(low, high))
        return value if value or self.chance(0.02) else 5e-324

    def vector(self, n, low, high):
        if self.chance(self.rate / 2):  # all of one extreme size
            size = self.source.choice(EXTREME)
            return [size * self.source.uniform(-1.0, 1.0) for _ in range(n)]
        if self.chance(0.3):  # an extreme number among ordinary ones
            calm = [self.source.uniform(low, high) for _ in range(n)]
            calm[self.source.randrange(n)] = self.number(low, high)
            return calm
        return [self.number(low, high) for _ in range(n)]

    def table(self, rows, n, low=-1.0, high=1.0):
        return [self.vector(n, low, high) for _ in range(rows)]

    # ---- parts ----

    def dim(self, least):
        dim = self.source.choice((1, 2, 3, 4, 5, 7, 8, 9))
        if self.chance(0.25):
            dim = self.source.randint(1, 40)
        if self.chance(0.01):
            dim = self.source.randint(41, 130)
        return max(dim, least)

    def problem(self):
        in_lanes = self.chance(0.5)
        kind = self.given_problem or self.source.choice(KINDS[:6] if in_lanes else KINDS)
        fields = {"kind": kind}
        dim = self.dim(2 if kind in INVARIANT else 1)
        n = self.source.choice((1, 2, 3, 5, 8, 9))
        if kind in ("ratio2", "trough3", "ridge3"):
            dim = 2 if kind == "ratio2" else 3
        if kind == "bn_completion":
            dim = self.completion(fields)
        elif kind not in ("ratio2", "trough3", "ridge3") or self.chance(0.5):
            fields["dim"] = dim
        if kind == "rayleigh" and self.chance(0.4):
            matrix = self.table(dim, dim)
            fields["matrix"] = [[matrix[max(i, j)][min(i, j)] for j in range(dim)]
                                for i in range(dim)]
        elif kind in ("rayleigh", "quadratic_noisy"):
            fields["spectrum"] = self.vector(dim, -1.0, 2.0)
        elif kind in ("normalised_linear", "bn_regression"):
            fields |= {"features": self.table(n, dim), "labels": self.vector(n, -1.0, 1.0)}
        elif kind == "quadratic_samples":
            fields |= {"a": self.table(n, dim, -0.5, 1.5), "b": self.table(n, dim)}
            if self.chance(0.5):
                fields["weights"] = self.weights(n)
        elif kind == "poisson":
            self.poisson(fields)
        self.noise(fields, dim)
        return fields, dim

    def completion(self, fields):
        rows, cols = self.source.choice(((1, 1), (1, 2), (2, 2), (2, 3), (3, 2)))
        inner = self.source.randint(1, 40 // (rows + cols) if self.chance(0.3) else 3)
        cells = [[r, c] for r in range(rows) for c in range(cols)]
        chosen = sorted(self.source.sample(cells, self.source.randint(1, len(cells))))
        fields |= {"rows": rows, "cols": cols, "inner": inner, "entries": chosen,
                   "labels": self.vector(len(chosen), -1.0, 1.0)}
        if self.chance(0.7):
            fields["matrix"] = self.table(rows, cols)
        return (rows + cols) * inner

    def weights(self, n):
        if self.chance(0.3):  # one sample alone, beside zeros and what is lost in the sum
            values = [self.source.choice((0.0, -0.0, 5e-324, 1e-200, 2.0**-60)) for _ in range(n)]
            values[self.source.randrange(n)] = 1.0
            return values
        cuts = sorted(self.source.randint(0, 64) for _ in range(n - 1))
        return [(b - a) / 64.0 for a, b in zip([0] + cuts, cuts + [64])]

    def poisson(self, fields):
        mean, constant = self.source.choice((
            (0.03, 0.970445533548508), (1.0, 0.36787944117144233), (2.5, 0.0820849986238988),
            (5e-324, 1.0), (1e-200, 1.0), (40.0, 4.248354255291589e-18), (1.0, 5e-324),
            (3.0, 1e-200)))
        fields |= {"mean": mean, "exp_minus_mean": constant}

    def noise(self, fields, dim):
        kind = fields["kind"]
        drawn = ["gaussian", "rademacher", "sphere"]
        kinds = {"quadratic_samples": ["none", "samples"], "poisson": ["none", "poisson"],
                 "noise_only": drawn, "normalised_linear": ["none", *drawn, "samples", "samples"]}
        noise = self.source.choice(kinds.get(kind, ["none", "gaussian", *drawn]))
        if noise in ("none", "samples", "poisson"):
            default = {"quadratic_samples": "samples", "poisson": "poisson"}.get(kind, "none")
            if noise != default or self.chance(0.5):
                fields["noise"] = {"kind": noise}
        elif noise != "sphere" and self.chance(0.4):
            fields["noise"] = {"kind": noise, "scale": [self.nonnegative(0.5) for _ in range(dim)]}
        else:
            fields["noise"] = {"kind": noise, "sigma": self.nonnegative(0.5)}

    def dynamics(self, problem):
        kinds = DYNAMICS if problem["kind"] in INVARIANT else DYNAMICS[:9]
        in_lanes = self.chance(0.4)
        kind = self.given_dynamics or self.source.choice(kinds[:6] if in_lanes else kinds)
        fields = {"kind": kind}
        betas = (0.0, 0.5, 0.9, 0.999, 1.0 - 2.0**-53, 5e-324, 1e-200, -0.0)
        if kind == "svag":
            fields["l"] = self.source.choice((1, 2, 3, 7, 1000, 2**24))
        if kind in ("sde", "sde2"):
            fields["substeps"] = self.source.randint(1, 3)
        if kind in ("momentum", "adam_l2", "adamw", "rmsprop", "quasi_rmsprop"):
            fields["beta"] = self.source.choice(betas)
        if kind in ("adam_l2", "adamw"):
            fields |= {"alpha": self.nonnegative(1.0), "beta2": self.source.choice(betas)}
            if self.chance(0.6):
                fields["eps"] = self.nonnegative(1e-3)
        if kind in ("rmsprop", "quasi_rmsprop"):
            fields["v0"] = self.positive(0.1, 1.0)
        drawn = {"quadratic_samples": "samples", "poisson": "poisson"}.get(problem["kind"], "none")
        noise = problem.get("noise", {"kind": drawn})["kind"]
        draws = kind not in ("gd", *PROJECTED)
        if draws and noise in ("samples", "poisson") and self.chance(0.7):
            fields["batch"] = self.source.randint(1, 4)
        return fields

    def rates(self):
        """lr, and perhaps wd, with a product below 1 nearly always."""
        lr = 0.0 if self.chance(0.04) else self.nonnegative(0.5)
        fields = {"lr": lr}
        if self.chance(0.6):
            wd = self.nonnegative(0.5)
            if lr * wd >= 1.0 and not self.chance(0.05):
                wd = 0.5 / lr
            fields["wd"] = wd
        return fields

    def schedule(self, steps, projected):
        kind = self.source.choice(("constant", "piecewise", "exponential", "cosine", "triangle"))
        if kind == "piecewise":
            count = self.source.randint(0, min(3, steps + 2))
            starts = sorted(self.source.sample(range(1, steps + 3), count))
            if self.chance(0.1):
                starts.append(LARGEST)
            segments = [{"start": start, **self.rates()} for start in [0, *starts]]
            for segment in segments[1:]:
                if not projected and self.chance(0.6):
                    segment["rescale"] = self.positive(0.2, 3.0)
                if self.chance(0.2):
                    segment["start"] = str(segment["start"])
            return {"kind": kind, "segments": segments}
        fields = {"kind": kind, **self.rates()}
        if kind == "exponential":
            fields["factor"] = self.positive(0.5, 2.0)
            if self.chance(0.2):  # lr overflows before x does, or is no number
                fields["lr"] = self.source.choice((0.0, 1e-200, 5e-324))
                fields["factor"] = self.source.choice((1e200, 1e250, 1e308))
        if kind in ("cosine", "triangle"):
            fields["period"] = self.source.choice((1, 2, 3, 7, 16, 2**52, str(2**31)))
            if self.chance(0.7):
                least = self.nonnegative(0.5)
                allowed = least * fields.get("wd", 0.0) < 1.0
                fields["lr_min"] = least if allowed or self.chance(0.05) else 0.0
        return fields

    def start(self, dim):
        kind = self.source.choice(("point", "gaussian", "sphere", "uniform"))
        if kind == "point":
            return {"kind": kind, "x": self.vector(dim, -1.5, 1.5)}
        return {"kind": kind, "radius" if kind == "sphere" else "scale": self.positive(0.1, 3.0)}

    def observables(self, problem):
        names = list(BASIC)
        if self.chance(0.4):
            names.append("midpoint_loss")
            if problem["kind"] in INVARIANT:
                names += LATER[3:5]
            if "matrix" in problem and problem["kind"] == "bn_completion":
                names += LATER[1:3]
            if problem["kind"] in ("trough3", "ridge3"):
                names += LATER[5:]
        if self.chance(0.5):
            names = self.source.sample(names, self.source.randint(1, len(names)))
        return names

    def checkpoints(self, steps):
        if self.chance(0.3):
            return {"every": self.source.randint(1, steps + 2)}
        count = self.source.randint(1, min(steps + 1, 8))
        chosen = sorted(self.source.sample(range(steps + 1), count))
        return [str(c) if self.chance(0.1) else c for c in chosen]

    def trajectories(self):
        first = self.source.choice((0, 0, self.source.randint(1, 1000), 2**32 - 3,
                                    2**32 + self.source.randint(0, 2**40), 2**63, 2**64 - 20))
        return first, self.source.choice((1, 3, 4, 5, 7, 8, 9, 12))

    def experiment(self):
        """(experiment, first trajectory, their number)"""
        problem, dim = self.problem()
        dynamics = self.dynamics(problem)
        steps = self.source.choice((0, 1, 2, 3, 5, 8, 13, 20))
        seed = self.source.choice((0, 1, self.source.randint(0, LARGEST), str(LARGEST)))
        made = {"schema": "sidyn-experiment-1", "problem": problem, "dynamics": dynamics,
                "schedule": self.schedule(steps, dynamics["kind"] in PROJECTED),
                "start": self.start(dim), "seed": seed, "steps": steps}
        if self.chance(0.85):
            made["checkpoints"] = self.checkpoints(steps)
        if self.chance(0.95):
            made["observables"] = self.observables(problem)
        if "plane_angle" in made.get("observables", ()):
            made["plane"] = self.table(2, dim)
        return self.written(made), *self.trajectories()

    def written(self, value):
        """The same with some of its reals as bit patterns, or as integers of any length."""
        if isinstance(value, dict):
            return {key: self.written(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.written(item) for item in value]
        if isinstance(value, float) and self.chance(0.2):
            return struct.pack(">d", value).hex()
        if isinstance(value, float) and value and value.is_integer() and self.chance(0.3):
            return int(value)
        return value


def refused(experiment, oracle):
    """Whether section 12 refuses an experiment of this generator, which errs in no other way."""
    real, schedule, start = oracle.real, experiment["schedule"], experiment["start"]
    for part in schedule.get("segments", [schedule]):
        wd = real(part.get("wd", 0))
        if real(part["lr"]) * wd >= 1.0 or real(part.get("lr_min", 0)) * wd >= 1.0:
            return True
        if not (real(part.get("rescale", 1)) > 0.0 and real(part.get("factor", 1)) > 0.0):
            return True
    if not real(experiment["dynamics"].get("v0", 1)) > 0.0:
        return True
    if start["kind"] != "point":
        return not real(start.get("scale", start.get("radius"))) > 0.0
    problem = oracle.make_problem(experiment["problem"])
    return oracle.refusal(problem, oracle.State(oracle.reals(start["x"]), {})) is not None

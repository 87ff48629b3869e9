"""What the tests of verify/adapters/ share: an adapter as a process, the spelling of experiments in
docs/conform.md section 1, and draws of noise from raws by a restatement of docs/spec.md section 2.
"""

import json
import math
import os
import struct
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REALS = {"spectrum", "matrix", "features", "labels", "a", "b", "weights", "mean", "exp_minus_mean",
         "sigma", "scale", "lr", "wd", "lr_min", "factor", "rescale", "x", "radius", "alpha",
         "beta", "beta2", "eps", "v0", "plane"}
INTEGERS = {"steps", "period", "l", "substeps", "batch", "dim", "rows", "cols", "inner", "start"}


def to_bits(value):
    return struct.pack(">d", value).hex()


def from_bits(digits):
    return struct.unpack(">d", bytes.fromhex(digits))[0]


def answered(value):
    """The bit pattern of a number of an answer; lists of them likewise."""
    if isinstance(value, list):
        return [answered(part) for part in value]
    return value if isinstance(value, str) else to_bits(float(value))


class Adapter:
    """A command that answers requests; hello is asked at once."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.count = 0
        self.hello = self.ask("hello", sidyn=1)
        self.bits = self.hello.get("numbers") == "bits"

    def ask(self, do, **fields):
        """The answer without its id."""
        self.count += 1
        line = json.dumps({"id": self.count, "do": do, **fields}, allow_nan=False)
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline(), parse_constant=no_number)
        if answer.pop("id") != self.count or {"unsupported", "error"} & set(answer):
            raise AssertionError(f"{do} is answered by {str(answer)[:300]}")
        return answer

    def numbers(self, do, **fields):
        """The bits of an answer that is one number or one list."""
        (value,) = self.ask(do, **fields).values()
        return answered(value)

    def end(self):
        self.process.stdin.close()
        return self.process.wait(timeout=10)

    def real(self, value):
        """A real number of a request, given as a number or by its bits; lists of them likewise."""
        if isinstance(value, list):
            return [self.real(part) for part in value]
        value = from_bits(value) if isinstance(value, str) else float(value)
        plain = math.isfinite(value) and to_bits(value) != to_bits(-0.0)
        return value if plain and not self.bits else to_bits(value)

    def spelled(self, fields):
        """The numbers of an experiment or a part of it as section 1 has them."""
        result = {}
        for name, value in fields.items():
            if name in REALS:
                result[name] = self.real(value)
            elif name in INTEGERS and not isinstance(value, dict):
                result[name] = int(value)
            elif isinstance(value, dict):
                result[name] = self.spelled(value)
            else:
                result[name] = value
        return result

    def problem(self, fields):
        """A problem with its noise written out."""
        kind = {"quadratic_samples": "samples", "poisson": "poisson"}.get(fields["kind"], "none")
        return self.spelled({"noise": {"kind": kind}, **fields})

    def schedule(self, fields):
        """A schedule with its defaults; one segment is `constant`."""
        if fields["kind"] == "piecewise" and len(fields["segments"]) == 1:
            (segment,) = fields["segments"]
            fields = {"kind": "constant", "lr": segment["lr"], "wd": segment.get("wd", 0)}
        if fields["kind"] == "piecewise":
            segments = [self.spelled({"wd": 0, "rescale": 1, **s}) for s in fields["segments"]]
            return {"kind": "piecewise", "segments": segments}
        more = {"lr_min": 0} if fields["kind"] in ("cosine", "triangle") else {}
        return self.spelled({"wd": 0, **more, **fields})

    def dynamics(self, fields):
        kind = fields["kind"]
        single = kind in ("gd", "projected_gd", "rmsprop", "quasi_rmsprop")
        more = {} if single else {"batch": 1}
        more |= {"eps": 0} if kind in ("adam_l2", "adamw") else {}
        return self.spelled({**more, **fields})

    def experiment(self, fields):
        steps, checkpoints = int(fields["steps"]), fields.get("checkpoints")
        if checkpoints is None:
            checkpoints = sorted({0, steps})
        elif isinstance(checkpoints, dict):
            checkpoints = sorted({*range(0, steps, int(checkpoints["every"])), steps})
        result = {**fields, "problem": self.problem(fields["problem"]),
                  "dynamics": self.dynamics(fields["dynamics"]),
                  "schedule": self.schedule(fields["schedule"]),
                  "start": self.spelled(fields["start"]), "seed": str(fields["seed"]),
                  "steps": steps, "checkpoints": [int(c) for c in checkpoints],
                  "observables": fields.get("observables", ["norm2", "loss"])}
        return result | ({"plane": self.real(fields["plane"])} if "plane" in fields else {})

    def claims_steps(self, experiment):
        """Whether it has said that it knows the steps of a canonical experiment."""
        return self.knows(problems=experiment["problem"], dynamics=experiment["dynamics"],
                          noises=experiment["problem"]["noise"])

    def claims(self, experiment):
        """The same of runs; observables apart."""
        return self.claims_steps(experiment) and self.knows(schedules=experiment["schedule"],
                                                            starts=experiment["start"])

    def knows(self, **parts):
        return all(part["kind"] in self.hello.get(name, [part["kind"]])
                   for name, part in parts.items())


def no_number(word):
    raise AssertionError(f"{word} is no JSON")


def start_adapter(name):
    return Adapter(sys.executable, os.path.join(ROOT, "verify/adapters", name))


class Draws:
    """The draws of an experiment's noise one after the other, from raws that an adapter gives."""

    def __init__(self, adapter, experiment, trajectory):
        self.adapter, self.problem = adapter, experiment["problem"]
        self.batch = experiment["dynamics"].get("batch", 1)
        self.gaussian = experiment["dynamics"]["kind"] in ("noisy_gd", "sde", "sde2")
        self.dim, self.noise = dimension(self.problem), self.problem["noise"]["kind"]
        self.count = len(self.problem.get("a", self.problem.get("features", [])))
        self.seed, self.key = experiment["seed"], ["2", str(trajectory)]
        self.raws, self.at = [], 0

    def raw(self):
        if self.at == len(self.raws):
            self.raws = self.adapter.ask("raw", seed=self.seed, key=self.key,
                                         count=2 * self.at + 1000)["raws"]
        self.at += 1
        return int(self.raws[self.at - 1])

    def uniform(self):
        return (self.raw() >> 11) * 2.0**-53

    def normals(self, n):
        raws = [str(self.raw()) for _ in range(n + n % 2)]
        return self.adapter.ask("normals_from_raws", raws=raws)["values"][:n]

    def index(self):
        weights = self.problem.get("weights")
        if weights is None:
            return (self.raw() * self.count) >> 64
        u, c = self.uniform(), 0.0
        for i, weight in enumerate(weights):
            c += weight
            if u < c:
                return i
        return len(weights) - 1

    def poisson(self):
        e, u, count = self.problem["exp_minus_mean"], self.uniform(), 0
        while u >= e:
            u, count = u * self.uniform(), count + 1
        return count

    def draw(self):
        if self.noise == "none":
            return []
        if self.gaussian:
            return self.normals(self.count if self.noise == "samples" else self.dim)
        if self.noise == "rademacher":
            return [1 if self.raw() >> 63 else -1 for _ in range(self.dim)]
        if self.noise == "samples":
            return [self.index() for _ in range(self.batch)]
        if self.noise == "poisson":
            return [self.poisson() for _ in range(self.batch * self.dim)]
        return self.normals(self.dim)

    def step(self, dynamics):
        """The draws of one step."""
        count = {"svag": 2, "gd": 0, "projected_gd": 0, "rmsprop": 0, "quasi_rmsprop": 0}
        return [self.draw() for _ in range(count.get(dynamics["kind"],
                                                     dynamics.get("substeps", 1)))]


def dimension(problem):
    if "rows" in problem:
        return (problem["rows"] + problem["cols"]) * problem["inner"]
    return problem.get("dim", 2 if problem["kind"] == "ratio2" else 3)

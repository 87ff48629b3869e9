"""A first example of a command for `sidyn conform` (docs/conform.md): the Rayleigh quotient with
sgd and svag, bit for bit, in plain Python; the raws of the streams are NumPy's."""
import decimal
import json
import math
import os
import struct
import sys

# In this folder numpy.py is another adapter.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]
from numpy.random import PCG64, SeedSequence

HELLO = {"name": "minimal", "precision": "binary64", "numbers": "bits",
         "can": ["raw", "normals", "loss", "gradient", "noise", "step", "run", "ensemble"],
         "problems": ["rayleigh"], "dynamics": ["sgd", "svag"], "noises": ["none", "gaussian"],
         "schedules": ["constant"], "starts": ["point", "sphere"],
         "observables": ["norm2", "loss", "x"]}


def reals(digits):
    """Real numbers of a request, which are bit patterns because hello says so."""
    return [struct.unpack(">d", bytes.fromhex(number))[0] for number in digits]


def sent(values):
    """The same back; every NaN is the quiet one."""
    return [struct.pack(">d", value if value == value else math.nan).hex() for value in values]


decimal.getcontext().prec = 60
PI = decimal.Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
GRID, CLOSE = 2**32, 1e-13 * 2**32  # far more than the errors of log, sqrt, cos, sin of a library


def stream(seed, *key):
    """Section 2 of docs/spec.md: gives the next raw each time that it is called."""
    generator = PCG64(SeedSequence(int(seed), spawn_key=[int(word) for word in key]))
    return lambda: int(generator.random_raw())


def nearest(candidate, exact):
    """RN32 of section 3, by the candidate where that is clear, else by the exact value."""
    scaled = candidate * GRID
    n = round(scaled)
    if 0.5 - abs(scaled - n) > CLOSE:
        return n / GRID
    return int((exact() * GRID).to_integral_value()) / GRID


def exact_cosine(turns, quarter):
    """The cosine of 2 pi turns - quarter pi/2, by its Taylor series."""
    x = 2 * PI * decimal.Decimal(turns) - quarter * PI / 2
    terms = [decimal.Decimal(1)]
    for k in range(2, 90, 2):
        terms.append(-terms[-1] * x * x / (k * (k - 1)))
    return sum(terms)


def normal_pair(raw1, raw2):
    u1, u2 = 1.0 - (raw1 >> 11) * 2.0**-53, (raw2 >> 11) * 2.0**-53
    r = nearest(math.sqrt(-2.0 * math.log(u1)), lambda: (-2 * decimal.Decimal(u1).ln()).sqrt())
    c = nearest(math.cos(2.0 * math.pi * u2), lambda: exact_cosine(u2, 0))
    s = nearest(math.sin(2.0 * math.pi * u2), lambda: exact_cosine(u2, 1))
    return [r * c, r * s]


def normals(raw, n):
    return [z for _ in range(0, n, 2) for z in normal_pair(raw(), raw())][:n]


def sum8(terms):
    terms = list(terms)
    terms += [0.0] * (-len(terms) % 8 if terms else 8)
    acc = terms[:8]
    for q in range(8, len(terms), 8):
        acc = [a + b for a, b in zip(acc, terms[q:])]
    return ((acc[0] + acc[4]) + (acc[2] + acc[6])) + ((acc[1] + acc[5]) + (acc[3] + acc[7]))


def dot(a, b):
    return sum8(a_j * b_j for a_j, b_j in zip(a, b))


class Rayleigh:
    def __init__(self, fields):
        self.dim = fields["dim"]
        self.spectrum = reals(fields.get("spectrum", []))
        self.matrix = [reals(row) for row in fields.get("matrix", [])]
        noise = fields["noise"]
        self.noisy = noise["kind"] == "gaussian"
        self.size = reals(noise.get("scale") or [noise["sigma"]] * self.dim) if self.noisy else []

    def parts(self, x):
        ir = 1.0 / dot(x, x)
        v = [dot(row, x) for row in self.matrix] or [a * x_j for a, x_j in zip(self.spectrum, x)]
        return ir, v, dot(x, v) * ir

    def loss(self, x):
        return 0.5 * self.parts(x)[2]

    def gradient(self, x):
        ir, v, q = self.parts(x)
        return [(v_j - q * x_j) * ir for v_j, x_j in zip(v, x)]

    def noise(self, x, e):
        if not self.noisy:
            return [0.0] * self.dim
        u = [size * e_j for size, e_j in zip(self.size, e)]
        r = dot(x, x)
        ir, im = 1.0 / r, 1.0 / math.sqrt(r)
        t = dot(x, u) * ir
        return [(u_j - t * x_j) * im for u_j, x_j in zip(u, x)]

    def noisy_gradient(self, x, e):
        return [g + n for g, n in zip(self.gradient(x), self.noise(x, e))]


def step(problem, dynamics, lr, wd, x, draw):
    """The next x and "", or x and why there is none; draw() gives the normals of one noise."""
    if not lr * wd < 1.0:
        return x, "intrinsic_lr" if math.isfinite(lr) else "lr"
    g = problem.noisy_gradient(x, draw())
    if dynamics["kind"] == "svag":
        lr = lr / dynamics["l"]
        s = math.sqrt(2 * dynamics["l"] - 1)
        c1, c2 = (1.0 + s) * 0.5, (1.0 - s) * 0.5
        g = [c1 * a + c2 * b for a, b in zip(g, problem.noisy_gradient(x, draw()))]
    a = 1.0 - lr * wd
    following = [a * x_j - lr * g_j for x_j, g_j in zip(x, g)]
    reason = refusal(following)
    return (x if reason else following), reason


def refusal(x):
    """Why x is no state, or nothing; r is finite only where all of x is."""
    r = dot(x, x)
    return "" if 0.0 < r < math.inf else "nonfinite" if r else "origin"


def start(fields, dim, raw):
    if fields["kind"] == "point":
        return reals(fields["x"])
    z = normals(raw, dim)
    k = reals([fields["radius"]])[0] / math.sqrt(dot(z, z))
    return [k * z_j for z_j in z]


def run(experiment, i):
    problem, raw = Rayleigh(experiment["problem"]), stream(experiment["seed"], 2, i)
    lr, wd = reals(experiment["schedule"][name] for name in ("lr", "wd"))
    x = start(experiment["start"], problem.dim, stream(experiment["seed"], 1, i))
    rows, t, reason = [], 0, refusal(x)
    while not reason:
        if t in experiment["checkpoints"]:
            values = {"norm2": [dot(x, x)], "loss": [problem.loss(x)], "x": x}
            rows.append(sent(v for name in experiment["observables"] for v in values[name]))
        if t == experiment["steps"]:
            break
        x, reason = step(problem, experiment["dynamics"], lr, wd, x,
                         lambda: normals(raw, problem.dim) if problem.noisy else [])
        t += not reason
    return rows, {"step": t, "reason": reason}


def answer(request):
    do = request["do"]
    if do == "hello":
        return HELLO
    if do in ("raw", "normals"):
        raw, count = stream(request["seed"], *request["key"]), request["count"]
        return ({"raws": [str(raw()) for _ in range(count)]} if do == "raw"
                else {"values": sent(normals(raw, count))})
    if do == "run":
        rows, end = run(request["experiment"], request["trajectory"])
        return {"rows": rows, "end": end}
    if do == "ensemble":
        numbers = range(*map(int, request["trajectories"]))
        rows, ends = zip(*[run(request["experiment"], i) for i in numbers])
        return {"rows": rows, "end": ends}
    problem = Rayleigh(request["problem"])
    if do == "step":
        lr, wd = reals([request["lr"], request["wd"]])
        x, draws = reals(request["state"]["x"]), map(reals, request["draws"])
        x, reason = step(problem, request["dynamics"], lr, wd, x, draws.__next__)
        return {"end": reason} if reason else {"state": {"x": sent(x)}}
    x = reals(request["x"])
    if do == "loss":
        return {"value": sent([problem.loss(x)])[0]}
    if do == "gradient":
        return {"values": sent(problem.gradient(x))}
    return {"values": sent(problem.noise(x, reals(request["draw"])))}


for line in sys.stdin:
    message = json.loads(line)
    known = message["do"] in ["hello", *HELLO["can"]]
    result = answer(message) if known else {"unsupported": "no such request"}
    print(json.dumps({"id": message["id"], **result}), flush=True)

"""verify/adapters/c: every request of docs/conform.md against the fixtures and the oracle, to the
bit; its foreign generator by moments; bad lines, each with one line as an answer."""

import json
import math
import os
import random
import re
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "cli"), os.path.join(HERE, "../../fixtures/generate")]
import common
import oracle
from common import BUILD, ROOT, case, command, finish, holds, same

PROGRAM = os.path.join(BUILD, "adapters/c")
signal.alarm(300)  # a program that does not answer fails


class Adapter:
    """The program, asked line by line."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(command(*arguments, program=PROGRAM), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.id = 0

    def line(self, text):
        """The answer to any line of bytes, which is JSON in ASCII."""
        self.process.stdin.write(text + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        holds(answer.endswith(b"}\n"), f"{text[:200]!r}: answered {answer[:200]!r}")
        return json.loads(answer.decode("ascii"))

    def ask(self, what, **fields):
        """The fields of the answer to a request."""
        self.id += 1
        text = json.dumps({"id": self.id, "do": what, **fields}, allow_nan=False)
        answer = self.line(text.encode())
        same(answer.pop("id"), self.id, "id")
        return answer

    def end(self):
        self.process.stdin.close()
        same((self.process.wait(10), self.process.stdout.read()), (0, b""), "the end")


def number(value):
    """A real number of a request."""
    plain = math.isfinite(value) and math.copysign(1, value) * value >= 0 and oracle.bits(
        value) != oracle.bits(-0.0)
    return value if plain else oracle.bits(value)


def numbers(values):
    return [number(value) for value in values]


def bits(values):
    return [oracle.bits(value) for value in values]


def fixture(name):
    with open(os.path.join(ROOT, "fixtures", name), encoding="ascii") as file:
        return json.load(file, parse_int=oracle.integer)


def problem_of(fields):
    """A problem in the one spelling of the protocol."""
    kind = {"quadratic_samples": "samples", "poisson": "poisson"}.get(fields["kind"], "none")
    return {"noise": {"kind": kind}, **fields}


def experiment_of(fields):
    checkpoints, steps = fields.get("checkpoints"), int(fields["steps"])
    if checkpoints is None:
        checkpoints = sorted({0, steps})
    elif isinstance(checkpoints, dict):
        checkpoints = sorted({*range(0, steps, int(checkpoints["every"])), steps})
    return {"observables": ["norm2", "loss"], **fields, "problem": problem_of(fields["problem"]),
            "checkpoints": checkpoints}


TRAJECTORIES = fixture("trajectories.json")["cases"]
ours, foreign = Adapter(), Adapter("--generator", "foreign")

# ---- hello and the smallest parts ----------------------------------------------------------------

REQUESTS = re.findall(r"^\| (\w+) \| .*\|.*\|$",
                      common.read(os.path.join(ROOT, "docs/conform.md")).decode()
                      .split("## 3")[1].split("## 4")[0],
                      re.M)[1:]
with case("hello claims all requests, problems and dynamics, apart from those of networks"):
    hello = ours.ask("hello", sidyn=1)
    same(sorted(hello), ["can", "dynamics", "name", "numbers", "precision", "problems"], "fields")
    holds(len(REQUESTS) >= 17, f"docs/conform.md has only {REQUESTS}")
    same(hello["can"], [name for name in REQUESTS if name != "observe"], "requests")
    same(sorted(hello["problems"]), sorted(oracle.PROBLEMS), "problems")
    same(len(hello["dynamics"]), 12, "dynamics")
    holds(foreign.ask("hello", sidyn=1)["name"] != hello["name"], "one name for both generators")
with case("streams are those of the fixtures"):
    for one in fixture("streams.json")["cases"]:
        stream = {"seed": one["seed"], "key": one["key"]}
        raws = [str(int(word, 16)) for word in one["raw"]]
        same(ours.ask("raw", **stream, count=len(raws)), {"raws": raws}, one["id"])
        for name in ("uniform", "normals"):
            same(ours.ask(name, **stream, count=len(one[name])), {"values": one[name]}, one["id"])
        same(ours.ask("normals", **stream, count=0), {"values": []}, one["id"])
with case("normals are those of the fixtures, from their raws"):
    cases = fixture("normals.json")["cases"]
    raws = [str(raw << 11) for one in cases for raw in (2**53 - int(one["k"]), int(one["m"]))]
    wanted = [value for one in cases for value in (one["z0"], one["z1"])]
    same(ours.ask("normals_from_raws", raws=raws), {"values": wanted}, "normals")
with case("sums and dot products are those of the fixtures"):
    for one in fixture("reductions.json")["cases"]:
        same(ours.ask("sum", a=one["a"]), {"value": one["sum"]}, one["id"])
        same(ours.ask("dot", a=one["a"], b=one["b"]), {"value": one["dot"]}, one["id"])

# ---- problems ------------------------------------------------------------------------------------

LAWS = fixture("laws.json")["cases"]
with case("losses, gradients and Hessians times vectors are those of the fixtures"):
    cases = [one for one in LAWS if one["kind"] == "derivatives"]
    holds(len(cases) >= 28, f"{len(cases)} cases")
    for one in cases:
        wanted = one["results"]
        same(ours.ask("define", name="p", problem=problem_of(one["problem"])), {}, one["id"])
        place = {"problem": "p", "x": one["reals"]["x"]}
        same(ours.ask("loss", **place), {"value": wanted["loss"][0]}, one["id"])
        same(ours.ask("gradient", **place), {"values": wanted["gradient"]}, one["id"])
        same(ours.ask("hessian_vector", **place, v=one["reals"]["y"]),
             {"values": wanted["hessian_vector"]}, one["id"])
with case("the sharpness is that of the fixtures"):
    cases = [one for one in LAWS if one["kind"] == "lanczos"
             and one["integers"]["k"][0] >= min(64, len(one["reals"]["x"]))]
    holds(len(cases) >= 5, f"{len(cases)} cases")
    for one in cases:
        same(ours.ask("sharpness", problem=problem_of(one["problem"]), x=one["reals"]["x"]),
             {"value": one["results"]["value"][0]}, one["id"])


class Given:
    """A stream for the oracle that draws what it is given."""

    def __init__(self, draws):
        self.draws = list(draws)

    def next(self, *_):
        return self.draws.pop(0)

    def normals(self, n):
        return [self.next() for _ in range(n)]

    rademacher = index = weighted_index = poisson = next


def some_draw(generator, kind, problem, batch, gaussian):
    """Numbers that the noise may draw, with zeros among them."""
    if kind == "none":
        return []
    if kind == "samples" and not gaussian:
        return [generator.randrange(problem.n) for _ in range(batch)]
    if kind == "poisson" and not gaussian:
        return [generator.randrange(5) for _ in range(batch * problem.dim)]
    if kind == "rademacher" and not gaussian:
        return [generator.choice((-1, 1)) for _ in range(problem.dim)]
    count = problem.n if kind == "samples" else problem.dim
    return [generator.choice((0.0, -0.0, generator.gauss(0, 1))) for _ in range(count)]


with case("noise from given draws and its trace are the oracle's"):
    generator, seen = random.Random(1), set()
    for one in TRAJECTORIES:
        fields = problem_of(one["experiment"]["problem"])
        noise, p = fields["noise"], len(one["rows"][0]["x"]) if one["rows"] else 0
        key = (fields["kind"], noise["kind"], "scale" in noise, "weights" in fields)
        if key in seen or not 0 < p <= 40:
            continue
        seen.add(key)
        for sigma in [noise.get("sigma"), 0][:2 if "sigma" in noise else 1]:
            if sigma == 0:
                fields = {**fields, "noise": {**noise, "sigma": 0}}
            problem = oracle.make_problem(fields)
            for gaussian in (False, True):
                drawn = not gaussian and noise["kind"] in ("samples", "poisson")
                batch = 3 if drawn else 1
                x = [generator.gauss(0, 1) for _ in range(p)]
                draw = some_draw(generator, noise["kind"], problem, batch, gaussian)
                wanted = (oracle.gaussian_noise(problem, x, Given(draw)) if gaussian else
                          oracle.noisy_gradient(problem, x, batch, Given(draw)) if drawn else
                          oracle.draw_noise(problem, x, Given(draw)))
                same(ours.ask("noise", problem=fields, x=numbers(x), batch=batch,
                              gaussian=gaussian, draw=numbers(map(float, draw))),
                     {"values": bits(wanted)}, f"{key}, gaussian {gaussian}, sigma {sigma}")
            same(ours.ask("noise_trace", problem=fields, x=numbers(x)),
                 {"value": oracle.bits(oracle.noise_trace(problem, x))}, f"{key}")
    holds(len(seen) >= 40, f"only {len(seen)} kinds")

# ---- trajectories --------------------------------------------------------------------------------


def answer_of(one):
    """What a run must answer for a case of the fixtures."""
    reason = one["end"]["reason"]
    return {"rows": [row["row"] + row["x"] for row in one["rows"]],
            "end": {"step": one["end"]["step"], "reason": "" if reason == "ok" else reason}}


def with_state(one):
    """Its experiment with x as the last observable."""
    experiment = experiment_of(one["experiment"])
    text = json.dumps({**experiment, "observables": [*experiment["observables"], "x"]})
    return json.loads(text.replace("-0.0,", '"8000000000000000",'))


for name, adapter in (("", ours), (", by a command with another generator too", foreign)):
    with case("runs are those of the fixtures" + name):
        holds(len(TRAJECTORIES) >= 671, f"{len(TRAJECTORIES)} cases")
        for one in TRAJECTORIES:
            same(adapter.ask("run", experiment=with_state(one), trajectory=str(one["trajectory"])),
                 answer_of(one), one["id"])


class Recording(oracle.Stream):
    """A stream that keeps what is drawn from it."""

    def __init__(self, seed, key):
        super().__init__(seed, key)
        self.draws = []

    def keep(self, values):
        self.draws += values
        return values

    def normals(self, n):
        return self.keep(super().normals(n))

    def rademacher(self):
        return self.keep([super().rademacher()])[0]

    def index(self, n):
        return self.keep([super().index(n)])[0]

    def weighted_index(self, weights):
        return self.keep([super().weighted_index(weights)])[0]

    def poisson(self, e):
        return self.keep([super().poisson(e)])[0]


def chain(one, steps):
    """Steps of the adapter from the start of a case, with the draws of the specification: the end,
    and the bits of x at each checkpoint."""
    fields = experiment_of(one["experiment"])
    problem, dynamics = oracle.make_problem(fields["problem"]), oracle.Dynamics(fields["dynamics"])
    stream = Recording(int(fields["seed"]), (2, int(one["trajectory"])))
    draws_of = {"gd": 0, "projected_gd": 0, "rmsprop": 0, "quasi_rmsprop": 0, "svag": 2,
                "sde": dynamics.substeps, "sde2": dynamics.substeps}.get(dynamics.kind, 1)
    state = dynamics.start(oracle.reals(fields["start"]["x"]), start_lr(fields))
    state = {"x": numbers(state.x), **{name: numbers(value) if isinstance(value, list) else
                                       number(value) for name, value in state.more.items()}}
    reached = {}
    for step in range(steps + 1):
        if step in map(int, fields["checkpoints"]):
            reached[step] = bits(oracle.reals(state["x"]))
        if step == steps:
            break
        rates = ours.ask("schedule", schedule=fields["schedule"], k=dynamics.effective_step(step))
        lr, wd = oracle.real(rates["lr"]), oracle.real(rates["wd"])
        before = oracle.State(oracle.reals(state["x"]), {
            name: oracle.reals(value) if isinstance(value, list) else oracle.real(value)
            for name, value in state.items() if name != "x"})
        stream.draws = []
        after = dynamics.next(problem, before, lr, wd, stream)
        size = len(stream.draws) // max(draws_of, 1)
        draws = [numbers(map(float, stream.draws[i * size:(i + 1) * size]))
                 for i in range(draws_of)]
        answer = ours.ask("step", problem=fields["problem"], dynamics=fields["dynamics"],
                          lr=rates["lr"], wd=rates["wd"], state=state, draws=draws)
        if "state" not in answer:
            return {"step": step, "reason": answer["end"]}, reached
        state = answer["state"]
        same(state, {"x": bits(after.x), **{
            name: bits(value) if isinstance(value, list) else oracle.bits(value)
            for name, value in after.more.items()}}, f"{one['id']}: state after step {step + 1}")
    return {"step": steps, "reason": ""}, reached


def start_lr(fields):
    return oracle.real(ours.ask("schedule", schedule=fields["schedule"], k=0)["lr"])


with case("chains of steps with given draws are the runs of the fixtures"):
    seen = set()
    for one in TRAJECTORIES:
        fields, steps = one["experiment"], int(one["experiment"]["steps"])
        key = (fields["dynamics"]["kind"], fields["problem"]["kind"],
               problem_of(fields["problem"])["noise"]["kind"], one["end"]["reason"])
        rescaled = any("rescale" in part for part in fields["schedule"].get("segments", ()))
        if key in seen or steps > 60 or rescaled or fields["start"]["kind"] != "point":
            continue
        seen.add(key)
        wanted = answer_of(one)
        end, reached = chain(one, steps)
        same(end, wanted["end"], one["id"])
        same(reached, {row["step"]: row["x"] for row in one["rows"]}, one["id"])
    same(len({key[0] for key in seen}), 12, "dynamics")
    holds(len(seen) >= 100 and {key[2] for key in seen} >= {"samples", "poisson", "rademacher"},
          f"only {len(seen)} kinds")
with case("a schedule says where it rescales"):
    schedule = {"kind": "piecewise", "segments": [
        {"start": 0, "lr": 0.5, "wd": 0, "rescale": 1},
        {"start": 3, "lr": 0.25, "wd": 0.125, "rescale": 2}]}
    rates = [ours.ask("schedule", schedule=schedule, k=k) for k in (2, 3, 4)]
    same([[oracle.real(rate[name]) for name in ("lr", "wd", "rescale")] for rate in rates],
         [[0.5, 0, 1], [0.25, 0.125, 2], [0.25, 0.125, 1]], "rates")

# ---- ensembles -----------------------------------------------------------------------------------

with case("the default ensemble is the runs of its trajectories"):
    for one in TRAJECTORIES[::20]:
        experiment = with_state(one)
        first = min(int(one["trajectory"]), 2**64 - 4)
        answer = ours.ask("ensemble", experiment=experiment,
                          trajectories=[str(first), str(first + 3)])
        runs = [ours.ask("run", experiment=experiment, trajectory=str(first + i)) for i in range(3)]
        same(answer, {name: [run[name] for run in runs] for name in ("rows", "end")}, one["id"])


def one_step(problem, x, dynamics="sgd", start=None, seed="5", steps=1):
    """The experiment that shows what one step adds to x: minus what sgd with lr = 1 draws."""
    return {"schema": "sidyn-experiment-1", "problem": problem,
            "dynamics": {"kind": dynamics, "batch": 1},
            "schedule": {"kind": "constant", "lr": 1, "wd": 0},
            "start": start or {"kind": "point", "x": x}, "seed": seed, "steps": steps,
            "checkpoints": [steps], "observables": ["x"]}


def drawn(problem, x, count, **options):
    """x before minus x after the step, of all trajectories."""
    answer = foreign.ask("ensemble", experiment=one_step(problem, x, **options),
                         trajectories=["0", str(count)])
    same(answer["end"], [{"step": options.get("steps", 1), "reason": ""}] * count, "ends")
    rows = [oracle.reals(row[0]) for row in answer["rows"]]
    return [[a - b for a, b in zip(x, row, strict=True)] for row in rows]


def moments(values, mean, variance, fourth):
    """Mean and variance are within five standard errors; fourth is the central moment."""
    n = len(values)
    average = sum(values) / n
    spread = sum((value - mean) ** 2 for value in values) / n
    holds(abs(average - mean) <= 5 * math.sqrt(variance / n), f"mean {average}, not {mean}")
    holds(abs(spread - variance) <= 5 * math.sqrt((fourth - variance**2) / n) + 1e-12 * variance,
          f"variance {spread}, not {variance}")


SIGMA, DIM, COUNT = 0.5, 9, 8000
NOISE_ONLY = {"kind": "noise_only", "dim": DIM, "noise": {"kind": "gaussian", "sigma": SIGMA}}
UNIT = [1.0] + [0.0] * (DIM - 1)
with case("foreign normals have mean 0, variance 1 and fourth moment 3; trajectories all differ"):
    rows = drawn(NOISE_ONLY, UNIT, COUNT)
    same({row[0] for row in rows}, {0.0}, "the radial part")
    values = [value / SIGMA for row in rows for value in row[1:]]
    moments(values, 0, 1, 3)
    moments([value**2 for value in values], 1, 2, 60)  # E (z^2 - 1)^4 = 60
    same(len(set(map(tuple, rows))), COUNT, "different trajectories")
    same(len(set(values)), len(values), "different numbers")
with case("foreign trajectories and coordinates are not correlated"):
    for pairs in (zip(rows, rows[1:]), ((row[1:-1] + [0], row[2:] + [0]) for row in rows)):
        products = [a * b / SIGMA**2 for one, other in pairs for a, b in zip(one[-7:], other[-7:])]
        holds(abs(sum(products)) <= 5 * math.sqrt(len(products)), f"{sum(products)}")
with case("a foreign ensemble depends on the seed and the trajectory alone"):
    def ensemble(first, last, **options):
        return foreign.ask("ensemble", experiment=one_step(NOISE_ONLY, UNIT, **options),
                           trajectories=[str(first), str(last)])["rows"]

    eight = ensemble(0, 8)
    same((ensemble(0, 8), ensemble(0, 4), ensemble(3, 8)), (eight, eight[:4], eight[3:]), "rows")
    others = [row[0] for seed in ("0", "4", "6", str(2**64 - 1))
              for row in map(tuple, map(tuple, ensemble(0, 8, seed=seed)))]
    same(len(set(map(tuple, others + [row[0] for row in eight]))), 40, "rows of five seeds")
    mine = ours.ask("ensemble", experiment=one_step(NOISE_ONLY, UNIT), trajectories=["0", "8"])
    holds(not set(map(str, mine["rows"])) & set(map(str, eight)), "sidyn's own streams")
with case("foreign signs, counts and indices have their moments"):
    quadratic = {"kind": "quadratic_noisy", "dim": 4, "spectrum": [0, 0, 0, 0],
                 "noise": {"kind": "rademacher", "sigma": 1}}
    signs = [value for row in drawn(quadratic, [0.0] * 4, COUNT) for value in row]
    same(set(signs), {-1.0, 1.0}, "signs")
    moments(signs, 0, 1, 1 + 1e-9)
    for mean in (0.25, 3.0, 200.0):
        counts = {"kind": "poisson", "dim": 2, "mean": mean, "exp_minus_mean": math.exp(-mean),
                  "noise": {"kind": "poisson"}}
        values = [value for row in drawn(counts, [0.0, 0.0], COUNT) for value in row]
        holds(all(value == int(value) >= 0 for value in values), "counts")
        moments(values, mean, mean, mean + 3 * mean**2)
    for weights in (None, [0.125, 0, 0.625, 0.25]):
        shares = weights or [0.25] * 4
        family = {"kind": "quadratic_samples", "dim": 1, "a": [[0]] * 4,
                  "b": [[-2**i] for i in range(4)], "noise": {"kind": "samples"},
                  **({"weights": weights} if weights else {})}
        values = [row[0] for row in drawn(family, [0.0], COUNT)]
        for i, share in enumerate(shares):
            hits = values.count(2.0**i)
            holds(abs(hits - COUNT * share) <= 5 * math.sqrt(COUNT * share * (1 - share)),
                  f"sample {i}: {hits}")
        same(sum(values.count(2.0**i) for i in range(4)), COUNT, "samples")
with case("the Gaussian noise of dynamics with a foreign generator has the covariance of samples"):
    family = {"kind": "quadratic_samples", "dim": 1, "a": [[0]] * 2, "b": [[-1], [1]],
              "noise": {"kind": "samples"}}
    moments([row[0] for row in drawn(family, [0.0], COUNT, dynamics="noisy_gd")], 0, 1, 3)
with case("foreign starts are as specified"):
    for kind, fields in (("gaussian", {"scale": 2}), ("sphere", {"radius": 3}),
                         ("uniform", {"scale": 2})):
        rows = drawn({**NOISE_ONLY, "noise": {"kind": "gaussian", "sigma": 0}}, [0.0] * DIM, COUNT,
                     start={"kind": kind, **fields}, steps=0)
        values = [value for row in rows for value in row]
        if kind == "sphere":
            holds(all(abs(math.hypot(*row) - 3) < 1e-14 for row in rows), "radius")
            moments([row[0] for row in rows], 0, 1, 3 * 81 / (9 * 11))  # 3 r^4/(p (p + 2))
        else:
            square = 4 if kind == "gaussian" else 4 / 3
            moments(values, 0, square, 48 if kind == "gaussian" else 16 / 5)
        same(len(set(map(tuple, rows))), COUNT, kind)
with case("foreign runs without randomness are those of the fixtures, ends and rescales included"):
    cases = [one for one in TRAJECTORIES if one["experiment"]["start"]["kind"] == "point" and (
        one["experiment"]["dynamics"]["kind"] in ("gd", "projected_gd", "rmsprop", "quasi_rmsprop")
        or problem_of(one["experiment"]["problem"])["noise"]["kind"] == "none")]
    rescaled = [one for one in cases if any(
        part.get("rescale", 1) != 1 for part in one["experiment"]["schedule"].get("segments", ()))]
    reasons = {one["end"]["reason"] for one in cases}
    holds(len(cases) >= 60 and len(rescaled) >= 2, f"{len(cases)} cases, {len(rescaled)} rescaled")
    same(reasons, {"ok", "nonfinite", "origin", "lr", "intrinsic_lr"}, "reasons")
    for one in cases:
        wanted = answer_of(one)
        same(foreign.ask("ensemble", experiment=with_state(one), trajectories=["7", "8"]),
             {"rows": [wanted["rows"]], "end": [wanted["end"]]}, one["id"])

with case("foreign starts and rescales that leave no state end as sidyn's do"):
    tiny = {"kind": "piecewise", "segments": [
        {"start": 0, "lr": 0.125, "wd": 0, "rescale": 1},
        {"start": 2, "lr": 0.125, "wd": 0, "rescale": 1e-200}]}
    huge = json.loads(json.dumps(tiny).replace("1e-200", "1e+200"))
    for reason, step, change in (
            ("origin", 2, {"schedule": tiny}), ("nonfinite", 2, {"schedule": huge}),
            ("origin", 0, {"start": {"kind": "gaussian", "scale": 1e-200}}),
            ("origin", 0, {"start": {"kind": "uniform", "scale": 1e-200},
                           "dynamics": {"kind": "projected_gd"}}),
            ("nonfinite", 0, {"start": {"kind": "sphere", "radius": 1e200}})):
        experiment = {**one_step(NOISE_ONLY, UNIT, steps=3), **change}
        for adapter in (ours, foreign):
            same(adapter.ask("ensemble", experiment=experiment, trajectories=["0", "1"]),
                 {"rows": [[]], "end": [{"step": step, "reason": reason}]}, f"{change}")

# ---- definitions and bad requests ----------------------------------------------------------------

with case("a name may be escaped or not"):
    constant = {"kind": "quadratic_noisy", "dim": 1, "spectrum": [2], "noise": {"kind": "none"}}
    same(ours.ask("define", name="\U0001f600\u20ac\u00e4a", problem=constant), {}, "define")
    request = {"id": 3, "do": "loss", "problem": "\U0001f600\u20ac\u00e4a", "x": [1]}
    same(ours.line(json.dumps(request, ensure_ascii=False).encode()),
         {"id": 3, "value": oracle.bits(1.0)}, "loss")
with case("a name may be defined anew, and stands for the problem of an experiment too"):
    for spectrum in ([1, 2], [3, 4, 5], [6, 7]):
        problem = {"kind": "quadratic_noisy", "dim": len(spectrum), "spectrum": spectrum,
                   "noise": {"kind": "none"}}
        same(ours.ask("define", name="\u00e4", problem=problem), {}, "define")
        x = [1.0] * len(spectrum)
        same(ours.ask("gradient", problem="\u00e4", x=x), {"values": bits(map(float, spectrum))},
             "gradient")
        same(ours.ask("run", experiment=one_step("\u00e4", x), trajectory="0"),
             ours.ask("run", experiment=one_step(problem, x), trajectory="0"), "run")
    holds(ours.ask("gradient", problem="p", x=[1.0])["error"].startswith("x;"), "the other name")

LINEAR = {"kind": "normalised_linear", "dim": 2, "features": [[1, 2], [3, 4]], "labels": [1, 2],
          "noise": {"kind": "samples"}}
SGD = {"kind": "sgd", "batch": 2}
GOOD = {"do": "step", "problem": LINEAR, "dynamics": SGD, "lr": 0.5, "wd": 0,
        "state": {"x": [1, 2]}, "draws": [[0, 1]]}
PLAIN = json.dumps({"id": 7, **GOOD})
MALFORMED = ["", " ", "{", "[]", "7", "nul", '{"id":1,}', '{"id":01,"do":"hello","sidyn":1}',
             '{"id":1,"do":"hel\tlo"}', '{"id":1 "do":"hello"}', '{"id":1,"do":"\\x"}',
             PLAIN + "}", PLAIN[:-1], PLAIN.replace("0.5", "NaN"), PLAIN.replace("0.5", ".5"),
             PLAIN.replace("0.5", "+1"), PLAIN.replace("0.5", "0x1"), "[" * 100000,
             '{"id":' * 40 + "1" + "}" * 40, PLAIN.replace("0.5", "0.5\0"), "\xff\xfe",
             PLAIN.replace('"lr"', '"new": ' + "[" * 40 + "]" * 40 + ', "lr"')]
NO_ID = ['{"do":"hello","sidyn":1}', '{"id":0,"do":"hello","sidyn":1}', '{"id":-1,"do":"hello"}',
         '{"id":1.5,"do":"hello"}', '{"id":null}', '{"id":9007199254740994,"do":"hello"}']
BAD = [("do", {"do": "jump"}), ("do", {"do": None}), ("lr", {"lr": "fast"}), ("lr", {"lr": -1}),
       ("lr", {"lr": 10**400}), ("wd", {"wd": "7ff8000000000000"}), ("wd", {"wd": None}),
       ("state", {"state": [1, 2]}), ("x", {"state": {"x": [1]}}), ("x", {"state": {"x": [1, []]}}),
       ("x", {"state": {"v": [1, 2]}}), ("draws", {"draws": []}), ("draws", {"draws": [[0]]}),
       ("draws", {"draws": [[0, 2]]}), ("draws", {"draws": [[0, -1]]}),
       ("draws", {"draws": [[0, 0.5]]}), ("draws", {"draws": [[0, "7ff8000000000000"]]}),
       ("draws", {"draws": [0, 1]}), ("problem", {"problem": "unknown"}),
       ("problem", {"problem": "\ud800"}), ("problem", {"problem": 7}),
       ("problem", {"problem": {**LINEAR, "colour": 1}}),
       ("kind", {"problem": {**LINEAR, "kind": ""}}),
       ("noise", {"problem": {**LINEAR, "noise": {"kind": "samples", "sigma": 1}}}),
       ("kind", {"problem": {**LINEAR, "noise": {"kind": "pink"}}}),
       ("problem", {"problem": {**LINEAR, "noise": {"kind": "poisson"}}}),
       ("features", {"problem": {**LINEAR, "features": [[1, 2], [3]]}}),
       ("features", {"problem": {**LINEAR, "features": [1, 2]}}),
       ("features", {"problem": {**LINEAR, "dim": 65536}}),
       ("dim", {"problem": {**LINEAR, "dim": 65537}}),
       ("problem", {"problem": {**LINEAR, "spectrum": [1, 2]}}),
       ("problem", {"problem": {**LINEAR, "rows": 2}}),
       ("request", {"problem": {"kind": "rayleigh", "dim": 65536, "noise": {"kind": "none"},
                                "matrix": [[1]] * 65536}}),
       ("kind", {"dynamics": {"kind": "jump"}}), ("kind", {"dynamics": {"kind": "sgd\0"}}),
       ("draws", {"dynamics": {"kind": "sgd", "batch": 1}, "draws": [11]}),
       ("draws", {"draws": [[1, 0.5]], "dynamics": {"kind": "sgd", "batch": 1}, "problem": {
           "kind": "noise_only", "dim": 2, "noise": {"kind": "rademacher", "sigma": 1}}}),
       ("seed", {"do": "raw", "seed": str(2**64), "key": [], "count": 1}),
       ("key", {"do": "raw", "seed": "1", "key": ["1"] * 4, "count": 1}),
       ("key", {"do": "raw", "seed": "1", "key": [-1], "count": 1}), ("lr", {"lr": "g" * 16}),
       ("batch", {"do": "noise", "x": [1, 2], "batch": 2, "gaussian": True, "draw": [1, 2]}),
       ("observables", {"do": "run", "trajectory": "0", "experiment": {
           **one_step(NOISE_ONLY, UNIT), "observables": []}}),
       ("observables", {"do": "run", "trajectory": "0", "experiment": {
           **one_step(NOISE_ONLY, UNIT), "observables": ["f"] * 65}}),
       ("experiment", {"do": "run", "trajectory": "0", "experiment": {
           **one_step(NOISE_ONLY, UNIT), "checkpoints": [1, 1]}}),
       ("raws", {"do": "normals_from_raws", "raws": ["1"] * 3}),
       ("b", {"do": "dot", "a": [1, 2], "b": [1]}),
       ("trajectories", {"do": "ensemble", "experiment": one_step(NOISE_ONLY, UNIT),
                         "trajectories": ["2", "1"]}),
       ("dynamics", {"dynamics": {"kind": "gd", "batch": 1}}),
       ("dynamics", {"dynamics": {"kind": "svag"}}),
       ("batch", {"dynamics": {**SGD, "batch": 2**24 + 1}}),
       ("dynamics", {"dynamics": {"kind": "momentum", "beta": 1}}),
       ("dynamics", {"dynamics": [SGD]})]


def refused(answer, number_of, field=None):
    same((set(answer), answer["id"]), ({"id", "error"}, number_of), f"answer {answer}")
    holds(re.fullmatch(r"[ -~]+; allowed: [ -~]+", answer["error"]), f"{answer}")
    if field:
        same(answer["error"].split(";")[0], field, f"field of {answer}")


with case(f"{len(MALFORMED)} lines that are no requests have an error as an answer"):
    for text in MALFORMED:
        refused(ours.line(text.encode("latin-1")), 0, "request")
    holds("state" in ours.line(PLAIN.encode()), "the good request is refused")
with case(f"{len(NO_ID)} requests without an id are refused"):
    for text in NO_ID:
        refused(ours.line(text.encode()), 0, "id")
with case(f"{len(BAD)} bad requests are refused with the field that is wrong"):
    for field, change in BAD:
        fields = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
        refused(ours.line(json.dumps({"id": 7, **fields}).encode()), 7, field)
with case("requests with duplicates are refused, unknown fields of requests are not"):
    text = PLAIN.replace('"batch": 2', '"batch": 2, "b\\u0061tch": 2')
    refused(ours.line(text.encode()), 7, "dynamics")
    same(ours.line(PLAIN.replace('"id"', '"new": [{}], "id"').encode()), ours.line(PLAIN.encode()),
         "answer")
with case("too many numbers are refused before anything is computed"):
    refused({"id": 1, **ours.ask("normals", seed="1", key=[], count=2**40)}, 1, "count")
    endless = one_step(NOISE_ONLY, UNIT)
    for adapter in (ours, foreign):
        refused({"id": 1, **adapter.ask("ensemble", experiment=endless,
                                        trajectories=["0", str(2**63)])}, 1, "request")
    refused({"id": 1, **foreign.ask("ensemble", trajectories=["0", "1"], experiment={
        **endless, "dynamics": {"kind": "sde", "substeps": 2**24, "batch": 1}})}, 1, "request")
with case("a line of more than 8 MiB is refused, and the next one answered"):
    refused(ours.line(b'{"id":1,"do":"sum","a":[' + b"1," * 2**22 + b"1]}"), 0, "request")
    holds("value" in ours.ask("sum", a=[1] * 10**5), "sum")


def mutated(generator, lines):
    """A line with some bytes changed, dropped, doubled, or cut out of another line."""
    text = bytearray(generator.choice(lines))
    for _ in range(generator.randrange(1, 4)):
        at = generator.randrange(len(text) + 1)
        other = generator.choice(lines)
        start = generator.randrange(len(other))
        piece = generator.choice([b"", b'"', b"{", b"]", b",", b"-", b"1e999", b"\\u", b"null",
                                  other[start:start + generator.randrange(40)]])
        text[at:at + generator.randrange(8)] = piece
    return bytes(text).replace(b"\n", b" ")


ODD = [None, True, -1, 0, 0.5, 1e300, 2**53, 65536, "", "svag", "rayleigh", "7ff0000000000000", "p",
       [], {}, [[]], [1, 2, 3]]


def misread(generator, value):
    """A value of JSON with something else in one place of it."""
    if not value or not isinstance(value, (dict, list)) or generator.random() < 0.1:
        return generator.choice(ODD)
    changed = value.copy()
    key = generator.choice([*value] if isinstance(value, dict) else range(len(value)))
    if generator.random() < 0.1:
        del changed[key]
    else:
        changed[key] = misread(generator, value[key])
    return changed


def endless(text):
    """Whether a request may be right and long."""
    large = rb'("steps|"substeps|"l|"every|"count|"batch)": *"?\d*([e.]|\d{4})'
    return re.search(large, text) or re.search(rb'"steps": "', text)


with case("6000 damaged requests have one answer each"):
    generator = random.Random(2)
    requests = [{"id": 1, **GOOD}]
    for base in common.BASES.values():
        one = experiment_of(base)
        requests += [{"id": 1, "do": "run", "trajectory": "0", "experiment": one},
                     {"id": 1, "do": "ensemble", "trajectories": ["0", "2"], "experiment": one},
                     {"id": 1, "do": "define", "name": "p", "problem": one["problem"]},
                     {"id": 1, "do": "noise", "problem": one["problem"], "x": [1, 2, 3], "batch": 1,
                      "gaussian": True, "draw": [0.5, 1, 2]},
                     {"id": 1, "do": "step", "problem": one["problem"], "draws": [[1, 0, 1]],
                      "dynamics": one["dynamics"], "lr": 0.5, "wd": 0, "state": {
                          "x": [1, 2, 3], "v": 1, "m": [1, 2, 3], "b1": 0.5, "b2": 0.5, "R": 1}}]
    lines = [json.dumps(one).encode() for one in requests]
    answers = {"error": 0, "right": 0}
    for i in range(6000):
        text = (mutated(generator, lines) if i % 2 else
                json.dumps(misread(generator, generator.choice(requests))).encode())
        if not endless(text):
            answers["error" if "error" in (foreign if i % 4 < 2 else ours).line(text)
                    else "right"] += 1
    holds(min(answers.values()) >= 100, f"{answers}")
with case("both programs end when their input does"):
    ours.end()
    foreign.end()
with case("an unknown generator is refused with one line"):
    done = subprocess.run(command("--generator", "dice", program=PROGRAM), capture_output=True,
                          check=False, stdin=subprocess.DEVNULL)
    same((done.returncode, done.stdout, done.stderr.count(b"\n")), (2, b"", 1), "ending")

finish()

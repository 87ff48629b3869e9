"""The adapters numpy.py and minimal.py against fixtures/, without the kit: what they answer is
right to the bit; single steps with given draws go where `run` goes, and so do ensembles.
"""

import json
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "cli")]
from adapter import Draws, answered, dimension, from_bits, start_adapter, to_bits
from common import case, finish, fixture_cases, holds, same

ROOT = os.path.join(HERE, "..", "..")


def fixture(name):
    with open(os.path.join(ROOT, "fixtures", name), encoding="ascii") as file:
        return json.load(file)["cases"]


TRAJECTORIES = fixture_cases()
FULL, SMALL = start_adapter("numpy.py"), start_adapter("minimal.py")


# ---- trajectories


def compare_runs(adapter, least):
    """Fixtures as far as the adapter claims them, x in place of what it cannot observe. In each
    fixture there is x beside its row."""
    known = adapter.hello.get("observables")
    seen = 0
    for wanted in TRAJECTORIES:
        experiment = adapter.experiment(wanted["experiment"])
        if not adapter.claims(experiment):
            continue
        seen += 1
        names, widths = experiment["observables"], {"x": dimension(experiment["problem"])}
        rows = [(row["x"], row["row"]) for row in wanted["rows"]]
        if known is not None:
            kept = ["x", *(name for name in names if name in known and name != "x")]
            experiment["observables"] = kept
            places = {name: sum(widths.get(other, 1) for other in names[:i])
                      for i, name in enumerate(names)}
            rows = [(x, x + [row[places[name]] for name in kept[1:]]) for x, row in rows]
        answer = adapter.ask("run", experiment=experiment, trajectory=str(wanted["trajectory"]))
        same(answered(answer["rows"]), [row for _, row in rows], wanted["id"])
        end = wanted["end"]
        reason = "" if end["reason"] == "ok" else end["reason"]
        same(answer["end"], {"step": end["step"], "reason": reason}, wanted["id"])
    holds(seen >= least, f"only {seen} trajectories")


def compare_ensembles(adapter, every):
    """The first of three trajectories is the fixture's; the middle one alone is the same."""
    for wanted in TRAJECTORIES[::every]:
        experiment = adapter.experiment(wanted["experiment"])
        if not adapter.claims(experiment) or int(wanted["trajectory"]) + 3 > 2**64:
            continue
        experiment["observables"] = ["x"]
        first = int(wanted["trajectory"])
        answer = adapter.ask("ensemble", experiment=experiment,
                             trajectories=[str(first), str(first + 3)])
        same((len(answer["rows"]), len(answer["end"])), (3, 3), wanted["id"])
        same(answered(answer["rows"][0]), [row["x"] for row in wanted["rows"]], wanted["id"])
        second = adapter.ask("run", experiment=experiment, trajectory=str(first + 1))
        same((answer["rows"][1], answer["end"][1]), (second["rows"], second["end"]), wanted["id"])


# ---- chains of steps


def start_of(experiment, x, start):
    """The state of an experiment at step 0: x as it is seen there, start as it was before."""
    dynamics, zero = experiment["dynamics"], to_bits(0.0)
    state, vector = {"x": x}, [zero] * len(x)
    if dynamics["kind"] == "momentum":
        state["v"] = vector
    if dynamics["kind"] in ("adam_l2", "adamw"):
        state |= {"m": vector, "v": vector, "b1": to_bits(1.0), "b2": to_bits(1.0)}
    if dynamics["kind"] == "projected_gd":
        state["R"] = FULL.numbers("dot", a=start, b=start)
    if dynamics["kind"] == "rmsprop":
        state["v"] = to_bits(dynamics["v0"])
    if dynamics["kind"] == "quasi_rmsprop":
        lr = from_bits(numbers_of_schedule(experiment, 0)["lr"])
        state["u"] = to_bits(math.sqrt(dynamics["v0"]) / lr)
    return state


def numbers_of_schedule(experiment, k):
    answer = FULL.ask("schedule", schedule=experiment["schedule"], k=k)
    return {name: answered(value) for name, value in answer.items()}


def chain(adapter, wanted):
    """Steps with the draws of the stream, from the start of a fixture: the x of `run` at every
    step. Ten steps, or what there is to an early end; returns their number."""
    plain, end = FULL.experiment(wanted["experiment"]), wanted["end"]
    steps = min(plain["steps"], 10 if end["reason"] == "ok" else end["step"] + 1)
    plain |= {"steps": steps, "checkpoints": list(range(steps + 1)), "observables": ["x"]}
    path = FULL.ask("run", experiment=plain, trajectory=str(wanted["trajectory"]))
    xs = answered(path["rows"])
    draws = Draws(FULL, plain, wanted["trajectory"])
    state = start_of(plain, xs[0], plain["start"].get("x"))
    problem = adapter.problem(wanted["experiment"]["problem"])
    dynamics = adapter.dynamics(wanted["experiment"]["dynamics"])
    for t in range(steps):
        schedule = numbers_of_schedule(plain, t // dynamics.get("l", 1))
        draw = draws.step(dynamics)
        if plain["problem"]["noise"]["kind"] in ("gaussian", "sphere") or draws.gaussian:
            draw = [adapter.real(part) for part in draw]
        answer = adapter.ask("step", problem=problem, dynamics=dynamics, draws=draw,
                             lr=adapter.real(schedule["lr"]), wd=adapter.real(schedule["wd"]),
                             state={name: adapter.real(part) for name, part in state.items()})
        if t == path["end"]["step"]:
            same(answer, {"end": path["end"]["reason"]}, f"{wanted['id']}, step {t}")
            return t + 1
        same(list(answer["state"]), list(state), f"{wanted['id']}, names of the state")
        state = {name: answered(part) for name, part in answer["state"].items()}
        same(state["x"], xs[t + 1], f"{wanted['id']}, step {t}")
    return steps


def chains(adapter, least):
    """One fixture of each kind of step: the dynamics, the noise, and where that has variants."""
    seen = {}
    for wanted in TRAJECTORIES:
        experiment = FULL.experiment(wanted["experiment"])
        problem, noise = experiment["problem"], experiment["problem"]["noise"]
        key = (problem["kind"], experiment["dynamics"]["kind"], noise["kind"], "scale" in noise,
               "weights" in problem, experiment["dynamics"].get("batch", 1) > 1,
               wanted["end"]["reason"])
        segments = experiment["schedule"].get("segments", [])
        # R of projected_gd needs the x that is not normalised
        started = experiment["start"]["kind"] == "point" or key[1] != "projected_gd"
        plain = all(segment["rescale"] == 1 for segment in segments)
        if (adapter.claims_steps(experiment) and started and plain and wanted["rows"]
                and wanted["end"]["step"] <= 60 and key not in seen):
            seen[key] = chain(adapter, wanted)
    holds(len(seen) >= least and sum(seen.values()) >= 6 * least,
          f"only {len(seen)} kinds of steps, {sum(seen.values())} steps")
    print(f"# {len(seen)} kinds of steps, {sum(seen.values())} steps")


# ---- parts


def derivatives():
    """Loss, gradient and Hessian-vector products of laws.json."""
    cases = [wanted for wanted in fixture("laws.json") if wanted["kind"] == "derivatives"]
    holds(len(cases) >= 28, "too few cases")
    for wanted in cases:
        FULL.ask("define", name="here", problem=FULL.problem(wanted["problem"]))
        x, y = FULL.real(wanted["reals"]["x"]), FULL.real(wanted["reals"]["y"])
        results = wanted["results"]
        same([FULL.numbers("loss", problem="here", x=x)], results["loss"], wanted["id"])
        same(FULL.numbers("gradient", problem="here", x=x), results["gradient"], wanted["id"])
        same(FULL.numbers("hessian_vector", problem="here", x=x, v=y), results["hessian_vector"],
             wanted["id"])


def sharpness():
    """Eigenvalues of laws.json by as many vectors as the request has."""
    cases = [wanted for wanted in fixture("laws.json") if wanted["kind"] == "lanczos"
             and (wanted["integers"]["k"] == [64] or dimension(wanted["problem"]) <= 3
                  and wanted["integers"]["k"][0] >= dimension(wanted["problem"]))]
    holds(len(cases) >= 20, "too few cases")
    for wanted in cases:
        value = FULL.numbers("sharpness", problem=FULL.problem(wanted["problem"]),
                             x=FULL.real(wanted["reals"]["x"]))
        same([value], wanted["results"]["value"], wanted["id"])


def normals(adapter):
    for wanted in fixture("streams.json"):
        value = adapter.numbers("normals", seed=wanted["seed"], key=wanted["key"],
                                count=len(wanted["normals"]))
        same(value, wanted["normals"], wanted["id"])


def raws(adapter):
    for wanted in fixture("streams.json"):
        count = len(wanted["raw"])
        answer = adapter.ask("raw", seed=wanted["seed"], key=wanted["key"], count=count)
        same([f"{int(raw):016x}" for raw in answer["raws"]], wanted["raw"], wanted["id"])


def noise_in_gradient():
    """A step of sgd with lr = 1, wd = 0 subtracts the gradient and the noise of those requests."""
    kinds = set()
    for wanted in TRAJECTORIES:
        experiment = FULL.experiment(wanted["experiment"])
        problem, dynamics = experiment["problem"], experiment["dynamics"]
        kind = (problem["kind"], problem["noise"]["kind"], "scale" in problem["noise"])
        if dynamics["kind"] != "sgd" or kind in kinds:
            continue
        kinds.add(kind)
        x = FULL.real(wanted["rows"][0]["x"])
        draw = Draws(FULL, experiment, 7).draw()
        n = FULL.numbers("noise", problem=problem, x=x, batch=dynamics["batch"], gaussian=False,
                         draw=draw)
        g = [to_bits(0.0)] * len(n)
        if problem["noise"]["kind"] not in ("samples", "poisson"):
            g = FULL.numbers("gradient", problem=problem, x=x)
        answer = FULL.ask("step", problem=problem, dynamics=dynamics, lr=1.0, wd=0.0,
                          state={"x": x}, draws=[draw])
        x, g, n = ([from_bits(digits) for digits in answered(part)] for part in (x, g, n))
        following = [to_bits(a - (b + c)) for a, b, c in zip(x, g, n)]
        same(answered(answer["state"]["x"]), following, str(kind))
    holds(len(kinds) >= 20, f"only {len(kinds)} kinds of noise")


# ---- what is tested

with case("numpy.py claims every kind that an experiment may have"):
    with open(os.path.join(ROOT, "fixtures/schema/experiment.schema.json"),
              encoding="ascii") as schema:
        parts = json.load(schema)["properties"]
    for field, name in (("problem", "problems"), ("dynamics", "dynamics")):
        kinds = [part["properties"]["kind"] for part in parts[field]["oneOf"]]
        allowed = {kind for part in kinds for kind in part.get("enum", [part.get("const")])}
        same(set(FULL.hello[name]), allowed, name)
    same({name for name in ("noises", "schedules", "starts", "observables") if name in FULL.hello},
         set(), "what is restricted")

for adapter, name in ((FULL, "numpy.py"), (SMALL, "minimal.py")):
    with case(f"{name}: raws of all streams"):
        raws(adapter)
    with case(f"{name}: normals of all streams"):
        normals(adapter)

with case("numpy.py: uniforms of all streams"):
    for wanted in fixture("streams.json"):
        value = FULL.numbers("uniform", seed=wanted["seed"], key=wanted["key"],
                             count=len(wanted["uniform"]))
        same(value, wanted["uniform"], wanted["id"])

with case("numpy.py: normals of the inputs next to rounding boundaries"):
    cases = fixture("normals.json")
    pairs = [str(raw << 11) for wanted in cases
             for raw in (2**53 - int(wanted["k"]), int(wanted["m"]))]
    z = FULL.numbers("normals_from_raws", raws=pairs)
    for i, wanted in enumerate(cases):
        same(z[2 * i : 2 * i + 2], [wanted["z0"], wanted["z1"]], wanted["id"])

with case("numpy.py: sums and dot products"):
    for wanted in fixture("reductions.json"):
        a, b = FULL.real(wanted["a"]), FULL.real(wanted["b"])
        same(FULL.numbers("sum", a=a), wanted["sum"], wanted["id"])
        same(FULL.numbers("dot", a=a, b=b), wanted["dot"], wanted["id"])

with case("numpy.py: infinities, minus zero and what is not a number go in and out"):
    infinity, nan, minus = to_bits(math.inf), "7ff8000000000000", to_bits(-0.0)
    quadratic = FULL.problem({"kind": "quadratic_noisy", "dim": 3, "spectrum": [-1, 2, math.inf]})
    same(FULL.ask("gradient", problem=quadratic, x=[0.0, infinity, minus]),
         {"values": [minus, infinity, nan]}, "gradient")
    same(FULL.ask("sum", a=["fff8000000000001", 1]), {"value": nan}, "sum")

with case("numpy.py: loss, gradient and Hessian-vector products of every kind of problem"):
    derivatives()

with case("numpy.py: sharpness"):
    sharpness()

with case("numpy.py: all trajectories, every observable, every end"):
    compare_runs(FULL, len(TRAJECTORIES))

with case("numpy.py: ensembles are the runs of their trajectories"):
    compare_ensembles(FULL, 4)

with case("numpy.py: chains of single steps with the draws of the stream"):
    chains(FULL, 300)

with case("numpy.py: the noise of a request is that of a step"):
    noise_in_gradient()

with case("numpy.py: an ensemble is the same whatever others are asked for"):
    long = FULL.experiment({**TRAJECTORIES[0]["experiment"], "steps": 3, "checkpoints": [0, 3],
                            "start": {"kind": "sphere", "radius": 2},
                            "problem": {"kind": "noise_only", "dim": 2,
                                        "noise": {"kind": "sphere", "sigma": 1}},
                            "dynamics": {"kind": "sgd"}, "observables": ["x"]})
    many = FULL.ask("ensemble", experiment=long, trajectories=["0", "5000"])
    some = FULL.ask("ensemble", experiment=long, trajectories=["4000", "5000"])
    same((many["rows"][4000:], many["end"][4000:]), (some["rows"], some["end"]), "trajectories")
    holds(len({str(rows) for rows in many["rows"]}) == 5000, "two trajectories are the same")

with case("numpy.py: trajectories of an ensemble end at different steps, or start beyond 2^32"):
    quick = FULL.experiment({"problem": {"kind": "quadratic_noisy", "dim": 2, "spectrum": [-10, 0]},
                             "dynamics": {"kind": "gd"}, "schedule": {"kind": "constant", "lr": 1},
                             "start": {"kind": "gaussian", "scale": 1e307}, "seed": 3, "steps": 2,
                             "checkpoints": [0, 1, 2], "observables": ["x"]})
    numbers = range(2**32 - 20, 2**32 + 20)
    answer = FULL.ask("ensemble", experiment=quick,
                      trajectories=[str(numbers.start), str(numbers.stop)])
    for i, trajectory in enumerate(numbers):
        alone = FULL.ask("run", experiment=quick, trajectory=str(trajectory))
        same((answer["rows"][i], answer["end"][i]), (alone["rows"], alone["end"]), trajectory)
    same({(end["step"], end["reason"]) for end in answer["end"]},
         {(0, "nonfinite"), (1, "nonfinite"), (2, "")}, "ends")

with case("numpy.py: noise on a sphere is zero where its direction is"):
    for kind in ("rayleigh", "quadratic_noisy"):
        sphere = FULL.problem({"kind": kind, "dim": 2, "spectrum": [1, 2],
                               "noise": {"kind": "sphere", "sigma": 1}})
        same(FULL.ask("noise", problem=sphere, x=[1, 1], batch=1, gaussian=False, draw=[0, 0]),
             {"values": [0.0, 0.0]}, kind)

with case("numpy.py: a schedule shows the rescale of a segment where it begins"):
    segments = [{"start": 0, "lr": 0.5}, {"start": 3, "lr": 0.25, "wd": 0.125, "rescale": 2}]
    schedule = FULL.schedule({"kind": "piecewise", "segments": segments})
    same([FULL.ask("schedule", schedule=schedule, k=k) for k in (0, 2, 3, 4)],
         [{"lr": 0.5, "wd": 0.0, "rescale": 1.0}, {"lr": 0.5, "wd": 0.0, "rescale": 1.0},
          {"lr": 0.25, "wd": 0.125, "rescale": 2.0}, {"lr": 0.25, "wd": 0.125, "rescale": 1.0}],
         "schedule")

for adapter, name in ((FULL, "numpy.py"), (SMALL, "minimal.py")):
    with case(f"{name}: a step that is refused names the reason"):
        plane = adapter.problem({"kind": "rayleigh", "dim": 2, "spectrum": [1, 2]})
        dynamics = adapter.dynamics({"kind": "sgd"})
        for lr, wd, x, reason in ((math.inf, 0, 1, "lr"), (0.5, 2, 1, "intrinsic_lr"),
                                  (0.1, 0, 1e200, "nonfinite"),
                                  (0.5, 2 - 2.0**-52, 2.0**-511, "origin")):
            answer = adapter.ask("step", problem=plane, dynamics=dynamics, lr=adapter.real(lr),
                                 wd=adapter.real(wd), state={"x": adapter.real([x, 0])}, draws=[[]])
            same(answer, {"end": reason}, f"lr {lr}, wd {wd}, x {x}")

with case("minimal.py: normals that the math library takes to the wrong side of a boundary"):
    for word in (82786, 240345, 284600, 327313, 387986):  # found by a search with glibc
        same(*[adapter.numbers("normals", seed="1", key=[str(word)], count=16)
               for adapter in (SMALL, FULL)], f"seed 1, key {word}")

with case("minimal.py: the trajectories that it claims"):
    compare_runs(SMALL, 5)

with case("minimal.py: ensembles are the runs of their trajectories"):
    compare_ensembles(SMALL, 1)

with case("minimal.py: chains of single steps with the draws of the stream"):
    chains(SMALL, 5)

with case("minimal.py: loss, gradient and noise are those of numpy.py"):
    for wanted in TRAJECTORIES:
        experiment = SMALL.experiment(wanted["experiment"])
        if SMALL.claims_steps(experiment):
            draws = Draws(FULL, FULL.experiment(wanted["experiment"]), 7).draw()
            answers = []
            for adapter in (SMALL, FULL):
                problem = adapter.problem(wanted["experiment"]["problem"])
                x = adapter.real(wanted["rows"][-1]["x"])
                answers.append([adapter.numbers(do, problem=problem, x=x)
                                for do in ("loss", "gradient")])
                answers[-1].append(adapter.numbers("noise", problem=problem, x=x, batch=1,
                                                   gaussian=False, draw=adapter.real(draws)))
            same(*answers, wanted["id"])

for adapter, name in ((FULL, "numpy.py"), (SMALL, "minimal.py")):
    with case(f"{name}: a request that it does not know is unsupported; it ends with its input"):
        try:
            adapter.ask("dance")
        except AssertionError as error:
            holds("unsupported" in str(error), str(error))
        else:
            raise AssertionError("a dance is answered")
        same(adapter.end(), 0, "exit status")

finish()

"""A simulation of SGD with weight decay on the Rayleigh quotient in NumPy, with an answer to each
line that `sidyn conform` asks. `python3 my_simulation.py wrong` decays by 1 - wd, not 1 - lr*wd."""
import json
import sys

import numpy

WRONG = sys.argv[1:] == ["wrong"]
HELLO = {"name": "my simulation", "precision": "binary64", "levels": ["numbers", "laws"],
         "can": ["gradient", "step", "ensemble"], "problems": ["rayleigh"], "dynamics": ["sgd"],
         "noises": ["none", "gaussian"], "schedules": ["constant"], "starts": ["point"],
         "observables": ["norm2", "loss"]}


def quotient(problem, x):
    a = problem["matrix"] if "matrix" in problem else numpy.diag(problem["spectrum"])
    v = x @ numpy.array(a)
    return v, (v * x).sum(-1) / (x * x).sum(-1)


def gradient(problem, x):
    v, q = quotient(problem, x)
    return (v - q[..., None] * x) / (x * x).sum(-1)[..., None]


def noise(problem, x, z):
    if problem["noise"]["kind"] == "none":
        return 0.0
    u = problem["noise"].get("scale", problem["noise"].get("sigma")) * numpy.array(z)
    r = (x * x).sum(-1)[..., None]
    return (u - (x * u).sum(-1)[..., None] / r * x) / numpy.sqrt(r)


def step(problem, lr, wd, x, z):
    return (1 - (wd if WRONG else lr * wd)) * x - lr * (gradient(problem, x) + noise(problem, x, z))


def ensemble(experiment, count):
    problem, schedule = experiment["problem"], experiment["schedule"]
    random = numpy.random.default_rng(1)
    x = numpy.tile(numpy.array(experiment["start"]["x"]), (count, 1))
    rows = []
    for t in range(experiment["steps"] + 1):
        if t in experiment["checkpoints"]:
            values = {"norm2": (x * x).sum(-1), "loss": quotient(problem, x)[1] / 2}
            rows.append([values[name] for name in experiment["observables"]])
        x = step(problem, schedule["lr"], schedule.get("wd", 0), x, random.normal(size=x.shape))
    return numpy.array(rows).transpose(2, 0, 1).tolist()


def answer(request):
    if request["do"] == "hello":
        return HELLO
    if request["do"] == "gradient":
        return {"values": gradient(request["problem"], numpy.array(request["x"])).tolist()}
    if request["do"] == "step":
        x = numpy.array(request["state"]["x"])
        if request["lr"] * request["wd"] >= 1:
            return {"end": "intrinsic_lr"}
        x = step(request["problem"], request["lr"], request["wd"], x, *request["draws"])
        return {"state": {"x": x.tolist()}}
    if request["do"] == "ensemble":
        first, last = map(int, request["trajectories"])
        rows = ensemble(request["experiment"], last - first)
        end = {"step": request["experiment"]["steps"], "reason": ""}
        return {"rows": rows, "end": [end] * (last - first)}
    return {"unsupported": "no such request"}


for line in sys.stdin:
    message = json.loads(line)
    print(json.dumps({"id": message["id"], **answer(message)}), flush=True)

"""All of docs/spec.md with NumPy, as a command for `sidyn conform` (docs/conform.md).

    sidyn conform -- python3 verify/adapters/numpy.py

Every request is answered, to the bit. An ensemble has the streams of the specification too: its
trajectories are those of `run`, many at a time. A single point or trajectory is an array with one
row. The modules are in numpy_adapter/; mpmath is needed beside NumPy.
"""
import json
import os
import struct
import sys

# This folder has files with the names of packages, this one among them.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]
sys.path.insert(0, os.path.join(HERE, "numpy_adapter"))

import numpy as np

from dynamics import Dynamics, Schedule, REASONS, lr_refusal, refusals
from observables import OBSERVABLES, Moment, sharpness
from problems import real, reals
from streams import Stream, dot, normals_from_raws, sum8
from noise import KINDS, draw_of, make_problem
from trajectories import runs

DYNAMICS = ["gd", "sgd", "svag", "noisy_gd", "sde", "sde2", "momentum", "adam_l2", "adamw",
            "projected_gd", "rmsprop", "quasi_rmsprop"]
defined = {}  # problems by name


def sent(array):
    """Numbers of an answer: the shortest decimals, or bit patterns where those cannot be."""
    numbers = array.tolist()
    for index in np.argwhere(~np.isfinite(array) | (np.signbit(array) & (array == 0.0))).tolist():
        place = numbers
        for i in index[:-1]:
            place = place[i]
        value = place[index[-1]]
        place[index[-1]] = struct.pack(">d", value if value == value else np.nan).hex()
    return numbers


def single(column):
    """The number of the one trajectory."""
    return sent(column[0])[0]


def problem_of(value):
    """A problem, or the name of one."""
    return defined[value] if isinstance(value, str) else make_problem(value)


def point(values):
    """A vector as that of the one trajectory."""
    return reals(values)[None]


# ---- requests: what an answer has beside the id


def hello(_):
    return {"name": "sidyn's specification in NumPy", "precision": "binary64",
            "can": [name for name in REQUESTS if name != "hello"], "problems": list(KINDS),
            "dynamics": DYNAMICS}


def define(request):
    defined[request["name"]] = make_problem(request["problem"])
    return {}


def stream_of(request):
    return Stream(int(request["seed"]), tuple(map(int, request["key"])))


def raw(request):
    return {"raws": list(map(str, stream_of(request).raws(request["count"])[0].tolist()))}


def uniform(request):
    return {"values": sent(stream_of(request).uniforms(request["count"])[0])}


def normals(request):
    return {"values": sent(stream_of(request).normals(request["count"])[0])}


def given_normals(request):
    raws = np.array([list(map(int, request["raws"]))], np.uint64)
    return {"values": sent(normals_from_raws(raws)[0])}


def canonical_sum(request):
    return {"value": sent(sum8(reals(request["a"])))[0]}


def canonical_dot(request):
    return {"value": sent(dot(reals(request["a"]), reals(request["b"])))[0]}


def loss(request):
    return {"value": single(problem_of(request["problem"]).loss(point(request["x"])))}


def gradient(request):
    return {"values": sent(problem_of(request["problem"]).gradient(point(request["x"]))[0])}


def hessian_vector(request):
    x, v = point(request["x"]), point(request["v"])
    return {"values": sent(problem_of(request["problem"]).hessian_vector(x, v)[0])}


def noise(request):
    problem, x, gaussian = problem_of(request["problem"]), point(request["x"]), request["gaussian"]
    draw = draw_of(problem, gaussian, request["draw"])
    if gaussian:
        values = problem.noise.gaussian_noise(x, draw)
    elif problem.noise.kind in ("samples", "epochs", "poisson"):
        values = problem.noise.noisy_gradient(x, draw, request["batch"])
    else:
        values = problem.noise.noise(x, draw)
    return {"values": sent(values[0])}


def noise_trace(request):
    return {"value": single(problem_of(request["problem"]).noise.trace(point(request["x"])))}


def schedule(request):
    fields = Schedule(request["schedule"])
    values = [*fields.at(request["k"]), fields.rescale(request["k"])]
    return dict(zip(("lr", "wd", "rescale"), sent(np.array(values))))


def spherical_sharpness(request):
    return {"value": single(sharpness(problem_of(request["problem"]), point(request["x"])))}


def observe(request):
    problem = problem_of(request["problem"])
    at = Moment(problem, None, {"x": point(request["x"])}, None, None, None, None)
    return {"values": sent(np.concatenate([OBSERVABLES[name](at)[0]
                                           for name in request["observables"]]))}


def step(request):
    problem, dynamics = problem_of(request["problem"]), Dynamics(request["dynamics"])
    lr, wd = real(request["lr"]), real(request["wd"])
    reason = lr_refusal(lr, wd)
    if reason:
        return {"end": reason}
    state = {name: point(part if isinstance(part, list) else [part])
             for name, part in request["state"].items()}
    draws = (draw_of(problem, dynamics.gaussian, values) for values in request["draws"])
    following = dynamics.step(problem, state, lr, wd, draws.__next__)
    reason = REASONS[refusals(problem, following)[0]]
    if reason:
        return {"end": reason}
    return {"state": {name: sent(part[0]) if isinstance(request["state"][name], list)
                      else single(part) for name, part in following.items()}}


def trajectories(experiment, first, last):
    """The rows and ends of trajectories first..last-1."""
    rows, ends = [], []
    for done in runs(experiment, problem_of(experiment["problem"]), first, last):
        # a trajectory has no row for a checkpoint that it does not reach
        numbers = sent(np.stack(done.rows, axis=1)) if done.rows else [[]] * len(done.end)
        rows += [numbers[i][:reached] for i, reached in enumerate(done.reached.tolist())]
        ends += done.end
    return rows, ends


def run(request):
    number = int(request["trajectory"])
    rows, ends = trajectories(request["experiment"], number, number + 1)
    return {"rows": rows[0], "end": ends[0]}


def ensemble(request):
    rows, ends = trajectories(request["experiment"], *map(int, request["trajectories"]))
    return {"rows": rows, "end": ends}


REQUESTS = {
    "hello": hello, "define": define, "raw": raw, "uniform": uniform, "normals": normals,
    "normals_from_raws": given_normals, "sum": canonical_sum, "dot": canonical_dot, "loss": loss,
    "gradient": gradient, "hessian_vector": hessian_vector, "noise": noise,
    "noise_trace": noise_trace, "schedule": schedule, "sharpness": spherical_sharpness,
    "observe": observe, "step": step, "run": run, "ensemble": ensemble,
}


def main():
    np.seterr(all="ignore")  # infinities and what is not a number are results like any other
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"unsupported": f"no request is called {request['do']!r}"}
        try:
            if request["do"] in REQUESTS:
                answer = REQUESTS[request["do"]](request)
        except Exception as error:  # the command outlives a request that it cannot answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps({"id": request["id"], **answer}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

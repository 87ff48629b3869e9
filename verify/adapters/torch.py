"""An implementation of docs/spec.md in PyTorch that answers the protocol of docs/conform.md.

Losses are tensors, gradients come from autograd and Hessian-vector products from its second
backward pass, so the order of evaluation is PyTorch's, not the specification's: it is judged at the
levels numbers and laws. Every x is a batch of rows, one for each trajectory, and so are the numbers
of a state (a column); a single request has one row.

    sidyn conform -- python3 verify/adapters/torch.py
    sidyn conform -- python3 verify/adapters/torch.py --precision binary32
"""

import argparse
import json
import math
import os
import struct
import sys

# This folder holds a torch.py and a numpy.py, which would be imported in place of the packages.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path = [path for path in sys.path if os.path.abspath(path) != HERE]
sys.path.insert(0, os.path.join(HERE, "pytorch"))
import torch

from dynamics import DYNAMICS, Dynamics, draw_size, gaussian_noise, noise, noise_trace
from dynamics import noisy_gradient
from ensembles import REASONS, Schedule, ensemble, lr_refusal, refusal, sharpness
from network import Network, next_batch
from problems import PROBLEMS, Unsupported, defined, dot, make_problem, real, rn32, scalar, tensor

torch.set_num_threads(1)
PROBLEMS["network"] = Network


# ---- requests ------------------------------------------------------------------------------------


def define(q):
    defined[q["name"]] = make_problem(q["problem"])
    return {}


def normals_from_raws(q):
    """In binary64 whatever the precision: of 53 bits binary32 would make u1 = 0."""
    uniform = torch.tensor([(int(raw) >> 11) * 2.0**-53 for raw in q["raws"]], dtype=torch.float64)
    u1, u2 = 1 - uniform[0::2], uniform[1::2]
    r = rn32((-2 * u1.log()).sqrt())
    turn = 2 * math.pi * u2
    pairs = torch.stack([r * rn32(turn.cos()), r * rn32(turn.sin())], -1)
    return {"values": pairs.flatten().to(torch.get_default_dtype()).tolist()}


def one_row(q):
    return make_problem(q["problem"]), tensor([q["x"]])


def loss(q):
    problem, x = one_row(q)
    return {"value": problem.loss(x).item()}


def gradient(q):
    problem, x = one_row(q)
    return {"values": problem.gradient(x)[0].tolist()}


def hessian_vector(q):
    problem, x = one_row(q)
    return {"values": problem.hessian_vector(x, tensor([q["v"]]))[0].tolist()}


def noise_of_draw(q):
    problem, x = one_row(q)
    draw = tensor([q["draw"]])
    if q["gaussian"]:
        value = gaussian_noise(problem, x, draw)
    elif problem.noise in ("samples", "epochs", "poisson"):
        value = noisy_gradient(problem, x, draw, q["batch"])
    else:
        value = noise(problem, x, draw)
    return {"values": value[0].tolist()}


def trace(q):
    return {"value": noise_trace(*one_row(q)).item()}


def column(function):
    return lambda problem, x: function(problem, x).unsqueeze(-1)


OBSERVABLES = {
    "norm2": lambda problem, x: dot(x, x),
    "loss": column(lambda problem, x: problem.loss(x)),
    "grad_norm2": column(lambda problem, x: (problem.gradient(x) ** 2).sum(-1)),
    "x": lambda problem, x: x,
    "test_loss": column(lambda problem, x: problem.test_loss(x)),
    "spherical_sharpness": column(sharpness),
    "layer_norm2": lambda problem, x: problem.layer_norm2(x),
    "accuracy": column(lambda problem, x: problem.accuracy(x)),
    "test_accuracy": column(lambda problem, x: problem.test_accuracy(x)),
    "test_classes": lambda problem, x: problem.test_classes(x),
}


def observe(q):
    values = [OBSERVABLES[name](*one_row(q))[0] for name in q["observables"]]
    return {"values": torch.cat(values).tolist()}


def schedule(q):
    return dict(zip(("lr", "wd", "rescale"), Schedule(q["schedule"]).at(q["k"])))


def step(q):
    problem, dynamics = make_problem(q["problem"]), Dynamics(q["dynamics"])
    state = {
        name: tensor([value] if isinstance(value, list) else [[value]])
        for name, value in q["state"].items()
    }
    size = draw_size(problem, dynamics.gaussian, dynamics.batch)
    order = {}
    draws = tensor(q["draws"]).reshape(1, dynamics.draws, size)
    lr, wd = scalar(q["lr"]), scalar(q["wd"])
    reason = lr_refusal(lr, wd)
    if problem.noise == "epochs":
        order, index = next_batch(problem, state, draws[:, 0], dynamics.batch)
        draws = index[:, None]
    if not reason:
        following = {**dynamics.step(problem, state, lr, wd, draws), **order}
        reason = REASONS[refusal(problem, following).item()]
    if reason:
        return {"end": reason}
    return {
        "state": {
            name: value[0].tolist() if isinstance(q["state"][name], list) else value.item()
            for name, value in following.items()
        }
    }


def trajectories(q):
    rows, ends = ensemble(q["experiment"], *(int(i) for i in q["trajectories"]))
    return {"rows": rows, "end": ends}


REQUESTS = {
    "define": define,
    "normals_from_raws": normals_from_raws,
    "sum": lambda q: {"value": tensor(q["a"]).sum().item()},
    "dot": lambda q: {"value": torch.dot(tensor(q["a"]), tensor(q["b"])).item()},
    "loss": loss,
    "gradient": gradient,
    "hessian_vector": hessian_vector,
    "noise": noise_of_draw,
    "noise_trace": trace,
    "schedule": schedule,
    "sharpness": lambda q: {"value": sharpness(*one_row(q)).item()},
    "observe": observe,
    "step": step,
    "ensemble": trajectories,
}


def hello(precision):
    return {
        "name": f"PyTorch {torch.__version__}",
        "precision": precision,
        "can": list(REQUESTS),
        "problems": list(PROBLEMS),
        "dynamics": list(DYNAMICS),
        "levels": ["numbers", "laws"],
    }


# ---- lines ---------------------------------------------------------------------------------------


def sendable(value):
    """JSON has no infinities and no NaN: these are bit patterns."""
    if isinstance(value, dict):
        return {name: sendable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [sendable(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return struct.pack(">d", value).hex()
    return value


def encode(answer):
    try:
        return json.dumps(answer, allow_nan=False)
    except ValueError:
        return json.dumps(sendable(answer), allow_nan=False)


def answer(q, precision):
    if q["do"] == "hello":
        return hello(precision)
    if q["do"] not in REQUESTS:
        return {"unsupported": q["do"]}
    try:
        return REQUESTS[q["do"]](q)
    except Unsupported as why:
        return {"unsupported": str(why)}
    except Exception as why:  # the kit shows it beside the request
        return {"error": f"{type(why).__name__}: {why}"}


def main():
    parser = argparse.ArgumentParser(description="Answers docs/conform.md with PyTorch.")
    parser.add_argument("--precision", choices=("binary64", "binary32"), default="binary64")
    precision = parser.parse_args().precision
    torch.set_default_dtype(torch.float64 if precision == "binary64" else torch.float32)
    for line in sys.stdin:
        q = json.loads(line)
        print(encode({"id": q["id"], **answer(q, precision)}), flush=True)


main()

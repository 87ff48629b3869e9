"""Every trajectory of fixtures/trajectories.json and fixtures/network_trajectories.json, bit for
bit: states and observables at each checkpoint, and the end with its row where it is early."""

import json

from script import MINUS_ZERO, integer, main, require, run_experiment


def cases_of(name):
    with open(f"fixtures/{name}.json", encoding="ascii") as fixtures:
        return json.load(fixtures, parse_int=integer)["cases"]


CASES, NETWORKS = cases_of("trajectories"), cases_of("network_trajectories")


def observables(case, dim):
    """The names of the columns of one row of the fixture."""
    problem = case["experiment"]["problem"]
    names = []
    for name in case["experiment"].get("observables", ["norm2", "loss"]):
        if name == "x":
            names += [f"x{j}" for j in range(dim)]
        elif name == "layer_norm2":
            names += [f"{name}_{k}" for k in range(len(problem["layers"]))]
        elif name == "test_classes":
            first, after = problem["data"]["test"]
            names += [f"{name}_{i}" for i in range(after - first)]
        else:
            names.append(name)
    return names


def with_state(experiment):
    """The same experiment with x among the observables."""
    names = experiment.get("observables", ["norm2", "loss"])
    return experiment if "x" in names else {**experiment, "observables": [*names, "x"]}


def check_row(case, row, step, end, expected):
    where = f"{case['id']}, step {step}"
    require(row["trajectory"] == str(case["trajectory"]) and row["step"] == str(step),
            f"{where}: {row}")
    require(row["end"] == end, f"{where}: ended by '{row['end']}'")
    dim = len(expected["x"])
    x = [row[f"x{j}"] for j in range(dim)]
    require(x == expected["x"], f"{where}: x is {x} instead of {expected['x']}")
    values = [row[name] for name in observables(case, dim)]
    require(values == expected["row"],
            f"{where}: observables are {values} instead of {expected['row']}")


def check_case(case):
    rows = run_experiment(with_state(case["experiment"]), int(case["trajectory"]))
    end = case["end"]
    if end["reason"] != "ok":
        check_row(case, rows.pop(), end["step"], end["reason"], case["last"])
    require(len(rows) == len(case["rows"]),
            f"{case['id']}: {len(rows)} rows instead of {len(case['rows'])}")
    for row, expected in zip(rows, case["rows"]):
        check_row(case, row, expected["step"], "", expected)


def check_group(kind, cases):
    def test():
        require(cases, "no case")
        for case in cases:
            check_case(case)

    test.__doc__ = f"{len(cases)} trajectories of {kind}"
    return test


KINDS = ["gd", "sgd", "svag", "noisy_gd", "sde", "sde2", "momentum", "adam_l2", "adamw",
         "projected_gd", "rmsprop", "quasi_rmsprop"]
GROUPS = {kind: [case for case in CASES if case["experiment"]["dynamics"]["kind"] == kind]
          for kind in KINDS}
GROUPS.update((f"{kind} of networks",
               [case for case in NETWORKS if case["experiment"]["dynamics"]["kind"] == kind])
              for kind in KINDS)


def test_all_are_checked():
    """every case belongs to a group, all ways of ending occur, and a number is written -0"""
    require(len(CASES) >= 671 and len(NETWORKS) >= 355, f"{len(CASES)}, {len(NETWORKS)} cases")
    require(sum(map(len, GROUPS.values())) == len(CASES) + len(NETWORKS), "a case without a group")
    require(sum(MINUS_ZERO in case["experiment"]["start"].get("x", []) for case in CASES) == 1,
            "no start with -0")
    for cases in (CASES, NETWORKS):
        reasons = {case["end"]["reason"] for case in cases}
        require(reasons == {"ok", "nonfinite", "origin", "lr", "intrinsic_lr"}, f"{reasons}")


main([test_all_are_checked] + [check_group(kind, cases) for kind, cases in GROUPS.items()])

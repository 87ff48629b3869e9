"""The command line with every backend: what info says,
the same report and the same ensembles from each, to the bit."""

import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from common import (BASES, BUILD, backends, case, experiment, finish, holds, output, path_of, read,
                    same, write)

DEEP = os.environ.get("SID_DEEP") == "1"
# Checks that run ensembles, and some that do not; everything in the deep tier.
FILTERS = ["*"] if DEEP else ["svag[1-4].*", "fm8.*", "il2.*", "X*"]
LANES = {"ref": 1, "avx2": 4, "avx512": 8, "avx512ifma": 8, "neon": 2}


def built():
    """The backends that the build has, in order."""
    with open(os.path.join(BUILD, "hosted.mk"), encoding="ascii") as file:
        return ["ref", *re.search(r"(?m)^SIMD := *(.*)$", file.read()).group(1).split()]


def listed(**options):
    """(name, lanes, state) of each line of info about a backend."""
    text = output("info", **options).decode()
    block = re.search(r"(?ms)^backends.*?(?=^\S(?!ackends))", text).group(0)
    return [re.fullmatch(r"(?:backends)? +(\w+): (\d+) lanes?, (.*)", line).groups()
            for line in block.splitlines()]


with case("info lists what was built, in order, with the lanes"):
    same([(name, int(lanes)) for name, lanes, _ in listed()],
         [(name, LANES[name]) for name in built()], "backends")
with case(
    "info says of each that it is usable or what is missing; the last usable one is used, and why"
):
    states = {name: state for name, _, state in listed()}
    usable = [name for name, state in states.items() if state.startswith("usable")]
    same(usable, backends(), "usable")
    for name, state in states.items():
        if name == usable[-1]:
            same(state, "usable, used: the fastest this machine can run", name)
        elif name in usable:
            same(state, "usable", name)
        else:
            holds(re.match(r"the (operating system|processor) ", state), f"{name}: {state}")
with case("info says which one was chosen by name"):
    for name in backends():
        states = {other: state
                  for other, _, state in listed(env=os.environ | {"SID_BACKEND": name})}
        same([other for other, state in states.items() if "used" in state], [name], "used")
        same(states[name], "usable, used: chosen by name", name)
with case("info names the version of SLEEF, or says that it is not used"):
    line = re.search(r"(?m)^SLEEF +(.*)$", output("info").decode()).group(1)
    holds(re.fullmatch(r"\d+\.\d+\.\d+|not used", line), line)


def table(pattern, name):
    """The table of verify without its times and the name of the backend,
    and the JSON report without those."""
    report = path_of(f"{name}.json")
    text = output("verify", "--filter", pattern, "--backend", name, "--json", report,
                  timeout=3600).decode()
    holds(f", backend {name}, " in text, f"the table does not name {name}")
    text = re.sub(r"(?m) +\d+\.\d\ds  (pass|inconclusive|FAIL)\b", r" \1", text)
    text = re.sub(r"(?m)^(tier \w+), backend \w+, \d+\.\d s$", r"\1", text)
    document = json.loads(read(report))
    same(document.pop("backend"), name, "backend in the report")
    document.pop("seconds")
    for check in document["checks"]:
        check.pop("seconds")
    return text, json.dumps(document, sort_keys=True)


for pattern in FILTERS:
    with case(f"verify --filter '{pattern}': the same table and report from every backend, "
              "apart from times and names"):
        expected, expected_report = table(pattern, "ref")
        holds(len(expected.splitlines()) > 5, expected)
        for name in backends()[1:]:
            text, report = table(pattern, name)
            for line, other in zip(text.splitlines(), expected.splitlines()):
                same(line, other, name)
            same(text, expected, name)
            same(report == expected_report, True, f"report of {name} is that of ref")

with case("run: the same rows from every backend for 1 to 3 blocks and one trajectory more, "
          "by 1 to 3 threads"):
    for kind, base in BASES.items():
        file = write("ensemble.json", experiment(base, seed=str(2**64 - 5)))
        for name in backends():
            for count in (1, LANES[name] - 1 or 2, LANES[name], LANES[name] + 1,
                          3 * LANES[name] + 1):
                arguments = ["run", file, "--format", "bits", "--trajectories", f"7:{7 + count}"]
                expected = output(*arguments, "--backend", "ref", "--jobs", 1)
                for jobs in (1, 3):
                    same(output(*arguments, "--backend", name, "--jobs", jobs), expected,
                         f"{kind}, {name}, {count} trajectories")
with case("run: the last trajectories that have a number"):
    for base in (BASES["rayleigh"], BASES["linear"]):
        file = write("last.json", base)
        arguments = ["run", file, "--format", "bits", "--trajectories", f"{2**64 - 12}:{2**64 - 1}"]
        expected = output(*arguments, "--backend", "ref")
        for name in backends()[1:]:
            same(output(*arguments, "--backend", name), expected, name)

finish()

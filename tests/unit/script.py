"""What the Python tests share: TAP, the executable, bit patterns, experiments."""

import json
import os
import shlex
import struct
import subprocess
import sys
import tempfile
import traceback

B = os.environ.get("B", "build/gcc-O2")
SIDYN = shlex.split(os.environ.get("EXEC_WRAPPER", "")) + [os.path.join(B, "sidyn")]


def sidyn(*arguments):
    """The standard output of a run that must succeed."""
    done = subprocess.run(SIDYN + list(arguments), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(
            f"sidyn {' '.join(arguments)}: exit status {done.returncode}: {done.stderr.strip()}"
        )
    return done.stdout


def from_bits(digits):
    return struct.unpack(">d", bytes.fromhex(digits))[0]


def to_bits(value):
    return struct.pack(">d", value).hex()


# Stands for a number that is written -0, which json would read and write as 0.
MINUS_ZERO = "the number -0"


def integer(digits):
    """The parse_int of json that keeps it."""
    return MINUS_ZERO if digits == "-0" else int(digits)


def run_experiment(experiment, trajectory=0):
    """The rows of `sidyn run` by the reference: one dictionary a line;
    observables are bit patterns."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(json.dumps(experiment).replace(f'"{MINUS_ZERO}"', "-0"))
        file.flush()
        trajectories = f"{trajectory}:{trajectory + 1}"
        options = ["--trajectories", trajectories, "--backend", "ref", "--jobs", "1", "--format",
                   "bits"]
        lines = sidyn("run", file.name, *options).splitlines()
    names = lines[0].split(",")
    return [dict(zip(names, line.split(","), strict=True)) for line in lines[1:]]


def require(condition, message):
    if not condition:
        raise AssertionError(message)


def main(tests):
    """Runs functions without arguments as TAP;
    the name of a test is the first line of its docstring."""
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        good = True
        try:
            test()
        except Exception:  # an error of any kind is a failure of this test alone
            good = False
            print("# " + traceback.format_exc().replace("\n", "\n# "))
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {test.__doc__.splitlines()[0]}", flush=True)
    sys.exit(1 if failed else 0)

"""The adapters of verify/adapters/ that need more than make deps installs, each judged at the
levels that it claims. A program that is missing is a failure. TAP."""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from common import ROOT, case, command, finish, holds, same

PYTHON = os.environ.get("PYTHON", sys.executable)
ADAPTERS = os.path.join(ROOT, "verify", "adapters")


def adapter(name):
    return os.path.join(ADAPTERS, name)


# name: the command, and what must have been judged.
COMMANDS = {
    "PyTorch, binary64": ([PYTHON, adapter("torch.py")],
                          ["numbers.gradient.*", "numbers.step.*", "numbers.trajectory.*",
                           "laws.mean.*", "laws.independence.*"]),
    "PyTorch, binary32": ([PYTHON, adapter("torch.py"), "--precision", "binary32"],
                          ["numbers.gradient.*", "numbers.step.*", "numbers.trajectory.*"]),
    "Octave": (["octave-cli", "--norc", "--quiet", adapter("octave.m")],
               ["numbers.gradient.*", "numbers.step.*", "laws.mean.*"]),
    "R": (["Rscript", adapter("r.R")], ["numbers.gradient.*", "numbers.step.*", "laws.mean.*"]),
    "Node.js": (["node", adapter("node.mjs")],
                ["bits.run.*", "bits.step.*", "bits.sharpness.*", "numbers.step.*",
                 "laws.mean.*"]),
}


def main():
    for name, (tested, required) in COMMANDS.items():
        with case(f"{name} passes at every level that it claims"):
            options = [word for pattern in required for word in ("--require", pattern)]
            done = subprocess.run(command("conform", *options, "--", *tested), check=False,
                                  stdout=subprocess.PIPE, text=True, timeout=550)
            last = done.stdout.rstrip("\n").split("\n")[-1]
            print(f"# {name}: {last}")
            for line in done.stdout.split("\n"):
                if re.match(r"numbers\.(step|trajectory)|numbers: ", line):
                    print(f"# {line}")
            same(done.returncode, 0, done.stdout[-1500:])
            sums = re.fullmatch(r"(\d+) judged, \d+ unsupported: (\d+) passed, 0 failed", last)
            holds(sums and sums[1] == sums[2] and int(sums[1]) > 300, last)
    with case("PyTorch's float32 has its worst error and its horizon told"):
        tested = COMMANDS["PyTorch, binary32"][0]
        done = subprocess.run(
            command("conform", "--level", "numbers", "--only", "numbers.trajectory.*", "--",
                    *tested), check=True, stdout=subprocess.PIPE, text=True, timeout=550)
        holds(re.search(r"(?m)^numbers: binary32, worst: \S+, .*times what rounding explains$",
                        done.stdout), done.stdout)
        holds(re.search(r"(?m)^numbers: horizon of \d+ trajectories: ", done.stdout), done.stdout)
    finish()


main()

"""The adapters of verify/adapters/ that need more than make deps installs, each judged at the
levels that it claims. A program that is missing is a failure. TAP."""

import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from common import ROOT, case, conform_passes, finish, holds

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
            text = conform_passes(tested, required, least=300)
            for line in re.findall(r"(?m)^numbers(?:\.step|\.trajectory|: ).*$", text):
                print(f"# {line}")
    with case("PyTorch's float32 has its worst error and its horizon told"):
        text = conform_passes(COMMANDS["PyTorch, binary32"][0], ["numbers.trajectory.*"],
                              ["--level", "numbers", "--only", "numbers.trajectory.*"])
        holds(re.search(r"(?m)^numbers: binary32, worst: \S+, .*times what rounding explains$",
                        text), text)
        holds(re.search(r"(?m)^numbers: horizon of \d+ trajectories: ", text), text)
    finish()


main()

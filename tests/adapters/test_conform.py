"""The adapters that need no more than make deps installs, judged by sidyn conform: the quick
selection of every level. The C adapter with random numbers of its own too."""

import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from common import BUILD, ROOT, case, conform_passes, finish, holds, path_of

PYTHON = os.environ.get("PYTHON", sys.executable)
ADAPTERS = os.path.join(ROOT, "verify", "adapters")
C = os.path.join(BUILD, "adapters", "c")
ALL = ["bits.run.*", "bits.step.*", "numbers.step.*", "numbers.trajectory.*", "laws.mean.*",
       "laws.independence.*"]
# name: the command, what must have been judged, the least number of cases.
COMMANDS = {
    "NumPy": ([PYTHON, "-B", os.path.join(ADAPTERS, "numpy.py")], ALL, 1200),
    "C": ([C], ALL, 1200),
    "C with a generator of its own": ([C, "--generator", "foreign"], ALL, 1200),
    "minimal": ([PYTHON, "-B", os.path.join(ADAPTERS, "minimal.py")],
                ["bits.run.*", "bits.step.*", "bits.raw.*"], 100),
}


def main():
    for name, (tested, required, least) in COMMANDS.items():
        with case(f"{name} passes at every level that it claims"):
            report = path_of("report")
            conform_passes(tested, required, ["--json", report], least=least)
            with open(report, encoding="utf-8") as file:
                unsupported = [one["id"] for one in json.load(file)["cases"]
                               if one["verdict"] == "unsupported"]
            if name.startswith("C"):  # knows all but networks
                holds(any(".network" in which for which in unsupported), "networks")
                unsupported = [which for which in unsupported if ".network" not in which]
            holds(name == "minimal" or not unsupported, f"unsupported: {unsupported[:5]}")
    finish()


main()

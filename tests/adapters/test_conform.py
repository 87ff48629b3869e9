"""The adapters that need no more than make deps installs, judged by sidyn conform: the quick
selection of every level. The C adapter with random numbers of its own too."""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from common import BUILD, ROOT, case, command, finish, holds, same

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
            options = [word for pattern in required for word in ("--require", pattern)]
            done = subprocess.run(command("conform", *options, "--", *tested), check=False,
                                  stdout=subprocess.PIPE, text=True, timeout=200)
            last = done.stdout.rstrip("\n").split("\n")[-1]
            print(f"# {name}: {last}")
            same(done.returncode, 0, done.stdout[-1500:])
            sums = re.fullmatch(r"(\d+) judged, (\d+) unsupported: (\d+) passed, 0 failed", last)
            holds(sums and sums[1] == sums[3] and int(sums[1]) >= least, last)
            holds(name == "minimal" or sums[2] == "0", f"unsupported: {last}")
    finish()


main()

"""The NumPy adapter at every level in full: at least 3000 cases of the level bits within 60 s, all
levels within 5 minutes, on two idle cores."""

import os
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from common import ROOT, case, command, finish, holds, same

NUMPY = [os.environ.get("PYTHON", sys.executable), "-B",
         os.path.join(ROOT, "verify", "adapters", "numpy.py")]


def main():
    for level, least, seconds in (("bits", 3000, 60), ("all", 5000, 300)):
        with case(f"NumPy, --level {level}: {least} cases in {seconds} s"):
            before = time.monotonic()
            done = subprocess.run(command("conform", "--level", level, "--", *NUMPY), check=False,
                                  stdout=subprocess.PIPE, text=True, timeout=590)
            took = time.monotonic() - before
            last = done.stdout.rstrip("\n").split("\n")[-1]
            print(f"# {took:.1f} s: {last}")
            same(done.returncode, 0, done.stdout[-1500:])
            sums = re.fullmatch(r"(\d+) judged, 0 unsupported: (\d+) passed, 0 failed", last)
            holds(sums and sums[1] == sums[2] and int(sums[1]) >= least, last)
            holds(took <= seconds, f"{took:.1f} s")
    finish()


main()

"""The NumPy adapter at every level in full: at least 3000 cases of the level bits within 60 s, all
levels within 5 minutes, on two idle cores."""

import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from common import ROOT, case, conform_passes, conform_sum, finish, holds, same

NUMPY = [os.environ.get("PYTHON", sys.executable), "-B",
         os.path.join(ROOT, "verify", "adapters", "numpy.py")]


def main():
    for level, least, seconds in (("bits", 3000, 60), ("all", 5000, 300)):
        with case(f"NumPy, --level {level}: {least} cases in {seconds} s"):
            before = time.monotonic()
            text = conform_passes(NUMPY, options=["--level", level], least=least)
            took = time.monotonic() - before
            print(f"# {took:.1f} s")
            same(conform_sum(text)[1], 0, "unsupported")
            holds(took <= seconds, f"{took:.1f} s")
    finish()


main()

"""README's sample of the table is what `sidyn verify` prints, times aside, and its sum is right."""

import os
import re
import sys

sys.dont_write_bytecode = True
from common import ROOT, case, finish, holds, output, read, same

TEXT = read(os.path.join(ROOT, "README.md")).decode()
SAMPLE = re.search(r"^    \$ make verify\n((?:    .*\n)+)", TEXT, re.M).group(1)
LINES = [line[4:] for line in SAMPLE.splitlines()]


def timeless(line):
    return re.sub(r" *\d+\.\d\ds  ", "  ", line)


with case("the sample has a head, some checks and the sum"):
    holds(len(LINES) >= 6 and LINES[0].startswith("check ") and LINES[-4] == "...", f"{LINES}")
for line in LINES[1:-4]:
    name = line.split()[0]
    with case(f"the line of {name}"):
        table = output("verify", "--filter", name).decode().splitlines()
        same(timeless(table[1]), timeless(line), "line")
        same(table[0], LINES[0], "head")
with case("the lines behind the table"):
    same([line.split(None, 3)[-1] if line.startswith("next:") else line for line in LINES[-3:-1]],
         [line.split(None, 3)[-1] if line.startswith("next:") else line for line in
          output("verify", "--filter", "X1.powers-of-two").decode().splitlines()[-3:-1]], "lines")
with case("the sum counts the checks of the quick tier"):
    listed = output("verify", "--list").decode().splitlines()
    quick = sum(line.split()[1] == "quick" for line in listed)
    same(LINES[-1], f"{quick} passed, 0 failed", "sum")
finish()

"""What every trajectory leaves, however it ends (leftovers.c): the same whatever memory held
before, and by every backend. make sanitize runs all of its cases, with gcc and clang, under
valgrind and the memory sanitizer; here it is one case in EVERY."""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../cli")]

from common import build, case, command, finish, holds, same
import differential

EVERY = 9
FAULT = ("ref/run.c", "for (size_t j = problem->dim; j < total; j++) x[j] = 0.0;", "(void)total;")
SOURCE = os.path.join(HERE, "leftovers.c")


def run(program, fill):
    result = subprocess.run(command(fill, EVERY, program=program), check=False,
                            capture_output=True, text=True)
    return result.returncode, result.stdout, result.stderr


program = build("leftovers", [SOURCE])
status, first, errors = run(program, "00")
with case("every end of every dynamics on every problem: no backend differs, no stray write"):
    same((status, errors), (0, ""), f"status and errors of {first[-300:]!r}")
    cases = re.search(r"^(\d+) cases, 0 faults$", first, re.M)
    holds(cases and int(cases.group(1)) > 1500, first[-300:])
for fill in ("a5", "ff", "none"):
    with case(f"the same where memory held {fill}"):
        same(run(program, fill), (0, first, ""), "output")
with case("a fault is seen: a refused start leaves what memory held"):
    copy = os.path.join(differential.faulty_copy(*FAULT), "ref/run.c")
    faulty = build("faulty", [SOURCE, copy])
    holds(run(faulty, "00")[1] != run(faulty, "a5")[1], "no difference")

finish()

"""README's commands run as pasted in a fresh clone; its sample of the table is what `sidyn verify`
prints, times aside, and its sum is right; other samples are what is printed, too."""

import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from blocks import commands
from common import ROOT, SIDYN, TMP, case, finish, holds, output, read, same

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

# ---- versions ----

with case("docs/compatibility.md, CHANGELOG and CITATION have the numbers of today"):
    version = output("--version").decode().split()[1]
    short = version.rpartition(".")[0]
    table = read(os.path.join(ROOT, "docs/compatibility.md")).decode()
    spec = re.search(r"SID_SPECIFICATION (\d+)", read(os.path.join(ROOT, "ref/sidyn.h")).decode())
    for number in (f"`SID_SPECIFICATION` ({spec[1]})", f"version {version}",
                   f"`libsidyn.so.{short}`", f"`SIDYN_{short}`", f"find_package(sidyn {short})"):
        holds(number in table, number)
    for schema in ("experiment", "report", "compare", "conform_report", "law"):
        name = re.search(r'"const": "(sidyn-[a-z]+-\d+)"', read(
            os.path.join(ROOT, f"fixtures/schema/{schema}.schema.json")).decode())[1]
        holds(f"`{name}`" in table, name)
    changes = read(os.path.join(ROOT, "CHANGELOG.md")).decode()
    dated = re.search(r"(?m)^## \[(\S+)\] - (\d{4}-\d\d-\d\d)$", changes)
    citation = read(os.path.join(ROOT, "CITATION.cff")).decode()
    same(dated[1], version, "CHANGELOG")
    holds(f"version: {version}\ndate-released: {dated[2]}\n" in citation, "CITATION.cff")

# ---- commands ----

# A clone, built: its folders, and what the commands write.
CLONE = os.path.join(TMP, "clone")
os.makedirs(os.path.join(CLONE, "build"))
shutil.copy(SIDYN, os.path.join(CLONE, "build/sidyn"))
for name in ("ci", "docs", "fixtures", "Makefile", "ref", "simd", "tests", "verify"):
    os.symlink(os.path.join(ROOT, name), os.path.join(CLONE, name))
# Debian's Python with its NumPy is the first one, as it is on Debian.
os.mkdir(os.path.join(TMP, "bin"))
os.symlink(sys.executable, os.path.join(TMP, "bin/python3"))
ENVIRONMENT = {**os.environ, "PATH": f"{TMP}/bin:{os.environ['PATH']}"}
COMMANDS = re.findall(r"(?m)^    (?:\$ )?((?:build/sidyn|make) .*)$", TEXT)
STATUS = {"build/sidyn conform --only '*.step.*'": 1}  # judges a simulation that is wrong


def fast(command):
    """A million trajectories are a thousand here; what takes minutes is only looked up."""
    return command.replace("0:1000000", "0:1000")


# What `make deps` fetches may not be there.
DIGITS = os.path.join(ROOT, "data/digits.csv.gz")
if os.path.exists(DIGITS):
    os.symlink(os.path.dirname(DIGITS), os.path.join(CLONE, "data"))
else:
    COMMANDS = [command for command in COMMANDS if "digits.csv.gz" not in command]
with case("there are commands"):
    holds(len(COMMANDS) >= 15, f"{COMMANDS}")
for command in COMMANDS:
    command = command.split("  #")[0].rstrip()
    with case(f"README: {command}"):
        words = ["make", "-n", *command.split()[1:]] if command.startswith("make") else None
        done = subprocess.run(words or ["bash", "-c", fast(command)], cwd=CLONE, check=False,
                              env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=300)
        status = next((code for start, code in STATUS.items() if command.startswith(start)), 0)
        same(done.returncode, status, f"status; {done.stderr[-500:]}")
        holds(done.stdout or ">" in command or "--out" in command, "nothing printed")
for command, sample in commands(TEXT):
    if not command.startswith("make "):
        with case(f"what stands below: {command}"):
            done = subprocess.run(["bash", "-c", command], cwd=CLONE, check=False, env=ENVIRONMENT,
                                  stdout=subprocess.PIPE, timeout=300)
            # '...' stands for lines that are left out, or for the rest of a line
            pattern = re.escape(sample.replace("\n...\n", "\0")).replace("\0", r"\n(?:.*\n)*")
            holds(re.match(pattern.replace(r"\.\.\.\)", ".*"), done.stdout.decode()),
                  done.stdout.decode())
finish()

"""Every document with a block of commands or of code has a test that runs it; those of
docs/conform.md and docs/laws.md run here, in a folder with the files that they name."""

import glob
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from common import ROOT, SIDYN, TMP, case, finish, holds, output, read, same, write

COVERED = {
    "README.md": "tests/cli/test_readme.py",
    "docs/api.md": "tests/build/test_docs.sh",
    "docs/ci.md": "tests/build/test_ci.sh",
    "docs/clusters.md": "tests/mpi/clusters.py",
    "docs/conform.md": "tests/cli/test_blocks.py",
    "docs/laws.md": "tests/cli/test_blocks.py",
    "docs/output.md": "tests/readers/readers.py",
    "docs/porting.md": "tests/cross/test_porting.sh",
}
BLOCK = re.compile(r"(?m)^```|^ {4,7}(?:\$ )?(?:build/|(?:sidyn|make|cc|python3|cmake) )")


def names():
    """Documents of people who use sidyn, but for the examples (test_examples.py)."""
    found = [os.path.join(ROOT, "README.md")]
    found += glob.glob(os.path.join(ROOT, "docs/*.md"))
    found += glob.glob(os.path.join(ROOT, "docs/callers/*.md"))
    found += glob.glob(os.path.join(ROOT, "docs/figures/*.md"))
    return sorted(os.path.relpath(path, ROOT) for path in found)


with case("documents with blocks are those that a test reads"):
    same([name for name in names() if BLOCK.search(read(os.path.join(ROOT, name)).decode())],
         sorted(COVERED), "documents")
    for name, test in COVERED.items():
        holds(os.path.basename(name) in read(os.path.join(ROOT, test)).decode(),
              f"{test} does not name {name}")

# ---- docs/conform.md, docs/laws.md ----

FOLDER = os.path.join(TMP, "folder")
os.makedirs(os.path.join(FOLDER, "bin"))
for link, target in (("bin/sidyn", SIDYN), ("bin/python3", sys.executable)):
    os.symlink(target, os.path.join(FOLDER, link))
for name in ("experiment.json", "EXPERIMENT.json"):
    write(os.path.join(FOLDER, name),
          read(os.path.join(ROOT, "docs/examples/board/experiment.json")).decode())
write(os.path.join(FOLDER, "theirs.csv"),
      output("run", os.path.join(FOLDER, "experiment.json"), "--trajectories", "0:2000").decode())
SIMULATION = os.path.join(FOLDER, "my-simulation")
write(SIMULATION, f"#!/bin/sh\nexec python3 -B '{ROOT}/verify/adapters/minimal.py'\n")
os.chmod(SIMULATION, 0o755)
# What a command prints, and what is added so that it takes seconds.
SAYS = {
    "sidyn conform -- python3": (r".* 0 unsupported: [1-9]\d* passed, 0 failed$",
                                "--only *.gradient.*"),
    "sidyn conform --level": (r".*[1-9]\d* passed, 0 failed$", ""),
    "sidyn compare experiment.json theirs.csv": (r"12000 compared, 0 deviate$", ""),
    "sidyn compare experiment.json theirs.csv --ensemble": (r"pass$", ""),
    "sidyn law EXPERIMENT.json": (r"norm2  .*noise-norm2: svag", ""),
    "sidyn law --list": (r"\| noise-norm2 \| norm2 \|", ""),
    "sidyn run EXPERIMENT.json": (r"trajectory,step,end,norm2,loss,law_norm2", ""),
}
seen = set()
for name in ("docs/conform.md", "docs/laws.md"):
    for line in re.findall(r"(?m)^ {4}(sidyn .*)$", read(os.path.join(ROOT, name)).decode()):
        command = re.sub(r" +#.*", "", line).replace("[--json FILE]", "--json law.json")
        start = max((key for key in SAYS if command.startswith(key)), key=len, default="")
        with case(f"{name}: {command}"):
            wanted, more = SAYS[start]
            seen.add(start)
            words = command.replace("sidyn conform ", f"sidyn conform {more} ").replace(
                " verify/", f" {ROOT}/verify/")
            done = subprocess.run(["sh", "-fc", words], cwd=FOLDER, check=False, timeout=300,
                                  env={**os.environ, "PATH": f"{FOLDER}/bin:{os.environ['PATH']}"},
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            same((done.returncode, done.stderr), (0, b""), "status and stderr")
            holds(re.search(f"(?m)^{wanted}", done.stdout.decode()), done.stdout[-300:])
with case("each of these commands is in a document"):
    same(sorted(seen), sorted(SAYS), "commands")
finish()

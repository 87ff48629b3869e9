"""docs/examples: each command of each README prints what stands below it, byte for byte, and
`sidyn example` has the same files. With UPDATE=1 the outputs in the READMEs are written anew."""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from blocks import commands
from common import ROOT, SIDYN, TMP, case, finish, holds, output, read, refused, same, sidyn

FOLDER = os.path.join(ROOT, "docs/examples")
NAMES = sorted(os.listdir(FOLDER))
# As a user has it: sidyn and Python in the path.
os.mkdir(os.path.join(TMP, "bin"))
for link, target in (("sidyn", SIDYN), ("python3", sys.executable)):
    os.symlink(target, os.path.join(TMP, "bin", link))
# Where `make deps-cross` has installed what they need: tests/boards/example.py.
CROSS = ("cmake ", "qemu-system-arm ")
ENVIRONMENT = {**os.environ, "PATH": f"{TMP}/bin:{os.environ['PATH']}", "LC_ALL": "C"}


def printed(command, folder):
    return subprocess.run(["bash", "-c", command], cwd=folder, env=ENVIRONMENT, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)


def updated(text, folder):
    """A README with outputs as they are now."""
    for command, old in commands(text):
        if command.startswith(CROSS):
            continue
        now = "".join(f"    {line}\n" for line in printed(command, folder).stdout.decode()
                      .splitlines())
        before = "".join(f"    {line}\n" for line in old.splitlines())
        text = text.replace(f"    $ {command}\n{before}", f"    $ {command}\n{now}", 1)
    return text


for name in NAMES:
    folder = os.path.join(FOLDER, name)
    readme = os.path.join(folder, "README.md")
    text = read(readme).decode()
    if os.environ.get("UPDATE"):
        text = updated(text, folder)
        with open(readme, "w", encoding="ascii") as file:
            file.write(text)
    with case(f"{name}: has commands, says which paper or document, and how long it takes"):
        holds(commands(text), "no command")
        holds(re.search(r"\b[Pp]aper (fm|il|nrq|svag|eos)\b|docs/(conform|porting)\.md", text),
              "no paper")
        holds(re.search(r"[Ss]econds?\.", text), "no time")
        prose = [line for line in text.splitlines() if line and not line.startswith("    ")]
        holds(len(prose) <= 10, f"{len(prose)} lines of prose")
    for command, wanted in commands(text):
        if command.startswith(CROSS):
            continue
        with case(f"{name}: {command}"):
            done = printed(command, folder)
            same((done.returncode, done.stderr), (0, b""), "status and stderr")
            holds(wanted, "nothing stands below it")
            same(done.stdout.decode(), wanted, "output")
    with case(f"{name}: every file is used or is what a command reads"):
        used = " ".join(command for command, _ in commands(text))
        if name == "board":  # what CMakeLists.txt names
            used += read(os.path.join(folder, "CMakeLists.txt")).decode() + "CMakeLists.txt board.h"
        for file in os.listdir(folder):
            stem = re.sub(r"\d+\.json$", "", file)
            holds(file == "README.md" or stem in used, f"{file} is used by no command")

# ---- the same, compiled in ----

with case("sidyn example lists the examples with their titles"):
    listed = dict(line.split(None, 1) for line in output("example").decode().splitlines())
    same(sorted(listed), NAMES, "names")
    for name, title in listed.items():
        same(f"# {title}", read(os.path.join(FOLDER, name, "README.md")).decode().split("\n")[0],
             name)
for name in NAMES:
    with case(f"sidyn example {name} prints its files"):
        wanted = read(os.path.join(FOLDER, name, "README.md"))
        same(output("example", name, "README.md"), wanted, "README.md")
        shown = output("example", name)
        holds(shown.startswith(wanted), "the README comes first")
        for file in sorted(os.listdir(os.path.join(FOLDER, name))):
            same(output("example", name, file), read(os.path.join(FOLDER, name, file)), file)
            holds(file == "README.md" or f"sidyn example {name} {file} > {file}\n".encode()
                  in shown, f"{file} is not named")
for arguments, *says in (
    (["example", "walk"], "example: walk: no such example; `sidyn example` lists them"),
    (["example", "chaos", "c.json"], "example: chaos has no c.json; allowed: README.md, a.json"),
    (["example", "chaos", "a.json", "b.json"], "example: b.json: allowed: NAME and FILE"),
):
    with case("refused: sidyn " + " ".join(arguments)):
        refused(sidyn(*arguments), *says)
finish()

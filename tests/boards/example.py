"""docs/examples/board: the commands of its README that build and run the image, and what stands
below them; then as a component of another project. Prints one line of the table of run.sh."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
FOLDER = os.path.join(ROOT, "docs/examples/board")
sys.path.insert(0, os.path.join(ROOT, "tests/cli"))
sys.dont_write_bytecode = True
from blocks import commands

COMPONENT = """cmake_minimum_required(VERSION 3.19)
project(other LANGUAGES C)
add_subdirectory(board)
add_executable(other other.c)
target_link_libraries(other sidyn::sidyn)
"""
OTHER = "#include <sidyn.h>\nint main(void) { return sid_selfcheck() != 0; }\n"


def run(command, folder):
    """What a command prints; an error with the end of what it said if it fails."""
    done = subprocess.run(["sh", "-c", command], cwd=folder, check=False, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=300)
    if done.returncode or done.stderr:
        said = " ".join(done.stderr.decode().split())[-300:]
        raise OSError(f"{command.split()[0]}: status {done.returncode}: {said}")
    return done.stdout.decode()


def judge(top):
    """Runs all of it below the folder `top`."""
    board = os.path.join(top, "docs/examples/board")
    shutil.copytree(FOLDER, board)
    single = os.path.join(top, "build/amalgamation")
    run(f"'{sys.executable}' -B ci/amalgamate.py '{single}'", ROOT)
    with open(os.path.join(board, "README.md"), encoding="ascii") as file:
        blocks = commands(file.read())
    for command, wanted in blocks[1:]:  # the first is that of the computer: tests/cli
        printed = run(command, board)
        if printed != wanted:
            raise ValueError(f"{command.split()[0]} prints {printed!r:.200}")
    if blocks[0][1] != blocks[-1][1]:
        raise ValueError("README: the board and the computer differ")
    for name, text in (("CMakeLists.txt", COMPONENT), ("other.c", OTHER)):
        with open(os.path.join(top, name), "w", encoding="ascii") as file:
            file.write(text)
    shutil.rmtree(os.path.join(board, "build"))
    os.symlink(board, os.path.join(top, "board"))
    run(f"cmake -S . -B other -DSIDYN_DIR='{single}' && cmake --build other && other/other", top)


def main():
    started, verdict = time.time(), "ok"
    with tempfile.TemporaryDirectory(prefix="sidyn-board.") as top:
        try:
            judge(top)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            verdict = re.sub(r"[|\s]+", " ", str(error))
    print(f"example|single|-|-|-|-|{time.time() - started:.0f}|{verdict}")
    return verdict != "ok"


sys.exit(main())

"""The shape of the text: lines of at most 100 columns, files of at most 500 lines, C in the form of
clang-format."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "unit"))
from script import main, require

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COLUMNS, LINES = 100, 500
TAB = 2  # a recipe of make begins with a tab, which is shown as an indentation

# Files whose lines are not ours to break.
GENERATED = re.compile(
    r"fixtures/(?:closed_forms|requests)\.h|ref/normal_tables\.h|tests/boards/known_answers\.h"
    r"|fixtures/[a-z0-9_]+\.json|fixtures/SHA256SUMS"
)
EXEMPT = [
    (GENERATED, "written by a program; what it writes is data"),
    (re.compile(r"docs/figures/.*\.svg"), "drawn by a program"),
    (re.compile(r"fixtures/schema/.*\.json"), "one line a rule; JSON has no strings in two lines"),
]
# Kinds of lines of Markdown that cannot be broken without a change of what they mean or quote.
TABLE = re.compile(r" *\|")
HEADING = re.compile(r"#+ ")
LINK = re.compile(r" *(?:[-*] )?(?:\S*\]\(\S+\)\S*|<?https?://\S+)")
SHORT = re.compile(r"(?:ref|simd|verify)/.*")  # what may not have more than 500 lines


def tracked(root):
    """The files of the project, by git or, in a copy without it, by a walk outside of builds."""
    if os.path.exists(os.path.join(root, ".git")):
        listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True,
                                text=True, check=False)
        if listed.returncode == 0 and listed.stdout:
            names = listed.stdout.rstrip("\0").split("\0")
            return [name for name in names if os.path.isfile(os.path.join(root, name))]
    found = []
    for folder, folders, names in os.walk(root):
        at = os.path.relpath(folder, root)
        folders[:] = [name for name in folders if name not in (".git", "__pycache__")
                      and not (at == "." and name.startswith("build"))]
        found += [os.path.normpath(os.path.join(at, name)) for name in names]
    return found


def text_of(root, path):
    """The text of a file, None where it has none."""
    with open(os.path.join(root, path), "rb") as file:
        content = file.read()
    if b"\0" in content:
        return None
    return content.decode()


def quoted(lines):
    """For each line of Markdown whether it is of a block that quotes output or commands."""
    result, fence, code, blank = [], None, False, True
    for line in lines:
        bare = line.strip()
        if bare.startswith("```"):
            fence = bare[3:] or "text" if fence is None else None
            result.append(False)
        elif fence is not None:
            result.append(fence in ("output", "text"))  # a program in a fence is code
        else:
            code = line.startswith("    ") and (code or blank) if bare else code
            result.append(code)
        blank = not bare
    return result


def overlong(path, text):
    """The numbers of the lines that are too long."""
    if any(pattern.fullmatch(path) for pattern, _ in EXEMPT):
        return []
    lines = text.split("\n")
    numbers = [number for number, line in enumerate(lines, 1)
               if len(line.expandtabs(TAB)) > COLUMNS]
    if path.endswith(".md") and numbers:
        block = quoted(lines)
        numbers = [number for number in numbers if not block[number - 1] and not any(
            kind.match(lines[number - 1]) for kind in (TABLE, HEADING)
        ) and not LINK.fullmatch(lines[number - 1])]
    return numbers


def endless(path, text):
    """The number of lines of a file that has too many, else 0."""
    count = text.count("\n")
    return count if count > LINES and SHORT.match(path) and not GENERATED.fullmatch(path) else 0


def complaints(root, judge):
    """What a judge says of the files below root, one line each."""
    found = []
    for path in sorted(tracked(root)):
        text = text_of(root, path)
        if text is None:
            continue
        verdict = judge(path, text)
        for number in verdict if isinstance(verdict, list) else [verdict] if verdict else []:
            found.append(f"{path}:{number}")
    return found


def test_columns():
    """no line is longer than 100 columns"""
    require(len(tracked(ROOT)) > 200, "the files of the project are not found")
    found = complaints(ROOT, overlong)
    require(not found, f"{len(found)} too long: " + ", ".join(found[:50]))


def test_lines():
    """no hand-written file of ref/, simd/ and verify/ has more than 500 lines"""
    found = complaints(ROOT, endless)
    require(not found, "too many lines: " + ", ".join(found))


LONG = "x" * 40 + " " + "y" * 60  # 101 columns
EDGE = LONG[1:]
PLANTED = {
    "a.c": f"int a;\n/* {LONG} */\n", "ref/a.h": f"\n// {LONG}\n", "b.py": f"\n# {LONG}\n",
    "c.sh": f"\n: '{LONG}'\n", "Makefile": f"a:\n\t@: {LONG}\n", "d.mk": f"\nA := {LONG}\n",
    "e.mjs": f"\n// {LONG}\n", "f.txt": f"\n{LONG}\n", "LICENSE": f"\n{LONG}\n",
    ".ci/run": f"\n# {LONG}\n", "g.S": f"\n/* {LONG} */\n", "h.ld": f"\n/* {LONG} */\n",
    "i.cpp": f"\n// {LONG}\n", "j.json": f"\n\"{LONG}\"\n", "k.patch": f"\n+{LONG}\n",
    "prose.md": f"\n{LONG}\n", "item.md": f"\n- {LONG}\n", "lazy.md": f"- item\n    {LONG}\n",
    "fence.md": f"```c\n{LONG}\n```\n", "after.md": f"```\n{LONG}\n```\n{LONG}\n",
    "behind.md": f"\n[link](to) {LONG}\n", "tests/umlaut.py": "\n#" + "ä" * COLUMNS + "\n",
}
SPARED = {
    "edge.c": f"{EDGE}\n", "umlaut.py": "ä" * COLUMNS + "\n",
    "table.md": f"| a |\n|---|\n| {LONG} |\n",
    "heading.md": f"## {LONG}\n", "code.md": f"so:\n\n    {LONG}\n\n    {LONG}\n",
    "nested.md": f"- so:\n\n      {LONG}\n", "output.md": f"```output\n{LONG}\n```\n",
    "link.md": f"- [x](https://{'y' * 100})\n", "fixtures/a.json": f"{LONG}\n",
    "fixtures/schema/a.schema.json": f"{LONG}\n",
    "ref/normal_tables.h": f"{LONG}\n", "build/a.c": f"{LONG}\n", "build-2/a.c": f"{LONG}\n",
    "data.bin": f"\0{LONG}\n",
}


def with_tree(files, judge):
    """What a judge says of a tree of such files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return complaints(root, judge)


def test_planted_columns():
    """a line of 101 columns is seen in every kind of file, and what is exempt is not"""
    wanted = sorted(f"{path}:{4 if path == 'after.md' else 2}" for path in PLANTED)
    found = with_tree({**PLANTED, **SPARED}, overlong)
    require(sorted(found) == wanted, f"{found} instead of {wanted}")


def test_planted_lines():
    """a file of 501 lines is seen in ref/, simd/ and verify/, one of 500 lines is not"""
    seen = ["ref/a.c", "ref/problems/a.h", "simd/kernels/a.h", "verify/checks/a/b.c"]
    spared = ["tests/unit/a.c", "ref/normal_tables.h"]
    files = {path: "\n" * (LINES + 1) for path in seen + spared}
    found = with_tree({**files, "ref/edge.c": "\n" * LINES}, endless)
    wanted = [f"{path}:{LINES + 1}" for path in seen]
    require(found == wanted, f"{found} instead of {wanted}")


def make(*arguments):
    """A make of its own, which takes nothing from the one that runs the tests."""
    ours = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(["make", "-s", *arguments], cwd=ROOT, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def test_format_covers():
    """make format knows every hand-written file of C"""
    named = set(make("-n", "format").stdout.split())
    sources = [path for path in tracked(ROOT) if re.search(r"\.[ch]$", path)]
    missing = [path for path in sources if path not in named and not GENERATED.fullmatch(path)]
    require(sources and not missing, f"not formatted: {missing}")


def test_format():
    """C is as clang-format writes it"""
    done = make("format-check")
    require(done.returncode == 0, done.stdout[-2000:])


def test_planted_format():
    """clang-format with our settings sees a line of another form"""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(os.path.join(ROOT, ".clang-format"), folder)
        for text, good in (("int a(void) { return 1; }\n", True),
                           ("int a( void ){return 1;}\n", False),
                           (f"int {'a' * 50} = {'b' * 50};\n", False)):
            path = os.path.join(folder, "a.c")
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            done = subprocess.run(["clang-format", "--dry-run", "-Werror", path],
                                  capture_output=True, check=False)
            require((done.returncode == 0) == good, text)


TESTS = [test_columns, test_lines, test_planted_columns, test_planted_lines, test_format_covers]
if shutil.which("clang-format"):
    TESTS += [test_format, test_planted_format]
main(TESTS)

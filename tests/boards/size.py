"""What the library takes on each board: code, constants, writable data, stack; `make size`.
Enforces ci/budgets.txt.

    size.py [BOARD...]      all boards of ci/targets/ that gcc compiles; with names, also the table
                            of functions of each

Every part of tests/boards/footprint.c is built with -Os and --gc-sections, the compiler's library
included, and the image of FOOTPRINT_nothing subtracted: what remains is the part without the start.
Two numbers for the stack:
- chain: the deepest chain of calls by the compiler's call graph with its frame sizes
  (-fcallgraph-info=su), over all paths; functions of the compiler's own library count as nothing,
  but those of ref/port/ as they are;
- seen: how deep a run under QEMU went, everything included.
Both begin below the frame of the caller.
Functions and constants one by one are in $BUILD/size/BOARD/functions.txt.
The last line is "N passed, N failed".
"""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD", "build")
PARTS = ["core", "step", "run", "network"]


class Failure(Exception):
    """What is wrong with one board, in one line."""


def output(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **more)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command[:6])}: {done.stdout.strip()[-300:]}")
    return done.stdout


def make(board, folder, *goals):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return output(["make", "-s", "-f", "tests/boards/boards.mk", f"BOARD={board}", f"D={folder}",
                   "OPT=-Os", "MORE_FLAGS=-fcallgraph-info=su", *goals], env=environment)


def settings(board, folder):
    return dict(re.findall(r"(\w+)='([^']*)'", make(board, folder, "show")))


def sections(tool, path):
    """(code, constants, writable) of an image."""
    sizes = dict.fromkeys([".text", ".rodata", ".writable"], 0)
    for line in output([tool + "size", "-A", path]).splitlines():
        fields = line.split()
        if fields and fields[0] in sizes:
            sizes[fields[0]] = int(fields[1])
    return list(sizes.values())


def stack_seen(run, path):
    text = output(["timeout", "120", *run.split(), path], stdin=subprocess.DEVNULL)
    found = re.search(r"^stack=(\d+)$", text, re.M)
    if not found:
        raise Failure(f"{path} says {text.strip()!r}")
    return int(found.group(1))


def call_graph(folder, part):
    """(frames, calls) of the library and of one part, which may have files of its own: PART_NAME in
    the place of ref/NAME."""
    frames, calls = {}, {}
    paths = [os.path.join(folder, "tests/boards", f"footprint_{part}.ci")]
    for base, _, names in os.walk(os.path.join(folder, "ref")):
        for name in sorted(names):
            own = os.path.join(folder, f"{part}_{name}")
            if name.endswith(".ci"):
                paths.append(own if os.path.exists(own) else os.path.join(base, name))
    for path in paths:
        with open(path, encoding="ascii") as file:
            text = file.read()
        for title, label in re.findall(r'^node: \{ title: "([^"]*)" label: "([^"]*)"', text, re.M):
            size = re.search(r"\\n(\d+) bytes \((static|dynamic|dynamic,bounded)\)", label)
            if size:
                frames[title] = int(size.group(1))
                if size.group(2) != "static":
                    raise Failure(f"{title} has a frame of a size that is not known")
        for source, target in re.findall(r'^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"',
                                         text, re.M):
            calls.setdefault(source, set()).add(target)
    return frames, calls


def deepest(name, frames, calls, known, path=()):
    """(bytes, names) of the deepest chain that begins with `name`."""
    if name in path:
        raise Failure(f"{name} calls itself: {' > '.join(path)}")
    if name not in known:
        targets = {"__wrap_" + target if "__wrap_" + target in frames else target
                   for target in calls.get(name, ())}
        below = [deepest(target, frames, calls, known, path + (name,))
                 for target in sorted(targets)]
        depth, names = max(below, default=(0, ()))
        known[name] = (frames.get(name, 0) + depth, ((name,) if name in frames else ()) + names)
    return known[name]


def stack_chain(folder, part):
    """(bytes, frame of the caller, names) of the deepest chain below measured(),
    which is the caller."""
    frames, calls = call_graph(folder, part)
    start = next(name for name in frames if re.search(r"\bmeasured$", name))
    depth, names = deepest(start, frames, calls, {})
    return depth - frames[start], frames[start], [(name.split(":")[-1], frames[name])
                                                  for name in names[1:]]


def functions_table(tool, folder):
    """Lines of every function and constant of the library: bytes, frame, name."""
    frames, _ = call_graph(folder, "run")
    frame_of = {name.split(":")[-1]: size for name, size in frames.items()}
    code, constants = [], []
    files = [os.path.join(folder, "libsidyn.a"), os.path.join(folder, "ref/port/arm_softadd.o")]
    for line in output([tool + "nm", "-S", "--size-sort", "-r",
                        *filter(os.path.exists, files)]).splitlines():
        fields = line.split()
        if len(fields) != 4:
            continue
        size, kind, name = int(fields[1], 16), fields[2], fields[3]
        if kind in "tTwW":
            frame = frame_of.get(name, frame_of.get(name.split(".")[0], "-"))
            code.append((size, f"{size:6} {frame:>6}  {name}"))
        elif kind in "rR":
            constants.append((size, f"{size:6} {'':>6}  {name}"))
        else:
            raise Failure(f"{name} is writable")
    lines = ["  code  frame  function"] + [text for _, text in sorted(code, reverse=True)]
    lines += [f"{sum(size for size, _ in code):6}         all functions", "",
              "bytes          constant"]
    lines += [text for _, text in sorted(constants, reverse=True)]
    return lines + [f"{sum(size for size, _ in constants):6}         all constants"]


def measure(board):
    """{part: (code, constants, writable, chain, seen)}, the chain of core,
    and the lines of functions."""
    folder = os.path.join(BUILD, "size", board)
    os.makedirs(folder, exist_ok=True)
    s = settings(board, folder)
    tool = s["tools"]
    make(board, folder, "footprints")
    nothing = sections(tool, f"{folder}/footprint_nothing.elf")
    rows, chain = {}, []
    for part in PARTS:
        path = f"{folder}/footprint_{part}.elf"
        code, constants, writable = (a - b for a, b in zip(sections(tool, path), nothing))
        depth, frame, names = stack_chain(folder, part)
        rows[part] = (code, constants, writable, depth, stack_seen(s["run"], path) - frame)
        chain = names if part == "core" else chain
    lines = functions_table(tool, folder)
    lines += ["", "deepest chain of core: " + " > ".join(f"{name} {size}" for name, size in chain)]
    with open(f"{folder}/functions.txt", "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    return rows, lines


def budgets():
    """{(board, part): (flash, stack)}."""
    found = {}
    with open("ci/budgets.txt", encoding="ascii") as file:
        for line in file:
            fields = line.split("#")[0].split()
            if fields:
                board, part, flash, stack = fields
                found[board, part] = (int(flash), int(stack))
    return found


def judge(row, budget):
    """What is above the budget, in words; empty if nothing."""
    code, constants, writable, chain, seen = row
    wrong = [f"{writable} bytes of writable data"] if writable else []
    if budget:
        flash, stack = budget
        if code + constants > flash:
            wrong.append(f"{code + constants - flash} bytes of code and constants too many")
        if max(chain, seen) > stack:
            wrong.append(f"{max(chain, seen) - stack} bytes of stack too many")
    return ", ".join(wrong)


def gcc_boards():
    """The boards that gcc compiles: clang has no -fcallgraph-info."""
    for path in sorted(glob.glob("ci/targets/board-*.mk")):
        with open(path, encoding="ascii") as file:
            if "BOARD_CC" not in file.read():
                yield path.split("board-")[1].removesuffix(".mk")


def main(argv):
    os.chdir(ROOT)
    boards = argv or list(gcc_boards())
    limits, used = budgets(), set()
    passed = failed = 0
    print(f"{'board':18}{'part':6}{'code':>7}{'const':>7}{'sum':>7}"
          f"{'data':>6}{'chain':>7}{'seen':>6}   budget: sum, stack")
    for board in boards:
        try:
            rows, lines = measure(board)
        except (Failure, OSError) as error:
            print(f"{board:18}FAILED {error}", flush=True)
            failed += 1
            continue
        for part, row in rows.items():
            budget = limits.get((board, part))
            used.add((board, part))
            wrong = judge(row, budget)
            passed, failed = passed + (not wrong), failed + bool(wrong)
            text = f"{budget[0]}, {budget[1]}" if budget else "none"
            numbers = f"{row[0]:7}{row[1]:7}{row[0] + row[1]:7}{row[2]:6}{row[3]:7}{row[4]:6}"
            print(f"{board:18}{part:6}{numbers}   {text}"
                  + (f"  FAILED: {wrong}" if wrong else ""), flush=True)
        if argv:
            print("\n".join(lines))
    if not argv and set(limits) - used:
        print(f"ci/budgets.txt: no such board or part: {sorted(set(limits) - used)}")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

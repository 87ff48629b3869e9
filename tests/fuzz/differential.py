"""Random experiments by every backend, by the executable and by the oracle that was written from
docs/spec.md alone: all that a trajectory leaves, bit for bit. Rows, reason, step, last state with
what a dynamics keeps beside x, the row of an early end; whatever memory held before.

    /usr/bin/python3 -B tests/fuzz/differential.py --count 5000 --seed 1
    /usr/bin/python3 -B tests/fuzz/differential.py --seed 1 --only 123

The second shows one of them and makes it smaller. B says where the build is, as in all tests.
"""

import argparse
import collections
import json
import math
import multiprocessing
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../cli"), os.path.join(HERE, "../../fixtures/generate")]

import common
import generator
import oracle

REASONS = {0: "ok", -9: "lr", -10: "intrinsic_lr", -12: "origin", -13: "nonfinite"}
TEXTS = {"lr": "lr or wd is negative or not finite", "intrinsic_lr": "lr*wd is 1 or more",
         "nonfinite": "the state left the finite numbers",
         "origin": "a scale-invariant problem reached the origin (its norm^2 is 0 in binary64)"}
ORACLE_TRAJECTORIES = 2  # of each experiment
End = collections.namedtuple("End", "reason step last row rows")
Programs = collections.namedtuple("Programs", "states executable backends")


def build_states(name="states", inputs=(), flags=()):
    """The program of states.c with the library of the build; what inputs define comes first."""
    files = common.objects(common.sources("verify/formats/*.c", "verify/running/backend.c"))
    return common.build(name, [os.path.join(HERE, "states.c"), *inputs, *files], *flags)


def programs():
    return Programs(build_states(), common.SIDYN, common.backends())


def faulty_copy(path, old, new):
    """A folder with ref/ and simd/ in which `old`, which occurs once in the file, is `new`."""
    folder = tempfile.mkdtemp(dir=common.TMP)
    for part in ("ref", "simd"):
        shutil.copytree(os.path.join(common.ROOT, part), os.path.join(folder, part))
    copy = os.path.join(folder, path)
    text = common.read(copy).decode()
    common.same(text.count(old), 1, f"occurrences of {old!r} in {path}")
    with open(copy, "w", encoding="ascii") as file:
        file.write(text.replace(old, new))
    return folder


def as_bits(values):
    return [oracle.bits(value) if value == value else "7ff8000000000000" for value in values]


class Session:
    """What a worker keeps: the program of states.c, where to put files, and what it has seen."""

    def __init__(self, built, name):
        self.built, self.folder = built, common.path_of(name)
        self.process = subprocess.Popen(common.command(program=built.states), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.seen = collections.Counter()
        os.makedirs(self.folder, exist_ok=True)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def answer(self, experiment, first, count):
        """The lines of states.c."""
        self.process.stdin.write(f"{first} {count} {json.dumps(experiment)}\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip("\n"))
            if lines[-1] == "done" or lines[-1].startswith("refused "):
                return lines
        raise AssertionError(f"states.c ended with {self.process.wait()} after {lines[-1:]}")


def blocks(lines):
    """{"backend fill": lines of its trajectories}"""
    found = {}
    for line in lines[:-1]:
        if line.startswith("backend "):
            found[line[len("backend "):]] = current = []
        else:
            current.append(line)
    return found


def parse(line, width):
    head, last, row, rows = line.split("|")
    status, step, count = map(int, head.split())
    rows = rows.split()
    assert len(rows) == count * width
    return End(REASONS[status], step, last.split(), row.split(),
               [rows[k:k + width] for k in range(0, len(rows), width)])


def further(state):
    """The numbers of a state in the order of the library."""
    numbers = list(state.x)
    for value in state.more.values():
        numbers.extend(value if isinstance(value, list) else [value])
    return numbers


def by_oracle(experiment, trajectory):
    result = oracle.run(experiment, trajectory)
    return End(result.end.reason, result.end.step, as_bits(further(result.last)),
               as_bits(result.last_row.values), [as_bits(row.values) for row in result.rows])


def difference(ours, theirs):
    """The first field in which two Ends differ."""
    for name in End._fields:
        a, b = getattr(ours, name), getattr(theirs, name)
        if a != b:
            return f"{name}: {a} and {b}"
    return None


def columns(experiment, dim):
    names = []
    for name in experiment.get("observables", ["norm2", "loss"]):
        names += [f"x{j}" for j in range(dim)] if name == "x" else [name]
    return names


def start_refused(end):
    return end.step == 0 and not end.rows and end.reason in ("origin", "nonfinite")


def compare(session, experiment, first, count, source, files):
    """None, or what disagrees. files: through the executable and its files too."""
    lines = session.answer(experiment, first, count)
    refused = generator.refused(experiment, oracle)
    if lines[-1].startswith("refused "):
        session.seen["refused"] += 1
        return None if refused else f"{lines[-1]}, but section 12 allows it"
    if refused:
        return "accepted, but section 12 refuses it"
    found = blocks(lines)
    reference = found["ref 00"]
    for name, block in found.items():
        if block != reference:
            where = next((i for i, (a, b) in enumerate(zip(reference, block)) if a != b), "length")
            shown = f"{reference[where]!r} and {block[where]!r}" if where != "length" else block[-1]
            return f"ref 00 and {name}: trajectory +{where}: {shown}"
    dim = oracle.make_problem(experiment["problem"]).dim
    names = columns(experiment, dim)
    ends = [parse(line, len(names)) for line in reference]
    session.seen.update(end.reason for end in ends)
    session.seen["start refused"] += sum(start_refused(end) for end in ends)
    dynamics, problem = experiment["dynamics"]["kind"], experiment["problem"]["kind"]
    session.seen[f"dynamics {dynamics} on {problem}"] += 1
    session.seen.update("observable " + name for name in experiment.get("observables", ()))
    for i in sorted(source.sample(range(count), min(count, ORACLE_TRAJECTORIES))):
        try:
            expected = by_oracle(experiment, first + i)
        except ArithmeticError as error:
            return f"the oracle: {error!r}"
        wrong = difference(ends[i], expected)
        if wrong:
            return f"ref and oracle: trajectory {first + i}: {wrong}"
    return compare_files(session, experiment, first, names, ends, source) if files else None


# ---- the executable ----


def csv_of(experiment, first, names, ends):
    """The standard output and standard error that sidyn run must give."""
    steps = oracle.checkpoint_list(experiment.get("checkpoints"), experiment["steps"])
    out, notes = [",".join(["trajectory,step,end", *names])], []
    for i, end in enumerate(ends):
        out += [",".join([str(first + i), str(step), "", *row])
                for step, row in zip(steps, end.rows)]
        if end.reason != "ok":
            out.append(",".join([str(first + i), str(end.step), end.reason, *end.row]))
            notes.append(f"sidyn: trajectory {first + i} ended at step {end.step}: "
                         + TEXTS[end.reason])
    if len(notes) > 5:
        notes[5:] = [f"sidyn: {len(notes)} trajectories ended early"]
    return "".join(line + "\n" for line in out), "".join(line + "\n" for line in notes)


def npy_numbers(experiment, names, ends):
    """The numbers of the .npy file: NaN where a row is not reached."""
    none = ["7ff8000000000000"] * len(names)
    checkpoints = len(oracle.checkpoint_list(experiment.get("checkpoints"), experiment["steps"]))
    rows = [row for end in ends for row in end.rows + [none] * (checkpoints - len(end.rows))]
    return [bits for row in rows for bits in row]


def count_of(ends, c, k):
    """The values of a column at a checkpoint, and whether all of them are numbers."""
    values = [end.rows[c][k] for end in ends if c < len(end.rows)]
    return len(values), "7ff8000000000000" not in values


def compare_files(session, experiment, first, names, ends, source):
    path = os.path.join(session.folder, "experiment.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump(experiment, file)
    perturb = str(source.choice((0, 0x5A, 0xFF)))  # glibc fills what malloc gives and free takes
    tables = set()

    def run(backend, *options):
        return common.sidyn("run", path, "--trajectories", f"{first}:{first + len(ends)}",
                            "--backend", backend, "--jobs", source.choice("12"), *options,
                            program=session.built.executable,
                            env={**os.environ, "MALLOC_PERTURB_": perturb})

    out, notes = csv_of(experiment, first, names, ends)
    npy = os.path.join(session.folder, "rows.npy")
    for backend in session.built.backends:
        result = run(backend, "--format", "bits")
        given = (result.returncode, result.stdout.decode(), result.stderr.decode())
        if given != (0, out, notes):
            return f"sidyn run --backend {backend}: {given} instead of {(0, out, notes)}"
        result = run(backend, "--out", npy)
        content = common.read(npy)
        head = 10 + int.from_bytes(content[8:10], "little")
        values = struct.unpack(f"<{(len(content) - head) // 8}d", content[head:])
        given = (result.returncode, result.stderr.decode(), list(map(oracle.bits, values)))
        if given != (0, notes, npy_numbers(experiment, names, ends)):
            return f"sidyn run --backend {backend} --out rows.npy: {given}"
        result = run(backend, "--format", "bits", "--statistics")
        if (result.returncode, result.stderr.decode()) != (0, notes):
            return f"sidyn run --backend {backend} --statistics: {result}"
        tables.add(result.stdout)
    if len(tables) != 1:
        return f"--statistics differs between backends: {tables}"
    return compare_counts(tables.pop().decode(), names, ends)


def compare_counts(table, names, ends):
    lines = [line.split(",") for line in table.splitlines()]
    at = lines[0].index("count")
    for number, line in enumerate(lines[1:]):
        count, numbers = count_of(ends, number // len(names), number % len(names))
        if numbers and int(line[at]) != count:
            return f"--statistics: {line} where {count} trajectories have a value"
    return None


# ---- many of them ----


def made(seed, number):
    """Every second experiment takes the next pair of a problem and a dynamics; the others take what
    they like, mostly what runs in lanes."""
    source = random.Random(f"{seed} {number}")
    pair = generator.PAIRS[number // 2 % len(generator.PAIRS)] if number % 2 == 0 else ()
    return (*generator.Maker(source, *pair).experiment(), source)


def worker(task):
    """(failures [(number, what)], what was seen) of a range of numbers."""
    built, seed, numbers, files_every = task
    session = Session(built, f"worker-{numbers.start}")
    failures = []
    for number in numbers:
        experiment, first, count, source = made(seed, number)
        try:
            wrong = compare(session, experiment, first, count, source, number % files_every == 0)
        except Exception as error:  # a broken comparison is a difference
            wrong = f"{type(error).__name__}: {error}"
        if wrong:
            failures.append((number, wrong))
        if session.process.poll() is not None:
            break
    session.close()
    return failures, session.seen


def campaign(built, seed, numbers, jobs, files_every=20, one_is_enough=False):
    """The same, of many numbers at once."""
    size = max(1, min(20 if one_is_enough else 50, len(numbers) // jobs))
    tasks = [(built, seed, numbers[at:at + size], files_every)
             for at in range(0, len(numbers), size)]
    failures, seen = [], collections.Counter()
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for found, kinds in pool.imap_unordered(worker, tasks):
            failures += found
            seen += kinds
            if failures and one_is_enough:
                break
    return sorted(failures), seen


def missing(seen):
    """What a campaign should have met and has not."""
    wanted = [*TEXTS, "ok", "refused", "start refused"]
    wanted += [f"dynamics {dynamics} on {problem}" for problem, dynamics in generator.PAIRS]
    wanted += ["observable " + name for name in generator.BASIC + generator.LATER]
    return [name for name in wanted if not seen[name]]


# ---- making a failing experiment smaller ----


def simpler(experiment, first, count):
    """Experiments that are a little smaller, the boldest first; not all of them are valid."""
    if count > 1:
        yield experiment, first, 1
        yield experiment, first + count - 1, 1
        yield experiment, first, count // 2
    names = experiment.get("observables", ["norm2", "loss"])
    for name in [[name] for name in names] + [names[:-1]]:
        if 0 < len(name) < len(names):
            changed = {**experiment, "observables": name}
            if "plane_angle" not in name:
                changed.pop("plane", None)
            yield changed, first, count
    for steps in (0, 1, experiment["steps"] - 1):
        if 0 <= steps < experiment["steps"]:
            yield {**experiment, "steps": steps, "checkpoints": [steps]}, first, count
    for number in (0, 1):
        if first != number:
            yield experiment, number, count
    yield {**experiment, "seed": 0}, first, count
    yield {**experiment, "schedule": {"kind": "constant", "lr": 0.5}}, first, count
    calm = {**experiment["problem"], "noise": {"kind": "none"}}
    yield {**experiment, "problem": calm}, first, count
    for part in ("problem", "schedule", "start", "dynamics"):
        for key, value in experiment[part].items():
            for other in plainer(value):
                yield {**experiment, part: {**experiment[part], key: other}}, first, count


def plainer(value):
    if isinstance(value, list):
        for i, item in enumerate(value):
            for other in plainer(item):
                yield value[:i] + [other] + value[i + 1:]
    elif isinstance(value, float) or isinstance(value, str) and len(value) == 16:
        if value not in (1.0, 0.0):
            yield 0.0
            yield 1.0
            if isinstance(value, str) and math.isfinite(oracle.from_bits(value)):
                yield oracle.from_bits(value)


def smallest(session, experiment, first, count, seconds=60):
    """A small experiment in which the same two parties disagree."""
    def disagrees(*candidate):
        try:
            wrong = compare(session, *candidate, random.Random(0), False)
        except Exception:  # not an experiment
            return None
        return wrong and wrong.split(":")[0]

    kind = disagrees(experiment, first, count)
    end = time.monotonic() + seconds
    shrunk = kind is not None
    while shrunk and time.monotonic() < end:
        shrunk = False
        for candidate in simpler(experiment, first, count):
            if candidate != (experiment, first, count) and disagrees(*candidate) == kind:
                experiment, first, count = candidate
                shrunk = True
                break
    return experiment, first, count


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--begin", type=int, default=0, help="number of the first experiment")
    parser.add_argument("--only", type=int, help="one number: shown and made smaller")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--files-every", type=int, default=20,
                        help="one in so many goes through the executable and its files too")
    options = parser.parse_args()
    built = programs()
    if options.only is not None:
        session = Session(built, "only")
        experiment, first, count, source = made(options.seed, options.only)
        print(json.dumps(experiment), first, count)
        print(compare(session, experiment, first, count, source, True))
        experiment, first, count = smallest(session, experiment, first, count)
        print(json.dumps(experiment), first, count)
        print(compare(session, experiment, first, count, random.Random(0), True))
        return 0
    started = time.monotonic()
    numbers = range(options.begin, options.begin + options.count)
    failures, seen = campaign(built, options.seed, numbers, options.jobs, options.files_every)
    for number, wrong in failures[:20]:
        print(f"experiment {number} of seed {options.seed}: {wrong:.1500}")
    lacking = missing(seen) if options.count >= 5000 else []
    if lacking:
        print("never met:", *lacking, sep="\n    ")
    ends = ", ".join(f"{name} {seen[name]}" for name in ["ok", *TEXTS, "start refused", "refused"])
    rate = options.count / (time.monotonic() - started)
    print(f"{options.count} experiments, {len(failures)} differ; {rate:.0f} a second; {ends}")
    return 1 if failures or lacking else 0


if __name__ == "__main__":
    sys.exit(main())

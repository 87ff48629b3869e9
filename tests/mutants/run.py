"""Applies each deliberate fault of faults_*.py to a copy of the tree and tries its recorded killer.

A fault is an exact replacement of text that occurs once in its file. Its killer is a check of
`sidyn verify`, a unit test (one of its cases after a blank, where the program is slow), or a script
of tests/. Only what the killer needs is built. If it does not turn red the other killers of the
area are tried, and the killer that was found has to be recorded.

Usage: run.py [--part 3/8] [--jobs N] [--search] [NAME...]; a NAME is a fault, a file or a folder.
Prints one line a fault, "N killed, N survived" and the same as "N passed, N failed"; exit status 1
if any survives, 2 if a fault does not apply or the tree without a fault fails. Runs side by side do
not disturb each other.
"""
import argparse
import fnmatch
import importlib
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
B = 'build/gcc-O2'
MAKE = ['make', 'JOBS=1', 'CC=gcc', 'OPT=-O2', 'BUILD=build', 'EXTRA_CFLAGS=-Wno-error']
LONGEST = 900  # seconds that anything may take
GUESS = 3  # seconds of one processor for a fault, until some have been measured
REDUCED = ('test_simd',)  # programs that do less for emulated machines, which is enough here
# Not inherited from the make that runs this: its job server and its variables.
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if name not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'CASES', 'SID_BACKEND')}
# Where another killer is looked for, by folder: cheap and likely ones first.
CHECKS = ['X*', 'svag[1-4]', 'il[23]', 'fm[128]', 'errata', 'il[19]', 'nrq*', 'fm[56]', 'svag6',
          'eos*', 'fm[3479]', 'svag[579]', 'svag8', 'svag1[01]', 'il[4-8]', 'il10']
TESTS = {
    'ref': [f'verify {pattern}' for pattern in CHECKS] + [
        'test_stream', 'test_arithmetic', 'test_internals', 'test_problems', 'test_noise',
        'test_schedule', 'test_dynamics', 'test_run', 'test_api', 'test_normal', 'test_sharpness',
        'test_flows', 'test_laws', 'test_network', 'test_network_laws', 'test_data',
        'test_selfcheck',
        'tests/unit/test_trajectories.py'],
    'simd': ['test_simd_dispatch', 'test_simd_normal', 'test_simd', 'test_simd_laws'],
    'verify': ['test_check', 'test_statistics', 'test_estimators', 'test_limit', 'test_algebra',
               'test_quadrature', 'test_outcomes', 'test_text', 'test_svag',
               'tests/cli/test_stream.py', 'tests/cli/test_statistics.py', 'tests/cli/test_run.py',
               'tests/cli/test_input.py', 'tests/cli/test_output.py', 'tests/cli/test_verify.py',
               'verify X*'],
}


class Broken(Exception):
    """The faults or the tree are not as they should be."""


class Fault:
    def __init__(self, file, name, killer, old, new):
        self.file, self.name, self.killer, self.old, self.new = file, name, killer, old, new
        self.area = file.split('/')[0]

    def needs(self):
        """The backend without which nothing can see the fault, or None."""
        if self.area != 'simd' or self.file in ('simd/dispatch.c', 'simd/single.c'):
            return None
        faults = importlib.import_module('faults_simd')
        if self.name in faults.ONLY_IFMA:
            return 'avx512ifma'
        only_avx512 = faults.ONLY_AVX512
        return 'avx512' if self.file in only_avx512 or self.name in only_avx512 else 'avx2'

    def applied(self, text):
        if text.count(self.old) != 1:
            raise Broken(f'{self.name}: its text is {text.count(self.old)} times in {self.file}')
        return text.replace(self.old, self.new)


def all_faults():
    """Of all areas, file by file, so that what is built for one fault serves the next."""
    faults = []
    for area in TESTS:
        for file, rows in importlib.import_module(f'faults_{area}').FAULTS.items():
            faults += [Fault(file, *row) for row in rows]
    names = [fault.name for fault in faults]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Broken(f'two faults of the same name: {" ".join(twice)}')
    for fault in faults:
        fault.applied((ROOT / fault.file).read_text())
    return faults


def chosen(faults, names):
    """Those that a name means: a fault, a file or a folder."""
    return [f for f in faults if not names or any(
        fnmatch.fnmatch(f.name, name) or f'{f.file}/'.startswith(name.rstrip('/') + '/')
        for name in names)]


def batches(faults):
    """Runs of one file, at most eight at a time."""
    batch = []
    for fault in faults:
        if batch and (batch[-1].file != fault.file or len(batch) == 8):
            yield batch
            batch = []
        batch.append(fault)
    if batch:
        yield batch


def part_of(faults, number, of):
    """One batch in `of`, so that each part has something of everything."""
    taken = list(batches(faults))[number - 1::of]
    return [fault for batch in taken for fault in batch]


class Children:
    """The processes that run, each with a group of its own, so that an interrupt ends them all."""

    def __init__(self):
        self.lock, self.running, self.over = threading.Lock(), set(), False

    def run(self, command, directory, seconds=LONGEST, **variables):
        """Exit status (negative for a signal, None where it hangs) and output."""
        with self.lock:
            if self.over:
                raise KeyboardInterrupt
            child = subprocess.Popen(
                command, cwd=directory, env={**ENVIRONMENT, **variables},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, errors='replace', start_new_session=True)
            self.running.add(child)
        try:
            text = child.communicate(timeout=seconds)[0]
            status = child.returncode
        except subprocess.TimeoutExpired:
            self.kill(child)
            text, status = child.communicate()[0], None
        with self.lock:
            self.running.discard(child)
        return status, text

    @staticmethod
    def kill(child):
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def end(self):
        with self.lock:
            self.over = True
            for child in self.running:
                self.kill(child)


class Tree:
    """A copy of the project in which faults are tried one after the other."""

    def __init__(self, children, directory):
        self.children, self.directory, self.said = children, directory, ''

    def build(self, *targets):
        """What went wrong, or None."""
        status, text = self.children.run([*MAKE, *targets], self.directory)
        return None if status == 0 else text[-2000:]

    def backends(self):
        """The backends that this machine can run."""
        _, text = self.children.run([f'{B}/sidyn', 'info'], self.directory)
        return re.findall(r'^(?:backends)? +(\w+): \d+ lanes?, usable', text, re.M)

    def seen_by(self, killer, seconds=LONGEST):
        """What the killer says: None if it passes, else in a few words how it fails. One that takes
        too long hangs, and fails."""
        name, _, case = killer.partition(' ')
        if name in ('verify', 'selfcheck'):
            if self.build(f'{B}/sidyn'):
                return 'does not build'
            return self.verify(case or 'X1.powers-of-two', seconds)
        if name.endswith(('.py', '.sh')):
            if self.build('all'):
                return 'does not build'
            interpreter = [sys.executable, '-B'] if name.endswith('.py') else ['sh']
            status, self.said = self.children.run([*interpreter, name], self.directory, seconds,
                                                  B=B, CC='gcc', PYTHON=sys.executable)
        else:
            program = f'{B}/tests/unit/{name}'
            if self.build(program):
                return 'does not build'
            variables = {'CASES': case} if case else {}
            if name in REDUCED:
                variables['SID_REDUCED'] = '1'
            status, self.said = self.children.run([program], self.directory, seconds,
                                                  **variables)
            if case and status == 0 and ' 0 test(s) run' in self.said:
                raise Broken(f'{killer}: no such case')
        return None if status == 0 else killer

    def verify(self, pattern, seconds):
        """The first check of the quick tier that is red with the reference backend."""
        status, self.said = self.children.run(
            [f'{B}/sidyn', 'verify', '--backend', 'ref', '--jobs', '1', '--filter', pattern],
            self.directory, seconds)
        if status == 0:
            return None
        if status == 3:
            return 'selfcheck'
        red = re.search(r'^(\S+) .*? (FAIL|inconclusive)\b', self.said, re.M)
        if red:
            return f'verify {red.group(1)}'
        if status == 2 and 'no check of tier' in self.said:
            raise Broken(f'verify {pattern}: no such check')
        return f'verify {pattern}'  # it crashes or hangs

    def try_fault(self, fault, seconds, search):
        """Its killer, or None; 'does not build'. The recorded killer may take so many seconds."""
        path = pathlib.Path(self.directory) / fault.file
        text = path.read_text()
        path.write_text(fault.applied(text))
        try:
            killers = [fault.killer] if fault.killer else []
            if search or not killers:
                killers += [killer for killer in TESTS[fault.area] if killer != fault.killer]
            for killer in killers:
                seen = self.seen_by(killer, seconds if killer == fault.killer else LONGEST)
                if seen:
                    return seen
            return None
        finally:
            path.write_text(text)  # newer than what was built from the fault


def copy_tree(directory, of=ROOT, without=('build', '.git')):
    shutil.copytree(of, directory, ignore=shutil.ignore_patterns('__pycache__', *without))


class Work:
    """The faults that are left, and what is known of the tree without a fault."""

    def __init__(self, faults, search):
        self.lock, self.search, self.left = threading.Lock(), search, queue.SimpleQueue()
        for batch in batches(faults):
            self.left.put(batch)
        self.sound, self.started, self.total = {}, time.monotonic(), len(faults)
        self.done, self.survived, self.others, self.broken = 0, 0, 0, None

    def require_sound(self, tree, killer):
        """A killer that is red without a fault kills nothing. Keeps how long it may take."""
        with self.lock:
            known = killer in self.sound
            self.sound.setdefault(killer, LONGEST)
        if known:
            return
        started = time.monotonic()
        if tree.seen_by(killer):
            raise Broken(f'{killer} fails without a fault\n{tree.said[-3000:]}')
        self.sound[killer] = min(LONGEST, 60 + 10 * (time.monotonic() - started))

    def remaining(self):
        each = (time.monotonic() - self.started) / max(self.done, 1)
        return each * (self.total - self.done)

    def report(self, fault, found):
        with self.lock:
            self.done += 1
            bad = found is None or found == 'does not build'
            self.survived += bad
            other = not bad and found != fault.killer
            self.others += other
            note = f'{found or ""}{f", not by {fault.killer}: record it" if other else ""}'
            print(f'{"SURVIVED" if bad else "killed":8}  {fault.name:42}  {note}', flush=True)
            if sys.stderr.isatty() or self.done == 5 or self.done % 20 == 0:
                print(f'[{self.done}/{self.total}] about {self.remaining() / 60:.0f} min left',
                      file=sys.stderr, flush=True)

    def run(self, tree):
        try:
            while not self.broken:
                batch = self.left.get_nowait()
                for killer in dict.fromkeys(f.killer for f in batch if f.killer):
                    self.require_sound(tree, killer)
                for fault in batch:
                    seconds = self.sound.get(fault.killer, LONGEST)
                    found = tree.try_fault(fault, seconds, self.search)
                    if found not in (None, 'does not build', 'selfcheck', fault.killer):
                        self.require_sound(tree, found)
                    self.report(fault, found)
        except (queue.Empty, KeyboardInterrupt):
            pass
        except Exception as error:  # a worker that breaks must not look like one that is done
            self.broken = error


def run_all(faults, options, children, temporary):
    """Builds the copies, gives each a worker, and returns what they found."""
    first = Tree(children, os.path.join(temporary, 'tree0'))
    copy_tree(first.directory)
    wrong = first.build(f'JOBS={options.jobs}', 'all')
    if wrong:
        raise Broken(f'the tree does not build\n{wrong}')
    usable = [*first.backends(), None]
    skipped = [fault for fault in faults if fault.needs() not in usable]
    if skipped:
        print(f'{len(skipped)} not tried: this machine cannot run '
              f'{" and ".join(sorted({fault.needs() for fault in skipped}))}', flush=True)
    trees = [first]
    for k in range(1, options.jobs):
        trees.append(Tree(children, os.path.join(temporary, f'tree{k}')))
        copy_tree(trees[-1].directory, first.directory, ())
    work = Work([fault for fault in faults if fault not in skipped], options.search)
    threads = [threading.Thread(target=work.run, args=(tree,), daemon=True) for tree in trees]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.2)
    if work.broken:
        raise work.broken
    return work


def interrupted(number, frame):
    raise KeyboardInterrupt


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--part', default='1/1', help='only this part of the faults, such as 3/8')
    parser.add_argument('--jobs', type=int, default=2, help='faults at a time (2)')
    parser.add_argument('--search', action=argparse.BooleanOptionalAction, default=True,
                        help='look for another killer where the recorded one passes')
    parser.add_argument('--list', action='store_true', help='only show the faults')
    parser.add_argument('names', nargs='*', help='faults, files or folders; all without a name')
    options = parser.parse_args()
    part = re.fullmatch(r'([1-9]\d*)/([1-9]\d*)', options.part)
    if not part or int(part[1]) > int(part[2]):
        parser.error(f'--part {options.part}: allowed: 1/8 to 8/8 or the like')
    options.part = int(part[1]), int(part[2])
    return options


def main():
    options = arguments()
    faults = part_of(chosen(all_faults(), options.names), *options.part)
    if not faults:
        raise Broken('no such fault')
    if options.list:
        for fault in faults:
            print(f'{fault.name:42}  {fault.killer:40}  {fault.file}')
        return 0
    options.jobs = max(1, min(options.jobs, len(faults)))
    print(f'{len(faults)} faults, {options.jobs} at a time: about '
          f'{1 + len(faults) * GUESS / options.jobs / 60:.0f} min on an idle machine', flush=True)
    started, children = time.monotonic(), Children()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    with tempfile.TemporaryDirectory(prefix='sidyn-mutants.') as temporary:
        try:
            work = run_all(faults, options, children, temporary)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # the copies go whatever happens
            children.end()
    if work.others:
        print(f'{work.others} killed by another than the recorded one')
    print(f'{work.done - work.survived} killed, {work.survived} survived in '
          f'{(time.monotonic() - started) / 60:.1f} min')
    print(f'{work.done - work.survived} passed, {work.survived} failed')
    return 1 if work.survived else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except Broken as problem:
        print(f'mutants: {problem}', file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)

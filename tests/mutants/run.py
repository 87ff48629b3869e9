"""Applies each deliberate fault of this folder to a copy of the tree,
and shows which check or test sees it.

A mutant is killed by the first failing check of `sidyn verify` (quick tier, reference backend) or,
where no check fails, by a test program. Usage: run.py [NAME...]; prints one line a mutant and "N
killed, N survived"; exit status 1 if any survives.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Cheap rows first: most faults end there.
FILTERS = ['X*', 'svag[1-4]', 'il[23]', 'fm[128]', 'errata', 'il[19]', 'nrq*', 'fm[56]', 'svag6',
           'eos*', 'fm[3479]', 'svag[579]', 'svag8', 'svag1[01]', 'il[4-8]', 'il10']
TESTS = ['test_stream', 'test_arithmetic', 'test_problems', 'test_noise', 'test_schedule',
         'test_dynamics', 'test_run', 'test_api', 'test_normal', 'test_sharpness', 'test_flows',
         'test_laws', 'test_data']
SCRIPTS = ['tests/unit/test_trajectories.py']


def run(command, directory, **variables):
    return subprocess.run(command, cwd=directory, env={**os.environ, **variables},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def copy_tree(directory):
    """The files of the project as they are, without what was built."""
    shutil.copytree(ROOT, directory,
                    ignore=shutil.ignore_patterns('build', '.git', '__pycache__', 'mutants'))


def killer(directory):
    """The first check or test that fails, or None."""
    for pattern in FILTERS:
        result = run(['build/sidyn', 'verify', '--backend', 'ref', '--filter', pattern], directory)
        if result.returncode == 3:
            return 'selfcheck'
        failed = re.search(r'^(\S+) .* (FAIL|inconclusive)$', result.stdout, re.M)
        if failed:
            return failed.group(1)
        if result.returncode != 0:
            return f'verify --filter {pattern} (exit {result.returncode})'
    for name in TESTS:
        build = run(['make', 'EXTRA_CFLAGS=-Wno-error', f'build/gcc-O2/tests/unit/{name}'],
                    directory)
        if build.returncode != 0:
            return f'{name} (does not build)'
        if run([f'build/gcc-O2/tests/unit/{name}'], directory).returncode != 0:
            return name
    for script in SCRIPTS:
        if run([sys.executable, '-B', script], directory, B='build/gcc-O2').returncode != 0:
            return pathlib.Path(script).stem
    return None


def try_mutant(patch, directory):
    """Applies the fault, builds, looks for its killer, takes the fault back."""
    applied = run(['patch', '-p1', '--fuzz=3', '-i', str(patch)], directory)
    if applied.returncode != 0:
        raise SystemExit(f'{patch.name}: does not apply any more\n{applied.stdout}')
    build = run(['make', 'all', 'EXTRA_CFLAGS=-Wno-error'], directory)
    if build.returncode == 0:
        found = killer(directory)
    else:
        found = 'does not compile: ' + build.stdout[-300:]
    run(['patch', '-p1', '--fuzz=3', '-R', '-i', str(patch)], directory)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', help='mutants to try; all without a name')
    names = parser.parse_args().names
    patches = [HERE / f'{name}.patch' for name in names] or sorted(HERE.glob('*.patch'))
    survived = 0
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary) / 'sidyn'
        copy_tree(directory)
        if run(['make', 'all', 'EXTRA_CFLAGS=-Wno-error'],
               directory).returncode != 0 or killer(directory) is not None:
            raise SystemExit('the tree without a fault fails already')
        for patch in patches:
            found = try_mutant(patch, directory)
            bad = found is None or found.startswith('does not compile')
            survived += bad
            print(f'{"SURVIVED" if bad else "killed":8}  {patch.stem:40}  {found or ""}',
                  flush=True)
    print(f'{len(patches) - survived} killed, {survived} survived')
    return 1 if survived or not patches else 0


if __name__ == '__main__':
    sys.exit(main())

"""Runs test programs and scripts that print TAP, several at a time, and ends with their sum.

    run.py [--jobs N] TEST...    by default one at a time

Each TEST prints a plan "1..N" and "ok n - name" or "not ok n - name" lines. What failed is shown. A
test without a plan, with fewer results than planned, with a skip, or with an exit status that
contradicts its results counts as one failure more. No test at all is a failure. The last line is
"N passed, N failed".

Environment: PYTHON runs *.py, sh runs *.sh, EXEC_WRAPPER whatever else. TIMES names a file with the
seconds of the last run: the longest start first, and the whole is estimated from it.
"""
import argparse
import concurrent.futures
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time

PYTHON = os.environ.get("PYTHON", sys.executable)
WRAPPER = shlex.split(os.environ.get("EXEC_WRAPPER", ""))
TIMES = os.environ.get("TIMES")
running, lock = {}, threading.Lock()


def command(test):
    if test.endswith(".py"):
        return [PYTHON, "-B", test]
    return ["sh", test] if test.endswith(".sh") else [*WRAPPER, test]


def judge(text, status):
    """Passed, failed, and what is wrong besides single results."""
    passed = len(re.findall(r"^ok ", text, re.M))
    failed = len(re.findall(r"^not ok ", text, re.M))
    planned = sum(int(count) for count in re.findall(r"^1\.\.(\d+)", text, re.M))
    skipped = len(re.findall(r"^ok .*# *skip", text, re.M | re.I))
    if skipped:
        return passed, failed, planned, f"{skipped} skipped"
    if status and not failed:
        return passed, failed, planned, f"exit status {status}"
    if not planned or passed + failed != planned:
        return passed, failed, planned, f"planned {planned}, ran {passed + failed}"
    return passed, failed, planned, ""


def run(test):
    """One test in a process group of its own; its output, exit status and seconds."""
    started = time.monotonic()
    environment = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    process = subprocess.Popen(command(test), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               stdin=subprocess.DEVNULL, env=environment, start_new_session=True)
    with lock:
        running[test] = process
    output = process.communicate()[0].decode(errors="backslashreplace")
    with lock:
        del running[test]
    return output, process.returncode, time.monotonic() - started


def last_times():
    try:
        with open(TIMES, encoding="ascii") as file:
            return {str(name): float(seconds) for name, seconds in json.load(file).items()}
    except (OSError, TypeError, ValueError, AttributeError):
        return {}


def end(number, _frame):
    """Ctrl-C ends the tests with all that they started."""
    for process in list(running.values()):
        try:
            os.killpg(process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
    os._exit(128 + number)


def show(done, total, started):
    if sys.stderr.isatty():
        names = ", ".join(os.path.basename(test) for test in list(running))
        seconds = time.monotonic() - started
        sys.stderr.write(f"\r[{done}/{total}] {seconds:.0f} s: {names[:70]}\033[K")
        sys.stderr.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("tests", nargs="*")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    times, started = last_times(), time.monotonic()
    tests = sorted(options.tests, key=lambda test: -times.get(test, 1e9))
    known = sum(times.get(test, 0.0) for test in tests) / options.jobs
    estimate = f", about {known:.0f} s by the last run" if known else ""
    print(f"{len(tests)} tests, {options.jobs} at a time{estimate}", flush=True)
    passed = failed = done = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = {pool.submit(run, test): test for test in tests}
        while waiting:
            show(done, len(tests), started)
            finished, _ = concurrent.futures.wait(
                waiting, timeout=1.0, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in finished:
                test, done = waiting.pop(future), done + 1
                text, status, seconds = future.result()
                ok, bad, planned, note = judge(text, status)
                passed, failed = passed + ok, failed + bad + bool(note)
                if sys.stderr.isatty():
                    sys.stderr.write("\r\033[K")
                if bad or note:
                    print("".join(f"    {line}\n" for line in text.splitlines()[-60:]), end="")
                    print(f"FAIL {test}: {ok} of {planned} passed{note and f' ({note})'}",
                          flush=True)
                else:
                    print(f"ok   {test}: {ok} passed, {seconds:.0f} s", flush=True)
                times[test] = round(seconds, 2)
    if TIMES:
        with open(TIMES, "w", encoding="ascii") as file:
            json.dump(times, file, indent=1)
    print(f"{passed} passed, {failed if passed + failed else 1} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

"""What `make bench` measures of whole programs: from the start to the first result, the memory of
many trajectories, and the quick tier of `sidyn verify`."""

import json
import os
import statistics
import subprocess
import tempfile
import time

# What is the first result of each: one trajectory, one step of W2 in 100 dimensions.
REQUEST = "sgd p=100 count=1 steps=1\n"
EXPERIMENT = {
    "schema": "sidyn-experiment-1",
    "problem": {"kind": "rayleigh", "dim": 100, "spectrum": [1 + j / 99 for j in range(100)],
                "noise": {"kind": "gaussian", "sigma": 0.1}},
    "dynamics": {"kind": "sgd"},
    "schedule": {"kind": "constant", "lr": 0.05, "wd": 0.01},
    "start": {"kind": "point", "x": [0.1] * 100},
    "seed": 1,
    "steps": 1,
    "checkpoints": {"every": 1},
    "observables": ["norm2"],
}
CROWD = 1000000


class Failed(Exception):
    """A program did not do what it was asked; one line."""


def first_result(command, text):
    """Seconds until the program has printed the last line of its first answer."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        output, _ = process.communicate(text.encode())
        seconds = time.perf_counter() - start
    if process.returncode or not output or b'"error"' in output:
        raise Failed(f"{' '.join(command)} gave no result")
    return seconds


def memory(command):
    """Bytes that the program had at most."""
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"{' '.join(command)} ended with status {process.returncode}")
    return 1024 * usage.ru_maxrss


def measure(programs, others, repetitions):
    """programs: {label: path of sidyn}; others: {label: command that answers requests}. Prints and
    returns both tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "experiment.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(EXPERIMENT, file)
        run = {label: [program, "run", path, "--trajectories"]
               for label, program in programs.items()}
        first = {label: (command + ["0:1"], "") for label, command in run.items()}
        first |= {label: (command, REQUEST) for label, command in others.items()}
        seconds = {label: [] for label in first}
        for _ in range(repetitions):
            for label, (command, text) in first.items():
                seconds[label].append(first_result(command, text))
        print("\nFrom the start of the program to the end of one trajectory of one step, p=100: ms")
        for label, values in seconds.items():
            print(f"  {label:16}{1e3 * statistics.median(values):8.1f}"
                  f"{1e3 * min(values):9.1f} .. {1e3 * max(values):<8.1f}", flush=True)
        most = {}
        print(f"Memory of sidyn run --statistics, p=100: MB for 1000 and for {CROWD} trajectories")
        for label, command in run.items():
            most[label] = [memory(command + [f"0:{count}", "--statistics", "--jobs", "1"])
                           for count in (1000, CROWD)]
            print(f"  {label:16}" + "".join(f"{bytes_ / 1e6:8.1f}" for bytes_ in most[label]),
                  flush=True)
    return {"first": seconds, "memory": most}


def verify(program, folder, jobs):
    """{id: seconds} of the quick tier."""
    report = os.path.join(folder, "verify.json")
    done = subprocess.run([program, "verify", "--jobs", str(jobs), "--json", report],
                          stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise Failed(f"{program} verify ended with status {done.returncode}")
    with open(report, encoding="utf-8") as file:
        return {check["id"]: check["seconds"] for check in json.load(file)["checks"]}


def verify_share(new, old, repetitions, jobs=2):
    """The time of the checks that the old program has, of its own: by the clock, in turn."""
    shares = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repetitions):
            before, now = (verify(program, folder, jobs) for program in (old, new))
            gone = sorted(set(before) - set(now))
            if gone:
                print(f"  verify: no longer there: {' '.join(gone)}")
            ids = set(before) & set(now)
            shares.append(sum(now[id_] for id_ in ids) / sum(before[id_] for id_ in ids))
    return statistics.median(shares)
